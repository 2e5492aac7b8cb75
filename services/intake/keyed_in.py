"""A form that a clerk enters, from paper or a mail: its boxes become questions as those of the web form do. Pure."""

from collections.abc import Iterable

from pydantic import ValidationError

from services.intake.mailbox.incoming import Incoming, same_address, thread_for
from services.intake.pages.online_form import MOST_QUESTIONS, TOO_MANY, asked_in
from services.intake.submissions import Arrival
from shared.contracts import Refusal
from shared.contracts.intake import RegisterSubmission
from shared.contracts.people import Attachment, Matter
from shared.text import clean, one_line


def matters_of(command: RegisterSubmission) -> tuple[Matter, ...]:
    """What a form asks: the questions that were told apart already, then those in its boxes.

    Raises:
        Refusal: nothing is asked, or more than one form may, or a question is too long.
    """
    matters = list(command.questions)
    for asked in asked_in(command.boxes or {}):
        if text := clean(asked.text):
            try:
                matters.append(Matter(section=asked.section, text=text))
            except ValidationError as error:
                begins = one_line(text[:60])[:40]
                why = f"Câu hỏi bắt đầu bằng “{begins}…” dài quá 20.000 ký tự. Xin đính kèm bản chụp của phiếu."
                raise Refusal("invalid", why) from error
    if not matters:
        raise Refusal("invalid", "Phiếu chưa có câu hỏi nào. Xin nhập nội dung ở mục 1 hoặc mục 2.")
    if len(matters) > MOST_QUESTIONS:
        raise Refusal("invalid", TOO_MANY)
    return tuple(matters)


def arrival_of(command: RegisterSubmission, attachments: Iterable[Attachment], mail: Incoming | None) -> Arrival:
    """The form as it came. What is entered from a mail was received when that was, and is answered in its thread.

    Args:
        attachments: what is put to it, the files of the mail among them.
        mail: the one it is entered from; None where it was on paper or said.

    Raises:
        Refusal: as of `matters_of`.
    """
    from_mail = None if mail is None else mail.received_at
    return Arrival(
        command.channel,
        command.registrant,
        matters_of(command),
        attachments=tuple(attachments),
        received_at=command.received_at or from_mail,
        entered_by=command.actor.name,
        entered_because=command.late_because,
        thread=thread_for(mail, command.registrant.email) if mail else None,
        by_another=mail is not None and not same_address(mail.sender, command.registrant.email),
        mail=mail.id if mail else None,
    )
