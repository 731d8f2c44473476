"""A port for a program that a test starts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_port() -> Iterator[int]:
    """A port on loopback that nobody else is given meanwhile.

    It is bound and not listened at, by a socket that shares it: a server may listen there, as they
    share their addresses too, and whoever asks the system for any port gets another one.
    """
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        yield int(kept.getsockname()[1])
