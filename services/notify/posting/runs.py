"""A print run: the letters of a commune that became final at a cut-off, in the order in which they are printed, folded
and posted; and what the office recorded of each envelope since.

A run is put together once, and its order never changes. Which of its letters really left in it each letter's own
correspondence decides (`letters.left`): one that was called back in the same instant is `dropped` from the run. One
whose correspondence cannot be read is in doubt; the others do not wait for it, and it is looked at again.
What is recorded of an envelope is saved here first and then told to the correspondences of its letters.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from services.notify.correspondence import Fate
from services.notify.delivery import PAUSES
from services.notify.posting import letters
from services.notify.posting.letters import Ready, Receiver
from services.notify.wording import VIETNAM, day
from shared.communes import Profile
from shared.contracts import Event, Refusal
from shared.contracts.notify import MessageKind
from shared.contracts.post import PrintRunClosed, PrintRunPosted, RecordPosted
from shared.hamlets import folded, hamlet_in

BUNDLE = 500
"""Letters that are folded and carried together at most."""
MOST = 10_000
"""Letters of one run; what is more waits for the next, which is put together at once."""
MOST_BYTES = 10 * 2**20
"""Of what one run is put together of. It is one record, of 16 MiB at most; the rest is for what is recorded of it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A letter of a run.

    place: in its bundle, from 1. envelope: number in the run, from 1; letters that share one are adjacent.
    pages: sides that are printed on. hamlet: as the profile writes it, None where the address names none.
    by_hand: it has no address, whom the receiver speaks for hands it over. drawn_by: as of `Message`.
    """

    notification: str
    case: str
    kind: MessageKind
    bundle: int
    place: int
    envelope: int
    pages: int
    hamlet: str | None = None
    by_hand: bool = False
    drawn_by: str | None = None


@dataclass(frozen=True, slots=True)
class PrintRun:
    """day: of its closing, in Vietnam. cut_off: it takes what leaves by then.

    receivers: one for each item, as they stand on the letters; None once they are kept no longer.
    to_note: place in `items` from which on correspondences do not know yet that their letter left; None once all do.
    dropped: places in `items` of letters that were called back or withdrawn after all.
    doubtful: letters whose correspondence could not be read or saved: they may have left in it, or not. look_again_at:
        when that is tried again, after `looks` times in vain. late: places in `items` of those that had left in it, as
        was found when it was closed already.
    fates: by number of the envelope. to_tell: envelopes whose letters do not know the last of it.
    unfinished: True while anything is to be noted or told.
    letters … returned: counted without what was dropped or is in doubt. posted_on: once everything that goes by post
        was posted, the last day of it. forgotten_at: when names and addresses were, until its files are gone for good.
    """

    id: str
    commune: str
    day: date
    closed_at: datetime
    cut_off: datetime
    items: tuple[Item, ...] = ()
    receivers: tuple[Receiver, ...] | None = None
    to_note: int | None = None
    dropped: tuple[int, ...] = ()
    doubtful: tuple[str, ...] = ()
    look_again_at: datetime | None = None
    looks: int = 0
    late: tuple[int, ...] = ()
    fates: dict[str, Fate] = field(default_factory=dict)
    to_tell: tuple[int, ...] = ()
    unfinished: bool | None = None
    letters: int = 0
    envelopes: int = 0
    bundles: int = 0
    posted: int = 0
    delivered: int = 0
    returned: int = 0
    posted_on: date | None = None
    forgotten_at: datetime | None = None
    version: int = 0

    @property
    def closed(self) -> bool:
        """What left in it is known, but for what is in doubt."""
        return self.to_note is None

    def fate(self, envelope: int) -> Fate:
        return self.fates.get(str(envelope)) or Fate(self.id)

    def kept(self) -> Iterator[tuple[int, Item]]:
        """What left in it, with its place in `items`. What was found late is in bundles and envelopes of its own, at
        the end: the others may be printed and folded by then."""
        elsewhere, doubtful, bundles = frozenset((*self.dropped, *self.late)), frozenset(self.doubtful), 0
        for place, item in enumerate(self.items):
            if place not in elsewhere and item.notification not in doubtful:
                bundles = item.bundle
                yield place, item
        for number, place in enumerate(self.late):
            bundle, envelope = bundles + 1 + number // BUNDLE, self.items[-1].envelope + 1 + number
            yield place, replace(self.items[place], bundle=bundle, place=number % BUNDLE + 1, envelope=envelope)


Decision = tuple[PrintRun, Sequence[Event]]


def next_cut_off(profile: Profile, now: datetime) -> datetime:
    """When a letter that is drawn now becomes final. At the very instant of a cut-off it is the next one."""
    local = now.astimezone(VIETNAM)
    today = datetime.combine(local.date(), profile.post.cut_off, VIETNAM)
    return today if local < today else today + timedelta(days=1)


def run_id(commune: str, on: date, number: int) -> str:
    """`thanh-tri-20260605`, the second run of a day `thanh-tri-20260605-2`."""
    return f"{commune}-{on:%Y%m%d}" + (f"-{number}" if number > 1 else "")


def weight(one: Ready) -> int:
    """Bytes of a letter in the record of a run, at most: its words in UTF-8, and what frames them."""
    to = one.receiver
    words = (one.notification, one.case, one.drawn_by or "", to.name, to.address or "")
    return 400 + sum(len(word.encode()) for word in words)


def put_together(
    id: str,
    commune: str,
    ready: Iterable[Ready],
    hamlets: Sequence[str],
    *,
    together: bool,
    cut_off: datetime,
    now: datetime,
) -> PrintRun:
    """A run as it is first saved.

    Args:
        hamlets: of the commune, in the order in which its letters are carried out.
        together: letters to one person at one address share an envelope.
    """
    ordered = list(in_order(ready, hamlets, together=together))
    return PrintRun(
        id=id,
        commune=commune,
        day=now.astimezone(VIETNAM).date(),
        closed_at=now,
        cut_off=cut_off,
        items=tuple(item for item, _ in ordered),
        receivers=tuple(receiver for _, receiver in ordered),
        to_note=0,
        unfinished=True,
    )


def in_order(ready: Iterable[Ready], hamlets: Sequence[str], *, together: bool) -> Iterator[tuple[Item, Receiver]]:
    """Hamlet by hamlet, then addresses that name none, then what is handed over; each sorted by address."""
    rank = {hamlet: place for place, hamlet in enumerate(hamlets)}
    found = [(hamlet_in(one.receiver.address, hamlets), one) for one in ready]
    found.sort(key=lambda pair: (_group(pair[1], pair[0], rank), *_place_in_group(pair[1])))
    bundle, place = 1, 0
    for number, envelope in enumerate(_envelopes(found, together), 1):
        if place + len(envelope) > BUNDLE:
            bundle, place = bundle + 1, 0
        for hamlet, one in envelope:
            place += 1
            yield (
                Item(
                    one.notification,
                    one.case,
                    one.kind,
                    bundle,
                    place,
                    number,
                    one.pages,
                    hamlet,
                    one.receiver.by_hand,
                    one.drawn_by,
                ),
                one.receiver,
            )


def noted(
    run: PrintRun, upto: int, dropped: Collection[int], now: datetime, doubtful: Collection[str] = ()
) -> Decision:
    """The correspondences of all letters before `upto` know that theirs left, or, of those dropped, that it did not; of
    the doubtful ones nobody knows."""
    if run.to_note is None or upto <= run.to_note:
        return run, []
    run = replace(
        run, to_note=upto, dropped=tuple(sorted({*run.dropped, *dropped})), doubtful=(*run.doubtful, *doubtful)
    )
    if upto < len(run.items):
        return run, []
    again = now + PAUSES[0] if run.doubtful else None
    run = _counted(replace(run, to_note=None, unfinished=None, look_again_at=again))
    return run, _closed(run, now)


def looked_again(run: PrintRun, found: Mapping[str, bool], now: datetime) -> Decision:
    """Of some letters that were in doubt it is known by now whether they left in it. Of the others that is asked again.

    What left is printed late; had all been in doubt, the run is said to be closed only now.
    """
    if not run.doubtful:
        return run, []
    place = {item.notification: place for place, item in enumerate(run.items)}
    known = [(place[id], found[id]) for id in run.doubtful if id in found]
    rest = tuple(id for id in run.doubtful if id not in found)
    after = replace(
        run,
        doubtful=rest,
        dropped=tuple(sorted({*run.dropped, *(place for place, left in known if not left)})),
        late=(*run.late, *(place for place, left in known if left)),
        looks=run.looks + 1,
        look_again_at=now + PAUSES[min(run.looks + 1, len(PAUSES) - 1)] if rest else None,
    )
    after = _counted(after)
    return after, [] if run.letters else _closed(after, now)


def _closed(run: PrintRun, now: datetime) -> list[Event]:
    if not run.letters:
        return []
    told = PrintRunClosed(
        commune=run.commune,
        case=run.id,
        run=run.id,
        occurred_at=now,
        letters=run.letters,
        envelopes=run.envelopes,
        by_hand=sum(item.by_hand for _, item in run.kept()),
    )
    return [told]


# --- what becomes of it ----------------------------------------------------------------------------------------------


def record_posted(run: PrintRun, command: RecordPosted, now: datetime) -> Decision:
    """The whole run, but what was recorded before; or the letters that are named, each with all of its envelope."""
    _must_be_possible(run, command.posted_on, "Ngày gửi", now)
    if strange := set(command.tracking) - set(command.notifications) if command.notifications else set():
        raise Refusal("invalid", f"Có mã vận đơn của thư không nằm trong danh sách gửi: {_listed(strange)}.")
    tracking = tracked(run, [(id, number) for id, number in command.tracking.items()])
    if command.notifications:
        numbers = envelopes_of(run, command.notifications)
    else:
        numbers = tuple(n for n in _live(run) if not _has_gone(run.fate(n))) + tuple(tracking)
    return _posted(run, numbers, command.posted_on, tracking, now)


def record_tracking(run: PrintRun, posted_on: date, tracking: Mapping[int, str], now: datetime) -> Decision:
    """As the post's own list says. tracking: its numbers, by envelope."""
    _must_be_possible(run, posted_on, "Ngày gửi", now)
    return _posted(run, tuple(tracking), posted_on, tracking, now)


def record_delivered(run: PrintRun, notifications: Iterable[str], on: date, now: datetime) -> Decision:
    _must_be_possible(run, on, "Ngày phát", now)
    return _recorded(run, {n: letters.delivered(run.fate(n), on) for n in envelopes_of(run, notifications)}, now)


def record_returned(run: PrintRun, notifications: Iterable[str], on: date, because: str, now: datetime) -> Decision:
    _must_be_possible(run, on, "Ngày hoàn", now)
    fates = {n: letters.returned(run.fate(n), on, because) for n in envelopes_of(run, notifications)}
    return _recorded(run, fates, now)


def told(run: PrintRun, fates: Mapping[int, Fate]) -> Decision:
    """The letters of these envelopes know this of them; what was recorded since is still to be told."""
    rest = tuple(number for number in run.to_tell if number not in fates or fates[number] != run.fate(number))
    if rest == run.to_tell:
        return run, []
    return replace(run, to_tell=rest, unfinished=True if rest else None), []


def forgotten(run: PrintRun, now: datetime) -> Decision:
    """Names and addresses are kept no longer; they stand on the letters, and with the cases."""
    if run.receivers is None:
        return run, []
    return replace(run, receivers=None, forgotten_at=now), []


def files_gone(run: PrintRun) -> Decision:
    """Nothing is left of the files that were made of it while it had names and addresses."""
    return replace(run, forgotten_at=None), []


def envelopes_of(run: PrintRun, notifications: Iterable[str]) -> tuple[int, ...]:
    """Numbers of the envelopes that hold these letters.

    Raises:
        Refusal: some did not leave in this run.
    """
    known = {item.notification: item.envelope for _, item in run.kept()}
    wanted = list(notifications)
    if strange := [id for id in wanted if id not in known]:
        raise Refusal("not-found", f"Đợt in {run.id} không có thư {_listed(strange)}.")
    return tuple(dict.fromkeys(known[id] for id in wanted))


def tracked(run: PrintRun, rows: Iterable[tuple[str, str]]) -> dict[int, str]:
    """Numbers of the post, by envelope, from those of its letters.

    Raises:
        Refusal: a letter is not of this run, or an envelope would have two numbers, or a number two envelopes.
    """
    found: dict[int, str] = {}
    for notification, number in rows:
        [envelope] = envelopes_of(run, [notification])
        give(found, envelope, number)
    return found


def give(found: dict[int, str], envelope: int, number: str) -> None:
    """Put the post's number of an envelope with the others.

    Raises:
        Refusal: it has another.
    """
    if found.setdefault(envelope, number := number.upper()) != number:
        raise Refusal("invalid", f"Bưu gửi số {envelope} có hai mã vận đơn: {found[envelope]} và {number}.")


def being_closed(run: PrintRun) -> Refusal:
    return Refusal("not-now", f"Đợt in {run.id} đang được chốt. Xin thử lại sau ít phút.")


def _posted(run: PrintRun, envelopes: Iterable[int], on: date, tracking: Mapping[int, str], now: datetime) -> Decision:
    fates = {number: letters.posted(run.fate(number), on, tracking.get(number)) for number in envelopes}
    holders: dict[str, int] = {}
    for number in sorted({*fates, *map(int, run.fates)}):
        mark = (fates.get(number) or run.fate(number)).tracking
        if mark is not None and holders.setdefault(mark, number) != number:
            raise Refusal("invalid", f"Mã vận đơn {mark} được ghi cho hai bưu gửi: số {holders[mark]} và số {number}.")
    return _recorded(run, fates, now)


def _recorded(run: PrintRun, fates: Mapping[int, Fate], now: datetime) -> Decision:
    """Once everything was posted, or came back before that, it is said, however the days are corrected later. It does
    not wait for what is handed over; of a run of which nothing goes by post, once all of it was recorded."""
    changed = {number: fate for number, fate in fates.items() if fate != run.fate(number)}
    if not changed:
        return run, []
    after = replace(
        run,
        fates={**run.fates, **{str(number): fate for number, fate in changed.items()}},
        to_tell=tuple(sorted({*run.to_tell, *changed})),
        unfinished=True,
    )
    after = _counted(after)
    by_post = dict.fromkeys(item.envelope for _, item in after.kept() if not item.by_hand)
    gone = [after.fate(number) for number in by_post or _live(after)]
    if run.posted_on is not None or not all(map(_has_gone, gone)):
        return after, []
    on = max(fate.posted_on or fate.returned_on or fate.delivered_on or run.day for fate in gone)
    said = PrintRunPosted(commune=run.commune, case=run.id, run=run.id, occurred_at=now, posted_on=on)
    return replace(after, posted_on=on), [said]


def _counted(run: PrintRun) -> PrintRun:
    kept = [item for _, item in run.kept()]
    fates = [run.fate(item.envelope) for item in kept]
    return replace(
        run,
        letters=len(kept),
        envelopes=len({item.envelope for item in kept}),
        bundles=max((item.bundle for item in kept), default=0),
        posted=sum(fate.posted_on is not None for fate in fates),
        delivered=sum(fate.delivered_on is not None and not fate.came_back for fate in fates),
        returned=sum(fate.came_back for fate in fates),
    )


def _live(run: PrintRun) -> tuple[int, ...]:
    return tuple(dict.fromkeys(item.envelope for _, item in run.kept()))


def _has_gone(fate: Fate) -> bool:
    return bool(fate.posted_on or fate.delivered_on or fate.returned_on)


def _must_be_possible(run: PrintRun, on: date, what: str, now: datetime) -> None:
    if not run.closed:
        raise being_closed(run)
    if on < run.day:
        raise Refusal("invalid", f"{what} {day(on)} trước ngày chốt đợt in ({day(run.day)}).")
    if on > now.astimezone(VIETNAM).date():
        raise Refusal("invalid", f"{what} {day(on)} ở tương lai.")


# --- the order ---------------------------------------------------------------------------------------------------


_Found = tuple[str | None, Ready]


def _envelopes(found: Sequence[_Found], together: bool) -> Iterator[list[_Found]]:
    envelope: list[_Found] = []
    for pair in found:
        same = together and envelope and _person(pair[1]) == _person(envelope[-1][1])
        if envelope and (not same or pair[1].receiver.by_hand or len(envelope) == BUNDLE):
            yield envelope
            envelope = []
        envelope.append(pair)
    if envelope:
        yield envelope


def _group(one: Ready, hamlet: str | None, rank: Mapping[str, int]) -> tuple[bool, int]:
    return one.receiver.by_hand, rank.get(hamlet or "", len(rank))


def _place_in_group(one: Ready) -> tuple[object, ...]:
    return _natural(one.receiver.address or ""), _person(one), one.notification


def _person(one: Ready) -> tuple[str, str, str]:
    """Who shares an envelope. Two people are not to read each other's letters: whose name, address or telephone number
    differs in anything but capitals and blanks is taken for another."""
    name, address = (" ".join(text.casefold().split()) for text in (one.receiver.name, one.receiver.address or ""))
    return name, address, one.phone or ""


def _natural(text: str) -> str:
    """`Số 5` comes before `Số 12`."""
    return re.sub(r"\d+", lambda number: number[0].zfill(8), folded(text))


def _listed(ids: Collection[str]) -> str:
    first = sorted(ids)[:5]
    more = f" và {len(ids) - len(first)} thư khác" if len(ids) > len(first) else ""
    return ", ".join(first) + more
