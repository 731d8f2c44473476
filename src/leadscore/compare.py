"""Two results over the same leads: who changes band, how definitions' counts move.

In: scores before and after (two models, or two moments). Out: counts, matrices and the leads that
moved. Everything about leads is done by columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import RenderableType

from leadscore.arithmetic import points_text
from leadscore.days import from_instant
from leadscore.inputs.rejects import joined_rejects
from leadscore.model import Dimension, ScoringModel
from leadscore.rendering.differences import difference_tables
from leadscore.rendering.terminal import plain_text
from leadscore.results import Scores

BEFORE, AFTER = "_before", "_after"
"""What the columns of the two sides end in."""

MOVERS = 10


@dataclass(frozen=True, slots=True)
class BandMigration:
    """How leads move between the bands of one dimension that both models have.

    Shape: `counts[i][j]` leads were in `before[i]` and are in `after[j]`; bands coldest first.
    """

    dimension: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def n_changed(self) -> int:
        """Leads whose band has another name now."""
        return sum(
            count
            for was, row in zip(self.before, self.counts, strict=True)
            for now, count in zip(self.after, row, strict=True)
            if was != now
        )


@dataclass(frozen=True, slots=True)
class DefinitionMove:
    """How many leads meet a definition before and after; who met it and is kept, still does.

    A model that lacks the definition has no count, and then nobody enters or leaves.
    """

    name: str
    n_before: int | None
    n_after: int | None
    entered: int | None
    left: int | None
    stayed: int | None


@dataclass(frozen=True, slots=True)
class ScoreShift:
    """How one score moves over all leads. Units: milli-points."""

    score: str
    n_rose: int
    n_fell: int
    n_same: int
    sum_before_milli: int
    sum_after_milli: int
    median_change_milli: int | None
    """The middle change (the lower of two); None without leads."""


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """What another model, or another moment, changes.

    Shape: `leads` has one row per lead that both sides know, sorted by lead_id, with every column
    of both as `<column>_before` and `<column>_after`, and `overall_change_millipoints`. The column
    of a definition says whether the lead counts: after, who meets it, or met it and is kept.
    """

    before: ScoringModel
    after: ScoringModel
    as_of_before: int
    as_of_after: int
    n_only_before: int
    n_only_after: int
    shifts: tuple[ScoreShift, ...]
    bands: tuple[BandMigration, ...]
    definitions: tuple[DefinitionMove, ...]
    leads: pa.Table = field(repr=False)
    rejects: pa.Table = field(repr=False)
    """The rows that either side had to leave out, and why; each of them once."""

    @property
    def n_leads(self) -> int:
        """Leads that both sides know."""
        return int(self.leads.num_rows)

    @property
    def changed(self) -> pa.Table:
        """The leads that change a band, the grade or a definition, with both sides."""
        return self.leads.filter(_is_changed(self.leads, self._discrete_columns()))

    def movers(self, n: int = MOVERS) -> pa.Table:
        """The leads whose overall score moves most, the largest move first.

        Shape: lead_id, overall_millipoints before and after, the change, bands and grade.
        """
        table = self.leads.select([*_MOVER_COLUMNS, *self._told_columns()])
        moved = table.filter(pc.not_equal(table[_CHANGE], 0))
        size = pc.abs(moved[_CHANGE])
        order = [("size", "descending"), ("lead_id", "ascending")]
        ranked = moved.append_column("size", size).sort_by(order).drop_columns(["size"])
        return ranked.slice(0, n)

    def as_data(self, movers: int = MOVERS) -> dict[str, object]:
        """The same as plain values, for machines; points as exact text."""
        return {
            "before": {"model": self.before.name, "as_of": _moment(self.as_of_before)},
            "after": {"model": self.after.name, "as_of": _moment(self.as_of_after)},
            "leads": self.n_leads,
            "only_before": self.n_only_before,
            "only_after": self.n_only_after,
            "shifts": [_shift_data(shift) for shift in self.shifts],
            "bands": [
                {
                    "dimension": part.dimension,
                    "before": list(part.before),
                    "after": list(part.after),
                    "counts": [list(row) for row in part.counts],
                    "changed": part.n_changed,
                }
                for part in self.bands
            ],
            "definitions": [
                {
                    "name": move.name,
                    "before": move.n_before,
                    "after": move.n_after,
                    "entered": move.entered,
                    "left": move.left,
                    "stayed": move.stayed,
                }
                for move in self.definitions
            ],
            "movers": self.movers(movers).to_pylist(),
        }

    def render(self, lang: str = "en", movers: int = MOVERS) -> RenderableType:
        """The tables for a terminal, in English or Polish."""
        return difference_tables(self, lang, movers)

    def as_text(self, lang: str = "en", width: int = 100, movers: int = MOVERS) -> str:
        """The same as plain text, without colours."""
        return plain_text(self.render(lang, movers), width)

    def __rich__(self) -> RenderableType:
        return self.render()

    def __str__(self) -> str:
        return self.as_text()

    def _discrete_columns(self) -> list[str]:
        names = [f"{part.dimension}_band" for part in self.bands] + ["grade"]
        return names + [move.name for move in self.definitions if move.entered is not None]

    def _told_columns(self) -> list[str]:
        names = [f"{part.dimension}_band" for part in self.bands] + ["grade"]
        return [name + side for name in names for side in (BEFORE, AFTER)]


_CHANGE = "overall_change_millipoints"
_MOVER_COLUMNS = (
    "lead_id",
    f"overall_millipoints{BEFORE}",
    f"overall_millipoints{AFTER}",
    _CHANGE,
)


def compare(
    before: Scores, after: Scores, *, met_before: Mapping[str, pa.Array] | None = None
) -> Differences:
    """What changes from one result to another over the leads that both know.

    A definition that both models have is carried over: who met it before counts after as long as
    the later model keeps it. Who met it before is what the first result says; one result alone
    cannot know who began to meet it still earlier. Whoever does know says so in `met_before`: by
    definition, the leads that count as meeting it.

    Raises: ValueError when one side has integer lead ids and the other text.
    """
    leads = _joined(before.table, after.table)
    leads = _known_before(leads, before.model, met_before or {})
    leads = _carried(leads, before.model, after.model)
    return Differences(
        before=before.model,
        after=after.model,
        as_of_before=before.as_of,
        as_of_after=after.as_of,
        n_only_before=before.table.num_rows - leads.num_rows,
        n_only_after=after.table.num_rows - leads.num_rows,
        shifts=tuple(_shift(leads, score) for score in _scores(before.model, after.model)),
        bands=tuple(_migration(leads, *pair) for pair in _common(before.model, after.model)),
        definitions=tuple(_definition_moves(leads, before.model, after.model)),
        leads=leads,
        rejects=_once(joined_rejects([before.rejects, after.rejects])),
    )


def _once(rejects: pa.Table) -> pa.Table:
    """Rejects without repetitions, in their order; both sides mostly read the same rows."""
    found = rejects.group_by(rejects.column_names, use_threads=False).aggregate([])
    return found.combine_chunks()


def _joined(before: pa.Table, after: pa.Table) -> pa.Table:
    kinds = before.schema.field("lead_id").type, after.schema.field("lead_id").type
    if kinds[0] != kinds[1]:
        raise ValueError(f"lead_id is {kinds[0]} before and {kinds[1]} after; score the same leads")
    if before["lead_id"].equals(after["lead_id"]):
        own = [before["lead_id"], *_rest(before), *_rest(after)]
        joined = pa.table(own, names=["lead_id", *_ended(before, BEFORE), *_ended(after, AFTER)])
    else:
        joined = before.rename_columns(["lead_id", *_ended(before, BEFORE)]).join(
            after.rename_columns(["lead_id", *_ended(after, AFTER)]), "lead_id", join_type="inner"
        )
        joined = joined.sort_by("lead_id")
    was, now = (joined[f"overall_millipoints{side}"] for side in (BEFORE, AFTER))
    return joined.append_column(_CHANGE, pc.subtract(now, was))


def _known_before(
    leads: pa.Table, before: ScoringModel, met_before: Mapping[str, pa.Array]
) -> pa.Table:
    """The leads with who is known to have met each definition of the first model."""
    for name in (each.name for each in before.definitions if each.name in met_before):
        was = pc.is_in(leads["lead_id"], value_set=met_before[name])
        leads = _with(leads, name + BEFORE, was)
    return leads


def _carried(leads: pa.Table, before: ScoringModel, after: ScoringModel) -> pa.Table:
    """The leads with who meets each definition after, those included who met it and are kept."""
    old = {definition.name for definition in before.definitions}
    for each in after.definitions:
        if each.name in old and each.keep_while is not None:
            was, kept = leads[each.name + BEFORE], leads[f"{each.name}_kept{AFTER}"]
            meets = leads[each.name + AFTER]
            leads = _with(leads, each.name + AFTER, pc.or_(meets, pc.and_(was, kept)))
    return leads


def _with(leads: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    return leads.set_column(leads.column_names.index(name), name, values)


def _rest(table: pa.Table) -> list[pa.ChunkedArray]:
    return [table[name] for name in table.column_names if name != "lead_id"]


def _ended(table: pa.Table, side: str) -> list[str]:
    return [name + side for name in table.column_names if name != "lead_id"]


def _scores(before: ScoringModel, after: ScoringModel) -> list[str]:
    return [*(old.name for old, _ in _common(before, after)), "overall"]


def _common(before: ScoringModel, after: ScoringModel) -> list[tuple[Dimension, Dimension]]:
    """The dimensions of one name in both models, in the order of the later one."""
    old = {dimension.name: dimension for dimension in before.dimensions}
    return [(old[new.name], new) for new in after.dimensions if new.name in old]


def _shift(leads: pa.Table, score: str) -> ScoreShift:
    was, now = (leads[f"{score}_millipoints{side}"] for side in (BEFORE, AFTER))
    change = pc.subtract(now, was)
    middle = pc.quantile(change, 0.5, interpolation="lower")[0].as_py()
    return ScoreShift(
        score=score,
        n_rose=_count(pc.greater(change, 0)),
        n_fell=_count(pc.less(change, 0)),
        n_same=_count(pc.equal(change, 0)),
        sum_before_milli=pc.sum(was).as_py() or 0,
        sum_after_milli=pc.sum(now).as_py() or 0,
        median_change_milli=None if middle is None else int(middle),
    )


def _migration(leads: pa.Table, old: Dimension, new: Dimension) -> BandMigration:
    columns = [f"{new.name}_band{side}" for side in (BEFORE, AFTER)]
    grouped = leads.select(columns).group_by(columns).aggregate([([], "count_all")])
    found = {
        (was, now): count
        for was, now, count in zip(*(column.to_pylist() for column in grouped), strict=True)
    }
    before, after = _names(old), _names(new)
    counts = tuple(tuple(found.get((was, now), 0) for now in after) for was in before)
    return BandMigration(new.name, before, after, counts)


def _names(dimension: Dimension) -> tuple[str, ...]:
    return tuple(band.name for band in dimension.bands)


def _definition_moves(
    leads: pa.Table, before: ScoringModel, after: ScoringModel
) -> list[DefinitionMove]:
    """Definitions of the later model in its order, then those it no longer has."""
    old = [definition.name for definition in before.definitions]
    new = [definition.name for definition in after.definitions]
    return [
        _definition_move(leads, name, is_old=name in old, is_new=name in new)
        for name in [*new, *(name for name in old if name not in new)]
    ]


def _definition_move(leads: pa.Table, name: str, *, is_old: bool, is_new: bool) -> DefinitionMove:
    was = leads[name + BEFORE] if is_old else None
    now = leads[name + AFTER] if is_new else None
    n_before = None if was is None else _count(was)
    n_after = None if now is None else _count(now)
    if was is None or now is None:
        return DefinitionMove(name, n_before, n_after, None, None, None)
    return DefinitionMove(
        name,
        n_before,
        n_after,
        entered=_count(pc.and_not(now, was)),
        left=_count(pc.and_not(was, now)),
        stayed=_count(pc.and_(was, now)),
    )


def _is_changed(leads: pa.Table, columns: Sequence[str]) -> pa.Array:
    """Per lead, whether one of the columns differs between the sides; empty equals empty."""
    changed = pa.repeat(pa.scalar(False), leads.num_rows)
    for name in columns:
        was, now = leads[name + BEFORE], leads[name + AFTER]
        differs = pc.fill_null(pc.not_equal(was, now), fill_value=False)
        one_is_empty = pc.xor(pc.is_null(was), pc.is_null(now))
        changed = pc.or_(changed, pc.or_(differs, one_is_empty))
    return changed


def _count(holds: pa.ChunkedArray) -> int:
    return int(pc.sum(holds).as_py() or 0)


def _moment(instant: int) -> str:
    return from_instant(instant).isoformat()


def _shift_data(shift: ScoreShift) -> dict[str, object]:
    median = shift.median_change_milli
    return {
        "score": shift.score,
        "rose": shift.n_rose,
        "fell": shift.n_fell,
        "same": shift.n_same,
        "sum_before": points_text(shift.sum_before_milli),
        "sum_after": points_text(shift.sum_after_milli),
        "median_change": None if median is None else points_text(median),
    }
