"""A changed document in the words of the old one: what stays keeps its comments and its layout.

In: the text that somebody wrote, and the document after a change that a form made. Out: their text
with only that change in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from leadscore.document import as_data, read_model
from leadscore.model import ScoringModel

LONGEST = 200_000
"""Characters. A longer text is written anew: going through it would keep its author waiting."""
_NO_LINE_ENDS = 1 << 20
_INDENTED_ITEM = re.compile(r"^rules:\s*(?:#.*)?\n(?:\s*#.*\n|\s*\n)*( +)- ", re.MULTILINE)


def reworded(written: str, changed: str) -> str:
    """`changed` as `written` would say it; `changed` itself where that cannot be done without loss.

    The text is read again before it is given away: it says the same as `changed`, or is not used.
    """
    before, after = read_model(written).model, read_model(changed).model
    if before is None or after is None or len(written) > LONGEST:
        return changed
    if before == after:
        return written
    try:
        text = _brought(written, changed, before, after)
    except YAMLError:
        return changed
    return text if read_model(text).model == after else changed


def _brought(written: str, changed: str, before: ScoringModel, after: ScoringModel) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _NO_LINE_ENDS
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    if _INDENTED_ITEM.search(written):
        yaml.indent(mapping=2, sequence=4, offset=2)
    tree = _bring(yaml.load(written), as_data(before), as_data(after), yaml.load(changed))
    out = StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def _bring(node: Any, before: Any, after: Any, fresh: Any) -> Any:  # noqa: ANN401 - YAML's own
    """`node`, which says `before`, made to say `after`; new parts are taken from `fresh`."""
    if before == after:
        return node
    if isinstance(before, Mapping) and isinstance(after, Mapping) and isinstance(node, dict):
        return _bring_entries(node, before, after, fresh)
    if isinstance(before, list) and isinstance(after, list) and isinstance(node, list):
        return _bring_items(node, before, after, fresh)
    return fresh


def _bring_entries(
    node: Any,  # noqa: ANN401
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    fresh: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    for key in before:
        if key not in after:
            node.pop(key, None)
    for key, value in after.items():
        if key not in before:
            node[key] = fresh[key]
        elif before[key] != value:
            node[key] = _bring(node.get(key), before[key], value, fresh[key])
    return node


def _bring_items(node: Any, before: list[Any], after: list[Any], fresh: Any) -> Any:  # noqa: ANN401
    if len(node) != len(before):
        return fresh
    if len(after) == len(before):
        if all(item in before for item in after):
            items = list(node)
            for place, item in enumerate(after):
                node[place] = items[before.index(item)]
            return node
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            node[place] = _bring(node[place], old, new, fresh[place])
        return node
    gone = [place for place, item in enumerate(before) if item not in after]
    if [item for item in before if item in after] != after[: len(before) - len(gone)]:
        return fresh
    for place in reversed(gone):
        del node[place]
    node.extend(fresh[len(before) - len(gone) :])
    return node
