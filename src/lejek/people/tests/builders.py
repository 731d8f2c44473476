"""A house with something in every room, so that every address of the product leads to something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lejek.connectors.models import Delivery
from lejek.connectors.services import EndpointEntry, add_endpoint, send_test
from lejek.deals.models import Opportunity
from lejek.demo.loading import load
from lejek.demo.real_leads import bundled
from lejek.desk.models import SavedView
from lejek.identity.imports import run_file
from lejek.identity.imports.files import rejects_path
from lejek.identity.imports.starting import begin_import
from lejek.identity.models import Import, Lead
from lejek.identity.tests.builders import ANNA, HEADER, JAN, csv_bytes, write_csv
from lejek.kernel import clock
from lejek.kernel.models import Event, Job
from lejek.people.models import ApiKey, Role, Team, User
from lejek.people.services import SCOPES, make_api_key
from lejek.qualification.models import RejectionReason, Stage, Verdict
from lejek.scoring.models import LeadScore, ModelVersion
from lejek.scoring.previews import request_preview
from lejek.scoring.selectors import explain_lead
from lejek.scoring.tests.builders import company
from lejek.scoring.versions import ready, save_draft

Parts = dict[str, object]
OWN, COLLEAGUES, STRANGERS, NOBODYS = "own", "colleague's", "stranger's", "nobody's"
UNKNOWN_ROLE = "visitor"


@dataclass(frozen=True, slots=True)
class House:
    """Who lives there, leads by whose they are as a salesperson sees it, and the rest."""

    people: Mapping[str, User]
    leads: Mapping[str, Lead]
    parts: Mapping[str, object]

    def examples(self, name: str, arguments: Iterable[str]) -> Iterator[tuple[str, Parts]]:
        """What to put into an address: whose lead it leads to (empty for none), and its parts."""
        for whose in self.leads if {"lead_id", "company_id"}.intersection(arguments) else [""]:
            yield whose, {each: self._part(name, each, whose) for each in arguments}

    def _part(self, name: str, argument: str, whose: str) -> object:
        for known in (f"{name} {argument}", f"{argument} {whose}", argument):
            if known in self.parts:
                return self.parts[known]
        raise KeyError(f"the house has no {argument} for {name}")

    def hand_over_to(self, user: User) -> None:
        """Let what people have for themselves be this user's."""
        SavedView.objects.update(user=user)
        ApiKey.objects.update(user=user)
        Verdict.objects.update(actor=user)


def full_house(folder: Path) -> House:
    """The demo with few leads, and beside it what the demo has none of."""
    now = clock.now()
    load(now, lambda _: None, n_leads=8)
    people = _people()
    leads = _leads(people)
    _, secret = make_api_key(name="k", scopes=SCOPES, user=people[Role.ADMINISTRATOR], now=now)
    numbers = {**_numbers(people), **_webhook(people[Role.ADMINISTRATOR])}
    parts: Parts = {"secret": secret, **numbers, **_imports(folder)}
    reason = RejectionReason.objects.order_by("position")[0]
    for whose, lead in leads.items():
        verdict = Verdict.objects.create(lead=lead, is_accepted=False, reason=reason, at=now)
        deal = Opportunity.objects.create(lead=lead, outcome="won", opened_at=now, closed_at=now)
        parts |= {
            f"lead_id {whose}": lead.pk,
            f"verdict_id {whose}": verdict.pk,
            f"deal_id {whose}": deal.pk,
            f"company_id {whose}": lead.contact.company_id,
            f"rule_id {whose}": _rule_of(lead),
        }
    return House(people, leads, parts | _model(people[Role.MARKETING]))


def _people() -> dict[str, User]:
    """Somebody of every role, and somebody of a role that nobody knows."""
    people = {role: User.objects.filter(role=role).order_by("id")[0] for role in Role.values}
    people[UNKNOWN_ROLE] = User.objects.create_user("v@lejek.example", role=UNKNOWN_ROLE, name="V")
    return people


def _leads(people: Mapping[str, User]) -> dict[str, Lead]:
    """Open leads with a score, of different people."""
    seller = people[Role.SALES]
    colleague = User.objects.filter(role=Role.SALES, team=seller.team).exclude(pk=seller.pk)[0]
    elsewhere = User.objects.create_user(
        "daleko@lejek.example",
        role=Role.SALES,
        name="Daleko",
        team=Team.objects.create(name="Daleko"),
    )
    owners = {OWN: seller, COLLEAGUES: colleague, STRANGERS: elsewhere, NOBODYS: None}
    found = dict(zip(owners, Lead.objects.filter(score__isnull=False).order_by("id"), strict=False))
    for whose, owner in owners.items():
        found[whose].owner = owner
        found[whose].stage = "marketing_qualified"
        found[whose].save(update_fields=["owner", "stage"])
        found[whose].contact.company = company(f"Firma {whose}")
        found[whose].contact.save(update_fields=["company"])
    return found


def _rule_of(lead: Lead) -> str:
    """A rule that gave the lead points."""
    dimensions = explain_lead(LeadScore.objects.get(lead=lead), "en").dimensions
    return next(line.rule_id for part in dimensions for line in part.lines)


def _numbers(people: Mapping[str, User]) -> Parts:
    """What stands in addresses under a number or a name."""
    now, user = clock.now(), people[Role.ADMINISTRATOR]
    job = Job.objects.create(
        task_path="lejek.people.jobs.nothing", status="dead", run_after=now, enqueued_at=now
    )
    event = Event.objects.create(
        name="e", content={}, happened_at=now, handled_at=None, dead_at=now
    )
    return {
        "job_id": job.pk,
        "event_id": event.pk,
        "user_id": User.objects.create_user("new@lejek.example", role=Role.SALES, name="N").pk,
        "team_id": Team.objects.create(name="Nikt").pk,
        "key_id": ApiKey.objects.latest("id").pk,
        "view_id": SavedView.objects.create(user=user, name="v").pk,
        "page": "bands",
        "demo:real_leads_of name": bundled()[0],
        **{
            f"qualification:{each}_stage key": _new_stage() for each in ("change", "move", "delete")
        },
        "key": RejectionReason.objects.order_by("position")[0].key,
    }


def _new_stage() -> str:
    stage, _is_new = Stage.objects.get_or_create(key="new", defaults={"position": 90})
    return stage.key


def _webhook(user: User) -> Parts:
    """A webhook with a message that waits."""
    entry = EndpointEntry("https://hooks.example/lejek", "CRM", ["lead.accepted"])
    endpoint = add_endpoint(entry=entry, actor=user, now=clock.now())
    waiting: Delivery = send_test(endpoint=endpoint, actor=user, now=clock.now())
    return {"endpoint_id": endpoint.pk, "delivery_id": waiting.pk}


def _imports(folder: Path) -> Parts:
    """An import that is done, with rejects, and a file that waits."""
    rows = [HEADER, ANNA, ("", "", "nobody", "", "", "", "", "")]
    done = run_file(write_csv(folder / "a.csv", rows), "leads", now=clock.now())
    assert rejects_path(Path(done.path)).is_file()
    waiting = _uploaded()
    return {
        "pk": done.pk,
        **{f"identity:import_{each} pk": waiting.pk for each in ("map", "check")},
        # Its file is gone once it was discarded, whatever becomes of the row.
        "identity:import_discard pk": _uploaded().pk,
    }


def _uploaded() -> Import:
    """A file that was checked and waits."""
    waiting = begin_import(
        chunks=[csv_bytes([HEADER, JAN])],
        file_name="b.csv",
        kind="leads",
        actor=None,
        now=clock.now(),
    )
    Import.objects.filter(pk=waiting.pk).update(status=Import.Status.CHECKED)
    return waiting


def _model(author: User) -> Parts:
    """A draft of the model, and a preview of it that waits."""
    now, version = clock.now(), ModelVersion.objects.latest("number")
    draft = save_draft(document=version.document + "\n", revision=0, actor=author, now=now)
    preview = request_preview(document=draft.document, actor=author, now=now)
    return {
        "number": version.number,
        "name": "marketing_qualified",
        "kind": "attribute",
        "rule_id": ready(version).model.rules[0].id,
        "preview_id": preview.pk,
    }
