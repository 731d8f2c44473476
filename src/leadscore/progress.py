"""How long work tells how far it is.

In: steps done. Out: whatever the caller makes of them.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Somebody who wants to know how far a piece of work is."""

    def started(self, total: int, label: str) -> None:
        """A piece of work begins; it has `total` steps."""

    def advanced(self, steps: int = 1) -> None:
        """So many more steps are done."""
