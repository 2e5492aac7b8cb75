"""Letters on their way through the post: print runs, what became of each letter, and the outgoing register.

The case of what is said of a run is the run's id, `<commune>-20260605`; of a letter that of its submission or dialogue.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Cleaned, Event, Token
from shared.contracts.notify import NotificationId, NotifyCommand, NotifyEvent

Tracking = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9]{5,30}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), Cleaned]
Row = tuple[Annotated[str, StringConstraints(max_length=200)], Tracking]
Notifications = Annotated[tuple[NotificationId, ...], Field(min_length=1, max_length=500)]

Register = Literal["letter", "invitation", "transfer", "conclusion", "report"]
"""Each kind of document is numbered for itself, per commune and year (Decree 30/2020, art. 15)."""


class RunEvent(Event, speaker="notify"):
    """Said of a print run."""

    run: Token


class PrintRunClosed(RunEvent):
    """At the cut-off its letters became final: they are to be printed, folded and posted.

    by_hand: envelopes, of one letter each, that are not posted: whom the receiver speaks for hands them over.
    """

    letters: int = Field(ge=1)
    envelopes: int = Field(ge=1)
    by_hand: int = Field(default=0, ge=0)


class PrintRunPosted(RunEvent):
    """Every letter of it that goes by post was handed to the post, or returned to the office before that; where
    none does, every letter was handed over."""

    posted_on: date


class LetterPosted(NotifyEvent):
    """One letter of a run was handed to the post. tracking: the post office's number for it."""

    run: Token
    posted_on: date
    tracking: str | None = None


class LetterDelivered(NotifyEvent):
    """It reached its receiver, as the post says or who handed it over."""

    run: Token
    delivered_on: date


class LetterReturned(NotifyEvent):
    """The post brought it back: somebody of the office must find another way."""

    run: Token
    returned_on: date
    because: str


# --- commands: clerks and the head of the office ---------------------------------------------------------------------


class ReadPost(NotifyCommand):
    """What lies ready, and the runs of late, the newest first. Changes nothing.

    offset: so many of the letters that lie ready are left out; a reply holds at most 500.

    The reply's state: {"cut_off": instant, "ready": [letter], "ready_in_all": n, "runs": [{"run", "closed_at",
    "letters", "envelopes", "bundles", "posted", "delivered", "returned", "posted_on", "doubtful", "finished"}]};
    `finished` is false while letters are still being told what was recorded of the run, `doubtful` counts letters of
    which it is not known yet whether they left in it. A letter is {"notification", "kind", "name",
    "address", "hamlet", "by_hand", "code", "pages", "drawn_at", "leaves_at", "number", "text", "state", "run",
    "bundle", "place", "envelope", "tracking", "posted_on", "delivered_on", "returned_on", "returned_because"}, with
    "state" one of drawn, sent (it left in a run), posted, delivered, returned, in-person, queued, sending, failed.
    """

    offset: int = Field(default=0, ge=0)


class ReadPrintRun(NotifyCommand):
    """The reply's state: as of a run in `ReadPost`, with "items": [letter] in the order of the bundles.

    offset: so many of them are left out; a reply holds at most 500.
    """

    run: Token
    offset: int = Field(default=0, ge=0)


class ReadPrintFile(NotifyCommand):
    """A piece of a file of a run: a bundle of at most 500 letters, its manifest, the posting list, the labels.

    The posting list is of the whole run, everything else of one bundle.

    duplex: of a bundle and its manifest, whether it is printed on both sides: each letter then begins on a sheet of
    its own. The reply's state: {"name", "media_type", "size", "offset", "content", "version"} with at most 512 KiB in
    base64; where `version` is another than that of the piece before, the file was made anew: begin again.
    """

    run: Token
    file: Literal["bundle", "manifest", "posting-list", "labels"]
    bundle: int = Field(default=1, ge=1, le=1_000)
    duplex: bool = True
    offset: int = Field(default=0, ge=0)


class CallBackLetter(NotifyCommand):
    """Not to be posted after all; possible until the cut-off. Somebody then tells the receiver in another way."""

    notification: NotificationId
    reason: Reason


class ClosePrintRun(NotifyCommand):
    """Close the run of today before its cut-off, with all that lies ready.

    The reply's state: as of a run in `ReadPost`. Refused where nothing lies ready.
    """


class RecordPosted(NotifyCommand):
    """Handed to the post: a whole run, but what was recorded before; or these letters of it.

    What is recorded of a letter counts for all that share its envelope. tracking: the post's number by notification.
    The reply's state: as of a run in `ReadPost`.
    """

    run: Token
    posted_on: date
    notifications: Annotated[tuple[NotificationId, ...], Field(max_length=500)] = ()
    tracking: dict[NotificationId, Tracking] = Field(default_factory=dict, max_length=500)


class ImportTracking(NotifyCommand):
    """Rows of the post's own list: what names a letter, and the post's number of it.

    A letter is named by its reference, by its running number in the posting list (`15`: its envelope's), or by bundle
    and place (`2/15`). The reply's state: as of a run in `ReadPost`, with "taken": n, "unknown": [as it was named].
    """

    run: Token
    posted_on: date
    rows: Annotated[tuple[Row, ...], Field(max_length=10_000)]


class RecordDelivered(NotifyCommand):
    """Of letters of one run or several. The reply's state: {"letters": [as of `ReadPost`]}."""

    notifications: Notifications
    delivered_on: date


class RecordReturned(NotifyCommand):
    """Of letters of one run or several. The reply's state: {"letters": [as of `ReadPost`]}."""

    notifications: Notifications
    returned_on: date
    because: Reason


class ReadRegister(NotifyCommand):
    """The outgoing register (sổ văn bản đi) of a year. Changes nothing.

    The reply's state: {"next": n, "automatic": bool, "symbol", "rows": [{"number", "given_on", "given_at",
    "notification", "about", "given_by", "struck"}], "waiting": [letter as of `ReadPost`]}: of the rows the latest 500,
    the highest number first; of what waits the oldest first. struck: why it did not leave after all, or None.
    """

    book: Register
    year: int = Field(ge=2024, le=2100)
    below: int | None = Field(default=None, ge=1)
    """Only rows with a lower number than this: the page after one that was full."""


class OpenRegister(NotifyCommand):
    """The number this register goes on with, where a book on paper was begun; only while it has none of its own."""

    book: Register
    year: int = Field(ge=2024, le=2100)
    next: int = Field(ge=1, le=99_999)


class GiveNumbers(NotifyCommand):
    """After they were signed: these letters get the next numbers, in this order.

    given_on: the day they bear, in Vietnam. The reply's state: {"numbers": {notification: number}}.
    """

    notifications: Notifications
    given_on: date
