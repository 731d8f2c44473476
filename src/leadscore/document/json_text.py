"""JSON text to a located tree, from a tokenizer that keeps line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from leadscore.checks.problem import Place
from leadscore.checks.shape import NotFinite, NotReadable
from leadscore.document.located import (
    Entries,
    Items,
    Node,
    PlainValue,
    ProblemList,
    Tree,
    Unreadable,
    excerpt,
)
from leadscore.document.scalars import exact_number

_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t\r\n]++)
  | (?P<mark>[{}\[\]:,])
  | (?P<text>"[^"\\\x00-\x1f]*+(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*+)*+")
  | (?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)(?![\w.+-])
  | (?P<infinite>(?:NaN|-?Infinity)\b)
  | (?P<word>(?:true|false|null)\b)
    """,
    re.VERBOSE | re.ASCII,
)
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_WORDS: dict[str, PlainValue] = {"true": True, "false": False, "null": None}


class _Token(NamedTuple):
    kind: str
    word: str
    line: int
    column: int


def json_tree(text: str, problems: ProblemList) -> Node | None:
    """The tree of a JSON document; None for an empty one.

    Raises: Refused when the text is not JSON, or hostile.
    Source: RFC 8259.
    """
    if not text.strip():
        return None
    grammar = _Grammar(Tree(problems))
    for token in _tokens(text):
        grammar.take(token)
    return grammar.tree.top


def _tokens(text: str) -> Iterator[_Token]:
    """The tokens of a text; the last one is of the kind `end` or `wrong`."""
    at, line, line_start = 0, 1, 0
    while (match := _TOKEN.match(text, at)) is not None:
        kind, word = str(match.lastgroup), match.group()
        if kind != "blank":
            yield _Token(kind, word, line, at - line_start + 1)
        elif (n_breaks := word.count("\n")) > 0:
            line += n_breaks
            line_start = at + word.rfind("\n") + 1
        at = match.end()
    kind = "end" if at == len(text) else "wrong"
    yield _Token(kind, text[at : at + 20].partition("\n")[0], line, at - line_start + 1)


class _Grammar:
    """Builds the tree token by token; `take` is always the rule for what may come next."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._ends: list[str] = []
        self.take = self._value

    def _value(self, token: _Token) -> None:
        if token.kind != "mark":
            self._word(token)
        elif token.word == "{":
            self._begin(Entries(token.line, token.column), "}")
        elif token.word == "[":
            self._begin(Items(token.line, token.column), "]")
        else:
            raise self._unexpected("a value", token)

    def _begin(self, node: Entries | Items, end: str) -> None:
        self.tree.begin(node)
        self._ends.append(end)
        self.take = self._first_key if end == "}" else self._first_item

    def _word(self, token: _Token) -> None:
        self.tree.word(self._meaning(token), token.word, token.line, token.column)
        self.take = self._next_or_end

    def _meaning(self, token: _Token) -> PlainValue | Unreadable:
        if token.kind == "text":
            return self._text(token)
        if token.kind == "number":
            return exact_number(token.word)
        if token.kind == "word":
            return _WORDS[token.word]
        if token.kind == "infinite":
            return NotFinite
        raise self._unexpected("a value", token)

    def _text(self, token: _Token) -> str:
        if "\\" not in token.word:
            return token.word[1:-1]
        try:
            text = str(json.loads(token.word))
        except json.JSONDecodeError:
            raise self._unexpected("a text with valid escapes", token) from None
        if _HALF_CHARACTER.search(text):
            raise self._unexpected("a text with both halves of each escaped character", token)
        return text

    def _first_item(self, token: _Token) -> None:
        if token.word == "]" and token.kind == "mark":
            self._end()
        else:
            self._value(token)

    def _first_key(self, token: _Token) -> None:
        if token.word == "}" and token.kind == "mark":
            self._end()
        else:
            self._key(token)

    def _key(self, token: _Token) -> None:
        if token.kind != "text":
            raise self._unexpected("a key in double quotes", token)
        self.tree.key(self._text(token), token.line, token.column)
        self.take = self._colon

    def _colon(self, token: _Token) -> None:
        if token.word != ":":
            raise self._unexpected("a colon", token)
        self.take = self._value

    def _next_or_end(self, token: _Token) -> None:
        if not self._ends:
            if token.kind != "end":
                raise self._unexpected("the end of the document", token)
        elif token.kind == "mark" and token.word == self._ends[-1]:
            self._end()
        elif token.word == ",":
            self.take = self._key if self._ends[-1] == "}" else self._value
        else:
            raise self._unexpected(f'a comma or "{self._ends[-1]}"', token)

    def _end(self) -> None:
        self.tree.end()
        self._ends.pop()
        self.take = self._next_or_end

    def _unexpected(self, wanted: str, token: _Token) -> Exception:
        place = Place("", token.line, token.column)
        met = f'"{excerpt(token.word, 20)}"' if token.kind != "end" else "the end"
        reason = f"{wanted} expected, {met} found"
        return self.tree.problems.refuse(NotReadable(at=place, found=reason, format="JSON"))
