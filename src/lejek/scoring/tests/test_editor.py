"""The editor in the browser: forms and text write the same document."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leadscore.document import read_model
from lejek.people.models import Role, User
from lejek.qualification.models import Stage
from lejek.scoring.models import DraftRevision, ModelDraft
from lejek.scoring.tests.builders import MODEL, NOW, lead, published, touchpoint, user
from lejek.scoring.versions import publish_model

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
                self.inside = got.get("id") in {"rule-form", "definition-form"}
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


@pytest.mark.parametrize("name", ["add_rule", "add_definition"])
def test_what_is_wrong_is_told_while_one_types(browser: Client, name: str) -> None:
    is_rule = name == "add_rule"
    url = reverse(f"scoring:{name}", args=["attribute"] if is_rule else [])
    blank = browser.get(url).content.decode()
    assert len(re.findall(r"<(?:input|select)[^>]* data-checks", blank)) >= 5
    sent = {**(DIRECTOR if is_rule else MQL), "id": "other", "name": "other"}
    changed = {"redraw": "1", "sums_up": "1"}
    look = {"HX-Request": "true"}
    assert "No errors." in _summary(browser.post(url, sent | changed, headers=look))
    wrong = {"points": "many"} if is_rule else {"when-0-field": "nowhere"}
    told = _summary(browser.post(url, sent | wrong | changed, headers=look))
    assert "Accepted:" in told
    assert ("many" if is_rule else "nowhere") in told
    assert not ModelDraft.objects.exists()


def _summary(answer: Any) -> str:
    page = answer.content.decode()
    return str(page[page.index('id="found"') : page.index('class="card-footer')])


def _focused(page: str) -> list[str]:
    """What takes the keyboard when the page, or the part of it that is exchanged, is there."""
    tags = re.findall(r"<\w+[^>]* autofocus[^>]*>", page)
    return [found.group(1) for tag in tags if (found := re.search(r'(?:id|role)="([\w-]+)"', tag))]


@pytest.mark.parametrize("name", ["add_rule", "add_definition"])
def test_the_keyboard_stays_where_it_works(browser: Client, name: str) -> None:
    is_rule = name == "add_rule"
    url = reverse(f"scoring:{name}", args=["attribute"] if is_rule else [])
    condition = "condition" if is_rule else "keep_while"
    look = {"HX-Request": "true"}
    assert _focused(browser.get(url).content.decode()) == ["points" if is_rule else "name"]
    redrawn = browser.post(url, {"redraw": "1"}, headers=look).content.decode()
    assert _focused(redrawn) == []
    assert 'id="check"' in redrawn  # so that htmx finds the button again
    more = browser.post(url, {"more": condition}, headers=look).content.decode()
    assert _focused(more) == [f"{condition}-0-field"]
    refused = browser.post(url, {}).content.decode()
    assert _focused(refused) == ["alert"]
    assert "Not saved: mend what is marked below." in refused


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


@pytest.mark.parametrize(
    ("emptied", "path"),
    [
        ("min", "dimensions.fit.min"),
        ("max", "dimensions.fit.max"),
        ("from-warm", "dimensions.fit.bands[1].from"),
    ],
)
def test_a_limit_that_is_cleared_is_refused_and_not_taken_for_zero(
    browser: Client, emptied: str, path: str
) -> None:
    sent = {"min": "-10", "max": "100", "from-cold": "-10", "from-warm": "30", "from-hot": "60"}
    answer = browser.post(
        reverse("scoring:editor_scale"), {"revision": "0", "dimension": "fit", **sent, emptied: ""}
    )
    assert answer.status_code == 200
    assert path in answer.content.decode()
    assert not ModelDraft.objects.exists()


def test_a_definition_is_edited_as_text(browser: Client) -> None:
    url = reverse("scoring:editor_definitions")
    page = browser.get(url)
    assert b"keep_while: {score.engagement: {ge: 30}}" in page.content
    sent = {"revision": "0", "name": "marketing_qualified", "text": "when: {score.fit: {ge: 50}}"}
    assert browser.post(url, sent).status_code == 302
    assert len(read_model(_draft().document).sound_model().definitions) == 1
    wrong = browser.post(url, {**sent, "revision": "1", "text": "when: {score.fame: {ge: 50}}"})
    assert b"score.fame" in wrong.content
    assert browser.post(url, {**sent, "name": "unknown"}).status_code == 404


MQL = {
    "revision": "0",
    "name": "marketing_qualified",
    "label_pl": "MQL",
    "label_en": "MQL",
    "when-joint": "all",
    "when-0-field": "score.fit",
    "when-0-operator": "ge",
    "when-0-value": "35",
    "when-1-field": "band.engagement",
    "when-1-operator": "in",
    "when-1-value": "warm; hot",
    "keep_while-joint": "all",
    "keep_while-0-field": "score.overall",
    "keep_while-0-operator": "ge",
    "keep_while-0-value": "70,5",
}


def _definition(name: str) -> Any:
    model = read_model(_draft().document).sound_model()
    return next(each for each in model.definitions if each.name == name)


def test_the_threshold_of_a_definition_is_changed_in_a_form(browser: Client) -> None:
    url = reverse("scoring:edit_definition", args=["marketing_qualified"])
    page = browser.get(url).content.decode()
    assert 'name="when-0-value" value="30"' in page
    assert 'name="keep_while-0-value" value="30"' in page
    assert browser.post(url, MQL).status_code == 302
    changed = _definition("marketing_qualified")
    assert [part.operand for part in changed.when.parts] == [35, ("warm", "hot")]
    assert (changed.keep_while.field, changed.keep_while.operand) == ("score.overall", 70.5)
    assert changed.label == {"pl": "MQL", "en": "MQL"}


def test_every_definition_survives_being_saved_unchanged(browser: Client) -> None:
    supplied = (files("leadscore.models") / "b2b-default.yaml").read_text(encoding="utf-8")
    for document in (MODEL, supplied):
        publish_model(document=document, note="", actor=None, now=NOW)
        for each in read_model(document).sound_model().definitions:
            url = reverse("scoring:edit_definition", args=[each.name])
            sent = _inputs(browser.get(url).content.decode())
            assert browser.post(url, sent).status_code == 302, each.name
    assert not ModelDraft.objects.exists(), "nothing was changed, so nothing is drafted"


def test_a_deeper_condition_stays_as_words_and_as_it_is(browser: Client) -> None:
    deep = "when: {all: [{score.fit: {ge: 30}}, {touchpoint: {on: demo_request, within: 30}}]}"
    document = MODEL.replace(
        "when: {all: [{score.fit: {ge: 30}}, {score.engagement: {ge: 40}}]}", deep
    )
    publish_model(document=document, note="", actor=None, now=NOW)
    url = reverse("scoring:edit_definition", args=["marketing_qualified"])
    page = browser.get(url).content.decode()
    assert "cannot show this condition line by line" in page
    assert 'name="when-0-field"' not in page
    sent = {**_inputs(page), "keep_while-0-value": "20"}
    assert browser.post(url, sent).status_code == 302
    assert deep in _draft().document
    assert _definition("marketing_qualified").keep_while.operand == 20


def test_what_a_definition_asks_wrongly_is_said_beside_it(browser: Client) -> None:
    url = reverse("scoring:edit_definition", args=["marketing_qualified"])
    wrong = browser.post(url, MQL | {"when-0-value": "many", "keep_while-0-value": ""})
    page = wrong.content.decode()
    assert page.index("many") < page.index("Once met, it is kept while")
    assert page.count('role="alert"') == 3  # the whole form, and both conditions
    empty = browser.post(url, {"revision": "0", "name": "marketing_qualified"})
    assert b"there is nothing here" in empty.content
    assert not ModelDraft.objects.exists()


def test_a_definition_is_added_and_its_name_checked(browser: Client) -> None:
    url = reverse("scoring:add_definition")
    assert browser.get(url).status_code == 200
    assert b"a definition of this name already" in browser.post(url, MQL).content
    assert b"cannot be a name" in browser.post(url, MQL | {"name": "Very ready"}).content
    assert browser.post(url, MQL | {"name": "ready"}).status_code == 302
    model = read_model(_draft().document).sound_model()
    assert [each.name for each in model.definitions] == ["marketing_qualified", "ready"]


def test_another_line_is_added_to_the_condition_that_asked_for_it(browser: Client) -> None:
    url = reverse("scoring:edit_definition", args=["marketing_qualified"])
    answer = browser.post(url, {**MQL, "more": "keep_while"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert 'name="keep_while-1-field"' in page
    assert 'name="when-2-field"' not in page
    assert "<html" not in page
    assert not ModelDraft.objects.exists()


def test_a_definition_that_leads_into_a_stage_keeps_its_name(browser: Client) -> None:
    url = reverse("scoring:edit_definition", args=["marketing_qualified"])
    renamed = MQL | {"name": "ready"}
    assert b"The name stays" in browser.post(url, renamed).content
    assert not ModelDraft.objects.exists()
    Stage.objects.update(definition="")
    assert browser.post(url, renamed).status_code == 302
    assert _definition("ready")


def test_a_definition_is_deleted_after_a_question(browser: Client) -> None:
    url = reverse("scoring:delete_definition", args=["marketing_qualified"])
    page = browser.get(url).content.decode()
    assert "It leads into a stage: MQL" in page
    assert not ModelDraft.objects.exists()
    assert browser.post(url, {"revision": "0"}).status_code == 302
    assert "marketing_qualified" not in _draft().document


def test_a_definition_that_another_one_asks_for_is_not_deleted(browser: Client) -> None:
    asking = MODEL + "  ready:\n    when: {definition: marketing_qualified}\n"
    publish_model(document=asking, note="", actor=None, now=NOW)
    url = reverse("scoring:delete_definition", args=["marketing_qualified"])
    assert b"disabled" in browser.get(url).content
    assert browser.post(url, {"revision": "0"}).status_code == 302
    assert not ModelDraft.objects.exists()


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
    ):
        assert client.get(reverse(f"scoring:{name}")).status_code == 200, name
    assert client.get(reverse("scoring:edit_rule", args=["vip"])).status_code == 403
    assert client.get(reverse("scoring:publish")).status_code == 403
    for name, args in (
        ("edit_rule", ["vip"]),
        ("delete_rule", ["vip"]),
        ("add_definition", []),
        ("edit_definition", ["marketing_qualified"]),
        ("delete_definition", ["marketing_qualified"]),
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
