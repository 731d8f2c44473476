"""The report on bands: what is counted, what is left out, by cohort and by period."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db.models import F
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from leadscore.statistics import Auc, NotEnoughData, PeriodRate, Shortage
from lejek.identity.models import Lead
from lejek.measurement.bands import BandTable, quarters
from lejek.measurement.filters import choices, question
from lejek.measurement.moments import EndOfDay, Seconds, end_of_day
from lejek.measurement.readings import readings
from lejek.measurement.selectors import BandReport, band_report
from lejek.measurement.tests.builders import Made, deals, score, write
from lejek.people.models import Role, User
from lejek.qualification.models import StageTransition
from lejek.qualification.tests import builders as people
from lejek.qualification.tests.builders import DAY
from lejek.scoring.models import ScorePoint
from lejek.scoring.versions import roll_back_to

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def report(query: str = "by=fit", user: User | None = None) -> BandReport:
    possible = choices()
    assert possible is not None
    asked = question(QueryDict(query), possible)
    return band_report(user or people.user(), asked, possible, NOW)


def counts(table: BandTable) -> list[tuple[int, int]]:
    return [(line.leads, line.conversions) for line in table.lines]


def test_the_band_is_the_one_on_the_14th_day_whatever_came_later() -> None:
    version = people.published(NOW)
    cold, warm = Made(10, won_after=20), Made(30)
    leads = write(version, [cold, warm])
    ScorePoint.objects.bulk_create(
        [
            score(leads[0], version, 99, cold.read_at + timedelta(seconds=1)),
            score(leads[1], version, 60, warm.read_at),
        ]
    )
    assert counts(report().table) == [(1, 1), (0, 0), (1, 0), (0, 0)]


def test_a_lead_that_was_closed_before_the_reading_is_left_out_won_or_lost() -> None:
    version = people.published(NOW)
    write(version, [Made(80, won_after=-1), Made(80, lost_after=-1), Made(80, won_after=1)])
    table = report().table
    assert counts(table)[-1] == (1, 1)
    assert table.n_closed_before == 2


def test_a_lead_that_was_not_followed_long_enough_is_not_counted_yet() -> None:
    version = people.published(NOW)
    young = NOW - timedelta(days=60)
    write(version, [Made(80, won_after=5, created_at=young), Made(80)])
    assert counts(report("by=fit&horizon=90").table)[-1] == (1, 0)
    assert report("by=fit&horizon=90").table.n_too_young == 1
    assert counts(report("by=fit&horizon=30").table)[-1] == (2, 1)


def test_a_conversion_after_the_horizon_is_none() -> None:
    write(people.published(NOW), [Made(80, won_after=91), Made(80, won_after=90)])
    assert counts(report("by=fit&horizon=90").table)[-1] == (2, 1)
    assert counts(report("by=fit&horizon=180").table)[-1] == (2, 2)


def test_a_lead_without_a_score_by_then_is_left_out_and_told() -> None:
    write(people.published(NOW), [Made(0, is_scored=False), Made(5)])
    table = report().table
    assert (table.total.leads, table.n_unread) == (1, 1)


def test_a_lost_lead_counts_as_one_that_did_not_convert() -> None:
    write(people.published(NOW), [Made(80, lost_after=3), Made(80, lost_after=3, won_after=40)])
    assert counts(report().table)[-1] == (2, 1)


def test_without_conversions_enough_the_median_is_not_told() -> None:
    write(people.published(NOW), [Made(80, won_after=5)] * 9)
    hottest = report().table.lines[-1]
    assert hottest.median_days == NotEnoughData(Shortage.FEW_CONVERTED, 9, 10)
    assert hottest.mean_days == pytest.approx(5)
    assert isinstance(report().table.lines[0].rate, NotEnoughData)


def test_by_period_deals_won_in_it_stand_over_leads_that_came_in_it() -> None:
    early = datetime(2025, 1, 10, 9, tzinfo=UTC)
    late = datetime(2025, 6, 2, 9, tzinfo=UTC)
    write(
        people.published(NOW),
        [
            # read on 25 January, won on 5 June: a deal of June, no lead of June
            *[Made(80, won_after=131, created_at=early)] * 2,
            Made(80, created_at=late),
        ],
    )
    june = "&from=2025-06-01&to=2025-06-30"
    table = report("by=fit&basis=period" + june).table
    hottest = table.lines[-1]
    assert (hottest.leads, hottest.conversions, hottest.amount) == (1, 2, 200)
    assert isinstance(hottest.rate, PeriodRate)
    assert hottest.rate.value == 2.0
    # The cohort of June is another question with another answer.
    cohort = report("by=fit&basis=cohort" + june).table
    assert counts(cohort)[-1] == (1, 0)


def test_by_period_a_lead_whose_reading_is_to_come_has_no_band_yet() -> None:
    came = [NOW - days * DAY for days in (15, 14, 3)]  # 17 and 18 February, 1 March
    read, tomorrow, soon = (Made(80, created_at=at) for at in came)
    early_win = Made(80, created_at=came[2], won_after=-14)
    assert read.read_at <= NOW < tomorrow.read_at
    assert early_win.read_at - 14 * DAY < NOW
    unscored = Made(0, created_at=came[2], is_scored=False)
    write(
        people.published(NOW), [Made(80, won_after=400), read, tomorrow, soon, early_win, unscored]
    )
    period = f"&from={came[0].date()}&to={NOW.date()}"
    table = report("by=fit&basis=period" + period).table
    # Five came, and one was read, today at 0:00; the next will be tomorrow. The deal is of an older
    # lead: 400 days after 25 January 2025 it is 1 March.
    assert (table.total.leads, table.total.conversions) == (1, 1)
    assert counts(table)[-1] == (1, 1)
    assert (table.n_to_come, table.n_unread, table.n_closed_before) == (4, 0, 0)
    # By cohort the same leads are to come; the one that was read was not followed long enough.
    cohort = report("by=fit&horizon=90" + period).table
    assert (cohort.total.leads, cohort.n_to_come, cohort.n_too_young) == (0, 4, 1)


def test_days_of_the_period_are_local_and_both_in() -> None:
    last = datetime(2025, 6, 30, 21, 59, tzinfo=UTC)  # 23:59 in Warsaw
    write(people.published(NOW), [Made(80, created_at=last), Made(80, created_at=last + DAY / 24)])
    assert report("by=fit&from=2025-06-01&to=2025-06-30").table.total.leads == 1
    assert report("by=fit&from=2025-07-01&to=2025-07-31").table.total.leads == 1


def test_read_on_entering_a_stage_only_those_that_entered_count_from_then() -> None:
    version = people.published(NOW)
    made = Made(10, won_after=50)
    leads = write(version, [made, Made(10)])
    entered = made.read_at + 20 * DAY
    ScorePoint.objects.bulk_create([score(leads[0], version, 60, entered)])
    StageTransition.objects.create(
        lead=leads[0], old="lead", new="marketing_qualified", reason="x", at=entered
    )
    table = report("by=fit&moment=marketing_qualified").table
    assert counts(table) == [(0, 0), (0, 0), (1, 1), (0, 0)]
    assert table.lines[2].mean_days == pytest.approx(30)


def test_each_version_cuts_its_own_bands_and_can_be_asked_for_alone() -> None:
    first = people.published(NOW)
    document = first.document.replace("from: 26,", "from: 40,")
    assert document != first.document
    second = people.published(NOW, document)
    write(first, [Made(30)])
    write(second, [Made(30)])
    assert counts(report("by=fit").table)[:2] == [(1, 0), (1, 0)]
    assert counts(report("by=fit&version=1").table)[:2] == [(0, 0), (1, 0)]
    assert counts(report("by=fit&version=2").table)[:2] == [(1, 0), (0, 0)]


def test_after_a_rollback_bands_come_in_the_order_of_the_version_that_scores() -> None:
    first = people.published(NOW)
    document = first.document.replace("{name: hot,", "{name: boiling,")
    second = people.published(NOW, document)
    write(first, [Made(60)])
    write(second, [Made(60)])
    names = [line.name for line in report("by=fit").table.lines]
    assert names == ["hot", "cold", "warm", "boiling", "burning"]
    roll_back_to(version=first, note="", actor=None, now=NOW)
    names = [line.name for line in report("by=fit").table.lines]
    assert names == ["boiling", "cold", "warm", "hot", "burning"]


def test_the_letter_of_the_grade_is_the_band_of_its_rows() -> None:
    write(people.published(NOW), [Made(80), Made(10)])
    table = report("by=grade").table
    assert [(line.name, line.leads) for line in table.lines] == [
        ("D", 1),
        ("C", 0),
        ("B", 0),
        ("A", 1),
    ]


def test_the_overall_score_is_cut_into_quarters_that_all_versions_share() -> None:
    first = people.published(NOW)
    second = people.published(NOW, first.document.replace("from: 26,", "from: 40,"))
    write(first, [Made(points) for points in (0, 10, 20, 30)])
    write(second, [Made(points, won_after=5) for points in (40, 50, 60, 70)])
    table = report("by=overall").table
    assert [(line.name, line.leads) for line in table.lines] == [
        ("<18", 2),
        ("18–35", 2),
        ("35–52", 2),
        ("52+", 2),
    ]
    assert counts(table) == [(2, 0), (2, 0), (2, 2), (2, 2)]
    alone = report("by=overall&version=2").table
    assert alone.total.leads == 4


@pytest.mark.parametrize(
    ("milli", "cut"),
    [
        ([], [("", 0)]),
        ([5_000] * 3, [("5+", 5_000)]),
        ([0] * 9 + [7_000], [("0+", 0)]),
        ([-3_000, -2_000, 0, 9_400], [("<−2", -3_000), ("−2–−1", -2_000), ("−1–2", -1_000)]),
    ],
)
def test_equal_scores_are_never_cut_apart(milli: list[int], cut: list[tuple[str, int]]) -> None:
    found = list(quarters(np.array(milli, dtype=np.int64)))
    assert found[: len(cut)] == cut
    assert len(found) in (1, 4)


def test_amounts_in_another_currency_are_not_added_to_the_value() -> None:
    write(
        people.published(NOW),
        [*[Made(80, won_after=5, amount=700)] * 2, Made(80, won_after=5, currency="EUR")],
    )
    found = report()
    assert (found.currency, found.table.n_foreign) == ("PLN", 1)
    assert (found.table.total.conversions, found.table.total.amount) == (3, 1400)


def test_the_value_is_what_was_bought_within_the_horizon() -> None:
    early, again, late = (Made(80, won_after=days, amount=100) for days in (5, 60, 61))
    leads = write(people.published(NOW), [early, early, Made(80)])
    # The first lead buys again: on day 60 for 20, on day 61 for 3. The third one, late, for 7.
    for lead, made, amount in ((0, again, 20), (0, late, 3), (2, late, 7)):
        (deal,) = deals(leads[lead], replace(made, amount=amount))
        deal.save()
    hottest = {days: report(f"by=fit&horizon={days}").table.lines[-1] for days in (30, 60, 90)}
    assert {days: (line.conversions, line.amount) for days, line in hottest.items()} == {
        30: (2, 200),
        60: (2, 220),
        90: (3, 230),
    }
    # The reading is the midnight of 25 January; 61 days later it is 27 March.
    span = "by=fit&basis=period&from=2025-03-27&to=2025-03-27"
    line = report(span).table.lines[-1]
    assert (line.conversions, line.amount) == (1, 10)


def test_a_deal_in_another_currency_is_told_where_its_lead_is_counted() -> None:
    seller, other = people.user(Role.SALES), people.user(Role.SALES)
    foreign = Made(80, won_after=5, currency="EUR", owner=other)
    write(people.published(NOW), [*[Made(80, won_after=5, owner=seller)] * 2, foreign])
    assert [report(user=who).table.n_foreign for who in (seller, other)] == [0, 1]


def test_ranking_says_how_often_the_score_is_right() -> None:
    # Twenty leads each: the won ones have 60 points and 40 in halves, the others 40.
    won = [Made(60, won_after=5)] * 10 + [Made(40, won_after=5)] * 10
    write(people.published(NOW), won + [Made(40)] * 20)
    ranking = report().table.ranking
    assert ranking is not None
    assert isinstance(ranking.area, Auc)
    assert ranking.area.value == 0.5 * 1 + 0.5 * 0.5
    # The hottest 20 % are 8 of the ten with 60 points: 8 of 20 conversions.
    assert dict(ranking.tops)[20].capture.value == 0.4  # type: ignore[union-attr]


def test_a_salesperson_sees_the_bands_of_own_leads_and_nobodys() -> None:
    seller, other = people.user(Role.SALES), people.user(Role.SALES)
    write(people.published(NOW), [Made(80, owner=seller), Made(80), Made(80, owner=other)])
    assert report(user=seller).table.total.leads == 2
    assert report().table.total.leads == 3


def test_what_cannot_be_asked_falls_back_to_the_usual() -> None:
    people.published(NOW)
    possible = choices()
    assert possible is not None
    odd = "by=x&basis=x&moment=x&version=9&horizon=7&from=2025-02-30&to=x"
    assert question(QueryDict(odd), possible) == question(QueryDict(""), possible)


def test_the_report_takes_two_queries_however_many_leads(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    write(people.published(NOW), [Made(80, won_after=5)] * 20)
    possible, who = choices(), people.user()
    assert possible is not None
    asked = question(QueryDict(""), possible)
    with django_assert_num_queries(2):
        band_report(who, asked, possible, NOW)


def test_the_moment_of_reading_is_the_midnight_after_14_full_days() -> None:
    version = people.published(NOW)
    write(version, [Made(10, created_at=datetime(2025, 1, 10, 23, 59, 59, tzinfo=UTC))])
    found = readings(people.user(), dimension="fit", now=NOW)
    expected = int(datetime(2025, 1, 25, tzinfo=UTC).timestamp())
    assert np.array_equal(found.read, [expected])
    assert found.lead_ids.tolist() == list(Lead.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "at",
    [
        datetime(2025, 1, 10, tzinfo=UTC),
        datetime(2025, 3, 30, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2024, 2, 29, 12, 0, 0, 1, tzinfo=UTC),
    ],
    ids=["midnight", "the last microsecond of a day", "a leap day"],
)
def test_the_end_of_a_day_is_the_same_in_the_database_and_out_of_it(at: datetime) -> None:
    people.lead(at)
    landmark = Seconds(EndOfDay(F("created_at"), days=14))
    (row,) = Lead.objects.annotate(s=Seconds("created_at"), end=landmark).values_list("s", "end")
    expected = datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=15)
    assert row == (int(at.replace(microsecond=0).timestamp()), int(expected.timestamp()))
    assert end_of_day(np.array(row[:1]), days=14).tolist() == [row[1]]
