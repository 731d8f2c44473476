"""Columns that were filled in after the outcome are named; honest ones are not."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest

from leadscore.backtest.leaks import Leak, Suspicion, leaks
from leadscore.backtest.notices import notice_of_leak
from tests.leadscore.backtest.past import Past, at, lead, moment, outcome, touchpoint

WON = np.arange(1000) % 10 == 0
"""A hundred won leads of a thousand."""


def found(column: pa.Array, won: np.ndarray = WON) -> list[Leak]:
    return list(leaks(pa.table({"lead.x": column}), won, ["lead.x"]))


def suspicions(column: pa.Array, won: np.ndarray = WON) -> list[Suspicion]:
    return [leak.suspicion for leak in found(column, won)]


def filled(where: np.ndarray) -> pa.Array:
    return pa.array(np.arange(where.size).astype(str), mask=~where)


def test_a_column_that_only_won_leads_have() -> None:
    assert found(filled(WON & (np.arange(1000) < 500))) == [
        Leak("lead.x", Suspicion.FILLED_FOR_WON_ONLY, 50)
    ]


def test_a_column_that_only_the_others_have() -> None:
    # 180 leads, none of the hundred won among them: chance would do that 0.9^180 of the time.
    assert suspicions(filled(~WON & (np.arange(1000) < 200))) == [Suspicion.FILLED_FOR_OTHERS_ONLY]


def test_a_column_that_only_won_leads_lack() -> None:
    assert suspicions(filled(~(WON & (np.arange(1000) < 200)))) == [Suspicion.MISSING_FOR_WON_ONLY]


def test_a_column_that_only_the_others_lack() -> None:
    assert suspicions(filled(WON | (np.arange(1000) < 200))) == [Suspicion.MISSING_FOR_OTHERS_ONLY]


def test_what_chance_would_do_is_no_hint() -> None:
    # Twelve leads, all of them not won: 0.9^12 = 28 %. Nine won leads: fewer than ten.
    assert found(filled(~WON & (np.arange(1000) < 13))) == []
    assert found(filled(WON & (np.arange(1000) < 90))) == []


@pytest.mark.parametrize("kind", [pa.string(), pa.float64(), pa.bool_()])
def test_a_column_that_separates_alone(kind: pa.DataType) -> None:
    # Right for 95 of 100 leads: AUC 0.95.
    noisy = WON ^ (np.arange(1000) % 20 == 7) ^ (np.arange(1000) % 200 == 0)
    column = pa.array(noisy.astype(int)).cast(kind)
    (leak,) = found(column)
    assert leak.suspicion is Suspicion.SEPARATES_ALONE
    assert leak.auc is not None
    assert leak.auc > 0.9


def test_many_numbers_are_seen_through_even_when_only_the_middle_converts() -> None:
    values = np.random.default_rng(1).normal(size=1000)
    won = np.abs(values) < 0.13
    (leak,) = found(pa.array(values), won)
    assert leak.suspicion is Suspicion.SEPARATES_ALONE


def test_dates_are_seen_through_too() -> None:
    days = np.arange(1000, dtype=np.int32)
    assert suspicions(pa.array(days).cast(pa.date32()), days > 800) == [Suspicion.SEPARATES_ALONE]


def test_a_column_of_ids_tells_nothing_of_other_leads() -> None:
    assert found(filled(np.ones(1000, dtype=np.bool_))) == []


@pytest.mark.parametrize("seed", range(8))
def test_noise_is_no_hint(seed: int) -> None:
    random = np.random.default_rng(seed)
    won = random.random(300) < 0.15
    words = pa.array(random.choice(["a", "b", "c", "d"], 300), mask=random.random(300) < 0.3)
    numbers = pa.array(random.normal(size=300))
    table = pa.table({"lead.word": words, "lead.number": numbers})
    assert list(leaks(table, won, table.column_names)) == []


def test_an_honest_good_column_is_no_hint() -> None:
    # Half of those with the word are won, one in twenty of the others: AUC about 0.75.
    random = np.random.default_rng(5)
    has_word = random.random(2000) < 0.1
    won = random.random(2000) < np.where(has_word, 0.5, 0.05)
    assert found(pa.array(has_word), won) == []


def test_too_few_leads_give_no_hint() -> None:
    won = np.arange(18) < 9
    assert found(filled(won), won) == []


def test_a_column_without_any_value_is_no_hint() -> None:
    assert found(pa.nulls(1000, pa.string())) == []


def a_past(*, has_history: bool) -> Past:
    """Sixty leads; the size of a company is filled in when it is won."""
    random = Random(3)
    names = [f"l{number}" for number in range(60)]
    won = random.sample(names, 20)
    changes = [
        {
            "lead_id": name,
            "field": "company.size",
            "value": "large",
            "known_at": moment("2025-03-01"),
        }
        for name in won
    ]
    return Past(
        leads=[lead(name, "large" if name in won and not has_history else None) for name in names],
        touchpoints=[touchpoint(name, "page_view", "2025-01-10") for name in names],
        outcomes=[outcome(name, "won", "2025-03-01") for name in won],
        changes=changes if has_history else None,
    )


def test_a_backtest_names_the_column() -> None:
    past = a_past(has_history=False)
    warnings = past.backtest(observed_until=at("2025-07-01")).warnings("en")
    assert len(warnings) == 2
    assert warnings[0].startswith("Attributes are as of the file, not as of then")
    assert warnings[1] == (
        "company.size is filled only for leads that were won (leads: 20). It may have been filled "
        "in after the outcome."
    )


def test_with_its_history_the_same_column_is_harmless() -> None:
    found = a_past(has_history=True).backtest(observed_until=at("2025-07-01"))
    assert found.warnings() == []
    fit = found.first.rankings[1].auc
    assert getattr(fit, "value", None) == 0.5


@pytest.mark.parametrize("suspicion", Suspicion)
@pytest.mark.parametrize("lang", ["en", "pl"])
def test_every_suspicion_has_a_sentence(suspicion: Suspicion, lang: str) -> None:
    sentence = notice_of_leak(Leak("lead.x", suspicion, 12, 0.91)).describe(lang)
    assert "lead.x" in sentence
    assert "12" in sentence
