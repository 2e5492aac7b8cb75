"""People who do not give up: citizens who send the same form again, officers who repeat the same command."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from nats.aio.client import Client

from shared.commands import send
from shared.communes import Communes
from shared.contracts import Actor, Command, Done, Role, routing
from tests.approving import next_judge
from tests.builders import COMMUNE

AT_ONCE = 8
PATIENCE_S = 60.0
ASKED = (
    "Đăng ký khai sinh quá hạn cho con (phiếu {}) thì cần những giấy tờ gì?",
    "Đất nhà tôi đã có sổ đỏ, nay tách thửa cho con (phiếu {}) thì làm thế nào?",
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the crowd. Every second one asks two things, every tenth gives a postal address only."""

    number: int

    @property
    def email(self) -> str | None:
        return None if self.number % 10 == 0 else f"thu{self.number}@nguoidan.example"

    @property
    def body(self) -> dict[str, Any]:
        return {
            "name": f"Nguyễn Văn Thử {self.number}",
            "phone": f"09{self.number:08}",
            "email": self.email,
            "address": f"Số {self.number}, thôn Nội, xã Thanh Trì",
            "questions": [{"text": text.format(self.number)} for text in ASKED[: 1 + self.number % 2]],
        }


@dataclass(slots=True)
class Citizens:
    """Whoever gets no answer, or is asked to come again, sends the same form until he has his receipt.

    codes: each form's receipt. again: how often somebody had to send again; had_come: how often it had arrived.
    """

    public_url: str
    codes: dict[int, str] = field(default_factory=dict)
    again: int = 0
    had_come: int = 0

    async def send(self, forms: Sequence[Form], may_begin: Callable[[int], Awaitable[None]]) -> None:
        """may_begin: what the form with this number, from 0, waits for."""
        waiting = iter(enumerate(forms))

        async def one_citizen(http: httpx.AsyncClient) -> None:
            for number, form in waiting:
                await may_begin(number)
                self.codes[form.number] = await self._insist(http, form)

        async with httpx.AsyncClient(base_url=self.public_url, timeout=10) as http, asyncio.TaskGroup() as crowd:
            for _ in range(AT_ONCE):
                crowd.create_task(one_citizen(http))

    async def _insist(self, http: httpx.AsyncClient, form: Form) -> str:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    answer = await http.post(f"/api/v1/communes/{COMMUNE}/submissions", json=form.body)
                except httpx.TransportError:
                    answer = None
                if answer is not None and answer.is_success:
                    self.had_come += bool(answer.json()["duplicate"])
                    return str(answer.json()["code"])
                assert answer is None or answer.status_code == 503, answer.text
                self.again += 1
                await asyncio.sleep(0.1)


class Officers:
    """The department drafts, those who are to approve do; a command without an answer is repeated under its key."""

    def __init__(self, client: Client) -> None:
        self._nats = client
        self._profile = Communes.load()[COMMUNE]
        self.repeated = 0

    async def answer(
        self, assigned: Sequence[routing.QuestionAssigned], may_begin: Callable[[int], Awaitable[None]]
    ) -> None:
        """may_begin: what the question with this number, from 0, waits for."""
        waiting = iter(enumerate(assigned))

        async def one_pair() -> None:
            for number, one in waiting:
                await may_begin(number)
                question = one.question
                text = f"Ông/bà mang giấy tờ tùy thân đến bộ phận một cửa của xã để được giải quyết ({question})."
                officer = self._actor(Role.OFFICER, one.department)
                draft = routing.DraftAnswer(actor=officer, key=f"draft-{question}", question=question, text=text)
                reply = await self._insist(draft)
                while judge := next_judge(reply.state):
                    key = f"approve-{question}-{judge.role}"
                    reply = await self._insist(routing.ApproveAnswer(actor=judge, key=key, question=question))

        async with asyncio.TaskGroup() as office:
            for _ in range(AT_ONCE):
                office.create_task(one_pair())

    async def _insist(self, command: Command) -> Done:
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(reply := await send(self._nats, command, timeout=2), Done):
                assert reply.code == "unavailable", reply
                self.repeated += 1
                await asyncio.sleep(0.1)
        return reply

    def _actor(self, role: Role, department: str | None = None) -> Actor:
        name = self._profile.holders(role, department)[0].name
        return Actor(name=name, role=role, commune=COMMUNE, department=department)
