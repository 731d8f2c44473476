"""What a workbook is packed of: its sheets in their order, its texts and its styles.

In: a file. Out: the names of its parts, after a look at how much they unpack to.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lejek.identity.workbooks.markup import elements, local

MOST_MEMBERS = 2_000
MOST_RATIO = 100

_SMALL_BYTES = 10 << 20
_BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"


class UnsafeWorkbook(Exception):
    """A workbook that is not opened; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def look_into(path: Path) -> None:
    """Look at the table of contents of a workbook, before anything is unpacked.

    Raises: UnsafeWorkbook for macros, a bomb, or what is no workbook.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UnsafeWorkbook("not_a_workbook") from error
    names = {member.filename.lower() for member in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnsafeWorkbook("has_macros")
    if _BOOK not in names:
        raise UnsafeWorkbook("not_a_workbook")
    n_packed = sum(member.compress_size for member in members) or 1
    n_unpacked = sum(member.file_size for member in members)
    is_dense = n_unpacked > _SMALL_BYTES and n_unpacked > MOST_RATIO * n_packed
    if len(members) > MOST_MEMBERS or is_dense:
        raise UnsafeWorkbook("bomb")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a workbook: where it is packed, and its length unpacked."""

    name: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook that is open. `counts_from_1904` is how old Macs numbered days."""

    packed: zipfile.ZipFile
    sheets: tuple[Part, ...]
    texts: Part | None
    styles: Part | None
    counts_from_1904: bool

    def open(self, part: Part) -> IO[bytes]:
        """A part, unpacked while it is read."""
        return self.packed.open(part.name)


def open_package(packed: zipfile.ZipFile) -> Package:
    """The parts of a workbook, found by its links."""
    parts = {member.filename.lower(): member for member in packed.infolist()}

    def part(name: str) -> Part | None:
        found = parts.get(name.lower())
        return Part(found.filename, found.file_size) if found else None

    def opened(name: str) -> IO[bytes]:
        return packed.open(parts[name])

    links = list(_links(opened(_LINKS))) if _LINKS in parts else []
    by_id = {link.id: part(link.target) for link in links if link.kind == "worksheet"}
    by_kind = {link.kind: part(link.target) for link in links}
    ids, counts_from_1904 = [], False
    for element in elements(opened(_BOOK)):
        if element.name == "sheet":
            ids.append(_attribute(element.attributes, "id"))
        elif element.name == "workbookPr":
            counts_from_1904 = element.attributes.get("date1904") in ("1", "true", "on")
    return Package(
        packed,
        tuple(sheet for id_ in ids if (sheet := by_id.get(id_))),
        by_kind.get("sharedStrings") or part("xl/sharedStrings.xml"),
        by_kind.get("styles") or part("xl/styles.xml"),
        counts_from_1904,
    )


@dataclass(frozen=True, slots=True)
class _Link:
    """A link from a workbook to one of its parts: what it is, and where."""

    id: str
    kind: str
    target: str


def _links(part: IO[bytes]) -> Iterator[_Link]:
    for element in elements(part):
        told = element.attributes
        if element.name == "Relationship" and told.get("TargetMode") != "External":
            kind = told.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/xl", told.get("Target", "")))
            yield _Link(told.get("Id", ""), kind, target.lstrip("/"))


def _attribute(attributes: Mapping[str, str], wanted: str) -> str:
    """An attribute of another namespace, under whatever prefix: a sheet has an `id` of its link."""
    return next(
        (value for name, value in attributes.items() if ":" in name and local(name) == wanted), ""
    )
