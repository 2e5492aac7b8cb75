"""One dialogue from plan to conclusion on the real stack; then the books are checked against what lies there."""

import email
import email.policy
import io
from pathlib import Path

import httpx
import nats
import pypdf
import pytest_asyncio
from rich.console import Console

from deploy.embedded.doctor import examine
from deploy.embedded.rehearsal.play import Outcome, rehearse
from shared.broker import DEADLETTERS
from shared.cases import follow, read
from shared.contracts import Role


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def outcome(stack) -> Outcome:
    return await rehearse(stack.addresses, Console(file=io.StringIO()))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def events(stack, outcome):
    client = await nats.connect(stack.addresses.nats_url)
    try:
        yield [envelope.open() async for _, envelope in read(client, "event.>")]
    finally:
        await client.close()


def named(events, name):
    return [event for event in events if event.name == name]


def mails(stack):
    for file in sorted(stack.addresses.mail.glob("*.eml")):
        yield file.name, email.message_from_bytes(file.read_bytes(), policy=email.policy.default)


def letters(stack) -> dict[str, str]:
    """Text of each letter by the submission it answers."""
    found = {}
    for file in sorted(stack.addresses.letters.rglob("*.pdf")):
        pages = pypdf.PdfReader(file).pages
        found[Path(file).name.split(".")[0]] = " ".join(" ".join(page.extract_text() for page in pages).split())
    return found


def test_at_least_thirty_forms_came_through_every_door(outcome):
    assert len(outcome.sent) >= 30
    assert {sent.form.how for sent in outcome.sent.values()} == {"web", "txt", "eml", "docx"}


def test_received_is_answered_and_redirected_and_open(outcome):
    ledger = outcome.ledger
    assert len(ledger.submissions) == len(outcome.sent)
    assert len(ledger.questions) == sum(len(sent.form.matters) for sent in outcome.sent.values())
    assert ledger.balances
    assert ledger.became("open") == 0
    assert ledger.became("redirected") >= 1


def test_each_form_got_one_receipt_code_of_its_own(outcome, events):
    assert len({sent.code for sent in outcome.sent.values()}) == len(outcome.sent)
    assert len(named(events, "submission-received")) == len(outcome.sent)


def test_a_late_form_is_late_and_the_others_are_on_time(outcome):
    received = outcome.ledger.submissions
    assert {case: not sent.form.late for case, sent in outcome.sent.items()} == {
        case: one.on_time for case, one in received.items()
    }


def in_writing(sent) -> bool:
    return bool(sent.form.late or sent.form.excused or sent.form.absent)


def test_an_absent_registrant_receives_a_letter(stack, outcome):
    posted = letters(stack)
    expected = [
        (case, sent)
        for case, sent in outcome.sent.items()
        if in_writing(sent) and not sent.form.registrant.email and sent.form.registrant.address
    ]
    assert expected
    for case, sent in expected:
        assert sent.form.registrant.name in posted[case]
        assert all(" ".join(answer.split())[:60] in posted[case] for answer in sent.form.answers if answer)


def test_an_absent_registrant_with_an_email_receives_the_answer_there(stack, outcome):
    answered: dict[str, str] = {}
    for name, mail in mails(stack):
        if ".answer." in name:
            answered.setdefault(mail["To"].addresses[0].addr_spec, "")
            answered[mail["To"].addresses[0].addr_spec] += mail.get_body(("plain",)).get_content()
    expected = [sent for sent in outcome.sent.values() if in_writing(sent) and sent.form.registrant.email]
    assert expected
    for sent in expected:
        text = " ".join(answered[sent.form.registrant.email].split())
        assert all(" ".join(answer.split())[:60] in text for answer in sent.form.answers if answer)


def test_nobody_is_written_to_twice_and_who_heard_the_answer_not_at_all(stack, outcome, events):
    sent = [event for event in named(events, "notification-sent") if event.kind in ("answer", "guidance")]
    questions = [question for event in sent for question in event.questions]
    assert len(questions) == len(set(questions))
    heard = {event.question for event in named(events, "question-answered-at-dialogue")}
    assert not heard & set(questions)
    assert not any(event.uncertain for event in sent)
    ids = [mail["Message-ID"] for _, mail in mails(stack)]
    assert len(ids) == len(set(ids))


def test_every_receipt_that_could_be_mailed_was(stack, outcome):
    receipts = [mail["To"].addresses[0].addr_spec for name, mail in mails(stack) if ".receipt" in name]
    assert sorted(receipts) == sorted(
        sent.form.registrant.email for sent in outcome.sent.values() if sent.form.registrant.email
    )


def test_a_missed_term_climbs_the_ladder_step_by_step(outcome, events):
    assert outcome.ledger.missed
    for deadline in outcome.ledger.missed:
        steps = [event for event in named(events, "escalation-raised") if event.deadline == deadline]
        ladder = [Role.OFFICER, Role.OFFICE_HEAD, Role.CHAIRMAN]
        assert [event.to for event in steps] == ladder[: len(steps)]
        assert [event.step for event in steps] == list(range(1, len(steps) + 1))


def test_an_extension_moves_the_term_and_keeps_the_first_one_in_sight(events):
    [granted] = named(events, "extension-granted")
    [moved] = [event for event in named(events, "deadline-moved") if event.about == granted.question]
    assert moved.due_at > moved.original_due_at
    assert moved.reason == granted.reason


def test_the_conclusion_notice_was_due_and_came_in_time(events):
    [met] = [event for event in named(events, "deadline-met") if event.rule == "conclusion-notice"]
    assert not met.late
    assert [event for event in named(events, "deadline-near") if event.rule == "conclusion-notice"]
    assert len(named(events, "dialogue-concluded")) == 1


def test_the_complaint_went_to_an_officer_and_then_where_it_belongs(events):
    waiting = {event.question: event.scope for event in named(events, "question-awaits-triage")}
    for event in named(events, "question-redirected"):
        assert waiting[event.question] in ("complaint", "denunciation")
        assert event.decided_by


async def test_a_citizen_sees_the_answer_on_the_tracking_page(stack, outcome):
    sent = next(one for one in outcome.sent.values() if one.form.excused and one.form.registrant.phone)
    async with httpx.AsyncClient(base_url=stack.addresses.public_url) as http:
        page = await http.post("/tra-cuu", data={"code": sent.code, "contact": sent.form.registrant.phone[-4:]})
        stranger = await http.post("/tra-cuu", data={"code": sent.code, "contact": "0000"})
    assert page.status_code == 200
    assert "Đã gửi" in page.text
    assert stranger.status_code == 404
    assert sent.form.registrant.name not in stranger.text


async def test_the_doctor_finds_everything_in_place(stack, outcome):
    findings = await examine(stack.folder)
    assert [finding.what for finding in findings if not finding.good] == []
    assert any("ghi đĩa trước khi xác nhận" in finding.what for finding in findings)


async def test_nothing_was_parked_and_a_case_reads_from_beginning_to_end(stack, outcome):
    client = await nats.connect(stack.addresses.nats_url)
    try:
        assert (await client.jetstream().stream_info(DEADLETTERS)).state.messages == 0
        case = next(iter(outcome.sent))
        names = [envelope.subject.rsplit(".", 1)[-1] for envelope in await follow(client, "thanh-tri", case)]
    finally:
        await client.close()
    assert names[0] == "submission-received"
    assert "question-settled" in names
