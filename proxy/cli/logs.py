"""The program's own log: JSON lines on stderr, for whoever looks after this machine.

Rules of this file: no health value, token or query may get in. Texts of exceptions and of other libraries' log
lines can quote a request, so of an exception only its type and places are written, and of a library's line only
its unfilled pattern.
"""

import logging
import sys
import traceback
from typing import Any

import structlog


def configure_logs(level: str) -> None:
    """Send all logs, ours and the libraries', as JSON lines to stderr."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_places),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_Lines,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Libraries()]
    root.setLevel(max(number, logging.WARNING))


class _Lines:
    """Writes a line to stderr as it is at that moment; tests and daemons exchange it."""

    def __init__(self, *_: Any) -> None:
        return

    def msg(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    debug = info = warning = error = critical = exception = msg


class _Libraries(logging.Handler):
    """What aiohttp and asyncio log, without what they quote."""

    def emit(self, record: logging.LogRecord) -> None:
        told: dict[str, Any] = {"logger": record.name, "pattern": str(record.msg).partition("\n")[0][:200]}
        if record.exc_info:
            told["exception"] = _places(record.exc_info)
        structlog.get_logger().log(record.levelno, "library", **told)


def _places(exc_info: Any) -> dict[str, Any]:
    """Give an exception's type and where it went through: nothing of what it says."""
    kind, _, trace = exc_info
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    return {"type": getattr(kind, "__name__", str(kind)), "places": places[-12:]}
