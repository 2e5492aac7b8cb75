"""The people of the rehearsal: citizens who write, officers who answer, a chairman who approves, some of them late."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import uuid4

import httpx
from nats.aio.client import Client

from deploy.embedded.rehearsal.agenda import Agenda
from deploy.embedded.rehearsal.forms import DemoForm, filled_forms
from services.deadlines.working_days import WorkingCalendar
from services.intake.documents import read_form_file
from shared.commands import send
from shared.communes import Person, Profile
from shared.contracts import Actor, Command, Done, Event, Refused, Role, deadlines, intake, routing
from shared.contracts.taxonomy import QuestionField, Scope
from shared.web import HANOI

ANSWER_AFTER = (2, 3, 1, 2)
"""Working days that officers take, in turn."""
AUTHORITY = "Ban Tiếp công dân xã Thanh Trì"


class CannotRehearse(RuntimeError):
    """The rehearsal cannot begin or go on. The text is Vietnamese: what, and the remedy."""


@dataclass(slots=True)
class Sent:
    """A form that went out and the receipt it got."""

    form: DemoForm
    code: str
    case: str


class People:
    """Who does what, and when. Each acts through the door that is his: a page's API, a file, a command."""

    def __init__(
        self,
        client: Client,
        http: httpx.AsyncClient,
        public_url: str,
        profile: Profile,
        calendar: WorkingCalendar,
        agenda: Agenda,
    ) -> None:
        self._nats, self._http, self._public_url = client, http, public_url
        self._profile, self._calendar, self._agenda = profile, calendar, agenda
        self.sent: dict[str, Sent] = {}
        self._dialogue = ""
        self._held_at = datetime.max.replace(tzinfo=HANOI)
        self._planned: set[str] = set()
        self._slow: str | None = None
        self._extending: str | None = None
        self._returned: str | None = None
        self.example: tuple[str, str] | None = None

    def prepare(self, began: datetime, held_at: datetime) -> None:
        """Enter in the agenda what is known from the beginning."""
        self._held_at = held_at
        self._dialogue = f"{self._profile.id}-{held_at:%Y-%m}"
        first_day = began.date()
        self._at(began, lambda: self._plan(held_at))
        announced_on = self._working_day(first_day, 1)
        self._at(_on(announced_on, 9), self._announce)
        forms = filled_forms()
        self._send_over([form for form in forms if not form.late], announced_on, held_at.date() - timedelta(days=11))
        self._send_over([form for form in forms if form.late], held_at.date() - timedelta(days=9), held_at.date())
        self._at(_on(self._working_day(held_at.date(), -2), 10), self._excuse_who_reported)
        self._at(held_at - timedelta(minutes=20), self._check_in_who_came)
        self._at(held_at + timedelta(hours=3), self._hold)

    def hear(self, event: Event) -> None:
        """React to a fact as the person in charge would: by entering something in the agenda.

        What somebody sends who plays along is left to him.
        """
        at = event.occurred_at.astimezone(HANOI)
        if event.case != self._dialogue and event.case not in self.sent:
            return
        match event:
            case routing.QuestionAwaitsTriage():
                self._soon(at, lambda: self._decide(event))
            case routing.AnswerDrafted():
                self._agenda.add(_on(self._working_day(at.date(), 1), 15), lambda: self._judge(event))
            case routing.AnswerReturned():
                days = self._working_day(at.date(), 1)
                self._agenda.add(_on(days, 10), lambda: self._draft(event.case, event.question, event.department))
            case routing.QuestionAssigned() if not self._is_right(event.case, event.question, event.department):
                self._soon(at, lambda: self._correct(event))
            case deadlines.DeadlineSet() | deadlines.DeadlineMoved() if event.rule == "department-answer":
                self._plan_answer(event, at)
            case deadlines.DeadlineSet() if event.rule == "conclusion-notice":
                day = self._working_day(event.due_on, -1)
                self._agenda.add(_on(day, 15), self._conclude)

    def _send_over(self, forms: list[DemoForm], first: date, last: date) -> None:
        """Spread over the working days between, at different hours."""
        days = [
            day for n in range((last - first).days + 1) if self._calendar.is_working(day := first + timedelta(days=n))
        ]
        for number, form in enumerate(forms):
            day = days[1 + number * (len(days) - 2) // max(len(forms), 1)]
            self._at(_on(day, (9, 10, 14, 16)[number % 4], 5 * number % 60), partial(self._register, form))

    def _plan_answer(self, owed: deadlines.DeadlineSet | deadlines.DeadlineMoved, at: datetime) -> None:
        """Everybody answers within the term, but for one who is days late and one who asks for more time."""
        assert owed.department is not None, "a department owes the answer"
        if owed.about in self._planned or not self._is_right(owed.case, owed.about, owed.department):
            return
        self._planned.add(owed.about)
        number, in_time = len(self._planned), at < self._held_at - timedelta(days=14)
        day = min(self._working_day(at.date(), ANSWER_AFTER[number % len(ANSWER_AFTER)]), owed.due_on)
        if self._slow is None and number > 5 and in_time:
            self._slow = owed.about
            day = self._working_day(owed.due_on, 4)
        elif self._extending is None and number > 8 and in_time:
            self._extending = owed.about
            asked_on = self._working_day(at.date(), 1)
            self._agenda.add(_on(asked_on, 10), lambda: self._ask_for_time(owed.about, owed.department))
            self._agenda.add(_on(asked_on, 14), lambda: self._grant_time(owed.about))
            day = self._working_day(owed.due_on, 3)
        self._agenda.add(_on(day, 10, number % 60), lambda: self._draft(owed.case, owed.about, owed.department))

    async def _plan(self, held_at: datetime) -> None:
        await self._as(
            Role.CLERK,
            intake.PlanDialogue,
            dialogue=self._dialogue,
            title=f"Hội nghị đối thoại về thủ tục hành chính tháng {held_at.month}/{held_at.year}",
            held_at=held_at,
            place=self._profile.hall,
        )

    async def _announce(self) -> None:
        await self._as(Role.CLERK, intake.AnnounceDialogue, dialogue=self._dialogue)

    async def _register(self, form: DemoForm) -> None:
        code = await (self._by_web(form) if form.how == "web" else self._by_file(form))
        operator = self._actor(Role.OPERATOR)
        found = await self._command(intake.LookUpSubmission(actor=operator, key=str(uuid4()), code=code))
        self.sent[found.state["id"]] = Sent(form, code, found.state["id"])
        if self.example is None and form.excused and form.registrant.phone:
            self.example = code, form.registrant.phone[-4:]

    async def _by_web(self, form: DemoForm) -> str:
        body = form.registrant.model_dump() | {"questions": [matter.model_dump() for matter in form.matters]}
        answer = await self._http.post(f"{self._public_url}/api/v1/communes/{self._profile.id}/submissions", json=body)
        if answer.status_code != 201:
            raise CannotRehearse(f"Phiếu {form.key} không được nhận: {answer.text[:300]}")
        return str(answer.json()["code"])

    async def _by_file(self, form: DemoForm) -> str:
        assert form.data is not None
        read, channel = read_form_file(form.filename, form.data)
        clerk = self._actor(Role.CLERK)
        done = await self._command(
            intake.RegisterSubmission(
                actor=clerk, key=str(uuid4()), channel=channel, registrant=read.registrant, questions=read.matters
            )
        )
        return str(done.state["code"])

    async def _decide(self, waiting: routing.QuestionAwaitsTriage) -> None:
        """The office reads what the rules were not sure of."""
        if waiting.scope is not Scope.IN_SCOPE:
            await self._as(
                Role.OFFICE_HEAD,
                routing.RedirectQuestion,
                question=waiting.question,
                scope=waiting.scope,
                authority=AUTHORITY,
                guidance=self._answer(waiting.case, waiting.question),
            )
            return
        await self._assign(waiting.case, waiting.question, "Văn phòng đọc và phân loại")

    async def _correct(self, assigned: routing.QuestionAssigned) -> None:
        """The office reads what the rules have handed out, and hands it to the right department."""
        await self._assign(assigned.case, assigned.question, "Văn phòng điều chỉnh phân công cho đúng lĩnh vực")

    async def _assign(self, case: str, question: str, reason: str) -> None:
        field = self._expected_field(case, question)
        department = self._profile.department_for(field).id
        await self._as(
            Role.CLERK, routing.AssignQuestion, question=question, field=field, department=department, reason=reason
        )

    def _is_right(self, case: str, question: str, department: str) -> bool:
        return self._profile.department_for(self._expected_field(case, question)).id == department

    async def _draft(self, case: str, question: str, department: str | None) -> None:
        await self._as(
            Role.OFFICER, routing.DraftAnswer, department, question=question, text=self._answer(case, question)
        )

    async def _judge(self, drafted: routing.AnswerDrafted) -> None:
        """The chairman approves; the head of the office sent one answer back first."""
        if self._returned is None and len(self._planned) > 10:
            self._returned = drafted.question
            remarks = "Đề nghị nêu rõ nơi nộp hồ sơ và thời gian giải quyết."
            await self._as(Role.OFFICE_HEAD, routing.ReturnAnswer, question=drafted.question, remarks=remarks)
            return
        await self._as(Role.CHAIRMAN, routing.ApproveAnswer, question=drafted.question)

    async def _ask_for_time(self, question: str, department: str | None) -> None:
        reason = "Cần đối chiếu hồ sơ lưu và xác minh tại thôn."
        await self._as(
            Role.OFFICER, routing.RequestExtension, department, question=question, working_days=5, reason=reason
        )

    async def _grant_time(self, question: str) -> None:
        reason = "Đồng ý gia hạn để đối chiếu hồ sơ lưu và xác minh tại thôn."
        await self._as(Role.CHAIRMAN, routing.ExtendTerm, question=question, working_days=5, reason=reason)

    async def _excuse_who_reported(self) -> None:
        for sent in self.sent.values():
            if sent.form.excused:
                await self._as(Role.CLERK, intake.ExcuseRegistrant, submission=sent.case, reason=sent.form.excused)

    async def _check_in_who_came(self) -> None:
        for sent in self.sent.values():
            if not (sent.form.excused or sent.form.absent or sent.form.late):
                await self._as(Role.CLERK, intake.CheckIn, submission=sent.case)

    async def _hold(self) -> None:
        await self._as(Role.CLERK, intake.HoldDialogue, dialogue=self._dialogue)

    async def _conclude(self) -> None:
        await self._as(
            Role.CHAIRMAN,
            intake.ConcludeDialogue,
            dialogue=self._dialogue,
            notice="15/TB-UBND",
            summary="Các phòng thực hiện đúng thời hạn những nội dung đã trả lời; "
            "Văn phòng theo dõi, đôn đốc và công khai kết quả.",
        )

    def _answer(self, case: str, question: str) -> str:
        return self.sent[case].form.answers[_number(question) - 1]

    def _expected_field(self, case: str, question: str) -> QuestionField:
        return self.sent[case].form.expects[_number(question) - 1]

    async def _as(self, role: Role, command: type[Command], department: str | None = None, /, **fields: object) -> None:
        actor = self._actor(role, department)
        await self._command(command.model_validate({"actor": actor, "key": str(uuid4()), **fields}))

    async def _command(self, command: Command) -> Done:
        reply = await send(self._nats, command)
        if isinstance(reply, Refused):
            raise CannotRehearse(f"Lệnh {command.verb} bị từ chối: {reply.reason}")
        return reply

    def _actor(self, role: Role, department: str | None = None) -> Actor:
        holders: tuple[Person, ...] = self._profile.holders(role, department)
        name = holders[0].name if holders else "Diễn tập"
        return Actor(name=name, role=role, commune=self._profile.id, department=department)

    def _at(self, moment: datetime, act: Callable[[], Awaitable[None]]) -> None:
        self._agenda.add(moment, act)

    def _soon(self, at: datetime, act: Callable[[], Awaitable[None]]) -> None:
        """At the next half past eight of a working day."""
        self._agenda.add(_on(self._working_day(at.date(), 1), 8, 30), act)

    def _working_day(self, day: date, n: int) -> date:
        for _ in range(abs(n)):
            day = self._calendar.next_working_day(day) if n > 0 else self._calendar.previous_working_day(day)
        return day


def _on(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), HANOI)


def _number(question: str) -> int:
    """The question's place in its form, from 1."""
    return int(question.rsplit("-", 1)[1])
