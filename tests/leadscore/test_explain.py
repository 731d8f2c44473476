"""Explanations: every line, in both languages, and that they add up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import StringIO

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from rich.console import Console

import leadscore
from leadscore.days import from_instant, to_instant
from leadscore.explain import (
    DoesNotAddUp,
    Given,
    Line,
    UnknownLead,
    explain,
    explain_live,
    explanation,
)
from leadscore.live import Touchpoint
from leadscore.options import instant_of
from tests.leadscore.small_model import AS_OF, small_model, small_scores


@pytest.fixture(scope="module")
def scores() -> leadscore.Scores:
    return small_scores()


def lines_of(explained: leadscore.Explanation) -> dict[str, Line]:
    return {line.rule_id: line for part in explained.dimensions for line in part.lines}


# ada: fit 30 + 20 = 50, the limit of the dimension takes 10
#      engagement: demo 30 days old with half-life 30: 12.5; two views 30, limited to 20;
#      three clicks 7.5, the limit of the group takes 2.5; 12.5 + 20 + 5 = 37.5
#      overall 40 + 2 × 37.5 = 115


def test_the_lines_of_a_lead_are_its_rules_and_the_caps(scores: leadscore.Scores) -> None:
    explained = scores.explain("ada")
    found = [
        (line.rule_id, line.times, line.latest_on, line.raw_milli, line.milli)
        for part in explained.dimensions
        for line in part.lines
    ]
    assert found == [
        ("owner", 1, None, 30_000, 30_000),
        ("energy", 1, None, 20_000, 20_000),
        ("cap:dimension:fit", 0, None, 50_000, -10_000),
        ("demo", 1, date(2026, 1, 1), 12_500, 12_500),
        ("pricing", 2, date(2026, 1, 31), 30_000, 20_000),
        ("click", 3, date(2026, 1, 22), 7_500, 7_500),
        ("cap:group:email", 0, None, 7_500, -2_500),
    ]


def test_the_sums_of_a_lead_are_its_scores(scores: leadscore.Scores) -> None:
    explained = scores.explain("ada")
    assert [part.milli for part in explained.dimensions] == [40_000, 37_500]
    for part in explained.dimensions:
        assert sum(line.milli for line in part.lines) == part.milli
    terms = [(term.dimension, term.weight, term.milli) for term in explained.overall_terms]
    assert terms == [("fit", 1, 40_000), ("engagement", 2, 37_500)]
    assert explained.overall_milli == 115_000
    assert explained.grade == "A1"


def test_a_definition_says_what_it_asks_and_whether_it_is_kept(scores: leadscore.Scores) -> None:
    met, kept, neither = (
        scores.explain(lead, "pl").definitions[0] for lead in ("ada", "bob", "cyd")
    )
    assert (met.label, met.is_met, met.is_kept) == ("Gotowy dla sprzedaży", True, True)
    assert "co najmniej 30" in met.condition
    assert (kept.is_met, kept.is_kept) == (False, False)
    assert (neither.is_met, neither.is_kept) == (False, False)


def test_a_lead_without_points_in_a_dimension_is_told_so(scores: leadscore.Scores) -> None:
    # cyd: no touchpoint ever is silence: -10, which the lower limit takes back
    lines = lines_of(scores.explain("cyd", "pl"))
    assert lines["silence"].latest_on is None
    cap = lines["cap:dimension:engagement"]
    assert (cap.milli, cap.label) == (
        10_000,
        "Limit wymiaru „Zainteresowanie”: co najmniej 0\N{NO-BREAK SPACE}punktów",
    )


ADA_IN_POLISH = """\
Lead ada · stan na 31.01.2026 12:00 · ocena A1 · łącznie 115 punktów

Dopasowanie: 40 punktów · hot

  Za co                                                      Ile razy   Ostatnio   Punkty
 ─────────────────────────────────────────────────────────────────────────────────────────
  Szczebel stanowiska to właściciel                                                   +30
  Branża to energetyka                                                                +20
  Limit wymiaru „Dopasowanie”: najwyżej 40 punktów                                    −10

  Razem                                                                                40


Zainteresowanie: 37,5 punktu · gorący

  Za co                                                    Ile razy     Ostatnio   Punkty
 ─────────────────────────────────────────────────────────────────────────────────────────
  Odsłona strony, gdzie kategoria strony to cennik, z             2   31.01.2026      +20
  ostatnich 90 dni (bez limitu: +30)
  Prośba o demo (punkty maleją o połowę co 30 dni)                1   01.01.2026    +12,5
  Kliknięcie w e-mailu z ostatnich 30 dni                         3   22.01.2026     +7,5
  Limit grupy „E-maile”: najwyżej 5 punktów                                          −2,5

  Razem                                                                              37,5


Łącznie: Dopasowanie 40 + Zainteresowanie 37,5 × 2 = 115 punktów

Definicje
✓ Gotowy dla sprzedaży: dopasowanie wynosi co najmniej 30 punktów i wynik „Zainteresowanie”
  wynosi co najmniej 30 punktów"""


def test_the_polish_table_reads_as_a_salesperson_would_write_it(scores: leadscore.Scores) -> None:
    shown = scores.explain("ada", "pl").as_text(width=91).replace("\N{NO-BREAK SPACE}", " ")
    assert shown == ADA_IN_POLISH


def test_the_english_table_says_the_same(scores: leadscore.Scores) -> None:
    shown = scores.explain("ada").as_text(width=120).replace("\N{NO-BREAK SPACE}", " ")
    assert str(scores.explain("ada")) == scores.explain("ada").as_text()
    assert shown.startswith("Lead ada · as of 31 Jan 2026 12:00 · grade A1 · overall 115 points")
    assert "Interest: 37.5 points · hot" in shown
    assert "Page view where page category is pricing, last 90 days" in shown
    assert "(without its limit: +30)" in shown
    assert "Limit of “Fit”: at most 40 points" in shown
    assert "Overall: Fit 40 + Interest 37.5 × 2 = 115 points" in shown


def test_a_console_prints_an_explanation_as_it_is(scores: leadscore.Scores) -> None:
    console = Console(file=StringIO(), width=91)
    console.print(scores.explain("ada", "pl"))
    assert isinstance(console.file, StringIO)
    printed = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert "\n".join(printed).replace("\N{NO-BREAK SPACE}", " ").strip() == ADA_IN_POLISH


def test_machines_get_exact_points(scores: leadscore.Scores) -> None:
    data = scores.explain("ada").as_data()
    engagement = data["dimensions"][1]  # type: ignore[index]
    assert engagement["points"] == "37.5"
    assert engagement["lines"][0] == {
        "rule_id": "demo",
        "kind": "rule",
        "label": "Demo request (half-life 30\N{NO-BREAK SPACE}days)",
        "times": 1,
        "latest_on": "2026-01-01",
        "points_raw": "12.5",
        "points": "12.5",
        "millipoints_raw": 12_500,
        "millipoints": 12_500,
    }
    assert data["definitions"][0]["met"] is True  # type: ignore[index]
    assert data["as_of"] == "2026-01-31T11:00:00+00:00"


def test_a_live_score_has_the_same_explanation(scores: leadscore.Scores) -> None:
    model = small_model()
    as_of = instant_of(AS_OF, "Europe/Warsaw")
    day = 86_400_000_000
    touchpoints = [
        Touchpoint("demo_request", as_of - 30 * day),
        Touchpoint("page_view", as_of - day, properties={"page.category": "pricing"}),
        Touchpoint("page_view", as_of, properties={"page.category": "pricing"}),
        *(Touchpoint("email_click", as_of - ago * day) for ago in (9, 10, 11)),
    ]
    attributes = {"lead.seniority": "owner", "company.industry": "energy"}
    live = model.live().score(attributes, touchpoints, as_of)
    for lang in ("en", "pl"):
        found = explain_live(model.declaration, "ada", live, as_of, lang)
        assert found == scores.explain("ada", lang)


def test_terminal_commands_in_a_lead_id_are_not_obeyed(scores: leadscore.Scores) -> None:
    evil = replace(scores.explain("ada"), lead_id="\x1b[2J[bold]ada")
    assert "\x1b" not in evil.as_text()
    assert "[bold]ada" in evil.as_text()


# What must be refused -------------------------------------------------------------------------


def given(scores: leadscore.Scores, lead_id: str) -> list[Given]:
    assert scores.contributions is not None
    own = scores.contributions.filter(pc.equal(scores.contributions["lead_id"], lead_id))
    return [Given(*list(row.values())[1:]) for row in own.to_pylist()]


def row(scores: leadscore.Scores, lead_id: str) -> dict[str, object]:
    found: list[dict[str, object]] = scores.table.filter(
        pc.equal(scores.table["lead_id"], lead_id)
    ).to_pylist()
    return found[0]


def without(rule_id: str) -> Callable[[list[Given]], list[Given]]:
    return lambda lines: [line for line in lines if line.rule_id != rule_id]


def changed(
    rule_id: str, raw: int | None = None, milli: int | None = None
) -> Callable[[list[Given]], list[Given]]:
    def tamper(line: Given) -> Given:
        return line._replace(
            raw=line.raw if raw is None else raw, milli=line.milli if milli is None else milli
        )

    return lambda lines: [tamper(line) if line.rule_id == rule_id else line for line in lines]


@pytest.mark.parametrize(
    "tamper",
    [
        without("demo"),
        without("cap:group:email"),
        without("cap:dimension:fit"),
        changed("demo", milli=12_501, raw=12_501),
        changed("pricing", milli=21_000),
        changed("pricing", raw=19_000),
        changed("cap:dimension:fit", raw=49_000),
        lambda lines: [*lines, lines[0]],
        lambda lines: [*lines, Given("no-such-rule", 1, None, 0, 0)],
        lambda lines: [*lines, Given("cap:dimension:engagement", 0, None, 37_500, -1)],
    ],
    ids=[
        "a rule is missing",
        "a group cap is missing",
        "a dimension cap is missing",
        "a rule gives too much",
        "a rule breaks its limit",
        "a rule gives more than it had",
        "a cap starts from another sum",
        "a rule comes twice",
        "a rule is unknown",
        "a cap takes without reason",
    ],
)  # fmt: skip
def test_lines_that_do_not_add_up_are_never_shown(
    scores: leadscore.Scores, tamper: Callable[[list[Given]], list[Given]]
) -> None:
    lines = tamper(given(scores, "ada"))
    with pytest.raises(DoesNotAddUp):
        explanation(scores.model, lines, row(scores, "ada"), scores.as_of)


def test_an_overall_score_that_is_not_the_sum_is_refused(scores: leadscore.Scores) -> None:
    wrong = row(scores, "ada") | {"overall_millipoints": 115_001}
    with pytest.raises(DoesNotAddUp, match="overall"):
        explanation(scores.model, given(scores, "ada"), wrong, scores.as_of)


def test_the_order_of_contributions_does_not_matter(scores: leadscore.Scores) -> None:
    lines = given(scores, "ada")
    expected = explanation(scores.model, lines, row(scores, "ada"), scores.as_of)
    assert explanation(scores.model, lines[::-1], row(scores, "ada"), scores.as_of) == expected


def test_an_unknown_lead_is_said_to_be_unknown(scores: leadscore.Scores) -> None:
    with pytest.raises(UnknownLead, match="'dan' among the 3 scored leads"):
        scores.explain("dan")


def test_integer_ids_are_found_by_their_text_too(scores: leadscore.Scores) -> None:
    ids = pa.array([1, 2, 3])
    table = scores.table.set_column(0, "lead_id", ids)
    assert scores.contributions is not None
    numbers = pc.index_in(scores.contributions["lead_id"], value_set=scores.table["lead_id"])
    lines = scores.contributions.set_column(0, "lead_id", pc.add(numbers.cast(pa.int64()), 1))
    numbered = replace(scores, table=table, contributions=lines)
    assert explain(numbered, "1").lead_id == 1
    assert explain(numbered, 2).overall_milli == row(scores, "bob")["overall_millipoints"]
    with pytest.raises(UnknownLead):
        explain(numbered, "ada")


def test_scores_without_contributions_cannot_be_explained(scores: leadscore.Scores) -> None:
    with pytest.raises(ValueError, match="contributions=True"):
        replace(scores, contributions=None).explain("ada")


def test_an_unknown_language_is_refused(scores: leadscore.Scores) -> None:
    with pytest.raises(ValueError, match="accepted: en, pl"):
        scores.explain("ada", "de")


def test_the_moment_is_shown_on_the_clock_of_the_model(scores: leadscore.Scores) -> None:
    moment = from_instant(scores.as_of)
    assert to_instant(moment) == scores.as_of
    assert "31.01.2026 12:00" in scores.explain("ada", "pl").as_text()
