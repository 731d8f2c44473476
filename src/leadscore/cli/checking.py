"""`leadscore check` and `leadscore schema`: the model document by itself."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from leadscore.checks.problem import Problem
from leadscore.cli import texts
from leadscore.cli.files import NewFiles, check_targets
from leadscore.cli.models import model_of
from leadscore.cli.talking import OK, REFUSED, Talk, problem_data, show_problem
from leadscore.errors import InvalidModel
from leadscore.fields import ModelFields
from leadscore.language.words import counted
from leadscore.model import ScoringModel
from leadscore.rendering.terminal import shown
from leadscore.schema import published_schema


def check(arguments: Namespace, talk: Talk) -> int:
    """Lists every problem of a model, errors and warnings; REFUSED when it cannot be used.

    Fields that the given data do not have are problems, too.
    """
    given = (arguments.leads, arguments.touchpoints, arguments.attribute_changes)
    fields = _fields(*given) if any(given) else None
    model: ScoringModel | None = None
    problems: Sequence[Problem]
    try:
        model, problems = model_of(arguments.model, fields)
    except InvalidModel as error:
        problems = [problem for problem in error.problems if isinstance(problem, Problem)]
    n_errors = sum(problem.is_error for problem in problems)
    stops = bool(problems) if arguments.strict else n_errors > 0
    if talk.is_json:
        found = [problem_data(problem, talk.lang) for problem in problems]
        talk.data({"ok": not stops, "model": arguments.model, "problems": found})
    else:
        for problem in problems:
            show_problem(talk.out, problem, arguments.model, talk.lang)
        talk.show(shown(_summary(arguments.model, model, n_errors, problems, talk.lang), "bold"))
    return REFUSED if stops else OK


def _fields(*given: str | None) -> ModelFields:
    from leadscore.inputs import known_fields  # noqa: PLC0415 - heavy

    return known_fields(*given)


def _summary(
    path: str, model: ScoringModel | None, n_errors: int, problems: Sequence[Problem], lang: str
) -> str:
    if problems or model is None:
        return texts.FOUND_WRONG.of(lang).format(
            model=path,
            errors=counted(n_errors, texts.ERRORS, lang),
            warnings=counted(len(problems) - n_errors, texts.WARNINGS, lang),
        )
    parts = (
        (model.dimensions, texts.DIMENSIONS),
        (model.rules, texts.RULES),
        (model.definitions, texts.DEFINITIONS),
    )
    listed = ", ".join(counted(len(part), name, lang) for part, name in parts)
    return texts.NOTHING_WRONG.of(lang).format(model=path, parts=listed)


def schema(arguments: Namespace, talk: Talk) -> int:
    """Prints the JSON Schema of model documents, or writes it to a file."""
    target: Path | None = arguments.out
    if target is None:
        talk.out.file.write(published_schema())
        return OK
    check_targets({"--out": target}, (".json",))
    with NewFiles() as files:
        files.write(target, lambda path: path.write_text(published_schema(), encoding="utf-8"))
    talk.tell(texts.WRITTEN, path=target)
    return OK
