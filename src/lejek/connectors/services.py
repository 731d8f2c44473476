"""Webhooks: making and changing them, each change in the audit log; sending again."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from lejek.connectors.catalogue import TEST, body
from lejek.connectors.models import Delivery, Endpoint, OldSecret
from lejek.connectors.rules import OLD_SECRET_KEPT
from lejek.kernel import jobs
from lejek.kernel.ids import uuid7
from lejek.people import audit
from lejek.people.mail import can_send_mail
from lejek.people.models import Role, User

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """What somebody entered for an endpoint."""

    address: str
    description: str
    types: Sequence[str]


@transaction.atomic
def add_endpoint(*, entry: EndpointEntry, actor: User, now: datetime) -> Endpoint:
    """A new endpoint, which hears of everything from now on."""
    endpoint = Endpoint.objects.create(
        address=entry.address,
        description=entry.description,
        types=sorted(entry.types),
        secret=_new_secret(),
        made_by=actor,
        made_at=now,
    )
    details = {"host": endpoint.host, "types": endpoint.types}
    _note("added_webhook", endpoint, actor, now, details=details)
    return endpoint


@transaction.atomic
def change_endpoint(
    *, endpoint: Endpoint, entry: EndpointEntry, actor: User, now: datetime
) -> bool:
    """Another address, description or choice of events; what waits goes to the new address.

    Repeat: entering the same again changes nothing and returns False.
    """
    before = EndpointEntry(endpoint.address, endpoint.description, endpoint.types)
    after = EndpointEntry(entry.address, entry.description, sorted(entry.types))
    if before == after:
        return False
    host = endpoint.host
    endpoint.address, endpoint.description, endpoint.types = (
        after.address,
        after.description,
        list(after.types),
    )
    endpoint.save(update_fields=["address", "description", "types"])
    details: dict[str, object] = {}
    if before.address != after.address:
        details["host"] = [host, endpoint.host]
        _try_anew(endpoint)
    if before.types != after.types:
        details["types"] = endpoint.types
    if before.description != after.description:
        details["description"] = [before.description, after.description]
    _note("changed_webhook", endpoint, actor, now, details=details)
    return True


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint, actor: User, now: datetime) -> str:
    """Another secret; the old one signs too for a day, so that the receiver has time.

    Returns: the new secret, which is shown once.
    Repeat: yet another; whichever of them the receiver knows, it signs for its day.
    """
    endpoint.refresh_from_db(from_queryset=Endpoint.objects.select_for_update())
    until = (now + OLD_SECRET_KEPT).isoformat()
    old = OldSecret(secret=endpoint.secret, until=until)
    endpoint.secret, endpoint.old_secrets = _new_secret(), [*endpoint.old_secrets_at(now), old]
    endpoint.save(update_fields=["secret", "old_secrets"])
    _note("rotated_webhook_secret", endpoint, actor, now)
    return endpoint.secret


@transaction.atomic
def pause(*, endpoint: Endpoint, actor: User, now: datetime) -> bool:
    """Let nothing leave for a while; what happens waits.

    Repeat: False, and nothing changes, when it is not on.
    """
    is_on = Endpoint.objects.filter(pk=endpoint.pk, state=Endpoint.State.ON)
    if not is_on.update(state=Endpoint.State.PAUSED):
        return False
    _note("paused_webhook", endpoint, actor, now)
    return True


@transaction.atomic
def switch_on(*, endpoint: Endpoint, actor: User, now: datetime) -> bool:
    """Let messages leave again; what waits leaves first, what was given up only when asked for.

    Repeat: False, and nothing changes, when it is on.
    """
    others = Endpoint.objects.filter(pk=endpoint.pk).exclude(state=Endpoint.State.ON)
    if not others.update(state=Endpoint.State.ON, off_because=""):
        return False
    _try_anew(endpoint)
    _note("switched_on_webhook", endpoint, actor, now)
    return True


@transaction.atomic
def switch_off(*, endpoint: Endpoint, because: Endpoint.Reason, now: datetime) -> None:
    """Give an endpoint up, with everything that waits for it, and tell who can mend it.

    Writes: the endpoint, its messages, the audit log, a letter to each administrator.
    """
    Endpoint.objects.filter(pk=endpoint.pk).update(
        state=Endpoint.State.OFF, off_because=because, retry_at=None
    )
    Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING).update(
        state=Delivery.State.GIVEN_UP, finished_at=now
    )
    _note("switched_off_webhook", endpoint, None, now, details={"because": because.value})
    _tell_administrators(endpoint, because, now)


def _tell_administrators(endpoint: Endpoint, because: Endpoint.Reason, now: datetime) -> None:
    if not can_send_mail():
        return
    for each in User.objects.filter(role=Role.ADMINISTRATOR, is_active=True):
        with override(each.language):
            letter = {
                "subject": _("A webhook was switched off: {name}").format(name=endpoint),
                "text": _(
                    "Lejek sends nothing to {host} any more: {reason}.\n\nWhat happens meanwhile "
                    "is kept for 30 days. Once the receiver is mended, switch the webhook on under "
                    "Settings → Webhooks, and send again what was given up."
                ).format(host=endpoint.host, reason=because.label),
                "to": each.email,
            }
        jobs.enqueue("lejek.people.jobs.send_message", letter, now=now)


@transaction.atomic
def delete_endpoint(*, endpoint: Endpoint, actor: User, now: datetime) -> None:
    """Take an endpoint away, with everything that waits for it and its log."""
    _note("deleted_webhook", endpoint, actor, now, details={"host": endpoint.host})
    endpoint.delete()


@transaction.atomic
def send_test(*, endpoint: Endpoint, actor: User, now: datetime) -> Delivery:
    """A message that says nothing, behind what waits already; the next try is at once."""
    delivery = Delivery.objects.create(
        message_id=uuid7(now),
        endpoint=endpoint,
        type=TEST,
        body=body(TEST, now, {}),
        made_at=now,
    )
    _try_at_once(endpoint)
    _note("tested_webhook", endpoint, actor, now)
    return delivery


@transaction.atomic
def send_again(
    *, endpoint: Endpoint, delivery: Delivery | None = None, actor: User, now: datetime
) -> int:
    """Put a message that has ended back into the queue, or all that were given up.

    It keeps its id and its place, so it leaves before younger ones.
    Returns: how many. Repeat: those that wait already are not counted.
    """
    ended = Delivery.objects.filter(endpoint=endpoint)
    if delivery is None:
        ended = ended.filter(state=Delivery.State.GIVEN_UP)
    else:
        ended = ended.filter(pk=delivery.pk).exclude(state=Delivery.State.WAITING)
    n_again = ended.update(
        state=Delivery.State.WAITING, finished_at=None, status=None, error="", answer=""
    )
    if n_again:
        _try_at_once(endpoint)
        _note("replayed_webhook", endpoint, actor, now, details={"messages": n_again})
    return n_again


@transaction.atomic
def skip(*, delivery: Delivery, actor: User, now: datetime) -> bool:
    """Give up one message that waits, so that those behind it leave.

    Repeat: False, and nothing changes, when it does not wait.
    """
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    if not waiting.update(state=Delivery.State.GIVEN_UP, finished_at=now):
        return False
    _try_anew(delivery.endpoint)
    _note("skipped_webhook_message", delivery.endpoint, actor, now, details={"messages": 1})
    return True


def _try_at_once(endpoint: Endpoint) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(retry_at=None)


def _try_anew(endpoint: Endpoint) -> None:
    """Try at once, with all patience; of what is under way nothing is written down any more."""
    Endpoint.objects.filter(pk=endpoint.pk).update(
        failing_since=None, n_failures=0, retry_at=None, held_until=None
    )


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def _note(
    action: str,
    endpoint: Endpoint,
    actor: User | None,
    now: datetime,
    *,
    details: dict[str, object] | None = None,
) -> None:
    audit.record(actor=actor, action=action, subject=str(endpoint), details=details, now=now)
