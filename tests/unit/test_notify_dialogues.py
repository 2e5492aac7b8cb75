from datetime import timedelta
from itertools import permutations

import pytest
from pydantic import TypeAdapter

from services.notify import delivery, dialogues
from services.notify import owed as settling
from services.notify.correspondence import Conference, Correspondence, Move
from shared.contracts import TooEarly
from shared.contracts.conference import Session
from shared.contracts.deadlines import DeadlineMoved
from shared.contracts.intake import (
    CommitmentExtended,
    ConclusionDrafted,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialogueRescheduled,
    RepresentativeInvited,
)
from tests.builders import (
    CLOSES_AT,
    COMMITMENT,
    DIALOGUE,
    HELD_AT,
    NOW,
    REPRESENTATIVE,
    TITLE,
    of_deadline,
    of_dialogue,
)

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
SESSIONS = (Session(number=1, title="Nhân dân"), Session(number=2, title="Thanh niên"))
ANNOUNCED = of_dialogue(DialogueAnnounced, sessions=SESSIONS)
MOVED = of_dialogue(
    DialogueRescheduled, previously_at=HELD_AT, held_at=HELD_AT + WEEK, place="Nhà văn hóa", occurred_at=NOW + HOUR
)
MOVED_AGAIN = of_dialogue(
    DialogueRescheduled, previously_at=HELD_AT + WEEK, held_at=HELD_AT + 2 * WEEK, occurred_at=NOW + 2 * HOUR
)
CANCELLED = of_dialogue(DialogueCancelled, held_at=HELD_AT + 2 * WEEK, occurred_at=NOW + 3 * HOUR)
HELD = of_dialogue(DialogueHeld, held_at=HELD_AT + 2 * WEEK, presided_by="Lê Văn Phó", occurred_at=HELD_AT + 3 * WEEK)
INVITED = of_dialogue(RepresentativeInvited)
BY_MAIL = of_dialogue(
    RepresentativeInvited, representative=REPRESENTATIVE.model_copy(update={"id": "mt-2", "email": "a@mttq.example"})
)
DRAFTED = of_dialogue(ConclusionDrafted)
CONCLUDED = of_dialogue(DialogueConcluded, commitments=(COMMITMENT,))
EXTENDED = of_dialogue(CommitmentExtended)
NEW_END = of_deadline(
    DeadlineMoved, case=DIALOGUE, about=COMMITMENT.id, rule="resolution", cause="extension", due_at=NOW + 4 * WEEK
)


def keep(*news, state=None):
    """The dialogue's correspondence, and everything said."""
    said = []
    for one in news:
        rule = dialogues.invite if isinstance(one, RepresentativeInvited) else dialogues.keep
        state, events = rule(state, one, NOW)
        said += events
    return state, said


@pytest.mark.parametrize("order", list(permutations([ANNOUNCED, MOVED, MOVED_AGAIN, HELD])))
def test_a_dialogue_is_kept_the_same_in_any_order(order):
    state, _ = keep(*order, *order)
    assert state.conference == Conference(
        title=TITLE,
        held_at=HELD_AT + 2 * WEEK,
        place=MOVED_AGAIN.place,
        ended_at=HELD.occurred_at,
        subjects=("Nhân dân", "Thanh niên"),
        as_of=NOW + 2 * HOUR,
        moves=tuple(
            Move(one.occurred_at, one.previously_at, one.held_at, one.place, one.reason) for one in (MOVED, MOVED_AGAIN)
        ),
        announced_place=ANNOUNCED.place,
    )
    assert (state.record.closes_at, state.record.presided_by) == (CLOSES_AT, "Lê Văn Phó")


def test_news_is_told_again_a_little_later_and_then_no_more():
    state, _ = keep(ANNOUNCED)
    assert state.tell_again_at == NOW + dialogues.TELL_AGAIN_AFTER
    state, _ = dialogues.told_again(state)
    assert state.tell_again_at is None
    assert dialogues.keep(state, ANNOUNCED, NOW) == (state, []), "heard twice is no news"


def test_what_was_concluded_of_a_dialogue_that_is_not_known_comes_too_early():
    with pytest.raises(TooEarly):
        keep(CONCLUDED)


class TestCutOff:
    moved = of_deadline(
        DeadlineMoved, case=DIALOGUE, about=DIALOGUE, rule="registration-cutoff", due_at=CLOSES_AT + WEEK
    )

    @pytest.mark.parametrize("order", [[0, 1], [1, 0]])
    def test_is_the_one_said_last(self, order):
        later = self.moved.model_copy(update={"occurred_at": NOW + HOUR})
        state = None
        for number in order:
            state = dialogues.keep_cut_off(state, later)[0] if number else keep(ANNOUNCED, state=state)[0]
        assert state.record.closes_at == CLOSES_AT + WEEK


class TestRepresentatives:
    @pytest.mark.parametrize(
        ("invited", "channel", "because"),
        [(BY_MAIL, "email", "he gave an address"), (INVITED, "letter", "it is handed over by whom he represents")],
    )
    def test_are_invited_once(self, invited, channel, because):
        _, [queued] = keep(ANNOUNCED, invited, invited)
        assert (queued.kind, queued.channel, queued.case) == ("invitation", channel, DIALOGUE), because

    def test_may_be_invited_before_the_dialogue_is_announced(self):
        first, said = keep(INVITED, ANNOUNCED)
        second, _ = keep(ANNOUNCED, INVITED)
        assert (first.conference, [one.name for one in said]) == (second.conference, ["notification-queued"])

    def test_are_told_of_another_day_and_of_a_conference_that_is_called_off(self):
        state, _ = keep(ANNOUNCED, INVITED)
        for message in state.messages:
            state, _ = delivery.sent(state, message.id, "letter.pdf", NOW)
        state, said = keep(MOVED, CANCELLED, state=state)
        assert [(one.name, one.kind) for one in said] == [
            ("notification-queued", "rescheduled"),
            ("notification-failed", "rescheduled"),
            ("notification-queued", "cancelled"),
        ]
        assert said[1].reason == settling.CALLED_OFF
        assert [one.kind for one in state.messages] == ["invitation", "cancelled"]

    def test_who_were_invited_to_the_new_day_are_not_told_of_the_old_one(self):
        later = INVITED.model_copy(update={"occurred_at": NOW + 2 * HOUR, "held_at": MOVED.held_at})
        _, said = keep(ANNOUNCED, MOVED, later)
        assert [one.kind for one in said] == ["invitation"]

    def test_get_a_letter_where_the_mail_is_refused(self):
        state, _ = keep(ANNOUNCED, BY_MAIL)
        state, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=2))
        state, events = delivery.failed(state, state.messages[0].id, "550", NOW, permanent=True, by="c")
        assert [one.name for one in events] == ["notification-failed", "notification-queued"]
        assert (state.messages[1].channel, state.messages[1].guest) == ("letter", "mt-2")


class TestConclusion:
    def test_is_the_newest_draft(self):
        newer = DRAFTED.model_copy(update={"draft": 2, "summary": "Mới."})
        for order in permutations([DRAFTED, newer]):
            state = None
            for draft in order:
                state, _ = dialogues.keep_draft(state, draft)
            assert (state.record.conclusion.summary, state.record.conclusion.notice) == ("Mới.", None)

    def test_once_published_is_what_counts(self):
        state, _ = dialogues.keep_draft(None, DRAFTED)
        state, _ = keep(ANNOUNCED, CONCLUDED, state=state)
        newer = DRAFTED.model_copy(update={"draft": 9})
        assert dialogues.keep_draft(state, newer) == (state, [])
        assert (state.record.conclusion.notice, state.conference.notice) == ("15/TB-UBND", "15/TB-UBND")

    def test_of_an_older_writer_keeps_the_promises_of_its_draft(self):
        state, _ = dialogues.keep_draft(None, DRAFTED)
        state, _ = keep(ANNOUNCED, of_dialogue(DialogueConcluded, commitments=None), state=state)
        assert state.record.conclusion.commitments == (COMMITMENT,)


class TestLongerPromise:
    @pytest.mark.parametrize("order", [[0, 1], [1, 0], [1, 0, 1, 0]])
    def test_is_known_once_both_are(self, order):
        state = None
        for place, number in enumerate(order):
            rule, fact = [(dialogues.keep_longer_promise, EXTENDED), (dialogues.keep_new_end, NEW_END)][number]
            state, _ = rule(state, fact)
            assert (dialogues.longer_promise(state, COMMITMENT.id) is not None) == (place > 0)
        promise, until = dialogues.longer_promise(state, COMMITMENT.id)
        assert (promise.text, promise.questions, until) == (COMMITMENT.text, COMMITMENT.questions, NEW_END.due_at)

    def test_is_told_to_each_asker_once(self):
        assert dialogues.askers(["01JA-1", "01JB-2", "01JA-2"]) == ["01JA", "01JB"]


def test_a_dialogue_is_the_same_after_it_was_stored():
    state, _ = keep(ANNOUNCED, MOVED, INVITED, CONCLUDED)
    state, _ = dialogues.keep_longer_promise(state, EXTENDED)
    state, _ = dialogues.keep_new_end(state, NEW_END)
    stored = TypeAdapter(Correspondence)
    assert stored.validate_python(stored.dump_python(state)) == state
    assert stored.validate_json(stored.dump_json(state)) == state
