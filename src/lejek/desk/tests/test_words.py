"""How values are said in the language of the page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadscore.conditions import Comparison, Operator
from leadscore.language import condition_text
from lejek.capture.models import Touchpoint
from lejek.desk.words import Words

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


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


@pytest.mark.parametrize(("lang", "said"), [("pl", "cennik"), ("en", "pricing")])
def test_a_kind_of_page_is_called_alike_where_it_happened_and_in_a_rule(
    lang: str, said: str
) -> None:
    category = Comparison("page.category", Operator.EQ, "pricing")
    seen = Touchpoint(type="page_view", properties={"page.category": "pricing"}, occurred_at=NOW)
    assert Words(lang).signal(seen).detail == said
    assert condition_text(category, lang).endswith(f" {said}")
