"""Well-known touchpoint types, fields and values, as people call them.

Types and fields are free-form; what is not listed here is named as it stands in the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from leadscore.conditions import GRADE, fold
from leadscore.language.words import LANGUAGES, Noun, Text, is_polish, noun, quoted

ANY_TOUCHPOINT = noun("touchpoint", "touchpoints", "aktywność", "aktywności", "aktywności")
"""One recorded interaction of any type."""

TOUCHPOINTS: Mapping[str, Noun] = {
    "ad_click": noun(
        "ad click", "ad clicks", "kliknięcie reklamy", "kliknięcia reklamy", "kliknięć reklamy"
    ),
    "call": noun("call", "calls", "rozmowa telefoniczna", "rozmowy telefoniczne",
                 "rozmów telefonicznych"),
    "call_answered": noun(
        "answered call", "answered calls", "odebrany telefon", "odebrane telefony",
        "odebranych telefonów",
    ),
    "call_missed": noun(
        "missed call", "missed calls", "nieodebrany telefon", "nieodebrane telefony",
        "nieodebranych telefonów",
    ),
    "campaign_call": noun(
        "campaign call", "campaign calls", "telefon w kampanii", "telefony w kampanii",
        "telefonów w kampanii",
    ),
    "chat": noun("chat", "chats", "rozmowa na czacie", "rozmowy na czacie", "rozmów na czacie"),
    "contact_form": noun(
        "message through the contact form", "messages through the contact form",
        "wiadomość z formularza kontaktowego", "wiadomości z formularza kontaktowego",
        "wiadomości z formularza kontaktowego",
    ),
    "demo_request": noun(
        "demo request", "demo requests", "prośba o demo", "prośby o demo", "próśb o demo"
    ),
    "ebook_download": noun(
        "e-book download", "e-book downloads", "pobranie e-booka", "pobrania e-booka",
        "pobrań e-booka",
    ),
    "earlier_campaign": noun(
        "earlier campaign", "earlier campaigns", "wcześniejsza kampania",
        "wcześniejsze kampanie", "wcześniejszych kampanii",
    ),
    "email_bounce": noun(
        "bounced e-mail", "bounced e-mails", "niedostarczony e-mail", "niedostarczone e-maile",
        "niedostarczonych e-maili",
    ),
    "email_click": noun(
        "click in an e-mail", "clicks in e-mails", "kliknięcie w e-mailu",
        "kliknięcia w e-mailach", "kliknięć w e-mailach",
    ),
    "email_complaint": noun(
        "spam complaint", "spam complaints", "zgłoszenie spamu", "zgłoszenia spamu",
        "zgłoszeń spamu",
    ),
    "email_open": noun(
        "opened e-mail", "opened e-mails", "otwarcie e-maila", "otwarcia e-maili",
        "otwarć e-maili",
    ),
    "email_reply": noun(
        "reply to an e-mail", "replies to e-mails", "odpowiedź na e-mail",
        "odpowiedzi na e-maile", "odpowiedzi na e-maile",
    ),
    "email_unsubscribe": noun(
        "unsubscription from e-mails", "unsubscriptions from e-mails", "rezygnacja z e-maili",
        "rezygnacje z e-maili", "rezygnacji z e-maili",
    ),
    "event_attended": noun(
        "event attended", "events attended", "udział w wydarzeniu", "udziały w wydarzeniach",
        "udziałów w wydarzeniach",
    ),
    "form_submitted": noun(
        "submitted form", "submitted forms", "wysłany formularz", "wysłane formularze",
        "wysłanych formularzy",
    ),
    "landing_page": noun(
        "landing page visit", "landing page visits", "wejście na stronę docelową",
        "wejścia na stronę docelową", "wejść na stronę docelową",
    ),
    "meeting": noun("meeting", "meetings", "spotkanie", "spotkania", "spotkań"),
    "newsletter_signup": noun(
        "newsletter subscription", "newsletter subscriptions", "zapis na newsletter",
        "zapisy na newsletter", "zapisów na newsletter",
    ),
    "page_view": noun(
        "page view", "page views", "odsłona strony", "odsłony strony", "odsłon strony"
    ),
    "quote_request": noun(
        "request for a quote", "requests for a quote", "prośba o wycenę", "prośby o wycenę",
        "próśb o wycenę",
    ),
    "site_visit": noun(
        "site visit", "site visits", "wizyta na stronie", "wizyty na stronie",
        "wizyt na stronie",
    ),
    "sms_click": noun(
        "click in a text message", "clicks in text messages", "kliknięcie w SMS-ie",
        "kliknięcia w SMS-ach", "kliknięć w SMS-ach",
    ),
    "social_click": noun(
        "click on social media", "clicks on social media",
        "kliknięcie w mediach społecznościowych", "kliknięcia w mediach społecznościowych",
        "kliknięć w mediach społecznościowych",
    ),
    "trial_started": noun(
        "trial started", "trials started", "rozpoczęty okres próbny", "rozpoczęte okresy próbne",
        "rozpoczętych okresów próbnych",
    ),
    "video_watched": noun(
        "video watched", "videos watched", "obejrzany film", "obejrzane filmy",
        "obejrzanych filmów",
    ),
    "webinar_attended": noun(
        "webinar attended", "webinars attended", "udział w webinarze", "udziały w webinarach",
        "udziałów w webinarach",
    ),
    "webinar_registered": noun(
        "webinar registration", "webinar registrations", "zapis na webinar", "zapisy na webinar",
        "zapisów na webinar",
    ),
    "whitepaper_download": noun(
        "white paper download", "white paper downloads", "pobranie raportu", "pobrania raportów",
        "pobrań raportów",
    ),
}  # fmt: skip


class Field(NamedTuple):
    """What a field is called; `yes` and `no` are clauses for fields that are one or the other."""

    label: Text
    yes: Text | None = None
    no: Text | None = None


def _field(en: str, pl: str) -> Field:
    return Field(Text(en, pl))


FIELDS: Mapping[str, Field] = {
    "bant.authority": Field(
        Text("authority to buy", "decyzyjność"),
        Text("the person decides on the purchase", "rozmówca decyduje o zakupie"),
        Text("the person does not decide on the purchase", "rozmówca nie decyduje o zakupie"),
    ),
    "bant.budget": _field("budget", "budżet"),
    "bant.months_to_purchase": _field("months to purchase", "liczba miesięcy do zakupu"),
    "bant.need": Field(
        Text("need", "potrzeba"),
        Text("the need is confirmed", "potrzeba jest potwierdzona"),
        Text("there is no need", "nie ma potrzeby zakupu"),
    ),
    "bant.timing": _field("timing", "termin zakupu"),
    "company.city": _field("company city", "miasto firmy"),
    "company.country": _field("country of the company", "kraj firmy"),
    "company.domain": _field("company domain", "domena firmy"),
    "company.employees": _field("number of employees", "liczba pracowników"),
    "company.id": _field("company", "firma"),
    "company.industry": _field("industry", "branża"),
    "company.name": _field("company name", "nazwa firmy"),
    "company.nip": _field("tax number (NIP)", "NIP"),
    "company.pkd": _field("activity code (PKD)", "kod PKD"),
    "company.region": _field("region of the company", "województwo firmy"),
    "company.relation": _field("relation to us", "relacja z nami"),
    "company.revenue": _field("company revenue", "przychód firmy"),
    "company.size": _field("company size", "wielkość firmy"),
    "consent.email": Field(
        Text("consent to e-mail", "zgoda na e-maile"),
        Text("there is consent to e-mail", "jest zgoda na e-maile"),
        Text("there is no consent to e-mail", "nie ma zgody na e-maile"),
    ),
    "consent.phone": Field(
        Text("consent to calls", "zgoda na telefon"),
        Text("there is consent to calls", "jest zgoda na telefon"),
        Text("there is no consent to calls", "nie ma zgody na telefon"),
    ),
    "consent.profiling": Field(
        Text("consent to profiling", "zgoda na profilowanie"),
        Text("there is consent to profiling", "jest zgoda na profilowanie"),
        Text("there is no consent to profiling", "nie ma zgody na profilowanie"),
    ),
    "consent.sms": Field(
        Text("consent to text messages", "zgoda na SMS-y"),
        Text("there is consent to text messages", "jest zgoda na SMS-y"),
        Text("there is no consent to text messages", "nie ma zgody na SMS-y"),
    ),
    "grade": _field("grade", "ocena"),
    "lead.age": _field("age", "wiek"),
    "lead.city": _field("city", "miasto"),
    "lead.country": _field("country", "kraj"),
    "lead.created_on": _field("day the lead was created", "dzień utworzenia leada"),
    "lead.department": _field("department", "dział"),
    "lead.email": _field("e-mail address", "adres e-mail"),
    "lead.email_kind": _field("kind of e-mail address", "rodzaj adresu e-mail"),
    "lead.language": _field("language", "język"),
    "lead.occupation": _field("occupation", "zajęcie"),
    "lead.origin": _field("origin", "pochodzenie leada"),
    "lead.phone": _field("phone number", "numer telefonu"),
    "lead.position": _field("position", "stanowisko"),
    "lead.region": _field("region", "województwo"),
    "lead.seniority": _field("seniority", "szczebel stanowiska"),
    "lead.source": _field("source", "źródło"),
    "stage": _field("lifecycle stage", "etap"),
    # Properties of touchpoints.
    "call.duration": _field("length of the call", "czas rozmowy"),
    "call.result": _field("result of the call", "wynik rozmowy"),
    "campaign.name": _field("campaign", "kampania"),
    "campaign.result": _field("result of the campaign", "wynik kampanii"),
    "content.topic": _field("topic", "temat"),
    "email.campaign": _field("e-mail campaign", "kampania e-mailowa"),
    "event.name": _field("event", "wydarzenie"),
    "form.name": _field("form", "formularz"),
    "page.category": _field("page category", "kategoria strony"),
    "page.id": _field("page", "strona"),
    "page.path": _field("page path", "ścieżka strony"),
    "page.seconds": _field("seconds on the page", "liczba sekund na stronie"),
    "page.title": _field("page title", "tytuł strony"),
    "page.url": _field("page address", "adres strony"),
    "product.name": _field("product", "produkt"),
    "utm.campaign": _field("campaign tag", "znacznik kampanii"),
    "utm.source": _field("source tag", "znacznik źródła"),
    "webinar.minutes": _field("minutes attended", "liczba minut udziału"),
}

DIMENSIONS: Mapping[str, Text] = {
    "engagement": Text("engagement", "zaangażowanie"),
    "fit": Text("fit", "dopasowanie"),
    "overall": Text("the overall score", "łączny wynik"),
    "potential": Text("potential", "potencjał"),
}

_DEPARTMENTS: Mapping[str, Text] = {
    "administration": Text("administration", "administracja"),
    "engineering": Text("engineering", "dział techniczny"),
    "finance": Text("finance", "finanse"),
    "hr": Text("HR", "kadry"),
    "it": Text("IT", "IT"),
    "legal": Text("legal", "obsługa prawna"),
    "logistics": Text("logistics", "logistyka"),
    "management": Text("management", "zarząd"),
    "marketing": Text("marketing", "marketing"),
    "operations": Text("operations", "operacje"),
    "procurement": Text("procurement", "zakupy"),
    "production": Text("production", "produkcja"),
    "quality": Text("quality", "jakość"),
    "research": Text("research", "badania i rozwój"),
    "sales": Text("sales", "sprzedaż"),
    "service": Text("customer service", "obsługa klienta"),
}
_INDUSTRIES: Mapping[str, Text] = {
    "construction": Text("construction", "budownictwo"),
    "education": Text("education", "edukacja"),
    "energy": Text("energy", "energetyka"),
    "finance": Text("finance", "finanse"),
    "healthcare": Text("healthcare", "ochrona zdrowia"),
    "it": Text("IT", "IT"),
    "logistics": Text("logistics", "logistyka"),
    "manufacturing": Text("manufacturing", "produkcja"),
    "public": Text("the public sector", "sektor publiczny"),
    "retail": Text("retail", "handel detaliczny"),
    "telecom": Text("telecom", "telekomunikacja"),
}
_SENIORITIES: Mapping[str, Text] = {
    "assistant": Text("assistant", "asystent"),
    "c_level": Text("C-level", "zarząd"),
    "director": Text("director", "dyrektor"),
    "intern": Text("intern", "stażysta"),
    "manager": Text("manager", "kierownik"),
    "owner": Text("owner", "właściciel"),
    "specialist": Text("specialist", "specjalista"),
    "student": Text("student", "student"),
}
_STAGES: Mapping[str, Text] = {
    "customer": Text("customer", "klient"),
    "disqualified": Text("disqualified", "zdyskwalifikowany"),
    "lead": Text("lead", "lead"),
    "mql": Text("MQL", "MQL"),
    "opportunity": Text("opportunity", "szansa sprzedaży"),
    "recycled": Text("recycled", "do ponownego pozyskania"),
    "sal": Text("SAL", "SAL"),
    "sql": Text("SQL", "SQL"),
    "subscriber": Text("subscriber", "subskrybent"),
}
_PAGES: Mapping[str, Text] = {
    "about": Text("about us", "o firmie"),
    "account": Text("account", "konto"),
    "blog": Text("blog", "blog"),
    "career": Text("careers", "kariera"),
    "case_study": Text("case study", "studium przypadku"),
    "contact": Text("contact", "kontakt"),
    "documentation": Text("documentation", "dokumentacja"),
    "home": Text("home page", "strona główna"),
    "information": Text("information", "informacje"),
    "integrations": Text("integrations", "integracje"),
    "pricing": Text("pricing", "cennik"),
    "product": Text("product", "produkt"),
    "security": Text("security", "bezpieczeństwo"),
    "support": Text("support", "pomoc"),
}
VALUES: Mapping[str, Mapping[str, Text]] = {
    "company.industry": _INDUSTRIES,
    "company.relation": {
        "competitor": Text("competitor", "konkurencja"),
        "customer": Text("customer", "klient"),
        "partner": Text("partner", "partner"),
    },
    "lead.department": _DEPARTMENTS,
    "lead.email_kind": {
        "company": Text("a company’s own", "poczta firmowa"),
        "disposable": Text("throw-away", "poczta jednorazowa"),
        "free": Text("free", "poczta darmowa"),
    },
    "lead.seniority": _SENIORITIES,
    "page.category": _PAGES,
    "stage": _STAGES,
}
"""Values of the fields whose vocabulary is the product's own; other values stay as they are."""


def touchpoint_noun(type_: str) -> Noun:
    """What touchpoints of a type are called; an unknown type is named as it is."""
    known = TOUCHPOINTS.get(type_)
    if known is not None:
        return known
    forms = [
        type(of_language)(*(f"{word} {quoted(type_, lang)}" for word in of_language))
        for lang, of_language in zip(LANGUAGES, ANY_TOUCHPOINT, strict=True)
    ]
    return Noun(*forms)


def field_label(name: str, lang: str) -> str:
    """What a field is called, as the subject of a sentence; an unknown one is named as it is."""
    known = FIELDS.get(name)
    return known.label.of(lang) if known else f"{_FIELD.of(lang)} {quoted(name, lang)}"


def field_name(name: str, lang: str) -> str:
    """The bare name of a field, for quotation marks."""
    known = FIELDS.get(name)
    return known.label.of(lang) if known else name


def value_label(name: str, value: str, lang: str) -> str:
    """A text value of a field: its own word where it has one, else as it stands in the data.

    A single word needs no quotation marks in English; in Polish it would seem to lack its ending.
    """
    known = VALUES.get(name, {}).get(fold(value))
    if known:
        return known.of(lang)
    if name == GRADE:
        return value
    needs_quotes = is_polish(lang) or _WORD.fullmatch(value) is None
    return quoted(value, lang) if needs_quotes else value


_FIELD = Text("the field", "pole")
_WORD = re.compile(r"[^\W\d]\w*")
