"""What the columns of a file mean: suggested by their headers, remembered from the last such file.

In: headers and a few rows. Out: a mapping of columns to fields, and what is wrong with one. Pure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from lejek.identity.normalise.numbers import grouping_of, in_column
from lejek.identity.normalise.words import folded, tokens
from lejek.identity.targets import (
    FREE_READERS,
    FULL_NAME,
    LAST_NAME_FIRST,
    LEAD_TARGETS,
    NUMERIC,
    PROPERTY,
    TOUCHPOINT_TARGETS,
    WHO,
    Reader,
    Target,
    Told,
)

REASON_HEADERS = ("Powód odrzucenia", "Reason for rejection")
"""The last column of a rejects file; loading it again passes over it."""

NEW_FIELD = {"new:lead": "lead.", "new:company": "company."}
"""Choices that make a free-form field of a column."""

_PLACE = re.compile(r"#\d+")
"""How a column without a name is called."""

_USUAL = frozenset(
    words
    for target in (*LEAD_TARGETS.values(), *TOUCHPOINT_TARGETS.values())
    for words in (target.name, *target.headers)
)
_NOT_SLUG = re.compile(r"[^0-9a-z.]+")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column means which field; columns that are left out are not read."""

    columns: Mapping[str, str]
    constant_type: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"columns": dict(self.columns), "type": self.constant_type}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a mapping."""

    code: str
    found: str = ""
    accepted: Sequence[str] = field(default_factory=tuple)


def from_json(kept: Mapping[str, Any]) -> ColumnMapping:
    """A mapping as it was kept."""
    return ColumnMapping(dict(kept.get("columns", {})), str(kept.get("type", "")))


def targets_of(kind: str) -> Mapping[str, Target]:
    """The fields that a file of a kind can have."""
    return LEAD_TARGETS if kind == "leads" else TOUCHPOINT_TARGETS


def header_key(kind: str, columns: Iterable[str]) -> str:
    """What files with the same header have in common; nothing when the columns have no names."""
    told = [name for name in columns if name not in REASON_HEADERS]
    if all(_PLACE.fullmatch(name) for name in told):
        return ""
    names = [" ".join(tokens(name)) for name in told]
    return hashlib.sha256("\n".join([kind, *names]).encode()).hexdigest()


def renamed(mapping: ColumnMapping, columns: Iterable[str]) -> ColumnMapping:
    """A mapping for columns that another file writes in other letters.

    >>> renamed(ColumnMapping({"E-mail": "contact.email"}), ["E-MAIL", "Firma"]).columns
    {'E-MAIL': 'contact.email'}
    """
    names = list(columns)
    by_words = {tokens(name): to for name, to in mapping.columns.items()}
    found = {name: mapping.columns[name] for name in names if name in mapping.columns}
    for name in names:
        to = by_words.get(tokens(name))
        if to and to not in found.values():
            found.setdefault(name, to)
    return ColumnMapping(found, mapping.constant_type)


def slug(header: str) -> str:
    """A header as the last part of a field's name.

    >>> slug("Źródło kampanii")
    'zrodlo_kampanii'
    """
    return _NOT_SLUG.sub("_", folded(header)).strip("_.")[:60] or "column"


def suggest(kind: str, columns: Sequence[str], samples: Sequence[Sequence[str]]) -> ColumnMapping:
    """What the columns seem to mean; each field is suggested once."""
    targets = targets_of(kind)
    found: dict[str, str] = {}
    for column in columns:
        words = " ".join(tokens(column))
        name = next((n for n, t in targets.items() if _is_meant(t, column, words)), None)
        if name is not None and name not in found.values():
            found[column] = name
    _suggest_email(kind, columns, samples, found)
    if "contact.last_name" in found.values():
        wholes = (FULL_NAME, LAST_NAME_FIRST)
        found = {column: name for column, name in found.items() if name not in wholes}
    if kind != "leads":
        for column in columns:
            if column not in REASON_HEADERS:
                found.setdefault(column, f"{PROPERTY}{slug(column)}")
    return ColumnMapping(found)


def is_usual(column: str) -> bool:
    """Whether a column of some file is known by this name.

    >>> is_usual("Adres e-mail"), is_usual("Lista leadów z targów")
    (True, False)
    """
    return " ".join(tokens(column)) in _USUAL or column.strip().lower() in _USUAL


def _is_meant(target: Target, column: str, words: str) -> bool:
    return words in target.headers or column.strip().lower() == target.name


def _suggest_email(
    kind: str, columns: Sequence[str], samples: Sequence[Sequence[str]], found: dict[str, str]
) -> None:
    """Take a column of addresses for the e-mail, whatever it is called."""
    name = "contact.email" if kind == "leads" else "email"
    if name in found.values():
        return
    for place, column in enumerate(columns):
        cells = [row[place] for row in samples if place < len(row) and row[place].strip()]
        if column not in found and cells and all(cell.count("@") == 1 for cell in cells):
            found[column] = name
            return


def problems_of(kind: str, mapping: ColumnMapping, free_fields: Iterable[str]) -> list[Problem]:
    """Everything that is wrong with a mapping."""
    names = list(mapping.columns.values())
    known = {*targets_of(kind), *free_fields}
    found = [
        Problem("unknown_field", name)
        for name in names
        if name not in known and not (kind != "leads" and name.startswith(PROPERTY))
    ]
    found += [Problem("twice", name) for name in sorted({n for n in names if names.count(n) > 1})]
    return found + (_lacks_of_leads(names) if kind == "leads" else _lacks(names, mapping))


def _lacks_of_leads(names: Sequence[str]) -> list[Problem]:
    return [] if {*WHO, FULL_NAME, LAST_NAME_FIRST} & set(names) else [Problem("no_key")]


def _lacks(names: Sequence[str], mapping: ColumnMapping) -> list[Problem]:
    found = []
    if "type" not in names and not mapping.constant_type:
        found.append(Problem("no_type"))
    if "occurred_at" not in names:
        found.append(Problem("no_moment"))
    if not {"email", "phone", "visitor"} & set(names):
        found.append(Problem("nobody"))
    return found


def type_of(cells: Iterable[str]) -> str:
    """The type of a free-form field, from some of its values."""
    told = [cell for cell in cells if cell.strip()]
    grouping = grouping_of(told)
    numbers = [in_column(cell, grouping) for cell in told] if grouping else told
    if told and all(_reads("number", cell) for cell in numbers):
        return "number"
    for kind in ("boolean", "date"):
        if told and all(_reads(kind, cell) for cell in told):
            return kind
    return "text"


def groupings(
    mapping: ColumnMapping,
    columns: Sequence[str],
    samples: Sequence[Sequence[str]],
    free_fields: Mapping[str, Reader],
) -> dict[str, str]:
    """For each field of numbers the sign that groups its thousands, where some rows show it."""
    found = {}
    for place, column in enumerate(columns):
        name = mapping.columns.get(column, "")
        target = LEAD_TARGETS.get(name)
        reader = target.read if target else free_fields.get(name)
        if reader in NUMERIC and (sign := grouping_of(row[place] for row in samples)):
            found[name] = sign
    return found


def _reads(kind: str, cell: Told) -> bool:
    try:
        FREE_READERS[kind](cell, ZoneInfo("UTC"))
    except ValueError:
        return False
    return True
