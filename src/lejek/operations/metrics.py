"""The figures as Prometheus reads them.

In: figures of the health of the product. Out: text; no label holds anything about a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lejek import __version__
from lejek.operations.health import Figures, figures
from lejek.operations.requests import REGISTRY


def exposition(now: datetime) -> bytes:
    """The text that Prometheus scrapes: figures of the database now, then those of requests."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(figures(now)))
    return generate_latest(registry) + generate_latest(REGISTRY)


class _Figures(Collector):
    def __init__(self, read: Figures) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        read = self._read
        about = GaugeMetricFamily("lejek_info", "The version that runs", labels=["version"])
        about.add_metric([__version__], 1)
        yield about
        jobs = GaugeMetricFamily("lejek_jobs", "Jobs by status", labels=["status"])
        for status, count in sorted(read.jobs.items()):
            jobs.add_metric([status], count)
        yield jobs
        for name, says, value in (
            ("lejek_events_waiting", "Events to hand on", read.n_events_waiting),
            ("lejek_events_dead", "Events that failed too often", read.n_events_dead),
            ("lejek_leads_waiting", "Leads to score anew", read.n_leads_waiting),
            ("lejek_quarantined", "What arrived and was not understood", read.n_quarantined),
            ("lejek_webhooks_failing", "Webhooks that do not arrive", read.n_webhooks_failing),
            ("lejek_oldest_event_seconds", "Age of the oldest event", read.oldest_event_seconds),
            ("lejek_oldest_job_seconds", "How long a due job waits", read.oldest_job_seconds),
            ("lejek_oldest_lead_seconds", "How long a lead waits", read.oldest_lead_seconds),
            (
                "lejek_worker_silent_seconds",
                "Since the newest sign of life of a worker; NaN when there was none",
                float("nan") if read.worker_silent_seconds is None else read.worker_silent_seconds,
            ),
        ):
            yield GaugeMetricFamily(name, says, value=value)
