"""Scoring models: draft, preview, publication, rollback."""

from __future__ import annotations

import pytest

from lejek.api.tests.builders import Program, error_of
from lejek.identity.models import Lead
from lejek.people.models import AuditEntry
from lejek.scoring.jobs import make_preview
from lejek.scoring.models import Activation, ModelDraft, ModelVersion
from lejek.scoring.tests.builders import MODEL, NOW, published

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


@pytest.mark.django_db(transaction=True)
def test_a_preview_is_worked_out_by_a_job(leads: list[Lead]) -> None:
    program = Program()
    assert error_of(program.post("/models/draft/preview"))["code"] == "no_draft"
    program.put("/models/draft", {"document": OTHER, "revision": 0})
    asked = program.post("/models/draft/preview", key="k")
    assert (asked.status_code, asked.json()["status"]) == (202, "waiting")
    assert asked.json()["bands"] is None
    make_preview(preview_id=asked.json()["id"], now=NOW)
    preview = program.get(f"/models/previews/{asked.json()['id']}").json()
    assert (preview["status"], preview["n_leads"], preview["compared_with"]) == ("done", 6, 1)
    assert preview["n_changed"] == 6
    assert {each["dimension"]: each["changed"] for each in preview["bands"]} == {
        "fit": 6,
        "engagement": 0,
    }
    assert [each["name"] for each in preview["definitions"]] == ["marketing_qualified"]
    assert program.post("/models/draft/preview", key="k").json() == asked.json()
