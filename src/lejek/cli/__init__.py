"""The command line `lejek`.

In: words typed into a terminal. Out: the product running, kept, looked after.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from gettext import gettext as _

from lejek.cli import interrupts, language
from lejek.cli.arguments import parser
from lejek.cli.complaints import told

DONE, REFUSED, MISUSED = 0, 1, 2
_HEAR_BY_THEMSELVES = ("worker", "serve")
"""Commands that run until they are told to stop."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was typed.

    Returns: 0 done, 1 refused or failed, 2 wrong use, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lejek.config.settings")
    try:
        with interrupts.ending_at_once():
            # Names, addresses and keys are in what this process writes: for its owner only.
            os.umask(0o077)
            language.speak(language.chosen())
            return _do(given)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return interrupts.INTERRUPTED
    except BrokenPipeError:
        # Whoever read has gone, as `head` does; Python's own flush at the end must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED


def _do(given: Sequence[str]) -> int:
    if given[:1] == ["manage"]:
        return _manage(given[1:])
    asked = parser().parse_args(given)
    if asked.command is None:
        parser().print_help()
        return MISUSED
    if asked.command == "demo":
        # The settings read the environment once, so the demo's home is named before they do.
        from lejek.cli.demo import prepare_environment  # noqa: PLC0415

        if complaint := prepare_environment(asked):
            print(complaint, file=sys.stderr)
            return MISUSED
    return _set_up_and_do(asked.command, asked)


def _set_up_and_do(command: str, asked: argparse.Namespace) -> int:
    import django  # noqa: PLC0415 - `--help` needs no Django
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.db import InterfaceError, OperationalError, connection  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    try:
        django.setup()
        from lejek.cli.commands import COMMANDS  # noqa: PLC0415 - models need the setup

        if command not in _HEAR_BY_THEMSELVES:
            interrupts.raise_again()
        with translation.override(language.chosen()):
            return COMMANDS[command](asked)
    except ImproperlyConfigured as error:
        print(f"lejek: {error}", file=sys.stderr)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"lejek: {told(error)}", file=sys.stderr)
    except (OperationalError, InterfaceError) as error:
        complaint = _("the database does not answer: %s")
        # A server is named by its driver, a file is not.
        is_file = connection.vendor == "sqlite"
        place = f"{connection.settings_dict['NAME']}: " if is_file else ""
        print(f"lejek: {complaint % (place + str(error).strip())}", file=sys.stderr)
        print(_("lejek doctor looks at everything and says how to mend it."), file=sys.stderr)
    return REFUSED


def _manage(arguments: Sequence[str]) -> int:
    """Django's own commands, for who develops the product."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(["lejek manage", *arguments])
    return DONE
