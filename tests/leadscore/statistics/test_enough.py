"""What is said where there is no figure."""

import pytest

from leadscore.statistics.enough import NotEnoughData, Shortage, shortage_of_classes


def test_it_says_what_there_was_and_what_it_would_take() -> None:
    found = NotEnoughData(Shortage.FEW_CONVERTED, have=4, need=10)
    assert str(found) == "not enough data: leads converted: 4, needed: at least 10"
    assert found.sentence("pl") == ("za mało danych: leady z konwersją: 4, potrzeba co najmniej 10")


@pytest.mark.parametrize("reason", Shortage)
def test_every_reason_has_a_sentence_in_both_languages(reason: Shortage) -> None:
    found = NotEnoughData(reason, have=3, need=10)
    assert found.sentence("en").startswith("not enough data: ")
    assert found.sentence("pl").startswith("za mało danych: ")
    assert "{" not in found.sentence("en") + found.sentence("pl")


def test_converted_leads_are_asked_for_before_the_others() -> None:
    assert shortage_of_classes(9, 3) == NotEnoughData(Shortage.FEW_CONVERTED, 9, 10)
    assert shortage_of_classes(10, 9) == NotEnoughData(Shortage.FEW_NOT_CONVERTED, 9, 10)
    assert shortage_of_classes(10, 10) is None
