"""Logs name nobody."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from lejek.kernel.logs import BLACK, configure, logging_config, redacted

Read = Callable[[], list[dict[str, Any]]]

CANARIES = {
    "an address": "anna.zak+canary@lodz-stal.pl",
    "an address in quotes": "o'brien@example.co.uk",
    "a Polish number": "600 100 200",
    "a Polish number without gaps": "600100200",
    "an international number": "+48 600-100-200",
    "a PESEL": "44051401359",
    "a bearer token": "Bearer lk_live_9f8e7d6c5b4a",
    "a key": "lk_9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a",
    "a session": "sessionid=abc123def456",
}


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_a_text_that_names_somebody_is_blacked_out(canary: str) -> None:
    found = redacted(f"before {canary} after")
    assert canary not in found
    assert (found[:7], found[-6:]) == ("before ", " after")
    assert BLACK in found


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T22:43:12.910235+00:00",
        "job 123456789012 done in 0.123456 s",
        "lejek.scoring.jobs.score_everybody",
        "/srv/lejek/src/lejek/kernel/migrations/0002_poison_events_and_progress.py",
        "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
        "version 3 of 12, 48.5 points",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[Read]:
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    configure(logging_config(level="INFO", as_json=True))

    def read() -> list[dict[str, Any]]:
        text = capfd.readouterr().err
        return [json.loads(line) for line in text.splitlines()]

    yield read
    root.handlers[:], root.level = kept, level


def test_a_line_is_json_with_what_an_operator_needs(lines: Read) -> None:
    structlog.get_logger("lejek.test").info("import_done", rows=12)
    (line,) = lines()
    assert (line["event"], line["rows"], line["level"]) == ("import_done", 12, "info")
    assert line["timestamp"].endswith("Z")


def test_no_canary_gets_through_whatever_way_it_takes(lines: Read) -> None:
    log = structlog.get_logger("lejek.test")
    for canary in CANARIES.values():
        log.info("said %s", canary, value=canary, inner={"deep": [canary]}, email="short")
        logging.getLogger("some.library").warning("it said %s", canary, extra={"more": canary})
        try:
            raise ValueError(canary)
        except ValueError:
            log.exception("failed")
            logging.getLogger("some.library").exception("failed")
    text = json.dumps(lines(), ensure_ascii=False)
    assert not [canary for canary in CANARIES.values() if canary in text]
    assert '"short"' not in text


def test_a_telling_name_blacks_out_any_value(lines: Read) -> None:
    structlog.get_logger("lejek.test").info(
        "x", password="p", csrf_token="c", Cookie="k", phone=1.5
    )
    (line,) = lines()
    assert (line["password"], line["csrf_token"], line["Cookie"]) == (BLACK,) * 3
