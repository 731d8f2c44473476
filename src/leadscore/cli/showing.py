"""`leadscore demo`: real leads, the model that comes with them, and what then happened."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from leadscore import demo as demonstration
from leadscore import report
from leadscore.cli import texts
from leadscore.cli.files import NewFiles, check_targets
from leadscore.cli.talking import OK, Talk
from leadscore.errors import InvalidInput
from leadscore.options import OptionProblem, accepted
from leadscore.report.texts import Lang


def demo(arguments: Namespace, talk: Talk) -> int:
    """Scores the leads that a shipped model has not seen, and shows whom to call."""
    target: Path | None = arguments.out
    check_targets({"--out": target}, (".html",))
    data_set = _data_set(arguments.data_set)
    lang: Lang = "pl" if talk.lang == "pl" else "en"
    evaluation = demonstration.run(data_set, data=arguments.data, lang=lang, console=talk.out)
    if target is not None:
        page = report.page(evaluation, lang)
        with NewFiles() as files:
            files.write(target, lambda path: path.write_text(page, encoding="utf-8"))
        talk.tell(texts.SAME_AS_PAGE, path=target)
    return OK


def _data_set(given: str | None) -> str:
    names = list(demonstration.DATA_SETS)
    if given is None:
        return demonstration.DEFAULT
    if given not in names:
        instead = accepted(", ".join(names))
        problem = OptionProblem("unknown_data_set", "DATA_SET", given, texts.NO_DATA_SET, instead)
        raise InvalidInput([problem])
    return given
