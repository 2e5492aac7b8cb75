"""The people of a rehearsal: citizens who write, officers who answer, a chairman who presides, some of them late."""

from datetime import date, datetime, timedelta
from functools import partial

import httpx

from deploy.embedded.rehearsal.afterwards import Aftercare
from deploy.embedded.rehearsal.agenda import Act, Agenda
from deploy.embedded.rehearsal.conference import Conference
from deploy.embedded.rehearsal.doors import Doors
from deploy.embedded.rehearsal.entries import Fate
from deploy.embedded.rehearsal.forms import DemoForm, Sent
from deploy.embedded.rehearsal.office import Office, on
from deploy.embedded.rehearsal.script import Script, TableEntry
from shared.contracts import Event, Role, deadlines, intake, routing
from shared.contracts.taxonomy import QuestionField
from shared.web import HANOI

ANSWER_AFTER = (2, 3, 1, 2)
"""Working days that officers take, in turn."""
NOT_IN_ITS_TERM: frozenset[Fate] = frozenset({"on-the-spot", "taken", "referred-up", "redirected", "unsettled"})
"""What no department answers when it is handed out."""


class People:
    """Who does what for one dialogue, and when. Each acts through the door that is his: a page, a file, a command."""

    def __init__(
        self, office: Office, http: httpx.AsyncClient, public_url: str, agenda: Agenda, script: Script
    ) -> None:
        self._office, self._profile, self._agenda, self._script = office, office.profile, agenda, script
        self._doors = Doors(office, http, public_url)
        self._aftercare = Aftercare(office, http, public_url, agenda, script)
        self._planned: set[str] = set()
        self._returned: set[str] = set()
        self._escalated: set[str] = set()
        self._settled: set[str] = set()
        self._again: set[str] = set()
        self._reports = 0
        self.sent: dict[str, Sent] = {}
        self.conference = Conference(office, agenda, script, self)
        self.example: tuple[str, str] | None = None

    @property
    def commune(self) -> str:
        return self._profile.id

    @property
    def dialogue(self) -> str:
        return self.conference.id

    def prepare(self, began: datetime, held_at: datetime) -> datetime:
        """Enter in the agenda what is known from the beginning. Returns the end of what is played."""
        announced_at = self.conference.prepare(began, held_at)
        doors = [form for form in self._script.forms if form.how not in ("list", "floor")]
        first, day, held_on = announced_at.date(), held_at.date(), self.conference.held_at.date()
        open_until = day - timedelta(days=1 if self._script.entry.kind == "ad-hoc" else 11)
        self._send_over([form for form in doors if not (form.late or form.reopened)], first, open_until)
        self._send_over([form for form in doors if form.late], held_on - timedelta(days=9), held_on)
        for form in doors:
            if form.reopened:
                day = self.conference.put_off_on
                self._agenda.add(on(day, 14, 5), partial(self.register, form, day))
        self._agenda.add(on(self._office.working_day(held_on, -2), 10), self._excuse_who_reported)
        for table in self._script.entry.tables:
            handed_in_on = self._office.at_work(held_on + timedelta(days=table.at))
            self._agenda.add(on(handed_in_on, 14), partial(self._hand_in, table))
        for mail in self._script.entry.mails:
            if mail.answers is None:
                writes_at = on(self._office.at_work(held_on + timedelta(days=mail.at)), 16)
                self._agenda.add(writes_at, partial(self._doors.take_in_mail, mail, writes_at))
        return self.conference.held_at + timedelta(days=self._script.entry.until)

    def hear(self, event: Event) -> None:
        """React to a fact as the person in charge would: by entering something in the agenda.

        What somebody sends who plays along is left to him.
        """
        at = event.occurred_at.astimezone(HANOI)
        if isinstance(event, deadlines.DeadlineMet | deadlines.DeadlineCancelled | deadlines.DeadlineMoved):
            self._escalated.discard(event.deadline)
        if event.case == self.dialogue:
            self.conference.hear(event, at)
        if isinstance(event, routing.QuestionRecurs):
            self._take_to_heart(event, at)
        if event.case not in self.sent:
            return
        self._aftercare.hear(event, at, self.sent[event.case])
        match event:
            case intake.RegistrantWaitlisted() | intake.RegistrantInvited():
                self.sent[event.case].waits = isinstance(event, intake.RegistrantWaitlisted)
            case routing.QuestionSettled():
                self._settled.add(event.question)
            case routing.QuestionReopened():
                self._open_again(event, at)
            case routing.QuestionAwaitsTriage():
                self._soon(at, event, lambda: self._decide(event))
            case routing.AnswerDrafted():
                day = self._office.working_day(at.date(), 1)
                self._agenda.add(on(day, 15), self._unless_settled(event.question, lambda: self._judge(event)))
            case routing.AnswerEndorsed():
                next_step = self._unless_settled(event.question, lambda: self._approve(event))
                self._agenda.add(at + timedelta(minutes=20), next_step)
            case routing.AnswerReturned():
                day = self._office.working_day(at.date(), 1)
                self._agenda.add(on(day, 10), lambda: self._draft(event.case, event.question, event.department))
            case routing.QuestionTransferred():
                self._soon(at, event, lambda: self._accept(event))
            case routing.QuestionAssigned() if not self._is_right(event.case, event.question, event.department):
                handed_over = self._fate(event.case, event.question) == "transferred"
                self._soon(at, event, lambda: self._hand_over(event) if handed_over else self._correct(event))
            case routing.QuestionAssigned():
                self._soon(at, event, lambda: self._sort(event))
            case routing.QuestionTakenForWrittenAnswer():
                day = self._office.working_day(at.date(), 2)
                self._agenda.add(on(day, 10), lambda: self._draft(event.case, event.question, None))
            case deadlines.DeadlineSet() | deadlines.DeadlineMoved() if event.rule == "department-answer":
                self._plan_answer(event, at)
            case deadlines.DeadlineSet() if event.rule == "superior-report":
                day = self._office.working_day(event.due_on, -1)
                self._agenda.add(on(day, 14), lambda: self._report_to_superior(event.about))
            case deadlines.EscalationRaised() if event.to is Role.OFFICE_HEAD:
                self.acknowledge(event, at)

    async def register(self, form: DemoForm, today: date) -> None:
        """Send a form through its own door."""
        self._remember(await self._doors.take_in(form, self.dialogue, today))

    async def note(self, form: DemoForm, code: str) -> None:
        """Remember whose form has which code."""
        self._remember(await self._doors.sent(form, code))

    def _remember(self, sent: Sent) -> None:
        self.sent[sent.case] = sent
        if self.example is None and sent.form.excused and sent.form.registrant.phone:
            self.example = sent.code, sent.form.registrant.phone[-4:]

    async def _hand_in(self, table: TableEntry) -> None:
        forms = [form for form in self._script.forms if form.list == table.id]
        for sent in await self._doors.take_in_table(table, forms, self.dialogue):
            self._remember(sent)

    def acknowledge(self, raised: deadlines.EscalationRaised, at: datetime) -> None:
        """Whom a missed term is put before says soon what he does about it, unless it is done by then."""
        self._escalated.add(raised.deadline)
        self._agenda.add(at + timedelta(minutes=75), lambda: self._acknowledge(raised))

    async def _acknowledge(self, raised: deadlines.EscalationRaised) -> None:
        if raised.deadline in self._escalated:
            note = "Đã đôn đốc đơn vị thực hiện, yêu cầu hoàn thành ngay."
            await self._office.does(raised.to, deadlines.AcknowledgeEscalation, deadline=raised.deadline, note=note)

    def questions(self, *fates: Fate) -> list[tuple[str, str, DemoForm]]:
        """Question id, its answer, and its form, of all that were sent and have one of these fates."""
        return [
            (f"{sent.case}-{number}", answer, sent.form)
            for sent in self.sent.values()
            for number, (fate, answer) in enumerate(zip(sent.form.fates, sent.form.answers, strict=True), 1)
            if fate in fates
        ]

    def _send_over(self, forms: list[DemoForm], first: date, last: date) -> None:
        """Spread over the working days between, at different hours."""
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        days = [day for day in span if self._office.is_working(day)]
        for number, form in enumerate(forms):
            day = days[min(1 + number * (len(days) - 2) // len(forms), len(days) - 1)]
            self._agenda.add(on(day, (9, 10, 14, 16)[number % 4], 5 * number % 60), partial(self.register, form, day))

    def _plan_answer(self, owed: deadlines.DeadlineSet | deadlines.DeadlineMoved, at: datetime) -> None:
        """Everybody answers within the term, but for who is days late and who asks for more time."""
        if owed.department is None or not self._is_right(owed.case, owed.about, owed.department):
            return
        fate = self._fate(owed.case, owed.about)
        if owed.about in self._planned or fate in NOT_IN_ITS_TERM:
            return
        self._planned.add(owed.about)
        number = len(self._planned)
        day = min(self._office.working_day(at.date(), ANSWER_AFTER[number % len(ANSWER_AFTER)]), owed.due_on)
        if fate == "slow":
            day = self._office.working_day(owed.due_on, 4)
        elif fate == "extended":
            asked_on = self._office.working_day(at.date(), 1)
            self._agenda.add(on(asked_on, 10), lambda: self._ask_for_time(owed.about, owed.department))
            self._agenda.add(on(asked_on, 14), lambda: self._grant_time(owed.about, owed.department))
            day = self._office.working_day(owed.due_on, 3)
        draft = partial(self._draft, owed.case, owed.about, owed.department)
        self._agenda.add(on(day, 10, number % 60), self._unless_settled(owed.about, draft))

    def _open_again(self, reopened: routing.QuestionReopened, at: datetime) -> None:
        """What was not answered well is given to the department once more, where the script has a better answer."""
        self._settled.discard(reopened.question)
        self._planned.discard(reopened.question)
        self._again.add(reopened.question)
        if self._answer(reopened.case, reopened.question):
            self._soon(at, reopened, lambda: self._decide(reopened))

    async def _decide(self, waiting: routing.QuestionAwaitsTriage | routing.QuestionReopened) -> None:
        """The office reads what the rules were not sure of, or what comes back to it."""
        if self._fate(waiting.case, waiting.question) == "redirected":
            await self._redirect(waiting.case, waiting.question)
            return
        await self._assign(waiting.case, waiting.question, "Văn phòng đọc và phân loại")

    async def _correct(self, assigned: routing.QuestionAssigned) -> None:
        """The office reads what the rules have handed out, and hands it to the right department."""
        await self._assign(assigned.case, assigned.question, "Văn phòng điều chỉnh phân công cho đúng lĩnh vực")

    async def _assign(self, case: str, question: str, reason: str) -> None:
        field = self._expected_field(case, question)
        await self._office.does(
            Role.CLERK,
            routing.AssignQuestion,
            question=question,
            field=field,
            department=self._profile.department_for(field).id,
            reason=reason,
        )

    async def _hand_over(self, assigned: routing.QuestionAssigned) -> None:
        """The department that the rules have chosen sees that it is another's."""
        field = self._expected_field(assigned.case, assigned.question)
        await self._office.does(
            Role.OFFICER,
            routing.TransferQuestion,
            assigned.department,
            question=assigned.question,
            field=field,
            department=self._profile.department_for(field).id,
            reason="Nội dung chính thuộc lĩnh vực của đơn vị nhận.",
            clock="pauses",
        )

    async def _sort(self, assigned: routing.QuestionAssigned) -> None:
        """What the office does with a question once it is where it belongs."""
        form, fate = self.sent[assigned.case].form, self._fate(assigned.case, assigned.question)
        question = assigned.question
        if form.topic:
            await self._office.does(Role.CLERK, routing.GroupQuestion, question=question, topic=form.topic)
        if form.pressing:
            reason = "Việc bức xúc, đã được kiến nghị nhiều lần, cần trả lời trước tại hội nghị."
            await self._office.does(
                Role.CLERK, routing.PrioritiseQuestion, question=question, pressing=True, reason=reason
            )
        if fate == "referred-up":
            await self._office.does(
                Role.OFFICE_HEAD,
                routing.ReferQuestionUp,
                question=question,
                authority=self._profile.superior,
                reason=self._answer(assigned.case, question),
            )
        elif fate == "redirected":
            await self._redirect(assigned.case, question)

    async def _redirect(self, case: str, question: str) -> None:
        """Thanh Trì III.2, Nguyễn Nghiêm IV.1: whose it is not is told plainly whom to turn to."""
        form, number = self.sent[case].form, _number(question)
        await self._office.does(
            Role.OFFICE_HEAD,
            routing.RedirectQuestion,
            question=question,
            scope=form.scopes[number - 1],
            authority=form.authorities[number - 1] or f"Ban Tiếp công dân {self._profile.name}",
            guidance=self._answer(case, question),
        )

    async def _accept(self, transferred: routing.QuestionTransferred) -> None:
        await self._office.does(
            Role.OFFICER, routing.AcceptTransfer, transferred.department, question=transferred.question
        )

    async def _draft(self, case: str, question: str, department: str | None) -> None:
        department = department or self._profile.department_for(self._expected_field(case, question)).id
        await self._office.does(
            Role.OFFICER, routing.DraftAnswer, department, question=question, text=self._answer(case, question)
        )

    async def _judge(self, drafted: routing.AnswerDrafted) -> None:
        """Who is asked first may send an answer back once."""
        question = drafted.question
        if self._fate(drafted.case, question) == "returned" and question not in self._returned:
            self._returned.add(question)
            remarks = "Đề nghị nêu rõ nơi nộp hồ sơ và thời gian giải quyết."
            first = drafted.awaits[0]
            await self._office.does(
                first, routing.ReturnAnswer, self._of(first, drafted), question=question, remarks=remarks
            )
            return
        await self._approve(drafted)

    async def _approve(self, waiting: routing.AnswerDrafted | routing.AnswerEndorsed) -> None:
        """One step after the other, as the commune has it; where several may, the last named does."""
        role = waiting.awaits[-1]
        await self._office.does(role, routing.ApproveAnswer, self._of(role, waiting), question=waiting.question)

    def _of(self, role: Role, waiting: routing.AnswerDrafted | routing.AnswerEndorsed) -> str | None:
        return waiting.department if role is Role.HEAD else None

    async def _ask_for_time(self, question: str, department: str | None) -> None:
        reason = "Cần đối chiếu hồ sơ lưu và xác minh thực địa."
        await self._office.does(
            Role.OFFICER, routing.RequestExtension, department, question=question, **self._more_time(reason, department)
        )

    async def _grant_time(self, question: str, department: str | None) -> None:
        reason = "Cần thêm thời gian để đối chiếu hồ sơ lưu và xác minh thực địa."
        await self._office.does(
            Role.CHAIRMAN, routing.ExtendTerm, question=question, **self._more_time(reason, department)
        )

    def _more_time(self, reason: str, department: str | None) -> dict[str, object]:
        unit = self._profile.department(department or "")
        return {
            "working_days": 5,
            "reason": reason,
            "requirement": "Đối chiếu hồ sơ lưu, kiểm tra thực địa, lập biên bản có đại diện hộ dân.",
            "responsible": unit.name if unit else "Văn phòng",
        }

    async def _report_to_superior(self, question: str) -> None:
        self._reports += 1
        document = f"{20 + self._reports}/{self._profile.letterhead.numbers.report}"
        await self._office.does(Role.CLERK, routing.ReportToSuperior, question=question, document=document)

    def _take_to_heart(self, raised: routing.QuestionRecurs, at: datetime) -> None:
        """What nobody has answered is answered at last, once it is raised again at a later dialogue."""
        for question in raised.earlier:
            case = question.rsplit("-", 1)[0]
            if case in self.sent and self._fate(case, question) == "unsettled" and question not in self._planned:
                self._planned.add(question)
                day = self._office.working_day(at.date(), 3)
                self._agenda.add(on(day, 10), partial(self._draft, case, question, None))

    async def _excuse_who_reported(self) -> None:
        for sent in self.sent.values():
            if sent.form.excused and not sent.form.late:
                await self._office.does(
                    Role.CLERK, intake.ExcuseRegistrant, submission=sent.case, reason=sent.form.excused
                )

    def _answer(self, case: str, question: str) -> str:
        """Of a question that was opened again the better one; empty where there is none."""
        form, number = self.sent[case].form, _number(question)
        if question in self._again:
            rated = form.afterwards[number - 1].rated
            return (rated and rated.better) or ""
        return form.answers[number - 1]

    def _fate(self, case: str, question: str) -> Fate:
        return self.sent[case].form.fates[_number(question) - 1]

    def _expected_field(self, case: str, question: str) -> QuestionField:
        return self.sent[case].form.expects[_number(question) - 1]

    def _is_right(self, case: str, question: str, department: str) -> bool:
        return self._profile.department_for(self._expected_field(case, question)).id == department

    def _soon(self, at: datetime, event: routing.RoutingEvent, act: Act) -> None:
        """At the next half past eight of a working day, unless the question is settled by then."""
        day = self._office.working_day(at.date(), 1)
        self._agenda.add(on(day, 8, 30), self._unless_settled(event.question, act))

    def _unless_settled(self, question: str, act: Act) -> Act:
        """Somebody may have withdrawn it meanwhile."""

        async def unless_settled() -> None:
            if question not in self._settled:
                await act()

        return unless_settled


def _number(question: str) -> int:
    """The question's place in its form, from 1."""
    return int(question.rsplit("-", 1)[1])
