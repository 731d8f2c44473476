"""Rows of the product's database as Arrow tables, through ADBC.

In: an address. Out: tables of one consistent snapshot. It is only read, whatever a driver can do.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

import pyarrow as pa

_ROWS_IN_BATCH = 65_536


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is: `sqlite` with a path, or `postgresql` with a URI."""

    kind: str
    place: str

    @classmethod
    def of(cls, data: dict[str, str]) -> Self:
        """The address from plain values."""
        return cls(data["kind"], data["place"])


class Snapshot:
    """One consistent state of the database, to be read as often as one likes."""

    def __init__(self, connection: Any, kind: str) -> None:  # noqa: ANN401 - drivers differ
        self._connection, self.kind = connection, kind

    def read(self, query: str, *, numbers: Container[str] = ()) -> pa.Table:
        """The rows of a query; without any, columns are text but for the named numbers.

        On SQLite the type of a column is that of its first rows: a text column must not begin with
        many missing values, so queries put an empty text in their place.
        """
        with self._connection.cursor() as cursor:
            if self.kind == "sqlite":
                cursor.adbc_statement.set_options(
                    **{"adbc.sqlite.query.batch_rows": str(_ROWS_IN_BATCH)}
                )
            cursor.execute(query)
            table: pa.Table = cursor.fetch_arrow_table()
        if table.num_rows or self.kind != "sqlite":
            return table
        kinds = [(n, pa.int64() if n in numbers else pa.string()) for n in table.column_names]
        return pa.schema(kinds).empty_table()

    def as_text(self, column: str) -> str:
        """SQL of a JSON column, or of an id, as text."""
        return f"{column}::text" if self.kind == "postgresql" else column


@contextmanager
def snapshot(address: Address) -> Iterator[Snapshot]:
    """A snapshot of the database.

    Raises: ValueError for a kind of database that is not known here.
    """
    connection = _connection(address)
    try:
        yield Snapshot(connection, address.kind)
    finally:
        connection.close()


def _connection(address: Address) -> Any:  # noqa: ANN401 - drivers differ
    if address.kind == "sqlite":
        import adbc_driver_sqlite.dbapi as sqlite  # noqa: PLC0415 - only where it is needed

        # A connection that may write would also tidy the write-ahead log up when it closes.
        return sqlite.connect(f"file:{quote(address.place)}?mode=ro")
    if address.kind == "postgresql":
        import adbc_driver_postgresql.dbapi as postgresql  # noqa: PLC0415 - only where needed

        connection = postgresql.connect(address.place)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return connection
    raise ValueError(f"database {address.kind!r}; accepted: sqlite, postgresql")
