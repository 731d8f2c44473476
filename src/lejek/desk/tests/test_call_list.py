"""The call list: order, scope, filters, search, paging, reasons, export."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from lejek.consent.models import ConsentChange
from lejek.consent.selectors import consents_of
from lejek.desk.call_list import COUNTED, PAGE_SIZE, Cursor, Filters, Whereabouts
from lejek.desk.tests.builders import N_LEADS, NOW, loaded, organisation, rows_of, signed_in_as
from lejek.identity.models import Company, Contact, Lead
from lejek.people.models import AuditEntry, Role, User
from lejek.qualification.models import DefinitionState
from lejek.scoring.models import Activation, LeadScore, ModelVersion, ScoringRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organisation")]

__all__ = ["loaded", "organisation"]


class TestOrder:
    def test_leads_stand_from_hottest_to_coldest(self) -> None:
        rows = rows_of(signed_in_as(Role.MARKETING).get("/"))
        scores = [row.score.overall for row in rows if row.score]
        assert len(scores) == PAGE_SIZE
        assert scores == sorted(scores, reverse=True)
        assert [row.place for row in rows] == list(range(1, PAGE_SIZE + 1))

    def test_those_who_wait_longest_can_stand_first(self) -> None:
        rows = rows_of(signed_in_as(Role.MARKETING).get("/?order=waiting"))
        since = [row.lead.stage_since for row in rows]
        assert since == sorted(since)

    def test_every_reason_that_is_shown_gave_points(self) -> None:
        rows = rows_of(signed_in_as(Role.MARKETING).get("/"))
        shown = [reason for row in rows for reason in row.reasons]
        assert shown
        assert all(reason.milli > 0 for reason in shown)

    def test_signals_are_the_newest_and_no_machine_made_them(self) -> None:
        rows = rows_of(signed_in_as(Role.MARKETING).get("/"))
        for row in rows:
            theirs = row.lead.contact.pk
            assert [signal.at for signal in row.signals] == _newest(theirs)

    def test_a_row_says_grade_bands_stage_and_company(self) -> None:
        page = signed_in_as(Role.MARKETING, "pl").get("/").content.decode()
        row = rows_of(signed_in_as(Role.MARKETING, "pl").get("/"))[0]
        assert row.score is not None
        assert row.score.grade in page
        assert len(row.bands) == 3
        assert all(band.dimension in page and band.label in page for band in row.bands)
        assert row.stage in page
        assert str(row.lead.contact.company) in page

    @pytest.mark.parametrize(
        ("language", "said"), [("pl", "brak zgody na telefon"), ("en", "no con")]
    )
    def test_a_row_warns_of_who_may_not_be_called(self, language: str, said: str) -> None:
        rows = rows_of(signed_in_as(Role.MARKETING, language).get("/"))
        allowed, refused, unasked = (row.lead.contact for row in rows[:3])
        Contact.objects.update(phone="+48123456789")
        ConsentChange.objects.all().delete()
        for contact, is_given in ((allowed, True), (refused, False)):
            ConsentChange.objects.create(
                contact=contact, purpose="phone", is_given=is_given, at=NOW, source="call"
            )
        answer = signed_in_as(Role.MARKETING, language).get("/")
        shown = {row.lead.contact_id: row.may_call for row in rows_of(answer)}
        assert [shown[each.pk] for each in (allowed, refused, unasked)] == [True, False, False]
        assert answer.content.decode().count(said) == len(shown) - 1


def _newest(contact_id: int) -> list[datetime]:
    from lejek.capture.models import Touchpoint

    theirs = Touchpoint.objects.filter(contact_id=contact_id, is_machine=False)
    newest = theirs.filter(occurred_at__lte=NOW).order_by("-occurred_at")
    return list(newest.values_list("occurred_at", flat=True)[:2])


class TestNarrowing:
    def test_a_salesperson_sees_own_leads_and_nobodys(self) -> None:
        seller = User.objects.filter(role=Role.SALES).order_by("id")[0]
        rows = rows_of(signed_in_as(Role.SALES).get("/"))
        owners = {row.lead.owner_id for row in rows}
        assert owners <= {seller.pk, None}
        assert seller.pk in owners

    @pytest.mark.parametrize(
        ("query", "fits"),
        [
            ("grade=B", lambda score: score.grade[0] == "B"),
            ("digit=1", lambda score: score.grade[1] == "1"),
            ("stage=lead", lambda score: score.lead.stage == "lead"),
            ("owner=nobody", lambda score: score.lead.owner_id is None),
            ("grade=C&digit=1", lambda score: score.grade == "C1"),
        ],
    )
    def test_a_filter_leaves_all_that_fit_and_only_those(self, query: str, fits: object) -> None:
        assert callable(fits)
        some = list(LeadScore.objects.order_by("lead_id").values_list("pk", flat=True)[:7])
        LeadScore.objects.filter(pk__in=some).update(grade="C1")
        client = signed_in_as(Role.MARKETING)
        found = _walk(client, query)
        worked = LeadScore.objects.exclude(lead__stage__in=("customer", "disqualified"))
        expected = [score for score in worked.select_related("lead") if fits(score)]
        assert sorted(found) == sorted(score.lead_id for score in expected)
        assert expected

    def test_those_who_may_not_be_called_can_be_left_out(self) -> None:
        client = signed_in_as(Role.MARKETING)
        rows = rows_of(client.get("/"))
        allowed, silent, again, back, unasked, refused = (row.lead.contact for row in rows[:6])
        Contact.objects.update(phone="+48123456789")
        Contact.objects.filter(pk=silent.pk).update(phone="")
        ConsentChange.objects.all().delete()
        words = (
            (allowed, "phone", [True]),
            (silent, "phone", [True]),
            (again, "phone", [False, True]),
            (back, "phone", [True, False]),
            (unasked, "email", [True]),
            (refused, "phone", [False]),
        )
        for contact, purpose, said in words:
            for is_given in said:
                ConsentChange.objects.create(
                    contact=contact, purpose=purpose, is_given=is_given, at=NOW, source="call"
                )
        found = rows_of(client.get("/?call=yes"))
        assert [row.lead.contact_id for row in found] == [allowed.pk, again.pk]
        assert all(row.may_call for row in found)
        lines = client.post("/leads/export/?call=yes").getvalue().decode().splitlines()
        assert len(lines) == 1 + len(found)

    def test_those_are_left_who_meet_a_definition_or_met_and_keep_it(self) -> None:
        client = signed_in_as(Role.MARKETING)
        met, over, other = (row.lead.pk for row in rows_of(client.get("/"))[:3])
        DefinitionState.objects.all().delete()
        for lead_id, name, is_met in (
            (met, "expert", True),
            (over, "expert", False),
            (other, "ideal_customer", True),
        ):
            DefinitionState.objects.create(
                lead_id=lead_id, definition=name, is_met=is_met, since=NOW
            )
        assert _walk(client, "meets=expert") == [met]
        assert _walk(client, "meets=nothing") == []
        lines = client.post("/leads/export/?meets=expert").getvalue().decode().splitlines()
        assert len(lines) == 1 + 1

    @pytest.mark.parametrize(
        ("language", "said"), [("pl", "Lead wtórny"), ("en", "Returning lead")]
    )
    def test_a_row_and_the_file_say_what_kind_of_lead_it_is(self, language: str, said: str) -> None:
        client = signed_in_as(Role.MARKETING, language)
        lead_id = rows_of(client.get("/"))[0].lead.pk
        DefinitionState.objects.all().delete()
        for name in ("expert", "returning", "ideal_customer"):
            DefinitionState.objects.create(lead_id=lead_id, definition=name, is_met=True, since=NOW)
        page = client.get("/?meets=returning")
        assert [tuple(row.kinds) for row in rows_of(page)] == [
            (said, "Ekspert" if language == "pl" else "Expert")
        ]
        assert f'<option value="returning" selected>{said}</option>' in page.content.decode()
        file = client.post("/leads/export/?meets=returning").getvalue().decode()
        assert f"{said}, E" in file

    def test_a_definition_that_the_model_has_no_more_can_be_taken_away_again(self) -> None:
        page = signed_in_as(Role.MARKETING).get("/?meets=former").content.decode()
        assert '<option value="former" selected>former</option>' in page
        assert "Nobody fits these filters" in page

    def test_the_filters_offer_only_owners_of_leads_that_one_sees(self) -> None:
        sellers = list(User.objects.filter(role=Role.SALES).order_by("id"))
        elsewhere = User.objects.create_user("o@lejek.example", name="Obcy", role=Role.SALES)
        lead = Lead.objects.filter(owner=sellers[1])[0]
        Lead.objects.filter(pk=lead.pk).update(owner=elsewhere)
        offered = {
            role: set(signed_in_as(role).get("/").context["owners"])
            for role in (Role.SALES, Role.MANAGER, Role.MARKETING)
        }
        assert offered == {
            Role.SALES: set(),
            Role.MANAGER: set(sellers),
            Role.MARKETING: {*sellers, elsewhere},
        }
        page = signed_in_as(Role.SALES).get("/").content.decode()
        assert elsewhere.name not in page
        assert sellers[1].name not in page

    def test_nobody_is_told_to_call_a_customer_unless_asked(self) -> None:
        Lead.objects.filter(pk__in=Lead.objects.values("pk")[:3]).update(stage="customer")
        client = signed_in_as(Role.MARKETING)
        stages = set(Lead.objects.filter(pk__in=_walk(client, "")).values_list("stage", flat=True))
        assert "customer" not in stages
        assert len(_walk(client, "stage=all")) == N_LEADS
        assert len(_walk(client, "stage=customer")) >= 3

    def test_a_search_finds_by_name_and_company_together(self) -> None:
        scores = LeadScore.objects.filter(lead__stage="lead")
        score = scores.select_related("lead__contact__company")[0]
        contact = score.lead.contact
        query = f"{contact.last_name} {str(contact.company).split()[0]}"
        rows = rows_of(signed_in_as(Role.MARKETING).get("/", {"q": query}))
        assert score.lead_id in {row.lead.pk for row in rows}

    @pytest.mark.parametrize(
        "typed",
        ["ŻANETA", "zaneta", "Żaneta ŁĘCKA", "lecka", "601 234 567", "5260250274", "gęś s.a."],
    )
    def test_a_search_needs_neither_capitals_nor_strokes(self, typed: str) -> None:
        lead = Lead.objects.filter(score__isnull=False, stage="lead")[0]
        Contact.objects.filter(pk=lead.contact_id).update(
            first_name="Żaneta", last_name="Łęcka", phone="+48601234567"
        )
        Company.objects.filter(contacts=lead.contact_id).update(name="GĘŚ S.A.", nip="5260250274")
        rows = rows_of(signed_in_as(Role.MARKETING).get("/", {"q": typed}))
        assert lead.pk in {row.lead.pk for row in rows}

    @pytest.mark.parametrize(
        ("name", "typed"),
        [
            ("Müller", "Müller"),
            ("Müller", "mül"),
            ("Özdemir", "Özdemir"),
            ("Özdemir", "özdemir"),
            ("Łückow", "łückow"),
        ],
    )
    def test_a_name_of_another_language_is_found_as_it_is_written(
        self, name: str, typed: str
    ) -> None:
        lead = Lead.objects.filter(score__isnull=False, stage="lead")[0]
        Contact.objects.filter(pk=lead.contact_id).update(last_name=name)
        found = [
            row.lead.pk for row in rows_of(signed_in_as(Role.MARKETING).get("/", {"q": typed}))
        ]
        assert found == [lead.pk]

    @pytest.mark.parametrize(
        "typed",
        [
            *("526-025-02-74", "526 025 02 74", "PL5260250274", "NIP: 526-025-02-74", "526-025"),
            *("000-331-501", "REGON 000331501", "000 331 501", "0000123456", "KRS 0000123456"),
            *("+48 601 234 567", "0048601234567", "(60) 123-45-67", "601-234-567", "234-567"),
            *("tel. 601 234 567", "Łęcka 601-234-567", "601 234-567 zaneta", "(0)601 234 567"),
        ],
    )
    def test_a_number_is_found_however_it_is_written(self, typed: str) -> None:
        lead = Lead.objects.filter(score__isnull=False, stage="lead")[0]
        Contact.objects.filter(pk=lead.contact_id).update(
            first_name="Żaneta", last_name="Łęcka", phone="+48601234567"
        )
        Company.objects.filter(contacts=lead.contact_id).update(
            nip="5260250274", regon="000331501", krs="0000123456"
        )
        found = set(_walk(signed_in_as(Role.MARKETING), urlencode({"q": typed, "stage": "all"})))
        colleagues = Lead.objects.filter(contact__company__nip="5260250274")
        assert lead.pk in found
        assert found <= set(colleagues.values_list("pk", flat=True))

    def test_a_number_beside_a_name_asks_for_both(self) -> None:
        lead = Lead.objects.filter(score__isnull=False, stage="lead")[0]
        Contact.objects.filter(pk=lead.contact_id).update(phone="+48601234567", last_name="Łęcka")
        client = signed_in_as(Role.MARKETING)
        assert _walk(client, urlencode({"q": "Wróbel 601-234-567"})) == []
        assert _walk(client, urlencode({"q": "osoba601234567@firma.pl"})) == []

    @pytest.mark.embedded  # each database tells its plans in its own words
    def test_a_number_is_looked_up_in_indexes(self) -> None:
        client = signed_in_as(Role.MARKETING)
        people = Contact.objects.exclude(phone="").filter(leads__stage="lead")
        nip, phone = people.exclude(company__nip=None).values_list("company__nip", "phone")[0]
        assert nip is not None
        for number, digits in ((f"{nip[:3]}-{nip[3:]}", nip), (f"0048 {phone[3:]}", phone)):
            with CaptureQueriesContext(connection) as asked:
                assert rows_of(client.get("/", {"q": number, "stage": "all"}))
            looked_up = [each["sql"] for each in asked if f"'{digits}'" in each["sql"]]
            assert looked_up
            assert not any(" LIKE " in each["sql"] for each in asked)
            for sql in looked_up:
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                    steps = [row[3] for row in cursor.fetchall()]
                assert not any(step.startswith("SCAN") for step in steps), steps

    @pytest.mark.parametrize("typed", ["%", "_", "'", "\\", "nobody at all"])
    def test_a_search_that_finds_nobody_says_so_and_leads_back(self, typed: str) -> None:
        page = signed_in_as(Role.MARKETING).get("/", {"q": typed}).content.decode()
        assert "Nobody fits these filters" in page
        assert 'href="/"' in page

    @pytest.mark.parametrize("query", ["grade=AB&digit=x&order=y", "owner=²", "call=x"])
    def test_what_is_not_understood_is_left_out(self, query: str) -> None:
        assert signed_in_as(Role.MARKETING).get(f"/?{query}").status_code == 200

    def test_without_leads_the_page_says_what_to_do(self) -> None:
        Lead.objects.update(closed_at=NOW)
        page = signed_in_as(Role.MARKETING).get("/").content.decode()
        assert "No leads yet" in page
        assert "/imports/" in page

    def test_who_cannot_import_is_not_sent_to_import(self) -> None:
        Lead.objects.update(closed_at=NOW)
        page = signed_in_as(Role.SALES).get("/").content.decode()
        assert "No leads yet" in page
        assert 'href="/imports/' not in page


class TestUnscored:
    """Leads that no model has judged stand on the list all the same, and it says why."""

    def page(self, query: str = "", role: str = Role.MARKETING, language: str = "en") -> str:
        return signed_in_as(role, language).get(f"/?{query}").content.decode()

    def test_before_a_model_is_published_it_says_so_and_leads_there(self) -> None:
        LeadScore.objects.all().delete()
        Activation.objects.all().delete()
        page = self.page()
        assert "No leads yet" not in page
        assert "No scoring model is published yet" in page
        assert 'href="/models/"' in page
        assert "waits to be scored" in page
        assert "Marketing publishes it" in self.page(role=Role.SALES)

    def test_while_they_wait_it_says_how_many(self) -> None:
        LeadScore.objects.filter(lead__in=_some(3)).delete()
        client = signed_in_as(Role.MARKETING)
        first = client.get("/?stage=all")
        assert "to be scored" not in first.content.decode()
        last = f"stage=all&{first.context['page'].next.query}"
        page = self.page(last)
        assert "3 leads wait to be scored" in page
        assert "just now" not in page
        ScoringRun.objects.create(
            version=ModelVersion.objects.all()[0], reason="import", as_of=NOW, started_at=NOW
        )
        assert "Everybody is being scored just now" in self.page(last)

    def test_who_refused_profiling_is_shown_with_the_reason_and_does_not_wait(self) -> None:
        for score in LeadScore.objects.select_related("lead"):
            ConsentChange.objects.create(
                contact_id=score.lead.contact_id,
                purpose="profiling",
                is_given=False,
                at=NOW,
                source="form",
            )
        LeadScore.objects.all().delete()
        page = self.page()
        assert "These people do not want to be profiled" in page
        assert page.count("not scored: does not want to be profiled") == PAGE_SIZE
        assert "waits to be scored</li>" not in page
        assert "nie chce być profilowan" in self.page(language="pl")

    @pytest.mark.parametrize("order", ["", "waiting"])
    @pytest.mark.parametrize("counted", [COUNTED, 3])
    def test_they_stand_behind_all_others_and_are_read_both_ways(
        self, order: str, counted: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        LeadScore.objects.filter(lead__in=_some(20)).delete()
        monkeypatch.setattr("lejek.desk.call_list.PAGE_SIZE", 7)
        monkeypatch.setattr("lejek.desk.call_list.COUNTED", counted)
        client = signed_in_as(Role.MARKETING)
        query = f"stage=all&order={order}"
        found, back = _walk(client, query), _walk_back(client, query)
        scored = list(
            LeadScore.objects.order_by("-overall", "lead_id").values_list("lead_id", flat=True)
        )
        since = Lead.objects.order_by("stage_since", "id").values_list("id", flat=True)
        expected = list(since) if order else [*scored, *sorted(_some(20))]
        assert found == expected
        assert back == found[: len(back)]
        assert len(back) > N_LEADS - 15

    def test_a_search_finds_them_and_a_grade_does_not(self) -> None:
        lead = Lead.objects.filter(score__isnull=False, stage="lead")[0]
        grade = lead.score.grade
        LeadScore.objects.filter(lead=lead).delete()
        Contact.objects.filter(pk=lead.contact_id).update(first_name="Żaneta", last_name="Łęcka")
        client = signed_in_as(Role.MARKETING)
        rows = rows_of(client.get("/?q=zaneta+lecka"))
        assert [(row.lead.pk, row.score) for row in rows] == [(lead.pk, None)]
        assert rows[0].unscored == "waits to be scored"
        assert not rows_of(client.get(f"/?q=zaneta+lecka&grade={grade[0]}"))

    def test_their_pages_have_neighbours(self) -> None:
        without = sorted(_some(2))
        LeadScore.objects.filter(lead__in=without).delete()
        client = signed_in_as(Role.MARKETING)
        coldest = LeadScore.objects.order_by("overall", "-lead_id")[0].lead_id
        found = client.get(f"/leads/{without[0]}/?stage=all").context["neighbours"]
        assert (found.before, found.after) == (coldest, without[1])

    def test_the_file_has_them_last_with_the_reason(self) -> None:
        without = _some(2)
        LeadScore.objects.filter(lead__in=without).delete()
        answer = signed_in_as(Role.MARKETING).post("/leads/export/?stage=all")
        lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        assert len(lines) == N_LEADS
        assert [line["Why"] for line in lines[-2:]] == ["waits to be scored"] * 2
        assert [line["Score"] for line in lines[-2:]] == ["", ""]

    def test_where_nobody_is_worked_on_the_page_leads_to_the_others(self) -> None:
        Lead.objects.update(stage="customer")
        page = self.page()
        assert "Nobody waits for a call" in page
        assert 'href="/?stage=all"' in page
        assert "No leads yet" not in page


def _some(n: int) -> list[int]:
    return list(Lead.objects.order_by("id").values_list("id", flat=True)[:n])


def _walk(client: Client, query: str) -> list[int]:
    """The leads of all pages, one after the other."""
    found: list[int] = []
    where = ""
    while True:
        page = client.get(f"/?{query}&{where}").context["page"]
        found += [row.lead.pk for row in page.rows]
        if page.next is None:
            return found
        where = page.next.query


def _walk_back(client: Client, query: str) -> list[int]:
    """The leads of all pages but the last, read from there to the front."""
    page = client.get(f"/?{query}").context["page"]
    while page.next is not None:
        page = client.get(f"/?{query}&{page.next.query}").context["page"]
    found: list[int] = []
    while page.previous is not None:
        page = client.get(f"/?{query}&{page.previous.query}").context["page"]
        found = [row.lead.pk for row in page.rows] + found
    return found


class TestPaging:
    @pytest.mark.parametrize("order", ["", "waiting"])
    def test_the_pages_hold_every_lead_once_and_in_order(self, order: str) -> None:
        client = signed_in_as(Role.MARKETING)
        found = _walk(client, f"stage=all&order={order}")
        key = "lead__stage_since" if order else "-overall"
        expected = LeadScore.objects.order_by(key, "lead_id").values_list("lead_id", flat=True)
        assert found == list(expected)
        assert len(found) == N_LEADS

    def test_one_comes_back_to_the_page_before(self) -> None:
        client = signed_in_as(Role.MARKETING)
        first = client.get("/?stage=all").context["page"]
        second = client.get(f"/?stage=all&{first.next.query}").context["page"]
        assert (second.first, second.last) == (PAGE_SIZE + 1, N_LEADS)
        back = client.get(f"/?stage=all&{second.previous.query}").context["page"]
        assert [r.lead.pk for r in back.rows] == [r.lead.pk for r in first.rows]
        assert back.first == 1

    def test_a_page_keeps_its_place_when_somebody_becomes_hotter(self) -> None:
        client = signed_in_as(Role.MARKETING)
        first = client.get("/?stage=all").context["page"]
        address = f"/?stage=all&{first.next.query}"
        after = [row.lead.pk for row in rows_of(client.get(address))]
        coldest = LeadScore.objects.order_by("overall", "-lead_id")[0]
        LeadScore.objects.filter(pk=coldest.pk).update(overall=10**6)
        again = [row.lead.pk for row in rows_of(client.get(address))]
        assert again == [lead_id for lead_id in after if lead_id != coldest.lead_id]

    def test_a_place_behind_the_last_lead_gives_the_first_page(self) -> None:
        page = (
            signed_in_as(Role.MARKETING)
            .get("/?stage=all&after=-999999.1&place=900")
            .context["page"]
        )
        assert page.first == 1
        assert len(page.rows) == PAGE_SIZE

    @pytest.mark.parametrize("text", ["", "1", "x.y", "1.", ".1", "9" * 40 + ".1", "1.-1", "²."])
    def test_what_is_no_cursor_is_none(self, text: str) -> None:
        assert Cursor.of(text) is None

    def test_a_cursor_reads_what_it_wrote(self) -> None:
        assert Cursor.of(str(Cursor(-12_500, 7))) == Cursor(-12_500, 7)

    def test_a_lead_leads_back_to_its_page_and_row(self) -> None:
        client = signed_in_as(Role.MARKETING)
        first = client.get("/?order=").context["page"]
        lead = first.rows[-1].lead.pk
        page = client.get(f"/leads/{lead}/?grade=&after=5.1&place=51").content.decode()
        assert f'href="/?after=5.1&amp;place=51#lead-{lead}"' in page

    def test_how_many_there_are_is_counted_so_far_and_no_further(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = signed_in_as(Role.MARKETING).get("/?stage=all").content.decode()
        assert f"1–50 of {N_LEADS}" in page
        monkeypatch.setattr("lejek.desk.call_list.COUNTED", 10)
        counted = signed_in_as(Role.MARKETING).get("/").context["page"]
        assert counted.n_found == 11
        assert not counted.is_all_counted
        assert COUNTED == 1000

    @pytest.mark.parametrize("query", ["stage=lead&q=a", "stage=all", "stage=all&order=waiting"])
    def test_a_long_list_and_a_short_one_are_read_alike(
        self, query: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lejek.desk.call_list.PAGE_SIZE", 7)
        client = signed_in_as(Role.MARKETING)
        short, back = _walk(client, query), _walk_back(client, query)
        monkeypatch.setattr("lejek.desk.call_list.COUNTED", 3)
        assert _walk(client, query) == short
        assert _walk_back(client, query) == back
        assert short == sorted(set(short), key=short.index)
        assert back == short[: len(back)]
        assert len(short) > 7

    def test_a_long_list_takes_one_query_more(
        self, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = signed_in_as(Role.MARKETING)
        monkeypatch.setattr("lejek.desk.call_list.COUNTED", 3)
        client.get("/")
        with django_assert_num_queries(TestSpeed.N_QUERIES + 1):
            client.get("/")


class TestSpeed:
    N_QUERIES = 13
    """Session, user, places, rows, versions, signals (2), consents, kinds, stages, views, model,
    owners."""

    @pytest.mark.parametrize(
        "query",
        ["", "grade=C", "stage=lead&grade=C", "order=waiting", "call=yes", "meets=ideal_customer"],
    )
    def test_the_number_of_queries_does_not_depend_on_the_number_of_leads(
        self, query: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = signed_in_as(Role.MARKETING)
        client.get("/")
        with django_assert_num_queries(self.N_QUERIES):
            client.get(f"/?{query}")

    def test_a_search_asks_once_more_for_each_word(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = signed_in_as(Role.MARKETING)
        client.get("/")
        with django_assert_num_queries(self.N_QUERIES + 2):
            client.get("/?q=an+sp")

    def test_the_fragment_alone_asks_for_less(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = signed_in_as(Role.MARKETING)
        client.get("/")
        with django_assert_num_queries(self.N_QUERIES - 2):
            client.get("/", headers={"HX-Request": "true"})

    @pytest.mark.embedded  # each database tells its plans in its own words
    @pytest.mark.parametrize("order", ["", "&order=waiting"])
    @pytest.mark.parametrize("counted", [COUNTED, 3])
    @pytest.mark.parametrize(
        ("query", "sought", "index"),
        [
            ("call=yes", "phone", "consent_newest"),
            ("meets=ideal_customer", "ideal_customer", "definition_held_by"),
        ],
    )
    def test_what_narrows_the_list_is_looked_up_in_an_index(
        self,
        query: str,
        sought: str,
        index: str,
        counted: int,
        order: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("lejek.desk.call_list.COUNTED", counted)
        client = signed_in_as(Role.MARKETING)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/?{query}{order}")
        listed = [each["sql"] for each in asked if f"'{sought}'" in each["sql"]]
        assert listed
        for sql in listed:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                plan = [row[3] for row in cursor.fetchall()]
            searched = [step for step in plan if step.startswith("SEARCH")]
            assert any(f"COVERING INDEX {index}" in step for step in searched), plan

    def test_the_way_back_in_the_browser_gives_the_whole_page(self) -> None:
        client = signed_in_as(Role.MARKETING)
        headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        assert "<!doctype html>" in client.get("/", headers=headers).content.decode()
        part = client.get("/", headers={"HX-Request": "true"})
        assert "<!doctype html>" not in part.content.decode()
        assert "HX-Request" in part["Vary"]


class TestExport:
    def exported(self, query: str, role: str = Role.MARKETING, language: str = "en") -> str:
        answer = signed_in_as(role, language).post(f"/leads/export/?{query}")
        assert answer["Content-Disposition"].startswith("attachment")
        return bytes(answer.getvalue()).decode("utf-8-sig")

    def test_it_holds_the_whole_list_as_it_is_narrowed(self) -> None:
        lines = list(csv.reader(io.StringIO(self.exported("grade=C"))))
        shown = _walk(signed_in_as(Role.MARKETING), "grade=C")
        assert len(lines) == len(shown) + 1
        assert lines[0][:4] == ["Place", "Name", "Position", "Company"]
        assert {line[8][0] for line in lines[1:]} == {"C"}

    def test_a_polish_one_is_read_by_a_polish_spreadsheet(self) -> None:
        lines = list(csv.reader(io.StringIO(self.exported("", language="pl")), delimiter=";"))
        assert lines[0][1] == "Imię i nazwisko"
        assert all("." not in line[9] for line in lines[1:])

    def test_it_says_who_may_be_called_and_written_to(self) -> None:
        lines = list(csv.DictReader(io.StringIO(self.exported(""))))
        by_address = {contact.email: contact.pk for contact in Contact.objects.all()}
        consents = consents_of(by_address.values())
        for line in lines:
            given = consents.get(by_address[line["E-mail"]], {})
            assert line["May be called"] == ("yes" if given.get("phone") else "no")
            assert line["May be written to"] == ("yes" if given.get("email") else "no")
        assert {line["May be called"] for line in lines} == {"yes", "no"}

    def test_it_has_the_band_of_each_dimension(self) -> None:
        lines = list(csv.DictReader(io.StringIO(self.exported(""))))
        rows = rows_of(signed_in_as(Role.MARKETING).get("/"))
        for line, row in zip(lines, rows, strict=False):
            assert len(row.bands) == 3
            for band in row.bands:
                assert line[f"Band: {band.dimension}"] == band.label

    def test_its_name_has_the_local_date(self, monkeypatch: pytest.MonkeyPatch) -> None:
        late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
        monkeypatch.setattr("lejek.kernel.clock.now", lambda: late)
        answer = signed_in_as(Role.MARKETING).post("/leads/export/")
        assert "2026-11-21.csv" in answer["Content-Disposition"]

    def test_who_has_no_name_is_called_what_the_page_calls_them(self) -> None:
        contact = Contact.objects.filter(company__isnull=False, leads__stage="lead")[0]
        Contact.objects.filter(pk=contact.pk).update(
            first_name="", last_name="", email=None, phone=""
        )
        names = [line["Name"] for line in csv.DictReader(io.StringIO(self.exported("")))]
        assert all(names)
        rows = rows_of(signed_in_as(Role.MARKETING).get("/"))
        assert names[: len(rows)] == [row.lead.contact.full_name for row in rows]

    def test_a_name_is_no_formula(self) -> None:
        Contact.objects.update(first_name="=cmd|' /C calc'!A0")
        lines = list(csv.reader(io.StringIO(self.exported(""))))
        assert all(line[1].startswith("'=") for line in lines[1:])

    def test_it_is_written_down_who_took_what(self) -> None:
        self.exported("grade=C")
        entry = AuditEntry.objects.get(action="exported_leads")
        assert entry.details == {"filters": "grade=C"}

    def test_a_salesperson_exports_what_a_salesperson_sees(self) -> None:
        lines = list(csv.reader(io.StringIO(self.exported("", Role.SALES))))
        assert len(lines) == len(_walk(signed_in_as(Role.SALES), "")) + 1

    def test_an_auditor_cannot_export(self) -> None:
        assert signed_in_as(Role.AUDITOR).post("/leads/export/").status_code == 403


def test_filters_read_the_address_that_they_wrote() -> None:
    from django.http import QueryDict

    filters = Filters(
        *("żaneta & s-ka", "A", "1", "lead", "mine", "waiting"), may_call=True, meets="expert"
    )
    assert Filters.of(QueryDict(filters.query)) == filters


def test_whereabouts_read_the_address_that_they_wrote() -> None:
    from django.http import QueryDict

    where = Whereabouts(after=Cursor(5, 6), place=51)
    assert Whereabouts.of(QueryDict(where.query)) == where
    assert Whereabouts.of(QueryDict("place=7")).query == ""
