"""The versions of a commune's own text of one kind: saved by the office, never changed again, counted from 1."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.notify.texts.text import KINDS, Text
from services.notify.wording import clock_and_day
from shared.contracts import Event, Refusal
from shared.contracts.notify import MessageKind


@dataclass(frozen=True, slots=True)
class Words:
    about: str
    mail_subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Saved:
    """One version. words: None where the office went back to the shipped text."""

    number: int
    words: Words | None
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class OwnText:
    """All versions of a commune's text of one kind, in their order. saved_at: of the newest."""

    id: str
    commune: str
    kind: MessageKind
    versions: tuple[Saved, ...] = ()
    saved_at: datetime | None = None
    version: int = 0

    @property
    def newest(self) -> int:
        """The version that counts; 0 is the shipped text."""
        return self.versions[-1].number if self.versions else 0


Decision = tuple[OwnText, list[Event]]


def id_of(commune: str, kind: MessageKind) -> str:
    return f"{commune}.{kind}"


def begin(commune: str, kind: MessageKind) -> OwnText:
    return OwnText(id_of(commune, kind), commune, kind)


def text_of(own: OwnText | None, number: int, shipped: Text) -> Text:
    """The text of one version.

    Raises:
        LookupError: there is no such version.
    """
    if number == 0:
        return shipped
    for saved in own.versions if own else ():
        if saved.number == number:
            if saved.words is None:
                return replace(shipped, version=number)
            return Text(shipped.kind, saved.words.about, saved.words.mail_subject, saved.words.body, number)
    raise LookupError(f"there is no version {number} of the text {shipped.kind}")


def save(own: OwnText, words: Words | None, based_on: int, by: str, now: datetime) -> Decision:
    """A new version, from now on. words: None for the shipped text. The same save again changes nothing.

    Raises:
        Refusal: somebody else has saved a version since.
    """
    last = own.versions[-1] if own.versions else None
    if last is not None and (last.number, last.words, last.saved_by) == (based_on + 1, words, by):
        return own, []
    if based_on != own.newest:
        raise Refusal("stale", _told(last, based_on))
    saved = Saved(own.newest + 1, words, by, now)
    return replace(own, versions=(*own.versions, saved), saved_at=now), []


def _told(last: Saved | None, based_on: int) -> str:
    if last is None:
        return f"Không có bản số {based_on}: xã đang dùng bản mẫu có sẵn. Xin mở lại trang."
    did = f"lưu bản số {last.number}" if last.words else f"quay về bản mẫu có sẵn (bản số {last.number})"
    return (
        f"{last.saved_by} đã {did} lúc {clock_and_day(last.saved_at)}, sau khi ông/bà mở trang "
        f"(bản số {based_on}). Xin xem bản đó rồi sửa tiếp."
    )


def name_of(kind: MessageKind) -> str:
    """What an office calls the kind.

    Raises:
        Refusal: messages of this kind have no text.
    """
    try:
        return KINDS[kind]
    except KeyError:
        raise Refusal("not-found", "Loại thông báo này không có mẫu văn bản.") from None
