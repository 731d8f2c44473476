"""`leadscore backtest`: a model against what became of its leads."""

from __future__ import annotations

from argparse import Namespace

from leadscore.cli.files import check_targets
from leadscore.cli.progress import progress_on
from leadscore.cli.scoring import engine_asked, inputs, sound_model, sources
from leadscore.cli.tables import TABLE_ENDINGS, count_rows, tell_rejects, write_tables
from leadscore.cli.talking import OK, Talk
from leadscore.looking_back import look_back
from leadscore.options import instant_of
from leadscore.rendering.backtest import backtest_view


def backtest(arguments: Namespace, talk: Talk) -> int:
    """Scores every lead as of successive moments of its past, against what followed."""
    read = inputs(arguments) | {"--outcomes": arguments.outcomes}
    check_targets({"--rejects": arguments.rejects}, TABLE_ENDINGS, read)
    model = sound_model(arguments.model, talk)
    until = None
    if arguments.as_of is not None:
        until = instant_of(arguments.as_of, model.time_zone, "--as-of")
    engine = engine_asked(arguments)
    with progress_on(talk.err, talk.lang) as progress:
        found = look_back(
            model,
            sources(arguments),
            arguments.outcomes,
            horizon_days=arguments.horizon,
            every=arguments.every,
            observed_until=until,
            engine=engine,
            progress=progress,
        )
    written = write_tables({}, {arguments.rejects: found.rejects})
    if talk.is_json:
        left_out = {"rows_left_out": count_rows(found.rejects), "written": written}
        talk.data({**found.backtest.as_dict(), **left_out})
        return OK
    tell_rejects(found.rejects, talk, are_written=bool(written))
    talk.show(backtest_view(found.backtest, talk.lang))
    return OK
