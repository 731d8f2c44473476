"""What was planted in the demo organisation, so that one can see whether it is found again.

In: what a made-up lead is and does. Out: the chance that it becomes a customer.

The chance is logistic: a base, plus what speaks for the lead, minus what speaks against it.
Nothing else decides about won and lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

BASE = -3.4
EFFECTS = {
    "decision maker (owner, board, director)": 0.9,
    "target industry (energy, manufacturing, logistics)": 0.6,
    "250 employees or more": 0.5,
    "asked for a demo": 1.5,
    "looked at the prices three times in a week": 0.9,
    "attended a webinar": 0.5,
    "free mail address": -0.8,
    "first human touch after more than a day": -0.7,
}
"""Log-odds of winning. E-mail opens, blog pages and the city have none: they are decoys."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What decides about a made-up lead."""

    decides: bool
    in_target_industry: bool
    is_large: bool
    asked_for_demo: bool
    burst_of_prices: bool
    attended_webinar: bool
    has_free_mail: bool
    was_touched_late: bool

    def chance(self) -> float:
        """The chance to be won, in [0, 1]."""
        flags = (
            self.decides,
            self.in_target_industry,
            self.is_large,
            self.asked_for_demo,
            self.burst_of_prices,
            self.attended_webinar,
            self.has_free_mail,
            self.was_touched_late,
        )
        logit = BASE + sum(
            effect for effect, holds in zip(EFFECTS.values(), flags, strict=True) if holds
        )
        return 1 / (1 + exp(-logit))
