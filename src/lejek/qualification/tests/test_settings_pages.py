"""Settings of stages and reasons."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps

from lejek.people.models import AuditEntry, Role
from lejek.qualification.configuration import free_key
from lejek.qualification.models import RejectionReason, Stage, StageTransition
from lejek.qualification.tests import builders

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db
ENTRY = {"label_pl": "Demo umówione", "label_en": "Demo booked", "is_working": "on"}


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def keys() -> list[str]:
    return list(Stage.objects.order_by("position", "id").values_list("key", flat=True))


def test_a_stage_is_added_last_led_into_by_a_definition_and_audited() -> None:
    builders.published(NOW)
    client = builders.client(builders.user())
    answer = client.post("/settings/stages/new/", {**ENTRY, "definition": "bant_confirmed"})
    assert answer.status_code == 302
    stage = Stage.objects.get(key="demo_booked")
    assert keys()[-1] == "demo_booked"
    assert (stage.definition, stage.is_working, stage.is_won) == ("bant_confirmed", True, False)
    assert actions()[-1] == "added_stage"


def test_a_definition_that_is_not_in_the_model_is_refused() -> None:
    builders.published(NOW)
    client = builders.client(builders.user())
    answer = client.post("/settings/stages/new/", {**ENTRY, "definition": "invented"})
    assert answer.status_code == 200
    assert not Stage.objects.filter(key="demo_booked").exists()


def test_a_stage_is_not_both_worked_on_and_won() -> None:
    client = builders.client(builders.user())
    answer = client.post("/settings/stages/new/", {**ENTRY, "is_won": "on"})
    assert "either worked on or won" in answer.content.decode()


def test_a_renamed_stage_keeps_its_key_and_saving_it_again_is_not_audited() -> None:
    builders.published(NOW)
    client = builders.client(builders.user())
    entry = {
        "label_pl": "MQL (marketing)",
        "label_en": "MQL",
        "definition": "marketing_qualified",
        "is_working": "on",
    }
    for _ in range(2):
        client.post("/settings/stages/marketing_qualified/", entry)
    assert Stage.objects.get(key="marketing_qualified").label_pl == "MQL (marketing)"
    assert actions().count("changed_stage") == 1
    details = AuditEntry.objects.get(action="changed_stage").details
    assert details == {"label_pl": ["MQL", "MQL (marketing)"]}


def test_a_stage_that_lost_its_definition_says_so_and_may_keep_it() -> None:
    Stage.objects.filter(key="opportunity").update(definition="forgotten")
    builders.published(NOW)
    client = builders.client(builders.user())
    page = client.get("/settings/stages/").content.decode()
    assert "forgotten: not in the active model, nothing leads here" in page
    form = client.get("/settings/stages/opportunity/").content.decode()
    assert "forgotten (not in the active model)" in form


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("lead", "new leads or verdicts of sales go to it"),
        ("opportunity", "1 lead is in it"),
        ("sales_qualified", "leads went through it"),
    ],
)
def test_a_stage_in_use_stays_and_the_page_says_why(key: str, why: str) -> None:
    found = builders.lead(NOW, stage="opportunity")
    StageTransition.objects.create(
        lead=found, old="lead", new="sales_qualified", reason="x", at=NOW
    )
    client = builders.client(builders.user())
    answer = client.post(f"/settings/stages/{key}/delete/", follow=True)
    assert why in answer.content.decode()
    assert key in keys()


def test_an_unused_stage_is_deleted_and_audited() -> None:
    client = builders.client(builders.user())
    client.post("/settings/stages/opportunity/delete/")
    assert "opportunity" not in keys()
    assert actions() == ["deleted_stage"]


def test_stages_change_places_and_the_ends_stay() -> None:
    client = builders.client(builders.user())
    before = keys()
    client.post(f"/settings/stages/{before[1]}/move/", {"to": "up"})
    assert keys()[:2] == [before[1], before[0]]
    client.post(f"/settings/stages/{before[1]}/move/", {"to": "up"})
    client.post(f"/settings/stages/{before[1]}/move/", {"to": "sideways"})
    assert keys()[:2] == [before[1], before[0]]
    assert actions() == ["moved_stage"]


def test_a_reason_is_added_renamed_taken_out_of_the_offer_and_moved() -> None:
    client = builders.client(builders.user())
    entry = {"label_pl": "Wypadek", "label_en": "Accident", "is_active": "on"}
    client.post("/settings/reasons/new/", entry)
    client.post("/settings/reasons/accident/", {"label_pl": "Pech", "label_en": "Accident"})
    reason = RejectionReason.objects.get(key="accident")
    assert (reason.label_pl, reason.is_active) == ("Pech", False)
    client.post("/settings/reasons/accident/move/", {"to": "up"})
    order = list(RejectionReason.objects.order_by("position").values_list("key", flat=True))
    assert order[-2] == "accident"
    assert actions() == ["added_reason", "changed_reason", "moved_reason"]


@pytest.mark.parametrize("role", [Role.SALES, Role.MANAGER, Role.AUDITOR])
def test_who_may_not_configure_is_refused(role: str) -> None:
    client = builders.client(builders.user(role))
    assert client.get("/settings/stages/").status_code == 403
    assert client.post("/settings/stages/new/", ENTRY).status_code == 403
    assert client.post("/settings/reasons/no_need/move/", {"to": "up"}).status_code == 403


def test_a_key_is_free_whatever_the_label() -> None:
    assert free_key("Łódź: demo!", frozenset()) == "odz_demo"
    assert free_key("???", frozenset()) == "other"
    assert free_key("Lead", frozenset({"lead", "lead_2"})) == "lead_3"


def test_disqualified_is_another_word_than_sent_back_by_sales() -> None:
    rename = import_module("lejek.qualification.migrations.0007_disqualified_in_polish").rename
    disqualified = Stage.objects.get(key="disqualified")
    assert disqualified.label_pl == "Zdyskwalifikowany"
    for found, expected in (("Odrzucony", "Zdyskwalifikowany"), ("Wykluczony", "Wykluczony")):
        Stage.objects.filter(pk=disqualified.pk).update(label_pl=found)
        rename(apps, None)
        disqualified.refresh_from_db()
        assert disqualified.label_pl == expected
