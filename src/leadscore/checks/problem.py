"""A problem of a model document: where it is, what was found, what would be accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar, Protocol, TypeVar, dataclass_transform

from leadscore.checks import texts


class Severity(StrEnum):
    """Whether a model with the problem can be used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a document: the path of keys, and line and column counted from one."""

    path: str
    line: int | None = None
    column: int | None = None


class Places(Protocol):
    """Knows which spot of the document a part of the model came from."""

    def of(self, part: object, *steps: str) -> Place:
        """The spot of a part, or of what lies under it by these keys."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong. Each kind is a class of its own, with its own code.

    `found` is what the document says there; `near` are names that may have been meant.
    """

    code: ClassVar[str]
    severity: ClassVar[Severity] = Severity.ERROR

    at: Place
    found: str = ""
    near: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The keys from the top of the document to the spot: `rules[3].points`."""
        return self.at.path

    @property
    def line(self) -> int | None:
        """The line, counted from one."""
        return self.at.line

    @property
    def column(self) -> int | None:
        """The column, counted from one."""
        return self.at.column

    @property
    def is_error(self) -> bool:
        """Whether it stops the model from being used."""
        return self.severity is Severity.ERROR

    def message(self, lang: str = "en") -> str:
        """What is wrong and what was found, as one sentence."""
        wrong = texts.of(self.code, lang).wrong.format_map(self._words(lang))
        return f"{wrong}; {texts.did_you_mean(self.near, lang)}" if self.near else wrong

    def accepted(self, lang: str = "en") -> str:
        """What would be accepted there, without a full stop."""
        return texts.of(self.code, lang).accepted.format_map(self._words(lang))

    def describe(self, lang: str = "en") -> str:
        """One line for a terminal: where, what is wrong, what would be accepted."""
        words = texts.frame(lang)
        where = words.line.format(line=self.line, column=self.column) if self.line else ""
        spot = " · ".join(part for part in (where, self.path) if part)
        head = f"{words.severity[self.severity]} [{self.code}]" + (f" {spot}" if spot else "")
        message = self.message(lang)
        stop = "" if message.endswith("?") else "."
        return f"{head}: {message}{stop} {words.accepted}: {self.accepted(lang)}."

    def as_data(self, lang: str = "en") -> dict[str, str | int | None]:
        """The same as plain values, for machines."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "found": self.found,
            "accepted": self.accepted(lang),
            "message": self.message(lang),
        }

    def _words(self, lang: str) -> Mapping[str, str]:
        own = (field.name for field in fields(self) if field.name not in {"at", "near"})
        words = {}
        for name in own:
            words[name] = texts.word(getattr(self, name), lang)
            words[f"{name}_of"] = texts.word_of(getattr(self, name), lang)
        return words


Kind = TypeVar("Kind", bound=Problem)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def kind(problem: type[Kind]) -> type[Kind]:
    """A kind of problem: a frozen value made by keywords."""
    return dataclass(frozen=True, slots=True, kw_only=True)(problem)


def in_document_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Problems as one meets them when reading from the top."""
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
