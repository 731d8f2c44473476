"""The score of a lead does not depend on who was scored before it."""

from __future__ import annotations

from itertools import permutations

import pytest

from leadscore.conditions import Value
from leadscore.document import read_model
from leadscore.live import Scorer

MODEL = """
schema: 1
name: mixed
time_zone: Europe/Warsaw
dimensions:
  fit: {{min: 0, max: 100, bands: [{{name: all, from: 0}}]}}
rules:
  - {{id: asked, dimension: fit, points: 5, when: {{lead.asked: {{eq: {operand}}}}}}}
"""


@pytest.mark.parametrize(
    ("operand", "values", "scores"),
    [
        ("1", (1, 1.0, True, 0, False, "1", None), (5, 5, 5, 0, 0, 0, 0)),
        ("true", (1, 1.0, True, 0, False, "true", None), (5, 5, 5, 0, 0, 0, 0)),
        ('"1"', (1, True, "1", False), (0, 0, 5, 0)),
    ],
    ids=["number", "boolean", "text"],
)
def test_one_and_true_are_the_same_in_whatever_order_they_come(
    operand: str, values: tuple[Value, ...], scores: tuple[int, ...]
) -> None:
    model = read_model(MODEL.format(operand=operand)).sound_model()
    cases = list(zip(values, scores, strict=True))
    for order in permutations(cases, 3):
        scorer = Scorer(model)
        for value, score in order:
            given = scorer.score({"lead.asked": value}, (), 0).overall
            assert given == score * 1000, (value, [each for each, _ in order])
