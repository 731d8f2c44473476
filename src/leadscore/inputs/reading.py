"""From files and tables to facts.

In: what users have, and the fields that a model compares. Out: `Facts`.

Every attribute and property that the model mentions must be a column: a model that asks for
something that no file has would give a plausible and wrong score. Where attribute changes are
given, the fields that occur in them count as columns of the leads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from leadscore.conditions import FieldType
from leadscore.fields import COMPANY_ID, ModelFields
from leadscore.inputs.cells import CELLS, Cell, Kind
from leadscore.inputs.columns import Wanted, found_columns, problems_of, twins
from leadscore.inputs.facts import LEAD_ID, Facts, Fields, attribute_cell
from leadscore.inputs.history import FIELD, KNOWN_AT, reading_by_field, wanted_changes
from leadscore.inputs.opening import Handed, Rows, opened, stop_on
from leadscore.inputs.rejects import joined_rejects
from leadscore.inputs.sifting import (
    FirstOfLead,
    KnownLead,
    Sifted,
    count,
    damage_reported,
    names_of,
    sift,
)
from leadscore.inputs.sources import Connection, Source
from leadscore.inputs.workspace import Workspace, identifier, literal

LEADS, CHANGES, TOUCHPOINTS = "leads", "attribute_changes", "touchpoints"
TYPE, OCCURRED_AT, RECEIVED_AT, ID = "type", "occurred_at", "received_at", "id"

Progress = Callable[[str, int, int], None]
"""Called with what is about to be read, how many sources are done, and how many there are."""


def read_facts(
    leads: Rows,
    touchpoints: Rows,
    *,
    attributes: Fields,
    properties: Fields,
    attribute_changes: Rows | None = None,
    check_unknown_leads: bool = True,
    progress: Progress | None = None,
) -> Facts:
    """The facts in the given sources, as far as a model with these fields needs them.

    Lead ids are integers when the leads have integers (in CSV: when every id is one, written
    without leading zeros), otherwise text; the other sources follow.
    Raises: InvalidInput with everything that is missing or of a wrong type, in all sources at once.
    """
    workspace, sources = opened(
        [
            Handed(LEADS, leads, wanted_leads(attributes)),
            *([] if attribute_changes is None else [_handed_changes(attribute_changes)]),
            Handed(TOUCHPOINTS, touchpoints, wanted_touchpoints(properties, Cell.KEY)),
        ]
    )
    try:
        reader = _Reader(workspace, sources, attributes, properties, progress or _silent)
        return reader.facts(check_unknown_leads=check_unknown_leads)
    except BaseException:
        workspace.close()
        raise


def _handed_changes(rows: Rows) -> Handed:
    return Handed(CHANGES, rows, wanted_changes(Cell.KEY))


def known_fields(
    leads: Rows | None = None,
    touchpoints: Rows | None = None,
    attribute_changes: Rows | None = None,
) -> ModelFields:
    """The fields that a model may ask of these sources: their columns, whatever their types.

    Of leads and touchpoints only the header is read; of attribute changes, which fields they name.
    Raises: InvalidInput when a source cannot be read.
    """
    given = {LEADS: leads, CHANGES: attribute_changes, TOUCHPOINTS: touchpoints}
    workspace, sources = opened(
        [
            Handed(name, rows, [Wanted(own, Cell.KEY) for own in sorted(_RESERVED[name])])
            for name, rows in given.items()
            if rows is not None
        ]
    )
    try:
        changing = _fields_of_changes(sources, workspace) if LEADS in sources else set()
        return ModelFields(
            dict.fromkeys([*_columns(LEADS, sources), *sorted(changing)], FieldType.ANY),
            dict.fromkeys(_columns(TOUCHPOINTS, sources), FieldType.ANY),
        )
    finally:
        workspace.close()


_RESERVED: Mapping[str, frozenset[str]] = {
    LEADS: frozenset({LEAD_ID, KNOWN_AT}),
    CHANGES: frozenset({LEAD_ID, FIELD, KNOWN_AT}),
    TOUCHPOINTS: frozenset({LEAD_ID, TYPE, OCCURRED_AT, RECEIVED_AT, ID}),
}
"""The columns that are no fields."""


def _columns(name: str, sources: Mapping[str, Source]) -> list[str]:
    """The fields of a source; where it has none, its other columns: no list would allow any."""
    if name not in sources:
        return []
    columns = [column for column, _, _ in sources[name].column_kinds()]
    return [column for column in columns if column not in _RESERVED[name]] or columns


def _fields_of_changes(sources: Mapping[str, Source], workspace: Workspace) -> set[str]:
    """The fields that occur in attribute changes, where there are any."""
    source = sources.get(CHANGES)
    if source is None or FIELD not in {column for column, _, _ in source.column_kinds()}:
        return set()
    fields = source.scan(workspace.connection, [FIELD])
    with damage_reported(source, [FIELD], workspace):
        found = fields.project("CAST(r0 AS VARCHAR)").distinct().fetchall()
    return {str(row[0]) for row in found}


def wanted_leads(attributes: Fields) -> list[Wanted]:
    """The columns of leads."""
    company = [] if COMPANY_ID in attributes else [Wanted(COMPANY_ID, Cell.KEY, is_required=False)]
    return [
        Wanted(LEAD_ID, Cell.KEY, is_filled=True),
        Wanted(KNOWN_AT, Cell.MOMENT, is_required=False),
        *company,
        *(Wanted(name, attribute_cell(name, attributes)) for name in attributes),
    ]


def wanted_touchpoints(properties: Fields, key: Cell) -> list[Wanted]:
    """The columns of touchpoints."""
    return [
        Wanted(LEAD_ID, key, is_filled=True),
        Wanted(TYPE, Cell.KEY, is_filled=True),
        Wanted(OCCURRED_AT, Cell.MOMENT, is_filled=True),
        Wanted(RECEIVED_AT, Cell.MOMENT, is_required=False),
        Wanted(ID, Cell.KEY, is_required=False),
        *(Wanted(name, CELLS[found]) for name, found in properties.items()),
    ]


def lead_id_kind(source: Source) -> Kind:
    """What the column of lead ids holds; nothing where it is missing."""
    kinds = {name: kind for name, kind, _ in source.column_kinds()}
    return kinds.get(LEAD_ID, Kind.EMPTY)


def lead_key(source: Source) -> Cell:
    """The canonical type of lead ids, as far as the type of their column tells."""
    is_number = lead_id_kind(source) in {Kind.INTEGER, Kind.FLOAT}
    return Cell.INTEGER_KEY if is_number else Cell.KEY


def with_integer_ids(table: pa.Table, connection: Connection) -> pa.Table:
    """The table with integer lead ids when every one is written as an integer would be."""
    ids = connection.from_arrow(table.select([LEAD_ID]))
    others = ids.filter("CAST(TRY_CAST(lead_id AS BIGINT) AS VARCHAR) IS DISTINCT FROM lead_id")
    if not table.num_rows or count(others):
        return table
    index = table.schema.get_field_index(LEAD_ID)
    return table.set_column(index, LEAD_ID, pc.cast(table[LEAD_ID], pa.int64()))


def key_of(leads: pa.Table) -> Cell:
    """The canonical type of the lead ids of accepted leads."""
    return Cell.INTEGER_KEY if pa.types.is_integer(leads[LEAD_ID].type) else Cell.KEY


def _silent(what: str, n_done: int, n_all: int) -> None:
    pass


class _Reader:
    """Reads the sources one after the other: later ones follow the leads."""

    def __init__(
        self,
        workspace: Workspace,
        sources: Mapping[str, Source],
        attributes: Fields,
        properties: Fields,
        progress: Progress,
    ) -> None:
        self._workspace = workspace
        self._sources = sources
        self._attributes = attributes
        self._properties = properties
        self._progress = progress
        self._changing_fields = _fields_of_changes(sources, workspace)

    def facts(self, *, check_unknown_leads: bool) -> Facts:
        self._stop_on_problems()
        sifted_leads, leads = self._read_leads()
        check = KnownLead(leads, self._workspace.connection) if check_unknown_leads else None
        changes = self._read_changes(leads, check) if CHANGES in self._sources else None
        touchpoints = self._read_touchpoints(leads, check)
        self._tell("", len(self._sources))
        present = self._present(TOUCHPOINTS)
        sifted = [sifted_leads, *([changes] if changes else []), touchpoints]
        return Facts(
            rejects=joined_rejects(part.rejects for part in sifted),
            attributes=self._attributes,
            properties=self._properties,
            has_touchpoint_ids=ID in present,
            has_received_at=RECEIVED_AT in present,
            _leads=leads,
            _touchpoints=touchpoints.open,
            _changes=changes.open if changes else None,
            _workspace=self._workspace,
        )

    def _present(self, name: str) -> set[str]:
        return {column for column, _, _ in self._sources[name].column_kinds()}

    def _tell(self, what: str, n_done: int) -> None:
        self._progress(what, n_done, len(self._sources))

    # Problems --------------------------------------------------------------------------

    def _stop_on_problems(self) -> None:
        wanted = {
            LEADS: self._wanted_leads(),
            CHANGES: wanted_changes(Cell.KEY),
            TOUCHPOINTS: wanted_touchpoints(self._properties, Cell.KEY),
        }
        problems = [*twins(self._attributes, LEADS), *twins(self._properties, TOUCHPOINTS)]
        for name, source in self._sources.items():
            problems += problems_of(source, wanted[name])
        stop_on(problems)

    def _wanted_leads(self) -> list[Wanted]:
        """The columns of leads; those that occur in the changes need not be there."""
        wanted = wanted_leads(self._attributes)
        changing = self._changing_fields
        return [
            replace(column, is_required=column.is_required and column.name not in changing)
            for column in wanted
        ]

    # The three sources -----------------------------------------------------------------

    def _read_leads(self) -> tuple[Sifted, pa.Table]:
        self._tell(LEADS, 0)
        source, connection = self._sources[LEADS], self._workspace.connection
        wanted = self._wanted_leads()
        wanted[0] = replace(wanted[0], cell=lead_key(source))
        columns = found_columns(source, wanted)
        sifted = sift(source, columns, self._workspace, check=FirstOfLead(), is_read_once=True)
        with damage_reported(source, names_of(columns), self._workspace):
            table = sifted.open(connection).project(self._kept(wanted)).to_arrow_table()
        if lead_id_kind(source) is Kind.CELL:
            table = with_integer_ids(table, connection)
        return sifted, sorted_by_lead(table, connection)

    def _kept(self, wanted: Iterable[Wanted]) -> str:
        """The attributes, and those optional columns that some source has."""
        known = {*self._present(LEADS), *self._attributes, *self._changing_fields & {COMPANY_ID}}
        names = (column.name for column in wanted if column.name in known)
        return ", ".join(identifier(name) for name in names)

    def _read_changes(self, leads: pa.Table, check: KnownLead | None) -> Sifted:
        self._tell(CHANGES, 1)
        source = self._sources[CHANGES]
        cells = {COMPANY_ID: Cell.KEY} | {
            name: attribute_cell(name, self._attributes) for name in self._attributes
        }
        lead_id, field, value, known_at = found_columns(source, wanted_changes(key_of(leads)))
        value = reading_by_field(value, cells, is_comma_certain=source.is_comma_certain)
        sifted = sift(source, [lead_id, field, value, known_at], self._workspace, check=check)
        needed = f"{FIELD} IN ({', '.join(literal(name) for name in cells)})"
        return replace(sifted, open=lambda connection: sifted.open(connection).filter(needed))

    def _read_touchpoints(self, leads: pa.Table, check: KnownLead | None) -> Sifted:
        self._tell(TOUCHPOINTS, len(self._sources) - 1)
        source = self._sources[TOUCHPOINTS]
        columns = found_columns(source, wanted_touchpoints(self._properties, key_of(leads)))
        return sift(source, columns, self._workspace, check=check)


def sorted_by_lead(table: pa.Table, connection: Connection) -> pa.Table:
    """The table in the order of lead ids; as it is when it has that order already."""
    ids = table[LEAD_ID].combine_chunks()
    if len(ids) < 2 or pc.all(pc.less(ids[:-1], ids[1:])).as_py():
        return table
    return connection.from_arrow(table).order(LEAD_ID).to_arrow_table()
