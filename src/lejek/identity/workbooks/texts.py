"""The texts that cells share, in a file of their own: a workbook may have millions of them.

In: the part of shared texts. Out: a text by its number. The file has no name in its folder, so that
nothing stays of it however the process ends.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from lejek.identity.workbooks import markup

_TOGETHER = 32
_AT_HAND = 64
"""So many texts are read together, for neighbours are asked for together; so many lots are kept."""

_END = "\0"
"""What no text has in it."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROLS = range(32)
_SURROGATES = range(0xD800, 0xE000)


class Texts:
    """Texts by their numbers: on disk but for the last ones that were asked for."""

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as the texts are
        self._n_texts = self._n_bytes = 0
        self._starts = array("Q")
        self._lot = lru_cache(maxsize=_AT_HAND)(self._read_lot)

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < self._n_texts:
            raise IndexError(number)
        return self._lot(number // _TOGETHER)[number % _TOGETHER]

    def _read_lot(self, lot: int) -> list[str]:
        is_last = lot + 1 == len(self._starts)
        start, end = self._starts[lot], self._n_bytes if is_last else self._starts[lot + 1]
        return os.pread(self._file.fileno(), end - start, start).decode().split(_END)

    def add(self, text: str) -> None:
        """Put a text after the others; none is asked for before the last one is put."""
        if self._n_texts % _TOGETHER == 0:
            self._starts.append(self._n_bytes)
        self._n_texts += 1
        self._n_bytes += self._file.write(f"{text}{_END}".encode())

    def fill(self, part: IO[bytes], told: Callable[[int], None]) -> None:
        """Put the shared texts of a workbook; `told` hears how many bytes of them are read."""
        reader = _Reader(self)
        for n_bytes in markup.read(part, reader.start, reader.end, reader.text):
            told(n_bytes)
        self._file.flush()

    def close(self) -> None:
        """Forget the texts."""
        self._file.close()


class _Reader:
    """Hears a part of shared texts; how a text is spoken in Japanese is not a part of it."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._pieces: list[str] = []
        self._is_heard = self._is_spoken = False

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        name = markup.local(name)
        if name == "t":
            self._is_heard = not self._is_spoken
        elif name == "rPh":
            self._is_spoken = True

    def end(self, name: str) -> None:
        name = markup.local(name)
        if name == "t":
            self._is_heard = False
        elif name == "rPh":
            self._is_spoken = False
        elif name == "si":
            self._texts.add(as_written("".join(self._pieces)))
            self._pieces.clear()

    def text(self, text: str) -> None:
        if self._is_heard:
            self._pieces.append(text)


def as_written(text: str) -> str:
    """A text as a person wrote it: with plain newlines, and without the escapes of offices."""
    if "_x" in text:
        text = _ESCAPED.sub(_unescaped, text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _unescaped(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    if code in _SURROGATES:
        return found[0]
    return "" if code in _CONTROLS and code not in (9, 10, 13) else chr(code)
