"""Writes THIRD_PARTY.md: what an installation of Lejek brings along, and under which licences.

In: requirements/base.txt (which packages), the metadata of what is installed, the lock of the
front-end files, and the NOTICE of each sample of data. With `--check` nothing is written, and a
file that is out of date ends the program with 1.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "base.txt"
SAMPLES = ROOT / "src" / "leadscore" / "samples"
DOCUMENT = ROOT / "THIRD_PARTY.md"
ASSETS = ROOT / "assets"

HEADING = """\
# Third-party software and data

Lejek itself is under the Apache License 2.0 (see LICENSE). An installation brings the packages
below, each under its own licence; none of their code is part of this repository. The licences are
those that the packages state of themselves. Tools for development and the optional extras `spark`
(pyspark, Apache-2.0) and `predict` (lightgbm, MIT; scikit-learn, BSD-3-Clause) are not installed
with Lejek.

Written by `make third-party`.

| package | version | licence |
| --- | --- | --- |
"""

FRONT_HEADING = """
## Front-end files

The repository holds copies of these files, made by `tools/vendor_assets.py`, with their licences
beside them: what pages load, in `src/lejek/ui/static/ui/vendor/`, and what only tests run, in
`tests/journeys/vendor/`.

| package | version | licence |
| --- | --- | --- |
"""

DATA_HEADING = """
## Data

The repository holds samples of public data sets, in `src/leadscore/samples/`:
"""

# What older metadata says in words, as the SPDX identifier.
SPDX = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The MIT License (MIT)": "MIT",
    "The Unlicense (Unlicense)": "Unlicense",
}
# What states no licence in its metadata, read in its source.
SILENT = {"pysqlite3": "Zlib"}


def locked_names(lock: str) -> list[str]:
    """The packages that a lock names, in its order."""
    return re.findall(r"^([A-Za-z0-9._-]+)==", lock, flags=re.MULTILINE)


def licence_of(package: PackageMetadata) -> str:
    """The licence that a package states of itself, as an SPDX expression.

    Raises
        SystemExit: where it states none, or one that is not known here.
    """
    if "License-Expression" in package:
        return str(package["License-Expression"])
    classifiers = package.get_all("Classifier") or []
    stated = [c.rsplit(" :: ", 1)[-1] for c in classifiers if c.startswith("License :: ")]
    if "License" in package:
        stated.insert(0, package["License"])
    for words in stated:
        if words in SPDX or words in SPDX.values():
            return SPDX.get(str(words), str(words))
    if package["Name"] in SILENT:
        return SILENT[package["Name"]]
    message = f"{package['Name']}: no known licence in {stated}"
    raise SystemExit(message)


def document() -> str:
    """THIRD_PARTY.md as it should be."""
    packages = [metadata(name) for name in locked_names(LOCK.read_text(encoding="utf-8"))]
    rows = (f"| {p['Name']} | {p['Version']} | {licence_of(p)} |\n" for p in packages)
    front = "".join(f"| {name} | {version} | {licence} |\n" for name, version, licence in copies())
    return HEADING + "".join(rows) + FRONT_HEADING + front + DATA_HEADING + "".join(notices())


def copies() -> Iterator[tuple[str, str, str]]:
    """Each front-end package that files were copied from: its name, version and licence."""
    wanted = json.loads((ASSETS / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((ASSETS / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name in sorted(wanted["dependencies"] | wanted["devDependencies"]):
        found = locked[f"node_modules/{name}"]
        yield name, found["version"], found["license"]


def notices() -> Iterator[str]:
    """What each sample says of its source and licence."""
    for notice in sorted(SAMPLES.glob("*/NOTICE")):
        yield f"\n### {notice.parent.name}\n\n{notice.read_text(encoding='utf-8').strip()}\n"


def main() -> int:
    """The exit code: 1 when `--check` finds the file out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    wanted = document()
    if not parser.parse_args().check:
        DOCUMENT.write_text(wanted, encoding="utf-8")
        return 0
    if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == wanted:
        return 0
    print("THIRD_PARTY.md is out of date; run: make third-party", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
