"""Which fields a condition may ask, depending on where it stands."""

from __future__ import annotations

from enum import Enum

from leadscore.checks.references import (
    AttributeInWhere,
    UnknownField,
    UnknownProperty,
)
from leadscore.checks.structure import (
    BadName,
    ComputedFieldNotAllowedHere,
    NameForm,
    ReservedName,
)
from leadscore.conditions import (
    ATTRIBUTE_SPACES,
    is_attribute,
    is_computed,
)
from leadscore.document.known import Declared
from leadscore.document.located import Entries, excerpt
from leadscore.document.taking import Taker
from leadscore.document.vocabulary import (
    CONDITION_WORDS,
    NAMES,
    NOT_PROPERTIES,
)


class Setting(Enum):
    """Where a condition stands, which decides what it may ask."""

    RULE = "rule"
    DEFINITION = "definition"
    WHERE = "where"


class FieldJudge:
    """Says whether a field may be asked, and reports why not."""

    def __init__(self, take: Taker, declared: Declared) -> None:
        self._take = take
        self._add = take.problems.add
        self._declared = declared

    def may_be_asked(self, entries: Entries, field: str, setting: Setting) -> bool:
        """Whether a field may be asked there; what is wrong is reported."""
        if not NAMES[NameForm.FREE].match(field):
            at, found = entries.key_place(field), excerpt(field)
            self._add(BadName(at=at, found=found, form=NameForm.FREE))
            return False
        if setting is Setting.WHERE:
            return self._is_property(entries, field)
        if is_computed(field) and setting is Setting.RULE:
            self._add(ComputedFieldNotAllowedHere(at=entries.key_place(field), found=field))
            return False
        return self._is_known(entries, field, setting)

    def _is_property(self, entries: Entries, field: str) -> bool:
        if field in NOT_PROPERTIES:
            reserved = tuple(sorted(NOT_PROPERTIES))
            at = entries.key_place(field)
            self._add(ReservedName(at=at, found=field, reserved=reserved))
            return False
        catalogue = self._declared.catalogue
        listed = catalogue.properties if catalogue is not None else {}
        if listed and field not in listed:
            known = tuple(listed)
            near = self._take.near(field, known)
            at, found = entries.key_place(field), excerpt(field)
            self._add(UnknownProperty(at=at, found=found, near=near, known=known))
            return False
        if not listed and "." in field and (is_attribute(field) or is_computed(field)):
            self._add(AttributeInWhere(at=entries.key_place(field), found=excerpt(field)))
        return True

    def _is_known(self, entries: Entries, field: str, setting: Setting) -> bool:
        listed = self._declared.listed_attributes
        results = self._declared.results if setting is Setting.DEFINITION else ()
        if is_computed(field):
            known = field in results
        elif listed:
            known = field in listed
        else:
            known = is_attribute(field)
        if not known:
            self._report_unknown_field(entries, field, results)
        return known

    def _report_unknown_field(self, entries: Entries, field: str, results: tuple[str, ...]) -> None:
        known = self._declared.attributes() + results
        space, _, rest = field.partition(".")
        moved = [f"{near}.{rest}" for near in self._take.near(space, ATTRIBUTE_SPACES) if rest]
        likely = [name for name in moved if not self._declared.listed_attributes or name in known]
        near = tuple(likely) or self._take.near(field, (*known, *sorted(CONDITION_WORDS)))
        at, found = entries.key_place(field), excerpt(field)
        self._add(UnknownField(at=at, found=found, near=near, known=known))
