"""Every text of the pages is in a catalogue, in Polish; every icon that is named is served."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[2]
SPRITE = PACKAGE / "ui" / "static" / "ui" / "vendor" / "icons.svg"
CALLS = ("_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy")
NOT_OURS = ("cli", "demo")
"""Rooms whose words are said in a terminal, and those that are made up."""


def templates() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("templates/**/*") if path.is_file())


def sources() -> list[Path]:
    return sorted(
        path
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and path.relative_to(PACKAGE).parts[0] not in NOT_OURS
    )


def words_of(code: str) -> Iterator[str]:
    """The texts that a piece of Python has translated; plural forms are under the singular."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in CALLS:
            at = 1 if node.func.id.startswith("pgettext") else 0
            text = node.args[at] if len(node.args) > at else None
            if isinstance(text, ast.Constant):
                yield str(text.value)


_TEXT = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""


def words_of_template(path: Path) -> Iterator[str]:
    """The texts that a template has translated."""
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for calls, at in ((r"\bn?gettext", 0), (r"\bn?pgettext", 1)):
        for arguments in re.findall(rf"{calls}\(({_TEXT}(?:\s*,\s*{_TEXT})*)", code, re.DOTALL):
            text = re.findall(_TEXT, arguments, re.DOTALL)[at]
            yield str(ast.literal_eval(text.replace("\n", "\\n")))
    yield from re.findall(r"""\b_\("([^"]+)"\)""", path.read_text(encoding="utf-8"))


@cache
def known() -> frozenset[str]:
    """The texts that have a translation, in whatever room."""
    return frozenset(
        entry.msgid
        for path in PACKAGE.rglob("*.po")
        for entry in polib.pofile(str(path)).translated_entries()
    )


def test_every_text_of_a_template_is_translated() -> None:
    missing = {
        (str(path.relative_to(PACKAGE)), text)
        for path in templates()
        for text in words_of_template(path)
        if text not in known()
    }
    assert sorted(missing) == []


def test_every_text_of_the_code_is_translated() -> None:
    missing = {
        (str(path.relative_to(PACKAGE)), text)
        for path in sources()
        for text in words_of(path.read_text(encoding="utf-8"))
        if text not in known()
    }
    assert sorted(missing) == []


def test_every_icon_that_is_named_is_served() -> None:
    served = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
    named: dict[str, str] = {}
    for path in templates():
        for first, second in re.findall(
            r"""\{%\s*icon\s+["']([a-z0-9-]+)["']|icon=["']([a-z0-9-]+)["']""",
            path.read_text(encoding="utf-8"),
        ):
            named[first or second] = str(path.relative_to(PACKAGE))
    for path in sources():
        for name in re.findall(
            r'"[a-z_]+:[a-z_]+",\s*_\("[^"]+"\),\s*"([a-z0-9-]+)"', path.read_text(encoding="utf-8")
        ):
            named[name] = str(path.relative_to(PACKAGE))
    assert len(named) > 10
    assert {name: where for name, where in named.items() if name not in served} == {}


def test_a_text_has_one_translation_whatever_the_room() -> None:
    """All catalogues are one at run time: of two translations, one would be lost unseen."""
    found: dict[tuple[str | None, str], dict[str, str]] = {}
    for path in PACKAGE.rglob("*.po"):
        if path.is_relative_to(PACKAGE / "cli"):  # a catalogue of its own
            continue
        for entry in polib.pofile(str(path)):
            words = entry.msgstr or str(entry.msgstr_plural)
            known_so_far = found.setdefault((entry.msgctxt, entry.msgid), {})
            assert str(path) not in known_so_far, (path, entry.msgid)
            known_so_far[str(path)] = words
    torn = {key[1]: sorted(set(e.values())) for key, e in found.items() if len(set(e.values())) > 1}
    assert torn == {}
