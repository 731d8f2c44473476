"""What can go wrong, as a small tree that callers can act on.

In: problems with their place. Out: exceptions whose text is the whole list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar


class Described(Protocol):
    """Anything that says in a sentence what is wrong, in English or Polish."""

    def describe(self, lang: str = "en") -> str:
        """One line: where, what is wrong, what would be accepted."""
        ...


class Placed(Described, Protocol):
    """What is said of a problem in a document; `leadscore.checks.Problem` says it."""

    @property
    def code(self) -> str:
        """The kind of problem."""
        ...

    @property
    def path(self) -> str:
        """The keys from the top of the document to the spot."""
        ...

    @property
    def line(self) -> int | None:
        """The line, counted from one."""
        ...

    @property
    def column(self) -> int | None:
        """The column, counted from one."""
        ...

    @property
    def is_error(self) -> bool:
        """Whether it stops the model from being used."""
        ...


class LeadScoreError(Exception):
    """Anything that this library refuses."""


D = TypeVar("D", bound=Described)


class _WithProblems(LeadScoreError, Generic[D]):
    """An error that carries everything that was found wrong at once."""

    def __init__(self, problems: Sequence[D], *, source: str = "") -> None:
        self.problems = tuple(problems)
        self.source = source
        super().__init__(self.describe())

    def describe(self, lang: str = "en") -> str:
        """Every problem on a line of its own, under the name of the source."""
        lines = [problem.describe(lang) for problem in self.problems]
        return "\n".join([f"{self.source}:", *lines] if self.source else lines)


class InvalidModel(_WithProblems[Placed]):
    """A scoring model that cannot be used; `problems` are `leadscore.checks.Problem`."""


class InvalidInput(_WithProblems[Described]):
    """Leads, touchpoints or options that cannot be used, a missing column for instance."""


class NoWorkingSpace(_WithProblems[Described]):
    """Temporary files that could not be written, on a full disk for instance."""


class UnsupportedByEngine(LeadScoreError):
    """Something that is right in itself and that the chosen engine cannot do."""


class NotEnoughHistory(LeadScoreError):
    """Too few facts for an answer that would mean anything."""
