"""What comes after a question was asked, on the whole system: withdrawn, answered anew, set right, published."""

import email
import email.policy
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import nats
import pypdf
import pytest
from nats.aio.client import Client

from deploy.embedded.quiet import until_quiet
from shared.broker import DEADLETTERS
from shared.cases import read
from shared.commands import send
from shared.communes import Communes
from shared.contracts import Actor, Command, Done, Event, Refused, Role, deadlines, intake, notify, post, routing
from shared.contracts.people import Attachment, Matter
from shared.files import get_file, put_file
from tests.approving import next_judge
from tests.builders import COMMUNE, registrant
from tests.servers import RunningSystem
from tests.unit.test_files import pdf

LAND, LAND_TITLE = "phong-kinh-te", "Bao giờ các hộ ở thôn Nội được cấp sổ đỏ?"
PROFILE = Communes.load()[COMMUNE]
CITIZEN = Actor(name="Người đăng ký", role=Role.SYSTEM, commune=COMMUNE)
"""Whom the tracking page has made sure of."""
NEIGHBOUR = Actor(name="Phạm Văn Bền", role=Role.OFFICE_HEAD, commune="thanh-mai")


def staff(role: Role, department: str | None = None) -> Actor:
    name = PROFILE.holders(role, department)[0].name
    return Actor(name=name, role=role, commune=COMMUNE, department=department)


CLERK, OFFICE_HEAD, CHAIRMAN = staff(Role.CLERK), staff(Role.OFFICE_HEAD), staff(Role.CHAIRMAN)
OFFICER = staff(Role.OFFICER, LAND)


@dataclass
class Form:
    """One form with one question about land, for no dialogue: its answer is owed in writing."""

    client: Client
    system: RunningSystem
    number: int
    case: str = ""
    keys: "count[int]" = field(default_factory=count)

    @property
    def question(self) -> str:
        return f"{self.case}-1"

    @property
    def email(self) -> str:
        return f"nguoi{self.number}@nguoidan.example"

    async def comes_in(self, text: str = LAND_TITLE, files: tuple[str, ...] = (), **changes: Any) -> None:
        known = registrant(**{"name": f"Nguyễn Thị Mai {self.number}", "email": self.email} | changes)
        matter = Matter(section="procedures", text=f"{text} Phiếu {self.number}.")
        about = {"channel": "paper", "registrant": known, "questions": (matter,), "attachments": files}
        done = await self.done(intake.RegisterSubmission, CLERK, **about)
        found = await self.done(intake.LookUpSubmission, CLERK, code=done.state["code"])
        self.case = found.state["id"]

    async def asks(
        self, contract: type[Command], by: Actor, *, key: str | None = None, **fields: Any
    ) -> Done | Refused:
        """The reply, once everything that follows has been done."""
        key = key or f"{self.number}-{next(self.keys)}"
        reply = await send(self.client, contract(actor=by, key=key, **fields))
        await until_quiet(self.client, self.system.addresses.services)
        return reply

    async def done(self, contract: type[Command], by: Actor, **fields: Any) -> Done:
        reply = await self.asks(contract, by, **fields)
        assert isinstance(reply, Done), reply
        return reply

    async def refused(self, contract: type[Command], by: Actor, **fields: Any) -> Refused:
        reply = await self.asks(contract, by, **fields)
        assert isinstance(reply, Refused), reply
        return reply

    async def is_answered(self, text: str) -> Done:
        reply = await self.done(routing.DraftAnswer, OFFICER, question=self.question, text=text)
        while judge := next_judge(reply.state):
            reply = await self.done(routing.ApproveAnswer, judge, question=self.question)
        return reply

    async def said(self, *contracts: type[Event]) -> list[Any]:
        """Everything of these kinds that was said of the form."""
        envelopes = read(self.client, f"event.*.{COMMUNE}.{self.case}.>")
        return [event async for event in (one.open() async for _, one in envelopes) if isinstance(event, contracts)]

    async def settled(self) -> list[str]:
        return [event.how for event in await self.said(routing.QuestionSettled)]

    async def scan(self) -> Attachment:
        """A file that a clerk has handed in."""
        kept = await put_file(self.client, CLERK, "ban-quet.pdf", pdf() + f"%{next(self.keys)}".encode())
        assert isinstance(kept, Attachment), kept
        return kept

    async def may_read(self, by: Actor, file: Attachment) -> bool:
        return not isinstance(await get_file(self.client, by, file.id), Refused)

    def mails(self, kind: str, to: str | None = None) -> list[tuple[str, str]]:
        """Subject and text of the mails of a kind, oldest first."""
        found = []
        for file in self.system.addresses.mail.glob("*.eml"):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if f"<{self.case}.{kind}" in mail["Message-ID"] and mail["To"].addresses[0].addr_spec == (to or self.email):
                body = mail.get_body(("plain",))
                assert body is not None
                found.append((mail["Message-ID"], mail["Subject"], " ".join(body.get_content().split())))
        return [
            (subject, text)
            for _, subject, text in sorted(found, key=lambda one: one[0].split("@")[0].rpartition(".")[0])
        ]

    def letters(self, kind: str) -> list[str]:
        return [
            " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(file).pages).split())
            for file in sorted(self.system.addresses.letters.rglob(f"{self.case}.{kind}*.pdf"))
        ]


NUMBERS = count(1)


@pytest.fixture
async def form(stack: RunningSystem) -> AsyncIterator[Form]:
    client = await nats.connect(stack.addresses.nats_url)
    try:
        yield Form(client, stack, next(NUMBERS))
        parked = await client.jetstream().stream_info(DEADLETTERS)
        assert parked.state.messages == 0, "no fact that crossed another one is given up"
    finally:
        await client.close()


WITHDRAW: dict[str, Any] = {"reason": "Việc đã được giải quyết"}
PUBLISHED = {"asked": "Bao giờ thôn Nội được cấp sổ đỏ?", "answered": "Trong quý IV năm 2026."}


async def test_a_withdrawn_question_is_owed_by_nobody_and_no_letter_goes_out(form: Form) -> None:
    await form.comes_in()
    await form.done(intake.WithdrawQuestions, CITIZEN, submission=form.case, **WITHDRAW)
    assert await form.settled() == ["withdrawn"]
    cancelled = await form.said(deadlines.DeadlineCancelled)
    assert {event.rule for event in cancelled} == {"department-answer", "written-answer"}
    assert {event.reason for event in cancelled} == {"Người hỏi đã rút câu hỏi."}
    refused = await form.refused(routing.DraftAnswer, OFFICER, question=form.question, text="Trong quý IV.")
    assert (refused.code, "Người hỏi đã rút câu hỏi này" in refused.reason) == ("not-now", True)
    before = await form.said(Event)
    await form.done(intake.WithdrawQuestions, CITIZEN, submission=form.case, **WITHDRAW)
    assert await form.said(Event) == before, "a second time it changes nothing"
    assert form.mails("answer") == []
    assert len(form.mails("receipt")) == 1


async def test_a_question_that_is_withdrawn_while_its_answer_waits_for_approval_gets_none(form: Form) -> None:
    await form.comes_in()
    await form.done(routing.DraftAnswer, OFFICER, question=form.question, text="Trong quý IV.")
    await form.done(intake.WithdrawQuestions, CLERK, submission=form.case, **WITHDRAW)
    refused = await form.refused(routing.ApproveAnswer, CHAIRMAN, question=form.question)
    assert "Người hỏi đã rút câu hỏi này" in refused.reason
    cancelled = {event.rule for event in await form.said(deadlines.DeadlineCancelled)}
    assert cancelled == {"written-answer", "approval"}, "what the department handed in stays handed in"


async def test_a_bad_mark_reopens_the_question_and_a_second_answer_goes_out(form: Form) -> None:
    await form.comes_in()
    await form.is_answered("Đang xem xét.")
    assert await form.settled() == ["answered-in-writing"]
    rate = {"submission": form.case, "question": form.question, "mark": 1, "words": "Chưa nói bao giờ có."}
    await form.done(intake.RateAnswer, CITIZEN, **rate)
    [reopened] = await form.said(routing.QuestionReopened)
    assert (reopened.round, reopened.mark, reopened.reason) == (2, 1, "Chưa nói bao giờ có.")
    assert [event.because for event in await form.said(routing.WrittenAnswerOwed)] == ["unscheduled", "reopened"]
    assert (await form.refused(intake.RateAnswer, CITIZEN, **rate)).code == "not-now", "there is nothing to rate now"
    assert (await form.refused(routing.DraftAnswer, OFFICER, question=form.question, text="Quý IV.")).code == "not-now"
    await form.done(
        routing.AssignQuestion, CLERK, question=form.question, field="land", department=LAND, reason="Như lần trước"
    )
    done = await form.is_answered("Thôn Nội được cấp sổ đỏ trong quý IV năm 2026.")
    assert [draft["number"] for draft in done.state["drafts"]] == [1, 2]
    assert await form.settled() == ["answered-in-writing"] * 2
    first, second = form.mails("answer")
    assert "Đang xem xét." in first[1]
    assert "Trả lời bổ sung" in second[0]
    assert "Thôn Nội được cấp sổ đỏ trong quý IV năm 2026." in second[1]
    assert "Đang xem xét." not in second[1]
    for rule in ("department-answer", "written-answer"):
        terms = await form.said(deadlines.DeadlineSet, deadlines.DeadlineMet)
        assert [type(event).__name__ for event in terms if event.rule == rule] == ["DeadlineSet", "DeadlineMet"] * 2
        assert not any(event.late for event in terms if isinstance(event, deadlines.DeadlineMet))
    assert [event.round for event in await form.said(notify.NotificationSent) if event.kind == "answer"] == [1, 2]


async def test_the_office_may_reopen_a_question_too_and_only_an_answered_one(form: Form) -> None:
    await form.comes_in()
    reopen = {"question": form.question, "reason": "Thiếu căn cứ"}
    assert (await form.refused(routing.ReopenQuestion, CLERK, **reopen)).code == "not-now"
    await form.is_answered("Đang xem xét.")
    assert (await form.refused(routing.ReopenQuestion, OFFICER, **reopen)).code == "forbidden"
    await form.done(routing.ReopenQuestion, CLERK, **reopen)
    assert (await form.refused(routing.ReopenQuestion, CLERK, **reopen)).code == "not-now"
    [reopened] = await form.said(routing.QuestionReopened)
    assert (reopened.reopened_by, reopened.mark) == (CLERK.name, None)
    await form.done(intake.WithdrawQuestions, CITIZEN, submission=form.case, **WITHDRAW)
    assert await form.settled() == ["answered-in-writing", "withdrawn"]


async def test_the_files_of_what_reads_like_a_denunciation_are_for_the_office_until_it_has_decided(form: Form) -> None:
    scan = await form.scan()
    assert await form.may_read(CLERK, scan)
    assert not await form.may_read(OFFICER, scan), "no form has it yet"
    await form.comes_in("Tôi tố cáo cán bộ địa chính thôn Nội nhận hối lộ khi làm sổ đỏ.", (scan.id,))
    assert [waits.scope for waits in await form.said(routing.QuestionAwaitsTriage)] == ["denunciation"]
    added = await form.scan()
    await form.done(intake.AddFiles, CLERK, submission=form.case, attachments=(added.id,))
    for file in (scan, added):
        assert await form.may_read(CHAIRMAN, file)
        for by in (OFFICER, staff(Role.HEAD, LAND), Actor(name="Vận hành", role=Role.OPERATOR, commune=COMMUNE)):
            assert not await form.may_read(by, file)
    none = {"field": "land", "department": LAND, "reason": "Chỉ hỏi về hồ sơ"}
    await form.done(routing.AssignQuestion, CLERK, question=form.question, **none)
    assert await form.may_read(OFFICER, scan)


async def test_a_file_of_one_form_is_put_to_no_other(form: Form, stack: RunningSystem) -> None:
    scan = await form.scan()
    await form.comes_in(files=(scan.id,))
    first = form.case
    await form.comes_in(files=(scan.id,))
    assert form.case == first, "whoever sends the same again names the same files again"
    await form.done(intake.AddFiles, CLERK, submission=form.case, attachments=(scan.id,))
    other = Form(form.client, stack, next(NUMBERS))
    await other.comes_in()
    refused = await other.refused(intake.AddFiles, CLERK, submission=other.case, attachments=(scan.id,))
    assert (refused.code, "thuộc phiếu khác" in refused.reason) == ("invalid", True)
    about = {"channel": "paper", "registrant": registrant(), "attachments": (scan.id,)}
    asked = (Matter(section="procedures", text="Bao giờ có điện chiếu sáng?"),)
    refused = await other.refused(intake.RegisterSubmission, CLERK, questions=asked, **about)
    assert (refused.code, "thuộc phiếu khác" in refused.reason) == ("invalid", True)


async def test_what_goes_out_after_a_correction_goes_to_the_right_address(form: Form) -> None:
    await form.comes_in(email=None, address="Số 5, thôn Nội, xã Thanh Trì")
    right = registrant(name=f"Nguyễn Thị Mai {form.number}", email=None, address="Số 9, thôn Trung, xã Thanh Trì")
    correct = {"submission": form.case, "registrant": right, "reason": "Chuyển nhà"}
    await form.done(intake.CorrectRegistrant, CITIZEN, **correct)
    await form.is_answered("Trong quý IV năm 2026.")
    [letter] = form.letters("answer")
    assert "Số 9, thôn Trung" in letter
    assert "Số 5, thôn Nội" not in letter
    await form.done(post.ClosePrintRun, OFFICE_HEAD)
    mailbox = right.model_copy(update={"email": form.email})
    await form.done(intake.CorrectRegistrant, CITIZEN, **correct | {"registrant": mailbox})
    assert form.mails("receipt") == form.mails("answer") == [], "what has left is not written again"


async def test_an_answer_that_reached_nobody_is_sent_once_there_is_an_address(form: Form) -> None:
    await form.comes_in(email=None, address=None)
    await form.is_answered("Trong quý IV năm 2026.")
    assert await form.settled() == []
    known = registrant(name=f"Nguyễn Thị Mai {form.number}", email=form.email, address=None)
    await form.done(
        intake.CorrectRegistrant, CITIZEN, submission=form.case, registrant=known, reason="Tôi có thư điện tử"
    )
    assert len(form.mails("answer")) == 1
    assert await form.settled() == ["answered-in-writing"]


async def test_an_answer_is_published_only_in_words_that_name_nobody(form: Form) -> None:
    await form.comes_in()
    publish = {"question": form.question} | PUBLISHED
    assert (await form.refused(routing.PublishAnswer, OFFICE_HEAD, **publish)).code == "not-now", "it is not answered"
    answered = await form.is_answered("Trong quý IV năm 2026, xin gọi 0912 345 678.")
    personal = publish | {"answered": "Trong quý IV năm 2026, xin gọi 0912 345 678."}
    refused = await form.refused(routing.PublishAnswer, OFFICE_HEAD, **personal)
    assert (refused.code, "Còn số điện thoại “0912 345 678”" in refused.reason) == ("invalid", True)
    assert (await form.refused(routing.PublishAnswer, OFFICER, **publish)).code == "forbidden"
    assert (await form.refused(routing.PublishAnswer, NEIGHBOUR, **publish)).code == "forbidden"
    stale = await form.refused(routing.PublishAnswer, OFFICE_HEAD, version=answered.version, **publish)
    assert (stale.code, stale.changes) == ("stale", ("question-settled",)), "he decided before the letter was out"
    assert await form.said(routing.AnswerPublished) == []

    await form.done(routing.PublishAnswer, OFFICE_HEAD, key="p", version=answered.version + 1, **publish)
    await form.done(routing.PublishAnswer, OFFICE_HEAD, key="p", version=answered.version + 1, **publish)
    done = await form.done(routing.PublishAnswer, CHAIRMAN, **publish)
    assert done.state["publication"]["answered"] == PUBLISHED["answered"]
    [told] = await form.said(routing.AnswerPublished)
    assert (told.field, told.asked, told.published_by) == ("land", PUBLISHED["asked"], OFFICE_HEAD.name)

    unpublish = {"question": form.question, "reason": "Quy định đã thay đổi"}
    assert (await form.refused(routing.UnpublishAnswer, OFFICER, **unpublish)).code == "forbidden"
    await form.done(routing.UnpublishAnswer, CLERK, **unpublish)
    await form.done(routing.UnpublishAnswer, CLERK, **unpublish)
    assert len(await form.said(routing.AnswerUnpublished)) == 1
