"""Where tables are printed, how data are shown there, how tables become plain text."""

from __future__ import annotations

import re
from io import StringIO

from rich.console import Console, RenderableType
from rich.text import Text

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NO_BREAK = "\N{NO-BREAK SPACE}"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def shown(words: object, style: str = "") -> Text:
    """Words from data as they may be shown: neither markup nor a terminal's commands."""
    return Text(harmless(str(words)), style=style)


def harmless(words: str) -> str:
    """Words without the characters that a terminal would obey."""
    return _CONTROLS.sub(_REPLACEMENT, words)


def plain_text(renderable: RenderableType, width: int = 100) -> str:
    """What a terminal without colours would show, with ordinary spaces, as one would search it."""
    buffer = StringIO()
    console = Console(
        file=buffer, width=width, color_system=None, markup=False, highlight=False, emoji=False
    )
    console.print(renderable)
    text = buffer.getvalue().replace(_NO_BREAK, " ")
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
