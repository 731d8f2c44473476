"""Hostile documents are refused cheaply: by size, by count, and before anything is built.

What is bounded here is the work, not the time: how many parser events are taken, and whether the
builder is ever called.
"""

import tracemalloc

import pytest

from leadscore.checks.holding import Judge, World
from leadscore.checks.problem import Problem
from leadscore.conditions import AllOf, Condition, NoneOf
from leadscore.document import read_model, reading, yaml_text
from leadscore.document.vocabulary import MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_PROBLEMS
from tests.leadscore.problem_cases import document, when

DEEP = {
    "flow lists": "[" * 100_000,
    "flow mappings": "{a: " * 100_000,
    "block lists": "- " * 100_000,
    "block mappings": "".join(" " * depth + "a:\n" for depth in range(1_000)),
    "keys of keys": "? " * 100_000,
}


class Events:
    """Counts the parser events that the reader takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.n_taken = 0
        take = yaml_text._take

        def counted(event: object, tree: object) -> None:
            self.n_taken += 1
            take(event, tree)  # type: ignore[arg-type]

        monkeypatch.setattr(yaml_text, "_take", counted)


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Events:
    return Events(monkeypatch)


@pytest.fixture
def no_building(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test when anything is built from the document."""

    def refuse(*_: object) -> None:
        pytest.fail("built")

    monkeypatch.setattr(reading, "draft_of", refuse)


@pytest.fixture
def no_parsing(monkeypatch: pytest.MonkeyPatch, no_building: None) -> None:
    """Fails the test when the text reaches a parser."""

    def refuse(*_: object) -> None:
        pytest.fail("parsed")

    monkeypatch.setattr(reading, "yaml_tree", refuse)
    monkeypatch.setattr(reading, "json_tree", refuse)


def only(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, [problem.describe() for problem in problems]
    return problems[0]


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting_is_refused_at_the_bound(name: str, events: Events, no_building: None) -> None:
    problems = read_model(DEEP[name]).problems

    assert problems[-1].code == "too-deep"
    assert events.n_taken <= 3 * MAX_DEPTH + 5


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_json_is_refused_at_the_bound(opening: str, no_building: None) -> None:
    problem = only(read_model(opening * 100_000, format="json").problems)

    assert (problem.code, problem.found) == ("too-deep", str(MAX_DEPTH + 1))
    assert problem.column is not None
    assert problem.column <= len(opening) * (MAX_DEPTH + 1)


def test_nesting_up_to_the_bound_is_read() -> None:
    # The model, its rules, a rule, its condition: four levels; two more for each `all`.
    n_alls = (MAX_DEPTH - 5) // 2
    condition = "{all: [" * n_alls + "{stage: {eq: a}}" + "]}" * n_alls

    assert read_model(when(condition)).problems == ()


@pytest.mark.parametrize("content", ["x" * 10_000_000, b"x" * 10_000_000], ids=["text", "bytes"])
def test_ten_megabytes_are_refused_unseen(content: str | bytes, no_parsing: None) -> None:
    tracemalloc.start()
    problem = only(read_model(content).problems)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert problem.code == "too-large"
    assert peak < 1_000_000


def test_size_is_counted_in_bytes(no_parsing: None) -> None:
    text = "ż" * (MAX_BYTES // 2 + 1)

    assert only(read_model(text).problems).code == "too-large"


def test_an_alias_bomb_is_refused_without_following_a_single_alias(events: Events) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40)
    )

    problems = read_model(bomb).problems

    assert {"alias"} <= {problem.code for problem in problems}
    assert events.n_taken <= 6 * 40 + 5


def test_endlessly_many_keys_are_refused_at_the_bound(events: Events, no_building: None) -> None:
    text = "".join(f"k{i}: 1\n" for i in range(90_000))

    problem = only(read_model(text).problems)

    assert (problem.code, problem.found) == ("too-many-nodes", str(MAX_NODES + 1))
    assert events.n_taken <= MAX_NODES + 5


def test_endlessly_many_values_of_json_are_refused_at_the_bound(no_building: None) -> None:
    text = "[" + "1," * 400_000 + "1]"

    problem = only(read_model(text, format="json").problems)

    assert (problem.code, problem.found) == ("too-many-nodes", str(MAX_NODES + 1))


def test_a_flood_of_problems_ends_early(events: Events, no_building: None) -> None:
    problems = read_model("k: 1\n" * 100_000).problems

    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].code == "too-many-problems"
    assert events.n_taken < 2 * MAX_PROBLEMS + 10


@pytest.mark.parametrize(
    "text",
    ["%TAG !a! x\n" * 80_000 + "--- a", "a: 1\n...\n" + "%TAG !a! x\n" * 80_000 + "--- b"],
    ids=["before the document", "after the document"],
)
def test_directives_do_not_reach_the_parser(text: str, events: Events, no_building: None) -> None:
    assert only(read_model(text).problems).code == "directive"
    assert events.n_taken == 0


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1" + "0" * 400, "number-too-large"),
        ("1" + "0" * 900_000, "number-too-large"),
        ("1e999999999", "number-too-large"),
        ("-1e999999999", "number-too-large"),
        ("1e-999999999", "number-too-large"),
        ("0." + "0" * 100 + "1", "number-too-large"),
        ("9007199254740993", "number-too-large"),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_huge_numbers_are_never_made(number: str, code: str, notation: str) -> None:
    text = f'{{"schema": {number}}}'

    problems = read_model(text, format=notation).problems  # type: ignore[arg-type]

    found = next(problem for problem in problems if problem.path == "schema")
    assert found.code == code
    assert len(found.found) <= 40


@pytest.mark.parametrize("word", [".nan", ".NaN", ".inf", "-.inf", "+.INF"])
def test_what_is_no_finite_number_is_refused_in_yaml(word: str) -> None:
    assert "not-finite" in {problem.code for problem in read_model(f"schema: {word}").problems}


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_finite_number_is_refused_in_json(word: str) -> None:
    problems = read_model(f'{{"schema": {word}}}', format="json").problems

    assert "not-finite" in {problem.code for problem in problems}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a: \x00", "control-character"),
        ("a: \x07", "control-character"),
        ("a: \x1b[31m", "control-character"),
        ("a: \x85", "control-character"),
        ("a: \ud800", "control-character"),
        ("a: \ufffe", "control-character"),
        (b"a: \xff", "not-utf-8"),
        (b"a: \xed\xa0\x80", "not-utf-8"),
        ("a: 1".encode("utf-16"), "not-utf-8"),
    ],
    ids=repr,
)
def test_what_is_not_text_is_refused_before_parsing(
    content: str | bytes, code: str, no_parsing: None
) -> None:
    problem = only(read_model(content).problems)

    assert problem.code == code
    assert problem.describe().isprintable()


@pytest.mark.parametrize(
    ("text", "notation"),
    [('{"name": "\\ud800"}', "json"), ('{"\\udfff": 1}', "json"), ('name: "\\ud800"', "yaml")],
)
def test_half_a_character_cannot_be_smuggled_in_by_an_escape(text: str, notation: str) -> None:
    problem = only(read_model(text, format=notation).problems)  # type: ignore[arg-type]

    assert problem.code == "syntax"


@pytest.mark.parametrize("text", ["", " \n", "# only a comment\n", "---\n"], ids=repr)
def test_an_empty_document_is_told_so(text: str) -> None:
    assert read_model(text).problems[0].code in {"empty", "wrong-type"}


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', "[1,]", "[1 2]"),
        *('{"a" 1}', "{1: 2}", "{'a': 1}", '"abc', '"a\nb"', '"\\x"', "01", "1.", ".5", "+1"),
        *("tru", "nul", "[1]]", "{}{}", "[1}", "// a\n{}", '{"a": undefined}', "1e", "--1"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(text: str) -> None:
    problems = read_model(text, format="json").problems

    assert problems[0].code == ("syntax" if text else "empty")
    assert problems[0].line is not None


def test_a_key_of_a_megabyte_is_shown_shortened() -> None:
    problems = read_model('{"' + "k" * 900_000 + '": 1}', format="json").problems

    assert max(len(problem.describe()) for problem in problems) < 500


@pytest.mark.parametrize(
    "text",
    [
        document(rules="[" + "{}," * 2_001 + "]"),
        document(dimensions=",".join(f"d{i}: {{}}" for i in range(21))),
        document(definitions=",".join(f"d{i}: {{}}" for i in range(201))),
        document(groups=",".join(f"g{i}: {{}}" for i in range(501))),
        document(dimensions="fit: {min: 0, max: 9, bands: [" + "{}," * 27 + "]}"),
    ],
    ids=["rules", "dimensions", "definitions", "groups", "bands"],
)
def test_more_parts_than_there_may_be_are_refused(text: str) -> None:
    codes = {problem.code for problem in read_model(text).problems}

    assert codes & {"too-many", "too-many-problems"}


class CountingJudge(Judge):
    """Counts the steps of a judge."""

    n_steps = 0

    def _spend(self, work: int) -> None:
        self.n_steps += work
        super()._spend(work)


def test_conditions_that_multiply_are_judged_within_a_budget() -> None:
    definitions = "d0: {when: {score.fit: {ge: 1}}}" + "".join(
        f", d{i}: {{when: {{any: [{{definition: d{i - 1}}}, {{definition: d{i - 1}}}]}}}}"
        for i in range(1, 190)
    )
    model = read_model(document(definitions=definitions)).sound_model()
    conditions: dict[str, Condition] = {part.name: part.when for part in model.definitions}
    judge = CountingJudge(World(definitions=conditions), work=10_000)

    assert all(judge.can_hold(condition) for condition in conditions.values())
    assert judge.n_steps < 20_000


def test_without_a_budget_nothing_is_called_impossible() -> None:
    model = read_model(document(definitions="a: {when: {stage: {eq: x}}}")).sound_model()
    stage = model.definitions[0].when
    contradiction = AllOf((stage, NoneOf((stage,))))

    assert not Judge(World()).can_hold(contradiction)
    assert Judge(World(), work=1).can_hold(contradiction)
    assert Judge(World(), work=1).clash(contradiction) == ()
    assert Judge(World(), work=1).scores(contradiction) == {}


def test_near_names_are_looked_for_only_so_often() -> None:
    rules = ",".join(f"{{id: r{i}, dimension: fti, points: 1, on: v}}" for i in range(400))
    problems = read_model(document(rules=f"[{rules}]")).problems

    offered = [problem for problem in problems if problem.near]
    assert 0 < len(offered) <= 30
    assert len(problems) == 400
