"""Text files in the encodings that Polish offices use, turned into UTF-8.

In: the bytes of a file. Out: the same file, or a UTF-8 copy of it.
An encoding is chosen by the Polish letters that the bytes above 127 would be in it.
"""

from __future__ import annotations

import codecs
import gzip
import shutil
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SINGLE_BYTE = ("cp1250", "iso8859-2", "cp852", "mac_latin2")
"""Candidates, the likelier first: the first of equals is taken."""

_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_TYPOGRAPHY = frozenset("„”–—…’«»§°€\u00a0")

Histogram = npt.NDArray[np.int64]


class CorruptArchive(Exception):
    """A compressed file that does not unpack."""


def utf8_file(path: Path, new_path: Callable[[str], Path]) -> Path:
    """The file itself when it is plain UTF-8, otherwise a UTF-8 copy at a new path.

    A file that is UTF-8 but for a few bytes counts as UTF-8: those records are bad, not the file.
    Raises: CorruptArchive.
    """
    plain = _unpacked(path, new_path) if _starts(path).startswith(_GZIP) else path
    encoding = encoding_of(plain)
    if encoding == "utf-8":
        return plain
    return _transcoded(plain, encoding, new_path(".csv"))


def encoding_of(path: Path) -> str:
    """The encoding of a text file: UTF-8, UTF-16 with a mark, or the likeliest single-byte one."""
    if _starts(path).startswith(_UTF_16):
        return "utf-16"
    if _is_utf8(path) or _is_mostly_utf8(path):
        return "utf-8"
    return _likeliest(_histogram(path))


def with_plain_newlines(path: Path, target: Path) -> Path:
    """A copy in which every record ends with a line feed, however it ended before."""
    source = path.open(encoding="utf-8", errors="surrogateescape", newline=None)
    copy = target.open("w", encoding="utf-8", errors="surrogateescape", newline="")
    with source, copy:
        shutil.copyfileobj(source, copy, _CHUNK)
    return target


def _starts(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _unpacked(path: Path, new_path: Callable[[str], Path]) -> Path:
    target = new_path(".csv")
    try:
        with gzip.open(path) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, _CHUNK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CorruptArchive(str(error)) from error
    return target


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(path: Path) -> bool:
    """Whether sequences that UTF-8 explains outnumber the bytes that it does not."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    n_explained = n_broken = 0
    for chunk in _chunks(path):
        text = decoder.decode(chunk)
        n_bad = text.count("\ufffd")
        n_broken += n_bad
        n_explained += len(text) - len(text.encode("ascii", "ignore")) - n_bad
    return n_explained > n_broken


def _histogram(path: Path) -> Histogram:
    counts = np.zeros(256, dtype=np.int64)
    for chunk in _chunks(path):
        counts += np.bincount(np.frombuffer(chunk, dtype=np.uint8), minlength=256)
    return counts


def _likeliest(histogram: Histogram) -> str:
    return max(SINGLE_BYTE, key=lambda encoding: int(_weights(encoding) @ histogram))


@cache
def _weights(encoding: str) -> Histogram:
    high = (bytes([byte]).decode(encoding, "replace") for byte in range(128, 256))
    return np.array([0] * 128 + [_plausibility(character) for character in high], dtype=np.int64)


def _plausibility(character: str) -> int:
    if character in _POLISH:
        return 4
    if character in _TYPOGRAPHY:
        return 2
    if character.isalpha():
        return 1
    return -4


def _transcoded(path: Path, encoding: str, target: Path) -> Path:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with target.open("w", encoding="utf-8", newline="") as copy:
        for chunk in _chunks(path):
            copy.write(decoder.decode(chunk))
        copy.write(decoder.decode(b"", final=True))
    return target
