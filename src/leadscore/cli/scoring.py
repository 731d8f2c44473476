"""`leadscore score`, `explain` and `compare`: leads as of one moment."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pyarrow as pa

from leadscore import scoring
from leadscore.cli import texts
from leadscore.cli.files import check_targets
from leadscore.cli.models import model_of
from leadscore.cli.progress import progress_on
from leadscore.cli.tables import TABLE_ENDINGS, count_rows, tell_rejects, write_tables
from leadscore.cli.talking import OK, REFUSED, Talk, moment_text
from leadscore.days import from_instant
from leadscore.explain import explain as explained
from leadscore.language.words import LEADS, counted
from leadscore.model import ScoringModel
from leadscore.options import instant_of
from leadscore.rendering.ranking import ranking_table
from leadscore.results import Scores


def score(arguments: Namespace, talk: Talk) -> int:
    """Scores all leads and writes what was asked for; shows the hottest without --out."""
    targets = {
        "--out": arguments.out,
        "--contributions": arguments.contributions,
        "--rejects": arguments.rejects,
    }
    check_targets(targets, TABLE_ENDINGS, inputs(arguments))
    model = sound_model(arguments.model, talk)
    as_of = instant_of(arguments.as_of, model.time_zone, "--as-of")
    given, has_lines = sources(arguments), arguments.contributions is not None
    with scoring.keeping(
        arguments.keep,
        engine_asked(arguments),
        model,
        given,
        as_of,
        contributions=has_lines,
        option="--keep",
    ) as engine:
        with progress_on(talk.err, talk.lang) as progress:
            scores = scoring.score(
                model, given, as_of, engine=engine, contributions=has_lines, progress=progress
            )
        written = write_tables(
            {arguments.out: scores.table, arguments.contributions: scores.contributions},
            {arguments.rejects: scores.rejects},
        )
    if talk.is_json:
        talk.data(_summary(scores, arguments, written))
        return OK
    tell_rejects(scores.rejects, talk, are_written=arguments.rejects is not None)
    _answer(scores, arguments, written, talk)
    return OK


def _answer(scores: Scores, arguments: Namespace, written: list[str], talk: Talk) -> None:
    if not scores.table.num_rows:
        talk.tell(texts.NO_LEADS)
    elif arguments.out is None:
        talk.show(ranking_table(scores, talk.lang, arguments.top))
    talk.tell(
        texts.SCORED,
        leads=counted(scores.table.num_rows, LEADS, talk.lang),
        moment=moment_text(from_instant(scores.as_of), scores.model.time_zone, talk.lang),
        model=scores.model.name,
        engine=arguments.engine,
    )
    for path in written:
        talk.tell(texts.WRITTEN, path=path)


def _summary(scores: Scores, arguments: Namespace, written: list[str]) -> dict[str, object]:
    summary: dict[str, object] = {
        "ok": True,
        "model": scores.model.name,
        "as_of": from_instant(scores.as_of).isoformat(),
        "engine": arguments.engine,
        "leads": scores.table.num_rows,
        "rows_left_out": count_rows(scores.rejects),
        "written": written,
    }
    if arguments.out is None:
        summary["scores"] = scores.table.to_pylist()
    return summary


def explain(arguments: Namespace, talk: Talk) -> int:
    """Says why one lead has its score."""
    check_targets({"--rejects": arguments.rejects}, TABLE_ENDINGS, inputs(arguments))
    model = sound_model(arguments.model, talk)
    as_of = instant_of(arguments.as_of, model.time_zone, "--as-of")
    try:
        with progress_on(talk.err, talk.lang) as progress:
            scores = scoring.score_lead(
                model, sources(arguments), arguments.lead, as_of, progress=progress
            )
    except scoring.NotAmongLeads as missing:
        return _missing(missing, arguments, talk)
    found = explained(scores, arguments.lead, talk.lang)
    left_out = _left_out(scores.rejects, arguments)
    if talk.is_json:
        talk.data({**found.as_data(), **left_out})
    else:
        tell_rejects(scores.rejects, talk, are_written=arguments.rejects is not None)
        talk.show(found)
    return OK


def _missing(missing: scoring.NotAmongLeads, arguments: Namespace, talk: Talk) -> int:
    left_out = _left_out(missing.rejects, arguments)
    code, text = "unknown_lead", texts.UNKNOWN_LEAD
    if missing.is_left_out:
        code, text = "lead_left_out", texts.LEAD_LEFT_OUT
    words = {
        "lead_id": arguments.lead,
        "leads": counted(missing.n_leads, LEADS, talk.lang),
    }
    if talk.is_json:
        problem = {"code": code, "message": text.of(talk.lang).format(**words)}
        talk.data({"ok": False, "problems": [problem], **left_out})
    else:
        tell_rejects(missing.rejects, talk, are_written=arguments.rejects is not None)
        talk.tell(text, **words)
    return REFUSED


def _left_out(rejects: pa.Table, arguments: Namespace) -> dict[str, object]:
    """Writes the rejects where that is asked for; what a machine is told of them."""
    written = write_tables({}, {arguments.rejects: rejects})
    return {"rows_left_out": count_rows(rejects), "written": written}


def compare(arguments: Namespace, talk: Talk) -> int:
    """Says what changes when another model takes the place of today's."""
    target: Path | None = arguments.out
    targets = {"--out": target, "--rejects": arguments.rejects}
    check_targets(targets, TABLE_ENDINGS, inputs(arguments))
    before, after = (sound_model(path, talk) for path in (arguments.model, arguments.other))
    as_of = instant_of(arguments.as_of, before.time_zone, "--as-of")
    engine = engine_asked(arguments)
    with progress_on(talk.err, talk.lang) as progress:
        differences = scoring.score_both(
            before, after, sources(arguments), as_of, engine=engine, progress=progress
        )
    written = write_tables({target: differences.changed}, {arguments.rejects: differences.rejects})
    if talk.is_json:
        left_out = {"rows_left_out": count_rows(differences.rejects), "written": written}
        talk.data({**differences.as_data(arguments.top), **left_out})
        return OK
    tell_rejects(differences.rejects, talk, are_written=arguments.rejects is not None)
    talk.show(differences.render(talk.lang, arguments.top))
    for path in written:
        talk.tell(texts.WRITTEN, path=path)
    return OK


def sources(arguments: Namespace) -> scoring.Sources:
    """Where the facts are."""
    return scoring.Sources(arguments.leads, arguments.touchpoints, arguments.attribute_changes)


def engine_asked(arguments: Namespace) -> scoring.Engine:
    """What does the sums."""
    return scoring.engine_of(arguments.engine, arguments.spark_master, arguments.shared_folder)


def inputs(arguments: Namespace) -> dict[str, str | None]:
    """The files that are read, by the option that names them."""
    return {
        "--leads": arguments.leads,
        "--touchpoints": arguments.touchpoints,
        "--attribute-changes": arguments.attribute_changes,
    }


def sound_model(given: str, talk: Talk) -> ScoringModel:
    """The model; that it has warnings is said beside the answer."""
    model, warnings = model_of(given)
    if warnings and not talk.is_json:
        n_warnings = counted(len(warnings), texts.WARNINGS, talk.lang)
        talk.tell(texts.HAS_WARNINGS, "yellow", model=given, warnings=n_warnings)
    return model
