"""The share of accepted leads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from leadscore.statistics import NotEnoughData, Rate
from lejek.kernel import clock
from lejek.measurement.acceptance import acceptance
from lejek.people.models import Role, User
from lejek.qualification.models import RejectionReason, Verdict
from lejek.qualification.tests import builders as people

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)  # a Wednesday
pytestmark = pytest.mark.django_db


def judged(
    seller: User,
    *,
    accepted: bool,
    at: datetime = NOW,
    reason: str = "no_need",
    undone: bool = False,
) -> Verdict:
    return Verdict.objects.create(
        lead=people.lead(at, owner=seller),
        is_accepted=accepted,
        reason=None if accepted else RejectionReason.objects.get(key=reason),
        actor=seller,
        at=at,
        undone_at=at if undone else None,
    )


def test_the_share_comes_with_its_interval_and_the_reasons_in_order() -> None:
    seller = people.user(Role.SALES)
    for number in range(10):
        judged(seller, accepted=number < 6, reason="too_early" if number < 9 else "competitor")
    found = acceptance(people.user(), NOW)
    assert isinstance(found.total, Rate)
    assert (found.total.successes, found.total.trials, found.total.value) == (6, 10, 0.6)
    # Wilson by hand for 6 of 10: centre (6 + 1.9207) / 13.8415 = 0.5722, half width 0.2596
    assert found.total.low == pytest.approx(0.3127, abs=1e-4)
    assert found.total.high == pytest.approx(0.8318, abs=1e-4)
    assert [(each.reason.key, each.n_leads, each.of_rejected) for each in found.reasons] == [
        ("too_early", 3, 0.75),
        ("competitor", 1, 0.25),
    ]


def test_a_lead_counts_once_with_its_newest_standing_verdict() -> None:
    seller = people.user(Role.SALES)
    first = judged(seller, accepted=False, at=NOW - timedelta(days=1))
    Verdict.objects.create(lead=first.lead, is_accepted=True, actor=seller, at=NOW)
    Verdict.objects.create(lead=first.lead, is_accepted=False, actor=seller, at=NOW, undone_at=NOW)
    judged(seller, accepted=False, undone=True)
    total = acceptance(people.user(), NOW).total
    assert isinstance(total, Rate)
    assert (total.successes, total.trials) == (1, 1)


def test_weeks_are_local_and_a_week_without_verdicts_has_no_share() -> None:
    seller = people.user(Role.SALES)
    judged(seller, accepted=True, at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))  # Monday 0:30
    judged(seller, accepted=False, at=datetime(2026, 3, 1, 22, 30, tzinfo=UTC))  # Sunday 23:30
    weeks = acceptance(people.user(), NOW).weeks
    assert [week.monday for week in weeks[-3:]] == [
        date(2026, 2, 16),
        date(2026, 2, 23),
        date(2026, 3, 2),
    ]
    assert isinstance(weeks[-3].rate, NotEnoughData)
    assert [getattr(week.rate, "value", None) for week in weeks[-2:]] == [0.0, 1.0]


def test_each_salesperson_has_a_line_and_sees_own_leads_only() -> None:
    one, other = people.user(Role.SALES), people.user(Role.SALES)
    judged(one, accepted=True)
    judged(other, accepted=False)
    everybody = acceptance(people.user(), NOW).salespeople
    assert {(each.name, getattr(each.rate, "value", None)) for each in everybody} == {
        (one.name, 1.0),
        (other.name, 0.0),
    }
    assert [each.name for each in acceptance(one, NOW).salespeople] == [one.name]


def test_two_people_of_one_name_have_a_line_each_and_are_told_apart() -> None:
    one, other, third = (people.user(Role.SALES) for _ in range(3))
    User.objects.filter(pk__in=[one.pk, other.pk]).update(name="Anna Nowak")
    for seller, n_accepted, n_judged in ((one, 1, 1), (other, 1, 3), (third, 0, 1)):
        for number in range(n_judged):
            judged(seller, accepted=number < n_accepted)
    found = acceptance(people.user(), NOW).salespeople
    assert {
        (each.name, each.email, each.rate.successes, each.rate.trials)
        for each in found
        if isinstance(each.rate, Rate)
    } == {
        ("Anna Nowak", one.email, 1, 1),
        ("Anna Nowak", other.email, 1, 3),
        (third.name, "", 0, 1),
    }
    assert len(found) == 3


def test_without_verdicts_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    page = people.client(people.user(), "pl").get("/bands/acceptance/").content.decode()
    assert "Nie ma jeszcze decyzji" in page


def test_the_report_takes_six_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    seller, who = people.user(Role.SALES), people.user()
    for number in range(8):
        judged(seller, accepted=number < 3)
    with django_assert_num_queries(6):
        acceptance(who, NOW)


def test_each_week_says_which_versions_scored_in_it() -> None:
    first = people.published(NOW - timedelta(days=120))
    second = people.published(NOW - timedelta(weeks=1), people.with_threshold(50))
    weeks = acceptance(people.user(), NOW).weeks
    assert [week.versions for week in weeks[:-2]] == [[first.number]] * 10
    assert [week.versions for week in weeks[-2:]] == [
        [first.number, second.number],
        [second.number],
    ]
