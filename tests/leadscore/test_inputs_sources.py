"""The same facts, whatever they come as."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from leadscore.conditions import FieldType
from leadscore.days import to_instant
from leadscore.inputs import Facts, Rows, read_facts

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ATTRIBUTES = {
    "lead.city": FieldType.TEXT,
    "company.employees": FieldType.NUMBER,
    "consent.email": FieldType.BOOLEAN,
    "lead.since": FieldType.DATE,
    "lead.phone": FieldType.ANY,
}
PROPERTIES = {"page.category": FieldType.TEXT, "page.seconds": FieldType.NUMBER}
LEADS = pa.table(
    {
        "lead_id": pa.array([3, 1, 2], pa.int32()),
        "lead.city": ["Łódź", None, "Żary, stare"],
        "company.employees": [1000.5, 0.0, None],
        "consent.email": [True, None, False],
        "lead.since": [date(1965, 2, 3), None, date(2026, 2, 28)],
        "lead.phone": ["1", None, None],
        "not.needed": [1, 2, 3],
    }
)
TOUCHPOINTS = pa.table(
    {
        "type": ["page_view", "demo", "page_view"],
        "lead_id": [1, 1, 3],
        "occurred_at": pa.array([NOON, NOON, NOON + timedelta(days=1)], pa.timestamp("ms", "UTC")),
        "received_at": pa.array([None, NOON, None], pa.timestamp("us", "UTC")),
        "id": ["a", "b", None],
        "page.category": ["pricing", None, 'say "hi"\nthere'],
        "page.seconds": [1.5, None, 3.0],
    }
)


def _as_csv(table: pa.Table, folder: Path) -> Path:
    path = folder / "rows.csv"
    pa_csv.write_csv(table, path)
    return path


def _as_packed_csv(table: pa.Table, folder: Path) -> Path:
    path = folder / "rows.csv.gz"
    path.write_bytes(gzip.compress(_as_csv(table, folder).read_bytes()))
    return path


def _as_parquet(table: pa.Table, folder: Path) -> Path:
    path = folder / "rows.parquet"
    pq.write_table(table, path)
    return path


def _as_partitions(table: pa.Table, folder: Path) -> Path:
    parts = folder / "parts"
    for number in range(table.num_rows):
        part = parts / f"month=2026-0{number + 1}"
        part.mkdir(parents=True)
        pq.write_table(table.slice(number, 1), part / "part-0.parquet")
    (parts / "_SUCCESS").touch()
    (parts / "_temporary").mkdir()
    (parts / "_temporary" / "half.parquet").write_text("not yet")
    return parts


def _as_dicts(table: pa.Table, folder: Path) -> Rows:
    rows: list[dict[str, object]] = table.to_pylist()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


FORMS: dict[str, Callable[[pa.Table, Path], Rows]] = {
    "arrow": lambda table, _: table,
    "pandas": lambda table, _: table.to_pandas(),
    "dicts": _as_dicts,
    "csv": _as_csv,
    "csv.gz": _as_packed_csv,
    "parquet": _as_parquet,
    "partitions": _as_partitions,
}


@pytest.fixture(params=FORMS)
def facts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Facts]:
    form = FORMS[request.param]
    (tmp_path / "leads").mkdir()
    (tmp_path / "touchpoints").mkdir()
    with read_facts(
        form(LEADS, tmp_path / "leads"),
        form(TOUCHPOINTS, tmp_path / "touchpoints"),
        attributes=ATTRIBUTES,
        properties=PROPERTIES,
    ) as read:
        yield read


def _touchpoints(facts: Facts) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return facts.touchpoints_relation(connection).order("ALL").fetchall()


def test_leads_are_typed_sorted_and_without_what_is_not_needed(facts: Facts) -> None:
    leads = facts.leads_as_of(0)
    assert facts.rejects.num_rows == 0
    assert leads.schema == pa.schema(
        [
            ("lead_id", pa.int64()),
            ("lead.city", pa.string()),
            ("company.employees", pa.float64()),
            ("consent.email", pa.bool_()),
            ("lead.since", pa.date32()),
            ("lead.phone", pa.string()),
        ]
    )
    assert [tuple(row.values()) for row in leads.to_pylist()] == [
        (1, None, 0.0, None, None, None),
        (2, "Żary, stare", None, False, date(2026, 2, 28), None),
        (3, "Łódź", 1000.5, True, date(1965, 2, 3), "1"),
    ]


def test_touchpoints_are_typed_with_moments_in_microseconds(facts: Facts) -> None:
    noon = to_instant(NOON)
    assert _touchpoints(facts) == [
        (1, "demo", noon, noon, "b", None, None),
        (1, "page_view", noon, None, "a", "pricing", 1.5),
        (3, "page_view", noon + 86_400_000_000, None, None, 'say "hi"\nthere', 3.0),
    ]


def test_touchpoints_can_be_scanned_again_and_written_as_files(
    facts: Facts, tmp_path: Path
) -> None:
    files = facts.touchpoint_files(tmp_path / "canonical")
    written = pa.concat_tables([pq.read_table(file) for file in files])
    assert written.schema == pa.schema(
        [
            ("lead_id", pa.int64()),
            ("type", pa.string()),
            ("occurred_at", pa.int64()),
            ("received_at", pa.int64()),
            ("id", pa.string()),
            ("page.category", pa.string()),
            ("page.seconds", pa.float64()),
        ]
    )
    rows = sorted((tuple(row.values()) for row in written.to_pylist()), key=str)
    assert rows == sorted(_touchpoints(facts), key=str)


def test_facts_say_which_optional_columns_their_touchpoints_had(facts: Facts) -> None:
    assert facts.has_touchpoint_ids
    assert facts.has_received_at


def _read(leads: Rows, touchpoints: Rows, **fields: dict[str, FieldType]) -> Facts:
    return read_facts(
        leads,
        touchpoints,
        attributes=fields.get("attributes", {}),
        properties=fields.get("properties", {}),
    )


def _one(lead_id: object = 1, **cells: object) -> list[dict[str, object]]:
    return [{"lead_id": lead_id, "type": "visit", "occurred_at": "2026-01-31", **cells}]


def _lead_ids(leads: Rows, touchpoints: Rows) -> tuple[list[object], list[object]]:
    with _read(leads, touchpoints) as facts:
        assert facts.leads_as_of(0)["lead_id"].type == facts.lead_id_type
        found = facts.leads_as_of(0)["lead_id"].to_pylist()
        return found, [row[0] for row in _touchpoints(facts)]


def _ids_csv(folder: Path, *ids: str) -> Path:
    path = folder / "ids.csv"
    path.write_text("\n".join(["lead_id", *ids]) + "\n")
    return path


def test_integer_ids_of_a_csv_stay_integers(tmp_path: Path) -> None:
    assert _lead_ids(_ids_csv(tmp_path, "10", "9"), _one(9)) == ([9, 10], [9])


def test_one_id_with_a_leading_zero_makes_all_ids_of_a_csv_text(tmp_path: Path) -> None:
    assert _lead_ids(_ids_csv(tmp_path, "10", "07"), _one("07")) == (["07", "10"], ["07"])


def test_integer_ids_of_touchpoints_are_text_where_the_leads_have_text() -> None:
    assert _lead_ids([{"lead_id": "7"}, {"lead_id": "x"}], _one(7)) == (["7", "x"], ["7"])


def test_text_ids_of_touchpoints_are_integers_where_the_leads_have_integers() -> None:
    assert _lead_ids([{"lead_id": 7}], _one("7")) == ([7], [7])


def test_whole_floats_of_a_data_frame_are_integer_ids() -> None:
    frame = pd.DataFrame({"lead_id": [7.0, 8.0]})
    assert _lead_ids(frame, _one(8.0)) == ([7, 8], [8])


def test_ids_of_mixed_kinds_in_dicts_become_text() -> None:
    assert _lead_ids([{"lead_id": 7}, {"lead_id": "a"}], _one("a")) == (["7", "a"], ["a"])


def test_leads_are_sorted_by_code_points_or_by_number() -> None:
    text = [{"lead_id": name} for name in ("ż", "a", "B", "ź", "10", "9")]
    assert _lead_ids(text, [])[0] == ["10", "9", "B", "a", "ź", "ż"]
    assert _lead_ids([{"lead_id": 10}, {"lead_id": 9}], [])[0] == [9, 10]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([NOON], pa.timestamp("s")), to_instant(NOON)),
        (pa.array([NOON], pa.timestamp("ns")), to_instant(NOON)),
        (pa.array([NOON], pa.timestamp("us", "Europe/Warsaw")), to_instant(NOON)),
        (pa.array([NOON.date()], pa.date32()), to_instant(NOON) - 43_200_000_000),
        (pa.array([NOON.date()], pa.date64()), to_instant(NOON) - 43_200_000_000),
        (pa.array(["2026-01-31T12:00:00Z"]), to_instant(NOON)),
        (pa.array(["2026-01-31T12:00:00Z"]).dictionary_encode(), to_instant(NOON)),
    ],
    ids=["seconds", "nanoseconds", "zone", "date32", "date64", "text", "dictionary"],
)
def test_moments_of_any_type_become_microseconds(values: pa.Array, expected: int) -> None:
    table = pa.table({"lead_id": [1], "type": ["visit"], "occurred_at": values})
    with _read([{"lead_id": 1}], table) as facts:
        assert _touchpoints(facts) == [(1, "visit", expected, None, None)]


def test_moments_and_days_mixed_in_dicts_keep_their_time_of_day() -> None:
    zone = timezone(timedelta(hours=2))
    rows = [
        *_one(occurred_at=date(2026, 1, 31)),
        *_one(occurred_at=datetime(2026, 1, 31, 2, tzinfo=zone)),
        *_one(occurred_at=datetime(2026, 1, 31, 3, tzinfo=UTC)),
    ]
    midnight = to_instant(datetime(2026, 1, 31, tzinfo=UTC))
    with _read([{"lead_id": 1}], rows) as facts:
        found = [row[2] for row in _touchpoints(facts)]
    assert found == [midnight, midnight, midnight + 3 * 3_600_000_000]


NUMBERS = [
    pa.array([7], pa.uint8()),
    pa.array([7.0], pa.float32()),
    pa.array([Decimal("7.00")], pa.decimal128(9, 2)),
    pa.array(["7"]),
]


@pytest.mark.parametrize("values", NUMBERS, ids=lambda values: str(values.type))
def test_numbers_of_any_type_become_doubles(values: pa.Array) -> None:
    leads = pa.table({"lead_id": [1], "lead.n": values})
    with _read(leads, [], attributes={"lead.n": FieldType.NUMBER}) as facts:
        assert facts.leads_as_of(0)["lead.n"].to_pylist() == [7.0]


def test_not_a_number_is_a_missing_number() -> None:
    leads = pd.DataFrame({"lead_id": [1, 2], "lead.n": [float("nan"), 2.0]})
    table = pa.table({"lead_id": [1], "lead.n": pa.array([float("nan")])})
    for rows, expected in ((leads, [None, 2.0]), (table, [None])):
        for kind in (FieldType.NUMBER, FieldType.ANY):
            with _read(rows, [], attributes={"lead.n": kind}) as facts:
                found = facts.leads_as_of(0)["lead.n"].to_pylist()
                assert [value is None for value in found] == [value is None for value in expected]


def test_empty_text_is_a_value_in_a_table_and_missing_in_a_csv(tmp_path: Path) -> None:
    table = pa.table({"lead_id": [1], "lead.city": [""]})
    path = tmp_path / "leads.csv"
    path.write_text('lead_id,lead.city\n1,""\n')
    for rows, expected in ((table, ""), (path, None)):
        with _read(rows, [], attributes={"lead.city": FieldType.TEXT}) as facts:
            assert facts.leads_as_of(0)["lead.city"].to_pylist() == [expected]


def test_a_timestamp_at_midnight_is_a_day() -> None:
    frame = pd.DataFrame({"lead_id": [1], "lead.since": pd.to_datetime(["2026-01-31"])})
    with _read(frame, [], attributes={"lead.since": FieldType.DATE}) as facts:
        assert facts.leads_as_of(0)["lead.since"].to_pylist() == [date(2026, 1, 31)]


def test_categories_of_a_data_frame_are_text() -> None:
    frame = pd.DataFrame({"lead_id": [1, 2], "lead.city": pd.Categorical(["a", None])})
    with _read(frame, [], attributes={"lead.city": FieldType.TEXT}) as facts:
        assert facts.leads_as_of(0)["lead.city"].to_pylist() == ["a", None]


def test_a_partition_key_is_a_column_of_text(tmp_path: Path) -> None:
    for kind in ("visit", "007"):
        folder = tmp_path / f"type={kind}"
        folder.mkdir()
        rows = pa.table({"lead_id": [1], "occurred_at": ["2026-01-31"]})
        pq.write_table(rows, folder / "rows.parquet")
    with _read([{"lead_id": 1}], tmp_path) as facts:
        assert [row[1] for row in _touchpoints(facts)] == ["007", "visit"]


def test_partitions_of_different_columns_are_united_by_name(tmp_path: Path) -> None:
    old = pa.table({"lead_id": [1], "type": ["old"], "occurred_at": ["2026-01-01"]})
    new = pa.table(
        {"occurred_at": ["2026-01-02"], "x": [1.5], "type": ["new"], "lead_id": pa.array([1])}
    )
    pq.write_table(old, tmp_path / "1.parquet")
    pq.write_table(new, tmp_path / "2.parquet")
    with _read([{"lead_id": 1}], tmp_path, properties={"x": FieldType.NUMBER}) as facts:
        assert [(row[1], row[5]) for row in _touchpoints(facts)] == [("new", 1.5), ("old", None)]


def test_names_with_quotes_and_reserved_words_are_columns_like_others() -> None:
    names = ['say "hi"', "it's; drop", "select", "r0", "problems", "file_row_number", "żółć"]
    leads = [{"lead_id": 1, **{f"lead.{name}": name for name in names}}]
    attributes = {f"lead.{name}": FieldType.TEXT for name in names}
    with read_facts(
        leads,
        _one(**dict.fromkeys(names, "x")),
        attributes=attributes,
        properties=dict.fromkeys(names, FieldType.TEXT),
    ) as facts:
        assert list(facts.leads_as_of(0).to_pylist()[0].values()) == [1, *names]
        assert _touchpoints(facts)[0][5:] == ("x",) * len(names)


def test_the_company_id_is_kept_where_it_is_there() -> None:
    leads = pa.table({"lead_id": [1, 2], "company.id": pa.array([5.0, None])})
    with _read(leads, []) as facts:
        assert facts.leads_as_of(0).to_pylist() == [
            {"lead_id": 1, "company.id": "5"},
            {"lead_id": 2, "company.id": None},
        ]


@pytest.mark.parametrize("kind", [FieldType.ANY, FieldType.TEXT])
def test_a_compared_company_id_is_an_id_still(kind: FieldType) -> None:
    leads = pa.table({"lead_id": [1, 2, 3], "company.id": pa.array([5.0, None, 6.0])})
    with _read(leads, [], attributes={"company.id": kind}) as facts:
        assert facts.leads_as_of(0)["company.id"].to_pylist() == ["5", None, "6"]
    with _read([{"lead_id": 1, "company.id": ""}], [], attributes={"company.id": kind}) as facts:
        assert facts.leads_as_of(0)["company.id"].to_pylist() == [None]


def test_no_leads_and_no_touchpoints_are_facts_too() -> None:
    with _read([], [], attributes={"lead.n": FieldType.NUMBER}) as facts:
        assert facts.leads_as_of(0).select(["lead_id", "lead.n"]).to_pylist() == []
        assert _touchpoints(facts) == []


def test_a_table_is_read_where_it_lies() -> None:
    leads = pa.table({"lead_id": [1]})
    with _read(leads, TOUCHPOINTS.slice(0, 2), properties=PROPERTIES) as facts:
        assert list(facts._workspace.folder.iterdir()) == []


def test_closing_facts_removes_what_was_written_for_them(tmp_path: Path) -> None:
    path = _as_csv(TOUCHPOINTS, tmp_path)
    facts = _read(LEADS, path, properties=PROPERTIES)
    folder = facts._workspace.folder
    assert list(folder.glob("*.parquet"))
    facts.close()
    facts.close()
    assert not folder.exists()


def test_facts_that_nobody_holds_leave_nothing_behind(tmp_path: Path) -> None:
    path = _as_csv(TOUCHPOINTS, tmp_path)
    facts = _read(LEADS, path, properties=PROPERTIES)
    folder = facts._workspace.folder
    del facts
    assert not folder.exists()


def test_reading_tells_its_progress() -> None:
    told: list[tuple[str, int, int]] = []
    with read_facts(
        [],
        [],
        attributes={},
        properties={},
        attribute_changes=[],
        progress=lambda *step: told.append(step),
    ):
        pass
    assert told == [
        ("leads", 0, 3),
        ("attribute_changes", 1, 3),
        ("touchpoints", 2, 3),
        ("", 3, 3),
    ]


def test_the_workspace_reads_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with _read([], []) as facts, pytest.raises(duckdb.PermissionException):
        facts._workspace.connection.sql(f"FROM read_csv('{secret}')")
