"""What can be wrong with a mapping or with the file it is held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from leadscore.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """One thing that is wrong: where, what was found, what would be accepted."""

    code: str
    path: str
    found: str
    accepted: str

    def describe(self, lang: str = "en") -> str:
        """One line: where, what was found, what would be accepted."""
        words = ("znaleziono", "przyjmujemy") if lang == "pl" else ("found", "accepted")
        return f"[{self.code}] {self.path}: {words[0]} {self.found}; {words[1]}: {self.accepted}"


class InvalidMapping(InvalidInput):
    """A mapping that cannot be used, or a source that does not fit it."""

    problems: tuple[MappingProblem, ...]


def listed(words: Iterable[str], limit: int = 12) -> str:
    """Words as a message shows them, the first few of many."""
    shown = [repr(word) for word in words]
    rest = f" and {len(shown) - limit} more" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + rest


def near(word: str, known: Iterable[str]) -> str:
    """What would be accepted in place of an unknown word, the likely ones if there are any."""
    choices = list(known)
    close = get_close_matches(word, choices, n=3, cutoff=0.6)
    return f"{listed(close)}?" if close else f"one of {listed(choices)}"
