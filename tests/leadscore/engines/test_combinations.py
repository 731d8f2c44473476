"""A model that asks too many things of one type at once is refused with what can be done."""

from __future__ import annotations

import pytest

import leadscore

THRESHOLDS = 101


def test_too_many_classes_of_properties_of_one_type_are_refused_before_anything_is_read() -> None:
    rules = "\n".join(
        f"  - {{id: {name}-{n}, dimension: interest, points: 1, on: page_view,"
        f" where: {{page.{name}: {{gt: {n}}}}}}}"
        for name in ("seconds", "scrolled", "clicks")
        for n in range(THRESHOLDS)
    )
    model = leadscore.loads(f"""
schema: 1
name: wide
time_zone: Europe/Warsaw
dimensions: {{interest: {{min: 0, max: 1000, bands: [{{name: all, from: 0}}]}}}}
rules:
{rules}
""")
    leads = [{"lead_id": "a"}]
    visits = [
        {
            "lead_id": "a",
            "type": "page_view",
            "occurred_at": "2026-01-30T12:00:00+01:00",
            "page.seconds": 50.5,
            "page.scrolled": 100.5,
            "page.clicks": 0,
        }
    ]
    with pytest.raises(leadscore.UnsupportedByEngine, match=r"page_view.*Use fewer different"):
        model.score(leads, visits, as_of="2026-01-31")
    scores = model.score(leads, visits, as_of="2026-01-31", engine="live")
    assert scores.table["overall_millipoints"].to_pylist() == [(51 + 101) * 1000]
