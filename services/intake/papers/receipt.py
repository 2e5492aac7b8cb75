"""The receipt (Giấy tiếp nhận): what its holder is told, on the page and on paper. Pure.

Who knows the code alone sees it, so it names no person, no way to reach him, and nothing that he asked.
"""

from dataclasses import dataclass

from services.intake.dialogue import Announcement, State
from services.intake.submissions import Submission
from services.intake.words import sentence
from shared.communes import Profile
from shared.web import capital, spoken_day, spoken_time


@dataclass(frozen=True, slots=True)
class Step:
    """One of the things that happen next: when or in which case, and what."""

    when: str
    what: str


def next_steps(submission: Submission, dialogue: Announcement | None, commune: Profile) -> tuple[Step, ...]:
    """Two or three, in their order; when is told as a day where it is one.

    dialogue: the one that the form is for.
    """
    if {question.id for question in submission.questions} <= set(submission.withdrawn):
        return (Step("Ông/bà đã rút phiếu này.", "Các câu hỏi của phiếu không được trả lời nữa."),)
    steps = [
        Step(
            f"Từ {spoken_day(submission.received_at)}:",
            "câu hỏi được chuyển đến phòng chuyên môn để soạn trả lời. Hạn trả lời có trên trang tra cứu.",
        )
    ]
    if dialogue is not None and dialogue.state is State.CANCELLED:
        why = f"Lý do: {sentence(dialogue.reason)} " if dialogue.reason else ""
        steps.append(Step("Hội nghị không tổ chức được.", f"{why}Câu hỏi được trả lời bằng văn bản."))
    elif submission.channel == "floor":
        steps.append(
            Step(
                "Câu hỏi được ghi nhận ngay tại hội nghị.",
                "Câu nào chưa trả lời được tại chỗ thì được trả lời bằng văn bản.",
            )
        )
    elif submission.attendance is not None and dialogue is not None:
        seat = f" Ông/bà được mời dự, ghế số {submission.seat}." if submission.seat else ""
        place = f"ông/bà được trả lời tại hội nghị đối thoại, ở {sentence(dialogue.place)}"
        steps += [
            Step(f"{capital(spoken_time(dialogue.held_at))}:", place + seat),
            Step(
                "Nếu không dự được,",
                f"xin ông/bà báo trước cho UBND {commune.name} {_by(commune)}. Câu trả lời sẽ được gửi đến ông/bà bằng "
                "văn bản.",
            ),
        ]
    else:
        why = "Phiếu đến sau hạn đăng ký dự hội nghị," if dialogue else "Hiện chưa có hội nghị nào được thông báo,"
        steps += [
            Step(why, "nên ông/bà được trả lời bằng văn bản ngay sau khi lãnh đạo duyệt."),
            Step("Câu trả lời", "được gửi qua thư điện tử nếu ông/bà đã ghi, hoặc bằng thư đến địa chỉ trên phiếu."),
        ]
    return tuple(steps)


def _by(commune: Profile) -> str:
    return f"qua thư {commune.email}" + (f" hoặc điện thoại {commune.phone}" if commune.phone else "")


def contact(commune: Profile) -> tuple[str, ...]:
    """Where the office is, how and when it is reached."""
    hours = commune.office_hours
    reached = [f"Điện thoại {commune.phone}"] if commune.phone else []
    return (
        f"UBND {commune.name}, {sentence(commune.address)}",
        f"{'; '.join([*reached, f'Thư điện tử {commune.email}'])}.",
        f"Giờ làm việc: {hours.morning_opens:%H:%M}–{hours.morning_closes:%H:%M} và "
        f"{hours.afternoon_opens:%H:%M}–{hours.afternoon_closes:%H:%M}, các ngày làm việc.",
    )
