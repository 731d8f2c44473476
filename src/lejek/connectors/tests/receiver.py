"""A receiver of webhooks on this machine that answers as a test wants."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

Reply = Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True)
class Received:
    """A request: its first line, its headers in small letters, and its body."""

    line: str
    headers: dict[str, str]
    body: bytes


def answering(status: int, text: bytes = b"", *headers: str) -> Reply:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(text)}", *headers, "", ""]
    head = "\r\n".join(lines).encode()
    return lambda connection: connection.sendall(head + text)


def resetting(connection: socket.socket) -> None:
    """No answer: the connection breaks off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


class Receiver:
    """Takes one connection after the other; gives `replies` in turn, the last again and again."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.replies: list[Reply] = [answering(204)]
        self.is_over = threading.Event()
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.is_over.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while not self.is_over.is_set():
            connection, _ = self._socket.accept()
            with connection:
                if not self.is_over.is_set():
                    self._serve_one(connection)

    def _serve_one(self, plain: socket.socket) -> None:
        try:
            connection = (
                plain if self._tls is None else self._tls.wrap_socket(plain, server_side=True)
            )
            self.received.append(_read(connection))
            reply = self.replies[0] if len(self.replies) == 1 else self.replies.pop(0)
            reply(connection)
            if self._tls is not None:
                connection.close()
        except OSError:
            return


def _read(connection: socket.socket) -> Received:
    found = b""
    while b"\r\n\r\n" not in found:
        found += _more(connection)
    head, _, body = found.partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
    while len(body) < int(headers["content-length"]):
        body += _more(connection)
    return Received(line, headers, body)


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the sender went away")
    return piece
