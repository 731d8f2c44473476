"""Leads, people and published versions, by what matters to a test."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from django.test import Client

from lejek.demo.versions import shipped_document
from lejek.identity.models import Contact, Lead
from lejek.people.models import Role, Team, User
from lejek.scoring.models import ModelVersion
from lejek.scoring.versions import publish_model

_numbers = count(1)


def user(role: str = Role.MARKETING, *, team: Team | None = None) -> User:
    number = next(_numbers)
    return User.objects.create_user(
        f"{role}{number}@example.com", None, name=f"{role} {number}", role=role, team=team
    )


def client(who: User, lang: str = "en") -> Client:
    found = Client()
    found.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    found.cookies["django_language"] = lang
    return found


def published(now: datetime, document: str | None = None) -> ModelVersion:
    return publish_model(document=document or shipped_document(), note="", actor=None, now=now)


def with_threshold(points: int) -> str:
    """The shipped document with another threshold of engagement for an MQL."""
    document = shipped_document()
    assert "{score.engagement: {ge: 40}}" in document
    return document.replace(
        "{score.engagement: {ge: 40}}", f"{{score.engagement: {{ge: {points}}}}}"
    )


def lead(created_at: datetime, *, owner: User | None = None, stage: str = "lead") -> Lead:
    number = next(_numbers)
    contact = Contact.objects.create(
        first_name="Ala",
        last_name=f"Nowak{number}",
        email=f"ala{number}@example.com",
        created_at=created_at,
        updated_at=created_at,
    )
    return Lead.objects.create(
        contact=contact, created_at=created_at, stage=stage, stage_since=created_at, owner=owner
    )


DAY = timedelta(days=1)
