"""The process that scores everybody: `python -m lejek.scoring.batch.child`.

In: one line of JSON on standard input. Out: lines of JSON on standard output, each saying how far
the work is, the last one what came of it; files in the folder it was given. It limits its own
memory, and ends when whoever started it has gone (standard input closes).
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TextIO

GONE = 3
"""How the process ends when nobody waits for it any more."""


class Saying:
    """Tells whoever started the process how far it is."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._total, self._done = out, 0, 0

    def started(self, total: int, label: str) -> None:  # noqa: ARG002 - one piece of work
        """A piece of work begins."""
        self._total, self._done = total, 0
        self._say()

    def advanced(self, steps: int = 1) -> None:
        """So many more steps are done."""
        self._done += steps
        self._say()

    def result(self, found: object) -> None:
        """The last word."""
        print(json.dumps({"result": found}), file=self._out, flush=True)

    def _say(self) -> None:
        print(json.dumps({"done": self._done, "of": self._total}), file=self._out, flush=True)


class WithoutPandas(MetaPathFinder):
    """Says that there is no pandas.

    pyarrow looks for it as soon as it is handed a list, which was a third of the start of this
    process; nothing in it knows a frame.
    """

    def find_spec(self, fullname: str, *_where: object) -> ModuleSpec | None:
        """Refuse pandas, and leave everything else to others."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)
        return None


def main() -> None:
    """Do the one task that is asked for."""
    asked = json.loads(sys.stdin.readline())
    limit = int(asked["memory_bytes"])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    threading.Thread(target=_end_when_alone, daemon=True).start()
    sys.meta_path.insert(0, WithoutPandas())
    # Large libraries come with it, under the limit and after the finder.
    from lejek.scoring.batch.tasks import TASKS  # noqa: PLC0415

    saying = Saying(sys.stdout)
    saying.result(TASKS[asked["task"]](asked, saying))


def _end_when_alone() -> None:
    sys.stdin.read()
    os._exit(GONE)


if __name__ == "__main__":
    main()
