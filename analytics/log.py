"""Structured logs: one line an event, never an identifier, a name or a vector."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

_LOGGER = logging.getLogger("tepat")


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": record.levelname.lower(),
                 "event": record.getMessage()}  # fmt: skip
        return json.dumps(event | getattr(record, "facts", {}), ensure_ascii=False)


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what standard error is now, not what it was when the first event came."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr  # setStream would flush the one before, which may be closed
        super().emit(record)


def log(event: str, *, level: int = logging.INFO, **facts: str | int | float | None) -> None:
    """Write one event with its facts; give only words and numbers that name no person."""
    if not any(isinstance(handler, _Stderr) for handler in _LOGGER.handlers):
        handler = _Stderr()
        handler.setFormatter(_JsonLines())
        _LOGGER.addHandler(handler)
        _LOGGER.setLevel(logging.INFO)
        _LOGGER.propagate = False
    _LOGGER.log(level, event, extra={"facts": facts})


def kind_and_place(error: BaseException) -> str:
    """Return an error's kind and the line that raised it; never its text, which may hold a person's data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
