"""What other systems can hear of: the types of messages, and what each says.

In: events of the outbox. Out: types with data: ids, keys and places in the API, never personal
data. The receiver asks the API, with a key of its own, for what it may know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Data = dict[str, Any]

TEST = "webhook.test"
LEADS_PER_MESSAGE = 500

TYPES: Mapping[str, str | Promise] = {
    "lead.created": _("a lead is new (not through an import of a file)"),
    "lead.changed": _("something else is known of leads or their companies"),
    "lead.consent_changed": _("somebody gave or withdrew a consent"),
    "lead.stage_changed": _("a lead went to another stage"),
    "lead.definition_met": _("a lead began to meet a definition, such as MQL"),
    "lead.definition_ended": _("a lead ceased to meet a definition"),
    "lead.accepted": _("sales accepted a lead"),
    "lead.rejected": _("sales sent a lead back"),
    "lead.verdict_taken_back": _("a verdict of sales was taken back"),
    "deal.opened": _("a deal was opened"),
    "deal.won": _("a deal was won"),
    "deal.lost": _("a deal was lost"),
    "deal.reopened": _("a closed deal was opened again"),
    "import.finished": _("an import of a file has finished"),
    "import.undone": _("an import of a file was undone"),
    "model.activated": _("another version of the model scores from now on"),
}
"""What an endpoint may hear of, and what it is called on a page."""

ERRORS: Mapping[str, str | Promise] = {
    "name": _("The name of the host is not known."),
    "address": _("The host is not on the public internet."),
    "connect": _("The host does not answer."),
    "certificate": _("The certificate of the host is not trusted, or is for another name."),
    "timeout": _("There was no whole answer in time."),
    "broken": _("The connection broke off."),
    "off": _("The webhook was switched off."),
}
"""Why there was no answer."""


def messages(event: str, content: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
    """What an event says to others: types with their data; nothing for most events."""
    said = _SAID.get(event)
    if said is not None:
        yield from said(content)


def body(type_: str, at: datetime, data: Data) -> str:
    """A message as it is sent, byte for byte at every attempt."""
    content = {"type": type_, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
    return json.dumps(content, separators=(",", ":"))


def _lead(lead_id: int) -> Data:
    return {"id": lead_id, "path": f"/api/v1/leads/{lead_id}"}


Said = Callable[[Mapping[str, Any]], Iterator[tuple[str, Data]]]


def _of_a_lead(type_: str, *keys: str) -> Said:
    """Of one lead: the type, and which parts of the event are told."""

    def said(content: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
        yield type_, {"lead": _lead(content["lead_id"]), **{key: content.get(key) for key in keys}}

    return said


def _of_leads(type_: str) -> Said:
    """Of many leads at once, in messages of a bearable size."""

    def said(content: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
        lead_ids: Sequence[int] = content["lead_ids"]
        for start in range(0, len(lead_ids), LEADS_PER_MESSAGE):
            yield type_, {"leads": [_lead(i) for i in lead_ids[start : start + LEADS_PER_MESSAGE]]}

    return said


def _of_an_import(type_: str) -> Said:
    def said(content: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
        yield type_, {"import": {"id": content["import_id"]}}

    return said


def _definitions(content: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
    of = {"lead": _lead(content["lead_id"]), "model_version": content["model_version"]}
    for name in content["began"]:
        yield "lead.definition_met", {**of, "definition": name}
    for name in content["ended"]:
        yield "lead.definition_ended", {**of, "definition": name}


def _deal(content: Mapping[str, Any], type_: str, *keys: str) -> tuple[str, Data]:
    data = {"deal": {"id": content["deal_id"]}, "lead": _lead(content["lead_id"])}
    return type_, {**data, **{key: content.get(key) for key in keys}}


def _deal_opened(content: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
    yield _deal(content, "deal.opened", "amount", "currency")


def _deal_closed(content: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
    type_ = "deal.won" if content["outcome"] == "won" else "deal.lost"
    yield _deal(content, type_, "amount", "currency")


def _deal_reopened(content: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
    yield _deal(content, "deal.reopened", "was")


def _model(content: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
    number = content["number"]
    yield "model.activated", {"model": {"number": number, "path": f"/api/v1/models/{number}"}}


_SAID: Mapping[str, Said] = {
    "lead_created": _of_leads("lead.created"),
    "attributes_changed": _of_leads("lead.changed"),
    "consent_changed": _of_leads("lead.consent_changed"),
    "stage_changed": _of_a_lead("lead.stage_changed", "old", "new", "definition", "model_version"),
    "definitions_crossed": _definitions,
    "lead_accepted": _of_a_lead("lead.accepted"),
    "lead_rejected": _of_a_lead("lead.rejected", "reason"),
    "verdict_taken_back": _of_a_lead("lead.verdict_taken_back"),
    "deal_opened": _deal_opened,
    "deal_closed": _deal_closed,
    "deal_reopened": _deal_reopened,
    "import_finished": _of_an_import("import.finished"),
    "import_undone": _of_an_import("import.undone"),
    "version_activated": _model,
}
EVENTS = frozenset(_SAID)
"""The events of the outbox that say something to others."""
