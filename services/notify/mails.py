"""E-mails: the words come from templates, one for both the text and the HTML part; here they become a message."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notify.correspondence import Asked, Conference, Correspondence, Message, Term
from services.notify.rules import occasion
from services.notify.wording import VIETNAM, addressee, clock_and_day, day_of, one_line, paragraphs, pronoun
from shared.communes import Profile
from shared.contracts import Role

TEMPLATES = Path(__file__).parent / "templates"

ROLES: Mapping[Role, str] = {
    Role.CLERK: "cán bộ Văn phòng",
    Role.OFFICER: "công chức được giao",
    Role.HEAD: "lãnh đạo đơn vị thực hiện",
    Role.OFFICE_HEAD: "Chánh Văn phòng",
    Role.CHAIRMAN: "Chủ tịch UBND {commune}",
    Role.PROVINCE: "cơ quan cấp trên",
}

TASKS = {
    "registration-cutoff": "Chốt danh sách đăng ký đối thoại",
    "department-answer": "Soạn câu trả lời",
    "conclusion-notice": "Ban hành thông báo kết luận hội nghị đối thoại",
}


WIRE = compat32.clone(linesep="\r\n")
BOUNDARY = "=_part"
"""No base64 line has an underscore, so it stands in no part; and the same mail is the same bytes again."""


class CannotMail(ValueError):
    """No mail server would take this address, however often it is tried. The message is Vietnamese, for the clerk."""


def render_mail(
    state: Correspondence, message: Message, profile: Profile, *, base_url: str, now: datetime
) -> MIMEMultipart:
    """The mail for this message, with CRLF line ends and plain ASCII on the wire.

    Built by the email package's older classes: the newer ones parse every header they are given and take four times
    as long, which was most of what notify did.

    Args:
        base_url: of the citizens' pages, without a slash at the end.

    Raises:
        CannotMail: the receiver's address is none that mail can be sent to.
    """
    context = _context(state, message, profile, base_url)
    subject, text = _render(_TEXT, message.kind, context)
    _, html = _render(_HTML, message.kind, context)
    mail = MIMEMultipart("alternative", boundary=BOUNDARY, policy=WIRE)
    mail["Message-ID"] = message_id(message, profile)
    mail["Date"] = format_datetime(now.astimezone(VIETNAM))
    mail["From"] = _mailbox(profile.email, f"UBND {profile.name}")
    mail["Reply-To"] = _mailbox(profile.email)
    mail["To"] = ", ".join(_mailbox(to, _display_name(state, message)) for to in message.to)
    mail["Subject"] = Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "vi"
    for words, kind in ((text, "plain"), (html, "html")):
        part = MIMEText(words.replace("\n", "\r\n"), kind, "utf-8", policy=WIRE)
        del part["MIME-Version"]
        mail.attach(part)
    return mail


def message_id(message: Message, profile: Profile) -> str:
    """The same for every attempt, so that a second copy can be recognised as one."""
    return f"<{message.id}@{_domain(profile.email)}>"


def _context(state: Correspondence, message: Message, profile: Profile, base_url: str) -> dict[str, Any]:
    office = profile.department(profile.office)
    common: dict[str, Any] = {
        "office": one_line(profile.letterhead.issuer),
        "commune": profile.name,
        "contact": f"{office.name if office else 'Văn phòng'}, {profile.address}"
        + (f", điện thoại {profile.phone}" if profile.phone else ""),
    }
    if message.term is not None:
        return common | _staff(state, message.term, profile)
    return common | _citizen(state, message, profile, base_url)


def _citizen(state: Correspondence, message: Message, profile: Profile, base_url: str) -> dict[str, Any]:
    assert state.registrant is not None, "citizens' messages are written only when the form is known"
    assert state.code is not None
    assert state.received_at is not None
    name = one_line(state.registrant.name)
    asked = [state.asked(question) for question in message.questions] if message.questions else state.questions
    term = profile.terms.get("department-answer")
    return {
        "addressee": addressee(name),
        "you": pronoun(name),
        "code": one_line(state.code),
        "url": f"{base_url}/tra-cuu/{quote(state.code, safe='')}",
        "received": clock_and_day(state.received_at),
        "received_day": day_of(state.received_at),
        "on_time": state.on_time,
        "occasion": occasion(state, message),
        "conference": _conference(state.conference),
        "department_term": f"{term.count:02} {'ngày làm việc' if term.unit == 'working-days' else 'ngày'}"
        if term
        else None,
        "items": [_item(question, profile) for question in asked],
    }


def _item(asked: Asked, profile: Profile) -> dict[str, Any]:
    item: dict[str, Any] = {"number": asked.question.number, "question": paragraphs(asked.question.text)}
    if asked.answer is not None:
        department = profile.department(asked.answer.department)
        item |= {
            "answer": paragraphs(asked.answer.text),
            "department": department.name if department else asked.answer.department,
        }
    if asked.guidance is not None:
        item |= {
            "guidance": paragraphs(asked.guidance.text),
            "authority": one_line(asked.guidance.authority),
            "scope": asked.guidance.scope,
        }
    return item


def _conference(conference: Conference | None) -> dict[str, Any] | None:
    if conference is None:
        return None
    return {
        "title": one_line(conference.title),
        "day": day_of(conference.held_at),
        "time": clock_and_day(conference.held_at),
        "place": one_line(conference.place) if conference.place else None,
    }


def _staff(state: Correspondence, term: Term, profile: Profile) -> dict[str, Any]:
    """Of the citizen only the form's code: these mails are read on many screens."""
    number = next((asked.question.number for asked in state.questions if asked.question.id == term.about), None)
    if number is not None:
        reference = f"phiếu {state.code}, câu hỏi {number}"
    elif term.about == state.id and state.conference is not None:
        reference = one_line(state.conference.title)
    else:
        reference = f"mã hồ sơ {term.about}"
    department = profile.department(term.department or profile.office)
    return {
        "rule": term.rule,
        "task": TASKS[term.rule],
        "work": f"{TASKS[term.rule].lower()}, {reference}",
        "reference": reference[:1].upper() + reference[1:],
        "department": department.name if department else term.department,
        "due": clock_and_day(term.due_at),
        "role": ROLES.get(term.to, "người phụ trách").format(commune=profile.name) if term.to else None,
        "step": term.step,
    }


def _display_name(state: Correspondence, message: Message) -> str:
    """None for staff, and none where a name in the header could tell who denounced somebody."""
    if message.kind not in ("receipt", "answer") or state.registrant is None:
        return ""
    return state.registrant.name


def _mailbox(email: str, name: str = "") -> str:
    """Letters, digits and blanks of the name only: quotes, commas and line breaks make no header of their own."""
    user, _, _ = email.rpartition("@")
    if not re.fullmatch(r"[!-~]{1,64}", user):
        raise CannotMail(
            f"Không gửi được thư điện tử tới địa chỉ “{one_line(email)}”: phần trước @ có ký tự không hợp lệ."
        )
    plain = " ".join(re.sub(r"[^\w\s.'-]|_", " ", one_line(name)).split())
    return formataddr((plain[:100], Address(username=user, domain=_domain(email)).addr_spec), "utf-8")


def _domain(email: str) -> str:
    _, _, domain = email.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", ascii_domain):
        raise CannotMail(f"Không gửi được thư điện tử tới địa chỉ “{one_line(email)}”: tên miền không hợp lệ.")
    return ascii_domain


def _render(environment: Environment, kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body. A value that a template asks for and nobody gave is an error."""
    module = environment.get_template(f"{kind}.j2").make_module(dict(context))
    body = re.sub(r"\n{3,}", "\n\n", str(module)).strip() + "\n"
    return one_line(str(vars(module)["subject"])), body


def _environment(format: str, *, autoescape: bool) -> Environment:
    """One for each part of a mail; the same template gives both, by importing `parts.txt` or `parts.html`."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - off for the plain text only
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["format"] = format
    return environment


_TEXT = _environment("txt", autoescape=False)
_HTML = _environment("html", autoescape=True)


__all__ = ["CannotMail", "message_id", "render_mail"]
