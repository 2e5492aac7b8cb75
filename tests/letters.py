"""A letter of every kind, as an office sends it: what is known of a case, made into words and a page.

What is told here is invented. The same examples are measured, looked at (`tests/golden/letters`) and timed.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.notify.contents import data_of
from services.notify.correspondence import (
    Answer,
    Apology,
    Asked,
    Conclusion,
    Conference,
    Correspondence,
    Extension,
    Guidance,
    Message,
    Move,
    Record,
    Referral,
    Result,
    Seat,
)
from services.notify.paper.conclusion import notice
from services.notify.paper.page import Page
from services.notify.paper.pages import page_of
from services.notify.paper.report import report
from services.notify.paper.slip import slip
from services.notify.texts.shipped import shipped
from services.notify.texts.writing import write
from shared.communes import PROFILES, read_profile
from shared.contracts.conference import Commitment
from shared.contracts.notify import MessageKind, RenderReport, ReportPart, ReportTable
from shared.contracts.people import Question
from shared.contracts.taxonomy import Scope
from tests.builders import DIALOGUE, SUBMISSION, TITLE, actor, registrant

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
ON = date(2026, 6, 5)
AT = datetime(2026, 6, 5, 2, tzinfo=UTC)
HELD_AT = datetime(2026, 5, 28, 1, 30, tzinfo=UTC)
HALL = "Hội trường Ủy ban nhân dân xã Thanh Trì, số 12 đường Nguyễn Bặc, xã Thanh Trì, thành phố Hà Nội"
CITIZENS, DESK = "https://doithoai.example", "https://ban-lam-viec.example"

CONFERENCE = Conference(
    title=TITLE,
    held_at=HELD_AT,
    place=HALL,
    ended_at=HELD_AT + timedelta(hours=3),
    subjects=("Đất đai, xây dựng", "Hộ tịch, chứng thực; dịch vụ công trực tuyến"),
    cancelled="Bão số 3 đổ bộ vào đất liền, thành phố yêu cầu dừng các cuộc họp đông người",
    notice="15/TB-UBND",
)
CONCLUSION = Conclusion(
    summary="Các phòng, đơn vị tiếp thu đầy đủ ý kiến của Nhân dân; việc nào thuộc thẩm quyền của xã thì giải quyết "
    "ngay, không để công dân đi lại nhiều lần.\nVăn phòng HĐND và UBND theo dõi, đôn đốc, báo cáo Chủ tịch Ủy ban "
    "nhân dân xã trước ngày 30 hằng tháng.",
    commitments=(
        Commitment(
            id="c1",
            text="Niêm yết công khai thủ tục cấp lại giấy khai sinh và mức lệ phí tại Bộ phận Một cửa.",
            department="trung-tam-hanh-chinh-cong",
            questions=(),
        ),
        Commitment(
            id="c2",
            text="Rà soát các hồ sơ cấp đổi Giấy chứng nhận quá hạn, trả lời từng hộ bằng văn bản.",
            department="phong-kinh-te",
            questions=(),
        ),
    ),
    draft=2,
    notice="15/TB-UBND",
    published_at=AT,
)
QUESTION = (
    "Gia đình tôi nộp hồ sơ cấp đổi Giấy chứng nhận quyền sử dụng đất tại Bộ phận Một cửa từ ngày 12/3/2026, giấy hẹn "
    "trả kết quả ngày 20/4/2026. Đến nay đã quá hẹn hơn hai tuần mà tôi chưa nhận được thông báo nào. Đề nghị cho biết "
    "hồ sơ đang ở đâu và bao giờ có kết quả?"
)
ANSWER = (
    "Qua kiểm tra, hồ sơ của gia đình ông/bà được tiếp nhận đúng ngày 12/3/2026. Do thửa đất có thay đổi ranh giới so "
    "với bản đồ địa chính nên Chi nhánh Văn phòng Đăng ký đất đai phải trích đo lại; bản trích đo hoàn thành ngày "
    "18/5/2026.\n"
    "Phòng Kinh tế nhận lỗi vì đã không thông báo việc kéo dài thời gian cho gia đình. Hồ sơ đã được trình ký; kết quả "
    "trả tại Bộ phận Một cửa trong giờ làm việc, chậm nhất ngày 15/6/2026. Khi đến nhận, đề nghị ông/bà mang theo giấy "
    "hẹn và bản gốc Giấy chứng nhận cũ."
)


def asked(number: int = 1, text: str = QUESTION, **told: Any) -> Asked:
    return Asked(Question(id=f"{SUBMISSION}-{number}", number=number, section="handling", text=text), **told)


ANSWERED = asked(answer=Answer(ANSWER, "phong-kinh-te", AT))
GUIDED = asked(
    text="Tôi không đồng ý với quyết định xử phạt số 12 ngày 02/4/2026 của Chủ tịch Ủy ban nhân dân xã về trật tự xây "
    "dựng. Đề nghị hủy quyết định này.",
    guidance=Guidance(
        "Đề nghị ông/bà gửi đơn khiếu nại lần đầu đến người đã ra quyết định trong thời hạn 90 ngày kể từ ngày nhận "
        "được quyết định, kèm bản sao quyết định và tài liệu liên quan.",
        "Chủ tịch Ủy ban nhân dân xã Thanh Trì, qua Ban Tiếp công dân xã",
        Scope.COMPLAINT,
    ),
)
REFERRED = asked(
    text="Bảng giá đất ở xã thấp hơn giá thị trường nhiều lần, đề nghị điều chỉnh.",
    referral=Referral(
        "Ủy ban nhân dân thành phố Hà Nội",
        "Bảng giá đất do Hội đồng nhân dân thành phố quyết định; xã không có thẩm quyền điều chỉnh.",
    ),
)
FORM = Correspondence(
    id=SUBMISSION,
    commune="thanh-tri",
    registrant=registrant(),
    code="K7QX-3M9D",
    dialogue=DIALOGUE,
    channel="paper",
    received_at=datetime(2026, 5, 4, 2, 15, tzinfo=UTC),
    questions=(ANSWERED,),
    conference=CONFERENCE,
    seat=Seat(12, AT),
    waiting_place=4,
)
OF_NO_QUESTION = ("invitation", "waitlist", "rescheduled", "cancelled", "conclusion", "receipt", "dialogue-reminder")
CASES: dict[MessageKind, tuple[Correspondence, dict[str, Any]]] = {
    "answer": (FORM, {"occasion": "excused"}),
    "guidance": (replace(FORM, questions=(GUIDED,)), {"occasion": "redirected"}),
    "referral": (replace(FORM, questions=(REFERRED,)), {}),
    "extension": (
        FORM,
        {
            "extension": Extension(
                reason="Thửa đất có thay đổi ranh giới, cần trích đo lại",
                department="phong-kinh-te",
                until=datetime(2026, 6, 15, 10, tzinfo=UTC),
                requirement="Đối chiếu bản trích đo mới với bản đồ địa chính và ý kiến các hộ liền kề",
                responsible="Ông Nguyễn Đức Toàn",
            )
        },
    ),
    "apology": (
        FORM,
        {"apology": Apology("Chưa có kết quả trích đo của Văn phòng Đăng ký đất đai", date(2026, 6, 15))},
    ),
    "invitation": (FORM, {}),
    "dialogue-reminder": (FORM, {}),
    "waitlist": (replace(FORM, seat=None), {}),
    "rescheduled": (
        replace(FORM, conference=replace(CONFERENCE, announced_place=HALL)),
        {"move": Move(AT, HELD_AT - timedelta(days=7), HELD_AT, HALL, "Bão số 3 đổ bộ, thành phố yêu cầu dừng họp")},
    ),
    "cancelled": (FORM, {}),
    "conclusion": (FORM, {}),
    "resolution": (
        FORM,
        {
            "result": Result(
                "Rà soát các hồ sơ cấp đổi Giấy chứng nhận quá hạn, trả lời từng hộ bằng văn bản.",
                "Đã rà soát 37 hồ sơ, trả kết quả 35 hồ sơ; 02 hồ sơ còn lại hẹn trả trước ngày 30/6/2026.",
                "phong-kinh-te",
            )
        },
    ),
    "receipt": (FORM, {}),
}
"""What is known of the case of each kind that is printed, and what its message says besides."""


def of_kind(kind: MessageKind, **changes: Any) -> tuple[Correspondence, Message]:
    """A case with a letter of this kind. changes: of the case, but `message`: of the message."""
    state, said = CASES[kind]
    said = said | changes.pop("message", {})
    state = replace(state, **changes)
    message = Message(
        id=f"{SUBMISSION}.{kind}.1",
        kind=kind,
        channel="letter",
        to=(),
        questions=() if kind in OF_NO_QUESTION else tuple(one.question.id for one in state.questions),
        created_at=AT,
        **said,
    )
    return replace(state, messages=(message,)), message


def page(kind: MessageKind, *, scan: bool = True, profile: Any = PROFILE, **changes: Any) -> Page:
    """The page of such a letter, as the service makes it. changes: as of `of_kind`."""
    state, message = of_kind(kind, **changes)
    data = data_of(
        state, message, profile, ON, medium="letter", base_url=CITIZENS, desk_url=DESK, conclusion=CONCLUSION
    )
    written = write(shipped(kind), data)
    address = f"{DESK}/buu-chinh/quet/{message.id}"
    return page_of(written, state, message, profile, ON, scan=address if scan and kind != "receipt" else None)


def notice_page(*, draft: bool = False) -> Page:
    told = replace(CONCLUSION, notice=None, published_at=None) if draft else CONCLUSION
    return notice(replace(CONFERENCE, cancelled=None), Record(presided_by="Nguyễn Văn Lợi"), told, PROFILE, ON)


def slip_page() -> Page:
    state = replace(FORM, questions=(REFERRED,))
    return slip(state, REFERRED, PROFILE, ON)


def report_page(rows: int = 5, **changes: Any) -> Page:
    fields = (
        "Đất đai",
        "Hộ tịch, chứng thực",
        "Xây dựng, trật tự đô thị",
        "Chính sách xã hội",
        "Dịch vụ công trực tuyến",
    )
    figures = ReportTable(
        head=("TT", "Lĩnh vực", "Tiếp nhận", "Trả lời tại hội nghị", "Trả lời bằng văn bản", "Đúng hạn (%)"),
        rows=tuple(
            (str(place + 1), fields[place % 5], f"{40 + place}", f"{30 + place}", "10", f"{95 - place % 5},5")
            for place in range(rows)
        ),
        widths=(10, 55, 25, 25, 25, 25),
    )
    parts = (
        ReportPart(
            heading="I. Kết quả tiếp nhận và trả lời",
            paragraphs=(
                "Trong quý II năm 2026, Ủy ban nhân dân xã tổ chức 01 hội nghị đối thoại với 120 người dự, tiếp nhận "
                "215 câu hỏi, kiến nghị; 165 nội dung được trả lời trực tiếp, 50 nội dung trả lời bằng văn bản.",
            ),
            table=figures,
        ),
        ReportPart(
            heading="II. Kiến nghị",
            paragraphs=("Đề nghị Ủy ban nhân dân thành phố sớm trả lời 03 nội dung vượt thẩm quyền của xã./.",),
        ),
    )
    command = RenderReport(
        actor=actor(),
        key="k",
        about="Kết quả đối thoại với Nhân dân về thủ tục hành chính quý II năm 2026",
        addressee="Ủy ban nhân dân thành phố Hà Nội",
        parts=parts,
        format="pdf",
    )
    return report(command.model_copy(update=changes), PROFILE, ON)


def long_answer(paragraphs: int = 12) -> Page:
    """Over several sheets."""
    return page("answer", questions=(asked(answer=Answer(f"{ANSWER}\n" * paragraphs, "phong-kinh-te", AT)),))


def every_page() -> dict[str, Page]:
    """One of each kind of document that there is, by the name of its golden picture."""
    return {
        **{kind: page(kind) for kind in CASES},
        "answer-numbered": page("answer", message={"number": "27/UBND-VP"}),
        "answer-long": long_answer(4),
        "conclusion-notice": notice_page(),
        "conclusion-notice-draft": notice_page(draft=True),
        "transfer-slip": slip_page(),
        "report": report_page(),
    }
