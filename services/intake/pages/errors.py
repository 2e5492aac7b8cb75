"""How intake says that something is wrong: problem+json (RFC 9457) under /api, a page elsewhere, both in Vietnamese."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.intake.pages.online_form import WrongForm
from shared.logs import in_short, logger
from shared.store import OUTAGES
from shared.web import problem

PATIENCE_S = 6
"""How long a person is kept waiting for the database or the stream."""
RETRY_AFTER_S = 30

TITLES = {
    403: "Không được thực hiện",
    404: "Không tìm thấy",
    405: "Không được phép",
    409: "Phiếu này đã được tiếp nhận",
    413: "Nội dung quá lớn",
    422: "Nội dung chưa đúng",
    429: "Quá nhiều lần gửi",
    500: "Hệ thống gặp lỗi",
    503: "Hệ thống tạm gián đoạn",
}
_DETAILS = {
    400: "Không đọc được nội dung gửi lên. Nếu nội dung rất dài, xin rút gọn rồi gửi lại.",
    404: "Không có trang này. Xin kiểm tra lại địa chỉ.",
    405: "Địa chỉ này không nhận cách gọi như vậy.",
    500: "Xin ông/bà thử lại sau ít phút. Nếu vẫn lỗi, xin liên hệ Văn phòng UBND xã.",
}
_WRONG_JSON = {
    "missing": "Thiếu mục bắt buộc này.",
    "string_type": "Mục này phải là chuỗi ký tự.",
    "string_unicode": "Mục này có ký tự không hợp lệ (nửa cặp thay thế của UTF-16).",
    "string_too_long": "Mục này quá dài.",
    "list_type": "Mục này phải là danh sách.",
    "literal_error": "Mục này chỉ nhận “procedures” hoặc “handling”.",
}
_WRONG = "Giá trị của mục này không hợp lệ."
_NO_JSON = "Nội dung gửi lên phải là một đối tượng JSON hợp lệ, với Content-Type: application/json."
MOST_TOLD = 30
"""Mistakes told at once."""
NOT_CONFIRMED = (
    "Hệ thống đang tạm gián đoạn nên chưa xác nhận được phiếu. Xin ông/bà gửi lại sau ít phút; "
    "gửi lại nhiều lần cũng chỉ tính một phiếu."
)
TRY_LATER = "Xin ông/bà thử lại sau ít phút. Các phiếu đã tiếp nhận vẫn được giữ nguyên."

ErrorPage = Callable[..., Response]
"""Takes status, title, detail and headers."""


class Away(Exception):
    """The database or the stream does not answer now."""


class TooManyTries(Exception):
    """Wrong contacts were given too often. wait_s: how long no further one is looked at, the right one neither."""

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__(f"{wait_s} s")

    @property
    def told(self) -> str:
        """What to do, for the person who asked."""
        return (
            "Đã có quá nhiều lần ghi sai thông tin liên hệ. "
            f"Xin ông/bà thử lại sau {math.ceil(self.wait_s / 60)} phút, hoặc gọi Văn phòng UBND xã."
        )


@asynccontextmanager
async def patience() -> AsyncIterator[None]:
    """What is asked of the database and the stream in here is answered soon, or refused clearly.

    Raises:
        Away: a change that was under way may have taken effect; asking for it again is harmless.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield
    except (*OUTAGES, NatsError, TimeoutError) as error:
        logger().warning("unavailable", error=in_short(error))
        raise Away from error


def tell_errors(app: FastAPI, error_page: ErrorPage) -> None:
    """Answer every error of the pages and of the API."""

    def tell(
        request: Request,
        status: int,
        detail: str,
        errors: list[dict[str, str]],
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        title = TITLES.get(status, "Yêu cầu không hợp lệ")
        if request.url.path.startswith("/api/"):
            return problem(status, title, detail, errors, headers=headers)
        return error_page(status, title, detail, headers)

    @app.exception_handler(WrongForm)
    async def wrong_form(request: Request, error: WrongForm) -> Response:
        errors = [
            {"pointer": "#" if place == "contact" else f"#/{place}", "detail": told}
            for place, told in error.problems.items()
        ]
        return tell(request, 422, " ".join(error.problems.values()), errors)

    @app.exception_handler(RequestValidationError)
    async def wrong_request(request: Request, error: RequestValidationError) -> Response:
        errors, told = [], []
        for found in error.errors():
            source, *place = (str(part) for part in found["loc"])
            name = "" if found["type"] == "json_invalid" else "/".join(place)
            why = _WRONG_JSON.get(found["type"], _WRONG) if name else _NO_JSON
            where = {"parameter": name} if source in ("query", "header") else {"pointer": f"#/{name}" if name else "#"}
            errors.append({**where, "detail": why})
            told.append(f"{name}: {why}" if name else why)
        return tell(request, 422, " ".join(told[:MOST_TOLD]), errors[:MOST_TOLD])

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        own = error.status_code in (403, 404, 409, 413, 429) and error.detail != "Not Found"
        detail = error.detail if own else _DETAILS.get(error.status_code, "Yêu cầu không hợp lệ.")
        if error.status_code == 400 and request.url.path.startswith("/api/"):
            detail += " Nội dung phải là JSON, mã hóa UTF-8, không lồng quá sâu."
        return tell(request, error.status_code, detail, [], error.headers)

    @app.exception_handler(TooManyTries)
    async def too_many_tries(request: Request, error: TooManyTries) -> Response:
        return tell(request, 429, error.told, [], {"Retry-After": str(error.wait_s)})

    @app.exception_handler(Away)
    async def away(request: Request, _: Away) -> Response:
        detail = NOT_CONFIRMED if request.method == "POST" and "submissions" in request.url.path else TRY_LATER
        return tell(request, 503, detail, [], {"Retry-After": str(RETRY_AFTER_S)})

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, _: Exception) -> Response:
        """Told without its reason; the log has it."""
        return tell(request, 500, _DETAILS[500], [])
