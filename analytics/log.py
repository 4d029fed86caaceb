"""Structured logs: one line an event, never an identifier, a name or a vector."""

import json
import logging
import sys
from datetime import UTC, datetime

_LOGGER = logging.getLogger("tepat")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": record.levelname.lower(),
                 "event": record.getMessage()}  # fmt: skip
        return json.dumps(event | getattr(record, "facts", {}), ensure_ascii=False)


def log(event: str, *, level: int = logging.INFO, **facts: str | int | float | None) -> None:
    """Write one event with its facts; give only words and numbers that name no person."""
    if not _LOGGER.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_JsonLines())
        _LOGGER.addHandler(handler)
        _LOGGER.setLevel(logging.INFO)
        _LOGGER.propagate = False
    _LOGGER.log(level, event, extra={"facts": facts})
