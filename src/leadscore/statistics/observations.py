"""Arrays as they come in, checked and in the types that the figures are computed with."""

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Numbers = Integers | Floats


def as_flags(values: npt.ArrayLike, name: str) -> Flags:
    """One truth per lead, from booleans or from 0 and 1."""
    array = _one_column(values, name)
    if array.dtype != np.bool_ and array.size and not bool(np.isin(array, (0, 1)).all()):
        raise ValueError(f"{name}: found values other than true and false (or 1 and 0)")
    return array.astype(np.bool_)


def as_days(values: npt.ArrayLike, name: str = "days") -> Floats:
    """One span per lead, finite and not negative."""
    array = as_numbers(values, name).astype(np.float64)
    if bool((array < 0).any()):
        raise ValueError(f"{name}: found a negative number of days")
    return array


def as_numbers(values: npt.ArrayLike, name: str) -> Numbers:
    """One number per lead; whole numbers stay whole."""
    array = _one_column(values, name)
    if array.size == 0 or array.dtype.kind in "ib":
        return array.astype(np.int64)
    if array.dtype.kind == "u":
        return _signed(array, name)
    if array.dtype.kind != "f":
        raise ValueError(f"{name}: found {array.dtype}, numbers are accepted")
    if not bool(np.isfinite(array).all()):
        raise ValueError(f"{name}: found a missing or infinite number")
    return array.astype(np.float64)


def as_counts(values: npt.ArrayLike, name: str) -> Integers:
    """Whole numbers of leads, none negative."""
    array = as_numbers(values, name)
    if array.dtype.kind == "f" and bool((array != np.floor(array)).any()):
        raise ValueError(f"{name}: found a fraction, a count is a whole number")
    counts = array.astype(np.int64)
    if bool((counts < 0).any()):
        raise ValueError(f"{name}: found a negative count")
    return counts


def same_length(**arrays: npt.NDArray[np.generic]) -> None:
    """Refuses columns of different lengths.

    Raises: ValueError naming each column with its length.
    """
    if len({array.size for array in arrays.values()}) > 1:
        found = ", ".join(f"{name} {array.size}" for name, array in arrays.items())
        raise ValueError(f"columns of one length are accepted, found {found}")


def _one_column(values: npt.ArrayLike, name: str) -> npt.NDArray[np.generic]:
    array: npt.NDArray[np.generic] = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name}: found {array.ndim} dimensions, one column is accepted")
    return array


def _signed(array: npt.NDArray[np.generic], name: str) -> Integers:
    if int(array.max()) > np.iinfo(np.int64).max:
        raise ValueError(f"{name}: found a number beyond 64 bits")
    return array.astype(np.int64)
