"""A firm that is found keeps its name; it changes for who corrects it on purpose."""

from __future__ import annotations

import pytest

from lejek.identity.correcting import add_lead, correct_lead
from lejek.identity.models import AttributeChange, Company, Contact, Lead
from lejek.identity.services import record_lead
from lejek.identity.tests.builders import NOW, make_user

pytestmark = pytest.mark.django_db

NIP = "5260001246"
STAL = {"contact.email": "a@stal.pl", "company.name": "Łódź Stal Sp. z o.o.", "company.nip": NIP}
BY_NIP = {"company.name": "Stalka", "company.nip": NIP}
BY_SPELLING = {"company.name": "LODZ STAL SP.Z O.O."}
FOUND = pytest.mark.parametrize("told", [BY_NIP, BY_SPELLING], ids=["by its NIP", "by its name"])


def say(cells: dict[str, str]) -> Lead:
    return record_lead(cells, source="api", actor=None, now=NOW).lead


def names_told() -> list[object]:
    told = AttributeChange.objects.filter(field="company.name").order_by("id")
    return list(told.values_list("new", flat=True))


@FOUND
def test_by_a_program_and_in_a_file(told: dict[str, str]) -> None:
    say(STAL)
    say({"contact.email": "b@gmail.com", **told, "company.employees": "40"})
    firm = Company.objects.get()
    assert (firm.name, firm.employees) == (STAL["company.name"], 40)
    assert names_told() == [STAL["company.name"]]


@FOUND
def test_for_a_lead_that_is_added_by_hand(told: dict[str, str]) -> None:
    say(STAL)
    add_lead({"contact.email": "b@gmail.com", **told}, actor=make_user(), now=NOW)
    assert Company.objects.get().name == STAL["company.name"]


@FOUND
def test_for_a_lead_without_a_firm_that_is_given_one(told: dict[str, str]) -> None:
    say(STAL)
    lead = say({"contact.email": "b@gmail.com"})
    correct_lead(lead=lead, told={**told, "company.city": "Łódź"}, actor=make_user(), now=NOW)
    firm = Company.objects.get()
    assert (firm.name, firm.city) == (STAL["company.name"], "Łódź")
    assert Contact.objects.get(email="b@gmail.com").company == firm
    assert names_told() == [STAL["company.name"]]


def test_who_corrects_the_firm_of_a_lead_names_it_anew() -> None:
    lead = say(STAL)
    correct_lead(lead=lead, told={"company.name": "Stalka"}, actor=make_user(), now=NOW)
    assert Company.objects.get().name == "Stalka"
    say(STAL)
    assert Company.objects.get().name == "Stalka", "a list with the old name does not undo it"


def test_a_firm_that_is_known_by_a_key_alone_gets_its_name() -> None:
    say({"contact.email": "a@stal.pl"})
    say({"contact.email": "b@stal.pl", "company.name": "Stal", "company.domain": "stal.pl"})
    say({"contact.email": "c@gmail.com", "company.nip": NIP})
    say({"contact.email": "d@gmail.com", "company.nip": NIP, "company.name": "Huta"})
    assert {*Company.objects.values_list("name", flat=True)} == {"Stal", "Huta"}


def test_the_same_list_with_two_names_of_one_firm_changes_nothing_the_second_time() -> None:
    rows = [STAL, {"contact.email": "b@gmail.com", **BY_NIP}]
    for row in (*rows, *rows):
        say(row)
    assert names_told() == [STAL["company.name"]]
