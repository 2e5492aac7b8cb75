"""Structured logs: one JSON object a line, with the case and the correlation id, never personal data."""

import logging
import sys
import traceback
from typing import Any

import structlog
from pydantic import ValidationError
from structlog.typing import ExcInfo, FilteringBoundLogger


def configure_logs(service: str, level: str) -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(trace),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(PlainFormatter('{"level":"%(levelname)s","event":"%(name)s"}'))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def logger() -> FilteringBoundLogger:
    log: FilteringBoundLogger = structlog.get_logger()
    return log


def in_short(error: BaseException) -> str:
    """What went wrong, in one line. Of data that do not fit, where and why: the data themselves may be personal."""
    if isinstance(error, ValidationError):
        places = (f"{'.'.join(map(str, found['loc']))} {found['type']}" for found in error.errors(include_input=False))
        return f"{type(error).__name__}: {'; '.join(places)}"[:300]
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:300]


def trace(exc_info: ExcInfo) -> str:
    """Where it happened, and what in short."""
    return "".join(traceback.format_tb(exc_info[2])) + in_short(exc_info[1])


class PlainFormatter(logging.Formatter):
    """The standard library's loggers say no more of an error than ours do."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        return trace(ei)
