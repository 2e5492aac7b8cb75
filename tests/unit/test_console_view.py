"""The console's view is what the events say, however often and in whatever portions they are read."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.console import facts, terms
from services.console.case import dossier, question_rows
from services.console.case.question import Question
from services.console.facts import aggregate_of, instant, working_days
from services.console.reader import Reader
from services.console.view import FORMAT, SHAPED_BY, Elsewhere, Message, View, fingerprint, recent
from services.console.words import how_long, plain_number, size, used_up, waiting
from services.console.work import lists
from services.console.work.lists import Filter
from shared.contracts import Envelope, Event, Role
from shared.contracts.deadlines import (
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineNear,
    DeadlinePassed,
    DeadlinePaused,
    DeadlineSet,
    EscalationAcknowledged,
    EscalationRaised,
)
from shared.contracts.handbook import AnswerTemplateRemoved, AnswerTemplateSaved, WordRulesSaved
from shared.contracts.intake import (
    AnswerRated,
    AttendanceRecorded,
    ChairDelegated,
    CommitmentExtended,
    CommitmentFulfilled,
    ConclusionApproved,
    ConclusionDrafted,
    ConclusionReturned,
    DelegateReported,
    DeliveryReported,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialoguePlanned,
    DialogueRescheduled,
    DialogueSettled,
    DutyCompleted,
    FilesAdded,
    ListReceived,
    MailSettled,
    MailTakenIn,
    NewsDeclined,
    QuestionsWithdrawn,
    RegistrantCorrected,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    RegistrantWrote,
    RegistrationClosed,
    RepresentativeAttended,
    RepresentativeInvited,
    ResultReported,
)
from shared.contracts.notify import NotificationFailed, NotificationNumbered, NotificationQueued, NotificationSent
from shared.contracts.post import LetterDelivered, LetterPosted, LetterReturned, PrintRunClosed, PrintRunPosted
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerPublished,
    AnswerReturned,
    AnswerUnpublished,
    CoordinationAsked,
    DraftKept,
    ExtensionGranted,
    ExtensionRequested,
    OpinionGiven,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionHandedBack,
    QuestionJoined,
    QuestionParted,
    QuestionPrioritised,
    QuestionRecurs,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionResembles,
    QuestionSettled,
    QuestionSplit,
    QuestionTakenForWrittenAnswer,
    QuestionTransferred,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
)
from tests.builders import (
    COMMITMENT,
    COMMUNE,
    DIALOGUE,
    DUTY,
    LIST,
    NOW,
    ORIGINAL,
    QUESTION,
    RUN,
    SUBMISSION,
    full_plan,
    of_attendance,
    of_deadline,
    of_dialogue,
    of_form,
    of_handbook,
    of_message,
    of_question,
    of_run,
    question,
    submission_received,
)

DUE_AT = datetime(2026, 4, 28, 10, 0, tzinfo=UTC)

RECEIVED = submission_received()
ASSIGNED = of_question(QuestionAssigned)
WAITS = of_question(QuestionAwaitsTriage)
DRAFTED = of_question(AnswerDrafted)
RETURNED = of_question(AnswerReturned)
APPROVED = of_question(AnswerApproved)
HEARD = of_question(QuestionAnsweredAtDialogue)
REDIRECTED = of_question(QuestionRedirected)
TERM = of_deadline(DeadlineSet)
SENT = of_message(NotificationSent)
TRANSFERRED = of_question(QuestionTransferred)
REFERRED = of_question(QuestionReferredUp)

LETTER = f"{SUBMISSION}.answer.1.letter"
PART = f"{QUESTION}-1"
SPLIT = of_question(
    QuestionSplit, parts=(question(1, "Lệ phí là bao nhiêu?").model_copy(update={"id": PART, "number": 3}),)
)

RESOLUTION: dict[str, Any] = {
    "case": DIALOGUE,
    "deadline": f"{COMMITMENT.id}:resolution",
    "rule": "resolution",
    "about": COMMITMENT.id,
    "what": COMMITMENT.text,
}

LIFE: tuple[Event, ...] = (
    full_plan(),
    of_deadline(DeadlineSet, case=DIALOGUE, deadline=f"{DIALOGUE}:registration-cutoff", rule="registration-cutoff",
                about=DIALOGUE, department=None),
    of_dialogue(DialogueAnnounced),
    submission_received(questions=(question(1), question(2, "Đường thôn Nội ngập, bao giờ làm thoát nước?"))),
    of_dialogue(DutyCompleted),
    of_dialogue(ListReceived),
    of_dialogue(RepresentativeInvited),
    of_attendance(RegistrantWaitlisted),
    of_attendance(RegistrantInvited),
    of_message(NotificationQueued, notification=f"{SUBMISSION}.receipt", kind="receipt", questions=()),
    of_message(NotificationSent, notification=f"{SUBMISSION}.receipt", kind="receipt", questions=()),
    of_form(MailTakenIn, case="01JMAIL"),
    of_form(MailSettled, case="01JMAIL", how="attached"),
    of_form(RegistrantWrote),
    of_form(RegistrantCorrected),
    of_form(FilesAdded, attachments=(ORIGINAL,)),
    ASSIGNED,
    of_question(QuestionHandedBack),
    SPLIT,
    of_question(QuestionAssigned, question=PART),
    ASSIGNED,
    of_question(QuestionAwaitsTriage, question=f"{SUBMISSION}-2"),
    TERM,
    of_question(QuestionReferredUp, question=f"{SUBMISSION}-2"),
    of_question(SuperiorReported, question=f"{SUBMISSION}-2"),
    of_deadline(DeadlinePassed, case=DIALOGUE, deadline=f"{DIALOGUE}:registration-cutoff", rule="registration-cutoff",
                about=DIALOGUE, department=None),
    of_dialogue(RegistrationClosed),
    of_dialogue(DialogueRescheduled),
    of_question(QuestionTransferred),
    of_deadline(DeadlinePaused),
    of_question(TransferAccepted),
    of_deadline(DeadlineMoved, cause="resumed"),
    of_question(QuestionRecurs),
    of_question(QuestionResembles),
    of_question(QuestionGrouped),
    of_question(QuestionPrioritised),
    of_question(CoordinationAsked),
    of_question(OpinionGiven),
    of_question(QuestionJoined, question=PART, lead=QUESTION),
    of_question(QuestionParted, question=PART, lead=QUESTION),
    of_handbook(WordRulesSaved),
    of_handbook(AnswerTemplateSaved),
    of_handbook(AnswerTemplateRemoved),
    of_question(ExtensionRequested),
    of_question(ExtensionGranted),
    of_deadline(DeadlineMoved, due_on=date(2026, 5, 6), due_at=DUE_AT + timedelta(days=8)),
    of_deadline(DeadlineNear, due_at=DUE_AT + timedelta(days=8)),
    of_deadline(DeadlineMissed, due_at=DUE_AT + timedelta(days=8)),
    of_deadline(EscalationRaised, due_at=DUE_AT + timedelta(days=8)),
    of_deadline(EscalationAcknowledged),
    of_question(DraftKept),
    DRAFTED,
    of_deadline(DeadlineMet, due_at=DUE_AT + timedelta(days=8), met_at=DUE_AT + timedelta(days=9), late=True),
    RETURNED,
    of_question(AnswerDrafted, draft=2, awaits=(Role.HEAD,)),
    of_question(AnswerEndorsed, draft=2),
    APPROVED,
    of_attendance(RegistrantExcused),
    of_dialogue(ChairDelegated),
    of_dialogue(RepresentativeAttended),
    of_dialogue(DialogueHeld, presided_by="Lê Quang Huy"),
    of_dialogue(DelegateReported),
    of_question(WrittenAnswerOwed),
    of_message(NotificationQueued),
    of_message(NotificationFailed),
    of_message(NotificationQueued),
    SENT,
    of_question(QuestionSettled),
    of_question(AnswerPublished),
    of_form(AnswerRated),
    of_question(QuestionReopened, occurred_at=NOW + timedelta(days=20)),
    of_question(WrittenAnswerOwed, because="reopened"),
    of_question(AnswerUnpublished),
    of_form(QuestionsWithdrawn, entirely=False),
    of_question(QuestionSettled, how="withdrawn"),
    of_dialogue(ConclusionDrafted),
    of_dialogue(ConclusionReturned),
    of_dialogue(ConclusionDrafted, draft=2),
    of_dialogue(ConclusionApproved, draft=2),
    of_dialogue(DialogueConcluded),
    of_deadline(DeadlineSet, **RESOLUTION),
    of_dialogue(CommitmentExtended),
    of_dialogue(CommitmentFulfilled),
    of_deadline(DeadlineMet, **RESOLUTION),
    of_dialogue(DialogueSettled),
    of_dialogue(ResultReported),
    of_message(NotificationSent, case="01JDIGEST", notification="01JDIGEST.1", kind="digest", questions=()),
    of_form(DeliveryReported),
    of_form(NewsDeclined),
    of_message(NotificationQueued, notification=LETTER, channel="letter"),
    of_message(NotificationNumbered),
    of_message(NotificationSent, notification=LETTER, channel="letter", run=RUN, text=2, number="15/UBND-VP"),
    of_run(PrintRunClosed),
    of_message(LetterPosted),
    of_run(PrintRunPosted),
    of_message(LetterDelivered),
    of_message(LetterReturned),
)  # fmt: skip


def messages(*events: Event) -> list[Message]:
    """The events as the stream holds them, each numbered in the history of its aggregate."""
    said: dict[tuple[str, str], int] = {}
    found = []
    for position, event in enumerate(events, 1):
        aggregate = (event.speaker, aggregate_of(event))
        said[aggregate] = said.get(aggregate, 0) + 1
        envelope = Envelope(
            id=f"{':'.join(aggregate)}:{said[aggregate]}",
            source=f"/services/{event.speaker}",
            type=event.type,
            subject=event.subject,
            time=event.occurred_at,
            sequence=said[aggregate],
            correlationid=event.case,
            data=event.model_dump(mode="json"),
        )
        found.append(Message(position, event.subject, envelope.model_dump_json().encode()))
    return found


def read(view: View, found: Sequence[Message]) -> None:
    view.apply(view.position, found)


@contextmanager
def a_view() -> Iterator[View]:
    with tempfile.TemporaryDirectory() as folder:
        yield View(Path(folder) / "view.db")


def view_of(folder: Path, *events: Event) -> View:
    """A view in a folder of its own."""
    view = View(folder / "view.db")
    read(view, messages(*events))
    return view


def rows(view: View) -> dict[str, list[tuple[Any, ...]]]:
    """Everything pages are made of."""
    tables = (
        *("aggregate", "dialogue", "duty", "expected_list", "representative", "commitment"),
        *("submission", "question", "attachment", "word", "mail", "term", "escalation", "message", "words"),
        *("draft", "endorsement", "coordination", "opinion", "hand_back", "lesson", "delivery_report", "print_run"),
        "library",
    )
    with view.reading() as db:
        return {table: sorted(map(tuple, db.execute(f"SELECT * FROM {table}")), key=repr) for table in tables}


def items(view: View, wanted: Filter = Filter(), now: datetime = NOW, commune: str = COMMUNE) -> list[lists.Item]:  # noqa: B008
    with view.reading() as db:
        return lists.questions(db, commune, wanted, now)


def counts(view: View, now: datetime = NOW) -> lists.Counts:
    with view.reading() as db:
        return lists.counts(db, COMMUNE, now)


def the_question(view: View, now: datetime = NOW) -> Question:
    with view.reading() as db:
        return question_rows.questions_of(db, COMMUNE, SUBMISSION, now)[0]


# --- read once, twice, in portions ----------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(ends=st.lists(st.integers(1, len(LIFE)), max_size=8))
def test_read_in_portions_it_is_what_it_is_read_in_one_go(ends: list[int]) -> None:
    life = messages(*LIFE)
    with a_view() as at_once, a_view() as bit_by_bit:
        read(at_once, life)
        start = 0
        for end in sorted({*ends, len(life)}):
            read(bit_by_bit, life[start:end])
            start = end
        assert rows(bit_by_bit) == rows(at_once)
        assert bit_by_bit.position == at_once.position == len(life)


@settings(max_examples=25, deadline=None)
@given(upto=st.integers(1, len(LIFE)), again=st.integers(0, len(LIFE) - 1))
def test_what_is_published_a_second_time_changes_nothing(upto: int, again: int) -> None:
    life = messages(*LIFE)[:upto]
    second_time = [replace(message, position=upto + number) for number, message in enumerate(life[again:], 1)]
    with a_view() as view:
        read(view, life)
        before = rows(view)
        read(view, second_time)
        assert rows(view) == before


@settings(max_examples=25, deadline=None)
@given(order=st.permutations([message.subject.split(".")[1] for message in messages(*LIFE)]))
def test_a_stream_made_again_in_which_services_interleave_otherwise_says_the_same(order: list[str]) -> None:
    life = messages(*LIFE)
    of_speaker = {speaker: [one for one in life if one.subject.split(".")[1] == speaker] for speaker in set(order)}
    other = [replace(of_speaker[speaker].pop(0), position=place) for place, speaker in enumerate(order, 1)]
    with a_view() as one, a_view() as another:
        read(one, life)
        read(another, other)
        assert rows(another) == rows(one)


@settings(max_examples=20, deadline=None)
@given(upto=st.integers(0, len(LIFE)))
def test_what_was_received_is_open_answered_redirected_or_withdrawn_at_every_moment(upto: int) -> None:
    with a_view() as view:
        read(view, messages(*LIFE)[:upto])
        asked = (2 if upto >= 4 else 0) + (upto > LIFE.index(SPLIT))
        assert counts(view).received == asked
        assert len(items(view)) == asked


def test_portions_that_do_not_follow_on_are_refused(tmp_path: Path) -> None:
    view = view_of(tmp_path, *LIFE)
    with pytest.raises(Elsewhere):
        view.apply(3, messages(*LIFE)[3:])


def test_a_view_that_is_emptied_is_built_again_to_the_same(tmp_path: Path) -> None:
    view = view_of(tmp_path, *LIFE)
    before = rows(view)
    view.rebuild("another stream")
    assert (view.position, view.stream, counts(view).received) == (0, "another stream", 0)
    read(view, messages(*LIFE))
    assert rows(view) == before


def test_what_was_read_is_there_after_a_restart(tmp_path: Path) -> None:
    before = rows(view_of(tmp_path, *LIFE))
    again = View(tmp_path / "view.db")
    assert (again.position, rows(again)) == (len(LIFE), before)


def test_a_damaged_file_is_thrown_away_and_reading_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "view.db").write_bytes(b"this is no database, whatever it was before" * 100)
    assert View(tmp_path / "view.db").position == 0


def test_a_file_of_another_version_is_built_anew(tmp_path: Path) -> None:
    view_of(tmp_path, *LIFE)
    with sqlite3.connect(tmp_path / "view.db") as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == FORMAT
        db.execute(f"PRAGMA user_version = {FORMAT ^ 1}")
    assert View(tmp_path / "view.db").position == 0


def test_whatever_shapes_a_view_makes_another_version_of_it(tmp_path: Path) -> None:
    ours = {
        Path(facts.__file__).parent.parent / "schema.sql",
        *Path(facts.__file__).parent.glob("*.py"),
        *working_days.files(),
    }
    assert ours <= set(SHAPED_BY)
    assert fingerprint(SHAPED_BY) == FORMAT
    one = tmp_path / "vn-2026.yaml"
    one.write_text("holidays: []")
    before = fingerprint([*SHAPED_BY, one])
    one.write_text("holidays: [ ]")
    assert len({FORMAT, before, fingerprint([*SHAPED_BY, one])}) == 3
    assert all(0 < number < 2**31 for number in (FORMAT, before, fingerprint([])))


@pytest.mark.parametrize(
    ("removed", "because"),
    [
        (("view.db",), "what SQLite keeps beside it is left"),
        (("view.db", "view.db-wal", "view.db-shm"), "all of it"),
        ((), "the whole folder"),
    ],
)
def test_a_file_that_is_removed_under_it_is_made_anew(tmp_path: Path, removed: tuple[str, ...], because: str) -> None:
    folder = tmp_path / "console"
    folder.mkdir()
    view = view_of(folder, *LIFE)
    before = rows(view)
    for name in removed:
        (folder / name).unlink(missing_ok=True)
    if not removed:
        shutil.rmtree(folder)
    with pytest.raises(Elsewhere):
        view.apply(len(LIFE), [])
    assert (view.mend(), view.mend(), view.position) == (True, False, 0), because
    read(view, messages(*LIFE))
    assert rows(view) == before, because


def test_a_file_that_another_process_put_in_its_place_is_read_on_as_it_is(tmp_path: Path) -> None:
    view, other = view_of(tmp_path, *LIFE), View(tmp_path / "view.db")
    (tmp_path / "view.db").unlink()
    assert other.mend()
    read(other, messages(*LIFE)[:5])
    with pytest.raises(Elsewhere):
        view.advance(len(LIFE))
    assert view.mend()
    assert view.position == 5
    read(view, messages(*LIFE)[5:])
    assert (other.position, rows(other)) == (len(LIFE), rows(view))


@pytest.mark.parametrize(
    ("error", "mended", "because"),
    [
        (sqlite3.DatabaseError("database disk image is malformed"), True, "it is torn"),
        (sqlite3.OperationalError("database or disk is full"), False, "another file would not help"),
        (None, False, "nothing is wrong with it"),
    ],
)
def test_a_file_is_thrown_away_only_when_it_is_damaged(
    tmp_path: Path, error: Exception | None, mended: bool, because: str
) -> None:
    view = view_of(tmp_path, *LIFE)
    assert (view.mend(error), view.position) == (mended, 0 if mended else len(LIFE)), because


async def test_who_waits_for_a_view_that_is_away_is_told_that_it_does_not_know(tmp_path: Path) -> None:
    view = view_of(tmp_path, RECEIVED)
    reader = Reader(view)
    (tmp_path / "view.db").unlink()
    assert not await reader.until("intake", SUBMISSION, 1)


def test_what_another_process_brought_is_known_with_its_place(tmp_path: Path) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED, DRAFTED)
    found = view.whereabouts(1)
    assert (found.position, [one.name for one in found.seen]) == (3, ["question-assigned", "answer-drafted"])
    assert list(view.whereabouts(3).seen) == []


def test_a_message_about_a_question_of_another_form_does_not_take_it_there(tmp_path: Path) -> None:
    strange = of_message(NotificationSent, case="01JOTHER", questions=(QUESTION,))
    other = submission_received(
        case="01JOTHER",
        code="OTHER",
        questions=(question(1).model_copy(update={"id": "01JOTHER-1"}),),
    )
    view = view_of(tmp_path, RECEIVED, ASSIGNED, strange, other)
    assert the_question(view).id == QUESTION
    assert {item.submission for item in items(view, Filter(search="K7QX-3M9D"))} == {SUBMISSION}
    assert [item.submission for item in items(view, Filter(search="OTHER"))] == ["01JOTHER"]


@pytest.mark.parametrize(
    ("subject", "body", "because"),
    [
        (RECEIVED.subject, b"not json", "it cannot be read"),
        (RECEIVED.subject, b'{"type": "vn.doithoai.submission.received.v1"}', "it is no envelope"),
        (APPROVED.subject, messages(RECEIVED)[0].body, "it is not the event its subject says"),
        (
            RECEIVED.subject.replace(COMMUNE, "thanh-mai"),
            messages(RECEIVED)[0].body,
            "it speaks of another commune than its subject",
        ),
        (
            RECEIVED.subject,
            messages(RECEIVED)[0].body.replace(b"/services/intake", b"/services/notify"),
            "it names another speaker",
        ),
    ],
)
def test_a_malformed_message_is_skipped_and_counted(tmp_path: Path, subject: str, body: bytes, because: str) -> None:
    view = View(tmp_path / "view.db")
    applied = view.apply(0, [Message(1, subject, body), replace(messages(RECEIVED)[0], position=2)])
    assert (applied.malformed, view.malformed, view.position) == (1, 1, 2), because
    assert counts(view).received == 1


def test_what_was_replayed_to_one_handler_is_no_event_of_its_own(tmp_path: Path) -> None:
    view = view_of(tmp_path, RECEIVED)
    replayed = replace(messages(RECEIVED)[0], position=2, subject="replay.routing-hand-out-questions")
    assert view.apply(1, [replayed]).seen == []
    assert (view.position, view.malformed) == (2, 0)


def test_the_tail_tells_when_and_about_what_and_nothing_of_what_was_said(tmp_path: Path) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED)
    with view.reading() as db:
        first, second = recent(db)
        assert recent(db, after=1) == [second]
    assert (first.position, first.name, first.case, first.commune) == (1, "submission-received", SUBMISSION, COMMUNE)
    assert "Mai" not in repr(first)


def test_a_command_carries_how_many_events_of_its_aggregate_are_known(tmp_path: Path) -> None:
    view = view_of(tmp_path, of_dialogue(DialoguePlanned), RECEIVED, ASSIGNED, TERM, DRAFTED, RETURNED)
    assert view.said("routing", QUESTION) == the_question(view).version == 3
    assert view.said("intake", SUBMISSION) == view.said("intake", DIALOGUE) == 1
    assert view.said("routing", "unknown") == 0


# --- states ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "stage", "standing", "because"),
    [
        ([], "received", "open", "nobody has looked at it"),
        ([WAITS], "awaits-triage", "open", "the rules are not sure"),
        ([WAITS, ASSIGNED], "assigned", "open", "a person decided"),
        ([ASSIGNED, DRAFTED], "awaiting-approval", "open", "the leaders have it"),
        ([ASSIGNED, DRAFTED, RETURNED], "drafting", "open", "the department has it again"),
        ([ASSIGNED, DRAFTED, ASSIGNED], "awaiting-approval", "open", "only the field was corrected"),
        (
            [ASSIGNED, DRAFTED, of_question(QuestionAssigned, department="cong-an")],
            "assigned",
            "open",
            "another department starts anew",
        ),
        ([ASSIGNED, DRAFTED, APPROVED], "approved", "open", "it waits for the dialogue or the post"),
        ([ASSIGNED, DRAFTED, APPROVED, SENT], "sent", "answered", "routing has not heard of it yet"),
        ([ASSIGNED, DRAFTED, APPROVED, HEARD], "answered-at-dialogue", "answered", "he heard it"),
        (
            [ASSIGNED, DRAFTED, APPROVED, HEARD, of_question(QuestionSettled, how="answered-at-dialogue")],
            "settled",
            "answered",
            "nothing is owed any more",
        ),
        (
            [ASSIGNED, DRAFTED, APPROVED, SENT, of_question(QuestionSettled)],
            "settled",
            "answered",
            "it was answered in writing",
        ),
        ([WAITS, REDIRECTED], "out-of-scope", "redirected", "a complaint goes elsewhere"),
        (
            [of_question(QuestionRedirected, scope="in-scope")],
            "redirected",
            "redirected",
            "a question another authority answers",
        ),
        (
            [REDIRECTED, of_question(QuestionSettled, how="redirected")],
            "settled",
            "redirected",
            "the guidance has gone out",
        ),
        ([ASSIGNED, TRANSFERRED], "assigned", "open", "another department has it"),
        ([ASSIGNED, DRAFTED, RETURNED, TRANSFERRED], "assigned", "open", "and has drafted nothing"),
        ([ASSIGNED, REFERRED], "referred-up", "open", "neither the superior nor the asker knows it yet"),
        (
            [ASSIGNED, REFERRED, of_message(NotificationSent, kind="referral")],
            "referred-up",
            "open",
            "the report to the superior is owed",
        ),
        (
            [ASSIGNED, REFERRED, of_question(SuperiorReported), of_question(QuestionSettled, how="referred-up")],
            "settled",
            "redirected",
            "another authority has it now",
        ),
        (
            [ASSIGNED, of_question(QuestionAnsweredAtDialogue, answer="Sẽ làm.", answered_by="Ông Lợi, Chủ tịch")],
            "answered-at-dialogue",
            "answered",
            "it was answered on the spot, without a draft",
        ),
        (
            [of_message(NotificationSent, kind="receipt", questions=())],
            "received",
            "open",
            "a receipt is no answer",
        ),
    ],
)
def test_the_state_of_a_question_is_what_was_said_last(
    tmp_path: Path, events: list[Event], stage: str, standing: str, because: str
) -> None:
    [item] = items(view_of(tmp_path, RECEIVED, *events))
    assert (item.stage, item.standing) == (stage, standing), because


@pytest.mark.parametrize(
    ("events", "wanted", "because"),
    [
        ([of_question(ExtensionRequested)], 5, "the leaders are asked"),
        ([of_question(ExtensionRequested), of_question(ExtensionGranted)], None, "it was granted"),
        ([of_question(ExtensionRequested), DRAFTED], None, "the answer came without it"),
        ([of_question(ExtensionRequested), REDIRECTED], None, "nobody owes an answer any more"),
        ([of_question(ExtensionRequested), ASSIGNED], 5, "the department is the same"),
        (
            [of_question(ExtensionRequested), of_question(QuestionAssigned, department="cong-an")],
            None,
            "another department has not asked",
        ),
    ],
)
def test_an_extension_is_asked_for_until_it_is_granted_or_not_needed(
    tmp_path: Path, events: list[Event], wanted: int | None, because: str
) -> None:
    [item] = items(view_of(tmp_path, RECEIVED, ASSIGNED, *events))
    assert item.wanted_days == wanted, because


@pytest.mark.parametrize(
    ("events", "undelivered", "because"),
    [
        ([of_message(NotificationFailed)], True, "somebody must call"),
        ([of_message(NotificationFailed), of_message(NotificationQueued)], False, "it is tried again"),
        ([of_message(NotificationFailed, withdrawn=True)], False, "it is no longer wanted"),
        ([of_message(NotificationFailed), SENT], False, "it went out after all"),
        ([of_message(NotificationFailed), HEARD], False, "he heard the answer at the dialogue"),
        ([of_message(NotificationFailed, kind="reminder", questions=())], False, "a reminder is no answer"),
    ],
)
def test_an_answer_that_could_not_be_sent_stands_out(
    tmp_path: Path, events: list[Event], undelivered: bool, because: str
) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED, DRAFTED, APPROVED, *events)
    [item] = items(view)
    assert item.undelivered == undelivered, because
    assert counts(view).undelivered == len(items(view, Filter(only="undelivered"))) == int(undelivered)


@pytest.mark.parametrize(
    ("events", "attendance", "because"),
    [
        ([RECEIVED], "expected", "his form was in time"),
        ([submission_received(on_time=False)], None, "a late form is answered in writing"),
        ([submission_received(dialogue=None)], None, "no dialogue was open"),
        ([RECEIVED, of_attendance(RegistrantExcused)], "excused", "he said so"),
        ([RECEIVED, of_attendance(RegistrantExcused), of_attendance(AttendanceRecorded)], "present", "he came"),
        ([RECEIVED, of_attendance(AttendanceRecorded, present=False)], "absent", "he neither came nor said so"),
    ],
)
def test_attendance_is_what_was_recorded_last(
    tmp_path: Path, events: list[Event], attendance: str | None, because: str
) -> None:
    with view_of(tmp_path, *events).reading() as db:
        found = dossier.submission(db, COMMUNE, SUBMISSION)
    assert found is not None
    assert found.attendance == attendance, because


# --- a row for each fact --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "events", "known", "because"),
    [
        (
            "dialogue",
            [full_plan()],
            {"state": "planned", "kind": "periodic", "seats": 60, "per_hamlet": 3},
            "as it was planned",
        ),
        ("dialogue", [of_dialogue(RegistrationClosed)], {"state": "registration-closed"}, "what comes now is late"),
        (
            "dialogue",
            [of_dialogue(DialogueAnnounced), of_dialogue(DialogueRescheduled)],
            {"state": "announced", "rescheduled_because": "Bão số 3 đổ bộ."},
            "it is held on another day",
        ),
        (
            "dialogue",
            [of_dialogue(DialogueAnnounced), of_dialogue(DialogueCancelled)],
            {"state": "cancelled", "cancelled_because": "Bão số 3 đổ bộ."},
            "force majeure",
        ),
        (
            "dialogue",
            [
                of_dialogue(ChairDelegated),
                of_dialogue(DialogueHeld, presided_by="Lê Quang Huy"),
                of_dialogue(DelegateReported),
            ],
            {
                "state": "held",
                "deputy": "Lê Quang Huy",
                "presided_by": "Lê Quang Huy",
                "delegate_reported_by": "Lê Quang Huy",
            },
            "the deputy presided and reported back",
        ),
        (
            "dialogue",
            [of_dialogue(ConclusionDrafted)],
            {"conclusion_state": "drafted", "conclusion_draft": 1},
            "it waits for approval",
        ),
        (
            "dialogue",
            [of_dialogue(ConclusionDrafted), of_dialogue(ConclusionReturned)],
            {"conclusion_state": "returned", "remarks": "Xin nêu rõ thời hạn của từng phòng."},
            "it goes back to the office",
        ),
        (
            "dialogue",
            [of_dialogue(ConclusionDrafted), of_dialogue(ConclusionApproved), of_dialogue(ConclusionDrafted, draft=2)],
            {"conclusion_state": "drafted", "conclusion_draft": 2, "approved_by": None},
            "a new draft is not approved",
        ),
        (
            "dialogue",
            [of_dialogue(ConclusionDrafted), of_dialogue(ConclusionApproved), of_dialogue(DialogueConcluded)],
            {"state": "concluded", "conclusion_state": "published", "notice": "15/TB-UBND"},
            "it is out",
        ),
        (
            "dialogue",
            [of_dialogue(DialogueConcluded), of_dialogue(ResultReported)],
            {"state": "concluded", "report_document": "45/BC-UBND"},
            "reported, though something is still owed",
        ),
        (
            "dialogue",
            [of_dialogue(DialogueConcluded), of_dialogue(ResultReported), of_dialogue(DialogueSettled)],
            {"state": "reported"},
            "nothing is owed",
        ),
        (
            "dialogue",
            [of_dialogue(DialogueConcluded), of_dialogue(DialogueSettled)],
            {"state": "settled"},
            "the report is owed",
        ),
        (
            "dialogue",
            [of_dialogue(DialogueConcluded), of_dialogue(DialogueSettled), of_dialogue(ResultReported)],
            {"state": "reported"},
            "and is out",
        ),
        (
            "duty",
            [full_plan()],
            {"id": f"{DIALOGUE}-{DUTY.id}", "what": DUTY.what, "department": "van-phong", "done_at": None},
            "it is to be prepared",
        ),
        ("duty", [full_plan(), of_dialogue(DutyCompleted)], {"done_by": "Phạm Thu Trang"}, "it is prepared"),
        (
            "expected_list",
            [full_plan()],
            {"id": f"{DIALOGUE}-{LIST.id}", "sender": LIST.sender, "kind": "opinions", "received_at": None},
            "it is expected",
        ),
        ("expected_list", [full_plan(), of_dialogue(ListReceived)], {"count": 4}, "it has come"),
        (
            "representative",
            [of_dialogue(RepresentativeInvited)],
            {"id": f"{DIALOGUE}-mt-1", "name": "Nguyễn Văn Bình", "attended_at": None},
            "he is invited",
        ),
        (
            "representative",
            [of_dialogue(RepresentativeInvited), of_dialogue(RepresentativeAttended)],
            {"name": "Nguyễn Văn Bình", "attended_at": instant(NOW)},
            "he has come",
        ),
        (
            "commitment",
            [of_dialogue(DialogueConcluded)],
            {"id": COMMITMENT.id, "number": 1, "text": COMMITMENT.text, "fulfilled_at": None},
            "it was promised",
        ),
        (
            "commitment",
            [of_dialogue(DialogueConcluded), of_dialogue(CommitmentExtended)],
            {"requirement": "Đối chiếu danh mục thủ tục của thành phố."},
            "it takes longer",
        ),
        (
            "commitment",
            [of_dialogue(DialogueConcluded), of_dialogue(CommitmentFulfilled)],
            {"fulfilled_by": "Đỗ Minh Quân"},
            "it was kept",
        ),
        (
            "submission",
            [submission_received(collected_by="Hội Phụ nữ xã")],
            {"collected_by": "Hội Phụ nữ xã"},
            "on a list",
        ),
        (
            "submission",
            [RECEIVED, of_attendance(RegistrantInvited)],
            {"seat": 3, "waiting_place": None},
            "there is a seat",
        ),
        (
            "submission",
            [RECEIVED, of_attendance(RegistrantWaitlisted)],
            {"seat": None, "waiting_place": 1},
            "all seats are taken",
        ),
        (
            "submission",
            [RECEIVED, of_attendance(RegistrantWaitlisted), of_attendance(RegistrantInvited)],
            {"seat": 3, "waiting_place": None},
            "one became free",
        ),
        (
            "submission",
            [RECEIVED, of_attendance(RegistrantWaitlisted), of_attendance(AttendanceRecorded, present=False)],
            {"attendance": "no-seat"},
            "who waited to the last has not stayed away",
        ),
        (
            "submission",
            [
                RECEIVED,
                of_attendance(RegistrantWaitlisted),
                of_attendance(RegistrantInvited),
                of_attendance(AttendanceRecorded, present=False),
            ],
            {"attendance": "absent"},
            "he had a seat and did not come",
        ),
        (
            "submission",
            [RECEIVED, of_attendance(RegistrantInvited), of_attendance(RegistrantExcused)],
            {"seat": None, "attendance": "excused"},
            "his seat is another's",
        ),
        (
            "question",
            [RECEIVED, of_question(QuestionAssigned, session=2, outside_subject=True)],
            {"session": 2, "outside_subject": 1},
            "the session it belongs to",
        ),
        (
            "question",
            [RECEIVED, ASSIGNED, TRANSFERRED],
            {"transferred_from": "phong-kinh-te", "clock": "pauses", "accepted_at": None},
            "handed over",
        ),
        (
            "question",
            [RECEIVED, ASSIGNED, TRANSFERRED, of_question(QuestionAssigned, department="cong-an")],
            {"transferred_from": None, "clock": None, "department": "cong-an"},
            "the office has given it to a third department",
        ),
        (
            "question",
            [RECEIVED, REFERRED, of_question(SuperiorReported)],
            {"superior": "Ủy ban nhân dân thành phố Hà Nội", "superior_document": "46/BC-UBND"},
            "the superior has the report",
        ),
        (
            "question",
            [RECEIVED, of_question(WrittenAnswerOwed, because="late")],
            {"owed_in_writing": "late", "owed_since": instant(NOW)},
            "why an answer is owed in writing",
        ),
        (
            "question",
            [RECEIVED, of_question(QuestionTakenForWrittenAnswer)],
            {"taken_by": "Nguyễn Văn Lợi"},
            "taken at the conference",
        ),
        (
            "question",
            [RECEIVED, of_question(QuestionResembles), of_question(QuestionResembles, like="X-1", likeness=0.4)],
            {"resembles": f"{SUBMISSION}-2", "likeness": 0.7},
            "the most alike is shown",
        ),
        ("question", [RECEIVED, of_question(QuestionGrouped)], {"topic": "Giấy tờ hộ tịch"}, "it belongs to a topic"),
        (
            "question",
            [RECEIVED, of_question(QuestionPrioritised), of_question(QuestionPrioritised, pressing=False)],
            {"pressing": 0},
            "it was taken back",
        ),
        (
            "question",
            [RECEIVED, of_question(ExtensionGranted, requirement="Đối chiếu", responsible="Ông Quân")],
            {"requirement": "Đối chiếu", "responsible": "Ông Quân"},
            "what the letter tells",
        ),
        (
            "question",
            [RECEIVED, of_message(NotificationFailed, kind="referral")],
            {"undelivered": "550 5.1.1 mailbox unknown"},
            "the asker does not know it was referred up",
        ),
        (
            "term",
            [of_deadline(DeadlineSet, **RESOLUTION, owner="Trung tâm"), of_deadline(DeadlineMissed, **RESOLUTION)],
            {"case_id": DIALOGUE, "what": COMMITMENT.text, "owner": "Trung tâm", "state": "missed"},
            "what is owed stays known",
        ),
        (
            "term",
            [TERM, of_deadline(DeadlineMoved, cause="calendar", provisional=True)],
            {"cause": "calendar", "provisional": 1},
            "the days off have changed",
        ),
        (
            "escalation",
            [TERM, of_deadline(EscalationRaised), of_deadline(EscalationAcknowledged)],
            {"acknowledged_by": "Lê Quang Huy", "note": "Đã chỉ đạo phòng trả lời trong ngày."},
            "somebody has seen it",
        ),
        (
            "message",
            [of_message(NotificationSent, channel="in-person", reference="Trao tại nhà")],
            {"channel": "in-person", "state": "sent", "reference": "Trao tại nhà"},
            "it was handed over",
        ),
    ],
)
def test_a_fact_is_in_the_row_it_is_about(
    tmp_path: Path, table: str, events: list[Event], known: dict[str, Any], because: str
) -> None:
    view = view_of(tmp_path, *events)
    with view.reading() as db:
        [row] = [dict(row) for row in db.execute(f"SELECT * FROM {table}")]
    assert {name: row[name] for name in known} == known, because


def test_a_mail_to_staff_is_no_case_of_anybody(tmp_path: Path) -> None:
    view = view_of(tmp_path, of_message(NotificationSent, case="01JDIGEST", kind="digest", questions=()))
    assert items(view) == []
    with view.reading() as db:
        assert dossier.submission(db, COMMUNE, "01JDIGEST") is None
        assert dossier.commune_of(db, "01JDIGEST") == ("staff-mail", COMMUNE)


@pytest.mark.parametrize(
    ("events", "only", "because"),
    [
        ([ASSIGNED, of_question(WrittenAnswerOwed)], "in-writing", "its asker will not hear it"),
        ([of_question(QuestionRecurs)], "first", "it was raised before"),
        ([of_question(QuestionPrioritised)], "first", "it is pressing"),
        ([ASSIGNED, TRANSFERRED], "acceptance", "its term stands still"),
    ],
)
def test_a_situation_is_counted_and_found(tmp_path: Path, events: list[Event], only: lists.Only, because: str) -> None:
    view = view_of(tmp_path, RECEIVED, *events)
    figure = only.replace("-", "_")
    assert getattr(counts(view), figure) == len(items(view, Filter(only=only))) == 1, because
    done = view_of(tmp_path / "done", RECEIVED, *events, of_question(QuestionSettled))
    assert getattr(counts(done), figure) == len(items(done, Filter(only=only))) == 0, "nothing is owed any more"


def test_a_transferred_question_that_was_taken_up_waits_for_nobody(tmp_path: Path) -> None:
    for events in (
        [TRANSFERRED, of_question(TransferAccepted)],
        [of_question(QuestionTransferred, clock="starts-anew")],
    ):
        view = view_of(tmp_path / str(len(events)), RECEIVED, ASSIGNED, *events)
        assert counts(view).acceptance == 0


# --- terms ----------------------------------------------------------------------------------------------------------


def test_a_question_shows_the_term_that_ends_first_of_those_it_owes(tmp_path: Path) -> None:
    written = of_deadline(
        DeadlineSet, deadline=f"{QUESTION}:written-answer", rule="written-answer", due_at=DUE_AT + timedelta(days=3)
    )
    both = [RECEIVED, ASSIGNED, TERM, written]
    cases = {
        "department-answer": both,
        "written-answer": [*both, of_deadline(DeadlineMet)],
        "both met, the late one": [*both, of_deadline(DeadlineMet, late=True), met(written)],
    }
    shown = {name: the_question(view_of(tmp_path / name, *events)).term for name, events in cases.items()}
    assert [term and term.rule for term in shown.values()] == [
        "department-answer",
        "written-answer",
        "department-answer",
    ]


def met(term: DeadlineSet) -> Event:
    return of_deadline(DeadlineMet, deadline=term.deadline, rule=term.rule, due_at=term.due_at)  # type: ignore[no-any-return]


def test_what_stands_still_is_not_late(tmp_path: Path) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED, TERM, of_deadline(DeadlinePaused))
    assert counts(view, DUE_AT + timedelta(days=9)).late == 0
    [item] = items(view, now=DUE_AT + timedelta(days=9))
    assert item.term is not None
    assert (item.term.owed, item.term.runs, item.term.words) == (True, False, "tạm dừng")


def test_only_the_last_time_a_step_was_taken_is_acknowledged(tmp_path: Path) -> None:
    again = DUE_AT + timedelta(days=7)
    view = view_of(
        tmp_path,
        TERM,
        of_deadline(EscalationRaised),
        of_deadline(EscalationRaised, due_at=again, occurred_at=again),
        of_deadline(EscalationAcknowledged),
    )
    with view.reading() as db:
        first, second = terms.escalations(db, QUESTION)
    assert (first.acknowledged_at, second.acknowledged_by) == (None, "Lê Quang Huy")


def test_everything_owed_is_found_by_rule_and_department_the_first_to_end_first(tmp_path: Path) -> None:
    events = [
        TERM,
        of_deadline(DeadlineSet, **RESOLUTION, due_at=DUE_AT - timedelta(days=3)),
        of_deadline(DeadlineSet, case=DIALOGUE, deadline="A", rule="announcement", about=DIALOGUE, department=None,
                    due_at=DUE_AT + timedelta(days=1)),
        of_deadline(DeadlineSet, case=DIALOGUE, deadline="C", rule="registration-cutoff", about=DIALOGUE),
        of_deadline(DeadlineSet, deadline="M", rule="written-answer"),
        of_deadline(DeadlineMet, deadline="M", rule="written-answer"),
        of_deadline(DeadlineSet, commune="thanh-mai", deadline="X", about="X", rule="preparation"),
    ]  # fmt: skip
    view = view_of(tmp_path, of_dialogue(DialoguePlanned), RECEIVED, ASSIGNED, *events)
    own = "trung-tam-hanh-chinh-cong"
    with view.reading() as db:
        found = terms.owed(db, COMMUNE, NOW)
        assert [one.rule for one in found] == ["resolution", "department-answer", "announcement"]
        assert [(one.case, one.of_question) for one in found] == [
            (DIALOGUE, False),
            (SUBMISSION, True),
            (DIALOGUE, False),
        ]
        assert [one.rule for one in terms.owed(db, COMMUNE, NOW, rule="announcement")] == ["announcement"]
        assert [one.rule for one in terms.owed(db, COMMUNE, NOW, department=own)] == ["resolution", "department-answer"]
        assert terms.counts(db, COMMUNE, DUE_AT - timedelta(days=1)) == {
            "announcement": (1, 0),
            "department-answer": (1, 0),
            "resolution": (1, 1),
        }
        assert terms.owed(db, COMMUNE, NOW, page=2) == []


def test_what_a_denouncer_wrote_is_no_duty_to_be_read_by_all(tmp_path: Path) -> None:
    flagged = of_question(QuestionAwaitsTriage, scope="denunciation")
    with view_of(tmp_path, RECEIVED, flagged, TERM).reading() as db:
        [one] = terms.owed(db, COMMUNE, NOW)
        assert (one.confidential, one.what) == (True, None)
        [related] = question_rows.related(db, COMMUNE, [QUESTION])
        assert (related.text, related.code, related.topic) == (None, None, None)
        assert question_rows.related(db, "thanh-mai", [QUESTION]) == []


def test_topics_of_a_dialogue_are_proposed_and_none_that_a_denunciation_alone_has(tmp_path: Path) -> None:
    other = submission_received(
        case="01JOTHER", code="B", questions=(question(1).model_copy(update={"id": "01JOTHER-1"}),)
    )
    secret = {"case": "01JOTHER", "question": "01JOTHER-1"}
    view = view_of(
        tmp_path,
        RECEIVED,
        other,
        of_question(QuestionGrouped),
        of_question(QuestionAwaitsTriage, scope="denunciation", **secret),
        of_question(QuestionGrouped, topic="Ông A nhận tiền", **secret),
    )
    with view.reading() as db:
        assert dossier.topics(db, DIALOGUE) == ["Giấy tờ hộ tịch"]


def test_a_dialogue_whose_cut_off_was_moved_takes_forms_again(tmp_path: Path) -> None:
    cutoff: dict[str, Any] = {
        "case": DIALOGUE,
        "deadline": f"{DIALOGUE}:registration-cutoff",
        "rule": "registration-cutoff",
        "about": DIALOGUE,
    }
    closed = [
        of_deadline(DeadlineSet, **cutoff),
        of_dialogue(DialogueAnnounced),
        of_deadline(DeadlinePassed, **cutoff),
        of_dialogue(RegistrationClosed),
    ]
    moved = of_deadline(DeadlineMoved, **cutoff, due_at=DUE_AT + timedelta(days=7), cause="rescheduled")
    for events, state in ((closed, "registration-closed"), ([*closed, moved], "announced")):
        with view_of(tmp_path / state, *events).reading() as db:
            dialogue = dossier.dialogue(db, COMMUNE, DIALOGUE, DUE_AT + timedelta(days=1))
        assert dialogue is not None
        assert dialogue.state == state


@pytest.mark.parametrize(
    ("events", "state", "due_at", "original", "because"),
    [
        ([TERM], "running", DUE_AT, DUE_AT, "it was set"),
        (
            [TERM, of_deadline(DeadlineMoved, due_at=DUE_AT + timedelta(days=7))],
            "running",
            DUE_AT + timedelta(days=7),
            DUE_AT,
            "what was promised first stays known",
        ),
        ([TERM, of_deadline(DeadlineMet), TERM], "running", DUE_AT, DUE_AT, "an answer sent back is owed again"),
        (
            [
                TERM,
                of_deadline(DeadlineMoved, due_at=DUE_AT + timedelta(days=7)),
                of_deadline(DeadlineMet, due_at=DUE_AT + timedelta(days=7)),
                of_deadline(DeadlineSet, due_at=DUE_AT + timedelta(days=7)),
            ],
            "running",
            DUE_AT + timedelta(days=7),
            DUE_AT,
            "sent back after an extension, the first promise is still the first",
        ),
        (
            [TERM, of_deadline(DeadlineMet), of_deadline(DeadlineMoved, due_at=DUE_AT + timedelta(days=7))],
            "met",
            DUE_AT + timedelta(days=7),
            DUE_AT,
            "extending what is done leaves it done",
        ),
        (
            [
                TERM,
                of_deadline(DeadlineMet),
                of_deadline(DeadlineMoved, due_at=DUE_AT + timedelta(days=7), department="cong-an"),
            ],
            "running",
            DUE_AT + timedelta(days=7),
            DUE_AT,
            "another department owes it anew",
        ),
        ([TERM, of_deadline(DeadlinePaused)], "paused", DUE_AT, DUE_AT, "it waits to be taken up"),
        (
            [TERM, of_deadline(DeadlinePaused), of_deadline(DeadlineMoved, due_at=DUE_AT + timedelta(days=1))],
            "running",
            DUE_AT + timedelta(days=1),
            DUE_AT,
            "it was taken up",
        ),
        ([TERM, of_deadline(DeadlinePassed)], "passed", DUE_AT, DUE_AT, "nobody owed anything"),
        ([TERM, of_deadline(DeadlineMissed)], "missed", DUE_AT, DUE_AT, "office hours have closed"),
        ([TERM, of_deadline(DeadlineCancelled)], "cancelled", DUE_AT, DUE_AT, "it belongs elsewhere"),
    ],
)
def test_a_term_is_what_deadlines_said_of_it(
    tmp_path: Path, events: list[Event], state: str, due_at: datetime, original: datetime, because: str
) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED, *events)
    with view.reading() as db:
        assert db.execute("SELECT state FROM term").fetchone()["state"] == state, because
    term = the_question(view).term
    assert term is not None
    assert (term.due_at, term.original_due_at, term.moved) == (due_at, original, due_at != original), because


def test_late_and_near_questions_are_counted_and_found(tmp_path: Path) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED, TERM, of_deadline(DeadlineNear))
    before, after = DUE_AT - timedelta(hours=1), DUE_AT + timedelta(hours=1)
    assert (counts(view, before).near, counts(view, before).late) == (1, 0)
    assert (counts(view, after).near, counts(view, after).late) == (0, 1)
    assert [len(items(view, Filter(only=only), after)) for only in ("late", "near")] == [1, 0]
    assert [len(items(view, Filter(only=only), before)) for only in ("late", "near")] == [0, 1]


def test_a_question_whose_term_is_met_is_not_late(tmp_path: Path) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED, TERM, DRAFTED, of_deadline(DeadlineMet))
    assert counts(view, DUE_AT + timedelta(days=9)).late == 0


def test_an_escalation_names_the_last_who_heard_of_it(tmp_path: Path) -> None:
    steps = [
        of_deadline(EscalationRaised, step=step, to=to, occurred_at=DUE_AT + timedelta(days=step))
        for step, to in enumerate((Role.OFFICER, Role.OFFICE_HEAD, Role.CHAIRMAN), 1)
    ]
    view = view_of(tmp_path, RECEIVED, ASSIGNED, TERM, of_deadline(DeadlineMissed), *steps)
    assert items(view)[0].put_before == "chairman"
    assert [one.put_before for one in the_question(view).escalations] == ["officer", "office-head", "chairman"]


@pytest.mark.parametrize(
    ("state", "now", "met_at", "words", "urgency", "because"),
    [
        ("running", DUE_AT - timedelta(days=5), None, "còn 5 ngày", "in-time", "calendar days"),
        ("near", DUE_AT - timedelta(days=1), None, "còn 1 ngày", "near", "deadlines says it is near"),
        ("running", DUE_AT - timedelta(hours=20), None, "còn 1 ngày", "in-time", "it ends tomorrow by the calendar"),
        ("near", DUE_AT - timedelta(hours=2), None, "hết hạn 17:00 hôm nay", "near", "it ends today"),
        ("missed", DUE_AT + timedelta(minutes=1), None, "quá hạn từ hôm nay", "late", "office hours have closed"),
        ("missed", DUE_AT + timedelta(days=3), None, "quá hạn 3 ngày", "late", "three days ago"),
        ("running", DUE_AT + timedelta(days=1), None, "quá hạn 1 ngày", "late", "the sweep has not said it yet"),
        ("met", DUE_AT + timedelta(days=9), DUE_AT, "đúng hạn", "done", "done on the last minute"),
        ("met", DUE_AT + timedelta(days=9), DUE_AT + timedelta(hours=3), "trễ trong ngày", "late", "the same evening"),
        ("met", DUE_AT + timedelta(days=9), DUE_AT + timedelta(days=2), "trễ 2 ngày", "late", "two days late"),
        ("cancelled", DUE_AT + timedelta(days=9), None, "không còn tính hạn", "done", "nothing is owed"),
        ("passed", DUE_AT + timedelta(days=9), None, "đã hết hạn", "done", "nobody owed anything"),
        ("paused", DUE_AT + timedelta(days=9), None, "tạm dừng", "in-time", "it stands still, and is not late"),
    ],
)
def test_a_term_is_told_in_days_of_the_calendar(
    state: str, now: datetime, met_at: datetime | None, words: str, urgency: str, because: str
) -> None:
    assert how_long(state, DUE_AT, now, met_at) == (words, urgency), because


@pytest.mark.parametrize(
    ("now", "used"),
    [(NOW - timedelta(days=1), 0), (NOW, 0), (NOW + timedelta(days=5), 50), (NOW + timedelta(days=30), 100)],
)
def test_the_bar_fills_as_the_term_passes(now: datetime, used: int) -> None:
    assert used_up(NOW, NOW + timedelta(days=10), now) == used


def test_who_waits_for_somebody_without_a_term_is_told_how_long() -> None:
    assert waiting(NOW, NOW + timedelta(hours=1)) == "chờ từ hôm nay"
    assert waiting(NOW, NOW + timedelta(days=4)) == "chờ 4 ngày"


def test_numbers_are_written_as_in_vietnam() -> None:
    assert (plain_number(1234567), size(999), size(1_234_567)) == ("1.234.567", "999 B", "1,2 MB")


# --- lists ----------------------------------------------------------------------------------------------------------


def test_what_must_be_done_first_stands_first(tmp_path: Path) -> None:
    def asked(id: str) -> Event:
        mine = question(1).model_copy(update={"id": f"{id}-1"})
        received: Event = submission_received(case=id, code=id, questions=(mine,))
        return received

    def due(id: str, days: int) -> list[Event]:
        about = {"case": id, "about": f"{id}-1", "deadline": f"{id}-1:department-answer"}
        return [
            asked(id),
            of_question(QuestionAssigned, case=id, question=f"{id}-1"),
            of_deadline(DeadlineSet, **about, due_at=DUE_AT + timedelta(days=days)),
        ]

    done = [asked("D"), of_question(QuestionRedirected, case="D", question="D-1")]
    view = view_of(tmp_path, *done, asked("C"), *due("B", 2), *due("A", 1))
    assert [item.submission for item in items(view)] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("typed", "found", "because"),
    [
        ("khai sinh", True, "words of the question"),
        ("KHAI SINH giay", True, "without diacritics, in capitals, in any order"),
        ("giấy khai si", True, "the last word is unfinished"),
        ("nguyễn thị mai", True, "the asker"),
        ("K7QX-3M9D", True, "the code, as it is written"),
        ("k7qx3m", False, "a code is found as it is written"),
        ("0912345678", False, "who may not be reached is not found so"),
        ("đất", False, "another matter"),
        ('"khai* (sinh', True, "signs of the query language are only signs"),
        ("khai NOT sinh", False, "its words are only words"),
    ],
)
def test_a_question_is_found_by_its_words_its_asker_or_its_code(
    tmp_path: Path, typed: str, found: bool, because: str
) -> None:
    assert bool(items(view_of(tmp_path, RECEIVED), Filter(search=typed))) == found, because


@pytest.mark.parametrize(
    ("typed", "found", "because"),
    [
        ("0912345678", True, "the phone number"),
        ("0912.345 678", True, "as people write it"),
        ("+84 912345678", True, "with the country's number"),
        ("912345", False, "a part of a number would find anybody"),
        ("Mai@nguoidan.example", True, "the mail address, whatever its capitals"),
        ("mai@nguoidan", False, "a part of an address"),
    ],
)
def test_the_office_finds_a_question_by_how_its_asker_is_reached(
    tmp_path: Path, typed: str, found: bool, because: str
) -> None:
    view = view_of(tmp_path, RECEIVED)
    assert bool(items(view, Filter(search=typed, reachable=True))) == found, because
    assert not items(view, Filter(search=typed)), "a department does not look for people"
    denounced = view_of(tmp_path / "other", RECEIVED, of_question(QuestionAwaitsTriage, scope="denunciation"))
    assert not items(denounced, Filter(search=typed, reachable=True)), "nobody looks for who denounced"


def test_another_commune_sees_nothing_of_it(tmp_path: Path) -> None:
    view = view_of(tmp_path, *LIFE)
    with view.reading() as db:
        assert lists.questions(db, "thanh-mai", Filter(), NOW) == []
        assert dossier.submission(db, "thanh-mai", SUBMISSION) is None
        assert dossier.dialogue(db, "thanh-mai", DIALOGUE, NOW) is None
        assert lists.counts(db, "thanh-mai", NOW).received == 0
        assert dossier.commune_of(db, SUBMISSION) == ("submission", COMMUNE)


def test_a_list_names_no_denouncer_and_repeats_none_of_his_words(tmp_path: Path) -> None:
    flagged = of_question(QuestionAwaitsTriage, scope="denunciation")
    view = view_of(tmp_path, RECEIVED, flagged)
    [item] = items(view)
    assert item.confidential
    assert (item.name, item.text) == (None, None)
    assert items(view, Filter(search="Nguyễn Thị Mai")) == []
    assert len(items(view, Filter(search="k7qx-3m9d"))) == 1


def test_who_denounced_is_not_named_beside_another_question_of_his_form(tmp_path: Path) -> None:
    received = submission_received(questions=(question(1), question(2)))
    flagged = of_question(QuestionAwaitsTriage, question=f"{SUBMISSION}-2", scope="denunciation")
    view = view_of(tmp_path, received, ASSIGNED, flagged)
    shown = {item.id: (item.name, item.text) for item in items(view)}
    assert shown == {QUESTION: (None, question(1).text), f"{SUBMISSION}-2": (None, None)}
    assert items(view, Filter(search="Nguyễn Thị Mai")) == [], "who is found by a name is named"
    assert items(view, Filter(search="0912345678", reachable=True)) == []
    assert len(items(view, Filter(search="k7qx-3m9d"))) == 2


def test_what_a_person_found_to_be_an_ordinary_question_is_one(tmp_path: Path) -> None:
    [item] = items(view_of(tmp_path, RECEIVED, of_question(QuestionAwaitsTriage, scope="denunciation"), ASSIGNED))
    assert (item.confidential, item.name) == (False, "Nguyễn Thị Mai")


def test_a_department_sees_what_it_has(tmp_path: Path) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED)
    assert len(items(view, Filter(department="trung-tam-hanh-chinh-cong"))) == 1
    assert items(view, Filter(department="cong-an")) == []


def test_messages_and_their_fate_are_told(tmp_path: Path) -> None:
    with view_of(tmp_path, *LIFE).reading() as db:
        letters = dossier.letters_of(db, SUBMISSION)
    assert {(one.kind, one.state, one.reason) for one in letters} == {
        ("receipt", "sent", None),
        ("answer", "sent", None),
    }
