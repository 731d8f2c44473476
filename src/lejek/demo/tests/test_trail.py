"""The demo's audit log tells what its people did."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lejek.demo.loading import load
from lejek.demo.trail import write_trail
from lejek.people.audit import broken_at
from lejek.people.models import AuditEntry
from lejek.qualification.models import SignOff, Verdict

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


@pytest.mark.django_db
def test_the_audit_log_tells_what_was_done_in_its_order_and_sealed() -> None:
    load(NOW, lambda _: None, 40)
    write_trail()
    entries = AuditEntry.objects.order_by("id")
    done = list(entries.values_list("action", flat=True))
    assert done.count("signed_definition") == SignOff.objects.count() > 0
    assert done.count("accepted_lead") == Verdict.objects.filter(is_accepted=True).count() > 0
    assert {"published_model", "rejected_lead", "won_deal", "lost_deal"} <= set(done)
    moments = list(entries.values_list("at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] <= NOW
    assert broken_at() is None
