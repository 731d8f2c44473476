"""Conditions, rules and numbers as English and Polish sentences."""

from dataclasses import replace
from datetime import date
from itertools import chain
from typing import TypedDict

import pytest

from leadscore.conditions import (
    OPERAND_TYPES,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    DefinitionMet,
    FieldType,
    NoneOf,
    Operand,
    Operator,
    Scope,
    Selection,
    TouchpointCount,
)
from leadscore.language import condition_text, counted, rule_text
from leadscore.language.catalogue import DIMENSIONS, FIELDS, TOUCHPOINTS, VALUES
from leadscore.language.words import (
    LEADS,
    POINTS,
    counted_points,
    day_text,
    number_text,
    points_range,
    signed_points,
)
from leadscore.model import (
    AttributeRule,
    BehaviourRule,
    Definition,
    Dimension,
    FrequencyRule,
    Rule,
    ScoringModel,
    SilenceRule,
)


def plain(text: str) -> str:
    """Text with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("number", "polish", "english"),
    [
        (0, "0 leadów", "0 leads"),
        (1, "1 lead", "1 lead"),
        (2, "2 leady", "2 leads"),
        (4, "4 leady", "4 leads"),
        (5, "5 leadów", "5 leads"),
        (12, "12 leadów", "12 leads"),
        (14, "14 leadów", "14 leads"),
        (21, "21 leadów", "21 leads"),
        (22, "22 leady", "22 leads"),
        (112, "112 leadów", "112 leads"),
        (1024, "1024 leady", "1,024 leads"),
        (10_000, "10 000 leadów", "10,000 leads"),
    ],
)
def test_a_noun_takes_the_form_of_its_number(number: int, polish: str, english: str) -> None:
    assert plain(counted(number, LEADS, "pl")) == polish
    assert plain(counted(number, LEADS, "en")) == english


@pytest.mark.parametrize(
    ("milli", "polish", "english"),
    [
        (1000, "1 punkt", "1 point"),
        (3000, "3 punkty", "3 points"),
        (5000, "5 punktów", "5 points"),
        (2500, "2,5 punktu", "2.5 points"),
        (-2000, "−2 punkty", "−2 points"),
        (1, "0,001 punktu", "0.001 points"),
    ],
)
def test_points_keep_every_decimal_that_they_have(milli: int, polish: str, english: str) -> None:
    assert plain(counted_points(milli, "pl")) == polish
    assert plain(counted_points(milli, "en")) == english


def test_signs_and_ranges_of_points() -> None:
    assert [signed_points(milli, "pl") for milli in (1500, 0, -250)] == ["+1,5", "0", "−0,25"]
    assert plain(points_range(20_000, 40_000, "pl")) == "od 20 do 40 punktów"
    assert plain(points_range(0, 1000, "pl")) == "od 0 do 1 punktu"
    assert plain(points_range(0, 2500, "en")) == "between 0 and 2.5 points"


def test_numbers_and_days_are_written_as_each_language_does() -> None:
    assert plain(number_text(1234567.25, "pl")) == "1 234 567,25"
    assert number_text(1234567.25, "en") == "1,234,567.25"
    assert number_text(-0.1, "pl") == "−0,1"
    assert number_text(1e-7, "en") == "0.0000001"
    assert day_text(date(2026, 1, 31), "pl") == "31.01.2026"
    assert day_text(date(2026, 1, 31), "en") == "31 Jan 2026"


def compared(field: str, operator: str, operand: Operand, *, folded: bool = False) -> Comparison:
    return Comparison(field, Operator(operator), operand, ignore_diacritics=folded)


PRICES = compared("page.category", "eq", "pricing")

SENTENCES: list[tuple[Condition, str, str]] = [
    (
        compared("lead.seniority", "in", ("owner", "c_level", "director")),
        "seniority is owner, C-level or director",
        "szczebel stanowiska to właściciel, zarząd lub dyrektor",
    ),
    (compared("lead.city", "eq", "Łódź"), "city is Łódź", "miasto to „Łódź”"),
    (
        compared("lead.city", "eq", "Łódź", folded=True),
        "city is Łódź (Polish letters or not)",
        "miasto to „Łódź” (także bez polskich znaków)",
    ),
    (
        compared("company.industry", "ne", "energy"),
        "industry is other than energy",
        "branża to coś innego niż energetyka",
    ),
    (
        compared("company.industry", "not_in", ("energy", "retail", "public")),
        "industry is neither energy nor retail nor the public sector",
        "branża to ani energetyka, ani handel detaliczny, ani sektor publiczny",
    ),
    (
        compared("company.employees", "gt", 1000),
        "number of employees is more than 1,000",
        "liczba pracowników przekracza 1000",
    ),
    (
        compared("company.employees", "between", (50, 249)),
        "number of employees is between 50 and 249",
        "liczba pracowników wynosi od 50 do 249",
    ),
    (
        compared("company.employees", "not_in", (1, 2)),
        "number of employees is neither 1 nor 2",
        "liczba pracowników nie wynosi ani 1, ani 2",
    ),
    (
        compared("lead.created_on", "ge", date(2026, 1, 31)),
        "day the lead was created is 31 Jan 2026 or later",
        "dzień utworzenia leada przypada 31.01.2026 lub później",
    ),
    (
        compared("lead.created_on", "between", (date(2026, 1, 1), date(2026, 1, 31))),
        "day the lead was created is between 1 Jan 2026 and 31 Jan 2026",
        "dzień utworzenia leada przypada od 01.01.2026 do 31.01.2026",
    ),
    (
        compared("lead.email", "ends_with", ".edu"),
        "e-mail address ends with “.edu”",
        "adres e-mail kończy się na „.edu”",
    ),
    (compared("consent.phone", "eq", True), "there is consent to calls", "jest zgoda na telefon"),
    (
        compared("consent.phone", "ne", True),
        "there is no consent to calls",
        "nie ma zgody na telefon",
    ),
    (
        compared("consent.fax", "eq", False),
        "the field “consent.fax”: no",
        "pole „consent.fax”: nie",
    ),
    (
        compared("company.industry", "exists", True),
        "industry is known",
        "pole „branża” jest wypełnione",
    ),
    (
        compared("company.industry", "missing", True),
        "industry is not known",
        "pole „branża” jest puste",
    ),
    (
        compared("company.industry", "exists", False),
        "industry is not known",
        "pole „branża” jest puste",
    ),
    (compared("lead.x", "in", ()), "never", "nigdy"),
    (
        compared("score.fit", "ge", 30),
        "fit is at least 30 points",
        "dopasowanie wynosi co najmniej 30 punktów",
    ),
    (
        compared("score.overall", "lt", 22.5),
        "the overall score is less than 22.5 points",
        "łączny wynik wynosi mniej niż 22,5 punktu",
    ),
    (
        compared("score.fit", "between", (20, 40)),
        "fit is between 20 and 40 points",
        "dopasowanie wynosi od 20 do 40 punktów",
    ),
    (
        compared("band.fit", "in", ("hot", "burning")),
        "fit is in the band “hot” or “burning”",
        "dopasowanie mieści się w przedziale „hot” lub „burning”",
    ),
    (
        compared("band.fit", "not_in", ("cold",)),
        "fit is in another band than “cold”",
        "dopasowanie mieści się poza przedziałem „cold”",
    ),
    (compared("grade", "in", ("A1", "A2")), "grade is A1 or A2", "ocena to A1 lub A2"),
    (
        TouchpointCount(Selection(("demo_request",), within=30)),
        "at least 1 demo request in the last 30 days",
        "co najmniej 1 prośba o demo w ciągu ostatnich 30 dni",
    ),
    (
        TouchpointCount(Selection(("page_view",), where=PRICES, within=7), at_least=3),
        "at least 3 page views where page category is pricing, in the last 7 days",
        ("co najmniej 3 odsłony strony, gdzie kategoria strony to cennik, "
        "w ciągu ostatnich 7 dni"),
    ),
    (
        TouchpointCount(Selection((), scope=Scope.COMPANY, within=1), at_least=5, people=2),
        "at least 5 touchpoints by at least 2 people of the company today",
        "co najmniej 5 aktywności u co najmniej 2 osób z firmy dzisiaj",
    ),
    (
        TouchpointCount(Selection(("chat", "fair_visit")), at_least=2),
        "at least 2 touchpoints (chat or touchpoint “fair_visit”)",
        "co najmniej 2 aktywności (rozmowa na czacie lub aktywność „fair_visit”)",
    ),
    (
        DefinitionMet("marketing_qualified"),
        "“marketing_qualified” is met",
        "spełniona jest definicja „marketing_qualified”",
    ),
    (
        AllOf((PRICES, AnyOf((PRICES, PRICES)))),
        "page category is pricing and (page category is pricing or page category is pricing)",
        ("kategoria strony to cennik i (kategoria strony to cennik "
        "lub kategoria strony to cennik)"),
    ),
    (NoneOf((PRICES,)), "it is not so that page category is pricing",
     "nieprawda, że kategoria strony to cennik"),
    (
        NoneOf((TouchpointCount(Selection(("page_view",), within=90), at_least=5),)),
        "at most 4 page views in the last 90 days",
        "najwyżej 4 odsłony strony w ciągu ostatnich 90 dni",
    ),
    (
        AllOf((PRICES, NoneOf((TouchpointCount(Selection(("chat", "call"), within=7)),)))),
        "page category is pricing and no touchpoints (chat or call) in the last 7 days",
        ("kategoria strony to cennik i brak aktywności (rozmowa na czacie lub rozmowa "
        "telefoniczna) w ciągu ostatnich 7 dni"),
    ),
    (
        NoneOf((TouchpointCount(Selection(("chat",), scope=Scope.COMPANY), 3, 2),)),
        "it is not so that at least 3 chats by at least 2 people of the company",
        "nieprawda, że co najmniej 3 rozmowy na czacie u co najmniej 2 osób z firmy",
    ),
    (
        NoneOf((PRICES, compared("lead.age", "lt", 18))),
        "none of these holds: page category is pricing; age is less than 18",
        ("nie jest spełniony żaden z warunków: kategoria strony to cennik; "
        "wiek wynosi mniej niż 18"),
    ),
    (AllOf(()), "always", "zawsze"),
    (AnyOf(()), "never", "nigdy"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "english", "polish"), SENTENCES)
def test_a_condition_reads_as_a_sentence(condition: Condition, english: str, polish: str) -> None:
    assert plain(condition_text(condition, "en")) == english
    assert plain(condition_text(condition, "pl")) == polish


_OPERANDS: dict[FieldType, Operand] = {
    FieldType.TEXT: "x",
    FieldType.NUMBER: 3,
    FieldType.DATE: date(2026, 1, 31),
    FieldType.BOOLEAN: True,
}


@pytest.mark.parametrize("lang", ["en", "pl"])
@pytest.mark.parametrize("field", ["lead.strange", "score.fit", "band.fit", "grade", "lead.city"])
@pytest.mark.parametrize("operator", list(Operator))
def test_every_operator_has_a_sentence_for_every_type(
    operator: Operator, field: str, lang: str
) -> None:
    for kind in OPERAND_TYPES[operator]:
        operand = _OPERANDS[kind]
        if operator in (Operator.IN, Operator.NOT_IN, Operator.BETWEEN):
            assert not isinstance(operand, tuple)
            operand = (operand, operand)
        text = condition_text(Comparison(field, operator, operand), lang)
        assert text
        assert "{" not in text


def test_a_condition_uses_the_labels_of_its_model() -> None:
    dimension = Dimension("fit", 0, 100_000, (), {"pl": "Profil klienta"})
    definition = Definition("mql", AllOf(()), label={"pl": "Gotowy dla sprzedaży"})
    model = ScoringModel("m", "UTC", (dimension,), (), definitions=(definition,))
    score = compared("score.fit", "ge", 1)
    expected = "wynik „Profil klienta” wynosi co najmniej 1 punkt"
    assert plain(condition_text(score, "pl", model)) == expected
    met = condition_text(DefinitionMet("mql"), "pl", model)
    assert met == "spełniona jest definicja „Gotowy dla sprzedaży”"
    assert condition_text(DefinitionMet("mql"), "en", model) == "“mql” is met"


class Base(TypedDict):
    """What every rule has."""

    id: str
    dimension: str
    points_milli: int


BASE: Base = {"id": "r", "dimension": "engagement", "points_milli": 15_000}

RULES: list[tuple[Rule, str, str]] = [
    (
        AttributeRule(when=compared("lead.email_kind", "eq", "free"), **BASE),
        "Kind of e-mail address is free",
        "Rodzaj adresu e-mail to poczta darmowa",
    ),
    (
        BehaviourRule(
            selection=Selection(("page_view",), where=PRICES, within=90), half_life=14, **BASE
        ),
        "Page view where page category is pricing, last 90 days (half-life 14 days)",
        ("Odsłona strony, gdzie kategoria strony to cennik, z ostatnich 90 dni "
        "(punkty maleją o połowę co 14 dni)"),
    ),
    (
        BehaviourRule(selection=Selection(("ebook_download",)), max_times=3, **BASE),
        "E-book download (at most 3 times)",
        "Pobranie e-booka (najwyżej 3 razy)",
    ),
    (
        BehaviourRule(selection=Selection((), scope=Scope.COMPANY, within=30), **BASE),
        "Any touchpoint in the whole company, last 30 days",
        "Dowolna aktywność w całej firmie z ostatnich 30 dni",
    ),
    (
        FrequencyRule(
            count=TouchpointCount(Selection(("page_view",), where=PRICES, within=7), at_least=5),
            **BASE,
        ),
        "At least 5 page views where page category is pricing, in the last 7 days",
        ("Co najmniej 5 odsłon strony, gdzie kategoria strony to cennik, "
        "w ciągu ostatnich 7 dni"),
    ),
    (
        SilenceRule(selection=Selection(()), none_for=30, **BASE),
        "No touchpoints in the last 30 days",
        "Brak aktywności w ciągu ostatnich 30 dni",
    ),
    (
        SilenceRule(selection=Selection(("page_view", "chat")), none_for=14, **BASE),
        "No page views or chats in the last 14 days",
        "Brak odsłon strony i rozmów na czacie w ciągu ostatnich 14 dni",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "english", "polish"), RULES)
def test_a_rule_without_a_label_explains_itself(rule: Rule, english: str, polish: str) -> None:
    assert plain(rule_text(rule, "en")) == english
    assert plain(rule_text(rule, "pl")) == polish


def test_a_rule_with_a_label_is_called_by_it() -> None:
    rule = replace(RULES[0][0], label={"pl": "Prywatna skrzynka"})
    assert rule_text(rule, "pl") == "Prywatna skrzynka"
    assert rule_text(rule, "en") == "Kind of e-mail address is free"


def test_the_catalogue_is_complete_in_both_languages() -> None:
    for forms in chain.from_iterable((*TOUCHPOINTS.values(), POINTS, LEADS)):
        assert all(forms)
    texts = [field.label for field in FIELDS.values()]
    texts += [text for f in FIELDS.values() for text in (f.yes, f.no) if text is not None]
    texts += [*DIMENSIONS.values(), *chain.from_iterable(v.values() for v in VALUES.values())]
    for text in texts:
        assert text.en
        assert text.pl


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="accepted: en, pl"):
        condition_text(PRICES, "de")
