"""What a draft would change, on a case small enough to count by hand."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from lejek import wiring
from lejek.deals.models import Opportunity
from lejek.identity.models import AttributeChange, Contact, Lead
from lejek.kernel.events import hand_on
from lejek.kernel.models import Job
from lejek.people.models import Role, Team, User
from lejek.qualification.models import (
    DefinitionCrossing,
    DefinitionState,
    Stage,
    StageTransition,
)
from lejek.scoring.jobs import make_preview
from lejek.scoring.models import PreviewRun
from lejek.scoring.preview_page import Figure, _auc, _lift, preview_page
from lejek.scoring.previews import request_preview
from lejek.scoring.runs import score_all
from lejek.scoring.tests.builders import (
    MODEL,
    NOW,
    lead,
    published,
    stages,
    touchpoint,
    user,
)
from lejek.scoring.versions import save_draft

pytestmark = pytest.mark.django_db(transaction=True)

STRICTER = MODEL.replace("points: 40, when: {lead.seniority", "points: 20, when: {lead.seniority")
"""Directors get 20 points instead of 40: fit falls from warm to cold, and nobody is an MQL."""

NOT_KEPT = STRICTER.replace("    keep_while: {score.engagement: {ge: 30}}\n", "")
"""The same, and nobody stays an MQL without meeting all that it asks for."""


@pytest.fixture(autouse=True)
def _stages(db: None) -> None:
    stages()


def worked_out() -> None:
    """Do what the worker would do next."""
    for job in Job.objects.filter(task_path="lejek.scoring.jobs.make_preview"):
        make_preview(**job.arguments, now=NOW)


def _result(document: str = STRICTER) -> dict[str, object]:
    asked = request_preview(document=document, actor=None, now=NOW)
    worked_out()
    asked.refresh_from_db()
    assert asked.status == PreviewRun.Status.DONE, asked.message
    return asked.result


def _qualified(document: str = STRICTER) -> list[dict[str, Any]]:
    """The definitions that lead into a stage, through the weeks."""
    found = _result(document)["qualified"]
    assert isinstance(found, list)
    return found


def _weeks(document: str = STRICTER) -> list[dict[str, Any]]:
    """The weeks of the definition that leads into the stage of MQLs."""
    weeks: list[dict[str, Any]] = _qualified(document)[0]["weeks"]
    return weeks


def _move(one: Lead, to: str, at: datetime) -> None:
    """Let a lead be in another stage."""
    StageTransition.objects.create(lead=one, old=one.stage, new=to, reason="", at=at)
    Lead.objects.filter(pk=one.pk).update(stage=to)


def _crossed(one: Lead, at: datetime, *, has_begun: bool = True) -> None:
    """It is on record that a lead began, or ceased, to be an MQL."""
    DefinitionCrossing.objects.create(
        lead=one, definition="marketing_qualified", has_begun=has_begun, at=at
    )


def _everybody_scored(now: datetime) -> None:
    """The nightly run, and what the other rooms make of it."""
    score_all(reason="nightly", now=now)
    while hand_on(wiring.handlers(), now=now):
        pass


def test_counts_of_today() -> None:
    published()
    director = lead(seniority="director", first_name="Ewa")
    lead(seniority="director", first_name="Jan")
    lead(first_name="Ola")
    touchpoint(director, "demo_request", NOW)
    _crossed(director, NOW)
    found = _result(NOT_KEPT)
    assert (found["n_leads"], found["n_changed"]) == (3, 2)
    fit = next(part for part in found["bands"] if part["dimension"] == "fit")  # type: ignore[attr-defined]
    assert fit["before"] == ["cold", "warm", "hot"]
    assert fit["counts"] == [[1, 0, 0], [2, 0, 0], [0, 0, 0]]
    definitions = found["definitions"]
    assert isinstance(definitions, list)
    (mql,) = definitions
    assert (mql["before"], mql["after"], mql["left"]) == (1, 0, 1)
    named = {row["lead_id"]: row for row in found["leads"]}  # type: ignore[attr-defined]
    assert named[director.pk]["before"]["overall"] == 40_000 + 2 * 45_000
    assert named[director.pk]["after"]["overall"] == 20_000 + 2 * 45_000
    assert named[director.pk]["before"]["definitions"] == ["marketing_qualified"]
    assert named[director.pk]["after"]["definitions"] == []
    assert found["touched"]["after"]["director"] == 2  # type: ignore[index]


def _with_demo(*days_before: int, of: str = "director") -> Lead:
    """Somebody who asked for a demo so many days before now, 45 points each that halve in 30."""
    made = lead(seniority=of, first_name=f"Osoba {Lead.objects.count()}")
    for days in days_before:
        touchpoint(made, "demo_request", NOW - timedelta(days=days))
    return made


def test_what_a_preview_says_of_a_definition_is_what_its_publication_makes_true() -> None:
    published()
    # At 40 points one becomes an MQL and at 30 one stays. Twelve days ago: 45, 42, 40.1, 90; 35.7
    # and who is no director never were. Today: 34.1, 31.8, 30.4, 68.2; 27.
    kept, loses, loses_too, meets = (_with_demo(*each) for each in ([12], [15], [17], [12, 12]))
    never, student = _with_demo(22), _with_demo(12, 12, of="student")
    _everybody_scored(NOW - timedelta(days=12))
    _everybody_scored(NOW)
    begins = _with_demo(1, 1)
    document = MODEL.replace("engagement: {ge: 40}", "engagement: {ge: 55}").replace(
        "keep_while: {score.engagement: {ge: 30}}", "keep_while: {score.engagement: {ge: 32}}"
    )
    found: Any = _result(document)
    (said,) = found["definitions"]
    assert (said["before"], said["after"]) == (4, 3)
    assert (said["entered"], said["left"], said["stayed"]) == (1, 2, 2)
    assert _mqls() == _named_mqls(found, "before") == {kept.pk, loses.pk, loses_too.pk, meets.pk}
    published(document)
    _everybody_scored(NOW)
    assert _mqls() == _named_mqls(found, "after") == {kept.pk, meets.pk, begins.pk}
    assert {row["lead_id"] for row in found["leads"]} >= {loses.pk, loses_too.pk, begins.pk}
    assert not _mqls() & {never.pk, student.pk}


def _mqls() -> set[int]:
    states = DefinitionState.objects.filter(definition="marketing_qualified", is_met=True)
    return set(states.values_list("lead_id", flat=True))


def _named_mqls(found: dict[str, Any], side: str) -> set[int]:
    """The MQLs among the leads that a preview names, and those whom it says nothing new of."""
    named = {row["lead_id"]: row[side]["definitions"] for row in found["leads"]}
    return {lead_id for lead_id in _mqls() if lead_id not in named} | {
        lead_id for lead_id, met in named.items() if "marketing_qualified" in met
    }


def test_who_is_kept_from_week_to_week_is_new_once() -> None:
    published()
    # Sundays: 41 points on 31 May, 34.9 on 7 June, which is kept, 70.7 on 14 June.
    _with_demo(21, 7)
    document = MODEL.replace("    keep_while: {score.engagement: {ge: 30}}\n", "")
    (part, _) = _qualified(document)
    sides = [[week[side] for week in part["weeks"][-3:]] for side in ("before", "after")]
    assert sides[0] == [{"met": 1, "new": 1}, {"met": 1, "new": 0}, {"met": 1, "new": 0}]
    assert sides[1] == [{"met": 1, "new": 1}, {"met": 0, "new": 0}, {"met": 1, "new": 1}]
    (row,) = part["owners"]
    assert (row["before"][-3:], row["after"][-3:]) == ([1, 0, 0], [1, 0, 1])


def test_the_weeks_begin_with_who_was_recorded_to_be_kept() -> None:
    published()
    # Asked on 13 March: 36.6 points on Sunday 22 March, before the first week; 31.1 a week later.
    asked = 96
    began = NOW - timedelta(days=asked - 1)
    still, no_longer, _ = (_with_demo(asked) for _ in range(3))
    _crossed(still, began)
    _crossed(no_longer, began)
    _crossed(no_longer, began + timedelta(days=5), has_begun=False)
    weeks = _weeks()
    assert [week["before"] for week in weeks[:2]] == [{"met": 1, "new": 0}, {"met": 0, "new": 0}]


def test_new_mqls_by_week_are_scored_as_of_then() -> None:
    published()
    one = lead(seniority="director", first_name="Ewa")
    # Wednesday 27 May 2026: the demo makes an MQL of the week until Sunday 31 May.
    touchpoint(one, "demo_request", NOW - timedelta(days=21))
    late = lead(seniority="director", first_name="Jan", created_at=NOW - timedelta(days=8))
    touchpoint(late, "demo_request", NOW - timedelta(days=21))
    weeks = _weeks()
    assert len(weeks) == 12
    assert [week["before"]["new"] for week in weeks[-4:]] == [0, 1, 0, 0]
    # After 11 days 45 points have cooled to 34.9, at which it is kept, and after 18 to 29.7.
    assert [week["before"]["met"] for week in weeks[-4:]] == [0, 1, 1, 0]
    assert all(week["after"]["met"] == 0 for week in weeks)


def test_what_was_not_known_then_does_not_count_then() -> None:
    published()
    one = lead(seniority="director", first_name="Ewa")
    touchpoint(one, "demo_request", NOW - timedelta(days=21))
    AttributeChange.objects.create(
        contact=Contact.objects.get(pk=one.contact_id),
        field="lead.seniority",
        old=None,
        new="director",
        known_at=NOW - timedelta(days=2),
        source="a person",
    )
    assert [week["before"]["met"] for week in _weeks()] == [0] * 12


def test_new_mqls_are_told_by_salesperson_and_week() -> None:
    published()
    sellers = [user(Role.SALES, f"{name}@example.pl") for name in ("ewa", "jan")]
    for number, seller in enumerate([sellers[0], sellers[0], sellers[1], None]):
        one = lead(seniority="director", owner=seller, first_name=f"Osoba {number}")
        touchpoint(one, "demo_request", NOW - timedelta(days=21))
    (part,) = [each for each in _qualified() if each["name"] == "marketing_qualified"]
    new = {row["owner_id"]: row["before"] for row in part["owners"]}
    assert set(new) == {sellers[0].pk, sellers[1].pk, None}
    # Wednesday 27 May 2026 is in the week that ends on Sunday 31 May, the third from the end.
    assert [sum(row) for row in new.values()] == [row[-3] for row in new.values()]
    assert new[sellers[0].pk] == [0] * 9 + [2, 0, 0]
    assert all(row["after"] == [0] * 12 for row in part["owners"])


def test_a_customer_is_no_mql_from_the_day_of_the_deal() -> None:
    published()
    people = [lead(seniority="director", first_name=f"Osoba {number}") for number in range(2)]
    for one in people:
        touchpoint(one, "demo_request", NOW - timedelta(days=21))
        touchpoint(one, "demo_request", NOW - timedelta(days=1))
    _move(people[0], "customer", NOW - timedelta(days=14))
    for one in people:
        _crossed(one, NOW - timedelta(days=1))
    found = _result()
    assert found["n_leads"] == 1
    qualified = found["qualified"]
    assert isinstance(qualified, list)
    assert [week["before"]["met"] for week in qualified[0]["weeks"][-3:]] == [2, 1, 0]
    assert found["definitions"][0]["before"] == 1  # type: ignore[index]


def test_the_stage_is_the_one_of_then() -> None:
    document = MODEL.replace(
        "when: {lead.seniority: {in: [owner, director]}}", "when: {stage: {eq: sales_accepted}}"
    ).replace("keep_while: {score.engagement: {ge: 30}}", "keep_while: {score.fit: {ge: 30}}")
    published(document)
    one = lead(first_name="Ewa")
    for days in (21, 14):
        touchpoint(one, "demo_request", NOW - timedelta(days=days))
    # Accepted on 28 May, sent back on 8 June: so only two Sundays saw it accepted.
    _move(one, "sales_accepted", NOW - timedelta(days=20))
    one.refresh_from_db()
    _move(one, "recycled", NOW - timedelta(days=9))
    weeks = _weeks(document + "# the same\n")
    assert [week["after"]["met"] for week in weeks[-4:]] == [0, 1, 1, 0]


def test_the_definitions_are_those_that_lead_into_stages() -> None:
    document = MODEL.replace("  marketing_qualified:", "  ready_for_us:")
    Stage.objects.filter(definition="marketing_qualified").update(definition="ready_for_us")
    published(document)
    touchpoint(lead(seniority="director"), "demo_request", NOW - timedelta(days=21))
    qualified = _qualified(document + "# the same\n")
    assert [part["name"] for part in qualified] == ["ready_for_us", "sales_qualified"]
    assert [week["after"]["new"] for week in qualified[0]["weeks"][-4:]] == [0, 1, 0, 0]
    # No model has this one, so there is nothing to count, which is not zero.
    assert all(week["before"] is week["after"] is None for week in qualified[1]["weeks"])


def test_a_definition_that_the_draft_drops_has_no_zeros() -> None:
    published()
    touchpoint(lead(seniority="director"), "demo_request", NOW - timedelta(days=21))
    (part, _) = _qualified(MODEL.replace("  marketing_qualified:", "  other:"))
    assert part["weeks"][-3] == {**part["weeks"][-3], "before": {"met": 1, "new": 1}, "after": None}
    assert part["owners"] == [{"owner_id": None, "before": [0] * 9 + [1, 0, 0], "after": None}]


def _page(client: Client) -> str:
    """The page of a preview that is done, in English."""
    client.cookies["django_language"] = "en"
    request_preview(document=STRICTER, actor=None, now=NOW)
    worked_out()
    return client.get(reverse("scoring:preview")).content.decode()


def test_where_no_definition_leads_into_a_stage_the_page_says_so(client: Client) -> None:
    published()
    Stage.objects.update(definition="")
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    client.force_login(user(Role.MARKETING))
    page = _page(client)
    assert "No definition leads into a stage" in page
    assert "new leads by week" not in page


def test_a_manager_sees_the_load_of_the_team_and_the_others_as_one(client: Client) -> None:
    published()
    team = Team.objects.create(name="Północ")
    names = ("Ewa Nasza", "Jan Obcy", "Ola Obca")
    for name in names:
        seller = user(Role.SALES, f"{name.split()[0]}@example.pl".lower())
        User.objects.filter(pk=seller.pk).update(name=name, team=team if "Ewa" in name else None)
        one = lead(seniority="director", owner=seller, first_name=f"Lead {name}")
        touchpoint(one, "demo_request", NOW - timedelta(days=21))
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    manager = user(Role.MANAGER)
    User.objects.filter(pk=manager.pk).update(team=team)
    client.force_login(manager)
    page = _page(client)
    assert "Ewa Nasza" in page
    assert "Obc" not in page
    assert "salespeople of other teams" in page
    client.force_login(user(Role.AUDITOR))
    assert all(name in _page(client) for name in names)


def test_who_sees_only_the_own_leads_sees_no_preview(client: Client) -> None:
    published()
    client.force_login(user(Role.SALES))
    assert client.get(reverse("scoring:preview")).status_code == 403
    for name in ("model", "editor"):
        page = client.get(reverse(f"scoring:{name}")).content.decode()
        assert reverse("scoring:preview") not in page


def test_a_preview_whose_process_died_can_be_asked_for_again(client: Client) -> None:
    published()
    client.force_login(user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    dead = request_preview(document=STRICTER, actor=None, now=NOW)
    PreviewRun.objects.update(status=PreviewRun.Status.RUNNING)
    almost = NOW + timedelta(minutes=59)
    assert request_preview(document=STRICTER, actor=None, now=almost) == dead
    with time_machine.travel(NOW + timedelta(hours=1, minutes=1), tick=False):
        page = client.get(reverse("scoring:preview")).content.decode()
        assert "The preview failed" in page
        assert "Work it out again" in page
        assert "every 2s" not in page
        client.post(reverse("scoring:preview"))
    dead.refresh_from_db()
    assert dead.status == PreviewRun.Status.FAILED
    assert PreviewRun.objects.filter(status=PreviewRun.Status.WAITING).count() == 1


def _recorded_outcomes() -> None:
    """Forty leads of whom thirty were won, all twenty directors among them."""
    for number in range(40):
        one = lead(
            seniority="director" if number % 2 else "",
            first_name=f"Osoba {number}",
            created_at=NOW - timedelta(days=300),
            closed_at=NOW - timedelta(days=240),
        )
        outcome = "won" if number % 4 else "lost"
        Opportunity.objects.create(
            lead=one,
            outcome=outcome,
            opened_at=NOW - timedelta(days=290),
            closed_at=NOW - timedelta(days=240),
        )


def test_both_models_are_held_against_recorded_outcomes() -> None:
    published()
    _recorded_outcomes()
    back = _result()["backtest"]
    assert isinstance(back, dict)
    assert (back["before"]["leads"], back["before"]["conversions"]) == (40, 30)
    fit = {row["name"]: row for row in back["before"]["dimensions"][0]["bands"]}
    assert (fit["warm"]["leads"], fit["warm"]["conversions"]) == (20, 20)
    assert (fit["cold"]["leads"], fit["cold"]["conversions"]) == (20, 10)
    after = {row["name"]: row for row in back["after"]["dimensions"][0]["bands"]}
    assert (after["cold"]["leads"], after["cold"]["conversions"]) == (40, 30)


def test_how_well_an_order_fits_is_told_with_its_interval_and_whether_it_shows_anything() -> None:
    published()
    _recorded_outcomes()
    asked = request_preview(document=STRICTER, actor=None, now=NOW)
    worked_out()
    asked.refresh_from_db()
    back = preview_page(asked, user(Role.MARKETING), "pl").backtest
    assert back is not None
    rows = {row.label: row for row in back.rankings}
    # Of 30 x 10 pairs: 20 directors above all 10, and 10 others level with them, which is half.
    fit, nobody_did_anything = rows["Dopasowanie"], rows["Zaangażowanie"]
    assert fit.auc_before is not None
    assert (fit.auc_before.value, fit.auc_before.has_signal) == ("0,83", True)
    assert re.fullmatch(r"0,\d\d–0,\d\d", fit.auc_before.interval)
    assert nobody_did_anything.auc_before is not None
    assert nobody_did_anything.auc_before.value == "0,50"
    assert not nobody_did_anything.auc_before.has_signal
    assert nobody_did_anything.lift_before is not None
    assert not nobody_did_anything.lift_before.has_signal


def test_a_figure_of_an_older_preview_has_no_interval() -> None:
    assert _lift({"lift": 1.5}, "pl") == Figure("1,50", "", has_signal=True)
    assert _auc({"auc": None}, "pl") is None


def test_without_outcomes_the_look_back_says_so(client: Client) -> None:
    published()
    lead()
    client.force_login(user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    assert client.post(reverse("scoring:preview")).status_code == 302
    worked_out()
    page = client.get(reverse("scoring:preview")).content.decode()
    assert "No won or lost deal is recorded yet" in page
    assert "Leads that move most" in page


def test_a_preview_belongs_to_the_draft_that_it_was_made_for(client: Client) -> None:
    published()
    lead(seniority="director")
    client.force_login(user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    client.post(reverse("scoring:preview"))
    save_draft(document=STRICTER + "# more\n", revision=1, actor=None, now=NOW)
    page = client.get(reverse("scoring:preview")).content.decode()
    assert "Leads that move most" not in page
    assert "Work out the preview" in page


def test_a_failed_preview_says_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    published()
    monkeypatch.setattr("lejek.scoring.previews.run", _broken)
    asked = request_preview(document=STRICTER, actor=None, now=NOW)
    worked_out()
    asked.refresh_from_db()
    assert asked.status == PreviewRun.Status.FAILED
    assert "no memory" in asked.message


def _broken(*_: object) -> dict[str, object]:
    raise MemoryError("no memory")


def test_a_preview_is_a_job_with_progress(client: Client) -> None:
    published()
    lead()
    client.force_login(user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    save_draft(document=STRICTER, revision=0, actor=None, now=NOW)
    client.post(reverse("scoring:preview"))
    client.post(reverse("scoring:preview"))
    (asked,) = PreviewRun.objects.all()
    waiting = client.get(reverse("scoring:preview"), headers={"HX-Request": "true"})
    assert b"every 2s" in waiting.content
    (job,) = Job.objects.filter(task_path="lejek.scoring.jobs.make_preview")
    make_preview(**job.arguments, now=NOW)
    asked.refresh_from_db()
    assert (asked.status, asked.n_done) == (PreviewRun.Status.DONE, asked.n_steps)
    assert b"Leads that move most" in client.get(reverse("scoring:preview")).content
