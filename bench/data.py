"""Seeded leads and touchpoints as Parquet files, made once and kept in a cache.

In: how many of each. Out: the paths of two files. Touchpoints are sorted by lead, most leads have
few and some have very many, most are recent; a few lie after the as-of moment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.models import (
    COUNTRIES,
    DEPARTMENTS,
    INDUSTRIES,
    MOST_EMPLOYEES,
    PAGES,
    SENIORITIES,
    TYPES,
)
from leadscore.days import DAY_US, to_instant

AS_OF = to_instant(datetime(2026, 1, 31, 11, tzinfo=UTC))
HISTORY_DAYS = 400
_SEED = 1
_VERSION = 1
_LEADS_AT_ONCE = 100_000
_ROW_GROUP = 250_000

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """How many leads and touchpoints."""

    n_leads: int
    n_touchpoints: int

    @property
    def name(self) -> str:
        """Short enough for a table: 1M x 10M."""
        return f"{_short(self.n_leads)} x {_short(self.n_touchpoints)}"


@dataclass(frozen=True, slots=True)
class Files:
    """Where the data of one size lies."""

    size: Size
    leads: Path
    touchpoints: Path


def _short(number: int) -> str:
    return f"{number // 1_000_000}M" if number >= 1_000_000 else f"{number // 1000}k"


def cache_folder() -> Path:
    """Where data is kept between runs, outside the checkout."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "lejek-bench"


def files_of(size: Size, folder: Path) -> Files:
    """The files of a size; made when they are not there yet."""
    target = folder / f"v{_VERSION}-{size.n_leads}-{size.n_touchpoints}"
    files = Files(size, target / "leads.parquet", target / "touchpoints.parquet")
    target.mkdir(parents=True, exist_ok=True)
    for path, tables in (
        (files.leads, _lead_tables(size)),
        (files.touchpoints, _touchpoint_tables(size)),
    ):
        if not path.exists():
            _write(path, tables)
    return files


def _write(path: Path, tables: Iterator[pa.Table]) -> None:
    """Written under another name first: a run that was stopped leaves no half file behind."""
    unfinished = path.with_suffix(".unfinished")
    first = next(tables)
    with pq.ParquetWriter(unfinished, first.schema, compression="zstd") as writer:
        writer.write_table(first, row_group_size=_ROW_GROUP)
        for table in tables:
            writer.write_table(table, row_group_size=_ROW_GROUP)
    unfinished.rename(path)


def _lead_tables(size: Size) -> Iterator[pa.Table]:
    random = np.random.default_rng((_SEED, 0))
    for first in range(0, size.n_leads, _LEADS_AT_ONCE):
        n = min(_LEADS_AT_ONCE, size.n_leads - first)
        employees = random.integers(1, MOST_EMPLOYEES, n).astype(np.float64)
        yield pa.table(
            {
                "lead_id": np.arange(first, first + n, dtype=np.int64),
                "lead.country": _sometimes(random, _texts(random, COUNTRIES, n)),
                "lead.seniority": _sometimes(random, _texts(random, SENIORITIES, n)),
                "lead.department": _sometimes(random, _texts(random, DEPARTMENTS, n)),
                "lead.phone": _sometimes(random, _texts(random, ("+48 600 000 000",), n), 0.5),
                "company.industry": _sometimes(random, _texts(random, INDUSTRIES, n)),
                "company.employees": _sometimes(random, pa.array(employees)),
            }
        )


def _touchpoint_tables(size: Size) -> Iterator[pa.Table]:
    random = np.random.default_rng((_SEED, 1))
    for first, n_each in _numbers_of_touchpoints(random, size):
        n = int(n_each.sum())
        age_us = (random.random(n) ** 1.5 * HISTORY_DAYS - 1) * DAY_US
        value = pa.array(random.integers(0, 100, n).astype(np.float64))
        yield pa.table(
            {
                "lead_id": np.repeat(np.arange(first, first + len(n_each)), n_each),
                "type": _texts(random, TYPES, n, 1 / np.arange(1, len(TYPES) + 1)),
                "occurred_at": pa.array(AS_OF - age_us.astype(np.int64), pa.timestamp("us", "UTC")),
                "page.path": _texts(random, PAGES, n),
                "value": _sometimes(random, value, 0.2),
            }
        )


def _numbers_of_touchpoints(
    random: np.random.Generator, size: Size
) -> Iterator[tuple[int, Indices]]:
    """How many touchpoints each lead has, a stretch of leads at a time."""
    weights = random.lognormal(0, 1, size.n_leads)
    ends = np.floor(np.cumsum(weights) / weights.sum() * size.n_touchpoints + 0.5)
    n_each = np.diff(ends, prepend=0).astype(np.int64)
    for first in range(0, size.n_leads, _LEADS_AT_ONCE):
        yield first, n_each[first : first + _LEADS_AT_ONCE]


def _texts(
    random: np.random.Generator,
    words: Sequence[str],
    n: int,
    weights: npt.NDArray[np.float64] | None = None,
) -> pa.Array:
    share = None if weights is None else weights / weights.sum()
    chosen = random.choice(len(words), n, p=share).astype(np.int16)
    return pa.DictionaryArray.from_arrays(pa.array(chosen), pa.array(words)).cast(pa.string())


def _sometimes(random: np.random.Generator, values: pa.Array, missing: float = 0.05) -> pa.Array:
    """The values with some of them missing."""
    return pc.if_else(pa.array(random.random(len(values)) >= missing), values, None)
