"""Light or dark: as somebody chose, and else as their system is."""

from __future__ import annotations

import re

import pytest
from django.test import Client

SIGN_IN = "/accounts/login/"
FOLLOWS = re.compile(r'<script src="[^"]*ui/theme[^"]*\.js"></script>')


@pytest.fixture
def client(db: None) -> Client:
    return Client()


def head(client: Client) -> str:
    answer = client.get(SIGN_IN)
    assert answer.status_code == 200
    return str(answer.content.decode().split("</head>")[0])


def test_without_a_choice_the_system_decides_before_anything_is_drawn(client: Client) -> None:
    page = head(client)
    script = FOLLOWS.search(page)
    assert script is not None
    assert script.start() < page.index('rel="stylesheet"')
    assert '<meta name="color-scheme" content="light dark">' in page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_choice_is_served_as_it_is(client: Client, theme: str) -> None:
    client.post("/preferences/theme/", {"theme": theme})
    page = head(client)
    assert f'data-bs-theme="{theme}"' in page
    assert f'<meta name="color-scheme" content="{theme}">' in page
    assert not FOLLOWS.search(page)


def test_the_choice_can_be_given_back_to_the_system(client: Client) -> None:
    for theme in ("dark", "system"):
        client.post("/preferences/theme/", {"theme": theme})
    assert FOLLOWS.search(head(client))


def test_the_footer_offers_all_three_and_says_which_is_chosen(client: Client) -> None:
    offered = re.compile(r'name="theme" value="(\w+)" aria-pressed="true"')
    for theme in ("system", "dark", "light", "x"):
        client.post("/preferences/theme/", {"theme": theme})
        page = client.get(SIGN_IN).content.decode()
        assert page.count('name="theme"') == 3
        assert offered.findall(page) == ["light" if theme == "x" else theme]
