"""The XML of a workbook, read piece by piece: nothing that was read stays in memory.

In: a part of a workbook. Out: its elements, by names without the prefix of their namespace, for
offices differ in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

_CHUNK = 1 << 15
"""Rows are short as markup and may be 16,384 cells as rows: those of one piece are in memory."""

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class DeclaresTypes(ValueError):
    """A part with a document type: no office writes one, and its entities may be a bomb."""


@dataclass(frozen=True, slots=True)
class Element:
    """The start of an element: its name, that of the one around it, and its attributes."""

    name: str
    around: str
    attributes: Mapping[str, str]


def read(part: IO[bytes], start: Start, end: End, text: Text) -> Iterator[int]:
    """Tell the handlers what is in a part; gives how many bytes they have heard, now and then.

    Raises: DeclaresTypes, expat.ExpatError.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    n_bytes = 0
    while chunk := part.read(_CHUNK):
        parser.Parse(chunk, False)
        n_bytes += len(chunk)
        yield n_bytes
    parser.Parse(b"", True)
    yield n_bytes


def _refuse(*_declared: object) -> None:
    raise DeclaresTypes


def elements(part: IO[bytes]) -> Iterator[Element]:
    """The elements of a part, each when it starts. Raises: as `read`."""
    found: list[Element] = []
    around = [""]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        plain = local(name)
        found.append(Element(plain, around[-1], attributes))
        around.append(plain)

    def end(_name: str) -> None:
        around.pop()

    for _ in read(part, start, end, lambda _text: None):
        yield from found
        found.clear()


def local(name: str) -> str:
    """A name without the prefix of its namespace."""
    return name.rpartition(":")[2] if ":" in name else name
