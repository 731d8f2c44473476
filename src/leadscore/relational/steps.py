"""The queries: from touchpoints to what each owner's counters took.

In: tables under agreed names, the tables of `feeds`, a moment. Out: one query, as a syntax tree
that every dialect can print. Nothing of a rule is in its text: rules are rows of the tables that
it joins to.

The touchpoints have the columns lead_id, type, occurred_at and received_at (microseconds since
1970 UTC), perhaps id, and the properties. `owners` says for whom the touchpoints of a lead are
counted (columns lead_id, owner): for the lead itself, or for its company.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp, select
from sqlglot.expressions import column

from leadscore.conditions import FieldType
from leadscore.days import DAY_US, Offsets
from leadscore.relational.classes import CLASS, VALUE, PropertyClasses
from leadscore.relational.feeds import Feeds, stride_name

TOUCHPOINTS, OWNERS = "touchpoints", "owners"
TYPES, KINDS, FEEDS, NEWEST = "types", "kinds", "feeds", "newest"
"""Names of the tables that an engine makes available for a query."""


def classes_table(number: int) -> str:
    """The table with the classes of the text values of the property of that number."""
    return f"classes_{number}"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the touchpoints.

    `oldest` is a moment before which nothing happened.
    `tables` is the ending of the names of its own types, kinds, feeds and newest.
    `first` and `last` limit the lead ids (both inclusive) where a block of leads is asked for;
    `are_numbered` says that they are all the numbers between, so that owners need no table;
    `has_received_at` and `may_repeat` say whether those checks are needed; `newest_only` whether
    the counters take only their newest touchpoints; `counts_people` whether owners are companies.
    """

    feeds: Feeds
    offsets: Offsets
    as_of: int
    oldest: int = 0
    tables: str = ""
    has_received_at: bool = True
    may_repeat: bool = False
    newest_only: bool = False
    counts_people: bool = False
    first: str | int | None = None
    last: str | int | None = None
    are_numbered: bool = False

    @property
    def oldest_age(self) -> int:
        """No touchpoint is older, in days."""
        return oldest_age(self.offsets, self.oldest, self.as_of)


def oldest_age(offsets: Offsets, oldest: int, as_of: int) -> int:
    """The age in days that no touchpoint since a moment exceeds.

    A day more than the age of that moment itself: clocks that are set back across midnight make a
    later moment fall on an earlier day.
    """
    return max(0, offsets.local_day(as_of) - offsets.local_day(oldest)) + 1


def own_table(name: str, question: Question) -> exp.Expr:
    """One of the question's own tables, under its general name."""
    return exp.alias_(exp.to_table(name + question.tables), name, table=True)


def matches(question: Question) -> exp.Select:
    """One row for each counter that a touchpoint feeds.

    Shape: columns owner, lead_id, age (days), counter, weight.
    """
    feeds = question.feeds
    bucket = exp.func("LEAST", column("age", "typed"), _number(feeds.span - 1))
    feed = _plus(_times(column("kind", KINDS), _number(feeds.span)), bucket)
    return (
        select("typed.owner", "typed.lead_id", "typed.age", "feeds.counter", "feeds.weight")
        # Left, though the next join drops what has no kind: for an inner one, engines work out the
        # combination a second time, to filter by the range of those that have a kind.
        .join(
            own_table(KINDS, question),
            on=_same(column("combination", "typed"), column("combination", KINDS)),
            join_type="left",
        )
        .join(own_table(FEEDS, question), on=_same(feed, column("feed", FEEDS)))
        .from_(_inside(_typed(question), "typed"))
    )


def tallies(question: Question) -> exp.Select:
    """What each owner's counters took.

    Shape: columns owner, counter, times, weight (their sum), newest (age in days), people.
    """
    counted = _newest(matches(question), question) if question.newest_only else matches(question)
    person = exp.Distinct(expressions=[column("lead_id")]) if question.counts_people else None
    people = _number(1) if person is None else exp.Count(this=person)
    return (
        select("owner", "counter")
        .select(
            _integer(exp.Count(this=exp.Star())).as_("times"),
            _integer(exp.Sum(this=column("weight"))).as_("weight"),
            _integer(exp.Min(this=column("age"))).as_("newest"),
            _integer(people).as_("people"),
        )
        .group_by("owner", "counter")
        .from_(_inside(counted, "counted"))
    )


def packed_matches(question: Question, n_owners: int, age_bits: int) -> exp.Select:
    """Matches as whole numbers, in the way that `tallying` takes apart.

    Shape: one column, match: (counter × n_owners + owner) × 2^age_bits + age.
    """
    place = _plus(_times(_integer(column("counter")), _number(n_owners)), column("owner"))
    match = _plus(_times(exp.Paren(this=place), _number(1 << age_bits)), column("age"))
    return select(match.as_("match")).from_(_inside(matches(question), "matched"))


def oldest_touchpoint() -> exp.Select:
    """The moment of the oldest touchpoint of all, null without any."""
    return select(exp.Min(this=column("occurred_at")).as_("oldest")).from_(TOUCHPOINTS)


def repeated_ids() -> exp.Select:
    """A row when some id comes twice for one lead, none otherwise."""
    return (
        select("lead_id")
        .from_(TOUCHPOINTS)
        .where("id IS NOT NULL")
        .group_by("lead_id", "id")
        .having("COUNT(*) > 1")
        .limit(1)
    )


def id_hashes(question: Question) -> exp.Select:
    """A number for every id of the leads asked about: the same id of a lead has the same number.

    Shape: one column, hashed.
    """
    hashed = exp.func("HASH", column("lead_id"), column("id"))
    known = select(hashed.as_("hashed")).from_(TOUCHPOINTS).where("id IS NOT NULL")
    return _of_leads(known, question)


def values_of(field: str) -> exp.Select:
    """The values that occur in one property.

    Shape: one column, value.
    """
    return select(_property(field).as_(VALUE)).from_(TOUCHPOINTS).distinct()


def _newest(matched: exp.Select, question: Question) -> exp.Select:
    """Only the newest matches of each owner and counter, as many as the counter takes."""
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column("owner"), column("counter")],
        order=exp.Order(expressions=[exp.Ordered(this=column("age"))]),
    )
    placed = select("owner", "lead_id", "age", "counter", "weight", place.as_("place"))
    return (
        select("placed.owner", "placed.lead_id", "placed.age", "placed.counter", "placed.weight")
        .join(
            own_table(NEWEST, question),
            on=_same(column("counter", "placed"), column("counter", NEWEST)),
        )
        .where("placed.place <= newest.max_times")
        .from_(_inside(placed.from_(_inside(matched, "matched")), "placed"))
    )


def _typed(question: Question) -> exp.Select:
    """Touchpoints with their owner, their age and the number of their combination of classes."""
    feeds = question.feeds
    typed = (
        select(_owner(question).as_("owner"), "existing.lead_id", "existing.age")
        .select(_combination(feeds).as_("combination"))
        .join(
            own_table(TYPES, question),
            on=_same(column("type", "existing"), column("type", TYPES)),
            join_type="inner" if feeds.other_base is None else "left",
        )
    )
    if not question.are_numbered:
        on = _same(column("lead_id", "existing"), column("lead_id", OWNERS))
        typed = typed.join(OWNERS, on=on)
    for number, each in enumerate(feeds.properties):
        if each.is_joined:
            table = classes_table(number)
            on = _same(column(_renamed(number), "existing"), column(VALUE, table))
            typed = typed.join(table, on=on, join_type="left")
    return typed.from_(_inside(_existing(question), "existing"))


def _owner(question: Question) -> exp.Expr:
    if question.are_numbered and question.first is not None:
        return exp.Sub(this=column("lead_id", "existing"), expression=_id(question.first))
    return column("owner", OWNERS)


def _combination(feeds: Feeds) -> exp.Expr:
    """Base + Σ stride × class; a type that no counter names has the base of all others."""
    base: exp.Expr = column("base", TYPES)
    if feeds.other_base is not None:
        base = exp.func("COALESCE", base, _number(feeds.other_base))
    for number, each in enumerate(feeds.properties):
        stride: exp.Expr = column(stride_name(number), TYPES)
        if feeds.other_base is not None:
            stride = exp.func("COALESCE", stride, _number(feeds.other_strides[number]))
        joined = column(CLASS, classes_table(number))
        value = column(_renamed(number), "existing")
        base = _plus(base, _times(stride, exp.Paren(this=each.number(value, joined))))
    return base


def _existing(question: Question) -> exp.Select:
    """The touchpoints that exist as of the moment, each id once, with their age in days."""
    properties = [
        _property(each.field).as_(_renamed(number))
        for number, each in enumerate(question.feeds.properties)
    ]
    existing = (
        select("lead_id", "type", _age(question).as_("age"), *properties)
        .from_(TOUCHPOINTS)
        .where(exp.LTE(this=column("occurred_at"), expression=_number(question.as_of)))
    )
    if question.has_received_at:
        received = exp.LTE(this=column("received_at"), expression=_number(question.as_of))
        existing = existing.where(exp.or_(column("received_at").is_(exp.null()), received))
    existing = _of_leads(existing, question)
    return _unrepeated(existing, question) if question.may_repeat else existing


def _of_leads(touchpoints: exp.Select, question: Question) -> exp.Select:
    """Only the touchpoints of the leads that are asked about."""
    for limit, edge in ((exp.GTE, question.first), (exp.LTE, question.last)):
        if edge is not None:
            touchpoints = touchpoints.where(limit(this=column("lead_id"), expression=_id(edge)))
    return touchpoints


def _unrepeated(existing: exp.Select, question: Question) -> exp.Select:
    """Each id of a lead once: the touchpoint that arrived first, as `live.deduplicated` has it."""
    arrival = exp.func("COALESCE", column("received_at"), column("occurred_at"))
    order: list[exp.Expr] = [arrival, column("occurred_at"), column("type")]
    by_name = sorted(question.feeds.properties, key=lambda each: each.field)
    order += [_in_order(each) for each in by_name]
    repeat = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column("lead_id"), column("id")],
        order=exp.Order(expressions=[exp.Ordered(this=each, nulls_first=True) for each in order]),
    )
    properties = [_renamed(number) for number in range(len(question.feeds.properties))]
    numbered = existing.select("id", repeat.as_("repeat"))
    return (
        select("lead_id", "type", "age", *properties)
        .where(exp.or_(column("id").is_(exp.null()), "repeat = 1"))
        .from_(_inside(numbered, "numbered"))
    )


def _age(question: Question) -> exp.Expr:
    """Whole local days from the touchpoint to the as-of moment, never below 0."""
    steps = question.offsets.between(question.oldest, question.as_of)
    shift: exp.Expr = _number(steps.shifts[-1])
    if len(steps.starts) > 1:
        earlier = [
            exp.If(
                this=exp.LT(this=column("occurred_at"), expression=_number(until)),
                true=_number(each),
            )
            for until, each in zip(steps.starts[1:], steps.shifts, strict=False)
        ]
        shift = exp.Case(ifs=earlier, default=shift)
    # A day is added on both sides: division truncates, and 1 January 1970 has hours below zero.
    local = exp.Paren(this=_plus(_plus(column("occurred_at"), _number(DAY_US)), shift))
    day = exp.IntDiv(this=local, expression=_number(DAY_US))
    today = _number(question.offsets.local_day(question.as_of) + 1)
    return exp.func("GREATEST", _number(0), exp.Sub(this=today, expression=day))


def _inside(query: exp.Select, name: str) -> exp.Subquery:
    """A query to select from. Joined last, so that the builder need not copy it at every step."""
    return query.subquery(name, copy=False)


def _property(field: str) -> exp.Column:
    return column(field, TOUCHPOINTS, quoted=True)


def _renamed(number: int) -> str:
    """What a property is called inside a query: its own name may be one of the query's."""
    return f"property_{number}"


def _in_order(each: PropertyClasses) -> exp.Expr:
    """What a property is ordered by; one that is only asked to exist, by whether it does."""
    value = _property(each.field)
    return value.is_(exp.null()).not_() if each.kind is FieldType.ANY else value


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def _id(value: str | int) -> exp.Expr:
    return exp.Literal.string(value) if isinstance(value, str) else _number(value)


def _integer(value: exp.Expr) -> exp.Expr:
    return exp.cast(value, "bigint")


def _plus(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.Add(this=left, expression=right)


def _times(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.Mul(this=left, expression=right)


def _same(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.EQ(this=left, expression=right)
