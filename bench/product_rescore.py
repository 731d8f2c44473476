"""Everybody rescored in the product, end to end, with the share of each step.

`python -m bench.product_rescore [--leads N] [--touchpoints N]` fills a throwaway database (SQLite,
or the one that LEJEK_DATABASE_URL names, which must be empty) and scores everybody three times: for
the first time, again on the same day, and a day later. The aim is two minutes for 100,000 leads
with 2 million touchpoints on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

NOW = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
CHUNK = 20_000
SEED = 20260617

_TYPES = (
    ("page_view", 60),
    ("email_open", 14),
    ("email_click", 8),
    ("webinar_attended", 3),
    ("ebook_download", 4),
    ("demo_request", 1),
    ("chat", 3),
    ("call_answered", 4),
    ("newsletter_signup", 3),
)
_CATEGORIES = ("pricing", "blog", "documentation", "case_study", "home", "about", "integrations")


def main() -> int:
    """Fill, score, print."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="lejek-bench-") as home:
        os.environ.setdefault("LEJEK_HOME", home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "lejek.config.settings"
        import django  # noqa: PLC0415 - its settings need the home

        django.setup()
        seconds = fill(asked.leads, asked.touchpoints)
        print(
            f"filled in {seconds:.0f} s: {asked.leads:,} leads, {asked.touchpoints:,} touchpoints"
        )
        _measure()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--touchpoints", type=int, default=2_000_000)
    return parser.parse_args()


def fill(n_leads: int, n_touchpoints: int) -> float:
    """The database with a published model, leads and touchpoints; the seconds that took."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from lejek.scoring.versions import publish_model  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    started, rng = time.perf_counter(), random.Random(SEED)
    document = (files("leadscore.models") / "b2b-default.yaml").read_text(encoding="utf-8")
    publish_model(document=document, note="bench", actor=None, now=NOW)
    insert("identity_company", _companies(n_leads // 8, rng))
    insert("identity_contact", _contacts(n_leads, rng))
    insert("identity_lead", _leads(n_leads, rng))
    insert("capture_touchpoint", _touchpoints(n_touchpoints, n_leads, rng))
    return time.perf_counter() - started


def insert(table: str, rows: Iterator[dict[str, Any]]) -> None:
    """Rows into a table, a chunk a transaction."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

    chunk: list[tuple[Any, ...]] = []
    query = ""

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(query, chunk)
        chunk.clear()

    for row in rows:
        if not query:
            marks = ", ".join(["%s"] * len(row))
            query = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"
        chunk.append(tuple(row.values()))
        if len(chunk) == CHUNK:
            write()
    if chunk:
        write()


def text(moment: datetime) -> str:
    """A moment as the store writes it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") + ("" if is_sqlite() else "+00")


def is_sqlite() -> bool:
    """Whether the store is SQLite."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    return connection.vendor == "sqlite"


def _companies(n: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    made = text(NOW - timedelta(days=500))
    for number in range(1, n + 1):
        yield {
            "id": number,
            "name": f"Firma {number}",
            "name_key": f"firma {number}",
            "regon": "",
            "krs": "",
            "domain": f"firma{number}.pl",
            "industry": rng.choice(["energy", "it", "retail", "logistics", "education", ""]),
            "pkd": "",
            "employees": rng.choice([None, 8, 60, 300, 2000]),
            "revenue": rng.choice([None, 1_000_000, 80_000_000]),
            "country": "PL",
            "city": "Kraków",
            "attributes": "{}",
            "created_at": made,
            "updated_at": made,
        }


def _contacts(n: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    made = text(NOW - timedelta(days=400))
    for number in range(1, n + 1):
        bant = {"bant.budget": 50_000, "bant.months_to_purchase": 3} if rng.random() < 0.1 else {}
        yield {
            "id": number,
            "company_id": rng.randint(1, n // 8),
            "first_name": "Anna",
            "last_name": f"Nowak {number}",
            "email": f"osoba{number}@firma.pl",
            "email_kind": rng.choice(["company", "free"]),
            "phone": "",
            "position": "",
            "department": rng.choice(["it", "finance", "operations", ""]),
            "seniority": rng.choice(["owner", "director", "manager", "specialist", ""]),
            "city": "",
            "country": "PL",
            "attributes": json.dumps(bant),
            "created_at": made,
            "updated_at": made,
        }


def _leads(n: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(1, n + 1):
        made = text(NOW - timedelta(days=rng.randint(1, 400)))
        yield {
            "id": number,
            "contact_id": number,
            "stage": "lead",
            "stage_since": made,
            "channel": "web",
            "direction": "inbound",
            "created_at": made,
        }


def _touchpoints(n: int, n_leads: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    from lejek.kernel.ids import uuid7  # noqa: PLC0415 - after django.setup()

    types = [name for name, share in _TYPES for _ in range(share)]
    first = NOW - timedelta(days=365)
    for number in range(n):
        at = first + timedelta(days=365) * (number / n)
        kind = rng.choice(types)
        page = {"page.category": rng.choice(_CATEGORIES)} if kind == "page_view" else {}
        id_ = uuid7(at)
        yield {
            "id": id_.hex if is_sqlite() else str(id_),
            "type": kind,
            "occurred_at": text(at),
            "received_at": text(at),
            "properties": json.dumps(page),
            "source": "bench",
            "identity": "{}",
            "is_machine": False,
            # Some people do much more than others.
            "contact_id": 1 + int(n_leads * rng.random() ** 2) % n_leads,
        }


def _measure() -> None:
    from lejek.scoring.runs import score_all  # noqa: PLC0415 - after django.setup()

    later = (
        ("first", NOW),
        ("same day", NOW + timedelta(hours=1)),
        ("next day", NOW + timedelta(days=1)),
    )
    heads = ("total", "read", "score", "compare", "write", "check")
    print("run       " + "".join(f"{head:>9}" for head in heads) + "  changed")
    for name, now in later:
        started = time.perf_counter()
        done = score_all(reason="bench", now=now)
        total, seconds = time.perf_counter() - started, done.details["seconds"]
        steps = [seconds[step] for step in ("read", "score", "compare", "write", "reconcile")]
        figures = "".join(f"{value:>9.1f}" for value in (total, *steps))
        print(f"{name:<10}{figures}  {done.n_changed:,} of {done.n_leads:,}")
        assert done.n_differences == 0, done.differences  # noqa: S101 - live and batch agree
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
