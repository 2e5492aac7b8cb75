"""In which words a citizen reads how an answer reaches him: at the conference, by mail, by letter, or not yet."""

from services.intake.dialogue import AHEAD, Dialogue, State
from services.intake.pages.happened import Happened
from services.intake.pages.steps import Step, step
from services.intake.seating import waiting_places
from services.intake.submissions import Submission
from services.intake.words import sentence
from shared.contracts import notify, post
from shared.web import spoken_day, spoken_time

CHECK = "Xin ông/bà xem lại địa chỉ, điện thoại và thư điện tử ở cuối trang này; nếu sai, ông/bà sửa được ngay."


def giving(known: Happened, submission: Submission, dialogue: Dialogue | None) -> list[Step]:
    """Plan II.3: in time and present, at the conference; everybody else in writing. Rarely both."""
    given = []
    if known.heard is not None:
        given.append(Step("Đã trả lời tại hội nghị", "done", known.heard.occurred_at))
    if known.sent is not None:
        given += told(known, known.sent, submission, "trả lời", "Đã trả lời trực tiếp ông/bà")
    if given and not (known.returned_letter and known.queued):
        return given
    begun = known.approved_at is not None
    if known.queued is not None and begun:
        return [_on_its_way(known, known.queued, submission)]
    if known.failed is not None:
        note = (
            f"Chưa gửi được câu trả lời đến ông/bà. Văn phòng sẽ liên hệ với ông/bà; câu trả lời có ở bên dưới. {CHECK}"
        )
        return [step(("", "Chờ gửi câu trả lời", ""), None, begun=True, note=note)]
    if known.round == 1 and dialogue is not None and known.taken is None and _will_hear(submission, dialogue):
        note = _at_the_conference(submission, dialogue)
        return [step(("Trả lời tại hội nghị", "Chờ trả lời tại hội nghị", ""), None, begun=begun, note=note)]
    words = ("Gửi câu trả lời cho ông/bà", "Chờ gửi câu trả lời", "")
    note = f"{_way(submission)}." if known.round > 1 else _in_writing(submission, dialogue)
    return [step(words, None, begun=begun, note=note)]


def told(
    known: Happened, sent: notify.NotificationSent, submission: Submission, what: str, in_person: str
) -> list[Step]:
    """A message as it reached the asker: by mail, by letter, or told by a clerk."""
    if sent.channel == "in-person":
        return [Step(in_person, "done", sent.occurred_at, f"Văn phòng ghi nhận: {sentence(sent.reference)}")]
    if sent.channel == "letter" and sent.run is not None:
        return _by_post(known, sent, submission, what)
    by_mail = sent.channel == "email"
    where = "địa chỉ thư điện tử" if by_mail else "địa chỉ"
    note = f"Câu trả lời được gửi đến {where} {_as_given(submission)}." if sent.kind == "answer" else ""
    return [Step(f"Đã gửi thư {'điện tử ' if by_mail else ''}{what}", "done", sent.occurred_at, note)]


def _by_post(known: Happened, sent: notify.NotificationSent, submission: Submission, what: str) -> list[Step]:
    """From the print run to the door. The post may have done more than the office has recorded."""
    steps = [Step(f"Đã in thư {what}", "done", sent.occurred_at)]
    if known.posted is not None:
        number = f" Số bưu gửi: {known.posted.tracking}." if known.posted.tracking else ""
        note = f"Thư gửi đến địa chỉ {_as_given(submission)}.{number}"
        steps.append(Step(f"Đã gửi bưu điện ngày {known.posted.posted_on:%d/%m/%Y}", "done", note=note))
    if known.returned_letter is not None:
        steps.append(_came_back(known.returned_letter))
    elif known.delivered is not None:
        steps.append(Step(f"Bưu điện đã phát thư ngày {known.delivered.delivered_on:%d/%m/%Y}", "done"))
    elif known.posted is None:
        steps.append(Step("Chờ gửi bưu điện", "now", note=f"Thư gửi đến địa chỉ {_as_given(submission)}."))
    return steps


def _came_back(returned: post.LetterReturned) -> Step:
    note = (
        f"Lý do bưu điện ghi: {sentence(returned.because)} Xin ông/bà liên hệ Văn phòng; nếu địa chỉ chưa đúng hoặc đã "
        "thay đổi, ông/bà sửa được ở cuối trang này."
    )
    return Step(f"Bưu điện trả lại thư cho Văn phòng ngày {returned.returned_on:%d/%m/%Y}", "now", note=note)


def _on_its_way(known: Happened, queued: notify.NotificationQueued, submission: Submission) -> Step:
    """It is written and will go out; where a mail could not be delivered, a letter follows it."""
    if queued.channel == "email":
        note = f"Thư điện tử trả lời đang được gửi đến địa chỉ {_as_given(submission)}."
    else:
        note = f"Thư trả lời đã soạn xong, đang chờ Văn phòng in và gửi đến địa chỉ {_as_given(submission)}."
        if known.failed is not None and known.failed.channel == "email":
            note = f"Không gửi được thư điện tử đến ông/bà, nên câu trả lời được gửi bằng thư giấy. {note}"
    return Step("Đang gửi câu trả lời", "now", note=note)


def _as_given(submission: Submission) -> str:
    """Who took the floor, or was put on a list, has filled in no form; who has mended his address, did so since."""
    spoken = submission.channel in ("floor", "list") or submission.corrected_at is not None
    return "ông/bà đã cho biết" if spoken else "ghi trên phiếu"


def _will_hear(submission: Submission, dialogue: Dialogue) -> bool:
    return dialogue.state in AHEAD and submission.on_time and submission.attendance in ("expected", "present")


def _at_the_conference(submission: Submission, dialogue: Dialogue) -> str:
    """When and where; what has changed; whether there is a seat."""
    if dialogue.previously_at is not None and dialogue.previously_at != dialogue.held_at:
        words = [
            f"Hội nghị được dời sang {spoken_time(dialogue.held_at)}, tại {dialogue.place} "
            f"(trước đó là {spoken_time(dialogue.previously_at)})."
        ]
        if dialogue.reason:
            words.append(f"Lý do: {sentence(dialogue.reason)}")
    else:
        words = [f"Hội nghị lúc {spoken_time(dialogue.held_at)}, tại {dialogue.place}."]
    place = waiting_places(dialogue.guests).get(submission.id)
    if submission.seat is not None:
        words.append(f"Ông/bà được mời dự, ghế số {submission.seat}.")
    elif place is not None:
        words.append(
            f"Hiện chưa có chỗ; ông/bà là người thứ {place} trong danh sách chờ. "
            "Nếu không có chỗ, câu trả lời được gửi cho ông/bà bằng văn bản."
        )
    return " ".join(words)


def _in_writing(submission: Submission, dialogue: Dialogue | None) -> str:
    """Which way the answer comes. Who reported absent is written to after the conference."""
    way = _way(submission)
    if dialogue is not None and dialogue.state is State.CANCELLED:
        return f"Hội nghị không tổ chức được. Lý do: {sentence(dialogue.reason or 'bất khả kháng')} {way}."
    if dialogue is not None and submission.on_time and dialogue.state in AHEAD:
        return f"{way}, sau hội nghị {spoken_day(dialogue.held_at)}."
    if submission.attendance == "absent" and submission.waits is not None:
        return f"Hội nghị không còn chỗ cho ông/bà. {way}."
    return f"{way}."


def _way(submission: Submission) -> str:
    registrant, as_given = submission.registrant, _as_given(submission)
    if registrant.email:
        return f"Câu trả lời được gửi qua thư điện tử đến địa chỉ {as_given}"
    if registrant.address:
        return f"Câu trả lời được gửi bằng thư đến địa chỉ {as_given}"
    return f"Văn phòng gọi điện trả lời ông/bà theo số {as_given}"
