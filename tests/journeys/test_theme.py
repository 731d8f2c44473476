"""Light or dark as the system says, in a real browser: at once, and when the system changes."""

from __future__ import annotations

from pathlib import Path

import pytest

import lejek.ui
from tests.journeys.serving import CHROMIUM, WAIT_MS, browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.embedded,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
SCRIPT = Path(str(lejek.ui.__file__)).parent / "static" / "ui" / "theme.js"
_THEME = "document.documentElement.dataset.bsTheme"


def test_a_page_without_a_choice_follows_the_system() -> None:
    with browser() as started:
        page = started.new_context(color_scheme="dark").new_page()
        page.set_content('<!doctype html><html data-bs-theme="light"><title>x</title></html>')
        page.add_script_tag(path=SCRIPT)
        assert page.evaluate(_THEME) == "dark"
        page.emulate_media(color_scheme="light")
        page.wait_for_function(f"{_THEME} === 'light'", timeout=WAIT_MS)
