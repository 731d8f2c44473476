"""What made-up leads did, and what became of them.

In: a lead of the demo, a seeded source of chance. Out: touchpoints, consents, what became known,
and a deal that is won or lost by the planted effects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from random import Random

from lejek.capture.models import Touchpoint
from lejek.consent.models import ConsentChange
from lejek.deals.models import Opportunity
from lejek.demo.effects import Nature
from lejek.demo.names import PRODUCTS, WHY_LOST, Product
from lejek.identity.models import AttributeChange, Lead
from lejek.kernel.ids import uuid7

_DECIDES = ("owner", "c_level", "director")
_TARGET = ("energy", "manufacturing", "logistics")
_PAGES = ("blog", "product", "pricing", "case_study", "documentation", "career")
_SHARES = (34, 24, 9, 12, 14, 7)
_LONGEST_TALKS_DAYS = 120
_SIGNALS_TAKE = timedelta(hours=80)


class Histories:
    """Makes up histories, one lead after the other, until they are written."""

    def __init__(self, now: datetime, chance: Random) -> None:
        self._now = now
        self._chance = chance
        self.touchpoints: list[Touchpoint] = []
        self._changes: list[AttributeChange] = []
        self._consents: list[ConsentChange] = []
        self._deals: list[Opportunity] = []

    def tell(self, lead: Lead) -> None:
        """What a lead did, and what became of it."""
        n_before = len(self.touchpoints)
        product = self._chance.choice(PRODUCTS)
        self._come_in(lead)
        called_at = self._call(lead)
        self._wander(lead, product)
        signalled_at = self._signal(lead, product)
        nature = nature_of(lead, self.touchpoints[n_before:])
        self._decide(lead, product, nature, max(called_at, signalled_at))

    def write(self) -> None:
        """Write down everything that was told."""
        Touchpoint.objects.bulk_create(self.touchpoints, batch_size=500)
        AttributeChange.objects.bulk_create(self._changes, batch_size=500)
        ConsentChange.objects.bulk_create(self._consents, batch_size=500)
        Opportunity.objects.bulk_create(self._deals, batch_size=500)

    def _come_in(self, lead: Lead) -> None:
        """Somebody asks to be contacted, and says who they are and what is allowed."""
        contact, at = lead.contact, lead.created_at
        self._touch(lead, "form_submitted", at, {"form.name": "contact"})
        for purpose, share in (("email", 0.85), ("phone", 0.6)):
            self._consents.append(
                ConsentChange(
                    contact=contact,
                    purpose=purpose,
                    is_given=self._chance.random() < share,
                    at=at,
                    source="form",
                    proof={"form": "contact", "text": "2025-05"},
                )
            )
        said = {"lead.seniority": contact.seniority, "lead.position": contact.position}
        self._changes.extend(
            AttributeChange(contact=contact, field=field, new=value, known_at=at, source="form")
            for field, value in said.items()
        )

    def _call(self, lead: Lead) -> datetime:
        """The first call of a salesperson, which answers the form; when it was."""
        chance = self._chance
        is_late = chance.random() < 0.4
        hours = chance.uniform(26, 144) if is_late else min(20.0, chance.lognormvariate(1, 1))
        at = lead.created_at + timedelta(hours=hours)
        self._touch(lead, "call", at)
        return at

    def _wander(self, lead: Lead, product: Product) -> None:
        """Pages and e-mails, as anybody looks at them."""
        chance, begin, span = self._chance, lead.created_at, self._span(lead)
        for _ in range(min(60, int(chance.expovariate(1 / 9)) + 1)):
            at = begin + timedelta(days=chance.random() ** 1.6 * span)
            page = chance.choices(_PAGES, _SHARES)[0]
            about = {"product.name": product.name} if page == "product" else {}
            self._touch(lead, "page_view", at, {"page.category": page, **about})
        for _ in range(int(chance.expovariate(1 / 4))):
            at = begin + timedelta(days=chance.random() * span)
            self._touch(lead, "email_open", at, is_machine=chance.random() < 0.35)
            if chance.random() < 0.3:
                self._touch(lead, "email_click", at + timedelta(minutes=3))
        if chance.random() < 0.3:
            self._touch(lead, "ebook_download", begin + timedelta(days=chance.random() * span))

    def _signal(self, lead: Lead, product: Product) -> datetime:
        """What some do who think of buying; when that is over."""
        chance = self._chance
        at = lead.created_at + timedelta(days=min(self._span(lead) * 0.6, chance.uniform(1, 35)))
        if chance.random() < 0.22:
            self._touch(lead, "webinar_attended", at)
        if chance.random() < 0.14:
            for hours in (0, 20, 45, 70):
                moment = at + timedelta(hours=hours)
                self._touch(lead, "page_view", moment, {"page.category": "pricing"})
        if chance.random() < 0.16:
            self._touch(lead, "demo_request", at + _SIGNALS_TAKE, {"product.name": product.name})
        return at + _SIGNALS_TAKE

    def _span(self, lead: Lead) -> float:
        """Days over which a lead's interest is spread."""
        return max(1.0, min(150.0, (self._now - lead.created_at) / timedelta(days=1)))

    def _touch(
        self,
        lead: Lead,
        type_: str,
        at: datetime,
        properties: Mapping[str, str] | None = None,
        *,
        is_machine: bool = False,
    ) -> None:
        if at >= self._now:
            return
        self.touchpoints.append(
            Touchpoint(
                id=uuid7(at),
                type=type_,
                occurred_at=at,
                received_at=at + timedelta(seconds=2),
                properties=dict(properties or {}),
                source="demo",
                identity={"email": lead.contact.email},
                is_machine=is_machine,
                contact_id=lead.contact.pk,
            )
        )

    def _decide(self, lead: Lead, product: Product, nature: Nature, since: datetime) -> None:
        """Talks begin when everything that decides has happened, and end in a deal or in none."""
        chance = self._chance
        days = min(_LONGEST_TALKS_DAYS, chance.lognormvariate(3.3, 0.5))
        closes_at = since + timedelta(days=days)
        is_won = chance.random() < nature.chance()
        is_worked = is_won or chance.random() < 0.45
        if not is_worked or closes_at >= self._now:
            return
        self._deals.append(
            Opportunity(
                lead=lead,
                name=product.name,
                amount=chance.randrange(product.from_pln, product.to_pln, 500) * 100,
                outcome="won" if is_won else "lost",
                opened_at=since,
                closed_at=closes_at,
                reason="" if is_won else WHY_LOST[len(self._deals) % len(WHY_LOST)],
            )
        )


def nature_of(lead: Lead, touchpoints: Iterable[Touchpoint]) -> Nature:
    """What decides about a lead, read from its record and from what it did."""
    contact, company = lead.contact, lead.contact.company
    if company is None:
        raise TypeError("a made-up contact has a company")
    moments: dict[str, list[datetime]] = defaultdict(list)
    for each in touchpoints:
        moments[each.properties.get("page.category", each.type)].append(each.occurred_at)
    called_at = min(moments["call"], default=lead.created_at)
    return Nature(
        decides=contact.seniority in _DECIDES,
        in_target_industry=company.industry in _TARGET,
        is_large=(company.employees or 0) >= 250,
        asked_for_demo=bool(moments["demo_request"]),
        burst_of_prices=_is_burst(moments["pricing"]),
        attended_webinar=bool(moments["webinar_attended"]),
        has_free_mail=contact.email_kind == "free",
        was_touched_late=called_at - lead.created_at > timedelta(days=1),
    )


def _is_burst(moments: Iterable[datetime]) -> bool:
    """Whether three moments lie within seven days."""
    ordered = sorted(moments)
    return any(
        last - first <= timedelta(days=7) for first, last in zip(ordered, ordered[2:], strict=False)
    )
