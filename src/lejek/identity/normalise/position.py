"""What a position says: department and seniority, by words of a vocabulary.

In: a position in Polish or English, and a vocabulary. Out: department and seniority, where known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lejek.identity.normalise.words import tokens

_LONGEST_PHRASE = 4


class Seniority(StrEnum):
    """How far up somebody is, the highest first."""

    OWNER = "owner"
    C_LEVEL = "c_level"
    DIRECTOR = "director"
    MANAGER = "manager"
    SPECIALIST = "specialist"
    ASSISTANT = "assistant"
    INTERN = "intern"
    STUDENT = "student"


class Department(StrEnum):
    """Where somebody works."""

    MANAGEMENT = "management"
    IT = "it"
    FINANCE = "finance"
    SALES = "sales"
    MARKETING = "marketing"
    PROCUREMENT = "procurement"
    OPERATIONS = "operations"
    PRODUCTION = "production"
    LOGISTICS = "logistics"
    QUALITY = "quality"
    ENGINEERING = "engineering"
    HR = "hr"
    LEGAL = "legal"
    ADMINISTRATION = "administration"
    SERVICE = "service"
    RESEARCH = "research"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word, or a whole position, says; empty where it says nothing."""

    department: str = ""
    seniority: str = ""


Vocabulary = Mapping[tuple[str, ...], Meaning]
"""By the words of a phrase, what it means. A word that ends in `*` stands for all its endings."""


def phrase(words: str) -> tuple[str, ...]:
    """The key of a phrase in a vocabulary.

    >>> phrase("Dyrektor finans*")
    ('dyrektor', 'finans*')
    """
    return tuple(
        f"{part}*" if written.endswith("*") else part
        for written in words.split()
        for part in tokens(written)
    )


def read_position(position: str, vocabulary: Vocabulary) -> Meaning:
    """Department and seniority of a position.

    Longer phrases go first and use up their words. The highest seniority counts, except that an
    assistant or intern of a director is just that. A named department goes before `management`,
    which every member of a board shares.
    """
    found = _meanings(tokens(position), vocabulary)
    ranks = {meaning.seniority for meaning in found if meaning.seniority}
    departments = [meaning.department for meaning in found if meaning.department]
    named = [name for name in departments if name != Department.MANAGEMENT]
    return Meaning(next(iter(named or departments), ""), _highest(ranks))


def _highest(ranks: set[str]) -> str:
    order = list(Seniority)
    for low in reversed(order[order.index(Seniority.ASSISTANT) :]):
        if low in ranks:
            return low
    return str(next((rank for rank in order if rank in ranks), min(ranks, default="")))


def _meanings(words: tuple[str, ...], vocabulary: Vocabulary) -> list[Meaning]:
    """The meanings of the phrases in a position, in its order."""
    used: dict[int, Meaning] = {}
    taken: set[int] = set()
    for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            places = range(start, start + length)
            if taken.intersection(places):
                continue
            meaning = _lookup(words[start : start + length], vocabulary)
            if meaning is not None:
                taken.update(places)
                used[start] = meaning
    return [used[start] for start in sorted(used)]


def _lookup(words: tuple[str, ...], vocabulary: Vocabulary) -> Meaning | None:
    for candidate in _candidates(words):
        if (meaning := vocabulary.get(candidate)) is not None:
            return meaning
    return None


def _candidates(words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """The ways in which a vocabulary may write these words: whole, then with shorter stems."""
    head, last = words[:-1], words[-1]
    yield words
    for beginnings in _stems(head):
        for length in range(len(last), 2, -1):
            yield (*beginnings, f"{last[:length]}*")
        if beginnings != head:
            yield (*beginnings, last)


def _stems(words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    if len(words) != 1:
        yield words
        return
    yield words
    for length in range(len(words[0]), 2, -1):
        yield (f"{words[0][:length]}*",)
