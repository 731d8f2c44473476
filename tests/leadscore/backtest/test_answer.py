"""What a backtest says, and how: warnings, tables, JSON; and what it refuses."""

import json
from collections.abc import Sequence

import pytest

from leadscore.backtest import Backtest, Notice
from leadscore.backtest.texts import NOTICES, WORDS
from leadscore.engines import live
from leadscore.statistics import NotEnoughData, Shortage
from tests.leadscore.backtest.past import MODEL, Past, at, lead, model, outcome, touchpoint
from tests.leadscore.backtest.test_known_answer import ONE_OF_EACH, TEN_OF_EACH

NOBODY = NotEnoughData(Shortage.NO_LEADS, 0, 1)


@pytest.fixture(scope="module")
def found() -> Backtest:
    return TEN_OF_EACH.backtest(horizon_days=30)


class Counting:
    """Hears how far the work is; may have enough of it."""

    def __init__(self, most: int = 1000) -> None:
        self.heard: list[str] = []
        self._most = most

    def started(self, total: int, label: str) -> None:
        self.heard.append(f"{label} of {total}")

    def advanced(self, steps: int = 1) -> None:
        self.heard.append(f"+{steps}")
        if len(self.heard) > self._most:
            raise KeyboardInterrupt


def test_progress_is_told_moment_by_moment() -> None:
    progress = Counting()
    ONE_OF_EACH.backtest(horizon_days=30, progress=progress)
    assert progress.heard == ["backtest of 4", "+1", "+1", "+1", "+1"]


def test_a_run_can_be_stopped_between_moments() -> None:
    progress = Counting(most=2)
    with pytest.raises(KeyboardInterrupt):
        ONE_OF_EACH.backtest(horizon_days=30, progress=progress)
    assert progress.heard == ["backtest of 4", "+1", "+1"]


def test_json_holds_everything_and_says_where_there_is_no_figure(found: Backtest) -> None:
    read = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert read["observed_until"] == "2025-05-10T12:00:00+02:00"
    assert read["moments"][0]["as_of"] == "2025-01-31T23:59:59.999999+01:00"
    assert read["moments"][0]["rate"]["value"] == 0.5
    assert read["moments"][-1]["rate"] == {
        "not_enough_data": {"reason": "followed_too_short", "have": 10, "need": 30}
    }
    engagement = read["first"]["dimensions"][1]["bands"]
    assert [row["band"] for row in engagement["rows"]] == ["cold", "hot"]
    assert engagement["order"]["direction"] == "rising"
    assert read["pooled"]["dimensions"][1]["bands"][0]["rate"]["leads"] == 20
    assert [warning["code"] for warning in read["warnings"]] == [
        "attributes_as_of_file",
        "won_before_seen",
    ]


def table(found: Backtest, title: str, lang: str) -> Sequence[tuple[str, ...]]:
    return next(each for each in found.tables(lang) if each.title == title).rows


def test_the_tables_are_written_as_each_language_writes() -> None:
    found = TEN_OF_EACH.backtest(horizon_days=30)
    english = table(found, "Engagement: each lead once, at its first moment", "en")
    assert english == (
        ("cold", "20", "0", "0.0%", "0.0–16.1%", "not enough data"),
        ("hot", "20", "10", "50.0%", "29.9–70.1%", "5 (5–10)"),
        ("total", "40", "10", "25.0%", "14.2–40.2%", "5 (5–10)"),
    )
    polish = table(found, "Zaangażowanie: każdy lead raz, w swoim pierwszym pomiarze", "pl")
    assert polish[0] == ("cold", "20", "0", "0,0%", "0,0–16,1%", "za mało danych")
    moments = table(found, "Pomiar po pomiarze", "pl")
    assert moments[-1] == ("30.04.2025", "30", "10", "–", "–", "–", "20", "–")


def test_labels_of_the_model_name_its_parts() -> None:
    labelled = MODEL.replace("name: cold, from: 0", "name: cold, from: 0, label: {pl: zimny}")
    past = Past(
        leads=ONE_OF_EACH.leads,
        touchpoints=ONE_OF_EACH.touchpoints,
        outcomes=ONE_OF_EACH.outcomes,
        declaration=model(labelled),
    )
    found = past.backtest(horizon_days=30)
    title = "Zaangażowanie: każdy lead raz, w swoim pierwszym pomiarze"
    assert [row[0] for row in table(found, title, "pl")] == ["zimny", "hot", "razem"]


@pytest.mark.parametrize("lang", ["en", "pl"])
def test_the_text_begins_with_the_warnings_and_holds_every_table(
    found: Backtest, lang: str
) -> None:
    text = " ".join(found.as_text(lang, width=200).split())
    assert text.startswith(f"! {found.warnings(lang)[0]}")
    assert all(" ".join(each.title.split()) in text for each in found.tables(lang))


def test_notes_say_why_a_median_is_lacking(found: Backtest) -> None:
    engagement = found.tables("en")[2]
    assert "cold: not enough data: leads converted: 0, needed: at least 10" in engagement.notes
    assert "The rate rises with the band, beyond chance." in engagement.notes


@pytest.mark.parametrize("code", NOTICES)
def test_every_notice_reads_in_both_languages(code: str) -> None:
    words: dict[str, str | int | float] = {
        "last_outcome_on": 20_000,
        "observed_on": 20_100,
        "horizon_days": 90,
        "won": 3,
        "all_won": 9,
        "closed": 9,
        "column": "lead.x",
        "leads": 12,
        "auc_share": 0.9,
    }
    sentences = [Notice(code, words).describe(lang) for lang in ("en", "pl")]
    assert sentences[0] != sentences[1]
    assert not any("{" in sentence for sentence in sentences)


def test_no_text_is_missing_in_a_language() -> None:
    assert all(text.en and text.pl for text in (*WORDS.values(), *NOTICES.values()))


# When there is little or nothing -------------------------------------------------------


@pytest.mark.parametrize(
    "past",
    [
        Past(leads=[]),
        Past(leads=[lead("x")]),
        Past(leads=[lead("x")], touchpoints=[touchpoint("x", "call", "2025-01-01")]),
        Past(leads=[lead("x")], outcomes=[outcome("x", "won", "2025-01-01")]),
    ],
    ids=["no leads", "no facts", "one touchpoint", "only an outcome"],
)
def test_with_next_to_nothing_there_are_no_figures_and_no_failure(past: Past) -> None:
    found = past.backtest()
    assert found.first.rate == NOBODY
    assert found.pooled.rate == NOBODY
    assert "no_complete_moment" in [notice.code for notice in found.notices]
    json.dumps(found.as_dict())
    assert found.as_text("pl")


def test_a_history_shorter_than_the_horizon_says_so() -> None:
    found = ONE_OF_EACH.backtest(horizon_days=365)
    assert found.first.rate == NOBODY
    assert found.first.younger_leads == 6
    assert found.warnings("en")[-1] == (
        "The history is too short: after no moment was the whole horizon (days: 365) observed. So "
        "there are no rates; try a shorter horizon."
    )


def test_outcomes_that_carry_the_moment_of_the_lead_are_told_of() -> None:
    names = [f"l{number}" for number in range(20)]
    past = Past(
        leads=[lead(name) for name in names],
        touchpoints=[
            *(touchpoint(name, "call", "2025-01-10") for name in names),
            touchpoint("l0", "call", "2025-12-31"),
        ],
        outcomes=[outcome(name, "won", "2025-01-10") for name in names],
    )
    codes = [notice.code for notice in past.backtest().notices]
    assert codes == ["attributes_as_of_file", "outcomes_end_early", "never_open"]


def test_a_model_without_attributes_is_not_warned_of_them() -> None:
    behaviour = MODEL.replace(
        "  - {id: large, dimension: fit, points: 60, when: {company.size: {eq: large}}}\n", ""
    )
    past = Past(
        leads=ONE_OF_EACH.leads,
        touchpoints=ONE_OF_EACH.touchpoints,
        outcomes=ONE_OF_EACH.outcomes,
        declaration=model(behaviour),
    )
    codes = [notice.code for notice in past.backtest(horizon_days=30).notices]
    assert "attributes_as_of_file" not in codes


def test_a_model_without_grade_and_definitions_has_no_such_tables() -> None:
    bare = MODEL[: MODEL.index("overall:")]
    past = Past(
        leads=ONE_OF_EACH.leads,
        touchpoints=ONE_OF_EACH.touchpoints,
        outcomes=ONE_OF_EACH.outcomes,
        declaration=model(bare),
    )
    found = past.backtest(horizon_days=30)
    assert (found.first.grades, found.first.definitions, found.pooled.grades) == ((), (), ())
    assert len(found.tables()) == len(TEN_OF_EACH.backtest(horizon_days=30).tables()) - 2


# What is refused -----------------------------------------------------------------------


def test_a_horizon_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="found 0, a number of days from 1 is accepted"):
        ONE_OF_EACH.backtest(horizon_days=0)


def test_a_moment_beyond_the_history_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond the end of the history"):
        ONE_OF_EACH.backtest(moments=[at("2025-02-01"), at("2026-01-01")])


def test_given_moments_are_taken_in_order_and_once() -> None:
    given = [at("2025-03-01"), at("2025-02-01"), at("2025-03-01")]
    found = ONE_OF_EACH.backtest(horizon_days=30, moments=given, engine=live.score)
    assert [each.as_of for each in found.moments] == [at("2025-02-01"), at("2025-03-01")]
