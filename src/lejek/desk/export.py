"""The call list as a file.

In: the list as shown. Out: CSV that spreadsheets read without running anything.
"""

from __future__ import annotations

import csv
from datetime import datetime
from typing import Protocol

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from leadscore.arithmetic import points_text
from lejek.desk.call_list import N_REASONS
from lejek.desk.words import Words, shown
from lejek.scoring.models import LeadScore

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Writable(Protocol):
    """Anything that takes text."""

    def write(self, text: str, /) -> object:
        """Take some text."""


def harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def call_list_csv(file: Writable, scores: QuerySet[LeadScore], words: Words, now: datetime) -> int:
    """Write the list, hottest first.

    Returns: how many leads were written.
    """
    del now
    writer = csv.writer(file)
    writer.writerow(
        [
            _("Place"),
            _("Name"),
            _("Company"),
            _("E-mail"),
            _("Phone"),
            _("Grade"),
            _("Score"),
            _("Stage"),
            _("Salesperson"),
            _("Why"),
        ]
    )
    n_rows = 0
    for n_rows, score in enumerate(scores.iterator(chunk_size=1000), start=1):
        contact = score.lead.contact
        cells = [
            contact.full_name,
            str(contact.company or ""),
            contact.email or "",
            contact.phone,
            score.grade,
            points_text(score.overall),
            score.lead.stage,
            str(score.lead.owner or ""),
            shown(words.reasons(score, N_REASONS)),
        ]
        writer.writerow([n_rows, *map(harmless, cells)])
    return n_rows
