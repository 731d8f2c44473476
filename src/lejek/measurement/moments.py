"""Moments as whole seconds, computed by the database: no row of a big table becomes an object.

In: columns of moments. Out: expressions for SQLite and PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, DateTimeField, Func
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

from lejek.measurement.columns import Integers

DAY = 86_400
Sql = tuple[str, Any]


class Seconds(Func):
    """A moment as whole seconds since 1970, UTC."""

    output_field = BigIntegerField()

    def as_sqlite(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        **extra_context: Any,  # noqa: ANN401 - as Django has it
    ) -> Sql:
        """SQLite keeps moments as text in UTC."""
        template = "unixepoch(%(expressions)s)"
        return self.as_sql(compiler, connection, template=template, **extra_context)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        """PostgreSQL rounds when it casts, so the fraction is cut off first."""
        template = "FLOOR(DATE_PART('epoch', %(expressions)s))::bigint"
        return self.as_sql(compiler, connection, template=template)


def end_of_day(moments: Integers, *, days: int) -> Integers:
    """What EndOfDay gives, in seconds since 1970."""
    return (moments // DAY + days + 1) * DAY


class EndOfDay(Func):
    """The midnight (UTC) that ends the nth full day after a moment's own day."""

    output_field = DateTimeField()

    def __init__(self, moment: Combinable, *, days: int) -> None:
        super().__init__(moment)
        self._n_midnights = days + 1

    def as_sqlite(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        **extra_context: Any,  # noqa: ANN401 - as Django has it
    ) -> Sql:
        """Written as Django writes moments, so that text compares as moments do."""
        template = f"datetime(%(expressions)s, 'start of day', '+{self._n_midnights} days')"
        return self.as_sql(compiler, connection, template=template, **extra_context)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        """Days are cut in UTC whatever the zone of the connection."""
        template = (
            "((date_trunc('day', %(expressions)s AT TIME ZONE 'UTC') "
            f"+ interval '{self._n_midnights} days') AT TIME ZONE 'UTC')"
        )
        return self.as_sql(compiler, connection, template=template)
