"""Documents with one thing wrong, made from small pieces, for the tests of checks and schema.

The tables have one case a line.
"""

# ruff: noqa: E501

from dataclasses import dataclass

DIMENSION = "{min: 0, max: 100, bands: [{name: cold, from: 0}, {name: hot, from: 50}]}"


def document(
    *,
    rule: str = "points: 60, on: visit",
    rules: str | None = None,
    dimensions: str = f"fit: {DIMENSION}",
    groups: str = "",
    definitions: str = "",
    **top: str,
) -> str:
    """A sound document in which single pieces are replaced; `top` replaces or adds whole keys."""
    keys = {
        "schema": "1",
        "name": "small",
        "time_zone": "UTC",
        "dimensions": f"{{{dimensions}}}",
        "groups": f"{{{groups}}}" if groups else "",
        "rules": rules or f"[{{id: r, dimension: fit, {rule}}}]",
        "definitions": f"{{{definitions}}}" if definitions else "",
        **top,
    }
    return "".join(f"{key}: {value}\n" for key, value in keys.items() if value)


def when(condition: str) -> str:
    """A document with one attribute rule."""
    return document(rule=f"points: 60, when: {condition}")


def where(condition: str) -> str:
    """A document with one rule about touchpoints."""
    return document(rule=f"points: 60, on: visit, where: {condition}")


def met(condition: str, more: str = "") -> str:
    """A document with one definition."""
    return document(definitions=f"met: {{when: {condition}{more}}}")


def bands(text: str) -> str:
    """A document with these bands on a range from 0 to 100."""
    return document(dimensions=f"fit: {{min: 0, max: 100, bands: [{text}]}}")


@dataclass(frozen=True)
class Case:
    """A document with one thing wrong: the code of the problem, where it is and what is found."""

    name: str
    text: str
    code: str
    path: str
    found: str = ""
    near: tuple[str, ...] = ()


FIT = "fit: {min: 0, max: 100, bands: [{name: cold, from: 0}]}"
TWO = f"fit: {DIMENSION}, engagement: {DIMENSION}"

# fmt: off
STRUCTURAL = [
    Case("misspelt key", document(tme_zone="UTC"), "unknown-key", "tme_zone", "tme_zone", ("time_zone",)),
    Case("misspelt rule key", document(rule="points: 1, on: v, halflife: 3"), "unknown-key", "rules[0].halflife", "halflife", ("half_life",)),
    Case("language nobody reads", document(label="{de: Modell}"), "unknown-key", "label.de", "de"),
    Case("no name", document(name=""), "missing-key", "", ""),
    Case("no points", document(rule="on: visit"), "missing-key", "rules[0]", ""),
    Case("group without limits", document(groups="g: {dimension: fit}"), "missing-key", "groups.g", ""),
    Case("points as text", document(rule="points: lots, on: visit"), "wrong-type", "rules[0].points", "lots"),
    Case("rules as mapping", document(rules="{a: 1}"), "wrong-type", "rules", "{a}"),
    Case("dimensions as list", document(dimensions="").replace("{}", "[a]"), "wrong-type", "dimensions", "[…]"),
    Case("null cap", document(rule="points: 1, on: visit, max_points: null"), "wrong-type", "rules[0].max_points", "null"),
    Case("half a day", document(rule="points: 1, on: visit, within: 1.5"), "wrong-type", "rules[0].within", "1.5"),
    Case("field without operator", when("{lead.department: it}"), "wrong-type", 'rules[0].when["lead.department"]', "it"),
    Case("comparison with nothing", when("{lead.department: {eq: null}}"), "wrong-type", 'rules[0].when["lead.department"].eq', "null"),
    Case("in without a list", when("{lead.department: {in: it}}"), "wrong-type", 'rules[0].when["lead.department"].in', "it"),
    Case("between three values", when("{lead.age: {between: [1, 2, 3]}}"), "wrong-type", 'rules[0].when["lead.age"].between', "[…]"),
    Case("exists with text", when("{lead.age: {exists: 'yes'}}"), "wrong-operand", 'rules[0].when["lead.age"].exists', "yes"),
    Case("types of touchpoints as mapping", document(rule="points: 1, on: {a: b}"), "wrong-type", "rules[0].on", "{a}"),
    Case("label as text", document(label="Model"), "wrong-type", "label", "Model"),
    Case("whose touchpoints", document(rule="points: 1, on: visit, scope: compny"), "unknown-scope", "rules[0].scope", "compny", ("company",)),
    Case("future format", document(schema="2"), "unknown-schema-version", "schema", "2"),
    Case("capital in id", document(rules="[{id: Rule, dimension: fit, points: 1, on: v}]"), "bad-name", "rules[0].id", "Rule"),
    Case("hyphen in dimension", document(dimensions=f"my-fit: {DIMENSION}", rules="[]"), "bad-name", "dimensions.my-fit", "my-fit"),
    Case("endless field name", when(f"{{lead.{'v' * 100}: {{exists: true}}}}"), "bad-name", f'rules[0].when["lead.{"v" * 54}…"]', "lead." + "v" * 54 + "…"),
    Case("endless touchpoint type", document(rule=f"points: 1, on: {'v' * 101}"), "bad-name", "rules[0].on", "v" * 59 + "…"),
    Case("dimension called overall", document(dimensions=f"overall: {DIMENSION}", rules="[]"), "reserved-name", "dimensions.overall", "overall"),
    Case("property called type", where("{type: {eq: a}}"), "reserved-name", "rules[0].where.type", "type"),
    Case("eleven years", document(rule="points: 1, on: visit, within: 3651"), "out-of-range", "rules[0].within", "3651"),
    Case("zero days", document(rule="points: 1, none_for: 0"), "out-of-range", "rules[0].none_for", "0"),
    Case("a million and one points", document(rule="points: -1000001, on: visit"), "out-of-range", "rules[0].points", "-1000001"),
    Case("weight of nothing", document(overall="{fit: 0}"), "out-of-range", "overall.fit", "0"),
    Case("negative weight", document(overall="{fit: -1}"), "out-of-range", "overall.fit", "-1"),
    Case("no dimension", document(dimensions="", rules="[]"), "empty", "dimensions"),
    Case("no band", bands(""), "empty", "dimensions.fit.bands"),
    Case("empty condition", when("{}"), "empty", "rules[0].when"),
    Case("all of nothing", when("{all: []}"), "empty", "rules[0].when.all"),
    Case("in nothing", when("{lead.a: {in: []}}"), "empty", 'rules[0].when["lead.a"].in'),
    Case("field compared with nothing", when("{lead.a: {}}"), "empty", 'rules[0].when["lead.a"]'),
    Case("only a flag", when("{lead.a: {ignore_diacritics: true}}"), "empty", 'rules[0].when["lead.a"]'),
    Case("any touchpoint type of none", document(rule="points: 1, on: []"), "empty", "rules[0].on"),
    Case("empty overall", document(overall="{}"), "empty", "overall"),
    Case("touchpoint without a word", met("{touchpoint: {}}"), "empty", "definitions.met.when.touchpoint"),
    Case("empty label", document(label="{pl: ''}"), "text-length", "label.pl", "0"),
    Case("endless operand", when(f"{{lead.a: {{eq: {'x' * 1001}}}}}"), "text-length", 'rules[0].when["lead.a"].eq', "1001"),
    Case("attributes and touchpoints", document(rule="points: 1, when: {stage: {eq: a}}, on: visit"), "keys-do-not-go-together", "rules[0].on", "on"),
    Case("frequency that decays", document(rule="points: 1, on: visit, at_least: 3, half_life: 7"), "keys-do-not-go-together", "rules[0].half_life", "half_life"),
    Case("frequency with a cap", document(rule="points: 1, on: visit, at_least: 3, max_points: 7"), "keys-do-not-go-together", "rules[0].max_points", "max_points"),
    Case("silence within", document(rule="points: 1, none_for: 30, within: 7"), "keys-do-not-go-together", "rules[0].within", "within"),
    Case("silence that counts", document(rule="points: 1, none_for: 30, max_times: 7"), "keys-do-not-go-together", "rules[0].max_times", "max_times"),
    Case("rule without an occasion", document(rule="points: 1"), "rule-says-nothing", "rules[0]"),
    Case("touchpoint in a rule", when("{touchpoint: {on: visit}}"), "condition-not-allowed-here", "rules[0].when.touchpoint", "touchpoint"),
    Case("definition in where", where("{definition: met}"), "condition-not-allowed-here", "rules[0].where.definition", "definition"),
    Case("score in a rule", when("{score.fit: {ge: 1}}"), "computed-field-not-allowed-here", 'rules[0].when["score.fit"]', "score.fit"),
    Case("misspelt operator", when("{lead.age: {gte: 1}}"), "unknown-operator", 'rules[0].when["lead.age"].gte', "gte", ("gt", "ge")),
    Case("more than a text", when("{lead.name: {gt: abc}}"), "wrong-operand", 'rules[0].when["lead.name"].gt', "abc"),
    Case("contains a number", when("{lead.name: {contains: 5}}"), "wrong-operand", 'rules[0].when["lead.name"].contains', "5"),
    Case("truth values in a list", when("{lead.vip: {in: [true, false]}}"), "wrong-operand", 'rules[0].when["lead.vip"].in[0]', "true"),
    Case("score as text", met("{score.fit: {eq: high}}"), "wrong-operand", 'definitions.met.when["score.fit"].eq', "high"),
    Case("band as number", met("{band.fit: {eq: 3}}"), "wrong-operand", 'definitions.met.when["band.fit"].eq', "3"),
    Case("missing score", met("{score.fit: {missing: true}}"), "operator-not-for-field", 'definitions.met.when["score.fit"].missing', "missing"),
    Case("two types in a list", when("{lead.a: {in: [it, 5]}}"), "mixed-types", 'rules[0].when["lead.a"].in[1]', "5"),
    Case("people of one lead", document(rule="points: 1, on: visit, people: 3"), "people-without-company", "rules[0].people", "people"),
    Case("nothing given", document(rule="points: 0, on: visit"), "zero-points", "rules[0].points", "0"),
    Case("negative cap", document(rule="points: -1, on: visit, max_points: -10"), "cap-not-positive", "rules[0].max_points", "-10"),
]

IN_THE_TEXT = [
    Case("unclosed bracket", "schema: [1\n", "syntax", "", "while parsing a flow sequence, did not find expected ',' or ']'"),
    Case("bell", "schema: \x07", "control-character", "", "U+0007"),
    Case("escaped bell", document(label='{pl: "a\\x07"}'), "control-character", "label.pl", "U+0007"),
    Case("anchor", document(name="&a small"), "alias", "name", "&a"),
    Case("alias", "name: *a\n", "alias", "name", "*a"),
    Case("tag", document(name="!!str small"), "tag", "name", "tag:yaml.org,2002:str"),
    Case("directive", "%YAML 1.1\n---\na: 1\n", "directive", "", "%"),
    Case("second document", document() + "---\n" + document(), "several-documents", ""),
    Case("key twice", document() + "name: other\n", "duplicate-key", "name", "name"),
    Case("list as key", document(label="{[a]: b}"), "key-not-text", 'label'),
    Case("infinity", document(rule="points: .inf, on: visit"), "not-finite", "rules[0].points", ".inf"),
    Case("huge integer", when(f"{{lead.a: {{eq: 1{'0' * 400}}}}}"), "number-too-large", 'rules[0].when["lead.a"].eq', "1" + "0" * 38 + "…"),
    Case("octal or not", when("{lead.zip: {eq: 00950}}"), "ambiguous-number", 'rules[0].when["lead.zip"].eq', "00950"),
]

BY_ARITHMETIC = [
    Case("range upside down", when("{lead.age: {between: [9, 3]}}"), "between-reversed", 'rules[0].when["lead.age"].between', "[9, 3]"),
    Case("diacritics of numbers", when("{lead.age: {eq: 3, ignore_diacritics: true}}"), "nothing-to-fold", 'rules[0].when["lead.age"].ignore_diacritics', "ignore_diacritics"),
    Case("four decimals", document(rule="points: 0.0005, on: visit"), "too-many-decimals", "rules[0].points", "0.0005"),
    Case("score to the ten-thousandth", met("{score.fit: {ge: 1.00005}}"), "too-many-decimals", 'definitions.met.when["score.fit"].ge', "1.00005"),
    Case("time zone of nowhere", document(time_zone="Europe/Warsav"), "unknown-time-zone", "time_zone", "Europe/Warsav", ("Europe/Warsaw",)),
    Case("dimension upside down", document(dimensions="fit: {min: 9, max: 3, bands: [{name: a, from: 9}]}"), "range-reversed", "dimensions.fit.max", "3"),
    Case("group upside down", document(groups="g: {dimension: fit, min: 9, max: 3}"), "range-reversed", "groups.g.max", "3"),
    Case("gap of one point", bands("{name: a, from: 0, to: 25}, {name: b, from: 26}"), "band-gap", "dimensions.fit.bands[0].to", "25"),
    Case("overlap", bands("{name: a, from: 0, to: 30}, {name: b, from: 26}"), "band-overlap", "dimensions.fit.bands[0].to", "30"),
    Case("bands out of order", bands("{name: a, from: 0}, {name: b, from: 50}, {name: c, from: 20}"), "band-order", "dimensions.fit.bands[2].from", "20"),
    Case("nothing at the bottom", bands("{name: a, from: 1}"), "first-band-not-at-minimum", "dimensions.fit.bands[0].from", "1"),
    Case("band above everything", bands("{name: a, from: 0}, {name: b, from: 101}"), "band-beyond-maximum", "dimensions.fit.bands[1].from", "101"),
    Case("end above everything", bands("{name: a, from: 0, to: 101}"), "band-beyond-maximum", "dimensions.fit.bands[0].to", "101"),
    Case("nothing at the top", bands("{name: a, from: 0, to: 99}"), "last-band-too-short", "dimensions.fit.bands[0].to", "99"),
    Case("two bands of one name", bands("{name: a, from: 0}, {name: a, from: 50}"), "duplicate-band", "dimensions.fit.bands[1].name", "a"),
]

BY_REFERENCE = [
    Case("id twice", document(rules="[{id: r, dimension: fit, points: 60, on: a}, {id: r, dimension: fit, points: 1, on: b}]"), "duplicate-id", "rules[1].id", "r"),
    Case("misspelt dimension", document(rules="[{id: r, dimension: fti, points: 60, on: a}]"), "unknown-dimension", "rules[0].dimension", "fti", ("fit",)),
    Case("weight of an unknown dimension", document(overall="{fitt: 1}"), "unknown-dimension", "overall.fitt", "fitt", ("fit",)),
    Case("grade of an unknown dimension", document(grade="{rows: fit, columns: engagement}"), "unknown-dimension", "grade.columns", "engagement"),
    Case("misspelt group", document(rule="points: 60, on: a, group: emial", groups="email: {dimension: fit, max: 70}"), "unknown-group", "rules[0].group", "emial", ("email",)),
    Case("group of another dimension", document(dimensions=TWO, rule="points: 60, on: a, group: g", groups="g: {dimension: engagement, max: 70}"), "group-of-another-dimension", "rules[0].group", "g"),
    Case("misspelt definition", document(definitions="met: {when: {stage: {eq: a}}}, other: {when: {definition: mett}}"), "unknown-definition", "definitions.other.when.definition", "mett", ("met",)),
    Case("misspelt space", when("{leed.seniority: {eq: owner}}"), "unknown-field", 'rules[0].when["leed.seniority"]', "leed.seniority", ("lead.seniority",)),
    Case("field without a space", when("{seniority: {eq: owner}}"), "unknown-field", "rules[0].when.seniority", "seniority"),
    Case("score of an unknown dimension", met("{score.fitt: {ge: 1}}"), "unknown-field", 'definitions.met.when["score.fitt"]', "score.fitt", ("score.fit",)),
    Case("grade of a model without one", met("{grade: {eq: A1}}"), "unknown-field", "definitions.met.when.grade", "grade"),
    Case("band that does not exist", met("{band.fit: {in: [hot, burnning]}}"), "unknown-result", 'definitions.met.when["band.fit"].in', "burnning"),
    Case("grade that does not exist", document(dimensions=TWO, grade="{rows: fit, columns: engagement}", rules="[{id: a, dimension: fit, points: 60, on: v}, {id: b, dimension: engagement, points: 60, on: v}]", definitions="met: {when: {grade: {in: [a1, C3]}}}"), "unknown-result", "definitions.met.when.grade.in", "C3"),
    Case("definition that asks itself", met("{all: [{stage: {eq: a}}, {definition: met}]}"), "circular-definitions", "definitions.met.when", "met → met"),
    Case("definitions in a circle", document(definitions="a: {when: {definition: b}}, b: {when: {definition: c}}, c: {when: {any: [{stage: {eq: x}}, {definition: a}]}}"), "circular-definitions", "definitions.a.when", "a → b → c → a"),
    Case("definition called like a result", document(definitions="fit_band: {when: {stage: {eq: a}}}"), "column-clash", "definitions.fit_band", "fit_band"),
    Case("definition called like a kept one", document(definitions="met: {when: {stage: {eq: a}}, keep_while: {stage: {exists: true}}}, met_kept: {when: {stage: {eq: a}}}"), "column-clash", "definitions.met_kept", "met_kept"),
    Case("field of two types", when("{any: [{lead.age: {eq: 5}}, {lead.age: {eq: '5'}}]}"), "field-with-two-types", 'rules[0].when.any[1]["lead.age"].eq', "lead.age"),
    Case("property of two types", document(rules="[{id: a, dimension: fit, points: 60, on: v, where: {price: {gt: 5}}}, {id: b, dimension: fit, points: 1, on: v, where: {price: {eq: high}}}]"), "field-with-two-types", "rules[1].where.price.eq", "price"),
]

BY_MEANING = [
    Case("one field, two values", when("{all: [{lead.country: {eq: pl}}, {lead.country: {eq: de}}]}"), "rule-never-fires", "rules[0].when.all", "lead.country eq pl, lead.country eq de"),
    Case("above ten and below five", when("{lead.age: {gt: 10, lt: 5}}"), "rule-never-fires", "rules[0].when", "lead.age gt 10, lead.age lt 5"),
    Case("disjoint lists", when("{lead.a: {in: [x, y]}, lead.b: {exists: true}, stage: {eq: z}, company.a: {in: [x, y], not_in: [X, Y]}}"), "rule-never-fires", "rules[0].when", "company.a in [x, y], company.a not_in [X, Y]"),
    Case("equal and denied", when("{all: [{lead.a: {eq: x}}, {none: [{lead.a: {eq: X}}]}]}"), "rule-never-fires", "rules[0].when.all", "lead.a eq x, lead.a eq X"),
    Case("missing and compared", when("{lead.a: {missing: true, ne: x}}"), "rule-never-fires", "rules[0].when", "lead.a missing true, lead.a ne x"),
    Case("two beginnings", when("{all: [{lead.a: {starts_with: ab}}, {lead.a: {starts_with: ac}}]}"), "rule-never-fires", "rules[0].when.all", "lead.a starts_with ab, lead.a starts_with ac"),
    Case("diacritics apart", when("{all: [{lead.a: {eq: Łódź, ignore_diacritics: true}}, {lead.a: {contains: x}}]}"), "rule-never-fires", "rules[0].when.all", "lead.a eq Łódź, lead.a contains x"),
    Case("neither true nor false", when("{all: [{lead.a: {ne: true}}, {lead.a: {ne: false}}]}"), "rule-never-fires", "rules[0].when.all", "lead.a ne true, lead.a ne false"),
    Case("dates that pass each other", when("{lead.on: {ge: 2024-05-01, lt: 2024-05-01}}"), "rule-never-fires", "rules[0].when", "lead.on ge 2024-05-01, lead.on lt 2024-05-01"),
    Case("touchpoint of two kinds", where("{all: [{page: {eq: a}}, {page: {eq: b}}]}"), "rule-never-fires", "rules[0].where.all", "page eq a, page eq b"),
    Case("deep inside", when("{all: [{lead.b: {eq: x}}, {any: [{lead.a: {gt: 2, lt: 1}}, {all: [{lead.b: {eq: y}}]}]}]}"), "rule-never-fires", "rules[0].when.all", "lead.b eq x, lead.a gt 2, lead.a lt 1, lead.b eq y"),
    Case("definition at odds with itself", met("{score.fit: {ge: 50, lt: 40}}"), "impossible-condition", "definitions.met.when", "score.fit ge 50, score.fit lt 40"),
    Case("definition at odds with another", document(definitions="a: {when: {score.fit: {ge: 50}}}, b: {when: {all: [{definition: a}, {score.fit: {lt: 50}}]}}"), "impossible-condition", "definitions.b.when.all", "score.fit ge 50, score.fit lt 50"),
    Case("band at odds with score", met("{all: [{band.fit: {eq: cold}}, {score.fit: {ge: 50}}]}"), "impossible-condition", "definitions.met.when.all", "band.fit eq cold, score.fit ge 50"),
    Case("count of impossible touchpoints", met("{touchpoint: {where: {page: {gt: 5, lt: 3}}}}"), "impossible-condition", "definitions.met.when.touchpoint.where", "page gt 5, page lt 3"),
    Case("threshold above the rules", document(rule="points: 60, on: visit, max_points: 60", definitions="met: {when: {score.fit: {ge: 61}}}"), "unreachable-threshold", 'definitions.met.when["score.fit"].ge', "score.fit ge 61"),
    Case("threshold above the cap", met("{score.fit: {gt: 100}}"), "unreachable-threshold", 'definitions.met.when["score.fit"].gt', "score.fit gt 100"),
    Case("threshold above a group", document(groups="g: {dimension: fit, max: 55}", rule="points: 50, on: visit, group: g", definitions="met: {when: {score.fit: {ge: 55.001}}}"), "unreachable-threshold", 'definitions.met.when["score.fit"].ge', "score.fit ge 55.001"),
    Case("overall above everything", document(overall="{fit: 2}", definitions="met: {when: {score.overall: {ge: 200.001}}}"), "unreachable-threshold", 'definitions.met.when["score.overall"].ge', "score.overall ge 200.001"),
    Case("overall against its parts", document(overall="{fit: 2}", definitions="met: {when: {all: [{score.overall: {ge: 120}}, {score.fit: {lt: 60}}]}}"), "impossible-condition", "definitions.met.when.all", "score.overall ge 120, score.fit lt 60"),
    Case("band out of reach asked for", document(rule="points: 40, on: visit, max_times: 1", definitions="met: {when: {band.fit: {eq: hot}}}"), "unreachable-together", "definitions.met.when[\"band.fit\"].eq", "band.fit eq hot"),
]

WARNINGS = [
    Case("value twice in a list", when("{lead.a: {in: [x, y, x]}}"), "repeated-value", 'rules[0].when["lead.a"].in[2]', "x"),
    Case("type twice", document(rule="points: 60, on: [v, v]"), "repeated-value", "rules[0].on[1]", "v"),
    Case("empty text", when("{lead.a: {ne: ''}}"), "empty-text", 'rules[0].when["lead.a"].ne'),
    Case("thirtieth of February", when("{lead.a: {eq: 2024-02-30}}"), "not-a-day", 'rules[0].when["lead.a"].eq', "2024-02-30"),
    Case("attribute asked of a touchpoint", where("{lead.department: {eq: it}}"), "attribute-in-where", 'rules[0].where["lead.department"]', "lead.department"),
    Case("group of nobody", document(groups="g: {dimension: fit, max: 9}"), "unused-group", "groups.g", "g"),
    Case("dimension of nobody", document(dimensions=TWO), "dimension-without-rules", "dimensions.engagement", "engagement"),
    Case("cap below the points", document(rule="points: 60, on: visit, max_points: 55"), "shadowed-by-cap", "rules[0].max_points", "55"),
    Case("cap of a group below the points", document(rule="points: 60, on: visit, group: g", groups="g: {dimension: fit, max: 55}"), "shadowed-by-group", "rules[0].points", "60"),
    Case("floor of a group above the points", document(rules="[{id: r, dimension: fit, points: 60, on: v}, {id: s, dimension: fit, group: g, points: -9, on: w}]", groups="g: {dimension: fit, min: -5}"), "shadowed-by-group", "rules[1].points", "-9"),
    Case("more than the dimension", document(rule="points: 101, on: visit"), "shadowed-by-dimension", "rules[0].points", "101"),
    Case("cap that never works", document(rule="points: 60, on: visit, max_times: 2, max_points: 121"), "cap-never-reached", "rules[0].max_points", "121"),
    Case("half-life beyond the window", document(rule="points: 60, on: visit, within: 7, half_life: 15"), "half-life-too-long", "rules[0].half_life", "15"),
    Case("window beyond the decay", document(rule="points: 60, on: visit, within: 43, half_life: 2"), "window-outlives-decay", "rules[0].within", "43"),
    Case("band that stays empty", document(rule="points: 49, on: visit, max_times: 1"), "unreachable-band", "dimensions.fit.bands[1].from", "hot"),
    Case("alternative that never holds", when("{any: [{lead.a: {eq: x}}, {lead.b: {gt: 2, lt: 1}}]}"), "part-never-holds", "rules[0].when.any[1]", "lead.b gt 2, lead.b lt 1"),
    Case("alternative out of reach", met("{any: [{stage: {eq: a}}, {score.fit: {ge: 101}}]}"), "part-never-holds", 'definitions.met.when.any[1]["score.fit"].ge', "score.fit ge 101"),
    Case("kept under a stronger condition", met("{score.fit: {ge: 30}}", ", keep_while: {score.fit: {ge: 31}}"), "keep-stronger-than-when", 'definitions.met.keep_while', "31"),
]

# fmt: on
ERRORS = [*STRUCTURAL, *IN_THE_TEXT, *BY_ARITHMETIC, *BY_REFERENCE, *BY_MEANING]
