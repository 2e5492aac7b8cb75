"""Notify's handlers on a real database and a real mail server: told once, to whom it belongs, whatever comes twice."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from services.notify import handlers, together
from services.notify.envelopes import EnvelopeRoom, sealed
from services.notify.mailing.smtp import Mailer
from services.notify.making import Maker
from services.notify.numbers.store import Numbers
from services.notify.paper.page import Page
from services.notify.post import AT_ONCE, PostRoom
from services.notify.posting.room import PrintRoom
from services.notify.posting.runs import next_cut_off
from services.notify.posting.store import PrintRuns
from services.notify.purge import Purge
from services.notify.signing.signer import CannotSign, Signer
from services.notify.store import Correspondences, Envelopes
from services.notify.texts.store import Texts
from shared.addresses import fingerprint
from shared.communes import Communes, Numbering, PostPlan, Profile
from shared.contracts import Done, Event, Refusal, Refused, Role
from shared.contracts.deadlines import DeadlineMoved, DeadlineNear, EscalationRaised
from shared.contracts.intake import (
    CommitmentExtended,
    ConclusionDrafted,
    DeliveryReported,
    DialogueAnnounced,
    DialogueConcluded,
    DialogueHeld,
    DialogueRescheduled,
    QuestionsWithdrawn,
    RegistrantCorrected,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    SubmissionReceived,
)
from shared.contracts.notify import (
    ApologiseForDelay,
    NotificationFailed,
    NotificationSent,
    NotifyEvent,
    RecordHandOver,
    RenderDocument,
    RenderSlip,
)
from shared.contracts.routing import AnswerApproved, QuestionReferredUp, QuestionSplit
from shared.handlers import supplied
from shared.store import Database
from tests.builders import (
    COMMITMENT,
    DIALOGUE,
    HELD_AT,
    NOW,
    QUESTION,
    SUBMISSION,
    actor,
    of_attendance,
    of_deadline,
    of_dialogue,
    of_form,
    of_question,
    question,
    registrant,
    submission_received,
)
from tests.message_ids import IDS
from tests.servers import Servers

TIME_LIMIT_S = 20.0
OPENS = NOW - timedelta(minutes=90)
UNREACHABLE = registrant(email=None, address=None)


class Stamp(Signer):
    """Signs nothing; once it is `there`, every document gets its mark. broken: why it cannot be used."""

    def __init__(self, communes: Communes) -> None:
        super().__init__(None, communes)
        self.there, self.broken = False, list[CannotSign]()

    def signs(self, profile: Profile) -> bool:
        return self.there

    def sign(self, pdf: bytes, profile: Profile, page: Page, at: datetime) -> bytes:
        if self.broken:
            raise self.broken.pop()
        return pdf + b"% signed\n"


class Office:
    """Notify's handlers, with a clock that stands where it was set."""

    def __init__(
        self,
        servers: Servers,
        database: Database,
        folder: Path,
        mailer: type[Mailer] = Mailer,
        maker: type[Maker] = Maker,
    ) -> None:
        self.now: datetime = NOW
        self.mail, self.folder = servers.mail, folder
        self.letters, self.envelopes = Correspondences(database), Envelopes(database)
        self.runs = PrintRuns(database)
        self.communes = Communes.load()
        self.texts = Texts(database)
        numbers, self.signer = Numbers(database, self.clock), Stamp(self.communes)
        self.maker = maker(
            self.letters,
            self.communes,
            self.texts,
            numbers,
            self.signer,
            IDS,
            folder,
            "http://cong",
            "http://ban-lam-viec",
        )
        self.mailer = mailer("smtp://{}:{}".format(*servers.smtp), AT_ONCE)
        self.post = PostRoom(self.letters, self.communes, self.mailer, self.maker, self.clock)
        self.daily = EnvelopeRoom(
            self.envelopes, self.letters, self.communes, self.post, self.mailer, self.maker, self.clock
        )
        self.print_room = PrintRoom(self.letters, self.runs, self.communes, folder, self.clock)
        self.purge = Purge(self.letters, self.envelopes, self.communes, self.clock)
        self._provided: dict[str, Any] = {
            "correspondences": self.letters,
            "envelopes": self.envelopes,
            "post": self.post,
            "message_ids": IDS,
            "maker": self.maker,
            "texts": self.texts,
            "numbers": numbers,
            "print_runs": self.runs,
            "print_room": self.print_room,
            "letters_folder": folder,
            "base_url": "http://cong",
            "communes": self.communes,
            "now": self.clock,
        }

    def clock(self) -> datetime:
        return self.now

    def plans(self, **plans: Any) -> None:
        """From now on the communes' letters and mails leave in this way."""
        for id, profile in self.communes.items():
            self.communes._profiles[id] = profile.model_copy(update=plans)

    async def hears(self, *events: Event) -> None:
        for event in events:
            for listener in handlers.consumes.listeners:
                if isinstance(event, listener.events):
                    await supplied(listener.handle, type(event), self._provided)(event)

    async def answers(self, command: Any) -> Done | Refused:
        [answerer] = [one for one in handlers.consumes.answerers if isinstance(command, one.command)]
        answer: Done | Refused = await supplied(answerer.handle, type(command), self._provided)(command)
        return answer

    async def works_until(self, then: datetime) -> None:
        """What is due now is done; then time passes, by the day's cut-offs, and what is due by then is done."""
        await self._sweep()
        while (cut_off := next_cut_off(self.communes["thanh-tri"], self.now)) <= then:
            self.now = cut_off
            await self._sweep()
        self.now = then
        await self._sweep()

    async def _sweep(self) -> None:
        await handlers.tell_again(self.letters, self.post, self.clock)
        await self.post.take_what_waits()
        await self._work_off()
        await self.print_room.close_what_is_due()
        await self.daily.send_what_is_due()
        await self._work_off()

    async def _work_off(self) -> None:
        work = asyncio.create_task(self.post.work())
        async with asyncio.timeout(TIME_LIMIT_S):
            while self.post.busy:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work

    def mails(self) -> list[EmailMessage]:
        files = sorted(self.mail.glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc]

    def subjects(self, to: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails() if to in str(mail["To"])]

    async def said(self, case: str) -> list[Event]:
        return [envelope.open() for envelope in await self.letters.history(case)]


@pytest.fixture
async def office(fresh: Servers, tmp_path: Path) -> AsyncIterator[Office]:
    database = Database(fresh.mongo_url, "notify")
    office = Office(fresh, database, tmp_path)
    await database.prepare()
    yield office
    await office.post.stop()
    database.close()


def a_form(number: int, **changes: Any) -> SubmissionReceived:
    known = registrant(email=f"nguoi{number}@nguoidan.example")
    return submission_received(case=f"01J{number}", questions=(), registrant=known, **changes)


NEAR = of_deadline(DeadlineNear, occurred_at=OPENS, office_reopens_at=OPENS + timedelta(days=1))
OTHER = of_deadline(
    DeadlineNear,
    deadline="other",
    case="01JX",
    about="01JX-1",
    occurred_at=OPENS,
    office_reopens_at=OPENS + timedelta(days=1),
)
OFFICER = "quan.hcc@hanoi.example"


async def test_an_officer_gets_one_mail_a_day_and_what_comes_later_the_next_day(office: Office) -> None:
    office.now = OPENS
    await office.hears(submission_received(registrant=UNREACHABLE), NEAR, NEAR)
    await office.works_until(OPENS + timedelta(minutes=14))
    assert office.mails() == []
    await office.works_until(OPENS + timedelta(minutes=15))
    await office.hears(OTHER, NEAR, OTHER)
    await office.works_until(OPENS + timedelta(hours=8))
    assert office.subjects(OFFICER) == ["Nhắc việc ngày 20/04/2026: 1 việc sắp đến hạn"]
    [mail] = office.mails()
    assert "Phiếu K7QX-3M9D, câu hỏi 1" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    await office.works_until(OPENS + timedelta(days=1, minutes=15))
    assert office.subjects(OFFICER)[1:] == ["Nhắc việc ngày 21/04/2026: 1 việc sắp đến hạn"]


@pytest.mark.parametrize(
    ("role", "department", "to"),
    [
        (Role.OFFICER, "phong-kinh-te", ["toan.kinhte@hanoi.example"]),
        (Role.OFFICE_HEAD, "phong-kinh-te", ["huy.vanphong@hanoi.example"]),
        (Role.OFFICER, None, ["trang.vanphong@hanoi.example"]),
        (Role.HEAD, None, ["huy.vanphong@hanoi.example"]),
        (Role.CLERK, None, ["hanh.clerk@hanoi.example"]),
        (Role.CHAIRMAN, "phong-kinh-te", [one.email for one in Communes.load()["thanh-tri"].holders(Role.CHAIRMAN)]),
    ],
)
async def test_a_missed_term_is_put_before_those_who_hold_the_role(
    office: Office, role: Role, department: str | None, to: list[str]
) -> None:
    await office.hears(of_deadline(EscalationRaised, to=role, department=department))
    await office.works_until(NOW + timedelta(hours=1))
    assert {str(mail["To"]) for mail in office.mails()} == set(to)


async def test_a_role_that_nobody_holds_is_said_in_the_case(office: Office) -> None:
    raised = of_deadline(EscalationRaised, to=Role.OPERATOR)
    await office.hears(raised, raised)
    assert [event.name for event in await office.said(SUBMISSION)] == ["notification-failed"]


async def test_every_registrant_is_told_of_a_new_day_once_also_who_was_being_taken_in(office: Office) -> None:
    await office.hears(of_dialogue(DialogueAnnounced), a_form(1))
    moved = of_dialogue(DialogueRescheduled, occurred_at=NOW + timedelta(seconds=1))
    received, stale = a_form(2), await office.letters.get(DIALOGUE)
    await office.hears(moved, moved)
    assert stale is not None
    await office.post.begin(handlers.rules.acknowledge(None, received, NOW, stale.conference))
    await office.works_until(NOW + timedelta(minutes=2))
    await office.works_until(NOW + timedelta(minutes=4))
    for number in (1, 2):
        subjects = office.subjects(f"nguoi{number}@nguoidan.example")
        assert sum(subject.startswith("Thay đổi thời gian") for subject in subjects) == 1
    dialogue = await office.letters.get(DIALOGUE)
    assert dialogue is not None
    assert dialogue.tell_again_at is None


async def test_who_waits_for_a_seat_is_told_once_and_invited_when_one_is_free(office: Office) -> None:
    by_post = submission_received(case="01JP", questions=(), registrant=registrant(email=None))
    await office.hears(of_dialogue(DialogueAnnounced), a_form(1), by_post)
    await office.works_until(NOW)
    waits = [
        of_attendance(RegistrantWaitlisted, case=case, place=place) for place, case in enumerate(("01J1", "01JP"), 1)
    ]
    await office.hears(*waits, *waits)
    await office.works_until(NOW + timedelta(minutes=1))
    invited = of_attendance(RegistrantInvited, case="01J1")
    await office.hears(invited, invited, *waits)
    await office.works_until(NOW + timedelta(minutes=2))
    subjects = office.subjects("nguoi1@nguoidan.example")
    assert [subject.split(",")[0].split(" Hội")[0] for subject in subjects[1:]] == [
        "Danh sách chờ dự hội nghị đối thoại",
        "Giấy mời dự",
    ]
    assert [file.name for file in office.folder.rglob("*.pdf")] == ["01JP.waitlist.pdf"]


async def test_the_conclusion_goes_to_every_registrant_by_mail_or_as_a_letter(office: Office) -> None:
    by_post = submission_received(case="01JP", questions=(), registrant=registrant(email=None))
    await office.hears(of_dialogue(DialogueAnnounced), a_form(1), by_post)
    concluded = of_dialogue(DialogueConcluded, commitments=(COMMITMENT,))
    await office.hears(concluded, concluded)
    await office.works_until(NOW + timedelta(minutes=5))
    [told] = [mail for mail in office.mails() if "kết luận" in str(mail["Subject"])]
    assert COMMITMENT.text in told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert [file.name for file in (office.folder / "thanh-tri").iterdir()] == ["01JP.conclusion.pdf"]


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
async def test_the_askers_of_a_promise_that_takes_longer_are_told_once_both_facts_are_there(
    office: Office, order: list[int]
) -> None:
    end = of_deadline(DeadlineMoved, case=DIALOGUE, about=COMMITMENT.id, rule="resolution", cause="extension")
    facts = [of_dialogue(CommitmentExtended), end]
    await office.hears(submission_received())
    await office.hears(*[facts[number] for number in order], *facts)
    await office.works_until(NOW + timedelta(minutes=5))
    assert [one for one in office.subjects("mai@nguoidan.example") if "Gia hạn" in one] == [
        "Gia hạn thời gian giải quyết, mã phiếu K7QX-3M9D"
    ]


async def test_a_clerk_records_that_he_told_somebody_whom_no_way_leads_to(office: Office) -> None:
    await office.hears(
        of_dialogue(DialogueAnnounced), submission_received(registrant=UNREACHABLE), of_dialogue(DialogueConcluded)
    )
    command = RecordHandOver(
        actor=actor(), key="k1", notification=f"{SUBMISSION}.conclusion", note="Đã gọi điện lúc 9 giờ."
    )
    assert isinstance(await office.answers(command), Done)
    assert isinstance(await office.answers(command), Done), "the same key again"
    failed, sent = await office.said(SUBMISSION)
    assert (failed.name, sent.name) == ("notification-failed", "notification-sent")
    stranger = command.model_copy(update={"actor": actor(commune="chanh-lo"), "key": "k2"})
    with pytest.raises(Refusal, match="xã khác"):
        await office.answers(stranger)


async def test_documents_are_given_out_as_files(office: Office) -> None:
    await office.hears(of_dialogue(DialogueAnnounced), of_dialogue(ConclusionDrafted))
    for document, format, begins in (
        ("conclusion", "pdf", b"%PDF"),
        ("conclusion", "docx", b"PK"),
        ("loudspeaker", "txt", "THÔNG BÁO".encode()),
        ("loudspeaker", "docx", b"PK"),
    ):
        command = RenderDocument(actor=actor(), key="k", dialogue=DIALOGUE, document=document, format=format)
        done = await office.answers(command)
        assert isinstance(done, Done)
        assert b64decode(done.state["content"]).startswith(begins)
    unknown = RenderDocument(actor=actor(), key="k", dialogue="nothing", document="conclusion", format="pdf")
    with pytest.raises(Refusal) as refused:
        await office.answers(unknown)
    assert refused.value.code == "not-found"


async def test_the_transfer_slip_is_given_out_once_the_question_was_referred_up(office: Office) -> None:
    await office.hears(submission_received())
    command = RenderSlip(actor=actor(), key="k", submission=SUBMISSION, question=QUESTION, format="pdf")
    with pytest.raises(Refusal, match="chưa được báo cáo cấp trên"):
        await office.answers(command)
    await office.hears(of_question(QuestionReferredUp))
    before = len(await office.said(SUBMISSION))
    for format, begins in (("pdf", b"%PDF"), ("docx", b"PK")):
        done = await office.answers(command.model_copy(update={"format": format}))
        assert isinstance(done, Done)
        assert b64decode(done.state["content"]).startswith(begins)
    assert len(await office.said(SUBMISSION)) == before, "it changes nothing"
    with pytest.raises(Refusal) as refused:
        await office.answers(command.model_copy(update={"submission": "nothing"}))
    assert refused.value.code == "not-found"
    with pytest.raises(Refusal, match="xã khác"):
        await office.answers(command.model_copy(update={"actor": actor(commune="chanh-lo")}))


async def test_who_asked_the_same_gets_the_same_answer_each_in_a_mail_of_his_own(office: Office) -> None:
    for number in (1, 2):
        asked = question().model_copy(update={"id": f"01J{number}-1"})
        form = a_form(number, on_time=False).model_copy(update={"questions": (asked,)})
        await office.hears(form, of_question(AnswerApproved, case=form.case, question=asked.id, text="Chung một lời."))
    await office.works_until(NOW + timedelta(minutes=1))
    told = [mail for mail in office.mails() if "Chung một lời." in mail.get_body(("plain",)).get_content()]  # type: ignore[union-attr]
    assert sorted(str(mail["To"]).partition("<")[2] for mail in told) == [
        "nguoi1@nguoidan.example>",
        "nguoi2@nguoidan.example>",
    ]
    assert [event.name for event in await office.said("01J2")].count("notification-sent") == 2, "receipt and answer"


async def test_the_parts_of_a_question_that_are_answered_together_share_a_mail(office: Office) -> None:
    split = of_question(QuestionSplit, text="Cần giấy tờ gì?")
    [part] = split.parts
    approved = [of_question(AnswerApproved, question=id, text=f"Lời {id}.") for id in (QUESTION, part.id)]
    held = of_dialogue(DialogueHeld)
    absent = of_attendance(RegistrantExcused)
    await office.hears(submission_received(), of_dialogue(DialogueAnnounced), split, *approved, absent, held)
    await office.works_until(NOW + timedelta(minutes=1))
    [told] = [text for mail in office.mails() if "Lời" in (text := mail.get_body(("plain",)).get_content())]  # type: ignore[union-attr]
    for words in (f"Lời {QUESTION}.", f"Lời {part.id}.", "Cần giấy tờ gì?", part.text):
        assert words in told


# --- letters lie ready until the cut-off -----------------------------------------------------------------------------

BY_POST = registrant(email=None)
CUT_OFF = datetime(2026, 4, 20, 9, 30, tzinfo=UTC)
"""16:30 in Vietnam, of the day of NOW."""


def an_answer(known: Any = BY_POST, case: str = SUBMISSION, **changes: Any) -> list[Event]:
    """A form that came too late for the dialogue, and its approved answer."""
    asked = question().model_copy(update={"id": f"{case}-1"})
    form = submission_received(case=case, on_time=False, registrant=known, questions=(asked,), **changes)
    return [form, of_question(AnswerApproved, case=case, question=asked.id)]


def words_of(pdf: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())


async def test_a_letter_lies_ready_until_the_cut_off_and_then_has_left(office: Office) -> None:
    await office.hears(*an_answer())
    await office.works_until(CUT_OFF - timedelta(seconds=1))
    state = await office.letters.get(SUBMISSION)
    assert state is not None
    [letter] = state.messages
    assert (letter.state, letter.leaves_at, letter.text) == ("drawn", CUT_OFF, 0)
    assert [event.name for event in await office.said(SUBMISSION)] == ["notification-queued"]
    await office.works_until(CUT_OFF)
    _, sent = await office.said(SUBMISSION)
    assert isinstance(sent, NotificationSent)
    assert (sent.channel, sent.reference, sent.run) == ("letter", f"{letter.id}.pdf", "thanh-tri-20260420")
    assert [file.name for file in office.folder.rglob("*.pdf")] == [sent.reference]


async def test_a_letter_that_was_withdrawn_before_the_cut_off_is_gone_with_its_file(office: Office) -> None:
    await office.hears(*an_answer())
    await office.works_until(NOW + timedelta(hours=1))
    [file] = office.folder.rglob("*.pdf")
    await office.hears(of_form(QuestionsWithdrawn, questions=(QUESTION,)))
    assert not file.exists()
    await office.works_until(CUT_OFF + timedelta(days=1))
    assert [event.name for event in await office.said(SUBMISSION)] == ["notification-queued", "notification-failed"]
    state = await office.letters.get(SUBMISSION)
    assert state is not None
    assert (state.messages, state.discarded) == ((), None)


async def test_a_letter_that_was_withdrawn_after_the_cut_off_has_left_all_the_same(office: Office) -> None:
    await office.hears(*an_answer())
    await office.works_until(CUT_OFF)
    await office.hears(of_form(QuestionsWithdrawn, questions=(QUESTION,)))
    assert [event.name for event in await office.said(SUBMISSION)] == ["notification-queued", "notification-sent"]
    assert len(list(office.folder.rglob("*.pdf"))) == 1


async def test_a_letter_that_lies_ready_is_drawn_anew_for_the_right_address(office: Office) -> None:
    await office.hears(*an_answer())
    await office.works_until(NOW + timedelta(hours=1))
    [file] = office.folder.rglob("*.pdf")
    assert "Số 9, thôn Trung" not in words_of(file)
    known = registrant(email=None, address="Số 9, thôn Trung")
    await office.hears(of_form(RegistrantCorrected, registrant=known, occurred_at=office.now))
    await office.works_until(CUT_OFF)
    assert "Số 9, thôn Trung" in words_of(file)
    assert [event.name for event in await office.said(SUBMISSION)] == ["notification-queued", "notification-sent"]


async def test_a_letter_is_numbered_when_it_is_made_where_the_commune_does_so(office: Office) -> None:
    office.plans(numbering=Numbering(letter="automatic"))
    await office.hears(*an_answer(), *an_answer(case="01JB", code="K7QX-3M9E"))
    await office.works_until(CUT_OFF)
    numbers = []
    for case in (SUBMISSION, "01JB"):
        queued, numbered, sent = await office.said(case)
        assert (queued.name, numbered.name, sent.name) == (
            "notification-queued",
            "notification-numbered",
            "notification-sent",
        )
        assert isinstance(sent, NotificationSent)
        numbers.append(sent.number)
        assert str(sent.number) in words_of(office.folder / "thanh-tri" / sent.reference)
    assert sorted(map(str, numbers)) == ["01/UBND-VP", "02/UBND-VP"]


async def test_a_letter_that_cannot_be_printed_is_for_the_clerk(office: Office) -> None:
    form, _ = an_answer()
    await office.hears(form, of_question(AnswerApproved, text="Xin gặp ông 漢."))
    await office.works_until(NOW + timedelta(hours=1))
    _, failed = await office.said(SUBMISSION)
    assert isinstance(failed, NotificationFailed)
    assert "漢" in failed.reason
    assert list(office.folder.rglob("*.pdf")) == []


@pytest.mark.parametrize("together", ["each", "daily"])
async def test_where_the_commune_signs_a_mail_carries_the_signed_document(office: Office, together: Any) -> None:
    office.plans(post=PostPlan(together=together))
    office.signer.there = True
    await office.hears(*an_answer(registrant()))
    await office.works_until(CUT_OFF)
    receipt, answer = sorted(office.mails(), key=lambda mail: "Trả lời" in str(mail["Subject"]))
    assert list(receipt.iter_attachments()) == []
    [document] = answer.iter_attachments()
    assert document.get_filename() == "Trả lời bằng văn bản.pdf"
    content = document.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.endswith(b"% signed\n")
    assert await asyncio.to_thread((office.folder / "thanh-tri" / f"{SUBMISSION}.answer.1.pdf").read_bytes) == content


async def test_a_signature_that_is_away_is_waited_for_and_one_that_fails_is_for_the_clerk(office: Office) -> None:
    office.signer.there = True
    office.signer.broken = [CannotSign("Chưa cắm thiết bị ký.", for_now=True)]
    await office.hears(*an_answer())
    await office.works_until(NOW + timedelta(seconds=1))
    assert [event.name for event in await office.said(SUBMISSION)] == ["notification-queued"]
    await office.works_until(NOW + timedelta(minutes=2))
    await office.works_until(CUT_OFF)
    assert [event.name for event in await office.said(SUBMISSION)] == ["notification-queued", "notification-sent"]
    office.signer.broken = [CannotSign("Chứng thư số đã hết hạn.")]
    await office.hears(*an_answer(case="01JB", code="K7QX-3M9E"))
    await office.works_until(CUT_OFF + timedelta(minutes=1))
    failed = (await office.said("01JB"))[-1]
    assert isinstance(failed, NotificationFailed)
    assert failed.reason == "Chứng thư số đã hết hạn."


# --- one mail a day --------------------------------------------------------------------------------------------------


def two_answers() -> list[Event]:
    """To one address, about two forms."""
    mai = registrant()
    return [*an_answer(mai), *an_answer(mai, case="01JB", code="K7QX-3M9E")]


async def test_answers_of_a_day_go_in_one_mail_at_the_cut_off(office: Office) -> None:
    office.plans(post=PostPlan(together="daily"))
    await office.hears(*two_answers(), *two_answers())
    await office.works_until(CUT_OFF - timedelta(seconds=1))
    receipts = office.mails()
    assert len(receipts) == 2, "what is awaited does not wait"
    await office.works_until(CUT_OFF + timedelta(hours=1))
    [mail] = [one for one in office.mails() if one["Message-ID"] not in {receipt["Message-ID"] for receipt in receipts}]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert text.count("Kính gửi") == 1
    assert text.count(of_question(AnswerApproved).text) == 2
    for case in (SUBMISSION, "01JB"):
        sent = [event for event in await office.said(case) if isinstance(event, NotificationSent)]
        assert [(one.kind, one.reference) for one in sent][1:] == [("answer", mail["Message-ID"])]


async def test_a_question_that_is_withdrawn_before_the_cut_off_is_not_in_the_mail(office: Office) -> None:
    office.plans(post=PostPlan(together="daily"))
    await office.hears(*two_answers())
    await office.works_until(NOW + timedelta(hours=1))
    await office.hears(of_form(QuestionsWithdrawn, questions=(QUESTION,)))
    await office.works_until(CUT_OFF)
    [mail] = [
        one for one in office.mails() if "nội dung khác" in str(one["Subject"]) or "Trả lời" in str(one["Subject"])
    ]
    assert "và 01 nội dung khác" not in str(mail["Subject"])
    assert [event.name for event in await office.said(SUBMISSION)][-1] == "notification-failed"


async def test_a_mail_of_a_day_that_comes_back_becomes_letters(office: Office) -> None:
    office.plans(post=PostPlan(together="daily"))
    await office.hears(*two_answers())
    await office.works_until(CUT_OFF)
    [mail] = [one for one in office.mails() if "nội dung khác" in str(one["Subject"])]
    notification, _, token = str(mail["Message-ID"]).strip("<>").partition("@")[0].rpartition(".")
    returned = DeliveryReported(
        commune="thanh-tri",
        case="thanh-tri",
        occurred_at=office.now,
        notification=notification,
        token=token,
        recipients=(fingerprint("mai@nguoidan.example", token),),
        action="failed",
        status="5.1.1",
        said="550 unknown",
    )
    await office.hears(returned, returned)
    await office.works_until(CUT_OFF + timedelta(days=1))
    for case in (SUBMISSION, "01JB"):
        said = [(event.name, event.channel) for event in await office.said(case) if isinstance(event, NotifyEvent)]
        assert said[-3:] == [
            ("notification-failed", "email"),
            ("notification-queued", "letter"),
            ("notification-sent", "letter"),
        ]


async def test_a_mail_of_a_day_that_nobody_takes_becomes_letters(office: Office) -> None:
    office.plans(post=PostPlan(together="daily"))
    odd = registrant(email="mãi@nguoidan.example")
    await office.hears(*an_answer(odd), *an_answer(odd, case="01JB", code="K7QX-3M9E"))
    await office.works_until(CUT_OFF + timedelta(days=1))
    for case in (SUBMISSION, "01JB"):
        sent = [event for event in await office.said(case) if isinstance(event, NotificationSent)]
        assert [(one.kind, one.channel) for one in sent] == [("answer", "letter")]


async def test_what_a_crash_kept_from_the_members_of_a_mail_is_told_them_later(office: Office) -> None:
    office.plans(post=PostPlan(together="daily"))
    await office.hears(*two_answers())
    await office.works_until(CUT_OFF - timedelta(seconds=1))
    office.now = CUT_OFF
    await office.daily.send_what_is_due()
    [id] = await office.envelopes.waiting(CUT_OFF)
    await office.envelopes.change(id, lambda one: together.sent(sealed(one), "<sent@x>", CUT_OFF))
    await office.works_until(CUT_OFF + timedelta(minutes=5))
    for case in (SUBMISSION, "01JB"):
        sent = [event for event in await office.said(case) if isinstance(event, NotificationSent)]
        assert [one.reference for one in sent][1:] == ["<sent@x>"]
    assert len(office.mails()) == 2, "it is not sent again"


# --- reminders, apologies, what is forgotten -------------------------------------------------------------------------


async def test_who_is_invited_is_reminded_two_days_before(office: Office) -> None:
    await office.hears(of_dialogue(DialogueAnnounced), a_form(1), of_attendance(RegistrantInvited, case="01J1"))
    day_before_last = (HELD_AT + timedelta(hours=7)).date() - timedelta(days=2)
    opens = datetime.combine(day_before_last, time(1), UTC)
    await office.works_until(opens - timedelta(seconds=1))
    before = office.subjects("nguoi1@nguoidan.example")
    await office.works_until(opens)
    await office.works_until(HELD_AT)
    [reminder] = office.subjects("nguoi1@nguoidan.example")[len(before) :]
    assert reminder.startswith("Nhắc")
    names = [(event.name, event.kind) for event in await office.said("01J1") if isinstance(event, NotifyEvent)]
    assert names[-2:] == [("notification-queued", "dialogue-reminder"), ("notification-sent", "dialogue-reminder")]


@pytest.mark.parametrize(("known", "channel"), [(registrant(), "email"), (BY_POST, "letter")])
async def test_the_office_apologises_for_an_answer_that_is_late(office: Office, known: Any, channel: str) -> None:
    await office.hears(submission_received(registrant=known))
    await office.works_until(NOW)
    command = ApologiseForDelay(
        actor=actor(),
        key="k",
        submission=SUBMISSION,
        question=QUESTION,
        reason="Phải xác minh tại thực địa.",
        until=date(2026, 5, 4),
    )
    assert isinstance(await office.answers(command), Done)
    assert isinstance(await office.answers(command), Done), "the same key again"
    await office.works_until(CUT_OFF)
    sent = [event for event in await office.said(SUBMISSION) if isinstance(event, NotificationSent)]
    assert [one.channel for one in sent if one.kind == "apology"] == [channel]
    with pytest.raises(Refusal, match="xã khác"):
        await office.answers(command.model_copy(update={"actor": actor(commune="chanh-lo"), "key": "k2"}))


async def test_whom_mails_went_to_is_forgotten_after_the_profiles_time_and_documents_stay(office: Office) -> None:
    office.plans(post=PostPlan(together="daily", transport_days=30))
    await office.hears(*two_answers(), *an_answer(BY_POST, case="01JP", code="K7QX-3M9H"))
    await office.works_until(CUT_OFF)
    for days, kept in ((29, True), (31, False)):
        office.now = CUT_OFF + timedelta(days=days)
        await office.purge.forget_what_is_old()
        state = await office.letters.get(SUBMISSION)
        assert state is not None
        assert [bool(one.to) for one in state.messages] == [kept, kept]
        [envelope] = await office.envelopes.find({})
        assert (bool(envelope.to), len(envelope.members)) == (kept, 2 if kept else 0)
    assert [file.name for file in office.folder.rglob("*.pdf")] == ["01JP.answer.1.pdf"]
    assert len(await office.said(SUBMISSION)) == 4, "nothing is said of it"
