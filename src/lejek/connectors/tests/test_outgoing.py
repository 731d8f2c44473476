"""The door through which messages leave: what comes back, and what cannot be reached."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lejek.connectors import outgoing
from lejek.connectors.outgoing import Answer, post
from lejek.connectors.tests.receiver import Received, Receiver, Reply, answering, resetting

HERE = ("127.0.0.1",)
PUBLIC, INNER = "8.8.8.8", "10.0.0.1"
Resolve = Callable[..., list[str]]


def asked(address: str, **how: Any) -> Answer:
    return post(address, {"X-Said": "yes"}, b'{"a":1}', **{"inner_hosts": HERE, **how})


def test_a_message_arrives_as_it_is(receiver: Receiver) -> None:
    receiver.replies = [answering(202, b"thank you")]
    answer = asked(receiver.address + "?a=b")
    assert (answer.status, answer.text, answer.error) == (202, "thank you", "")
    headers = {"host": f"127.0.0.1:{receiver.port}", "x-said": "yes", "content-length": "7"}
    assert receiver.received == [Received("POST /hook?a=b HTTP/1.1", headers, b'{"a":1}')]


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.replies = [answering(307, b"", f"Location: {receiver.address}/other")]
    assert asked(receiver.address).status == 307
    assert len(receiver.received) == 1


def test_of_a_long_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    def endlessly(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"\0a" * 40_000)

    receiver.replies = [endlessly]
    answer = asked(receiver.address)
    assert answer.status == 200
    assert set(answer.text) == {" ", "a"}
    assert len(answer.text) <= 300


def _stalling(receiver: Receiver) -> Reply:
    def stall(_connection: socket.socket) -> None:
        receiver.is_over.wait(30)

    return stall


def _dripping(receiver: Receiver) -> Reply:
    """A header that grows by a byte, again and again: each read is quick, the whole never ends."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not receiver.is_over.wait(0.01):
            connection.sendall(b"x")

    return drip


def _dripping_body(receiver: Receiver) -> Reply:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not receiver.is_over.wait(0.01):
            connection.sendall(b"x")

    return drip


@pytest.mark.parametrize("slow", [_stalling, _dripping, _dripping_body])
def test_a_slow_receiver_is_left_in_time(
    receiver: Receiver, slow: Callable[[Receiver], Reply]
) -> None:
    receiver.replies = [slow(receiver)]
    answer = asked(receiver.address, seconds=0.2)
    receiver.is_over.set()
    assert (answer.status, answer.error) == (None, "timeout")


@pytest.mark.parametrize(
    "reply", [resetting, lambda connection: connection.sendall(b"SSH-2.0\r\n\r\n")]
)
def test_what_is_no_answer_is_said_to_be_broken(receiver: Receiver, reply: Reply) -> None:
    receiver.replies = [reply]
    assert asked(receiver.address).error == "broken"


def test_a_host_where_nothing_listens_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert asked(f"http://127.0.0.1:{port}/").error == "connect"


def test_a_name_that_nobody_knows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert asked("https://hooks.example/").error == "name"


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """To which addresses somebody wanted to connect; nobody does."""
    wanted: list[str] = []

    def refuse(_self: object, host: str, *_: object, **__: object) -> None:
        wanted.append(host)
        raise httpcore.ConnectError("refused")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", refuse)
    return wanted


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to these addresses, one answer after the other; the names asked for."""
    names: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        names.append(host)
        return answers[len(names) - 1]

    monkeypatch.setattr(outgoing, "resolve", resolve)
    return names


@pytest.mark.parametrize("found", [[INNER], ["::1"], [PUBLIC, INNER], ["::ffff:10.0.0.1"]])
def test_a_name_that_leads_inside_is_not_connected_to(
    connections: list[str], monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    resolving(monkeypatch, found)
    answer = asked("https://hooks.example/")
    assert (answer.status, answer.error) == (None, "address")
    assert connections == []


def test_a_name_is_asked_once_and_the_connection_goes_to_what_was_looked_at(
    connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = resolving(monkeypatch, [PUBLIC], [INNER])
    assert asked("https://hooks.example/").error == "connect"
    assert (names, connections) == (["hooks.example"], [PUBLIC])


def test_each_address_of_a_name_is_tried(
    connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["2600::1", PUBLIC])
    assert asked("https://hooks.example/").error == "connect"
    assert connections == ["2600::1", PUBLIC]


def test_a_host_that_is_let_through_may_be_inside(
    connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, [INNER])
    assert asked("https://crm.inner/", inner_hosts=["crm.inner"]).error == "connect"
    assert connections == [INNER]


def test_a_host_that_is_let_through_no_more_is_not_asked_without_tls(
    connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, [PUBLIC])
    assert asked("http://crm.example/").error == "address"
    assert connections == []


def test_an_address_of_the_sixth_version_is_looked_at_too(connections: list[str]) -> None:
    assert asked("https://[::1]:9/").error == "address"
    assert asked("https://[::1]:9/", inner_hosts=["::1"]).error == "connect"
    assert connections == ["::1"]


def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert asked(receiver.address).status == 204


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of hooks.example that nobody but it vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "hooks.pem"
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(encoding) + private)
    return file


@pytest.fixture
def tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver that speaks TLS as hooks.example; every name leads to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    monkeypatch.setattr(outgoing, "resolve", lambda _host, _port: ["127.0.0.1"])
    with Receiver(tls=context) as started:
        yield started


def test_tls_asks_for_the_name_though_the_connection_goes_to_an_address(
    tls: Receiver, certificate: Path
) -> None:
    address = f"https://hooks.example:{tls.port}/hook"
    trust = ssl.create_default_context(cafile=str(certificate))
    assert asked(address, inner_hosts=["hooks.example"], trust=trust).status == 204
    assert tls.received[0].headers["host"] == f"hooks.example:{tls.port}"


def test_a_certificate_for_another_name_is_refused(tls: Receiver, certificate: Path) -> None:
    address = f"https://other.example:{tls.port}/hook"
    trust = ssl.create_default_context(cafile=str(certificate))
    assert asked(address, inner_hosts=["other.example"], trust=trust).error == "certificate"
    assert tls.received == []


def test_a_certificate_that_nobody_trusts_is_refused(tls: Receiver) -> None:
    address = f"https://hooks.example:{tls.port}/hook"
    assert asked(address, inner_hosts=["hooks.example"]).error == "certificate"
    assert tls.received == []


def test_no_answer_takes_longer_than_it_may(receiver: Receiver) -> None:
    began = time.monotonic()
    answer = asked(receiver.address)
    assert 0 <= answer.seconds <= time.monotonic() - began
