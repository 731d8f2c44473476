"""The answer given where a figure would be a guess."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

MIN_PER_CLASS: Final = 10
"""Fewest converted leads, and fewest others, for a ranking figure or a trend; fewest converted
leads for a median.

Source: a convention, after the ten events per estimate of Peduzzi et al. (1996),
J. Clin. Epidemiol. 49:1373-1379.
"""


class Shortage(StrEnum):
    """What there was too little of."""

    NO_LEADS = "no_leads"
    FEW_CONVERTED = "few_converted"
    FEW_NOT_CONVERTED = "few_not_converted"
    FEW_BANDS = "few_bands"
    NO_DAYS = "no_days"
    MEDIAN_NOT_REACHED = "median_not_reached"
    FOLLOWED_TOO_SHORT = "followed_too_short"


_SENTENCES: Final[dict[str, dict[Shortage, str]]] = {
    "en": {
        Shortage.NO_LEADS: "not enough data: no leads",
        Shortage.FEW_CONVERTED: (
            "not enough data: leads converted: {have}, needed: at least {need}"
        ),
        Shortage.FEW_NOT_CONVERTED: (
            "not enough data: leads not converted: {have}, needed: at least {need}"
        ),
        Shortage.FEW_BANDS: "not enough data: bands with leads: {have}, needed: at least {need}",
        Shortage.NO_DAYS: "not enough data: the days to conversion were not given",
        Shortage.MEDIAN_NOT_REACHED: (
            "not enough data: {have} % have converted so far, a median needs {need} %"
        ),
        Shortage.FOLLOWED_TOO_SHORT: (
            "not enough data: days observed: {have}, days in the horizon: {need}"
        ),
    },
    "pl": {
        Shortage.NO_LEADS: "za mało danych: brak leadów",
        Shortage.FEW_CONVERTED: (
            "za mało danych: leady z konwersją: {have}, potrzeba co najmniej {need}"
        ),
        Shortage.FEW_NOT_CONVERTED: (
            "za mało danych: leady bez konwersji: {have}, potrzeba co najmniej {need}"
        ),
        Shortage.FEW_BANDS: (
            "za mało danych: przedziały, w których są leady: {have}, potrzeba co najmniej {need}"
        ),
        Shortage.NO_DAYS: "za mało danych: nie podano czasu do konwersji",
        Shortage.MEDIAN_NOT_REACHED: (
            "za mało danych: do tej pory skonwertowało {have}% leadów, mediana wymaga {need}%"
        ),
        Shortage.FOLLOWED_TOO_SHORT: (
            "za mało danych: okres obserwacji w dniach: {have}, horyzont w dniach: {need}"
        ),
    },
}


@dataclass(frozen=True, slots=True)
class NotEnoughData:
    """Why there is no figure, what there was, and what it would have taken.

    Units: `have` and `need` count leads, except for `FEW_BANDS` (bands),
    `MEDIAN_NOT_REACHED` (whole percent of leads) and `FOLLOWED_TOO_SHORT` (days).
    """

    reason: Shortage
    have: int
    need: int

    def sentence(self, language: Literal["en", "pl"] = "en") -> str:
        """The same for a reader."""
        return _SENTENCES[language][self.reason].format(have=self.have, need=self.need)

    def __str__(self) -> str:
        return self.sentence()


def shortage_of_classes(
    converted: int, not_converted: int, need: int = MIN_PER_CLASS
) -> NotEnoughData | None:
    """What keeps a comparison of converted with other leads from being made, if anything does."""
    if converted < need:
        return NotEnoughData(Shortage.FEW_CONVERTED, converted, need)
    if not_converted < need:
        return NotEnoughData(Shortage.FEW_NOT_CONVERTED, not_converted, need)
    return None
