"""A form changes what it says and nothing else of the text that somebody wrote."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable
from importlib.resources import files

import pytest

from leadscore.document import as_data, read_model
from leadscore.model import ScoringModel
from lejek.scoring import editing
from lejek.scoring.editing import Edit
from lejek.scoring.rewording import LONGEST, reworded

SHIPPED = sorted(
    each.name
    for each in files("leadscore").joinpath("models").iterdir()
    if each.name.endswith(".yaml")
)


def shipped(name: str = "b2b-default.yaml") -> str:
    return files("leadscore").joinpath("models", name).read_text(encoding="utf-8")


def model_of(text: str) -> ScoringModel:
    found = read_model(text).model
    assert found is not None
    return found


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def comments(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.splitlines() if "#" in line)


def with_points(model: ScoringModel) -> Edit:
    rule = dict(as_data(model)["rules"][0])  # type: ignore[index, arg-type]
    return editing.with_rule(model, rule | {"points": 17.5}, model.rules[0].id)


def with_a_rule_more(model: ScoringModel) -> Edit:
    rule = {
        "id": "brand-new",
        "dimension": model.dimensions[0].name,
        "points": 3,
        "when": {"lead.city": {"eq": "Łódź"}},
    }
    return editing.with_rule(model, rule)


CHANGES: dict[str, Callable[[ScoringModel], Edit]] = {
    "points": with_points,
    "another rule": with_a_rule_more,
    "a rule less": lambda model: editing.without_rule(model, model.rules[-1].id),
    "moved": lambda model: editing.with_rule_moved(model, model.rules[0].id, 1),
    "weights": lambda model: editing.with_weights(model, {model.dimensions[0].name: 7}),
}


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("change", CHANGES)
def test_it_says_the_same_as_the_change_and_keeps_the_comments(name: str, change: str) -> None:
    written = shipped(name)
    edit = CHANGES[change](model_of(written))
    assert edit.document is not None
    text = reworded(written, edit.document)
    assert model_of(text) == model_of(edit.document)
    lost = comments(written) - comments(text)
    assert lost.total() <= (change == "a rule less"), "more is gone than a rule's own"


def test_other_points_are_one_line() -> None:
    written = shipped()
    edit = with_points(model_of(written))
    assert edit.document is not None
    assert changed_lines(written, reworded(written, edit.document)) == [
        "-     points: 20",
        "+     points: 17.5",
    ]


def test_a_new_rule_is_one_line_at_the_end_of_the_rules() -> None:
    written = shipped()
    edit = with_a_rule_more(model_of(written))
    assert edit.document is not None
    (line,) = changed_lines(written, reworded(written, edit.document))
    assert line.startswith("+   - {id: brand-new, dimension: fit")


def test_nothing_changed_is_the_same_text() -> None:
    written = shipped()
    assert reworded(written, editing.edited(model_of(written), lambda _: None).document or "") == (
        written
    )


def test_a_text_that_cannot_be_kept_is_written_anew() -> None:
    edit = with_points(model_of(shipped()))
    assert edit.document is not None
    assert reworded("rules: [", edit.document) == edit.document
    long = shipped() + "#" * LONGEST + "\n"
    assert reworded(long, edit.document) == edit.document
