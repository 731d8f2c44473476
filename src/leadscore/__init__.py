"""Lead scores as a pure function of facts.

In: a scoring model (a document), leads, touchpoints, an as-of moment.
Out: exact integer scores with the contributions that add up to them.

    import leadscore

    model = leadscore.load("model.yaml")
    scores = model.score("leads.csv", "touchpoints.csv", as_of="2026-01-31")

Importing this package imports nothing else; each name brings what it needs when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadscore.compare import Differences
    from leadscore.errors import (
        InvalidInput,
        InvalidModel,
        LeadScoreError,
        NotEnoughHistory,
        UnsupportedByEngine,
    )
    from leadscore.explain import Explanation, UnknownLead
    from leadscore.inputs import known_fields
    from leadscore.interface import Model, RowsLeftOut, load, loads
    from leadscore.live import LeadScore, Scorer, Touchpoint
    from leadscore.model import ScoringModel
    from leadscore.progress import Progress
    from leadscore.results import Scores

__all__ = [
    "Differences",
    "Explanation",
    "InvalidInput",
    "InvalidModel",
    "LeadScore",
    "LeadScoreError",
    "Model",
    "NotEnoughHistory",
    "Progress",
    "RowsLeftOut",
    "Scorer",
    "Scores",
    "ScoringModel",
    "Touchpoint",
    "UnknownLead",
    "UnsupportedByEngine",
    "known_fields",
    "load",
    "loads",
]

_ROOMS = {
    "leadscore.compare": ("Differences",),
    "leadscore.errors": (
        "InvalidInput",
        "InvalidModel",
        "LeadScoreError",
        "NotEnoughHistory",
        "UnsupportedByEngine",
    ),
    "leadscore.explain": ("Explanation", "UnknownLead"),
    "leadscore.inputs": ("known_fields",),
    "leadscore.interface": ("Model", "RowsLeftOut", "load", "loads"),
    "leadscore.live": ("LeadScore", "Scorer", "Touchpoint"),
    "leadscore.model": ("ScoringModel",),
    "leadscore.progress": ("Progress",),
    "leadscore.results": ("Scores",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    """A public name, imported when it is first asked for."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_ROOM_OF[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
