"""What a web process has to carry before its first page."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import leadscore
import lejek

PROGRAM = """
import json, sys
import lejek.config.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
heavy = ("duckdb", "pandas", "sqlglot", "sklearn", "lightgbm", "pyspark")
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules} & set(heavy))))
"""


@pytest.mark.embedded
def test_pages_do_not_bring_the_engines_along(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"LEJEK_HOME": str(tmp_path), "LEJEK_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "[]"


BROUGHT_BY_OTHERS = {"pydantic": "django-ninja", "py4j": "pyspark"}
SOURCES = (Path(lejek.__file__).parent, Path(leadscore.__file__).parent)


def imported() -> Iterator[tuple[str, str]]:
    """What the sources import from elsewhere: the top-level module, and who imports it."""
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = []
                if isinstance(node, ast.Import):
                    names = [each.name for each in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names = [node.module]
                yield from ((name.split(".")[0], path.name) for name in names)


def plain(name: str) -> str:
    return re.split(r"[^\w.-]", name, maxsplit=1)[0].lower().replace("_", "-")


def test_what_the_sources_import_is_what_an_installation_brings() -> None:
    project = tomllib.loads((SOURCES[0].parents[1] / "pyproject.toml").read_text())["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    brought = {plain(each) for each in (*project["dependencies"], *extras, *BROUGHT_BY_OTHERS)}
    owners = packages_distributions()
    missing = {
        (module, who)
        for module, who in imported()
        if module not in sys.stdlib_module_names
        and module not in ("lejek", "leadscore")
        and not {plain(each) for each in owners.get(module, ())} & brought
    }
    assert missing == set()
