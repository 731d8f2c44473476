"""Many rows written at once.

In: rows of values, or records. Out: rows of a table. Made for files with rows by the million, where
a compiled statement and Django's preparation of each value would be most of the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection, models

_Value = Any
_Into = Callable[[_Value], _Value]
_INSERT = "INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING"
_UPDATE = "UPDATE {table} SET {columns} WHERE {key} = %s"
_COPY = "COPY {table} ({columns}) FROM STDIN"
_NEXT_SQLITE = "SELECT seq FROM sqlite_sequence WHERE name = %s"
_NEXT_POSTGRES = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"


def insert_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[_Value]]
) -> None:
    """Insert rows of values in the order of `names`.

    Columns that are not named keep the default of the database, which Django does not set.
    Raises: IntegrityError for a key that is there already.
    """
    fields = _fields(model, names)
    values = _prepared(fields, rows)
    if connection.vendor == "postgresql":
        _copy(model, fields, values)
    elif values:
        _run_many(_sql(_INSERT.removesuffix(" ON CONFLICT DO NOTHING"), model, fields), values)


def insert_missing(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[_Value]]
) -> None:
    """Insert rows of values; one whose key is there already is passed over."""
    fields = _fields(model, names)
    if values := _prepared(fields, rows):
        _run_many(_sql(_INSERT, model, fields), values)


def insert_records(model: type[models.Model], records: Sequence[models.Model]) -> None:
    """Insert records that have no id yet, in the caller's transaction; they have one afterwards."""
    if not records:
        return
    for record, pk in zip(records, _new_ids(model, len(records)), strict=True):
        record.pk = pk
        record._state.adding = False  # noqa: SLF001 - Django's public name
    names = [field.name for field in _concrete(model)]
    insert_rows(model, names, map(attrgetter(*_attributes(model, names)), records))


def update_records(
    model: type[models.Model], records: Sequence[models.Model], names: Sequence[str] = ()
) -> None:
    """Write columns of records that exist; all columns unless some are named."""
    names = names or [field.name for field in _concrete(model) if not field.primary_key]
    fields = _fields(model, names)
    quote = connection.ops.quote_name
    statement = _UPDATE.format(
        table=quote(_table(model)),
        columns=", ".join(f"{quote(str(field.column))} = %s" for field in fields),
        key=quote("id"),
    )
    key = _fields(model, ["id"])
    rows = map(attrgetter(*_attributes(model, [*names, "id"])), records)
    if values := _prepared([*fields, *key], rows):
        _run_many(statement, values)


def _new_ids(model: type[models.Model], n_ids: int) -> list[int]:
    """Ids that nobody has and nobody else gets.

    On SQLite only one transaction writes at a time; what it inserts moves the sequence on.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_NEXT_POSTGRES, [_table(model), "id", n_ids])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute(_NEXT_SQLITE, [_table(model)])
        row = cursor.fetchone()
    first = 1 + (int(row[0]) if row else 0)
    return list(range(first, first + n_ids))


def _concrete(model: type[models.Model]) -> Sequence[models.Field[Any, Any]]:
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's public name
    return [field for field in fields if not field.generated]


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 - Django's public name


def _fields(model: type[models.Model], names: Sequence[str]) -> list[models.Field[Any, Any]]:
    by_name = {field.name: field for field in _concrete(model)}
    return [by_name[name] for name in names]


def _attributes(model: type[models.Model], names: Sequence[str]) -> list[str]:
    return [field.attname for field in _fields(model, names)]


def _sql(template: str, model: type[models.Model], fields: Sequence[models.Field[Any, Any]]) -> str:
    quote = connection.ops.quote_name
    return template.format(
        table=quote(_table(model)),
        columns=", ".join(quote(str(field.column)) for field in fields),
        places=", ".join(["%s"] * len(fields)),
    )


def _run_many(statement: str, values: Sequence[Sequence[_Value]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _copy(
    model: type[models.Model],
    fields: Sequence[models.Field[Any, Any]],
    values: Sequence[Sequence[_Value]],
) -> None:
    if not values:
        return
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(_sql(_COPY, model, fields)) as copy,
    ):
        for row in values:
            copy.write_row(row)


# Values as the drivers take them ---------------------------------------------------------------


def _prepared(
    fields: Sequence[models.Field[Any, Any]], rows: Iterable[Sequence[_Value]]
) -> list[list[_Value]]:
    """Rows as lists of what the driver takes."""
    found = [list(row) for row in rows]
    for place, field in enumerate(fields):
        if (into := _into(field)) is not None:
            for row in found:
                if (value := row[place]) is not None:
                    row[place] = into(value)
    return found


def _into(field: models.Field[Any, Any]) -> _Into | None:
    """How a value of a field is written; None where the driver takes it as it is."""
    if isinstance(field, models.ForeignKey):
        return _into(field.target_field)
    if isinstance(field, models.JSONField):
        return json.dumps
    if connection.vendor != "sqlite":
        return None
    if isinstance(field, models.DateTimeField):
        return _moment_text
    if isinstance(field, models.UUIDField):
        return attrgetter("hex")
    return None


@lru_cache(maxsize=1000)
def _moment_text(moment: datetime) -> str:
    """A moment as Django writes it into SQLite."""
    return str(moment.astimezone(UTC).replace(tzinfo=None))
