"""Touchpoints of known leads taken in, by one client and by four at once.

`python -m bench.product_touchpoints [--seconds N] [--leads N]` fills a throwaway database (SQLite,
or the one that LEJEK_DATABASE_URL names, which must be empty) and sends touchpoints for some
seconds, one at a time and a hundred at a time: as requests of the API, answered in this process; to
the service behind it, which lets nobody else record meanwhile; and, to hold them against, as plain
INSERTs of the same rows, a transaction for each batch. A client is a process with a connection of
its own.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from lejek.capture.services import ReceivedTouchpoint

WAYS = ("request", "service", "insert")
SIZES = (1, 100)
CLIENTS = (1, 4)
_READY_SECONDS = 120
"""How long a client may take to begin, on a machine that does other things."""

_TOUCHPOINT = (
    "INSERT INTO capture_touchpoint (id, type, occurred_at, received_at, properties, source,"
    " identity, is_machine, contact_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_EVENT = (
    "INSERT INTO kernel_event (name, content, about, happened_at, attempts, error)"
    " VALUES (%s, %s, '', %s, 0, '')"
)

Said = dict[str, Any]
Send = Callable[[Sequence[Said]], None]


@dataclass(frozen=True, slots=True)
class Client:
    """One of those who send: how, how many at a time, for how long, and about whom."""

    way: str
    size: int
    number: int
    seconds: float
    n_leads: int
    key: str


def main() -> int:
    """Fill, measure, print."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="lejek-bench-") as home:
        os.environ.setdefault("LEJEK_HOME", home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "lejek.config.settings"
        import django  # noqa: PLC0415 - its settings need the home

        django.setup()
        key = _filled(asked.leads)
        rates = {
            (way, size, n): _rate(
                [Client(way, size, each, asked.seconds, asked.leads, key) for each in range(n)]
            )
            for size in SIZES
            for way in WAYS
            for n in CLIENTS
        }
        _show(rates)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each figure (5)")
    parser.add_argument("--leads", type=int, default=10_000)
    return parser.parse_args()


def _filled(n_leads: int) -> str:
    """A database with leads; the secret of a key of the API."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    from bench.product_rescore import fill  # noqa: PLC0415
    from lejek.kernel import clock  # noqa: PLC0415
    from lejek.people.models import Role  # noqa: PLC0415
    from lejek.people.services import SCOPES, add_user, make_api_key  # noqa: PLC0415

    fill(n_leads, 0)
    now = clock.now()
    user = add_user(
        email="bench@lejek.example",
        name="Bench",
        role=Role.ADMINISTRATOR,
        team=None,
        actor=None,
        now=now,
    )
    secret = make_api_key(name="bench", scopes=SCOPES, user=user, now=now)[1]
    connection.close()
    return secret


def _rate(clients: Sequence[Client]) -> float:
    """Touchpoints a second that some clients at once get kept."""
    spawn = multiprocessing.get_context("spawn")
    gate = spawn.Barrier(len(clients))
    told: SimpleQueue[tuple[int, float]] = spawn.SimpleQueue()
    processes = [spawn.Process(target=_send, args=(each, gate, told)) for each in clients]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise SystemExit(f"a client of {clients[0].way} failed")
    done = [told.get() for _ in clients]
    return float(sum(n for n, _ in done) / max(seconds for _, seconds in done))


# A client ------------------------------------------------------------------------------------


def _send(client: Client, gate: Barrier, told: SimpleQueue[tuple[int, float]]) -> None:
    """Send until the time is over; the first batch, which loads what is needed, does not count."""
    import django  # noqa: PLC0415 - in a process of its own

    django.setup()
    # What the product says of each request is not for this terminal.
    logging.disable(logging.CRITICAL)
    send = {"request": _requests, "service": _to_service, "insert": _inserts}[client.way](client)
    batches = _batches(client)
    try:
        send(next(batches))
    except BaseException:
        gate.abort()
        raise
    gate.wait(_READY_SECONDS)
    n_sent, started = 0, time.perf_counter()
    while time.perf_counter() - started < client.seconds:
        send(next(batches))
        n_sent += client.size
    told.put((n_sent, time.perf_counter() - started))


def _batches(client: Client) -> Iterator[Sequence[Said]]:
    """Touchpoints as a program says them, all different, none of them in the future."""
    # Every measurement sends others than those before it: the clock has moved on.
    begin = datetime.now(UTC) - timedelta(days=1)
    n_sent = 0
    while True:
        numbers = range(n_sent, n_sent + client.size)
        yield [_said(client, number, begin + timedelta(microseconds=number)) for number in numbers]
        n_sent += client.size


def _said(client: Client, number: int, at: datetime) -> Said:
    person = 1 + (number * 7919 + client.number) % client.n_leads
    return {
        "type": "page_view",
        "occurred_at": at.isoformat(),
        "identity": {"email": f"osoba{person}@firma.pl", "visitor": f"v{person}"},
        "properties": {"page.category": "pricing", "client": client.number},
    }


def _requests(client: Client) -> Send:
    """The API, as a request that never leaves this process."""
    from django.conf import settings  # noqa: PLC0415 - after django.setup()
    from django.test import Client as Browser  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.API_REQUESTS_A_MINUTE = 1_000_000_000
    browser = Browser(headers={"Authorization": f"Bearer {client.key}"})

    def send(batch: Sequence[Said]) -> None:
        answer = browser.post(
            "/api/v1/touchpoints",
            json.dumps({"touchpoints": batch}),
            content_type="application/json",
        )
        if answer.status_code != 200 or answer.json()["accepted"] != len(batch):
            raise SystemExit(answer.content.decode()[:500])

    return send


def _to_service(_client: Client) -> Send:
    from lejek.identity.touchpoints import receive_touchpoints  # noqa: PLC0415

    def send(batch: Sequence[Said]) -> None:
        receive_touchpoints([_received(said) for said in batch], source="api", now=_now())

    return send


def _inserts(_client: Client) -> Send:
    """What a program by hand would write, were it told whose touchpoints these are."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

    from bench.product_rescore import is_sqlite, text  # noqa: PLC0415
    from lejek.capture.services import touchpoint_id  # noqa: PLC0415

    def row(said: Said, now: datetime) -> tuple[str | int | bool, ...]:
        received = _received(said)
        id_ = touchpoint_id(received)
        return (
            id_.hex if is_sqlite() else str(id_),
            received.type,
            text(received.occurred_at),
            text(now),
            json.dumps(said["properties"]),
            "api",
            json.dumps(said["identity"]),
            False,
            _person_of(said),
        )

    def send(batch: Sequence[Said]) -> None:
        now = _now()
        rows = [row(said, now) for said in batch]
        leads = {"lead_ids": sorted({_person_of(said) for said in batch})}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_TOUCHPOINT, rows)
            cursor.execute(_EVENT, ["touchpoints_attached", json.dumps(leads), text(now)])

    return send


def _person_of(said: Said) -> int:
    """The lead, which has the number of its person."""
    return int(said["identity"]["visitor"][1:])


def _received(said: Said) -> ReceivedTouchpoint:
    from lejek.capture.services import ReceivedTouchpoint  # noqa: PLC0415 - after django.setup()

    at = datetime.fromisoformat(said["occurred_at"])
    return ReceivedTouchpoint(said["type"], at, said["identity"], said["properties"])


def _now() -> datetime:
    return datetime.now(UTC)


# What is shown -------------------------------------------------------------------------------


def _show(rates: dict[tuple[str, int, int], float]) -> None:
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    few, many = CLIENTS
    title = f"touchpoints a second, {connection.vendor}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    heads = (
        "in a batch",
        f"{few} client",
        f"{many} clients",
        "ratio",
        "of inserts",
        "of inserts, 4",
    )
    table.add_column("way")
    for head in heads:
        table.add_column(head, justify="right")
    for size in SIZES:
        for way in WAYS:
            one, four = rates[way, size, few], rates[way, size, many]
            shares = [rates[way, size, n] / rates["insert", size, n] for n in CLIENTS]
            told = (f"{one:,.0f}", f"{four:,.0f}", f"{four / one:.2f}")
            table.add_row(way, str(size), *told, *(f"{share:.2f}" for share in shares))
    Console(width=120).print(table)


if __name__ == "__main__":
    sys.exit(main())
