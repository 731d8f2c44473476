"""The engines under test, and how many generated cases each is given."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from leadscore.model import ScoringModel
from leadscore.results import Scores
from tests.leadscore.engines.histories import Case, a_case
from tests.leadscore.engines.models import a_model

USUAL_EXAMPLES = 100
"""`max_examples` of the default profile of hypothesis; one with more deepens every test alike."""


CHANCE = st.one_of(
    st.randoms(use_true_random=False),
    st.integers(0, 2**32 - 1).map(Random),
)
"""Chance that hypothesis steers towards the simple and can shrink, and chance that is fair."""


@dataclass
class Engine:
    """An engine, and its share of generated cases.

    `cases_in_100` scales the number of cases that a test asks for; `tell` hears how many it got.
    An engine whose every run is
    dear gets few but large cases, made from seeds; the others small ones that hypothesis shrinks.
    """

    name: str
    score: Callable[..., Scores]
    cases_in_100: int
    tell: Callable[[int], None]
    is_dear: bool = False

    def scored(self, case: Case, *, contributions: bool = True) -> Scores:
        """The scores of a case."""
        with case.facts() as facts:
            return self.score(case.model, facts, case.as_of, contributions=contributions)

    def for_generated(
        self, n_wanted: int, check: Callable[[Case], None], *, is_monotone: bool = False
    ) -> None:
        """Holds a check against generated cases: about `n_wanted`, as far as it can afford them."""
        depth = settings().max_examples / USUAL_EXAMPLES
        n_cases = max(1, round(n_wanted * depth * self.cases_in_100 / 100))
        if self.is_dear:
            for number in range(n_cases):
                check(large_case(Random(f"{check.__name__} {number}"), is_monotone=is_monotone))
            self.tell(n_cases)
        else:
            made = CHANCE.map(lambda random: small_case(random, is_monotone=is_monotone))
            self.tell(_held_by_hypothesis(check, made, n_cases))


def _held_by_hypothesis(
    check: Callable[[Case], None], cases: st.SearchStrategy[Case], n_cases: int
) -> int:
    """Holds a check against cases of a strategy.

    Returns: how many there were.
    """
    seen = 0

    def counted(case: Case) -> None:
        nonlocal seen
        seen += 1
        check(case)

    limits = settings(
        max_examples=n_cases,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    limits(seed(sum(check.__name__.encode()))(given(cases)(counted)))()
    return seen


def small_case(random: Random, *, is_monotone: bool) -> Case:
    """A case that a person can read when it fails."""
    model: ScoringModel = a_model(random, is_monotone=is_monotone)
    return a_case(random, model)


def large_case(random: Random, *, is_monotone: bool) -> Case:
    """A case with as many rules and leads as make a dear run worth its while.

    No window is so long that tables of ages would be most of the work.
    """
    model = a_model(random, is_monotone=is_monotone, most_rules=12, days=(1, 2, 7, 30, 31, 90))
    return a_case(random, model, least_leads=30, most_leads=50)
