"""How CSV text begins: what may separate its cells, and what stands before its header.

In: lines. Out: how many to pass over, and the separators to try.
"""

from __future__ import annotations

from collections.abc import Sequence

SEPARATORS = (",", ";", "\t", "|")


def beginning(lines: Sequence[str]) -> tuple[int, Sequence[str]]:
    """How many lines stand before the header, and which separators it may have.

    Blank lines are passed over; a first line `sep=;`, as spreadsheets write it, is obeyed.
    """
    n_before = 0
    while n_before < len(lines) and not lines[n_before].strip():
        n_before += 1
    told = lines[n_before].rstrip("\r\n") if n_before < len(lines) else ""
    if told[:4].lower() == "sep=" and told[4:] in SEPARATORS:
        return n_before + 1, (told[4:],)
    return n_before, SEPARATORS
