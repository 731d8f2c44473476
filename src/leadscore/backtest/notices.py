"""What the reader of a backtest must know before believing it.

In: the history, the candidates, the attributes. Out: notices that describe themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from leadscore.backtest.history import History
from leadscore.backtest.leaks import Leak, Suspicion
from leadscore.backtest.texts import NOTICES, local_day_text, share_text
from leadscore.days import DAY_US, offsets
from leadscore.fields import model_fields
from leadscore.model import ScoringModel

SHARE_WORTH_SAYING: Final = 0.1
"""The share of won leads that no moment saw from which on the reader is told."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One warning. `words` are what its sentence names; instants and shares are not texts yet."""

    code: str
    words: Mapping[str, str | int | float]

    def describe(self, lang: str = "en") -> str:
        """The warning as a sentence."""
        words = {name: _word(name, value, lang) for name, value in self.words.items()}
        return NOTICES[self.code].of(lang).format_map(words)


@dataclass(frozen=True, slots=True)
class Unseen:
    """Leads that no moment could judge.

    `closed_before` had their outcome before the first moment that could have seen them, and
    `won_before` of these were won; `not_known` were not known by the last moment.
    """

    closed_before: int
    won_before: int
    not_known: int


def notices_of_history(
    history: History, model: ScoringModel, horizon_days: int
) -> Iterator[Notice]:
    """Notices about the facts and the outcomes."""
    if model_fields(model).attributes and not history.has_changing_attributes:
        yield Notice("attributes_as_of_file", {})
    local_day, last = offsets(model.time_zone).local_day, history.last_outcome_at
    if last is None or history.is_end_given:
        return
    if history.observed_until - last > horizon_days * DAY_US:
        yield Notice(
            "outcomes_end_early",
            {
                "last_outcome_on": local_day(last),
                "observed_on": local_day(history.observed_until),
            },
        )


def notices_of_run(
    unseen: Unseen, n_seen: int, n_won: int, n_complete: int, horizon_days: int
) -> Iterator[Notice]:
    """Notices about what the moments could see."""
    if not n_complete:
        yield Notice("no_complete_moment", {"horizon_days": horizon_days})
    elif unseen.closed_before and not n_seen:
        yield Notice("never_open", {"closed": unseen.closed_before})
    elif unseen.won_before > SHARE_WORTH_SAYING * n_won:
        yield Notice("won_before_seen", {"won": unseen.won_before, "all_won": n_won})


def notice_of_leak(leak: Leak) -> Notice:
    """The notice for a suspicious column."""
    words: dict[str, str | int | float] = {"column": leak.column, "leads": leak.leads}
    if leak.suspicion is Suspicion.SEPARATES_ALONE and leak.auc is not None:
        words["auc_share"] = leak.auc
    return Notice(str(leak.suspicion), words)


def _word(name: str, value: str | int | float, lang: str) -> str:
    if name.endswith("_on"):
        return local_day_text(int(value), lang)
    if name.endswith("_share"):
        return share_text(float(value), lang)
    return str(value)
