"""Who can act for a commune at a rehearsal, and the days on which he does."""

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from nats.aio.client import Client

from services.deadlines.working_days import WorkingCalendar
from shared.commands import send
from shared.communes import Profile
from shared.contracts import Actor, Command, Done, Refused, Role
from shared.contracts.intake import FilePurpose
from shared.files import put_file
from shared.web import HANOI


class CannotRehearse(RuntimeError):
    """The rehearsal cannot begin or go on. The text is Vietnamese: what, and the remedy."""


class Office:
    """Sends commands as the people of a profile, and counts its working days."""

    def __init__(self, client: Client, profile: Profile, calendar: WorkingCalendar) -> None:
        self._nats, self.profile, self._calendar = client, profile, calendar

    async def does(self, role: Role, command: type[Command], department: str | None = None, /, **fields: Any) -> Done:
        """As the first who holds the role. Raises CannotRehearse when the command is refused."""
        return await self.acts(self.actor(role, department), command, **fields)

    async def acts(self, actor: Actor, command: type[Command], /, **fields: Any) -> Done:
        """Raises CannotRehearse when the command is refused."""
        reply = await send(self._nats, command.model_validate({"actor": actor, "key": str(uuid4()), **fields}))
        if isinstance(reply, Refused):
            raise CannotRehearse(f"{self.profile.name}: lệnh {command.verb} bị từ chối: {reply.reason}")
        return reply

    async def keeps(self, name: str, data: bytes, purpose: FilePurpose = "attachment") -> str:
        """The id of a file that a clerk has handed in. Raises CannotRehearse when it is not taken."""
        kept = await put_file(self._nats, self.actor(Role.CLERK), name, data, purpose)
        if isinstance(kept, Refused):
            raise CannotRehearse(f"{self.profile.name}: tệp {name} không được nhận: {kept.reason}")
        return kept.id

    def actor(self, role: Role, department: str | None = None) -> Actor:
        holders = self.profile.holders(role, department)
        name = holders[0].name if holders else "Diễn tập"
        return Actor(name=name, role=role, commune=self.profile.id, department=department)

    def is_working(self, day: date) -> bool:
        return self._calendar.is_working(day)

    def working_day(self, day: date, n: int) -> date:
        """The n-th working day after a day; before it where n is negative."""
        for _ in range(abs(n)):
            day = self._calendar.next_working_day(day) if n > 0 else self._calendar.previous_working_day(day)
        return day

    def at_work(self, day: date) -> date:
        """The day, or the next one on which the office works."""
        return day if self._calendar.is_working(day) else self._calendar.next_working_day(day)


def on(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), HANOI)
