"""Every page that links lead to, as every role, in both languages: sound for everybody.

Each is opened in Chromium: axe finds nothing serious (in Polish by day, in English at night),
nothing is wider than a phone, no text is untranslated, the console is quiet and no other host is
asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lejek.people.models import Role
from tests.journeys.serving import CHROMIUM, browser, served, visitor, watched
from tests.journeys.soundness import USUAL, faults
from tests.journeys.walking import Found, signed_in, walk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.embedded,
    pytest.mark.xdist_group("every-page"),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]

N_LEADS = 120
ROLES = (Role.ADMINISTRATOR, Role.MARKETING, Role.MANAGER, Role.SALES, Role.AUDITOR)
"""Who sees most comes first: what a page shows to others is then rarely new."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A served demo: its address, and a session in each role."""

    address: str
    sessions: dict[str, str]

    def walked(self, role: str, language: str) -> list[Found]:
        """Everything that links lead to in a role."""
        cookies = {"sessionid": self.sessions[role], "django_language": language}
        return walk(self.address, cookies)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("every-page")
    options = ("--no-browser", f"--leads={N_LEADS}")
    with served("demo", home, *options, LEJEK_WEBHOOK_HOSTS="127.0.0.1") as address:
        sessions = signed_in(home / "demo")
        cookies = {"sessionid": sessions[Role.ADMINISTRATOR]}
        page = visitor(chromium, address, "en", cookies).new_page()
        _publish_and_begin_a_draft(page)
        _import_and_begin_to_import(page, home)
        _make_a_key(page)
        _add_a_webhook(page)
        page.context.close()
        yield Demo(address, sessions)


def _publish_and_begin_a_draft(page: Page) -> None:
    """Two versions and a draft: pages that there are only then can be reached."""
    for points in ("30", "31"):
        page.goto("/models/editor/rules/demo/")
        page.locator("#points").fill(points)
        page.locator("#rule-form .btn-primary").click()
        page.wait_for_url("**/models/editor/**")
        if points == "30":
            page.goto("/models/publish/")
            page.locator("#note").fill("Demo counts more")
            page.locator("main form .btn-primary").click()
            page.wait_for_url(lambda url: "publish" not in url)


def _import_and_begin_to_import(page: Page, home: Path) -> None:
    """A file that was taken in, one that was checked, and one whose columns are asked for."""
    for number in range(3):
        file = home / f"leady-{number}.csv"
        row = f"Zofia;Łącka;zofia{number}@nowa-firma.example;Nowa Firma;Prezes\r\n;;;;\r\n"
        header = "Leady z targów;;;;\r\n\r\nImię;Nazwisko;E-mail;Firma;Stanowisko\r\n"
        file.write_text(f"{header}{row}", encoding="utf-8")
        page.goto("/imports/new/")
        page.locator('input[type="file"]').set_input_files(file)
        page.locator("main form .btn-primary").first.click()
        page.wait_for_url("**/columns/**")
        if number < 2:
            page.locator("main form .btn-primary").first.click()
            page.wait_for_url("**/check/**")
            expect(page.locator("main form .btn-primary").first).to_be_visible()
        if number < 1:
            page.locator("main form .btn-primary").first.click()
            expect(page.locator('a[href$="/undo/"]').first).to_be_visible()


def _make_a_key(page: Page) -> None:
    page.goto("/settings/keys/")
    page.locator("#key-name").fill("CRM")
    page.locator('input[name="scopes"]').first.check()
    page.locator("main form .btn-primary").click()
    expect(page.locator("main table")).to_be_visible()


def _add_a_webhook(page: Page) -> None:
    """One whose receiver does not answer, with a message that is tried again later."""
    page.goto("/settings/webhooks/new/")
    page.locator("#id_address").fill("http://127.0.0.1:9/hook")
    page.locator('input[name="types"]').first.check()
    page.locator("main form .btn-primary").click()
    expect(page.locator('input[value^="whsec_"]')).to_be_visible()
    page.goto("/settings/webhooks/")
    page.locator("main table a").click()
    page.locator('form[action$="/test/"] button').click()
    expect(page.locator("main table a")).to_be_visible()


THEMES = {"pl": "light", "en": "dark"}


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_page_is_sound(demo: Demo, chromium: Browser, language: str) -> None:
    wrong: dict[str, list[str]] = {}
    shapes: dict[str, frozenset[str]] = {}
    for role in ROLES:
        found = demo.walked(role, language)
        wrong |= {f"{role} {e.url}": [f"answers {e.status}"] for e in found if e.status != 200}
        pages = [each for each in found if each.is_page and _is_news(each, shapes)]
        wrong |= _looked_at(demo, chromium, role, language, pages)
    lines = [f"{where}: {fault}" for where, said in wrong.items() for fault in said]
    assert not lines, "\n".join(lines)


def _is_news(found: Found, shapes: dict[str, frozenset[str]]) -> bool:
    """Whether a page holds an element of a kind that was not seen on its like before."""
    kind = found.kind.partition("?")[0]
    known = shapes.get(kind)
    shapes[kind] = found.shape | (known or frozenset())
    return known is None or not found.shape <= known


def _looked_at(
    demo: Demo, chromium: Browser, role: str, language: str, pages: list[Found]
) -> dict[str, list[str]]:
    """What is wrong with each page, by role and address."""
    cookies = {"sessionid": demo.sessions[role]}
    context = visitor(chromium, demo.address, language, cookies)
    page = context.new_page()
    said = watched(page, demo.address)
    wrong = {}
    for each in pages:
        said.clear()
        page.set_viewport_size(USUAL)
        page.goto(each.url)
        wrong[f"{role} {each.url}"] = [*faults(page, language, THEMES[language]), *said]
    context.close()
    return wrong


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desk", "telephone"])
def test_pages_read_without_scripts(demo: Demo, chromium: Browser, size: tuple[int, int]) -> None:
    """Without JavaScript there is a menu, lists have rows, filters filter, and leads explain."""
    cookies = {"sessionid": demo.sessions[Role.SALES]}
    context = visitor(chromium, demo.address, "pl", cookies, has_scripts=False, size=size)
    page = context.new_page()
    page.goto("/")
    expect(page.locator("header nav a").first).to_be_visible()
    rows = page.locator("tr[data-row-link]")
    expect(rows.first).to_be_visible()
    name = rows.first.locator("a").first.inner_text()
    page.locator("#q").fill(name)
    page.locator("#q").press("Enter")
    expect(page.locator("tr[data-row-link]").first).to_contain_text(name)
    page.locator("tr[data-row-link] a").first.click()
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator("tfoot").first).to_be_visible()
    for url in ("/bands/", "/models/", "/models/editor/", "/definitions/", "/help/"):
        page.goto(url)
        expect(page.locator("main h1")).to_be_visible()
        assert len(page.locator("main").inner_text()) > 200, url
    context.close()
