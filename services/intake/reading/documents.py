"""From a file of any kind, mails too, to the form in it."""

from services.intake.reading.files import checked_ending, texts_of
from services.intake.reading.forms import Form, UnreadableForm, looks_like_form, read_form
from services.intake.reading.mails import Mail, read_mail
from services.intake.reading.unreadable import UnreadableDocument
from shared.contracts.people import Channel


def read_document(name: str, data: bytes) -> str:
    r"""The text of a file, in NFC with `\n` line ends.

    name: of the file; its ending decides how it is read. Of a mail, the part that holds a form, else its body.

    Raises:
        UnreadableDocument: too big, broken, or of another kind.
    """
    texts = read_mail(data).texts if checked_ending(name, data) == "eml" else texts_of(name, data)
    return next(filter(looks_like_form, texts), texts[0] if texts else "")


def read_form_file(name: str, data: bytes) -> tuple[Form, Channel]:
    """Read a filled form from a file, and say through which door it came.

    In a mail the body is tried first, then its attachments; the sender's address counts where the form has none.

    Raises:
        UnreadableDocument: see `read_document`.
        UnreadableForm: the text is no form, or one that cannot be taken in.
    """
    if checked_ending(name, data) != "eml":
        return read_form(read_document(name, data)), "paper"
    return _form_in(read_mail(data)), "email"


def _form_in(mail: Mail) -> Form:
    refusals: list[UnreadableForm] = []
    for text in filter(looks_like_form, mail.texts):
        try:
            return read_form(text, mail.sender)
        except UnreadableForm as refusal:
            refusals.append(refusal)
    if refusals:
        raise min(refusals, key=lambda refusal: len(refusal.problems))
    if mail.unread:
        raise UnreadableDocument("Nội dung thư không phải Phiếu đăng ký. " + " ".join(mail.unread))
    return read_form("\n".join(mail.texts), mail.sender)
