"""How a command answers: tables or JSON on standard output, the rest on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.text import Text as RichText

from leadscore.checks.problem import Problem
from leadscore.cli import texts
from leadscore.errors import Described, LeadScoreError
from leadscore.language.words import Text, day_text
from leadscore.rendering.terminal import harmless, plain_text, shown

OK, REFUSED = 0, 1
"""Exit codes of commands."""

_WIDTH_WITHOUT_TERMINAL = 100


@dataclass(frozen=True, slots=True)
class Talk:
    """Where a command answers, in which language, and whether to a machine."""

    lang: str
    is_json: bool
    out: Console
    err: Console

    def data(self, answer: object) -> None:
        """Answers a machine."""
        text = json.dumps(answer, ensure_ascii=False, indent=2, default=str)
        self.out.file.write(f"{text}\n")

    def show(self, *answers: RenderableType) -> None:
        """Answers a person; in a file or pipe without colours and trailing blanks."""
        if self.out.is_terminal:
            self.out.print(*answers)
        else:
            self.out.file.write(f"{plain_text(Group(*answers), self.out.width)}\n")

    def tell(self, text: Text, style: str = "", **words: object) -> None:
        """Says something beside the answer."""
        say(self.err, shown(text.of(self.lang).format(**words), style))


def say(console: Console, line: RichText) -> None:
    """One line, however long."""
    if console.is_terminal:
        console.print(line, soft_wrap=True)
    else:
        console.file.write(f"{plain_text(line, max(1, cell_len(line.plain)))}\n")


def talk_to(lang: str, *, is_json: bool) -> Talk:
    """A talk over the standard streams of this moment."""
    return Talk(lang, is_json, _console(sys.stdout), _console(sys.stderr))


def _console(stream: TextIO) -> Console:
    width = None
    if not stream.isatty():
        columns = os.environ.get("COLUMNS", "")
        width = int(columns) if columns.isdecimal() else _WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def refuse(talk: Talk, error: LeadScoreError) -> None:
    """Says everything that an error lists; to a machine as JSON on standard output."""
    problems: Sequence[Described] = getattr(error, "problems", ())
    if talk.is_json:
        found = [problem_data(problem, talk.lang) for problem in problems]
        talk.data({"ok": False, "problems": found or [{"message": str(error)}]})
        return
    source = getattr(error, "source", "")
    if not problems:
        say(talk.err, shown(error))
    for problem in problems:
        show_problem(talk.err, problem, source, talk.lang)


def problem_data(problem: Described, lang: str) -> dict[str, object]:
    """A problem as plain values."""
    if isinstance(problem, Problem):
        return dict(problem.as_data(lang))
    code = getattr(problem, "code", None)
    return {"code": code, "severity": "error", "message": problem.describe(lang)}


def show_problem(console: Console, problem: Described, source: str, lang: str) -> None:
    """A problem of a model with its place on one line, what is wrong and what is accepted below."""
    if not isinstance(problem, Problem):
        say(console, shown(problem.describe(lang)))
        return
    place = ":".join(str(part) for part in (source, problem.line, problem.column) if part)
    label, style = (texts.ERROR, "red") if problem.is_error else (texts.WARNING, "yellow")
    head = shown(place, "bold").append(f" {label.of(lang)} ", f"not bold {style}")
    head.append(f"[{problem.code}] {harmless(problem.path)}".rstrip(), "not bold dim")
    say(console, head)
    say(console, shown(f"  {problem.message(lang)}"))
    accepted = texts.ACCEPTED.of(lang).format(accepted=problem.accepted(lang))
    say(console, shown(f"  {accepted}", "dim"))


def moment_text(instant: datetime, time_zone: str, lang: str) -> str:
    """A moment as the clock of a time zone shows it."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return f"{day_text(local.date(), lang)} {local:%H:%M} ({time_zone})"
