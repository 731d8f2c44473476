"""Backup while others write, and restore to what it was; with the database of the settings."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lejek.kernel.tests.stores import own_database

# Somebody who writes all the time: a lead's company and its contact, always both or neither. A file
# has a byte for each time.
WRITER = """
import sys
import django; django.setup()
from django.db import transaction
from lejek.identity.models import Company, Contact
from lejek.kernel import clock
written = open(sys.argv[1], "ab", buffering=0)
number = 0
while True:
    number += 1
    now = clock.now()
    with transaction.atomic():
        company = Company.objects.create(name=f"Firma {number}", name_key=f"firma {number}",
                                         created_at=now, updated_at=now)
        Contact.objects.create(company=company, email=f"x{number}@example.com", created_at=now,
                               updated_at=now)
    written.write(b".")
"""


# A small organisation, scored: what a restored place must be able to compute again. It is noon
# where its model counts days, so that none of them ends meanwhile.
FOUNDER = """
import django; django.setup()
from datetime import timedelta
from lejek.kernel import clock
from lejek.scoring.live import score_leads
from lejek.scoring.tests.builders import MODEL, company, lead, published, touchpoint
from lejek.scoring.versions import ready
now = clock.now()
version = published(MODEL.replace("Europe/Warsaw", f"Etc/GMT{now.hour - 12:+d}"), now)
firm = company(employees=300)
leads = [lead(of=firm, email=f"osoba{n}@firma.pl", seniority="owner") for n in range(12)]
for number, each in enumerate(leads):
    touchpoint(each, "demo_request", now - timedelta(days=number))
    touchpoint(each, "email_click", now - timedelta(hours=number))
score_leads([each.pk for each in leads], ready(version), now=now)
"""
SCORES = """
import json
import django; django.setup()
from lejek.scoring.models import LeadScore
columns = ("lead_id", "overall", "grade", "scores", "bands", "definitions")
print(json.dumps(list(LeadScore.objects.order_by("lead_id").values_list(*columns))))
"""


PATIENCE_SECONDS = 180


class House:
    """One database and the commands that work on it."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.written = home, home / "written"
        self.environment = os.environ | {
            "LEJEK_HOME": str(home),
            "LEJEK_LANGUAGE": "en",
            "LEJEK_DATABASE_URL": url,
            "LEJEK_LOG_LEVEL": "ERROR",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lejek", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def do(self, *words: str) -> str:
        ended = self.run(*words)
        assert ended.returncode == 0, ended.stderr + ended.stdout
        return ended.stdout

    @contextmanager
    def being_written_to(self) -> Iterator[subprocess.Popen[bytes]]:
        """Somebody writes all the time, and has written when this begins."""
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(self.written)],
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "lejek.config.settings"},
        )
        try:
            self.wait_until_more_is_written()
            yield writer
        finally:
            writer.kill()
            writer.wait()

    def wait_until_more_is_written(self) -> None:
        """Wait until the writer has written once more than it has by now."""
        n_by_now, deadline = self.n_written(), time.monotonic() + PATIENCE_SECONDS
        while self.n_written() == n_by_now:
            assert time.monotonic() < deadline, "nobody writes"
            time.sleep(0.02)

    def n_written(self) -> int:
        return self.written.stat().st_size if self.written.exists() else 0

    def program(self, text: str) -> str:
        ended = subprocess.run(
            [sys.executable, "-c", text],
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "lejek.config.settings"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def rows(self) -> dict[str, int]:
        """Rows by table, as a fresh backup counts them."""
        target = self.home / f"count-{uuid.uuid4().hex}"
        self.do("backup", str(target))
        return manifest(target)["rows"]


def manifest(backup: Path) -> dict[str, dict[str, int]]:
    return json.loads(backup.with_name(backup.name + ".json").read_text())


@contextmanager
def a_house(home: Path) -> Iterator[House]:
    """A migrated database, gone afterwards."""
    with own_database() as address:
        house = House(home, address)
        house.do("migrate")
        yield house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path) as found:
        yield found


@pytest.mark.slow
def test_a_restore_into_a_new_place_computes_the_same_scores(house: House, tmp_path: Path) -> None:
    house.program(FOUNDER)
    before = house.program(SCORES)
    assert len(json.loads(before)) == 12
    with house.being_written_to():
        house.do("backup", str(tmp_path / "monday"))
    with a_house(tmp_path / "elsewhere") as elsewhere:
        elsewhere.do("restore", str(tmp_path / "monday"), "--yes")
        assert elsewhere.rows() == manifest(tmp_path / "monday")["rows"]
        assert elsewhere.program(SCORES) == before
        said = elsewhere.do("rescore")
        assert "Leads scored: 12, with another score than before: 0" in said
        assert "live and batch disagree: 0." in said
        assert elsewhere.program(SCORES) == before


@pytest.mark.slow
def test_a_backup_under_load_is_whole_and_a_restore_gives_it_back(
    house: House, tmp_path: Path
) -> None:
    backup = tmp_path / "monday"
    with house.being_written_to() as writer:
        house.do("backup", str(backup))
        assert writer.poll() is None, "nobody wrote during the backup"
        house.wait_until_more_is_written()
    saved = manifest(backup)["rows"]
    assert saved["identity_company"] == saved["identity_contact"] > 0
    assert house.rows()["identity_company"] > saved["identity_company"]
    said = house.do("restore", str(backup), "--yes")
    assert "Restored and checked" in said
    assert house.rows() == saved
    kept = next((tmp_path / "backups").glob("before-restore-*[!n]"))
    assert manifest(kept)["rows"]["identity_company"] > saved["identity_company"]


# What a newer version may add: a table that points to an older one, and one that stands alone.
UPGRADE = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE newer_pointing (id integer PRIMARY KEY, "
                   "team_id bigint NOT NULL REFERENCES people_team (id))")
    cursor.execute("CREATE TABLE newer_alone (id integer PRIMARY KEY)")
    cursor.execute("INSERT INTO people_team (name) VALUES ('North')")
    cursor.execute("INSERT INTO newer_pointing SELECT 1, max(id) FROM people_team")
"""


@pytest.mark.slow
def test_a_backup_from_before_an_upgrade_takes_the_place_of_what_is_newer(
    house: House, tmp_path: Path
) -> None:
    backup = tmp_path / "monday"
    house.do("backup", str(backup))
    house.program(UPGRADE)
    assert "newer_alone" in house.rows()
    house.do("restore", str(backup), "--yes")
    assert house.rows() == manifest(backup)["rows"]
    house.program(UPGRADE)
    assert house.rows()["newer_pointing"] == 1


@pytest.mark.embedded
def test_a_restore_keeps_to_the_journal_of_the_settings(tmp_path: Path) -> None:
    house = House(tmp_path, "")
    house.environment["LEJEK_SQLITE_JOURNAL"] = "truncate"
    house.do("migrate")
    house.do("backup", str(tmp_path / "monday"))
    house.do("restore", str(tmp_path / "monday"), "--yes")
    with closing(sqlite3.connect(tmp_path / "lejek.sqlite3")) as opened:
        assert opened.execute("PRAGMA journal_mode").fetchone() != ("wal",)


@pytest.fixture
def sqlite_house(tmp_path: Path) -> House:
    house = House(tmp_path, "")
    house.do("migrate")
    return house


@pytest.mark.embedded
def test_a_backup_is_for_its_owner_only_and_replaces_no_other(
    sqlite_house: House, tmp_path: Path
) -> None:
    backup = tmp_path / "monday"
    sqlite_house.do("backup", str(backup))
    assert backup.stat().st_mode & 0o077 == 0
    again = sqlite_house.run("backup", str(backup))
    assert (again.returncode, "exists already" in again.stderr) == (1, True)
    below = sqlite_house.run("backup", str(backup / "below"))
    assert (below.returncode, f"{backup} cannot be a folder" in below.stderr) == (1, True)


@pytest.mark.embedded
def test_what_is_no_whole_backup_is_not_restored(sqlite_house: House, tmp_path: Path) -> None:
    backup = tmp_path / "monday"
    sqlite_house.do("backup", str(backup))
    sound = backup.read_bytes()
    backup.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    refused = sqlite_house.run("restore", str(backup), "--yes")
    assert (refused.returncode, "sha256" in refused.stderr) == (1, True)
    backup.write_bytes(sound)
    manifest = backup.with_name("monday.json")
    manifest.write_text("{}")
    refused = sqlite_house.run("restore", str(backup), "--yes")
    assert f"{manifest} is not what lejek backup writes" in refused.stderr
    manifest.unlink()
    assert "two files" in sqlite_house.run("restore", str(backup), "--yes").stderr
    assert "no file" in sqlite_house.run("restore", str(tmp_path / "tuesday"), "--yes").stderr


@pytest.mark.embedded
def test_a_restore_asks_first(sqlite_house: House, tmp_path: Path) -> None:
    sqlite_house.do("backup", str(tmp_path / "monday"))
    asked = sqlite_house.run("restore", str(tmp_path / "monday"))
    assert asked.returncode == 1
    assert "--yes" in asked.stdout
    assert "Nothing was changed" in asked.stdout


@pytest.mark.embedded
def test_nothing_is_restored_below_a_running_worker(sqlite_house: House, tmp_path: Path) -> None:
    sqlite_house.do("backup", str(tmp_path / "monday"))
    worker = subprocess.Popen(
        [sys.executable, "-m", "lejek", "worker"], env=sqlite_house.environment
    )
    try:
        deadline, said = time.monotonic() + PATIENCE_SECONDS, ""
        while "stop lejek first" not in said and time.monotonic() < deadline:
            said = sqlite_house.run("restore", str(tmp_path / "monday"), "--yes").stderr
        assert "stop lejek first" in said
    finally:
        worker.terminate()
        worker.wait(timeout=PATIENCE_SECONDS)


@pytest.mark.embedded
def test_an_empty_database_is_no_backup(tmp_path: Path) -> None:
    refused = House(tmp_path, "").run("backup")
    assert (refused.returncode, "nothing to keep" in refused.stderr) == (1, True)
    assert not (tmp_path / "backups").exists()
