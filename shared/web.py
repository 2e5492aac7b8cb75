"""What pages have in common: templates, local times, the typeface, size limits, problems told as RFC 9457 says."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from os import PathLike, stat_result
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
FONTS = Path(__file__).parent / "static" / "fonts"
"""Be Vietnam Pro: `/static/fonts/be-vietnam-pro.css` names its faces."""


def local_day(value: datetime | date) -> str:
    """`28/04/2026`, in Vietnam."""
    day = value.astimezone(HANOI).date() if isinstance(value, datetime) else value
    return day.strftime("%d/%m/%Y")


def local_time(value: datetime) -> str:
    """`28/04/2026 17:00`, in Vietnam: for lists and logs."""
    return value.astimezone(HANOI).strftime("%d/%m/%Y %H:%M")


def spoken_day(value: datetime) -> str:
    """`thứ Ba, 28/04/2026`, in Vietnam."""
    return f"{WEEKDAYS[value.astimezone(HANOI).weekday()]}, {local_day(value)}"


def spoken_time(value: datetime) -> str:
    """`17:00 thứ Ba, 28/04/2026`, in Vietnam: for sentences."""
    return f"{value.astimezone(HANOI):%H:%M} {spoken_day(value)}"


def time_left(end: datetime, now: datetime) -> str:
    """How far away a day is, in calendar days of Vietnam: `còn 8 ngày`, `hôm nay`, `quá hạn 2 ngày`."""
    days = (end.astimezone(HANOI).date() - now.astimezone(HANOI).date()).days
    if days > 0:
        return f"còn {days} ngày"
    if now <= end:
        return "hôm nay"
    return f"quá hạn {-days} ngày" if days else "hết hạn hôm nay"


def capital(text: str) -> str:
    """`Xã Thanh Trì` of `xã Thanh Trì`, at the beginning of a line."""
    return text[:1].upper() + text[1:]


def templates(folder: Path) -> Environment:
    """Templates that escape what they show and refuse a name they do not know."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": local_day,
        "time": local_time,
        "spoken_day": spoken_day,
        "spoken_time": spoken_time,
        "time_left": time_left,
        "capital": capital,
    }
    return environment


class _Static(StaticFiles):
    """Files with a word to the browser on how long it may keep them."""

    def __init__(self, folder: Path, cache: str) -> None:
        super().__init__(directory=folder)
        self._cache = cache

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = self._cache
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def add_static(app: FastAPI, folder: Path) -> None:
    """Serve a service's own files at `/static`, and the typeface of all pages at `/static/fonts`."""
    app.mount("/static/fonts", _Static(FONTS, "public, max-age=2592000"), name="fonts")
    app.mount("/static", GZipMiddleware(_Static(folder, "no-cache"), minimum_size=1_000), name="static")


def problem(
    status: int,
    title: str,
    detail: str,
    errors: Sequence[Mapping[str, str]] = (),
    *,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> JSONResponse:
    """An error as `application/problem+json` (RFC 9457), in Vietnamese."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, headers, media_type="application/problem+json")


class SizeLimit:
    """Refuses a body larger than `most` bytes with 413 when the application comes to read it, announced or not.

    What is too large is never held: an announced one is not begun, another one ends where it exceeds the limit.

    Args:
        larger: paths that forms with files are sent to, with what lies below them, each with a limit of its own.
            It holds for multipart bodies alone: they are put on the disk as they come, others are held.
    """

    def __init__(self, app: ASGIApp, most: int, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._most = most
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        announced, kind = headers.get(b"content-length", b"0"), headers.get(b"content-type", b"").lower()
        most, taken = self._of(scope["path"]) if kind.startswith(b"multipart/form-data") else self._most, 0

        async def counted() -> Message:
            nonlocal taken
            if not taken and int(announced) > most:  # the server has refused what is no number
                raise _too_large(most)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise _too_large(most)
            return message

        await self._app(scope, counted, send)

    def _of(self, path: str) -> int:
        return next((most for own, most in self._larger.items() if f"{path}/".startswith(f"{own}/")), self._most)


def _too_large(most: int) -> HTTPException:
    words = f"{most / 1_000_000:g}".replace(".", ",")
    return HTTPException(413, f"Nội dung gửi lên lớn hơn {words} MB. Xin rút gọn rồi gửi lại.")


SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class HeldUntil:
    """Lets requests wait while a service starts: before, it knows neither the time nor whether a form had come.

    Args:
        ready: set once the service has started.
        always: paths that are answered at any time.
        limit_s: after so long a request is refused with 503.
    """

    def __init__(self, app: ASGIApp, ready: asyncio.Event, always: frozenset[str], limit_s: float = 10) -> None:
        self._app = app
        self._ready = ready
        self._always = always
        self._limit_s = limit_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._ready.is_set() and scope["path"] not in self._always:
            try:
                await asyncio.wait_for(self._ready.wait(), self._limit_s)
            except TimeoutError:
                detail = "Hệ thống đang khởi động. Xin ông/bà thử lại sau ít phút."
                await problem(503, "Hệ thống tạm gián đoạn", detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)
