"""Files of leads and touchpoints: upload, columns, check, run, undo.

In: CSV or XLSX as offices write them. Out: leads and touchpoints, rejects with reasons, and the
way back.
"""

from __future__ import annotations

from lejek.identity.imports.whole import run_file

__all__ = ["run_file"]
