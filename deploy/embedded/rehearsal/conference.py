"""What the office, the chairman and the departments do for one conference, from its plan to its report."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from deploy.embedded.rehearsal.agenda import Agenda
from deploy.embedded.rehearsal.forms import DemoForm
from deploy.embedded.rehearsal.office import Office, on
from deploy.embedded.rehearsal.script import Promised, Script
from shared.contracts import Command, Event, Role, deadlines, intake, routing
from shared.contracts.conference import Opinion, Promise, Session

if TYPE_CHECKING:
    from deploy.embedded.rehearsal.people import People


class Conference:
    """The acts of one dialogue. `id` is known once it is prepared."""

    def __init__(self, office: Office, agenda: Agenda, script: Script, people: "People") -> None:
        self._office, self._agenda, self._people = office, agenda, people
        self._script, self._entry = script, script.entry
        self._held_at = script.entry.held_at
        self._lists: dict[str, str] = {}
        self._drafts = 0
        self.id = ""

    @property
    def held_at(self) -> datetime:
        """When it is held in the end, also where that has not been told yet."""
        return self._held_at

    @property
    def put_off_on(self) -> date:
        """The day on which registrants are told that it is held later."""
        assert self._entry.postponed is not None
        told_at = self._first_held_at - timedelta(days=self._entry.postponed.days_before)
        return self._office.at_work(told_at.date())

    def prepare(self, began: datetime, held_at: datetime) -> datetime:
        """Enter what is known from the beginning. Returns when the public is told."""
        self._held_at = held_at
        self.id = f"{self._office.profile.id}-{held_at:%Y%m%d}-{self._entry.key}"
        planned_at = max(began, on(self._office.at_work((held_at - timedelta(days=self._entry.planned)).date()), 8, 5))
        announced_on = self._office.at_work((held_at - timedelta(days=self._entry.announced)).date())
        announced_at = max(on(announced_on, 9), planned_at + timedelta(minutes=30))
        self._agenda.add(planned_at, self._plan)
        self._agenda.add(announced_at, self._announce)
        if self._entry.cancelled:
            cancelled_on = (held_at - timedelta(days=self._entry.cancelled.days_before)).date()
            self._agenda.add(on(cancelled_on, 7, 45), self._cancel)
            return announced_at
        if self._entry.postponed:
            self._held_at = held_at + timedelta(days=self._entry.postponed.days)
            self._agenda.add(on(self.put_off_on, 10, 30), self._postpone)
        invited_on = self._office.at_work((self._held_at - timedelta(days=self._entry.invited)).date())
        self._agenda.add(max(on(invited_on, 15), announced_at + timedelta(hours=1)), self._invite)
        if self._entry.delegated:
            self._agenda.add(on(self._office.working_day(self._held_at.date(), -1), 16), self._delegate)
        self._enter_the_day()
        return announced_at

    def hear(self, event: Event, at: datetime) -> None:
        """What the office does once a term of the dialogue runs, or the dialogue has taken a step."""
        match event:
            case intake.DialoguePlanned():
                self._lists = {f"{self.id}-{one.id}": one.id for one in event.lists or ()}
            case deadlines.DeadlineSet() if event.rule == "preparation":
                duty = event.about.removeprefix(f"{self.id}-")
                days = 2 if duty == self._entry.late_duty else -1
                self._agenda.add(
                    max(on(self._office.working_day(event.due_on, days), 10), at), lambda: self._complete(duty)
                )
            case deadlines.DeadlineSet() if event.rule in ("opinions-collected", "participant-list"):
                one = event.about.removeprefix(f"{self.id}-")
                days = 2 if one == self._entry.late_list else -1
                self._agenda.add(
                    max(on(self._office.working_day(event.due_on, days), 14), at), lambda: self._receive(one)
                )
            case deadlines.DeadlineSet() if event.rule == "conclusion-notice" and self._entry.conclusion:
                day = self._office.working_day(event.due_on, -self._entry.conclusion.drafted)
                self._agenda.add(max(on(day, 14), at + timedelta(hours=1)), self._draft)
                last = self._office.working_day(event.due_on, -1)
                self._agenda.add(on(last, 15), self._conclude)
            case deadlines.DeadlineSet() if event.rule == "delegate-report":
                self._agenda.add(max(on(event.due_on, 9), at + timedelta(hours=1)), self._report_back)
            case deadlines.DeadlineSet() if event.rule == "result-report" and self._entry.report:
                self._agenda.add(on(event.due_on, 10), self._report)
            case deadlines.DeadlineSet() | deadlines.DeadlineMoved() if event.rule == "resolution":
                self._plan_settlement(event)
            case intake.ConclusionDrafted():
                self._agenda.add(on(self._office.working_day(at.date(), 1), 9), self._judge)
            case deadlines.EscalationRaised() if event.to is Role.OFFICE_HEAD:
                self._people.acknowledge(event, at)

    def _enter_the_day(self) -> None:
        at = self._held_at
        self._agenda.add(at - timedelta(minutes=20), self._check_in_who_came)
        self._agenda.add(at + timedelta(minutes=90), self._hear_the_floor)
        self._agenda.add(at + timedelta(minutes=120), self._answer_on_the_spot)
        self._agenda.add(at + timedelta(hours=3), self._hold)

    async def _plan(self) -> None:
        await self._as(
            Role.CLERK,
            intake.PlanDialogue,
            title=self._script.title(self._first_held_at),
            held_at=self._first_held_at,
            place=self._office.profile.hall,
            kind=self._entry.kind,
            sessions=self._sessions(),
            seats=self._entry.seats,
        )

    @property
    def _first_held_at(self) -> datetime:
        """The day it is planned for, before it is put off."""
        postponed = self._entry.postponed
        return self._held_at - timedelta(days=postponed.days) if postponed else self._held_at

    def _sessions(self) -> tuple[Session, ...] | None:
        slot = next((one for one in self._office.profile.programme if one.id == self._entry.slot), None)
        if slot is None or not slot.sessions:
            return None
        return tuple(
            Session(number=number, title=plan.title, audience=plan.audience, fields=plan.fields)
            for number, plan in enumerate(slot.sessions, 1)
        )

    async def _announce(self) -> None:
        await self._as(Role.CLERK, intake.AnnounceDialogue)

    async def _postpone(self) -> None:
        assert self._entry.postponed is not None
        reason = self._entry.postponed.reason
        await self._as(Role.OFFICE_HEAD, intake.RescheduleDialogue, held_at=self._held_at, reason=reason)

    async def _cancel(self) -> None:
        assert self._entry.cancelled is not None
        await self._as(Role.CHAIRMAN, intake.CancelDialogue, reason=self._entry.cancelled.reason)

    async def _invite(self) -> None:
        """Those whom the office invites; who is on a list of participants is invited with it."""
        for guest, one in zip(self._entry.guests, self._script.guests.values(), strict=True):
            if guest.list is None:
                await self._as(Role.CLERK, intake.InviteRepresentative, representative=one)

    async def _delegate(self) -> None:
        assert self._entry.delegated is not None
        given = self._entry.delegated
        await self._as(Role.CHAIRMAN, intake.DelegateChair, deputy=given.deputy, reason=given.reason)

    async def _complete(self, duty: str) -> None:
        proof = "Văn phòng đã kiểm tra, có biên bản"
        await self._as(Role.CLERK, intake.CompleteDuty, duty=duty, proof=proof)

    async def _receive(self, one: str) -> None:
        """A list comes in: each of its opinions is a form, each of its names an invitation."""
        forms = [form for form in self._script.forms if form.list == one]
        names = [
            guest
            for entry, guest in zip(self._entry.guests, self._script.guests.values(), strict=True)
            if entry.list == one
        ]
        opinions = [Opinion(registrant=form.registrant, matters=form.matters) for form in forms]
        done = await self._as(Role.CLERK, intake.ReceiveList, list=one, opinions=opinions, participants=names)
        for form, receipt in zip(forms, done.state["receipts"], strict=True):
            await self._people.note(form, str(receipt["code"]))

    async def _check_in_who_came(self) -> None:
        """Who waits for a seat to the last does not come."""
        for sent in self._people.sent.values():
            if not (_stays_away(sent.form) or sent.waits or sent.form.how == "floor"):
                await self._office.does(Role.CLERK, intake.CheckIn, submission=sent.case)
        for entry, guest in zip(self._entry.guests, self._script.guests.values(), strict=True):
            if not entry.absent:
                await self._as(Role.CLERK, intake.CheckInRepresentative, representative=guest.id)

    async def _hear_the_floor(self) -> None:
        for form in self._script.forms:
            if form.how == "floor":
                await self._people.register(form, self._held_at.date())

    async def _answer_on_the_spot(self) -> None:
        """Plan of Chánh Lộ II.4.2: the chairman answers, or a deputy or head does; what is not settled is taken."""
        for question, answer, form in self._people.questions("on-the-spot"):
            if not _stays_away(form):
                await self._preside(
                    routing.AnswerOnTheSpot, question=question, text=answer, answered_by=self._in_the_chair
                )
        for question, _, _ in self._people.questions("taken"):
            note = "Chủ trì giao đơn vị chuyên môn trả lời bằng văn bản."
            await self._preside(routing.TakeForWrittenAnswer, question=question, note=note)

    async def _hold(self) -> None:
        await self._as(Role.CLERK, intake.HoldDialogue)

    async def _report_back(self) -> None:
        assert self._entry.delegated is not None
        await self._preside(intake.ReportBack, dialogue=self.id, report=self._entry.delegated.report)

    async def _draft(self) -> None:
        """The office writes it from the record."""
        assert self._entry.conclusion is not None
        self._drafts += 1
        cases = {sent.form.key: case for case, sent in self._people.sent.items()}
        promises = [
            Promise(
                text=promised.text,
                department=promised.department,
                questions=tuple(f"{cases[key]}-1" for key in promised.of if key in cases),
            )
            for promised in self._entry.conclusion.promises
        ]
        await self._as(Role.CLERK, intake.DraftConclusion, summary=self._entry.conclusion.summary, promises=promises)

    async def _judge(self) -> None:
        assert self._entry.conclusion is not None
        if self._entry.conclusion.returned and self._drafts == 1:
            await self._as(Role.CHAIRMAN, intake.ReturnConclusion, remarks=self._entry.conclusion.returned)
            await self._draft()
            return
        await self._as(Role.CHAIRMAN, intake.ApproveConclusion)

    async def _conclude(self) -> None:
        assert self._entry.conclusion is not None
        await self._as(Role.CLERK, intake.ConcludeDialogue, notice=self._entry.conclusion.notice)

    def _plan_settlement(self, owed: deadlines.DeadlineSet | deadlines.DeadlineMoved) -> None:
        """A commitment is fulfilled two working days before its end; who needs the longer term asks a day earlier."""
        assert self._entry.conclusion is not None
        promised = self._entry.conclusion.promises[int(owed.about.rpartition("-c")[2]) - 1]
        if promised.extended and isinstance(owed, deadlines.DeadlineSet):
            day = self._office.working_day(owed.due_on, -3)
            self._agenda.add(on(day, 9), lambda: self._extend(owed.about, promised))
            return
        day = self._office.working_day(owed.due_on, -2)
        self._agenda.add(on(day, 15), lambda: self._fulfil(owed.about, promised))

    async def _extend(self, commitment: str, promised: Promised) -> None:
        assert promised.extended is not None
        await self._as(Role.CHAIRMAN, intake.ExtendCommitment, commitment=commitment, **promised.extended)

    async def _fulfil(self, commitment: str, promised: Promised) -> None:
        await self._as(
            Role.CLERK,
            intake.FulfilCommitment,
            commitment=commitment,
            result=promised.result,
            proof=promised.proof,
        )

    async def _report(self) -> None:
        document, recipient = self._entry.report, self._office.profile.superior
        await self._as(Role.CLERK, intake.ReportResult, document=document, recipient=recipient)

    @property
    def _in_the_chair(self) -> str:
        """Who presides, with his office, as the record has it."""
        letterhead, given = self._office.profile.letterhead, self._entry.delegated
        deputies = {deputy.name: deputy for deputy in letterhead.deputies}
        chair = deputies[given.deputy] if given else letterhead.signer
        return f"{chair.name}, {chair.capacity[-1]} UBND {self._office.profile.name}"

    async def _preside(self, command: type[Command], /, **fields: Any) -> None:
        """As the chairman, or the deputy to whom he has delegated."""
        actor, given = self._office.actor(Role.CHAIRMAN), self._entry.delegated
        if given:
            actor = actor.model_copy(update={"name": given.deputy})
        await self._office.acts(actor, command, **fields)

    async def _as(self, role: Role, command: type[intake.IntakeCommand], /, **fields: Any) -> Any:
        return await self._office.does(role, command, dialogue=self.id, **fields)


def _stays_away(form: DemoForm) -> bool:
    return bool(form.excused or form.absent or form.late or form.withdrawn)
