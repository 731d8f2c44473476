"""What can be said to `lejek`."""

from __future__ import annotations

import argparse
from pathlib import Path

_EPILOG = """\
Settings come from the environment: LEJEK_HOME (where data is kept; var/ in the current folder),
LEJEK_DATABASE_URL (postgresql://user@host/name; SQLite in LEJEK_HOME without it), LEJEK_HOSTS,
LEJEK_LANGUAGE (pl, en), LEJEK_TIME_ZONE. Exit codes: 0 done, 1 refused, 2 wrong use.
"""


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="lejek",
        description="Lead scoring that says whom to call now, and why.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _serving(commands)
    _data(commands)
    _care(commands)
    commands.add_parser("manage", help="Django's own commands, such as: lejek manage shell")
    return top


def _serving(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="serve pages and do the work behind them")
    _address(serve)
    serve.add_argument("--migrate", action="store_true", help="apply migrations first")
    serve.add_argument("--no-worker", action="store_true", help="pages only; run workers elsewhere")
    worker = commands.add_parser("worker", help="do the work behind the pages, and no pages")
    worker.add_argument("--once", action="store_true", help="do what waits now, then leave")
    demo = commands.add_parser("demo", help="a made-up company to look around in")
    _address(demo)
    demo.add_argument("--no-serve", action="store_true", help="prepare it, and do not serve")
    demo.add_argument("--no-browser", action="store_true", help="do not open a browser")
    demo.add_argument("--reset", action="store_true", help="throw the demo away and make it anew")
    demo.add_argument("--leads", type=int, default=None, metavar="N", help="how many leads to make")


def _address(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="the address to listen at")
    command.add_argument("--port", type=_port, default=8000, help="the port (8000)")


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; accepted: 1 to 65535")
    return number


def _data(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands.add_parser("migrate", help="bring the database up to date")
    user = commands.add_parser("create-user", help="make a user, such as the first administrator")
    user.add_argument("email")
    user.add_argument("--name", default="")
    user.add_argument(
        "--role",
        default="administrator",
        choices=["marketing", "sales", "manager", "administrator", "auditor"],
    )
    user.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    load = commands.add_parser("import", help="take in a CSV or XLSX file")
    load.add_argument("file", type=Path, metavar="FILE")
    load.add_argument("--kind", choices=["leads", "touchpoints"], default="leads")
    load.add_argument("--type", default="", help="the type of touchpoints that name none")
    load.add_argument("--dry-run", action="store_true", help="check and count, change nothing")
    commands.add_parser("rescore", help="score everybody with the published model")


def _care(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    commands.add_parser("doctor", help="look for what is wrong, and say how to mend it")
    backup = commands.add_parser("backup", help="write a backup while others work")
    backup.add_argument("file", nargs="?", type=Path, metavar="FILE")
    restore = commands.add_parser("restore", help="put a backup in the place of the database")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--yes", action="store_true", help="do not ask")
    restore.add_argument(
        "--discard", action="store_true", help="do not keep what is in the database now"
    )
