"""What a case must score: single leads through `live.Scorer`, without any reader or engine."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from leadscore.engines.live import Rows
from leadscore.fields import COMPANY_ID
from leadscore.live import Scorer, Touchpoint
from tests.leadscore.engines.histories import Case, Record

_NOT_PROPERTIES = {"lead_id", "type", "occurred_at", "received_at", "id"}


def expected(case: Case) -> tuple[pa.Table, pa.Table]:
    """The scores and contributions of a case that has no attribute changes."""
    scorer = Scorer(case.model)
    rows = Rows(case.model, pa.int64() if case.has_integer_ids else pa.string())
    leads = {lead["lead_id"]: lead for lead in case.leads if _is_known(lead, case.as_of)}
    histories = _histories(case.touchpoints)
    for lead_id in sorted(leads):
        attributes = leads[lead_id]
        colleagues = {
            str(other): histories.get(other, [])
            for other, theirs in leads.items()
            if other != lead_id and theirs.get(COMPANY_ID) == attributes.get(COMPANY_ID)
        }
        own = histories.get(lead_id, [])
        rows.add(lead_id, scorer.score(attributes, own, case.as_of, colleagues))
    return rows.scores(), rows.contributions()


def _is_known(lead: Record, as_of: int) -> bool:
    known_at = lead.get("known_at")
    return known_at is None or known_at <= as_of


def _histories(touchpoints: Sequence[Record]) -> Mapping[str | int, list[Touchpoint]]:
    histories: dict[str | int, list[Touchpoint]] = {}
    for record in touchpoints:
        properties = {name: value for name, value in record.items() if name not in _NOT_PROPERTIES}
        made = Touchpoint(
            record["type"],
            record["occurred_at"],
            record.get("received_at"),
            record.get("id"),
            properties,
        )
        histories.setdefault(record["lead_id"], []).append(made)
    return histories
