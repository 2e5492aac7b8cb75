"""E-mails: the words come from templates, one for both the text and the HTML part; here they become a message."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notify.contents import dated, department_name, in_words, letter_data
from services.notify.correspondence import Conclusion, Conference, Correspondence, Message
from services.notify.mailing.digest_words import digest_in_words
from services.notify.paper.letters import qr_png
from services.notify.wording import (
    VIETNAM,
    addressee,
    clock_and_day,
    day_of,
    one_line,
    paragraphs,
    pronoun,
    two_digits,
)
from shared.communes import Profile
from shared.contracts.people import Thread

TEMPLATES = Path(__file__).parent / "templates"

WIRE = compat32.clone(linesep="\r\n")
BOUNDARY = "=_part"
"""No base64 line has an underscore, so it stands in no part; and the same mail is the same bytes again."""


MOST_REFERENCES = 20
"""Mails of a thread that an answer names: the last ones, with which programs find it."""
QR = "ma-qr"
"""The Content-ID of the drawing in an invitation."""


class CannotMail(ValueError):
    """No mail server would take this address, however often it is tried. The message is Vietnamese, for the clerk."""


def render_mail(
    state: Correspondence,
    message: Message,
    profile: Profile,
    *,
    base_url: str,
    now: datetime,
    desk_url: str = "",
    conclusion: Conclusion | None = None,
) -> MIMEMultipart:
    """The mail for this message, with CRLF line ends and plain ASCII on the wire.

    Built by the email package's older classes: the newer ones parse every header they are given and take four times
    as long, which was most of what notify did.

    Args:
        base_url, desk_url: of the citizens' pages and of the staff's, without a slash at the end.
        conclusion: of the dialogue's own record, for a message that tells it.

    Raises:
        CannotMail: the receiver's address is none that mail can be sent to.
    """
    context = _context(state, message, profile, base_url, desk_url, conclusion)
    template = "receipt_by_another" if _tells_a_stranger(state, message) else message.kind
    subject, text = _render(_TEXT, template, context)
    _, html = _render(_HTML, template, context)
    mail = MIMEMultipart("alternative", boundary=BOUNDARY, policy=WIRE)
    mail["Message-ID"] = message_id(message, profile)
    mail["Date"] = format_datetime(now.astimezone(VIETNAM))
    mail["From"] = _mailbox(profile.email, f"UBND {profile.name}")
    mail["Reply-To"] = _mailbox(profile.email)
    mail["To"] = ", ".join(_mailbox(to, _display_name(state, message)) for to in message.to)
    if message.kind == "receipt" and state.thread is not None:
        subject = _answer_in(mail, state.thread) or subject
    mail["Subject"] = Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "vi"
    plain, rich = (_part(words, kind) for words, kind in ((text, "plain"), (html, "html")))
    mail.attach(plain)
    pass_url = context["invitation"]["pass_url"] if message.kind == "invitation" else None
    mail.attach(_with_drawing(rich, pass_url) if pass_url else rich)
    return mail


def _tells_a_stranger(state: Correspondence, message: Message) -> bool:
    """Whoever sends a form in names whom its receipt goes to. Nobody is to have his words go there as the office's."""
    return message.kind == "receipt" and state.by_another


def _answer_in(mail: MIMEMultipart, thread: Thread) -> str | None:
    """Put a mail into the thread of the one it answers (RFC 5322, 3.6.4). Returns its subject; None without a thread.

    What came in with the other mail is not trusted to be a header.
    """
    known = [one for one in (*thread.references, thread.message_id) if re.fullmatch(r"<[!-;=?-~]{1,250}>", one)]
    if thread.message_id not in known:
        return None
    mail["In-Reply-To"] = thread.message_id
    mail["References"] = " ".join(known[-MOST_REFERENCES:])
    subject = re.sub(r"^(?:\s*(?:re|tr)\s*:)+", "", one_line(thread.subject), flags=re.IGNORECASE).strip()
    return f"Re: {subject[:200]}" if subject else None


def _part(words: str, kind: str) -> MIMEText:
    part = MIMEText(words.replace("\n", "\r\n"), kind, "utf-8", policy=WIRE)
    del part["MIME-Version"]
    return part


def message_id(message: Message, profile: Profile) -> str:
    """The same for every attempt, so that a second copy can be recognised as one."""
    return f"<{message.id}@{_domain(profile.email)}>"


def _context(
    state: Correspondence,
    message: Message,
    profile: Profile,
    base_url: str,
    desk_url: str,
    conclusion: Conclusion | None,
) -> dict[str, Any]:
    common: dict[str, Any] = {
        "office": one_line(profile.letterhead.issuer),
        "commune": profile.name,
        "contact": f"{department_name(profile.office, profile)}, {profile.address}"
        + (f", điện thoại {profile.phone}" if profile.phone else ""),
        "url": f"{base_url}/tra-cuu/{quote(state.code, safe='')}" if state.code else None,
    }
    if message.kind == "digest":
        return common | digest_in_words(state, message, profile) | {"desk_url": desk_url}
    if message.kind == "receipt":
        return common | _receipt(state, profile)
    data = letter_data(state, message, profile, dated(message.created_at), base_url=base_url, conclusion=conclusion)
    return in_words(data) | common


def _receipt(state: Correspondence, profile: Profile) -> dict[str, Any]:
    """Kept apart from what letters say, too: it is written for every form, so it must be quick."""
    assert state.registrant is not None, "a receipt is written when the form is known"
    assert state.code is not None
    assert state.received_at is not None
    name = "" if state.by_another else one_line(state.registrant.name)
    term = profile.terms.get("department-answer")
    return {
        "addressee": addressee(name),
        "you": pronoun(name),
        "code": one_line(state.code),
        "received": clock_and_day(state.received_at),
        "received_day": day_of(state.received_at),
        "from_floor": state.channel == "floor",
        "collected_by": one_line(state.collected_by) if state.collected_by else None,
        "files": two_digits(state.files) if state.files else None,
        "on_time": state.on_time,
        "conference": _conference(state.conference),
        "department_term": f"{two_digits(term.count)} {'ngày làm việc' if term.unit == 'working-days' else 'ngày'}"
        if term
        else None,
        "items": [
            {"number": asked.question.number, "question": paragraphs(asked.question.text)} for asked in state.questions
        ],
    }


def _conference(conference: Conference | None) -> dict[str, Any] | None:
    if conference is None:
        return None
    return {
        "title": one_line(conference.title),
        "time": clock_and_day(conference.held_at),
        "place": one_line(conference.place) if conference.place else None,
    }


def _with_drawing(html: MIMEText, url: str) -> MIMEMultipart:
    """The HTML with the QR code of its invitation inside: nothing is fetched from anywhere."""
    together = MIMEMultipart("related", boundary=f"{BOUNDARY}_html", policy=WIRE)
    drawing = MIMEImage(qr_png(url), "png", policy=WIRE)
    drawing["Content-ID"] = f"<{QR}>"
    drawing["Content-Disposition"] = 'inline; filename="ma-qr.png"'
    together.attach(html)
    together.attach(drawing)
    for part in (together, drawing):
        del part["MIME-Version"]
    return together


def _display_name(state: Correspondence, message: Message) -> str:
    """None for staff, none that a stranger gave, and none where it could tell who denounced somebody."""
    if message.guest is not None:
        return state.guest(message.guest).name
    if message.kind in ("guidance", "referral") or state.registrant is None or _tells_a_stranger(state, message):
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


def _render(environment: Environment, template: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body. A value that a template asks for and nobody gave is an error."""
    module = environment.get_template(f"{template}.j2").make_module(dict(context))
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
