"""What a message says, as plain data for its text: the same for paper and mail."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import quote

from services.notify.correspondence import Asked, Conclusion, Conference, Correspondence, Message, Record
from services.notify.texts.blocks import Table
from services.notify.wording import (
    VIETNAM,
    addressee,
    clock_and_day,
    day,
    day_of,
    one_line,
    paragraphs,
    pronoun,
    spoken,
    two_digits,
)
from shared.communes import Profile
from shared.contracts.notify import MessageKind
from shared.contracts.taxonomy import Scope

Medium = Literal["mail", "letter"]
Data = dict[str, Any]

UNSAID = "(không nhắc lại trong thư để giữ bí mật)"
"""In the place of the words of a denunciation, whatever is told of it."""


def data_of(
    state: Correspondence,
    message: Message,
    profile: Profile,
    on: date,
    *,
    medium: Medium,
    base_url: str = "",
    desk_url: str = "",
    conclusion: Conclusion | None = None,
) -> Data:
    """What the text of this message may name; `texts.names` tells what each is.

    A name that a message of this kind may lack is None, or an empty list.

    Args:
        on: the date of the letter. To get the same words again after a crash, take the day the message was written.
        base_url, desk_url: of the citizens' pages and of the staff's, without a slash at the end.
        conclusion: of the dialogue's own record, for a message that tells it.
    """
    if message.kind == "digest":
        from services.notify.mailing.digest_words import digest_in_words

        return (
            _common(profile, medium, on)
            | digest_in_words(state, message, profile, desk_url)
            | {"url": desk_url or None}
        )
    data = _common(profile, medium, on) | _addressed(state, message) | _form(state, base_url)
    if message.kind == "receipt":
        return data | _receipt(state, profile)
    told = _TOLD.get(message.kind)
    data |= {
        "dialogue": _dialogue(state.conference, profile) if state.conference else None,
        "items": [_item(state.asked(question), message, profile) for question in message.questions],
    }
    if message.kind == "conclusion":
        return data | {"conclusion": _conclusion(state, conclusion, profile, base_url)}
    return data | (told(state, message, profile, base_url) if told else {})


def receiver(state: Correspondence, message: Message) -> tuple[str, str | None, str | None]:
    """Name, address, and whom he speaks for."""
    if message.guest is None:
        assert state.registrant is not None, "citizens' messages are written only when the form is known"
        return state.registrant.name, state.registrant.address, None
    guest = state.guest(message.guest)
    return guest.name, None, ", ".join(filter(None, (guest.organisation, guest.hamlet))) or None


def is_anonymous(state: Correspondence, message: Message) -> bool:
    """Whether it may name nobody: who denounces somebody (Law on Denunciations 2018, art. 56), and whoever stands on a
    form that somebody else sent in, for anybody may name anybody."""
    if message.kind == "receipt":
        return state.by_another
    return any(state.asked(question).is_denunciation for question in message.questions)


def _common(profile: Profile, medium: Medium, on: date) -> Data:
    return {
        "office": one_line(profile.letterhead.issuer),
        "commune": one_line(profile.name),
        "contact": contact(profile) if medium == "letter" else contact_by_telephone(profile),
        "today": day(on),
        "medium": medium,
        "on_paper": medium == "letter",
        "by_mail": medium == "mail",
    }


def _addressed(state: Correspondence, message: Message) -> Data:
    name, address, speaks_for = ("", None, None) if is_anonymous(state, message) else receiver(state, message)
    name = one_line(name)
    you = pronoun(name)
    return {
        "addressee": addressee(name) if name else "ông/bà",
        "address": _line(address),
        "speaks_for": _line(speaks_for),
        "you": you,
        "You": you[:1].upper() + you[1:],
    }


def _form(state: Correspondence, base_url: str) -> Data:
    """How the questions reached the office: raised at the conference itself, on somebody's list, or by a form."""
    code = _line(state.code)
    return {
        "code": code,
        "url": f"{base_url}/tra-cuu/{quote(code, safe='')}" if code and base_url else None,
        "received_on": day_of(state.received_at) if state.received_at else None,
        "from_floor": state.channel == "floor",
        "collected_by": _line(state.collected_by),
        "conference": f"{one_line(conference.title)} tổ chức ngày {day_of(conference.held_at)}"
        if (conference := state.conference)
        else "hội nghị đối thoại",
        **_called(state),
    }


def _called(state: Correspondence) -> Data:
    """What the subjects of letters and of mails call what was asked."""
    if state.channel == "floor":
        matter, came = "nội dung nêu tại hội nghị đối thoại", "ý kiến nêu tại hội nghị đối thoại"
    elif state.collected_by:
        matter = came = "ý kiến gửi đến hội nghị đối thoại"
    else:
        matter, came = "nội dung đăng ký tham gia đối thoại", "Phiếu đăng ký đối thoại"
    return {"matter": matter, "what_came": came}


def _receipt(state: Correspondence, profile: Profile) -> Data:
    """Written for every form, so it must be quick."""
    assert state.received_at is not None, "a receipt is written when the form is known"
    term = profile.terms.get("department-answer")
    return {
        "by_another": state.by_another,
        "received_at": clock_and_day(state.received_at),
        "files": two_digits(state.files) if state.files else None,
        "on_time": state.on_time,
        "dialogue": _dialogue(state.conference, profile) if state.conference else None,
        "department_term": f"{two_digits(term.count)} {'ngày làm việc' if term.unit == 'working-days' else 'ngày'}"
        if term
        else None,
        "items": []
        if state.by_another
        else [{"number": asked.question.number, "question": _asked(asked)} for asked in state.questions],
    }


def _dialogue(conference: Conference, profile: Profile) -> Data:
    return {
        "title": one_line(conference.title),
        "day": day_of(conference.held_at),
        "time": spoken(conference.held_at),
        "clock": clock_and_day(conference.held_at),
        "place": _line(conference.place),
        "chair": _chair(profile),
        "subjects": [one_line(subject) for subject in conference.subjects],
        "cancelled": sentence(conference.cancelled or "") or None,
    }


def _item(asked: Asked, message: Message, profile: Profile) -> Data:
    """A question, and what is said to it where the message answers each. Of a denunciation its words are left out."""
    scope = _scope(asked, message.kind)
    item: Data = {
        "number": asked.question.number,
        "question": [UNSAID] if asked.is_denunciation else _asked(asked),
    }
    if message.kind == "answer":
        told = asked.answer_of(message.round)
        assert told is not None, "an answer message is written only when there is one"
        return item | {"answer": paragraphs(told.text), "department": department_name(told.department, profile)}
    if message.kind == "guidance":
        assert asked.guidance is not None, "a guidance message is written only when there is one"
        given = asked.guidance
        return item | _matter(scope) | {"answer": paragraphs(given.text), "authority": _line(given.authority)}
    if message.kind == "referral":
        assert asked.referral is not None, "a referral is written only when there is one"
        referred = asked.referral
        reason = [] if scope is Scope.DENUNCIATION else paragraphs(referred.reason)
        return item | _matter(scope) | {"reason": reason, "authority": _line(referred.authority)}
    return item


def _asked(asked: Asked) -> list[str]:
    """A question of invisible characters alone is shown as what it is; its asker is written to all the same."""
    return paragraphs(asked.question.text) or ["…"]


def _matter(scope: Scope) -> Data:
    return {"is_complaint": scope is Scope.COMPLAINT, "is_denunciation": scope is Scope.DENUNCIATION}


def _scope(asked: Asked, kind: MessageKind) -> Scope:
    """What the question was held for when it was handed on."""
    given = asked.guidance if kind == "guidance" else asked.referral if kind == "referral" else None
    return given.scope if given else Scope.IN_SCOPE


def _occasion(state: Correspondence, message: Message, profile: Profile, base_url: str) -> Data:
    return {"occasion": message.occasion}


def _invitation(state: Correspondence, message: Message, profile: Profile, base_url: str) -> Data:
    code = _line(state.code)
    return {
        "seat": two_digits(state.seat.number) if state.seat and not message.guest else None,
        "pass_url": f"{base_url}/phieu/{quote(code, safe='')}" if code and base_url else None,
    }


def _waiting(state: Correspondence, message: Message, profile: Profile, base_url: str) -> Data:
    return {"waiting_place": two_digits(state.waiting_place) if state.waiting_place else None}


def _move(state: Correspondence, message: Message, profile: Profile, base_url: str) -> Data:
    move = message.move
    assert move is not None, "set when it is written"
    place = one_line(move.place)
    previous_place = _line(state.conference.place_before(move)) if state.conference else None
    return {
        "move": {
            "previously": spoken(move.previously_at),
            "time": spoken(move.held_at),
            "same_time": move.previously_at == move.held_at,
            "same_place": previous_place is not None and previous_place.casefold() == place.casefold(),
            "previous_place": previous_place,
            "place": place,
            "reason": sentence(move.reason),
        }
    }


def _extension(state: Correspondence, message: Message, profile: Profile, base_url: str) -> Data:
    """The four points that Chánh Lộ's plan (II.4.3) wants the citizen told: what, what is required, when, who."""
    more = message.extension
    assert more is not None, "set when it is written"
    return {
        "extension": {
            "reason": sentence(more.reason),
            "until": day_of(more.until),
            "responsible": sentence(_responsible(more.responsible, department_name(more.department, profile))),
            "requirement": sentence(more.requirement or "") or sentence(more.reason),
            "matter": paragraphs(more.matter or ""),
        }
    }


def _apology(state: Correspondence, message: Message, profile: Profile, base_url: str) -> Data:
    assert message.apology is not None, "set when it is written"
    grants = [grant for question in message.questions for grant in state.asked(question).grants]
    department = grants[-1].department if grants else profile.office
    return {
        "apology": {
            "reason": sentence(message.apology.reason),
            "until": day(message.apology.until),
            "responsible": sentence(department_name(department, profile)),
        }
    }


def _result(state: Correspondence, message: Message, profile: Profile, base_url: str) -> Data:
    result = message.result
    assert result is not None, "set when it is written"
    return {
        "result": {
            "matter": paragraphs(result.matter),
            "result": paragraphs(result.result),
            "department": department_name(result.department, profile),
            "notice": _line(state.conference.notice) if state.conference else None,
        }
    }


_TOLD: Mapping[MessageKind, Callable[[Correspondence, Message, Profile, str], Data]] = {
    "answer": _occasion,
    "invitation": _invitation,
    "dialogue-reminder": _invitation,
    "waitlist": _waiting,
    "rescheduled": _move,
    "extension": _extension,
    "apology": _apology,
    "resolution": _result,
}


# --- the conclusion --------------------------------------------------------------------------------------------------


def _conclusion(state: Correspondence, conclusion: Conclusion | None, profile: Profile, base_url: str) -> Data | None:
    if conclusion is None or conclusion.notice is None:
        return None
    assigned = promised(conclusion, None, profile)
    return {
        "notice": one_line(conclusion.notice),
        "summary": paragraphs(conclusion.summary),
        "promises": assigned,
        "table": promises_table(assigned) if assigned else None,
        "url": f"{base_url}/xa/{state.commune}/hoi-nghi/{state.dialogue}" if base_url and state.dialogue else None,
    }


def promised(conclusion: Conclusion, record: Record | None, profile: Profile) -> list[Data]:
    """What the conclusion assigns to whom, until when: `text` by paragraphs, `department`, and `term`: the longer one
    where it was granted, else the plan's, or None."""
    term = profile.terms.get("resolution")
    usual = (
        f"{two_digits(term.count)} {'ngày làm việc' if term.unit == 'working-days' else 'ngày'} kể từ ngày thông báo"
        if term and term.counted == "after"
        else None
    )
    ends = record.ends if record else {}
    return [
        {
            "text": paragraphs(commitment.text),
            "department": department_name(commitment.department, profile),
            "term": day_of(ends[commitment.id]) if commitment.id in ends else usual,
        }
        for commitment in conclusion.commitments
    ]


def promises_table(assigned: list[Data]) -> Table:
    """A line each; the column of terms only where there are some."""
    terms = any(promise["term"] for promise in assigned)
    return Table(
        head=("TT", "Nội dung", "Đơn vị thực hiện", *(("Thời hạn",) if terms else ())),
        rows=tuple(
            (
                (str(number),),
                tuple(promise["text"]),
                (promise["department"],),
                *(((promise["term"] or "",),) if terms else ()),
            )
            for number, promise in enumerate(assigned, 1)
        ),
        widths=(10, 81, 38, 36) if terms else (10, 105, 50),
    )


# --- pieces ----------------------------------------------------------------------------------------------------------


def department_name(id: str, profile: Profile) -> str:
    """As written in running text; what a profile no longer has keeps its id."""
    department = profile.department(id)
    return one_line(department.name) if department else id


def contact(profile: Profile) -> str:
    ways = [f"điện thoại {profile.phone}"] if profile.phone else []
    ways.append(f"thư điện tử {profile.email}")
    return one_line(f"{department_name(profile.office, profile)}, {profile.address} ({', '.join(ways)})")


def contact_by_telephone(profile: Profile) -> str:
    """In a mail, which can be answered."""
    by_telephone = f", điện thoại {profile.phone}" if profile.phone else ""
    return one_line(f"{department_name(profile.office, profile)}, {profile.address}{by_telephone}")


def name_lines(body: str) -> list[str]:
    """`Ủy ban nhân dân` and its commune stand on a line each, as offices print it."""
    body = one_line(body)
    for head in ("ủy ban nhân dân ", "uỷ ban nhân dân "):
        if body.casefold().startswith(head):
            return [body[: len(head) - 1], body[len(head) :]]
    return [body] if body else []


def sentence(text: str) -> str:
    """One line that ends with a full stop, whether or not its writer set one; empty where nothing can be seen."""
    line = one_line(text)
    return line if not line or line.endswith((".", "!", "?", "…")) else f"{line}."


def dated(instant: datetime) -> date:
    """The day it was in Vietnam."""
    return instant.astimezone(VIETNAM).date()


def _chair(profile: Profile) -> str:
    """Who presides by the plan, with the commune's name where the plan left it out."""
    chair = one_line(profile.conference.chair)
    return f"{chair} {profile.name}" if chair.casefold().endswith("ủy ban nhân dân") else chair


def _responsible(who: str | None, department: str) -> str:
    """The person who answers for it, with his department where his name does not say it."""
    if not who:
        return department
    return who if department.casefold() in who.casefold() else f"{who}, {department}"


def _line(text: str | None) -> str | None:
    return one_line(text) or None if text else None
