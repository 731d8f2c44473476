"""The scoring models of the demo organisation, and which of them scored when.

In: who publishes, and now. Out: two published versions: the model that the product comes with, and
what was changed in it a year later.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from leadscore.fields import ModelFields
from lejek.people import audit
from lejek.people.models import User
from lejek.scoring.editing import edited
from lejek.scoring.models import Activation, ModelVersion
from lejek.scoring.versions import Ready, fingerprint, read_document, ready

LEARNED_DAYS = 180
"""How long ago the second version was published."""

_BEGUN = "Model początkowy"
_LEARNED = "Branże zawężone do tych, które kupują; otwarcia e-maili bez punktów"


@dataclass(frozen=True, slots=True)
class Published:
    """Versions and when each began to score, the oldest first."""

    moments: tuple[datetime, ...]
    versions: tuple[Ready, ...]

    def at(self, moment: datetime) -> Ready:
        """The version that scored at a moment."""
        return self.versions[bisect_right(self.moments, moment) - 1]

    @property
    def fields(self) -> ModelFields:
        """The fields that any of the versions asks for."""
        asked = [version.fields for version in self.versions]
        return ModelFields(
            {name: kind for fields in asked for name, kind in fields.attributes.items()},
            {name: kind for fields in asked for name, kind in fields.properties.items()},
        )


def publish(author: User, begun_at: datetime, now: datetime) -> Published:
    """Both versions as they were published.

    Writes: versions, activations and audit entries.
    """
    moments = (begun_at, now - timedelta(days=LEARNED_DAYS))
    said = ((shipped_document(), _BEGUN), (learned_document(), _LEARNED))
    versions = tuple(
        _publish(number, document, note, author, at)
        for number, (at, (document, note)) in enumerate(zip(moments, said, strict=True), 1)
    )
    return Published(moments, versions)


def _publish(number: int, document: str, note: str, author: User, at: datetime) -> Ready:
    version = ModelVersion.objects.create(
        number=number,
        document=document,
        fingerprint=fingerprint(document),
        note=note,
        author=author,
        published_at=at,
    )
    Activation.objects.create(version=version, at=at, actor=author, note=note)
    audit.record(
        actor=author,
        action="published_model",
        subject=f"#{number}",
        details={"note": note, "fingerprint": version.fingerprint},
        now=at,
    )
    return ready(version)


def shipped_document() -> str:
    """The scoring model that the product comes with."""
    return (files("leadscore") / "models" / "b2b-default.yaml").read_text(encoding="utf-8")


def learned_document() -> str:
    """The same after a year of won and lost deals: fewer industries, and no points for opens."""
    found = edited(read_document(shipped_document()), _learn)
    if found.document is None:
        raise ValueError(found.errors)
    return found.document


def _learn(data: dict[str, Any]) -> None:
    data["rules"] = [rule for rule in data["rules"] if rule["id"] != "email-open"]
    for rule in data["rules"]:
        if rule["id"] == "target-industry":
            rule["points"] = 20
            rule["when"] = {"company.industry": {"in": ["energy", "manufacturing", "logistics"]}}
