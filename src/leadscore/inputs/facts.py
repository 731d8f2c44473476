"""What is known of leads and their touchpoints: canonical, typed, as of any moment.

In: good rows, sifted from what users have. Out: tables and relations for the engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.conditions import FieldType
from leadscore.fields import COMPANY_ID
from leadscore.inputs.cells import CELLS, Cell
from leadscore.inputs.history import KNOWN_AT, newest_values, with_values
from leadscore.inputs.sifting import Opener
from leadscore.inputs.sources import Connection, Relation
from leadscore.inputs.workspace import Workspace
from leadscore.results import of_lead

LEAD_ID = "lead_id"

Fields = Mapping[str, FieldType]


_IDS = frozenset({FieldType.ANY, FieldType.TEXT})


def attribute_cell(name: str, attributes: Fields) -> Cell:
    """The canonical type of an attribute; company.id is an id unless it is compared otherwise."""
    found = attributes.get(name, FieldType.ANY)
    return Cell.KEY if name == COMPANY_ID and found in _IDS else CELLS[found]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Facts:
    """What is known: leads with their attributes, and touchpoints, canonical and typed.

    Close it, or use it in a `with`, when the scoring is done: large inputs lie in a temporary
    folder that goes with it. Relations and tables made from it must not be used afterwards.

    Shape: `rejects` as in `REJECTS_SCHEMA`: leads first, then attribute changes, then touchpoints.
    """

    rejects: pa.Table
    attributes: Fields
    properties: Fields
    has_touchpoint_ids: bool
    """Whether the touchpoints came with a column id, so that some may be duplicates."""
    has_received_at: bool
    """Whether the touchpoints came with a column received_at."""
    _leads: pa.Table = field(repr=False)
    _touchpoints: Opener = field(repr=False)
    _changes: Opener | None = field(repr=False)
    _workspace: Workspace = field(repr=False)

    @property
    def lead_id_type(self) -> pa.DataType:
        """int64 where the leads have integer ids, otherwise text."""
        return self._leads.schema.field(LEAD_ID).type

    def leads_as_of(self, as_of: int) -> pa.Table:
        """The leads that were known by a moment, with their attributes as known then.

        Shape: lead_id, company.id (when some source has it), the attributes of the model in its
        order; sorted by lead_id, numbers by value and text by code points.
        Units: `as_of` in microseconds since 1970 UTC.
        """
        columns = [name for name in self._leads.column_names if name != KNOWN_AT]
        if self._changes is None:
            return self._known(as_of).select(columns)
        connection = self._workspace.connection.cursor()
        fields = {name: attribute_cell(name, self.attributes) for name in columns[1:]}
        newest = newest_values(self._changes(connection), list(fields), as_of)
        leads = connection.from_arrow(self._known(as_of))
        return with_values(leads, newest, fields, columns).order(LEAD_ID).to_arrow_table()

    def around(self, lead_id: str | int, as_of: int) -> Facts:
        """The same facts with only one lead, and the other leads of its company, as of a moment.

        The touchpoints are still those of everybody: engines leave out those of other leads. There
        is no lead where the asked one is not known. Both go with the same temporary folder.
        """
        leads = self.leads_as_of(as_of)
        kept = of_lead(leads, lead_id)
        if kept.num_rows and COMPANY_ID in leads.column_names and kept[COMPANY_ID][0].is_valid:
            kept = leads.filter(pc.equal(leads[COMPANY_ID], kept[COMPANY_ID][0]))
        ids = kept[LEAD_ID].combine_chunks()
        return replace(self, _leads=self._leads.filter(pc.is_in(self._leads[LEAD_ID], ids)))

    def _known(self, as_of: int) -> pa.Table:
        if KNOWN_AT not in self._leads.column_names:
            return self._leads
        known_at = self._leads[KNOWN_AT]
        return self._leads.filter(
            pc.or_kleene(pc.is_null(known_at), pc.less_equal(known_at, as_of))
        )

    def touchpoints_relation(self, connection: Connection) -> Relation:
        """The touchpoints on a DuckDB connection, to be scanned as often as one likes.

        Shape: lead_id, type, occurred_at, received_at, id, the properties of the model in its
        order. Columns that no source has are there, and empty. Rows are in no particular order.
        Units: moments in microseconds since 1970 UTC.
        """
        return self._touchpoints(connection)

    def touchpoint_files(self, folder: str | Path) -> list[Path]:
        """The same touchpoints written as Parquet files into a new folder."""
        target = Path(folder)
        with duckdb.connect() as connection:
            rows = self.touchpoints_relation(connection)
            rows.write_parquet(str(target), per_thread_output=True)
        return sorted(target.glob("*.parquet"))

    def close(self) -> None:
        """Gives back the temporary folder; a second call does nothing."""
        self._workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
