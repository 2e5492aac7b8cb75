"""Every process is killed in the middle of two hundred forms, and some again in the middle of the answers.

Afterwards an independent ledger is held against what each citizen was promised: a receipt means that the form is
there, every question has one department and one term, and everybody is written to once.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import nats
import pytest
import structlog
from nats.aio.client import Client
from pypdf import PdfReader

from deploy.embedded.quiet import until_quiet
from shared.clock import move_clock, moved_to
from shared.commands import send
from shared.contracts import SERVICES, Actor, Done, Role, deadlines, intake, notify, routing
from shared.contracts.post import ClosePrintRun, PrintRunClosed
from tests.builders import COMMUNE, NOW
from tests.chaos.disasters import Disaster, Disasters
from tests.chaos.ledger import Ledger, histories, taken, unpublished
from tests.chaos.people import Citizens, Form, Officers
from tests.servers import RunningSystem

FORMS = [Form(number) for number in range(1, 201)]
LATECOMERS = [Form(number) for number in range(301, 341)]
QUESTIONS = sum(len(form.body["questions"]) for form in FORMS)
BY_MAIL = {form.email for form in FORMS if form.email}

DURING_THE_FORMS = [
    Disaster("routing", at_work="routing"),
    Disaster("nats", at_work="routing"),
    Disaster("deadlines", at_work="deadlines"),
    Disaster("database", at_work="deadlines"),
    Disaster("notify", at_work="notify"),
    Disaster("mail", at_work="notify"),
    Disaster("intake", at_work="intake"),
]
DURING_THE_ANSWERS = [Disaster("notify", at_work="notify"), Disaster("routing", at_work="routing")]

A_WHILE = timedelta(minutes=3)
"""Longer than a claim lives whose process has died, and than the first pause after a mail server was away."""
MOST_WHILES = 6
LIMIT_S = 60.0

log = structlog.get_logger("chaos")


@pytest.fixture(scope="module")
async def client(breakable_stack: RunningSystem) -> AsyncIterator[Client]:
    """The operator's connection; it comes back as often as the broker does."""

    async def never_mind(_: Exception) -> None: ...

    client = await nats.connect(
        breakable_stack.addresses.nats_url,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,
        connect_timeout=1,
        error_cb=never_mind,
    )
    yield client
    await client.close()


async def at_rest(system: RunningSystem, client: Client) -> Ledger:
    """Wait until everybody is back and nothing is under way any more; what the world then looks like."""
    began = monotonic()
    await asyncio.to_thread(system.until_ready)
    back_after = monotonic() - began
    while True:
        await until_quiet(client, system.addresses.services, limit_s=LIMIT_S)
        if not await asyncio.to_thread(unpublished, system.addresses):
            break
        assert monotonic() - began < LIMIT_S, unpublished(system.addresses)
    log.info("at rest", back_after_s=round(back_after, 1), quiet_after_s=round(monotonic() - began, 1))
    return await taken(client, system.addresses)


async def in_a_while(
    system: RunningSystem, client: Client, is_enough: Callable[[Ledger], bool], whiles: int = MOST_WHILES
) -> Ledger:
    """Let simulated minutes pass until what a dead process had claimed is claimed again and done."""
    ledger = await at_rest(system, client)
    for _ in range(whiles):
        if is_enough(ledger):
            break
        now = await moved_to(client)
        assert now is not None
        await move_clock(client, now + A_WHILE)
        await until_quiet(client, system.addresses.services, swept_at=now + A_WHILE, limit_s=LIMIT_S)
        ledger = await at_rest(system, client)
    return ledger


@dataclass(frozen=True, slots=True)
class Aftermath:
    citizens: Citizens
    ledger: Ledger


@pytest.fixture(scope="module")
async def after_the_forms(breakable_stack: RunningSystem, client: Client) -> Aftermath:
    await move_clock(client, NOW)
    citizens = Citizens(breakable_stack.addresses.public_url)
    began = monotonic()
    disasters = Disasters(breakable_stack, client, DURING_THE_FORMS, portion=len(FORMS) // 8)
    async with asyncio.TaskGroup() as group:
        group.create_task(disasters.strike())
        group.create_task(citizens.send(FORMS, disasters.may_begin))
    log.info("forms sent", seconds=round(monotonic() - began, 1), again=citizens.again, had_come=citizens.had_come)
    ledger = await in_a_while(
        breakable_stack, client, lambda ledger: len(ledger.all(notify.NotificationSent)) >= len(BY_MAIL)
    )
    log.info("receipts", uncertain=len(ledger.all(notify.NotificationSent, uncertain=True)), mails=len(ledger.mails))
    return Aftermath(citizens, ledger)


@pytest.fixture(scope="module")
async def after_the_answers(breakable_stack: RunningSystem, client: Client, after_the_forms: Aftermath) -> Ledger:
    officers, ledger = Officers(client), after_the_forms.ledger
    began = monotonic()
    disasters = Disasters(breakable_stack, client, DURING_THE_ANSWERS, portion=QUESTIONS // 3)
    by_letter = {one.case for one in ledger.all(intake.SubmissionReceived) if one.registrant.email is None}
    letters_first = sorted(ledger.all(routing.QuestionAssigned), key=lambda one: one.case not in by_letter)
    async with asyncio.TaskGroup() as group:
        group.create_task(disasters.strike())
        group.create_task(officers.answer(letters_first, disasters.may_begin))
    log.info("answers approved", seconds=round(monotonic() - began, 1), repeated=officers.repeated)
    ledger = await after_the_print_runs(breakable_stack, client)
    answers = ledger.all(notify.NotificationSent, kind="answer")
    log.info("answers", uncertain=sum(one.uncertain for one in answers), letters=len(ledger.letters))
    return ledger


async def after_the_print_runs(system: RunningSystem, client: Client) -> Ledger:
    """A letter leaves with its print run, and a question is settled when its letter has left.

    The clerk closes a run before its cut-off, then further ones for letters that a dead process had in hand.
    """
    clerk = Actor(name="Trần Thị Hạnh", role=Role.CLERK, commune=COMMUNE)
    ledger = await at_rest(system, client)
    for run in range(MOST_WHILES):
        reply = await send(client, ClosePrintRun(actor=clerk, key=f"close-{run}"), timeout=10)
        assert isinstance(reply, Done) or reply.code == "not-now", reply
        ledger = await at_rest(system, client)
        if len(ledger.all(routing.QuestionSettled)) >= QUESTIONS:
            break
        ledger = await in_a_while(system, client, lambda _: False, whiles=1)
    return ledger


def once_each(found: list[str], expected: int) -> bool:
    return len(found) == expected and len(set(found)) == expected


# The forms


def test_every_receipt_is_a_form_that_was_received_and_none_was_received_twice(after_the_forms: Aftermath) -> None:
    codes = list(after_the_forms.citizens.codes.values())
    assert once_each(codes, len(FORMS))
    received = after_the_forms.ledger.all(intake.SubmissionReceived)
    assert sorted(one.code for one in received) == sorted(codes)
    assert once_each([one.registrant.name for one in received], len(FORMS))


def test_no_form_was_dated_by_a_service_that_did_not_know_the_time_yet(after_the_forms: Aftermath) -> None:
    dated = [one.received_at for one in after_the_forms.ledger.all(intake.SubmissionReceived)]
    assert min(dated) >= NOW
    assert max(dated) < NOW + timedelta(hours=1)


def test_every_question_has_one_department_and_one_term_of_each_kind(after_the_forms: Aftermath) -> None:
    """No dialogue is open, so each department owes an answer, and the office a letter."""
    ledger = after_the_forms.ledger
    asked = sorted(one.id for form in ledger.all(intake.SubmissionReceived) for one in form.questions)
    assert len(asked) == QUESTIONS
    assert sorted(one.question for one in ledger.all(routing.QuestionAssigned)) == asked
    for rule in ("department-answer", "written-answer"):
        assert sorted(one.about for one in ledger.all(deadlines.DeadlineSet, rule=rule)) == asked


def test_everybody_with_an_address_has_one_receipt_by_mail(after_the_forms: Aftermath) -> None:
    ledger = after_the_forms.ledger
    sent = ledger.all(notify.NotificationSent, kind="receipt")
    assert once_each([one.case for one in sent], len(BY_MAIL))
    assert {mail.to for mail in ledger.mails} == BY_MAIL
    assert {mail.message_id for mail in ledger.mails} == {one.reference for one in sent}


def test_a_second_copy_is_the_same_mail_and_is_owned_up_to(after_the_forms: Aftermath) -> None:
    ledger = after_the_forms.ledger
    for one in ledger.all(notify.NotificationSent):
        copies = ledger.copies(one.reference)
        assert copies == 1 or (copies == 2 and one.uncertain), one


def test_after_the_forms_nothing_is_parked_and_the_stream_has_all_in_order(after_the_forms: Aftermath) -> None:
    ledger = after_the_forms.ledger
    assert ledger.parked == 0
    assert ledger.said_twice == []
    assert ledger.out_of_order == []


# The answers


def test_every_question_ends_settled_in_writing(after_the_answers: Ledger) -> None:
    settled = after_the_answers.all(routing.QuestionSettled, how="answered-in-writing")
    assert once_each([one.question for one in settled], QUESTIONS)
    for said in (routing.AnswerDrafted, routing.AnswerApproved):
        assert once_each([one.question for one in after_the_answers.all(said)], QUESTIONS), said.name
    for rule in ("department-answer", "written-answer"):
        assert once_each([one.about for one in after_the_answers.all(deadlines.DeadlineMet, rule=rule)], QUESTIONS)


def test_every_question_is_answered_by_one_mail_or_one_letter(after_the_answers: Ledger) -> None:
    answers = after_the_answers.all(notify.NotificationSent, kind="answer")
    assert once_each([question for one in answers for question in one.questions], QUESTIONS)
    mails = [one for one in answers if one.channel == "email"]
    for one in mails:
        copies = after_the_answers.copies(one.reference)
        assert copies == 1 or (copies == 2 and one.uncertain), one
    receipts = after_the_answers.all(notify.NotificationSent, kind="receipt")
    assert {mail.message_id for mail in after_the_answers.mails} == {one.reference for one in [*mails, *receipts]}


def test_every_letter_is_one_file_that_can_be_read_and_names_its_reader(after_the_answers: Ledger) -> None:
    received = {one.case: one for one in after_the_answers.all(intake.SubmissionReceived)}
    letters = after_the_answers.all(notify.NotificationSent, channel="letter")
    assert Counter(one.reference for one in letters) == Counter(after_the_answers.letters.keys())
    assert {one.case for one in letters} == {one.case for one in received.values() if one.registrant.email is None}
    runs = after_the_answers.all(PrintRunClosed)
    assert Counter(one.run for one in letters) == Counter({one.run: one.letters for one in runs})
    for one in letters:
        text = " ".join(page.extract_text() for page in PdfReader(after_the_answers.letters[one.reference]).pages)
        assert received[one.case].registrant.name in " ".join(text.split())


def test_after_the_answers_nothing_is_parked_and_the_stream_has_all_in_order(
    breakable_stack: RunningSystem, after_the_answers: Ledger
) -> None:
    assert after_the_answers.parked == 0
    assert after_the_answers.said_twice == []
    assert after_the_answers.out_of_order == []
    said = Counter(envelope.source.rpartition("/")[2] for envelope in after_the_answers.envelopes)
    assert dict(said) == histories(breakable_stack.addresses)


# Everything once more


async def test_the_whole_history_delivered_again_while_services_restart_changes_nothing_and_writes_to_nobody(
    breakable_stack: RunningSystem, client: Client, after_the_answers: Ledger
) -> None:
    """Every handler's consumer is lost, so each event comes again to services that were just told to stop in order.

    More forms come in meanwhile. A service that is told to stop finishes what it has in hand: no mail is in doubt.
    """
    before, citizens = after_the_answers, Citizens(breakable_stack.addresses.public_url)
    async with asyncio.TaskGroup() as group:
        group.create_task(restart_and_forget(breakable_stack, client))
        group.create_task(citizens.send(LATECOMERS, at_once))
    after = await at_rest(breakable_stack, client)
    assert after.envelopes[: len(before.envelopes)] == before.envelopes
    assert after.mails[: len(before.mails)] == before.mails
    assert after.letters == before.letters
    assert (after.said_twice, after.out_of_order, after.parked) == ([], [], 0)

    old = {one.case for one in before.all(intake.SubmissionReceived)}
    assert old.isdisjoint(one.open().case for one in after.envelopes[len(before.envelopes) :])
    sent = [one for one in after.all(notify.NotificationSent) if one.case not in old]
    assert once_each([one.case for one in sent], sum(form.email is not None for form in LATECOMERS))
    assert not any(one.uncertain for one in sent)
    new_mails = [mail.message_id for mail in after.mails[len(before.mails) :]]
    assert sorted(new_mails) == sorted(one.reference for one in sent)


async def restart_and_forget(system: RunningSystem, client: Client) -> None:
    working = await client.subscribe("event.notify.>")
    await client.flush()
    for _ in range(3):
        await working.next_msg(timeout=LIMIT_S)
    for consumer in await client.jetstream().consumers_info("EVENTS"):
        if consumer.config.durable_name:  # the others are of whoever has just read the stream, and go by themselves
            await client.jetstream().delete_consumer("EVENTS", consumer.name)
    for service in SERVICES:
        system.kill(service, signal.SIGTERM)
    await working.unsubscribe()


async def at_once(_: int) -> None: ...
