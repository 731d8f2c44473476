"""A million leads and a million touchpoints from files into the product, and back out again.

`python -m bench.product_import [--rows N] [--small N] [--format FORMAT]` writes files as an office
would (`csv`, in cp1250; `xlsx`, whose cells share their texts; `inline.xlsx`, each with its own)
and takes each in as the wizard and `lejek import` do: check, run, undo, each in a process of its
own whose largest memory is read. The database is a throwaway one (SQLite, or the one that
LEJEK_DATABASE_URL names, which must be empty). The aims: less than 300 MB whatever the size, no
more for ten times the rows, and a million rows of either kind within ten minutes on two cores. The
processes beside, which read workbooks and other encodings, keep to the same: their memory stands
in a column of its own, and is at least what the process had that started them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from string import ascii_uppercase
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from rich.console import Console
from rich.table import Table

NOW = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
SEED = 20260617
MOST_MEGABYTES = 300
MOST_GROWTH = 1.15
FEWEST_ROWS_A_SECOND = 1_667
"""A million rows in ten minutes."""

BASE_SHARE = 0.1
"""Of the people in the file of leads, so many are in the product before."""

_LEADS = ("Imię", "Nazwisko", "E-mail", "Telefon", "Stanowisko", "Firma", "NIP", "Miasto", "Zgoda")
_TOUCHPOINTS = ("Id zdarzenia", "E-mail", "Typ", "Data i godzina", "page.category", "Visitor id")
_SHEET, _TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_FIRST = ("Anna", "Piotr", "Katarzyna", "Krzysztof", "Małgorzata", "Łukasz", "Zofia", "Michał")
_LAST = ("Nowak", "Kowalska", "Wiśniewski", "Wójcik", "Kamińska", "Żak", "Szymańska", "Dąbrowski")
_POSITIONS = (
    "Dyrektor IT",
    "Kierownik ds. zakupów",
    "Prezes zarządu",
    "Specjalistka ds. marketingu",
    "Główny księgowy",
    "Plant manager",
    "",
)
_CITIES = ("Łódź", "Kraków", "Warszawa", "Gdańsk", "Bielsko-Biała", "Poznań")
_TYPES = ("page_view", "email_open", "email_click", "ebook_download", "webinar_attended")
_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


def main() -> int:
    """Measure both sizes, print, and say whether the aims are met."""
    asked = _arguments()
    if asked.step:
        print(json.dumps(asdict(_step(*asked.step))))
        return 0
    with tempfile.TemporaryDirectory(prefix="lejek-bench-") as home:
        os.environ.setdefault("LEJEK_HOME", home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "lejek.config.settings"
        _asked_of_child("migrate", "-", "-")
        small = _measured(asked.small, Path(home), asked.format)
        full = _measured(asked.rows, Path(home), asked.format)
    _show(small, asked.small)
    _show(full, asked.rows)
    missed = list(_missed(small, full)) if asked.rows >= 10 * asked.small else []
    for line in missed:
        print(f"missed: {line}")
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--format", choices=("csv", "xlsx", "inline.xlsx"), default="csv")
    parser.add_argument("--step", nargs=3, default=None, help=argparse.SUPPRESS)
    return parser.parse_args()


# The files -----------------------------------------------------------------------------------


def _nip(number: int) -> str:
    """A valid NIP for a number; numbers whose check digit would be ten are moved on."""
    while True:
        digits = f"{100_000_000 + number * 11 % 900_000_000:09d}"
        check = sum(w * int(d) for w, d in zip(_NIP_WEIGHTS, digits, strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
        number += 80_000_000 // 11


def _person(number: int, n_people: int) -> tuple[str, ...]:
    rng = random.Random(number)
    firm = number % max(1, n_people // 5)
    return (
        rng.choice(_FIRST),
        f"{rng.choice(_LAST)}",
        f"osoba{number}@firma{firm}.pl",
        f"+48 {500_000_000 + number}" if number % 3 else "",
        rng.choice(_POSITIONS),
        f"Firma {firm} Sp. z o.o.",
        _nip(firm) if firm % 2 else "",
        rng.choice(_CITIES),
        "tak" if number % 4 == 0 else "",
    )


def _base_rows(n_rows: int) -> Iterator[tuple[str, ...]]:
    """The people who are there before."""
    return (_person(number, n_rows) for number in range(int(n_rows * BASE_SHARE)))


def _lead_rows(n_rows: int) -> Iterator[tuple[str, ...]]:
    """Of a hundred rows: 3 bad, 4 said before in the file, 5 new to no one, 5 changed, 83 new."""
    n_base, rng = int(n_rows * BASE_SHARE), random.Random(SEED)
    for number in range(n_rows):
        kind = number % 100
        if kind < 3:
            yield ("Jan", "Bez", "adres bez malpy", *_person(number, n_rows)[3:])
        elif kind < 7 and number > 100:
            yield _person(n_base + 17 + rng.randrange(number // 100) * 100, n_rows)
        elif kind < 12:
            yield _person(rng.randrange(n_base), n_rows)
        elif kind < 17:
            known = _person(rng.randrange(n_base), n_rows)
            yield (*known[:4], f"Dyrektor oddziału {number % 7}", *known[5:7], "Opole", known[8])
        else:
            yield _person(n_base + number, n_rows)


def _touchpoint_rows(n_rows: int) -> Iterator[tuple[str, ...]]:
    """Of a hundred rows: 2 bad, 5 sent twice, 5 of nobody known, the others of known people."""
    rng = random.Random(SEED)
    for number in range(n_rows):
        kind, sent = number % 100, number
        if 2 <= kind < 7 and number > 1000:
            sent = number - 1000
        local = datetime(2026, 5, 31, 8) - timedelta(seconds=(n_rows - sent) * 20)  # noqa: DTZ001
        who = f"nikt{sent}@nigdzie.pl" if sent % 100 >= 95 else _person_mail(rng, n_rows)
        at = "kiedyś" if kind < 2 else f"{local:%d.%m.%Y %H:%M:%S}"
        page = "pricing" if sent % 3 else ""
        yield (f"evt-{sent}", who, _TYPES[sent % len(_TYPES)], at, page, f"v{sent % (n_rows // 4)}")


def _person_mail(rng: random.Random, n_people: int) -> str:
    number = int(n_people * BASE_SHARE * rng.random())
    return f"osoba{number}@firma{number % max(1, n_people // 5)}.pl"


def _write(path: Path, header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    if path.suffix == ".xlsx":
        is_inline = path.suffixes[-2:-1] == [".inline"]
        (_write_inline if is_inline else _write_shared)(path, chain([header], rows))
        return
    with path.open("w", encoding="cp1250", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        writer.writerows(rows)


def _write_inline(path: Path, rows: Iterator[tuple[str, ...]]) -> None:
    """A workbook as programs write it: each cell has its text."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def _write_shared(path: Path, rows: Iterator[tuple[str, ...]]) -> None:
    """A workbook as offices write it: a cell names its text, and a part has all texts."""
    bare, numbers = path.with_suffix(".bare"), dict[str, int]()
    with xlsxwriter.Workbook(str(bare)) as workbook:
        workbook.add_worksheet().write(0, 0, "text")
    with ZipFile(bare) as old, ZipFile(path, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in (_SHEET, _TEXTS):
                new.writestr(name, old.read(name))
        with new.open(_SHEET, "w", force_zip64=True) as part:
            part.write(f"<worksheet {_NAMESPACE}><sheetData>".encode())
            for at, row in enumerate(rows, start=1):
                part.write(_shared_row(at, row, numbers).encode())
            part.write(b"</sheetData></worksheet>")
        with new.open(_TEXTS, "w", force_zip64=True) as part:
            part.write(f"<sst {_NAMESPACE}>".encode())
            for text in numbers:
                part.write(f"<si><t>{escape(text)}</t></si>".encode())
            part.write(b"</sst>")
    bare.unlink()


def _shared_row(at: int, row: tuple[str, ...], numbers: dict[str, int]) -> str:
    cells = (
        f'<c r="{letter}{at}" t="s"><v>{numbers.setdefault(text, len(numbers))}</v></c>'
        for letter, text in zip(ascii_uppercase, row, strict=False)
        if text
    )
    return f'<row r="{at}">{"".join(cells)}</row>'


# The steps, each in a process of its own -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """What a child says of its step: seconds (clock and processor), largest memory, result.

    `megabytes_beside` is the largest memory of the processes that it started.
    """

    seconds: float
    cpu_seconds: float
    megabytes: float
    megabytes_beside: float
    told: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A step: rows of its file, and what the process that did it said."""

    n_rows: int
    said: Said

    @property
    def rows_a_second(self) -> float:
        """How fast it was."""
        return self.n_rows / self.said.seconds


def _measured(n_rows: int, folder: Path, suffix: str) -> Mapping[str, Measured]:
    """All steps at one size; at the end the database is as empty as before."""
    files = {"base": _base_rows, "leads": _lead_rows, "touchpoints": _touchpoint_rows}
    for name, rows in files.items():
        header = _TOUCHPOINTS if name == "touchpoints" else _LEADS
        _write(folder / f"{name}.{suffix}", header, rows(n_rows))
    sizes = {"base": int(n_rows * BASE_SHARE), "leads": n_rows, "touchpoints": n_rows}
    asked = (
        ("base people in", "run", "base"),
        ("leads: check", "check", "leads"),
        ("leads: run", "run", "leads"),
        ("touchpoints: check", "check", "touchpoints"),
        ("touchpoints: run", "run", "touchpoints"),
        ("touchpoints: undo", "undo", "touchpoints"),
        ("leads: undo", "undo", "leads"),
        ("base people out", "undo", "base"),
    )
    found = {}
    for title, step, name in asked:
        said = _asked_of_child(step, name, str(folder / f"{name}.{suffix}"))
        found[title] = Measured(sizes[name], said)
        print(f"{title}: {said.seconds:.1f} s, {said.megabytes:.0f} MB", file=sys.stderr)
    return found


def _asked_of_child(step: str, name: str, path: str) -> Said:
    done = subprocess.run(
        [sys.executable, "-m", "bench.product_import", "--step", step, name, path],
        stdout=subprocess.PIPE,
        check=True,
    )
    return Said(**json.loads(done.stdout.splitlines()[-1]))


def _step(step: str, name: str, path: str) -> Said:
    """One step, in this process."""
    import django  # noqa: PLC0415 - only the child needs it

    django.setup()
    steps: Mapping[str, Callable[[str, Path], str]] = {
        "migrate": _migrate,
        "check": lambda name, path: _take_in(name, path, is_rehearsal=True),
        "run": lambda name, path: _take_in(name, path, is_rehearsal=False),
        "undo": _undo,
    }
    started, cpu = time.perf_counter(), time.process_time()
    said = steps[step](name, Path(path))
    seconds = time.perf_counter() - started
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = time.process_time() - cpu + others.ru_utime + others.ru_stime
    return Said(seconds, cpu, _peak_megabytes(), others.ru_maxrss / 1024, said)


def _peak_megabytes() -> float:
    """The largest memory of this process; what its parent had before does not count."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not say how much memory a process has")


def _migrate(_name: str, _path: Path) -> str:
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0)
    return ""


def _take_in(name: str, path: Path, *, is_rehearsal: bool) -> str:
    from lejek.identity.imports import run_file  # noqa: PLC0415 - after django.setup()

    kind = "touchpoints" if name == "touchpoints" else "leads"
    mapping = None
    if kind == "leads":
        from lejek.identity.imports.columns import suggest  # noqa: PLC0415 - after django.setup()

        mapping = {**suggest(kind, _LEADS, []).columns, "Zgoda": "consent.email"}
    job = run_file(path, kind, mapping, now=NOW, is_rehearsal=is_rehearsal)
    return _told(job.counts)


def _undo(_name: str, path: Path) -> str:
    from lejek.identity.imports.starting import start_undo  # noqa: PLC0415 - after django.setup()
    from lejek.identity.imports.undoing import undo  # noqa: PLC0415
    from lejek.identity.models import Import  # noqa: PLC0415

    job = Import.objects.filter(file_name=path.name, status=Import.Status.DONE).latest("id")
    start_undo(job, actor=None, now=NOW)
    undo(job, now=NOW)
    job.refresh_from_db()
    return f"{job.counts['kept']:,} kept"


def _told(counts: Mapping[str, object]) -> str:
    names = ("new", "updated", "unchanged", "rejected", "waiting")
    return ", ".join(f"{counts[name]:,} {name}" for name in names if counts.get(name))


# What is shown -------------------------------------------------------------------------------


def _show(measured: Mapping[str, Measured], n_rows: int) -> None:
    table = Table(title=f"{n_rows:,} rows", title_justify="left", box=None, pad_edge=False)
    for name in ("step", "seconds", "CPU s", "rows/s", "peak MB", "beside MB", "rows"):
        table.add_column(name, justify="left" if name in ("step", "rows") else "right")
    for title, each in measured.items():
        said = each.said
        seconds = (f"{said.seconds:.1f}", f"{said.cpu_seconds:.1f}")
        memory = (f"{said.megabytes:.0f}", f"{said.megabytes_beside:.0f}")
        table.add_row(title, *seconds, f"{each.rows_a_second:,.0f}", *memory, said.told)
    Console(width=140).print(table)


def _missed(small: Mapping[str, Measured], full: Mapping[str, Measured]) -> Iterator[str]:
    """The aims that the full size does not meet."""
    for title, each in full.items():
        megabytes = each.said.megabytes
        if max(megabytes, each.said.megabytes_beside) >= MOST_MEGABYTES:
            beside = each.said.megabytes_beside
            told = f"{megabytes:.0f} MB and {beside:.0f} MB beside"
            yield f"{title} took {told}, the aim is below {MOST_MEGABYTES}"
        if megabytes > MOST_GROWTH * small[title].said.megabytes:
            yield f"{title} took {megabytes / small[title].said.megabytes:.2f} times the memory"
        if each.rows_a_second < FEWEST_ROWS_A_SECOND:
            yield f"{title} took in {each.rows_a_second:,.0f} rows a second"


if __name__ == "__main__":
    sys.exit(main())
