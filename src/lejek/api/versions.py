"""Scoring models: published versions, the draft, its preview, publication and rollback."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from leadscore.document import read_model
from leadscore.errors import InvalidModel
from lejek.api.contract import Made, get, post, put
from lejek.api.failures import Refusal, invalid, problem
from lejek.api.keys import MODELS_EDIT, MODELS_PUBLISH, MODELS_READ, Caller, caller_of
from lejek.api.paging import Id, Paging, page_by_id
from lejek.api.previews import PreviewShape, preview_shape
from lejek.api.shapes import Person, Said, person
from lejek.scoring import versions
from lejek.scoring.models import ModelDraft, ModelVersion, PreviewRun
from lejek.scoring.previews import is_open, may_see, request_preview

router = Router()

LONGEST = 1_000_000
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Note = Annotated[str, Field(max_length=2_000)]


class VersionShape(BaseModel):
    """A published version of the scoring model; it never changes."""

    number: int
    note: str
    author: Person | None
    published_at: datetime
    fingerprint: str
    is_active: bool = Field(description="Whether it scores now.")


class VersionWithDocument(VersionShape):
    """A version with its document."""

    document: str = Field(description="The model in YAML.")


class VersionPage(BaseModel):
    """A page of versions."""

    models: list[VersionShape]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


@get(router, "/models", MODELS_READ, VersionPage)
def list_models(request: HttpRequest, paging: Query[Paging]) -> VersionPage:  # noqa: ARG001
    """The published versions, newest first."""
    rows = ModelVersion.objects.select_related("author").defer("document")
    shown, following = page_by_id(rows, paging, is_newest_first=True)
    active = _active_id()
    return VersionPage(models=[VersionShape(**_said(row, active)) for row in shown], next=following)


def _active_id() -> int | None:
    try:
        active: int = versions.active_version().pk
    except versions.NoActiveModel:
        return None
    return active


def _said(version: ModelVersion, active: int | None) -> dict[str, Any]:
    return {
        "number": version.number,
        "note": version.note,
        "author": person(version.author),
        "published_at": version.published_at,
        "fingerprint": version.fingerprint,
        "is_active": version.pk == active,
    }


@get(router, "/models/active", MODELS_READ, VersionWithDocument)
def read_active_model(request: HttpRequest) -> VersionWithDocument:  # noqa: ARG001
    """The version that scores now; 404 before the first publication."""
    try:
        version = versions.active_version()
    except versions.NoActiveModel:
        raise Http404 from None
    return VersionWithDocument(document=version.document, **_said(version, version.pk))


class ModelProblem(BaseModel):
    """One thing that is wrong or doubtful in a model."""

    code: str
    severity: Literal["error", "warning"]
    path: str
    line: int | None
    column: int | None
    found: str
    accepted: str
    message: str


class DraftShape(BaseModel):
    """The model that is being worked on."""

    document: str = Field(description="The model in YAML.")
    revision: int = Field(
        description="Say it when saving or publishing; 0 while there is no draft."
    )
    based_on: int | None = Field(description="The version that it began with.")
    updated_at: datetime | None
    updated_by: Person | None
    problems: list[ModelProblem] = Field(description="Errors keep it from being published.")


@get(router, "/models/draft", MODELS_READ, DraftShape)
def read_draft(request: HttpRequest) -> DraftShape:  # noqa: ARG001
    """The draft; while there is none, the active version, from which the next one begins."""
    found = _draft()
    if found is not None:
        return _draft_shape(found)
    try:
        version = versions.active_version()
    except versions.NoActiveModel:
        raise Http404 from None
    return DraftShape(
        document=version.document,
        revision=0,
        based_on=version.number,
        updated_at=None,
        updated_by=None,
        problems=_problems(version.document),
    )


def _draft() -> ModelDraft | None:
    return ModelDraft.objects.select_related("based_on", "updated_by").first()


def _draft_shape(draft: ModelDraft) -> DraftShape:
    return DraftShape(
        document=draft.document,
        revision=draft.revision,
        based_on=None if draft.based_on is None else draft.based_on.number,
        updated_at=draft.updated_at,
        updated_by=person(draft.updated_by),
        problems=_problems(draft.document),
    )


def _problems(document: str) -> list[ModelProblem]:
    found = read_model(document, format="yaml").problems
    return [ModelProblem.model_validate(each.as_data("en")) for each in found]


class DraftSaid(Said):
    """A draft, and the revision that it was made from."""

    document: Annotated[str, Field(min_length=1, max_length=LONGEST, description="In YAML.")]
    revision: Annotated[int, Field(ge=0, le=2**31 - 1)]


@put(router, "/models/draft", MODELS_EDIT, DraftShape)
def save_draft(request: HttpRequest, body: DraftSaid) -> DraftShape:
    """Save the draft, sound or not; the answer lists what is wrong with it.

    409 when somebody else saved it since `revision`.
    """
    caller = caller_of(request)
    _check_revision(body.revision, _draft())
    try:
        saved = versions.save_draft(
            document=body.document, revision=body.revision, actor=caller.user, now=caller.now
        )
    except versions.DraftHasMoved:
        raise _moved() from None
    return _draft_shape(saved)


def _check_revision(revision: int, draft: ModelDraft | None) -> None:
    if revision != (0 if draft is None else draft.revision):
        raise _moved()


def _moved() -> Refusal:
    return Refusal(
        409, "The draft was changed by somebody else; read it again.", code="draft_has_moved"
    )


@post(
    router,
    "/models/draft/preview",
    MODELS_EDIT,
    {202: PreviewShape},
    is_atomic=False,
)
def preview_draft(request: HttpRequest) -> Made:
    """Have it worked out what publishing the draft would change.

    The answer is under `/models/previews/{id}` when it is done.
    """
    caller = _preview_caller(request)
    draft = _existing_draft()
    try:
        asked = request_preview(document=draft.document, actor=caller.user, now=caller.now)
    except InvalidModel as error:
        raise _unsound(error) from None
    except versions.NoActiveModel:
        raise Refusal(
            409, "Nothing has been published yet to compare with.", code="no_active_model"
        ) from None
    return Made(_preview(asked, caller), 202)


def _existing_draft() -> ModelDraft:
    draft = _draft()
    if draft is None:
        raise Refusal(404, "There is no draft.", code="no_draft")
    return draft


def _unsound(error: InvalidModel) -> Refusal:
    found = [ModelProblem.model_validate(each.as_data("en")) for each in error.problems]  # type: ignore[attr-defined]
    return invalid(
        [
            problem(f"document:{each.path}", each.found or each.message, each.accepted)
            for each in found
            if each.severity == "error"
        ]
    )


def _preview(asked: PreviewRun, caller: Caller) -> PreviewShape:
    is_over = asked.status != PreviewRun.Status.DONE and not is_open(asked, caller.now)
    if is_over:
        raise Refusal(503, "The preview could not be worked out; ask for it again.")
    return preview_shape(asked, caller.user)


def _preview_caller(request: HttpRequest) -> Caller:
    """Who asks for a preview.

    Raises: Refusal for a caller who sees no leads but the own ones: a preview counts everybody's.
    """
    caller = caller_of(request)
    if not may_see(caller.user):
        raise Refusal(403, "A preview counts the leads of everybody; this key sees its owner's.")
    return caller


@get(router, "/models/previews/{preview_id}", MODELS_READ, PreviewShape)
def read_preview(request: HttpRequest, preview_id: Path[Id]) -> PreviewShape:
    """A preview that was asked for."""
    caller = _preview_caller(request)
    asked = PreviewRun.objects.select_related("version").filter(pk=preview_id).first()
    if asked is None:
        raise Http404
    return _preview(asked, caller)


class PublicationSaid(Said):
    """Which revision of the draft is published, and why."""

    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    note: Note = ""


@post(router, "/models/draft/publish", MODELS_PUBLISH, {201: VersionShape})
def publish_draft(request: HttpRequest, body: PublicationSaid) -> Made:
    """Freeze the draft as the next version and let it score.

    409 when the draft is not at `revision` any more: what is published is what one has read.
    """
    caller = caller_of(request)
    _existing_draft()
    try:
        version = versions.publish_draft(
            revision=body.revision, note=body.note, actor=caller.user, now=caller.now
        )
    except versions.DraftHasMoved:
        raise _moved() from None
    except InvalidModel as error:
        raise _unsound(error) from None
    return Made(VersionShape(**_said(version, version.pk)))


class ActivationSaid(Said):
    """Why a version scores again."""

    note: Note = ""


@get(router, "/models/{number}", MODELS_READ, VersionWithDocument)
def read_model_version(request: HttpRequest, number: Path[Number]) -> VersionWithDocument:  # noqa: ARG001
    """One published version."""
    version = _version(number)
    return VersionWithDocument(document=version.document, **_said(version, _active_id()))


@post(router, "/models/{number}/activate", MODELS_PUBLISH, {200: VersionShape})
def activate_model(
    request: HttpRequest, number: Path[Number], body: ActivationSaid
) -> VersionShape:
    """Let a published version score again; nothing happens when it scores already."""
    caller = caller_of(request)
    version = _version(number)
    versions.roll_back_to(version=version, note=body.note, actor=caller.user, now=caller.now)
    return VersionShape(**_said(version, version.pk))


def _version(number: int) -> ModelVersion:
    version = ModelVersion.objects.select_related("author").filter(number=number).first()
    if version is None:
        raise Http404
    return version
