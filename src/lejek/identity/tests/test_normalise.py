"""What values mean: case tables."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from leadscore.language.catalogue import VALUES
from lejek.identity.normalise.company_name import name_key
from lejek.identity.normalise.country import read_country
from lejek.identity.normalise.domain import company_domain, read_domain
from lejek.identity.normalise.email import PLAIN, EmailKind, email_kind, read_email, validated
from lejek.identity.normalise.numbers import (
    grouping_of,
    read_amount,
    read_boolean,
    read_count,
    read_moment,
    read_number,
)
from lejek.identity.normalise.phone import read_phone
from lejek.identity.normalise.position import Department, Seniority, read_position
from lejek.identity.normalise.reasons import Unreadable
from lejek.identity.normalise.registers import read_krs, read_nip, read_pkd, read_regon
from lejek.identity.normalise.vocabulary import shipped, with_own_words
from lejek.identity.targets import LEAD_TARGETS

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (read_email, " Jan.Kowalski@ACME.PL ", "jan.kowalski@acme.pl"),
        (read_email, "mailto:a@b.pl", "a@b.pl"),
        (read_email, "Jan Kowalski <jan@acme.example>;", "jan@acme.example"),
        (read_email, "'jan@acme.pl'", "jan@acme.pl"),
        (read_email, "e-mail: jan@acme.pl.", "jan@acme.pl"),
        (read_email, "\ufeffjan@\u200bacme.pl\xa0", "jan@acme.pl"),
        (read_email, "jan@acme.pl; biuro@acme.pl", "jan@acme.pl"),
        (read_email, "jan+targi@acme-stal.com.pl", "jan+targi@acme-stal.com.pl"),
        (read_email, "żuk@łódź.pl", "żuk@łódź.pl"),
        (read_phone, "600 100 200", "+48600100200"),
        (read_phone, "tel. (22) 123-45-67", "+48221234567"),
        (read_phone, "0048 600100200", "+48600100200"),
        (read_phone, "48600100200", "+48600100200"),
        (read_phone, "600100200.0", "+48600100200"),
        (read_phone, "+49 30 901820", "+4930901820"),
        (read_phone, "+48(600)100-200", "+48600100200"),
        (read_phone, "600.100.200", "+48600100200"),
        (read_phone, "0 22 621 02 02", "+48226210202"),
        (read_phone, "22 621 02 02 wew. 114", "+48226210202"),
        (read_phone, "600 100 200 / 22 621 02 02", "+48600100200"),
        (read_phone, "brak, 600100200", "+48600100200"),
        (read_phone, "600 100 200 lub 601 100 200", "+48600100200"),
        (read_phone, "600\u200b100\xa0200", "+48600100200"),
        (read_phone, "+1 650-253-0000", "+16502530000"),
        # 5·6+2·5+6·7+0+0+0+1·5+2·6+4·7 = 127 = 11·11 + 6, and the last digit is 6
        (read_nip, "526-000-12-46", "5260001246"),
        (read_nip, "NIP: 526 000 12 46", "5260001246"),
        (read_nip, "526–000–12–46", "5260001246"),
        (read_nip, "5260001246.0", "5260001246"),
        (read_nip, "1234563218", "1234563218"),
        (read_nip, "PL 5260001246", "5260001246"),
        # 1·8+2·9+3·2+4·3+5·4+6·5+7·6+8·7 = 192 = 11·17 + 5, and the last digit is 5
        (read_regon, "123456785", "123456785"),
        (read_regon, "REGON: 123 456 785", "123456785"),
        (read_regon, "12345678512347", "12345678512347"),
        (read_regon, "331501", "000331501"),
        (read_krs, "KRS 28860", "0000028860"),
        (read_krs, "0000028860", "0000028860"),
        (read_pkd, "6201z", "62.01.Z"),
        (read_pkd, "62.01.Z Działalność związana z oprogramowaniem", "62.01.Z"),
        (read_pkd, "PKD: 01.11", "01.11"),
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
        (read_number, "12,345", 12.345),
        (read_number, "1 234.567", 1234.567),
        (read_number, "1,234,567.5", 1234567.5),
        (read_number, "1.234.567", 1234567),
        (read_number, 12.345, 12.345),
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
        (read_email, "jan@acme..pl"),
        (read_email, "jan@acme,pl"),
        (read_email, "jan@-acme.pl"),
        (read_email, ".jan@acme.pl"),
        (read_email, "=cmd|'/c calc'!A1"),
        (read_email, f"{'a' * 65}@acme.pl"),
        (read_email, "@acme.pl"),
        (read_phone, "12 34"),
        (read_phone, "brak"),
        (read_phone, "4,86001E+10"),
        (read_phone, "000000000"),
        (read_phone, "123456789012345678"),
        (read_phone, "600 100 20"),
        (read_nip, "526-000-12-47"),
        (read_nip, "123"),
        (read_nip, "0000000000"),
        (read_nip, "1111111111"),
        (read_nip, "5,260001246E+09"),
        (read_nip, "٥٢٦٠٠٠١٢٤٦"),
        (read_regon, "123456789"),
        (read_regon, "000000000"),
        (read_regon, "12345678512348"),
        (read_krs, "0"),
        (read_krs, "12345678901"),
        (read_pkd, "produkcja"),
        (read_pkd, "00.01.Z"),
        (read_pkd, "62"),
        (read_pkd, "62.01.ZZ"),
        (read_domain, "localhost"),
        (read_domain, "127.0.0.1"),
        (read_country, "Atlantyda"),
        (read_boolean, "może"),
        (read_number, "51-200"),
        (read_number, "250+"),
        (read_number, "nan"),
        (read_number, "1e999"),
        (read_number, "12.345"),
    ],
)
def test_what_cannot_be_read_is_not_guessed(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    ("text", "employees"),
    [("250", 250), ("1 250", 1250), ("1.250", 1250), ("12,0", 12), ("250 osób", 250)],
)
def test_people_are_counted_whole(text: str, employees: int) -> None:
    assert read_count(text, most=10_000) == employees


@pytest.mark.parametrize(
    ("text", "reason"), [("12.5", "not_whole"), ("12,5", "not_whole"), ("-1", "out_of_range")]
)
def test_nobody_employs_half_a_person(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_count(text, most=10_000)
    assert refused.value.reason == reason


def test_money_is_rounded_to_whole_ones() -> None:
    assert read_amount("1 234 567,60 zł", most=10_000_000) == 1_234_568


def test_money_with_one_comma_may_be_thousands_and_is_not_guessed() -> None:
    with pytest.raises(Unreadable) as refused:
        read_amount("12,345", most=10_000_000)
    assert refused.value.reason == "two_readings"


@pytest.mark.parametrize(
    ("column", "grouping"),
    [
        (["12,345", "1,234,567"], ","),
        (["12,345", "7.5"], ","),
        (["12.345", "1.234,50 zł"], "."),
        (["12.345", "7,5"], "."),
        (["12.345", "0.125"], ","),
        (["12,345", "1 250"], ""),
        (["7,5", "7.5"], ""),
        (["brak", "12.345"], ""),
    ],
)
def test_other_numbers_of_a_column_show_how_thousands_are_grouped(
    column: list[str], grouping: str
) -> None:
    assert grouping_of(column) == grouping


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("a@acme.pl", "company"),
        ("a@gmail.com", "free"),
        ("a@wp.pl", "free"),
        ("a@tlen.pl", "free"),
        ("a@buziaczek.pl", "free"),
        ("a@mailinator.com", "disposable"),
    ],
)
def test_whose_mailbox_it_is(email: str, kind: str) -> None:
    assert email_kind(email) == kind
    assert bool(company_domain(email)) == (kind == "company")


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
        ("1.7.2026, 9:05", datetime(2026, 7, 1, 7, 5, tzinfo=UTC)),
        ("01-07-2026 10:00:59", datetime(2026, 7, 1, 8, 0, 59, tzinfo=UTC)),
        ("2026/07/01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("01.07.2026 r.", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("29.03.2026 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_without_an_offset_is_local(text: str, expected: datetime) -> None:
    assert read_moment(text, WARSAW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2026",
        "wczoraj",
        "12:00",
        "1066-10-14",
        "20261",
        "1.2-2026",
        "32.01.2026",
        "01.01.2026 25:00",
    ],
)
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
        ("Kierownik ds. zakupów", "procurement", "manager"),
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
        ("Stażystka w dziale marketingu", "marketing", "intern"),
        ("Student informatyki", "it", "student"),
        ("Asystent dyrektora finansowego", "finance", "assistant"),
        ("Dyrektor operacyjny", "operations", "director"),
        ("COO", "management", "c_level"),
        ("Kupiec", "procurement", "specialist"),
        ("dyrektor ds. zakupów i logistyki", "procurement", "director"),
        ("Z-ca dyrektora ds. technicznych", "engineering", "director"),
        ("p.o. kierownika działu HR", "hr", "manager"),
        ("Inżynier ds. utrzymania ruchu", "engineering", "specialist"),
        ("VP of Engineering", "engineering", "director"),
        ("Chief People Officer", "hr", "c_level"),
        ("  KSIĘGOWA  ", "finance", "specialist"),
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


def test_identity_speaks_the_words_of_the_catalogue() -> None:
    assert {*EmailKind} == {*VALUES["lead.email_kind"]}
    assert {*Department} <= {*VALUES["lead.department"]}
    assert {*Seniority} <= {*VALUES["lead.seniority"]}


def test_plain_addresses_are_what_a_close_look_would_find() -> None:
    chance = Random(7)
    n_plain = 0
    for _ in range(3000):
        local = "".join(chance.choices("ab1-_+.x", k=chance.randint(1, 6)))
        host = "".join(chance.choices("ab1-.", k=chance.randint(1, 8)))
        address = f"{local}@{host}.com.pl"
        if PLAIN.fullmatch(address):
            n_plain += 1
            assert validated(address, address) == address
    assert n_plain > 100


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Produkcja", "manufacturing"),
        ("ochrona zdrowia", "healthcare"),
        ("Energy", "energy"),
        ("logistics", "logistics"),
        ("Rolnictwo", "Rolnictwo"),
    ],
)
def test_an_industry_is_kept_as_models_ask_for_it(written: str, kept: str) -> None:
    assert LEAD_TARGETS["company.industry"].read(written, WARSAW) == kept
