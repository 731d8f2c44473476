"""A receiver on this machine, and the settings that let messages reach it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lejek.connectors.tests.receiver import Receiver
from lejek.people.models import Role, User


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    with Receiver() as started:
        yield started


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_user("a@lejek.example", name="Ada", role=Role.ADMINISTRATOR)
