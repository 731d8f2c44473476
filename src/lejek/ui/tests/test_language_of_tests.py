"""Whichever of the two runs second, the language of the first is gone."""

import pytest
from django.conf import settings
from django.utils import translation


@pytest.mark.parametrize("turn", ["one", "other"])
def test_a_language_chosen_in_a_test_ends_with_it(turn: str) -> None:
    assert translation.get_language() == settings.LANGUAGE_CODE, turn
    translation.activate("en")
