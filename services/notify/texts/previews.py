"""How a text would look: on a real case where one is named, else on the shipped example."""

import base64
import re
from dataclasses import replace
from datetime import date, datetime
from email.message import Message as Mail
from typing import Any

from services.notify.contents import Medium, data_of
from services.notify.correspondence import Conclusion, Correspondence, Message
from services.notify.mailing.mails import render_mail
from services.notify.mailing.message_ids import MessageIds
from services.notify.paper.letters import picture_page
from services.notify.paper.pages import page_of
from services.notify.texts.blocks import Written
from services.notify.texts.samples import BASE, FORM, ON, Sample, samples
from services.notify.texts.text import Text
from services.notify.texts.writing import write
from shared.communes import Profile
from shared.contracts.notify import MessageKind

NOBODY = "nguoidan@vidu.example"
"""Who a mail that is only looked at is for, where the real one went as a letter."""

UNSENT = MessageIds(b"")
"""A mail that is only looked at never comes back."""


def example(kind: MessageKind, profile: Profile, state: Correspondence | None, conclusion: Conclusion | None) -> Sample:
    """The newest message of this kind that the case has; else what the example says, to this registrant.

    Of a form with a denunciation nothing is shown, whatever the kind (Law on Denunciations 2018, art. 56).

    Args:
        state: of a form, or None for the example alone.
        conclusion: of its dialogue, where that is published.
    """
    usual = samples(kind, profile)[0]
    if state is None or state.registrant is None or any(asked.is_denunciation for asked in state.questions):
        return usual
    message = next((one for one in reversed(state.messages) if one.kind == kind and one.guest is None), None)
    if message is not None and (kind != "conclusion" or conclusion is not None):
        return Sample("", state, message, profile, conclusion)
    if kind == "receipt":
        return Sample("", state, usual.message, profile)
    return _addressed_to(state, usual)


def preview(text: Text, sample: Sample, medium: Medium, base_url: str, now: datetime) -> dict[str, Any]:
    """As the reply of `PreviewText` has it.

    Raises:
        CannotWrite, CannotMail, CannotPrint: it cannot be shown, in words for whoever wrote the text.
    """
    on = ON if sample.state.id == FORM else now.date()
    data = data_of(
        sample.state,
        sample.message,
        sample.profile,
        on,
        medium=medium,
        base_url=base_url or BASE,
        desk_url=base_url or BASE,
        conclusion=sample.conclusion,
    )
    written = write(text, data)
    if medium == "letter":
        return {"pages": _as_letter(written, sample, on)}
    return as_mail(written, sample, base_url or BASE, now)


def _addressed_to(state: Correspondence, usual: Sample) -> Sample:
    """What is invented is said to a real person about his own question."""
    questions = tuple(
        replace(invented, question=invented.question.model_copy(update={"text": real.question.text}))
        for invented, real in zip(usual.state.questions, state.questions, strict=False)
    )
    known = replace(
        usual.state,
        registrant=state.registrant,
        code=state.code,
        dialogue=state.dialogue,
        channel=state.channel,
        collected_by=state.collected_by,
        received_at=state.received_at,
        conference=state.conference or usual.state.conference,
        questions=(*questions, *usual.state.questions[len(questions) :]),
    )
    return replace(usual, state=known)


def as_mail(written: Written, sample: Sample, base_url: str, now: datetime) -> dict[str, Any]:
    """Its subject, and the page and the text that it is sent as. Raises CannotMail, CannotPrint as `preview`."""
    message: Message = replace(sample.message, channel="email", to=sample.message.to or (NOBODY,))
    mail = render_mail(written, sample.state, message, sample.profile, ids=UNSENT, base_url=base_url, now=now)
    parts = {part.get_content_type(): part for part in mail.walk()}
    return {
        "subject": written.subject,
        "html": _with_its_drawings(_decoded(parts["text/html"]), mail),
        "text": _decoded(parts["text/plain"]).replace("\r\n", "\n"),
    }


def _with_its_drawings(html: str, mail: Mail) -> str:
    """A page has no parts of a mail to show, so each drawing stands in it."""
    drawings = {
        part["Content-ID"].strip("<>"): base64.b64encode(_bytes(part)).decode()
        for part in mail.walk()
        if part.get_content_type() == "image/png" and part["Content-ID"]
    }
    return re.sub(r'"cid:([^"]+)"', lambda found: f'"data:image/png;base64,{drawings.get(found[1], "")}"', html)


def _as_letter(written: Written, sample: Sample, on: date) -> list[str]:
    page = page_of(written, sample.state, sample.message, sample.profile, on)
    return [base64.b64encode(sheet).decode() for sheet in picture_page(page)]


def _decoded(part: Mail) -> str:
    return _bytes(part).decode("utf-8")


def _bytes(part: Mail) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes), "it is no multipart"
    return payload
