"""Compile every catalogue of translations below src/lejek, without the gettext programs."""

from __future__ import annotations

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write a .mo beside each .po; an untranslated or fuzzy text is an error."""
    wrong = 0
    for path in sorted((ROOT / "src" / "lejek").rglob("*.po")):
        catalogue = polib.pofile(str(path))
        for entry in (*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()):
            print(f"{path.relative_to(ROOT)}: no translation of {entry.msgid!r}")
            wrong += 1
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
