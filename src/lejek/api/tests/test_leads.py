"""One lead: read, recorded, explained, moved and judged."""

from __future__ import annotations

import pytest

from lejek.api.tests.builders import Program, error_of, paths_of
from lejek.deals.models import Opportunity
from lejek.identity.models import AttributeChange, FieldDefinition, Lead
from lejek.kernel import clock
from lejek.kernel.models import Event
from lejek.qualification.models import DefinitionCrossing, StageTransition, Verdict
from lejek.scoring.models import LeadScore

pytestmark = pytest.mark.django_db

NEW = {
    "contact.email": "Anna.Nowak@firma.pl",
    "contact.full_name": "Anna Nowak",
    "lead.position": "Dyrektor IT",
    "company.name": "Firma SA",
    "company.employees": 320,
    "bant.need": True,
}


def test_a_new_lead_is_created_and_a_known_one_updated(program: Program) -> None:
    first = program.post("/leads", {"fields": NEW})
    assert (first.status_code, first.json()["outcome"]) == (201, "new")
    lead = first.json()["lead"]
    assert lead["contact"]["email"] == "anna.nowak@firma.pl"
    assert lead["contact"]["seniority"] == "director"
    assert lead["company"]["name"] == "Firma SA"
    assert lead["attributes"] == {"bant.need": True}

    again = program.post("/leads", {"fields": NEW})
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    more = program.post(
        "/leads", {"fields": {"contact.email": "anna.nowak@firma.pl", "lead.city": "Łódź"}}
    )
    assert (more.status_code, more.json()["outcome"]) == (200, "updated")
    assert more.json()["lead"]["id"] == lead["id"]
    assert more.json()["lead"]["contact"]["city"] == "Łódź"
    assert Lead.objects.count() == 1
    assert set(AttributeChange.objects.values_list("source", flat=True)) == {"api"}
    assert Event.objects.filter(name="lead_created").count() == 1


def test_a_value_that_cannot_be_read_is_left_out_and_said(program: Program) -> None:
    response = program.post("/leads", {"fields": {**NEW, "company.employees": "many"}})
    assert response.status_code == 201
    assert [each["path"] for each in response.json()["left_out"]] == [
        "body.fields.company.employees"
    ]


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({"contact.email": "anna"}, ["body.fields.contact.email"]),
        ({"lead.city": "Łódź"}, ["body.fields"]),
        ({"contact.mail": "a@b.pl", "x": 1}, ["body.fields.contact.mail", "body.fields.x"]),
        ({}, ["body.fields"]),
        ({"contact.email": ["a@b.pl"]}, ["body.fields.contact.email"]),
    ],
)
def test_a_lead_that_cannot_be_known_is_refused(
    program: Program, fields: dict[str, object], paths: list[str]
) -> None:
    response = program.post("/leads", {"fields": fields})
    assert response.status_code == 422
    assert sorted(paths_of(response)) == paths
    assert not Lead.objects.exists()


def test_a_free_form_field_of_the_organisation_is_taken(program: Program) -> None:
    FieldDefinition.objects.create(
        name="lead.fleet", type="number", label_pl="Flota", label_en="Fleet"
    )
    response = program.post("/leads", {"fields": {"contact.email": "a@firma.pl", "lead.fleet": 12}})
    assert response.json()["lead"]["attributes"] == {"lead.fleet": 12}


def test_a_number_is_the_number_that_it_is_and_text_is_not_guessed(program: Program) -> None:
    fields = {"bant.budget": 12.345, "bant.months_to_purchase": 1.125, "company.employees": 1250.0}
    fields |= {"company.name": 1.125, "contact.phone": 600100200, "bant.need": True}
    said = {"contact.email": "a@firma.pl", **fields}
    lead = program.post("/leads", {"fields": said}).json()["lead"]
    assert lead["attributes"] == {
        "bant.budget": 12.345,
        "bant.months_to_purchase": 1.125,
        "bant.need": True,
    }
    assert (lead["company"]["name"], lead["contact"]["phone"]) == ("1.125", "+48600100200")
    answer = program.post("/leads", {"fields": {**said, "bant.budget": "12.345"}}).json()
    assert [each["path"] for each in answer["left_out"]] == ["body.fields.bant.budget"]
    assert answer["lead"]["attributes"]["bant.budget"] == 12.345


def test_what_was_known_before_does_not_replace_what_is_known(program: Program) -> None:
    for position, day in (("Dyrektor IT", "2026-03-01"), ("Stażysta", "2020-01-01")):
        said = {"contact.email": "a@firma.pl", "lead.position": position}
        program.post("/leads", {"fields": said, "known_at": f"{day}T00:00:00+01:00"})
    contact = Lead.objects.get().contact
    assert (contact.position, contact.seniority) == ("Dyrektor IT", "director")


@pytest.mark.parametrize(
    "moment",
    ["2999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00", 5, "yesterday"],
)
def test_a_moment_that_cannot_be_is_refused(program: Program, moment: object) -> None:
    response = program.post("/leads", {"fields": NEW, "known_at": moment})
    assert (response.status_code, paths_of(response)) == (422, ["body.known_at"])


def test_the_contributions_of_a_score_add_up_and_speak_the_language(
    program: Program, leads: list[Lead]
) -> None:
    said = {
        lang: program.get(f"/leads/{leads[0].pk}/score", lang=lang).json() for lang in ("pl", "en")
    }
    for score in said.values():
        for dimension in score["dimensions"]:
            given = sum(line["millipoints"] for line in dimension["contributions"])
            assert given == dimension["millipoints"]
        terms = sum(term["weight"] * term["millipoints"] for term in score["overall_terms"])
        assert terms == score["overall_millipoints"] == 145_500
        assert score["definitions_met"] == ["marketing_qualified"]
    labels = {
        lang: score["dimensions"][1]["contributions"][0]["label"] for lang, score in said.items()
    }
    assert "Prośba o demo" in labels["pl"]
    assert labels["en"] != labels["pl"]


def test_a_definition_that_a_lead_keeps_is_held_though_its_condition_fails(
    program: Program, leads: list[Lead]
) -> None:
    kept = {"marketing_qualified": False, "marketing_qualified_kept": True}
    LeadScore.objects.filter(lead=leads[0]).update(definitions=kept)

    def said() -> tuple[bool, bool, bool]:
        score = program.get(f"/leads/{leads[0].pk}/score").json()
        assert score["definitions_met"] == []
        (mql,) = [each for each in score["definitions"] if each["name"] == "marketing_qualified"]
        return mql["is_met"], mql["is_held"], mql["kept_while"] is not None

    assert said() == (False, False, False)
    DefinitionCrossing.objects.create(
        lead=leads[0], definition="marketing_qualified", has_begun=True, at=clock.now()
    )
    assert said() == (False, True, True)


def test_a_lead_without_a_score_says_so(program: Program, leads: list[Lead]) -> None:
    response = program.get(f"/leads/{leads[5].pk}/score")
    assert (response.status_code, error_of(response)["code"]) == (404, "not_scored")


def test_a_lead_is_moved_with_a_reason(program: Program, leads: list[Lead]) -> None:
    path = f"/leads/{leads[0].pk}/transitions"
    moved = program.post(path, {"to": "opportunity", "reason": " asked for an offer "})
    assert moved.status_code == 201
    assert (moved.json()["old"], moved.json()["new"]) == ("lead", "opportunity")
    assert moved.json()["reason"] == "asked for an offer"
    assert moved.json()["actor"]["name"] == "Administrator Nowak"
    assert program.get(path).json()["transitions"] == [moved.json()]
    again = program.post(path, {"to": "opportunity", "reason": "x"})
    assert (again.status_code, error_of(again)["code"]) == (409, "already_there")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"to": "nowhere", "reason": "x"}, ["body.to"]),
        ({"to": "opportunity", "reason": "  "}, ["body.reason"]),
        ({"to": 5}, ["body.reason", "body.to"]),
        ({"to": "opportunity", "reason": "x", "at": "now"}, ["body.at"]),
    ],
)
def test_a_move_without_a_stage_or_a_reason_is_refused(
    program: Program, leads: list[Lead], body: dict[str, object], paths: list[str]
) -> None:
    response = program.post(f"/leads/{leads[0].pk}/transitions", body)
    assert (response.status_code, sorted(paths_of(response))) == (422, paths)
    assert not StageTransition.objects.exists()


def test_sales_accepts_and_rejects(program: Program, leads: list[Lead]) -> None:
    taken = program.post(f"/leads/{leads[0].pk}/verdict", {"accepted": True, "comment": "dobry"})
    assert (taken.status_code, taken.json()["stage"]) == (201, "sales_accepted")
    back = program.post(f"/leads/{leads[1].pk}/verdict", {"accepted": False, "reason": "no_budget"})
    assert (back.json()["reason"], back.json()["stage"]) == ("no_budget", "recycled")
    assert Verdict.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {"accepted": False},
        {"accepted": False, "reason": "x"},
        {"accepted": True, "reason": "no_need"},
    ],
)
def test_a_rejection_needs_a_reason_of_the_list(
    program: Program, leads: list[Lead], body: dict[str, object]
) -> None:
    response = program.post(f"/leads/{leads[0].pk}/verdict", body)
    assert (response.status_code, paths_of(response)) == (422, ["body.reason"])


def test_a_closed_lead_is_read_and_not_moved(program: Program, leads: list[Lead]) -> None:
    Lead.objects.filter(pk=leads[0].pk).update(closed_at=clock.now())
    assert program.get(f"/leads/{leads[0].pk}").json()["closed_at"] is not None
    for path, body in (
        ("transitions", {"to": "lead", "reason": "x"}),
        ("verdict", {"accepted": True}),
    ):
        response = program.post(f"/leads/{leads[0].pk}/{path}", body)
        assert (response.status_code, error_of(response)["code"]) == (409, "closed")


def test_a_verdict_on_a_finished_lead_or_an_open_deal_says_why_not(
    program: Program, leads: list[Lead]
) -> None:
    rejection = {"accepted": False, "reason": "no_need"}
    Lead.objects.filter(pk=leads[0].pk).update(stage="customer")
    for body in ({"accepted": True}, rejection):
        response = program.post(f"/leads/{leads[0].pk}/verdict", body)
        assert (response.status_code, error_of(response)["code"]) == (409, "finished")
    Opportunity.objects.create(lead=leads[1], opened_at=clock.now())
    response = program.post(f"/leads/{leads[1].pk}/verdict", rejection)
    assert (response.status_code, error_of(response)["code"]) == (409, "deal_open")
    assert not Verdict.objects.exists()


def test_companies_are_listed_filtered_and_read(program: Program, leads: list[Lead]) -> None:
    firm = leads[0].contact.company
    assert firm is not None
    (listed,) = program.get("/companies", q="energia").json()["companies"]
    assert listed == program.get(f"/companies/{firm.pk}").json()
    assert listed["employees"] == 300
    assert program.get("/companies", nip="5260250274").json()["companies"] == []
    assert program.get("/companies/987").status_code == 404
