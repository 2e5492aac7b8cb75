"""Communes side by side, in numbers alone: what they owe, and what they keep."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.console import conferences, reports
from services.console.reports import Row
from shared.communes import Profile


@dataclass(frozen=True, slots=True)
class Standing:
    """One commune in one year.

    held, ahead, warned, missed: slots of its programme; of one that was warned of the term is near and no dialogue is
    planned. late_open: questions whose answer is late today. kept_terms, late_terms: terms of every rule that were
    kept by their first end, or were not. to_province: missed terms put before the province.
    """

    commune: str
    name: str
    held: int
    ahead: int
    warned: int
    missed: int
    questions: Row
    late_open: int
    kept_terms: int
    late_terms: int
    to_province: int

    @property
    def slots(self) -> int:
        return self.held + self.ahead + self.warned + self.missed


def standings(db: sqlite3.Connection, profiles: Sequence[Profile], year: int, now: datetime) -> list[Standing]:
    """Each of these communes, in their order."""
    return [_standing(db, profile, year, now) for profile in profiles]


def _standing(db: sqlite3.Connection, profile: Profile, year: int, now: datetime) -> Standing:
    span = reports.period(str(year))
    assert span is not None, "a year is a period"
    figures = reports.figures(db, profile, reports.of_period(span), now)
    places = conferences.programme(db, profile, year, now)
    states = [
        "warned" if place.state == "open" and place.term and place.term.urgency in ("near", "late") else place.state
        for place in places
    ]
    return Standing(
        commune=profile.id,
        name=profile.name,
        held=states.count("held"),
        ahead=states.count("planned") + states.count("open"),
        warned=states.count("warned"),
        missed=states.count("missed"),
        questions=figures.total,
        late_open=figures.late_open,
        kept_terms=sum(one.kept_first for one in figures.terms),
        late_terms=sum(one.late_first for one in figures.terms),
        to_province=figures.to_province,
    )
