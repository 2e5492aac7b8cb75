"""A commune's own terms, hours, programme and ladder, as the rules take them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.deadlines import programme, rules
from services.deadlines.explain import OfficeHours, Term
from services.deadlines.ladder import Step
from services.deadlines.programme import Slot
from services.deadlines.working_days import WorkingCalendar
from shared import communes as profiles
from shared.communes import Communes, Profile
from shared.contracts.deadlines import RuleId

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True, slots=True)
class Office:
    """What of a commune's profile the rules need, and the State's calendar."""

    commune: str
    hours: OfficeHours
    own: dict[RuleId, Term]
    ladder: tuple[Step, ...]
    slots: tuple[Slot, ...]
    calendar: WorkingCalendar

    def term(self, rule: RuleId) -> Term:
        return rules.term_for(rule, self.own)

    def counted_from(self, rule: RuleId, day: date) -> tuple[Term, date]:
        """The term of a rule and the day it is counted from, for whoever asks about a day.

        A periodic dialogue is owed by the end of the slot of the programme that the day lies in, else of the next one.

        Raises:
            NoCalendar: when that slot ends in a year whose days off are not known.
        """
        if rule != "periodic-dialogue":
            return self.term(rule), day
        slot = programme.slot_for(self.commune, self.slots, day)
        return programme.slot_term(slot, self.calendar), slot.closes


def office(profile: Profile, calendar: WorkingCalendar) -> Office:
    """Read the profile's part that is about time."""
    return Office(
        commune=profile.id,
        hours=_hours(profile.office_hours),
        own={rule: Term(span.count, span.unit, span.counted, span.basis) for rule, span in profile.terms.items()},
        ladder=tuple(Step(step.to, step.after_working_days) for step in profile.escalation),
        slots=tuple(_slot(profile.id, slot) for slot in profile.programme),
        calendar=calendar,
    )


def _hours(hours: profiles.OfficeHours) -> OfficeHours:
    return OfficeHours(
        opens=hours.morning_opens,
        noon_closes=hours.morning_closes,
        noon_opens=hours.afternoon_opens,
        closes=hours.afternoon_closes,
        mornings_only=frozenset(WEEKDAYS.index(day) for day in hours.mornings_only),
    )


def _slot(commune: str, slot: profiles.Slot) -> Slot:
    return Slot(
        id=f"{commune}-{slot.id}",
        name=slot.name,
        opens=slot.opens,
        closes=slot.closes,
        basis=slot.basis,
        audiences=frozenset(session.audience for session in slot.sessions if session.audience),
    )


class Offices:
    """Every commune's office, by id."""

    def __init__(self, communes: Communes, calendar: WorkingCalendar) -> None:
        self._offices = {id: office(profile, calendar) for id, profile in communes.items()}

    def __getitem__(self, commune: str) -> Office:
        """Raises KeyError for a commune without a profile."""
        return self._offices[commune]

    def __contains__(self, commune: str) -> bool:
        return commune in self._offices

    def __iter__(self) -> Iterator[Office]:
        return iter(self._offices.values())
