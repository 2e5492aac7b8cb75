"""One document from a file, for `doithoai letter`: what notify keeps of a case, and which document of it."""

from datetime import date
from typing import get_args

from pydantic import BaseModel, ConfigDict

from services.notify.contents import data_of, dated
from services.notify.correspondence import Conclusion, Correspondence
from services.notify.paper.documents import to_be_shown
from services.notify.paper.letters import CannotPrint, render_page
from services.notify.paper.pages import LETTERS, TITLES, page_of
from services.notify.paper.slip import handed_on, slip
from services.notify.texts.shipped import shipped
from services.notify.texts.text import Text
from services.notify.texts.writing import write
from shared.communes import Communes
from shared.contracts import Actor, Role
from shared.contracts.notify import MessageKind, RenderLetter, RenderSlip

SLIP = "transfer-slip"
KINDS = (*(kind for kind in get_args(MessageKind) if kind in LETTERS or kind in TITLES), SLIP)


class Words(BaseModel):
    """A commune's own text, in place of the shipped one."""

    model_config = ConfigDict(extra="forbid")

    about: str
    mail_subject: str = "-"
    body: str


class LetterFile(BaseModel):
    """What `doithoai letter` reads.

    case: a correspondence, as notify keeps it. message: the id; by default the latest of the kind.
    question: of a transfer slip; by default the first. on: the day of the dateline; by default the message's.
    conclusion: of the dialogue's own record, for the letter that tells it.
    """

    model_config = ConfigDict(extra="forbid")

    case: Correspondence
    message: str | None = None
    question: str | None = None
    on: date | None = None
    text: Words | None = None
    conclusion: Conclusion | None = None
    base_url: str = ""


def from_json(kind: str, content: bytes, communes: Communes) -> bytes:
    """The document as PDF.

    Raises:
        ValidationError: the file is not a `LetterFile`.
        CannotPrint, CannotWrite, Refusal: it cannot be made of this; each a sentence for whoever asked.
    """
    given = LetterFile.model_validate_json(content)
    state = given.case
    profile = communes.get(state.commune)
    if profile is None:
        raise CannotPrint(f"Không có hồ sơ xã {state.commune!r}.")
    actor = Actor(name="doithoai letter", role=Role.OFFICE_HEAD, commune=state.commune)
    if kind == SLIP:
        question = given.question or (state.questions[0].question.id if state.questions else "-")
        asked_for = RenderSlip(actor=actor, key="-", submission=state.id, question=question, format="pdf")
        _, asked = handed_on(state, asked_for)
        if given.on is None:
            raise CannotPrint("Phiếu chuyển cần ngày lập: xin ghi thêm on, dạng YYYY-MM-DD.")
        return render_page(slip(state, asked, profile, given.on))
    of_kind = [message.id for message in state.messages if message.kind == kind]
    latest = of_kind[-1] if of_kind else f"{state.id}.{kind}"
    wanted = RenderLetter(actor=actor, key="-", notification=given.message or latest, format="pdf")
    state, message = to_be_shown(state, wanted)
    on = given.on or dated(message.created_at)
    own = given.text
    text = Text(message.kind, own.about, own.mail_subject, own.body) if own else shipped(message.kind)
    data = data_of(state, message, profile, on, medium="letter", base_url=given.base_url, conclusion=given.conclusion)
    return render_page(page_of(write(text, data), state, message, profile, on))
