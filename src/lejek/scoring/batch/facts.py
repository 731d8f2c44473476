"""From rows of the product to the facts that the batch engine takes.

In: a snapshot of the database, the fields that models ask for. Out: `Facts` of leadscore. Values
are typed here exactly as `lejek.scoring.facts.typed` types them for one lead: what does not fit
its type is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from leadscore.conditions import FieldType
from leadscore.fields import COMPANY_ID
from leadscore.inputs import Facts, read_facts
from lejek.identity.fields import BUILT_IN, Field, Keeper
from lejek.scoring.batch.database import Snapshot

Fields = Mapping[str, FieldType]

_CONSENT_SPACE = "consent."
_ALIASES = {Keeper.LEAD: "lead", Keeper.CONTACT: "contact", Keeper.COMPANY: "company"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fields that some models ask for together."""

    attributes: Fields
    properties: Fields


class Known:
    """What the database knows of leads, in memory, to be turned into facts of any set of fields."""

    def __init__(self, source: Snapshot, *, stage_changes: pa.Table | None = None) -> None:
        """Read what is known.

        `stage_changes` (lead_id, old, new, at, and n in the order in which they happened) come from
        a later room; with them the history of everything else is read too.
        """
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'UTC'")
        self._keep("lead", _leads(source))
        self._keep("contact", _contacts(source))
        self._keep("company", _companies(source))
        self._keep("consent_change", _consents(source))
        touchpoints = _touchpoints(source)
        self.n_touchpoints = touchpoints.num_rows
        self._connection.register("touchpoint", touchpoints)
        if stage_changes is not None:
            self._keep("attribute_change", _changes(source))
            self._keep("stage_change", stage_changes)
        self._connection.execute(_REFUSED)
        self._connection.execute(_CONSENTS)

    def worked_on(self, as_of: int, finished: Sequence[str]) -> pa.Table:
        """Who was scored and worked on at a moment: lead_id, and owner_id, the owner of today.

        Those in one of the `finished` stages then are left out; needs the history.
        """
        return self._connection.sql(
            _WORKED_ON, params={"as_of": as_of, "finished": list(finished)}
        ).to_arrow_table()

    def refused(self) -> list[int]:
        """Open and closed leads of people who refused to be profiled."""
        rows = self._connection.sql(
            "SELECT lead.id FROM lead JOIN refused USING (contact_id) ORDER BY 1"
        )
        return [row[0] for row in rows.fetchall()]

    def facts(self, wanted: Wanted) -> Facts:
        """What is known now of the open leads."""
        leads = self._table(_leads_query(wanted.attributes, {}) + _OPEN)
        touchpoints = self._table(_touchpoints_query(wanted.properties) + _OPEN)
        return _facts(leads, touchpoints, wanted)

    def facts_then(self, wanted: Wanted) -> Facts:
        """What was known at any moment, of closed leads too; needs the history."""
        fields = {name: number for number, name in enumerate(wanted.attributes)}
        self._connection.execute(_change_of_lead(list(fields)))
        self._connection.execute(_first_values(fields))
        leads = self._table(_leads_query(wanted.attributes, fields))
        changes = self._table(
            "SELECT lead_id, field, nullif(new ->> '$', '') AS value, known_at FROM change_of_lead"
        )
        touchpoints = self._table(_touchpoints_query(wanted.properties))
        return _facts(leads, touchpoints, wanted, changes)

    def close(self) -> None:
        """Give the memory back."""
        self._connection.close()

    def _keep(self, name: str, rows: pa.Table) -> None:
        self._connection.register("rows_to_keep", rows)
        self._connection.execute(f'CREATE TABLE "{name}" AS FROM rows_to_keep')
        self._connection.unregister("rows_to_keep")

    def _table(self, query: str) -> pa.Table:
        return self._connection.sql(query).to_arrow_table()


def _facts(
    leads: pa.Table, touchpoints: pa.Table, wanted: Wanted, changes: pa.Table | None = None
) -> Facts:
    return read_facts(
        leads,
        touchpoints,
        attributes=wanted.attributes,
        properties=wanted.properties,
        attribute_changes=changes,
        check_unknown_leads=False,
    )


# What is read from the database -------------------------------------------------------------


def _columns_of(keeper: Keeper) -> list[str]:
    return [field.column for field in BUILT_IN.values() if field.keeper is keeper and field.column]


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns)


def _leads(source: Snapshot) -> pa.Table:
    closed_at = "COALESCE(closed_at, '')" if source.kind == "sqlite" else "closed_at"
    columns = _listed(_columns_of(Keeper.LEAD))
    return source.read(
        f"SELECT id, contact_id, owner_id, created_at, {closed_at} AS closed_at, {columns} "  # noqa: S608
        "FROM identity_lead",
        numbers=("id", "contact_id", "owner_id"),
    )


def _contacts(source: Snapshot) -> pa.Table:
    columns = _listed(_columns_of(Keeper.CONTACT))
    return source.read(
        f"SELECT id, company_id, {source.as_text('attributes')} AS attributes, {columns} "  # noqa: S608
        "FROM identity_contact",
        numbers=("id", "company_id"),
    )


def _companies(source: Snapshot) -> pa.Table:
    columns = _listed(_columns_of(Keeper.COMPANY))
    return source.read(
        f"SELECT id, {source.as_text('attributes')} AS attributes, {columns} "  # noqa: S608
        "FROM identity_company",
        numbers=("id", "employees", "revenue"),
    )


def _consents(source: Snapshot) -> pa.Table:
    return source.read(
        'SELECT id, contact_id, purpose, is_given, "at" FROM consent_consentchange',
        numbers=("id", "contact_id", "is_given"),
    )


def _touchpoints(source: Snapshot) -> pa.Table:
    return source.read(
        "SELECT contact_id, type, occurred_at, received_at, "  # noqa: S608 - names of our own
        f"{source.as_text('properties')} AS properties FROM capture_touchpoint "
        "WHERE contact_id IS NOT NULL AND NOT is_machine",
        numbers=("contact_id",),
    )


def _changes(source: Snapshot) -> pa.Table:
    old, new = (source.as_text(column) for column in ("old", "new"))
    return source.read(
        "SELECT id, contact_id, company_id, field, known_at, "  # noqa: S608 - names of our own
        f"COALESCE({old}, 'null') AS old, COALESCE({new}, 'null') AS new "
        "FROM identity_attributechange",
        numbers=("id", "contact_id", "company_id"),
    )


# What is made of it in memory ---------------------------------------------------------------

_REFUSED = """
CREATE TABLE refused AS
SELECT contact_id FROM consent_change WHERE purpose = 'profiling'
GROUP BY contact_id HAVING NOT CAST(arg_max(is_given, ("at", id)) AS BOOLEAN)
"""
_CONSENTS = """
CREATE TABLE consent AS
SELECT contact_id, purpose, CAST(arg_max(is_given, ("at", id)) AS BOOLEAN) AS is_given
FROM consent_change GROUP BY contact_id, purpose
"""
_PEOPLE = """
FROM lead JOIN contact ON contact.id = lead.contact_id
LEFT JOIN company ON company.id = contact.company_id
"""
_NOT_REFUSED = " WHERE lead.contact_id NOT IN (FROM refused)"
_OPEN = " AND nullif(CAST(lead.closed_at AS VARCHAR), '') IS NULL"
_WORKED_ON = f"""
WITH moved AS (
  SELECT lead_id, arg_max(new, n) FILTER (WHERE "at" <= $as_of) AS was, arg_min(old, n) AS first
  FROM stage_change GROUP BY lead_id
)
SELECT lead.id AS lead_id, lead.owner_id FROM lead LEFT JOIN moved ON moved.lead_id = lead.id
{_NOT_REFUSED}
AND coalesce(
  epoch_us(TRY_CAST(nullif(CAST(lead.closed_at AS VARCHAR), '') AS TIMESTAMPTZ)) > $as_of, true)
AND NOT list_contains($finished, coalesce(moved.was, moved.first, lead.stage))
"""  # noqa: S608 - our own names
"""The stage at a moment: as the last move before it left it, else as the first move found it."""

_KINDS: Mapping[FieldType, str] = {
    FieldType.TEXT: "CASE WHEN json_type({0}) IN ('VARCHAR', 'BIGINT', 'UBIGINT') "
    "THEN nullif({0} ->> '$', '') END",
    FieldType.NUMBER: "CASE WHEN json_type({0}) IN ('BIGINT', 'UBIGINT', 'DOUBLE') "
    "THEN CASE WHEN isfinite(TRY_CAST({0} ->> '$' AS DOUBLE)) "
    "THEN TRY_CAST({0} ->> '$' AS DOUBLE) END END",
    FieldType.BOOLEAN: "CASE WHEN json_type({0}) = 'BOOLEAN' THEN ({0} ->> '$') = 'true' END",
    FieldType.DATE: "CASE WHEN regexp_full_match({0} ->> '$', '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') "
    "AND json_type({0}) = 'VARCHAR' AND year(TRY_CAST({0} ->> '$' AS DATE)) > 0 "
    "THEN TRY_CAST({0} ->> '$' AS DATE) END",
    FieldType.ANY: "CASE WHEN json_type({0}) NOT IN ('NULL', 'OBJECT', 'ARRAY') "
    "THEN nullif({0} ->> '$', '') END",
}
"""A JSON value as each type: SQL with {0} for the value."""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _member(document: str, name: str) -> str:
    """SQL of one member of a JSON object, whatever its name."""
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return f"json_extract(CAST({document} AS JSON), {_literal(pointer)})"


def _current(name: str) -> str:
    """SQL of the current value of an attribute, as JSON."""
    field: Field | None = BUILT_IN.get(name)
    if field is None or not field.column:
        record = "company" if name.startswith("company.") else "contact"
        return _member(f"{record}.attributes", name)
    if field.keeper is Keeper.CONSENT:
        return (
            "(SELECT to_json(is_given) FROM consent WHERE consent.contact_id = contact.id "  # noqa: S608
            f"AND purpose = {_literal(field.column)})"
        )
    return f"to_json({_ALIASES[field.keeper]}.{field.column})"


def _leads_query(attributes: Fields, first: Mapping[str, int]) -> str:
    """Leads with their attributes; `first` numbers the fields whose first values are known."""
    columns = ["lead.id AS lead_id", f'CAST(contact.company_id AS VARCHAR) AS "{COMPANY_ID}"']
    if first:
        columns.append("CAST(lead.created_at AS TIMESTAMP) AS known_at")
    for name, kind in attributes.items():
        if name == COMPANY_ID:
            continue
        now = _KINDS[kind].format(_current(name))
        if name in first:
            then = f"first_value.o{first[name]}"
            now = f"CASE WHEN {then} IS NOT NULL THEN {_KINDS[kind].format(then)} ELSE {now} END"
        columns.append(f"{now} AS {_quoted(name)}")
    joined = "LEFT JOIN first_value ON first_value.lead_id = lead.id" if first else ""
    return f"SELECT {_listed(columns)} {_PEOPLE} {joined}{_NOT_REFUSED}"


def _touchpoints_query(properties: Fields) -> str:
    columns = [
        "lead.id AS lead_id",
        "touchpoint.type",
        "CAST(touchpoint.occurred_at AS TIMESTAMP) AS occurred_at",
        "CAST(touchpoint.received_at AS TIMESTAMP) AS received_at",
        *(
            f"{_KINDS[kind].format(_member('touchpoint.properties', name))} AS {_quoted(name)}"
            for name, kind in properties.items()
        ),
    ]
    return (
        f"SELECT {_listed(columns)} FROM touchpoint "  # noqa: S608
        f"JOIN lead ON lead.contact_id = touchpoint.contact_id{_NOT_REFUSED}"
    )


def _change_of_lead(fields: Sequence[str]) -> str:
    """Changes of contacts, companies, consents and stages as changes of their leads."""
    wanted = _listed([_literal(name) for name in fields]) or "''"
    return f"""
    CREATE OR REPLACE TEMP TABLE change_of_lead AS
    SELECT lead.id AS lead_id, change.field, CAST(change.old AS JSON) AS old,
      CAST(change.new AS JSON) AS new, CAST(change.known_at AS TIMESTAMP) AS known_at, change.id
    FROM attribute_change change JOIN lead ON lead.contact_id = change.contact_id
    WHERE change.field IN ({wanted})
    UNION ALL
    SELECT lead.id, change.field, CAST(change.old AS JSON), CAST(change.new AS JSON),
      CAST(change.known_at AS TIMESTAMP), change.id
    FROM attribute_change change JOIN contact ON contact.company_id = change.company_id
    JOIN lead ON lead.contact_id = contact.id WHERE change.field IN ({wanted})
    UNION ALL
    SELECT lead.id, {_literal(_CONSENT_SPACE)} || purpose, CAST('null' AS JSON),
      to_json(CAST(is_given AS BOOLEAN)), CAST("at" AS TIMESTAMP), change.id
    FROM consent_change change JOIN lead USING (contact_id)
    WHERE {_literal(_CONSENT_SPACE)} || purpose IN ({wanted})
    UNION ALL
    SELECT lead_id, 'stage', to_json(old), to_json(new), make_timestamp("at"),
      n FROM stage_change WHERE 'stage' IN ({wanted})
    """  # noqa: S608 - names of fields, quoted


def _first_values(fields: Mapping[str, int]) -> str:
    """What a field was before its first change: today's value was not known then."""
    pivoted = [
        f"arg_min(old, (known_at, id)) FILTER (WHERE field = {_literal(name)}) AS o{number}"
        for name, number in fields.items()
    ]
    return (
        "CREATE OR REPLACE TEMP TABLE first_value AS "  # noqa: S608 - names of fields, quoted
        f"SELECT {_listed(['lead_id', *pivoted])} FROM change_of_lead GROUP BY lead_id"
    )
