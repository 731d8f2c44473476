"""Mapping documents, and what they make of source files."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import InvalidInput
from leadscore.mapping import (
    InvalidMapping,
    MappedSource,
    map_source,
    parse_mapping,
    read_mapping,
)

HEAD = """
schema: 1
name: shop
time_zone: Europe/Warsaw
source: {file: leads.csv, separator: ";", missing: [unknown]}
lead_id: {column: id}
moment: {column: day, format: "%Y-%m-%d", time: "09:30"}
"""

REST = """
leads: {lead.job: job}
outcomes: {won: {y: {eq: "yes"}}, lost: {y: {eq: "no"}}}
"""

CSV = """id;day;job;age;visits;y
b;2026-03-29;Director;41;2;yes
a;2026-03-28;unknown;;0;no
c;2026-07-01; Clerk ;19;3;
"""


def mapped(
    folder: Path, mapping: str, csv: str = CSV, name: str = "leads.csv", **more: str
) -> MappedSource:
    """The tables of a mapping and a file with this text."""
    (folder / name).write_text(csv, encoding="utf-8")
    for file, text in more.items():
        (folder / f"{file}.csv").write_text(text, encoding="utf-8")
    return map_source(parse_mapping(mapping), folder)


def column(table: pa.Table, name: str) -> list[Any]:
    return table[name].to_pylist()


def codes(mapping: str) -> dict[str, str]:
    """Path and code of every problem of a document."""
    with pytest.raises(InvalidMapping) as caught:
        parse_mapping(mapping)
    return {problem.path: problem.code for problem in caught.value.problems}


def source_problems(folder: Path, mapping: str, csv: str = CSV, **more: str) -> dict[str, str]:
    """Path and text of every problem of a document held against a file."""
    with pytest.raises(InvalidMapping) as caught:
        mapped(folder, mapping, csv, **more)
    return {problem.path: problem.describe() for problem in caught.value.problems}


def test_leads_come_out_in_time_order_with_their_own_moments(tmp_path: Path) -> None:
    leads = mapped(tmp_path, HEAD + REST).leads
    assert leads.column_names == ["lead_id", "known_at", "lead.job"]
    assert column(leads, "lead_id") == ["a", "b", "c"]
    # Half past nine in Warsaw: winter time on 28 March, summer time from the 29th.
    assert column(leads, "known_at") == [
        datetime(2026, 3, 28, 8, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 7, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 7, 30, tzinfo=UTC),
    ]


def test_words_for_missing_and_empty_cells_become_nulls_and_the_rest_is_trimmed(
    tmp_path: Path,
) -> None:
    assert column(mapped(tmp_path, HEAD + REST).leads, "lead.job") == [None, "Director", "Clerk"]


@pytest.mark.parametrize(
    ("spec", "words", "values"),
    [
        pytest.param("{column: v, type: integer}", ["7", "-3", "4.0"], [7, -3, 4], id="integer"),
        pytest.param(
            "{column: v, type: number}", ["7", "-.5", "1e3"], [7, -0.5, 1000], id="number"
        ),
        pytest.param(
            "{column: v, type: boolean}", ["Yes", "FALSE", "1"], [True, False, True], id="boolean"
        ),
        pytest.param(
            '{column: v, type: date, format: "%d.%m.%Y"}',
            ["29.02.2024", "", "1.1.2025"],
            [date(2024, 2, 29), None, date(2025, 1, 1)],
            id="date",
        ),
        pytest.param(
            "{column: v, values: {CEO: c_level, Boss: c_level}}",
            ["CEO", "Boss", "Clerk"],
            ["c_level", "c_level", "Clerk"],
            id="translated",
        ),
        pytest.param(
            '{column: v, type: integer, missing: ["999"]}',
            ["999", "5", "unknown"],
            [None, 5, None],
            id="its own word for missing",
        ),
        pytest.param(
            '{column: v, type: boolean, values: {tak: "yes", nie: "no"}}',
            ["tak", "nie", ""],
            [True, False, None],
            id="translated, then typed",
        ),
    ],
)
def test_a_column_is_typed(
    tmp_path: Path, spec: str, words: list[str], values: list[object]
) -> None:
    rows = "\n".join(f"{number};2026-01-0{number};{word}" for number, word in enumerate(words, 1))
    text = HEAD + f"leads: {{lead.v: {spec}}}\noutcomes: {{won: {{v: {{exists: true}}}}}}"
    leads = mapped(tmp_path, text, f"id;day;v\n{rows}\n").leads
    assert column(leads, "lead.v") == values


def test_ids_are_made_from_row_numbers_where_a_source_has_none(tmp_path: Path) -> None:
    text = (HEAD + REST).replace("{column: id}", "{row_number: row-}")
    assert column(mapped(tmp_path, text).leads, "lead_id") == [
        "row-00002",
        "row-00001",
        "row-00003",
    ]


def test_counters_unroll_to_touchpoints_with_ids_of_their_own(tmp_path: Path) -> None:
    text = HEAD + REST + "touchpoints:\n  - {type: visit, times: visits}"
    touchpoints = mapped(tmp_path, text).touchpoints
    assert column(touchpoints, "lead_id") == ["b", "b", "c", "c", "c"]
    assert column(touchpoints, "id") == ["b-1-1", "b-1-2", "c-1-1", "c-1-2", "c-1-3"]
    assert column(touchpoints, "received_at") == column(touchpoints, "occurred_at")


def test_a_counter_that_includes_the_present_one_is_unrolled_without_it(tmp_path: Path) -> None:
    text = HEAD + REST + "touchpoints:\n  - {type: visit, times: visits, less: 1}"
    assert column(mapped(tmp_path, text).touchpoints, "lead_id") == ["b", "c", "c"]


def test_a_touchpoint_stands_only_for_the_rows_it_is_declared_for(tmp_path: Path) -> None:
    text = HEAD + REST + "touchpoints:\n  - {type: signed, when: {y: {in: [yes]}}}"
    with pytest.raises(InvalidMapping, match="in quotes"):
        mapped(tmp_path, text)  # YAML reads a bare `yes` as true.
    touchpoints = mapped(tmp_path, text.replace("[yes]", '["yes"]')).touchpoints
    assert column(touchpoints, "lead_id") == ["b"]


def test_properties_are_words_or_columns_and_missing_elsewhere(tmp_path: Path) -> None:
    text = (
        HEAD
        + REST
        + (
            "touchpoints:\n"
            "  - {type: visit, properties: {page.category: product}}\n"
            "  - {type: call, when: {age: {exists: true}}, "
            "properties: {call.age: {column: age, type: integer}}}\n"
        )
    )
    touchpoints = mapped(tmp_path, text).touchpoints
    assert column(touchpoints, "type") == ["visit", "visit", "call", "visit", "call"]
    assert column(touchpoints, "page.category") == ["product", "product", None, "product", None]
    assert column(touchpoints, "call.age") == [None, None, 41, None, 19]


def test_a_touchpoint_can_lie_some_days_before_its_row(tmp_path: Path) -> None:
    text = HEAD + REST + "touchpoints:\n  - {type: earlier, days_before: age}"
    touchpoints = mapped(tmp_path, text).touchpoints
    assert column(touchpoints, "lead_id") == ["b", "c"]  # nothing where the days are missing
    assert column(touchpoints, "occurred_at")[1] == datetime(2026, 6, 12, 7, 30, tzinfo=UTC)


def test_rows_are_won_or_lost_or_still_open(tmp_path: Path) -> None:
    outcomes = mapped(tmp_path, HEAD + REST).outcomes
    assert column(outcomes, "lead_id") == ["a", "b"]
    assert column(outcomes, "outcome") == ["lost", "won"]


def test_an_outcome_has_the_moment_of_its_own_column(tmp_path: Path) -> None:
    text = HEAD + (
        "leads: {lead.job: job}\n"
        'outcomes: {won: {signed: {exists: true}}, at: {column: signed, format: "%d/%m/%Y %H:%M"}}'
    )
    csv = "id;day;job;signed\na;2026-01-01;x;31/01/2026 23:10\nb;2026-01-02;y;\n"
    outcomes = mapped(tmp_path, text, csv).outcomes
    assert outcomes.to_pylist() == [
        {
            "lead_id": "a",
            "outcome": "won",
            "occurred_at": datetime(2026, 1, 31, 22, 10, tzinfo=UTC),
        }
    ]


def test_a_second_file_is_joined_in_the_order_of_the_first(tmp_path: Path) -> None:
    text = (HEAD + REST).replace(
        "missing: [unknown]", "missing: [unknown], join: [{file: firms.csv, by: job}]"
    )
    text = text.replace("{lead.job: job}", "{company.size: {column: size, type: integer}}")
    result = mapped(tmp_path, text, firms="job;size\nClerk;5\nDirector;250\n")
    assert column(result.leads, "company.size") == [None, 250, 5]


def test_rows_that_are_not_wanted_are_not_read(tmp_path: Path) -> None:
    text = (HEAD + REST).replace(
        "missing: [unknown]", "missing: [unknown], only: {y: {exists: true}}"
    )
    assert column(mapped(tmp_path, text).leads, "lead_id") == ["a", "b"]


CALENDAR = """
schema: 1
name: calls
source: {file: leads.csv}
lead_id: {row_number: call-}
moment: {month: month, weekday: weekday, first_year: 2008}
approximate: {en: Days are guessed from weekdays.}
leads: {lead.month: month}
outcomes: {won: {month: {in: [may]}}}
"""


def days_of(result: MappedSource) -> list[str]:
    return [moment.date().isoformat() for moment in column(result.leads, "known_at")]


def test_months_in_date_order_begin_a_new_year_when_they_fall(tmp_path: Path) -> None:
    csv = "month,weekday\nnov,mon\ndec,mon\nmar,mon\nmay,mon\nmar,mon\n"
    assert days_of(mapped(tmp_path, CALENDAR, csv)) == [
        "2008-11-03",
        "2008-12-01",
        "2009-03-02",
        "2009-05-04",
        "2010-03-01",
    ]


def test_weekdays_in_date_order_begin_a_new_week_when_they_fall(tmp_path: Path) -> None:
    csv = "month,weekday\nmay,mon\nmay,mon\nmay,fri\nmay,tue\nmay,thu\nmay,wed\njun,mon\n"
    assert days_of(mapped(tmp_path, CALENDAR, csv)) == [
        "2008-05-05",
        "2008-05-05",
        "2008-05-09",
        "2008-05-13",
        "2008-05-15",
        "2008-05-21",
        "2008-06-02",
    ]


def test_a_month_without_order_stands_at_its_first_day(tmp_path: Path) -> None:
    text = CALENDAR.replace("weekday: weekday, first_year: 2008", "year: 2017")
    csv = "month,weekday\nJune,x\nFeb,x\nJune,x\n"
    assert days_of(mapped(tmp_path, text, csv)) == ["2017-02-01", "2017-06-01", "2017-06-01"]


def test_a_sequence_gives_so_many_leads_a_day_in_its_order(tmp_path: Path) -> None:
    text = (HEAD + REST).replace(
        'moment: {column: day, format: "%Y-%m-%d", time: "09:30"}',
        "moment: {sequence: visits, start: 2016-01-31, per_day: 2}\n"
        "approximate: {en: Only an order.}",
    )
    result = mapped(tmp_path, text)
    assert column(result.leads, "lead_id") == ["a", "b", "c"]
    assert days_of(result) == ["2016-01-31", "2016-01-31", "2016-02-01"]


def test_a_compressed_file_gives_the_same_tables(tmp_path: Path) -> None:
    plain = mapped(tmp_path, HEAD + REST)
    with gzip.open(tmp_path / "leads.csv.gz", "wt", encoding="utf-8") as file:
        file.write(CSV)
    packed = map_source(parse_mapping((HEAD + REST).replace("leads.csv", "leads.csv.gz")), tmp_path)
    assert packed.leads.equals(plain.leads)
    assert packed.outcomes.equals(plain.outcomes)


@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=30),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_the_rows_of_a_file_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], seed: Any
) -> None:
    rows = [f"{n};2026-01-{n % 28 + 1:02d};x;1;{count};yes" for n, count in enumerate(counts)]
    text = HEAD + REST + "touchpoints:\n  - {type: visit, times: visits}"
    header = CSV.splitlines()[0]
    straight = mapped(tmp_path_factory.mktemp("a"), text, "\n".join([header, *rows]) + "\n")
    seed.shuffle(rows)
    shuffled = mapped(tmp_path_factory.mktemp("b"), text, "\n".join([header, *rows]) + "\n")
    assert straight.touchpoints.num_rows == sum(counts)
    for name in ("leads", "touchpoints"):
        one, other = getattr(straight, name), getattr(shuffled, name)
        key = "lead_id" if name == "leads" else "id"
        assert one.sort_by(key).equals(other.sort_by(key))


def test_everything_wrong_with_a_document_is_said_at_once() -> None:
    text = """
schema: 2
name: shop
time_zone: Europe/Warschau
source: {file: ../leads.csv, seperator: ";"}
lead_id: {column: id, row_number: x}
moment: {month: m}
leads: {job: job, lead.age: {column: age, type: int}}
touchpoints: [{type: visit, less: 1, properties: {lead.x: a}}]
outcomes: {won: {y: {is: 1}}}
"""
    assert codes(text) == {
        "schema": "unknown-schema",
        "time_zone": "unknown-time-zone",
        "source.file": "not-file-name",
        "source.seperator": "unknown-key",
        "lead_id": "not-one",
        "moment": "not-one",
        "approximate": "silent-approximation",
        "leads.job": "not-attribute",
        "leads.lead.age.type": "unknown-type",
        "touchpoints[0].less": "less-of-nothing",
        "touchpoints[0].properties.lead.x": "not-property",
        "outcomes.won.y.is": "unknown-key",
    }


def test_a_near_key_is_offered() -> None:
    with pytest.raises(InvalidMapping, match="accepted: 'separator'"):
        parse_mapping((HEAD + REST).replace("separator", "seperator"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("[1, 2]", id="a list"),
        pytest.param("a: [b", id="not YAML"),
        pytest.param("x" * 1_000_001, id="too long"),
        pytest.param(
            "schema: 1\nmoment: 3\nleads: 4\noutcomes: 5\nsource: 6\nlead_id: 7", id="numbers"
        ),
        pytest.param("&a [*a]", id="a document that contains itself"),
    ],
)
def test_what_is_no_mapping_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_mapping(text)
    assert all(problem.describe("pl") for problem in caught.value.problems)


def test_all_columns_that_are_not_there_are_named_with_near_ones(tmp_path: Path) -> None:
    text = HEAD + "leads: {lead.job: jbo, lead.age: wiek}\noutcomes: {won: {y: {exists: true}}}"
    problems = source_problems(tmp_path, text)
    assert "accepted: 'job'?" in problems["leads.lead.job"]
    assert "one of 'id', 'day', 'job'" in problems["leads.lead.age"]


def test_words_that_do_not_fit_are_shown_with_their_rows(tmp_path: Path) -> None:
    text = HEAD + (
        "leads: {lead.job: {column: job, type: integer}, lead.age: {column: age, type: date, "
        'format: "%Y"}}\noutcomes: {won: {y: {exists: true}}}'
    )
    problems = source_problems(tmp_path, text)
    assert "'Clerk', 'Director' in 2 row(s), first in row 1" in problems["leads.lead.job"]
    assert "a whole number" in problems["leads.lead.job"]
    assert "format %Y" not in problems.get("leads.lead.job", "")


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        pytest.param(("2026-03-28", ""), "moment", "a date in every row", id="no moment"),
        pytest.param(("2026-03-28", "28 March"), "moment", "format %Y-%m-%d", id="odd moment"),
        pytest.param(("c;", "a;"), "lead_id", "repeated ids", id="repeated id"),
        pytest.param(("c;", ";"), "lead_id", "empty", id="empty id"),
        pytest.param((";2;yes", ";-2;yes"), "touchpoints[0].times", "0 to 100000", id="negative"),
        pytest.param((";2;yes", ";2000000;yes"), "touchpoints[0].times", "0 to", id="endless"),
    ],
)
def test_a_source_that_does_not_fit_is_refused(
    tmp_path: Path, change: tuple[str, str], path: str, words: str
) -> None:
    text = HEAD + REST + "touchpoints:\n  - {type: visit, times: visits}"
    assert words in source_problems(tmp_path, text, CSV.replace(*change))[path]


def test_a_row_cannot_be_won_and_lost(tmp_path: Path) -> None:
    text = (
        HEAD + "leads: {lead.job: job}\noutcomes: {won: {y: {eq: no}}, lost: {job: {exists: true}}}"
    )
    with pytest.raises(InvalidMapping):
        parse_mapping(text)  # YAML reads a bare `no` as false.
    problems = source_problems(tmp_path, text.replace("eq: no", 'eq: "yes"'))
    assert "1 row(s) won and lost at once, first row 1" in problems["outcomes"]


@pytest.mark.parametrize(
    ("firms", "words"),
    [
        pytest.param("work;size\nClerk;5\n", "column 'job'", id="no key"),
        pytest.param("job;size\nClerk;5\nClerk;6\n", "several rows", id="repeated key"),
        pytest.param("job;age\nClerk;5\n", "'age' in both files", id="same column"),
    ],
)
def test_a_second_file_that_does_not_fit_is_refused(tmp_path: Path, firms: str, words: str) -> None:
    text = (HEAD + REST).replace(
        "missing: [unknown]", "missing: [unknown], join: [{file: firms.csv, by: job}]"
    )
    assert words in source_problems(tmp_path, text, firms=firms)["source.join"]


SAMPLES = Path(__file__).parents[2] / "src" / "leadscore" / "samples"
SHIPPED = sorted(path.parent.name for path in SAMPLES.glob("*/mapping.yaml"))
LEAKS = {
    "bank_marketing": ["duration"],
    "online_shoppers": ["PageValues"],
    "xeducation": [
        "Tags",
        "Lead Quality",
        "Lead Profile",
        "Last Activity",
        "Last Notable Activity",
    ],
    "olist_funnel": ["business_segment", "lead_type", "sdr_id", "sr_id", "business_type"],
    "crm_sales_opportunities": ["close_value"],
}


@pytest.mark.parametrize("name", SHIPPED)
def test_no_shipped_mapping_reads_what_was_filled_in_after_the_outcome(name: str) -> None:
    mapping = read_mapping(SAMPLES / name / "mapping.yaml")
    columns = {column.column for column in mapping.leads.values()}
    columns |= {test.column for entry in mapping.touchpoints for test in entry.when}
    columns |= {entry.times for entry in mapping.touchpoints if entry.times}
    assert columns.isdisjoint(LEAKS[name])
    assert mapping.headline
    assert set(mapping.title) == {"en", "pl"}


@pytest.mark.parametrize("name", ["bank_marketing", "online_shoppers"])
def test_a_bundled_sample_maps_to_unique_touchpoints_of_its_leads(name: str) -> None:
    folder = SAMPLES / name
    result = map_source(read_mapping(folder / "mapping.yaml"), folder, "sample.csv.gz")
    again = map_source(read_mapping(folder / "mapping.yaml"), folder, "sample.csv.gz")
    ids = column(result.touchpoints, "id")
    assert len(set(ids)) == len(ids)
    assert set(column(result.touchpoints, "lead_id")) <= set(column(result.leads, "lead_id"))
    assert column(result.outcomes, "lead_id") == column(result.leads, "lead_id")
    assert result.touchpoints.equals(again.touchpoints)
    known = dict(
        zip(column(result.leads, "lead_id"), column(result.leads, "known_at"), strict=True)
    )
    assert all(
        row["occurred_at"] <= known[row["lead_id"]] for row in result.touchpoints.to_pylist()
    )


def test_the_days_of_the_bundled_bank_calls_never_run_backwards() -> None:
    folder = SAMPLES / "bank_marketing"
    result = map_source(read_mapping(folder / "mapping.yaml"), folder, "sample.csv.gz")
    assert column(result.leads, "lead_id") == sorted(column(result.leads, "lead_id"))
    days = [moment.date() for moment in column(result.leads, "known_at")]
    assert (days[0], days[-1].year) == (date(2008, 5, 5), 2010)
    assert all(day.weekday() < 5 for day in days)


def test_the_mapping_shown_in_the_documents_is_sound() -> None:
    page = (Path(__file__).parents[2] / "docs" / "data-sets.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    mapping = parse_mapping(example)
    assert mapping.headline == ("lead.occupation", "company.city")
    assert [entry.type for entry in mapping.touchpoints] == ["page_view", "call", "earlier_offer"]
