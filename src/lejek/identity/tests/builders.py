"""Files, users and imports for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from lejek.identity.imports import run_file
from lejek.identity.models import Import
from lejek.kernel import clock, events, jobs
from lejek.people.models import Role, User
from lejek.wiring import handlers

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

HEADER = ("Imię", "Nazwisko", "E-mail", "Telefon", "Stanowisko", "Firma", "NIP", "Miasto")
ANNA = (
    "Anna",
    "Żak",
    "anna.zak@lodz-stal.pl",
    "600 100 200",
    "Dyrektor IT",
    "Łódź Stal Sp. z o.o.",
    "5260001246",
    "Łódź",
)
JAN = (
    "Jan",
    "Wójcik",
    "jan.wojcik@gmail.com",
    "601 100 200",
    "Kierownik ds. zakupów",
    "Wójcik S.A.",
    "",
    "Kraków",
)


def make_user(role: str = Role.MARKETING, email: str = "marta@lejek.example") -> User:
    """Somebody who may import."""
    return User.objects.create_user(email, None, name="Marta Nowak", role=role)


def csv_bytes(
    rows: Sequence[Sequence[str]], *, separator: str = ";", encoding: str = "utf-8"
) -> bytes:
    """Rows as a CSV file."""
    return "\r\n".join(separator.join(row) for row in rows).encode(encoding)


def write_csv(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """Rows as a CSV file on disk."""
    path.write_bytes(csv_bytes(rows))
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Rows as a workbook on disk."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def take_in(path: Path, rows: Sequence[Sequence[str]], kind: str = "leads") -> Import:
    """A file of rows, taken in."""
    return run_file(write_csv(path, rows), kind, now=NOW)


def work() -> None:
    """Do what the worker would do: all jobs of this room that wait."""
    while (held := jobs.claim(now=clock.now())) is not None:
        if held.task_path.startswith("lejek.identity"):
            assert jobs.run(held)
        else:
            with held.finishing():
                pass


def hand_on(now: datetime = NOW) -> None:
    """Hand on the events of consents alone."""
    hears = {
        name: [h for h in each if h.__module__.startswith("lejek.consent")]
        for name, each in handlers().items()
    }
    events.hand_on(hears, now=now)
