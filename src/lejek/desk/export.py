"""The call list as a file.

In: the list as shown. Out: CSV that spreadsheets read without running anything.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from leadscore.arithmetic import points_text
from lejek.consent.selectors import consents_of, may_call, may_write
from lejek.desk.call_list import N_REASONS, newest_signals
from lejek.desk.words import Signal, Words
from lejek.scoring.models import LeadScore, ModelVersion
from lejek.scoring.selectors import reasons_of

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 500
_BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes the file for one in the letters of the West."""
_COLUMNS = (
    "lead__contact_id",
    "lead__contact__first_name",
    "lead__contact__last_name",
    "lead__contact__position",
    "lead__contact__company__name",
    "lead__contact__email",
    "lead__contact__phone",
    "grade",
    "overall",
    "lead__stage",
    "lead__owner__name",
    "lead__stage_since",
    "version_id",
    "contributions",
)
T = TypeVar("T")


def harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def call_list_csv(scores: QuerySet[LeadScore], words: Words, now: datetime) -> Iterator[str]:
    """The list in its order, as a spreadsheet in the language of the page expects it.

    It comes in parts of some hundred lines, the first at once: a hundred thousand leads are not
    held in memory, and nobody waits to see whether the download begins.
    """
    delimiter = ";" if words.lang == "pl" else ","
    lines = _Lines(words)
    yield _BYTE_ORDER_MARK + _written([_heads()], delimiter)
    rows = scores.values_list(*_COLUMNS).iterator(chunk_size=_CHUNK)
    place = 0
    for chunk in _chunks(rows, _CHUNK):
        contact_ids = [row[0] for row in chunk]
        signals, consents = newest_signals(contact_ids, words, now), consents_of(contact_ids)
        cells = [
            lines.cells(row, signals.get(row[0], ()), consents.get(row[0], {})) for row in chunk
        ]
        numbered = enumerate(cells, place + 1)
        yield _written(([str(n), *map(harmless, row)] for n, row in numbered), delimiter)
        place += len(chunk)


def _yes_or_no(is_so: bool) -> str:
    return _("yes") if is_so else _("no")


def _written(rows: Iterable[Sequence[str]], delimiter: str) -> str:
    file = StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def _heads() -> list[str]:
    return [
        _("Place"),
        _("Name"),
        _("Position"),
        _("Company"),
        _("E-mail"),
        _("May be written to"),
        _("Phone"),
        _("May be called"),
        _("Grade"),
        _("Score"),
        _("Stage"),
        _("Salesperson"),
        _("In the stage since"),
        _("Why"),
        _("Newest signals"),
    ]


def _chunks(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(rows, size)):
        yield chunk


class _Lines:
    """The cells of a lead, in the language of the page."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._versions: dict[int, ModelVersion] = {}

    def cells(
        self, row: Sequence[Any], signals: Sequence[Signal], consents: Mapping[str, bool]
    ) -> list[str]:
        """What stands in a line after its number."""
        (_id, first, last, position, company, email, phone, grade, overall, stage, owner, since,
         version_id, contributions) = row  # fmt: skip
        reasons = reasons_of(self._version(version_id), contributions, N_REASONS, self._words.lang)
        points = points_text(overall)
        return [
            f"{first} {last}".strip() or email or phone,
            position,
            company or "",
            email or "",
            _yes_or_no(may_write(consents)) if email else "",
            phone,
            _yes_or_no(may_call(consents)) if phone else "",
            grade,
            points.replace(".", ",") if self._words.lang == "pl" else points,
            self._words.stage(stage),
            owner or "",
            timezone.localtime(since).date().isoformat(),
            "; ".join(reason.label for reason in reasons),
            "; ".join(signal.text for signal in signals),
        ]

    def _version(self, version_id: int) -> ModelVersion:
        if version_id not in self._versions:
            self._versions[version_id] = ModelVersion.objects.get(pk=version_id)
        return self._versions[version_id]
