"""Which node of the document each part of a model was made from."""

from __future__ import annotations

from leadscore.checks.problem import Place
from leadscore.document.located import Entries, Node


class NodePlaces:
    """Remembers the node of each part by identity: equal parts may stand in several spots.

    The parts are kept alive here, so that no identity is given out twice.
    """

    def __init__(self) -> None:
        self._nodes: dict[int, tuple[object, Node]] = {}

    def mark(self, part: object, node: Node) -> None:
        """Remembers where a part was made."""
        self._nodes[id(part)] = (part, node)

    def of(self, part: object, *steps: str) -> Place:
        """The spot of a part, or of what lies under it by these keys as far as they exist."""
        if (entry := self._nodes.get(id(part))) is None:
            return Place("")
        node = entry[1]
        for step in steps:
            if not isinstance(node, Entries) or step not in node.nodes:
                break
            node = node.nodes[step]
        return node.place()
