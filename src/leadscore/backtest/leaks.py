"""Attributes that know the outcome too well.

In: the attributes that the backtest saw, and whether each lead was won. Out: hints, at most one for
a column. A column that was filled in after the outcome makes any model look good in hindsight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.statistics import auc, count_by_score
from leadscore.statistics.enough import MIN_PER_CLASS, NotEnoughData
from leadscore.statistics.observations import Flags, Floats, Integers

ALONE_TOO_GOOD: Final = 0.85
"""The AUC above which a single column is suspicious."""

_BY_CHANCE: Final = 0.001
_FOLDS, _SEED = 5, 0
_MOST_DISTINCT: Final = 50


class Suspicion(StrEnum):
    """Why a column may have been filled in after the outcome."""

    FILLED_FOR_WON_ONLY = "filled_for_won_only"
    FILLED_FOR_OTHERS_ONLY = "filled_for_others_only"
    MISSING_FOR_WON_ONLY = "missing_for_won_only"
    MISSING_FOR_OTHERS_ONLY = "missing_for_others_only"
    SEPARATES_ALONE = "separates_alone"


@dataclass(frozen=True, slots=True)
class Leak:
    """One suspicious column; `leads` are the filled (or the missing) ones, or all that were judged.

    Units: `auc` in [0, 1], where the column separates alone.
    """

    column: str
    suspicion: Suspicion
    leads: int
    auc: float | None = None


def leaks(attributes: pa.Table, won: Flags, columns: Iterable[str]) -> Iterator[Leak]:
    """Hints for those of the columns that look as if they had been filled in after the outcome.

    Shape: one row of `attributes`, and one entry of `won`, per lead.
    """
    for name in columns:
        column = attributes[name].combine_chunks()
        found = _one_sided(name, column, won) or _too_good(name, column, won)
        if found is not None:
            yield found


def _one_sided(name: str, column: pa.Array, won: Flags) -> Leak | None:
    """A column that is filled, or missing, only for leads that ended in one way."""
    is_filled: Flags = column.is_valid().to_numpy(zero_copy_only=False)
    for chosen, of_won, of_others in (
        (is_filled, Suspicion.FILLED_FOR_WON_ONLY, Suspicion.FILLED_FOR_OTHERS_ONLY),
        (~is_filled, Suspicion.MISSING_FOR_WON_ONLY, Suspicion.MISSING_FOR_OTHERS_ONLY),
    ):
        if _is_surprising(chosen, won):
            return Leak(name, of_won, int(chosen.sum()))
        if _is_surprising(chosen, ~won):
            return Leak(name, of_others, int(chosen.sum()))
    return None


def _is_surprising(chosen: Flags, kind: Flags) -> bool:
    """Whether all chosen leads are of one kind, and chance would hardly ever do that."""
    n_chosen, n_others = int(chosen.sum()), int((~kind).sum())
    if n_chosen < MIN_PER_CLASS or n_others < MIN_PER_CLASS or bool((chosen & ~kind).any()):
        return False
    return float(kind.mean()) ** n_chosen < _BY_CHANCE


def _too_good(name: str, column: pa.Array, won: Flags) -> Leak | None:
    """A column that separates won leads from the others alone."""
    found = auc(count_by_score(_foreseen(_codes(column), won), won))
    if isinstance(found, NotEnoughData) or found.value <= ALONE_TOO_GOOD:
        return None
    return Leak(name, Suspicion.SEPARATES_ALONE, won.size, found.value)


def _foreseen(codes: Integers, won: Flags) -> Floats:
    """For each lead the share of won leads among others with the same value.

    The others are those of the other folds, so that a value which only one lead has says nothing.
    """
    fold = np.random.default_rng(_SEED).permutation(won.size) % _FOLDS
    n_codes = int(codes.max(initial=-1)) + 1
    cell = fold * n_codes + codes
    shape = (_FOLDS, n_codes)
    leads = np.bincount(cell, minlength=_FOLDS * n_codes).reshape(shape)
    wins = np.bincount(cell[won], minlength=_FOLDS * n_codes).reshape(shape)
    other_leads, other_wins = leads.sum(axis=0) - leads, wins.sum(axis=0) - wins
    base = wins.sum() / max(1, won.size)
    shares = (other_wins + base) / (other_leads + 1)
    found: Floats = shares[fold, codes]
    return found


def _codes(column: pa.Array) -> Integers:
    """One number for each distinct value; many numbers are put into fifty equal parts."""
    encoded = column.dictionary_encode(null_encoding="encode")
    is_number = pa.types.is_floating(column.type) or pa.types.is_date(column.type)
    if not is_number or len(encoded.dictionary) <= _MOST_DISTINCT:
        return _numbers(encoded.indices)
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    values = _numbers(pc.fill_null(column.cast(pa.float64()), np.nan), np.float64)
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, _MOST_DISTINCT + 1)[1:-1]))
    parts = np.searchsorted(edges, values, side="right")
    return np.where(np.isnan(values), edges.size + 1, parts)


def _numbers(column: pa.Array, kind: type = np.int64) -> Integers:
    numbers: Integers = column.to_numpy(zero_copy_only=False).astype(kind)
    return numbers
