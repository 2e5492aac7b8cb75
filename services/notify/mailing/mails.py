"""E-mails: what a text says, as blocks, becomes a message for the wire."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import Message as Part
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr

from services.notify.contents import contact_by_telephone, is_anonymous, receiver
from services.notify.correspondence import Correspondence, Message
from services.notify.mailing.html_part import as_html, drawing_id
from services.notify.mailing.message_ids import MessageIds
from services.notify.mailing.text_part import as_text
from services.notify.mailing.unwanted import can_be_declined, mail_to_decline, page_to_decline
from services.notify.paper.drawn import qr_png
from services.notify.texts.blocks import Block, Drawing, Paragraph, Written, plain
from services.notify.wording import VIETNAM, one_line, pronoun
from shared.communes import Profile
from shared.contracts.people import Thread

WIRE = compat32.clone(linesep="\r\n")
FILES, WORDS, HTML = "=_files", "=_words", "=_html"
"""Boundaries. No base64 line has an underscore, so they stand in no part; none begins with another; and the same mail
is the same bytes again."""

MOST_REFERENCES = 20
"""Mails of a thread that an answer names: the last ones, with which programs find it."""

MOST_PREVIEW = 140
"""Characters that a list of mails shows beside the subject."""


class _InOneLine(Header):
    """An id with its token is longer than the 78 characters a line should have (RFC 5322, 2.1.1: it may have 998), and
    not every program looks for a Message-ID on a second line."""

    def encode(self, splitchars: str = "", maxlinelen: int | None = None, linesep: str = "\r\n") -> str:
        return super().encode(splitchars, 0, linesep)


class CannotMail(ValueError):
    """No mail server would take this address, however often it is tried. The message is Vietnamese, for the clerk."""


def render_mail(
    written: Written,
    state: Correspondence,
    message: Message,
    profile: Profile,
    *,
    ids: MessageIds,
    base_url: str,
    now: datetime,
    attachments: Sequence[tuple[str, bytes]] = (),
) -> MIMEMultipart:
    """The mail for this message, with CRLF line ends and plain ASCII on the wire.

    Built by the email package's older classes: the newer ones parse every header they are given and take four times
    as long, which was most of what notify did.

    Args:
        written: what it says, and its subject where it does not answer a mail.
        base_url: of the citizens' pages, without a slash at the end.
        attachments: PDF files, each with its name.

    Raises:
        CannotMail: the receiver's address is none that mail can be sent to.
    """
    decline = page_to_decline(state.code, base_url) if state.code and can_be_declined(state, message) else None
    subject = _subject_of(state.thread) if message.kind == "receipt" and state.thread else None
    subject = subject or one_line(written.subject)
    words = MIMEMultipart("alternative", boundary=WORDS, policy=WIRE)
    for part in _parts(
        written, subject, _footer(state, message, profile), decline, one_line(profile.letterhead.issuer)
    ):
        _put(part, words)
    mail = _with_files(words, attachments) if attachments else words
    mail["Message-ID"] = _InOneLine(message_id(message, profile, ids))  # type: ignore[assignment]
    mail["Date"] = format_datetime(now.astimezone(VIETNAM))
    mail["From"] = _mailbox(profile.email, f"UBND {profile.name}")
    mail["Reply-To"] = _mailbox(profile.email)
    mail["To"] = ", ".join(_mailbox(to, _display_name(state, message)) for to in message.to)
    mail["Subject"] = Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")
    if before := _conversation(state, message, profile, ids):
        mail["In-Reply-To"] = _InOneLine(before[-1])  # type: ignore[assignment]
        mail["References"] = " ".join(before[-MOST_REFERENCES:])
    if decline and state.code:
        mail["List-Unsubscribe"] = f"<{mail_to_decline(state.code, _mailbox(profile.email))}>, <{decline}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "vi"
    return mail


def message_id(message: Message, profile: Profile, ids: MessageIds) -> str:
    """The same for every attempt, so that a second copy can be recognised as one."""
    return f"<{message.id}.{ids.token(message.id)}@{_domain(profile.email)}>"


def _parts(
    written: Written, subject: str, footer: Sequence[str], decline: str | None, office: str
) -> tuple[Part, Part]:
    """The text, and the HTML with the drawings it shows: nothing is fetched from anywhere."""
    last = ("Ngừng nhận tin", decline) if decline else None
    text = as_text(office, written.blocks, [*footer, f"{last[0]}: {last[1]}"] if last else footer)
    html = _words(as_html(subject, _preview(written.blocks), office, written.blocks, footer, last), "html")
    drawings = [block for block in written.blocks if isinstance(block, Drawing)]
    return _words(text, "plain"), _with_drawings(html, drawings) if drawings else html


def _preview(blocks: Sequence[Block]) -> str:
    """The first sentence after the salutation."""
    lines = (plain(block.line) for block in blocks if isinstance(block, Paragraph))
    return next((line for line in lines if not line.endswith(",")), "")[:MOST_PREVIEW]


def _footer(state: Correspondence, message: Message, profile: Profile) -> list[str]:
    if message.kind == "digest":
        return [f"Thư nhắc việc tự động của hệ thống đối thoại {profile.name}, mỗi người mỗi ngày làm việc một thư."]
    you = pronoun(_name(state, message))
    footer = [f"Cần hỏi thêm, {you} trả lời thư này hoặc liên hệ {contact_by_telephone(profile)}."]
    if can_be_declined(state, message):
        footer.append(
            f"Thư này để {you} biết thêm, không bắt buộc. Nếu ngừng nhận, {you} vẫn nhận được giấy mời và câu trả lời."
        )
    return footer


def _name(state: Correspondence, message: Message) -> str:
    """Of whom it is for; empty where it may name nobody, or is for staff."""
    if message.kind == "digest" or is_anonymous(state, message):
        return ""
    name, _, _ = receiver(state, message)
    return one_line(name)


def _display_name(state: Correspondence, message: Message) -> str:
    """Headers are kept in many logs: of what a guidance is about, not even that tells who asked."""
    return "" if message.kind in ("guidance", "referral") else _name(state, message)


def _subject_of(thread: Thread) -> str | None:
    """What an answer in this thread is called. What came in with the other mail is not trusted to be a header."""
    subject = re.sub(r"^(?:\s*(?:re|tr)\s*:)+", "", one_line(thread.subject), flags=re.IGNORECASE).strip()
    return f"Re: {subject[:200]}" if subject and _known(thread) else None


def _known(thread: Thread) -> list[str]:
    """The mails of a thread, the one it is about last; none when that cannot be named in a header."""
    known = [one for one in (*thread.references, thread.message_id) if re.fullmatch(r"<[!-;=?-~]{1,250}>", one)]
    return known if thread.message_id in known else []


def _conversation(state: Correspondence, message: Message, profile: Profile, ids: MessageIds) -> list[str]:
    """The Message-IDs this mail follows, the one it answers last (RFC 5322, 3.6.4): programs show one conversation.

    A receipt answers the mail a form came by; what comes later answers the receipt. Whoever got none, or is no
    registrant, has the first mail he was written as his.
    """
    if message.kind == "digest":
        return []
    before = _known(state.thread) if state.thread and message.guest is None else []
    first = next((one for one in state.messages if one.channel == "email" and one.guest == message.guest), message)
    return before if first.id == message.id else [*before, message_id(first, profile, ids)]


def _words(words: str, kind: str) -> MIMEText:
    return MIMEText(words.replace("\n", "\r\n"), kind, "utf-8", policy=WIRE)


def _with_drawings(html: MIMEText, drawings: Sequence[Drawing]) -> MIMEMultipart:
    together = MIMEMultipart("related", boundary=HTML, policy=WIRE)
    _put(html, together)
    for place, drawing in enumerate(drawings, 1):
        image = MIMEImage(qr_png(drawing.url), "png", policy=WIRE)
        image["Content-ID"] = f"<{drawing_id(place)}>"
        image["Content-Disposition"] = f'inline; filename="{drawing_id(place)}.png"'
        _put(image, together)
    return together


def _with_files(words: MIMEMultipart, attachments: Sequence[tuple[str, bytes]]) -> MIMEMultipart:
    """A name with letters beyond ASCII is encoded by RFC 2231."""
    together = MIMEMultipart("mixed", boundary=FILES, policy=WIRE)
    _put(words, together)
    for name, content in attachments:
        file = MIMEApplication(content, "pdf", policy=WIRE)
        shown = re.sub(r'[\\/:"<>|*?]', "-", one_line(name))
        file.add_header(
            "Content-Disposition", "attachment", filename=shown if shown.isascii() else ("utf-8", "", shown)
        )
        _put(file, together)
    return together


def _put(part: Part, together: MIMEMultipart) -> None:
    """Only the whole mail says which MIME it is of."""
    del part["MIME-Version"]
    together.attach(part)


def _mailbox(email: str, name: str = "") -> str:
    """Letters, digits and blanks of the name only: quotes, commas and line breaks make no header of their own."""
    user, _, _ = email.rpartition("@")
    if not re.fullmatch(r"[!-~]{1,64}", user):
        raise CannotMail(
            f"Không gửi được thư điện tử tới địa chỉ “{one_line(email)}”: phần trước @ có ký tự không hợp lệ."
        )
    shown = " ".join(re.sub(r"[^\w\s.'-]|_", " ", one_line(name)).split())
    return formataddr((shown[:100], Address(username=user, domain=_domain(email)).addr_spec), "utf-8")


def _domain(email: str) -> str:
    _, _, domain = email.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", ascii_domain):
        raise CannotMail(f"Không gửi được thư điện tử tới địa chỉ “{one_line(email)}”: tên miền không hợp lệ.")
    return ascii_domain


__all__ = ["CannotMail", "message_id", "render_mail"]
