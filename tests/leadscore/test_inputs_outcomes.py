"""Outcomes of leads."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from leadscore.days import to_instant
from leadscore.errors import InvalidInput
from leadscore.inputs import REJECTS_SCHEMA, read_outcomes

CSV = """lead_id,outcome,occurred_at
2,Won,2026-01-02
1,lost,2026-01-01T00:00:00Z
2,LOST,2026-01-01
3,maybe,yesterday
,won,2026-01-01
4,,2026-01-01
"""


def _day(day: int) -> int:
    return to_instant(datetime(2026, 1, day, tzinfo=UTC))


@pytest.fixture
def outcomes_csv(tmp_path: Path) -> Path:
    path = tmp_path / "outcomes.csv"
    path.write_text(CSV)
    return path


def test_outcomes_are_sorted_by_lead_and_moment(outcomes_csv: Path) -> None:
    table = read_outcomes(outcomes_csv).table
    assert table.schema == pa.schema(
        [("lead_id", pa.int64()), ("outcome", pa.string()), ("occurred_at", pa.int64())]
    )
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        (1, "lost", _day(1)),
        (2, "lost", _day(1)),
        (2, "won", _day(2)),
    ]


def test_rows_that_are_no_outcomes_are_rejected(outcomes_csv: Path) -> None:
    rejects = read_outcomes(outcomes_csv).rejects
    assert rejects.schema == REJECTS_SCHEMA
    assert [
        (row["row"], row["column"], row["reason"].partition(":")[0]) for row in rejects.to_pylist()
    ] == [
        (4, "outcome", "bad_outcome"),
        (4, "occurred_at", "bad_moment"),
        (5, "lead_id", "missing_value"),
        (6, "outcome", "missing_value"),
    ]


def test_outcomes_follow_the_leads(outcomes_csv: Path) -> None:
    found = read_outcomes(outcomes_csv, leads=pa.table({"lead_id": ["2", "x"]}))
    assert found.table["lead_id"].to_pylist() == ["2", "2"]
    assert found.rejects["row"].to_pylist() == [2, 4, 4, 4, 5, 6, 6]


def test_typed_outcomes_are_read_where_they_lie() -> None:
    moments = pa.array([_day(1)], pa.timestamp("us", "UTC"))
    rows = pa.table({"occurred_at": moments, "lead_id": [7], "outcome": ["won"]})
    found = read_outcomes(rows)
    assert found.table.to_pylist() == [{"lead_id": 7, "outcome": "won", "occurred_at": _day(1)}]
    assert found.rejects.num_rows == 0


def test_missing_columns_of_outcomes_stop() -> None:
    with pytest.raises(InvalidInput, match=r"no column outcome[\s\S]*no column occurred_at"):
        read_outcomes([{"lead_id": 1}])
