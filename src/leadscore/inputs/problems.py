"""What can be wrong with a whole source, so that nothing of it can be used.

In: what was looked for and what was found. Out: problems that describe themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from difflib import get_close_matches
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class InputProblem:
    """One thing that is wrong with a source; each kind has its own code."""

    code: ClassVar[str]
    sentences: ClassVar[dict[str, str]] = {}

    source: str

    def describe(self, lang: str = "en") -> str:
        """One line: which source, what is wrong, what would be accepted."""
        sentence = self.sentences.get(lang, self.sentences["en"])
        words = {field.name: getattr(self, field.name) for field in fields(self)}
        return f"[{self.code}] {self.source}: {sentence.format_map(words)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingColumn(InputProblem):
    """A column that the model or the format needs is not there."""

    code: ClassVar[str] = "missing_column"
    sentences: ClassVar[dict[str, str]] = {
        "en": "no column {column}",
        "pl": "brak kolumny {column}",
    }
    near_words: ClassVar[dict[str, str]] = {"en": "did you mean", "pl": "czy chodziło o"}

    column: str
    near: tuple[str, ...] = ()

    def describe(self, lang: str = "en") -> str:
        """One line, with the names that may have been meant."""
        line = InputProblem.describe(self, lang)
        if not self.near:
            return line
        ask = self.near_words.get(lang, self.near_words["en"])
        return f"{line}; {ask} {', '.join(self.near)}?"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedColumn(InputProblem):
    """A needed column is there more than once."""

    code: ClassVar[str] = "repeated_column"
    sentences: ClassVar[dict[str, str]] = {
        "en": "the column {column} is there more than once; keep one of them",
        "pl": "kolumna {column} występuje więcej niż raz; zostaw jedną z nich",
    }

    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesDifferInCase(InputProblem):
    """Two fields of the model differ only in upper and lower case."""

    code: ClassVar[str] = "names_differ_in_case"
    sentences: ClassVar[dict[str, str]] = {
        "en": "the fields {column} and {other} differ only in upper and lower case; "
        "give one of them another name",
        "pl": "pola {column} i {other} różnią się tylko wielkością liter; "
        "zmień nazwę jednego z nich",
    }

    column: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedType(InputProblem):
    """A typed column holds something that cannot be read as what is needed."""

    code: ClassVar[str] = "refused_type"
    sentences: ClassVar[dict[str, str]] = {
        "en": "the column {column} has the type {found} where {wanted} is needed; "
        "accepted: {accepted}",
        "pl": "kolumna {column} ma typ {found}, a potrzebny jest {wanted}; "
        "dopuszczalne: {accepted}",
    }

    column: str
    found: str
    wanted: str
    accepted: str


class Why(StrEnum):
    """Why a source cannot be read at all."""

    NOT_FOUND = "not_found"
    NOT_READABLE = "not_readable"
    NO_PARTITIONS = "no_partitions"
    EMPTY = "empty"
    WORKBOOK = "workbook"
    CORRUPT_ARCHIVE = "corrupt_archive"
    CORRUPT_PARQUET = "corrupt_parquet"
    CORRUPT = "corrupt"


_WHY = {
    Why.NOT_FOUND: ("there is no such file or folder", "nie ma takiego pliku ani folderu"),
    Why.NOT_READABLE: (
        "it is there and cannot be read; look at its permissions, and at the disk",
        "istnieje, ale nie da się odczytać; sprawdź uprawnienia i dysk",
    ),
    Why.NO_PARTITIONS: (
        "the folder holds no .parquet files",
        "w folderze nie ma plików .parquet",
    ),
    Why.EMPTY: (
        "the file is empty; a header with the column names is needed",
        "plik jest pusty; potrzebny jest nagłówek z nazwami kolumn",
    ),
    Why.WORKBOOK: (
        "it is a workbook or an archive; save it as CSV",
        "to skoroszyt albo archiwum; zapisz dane jako CSV",
    ),
    Why.CORRUPT_ARCHIVE: (
        "the compressed file is damaged",
        "skompresowany plik jest uszkodzony",
    ),
    Why.CORRUPT_PARQUET: (
        "not a valid Parquet file, or the files of the folder do not fit together",
        "to nie jest poprawny plik Parquet albo pliki w folderze do siebie nie pasują",
    ),
    Why.CORRUPT: (
        "its rows cannot be read to the end",
        "wierszy nie da się odczytać do końca",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(InputProblem):
    """The source cannot be read at all."""

    code: ClassVar[str] = "unreadable"

    why: Why

    def describe(self, lang: str = "en") -> str:
        """One line: which source, and why it cannot be read."""
        english, polish = _WHY[self.why]
        return f"[{self.code}] {self.source}: {polish if lang == 'pl' else english}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritable(InputProblem):
    """The folder of temporary files cannot be written to; the source is its path."""

    code: ClassVar[str] = "no_working_space"
    sentences: ClassVar[dict[str, str]] = {
        "en": "temporary files cannot be written here ({why}); "
        "make room, or name another folder in TMPDIR",
        "pl": "nie można tu zapisać plików tymczasowych ({why}); "
        "zwolnij miejsce albo podaj inny folder w zmiennej TMPDIR",
    }

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFormat(InputProblem):
    """A kind of source or target that is not known here."""

    code: ClassVar[str] = "unknown_format"
    sentences: ClassVar[dict[str, str]] = {
        "en": "of no known kind; accepted: {accepted}",
        "pl": "nieznany rodzaj danych; dopuszczalne: {accepted}",
    }

    accepted: str


def near_names(name: str, present: Iterable[str]) -> tuple[str, ...]:
    """Up to three of the present names that may have been meant, nearest first."""
    by_fold = {_folded(other): other for other in present}
    found = get_close_matches(_folded(name), by_fold, n=3, cutoff=0.7)
    return tuple(by_fold[fold] for fold in found)


def _folded(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")
