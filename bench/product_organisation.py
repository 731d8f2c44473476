"""An organisation at work: scored leads with people, stages, verdicts, deals and a history.

In: how many leads. Out: a database that pages can be measured on. What salespeople would have done
is written by the database itself, so that 100,000 leads take minutes and not hours.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import timedelta

from bench.product_rescore import NOW, SEED, fill, is_sqlite, text

TOUCHPOINTS_PER_LEAD = 20
N_SALESPEOPLE = 10
N_POINTS_OF_HISTORY = 12

_STAGES = (
    # stage, how many of a hundred leads stand in it
    ("lead", 55),
    ("marketing_qualified", 20),
    ("recycled", 6),
    ("sales_accepted", 8),
    ("sales_qualified", 4),
    ("opportunity", 3),
    ("customer", 3),
    ("disqualified", 1),
)


def build(n_leads: int) -> Iterator[tuple[str, float]]:
    """Fill an empty database; the name and the seconds of each step."""
    steps = (
        ("facts", lambda: fill(n_leads, n_leads * TOUCHPOINTS_PER_LEAD)),
        ("people", lambda: _name_people(n_leads)),
        ("stages", _hand_out),
        ("scores", _score),
        ("definitions", _meet),
        ("history", _history),
        ("verdicts and deals", _work),
        ("statistics", _analyse),
    )
    for name, step in steps:
        started = time.perf_counter()
        step()
        yield name, time.perf_counter() - started


def _name_people(n_leads: int) -> None:
    """Names as they occur, so that a search finds many, some or nobody."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

    from lejek.demo.names import MEN, SURNAMES, WOMEN  # noqa: PLC0415

    rng = random.Random(SEED + 1)
    rows = []
    for number in range(1, n_leads + 1):
        is_woman = rng.random() < 0.5
        surname = rng.choice(SURNAMES)[is_woman]
        # A tail of rare names: double-barrelled ones.
        if rng.random() < 0.2:
            surname += f"-{rng.choice(SURNAMES)[is_woman]}"
        rows.append((rng.choice(WOMEN if is_woman else MEN), surname, number))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE identity_contact SET first_name = %s, last_name = %s WHERE id = %s", rows
        )


def _hand_out() -> None:
    """Salespeople, a marketing person, and who has which lead in which stage."""
    from lejek.people.models import Role, Team, User  # noqa: PLC0415 - after django.setup()

    team = Team.objects.create(name="Sales")
    User.objects.create_user("marketing@lejek.example", name="Marta", role=Role.MARKETING)
    sellers = [
        User.objects.create_user(
            f"seller{number}@lejek.example", name=f"Seller {number}", role=Role.SALES, team=team
        )
        for number in range(N_SALESPEOPLE)
    ]
    owner = " ".join(f"WHEN {n} THEN {user.pk}" for n, user in enumerate(sellers))
    _run(f"UPDATE identity_lead SET owner_id = CASE id % {N_SALESPEOPLE + 1} {owner} END")
    whens, upto = "", 0
    for stage, share in _STAGES:
        upto += share
        whens += f"WHEN id * 37 % 100 < {upto} THEN '{stage}' "
    _run(f"UPDATE identity_lead SET stage = CASE {whens} END")


def _score() -> None:
    from lejek.scoring.runs import score_all  # noqa: PLC0415 - after django.setup()

    score_all(reason="bench", now=NOW)


def _meet() -> None:
    """Who meets which definition, as following every score would have written it."""
    from lejek.qualification.models import DefinitionState  # noqa: PLC0415 - after django.setup()
    from lejek.scoring.models import LeadScore  # noqa: PLC0415

    states = (
        DefinitionState(lead_id=lead_id, definition=name, is_met=True, since=NOW)
        for lead_id, names in LeadScore.objects.values_list("lead_id", "definitions").iterator()
        for name in names
    )
    DefinitionState.objects.bulk_create(states, batch_size=5_000)


def _history() -> None:
    """How each score grew, week by week."""
    for week in range(N_POINTS_OF_HISTORY, 0, -1):
        _run(
            "INSERT INTO scoring_scorepoint (lead_id, version_id, at, overall, scores) "
            f"SELECT lead_id, version_id, '{text(NOW - timedelta(weeks=week))}', "
            f"overall * {N_POINTS_OF_HISTORY - week} / {N_POINTS_OF_HISTORY}, scores "
            "FROM scoring_leadscore"
        )


def _work() -> None:
    """What became known, what sales said, and what became of it."""
    then = text(NOW - timedelta(days=30))
    for field, value in (("lead.seniority", "manager"), ("lead.department", "it")):
        _run(
            "INSERT INTO identity_attributechange (contact_id, field, new, known_at, source) "
            f"SELECT id, '{field}', '\"{value}\"', '{then}', 'bench' FROM identity_contact"
        )
    _run("UPDATE identity_contact SET phone = '+48' || (500000000 + id) WHERE id % 5 > 0")
    for purpose in ("email", "phone"):
        _run(
            "INSERT INTO consent_consentchange (contact_id, purpose, is_given, at, source, proof) "
            f"SELECT id, '{purpose}', TRUE, '{then}', 'bench', '{{}}' FROM identity_contact "
            "WHERE id % 3 > 0"
        )
    _run(
        "INSERT INTO qualification_stagetransition "
        "(lead_id, old, new, reason, actor_id, at, version_id, definition) "
        "SELECT id, 'lead', stage, 'bench', owner_id, stage_since, 1, '' FROM identity_lead "
        "WHERE stage <> 'lead'"
    )
    _run(
        "INSERT INTO qualification_verdict "
        "(lead_id, is_accepted, takes_lead, comment, actor_id, at) "
        "SELECT id, stage <> 'recycled', 1 = 0, '', owner_id, stage_since FROM identity_lead "
        "WHERE owner_id IS NOT NULL AND stage NOT IN ('lead', 'marketing_qualified')"
    )
    _run(
        "INSERT INTO deals_opportunity "
        "(lead_id, name, amount, currency, outcome, opened_at, closed_at) "
        "SELECT id, '', 1000000 + id, 'PLN', "
        "CASE stage WHEN 'opportunity' THEN 'open' WHEN 'customer' THEN 'won' ELSE 'lost' END, "
        "created_at, CASE WHEN stage <> 'opportunity' THEN stage_since END FROM identity_lead "
        "WHERE stage IN ('opportunity', 'customer', 'recycled')"
    )


def _analyse() -> None:
    """What PostgreSQL does by itself within minutes; SQLite goes without, as in the product."""
    if not is_sqlite():
        _run("ANALYZE")


def _run(statement: str) -> None:
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    with connection.cursor() as cursor:
        cursor.execute(statement)
