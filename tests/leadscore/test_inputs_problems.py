"""Sources that cannot be used: everything that is wrong with them, at once and in words."""

from __future__ import annotations

import gzip
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadscore.conditions import FieldType
from leadscore.errors import InvalidInput, NoWorkingSpace
from leadscore.inputs import Rows, read_facts
from leadscore.inputs.problems import Unreadable, Why, near_names
from leadscore.inputs.workspace import Workspace

ATTRIBUTES = {"lead.city": FieldType.TEXT, "company.employees": FieldType.NUMBER}
PROPERTIES = {"page.category": FieldType.TEXT}
LEADS: Rows = [{"lead_id": 1, "lead.city": "a", "company.employees": 1}]


def _problems(leads: Rows, touchpoints: Rows, **given: Rows) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_facts(
            leads,
            touchpoints,
            attributes=ATTRIBUTES,
            properties=PROPERTIES,
            attribute_changes=given.get("attribute_changes"),
        )
    return [problem.describe() for problem in caught.value.problems]


def test_all_missing_columns_of_all_sources_are_named_with_near_ones() -> None:
    assert _problems(
        [{"Lead_ID": 1, "lead.city": "a", "company.employes": 1}],
        [{"lead_id": 1, "when": 1}],
        attribute_changes=[{"lead_id": 1, "field": "x"}],
    ) == [
        "[missing_column] leads: no column lead_id; did you mean Lead_ID?",
        "[missing_column] leads: no column company.employees; did you mean company.employes?",
        "[missing_column] attribute_changes: no column value",
        "[missing_column] attribute_changes: no column known_at",
        "[missing_column] touchpoints: no column type",
        "[missing_column] touchpoints: no column occurred_at",
        "[missing_column] touchpoints: no column page.category",
    ]


def test_problems_are_described_in_polish_too() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_facts([{"Lead_ID": 1}], [], attributes={}, properties={})
    assert caught.value.describe("pl") == (
        "[missing_column] leads: brak kolumny lead_id; czy chodziło o Lead_ID?"
    )


NESTED = [
    pa.array([[1]]),
    pa.array([{"a": 1}]),
    pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
]
REFUSED = [
    *(("lead.city", values) for values in NESTED),
    ("lead.city", pa.array([1.5])),
    ("lead.city", pa.array([True])),
    ("lead.city", pa.array([datetime(2026, 1, 1, tzinfo=UTC)])),
    ("lead.city", pa.array([b"a"])),
    ("company.employees", pa.array([True])),
    ("company.employees", pa.array([datetime(2026, 1, 1, tzinfo=UTC)])),
    ("company.employees", pa.array([timedelta(1)])),
    ("lead_id", pa.array([True])),
]


@pytest.mark.parametrize(
    ("column", "values"), REFUSED, ids=lambda part: str(getattr(part, "type", part))
)
@pytest.mark.parametrize("is_file", [False, True], ids=["table", "parquet"])
def test_columns_of_an_unfit_type_are_refused(
    tmp_path: Path, column: str, values: pa.Array, is_file: bool
) -> None:
    table = pa.table({"lead_id": [1], "lead.city": ["a"], "company.employees": [1]})
    table = table.set_column(table.schema.get_field_index(column), column, values)
    rows: Rows = table
    if is_file and values.type != pa.duration("us"):
        pq.write_table(table, tmp_path / "leads.parquet")
        rows = tmp_path / "leads.parquet"
    [problem] = _problems(rows, [])
    assert problem.startswith("[refused_type] ")
    assert f"the column {column} has the type " in problem


def test_columns_of_an_unfit_type_that_nobody_needs_are_left_alone() -> None:
    leads = pa.table({"lead_id": [1], "other": [[1]]})
    with read_facts(leads, [], attributes={}, properties={}) as facts:
        assert facts.leads_as_of(0).column_names == ["lead_id"]


def test_numbers_are_no_moments() -> None:
    rows = [{"lead_id": 1, "type": "t", "occurred_at": 1_769_860_800, "page.category": None}]
    [problem] = _problems(LEADS, rows)
    assert problem == (
        "[refused_type] touchpoints: the column occurred_at has the type int64 where "
        "moment is needed; accepted: text, timestamp, date"
    )


def test_nested_values_among_others_are_refused() -> None:
    leads = [
        {"lead_id": 1, "lead.city": "a", "company.employees": 1},
        {"lead_id": 2, "lead.city": {"name": "b"}, "company.employees": 1},
    ]
    [problem] = _problems(leads, [])
    assert problem.startswith("[refused_type] leads: the column lead.city")


def test_fields_that_differ_only_in_case_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"lead\.City and lead\.city differ only"):
        read_facts(
            [{"lead_id": 1, "lead.city": "a", "lead.City": "b"}],
            [],
            attributes={"lead.city": FieldType.TEXT, "lead.City": FieldType.TEXT},
            properties={},
        )


def test_all_sources_that_cannot_be_opened_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert _problems(tmp_path / "no.csv", tmp_path / "empty") == [
        f"[unreadable] {tmp_path / 'no.csv'}: there is no such file or folder",
        f"[unreadable] {tmp_path / 'empty'}: the folder holds no .parquet files",
    ]


def _made(tmp_path: Path, why: Why) -> Path:
    """A path that cannot be read, for just this reason."""
    path = tmp_path / f"{why}.csv"
    match why:
        case Why.NOT_FOUND:
            pass
        case Why.NOT_READABLE:
            path.symlink_to("/proc/self/mem")  # it opens, and then gives nothing, even to root
        case Why.NO_PARTITIONS:
            path.mkdir()
        case Why.EMPTY:
            path.touch()
        case Why.WORKBOOK:
            path.write_bytes(b"PK\x03\x04 and more")
        case Why.CORRUPT_ARCHIVE:
            path.write_bytes(gzip.compress(b"lead_id\n" * 1000)[:20])
        case Why.CORRUPT_PARQUET:
            path.write_bytes(b"PAR1 and nothing more")
        case Why.CORRUPT:
            _with_damaged_pages(path)
    return path


@pytest.mark.parametrize("why", list(Why))
def test_every_reason_why_a_file_cannot_be_read_is_told_in_both_languages(
    tmp_path: Path, why: Why
) -> None:
    path = _made(tmp_path, why)
    with pytest.raises(InvalidInput) as caught:
        read_facts(path, [], attributes=ATTRIBUTES, properties={})
    [problem] = caught.value.problems
    assert problem == Unreadable(source=str(path), why=why)
    assert problem.describe("pl") != problem.describe("en")


def test_all_files_of_a_folder_must_be_readable(tmp_path: Path) -> None:
    pq.write_table(pa.table({"lead_id": [1]}), tmp_path / "1.parquet")
    (tmp_path / "2.parquet").symlink_to("/proc/self/mem")
    with pytest.raises(InvalidInput, match="it is there and cannot be read"):
        read_facts(tmp_path, [], attributes={}, properties={})


def test_a_folder_of_partitions_that_cannot_be_listed_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(pa.table({"lead_id": [1]}), tmp_path / "1.parquet")
    locked = tmp_path / "locked"
    locked.mkdir()
    scandir = os.scandir

    def refusing(path: str) -> object:
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(InvalidInput, match="it is there and cannot be read"):
        read_facts(tmp_path, [], attributes={}, properties={})


# A row with a number that is none, so that rows are written down; plain ones are read in place.
BAD_ROW = [{"lead_id": 1, "lead.city": "a", "company.employees": "x"}]
IN_LATIN = "lead_id,lead.city,company.employees\n1,Łódź,1\n".encode("cp1250")


@pytest.mark.parametrize("kind", ["table", "parquet", "csv", "latin", "archive"])
def test_a_full_disk_is_not_called_damage_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    rows: Rows = BAD_ROW
    path = tmp_path / f"leads.{kind}"
    if kind != "table":
        rows = path
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(BAD_ROW), path)
    elif kind == "archive":
        path.write_bytes(gzip.compress(IN_LATIN))
    elif kind in {"csv", "latin"}:
        path.write_bytes(IN_LATIN if kind == "latin" else b"lead_id,lead.city,company.employees\n")
    # Nothing can be written into a folder that is not there.
    monkeypatch.setattr(Workspace, "new_path", lambda self, end: self.folder / "no" / f"1{end}")
    with pytest.raises(NoWorkingSpace) as caught:
        read_facts(rows, [], attributes=ATTRIBUTES, properties={})
    [problem] = caught.value.problems
    assert "temporary files cannot be written here (" in problem.describe()
    assert "TMPDIR" in problem.describe("pl")
    assert str(path) not in problem.describe()


def test_no_folder_for_temporary_files_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere at all")
    with pytest.raises(NoWorkingSpace, match="No such file or directory"):
        read_facts(LEADS, [], attributes={}, properties={})


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    [problem] = _problems(path, [])
    assert problem == (
        f"[unreadable] {path}: "
        "not a valid Parquet file, or the files of the folder do not fit together"
    )


def _with_damaged_pages(path: Path) -> None:
    """A Parquet file whose footer is sound and whose rows are not."""
    names = ("lead_id", "lead.city", "company.employees")
    table = pa.table({name: [str(number) for number in range(1000)] for name in names})
    pq.write_table(table, path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    for column in range(3):
        begin = pq.ParquetFile(path).metadata.row_group(0).column(column).data_page_offset
        content[begin : begin + 40] = b"\xff" * 40
    path.write_bytes(content)


@pytest.mark.parametrize("rows", [7, None, "", {"lead_id": 1}, [1, 2]], ids=str)
def test_what_is_no_source_at_all_is_refused(rows: object) -> None:
    with pytest.raises(InvalidInput):
        read_facts(rows, [], attributes={}, properties={})


def test_near_names_are_found_without_regard_for_case_and_dashes() -> None:
    present = ["Lead-ID", "lead.department", "type"]
    assert near_names("lead_id", present) == ("Lead-ID",)
    assert near_names("lead.departmnt", present) == ("lead.department",)
    assert near_names("zzz", present) == ()
