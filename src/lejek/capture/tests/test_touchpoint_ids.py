"""A touchpoint has one id, however often it arrives."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from lejek.capture.models import Touchpoint
from lejek.capture.services import ReceivedTouchpoint, record_touchpoints, touchpoint_id

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VIEW = ReceivedTouchpoint("page_view", NOW, {"visitor": "v1"}, {"page.path": "/cennik"})


def test_a_uuid_that_the_sender_gave_is_kept() -> None:
    given = "0195566a-4f00-7000-8000-000000000001"
    assert touchpoint_id(replace(VIEW, id=given)) == UUID(given)


def test_any_other_given_id_decides_alone() -> None:
    one = replace(VIEW, id="evt-17")
    other = replace(VIEW, id="evt-17", occurred_at=NOW + timedelta(days=1))
    assert touchpoint_id(one) == touchpoint_id(other)
    assert touchpoint_id(one).version == 8


def test_without_an_id_the_content_decides() -> None:
    assert touchpoint_id(VIEW) == touchpoint_id(replace(VIEW, properties={"page.path": "/cennik"}))
    assert touchpoint_id(VIEW) != touchpoint_id(replace(VIEW, properties={"page.path": "/blog"}))
    assert touchpoint_id(VIEW) != touchpoint_id(replace(VIEW, identity={"visitor": "v2"}))


def test_ids_of_content_sort_by_moment() -> None:
    moments = [NOW + timedelta(seconds=number) for number in range(50)]
    ids = [touchpoint_id(replace(VIEW, occurred_at=moment)) for moment in moments]
    assert ids == sorted(ids)


@pytest.mark.django_db
def test_recording_twice_keeps_one_and_costs_queries_by_the_hundred(
    django_assert_max_num_queries: object,
) -> None:
    items = [replace(VIEW, occurred_at=NOW + timedelta(seconds=number)) for number in range(900)]
    # SQLite takes some hundred rows a statement.
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        first = record_touchpoints(items, source="web", contacts={"visitor:v1": 7}, now=NOW)
    again = record_touchpoints(items, source="web", contacts={}, now=NOW)
    assert (len(first), len(again), Touchpoint.objects.count()) == (900, 0, 900)
    assert set(Touchpoint.objects.values_list("contact_id", flat=True)) == {7}
