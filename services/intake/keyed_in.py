"""A form that was keyed in from paper: its two boxes become questions as those of the web form do. Pure."""

from pydantic import ValidationError

from services.intake.pages.online_form import MOST_QUESTIONS, TOO_MANY, asked_in
from shared.contracts import Refusal
from shared.contracts.intake import RegisterSubmission
from shared.contracts.people import Matter
from shared.text import clean, one_line


def matters_of(command: RegisterSubmission) -> tuple[Matter, ...]:
    """What a form asks: the questions that were told apart already, then those in its boxes.

    Raises:
        Refusal: nothing is asked, or more than one form may, or a question is too long.
    """
    matters = list(command.questions)
    for asked in asked_in(command.boxes or {}):
        if text := clean(asked.text):
            try:
                matters.append(Matter(section=asked.section, text=text))
            except ValidationError as error:
                begins = one_line(text[:60])[:40]
                why = f"Câu hỏi bắt đầu bằng “{begins}…” dài quá 20.000 ký tự. Xin đính kèm bản chụp của phiếu."
                raise Refusal("invalid", why) from error
    if not matters:
        raise Refusal("invalid", "Phiếu chưa có câu hỏi nào. Xin nhập nội dung ở mục 1 hoặc mục 2.")
    if len(matters) > MOST_QUESTIONS:
        raise Refusal("invalid", TOO_MANY)
    return tuple(matters)
