"""What is owed to the asker: an answer heard, one in writing, or nothing more; whatever arrives first."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.routing.conference import Conference
from services.routing.question import Referral, State
from shared.contracts import Refusal, TooEarly
from shared.contracts.routing import (
    QuestionAnsweredAtDialogue,
    QuestionSettled,
    SuperiorReported,
    WrittenAnswerOwed,
)
from tests.unit.routing_questions import (
    COMMUNE,
    DIALOGUE,
    ENDED_AT,
    HEALTH,
    LAND,
    NOW,
    QUESTION,
    a_conference,
    a_question,
    approve,
    attendance,
    cancelled,
    carry_out,
    draft,
    excuse,
    held,
    invite,
    names,
    opened,
    redirect,
    refer_up,
    report_up,
    said,
    sent,
    submission,
    take,
    take_note,
    waitlist,
)


def written(because, dialogue=DIALOGUE):
    return said(WrittenAnswerOwed, question=QUESTION, dialogue=dialogue, because=because)


# --- heard at the dialogue --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(["present", "end", "approval"])))
def test_who_was_there_has_heard_an_answer_approved_before_the_end_whatever_arrives_first(order):
    question, events = a_question(State.DRAFTED), []
    for step in order:
        match step:
            case "present":
                question, new = take_note(question, attendance())
            case "end":
                question, new = take_note(question, held())
            case "approval":
                question, new = carry_out(question, approve(), ENDED_AT - timedelta(minutes=1))
        events += new
    assert (question.state, question.settled_how) == (State.SETTLED, "answered-at-dialogue")
    assert names(events)[-2:] == [QuestionAnsweredAtDialogue, QuestionSettled]
    assert names(events).count(QuestionSettled) == 1


@pytest.mark.parametrize(
    ("question", "facts", "because"),
    [
        (a_question(State.APPROVED), [attendance()], "the dialogue is not over"),
        (a_question(State.APPROVED), [attendance(dialogue="thang-5")], "came to another dialogue"),
        (a_question(State.APPROVED), [excuse(dialogue="thang-5"), held(dialogue="thang-5")], "excused at another"),
        (a_question(State.APPROVED), [attendance(), held(dialogue="thang-5")], "another dialogue is over"),
        (a_question(State.APPROVED), [held()], "nobody knows yet whether he came"),
        (a_question(State.DRAFTED), [attendance(present=False)], "absent, but the dialogue is not over"),
    ],
)
def test_until_all_is_known_nothing_is_said(question, facts, because):
    for fact in facts:
        question, events = take_note(question, fact)
        assert events == []
    assert question.state is not State.SETTLED


@pytest.mark.parametrize(
    ("question", "facts", "why"),
    [
        (a_question(State.APPROVED), [attendance(), held(NOW)], "afterwards"),
        (a_question(State.APPROVED), [attendance(), held(NOW - timedelta(hours=1))], "afterwards"),
        (a_question(State.DRAFTED), [attendance(), held()], "afterwards"),
        (a_question(State.AWAITS_TRIAGE), [attendance(), held()], "afterwards"),
        (a_question(State.APPROVED), [attendance(present=False), held()], "absent"),
        (a_question(State.APPROVED), [excuse(), held()], "excused"),
        (a_question(waitlisted=True), [excuse(), held()], "excused"),
        (a_question(waitlisted=True), [attendance(), held()], "afterwards"),
        (a_question(waitlisted=True, invited=True), [attendance(present=False), held()], "absent"),
        (a_question(invited=True), [attendance(present=False), held()], "absent"),
        (a_question(State.ASSIGNED), [cancelled()], "cancelled"),
        (a_question(State.APPROVED), [cancelled()], "cancelled"),
        (a_question(State.AWAITS_TRIAGE), [excuse(), cancelled()], "cancelled"),
    ],
)
def test_otherwise_the_answer_is_owed_in_writing_and_that_is_said_once_in_any_order(question, facts, why):
    for order in permutations(facts):
        one, said_so = question, []
        for fact in (*order, *order):
            one, events = take_note(one, fact)
            said_so += events
        assert said_so == [written(why)]
        assert (one.owed_because, one.state) == (why, question.state)


@pytest.mark.parametrize(
    ("seats", "why", "because"),
    [
        ([waitlist()], "no-seat", "none became free"),
        ([waitlist(), invite()], "absent", "one became free and he did not come"),
        ([invite()], "absent", "he had one from the beginning"),
        ([waitlist("thang-5")], "absent", "he waited at another dialogue"),
        ([waitlist(), invite("thang-5")], "no-seat", "he was invited to another dialogue"),
    ],
)
def test_who_waited_for_a_seat_to_the_last_did_not_stay_away(seats, why, because):
    """What is known of his seat when he is found missing is in any order; it is said once."""
    for order in permutations(seats):
        for end in permutations([attendance(present=False), held()]):
            question, told = a_question(), []
            for fact in (*order, *end, *order, *end):
                question, events = take_note(question, fact)
                told += events
            assert told == [written(why)], because


def test_who_waited_for_a_seat_and_came_all_the_same_has_heard():
    question = a_question(State.APPROVED)
    for fact in (waitlist(), attendance(), held()):
        question, events = take_note(question, fact)
    assert names(events) == [QuestionAnsweredAtDialogue, QuestionSettled]


def test_who_excused_himself_and_was_missed_is_written_to_once_for_whichever_was_known_first():
    for facts in permutations([excuse(), attendance(present=False), held()]):
        question, told = a_question(), []
        for fact in facts:
            question, events = take_note(question, fact)
            told += events
        assert told in ([written("excused")], [written("absent")])


@pytest.mark.parametrize(
    ("received", "conference", "why"),
    [
        (submission(on_time=False), a_conference(), "late"),
        (submission(dialogue=None, on_time=False), None, "unscheduled"),
        (submission(dialogue=None), None, "unscheduled"),
        (submission(), a_conference(cancelled=True), "cancelled"),
        (submission(channel="floor"), a_conference(ended_at=ENDED_AT), "afterwards"),
        (submission(on_time=False), a_conference((), cancelled=True), "late"),
    ],
)
@pytest.mark.parametrize("triage", [False, True])
def test_some_are_owed_in_writing_from_the_start(received, conference, why, triage):
    question, [_, event] = opened(received, conference, triage=triage)
    assert (event, question.owed_because) == (written(why, received.dialogue), why)


@pytest.mark.parametrize("why", ["late", "outside-subject", "taken", "unscheduled", "cancelled"])
def test_what_is_owed_in_writing_whatever_happens_is_not_heard(why):
    question = a_question(
        State.APPROVED,
        on_time=why != "late",
        outside_subject=why == "outside-subject",
        taken=why == "taken",
        dialogue=None if why == "unscheduled" else DIALOGUE,
        dialogue_cancelled=why == "cancelled",
        owed_because=why,
    )
    for fact in (attendance(), held()):
        question, events = take_note(question, fact)
        assert events == []
    assert take_note(question, sent())[0].settled_how == "answered-in-writing"


@pytest.mark.parametrize("why", ["absent", "excused", "no-seat"])
def test_who_is_found_to_have_been_there_after_all_has_heard(why):
    question = a_question(State.APPROVED, waitlisted=why == "no-seat")
    question, _ = take_note(question, excuse() if why == "excused" else attendance(present=False))
    question, events = take_note(question, held())
    assert events == [written(why)]
    question, events = take_note(question, attendance())
    assert names(events) == [QuestionAnsweredAtDialogue, QuestionSettled]


def test_who_excused_himself_and_came_all_the_same_has_heard():
    question, told = a_question(State.APPROVED), []
    for fact in (excuse(), attendance(), held()):
        question, events = take_note(question, fact)
        told += events
    assert question.settled_how == "answered-at-dialogue"
    assert WrittenAnswerOwed not in names(told)


def test_who_was_seen_was_there_whichever_record_arrives_first():
    for records in permutations([attendance(present=True), attendance(present=False)]):
        question = a_question()
        for record in records:
            question, _ = take_note(question, record)
        assert question.present is True


@pytest.mark.parametrize("fact", [attendance(present=False), excuse()])
@pytest.mark.parametrize(
    ("conference", "tells"),
    [(a_conference(ended_at=ENDED_AT), True), (a_conference(), False), (None, False), ("thang-5", False)],
)
def test_an_end_told_before_the_question_came_is_learnt_with_the_attendance(fact, conference, tells):
    if conference == "thang-5":
        conference = Conference("thang-5", COMMUNE, ended_at=ENDED_AT)
    _, events = take_note(a_question(), fact, conference=conference)
    assert names(events) == ([WrittenAnswerOwed] if tells else [])


def test_an_older_reading_of_the_dialogue_does_not_open_it_again():
    question, _ = take_note(a_question(), held())
    assert take_note(question, attendance(), conference=a_conference())[0].dialogue_ended_at == ENDED_AT


# --- somewhere else ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("away", [redirect, refer_up])
@pytest.mark.parametrize("facts", [[cancelled()], [attendance(present=False), held()], [excuse(), held()]])
def test_what_goes_to_another_authority_is_not_owed_by_the_commune(away, facts):
    question, _ = carry_out(a_question(), away())
    for fact in facts:
        question, events = take_note(question, fact)
        assert events == []


@pytest.mark.parametrize("order", list(permutations(["report", "notice"])))
def test_what_was_referred_up_is_settled_when_both_the_report_and_the_notice_are_out(order):
    question, _ = carry_out(a_question(), refer_up())
    told = []
    for step in order:
        assert question.state is State.REFERRED_UP
        question, events = (
            carry_out(question, report_up()) if step == "report" else take_note(question, sent("referral"))
        )
        told += events
    assert (question.state, question.settled_how) == (State.SETTLED, "referred-up")
    assert set(names(told)) == {SuperiorReported, QuestionSettled}
    assert told[-1] == said(QuestionSettled, question=QUESTION, how="referred-up")
    assert take_note(question, sent("referral")) == (question, [])


def test_a_notice_that_is_sent_again_is_noted_once():
    question, events = take_note(a_question(State.REFERRED_UP), sent("referral"))
    assert (question.referral, events) == (Referral("UBND thành phố", told=True), [])
    assert take_note(question, sent("referral")) == (question, [])


# --- in writing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "kind", "how"),
    [(State.APPROVED, "answer", "answered-in-writing"), (State.REDIRECTED, "guidance", "redirected")],
)
def test_what_has_gone_out_in_writing_settles(state, kind, how):
    question, [event] = take_note(a_question(state, owed_because="absent"), sent(kind))
    assert (question.state, question.settled_how) == (State.SETTLED, how)
    assert event == said(QuestionSettled, question=QUESTION, how=how)


def test_an_answer_that_is_out_before_it_is_known_to_be_owed_comes_again():
    approved = a_question(State.APPROVED)
    with pytest.raises(TooEarly):
        take_note(approved, sent("answer"))
    question, [owed] = take_note(take_note(approved, held())[0], attendance(present=False))
    assert owed == said(WrittenAnswerOwed, question=QUESTION, dialogue=DIALOGUE, because="absent")
    assert take_note(question, sent("answer"))[0].settled_how == "answered-in-writing"


@pytest.mark.parametrize(
    ("fact", "because"),
    [
        (sent("receipt", ()), "a receipt answers nothing"),
        (sent("digest", ()), "a digest goes to staff"),
        (sent("extension"), "that it takes longer is no answer"),
        (sent("conclusion"), "the notice is about the dialogue"),
        (sent("answer", ("01J9-2",)), "it answers another question of the form"),
    ],
)
def test_other_messages_settle_nothing(fact, because):
    question = a_question(State.APPROVED)
    assert take_note(question, fact) == (question, [])


@pytest.mark.parametrize("fact", [attendance(), excuse(), waitlist(), invite(), held(), cancelled(), sent()])
def test_a_fact_about_a_question_that_is_not_here_yet_comes_again(fact):
    with pytest.raises(TooEarly):
        take_note(None, fact)


@pytest.mark.parametrize(
    ("state", "kind"), [(State.DRAFTED, "answer"), (State.APPROVED, "guidance"), (State.ASSIGNED, "referral")]
)
def test_a_message_before_its_reason_comes_again(state, kind):
    with pytest.raises(TooEarly):
        take_note(a_question(state), sent(kind))


# --- in every order ---------------------------------------------------------------------------------------------------

FATES = st.sampled_from(["answered", "redirected", "referred up"])
ENDS = st.sampled_from(["held", "cancelled"])
SEEN = st.sampled_from([(), (excuse(),), (attendance(present=False),), (attendance(),), (excuse(), attendance())])
SEATS = st.sampled_from([(), (invite(),), (waitlist(),), (waitlist(), invite())])


@settings(max_examples=400, deadline=None)
@given(
    on_time=st.booleans(),
    dialogue=st.sampled_from([DIALOGUE, None]),
    about_it=st.booleans(),
    fate=FATES,
    taken=st.booleans(),
    end=ENDS,
    seen=SEEN,
    seats=SEATS,
    early=st.booleans(),
    in_time=st.booleans(),
    order=st.randoms(use_true_random=False),
)
def test_in_every_order_an_answer_is_heard_or_owed_in_writing_once(
    on_time, dialogue, about_it, fate, taken, end, seen, seats, early, in_time, order
):
    """Whoever was not seen at a held dialogue is recorded as absent, as intake does; none was seen at a cancelled.

    early: seats are heard of when they are given, long before the conference; the reason said is then the true one.
    """
    conference = a_conference((LAND,) if about_it else (HEALTH,)) if dialogue else None
    seen = tuple(fact for fact in seen if end == "held" or not getattr(fact, "present", False))
    if end == "held" and not seen:
        seen = (attendance(present=False),)
    question, told = opened(submission(on_time=on_time, dialogue=dialogue), conference)
    told, present = list(told), attendance() in seen
    for fact in order.sample(seats, len(seats)) if early else ():
        question, events = take_note(question, fact)
        assert events == []
    approved_at = ENDED_AT + timedelta(hours=-1 if in_time else 1)

    facts = [*seen, *seats, held() if end == "held" else cancelled()]
    steps = [
        *facts,
        *facts,
        *([take()] if taken else []),
        {"redirected": redirect(), "referred up": refer_up()}.get(fate),
    ]
    steps += [draft(), approve()] if fate == "answered" else []
    order.shuffle(steps)
    steps += [draft(), approve()] if fate == "answered" else []
    for step in filter(None, steps):
        if step in facts:
            question, events = take_note(question, step)
        else:
            try:
                question, events = carry_out(question, step, approved_at)
            except Refusal:
                continue  # taken where no dialogue took place, or after the question had gone; approved before a draft
        told += events

    owed = [event.because for event in told if isinstance(event, WrittenAnswerOwed)]
    heard = QuestionAnsweredAtDialogue in names(told)
    assert len(owed) <= 1
    assert owed == ([question.owed_because] if question.owed_because else [])
    if early:
        assert set(owed).isdisjoint({"absent"} if seats == (waitlist(),) else {"no-seat"})
    whatever_happens = not dialogue or not on_time or not about_it
    if whatever_happens:
        assert len(owed) == 1
        assert not heard
    if fate == "answered":
        assert heard <= (present and in_time)
        assert heard or len(owed) == 1
        if present and in_time and end == "held" and not (whatever_happens or question.taken):
            assert heard
    assert names(told).count(QuestionSettled) == heard
