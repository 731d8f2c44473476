"""How values look on a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from lejek.ui.templatetags.ui import ago

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "en", "pl"),
    [
        (-5, "less than a minute", "mniej niż minutę"),
        (0, "less than a minute", "mniej niż minutę"),
        (59, "less than a minute", "mniej niż minutę"),
        (60, "1 minute", "1 minuta"),
        (3 * 3600, "3 hours", "3 godziny"),
    ],
)
def test_how_long_ago_is_told_as_people_say_it(seconds: int, en: str, pl: str) -> None:
    moment = NOW - timedelta(seconds=seconds)
    for language, words in (("en", en), ("pl", pl)):
        with translation.override(language):
            assert ago(moment, NOW).replace("\xa0", " ") == words


def test_nothing_is_said_of_no_moment() -> None:
    assert ago(None, NOW) == ""
