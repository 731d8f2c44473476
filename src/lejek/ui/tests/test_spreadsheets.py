"""Nothing in a file that we write runs in a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import pytest

from lejek.ui.spreadsheets import as_it_was, harmless


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "=cmd|'/c calc'!A1", "@SUM(A1)", "+A1", "-1+cmd", "\tx", "\rx", "\t=1"),
        *("+48-600-100-200", "-2/3"),
    ],
)
def test_what_would_be_computed_is_disarmed_and_can_be_told_as_it_was(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert as_it_was(harmless(text)) == text


@pytest.mark.parametrize(
    "text", ["", "Anna", "-12,5", "-3", "+48600100200", "+48 600 100 200", "12-5", "1=1", "'80"]
)
def test_texts_and_numbers_stay_as_they_are(text: str) -> None:
    assert harmless(text) == as_it_was(text) == text
