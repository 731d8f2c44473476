"""What scoring gives: one row for each lead, and the contributions that add up to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from leadscore.model import ScoringModel

if TYPE_CHECKING:
    import pandas as pd

    from leadscore.explain import Explanation

CONTRIBUTION_SCHEMA = pa.schema(
    [
        ("lead_id", pa.string()),
        ("rule_id", pa.string()),
        ("times", pa.int64()),
        ("latest_on", pa.date32()),
        ("millipoints_raw", pa.int64()),
        ("millipoints", pa.int64()),
    ]
)
"""Columns of contributions; `lead_id` is int64 where the leads have integer ids."""

GROUP_CAP, DIMENSION_CAP = "cap:group:", "cap:dimension:"
"""How the rule_id of a cap's own line begins."""


def lead_id_type(leads: pa.Table) -> pa.DataType:
    """The type of lead ids: int64 where they are integers, text otherwise."""
    found = leads.schema.field("lead_id").type
    return pa.int64() if pa.types.is_integer(found) else pa.string()


def contribution_schema(lead_id: pa.DataType) -> pa.Schema:
    """The columns of contributions for one type of lead id."""
    return CONTRIBUTION_SCHEMA.set(0, pa.field("lead_id", lead_id))


def score_schema(model: ScoringModel, lead_id: pa.DataType) -> pa.Schema:
    """The columns of scores: exact milli-points, bands, grade, and a boolean per definition."""
    fields = [pa.field("lead_id", lead_id)]
    for dimension in model.dimensions:
        fields.append(pa.field(f"{dimension.name}_millipoints", pa.int64()))
        fields.append(pa.field(f"{dimension.name}_band", pa.string()))
    fields.append(pa.field("overall_millipoints", pa.int64()))
    fields.append(pa.field("grade", pa.string()))
    fields += [pa.field(definition.name, pa.bool_()) for definition in model.definitions]
    fields += [
        pa.field(f"{definition.name}_kept", pa.bool_())
        for definition in model.definitions
        if definition.keep_while is not None
    ]
    return pa.schema(fields)


def of_lead(table: pa.Table, lead_id: str | int) -> pa.Table:
    """The rows of a table that are about one lead; none where its id is none of this table's."""
    ids = table["lead_id"]
    try:
        wanted = pa.scalar(str(lead_id)).cast(ids.type)
    except pa.ArrowInvalid:
        return table.slice(0, 0)
    return table.filter(pc.equal(ids, wanted))


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of all leads as of one moment.

    Shape: `table` has one row per lead, sorted by lead_id, with the columns of `score_schema`;
    `contributions` the columns of `contribution_schema`, grouped by lead in the same order, or
    None when they were not asked for; `rejects` the rows that were left out, and why.
    Units: scores in milli-points, `as_of` in microseconds since 1970 UTC.
    """

    model: ScoringModel
    as_of: int
    table: pa.Table
    contributions: pa.Table | None
    rejects: pa.Table

    def to_pandas(self) -> pd.DataFrame:
        """The scores as a data frame."""
        frame: pd.DataFrame = self.table.to_pandas()
        return frame

    def explain(self, lead_id: str | int, lang: str = "en") -> Explanation:
        """Why one lead has its score, in English or Polish.

        Raises: UnknownLead when it was not scored; ValueError without contributions.
        """
        from leadscore.explain import explain  # noqa: PLC0415 - it is made of these scores

        return explain(self, lead_id, lang)
