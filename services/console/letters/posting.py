"""Letters on their way through the post, as notify tells of them; and what a clerk records of them."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, Base64Bytes

from services.console import offers
from services.console.language import say
from services.console.offers import WrongFields
from shared.contracts import Actor, Command
from shared.contracts.base import Model
from shared.contracts.post import RecordDelivered, RecordPosted, RecordReturned
from shared.text import clean, one_line

BUNDLE = 500
"""Letters that a page shows, and one command names, at most."""
TICKED = "thu-"
"""Begins the name of the box of each letter."""
NUMBERED = "so-"
"""Begins the name of the field of each letter's number at the post."""
OTHER = "khac"
WHOLE_RUN = "whole-run"
"""Of the button that tells of every letter, whatever was ticked."""
_TRACKING = re.compile(r"[A-Za-z0-9]{5,30}")
_PLACE = re.compile(r"0*([0-9]+)(?:\.0)?(?:\s*[/-]\s*0*([0-9]+))?")
_BETWEEN = re.compile(r"[\s,;]+")

RETURNED_BECAUSE: Sequence[tuple[str, str]] = (
    ("Không có người nhận", "Không có người nhận"),
    ("Sai địa chỉ", "Sai địa chỉ, không tìm thấy nhà"),
    ("Đã chuyển đi nơi khác", "Người nhận đã chuyển đi"),
    ("Người nhận từ chối", "Người nhận từ chối"),
    ("Hết hạn lưu giữ tại bưu cục", "Hết hạn lưu giữ ở bưu cục"),
    (OTHER, "Lý do khác"),
)
"""What is recorded, and how it is offered."""

Where = Literal["ready", "printed", "posted", "delivered", "returned"]


class Letter(Model):
    """One letter. place: in its bundle, from 1. envelope: number in the run, which letters may share.

    by_hand: it has no address, whom the receiver speaks for hands it over.
    """

    notification: str
    kind: str
    name: str = ""
    address: str | None = None
    hamlet: str | None = None
    by_hand: bool = False
    code: str | None = None
    pages: int | None = None
    drawn_at: AwareDatetime | None = None
    leaves_at: AwareDatetime | None = None
    number: str | None = None
    text: int | None = None
    state: str = ""
    bundle: int | None = None
    place: int | None = None
    envelope: int | None = None
    tracking: str | None = None
    posted_on: date | None = None
    delivered_on: date | None = None
    returned_on: date | None = None
    returned_because: str | None = None

    @property
    def case(self) -> str:
        """Id of the form or dialogue that it is about."""
        return case_of(self.notification)

    @property
    def where(self) -> Where:
        """How far it has come."""
        if self.returned_on is not None:
            return "returned"
        if self.delivered_on is not None:
            return "delivered"
        if self.posted_on is not None:
            return "posted"
        return "printed" if self.bundle is not None else "ready"


class Run(Model):
    """A print run. items: its letters in the order of the bundles, where they were asked for.

    finished: every letter knows what was recorded of the run. doubtful: letters of which it is not known yet whether
        they left in it; what did comes in a bundle of its own.
    """

    run: str
    closed_at: AwareDatetime | None = None
    letters: int = 0
    envelopes: int = 0
    bundles: int = 1
    posted: int = 0
    delivered: int = 0
    returned: int = 0
    finished: bool = True
    doubtful: int = 0
    items: tuple[Letter, ...] = ()

    @property
    def under_way(self) -> int:
        """Letters that were posted, and of which nothing is known since."""
        return max(0, self.posted - self.delivered - self.returned)

    def in_bundle(self, number: int) -> list[Letter]:
        return [one for one in self.items if (one.bundle or 1) == number]


class Post(Model):
    """What lies ready until the cut-off, and the runs of late, the newest first. ready_in_all: more than are told."""

    cut_off: AwareDatetime
    ready: tuple[Letter, ...] = ()
    ready_in_all: int = 0
    runs: tuple[Run, ...] = ()

    def pages(self, most: int) -> int:
        """How many pages the letters that lie ready fill, `most` on each."""
        return max(1, -(-self.ready_in_all // most))


class Piece(Model):
    """A piece of a file. size: of the whole file. offset: where the piece begins in it. version: of the file."""

    name: str
    media_type: str
    size: int
    offset: int
    version: str | int | None = None
    content: Base64Bytes


class Taken(Model):
    """What came of the post's list."""

    taken: int = 0
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """Letters of a run that were named. unknown: what names none of them, or several."""

    found: tuple[str, ...]
    unknown: tuple[str, ...]


def case_of(notification: str) -> str:
    """Id of the case that a message is about."""
    return notification.partition(".")[0]


def resolve(items: Sequence[Letter], typed: str) -> Resolved:
    """Letters by what a person pastes of them: the post's number, the code of the form, or their own id."""
    named = names(items)
    wanted = list(dict.fromkeys(part for part in _BETWEEN.split(clean(typed)) if part))
    found = {one: named.get(as_compared(one), ()) for one in wanted}
    unknown = tuple(one for one, letters in found.items() if len(letters) != 1)
    return Resolved(tuple(dict.fromkeys(letters[0] for letters in found.values() if len(letters) == 1)), unknown)


def names(items: Sequence[Letter]) -> Mapping[str, Sequence[str]]:
    """Ids of the letters that go by each name."""
    found: dict[str, list[str]] = {}
    for one in items:
        for name in {as_compared(name) for name in (one.notification, one.tracking, one.code) if name}:
            found.setdefault(name, []).append(one.notification)
    return found


def places(items: Sequence[Letter]) -> frozenset[str]:
    """What the post's list may call a letter by, as notify matches it: number of its envelope, or bundle and place."""
    found = {str(one.envelope) for one in items if one.envelope} | {
        f"{one.bundle}/{one.place}" for one in items if one.bundle and one.place
    }
    return frozenset(found | {one.notification.casefold() for one in items})


def as_listed(written: str) -> str:
    """A name of a letter on a list as `places` has it: `015` is 15, `2-15` bundle 2, place 15."""
    written = written.strip().casefold().removesuffix(".pdf")
    numbers = _PLACE.fullmatch(written)
    return "/".join(filter(None, numbers.groups())) if numbers else written


def as_compared(name: str) -> str:
    """A reference without marks and blanks, in capitals."""
    return "".join(character for character in name.upper() if character.isalnum())


def ticked(typed: Mapping[str, str]) -> list[str]:
    """The letters whose boxes were ticked, in the order of the page."""
    return [name.removeprefix(TICKED) for name in typed if name.startswith(TICKED)]


def command(verb: str, actor: Actor, typed: Mapping[str, str], run: str, items: Sequence[Letter]) -> Command:
    """What is recorded of letters of a run.

    Args:
        typed: the page's form: `thu-<id>` for each letter that was ticked, `so-<id>` its number at the post,
            `references` pasted below.

    Raises:
        KeyError: there is no such command.
        WrongFields: what must be mended, by field.
    """
    values: dict[str, Any] = {"key": typed.get("key", "")}
    match verb:
        case RecordPosted.verb:
            return _posted(actor, typed, run, values)
        case RecordDelivered.verb:
            values |= {"notifications": _named(typed, items), "delivered_on": typed.get("delivered_on", "")}
            return offers.valid(RecordDelivered, actor, values)
        case RecordReturned.verb:
            values |= {"notifications": _named(typed, items), "returned_on": typed.get("returned_on", "")}
            return offers.valid(RecordReturned, actor, values | {"because": because(typed)})
        case _:
            raise KeyError(verb)


def because(typed: Mapping[str, str]) -> str:
    """Why a letter came back: one of the reasons, or what was written.

    Raises:
        WrongFields: neither.
    """
    chosen = typed.get("because", "")
    told = one_line(typed.get("because_other", "")) if chosen == OTHER else chosen
    if not told:
        raise WrongFields({"because_other" if chosen == OTHER else "because": "Xin cho biết lý do chuyển hoàn."})
    return told


def _posted(actor: Actor, typed: Mapping[str, str], run: str, values: Mapping[str, Any]) -> Command:
    """A whole run is told without naming its letters."""
    whole = typed.get("which") == WHOLE_RUN
    chosen = () if whole else tuple(ticked(typed))
    if not whole and not chosen:
        raise WrongFields({"letters": "Xin đánh dấu ít nhất một thư, hoặc ghi nhận cả đợt."})
    tracking = _tracking(typed, None if whole else frozenset(chosen))
    told = {"run": run, "posted_on": typed.get("posted_on", ""), "notifications": chosen, "tracking": tracking}
    return offers.valid(RecordPosted, actor, {**values, **told})


def _tracking(typed: Mapping[str, str], of: Collection[str] | None) -> dict[str, str]:
    """The post's numbers, by letter; `of`: of these letters alone."""
    found = {
        name.removeprefix(NUMBERED): "".join(number.split()).upper()
        for name, number in typed.items()
        if name.startswith(NUMBERED) and number.strip()
    }
    found = {id: number for id, number in found.items() if of is None or id in of}
    if wrong := {id for id, number in found.items() if not _TRACKING.fullmatch(number)}:
        words = "Số hiệu bưu gửi gồm 5 đến 30 chữ cái và chữ số, ví dụ EA123456789VN."
        raise WrongFields({f"{NUMBERED}{id}": words for id in wrong})
    return found


def _named(typed: Mapping[str, str], items: Sequence[Letter]) -> tuple[str, ...]:
    """The letters that were ticked or pasted."""
    pasted = resolve(items, typed.get("references", ""))
    if pasted.unknown:
        told = ", ".join(pasted.unknown[:20])
        raise WrongFields(
            {"references": say("Không nhận ra thư nào của đợt này: %(told)s. Các mã khác vẫn ở trong ô.", told=told)}
        )
    found = tuple(dict.fromkeys((*ticked(typed), *pasted.found)))
    if not found:
        raise WrongFields({"letters": "Xin đánh dấu thư trong bảng, hoặc dán mã vào ô."})
    return found
