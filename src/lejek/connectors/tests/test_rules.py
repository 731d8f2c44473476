"""How long to wait after a failure, and when patience ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lejek.connectors.rules import PATIENCE, Outcome, next_try, outcome

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SCHEDULE = [5, 60, 300, 1800, 7200, 28800, 86400, 172800, 172800]


@pytest.mark.parametrize(("n_failures", "seconds"), [*enumerate(SCHEDULE, start=1)])
def test_the_wait_grows_with_failures_in_a_row(n_failures: int, seconds: int) -> None:
    assert next_try(n_failures, NOON, NOON, 0.5) == NOON + timedelta(seconds=seconds)


def test_chance_shifts_a_wait_by_a_tenth_either_way() -> None:
    assert next_try(2, NOON, NOON, 0.0) == NOON + timedelta(seconds=54)
    assert next_try(2, NOON, NOON, 1.0) == NOON + timedelta(seconds=66)


def test_the_last_try_is_at_the_end_of_patience_and_none_comes_after_it() -> None:
    late = NOON + PATIENCE - timedelta(hours=1)
    assert next_try(9, NOON, late, 0.5) == NOON + PATIENCE
    assert next_try(10, NOON, NOON + PATIENCE, 0.5) is None


@pytest.mark.parametrize(
    ("status", "came_to"),
    [
        *((200, "DELIVERED"), (204, "DELIVERED"), (299, "DELIVERED"), (410, "GONE")),
        *((301, "FAILED"), (400, "FAILED"), (429, "FAILED"), (500, "FAILED"), (None, "FAILED")),
    ],
)
def test_only_an_answer_of_200_to_299_is_a_delivery(status: int | None, came_to: str) -> None:
    assert outcome(status) is Outcome[came_to]
