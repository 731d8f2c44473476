"""The benchmark of the pages runs, and pages import nothing heavy when they are asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.slow
@pytest.mark.embedded
def test_the_benchmark_of_the_pages_asks_for_every_page(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.product_pages", "--small", "--leads", "300"]
    environment = {**os.environ, "LEJEK_LOG_LEVEL": "ERROR"}
    environment.pop("LEJEK_DATABASE_URL", None)
    ran = subprocess.run(
        [*command, "--times", "1", "--home", str(tmp_path)],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    for page in ("list, first page", "list, search: nobody", "lead, from a list", "export"):
        assert page in ran.stdout
    assert "sqlite" in ran.stdout


_ASKS = """
import sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from django.urls import reverse
from lejek.people.models import User
client = Client(SERVER_NAME="localhost")
user = User.objects.create_user("m@lejek.example", name="M", role="marketing")
client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
reverse("desk:call_list")
before = set(sys.modules)
assert client.get("/").status_code == 200
heavy = {"numpy", "pandas", "duckdb", "pyarrow", "narwhals"}
print(sorted({name.split(".")[0] for name in set(sys.modules) - before} & heavy))
"""


@pytest.mark.slow
@pytest.mark.embedded
def test_the_first_request_imports_nothing_heavy(tmp_path: Path) -> None:
    """What is heavy is imported when the server starts, so that nobody waits for it."""
    environment = {
        **os.environ,
        "LEJEK_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "lejek.config.settings",
        "LEJEK_LOG_LEVEL": "ERROR",
    }
    environment.pop("LEJEK_DATABASE_URL", None)
    ran = subprocess.run(
        [sys.executable, "-c", _ASKS], env=environment, check=True, capture_output=True, text=True
    )
    assert ran.stdout.strip() == "[]"
