"""The citizens' HTTP API, and its description."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from services.intake.pages.enquiry import NOT_FOUND, Enquiry
from services.intake.pages.errors import TITLES, patience
from services.intake.pages.limits import NetworkLimits, host_of, network_of
from services.intake.pages.online_form import Form, WrongForm, read
from services.intake.pages.repeats import Senders, where_the_code_is
from services.intake.reception import AlreadyTaken, Receipt, Reception
from services.intake.submissions import Arrival
from shared.contracts import Refusal
from shared.service import Service
from shared.text import one_line

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Một chuỗi ngẫu nhiên cho mỗi phiếu, ví dụ UUID, giữ kín và gửi lại y nguyên khi gửi lại phiếu ấy.",
        min_length=16,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
    ),
]
"""What nobody guesses: whoever repeats a form with its key is told its code, whenever and from wherever he does."""
FLOODED = "Địa chỉ mạng này đã gửi quá nhiều phiếu trong một giờ. Xin gửi lại sau {seconds} giây."


class QuestionStatus(BaseModel):
    """Câu hỏi đang ở bước nào."""

    id: str
    text: str
    state: Annotated[str, Field(description="Bước đang làm, hoặc bước cuối đã xong; chữ để người đọc.")]
    due_at: Annotated[AwareDatetime | None, Field(description="Hạn của bước đang làm; không có thì null.")]
    answer: Annotated[str | None, Field(description="Câu trả lời, sau khi đã trả lời ông/bà.")]
    guidance: Annotated[str | None, Field(description="Hướng dẫn, nếu câu hỏi thuộc thẩm quyền của nơi khác.")]


class SubmissionStatus(BaseModel):
    """Phiếu và các câu hỏi của phiếu."""

    code: str
    received_at: AwareDatetime
    on_time: bool
    dialogue: str | None
    questions: list[QuestionStatus]


class Mend(BaseModel):
    """Một chỗ cần sửa."""

    pointer: Annotated[str | None, Field(description="Chỗ sai trong nội dung gửi lên (JSON Pointer).")] = None
    parameter: Annotated[str | None, Field(description="Tham số sai trong địa chỉ hoặc trong tiêu đề.")] = None
    detail: Annotated[str, Field(description="Cần sửa thế nào.")]


class Problem(BaseModel):
    """Lỗi theo RFC 9457 (application/problem+json)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: Annotated[str, Field(description="Một câu cho người đọc.")]
    errors: Annotated[list[Mend], Field(description="Từng chỗ cần sửa.")] = []


_LATER = {"Retry-After": {"description": "Thử lại sau bao nhiêu giây.", "schema": {"type": "integer"}}}
_LOCATION = {"Location": {"description": "Nơi tra cứu phiếu.", "schema": {"type": "string"}}}


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {
            "description": TITLES.get(status, "Yêu cầu không hợp lệ"),
            "content": content,
            **({"headers": _LATER} if status in (429, 503) else {}),
        }
        for status in statuses
    }


def add_api(
    service: Service, reception: Reception, enquiry: Enquiry, senders: Senders, limits: NetworkLimits
) -> dict[str, Any]:
    """Add the public API. Returns its OpenAPI document, which is also served at /api/openapi.json."""
    router = APIRouter(prefix="/api/v1", tags=["Phiếu đăng ký"])

    @router.post(
        "/communes/{commune}/submissions",
        summary="Gửi phiếu đăng ký",
        description="Trả lời khi phiếu đã được lưu bền vững. Phiếu gửi lại (cùng người, cùng nội dung) không tạo phiếu "
        "mới mà nhận lại giấy tiếp nhận đầu tiên, nên sau một lần gửi không rõ kết quả cứ gửi lại: với cùng "
        "Idempotency-Key thì lúc nào cũng được, không có khóa thì trong 15 phút, từ cùng một mạng. Ngoài ra, phiếu đã "
        "được tiếp nhận thì trả lời 409, không cho biết mã phiếu: ai biết mã là xem được phiếu. "
        "Tệp gửi kèm không nhận qua API, chỉ nhận trên trang gửi câu hỏi. Số phiếu nhận trong một giờ từ một địa chỉ "
        "mạng có giới hạn (429).",
        status_code=201,
        response_description="Đã tiếp nhận",
        response_model=Receipt,
        responses={
            200: {
                "model": Receipt,
                "description": "Phiếu đã được tiếp nhận trước đó: giấy tiếp nhận đầu tiên",
                "headers": _LOCATION,
            },
            201: {"headers": _LOCATION},
            **_problems(400, 404, 409, 413, 422, 429, 503),
        },
    )
    async def submit(commune: str, form: Form, request: Request, response: Response, key: Key = None) -> Receipt:
        if commune not in service.communes:
            raise HTTPException(404, f"Chưa có xã, phường nào có mã “{one_line(commune)[:60]}” trong hệ thống.")
        host = host_of(request)
        if wait := limits.take(host):
            raise HTTPException(429, FLOODED.format(seconds=wait), {"Retry-After": str(wait)})
        registrant, matters = read(form)
        sender = senders.of_program(key, host)
        arrival = Arrival("web", registrant, matters, notice=form.notice or None, sender=sender)
        try:
            async with patience():
                receipt = await reception.receive(commune, arrival, form.dialogue or None)
        except Refusal as refusal:
            raise WrongForm({"dialogue": refusal.reason}) from refusal
        except AlreadyTaken as taken:
            raise HTTPException(409, where_the_code_is(taken, service.communes[commune])) from taken
        response.headers["Location"] = f"/api/v1/submissions/{receipt.code}"
        if receipt.duplicate:
            response.status_code = 200
        return receipt

    @router.get(
        "/submissions/{code}",
        summary="Tra cứu phiếu",
        description="Mã sai và thông tin liên hệ sai được trả lời như nhau.",
        response_description="Phiếu và các câu hỏi",
        response_model=SubmissionStatus,
        responses=_problems(404, 422, 429, 503),
    )
    async def track(
        request: Request,
        code: str,
        contact: Annotated[
            str,
            Query(
                description="Bốn số cuối của điện thoại, hoặc thư điện tử; nếu phiếu không có cả hai, họ và tên.",
                max_length=254,
            ),
        ],
    ) -> SubmissionStatus:
        found = await enquiry.find(code, contact, network_of(host_of(request)))
        if found is None:
            raise HTTPException(404, NOT_FOUND)
        submission, told = found
        return SubmissionStatus(
            code=submission.code,
            received_at=submission.received_at,
            on_time=submission.on_time,
            dialogue=submission.dialogue,
            questions=[
                QuestionStatus(
                    id=story.question.id,
                    text=story.question.text,
                    state=story.now.label,
                    due_at=story.due_at,
                    answer=story.answer,
                    guidance=story.guidance,
                )
                for story in told
            ],
        )

    service.app.include_router(router)
    document = _openapi(router)

    @service.app.get("/api/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return document

    return document


def _openapi(router: APIRouter) -> dict[str, Any]:
    document = get_openapi(
        title="doithoai: API cho công dân",
        version="1",
        description="Gửi phiếu đăng ký tham gia đối thoại và xem câu hỏi đang ở đâu.",
        routes=router.routes,
    )
    shapes = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = document["components"]["schemas"] | {**shapes.pop("$defs"), "Problem": shapes}
    for name, (told, fields) in _IN_VIETNAMESE.items():
        schemas[name]["description"] = told
        for field, of_field in fields.items():
            schemas[name]["properties"][field]["description"] = of_field
    document["components"]["schemas"] = {name: schemas[name] for name in sorted(schemas, key=_ORDER.index)}
    return document


_ORDER = ["Form", "Asked", "Receipt", "Question", "SubmissionStatus", "QuestionStatus", "Problem", "Mend"]
_SAME = {
    "code": "Mã phiếu, ví dụ K7QX-3M9M.",
    "received_at": "Lúc tiếp nhận.",
    "on_time": "Phiếu đến trong hạn đăng ký của một hội nghị: được trả lời tại hội nghị.",
    "dialogue": "Hội nghị đối thoại mà phiếu đăng ký dự; null khi chưa có hội nghị nào được thông báo.",
}
_IN_VIETNAMESE: dict[str, tuple[str, dict[str, str]]] = {
    "Receipt": (
        "Giấy tiếp nhận.",
        {
            **_SAME,
            "questions": "Các câu hỏi, theo thứ tự của phiếu.",
            "duplicate": "Phiếu này đã được tiếp nhận trước đó; đây là giấy tiếp nhận đầu tiên.",
        },
    ),
    "Question": (
        "Một câu hỏi đã tiếp nhận.",
        {"section": "Mục của phiếu.", "text": "Nội dung.", "id": "Mã câu hỏi.", "number": "Số thứ tự, từ 1."},
    ),
    "SubmissionStatus": ("Phiếu và các câu hỏi của phiếu.", _SAME),
}
"""Shapes that other modules describe to developers of the system, described to those who use its API."""
