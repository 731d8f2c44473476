"""Permissions: the newest counts, each is kept once, an undone import takes its own back."""

from datetime import UTC, datetime, timedelta

import pytest

from lejek.consent.models import ConsentChange
from lejek.consent.selectors import consents_of
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


def test_the_newest_statement_counts_and_repetition_adds_nothing(contact: Contact) -> None:
    assert state(contact, True) == 1
    assert state(contact, True, day=1) == 0
    assert state(contact, False, day=2) == 1
    assert consents_of([contact.pk]) == {contact.pk: {"email": False}}
    assert ConsentChange.objects.count() == 2


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
