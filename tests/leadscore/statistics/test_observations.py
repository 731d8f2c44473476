"""What columns are accepted, and how the others are refused."""

import numpy as np
import numpy.typing as npt
import pytest

from leadscore.statistics.observations import (
    as_counts,
    as_days,
    as_flags,
    as_numbers,
    same_length,
)


def test_truths_may_come_as_booleans_or_as_ones_and_noughts() -> None:
    expected = [True, False, True]
    for given in ([True, False, True], [1, 0, 1], np.array([1.0, 0.0, 1.0])):
        assert as_flags(given, "converted").tolist() == expected


def test_whole_numbers_stay_whole() -> None:
    huge = 2**60 + 1  # not a float64
    for given in (np.array([huge]), np.array([huge], dtype=np.uint64), [huge]):
        assert as_numbers(given, "scores").tolist() == [huge]
        assert as_numbers(given, "scores").dtype == np.int64


def test_empty_columns_are_columns() -> None:
    assert as_flags([], "converted").size == 0
    assert as_days([]).size == 0
    assert as_counts([], "leads").size == 0


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param([0, 2], "other than true and false", id="two is no truth"),
        pytest.param([0.5], "other than true and false", id="half a truth"),
        pytest.param([[True]], "2 dimensions", id="a table"),
    ],
)
def test_what_is_no_truth_is_refused(values: npt.ArrayLike, found: str) -> None:
    with pytest.raises(ValueError, match=f"converted: found .*{found}"):
        as_flags(values, "converted")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param([1.0, float("nan")], "missing or infinite", id="missing"),
        pytest.param([float("inf")], "missing or infinite", id="infinite"),
        pytest.param(["12"], "numbers are accepted", id="text"),
        pytest.param(np.array([2**63], dtype=np.uint64), "64 bits", id="too large"),
        pytest.param(3.0, "0 dimensions", id="one number"),
    ],
)
def test_what_is_no_number_is_refused(values: npt.ArrayLike, found: str) -> None:
    with pytest.raises(ValueError, match=found):
        as_numbers(values, "scores")


def test_negative_days_are_refused() -> None:
    with pytest.raises(ValueError, match="negative number of days"):
        as_days([3, -1])


@pytest.mark.parametrize(("values", "found"), [([1, -1], "negative"), ([0.5], "fraction")])
def test_what_is_no_count_is_refused(values: npt.ArrayLike, found: str) -> None:
    with pytest.raises(ValueError, match=found):
        as_counts(values, "leads")


def test_columns_of_different_lengths_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="found days 2, converted 3"):
        same_length(days=np.zeros(2), converted=np.zeros(3))
