"""What is owed once letters are printed: that they are handed to the post."""

from datetime import datetime

from services.deadlines.deadline import Duty, Told
from services.deadlines.explain import OfficeHours, Term, local, local_date
from services.deadlines.turns import Done, Started
from shared.contracts.post import PrintRunClosed, PrintRunPosted, RunEvent


def expect_posting(closed: PrintRunClosed, term: Term) -> list[Told]:
    """The office has a print run in its hands. The day it was printed is not counted. What is handed over instead of
    posted has no term."""
    if closed.by_hand == closed.envelopes:
        return []
    at = closed.occurred_at
    return [Told(_owed(closed, _what(closed)), Started(at, local_date(at), term))]


def accept_posting(posted: PrintRunPosted, hours: OfficeHours) -> Told:
    """All that goes by post is with it since `posted_on`; written down later, it was done by the end of that day."""
    return Told(_owed(posted), Done(_done_at(posted, hours)))


def _done_at(posted: PrintRunPosted, hours: OfficeHours) -> datetime:
    if local_date(posted.occurred_at) == posted.posted_on:
        return posted.occurred_at
    return min(posted.occurred_at, local(posted.posted_on, hours.closes))


def _what(closed: PrintRunClosed) -> str:
    day = local_date(closed.occurred_at).strftime("%d/%m/%Y")
    return f"Gửi bưu điện {closed.letters - closed.by_hand:02} thư của đợt in ngày {day}"


def _owed(fact: RunEvent, what: str | None = None) -> Duty:
    return Duty(fact.commune, fact.run, "posting", fact.run, what=what)
