"""Structured logs: one JSON object a line, with the case and the correlation id, never personal data.

An exception of ours whose words quote nobody and nothing that was sent in says so by `names_nobody = True`, and is
logged with them; of all others only the class and the code, for mail servers and libraries quote what they were given.
"""

import errno
import logging
import re
import sys
import traceback
from typing import Any

import structlog
from pydantic import ValidationError
from structlog.typing import EventDict, ExcInfo, FilteringBoundLogger, WrappedLogger

from shared import traces

_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def configure_logs(service: str, level: str) -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _with_the_trace,
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


def _with_the_trace(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    line.update(traces.ids())
    return line


def in_short(error: BaseException) -> str:
    """What went wrong, in one line, and what was at the bottom of it.

    Of data that do not fit, where and why: the data themselves may be personal.
    """
    told = _told(error)
    if error.__cause__ is not None:
        told += f" < {_told(error.__cause__)}"
    return told[:300]


def _told(error: BaseException) -> str:
    name = type(error).__qualname__
    if isinstance(error, ValidationError):
        places = (f"{'.'.join(map(str, found['loc']))} {found['type']}" for found in error.errors(include_input=False))
        return f"{name}: {'; '.join(places)}"
    if getattr(error, "names_nobody", False):
        return f"{name}: {error}".replace("\n", " ")
    return " ".join([name, *_codes(error)])


def _codes(error: BaseException) -> list[str]:
    """What SMTP, IMAP, the database, the broker and the system call it."""
    status = getattr(error, "command_result", None)  # of imap_tools: ("NO", what the server said)
    known = [getattr(error, name, None) for name in ("code", "err_code", "sqlite_errorname")]
    known += [errno.errorcode.get(getattr(error, "errno", None) or 0), status[0] if status else None]
    told = [str(code) for code in known if isinstance(code, int | str)]
    return [code for code in dict.fromkeys(told) if _CODE.fullmatch(code)]


def trace(exc_info: ExcInfo) -> str:
    """Where it happened, and what in short."""
    return "".join(traceback.format_tb(exc_info[2])) + in_short(exc_info[1])


class PlainFormatter(logging.Formatter):
    """The standard library's loggers say no more of an error than ours do."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        return trace(ei)
