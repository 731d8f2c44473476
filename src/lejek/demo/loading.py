"""Loading the demo: the organisation, its model, and what the model said all along.

In: an empty, migrated database. Out: the demo, ready to be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from gettext import gettext
from random import Random

from django.db import transaction

from leadscore.days import to_instant
from lejek.deals.services import LOST, WON
from lejek.demo.organisation import MONTHS_DAYS, SEED, Author, Report, make_users
from lejek.demo.versions import Published, publish
from lejek.identity.models import Lead
from lejek.people.models import Role, User
from lejek.qualification.handlers import KEPT
from lejek.qualification.models import (
    DefinitionCrossing,
    DefinitionState,
    RejectionReason,
    SignOff,
    StageTransition,
    Verdict,
)
from lejek.qualification.rules import Crossing, crossing
from lejek.qualification.services import BY_SALES
from lejek.scoring.facts import LeadFacts, facts_of
from lejek.scoring.live import score_row
from lejek.scoring.models import LeadScore, ModelVersion, ScorePoint

N_LEADS = 600
_EVERY = timedelta(days=7)
_BATCH = 200
_LEADS_INTO = {
    "marketing_qualified": "marketing_qualified",
    "sales_qualified": "sales_qualified",
}


def is_loaded() -> bool:
    """Whether there is anything in the database already."""
    return Lead.objects.exists() or ModelVersion.objects.exists()


@transaction.atomic
def load(now: datetime, report: Report, n_leads: int = N_LEADS) -> None:
    """Load the demo into an empty database, all or nothing."""
    users = make_users()
    report(gettext("users"))
    Author(now, users).write(n_leads, report)
    published = publish(users[Role.MARKETING], now - timedelta(days=MONTHS_DAYS), now)
    for version in published.versions:
        report(gettext("model version %d") % version.number)
    leads = list(
        Lead.objects.select_related("contact__company", "owner")
        .prefetch_related("opportunities")
        .order_by("id")
    )
    for start in range(0, len(leads), _BATCH):
        batch = leads[start : start + _BATCH]
        _live_through(facts_of(batch, published.fields, with_colleagues=False), published, now)
        report(gettext("scored: %(n)d of %(all)d") % {"n": start + len(batch), "all": len(leads)})
    _sign(users, published)


def _moments(created_at: datetime, published: Published, now: datetime) -> list[datetime]:
    """When a lead is scored: as it comes in, every week, when another version begins, and now."""
    first = created_at + timedelta(minutes=1)
    weekly = (first + number * _EVERY for number in range((now - first) // _EVERY + 1))
    begun = (moment for moment in published.moments if moment > first)
    return sorted({*weekly, *begun, now})


def _live_through(batch: Sequence[LeadFacts], published: Published, now: datetime) -> None:
    """What the versions said of some leads through their life, and what followed from it."""
    points: list[ScorePoint] = []
    scores: list[LeadScore] = []
    story = _Story(published, now)
    for facts in batch:
        before: LeadScore | None = None
        for at in _moments(facts.lead.created_at, published, now):
            version = published.at(at)
            scored = version.scorer.score(facts.attributes, facts.touchpoints, to_instant(at))
            row = score_row(facts.lead.pk, scored, version.version_id, at)
            if before is None or before.scores != row.scores or before.version_id != row.version_id:
                points.append(
                    ScorePoint(
                        lead_id=row.lead_id,
                        version_id=row.version_id,
                        at=at,
                        overall=row.overall,
                        scores=row.scores,
                    )
                )
            story.heard(facts.lead, row, at)
            before = row
        if before is not None:
            scores.append(before)
        story.ended(facts.lead)
    ScorePoint.objects.bulk_create(points, batch_size=500)
    LeadScore.objects.bulk_create(scores, batch_size=500)
    story.write()


class _Story:
    """The stages of leads, told from their scores, verdicts and deals."""

    def __init__(self, published: Published, now: datetime) -> None:
        self._now = now
        self._chance = Random(SEED + 1)  # noqa: S311
        self._published = published
        self._reasons = list(RejectionReason.objects.order_by("position"))
        self._transitions: list[StageTransition] = []
        self._verdicts: list[Verdict] = []
        self._states: list[DefinitionState] = []
        self._crossings: list[DefinitionCrossing] = []
        self._leads: list[Lead] = []
        self._met: dict[str, bool] = {}
        self._since: dict[str, datetime] = {}

    def heard(self, lead: Lead, row: LeadScore, at: datetime) -> None:
        """A score of the lead."""
        for name in (each.name for each in self._published.at(at).model.definitions):
            meets = row.definitions[name]
            happened = crossing(
                was_met=self._met.get(name, False),
                meets=meets,
                keeps=row.definitions.get(name + KEPT, meets),
            )
            if happened is Crossing.NONE:
                continue
            self._met[name], self._since[name] = happened is Crossing.BEGAN, at
            self._cross(lead, name, at, has_begun=self._met[name])
            is_open = lead.stage in ("lead", "marketing_qualified")
            is_led_on = name in _LEADS_INTO and is_open and at < self._worked_until(lead)
            if self._met[name] and is_led_on:
                self._move(lead, _LEADS_INTO[name], f"meets {name}", None, at, name)

    def ended(self, lead: Lead) -> None:
        """The lead's story is told up to now."""
        if lead.stage != "lead":
            self._judge(lead)
        for deal in lead.opportunities.all():
            if deal.outcome == "won":
                self._move(lead, "customer", WON, lead.owner, deal.closed_at, "")
            elif lead.stage not in ("lead", "recycled"):
                self._move(lead, "recycled", LOST, lead.owner, deal.closed_at, "")
        self._states += [
            DefinitionState(lead=lead, definition=name, is_met=is_met, since=self._since[name])
            for name, is_met in self._met.items()
        ]
        self._met, self._since = {}, {}
        self._leads.append(lead)

    def _worked_until(self, lead: Lead) -> datetime:
        """When work on a lead ends: with its deal, else now."""
        closed = (deal.closed_at for deal in lead.opportunities.all() if deal.closed_at)
        return min(closed, default=self._now)

    def _cross(self, lead: Lead, name: str, at: datetime, *, has_begun: bool) -> None:
        self._crossings.append(
            DefinitionCrossing(
                lead=lead,
                definition=name,
                has_begun=has_begun,
                at=at,
                version_id=self._published.at(at).version_id,
            )
        )

    def _judge(self, lead: Lead) -> None:
        """Sales says yes to most of those who decide, and no with a reason to many others."""
        chance = self._chance
        if lead.owner is None or chance.random() < 0.2:
            return
        at = lead.stage_since + timedelta(hours=chance.choice([1, 3, 9, 26, 60]))
        if at >= self._worked_until(lead):
            return
        decides = lead.contact.seniority in ("owner", "c_level", "director", "manager")
        accepted = chance.random() < (0.8 if decides else 0.35)
        reason = None if accepted else chance.choice(self._reasons)
        self._verdicts.append(
            Verdict(lead=lead, is_accepted=accepted, reason=reason, actor=lead.owner, at=at)
        )
        to = "sales_accepted" if accepted else "recycled"
        said = BY_SALES if accepted else f"rejected by sales: {reason.key if reason else ''}"
        self._move(lead, to, said, lead.owner, at, "")

    def _move(
        self,
        lead: Lead,
        to: str,
        reason: str,
        actor: User | None,
        at: datetime | None,
        definition: str,
    ) -> None:
        if at is None or lead.stage == to:
            return
        self._transitions.append(
            StageTransition(
                lead=lead,
                old=lead.stage,
                new=to,
                reason=reason,
                actor=actor,
                at=at,
                version_id=self._published.at(at).version_id,
                definition=definition,
            )
        )
        lead.stage, lead.stage_since = to, at

    def write(self) -> None:
        """Write the story down."""
        StageTransition.objects.bulk_create(self._transitions, batch_size=500)
        Verdict.objects.bulk_create(self._verdicts, batch_size=500)
        DefinitionState.objects.bulk_create(self._states, batch_size=500)
        DefinitionCrossing.objects.bulk_create(self._crossings, batch_size=500)
        Lead.objects.bulk_update(self._leads, ["stage", "stage_since"], batch_size=200)


def _sign(users: dict[str, User], published: Published) -> None:
    """Both sides have signed what an MQL is; sales has not signed the newest SQL yet."""
    sides = (("marketing", users[Role.MARKETING]), ("sales", users[Role.MANAGER]))
    SignOff.objects.bulk_create(
        SignOff(
            version_id=version.version_id,
            definition=definition,
            side=side,
            user=user,
            at=begun_at + timedelta(days=2),
        )
        for begun_at, version in zip(published.moments, published.versions, strict=True)
        for definition in _LEADS_INTO
        for side, user in sides
        if (version, definition, side) != (published.versions[-1], "sales_qualified", "sales")
    )
