"""A commune's own terms, hours and ladder, as the rules take them."""

from dataclasses import dataclass

from services.deadlines import rules
from services.deadlines.explain import OfficeHours, Term
from services.deadlines.rules import Step
from services.deadlines.working_days import WorkingCalendar
from shared import communes as profiles
from shared.communes import Communes, Profile
from shared.contracts.deadlines import RuleId

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True, slots=True)
class Office:
    """What of a commune's profile the rules need, and the State's calendar."""

    hours: OfficeHours
    own: dict[RuleId, Term]
    ladder: tuple[Step, ...]
    calendar: WorkingCalendar

    def term(self, rule: RuleId) -> Term:
        return rules.term_for(rule, self.own)


def office(profile: Profile, calendar: WorkingCalendar) -> Office:
    """Read the profile's part that is about time."""
    return Office(
        hours=_hours(profile.office_hours),
        own={rule: Term(span.count, span.unit, span.counted, span.basis) for rule, span in profile.terms.items()},
        ladder=tuple(Step(step.to, step.after_working_days) for step in profile.escalation),
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


class Offices:
    """Every commune's office, by id."""

    def __init__(self, communes: Communes, calendar: WorkingCalendar) -> None:
        self._offices = {id: office(profile, calendar) for id, profile in communes.items()}

    def __getitem__(self, commune: str) -> Office:
        """Raises KeyError for a commune without a profile."""
        return self._offices[commune]
