"""Numbers that addresses and forms send."""

from __future__ import annotations

import pytest

from lejek.ui.numbers import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("017", 17),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        (" 1", None),
        ("²", None),
        ("٣", None),
    ],
)
def test_a_whole_number_is_plain_digits_that_a_column_can_hold(
    text: str, number: int | None
) -> None:
    assert whole_number(text) == number
