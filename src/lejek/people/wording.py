"""The audit log in words: what each action is called on a page."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "signed_in": _("signed in"),
    "changed_password": _("changed the password"),
    "reset_password": _("set a password through a link"),
    "added_second_factor": _("added a second step of signing in"),
    "removed_second_factor": _("removed a second step of signing in"),
    "renewed_second_factor": _("made new recovery codes"),
    "added_user": _("added a user"),
    "changed_user": _("changed a user"),
    "sent_password_link": _("had a link sent that sets a password"),
    "made_password_link": _("had a link shown that sets a password"),
    "added_team": _("added a team"),
    "renamed_team": _("renamed a team"),
    "deleted_team": _("deleted a team"),
    "made_api_key": _("made an API key"),
    "revoked_api_key": _("revoked an API key"),
    "imported_file": _("imported a file"),
    "undid_import": _("undid an import"),
    "changed_position_word": _("changed the vocabulary of positions"),
    "published_model": _("published a scoring model"),
    "rolled_back_model": _("went back to an earlier scoring model"),
    "discarded_draft": _("discarded the draft of the scoring model"),
    "signed_definition": _("signed a definition"),
    "accepted_lead": _("accepted a lead"),
    "rejected_lead": _("sent a lead back"),
    "took_back_verdict": _("took a verdict back"),
    "exported_leads": _("exported leads"),
    "won_deal": _("won a deal"),
    "lost_deal": _("lost a deal"),
    "added_stage": _("added a stage"),
    "changed_stage": _("changed a stage"),
    "moved_stage": _("moved a stage"),
    "deleted_stage": _("deleted a stage"),
    "added_reason": _("added a reason for sending back"),
    "changed_reason": _("changed a reason for sending back"),
    "moved_reason": _("moved a reason for sending back"),
    "replayed_job": _("ran a job again"),
    "replayed_event": _("handed an event on again"),
}
"""A past participle with its object, as `audit.record` keeps it, and how it reads."""

_SUBJECTS: tuple[tuple[str, str | Promise], ...] = (
    (r"lead (\d+)", _("lead {number}")),
    (r"job (\d+)", _("job {number}")),
    (r"event (\d+)", _("event {number}")),
    (r"(\d+) leads", _("leads: {number}")),
    (r"#(\d+)", _("version {number}")),
)


def action_words(action: str) -> str:
    """What somebody did, in the language of the page."""
    return str(ACTIONS.get(action, action.replace("_", " ")))


def subject_words(subject: str) -> str:
    """What it was about, in the language of the page."""
    for pattern, words in _SUBJECTS:
        if found := re.fullmatch(pattern, subject):
            return str(words).format(number=found[1])
    return subject
