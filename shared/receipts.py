"""What is told to whoever handed in a form: the same words on the page, on paper, and on the slip of the counter.

They name no person, no way to reach him, and nothing that he asked, for whoever knows the code alone reads them.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.communes import Profile
from shared.text import sentence
from shared.web import capital, spoken_day, spoken_time

TITLE = "GIẤY TIẾP NHẬN PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI"
KEEP = (
    "Xin ông/bà giữ giấy này. Trang tra cứu hỏi mã phiếu và bốn số cuối của điện thoại, hoặc thư điện tử, đã ghi trên "
    "phiếu."
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """The dialogue that a form is for. cancelled: force majeure, and why where that is known."""

    held_at: datetime
    place: str
    cancelled: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One of the things that happen next: when or in which case, and what."""

    when: str
    what: str


def next_steps(
    commune: Profile,
    received_at: datetime,
    meeting: Meeting | None,
    *,
    invited: bool,
    seat: int | None = None,
    from_the_floor: bool = False,
    withdrawn: bool = False,
) -> tuple[Step, ...]:
    """At most three, in their order.

    Args:
        meeting: None where the form is for no dialogue.
        invited: it is to be answered at the dialogue, for it came in time.
        withdrawn: nothing is left of the form.
    """
    if withdrawn:
        return (Step("Ông/bà đã rút phiếu này.", "Các câu hỏi của phiếu không được trả lời nữa."),)
    passed_on = Step(
        f"Từ {spoken_day(received_at)}:",
        "câu hỏi được chuyển đến phòng chuyên môn để soạn trả lời. Hạn trả lời có trên trang tra cứu.",
    )
    if meeting is not None and meeting.cancelled:
        why = f"Lý do: {sentence(meeting.reason)} " if meeting.reason else ""
        return passed_on, Step("Hội nghị không tổ chức được.", f"{why}Câu hỏi được trả lời bằng văn bản.")
    if from_the_floor:
        return passed_on, Step(
            "Câu hỏi được ghi nhận ngay tại hội nghị.",
            "Câu nào chưa trả lời được tại chỗ thì được trả lời bằng văn bản.",
        )
    if meeting is not None and invited:
        there = f"ông/bà được trả lời tại hội nghị đối thoại, ở {sentence(meeting.place)}"
        return (
            passed_on,
            Step(
                f"{capital(spoken_time(meeting.held_at))}:",
                there + (f" Ông/bà được mời dự, ghế số {seat}." if seat else ""),
            ),
            Step(
                "Nếu không dự được,",
                f"xin ông/bà báo trước cho UBND {commune.name} {_by(commune)}. Câu trả lời sẽ được gửi đến ông/bà bằng "
                "văn bản.",
            ),
        )
    why = "Phiếu đến sau hạn đăng ký dự hội nghị," if meeting else "Hiện chưa có hội nghị nào được thông báo,"
    return (
        passed_on,
        Step(why, "nên ông/bà được trả lời bằng văn bản ngay sau khi lãnh đạo duyệt."),
        Step("Câu trả lời", "được gửi qua thư điện tử nếu ông/bà đã ghi, hoặc bằng thư đến địa chỉ trên phiếu."),
    )


def contact(commune: Profile) -> tuple[str, ...]:
    """Where the office is, how and when it is reached: a line each."""
    hours = commune.office_hours
    reached = [f"Điện thoại {commune.phone}"] if commune.phone else []
    return (
        f"UBND {commune.name}, {sentence(commune.address)}",
        f"{'; '.join([*reached, f'Thư điện tử {commune.email}'])}.",
        f"Giờ làm việc: {hours.morning_opens:%H:%M}–{hours.morning_closes:%H:%M} và "
        f"{hours.afternoon_opens:%H:%M}–{hours.afternoon_closes:%H:%M}, các ngày làm việc.",
    )


def _by(commune: Profile) -> str:
    return f"qua thư {commune.email}" + (f" hoặc điện thoại {commune.phone}" if commune.phone else "")
