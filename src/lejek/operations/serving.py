"""The supervisor of `lejek serve`: one process for pages, one worker; both are kept running.

In: an address. Out: the product at that address, until Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

Say = Callable[[str], None]

THREADS = 24
STOP_SECONDS = 8.0
_LOOK_SECONDS = 0.2
_BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_STEADY_SECONDS = 60.0
"""A child that ran so long before it died starts anew without a wait."""
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """A process that is started again when it dies."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    not_before: float = 0.0
    n_deaths: int = 0

    def keep_running(self, say: Say) -> None:
        """Start the process when it is not running and its wait is over."""
        if self.process is not None:
            status = self.process.poll()
            if status is None:
                return
            # What it started may have outlived it, and hold the address.
            self.kill()
            self.process = None
            self._note_death(status, say)
        if time.monotonic() >= self.not_before:
            self.start()

    def start(self) -> None:
        """Start the process, in a group of its own so that Ctrl-C reaches only the supervisor."""
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_the_supervisor,  # noqa: PLW1509 - the supervisor has one thread
        )
        self.started_at = time.monotonic()

    def _note_death(self, status: int, say: Say) -> None:
        if time.monotonic() - self.started_at > _STEADY_SECONDS:
            self.n_deaths = 0
        wait = _BACKOFF_SECONDS[min(self.n_deaths, len(_BACKOFF_SECONDS) - 1)]
        self.n_deaths += 1
        self.not_before = time.monotonic() + wait
        say(
            _("The %(name)s process ended (%(how)s); starting it anew in %(seconds)g s.")
            % {"name": self.name, "how": _in_words(status), "seconds": wait}
        )

    def ask_to_end(self) -> None:
        """Ask the process to end; it ends what it started."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """Kill the process and all that it started; nothing when they are gone."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def is_running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None


def _in_words(status: int) -> str:
    if status >= 0:
        return _("status %d") % status
    return signal.Signals(-status).name


def _die_with_the_supervisor() -> None:
    """Between fork and exec: let the kernel stop the child when the supervisor is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Supervisor:
    """Keeps children running until told to stop."""

    children: Sequence[Child]
    say: Say
    is_up: Callable[[], bool]
    on_up: Callable[[], None]
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> bool:
        """Run until `stop` is set, by SIGINT, SIGTERM or somebody else.

        Returns: whether every child went by itself when asked to.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop.set())
        is_announced = False
        try:
            while not self.stop.wait(_LOOK_SECONDS):
                for child in self.children:
                    child.keep_running(self.say)
                if not is_announced and self.is_up():
                    is_announced = True
                    self.on_up()
        finally:
            went = self._end()
        return went

    def _end(self) -> bool:
        for child in self.children:
            child.ask_to_end()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(child.is_running() for child in self.children):
            time.sleep(0.05)
        stubborn = [child for child in self.children if child.is_running()]
        for child in stubborn:
            self.say(_("The %s process does not end by itself and is killed.") % child.name)
            child.kill()
        for child in self.children:
            if child.process is not None:
                child.process.wait()
        return not stubborn


def web_command(host: str, port: int, threads: int = THREADS) -> list[str]:
    """The process for pages: one, with threads, because SQLite has one writer at a time."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host),
        *("--port", str(port), "--workers", "1", "--blocking-threads", str(threads)),
        *("--workers-kill-timeout", "5", "--respawn-failed-workers", "--log-level", "error"),
        "lejek.config.wsgi:application",
    ]


def worker_command() -> list[str]:
    """The process for everything that nobody waits for."""
    return [sys.executable, "-m", "lejek", "worker"]


def serve(
    host: str, port: int, say: Say, *, on_up: Callable[[], None], with_worker: bool = True
) -> bool:
    """Serve pages and do the work behind them until told to stop.

    `on_up` is called once, when pages can be asked for.
    Returns: whether all ended well.
    """
    children = [Child("web", web_command(host, port))]
    if with_worker:
        children.append(Child("worker", worker_command()))
    return Supervisor(children, say, lambda: answers(host, port), on_up).run()


def refusal(host: str, port: int) -> OSError | None:
    """Why one could not listen at an address; None when one could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def answers(host: str, port: int) -> bool:
    """Whether somebody listens at an address."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked for, not listened at
    try:
        with socket.create_connection((everywhere.get(host, host), port), timeout=0.5):
            return True
    except OSError:
        return False


def address(host: str, port: int) -> str:
    """The address as one types it into a browser."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"
