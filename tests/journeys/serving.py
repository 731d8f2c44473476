"""A served Lejek and a watched browser, for whole journeys."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from lejek.kernel.tests.ports import kept_port
from lejek.kernel.tests.stores import SERVER, own_database

LANGUAGES = ("pl",) if SERVER else ("en", "pl")
"""On a server once is enough: what is read there does not depend on the store."""
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT_MS = 60_000
expect.set_options(timeout=WAIT_MS)
N_ATTEMPTS = 480
_LEFT = ("htmx:sendAbort", "htmx:afterRequest")
"""What htmx says of a question that was on its way when somebody left the page."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a program that keeps everything in `home`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LEJEK_")}
    return {**kept, "LEJEK_HOME": str(home), **more}


def lejek(home: Path, *words: str, typed: str = "", **more: str) -> None:
    """Let a command of `lejek` do its work."""
    command = [sys.executable, "-m", "lejek", *words]
    variables = environment(home, **more)
    subprocess.run(command, env=variables, input=typed, text=True, check=True, capture_output=True)


def told(program: str, home: Path, *words: str, **more: str) -> str:
    """What a small program says that uses the product."""
    variables = environment(home, DJANGO_SETTINGS_MODULE="lejek.config.settings", **more)
    command = [sys.executable, "-c", program, *words]
    ended = subprocess.run(command, env=variables, text=True, check=True, stdout=subprocess.PIPE)
    return ended.stdout


_MAKE_UP = """
import django
django.setup()
from lejek.cli.demo import load_when_empty
load_when_empty(None, print)
"""


@contextmanager
def demo(home: Path) -> Iterator[str]:
    """The address of `lejek demo`; on a server, where it never goes, of the same company there."""
    if not SERVER:
        with served("demo", home, "--no-browser") as address:
            yield address
        return
    with own_database() as database:
        there = {"LEJEK_DATABASE_URL": database, "LEJEK_DEMO": "1"}
        lejek(home, "migrate", **there)
        told(_MAKE_UP, home, **there)
        with served("serve", home, **there) as address:
            yield address


@contextmanager
def served(
    command: str, home: Path, *options: str, log: str = "said", **more: str
) -> Iterator[str]:
    """The address of `lejek demo` or `lejek serve`, which is stopped afterwards.

    What it says, its mail too, goes into the file `log` in its home.
    """
    printing = environment(
        home, LEJEK_EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend", **more
    )
    said = home / log
    with kept_port() as port, said.open("w") as heard:
        base = f"http://127.0.0.1:{port}"
        words = [sys.executable, "-m", "lejek", command, f"--port={port}", *options]
        started = subprocess.Popen(words, env=printing, stdout=heard, stderr=heard)
        try:
            _wait_until_up(base, started, said)
            yield base
        finally:
            started.terminate()
            started.wait(timeout=120)


def _wait_until_up(base: str, started: subprocess.Popen[bytes], said: Path) -> None:
    """Wait as a person does: until its address is said, and then until it answers."""
    for _ in range(N_ATTEMPTS):
        assert started.poll() is None, said.read_text()
        if base in said.read_text(errors="replace") and _is_ready(base):
            return
        time.sleep(0.5)
    raise AssertionError(said.read_text())


def _is_ready(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/health/readyz", timeout=30):  # noqa: S310 - our own
            return True
    except OSError:
        return False


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


def visitor(
    started: Browser,
    address: str,
    language: str,
    cookies: Mapping[str, str] | None = None,
    *,
    has_scripts: bool = True,
    size: Sequence[int] = (1280, 900),
) -> BrowserContext:
    """Somebody who reads pages in a language."""
    context = started.new_context(
        viewport={"width": size[0], "height": size[1]},
        base_url=address,
        java_script_enabled=has_scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT_MS)
    wanted = {"django_language": language, **(cookies or {})}
    context.add_cookies([{"name": n, "value": v, "url": address} for n, v in wanted.items()])
    return context


def watched(page: Page, address: str) -> list[str]:
    """What goes wrong on a page from now on: its errors, and requests to any other host."""
    said: list[str] = []

    def look(url: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            said.append(f"request to {url}")

    def hear(each: ConsoleMessage) -> None:
        if each.type == "error" and not each.text.startswith(_LEFT):
            said.append(each.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda each: look(each.url))
    return said
