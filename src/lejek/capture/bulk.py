"""Many facts written at once.

In: rows of values. Out: rows of a table. Made for append-only tables with rows by the hundred
thousand, where a model instance and a compiled statement for each would be most of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

_SQL = "INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING"


def insert_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows of values in the order of `names`; one whose key is there already is passed over.

    Columns that are not named keep the default of the database, which Django does not set.
    """
    by_name = {field.name: field for field in model._meta.concrete_fields}  # noqa: SLF001 - public
    fields = [by_name[name] for name in names]
    quote = connection.ops.quote_name
    statement = _SQL.format(
        table=quote(model._meta.db_table),  # noqa: SLF001 - Django's public name
        columns=", ".join(quote(str(field.column)) for field in fields),
        places=", ".join(["%s"] * len(fields)),
    )
    prepare = [field.get_db_prep_save for field in fields]
    values = [
        tuple(into(value, connection) for into, value in zip(prepare, row, strict=True))
        for row in rows
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)
