"""The vocabulary of positions that comes with the product, in Polish and English.

A word that ends in `*` stands for all its endings: `finans*` is finansowy and finansów.
An organisation's own words (`PositionWord`) go before these.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from lejek.identity.normalise.position import Department, Meaning, Seniority, Vocabulary, phrase

_D, _S = Department, Seniority

_SENIORITY: dict[str, str] = {
    _S.OWNER: "wlasciciel* | wspolwlasciciel* | owner | co owner | founder | co founder | cofounder"
    " | zalozyciel* | wspolzalozyciel* | przedsiebiorc* | wspolni* | partner zarzadzajacy"
    " | managing partner | sole trader | proprietor",
    _S.C_LEVEL: "prezes* | wiceprezes* | ceo | coo | cfo | cto | cio | cmo | cso | cpo | chro"
    " | ciso | cdo | cro | chief | president | czlon* zarzadu | board member | member of the board"
    " | dyrektor* generaln* | dyrektor* zarzadzajac* | managing director | general director"
    " | dyrektor* naczeln* | wojt | burmistrz | rektor | prokurent*"
    " | chief executive officer | chief technology officer | chief information officer"
    " | chief financial officer | chief operating officer",
    _S.DIRECTOR: "dyrektor* | wicedyrektor* | director | head | vp | svp | evp | vice president"
    " | zastepc* dyrektora",
    _S.MANAGER: "kierowni* | manager | menedzer* | menadzer* | menager* | lider* | leader | lead"
    " | team leader | koordynator* | coordinator | brygadzist* | mistrz | supervisor | naczelni*"
    " | glown* ksiegow* | chief accountant | assistant manager | zastepc* kierownika | szef*"
    " | general manager | office manager",
    _S.SPECIALIST: "specjalist* | specialist | ekspert* | expert | inzynier* | engineer | analityk*"
    " | analyst | programist* | developer | administrator* | konsultant* | consultant | doradc*"
    " | handlowiec | przedstawiciel* | representative | ksiegow* | accountant | technolog*"
    " | konstruktor* | architekt* | architect | kupiec | buyer | rekruter* | recruiter | prawni*"
    " | lawyer | radca prawny | informatyk* | account manager | key account manager"
    " | product owner | product manager | project manager | kierownik projektu"
    " | kierowniczka projektu | business partner | planist* | technik | technician | designer"
    " | projektant* | magazynier* | mechanik* | executive | account executive | officer"
    " | referent* | agent | sprzedawc* | operator* | scrum master | naukowiec | scientist",
    _S.ASSISTANT: "asystent* | assistant | sekretark* | sekretarz* | secretary | recepcjonist*"
    " | receptionist",
    _S.INTERN: "stazyst* | praktykant* | intern | trainee | apprentice",
    _S.STUDENT: "student* | uczen | uczennica | doktorant*",
}

_DEPARTMENT: dict[str, str] = {
    _D.MANAGEMENT: "prezes* | wiceprezes* | ceo | coo | zarzad | zarzadu | wlasciciel* | owner"
    " | wspolwlasciciel* | founder | co founder | cofounder | zalozyciel* | wspolzalozyciel*"
    " | managing director | general director | dyrektor* generaln* | dyrektor* zarzadzajac*"
    " | dyrektor* naczeln* | board | president | prokurent* | general manager | przedsiebiorc*"
    " | managing partner | partner zarzadzajacy | czlon* zarzadu | board member | strategi*"
    " | strategy | chief executive officer | chief operating officer",
    _D.IT: "it | ict | cto | cio | ciso | cdo | informatyk* | informatyczn* | programist*"
    " | developer | software | devops | system* | sieci* | network | cyber* | data"
    " | baz danych | database"
    " | architekt it | technologi informacyjnych | technologii informacyjnych | product owner"
    " | scrum master | cyfryz* | digital transformation | transformacji cyfrowej"
    " | bezpieczenstwa it | chief technology officer | chief information officer",
    _D.FINANCE: "cfo | finans* | financ* | ksiegow* | accountant | accounting | kontroling*"
    " | controlling | controller | kontroler* finansow* | treasury | skarbni* | podatk* | tax"
    " | glown* ksiegow* | chief accountant | rozliczen | plac | ekonomiczn* | audyt* | audit*"
    " | chief financial officer",
    _D.SALES: "sprzedaz* | sprzedawc* | handlow* | sales | account manager | key account manager"
    " | kam | account executive | business development | rozwoju biznesu | przedstawiciel*"
    " | eksport*"
    " | export | cso | cro | komercyjn* | commercial | kluczow* klient* | representative",
    _D.MARKETING: "marketing* | cmo | reklam* | brand | pr | komunikacji | communication*"
    " | content | seo | ppc | e commerce | ecommerce | social media | growth | digital",
    _D.PROCUREMENT: "zakup* | kupiec | zaopatrz* | buyer | procurement | purchas* | sourcing"
    " | przetarg* | zamowien publicznych | zamowien",
    _D.OPERATIONS: "operacyjn* | operacji | operations",
    _D.PRODUCTION: "produkc* | production | zakladu | fabryk* | plant | factory | utrzymania ruchu"
    " | maintenance | manufacturing | brygadzist* | mistrz | lean"
    " | zmiany | warsztat*",
    _D.LOGISTICS: "logist* | magazyn* | warehouse | supply chain | lancuch* dostaw | transport*"
    " | spedy* | flot* | fleet | dystrybuc* | distribution",
    _D.QUALITY: "jakosc* | quality | qa | qc | bhp | ehs | hse | srodowisk*",
    _D.ENGINEERING: "inzynier* | engineer | engineering | technolog* | konstruktor* | konstrukc*"
    " | technik | techniczn* | technical | automaty* | mechani* | elektry* | projektant*"
    " | energetyk* | energii",
    _D.HR: "hr | kadr* | personaln* | chro | human resources | people | rekrut* | recruit* | talent"
    " | zasobow ludzkich | szkolen | pracowniczych | employer branding",
    _D.LEGAL: "prawn* | legal | lawyer | radca | compliance | adwokat* | counsel | rodo | iod | dpo"
    " | ochrony danych",
    _D.ADMINISTRATION: "administracj* | administracyjn* | office | biura | sekretar* | secretary"
    " | recepcjonist* | receptionist | office manager | nieruchomosci",
    _D.SERVICE: "serwis* | service | obslug* klienta | customer service | customer success"
    " | customer support | support | wsparci* | posprzedaz*",
    _D.RESEARCH: "badan* | research | r d | b r | rozwoju produktu | laborator* | naukowiec"
    " | scientist | innowac* | innovation",
}


@cache
def shipped() -> Vocabulary:
    """The vocabulary that comes with the product."""
    found: dict[tuple[str, ...], Meaning] = {}
    for rank, words in _SENIORITY.items():
        for word in _split(words):
            found[word] = Meaning(seniority=str(rank))
    for department, words in _DEPARTMENT.items():
        for word in _split(words):
            known = found.get(word, Meaning())
            found[word] = Meaning(str(department), known.seniority)
    return found


def with_own_words(rows: Iterable[tuple[str, str, str]]) -> Vocabulary:
    """The shipped vocabulary under an organisation's own: rows of word, department, seniority.

    A row that says neither takes a shipped word out of use.
    """
    found = dict(shipped())
    for word, department, seniority in rows:
        if key := phrase(word):
            found[key] = Meaning(department, seniority)
    return found


def _split(words: str) -> list[tuple[str, ...]]:
    return [phrase(word) for word in words.split("|")]
