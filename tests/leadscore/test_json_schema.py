"""The published JSON Schema says the same about structure as the reader."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import leadscore.models
from leadscore.conditions import Operator
from leadscore.document import as_data, read_model
from leadscore.model import ScoringModel
from leadscore.schema import json_schema, published_schema, schema_text
from tests.leadscore.generated_models import sound_models
from tests.leadscore.problem_cases import (
    BY_ARITHMETIC,
    BY_MEANING,
    BY_REFERENCE,
    STRUCTURAL,
    WARNINGS,
    Case,
    document,
)
from tests.leadscore.test_document import EXAMPLE

VALIDATOR = Draft202012Validator(json.loads(published_schema()))


class _OnlyCoreWords(yaml.SafeLoader):
    """Reads YAML into plain values as our reader sees them: `on` is a word, days are text."""


_OnlyCoreWords.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if "timestamp" not in tag]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    if first not in "oOyY"
}


def plain(text: str) -> object:
    return yaml.load(text, Loader=_OnlyCoreWords)  # noqa: S506  # a safe loader


def is_valid(data: object) -> bool:
    return VALIDATOR.is_valid(data)


def is_read(data: object) -> bool:
    return read_model(json.dumps(data), format="json").model is not None


def test_the_published_schema_is_the_one_that_the_reader_makes() -> None:
    assert published_schema() == schema_text()


def test_the_schema_is_a_sound_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_the_example_of_the_documentation_is_valid() -> None:
    VALIDATOR.validate(plain(EXAMPLE))


@pytest.mark.parametrize(
    "path", sorted(Path(leadscore.models.__path__[0]).glob("*.yaml")), ids=lambda path: path.stem
)
def test_a_shipped_model_is_valid(path: Path) -> None:
    VALIDATOR.validate(plain(path.read_text(encoding="utf-8")))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(sound_models())
def test_what_the_writer_writes_is_valid(model: ScoringModel) -> None:
    VALIDATOR.validate(as_data(model))


@pytest.mark.parametrize("case", STRUCTURAL, ids=lambda case: case.name)
def test_a_structural_problem_is_refused_by_the_schema_as_well(case: Case) -> None:
    assert read_model(case.text).model is None
    assert not is_valid(plain(case.text))


@pytest.mark.parametrize(
    "case", [*BY_ARITHMETIC, *BY_REFERENCE, *BY_MEANING, *WARNINGS], ids=lambda case: case.name
)
def test_what_needs_arithmetic_or_other_parts_of_the_document_is_left_to_the_reader(
    case: Case,
) -> None:
    assert is_valid(plain(case.text)) or case.code == "unknown-field"


RULES: dict[str, dict[str, object]] = {
    "when": {"when": {"stage": {"eq": "a"}}},
    "on": {"on": "visit"},
    "at_least": {"on": "visit", "at_least": 2},
    "none_for": {"none_for": 30},
}
EXTRA = {
    "on": "click",
    "where": {"page": {"eq": "a"}},
    "within": 365,
    "scope": "company",
    "half_life": 180,
    "max_times": 5,
    "max_points": 90,
    "at_least": 3,
    "people": 2,
    "none_for": 10,
    "when": {"stage": {"eq": "b"}},
}


def with_rule(**keys: object) -> dict[str, object]:
    base = plain(document())
    assert isinstance(base, dict)
    return {**base, "rules": [{"id": "r", "dimension": "fit", "points": 60, **keys}]}


@pytest.mark.parametrize("mark", RULES)
@given(st.sets(st.sampled_from(sorted(EXTRA))))
def test_schema_and_reader_agree_on_which_keys_go_together_in_a_rule(
    mark: str, extra: set[str]
) -> None:
    data = with_rule(**RULES[mark], **{key: EXTRA[key] for key in extra - RULES[mark].keys()})

    assert is_valid(data) == is_read(data)


VALUES: list[object] = [
    *("text", "2024-02-29", 5, -2.5, True, None, [], {}),
    *(["a", "b"], [1, 2], ["2024-01-01", "2024-02-01"], [1, "a"], [True, False], [1, 2, 3]),
]


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("value", VALUES, ids=str)
def test_schema_and_reader_agree_on_which_operands_an_operator_takes(
    operator: str, value: object
) -> None:
    data = with_rule(when={"lead.a": {operator: value}})

    assert is_valid(data) == is_read(data)


def paths(data: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all parts of plain values."""
    parts: list[tuple[str | int, object]] = []
    if isinstance(data, dict):
        parts = list(data.items())
    elif isinstance(data, list):
        parts = list(enumerate(data))
    return [path, *(inner for key, part in parts for inner in paths(part, (*path, key)))]


def changed(data: object, path: tuple[str | int, ...], value: object) -> object:
    """The same plain values with another value at a path."""
    if not path:
        return value
    first, *rest = path
    inner = data[first]  # type: ignore[index]  # the path is of these values
    new = changed(inner, tuple(rest), value)
    if isinstance(data, dict):
        return {**data, first: new}
    assert isinstance(data, list)
    return [new if index == first else part for index, part in enumerate(data)]


@settings(max_examples=300)
@given(st.data())
def test_a_value_of_another_kind_anywhere_is_refused_by_both(data: st.DataObject) -> None:
    example = plain(EXAMPLE)
    path = data.draw(st.sampled_from(paths(example)))
    value: object = data.draw(st.sampled_from([None, [[]], {"strange": [[]]}, [None]]))
    mutant = changed(example, path, value)

    assert not is_read(mutant)
    assert not is_valid(mutant)


@settings(max_examples=200)
@given(st.data())
def test_a_strange_key_anywhere_is_refused_by_both_or_is_a_name(data: st.DataObject) -> None:
    example = plain(EXAMPLE)
    holders = [path for path in paths(example) if isinstance(_at(example, path), dict)]
    path = data.draw(st.sampled_from(holders))
    holder = _at(example, path)
    assert isinstance(holder, dict)
    mutant = changed(example, path, {**holder, "Strange key": 1})

    assert not is_read(mutant)
    # A weight may stand beside any name; only the reader knows the dimensions.
    assert is_valid(mutant) == (path == ("overall",))


def _at(data: object, path: tuple[str | int, ...]) -> object:
    for step in path:
        data = data[step]  # type: ignore[index]  # the path is of these values
    return data
