"""The registration form as it is filled in online, on the page or by a program: cleaned, checked, and what to mend.

Pure. `forms.py` reads the same form from files, where a person cannot be asked at once.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from services.intake.pages.notice import UNKNOWN, VERSION, VERSIONS
from services.intake.reading.questions import separate
from shared.contracts.people import MAX_QUESTION, Matter, Registrant, Section
from shared.text import clean, one_line, says_something

MOST_QUESTIONS = 20
MOST_LINES = 2_000

NO_NAME = "Xin ông/bà ghi họ và tên."
NO_CONTACT = "Xin ông/bà ghi ít nhất một cách liên hệ: số điện thoại, địa chỉ hoặc thư điện tử."
NO_QUESTION = "Xin ông/bà ghi ít nhất một câu hỏi, ở mục 1 hoặc mục 2."
TOO_MANY = f"Mỗi phiếu nhận nhiều nhất {MOST_QUESTIONS} câu hỏi. Xin gửi các câu còn lại bằng một phiếu khác."
NO_DIALOGUE = "Xin ông/bà chọn một hội nghị muốn dự."
WRONG_EMAIL = "Địa chỉ thư điện tử chưa đúng. Địa chỉ viết liền, không dấu, ví dụ ten@example.vn."
_WRONG = {
    ("name", "string_too_short"): NO_NAME,
    ("name", "string_too_long"): "Họ và tên dài quá 200 ký tự. Xin ghi gọn lại.",
    ("phone", "string_pattern_mismatch"): "Số điện thoại chưa đúng. Số gồm 9 đến 15 chữ số, ví dụ 0912345678.",
    ("email", "string_pattern_mismatch"): WRONG_EMAIL,
    ("email", "string_too_long"): WRONG_EMAIL,
    ("address", "string_too_long"): "Địa chỉ dài quá 500 ký tự. Xin ghi gọn lại.",
}


class Asked(BaseModel):
    """Một câu hỏi, và mục của phiếu mà câu hỏi thuộc về."""

    section: Annotated[
        Section,
        Field(
            description="procedures: mục 1, về thủ tục hành chính; handling: mục 2, về giải quyết thủ tục hành chính."
        ),
    ] = "procedures"
    text: Annotated[
        str, Field(description="Nội dung, không quá 20.000 ký tự.", json_schema_extra={"maxLength": 20_000})
    ]


class Form(BaseModel):
    """Phiếu đăng ký tham gia đối thoại. Cần ít nhất một trong ba: điện thoại, thư điện tử, địa chỉ."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Nguyễn Thị Mai",
                "phone": "0912345678",
                "email": "mai@example.vn",
                "address": "Số 5, thôn Nội",
                "questions": [
                    {"section": "procedures", "text": "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"}
                ],
            }
        }
    )

    name: Annotated[str, Field(description="Họ và tên, hoặc tên tổ chức; không quá 200 ký tự.")]
    phone: Annotated[str | None, Field(description="Số điện thoại: 9 đến 15 chữ số, có thể có + ở đầu.")] = None
    email: Annotated[str | None, Field(description="Địa chỉ thư điện tử.")] = None
    address: Annotated[str | None, Field(description="Số nhà, thôn; không quá 500 ký tự.")] = None
    dialogue: Annotated[
        str | None,
        Field(description="Mã hội nghị muốn dự; bỏ trống hoặc null: hội nghị sắp tới còn nhận đăng ký."),
    ] = None
    notice: Annotated[
        str | None,
        Field(
            description="Phiên bản thông báo xử lý dữ liệu cá nhân mà người hỏi đã đọc và đồng ý "
            f"(/thong-bao-du-lieu). Bản hiện hành: {VERSION}.",
            json_schema_extra={"examples": [VERSION]},
        ),
    ] = None
    questions: Annotated[
        list[Asked], Field(description="Từ 1 đến 20 câu hỏi.", json_schema_extra={"minItems": 1, "maxItems": 20})
    ]

    @field_validator("questions", mode="before")
    @classmethod
    def _no_more_than_is_needed_to_refuse(cls, value: Any) -> Any:
        return value[: MOST_QUESTIONS + 1] if isinstance(value, list) else value

    @field_validator("name", "address", "email", mode="after")
    @classmethod
    def _in_one_line(cls, value: str | None) -> str | None:
        return one_line(value) if value is not None else None

    @field_validator("phone", mode="after")
    @classmethod
    def _digits(cls, value: str | None) -> str | None:
        return re.sub(r"[\s.\-‐-―()]", "", clean(value)) if value is not None else None


class WrongForm(ValueError):
    """What must be mended: a Vietnamese sentence by place.

    A place is a field, `contact` for the three fields of which one is needed, `questions`, or `questions/<n>/text`.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = problems
        super().__init__(", ".join(problems))


def asked_in(boxes: Mapping[Section, str]) -> list[Asked]:
    """The separate questions of the page's boxes. A box of more than any form holds is left in one piece."""
    return [
        Asked(section=section, text=text)
        for section, box in boxes.items()
        for text in ([box] if _is_endless(box) else separate(box))
    ]


def _is_endless(box: str) -> bool:
    return len(box) > MOST_QUESTIONS * MAX_QUESTION or box.count("\n") > MOST_LINES


def read(form: Form) -> tuple[Registrant, tuple[Matter, ...]]:
    """The registrant and what is asked, cleaned and checked.

    Raises:
        WrongForm: with everything that must be mended, in the order of the form.
    """
    problems: dict[str, str] = {}
    registrant = _registrant(form, problems)
    matters = _matters(form.questions, problems)
    if form.notice and form.notice not in VERSIONS:
        problems["notice"] = UNKNOWN
    if problems or registrant is None:
        raise WrongForm(problems)
    return registrant, matters


def read_registrant(form: Form) -> Registrant:
    """The registrant alone, where nothing is asked.

    Raises:
        WrongForm: as of `read`.
    """
    problems: dict[str, str] = {}
    registrant = _registrant(form, problems)
    if problems or registrant is None:
        raise WrongForm(problems)
    return registrant


def _registrant(form: Form, problems: dict[str, str]) -> Registrant | None:
    phone, email = form.phone or None, form.email or None
    address = form.address if form.address and says_something(form.address) else None
    try:
        registrant = Registrant(name=form.name, phone=phone, email=email, address=address)
    except ValidationError as error:
        registrant = None
        for found in error.errors():
            field = str(found["loc"][0])
            problems[field] = _WRONG.get((field, found["type"]), "Mục này chưa đúng. Xin xem lại.")
    if "name" not in problems and not any(map(str.isalpha, form.name)):
        problems["name"] = NO_NAME
    if "email" not in problems and email is not None and not email.isascii():
        problems["email"] = WRONG_EMAIL
    if not (phone or email or address):
        problems["contact"] = NO_CONTACT
    return registrant


def _matters(questions: Sequence[Asked], problems: dict[str, str]) -> tuple[Matter, ...]:
    texts = [(number, asked.section, clean(asked.text)) for number, asked in enumerate(questions)]
    texts = [one for one in texts if says_something(one[2])]
    if not texts:
        problems["questions"] = NO_QUESTION
    elif len(texts) > MOST_QUESTIONS:
        problems["questions"] = TOO_MANY
    for number, _, text in texts:
        if len(text) > MAX_QUESTION:
            problems[f"questions/{number}/text"] = (
                f"Câu hỏi bắt đầu bằng “{one_line(text[:60])[:40]}…” dài quá 20.000 ký tự. Xin viết gọn lại."
            )
    return () if problems else tuple(Matter(section=section, text=text) for _, section, text in texts)
