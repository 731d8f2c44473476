"""The audit log: one chain, whoever writes at the same time, in words that one can read."""

from __future__ import annotations

import ast
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils.translation import override

import lejek
from lejek.identity.imports.running import plain_counts
from lejek.people.audit import broken_at, record
from lejek.people.models import AuditEntry, User
from lejek.people.wording import ACTIONS, DETAILS, actor_words, detail_words
from lejek.qualification.configuration import ReasonEntry, StageEntry

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_the_same_time_make_one_chain() -> None:
    record(actor=None, action="did", subject="before", now=NOW)
    has_written = threading.Event()

    def write_and_take_time() -> None:
        with transaction.atomic():
            record(actor=None, action="did", subject="first", now=NOW)
            has_written.set()
            time.sleep(0.3)
        connection.close()

    def write_meanwhile() -> None:
        assert has_written.wait(60)
        record(actor=None, action="did", subject="second", now=NOW)
        connection.close()

    with ThreadPoolExecutor() as threads:
        for written in [threads.submit(write_and_take_time), threads.submit(write_meanwhile)]:
            written.result(timeout=60)
    assert broken_at() is None
    subjects = AuditEntry.objects.order_by("id").values_list("subject", flat=True)
    assert list(subjects) == ["before", "first", "second"]


@pytest.mark.django_db
def test_an_entry_is_cut_to_what_fits_and_its_seal_holds() -> None:
    long = User.objects.create_user(
        f"{'x' * 200}@lejek.example", None, name="N" * 100, role="sales"
    )
    entry = record(actor=long, action="did", subject="y" * 300, now=NOW)
    assert (len(entry.actor_name), len(entry.subject)) == (200, 200)
    assert broken_at() is None


PACKAGE = Path(lejek.__file__).parent
_DONE = re.compile(r"(?:[a-z]+ed|reset|won|lost)_(?!at$)[a-z_]+")
"""What an action looks like: a past participle with its object."""


def recording() -> Iterator[ast.Module]:
    """Every module of the product that writes into the audit log."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "tests" not in path.parts and re.search(r"\bimport audit\b|audit import record", text):
            yield ast.parse(text)


def arguments(module: ast.Module, name: str) -> list[ast.expr]:
    """What a module's calls say for an argument of `record`."""
    return [
        keyword.value
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == name
    ]


def recorded_actions() -> set[str]:
    """Every action of the source: where a call does not spell it, whatever looks like one there."""
    found = set()
    for module in recording():
        said = arguments(module, "action")
        is_spelt = all(isinstance(each, ast.Constant) for each in said)
        texts = said if is_spelt else list(ast.walk(module))
        named = {str(each.value) for each in texts if isinstance(each, ast.Constant)}
        found |= named if is_spelt else {each for each in named if _DONE.fullmatch(each)}
    return found


def recorded_details() -> set[str]:
    """The names of the details that calls give."""
    given = [each for module in recording() for each in arguments(module, "details")]
    keys = (key for each in given if isinstance(each, ast.Dict) for key in each.keys)
    named = {key.value for key in keys if isinstance(key, ast.Constant)}
    entries = {field.name for entry in (StageEntry, ReasonEntry) for field in fields(entry)}
    return {str(each) for each in named} | entries


def test_every_action_and_every_detail_has_words() -> None:
    assert recorded_actions() == set(ACTIONS)
    assert recorded_details() <= set(DETAILS)
    for counted in plain_counts(dict.fromkeys(("new", "updated", "rejected", "waiting"), 1)):
        assert counted in DETAILS
    assert {"name", "role", "team", "active", "before", "was"} <= set(DETAILS)


def test_details_read_as_words() -> None:
    details = {
        "role": ["sales", "manager"],
        "active": [True, False],
        "team": [None, "Północ"],
        "before": {"amount": 1_250_000, "currency": "PLN", "name": ""},
        "kind": "totp",
        "scopes": ["leads:read", "leads:write"],
    }
    with override("pl"):
        assert dict(detail_words(details)) == {
            "rola": "Handlowiec → Szef sprzedaży",
            "aktywne konto": "tak → nie",
            "zespół": "– → Północ",
            "przedtem": "kwota: 12\xa0500,00; waluta: PLN; nazwa: –",
            "rodzaj": "kod z aplikacji",
            "uprawnienia": "leads:read, leads:write",
        }


def test_who_was_not_let_in_is_not_the_system() -> None:
    with override("en"):
        assert actor_words(AuditEntry(action="failed_sign_in")) == "somebody who was not let in"
        assert actor_words(AuditEntry(action="imported_file")) == "the system"
        assert actor_words(AuditEntry(action="imported_file", actor_name="Ada")) == "Ada"
