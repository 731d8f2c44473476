"""How values are said in the language of the page."""

from __future__ import annotations

import pytest

from lejek.desk.words import Words


@pytest.mark.parametrize(
    ("lang", "value", "said"),
    [
        ("en", 120000.0, "120,000"),
        ("en", 12.5, "12.5"),
        ("pl", 12.5, "12,5"),
        ("pl", 120000.0, "120\N{NO-BREAK SPACE}000"),
        ("pl", 0, "0"),
        ("pl", None, "–"),
    ],
)
def test_a_number_is_written_as_people_write_it(lang: str, value: float | None, said: str) -> None:
    assert Words(lang).value("bant.budget", value) == said
