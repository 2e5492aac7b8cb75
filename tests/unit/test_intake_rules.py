"""A dialogue from plan to report: what each step says, who may take it and when, and what is told where he may not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.intake import rules
from services.intake.dialogue import MOVES, Arrived, Completed, Conference, Dialogue, State
from services.intake.seating import Guest
from shared.contracts import Event, Refusal, Role, TooEarly
from shared.contracts.conference import ExpectedList, Opinion, Representative
from shared.contracts.deadlines import DeadlineMoved, DeadlinePassed, DeadlineSet
from shared.contracts.intake import (
    AnnounceDialogue,
    CancelDialogue,
    CheckInRepresentative,
    CompleteDuty,
    DelegateChair,
    HoldDialogue,
    IntakeCommand,
    InviteRepresentative,
    PlanDialogue,
    ReceiveList,
    ReportBack,
    ReportResult,
    RescheduleDialogue,
)
from shared.contracts.people import Matter
from tests.builders import (
    CLOSES_AT,
    COMMUNE,
    DIALOGUE,
    DUTY,
    HELD_AT,
    LIST,
    NOW,
    PLACE,
    REPRESENTATIVE,
    TITLE,
    actor,
    of_deadline,
    registrant,
)

CUT_OFF: dict[str, Any] = {"rule": "registration-cutoff", "about": DIALOGUE, "case": DIALOGUE, "due_at": CLOSES_AT}
GUESTS = ExpectedList(id="doan", kind="participants", sender="Đoàn thanh niên xã", term=LIST.term)
HAMLETS = ("Thôn Nội", "Thôn Đông Phù")
LATER = HELD_AT + timedelta(days=14)


def a_dialogue(**changes: Any) -> Dialogue:
    dialogue = Dialogue(DIALOGUE, COMMUNE, TITLE, HELD_AT, PLACE, State.ANNOUNCED, CLOSES_AT)
    return replace(dialogue, **{"duties": (DUTY,), "lists": (LIST, GUESTS), **changes})


def command(contract: type[IntakeCommand], role: Role = Role.CLERK, **fields: Any) -> Any:
    department = fields.pop("department", None)
    own = {"dialogue": DIALOGUE} if "dialogue" in contract.model_fields else {}
    return contract(actor=actor(role, department=department), key="k", **own | fields)


def names(events: Any) -> list[str]:
    return [type(event).__name__ for event in events]


PLAN: dict[str, Any] = {"title": TITLE, "held_at": HELD_AT, "place": PLACE}
COMMANDS: dict[type[IntakeCommand], dict[str, Any]] = {
    AnnounceDialogue: {},
    RescheduleDialogue: {"held_at": LATER, "reason": "Bão số 3 đổ bộ."},
    CancelDialogue: {"reason": "Dịch bệnh."},
    DelegateChair: {"deputy": "Lê Quang Huy", "reason": "Chủ tịch đi công tác."},
    ReportBack: {"report": "Đã trả lời 12 câu hỏi."},
    HoldDialogue: {},
    CompleteDuty: {"duty": DUTY.id, "proof": "Biên bản kiểm tra"},
    ReceiveList: {"list": LIST.id},
    InviteRepresentative: {"representative": REPRESENTATIVE},
    CheckInRepresentative: {"representative": REPRESENTATIVE.id},
    ReportResult: {"document": "45/BC-UBND", "recipient": "Ủy ban nhân dân thành phố Hà Nội"},
}


def decide(dialogue: Dialogue, asked: IntakeCommand, at: Any = NOW) -> tuple[Dialogue, list[Event]]:
    match asked:
        case AnnounceDialogue():
            decided = rules.announce_dialogue(dialogue, asked, at)
        case RescheduleDialogue():
            decided = rules.reschedule_dialogue(dialogue, asked, at)
        case CancelDialogue():
            decided = rules.cancel_dialogue(dialogue, asked, at)
        case DelegateChair():
            decided = rules.delegate_chair(dialogue, asked, at)
        case ReportBack():
            decided = rules.report_back(dialogue, asked, at)
        case HoldDialogue():
            decided = rules.hold_dialogue(dialogue, asked, at)
        case CompleteDuty():
            decided = rules.complete_duty(dialogue, asked, at)
        case ReceiveList():
            decided = rules.receive_list(dialogue, asked, len(asked.opinions), HAMLETS, at)
        case InviteRepresentative():
            decided = rules.invite_representative(dialogue, asked, HAMLETS, at)
        case CheckInRepresentative():
            decided = rules.check_in_representative(dialogue, asked, at)
        case ReportResult():
            decided = rules.report_result(dialogue, asked, at)
        case _:
            raise AssertionError(asked)
    return decided[0], list(decided[1])


# --- whoever it is not for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contract", "role"), [(contract, role) for contract in COMMANDS for role in sorted(set(Role) - MOVES[contract].by)]
)
def test_a_role_it_is_not_for_is_told_for_whom_it_is(contract: type[IntakeCommand], role: Role) -> None:
    with pytest.raises(Refusal, match="việc này dành cho") as refused:
        decide(a_dialogue(), command(contract, role, **COMMANDS[contract]))
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize("contract", COMMANDS)
def test_another_communes_dialogue_is_left_alone(contract: type[IntakeCommand]) -> None:
    with pytest.raises(Refusal, match="xã khác") as refused:
        decide(a_dialogue(commune="thanh-mai"), command(contract, Role.CHAIRMAN, **COMMANDS[contract]))
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("contract", "state"),
    [(contract, state) for contract in COMMANDS for state in sorted(set(State) - MOVES[contract].when)],
)
def test_a_step_out_of_turn_is_refused_with_what_to_do_instead(contract: type[IntakeCommand], state: State) -> None:
    with pytest.raises(Refusal) as refused:
        decide(a_dialogue(state=state), command(contract, Role.CHAIRMAN, **COMMANDS[contract]), HELD_AT)
    assert refused.value.code == "not-now"
    assert refused.value.reason.endswith(MOVES[contract].otherwise)


# --- plan, announce, move, cancel -----------------------------------------------------------------------------------


def test_a_planned_dialogue_says_what_it_is_made_of() -> None:
    conference = Conference(seats=60, per_hamlet=3, duties=(DUTY,), lists=(LIST,))
    planned, [event] = rules.plan_dialogue(None, command(PlanDialogue, **PLAN), conference, NOW)
    assert (planned.state, planned.registration_closes_at) == (State.PLANNED, None)
    assert (event.seats, event.per_hamlet, event.duties, event.lists) == (60, 3, (DUTY,), (LIST,))
    assert event.sessions is None


def test_an_ad_hoc_dialogue_takes_registrations_until_it_begins() -> None:
    planned, [event] = rules.plan_dialogue(None, command(PlanDialogue, kind="ad-hoc", **PLAN), Conference(), NOW)
    assert (event.kind, planned.registration_closes_at) == ("ad-hoc", HELD_AT)
    announced, [told] = decide(planned, command(AnnounceDialogue))
    assert (told.kind, told.registration_closes_at) == ("ad-hoc", HELD_AT)
    moved, _ = decide(announced, command(RescheduleDialogue, held_at=LATER, reason="Hội trường đang sửa."))
    assert moved.registration_closes_at == LATER


@pytest.mark.parametrize(
    ("changes", "existing", "because"),
    [
        ({"held_at": NOW - timedelta(hours=1)}, None, "it lies in the past"),
        ({}, a_dialogue(), "the id is taken"),
        ({"held_at": HELD_AT.replace(year=2028)}, None, "nobody knows the days off of 2028"),
        ({"dialogue": "d" * 60}, None, "its duties and commitments could not be named"),
    ],
)
def test_a_dialogue_that_cannot_be_planned_is_refused(
    changes: dict[str, Any], existing: Dialogue | None, because: str
) -> None:
    with pytest.raises(Refusal):
        rules.plan_dialogue(existing, command(PlanDialogue, **PLAN | changes), Conference(), NOW)


def test_an_officer_does_not_plan_dialogues() -> None:
    with pytest.raises(Refusal, match="việc này dành cho"):
        rules.plan_dialogue(None, command(PlanDialogue, Role.OFFICER, **PLAN), Conference(), NOW)


def test_a_dialogue_is_announced_once_its_cut_off_is_known() -> None:
    planned = a_dialogue(state=State.PLANNED, registration_closes_at=None)
    with pytest.raises(Refusal, match="đang được tính"):
        decide(planned, command(AnnounceDialogue))
    known, said = rules.learn_when_registration_closes(planned, of_deadline(DeadlineSet, **CUT_OFF), NOW)
    assert said == []
    announced, [event] = decide(known, command(AnnounceDialogue))
    assert announced.state is State.ANNOUNCED
    assert event.registration_closes_at == CLOSES_AT


def test_a_dialogue_announced_after_its_cut_off_takes_late_forms_only() -> None:
    closed, events = decide(a_dialogue(state=State.PLANNED), command(AnnounceDialogue), CLOSES_AT + timedelta(days=1))
    assert closed.state is State.REGISTRATION_CLOSED
    assert names(events) == ["DialogueAnnounced", "RegistrationClosed"]


def test_nobody_is_invited_to_a_dialogue_of_yesterday() -> None:
    with pytest.raises(Refusal, match="dời hội nghị trước"):
        decide(a_dialogue(state=State.PLANNED), command(AnnounceDialogue), HELD_AT)


def test_a_dialogue_moves_to_another_day_with_all_who_registered() -> None:
    seated = a_dialogue(state=State.REGISTRATION_CLOSED, guests=(Guest("01J", seat=1),))
    moved, [event] = decide(seated, command(RescheduleDialogue, held_at=LATER, reason="Bão số 3 đổ bộ."))
    assert (moved.held_at, moved.place, moved.previously_at, moved.guests) == (LATER, PLACE, HELD_AT, seated.guests)
    assert (event.held_at, event.previously_at, event.reason) == (LATER, HELD_AT, "Bão số 3 đổ bộ.")


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"held_at": NOW - timedelta(days=1)}, "a day that is over"),
        ({"held_at": HELD_AT}, "nothing changes"),
        ({"held_at": HELD_AT, "place": PLACE}, "nothing changes"),
    ],
)
def test_a_dialogue_that_is_moved_nowhere_is_refused(fields: dict[str, Any], because: str) -> None:
    with pytest.raises(Refusal) as refused:
        decide(a_dialogue(), command(RescheduleDialogue, reason="x", **fields))
    assert refused.value.code == "invalid", because


def test_force_majeure_cancels_a_dialogue_for_good() -> None:
    cancelled, [event] = decide(a_dialogue(), command(CancelDialogue, reason="Lũ lụt."))
    assert (cancelled.state, event.reason) == (State.CANCELLED, "Lũ lụt.")


# --- registration opens and closes ----------------------------------------------------------------------------------


def test_a_cut_off_that_comes_before_its_dialogue_waits() -> None:
    with pytest.raises(TooEarly):
        rules.learn_when_registration_closes(None, of_deadline(DeadlineSet, **CUT_OFF), NOW)
    with pytest.raises(TooEarly):
        rules.close_registration(None, of_deadline(DeadlinePassed, **CUT_OFF))
    with pytest.raises(TooEarly):
        rules.close_registration(a_dialogue(registration_closes_at=None), of_deadline(DeadlinePassed, **CUT_OFF))


def test_registration_closes_once_when_its_cut_off_has_passed() -> None:
    passed = of_deadline(DeadlinePassed, **CUT_OFF, occurred_at=CLOSES_AT)
    closed, [event] = rules.close_registration(a_dialogue(), passed)
    assert (closed.state, event.occurred_at) == (State.REGISTRATION_CLOSED, CLOSES_AT)
    assert rules.close_registration(closed, passed) == (closed, [])


def test_a_dialogue_nobody_was_told_of_has_no_registration_to_close() -> None:
    planned = a_dialogue(state=State.PLANNED)
    assert rules.close_registration(planned, of_deadline(DeadlinePassed, **CUT_OFF)) == (planned, [])


def test_a_cut_off_that_moved_ahead_opens_registration_again() -> None:
    moved_to = CLOSES_AT + timedelta(days=14)
    closed = a_dialogue(state=State.REGISTRATION_CLOSED, counted_at=NOW)
    after = CLOSES_AT + timedelta(hours=1)
    moved = of_deadline(DeadlineMoved, **CUT_OFF | {"due_at": moved_to}, occurred_at=after)
    opened, _ = rules.learn_when_registration_closes(closed, moved, after)
    assert (opened.state, opened.registration_closes_at) == (State.ANNOUNCED, moved_to)
    assert rules.close_registration(opened, of_deadline(DeadlinePassed, **CUT_OFF)) == (opened, []), "the old one"
    older = of_deadline(DeadlineSet, **CUT_OFF, occurred_at=NOW)
    assert rules.learn_when_registration_closes(opened, older, after) == (opened, []), "overtaken"


def test_a_cut_off_that_passes_before_it_is_known_to_have_moved_waits() -> None:
    with pytest.raises(TooEarly):
        rules.close_registration(
            a_dialogue(), of_deadline(DeadlinePassed, **CUT_OFF | {"due_at": CLOSES_AT + timedelta(days=14)})
        )


# --- representatives, lists, duties ---------------------------------------------------------------------------------


def test_an_invited_representative_takes_a_seat_and_is_checked_in_once() -> None:
    invited, [event] = decide(a_dialogue(seats=1), command(InviteRepresentative, representative=REPRESENTATIVE))
    assert (event.representative, event.held_at) == (REPRESENTATIVE, HELD_AT)
    assert [guest.seat for guest in invited.guests] == [1]
    there, [came] = decide(invited, command(CheckInRepresentative, representative=REPRESENTATIVE.id))
    assert came.representative == REPRESENTATIVE.id
    assert decide(there, command(CheckInRepresentative, representative=REPRESENTATIVE.id)) == (there, [])


def rep(number: int, hamlet: str | None = None) -> Representative:
    return Representative(id=f"r{number}", name=f"Đại biểu {number}", hamlet=hamlet)


@pytest.mark.parametrize(
    ("room", "told", "because"),
    [
        ({"seats": 1}, "Đã hết 1 chỗ", "the hall is full"),
        ({"per_hamlet": 1}, "Thôn Nội đã đủ 1 người", "his hamlet has its share, written with or without `thôn`"),
    ],
)
def test_a_representative_for_whom_there_is_no_seat_is_not_invited(
    room: dict[str, Any], told: str, because: str
) -> None:
    full, _ = decide(a_dialogue(**room), command(InviteRepresentative, representative=rep(1, "Nội")))
    with pytest.raises(Refusal, match=told):
        decide(full, command(InviteRepresentative, representative=rep(2, "thôn nội")))


def test_the_same_id_is_not_given_to_two_representatives() -> None:
    invited, _ = decide(a_dialogue(), command(InviteRepresentative, representative=rep(1)))
    with pytest.raises(Refusal, match="đã dùng"):
        decide(invited, command(InviteRepresentative, representative=rep(1)))
    with pytest.raises(Refusal, match="chưa có trong danh sách mời"):
        decide(invited, command(CheckInRepresentative, representative="r2"))


def test_a_list_of_participants_invites_each_of_them_once() -> None:
    first, events = decide(a_dialogue(), command(ReceiveList, list=GUESTS.id, participants=(rep(1), rep(2))))
    assert names(events) == ["ListReceived", "RepresentativeInvited", "RepresentativeInvited"]
    assert (events[0].count, events[0].sender) == (2, GUESTS.sender)  # type: ignore[attr-defined]
    assert decide(first, command(ReceiveList, list=GUESTS.id, participants=(rep(1), rep(2)))) == (first, [])
    more, events = decide(first, command(ReceiveList, list=GUESTS.id, participants=(rep(2), rep(3))))
    assert names(events) == ["ListReceived", "RepresentativeInvited"]
    assert more.arrived == (Arrived(GUESTS.id, 3, NOW),)


def test_a_list_that_says_that_there_is_nothing_has_come_in_all_the_same() -> None:
    _, [event] = decide(a_dialogue(), command(ReceiveList, list=LIST.id))
    assert (event.kind, event.count) == ("opinions", 0)


OPINION = Opinion(registrant=registrant(), matters=(Matter(section="procedures", text="Vì sao chậm?"),))


@pytest.mark.parametrize(
    ("fields", "code", "because"),
    [
        ({"list": "hoi-nong-dan"}, "not-found", "nobody expects it"),
        ({"list": LIST.id, "participants": (rep(1),)}, "invalid", "names where opinions are expected"),
        ({"list": GUESTS.id, "opinions": (OPINION,)}, "invalid", "opinions where names are expected"),
    ],
)
def test_a_list_that_is_not_expected_is_refused(fields: dict[str, Any], code: str, because: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.admit_list(a_dialogue(), command(ReceiveList, **fields))
    assert refused.value.code == code, because


def test_a_list_longer_than_the_hall_invites_nobody() -> None:
    with pytest.raises(Refusal, match="Đã hết 2 chỗ"):
        decide(a_dialogue(seats=2), command(ReceiveList, list=GUESTS.id, participants=(rep(1), rep(2), rep(3))))


@pytest.mark.parametrize("state", [State.PLANNED, State.REGISTRATION_CLOSED, State.HELD])
def test_a_duty_is_ticked_off_with_its_proof_also_when_it_is_late(state: State) -> None:
    done, [event] = decide(a_dialogue(state=state), command(CompleteDuty, duty=DUTY.id, proof="Ảnh hội trường"))
    assert (event.duty, event.proof) == (DUTY.id, "Ảnh hội trường")
    assert done.completed == (Completed(DUTY.id, "Ảnh hội trường", "Trần Thị Hạnh", NOW),)
    with pytest.raises(Refusal, match="đã được ghi nhận hoàn thành"):
        decide(done, command(CompleteDuty, duty=DUTY.id, proof="Ảnh hội trường"))


@pytest.mark.parametrize(
    ("duty", "department", "may", "because"),
    [
        (DUTY, "van-phong", True, "his own department's"),
        (DUTY, "phong-kinh-te", False, "another department's"),
        (DUTY.model_copy(update={"department": None}), "van-phong", False, "of a unit outside: the office notes it"),
    ],
)
def test_an_officer_ticks_off_his_own_departments_duties(duty: Any, department: str, may: bool, because: str) -> None:
    asked = command(CompleteDuty, Role.OFFICER, department=department, duty=DUTY.id, proof="Biên bản")
    if may:
        assert names(decide(a_dialogue(duties=(duty,)), asked)[1]) == ["DutyCompleted"], because
        return
    with pytest.raises(Refusal, match="giao cho đơn vị khác"):
        decide(a_dialogue(duties=(duty,)), asked)


def test_a_duty_nobody_has_cannot_be_done() -> None:
    with pytest.raises(Refusal, match="không có việc chuẩn bị"):
        decide(a_dialogue(), command(CompleteDuty, duty="phao-hoa", proof="x"))


# --- the conference, and after it -----------------------------------------------------------------------------------


def test_the_deputy_presides_and_reports_back_once() -> None:
    delegated, [event] = decide(a_dialogue(), command(DelegateChair, Role.CHAIRMAN, **COMMANDS[DelegateChair]))
    assert event.deputy == "Lê Quang Huy"
    with pytest.raises(Refusal, match="không cần ghi lại"):
        decide(delegated, command(DelegateChair, Role.CHAIRMAN, **COMMANDS[DelegateChair]))
    held, [said] = decide(delegated, command(HoldDialogue), HELD_AT)
    assert said.presided_by == "Lê Quang Huy"
    reported, [told] = decide(held, command(ReportBack, report="Tốt."), HELD_AT)
    assert told.report == "Tốt."
    with pytest.raises(Refusal, match="không cần báo cáo lại"):
        decide(reported, command(ReportBack, report="Tốt."), HELD_AT)


def test_only_the_chairman_delegates() -> None:
    with pytest.raises(Refusal, match="Chủ tịch"):
        decide(a_dialogue(), command(DelegateChair, Role.OFFICE_HEAD, **COMMANDS[DelegateChair]))


def test_where_the_chairman_presided_nobody_reports_back() -> None:
    held, [said] = decide(a_dialogue(), command(HoldDialogue), HELD_AT)
    assert (held.state, held.ended_at, said.presided_by) == (State.HELD, HELD_AT, None)
    with pytest.raises(Refusal, match="trực tiếp chủ trì"):
        decide(held, command(ReportBack, report="Tốt."), HELD_AT)


def test_a_dialogue_does_not_end_before_it_begins() -> None:
    with pytest.raises(Refusal, match="Chưa đến giờ"):
        decide(a_dialogue(), command(HoldDialogue), HELD_AT - timedelta(minutes=1))


REPORT = {"document": "45/BC-UBND", "recipient": "Ủy ban nhân dân thành phố Hà Nội"}


def test_a_dialogue_is_settled_once_and_reported_after_it() -> None:
    settled, events = rules.settle(a_dialogue(state=State.CONCLUDED), NOW)
    assert (settled.state, names(events)) == (State.SETTLED, ["DialogueSettled"])
    assert rules.settle(settled, NOW) == (settled, [])
    reported, [event] = decide(settled, command(ReportResult, **REPORT))
    assert (reported.state, event.document) == (State.REPORTED, "45/BC-UBND")


def test_a_report_made_before_all_is_settled_counts_then() -> None:
    early, events = decide(a_dialogue(state=State.CONCLUDED), command(ReportResult, **REPORT))
    assert (early.state, names(events)) == (State.CONCLUDED, ["ResultReported"])
    with pytest.raises(Refusal, match="45/BC-UBND"):
        decide(early, command(ReportResult, **REPORT))
    settled, events = rules.settle(early, NOW)
    assert (settled.state, names(events)) == (State.REPORTED, ["DialogueSettled"])


@pytest.mark.parametrize("state", sorted(set(State) - {State.CONCLUDED}))
def test_what_is_not_concluded_is_not_settled(state: State) -> None:
    dialogue = a_dialogue(state=state)
    assert rules.settle(dialogue, NOW) == (dialogue, [])
