"""What can be said to `lejek`."""

from __future__ import annotations

import argparse
from gettext import gettext as _
from pathlib import Path

ROLES = ("marketing", "sales", "manager", "administrator", "auditor")


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line, in the language that is spoken."""
    top = argparse.ArgumentParser(
        prog="lejek",
        description=_("Lead scoring that says whom to call now, and why."),
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", metavar=_("COMMAND"))
    _serving(commands)
    _data(commands)
    _care(commands)
    commands.add_parser("manage", help=_("Django's own commands, such as: lejek manage shell"))
    return top


def _epilog() -> str:
    settings = _(
        "Settings come from the environment: LEJEK_HOME (where data is kept; var/ in the current\n"
        "folder), LEJEK_DATABASE_URL (postgresql://user@host/name; SQLite in LEJEK_HOME without\n"
        "it), LEJEK_HOSTS, LEJEK_LANGUAGE (pl, en), LEJEK_TIME_ZONE.\n"
        "Exit codes: 0 done, 1 refused, 2 wrong use, 130 interrupted."
    )
    first = _(
        "To begin with your own data: lejek migrate, lejek create-user, lejek serve.\n"
        "To look around first: lejek demo."
    )
    return f"{first}\n\n{settings}\n"


def _serving(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help=_("serve pages and do the work behind them"))
    _address(serve)
    serve.add_argument("--migrate", action="store_true", help=_("apply migrations first"))
    serve.add_argument(
        "--no-worker", action="store_true", help=_("pages only; run workers elsewhere")
    )
    worker = commands.add_parser("worker", help=_("do the work behind the pages, and no pages"))
    worker.add_argument("--once", action="store_true", help=_("do what waits now, then leave"))
    demo = commands.add_parser("demo", help=_("a made-up company to look around in"))
    _address(demo)
    demo.add_argument("--no-serve", action="store_true", help=_("prepare it, and do not serve"))
    demo.add_argument("--no-browser", action="store_true", help=_("do not open a browser"))
    demo.add_argument(
        "--reset", action="store_true", help=_("throw the demo away and make it anew")
    )
    demo.add_argument(
        "--leads", type=_count, default=None, metavar="N", help=_("how many leads to make")
    )


def _address(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--host", default="127.0.0.1", metavar="HOST", help=_("the address to listen at")
    )
    command.add_argument(
        "--port", type=_port, default=8000, metavar="PORT", help=_("the port (8000)")
    )


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 65_535:
        raise argparse.ArgumentTypeError(_("%r is no port; accepted: 1 to 65535") % text)
    return number


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError(
            _("%r is no number of leads; accepted: 1 to 1000000") % text
        )
    return number


def _row(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if not 0 <= number <= 1_000_000:
        raise argparse.ArgumentTypeError(_("%r is no row; accepted: 0 to 1000000") % text)
    return number


def _data(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands.add_parser("migrate", help=_("bring the database up to date"))
    user = commands.add_parser(
        "create-user", help=_("make a user, such as the first administrator")
    )
    user.add_argument("email", metavar=_("E-MAIL"), help=_("the address to sign in with"))
    user.add_argument("--name", default="", metavar=_("NAME"), help=_("as others see it"))
    user.add_argument(
        "--role",
        default="administrator",
        choices=ROLES,
        help=_("what the user may do (administrator)"),
    )
    user.add_argument(
        "--password-stdin", action="store_true", help=_("read the password from standard input")
    )
    load = commands.add_parser("import", help=_("take in a CSV or XLSX file"))
    load.add_argument("file", type=Path, metavar=_("FILE"), help=_("the file to take in"))
    load.add_argument(
        "--kind",
        choices=["leads", "touchpoints"],
        default="leads",
        help=_("what its rows are (leads)"),
    )
    load.add_argument(
        "--type", default="", metavar=_("TYPE"), help=_("the type of touchpoints that name none")
    )
    load.add_argument(
        "--header",
        type=_row,
        metavar=_("ROW"),
        help=_("the row with the names of the columns, 0 for none (without it, it is found)"),
    )
    load.add_argument("--dry-run", action="store_true", help=_("check and count, change nothing"))
    commands.add_parser("rescore", help=_("score everybody with the published model"))


def _care(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands.add_parser("doctor", help=_("look for what is wrong, and say how to mend it"))
    backup = commands.add_parser("backup", help=_("write a backup while others work"))
    backup.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar=_("FILE"),
        help=_("the file to write (without it, one in LEJEK_HOME/backups, named after the moment)"),
    )
    restore = commands.add_parser("restore", help=_("put a backup in the place of the database"))
    restore.add_argument("file", type=Path, metavar=_("FILE"), help=_("the backup"))
    restore.add_argument("--yes", action="store_true", help=_("do not ask"))
    restore.add_argument(
        "--discard", action="store_true", help=_("do not keep what is in the database now")
    )
