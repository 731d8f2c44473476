"""The call list as a file.

In: the list as shown. Out: CSV that spreadsheets read without running anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from leadscore.arithmetic import points_text
from leadscore.language import Names
from lejek.consent.selectors import consents_of, may_call, may_write, objects_to_profiling
from lejek.desk.call_list import N_REASONS, CallList, newest_signals
from lejek.desk.words import KINDS, Signal, Words
from lejek.identity.models import Lead
from lejek.qualification.selectors import held_by
from lejek.scoring.models import ModelVersion
from lejek.scoring.selectors import active_or_none, reasons_of
from lejek.scoring.versions import ready
from lejek.ui.spreadsheets import BYTE_ORDER_MARK, harmless, number, written

_CHUNK = 500
_COLUMNS = (
    "pk",
    "contact_id",
    "contact__first_name",
    "contact__last_name",
    "contact__position",
    "contact__company__name",
    "contact__email",
    "contact__phone",
    "score__grade",
    "score__overall",
    "score__bands",
    "stage",
    "owner__name",
    "stage_since",
    "score__version_id",
    "score__contributions",
)
T = TypeVar("T")


def call_list_csv(leads: CallList, words: Words, now: datetime) -> Iterator[str]:
    """The list in its order, as a spreadsheet in the language of the page expects it.

    It comes in parts of some hundred lines, the first at once: a hundred thousand leads are not
    held in memory, only their ids, and nobody waits to see whether the download begins.
    """
    dimensions = words.dimensions(active_or_none())
    lines = _Lines(words, list(dimensions))
    yield BYTE_ORDER_MARK + written([_heads(dimensions.values())], words.lang)
    ids = leads.in_order().values_list("pk", flat=True).iterator(chunk_size=_CHUNK)
    place = 0
    for chunk in _chunks(ids, _CHUNK):
        rows = _rows(chunk)
        contact_ids = [row[1] for row in rows]
        signals, consents = newest_signals(contact_ids, words, now), consents_of(contact_ids)
        held = held_by([row[0] for row in rows], KINDS)
        cells = [
            lines.cells(
                row, signals.get(row[1], ()), consents.get(row[1], {}), held.get(row[0], ())
            )
            for row in rows
        ]
        numbered = enumerate(cells, place + 1)
        yield written(([str(n), *map(harmless, row)] for n, row in numbered), words.lang)
        place += len(rows)


def _rows(ids: Sequence[int]) -> list[Sequence[Any]]:
    """The columns of some leads, in the order of their ids here."""
    found = {row[0]: row for row in Lead.objects.filter(pk__in=ids).values_list(*_COLUMNS)}
    return [found[lead_id] for lead_id in ids if lead_id in found]


def _yes_or_no(is_so: bool) -> str:
    return _("yes") if is_so else _("no")


def _heads(dimensions: Iterable[str]) -> list[str]:
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
        *(_("Band: %(dimension)s") % {"dimension": name} for name in dimensions),
        _("Kind of lead"),
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

    def __init__(self, words: Words, dimensions: Sequence[str]) -> None:
        self._words = words
        self._dimensions = dimensions
        self._versions: dict[int, ModelVersion] = {}

    def cells(
        self,
        row: Sequence[Any],
        signals: Sequence[Signal],
        consents: Mapping[str, bool],
        held: Sequence[str],
    ) -> list[str]:
        """What stands in a line after its number."""
        (_id, _contact, first, last, position, company, email, phone, grade, overall, bands, stage,
         owner, since, version_id, contributions) = row  # fmt: skip
        return [
            f"{first} {last}".strip() or email or phone or company or "",
            position,
            company or "",
            email or "",
            _yes_or_no(may_write(consents)) if email else "",
            phone,
            _yes_or_no(may_call(consents)) if phone else "",
            grade or "",
            self._points(overall),
            *self._bands(version_id, bands),
            self._kinds(version_id, held),
            self._words.stage(stage),
            owner or "",
            timezone.localtime(since).date().isoformat(),
            self._why(version_id, contributions, consents),
            "; ".join(signal.text for signal in signals),
        ]

    def _points(self, overall: int | None) -> str:
        return "" if overall is None else number(points_text(overall), self._words.lang)

    def _bands(self, version_id: int | None, bands: Mapping[str, str]) -> list[str]:
        """The band in each dimension, as the version that scored calls it."""
        if version_id is None:
            return [""] * len(self._dimensions)
        names = Names(self._words.lang, ready(self._version(version_id)).model)
        return [names.band(each, bands[each]) if each in bands else "" for each in self._dimensions]

    def _kinds(self, version_id: int | None, held: Sequence[str]) -> str:
        """What kind of lead it is, as the version that scored calls it."""
        if version_id is None:
            return ""
        return ", ".join(self._words.kinds(held, self._version(version_id)))

    def _why(
        self, version_id: int | None, contributions: list[Any], consents: Mapping[str, bool]
    ) -> str:
        """The reasons that matter, or why there is no score."""
        if version_id is None:
            return self._words.unscored(is_refused=objects_to_profiling(consents))
        version = self._version(version_id)
        reasons = reasons_of(version, contributions, N_REASONS, self._words.lang)
        return "; ".join(reason.label for reason in reasons)

    def _version(self, version_id: int) -> ModelVersion:
        if version_id not in self._versions:
            self._versions[version_id] = ModelVersion.objects.get(pk=version_id)
        return self._versions[version_id]
