"""A text file as UTF-8 with one kind of line end, made in a process of its own where it is neither.

In: the path of a text file. Out: the same text as UTF-8. Finding an encoding takes libraries that
nothing else of an import needs, and that would stay in memory; this module knows nothing of Django.
"""

from __future__ import annotations

import codecs
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

_CHUNK = 1 << 20
_SECONDS = 600


class NotText(Exception):
    """What is no text in any encoding that is known."""


def utf8_of(raw: Path, target: Path) -> Path:
    """The file itself when it is plain UTF-8, otherwise the target, which is.

    Raises: NotText.
    """
    if _is_plain(raw):
        return raw
    done = subprocess.run(
        [sys.executable, "-m", "lejek.identity.plain_text", str(raw), str(target)],
        env={key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ},
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        target.unlink(missing_ok=True)
        raise NotText(done.stderr.decode(errors="replace")[-500:])
    return target


def _is_plain(path: Path) -> bool:
    """Whether a file is UTF-8 and its lines all end alike."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    n_returns = n_feeds = n_both = 0
    held = b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
                # A pair may stand across two chunks.
                whole = held + chunk
                held = b"\r" if whole.endswith(b"\r") else b""
                whole = whole.removesuffix(b"\r")
                n_both += whole.count(b"\r\n")
                n_returns += whole.count(b"\r")
                n_feeds += whole.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    n_returns += len(held)
    is_pairs = n_returns == n_feeds == n_both
    return is_pairs or not n_returns


def main() -> int:
    """The work of the process."""
    from leadscore.inputs.encodings import utf8_file  # noqa: PLC0415 - it brings engines along

    raw, target = Path(sys.argv[1]), Path(sys.argv[2])
    made: list[Path] = []

    def beside(suffix: str) -> Path:
        made.append(target.with_name(f"{uuid.uuid4().hex}{suffix}"))
        return made[-1]

    try:
        found = utf8_file(raw, beside)
        # The file itself stays where it is: whoever is interrupted reads it again.
        shutil.copyfile(raw, target) if found == raw else found.rename(target)
    finally:
        for path in made:
            path.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
