"""Who is met by what is said: exact keys, and nothing that is known gets lost."""

from datetime import timedelta

import pytest

from lejek.consent.models import ConsentChange
from lejek.consent.services import record_consent
from lejek.identity.models import AttributeChange, Company, Contact, Lead
from lejek.identity.quality import quality_of
from lejek.identity.services import LeadRefused, Recorded, record_lead
from lejek.identity.tests.builders import NOW, hand_on
from lejek.kernel.models import Event

pytestmark = pytest.mark.django_db


def record(**cells: object) -> Recorded:
    named = {name.replace("__", "."): value for name, value in cells.items()}
    return record_lead(named, source="form", actor=None, now=NOW)


def test_the_same_email_is_the_same_person_and_nothing_is_refused() -> None:
    first = record(contact__email="Ola@Stal.pl", contact__full_name="Ola Stal")
    again = record(contact__email="ola@stal.pl", lead__position="Prezes")
    assert (first.outcome, again.outcome) == ("new", "updated")
    assert first.lead.pk == again.lead.pk
    assert record(contact__email="ola@stal.pl").outcome == "unchanged"
    assert Lead.objects.count() == 1


def test_a_phone_is_shared_by_colleagues_but_not_by_one_name() -> None:
    record(contact__email="a@stal.pl", contact__phone="221234567", contact__full_name="Anna Bąk")
    record(contact__email="b@stal.pl", contact__phone="221234567", contact__full_name="Ewa Lis")
    assert Contact.objects.count() == 2
    met = record(contact__phone="221234567", contact__full_name="anna bak")
    assert met.lead.contact.email == "a@stal.pl"


def test_another_address_of_a_person_met_by_phone_is_kept_beside_the_first() -> None:
    record(contact__email="a@stal.pl", contact__phone="600100200", contact__full_name="Anna Bąk")
    met = record(
        contact__email="anna@gmail.com", contact__phone="600100200", contact__full_name="Anna Bąk"
    )
    contact = met.lead.contact
    assert (contact.email, contact.email_kind) == ("a@stal.pl", "company")
    assert contact.other_email == "anna@gmail.com"


def test_the_other_address_of_a_person_is_a_key_unless_it_is_somebodys_first() -> None:
    anna = {"contact__phone": "600100200", "contact__full_name": "Anna Bąk"}
    first = record(contact__email="a@stal.pl", **anna).lead
    record(contact__email="anna@gmail.com", **anna)
    again = record(contact__email="anna@gmail.com")
    assert (again.lead.pk, again.outcome) == (first.pk, "unchanged")
    assert again.lead.contact.email_kind == "company"
    Contact.objects.create(email="anna@gmail.com", created_at=NOW, updated_at=NOW)
    assert record(contact__email="anna@gmail.com").lead.contact.email == "anna@gmail.com"


def test_the_other_address_of_two_is_nobodys_key() -> None:
    for number in (1, 2):
        person = {"contact__phone": f"60010020{number}", "contact__full_name": f"Anna Bąk {number}"}
        record(contact__email=f"a{number}@stal.pl", **person)
        Contact.objects.filter(email=f"a{number}@stal.pl").update(other_email="biuro@stal.pl")
    assert record(contact__email="biuro@stal.pl").outcome == "new"


def test_an_office_address_is_a_key_together_with_the_name() -> None:
    firm = {"contact__email": "biuro@stal.pl", "company__name": "Stal"}
    people = [
        record(**firm, contact__full_name=name).lead for name in ("Jan Kowal", "Ewa Lis", "Ola Kot")
    ]
    assert [lead.contact.full_name for lead in people] == ["Jan Kowal", "Ewa Lis", "Ola Kot"]
    assert [lead.contact.email for lead in people] == ["biuro@stal.pl", None, None]
    assert {lead.contact.other_email for lead in people[1:]} == {"biuro@stal.pl"}
    for lead in people:
        again = record(**firm, contact__full_name=lead.contact.full_name)
        assert (again.lead.pk, again.outcome) == (lead.pk, "unchanged")
    assert record(**firm).lead.pk == people[0].pk, "without a name, whoever has it first"
    assert record(**firm, contact__last_name="Lis").lead.pk == people[1].pk


def test_an_office_address_told_with_the_phone_of_somebody_is_theirs() -> None:
    record(contact__email="info@stal.pl", contact__full_name="Jan Kowal")
    ewa = record(contact__phone="600100200", contact__full_name="Ewa Lis").lead
    met = record(
        contact__email="info@stal.pl", contact__phone="600100200", contact__full_name="Ewa Lis"
    )
    assert met.lead.pk == ewa.pk
    assert (met.lead.contact.email, met.lead.contact.other_email) == (None, "info@stal.pl")


def test_the_name_of_an_own_address_may_change() -> None:
    record(contact__email="anna@stal.pl", contact__full_name="Anna Bąk")
    record(contact__email="anna@stal.pl", contact__full_name="Anna Nowak")
    assert Contact.objects.get().full_name == "Anna Nowak"


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Kowalski Jan", "Jan", "Kowalski"),
        ("Nowak-Bąk  Anna Maria", "Anna Maria", "Nowak-Bąk"),
        ("Kowalski, Jan", "Jan", "Kowalski"),
        ("Kowalski", "", "Kowalski"),
    ],
)
def test_a_name_that_begins_with_the_last_name_is_turned(whole: str, first: str, last: str) -> None:
    contact = record(contact__last_name_first=whole, contact__email="a@stal.pl").lead.contact
    assert (contact.first_name, contact.last_name) == (first, last)


def test_a_department_that_grows_when_folded_is_left_out() -> None:
    taken = record(contact__email="a@stal.pl", lead__department="ß" * 40)
    assert [(each.code, each.field) for each in taken.faults] == [("too_long", "lead.department")]
    assert taken.lead.contact.department == ""


def test_nip_and_name_are_the_last_key() -> None:
    record(company__nip="5260001246", contact__full_name="Jan Wójcik")
    met = record(
        company__nip="526-000-12-46", contact__full_name="WÓJCIK JAN", contact__email="j@w.pl"
    )
    assert met.outcome == "updated"
    assert Contact.objects.get().email == "j@w.pl"


def test_a_lead_without_any_key_enters_and_is_met_again_only_by_its_like() -> None:
    first = record(contact__full_name="Jan Wójcik", company__name="Stal S.A.")
    again = record(contact__full_name="WÓJCIK JAN", company__name="STAL SA")
    assert (first.outcome, again.outcome) == ("new", "unchanged")
    elsewhere = record(contact__full_name="Jan Wójcik", company__name="Miedź S.A.")
    with_key = record(
        contact__full_name="Jan Wójcik", company__name="Stal S.A.", contact__email="j@w.pl"
    )
    assert (elsewhere.outcome, with_key.outcome) == ("new", "new")
    assert Lead.objects.count() == 3


def test_a_firm_alone_is_a_lead_called_by_its_name() -> None:
    lead = record(company__name="Stal S.A.").lead
    assert lead.contact.full_name == "Stal S.A."


def test_a_row_that_says_of_nobody_is_refused_with_the_reason() -> None:
    with pytest.raises(LeadRefused) as refused:
        record(lead__city="Łódź")
    assert [fault.code for fault in refused.value.faults] == ["nobody_at_all"]


def test_a_wrong_key_refuses_and_any_other_wrong_value_is_left_out() -> None:
    with pytest.raises(LeadRefused):
        record(contact__email="a@stal.pl", company__nip="5260001247")
    taken = record(contact__email="a@stal.pl", contact__phone="12", company__employees="51-200")
    assert {fault.field for fault in taken.faults} == {"contact.phone", "company.employees"}


def test_companies_are_met_by_nip_then_domain_then_name() -> None:
    record(contact__email="a@stal.pl", company__name="Łódź Stal Sp. z o.o.")
    record(contact__email="b@stal.pl", company__name="LODZ STAL")
    record(
        contact__email="c@gmail.com", company__name="Łódź Stal sp.z o.o.", company__nip="5260001246"
    )
    record(contact__email="d@wp.pl", company__nip="5260001246")
    company = Company.objects.get()
    assert (company.name, company.nip) == ("Łódź Stal Sp. z o.o.", "5260001246")
    assert company.contacts.count() == 4


def test_a_free_mailbox_says_nothing_of_a_company() -> None:
    record(contact__email="a@gmail.com")
    record(contact__email="b@gmail.com", company__name="Stal")
    assert Company.objects.count() == 1


def test_another_nip_is_another_company_whatever_the_name() -> None:
    record(contact__email="a@gmail.com", company__name="Stal", company__nip="5260001246")
    record(contact__email="b@gmail.com", company__name="Stal", company__nip="7740001454")
    assert Company.objects.count() == 2


def test_an_address_alone_moves_nobody_to_another_company() -> None:
    record(contact__email="a@grupa-stal.pl", company__name="Stal", company__domain="stal.pl")
    record(contact__email="a@grupa-stal.pl", contact__phone="600100200")
    assert Company.objects.count() == 1


def test_every_change_is_a_fact_with_old_and_new() -> None:
    record(contact__email="a@stal.pl", lead__position="Kierownik IT")
    record(contact__email="a@stal.pl", lead__position="Dyrektor finansowy")
    facts = AttributeChange.objects.filter(field="lead.seniority").order_by("id")
    assert [(fact.old, fact.new, fact.source) for fact in facts] == [
        (None, "manager", "form"),
        ("manager", "director", "form"),
    ]
    assert Contact.objects.get().department == "finance"


def test_state_can_be_rebuilt_from_the_facts() -> None:
    record(contact__email="a@stal.pl", lead__position="Kierownik IT", company__name="Stal")
    record(contact__email="a@stal.pl", lead__city="Łódź", company__employees=300)
    contact, company = Contact.objects.get(), Company.objects.get()
    state = {fact.field: fact.new for fact in AttributeChange.objects.order_by("id")}
    assert state == {
        "contact.email": contact.email,
        "contact.company": company.pk,
        "lead.email_kind": contact.email_kind,
        "lead.position": contact.position,
        "lead.department": contact.department,
        "lead.seniority": contact.seniority,
        "lead.city": contact.city,
        "company.name": company.name,
        "company.domain": company.domain,
        "company.employees": company.employees,
    }


def test_a_department_that_somebody_corrected_stays_while_the_position_does() -> None:
    record(contact__email="a@stal.pl", lead__position="Kierownik IT")
    record(contact__email="a@stal.pl", lead__department="Sprzedaż")
    record(contact__email="a@stal.pl", lead__position="Kierownik IT")
    assert Contact.objects.get().department == "sales"


def test_events_name_the_leads() -> None:
    first = record(contact__email="a@stal.pl", company__name="Stal")
    record(contact__email="b@stal.pl", company__employees=10)
    told = list(Event.objects.order_by("id").values_list("name", "content"))
    assert told[0] == ("lead_created", {"lead_ids": [first.lead.pk]})
    assert told[1][0] == "lead_created"
    assert told[2] == ("attributes_changed", {"lead_ids": [first.lead.pk]}), "the colleague's too"


def test_consents_are_recorded_once_with_their_source() -> None:
    for _ in range(2):
        record(contact__email="a@stal.pl", consent__email="tak")
    hand_on()
    (change,) = ConsentChange.objects.all()
    assert (change.purpose, change.is_given, change.source) == ("email", True, "form")
    contact = Contact.objects.get()
    assert record_consent(
        contact=contact, purpose="email", is_given=False, source="phone", actor=None, now=NOW
    )
    assert ConsentChange.objects.count() == 2


def test_a_recycled_person_gets_a_new_lead() -> None:
    first = record(contact__email="a@stal.pl")
    Lead.objects.filter(pk=first.lead.pk).update(closed_at=NOW)
    assert record(contact__email="a@stal.pl").outcome == "new"
    assert Contact.objects.count() == 1


def test_quality_says_what_is_missing_and_how_old_it_is() -> None:
    lead = record(contact__email="a@stal.pl", lead__position="Prezes", company__name="Stal").lead
    quality = quality_of(lead, now=NOW)
    assert quality.completeness.n_asked == 10
    assert set(quality.completeness.missing) == {
        "contact.phone",
        "contact.last_name",
        "company.nip",
        "company.industry",
        "company.employees",
    }
    assert (quality.completeness.share, quality.is_stale) == (0.5, False)


def test_a_record_is_as_old_as_the_older_of_contact_and_company() -> None:
    lead = record(contact__email="a@stal.pl", company__name="Stal").lead
    company = lead.contact.company
    assert company is not None
    company.updated_at = NOW - timedelta(days=400)
    quality = quality_of(lead, now=NOW)
    assert (quality.age_days, quality.is_stale) == (400, True)
