"""Leads added by hand, and data that somebody corrects or completes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client

from lejek.identity.models import AttributeChange, Company, Contact, FieldDefinition, Lead
from lejek.kernel.models import Event
from lejek.people.models import AuditEntry, Role
from lejek.qualification.tests.builders import client, user

NOW = datetime(2026, 6, 17, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def a_lead(**contact: object) -> Lead:
    made: dict[str, object] = {"created_at": NOW, "updated_at": NOW}
    company = Company.objects.create(name="Stal SA", name_key="stal", nip="5252344078", **made)
    person = {"first_name": "Ewa", "last_name": "Lis", "email": "ewa@stal.pl", **contact}
    found = Contact.objects.create(company=company, **person, **made)
    return Lead.objects.create(contact=found, created_at=NOW, stage_since=NOW)


def as_drawn(browser: Client, address: str) -> dict[str, str]:
    """What a browser would send of a page on which nobody has typed anything."""
    html = browser.get(address).content.decode()
    sent = dict(re.findall(r'<input type="(?:text|hidden)" name="([^"]+)" value="([^"]*)"', html))
    for name, inside in re.findall(r'<select name="([^"]+)"(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        sent[name] = chosen.group(1) if chosen else ""
    return {name: unescape(value) for name, value in sent.items()}


def marketer() -> Client:
    return client(user(Role.MARKETING))


def test_what_is_typed_is_kept_with_a_fact_for_each_value_and_scored() -> None:
    lead, browser = a_lead(), marketer()
    address = f"/leads/{lead.pk}/data/"
    typed = {"lead.position": "Dyrektor IT", "company.employees": "1 250", "contact.phone": ""}
    answer = browser.post(address, {**as_drawn(browser, address), **typed}, follow=True)
    assert "values were kept" in answer.content.decode()
    contact = Contact.objects.select_related("company").get()
    assert (contact.position, contact.department, contact.seniority) == (
        "Dyrektor IT",
        "it",
        "director",
    )
    assert contact.company is not None
    assert contact.company.employees == 1250
    told = AttributeChange.objects.order_by("field").values_list("field", "old", "new", "source")
    assert list(told) == [
        ("company.employees", None, 1250, "person"),
        ("lead.department", None, "it", "person"),
        ("lead.position", None, "Dyrektor IT", "person"),
        ("lead.seniority", None, "director", "person"),
    ]
    assert Event.objects.get(name="attributes_changed").content == {"lead_ids": [lead.pk]}
    assert AuditEntry.objects.get(action="corrected_lead").details == {"updated": 4}


def test_a_page_that_is_kept_as_it_was_drawn_changes_nothing() -> None:
    FieldDefinition.objects.create(name="lead.vip", type="boolean", label_pl="VIP", label_en="VIP")
    lead, browser = a_lead(attributes={"bant.budget": 12.5, "lead.vip": False}), marketer()
    address = f"/leads/{lead.pk}/data/"
    browser.post(address, as_drawn(browser, address))
    assert not AttributeChange.objects.exists()
    assert Contact.objects.get().attributes == {"bant.budget": 12.5, "lead.vip": False}


def test_an_emptied_field_is_unknown_again() -> None:
    lead, browser = a_lead(phone="+48600100200"), marketer()
    address = f"/leads/{lead.pk}/data/"
    browser.post(address, {**as_drawn(browser, address), "contact.phone": ""})
    assert Contact.objects.get().phone == ""
    change = AttributeChange.objects.get()
    assert (change.old, change.new) == ("+48600100200", None)


def test_a_page_that_was_open_for_long_leaves_what_others_have_changed() -> None:
    lead, browser = a_lead(), marketer()
    address = f"/leads/{lead.pk}/data/"
    drawn = as_drawn(browser, address)
    Contact.objects.update(city="Łódź")
    browser.post(address, {**drawn, "lead.position": "Prezes"})
    contact = Contact.objects.get()
    assert (contact.city, contact.position) == ("Łódź", "Prezes")


def test_everything_that_is_wrong_is_said_beside_its_field_and_nothing_is_kept() -> None:
    lead, browser = a_lead(), marketer()
    Contact.objects.create(email="jan@huta.pl", created_at=NOW, updated_at=NOW)
    address = f"/leads/{lead.pk}/data/"
    typed = {
        "contact.email": "jan@huta.pl",
        "company.nip": "1234567890",
        "company.employees": "12.5",
        "lead.position": "Prezes",
    }
    answer = browser.post(address, {**as_drawn(browser, address), **typed})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"contact.email", "company.nip", "company.employees"}
    assert "belongs to somebody else" in errors["contact.email"][0]
    assert Contact.objects.get(pk=lead.contact_id).position == ""
    assert not AttributeChange.objects.exists()


def test_nobody_is_left_without_anything_that_says_who_it_is() -> None:
    made = {"created_at": NOW, "updated_at": NOW}
    contact = Contact.objects.create(email="a@b.pl", **made)
    lead = Lead.objects.create(contact=contact, created_at=NOW, stage_since=NOW)
    browser = marketer()
    answer = browser.post(f"/leads/{lead.pk}/data/", {"initial-contact.email": "a@b.pl"})
    assert answer.status_code == 422
    assert "nothing says who this is" in answer.content.decode()


def test_a_lead_without_a_company_gets_the_one_that_is_known_by_its_nip() -> None:
    known = a_lead().contact.company
    made = {"created_at": NOW, "updated_at": NOW}
    contact = Contact.objects.create(email="a@b.pl", **made)
    lead = Lead.objects.create(contact=contact, created_at=NOW, stage_since=NOW)
    browser = marketer()
    address = f"/leads/{lead.pk}/data/"
    alone = browser.post(address, {**as_drawn(browser, address), "company.employees": "12"})
    assert "company.employees" in alone.context["form"].errors
    typed = {"company.nip": "525-234-40-78", "company.employees": "12"}
    browser.post(address, {**as_drawn(browser, address), **typed})
    contact.refresh_from_db()
    assert contact.company == known
    assert Company.objects.get().employees == 12


def test_a_salesperson_owns_whom_he_adds_and_meets_whom_he_knows() -> None:
    seller = user(Role.SALES)
    browser = client(seller)
    told = {"contact.email": "nowy@huta.pl", "contact.last_name": "Nowy", "consent.phone": "yes"}
    answer = browser.post("/leads/new/", told)
    lead = Lead.objects.get()
    assert answer["Location"] == f"/leads/{lead.pk}/"
    assert lead.owner == seller
    (consents,) = Event.objects.filter(name="consents_stated").values_list("content", flat=True)
    assert consents["proof"] == {"stated_to": seller.pk}
    browser.post("/leads/new/", {**told, "lead.position": "Prezes"})
    assert Lead.objects.get().contact.position == "Prezes"


def test_whom_somebody_else_looks_after_is_not_shown() -> None:
    lead = a_lead()
    Lead.objects.update(owner=user(Role.SALES))
    answer = client(user(Role.SALES)).post("/leads/new/", {"contact.email": "ewa@stal.pl"})
    assert answer["Location"] == "/"
    assert client(user(Role.SALES)).get(f"/leads/{lead.pk}/data/").status_code == 404


def test_a_new_lead_needs_something_that_says_who_it_is() -> None:
    browser = marketer()
    for told in ({}, {"lead.city": "Łódź"}, {"contact.email": "to nie adres"}):
        answer = browser.post("/leads/new/", told)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert not Contact.objects.exists()
