"""Permissions: the newest counts, each is kept once, an undone import takes its own back."""

from datetime import UTC, datetime, timedelta

import pytest

from lejek.consent.models import ConsentChange
from lejek.consent.selectors import consents_of, withdrawals_of
from lejek.consent.services import StatedConsent, record_consents, take_back_import
from lejek.identity.models import Contact, Lead
from lejek.kernel.models import Event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def contact() -> Contact:
    contact = Contact.objects.create(email="a@stal.pl", created_at=NOW, updated_at=NOW)
    Lead.objects.create(contact=contact, stage_since=NOW, created_at=NOW)
    return contact


def state(contact: Contact, *answers: bool, day: int = 0, import_id: int | None = None) -> int:
    stated = [StatedConsent(contact.pk, "email", is_given) for is_given in answers]
    at = NOW + timedelta(days=day)
    return record_consents(stated, source="form", at=at, now=at, import_id=import_id)


def dated(contact: Contact, given_at: datetime, *, is_given: bool = True) -> int:
    """What a file says with the date of consent."""
    stated = [StatedConsent(contact.pk, "email", is_given, {}, given_at)]
    at = NOW + timedelta(days=9)
    return record_consents(stated, source="import:7", at=at, now=at, import_id=7)


def test_the_newest_statement_counts_and_repetition_adds_nothing(contact: Contact) -> None:
    assert state(contact, True) == 1
    assert state(contact, True, day=1) == 0
    assert state(contact, False, day=2) == 1
    assert consents_of([contact.pk]) == {contact.pk: {"email": False}}
    assert ConsentChange.objects.count() == 2


def test_a_yes_without_a_later_date_brings_back_nothing_that_was_withdrawn(
    contact: Contact,
) -> None:
    state(contact, False, day=5)
    assert state(contact, True, day=4) == 0, "an older one"
    assert state(contact, True, day=5) == 0, "of two at one moment the withdrawal wins"
    assert state(contact, True, day=9, import_id=7) == 0, "a file is of any age"
    assert consents_of([contact.pk]) == {contact.pk: {"email": False}}
    assert withdrawals_of([contact.pk]) == {(contact.pk, "email"): NOW + timedelta(days=5)}
    assert dated(contact, NOW + timedelta(days=4)) == 0
    assert dated(contact, NOW + timedelta(days=6)) == 1
    assert consents_of([contact.pk]) == {contact.pk: {"email": True}}
    assert ConsentChange.objects.latest("id").at == NOW + timedelta(days=6)
    assert withdrawals_of([contact.pk]) == {}


def test_a_withdrawal_always_wins_whatever_its_date(contact: Contact) -> None:
    state(contact, True, day=12)
    assert dated(contact, NOW, is_given=False) == 1
    assert state(contact, False, day=1) == 0
    assert consents_of([contact.pk]) == {contact.pk: {"email": False}}
    assert withdrawals_of([contact.pk]) == {(contact.pk, "email"): NOW + timedelta(days=12)}


def test_what_an_import_repeats_is_kept_only_where_an_undo_may_take_the_first_away(
    contact: Contact,
) -> None:
    assert state(contact, True, import_id=7) == 1
    for import_id in (8, 8, None, 9, None):
        assert state(contact, True, day=1, import_id=import_id) == 0, "nothing differs"
    imports = ConsentChange.objects.order_by("id").values_list("import_id", flat=True)
    assert list(imports) == [7, 8, None]
    take_back_import(import_id=7, now=NOW)
    take_back_import(import_id=8, now=NOW)
    assert consents_of([contact.pk]) == {contact.pk: {"email": True}}


def test_of_two_statements_at_once_the_later_counts(contact: Contact) -> None:
    assert state(contact, True, False) == 2
    assert consents_of([contact.pk]) == {contact.pk: {"email": False}}


def test_people_who_are_gone_are_passed_over() -> None:
    stated = [StatedConsent(4711, "email", is_given=True)]
    assert record_consents(stated, source="form", at=NOW, now=NOW) == 0


def test_an_undone_import_takes_back_only_what_it_said(contact: Contact) -> None:
    state(contact, True)
    state(contact, False, day=1, import_id=7)
    assert take_back_import(import_id=7, now=NOW) == 1
    assert take_back_import(import_id=7, now=NOW) == 0
    assert consents_of([contact.pk]) == {contact.pk: {"email": True}}
    assert Event.objects.filter(name="consent_changed").count() == 3
