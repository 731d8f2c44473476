"""The call list: order, scope, search, reasons, export."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from lejek.demo.loading import load
from lejek.identity.models import Lead
from lejek.people.models import Role, User
from lejek.qualification.models import RejectionReason, StageTransition, Verdict
from lejek.scoring.models import LeadScore

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> None:
    load(NOW, lambda _: None, n_leads=60)


def signed_in_as(role: str, language: str = "en") -> Client:
    client = Client()
    user = User.objects.filter(role=role).order_by("id")[0]
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    return client


@pytest.mark.usefixtures("organisation")
class TestTheList:
    def test_leads_stand_from_hottest_to_coldest(self) -> None:
        rows = signed_in_as(Role.MARKETING).get("/").context["rows"]
        scores = [row.score.overall for row in rows]
        assert len(scores) == 50
        assert scores == sorted(scores, reverse=True)
        assert [row.place for row in rows] == list(range(1, 51))

    def test_every_reason_that_is_shown_gave_points(self) -> None:
        rows = signed_in_as(Role.MARKETING).get("/").context["rows"]
        shown = [reason for row in rows for reason in row.reasons]
        assert shown
        assert all(reason.milli > 0 for reason in shown)

    def test_a_salesperson_sees_own_leads_and_nobodys(self) -> None:
        client = signed_in_as(Role.SALES)
        seller = User.objects.filter(role=Role.SALES).order_by("id")[0]
        owners = {row.score.lead.owner_id for row in client.get("/").context["rows"]}
        assert owners <= {seller.pk, None}
        assert seller.pk in owners

    def test_a_search_finds_by_name_and_company_together(self) -> None:
        score = LeadScore.objects.select_related("lead__contact__company")[0]
        contact = score.lead.contact
        query = f"{contact.last_name} {str(contact.company).split()[0]}"
        rows = signed_in_as(Role.MARKETING).get("/", {"q": query}).context["rows"]
        assert score.lead_id in {row.score.lead_id for row in rows}

    def test_a_search_that_finds_nobody_says_so_and_leads_back(self) -> None:
        page = signed_in_as(Role.MARKETING).get("/", {"q": "nobody at all"}).content.decode()
        assert "Nobody fits these filters" in page
        assert 'href="/"' in page

    def test_a_page_beyond_the_last_is_the_last(self) -> None:
        assert signed_in_as(Role.MARKETING).get("/?page=999").context["page"].number == 2

    def test_the_number_of_queries_does_not_depend_on_the_number_of_leads(
        self, django_assert_max_num_queries: object
    ) -> None:
        client = signed_in_as(Role.MARKETING)
        client.get("/")
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            client.get("/")

    def test_the_export_holds_the_list_as_shown(self) -> None:
        client = signed_in_as(Role.MARKETING)
        lines = client.post("/leads/export/", {"grade": "C"}).content.decode().splitlines()
        shown = client.get("/", {"grade": "C"}).context["page"].paginator.count
        assert len(lines) == shown + 1
        assert lines[0].startswith("Place,Name,Company")

    def test_an_auditor_cannot_export(self) -> None:
        assert signed_in_as(Role.AUDITOR).post("/leads/export/").status_code == 403

    def test_a_saved_view_keeps_its_filters(self) -> None:
        client = signed_in_as(Role.MARKETING)
        client.post("/leads/views/", {"name": "Only A", "query": "grade=A"})
        assert 'href="?grade=A"' in client.get("/").content.decode()

    def test_without_leads_the_page_says_what_to_do(self) -> None:
        LeadScore.objects.all().delete()
        page = signed_in_as(Role.MARKETING).get("/").content.decode()
        assert "No leads yet" in page
        assert "/imports/" in page


@pytest.mark.usefixtures("organisation")
class TestOneLead:
    def lead(self) -> Lead:
        return LeadScore.objects.order_by("-overall")[0].lead

    def test_its_lines_add_up_to_its_score(self) -> None:
        why = signed_in_as(Role.MARKETING).get(f"/leads/{self.lead().pk}/").context["why"]
        for dimension in why.dimensions:
            assert sum(line.milli for line in dimension.lines) == dimension.milli

    @pytest.mark.parametrize(
        ("language", "heading"), [("en", "What happened"), ("pl", "Co się działo")]
    )
    def test_it_reads_in_both_languages(self, language: str, heading: str) -> None:
        client = signed_in_as(Role.MARKETING, language)
        assert heading in client.get(f"/leads/{self.lead().pk}/").content.decode()

    def test_somebody_elses_lead_is_not_there(self) -> None:
        seller, other = User.objects.filter(role=Role.SALES).order_by("id")[:2]
        lead = Lead.objects.filter(owner=other)[0]
        client = Client()
        client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/leads/{lead.pk}/").status_code == 404
        assert client.post(f"/leads/{lead.pk}/verdict/", {"verdict": "accept"}).status_code == 404

    def test_accepting_moves_the_lead_and_can_be_taken_back(self) -> None:
        client = signed_in_as(Role.SALES)
        lead = Lead.objects.filter(owner__isnull=True, stage="lead")[0]
        client.post(f"/leads/{lead.pk}/verdict/", {"verdict": "accept"})
        lead.refresh_from_db()
        assert lead.stage == "sales_accepted"
        verdict = Verdict.objects.get(lead=lead)
        client.post(f"/leads/{lead.pk}/verdict/{verdict.pk}/undo/")
        lead.refresh_from_db()
        assert lead.stage == "lead"
        assert StageTransition.objects.filter(lead=lead).count() == 2

    def test_rejecting_needs_a_reason(self) -> None:
        client = signed_in_as(Role.SALES)
        lead = Lead.objects.filter(owner__isnull=True)[0]
        client.post(f"/leads/{lead.pk}/verdict/", {"verdict": "reject"})
        assert not Verdict.objects.filter(lead=lead).exists()
        reason = RejectionReason.objects.all()[0]
        client.post(f"/leads/{lead.pk}/verdict/", {"verdict": "reject", "reason": reason.key})
        assert Verdict.objects.get(lead=lead).reason == reason

    def test_marketing_does_not_judge(self) -> None:
        client = signed_in_as(Role.MARKETING)
        answer = client.post(f"/leads/{self.lead().pk}/verdict/", {"verdict": "accept"})
        assert answer.status_code == 403
