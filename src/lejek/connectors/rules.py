"""How long to wait after a failure, and what an answer means."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
    timedelta(hours=48),
)
"""After the first failure in a row, the second, and so on. Source: Standard Webhooks."""
PATIENCE = timedelta(days=5)
"""An endpoint that fails for so long is switched off."""
OLD_SECRET_KEPT = timedelta(hours=24)
"""For so long after a change the old secret signs too."""
_JITTER = 0.1


class Outcome(Enum):
    """What an attempt came to."""

    DELIVERED = auto()
    FAILED = auto()
    GONE = auto()


def outcome(status: int | None) -> Outcome:
    """What an answer means; None is no answer. Redirects are not followed, so they are failures."""
    if status is not None and 200 <= status < 300:
        return Outcome.DELIVERED
    return Outcome.GONE if status == 410 else Outcome.FAILED


def next_try(
    n_failures: int, failing_since: datetime, now: datetime, chance: float
) -> datetime | None:
    """When to try again after so many failures in a row; None when patience is at its end.

    Units: `chance` from 0 to 1 shifts the wait by up to a tenth either way, so that what failed
    together does not come back together. The last try is at the end of patience.
    """
    end = failing_since + PATIENCE
    if now >= end:
        return None
    wait = WAITS[min(n_failures, len(WAITS)) - 1]
    return min(now + wait * (1 + _JITTER * (2 * chance - 1)), end)
