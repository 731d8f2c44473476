"""What a column of a file, or a value of a program, can mean: fields of leads and touchpoints.

In: the name of a field. Out: how its values are read, how it is called, and what headers mean it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leadscore.language.catalogue import VALUES
from lejek.identity.normalise.country import read_country
from lejek.identity.normalise.domain import read_domain
from lejek.identity.normalise.email import read_email
from lejek.identity.normalise.numbers import (
    read_amount,
    read_boolean,
    read_count,
    read_moment,
    read_number,
)
from lejek.identity.normalise.phone import read_phone
from lejek.identity.normalise.reasons import Reason, Unreadable
from lejek.identity.normalise.registers import read_krs, read_nip, read_pkd, read_regon
from lejek.identity.normalise.words import folded, tidy

Cell = str | int | float | bool
Read = Cell | datetime
Told = str | int | float
"""What a file or a program tells: text, or a number that is one already."""

Reader = Callable[[Told, ZoneInfo], Read]

LONGEST_WORD = 40
"""Characters of a department or a seniority."""

_MOST_EMPLOYEES = 2**31 - 1
_MOST_REVENUE = 2**62

FULL_NAME = "contact.full_name"
LAST_NAME_FIRST = "contact.last_name_first"
CREATED_AT = "lead.created_at"
CONSENTS = "consent."
CONSENTED_AT = "consent.given_at"
PROPERTY = "property."
WHO = (
    "contact.email",
    "contact.phone",
    "contact.last_name",
    "contact.first_name",
    "company.name",
    "company.nip",
    "company.domain",
)
"""A row that tells none of these is of nobody."""


_INDUSTRIES = {
    folded(name): key
    for key, names in VALUES["company.industry"].items()
    for name in (key, names.en, names.pl)
}


class Place(StrEnum):
    """Which record keeps a field; nothing keeps those that are only read."""

    CONTACT = "contact"
    COMPANY = "company"
    LEAD = "lead"
    NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a column can be mapped to.

    `headers` are folded words by which columns are usually called, in Polish and English.
    """

    name: str
    label: str | Promise
    read: Reader
    headers: tuple[str, ...] = ()
    place: Place = Place.NOWHERE
    column: str = ""
    is_key: bool = False


def _text(longest: int) -> Reader:
    def read(told: Told, _zone: ZoneInfo) -> str:
        found = tidy(as_text(told))
        if len(found) > longest:
            raise Unreadable(Reason.TOO_LONG, found)
        return found

    return read


def as_text(told: Told) -> str:
    """What is told, as a cell of a file would say it."""
    return str(told).lower() if isinstance(told, bool) else str(told)


def _industry(told: Told, zone: ZoneInfo) -> str:
    """An industry under the key that models ask for, whatever language names it; else as it is."""
    found = str(_text(100)(told, zone))
    return _INDUSTRIES.get(folded(found), found)


def _plain(reader: Callable[[str], Cell]) -> Reader:
    return lambda told, _zone: reader(as_text(told))


def _numeric(reader: Callable[[str | float], Cell]) -> Reader:
    """A reader of numbers; one that is a number already is taken as it is."""
    return lambda told, _zone: reader(as_text(told) if isinstance(told, bool) else told)


def _moment(told: Told, zone: ZoneInfo) -> datetime:
    return read_moment(as_text(told), zone)


_NUMBER = _numeric(read_number)
_COUNT = _numeric(partial(read_count, most=_MOST_EMPLOYEES))
_MONEY = _numeric(partial(read_amount, most=_MOST_REVENUE))
NUMERIC = frozenset({_NUMBER, _COUNT, _MONEY})
"""The readers of numbers, which countries write in different ways."""


def _direction(text: str) -> str:
    word = folded(text).strip()
    for direction, words in _DIRECTIONS.items():
        if word in words:
            return direction
    raise Unreadable(Reason.NOT_A_DIRECTION, text)


_DIRECTIONS = {
    "inbound": {"inbound", "in", "przychodzacy", "przychodzace"},
    "outbound": {"outbound", "out", "wychodzacy", "wychodzace"},
}


def _headers(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split("|"))


def _lead_targets() -> Iterable[Target]:
    person, firm, lead = Place.CONTACT, Place.COMPANY, Place.LEAD
    yield Target(
        "contact.email",
        _("E-mail"),
        _plain(read_email),
        _headers(
            "email | e mail | mail | adres email | adres e mail | email address | e mail address"
            " | poczta | adres mailowy | work email | email sluzbowy | e mail sluzbowy"
        ),
        person,
        "email",
        is_key=True,
    )
    yield Target(
        "contact.phone",
        _("Phone"),
        _plain(read_phone),
        _headers(
            "phone | telefon | tel | nr telefonu | numer telefonu | phone number | mobile | komorka"
            " | telefon komorkowy | kom | mobile phone | nr tel"
        ),
        person,
        "phone",
    )
    yield Target(
        "contact.first_name",
        _("First name"),
        _text(100),
        _headers("first name | imie | firstname | given name | name first"),
        person,
        "first_name",
    )
    yield Target(
        "contact.last_name",
        _("Last name"),
        _text(100),
        _headers("last name | nazwisko | lastname | surname | family name"),
        person,
        "last_name",
    )
    yield Target(
        FULL_NAME,
        _("First and last name"),
        _text(200),
        _headers(
            "full name | imie i nazwisko | name | contact | kontakt | osoba kontaktowa | osoba"
            " | contact name | contact person"
        ),
    )
    yield Target(
        LAST_NAME_FIRST,
        _("Last and first name"),
        _text(200),
        _headers(
            "nazwisko i imie | nazwisko imie | nazwisko i imiona | last name first name"
            " | last and first name | last name and first name | surname and name"
            " | surname and first name"
        ),
    )
    yield Target(
        "lead.position",
        _("Position"),
        _text(150),
        _headers(
            "position | stanowisko | job title | title | funkcja | rola | role | jobtitle"
            " | stanowisko pracy"
        ),
        person,
        "position",
    )
    yield Target(
        "lead.department",
        _("Department"),
        _text(LONGEST_WORD),
        _headers("department | dzial | departament | pion"),
        person,
        "department",
    )
    yield Target(
        "lead.seniority",
        _("Seniority"),
        _text(LONGEST_WORD),
        _headers("seniority | szczebel | poziom stanowiska | seniority level"),
        person,
        "seniority",
    )
    yield Target(
        "lead.city",
        _("City"),
        _text(100),
        _headers("city | miasto | miejscowosc | town"),
        person,
        "city",
    )
    yield Target(
        "lead.country",
        _("Country"),
        _plain(read_country),
        _headers("country | kraj | panstwo | country code | kod kraju"),
        person,
        "country",
    )
    yield Target(
        "lead.channel",
        _("Channel"),
        _text(60),
        _headers(
            "channel | kanal | zrodlo | source | lead source | zrodlo leada | lead origin | medium"
            " | kampania | zrodlo pozyskania"
        ),
        lead,
        "channel",
    )
    yield Target(
        "lead.direction",
        _("Direction"),
        _plain(_direction),
        _headers("direction | kierunek"),
        lead,
        "direction",
    )
    yield Target(
        CREATED_AT,
        _("Lead since"),
        _moment,
        _headers(
            "created at | created | data utworzenia | data dodania | utworzono | date | data"
            " | create date | created date | data pozyskania | lead date | data zgloszenia"
        ),
    )
    yield Target(
        "company.name",
        _("Company"),
        _text(200),
        _headers(
            "company | firma | nazwa firmy | company name | organization | organisation | nazwa"
            " | przedsiebiorstwo | account | account name | kontrahent | klient | organizacja"
        ),
        firm,
        "name",
    )
    yield Target(
        "company.nip",
        "NIP",
        _plain(read_nip),
        _headers("nip | vat id | vat | tax id | nr nip | numer nip | vat number | nip firmy"),
        firm,
        "nip",
        is_key=True,
    )
    yield Target(
        "company.regon",
        "REGON",
        _plain(read_regon),
        _headers("regon | nr regon | numer regon"),
        firm,
        "regon",
    )
    yield Target(
        "company.krs", "KRS", _plain(read_krs), _headers("krs | nr krs | numer krs"), firm, "krs"
    )
    yield Target(
        "company.domain",
        _("Company domain"),
        _plain(read_domain),
        _headers(
            "domain | domena | www | website | strona www | strona internetowa | web"
            " | company domain | adres www | strona | url | company website"
        ),
        firm,
        "domain",
    )
    yield Target(
        "company.industry",
        _("Industry"),
        _industry,
        _headers("industry | branza | sektor | sector | industry type"),
        firm,
        "industry",
    )
    yield Target(
        "company.pkd",
        "PKD",
        _plain(read_pkd),
        _headers("pkd | kod pkd | glowne pkd | przewazajace pkd"),
        firm,
        "pkd",
    )
    yield Target(
        "company.employees",
        _("Employees"),
        _COUNT,
        _headers(
            "employees | liczba pracownikow | zatrudnienie | number of employees | pracownicy"
            " | wielkosc zatrudnienia | headcount | company size | no of employees"
        ),
        firm,
        "employees",
    )
    yield Target(
        "company.revenue",
        _("Yearly revenue, PLN"),
        _MONEY,
        _headers(
            "revenue | przychod | przychody | obrot | annual revenue | roczny przychod | obroty"
        ),
        firm,
        "revenue",
    )
    yield Target(
        "company.city",
        _("Company city"),
        _text(100),
        _headers("company city | miasto firmy | siedziba | siedziba firmy"),
        firm,
        "city",
    )
    yield Target(
        "company.country",
        _("Company country"),
        _plain(read_country),
        _headers("company country | kraj firmy | kraj siedziby"),
        firm,
        "country",
    )
    yield Target(
        "bant.budget",
        _("BANT: budget"),
        _NUMBER,
        _headers("budget | budzet"),
        person,
    )
    yield Target(
        "bant.authority",
        _("BANT: authority"),
        _plain(read_boolean),
        _headers("authority | decydent | decyzyjnosc | decision maker"),
        person,
    )
    yield Target(
        "bant.need", _("BANT: need"), _plain(read_boolean), _headers("need | potrzeba"), person
    )
    yield Target(
        "bant.months_to_purchase",
        _("BANT: months to purchase"),
        _NUMBER,
        _headers("months to purchase | miesiace do zakupu | termin zakupu w miesiacach"),
        person,
    )
    yield Target(
        "consent.email",
        _("Consent to e-mail"),
        _plain(read_boolean),
        _headers(
            "email consent | zgoda email | zgoda na email | zgoda na e mail | zgoda mailowa"
            " | zgoda marketingowa | marketing consent | zgoda e mail | newsletter | consent email"
        ),
    )
    yield Target(
        "consent.phone",
        _("Consent to phone calls"),
        _plain(read_boolean),
        _headers(
            "phone consent | zgoda telefon | zgoda na telefon | zgoda na kontakt telefoniczny"
        ),
    )
    yield Target(
        "consent.profiling",
        _("Consent to profiling"),
        _plain(read_boolean),
        _headers("profiling consent | zgoda na profilowanie | profilowanie | profiling"),
    )
    yield Target(
        CONSENTED_AT,
        _("Date of consent"),
        _moment,
        _headers(
            "data zgody | data wyrazenia zgody | data udzielenia zgody | zgoda data | consent date"
            " | date of consent | consent given at | consented at | opt in date"
        ),
    )


def _touchpoint_targets() -> Iterable[Target]:
    yield Target(
        "id",
        _("Id of the touchpoint"),
        _text(200),
        _headers("id | event id | touchpoint id | identyfikator | id zdarzenia | message id"),
    )
    yield Target(
        "type",
        _("Type"),
        _text(100),
        _headers(
            "type | typ | event | zdarzenie | rodzaj | event type | typ zdarzenia | activity"
            " | aktywnosc | event name | nazwa zdarzenia | rodzaj zdarzenia | touchpoint"
        ),
        is_key=True,
    )
    yield Target(
        "occurred_at",
        _("When it happened"),
        _moment,
        _headers(
            "occurred at | timestamp | date | data | data i godzina | czas | time | datetime"
            " | event time | data zdarzenia | kiedy | happened at | created at | data kontaktu"
        ),
        is_key=True,
    )
    yield Target(
        "received_at",
        _("When it was received"),
        _moment,
        _headers("received at | data odebrania | odebrano"),
        is_key=True,
    )
    email = LEAD_TARGETS["contact.email"]
    phone = LEAD_TARGETS["contact.phone"]
    yield Target("email", _("E-mail of the person"), email.read, email.headers, is_key=True)
    yield Target("phone", _("Phone of the person"), phone.read, phone.headers, is_key=True)
    yield Target(
        "visitor",
        _("Visitor id"),
        _text(240),
        _headers("visitor | visitor id | cookie | client id | anonymous id | id odwiedzajacego"),
    )


LEAD_TARGETS: Mapping[str, Target] = {target.name: target for target in _lead_targets()}
"""What a column of a file of leads can be, by name, in the order of the page."""

TOUCHPOINT_TARGETS: Mapping[str, Target] = {target.name: target for target in _touchpoint_targets()}
"""What a column of a file of touchpoints can be; any other is a property."""

FREE_READERS: Mapping[str, Reader] = {
    "text": _text(500),
    "number": _NUMBER,
    "boolean": _plain(read_boolean),
    "date": lambda told, zone: _moment(told, zone).astimezone(zone).date().isoformat(),
}
"""How the values of free-form fields are read, by type."""


def read_property(text: str) -> Cell:
    """A property of a touchpoint: a number where it is one, else text."""
    found = tidy(text)
    if len(found) > 500:
        raise Unreadable(Reason.TOO_LONG, text)
    if found.lower() in ("true", "false"):
        return found.lower() == "true"
    try:
        number = float(found)
    except ValueError:
        return found
    is_code = (
        "_" in found or (found.startswith("0") and found[1:2].isdigit()) or not found[-1].isdigit()
    )
    if is_code or abs(number) >= 2**53:
        return found
    return int(number) if number.is_integer() and "e" not in found.lower() else number
