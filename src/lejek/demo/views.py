"""Beside the made-up company: real leads that come with the library, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from lejek.people.access import needs

if TYPE_CHECKING:
    from leadscore.report import Lang  # it brings data frames along


@require_GET
@needs("leads.read")
def show_real_leads(request: HttpRequest, name: str = "") -> HttpResponse:
    """One bundled data set: its held-out leads, hottest first, and the bands against the outcome.

    Raises: Http404 outside the demo, and for a data set that is not bundled.
    """
    from lejek.demo import real_leads  # noqa: PLC0415 - reads data frames; no other page does

    bundled = real_leads.bundled()
    name = name or bundled[0]
    if not settings.DEMO or name not in bundled:
        raise Http404
    lang: Lang = "pl" if get_language() == "pl" else "en"
    found = real_leads.real_leads(name, lang)
    tabs = [(each, real_leads.title(each, lang)) for each in bundled]
    return render(request, "demo/real_leads.html", {"found": found, "name": name, "tabs": tabs})
