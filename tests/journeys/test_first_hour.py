"""The first hour of a new user, in a real browser, in both languages.

From the list to a named lead and why it is hot; a changed rule, its preview, a publication and its
rollback; an own file imported and undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.serving import CHROMIUM, WAIT_MS, browser, served, visitor, watched

WORDS = {
    "en": {"why": "Score", "save": "Save in the draft", "published": "scores now"},
    "pl": {"why": "Wynik", "save": "Zapisz", "published": "teraz"},
}
expect.set_options(timeout=WAIT_MS)
PREVIEW_MS = 180_000
"""A preview scores everybody a dozen times over, and the machine may be busy."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A served demo, stopped afterwards."""
    with served("demo", tmp_path_factory.mktemp("home"), "--no-browser") as base:
        yield base


@pytest.fixture(params=["en", "pl"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(address: str, language: str) -> Iterator[Page]:
    """A page whose console and requests are watched: no error, no other host."""
    with browser() as started:
        opened = visitor(started, address, language).new_page()
        said = watched(opened, address)
        yield opened
    assert said == []


def _as(page: Page, role: str) -> None:
    page.goto("/")
    page.locator(f'button[name="role"][value="{role}"]').click()
    page.wait_for_load_state()


def test_from_the_list_to_a_lead_and_why(page: Page, language: str) -> None:
    _as(page, "sales")
    rows = page.locator("tr[data-row-link]")
    expect(rows.first).to_be_visible()
    name = rows.first.locator("a").inner_text()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("#score")).to_have_text(WORDS[language]["why"])
    expect(page.locator("tfoot").first).to_be_visible()
    accept = page.locator('button[name="verdict"][value="accept"]')
    if not accept.is_visible():  # another verdict on the same lead is asked for explicitly
        page.locator("details", has=accept).locator("summary").click()
    accept.click()
    expect(page.locator(".alert").first).to_be_visible()


def test_a_changed_rule_is_previewed_published_and_rolled_back(page: Page, language: str) -> None:
    _as(page, "marketing")
    page.goto("/models/editor/rules/demo/")
    points = page.locator("#points")
    before = points.input_value()
    points.fill("30" if before != "30" else "31")
    page.locator("#rule-form .btn-primary").click()
    page.wait_for_url("**/models/editor/**")
    page.goto("/models/preview/")
    start = page.locator("main form button.btn-primary")
    if start.count():
        start.first.click()
    expect(page.locator("main table").first).to_be_visible(timeout=PREVIEW_MS)
    page.goto("/models/publish/")
    page.locator("#note").fill(f"Demo counts more ({language})")
    page.locator("main form .btn-primary").click()
    page.goto("/models/")
    expect(page.get_by_text(f"Demo counts more ({language})").first).to_be_visible()
    page.goto("/models/versions/1/roll-back/")
    page.locator("main form button[class*=btn-]").first.click()
    page.goto("/models/versions/1/")
    expect(page.get_by_text(WORDS[language]["published"]).first).to_be_visible()


def test_an_own_file_is_imported_and_undone(page: Page, language: str, tmp_path: Path) -> None:
    _as(page, "marketing")
    mail = f"zofia.{language}@nowa-firma.example"
    file = tmp_path / f"leady-{language}.csv"
    header, row = "Imię;Nazwisko;E-mail;Firma;Stanowisko", f"Zofia;Łącka;{mail};Nowa Firma;Prezes"
    file.write_bytes(f"{header}\r\n{row}\r\n".encode("cp1250"))
    page.goto("/imports/new/")
    page.locator('input[type="file"]').set_input_files(file)
    page.locator("main form .btn-primary").first.click()
    page.wait_for_url("**/columns/**")
    page.locator("main form .btn-primary").first.click()
    page.wait_for_url("**/check/**")
    button = page.locator("main form .btn-primary").first
    expect(button).to_be_visible()
    button.click()
    expect(page.locator('a[href$="/undo/"]').first).to_be_visible()
    assert _found(page, "Łącka") == 1
    page.goto("/imports/")
    page.locator('main a[href^="/imports/"]').filter(has_text=file.name).first.click()
    page.locator('a[href$="/undo/"]').first.click()
    page.locator("main form button[class*=btn-]").first.click()
    page.wait_for_load_state()
    assert _found(page, "Łącka", wanted=0) == 0


def _found(page: Page, name: str, wanted: int = 1) -> int:
    """How many leads of that name are listed, once the worker has had time for it."""
    listed = -1
    for _ in range(60):
        page.goto(f"/?q={name}")
        listed = page.locator("tr[data-row-link]").count()
        if listed == wanted:
            break
        page.wait_for_timeout(500)
    return listed
