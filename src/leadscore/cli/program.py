"""From the arguments to a command and its exit code."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib import import_module, metadata

from leadscore.cli import texts
from leadscore.cli.arguments import LANGUAGE_VARIABLE, parser
from leadscore.cli.talking import REFUSED, Talk, refuse, talk_to
from leadscore.errors import LeadScoreError
from leadscore.language.words import LANGUAGES

WRONG_USE, INTERRUPTED, BROKEN_PIPE = 2, 130, 141

_ROOMS = {
    "check": "leadscore.cli.checking",
    "schema": "leadscore.cli.checking",
    "score": "leadscore.cli.scoring",
    "explain": "leadscore.cli.scoring",
    "compare": "leadscore.cli.scoring",
    "backtest": "leadscore.cli.looking_back",
    "demo": "leadscore.cli.showing",
}
"""Where each command is; imported when it is called, because engines take a while to import."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns: its exit code; wrong use leaves by SystemExit with 2."""
    known = parser(_language())
    said = known.parse_args(arguments)
    if said.version:
        sys.stdout.write(f"leadscore {metadata.version('lejek')}\n")
        return 0
    if said.command is None:
        return _without_command(known)
    talk = talk_to(getattr(said, "lang", "en"), is_json=getattr(said, "json", False))
    try:
        return _run(said, talk)
    except LeadScoreError as error:
        refuse(talk, error)
        return REFUSED
    except BrokenPipeError:
        _forget_output()
        return BROKEN_PIPE
    except BaseException as error:
        if not was_interrupted(error):
            raise
        kept = getattr(said, "keep", None)
        talk.tell(texts.INTERRUPTED_AND_KEPT if kept else texts.INTERRUPTED, folder=kept)
        return INTERRUPTED


def _run(said: Namespace, talk: Talk) -> int:
    command = getattr(import_module(_ROOMS[said.command]), said.command)
    code: int = command(said, talk)
    sys.stdout.flush()
    return code


def was_interrupted(error: BaseException) -> bool:
    """Whether somebody pressed Ctrl-C; an engine turns that into an error of its own."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            return True
        cause = cause.__cause__
    return False


def _without_command(known: ArgumentParser) -> int:
    known.print_help(sys.stderr)
    return WRONG_USE


def _language() -> str:
    """The language of the environment, English where it says none.

    An unknown one is wrong use, like an unknown --lang.
    """
    lang = os.environ.get(LANGUAGE_VARIABLE, "") or "en"
    if lang not in LANGUAGES:
        accepted = ", ".join(LANGUAGES)
        sys.stderr.write(f"leadscore: {LANGUAGE_VARIABLE} is {lang!r}; accepted: {accepted}\n")
        sys.exit(WRONG_USE)
    return lang


def _forget_output() -> None:
    """The reader has left: what is still to be flushed must not raise again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
