"""What Ctrl-C does before a command runs.

Python tells an interrupt by an exception, wherever it just is; one that is raised while an object
is being forgotten, as happens when libraries are loaded, is lost, and the process goes on.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Let Ctrl-C end the process at once: nothing is begun yet that would have to be finished."""
    before = signal.getsignal(signal.SIGINT)
    is_ours = threading.current_thread() is threading.main_thread()
    if not is_ours or before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def raise_again() -> None:
    """Let Ctrl-C be an exception again, for what has something to clear away."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(*_told: object) -> None:
    os.write(2, b"\n")
    os._exit(INTERRUPTED)
