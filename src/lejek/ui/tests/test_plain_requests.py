"""What no text holds is refused at the door, in words."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/accounts/login/?next=%00", "/definitions/a%00b/"])
def test_an_address_with_a_nul_is_refused(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 400
    assert "Nie można tego odczytać" in answer.content.decode()


def test_a_form_with_a_nul_is_refused_and_changes_nothing() -> None:
    client = Client()
    assert client.post("/preferences/theme/", {"theme": "dark"}).status_code == 302
    form = "application/x-www-form-urlencoded"
    answer = client.post("/preferences/theme/", "theme=light&next=%2F%00", content_type=form)
    assert answer.status_code == 400
    assert client.cookies["theme"].value == "dark"
