"""Definitions as pages: sentences, counts, signatures, history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.people.models import AuditEntry, Role, User
from lejek.qualification import selectors
from lejek.qualification.models import DefinitionCrossing, DefinitionState, SignOff
from lejek.qualification.selectors import definition_pages, history_of
from lejek.qualification.tests import builders
from lejek.scoring.versions import roll_back_to

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)  # a Wednesday
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Warsaw"
    monkeypatch.setattr(clock, "now", lambda: NOW)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_publication_the_page_says_so() -> None:
    client = builders.client(builders.user())
    assert client.get("/definitions/marketing_qualified/").status_code == 404
    page = text(client, "/definitions/")
    assert "Definitions come with the first published scoring model." in page


def test_a_definition_is_said_in_both_languages_with_what_it_refers_to() -> None:
    builders.published(NOW)
    page = text(builders.client(builders.user(), "pl"), "/definitions/sales_qualified/")
    assert "Spełniona jest definicja „Zakwalifikowany przez marketing (MQL)”" in page
    assert "Dopasowanie wynosi co najmniej 30" in page
    assert "Fit is at least 30" in page
    assert 'href="/definitions/marketing_qualified/"' in page
    assert "Sprzedaż jeszcze nie podpisała." in page


def test_an_unknown_definition_is_not_found() -> None:
    builders.published(NOW)
    assert builders.client(builders.user()).get("/definitions/nothing/").status_code == 404


def test_leads_are_counted_now_and_by_local_week() -> None:
    version, who = builders.published(NOW), builders.user()
    moments = [
        datetime(2026, 3, 1, 22, 59, tzinfo=UTC),  # Sunday 23:59 in Warsaw
        datetime(2026, 3, 1, 23, 0, tzinfo=UTC),  # Monday 0:00
        NOW,
        NOW - timedelta(weeks=12),  # before the weeks shown
    ]
    for at in moments:
        lead = builders.lead(at)
        name = "marketing_qualified"
        DefinitionState.objects.create(lead=lead, definition=name, is_met=True, since=at)
        DefinitionCrossing.objects.create(lead=lead, definition=name, has_begun=True, at=at)
    page = next(p for p in definition_pages(version, who, NOW) if p.name == "marketing_qualified")
    assert page.n_met == 4
    assert page.n_entered == 3
    assert [(week.monday, week.n_leads) for week in page.weeks[-2:]] == [
        (date(2026, 2, 23), 1),
        (date(2026, 3, 2), 2),
    ]


def test_leads_that_nobody_works_on_are_not_counted_among_those_that_meet_it() -> None:
    version, who = builders.published(NOW), builders.user()
    name = "marketing_qualified"
    for stage in ("lead", "marketing_qualified", "customer", "disqualified"):
        made = builders.lead(NOW, stage=stage)
        DefinitionState.objects.create(lead=made, definition=name, is_met=True, since=NOW)
    Lead.objects.filter(stage="lead").update(closed_at=NOW)
    page = next(page for page in definition_pages(version, who, NOW) if page.name == name)
    assert page.n_met == 1


def test_a_salesperson_counts_own_leads_and_nobodys() -> None:
    version, seller, other = builders.published(NOW), builders.user(Role.SALES), builders.user()
    for owner in (seller, None, other):
        lead = builders.lead(NOW, owner=owner)
        DefinitionState.objects.create(
            lead=lead, definition="marketing_qualified", is_met=True, since=NOW
        )
    assert definition_pages(version, seller, NOW)[0].n_met == 2


@pytest.mark.parametrize(
    ("role", "side", "status", "signed"),
    [
        (Role.MARKETING, "marketing", 302, 1),
        (Role.MARKETING, "sales", 403, 0),
        (Role.MANAGER, "sales", 302, 1),
        (Role.MANAGER, "marketing", 403, 0),
        (Role.ADMINISTRATOR, "marketing", 302, 1),
        (Role.ADMINISTRATOR, "sales", 302, 1),
        (Role.ADMINISTRATOR, "nobody", 302, 0),
        (Role.SALES, "sales", 403, 0),
        (Role.AUDITOR, "sales", 403, 0),
    ],
)
def test_each_side_signs_for_itself(role: str, side: str, status: int, signed: int) -> None:
    builders.published(NOW)
    client = builders.client(builders.user(role))
    answer = client.post("/definitions/marketing_qualified/sign/", {"side": side, "version": "1"})
    assert (answer.status_code, SignOff.objects.count()) == (status, signed)


@pytest.mark.parametrize("second", ["marketing_qualified", "sales_qualified"])
def test_one_person_signs_for_one_side_of_a_version(second: str) -> None:
    builders.published(NOW)
    who = builders.user(Role.ADMINISTRATOR)
    client = builders.client(who)
    sign = {"side": "sales", "version": "1"}
    assert client.post("/definitions/marketing_qualified/sign/", sign).status_code == 302
    page = client.get(f"/definitions/{second}/").content.decode()
    assert "Sign for marketing" not in page
    assert ("Sign for sales" in page) is (second == "sales_qualified")
    sign["side"] = "marketing"
    assert client.post(f"/definitions/{second}/sign/", sign).status_code == 403
    # Another role does not make another person.
    User.objects.filter(pk=who.pk).update(role=Role.MARKETING)
    assert client.post(f"/definitions/{second}/sign/", sign).status_code == 403
    assert SignOff.objects.get().side == "sales"
    builders.published(NOW, builders.with_threshold(50))
    sign["version"] = "2"
    assert client.post(f"/definitions/{second}/sign/", sign).status_code == 302


def test_a_second_signature_changes_nothing() -> None:
    builders.published(NOW)
    client = builders.client(builders.user())
    for _ in range(2):
        client.post("/definitions/marketing_qualified/sign/", {"side": "marketing", "version": "1"})
    assert SignOff.objects.count() == 1
    assert AuditEntry.objects.filter(action="signed_definition").count() == 1


def test_nobody_signs_a_version_that_they_did_not_see() -> None:
    builders.published(NOW)
    builders.published(NOW, builders.with_threshold(50))
    client = builders.client(builders.user())
    answer = client.post(
        "/definitions/marketing_qualified/sign/",
        {"side": "marketing", "version": "1"},
        follow=True,
    )
    assert "A newer version was published in the meantime" in answer.content.decode()
    assert not SignOff.objects.exists()


def test_looking_at_the_signing_address_signs_nothing() -> None:
    builders.published(NOW)
    client = builders.client(builders.user())
    assert client.get("/definitions/marketing_qualified/sign/").status_code == 405


def test_the_history_says_what_each_version_changed_and_who_signed_it() -> None:
    first, who = builders.published(NOW), builders.user()
    SignOff.objects.create(
        version=first, definition="marketing_qualified", side="marketing", user=who, at=NOW
    )
    builders.published(NOW, builders.with_threshold(50))
    chapters = history_of("marketing_qualified")
    assert [(c.version.number, c.change) for c in chapters] == [(2, "changed"), (1, "new")]
    assert "50" in chapters[0].said[0].sentence
    newest, oldest = chapters[0].sides[0], chapters[1].sides[0]
    assert newest.signature is None
    assert newest.earlier is not None
    assert oldest.signature is not None
    # What an SQL refers to changed, so what an SQL means changed with it.
    assert [c.change for c in history_of("sales_qualified")] == ["changed", "new"]
    assert [c.change for c in history_of("bant_confirmed")] == ["unchanged", "new"]


def test_the_oldest_version_shown_is_compared_with_the_one_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selectors, "N_VERSIONS", 2)
    for points in (40, 50, 50):
        builders.published(NOW, builders.with_threshold(points))
    chapters = history_of("marketing_qualified")
    assert [(c.version.number, c.change) for c in chapters] == [(3, "unchanged"), (2, "changed")]


def test_after_a_rollback_the_page_shows_the_active_version_not_the_newest() -> None:
    first = builders.published(NOW)
    builders.published(NOW, builders.with_threshold(50))
    roll_back_to(version=first, note="", actor=None, now=NOW)
    page = text(builders.client(builders.user()), "/definitions/marketing_qualified/")
    assert "Signatures under version 1" in page


def test_a_definition_that_was_taken_out_keeps_its_page() -> None:
    document = builders.with_threshold(40)
    start = document.index("  may_be_called:")
    end = document.index("  bant_confirmed:")
    builders.published(NOW)
    builders.published(NOW, document[:start] + document[end:])
    page = text(builders.client(builders.user()), "/definitions/may_be_called/")
    assert "The active model does not have this definition any more." in page
    assert [c.change for c in history_of("may_be_called")] == ["gone", "new"]


def test_the_pages_ask_the_database_a_fixed_number_of_times(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    version, who = builders.published(NOW), builders.user()
    for _ in range(5):
        builders.lead(NOW)
    with django_assert_num_queries(4):
        definition_pages(version, who, NOW)
    with django_assert_num_queries(2):
        history_of("marketing_qualified")
