"""Scoring of everybody at once, in a process of its own with limits.

In: the address of the database, documents of models, moments. Out: files with rows to be written
back, and what a preview shows. Nothing in here knows Django: the process starts in a second.
"""

from __future__ import annotations

ROWS_FILE = "rows.arrow"
"""Under which name the process leaves the rows to be written back."""
