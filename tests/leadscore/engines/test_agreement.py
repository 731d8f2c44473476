"""Every engine gives what single leads get one by one: the same integers in the same rows."""

from bisect import bisect_right

import pyarrow as pa
import pyarrow.compute as pc

from leadscore.model import ScoringModel
from leadscore.results import DIMENSION_CAP, GROUP_CAP, Scores
from tests.leadscore.engines.engine import Engine
from tests.leadscore.engines.histories import Case
from tests.leadscore.engines.oracle import expected


def test_every_engine_gives_what_single_leads_get(engine: Engine) -> None:
    def gives_the_same(case: Case) -> None:
        table, lines = expected(case)
        found = engine.scored(case)
        assert_same(found.table, table)
        assert_same(found.contributions, lines)
        assert_adding_up(case.model, found)
        assert_in_their_bands(case.model, found.table)

    engine.for_generated(250, gives_the_same)


def test_scores_are_the_same_without_contributions(engine: Engine) -> None:
    def gives_the_same(case: Case) -> None:
        found = engine.scored(case, contributions=False)
        assert found.contributions is None
        assert_same(found.table, expected(case)[0])

    engine.for_generated(50, gives_the_same)


def assert_same(found: pa.Table | None, wanted: pa.Table) -> None:
    """Equal schemas and equal rows, in order; says which rows differ."""
    assert found is not None
    assert found.schema == wanted.schema
    if not found.equals(wanted):
        assert found.to_pylist() == wanted.to_pylist()


def assert_adding_up(model: ScoringModel, scores: Scores) -> None:
    """The contributions of a dimension sum to its score, for every lead."""
    assert scores.contributions is not None
    lines = scores.contributions
    dimensions = {rule.id: rule.dimension for rule in model.rules}
    dimensions |= {GROUP_CAP + group.name: group.dimension for group in model.groups}
    dimensions |= {DIMENSION_CAP + each.name: each.name for each in model.dimensions}
    of = pa.array([dimensions[name] for name in lines["rule_id"].to_pylist()], pa.string())
    for dimension in model.dimensions:
        own = lines.filter(pc.equal(of, dimension.name))
        sums = own.group_by("lead_id").aggregate([("millipoints", "sum")]).to_pylist()
        by_lead = {row["lead_id"]: row["millipoints_sum"] for row in sums}
        for row in scores.table.to_pylist():
            assert row[f"{dimension.name}_millipoints"] == by_lead.get(row["lead_id"], 0)


def assert_in_their_bands(model: ScoringModel, table: pa.Table) -> None:
    """Every score lies in a band: the last that begins at or below it."""
    for dimension in model.dimensions:
        starts = [band.from_milli for band in dimension.bands]
        points = table[f"{dimension.name}_millipoints"].to_pylist()
        for point, name in zip(points, table[f"{dimension.name}_band"].to_pylist(), strict=True):
            assert dimension.min_milli <= point <= dimension.max_milli
            assert name == dimension.bands[bisect_right(starts, point) - 1].name
