"""The editor in the browser: forms and text write the same document."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from leadscore.document import read_model
from lejek.people.models import Role, User
from lejek.scoring.models import DraftRevision, ModelDraft
from lejek.scoring.tests.builders import MODEL, NOW, lead, published, touchpoint, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketing() -> User:
    """Somebody who may edit and publish."""
    return user(Role.MARKETING)


@pytest.fixture
def browser(client: Client, marketing: User) -> Client:
    """A signed-in browser, in English, with a published model."""
    published()
    client.force_login(marketing)
    client.cookies["django_language"] = "en"
    return client


def _draft() -> ModelDraft:
    return ModelDraft.objects.get()


def _rule(rule_id: str) -> object:
    return read_model(_draft().document).sound_model().rule(rule_id)


DIRECTOR = {
    "revision": "0",
    "id": "director",
    "dimension": "fit",
    "group": "",
    "points": "12,5",
    "label_pl": "Decyduje",
    "label_en": "",
    "condition-joint": "all",
    "condition-0-field": "lead.seniority",
    "condition-0-operator": "in",
    "condition-0-value": "owner; director; c_level",
}


def test_looking_at_the_editor_makes_no_draft(browser: Client) -> None:
    page = browser.get(reverse("scoring:editor"))
    assert page.status_code == 200
    assert b"company-burst" in page.content
    assert not ModelDraft.objects.exists()


def test_a_rule_changed_in_the_form_is_changed_in_the_document(browser: Client) -> None:
    answer = browser.post(reverse("scoring:edit_rule", args=["director"]), DIRECTOR)
    assert answer.status_code == 302
    rule = _rule("director")
    assert rule.points_milli == 12_500  # type: ignore[attr-defined]
    assert rule.when.operand == ("owner", "director", "c_level")  # type: ignore[attr-defined]
    assert rule.label == {"pl": "Decyduje"}  # type: ignore[attr-defined]
    page = browser.get(reverse("scoring:editor"))
    assert b"changed" in page.content


def test_every_rule_survives_being_saved_unchanged(browser: Client) -> None:
    """The form of a rule says everything that the rule says."""
    for rule in read_model(MODEL).sound_model().rules:
        url = reverse("scoring:edit_rule", args=[rule.id])
        sent = _inputs(browser.get(url).content.decode())
        assert browser.post(url, sent).status_code == 302, rule.id
    assert not ModelDraft.objects.exists(), "nothing was changed, so nothing is drafted"


def _inputs(page: str) -> dict[str, str]:
    """What a browser would send of the rule form."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.sent: dict[str, str] = {}
            self.select, self.inside = "", False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            got = dict(attrs)
            if tag == "form":
                self.inside = got.get("id") == "rule-form"
            if not self.inside:
                return
            if tag == "input" and got.get("name"):
                self.sent[str(got["name"])] = got.get("value") or ""
            elif tag == "select":
                self.select = str(got["name"])
            elif (
                tag == "option"
                and self.select
                and ("selected" in got or self.select not in self.sent)
            ):
                self.sent[self.select] = got.get("value") or ""

        def handle_endtag(self, tag: str) -> None:
            if tag == "select":
                self.select = ""

    reader = Reader()
    reader.feed(page)
    return reader.sent


def test_a_wrong_value_is_refused_beside_its_input_and_nothing_is_saved(browser: Client) -> None:
    url = reverse("scoring:edit_rule", args=["demo"])
    sent = _inputs(browser.get(url).content.decode()) | {"half_life": "soon"}
    answer = browser.post(url, sent)
    assert answer.status_code == 200
    assert b"is-invalid" in answer.content
    assert b"soon" in answer.content
    assert not ModelDraft.objects.exists()


def test_a_new_rule_of_each_kind(browser: Client) -> None:
    asked = {
        "attribute": {
            "condition-0-field": "company.employees",
            "condition-0-operator": "between",
            "condition-0-value": "50; 249",
        },
        "behaviour": {
            "on": "chat",
            "within": "30",
            "half_life": "10",
            "max_times": "2",
            "max_points": "7.5",
        },
        "frequency": {"on": "chat; call", "at_least": "2", "within": "7"},
        "silence": {"none_for": "60"},
    }
    for revision, (kind, own) in enumerate(asked.items()):
        sent = {
            "revision": str(revision),
            "id": f"new-{kind}",
            "dimension": "engagement",
            "points": "5",
            "condition-joint": "all",
            **own,
        }
        answer = browser.post(reverse("scoring:add_rule", args=[kind]), sent)
        assert answer.status_code == 302, answer.content.decode()
    model = read_model(_draft().document).sound_model()
    assert [rule.id for rule in model.rules[-4:]] == [f"new-{kind}" for kind in asked]
    assert model.rule("new-behaviour").max_points_milli == 7_500  # type: ignore[union-attr]


def test_another_line_of_a_condition_saves_nothing(browser: Client) -> None:
    url = reverse("scoring:edit_rule", args=["director"])
    answer = browser.post(url, {**DIRECTOR, "more": "1"}, headers={"HX-Request": "true"})
    assert b'name="condition-1-field"' in answer.content
    assert b"<html" not in answer.content
    assert not ModelDraft.objects.exists()


def test_a_rule_is_deleted_after_a_question_and_comes_back_by_undo(browser: Client) -> None:
    url = reverse("scoring:delete_rule", args=["vip"])
    assert b"vip" not in browser.get(url).content or not ModelDraft.objects.exists()
    browser.post(url, {"revision": "0"})
    assert "vip" not in _draft().document
    browser.post(reverse("scoring:undo"), {"revision": "1"})
    assert "vip" in _draft().document
    assert not DraftRevision.objects.exists()


def test_a_rule_moves_within_its_dimension(browser: Client) -> None:
    browser.post(reverse("scoring:move_rule", args=["demo"]), {"revision": "0", "way": "down"})
    rules = [r.id for r in read_model(_draft().document).sound_model().rules]
    assert rules.index("demo") == rules.index("pricing") + 1


def test_bands_and_limits_are_changed_and_gaps_refused(browser: Client) -> None:
    url = reverse("scoring:editor_scale")
    sent = {
        "revision": "0",
        "dimension": "fit",
        "min": "0",
        "max": "120",
        "from-cold": "0",
        "from-warm": "30",
        "from-hot": "60,5",
    }
    assert browser.post(url, sent).status_code == 302
    fit = read_model(_draft().document).sound_model().dimension("fit")
    assert [band.from_milli for band in fit.bands] == [0, 30_000, 60_500]
    assert fit.max_milli == 120_000
    refused = browser.post(url, {**sent, "revision": "1", "from-warm": "90"})
    assert refused.status_code == 200
    assert b"Not saved" in refused.content


def test_a_definition_is_edited_as_text(browser: Client) -> None:
    url = reverse("scoring:editor_definitions")
    page = browser.get(url)
    assert b"keep_while: {score.engagement: {ge: 30}}" in page.content
    sent = {"revision": "0", "name": "marketing_qualified", "text": "when: {score.fit: {ge: 50}}"}
    assert browser.post(url, sent).status_code == 302
    assert len(read_model(_draft().document).sound_model().definitions) == 1
    wrong = browser.post(url, {**sent, "revision": "1", "text": "when: {score.fame: {ge: 50}}"})
    assert b"score.fame" in wrong.content
    new = {"revision": "1", "name": "ready", "text": "when: {definition: marketing_qualified}"}
    assert browser.post(url, new).status_code == 302
    assert [d.name for d in read_model(_draft().document).sound_model().definitions][1] == "ready"
    assert browser.post(url, {"revision": "2", "name": "ready", "delete": "1"}).status_code == 302
    assert "ready" not in _draft().document


def test_text_is_saved_with_its_errors_and_they_are_listed(browser: Client) -> None:
    url = reverse("scoring:editor_yaml")
    broken = MODEL.replace("points: 40", "points: many")
    browser.post(url, {"revision": "0", "document": broken.replace("\n", "\r\n")})
    assert _draft().document == broken
    page = browser.get(url).content.decode()
    assert "1 error" in page
    line = broken.splitlines().index(next(x for x in broken.splitlines() if "many" in x)) + 1
    assert f'data-line="{line}"' in page
    rules = browser.get(reverse("scoring:editor"))
    assert b"Mend them in the text" in rules.content


def test_the_text_is_checked_without_being_saved(browser: Client) -> None:
    answer = browser.post(
        reverse("scoring:check"), {"document": MODEL.replace("lead.seniority", "lead.seniorty")}
    )
    assert answer.status_code == 200
    broken = browser.post(reverse("scoring:check"), {"document": "rules: ["})
    assert b"error" in broken.content
    assert not ModelDraft.objects.exists()


def test_who_saves_second_is_told_and_keeps_the_text(browser: Client, marketing: User) -> None:
    url = reverse("scoring:editor_yaml")
    browser.post(url, {"revision": "0", "document": MODEL + "# mine\n"})
    late = browser.post(url, {"revision": "0", "document": MODEL + "# theirs\n"})
    assert late.status_code == 200
    assert b"# theirs" in late.content
    assert b"Somebody else saved the draft" in late.content
    assert _draft().document.endswith("# mine\n")


@pytest.mark.parametrize("role", [Role.SALES, Role.MANAGER, Role.AUDITOR])
def test_who_only_reads_sees_the_rules_and_changes_nothing(client: Client, role: str) -> None:
    published()
    client.force_login(user(role))
    for name in (
        "model",
        "editor",
        "editor_scale",
        "editor_definitions",
        "editor_yaml",
        "runs",
        "preview",
    ):
        assert client.get(reverse(f"scoring:{name}")).status_code == 200, name
    assert client.get(reverse("scoring:edit_rule", args=["vip"])).status_code == 403
    assert client.get(reverse("scoring:publish")).status_code == 403
    for name, args in (
        ("edit_rule", ["vip"]),
        ("delete_rule", ["vip"]),
        ("move_rule", ["vip"]),
        ("editor_scale", []),
        ("editor_definitions", []),
        ("editor_yaml", []),
        ("undo", []),
        ("discard", []),
        ("begin", []),
        ("preview", []),
        ("publish", []),
        ("roll_back", [1]),
        ("start_run", []),
    ):
        sent = {"revision": "0", "document": MODEL, "note": "x"}
        assert client.post(reverse(f"scoring:{name}", args=args), sent).status_code == 403, name
    assert not ModelDraft.objects.exists()


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(reverse("scoring:editor")).status_code == 302


def test_without_a_model_one_begins_with_the_supplied_one(client: Client, marketing: User) -> None:
    client.force_login(marketing)
    assert client.get(reverse("scoring:model")).status_code == 200
    assert client.get(reverse("scoring:editor")).status_code == 404
    client.post(reverse("scoring:begin"))
    assert client.get(reverse("scoring:editor")).status_code == 200
    assert "b2b-default" in _draft().document


def test_the_types_of_touchpoints_are_offered_with_what_they_are_called(browser: Client) -> None:
    touchpoint(lead(), "stand_visit", NOW)
    browser.cookies["django_language"] = "pl"
    page = browser.get(reverse("scoring:edit_rule", args=["pricing"])).content.decode()
    assert '<option value="page_view" label="odsłona strony">' in page
    assert "<code>page_view</code> odsłona strony" in page
    assert '<option value="stand_visit"' in page
