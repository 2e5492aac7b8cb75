"""What a commune's plan lays down, as far as its profile has it. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from services.intake.papers.blocks import Block, Heading, Line, Paper, Table
from services.intake.words import sentence
from shared.communes import Profile, SessionPlan, Slot, Span
from shared.contracts.deadlines import RuleId
from shared.contracts.taxonomy import FIELD_NAMES
from shared.web import capital, local_day, spoken_time

TERMS: Mapping[RuleId, tuple[str, str]] = {
    "periodic-dialogue": ("Tổ chức đối thoại định kỳ", "ngày cuối của kỳ"),
    "announcement": ("Thông báo thời gian, địa điểm hội nghị", "hội nghị"),
    "registration-cutoff": ("Nhận phiếu đăng ký", "hội nghị"),
    "opinions-collected": ("Các nơi gửi tổng hợp ý kiến", "hội nghị"),
    "participant-list": ("Gửi danh sách người tham dự", "hội nghị"),
    "preparation": ("Chuẩn bị hội nghị", "hội nghị"),
    "triage": ("Văn phòng phân loại, giao câu hỏi", "ngày câu hỏi chờ phân loại"),
    "approval": ("Xem xét, duyệt câu trả lời", "ngày phòng, đơn vị trình dự thảo"),
    "revision": ("Hoàn thiện dự thảo được trả lại", "ngày lãnh đạo trả lại"),
    "guidance": ("Gửi văn bản hướng dẫn, thông báo", "ngày chuyển hướng, chuyển lên cấp trên"),
    "department-answer": ("Phòng, đơn vị soạn câu trả lời", "ngày được giao câu hỏi"),
    "written-answer": ("Trả lời bằng văn bản", "ngày câu hỏi được chuyển sang trả lời bằng văn bản"),
    "posting": ("Gửi thư in qua bưu điện", "ngày chốt đợt in"),
    "superior-report": ("Báo cáo cấp trên việc vượt thẩm quyền", "ngày ghi nhận việc vượt thẩm quyền"),
    "delegate-report": ("Người được ủy quyền chủ trì báo cáo lại Chủ tịch", "ngày hội nghị"),
    "conclusion-notice": ("Ra thông báo kết luận", "ngày hội nghị"),
    "resolution": ("Giải quyết việc kết luận giao, thông báo cho công dân", "ngày ra thông báo kết luận"),
    "resolution-extended": ("Giải quyết việc cần xác minh thêm", "ngày ra thông báo kết luận"),
    "result-report": ("Báo cáo kết quả đối thoại", "ngày hội nghị"),
}
"""Each rule as a citizen would call it, and what its term is counted from or back from."""


def plan_content(profile: Profile) -> Paper:
    """About two pages of A4. It is no copy of the plan, and says so."""
    conference = profile.conference
    parts: list[tuple[str, Sequence[Block]]] = [
        ("Chương trình", _lines(line for slot in profile.programme for line in _slot(slot))),
        ("Chủ trì", _lines([sentence(conference.chair)])),
        ("Thành phần mời", _lines(f"- {sentence(one)}" for one in conference.invited)),
        ("Nơi tổ chức", _lines([f"{sentence(profile.hall)} Địa điểm của từng hội nghị nêu trong thông báo."])),
        ("Nhận phiếu đăng ký", _lines(_registration(profile))),
        ("Phân công chuẩn bị", _duties(profile)),
        ("Thời hạn", _terms(profile)),
    ]
    found = [(title, blocks) for title, blocks in parts if blocks]
    return Paper(
        profile.plan,
        profile.letterhead.issuer,
        (
            Heading("NỘI DUNG KẾ HOẠCH ĐỐI THOẠI", level=1),
            Line(profile.plan, bold=True, align="centred", before=4, after=4),
            Line(
                f"(Trích từ hồ sơ của {profile.name}, {profile.province}, trong hệ thống đối thoại; không thay cho văn "
                "bản kế hoạch đã ký.)",
                italic=True,
                align="centred",
                after=8,
            ),
            *(
                block
                for number, (title, blocks) in enumerate(found, 1)
                for block in (Heading(f"{number}. {title}"), *blocks)
            ),
        ),
    )


def _lines(lines: Iterable[str]) -> list[Block]:
    return [Line(line, align="justified", after=3) for line in lines]


def _duties(profile: Profile) -> list[Block]:
    duties = profile.conference.duties
    if not duties:
        return []
    return [
        Table(
            ("Việc", "Đơn vị", "Thời hạn"),
            tuple((one.what, one.owner, capital(_term(one.term, "hội nghị"))) for one in duties),
            (72, 50, 43),
        ),
        Line("Việc nào kế hoạch không nêu ngày thì thời hạn ghi ở đây là thời hạn mặc định.", italic=True, before=3),
    ]


def _terms(profile: Profile) -> list[Block]:
    rows = tuple(
        (TERMS[rule][0], capital(_term(profile.terms[rule], TERMS[rule][1])), profile.terms[rule].basis)
        for rule in TERMS
        if rule in profile.terms
    )
    return [Table(("Việc", "Thời hạn", "Căn cứ"), rows, (50, 45, 70))] if rows else []


def _slot(slot: Slot) -> list[str]:
    if slot.held_at is not None:
        when = f"lúc {spoken_time(slot.held_at)}"
    elif slot.opens == slot.closes:
        when = f"ngày {local_day(slot.opens)}"
    else:
        when = f"từ ngày {local_day(slot.opens)} đến ngày {local_day(slot.closes)}"
    sessions = [_session(number, one, len(slot.sessions)) for number, one in enumerate(slot.sessions, 1)]
    return [f"- {slot.name}: {when}. Căn cứ: {sentence(slot.basis)}", *sessions]


def _session(number: int, session: SessionPlan, of: int) -> str:
    lead = f"+ Đợt {number}: " if of > 1 else "+ "
    audience = f", dành cho {session.audience}" if session.audience else ""
    fields = f" Gồm: {'; '.join(FIELD_NAMES[field] for field in session.fields)}." if session.fields else ""
    return f"{lead}{session.title}{audience}.{fields}"


def _registration(profile: Profile) -> list[str]:
    """Where and until when; a plan that names no term leaves it to the announcement."""
    hours = profile.office_hours
    own = profile.terms.get("registration-cutoff")
    until = _term(own, "hội nghị") if own else "đến hạn nêu trong thông báo của từng hội nghị"
    mornings = " (có ngày chỉ làm việc buổi sáng)" if hours.mornings_only else ""
    phone = f", điện thoại {profile.phone}" if profile.phone else ""
    return [
        f"- Phiếu đăng ký, bản giấy hoặc bản điện tử, được nhận {until}. Phiếu gửi sau vẫn được tiếp nhận và được trả "
        "lời bằng văn bản.",
        f"- Gửi trực tiếp hoặc qua bưu điện: UBND {profile.name}, {profile.address}{phone}; giờ hành chính các ngày từ "
        f"thứ Hai đến thứ Sáu, {hours.morning_opens:%H:%M}–{hours.morning_closes:%H:%M} và "
        f"{hours.afternoon_opens:%H:%M}–{hours.afternoon_closes:%H:%M}{mornings}, trừ ngày nghỉ lễ.",
        f"- Gửi qua thư điện tử: {profile.email}; hoặc trên trang đăng ký của {profile.name}.",
    ]


def _term(span: Span, anchor: str) -> str:
    """`trước hội nghị ít nhất 10 ngày`, `trong 05 ngày làm việc kể từ ngày hội nghị`."""
    length = f"{span.count:02} {'ngày làm việc' if span.unit == 'working-days' else 'ngày'}"
    if span.counted == "before":
        return f"trước {anchor} ít nhất {length}" if span.count else f"trước {anchor}"
    return f"trong {length} kể từ {anchor}" if span.count else f"ngay trong {anchor}"
