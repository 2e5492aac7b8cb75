"""An answer is late: the office says so, apologises, and promises a day."""

from dataclasses import replace
from datetime import datetime

from services.notify.correspondence import Apology, Asked, Correspondence, Decision
from services.notify.messages import write
from services.notify.owed import email_of, is_answered, message_about
from services.notify.wording import VIETNAM
from shared.contracts import Refusal, Role
from shared.contracts.notify import ApologiseForDelay

MAY_APOLOGISE = (Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN)
"""Whose a question is, only routing knows. The letter is the office's: a department tells it the reason and the day."""


def apologise(state: Correspondence, command: ApologiseForDelay, now: datetime) -> Decision:
    """To whoever waits for an answer, once for each day that is promised; never about a denunciation."""
    if command.actor.role not in MAY_APOLOGISE:
        raise Refusal(
            "forbidden",
            "Thư xin lỗi vì trả lời chậm do Văn phòng hoặc Chủ tịch UBND xã gửi; "
            "xin báo Văn phòng lý do và ngày hẹn trả lời.",
        )
    asked = _asked(state, command.question)
    message = message_about(state, "apology", [asked], now)
    message = replace(
        message, id=f"{message.id}.{command.until:%Y%m%d}", apology=Apology(command.reason, command.until)
    )
    if state.has(message.id):
        return state, []
    if command.until < now.astimezone(VIETNAM).date():
        raise Refusal("invalid", "Ngày hẹn trả lời đã qua; cần hẹn một ngày từ hôm nay trở đi.")
    _must_wait_for_an_answer(state, asked)
    return write(state, message, email_of(state), now)


def _asked(state: Correspondence, question: str) -> Asked:
    found = next((asked for asked in state.questions if asked.question.id == question), None)
    if state.registrant is None or found is None:
        raise Refusal("not-found", f"Phiếu không có câu hỏi {question}.")
    return found


def _must_wait_for_an_answer(state: Correspondence, asked: Asked) -> None:
    if asked.is_denunciation:
        raise Refusal("invalid", "Nội dung tố cáo không gửi thư xin lỗi; người có thẩm quyền trao đổi trực tiếp.")
    if asked.withdrawn:
        raise Refusal("not-now", "Người hỏi đã rút câu hỏi này.")
    if is_answered(state, asked):
        raise Refusal("not-now", "Câu hỏi này đã có câu trả lời, đã gửi hoặc đang chờ gửi đến người hỏi.")
