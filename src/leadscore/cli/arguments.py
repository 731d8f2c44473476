"""What can be said to `leadscore`."""

from __future__ import annotations

import argparse
from pathlib import Path

from leadscore.language.words import LANGUAGES
from leadscore.options import ENGINES, HORIZON_DAYS

LANGUAGE_VARIABLE = "LEADSCORE_LANG"

_FILES = "a .csv, .csv.gz or .parquet file, or a folder of .parquet files"
_MOMENT = "2026-01-31T12:00:00+01:00, or a day such as 2026-01-31 (until its end)"
_TABLE = "FILE.csv|FILE.parquet"


def parser(lang: str) -> argparse.ArgumentParser:
    """The parser of the whole command line; `lang` is the language when none is asked for."""
    top = argparse.ArgumentParser(
        prog="leadscore",
        description="Lead scores that explain themselves.",
        epilog="Exit codes: 0 done, 1 the input was refused, 2 wrong use, 130 interrupted.",
    )
    top.add_argument("--version", action="store_true", help="print the version and leave")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    model, facts, engine = _model(), _facts(are_required=True), _engine()
    language, talking = _language(lang), _talking(lang)
    moment = _moment(is_required=True)
    _add(commands, "check", "list everything that is wrong with a model",
         [model, _facts(are_required=False), talking])  # fmt: skip
    _add(commands, "schema", "print the JSON Schema of model documents", [])
    _add(commands, "score", "score all leads", [model, facts, moment, engine, talking])
    _add(commands, "explain", "say why a lead has its score",
         [model, facts, moment, talking])  # fmt: skip
    _add(commands, "compare", "say what another model changes", [
        _models(), facts, moment, engine, talking])  # fmt: skip
    _add(commands, "backtest", "hold a model against what became of its leads",
         [model, facts, _moment(is_required=False), engine, talking])  # fmt: skip
    _add(commands, "demo", "score real leads that come with the package", [language])
    _own_options(commands.choices)
    return top


def _own_options(by_command: dict[str, argparse.ArgumentParser]) -> None:
    by_command["check"].add_argument(
        "--strict", action="store_true", help="let warnings count as errors"
    )
    by_command["schema"].add_argument(
        "--out", type=Path, metavar="FILE.json", help="write it to a file"
    )
    _score_options(by_command["score"])
    by_command["explain"].add_argument("--lead", required=True, metavar="ID", help="the lead_id")
    for name in ("score", "explain", "compare", "backtest"):
        by_command[name].add_argument(
            "--rejects", type=Path, metavar=_TABLE, help="write what was left out"
        )
    _compare_options(by_command["compare"])
    _backtest_options(by_command["backtest"])
    _demo_options(by_command["demo"])


def _score_options(score: argparse.ArgumentParser) -> None:
    score.add_argument(
        "--out", type=Path, metavar=_TABLE, help="write the scores; without it, show the hottest"
    )
    score.add_argument(
        "--contributions", type=Path, metavar=_TABLE, help="write what each rule gave each lead"
    )
    score.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep finished parts there: the same command goes on where it was interrupted",
    )
    _add_top(score, "leads to show without --out")


def _compare_options(compare: argparse.ArgumentParser) -> None:
    compare.add_argument(
        "--out", type=Path, metavar=_TABLE, help="write the leads that change, both sides"
    )
    _add_top(compare, "leads that move most to show")


def _backtest_options(backtest: argparse.ArgumentParser) -> None:
    backtest.add_argument(
        "--outcomes",
        required=True,
        metavar="FILE",
        help="what became of leads: lead_id, outcome (won or lost), occurred_at",
    )
    backtest.add_argument(
        "--horizon",
        type=_positive,
        default=HORIZON_DAYS,
        metavar="DAYS",
        help=f"days within which a win counts ({HORIZON_DAYS})",
    )
    backtest.add_argument(
        "--every",
        type=_spacing,
        default="month",
        metavar="month|week|DAYS",
        help="how often to look back (month)",
    )


def _demo_options(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("data_set", nargs="?", metavar="DATA_SET", help="which data set to show")
    demo.add_argument(
        "--data", type=Path, metavar="FOLDER", help="the folder of the full data sets"
    )
    demo.add_argument("--out", type=Path, metavar="FILE.html", help="write the same as a page")


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    summary: str,
    parents: list[argparse.ArgumentParser],
) -> None:
    sentence = f"{summary[0].upper()}{summary[1:]}."
    commands.add_parser(name, help=summary, description=sentence, parents=parents)


# Groups of options that several commands share ---------------------------------------------


def _part() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(add_help=False)


def _talking(lang: str) -> argparse.ArgumentParser:
    part = argparse.ArgumentParser(add_help=False, parents=[_language(lang)])
    part.add_argument("--json", action="store_true", help="answer in JSON, for machines")
    return part


def _language(lang: str) -> argparse.ArgumentParser:
    part = _part()
    part.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=lang,
        help=f"language of the answer ({LANGUAGE_VARIABLE}, or else en)",
    )
    return part


def _model() -> argparse.ArgumentParser:
    part = _part()
    part.add_argument(
        "model", metavar="MODEL", help="a .yaml or .json model, or the name of a shipped one"
    )
    return part


def _models() -> argparse.ArgumentParser:
    part = _part()
    part.add_argument("model", metavar="MODEL_A", help="the model of today")
    part.add_argument("other", metavar="MODEL_B", help="the model that may take its place")
    return part


def _facts(*, are_required: bool) -> argparse.ArgumentParser:
    part = _part()
    for name in ("--leads", "--touchpoints"):
        part.add_argument(name, required=are_required, metavar="FILE", help=_FILES)
    part.add_argument(
        "--attribute-changes",
        metavar="FILE",
        help="lead_id, field, value, known_at: what was known of leads, and since when",
    )
    return part


def _moment(*, is_required: bool) -> argparse.ArgumentParser:
    part = _part()
    rest = "" if is_required else "; until when the outcomes are known"
    part.add_argument("--as-of", required=is_required, metavar="MOMENT", help=_MOMENT + rest)
    return part


def _engine() -> argparse.ArgumentParser:
    part = _part()
    part.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="what does the sums")
    part.add_argument("--spark-master", metavar="URL", help="such as spark://host:7077")
    part.add_argument(
        "--shared-folder",
        metavar="FOLDER",
        help="for a Spark cluster of several machines: a folder that all of them can read",
    )
    return part


def _add_top(to: argparse.ArgumentParser, what: str) -> None:
    to.add_argument("--top", type=_positive, default=10, metavar="N", help=f"{what} (10)")


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return number


def _spacing(text: str) -> str | int:
    return text if text in {"month", "week"} else _positive(text)
