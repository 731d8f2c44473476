"""YAML text to a located tree, from the parser's events."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from leadscore.checks.problem import Place
from leadscore.checks.shape import AliasUsed, DirectiveUsed, NotReadable, SeveralDocuments, TagUsed
from leadscore.document.located import Broken, Entries, Items, Node, ProblemList, Tree, excerpt
from leadscore.document.scalars import plain_value
from leadscore.document.text import place_in

# The parser of libyaml is some ten times as fast; the one in Python gives the same events.
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


def yaml_tree(text: str, problems: ProblemList) -> Node | None:
    """The tree of a YAML document; None for an empty one.

    Raises: Refused when the text is not YAML, or hostile.
    """
    _refuse_directives(text, problems)
    tree = Tree(problems)
    try:
        for event in _events(text):
            _take(event, tree)
    except yaml.MarkedYAMLError as error:
        raise problems.refuse(_not_yaml(error)) from None
    except yaml.YAMLError as error:
        reason = excerpt(str(error).splitlines()[0], 200)
        raise problems.refuse(NotReadable(at=Place(""), found=reason, format="YAML")) from None
    return tree.top


def _refuse_directives(text: str, problems: ProblemList) -> None:
    """Keeps directives from the parser, which compares each with all before it."""
    if (directive := _DIRECTIVE.search(text)) is not None:
        raise problems.refuse(DirectiveUsed(at=place_in(text, directive.start()), found="%"))


def _events(text: str) -> Iterator[yaml.Event]:
    parser = _PARSER(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()


def _not_yaml(error: yaml.MarkedYAMLError) -> NotReadable:
    mark = error.problem_mark or error.context_mark
    place = Place("", mark.line + 1, mark.column + 1) if mark else Place("")
    reason = ", ".join(part for part in (error.context, error.problem) if part)
    return NotReadable(at=place, found=excerpt(reason, 200), format="YAML")


def _take(event: yaml.Event, tree: Tree) -> None:
    """Hands one event to the tree. The most frequent kinds come first."""
    if isinstance(event, yaml.ScalarEvent):
        _take_scalar(event, tree)
    elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
        _take_beginning(event, tree)
    elif isinstance(event, yaml.CollectionEndEvent):
        tree.end()
    elif isinstance(event, yaml.AliasEvent):
        node = Broken(*_spot(event))
        tree.leaf(node)
        tree.problems.add(AliasUsed(at=node.place(), found=f"*{excerpt(event.anchor or '')}"))
    elif isinstance(event, yaml.DocumentStartEvent) and tree.top is not None:
        place = Place("", *_spot(event))
        raise tree.problems.refuse(SeveralDocuments(at=place))


def _take_scalar(event: yaml.ScalarEvent, tree: Tree) -> None:
    line, column = _spot(event)
    if event.anchor or event.tag:
        _report_decoration(event, tree)
    if tree.wants_key:
        tree.key(event.value, line, column)
    elif event.implicit[0]:
        tree.word(plain_value(event.value), event.value, line, column)
    else:
        tree.word(event.value, event.value, line, column)


def _take_beginning(event: yaml.MappingStartEvent | yaml.SequenceStartEvent, tree: Tree) -> None:
    is_mapping = isinstance(event, yaml.MappingStartEvent)
    if event.anchor or event.tag:
        _report_decoration(event, tree)
    tree.begin(Entries(*_spot(event)) if is_mapping else Items(*_spot(event)))


def _report_decoration(event: yaml.NodeEvent, tree: Tree) -> None:
    place = tree.next_place(*_spot(event))
    if event.anchor:
        tree.problems.add(AliasUsed(at=place, found=f"&{excerpt(event.anchor)}"))
    if tag := getattr(event, "tag", None):
        tree.problems.add(TagUsed(at=place, found=excerpt(tag)))


def _spot(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
