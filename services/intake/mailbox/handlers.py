"""Mails that clerks deal with, and those that are handed in as files."""

import asyncio
from collections.abc import Mapping
from typing import Any

from services.intake.codes import normalise
from services.intake.files import Files, Kept
from services.intake.mailbox import incoming
from services.intake.mailbox.incoming import Incoming
from services.intake.mailbox.reception import TakenIn, opened, read
from services.intake.provided import (
    Answer,
    FileStore,
    MailRoom,
    MailStore,
    Now,
    Profiles,
    SubmissionStore,
    profile_of,
)
from services.intake.reading.drafts import as_state
from services.intake.reception import Receipt
from services.intake.store import Incomings
from services.intake.submissions import Submission
from shared.clock import Clock
from shared.commands import obey
from shared.contracts import Done, Refusal, Refused
from shared.contracts.intake import AttachMail, DiscardMail, RegisterSubmission, TakeInMail
from shared.handlers import Handlers

consumes = Handlers("intake")


@consumes.command(TakeInMail)
async def take_in_mail(command: TakeInMail, room: MailRoom, files: FileStore, profiles: Profiles, now: Now) -> Answer:
    """A mail that is handed in twice is taken in once."""
    commune = profile_of(profiles, command).id
    incoming.admit_mail(command)
    kept = await files.find(command.file)
    if kept is None or kept.commune != commune or kept.purpose != "mail":
        raise Refusal("not-found", "Không tìm thấy tệp thư này. Xin gửi lại tệp.")
    data = await files.read(command.file) or b""
    return _told(await room.take_in(commune, data, now(), kept.attachment))


def _told(taken: TakenIn) -> Done:
    mail = taken.incoming
    receipts = [{"submission": receipt.submission, **receipt.model_dump(mode="json")} for receipt in taken.receipts]
    state = {"mail": mail.id, "outcome": mail.outcome, "why": mail.why, "told": mail.told, "receipts": receipts}
    return Done(version=mail.version, state=state)


@consumes.command(AttachMail)
async def attach_mail(
    command: AttachMail,
    mails: MailStore,
    store: SubmissionStore,
    files: FileStore,
    room: MailRoom,
    profiles: Profiles,
    now: Now,
) -> Answer:
    """The form is told before the mail is settled: what a crash leaves half done is done by a repeat."""
    profile_of(profiles, command)
    form = await _form(command, store)

    def may(one: Incoming) -> incoming.Decision:
        incoming.attach(one, command, form.id, now())
        return one, []

    if isinstance(refused := await obey(mails, command.mail, command, may), Refused):
        return refused
    mail = await mails.get(command.mail)
    assert mail is not None, "obey has found it"
    if mail.settled is None:
        data = await files.read(mail.original.id) or b""
        await room.hand_on(form, mail.id, await asyncio.to_thread(opened, data))
    settled = command.model_copy(update={"version": None})
    return await obey(mails, command.mail, settled, lambda one: incoming.attach(one, command, form.id, now()))


async def _form(command: AttachMail, store: SubmissionStore) -> Submission:
    found = await store.by_code(code) if (code := normalise(command.code)) else None
    if found is None or found.commune != command.actor.commune:
        raise Refusal("not-found", f"Không tìm thấy phiếu có mã {command.code} trong xã.")
    return found


@consumes.command(DiscardMail)
async def discard_mail(command: DiscardMail, mails: MailStore, now: Now) -> Answer:
    return await obey(mails, command.mail, command, lambda one: incoming.discard(one, command, now()))


# --- for other handlers ----------------------------------------------------------------------------------------------


async def mail_to_register(command: RegisterSubmission, mails: Incomings) -> Incoming | None:
    """The mail in quarantine that a form is keyed in from; None where it is from none.

    Raises:
        Refusal: it waits for nobody.
    """
    if command.mail is None:
        return None
    return incoming.may_register(await mails.get(command.mail), command)


async def note_registered(command: RegisterSubmission, mails: Incomings, receipt: Receipt, now: Clock) -> None:
    """The mail waits no longer. Repeated after a crash, this completes what was left."""
    if command.mail is None:
        return

    def registered(one: Incoming | None) -> incoming.Decision:
        return incoming.register_from(incoming.may_register(one, command), command, receipt.submission, now())

    await mails.change(command.mail, registered)


async def mail_as_text(files: Files, kept: Kept, data: bytes, office: str) -> Mapping[str, Any]:
    """What a stored mail says, as plain text, and as much of a form as was understood; read once."""
    if kept.words is not None:
        return kept.words
    reading = await asyncio.to_thread(read, data, office)
    words = await asyncio.to_thread(as_state, reading.mail, office)
    await files.keep_words(kept.attachment.id, words)
    return words
