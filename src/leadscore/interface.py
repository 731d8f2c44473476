"""The library as one sees it in a notebook: load a model, score, explain, compare, look back.

In: a model document; leads and touchpoints as files, tables, data frames or lists of dicts.
Out: scores, explanations, differences, backtests. What scores is imported when first asked for.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from leadscore.checks.problem import Problem
from leadscore.document import load_model, read_model, write_json, write_yaml
from leadscore.fields import ModelFields
from leadscore.model import ScoringModel
from leadscore.options import HORIZON_DAYS, AsOf, instant_of

if TYPE_CHECKING:
    from leadscore.backtest import Backtest, Every
    from leadscore.compare import Differences
    from leadscore.explain import Explanation
    from leadscore.inputs import Rows
    from leadscore.live import Scorer
    from leadscore.progress import Progress
    from leadscore.results import Scores

EngineName = Literal["duckdb", "live", "spark"]


class RowsLeftOut(UserWarning):
    """Some rows could not be used; the rejects say which and why."""


def load(path: str | Path, *, fields: ModelFields | None = None) -> Model:
    """The scoring model of a file; a name that ends in .json is JSON, any other YAML.

    With `fields`, such as `known_fields` gives, the model may ask for these only.
    Raises: InvalidModel with all problems; OSError when the file cannot be read.
    """
    declaration, found = load_model(path, fields=fields)
    return Model(declaration, found)


def loads(
    document: str | bytes,
    *,
    format: Literal["yaml", "json"] = "yaml",  # noqa: A002
    fields: ModelFields | None = None,
) -> Model:
    """The scoring model of a text.

    With `fields`, such as `known_fields` gives, the model may ask for these only.
    Raises: InvalidModel with all problems.
    """
    reading = read_model(document, format=format, fields=fields)
    return Model(reading.sound_model(), reading.warnings)


@dataclass(frozen=True, slots=True)
class Model:
    """A scoring model that was found sound, ready to score.

    Leads, touchpoints, attribute changes and outcomes may be handed in as a path (.csv, .csv.gz,
    .parquet, or a folder of .parquet files), a pyarrow.Table, a pandas.DataFrame or a list of
    dicts. Moments are aware datetimes, ISO 8601 texts with an offset, or days; a day means its
    last microsecond in the model's time zone.
    """

    declaration: ScoringModel
    warnings: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.declaration.name

    def score(  # noqa: PLR0913 - what one may ask for, by name
        self,
        leads: Rows,
        touchpoints: Rows,
        *,
        as_of: AsOf,
        engine: EngineName = "duckdb",
        attribute_changes: Rows | None = None,
        contributions: bool = True,
        keep: str | Path | None = None,
        spark_master: str | None = None,
        shared_folder: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Scores:
        """Scores of all leads as of a moment; bad rows are in `rejects` and stop nothing.

        With the folder `keep`, finished parts are kept there until the end: the same call goes on
        where it was interrupted.
        Raises: InvalidInput with everything that is wrong with the sources or options.
        """
        from leadscore import scoring  # noqa: PLC0415 - heavy

        sources = scoring.Sources(leads, touchpoints, attribute_changes)
        instant = self._instant(as_of)
        chosen = scoring.engine_of(engine, spark_master, shared_folder)
        with scoring.keeping(
            keep, chosen, self.declaration, sources, instant, contributions=contributions
        ) as keeper:
            return scoring.score(
                self.declaration,
                sources,
                instant,
                engine=keeper,
                contributions=contributions,
                progress=progress,
            )

    def explain(
        self,
        lead_id: str | int,
        leads: Rows,
        touchpoints: Rows,
        *,
        as_of: AsOf,
        lang: str = "en",
        attribute_changes: Rows | None = None,
    ) -> Explanation:
        """Why one lead has its score; use `Scores.explain` for several leads.

        Raises: UnknownLead when the leads do not hold it, or its row had to be left out.
        """
        from leadscore import scoring  # noqa: PLC0415 - heavy

        scores = scoring.score_lead(
            self.declaration,
            scoring.Sources(leads, touchpoints, attribute_changes),
            lead_id,
            self._instant(as_of),
        )
        return scores.explain(lead_id, lang)

    def compare(  # noqa: PLR0913 - what one may ask for, by name
        self,
        other: Model,
        leads: Rows,
        touchpoints: Rows,
        *,
        as_of: AsOf,
        engine: EngineName = "duckdb",
        attribute_changes: Rows | None = None,
        spark_master: str | None = None,
        shared_folder: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Differences:
        """What changes when `other` takes the place of this model, over the same facts.

        Who meets a definition of this model counts after too as long as `other` keeps it.
        """
        from leadscore import scoring  # noqa: PLC0415 - heavy

        return scoring.score_both(
            self.declaration,
            other.declaration,
            scoring.Sources(leads, touchpoints, attribute_changes),
            self._instant(as_of),
            engine=scoring.engine_of(engine, spark_master, shared_folder),
            progress=progress,
        )

    def backtest(  # noqa: PLR0913 - what one may ask for, by name
        self,
        leads: Rows,
        touchpoints: Rows,
        outcomes: Rows,
        *,
        horizon_days: int = HORIZON_DAYS,
        every: Every = "month",
        observed_until: AsOf | None = None,
        engine: EngineName = "duckdb",
        attribute_changes: Rows | None = None,
        spark_master: str | None = None,
        shared_folder: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Backtest:
        """How the scores of the past, made from what was known then, agree with what followed.

        Looks back from the end of every "month", "week", or of every so many days; the outcomes
        are known until `observed_until`, by default the last touchpoint or outcome. Rows that
        could not be used are told of by a `RowsLeftOut` warning.
        """
        from leadscore import scoring  # noqa: PLC0415 - heavy
        from leadscore.looking_back import look_back  # noqa: PLC0415

        found = look_back(
            self.declaration,
            scoring.Sources(leads, touchpoints, attribute_changes),
            outcomes,
            horizon_days=horizon_days,
            every=every,
            observed_until=None if observed_until is None else self._instant(observed_until),
            engine=scoring.engine_of(engine, spark_master, shared_folder),
            progress=progress,
        )
        if n_rejects := found.rejects.num_rows:
            warnings.warn(
                f"{n_rejects} cells of rows that were left out", RowsLeftOut, stacklevel=2
            )
        return found.backtest

    def live(self) -> Scorer:
        """The model made ready to score single leads in microseconds; make it once."""
        from leadscore.live import Scorer  # noqa: PLC0415 - heavy

        return Scorer(self.declaration)

    def to_yaml(self) -> str:
        """The model as a YAML document."""
        return write_yaml(self.declaration)

    def to_json(self) -> str:
        """The model as a JSON document, the same content."""
        return write_json(self.declaration)

    def _instant(self, as_of: AsOf) -> int:
        return instant_of(as_of, self.declaration.time_zone)

    def __repr__(self) -> str:
        model = self.declaration
        parts = (model.dimensions, model.rules, model.definitions)
        names = ("dimensions", "rules", "definitions")
        counts = ", ".join(f"{len(part)} {name}" for part, name in zip(parts, names, strict=True))
        return f"<Model {model.name}: {counts}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the dimensions with their bands and number of rules."""
        model = self.declaration
        rows = "".join(
            f"<tr><td>{escape(dimension.name)}</td>"
            f"<td>{escape(', '.join(band.name for band in dimension.bands))}</td>"
            f"<td>{sum(rule.dimension == dimension.name for rule in model.rules)}</td></tr>"
            for dimension in model.dimensions
        )
        head = "<tr><th>dimension</th><th>bands</th><th>rules</th></tr>"
        return f"<table><caption>{escape(model.name)}</caption>{head}{rows}</table>"
