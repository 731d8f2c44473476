"""What each role may do, and whose leads it sees."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from lejek.people.models import Role


class Scope(StrEnum):
    """Whose leads somebody sees."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


_READING = frozenset(
    {"leads.read", "models.read", "definitions.read", "reports.read", "imports.read"}
)
_SELLING = frozenset({"leads.judge", "leads.edit", "leads.export"})
_MARKETING = frozenset(
    {
        "imports.write",
        "models.edit",
        "models.publish",
        "leads.export",
        "leads.edit",
        "settings.edit",
    }
)
_EVERYTHING = (
    _READING
    | _SELLING
    | _MARKETING
    | {"users.edit", "audit.read", "api.use", "definitions.sign", "jobs.edit"}
)

PERMISSIONS: Mapping[str, frozenset[str]] = {
    Role.MARKETING: _READING | _MARKETING | {"definitions.sign", "api.use"},
    Role.SALES: (_READING - {"imports.read"}) | _SELLING,
    Role.MANAGER: _READING | _SELLING | {"definitions.sign"},
    Role.ADMINISTRATOR: _EVERYTHING,
    Role.AUDITOR: _READING | {"audit.read"},
}

SCOPES: Mapping[str, Scope] = {
    Role.MARKETING: Scope.ALL,
    Role.SALES: Scope.OWN,
    Role.MANAGER: Scope.TEAM,
    Role.ADMINISTRATOR: Scope.ALL,
    Role.AUDITOR: Scope.ALL,
}

SIGNS_FOR: Mapping[str, str] = {
    Role.MARKETING: "marketing",
    Role.MANAGER: "sales",
}
"""For which side somebody signs a definition; an administrator may sign for either."""
