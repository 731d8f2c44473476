"""Every test has its own home and needs no collected files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from lejek.people.models import Role, User


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir(mode=0o700)
    kept = settings.HOME / "secret-key"
    kept.write_text("k4Vq9mTzB2xLw7RcYp3NsJ8hDg5FvEa1UoKi6ZtXbQeWrHyM")
    kept.chmod(0o600)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return settings.HOME


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the language of who runs the tests, and the width of their terminal."""
    monkeypatch.setenv("LEJEK_LANGUAGE", "en")
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "100")
    with translation.override("en"):
        yield


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_user(
        "admin@example.com", None, name="Adam", role=Role.ADMINISTRATOR, language="en"
    )
