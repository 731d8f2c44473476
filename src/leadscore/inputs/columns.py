"""Which columns a source must have, which it may have, and how each one found is read.

In: what is wanted and what a source holds. Out: readings by column, or every problem at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadscore.inputs.cells import SQL_TYPES, Cell, Kind, Reading, accepted_kinds, reading
from leadscore.inputs.problems import (
    InputProblem,
    MissingColumn,
    NamesDifferInCase,
    RefusedType,
    RepeatedColumn,
    near_names,
)
from leadscore.inputs.sources import Source


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to look for. Where `is_filled`, a row without a value is a bad row."""

    name: str
    cell: Cell
    is_required: bool = True
    is_filled: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A wanted column, and how it is read; `reading` is None where the source lacks it."""

    name: str
    cell: Cell
    reading: Reading | None
    is_filled: bool = False

    @property
    def sql_type(self) -> str:
        """The canonical type in SQL."""
        return SQL_TYPES[self.cell]


def problems_of(source: Source, wanted: Sequence[Wanted]) -> Iterator[InputProblem]:
    """Everything that keeps a source from being used."""
    kinds = source.column_kinds()
    present = Counter(name for name, _, _ in kinds)
    types = {name: (kind, type_name) for name, kind, type_name in kinds}
    for column in wanted:
        if column.name not in present:
            if column.is_required:
                near = near_names(column.name, present)
                yield MissingColumn(source=source.label, column=column.name, near=near)
        elif present[column.name] > 1:
            yield RepeatedColumn(source=source.label, column=column.name)
        else:
            yield from _refusals(source, column, *types[column.name])


def _refusals(source: Source, column: Wanted, kind: Kind, found: str) -> Iterator[InputProblem]:
    if reading(column.cell, kind) is None:
        yield RefusedType(
            source=source.label,
            column=column.name,
            found=found,
            wanted=column.cell,
            accepted=", ".join(accepted_kinds(column.cell)),
        )


def twins(names: Iterable[str], source: str) -> Iterator[InputProblem]:
    """Names that an engine without regard for case could not tell apart."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            yield NamesDifferInCase(source=source, column=name, other=other)


def found_columns(source: Source, wanted: Sequence[Wanted]) -> list[Found]:
    """The wanted columns with their readings, in the order in which they are wanted."""
    kinds = {name: kind for name, kind, _ in source.column_kinds()}
    return [
        Found(column.name, column.cell, _reading(source, column, kinds), column.is_filled)
        for column in wanted
    ]


def _reading(source: Source, column: Wanted, kinds: dict[str, Kind]) -> Reading | None:
    if column.name not in kinds:
        return None
    found = reading(column.cell, kinds[column.name], is_comma_certain=source.is_comma_certain)
    if found is None:
        raise AssertionError(f"{column.name} passed the checks and has no reading")
    return found
