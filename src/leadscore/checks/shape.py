"""What can be wrong with the text of a document, whatever it says.

Most of these refuse a hostile document before anything is built from it.
"""

from __future__ import annotations

from typing import ClassVar

from leadscore.checks.problem import Problem, Severity, kind


@kind
class NotReadable(Problem):
    """The text breaks the rules of YAML or JSON; `found` is the parser's reason."""

    code: ClassVar[str] = "syntax"
    format: str


@kind
class TooLarge(Problem):
    """More bytes than a model document may have."""

    code: ClassVar[str] = "too-large"
    most: int


@kind
class TooDeep(Problem):
    """Brackets or indentation nested deeper than any model needs."""

    code: ClassVar[str] = "too-deep"
    most: int


@kind
class TooManyNodes(Problem):
    """More values than a model document may have."""

    code: ClassVar[str] = "too-many-nodes"
    most: int


@kind
class NotUtf8(Problem):
    """Bytes that are not UTF-8 text."""

    code: ClassVar[str] = "not-utf-8"


@kind
class ControlCharacter(Problem):
    """A character that cannot be seen and has no business in a model."""

    code: ClassVar[str] = "control-character"


@kind
class AliasUsed(Problem):
    """A YAML anchor or alias: a few of them can stand for billions of values."""

    code: ClassVar[str] = "alias"


@kind
class TagUsed(Problem):
    """A YAML tag: it asks the reader to make something other than plain values."""

    code: ClassVar[str] = "tag"


@kind
class DirectiveUsed(Problem):
    """A line that begins with a percent sign, which changes how YAML is read."""

    code: ClassVar[str] = "directive"


@kind
class SeveralDocuments(Problem):
    """More than one document in a file."""

    code: ClassVar[str] = "several-documents"


@kind
class DuplicateKey(Problem):
    """A key that stands twice in one mapping."""

    code: ClassVar[str] = "duplicate-key"


@kind
class KeyNotText(Problem):
    """A list, a mapping or an alias used as a key."""

    code: ClassVar[str] = "key-not-text"


@kind
class NotFinite(Problem):
    """Infinity or not-a-number."""

    code: ClassVar[str] = "not-finite"


@kind
class NumberTooLarge(Problem):
    """A number that not every engine can hold exactly."""

    code: ClassVar[str] = "number-too-large"


@kind
class AmbiguousNumber(Problem):
    """A number in a notation that tools read differently: 007, 0o7, 0x7."""

    code: ClassVar[str] = "ambiguous-number"


@kind
class TooManyProblems(Problem):
    """The rest of a very long list of problems, not shown."""

    code: ClassVar[str] = "too-many-problems"
    severity: ClassVar[Severity] = Severity.ERROR
