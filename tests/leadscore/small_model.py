"""A small model and a few facts for the tests of what is built on scores."""

from collections.abc import Mapping, Sequence

import leadscore

AS_OF = "2026-01-31T12:00:00+01:00"

DOCUMENT = """
schema: 1
name: small
time_zone: Europe/Warsaw
dimensions:
  fit:
    min: 0
    max: 40
    bands: [{name: cold, from: 0}, {name: hot, from: 26}]
  engagement:
    label: {pl: Zainteresowanie, en: Interest}
    min: 0
    max: 50
    bands:
      - {name: cold, from: 0, label: {pl: zimny}}
      - {name: hot, from: 30, label: {pl: gorący}}
groups:
  email: {dimension: engagement, max: 5, label: {pl: E-maile}}
rules:
  - {id: owner, dimension: fit, points: 30, when: {lead.seniority: {eq: owner}}}
  - {id: energy, dimension: fit, points: 20, when: {company.industry: {eq: energy}}}
  - {id: free-mail, dimension: fit, points: -5, when: {lead.email_kind: {eq: free}}}
  - {id: demo, dimension: engagement, points: 25, "on": demo_request, half_life: 30}
  - id: pricing
    dimension: engagement
    points: 15
    "on": page_view
    where: {page.category: {eq: pricing}}
    within: 90
    max_points: 20
  - {id: click, dimension: engagement, group: email, points: 2.5, "on": email_click, within: 30}
  - {id: silence, dimension: engagement, points: -10, none_for: 30}
overall: {fit: 1, engagement: 2}
grade: {rows: fit, columns: engagement}
definitions:
  marketing_qualified:
    label: {pl: Gotowy dla sprzedaży}
    when: {all: [{score.fit: {ge: 30}}, {score.engagement: {ge: 30}}]}
    keep_while: {score.fit: {ge: 30}}
"""

Rows = Sequence[Mapping[str, object]]

LEADS: Rows = [
    {
        "lead_id": "ada",
        "lead.seniority": "owner",
        "company.industry": "energy",
        "lead.email_kind": "company",
    },
    {
        "lead_id": "bob",
        "lead.seniority": "owner",
        "company.industry": "retail",
        "lead.email_kind": "free",
    },
    {
        "lead_id": "cyd",
        "lead.seniority": None,
        "company.industry": "energy",
        "lead.email_kind": "free",
    },
]


def touch(lead_id: str, type_: str, on: str, page: str | None = None) -> dict[str, object]:
    """One touchpoint at nine o'clock UTC of a day."""
    return {
        "lead_id": lead_id,
        "type": type_,
        "occurred_at": f"{on}T09:00:00Z",
        "page.category": page,
    }


TOUCHPOINTS: Rows = [
    touch("ada", "demo_request", "2026-01-01"),
    touch("ada", "page_view", "2026-01-30", "pricing"),
    touch("ada", "page_view", "2026-01-31", "pricing"),
    touch("ada", "page_view", "2026-01-31", "blog"),
    touch("ada", "email_click", "2026-01-20"),
    touch("ada", "email_click", "2026-01-21"),
    touch("ada", "email_click", "2026-01-22"),
    touch("bob", "page_view", "2026-01-10", "pricing"),
]


def small_model() -> leadscore.Model:
    """The model of this module."""
    return leadscore.loads(DOCUMENT)


def small_scores() -> leadscore.Scores:
    """Its scores."""
    return small_model().score(LEADS, TOUCHPOINTS, as_of=AS_OF)
