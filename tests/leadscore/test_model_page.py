"""The page on the model document names every key and every kind of problem."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import leadscore.document  # noqa: F401 - knows every kind of problem
from leadscore.checks import Problem, texts
from leadscore.conditions import Operator
from leadscore.document import vocabulary

PAGE = Path(__file__).parents[2] / "docs" / "model.md"
KEYS = [
    *vocabulary.MODEL_KEYS.known,
    *vocabulary.DIMENSION_KEYS.known,
    *vocabulary.GROUP_KEYS.known,
    *vocabulary.GRADE_KEYS.known,
    *vocabulary.RULE_KEYS.known,
    *vocabulary.TOUCHPOINT_KEYS.known,
    *vocabulary.COMBINATORS,
    *Operator,
]


def kinds(of: type[Problem] = Problem) -> Iterator[type[Problem]]:
    for each in of.__subclasses__():
        if "code" in vars(each):
            yield each
        yield from kinds(each)


def table() -> list[str]:
    """The rows that the page ought to have."""
    said = {
        each.code: (each.severity.value, (each.__doc__ or "").splitlines()[0]) for each in kinds()
    }
    return [f"| `{code}` | {how} | {what} |" for code, (how, what) in sorted(said.items())]


@pytest.mark.parametrize("key", sorted(set(KEYS) - {"to"}))
def test_every_key_is_on_the_page(key: str) -> None:
    assert key in PAGE.read_text(encoding="utf-8")


def test_every_kind_of_problem_is_on_the_page() -> None:
    rows = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    ]
    assert [row for row in rows if row.count("|") == 4 and row.split("`")[1] in texts.MESSAGES] == (
        table()
    )


def test_every_message_has_its_kind() -> None:
    assert {each.code for each in kinds()} == set(texts.MESSAGES)
