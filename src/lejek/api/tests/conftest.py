"""A small house for tests of the API: a model that scores, and some leads."""

from __future__ import annotations

import pytest

from lejek.api.tests.builders import Program
from lejek.identity.models import Lead
from lejek.kernel import clock
from lejek.scoring.live import score_leads
from lejek.scoring.tests.builders import company, lead, published, touchpoint
from lejek.scoring.versions import ready


@pytest.fixture
def program(db: None) -> Program:
    """A program that may do everything."""
    return Program()


@pytest.fixture
def leads(db: None) -> list[Lead]:
    """Six leads of one company; the first is the hottest, the last two have no score."""
    version, now = published(), clock.now()
    firm = company(employees=300)
    found = [lead(of=firm, email=f"osoba{n}@firma.pl", seniority="owner") for n in range(6)]
    for number in range(3):
        Lead.objects.filter(pk=found[number].pk).update(channel=f"channel{number}")
    touchpoint(found[0], "demo_request", now)
    score_leads([each.pk for each in found[:4]], ready(version), now=now)
    return found
