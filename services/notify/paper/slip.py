"""The transfer slip (phiếu chuyển): a question that another authority has to settle is handed on to it in writing."""

from datetime import date

from services.notify.correspondence import Asked, Correspondence
from services.notify.paper.page import Page
from services.notify.paper.typesetting import CannotPrint
from services.notify.texts.blocks import Block, Lead, Line, Paragraph, Point, Quote, Run
from services.notify.wording import addressee, dateline, day_of, is_organisation, named, one_line, paragraphs
from shared.communes import Letterhead, Profile
from shared.contracts import Refusal, Role
from shared.contracts.notify import RenderSlip
from shared.contracts.people import Registrant
from shared.contracts.taxonomy import Scope

NAME = "PHIẾU CHUYỂN"
MAY_HAND_ON = frozenset({Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN})

CONFIDENTIAL = (
    "Không lập phiếu chuyển về nội dung tố cáo: danh tính người tố cáo phải được giữ bí mật (Luật Tố cáo 2018, "
    "Điều 56). Xin chuyển hồ sơ cho người có thẩm quyền theo Luật Tố cáo, không kèm họ tên, địa chỉ, bút tích và "
    "thông tin khác làm lộ người tố cáo."
)
NOWHERE_TO_GO = (
    "Câu hỏi này chưa được báo cáo cấp trên, cũng chưa được chuyển hướng đến cơ quan có thẩm quyền. Xin thực hiện "
    "một trong hai việc đó trước, rồi lập phiếu chuyển."
)
WITHDRAWN = "Người hỏi đã rút câu hỏi này, nên không chuyển đi nữa. Nếu vẫn cần chuyển, xin hỏi lại người hỏi."
NOT_GIVEN = "chưa cung cấp"


def handed_on(state: Correspondence | None, command: RenderSlip) -> tuple[Correspondence, Asked]:
    """The form, and its question that is to be handed on.

    Raises:
        Refusal: he may not, there is no such question, it stays here, or it would name a denouncer.
    """
    if state is None or state.registrant is None:
        raise Refusal("not-found", f"Không tìm thấy phiếu {command.submission}.")
    if state.commune != command.actor.commune:
        raise Refusal("forbidden", "Phiếu này thuộc một xã khác.")
    if command.actor.role not in MAY_HAND_ON:
        raise Refusal("forbidden", "Vai trò của ông/bà không lập được phiếu chuyển; xin nhờ Văn phòng xã.")
    asked = next((asked for asked in state.questions if asked.question.id == command.question), None)
    if asked is None:
        raise Refusal("not-found", f"Phiếu {state.code} không có câu hỏi {command.question}.")
    if Scope.DENUNCIATION in {given.scope for given in (asked.guidance, asked.referral) if given is not None}:
        raise Refusal("forbidden", CONFIDENTIAL)
    if asked.withdrawn:
        raise Refusal("not-now", WITHDRAWN)
    if asked.referral is None and asked.guidance is None:
        raise Refusal("not-now", NOWHERE_TO_GO)
    return state, asked


def slip(state: Correspondence, asked: Asked, profile: Profile, on: date) -> Page:
    """The slip of this question; its number is given on paper, after signing.

    Args:
        state, asked: as `handed_on` gave them. on: of the dateline.

    Raises:
        CannotPrint: it would name a denouncer.
    """
    if _scope(asked) is Scope.DENUNCIATION:
        raise CannotPrint(CONFIDENTIAL)
    person, head = state.registrant, profile.letterhead
    assert person is not None, "checked by handed_on"
    office, name, authority = one_line(head.issuer), one_line(person.name), _authority(asked)
    reason = asked.referral.reason if asked.referral else None
    told = asked.guidance.text if asked.guidance else ""
    because = reason or told
    blocks: list[Block] = [
        _paragraph(
            f"{_received(state, office, named(name))}, trong đó có nội dung {_nature(asked, office)}. Thông tin người "
            "nêu và nội dung như sau:"
        ),
        *_asker(person),
        Quote(tuple(map(_line, paragraphs(asked.question.text) or [""])), "Nội dung nêu"),
        Lead(_line("Lý do chuyển:" if reason else f"Nội dung {office} đã hướng dẫn người nêu:")),
        *map(_paragraph, paragraphs(because)),
        _paragraph(
            f"{office} chuyển nội dung trên đến {authority}, đề nghị xem xét, giải quyết theo thẩm quyền và thông "
            f"báo kết quả cho {named(name)}, đồng thời cho {office} để theo dõi./."
        ),
    ]
    return Page(
        letterhead=head,
        bears=on,
        dateline=dateline(one_line(head.place), on),
        symbol=one_line(head.numbers.transfer),
        title=NAME,
        about=_about(name, _scope(asked)),
        addressee=authority,
        blocks=tuple(blocks),
        signer=head.signer,
        copies=("Như trên;", f"{addressee(name)} (để biết);", _filed(head)),
        reference=f"{state.id}.transfer-slip.{asked.place}",
    )


def _authority(asked: Asked) -> str:
    given = asked.referral or asked.guidance
    assert given is not None, "checked by handed_on"
    return one_line(given.authority)


def _scope(asked: Asked) -> Scope:
    given = asked.referral or asked.guidance
    assert given is not None, "checked by handed_on"
    return given.scope


def _about(name: str, scope: Scope) -> str:
    matter = "Nội dung khiếu nại" if scope is Scope.COMPLAINT else "Câu hỏi, kiến nghị"
    return f"{matter} của {'tổ chức' if is_organisation(name) else 'công dân'}"


def _received(state: Correspondence, office: str, whom: str) -> str:
    """How the question reached the office, as letters to its asker say it."""
    code, conference = f"(mã phiếu {state.code})", state.conference
    on = day_of(state.received_at) if state.received_at else None
    if state.channel == "floor":
        where = (
            f"{one_line(conference.title)} tổ chức ngày {day_of(conference.held_at)}"
            if conference
            else "hội nghị đối thoại"
        )
        return f"Tại {where}, {whom} nêu ý kiến {code}"
    if state.collected_by:
        return (
            f"Ngày {on}, {office} nhận được ý kiến của {whom} do {one_line(state.collected_by)} tổng hợp, gửi đến "
            f"{code}"
        )
    return f"Ngày {on}, {office} nhận được Phiếu đăng ký tham gia đối thoại của {whom} {code}"


def _nature(asked: Asked, office: str) -> str:
    if _scope(asked) is Scope.COMPLAINT:
        return "có tính chất khiếu nại, được giải quyết theo trình tự, thủ tục do Luật Khiếu nại quy định"
    if asked.referral:
        return f"vượt quá thẩm quyền giải quyết của {office}"
    return f"không thuộc thẩm quyền giải quyết của {office}"


def _asker(person: Registrant) -> list[Point]:
    """Who asks, and every way that leads to him; that he gave no address is said, so that nobody looks for it."""
    given = (
        ("Tên tổ chức" if is_organisation(one_line(person.name)) else "Họ và tên", person.name),
        ("Địa chỉ", person.address or NOT_GIVEN),
        ("Điện thoại", person.phone),
        ("Thư điện tử", person.email),
    )
    return [Point(name, (_line(one_line(value)),)) for name, value in given if value]


def _line(words: str) -> Line:
    return (Run(words),)


def _paragraph(words: str) -> Paragraph:
    return Paragraph(_line(words))


def _filed(head: Letterhead) -> str:
    """Decree 30/2020: the list of recipients ends with where the copy is kept."""
    kept = [one_line(copy) for copy in head.copies if copy.casefold().startswith("lưu")]
    return kept[-1] if kept else "Lưu: VT."
