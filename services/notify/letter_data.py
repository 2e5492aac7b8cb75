"""What a message to a citizen says, as data: for the letter and for the mail."""

from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from services.notify.correspondence import Asked, Conclusion, Conference, Correspondence, Message, Occasion, Record
from services.notify.wording import (
    VIETNAM,
    addressee,
    clock_and_day,
    dateline,
    day,
    day_of,
    one_line,
    paragraphs,
    pronoun,
    spoken,
    two_digits,
)
from shared.communes import Letterhead, Profile
from shared.contracts.notify import MessageKind
from shared.contracts.taxonomy import Scope

Text = Annotated[str, Field(min_length=1)]


class LetterPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LetterItem(LetterPart):
    """A question, and what is said to it where the letter answers each.

    answer: the approved answer, or the guidance.
    department: whose answer it is, as written in running text.
    authority: of a guidance or referral, where the matter belongs. reason: of a referral, why.
    scope: of a guidance or referral, what the matter is.
    """

    question: Text
    answer: Text | None = None
    department: Text | None = None
    authority: Text | None = None
    reason: Text | None = None
    scope: Scope = Scope.IN_SCOPE


class LetterDialogue(LetterPart):
    """`on`: the day of the conference; `at`: its hour, where the letter names it. subjects: of its sessions.

    cancelled: why it could not be held.
    """

    title: Text
    on: date | None = None
    at: AwareDatetime | None = None
    place: Text | None = None
    chair: Text | None = None
    subjects: tuple[Text, ...] = ()
    cancelled: Text | None = None


class LetterMove(LetterPart):
    """The conference is held at another time, or in another place."""

    previously_at: AwareDatetime
    held_at: AwareDatetime
    place: Text
    reason: Text


class LetterExtension(LetterPart):
    """The four points that Chánh Lộ's plan (II.4.3) wants the citizen told: what, what is required, when, who.

    matter: what the conclusion assigned; None where it is the question itself that takes longer.
    """

    reason: Text
    until: date
    responsible: Text
    requirement: Text | None = None
    matter: Text | None = None


class LetterInvitation(LetterPart):
    """seat: None for representatives. speaks_for: whom a representative comes for. pass_url: behind the QR code."""

    seat: int | None = Field(default=None, ge=1)
    speaks_for: Text | None = None
    pass_url: Text | None = None


class LetterPromise(LetterPart):
    """What the conclusion assigns to whom. term: until when, in words, where that is known."""

    text: Text
    department: Text
    term: Text | None = None


class LetterConclusion(LetterPart):
    """The published conclusion. notice: its number and symbol. url: where it is published."""

    notice: Text
    summary: Text
    promises: tuple[LetterPromise, ...] = ()
    url: Text | None = None


class LetterResult(LetterPart):
    """What the conclusion assigned, and that it is settled."""

    matter: Text
    result: Text
    department: Text
    notice: Text | None = None


class LetterAsker(LetterPart):
    """Whose question a transfer slip hands on, and how the authority reaches him."""

    name: Text
    address: Text | None = None
    phone: Text | None = None
    email: Text | None = None


class LetterData(LetterPart):
    """Everything that one letter says besides its fixed wording.

    dated_on: of the dateline. subject: what stands after `V/v`; of a titled document, under its title.
    addressee: of a transfer slip, the authority; its `asker` is whom the letter is about.
    received_on, code: of the registration form; None for representatives.
    from_floor: no form was sent, the questions were raised at the conference. collected_by: whose list they came on.
    waiting_place: of who waits for a seat.
    contact: where to ask further, in running text.
    reference: the message's id, small at the foot of page 1, by which the print run is matched.
    """

    letterhead: Letterhead
    dated_on: date
    addressee: Text
    address: str | None = None
    subject: Text
    code: Text | None = None
    received_on: date | None = None
    from_floor: bool = False
    collected_by: Text | None = None
    occasion: Occasion | None = None
    dialogue: LetterDialogue | None = None
    items: tuple[LetterItem, ...] = ()
    move: LetterMove | None = None
    extension: LetterExtension | None = None
    invitation: LetterInvitation | None = None
    waiting_place: int | None = Field(default=None, ge=1)
    conclusion: LetterConclusion | None = None
    result: LetterResult | None = None
    asker: LetterAsker | None = None
    contact: Text
    reference: Text

    @model_validator(mode="after")
    def says_who_answers(self) -> "LetterData":
        if self.occasion != "redirected" and any(item.answer and item.department is None for item in self.items):
            raise ValueError("an answer names its department")
        return self


SUBJECTS: dict[MessageKind, str] = {
    "answer": "trả lời {matter}",
    "guidance": "hướng dẫn gửi đơn đến cơ quan có thẩm quyền",
    "referral": "báo cáo cấp có thẩm quyền {matter}",
    "extension": "gia hạn thời gian giải quyết {matter}",
    "invitation": "Tham dự hội nghị đối thoại",
    "waitlist": "danh sách chờ tham dự hội nghị đối thoại",
    "rescheduled": "thay đổi thời gian, địa điểm tổ chức hội nghị đối thoại",
    "cancelled": "không tổ chức hội nghị đối thoại vì lý do bất khả kháng",
    "conclusion": "thông báo kết luận hội nghị đối thoại",
    "resolution": "kết quả giải quyết nội dung được giao sau hội nghị đối thoại",
}
"""`matter`: by the door that the questions came through."""

ANSWERED_AGAIN = "trả lời bổ sung {matter}"
"""Of an answer to a reopened question."""


def letter_data(
    state: Correspondence,
    message: Message,
    profile: Profile,
    on: date,
    *,
    base_url: str = "",
    conclusion: Conclusion | None = None,
) -> LetterData:
    """What the letter or mail for this message says.

    Args:
        on: the date of the letter. To get the same file again after a crash, take the day the message was written.
        base_url: of the citizens' pages, without a slash at the end.
        conclusion: of the dialogue's own record, for a message that tells it.
    """
    conference, extension = state.conference, message.extension
    name, address, speaks_for = _receiver(state, message)
    from_floor = state.channel == "floor"
    return LetterData(
        letterhead=profile.letterhead,
        dated_on=on,
        addressee=name,
        address=address,
        subject=_subject(message, _matter(from_floor, state.collected_by)),
        code=state.code,
        received_on=state.received_at.astimezone(VIETNAM).date() if state.received_at else None,
        from_floor=from_floor,
        collected_by=state.collected_by,
        occasion=message.occasion,
        dialogue=_dialogue(conference, profile) if conference else None,
        items=tuple(_item(state.asked(question), message, profile) for question in message.questions),
        move=LetterMove(
            previously_at=message.move.previously_at,
            held_at=message.move.held_at,
            place=message.move.place,
            reason=message.move.reason,
        )
        if message.move
        else None,
        extension=LetterExtension(
            reason=extension.reason,
            until=extension.until.astimezone(VIETNAM).date(),
            responsible=_responsible(extension.responsible, department_name(extension.department, profile)),
            requirement=extension.requirement,
            matter=extension.matter,
        )
        if extension
        else None,
        invitation=LetterInvitation(
            seat=state.seat.number if state.seat and not message.guest else None,
            speaks_for=speaks_for,
            pass_url=f"{base_url}/phieu/{quote(state.code, safe='')}" if state.code else None,
        )
        if message.kind == "invitation"
        else None,
        waiting_place=state.waiting_place if message.kind == "waitlist" else None,
        conclusion=_conclusion(state, conclusion, profile, base_url) if message.kind == "conclusion" else None,
        result=LetterResult(
            matter=message.result.matter,
            result=message.result.result,
            department=department_name(message.result.department, profile),
            notice=conference.notice if conference else None,
        )
        if message.result
        else None,
        contact=contact(profile),
        reference=message.id,
    )


def in_words(data: LetterData) -> dict[str, Any]:
    """What the templates read: every text a single line or a list of them, in the order of the page."""
    head = data.letterhead
    complaint = any(item.scope is Scope.COMPLAINT for item in data.items)
    return {
        "parent-lines": name_lines(head.parent or ""),
        "issuer": one_line(head.issuer),
        "issuer-lines": name_lines(head.issuer),
        "symbol": one_line(head.symbol),
        "dateline": dateline(one_line(head.place), data.dated_on),
        "date": {"year": data.dated_on.year, "month": data.dated_on.month, "day": data.dated_on.day},
        "subject": one_line(data.subject),
        "addressee": addressee(one_line(data.addressee)),
        "you": pronoun(one_line(data.addressee)),
        "address": _line(data.address),
        "code": _line(data.code),
        "received_on": day(data.received_on) if data.received_on else None,
        "from_floor": data.from_floor,
        "collected_by": _line(data.collected_by),
        "occasion": "complaint" if data.occasion == "redirected" and complaint else data.occasion,
        "dialogue": _dialogue_in_words(data.dialogue) if data.dialogue else None,
        "items": [
            {
                "number": number,
                "question": paragraphs(item.question),
                "answer": paragraphs(item.answer or ""),
                "department": _line(item.department),
                "authority": _line(item.authority),
                "reason": paragraphs(item.reason or ""),
                "scope": item.scope,
            }
            for number, item in enumerate(data.items, 1)
        ],
        "move": {
            "previously": spoken(data.move.previously_at),
            "time": spoken(data.move.held_at),
            "same_time": data.move.previously_at == data.move.held_at,
            "place": one_line(data.move.place),
            "reason": sentence(data.move.reason),
        }
        if data.move
        else None,
        "extension": {
            "reason": sentence(data.extension.reason),
            "until": day(data.extension.until),
            "responsible": sentence(data.extension.responsible),
            "requirement": sentence(data.extension.requirement or data.extension.reason),
            "matter": paragraphs(data.extension.matter or ""),
        }
        if data.extension
        else None,
        "invitation": {
            "seat": two_digits(data.invitation.seat) if data.invitation.seat else None,
            "speaks_for": _line(data.invitation.speaks_for),
            "pass_url": data.invitation.pass_url,
        }
        if data.invitation
        else None,
        "waiting_place": two_digits(data.waiting_place) if data.waiting_place else None,
        "conclusion": {
            "notice": one_line(data.conclusion.notice),
            "summary": paragraphs(data.conclusion.summary),
            "promises": [promise_in_words(promise) for promise in data.conclusion.promises],
            "url": _line(data.conclusion.url),
        }
        if data.conclusion
        else None,
        "result": {
            "matter": paragraphs(data.result.matter),
            "result": paragraphs(data.result.result),
            "department": one_line(data.result.department),
            "notice": _line(data.result.notice),
        }
        if data.result
        else None,
        "contact": one_line(data.contact),
        "capacity": [one_line(line) for line in head.signer.capacity],
        "signer": one_line(head.signer.name),
        "copies": [one_line(line) for line in head.copies],
        "reference": one_line(data.reference),
    }


def promises(conclusion: Conclusion, record: Record | None, profile: Profile) -> tuple[LetterPromise, ...]:
    """What the conclusion assigns to whom, until when: the longer term where one was granted, else the plan's."""
    term = profile.terms.get("resolution")
    usual = (
        f"{two_digits(term.count)} {'ngày làm việc' if term.unit == 'working-days' else 'ngày'} kể từ ngày thông báo"
        if term and term.counted == "after"
        else None
    )
    ends = record.ends if record else {}
    return tuple(
        LetterPromise(
            text=commitment.text,
            department=department_name(commitment.department, profile),
            term=day_of(ends[commitment.id]) if commitment.id in ends else usual,
        )
        for commitment in conclusion.commitments
    )


def promise_in_words(promise: LetterPromise) -> dict[str, Any]:
    return {
        "text": paragraphs(promise.text),
        "department": one_line(promise.department),
        "term": _line(promise.term),
    }


def department_name(id: str, profile: Profile) -> str:
    """As written in running text; what a profile no longer has keeps its id."""
    department = profile.department(id)
    return department.name if department else id


def contact(profile: Profile) -> str:
    ways = [f"điện thoại {profile.phone}"] if profile.phone else []
    ways.append(f"thư điện tử {profile.email}")
    return f"{department_name(profile.office, profile)}, {profile.address} ({', '.join(ways)})"


def name_lines(body: str) -> list[str]:
    """`Ủy ban nhân dân` and its commune stand on a line each, as offices print it."""
    body = one_line(body)
    for head in ("ủy ban nhân dân ", "uỷ ban nhân dân "):
        if body.casefold().startswith(head):
            return [body[: len(head) - 1], body[len(head) :]]
    return [body] if body else []


def sentence(text: str) -> str:
    """One line that ends with a full stop, whether or not its writer set one."""
    line = one_line(text)
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."


def _subject(message: Message, matter: str) -> str:
    return (ANSWERED_AGAIN if message.occasion == "reopened" else SUBJECTS[message.kind]).format(matter=matter)


def _matter(from_floor: bool, collected_by: str | None) -> str:
    """What was asked, as the subject of a letter calls it."""
    if from_floor:
        return "nội dung nêu tại hội nghị đối thoại"
    return "ý kiến gửi đến hội nghị đối thoại" if collected_by else "nội dung đăng ký tham gia đối thoại"


def _receiver(state: Correspondence, message: Message) -> tuple[str, str | None, str | None]:
    """Name, address, and whom he speaks for."""
    if message.guest is None:
        assert state.registrant is not None, "citizens' messages are written only when the form is known"
        return state.registrant.name, state.registrant.address, None
    guest = state.guest(message.guest)
    return guest.name, None, ", ".join(filter(None, (guest.organisation, guest.hamlet))) or None


def _item(asked: Asked, message: Message, profile: Profile) -> LetterItem:
    question = asked.question.text
    if message.kind == "guidance":
        assert asked.guidance is not None, "a guidance message is written only when there is one"
        given = asked.guidance
        return LetterItem(question=question, answer=given.text, authority=given.authority, scope=given.scope)
    if message.kind == "referral":
        assert asked.referral is not None, "a referral is written only when there is one"
        told_up = asked.referral
        return LetterItem(question=question, authority=told_up.authority, reason=told_up.reason, scope=told_up.scope)
    if message.kind != "answer":
        return LetterItem(question=question)
    told = asked.answer_of(message.round)
    assert told is not None, "an answer message is written only when there is one"
    return LetterItem(question=question, answer=told.text, department=department_name(told.department, profile))


def _dialogue(conference: Conference, profile: Profile) -> LetterDialogue:
    return LetterDialogue(
        title=conference.title,
        on=conference.held_at.astimezone(VIETNAM).date(),
        at=conference.held_at,
        place=conference.place,
        chair=_chair(profile),
        subjects=conference.subjects,
        cancelled=conference.cancelled,
    )


def _chair(profile: Profile) -> str:
    """Who presides by the plan, with the commune's name where the plan left it out."""
    chair = profile.conference.chair
    return f"{chair} {profile.name}" if chair.casefold().endswith("ủy ban nhân dân") else chair


def _dialogue_in_words(dialogue: LetterDialogue) -> dict[str, Any]:
    return {
        "title": one_line(dialogue.title),
        "day": day(dialogue.on) if dialogue.on else None,
        "time": spoken(dialogue.at) if dialogue.at else None,
        "clock": clock_and_day(dialogue.at) if dialogue.at else None,
        "place": _line(dialogue.place),
        "chair": _line(dialogue.chair),
        "subjects": [one_line(subject) for subject in dialogue.subjects],
        "cancelled": sentence(dialogue.cancelled) if dialogue.cancelled else None,
    }


def _conclusion(
    state: Correspondence, conclusion: Conclusion | None, profile: Profile, base_url: str
) -> LetterConclusion | None:
    if conclusion is None or conclusion.notice is None:
        return None
    return LetterConclusion(
        notice=conclusion.notice,
        summary=conclusion.summary,
        promises=promises(conclusion, None, profile),
        url=f"{base_url}/xa/{state.commune}/hoi-nghi/{state.dialogue}" if base_url and state.dialogue else None,
    )


def _responsible(who: str | None, department: str) -> str:
    """The person who answers for it, with his department where his name does not say it."""
    if not who:
        return department
    return who if department.casefold() in who.casefold() else f"{who}, {department}"


def _line(text: str | None) -> str | None:
    return one_line(text) or None if text else None


def dated(instant: datetime) -> date:
    """The day it was in Vietnam."""
    return instant.astimezone(VIETNAM).date()
