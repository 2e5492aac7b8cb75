"""Who takes the letters of a commune to the post office, on the working day after they were printed."""

from datetime import datetime, timedelta
from functools import partial

from deploy.embedded.rehearsal.agenda import Act, Agenda
from deploy.embedded.rehearsal.office import Office, on
from shared.contracts import Event, Role
from shared.contracts.notify import NotificationQueued
from shared.contracts.post import PrintRunClosed, RecordPosted
from shared.web import HANOI

A_SECOND = timedelta(seconds=1)


class PostDesk:
    """One a commune, however many dialogues are played."""

    def __init__(self, office: Office, agenda: Agenda) -> None:
        self._office, self._agenda = office, agenda

    def hear(self, event: Event, nothing: Act) -> None:
        """Time stops after the cut-off of whatever is to be printed, so that a print run is closed on its own day.

        Args:
            nothing: the act that only stops time.
        """
        at = event.occurred_at.astimezone(HANOI)
        match event:
            case NotificationQueued(channel="letter"):
                self._agenda.add(self._cut_off(at) + A_SECOND, nothing)
            case PrintRunClosed():
                day = self._office.working_day(at.date(), 1)
                self._agenda.add(on(day, 9), partial(self._post, event.run, on(day, 9)))

    def _cut_off(self, at: datetime) -> datetime:
        of_today = datetime.combine(at.date(), self._office.profile.post.cut_off, HANOI)
        return of_today if at < of_today else of_today + timedelta(days=1)

    async def _post(self, run: str, at: datetime) -> None:
        await self._office.does(Role.CLERK, RecordPosted, run=run, posted_on=at.date())
