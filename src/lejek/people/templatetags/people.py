"""The audit log in words."""

from __future__ import annotations

from django import template

from lejek.people import wording

register = template.Library()
register.filter("actor_words", wording.actor_words)
register.filter("action_words", wording.action_words)
register.filter("subject_words", wording.subject_words)
register.filter("detail_words", wording.detail_words)
