"""Every sentence of the demonstration, in English and Polish, and how numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Lang = Literal["en", "pl"]
LANGUAGES: tuple[Lang, ...] = ("en", "pl")

_TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("Whom do I call now?", "Do kogo teraz?"),
    "subtitle": (
        (
            "{title}: leads the model has never seen, hottest first, each scored with what was"
            " known of it at the time."
        ),
        (
            "{title}: leady, których model wcześniej nie widział, od najgorętszego. Każdy oceniony"
            " na podstawie tego, co było o nim wiadomo w tamtej chwili."
        ),
    ),
    "list": ("The list", "Lista"),
    "rank": ("No.", "Lp."),
    "lead": ("Lead", "Lead"),
    "overall": ("Score", "Wynik"),
    "grade": ("Grade", "Ocena"),
    "reasons": ("Why", "Dlaczego"),
    "no_reasons": ("nothing known that counts", "brak danych, które by się liczyły"),
    "happened": ("Outcome", "Efekt"),
    "won": ("won", "wygrany"),
    "not_won": ("not won", "niewygrany"),
    "skipped": (
        "… {count} more …",
        "… pominięte: {count} …",
    ),
    "all_lines": ("How the score adds up", "Jak powstał ten wynik"),
    "line_rule": ("Rule", "Reguła"),
    "line_points": ("Points", "Punkty"),
    "line_cap": ("limit of {name}", "limit: {name}"),
    "line_total": ("{name}: total", "{name}: razem"),
    "bands": ("What came of each band", "Co wynikło z każdego przedziału"),
    "bands_of": ("{name}", "{name}"),
    "band": ("Band", "Przedział"),
    "from": ("From", "Od"),
    "leads": ("Leads", "Leady"),
    "conversions": ("Won", "Wygrane"),
    "rate": ("Share won", "Odsetek wygranych"),
    "interval_short": ("95% interval", "Ufność 95%"),
    "share": ("Share", "Odsetek"),
    "interval": ("95% interval", "Przedział ufności 95%"),
    "total": ("all", "wszystkie"),
    "from_to": ("{low} to under {high}", "{low} do poniżej {high}"),
    "no_data": ("not enough data", "za mało danych"),
    "from_on": ("{low} and more", "{low} i więcej"),
    "auc": (
        (
            "The chance that a lead that was won stands above one that was not: {value} (95%"
            " interval {low} to {high}; 0.50 is what a coin gives)."
        ),
        (
            "Prawdopodobieństwo, że wygrany lead stoi na liście wyżej niż niewygrany: {value}"
            " (95-procentowy przedział ufności {low}–{high}; rzut monetą daje 0,50)."
        ),
    ),
    "auc_short": ("AUC {value} ({low} to {high})", "AUC {value} ({low}–{high})"),
    "top": (
        (
            "Calling only the top {percent}% of the list finds {capture} of all that were won:"
            " {lift} times as many per call as without a list."
        ),
        (
            "Telefony tylko do górnych {percent}% listy obejmują {capture} wszystkich wygranych:"
            " {lift} razy więcej na jeden telefon niż bez listy."
        ),
    ),
    "no_signal": (
        "The interval includes 0.50: no signal has been shown.",
        "Przedział zawiera 0,50: nie wykazano żadnego sygnału.",
    ),
    "rising": ("Rises from band to band.", "Rośnie z przedziału na przedział."),
    "rising_with_drops": (
        "Rises on the whole, but not from {drops}.",
        "Ogólnie rośnie, ale nie na odcinku {drops}.",
    ),
    "not_rising": (
        "No rise shown beyond chance.",
        "Nie wykazano wzrostu ponad przypadek.",
    ),
    "falling": ("Falls from band to band.", "Maleje z przedziału na przedział."),
    "about": ("What this is made of", "Z czego to powstało"),
    "about_data": ("Data", "Dane"),
    "about_full": ("all rows of the data set", "wszystkie wiersze zbioru"),
    "about_sample": (
        "the sample that comes with the package",
        "próbka dołączona do pakietu",
    ),
    "about_model": ("Model", "Model"),
    "about_rules": ("{name}, {count} rules", "{name}, liczba reguł: {count}"),
    "about_split": ("Held out", "Sprawdzian"),
    "about_split_text": (
        (
            "{count} leads from {day} on, {rate} of them won. The model was written from the"
            " {training} before, of which {training_rate} were won."
        ),
        (
            "Leady od {day}: {count}, w tym wygrane: {rate}. Model powstał na podstawie"
            " wcześniejszych: {training}, w tym wygrane: {training_rate}."
        ),
    ),
    "about_moment": ("Dates", "Daty"),
    "about_moment_exact": ("as the source gives them", "takie, jak podaje źródło"),
    "about_notice": ("Source", "Źródło"),
    "about_exact": (
        (
            "Points are counted in whole thousandths and add up exactly. Intervals of shares are"
            " Wilson's, those of the ranking DeLong's."
        ),
        (
            "Punkty liczone są w całych tysięcznych i sumują się co do jednej. Przedziały ufności"
            " dla odsetków są metody Wilsona, dla uporządkowania listy – metody DeLonga."
        ),
    ),
}


def text(key: str, lang: Lang, **words: object) -> str:
    """A sentence in a language, with its words filled in."""
    return _TEXTS[key][LANGUAGES.index(lang)].format(**words)


def label(labels: Mapping[str, str], name: str, lang: Lang) -> str:
    """The label of a part of a model, or its name where it has none."""
    return labels.get(lang) or labels.get("en") or name


def count(number: int, lang: Lang) -> str:
    """A whole number with its thousands apart."""
    grouped = f"{number:,}"
    return grouped.replace(",", "\u00a0") if lang == "pl" else grouped


def decimal(number: float, lang: Lang, digits: int = 2) -> str:
    """A number with so many decimals."""
    written = f"{number:,.{digits}f}"
    return _polish(written) if lang == "pl" else written


def percent(share: float, lang: Lang) -> str:
    """A share in percent, with one decimal."""
    return f"{decimal(100 * share, lang, 1)}%"


def points(milli: int, lang: Lang, *, signed: bool = False) -> str:
    """Milli-points as points, with only the decimals that they have."""
    whole, rest = divmod(abs(milli), 1000)
    written = count(whole, lang)
    if rest:
        written += ("," if lang == "pl" else ".") + f"{rest:03d}".rstrip("0")
    sign = "−" if milli < 0 else "+" if signed else ""
    return sign + written


def _polish(written: str) -> str:
    return written.replace(",", "\u00a0").replace(".", ",")
