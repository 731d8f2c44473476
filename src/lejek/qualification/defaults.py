"""Stages and reasons to begin with; an organisation changes them in settings."""

from __future__ import annotations

STAGES = (
    # key, position, Polish, English, definition that leads into it, worked on, won
    ("recycled", 5, "Zawrócony", "Recycled", "", True, False),
    ("lead", 10, "Lead", "Lead", "", True, False),
    ("marketing_qualified", 20, "MQL", "MQL", "marketing_qualified", True, False),
    ("sales_accepted", 30, "SAL (przyjęty)", "SAL (accepted)", "", True, False),
    ("sales_qualified", 40, "SQL", "SQL", "sales_qualified", True, False),
    ("opportunity", 50, "Szansa sprzedaży", "Opportunity", "", True, False),
    ("customer", 60, "Klient", "Customer", "", False, True),
    ("disqualified", 70, "Zdyskwalifikowany", "Disqualified", "", False, False),
)

REASONS = (
    ("no_budget", "Brak budżetu", "No budget"),
    ("no_need", "Brak potrzeby", "No need"),
    ("not_deciding", "Rozmówca nie decyduje", "Does not decide"),
    ("too_early", "Za wcześnie", "Too early"),
    ("too_small", "Za mała firma", "Company too small"),
    ("wrong_contact_data", "Błędne dane kontaktowe", "Wrong contact data"),
    ("unreachable", "Brak kontaktu", "Cannot be reached"),
    ("competitor", "Konkurencja", "Competitor"),
)
