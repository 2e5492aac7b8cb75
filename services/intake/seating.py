"""Who gets a seat: in the order received, so many of a hamlet, the rest wait in their order."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.intake.reading.spelling import fold


@dataclass(frozen=True, slots=True)
class Room:
    """How many may come, in all and of one hamlet; None is no limit."""

    seats: int | None = None
    per_hamlet: int | None = None


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who comes, or would: a registrant, by the id of his form, or a representative, by his own id.

    hamlet: None where none is known; then only the seats in all are counted.
    seat: from 1; None while he waits.
    """

    id: str
    hamlet: str | None = None
    seat: int | None = None
    representative: bool = False


Guests = tuple[Guest, ...]


def seat(guests: Guests, newcomers: Iterable[Guest], room: Room) -> Guests:
    """Seat whom there is room for, the longest waiting first. Who has a seat keeps it; who is known is not added."""
    known = {guest.id for guest in guests}
    fresh = []
    for newcomer in newcomers:
        if newcomer.id not in known:
            known.add(newcomer.id)
            fresh.append(replace(newcomer, seat=None))
    return _filled((*guests, *fresh), room)


def free(guests: Guests, gone: str, room: Room) -> Guests:
    """Somebody does not come: the first who waits, and whose hamlet has room, takes his seat."""
    return _filled(tuple(guest for guest in guests if guest.id != gone), room)


def seats_left(guests: Guests, room: Room) -> int | None:
    """None when there is room for all."""
    return None if room.seats is None else room.seats - sum(guest.seat is not None for guest in guests)


def waiting_places(guests: Guests) -> Mapping[str, int]:
    """Who waits, and for each: he is the n-th."""
    return {guest.id: place for place, guest in enumerate((one for one in guests if one.seat is None), 1)}


def _filled(guests: Guests, room: Room) -> Guests:
    taken = {guest.seat for guest in guests if guest.seat is not None}
    of_hamlet = Counter(guest.hamlet for guest in guests if guest.seat is not None)
    after, lowest = list(guests), 1
    for place, guest in enumerate(guests):
        if guest.seat is not None:
            continue
        if room.seats is not None and len(taken) >= room.seats:
            break
        if guest.hamlet is not None and room.per_hamlet is not None and of_hamlet[guest.hamlet] >= room.per_hamlet:
            continue
        while lowest in taken:
            lowest += 1
        after[place] = replace(guest, seat=lowest)
        taken.add(lowest)
        of_hamlet[guest.hamlet] += 1
    return tuple(after)


# --- the hamlet of an address ---------------------------------------------------------------------------------------

_KINDS = {
    "thon": r"thon|th\.",
    "to dan pho": r"to dan pho|to dp|tdp|to|khu pho|kp",
    "xom": r"xom",
    "ap": r"ap",
    "ban": r"ban",
    "khu": r"khu pho|khu",
}
"""What a hamlet is called, and how people write it. All of it without diacritics."""
_ANY = "|".join(_KINDS.values())
_BEGINNING = re.compile(rf"(?:(?P<kind>{_ANY})\b\.?\s*)?(?:so\s+)?(?P<name>.+)")


def hamlet_in(address: str | None, hamlets: Sequence[str]) -> str | None:
    """The hamlet that an address names, written with or without diacritics; the longest name where several fit.

    A name counts after its kind (`thôn Nội`, `TDP 5`, `tổ 5`) or alone between two commas, so `Hà Nội` names none.
    """
    if not address:
        return None
    plain = _plain(address)
    best: tuple[tuple[int, int, int], str] | None = None
    for hamlet in hamlets:
        kind, name = _parts(hamlet)
        named = re.search(rf"\b({_KINDS.get(kind, _ANY)})\.?\s*(?:so\s+)?0*{re.escape(name)}(?![\w/])", plain)
        alone = not name.isdigit() and name in (part.strip() for part in re.split(r"[,;\n]| - ", plain))
        if not (named or alone):
            continue
        as_written = hamlet.casefold() in address.casefold()
        rank = ((1 if named[1] == "to" else 2) if named else 0, len(name), as_written)  # `tổ 1, TDP 5` is in TDP 5
        if best is None or rank > best[0]:
            best = (rank, hamlet)
    return best[1] if best else None


def _parts(hamlet: str) -> tuple[str, str]:
    """The kind and the bare name of a hamlet: `tổ dân phố` and `5`."""
    found = _BEGINNING.fullmatch(_plain(hamlet))
    if found is None:
        return "", _plain(hamlet)
    written = found["kind"] or ""
    kind = next((kind for kind, spellings in _KINDS.items() if written and re.fullmatch(spellings, written)), "")
    return kind, found["name"].lstrip("0") or found["name"]


def _plain(text: str) -> str:
    return " ".join(fold(text).split())
