"""Locks: one at a time, through many transactions, and never left behind."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from lejek.kernel.locks import one_at_a_time

LOCK = 4711
pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_comes_second_waits_until_the_first_has_left(tmp_path: Path) -> None:
    is_inside, order = threading.Event(), list[str]()

    def first() -> None:
        with one_at_a_time(LOCK, tmp_path / "lock"):
            is_inside.set()
            threading.Event().wait(0.2)
            order.append("first")
        connection.close()

    def second() -> None:
        assert is_inside.wait(60)
        with one_at_a_time(LOCK, tmp_path / "lock"):
            order.append("second")
        connection.close()

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(first), threads.submit(second)]:
            done.result(timeout=60)
    assert order == ["first", "second"]


def test_whoever_fails_inside_leaves_the_door_open(tmp_path: Path) -> None:
    def fail() -> None:
        with pytest.raises(ValueError, match="inside"), one_at_a_time(LOCK, tmp_path / "lock"):
            raise ValueError("inside")

    def enter() -> None:
        with one_at_a_time(LOCK, tmp_path / "lock"):
            pass
        connection.close()

    fail()
    with ThreadPoolExecutor(1) as threads:
        threads.submit(enter).result(timeout=60)
