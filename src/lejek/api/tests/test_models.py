"""Scoring models: draft, preview, publication, rollback."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from lejek.api import versions as api_versions
from lejek.api.tests.builders import Program, error_of, secret
from lejek.deals.models import Opportunity
from lejek.identity.models import Lead
from lejek.people.models import AuditEntry, Role
from lejek.scoring.jobs import make_preview
from lejek.scoring.models import Activation, ModelDraft, ModelVersion, PreviewRun
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

NEWER = MODEL.replace("points: 40", "points: 30")
OTHER = MODEL.replace("points: 40", "points: 20")


@pytest.mark.django_db
def test_before_the_first_publication_there_is_nothing_to_read(program: Program) -> None:
    assert program.get("/models").json() == {"models": [], "next": None}
    for path in ("/models/active", "/models/draft", "/models/1", "/models/previews/1"):
        assert program.get(path).status_code == 404


@pytest.mark.django_db
def test_reading_the_draft_makes_none(program: Program) -> None:
    published()
    draft = program.get("/models/draft").json()
    assert (draft["document"], draft["revision"], draft["based_on"]) == (MODEL, 0, 1)
    assert not ModelDraft.objects.exists()


@pytest.mark.django_db
def test_a_draft_is_saved_published_and_rolled_back(program: Program) -> None:
    published()
    saved = program.put("/models/draft", {"document": OTHER, "revision": 0}).json()
    assert (saved["revision"], saved["document"]) == (1, OTHER)
    assert {each["severity"] for each in saved["problems"]} <= {"warning"}
    version = program.post("/models/draft/publish", {"revision": 1, "note": "less for titles"})
    assert (version.status_code, version.json()["number"]) == (201, 2)
    assert program.get("/models/active").json()["document"] == OTHER
    assert not ModelDraft.objects.exists()

    back = program.post("/models/1/activate", {"note": "too cold"})
    assert (back.status_code, back.json()["is_active"]) == (200, True)
    listed = program.get("/models").json()["models"]
    assert [(each["number"], each["is_active"]) for each in listed] == [(2, False), (1, True)]
    assert program.post("/models/1/activate", {}).status_code == 200
    assert Activation.objects.count() == 3
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"published_model", "rolled_back_model"} <= actions


@pytest.mark.django_db
def test_a_draft_with_errors_is_saved_with_its_problems_and_not_published(program: Program) -> None:
    published()
    broken = MODEL.replace("dimension: fit, points: 40", "dimension: fitt, points: x")
    saved = program.put("/models/draft", {"document": broken, "revision": 0})
    assert saved.status_code == 200
    errors = [each for each in saved.json()["problems"] if each["severity"] == "error"]
    assert {each["path"] for each in errors} >= {"rules[0].dimension", "rules[0].points"}
    assert all(each["line"] for each in errors)
    for path, body in (("publish", {"revision": 1}), ("preview", None)):
        response = program.post(f"/models/draft/{path}", body)
        assert response.status_code == 422
        assert len(error_of(response)["problems"]) == len(errors)
        assert error_of(response)["problems"][0]["path"].startswith("document:rules[0]")
    assert ModelVersion.objects.count() == 1


@pytest.mark.django_db
def test_who_worked_on_an_older_draft_overwrites_nothing(program: Program) -> None:
    published()
    assert program.put("/models/draft", {"document": OTHER, "revision": 7}).status_code == 409
    program.put("/models/draft", {"document": OTHER, "revision": 0})
    for response in (
        program.put("/models/draft", {"document": MODEL, "revision": 0}),
        program.post("/models/draft/publish", {"revision": 2}),
    ):
        assert (response.status_code, error_of(response)["code"]) == (409, "draft_has_moved")
    assert ModelDraft.objects.get().document == OTHER


@pytest.mark.django_db
def test_a_draft_that_is_saved_while_it_is_being_published_is_not_published(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    published()
    program.put("/models/draft", {"document": OTHER, "revision": 0})
    look = api_versions._existing_draft

    def look_while_somebody_saves() -> ModelDraft:
        seen = look()
        save_draft(document=NEWER, revision=1, actor=None, now=NOW)
        return seen

    monkeypatch.setattr(api_versions, "_existing_draft", look_while_somebody_saves)
    refused = program.post("/models/draft/publish", {"revision": 1})
    assert (refused.status_code, error_of(refused)["code"]) == (409, "draft_has_moved")
    # The other save took part in the transaction of the request, so it is taken back with it.
    assert ModelVersion.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_preview_is_worked_out_by_a_job(leads: list[Lead]) -> None:
    program = Program()
    stages()
    seller = user(Role.SALES)
    Lead.objects.filter(pk=leads[1].pk).update(owner=seller)
    touchpoint(leads[1], "demo_request", NOW - timedelta(days=21))
    won = NOW - timedelta(days=240)
    old = lead(created_at=NOW - timedelta(days=300), closed_at=won)
    Opportunity.objects.create(lead=old, outcome="won", opened_at=old.created_at, closed_at=won)
    assert error_of(program.post("/models/draft/preview"))["code"] == "no_draft"
    program.put("/models/draft", {"document": OTHER, "revision": 0})
    with time_machine.travel(NOW, tick=False):
        asked = program.post("/models/draft/preview", key="k")
    assert (asked.status_code, asked.json()["status"]) == (202, "waiting")
    assert asked.json()["bands"] is None
    make_preview(preview_id=asked.json()["id"], now=NOW)
    path = f"/models/previews/{asked.json()['id']}"
    preview = program.get(path).json()
    assert (preview["status"], preview["n_leads"], preview["compared_with"]) == ("done", 6, 1)
    assert preview["n_changed"] == 6
    assert {each["dimension"]: each["changed"] for each in preview["bands"]} == {
        "fit": 6,
        "engagement": 0,
    }
    assert [each["name"] for each in preview["definitions"]] == ["marketing_qualified"]
    assert len(preview["leads"]) == 6
    assert {"id": leads[0].pk, "name": "Anna Kowalska", "company": "Energia SA"}.items() <= next(
        each for each in preview["leads"] if each["id"] == leads[0].pk
    ).items()
    (mql, _) = preview["qualified"]
    assert (mql["definition"], len(mql["weeks"])) == ("marketing_qualified", 12)
    assert mql["weeks"][-1]["until"] == "2026-06-14"
    # Two weeks before the end, one of them asked for a demo.
    assert [week["before"]["new"] for week in mql["weeks"][-3:]] == [1, 0, 0]
    assert mql["salespeople"] == [
        {
            "person": {"id": seller.pk, "name": seller.name},
            "is_others": False,
            "before": [0] * 9 + [1, 0, 0],
            # A large company: 20 points and 15.5 are enough for the draft too.
            "after": [0] * 9 + [1, 0, 0],
        }
    ]
    back = preview["backtest"]
    assert (back["before"]["leads"], back["before"]["conversions"]) == (7, 1)
    assert back["after"]["rankings"][0]["auc"] is None
    with time_machine.travel(NOW, tick=False):
        assert program.post("/models/draft/preview", key="k").json() == asked.json()


@pytest.mark.django_db
def test_who_sees_only_the_own_leads_reads_no_preview(program: Program) -> None:
    published()
    program.put("/models/draft", {"document": OTHER, "revision": 0})
    asked = program.post("/models/draft/preview").json()
    seller = Program(secret(user(Role.SALES)))
    assert program.get(f"/models/previews/{asked['id']}").status_code == 200
    assert seller.get(f"/models/previews/{asked['id']}").status_code == 403


@pytest.mark.django_db
def test_a_preview_whose_process_died_is_said_to_have_failed(program: Program) -> None:
    published()
    program.put("/models/draft", {"document": OTHER, "revision": 0})
    asked = program.post("/models/draft/preview").json()
    PreviewRun.objects.update(status=PreviewRun.Status.RUNNING, as_of=NOW)
    assert program.get(f"/models/previews/{asked['id']}").status_code == 503
    assert program.post("/models/draft/preview").json()["id"] != asked["id"]
