"""Makes what a message says: the mail, or the letter with its number and signature. Nothing leaves here.

Data of the case (contents.py) are filled into the commune's text (texts), which becomes a mail (mailing) or a page and
its PDF (paper), numbered (numbers) and signed (signing) where the commune does.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.mime.multipart import MIMEMultipart
from pathlib import Path
from secrets import token_hex
from typing import Literal

from services.notify.contents import data_of, dated
from services.notify.correspondence import Conclusion, Correspondence, Message
from services.notify.mailing.mails import CannotMail, render_mail
from services.notify.mailing.message_ids import MessageIds
from services.notify.messages import may_be_printed
from services.notify.numbers.books import book_of
from services.notify.numbers.registers import Row, symbol_of
from services.notify.numbers.store import Numbers
from services.notify.paper.letters import CannotPrint, render_page
from services.notify.paper.page import Page
from services.notify.paper.pages import page_of
from services.notify.signing.signer import CannotSign, Signer
from services.notify.store import Correspondences
from services.notify.texts.blocks import Written
from services.notify.texts.store import Texts
from services.notify.texts.text import KINDS
from services.notify.texts.writing import CannotWrite, write
from shared import traces
from shared.communes import Communes, Profile
from shared.contracts.notify import MessageKind

AUTOMATICALLY = "cấp tự động khi lập văn bản"
"""Who gave a number, in the register."""

CANNOT = (CannotWrite, CannotMail, CannotPrint, CannotSign)
"""Why something cannot be made: a sentence for the clerk. It is not tried again, but for `not_now`."""


@dataclass(frozen=True, slots=True)
class Made:
    """number: of the outgoing register, where it was given one when it was made."""

    pdf: bytes
    number: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """What a mail says of one message, with its signed document."""

    message: Message
    written: Written
    pdf: bytes | None = None
    number: str | None = None


class Maker:
    """For all communes.

    Args:
        letters: where the PDFs of letters lie, by commune.
        base_url, console_url: of the citizens' pages and of the staff's, without a slash at the end.
    """

    def __init__(
        self,
        correspondences: Correspondences,
        communes: Communes,
        texts: Texts,
        numbers: Numbers,
        signer: Signer,
        ids: MessageIds,
        letters: Path,
        base_url: str,
        console_url: str,
    ) -> None:
        self._correspondences = correspondences
        self._communes = communes
        self._texts = texts
        self._numbers = numbers
        self._signer = signer
        self._ids = ids
        self._letters = letters
        self._base_url = base_url
        self._console_url = console_url

    def current(self, commune: str, kind: MessageKind) -> int:
        """Which version of the commune's text counts now."""
        return self._texts.current(commune, kind)

    async def mail(self, state: Correspondence, message: Message, now: datetime) -> tuple[MIMEMultipart, str | None]:
        """The mail, and the number of the document that goes with it.

        Raises:
            CannotWrite, CannotMail, CannotPrint, CannotSign.
        """
        with traces.span("make mail", attributes={"doithoai.message": message.kind}):
            part = await self.part(state, message, now)
            return self.as_mail(part.written, state, message, now, [part]), part.number

    async def part(self, state: Correspondence, message: Message, now: datetime) -> Part:
        """What a mail says, and, where the commune signs, what would be a letter as a signed document. That is the
        document that is issued, so it is kept.

        Raises:
            CannotWrite, CannotPrint, CannotSign.
        """
        written = await self.written(state, message, "mail")
        if not (self._signer.signs(self._communes[state.commune]) and may_be_printed(state, message)):
            return Part(message, written)
        signed = await self.letter(state, message, now)
        await self.keep(state.commune, message.id, signed.pdf)
        return Part(message, written, signed.pdf, signed.number)

    def as_mail(
        self, written: Written, state: Correspondence, message: Message, now: datetime, parts: Sequence[Part]
    ) -> MIMEMultipart:
        """The mail with these words, and the documents of its parts.

        Raises:
            CannotMail.
        """
        files = [(f"{KINDS[part.message.kind]}.pdf", part.pdf) for part in parts if part.pdf is not None]
        profile = self._communes[state.commune]
        return render_mail(
            written, state, message, profile, ids=self._ids, base_url=self._base_url, now=now, attachments=files
        )

    async def letter(self, state: Correspondence, message: Message, now: datetime) -> Made:
        """The letter as PDF. Rendering and signing are done in threads: they would hold everything else.

        Raises:
            CannotWrite, CannotPrint, CannotSign.
        """
        with traces.span("make letter", attributes={"doithoai.message": message.kind}):
            return await self._letter(state, message, now)

    async def _letter(self, state: Correspondence, message: Message, now: datetime) -> Made:
        profile, row = self._communes[state.commune], await self._numbers.again(message.id, message.number)
        now_numbered = row is None and message.number is None and _numbers_when_made(profile, message.kind)
        on = row.given_on if row else dated(now if now_numbered else message.created_at)
        written = await self.written(state, message, "letter", on)
        if now_numbered:
            row = await self._number(message, profile, written.about, on)
        number = row.text if row else message.number
        page = self._page(written, state, replace(message, number=number), row.given_on if row else on)
        return Made(await asyncio.to_thread(self._as_pdf, page, profile, now), number)

    async def page(self, state: Correspondence, message: Message) -> Page:
        """What would be its letter now, to look at: it is given no number, and not signed.

        Raises:
            CannotWrite, CannotPrint.
        """
        row = await self._numbers.known(message.id, message.number)
        number, on = (row.text, row.given_on) if row else (message.number, dated(message.created_at))
        written = await self.written(state, message, "letter", on)
        return self._page(written, state, replace(message, number=number), on)

    async def written(
        self, state: Correspondence, message: Message, medium: Literal["mail", "letter"], on: date | None = None
    ) -> Written:
        """Its words, by the version of the text that it was taken on with.

        on: the day it bears; None: the one it was written on.

        Raises:
            CannotWrite.
        """
        text = await self._texts.text(state.commune, message.kind, message.text or 0)
        data = data_of(
            state,
            message,
            self._communes[state.commune],
            on or dated(message.created_at),
            medium=medium,
            base_url=self._base_url,
            desk_url=self._console_url,
            conclusion=await self._conclusion(state, message),
        )
        return write(text, data)

    async def keep(self, commune: str, message: str, pdf: bytes) -> str:
        """Put a letter where letters lie. Named by the message, a second attempt goes over the same file."""
        name = f"{message}.pdf"
        await asyncio.to_thread(_write, self._letters / commune / name, pdf)
        return name

    async def discard(self, commune: str, message: str) -> None:
        """Remove the file of what does not leave, if there is one."""
        await asyncio.to_thread((self._letters / commune / f"{message}.pdf").unlink, missing_ok=True)

    def _page(self, written: Written, state: Correspondence, message: Message, on: date) -> Page:
        return page_of(
            written,
            state,
            message,
            self._communes[state.commune],
            on,
            scan=f"{self._console_url}/buu-chinh/quet/{message.id}" if message.channel == "letter" else None,
        )

    def _as_pdf(self, page: Page, profile: Profile, now: datetime) -> bytes:
        pdf = render_page(page)
        return self._signer.sign(pdf, profile, page, now) if self._signer.signs(profile) else pdf

    async def _number(self, message: Message, profile: Profile, about: str, on: date) -> Row:
        """The next number of its register. A document is issued, and so dated, on the day it is numbered."""
        book = book_of(message.kind)
        assert book is not None, "asked before"
        symbol = symbol_of(book, profile.letterhead)
        return await self._numbers.number(profile.id, book, on, message.id, about, symbol, AUTOMATICALLY)

    async def _conclusion(self, state: Correspondence, message: Message) -> Conclusion | None:
        """It is kept once, with the dialogue, and not with each of its registrants."""
        if message.kind != "conclusion" or state.dialogue is None:
            return None
        known = await self._correspondences.get(state.dialogue)
        return known.record.conclusion if known and known.record else None


def _numbers_when_made(profile: Profile, kind: MessageKind) -> bool:
    book = book_of(kind)
    return book is not None and getattr(profile.numbering, book) == "automatic"


def not_now(error: Exception) -> bool:
    """Whether it may go well later: the token of the signature is away."""
    return isinstance(error, CannotSign) and error.for_now


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk before it is said to be there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{token_hex(8)}.part")  # another replica may be writing it, too
    try:
        with part.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
