"""When a commune must hold a dialogue: the slots of its programme, or the year the law gives it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.deadlines.deadline import Duty, Told
from services.deadlines.explain import ONE_DAY, Term, WorkingDays
from services.deadlines.rules import DEFAULTS
from services.deadlines.turns import Started


@dataclass(frozen=True, slots=True)
class Slot:
    """A period in which a dialogue must be held, both days included. `id` is `<commune>-<slot>`, or `<commune>-<year>`.

    basis: the line of the plan or the law, in Vietnamese. audiences: those of its sessions, where the plan names any.
    """

    id: str
    name: str
    opens: date
    closes: date
    basis: str
    audiences: frozenset[str] = frozenset()


def slots_for(commune: str, own: Sequence[Slot], year: int) -> tuple[Slot, ...]:
    """The plan's slots that touch a year; where it has none, the year itself, for the law wants one dialogue in it."""
    of_year = tuple(slot for slot in own if slot.opens.year <= year <= slot.closes.year)
    whole_year = Slot(
        id=f"{commune}-{year}",
        name=f"Đối thoại định kỳ năm {year}",
        opens=date(year, 1, 1),
        closes=date(year, 12, 31),
        basis=DEFAULTS["periodic-dialogue"].basis,
    )
    return of_year or (whole_year,)


def slots_of(commune: str, own: Sequence[Slot], day: date, audiences: Collection[str]) -> tuple[Slot, ...]:
    """Every slot that a dialogue on this day is held in. Slots that share the day are told apart by their audiences.

    A quarter's and the year's, that name none, are both met by it.
    """
    of_day = tuple(slot for slot in slots_for(commune, own, day.year) if slot.opens <= day <= slot.closes)
    return tuple(slot for slot in of_day if slot.audiences.intersection(audiences)) or of_day


def current_and_next(commune: str, own: Sequence[Slot], today: date) -> tuple[Slot, ...]:
    """The slots that are open today, and the first that opens later. Those that are over are left alone."""
    coming = _not_over(commune, own, today)
    later = [slot for slot in coming if slot.opens > today]
    return (*(slot for slot in coming if slot.opens <= today), *later[:1])


def slot_for(commune: str, own: Sequence[Slot], day: date) -> Slot:
    """The slot a day lies in, the one that ends first where there are several; else the next."""
    coming = _not_over(commune, own, day)
    return min(coming, key=lambda slot: (slot.opens > day, slot.opens if slot.opens > day else slot.closes))


def slot_term(slot: Slot, calendar: WorkingDays) -> Term:
    """It ends on the slot's last working day; counted from `slot.closes`. A slot of days off ends with the next one.

    Raises:
        NoCalendar: when the slot ends in a year whose days off are not known.
    """
    day = slot.closes
    while day >= slot.opens:
        if calendar.why_not(day) is None:
            return Term(0, "days", "before", slot.basis)
        day -= ONE_DAY
    return Term(0, "days", "after", slot.basis)


def expect_dialogue(commune: str, slot: Slot, calendar: WorkingDays, at: datetime) -> Told:
    """The office owes a dialogue in this slot. Told several times, the first counts."""
    return Told(slot_duty(commune, slot), Started(at, slot.closes, slot_term(slot, calendar)))


def slot_duty(commune: str, slot: Slot) -> Duty:
    return Duty(commune, slot.id, "periodic-dialogue", slot.id, what=slot.name)


def _not_over(commune: str, own: Sequence[Slot], day: date) -> list[Slot]:
    slots = {slot.id: slot for year in _this_and_next(day) for slot in slots_for(commune, own, year)}
    return sorted((slot for slot in slots.values() if slot.closes >= day), key=lambda slot: (slot.opens, slot.closes))


def _this_and_next(day: date) -> Iterator[int]:
    yield day.year
    yield day.year + 1
