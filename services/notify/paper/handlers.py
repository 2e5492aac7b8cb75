"""What notify is asked to show as a file: letters, slips, notices, reports. Nothing of it changes anything."""

import asyncio
from dataclasses import replace
from pathlib import Path

from services.notify import dialogues
from services.notify.correspondence import Correspondence, Message
from services.notify.making import Maker
from services.notify.paper import documents
from services.notify.paper.slip import handed_on
from services.notify.paper.typesetting import CannotPrint
from services.notify.provided import Letters, LettersFolder, Making, Now, Profiles
from services.notify.texts.writing import CannotWrite
from shared.contracts import Done, Refusal, Refused
from shared.contracts.notify import RenderDocument, RenderLetter, RenderReport, RenderSlip
from shared.handlers import Handlers

consumes = Handlers("notify")

FINAL = ("drawn", "sent")


@consumes.command(RenderLetter)
async def render_letter(
    command: RenderLetter, letters: Letters, maker: Making, folder: LettersFolder
) -> Done | Refused:
    case, _, _ = command.notification.partition(".")
    state, message = documents.to_be_shown(await letters.get(case), command)
    pdf = await asyncio.to_thread(_kept, folder, state, message) if command.format == "pdf" else None
    content = pdf if pdf is not None else await _drawn(command, state, message, maker)
    return Done(version=0, state=documents.letter_file(command, state, message, content))


@consumes.command(RenderReport)
async def render_report(command: RenderReport, profiles: Profiles, now: Now) -> Done | Refused:
    profile = profiles[command.actor.commune]
    return Done(version=0, state=await asyncio.to_thread(documents.render_report, command, profile, now()))


@consumes.command(RenderDocument)
async def render_document(command: RenderDocument, letters: Letters, profiles: Profiles, now: Now) -> Done | Refused:
    known = await letters.get(command.dialogue)
    conference, record = dialogues.announced(known, command, command.dialogue)
    profile = profiles[command.actor.commune]
    file = await asyncio.to_thread(documents.render, command, conference, record, profile, now())
    return Done(version=0, state=file)


@consumes.command(RenderSlip)
async def render_slip(command: RenderSlip, letters: Letters, profiles: Profiles, now: Now) -> Done | Refused:
    form, asked = handed_on(await letters.get(command.submission), command)
    file = await asyncio.to_thread(documents.render_slip, command, form, asked, profiles[form.commune], now())
    return Done(version=0, state=file)


def _kept(folder: Path, state: Correspondence, message: Message) -> bytes | None:
    """The very file that lies ready or has left, if it is still there."""
    if message.state not in FINAL:
        return None
    try:
        return (folder / state.commune / f"{message.id}.pdf").read_bytes()
    except FileNotFoundError:
        return None


async def _drawn(command: RenderLetter, state: Correspondence, message: Message, maker: Maker) -> bytes:
    """As it would be now; what was taken on keeps the text it was taken on with."""
    if message.text is None:
        message = replace(message, text=maker.current(state.commune, message.kind))
    try:
        page = await maker.page(state, message)
        return await asyncio.to_thread(documents.rendered, page, command.format)
    except (CannotPrint, CannotWrite) as error:
        raise Refusal("invalid", str(error)) from error
