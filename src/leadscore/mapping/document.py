"""What a mapping is, and its reading from YAML: everything wrong with it is said at once.

In: YAML text. Out: a frozen `SourceMapping`. Nothing here opens a source file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from leadscore.conditions import RESERVED_COLUMNS, is_attribute
from leadscore.mapping.problems import InvalidMapping, MappingProblem, near

SCHEMA_VERSION = 1
NOON = time(12)
MAX_TEXT = 1_000_000
"""Characters of a mapping document; ours have under 6,000."""


class ColumnType(StrEnum):
    """What the words of a source column are turned into."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"


class Test(StrEnum):
    """How a row of the source is chosen by one of its columns."""

    EQ = "eq"
    IN = "in"
    NOT_IN = "not_in"
    EXISTS = "exists"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class RowTest:
    """One column of the source held against words. A missing word passes only `missing`."""

    column: str
    test: Test
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One source column with its type; `values` translates words before they are typed."""

    column: str
    type: ColumnType = ColumnType.TEXT
    values: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    format: str | None = None


@dataclass(frozen=True, slots=True)
class DateMoment:
    """The moment is a date, or a date with a time, in a column."""

    column: str
    format: str
    time: time = NOON


@dataclass(frozen=True, slots=True)
class CalendarMoment:
    """The moment is a month (and weekday); years follow from the order of the rows."""

    month: str
    first_year: int
    weekday: str | None = None
    time: time = NOON
    in_order: bool = True
    """Whether rows are in date order; else all are of `first_year`, on the first of a month."""


@dataclass(frozen=True, slots=True)
class SequenceMoment:
    """The moment stands for the order of a number: so many rows a day from a start on.

    The rows of a day follow each other within eight hours from `time`.
    """

    column: str
    start: date
    per_day: int
    time: time = time(9)


Moment = DateMoment | CalendarMoment | SequenceMoment


@dataclass(frozen=True, slots=True)
class Join:
    """A second file: at most one row for each row of the first, by a column of both."""

    file: str
    by: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows come from, which words in them mean "not known", which rows are read."""

    file: str
    separator: str = ","
    encoding: str = "utf-8"
    missing: frozenset[str] = frozenset()
    joins: tuple[Join, ...] = ()
    only: tuple[RowTest, ...] = ()


@dataclass(frozen=True, slots=True)
class Touchpoints:
    """Touchpoints that each chosen row gives: `times` of them, some days before its moment.

    `times` is a column that counts them (None: one), of which `less` are left out.
    """

    type: str
    when: tuple[RowTest, ...] = ()
    times: str | None = None
    less: int = 0
    days_before: str | None = None
    properties: Mapping[str, str | Column] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Which rows were won and which lost; `at` is when (None: the moment of the row)."""

    won: tuple[RowTest, ...]
    lost: tuple[RowTest, ...] = ()
    at: DateMoment | None = None


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """The whole mapping of one source to leads, touchpoints and outcomes."""

    name: str
    title: Mapping[str, str]
    notice: str
    time_zone: str
    source: Source
    moment: Moment
    leads: Mapping[str, Column]
    touchpoints: tuple[Touchpoints, ...]
    outcomes: Outcomes
    lead_id_column: str | None = None
    lead_id_prefix: str = ""
    approximate: Mapping[str, str] = field(default_factory=dict)
    """What of the moments is not exact, by language; empty when they are the source's own."""

    headline: tuple[str, ...] = ()
    """The fields by which a person recognises a lead, where it has no name."""


def read_mapping(path: Path) -> SourceMapping:
    """The mapping of a file.

    Raises: InvalidMapping with every problem; OSError when the file cannot be read.
    """
    return parse_mapping(path.read_text(encoding="utf-8"))


def parse_mapping(text: str) -> SourceMapping:
    """The mapping of a YAML text.

    Raises: InvalidMapping with every problem.
    """
    if len(text) > MAX_TEXT:
        raise _invalid("too-long", f"{len(text)} characters", f"at most {MAX_TEXT}")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _invalid("not-yaml", str(error).replace("\n", " "), "a YAML document") from error
    problems: list[MappingProblem] = []
    mapping = _mapping(_Node(content, "", problems))
    if problems:
        # A value that is looked at twice is wrong once.
        raise InvalidMapping(list(dict.fromkeys(problems)))
    return mapping


def _invalid(code: str, found: str, accepted: str) -> InvalidMapping:
    return InvalidMapping([MappingProblem(code, "document", found, accepted)])


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the document with its path; what is wrong with it is added to `problems`."""

    value: object
    path: str
    problems: list[MappingProblem]

    def wrong(self, code: str, accepted: str, found: str | None = None) -> None:
        """Note a problem of this value."""
        shown = found or f"{self.value!r} ({type(self.value).__name__})"
        self.problems.append(MappingProblem(code, self.path or "document", shown, accepted))

    def key(self, name: str) -> _Node:
        """The value under a key; None when there is none or this is not a mapping of keys."""
        inner = self.value.get(name) if isinstance(self.value, dict) else None
        return _Node(inner, f"{self.path}.{name}" if self.path else name, self.problems)

    def keys(self, known: Sequence[str], needed: Sequence[str] = ()) -> None:
        """Note keys that are not known or needed and absent."""
        if not isinstance(self.value, dict):
            self.wrong("not-keys", f"keys {', '.join(known)}")
            return
        for name in self.value:
            if name not in known:
                self.key(str(name)).wrong("unknown-key", near(str(name), known), f"key {name!r}")
        for name in needed:
            if self.value.get(name) is None:
                self.key(name).wrong("missing-key", "a value", "nothing")

    def items(self) -> list[tuple[str, _Node]]:
        """The keys, which must be text, with their values."""
        if self.value is None:
            return []
        if not isinstance(self.value, dict):
            self.wrong("not-keys", "keys with values")
            return []
        for name in self.value:
            if not isinstance(name, str):
                self.wrong("not-text", "text in quotes", f"key {name!r} ({type(name).__name__})")
        return [(str(name), self.key(name)) for name in self.value]

    def entries(self) -> list[_Node]:
        """The entries of a list."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            self.wrong("not-list", "a list")
            return []
        return [
            _Node(value, f"{self.path}[{number}]", self.problems)
            for number, value in enumerate(self.value)
        ]

    def text(self, default: str = "") -> str:
        """A text. `yes`, `no` and dates must stand in quotes: YAML reads them as other types."""
        if self.value is None:
            return default
        if not isinstance(self.value, str):
            self.wrong("not-text", "text, in quotes where YAML would read another type")
            return default
        return self.value

    def word(self) -> str | None:
        """A text or nothing."""
        return None if self.value is None else self.text()

    def number(self, default: int, low: int, high: int) -> int:
        """A whole number within limits."""
        if self.value is None:
            return default
        is_whole = isinstance(self.value, int) and not isinstance(self.value, bool)
        if not is_whole or not low <= int(str(self.value)) <= high:
            self.wrong("not-number", f"a whole number from {low} to {high}")
            return default
        return int(str(self.value))

    def words(self) -> tuple[str, ...]:
        """One text or a list of them."""
        if isinstance(self.value, list):
            return tuple(entry.text() for entry in self.entries())
        return () if self.value is None else (self.text(),)


_TOP = (
    "schema",
    "name",
    "title",
    "notice",
    "time_zone",
    "source",
    "lead_id",
    "moment",
    "approximate",
    "leads",
    "headline",
    "touchpoints",
    "outcomes",
)
_NEEDED = ("schema", "name", "source", "lead_id", "moment", "leads", "outcomes")


def _mapping(node: _Node) -> SourceMapping:
    node.keys(_TOP, needed=_NEEDED)
    if node.key("schema").value not in (None, SCHEMA_VERSION):
        node.key("schema").wrong("unknown-schema", str(SCHEMA_VERSION))
    moment = _moment(node.key("moment"))
    approximate = node.key("approximate")
    if not isinstance(moment, DateMoment) and not approximate.value:
        approximate.wrong("silent-approximation", "en and pl: what is not exact", "nothing")
    lead_id = node.key("lead_id")
    lead_id.keys(("column", "row_number"))
    if isinstance(lead_id.value, dict) and len(lead_id.value) != 1:
        lead_id.wrong("not-one", "exactly one of column, row_number")
    return SourceMapping(
        name=node.key("name").text(),
        title=_by_language(node.key("title")),
        notice=node.key("notice").text(),
        time_zone=_time_zone(node.key("time_zone")),
        source=_source(node.key("source")),
        moment=moment,
        leads=_leads(node.key("leads")),
        touchpoints=tuple(_touchpoints(entry) for entry in node.key("touchpoints").entries()),
        outcomes=_outcomes(node.key("outcomes")),
        headline=_headline(node),
        lead_id_column=lead_id.key("column").word(),
        lead_id_prefix=lead_id.key("row_number").text(),
        approximate=_by_language(approximate),
    )


def _by_language(node: _Node) -> dict[str, str]:
    if node.value is not None:
        node.keys(("en", "pl"), needed=("en",))
    return {language: words.text() for language, words in node.items()}


def _time_zone(node: _Node) -> str:
    name = node.text("UTC")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        node.wrong("unknown-time-zone", "an IANA name such as 'Europe/Warsaw'")
        return "UTC"
    return name


def _source(node: _Node) -> Source:
    node.keys(("file", "separator", "encoding", "missing", "join", "only"), needed=("file",))
    separator = node.key("separator").text(",")
    if len(separator) != 1:
        node.key("separator").wrong("not-separator", "one character")
        separator = ","
    return Source(
        file=_file_name(node.key("file")),
        separator=separator,
        encoding=node.key("encoding").text("utf-8"),
        missing=frozenset(node.key("missing").words()),
        joins=tuple(_join(entry) for entry in node.key("join").entries()),
        only=_tests(node.key("only")),
    )


def _file_name(node: _Node) -> str:
    name = node.text()
    if name and Path(name).name != name:
        node.wrong("not-file-name", "a bare file name; the folder is given when the mapping runs")
    return name


def _join(node: _Node) -> Join:
    node.keys(("file", "by", "prefix"), needed=("file", "by"))
    return Join(_file_name(node.key("file")), node.key("by").text(), node.key("prefix").text())


_MOMENTS: Mapping[str, tuple[str, ...]] = {
    "column": ("column", "format", "time"),
    "month": ("month", "first_year", "year", "weekday", "time"),
    "sequence": ("sequence", "start", "per_day", "time"),
}
"""The keys of each kind of moment; the first one tells the kind."""


def _moment(node: _Node) -> Moment:
    present = node.value if isinstance(node.value, dict) else {}
    kind = next((name for name in _MOMENTS if name in present), None)
    if kind is None:
        node.wrong("unknown-moment", "a key column (a date), month, or sequence (an order)")
        return DateMoment("", "")
    if kind == "column":
        return _date_moment(node)
    if kind == "month":
        return _calendar_moment(node)
    node.keys(_MOMENTS[kind], needed=("sequence", "start", "per_day"))
    return SequenceMoment(
        column=node.key("sequence").text(),
        start=_date(node.key("start")),
        per_day=node.key("per_day").number(1, 1, 10_000),
        time=_time(node.key("time")),
    )


def _calendar_moment(node: _Node) -> CalendarMoment:
    node.keys(_MOMENTS["month"], needed=("month",))
    first_year, year = node.key("first_year"), node.key("year")
    if (first_year.value is None) == (year.value is None):
        node.wrong(
            "not-one", "first_year for rows in date order, or year for rows in any", "both or none"
        )
    if year.value is not None and node.key("weekday").value is not None:
        node.key("weekday").wrong("weekday-without-order", "weekday only together with first_year")
    in_order = year.value is None
    return CalendarMoment(
        month=node.key("month").text(),
        first_year=(first_year if in_order else year).number(2000, 1970, 2100),
        weekday=node.key("weekday").word(),
        time=_time(node.key("time")),
        in_order=in_order,
    )


def _date_moment(node: _Node) -> DateMoment:
    node.keys(("column", "format", "time"), needed=("column", "format"))
    pattern = node.key("format").text()
    if pattern and "%" not in pattern:
        node.key("format").wrong("not-format", "a date format such as '%Y-%m-%d'")
    return DateMoment(node.key("column").text(), pattern, _time(node.key("time")))


def _time(node: _Node) -> time:
    try:
        return time.fromisoformat(node.text("12:00"))
    except ValueError:
        node.wrong("not-time", "a time of day in quotes, such as '12:00'")
        return NOON


def _date(node: _Node) -> date:
    if isinstance(node.value, date):
        return node.value
    try:
        return date.fromisoformat(node.text("2000-01-01"))
    except ValueError:
        node.wrong("not-date", "a date such as 2016-01-31")
        return date(2000, 1, 1)


def _leads(node: _Node) -> dict[str, Column]:
    fields: dict[str, Column] = {}
    for name, inner in node.items():
        if not is_attribute(name):
            inner.wrong(
                "not-attribute", "a name such as lead.occupation or company.employees", repr(name)
            )
        fields[name] = _column(inner)
    return fields


def _headline(node: _Node) -> tuple[str, ...]:
    fields = [name for name, _ in node.key("leads").items()]
    chosen = node.key("headline").entries()
    for entry in chosen:
        if isinstance(entry.value, str) and entry.value not in fields:
            entry.wrong("unknown-field", near(entry.value, fields))
    return tuple(entry.text() for entry in chosen)


_COLUMN_KEYS = ("column", "type", "values", "missing", "format")


def _column(node: _Node) -> Column:
    if isinstance(node.value, str):
        return Column(node.value)
    node.keys(_COLUMN_KEYS, needed=("column",))
    kind = node.key("type").text("text")
    if kind not in list(ColumnType):
        node.key("type").wrong("unknown-type", near(kind, list(ColumnType)))
        kind = ColumnType.TEXT
    if kind == ColumnType.DATE and node.key("format").value is None:
        node.key("format").wrong("missing-key", "a date format such as '%Y-%m-%d'", "nothing")
    return Column(
        column=node.key("column").text(),
        type=ColumnType(kind),
        values={word: inner.text() for word, inner in node.key("values").items()},
        missing=frozenset(node.key("missing").words()),
        format=node.key("format").word(),
    )


_TOUCHPOINT_KEYS = ("type", "when", "times", "less", "days_before", "properties")


def _touchpoints(node: _Node) -> Touchpoints:
    node.keys(_TOUCHPOINT_KEYS, needed=("type",))
    if node.key("less").value is not None and node.key("times").value is None:
        node.key("less").wrong("less-of-nothing", "less only together with times")
    return Touchpoints(
        type=node.key("type").text(),
        when=_tests(node.key("when")),
        times=node.key("times").word(),
        less=node.key("less").number(0, 0, 1_000_000),
        days_before=node.key("days_before").word(),
        properties=_properties(node.key("properties")),
    )


def _properties(node: _Node) -> dict[str, str | Column]:
    properties: dict[str, str | Column] = {}
    for name, inner in node.items():
        if name in RESERVED_COLUMNS or is_attribute(name):
            inner.wrong("not-property", "a name such as page.category", repr(name))
        properties[name] = inner.value if isinstance(inner.value, str) else _column(inner)
    return properties


def _tests(node: _Node) -> tuple[RowTest, ...]:
    tests: list[RowTest] = []
    for column, inner in node.items():
        inner.keys(list(Test))
        tests.extend(
            _test(column, Test(name), condition)
            for name, condition in inner.items()
            if name in list(Test)
        )
    return tuple(tests)


def _test(column: str, test: Test, node: _Node) -> RowTest:
    if test in (Test.EXISTS, Test.MISSING):
        if node.value is not True:
            node.wrong("not-true", "true (ask the other way round with exists or missing)")
        return RowTest(column, test)
    words = node.words()
    if not words:
        node.wrong("no-words", "the words as they stand in the source")
    return RowTest(column, test, words)


def _outcomes(node: _Node) -> Outcomes:
    node.keys(("won", "lost", "at"), needed=("won",))
    at = node.key("at")
    return Outcomes(
        won=_tests(node.key("won")),
        lost=_tests(node.key("lost")),
        at=None if at.value is None else _date_moment(at),
    )
