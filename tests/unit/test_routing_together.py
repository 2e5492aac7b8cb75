"""Like questions get one answer: who may join, and that who follows comes to where the leading question stands."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.answers import MOST_EXTENSION, MOST_KEPT, draft_answer
from services.routing.question import Draft, State
from services.routing.together import FOLLOWING, join_question, keep_up, names_somebody, part_question
from shared.contracts import Refusal, Role
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    ExtensionGranted,
    JoinQuestion,
    PartQuestion,
    QuestionAnsweredAtDialogue,
    QuestionJoined,
    QuestionParted,
    QuestionSettled,
    TransferAccepted,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import Scope
from tests.unit.routing_questions import (
    CHAIRMAN,
    CLERK,
    CULTURE,
    ECONOMY,
    ENDED_AT,
    HEAD,
    HEALTH,
    LAND,
    LONG_APPROVAL,
    NOW,
    OFFICE_HEAD,
    OFFICER,
    OTHER_OFFICER,
    QUESTION,
    STRANGER,
    USUAL_APPROVAL,
    a_question,
    about_it,
    answer_aloud,
    approve,
    ask_for_more,
    assign,
    carry_out,
    draft,
    extend,
    give_back,
    hand_back,
    keep,
    names,
    redirect,
    refer_up,
    reopen,
    take_note,
    transfer,
    withdrawn,
)

LEAD = "01J8-1"
LATER = NOW + timedelta(hours=1)
MANY = tuple(Draft(number, f"Bản {number}.", OFFICER.name, NOW, handed_in=False) for number in range(1, MOST_KEPT + 1))


def lead(state=State.ASSIGNED, **fields):
    return a_question(state, **{"id": LEAD, "case": "01J8", "code": "Q2WE-RTYU"} | fields)


def follower(state=State.ASSIGNED, **fields):
    return a_question(state, **{"follows": LEAD, "follows_code": "Q2WE-RTYU"} | fields)


def join(actor=OFFICER, to=LEAD):
    return about_it(JoinQuestion, actor, lead=to)


def part(actor=OFFICER):
    return about_it(PartQuestion, actor, reason="Câu hỏi này có thêm ý về lệ phí")


class Lead:
    """The leading question, and all that was said of it."""

    def __init__(self, approval=USUAL_APPROVAL, **fields):
        self.question, self.said, self.now, self.approval = lead(**fields), [], NOW, approval

    def does(self, *commands):
        for command in commands:
            self.now += timedelta(minutes=1)
            self.question, events = carry_out(self.question, command, self.now, approval=self.approval)
            self.said += events
        return self

    def told_to(self, question, now=LATER):
        return keep_up(question, self.question, self.said, now)


# --- joined and parted by a person ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [CLERK, OFFICE_HEAD, OFFICER, HEAD])
def test_a_question_joins_another_of_its_department(by):
    joined, [told] = join_question(a_question(), join(by), lead(), False, LATER)
    assert (joined.follows, joined.follows_code, joined.state) == (LEAD, "Q2WE-RTYU", State.ASSIGNED)
    assert isinstance(told, QuestionJoined)
    assert (told.lead, told.lead_code, told.joined_by) == (LEAD, "Q2WE-RTYU", by.name)


def test_the_department_that_joins_a_question_has_taken_it_up():
    paused = a_question(awaits_acceptance=True)
    assert names(join_question(paused, join(OFFICER), lead(), False, LATER)[1]) == [TransferAccepted, QuestionJoined]
    assert names(join_question(paused, join(CLERK), lead(), False, LATER)[1]) == [QuestionJoined]


@pytest.mark.parametrize(
    ("question", "command", "other", "followed", "code", "words"),
    [
        (a_question(), join(CHAIRMAN), lead(), False, "forbidden", "Vai trò"),
        (a_question(), join(OTHER_OFFICER), lead(), False, "forbidden", "phòng khác"),
        (a_question(), join(STRANGER), lead(), False, "forbidden", "xã khác"),
        (a_question(State.DRAFTED), join(), lead(), False, "not-now", "đang chờ duyệt"),
        (a_question(), join(), None, False, "not-found", LEAD),
        (a_question(), join(), lead(commune="thanh-mai"), False, "not-found", LEAD),
        (a_question(), join(to=QUESTION), a_question(), False, "invalid", "chính nó"),
        (follower(), join(), lead(), False, "invalid", "từ trước"),
        (follower(), join(to="01J7-1"), lead(id="01J7-1"), False, "not-now", "tách ra trước"),
        (a_question(), join(), lead(), True, "not-now", "chiều ngược lại"),
        (a_question(), join(), lead(follows="01J7-1"), False, "not-now", "chọn chính câu hỏi đó"),
        (a_question(), join(), lead(scope=Scope.COMPLAINT), False, "invalid", "khiếu nại"),
        (a_question(scope=Scope.DENUNCIATION), join(), lead(), False, "invalid", "tố cáo"),
        (a_question(), join(), lead(department=CULTURE), False, "not-now", "chính phòng này"),
        (a_question(), join(), lead(State.DRAFTED), False, "not-now", "đang soạn"),
        (a_question(drafts=MANY), join(), lead(), False, "not-now", "chiều ngược lại"),
        (a_question(), join(), lead(State.SETTLED), False, "not-now", "đang soạn"),
    ],
)
def test_what_may_not_be_joined_is_refused_with_what_to_do(question, command, other, followed, code, words):
    with pytest.raises(Refusal) as refusal:
        join_question(question, command, other, followed, LATER)
    assert (refusal.value.code, words in refusal.value.reason) == (code, True), refusal.value.reason


@pytest.mark.parametrize("state", sorted(FOLLOWING))
def test_a_person_parts_what_was_joined(state):
    parted, [told] = part_question(follower(state), part(), LATER)
    assert (parted.follows, parted.state) == (None, state)
    assert isinstance(told, QuestionParted)
    assert (told.lead, told.parted_by) == (LEAD, OFFICER.name)
    with pytest.raises(Refusal, match="không có gì phải tách"):
        part_question(parted, part(), LATER)


@pytest.mark.parametrize("command", [draft(), extend()], ids=lambda one: one.verb)
def test_while_it_follows_nothing_is_done_to_its_answer_alone(command):
    with pytest.raises(Refusal, match="Q2WE-RTYU"):
        carry_out(follower(), command)


# --- what becomes of the leading question -----------------------------------------------------------------------------


def test_one_text_is_drafted_returned_drafted_anew_and_approved_for_all():
    question, told, leading = follower(), [], Lead()
    for command in (draft(text="Một."), give_back(), draft(text="Hai."), approve()):
        question, events = leading.does(command).told_to(question)
        told += events
        assert question.state is leading.question.state
    assert names(told) == [AnswerDrafted, AnswerReturned, AnswerDrafted, AnswerApproved]
    assert [event.occurred_at for event in told] == [event.occurred_at for event in leading.said], "one decision"
    assert {event.question for event in told} == {QUESTION}
    approved = told[-1]
    assert (approved.text, approved.approved_by, approved.dialogue) == ("Hai.", CHAIRMAN.name, question.dialogue)
    assert (question.approved_at, question.follows) == (leading.question.approved_at, None)
    assert [one.text for one in question.drafts] == ["Một.", "Hai."]


def test_whatever_was_missed_is_caught_up_at_once():
    leading = Lead().does(draft(text="Một."), give_back(), draft(text="Hai."), approve())
    question, told = leading.told_to(follower(awaits_acceptance=True))
    assert names(told) == [TransferAccepted, AnswerDrafted, AnswerApproved]
    assert (told[1].text, question.state) == ("Hai.", State.APPROVED)
    assert leading.told_to(question) == (question, []), "it has its answer"


def test_every_step_of_a_long_approval_is_passed_by_all():
    leading, question = Lead(LONG_APPROVAL), follower()
    leading.does(draft())
    question, told = leading.told_to(question)
    assert (question.awaits, told[0].awaits) == (leading.question.awaits, leading.question.awaits[0])
    by = {Role.HEAD: HEAD, Role.OFFICE_HEAD: OFFICE_HEAD, Role.CHAIRMAN: CHAIRMAN}
    while leading.question.state is State.DRAFTED:
        leading.does(approve(by[leading.question.awaits[0][0]]))
        question, events = leading.told_to(question)
        told += events
        assert (question.awaits, question.endorsed_by) == (leading.question.awaits, leading.question.endorsed_by)
    assert names(told) == [AnswerDrafted, AnswerEndorsed, AnswerEndorsed, AnswerApproved]


@pytest.mark.parametrize("steps", [2, 3])
@pytest.mark.parametrize("heard_of_the_draft", [False, True])
def test_every_step_that_was_missed_is_told_each_by_who_took_it(steps, heard_of_the_draft):
    leading, question, told = (
        Lead(LONG_APPROVAL).does(draft(text="Một."), give_back(), draft(text="Hai.")),
        follower(),
        [],
    )
    if heard_of_the_draft:
        question, told = leading.told_to(question)
    leading.does(*[approve(HEAD), approve(OFFICE_HEAD), approve(CHAIRMAN)][:steps])
    question, more = leading.told_to(question)
    endorsed = [one for one in [*told, *more] if isinstance(one, AnswerEndorsed)]
    assert [(one.endorsed_by, one.draft) for one in endorsed] == [(HEAD.name, 1), (OFFICE_HEAD.name, 1)]
    assert names([*told, *more])[:1] == [AnswerDrafted]
    assert (question.awaits, question.endorsed_by) == (leading.question.awaits, leading.question.endorsed_by)
    assert leading.told_to(question) == (question, [])


@pytest.mark.parametrize(
    ("question", "follows", "because"),
    [
        (follower(dialogue=None), [WrittenAnswerOwed], "his form was for no dialogue"),
        (follower(on_time=False), [WrittenAnswerOwed], "his form came late"),
        (follower(), [], "his dialogue is still to come"),
        (
            follower(present=True, dialogue_ended_at=ENDED_AT),
            [QuestionAnsweredAtDialogue, QuestionSettled],
            "he was there, and it was approved before the end",
        ),
    ],
)
def test_each_asker_is_owed_what_his_own_form_says(question, follows, because):
    question, told = Lead(dialogue=None).does(draft(), approve()).told_to(question)
    assert names(told) == [AnswerDrafted, AnswerApproved, *follows], because


@pytest.mark.parametrize(
    ("drafted", "command", "because"),
    [
        (False, hand_back(), "not its own"),
        (False, transfer(), "another department"),
        (False, assign(), "another department"),
        (True, assign(), "taken from those who decide"),
        (True, redirect(), "not for the commune"),
        (True, refer_up(), "beyond the commune"),
    ],
)
def test_who_follows_stays_with_the_department_when_the_leading_question_leaves(drafted, command, because):
    leading, question = Lead(), follower()
    if drafted:
        question, _ = leading.does(draft()).told_to(question)
    before = question.state
    question, [told] = leading.does(command).told_to(question)
    assert isinstance(told, QuestionParted), because
    assert (told.parted_by, question.follows, question.department, question.state) == (None, None, ECONOMY, before)
    assert leading.question.code not in told.reason, "who reads it is told nothing of another's form"


def test_who_follows_is_parted_when_the_leading_question_ends_without_an_answer_in_writing():
    leading = Lead(present=True)
    leading.question, leading.said = carry_out(leading.question, answer_aloud(CLERK), NOW)
    assert names(leading.told_to(follower())[1]) == [QuestionParted]
    gone, said = take_note(lead(), withdrawn(questions=(LEAD,)))
    assert names(keep_up(follower(), gone, said, LATER)[1]) == [QuestionParted]


def test_who_withdraws_after_the_approval_leaves_the_answer_to_the_others():
    leading = Lead().does(draft(), approve())
    leading.question, _ = take_note(leading.question, withdrawn(questions=(LEAD,)))
    question, told = leading.told_to(follower())
    assert (question.state, names(told)) == (State.APPROVED, [AnswerDrafted, AnswerApproved])


def test_an_answer_that_was_not_enough_for_the_one_is_not_given_to_the_others():
    leading = Lead(dialogue=None).does(draft(), approve())
    leading.question = replace(
        leading.question, state=State.SETTLED, settled_how="answered-in-writing", settled_at=leading.now
    )
    assert names(leading.does(reopen()).told_to(follower())[1]) == [QuestionParted]


def test_two_that_were_joined_to_each_other_are_parted():
    assert names(keep_up(follower(), lead(follows=QUESTION), [], LATER)[1]) == [QuestionParted]


def test_another_field_in_the_same_department_parts_nobody():
    leading = Lead().does(draft())
    question, _ = leading.told_to(follower())
    assert leading.does(assign(field=HEALTH, department=ECONOMY)).told_to(question) == (question, [])


@pytest.mark.parametrize(
    ("question", "because"),
    [
        (a_question(), "it follows nobody any more"),
        (follower(follows="01J7-1"), "it follows another"),
        (follower(State.APPROVED), "it has its answer"),
        (follower(State.SETTLED), "it is done with"),
        (follower(State.AWAITS_TRIAGE), "the office has it"),
    ],
)
def test_who_does_not_follow_hears_nothing(question, because):
    for leading in (Lead(), Lead().does(draft()), Lead().does(draft(), approve()), Lead().does(hand_back())):
        assert leading.told_to(question) == (question, []), because


def test_who_waits_with_another_says_with_whom_and_who_is_parted_who_decides_now():
    leading = Lead(LONG_APPROVAL).does(draft())
    question, [drafted] = leading.told_to(follower())
    assert drafted.follows == LEAD
    question, _ = leading.does(approve(HEAD)).told_to(question)
    _, [told] = part_question(question, part(), LATER)
    assert (told.department, told.awaits) == (ECONOMY, (Role.OFFICE_HEAD,))
    _, [told] = part_question(follower(), part(), LATER)
    assert (told.department, told.awaits) == (ECONOMY, ()), "nothing waits"


# --- what is for one asker alone --------------------------------------------------------------------------------------

PRIVATE = "Kính gửi bà Hoa, CCCD 001089012345, điện thoại 0912345678: trong quý IV."


def test_one_answer_to_several_tells_nothing_for_certain_of_any_of_them():
    for askers, public in ((1, ()), (3, ("0912345678", "001089012345"))):
        assert draft_answer(lead(), draft(text=PRIVATE), USUAL_APPROVAL, NOW, askers=askers, public=public)[1]
    with pytest.raises(Refusal) as refused:
        draft_answer(lead(), draft(text=PRIVATE), USUAL_APPROVAL, NOW, askers=3)
    for words in ("gửi cho 3 người hỏi", "“001089012345”", "“0912345678”", "tách câu hỏi khỏi nhóm"):
        assert words in refused.value.reason
    shared = draft(text="Kính gửi ông Nguyễn Văn An: trong quý IV.")
    assert draft_answer(lead(), shared, USUAL_APPROVAL, NOW, askers=3)[1], "what is only likely may be an official's"


def test_a_question_does_not_join_one_whose_draft_is_for_its_own_asker():
    leading, _ = carry_out(lead(), keep(text=PRIVATE))
    with pytest.raises(Refusal, match="còn số giấy tờ tùy thân “001089012345”, số điện thoại “0912345678”"):
        join_question(a_question(), join(), leading, False, LATER)
    assert join_question(a_question(), join(), leading, False, LATER, public=("0912345678", "001089012345"))[1]
    leading, _ = carry_out(leading, keep(text="Trong quý IV."))
    assert join_question(a_question(), join(), leading, False, LATER)[1], "the last version counts"


@pytest.mark.parametrize("commands", [(draft(text=PRIVATE),), (draft(text=PRIVATE), approve())])
def test_what_was_handed_in_while_a_question_joined_is_not_given_to_its_asker_either(commands):
    leading = Lead().does(*commands)
    assert names_somebody(leading.question, ())
    assert not names_somebody(leading.question, ("0912345678", "001089012345"))
    question, [told] = keep_up(follower(), leading.question, leading.said, LATER, private=True)
    assert isinstance(told, QuestionParted)
    assert (question.state, question.follows, "thông tin riêng" in told.reason) == (State.ASSIGNED, None, True)


# --- more time --------------------------------------------------------------------------------------------------------


def test_who_waits_for_the_same_answer_waits_as_long():
    leading = Lead().does(extend(working_days=20))
    question, [told] = leading.told_to(follower(extended_by=5))
    assert isinstance(told, ExtensionGranted)
    assert (told.question, told.case, told.working_days, told.reason) == (QUESTION, "01J9", 15, leading.said[-1].reason)
    assert leading.told_to(question) == (question, []), "once, however often it is told"
    question, [told] = leading.does(extend(working_days=10)).told_to(question)
    assert (told.working_days, question.extended_by) == (10, MOST_EXTENSION)


def test_more_time_that_was_granted_before_a_question_joined_is_its_own_too():
    leading = Lead().does(extend(working_days=MOST_EXTENSION))
    joined, _ = join_question(a_question(), join(), leading.question, False, LATER)
    question, [told] = leading.told_to(joined)
    assert (told.working_days, question.extended_by) == (MOST_EXTENSION, MOST_EXTENSION)


def test_more_time_is_not_lost_where_the_return_was_not_heard_yet():
    leading = Lead().does(draft())
    question, _ = leading.told_to(follower())
    question, told = leading.does(give_back(), extend()).told_to(question)
    assert (names(told), question.state, question.extended_by) == (
        [AnswerReturned, ExtensionGranted],
        State.RETURNED,
        5,
    )


@pytest.mark.parametrize(
    ("before", "after", "days", "because"),
    [
        ((extend(),), (hand_back(), assign(department=ECONOMY)), 0, "the term began anew with the assignment"),
        ((extend(),), (transfer(clock="starts-anew"), transfer(department=ECONOMY)), 0, "it began anew"),
        ((extend(),), (transfer(), transfer(department=ECONOMY)), 5, "it ran on"),
        ((extend(),), (assign(field=LAND, department=ECONOMY),), 5, "only the field was set right"),
        ((extend(),), (hand_back(), assign(department=ECONOMY), extend(working_days=7)), 7, "what it has on top now"),
    ],
)
def test_what_was_granted_on_a_term_that_is_over_is_granted_to_nobody_else(before, after, days, because):
    leading = Lead(department=CULTURE).does(assign(department=ECONOMY), *before, *after)
    assert leading.told_to(follower())[0].extended_by == days, because


def test_a_request_for_more_time_ends_with_the_join():
    asked, _ = carry_out(a_question(), ask_for_more())
    joined, _ = join_question(asked, join(), lead(), False, LATER)
    assert joined.extension_requested is None, "nobody may grant it while the question follows"


# --- in any order -----------------------------------------------------------------------------------------------------

DOINGS = [
    draft(text="Một."),
    draft(text="Hai."),
    give_back(),
    approve(OFFICE_HEAD),
    approve(),
    hand_back(),
    assign(),
    assign(field=HEALTH, department=ECONOMY),
    transfer(),
    transfer(department=ECONOMY),
    redirect(),
    extend(),
    answer_aloud(CLERK),
]


@given(st.lists(st.tuples(st.sampled_from(DOINGS), st.booleans(), st.booleans()), max_size=12), st.booleans())
def test_however_late_and_doubled_the_news_come_who_follows_ends_where_he_belongs(doings, long):
    leading, question, told = Lead(LONG_APPROVAL if long else USUAL_APPROVAL, present=True), follower(), []
    older = (leading.question, [])
    for command, hears, hears_old in doings:
        if hears_old:
            question, events = keep_up(question, *older, LATER)
            told += events
        older = (leading.question, list(leading.said))
        try:
            leading.does(command)
        except Refusal:
            continue
        if hears:
            question, events = leading.told_to(question)
            told += events
    question, events = leading.told_to(question)
    told += events
    assert leading.told_to(question) == (question, []), "there already, it stays quiet"
    leads = leading.question
    if question.follows is not None:
        assert (leads.state in FOLLOWING, leads.department) == (True, question.department)
        assert (question.state is State.DRAFTED) == (leads.state is State.DRAFTED)
        assert question.extended_by <= leads.extended_by
    if question.state is State.APPROVED:
        drafts = [event.text for event in told if isinstance(event, AnswerDrafted)]
        [approved] = [event for event in told if isinstance(event, AnswerApproved)]
        assert (drafts[-1], question.drafts[-1].text) == (approved.text, approved.text), (
            "what was judged is what he gets"
        )
    assert names(told).count(QuestionParted) <= 1
