"""What rows say that people allow, and which of it does not bring back what they withdrew.

In: rows, entered. Out: the rows with the consents that are left out. The room that keeps consents
comes later in the flow; when the house is put together it says here whom to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from lejek.identity.reading import Fault, LeadRow
from lejek.identity.recording import Entered, Origin
from lejek.identity.targets import CONSENTS

Withdrawals = Mapping[tuple[int, str], datetime]
"""By person and purpose, since when the last word is no."""

_asked: list[Callable[[Iterable[int]], Withdrawals]] = []


def ask_for_withdrawals(of: Callable[[Iterable[int]], Withdrawals]) -> None:
    """Let the room that keeps consents be asked."""
    _asked[:] = [of]


def is_overruled(
    *, is_given: bool, given_at: datetime | None, withdrawn_at: datetime | None
) -> bool:
    """Whether a statement does not count: a yes that is not known to be later than a no. Pure."""
    if not is_given or withdrawn_at is None:
        return False
    return given_at is None or given_at <= withdrawn_at


def given_at(told: datetime | None, origin_at: datetime, import_id: int | None) -> datetime | None:
    """When a consent was given: as told, else with the statement. A file may be of any age."""
    return told or (origin_at if import_id is None else None)


def without_withdrawn(
    rows: Sequence[LeadRow], entered: Sequence[Entered], origin: Origin
) -> list[Entered]:
    """Entered rows with the consents that are left out, because the person withdrew them.

    Queries: one.
    """
    yes = [each for row, each in zip(rows, entered, strict=True) if any(row.consents.values())]
    if not yes:
        return list(entered)
    people = {each.contact.record.pk for each in yes}
    withdrawn = {key: at for ask in _asked for key, at in ask(people).items()}
    return [_judged(row, each, origin, withdrawn) for row, each in zip(rows, entered, strict=True)]


def _judged(
    row: LeadRow, entered: Entered, origin: Origin, withdrawn: dict[tuple[int, str], datetime]
) -> Entered:
    """An entered row with what is left out of it; its own no counts for the rows after it."""
    left_out = []
    moment = given_at(row.consented_at, origin.known_at, origin.import_id)
    for purpose, is_given in row.consents.items():
        key = (entered.contact.record.pk, purpose)
        if not is_given:
            withdrawn[key] = origin.known_at
        elif is_overruled(is_given=True, given_at=moment, withdrawn_at=withdrawn.get(key)):
            left_out.append(Fault("withdrawn", f"{CONSENTS}{purpose}", "true", is_fatal=False))
        else:
            withdrawn.pop(key, None)
    return replace(entered, left_out=tuple(left_out)) if left_out else entered
