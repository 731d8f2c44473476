"""Names of people, firms and places that nobody bears in this combination.

In: a seeded source of chance. Out: people, firms with a valid NIP check digit, addresses at
example domains. The firm that sells to them is Trybik sp. z o.o.: software for plants, stores and
transport.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from random import Random

WOMEN = (
    "Anna", "Maria", "Katarzyna", "Małgorzata", "Agnieszka", "Barbara", "Ewa", "Magdalena",
    "Joanna", "Zofia", "Monika", "Aleksandra", "Natalia", "Dorota", "Karolina", "Żaneta",
)  # fmt: skip
MEN = (
    "Piotr", "Krzysztof", "Andrzej", "Tomasz", "Paweł", "Jan", "Michał", "Marcin", "Jakub",
    "Adam", "Łukasz", "Grzegorz", "Wojciech", "Mateusz", "Rafał", "Kuba",
)  # fmt: skip
SURNAMES = (
    ("Nowak", "Nowak"), ("Kowalski", "Kowalska"), ("Wiśniewski", "Wiśniewska"),
    ("Wójcik", "Wójcik"), ("Kamiński", "Kamińska"), ("Lewandowski", "Lewandowska"),
    ("Zieliński", "Zielińska"), ("Szymański", "Szymańska"), ("Woźniak", "Woźniak"),
    ("Dąbrowski", "Dąbrowska"), ("Jankowski", "Jankowska"), ("Mazur", "Mazur"),
    ("Kwiatkowski", "Kwiatkowska"), ("Krawczyk", "Krawczyk"), ("Piotrowski", "Piotrowska"),
    ("Grabowski", "Grabowska"), ("Pawłowski", "Pawłowska"), ("Michalski", "Michalska"),
    ("Król", "Król"), ("Wieczorek", "Wieczorek"), ("Jabłoński", "Jabłońska"),
    ("Wróbel", "Wróbel"), ("Stępień", "Stępień"), ("Górski", "Górska"),
)  # fmt: skip
CITIES = (
    "Warszawa", "Kraków", "Łódź", "Wrocław", "Poznań", "Gdańsk", "Szczecin", "Bydgoszcz",
    "Lublin", "Białystok", "Katowice", "Rzeszów",
)  # fmt: skip
INDUSTRIES = (
    "energy", "manufacturing", "logistics", "it", "finance", "retail", "construction", "education",
)  # fmt: skip
_FIRST = (
    "Wistul", "Odrzan", "Tatra", "Baltyk", "Mazow", "Podlas", "Jurajs", "Karpat", "Kujaw", "Lubus",
    "Narew", "Pomor", "Sudet", "Warta", "Bieszczad", "Gorc", "Kaszub", "Roztocz",
)  # fmt: skip
_LAST = {
    "energy": "Energia",
    "manufacturing": "Produkcja",
    "logistics": "Logistyka",
    "it": "Systemy",
    "finance": "Finanse",
    "retail": "Handel",
    "construction": "Budowa",
    "education": "Szkolenia",
}
_FORMS = ("sp. z o.o.", "S.A.", "sp.j.", "sp. z o.o. sp.k.")
POSITIONS = (
    ("Prezes zarządu", "management", "c_level", 6),
    ("Właściciel", "management", "owner", 6),
    ("Dyrektor IT", "it", "director", 9),
    ("Dyrektor operacyjny", "operations", "director", 8),
    ("Kierownik zakupów", "procurement", "manager", 14),
    ("Kierownik działu IT", "it", "manager", 14),
    ("Specjalista ds. logistyki", "operations", "specialist", 16),
    ("Specjalista ds. marketingu", "marketing", "specialist", 16),
    ("Administrator systemów", "it", "specialist", 14),
    ("Stażystka", "marketing", "intern", 4),
)
"""Position, department, seniority, and how common it is."""


@dataclass(frozen=True, slots=True)
class Product:
    """What the demo organisation sells. Units: złoty, for what is usually bought of it."""

    name: str
    from_pln: int
    to_pln: int


PRODUCTS = (
    Product("Trybik Energia", 12_000, 60_000),
    Product("Trybik Produkcja", 20_000, 90_000),
    Product("Trybik Magazyn", 8_000, 45_000),
    Product("Trybik Transport", 10_000, 70_000),
    Product("Trybik Serwis", 6_000, 30_000),
)
WHY_LOST = (
    "Za drogo",
    "Wybrali konkurencję",
    "Projekt odłożony na przyszły rok",
    "Zarząd nie przyznał budżetu",
    "Zostają przy obecnym systemie",
)

_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Firm:
    """A made-up firm."""

    name: str
    nip: str
    domain: str
    industry: str
    employees: int
    revenue: int
    city: str


def nip(chance: Random) -> str:
    """Ten digits whose last is a valid check digit.

    Source: the weights of the Polish tax number, 6 5 7 2 3 4 5 6 7, modulo 11.
    """
    while True:
        digits = [chance.randint(1, 9), *(chance.randint(0, 9) for _ in range(8))]
        check = sum(w * d for w, d in zip(_NIP_WEIGHTS, digits, strict=True)) % 11
        if check < 10:
            return "".join(map(str, [*digits, check]))


def plain(text: str) -> str:
    """Text in lower-case letters without diacritics, for addresses."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("ł", "l"))
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())


def firms(chance: Random, count: int) -> list[Firm]:
    """Made-up firms with different names, the later of two namesakes with a number."""
    names: Counter[str] = Counter()
    found = []
    for _ in range(count):
        industry = chance.choice(INDUSTRIES)
        core = f"{chance.choice(_FIRST)}{chance.choice(('', 'ex', 'pol', 'mar', 'tech'))}"
        name = f"{core} {_LAST[industry]}"
        names[name] += 1
        if names[name] > 1:
            name = f"{core} {names[name]} {_LAST[industry]}"
        employees = int(min(5000, chance.lognormvariate(4.4, 1.3)) + 2)
        found.append(
            Firm(
                f"{name} {chance.choice(_FORMS)}",
                nip(chance),
                f"{plain(name)}.example",
                industry,
                employees,
                employees * chance.randint(180_000, 600_000),
                chance.choice(CITIES),
            )
        )
    return found


def person(chance: Random) -> tuple[str, str]:
    """A first name and a surname in the same grammatical gender."""
    if chance.random() < 0.5:
        return chance.choice(WOMEN), chance.choice(SURNAMES)[1]
    return chance.choice(MEN), chance.choice(SURNAMES)[0]
