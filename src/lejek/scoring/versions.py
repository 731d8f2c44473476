"""Drafts, published versions, and which of them scores.

In: a document and who wrote it. Out: frozen versions; the newest activation says which one scores.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files

from django.db import transaction
from django.db.models import Max

from leadscore.conditions import FieldType
from leadscore.document import read_model
from leadscore.errors import InvalidModel, LeadScoreError
from leadscore.fields import COMPANY_ID, ModelFields, model_fields
from leadscore.language.catalogue import field_name
from leadscore.live import Scorer
from leadscore.model import ScoringModel
from lejek.identity.fields import BUILT_IN
from lejek.identity.models import FieldDefinition
from lejek.kernel.events import emit
from lejek.people import audit
from lejek.people.models import User
from lejek.scoring.models import Activation, DraftRevision, ModelDraft, ModelVersion


class NoActiveModel(LeadScoreError):
    """Nothing has been published yet, so nothing can be scored."""


class DraftHasMoved(LeadScoreError):
    """Somebody else saved the draft in the meantime."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A published version made ready to score."""

    version_id: int
    number: int
    model: ScoringModel
    fields: ModelFields
    scorer: Scorer

    @property
    def watches_companies(self) -> bool:
        """Whether touchpoints of colleagues count."""
        return self.scorer.watches_companies


def read_document(document: str) -> ScoringModel:
    """The scoring model of a document.

    Raises: InvalidModel with every problem.
    """
    reading = read_model(document, format="yaml", source="model")
    if reading.model is None:
        raise InvalidModel(reading.problems)
    return reading.model


def fingerprint(document: str) -> str:
    """The hash that tells documents apart."""
    return hashlib.sha256(document.encode()).hexdigest()


def active_version() -> ModelVersion:
    """The version that scores now.

    Queries: one.
    Raises: NoActiveModel before the first publication.
    """
    newest = Activation.objects.select_related("version").order_by("-id").first()
    if newest is None:
        raise NoActiveModel("no scoring model has been published yet")
    return newest.version


def ready(version: ModelVersion) -> Ready:
    """A version made ready to score, remembered by its fingerprint."""
    return _ready(version.pk, version.number, version.document)


@lru_cache(maxsize=8)
def _ready(version_id: int, number: int, document: str) -> Ready:
    model = read_document(document)
    return Ready(version_id, number, model, model_fields(model), Scorer(model))


def draft_or_active(active: ModelVersion | None, *, now: datetime) -> ModelDraft:
    """The draft; while nobody has begun one, the active version as revision 0 of it, unsaved.

    Raises: NoActiveModel when there is nothing to begin with.
    """
    found = ModelDraft.objects.select_related("based_on", "updated_by").first()
    if found is not None:
        return found
    if active is None:
        raise NoActiveModel("no scoring model has been published yet")
    return ModelDraft(document=active.document, based_on=active, revision=0, updated_at=now)


@transaction.atomic
def save_draft(*, document: str, revision: int, actor: User | None, now: datetime) -> ModelDraft:
    """Keep the draft as somebody wrote it, sound or not; how it was before can be brought back.

    `revision` is the one that they started from.
    Raises: DraftHasMoved when somebody else saved in between.
    Repeat: saving the same document again changes nothing.
    """
    before = ModelDraft.objects.filter(revision=revision).first()
    if before is None:
        return _begun(document=document, revision=revision, actor=actor, now=now)
    if before.document == document:
        return before
    saved = ModelDraft.objects.filter(revision=revision).update(
        document=document, revision=revision + 1, updated_at=now, updated_by=actor
    )
    if not saved:
        raise DraftHasMoved("the draft was changed by somebody else; load it again")
    DraftRevision.objects.create(
        document=before.document, revision=revision, saved_at=now, saved_by=actor
    )
    return ModelDraft.objects.get()


def _begun(*, document: str, revision: int, actor: User | None, now: datetime) -> ModelDraft:
    """The first draft since the last publication; the lock lets one of two be the first."""
    newest = (
        Activation.objects.select_for_update().select_related("version").order_by("-id").first()
    )
    if revision or ModelDraft.objects.exists():
        raise DraftHasMoved("the draft was changed by somebody else; load it again")
    version = None if newest is None else newest.version
    made = ModelDraft(
        document=document, based_on=version, revision=0, updated_at=now, updated_by=actor
    )
    if version is not None:
        if version.document == document:
            return made
        DraftRevision.objects.create(
            document=version.document, revision=0, saved_at=now, saved_by=actor
        )
    made.revision = 1
    made.save(force_insert=True)
    return made


@transaction.atomic
def undo_draft(*, revision: int, actor: User | None, now: datetime) -> ModelDraft | None:
    """Bring the draft back as it was before it was last saved.

    Returns: None when there is nothing to take back.
    Raises: DraftHasMoved when somebody else saved in between.
    """
    last = DraftRevision.objects.order_by("-id").first()
    if last is None:
        return None
    restored = ModelDraft.objects.filter(revision=revision).update(
        document=last.document, revision=revision + 1, updated_at=now, updated_by=actor
    )
    if not restored:
        raise DraftHasMoved("the draft was changed by somebody else; load it again")
    last.delete()
    return ModelDraft.objects.get()


@transaction.atomic
def discard_draft(*, actor: User | None, now: datetime) -> bool:
    """Throw the draft away; the active version is where the next one begins.

    Repeat: without a draft nothing happens, and the answer is False.
    """
    n_gone, _ = ModelDraft.objects.all().delete()
    DraftRevision.objects.all().delete()
    if n_gone:
        audit.record(actor=actor, action="discarded_draft", now=now)
    return bool(n_gone)


def begin_with_supplied_model(*, actor: User | None, now: datetime) -> ModelDraft:
    """A draft from the model that comes with the product, unless there is a draft already."""
    found = ModelDraft.objects.first()
    if found is not None:
        return found
    document = (files("leadscore.models") / "b2b-default.yaml").read_text(encoding="utf-8")
    return ModelDraft.objects.create(document=document, updated_at=now, updated_by=actor)


@transaction.atomic
def publish_model(*, document: str, note: str, actor: User | None, now: datetime) -> ModelVersion:
    """Freeze a document as the next version and let it score.

    Writes: a version, its activation, an audit entry, the event version_activated; the draft goes.
    Raises: InvalidModel with every problem; nothing is written then.
    """
    read_document(document)
    last = ModelVersion.objects.aggregate(last=Max("number"))["last"] or 0
    version = ModelVersion.objects.create(
        number=last + 1,
        document=document,
        fingerprint=fingerprint(document),
        note=note,
        author=actor,
        published_at=now,
    )
    ModelDraft.objects.all().delete()
    DraftRevision.objects.all().delete()
    audit.record(
        actor=actor,
        action="published_model",
        subject=f"#{version.number}",
        details={"note": note, "fingerprint": version.fingerprint},
        now=now,
    )
    _activate(version, note=note, actor=actor, now=now)
    return version


@transaction.atomic
def publish_draft(*, revision: int, note: str, actor: User | None, now: datetime) -> ModelVersion:
    """Publish the draft exactly as somebody saw it.

    Raises: DraftHasMoved when it was saved since, or is not there; InvalidModel with every problem.
    """
    found = ModelDraft.objects.select_for_update().filter(revision=revision).first()
    if found is None:
        raise DraftHasMoved("the draft was changed by somebody else; look at it again")
    return publish_model(document=found.document, note=note, actor=actor, now=now)


@transaction.atomic
def roll_back_to(
    *, version: ModelVersion, note: str, actor: User | None, now: datetime
) -> Activation:
    """Let an earlier version score again.

    Repeat: activating the version that already scores changes nothing.
    """
    newest = Activation.objects.order_by("-id").first()
    if newest is not None and newest.version_id == version.pk:
        return newest
    audit.record(
        actor=actor,
        action="rolled_back_model",
        subject=f"#{version.number}",
        details={"from": newest.version.number if newest else None, "note": note},
        now=now,
    )
    return _activate(version, note=note, actor=actor, now=now)


def _activate(version: ModelVersion, *, note: str, actor: User | None, now: datetime) -> Activation:
    _make_known(ready(version).fields)
    activation = Activation.objects.create(version=version, at=now, actor=actor, note=note)
    emit("version_activated", {"version_id": version.pk, "number": version.number}, now=now)
    return activation


def _make_known(fields: ModelFields) -> None:
    """Let the fields that a model asks for be told: typed in, imported, sent by programs."""
    missing = fields.attributes.keys() - BUILT_IN.keys() - {COMPANY_ID}
    for name in sorted(missing):
        kind = fields.attributes[name]
        FieldDefinition.objects.get_or_create(
            name=name,
            defaults={
                "type": str(FieldType.TEXT if kind is FieldType.ANY else kind),
                "label_pl": field_name(name, "pl")[:100],
                "label_en": field_name(name, "en")[:100],
            },
        )
