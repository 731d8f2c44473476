"""What another model changes."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

import leadscore
from leadscore.compare import BandMigration, DefinitionMove, compare
from leadscore.results import score_schema
from tests.leadscore.small_model import AS_OF, DOCUMENT, LEADS, TOUCHPOINTS, small_model


def changed_model(*changes: tuple[str, str]) -> leadscore.Model:
    document = DOCUMENT
    for old, new in changes:
        assert old in document
        document = document.replace(old, new)
    return leadscore.loads(document)


def differences(*changes: tuple[str, str]) -> leadscore.Differences:
    other = changed_model(*changes)
    return small_model().compare(other, LEADS, TOUCHPOINTS, as_of=AS_OF)


# ada fit 40 (50 before the cap), engagement 37.5 · bob fit 25, engagement 15 · cyd fit 15,
# engagement 0. With energy worth 5: ada 35, cyd 0.
LESS_ENERGY = ("points: 20, when: {company.industry", "points: 5, when: {company.industry")


def test_the_same_model_changes_nothing() -> None:
    same = differences()
    assert same.n_leads == 3
    assert all(shift.n_same == 3 for shift in same.shifts)
    assert all(part.n_changed == 0 for part in same.bands)
    assert same.definitions == (DefinitionMove("marketing_qualified", 1, 1, 0, 0, 1),)
    assert same.changed.num_rows == 0
    assert same.movers().num_rows == 0
    assert "No lead’s overall score changes." in same.as_text()


def test_scores_shift_by_what_the_rule_lost() -> None:
    fit, engagement, overall = differences(LESS_ENERGY).shifts
    assert (fit.n_rose, fit.n_fell, fit.n_same) == (0, 2, 1)
    assert (fit.sum_before_milli, fit.sum_after_milli) == (80_000, 60_000)
    assert fit.median_change_milli == -5_000
    assert engagement.n_same == 3
    assert (overall.score, overall.n_fell) == ("overall", 2)


def test_the_leads_that_move_most_come_first() -> None:
    movers = differences(LESS_ENERGY).movers()
    assert movers["lead_id"].to_pylist() == ["cyd", "ada"]
    assert movers["overall_change_millipoints"].to_pylist() == [-15_000, -5_000]
    assert differences(LESS_ENERGY).movers(1).num_rows == 1


def test_a_higher_band_edge_moves_leads_down() -> None:
    lower = differences(LESS_ENERGY, ("{name: hot, from: 26}", "{name: hot, from: 39.5}"))
    assert lower.bands[0] == BandMigration(
        "fit", ("cold", "hot"), ("cold", "hot"), ((2, 0), (1, 0))
    )
    assert lower.bands[0].n_changed == 1
    assert lower.changed["lead_id"].to_pylist() == ["ada"]
    assert lower.changed["fit_band_after"].to_pylist() == ["cold"]
    assert "Fit: 1 lead in another band" in str(lower).replace("\N{NO-BREAK SPACE}", " ")


def test_a_weaker_definition_lets_leads_in() -> None:
    found = differences(
        ("score.engagement: {ge: 30}}]}", "score.engagement: {ge: 10}}]}"),
        ("all: [{score.fit: {ge: 30}}", "all: [{score.fit: {ge: 20}}"),
        ("keep_while: {score.fit: {ge: 30}}", "keep_while: {score.fit: {ge: 20}}"),
    )
    assert found.definitions == (DefinitionMove("marketing_qualified", 1, 2, 1, 0, 1),)
    assert found.changed["lead_id"].to_pylist() == ["bob"]


# ada engagement 37.5, and the definition is kept at fit 30: a higher entry loses nobody who is in.
HIGHER_ENTRY = ("score.engagement: {ge: 30}}]}", "score.engagement: {ge: 38}}]}")


def test_who_met_a_definition_and_is_kept_stays() -> None:
    found = differences(HIGHER_ENTRY)
    assert found.definitions == (DefinitionMove("marketing_qualified", 1, 1, 0, 0, 1),)
    assert found.changed.num_rows == 0
    assert found.leads["marketing_qualified_after"].to_pylist() == [True, False, False]
    no_longer_kept = differences(
        HIGHER_ENTRY, ("keep_while: {score.fit: {ge: 30}}", "keep_while: {score.fit: {ge: 45}}")
    )
    assert no_longer_kept.definitions == (DefinitionMove("marketing_qualified", 1, 0, 0, 1, 0),)


def test_who_never_met_a_definition_is_not_kept_by_it() -> None:
    found = differences(("keep_while: {score.fit: {ge: 30}}", "keep_while: {score.fit: {ge: 1}}"))
    assert found.definitions == (DefinitionMove("marketing_qualified", 1, 1, 0, 0, 1),)


def test_who_is_known_to_have_met_a_definition_counts_before_and_is_carried_over() -> None:
    kept_longer = changed_model(
        ("keep_while: {score.fit: {ge: 30}}", "keep_while: {score.fit: {ge: 20}}")
    )
    sides = [model.score(LEADS, TOUCHPOINTS, as_of=AS_OF) for model in (small_model(), kept_longer)]
    known = {"marketing_qualified": pa.array(["bob", "cyd"]), "of_no_model": pa.array(["ada"])}
    found = compare(*sides, met_before=known)
    # bob (fit 25) is kept, cyd (fit 15) is not, ada meets it but was not known to.
    assert found.definitions == (DefinitionMove("marketing_qualified", 2, 2, 1, 1, 1),)
    assert found.leads["marketing_qualified_before"].to_pylist() == [False, True, True]
    assert found.leads["marketing_qualified_after"].to_pylist() == [True, True, False]


def test_definitions_and_dimensions_of_one_model_only_are_told_as_such() -> None:
    found = differences(("marketing_qualified:", "worth_a_call:"))
    assert found.definitions == (
        DefinitionMove("worth_a_call", None, 1, None, None, None),
        DefinitionMove("marketing_qualified", 1, None, None, None, None),
    )
    renamed = small_model().compare(
        leadscore.loads(DOCUMENT.replace("engagement", "interest")), LEADS, TOUCHPOINTS, as_of=AS_OF
    )
    assert [part.dimension for part in renamed.bands] == ["fit"]
    assert [shift.score for shift in renamed.shifts] == ["fit", "overall"]
    assert renamed.as_text("pl")


def test_leads_of_one_side_only_are_counted_and_left_out() -> None:
    model = small_model()
    before = model.score(LEADS[:2], TOUCHPOINTS, as_of=AS_OF)
    after = model.score(LEADS[1:], TOUCHPOINTS, as_of=AS_OF)
    found = compare(before, after)
    assert (found.n_leads, found.n_only_before, found.n_only_after) == (1, 1, 1)
    assert found.leads["lead_id"].to_pylist() == ["bob"]
    assert "Only before: 1" in found.as_text()


def test_no_leads_at_all_are_no_error() -> None:
    scores = small_model().score(LEADS, TOUCHPOINTS, as_of=AS_OF)
    nobody = replace(scores, table=scores.table.slice(0, 0))
    found = compare(nobody, nobody)
    assert found.n_leads == 0
    assert found.shifts[0].median_change_milli is None
    assert found.as_text()


def test_other_kinds_of_lead_ids_are_refused() -> None:
    scores = small_model().score(LEADS, TOUCHPOINTS, as_of=AS_OF)
    numbered = replace(scores, table=scores.table.set_column(0, "lead_id", pa.array([1, 2, 3])))
    with pytest.raises(ValueError, match="score the same leads"):
        compare(scores, numbered)


def test_two_moments_of_one_model_can_be_compared() -> None:
    model = small_model()
    before = model.score(LEADS, TOUCHPOINTS, as_of="2026-01-15")
    after = model.score(LEADS, TOUCHPOINTS, as_of="2026-01-31")
    found = compare(before, after)
    assert found.as_of_before < found.as_of_after
    assert [move.entered for move in found.definitions] == [1]


def test_models_that_read_a_field_differently_are_still_compared() -> None:
    texts = [dict(lead) | {"company.industry": "7"} for lead in LEADS]
    other = changed_model(("company.industry: {eq: energy}", "company.industry: {eq: 7}"))
    found = small_model().compare(other, texts, TOUCHPOINTS, as_of=AS_OF)
    assert found.shifts[0].n_rose == 3


def test_the_tables_read_in_both_languages() -> None:
    found = differences(LESS_ENERGY)
    polish = found.as_text("pl").replace("\N{NO-BREAK SPACE}", " ")
    assert polish.startswith("small → small: 3 leady")
    assert "Dopasowanie: 0 leadów w innym przedziale" in polish
    assert "Gotowy dla sprzedaży" in polish
    assert "Największe zmiany" in polish
    english = str(found)
    assert "Largest moves" in english
    assert "−15" in english


def test_machines_get_the_same() -> None:
    data = differences(LESS_ENERGY).as_data(movers=1)
    assert data["leads"] == 3
    assert data["shifts"][0]["sum_after"] == "60"  # type: ignore[index]
    assert data["movers"][0]["lead_id"] == "cyd"  # type: ignore[index]


def test_counts_agree_with_a_plain_count_over_many_leads() -> None:
    rng = np.random.default_rng(7)
    scores = small_model().score(LEADS, TOUCHPOINTS, as_of=AS_OF)
    model, size = scores.model, 5_000
    sides = []
    for _ in range(2):
        bands = rng.choice(["cold", "hot"], size)
        columns = {
            "lead_id": [f"{number:05d}" for number in range(size)],
            "fit_millipoints": rng.integers(0, 40_000, size),
            "fit_band": bands,
            "engagement_millipoints": rng.integers(0, 50_000, size),
            "engagement_band": rng.choice(["cold", "hot"], size),
            "overall_millipoints": rng.integers(0, 140_000, size),
            "grade": rng.choice(["A1", "B2"], size),
            "marketing_qualified": rng.random(size) < 0.3,
            "marketing_qualified_kept": rng.random(size) < 0.3,
        }
        sides.append(pa.table(columns).cast(score_schema(model, pa.string())))
    before, after = (replace(scores, table=table) for table in sides)
    shuffled = replace(after, table=sides[1].take(rng.permutation(size)))
    pairs = list(zip(*(side["fit_band"].to_pylist() for side in sides), strict=True))
    was, meets = (side["marketing_qualified"].to_pylist() for side in sides)
    kept = sides[1]["marketing_qualified_kept"].to_pylist()
    met = [(old, new or (old and keeps)) for old, new, keeps in zip(was, meets, kept, strict=True)]
    for found in (compare(before, after), compare(before, shuffled)):
        names = ("cold", "hot")
        expected = tuple(tuple(pairs.count((was, now)) for now in names) for was in names)
        assert found.bands[0].counts == expected
        assert found.definitions[0].entered == met.count((False, True))
        assert found.definitions[0].left == met.count((True, False))
        assert found.leads.equals(compare(before, after).leads)


def test_what_either_side_left_out_is_listed_once() -> None:
    later = {**TOUCHPOINTS[0], "occurred_at": "yesterday"}
    before, after = (
        small_model().score(LEADS, [*TOUCHPOINTS, *bad], as_of=AS_OF)
        for bad in ([later], [later, {**later, "occurred_at": "soon"}])
    )
    rejects = compare(before, after).rejects
    assert rejects.schema.equals(before.rejects.schema)
    assert rejects["value"].to_pylist() == ["yesterday", "soon"]
    assert small_model().compare(small_model(), LEADS, [later], as_of=AS_OF).rejects.num_rows == 1
