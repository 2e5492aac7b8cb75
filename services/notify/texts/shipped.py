"""The texts that come with the product; a commune that writes none of its own uses these."""

from functools import cache
from pathlib import Path

from services.notify.texts.text import KINDS, Text
from shared.contracts.notify import MessageKind

FOLDER = Path(__file__).parent / "shipped"


@cache
def shipped(kind: MessageKind) -> Text:
    """The shipped text: `shipped/<kind>.j2`, which has `about: …`, `subject: …`, a line `---` and the body.

    Raises:
        LookupError: messages of this kind have no text.
    """
    if kind not in KINDS:
        raise LookupError(f"messages of kind {kind!r} have no text")
    head, _, body = (FOLDER / f"{kind}.j2").read_text("utf-8").partition("\n---\n")
    about, subject = head.split("\n")
    return Text(kind, about.removeprefix("about: "), subject.removeprefix("subject: "), body.strip("\n"))
