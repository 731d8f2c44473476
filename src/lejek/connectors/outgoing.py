"""The one door through which messages leave: guarded against what they must not reach.

In: an address, headers, a body. Out: the status and the beginning of the answer, or why there is
none, within a bounded time.

A name is resolved once, every address that it gives is looked at, and the connection goes to one of
those: a name that changes its mind in between changes nothing. TLS still asks for the name. No
proxy of the environment is used, and no redirect is followed.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore

from lejek.connectors.addresses import WrongAddress, is_public, normal

DEADLINE_SECONDS = 10.0
_CONNECT_SECONDS = 4.0
_READ_BYTES = 4096
_TEXT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status and the beginning of the text; or `error`, a key, and details."""

    status: int | None
    text: str
    seconds: float
    error: str = ""


class _NotAnswered(Exception):
    """There is no answer. `why` is a key of `catalogue.ERRORS`."""

    def __init__(self, why: str, details: str) -> None:
        super().__init__(details)
        self.why = why


def post(
    address: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    inner_hosts: Collection[str],
    seconds: float = DEADLINE_SECONDS,
    trust: ssl.SSLContext | None = None,
) -> Answer:
    """Send a message and read the answer, all within `seconds` once the name is resolved.

    `inner_hosts` are let through wherever they are. Without `trust` a host must show a certificate
    that the machine trusts.
    """
    began = time.monotonic()
    guard = _Guard(inner_hosts, seconds)
    try:
        _look_at(address, inner_hosts)
        status, text = _exchange(address, headers, body, guard, trust or _trusted_here())
    except (
        _NotAnswered,
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        OSError,
    ) as error:
        return Answer(None, _clean(str(error)), time.monotonic() - began, _why(error))
    return Answer(status, text, time.monotonic() - began)


def _look_at(address: str, inner_hosts: Collection[str]) -> None:
    """Refuse an address whose host was let through when it was entered, and is not any more."""
    try:
        normal(address, inner_hosts=inner_hosts)
    except WrongAddress as error:
        raise _NotAnswered("address", "") from error


@cache
def _trusted_here() -> ssl.SSLContext:
    return ssl.create_default_context()


def _why(error: Exception) -> str:
    if isinstance(error, _NotAnswered):
        return error.why
    if isinstance(error, httpcore.TimeoutException):
        return "timeout"
    return "connect" if isinstance(error, httpcore.ConnectError) else "broken"


def _exchange(
    address: str,
    headers: Mapping[str, str],
    body: bytes,
    guard: httpcore.NetworkBackend,
    trust: ssl.SSLContext,
) -> tuple[int, str]:
    with (
        httpcore.ConnectionPool(ssl_context=trust, network_backend=guard) as pool,
        pool.stream(
            "POST",
            address,
            headers=[("Host", urlsplit(address).netloc), *headers.items()],
            content=body,
        ) as response,
    ):
        found = b""
        for piece in response.iter_stream():
            found += piece[:_READ_BYTES]
            if len(found) >= _READ_BYTES:
                break
        return response.status, _clean(found.decode("utf-8", "replace"))


def _clean(text: str) -> str:
    """The beginning of an answer, without what a database cannot keep."""
    return "".join(each if each.isprintable() else " " for each in text[:_TEXT_LENGTH]).strip()


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, best first.

    Raises: OSError when it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class _Guard(httpcore.NetworkBackend):
    """Connects to public addresses only, and gives no operation more than what is left of time."""

    def __init__(self, inner_hosts: Collection[str], seconds: float) -> None:
        self._inner_hosts = inner_hosts
        self._seconds = seconds
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline of all of it counts
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise _NotAnswered("name", str(error)) from error
        inner = [] if host in self._inner_hosts else [a for a in addresses if not is_public(a)]
        if inner:
            raise _NotAnswered("address", ", ".join(inner))
        clock = _Clock(time.monotonic() + self._seconds)
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, clock, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, clock, local_address, socket_options)

    def _connect(
        self,
        address: str,
        port: int,
        clock: _Clock,
        local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore.NetworkStream:
        stream = self._network.connect_tcp(
            address, port, min(_CONNECT_SECONDS, clock.left()), local_address, socket_options
        )
        return _Timed(stream, clock)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The end of all patience, by the monotonic clock."""

    end: float

    def left(self) -> float:
        """The seconds that are left.

        Raises: httpcore.ReadTimeout when there are none.
        """
        left = self.end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return left


class _Timed(httpcore.NetworkStream):
    """A connection all of whose operations together end in time, however slowly bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._clock.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            tls = self._stream.start_tls(ssl_context, server_hostname, self._clock.left())
        except httpcore.ConnectError as error:
            is_untrusted = isinstance(error.__cause__, ssl.SSLCertVerificationError)
            raise _NotAnswered("certificate" if is_untrusted else "broken", str(error)) from error
        return _Timed(tls, self._clock)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as in the library
        return self._stream.get_extra_info(info)
