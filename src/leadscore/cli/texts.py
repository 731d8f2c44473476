"""What the command line says, in English and Polish."""

from __future__ import annotations

from leadscore.language.words import Text, noun
from leadscore.options import accepted

ERRORS = noun("error", "errors", "błąd", "błędy", "błędów")
WARNINGS = noun("warning", "warnings", "ostrzeżenie", "ostrzeżenia", "ostrzeżeń")
DIMENSIONS = noun("dimension", "dimensions", "wymiar", "wymiary", "wymiarów")
RULES = noun("rule", "rules", "reguła", "reguły", "reguł")
DEFINITIONS = noun("definition", "definitions", "definicja", "definicje", "definicji")
CELLS = noun("cell", "cells", "komórka", "komórki", "komórek")

ERROR, WARNING = Text("error", "błąd"), Text("warning", "ostrzeżenie")
ACCEPTED = Text("Accepted: {accepted}.", "Dopuszczalne: {accepted}.")
NOTHING_WRONG = Text(
    "{model}: nothing is wrong. {parts}.", "{model}: wszystko w porządku. {parts}."
)
FOUND_WRONG = Text("{model}: {errors}, {warnings}.", "{model}: {errors}, {warnings}.")

READING = Text("Reading", "Wczytywanie")
SCORING = Text("Scoring", "Liczenie punktów")
LOOKING_BACK = Text("Looking back", "Sprawdzanie wstecz")

SCORED = Text(
    "{leads} scored as of {moment} with {model} ({engine}).",
    "Policzono punkty: {leads}, stan na {moment}, model {model} ({engine}).",
)
WRITTEN = Text("Written: {path}", "Zapisano: {path}")
SAME_AS_PAGE = Text("The same as a page: {path}", "To samo jako strona: {path}")
NO_LEADS = Text("There are no leads in the input.", "W danych wejściowych nie ma leadów.")
LEFT_OUT = Text("{rows} left out:", "Pominięto {rows}:")
LEFT_OUT_ROWS = noun("row was", "rows were", "wiersz", "wiersze", "wierszy")
LEFT_OUT_LINE = Text(
    "{file}, row {row}, {column}: {value} – {reason}",
    "{file}, wiersz {row}, {column}: {value} – {reason}",
)
MORE_LEFT_OUT = Text("… and {cells} more", "… oraz jeszcze {cells}")
LIST_THEM = Text(
    "--rejects rejects.csv writes all of them to a file.",
    "--rejects rejects.csv zapisze do pliku wszystkie.",
)
UNKNOWN_LEAD = Text(
    "no lead {lead_id} among those known as of this moment ({leads})",
    "nie ma leada {lead_id} wśród znanych w tym momencie ({leads})",
)
LEAD_LEFT_OUT = Text(
    "the row of lead {lead_id} was left out, because a cell of it cannot be used",
    "pominięto wiersz leada {lead_id}, bo jednej z jego komórek nie da się użyć",
)
INTERRUPTED = Text("Interrupted; nothing was written.", "Przerwano; niczego nie zapisano.")
INTERRUPTED_AND_KEPT = Text(
    "Interrupted; finished parts are in {folder}, and the same command goes on there.",
    "Przerwano; gotowe części są w {folder}, a to samo polecenie zacznie od nich.",
)

NO_SUCH_FILE = Text("there is no such file", "nie ma takiego pliku")
IS_FOLDER = Text("this is a folder", "to jest folder")
NOT_READABLE = Text("it may not be read", "brak prawa do odczytu")
CANNOT_READ = Text("it cannot be read ({why})", "nie można odczytać ({why})")
PATH_OF_MODEL = Text(
    "Give the path of a .yaml or .json model, or one of the shipped models: {shipped}",
    "Podaj ścieżkę do modelu .yaml lub .json albo nazwę modelu z pakietu: {shipped}",
)
DID_YOU_MEAN = Text("did you mean {near}?", "czy chodziło o {near}?")
NO_FOLDER = Text("the folder {folder} does not exist", "nie ma folderu {folder}")
MAKE_FOLDER = Text("create it first: mkdir -p {folder}", "najpierw go utwórz: mkdir -p {folder}")
NOT_WRITABLE = Text("the folder {folder} may not be written to", "brak prawa zapisu do {folder}")
ANOTHER_FOLDER = Text("choose another folder", "wybierz inny folder")
NOT_WRITTEN = Text("it cannot be written ({why})", "nie można zapisać ({why})")
ANOTHER_PLACE = Text(
    "make room, or choose another folder", "zwolnij miejsce albo wybierz inny folder"
)
NOT_A_FILE = Text("it is there and is no ordinary file", "istnieje i nie jest zwykłym plikiem")
A_FILE_NAME = Text("choose another name", "wybierz inną nazwę")
BAD_ENDING = Text("of no known kind", "nieznany rodzaj pliku")
ENDINGS = accepted("a name that ends in {endings}", "nazwa z końcówką {endings}")
SAME_FILE = Text("this is also the file of {other}", "to także plik opcji {other}")
OTHER_NAMES = Text("choose two names", "podaj dwie różne nazwy")

HAS_WARNINGS = Text(
    "{model} has {warnings}; leadscore check {model} lists them.",
    "{model}: {warnings}; szczegóły pokaże leadscore check {model}.",
)
NO_DATA_SET = Text("there is no such data set here", "nie ma tu takiego zbioru danych")

LEFT_OUT_REASONS_IN_POLISH = {
    "missing_value": "pusta komórka, a wiersz bez niej nie ma sensu",
    "bad_number": "to nie jest liczba; zapis: 1234.5 albo 1 234,5",
    "ambiguous_number": "przecinek może oddzielać tysiące albo ułamek; zapis: 1234.5",
    "bad_boolean": "ani tak, ani nie; dopuszczalne: true, false, 1, 0, yes, no, tak, nie",
    "bad_date": "nie ma takiego dnia; zapis: 2026-01-31, bez godziny",
    "bad_moment": "to nie jest data z godziną; zapis: 2026-01-31T12:00:00+01:00",
    "out_of_range": "poza latami 1970–2100",
    "bad_id": "identyfikator to tekst albo liczba całkowita",
    "bad_outcome": "ani won (wygrany), ani lost (przegrany)",
    "unknown_lead": "wśród przyjętych leadów nie ma takiego lead_id",
    "duplicate_lead": "wcześniejszy wiersz ma to samo lead_id i to on się liczy",
    "wrong_cell_count": "wiersz ma inną liczbę komórek niż nagłówek",
    "bad_quotes": "cudzysłów nie kończy się tam, gdzie powinien",
    "bad_encoding": "wiersz nie jest zapisany w UTF-8, choć plik jest",
    "line_too_long": "wiersz jest dłuższy niż 2 MB",
    "bad_record": "wiersza nie da się odczytać",
}
"""What the library's table of rejects says in English, by the code of the reason."""
