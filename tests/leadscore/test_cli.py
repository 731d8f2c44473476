"""The command line: what it writes, what it says, how it leaves."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

import leadscore.scoring
from leadscore.cli import main, tables
from leadscore.cli.progress import progress_on
from leadscore.cli.texts import LEFT_OUT_REASONS_IN_POLISH
from leadscore.engines import duckdb, spark
from leadscore.inputs import Reason
from leadscore.results import contribution_schema, score_schema
from tests.leadscore.small_model import AS_OF, DOCUMENT, LEADS, TOUCHPOINTS, small_model

BAD_TOUCHPOINT = {**TOUCHPOINTS[0], "occurred_at": "yesterday"}


@pytest.fixture(autouse=True)
def in_a_folder_with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEADSCORE_LANG", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    Path("model.yaml").write_text(DOCUMENT, encoding="utf-8")
    other = DOCUMENT.replace("points: 20, when", "points: 5, when").replace(
        "name: small", "name: next"
    )
    Path("next.yaml").write_text(other, encoding="utf-8")
    write_rows("leads.csv", LEADS)
    write_rows("touchpoints.csv", [*TOUCHPOINTS, BAD_TOUCHPOINT])
    outcome = {"lead_id": "ada", "outcome": "won", "occurred_at": "2026-02-10T10:00:00Z"}
    write_rows("outcomes.csv", [outcome])


def write_rows(name: str, rows: object) -> None:
    pa.csv.write_csv(pa.Table.from_pylist(rows), name)


FACTS = ["--leads", "leads.csv", "--touchpoints", "touchpoints.csv"]
AT = [*FACTS, "--as-of", AS_OF]


class Said:
    """What a run answered."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out.replace("\N{NO-BREAK SPACE}", " ")
        self.err = err.replace("\N{NO-BREAK SPACE}", " ")

    @property
    def data(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.out)
        return found


class Run:
    """Runs the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Said:
        code = main(arguments)
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def wrongly(self, *arguments: str) -> Said:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        said = self._capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Said(left.value.code, said.out, said.err)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


def left_behind() -> set[str]:
    """Files that are neither given nor asked for."""
    given = {"model.yaml", "next.yaml", "leads.csv", "touchpoints.csv", "outcomes.csv"}
    return {path.name for path in Path().iterdir()} - given


# check and schema -----------------------------------------------------------------------------


def test_a_sound_model_passes(run: Run) -> None:
    said = run("check", "model.yaml")
    assert (said.code, said.err) == (0, "")
    assert said.out == "model.yaml: nothing is wrong. 2 dimensions, 7 rules, 1 definition.\n"
    polish = run("check", "model.yaml", "--lang", "pl").out
    assert polish == "model.yaml: wszystko w porządku. 2 wymiary, 7 reguł, 1 definicja.\n"


def test_every_problem_is_told_with_its_place(run: Run) -> None:
    wrong = DOCUMENT.replace("points: 25", "ponts: 25").replace("Europe/Warsaw", "Nowhere")
    Path("wrong.yaml").write_text(wrong, encoding="utf-8")
    said = run("check", "wrong.yaml")
    assert said.code == 1
    lines = said.out.splitlines()
    places = [line.split(" error ")[0] for line in lines if " error [" in line]
    row = 1 + wrong[: wrong.index("Nowhere")].count("\n")
    assert f"wrong.yaml:{row}:12" in places
    assert len(places) >= 2
    assert sum(line.startswith("  Accepted: ") for line in lines) == len(places)
    assert lines[-1].startswith("wrong.yaml: ")
    polish = run("check", "wrong.yaml", "--lang", "pl").out
    assert " błąd [" in polish
    assert "Dopuszczalne: nazwa z bazy IANA" in polish


def test_machines_get_problems_as_json(run: Run) -> None:
    Path("wrong.yaml").write_text(DOCUMENT.replace("Europe/Warsaw", "Nowhere"), encoding="utf-8")
    said = run("check", "wrong.yaml", "--json")
    assert (said.code, said.data["ok"]) == (1, False)
    problems = said.data["problems"]
    assert isinstance(problems, list)
    (problem,) = problems
    assert {"code", "severity", "path", "line", "column", "found", "accepted", "message"} <= set(
        problem
    )
    assert (problem["path"], problem["line"]) == ("time_zone", 4)
    assert run("check", "model.yaml", "--json").data == {
        "ok": True,
        "model": "model.yaml",
        "problems": [],
    }


def doubtful_model() -> str:
    doubtful = DOCUMENT.replace("half_life: 30", "half_life: 3000")
    Path("doubtful.yaml").write_text(
        doubtful.replace('"on": demo_request,', '"on": demo_request, within: 7,'), encoding="utf-8"
    )
    return "doubtful.yaml"


def test_warnings_inform_and_strict_turns_them_into_errors(run: Run) -> None:
    path = doubtful_model()
    said = run("check", path)
    assert said.code == 0
    assert " warning [" in said.out
    assert "0 errors, 1 warning" in said.out
    assert run("check", path, "--strict").code == 1
    assert run("check", "model.yaml", "--strict").code == 0


def test_a_model_with_warnings_says_so_when_it_scores(run: Run) -> None:
    said = run("score", doubtful_model(), *AT)
    assert said.code == 0
    assert "doubtful.yaml has 1 warning; leadscore check doubtful.yaml lists them." in said.err


def test_fields_that_the_data_do_not_have_are_told_with_near_ones(run: Run) -> None:
    wrong = DOCUMENT.replace("lead.seniority", "lead.senority")
    Path("wrong.yaml").write_text(wrong.replace("page.category", "page.categry"), encoding="utf-8")
    assert run("check", "wrong.yaml").code == 0

    def found(*data: str) -> list[tuple[object, object]]:
        said = run("check", "wrong.yaml", *data, "--json").data
        return [(each["path"], each["message"]) for each in said["problems"]]  # type: ignore[attr-defined]

    of_leads, of_touchpoints = found(*FACTS)
    assert "did you mean lead.seniority?" in str(of_leads[1])
    assert "did you mean page.category?" in str(of_touchpoints[1])
    assert found("--leads", "leads.csv") == [of_leads]
    assert found("--touchpoints", "touchpoints.csv") == [of_touchpoints]
    assert run("check", "model.yaml", *FACTS, "--strict").code == 0
    change = {"lead_id": "ada", "field": "lead.senority", "value": "owner"}
    write_rows("changes.csv", [{**change, "known_at": "2026-01-20T00:00:00Z"}])
    assert found(*FACTS, "--attribute-changes", "changes.csv") == [of_touchpoints]
    assert "no.csv: there is no such file" in run("check", "model.yaml", "--leads", "no.csv").err


def test_data_without_any_field_have_none_of_those_asked_for(run: Run) -> None:
    Path("ids.csv").write_text("lead_id\nada\n", encoding="utf-8")
    said = run("check", "model.yaml", "--leads", "ids.csv")
    assert (said.code, said.out.count("[unknown-field]")) == (1, 3)


def test_an_absent_model_is_told_with_the_next_step(run: Run) -> None:
    said = run("check", "modle.yaml")
    assert said.code == 1
    assert "modle.yaml: there is no such file" in said.err
    assert "did you mean model.yaml?" in said.err
    assert "b2b-default" in said.err
    assert "nie ma takiego pliku" in run("check", "modle.yaml", "--lang", "pl").err
    assert "this is a folder" in run("check", ".").err


def test_a_shipped_model_goes_by_its_name(run: Run) -> None:
    assert run("check", "b2b-default").code == 0


def test_the_schema_is_printed_or_written(run: Run) -> None:
    said = run("schema")
    assert "$schema" in said.data
    assert run("schema", "--out", "schema.json").code == 0
    assert json.loads(Path("schema.json").read_text(encoding="utf-8")) == said.data
    assert "schema.json" in run("schema", "--out", "nowhere/schema.json").err


# score ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["duckdb", "live"])
def test_scores_are_written_as_parquet(run: Run, engine: str) -> None:
    said = run("score", "model.yaml", *AT, "--engine", engine, "--out", "scores.parquet")
    assert said.code == 0
    table = pa.parquet.read_table("scores.parquet")
    model = small_model()
    assert table.schema.equals(score_schema(model.declaration, pa.string()))
    assert table.equals(model.score(LEADS, TOUCHPOINTS, as_of=AS_OF).table)
    assert left_behind() == {"scores.parquet"}


def test_scores_contributions_and_rejects_are_written_as_csv(run: Run) -> None:
    said = run(
        "score", "model.yaml", *AT,
        "--out", "scores.csv", "--contributions", "why.csv", "--rejects", "rejects.csv",
    )  # fmt: skip
    assert said.code == 0
    with Path("scores.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "lead_id",
        "fit_millipoints",
        "fit_band",
        "engagement_millipoints",
        "engagement_band",
        "overall_millipoints",
        "grade",
        "marketing_qualified",
        "marketing_qualified_kept",
    ]
    assert rows[0]["overall_millipoints"] == "115000"
    assert rows[0]["marketing_qualified"] == "true"
    with Path("why.csv").open(newline="", encoding="utf-8") as file:
        why = list(csv.DictReader(file))
    assert list(why[0]) == contribution_schema(pa.string()).names
    ada = [row for row in why if row["lead_id"] == "ada"]
    assert sum(int(row["millipoints"]) for row in ada) == 77_500
    with Path("rejects.csv").open(newline="", encoding="utf-8") as file:
        (reject,) = csv.DictReader(file)
    assert (reject["file"], reject["row"], reject["value"]) == ("touchpoints.csv", "9", "yesterday")
    assert left_behind() == {"scores.csv", "why.csv", "rejects.csv"}


def test_what_was_left_out_is_said(run: Run) -> None:
    said = run("score", "model.yaml", *AT, "--out", "scores.csv")
    assert "1 row was left out:" in said.err
    assert "touchpoints.csv, row 9, occurred_at: “yesterday” – not a moment; write" in said.err
    assert "--rejects rejects.csv" in said.err
    assert "3 leads scored as of 31 Jan 2026 12:00 (Europe/Warsaw) with small (duckdb)." in said.err
    assert said.out == ""


def test_every_reason_for_leaving_a_row_out_is_known_in_polish(run: Run) -> None:
    assert set(LEFT_OUT_REASONS_IN_POLISH) == set(Reason)
    said = run("score", "model.yaml", *AT, "--out", "scores.csv", "--lang", "pl")
    assert "Pominięto 1 wiersz:" in said.err
    assert "occurred_at: „yesterday” – to nie jest data z godziną" in said.err


def test_without_a_file_the_hottest_leads_are_shown(run: Run) -> None:
    said = run("score", "model.yaml", *AT, "--top", "2", "--lang", "pl")
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[2][:3] == ["ada", "115", "A1"]
    assert rows[3][:3] == ["bob", "55", "B2"]
    assert "… oraz jeszcze 1 lead" in said.out


def test_machines_get_a_summary_and_the_scores(run: Run) -> None:
    said = run("score", "model.yaml", *AT, "--json")
    assert said.err == ""
    assert said.data["leads"] == 3
    assert said.data["rows_left_out"] == 1
    assert said.data["as_of"] == "2026-01-31T11:00:00+00:00"
    assert said.data["scores"][0]["lead_id"] == "ada"  # type: ignore[index]
    written = run("score", "model.yaml", *AT, "--json", "--out", "scores.csv").data
    assert written["written"] == ["scores.csv"]
    assert "scores" not in written


def test_attribute_changes_are_read_from_a_file(run: Run) -> None:
    change = {"lead_id": "cyd", "field": "lead.seniority", "value": "owner"}
    write_rows("changes.csv", [{**change, "known_at": "2026-01-20T00:00:00Z"}])
    said = run("score", "model.yaml", *AT, "--attribute-changes", "changes.csv", "--json")
    fit = {row["lead_id"]: row["fit_millipoints"] for row in said.data["scores"]}  # type: ignore[attr-defined]
    assert fit["cyd"] == 40_000


def test_a_file_that_was_there_is_replaced_as_a_whole(run: Run) -> None:
    Path("scores.csv").write_text("old", encoding="utf-8")
    Path("link.csv").symlink_to("scores.csv")
    assert run("score", "model.yaml", *AT, "--out", "link.csv").code == 0
    assert Path("link.csv").is_symlink()
    assert Path("scores.csv").read_text(encoding="utf-8").startswith('"lead_id"')


# What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--as-of", "2026-01-31T12:00"], "its time zone is not said"),
        (["--as-of", "soon"], "this is no moment"),
        (["--leads", "nothing.csv"], "nothing.csv"),
        (["--leads", "touchpoints.csv"], "lead.seniority"),
        (["--out", "scores.xlsx"], "accepted: a name that ends in .parquet, .csv"),
        (["--out", "nowhere/scores.csv"], "mkdir -p"),
        (["--out", "a.csv", "--rejects", "./a.csv"], "choose two names"),
        (["--out", "./leads.csv"], "this is also the file of --leads"),
    ],
)
def test_input_that_cannot_be_used_is_refused(run: Run, arguments: list[str], told: str) -> None:
    said = run("score", "model.yaml", *AT, *arguments)
    assert said.code == 1
    assert told in said.err
    assert said.out == ""
    assert left_behind() == set()
    data = run("score", "model.yaml", *AT, *arguments, "--json").data
    assert data["ok"] is False
    assert any(told in problem["message"] for problem in data["problems"])  # type: ignore[attr-defined]


def test_all_problems_of_targets_are_told_at_once(run: Run) -> None:
    said = run("score", "model.yaml", *AT, "--out", "a.xlsx", "--rejects", "nowhere/b.txt")
    assert len(said.err.splitlines()) == 3


def test_a_wrong_model_is_refused_with_its_problems(run: Run) -> None:
    Path("wrong.yaml").write_text(DOCUMENT.replace("Europe/Warsaw", "Nowhere"), encoding="utf-8")
    for command in (
        ["score", "wrong.yaml", *AT],
        ["explain", "wrong.yaml", *AT, "--lead", "ada"],
        ["compare", "model.yaml", "wrong.yaml", *AT],
        ["backtest", "wrong.yaml", *FACTS, "--outcomes", "outcomes.csv"],
    ):
        said = run(*command)
        assert said.code == 1
        assert "wrong.yaml:4:12 error [" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "model.yaml"],
        ["score", "model.yaml", *AT, "--engine", "pandas"],
        ["score", "model.yaml", *AT, "--top", "0"],
        ["backtest", "model.yaml", *FACTS, "--outcomes", "outcomes.csv", "--horizon", "0"],
        ["backtest", "model.yaml", *FACTS, "--outcomes", "outcomes.csv", "--every", "now"],
        ["check", "model.yaml", "--lang", "de"],
        ["guess"],
    ],
)
def test_wrong_use_leaves_with_two(run: Run, arguments: list[str]) -> None:
    said = run.wrongly(*arguments)
    assert said.code == 2
    assert "usage: leadscore" in said.err


def test_no_command_is_wrong_use_and_shows_the_help(run: Run) -> None:
    said = run()
    assert said.code == 2
    assert "backtest" in said.err


def test_the_language_comes_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSCORE_LANG", "pl")
    assert "wszystko w porządku" in run("check", "model.yaml").out
    assert "nothing is wrong" in run("check", "model.yaml", "--lang", "en").out
    monkeypatch.setenv("LEADSCORE_LANG", "de")
    said = run.wrongly("check", "model.yaml")
    assert (said.code, "accepted: en, pl" in said.err) == (2, True)


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out.startswith("leadscore ")


# explain, compare, backtest -------------------------------------------------------------------


def test_a_lead_is_explained_in_both_languages(run: Run) -> None:
    polish = run("explain", "model.yaml", *AT, "--lead", "ada", "--lang", "pl")
    assert polish.code == 0
    assert "Lead ada · stan na 31.01.2026 12:00 · ocena A1 · łącznie 115 punktów" in polish.out
    english = run("explain", "model.yaml", *AT, "--lead", "ada")
    assert "Limit of “Fit”: at most 40 points" in english.out
    assert not any(line.endswith(" ") for line in english.out.splitlines())


def test_machines_get_the_lines(run: Run) -> None:
    data = run("explain", "model.yaml", *AT, "--lead", "ada", "--json").data
    assert data["overall"]["points"] == "115"  # type: ignore[index]


def test_an_unknown_lead_is_refused(run: Run) -> None:
    said = run("explain", "model.yaml", *AT, "--lead", "dan")
    assert said.code == 1
    assert "no lead dan among those known as of this moment (3 leads)" in said.err
    assert run("explain", "model.yaml", *AT, "--lead", "dan", "--json").data["ok"] is False


# A model that asks for a number, and leads of which bob has none that can be read.
NUMBERS = DOCUMENT.replace("company.industry: {eq: energy}", "company.employees: {gt: 10}")
BAD_LEADS = [
    {**lead, "company.employees": "x" if lead["lead_id"] == "bob" else "50"} for lead in LEADS
]


@pytest.fixture
def with_a_bad_lead() -> list[str]:
    Path("numbers.yaml").write_text(NUMBERS, encoding="utf-8")
    write_rows("bad.csv", BAD_LEADS)
    write_rows("good.csv", [row for row in TOUCHPOINTS if row["lead_id"] == "ada"])
    return ["--leads", "bad.csv", "--touchpoints", "good.csv", "--as-of", AS_OF]


def test_a_comparison_says_what_was_left_out(run: Run, with_a_bad_lead: list[str]) -> None:
    command = ["compare", "numbers.yaml", "numbers.yaml", *with_a_bad_lead]
    said = run(*command)
    assert "1 row was left out:" in said.err
    assert "bad.csv, row 2, company.employees: “x” – not a finite number" in said.err
    assert "--rejects rejects.csv" in said.err
    data = run(*command, "--json", "--rejects", "rejects.csv").data
    assert (data["leads"], data["rows_left_out"], data["written"]) == (2, 1, ["rejects.csv"])
    with Path("rejects.csv").open(newline="", encoding="utf-8") as file:
        assert [row["value"] for row in csv.DictReader(file)] == ["x"]


def test_a_lead_whose_row_was_left_out_is_not_called_unknown(
    run: Run, with_a_bad_lead: list[str]
) -> None:
    command = ["explain", "numbers.yaml", *with_a_bad_lead, "--lead"]
    said = run(*command, "bob")
    assert said.code == 1
    assert "bad.csv, row 2, company.employees: “x”" in said.err
    assert "the row of lead bob was left out" in said.err
    assert "pominięto wiersz leada bob" in run(*command, "bob", "--lang", "pl").err
    data = run(*command, "bob", "--json", "--rejects", "rejects.csv").data
    assert (data["ok"], data["rows_left_out"], data["written"]) == (False, 1, ["rejects.csv"])
    assert data["problems"][0]["code"] == "lead_left_out"  # type: ignore[index]
    assert Path("rejects.csv").exists()
    unknown = run(*command, "dan", "--json").data
    assert unknown["problems"][0]["code"] == "unknown_lead"  # type: ignore[index]
    assert run(*command, "ada", "--json").data["rows_left_out"] == 1


def test_two_models_are_compared(run: Run) -> None:
    said = run("compare", "model.yaml", "next.yaml", *AT, "--out", "moved.csv", "--top", "1")
    assert said.code == 0
    assert said.out.startswith("small → next: 3 leads")
    assert "cyd" in said.out
    assert "ada" not in said.out
    with Path("moved.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == []
    data = run("compare", "model.yaml", "next.yaml", *AT, "--json").data
    assert data["after"]["model"] == "next"  # type: ignore[index]


def test_a_model_is_held_against_its_past(run: Run) -> None:
    arguments = ["backtest", "model.yaml", *FACTS, "--outcomes", "outcomes.csv", "--horizon", "5"]
    said = run(*arguments)
    assert said.code == 0
    assert "not enough data" in said.out
    data = run(*arguments, "--json", "--as-of", "2026-03-01", "--every", "week").data
    assert (data["horizon_days"], data["rows_left_out"]) == (5, 1)
    assert str(data["observed_until"]).startswith("2026-03-01T23:59:59")
    assert run(*arguments, "--lang", "pl", "--rejects", "rejects.csv").code == 0
    assert Path("rejects.csv").exists()


def test_an_unknown_data_set_is_refused(run: Run) -> None:
    said = run("demo", "nothing")
    assert said.code == 1
    assert "bank-marketing" in said.err


# Interruptions and ends -----------------------------------------------------------------------


def test_an_interruption_leaves_nothing_half_written(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("scores.csv").write_text("old", encoding="utf-8")

    def interrupted(table: pa.Table, path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(tables, "write_rejects", interrupted)
    said = run("score", "model.yaml", *AT, "--out", "scores.csv", "--rejects", "rejects.csv")
    assert said.code == 130
    assert "nothing was written" in said.err
    assert Path("scores.csv").read_text(encoding="utf-8") == "old"
    assert left_behind() == {"scores.csv"}


def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(table: pa.Table, path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tables, "write_rejects", full)
    said = run("score", "model.yaml", *AT, "--out", "scores.csv", "--rejects", "rejects.csv")
    assert said.code == 1
    assert "rejects.csv: it cannot be written (No space left on device); make room" in said.err
    assert left_behind() == set()


def test_an_engine_that_was_interrupted_is_an_interruption_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise RuntimeError("Query interrupted") from KeyboardInterrupt()

    monkeypatch.setattr(leadscore.scoring, "score", interrupted)
    assert run("score", "model.yaml", *AT).code == 130


def test_any_other_error_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(leadscore.scoring, "score", broken)
    with pytest.raises(RuntimeError, match="a defect"):
        main(["score", "model.yaml", *AT])


def test_progress_is_drawn_only_on_a_terminal() -> None:
    from rich.console import Console

    with progress_on(Console(force_terminal=False), "en") as bars:
        assert bars is None
    with Path("drawn.txt").open("w", encoding="utf-8") as file:
        console = Console(file=file, force_terminal=True, width=80)
        with progress_on(console, "pl") as bars:
            assert bars is not None
            bars.started(2, "score")
            bars.advanced()
            bars.advanced()
    assert "Liczenie punktów" in Path("drawn.txt").read_text(encoding="utf-8")


COMMAND = [sys.executable, "-m", "leadscore"]


def environment(**more: str) -> Mapping[str, str]:
    return {**os.environ, **more}


def test_the_program_runs_by_itself() -> None:
    found = subprocess.run(
        [*COMMAND, "score", "model.yaml", *AT, "--out", "scores.parquet"],
        capture_output=True, text=True, check=False, env=environment(LEADSCORE_LANG="pl"),
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (0, "")
    assert "Zapisano: scores.parquet" in found.stderr
    assert left_behind() == {"scores.parquet"}


def test_a_reader_that_leaves_early_is_no_defect() -> None:
    command = " ".join([*COMMAND, "schema"])
    found = subprocess.run(
        ["bash", "-c", f"{command} | true; echo ${{PIPESTATUS[0]}}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stderr == ""
    assert found.stdout.strip() in {"0", "141"}


SLEEPER = """
import signal, sys, time
from leadscore import scoring
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
def score(*arguments, **options):
    print("ready", flush=True)
    time.sleep(60)
scoring.score = score
from leadscore.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_control_c_leaves_with_130() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPER, "score", "model.yaml", *AT, "--out", "scores.csv"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "Interrupted; nothing was written.\n"
    assert left_behind() == set()


# A cluster ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ["score", "model.yaml", *AT],
        ["compare", "model.yaml", "next.yaml", *AT],
        ["backtest", "model.yaml", *FACTS, "--outcomes", "outcomes.csv"],
    ],
    ids=lambda command: command[0],
)
def test_the_master_and_the_shared_folder_reach_the_engine(
    run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def scored(*facts: Any, master: str, shared_folder: Path, **options: Any) -> Any:
        asked.append((master, shared_folder))
        return duckdb.score(*facts, **options)

    monkeypatch.setattr(spark, "score", scored)
    Path("shared").mkdir()
    on = ["--engine", "spark", "--spark-master", "spark://host:7077", "--shared-folder"]
    assert run(*command, *on, "shared").code == 0
    assert set(asked) == {("spark://host:7077", Path("shared").resolve())}
    said = run(*command, *on, "nowhere")
    assert said.code == 1
    assert "nowhere: there is no such folder" in said.err


# Going on after an interruption --------------------------------------------------------------

INTERRUPTED = """
import os, signal, sys
from leadscore.engines import duckdb, kept
duckdb.MOST_LEADS_IN_BLOCK = duckdb.LARGER_BLOCKS = 1
duckdb._Run.block_size = lambda self, n_leads: 1
write = kept.KeptBlocks.write
def interrupted(self, leads, finished):
    write(self, leads, finished)
    os.kill(os.getpid(), signal.{signal})
kept.KeptBlocks.write = interrupted
from leadscore.cli import main
sys.exit(main(sys.argv[1:]))
"""


def interrupted(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)" + (
        INTERRUPTED.replace("{signal}", name)
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_an_interrupted_run_goes_on_where_it_stopped(
    run: Run, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("score", "model.yaml", *AT, "--out", "whole.csv", "--contributions", "whole-lines.csv")
    command = ["score", "model.yaml", *AT, "--out", "scores.csv", "--contributions", "lines.csv"]
    command += ["--keep", "parts"]
    stopped = interrupted(name, *command)
    assert stopped.returncode == (130 if name == "SIGINT" else -signal.SIGKILL)
    assert not Path("scores.csv").exists()
    if name == "SIGINT":
        assert "goes on there" in stopped.stderr
    (kept,) = Path("parts").glob("*.scores.parquet")
    scored: list[object] = []
    block_of = duckdb._Run.scored

    def counted(*given: Any) -> Any:
        scored.append(given)
        return block_of(*given)

    monkeypatch.setattr(duckdb._Run, "block_size", lambda *_: 1)
    monkeypatch.setattr(duckdb._Run, "scored", counted)
    assert run(*command).code == 0
    assert len(scored) == len(LEADS) - 1
    assert Path("scores.csv").read_text() == Path("whole.csv").read_text()
    assert Path("lines.csv").read_text() == Path("whole-lines.csv").read_text()
    assert not kept.exists()
    assert not Path("parts").exists()


def test_what_is_kept_of_another_run_is_not_taken(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted("SIGKILL", "score", "model.yaml", *AT, "--out", "scores.csv", "--keep", "parts")
    (kept,) = Path("parts").glob("*.scores.parquet")
    run("score", "next.yaml", *AT, "--out", "next.csv", "--keep", "parts")
    run("score", "next.yaml", *AT, "--out", "expected.csv")
    assert Path("next.csv").read_text() == Path("expected.csv").read_text()
    assert kept.exists(), "it belongs to the other run"
    write_rows("touchpoints.csv", TOUCHPOINTS[:1])
    run("score", "model.yaml", *AT, "--out", "scores.csv", "--keep", "parts")
    run("score", "model.yaml", *AT, "--out", "expected.csv")
    assert Path("scores.csv").read_text() == Path("expected.csv").read_text()


def test_a_part_that_was_cut_off_is_scored_again(run: Run) -> None:
    run("score", "model.yaml", *AT, "--out", "whole.csv")
    interrupted("SIGKILL", "score", "model.yaml", *AT, "--out", "scores.csv", "--keep", "parts")
    (kept,) = Path("parts").glob("*.scores.parquet")
    kept.write_bytes(kept.read_bytes()[:100])
    assert run("score", "model.yaml", *AT, "--out", "scores.csv", "--keep", "parts").code == 0
    assert Path("scores.csv").read_text() == Path("whole.csv").read_text()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--engine", "live", "--keep", "parts"], "nothing_to_keep"),
        (["--keep", "leads.csv"], "not_a_folder"),
        (["--keep", "parts", "--leads", "no.csv"], "[unreadable] no.csv"),
    ],
)
def test_where_nothing_can_be_kept_it_says_so(run: Run, arguments: list[str], code: str) -> None:
    said = run("score", "model.yaml", *AT, *arguments)
    assert said.code == 1
    assert code in said.err


STOPPED_EARLY = """
import sys
from leadscore import loads
from leadscore.engines import duckdb, spark
from pathlib import Path
duckdb._Run.block_size = lambda self, n_leads: 50
class Stop:
    def started(self, *given): pass
    def advanced(self, n=1): raise KeyboardInterrupt
model = loads(Path("model.yaml").read_text(encoding="utf-8"))
from leadscore import scoring
person = {"lead.seniority": "owner", "company.industry": "energy", "lead.email_kind": "free"}
leads = [{"lead_id": n, **person} for n in range(5_000)]
touchpoints = [
    {"lead_id": n % 5_000, "type": "page_view", "page.category": "pricing",
     "occurred_at": f"2026-01-{1 + n % 28:02}T10:00:00Z"}
    for n in range(100_000)
]
sources = scoring.Sources(leads, touchpoints)
with sources.facts([model.declaration]) as facts:
    for _ in range(20):
        try:
            duckdb.score(model.declaration, facts, 1_769_860_800_000_000, progress=Stop())
        except KeyboardInterrupt:
            continue
        raise AssertionError("it was not stopped")
print("sound")
"""


def test_stopping_in_the_middle_waits_for_the_query_that_runs_ahead() -> None:
    stopped = subprocess.run(
        [sys.executable, "-c", STOPPED_EARLY], capture_output=True, text=True, check=False
    )
    assert (stopped.returncode, stopped.stdout) == (0, "sound\n"), stopped.stderr
