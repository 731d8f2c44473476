"""Whole columns of numbers out of the database: no row of a big table becomes an object.

In: rows and the numbers that are wanted of each. Out: one array a column.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, BigIntegerField, F, Func, Model, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

Integers = npt.NDArray[np.int64]


class Line(Func):
    """Whole numbers of a row, none of them null, one after the other."""

    function = "FORMAT"
    output_field = TextField()

    def __init__(self, *numbers: Combinable | str) -> None:
        super().__init__(Value(",".join("%s" for _ in numbers)), *numbers)


class _Listed(Aggregate):
    """The lines of all rows, one after the other."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ',')"
    output_field = TextField()

    def as_sqlite(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        **extra_context: Any,  # noqa: ANN401 - as Django has it
    ) -> tuple[str, Any]:
        """The name that it has had here from the beginning."""
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **extra_context)


class Member(Func):
    """A whole number that a JSON object has under a name; null where it has none."""

    output_field = BigIntegerField()

    def __init__(self, column: str, name: str) -> None:
        super().__init__(F(column), Value(name))

    def as_sqlite(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        **extra_context: Any,  # noqa: ANN401 - as Django has it
    ) -> tuple[str, Any]:
        """A name alone is a path here."""
        template = "(%(expressions)s)"
        return self.as_sql(
            compiler, connection, template=template, arg_joiner=" ->> ", **extra_context
        )

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, Any]:
        """What is taken out of the object is text."""
        template = "((%(expressions)s)::bigint)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" ->> ")


def columns(rows: QuerySet[Model], line: str, *, width: int) -> Integers:
    """The numbers of the rows, an array a column, in whatever order the rows come.

    `line` names an annotation that is a Line of so many numbers.
    Queries: one.
    """
    listed = rows.aggregate(listed=_Listed(line))["listed"]
    return np.fromstring(listed or "", dtype=np.int64, sep=",").reshape(-1, width).T
