"""What the doctor and the metrics say of webhooks."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from lejek.connectors.tests.builders import endpoint
from lejek.kernel import clock
from lejek.operations.doctor import Grade, examine
from lejek.operations.metrics import exposition

pytestmark = pytest.mark.django_db


def found() -> tuple[Grade, str]:
    with override("en"):
        (finding,) = [each for each in examine(clock.now()) if each.subject == "webhooks"]
    return finding.grade, finding.says


def test_webhooks_to_which_nothing_arrives_are_named_and_counted() -> None:
    assert found() == (Grade.OK, "there are none")
    endpoint("https://a.example/", clock.now())
    assert found() == (Grade.OK, "messages arrive")
    endpoint("https://b.example/", clock.now(), failing_since=clock.now())
    endpoint("https://c.example/", clock.now(), description="CRM", state="off")
    assert found() == (Grade.WARN, "nothing arrives: b.example, CRM")
    assert b"\nlejek_webhooks_failing 2.0\n" in exposition(clock.now())
