"""The rows of a source: its columns as text, what is missing in them, and what was wrong.

In: the source files that a mapping names. Out: `SourceRows`, whose columns can be typed and
tested. Problems are gathered, not raised, so that all of them are said at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from leadscore.mapping.columns import Array, compute, flags, words_of
from leadscore.mapping.document import (
    Column,
    ColumnType,
    Join,
    RowTest,
    Source,
    SourceMapping,
    Test,
)
from leadscore.mapping.moments import Unread
from leadscore.mapping.problems import InvalidMapping, MappingProblem, listed, near

TRUE_WORDS, FALSE_WORDS = ["true", "yes", "1"], ["false", "no", "0"]
NO_WORD = pa.scalar(None, pa.string())

Named = Iterable[tuple[str, list[str | None]]]


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The source's columns as trimmed text, missing words as nulls, and what was wrong so far."""

    columns: Mapping[str, Array]
    n_rows: int
    problems: list[MappingProblem]

    def wrong(self, code: str, path: str, found: str, accepted: str) -> None:
        """Add a problem."""
        self.problems.append(MappingProblem(code, path, found, accepted))

    def stop_on_problems(self) -> None:
        """Raise InvalidMapping if anything was wrong."""
        if self.problems:
            raise InvalidMapping(self.problems)

    def note(self, unread: Unread, path: str) -> None:
        """Add a problem for the words that could not be read, if there are any."""
        if not unread.rows.any():
            return
        words = self.columns[unread.column].filter(pa.array(unread.rows)).unique().to_pylist()
        shown = listed(sorted("" if word is None else str(word) for word in words), limit=3)
        place = f"{int(unread.rows.sum())} row(s), first in row {int(unread.rows.argmax()) + 1}"
        found = f"column {unread.column!r} has {shown} in {place}"
        accepted = f"{unread.accepted}, or the word listed under missing"
        self.wrong("unread-words", path, found, accepted)

    def passing(self, tests: Iterable[RowTest]) -> Array:
        """Which rows pass every test."""
        passed: Array = pa.array(np.ones(self.n_rows, np.bool_))
        for test in tests:
            passed = compute.and_(passed, _passes(self.columns[test.column], test))
        return passed

    def only(self, tests: tuple[RowTest, ...]) -> SourceRows:
        """The rows that pass every test."""
        if not tests or self.problems:
            return self
        passed = self.passing(tests)
        columns = {name: words.filter(passed) for name, words in self.columns.items()}
        return SourceRows(columns, int(flags(passed).sum()), self.problems)

    def typed(self, column: Column, path: str) -> Array:
        """A column with its type; words that do not fit are noted as a problem."""
        words = _translated(without(self.columns[column.column], column.missing), column.values)
        values, accepted = _typed(words, column)
        unread = flags(compute.and_(compute.is_valid(words), compute.is_null(values)))
        self.note(Unread(column.column, unread, accepted), path)
        return values


def read_rows(mapping: SourceMapping, named: Named, folder: Path, file: str | None) -> SourceRows:
    """The columns that the mapping names; those that the source does not have are problems.

    Raises: OSError for a missing file.
    """
    source = mapping.source
    problems: list[MappingProblem] = []
    table = _read_file(folder / (file or source.file), source)
    for join in source.joins:
        table = _joined(table, _read_file(folder / join.file, source), join, problems)
    columns: dict[str, Array] = {}
    rows = SourceRows(columns, table.num_rows, problems)
    for path, names in named:
        for name in names:
            if not name or name in columns:
                continue
            if name in table.column_names:
                columns[name] = without(_trimmed(table, name), source.missing)
            else:
                found = f"column {name!r}, which the source does not have"
                rows.wrong("unknown-column", path, found, near(name, table.column_names))
    return rows.only(source.only)


def without(words: Array, missing: frozenset[str]) -> Array:
    """Words with the missing ones, and empty ones, as nulls."""
    none = compute.is_in(words, value_set=words_of(sorted(missing | {""})))
    left: Array = compute.if_else(none, NO_WORD, words)
    return left


def _read_file(path: Path, source: Source) -> pa.Table:
    """All columns of a file as text. Arrow tells a compressed file by its name."""
    parse = pa_csv.ParseOptions(delimiter=source.separator, newlines_in_values=True)
    read = pa_csv.ReadOptions(encoding=source.encoding)
    with pa_csv.open_csv(str(path), read_options=read, parse_options=parse) as reader:
        names = reader.schema.names
    convert = pa_csv.ConvertOptions(
        column_types={name: pa.string() for name in names}, strings_can_be_null=False
    )
    return pa_csv.read_csv(
        str(path), read_options=read, parse_options=parse, convert_options=convert
    )


def _joined(
    left: pa.Table, right: pa.Table, join: Join, problems: list[MappingProblem]
) -> pa.Table:
    """The left table with the right one's columns, in the left one's order."""
    if (problem := _join_problem(left, right, join)) is not None:
        problems.append(problem)
        return left
    found_at = compute.index_in(_trimmed(left, join.by), value_set=_trimmed(right, join.by))
    for name in right.column_names:
        if name != join.by:
            column: Array = right[name].combine_chunks().take(found_at)
            left = left.append_column(join.prefix + name, column)
    return left


def _join_problem(left: pa.Table, right: pa.Table, join: Join) -> MappingProblem | None:
    for side, table in (("the first file", left), (join.file, right)):
        if join.by not in table.column_names:
            found = f"column {join.by!r}, which {side} does not have"
            known = near(join.by, table.column_names)
            return MappingProblem("unknown-column", "source.join", found, known)
    if len(right[join.by].unique()) < right.num_rows:
        found = f"{join.file} with several rows of the same {join.by!r}"
        return MappingProblem("repeated-key", "source.join", found, "at most one row a key")
    added = {join.prefix + name for name in right.column_names if name != join.by}
    if shared := sorted(added & set(left.column_names)):
        found = f"{listed(shared)} in both files"
        return MappingProblem("same-column", "source.join", found, "a prefix for the second file")
    return None


def _trimmed(table: pa.Table, name: str) -> Array:
    trimmed: Array = compute.utf8_trim_whitespace(table[name].combine_chunks())
    return trimmed


def _passes(words: Array, test: RowTest) -> Array:
    passed: Array
    if test.test is Test.EXISTS:
        passed = compute.is_valid(words)
    elif test.test is Test.MISSING:
        passed = compute.is_null(words)
    else:
        passed = compute.is_in(words, value_set=words_of(list(test.words)))
    if test.test is Test.NOT_IN:
        passed = compute.and_(compute.is_valid(words), compute.invert(passed))
    return passed


def _translated(words: Array, values: Mapping[str, str]) -> Array:
    """Words with those that have a translation replaced by it."""
    if not values:
        return words
    found = compute.index_in(words, value_set=words_of(list(values)))
    changed: Array = compute.coalesce(words_of(list(values.values())).take(found), words)
    return changed


def _typed(words: Array, column: Column) -> tuple[Array, str]:
    """Values of the column's type, nulls where a word does not fit, and what would have fitted."""
    if column.type is ColumnType.TEXT:
        return words, "any text"
    if column.type is ColumnType.DATE:
        read = compute.strptime(words, format=column.format, unit="s", error_is_null=True)
        return read.cast(pa.date32()), f"a date of the format {column.format}"
    return _TYPES[column.type](words)


def _integers(words: Array) -> tuple[Array, str]:
    fits = compute.match_substring_regex(words, r"^[+-]?\d{1,18}(\.0*)?$")
    whole = compute.replace_substring_regex(words, r"^\+|\.0*$", "")
    return compute.if_else(fits, whole, NO_WORD).cast(pa.int64()), "a whole number"


def _numbers(words: Array) -> tuple[Array, str]:
    fits = compute.match_substring_regex(words, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$")
    plain = compute.replace_substring_regex(words, r"^\+", "")
    return compute.if_else(fits, plain, NO_WORD).cast(pa.float64()), "a number such as -3.5"


def _booleans(words: Array) -> tuple[Array, str]:
    lower = compute.utf8_lower(words)
    known = compute.is_in(lower, value_set=words_of(TRUE_WORDS + FALSE_WORDS))
    is_true = compute.is_in(lower, value_set=words_of(TRUE_WORDS))
    values: Array = compute.if_else(known, is_true, pa.scalar(None, pa.bool_()))
    return values, f"one of {listed(TRUE_WORDS + FALSE_WORDS)}"


_TYPES: Mapping[ColumnType, Callable[[Array], tuple[Array, str]]] = {
    ColumnType.INTEGER: _integers,
    ColumnType.NUMBER: _numbers,
    ColumnType.BOOLEAN: _booleans,
}
