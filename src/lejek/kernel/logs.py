"""Logs: one line of JSON for each thing that happened, without personal data.

In: what the product and its libraries log. Out: lines on standard error in which addresses, phone
numbers, tokens and whatever bears a telling name are blacked out.
"""

from __future__ import annotations

import logging
import logging.config
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import structlog

BLACK = "[redacted]"
_TELLING = re.compile(
    r"pass(word|wd)?$|token|cookie|authorization|secret|csrf|session|api_?key|e_?mail|phone|pesel"
    r"|(first|last|full)_name",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"""
    (?P<email> [\w.+%'-]+ @ [\w-]+ (?:\.[\w-]+)+ )
    | (?P<bearer> \b (?:Bearer|Basic|Token) \s+ [\w.~+/=-]{8,} )
    | (?P<assigned> \b (?:password|token|secret|sessionid|csrftoken|key) = [^\s&;'"]+ )
    | (?P<row> ^ DETAIL: .* $ )
    | (?P<phone> \+ \d [\d\s().-]{7,16} \d \b | \b \d{3} [\s-] \d{3} [\s-] \d{3} \b )
    | (?P<digits> (?<! [\w.-]) \d{9} (?! [\w.-]) | (?<! [\w.-]) \d{11} (?! [\w.-]) )
    | (?P<random> (?<! [\w/.-]) (?! [\da-f]{8} (?: -[\da-f]{4} ){3} - )
        (?= [a-z_-]* \d) (?= [\d_-]* [a-z]) [\w-]{32,} (?! [\w.-]) )
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)


def redacted(text: str) -> str:
    """The text with everything that may name a person or open a door blacked out."""
    return _PERSONAL.sub(BLACK, text)


def redact(_logger: object, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A step of logging that blacks out personal data wherever it stands in a line."""
    return {key: _cleaned(key, value) for key, value in line.items()}


def _cleaned(key: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if _TELLING.search(key):
        return BLACK
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {str(name): _cleaned(str(name), inner) for name, inner in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [_cleaned("", inner) for inner in value]
    return redacted(str(value))


_BEFORE: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
)


class Lines(logging.Handler):
    """Writes to standard error, whatever that is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a broken pipe is nobody's reason to stop working."""
        try:
            print(self.format(record), file=sys.stderr, flush=True)  # noqa: T201
        except Exception:  # noqa: BLE001 - the one place that cannot log
            self.handleError(record)


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """How Python's own logging writes: through the same steps as ours."""
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "clean": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": list(_BEFORE),
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    redact,
                    last,
                ],
            }
        },
        "handlers": {"lines": {"class": "lejek.kernel.logs.Lines", "formatter": "clean"}},
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            "django": {"level": "INFO", "propagate": True},
            # Wrong addresses are answered, not logged: they hold what people type.
            "django.request": {"level": "ERROR", "propagate": True},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Let structlog and Python's logging write the same lines."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_BEFORE[:-1],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
