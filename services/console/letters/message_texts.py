"""The texts of messages as an office edits them: what notify answers of them, and how it is shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import AwareDatetime, Field

from services.console.case.versions import Piece, compare
from services.console.words import MESSAGE_KINDS
from shared.contracts.base import Model

FIELDS = ("about", "mail_subject", "body")
_BRANCHES = re.compile(r"\{%-?\s*(if|for)\b.*\{%-?\s*end\1\s*-?%\}", re.DOTALL)
_NAMED = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
_GAPS = re.compile(r"…(?:\s*…)+")
_LINE = re.compile(r"dòng ([0-9]{1,4})", re.IGNORECASE)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
SEALED = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)


class Words(Model):
    """about: the trích yếu. mail_subject: of the mail. body: in the little language of marks."""

    about: str = ""
    mail_subject: str = ""
    body: str = ""


class Version(Words):
    """A text as it was saved; version 0 is the shipped one. own: the commune wrote it."""

    kind: str = ""
    name: str = ""
    version: int = 0
    saved_by: str | None = None
    saved_at: AwareDatetime | None = None
    own: bool = False

    @property
    def in_short(self) -> str:
        """The trích yếu, or the subject, for a list: `trả lời …`."""
        return _GAPS.sub("…", _NAMED.sub("…", _BRANCHES.sub("…", self.about or self.mail_subject)))


class Name(Model):
    """What a text may name, and what stands there then."""

    name: str
    says: str = ""
    example: object = ""

    @property
    def written(self) -> str:
        """As one writes it into a text."""
        return f"{{{{ {self.name} }}}}" if _NAME.fullmatch(self.name) else self.name


class Texts(Model):
    texts: tuple[Version, ...] = ()


class Text(Version):
    """The text that counts, with all that its editor shows. versions: the newest first."""

    shipped: Words = Words()
    versions: tuple[Version, ...] = ()
    names: tuple[Name, ...] = ()


class Preview(Model):
    """How a text would look. mistakes: why it cannot be saved. pages: PNG in base64."""

    mistakes: tuple[str, ...] = ()
    subject: str = ""
    html: str = ""
    text: str = ""
    pages: tuple[str, ...] = Field(default=(), max_length=60)

    @property
    def sealed(self) -> str:
        """The HTML part with a word to the browser that nothing of it may run, nor be fetched."""
        return (
            _HEAD.sub(lambda head: head[0] + SEALED, self.html, count=1)
            if _HEAD.search(self.html)
            else SEALED + self.html
        )


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and in which line, where that is known."""

    said: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A version beside the one before it, field by field; what did not change is left out."""

    changes: dict[str, Sequence[Piece]]


def mistakes(said: Sequence[str]) -> list[Mistake]:
    """Each with the line that it names."""
    return [Mistake(one, int(found[1]) if (found := _LINE.search(one)) else None) for one in said if one.strip()]


def in_order(texts: Sequence[Version]) -> list[Version]:
    """Those that citizens get first, as they are named elsewhere."""
    order = list(MESSAGE_KINDS)
    return sorted(texts, key=lambda one: order.index(one.kind) if one.kind in order else len(order))


def before(text: Text, version: int) -> Words | None:
    """What a version took the place of: the version before it, or the shipped text. None of what is not there."""
    numbers = [one.version for one in text.versions]
    if version not in numbers:
        return None
    earlier = text.versions[numbers.index(version) + 1 :]
    return earlier[0] if earlier else text.shipped


def of_version(text: Text, version: int) -> Words | None:
    """The words of a version; 0 is the shipped text."""
    return text.shipped if not version else next((one for one in text.versions if one.version == version), None)


def differences(earlier: Words, later: Words) -> Compared:
    """Word by word."""
    pairs = {name: (getattr(earlier, name), getattr(later, name)) for name in FIELDS}
    return Compared({name: list(compare(old, new)) for name, (old, new) in pairs.items() if old != new})
