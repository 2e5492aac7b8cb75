"""Cases that a text must have words for: one for each turn that a message of its kind can take.

A commune's text is tried on all of them before it is saved; the first of each kind is the one that is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from services.notify.contents import Data, Medium, data_of
from services.notify.correspondence import (
    Answer,
    Apology,
    Asked,
    Conclusion,
    Conference,
    Correspondence,
    Digest,
    Entry,
    Extension,
    Grant,
    Guest,
    Guidance,
    Message,
    Move,
    Record,
    Referral,
    Result,
    Seat,
)
from services.notify.texts.text import MAIL_ONLY
from shared.communes import Profile
from shared.contracts import Role
from shared.contracts.conference import Commitment
from shared.contracts.notify import MessageKind
from shared.contracts.people import Channel, Question, Registrant
from shared.contracts.routing import WrittenBecause
from shared.contracts.taxonomy import Scope

BASE = "https://doithoai.example"
NOW = datetime(2026, 4, 20, 2, 30, tzinfo=UTC)
ON = date(2026, 4, 20)
HELD_AT = datetime(2026, 5, 14, 1, 30, tzinfo=UTC)
FORM = "01JVIDU"


@dataclass(frozen=True, slots=True)
class Sample:
    """case: which turn it is, in Vietnamese, for whoever wrote the text."""

    case: str
    state: Correspondence
    message: Message
    profile: Profile
    conclusion: Conclusion | None = None
    base_url: str = BASE

    def data(self, medium: Medium) -> Data:
        return data_of(
            self.state,
            self.message,
            self.profile,
            ON,
            medium=medium,
            base_url=self.base_url,
            desk_url=f"{self.base_url}/ban-lam-viec" if self.base_url else "",
            conclusion=self.conclusion,
        )


def media(kind: MessageKind) -> tuple[Medium, ...]:
    return ("mail",) if kind in MAIL_ONLY else ("mail", "letter")


def samples(kind: MessageKind, profile: Profile) -> tuple[Sample, ...]:
    """Every turn of this kind, the usual one first."""
    match kind:
        case "digest":
            found = tuple(_digests(profile))
        case "invitation" | "dialogue-reminder" | "rescheduled" | "cancelled":
            found = (*_of_forms(kind, profile), *_of_guests(kind, profile))
        case _:
            found = tuple(_of_forms(kind, profile))
    return (*found, *_with_less(kind, found[0]))


# --- forms -----------------------------------------------------------------------------------------------------------


_DOORS: tuple[tuple[str, Channel, str | None], ...] = (
    ("gửi phiếu", "web", None),
    ("có tên trong danh sách tổng hợp", "list", "Hội Nông dân xã"),
    ("nêu ý kiến tại hội nghị", "floor", None),
)
_NEVER_FROM_THE_FLOOR: frozenset[MessageKind] = frozenset(
    {"invitation", "dialogue-reminder", "waitlist", "rescheduled", "cancelled"}
)
_PERSON = Registrant(name="Nguyễn Thị Mai", phone="0912345678", email="mai@nguoidan.example", address="Số 5, thôn Nội")
_FIRST = Question(
    id=f"{FORM}-1",
    number=1,
    section="procedures",
    text="Tôi bị mất giấy khai sinh.\nThủ tục cấp lại giấy khai sinh cần những giấy tờ gì?",
)
_SECOND = Question(id=f"{FORM}-2", number=2, section="handling", text="Bao giờ sửa đường vào thôn Nội?")


def _of_forms(kind: MessageKind, profile: Profile) -> Iterator[Sample]:
    for case, channel, collected_by in _DOORS:
        if channel == "floor" and kind in _NEVER_FROM_THE_FLOOR:
            continue
        state = replace(_form(profile), channel=channel, collected_by=collected_by)
        for turn, changed, message in _turns(kind, state, profile):
            conclusion = _CONCLUSION(profile) if kind == "conclusion" else None
            yield Sample(f"người dân {case}{turn}", changed, message, profile, conclusion)
    state = _form(profile)
    turn, changed, message = next(iter(_turns(kind, state, profile)))
    company = Registrant(name="Công ty TNHH Hoa Sen", phone="0912345678", email="hoasen@doanhnghiep.example")
    conclusion = replace(_CONCLUSION(profile), commitments=()) if kind == "conclusion" else None
    yield Sample(
        f"tổ chức gửi phiếu, không ghi địa chỉ{turn}",
        replace(changed, registrant=company),
        message,
        profile,
        conclusion,
    )


def _with_less(kind: MessageKind, usual: Sample) -> Iterator[Sample]:
    """Without what names.py says may be missing, each thing by itself: a text that names it bare leaves a hole."""
    yield replace(usual, case="chưa đặt địa chỉ trang của xã", base_url="")
    yield replace(usual, case="chưa đặt thời hạn", profile=usual.profile.model_copy(update={"terms": {}}))
    state = usual.state
    if state.conference is not None:
        yield replace(usual, case="hội nghị chưa có địa điểm", state=_with_conference(state, place=None))
        yield replace(usual, case="hội nghị chưa rõ nội dung", state=_with_conference(state, subjects=()))
    if kind not in _OF_A_CONFERENCE and state.conference is not None:
        yield replace(usual, case="chưa rõ hội nghị", state=replace(state, conference=None))


_OF_A_CONFERENCE: frozenset[MessageKind] = _NEVER_FROM_THE_FLOOR | {"conclusion"}
"""Written because of a conference, which is therefore known."""


def _form(profile: Profile) -> Correspondence:
    return Correspondence(
        id=FORM,
        commune=profile.id,
        registrant=_PERSON,
        code="K7QX-3M9D",
        dialogue=f"{profile.id}-2026-1",
        channel="web",
        received_at=NOW,
        questions=(Asked(_FIRST), Asked(_SECOND)),
        conference=_conference(profile),
    )


def _conference(profile: Profile) -> Conference:
    return Conference(
        title="Hội nghị đối thoại về thủ tục hành chính lần 1 năm 2026",
        held_at=HELD_AT,
        place=profile.hall,
        subjects=("Thủ tục hành chính", "Hạ tầng, môi trường"),
    )


Turn = tuple[str, Correspondence, Message]


def _turns(kind: MessageKind, state: Correspondence, profile: Profile) -> Iterator[Turn]:
    """What can be different in a message of this kind, whichever door the form came through."""
    message = _message(kind)
    department = profile.departments[0].id
    no_place = _with_conference(state, place=None, subjects=())
    match kind:
        case "receipt":
            yield from _receipts(state, message)
        case "invitation" | "dialogue-reminder":
            seated = replace(state, seat=Seat(3, NOW))
            yield "", seated, message
            yield ", hội nghị chưa có địa điểm", replace(no_place, seat=Seat(3, NOW)), message
        case "waitlist":
            yield "", replace(state, waiting_place=137), message
            yield ", hội nghị chưa có địa điểm", replace(no_place, waiting_place=137), message
        case "rescheduled":
            move = _move(profile)
            elsewhere = _with_conference(state, announced_place="Nhà văn hóa thôn Nội", moves=(move,))
            here = _with_conference(state, announced_place=move.place, moves=(move,))
            yield "", elsewhere, replace(message, move=move)
            yield ", chỉ đổi thời gian", here, replace(message, move=move)
            yield ", chỉ đổi địa điểm", elsewhere, replace(message, move=replace(move, previously_at=HELD_AT))
            yield ", không rõ địa điểm trước đây", state, replace(message, move=move)
        case "cancelled":
            yield "", _with_conference(state, cancelled="Bão số 3 đổ bộ"), message
            yield ", không ghi lý do", state, message
        case "answer":
            yield from _answers(state, message, department)
        case "guidance":
            for case, scope in _SCOPES:
                given = Guidance("Đề nghị gửi đơn theo mẫu.\nMang theo căn cước.", "Công an xã", scope)
                yield case, _with_question(state, guidance=given), replace(message, questions=(_FIRST.id,))
        case "referral":
            for case, scope in _SCOPES:
                referred = Referral("Ủy ban nhân dân thành phố", "Thuộc thẩm quyền của cấp trên.", scope)
                yield case, _with_question(state, referral=referred), replace(message, questions=(_FIRST.id,))
        case "extension":
            more = Extension(
                "Cần đối chiếu hồ sơ lưu", department, HELD_AT, "Xác minh tại thực địa", "Ông Đỗ Minh Quân"
            )
            told = replace(message, questions=(_FIRST.id,), extension=more)
            yield "", state, told
            matter = replace(more, matter="Niêm yết thủ tục.\nTrả hết hồ sơ.", requirement=None, responsible=None)
            yield ", nội dung giao sau kết luận", state, replace(told, extension=matter)
        case "apology":
            late = replace(
                message, questions=(_FIRST.id,), apology=Apology("Hồ sơ cần xác minh thêm", date(2026, 6, 12))
            )
            yield "", state, late
            granted = (Grant(NOW, department, "Cần đối chiếu hồ sơ lưu"),)
            yield ", đã gia hạn", _with_question(state, grants=granted), late
        case "resolution":
            result = Result("Niêm yết công khai thủ tục.", "Đã niêm yết từ ngày 01/06/2026.", department)
            told = replace(message, questions=(_FIRST.id,), result=result)
            yield "", _with_conference(state, notice="15/TB-UBND"), told
            yield ", chưa rõ số thông báo", state, told
        case _:
            yield "", state, message


_SCOPES = (
    ("", Scope.IN_SCOPE),
    (", nội dung khiếu nại", Scope.COMPLAINT),
    (", nội dung tố cáo", Scope.DENUNCIATION),
)


def _receipts(state: Correspondence, message: Message) -> Iterator[Turn]:
    unknown = replace(state, conference=None)
    yield "", state, message
    yield ", kèm tệp", replace(state, files=2), message
    yield ", hội nghị chưa có địa điểm", _with_conference(state, place=None), message
    yield ", chưa rõ hội nghị", unknown, message
    yield ", gửi sau hạn", replace(state, on_time=False), message
    yield ", gửi ngoài đợt", replace(unknown, on_time=False, dialogue=None), message
    if state.channel == "web":
        yield " cho người khác", replace(state, by_another=True), message


_OCCASIONS: dict[WrittenBecause, str] = {
    "excused": "đã báo vắng",
    "absent": "vắng mặt",
    "no-seat": "hội nghị hết chỗ",
    "late": "gửi sau hạn",
    "unscheduled": "gửi ngoài đợt",
    "outside-subject": "nội dung ngoài phạm vi hội nghị",
    "taken": "nội dung được tiếp thu tại hội nghị",
    "afterwards": "trả lời sau hội nghị",
    "cancelled": "hội nghị không tổ chức được",
    "reopened": "câu hỏi được mở lại",
}


def _answers(state: Correspondence, message: Message, department: str) -> Iterator[Turn]:
    first = Answer("Hồ sơ gồm tờ khai theo mẫu.\nĐề nghị mang căn cước.", department, NOW)
    second = Answer("Đường vào thôn được sửa trong quý III.", department, NOW)
    for occasion in get_args(WrittenBecause):
        known = replace(state, conference=None) if occasion == "unscheduled" else state
        answered = replace(known, questions=(Asked(_FIRST, first), Asked(_SECOND, second)))
        about = (_FIRST.id,) if occasion == "reopened" else (_FIRST.id, _SECOND.id)
        yield f", {_OCCASIONS[occasion]}", answered, replace(message, questions=about, occasion=occasion)


def _with_conference(state: Correspondence, **changes: Any) -> Correspondence:
    assert state.conference is not None, "every sample has one"
    return replace(state, conference=replace(state.conference, **changes))


def _with_question(state: Correspondence, **changes: Any) -> Correspondence:
    first, *others = state.questions
    return replace(state, questions=(replace(first, **changes), *others))


def _message(kind: MessageKind, **more: Any) -> Message:
    return Message(f"{FORM}.{kind}", kind, "email", ("mai@nguoidan.example",), (), NOW, **more)


def _move(profile: Profile) -> Move:
    return Move(NOW, HELD_AT - timedelta(days=7), HELD_AT, profile.hall, "Bão số 3 đổ bộ")


def _CONCLUSION(profile: Profile) -> Conclusion:  # noqa: N802
    commitment = Commitment(
        id=f"{profile.id}-2026-1-c1",
        text="Niêm yết công khai thủ tục cấp lại giấy khai sinh.",
        department=profile.departments[0].id,
        questions=(_FIRST.id,),
    )
    return Conclusion(
        "Các phòng thực hiện đúng nội dung đã kết luận.\nVăn phòng theo dõi.", (commitment,), 1, "15/TB-UBND", NOW
    )


# --- representatives, staff ------------------------------------------------------------------------------------------


def _of_guests(kind: MessageKind, profile: Profile) -> Iterator[Sample]:
    """Who was invited without having registered; his messages stand in the dialogue's own record."""
    for case, organisation in (("đại biểu một tổ chức", "Ủy ban Mặt trận Tổ quốc Việt Nam xã"), ("đại biểu", None)):
        guest = Guest("mt-1", "Nguyễn Văn Bình", NOW, organisation)
        conference = replace(_conference(profile), cancelled="Bão số 3 đổ bộ" if kind == "cancelled" else None)
        state = Correspondence(
            f"{profile.id}-2026-1", profile.id, conference=conference, record=Record(guests=(guest,))
        )
        message = _message(kind, guest=guest.id, move=_move(profile) if kind == "rescheduled" else None)
        yield Sample(case, state, message, profile)


def _digests(profile: Profile) -> Iterator[Sample]:
    near = Entry("h1", "department-answer", "h1", profile.departments[0].id, HELD_AT, "Phiếu K7QX-3M9D, câu hỏi 1")
    missed = replace(near, deadline="h2", rule="written-answer", step=1, to=Role.OFFICER)
    own = Entry("h3", "preparation", "h3", None, HELD_AT, "Hội nghị lần 1", "Chuẩn bị hội trường", "Công an xã")
    run = f"{profile.id}-20260417"
    printed = Entry("h4", "posting", run, None, HELD_AT, "Đợt in 17/04/2026", "Gửi bưu điện 12 thư")
    for case, entries, supplement in (
        ("việc quá hạn và sắp đến hạn", (missed, near, own), False),
        ("chỉ việc sắp đến hạn", (near,), True),
        ("chỉ việc quá hạn", (missed,), False),
        ("đợt in chờ gửi bưu điện", (printed, replace(printed, step=1, to=Role.CLERK)), False),
    ):
        id = f"{profile.id}.digest"
        message = replace(_message("digest"), id=f"{id}.2" if supplement else id)
        of_message = tuple(replace(entry, message=message.id) for entry in entries)
        digest = Digest(profile.people[0].email, ON, of_message)
        yield Sample(case, Correspondence(id, profile.id, digest=digest), message, profile)
