"""What was planted in the demo organisation, so that one can see whether it is found again.

In: what a made-up lead is and did. Out: the chance that it becomes a customer.

The chance is logistic: a base, plus what speaks for the lead, minus what speaks against it.
Nothing else decides about won and lost; docs/demo.md says where each effect can be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

BASE = -3.2
EFFECTS: Mapping[str, float] = {
    "decides": 0.9,
    "in_target_industry": 0.6,
    "is_large": 0.7,
    "asked_for_demo": 1.5,
    "burst_of_prices": 0.9,
    "attended_webinar": 0.6,
    "has_free_mail": -0.8,
    "was_touched_late": -0.7,
}
"""Log-odds of winning, by what is true of a lead."""

DECOYS = ("opens_emails", "reads_the_blog", "is_in_warsaw", "wants_transport")
"""What looks as if it mattered and does not: opened e-mails, blog pages, the city, the product."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What decides about a made-up lead.

    `decides`: an owner, a member of the board or a director. `in_target_industry`: energy,
    manufacturing or logistics. `is_large`: 250 employees or more. `burst_of_prices`: the price
    page three times within seven days. `was_touched_late`: the first call came more than a day
    after the form.
    """

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
        logit = BASE + sum(effect for name, effect in EFFECTS.items() if getattr(self, name))
        return 1 / (1 + exp(-logit))
