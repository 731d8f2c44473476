"""What can go wrong, as a small tree that callers can act on.

In: problems with their place. Out: exceptions whose text is the whole list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Described(Protocol):
    """Anything that says in a sentence what is wrong, in English or Polish."""

    def describe(self, lang: str = "en") -> str:
        """One line: where, what is wrong, what would be accepted."""
        ...


class LeadScoreError(Exception):
    """Anything that this library refuses."""


class _WithProblems(LeadScoreError):
    """An error that carries everything that was found wrong at once."""

    def __init__(self, problems: Sequence[Described], *, source: str = "") -> None:
        self.problems = tuple(problems)
        self.source = source
        super().__init__(self.describe())

    def describe(self, lang: str = "en") -> str:
        """Every problem on a line of its own, under the name of the source."""
        lines = [problem.describe(lang) for problem in self.problems]
        return "\n".join([f"{self.source}:", *lines] if self.source else lines)


class InvalidModel(_WithProblems):
    """A scoring model that cannot be used; `problems` are `leadscore.checks.Problem`."""


class InvalidInput(_WithProblems):
    """Leads, touchpoints or options that cannot be used, a missing column for instance."""


class UnsupportedByEngine(LeadScoreError):
    """Something that is right in itself and that the chosen engine cannot do."""


class NotEnoughHistory(LeadScoreError):
    """Too few facts for an answer that would mean anything."""
