"""`lejek demo`: a made-up company, on this machine only."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import webbrowser
from collections.abc import Callable
from gettext import gettext as _
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DATABASE = "lejek.sqlite3"

Say = Callable[[str], None]


def prepare_environment(asked: argparse.Namespace) -> str:
    """Name the demo's own home and database, before the settings are read.

    Returns: what is wrong with the wish; empty when nothing is.
    """
    if asked.host not in LOOPBACK:
        complaint = _(
            "lejek demo signs everybody in, so it listens on this machine only, not at %s; "
            "lejek serve serves others."
        )
        return str(complaint % asked.host)
    home = Path(os.environ.get("LEJEK_HOME", "var")) / "demo"
    os.environ["LEJEK_DEMO"] = "1"
    os.environ["LEJEK_HOME"] = str(home.resolve())
    os.environ["LEJEK_HOSTS"] = "localhost,127.0.0.1,[::1]"
    os.environ.pop("LEJEK_DATABASE_URL", None)
    return ""


def throw_away(home: Path) -> None:
    """Remove the demo's database."""
    for end in ("", "-wal", "-shm"):
        (home / (_DATABASE + end)).unlink(missing_ok=True)


def load_when_empty(n_leads: int | None, say: Say) -> None:
    """Write the made-up company into the database, unless it is there already."""
    from lejek.demo import loading, trail  # noqa: PLC0415 - needs Django set up
    from lejek.kernel import clock  # noqa: PLC0415

    if loading.is_loaded():
        say(_("The demo company is there already (lejek demo --reset makes it anew)."))
        return
    say(_("Making up a company with 18 months of leads ..."))
    loading.load(clock.now(), lambda line: say(f"  {line}"), n_leads or loading.N_LEADS)
    trail.write_trail()


def open_browser(url: str) -> None:
    """Open a browser when there is a screen to open it on."""
    has_screen = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if has_screen and sys.stdout.isatty():
        threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()
