"""The planted effects are found again in what the demo wrote down; the decoys have none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import exp
from pathlib import Path

import numpy as np
import pytest
from statsmodels.discrete.discrete_model import Logit

from lejek.capture.models import Touchpoint
from lejek.deals.models import Opportunity
from lejek.demo.effects import BASE, DECOYS, EFFECTS
from lejek.demo.organisation import Author, make_users
from lejek.identity.models import Lead

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
N_LEADS = 5000
DECIDED_AFTER = timedelta(days=160)
"""By then every deal is closed."""
DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "demo.md"


@pytest.mark.slow
@pytest.mark.django_db
def test_effects_are_found_in_what_is_stored_and_decoys_are_not() -> None:
    Author(NOW, make_users()).write(N_LEADS, lambda _: None)
    traits, is_won = _stored()
    names = [*EFFECTS, *DECOYS]
    columns = np.array([[float(each[name]) for name in names] for each in traits])
    design = np.column_stack([np.ones(len(traits)), columns])
    fitted = Logit(np.array(is_won, dtype=float), design).fit(disp=False)
    base, *intervals = map(tuple, fitted.conf_int(alpha=0.01))
    found = dict(zip(names, intervals, strict=True))
    assert base[0] <= BASE <= base[1]
    for name, effect in EFFECTS.items():
        low, high = found[name]
        assert low <= effect <= high, (name, low, high)
        assert low > 0 or high < 0, (name, low, high)
    for name in DECOYS:
        low, high = found[name]
        assert low < 0 < high, (name, low, high)


def _stored() -> tuple[list[Mapping[str, bool]], list[bool]]:
    """What the database says of every lead that came long ago, and whether it was won."""
    touched: dict[int | None, list[Touchpoint]] = defaultdict(list)
    for each in Touchpoint.objects.order_by("occurred_at").iterator():
        touched[each.contact_id].append(each)
    won = set(Opportunity.objects.filter(outcome="won").values_list("lead_id", flat=True))
    leads = Lead.objects.filter(created_at__lt=NOW - DECIDED_AFTER)
    traits, is_won = [], []
    for lead in leads.select_related("contact__company"):
        traits.append(_traits(lead, touched[lead.contact_id]))
        is_won.append(lead.pk in won)
    return traits, is_won


def _traits(lead: Lead, touchpoints: list[Touchpoint]) -> Mapping[str, bool]:
    contact, company = lead.contact, lead.contact.company
    assert company is not None
    assert company.employees is not None
    types = [each.type for each in touchpoints]
    pages = [each for each in touchpoints if each.type == "page_view"]
    prices = [p.occurred_at for p in pages if p.properties["page.category"] == "pricing"]
    about = {p.properties.get("product.name") for p in touchpoints}
    call = next(each for each in touchpoints if each.type == "call")
    return {
        "decides": contact.seniority in ("owner", "c_level", "director"),
        "in_target_industry": company.industry in ("energy", "manufacturing", "logistics"),
        "is_large": company.employees >= 250,
        "asked_for_demo": "demo_request" in types,
        "burst_of_prices": any(
            (third - first).total_seconds() <= 7 * 86_400
            for first, third in zip(prices, prices[2:], strict=False)
        ),
        "attended_webinar": "webinar_attended" in types,
        "has_free_mail": contact.email_kind == "free",
        "was_touched_late": (call.occurred_at - lead.created_at).total_seconds() > 86_400,
        "opens_emails": types.count("email_open") >= 4,
        "reads_the_blog": sum(p.properties["page.category"] == "blog" for p in pages) >= 3,
        "is_in_warsaw": contact.city == "Warszawa",
        "wants_transport": "Trybik Transport" in about,
    }


def test_the_document_tells_the_effects_as_they_were_planted() -> None:
    rows = [line.split("|") for line in DOCUMENT.read_text(encoding="utf-8").splitlines()]
    told = {cells[1].strip(" `"): cells[3].strip() for cells in rows if len(cells) > 4}
    planted = {name: f"{exp(effect):.2f}" for name, effect in EFFECTS.items()}
    decoys = dict.fromkeys(DECOYS, "1.00")
    assert {name: told.get(name) for name in [*EFFECTS, *DECOYS]} == planted | decoys
