"""Why leads have no score: nothing is published, they wait, or their people do not want it.

In: who looks. Out: what the call list says above such leads.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from lejek.consent.models import ConsentChange
from lejek.consent.selectors import PROFILING
from lejek.desk.call_list import COUNTED
from lejek.identity.models import Lead
from lejek.people.access import for_user
from lejek.people.models import User
from lejek.scoring.models import ScoringRun
from lejek.scoring.selectors import active_or_none, newest_run


@dataclass(frozen=True, slots=True)
class Unscored:
    """Why leads have no score. `n_waiting` counts no further than one more than `COUNTED`."""

    is_published: bool
    n_waiting: int
    run: ScoringRun | None

    @property
    def is_all_counted(self) -> bool:
        """Whether `n_waiting` is how many there are, and not only that there are more."""
        return self.n_waiting <= COUNTED


def unscored_leads(user: User) -> Unscored:
    """Why leads that somebody sees have no score, and the run that is at work on them.

    Queries: three.
    """
    run = newest_run()
    is_running = run is not None and run.status == ScoringRun.Status.RUNNING
    n_waiting = _waiting(user)[: COUNTED + 1].count()
    return Unscored(active_or_none() is not None, n_waiting, run if is_running else None)


def _waiting(user: User) -> QuerySet[Lead]:
    """Open leads without a score whose people have not refused one."""
    said = ConsentChange.objects.filter(contact=OuterRef("contact_id"), purpose=PROFILING)
    newest = said.order_by("-at", "-id").values("is_given")[:1]
    leads = for_user(Lead.objects.filter(score__isnull=True, closed_at__isnull=True), user)
    return leads.annotate(allows=Subquery(newest)).filter(Q(allows=None) | Q(allows=True))


def has_open_leads(user: User) -> bool:
    """Whether somebody sees any open lead, in whatever stage. Queries: one."""
    return for_user(Lead.objects.filter(closed_at__isnull=True), user).exists()
