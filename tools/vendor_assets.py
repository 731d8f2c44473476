"""Copy the front-end files that the product serves out of assets/node_modules.

Run `npm ci --ignore-scripts` in assets/ first. With `--check` nothing is written, and any
difference from what is committed is an error. Only named files are taken; source-map comments are
stripped, so that hashed static files work; icons become one sprite of those that are named in
templates, and in Python where a page is listed with its icon. What only tests need (axe, which
judges accessibility) goes to the tests, and never into a wheel.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "assets" / "node_modules"
TARGET = ROOT / "src" / "lejek" / "ui" / "static" / "ui" / "vendor"
TARGET_OF_TESTS = ROOT / "tests" / "journeys" / "vendor"
TEMPLATES = ROOT / "src" / "lejek"

FILES = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
}
LICENCES = {
    "tabler-icons-LICENSE.txt": "@tabler/icons/LICENSE",
    "htmx-LICENSE.txt": "htmx.org/LICENSE",
    "inter-LICENSE.txt": "@fontsource-variable/inter/LICENSE",
}
FILES_OF_TESTS = {
    "axe.js": "axe-core/axe.min.js",
    "axe-LICENSE.txt": "axe-core/LICENSE",
    "axe-LICENSE-3RD-PARTY.txt": "axe-core/LICENSE-3RD-PARTY.txt",
}
_SOURCE_MAP = re.compile(rb"\n?/[/*][#@] sourceMappingURL=[^\n*]*(?:\*/)?\n?")
_ICON = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']|icon=["']([a-z0-9-]+)["']""")
_LISTED = re.compile(r'"[a-z_]+:[a-z_]+",\s*_\("[^"]+"\),\s*"([a-z0-9-]+)"')
"""A page that is listed in Python: its name, its title, its icon."""


def vendored() -> dict[Path, bytes]:
    """The files as they should be, by where they belong."""
    of_tests = {name: (MODULES / path).read_bytes() for name, path in FILES_OF_TESTS.items()}
    return {TARGET / name: content for name, content in _served().items()} | {
        TARGET_OF_TESTS / name: content for name, content in of_tests.items()
    }


def _served() -> dict[str, bytes]:
    """What the product serves, by name."""
    found = {
        name: _SOURCE_MAP.sub(b"\n", (MODULES / path).read_bytes())
        if not name.endswith(".woff2")
        else (MODULES / path).read_bytes()
        for name, path in FILES.items()
    }
    found |= {name: (MODULES / path).read_bytes() for name, path in LICENCES.items()}
    found["icons.svg"] = _sprite(icon_names())
    found["vendor.lock.json"] = _lock(found)
    return found


def icon_names() -> list[str]:
    """The icons that templates name, and those of pages that are listed in Python."""
    names = {"help"}
    for path in TEMPLATES.rglob("*.html"):
        for first, second in _ICON.findall(path.read_text(encoding="utf-8")):
            names.add(first or second)
    for path in TEMPLATES.rglob("*.py"):
        names.update(_LISTED.findall(path.read_text(encoding="utf-8")))
    return sorted(names)


def _sprite(names: list[str]) -> bytes:
    """One SVG file with a symbol for each icon."""
    symbols = []
    for name in names:
        source = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text()
        inner = re.sub(r"(?s)^.*?<svg[^>]*>|</svg>\s*$", "", source)
        inner = re.sub(r"\s*\n\s*", "", inner).replace(
            '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>', ""
        )
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    body = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'.encode()


def _lock(found: dict[str, bytes]) -> bytes:
    versions = json.loads((ROOT / "assets" / "package.json").read_text())["dependencies"]
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(found.items())}
    return (json.dumps({"packages": versions, "sha256": hashes}, indent=2) + "\n").encode()


def main() -> int:
    """Write the files, or compare them with what is there."""
    wanted = vendored()
    if "--check" in sys.argv:
        wrong = [
            path.relative_to(ROOT)
            for path, content in wanted.items()
            if not path.exists() or path.read_bytes() != content
        ]
        for name in wrong:
            print(f"{name} differs from what the packages hold; run tools/vendor_assets.py")
        return 1 if wrong else 0
    for path, content in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(f"{len(wanted)} files, {len(icon_names())} icons among them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
