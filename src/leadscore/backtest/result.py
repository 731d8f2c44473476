"""The answer of a backtest, ready to be shown, kept or sent.

In: figures. Out: one frozen value, as a dict for JSON or as tables for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from zoneinfo import ZoneInfo

from rich.console import RenderableType

from leadscore.backtest.figures import FirstFigures, MomentFigures, PooledFigures
from leadscore.backtest.notices import Notice, Unseen
from leadscore.backtest.tables import TextTable, backtest_tables
from leadscore.days import from_instant
from leadscore.model import ScoringModel
from leadscore.rendering.terminal import plain_text
from leadscore.statistics import NotEnoughData

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
"""What JSON can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A model held against its past.

    `first` (each lead once) is the headline; `pooled` counts every lead at every moment.
    Units: `observed_until` in microseconds since 1970 UTC.
    """

    model: ScoringModel
    horizon_days: int
    observed_until: int
    first: FirstFigures
    pooled: PooledFigures
    moments: tuple[MomentFigures, ...]
    unseen: Unseen
    notices: tuple[Notice, ...]

    def as_dict(self) -> dict[str, Plain]:
        """Everything as JSON can hold it: moments as ISO 8601 in the model's time zone.

        A figure that could not be made is `{"not_enough_data": …}` with the reason, what there
        was and what it would take.
        """
        return {
            "model": self.model.name,
            "horizon_days": self.horizon_days,
            "observed_until": self._moment(self.observed_until),
            "first": _plain(self.first),
            "pooled": _plain(self.pooled),
            "moments": [
                {**_mapping(moment), "as_of": self._moment(moment.as_of)} for moment in self.moments
            ],
            "unseen": _plain(self.unseen),
            "warnings": [
                {"code": notice.code, "text": notice.describe("en")} for notice in self.notices
            ],
        }

    def tables(self, lang: str = "en") -> list[TextTable]:
        """Everything as tables of texts, in English or Polish."""
        return backtest_tables(self, lang)

    def warnings(self, lang: str = "en") -> list[str]:
        """What the reader must know first, a sentence each."""
        return [notice.describe(lang) for notice in self.notices]

    def render(self, lang: str = "en") -> RenderableType:
        """The warnings and tables for a terminal."""
        from leadscore.rendering.backtest import backtest_view  # noqa: PLC0415 - it imports us

        return backtest_view(self, lang)

    def as_text(self, lang: str = "en", width: int = 110) -> str:
        """The same as plain text, without colours."""
        return plain_text(self.render(lang), width)

    def __rich__(self) -> RenderableType:
        return self.render()

    def __str__(self) -> str:
        return self.as_text()

    def _moment(self, instant: int) -> str:
        return from_instant(instant).astimezone(ZoneInfo(self.model.time_zone)).isoformat()


def _plain(value: object) -> Plain:
    if isinstance(value, NotEnoughData):
        return {"not_enough_data": _mapping(value)}
    if isinstance(value, Enum):
        return str(value.value)
    if is_dataclass(value):
        return _mapping(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"found {type(value).__name__}, which JSON cannot hold")


def _mapping(value: object) -> dict[str, Plain]:
    if not is_dataclass(value):
        raise TypeError(f"found {type(value).__name__}, a dataclass is accepted")
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
