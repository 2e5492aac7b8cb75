"""What intake decides of one mail: what it became, and how a clerk deals with what could not be read."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.intake.admission import REGISTRARS
from services.intake.aftercare import MOST_FILES
from services.intake.dialogue import WRITERS, allow_role
from services.intake.submissions import Submission
from shared.contracts import Event, Refusal
from shared.contracts.intake import (
    AttachMail,
    DeliveryReported,
    DiscardMail,
    MailOutcome,
    MailReason,
    MailSettled,
    MailTakenIn,
    RegisterSubmission,
    RegistrantWrote,
    TakeInMail,
)
from shared.contracts.people import Attachment, Thread

MOST_TOLD = 2_000
"""Characters of what the clerk is told of a mail."""
MOST_TEXT = 20_000
"""Characters of what a registrant wrote; the original holds the rest."""
MOST_FORMS = 20
"""Of one mail."""
MOST_FORMS_AN_HOUR = 60
"""Of one sender."""
MOST_REPLIES = 20
"""To one form, without anybody's leave."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

How = Literal["registered", "attached", "discarded"]


@dataclass(frozen=True, slots=True)
class Settled:
    """How a clerk dealt with a mail in quarantine."""

    how: How
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail. As of `MailTakenIn`; settled: None while nobody has dealt with it, and where nobody need.

    whole: nothing of it was registered when it came, so its files go with what a clerk keys in from it.
    original_gone: its original was removed (see leftovers.py).
    """

    id: str
    commune: str
    outcome: MailOutcome
    why: MailReason
    subject_line: str
    received_at: datetime
    original: Attachment
    sender: str | None = None
    submissions: tuple[str, ...] = ()
    told: str | None = None
    thread: Thread | None = None
    whole: bool = True
    original_gone: bool = False
    settled: Settled | None = None
    version: int = 0


Decision = tuple[Incoming, Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a mail was found to be. The fields are those of `MailTakenIn`.

    report: what it says of a mail of ours.
    """

    outcome: MailOutcome
    why: MailReason
    submissions: tuple[str, ...] = ()
    told: str | None = None
    proposed: str | None = None
    report: DeliveryReported | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a mail. thread: None where it has no Message-ID to answer to, or its sender may be another."""

    sender: str | None
    subject: str
    thread: Thread | None


def mail_id(commune: str, message_id: str | None, digest: str) -> str:
    """26 characters, the same for the same mail: one that is polled again after a crash is no second one.

    The content counts, too: programs give Message-IDs twice, and nobody's mail may hide another's.
    """
    number = int.from_bytes(hashlib.sha256("\0".join((commune, message_id or "", digest)).encode()).digest()[:16])
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def admit_mail(command: TakeInMail) -> None:
    """Refuse who may not hand in mails."""
    allow_role(command, "nhập thư điện tử", REGISTRARS)


def take_in(
    known: Incoming | None,
    id: str,
    commune: str,
    original: Attachment,
    head: Head,
    judgement: Judgement,
    received_at: datetime,
    now: datetime,
) -> Decision:
    """A mail is taken in once, whatever a second look at it might find. So what it reports is said once, too."""
    if known is not None:
        return known, []
    told = judgement.told[:MOST_TOLD] if judgement.told else None
    incoming = Incoming(
        id=id,
        commune=commune,
        outcome=judgement.outcome,
        why=judgement.why,
        subject_line=head.subject,
        received_at=min(received_at, now),
        original=original,
        sender=head.sender,
        submissions=judgement.submissions,
        told=told,
        thread=head.thread,
        whole=not judgement.submissions,
    )
    taken_in = MailTakenIn(
        commune=commune,
        case=id,
        occurred_at=now,
        outcome=judgement.outcome,
        why=judgement.why,
        sender=head.sender,
        subject_line=head.subject,
        received_at=incoming.received_at,
        original=original,
        submissions=judgement.submissions,
        told=told,
        proposed=judgement.proposed,
    )
    return incoming, [taken_in, judgement.report] if judgement.report else [taken_in]


def too_many_forms(found: int, of_the_hour: int) -> str | None:
    """Why the forms in a mail wait for a clerk: each sends a receipt, and nobody is to send the office's mail around.

    Args:
        of_the_hour: forms that its sender has sent in the hour before.
    """
    if found > MOST_FORMS:
        many = f"Thư có {found} phiếu, quá {MOST_FORMS} phiếu một thư."
    elif of_the_hour + found > MOST_FORMS_AN_HOUR:
        many = f"Địa chỉ này gửi quá {MOST_FORMS_AN_HOUR} phiếu trong một giờ."
    else:
        return None
    return f"{many} Xin xem thư gốc rồi nhập những phiếu của người dân."


def forget_original(incoming: Incoming) -> Decision:
    """Its bytes are gone; what became of it stays."""
    return replace(incoming, original_gone=True), []


# --- a clerk deals with it -------------------------------------------------------------------------------------------


def may_register(incoming: Incoming | None, command: RegisterSubmission) -> Incoming:
    """A clerk keys in what a mail in quarantine says; one mail may hold the forms of several people.

    Raises:
        Refusal: there is no such mail in his commune, or it has been dealt with in another way.
    """
    if incoming is None or incoming.commune != command.actor.commune:
        raise Refusal("not-found", "Không tìm thấy thư này trong hộp thư của xã.")
    if incoming.outcome != "quarantined":
        raise Refusal("not-now", "Thư này không chờ xử lý: hệ thống đã tiếp nhận.")
    if incoming.settled is not None and incoming.settled.how != "registered":
        raise _dealt_with(incoming.settled)
    return incoming


def thread_for(incoming: Incoming, email: str | None) -> Thread | None:
    """Where the receipt of a form from this mail answers: in the thread of whom it goes to, and in nobody else's."""
    return incoming.thread if same_address(email, incoming.sender) else None


def register_from(incoming: Incoming, command: RegisterSubmission, submission: str, now: datetime) -> Decision:
    """The mail became this form; repeated, it is said once."""
    if submission in incoming.submissions and incoming.settled is not None:
        return incoming, []
    submissions = tuple(dict.fromkeys((*incoming.submissions, submission)))
    return _settled(incoming, "registered", submissions, None, command.actor.name, now)


def attach(incoming: Incoming, command: AttachMail, submission: str, now: datetime) -> Decision:
    """The mail belongs to a form that is here."""
    allow_role(command, "gắn thư vào phiếu", WRITERS)
    may_be_settled(incoming)
    submissions = tuple(dict.fromkeys((*incoming.submissions, submission)))
    return _settled(incoming, "attached", submissions, None, command.actor.name, now)


def discard(incoming: Incoming, command: DiscardMail, now: datetime) -> Decision:
    """Nothing for the office is in it. Its original stays all the same."""
    allow_role(command, "bỏ qua thư", WRITERS)
    may_be_settled(incoming)
    return _settled(incoming, "discarded", incoming.submissions, command.reason, command.actor.name, now)


def may_be_settled(incoming: Incoming) -> None:
    """Refuse a mail that waits for nobody."""
    if incoming.outcome != "quarantined":
        raise Refusal("not-now", "Thư này không chờ xử lý: hệ thống đã tiếp nhận.")
    if incoming.settled is not None:
        raise _dealt_with(incoming.settled)


def _dealt_with(settled: Settled) -> Refusal:
    done = {"registered": "nhập thành phiếu", "attached": "gắn vào phiếu đã có", "discarded": "bỏ qua"}[settled.how]
    return Refusal("not-now", f"Thư này đã được {settled.by} {done}; không cần xử lý lại.")


def _settled(
    incoming: Incoming, how: How, submissions: tuple[str, ...], reason: str | None, by: str, now: datetime
) -> Decision:
    return replace(incoming, settled=Settled(how, by, now), submissions=submissions), [
        MailSettled(
            commune=incoming.commune,
            case=incoming.id,
            occurred_at=now,
            how=how,
            submissions=submissions,
            reason=reason,
            settled_by=by,
        )
    ]


# --- the registrant writes -------------------------------------------------------------------------------------------


class FullForm(Exception):
    """So much was put to a form by mail that a person must see what else comes."""


def same_address(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.casefold() == other.casefold()


def admit_reply(submission: Submission, replies: int, files: int) -> None:
    """A form is stored as one document, which has an end.

    Args:
        replies: mails that were attached to it by themselves.

    Raises:
        FullForm
    """
    if replies >= MOST_REPLIES or len(submission.attachments) + files > MOST_FILES:
        raise FullForm(submission.id)


def hear_registrant(
    submission: Submission, text: str, attachments: Sequence[Attachment], thread: Thread, now: datetime
) -> tuple[Submission, Sequence[Event]]:
    """What he wrote stays with his form. A repeat is recognised by the key it is saved with."""
    return replace(submission, attachments=(*submission.attachments, *attachments)), [
        RegistrantWrote(
            commune=submission.commune,
            case=submission.id,
            occurred_at=now,
            text=text[:MOST_TEXT],
            attachments=tuple(attachments),
            thread=thread,
        )
    ]
