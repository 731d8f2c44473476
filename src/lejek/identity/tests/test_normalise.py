"""What values mean: case tables."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lejek.identity.normalise.company_name import name_key
from lejek.identity.normalise.country import read_country
from lejek.identity.normalise.domain import company_domain, read_domain
from lejek.identity.normalise.email import email_kind, read_email
from lejek.identity.normalise.numbers import read_boolean, read_moment, read_number
from lejek.identity.normalise.phone import read_phone
from lejek.identity.normalise.position import read_position
from lejek.identity.normalise.reasons import Unreadable
from lejek.identity.normalise.registers import read_krs, read_nip, read_pkd, read_regon
from lejek.identity.normalise.vocabulary import shipped, with_own_words

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (read_email, " Jan.Kowalski@ACME.PL ", "jan.kowalski@acme.pl"),
        (read_email, "mailto:a@b.pl", "a@b.pl"),
        (read_email, "Jan Kowalski <jan@acme.example>;", "jan@acme.example"),
        (read_phone, "600 100 200", "+48600100200"),
        (read_phone, "tel. (22) 123-45-67", "+48221234567"),
        (read_phone, "0048 600100200", "+48600100200"),
        (read_phone, "48600100200", "+48600100200"),
        (read_phone, "600100200.0", "+48600100200"),
        (read_phone, "+49 30 901820", "+4930901820"),
        (read_nip, "526-000-12-46", "5260001246"),
        (read_nip, "PL 5260001246", "5260001246"),
        (read_regon, "123456785", "123456785"),
        (read_krs, "KRS 28860", "0000028860"),
        (read_pkd, "6201z", "62.01.Z"),
        (read_pkd, "62.01", "62.01"),
        (read_domain, "https://www.shop.acme.com.pl/kontakt?x=1", "acme.com.pl"),
        (read_domain, "ACME.pl", "acme.pl"),
        (read_country, "Polska", "PL"),
        (read_country, "deutschland", "DE"),
        (read_country, "Wielka Brytania", "GB"),
        (read_country, "us", "US"),
        (read_boolean, "TAK", True),
        (read_boolean, "nie", False),
        (read_number, "1 234 567,50", 1234567.5),
        (read_number, "1.250", 1250),
        (read_number, "12,5", 12.5),
        (read_number, "250 osób", 250),
        (read_number, "0,125", 0.125),
    ],
)
def test_a_value_is_read(read: Callable[[str], object], text: str, expected: object) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_email, "jan.kowalski"),
        (read_email, "jan@localhost"),
        (read_email, "a@b@c.pl"),
        (read_phone, "12 34"),
        (read_phone, "brak"),
        (read_nip, "526-000-12-47"),
        (read_nip, "123"),
        (read_regon, "123456789"),
        (read_krs, "0"),
        (read_pkd, "produkcja"),
        (read_domain, "localhost"),
        (read_domain, "127.0.0.1"),
        (read_country, "Atlantyda"),
        (read_boolean, "może"),
        (read_number, "51-200"),
        (read_number, "250+"),
        (read_number, "nan"),
        (read_number, "1e999"),
    ],
)
def test_what_cannot_be_read_is_not_guessed(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("a@acme.pl", "business"),
        ("a@gmail.com", "free"),
        ("a@wp.pl", "free"),
        ("a@tlen.pl", "free"),
        ("a@buziaczek.pl", "free"),
        ("a@mailinator.com", "disposable"),
    ],
)
def test_whose_mailbox_it_is(email: str, kind: str) -> None:
    assert email_kind(email) == kind
    assert bool(company_domain(email)) == (kind == "business")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME Sp. z o.o.", "acme"),
        ("Żółta Łódź Spółka z ograniczoną odpowiedzialnością Sp. k.", "ZOLTA LODZ sp.z.o.o. sp.k."),
        ("Müller GmbH & Co. KG", "Muller"),
        ('"Kowalski i Synowie" s.j.', "Kowalski i synowie sp. j."),
        ("PKO BP S.A.", "PKO BP SA"),
        ("Acme Ltd.", "ACME Limited"),
    ],
)
def test_spellings_of_a_company_name_share_a_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


def test_a_name_that_is_only_a_legal_form_keeps_its_last_word() -> None:
    assert name_key("S.A.") != ""
    assert name_key("Sas") == "sas"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", datetime(2026, 1, 30, 23, tzinfo=UTC)),
        ("31.01.2026 12:30", datetime(2026, 1, 31, 11, 30, tzinfo=UTC)),
        ("2026-07-01T10:00:00+00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-07-01T10:00:00Z", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("01/07/2026 10:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_moment_without_an_offset_is_local(text: str, expected: datetime) -> None:
    assert read_moment(text, WARSAW) == expected


@pytest.mark.parametrize("text", ["31.02.2026", "wczoraj", "12:00", "1066-10-14", "20261"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_moment(text, WARSAW)


@pytest.mark.parametrize(
    ("position", "department", "seniority"),
    [
        ("Dyrektor IT", "it", "director"),
        ("Prezes Zarządu", "management", "c_level"),
        ("prezeska zarządu", "management", "c_level"),
        ("CFO", "finance", "c_level"),
        ("Kierownik ds. zakupów", "purchasing", "manager"),
        ("Kierowniczka Działu IT", "it", "manager"),
        ("Właścicielka", "management", "owner"),
        ("Asystentka Zarządu", "management", "assistant"),
        ("Członkini zarządu ds. finansowych", "finance", "c_level"),
        ("Główna księgowa", "finance", "manager"),
        ("Head of Marketing", "marketing", "director"),
        ("Key Account Manager", "sales", "specialist"),
        ("Product Owner", "it", "specialist"),
        ("Specjalistka ds. kadr i płac", "hr", "specialist"),
        ("Managing Director", "management", "c_level"),
        ("Chief Technology Officer", "it", "c_level"),
        ("VP Sales", "sales", "director"),
        ("Zastępca Dyrektora ds. Produkcji", "production", "director"),
        ("Starszy inżynier", "engineering", "specialist"),
        ("brak danych", "", ""),
        ("", "", ""),
    ],
)
def test_a_position_says_department_and_seniority(
    position: str, department: str, seniority: str
) -> None:
    meaning = read_position(position, shipped())
    assert (meaning.department, meaning.seniority) == (department, seniority)


def test_an_organisations_own_words_go_before_the_shipped_ones() -> None:
    own = with_own_words([("opiekun*", "service", "specialist"), ("dyrektor*", "", "")])
    assert read_position("Opiekunka regionu", own).department == "service"
    assert read_position("Dyrektor", own).seniority == "", "an empty row takes a word out of use"
