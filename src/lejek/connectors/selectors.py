"""What is known of webhooks and their messages."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lejek.connectors.models import Delivery, Endpoint


def endpoints() -> QuerySet[Endpoint]:
    """All endpoints with how many messages wait and were given up.

    Queries: 1, which passes over the many that were delivered.
    """
    state = Delivery.State
    return Endpoint.objects.annotate(
        n_waiting=_n_in(state.WAITING), n_given_up=_n_in(state.GIVEN_UP)
    ).order_by("id")


def _n_in(state: Delivery.State) -> Coalesce:
    found = Delivery.objects.filter(endpoint=OuterRef("pk"), state=state).values("endpoint")
    return Coalesce(Subquery(found.annotate(n=Count("pk")).values("n")), 0)


def deliveries(endpoint: Endpoint, state: str) -> QuerySet[Delivery]:
    """The messages of an endpoint, newest first; only those in a state when one is named."""
    found = Delivery.objects.filter(endpoint=endpoint).order_by("-id")
    return found.filter(state=state) if state else found


def counts(endpoint: Endpoint) -> dict[str, int]:
    """How many messages of an endpoint are in each state. Queries: 1."""
    rows = Delivery.objects.filter(endpoint=endpoint).values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(Delivery.State.values, 0) | dict(rows.order_by("state"))


def in_trouble() -> QuerySet[Endpoint]:
    """Endpoints that were switched off by themselves, or to which nothing arrives at the moment."""
    failing = Q(state=Endpoint.State.ON, failing_since__isnull=False)
    return Endpoint.objects.filter(failing | Q(state=Endpoint.State.OFF)).order_by("id")
