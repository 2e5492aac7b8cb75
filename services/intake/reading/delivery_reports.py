"""What mail servers say of our mails: returned, late (RFC 3464), or unwanted by whom they reached (RFC 5965).

A report comes from anybody. Which mail it is about is told by the Message-ID that notify gave it, in the copy that is
returned, or in a report for programs that answers it; whether such a mail was ever sent, notify knows by the token in
it. Of servers that write no report for programs their words are read (`server_words.py`).
"""

import email
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.message import Message
from itertools import islice
from typing import Literal

from services.intake.reading.html import html_text
from services.intake.reading.mails import MAX_PARTS, as_read, content_of, header, parsed, text_of, unwrapped
from services.intake.reading.server_words import (
    MOST_READ,
    STATUS,
    addresses_in,
    before_the_copy,
    fate_told,
    meaning,
    telling_line,
    user_of,
)
from shared.addresses import fingerprint

Action = Literal["failed", "delayed", "complained"]

MOST_RECIPIENTS = 50
MOST_OF_A_REPORT = 200_000
"""Characters of a report for programs; the copy of the mail is not counted."""
MOST_FIELDS = 200
"""Of one receiver, or of the report itself."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one mail. The fields are those of `DeliveryReported`.

    action: None where a server writes of a mail of ours what only a person can tell.
    """

    notification: str
    token: str
    action: Action | None
    status: str = ""
    said: str = ""
    recipients: tuple[str, ...] = ()

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
    kinds = {part.get_content_type(): part for part in reversed(parts)}
    if "message/disposition-notification" in kinds:
        return None
    for_programs = next((kinds[kind] for kind in _FOR_PROGRAMS if kind in kinds), None)
    name, returned = _named(_ids_returned(parts), domain), True
    if name is None and _is_a_servers(message):
        name, returned = _named(_ids_answered(message), domain), False
    if name is None:
        return None
    about = Report(*name, None)
    if for_programs is None:
        return _for_people(message, parts, about, returned)
    groups = list(islice(_groups(for_programs), MOST_RECIPIENTS + 1))
    if for_programs.get_content_type() == "message/feedback-report":
        found = _complaint(groups, about)
    else:
        found = _for_programs([group for group in groups if "final-recipient" in group], parts, about)
    return found and replace(found, recipients=_recipients(_addresses(message, parts, groups), about.token))


_FOR_PROGRAMS = ("message/feedback-report", "message/delivery-status", "message/global-delivery-status")


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
_OURS = re.compile(r"<([A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]+)*)\.([a-z2-7]{24})@([^<>\s@]+)>")
"""Its token is the last of a Message-ID of notify's (services/notify/mailing/message_ids.py)."""
_ID = re.compile(r"<[^<>\s]{1,400}>")
_LINE = re.compile(r"^[> \t]{0,20}message-id:\s{0,5}(<[^<>\s]{1,400}>)", re.IGNORECASE | re.MULTILINE)
MOST_OF_AN_ID = 200


def _named(ids: Iterable[str], domain: str) -> tuple[str, str] | None:
    """Notification and token of the first Message-ID that can be one of ours."""
    for id in ids:
        known = _OURS.fullmatch(id)
        if known and known[3].lower() == domain and len(known[1]) <= MOST_OF_AN_ID:
            return known[1], known[2]
    return None


def _ids_returned(parts: Sequence[Message]) -> Iterator[str]:
    """Of the copy itself, not of what it refers to; then of a copy in the text."""
    for part in parts:
        if copy := _copy(part):
            yield from _ID.findall(header(copy, "Message-ID"))[:1]
        elif part.get_content_type() in _COPIES:
            yield from _LINE.findall(_words(part))[:1]
    for part in parts:
        if part.get_content_type() == "text/plain":
            yield from _LINE.findall(_words(part))


def _copy(part: Message) -> Message | None:
    """The mail that was returned, where it is a part of its own."""
    inner = part.get_payload(0) if part.get_content_type() in _COPIES and part.is_multipart() else None
    return unwrapped(part, inner) if isinstance(inner, Message) else None


def _ids_answered(message: Message) -> Iterator[str]:
    yield from _ID.findall(header(message, "In-Reply-To"))[:1]
    yield from _ID.findall(header(message, "References"))[-1:]


def _is_a_servers(message: Message) -> bool:
    """People's programs answer our mails, too."""
    user = user_of(header(message, "From")).lower()
    return message.get_content_type() == "multipart/report" or user in ("mailer-daemon", "mail-daemon", "postmaster")


def _domain(office: str) -> str:
    """As it stands in our Message-IDs."""
    return office.rpartition("@")[2].encode("idna").decode("ascii").lower()


# Whom it names


def _addresses(message: Message, parts: Sequence[Message], groups: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Of whom it did not reach, of whom the copy went to; then whatever stands in the text."""
    for group in groups:
        for name in ("final-recipient", "original-recipient"):
            yield group.get(name, "").partition(";")[2].strip()
    yield from addresses_in(header(message, "X-Failed-Recipients"))
    for part in parts:
        if copy := _copy(part):
            yield from addresses_in(header(copy, "To"))
    for part in parts:
        if part.get_content_maintype() == "text" or part.get_content_type() in _COPIES:
            yield from addresses_in(_readable(part)[:MOST_READ])


def _recipients(addresses: Iterable[str], token: str) -> tuple[str, ...]:
    """No address is kept, so what tells them apart is."""
    first = islice((address for address in addresses if "@" in address), MOST_RECIPIENTS)
    return tuple(dict.fromkeys(fingerprint(address, token) for address in first))


# A report for programs

_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_FIELDS = frozenset({"action", "diagnostic-code", "feedback-type", "final-recipient", "original-recipient", "status"})


def _for_programs(recipients: Sequence[Mapping[str, str]], parts: Sequence[Message], about: Report) -> Report | None:
    """Of several receivers the worst off counts. Where a server has given up, that is final, whatever its status."""
    actions: tuple[Action, ...] = ("failed", "delayed")
    for action in actions:
        for fields in recipients:
            if _action(fields) == action:
                found = STATUS.search(fields.get("status", ""))
                status = found[0] if found else ""
                line = fields.get("diagnostic-code", "") or telling_line(_all_words(parts))
                return replace(about, action=action, status=status, said=meaning(status, line))
    return None


def _groups(part: Message) -> Iterator[Mapping[str, str]]:
    """The fields of each group that are asked for, the report's own first; names in lower case, of two alike the
    first."""
    inner = [one for one in part.get_payload() if isinstance(one, Message)] if part.is_multipart() else []
    if part.get_content_type() != "message/delivery-status" and inner:
        rest = inner[0].get_payload()
        more = _BLANK_LINE.split(rest[:MOST_OF_A_REPORT].strip()) if isinstance(rest, str) else []
        inner = [inner[0], *map(email.message_from_string, more[:MOST_RECIPIENTS])]
    left = MOST_OF_A_REPORT
    for group in inner:
        fields: dict[str, str] = {}
        for name, value in islice(group.raw_items(), MOST_FIELDS):
            left -= len(name) + len(str(value))
            if left >= 0 and (name := name.lower()) in _FIELDS and name not in fields:
                fields[name] = as_read(str(value)).strip()
        yield fields


def _action(fields: Mapping[str, str]) -> str | None:
    """As it is said; else as its status means it."""
    if said := re.match(r"[a-z]+", fields.get("action", "").lower()):
        return said[0]
    return {"5": "failed", "4": "delayed"}.get(fields.get("status", "")[:1])


# A complaint

_COMPLAINTS = ("abuse", "opt-out", "opt-out-list")
"""Types of feedback that mean: send me none. Others say that it was forged, or is no spam after all."""


def _complaint(groups: Sequence[Mapping[str, str]], about: Report) -> Report | None:
    kind = groups[0].get("feedback-type", "").lower() if groups else ""
    return replace(about, action="complained", said=kind) if kind in _COMPLAINTS else None


# A report for people


def _for_people(message: Message, parts: Sequence[Message], about: Report, returned: bool) -> Report | None:
    """A server that returns a mail in words that nobody knows may have failed, or kept it for somebody to look at: a
    person reads it. Anybody can answer a mail, so what only answers it is no return of it, whatever it says."""
    words = _all_words(parts)
    fate = fate_told(header(message, "Subject"), words)
    if fate == "arrived" or (fate is None and not _is_a_servers(message)):
        return None
    if fate is None or not returned:
        return about
    line = telling_line(words)
    found = STATUS.search(line)
    status = found[0] if found else ""
    named = _recipients(_addresses(message, parts, ()), about.token)
    return replace(about, action=fate, status=status, said=meaning(status, line), recipients=named)


def _all_words(parts: Sequence[Message]) -> str:
    """What the report says to people."""
    plain = [_words(part) for part in parts if part.get_content_type() == "text/plain"]
    rich = [_readable(part) for part in parts if part.get_content_type() == "text/html"] if not plain else []
    return before_the_copy("\n".join([*plain, *rich]))


def _readable(part: Message) -> str:
    words = _words(part)
    return html_text(words[:MOST_OF_A_REPORT]) if part.get_content_type() == "text/html" else words


def _words(part: Message) -> str:
    return text_of(part) if part.get_content_maintype() == "text" else content_of(part).decode("utf-8", "replace")
