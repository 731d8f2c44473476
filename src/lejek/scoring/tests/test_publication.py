"""Publishing, going back, and what is kept of both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from leadscore.errors import InvalidModel
from lejek.identity.models import FieldDefinition
from lejek.identity.services import record_lead
from lejek.kernel.models import Event
from lejek.people.models import AuditEntry, Role
from lejek.scoring.live import mark, score_marked
from lejek.scoring.models import LeadScore, ModelDraft, ModelVersion
from lejek.scoring.selectors import (
    current_draft,
    explain_lead,
    reasons_of,
    score_history,
    times_in_force,
    top_reasons,
    touched_by_rules,
)
from lejek.scoring.tests.builders import MODEL, NOW, lead, published, touchpoint, user
from lejek.scoring.versions import (
    DraftHasMoved,
    active_version,
    publish_draft,
    publish_model,
    roll_back_to,
    save_draft,
)

pytestmark = pytest.mark.django_db

SECOND = MODEL.replace("points: 45", "points: 60")


@pytest.fixture
def browser(client: Client) -> Client:
    """A signed-in browser of somebody who may publish, in English."""
    published()
    client.force_login(user(Role.MARKETING))
    client.cookies["django_language"] = "en"
    return client


def test_the_difference_is_shown_before_publishing(browser: Client) -> None:
    save_draft(document=SECOND, revision=0, actor=None, now=NOW)
    page = browser.get(reverse("scoring:publish")).content.decode()
    assert "points: +45 → +60" in page
    assert "+  - {id: demo, dimension: engagement, points: 60" in page
    assert "Nobody has looked at a preview" in page


def test_publishing_freezes_the_draft_with_its_note_and_is_written_down(browser: Client) -> None:
    save_draft(document=SECOND, revision=0, actor=None, now=NOW)
    browser.post(reverse("scoring:publish"), {"revision": "1", "note": "Demos count more"})
    version = active_version()
    assert (version.number, version.note, version.document) == (2, "Demos count more", SECOND)
    assert not ModelDraft.objects.exists()
    assert AuditEntry.objects.filter(action="published_model", subject="#2").exists()
    assert Event.objects.filter(name="version_activated", content__number=2).exists()
    page = browser.get(reverse("scoring:version", args=[2])).content.decode()
    assert "Demos count more" in page
    assert "points: +45 → +60" in page


def test_a_note_is_asked_for(browser: Client) -> None:
    save_draft(document=SECOND, revision=0, actor=None, now=NOW)
    browser.post(reverse("scoring:publish"), {"revision": "1", "note": " "})
    assert active_version().number == 1


def test_a_draft_that_was_changed_meanwhile_is_not_published(browser: Client) -> None:
    save_draft(document=SECOND, revision=0, actor=None, now=NOW)
    save_draft(document=SECOND + "# more\n", revision=1, actor=None, now=NOW)
    browser.post(reverse("scoring:publish"), {"revision": "1", "note": "old"})
    assert active_version().number == 1
    with pytest.raises(DraftHasMoved):
        publish_draft(revision=1, note="old", actor=None, now=NOW)


@pytest.mark.parametrize("revision", ["", "-1", "one", "1" * 5000, "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_form_that_says_no_change_of_the_draft_publishes_nothing(
    browser: Client, revision: str
) -> None:
    save_draft(document=SECOND, revision=0, actor=None, now=NOW)
    answer = browser.post(reverse("scoring:publish"), {"revision": revision, "note": "x"})
    assert answer.status_code == 400
    assert b"does not say which change" in answer.content
    assert active_version().number == 1


def test_a_draft_with_errors_is_not_published(browser: Client) -> None:
    save_draft(document=MODEL + "nonsense: 1\n", revision=0, actor=None, now=NOW)
    assert b"cannot be published" in browser.get(reverse("scoring:publish")).content
    with pytest.raises(InvalidModel):
        publish_draft(revision=1, note="x", actor=None, now=NOW)
    assert ModelVersion.objects.count() == 1


def test_going_back_is_one_click_after_a_question(browser: Client) -> None:
    publish_model(document=SECOND, note="second", actor=None, now=NOW + timedelta(days=1))
    page = browser.get(reverse("scoring:roll_back", args=[1])).content.decode()
    assert "points: +60 → +45" in page
    assert active_version().number == 2
    browser.post(reverse("scoring:roll_back", args=[1]), {"note": "too many MQLs"})
    assert active_version().number == 1
    entry = AuditEntry.objects.get(action="rolled_back_model")
    assert entry.details["note"] == "too many MQLs"


def test_every_version_says_from_when_until_when_it_scored(browser: Client) -> None:
    first, day = active_version(), timedelta(days=1)
    second = publish_model(document=SECOND, note="second", actor=None, now=NOW + day)
    roll_back_to(version=first, note="", actor=None, now=NOW + 2 * day)
    times = {
        number: [(time.activation.at, time.until) for time in found]
        for number, found in times_in_force().items()
    }
    assert times == {
        first.pk: [(NOW + 2 * day, None), (NOW, NOW + day)],
        second.pk: [(NOW + day, NOW + 2 * day)],
    }
    for address in (reverse("scoring:model"), reverse("scoring:version", args=[1])):
        page = browser.get(address).content.decode()
        assert "since 19 Jun 2026 12:00" in page
        assert "17 Jun 2026 12:00 – 18 Jun 2026 12:00" in page
        assert page.count("scores now") >= 1


def test_what_a_model_asks_for_can_be_told_from_then_on() -> None:
    FieldDefinition.objects.create(name="lead.since", type="date", label_pl="Od", label_en="Since")
    published()
    known = FieldDefinition.objects.order_by("name").values_list("name", "type", "label_pl")
    assert list(known) == [("lead.since", "date", "Od"), ("lead.vip", "boolean", "lead.vip")]
    one = record_lead(
        {"contact.email": "a@b.pl", "lead.vip": "tak"}, source="api", actor=None, now=NOW
    ).lead
    mark([one.pk], now=NOW)
    score_marked(now=NOW)
    assert LeadScore.objects.get().scores["fit"] == 5000


def test_going_back_to_the_active_version_changes_nothing() -> None:
    version = published()
    again = roll_back_to(version=version, note="", actor=None, now=NOW + timedelta(days=1))
    assert again.at == NOW
    assert not AuditEntry.objects.filter(action="rolled_back_model").exists()


def test_saving_the_same_document_twice_is_one_change() -> None:
    published()
    save_draft(document=SECOND, revision=0, actor=None, now=NOW)
    same = save_draft(document=SECOND, revision=1, actor=None, now=NOW)
    assert same.revision == 1
    with pytest.raises(DraftHasMoved):
        save_draft(document=MODEL, revision=0, actor=None, now=NOW)


def test_the_history_of_a_lead_tells_the_versions_apart() -> None:
    published()
    one = lead(seniority="owner")
    touchpoint(one, "demo_request", NOW)
    for number, document in enumerate((MODEL, SECOND)):
        if number:
            publish_model(document=document, note="", actor=None, now=NOW)
        mark([one.pk], now=NOW)
        score_marked(now=NOW + timedelta(minutes=number))
    assert [point.version.number for point in score_history(one)] == [1, 2]


def test_reasons_and_explanation_come_from_what_was_kept() -> None:
    published()
    one = lead(seniority="owner")
    touchpoint(one, "demo_request", NOW)
    mark([one.pk], now=NOW)
    score_marked(now=NOW)
    score = LeadScore.objects.select_related("version").get()
    assert [(r.rule_id, r.milli) for r in top_reasons(score, 1, "pl")] == [("demo", 45_000)]
    assert top_reasons(score, 2, "en")[1].label
    explained = explain_lead(score, "pl")
    assert explained.overall_milli == 130_000
    assert [part.milli for part in explained.dimensions] == [40_000, 45_000]


def test_reasons_are_ordered_by_what_they_give_to_the_overall_score() -> None:
    # The overall score counts engagement twice: 25 points of it are worth more than 40 of fit.
    kept = [["director", 1, None, 40_000, 40_000], ["demo", 1, None, 25_000, 25_000]]
    reasons = reasons_of(published(), kept, 2, "pl")
    assert [(reason.rule_id, reason.milli) for reason in reasons] == [
        ("demo", 25_000),
        ("director", 40_000),
    ]


def test_a_changed_rule_is_tried_out_on_the_leads_of_today() -> None:
    published()
    for seniority in ("owner", "owner", "manager"):
        one = lead(seniority=seniority)
        mark([one.pk], now=NOW)
    score_marked(now=NOW)
    changed = MODEL.replace("{in: [owner, director]}", "{in: [manager]}")
    save_draft(document=changed, revision=0, actor=None, now=NOW)
    touched = touched_by_rules(current_draft(NOW), NOW)
    assert touched["director"].n_leads == 1
    assert not touched["director"].is_estimate
    # Everybody is silent; that rule is as before, so it is counted from the kept scores.
    assert touched["silence"].n_leads == 3
