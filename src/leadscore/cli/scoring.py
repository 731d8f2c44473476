"""`leadscore score`, `explain` and `compare`: leads as of one moment."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from pathlib import Path

from leadscore import scoring
from leadscore.cli import texts
from leadscore.cli.files import check_targets
from leadscore.cli.models import model_of
from leadscore.cli.progress import progress_on
from leadscore.cli.tables import TABLE_ENDINGS, count_rows, tell_rejects, write_tables
from leadscore.cli.talking import OK, REFUSED, Talk, moment_text
from leadscore.days import from_instant
from leadscore.engines.kept import KeptBlocks, kept_blocks
from leadscore.errors import InvalidInput
from leadscore.explain import UnknownLead
from leadscore.explain import explain as explained
from leadscore.language.words import LEADS, Text, counted
from leadscore.model import ScoringModel
from leadscore.options import OptionProblem, instant_of
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
    has_lines = arguments.contributions is not None
    kept = _kept(model, arguments, contributions=has_lines)
    scores = _scores(model, arguments, talk, contributions=has_lines, kept=kept)
    written = write_tables(
        {arguments.out: scores.table, arguments.contributions: scores.contributions},
        {arguments.rejects: scores.rejects},
    )
    if kept is not None:
        kept.clear()
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
    model = sound_model(arguments.model, talk)
    arguments.engine, arguments.spark_master = "duckdb", None
    scores = _scores(model, arguments, talk, contributions=True)
    try:
        found = explained(scores, arguments.lead, talk.lang)
    except UnknownLead:
        return _unknown(arguments.lead, scores, talk)
    if talk.is_json:
        talk.data(found.as_data())
    else:
        tell_rejects(scores.rejects, talk, are_written=False)
        talk.show(found)
    return OK


def _unknown(lead_id: str, scores: Scores, talk: Talk) -> int:
    words = {
        "lead_id": lead_id,
        "leads": counted(scores.table.num_rows, LEADS, talk.lang),
    }
    if talk.is_json:
        message = texts.UNKNOWN_LEAD.of(talk.lang).format(**words)
        talk.data({"ok": False, "problems": [{"code": "unknown_lead", "message": message}]})
    else:
        tell_rejects(scores.rejects, talk, are_written=False)
        talk.tell(texts.UNKNOWN_LEAD, **words)
    return REFUSED


def compare(arguments: Namespace, talk: Talk) -> int:
    """Says what changes when another model takes the place of today's."""
    target: Path | None = arguments.out
    check_targets({"--out": target}, TABLE_ENDINGS, inputs(arguments))
    before, after = (sound_model(path, talk) for path in (arguments.model, arguments.other))
    as_of = instant_of(arguments.as_of, before.time_zone, "--as-of")
    engine = scoring.engine_of(arguments.engine, arguments.spark_master)
    with progress_on(talk.err, talk.lang) as progress:
        differences = scoring.score_both(
            before, after, sources(arguments), as_of, engine=engine, progress=progress
        )
    written = write_tables({target: differences.changed}, {})
    if talk.is_json:
        talk.data({**differences.as_data(arguments.top), "written": written})
        return OK
    talk.show(differences.render(talk.lang, arguments.top))
    for path in written:
        talk.tell(texts.WRITTEN, path=path)
    return OK


def _kept(model: ScoringModel, arguments: Namespace, *, contributions: bool) -> KeptBlocks | None:
    """The folder of finished blocks.

    Raises: InvalidInput where the engine has no blocks, or the folder cannot be one.
    """
    folder: Path | None = arguments.keep
    if folder is None:
        return None
    if arguments.engine != "duckdb":
        wrong, instead = texts.KEEPS_NOTHING, texts.KEEPING_ENGINE
        raise InvalidInput(
            [OptionProblem("nothing_to_keep", "--keep", arguments.engine, wrong, instead)]
        )
    as_of = instant_of(arguments.as_of, model.time_zone, "--as-of")
    try:
        return kept_blocks(
            folder, model, as_of, inputs(arguments).values(), contributions=contributions
        )
    except OSError as error:
        wrong = Text(*(text.format(why=error.strerror) for text in texts.CANNOT_KEEP))
        problem = OptionProblem("not_a_folder", "--keep", str(folder), wrong, texts.ANOTHER_FOLDER)
        raise InvalidInput([problem]) from None


def _scores(
    model: ScoringModel,
    arguments: Namespace,
    talk: Talk,
    *,
    contributions: bool,
    kept: KeptBlocks | None = None,
) -> Scores:
    as_of = instant_of(arguments.as_of, model.time_zone, "--as-of")
    engine = scoring.engine_of(arguments.engine, arguments.spark_master)
    if kept is not None:
        engine = partial(engine, kept=kept)
    with progress_on(talk.err, talk.lang) as progress:
        return scoring.score(
            model,
            sources(arguments),
            as_of,
            engine=engine,
            contributions=contributions,
            progress=progress,
        )


def sources(arguments: Namespace) -> scoring.Sources:
    """Where the facts are."""
    return scoring.Sources(arguments.leads, arguments.touchpoints, arguments.attribute_changes)


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
