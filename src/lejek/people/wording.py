"""The audit log in words: what each action and each of its details is called on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lejek.people.models import AuditEntry, Role

ACTIONS: dict[str, str | Promise] = {
    "signed_in": _("signed in"),
    "failed_sign_in": _("failed to sign in"),
    "failed_second_step": _("failed at the second step of signing in"),
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
    "downloaded_rejects": _("downloaded the rejected rows of an import"),
    "changed_position_word": _("changed the vocabulary of positions"),
    "published_model": _("published a scoring model"),
    "rolled_back_model": _("went back to an earlier scoring model"),
    "discarded_draft": _("discarded the draft of the scoring model"),
    "signed_definition": _("signed a definition"),
    "added_lead": _("added a lead by hand"),
    "corrected_lead": _("corrected the data of a lead"),
    "accepted_lead": _("accepted a lead"),
    "rejected_lead": _("sent a lead back"),
    "moved_lead": _("moved a lead to another stage"),
    "took_back_move": _("took back a move to another stage"),
    "took_back_verdict": _("took a verdict back"),
    "exported_leads": _("exported leads"),
    "opened_deal": _("opened a deal"),
    "corrected_deal": _("corrected a deal"),
    "won_deal": _("won a deal"),
    "lost_deal": _("lost a deal"),
    "reopened_deal": _("opened a closed deal again"),
    "added_stage": _("added a stage"),
    "changed_stage": _("changed a stage"),
    "moved_stage": _("moved a stage"),
    "deleted_stage": _("deleted a stage"),
    "added_reason": _("added a reason for sending back"),
    "changed_reason": _("changed a reason for sending back"),
    "moved_reason": _("moved a reason for sending back"),
    "added_webhook": _("added a webhook"),
    "changed_webhook": _("changed a webhook"),
    "deleted_webhook": _("deleted a webhook"),
    "paused_webhook": _("paused a webhook"),
    "switched_on_webhook": _("switched a webhook on"),
    "switched_off_webhook": _("switched a webhook off, because nothing arrives"),
    "rotated_webhook_secret": _("made another secret of a webhook"),
    "tested_webhook": _("sent a test message to a webhook"),
    "replayed_webhook": _("had messages of a webhook sent again"),
    "skipped_webhook_message": _("gave up a message of a webhook"),
    "replayed_job": _("ran a job again"),
    "replayed_event": _("handed an event on again"),
    "discarded_job": _("discarded a failed job"),
    "discarded_event": _("discarded a failed event"),
}
"""A past participle with its object, as `audit.record` keeps it, and how it reads."""

DETAILS: dict[str, str | Promise] = {
    "active": pgettext_lazy("audit", "active"),
    "amount": pgettext_lazy("audit", "amount"),
    "because": pgettext_lazy("audit", "because"),
    "before": pgettext_lazy("audit", "before"),
    "currency": pgettext_lazy("audit", "currency"),
    "definition": pgettext_lazy("audit", "definition"),
    "description": pgettext_lazy("audit", "name of the receiver"),
    "event": pgettext_lazy("audit", "event"),
    "filters": pgettext_lazy("audit", "filters"),
    "fingerprint": pgettext_lazy("audit", "fingerprint"),
    "from": pgettext_lazy("audit", "version before"),
    "host": pgettext_lazy("audit", "host"),
    "import_id": pgettext_lazy("audit", "number of the import"),
    "is_active": pgettext_lazy("audit", "offered"),
    "is_again": pgettext_lazy("audit", "while signed in"),
    "is_won": pgettext_lazy("audit", "won"),
    "is_working": pgettext_lazy("audit", "worked on by sales"),
    "kind": pgettext_lazy("audit", "kind"),
    "label_en": pgettext_lazy("audit", "name in English"),
    "label_pl": pgettext_lazy("audit", "name in Polish"),
    "meaning": pgettext_lazy("audit", "meaning"),
    "messages": pgettext_lazy("audit", "messages"),
    "name": pgettext_lazy("audit", "name"),
    "new": pgettext_lazy("audit", "new"),
    "note": pgettext_lazy("audit", "note"),
    "place": pgettext_lazy("audit", "place"),
    "reason": pgettext_lazy("audit", "reason"),
    "rejected": pgettext_lazy("audit", "rejected"),
    "role": pgettext_lazy("audit", "role"),
    "scopes": pgettext_lazy("audit", "scopes"),
    "side": pgettext_lazy("audit", "side"),
    "task": pgettext_lazy("audit", "task"),
    "team": pgettext_lazy("audit", "team"),
    "types": pgettext_lazy("audit", "hears of"),
    "unchanged": pgettext_lazy("audit", "unchanged"),
    "updated": pgettext_lazy("audit", "updated"),
    "waiting": pgettext_lazy("audit", "waiting for their person"),
    "was": pgettext_lazy("audit", "was"),
}
"""What each detail is called."""

_VALUES: dict[tuple[str, str], str | Promise] = {
    **{("role", role.value): role.label for role in Role},
    ("side", "marketing"): pgettext_lazy("audit", "marketing"),
    ("side", "sales"): pgettext_lazy("audit", "sales"),
    ("was", "won"): pgettext_lazy("audit", "won"),
    ("was", "lost"): pgettext_lazy("audit", "lost"),
    ("because", "gone"): pgettext_lazy("audit", "the address is gone for good"),
    ("because", "failing"): pgettext_lazy("audit", "nothing arrived for five days"),
    ("kind", "totp"): pgettext_lazy("audit", "code from an app"),
    ("kind", "webauthn"): pgettext_lazy("audit", "passkey or security key"),
    ("kind", "recovery_codes"): pgettext_lazy("audit", "recovery codes"),
}
FAILED = ("failed_sign_in", "failed_second_step")
"""What somebody did who was not let in."""
_SOMEBODY = _("somebody who was not let in")
_YES, _NO = pgettext_lazy("audit", "yes"), pgettext_lazy("audit", "no")
_NOTHING = "–"

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


def actor_words(entry: AuditEntry) -> str:
    """Who did it; whoever failed at the door is nobody that we know."""
    if entry.actor_name:
        return entry.actor_name
    return str(_SOMEBODY if entry.action in FAILED else _("the system"))


def detail_words(details: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The details of an entry, each with what it is called, in the language of the page."""
    for name, value in details.items():
        yield str(DETAILS.get(name, name.replace("_", " "))), _value_words(name, value)


def _value_words(name: str, value: object) -> str:
    """A value; a pair of a changed one is what it was and what it is."""
    if isinstance(value, Mapping):
        return "; ".join(f"{label}: {text}" for label, text in detail_words(value))
    if isinstance(value, list):
        separator = ", " if name in ("scopes", "meaning", "types") else " → "
        return separator.join(_value_words(name, each) for each in value)
    if isinstance(value, bool):
        return str(_YES if value else _NO)
    if value is None or value == "":
        return _NOTHING
    if name == "amount" and isinstance(value, int):
        return number_format(value / 100, decimal_pos=2, force_grouping=True)
    return str(_VALUES.get((name, str(value)), value))
