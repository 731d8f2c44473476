"""The timeline of a lead: every fact once, page by page, in the words of the page."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from lejek.capture.models import Touchpoint
from lejek.consent.models import ConsentChange
from lejek.desk import timeline as timelines
from lejek.desk.tests.builders import NOW, loaded, organisation, signed_in_as
from lejek.desk.timeline import Happening, Place, timeline
from lejek.desk.words import Words
from lejek.identity.models import AttributeChange, Lead
from lejek.people.models import Role
from lejek.qualification.models import StageTransition
from lejek.scoring.models import ModelVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organisation")]

__all__ = ["loaded", "organisation"]


def some_lead() -> Lead:
    found = Lead.objects.select_related("contact__company").filter(stage="lead")
    return found.order_by("id")[0]


def touched(lead: Lead, number: int, *, minutes: int) -> Touchpoint:
    at = NOW - timedelta(minutes=minutes)
    return Touchpoint.objects.create(
        id=UUID(int=number),
        type="page_view",
        occurred_at=at,
        received_at=at,
        properties={"page.title": f"page {number}"},
        source="test",
        contact_id=lead.contact_id,
    )


class TestPages:
    @pytest.mark.parametrize("most", [1, 3, 7])
    def test_every_fact_stands_on_one_page_in_order(
        self, most: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where many facts share a moment, which a page may end within."""
        monkeypatch.setattr(timelines, "MOST", most)
        lead, words = some_lead(), Words("pl")
        Touchpoint.objects.filter(contact_id=lead.contact_id).delete()
        for number in range(1, 10):
            touched(lead, number, minutes=number // 4)
        for number in range(5):
            StageTransition.objects.create(lead=lead, old="a", new=f"s{number}", reason="", at=NOW)
        lines: list[Happening] = []
        after: Place | None = None
        while True:
            page = timeline(lead, words, after)
            lines += page.lines
            after = page.older
            if after is None:
                break
            assert Place.of(str(after)) == after
        moments = [line.at for line in lines]
        assert moments == sorted(moments, reverse=True)
        said = [line.detail.strip("„”") for line in lines if line.label == "Odsłona strony"]
        assert sorted(said) == sorted(f"page {number}" for number in range(1, 10))
        moved = [line.label for line in lines if line.label.startswith("a → ")]
        assert moved == [f"a → s{number}" for number in (4, 3, 2, 1, 0)]
        changes = AttributeChange.objects.filter(contact=lead.contact_id).count()
        told = [
            each
            for line in lines
            if line.label.startswith("Nowe dane")
            for each in line.detail.split("; ")
        ]
        assert len(told) == changes > 0

    def test_a_link_leads_to_the_older_ones_and_one_back(self) -> None:
        lead, client = some_lead(), signed_in_as(Role.MARKETING)
        for number in range(1, 80):
            touched(lead, number, minutes=number)
        page = client.get(f"/leads/{lead.pk}/?grade=A").content.decode()
        assert "page 60" in page
        assert "page 61" not in page
        link = re.search(r'href="(\?grade=A&amp;older=[^"#]*)#timeline"', page)
        assert link is not None
        older = client.get(f"/leads/{lead.pk}/{link[1].replace('&amp;', '&')}").content.decode()
        assert "page 60" not in older
        assert "page 61" in older
        assert 'href="?grade=A#timeline"' in older

    @pytest.mark.parametrize(
        "text", ["", "x", "1.0", "1.0.5", "1.9.5", "1.-1.5", "1.1." + "9" * 30, "9" * 40 + ".1.1"]
    )
    def test_what_is_no_place_is_none(self, text: str) -> None:
        assert Place.of(text) is None
        page = signed_in_as(Role.MARKETING).get(f"/leads/{some_lead().pk}/", {"older": text})
        assert page.status_code == 200

    def test_a_page_takes_no_more_queries_than_this(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        words = Words("en")
        for lead in Lead.objects.select_related("contact__company")[:20]:
            list(words.stages)
            with django_assert_max_num_queries(8):
                timeline(lead, words)


class TestWords:
    def text(self, language: str, lead: Lead) -> str:
        return signed_in_as(Role.MARKETING, language).get(f"/leads/{lead.pk}/").content.decode()

    def test_a_consent_is_told_with_its_source(self) -> None:
        lead = some_lead()
        for purpose, is_given in (("phone", True), ("email", False)):
            ConsentChange.objects.create(
                contact=lead.contact, purpose=purpose, is_given=is_given, at=NOW, source="import:7"
            )
        page = self.text("en", lead)
        assert "Consents · import 7" in page
        assert "consent to calls: yes; consent to e-mail: no" in page
        page = self.text("pl", lead)
        assert "Zgody · import 7" in page
        assert "zgoda na telefon: tak; zgoda na e-maile: nie" in page

    def test_what_an_import_brought_is_told_in_words(self) -> None:
        lead = some_lead()
        for field, new in (
            ("contact.first_name", "Zofia"),
            ("lead.department", "finance"),
            ("lead.direction", "outbound"),
            ("company.krs", "0000123456"),
        ):
            of = "company" if field.startswith("company") else "contact"
            AttributeChange.objects.create(
                field=field,
                new=new,
                known_at=NOW,
                source="import:7",
                **{of: getattr(lead.contact, of) if of == "company" else lead.contact},
            )
        page = self.text("pl", lead)
        assert "imię: „Zofia”; dział: finanse; kierunek: wychodzący; KRS: „0000123456”" in page
        assert "contact.first_name" not in page

    @pytest.mark.parametrize(
        ("language", "label"),
        [("pl", "Profil idealnego klienta (ICP)"), ("en", "Ideal customer profile (ICP)")],
    )
    def test_a_definition_without_a_stage_is_called_as_its_version_calls_it(
        self, language: str, label: str
    ) -> None:
        lead = some_lead()
        version = ModelVersion.objects.order_by("-number")[0]
        assert "ideal_customer" in version.document
        StageTransition.objects.create(
            lead=lead,
            old="lead",
            new="opportunity",
            reason="meets ideal_customer",
            definition="ideal_customer",
            version=version,
            at=NOW,
        )
        assert f"{label}”" in self.text(language, lead)

    def test_what_a_person_wrote_stays_as_it_is(self) -> None:
        lead = some_lead()
        StageTransition.objects.create(
            lead=lead, old="lead", new="disqualified", reason="meets nobody’s needs", at=NOW
        )
        assert "meets nobody’s needs" in self.text("pl", lead)
