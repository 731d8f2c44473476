"""The library as one sees it in a notebook."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

import leadscore
from leadscore.days import DAY_US, date_to_day, end_of_day, from_instant
from leadscore.engines import duckdb
from leadscore.engines.kept import KeptBlocks
from leadscore.options import AsOf, instant_of
from leadscore.scoring import Sources, score_lead
from tests.leadscore.small_model import (
    AS_OF,
    DOCUMENT,
    LEADS,
    TOUCHPOINTS,
    small_model,
    small_scores,
)


def test_importing_the_package_imports_no_engine() -> None:
    heavy = {"duckdb", "numpy", "pandas", "pyarrow", "pyspark", "rich", "yaml"}
    code = f"import sys, leadscore; print(sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_loading_a_model_imports_no_engine(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    heavy = {"duckdb", "numpy", "pandas", "pyarrow", "pyspark"}
    code = f"import sys, leadscore; leadscore.load({str(path)!r}); "
    code += f"print(sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    for name in leadscore.__all__:
        assert getattr(leadscore, name) is not None
        assert name in dir(leadscore)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        leadscore.nothing  # noqa: B018


def test_a_model_is_loaded_from_a_file_or_a_text(tmp_path: Path) -> None:
    model = small_model()
    yaml, json = tmp_path / "model.yaml", tmp_path / "model.json"
    yaml.write_text(model.to_yaml(), encoding="utf-8")
    json.write_text(model.to_json(), encoding="utf-8")
    for loaded in (
        leadscore.load(yaml),
        leadscore.load(str(json)),
        leadscore.loads(model.to_json(), format="json"),
    ):
        assert loaded.declaration == model.declaration
    assert repr(model) == "<Model small: 2 dimensions, 7 rules, 1 definitions>"
    assert model.warnings == ()


def test_a_wrong_model_lists_its_problems() -> None:
    wrong = DOCUMENT.replace("points: 25", "ponts: 25").replace("Europe/Warsaw", "Nowhere")
    with pytest.raises(leadscore.InvalidModel) as refused:
        leadscore.loads(wrong)
    assert len(refused.value.problems) >= 2


def test_a_model_may_ask_only_for_fields_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(DOCUMENT.replace("lead.seniority", "lead.senority"), encoding="utf-8")
    assert leadscore.load(path).name == "small"
    known = leadscore.known_fields(LEADS, TOUCHPOINTS)
    with pytest.raises(leadscore.InvalidModel, match=r"did you mean lead\.seniority\?"):
        leadscore.load(path, fields=known)
    assert leadscore.loads(DOCUMENT, fields=known).declaration == small_model().declaration


def test_warnings_of_a_model_are_kept() -> None:
    doubtful = DOCUMENT.replace("half_life: 30", "half_life: 3000")
    doubtful = doubtful.replace('"on": demo_request,', '"on": demo_request, within: 7,')
    model = leadscore.loads(doubtful)
    assert model.warnings


def test_all_kinds_of_rows_give_the_same_scores(tmp_path: Path) -> None:
    leads, touchpoints = (pa.Table.from_pylist(list(rows)) for rows in (LEADS, TOUCHPOINTS))
    pa.csv.write_csv(leads, tmp_path / "leads.csv")
    parts = tmp_path / "parts"
    parts.mkdir()
    pa.parquet.write_table(touchpoints.slice(0, 3), parts / "1.parquet")
    pa.parquet.write_table(touchpoints.slice(3), parts / "2.parquet")
    expected = small_scores().table
    model = small_model()
    for given in (
        (leads, touchpoints),
        (pd.DataFrame(list(LEADS)), pd.DataFrame(list(TOUCHPOINTS))),
        (tmp_path / "leads.csv", parts),
        (str(tmp_path / "leads.csv"), str(parts)),
    ):
        assert model.score(*given, as_of=AS_OF).table.equals(expected)


def test_the_engines_give_the_same_scores_and_contributions() -> None:
    expected = small_scores()
    live = small_model().score(LEADS, TOUCHPOINTS, as_of=AS_OF, engine="live")
    assert live.table.equals(expected.table)
    assert live.contributions is not None
    assert live.contributions.equals(expected.contributions)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(leadscore.InvalidInput, match="accepted: duckdb, live, spark"):
        small_model().score(LEADS, TOUCHPOINTS, as_of=AS_OF, engine="dukdb")  # type: ignore[arg-type]


def test_contributions_can_be_left_out() -> None:
    scores = small_model().score(LEADS, TOUCHPOINTS, as_of=AS_OF, contributions=False)
    assert scores.contributions is None
    assert scores.table.equals(small_scores().table)


def test_scores_become_a_data_frame() -> None:
    frame = small_scores().to_pandas()
    assert list(frame.lead_id) == ["ada", "bob", "cyd"]
    assert frame.overall_millipoints.tolist() == [115_000, 55_000, 15_000]


def test_bad_rows_are_listed_and_stop_nothing() -> None:
    broken = [*TOUCHPOINTS, {**TOUCHPOINTS[0], "occurred_at": "yesterday"}]
    scores = small_model().score(LEADS, broken, as_of=AS_OF)
    assert scores.table.equals(small_scores().table)
    (reject,) = scores.rejects.to_pylist()
    assert (reject["row"], reject["column"], reject["value"]) == (9, "occurred_at", "yesterday")


def test_a_missing_column_stops_with_its_name() -> None:
    poor = [{"lead_id": "ada"}]
    with pytest.raises(leadscore.InvalidInput) as refused:
        small_model().score(poor, TOUCHPOINTS, as_of=AS_OF)
    text = str(refused.value)
    for name in ("lead.seniority", "company.industry", "lead.email_kind"):
        assert name in text


def test_attribute_changes_say_what_was_known_when() -> None:
    change = {"lead_id": "cyd", "field": "lead.seniority", "value": "owner"}
    changes = [{**change, "known_at": "2026-01-20T00:00:00Z"}]
    model = small_model()
    scores = [
        model.score(LEADS, TOUCHPOINTS, as_of=as_of, attribute_changes=changes).table
        for as_of in ("2026-01-19", "2026-01-20")
    ]
    assert [table["fit_millipoints"][2].as_py() for table in scores] == [15_000, 40_000]


def test_one_lead_is_explained_in_one_call() -> None:
    found = small_model().explain("bob", LEADS, TOUCHPOINTS, as_of=AS_OF, lang="pl")
    assert found == small_scores().explain("bob", "pl")
    with pytest.raises(leadscore.UnknownLead):
        small_model().explain("dan", LEADS, TOUCHPOINTS, as_of=AS_OF)


COMPANIES = DOCUMENT.replace(
    '"on": email_click, within: 30', '"on": email_click, within: 30, scope: company'
)


@pytest.mark.parametrize("company_of_bob", ["acme", None])
def test_explaining_one_lead_scores_only_it_and_its_company(company_of_bob: str | None) -> None:
    companies = {"ada": "acme", "bob": company_of_bob, "cyd": "other"}
    leads = [{**lead, "company.id": companies[str(lead["lead_id"])]} for lead in LEADS]
    model = leadscore.loads(COMPANIES)
    sources, as_of = Sources(leads, TOUCHPOINTS), instant_of(AS_OF, "Europe/Warsaw")
    scores = score_lead(model.declaration, sources, "bob", as_of)
    colleagues = ["ada", "bob"] if company_of_bob else ["bob"]
    assert scores.table["lead_id"].to_pylist() == colleagues
    everybody = model.score(leads, TOUCHPOINTS, as_of=AS_OF)
    assert scores.explain("bob") == everybody.explain("bob")


def test_a_lead_that_cannot_be_explained_says_why() -> None:
    with pytest.raises(leadscore.UnknownLead, match="none of the 3 leads known"):
        small_model().explain("dan", LEADS, TOUCHPOINTS, as_of=AS_OF)
    model = leadscore.loads(DOCUMENT.replace("industry: {eq: energy}", "employees: {gt: 10}"))
    leads = [{**lead, "company.employees": "x"} for lead in LEADS]
    with pytest.raises(leadscore.UnknownLead, match="its row was left out"):
        model.explain("ada", leads, [], as_of=AS_OF)


def test_a_live_scorer_scores_single_leads() -> None:
    scorer = small_model().live()
    as_of = instant_of(AS_OF, "Europe/Warsaw")
    score = scorer.score({"lead.seniority": "owner"}, [], as_of)
    assert score.scores == {"fit": 30_000, "engagement": 0}


def test_a_backtest_takes_the_same_rows() -> None:
    outcomes = [
        {"lead_id": "ada", "outcome": "won", "occurred_at": "2026-02-10T10:00:00Z"},
        {"lead_id": "bob", "outcome": "lost", "occurred_at": "2026-06-10T10:00:00Z"},
    ]
    found = small_model().backtest(LEADS, TOUCHPOINTS, outcomes, horizon_days=30)
    assert found.horizon_days == 30
    assert found.model == small_model().declaration


def test_a_backtest_can_be_asked_how_often_and_until_when() -> None:
    outcomes = [{"lead_id": "ada", "outcome": "won", "occurred_at": "2026-02-10T10:00:00Z"}]
    asked = {"every": 7, "observed_until": "2026-03-01", "horizon_days": 30}
    by_duckdb, by_live = (
        small_model().backtest(LEADS, TOUCHPOINTS, outcomes, engine=engine, **asked)  # type: ignore[arg-type]
        for engine in ("duckdb", "live")
    )
    assert by_duckdb.as_dict() == by_live.as_dict()
    moments = [moment.as_of for moment in by_duckdb.moments]
    assert {later - sooner for sooner, later in pairwise(moments)} == {7 * DAY_US}
    assert by_duckdb.observed_until == instant_of("2026-03-01", "Europe/Warsaw")


def test_finished_parts_are_kept_until_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / "leads.parquet", tmp_path / "touchpoints.parquet"]
    for rows, file in zip((LEADS, TOUCHPOINTS), files, strict=True):
        pa.parquet.write_table(pa.Table.from_pylist(list(rows)), file)
    parts, kept = tmp_path / "parts", []
    monkeypatch.setattr(KeptBlocks, "clear", lambda own: kept.extend(own.folder.iterdir()))
    scores = small_model().score(*files, as_of=AS_OF, keep=parts)
    assert {"".join(path.suffixes) for path in kept} == {
        ".scores.parquet",
        ".contributions.parquet",
    }
    monkeypatch.setattr(duckdb._Run, "scored", None)  # nothing is left to score
    again = small_model().score(*files, as_of=AS_OF, keep=parts)
    assert again.table.equals(scores.table)


def test_parts_are_kept_of_files_only(tmp_path: Path) -> None:
    with pytest.raises(leadscore.InvalidInput, match="not_in_files"):
        small_model().score(LEADS, TOUCHPOINTS, as_of=AS_OF, keep=tmp_path / "parts")
    assert not (tmp_path / "parts").exists()


def test_a_backtest_warns_of_rows_that_were_left_out() -> None:
    outcomes = [{"lead_id": "ada", "outcome": "maybe", "occurred_at": "2026-02-10T10:00:00Z"}]
    with pytest.warns(leadscore.RowsLeftOut, match="1"):
        small_model().backtest(LEADS, TOUCHPOINTS, outcomes)


class Steps:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.done: dict[str, int] = {}

    def started(self, total: int, label: str) -> None:
        self.told.append((label, total))
        self.done[label] = 0

    def advanced(self, steps: int = 1) -> None:
        self.done[self.told[-1][0]] += steps


def test_progress_reaches_its_end() -> None:
    steps = Steps()
    small_model().score(LEADS, TOUCHPOINTS, as_of=AS_OF, progress=steps)
    assert [label for label, _ in steps.told] == ["read", "score"]
    assert steps.done == dict(steps.told)


def test_a_notebook_shows_a_small_table() -> None:
    html = small_model()._repr_html_()
    assert html.startswith("<table><caption>small</caption>")
    assert "<td>engagement</td><td>cold, hot</td><td>4</td>" in html


# Moments --------------------------------------------------------------------------------------

NOON = datetime(2026, 1, 31, 11, tzinfo=UTC)
LAST = datetime(2026, 1, 31, 22, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-01-31T12:00:00+01:00", NOON),
        ("2026-01-31T11:00:00Z", NOON),
        (" 2026-01-31 11:00:00+00:00 ", NOON),
        (datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=1))), NOON),
        (pd.Timestamp("2026-01-31 12:00", tz="Europe/Warsaw"), NOON),
        ("2026-01-31", LAST),
        (date(2026, 1, 31), LAST),
    ],
)
def test_a_moment_may_be_said_in_many_ways(given: AsOf, meant: datetime) -> None:
    assert from_instant(instant_of(given, "Europe/Warsaw")) == meant


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("2026-01-31T12:00:00", "moment_without_zone"),
        (datetime(2026, 1, 31, 12), "moment_without_zone"),  # noqa: DTZ001
        ("2026-02-30", "bad_moment"),
        ("yesterday", "bad_moment"),
        ("", "bad_moment"),
        ("1969-12-31", "moment_out_of_range"),
        ("2101-01-01T00:00:00Z", "moment_out_of_range"),
    ],
)
def test_a_moment_that_is_none_is_refused(given: AsOf, code: str) -> None:
    with pytest.raises(leadscore.InvalidInput) as refused:
        instant_of(given, "Europe/Warsaw")
    for lang in ("en", "pl"):
        assert f"[{code}] as_of" in refused.value.describe(lang)


@pytest.mark.parametrize(
    ("time_zone", "day", "last"),
    [
        ("Europe/Warsaw", date(2026, 3, 29), datetime(2026, 3, 29, 21, 59, 59, 999_999, UTC)),
        ("Europe/Warsaw", date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, 999_999, UTC)),
        # Clocks go back from midnight to 23:00, so that the day has its last hour twice.
        ("Asia/Beirut", date(2026, 10, 24), datetime(2026, 10, 24, 21, 59, 59, 999_999, UTC)),
        # There is no midnight: clocks go from 23:59:59 to 01:00.
        ("Asia/Beirut", date(2026, 3, 28), datetime(2026, 3, 28, 21, 59, 59, 999_999, UTC)),
        ("America/Havana", date(2026, 10, 31), datetime(2026, 11, 1, 3, 59, 59, 999_999, UTC)),
        # On the other side of the date line already: there was no 30 December.
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 9, 59, 59, 999_999, UTC)),
        ("Africa/Monrovia", date(2026, 1, 31), datetime(2026, 1, 31, 23, 59, 59, 999_999, UTC)),
    ],
)
def test_a_day_ends_with_its_last_microsecond(time_zone: str, day: date, last: datetime) -> None:
    assert from_instant(end_of_day(date_to_day(day), time_zone)) == last
