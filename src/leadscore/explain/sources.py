"""The reasons of one lead, from batch scores or from a live score."""

from __future__ import annotations

from datetime import date

from leadscore.days import day_to_date
from leadscore.errors import LeadScoreError
from leadscore.explain.adding import Given, Row, explanation, integer
from leadscore.explain.values import Explanation, LeadId
from leadscore.live import LeadScore
from leadscore.model import ScoringModel
from leadscore.results import Scores, of_lead


class UnknownLead(LeadScoreError):
    """A lead that is not among the scored ones."""


def explain(scores: Scores, lead_id: LeadId, lang: str = "en") -> Explanation:
    """Why one of the scored leads has its score.

    Raises: UnknownLead when it is not among them; ValueError when the scores were made without
    contributions.
    """
    if scores.contributions is None:
        raise ValueError("these scores have no contributions; score with contributions=True")
    rows: list[Row] = of_lead(scores.table, lead_id).to_pylist()
    if not rows:
        raise UnknownLead(f"no lead {lead_id!r} among the {scores.table.num_rows} scored leads")
    given = [
        Given(
            str(line["rule_id"]),
            integer(line, "times"),
            _date_or_none(line, "latest_on"),
            integer(line, "millipoints_raw"),
            integer(line, "millipoints"),
        )
        for line in of_lead(scores.contributions, lead_id).to_pylist()
    ]
    return explanation(scores.model, given, rows[0], scores.as_of, lang)


def explain_live(
    model: ScoringModel, lead_id: LeadId, score: LeadScore, as_of: int, lang: str = "en"
) -> Explanation:
    """Why a lead that was scored live has its score."""
    given = [
        Given(
            line.rule_id,
            line.times,
            None if line.latest_day is None else day_to_date(line.latest_day),
            line.raw,
            line.milli,
        )
        for line in score.contributions
    ]
    row: dict[str, object] = {"lead_id": lead_id, "grade": score.grade}
    row["overall_millipoints"] = score.overall
    row.update((f"{name}_millipoints", milli) for name, milli in score.scores.items())
    row.update((f"{name}_band", band) for name, band in score.bands.items())
    row.update(score.definitions)
    row.update((f"{name}_kept", is_kept) for name, is_kept in score.kept.items())
    return explanation(model, given, row, as_of, lang)


def _date_or_none(row: Row, name: str) -> date | None:
    value = row[name]
    return value if isinstance(value, date) else None
