"""In which language the terminal is spoken to.

In: LEJEK_LANGUAGE, else the locale of the terminal. Out: Polish or English, also from argparse,
whose own sentences are in the same catalogue.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

_CATALOGUE = "django"
_FOLDER = Path(__file__).resolve().parent / "locale"
_WHERE_IT_IS_SAID = ("LEJEK_LANGUAGE", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def chosen() -> str:
    """`pl` where the environment speaks Polish, else `en`."""
    said = next(filter(None, map(os.environ.get, _WHERE_IT_IS_SAID)), "")
    return "pl" if said.lower().startswith("pl") else "en"


def speak(language: str) -> None:
    """Let every `gettext.gettext` from now on give this language."""
    # gettext asks the environment at each call; what this process starts speaks alike.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(_CATALOGUE, str(_FOLDER))
    gettext.textdomain(_CATALOGUE)
