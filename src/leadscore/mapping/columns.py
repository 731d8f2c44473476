"""Arrow columns as the mapping handles them.

The stubs of pyarrow distinguish some fifty array types; here a column is a column, and what it
holds is said by the function that makes it.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    Array: TypeAlias = pa.Array[Any]
else:
    # At run time pyarrow's arrays take no parameter.
    Array = pa.Array

compute: Any = pc

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

INSTANT: pa.DataType = pa.timestamp("us", tz="UTC")


def words_of(texts: list[str]) -> Array:
    """A column of texts."""
    return pa.array(texts, pa.string())


def whole_numbers(column: Array) -> Ints:
    """A column of whole numbers without nulls, for numpy."""
    return np.asarray(column.to_numpy(zero_copy_only=False), np.int64)


def flags(column: Array) -> Flags:
    """A column of truths, for numpy; a null is false."""
    return np.asarray(compute.fill_null(column, False).to_numpy(zero_copy_only=False), np.bool_)


def rows_at(places: Ints) -> Array:
    """Row numbers as `take` wants them."""
    return pa.array(places, pa.int64())


def in_order(table: pa.Table, places: Ints) -> pa.Table:
    """The rows of a table at these places."""
    return table.take(pa.array(places, pa.int64()))
