"""Who is written to once a registrant was set right, has withdrawn what he asked, or is answered anew."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.notify import aftercare, delivery, owed, rules
from services.notify.contents import data_of
from services.notify.correspondence import Correspondence
from services.notify.messages import CONFIDENTIAL, UNREACHABLE
from services.notify.texts.shipped import shipped
from services.notify.texts.writing import write
from shared.communes import PROFILES, read_profile
from shared.contracts import Event, TooEarly
from shared.contracts.intake import QuestionsWithdrawn, RegistrantCorrected
from shared.contracts.notify import RecordHandOver
from shared.contracts.routing import (
    AnswerApproved,
    QuestionAnsweredAtDialogue,
    QuestionRedirected,
    QuestionReopened,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import Scope
from tests.builders import (
    NOW,
    QUESTION,
    SUBMISSION,
    THREAD,
    actor,
    of_form,
    of_question,
    registrant,
    submission_received,
)
from tests.unit.test_notify_rules import (
    APPROVED,
    CANCELLED,
    COMPLAINT,
    CONCLUDED,
    FULFILLED,
    GRANTED,
    HEARD,
    HELD,
    HOUR,
    INVITED,
    MOVED,
    PRESENT,
    REFERRED,
    RESCHEDULED,
    SECOND,
    TWO,
    WAITLISTED,
    a_form,
    answers,
    deliver,
    hears,
    names,
)

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
NEW = registrant(email="mai.moi@nguoidan.example", address="Số 9, thôn Trung")
BY_POST, NOWHERE = registrant(email=None), registrant(email=None, address=None)


def corrected(known=NEW, at=NOW + HOUR):
    return of_form(RegistrantCorrected, registrant=known, occurred_at=at)


def withdrawn(*questions, entirely=False, at=NOW + HOUR):
    return of_form(QuestionsWithdrawn, questions=questions or (QUESTION,), entirely=entirely, occurred_at=at)


def reopened(question=QUESTION, round=2, at=NOW + 2 * HOUR):
    return of_question(QuestionReopened, question=question, round=round, occurred_at=at)


def approved_again(question=QUESTION, round=2, text="Lệ phí 25.000 đồng.", at=NOW + 3 * HOUR):
    return of_question(AnswerApproved, question=question, round=round, text=text, occurred_at=at)


def claimed(state, by="c"):
    return delivery.claim_due(state, by, NOW, timedelta(minutes=5))[0]


def all_sent(state):
    state = claimed(state)
    for message in state.claimed("c"):
        state, _ = delivery.sent(state, message.id, "reference", NOW)
    return state


def all_refused(state):
    state = claimed(state)
    for message in state.claimed("c"):
        state, _ = delivery.failed(state, message.id, "550 không có hộp thư này", NOW, permanent=True, by="c")
    return state


def the(state, id):
    return state.message(f"{SUBMISSION}.{id}")


def a_late_form(known=None):
    """Its answer waits for no dialogue."""
    return a_form(on_time=False, registrant=known or registrant())


# --- set right --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "channel", "to", "said", "because"),
    [
        (registrant(), NEW, "email", ("mai.moi@nguoidan.example",), [], "another mailbox"),
        (BY_POST, NEW, "email", ("mai.moi@nguoidan.example",), ["notification-queued"], "he has a mailbox now"),
        (registrant(), BY_POST, "letter", (), ["notification-queued"], "he has no mailbox any more"),
        (BY_POST, registrant(email=None, address="Số 9"), "letter", (), [], "the letter is addressed when printed"),
        (registrant(), registrant(name="Nguyễn Thị Mai Hoa"), "email", ("mai@nguoidan.example",), [], "his name only"),
    ],
)
def test_what_waits_goes_where_he_is_reached_now(before, after, channel, to, said, because):
    state, _ = hears(a_late_form(before), APPROVED)
    state, events = hears(state, corrected(after))
    [answer] = answers(state)
    assert (answer.channel, answer.to, answer.state) == (channel, to, "queued"), because
    assert names(events) == said, because
    assert state.registrant == after
    assert hears(state, corrected(after)) == (state, [])


def test_a_letter_is_addressed_as_he_is_known_when_it_is_printed():
    state, _ = hears(a_late_form(BY_POST), APPROVED, corrected(registrant(email=None, address="Số 9, thôn Trung")))
    data = data_of(state, answers(state)[0], PROFILE, NOW.date(), medium="letter")
    assert data["address"] == "Số 9, thôn Trung"


def test_what_has_left_stays_where_it_went_and_nothing_new_is_written():
    state = all_sent(hears(a_late_form(), APPROVED)[0])
    after, events = hears(state, corrected())
    assert (after.messages, events) == (state.messages, [])
    receipt = all_sent(a_form(registrant=BY_POST))
    assert hears(receipt, corrected())[1] == [], "nobody is sent a receipt for having a mailbox now"


def test_what_waits_for_whom_nothing_leads_to_any_more_is_for_a_clerk():
    state, _ = hears(a_late_form(), APPROVED)
    state, [failed] = hears(state, corrected(NOWHERE))
    assert (failed.name, failed.reason, answers(state)[0].state) == ("notification-failed", UNREACHABLE, "failed")


def test_a_receipt_that_has_not_left_goes_to_the_right_address_or_is_handed_over():
    state, _ = rules.acknowledge(None, submission_received(), NOW)
    assert the(hears(state, corrected())[0], "receipt").to == ("mai.moi@nguoidan.example",)
    state, [failed] = hears(state, corrected(BY_POST))
    assert (the(state, "receipt").state, failed.reason, failed.withdrawn) == ("failed", aftercare.NO_ADDRESS, False)
    handed = RecordHandOver(actor=actor(), key="k", notification=f"{SUBMISSION}.receipt", note="Trao tay")
    assert names(delivery.hand_over(state, handed, NOW)[1]) == ["notification-sent"]
    assert names(hears(state, corrected(at=NOW + 2 * HOUR))[1]) == ["notification-queued"]


@pytest.mark.parametrize(
    ("known", "threaded", "because"),
    [
        (registrant(name="Nguyễn Thị Mây"), True, "the address is that of the mail"),
        (NEW, False, "who is reached there did not write"),
    ],
)
def test_the_receipt_leaves_the_thread_with_the_address(known, threaded, because):
    state, _ = rules.acknowledge(None, submission_received(thread=THREAD), NOW)
    after, _ = hears(state, corrected(known))
    assert (after.thread is not None, after.by_another) == (threaded, not threaded), because


@pytest.mark.parametrize(("known", "channel"), [(NEW, "email"), (BY_POST, "letter")])
def test_what_failed_for_want_of_an_address_is_written_once_there_is_one(known, channel):
    state, _ = hears(a_late_form(NOWHERE), APPROVED)
    state, [queued] = hears(state, corrected(known))
    assert (queued.name, queued.channel, the(state, "answer.1").channel) == ("notification-queued", channel, channel)
    assert len(answers(state)) == 1


def test_what_a_mailbox_refused_is_written_to_the_right_one():
    state = all_refused(hears(a_late_form(registrant(address=None)), APPROVED)[0])
    assert hears(state, corrected(registrant(address=None, name="Mai")))[1] == [], "the same mailbox again"
    state, [queued] = hears(state, corrected())
    assert (queued.channel, the(state, "answer.1").to, the(state, "answer.1").attempts) == (
        "email",
        ("mai.moi@nguoidan.example",),
        0,
    )


def test_what_a_mailbox_refused_becomes_a_letter_once_there_is_an_address():
    state = all_refused(hears(a_late_form(registrant(address=None)), APPROVED)[0])
    state, [queued] = hears(state, corrected(BY_POST))
    assert (queued.notification, queued.channel) == (f"{SUBMISSION}.answer.1.letter", "letter")
    assert the(state, "answer.1").state == "failed"


def test_a_mail_that_has_become_a_letter_is_not_written_a_second_time():
    state = all_refused(hears(a_late_form(), APPROVED)[0])
    assert [one.state for one in answers(state)] == ["failed", "queued"]
    after, events = hears(state, corrected())
    assert ([one.channel for one in answers(after)], events) == (["email", "letter"], [])
    assert hears(all_sent(after), corrected(at=NOW + 2 * HOUR))[1] == []


def test_a_mail_that_is_under_way_to_the_wrong_address_goes_to_the_right_one_when_it_comes_back():
    state = claimed(hears(a_late_form(), APPROVED)[0])
    state, events = hears(state, corrected())
    assert events == []
    state, events = delivery.failed(state, f"{SUBMISSION}.answer.1", "550", NOW, permanent=True, by="c")
    [answer] = answers(state)
    assert (answer.state, answer.to, answer.attempts, events) == ("queued", ("mai.moi@nguoidan.example",), 0, [])


def test_a_mail_that_nobody_knows_of_whether_it_left_is_not_written_again():
    state, _ = hears(a_late_form(), APPROVED)
    lost = replace(answers(state)[0], attempts=delivery.MOST_ATTEMPTS, state="failed", reason=delivery.LOST_TRACK)
    state = replace(state, messages=(lost,))
    assert hears(state, corrected())[1] == []


def test_an_invitation_that_reached_nobody_is_written_while_there_is_time():
    state, _ = hears(a_form(registrant=NOWHERE), INVITED)
    assert names(hears(state, corrected())[1]) == ["notification-queued"]
    over, _ = hears(state, HELD)
    assert hears(over, corrected())[1] == []


def test_what_was_handed_over_stays_so():
    state, _ = hears(a_late_form(NOWHERE), APPROVED)
    handed = RecordHandOver(actor=actor(), key="k", notification=f"{SUBMISSION}.answer.1", note="Trao tay")
    state, _ = delivery.hand_over(state, handed, NOW)
    assert hears(state, corrected())[1] == []
    state, _ = hears(state, reopened())
    assert the(state, "answer.1").state == "sent", "what was handed over cannot be called back"


def test_who_denounces_may_be_written_to_once_he_has_a_mailbox_and_never_on_paper():
    denunciation = of_question(QuestionRedirected, scope=Scope.DENUNCIATION)
    state, [failed] = hears(a_form(registrant=BY_POST), denunciation)
    assert failed.reason == CONFIDENTIAL
    assert hears(state, corrected(registrant(email=None, address="Số 9")))[1] == []
    state, [queued] = hears(state, corrected())
    assert queued.channel == "email"
    state, [failed] = hears(state, corrected(BY_POST, NOW + 2 * HOUR))
    assert failed.reason == CONFIDENTIAL


def test_of_two_corrections_the_later_counts_whichever_is_heard_first():
    later = corrected(registrant(email="cuoi@nguoidan.example"), NOW + 2 * HOUR)
    for facts in permutations([corrected(), later]):
        assert hears(a_form(), *facts)[0].registrant.email == "cuoi@nguoidan.example"


# --- withdrawn --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts", [[APPROVED, CANCELLED], [COMPLAINT], [REFERRED], [GRANTED, MOVED], [FULFILLED]], ids=names
)
def test_nothing_goes_out_about_a_question_that_was_withdrawn(facts):
    state, _ = hears(a_form(), *facts)
    state, events = hears(state, withdrawn())
    assert [one.kind for one in state.messages if one.questions] == []
    assert [(event.reason, event.withdrawn) for event in events] == [("Không gửi nữa: người hỏi đã rút câu hỏi.", True)]
    assert hears(state, *facts, withdrawn()) == (state, [])
    before = hears(a_form(), withdrawn(), *facts)[0]
    assert [one.kind for one in before.messages] == [one.kind for one in state.messages], "whichever is heard first"


def test_an_answer_to_two_questions_goes_out_for_the_one_that_is_left():
    both = of_question(AnswerApproved, question=SECOND)
    state, _ = hears(a_form(questions=TWO), APPROVED, both, CANCELLED)
    state, events = hears(state, withdrawn())
    assert [(one.id, one.questions) for one in answers(state)] == [(f"{SUBMISSION}.answer.2", (SECOND,))]
    assert [event.name for event in events] == ["notification-failed", "notification-queued"]


def test_what_was_on_its_way_stays_and_what_waits_between_two_attempts_does_not():
    state = claimed(hears(a_late_form(), APPROVED)[0])
    assert hears(state, withdrawn())[1] == []
    state, _ = delivery.failed(state, f"{SUBMISSION}.answer.1", "451 bận", NOW, permanent=False, by="c")
    state, [failed] = hears(state, withdrawn())
    assert (answers(state), failed.reason) == ([], owed.WITHDRAWN)


OVERTAKEN = [
    (withdrawn(), owed.WITHDRAWN),
    (reopened(), owed.REOPENED),
    (HEARD, owed.ANSWERED_ALOUD),
]


@pytest.mark.parametrize("permanent", [False, True])
@pytest.mark.parametrize(("fact", "reason"), OVERTAKEN)
def test_what_was_overtaken_while_it_was_under_way_is_not_tried_again(fact, reason, permanent):
    state = claimed(hears(a_form(), APPROVED, CANCELLED)[0])
    state, _ = hears(state, fact)
    state, events = delivery.failed(state, f"{SUBMISSION}.answer.1", "451", NOW, permanent=permanent, by="c")
    assert (answers(state), [event.reason for event in events]) == ([], [reason])


@pytest.mark.parametrize(("fact", "reason"), OVERTAKEN)
def test_what_was_overtaken_while_its_sender_stopped_or_died_is_not_taken_on_again(fact, reason):
    state, _ = hears(claimed(hears(a_form(), APPROVED, CANCELLED)[0]), fact)
    released, events = delivery.release(state, "c", NOW)
    assert (answers(released), [event.reason for event in events]) == ([], [reason])
    lost, events = delivery.claim_due(state, "d", NOW + HOUR, timedelta(minutes=5))
    assert (answers(lost), [event.reason for event in events]) == ([], [reason])


@pytest.mark.parametrize(("fact", "reason"), OVERTAKEN)
def test_what_is_overtaken_between_two_attempts_is_not_tried_again(fact, reason):
    state = claimed(hears(a_form(), APPROVED, CANCELLED)[0])
    state, _ = delivery.failed(state, f"{SUBMISSION}.answer.1", "451", NOW, permanent=False, by="c")
    state, events = hears(state, fact)
    assert (answers(state), [event.reason for event in events]) == ([], [reason])


@pytest.mark.parametrize("permanent", [False, True])
def test_of_two_answers_under_way_the_one_that_is_still_owed_is_tried_again(permanent):
    state = claimed(hears(a_form(questions=TWO), APPROVED, approved_again(SECOND, round=1), CANCELLED)[0])
    [both] = answers(state)
    assert both.questions == (QUESTION, SECOND)
    state, _ = hears(state, withdrawn())
    state, _ = delivery.failed(state, both.id, "451", NOW, permanent=permanent, by="c")
    assert [one.questions for one in answers(state) if one.state == "queued"] == [(SECOND,)]


def test_what_no_way_led_to_need_not_be_handed_over_any_more():
    state, _ = hears(a_late_form(NOWHERE), APPROVED)
    state, [failed] = hears(state, withdrawn())
    assert (answers(state), failed.reason, failed.withdrawn) == ([], owed.WITHDRAWN, True), "it leaves the clerk's list"
    assert hears(state, corrected())[1] == []


@pytest.mark.parametrize("news", [INVITED, WAITLISTED, RESCHEDULED, CANCELLED, CONCLUDED])
def test_who_has_withdrawn_everything_hears_nothing_of_the_dialogue(news):
    state, _ = hears(a_form(), news)
    state, events = hears(state, withdrawn(entirely=True))
    assert [one.kind for one in state.messages] == ["receipt"]
    assert {event.reason for event in events} == {owed.NOT_EXPECTED}
    assert hears(a_form(), withdrawn(entirely=True), news)[1] == []


def test_who_was_at_the_dialogue_is_sent_its_conclusion_though_he_has_withdrawn_the_rest():
    for facts in permutations([PRESENT, CONCLUDED, withdrawn(entirely=True)]):
        assert [one.kind for one in hears(a_form(), *facts)[0].messages] == ["receipt", "conclusion"]


def test_who_has_withdrawn_one_of_two_questions_is_still_invited():
    state, _ = hears(a_form(questions=TWO), withdrawn(), INVITED)
    assert [one.kind for one in state.messages] == ["receipt", "invitation"]


def test_the_receipt_goes_out_all_the_same():
    state, _ = rules.acknowledge(None, submission_received(), NOW)
    state, events = hears(state, withdrawn(entirely=True))
    assert ([one.kind for one in state.messages], events) == (["receipt"], [])


# --- answered anew ----------------------------------------------------------------------------------------------------

OWED_AGAIN = of_question(WrittenAnswerOwed, because="reopened", occurred_at=NOW + 2 * HOUR)


@pytest.mark.parametrize("order", list(permutations([reopened(), OWED_AGAIN, approved_again()])))
def test_a_reopened_question_is_answered_in_a_second_letter_whatever_is_heard_first(order):
    first = all_sent(hears(a_late_form(), APPROVED)[0])
    state, events = hears(first, *order)
    assert [(one.id, one.round, one.occasion) for one in answers(state)] == [
        (f"{SUBMISSION}.answer.1", 1, "late"),
        (f"{SUBMISSION}.answer.1.2", 2, "reopened"),
    ]
    assert [(event.name, event.round) for event in events] == [("notification-queued", 2)]
    assert hears(state, *order, APPROVED) == (state, [])
    state = claimed(state)
    _, [sent] = delivery.sent(state, f"{SUBMISSION}.answer.1.2", "reference", NOW)
    assert sent.round == 2


def test_who_heard_the_first_answer_reads_the_second():
    state, _ = hears(a_form(), APPROVED, PRESENT, HELD, HEARD, reopened())
    assert answers(state) == []
    state, _ = hears(state, approved_again())
    assert [(one.occasion, one.round) for one in answers(state)] == [("reopened", 2)]


def test_a_third_answer_is_a_third_letter():
    state = all_sent(hears(a_late_form(), APPROVED, reopened(), approved_again())[0])
    third = approved_again(round=3, text="Nay đã có.", at=NOW + 6 * HOUR)
    state, _ = hears(state, reopened(round=3, at=NOW + 5 * HOUR), third)
    assert [one.id for one in answers(state)][1:] == [f"{SUBMISSION}.answer.1.3"]


def test_each_letter_tells_the_answer_of_its_round():
    state = all_sent(hears(a_late_form(), APPROVED)[0])
    state, _ = hears(state, reopened(), approved_again())
    first, second = (data_of(state, one, PROFILE, NOW.date(), medium="letter") for one in answers(state))
    assert [data["items"][0]["answer"] for data in (first, second)] == [[APPROVED.text], ["Lệ phí 25.000 đồng."]]
    assert tuple(write(shipped("answer"), data).about for data in (first, second)) == (
        "trả lời nội dung đăng ký tham gia đối thoại",
        "trả lời bổ sung nội dung đăng ký tham gia đối thoại",
    )


def test_a_first_answer_that_waits_between_two_attempts_is_not_sent_after_the_second():
    state = claimed(hears(a_form(), APPROVED, CANCELLED)[0])
    state, _ = delivery.failed(state, f"{SUBMISSION}.answer.1", "451 bận", NOW, permanent=False, by="c")
    state, events = hears(state, reopened())
    assert (answers(state), [event.reason for event in events]) == ([], [owed.REOPENED])


def test_a_newer_wording_of_the_second_answer_replaces_it_until_it_is_attempted():
    state, _ = hears(a_late_form(), reopened(), approved_again())
    newer = approved_again(text="Lời mới", at=NOW + 4 * HOUR)
    assert hears(state, newer)[0].asked(QUESTION).answer.text == "Lời mới"
    assert hears(claimed(state), newer)[0].asked(QUESTION).answer.text == "Lệ phí 25.000 đồng."


def test_what_was_reopened_after_it_was_withdrawn_is_answered_and_what_is_withdrawn_after_that_is_not():
    early, late = withdrawn(at=NOW + HOUR), withdrawn(at=NOW + 3 * HOUR)
    for facts in permutations([early, reopened(), approved_again()]):
        assert [one.round for one in answers(hears(a_late_form(), *facts)[0])] == [2]
    for facts in permutations([late, reopened(), approved_again()]):
        assert answers(hears(a_late_form(), *facts)[0]) == []


@pytest.mark.parametrize("fact", [corrected(), withdrawn(), reopened()], ids=lambda fact: fact.name)
@pytest.mark.parametrize("state", [None, Correspondence(SUBMISSION, "thanh-tri")])
def test_a_fact_about_a_form_that_is_not_here_yet_comes_too_early(fact, state):
    with pytest.raises(TooEarly):
        hears(state, fact)


def test_a_correspondence_of_before_there_were_rounds_still_loads():
    stored = TypeAdapter(Correspondence)
    state, _ = hears(a_late_form(), APPROVED)
    old = stored.dump_python(state)
    for since_then in ("files", "corrected_at", "withdrawn"):
        del old[since_then]
    for since_then in ("earlier", "round", "reopened_at", "withdrawn_at"):
        del old["questions"][0][since_then]
    del old["questions"][0]["answer"]["round"]
    for message in old["messages"]:
        del message["round"]
    assert stored.validate_python(old) == state


# In any order, twice


@dataclass(frozen=True)
class Aftermath:
    """What truly became of the two questions of a late form, or of one whose answers were heard at the dialogue."""

    heard: bool
    reopened: tuple[int, int]
    approved_last: tuple[bool, bool]
    withdrawn: tuple[str | None, str | None]
    corrections: int

    def facts(self) -> list[Event]:
        found: list[Event] = [submission_received(on_time=self.heard, questions=TWO, registrant=registrant())]
        for asked, times, last, gone in zip(TWO, self.reopened, self.approved_last, self.withdrawn, strict=True):
            id = asked.id
            found.append(of_question(AnswerApproved, question=id))
            found += [of_question(QuestionAnsweredAtDialogue, question=id)] * self.heard
            for round in range(2, times + 2):
                found.append(reopened(id, round, NOW + (3 * round) * HOUR))
                if round < times + 1 or last:
                    found.append(approved_again(id, round, f"Lần {round}", NOW + (3 * round + 1) * HOUR))
            if gone is not None:
                found.append(withdrawn(id, at=NOW + HOUR if gone == "early" else NOW + 90 * HOUR))
        return found + [
            corrected(registrant(email=f"{number}@nguoidan.example"), NOW + number * HOUR)
            for number in range(1, self.corrections + 1)
        ]

    def owed(self) -> set[tuple[str, int]]:
        """Which answers must be on paper in the end, by question and round."""
        found = set()
        for asked, times, last, gone in zip(TWO, self.reopened, self.approved_last, self.withdrawn, strict=True):
            if gone == "late" or (gone == "early" and not times):
                continue
            if times and last:
                found.add((asked.id, times + 1))
            elif not times and not self.heard:
                found.add((asked.id, 1))
        return found


aftermaths = st.builds(
    Aftermath,
    heard=st.booleans(),
    reopened=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    approved_last=st.tuples(st.booleans(), st.booleans()),
    withdrawn=st.tuples(*[st.sampled_from([None, "early", "late"])] * 2),
    corrections=st.integers(0, 2),
)


def told(messages):
    return [(question, message.round) for message in messages for question in message.questions]


@settings(max_examples=300, deadline=None)
@given(aftermaths, st.randoms(use_true_random=False))
def test_the_same_aftermath_leads_to_the_same_letters_in_any_order(life, random):
    facts = life.facts()
    twice = facts + random.choices(facts, k=3)
    random.shuffle(twice)
    state = deliver(twice)
    assert sorted(told(answers(state))) == sorted(life.owed())
    if life.corrections:
        assert {one.to for one in state.messages} == {(f"{life.corrections}@nguoidan.example",)}


@settings(max_examples=200, deadline=None)
@given(aftermaths, st.randoms(use_true_random=False))
def test_nobody_is_told_the_same_answer_twice_or_left_without_the_last_one(life, random):
    facts = life.facts()
    twice = facts + random.choices(facts, k=3)
    random.shuffle(twice)
    state = all_sent(deliver(twice, all_sent))
    left = told(one for one in answers(state) if one.state == "sent")
    assert len(left) == len(set(left))
    assert life.owed() <= set(left)
