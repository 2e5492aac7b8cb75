"""Who gets a seat: in the order received, so many of a hamlet, the rest wait in their order."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace


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
