"""What pages have in common: templates, local times, size limits, problems told as RFC 9457 says."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.responses import JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def local_day(value: datetime | date) -> str:
    """`28/04/2026`, in Vietnam."""
    day = value.astimezone(HANOI).date() if isinstance(value, datetime) else value
    return day.strftime("%d/%m/%Y")


def local_time(value: datetime) -> str:
    """`28/04/2026 17:00`, in Vietnam."""
    return value.astimezone(HANOI).strftime("%d/%m/%Y %H:%M")


def spoken_day(value: datetime) -> str:
    """`thứ Ba, 28/04/2026`, in Vietnam."""
    return f"{WEEKDAYS[value.astimezone(HANOI).weekday()]}, {local_day(value)}"


def templates(folder: Path) -> Environment:
    """Templates that escape what they show and refuse a name they do not know."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": local_day, "time": local_time, "spoken_day": spoken_day}
    return environment


def problem(status: int, title: str, detail: str, errors: Sequence[dict[str, str]] = (), **extra: Any) -> JSONResponse:
    """An error as `application/problem+json` (RFC 9457), in Vietnamese."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, media_type="application/problem+json")


class SizeLimit:
    """Refuses a request whose body is larger than `most` bytes, announced or not, before anything reads it whole."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self._most:
            await self._refuse(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise HTTPException(413, self._why)
            return message

        await self._app(scope, counted, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        await problem(413, "Nội dung quá lớn", self._why)(scope, receive, send)

    @property
    def _why(self) -> str:
        return f"Nội dung gửi lên lớn hơn {self._most // 1_000_000} MB. Xin rút gọn rồi gửi lại."


SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
