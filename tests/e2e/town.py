"""A commune whose people act by hand: citizens on pages and by mail, the office in the console, departments by command.

Nothing here knows what must come of it; that is for the tests.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from itertools import count
from typing import Any

import httpx
import nats
from nats.aio.client import Client

from deploy.embedded.quiet import until_quiet
from services.intake.pages.notice import VERSION
from shared.clock import move_clock
from shared.commands import send
from shared.communes import Communes
from shared.contracts import Actor, Command, Done, Event, Role, intake, routing
from shared.contracts.taxonomy import Scope
from shared.web import HANOI
from tests.door import let_in_now
from tests.e2e.journey import said_of, words_of
from tests.mailservers import MailServer
from tests.servers import RunningSystem

CLERK = "hanh.clerk@hanoi.example"
File = tuple[str, bytes]


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of 2026 in Hanoi."""
    return datetime(2026, month, day, hour, minute, tzinfo=HANOI)


@dataclass(frozen=True)
class OwnForm:
    """The tracking page of one form, in the browser of whoever sent it."""

    browser: httpx.AsyncClient
    address: str

    async def page(self) -> str:
        """What it says."""
        return words_of((await self.browser.get(self.address)).text)

    async def sends(self, what: str, **typed: str) -> None:
        """One of the forms of the page."""
        done = await self.browser.post(f"{self.address}/{what}", data=typed)
        assert done.status_code == 303, words_of(done.text)


@dataclass
class Town:
    """One commune on a running stack. cases, codes: of the forms that were taken in, by the names they are given here.

    Each act returns once all that follows from it has been done.
    """

    commune: str
    system: RunningSystem
    client: Client
    mailbox: MailServer | None = None
    cases: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    _keys: "count[int]" = field(default_factory=count)

    # --- time, and what was said

    async def it_is(self, moment: datetime) -> None:
        await move_clock(self.client, moment)
        await until_quiet(self.client, self.system.addresses.services, swept_at=moment)

    async def settles(self) -> None:
        await until_quiet(self.client, self.system.addresses.services)

    async def said(self, *contracts: type[Event]) -> list[Any]:
        """All that was said of the commune, or what of it is of these kinds."""
        events = await said_of(self.commune, self.system.addresses)
        return [event for event in events if not contracts or isinstance(event, contracts)]

    # --- citizens

    def citizen(self) -> httpx.AsyncClient:
        """A browser of its own."""
        public = self.system.addresses.public_url
        return httpx.AsyncClient(base_url=public, headers={"Origin": public}, timeout=30)

    async def fills_in_the_page(self, name: str, /, *files: File, **typed: str) -> None:
        async with self.citizen() as browser:
            answer = await browser.post(
                f"/xa/{self.commune}", data=typed | {"consent": VERSION}, files=[("files", one) for one in files]
            )
        assert answer.status_code == 303, answer.text
        await self.knows(name, answer.headers["location"].rpartition("/")[2])

    async def sends_by_program(self, name: str, /, *asked: str, **registrant: str) -> None:
        body = registrant | {"questions": [{"text": text} for text in asked], "notice": VERSION}
        async with self.citizen() as program:
            answer = await program.post(f"/api/v1/communes/{self.commune}/submissions", json=body)
        assert answer.status_code == 201, answer.text
        await self.knows(name, answer.json()["code"])

    async def mails(self, *mails: EmailMessage) -> None:
        """Into the mailbox; until all of them were taken out of it."""
        assert self.mailbox is not None, "this town has none"
        await asyncio.to_thread(self.mailbox.put, *mails)
        async with asyncio.timeout(60):
            while await asyncio.to_thread(self.mailbox.held):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.2)
        await self.settles()

    @asynccontextmanager
    async def own_form(self, name: str, contact: str) -> AsyncIterator["OwnForm"]:
        """The tracking page of a form, opened by whoever sent it."""
        async with self.citizen() as browser:
            opened = await browser.post("/tra-cuu", data={"code": self.codes[name], "contact": contact})
            assert opened.status_code == 303, opened.text
            yield OwnForm(browser, f"/tra-cuu/{self.codes[name]}")
        await self.settles()

    # --- the office, in the console

    def console(self, person: str = CLERK) -> httpx.AsyncClient:
        address = self.system.addresses.services["console"]
        cookies = let_in_now(address, self.commune, person)
        return httpx.AsyncClient(base_url=address, cookies=cookies, headers={"Origin": address}, timeout=60)

    async def posts(self, path: str, typed: Mapping[str, str], *files: tuple[str, File], json: bool = False) -> Any:
        """A form of the console, as the clerk sends it."""
        headers = {"Accept": "application/json"} if json else {}
        known = {"key": f"town-{next(self._keys)}"} | dict(typed)
        async with self.console() as desk:
            answer = await desk.post(path, data=known, files=list(files) or None, headers=headers)
        assert answer.status_code in (200, 303), words_of(answer.text)
        await self.settles()
        return answer

    async def hands_in_list(self, sender: str, name: str, data: bytes) -> str:
        """Seen first, then received as it was seen. Returns the page that tells what became of it."""
        begin = {"kind": "opinions", "sender": sender, "section": "procedures"}
        seen = (await self.posts("/danh-sach", begin, ("table", (name, data)))).text
        hidden = {one: _value(seen, one) for one in ("file", "seen", "key")}
        columns = {
            f"column-{column}": field for field, _, column in (one.partition(":") for one in hidden["seen"].split())
        }
        received = await self.posts("/danh-sach", begin | hidden | columns | {"verb": "receive-table"})
        return str(received.text)

    # --- commands

    def person(self, role: Role, department: str | None = None) -> Actor:
        name = Communes.load()[self.commune].holders(role, department)[0].name
        return Actor(name=name, role=role, commune=self.commune, department=department)

    async def does(self, command: type[Command], role: Role, of: str | None = None, /, **fields: Any) -> Done:
        actor = self.person(role, of)
        reply = await send(self.client, command(actor=actor, key=f"town-{next(self._keys)}", **fields))
        assert isinstance(reply, Done), reply
        await self.settles()
        return reply

    async def knows(self, name: str, code: str) -> None:
        """Give a form its name in this story."""
        found = await self.does(intake.LookUpSubmission, Role.CLERK, code=code)
        self.cases[name], self.codes[name] = found.state["id"], code
        await self.settles()

    async def knows_by_registrant(self, **names: str) -> None:
        """The same for forms whose receipts nobody has seen."""
        received = {event.registrant.name: event.code for event in await self.said(intake.SubmissionReceived)}
        for name, registrant in names.items():
            await self.knows(name, received[registrant])

    async def works(self) -> None:
        """Everything that lies before somebody is done: read by the office, written by a department, approved."""
        while waiting := _waiting(await self.said()):
            for event in waiting:
                await self._deals_with(event)

    async def _deals_with(self, event: Any) -> None:
        match event:
            case routing.QuestionAwaitsTriage(scope=Scope.COMPLAINT):
                await self.does(
                    routing.RedirectQuestion,
                    Role.OFFICE_HEAD,
                    question=event.question,
                    scope=Scope.COMPLAINT,
                    authority="Ban Tiếp công dân xã",
                    guidance="Ông/bà gửi đơn khiếu nại kèm quyết định bị khiếu nại đến Ban Tiếp công dân.",
                )
            case routing.QuestionAwaitsTriage() | routing.QuestionReopened():
                await self.does(
                    routing.AssignQuestion,
                    Role.CLERK,
                    question=event.question,
                    field="one-stop-service",
                    department="trung-tam-hanh-chinh-cong",
                    reason="Văn phòng đọc và phân loại.",
                )
            case routing.QuestionAssigned():
                text = f"Trả lời lần {await self._round(event.question)} cho câu hỏi {event.question}."
                await self.does(routing.DraftAnswer, Role.OFFICER, event.department, question=event.question, text=text)
                await self.approves(event.question)

    async def approves(self, question: str) -> None:
        """Step by step, until the answer may be given."""
        drafted = [event for event in await self.said(routing.AnswerDrafted) if event.question == question]
        awaits = drafted[-1].awaits
        while awaits:
            of = drafted[-1].department if awaits[-1] is Role.HEAD else None
            judged = await self.does(routing.ApproveAnswer, awaits[-1], of, question=question)
            awaits = tuple(Role(role) for role in judged.state["awaits"][0]) if judged.state["awaits"] else ()

    async def _round(self, question: str) -> int:
        reopened = await self.said(routing.QuestionReopened)
        return 1 + len([event for event in reopened if event.question == question])


def _waiting(events: Sequence[Event]) -> list[Any]:
    """The last word of each question, where somebody has to act on it."""
    last: dict[str, Event] = {}
    for event in events:
        match event:
            case (
                routing.QuestionAwaitsTriage()
                | routing.QuestionReopened()
                | routing.QuestionAssigned()
                | routing.QuestionRedirected()
                | routing.AnswerApproved()
                | routing.QuestionSettled()
            ):
                last[event.question] = event
    to_do = (routing.QuestionAwaitsTriage, routing.QuestionReopened, routing.QuestionAssigned)
    return [event for event in last.values() if isinstance(event, to_do)]


def _value(page: str, name: str) -> str:
    """Of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"the page has no field {name}"
    return found[1]


async def settled_in(commune: str, system: RunningSystem, mailbox: MailServer | None = None) -> Town:
    """The town, with a connection that is the caller's to close."""
    return Town(commune, system, await nats.connect(system.addresses.nats_url), mailbox)
