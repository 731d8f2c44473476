"""The messages about model documents, in English and Polish.

In: a problem's code and what it found. Out: whole sentences. `wrong` says what is wrong, `accepted`
what would be right; `{whole_of}` is a thing in the form that follows "of".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_LANGUAGE = "en"
_MOST_NAMES = 40


@dataclass(frozen=True, slots=True)
class Text:
    """A message in one language."""

    wrong: str
    accepted: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around a message."""

    line: str
    severity: Mapping[str, str]
    accepted: str
    did_you_mean: str
    nothing: str


FRAMES: Mapping[str, Frame] = {
    "en": Frame(
        line="line {line}, column {column}",
        severity={"error": "error", "warning": "warning"},
        accepted="Accepted",
        did_you_mean="did you mean {names}?",
        nothing="(none)",
    ),
    "pl": Frame(
        line="wiersz {line}, kolumna {column}",
        severity={"error": "błąd", "warning": "ostrzeżenie"},
        accepted="Dopuszczalne",
        did_you_mean="czy chodziło o: {names}?",
        nothing="(brak)",
    ),
}


def of(code: str, lang: str) -> Text:
    """The message of a kind of problem."""
    texts = MESSAGES[code]
    return texts.get(lang, texts[DEFAULT_LANGUAGE])


def frame(lang: str) -> Frame:
    """The words around messages; English for a language that we do not speak."""
    return FRAMES.get(lang, FRAMES[DEFAULT_LANGUAGE])


def did_you_mean(names: tuple[str, ...], lang: str) -> str:
    """The question that offers near names."""
    return frame(lang).did_you_mean.format(names=", ".join(names))


def word(value: object, lang: str) -> str:
    """A value as it stands in a message."""
    if isinstance(value, tuple):
        names = [word(name, lang) for name in value[:_MOST_NAMES]]
        rest = ["…"] if len(value) > _MOST_NAMES else []
        return ", ".join(names + rest) or frame(lang).nothing
    if isinstance(value, StrEnum):
        words = THINGS.get(lang, THINGS[DEFAULT_LANGUAGE])
        return words[value.value][0] if value.value in words else value.value
    return str(value)


def word_of(value: object, lang: str) -> str:
    """A thing in the form that follows "of"; other values as they are."""
    words = THINGS.get(lang, THINGS[DEFAULT_LANGUAGE])
    if isinstance(value, StrEnum) and value.value in words:
        return words[value.value][1]
    return word(value, lang)


def _same(words: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {key: (text, text) for key, text in words.items()}


THINGS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": _same(
        {
            "model": "the model",
            "dimensions": "dimensions",
            "dimension": "a dimension",
            "bands": "bands",
            "band": "a band",
            "groups": "groups",
            "group": "a group",
            "rules": "rules",
            "rule": "a rule",
            "overall": "the overall mix",
            "grade": "the grade",
            "definitions": "definitions",
            "definition": "a definition",
            "label": "a label",
            "condition": "a condition",
            "comparison": "a comparison",
            "touchpoint": "a touchpoint condition",
            "items": "a list",
            "mapping": "a mapping (key: value)",
            "list": "a list",
            "text": "text",
            "integer": "a whole number",
            "number": "a number",
            "boolean": "true or false",
            "date": "a date (YYYY-MM-DD)",
            "nothing": "nothing (null)",
            "scalar": "a text, a number, a date, true or false; for no value, {missing: true}",
            "text-or-list": "a text or a list of texts",
            "operators": "a mapping with operators, such as {eq: energy}",
            "two-values": "a list of two values, such as [10, 50]",
            "id-form": "1 to 63 characters: a-z, 0-9, - and _, the first a letter or digit",
            "column-form": "1 to 63 characters: a-z, 0-9 and _, the first a letter",
            "free-form": "1 to 100 characters, no control characters",
        }
    ),
    "pl": {
        "model": ("model", "modelu"),
        "dimensions": ("wymiary", "wymiarów"),
        "dimension": ("wymiar", "wymiaru"),
        "bands": ("przedziały", "przedziałów"),
        "band": ("przedział", "przedziału"),
        "groups": ("grupy", "grup"),
        "group": ("grupa", "grupy"),
        "rules": ("reguły", "reguł"),
        "rule": ("reguła", "reguły"),
        "overall": ("wynik łączny", "wyniku łącznego"),
        "grade": ("ocena", "oceny"),
        "definitions": ("definicje", "definicji"),
        "definition": ("definicja", "definicji"),
        "label": ("etykieta", "etykiety"),
        "condition": ("warunek", "warunku"),
        "comparison": ("porównanie", "porównania"),
        "touchpoint": ("warunek na interakcje", "warunku na interakcje"),
        "items": ("lista", "listy"),
        **_same(
            {
                "mapping": "odwzorowanie (klucz: wartość)",
                "list": "lista",
                "text": "tekst",
                "integer": "liczba całkowita",
                "number": "liczba",
                "boolean": "true albo false",
                "date": "data (RRRR-MM-DD)",
                "nothing": "brak wartości (null)",
                "scalar": "tekst, liczba, data, true albo false; brak wartości to {missing: true}",
                "text-or-list": "tekst albo lista tekstów",
                "operators": "odwzorowanie z operatorami, np. {eq: energy}",
                "two-values": "lista dwóch wartości, np. [10, 50]",
                "id-form": "od 1 do 63 znaków: a-z, 0-9, - i _; pierwszy to litera lub cyfra",
                "column-form": "od 1 do 63 znaków: a-z, 0-9 i _; pierwszy to litera",
                "free-form": "od 1 do 100 znaków, bez znaków sterujących",
            }
        ),
    },
}


def _both(en: tuple[str, str], pl: tuple[str, str]) -> Mapping[str, Text]:
    return {"en": Text(*en), "pl": Text(*pl)}


_SHAPE = {
    "syntax": _both(
        ("this is not valid {format}: {found}", "a valid {format} document"),
        ("to nie jest poprawny {format}: {found}", "poprawny dokument {format}"),
    ),
    "too-large": _both(
        ("the document is too large, more than {most} bytes", "at most {most} bytes"),
        ("dokument jest za duży, ma ponad {most} bajtów", "najwyżej {most} bajtów"),
    ),
    "too-deep": _both(
        ("the document is nested more than {most} levels deep", "at most {most} levels"),
        ("dokument ma ponad {most} poziomów zagnieżdżenia", "najwyżej {most} poziomów"),
    ),
    "too-many-nodes": _both(
        ("the document has more than {most} values", "at most {most} keys and values"),
        ("dokument ma ponad {most} wartości", "najwyżej {most} kluczy i wartości"),
    ),
    "not-utf-8": _both(
        ("the byte {found} is not part of UTF-8 text", "text in UTF-8"),
        ("bajt {found} nie należy do tekstu w UTF-8", "tekst w kodowaniu UTF-8"),
    ),
    "control-character": _both(
        ("the character {found} cannot be used", "printable characters"),
        ("znak {found} jest niedozwolony", "znaki drukowalne"),
    ),
    "alias": _both(
        ("{found} is a YAML anchor or alias", "the value itself, written out in each place"),
        ("{found} to kotwica lub alias YAML", "sama wartość, zapisana w każdym miejscu osobno"),
    ),
    "tag": _both(
        ("{found} is a YAML tag", "a plain value; text that looks like a number goes in quotes"),
        (
            "{found} to znacznik typu YAML",
            "zwykła wartość; tekst podobny do liczby zapisz w cudzysłowie",
        ),
    ),
    "directive": _both(
        ("a line begins with %, a YAML directive", "a document without directives"),
        ("wiersz zaczyna się od %, czyli od dyrektywy YAML", "dokument bez dyrektyw"),
    ),
    "several-documents": _both(
        ("a second document begins here", "one document in a file"),
        ("tu zaczyna się drugi dokument", "jeden dokument w pliku"),
    ),
    "duplicate-key": _both(
        ('the key "{found}" stands here a second time', "each key once"),
        ("klucz „{found}” występuje tu po raz drugi", "każdy klucz tylko raz"),
    ),
    "key-not-text": _both(
        ("a list, a mapping or an alias is used as a key", "a text as the key"),
        ("kluczem jest lista, odwzorowanie albo alias", "tekst jako klucz"),
    ),
    "not-finite": _both(
        ("{found} is not a finite number", "a finite number; as text, in quotes"),
        ("{found} nie jest liczbą skończoną", "liczba skończona; jako tekst – w cudzysłowie"),
    ),
    "number-too-large": _both(
        (
            "the number {found} is too large or too long to be exact everywhere",
            "a number of at most 40 characters between -9007199254740992 and 9007199254740992",
        ),
        (
            "liczba {found} jest za duża lub za długa, żeby wszędzie była dokładna",
            "liczba od -9007199254740992 do 9007199254740992, zapisana w najwyżej 40 znakach",
        ),
    ),
    "ambiguous-number": _both(
        (
            "{found} is read as different numbers by different tools",
            "a number without leading zeros, 0o or 0x; as text, in quotes",
        ),
        (
            "{found} jest przez różne programy odczytywane jako różne liczby",
            "liczba bez zer wiodących, 0o i 0x; jako tekst – w cudzysłowie",
        ),
    ),
    "too-many-problems": _both(
        ("there are more than {found} problems; the rest is not shown", "mend these first"),
        ("problemów jest ponad {found}; reszty nie pokazano", "najpierw popraw powyższe"),
    ),
}

_STRUCTURE = {
    "unknown-key": _both(
        ('"{found}" is not a key of {whole_of}', "{known}"),
        ("„{found}” nie jest kluczem {whole_of}", "{known}"),
    ),
    "missing-key": _both(
        ('the key "{key}" of {whole_of} is missing', 'the key "{key}" with its value'),
        ("brakuje klucza „{key}” ({whole})", "klucz „{key}” z wartością"),
    ),
    "wrong-type": _both(
        ('"{found}" is a value of the wrong kind: {found_kind}', "{expected}"),
        ("nie może tu stać „{found}” – to {found_kind}", "{expected}"),
    ),
    "unknown-scope": _both(
        ('"{found}" is not a scope', "{known}"),
        ("„{found}” nie jest zakresem", "{known}"),
    ),
    "unknown-schema-version": _both(
        ("schema version {found} is not known here", "schema: {known}"),
        ("wersja schematu {found} nie jest tu znana", "schema: {known}"),
    ),
    "unknown-time-zone": _both(
        ('"{found}" is not a time zone', "a name of the IANA database, such as Europe/Warsaw"),
        ("„{found}” nie jest strefą czasową", "nazwa z bazy IANA, np. Europe/Warsaw"),
    ),
    "bad-name": _both(
        ('"{found}" cannot be a name here', "{form}"),
        ("„{found}” nie może być tu nazwą", "{form}"),
    ),
    "reserved-name": _both(
        ('the name "{found}" already has a meaning', "any name but: {reserved}"),
        ("nazwa „{found}” ma już znaczenie", "każda nazwa oprócz: {reserved}"),
    ),
    "out-of-range": _both(
        ("{found} is out of range", "from {low} to {high}"),
        ("{found} jest poza zakresem", "od {low} do {high}"),
    ),
    "too-many-decimals": _both(
        ("{found} is finer than a thousandth of a point", "at most three decimals"),
        (
            "{found} jest dokładniejsze niż tysięczna część punktu",
            "najwyżej trzy miejsca po kropce",
        ),
    ),
    "too-many": _both(
        ("too many {whole}: {found}", "at most {most}"),
        ("za dużo {whole_of}: {found}", "najwyżej {most}"),
    ),
    "empty": _both(
        ("there is nothing here: {whole}", "at least one entry"),
        ("pusta zawartość: {whole}", "co najmniej jeden element"),
    ),
    "text-length": _both(
        ("the text has {found} characters", "from 1 to {most} characters"),
        ("liczba znaków tekstu: {found}", "od 1 do {most} znaków"),
    ),
    "keys-do-not-go-together": _both(
        (
            'the keys "{found}" and "{other}" do not go together in a rule',
            'either "{found}" or "{other}"; two rules can have one each',
        ),
        (
            "klucze „{found}” i „{other}” nie mogą być razem w jednej regule",
            "albo „{found}”, albo „{other}”; można też zrobić z tego dwie reguły",
        ),
    ),
    "rule-says-nothing": _both(
        (
            "the rule does not say when it gives points",
            "when (attributes), on (touchpoints), at_least (frequency) or none_for (silence)",
        ),
        (
            "reguła nie mówi, kiedy daje punkty",
            "when (cechy), on (interakcje), at_least (częstość) albo none_for (cisza)",
        ),
    ),
    "condition-not-allowed-here": _both(
        (
            '"{found}" can only be asked in a definition',
            "comparisons of fields; to count touchpoints in a rule, use on with at_least",
        ),
        (
            "o „{found}” można pytać tylko w definicji",
            "porównania pól; do liczenia interakcji w regule służy on razem z at_least",
        ),
    ),
    "computed-field-not-allowed-here": _both(
        (
            'a rule cannot ask for "{found}", a result of the rules themselves',
            "lead.*, company.*, bant.*, consent.*, stage; results only in definitions",
        ),
        (
            "reguła nie może pytać o „{found}”, czyli o wynik samych reguł",
            "lead.*, company.*, bant.*, consent.*, stage; wyniki tylko w definicjach",
        ),
    ),
    "unknown-operator": _both(
        ('"{found}" is not an operator', "{known}"),
        ("„{found}” nie jest operatorem", "{known}"),
    ),
    "wrong-operand": _both(
        (
            'the operator "{operator}" cannot compare with "{found}" (found: {found_kind})',
            "for {operator}: {expected}; for such a value: {operators}",
        ),
        (
            "operator „{operator}” nie porównuje z „{found}” (jest: {found_kind})",
            "dla {operator}: {expected}; dla takiej wartości: {operators}",
        ),
    ),
    "operator-not-for-field": _both(
        ('the operator "{found}" makes no sense for {field}', "{operators}"),
        ("operator „{found}” nie ma sensu dla {field}", "{operators}"),
    ),
    "mixed-types": _both(
        ('"{found}" is of another type than the first value: {found_kind}', "{expected}"),
        ("„{found}” ma inny typ niż pierwsza wartość: {found_kind}", "{expected}"),
    ),
    "between-reversed": _both(
        ("the range {found} ends below its beginning", "the lower value first"),
        ("zakres {found} kończy się poniżej początku", "najpierw mniejsza wartość"),
    ),
    "nothing-to-fold": _both(
        ("{found} stands where no text is compared", "{found} beside an operator with text"),
        ("{found} stoi tam, gdzie nie porównuje się tekstu", "{found} obok operatora z tekstem"),
    ),
    "people-without-company": _both(
        ("people are counted within a single lead", "people together with scope: company"),
        ("osoby są liczone w obrębie jednego leada", "people razem ze scope: company"),
    ),
    "zero-points": _both(
        ("the rule gives 0 points", "points above or below zero"),
        ("reguła daje 0 punktów", "punkty większe albo mniejsze od zera"),
    ),
    "cap-not-positive": _both(
        (
            "max_points is {found}, not above zero",
            "a number above zero; it limits negative points as well",
        ),
        (
            "max_points wynosi {found}, a powinno być większe od zera",
            "liczba większa od zera; ogranicza także punkty ujemne",
        ),
    ),
    "range-reversed": _both(
        ("the range from {low} to {high} is empty or reversed", "min below max"),
        ("zakres od {low} do {high} jest pusty lub odwrócony", "min mniejsze niż max"),
    ),
    "repeated-value": _both(
        ('"{found}" stands in this list twice', "each value once"),
        ("„{found}” występuje na tej liście dwa razy", "każda wartość raz"),
    ),
    "empty-text": _both(
        (
            "an empty text is compared; empty values count as missing",
            "a text, or {{missing: true}}",
        ),
        (
            "porównanie z pustym tekstem; puste wartości liczą się jako brak",
            "tekst albo {{missing: true}}",
        ),
    ),
    "not-a-day": _both(
        ('"{found}" looks like a date but is not in the calendar; it counts as text', "YYYY-MM-DD"),
        ("„{found}” wygląda jak data, ale nie ma jej w kalendarzu; to zwykły tekst", "RRRR-MM-DD"),
    ),
}

_REFERENCES = {
    "duplicate-id": _both(
        ('the id "{found}" is already taken by {first}', "an id of its own for each rule"),
        ("identyfikator „{found}” jest już zajęty ({first})", "osobny identyfikator każdej reguły"),
    ),
    "unknown-dimension": _both(
        ('there is no dimension "{found}"', "{known}"),
        ("nie ma wymiaru „{found}”", "{known}"),
    ),
    "unknown-group": _both(
        ('there is no group "{found}"', "{known}"),
        ("nie ma grupy „{found}”", "{known}"),
    ),
    "unknown-definition": _both(
        ('there is no definition "{found}"', "{known}"),
        ("nie ma definicji „{found}”", "{known}"),
    ),
    "unknown-field": _both(
        ('there is no field "{found}"', "{known}"),
        ("nie ma pola „{found}”", "{known}"),
    ),
    "unknown-property": _both(
        ('touchpoints have no property "{found}"', "{known}"),
        ("interakcje nie mają właściwości „{found}”", "{known}"),
    ),
    "unknown-result": _both(
        ('{field} is never "{found}" in this model', "{known}"),
        ("{field} nigdy nie przyjmuje w tym modelu wartości „{found}”", "{known}"),
    ),
    "group-of-another-dimension": _both(
        (
            'the group "{found}" caps {group_dimension}, but the rule adds to {dimension}',
            "a group of the dimension {dimension}",
        ),
        (
            "grupa „{found}” ogranicza {group_dimension}, a reguła dodaje punkty do {dimension}",
            "grupa wymiaru {dimension}",
        ),
    ),
    "circular-definitions": _both(
        (
            "definitions wait for each other: {found}",
            "definitions that do not come back to themselves",
        ),
        ("definicje czekają na siebie nawzajem: {found}", "definicje, które nie wracają do siebie"),
    ),
    "column-clash": _both(
        ('the results already have a column "{found}"', "another name for the definition"),
        ("wyniki mają już kolumnę „{found}”", "inna nazwa definicji"),
    ),
    "attribute-in-where": _both(
        (
            '"{found}" is asked of the touchpoint here, not of the lead',
            "a property of touchpoints; leads are asked in a rule with when",
        ),
        (
            "„{found}” dotyczy tu interakcji, a nie leada",
            "właściwość interakcji; o cechy leada pyta reguła z when",
        ),
    ),
    "unused-group": _both(
        ('no rule is in the group "{found}"', "group: {found} in some rules"),
        ("żadna reguła nie należy do grupy „{found}”", "group: {found} w niektórych regułach"),
    ),
    "dimension-without-rules": _both(
        ('no rule adds to the dimension "{found}"', "at least one rule"),
        ("żadna reguła nie dodaje punktów do wymiaru „{found}”", "co najmniej jedna reguła"),
    ),
}

_BANDS = {
    "band-gap": _both(
        (
            "scores from {low} up to {high} fall nowhere; scores may have decimals",
            "to: {high}, where the next band begins (`to` itself is not included), or no `to`",
        ),
        (
            "wyniki od {low} do {high} nigdzie nie trafiają; wynik może mieć część ułamkową",
            "to: {high}, czyli początek następnego przedziału (bez wartości `to`), albo brak `to`",
        ),
    ),
    "band-overlap": _both(
        (
            "scores from {low} up to {high} fall into two bands",
            "to: {low}, where the next band begins, or no `to`",
        ),
        (
            "wyniki od {low} do {high} trafiają do dwóch przedziałów",
            "to: {low}, czyli początek następnego przedziału, albo brak `to`",
        ),
    ),
    "band-order": _both(
        ("the band begins at {found}, the one before it at {before}", "a beginning above {before}"),
        ("przedział zaczyna się od {found}, a poprzedni od {before}", "początek powyżej {before}"),
    ),
    "first-band-not-at-minimum": _both(
        ("the first band begins at {found}, the dimension at {minimum}", "from: {minimum}"),
        ("pierwszy przedział zaczyna się od {found}, a wymiar od {minimum}", "from: {minimum}"),
    ),
    "band-beyond-maximum": _both(
        ("{found} lies above the maximum of the dimension", "at most {maximum}"),
        ("{found} leży powyżej maksimum wymiaru", "najwyżej {maximum}"),
    ),
    "last-band-too-short": _both(
        ("the last band ends at {found}, before the dimension does", "to: {maximum}, or no `to`"),
        (
            "ostatni przedział kończy się na {found}, przed końcem wymiaru",
            "to: {maximum} albo brak `to`",
        ),
    ),
    "duplicate-band": _both(
        ('the dimension already has a band "{found}"', "a name of its own for each band"),
        ("wymiar ma już przedział „{found}”", "osobna nazwa każdego przedziału"),
    ),
}

_EFFECT = {
    "field-with-two-types": _both(
        (
            "{found} is compared as {found_kind} here and as {expected} at {first}",
            "one type for one field; text that looks like a number goes in quotes",
        ),
        (
            "typ pola {found} tutaj to {found_kind}, a w {first} – {expected}",
            "jeden typ dla jednego pola; tekst podobny do liczby zapisz w cudzysłowie",
        ),
    ),
    "type-not-of-field": _both(
        ("{found} is compared as {found_kind}, but the data hold {expected}", "{expected}"),
        ("typ pola {found} w warunku to {found_kind}, a w danych – {expected}", "{expected}"),
    ),
    "shadowed-by-cap": _both(
        (
            "max_points {found} already cuts the first touchpoint, which gives {points}",
            "max_points at least as large as the points, or smaller points",
        ),
        (
            "max_points {found} obcina już pierwszą interakcję, która daje {points}",
            "max_points co najmniej równe punktom albo mniejsze punkty",
        ),
    ),
    "shadowed-by-group": _both(
        ("{found} points are more than the whole group {group} allows: {limit}", "at most {limit}"),
        ("{found} pkt to więcej, niż dopuszcza cała grupa {group}: {limit}", "najwyżej {limit}"),
    ),
    "shadowed-by-dimension": _both(
        (
            "{found} points are more than the whole dimension {dimension} can have",
            "at most {maximum}",
        ),
        (
            "{found} pkt to więcej, niż może mieć cały wymiar {dimension}",
            "najwyżej {maximum}",
        ),
    ),
    "cap-never-reached": _both(
        (
            "max_points {found} is never reached: max_times allows at most {most}",
            "max_points up to {most}, or no max_points",
        ),
        (
            "max_points {found} nigdy nie zadziała: max_times dopuszcza najwyżej {most}",
            "max_points do {most} albo brak max_points",
        ),
    ),
    "half-life-too-long": _both(
        (
            "with a half-life of {found} days, points hardly fall within {within} days",
            "half_life up to twice within, or no half_life",
        ),
        (
            "przy okresie połowicznego zaniku {found} dni punkty prawie nie maleją w oknie {within} dni",
            "half_life do dwukrotności within albo brak half_life",
        ),
    ),
    "window-outlives-decay": _both(
        (
            "the window has {found} days, but nothing is left of the points after {last_day}",
            "at most {last_day} days, or no within",
        ),
        (
            "okno ma {found} dni, a z punktów już po {last_day} dniach nic nie zostaje",
            "najwyżej {last_day} dni albo brak within",
        ),
    ),
}

_POSSIBILITY = {
    "unreachable-band": _both(
        (
            'no lead can be in the band "{found}": rules take {dimension} from {low} to {high}',
            "a band that begins within reach, or more points in the rules",
        ),
        (
            "żaden lead nie trafi do przedziału „{found}”: zasięg {dimension} to {low} … {high}",
            "przedział w zasięgu reguł albo więcej punktów w regułach",
        ),
    ),
    "rule-never-fires": _both(
        ('the rule "{rule}" can never fire: {found}', "conditions that can hold together"),
        (
            "reguła „{rule}” nigdy nie zadziała: {found}",
            "warunki, które mogą być spełnione jednocześnie",
        ),
    ),
    "impossible-condition": _both(
        (
            'the definition "{definition}" can never be met: {found}',
            "conditions that can hold together",
        ),
        (
            "definicji „{definition}” nie da się spełnić: {found}",
            "warunki, które mogą być spełnione jednocześnie",
        ),
    ),
    "unreachable-threshold": _both(
        (
            'the definition "{definition}" needs {found}, but rules and caps allow {low} to {high}',
            "a threshold from {low} to {high}",
        ),
        (
            "definicja „{definition}” wymaga: {found}, a reguły i limity dają od {low} do {high}",
            "próg od {low} do {high}",
        ),
    ),
    "unreachable-together": _both(
        (
            'rules and caps never allow all that the definition "{definition}" needs: {found}',
            "demands within {spans}",
        ),
        (
            "reguły i limity nie pozwalają na wszystko, czego wymaga „{definition}”: {found}",
            "wymagania w granicach {spans}",
        ),
    ),
    "part-never-holds": _both(
        ("this alternative never holds: {found}", "conditions that can hold together"),
        (
            "ta możliwość nigdy nie zachodzi: {found}",
            "warunki, które mogą być spełnione jednocześnie",
        ),
    ),
    "keep-stronger-than-when": _both(
        (
            'a lead may lose "{definition}" at once: keep_while limits {field} at {found}',
            "limits no stronger than those of when",
        ),
        (
            "lead może od razu stracić „{definition}”: w keep_while granica {field} to {found}",
            "warunki nie ostrzejsze niż w when",
        ),
    ),
}

MESSAGES: Mapping[str, Mapping[str, Text]] = {
    **_SHAPE,
    **_STRUCTURE,
    **_REFERENCES,
    **_BANDS,
    **_EFFECT,
    **_POSSIBILITY,
}
"""Every message by code and language."""
