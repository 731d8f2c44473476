"""Starts the process that scores everybody, listens to it, and ends it when it takes too long.

In: a task as plain values. Out: what the process says last.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from leadscore.errors import LeadScoreError

MEMORY_BYTES = 6 << 30
TIMEOUT_SECONDS = 1800.0

Heard = Callable[[int, int], None]
"""Called with how many steps are done, and of how many."""


class BatchFailed(LeadScoreError):
    """The process ended without a result: too slow, too much memory, or a fault of ours."""


def run(
    task: dict[str, Any],
    heard: Heard | None = None,
    *,
    memory_bytes: int = MEMORY_BYTES,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> dict[str, Any]:
    """Do a task in a process of its own.

    Raises: BatchFailed with the end of what the process wrote to standard error.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "lejek.scoring.batch.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        timer = threading.Timer(timeout_seconds, process.kill)
        timer.start()
        complaints: list[str] = []
        listener = threading.Thread(target=_listen, args=(process.stderr, complaints), daemon=True)
        listener.start()
        try:
            result = _talk(process, {**task, "memory_bytes": memory_bytes}, heard)
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
        process.wait()
        listener.join(5)
    if result is None:
        raise BatchFailed(_reason(process.returncode, complaints))
    return result


def _talk(
    process: subprocess.Popen[str], task: dict[str, Any], heard: Heard | None
) -> dict[str, Any] | None:
    """Ask, and listen until the result; standard input stays open, or the process would go."""
    assert process.stdin is not None  # noqa: S101 - they are pipes
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        return None
    for line in process.stdout:
        said = json.loads(line)
        if "result" in said:
            found: dict[str, Any] = said["result"]
            return found
        if heard is not None:
            heard(said["done"], said["of"])
    return None


def _listen(pipe: Any, complaints: list[str]) -> None:  # noqa: ANN401 - a text pipe
    complaints.extend(pipe.readlines()[-40:])


def _reason(code: int, complaints: list[str]) -> str:
    if code < 0 and not complaints:
        return "the scoring process took too long and was ended"
    return f"the scoring process ended with code {code}: {''.join(complaints)[-4000:]}"
