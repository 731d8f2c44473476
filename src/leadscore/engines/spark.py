"""Batch scoring on Spark: the same steps over Parquet, finished in the executors.

In: a model, facts, a moment, a master. Out: scores of all leads.
Touchpoints and leads are written once to Parquet files, in a folder that every worker can read;
nothing of the size of leads × rules passes the driver before the result does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from leadscore.days import offsets
from leadscore.engines.spark_blocks import (
    BLOCK,
    COMPANY,
    LEAD_ID,
    LINES,
    OWNER,
    TALLY_SCHEMA,
    Finishing,
    attribute_column,
)
from leadscore.errors import UnsupportedByEngine
from leadscore.fields import COMPANY_ID
from leadscore.inputs.facts import Facts
from leadscore.model import ScoringModel
from leadscore.progress import Progress
from leadscore.relational.counts import need_of
from leadscore.relational.questions import Moment, add_tables, prepared_questions
from leadscore.relational.steps import OWNERS, TOUCHPOINTS, Question, tallies
from leadscore.results import Scores, score_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DIALECT = "spark"
LEADS_IN_BLOCK = 1 << 14
"""A block is what one task finishes at a time."""

LEADS = "leads"

SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, never a wrong number
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
}
"""What the steps rely on; set for their own queries only."""

OWN_SESSION = {
    "spark.app.name": "leadscore",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.maxResultSize": "0",
}
ON_THIS_MACHINE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def score(
    model: ScoringModel,
    facts: Facts,
    as_of: int,
    *,
    contributions: bool = True,
    progress: Progress | None = None,
    master: str | None = None,
    shared_folder: str | Path | None = None,
) -> Scores:
    """Scores of all leads that are known as of a moment.

    A Spark session that is already running is used; otherwise one is started on `master` (all
    cores of this machine when None) and stopped at the end. `shared_folder` is where files for
    the workers go for the time of the run; a cluster of several machines needs one that all can
    read.
    Units: `as_of` in microseconds since 1970 UTC.
    Raises: UnsupportedByEngine where Spark is not installed or cannot be used.
    """
    with running_session(master) as session, _folder(shared_folder) as folder:
        run = _Run(session, model, facts, as_of, folder, contributions=contributions)
        finished = run.finished(progress)
        table, lines = run.finishing.opened(finished.toArrow())
        _tell(progress)
    return Scores(model, as_of, table, lines, facts.rejects)


def write_scores(
    model: ScoringModel,
    facts: Facts,
    as_of: int,
    target: str | Path,
    *,
    contributions: bool = True,
    progress: Progress | None = None,
    master: str | None = None,
    shared_folder: str | Path | None = None,
) -> None:
    """The same scores as Parquet files, written by the workers: nothing passes the driver.

    Shape: folders `scores` and `contributions` in `target`, which must not be there yet; columns
    as in `Scores`, rows in no particular order.
    """
    with running_session(master) as session, _folder(shared_folder) as folder:
        run = _Run(session, model, facts, as_of, folder, contributions=contributions)
        blocks = str(folder / "finished")
        run.finished(progress).write.parquet(blocks)
        run.write(session.read.parquet(blocks), Path(target))
        _tell(progress)


class _Run:
    """One execution: files and tables in place, the questions asked, the blocks finished."""

    def __init__(
        self,
        session: SparkSession,
        model: ScoringModel,
        facts: Facts,
        as_of: int,
        folder: Path,
        *,
        contributions: bool,
    ) -> None:
        self._session, self._facts, self._folder = session, facts, folder
        self._need = need_of(model, evidence=contributions)
        self._moment = Moment(as_of, offsets(model.time_zone))
        self._leads = facts.leads_as_of(as_of)
        names = [name for name in self._leads.column_names if name != LEAD_ID]
        self.finishing = Finishing(
            model=model,
            need=self._need,
            today=self._moment.today,
            lead_id=self._leads.schema.field(LEAD_ID).type,
            attributes=tuple(names),
            contributions=contributions,
        )

    def finished(self, progress: Progress | None) -> DataFrame:
        """The rows of `Finishing.schema`, not worked out yet."""
        if progress is not None:
            progress.started(3, "score")
        self._place_files()
        _tell(progress)
        questions = prepared_questions(
            self,
            self._need,
            self._moment,
            has_received_at=self._facts.has_received_at,
            has_ids=self._facts.has_touchpoint_ids,
        )
        add_tables(self, questions)
        _tell(progress)
        return self._finished_blocks([self._tallied(question) for question in questions])

    def write(self, finished: DataFrame, target: Path) -> None:
        """Finished blocks as files of scores and of contributions."""
        scores = score_schema(self.finishing.model, self.finishing.lead_id).names
        renamed = [f"`s{number}` AS `{name}`" for number, name in enumerate(scores)]
        finished.selectExpr(*renamed).write.parquet(str(target / "scores"))
        if self.finishing.contributions:
            lines = finished.selectExpr(f"`s0` AS `{LEAD_ID}`", f"inline(`{LINES}`)")
            lines.write.parquet(str(target / "contributions"))

    # What the queries look at

    def _place_files(self) -> None:
        files = self._facts.touchpoint_files(self._folder / TOUCHPOINTS)
        touchpoints = self._session.read.parquet(*(str(file) for file in files))
        touchpoints.createOrReplaceTempView(TOUCHPOINTS)
        leads = self._folder / f"{LEADS}.parquet"
        pq.write_table(self._numbered_leads(), leads, row_group_size=LEADS_IN_BLOCK)
        self._session.read.parquet(str(leads)).createOrReplaceTempView(LEADS)

    def _numbered_leads(self) -> pa.Table:
        """The leads with their own number, that of their company, and columns that have no name."""
        table = self._leads
        columns = [np.arange(table.num_rows), _company_numbers(table), table.column(LEAD_ID)]
        columns += [table.column(name) for name in self.finishing.attributes]
        numbered = (attribute_column(number) for number in range(len(self.finishing.attributes)))
        return pa.table(columns, names=[OWNER, COMPANY, LEAD_ID, *numbered])

    def column(self, query: exp.Select) -> list[object]:
        """The first column of what a query gives."""
        found: list[object] = self._asked(query).toArrow().column(0).to_pylist()
        return found

    def add_table(self, name: str, rows: pa.Table) -> None:
        """A small table, to be sent to every worker."""
        self._session.createDataFrame(rows).createOrReplaceTempView(name)

    def _asked(self, query: exp.Select) -> DataFrame:
        return self._session.sql(query.sql(DIALECT, copy=False))

    # From questions to finished blocks

    def _tallied(self, question: Question) -> DataFrame:
        """What was counted for each lead; what a company did counts for each of its leads."""
        leads = self._session.table(LEADS)
        if not question.counts_people:
            leads.select(LEAD_ID, OWNER).createOrReplaceTempView(OWNERS)
            return self._asked(tallies(question))
        members = leads.where(leads[COMPANY].isNotNull())
        members.select(LEAD_ID, members[COMPANY].alias(OWNER)).createOrReplaceTempView(OWNERS)
        of_company = self._asked(tallies(question)).withColumnRenamed(OWNER, COMPANY)
        return of_company.join(members.select(COMPANY, OWNER), COMPANY).drop(COMPANY)

    def _finished_blocks(self, tallied: list[DataFrame]) -> DataFrame:
        numbered = f"{OWNER} DIV {LEADS_IN_BLOCK} AS {BLOCK}"
        leads = self._session.table(LEADS).selectExpr("*", numbered)
        nothing = self._session.createDataFrame(TALLY_SCHEMA.empty_table())
        counted = reduce(lambda some, more: some.unionByName(more), tallied, nothing)
        return (
            leads.groupBy(BLOCK)
            .cogroup(counted.selectExpr("*", numbered).groupBy(BLOCK))
            .applyInArrow(_finisher(self.finishing), _ddl(self.finishing.schema))
        )


def _finisher(finishing: Finishing) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """What the workers run; it takes along the model and nothing of the driver."""

    def finish(leads: pa.Table, tallied: pa.Table) -> pa.Table:
        return finishing.finished(leads, tallied)

    return finish


def _company_numbers(leads: pa.Table) -> pa.Array:
    """The company of each lead as a number; null where there is none."""
    if COMPANY_ID not in leads.column_names:
        return pa.nulls(leads.num_rows, pa.int64())
    companies = leads.column(COMPANY_ID).combine_chunks()
    return companies.dictionary_encode().indices.cast(pa.int64())


def _ddl(schema: pa.Schema) -> str:
    """An Arrow schema as Spark says it."""
    return ", ".join(f"`{field.name}` {_type_name(field.type)}" for field in schema)


_TYPE_NAMES = {
    pa.int64(): "BIGINT",
    pa.string(): "STRING",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
}


def _type_name(found: pa.DataType) -> str:
    if pa.types.is_list(found):
        return f"ARRAY<{_type_name(found.value_type)}>"
    if pa.types.is_struct(found):
        parts = (f"`{part.name}`: {_type_name(part.type)}" for part in found)
        return f"STRUCT<{', '.join(parts)}>"
    return _TYPE_NAMES[found]


def _tell(progress: Progress | None) -> None:
    if progress is not None:
        progress.advanced()


# The session


@contextmanager
def _folder(shared: str | Path | None) -> Iterator[Path]:
    """A new folder for the workers; in a shared one it is as open to others as that is.

    Raises: UnsupportedByEngine when a worker cannot read what lies in it.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415 - comes with the extra
    from pyspark.errors import PySparkException  # noqa: PLC0415

    with TemporaryDirectory(prefix="leadscore-", dir=shared) as name:
        folder = Path(name).resolve()
        if shared is not None:
            folder.chmod(folder.parent.stat().st_mode)
        try:
            yield folder
        except (PySparkException, Py4JError) as error:
            said = str(error)
            if folder.name not in said or not any(words in said for words in _OUT_OF_REACH):
                raise
            raise UnsupportedByEngine(
                f"the workers cannot read what was put into {folder.parent} for them. A cluster of "
                "several machines needs a folder that all of them can read under the same path: "
                "name it with --shared-folder (in Python, shared_folder)"
            ) from error


_OUT_OF_REACH = (
    "FILE_NOT_EXIST",
    "PATH_NOT_FOUND",
    "FileNotFoundException",
    "No such file",
    "Permission denied",
)
"""What Spark says, in some place of its message, of a file that is not where a worker looks."""


@contextmanager
def running_session(master: str | None) -> Iterator[SparkSession]:
    """A session with the settings that the steps rely on; what was started here is stopped."""
    outer, is_ours = _session(master)
    try:
        session = outer.newSession()
        for name, value in SETTINGS.items():
            session.conf.set(name, value)
        yield session
    finally:
        if is_ours:
            outer.stop()
        else:
            outer.createDataFrame([], "nothing INT")  # makes its session the active one again


def check_installed() -> None:
    """Says in time that the extra is missing.

    Raises: UnsupportedByEngine.
    """
    try:
        found = find_spec("pyspark")
    except ValueError:  # somebody has put nothing in its place
        found = None
    if found is None:
        raise UnsupportedByEngine(
            "the engine spark needs PySpark 4.3: install it with `pip install 'lejek[spark]'`"
        )


def _session(master: str | None) -> tuple[SparkSession, bool]:
    """The running session, or a new one; and whether it is new."""
    check_installed()
    from py4j.protocol import Py4JError  # noqa: PLC0415 - comes with the extra
    from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415 - an extra, slow to load
    from pyspark.sql import SparkSession  # noqa: PLC0415

    try:
        return _fitting(SparkSession.active(), master), False
    except PySparkRuntimeError:  # none is running
        pass
    where = master or "local[*]"
    try:
        return _started(SparkSession.Builder(), where), True
    except (PySparkRuntimeError, Py4JError) as error:
        raise UnsupportedByEngine(
            f"Spark could not be started on {where}. It needs Java 17 or newer on this machine "
            f"and a master that can be reached. Spark says: {str(error).partition(chr(10))[0]}"
        ) from error


def _started(builder: SparkSession.Builder, where: str) -> SparkSession:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers run what the driver runs
    settings = OWN_SESSION | (ON_THIS_MACHINE if where.startswith("local") else {})
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.master(where).getOrCreate()


def _fitting(active: SparkSession, master: str | None) -> SparkSession:
    found = active.sparkContext.master
    if master is not None and master != found:
        raise UnsupportedByEngine(
            f"a Spark session on {found} is running, and {master} was asked for; "
            "stop it, or leave the master out to use it"
        )
    return active
