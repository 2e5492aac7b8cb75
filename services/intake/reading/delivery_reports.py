"""What mail servers say of our mails: returned, late (RFC 3464), or unwanted by whom they reached (RFC 5965).

A report comes from anybody. Which mail it is about is told by the Message-ID that notify gave it, in the copy that is
returned; whether such a mail was ever sent, notify knows. Of servers that write no report for programs their words are
read (`server_words.py`).
"""

import email
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from itertools import islice
from typing import Literal

from services.intake.reading.html import html_text
from services.intake.reading.mails import MAX_PARTS, content_of, header, parsed, text_of, unwrapped
from services.intake.reading.server_words import (
    STATUS,
    before_the_copy,
    fate_told,
    telling_line,
    user_of,
    without_addresses,
)

Action = Literal["failed", "delayed", "complained"]

MOST_RECIPIENTS = 50
MOST_OF_A_REPORT = 200_000
"""Characters of a report for programs; the copy of the mail is not counted."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one mail. The fields are those of `DeliveryReported`."""

    notification: str
    action: Action
    status: str = ""
    said: str = ""

    @property
    def case(self) -> str:
        """What the mail was about: its id begins with that."""
        return self.notification.partition(".")[0]


def report_in(data: bytes, office: str) -> Report | None:
    """What a mail reports of one of ours; None where it reports nothing. Never raises.

    Args:
        data: the whole mail, which some program wrote.
        office: the commune's own address, in whose domain our Message-IDs are.
    """
    try:
        return _report(parsed(data), _domain(office))
    except Exception:  # noqa: BLE001 - the email package fails in many ways on a mail that is made to be wrong
        return None


def _report(message: Message, domain: str) -> Report | None:
    parts = list(islice(_parts(message), MAX_PARTS))
    notification = _notification(message, parts, domain)
    if notification is None:
        return None
    for part in parts:
        match part.get_content_type():
            case "message/feedback-report":
                return _complaint(part, notification)
            case "message/delivery-status" | "message/global-delivery-status":
                return _for_programs(part, parts, notification)
    return _for_people(message, parts, notification)


def _parts(message: Message) -> Iterator[Message]:
    """Without what stands in a returned mail: that may be a report itself."""
    if message.get_content_maintype() != "multipart" or not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _parts(part)


# Which mail it is about

_COPIES = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
_OURS = re.compile(r"<([A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]+)+)@([^<>\s@]+)>")
_ID = re.compile(r"<[^<>\s]{1,400}>")
_LINE = re.compile(r"^[> \t]{0,20}message-id:\s{0,5}(<[^<>\s]{1,400}>)", re.IGNORECASE | re.MULTILINE)
MOST_OF_AN_ID = 200


def _notification(message: Message, parts: Sequence[Message], domain: str) -> str | None:
    """The first Message-ID that can be one of ours."""
    for id in _ids(message, parts):
        known = _OURS.fullmatch(id)
        if known and known[2].lower() == domain and len(known[1]) <= MOST_OF_AN_ID:
            return known[1]
    return None


def _ids(message: Message, parts: Sequence[Message]) -> Iterator[str]:
    """Of the copy itself, not of what it refers to; then of a copy in the text; then what the report answers."""
    for part in parts:
        if part.get_content_type() not in _COPIES:
            continue
        inner = part.get_payload(0) if part.is_multipart() else None
        if isinstance(inner, Message):
            yield from _ID.findall(header(unwrapped(part, inner), "Message-ID"))[:1]
        else:
            yield from _LINE.findall(_words(part))[:1]
    for part in parts:
        if part.get_content_type() == "text/plain":
            yield from _LINE.findall(_words(part))
    if _is_a_servers(message):
        yield from _ID.findall(header(message, "In-Reply-To"))[:1]
        yield from _ID.findall(header(message, "References"))[-1:]


def _is_a_servers(message: Message) -> bool:
    """People's programs answer our mails, too."""
    user = user_of(header(message, "From")).lower()
    return message.get_content_type() == "multipart/report" or user in ("mailer-daemon", "mail-daemon", "postmaster")


def _domain(office: str) -> str:
    """As it stands in our Message-IDs."""
    return office.rpartition("@")[2].encode("idna").decode("ascii").lower()


# A report for programs

_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")


def _for_programs(part: Message, parts: Sequence[Message], notification: str) -> Report | None:
    """Of several receivers the worst off counts. Where a server has given up, that is final, whatever its status."""
    recipients = [fields for fields in islice(_groups(part), MOST_RECIPIENTS + 1) if "final-recipient" in fields]
    actions: tuple[Action, ...] = ("failed", "delayed")
    for action in actions:
        for fields in recipients:
            if _action(fields) == action:
                status = STATUS.search(fields.get("status", ""))
                said = _diagnostic(fields) or telling_line(_all_words(parts))
                return Report(notification, action, status[0] if status else "", _named(said, recipients))
    return None


def _groups(part: Message) -> Iterator[Mapping[str, str]]:
    """The fields of each group, the report's own first; names in lower case, of two alike the first."""
    inner = [one for one in part.get_payload() if isinstance(one, Message)] if part.is_multipart() else []
    if part.get_content_type() != "message/delivery-status" and inner:
        rest = inner[0].get_payload()
        more = _BLANK_LINE.split(rest[:MOST_OF_A_REPORT].strip()) if isinstance(rest, str) else []
        inner = [inner[0], *map(email.message_from_string, more[:MOST_RECIPIENTS])]
    for group in inner:
        yield {name.lower(): header(group, name).strip() for name in dict.fromkeys(group.keys())}


def _action(fields: Mapping[str, str]) -> str | None:
    """As it is said; else as its status means it."""
    if said := re.match(r"[a-z]+", fields.get("action", "").lower()):
        return said[0]
    return {"5": "failed", "4": "delayed"}.get(fields.get("status", "")[:1])


def _diagnostic(fields: Mapping[str, str]) -> str:
    """Without the name of the protocol: `smtp; 550 5.1.1 …`."""
    kind, found, said = fields.get("diagnostic-code", "").partition(";")
    return said if found else kind


def _named(said: str, recipients: Sequence[Mapping[str, str]]) -> str:
    addresses = (one.get(name, "") for one in recipients for name in ("final-recipient", "original-recipient"))
    return without_addresses(said, [user_of(address.partition(";")[2]) for address in addresses])


# A complaint

_COMPLAINTS = ("abuse", "opt-out", "opt-out-list")
"""Types of feedback that mean: send me none. Others say that it was forged, or is no spam after all."""


def _complaint(part: Message, notification: str) -> Report | None:
    kind = next(_groups(part), {}).get("feedback-type", "").lower()
    return Report(notification, "complained", said=kind) if kind in _COMPLAINTS else None


# A report for people


def _for_people(message: Message, parts: Sequence[Message], notification: str) -> Report | None:
    """A server that returns a mail and uses other words has failed all the same; not so anybody else's program."""
    words = _all_words(parts)
    fate = fate_told(header(message, "Subject"), words)
    if fate is None and _is_a_servers(message):
        fate = "failed"
    if fate is None or fate == "arrived":
        return None
    line, failed = telling_line(words), header(message, "X-Failed-Recipients").split(",")
    status = STATUS.search(line)
    return Report(notification, fate, status[0] if status else "", without_addresses(line, map(user_of, failed)))


def _all_words(parts: Sequence[Message]) -> str:
    """What the report says to people."""
    plain = [_words(part) for part in parts if part.get_content_type() == "text/plain"]
    rich = [html_text(_words(part)) for part in parts if part.get_content_type() == "text/html"] if not plain else []
    return before_the_copy("\n".join([*plain, *rich]))


def _words(part: Message) -> str:
    return text_of(part) if part.get_content_maintype() == "text" else content_of(part).decode("utf-8", "replace")
