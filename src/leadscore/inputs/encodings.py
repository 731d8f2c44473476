"""Text files in the encodings that Polish offices use, turned into UTF-8 with plain newlines.

In: the bytes of a file. Out: the same file, or a UTF-8 copy of it.
An encoding is chosen by the Polish letters that the bytes above 127 would be in it.
"""

from __future__ import annotations

import codecs
import gzip
import shutil
import zlib
from collections import Counter
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

_POLISH = frozenset("ąćęłńóśźż")
_NEIGHBOURLY = frozenset("äöüßéèáíýčďěňřšťůžôâç")
_TYPOGRAPHY = frozenset("„”–—…’«»§°€\u00a0")

Histogram = npt.NDArray[np.int64]


class CorruptArchive(Exception):
    """A compressed file that does not unpack."""


def utf8_file(path: Path, new_path: Callable[[str], Path]) -> Path:
    """The file itself when it is plain UTF-8 whose lines all end alike, otherwise a copy that is.

    A file that is UTF-8 but for a few bytes counts as UTF-8: those records are bad, not the file.
    Raises: CorruptArchive.
    """
    plain = _unpacked(path, new_path) if _starts(path).startswith(_GZIP) else path
    encoding = encoding_of(plain)
    if encoding != "utf-8":
        plain = _transcoded(plain, encoding, new_path(".csv"))
    newlines = _newlines(plain)
    if len(newlines) > 1:
        plain = _with_line_feeds(plain, newlines, new_path(".csv"))
    return plain


def encoding_of(path: Path) -> str:
    """The encoding of a text file: UTF-8, UTF-16 with a mark, or the likeliest single-byte one."""
    if _starts(path).startswith(_UTF_16):
        return "utf-16"
    if _is_utf8(path) or _is_mostly_utf8(path):
        return "utf-8"
    return _likeliest(_histogram(path))


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
            if not chunk.isascii() or decoder.getstate()[0]:
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
    """How likely a letter is in Polish data; capitals are rare in the middle of words."""
    if character in _POLISH:
        return 4
    if character.lower() in _POLISH or character in _NEIGHBOURLY or character in _TYPOGRAPHY:
        return 2
    if character.isalpha():
        return int(character.islower())
    return -4


def _transcoded(path: Path, encoding: str, target: Path) -> Path:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with target.open("w", encoding="utf-8", newline="") as copy:
        for chunk in _chunks(path):
            copy.write(decoder.decode(chunk))
        copy.write(decoder.decode(b"", final=True))
    return target


def _newlines(path: Path) -> Counter[bytes]:
    """How often each kind of line end occurs, quoted cells included."""
    found: Counter[bytes] = Counter()
    for chunk in _chunks_of_lines(path):
        n_both = chunk.count(b"\r\n")
        found[b"\r\n"] += n_both
        found[b"\n"] += chunk.count(b"\n") - n_both
        found[b"\r"] += chunk.count(b"\r") - n_both
    return +found


def _with_line_feeds(path: Path, newlines: Counter[bytes], target: Path) -> Path:
    """A copy in which records end with line feeds; a stray carriage return becomes a space."""
    is_end = not newlines[b"\r\n"] and newlines[b"\r"] > newlines[b"\n"]
    with target.open("wb") as copy:
        for chunk in _chunks_of_lines(path):
            lines = chunk.replace(b"\r\n", b"\n")
            copy.write(lines.replace(b"\r", b"\n" if is_end else b" "))
    return target


def _chunks_of_lines(path: Path) -> Iterator[bytes]:
    """Chunks that never end between a carriage return and its line feed."""
    held = b""
    for chunk in _chunks(path):
        whole = held + chunk
        held = b"\r" if whole.endswith(b"\r") else b""
        yield whole.removesuffix(b"\r")
    yield held
