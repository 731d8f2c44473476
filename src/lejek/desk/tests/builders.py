"""An organisation to look at, and who looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from lejek.demo.loading import load
from lejek.desk.call_list import Row
from lejek.people.models import User

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
N_LEADS = 60


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo with few leads, made once for the tests of a file: each takes back what it does."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(NOW, lambda _: None, n_leads=N_LEADS)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def organisation(loaded: None, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo with few leads; the clock stands at its end."""
    monkeypatch.setattr("lejek.kernel.clock.now", lambda: NOW)


def signed_in_as(role: str, language: str = "en") -> Client:
    """The first user of a role, in a browser."""
    client = Client()
    user = User.objects.filter(role=role).order_by("id")[0]
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    return client


def rows_of(response: Any) -> Sequence[Row]:
    """The rows that a page of the list shows."""
    rows: Sequence[Row] = response.context["page"].rows
    return rows
