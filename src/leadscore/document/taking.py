"""Typed values out of a located tree; whatever is wrong on the way is put on the list.

A function gives None when there is nothing to use, and has then reported why, or was handed
None for a missing key that has been reported already.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Context, Decimal

from leadscore.arithmetic import MAX_POINTS, MILLI, points_text
from leadscore.checks.problem import Place
from leadscore.checks.references import UnknownDimension
from leadscore.checks.shape import ControlCharacter
from leadscore.checks.structure import (
    BadName,
    Empty,
    Expected,
    MissingKey,
    NameForm,
    OutOfRange,
    RepeatedValue,
    TextLength,
    Thing,
    TooMany,
    TooManyDecimals,
    UnknownKey,
    WrongType,
)
from leadscore.conditions import Scalar
from leadscore.document.known import Declared
from leadscore.document.located import Broken, Entries, Items, Leaf, Node, ProblemList, excerpt
from leadscore.document.vocabulary import LABEL_KEYS, MAX_LABEL, MAX_TEXT, NAMES, Keys
from leadscore.model import Labels

_NOT_IN_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_EXACT = Context(prec=100)
_MAX_SUGGESTIONS = 30
_MAX_CANDIDATES = 1_000


class Taker:
    """Takes values out of nodes and puts problems on one list."""

    def __init__(self, problems: ProblemList) -> None:
        self.problems = problems
        self._suggestions_left = _MAX_SUGGESTIONS

    def near(self, found: str, known: Iterable[str]) -> tuple[str, ...]:
        """The known names that may have been meant; none when too many were asked for."""
        self._suggestions_left -= 1
        if self._suggestions_left < 0 or len(found) > 100:
            return ()
        candidates = list(known)[:_MAX_CANDIDATES]
        return tuple(difflib.get_close_matches(found, candidates, n=3, cutoff=0.6))

    def wrong_type(self, node: Node, expected: Expected) -> None:
        """Reports a value of another kind, unless it has been reported as unreadable."""
        if not isinstance(node, Broken):
            kind, found = kind_of(node), shown(node)
            self.problems.add(
                WrongType(at=node.place(), found=found, found_kind=kind, expected=expected)
            )

    def mapping(self, node: Node | None, keys: Keys) -> dict[str, Node] | None:
        """The values by key of a mapping with known keys; unknown ones are left out."""
        entries = self.entries(node)
        if entries is None:
            return None
        known = {}
        for key, value in entries.nodes.items():
            if key in keys.known:
                known[key] = value
            else:
                self.unknown_key(entries, key, keys)
        for key in keys.required:
            if key not in entries.nodes and key not in entries.key_spots:
                self.problems.add(MissingKey(at=entries.place(), whole=keys.whole, key=key))
        return known

    def unknown_key(self, entries: Entries, key: str, keys: Keys) -> None:
        """Reports a key that means nothing in a mapping."""
        near = self.near(key, keys.known)
        at, found = entries.key_place(key), excerpt(key)
        self.problems.add(
            UnknownKey(at=at, found=found, near=near, whole=keys.whole, known=keys.known)
        )

    def entries(
        self, node: Node | None, *, filled: Thing | None = None, most: int | None = None
    ) -> Entries | None:
        """A mapping with free keys; `filled` is what to call it when it must not be empty."""
        if node is None:
            return None
        if not isinstance(node, Entries):
            self.wrong_type(node, Expected.MAPPING)
            return None
        if filled is not None and not self._has_right_size(node, len(node.key_spots), filled, most):
            return None
        return node

    def items(
        self, node: Node | None, *, filled: Thing | None = None, most: int | None = None
    ) -> list[Node] | None:
        """The nodes of a list; `filled` is what to call it when it must not be empty."""
        if node is None:
            return None
        if not isinstance(node, Items):
            self.wrong_type(node, Expected.LIST)
            return None
        if filled is not None and not self._has_right_size(node, len(node.nodes), filled, most):
            return None
        return node.nodes

    def _has_right_size(self, node: Node, size: int, whole: Thing, most: int | None) -> bool:
        if size == 0:
            self.problems.add(Empty(at=node.place(), whole=whole))
        elif most is not None and size > most:
            self.not_more_than(node, size, whole, most)
        else:
            return True
        return False

    def not_more_than(self, node: Node, size: int, whole: Thing, most: int) -> None:
        """Reports too many parts of one kind."""
        if size > most:
            self.problems.add(TooMany(at=node.place(), found=str(size), whole=whole, most=most))

    def text(self, node: Node | None, *, least: int = 0, most: int = MAX_TEXT) -> str | None:
        """A text without control characters."""
        if node is None:
            return None
        if not isinstance(node, Leaf) or not isinstance(node.value, str):
            self.wrong_type(node, Expected.TEXT)
            return None
        text = node.value
        if (strange := _NOT_IN_TEXT.search(text)) is not None:
            found = f"U+{ord(strange.group()):04X}"
            self.problems.add(ControlCharacter(at=node.place(), found=found))
        elif not least <= len(text) <= most:
            found = str(len(text))
            self.problems.add(TextLength(at=node.place(), found=found, most=most))
        else:
            return text
        return None

    def name(self, node: Node | None, form: NameForm) -> str | None:
        """A text in the form of a name."""
        if node is None:
            return None
        if not isinstance(node, Leaf) or not isinstance(node.value, str):
            self.wrong_type(node, Expected.TEXT)
            return None
        if NAMES[form].match(node.value):
            return node.value
        self.problems.add(BadName(at=node.place(), found=excerpt(node.value), form=form))
        return None

    def key_name(self, entries: Entries, key: str, form: NameForm) -> bool:
        """Whether a key is in the form of a name."""
        if NAMES[form].match(key):
            return True
        self.problems.add(BadName(at=entries.key_place(key), found=excerpt(key), form=form))
        return False

    def number(self, node: Node | None, expected: Expected = Expected.NUMBER) -> Decimal | None:
        """An exact number."""
        if node is None:
            return None
        if isinstance(node, Leaf) and isinstance(node.value, Decimal):
            return node.value
        self.wrong_type(node, expected)
        return None

    def integer(self, node: Node | None, low: int, high: int) -> int | None:
        """A whole number within bounds."""
        number = self.number(node, Expected.INTEGER)
        if node is None or number is None:
            return None
        if number != number.to_integral_value():
            self.wrong_type(node, Expected.INTEGER)
            return None
        if not low <= number <= high:
            self._out_of_range(node, number, str(low), str(high))
            return None
        return int(number)

    def milli(self, node: Node | None) -> int | None:
        """Points as milli-points."""
        number = self.number(node)
        if node is None or number is None:
            return None
        if number.copy_abs() > MAX_POINTS:
            most = points_text(MAX_POINTS * MILLI)
            self._out_of_range(node, number, f"-{most}", most)
            return None
        milli = _EXACT.multiply(number, Decimal(MILLI))
        if milli != milli.to_integral_value():
            self.problems.add(TooManyDecimals(at=node.place(), found=number_text(number)))
            return None
        return int(milli)

    def _out_of_range(self, node: Node, number: Decimal, low: str, high: str) -> None:
        self.problems.add(
            OutOfRange(at=node.place(), found=number_text(number), low=low, high=high)
        )

    def boolean(self, node: Node | None) -> bool | None:
        """True or false."""
        if node is None:
            return None
        if isinstance(node, Leaf) and isinstance(node.value, bool):
            return node.value
        self.wrong_type(node, Expected.BOOLEAN)
        return None

    def label(self, node: Node | None) -> Labels:
        """Texts for people by language."""
        values = self.mapping(node, LABEL_KEYS) or {}
        texts = {key: self.text(text, least=1, most=MAX_LABEL) for key, text in values.items()}
        return {language: text for language, text in texts.items() if text is not None}

    def dimension(self, node: Node | None, declared: Declared) -> str | None:
        """The name of a dimension that the document declares."""
        name = self.text(node)
        if node is None or name is None:
            return None
        return name if self.is_dimension(name, node.place, declared) else None

    def is_dimension(self, name: str, place: Callable[[], Place], declared: Declared) -> bool:
        """Whether the document declares a dimension of that name.

        Without any dimension, which is a problem of its own, no name is blamed.
        """
        known = declared.dimensions
        if name in known or not known:
            return True
        near = self.near(name, known)
        self.problems.add(UnknownDimension(at=place(), found=excerpt(name), near=near, known=known))
        return False

    def report_repeated(self, nodes: Sequence[Node], values: Sequence[Scalar | None]) -> None:
        """Reports values that stand in a list twice."""
        seen: set[Scalar] = set()
        for node, value in zip(nodes, values, strict=True):
            if value in seen:
                self.problems.add(RepeatedValue(at=node.place(), found=shown(node)))
            elif value is not None:
                seen.add(value)


def kind_of(node: Node) -> Expected:
    """The kind of value that a node is."""
    if isinstance(node, Entries):
        return Expected.MAPPING
    if isinstance(node, Items):
        return Expected.LIST
    value = node.value if isinstance(node, Leaf) else None
    if isinstance(value, bool):
        return Expected.BOOLEAN
    if isinstance(value, Decimal):
        return Expected.NUMBER
    return Expected.TEXT if isinstance(value, str) else Expected.NOTHING


def number_text(number: Decimal) -> str:
    """A number as one writes it, without an exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(node: Node) -> str:
    """What a node says, short enough for a message."""
    if isinstance(node, Entries):
        return excerpt("{" + ", ".join(list(node.key_spots)[:5]) + "}")
    if isinstance(node, Items):
        return "[…]" if node.nodes else "[]"
    value = node.value if isinstance(node, Leaf) else None
    if isinstance(value, str):
        return excerpt(value)
    if isinstance(value, Decimal):
        return number_text(value)
    return {True: "true", False: "false", None: "null"}[value]
