"""The page of a lead: why, its evidence, its record, then and now, neighbours, verdicts, deals."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from leadscore.arithmetic import decayed
from lejek.consent.models import ConsentChange
from lejek.deals.models import Opportunity
from lejek.desk.as_of import ProfilingRefused, lead_then, score_then, stage_then
from lejek.desk.call_list import PAGE_SIZE
from lejek.desk.evidence import evidence
from lejek.desk.record import record_of
from lejek.desk.tests.builders import NOW, loaded, organisation, rows_of, signed_in_as
from lejek.desk.words import Words
from lejek.identity.models import AttributeChange, Company, Contact, Lead
from lejek.people.models import Role, User
from lejek.qualification.models import RejectionReason, StageTransition, Verdict
from lejek.scoring.live import mark, score_marked
from lejek.scoring.models import Activation, LeadScore, ModelVersion, ScorePoint
from lejek.scoring.selectors import explain_lead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organisation")]

__all__ = ["loaded", "organisation"]


def hottest() -> Lead:
    lead = LeadScore.objects.filter(lead__stage="lead").order_by("-overall")[0].lead
    return Lead.objects.select_related("contact__company", "owner").get(pk=lead.pk)


def nobodys() -> Lead:
    theirs = Lead.objects.filter(owner__isnull=True, stage="lead", opportunities=None)
    return theirs.order_by("id")[0]


class TestWhy:
    def test_its_lines_add_up_to_its_score(self) -> None:
        why = signed_in_as(Role.MARKETING).get(f"/leads/{hottest().pk}/").context["why"]
        for dimension in why.dimensions:
            assert sum(line.milli for line in dimension.lines) == dimension.milli

    @pytest.mark.parametrize(
        ("language", "heading"), [("en", "What happened"), ("pl", "Co się działo")]
    )
    def test_it_reads_in_both_languages(self, language: str, heading: str) -> None:
        client = signed_in_as(Role.MARKETING, language)
        page = client.get(f"/leads/{hottest().pk}/").content.decode()
        assert heading in page
        if language == "pl":
            assert "accepted by sales" not in page
            assert "meets " not in page

    def test_every_line_has_evidence_that_counts_up_to_it(self) -> None:
        words = Words("en")
        n_seen = n_decayed = 0
        for score in LeadScore.objects.select_related("version", "lead__contact__company"):
            why = explain_lead(score, "en")
            for part in why.dimensions:
                for line in part.lines:
                    found = evidence(score.lead, score, why, line.rule_id, words)
                    assert found is not None
                    if line.kind.is_cap:
                        assert sum(each.milli for each in found.parts) == line.raw_milli
                    elif found.values:
                        assert found.asks
                    else:
                        assert found.n_touchpoints == line.times
                        n_seen += 1
                    if found.half_life:
                        weights = sum(each.weight for each in found.touchpoints)
                        assert decayed(found.points, weights) == line.raw_milli
                        n_decayed += 1
        assert n_seen > 50
        assert n_decayed > 20

    def test_a_line_opens_its_evidence_with_and_without_a_script(self) -> None:
        client, lead = signed_in_as(Role.MARKETING), hottest()
        why = client.get(f"/leads/{lead.pk}/").context["why"]
        line = why.dimensions[0].lines[0]
        address = f"/leads/{lead.pk}/evidence/{line.rule_id}/"
        assert address in client.get(f"/leads/{lead.pk}/").content.decode()
        assert "<!doctype html>" in client.get(address).content.decode()
        part = client.get(address, headers={"HX-Request": "true"}).content.decode()
        assert "The rule asks:" in part
        assert "<!doctype html>" not in part
        assert client.get(f"/leads/{lead.pk}/evidence/no-such-rule/").status_code == 404

    def test_a_lead_without_a_score_says_why(self) -> None:
        lead = hottest()
        LeadScore.objects.filter(lead=lead).delete()
        page = signed_in_as(Role.MARKETING).get(f"/leads/{lead.pk}/")
        assert page.status_code == 200
        assert "This lead has no score yet: it waits to be scored." in page.content.decode()
        Activation.objects.all().delete()
        page = signed_in_as(Role.MARKETING).get(f"/leads/{lead.pk}/")
        assert "no scoring model is published yet" in page.content.decode()

    def test_no_lead_takes_more_queries_than_these(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = signed_in_as(Role.SALES)
        ids = [row.lead.pk for row in rows_of(client.get("/?stage=all"))]
        client.get(f"/leads/{ids[0]}/")
        for lead_id in ids[:10]:
            with django_assert_max_num_queries(18):
                client.get(f"/leads/{lead_id}/?stage=lead")

    def test_it_is_not_slower_by_what_one_did(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        client, lead = signed_in_as(Role.MARKETING), hottest()
        client.get(f"/leads/{lead.pk}/")
        Opportunity.objects.bulk_create(
            Opportunity(lead=lead, outcome="lost", opened_at=NOW, closed_at=NOW) for _ in range(9)
        )
        with django_assert_max_num_queries(18):
            client.get(f"/leads/{lead.pk}/")


class TestRecord:
    def test_what_is_missing_names_the_rules_that_wait_for_it(self) -> None:
        lead = hottest()
        Company.objects.filter(contacts=lead.contact).update(industry="", employees=None)
        lead = Lead.objects.select_related("contact__company").get(pk=lead.pk)
        version = LeadScore.objects.select_related("version").get(lead=lead).version
        found = record_of(lead, version, Words("en"), NOW)
        gaps = {gap.label: gap for gap in found.gaps}
        waiting = {rule.label for gap in found.gaps for rule in gap.rules}
        assert {"50 to 249 employees", "Industry we serve"} <= waiting
        assert found.highest >= 25_000
        assert len(gaps) == len(found.gaps) == len(found.quality.completeness.missing)
        assert 0 < found.percent < 100

    def test_what_is_missing_counts_as_its_dimension_does_in_the_overall_score(self) -> None:
        lead = hottest()
        Company.objects.filter(contacts=lead.contact).update(industry="", employees=None)
        lead = Lead.objects.select_related("contact__company").get(pk=lead.pk)
        version = LeadScore.objects.select_related("version").get(lead=lead).version
        once = record_of(lead, version, Words("en"), NOW)
        weights, doubled = (
            f"overall: {{fit: {n}, engagement: {n}, potential: {n // 2}}}" for n in (2, 4)
        )
        assert weights in version.document
        twin = ModelVersion(number=0, document=version.document.replace(weights, doubled))
        twice = record_of(lead, twin, Words("en"), NOW)
        assert (twice.lowest, twice.highest) == (2 * once.lowest, 2 * once.highest)

    def test_a_complete_and_fresh_record_has_nothing_to_say(self) -> None:
        page = signed_in_as(Role.MARKETING).get(f"/leads/{hottest().pk}/").context["record"]
        assert page.quality.age_days >= 0
        lead = hottest()
        Contact.objects.filter(pk=lead.contact_id).update(updated_at=NOW - timedelta(days=400))
        text = signed_in_as(Role.MARKETING).get(f"/leads/{lead.pk}/").content.decode()
        assert "Nobody has confirmed the data" in text

    def test_without_a_model_nothing_is_asked(self) -> None:
        assert record_of(hottest(), None, Words("en"), NOW).gaps == ()


class TestThen:
    def test_a_point_of_the_history_is_worked_out_again(self) -> None:
        """The demo scored as of then, with what the same facts say now."""
        n_seen = 0
        for point in ScorePoint.objects.select_related("lead__contact__company")[::7]:
            then = score_then(point.lead, point.at, "en")
            assert then is not None
            assert then.score.scores == point.scores
            n_seen += 1
        assert n_seen > 10

    def test_the_stage_is_the_one_of_then(self) -> None:
        lead = hottest()
        for days, old, new in ((5, "lead", "marketing_qualified"), (2, "marketing_qualified", "x")):
            StageTransition.objects.create(
                lead=lead, old=old, new=new, reason="", at=NOW - timedelta(days=days)
            )
        Lead.objects.filter(pk=lead.pk).update(stage="x")
        lead.refresh_from_db()
        stages = [stage_then(lead, NOW - timedelta(days=days)) for days in (6, 4, 1)]
        assert stages == ["lead", "marketing_qualified", "x"]
        assert lead.stage == "x"

    def test_values_are_those_of_then_and_nothing_is_written(self) -> None:
        lead = hottest()
        contact, company = lead.contact, lead.contact.company
        assert company is not None
        for field, old, of in (
            ("lead.seniority", "intern", {"contact": contact}),
            ("company.employees", 7, {"company": company}),
            ("bant.budget", None, {"contact": contact}),
        ):
            AttributeChange.objects.create(
                field=field, old=old, new="x", known_at=NOW, source="test", **of
            )
        then = lead_then(lead, NOW - timedelta(hours=1))
        assert then.contact.seniority == "intern"
        assert then.contact.company is not None
        assert then.contact.company.employees == 7
        assert "bant.budget" not in then.contact.attributes
        assert (contact.seniority, company.employees) != ("intern", 7)

    def test_the_page_says_the_score_and_the_stage(self) -> None:
        lead = hottest()
        page = signed_in_as(Role.MARKETING, "pl").get(f"/leads/{lead.pk}/then/?on=2026-11-19")
        assert page.context["then"] is not None
        assert "Etap leada" in page.content.decode()

    @pytest.mark.parametrize("query", ["", "?on=", "?on=2026-11-20"])
    def test_without_a_day_it_is_today(self, query: str) -> None:
        page = signed_in_as(Role.MARKETING).get(f"/leads/{hottest().pk}/then/{query}")
        assert page.context["on"].isoformat() == "2026-11-20"
        assert page.context["then"] is not None

    @pytest.mark.parametrize(
        ("on", "said"),
        [
            ("2026-11-21", "Ten dzień jeszcze nie nadszedł."),
            ("9999-12-31", "Ten dzień jeszcze nie nadszedł."),
            ("2026-02-31", "To nie jest data."),
            ("x", "To nie jest data."),
        ],
    )
    def test_a_day_to_come_is_refused_beside_its_field(self, on: str, said: str) -> None:
        page = signed_in_as(Role.MARKETING, "pl").get(f"/leads/{hottest().pk}/then/?on={on}")
        assert page.status_code == 422
        text = page.content.decode()
        assert said in text
        assert f'value="{on}"' in text
        assert 'aria-describedby="on_error"' in text
        assert 'id="score"' not in text

    @pytest.mark.parametrize("days_ago", [0, 3])
    def test_who_refuses_profiling_is_not_scored_for_any_day(self, days_ago: int) -> None:
        lead = hottest()
        ConsentChange.objects.create(
            contact=lead.contact,
            purpose="profiling",
            is_given=False,
            at=NOW - timedelta(days=days_ago),
            source="call",
        )
        client = signed_in_as(Role.MARKETING)
        for on in (NOW - timedelta(days=9), NOW):
            with pytest.raises(ProfilingRefused):
                score_then(lead, on, "en")
            page = client.get(f"/leads/{lead.pk}/then/?on={on:%Y-%m-%d}").content.decode()
            assert "does not want to be profiled" in page
            assert 'name="on"' not in page
        page = client.get(f"/leads/{lead.pk}/").content.decode()
        assert "This person does not want to be profiled" in page
        assert f"/leads/{lead.pk}/then/" not in page
        assert "Score over time" not in page

    def test_who_refused_then_and_agrees_now_was_not_scored_then(self) -> None:
        lead = hottest()
        for days, is_given in ((9, False), (3, True)):
            ConsentChange.objects.create(
                contact=lead.contact,
                purpose="profiling",
                is_given=is_given,
                at=NOW - timedelta(days=days),
                source="call",
            )
        with pytest.raises(ProfilingRefused):
            score_then(lead, NOW - timedelta(days=5), "en")
        assert score_then(lead, NOW, "en") is not None

    def test_before_the_lead_came_in_there_is_no_score(self) -> None:
        for on in ("2000-01-01", "0001-01-01"):
            page = signed_in_as(Role.MARKETING).get(f"/leads/{hottest().pk}/then/?on={on}")
            assert "There was no score then" in page.content.decode()


class TestNeighbours:
    def test_they_are_those_of_the_list_that_one_came_from(self) -> None:
        client = signed_in_as(Role.MARKETING)
        ids = [row.lead.pk for row in rows_of(client.get("/?grade=C"))]
        assert 3 < len(ids) < PAGE_SIZE
        for before, here, after in zip([None, *ids], ids, [*ids[1:], None], strict=False):
            found = client.get(f"/leads/{here}/?grade=C").context["neighbours"]
            assert (found.before, found.after) == (before, after)

    def test_a_page_links_them_for_the_keyboard(self) -> None:
        client = signed_in_as(Role.MARKETING)
        lead = rows_of(client.get("/"))[1].lead.pk
        page = client.get(f"/leads/{lead}/?q=a").content.decode()
        assert 'rel="next"' in page
        assert 'rel="prev"' in page
        assert "<dialog data-keys" in page


class TestVerdict:
    def test_somebody_elses_lead_is_not_there(self) -> None:
        seller, other = User.objects.filter(role=Role.SALES).order_by("id")[:2]
        lead = Lead.objects.filter(owner=other)[0]
        client = Client()
        client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
        for address in ("", "then/", "evidence/demo/"):
            assert client.get(f"/leads/{lead.pk}/{address}").status_code == 404
        for address in ("stage/", "verdict/", "deal/open/", "deal/won/", "deal/lost/"):
            assert client.post(f"/leads/{lead.pk}/{address}").status_code == 404

    def test_accepting_moves_the_lead_and_can_be_taken_back(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        client.post(f"/leads/{lead.pk}/verdict/", {"verdict": "accept"})
        lead.refresh_from_db()
        assert lead.stage == "sales_accepted"
        verdict = Verdict.objects.get(lead=lead)
        assert "Take it back" in client.get(f"/leads/{lead.pk}/").content.decode()
        client.post(f"/leads/{lead.pk}/verdict/{verdict.pk}/undo/")
        lead.refresh_from_db()
        assert lead.stage == "lead"
        assert StageTransition.objects.filter(lead=lead).count() == 2

    def test_rejecting_needs_a_reason_and_shows_it(self) -> None:
        client, lead = signed_in_as(Role.SALES, "pl"), nobodys()
        client.post(f"/leads/{lead.pk}/verdict/", {"verdict": "reject"})
        assert not Verdict.objects.filter(lead=lead).exists()
        reason = RejectionReason.objects.all()[0]
        said = {"verdict": "reject", "reason": reason.key, "comment": "Zadzwonić w maju"}
        client.post(f"/leads/{lead.pk}/verdict/", said)
        assert Verdict.objects.get(lead=lead).reason == reason
        page = client.get(f"/leads/{lead.pk}/").content.decode()
        assert reason.label_pl in page
        assert "Zadzwonić w maju" in page

    def test_a_finished_lead_and_one_with_an_open_deal_say_why_not(self) -> None:
        client = signed_in_as(Role.ADMINISTRATOR)
        bought, selling = Lead.objects.order_by("id")[:2]
        Lead.objects.filter(pk=bought.pk).update(stage="customer")
        Opportunity.objects.create(lead=selling, opened_at=NOW)
        said = {"verdict": "reject", "reason": RejectionReason.objects.all()[0].key}
        page = client.get(f"/leads/{bought.pk}/").content.decode()
        assert 'name="verdict"' not in page
        assert ("Your verdict" in page, "The verdict of sales" in page) == (False, False)
        answer = client.post(f"/leads/{bought.pk}/verdict/", {"verdict": "accept"}, follow=True)
        assert "Nobody works on this lead any more" in answer.content.decode()
        answer = client.post(f"/leads/{selling.pk}/verdict/", said, follow=True)
        assert "Close the open deal first" in answer.content.decode()
        assert not Verdict.objects.filter(lead__in=[bought, selling], at__gte=NOW).exists()

    def test_who_accepts_anothers_lead_is_told_whose_it_is(self) -> None:
        client = signed_in_as(Role.ADMINISTRATOR)
        theirs = Lead.objects.filter(owner__isnull=False, stage="lead").order_by("id")[0]
        free = nobodys()
        for lead, said in (
            (theirs, f"Accepted. {theirs.owner} works on this lead."),
            (free, "Accepted. The lead is yours to work on."),
            (free, "Accepted. The lead is yours to work on."),
        ):
            address = f"/leads/{lead.pk}/verdict/"
            page = client.post(address, {"verdict": "accept"}, follow=True).content.decode()
            assert said in page

    def test_what_was_taken_back_already_is_not_taken_back_again(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        client.post(f"/leads/{lead.pk}/verdict/", {"verdict": "accept"})
        address = f"/leads/{lead.pk}/verdict/{Verdict.objects.get(lead=lead).pk}/undo/"
        assert "The verdict was taken back." in client.post(address, follow=True).content.decode()
        page = client.post(address, follow=True).content.decode()
        assert "The verdict had been taken back already." in page
        assert "The verdict was taken back." not in page

    def test_marketing_does_not_judge(self) -> None:
        client, lead = signed_in_as(Role.MARKETING), hottest()
        answer = client.post(f"/leads/{lead.pk}/verdict/", {"verdict": "accept"})
        assert answer.status_code == 403
        page = client.get(f"/leads/{lead.pk}/").content.decode()
        assert 'name="verdict"' not in page
        assert "/deal/" not in page


class TestMove:
    def form(
        self, lead: Lead, to: str = "disqualified", reason: str = "Nie kupi"
    ) -> dict[str, str]:
        return {"move-seen": lead.stage, "move-to": to, "move-reason": reason}

    def test_a_person_disqualifies_a_lead_and_says_why(self) -> None:
        client, lead = signed_in_as(Role.SALES, "pl"), nobodys()
        page = client.get(f"/leads/{lead.pk}/").content.decode()
        assert f'action="/leads/{lead.pk}/stage/"' in page
        client.post(f"/leads/{lead.pk}/stage/", self.form(lead))
        move = StageTransition.objects.get(lead=lead)
        assert (move.old, move.new, move.reason) == ("lead", "disqualified", "Nie kupi")
        assert move.actor is not None
        page = client.get(f"/leads/{lead.pk}/").content.decode()
        assert f"Nie kupi · {move.actor}" in page
        listed = client.get("/?stage=disqualified").context["page"].rows
        assert lead.pk in {row.lead.pk for row in listed}
        assert lead.pk not in {row.lead.pk for row in client.get("/").context["page"].rows}

    def test_the_stage_sql_is_set_by_hand(self) -> None:
        client, lead = signed_in_as(Role.MARKETING), nobodys()
        client.post(f"/leads/{lead.pk}/stage/", self.form(lead, "sales_qualified", "He asked"))
        lead.refresh_from_db()
        assert (lead.stage, lead.stage_since) == ("sales_qualified", NOW)

    @pytest.mark.parametrize(
        ("to", "reason"), [("disqualified", "  "), ("", "x"), ("no_such", "x"), ("lead", "x")]
    )
    def test_without_a_stage_or_a_reason_nothing_moves_and_what_was_typed_stays(
        self, to: str, reason: str
    ) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        answer = client.post(f"/leads/{lead.pk}/stage/", self.form(lead, to, reason))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "The lead was not moved" in page
        assert "is-invalid" in page
        assert not StageTransition.objects.filter(lead=lead).exists()

    def test_who_comes_second_is_told_and_moves_nothing(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        form = self.form(lead)
        Lead.objects.filter(pk=lead.pk).update(stage="opportunity")
        page = client.post(f"/leads/{lead.pk}/stage/", form, follow=True).content.decode()
        assert "somebody moved this lead in the meantime" in page
        assert "the stage “Opportunity” now" in page
        lead.refresh_from_db()
        assert lead.stage == "opportunity"

    @pytest.mark.parametrize(
        ("to", "next_step"),
        [("disqualified", "it is off the list"), ("sales_qualified", "stays on the list")],
    )
    def test_the_page_says_what_moved_and_what_is_next_and_takes_it_back(
        self, to: str, next_step: str
    ) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        form = {**self.form(lead, to), "back": "stage=lead"}
        page = client.post(f"/leads/{lead.pk}/stage/", form, follow=True).content.decode()
        label = Words("en").stage(to)
        assert f"Moved from “Lead” to “{label}”." in page
        assert next_step in page
        move = StageTransition.objects.get(lead=lead)
        undo = {"move": str(move.pk), "back": "stage=lead"}
        assert f'action="/leads/{lead.pk}/stage/undo/"' in page
        answer = client.post(f"/leads/{lead.pk}/stage/undo/", undo, follow=True)
        assert "the lead is in the stage “Lead” again" in answer.content.decode()
        assert answer.redirect_chain == [(f"/leads/{lead.pk}/?stage=lead", 302)]
        since = lead.stage_since
        lead.refresh_from_db()
        assert (lead.stage, lead.stage_since) == ("lead", since)
        back = StageTransition.objects.filter(lead=lead).order_by("-id")[0]
        assert (back.old, back.new, back.actor) == (to, "lead", move.actor)
        assert "the move by hand was taken back" in answer.content.decode()

    def test_only_the_last_move_is_taken_back_and_only_by_who_made_it(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        client.post(f"/leads/{lead.pk}/stage/", self.form(lead, "sales_qualified"))
        move = StageTransition.objects.get(lead=lead)
        address = f"/leads/{lead.pk}/stage/undo/"
        other = signed_in_as(Role.MARKETING)
        refused = "Nothing was changed: the lead has gone on since, or somebody else moved it."
        answer = other.post(address, {"move": str(move.pk)}, follow=True)
        assert refused in answer.content.decode()
        assert (
            "/stage/undo/" not in other.get(f"/leads/{lead.pk}/?moved={move.pk}").content.decode()
        )
        lead.refresh_from_db()
        other.post(f"/leads/{lead.pk}/stage/", self.form(lead, "opportunity"))
        answer = client.post(address, {"move": str(move.pk)}, follow=True)
        assert refused in answer.content.decode()
        lead.refresh_from_db()
        assert lead.stage == "opportunity"
        for odd in ("", "x", "²", "9" * 30):
            assert client.post(address, {"move": odd}).status_code == 302
            assert client.get(f"/leads/{lead.pk}/", {"moved": odd}).status_code == 200

    def test_a_closed_lead_stays_where_it_is(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        Lead.objects.filter(pk=lead.pk).update(closed_at=NOW)
        assert "/stage/" not in client.get(f"/leads/{lead.pk}/").content.decode()
        client.post(f"/leads/{lead.pk}/stage/", self.form(lead))
        assert not StageTransition.objects.filter(lead=lead).exists()

    def test_an_auditor_moves_nobody(self) -> None:
        client, lead = signed_in_as(Role.AUDITOR), nobodys()
        assert "/stage/" not in client.get(f"/leads/{lead.pk}/").content.decode()
        assert client.post(f"/leads/{lead.pk}/stage/", self.form(lead)).status_code == 403


def seen(client: Client, lead: Lead) -> str:
    """How the deals stand by the form on the page."""
    page = client.get(f"/leads/{lead.pk}/").content.decode()
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


class TestDeals:
    FORM = {"deal-name": "Prasa", "deal-amount": "12 500,50", "deal-currency": "PLN"}  # noqa: RUF012

    def test_a_deal_is_opened_won_and_opened_again(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        client.post(f"/leads/{lead.pk}/deal/open/", self.FORM)
        deal = Opportunity.objects.get(lead=lead)
        lead.refresh_from_db()
        assert (deal.amount, deal.outcome, lead.stage) == (1_250_050, "open", "opportunity")
        form = {**self.FORM, "deal-amount": "13000", "seen": seen(client, lead)}
        client.post(f"/leads/{lead.pk}/deal/won/", form)
        deal.refresh_from_db()
        lead.refresh_from_db()
        assert (deal.amount, deal.outcome, lead.stage) == (1_300_000, "won", "customer")
        client.post(f"/leads/{lead.pk}/deal/{deal.pk}/reopen/")
        deal.refresh_from_db()
        lead.refresh_from_db()
        assert (deal.outcome, deal.closed_at, lead.stage) == ("open", None, "opportunity")

    def test_won_posted_twice_is_won_once(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        form = {**self.FORM, "seen": seen(client, lead)}
        client.post(f"/leads/{lead.pk}/deal/won/", form)
        answer = client.post(f"/leads/{lead.pk}/deal/won/", form, follow=True)
        assert "nothing more was written down" in answer.content.decode()
        assert Opportunity.objects.filter(lead=lead).count() == 1

    def test_a_wrong_amount_is_shown_where_it_was_typed(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        answer = client.post(
            f"/leads/{lead.pk}/deal/won/",
            {**self.FORM, "deal-amount": "12.000 zł", "back": "grade=B"},
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "“12.000 zł” is not an amount" in page
        assert 'value="12.000 zł"' in page
        assert 'name="back" value="grade=B"' in page
        assert not Opportunity.objects.filter(lead=lead).exists()

    def test_a_closed_deal_can_be_corrected(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        form = {**self.FORM, "deal-reason": "Za drogo", "seen": seen(client, lead)}
        client.post(f"/leads/{lead.pk}/deal/lost/", form)
        deal = Opportunity.objects.get(lead=lead)
        assert "Za drogo" in client.get(f"/leads/{lead.pk}/").content.decode()
        address, prefix = f"/leads/{lead.pk}/deal/{deal.pk}/correct/", f"deal{deal.pk}"
        fields = {"name": "Prasa 2", "amount": "x", "currency": "EUR", "reason": "Konkurencja"}
        form = {f"{prefix}-{name}": value for name, value in fields.items()}
        answer = client.post(address, {**form, "prefix": prefix})
        assert answer.status_code == 422
        assert "is not an amount" in answer.content.decode()
        client.post(address, {**form, f"{prefix}-amount": "7", "prefix": prefix})
        deal.refresh_from_db()
        assert (deal.name, deal.amount, deal.currency) == ("Prasa 2", 700, "EUR")
        assert (deal.outcome, deal.reason) == ("lost", "Konkurencja")

    def test_a_deal_is_not_lost_without_a_reason_and_the_page_says_so(self) -> None:
        client, lead = signed_in_as(Role.SALES, "pl"), nobodys()
        client.post(f"/leads/{lead.pk}/deal/open/", self.FORM)
        form = {**self.FORM, "deal-reason": " ", "seen": seen(client, lead)}
        answer = client.post(f"/leads/{lead.pk}/deal/lost/", form)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "Napisz krótko, dlaczego szansa przepadła." in page
        assert 'aria-invalid="true"' in page
        assert 'value="12 500,50"' in page
        assert Opportunity.objects.get(lead=lead).outcome == "open"
        answer = client.post(f"/leads/{lead.pk}/deal/won/", form, follow=True)
        deal = Opportunity.objects.get(lead=lead)
        assert (deal.outcome, deal.reason) == ("won", "")

    def test_two_open_deals_are_refused(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        client.post(f"/leads/{lead.pk}/deal/open/", self.FORM)
        client.post(f"/leads/{lead.pk}/deal/open/", self.FORM)
        assert Opportunity.objects.filter(lead=lead).count() == 1

    def test_another_leads_deal_is_not_found_here(self) -> None:
        client, lead = signed_in_as(Role.SALES), nobodys()
        other = Opportunity.objects.exclude(lead=lead)[0]
        for action in ("correct", "reopen"):
            answer = client.post(f"/leads/{lead.pk}/deal/{other.pk}/{action}/")
            assert answer.status_code == 404

    def test_marketing_does_not_close_deals(self) -> None:
        answer = signed_in_as(Role.MARKETING).post(f"/leads/{nobodys().pk}/deal/won/", self.FORM)
        assert answer.status_code == 403


def test_a_company_that_changed_is_the_one_of_then() -> None:
    lead = hottest()
    other = Company.objects.exclude(contacts=lead.contact)[0]
    AttributeChange.objects.create(
        contact=lead.contact,
        field="contact.company",
        old=other.pk,
        new=lead.contact.company_id,
        known_at=NOW,
        source="test",
    )
    then = lead_then(lead, NOW - timedelta(hours=1))
    assert then.contact.company == other
    page = signed_in_as(Role.MARKETING).get(f"/leads/{lead.pk}/").content.decode()
    assert f"{other.name} →" in page


def test_a_new_fact_is_evidence_at_once() -> None:
    """What was scored live is explained by the same touchpoints."""
    lead = hottest()
    mark([lead.pk], now=NOW)
    while score_marked(now=NOW):
        pass
    page = signed_in_as(Role.MARKETING).get(f"/leads/{lead.pk}/")
    assert page.context["score"].as_of == NOW
