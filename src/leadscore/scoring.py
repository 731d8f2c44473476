"""From what a user has to scores: reads the facts, finds the engine, runs it.

In: a model, rows, a moment, the name of an engine. Out: scores. Temporary files go with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa

from leadscore.compare import Differences, compare
from leadscore.conditions import FieldType
from leadscore.engines import duckdb, live
from leadscore.engines.kept import KeptBlocks, kept_blocks
from leadscore.errors import InvalidInput
from leadscore.explain import UnknownLead
from leadscore.fields import model_fields
from leadscore.inputs import Facts, Rows, read_facts
from leadscore.language.words import Text
from leadscore.model import ScoringModel
from leadscore.options import OptionProblem, accepted, known_engine, shared_folder_of
from leadscore.progress import Progress
from leadscore.results import Scores, of_lead

Engine = Callable[..., Scores]
"""score(model, facts, as_of, *, contributions, progress) -> Scores"""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the facts are: leads, touchpoints, and attribute changes where there are any."""

    leads: Rows
    touchpoints: Rows
    attribute_changes: Rows | None = None

    def facts(self, models: Sequence[ScoringModel], progress: Progress | None = None) -> Facts:
        """The facts as far as the models need them, read once for all of them."""
        attributes, properties = fields_of(models)
        return read_facts(
            self.leads,
            self.touchpoints,
            attributes=attributes,
            properties=properties,
            attribute_changes=self.attribute_changes,
            progress=_Telling(progress) if progress else None,
        )

    def have_row_of(self, lead_id: str | int, as_of: int) -> bool:
        """Whether the leads have a row of a lead, even one with cells that cannot be used."""
        with read_facts(self.leads, [], attributes={}, properties={}) as facts:
            return bool(of_lead(facts.leads_as_of(as_of), lead_id).num_rows)


Fields = dict[str, FieldType]


def fields_of(models: Sequence[ScoringModel]) -> tuple[Fields, Fields]:
    """The attributes and the touchpoint properties that the models ask for together.

    Raises: FieldsDiffer when one of them has a type in one model and another type in the other.
    """
    attributes: Fields = {}
    properties: Fields = {}
    for model in models:
        found = model_fields(model)
        for known, asked in ((attributes, found.attributes), (properties, found.properties)):
            for name, kind in asked.items():
                known[name] = _joint(name, known.get(name, FieldType.ANY), kind)
    return attributes, properties


class FieldsDiffer(ValueError):
    """A field that is of one type in one model and of another in the other."""


def _joint(name: str, one: FieldType, other: FieldType) -> FieldType:
    if FieldType.ANY in (one, other) or one is other:
        return other if one is FieldType.ANY else one
    raise FieldsDiffer(f"{name} is {one} in one model and {other} in the other")


def score(
    model: ScoringModel,
    sources: Sources,
    as_of: int,
    *,
    engine: Engine = duckdb.score,
    contributions: bool = True,
    progress: Progress | None = None,
) -> Scores:
    """Scores of all leads as of a moment.

    Raises: InvalidInput with everything that is wrong with the sources.
    """
    with sources.facts([model], progress) as facts:
        return engine(model, facts, as_of, contributions=contributions, progress=progress)


@contextmanager
def keeping(
    folder: str | Path | None,
    engine: Engine,
    model: ScoringModel,
    sources: Sources,
    as_of: int,
    *,
    contributions: bool,
    option: str = "keep",
) -> Iterator[Engine]:
    """The engine, made to keep finished parts in a folder until all is well.

    Raises: InvalidInput where the engine has no parts, the facts are not in files, or the folder
    cannot be one.
    """
    if folder is None:
        yield engine
        return

    def refused(code: str, wrong: Text, instead: Text) -> InvalidInput:
        return InvalidInput([OptionProblem(code, option, str(folder), wrong, instead)])

    if engine is not duckdb.score:
        raise refused("nothing_to_keep", _KEEPS_NOTHING, _KEEPING_ENGINE)
    files = [sources.leads, sources.touchpoints, sources.attribute_changes]
    paths = [None if file is None else str(file) for file in files if _is_path(file)]
    if len(paths) < len(files):
        raise refused("not_in_files", _NOT_IN_FILES, _FILES)
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        wrong = Text(*(text.format(why=error.strerror) for text in _CANNOT_KEEP))
        raise refused("not_a_folder", wrong, _ANOTHER_FOLDER) from None
    kept: KeptBlocks | None = None
    with suppress(OSError):  # of a file that is not there, which the reader of facts says better
        kept = kept_blocks(Path(folder), model, as_of, paths, contributions=contributions)
    if kept is None:
        yield engine
        return
    yield partial(engine, kept=kept)
    kept.clear()


def _is_path(rows: Rows | None) -> bool:
    return rows is None or isinstance(rows, str | Path)


_KEEPS_NOTHING = Text("the chosen engine keeps no parts", "wybrany silnik nie zachowuje części")
_KEEPING_ENGINE = accepted("duckdb")
_NOT_IN_FILES = Text(
    "a later run can only recognise files",
    "przy kolejnym uruchomieniu da się rozpoznać tylko pliki",
)
_FILES = accepted(
    "leads, touchpoints and attribute changes as files",
    "leady, zdarzenia i zmiany atrybutów w plikach",
)
_CANNOT_KEEP = Text("it cannot be a folder ({why})", "nie może być folderem ({why})")
_ANOTHER_FOLDER = Text("choose another folder", "wybierz inny folder")


def score_lead(
    model: ScoringModel,
    sources: Sources,
    lead_id: str | int,
    as_of: int,
    *,
    engine: Engine = duckdb.score,
    progress: Progress | None = None,
) -> Scores:
    """Scores of one lead, and of the other leads of its company, with contributions.

    Raises: NotAmongLeads; InvalidInput with everything that is wrong with the sources.
    """
    with sources.facts([model], progress) as facts:
        own = facts.around(lead_id, as_of)
        if own.leads_as_of(as_of).num_rows:
            return engine(model, own, as_of, contributions=True, progress=progress)
        n_leads, rejects = facts.leads_as_of(as_of).num_rows, facts.rejects
    is_left_out = bool(rejects.num_rows) and sources.have_row_of(lead_id, as_of)
    raise NotAmongLeads(lead_id, n_leads, rejects, is_left_out=is_left_out)


class NotAmongLeads(UnknownLead):
    """A lead that cannot be scored, because the leads lack it or its row had to be left out."""

    def __init__(
        self, lead_id: str | int, n_leads: int, rejects: pa.Table, *, is_left_out: bool
    ) -> None:
        self.lead_id, self.n_leads, self.rejects = lead_id, n_leads, rejects
        self.is_left_out = is_left_out
        why = "its row was left out" if is_left_out else f"it is none of the {n_leads} leads known"
        super().__init__(f"no scores of lead {lead_id!r}: {why}")


def score_both(
    before: ScoringModel,
    after: ScoringModel,
    sources: Sources,
    as_of: int,
    *,
    engine: Engine = duckdb.score,
    progress: Progress | None = None,
) -> Differences:
    """What another model changes, over the same facts.

    Where the models read a field as different types, each reads the facts by itself.
    """
    try:
        fields_of([before, after])
    except FieldsDiffer:
        results = [
            score(model, sources, as_of, engine=engine, contributions=False, progress=progress)
            for model in (before, after)
        ]
        return compare(*results)
    with sources.facts([before, after], progress) as facts:
        results = [
            engine(model, facts, as_of, contributions=False, progress=progress)
            for model in (before, after)
        ]
    return compare(*results)


def engine_of(
    name: str, spark_master: str | None = None, shared_folder: str | Path | None = None
) -> Engine:
    """An engine by its name; the master and the folder that all workers can read are for Spark.

    Raises: InvalidInput for an unknown engine or folder; UnsupportedByEngine where Spark is not
    installed.
    """
    known_engine(name)
    if name != "spark":
        return live.score if name == "live" else duckdb.score
    from leadscore.engines import spark  # noqa: PLC0415 - heavy

    spark.check_installed()
    folder = None if shared_folder is None else shared_folder_of(shared_folder)
    return partial(spark.score, master=spark_master, shared_folder=folder)


class _Telling:
    """Tells a `Progress` what the reader of facts reports."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._n_done = -1

    def __call__(self, _: str, n_done: int, n_all: int) -> None:
        if self._n_done < 0:
            self._progress.started(n_all, "read")
            self._n_done = 0
        if n_done > self._n_done:
            self._progress.advanced(n_done - self._n_done)
            self._n_done = n_done
