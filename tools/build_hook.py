"""What a build does first: the translations are compiled, so that a wheel speaks Polish too."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileMessages(BuildHookInterface[Any]):
    """Compiles every catalogue of translations before files are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Write a .mo beside each .po, and have them taken along although Git leaves them out."""
        tool = Path(self.root) / "tools" / "compile_messages.py"
        runpy.run_path(str(tool))["main"]()
        build_data["artifacts"].append("*.mo")
