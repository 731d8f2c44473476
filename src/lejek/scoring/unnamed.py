"""Imports that touched too many leads to name them, and the leads that they explain.

In: events of imports. Out: leads whose facts changed though nobody had them scored anew, because
the run that everybody gets after such an import is the one that looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from lejek.capture.models import Touchpoint
from lejek.identity.imports.running import NAMED_ROWS
from lejek.identity.models import AttributeChange, Import, Lead
from lejek.kernel.models import Event
from lejek.scoring.models import ScoringRun

TOLD_UNTIL = "told_until"
"""In the details of a run: the newest event when it began to look."""


def newest_event() -> int:
    """How far the house has told what happened."""
    return Event.objects.aggregate(newest=Max("id"))["newest"] or 0


@dataclass(frozen=True, slots=True)
class Unnamed:
    """What imports changed since everybody was scored last, without naming the leads."""

    imports: frozenset[int]
    has_undone: bool
    """Whether one was taken back: the facts that would name its leads are gone with it."""

    def explains(self, lead_ids: Sequence[int], *, with_colleagues: bool) -> set[int]:
        """The leads of these whose facts the imports may have changed.

        Queries: at most two.
        """
        if self.has_undone:
            return set(lead_ids)
        if not self.imports:
            return set()
        leads = Lead.objects.filter(id__in=lead_ids)
        touched = set(self._touched(leads).values_list("id", flat=True))
        if with_colleagues:
            companies = leads.filter(contact__company__isnull=False).values("contact__company_id")
            of_them = Lead.objects.filter(contact__company_id__in=companies)
            firms = self._touched(of_them).values("contact__company_id")
            touched.update(leads.filter(contact__company_id__in=firms).values_list("id", flat=True))
        return touched

    def _touched(self, leads: QuerySet[Lead]) -> QuerySet[Lead]:
        """Those that the imports brought, or told something about."""
        changes = AttributeChange.objects.filter(import_id__in=self.imports)
        touchpoints = Touchpoint.objects.filter(import_id__in=self.imports)
        return leads.filter(
            Q(import_id__in=self.imports)
            | Exists(touchpoints.filter(contact_id=OuterRef("contact_id")))
            | Exists(changes.filter(contact_id=OuterRef("contact_id")))
            | Exists(changes.filter(company_id=OuterRef("contact__company_id")))
        )


def unnamed_changes(started: ScoringRun) -> Unnamed:
    """What imports changed since the run before began to look, those at work included."""
    before = ScoringRun.objects.filter(status=ScoringRun.Status.DONE, pk__lt=started.pk)
    last = before.order_by("-pk").first()
    told = Event.objects.filter(id__gt=last.details.get(TOLD_UNTIL, 0) if last else 0)
    ended = told.filter(name="import_finished").values_list("content__import_id", flat=True)
    finished = Q(id__in=list(ended)) | Q(status=Import.Status.RUNNING)
    imports = Import.objects.filter(finished, rows_total__gt=NAMED_ROWS)
    has_undone = (
        told.filter(name="import_undone").exists()
        or Import.objects.filter(status=Import.Status.UNDOING).exists()
    )
    return Unnamed(frozenset(imports.values_list("id", flat=True)), has_undone)
