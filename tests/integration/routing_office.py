"""Routing on a real broker and a real database, and whoever speaks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import nats
from nats.aio.client import Client

from services.routing import app as routing_app
from shared.cases import read
from shared.commands import send
from shared.contracts import Actor, Command, Done, Event, Refused, Role, intake, routing
from shared.service import Service
from tests.approving import next_judge
from tests.builders import (
    DIALOGUE,
    actor,
    of_attendance,
    of_dialogue,
    submission_received,
)
from tests.builders import question as a_question
from tests.integration.test_delivery import say, settings_of, settled, started
from tests.servers import Servers

LAND_OFFICE, CULTURE = "phong-kinh-te", "phong-van-hoa-xa-hoi"
LAND_TITLE = "Bao giờ các hộ ở thôn Nội được cấp sổ đỏ?"
CLERK, CHAIRMAN = actor(), actor(Role.CHAIRMAN, name="Nguyễn Văn Lợi")
OFFICER = actor(Role.OFFICER, name="Nguyễn Đức Toàn", department=LAND_OFFICE)
HEAD = actor(Role.HEAD, name="Bùi Thị Hải", department=LAND_OFFICE)
OTHER_OFFICER = actor(Role.OFFICER, name="Vũ Thị Lan", department=CULTURE)
MORE_TIME = {"reason": "Cần đo lại", "requirement": "Trích lục bản đồ", "responsible": "Nguyễn Đức Toàn"}


@dataclass
class Office:
    """Routing, and whoever speaks to it."""

    client: Client
    service: Service
    keys: int = field(default=0)

    async def hears(self, *events: Event) -> None:
        for event in events:
            await say(self.client, event)
        await settled(self.client)

    async def told(self, question: str | None = None) -> list[Any]:
        """Every event that routing has published, of one question where it is named."""
        assert self.service.outbox is not None
        await self.service.outbox.drain()
        case = question.rsplit("-", 1)[0] if question else "*"
        told = [envelope.open() async for _, envelope in read(self.client, f"event.routing.*.{case}.>")]
        return [event for event in told if question in (None, getattr(event, "question", None))]

    async def told_of(self, contract: type[Event]) -> list[Any]:
        return [event for event in await self.told() if isinstance(event, contract)]

    async def asked(
        self, contract: type[Command], by: Actor = CLERK, *, key: str | None = None, **fields: Any
    ) -> Done | Refused:
        self.keys += 1
        return await send(self.client, contract(actor=by, key=key or f"k{self.keys}", **fields))

    async def done(self, contract: type[Command], by: Actor = CLERK, **fields: Any) -> Done:
        reply = await self.asked(contract, by, **fields)
        assert isinstance(reply, Done), reply
        return reply

    async def answered(self, question: str, text: str = "Trả lời.") -> None:
        """Handed in, and passed by everybody whom the commune asks."""
        reply = await self.done(routing.DraftAnswer, OFFICER, question=question, text=text)
        while judge := next_judge(reply.state):
            reply = await self.done(routing.ApproveAnswer, judge, question=question)


@asynccontextmanager
async def an_office(servers: Servers) -> AsyncIterator[Office]:
    service = routing_app.build(settings_of(servers))
    client = await nats.connect(servers.nats_url)
    try:
        async with started(service):
            yield Office(client, service)
    finally:
        await client.close()


def announced(dialogue: str = DIALOGUE, **changes: Any) -> Event:
    event: Event = of_dialogue(intake.DialogueAnnounced, case=dialogue, **changes)
    return event


def form(case: str, *texts: str, **changes: Any) -> intake.SubmissionReceived:
    questions = [
        a_question(number, text).model_copy(update={"id": f"{case}-{number}"})
        for number, text in enumerate(texts or (LAND_TITLE,), 1)
    ]
    return submission_received(**{"case": case, "questions": tuple(questions)} | changes)


def came(case: str, present: bool = True) -> Event:
    event: Event = of_attendance(intake.AttendanceRecorded, case=case, present=present)
    return event
