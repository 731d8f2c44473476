"""Every word that a reader of a backtest sees, in English and Polish, and how figures are written.

In: codes and figures. Out: texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadscore.days import day_to_date
from leadscore.language.words import Text, day_text, is_polish

NOTICES: Final[Mapping[str, Text]] = {
    "attributes_as_of_file": Text(
        "Attributes are as of the file, not as of then: neither known_at nor attribute "
        "changes were given. What was filled in later makes the model look better than it was.",
        "Atrybuty są takie jak w pliku, a nie takie jak wtedy: nie podano ani known_at, ani "
        "zmian atrybutów. Dane uzupełnione później sprawiają, że model wypada lepiej niż wtedy.",
    ),
    "outcomes_end_early": Text(
        "The last outcome is of {last_outcome_on}, but the facts go on until {observed_on}. If "
        "the outcomes were exported earlier, say until when they are complete; otherwise later "
        "conversions are missed.",
        "Ostatni wynik jest z {last_outcome_on}, a fakty sięgają {observed_on}. Jeśli wyniki "
        "wyeksportowano wcześniej, podaj, do kiedy są kompletne; inaczej zabraknie późniejszych "
        "konwersji.",
    ),
    "no_complete_moment": Text(
        "The history is too short: after no moment was the whole horizon (days: "
        "{horizon_days}) observed. So there are no rates; try a shorter horizon.",
        "Historia jest za krótka: po żadnym pomiarze nie upłynął jeszcze cały horyzont (dni: "
        "{horizon_days}). Dlatego nie ma współczynników; spróbuj krótszego horyzontu.",
    ),
    "never_open": Text(
        "No lead was open at any moment, although leads were closed ({closed}). Perhaps the outcomes "
        "carry the moment at which the lead became known; then there is nothing to look back on.",
        "W żadnym pomiarze nie było otwartego leada, choć są leady zamknięte ({closed}). Być może "
        "wyniki mają tę samą datę, co pojawienie się leada; wtedy nie ma czego sprawdzać.",
    ),
    "won_before_seen": Text(
        "Leads won before any moment could see them: {won} of {all_won}. Fast conversions are "
        "missing here; look more often, weekly for instance.",
        "Leady wygrane jeszcze przed pierwszym pomiarem: {won} z {all_won}. Brakuje tu szybkich "
        "konwersji; mierz częściej, na przykład co tydzień.",
    ),
    "filled_for_won_only": Text(
        "{column} is filled only for leads that were won (leads: {leads}). It may have been "
        "filled in after the outcome.",
        "Pole {column} jest wypełnione tylko u leadów wygranych (leady: {leads}). Mogło zostać "
        "uzupełnione dopiero po wyniku.",
    ),
    "filled_for_others_only": Text(
        "{column} is filled only for leads that were not won (leads: {leads}). It may have "
        "been filled in after the outcome.",
        "Pole {column} jest wypełnione tylko u leadów niewygranych (leady: {leads}). Mogło "
        "zostać uzupełnione dopiero po wyniku.",
    ),
    "missing_for_won_only": Text(
        "{column} is missing only for leads that were won (leads: {leads}). It may have been "
        "changed after the outcome.",
        "Pola {column} brakuje tylko u leadów wygranych (leady: {leads}). Mogło zostać zmienione "
        "dopiero po wyniku.",
    ),
    "missing_for_others_only": Text(
        "{column} is missing only for leads that were not won (leads: {leads}). It may have "
        "been filled in after the outcome.",
        "Pola {column} brakuje tylko u leadów niewygranych (leady: {leads}). Mogło zostać "
        "uzupełnione dopiero po wyniku.",
    ),
    "separates_alone": Text(
        "{column} alone tells won leads from the others (AUC {auc_share}, leads: {leads}). It "
        "may have been filled in after the outcome.",
        "Pole {column} samo odróżnia leady wygrane od pozostałych (AUC {auc_share}, leady: "
        "{leads}). Mogło zostać uzupełnione dopiero po wyniku.",
    ),
}

WORDS: Final[Mapping[str, Text]] = {
    "total": Text("total", "razem"),
    "not_enough_data": Text("not enough data", "za mało danych"),
    # Titles of tables
    "backtest": Text("Backtest of {model}", "Test modelu {model} na danych historycznych"),
    "first_bands": Text(
        "{name}: each lead once, at its first moment",
        "{name}: każdy lead raz, w swoim pierwszym pomiarze",
    ),
    "first_grades": Text(
        "Grade: each lead once, at its first moment",
        "Ocena: każdy lead raz, w swoim pierwszym pomiarze",
    ),
    "rankings": Text(
        "How well the scores rank: each lead once, at its first moment",
        "Jak dobrze wynik porządkuje leady: każdy lead raz, w swoim pierwszym pomiarze",
    ),
    "first_definitions": Text(
        "Definitions: each lead once, at the first moment at which it met them",
        "Definicje: każdy lead raz, w pierwszym pomiarze, w którym je spełniał",
    ),
    "pooled": Text("Every lead at every moment", "Każdy lead w każdym pomiarze"),
    "moments": Text("Moment by moment", "Pomiar po pomiarze"),
    # Columns
    "band": Text("Band", "Przedział"),
    "grade": Text("Grade", "Ocena"),
    "score": Text("Score", "Wynik"),
    "definition": Text("Definition", "Definicja"),
    "group": Text("Band, grade or definition", "Przedział, ocena lub definicja"),
    "leads": Text("Leads", "Leady"),
    "observations": Text("Observations", "Obserwacje"),
    "conversions": Text("Conversions", "Konwersje"),
    "followed": Text("Conversion followed", "Z późniejszą konwersją"),
    "rate": Text("Rate", "Współczynnik"),
    "interval": Text("95% interval", "Przedział ufności 95%"),
    "median": Text("Median days", "Mediana dni"),
    "auc": Text("AUC", "AUC"),
    "lift_10": Text("Lift, top 10%", "Lift, górne 10%"),
    "lift_20": Text("Lift, top 20%", "Lift, górne 20%"),
    "as_of": Text("As of", "Stan na"),
    "met": Text("{name}: leads", "{name}: leady"),
    "precision": Text("{name}: rate", "{name}: współczynnik"),
    # Rows of the summary
    "horizon": Text("Horizon (days)", "Horyzont (dni)"),
    "observed_until": Text("Observed until", "Dane do dnia"),
    "n_moments": Text("Moments (horizon over)", "Pomiary (z pełnym horyzontem)"),
    "n_leads": Text("Leads with the horizon over", "Leady z pełnym horyzontem"),
    "n_conversions": Text("Conversions among them", "W tym konwersje"),
    "base_rate": Text("Conversion rate", "Współczynnik konwersji"),
    "younger": Text("Younger leads (in the medians only)", "Młodsze leady (tylko w medianach)"),
    "closed_before": Text(
        "Closed before any moment saw them (won)",
        "Zamknięte przed pierwszym pomiarem (w tym wygrane)",
    ),
    "not_known": Text("Not known yet at the last moment", "Nieznane jeszcze w ostatnim pomiarze"),
    # Notes
    "median_note": Text(
        "Median days: by then half of the leads that convert within the horizon have converted; "
        "leads still open are allowed for.",
        "Mediana dni: do tego dnia konwertuje połowa leadów, które konwertują w horyzoncie; leady "
        "wciąż otwarte są uwzględnione.",
    ),
    "rising": Text(
        "The rate rises with the band, beyond chance.",
        "Współczynnik rośnie wraz z przedziałem i nie jest to przypadek.",
    ),
    "falling": Text(
        "The rate falls as the band rises, beyond chance: the model is upside down.",
        "Współczynnik maleje w coraz wyższych przedziałach i nie jest to przypadek: model działa na "
        "odwrót.",
    ),
    "not_shown": Text(
        "That the rate rises with the band is not shown: chance alone would often give as much.",
        "Nie wykazano, że współczynnik rośnie wraz z przedziałem: sam przypadek często daje tyle "
        "samo.",
    ),
    "drop": Text(
        "{higher} converts less than {lower}.",
        "Przedział {higher} konwertuje słabiej niż {lower}.",
    ),
    "pooled_note": Text(
        "A lead is counted at every moment at which it was a candidate; the intervals allow for it.",
        "Lead liczy się w każdym pomiarze, w którym był jeszcze otwarty; przedziały ufności to "
        "uwzględniają.",
    ),
    "incomplete_note": Text(
        "Moments without a rate: their horizon is not over yet.",
        "Pomiary bez współczynnika: ich horyzont jeszcze nie upłynął.",
    ),
}


def word(code: str, lang: str, **values: str) -> str:
    """A text of the catalogue."""
    return WORDS[code].of(lang).format_map(values)


def decimal_text(value: float, lang: str, places: int = 1) -> str:
    """A number with a decimal point or comma."""
    text = f"{value:.{places}f}"
    return text.replace(".", ",") if is_polish(lang) else text


def percent_text(share: float, lang: str) -> str:
    """A share of one as percent."""
    return f"{decimal_text(100 * share, lang)}%"


def share_text(share: float, lang: str) -> str:
    """A share of one as it is."""
    return decimal_text(share, lang, places=2)


def range_text(low: str, high: str) -> str:
    """Two ends of an interval."""
    return f"{low}–{high}"


def local_day_text(day: int, lang: str) -> str:
    """A day number as people write the day."""
    return day_text(day_to_date(day), lang)
