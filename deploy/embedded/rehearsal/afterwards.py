"""What comes after a receipt or an answer: a registrant writes again, withdraws, says what he thinks of his answer.

And what the office makes of a good answer: it is published for whoever asks the same.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

import httpx

from deploy.embedded.rehearsal.agenda import Agenda
from deploy.embedded.rehearsal.doors import Doors
from deploy.embedded.rehearsal.entries import Rated
from deploy.embedded.rehearsal.forms import Sent
from deploy.embedded.rehearsal.office import CannotRehearse, Office, on
from deploy.embedded.rehearsal.script import Script
from services.intake.aftercare import ANSWERED, CONTESTED
from shared.contracts import Event, Role, intake, notify, routing


class Aftercare:
    """Acts for those who have a receipt of one dialogue. Each opens his form on the tracking page, as anybody does."""

    def __init__(
        self, office: Office, http: httpx.AsyncClient, public_url: str, agenda: Agenda, script: Script
    ) -> None:
        self._office, self._http, self._public_url, self._agenda = office, http, public_url, agenda
        self._doors = Doors(office, http, public_url)
        self._replies = {mail.answers: mail for mail in script.entry.mails if mail.answers}
        self._rated: set[str] = set()

    def hear(self, event: Event, at: datetime, sent: Sent) -> None:
        """React to a fact about somebody's form."""
        match event:
            case notify.NotificationSent() if event.kind == "receipt" and sent.form.key in self._replies:
                mail = self._replies.pop(sent.form.key)
                writes_at = on(self._office.working_day(at.date(), 1), 14)
                self._agenda.add(writes_at, partial(self._doors.take_in_mail, mail, writes_at, event.reference))
            case intake.SubmissionReceived():
                self._plan_withdrawal(at, sent)
            case routing.QuestionSettled() if event.how in ANSWERED:
                self._plan_what_follows(event.question, at, sent)

    def _plan_withdrawal(self, at: datetime, sent: Sent) -> None:
        reasons = [one.withdrawn for one in sent.form.afterwards]
        for number, reason in enumerate(reasons, 1):
            if reason:
                day = self._office.working_day(at.date(), 2)
                typed = {"question": f"{sent.case}-{number}", "reason": reason, "sure": "1"}
                self._agenda.add(on(day, 16), partial(self._does, sent, "rut-cau-hoi", typed))

    def _plan_what_follows(self, question: str, at: datetime, sent: Sent) -> None:
        """An answer that will be contested is not published; the one of the next round is."""
        number = int(question.rpartition("-")[2]) - 1
        afterwards, answer = sent.form.afterwards[number], sent.form.answers[number]
        rated, contested = afterwards.rated, False
        if rated and question in self._rated:
            answer = rated.better or answer
        elif rated:
            self._rated.add(question)
            contested = rated.mark <= CONTESTED
            day = self._office.working_day(at.date(), rated.days)
            self._agenda.add(on(day, 16), partial(self._does, sent, "danh-gia", _marked(question, rated)))
        if afterwards.published and not contested:
            day = self._office.working_day(at.date(), 3)
            self._agenda.add(on(day, 16), partial(self._publish, question, afterwards.published, answer))

    async def _does(self, sent: Sent, what: str, typed: Mapping[str, str]) -> None:
        """On the tracking page, after proving that the form is his."""
        registrant = sent.form.registrant
        contact = registrant.phone[-4:] if registrant.phone else registrant.email or registrant.name
        page, headers = f"{self._public_url}/tra-cuu", {"Origin": self._public_url}
        opened = await self._http.post(page, data={"code": sent.code, "contact": contact})
        done = await self._http.post(f"{page}/{sent.code}/{what}", data=dict(typed), headers=headers)
        if (opened.status_code, done.status_code) != (303, 303):
            raise CannotRehearse(f"Phiếu {sent.form.key}: {what} không được nhận, mã {done.status_code}.")

    async def _publish(self, question: str, asked: str, answered: str) -> None:
        await self._office.does(Role.CLERK, routing.PublishAnswer, question=question, asked=asked, answered=answered)


def _marked(question: str, rated: Rated) -> dict[str, str]:
    return {"question": question, "mark": str(rated.mark), "words": rated.words or ""}
