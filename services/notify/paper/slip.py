"""The transfer slip (phiếu chuyển): a question that another authority has to settle is handed on to it in writing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.notify.contents import LetterAsker, LetterData, LetterDialogue, LetterItem, contact, dated, name_lines
from services.notify.correspondence import Asked, Correspondence
from services.notify.wording import addressee, dateline, day, is_organisation, named, one_line, paragraphs
from shared.communes import Letterhead, Profile, Signer
from shared.contracts import Refusal, Role
from shared.contracts.notify import RenderSlip
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


@dataclass(frozen=True, slots=True)
class Slip:
    """Everything on the page, from top to bottom. Its number is given on paper, after signing.

    asker: name and value of each line on who asks. because: why it is handed on, or what he was told.
    """

    letterhead: Letterhead
    symbol: str
    dated_on: date
    subject: str
    authority: str
    opening: str
    asker: tuple[tuple[str, str], ...]
    question: tuple[str, ...]
    because_name: str
    because: tuple[str, ...]
    request: str
    copies: tuple[str, ...]
    reference: str

    @property
    def number(self) -> None:
        return None

    @property
    def signer(self) -> Signer:
        return self.letterhead.signer

    @property
    def bears(self) -> date:
        return self.dated_on

    @property
    def dateline(self) -> str:
        return dateline(one_line(self.letterhead.place), self.dated_on)


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


def slip_data(state: Correspondence, asked: Asked, profile: Profile, on: date) -> LetterData:
    """What the slip of this question says. on: of the dateline."""
    person, conference = state.registrant, state.conference
    assert person is not None, "checked by handed_on"
    item = _item(asked)
    assert item.authority is not None, "set with the referral, or the guidance"
    return LetterData(
        letterhead=profile.letterhead,
        dated_on=on,
        addressee=item.authority,
        subject=_subject(person.name, item.scope),
        code=state.code,
        received_on=dated(state.received_at) if state.received_at else None,
        from_floor=state.channel == "floor",
        collected_by=state.collected_by,
        occasion="redirected" if item.answer else None,
        dialogue=LetterDialogue(title=conference.title, on=dated(conference.held_at)) if conference else None,
        items=(item,),
        asker=LetterAsker(name=person.name, address=person.address, phone=person.phone, email=person.email),
        contact=contact(profile),
        reference=f"{state.id}.transfer-slip.{asked.place}",
    )


def slip(data: LetterData) -> Slip:
    """The words on the page.

    Args:
        data: with an asker, and one question that has its authority, and a reason or a guidance; as `letters.PARTS`
            and `letters.render_letter` demand.
    """
    asker, [item] = data.asker, data.items
    assert asker is not None, "demanded by letters.PARTS"
    office, authority, whom = one_line(data.letterhead.issuer), one_line(data.addressee), named(one_line(asker.name))
    return Slip(
        letterhead=data.letterhead,
        symbol=one_line(data.letterhead.numbers.transfer),
        dated_on=data.dated_on,
        subject=one_line(data.subject),
        authority=authority,
        opening=f"{_received(data, whom)}, trong đó có nội dung {_nature(item, office)}. Thông tin người nêu và nội "
        "dung như sau:",
        asker=_lines(asker),
        question=tuple(paragraphs(item.question)) or ("",),
        because_name="Lý do chuyển:" if item.reason else f"Nội dung {office} đã hướng dẫn người nêu:",
        because=tuple(paragraphs(item.reason or item.answer or "")),
        request=f"{office} chuyển nội dung trên đến {authority}, đề nghị xem xét, giải quyết theo thẩm quyền và thông "
        f"báo kết quả cho {whom}, đồng thời cho {office} để theo dõi./.",
        copies=("Như trên;", f"{addressee(one_line(asker.name))} (để biết);", _filed(data.letterhead)),
        reference=one_line(data.reference),
    )


def on_the_page(said: Slip) -> dict[str, Any]:
    """What the template reads."""
    head, on = said.letterhead, said.dated_on
    return {
        "title": f"{NAME} {said.subject}",
        "name": NAME,
        "symbol": said.symbol,
        "parent-lines": name_lines(head.parent or ""),
        "issuer": one_line(head.issuer),
        "issuer-lines": name_lines(head.issuer),
        "dateline": said.dateline,
        "date": {"year": on.year, "month": on.month, "day": on.day},
        "subject": said.subject,
        "authority": said.authority,
        "opening": said.opening,
        "asker": said.asker,
        "question": said.question,
        "because-name": said.because_name,
        "because": said.because,
        "request": said.request,
        "capacity": [one_line(line) for line in head.signer.capacity],
        "signer": one_line(head.signer.name),
        "copies": said.copies,
        "reference": said.reference,
    }


def _item(asked: Asked) -> LetterItem:
    text, referral, guidance = asked.question.text, asked.referral, asked.guidance
    if referral is not None:
        return LetterItem(question=text, authority=referral.authority, reason=referral.reason, scope=referral.scope)
    assert guidance is not None, "checked by handed_on"
    return LetterItem(question=text, authority=guidance.authority, answer=guidance.text, scope=guidance.scope)


def _subject(name: str, scope: Scope) -> str:
    matter = "Nội dung khiếu nại" if scope is Scope.COMPLAINT else "Câu hỏi, kiến nghị"
    whose = "tổ chức" if is_organisation(one_line(name)) else "công dân"
    return f"{matter} của {whose}"


def _received(data: LetterData, whom: str) -> str:
    """How the question reached the office, as letters to its asker say it."""
    office, code = one_line(data.letterhead.issuer), f"(mã phiếu {data.code})"
    on = day(data.received_on) if data.received_on else None
    if data.from_floor:
        held_on = f" tổ chức ngày {day(data.dialogue.on)}" if data.dialogue and data.dialogue.on else ""
        where = f"{one_line(data.dialogue.title)}{held_on}" if data.dialogue else "hội nghị đối thoại"
        return f"Tại {where}, {whom} nêu ý kiến {code}"
    if data.collected_by:
        return (
            f"Ngày {on}, {office} nhận được ý kiến của {whom} do {one_line(data.collected_by)} tổng hợp, gửi đến {code}"
        )
    return f"Ngày {on}, {office} nhận được Phiếu đăng ký tham gia đối thoại của {whom} {code}"


def _nature(item: LetterItem, office: str) -> str:
    if item.scope is Scope.COMPLAINT:
        return "có tính chất khiếu nại, được giải quyết theo trình tự, thủ tục do Luật Khiếu nại quy định"
    if item.reason:
        return f"vượt quá thẩm quyền giải quyết của {office}"
    return f"không thuộc thẩm quyền giải quyết của {office}"


def _lines(asker: LetterAsker) -> tuple[tuple[str, str], ...]:
    """Who asks, and every way that leads to him; that he gave no address is said, so that nobody looks for it."""
    given = (
        ("Tên tổ chức" if is_organisation(one_line(asker.name)) else "Họ và tên", asker.name),
        ("Địa chỉ", asker.address or NOT_GIVEN),
        ("Điện thoại", asker.phone),
        ("Thư điện tử", asker.email),
    )
    return tuple((name, one_line(value)) for name, value in given if value)


def _filed(head: Letterhead) -> str:
    """Decree 30/2020: the list of recipients ends with where the copy is kept."""
    kept = [one_line(copy) for copy in head.copies if copy.casefold().startswith("lưu")]
    return kept[-1] if kept else "Lưu: VT."
