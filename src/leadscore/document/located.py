"""A document as a tree of values that know where they stand; made without recursion."""

from __future__ import annotations

import re
from decimal import Decimal

from leadscore.checks.problem import Place, Problem
from leadscore.checks.shape import (
    AmbiguousNumber,
    DuplicateKey,
    KeyNotText,
    NotFinite,
    NumberTooLarge,
    TooDeep,
    TooManyNodes,
    TooManyProblems,
)
from leadscore.document.vocabulary import MAX_DEPTH, MAX_NODES, MAX_PROBLEMS

PlainValue = str | bool | Decimal | None
Unreadable = type[AmbiguousNumber] | type[NotFinite] | type[NumberTooLarge]


class Node:
    """A value with its spot: line and column from one, and the way up to the top."""

    __slots__ = ("column", "line", "parent", "step")

    def __init__(self, line: int, column: int) -> None:
        self.line, self.column = line, column
        self.parent: Node | None = None
        self.step: str | int = ""

    def path(self) -> str:
        """The keys from the top of the document down to here."""
        steps: list[str] = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            steps.append(step_text(node.step))
            node = node.parent
        return "".join(reversed(steps)).removeprefix(".")

    def place(self) -> Place:
        """The spot of the value."""
        return Place(self.path(), self.line, self.column)


_SIMPLE_KEY = re.compile(r"[\w-]{1,64}\Z")


def step_text(step: str | int) -> str:
    """One step of a path: `.key`, `["lead.seniority"]` or `[3]`."""
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _SIMPLE_KEY.match(step) else f'["{excerpt(step)}"]'


def excerpt(text: str, most: int = 60) -> str:
    """The beginning of a text, safe to show: what cannot be printed is escaped."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    if short.isprintable():
        return short
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in short)


class Leaf(Node):
    """A text, number, truth value or nothing."""

    __slots__ = ("value",)

    def __init__(self, value: PlainValue, line: int, column: int) -> None:
        super().__init__(line, column)
        self.value = value


class Broken(Node):
    """A value that could not be made out; the problem has been reported."""

    __slots__ = ()


class Items(Node):
    """A list."""

    __slots__ = ("nodes",)

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.nodes: list[Node] = []


class Entries(Node):
    """A mapping, in the order of the document."""

    __slots__ = ("key_spots", "nodes")

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.nodes: dict[str, Node] = {}
        self.key_spots: dict[str, tuple[int, int]] = {}

    def key_place(self, key: str) -> Place:
        """The spot of a key."""
        path = (self.path() + step_text(key)).removeprefix(".")
        return Place(path, *self.key_spots[key])


class Refused(Exception):
    """Nothing more can be made of the document; the last problem says why."""


class ProblemList:
    """The problems found so far. Refuses the document when there are far too many."""

    def __init__(self, most: int = MAX_PROBLEMS) -> None:
        self.found: list[Problem] = []
        self._most = most
        self.has_errors = False

    def add(self, problem: Problem) -> None:
        """Keeps a problem.

        Raises: Refused when the list is full.
        """
        if len(self.found) >= self._most:
            self.found.append(TooManyProblems(at=problem.at, found=str(self._most)))
            self.has_errors = True
            raise Refused
        self.found.append(problem)
        self.has_errors = self.has_errors or problem.is_error

    def refuse(self, problem: Problem) -> Refused:
        """Keeps a problem after which reading is pointless; raise what is given back."""
        self.found.append(problem)
        self.has_errors = True
        return Refused()


class Tree:
    """Takes the parts of a document in order and holds depth and size to their bounds.

    A mapping is fed key, value, key, value; a key is a `Leaf` with a text.
    """

    def __init__(self, problems: ProblemList) -> None:
        self.top: Node | None = None
        self.problems = problems
        self.n_nodes = 0
        self._open: list[Items | Entries] = []
        self._keys: list[str | None] = []
        self._wants_key: list[bool] = []

    @property
    def is_open(self) -> bool:
        """Whether a list or mapping waits for its end."""
        return bool(self._open)

    @property
    def wants_key(self) -> bool:
        """Whether the next part is the key of a mapping."""
        return bool(self._open) and self._wants_key[-1]

    def next_place(self, line: int, column: int) -> Place:
        """The spot of the part that comes next."""
        if not self._open:
            return Place("", line, column)
        holder, path = self._open[-1], self._open[-1].path()
        if isinstance(holder, Items):
            path += step_text(len(holder.nodes))
        elif not self._wants_key[-1] and self._keys[-1] is not None:
            path += step_text(self._keys[-1])
        return Place(path.removeprefix("."), line, column)

    def key(self, text: str, line: int, column: int) -> None:
        """The key of the next value."""
        self._count(line, column)
        entries = self._open[-1]
        assert isinstance(entries, Entries)  # noqa: S101  # `wants_key` said so
        self._wants_key[-1] = False
        if text not in entries.key_spots:
            entries.key_spots[text] = (line, column)
            self._keys[-1] = text
            return
        self._keys[-1] = None
        place = Place(entries.key_place(text).path, line, column)
        self.problems.add(DuplicateKey(at=place, found=excerpt(text)))

    def leaf(self, node: Node) -> None:
        """A value without parts."""
        self._count(node.line, node.column)
        self._attach(node)

    def word(self, value: PlainValue | Unreadable, text: str, line: int, column: int) -> None:
        """A value without parts, or the problem that it is; `text` is how the document says it."""
        if not isinstance(value, type):
            self.leaf(Leaf(value, line, column))
            return
        node = Broken(line, column)
        self.leaf(node)
        self.problems.add(value(at=node.place(), found=excerpt(text, 40)))

    def begin(self, node: Items | Entries) -> None:
        """The beginning of a list or mapping."""
        self._count(node.line, node.column)
        self._attach(node)
        self._open.append(node)
        self._keys.append(None)
        self._wants_key.append(isinstance(node, Entries))
        if len(self._open) > MAX_DEPTH:
            raise self.problems.refuse(
                TooDeep(at=node.place(), found=str(len(self._open)), most=MAX_DEPTH)
            )

    def end(self) -> None:
        """The end of the innermost list or mapping."""
        self._open.pop()
        self._keys.pop()
        self._wants_key.pop()

    def _count(self, line: int, column: int) -> None:
        self.n_nodes += 1
        if self.n_nodes > MAX_NODES:
            place = Place("", line, column)
            raise self.problems.refuse(
                TooManyNodes(at=place, found=str(self.n_nodes), most=MAX_NODES)
            )

    def _attach(self, node: Node) -> None:
        if not self._open:
            self.top = node
            return
        holder = self._open[-1]
        node.parent = holder
        if isinstance(holder, Items):
            node.step = len(holder.nodes)
            holder.nodes.append(node)
        elif self._wants_key[-1]:
            self._wants_key[-1], self._keys[-1] = False, None
            place = Place(holder.path(), node.line, node.column)
            self.problems.add(KeyNotText(at=place))
        else:
            self._value(holder, node)

    def _value(self, holder: Entries, node: Node) -> None:
        self._wants_key[-1] = True
        key = self._keys[-1]
        if key is None:
            node.step = "?"
            return
        node.step = key
        holder.nodes[key] = node
