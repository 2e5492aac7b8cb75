"""From the bytes of a mail to what it became: forms, a word to a form, nothing, or something for a clerk to look at."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.intake.aftercare import decline_news
from services.intake.files import MOST_OF_A_FORM, Files, UnwantedFile
from services.intake.mailbox.incoming import (
    MOST_REPLIES,
    FullForm,
    Head,
    Incoming,
    Judgement,
    admit_reply,
    hear_registrant,
    mail_id,
    same_address,
    take_in,
    too_many_forms,
)
from services.intake.reading.delivery_reports import Report, report_in
from services.intake.reading.drafts import as_state
from services.intake.reading.mail_kinds import (
    Found,
    Kind,
    cases_answered,
    codes_named,
    forms_in,
    is_our_own,
    kind_of,
    news_declined,
)
from services.intake.reading.mails import Mail, MailFile, glance, read_mail
from services.intake.reading.senders import vouched_for
from services.intake.reading.unreadable import UnreadableDocument
from services.intake.reception import Receipt, Reception
from services.intake.store import Incomings, Submissions
from services.intake.submissions import Arrival, Decision, Submission
from shared.clock import Clock
from shared.communes import Communes
from shared.contracts.intake import DeliveryReported
from shared.contracts.people import Attachment, Thread

SMALLEST_PICTURE = 20 * 1024
"""Bytes; a smaller picture that stands in the text is the logo of a signature."""

NO_FORM = "Không thấy Phiếu đăng ký trong thư."
EMPTY = "Thư trống, không có nội dung."
SPOILED = "Thư có Phiếu đăng ký nhưng chưa tiếp nhận được."
UNTOLD = "(Thư không có lời, chỉ có tệp đính kèm.)"
GIVEN_UP = "Hệ thống đã thử đọc thư này ba lần mà không được. Xin mở thư gốc để xem."
TOO_LARGE = (
    "Thư lớn {size} MB, quá 25 MB nên không được đọc. Thư gốc còn trong thư mục “{folder}” của hộp thư; ở đây chỉ giữ "
    "phần đầu thư."
)
OTHER_FILES = "Thư có phiếu của nhiều người và còn kèm tệp chưa rõ của ai: {names}."
NO_SUCH_CODE = "Tiêu đề thư có mã {code}, nhưng xã không có phiếu nào mang mã này."
OTHER_SENDER = (
    "Thư nói về phiếu {code} nhưng gửi từ địa chỉ khác, không phải email ghi trên phiếu. Xin xác minh người gửi rồi "
    "gắn thư vào phiếu."
)
NOT_VOUCHED_FOR = (
    "Thư nói về phiếu {code} và ghi là gửi từ email của phiếu, nhưng máy chủ thư không xác nhận được người gửi. Xin "
    "xác minh người gửi rồi gắn thư vào phiếu."
)
UNCLEAR = (
    "Máy chủ thư viết về một thư của xã nhưng không rõ thư đó đã đến người nhận hay chưa. Xin mở thư gốc để xem; nếu "
    "không đến được thì liên hệ người nhận bằng cách khác."
)
FULL = "Phiếu {code} đã nhận nhiều thư hoặc nhiều tệp bổ sung. Xin xem thư này có cần giữ cùng phiếu không."


@dataclass(frozen=True, slots=True)
class Reading:
    """A mail that was read. unreadable: why its content could not be; then only its headers are there.

    report: what a mail server says in it of a mail of ours.
    """

    mail: Mail
    found: Found
    kind: Kind
    unreadable: str | None = None
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a mail, with the receipts of the forms it held. before: it had been taken in already."""

    incoming: Incoming
    receipts: tuple[Receipt, ...] = ()
    before: bool = False


def read(data: bytes, office: str | None) -> Reading:
    """Read a mail, however broken. Takes as long as its attachments need, so not in the event loop.

    office: the commune's own address.
    """
    try:
        mail = read_mail(data)
    except UnreadableDocument as error:
        head = glance(data)
        if head.machine and head.surely:
            return Reading(head, Found(), head.machine, report=_report_in(data, head.machine, office))
        return Reading(head, Found(), "no-form", error.reason)
    if is_our_own(mail, office):
        return Reading(mail, Found(), "automatic-reply")
    found = forms_in(mail, office)
    kind = kind_of(mail, found)
    return Reading(mail, found, kind, report=_report_in(data, kind, office))


def _report_in(data: bytes, kind: Kind, office: str | None) -> Report | None:
    return report_in(data, office) if kind == "bounce" and office else None


def opened(data: bytes) -> Mail:
    """A mail with the bytes of its files, of which none is looked into."""
    try:
        return read_mail(data, files_too=False)
    except UnreadableDocument:
        return glance(data)


def thread_of(mail: Mail) -> Thread | None:
    """None where the mail has no Message-ID to answer to."""
    if mail.message_id is None:
        return None
    references = tuple(one for one in mail.references if one != mail.message_id)
    return Thread(message_id=mail.message_id, subject=mail.subject, references=references)


def identified(commune: str, data: bytes) -> str:
    """The id of a mail, without reading more of it than its headers."""
    return mail_id(commune, glance(data).message_id, hashlib.sha256(data).hexdigest())


class MailReception:
    """Takes in mails for all communes. A mail is durable, with all it became, once its method returns.

    trusted: by commune, the name in which its mail server says who sent a mail; without it, any sender is believed.
    """

    def __init__(
        self,
        incomings: Incomings,
        submissions: Submissions,
        reception: Reception,
        files: Files,
        communes: Communes,
        now: Clock,
        trusted: Mapping[str, str] | None = None,
    ) -> None:
        self._incomings = incomings
        self._submissions = submissions
        self._reception = reception
        self._files = files
        self._communes = communes
        self._now = now
        self._trusted = trusted or {}

    async def known(self, id: str) -> TakenIn | None:
        """A mail that was taken in before."""
        incoming = await self._incomings.get(id)
        if incoming is None:
            return None
        return TakenIn(incoming, await self._receipts(incoming.submissions), before=True)

    async def _receipts(self, submissions: Sequence[str]) -> tuple[Receipt, ...]:
        receipts = [await self._reception.first_receipt(form) for form in submissions]
        return tuple(receipt for receipt in receipts if receipt)

    async def take_in(
        self, commune: str, data: bytes, received_at: datetime, original: Attachment | None = None
    ) -> TakenIn:
        """Read a mail and do what is to be done with it; a second time changes nothing.

        Args:
            received_at: when the mailbox got it.
            original: the mail as a stored file, where it is one already.
        """
        id = await asyncio.to_thread(identified, commune, data)
        if before := await self.known(id):
            return before
        handed_in = original is not None
        original = original or await self._files.keep_mail(commune, data)
        reading = await asyncio.to_thread(read, data, self._communes[commune].email)
        judgement, receipts = await self._judged(commune, id, reading, received_at, handed_in)
        if judgement.outcome == "attached":
            receipts = await self._receipts(judgement.submissions)
        return await self._save(commune, id, original, reading.mail, judgement, received_at, receipts)

    async def give_up(self, commune: str, data: bytes, received_at: datetime) -> TakenIn:
        """Put a mail before a clerk that nothing else could be done with."""
        id = await asyncio.to_thread(identified, commune, data)
        if before := await self.known(id):
            return before
        original = await self._files.keep_mail(commune, data)
        judgement = Judgement("quarantined", "unreadable", told=GIVEN_UP)
        return await self._save(commune, id, original, glance(data), judgement, received_at)

    async def note_too_large(
        self, commune: str, headers: bytes, size: int, folder: str, received_at: datetime
    ) -> TakenIn:
        """Put a mail before a clerk of which only the headers were read."""
        id = identified(commune, headers)
        if before := await self.known(id):
            return before
        original = await self._files.keep_mail(commune, headers)
        told = TOO_LARGE.format(size=-(-size // (1024 * 1024)), folder=folder)
        judgement = Judgement("quarantined", "unreadable", told=told)
        return await self._save(commune, id, original, glance(headers), judgement, received_at)

    async def files_of(self, mail: Incoming) -> tuple[Attachment, ...]:
        """The files of a mail, stored to go with a form that a clerk keys in from it."""
        if not mail.whole:
            return ()
        data = await self._files.read(mail.original.id) or b""
        attachments, _ = await self._attachments(mail.commune, await asyncio.to_thread(opened, data), frozenset())
        return attachments

    async def hand_on(self, form: Submission, id: str, mail: Mail, replies: int | None = None) -> str | None:
        """The registrant's own words and files stay with his form; a second time changes nothing.

        Args:
            replies: how many came before, where nobody has said that this one belongs there.

        Returns:
            Why some of the files could not be kept.

        Raises:
            FullForm: too much came before; nothing is changed.
        """
        attachments, notes = await self._attachments(form.commune, mail, frozenset())
        thread = thread_of(mail) or Thread(message_id=f"<{id}@khong-co-message-id.invalid>", subject=mail.subject)

        def heard(found: Submission | None) -> Decision:
            assert found is not None, "it was found a moment ago, and none is ever removed"
            if replies is not None:
                admit_reply(found, replies, len(attachments))
            return hear_registrant(found, mail.own or mail.body.strip() or UNTOLD, attachments, thread, self._now())

        saved = (await self._submissions.change(form.id, heard, key=f"mail:{id}")).state
        await self._files.name([one for one in attachments if one in saved.attachments], form.id)
        return _sentences(*notes) or None

    async def _save(
        self,
        commune: str,
        id: str,
        original: Attachment,
        mail: Mail,
        judgement: Judgement,
        received_at: datetime,
        receipts: Sequence[Receipt] = (),
    ) -> TakenIn:
        head = Head(mail.sender, mail.subject, thread_of(mail) if self._sender_of(commune, mail) else None)
        saved = await self._incomings.change(
            id, lambda known: take_in(known, id, commune, original, head, judgement, received_at, self._now())
        )
        await self._files.name([saved.state.original], id)
        says = await asyncio.to_thread(as_state, mail, self._communes[commune].email)
        await self._files.keep_words(saved.state.original.id, says)
        return TakenIn(saved.state, tuple(receipts))

    async def _judged(
        self, commune: str, id: str, reading: Reading, received_at: datetime, handed_in: bool
    ) -> tuple[Judgement, Sequence[Receipt]]:
        """handed_in: by somebody of the office, who answers for it."""
        mail, kind = reading.mail, reading.kind
        if reading.unreadable:
            return Judgement("quarantined", "unreadable", told=reading.unreadable), ()
        if kind != "form" and not mail.surely and (declined := await self._declined(commune, id, mail)):
            return declined, ()
        if kind in ("bounce", "automatic-reply", "newsletter"):
            return await self._told_by_a_program(commune, kind, reading.report), ()
        if kind == "form" and reading.found.forms:
            many = None if handed_in else await self._too_many(commune, reading, received_at)
            if many:
                return Judgement("quarantined", "form", told=many), ()
            return await self._registered(commune, id, reading, received_at)
        if kind == "reply":
            return await self._answered(commune, id, mail), ()
        if kind == "form":
            told = _sentences(SPOILED, *reading.found.problems, *mail.skipped)
            return Judgement("quarantined", "form", told=told), ()
        said = NO_FORM if mail.body or mail.files else EMPTY
        return Judgement("quarantined", "no-form", told=_sentences(said, *mail.unread)), ()

    async def _told_by_a_program(self, commune: str, kind: Kind, report: Report | None) -> Judgement:
        if report is None or not await self._is_ours(commune, report):
            return Judgement("ignored", kind)
        if report.action is None:
            return Judgement("quarantined", kind, told=UNCLEAR)
        reported = DeliveryReported(
            commune=commune,
            case=report.case,
            occurred_at=self._now(),
            notification=report.notification,
            token=report.token,
            recipients=report.recipients,
            action=report.action,
            status=report.status,
            said=report.said,
        )
        return Judgement("ignored", kind, report=reported)

    async def _is_ours(self, commune: str, report: Report) -> bool:
        """It is of a mail about a form or a dialogue of this commune, of a digest for its staff, or of one that tells
        all answers of a day."""
        if report.case == commune or report.case.startswith(f"digest-{commune[:38]}-"):
            return True
        return await self._reception.holds(commune, report.case)

    async def _declined(self, commune: str, id: str, mail: Mail) -> Judgement | None:
        """The registrant wants no news any more; None where it was not he who wrote. His words stay, if he has any."""
        code = news_declined(mail)
        form = await self._submissions.by_code(code) if code else None
        if form is None or form.commune != commune:
            return None
        if not same_address(form.registrant.email, self._sender_of(commune, mail)):
            return None
        await self._submissions.change(form.id, lambda one: decline_news(one or form, self._now()))
        if mail.own or mail.files:
            return await self._attached(form, id, mail)
        return Judgement("attached", "reply", (form.id,))

    async def _too_many(self, commune: str, reading: Reading, received_at: datetime) -> str | None:
        begin = received_at - timedelta(hours=1)
        of_the_hour = await self._incomings.forms_of(commune, reading.mail.sender, begin, received_at)
        return too_many_forms(len(reading.found.forms), of_the_hour)

    def _sender_of(self, commune: str, mail: Mail) -> str | None:
        """Who sent a mail; None where that is not to be believed."""
        trusted = self._trusted.get(commune)
        if mail.sender is None or (trusted and not vouched_for(mail.sender, mail.findings, trusted)):
            return None
        return mail.sender

    async def _registered(
        self, commune: str, id: str, reading: Reading, received_at: datetime
    ) -> tuple[Judgement, Sequence[Receipt]]:
        """Each form becomes a submission; what is left over of the mail waits for a clerk.

        The receipt answers in the mail's thread only where it goes to the mail's sender.
        """
        found, mail = reading.found, reading.mail
        sender = self._sender_of(commune, mail)
        alone = len(found.forms) == 1 and not found.problems
        attachments, notes = await self._attachments(commune, mail, found.used) if alone else ((), ())
        others = [] if alone else [file.name for file in _worth_keeping(mail, found.used)]
        receipts = []
        for form in found.forms:
            is_his = same_address(form.registrant.email, sender)
            arrival = Arrival(
                "email",
                form.registrant,
                form.matters,
                attachments=tuple(attachments),
                received_at=received_at,
                thread=thread_of(mail) if is_his else None,
                by_another=not is_his,
                mail=id,
            )
            receipts.append(await self._reception.receive(commune, arrival))
        submissions = tuple(dict.fromkeys(receipt.submission for receipt in receipts))
        if not found.problems and not others and not mail.skipped:
            return Judgement("registered", "form", submissions, _sentences(*notes) or None), receipts
        left = [OTHER_FILES.format(names=", ".join(others))] if others else []
        taken = f"Đã tiếp nhận {len(submissions)} phiếu trong thư này."
        told = _sentences(taken, *found.problems, *left, *mail.skipped, *notes)
        return Judgement("quarantined", "form", submissions, told), receipts

    async def _answered(self, commune: str, id: str, mail: Mail) -> Judgement:
        """A form hears its own registrant alone: others may know its code, or the Message-ID of a mail to him."""
        codes = codes_named(mail)
        found = [
            *[await self._submissions.get(case) for case in cases_answered(mail)],
            *[await self._submissions.by_code(code) for code in codes],
        ]
        forms = [form for form in found if form is not None and form.commune == commune]
        sender = self._sender_of(commune, mail)
        for form in forms:
            if same_address(form.registrant.email, sender):
                return await self._attached(form, id, mail)
        if forms:
            [form, *_] = forms
            is_named = same_address(form.registrant.email, mail.sender)
            told = (NOT_VOUCHED_FOR if is_named else OTHER_SENDER).format(code=form.code)
            return Judgement("quarantined", "unknown-code", told=told, proposed=form.code)
        if codes:
            return Judgement("quarantined", "unknown-code", told=NO_SUCH_CODE.format(code=codes[0]))
        return Judgement("quarantined", "no-form", told=_sentences(NO_FORM, *mail.unread))

    async def _attached(self, form: Submission, id: str, mail: Mail) -> Judgement:
        replies = await self._incomings.replies_to(form.id, MOST_REPLIES)
        try:
            told = await self.hand_on(form, id, mail, replies)
        except FullForm:
            return Judgement("quarantined", "reply", told=FULL.format(code=form.code), proposed=form.code)
        return Judgement("attached", "reply", (form.id,), told)

    async def _attachments(
        self, commune: str, mail: Mail, used: frozenset[int]
    ) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
        """The files that are kept with a form, and why others are not."""
        kept: list[Attachment] = []
        notes: list[str] = []
        for file in _worth_keeping(mail, used):
            if len(kept) == MOST_OF_A_FORM:
                notes.append(f"Không giữ kèm tệp {file.name}: mỗi phiếu kèm nhiều nhất {MOST_OF_A_FORM} tệp.")
                continue
            try:
                kept.append(await self._files.keep(commune, file.name, file.data))
            except UnwantedFile as unwanted:
                notes.append(f"Không giữ kèm tệp {file.name}: {unwanted.reason}")
        return tuple(kept), tuple(notes)


def _worth_keeping(mail: Mail, used: frozenset[int]) -> list[MailFile]:
    return [
        file
        for number, file in enumerate(mail.files)
        if number not in used and not (file.drawn and len(file.data) < SMALLEST_PICTURE)
    ]


def _sentences(*sentences: str) -> str:
    return " ".join(sentences)
