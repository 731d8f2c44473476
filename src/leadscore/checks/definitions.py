"""What can be wrong with definitions as a whole: circles, and names of results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import product

from leadscore.checks.problem import Places, Problem
from leadscore.checks.references import CircularDefinitions, ColumnClash, UnknownResult
from leadscore.conditions import (
    BAND_PREFIX,
    GRADE,
    OVERALL,
    RESERVED_COLUMNS,
    Comparison,
    Condition,
    DefinitionMet,
    Operator,
    comparisons,
    fold,
    walk,
)
from leadscore.model import Definition, Dimension, ScoringModel, digit, letter

_MOST_COMPARED = 60
_NAMING = frozenset({Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN})


def column_problems(model: ScoringModel, places: Places) -> Iterator[Problem]:
    """Definitions whose columns would take a name that the results already have."""
    taken = {*RESERVED_COLUMNS, GRADE, f"{OVERALL}_millipoints"}
    for dimension in model.dimensions:
        taken |= {f"{dimension.name}_millipoints", f"{dimension.name}_band"}
    kept = {f"{part.name}_kept" for part in model.definitions if part.keep_while is not None}
    for definition in model.definitions:
        if definition.name in taken | kept:
            yield ColumnClash(at=places.of(definition), found=definition.name)


def circle_problems(model: ScoringModel, places: Places) -> Iterator[Problem]:
    """One problem for each circle of definitions."""
    for circle in circles(model.definitions):
        start = next(part for part in model.definitions if part.name == circle[0])
        following = circle[1 % len(circle)]
        step = "when" if following in _asked_by(start.when) else "keep_while"
        found = " → ".join([*circle, circle[0]])
        yield CircularDefinitions(at=places.of(start, step), found=found)


def circles(definitions: tuple[Definition, ...]) -> list[tuple[str, ...]]:
    """Circles of definitions that ask for each other, each found once."""
    asked = {
        part.name: _asked_by(part.when) + (_asked_by(part.keep_while) if part.keep_while else ())
        for part in definitions
    }
    done: set[str] = set()
    found: list[tuple[str, ...]] = []
    for name in asked:
        path: dict[str, Iterator[str]] = {}
        following: str | None = name
        while following is not None or path:
            if following is not None and following not in done and following not in path:
                path[following] = iter(asked.get(following, ()))
            elif following in path:
                names = list(path)
                found.append(tuple(names[names.index(str(following)) :]))
            if not path:
                break
            last = next(reversed(path))
            following = next(path[last], None)
            if following is None:
                done.add(last)
                del path[last]
    return found


def _asked_by(condition: Condition) -> tuple[str, ...]:
    names = (part.name for part in walk(condition) if isinstance(part, DefinitionMet))
    return tuple(dict.fromkeys(names))


def all_bands(model: ScoringModel) -> dict[str, tuple[str, ...]]:
    """The names of the bands of each dimension."""
    return {
        dimension.name: tuple(band.name for band in dimension.bands)
        for dimension in model.dimensions
    }


def results_of(
    model: ScoringModel, bands: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The texts that each band.* and the grade can be when only these bands can be reached."""
    results = {f"{BAND_PREFIX}{name}": names for name, names in bands.items()}
    by_name = {dimension.name: dimension for dimension in model.dimensions}
    if model.grade is not None and {model.grade.rows, model.grade.columns} <= by_name.keys():
        rows, columns = by_name[model.grade.rows], by_name[model.grade.columns]
        letters = [letter(rows, number) for number in _numbers(rows, bands)]
        digits = [digit(columns, number) for number in _numbers(columns, bands)]
        results[GRADE] = tuple(map("".join, product(letters, digits)))
    return results


def _numbers(dimension: Dimension, bands: Mapping[str, tuple[str, ...]]) -> list[int]:
    """The numbers of the bands that can be reached, the best first."""
    left = bands[dimension.name]
    return [i for i, band in reversed(list(enumerate(dimension.bands))) if band.name in left]


def result_problems(model: ScoringModel, places: Places) -> Iterator[Problem]:
    """Bands and grades that definitions name and the model never gives."""
    results = results_of(model, all_bands(model))
    for definition in model.definitions:
        for condition in (definition.when, definition.keep_while):
            if condition is not None:
                for part in comparisons(condition):
                    yield from _name_problems(part, places, results)


def _name_problems(
    part: Comparison, places: Places, results: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    known = results.get(part.field)
    if known is None or part.operator not in _NAMING:
        return
    folded = {fold(name) for name in known}
    values = part.operand if isinstance(part.operand, tuple) else (part.operand,)
    for value in dict.fromkeys(map(str, values)):
        if fold(value) not in folded:
            near = tuple(get_close_matches(value[:100], known[:_MOST_COMPARED], n=3))
            yield UnknownResult(
                at=places.of(part), found=value[:60], near=near, field=part.field, known=known
            )
