"""How a raw cell becomes a canonical value, or a reason why it cannot: a table of SQL readings.

In: the kind of a raw column and the canonical type wanted. Out: SQL over `{raw}` and `{parsed}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from leadscore.conditions import FieldType
from leadscore.days import LAST_YEAR, to_instant
from leadscore.inputs.rejects import Reason


class Kind(StrEnum):
    """What a raw column holds, as far as reading goes."""

    CELL = "CSV text"
    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "decimal number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "timestamp"
    EMPTY = "nothing"
    NESTED = "nested"
    OTHER = "other"


class Cell(StrEnum):
    """The canonical types. A moment is in microseconds since 1970 UTC."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    PRESENCE = "presence"
    MOMENT = "moment"
    KEY = "id"
    INTEGER_KEY = "integer id"
    OUTCOME = "outcome"


SQL_TYPES: Mapping[Cell, str] = {
    Cell.TEXT: "VARCHAR",
    Cell.NUMBER: "DOUBLE",
    Cell.BOOLEAN: "BOOLEAN",
    Cell.DATE: "DATE",
    Cell.PRESENCE: "VARCHAR",
    Cell.MOMENT: "BIGINT",
    Cell.KEY: "VARCHAR",
    Cell.INTEGER_KEY: "BIGINT",
    Cell.OUTCOME: "VARCHAR",
}

CELLS: Mapping[FieldType, Cell] = {
    FieldType.TEXT: Cell.TEXT,
    FieldType.NUMBER: Cell.NUMBER,
    FieldType.BOOLEAN: Cell.BOOLEAN,
    FieldType.DATE: Cell.DATE,
    FieldType.ANY: Cell.PRESENCE,
}

_INTEGERS = frozenset(
    f"{sign}{size}int" for sign in ("", "u") for size in ("tiny", "small", "big", "huge", "")
) | {"integer", "uinteger"}
_MOMENTS = frozenset(
    {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone"}
)
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(_INTEGERS, Kind.INTEGER),
    **dict.fromkeys(_MOMENTS, Kind.MOMENT),
    **dict.fromkeys(("varchar", "enum", "uuid"), Kind.TEXT),
    **dict.fromkeys(("float", "double", "decimal"), Kind.FLOAT),
    **dict.fromkeys(("list", "array", "struct", "map", "union", "variant"), Kind.NESTED),
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "null": Kind.EMPTY,
    '"null"': Kind.EMPTY,
}


def kind_of(type_id: str) -> Kind:
    """The kind of a column by the id of its DuckDB type."""
    return _KINDS.get(type_id.lower(), Kind.OTHER)


@dataclass(frozen=True, slots=True)
class Reading:
    """SQL templates: `parsed` of {raw}; `value` and `fault` (a reason or NULL) of both.

    A cheap reading may be repeated at every scan; others are done once and written down.
    """

    parsed: str
    value: str = "{parsed}"
    fault: str = "NULL"
    is_cheap: bool = True

    def parsed_of(self, raw: str) -> str:
        """SQL of the parsed cell."""
        return self.parsed.replace("{raw}", raw)

    def value_of(self, parsed: str, raw: str) -> str:
        """SQL of the canonical value."""
        return self.value.replace("{parsed}", parsed).replace("{raw}", raw)

    def fault_of(self, parsed: str, raw: str) -> str:
        """SQL of the reason why the cell is bad, or NULL."""
        return self.fault.replace("{parsed}", parsed).replace("{raw}", raw)


_TRIMMED = "trim({raw}, chr(32) || chr(9) || chr(10) || chr(13) || chr(160))"
_UNREADABLE = f"{{parsed}} IS NULL AND {_TRIMMED} <> ''"
_PLAIN = Reading("{raw}")
_AS_TEXT = Reading("CAST({raw} AS VARCHAR)")
_EXACT_FLOAT = 2**53


def _of_text(parsed: str, reason: Reason, value: str = "{parsed}", also: str = "") -> Reading:
    """A reading of text: blank is missing, what cannot be parsed is a fault."""
    fault = f"CASE WHEN {_UNREADABLE} THEN '{reason}' {also} END"
    return Reading(parsed, value, fault, is_cheap=False)


# Numbers -----------------------------------------------------------------------------------

_GROUP_SPACES = "[ \\x{00A0}\\x{202F}]"
_POLISH_NUMBER = f"[+-]?(\\d{{1,3}}({_GROUP_SPACES}\\d{{3}})+|\\d+)(,\\d+)?"
_THOUSANDS_OR_NOT = "[+-]?[1-9]\\d{0,2},\\d{3}"
_IS_AMBIGUOUS = f"regexp_full_match({_TRIMMED}, '{_THOUSANDS_OR_NOT}')"
_PLAIN_NUMBER = "CASE WHEN NOT contains({raw}, '_') THEN TRY_CAST({raw} AS DOUBLE) END"
_POLISH = (
    f"CASE WHEN regexp_full_match({_TRIMMED}, '{_POLISH_NUMBER}') THEN TRY_CAST(replace("
    f"regexp_replace({_TRIMMED}, '{_GROUP_SPACES}', '', 'g'), ',', '.') AS DOUBLE) END"
)
_NOT_NAN = "CASE WHEN isnan({parsed}) THEN NULL ELSE {parsed} END"
_INFINITE = f"WHEN isinf({{parsed}}) THEN '{Reason.BAD_NUMBER}'"


def _number_of_text(*, is_comma_certain: bool) -> Reading:
    """Numbers in text; `1,234` is a decimal only where a comma cannot group thousands."""
    if is_comma_certain:
        parsed = f"coalesce({_PLAIN_NUMBER}, {_POLISH})"
        return _of_text(parsed, Reason.BAD_NUMBER, _NOT_NAN, _INFINITE)
    parsed = f"coalesce({_PLAIN_NUMBER}, CASE WHEN NOT {_IS_AMBIGUOUS} THEN {_POLISH} END)"
    fault = (
        f"CASE WHEN {_UNREADABLE} THEN CASE WHEN {_IS_AMBIGUOUS} "
        f"THEN '{Reason.AMBIGUOUS_NUMBER}' ELSE '{Reason.BAD_NUMBER}' END {_INFINITE} END"
    )
    return Reading(parsed, _NOT_NAN, fault, is_cheap=False)


_NUMBER_OF_NUMBER = Reading("CAST({raw} AS DOUBLE)", _NOT_NAN, f"CASE {_INFINITE} END")

# Days and moments --------------------------------------------------------------------------

_END_OF_TIME = to_instant(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))
_OUT_OF_RANGE = f"WHEN {{parsed}} < 0 OR {{parsed}} >= {_END_OF_TIME} THEN '{Reason.OUT_OF_RANGE}'"
_DAY = "\\d{4}-\\d\\d-\\d\\d"
_CLOCK = "([01]\\d|2[0-3]):[0-5]\\d"
_ZONE = "(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?"
_FULL_MOMENT = f"{_DAY}([T ]{_CLOCK}:[0-5]\\d(\\.\\d+)?{_ZONE})?"
_ODD_MOMENT = f"{_DAY}[T ]{_CLOCK}(:[0-5]\\d(,\\d+)?)?{_ZONE}"
_COMPLETED = (
    f"regexp_replace(replace({_TRIMMED}, ',', '.'), "
    "'^(.{10}.\\d\\d:\\d\\d)($|Z|[+-])', '\\1:00\\2')"
)
_MOMENT_OF_TEXT = _of_text(
    f"CASE WHEN regexp_full_match({{raw}}, '{_FULL_MOMENT}') "
    "THEN epoch_us(TRY_CAST({raw} AS TIMESTAMPTZ)) "
    f"WHEN regexp_full_match({_TRIMMED}, '{_FULL_MOMENT}|{_ODD_MOMENT}') "
    f"THEN epoch_us(TRY_CAST({_COMPLETED} AS TIMESTAMPTZ)) END",
    Reason.BAD_MOMENT,
    also=_OUT_OF_RANGE,
)
_MOMENT_OF_TYPED = Reading(
    "epoch_us({raw})",
    fault=f"CASE {_OUT_OF_RANGE} "
    f"WHEN {{parsed}} IS NULL AND {{raw}} IS NOT NULL THEN '{Reason.OUT_OF_RANGE}' END",
)
_MIDNIGHT = "([T ]00:00(:00(\\.0+)?)?)?"
_DATE_OF_TEXT = _of_text(
    f"CASE WHEN regexp_full_match({_TRIMMED}, '{_DAY}{_MIDNIGHT}') "
    f"THEN TRY_CAST(left({_TRIMMED}, 10) AS DATE) END",
    Reason.BAD_DATE,
    also=f"WHEN year({{parsed}}) NOT BETWEEN 1 AND 9999 THEN '{Reason.BAD_DATE}'",
)
_DATE_OF_DATE = Reading(
    "{raw}",
    fault="CASE WHEN NOT isfinite({parsed}) OR year({parsed}) NOT BETWEEN 1 AND 9999 "
    f"THEN '{Reason.BAD_DATE}' END",
)
_DATE_OF_MOMENT = Reading(
    "CASE WHEN epoch_us({raw}) % 86400000000 = 0 THEN "
    "CAST(make_timestamp(epoch_us({raw})) AS DATE) END",
    fault=f"CASE WHEN {{parsed}} IS NULL AND {{raw}} IS NOT NULL THEN '{Reason.BAD_DATE}' END",
)

# Yes and no, outcomes, ids -----------------------------------------------------------------

_TRUE = "('true', '1', 'yes', 'tak', 'prawda')"
_FALSE = "('false', '0', 'no', 'nie', 'fałsz')"
_BOOLEAN_OF_TEXT = _of_text(
    f"CASE WHEN lower({_TRIMMED}) IN {_TRUE} THEN true "
    f"WHEN lower({_TRIMMED}) IN {_FALSE} THEN false END",
    Reason.BAD_BOOLEAN,
)
_BOOLEAN_OF_NUMBER = Reading(
    "CASE WHEN {raw} = 1 THEN true WHEN {raw} = 0 THEN false END",
    fault="CASE WHEN {parsed} IS NULL AND NOT isnan(CAST({raw} AS DOUBLE)) "
    f"THEN '{Reason.BAD_BOOLEAN}' END",
)
_OUTCOME_OF_TEXT = _of_text(
    f"CASE WHEN lower({_TRIMMED}) IN ('won', 'lost') THEN lower({_TRIMMED}) END",
    Reason.BAD_OUTCOME,
)
_KEY_OF_CELL = Reading(
    "{raw}", f"CASE WHEN {{raw}} >= '!' THEN {{raw}} WHEN {_TRIMMED} <> '' THEN {{raw}} END"
)
_KEY_OF_TEXT = Reading("CAST({raw} AS VARCHAR)", "nullif({parsed}, '')")
_INTEGER_OF_FLOAT = (
    f"CASE WHEN abs({{raw}}) < {_EXACT_FLOAT} AND {{raw}} = floor({{raw}}) "
    "THEN CAST({raw} AS BIGINT) END"
)
_NOT_INTEGRAL = (
    "CASE WHEN {parsed} IS NULL AND NOT isnan(CAST({raw} AS DOUBLE)) "
    f"THEN '{Reason.BAD_ID}' END"
)
_CANONICAL_INTEGER = (
    "CASE WHEN CAST(TRY_CAST({raw} AS BIGINT) AS VARCHAR) = {raw} "
    "THEN TRY_CAST({raw} AS BIGINT) END"
)
_INTEGER_KEY_OF_TEXT = Reading(
    _CANONICAL_INTEGER,
    fault=f"CASE WHEN {_UNREADABLE} THEN '{Reason.UNKNOWN_LEAD}' END",
    is_cheap=False,
)

_PRESENCE_OF_FLOAT = Reading(
    "CASE WHEN isnan(CAST({raw} AS DOUBLE)) THEN NULL ELSE CAST({raw} AS VARCHAR) END"
)

_READINGS: Mapping[tuple[Cell, Kind], Reading] = {
    (Cell.TEXT, Kind.CELL): _PLAIN,
    (Cell.TEXT, Kind.TEXT): _AS_TEXT,
    (Cell.TEXT, Kind.INTEGER): _AS_TEXT,
    (Cell.NUMBER, Kind.TEXT): _number_of_text(is_comma_certain=False),
    (Cell.NUMBER, Kind.INTEGER): _NUMBER_OF_NUMBER,
    (Cell.NUMBER, Kind.FLOAT): _NUMBER_OF_NUMBER,
    (Cell.BOOLEAN, Kind.CELL): _BOOLEAN_OF_TEXT,
    (Cell.BOOLEAN, Kind.TEXT): _BOOLEAN_OF_TEXT,
    (Cell.BOOLEAN, Kind.INTEGER): _BOOLEAN_OF_NUMBER,
    (Cell.BOOLEAN, Kind.FLOAT): _BOOLEAN_OF_NUMBER,
    (Cell.BOOLEAN, Kind.BOOLEAN): _PLAIN,
    (Cell.DATE, Kind.CELL): _DATE_OF_TEXT,
    (Cell.DATE, Kind.TEXT): _DATE_OF_TEXT,
    (Cell.DATE, Kind.DATE): _DATE_OF_DATE,
    (Cell.DATE, Kind.MOMENT): _DATE_OF_MOMENT,
    (Cell.PRESENCE, Kind.CELL): _PLAIN,
    (Cell.PRESENCE, Kind.TEXT): _AS_TEXT,
    (Cell.PRESENCE, Kind.INTEGER): _AS_TEXT,
    (Cell.PRESENCE, Kind.FLOAT): _PRESENCE_OF_FLOAT,
    (Cell.PRESENCE, Kind.BOOLEAN): _AS_TEXT,
    (Cell.PRESENCE, Kind.DATE): _AS_TEXT,
    (Cell.PRESENCE, Kind.MOMENT): _AS_TEXT,
    (Cell.MOMENT, Kind.CELL): _MOMENT_OF_TEXT,
    (Cell.MOMENT, Kind.TEXT): _MOMENT_OF_TEXT,
    (Cell.MOMENT, Kind.MOMENT): _MOMENT_OF_TYPED,
    (Cell.MOMENT, Kind.DATE): _MOMENT_OF_TYPED,
    (Cell.KEY, Kind.CELL): _KEY_OF_CELL,
    (Cell.KEY, Kind.TEXT): _KEY_OF_TEXT,
    (Cell.KEY, Kind.INTEGER): _AS_TEXT,
    (Cell.KEY, Kind.FLOAT): Reading(_INTEGER_OF_FLOAT, "CAST({parsed} AS VARCHAR)", _NOT_INTEGRAL),
    (Cell.INTEGER_KEY, Kind.CELL): _INTEGER_KEY_OF_TEXT,
    (Cell.INTEGER_KEY, Kind.TEXT): _INTEGER_KEY_OF_TEXT,
    (Cell.INTEGER_KEY, Kind.INTEGER): Reading(
        "TRY_CAST({raw} AS BIGINT)",
        fault=f"CASE WHEN {{parsed}} IS NULL AND {{raw}} IS NOT NULL THEN '{Reason.BAD_ID}' END",
    ),
    (Cell.INTEGER_KEY, Kind.FLOAT): Reading(_INTEGER_OF_FLOAT, fault=_NOT_INTEGRAL),
    (Cell.OUTCOME, Kind.CELL): _OUTCOME_OF_TEXT,
    (Cell.OUTCOME, Kind.TEXT): _OUTCOME_OF_TEXT,
}


def reading(cell: Cell, kind: Kind, *, is_comma_certain: bool = False) -> Reading | None:
    """How cells of a kind are read as a canonical type; None where that is refused.

    `is_comma_certain` says that a comma in a number can only be a decimal comma.
    """
    if kind is Kind.EMPTY:
        return Reading(f"CAST(NULL AS {SQL_TYPES[cell]})")
    if cell is Cell.NUMBER and kind is Kind.CELL:
        return _number_of_text(is_comma_certain=is_comma_certain)
    return _READINGS.get((cell, kind))


def accepted_kinds(cell: Cell) -> tuple[Kind, ...]:
    """The kinds of typed column that can be read as a canonical type."""
    return tuple(kind for wanted, kind in _READINGS if wanted is cell and kind is not Kind.CELL)
