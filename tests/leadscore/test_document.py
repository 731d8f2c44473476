"""Reading and writing of model documents: what each key becomes, and that nothing is lost."""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

import leadscore.models
from leadscore.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    DefinitionMet,
    NoneOf,
    Operator,
    Scope,
    Selection,
    TouchpointCount,
)
from leadscore.document import as_data, load_model, read_model, write_json, write_yaml
from leadscore.errors import InvalidModel, LeadScoreError
from leadscore.model import (
    AttributeRule,
    BehaviourRule,
    FrequencyRule,
    Grade,
    Group,
    Rule,
    ScoringModel,
    SilenceRule,
)
from tests.leadscore.generated_models import sound_models

EXAMPLE = """\
schema: 1
name: b2b-default
time_zone: Europe/Warsaw
dimensions:
  fit:
    min: 0
    max: 100
    bands: [{name: cold, from: 0}, {name: warm, from: 26}, {name: hot, from: 51}, {name: burning, from: 76}]
  engagement:
    min: 0
    max: 100
    bands: [{name: cold, from: 0}, {name: warm, from: 26}, {name: hot, from: 51}, {name: burning, from: 76}]
groups:
  email: {dimension: engagement, max: 20}
rules:
  - {id: decision-maker, dimension: fit, points: 20, when: {lead.seniority: {in: [owner, c_level, director]}}}
  - id: large-energy-it-manager
    dimension: fit
    points: 25
    when: {all: [{company.employees: {gt: 1000}}, {company.industry: {eq: energy}}, {lead.department: {eq: it}}]}
  - {id: free-mail, dimension: fit, points: -5, when: {lead.email_kind: {eq: free}}}
  - {id: ebook, dimension: engagement, points: 5, on: ebook_download, max_times: 3}
  - {id: webinar, dimension: engagement, points: 10, on: webinar_attended, within: 180, half_life: 60}
  - {id: pricing-page, dimension: engagement, points: 15, on: page_view, where: {page.category: {eq: pricing}}, within: 90, half_life: 14, max_points: 45}
  - {id: pricing-burst, dimension: engagement, points: 10, on: page_view, where: {page.category: {eq: pricing}}, at_least: 3, within: 7}
  - {id: demo, dimension: engagement, points: 25, on: demo_request, half_life: 30}
  - {id: email-click, dimension: engagement, group: email, points: 2.5, on: email_click, within: 30}
  - {id: silence, dimension: engagement, points: -10, none_for: 30}
overall: {fit: 1, engagement: 1}
grade: {rows: fit, columns: engagement}
definitions:
  marketing_qualified: {when: {all: [{score.fit: {ge: 30}}, {score.engagement: {ge: 40}}]}}
  sales_qualified: {when: {all: [{definition: marketing_qualified}, {touchpoint: {on: demo_request, at_least: 1, within: 30}}]}}
"""  # noqa: E501  # as people write it

SMALL = """\
schema: 1
name: small
time_zone: UTC
dimensions:
  fit: {{min: 0, max: 100, bands: [{{name: cold, from: 0}}, {{name: hot, from: 50}}]}}
groups:
  some: {{dimension: fit, max: 50}}
rules:
  - {{id: r, dimension: fit, points: 60, {rule}}}
definitions:
  met: {{when: {when}}}
"""
ANY_RULE, ANY_CONDITION = "on: visit", "{score.fit: {ge: 10}}"


def model_of(text: str) -> ScoringModel:
    reading = read_model(text)
    assert reading.model is not None, [problem.describe() for problem in reading.problems]
    return reading.model


def rule_of(keys: str) -> Rule:
    return model_of(SMALL.format(rule=keys, when=ANY_CONDITION)).rules[0]


def condition_of(text: str) -> object:
    return model_of(SMALL.format(rule=ANY_RULE, when=text)).definitions[0].when


def test_the_example_of_the_documentation_becomes_the_model_that_it_describes() -> None:
    model = model_of(EXAMPLE)

    assert (model.schema, model.name, model.time_zone) == (1, "b2b-default", "Europe/Warsaw")
    assert [dimension.name for dimension in model.dimensions] == ["fit", "engagement"]
    assert [band.from_milli for band in model.dimensions[0].bands] == [0, 26_000, 51_000, 76_000]
    assert model.groups == (Group("email", "engagement", None, 20_000),)
    assert model.overall == (("fit", 1), ("engagement", 1))
    assert model.grade == Grade("fit", "engagement")
    kinds = [AttributeRule] * 3 + [BehaviourRule] * 3 + [FrequencyRule] + [BehaviourRule] * 2
    assert [type(rule) for rule in model.rules] == [*kinds, SilenceRule]


def test_each_kind_of_rule_is_read_with_all_its_keys() -> None:
    model = model_of(EXAMPLE)
    pricing = Comparison("page.category", Operator.EQ, "pricing")

    assert model.rule("pricing-page") == BehaviourRule(
        id="pricing-page",
        dimension="engagement",
        points_milli=15_000,
        selection=Selection(("page_view",), pricing, 90),
        half_life=14,
        max_points_milli=45_000,
    )
    assert model.rule("pricing-burst") == FrequencyRule(
        id="pricing-burst",
        dimension="engagement",
        points_milli=10_000,
        count=TouchpointCount(Selection(("page_view",), pricing, 7), 3),
    )
    assert model.rule("silence") == SilenceRule(
        id="silence",
        dimension="engagement",
        points_milli=-10_000,
        selection=Selection(()),
        none_for=30,
    )
    assert model.rule("email-click").points_milli == 2_500
    assert model.rule("email-click").group == "email"


def test_definitions_ask_for_each_other_and_for_touchpoints() -> None:
    when = model_of(EXAMPLE).definitions[1].when

    assert when == AllOf(
        (
            DefinitionMet("marketing_qualified"),
            TouchpointCount(Selection(("demo_request",), None, 30), 1),
        )
    )


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(sound_models())
def test_a_model_written_and_read_again_is_the_same_model(model: ScoringModel) -> None:
    from_yaml = read_model(write_yaml(model), format="yaml")
    from_json = read_model(write_json(model), format="json")

    assert [problem.describe() for problem in from_yaml.errors] == []
    assert from_yaml.model == model
    assert from_json.model == model
    assert write_yaml(model) == write_yaml(from_json.sound_model())


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(sound_models())
def test_a_tool_of_the_old_yaml_school_reads_the_same_from_yaml_as_from_json(
    model: ScoringModel,
) -> None:
    assert yaml.safe_load(write_yaml(model)) == json.loads(write_json(model)) == as_data(model)


@pytest.mark.parametrize(
    "path", sorted(Path(leadscore.models.__path__[0]).glob("*.yaml")), ids=lambda path: path.stem
)
def test_a_shipped_model_loads_and_survives_writing(path: Path) -> None:
    model, _ = load_model(path)

    assert read_model(write_yaml(model)).model == model
    assert read_model(write_json(model), format="json").model == model


def test_the_writer_quotes_what_other_tools_misread_and_leaves_the_rest_plain() -> None:
    keys = "on: ['on', 'no', '1e3', 'null', '2024-01-02', webinar_attended, 'Łódź i okolice']"
    text = write_yaml(model_of(SMALL.format(rule=keys, when=ANY_CONDITION)))

    expected = '"on": ["on", "no", "1e3", "null", "2024-01-02", webinar_attended, Łódź i okolice]'
    assert expected in text


def test_a_short_rule_is_one_line_and_a_long_one_a_line_for_each_key() -> None:
    lines = write_yaml(model_of(EXAMPLE)).splitlines()

    silence = "  - {id: silence, dimension: engagement, points: -10, none_for: 30}"
    assert silence in lines
    assert "    where: {page.category: {eq: pricing}}" in lines
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "N", "2024-01-02T10:00:00", "1_0"])
def test_words_that_old_yaml_takes_for_something_else_are_text(word: str) -> None:
    rule = rule_of(f"when: {{lead.answer: {{eq: {word}}}}}")

    assert isinstance(rule, AttributeRule)
    assert rule.when == Comparison("lead.answer", Operator.EQ, word)


@pytest.mark.parametrize(
    ("written", "operand"),
    [
        ("5", 5),
        ("5.0", 5),
        ("1e3", 1000),
        ("-2.5", -2.5),
        (".5", 0.5),
        ("+7", 7),
        ("9007199254740992", 2**53),
        ("'5'", "5"),
        ("true", True),
        ("False", False),
        ("'true'", "true"),
        ("2024-02-29", date(2024, 2, 29)),
        ("'2024-02-29'", date(2024, 2, 29)),
        ("2023-02-29", "2023-02-29"),
        ("Łódź", "Łódź"),
    ],
)
def test_a_literal_is_read_by_its_look(written: str, operand: object) -> None:
    rule = rule_of(f"when: {{lead.answer: {{eq: {written}}}}}")

    assert isinstance(rule, AttributeRule)
    assert isinstance(rule.when, Comparison)
    assert rule.when.operand == operand
    assert type(rule.when.operand) is type(operand)


def test_operators_of_text_take_a_date_as_text() -> None:
    rule = rule_of("when: {lead.note: {starts_with: 2024-02-29}}")

    assert isinstance(rule, AttributeRule)
    assert rule.when == Comparison("lead.note", Operator.STARTS_WITH, "2024-02-29")


@pytest.mark.parametrize(
    ("written", "milli"),
    [("2.5", 2_500), ("0.001", 1), ("-0.125", -125), ("60", 60_000), ("1e2", 100_000)],
)
def test_points_are_exact_to_the_thousandth(written: str, milli: int) -> None:
    text = SMALL.format(rule=ANY_RULE, when="{stage: {eq: lead}}")

    model = model_of(text.replace("points: 60", f"points: {written}"))

    assert model.rules[0].points_milli == milli


def test_several_operators_and_several_fields_in_one_mapping_mean_all_of_them() -> None:
    rule = rule_of("when: {company.employees: {gt: 10, le: 50}, lead.city: {exists: true}}")

    assert isinstance(rule, AttributeRule)
    assert rule.when == AllOf(
        (
            Comparison("company.employees", Operator.GT, 10),
            Comparison("company.employees", Operator.LE, 50),
            Comparison("lead.city", Operator.EXISTS, True),
        )
    )


def test_ignoring_diacritics_concerns_the_texts_beside_it() -> None:
    rule = rule_of("when: {lead.city: {in: [Łódź, Kraków], exists: true, ignore_diacritics: true}}")

    assert isinstance(rule, AttributeRule)
    assert rule.when == AllOf(
        (
            Comparison("lead.city", Operator.IN, ("Łódź", "Kraków"), ignore_diacritics=True),
            Comparison("lead.city", Operator.EXISTS, True),
        )
    )


def test_conditions_nest() -> None:
    text = "{any: [{stage: {eq: mql}}, {none: [{bant.budget: {missing: true}}]}]}"

    assert condition_of(text) == AnyOf(
        (
            Comparison("stage", Operator.EQ, "mql"),
            NoneOf((Comparison("bant.budget", Operator.MISSING, True),)),
        )
    )


def test_one_type_stands_alone_or_in_a_list() -> None:
    assert rule_of("on: visit") == rule_of("on: [visit]")
    several = rule_of("on: [visit, click]")
    assert isinstance(several, BehaviourRule)
    assert several.selection.on == ("visit", "click")


def test_people_of_a_company_are_counted_by_a_frequency_rule() -> None:
    rule = rule_of("on: visit, people: 3, scope: company, within: 30")

    assert isinstance(rule, FrequencyRule)
    assert rule.count == TouchpointCount(Selection(("visit",), None, 30, Scope.COMPANY), 1, 3)


def test_any_key_of_behaviour_makes_a_behaviour_rule_about_every_touchpoint() -> None:
    rule = rule_of("max_times: 2")

    assert isinstance(rule, BehaviourRule)
    assert (rule.selection, rule.max_times) == (Selection(()), 2)


def test_a_behaviour_rule_without_limits_is_written_so_that_it_stays_one() -> None:
    model = model_of(SMALL.format(rule="scope: lead", when=ANY_CONDITION))

    assert "scope: lead" in write_yaml(model)
    assert read_model(write_yaml(model)).model == model


def test_ends_of_bands_may_be_said_when_they_meet_the_next_beginning() -> None:
    text = SMALL.format(rule=ANY_RULE, when=ANY_CONDITION)
    ended = text.replace("from: 0}", "from: 0, to: 50}").replace("from: 50}", "from: 50, to: 100}")

    assert model_of(ended) == model_of(text)


def test_labels_are_kept_in_both_languages() -> None:
    rule = rule_of("on: visit, label: {pl: Odwiedziny strony, en: A visit}")

    assert rule.label == {"pl": "Odwiedziny strony", "en": "A visit"}


def test_hysteresis_is_a_condition_of_its_own() -> None:
    text = SMALL.format(
        rule=ANY_RULE, when="{score.fit: {ge: 40}}, keep_while: {score.fit: {ge: 30}}"
    )
    definition = model_of(text).definitions[0]

    assert definition.keep_while == Comparison("score.fit", Operator.GE, 30)


def test_json_is_read_like_yaml_with_line_and_column() -> None:
    text = write_json(model_of(EXAMPLE)).replace('"points": 20', '"points": "20"')

    problems = read_model(text, format="json").errors

    assert [(problem.code, problem.path) for problem in problems] == [
        ("wrong-type", "rules[0].points")
    ]
    lines = text.splitlines()
    assert problems[0].line is not None
    assert problems[0].column is not None
    assert lines[problems[0].line - 1][problems[0].column - 1 :] == '"20",'


def test_bytes_with_a_byte_order_mark_are_read() -> None:
    assert read_model(b"\xef\xbb\xbf" + EXAMPLE.encode()).model == model_of(EXAMPLE)


def test_a_file_is_read_by_its_ending(tmp_path: Path) -> None:
    model = model_of(EXAMPLE)
    (tmp_path / "model.yaml").write_text(write_yaml(model), encoding="utf-8")
    (tmp_path / "model.json").write_text(write_json(model), encoding="utf-8")

    assert load_model(tmp_path / "model.yaml")[0] == model
    assert load_model(str(tmp_path / "model.json"))[0] == model


def test_a_file_with_errors_raises_all_of_them_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(EXAMPLE.replace("points: 20", "points: 0").replace("max: 20", "mx: 20"))

    with pytest.raises(InvalidModel) as raised:
        load_model(path)

    assert isinstance(raised.value, LeadScoreError)
    codes = [problem.code for problem in raised.value.problems]
    assert codes == ["missing-key", "unknown-key", "zero-points"]
    assert str(raised.value).startswith("broken.yaml:\n")
    assert "did you mean max?" in str(raised.value)


def test_warnings_come_beside_the_model(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(EXAMPLE)

    _, warnings = load_model(path)

    assert [(problem.code, problem.found) for problem in warnings] == [
        ("unreachable-band", "hot"),
        ("unreachable-band", "burning"),
    ]
