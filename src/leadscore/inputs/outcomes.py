"""How leads ended.

In: rows with lead_id, outcome and occurred_at. Out: canonical outcomes, and the rows left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from leadscore.inputs.cells import Cell, Kind
from leadscore.inputs.columns import Wanted, found_columns, problems_of
from leadscore.inputs.facts import LEAD_ID
from leadscore.inputs.opening import Handed, Rows, opened, stop_on
from leadscore.inputs.reading import OCCURRED_AT, key_of, lead_id_kind, lead_key, with_integer_ids
from leadscore.inputs.sifting import KnownLead, damage_reported, names_of, sift
from leadscore.inputs.sources import Source
from leadscore.inputs.workspace import Workspace

OUTCOMES, OUTCOME = "outcomes", "outcome"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How leads ended, and the rows that do not say so.

    Shape: `table` has lead_id, outcome (`won` or `lost`) and occurred_at, sorted by all three;
    a lead may have several. Units: occurred_at in microseconds since 1970 UTC.
    """

    table: pa.Table
    rejects: pa.Table


def read_outcomes(rows: Rows, *, leads: pa.Table | None = None) -> Outcomes:
    """Outcomes from a source with the columns lead_id, outcome and occurred_at.

    With the table of leads, lead ids get its type, and rows of other leads are rejected.
    Raises: InvalidInput with everything that is missing or of a wrong type.
    """
    workspace, sources = opened([Handed(OUTCOMES, rows, _wanted(Cell.KEY))])
    try:
        return _outcomes(workspace, sources[OUTCOMES], leads)
    finally:
        workspace.close()


def _wanted(key: Cell) -> list[Wanted]:
    return [
        Wanted(LEAD_ID, key, is_filled=True),
        Wanted(OUTCOME, Cell.OUTCOME, is_filled=True),
        Wanted(OCCURRED_AT, Cell.MOMENT, is_filled=True),
    ]


def _outcomes(workspace: Workspace, source: Source, leads: pa.Table | None) -> Outcomes:
    wanted = _wanted(lead_key(source) if leads is None else key_of(leads))
    stop_on(list(problems_of(source, wanted)))
    connection = workspace.connection
    check = None if leads is None else KnownLead(leads, connection)
    columns = found_columns(source, wanted)
    sifted = sift(source, columns, workspace, check=check, is_read_once=True)
    with damage_reported(source, names_of(columns), workspace):
        table = sifted.open(connection).to_arrow_table()
    if leads is None and lead_id_kind(source) is Kind.CELL:
        table = with_integer_ids(table, connection)
    ordered = connection.from_arrow(table).order(f"{LEAD_ID}, {OCCURRED_AT}, {OUTCOME}")
    return Outcomes(ordered.to_arrow_table(), sifted.rejects)
