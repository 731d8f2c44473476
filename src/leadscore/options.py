"""What people say about a run: the moment, the engine; and what can be wrong with it.

In: what was handed in. Out: an instant, an engine's name, or a refusal that says what is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from leadscore.days import FIRST_YEAR, LAST_YEAR, date_to_day, end_of_day, to_instant
from leadscore.errors import InvalidInput
from leadscore.language.words import Text

AsOf = datetime | date | str
"""A moment: an aware datetime, ISO 8601 text with an offset, or a day (its last microsecond)."""

ENGINES = ("duckdb", "live", "spark")
"""The engines, the usual one first."""

HORIZON_DAYS = 90
"""Days within which a win counts in a backtest, unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class OptionProblem:
    """An option that cannot be used: what was found, what is wrong with it, what to do instead."""

    code: str
    option: str
    found: str
    wrong: Text
    instead: Text

    def describe(self, lang: str = "en") -> str:
        """One line: which option, what is wrong, what would be accepted."""
        said = f"{self.found}: {self.wrong.of(lang)}; {self.instead.of(lang)}"
        return f"[{self.code}] {self.option} {said}"


def accepted(en: str, pl: str | None = None) -> Text:
    """What would be accepted instead."""
    return Text(f"accepted: {en}", f"dopuszczalne: {en if pl is None else pl}")


_NOT_A_MOMENT = Text("this is no moment", "to nie jest data ani godzina")
_NO_OFFSET = Text("its time zone is not said", "nie podano strefy czasowej")
_OUT_OF_RANGE = Text("out of range", "poza zakresem")
_MOMENTS = accepted(
    "2026-01-31T12:00:00+01:00, or a day such as 2026-01-31 (until its end)",
    "2026-01-31T12:00:00+01:00 albo sam dzień, np. 2026-01-31 (do jego końca)",
)
_YEARS = accepted(f"years {FIRST_YEAR} to {LAST_YEAR}", f"lata od {FIRST_YEAR} do {LAST_YEAR}")
_UNKNOWN_ENGINE = Text("there is no such engine", "nie ma takiego silnika")
_NO_FOLDER = Text("there is no such folder", "nie ma takiego folderu")
_SHARED_FOLDERS = accepted(
    "a folder that every worker can read under the same path",
    "folder, który każda maszyna odczyta pod tą samą ścieżką",
)


def instant_of(as_of: AsOf, time_zone: str, option: str = "as_of") -> int:
    """The instant that is meant, in microseconds since 1970 UTC.

    A day means the last microsecond of that day in the model's time zone: everything that
    happened on it counts.
    Raises: InvalidInput for text that is no moment, a moment without a time zone, another century.
    """
    if isinstance(as_of, str):
        as_of = _parsed(as_of, option)
    if not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise _refused("moment_out_of_range", option, as_of.isoformat(), _OUT_OF_RANGE, _YEARS)
    if not isinstance(as_of, datetime):
        return end_of_day(date_to_day(as_of), time_zone)
    if as_of.utcoffset() is None:
        raise _refused("moment_without_zone", option, as_of.isoformat(), _NO_OFFSET, _MOMENTS)
    return to_instant(as_of)


def known_engine(name: str) -> str:
    """The name of an engine.

    Raises: InvalidInput when there is none of that name.
    """
    if name in ENGINES:
        return name
    raise _refused("unknown_engine", "engine", name, _UNKNOWN_ENGINE, accepted(", ".join(ENGINES)))


def shared_folder_of(given: str | Path, option: str = "shared_folder") -> Path:
    """The folder for what the workers of a cluster read.

    Raises: InvalidInput when it is not there.
    """
    folder = Path(given)
    if folder.is_dir():
        return folder.resolve()
    raise _refused("no_folder", option, str(given), _NO_FOLDER, _SHARED_FOLDERS)


def _parsed(text: str, option: str) -> datetime | date:
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(text.strip())
        except ValueError:
            continue
    raise _refused("bad_moment", option, repr(text), _NOT_A_MOMENT, _MOMENTS)


def _refused(code: str, option: str, found: str, wrong: Text, instead: Text) -> InvalidInput:
    return InvalidInput([OptionProblem(code, option, found, wrong, instead)])
