"""The citizens' HTTP API. Errors are problem+json (RFC 9457) in Vietnamese, each naming the field."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.exceptions import HTTPException

from services.intake.codes import normalise
from services.intake.reception import Receipt, Reception
from services.intake.rules import Submission
from services.intake.store import Submissions
from services.intake.tracking import Story, stories
from shared.cases import follow
from shared.communes import Profile
from shared.contracts.people import Matter, Registrant, Section
from shared.logs import in_short, logger
from shared.service import Service
from shared.store import OUTAGES
from shared.text import clean, one_line
from shared.web import problem

WRONG = {
    "name": "Xin ghi họ và tên, không quá 200 chữ.",
    "phone": "Số điện thoại gồm 9 đến 15 chữ số, ví dụ 0912345678.",
    "email": "Địa chỉ thư điện tử chưa đúng, ví dụ ten@example.vn.",
    "address": "Địa chỉ không quá 500 chữ.",
    "questions": "Xin ghi ít nhất một câu hỏi, không quá 20 câu; mỗi câu không quá 20.000 chữ.",
    "contact": "Xin ghi số điện thoại, thư điện tử hoặc địa chỉ để cơ quan trả lời ông/bà.",
}
MOST_QUESTIONS = 20


class Asked(BaseModel):
    """One question and the box of the form it belongs in."""

    section: Section = "procedures"
    text: str


class Form(BaseModel):
    """The registration form (Phiếu đăng ký tham gia đối thoại). At least one of phone, e-mail and address is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Nguyễn Thị Mai",
                "phone": "0912345678",
                "email": "mai@example.vn",
                "address": "Số 5, thôn Nội, xã Thanh Trì",
                "questions": [
                    {"section": "procedures", "text": "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"}
                ],
            }
        }
    )

    name: str
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    questions: list[Asked] = Field(max_length=MOST_QUESTIONS)

    @field_validator("name", "address", "email", mode="after")
    @classmethod
    def _in_one_line(cls, value: str | None) -> str | None:
        return (one_line(value) or None) if value is not None else None

    @field_validator("phone", mode="after")
    @classmethod
    def _digits(cls, value: str | None) -> str | None:
        return (re.sub(r"[\s.\-()]", "", clean(value)) or None) if value is not None else None


class WrongForm(ValueError):
    """What is wrong with a form, by field."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.fields = tuple(dict.fromkeys(fields))
        super().__init__(", ".join(self.fields))


def read(form: Form) -> tuple[Registrant, tuple[Matter, ...]]:
    """The registrant and his questions, cleaned and checked.

    Raises:
        WrongForm: naming every field that must be mended.
    """
    wrong: list[str] = []
    registrant: Registrant | None = None
    try:
        registrant = Registrant(name=form.name or "", phone=form.phone, email=form.email, address=form.address)
    except ValidationError as error:
        wrong += [str(found["loc"][0]) for found in error.errors()]
    if registrant is not None and not registrant.reachable:
        wrong.append("contact")
    try:
        matters = tuple(
            Matter(section=asked.section, text=text) for asked in form.questions if (text := clean(asked.text))
        )
    except ValidationError:
        matters = ()
    if not 0 < len(matters) <= MOST_QUESTIONS:
        wrong.append("questions")
    if wrong or registrant is None:
        raise WrongForm(wrong)
    return registrant, matters


class QuestionStatus(BaseModel):
    """Where one question is. `state`: the step under way or reached last, in plain Vietnamese."""

    id: str
    text: str
    state: str
    due_at: AwareDatetime | None
    answer: str | None
    guidance: str | None


class SubmissionStatus(BaseModel):
    """Where a submission is."""

    code: str
    received_at: AwareDatetime
    on_time: bool
    dialogue: str | None
    questions: list[QuestionStatus]


def may_see(submission: Submission, contact: str) -> bool:
    """Whoever knows the last four digits of the phone number or the e-mail; the full name where there is neither."""
    contact = one_line(contact).casefold()
    registrant = submission.registrant
    if registrant.phone and contact == registrant.phone[-4:]:
        return True
    if registrant.email and contact == registrant.email.casefold():
        return True
    return not registrant.phone and not registrant.email and contact == registrant.name.casefold()


async def status_of(service: Service, submission: Submission, profile: Profile) -> list[Story]:
    """Each question's way so far, from the events of the case."""

    def department_name(id: str) -> str:
        department = profile.department(id)
        return department.name if department else id

    events = await follow(service.nats, submission.commune, submission.id)
    return stories(submission.questions, submission.received_at, events, department_name)


ErrorPage = Callable[[int, str, str], Response]


def add_api(service: Service, reception: Reception, submissions: Submissions, error_page: ErrorPage) -> None:
    """Add the public API, its documentation, and how errors are told (pages have their own way)."""
    router = APIRouter(prefix="/api/v1", tags=["Phiếu đăng ký"])
    problems: dict[int | str, dict[str, Any]] = {
        status: {"description": what, "content": {"application/problem+json": {}}}
        for status, what in {
            404: "Không có xã này hoặc không có phiếu này",
            413: "Nội dung quá lớn",
            422: "Phiếu chưa đúng",
            503: "Hệ thống tạm gián đoạn",
        }.items()
    }

    @router.post("/communes/{commune}/submissions", status_code=201, responses=problems, response_model=Receipt)
    async def submit(commune: str, form: Form) -> Receipt:
        """Register questions. Answers once they are durable; the same form sent twice gets its first receipt."""
        if commune not in service.communes:
            raise HTTPException(404, f"Chưa có xã, phường nào có mã “{one_line(commune)[:60]}” trong hệ thống.")
        registrant, matters = read(form)
        return await reception.receive(commune, "web", registrant, matters)

    @router.get("/submissions/{code}", responses=problems, response_model=SubmissionStatus)
    async def track(
        code: str,
        contact: Annotated[str, Query(description="Bốn số cuối của số điện thoại, hoặc thư điện tử", max_length=254)],
    ) -> SubmissionStatus:
        """Where the questions are. A wrong code and a wrong contact are answered alike."""
        submission = await submissions.by_code(known) if (known := normalise(code)) else None
        if submission is None or not may_see(submission, contact):
            raise HTTPException(404, "Không tìm thấy phiếu có mã và thông tin liên hệ này.")
        told = await status_of(service, submission, service.communes[submission.commune])
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
    _tell_problems(service, error_page)
    _document(service, router)


def _tell_problems(service: Service, error_page: ErrorPage) -> None:
    app = service.app

    @app.exception_handler(WrongForm)
    async def wrong_form(_: Request, error: WrongForm) -> JSONResponse:
        details = [{"pointer": f"/{field}", "detail": WRONG[field]} for field in error.fields]
        return problem(422, "Phiếu chưa đúng", " ".join(one["detail"] for one in details), details)

    @app.exception_handler(RequestValidationError)
    async def wrong_request(_: Request, error: RequestValidationError) -> JSONResponse:
        details = []
        for found in error.errors():
            place = [str(part) for part in found["loc"] if part not in ("body", "query", "path")]
            field = place[0] if place else ""
            if found["type"] == "json_invalid":
                details.append({"pointer": "", "detail": "Nội dung gửi lên không phải JSON hợp lệ."})
            else:
                told = WRONG.get(field, "Nội dung gửi lên thiếu hoặc sai mục này.")
                details.append({"pointer": "/" + "/".join(place), "detail": told})
        return problem(422, "Phiếu chưa đúng", " ".join(dict.fromkeys(one["detail"] for one in details)), details)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        titles = {404: "Không tìm thấy", 405: "Không được phép", 413: "Nội dung quá lớn"}
        detail = error.detail if error.status_code not in (405,) else "Địa chỉ này không nhận cách gọi như vậy."
        if detail == "Not Found":
            detail = "Không có trang này."
        title = titles.get(error.status_code, "Yêu cầu không hợp lệ")
        if request.url.path.startswith("/api/"):
            return problem(error.status_code, title, detail)
        return error_page(error.status_code, title, detail)

    async def away(request: Request, error: Exception) -> Response:
        logger().warning("unavailable", error=in_short(error))
        title, detail = "Hệ thống tạm gián đoạn", "Phiếu chưa được nhận. Xin ông/bà gửi lại sau ít phút."
        if request.url.path.startswith("/api/"):
            return problem(503, title, detail)
        return error_page(503, title, detail)

    for outage in OUTAGES:
        app.add_exception_handler(outage, away)


def _document(service: Service, router: APIRouter) -> None:
    """OpenAPI at /api/docs, of the public API alone."""

    @service.app.get("/api/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return get_openapi(title="doithoai: API cho công dân", version="1", routes=router.routes)

    @service.app.get("/api/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(openapi_url="/api/openapi.json", title="doithoai: API cho công dân")
