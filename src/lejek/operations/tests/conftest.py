"""Every test has its own home and needs no collected files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lejek.people.models import Role, User

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    kept = settings.HOME / "secret-key"
    kept.write_text("x" * 64)
    kept.chmod(0o600)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return settings.HOME


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_user(
        "admin@example.com", None, name="Adam", role=Role.ADMINISTRATOR, language="en"
    )
