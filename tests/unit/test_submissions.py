"""A form: for which dialogue it is, whether it is on time, and whether its sender comes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.intake import admission, submissions
from services.intake.dialogue import Announcement, State
from services.intake.submissions import (
    SAME_NETWORK_FOR,
    Arrival,
    Sender,
    Submission,
    dialogue_for,
    may_have_receipt,
    next_dialogue,
)
from shared.contracts import Refusal, Role
from shared.contracts.intake import CheckIn, DialogueHeld, ExcuseRegistrant, RegisterSubmission
from shared.contracts.people import Matter
from tests.builders import ATTACHMENT, CLOSES_AT, COMMUNE, DIALOGUE, HELD_AT, NOW, PLACE, TITLE, actor, registrant

MATTERS = (Matter(section="procedures", text="Bao giờ có kết quả?"), Matter(section="handling", text="Ai tiếp nhận?"))
HELD = DialogueHeld(commune=COMMUNE, case=DIALOGUE, occurred_at=HELD_AT, title=TITLE, held_at=HELD_AT)
WEEK = timedelta(days=7)


def announcement(id: str = DIALOGUE, **changes: Any) -> Announcement:
    known = {"state": State.ANNOUNCED, "held_at": HELD_AT, "registration_closes_at": CLOSES_AT} | changes
    return Announcement(id=id, commune=COMMUNE, title=TITLE, place=PLACE, **known)


def received(at: datetime = NOW, dialogue: Announcement | None = None, channel: Any = "web", **changes: Any) -> Any:
    arrival = Arrival(**{"channel": channel, "registrant": registrant(), "matters": MATTERS} | changes)
    return submissions.receive_submission("01J", "K7QX-3M9D", COMMUNE, arrival, dialogue or announcement(), at)


def command(contract: Any, role: Role = Role.CLERK, **fields: Any) -> Any:
    return contract(actor=actor(role), key="k", **fields)


# --- on time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "at", "state", "on_time", "because"),
    [
        ("web", CLOSES_AT - timedelta(days=3), State.ANNOUNCED, True, "registration is open"),
        ("web", CLOSES_AT, State.ANNOUNCED, True, "the office is about to close"),
        ("web", CLOSES_AT + timedelta(seconds=1), State.ANNOUNCED, False, "the office has closed on the last day"),
        ("paper", CLOSES_AT, State.REGISTRATION_CLOSED, False, "seats are being given"),
        ("list", CLOSES_AT + timedelta(days=2), State.REGISTRATION_CLOSED, True, "lists have a later term"),
        ("list", HELD_AT, State.REGISTRATION_CLOSED, False, "the conference has begun"),
    ],
)
def test_a_form_is_on_time_until_registration_closes(
    channel: str, at: datetime, state: State, on_time: bool, because: str
) -> None:
    submission, [event] = received(at, announcement(state=state), channel)
    assert submission.on_time is event.on_time is on_time, because
    assert submission.attendance == ("expected" if on_time else None)


def test_a_form_without_an_open_dialogue_is_received_all_the_same() -> None:
    submission, [event] = submissions.receive_submission(
        "01J", "K7QX-3M9D", COMMUNE, Arrival("web", registrant(), MATTERS), None, NOW
    )
    assert (submission.dialogue, event.on_time, len(event.questions)) == (None, False, 2)


def test_what_is_asked_from_the_floor_is_on_time_and_its_asker_there() -> None:
    submission, [event, came] = received(HELD_AT, announcement(state=State.REGISTRATION_CLOSED), "floor")
    assert (event.on_time, event.channel, came.present, came.dialogue) == (True, "floor", True, DIALOGUE)
    assert submission.attendance == "present"


@pytest.mark.parametrize(
    ("channel", "received_at", "state", "on_time", "because"),
    [
        ("paper", CLOSES_AT, State.REGISTRATION_CLOSED, True, "it lay on the desk before registration closed"),
        ("paper", CLOSES_AT + timedelta(hours=1), State.REGISTRATION_CLOSED, False, "it came after that"),
        ("floor", HELD_AT + timedelta(hours=1), State.HELD, True, "it was asked in the hall, the line was down"),
        ("floor", HELD_AT + timedelta(hours=4), State.HELD, False, "the conference was over by then"),
        ("floor", HELD_AT + timedelta(hours=1), State.CANCELLED, False, "there was no conference"),
    ],
)
def test_a_form_that_is_entered_later_is_judged_by_when_it_came_in(
    channel: str, received_at: datetime, state: State, on_time: bool, because: str
) -> None:
    over = announcement(state=state, ended_at=HELD_AT + timedelta(hours=3))
    now = HELD_AT + timedelta(days=1)
    submission, [event, *_] = received(
        now, over, channel, received_at=received_at, entered_by="Trần Thị Hạnh", entered_because="Mất điện"
    )
    assert (event.on_time, event.received_at, event.entered_at) == (on_time, received_at, now), because
    assert submission.received_at == received_at
    if channel == "floor" and not on_time:
        with pytest.raises(Refusal, match="khi hội nghị đang diễn ra"):
            dialogue_for([over], DIALOGUE, "floor", now, received_at)


@pytest.mark.parametrize(
    ("received_at", "channel", "late_because", "told", "because"),
    [
        (None, "paper", None, None, "it comes in now"),
        (NOW - timedelta(days=2), "paper", "Cán bộ đi công tác", None, "with the reason"),
        (NOW - timedelta(days=2), "paper", None, "lý do", "nobody says why"),
        (NOW - timedelta(hours=1), "floor", None, None, "the line was down"),
        (NOW + timedelta(days=1), "paper", "Nhầm", "trước bây giờ", "nothing comes in tomorrow"),
        (NOW - timedelta(days=366), "paper", "Nhầm năm", "một năm", "a slip of the pen"),
    ],
)
def test_an_instant_of_receipt_in_the_past_needs_its_reason(
    received_at: datetime | None, channel: str, late_because: str | None, told: str | None, because: str
) -> None:
    asked = command(
        RegisterSubmission,
        channel=channel,
        registrant=registrant(),
        questions=MATTERS,
        received_at=received_at,
        late_because=late_because,
    )
    if told is None:
        submissions.check_past(asked, NOW)
        return
    with pytest.raises(Refusal, match=told):
        submissions.check_past(asked, NOW)


def test_an_opinion_from_a_list_keeps_who_collected_it() -> None:
    submission, [event] = received(channel="list", collected_by="Đoàn thanh niên xã")
    assert submission.collected_by == event.collected_by == "Đoàn thanh niên xã"


def test_each_matter_becomes_a_question_with_its_own_number() -> None:
    submission, _ = received()
    assert [(q.id, q.number, q.section) for q in submission.questions] == [
        ("01J-1", 1, "procedures"),
        ("01J-2", 2, "handling"),
    ]


@pytest.mark.parametrize(
    ("changes", "same", "because"),
    [
        ({}, True, "it is the same form"),
        ({"registrant": registrant(name="NGUYỄN  THỊ MAI")}, True, "capitals and blanks do not count"),
        ({"matters": MATTERS[:1]}, False, "another question was asked"),
        ({"registrant": registrant(phone="0987654321")}, False, "another person"),
        ({"dialogue": announcement("thanh-tri-2026-2")}, False, "for another dialogue"),
        ({"attachments": (ATTACHMENT,)}, False, "a file is with it that was not"),
        ({"attachments": (ATTACHMENT,), "channel": "paper"}, True, "that is a scan of the form itself"),
    ],
)
def test_the_same_person_with_the_same_words_is_recognised(changes: dict[str, Any], same: bool, because: str) -> None:
    first, again = received()[0], received(NOW + timedelta(days=1), **changes)[0]
    assert (first.fingerprint == again.fingerprint) is same, because


NET, PAGE = Sender("net", SAME_NETWORK_FOR), Sender("page")


@pytest.mark.parametrize(
    ("first", "again", "later", "may", "because"),
    [
        (PAGE, PAGE, timedelta(days=3), True, "the same page is sent again"),
        (PAGE, Sender("other"), timedelta(), False, "a neighbour knows the name, the number and the words"),
        (PAGE, Sender(None), timedelta(), False, "who is known by nothing is nobody"),
        (Sender(None), Sender(None), timedelta(), False, "and not the same nobody"),
        (None, PAGE, timedelta(), False, "a clerk had entered it"),
        (NET, NET, SAME_NETWORK_FOR, True, "a program tries again after an unclear result"),
        (NET, NET, SAME_NETWORK_FOR + timedelta(seconds=1), False, "by now it may be anybody of the same network"),
        (PAGE, NET, timedelta(), False, "the network of who sent by the page proves nothing"),
        (PAGE, None, timedelta(days=30), True, "the office may look it up anyway"),
    ],
)
def test_only_its_sender_gets_the_first_receipt_again(
    first: Sender | None, again: Sender | None, later: timedelta, may: bool, because: str
) -> None:
    submission, _ = received(sender=first)
    repeated = Arrival("web", registrant(), MATTERS, sender=again)
    assert may_have_receipt(submission, repeated, NOW + later) is may, because


# --- for which dialogue ---------------------------------------------------------------------------------------------

FIRST, SECOND = announcement("1"), announcement("2", held_at=HELD_AT + WEEK, registration_closes_at=CLOSES_AT + WEEK)


@pytest.mark.parametrize(
    ("told", "at", "expected", "because"),
    [
        ([], NOW, None, "none is announced"),
        ([SECOND, FIRST], NOW, "1", "the next one"),
        ([FIRST, SECOND], CLOSES_AT + timedelta(days=1), "2", "the form is in time for the second"),
        ([FIRST], CLOSES_AT + timedelta(days=1), "1", "late, and answered in writing"),
        ([FIRST], HELD_AT, None, "it has begun"),
        ([announcement("1", state=State.CANCELLED)], NOW, None, "it is not held"),
    ],
)
def test_a_form_without_a_choice_is_for_the_next_dialogue(
    told: list[Announcement], at: datetime, expected: str | None, because: str
) -> None:
    found = next_dialogue(told, at)
    assert (found.id if found else None) == expected, because
    assert dialogue_for(told, None, "web", at) == found


@pytest.mark.parametrize(
    ("wanted", "channel", "at", "expected", "because"),
    [
        ("2", "web", NOW, "2", "as chosen"),
        ("1", "web", CLOSES_AT + timedelta(days=1), "1", "a late form may be for it, too"),
        ("1", "floor", HELD_AT, "1", "it is being held"),
        ("3", "web", NOW, None, "there is none"),
        ("1", "web", HELD_AT, None, "it has begun"),
        ("1", "floor", NOW, None, "it is not being held"),
        (None, "floor", HELD_AT, None, "which one?"),
    ],
)
def test_a_chosen_dialogue_is_kept_to_or_refused(
    wanted: str | None, channel: Any, at: datetime, expected: str | None, because: str
) -> None:
    if expected is None:
        with pytest.raises(Refusal, match="Xin chọn"):
            dialogue_for([FIRST, SECOND], wanted, channel, at)
        return
    chosen = dialogue_for([FIRST, SECOND], wanted, channel, at)
    assert chosen is not None, because
    assert chosen.id == expected, because


@pytest.mark.parametrize(
    ("channel", "role", "may", "because"),
    [
        ("paper", Role.CLERK, True, "the office keys in paper"),
        ("email", Role.SYSTEM, True, "a mailbox is read for the office"),
        ("floor", Role.SYSTEM, False, "nobody is there but the office"),
        ("paper", Role.OFFICER, False, "a department answers"),
        ("paper", Role.PROVINCE, False, "the province looks on"),
    ],
)
def test_the_office_takes_in_forms(channel: str, role: Role, may: bool, because: str) -> None:
    asked = command(RegisterSubmission, role, channel=channel, registrant=registrant(), questions=MATTERS)
    if may:
        admission.admit(asked)
        return
    with pytest.raises(Refusal, match="việc này dành cho"):
        admission.admit(asked)


# --- who comes ------------------------------------------------------------------------------------------------------


def note(submission: Submission, seat: int | None, waits: int | None) -> Any:
    return submissions.note_place(submission, DIALOGUE, seat, waits, NOW)


def test_a_registrant_is_told_once_that_he_waits_and_once_of_his_seat() -> None:
    waiting, [told] = note(received()[0], None, 2)
    assert (told.place, waiting.waits) == (2, 2)
    assert note(waiting, None, 1) == (waiting, []), "he moves up without a mail for each step"
    seated, [invited] = note(waiting, 7, None)
    assert (invited.seat, seated.seat, seated.waits) == (7, 7, None)
    assert note(seated, 7, None) == (seated, [])
    assert note(received()[0], None, None)[1] == [], "nobody has decided on him"


def test_who_has_excused_himself_is_not_invited() -> None:
    excused, _ = submissions.excuse_registrant(
        received()[0], command(ExcuseRegistrant, submission="01J", reason="Bận"), NOW
    )
    assert note(excused, 3, None) == (excused, [])


def test_who_was_expected_and_did_not_come_is_absent() -> None:
    absent, [event] = submissions.record_absence(received()[0], HELD)
    assert (absent.attendance, event.present) == ("absent", False)
    assert submissions.record_absence(absent, HELD) == (absent, [])
    with pytest.raises(Refusal, match="đã kết thúc"):
        submissions.check_in(absent, command(CheckIn, submission="01J"), HELD_AT)


def test_who_has_excused_himself_is_not_absent_and_may_come_after_all() -> None:
    excused, [event] = submissions.excuse_registrant(
        received()[0], command(ExcuseRegistrant, submission="01J", reason="Bận việc gia đình"), NOW
    )
    assert event.reason == "Bận việc gia đình"
    assert submissions.record_absence(excused, HELD) == (excused, [])
    present, [came] = submissions.check_in(excused, command(CheckIn, submission="01J"), HELD_AT)
    assert came.present
    assert submissions.check_in(present, command(CheckIn, submission="01J"), HELD_AT) == (present, [])


def test_a_late_form_has_nobody_to_excuse() -> None:
    late, _ = received(CLOSES_AT + timedelta(days=1))
    with pytest.raises(Refusal):
        submissions.excuse_registrant(late, command(ExcuseRegistrant, submission="01J", reason="x"), NOW)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PROVINCE])
def test_attendance_is_the_offices_business(role: Role) -> None:
    with pytest.raises(Refusal, match="việc này dành cho"):
        submissions.check_in(received()[0], command(CheckIn, role, submission="01J"), NOW)
    with pytest.raises(Refusal, match="việc này dành cho"):
        submissions.excuse_registrant(received()[0], command(ExcuseRegistrant, role, submission="01J", reason="x"), NOW)
