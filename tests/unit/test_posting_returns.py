"""A letter that came back: somebody hands it over, or it is written again once the address is set right."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.notify import aftercare, delivery, rules
from services.notify.correspondence import Correspondence, Fate
from services.notify.messages import as_again, as_letter, put
from services.notify.posting import letters
from services.notify.purge import forget
from shared.contracts import Refusal
from shared.contracts.intake import RegistrantCorrected
from shared.contracts.notify import RecordHandOver
from shared.contracts.routing import AnswerApproved
from tests.builders import NOW, SUBMISSION, actor, of_form, of_question, registrant, submission_received
from tests.unit.posting_scene import CUT_OFF, RUN
from tests.unit.test_notify_rules import INVITED, RESCHEDULED, WAITLISTED, hears

TODAY = NOW + timedelta(hours=7)
LETTER = f"{SUBMISSION}.answer.1"
AGAIN = f"{LETTER}.again"
POSTED = Fate(RUN, posted_on=date(2026, 6, 8))
BACK = letters.returned(POSTED, date(2026, 6, 12), "Chuyển đi nơi khác")


def with_fate(fate: Fate) -> Correspondence:
    """A form whose answer left as a letter."""
    known = registrant(email=None)
    state, _ = rules.acknowledge(None, submission_received(on_time=False, registrant=known), NOW)
    state, _ = rules.note_answer(state, of_question(AnswerApproved), NOW)
    message = state.message(LETTER)
    state = leaves(put(state, replace(message, text=2, number="15/UBND-VP")), LETTER)
    return letters.learn(state, LETTER, fate, CUT_OFF)[0]


def leaves(state: Correspondence, letter: str, run: str = RUN, at: datetime = CUT_OFF) -> Correspondence:
    """It is drawn, and goes out with its run."""
    of, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=2))
    state, _ = delivery.drawn(of, letter, of, at, NOW, by="c")
    return letters.left(state, letter, run, at, at, "c")[0]


def corrected(state: Correspondence, days: int = 9, **changes: Any) -> tuple[Correspondence, list[str]]:
    known = registrant(**{"email": None} | changes)
    at = CUT_OFF + timedelta(days=days)
    state, events = aftercare.correct(state, of_form(RegistrantCorrected, registrant=known, occurred_at=at), NOW)
    return state, [event.name for event in events]


@pytest.mark.parametrize(
    ("fate", "changes", "channel", "because"),
    [
        (BACK, {"address": "Số 9, Đông Phù"}, "letter", "to where he lives now"),
        (BACK, {"email": "mai@moi.example"}, "email", "by mail, which he gave meanwhile"),
        (BACK, {"phone": "0987654321"}, None, "his address is what it was"),
        (POSTED, {"address": "Số 9, Đông Phù"}, None, "it is still on its way"),
        (letters.delivered(BACK, date(2026, 6, 15)), {"address": "Số 9"}, None, "it arrived at a second attempt"),
    ],
)
def test_what_came_back_is_written_again_where_he_is_reached(
    fate: Fate, changes: dict[str, Any], channel: str | None, because: str
) -> None:
    before = with_fate(fate)
    state, said = corrected(before, **changes)
    assert state.message(LETTER) == before.message(LETTER), "what became of the first letter stays on record"
    assert state.has(AGAIN) is (channel is not None), because
    if channel is not None:
        again = state.message(AGAIN)
        assert said == ["notification-queued"]
        assert (again.channel, again.state, again.fate, again.leaves_at) == (channel, "queued", None, None)
        assert (again.created_at, again.number, again.text) == (NOW, "15/UBND-VP", 2), "the same document"


def test_it_is_written_again_once() -> None:
    state, _ = corrected(with_fate(BACK), address="Số 9, Đông Phù")
    state, said = aftercare.correct(
        state,
        of_form(
            RegistrantCorrected,
            registrant=registrant(email=None, address="Số 11, Đông Phù"),
            occurred_at=CUT_OFF + timedelta(days=10),
        ),
        CUT_OFF,
    )
    assert said == [], "it waits, and goes to the newer address"
    assert as_again(state.message(AGAIN)) not in {message.id for message in state.messages}


@pytest.mark.parametrize(
    ("state", "code", "because"),
    [
        (with_fate(POSTED), "not-now", "it is on its way"),
        (with_fate(letters.delivered(BACK, date(2026, 6, 15))), "not-now", "it arrived after all"),
        (corrected(with_fate(BACK), address="Số 9, Đông Phù")[0], "not-now", "it is on its way once more"),
        (with_fate(BACK), None, "it lies in the office"),
    ],
)
def test_what_came_back_may_be_handed_over(state: Correspondence, code: str | None, because: str) -> None:
    command = RecordHandOver(actor=actor(), key="h", notification=LETTER, note="Giao tại nhà ngày 15/6")
    if code is None:
        assert delivery.hand_over(state, command, CUT_OFF)[0].message(LETTER).channel == "in-person", because
        return
    with pytest.raises(Refusal) as refused:
        delivery.hand_over(state, command, CUT_OFF)
    assert refused.value.code == code, because


@pytest.mark.parametrize(
    ("changes", "channel", "because"),
    [
        ([{"address": "Số 9, Đông Phù"}], "letter", "he lives elsewhere by now"),
        ([{"email": "mai@moi.example"}], "email", "he has a mailbox by now"),
        ([{"phone": "0987654321"}], None, "he is reached nowhere else"),
        ([{"address": "Số 9, Đông Phù"}, {}], None, "it was put back as it was"),
        ([{"address": None}], None, "nothing leads to him any more"),
    ],
)
def test_what_comes_back_after_he_was_set_right_is_written_again_at_once(
    changes: list[dict[str, Any]], channel: str | None, because: str
) -> None:
    state = with_fate(POSTED)
    for days, one in enumerate(changes):
        state, said = corrected(state, days, **one)
        assert said == [], "it is on its way"
    state, events = letters.learn(state, LETTER, BACK, CUT_OFF)
    again = ["notification-queued"] if channel else []
    assert [event.name for event in events] == ["letter-returned", *again], because
    assert state.message(LETTER).fate == BACK
    assert state.has(AGAIN) is (channel is not None), because
    if channel is not None:
        assert (state.message(AGAIN).channel, state.message(AGAIN).number) == (channel, "15/UBND-VP")
    assert letters.learn(state, LETTER, BACK, CUT_OFF) == (state, []), "once"


def test_the_second_letter_may_come_back_too() -> None:
    state, _ = corrected(with_fate(BACK), address="Số 9, Đông Phù")
    state = leaves(state, AGAIN, f"{RUN}-2")
    state, _ = corrected(state, 20, address="Số 11, Đông Phù")
    state, events = letters.learn(state, AGAIN, replace(BACK, run=f"{RUN}-2"), CUT_OFF)
    assert [event.name for event in events] == ["letter-posted", "letter-returned", "notification-queued"]
    assert state.messages[-1].id == f"{AGAIN}.again"


def test_once_its_address_is_forgotten_nobody_knows_whether_he_is_reached_elsewhere() -> None:
    state, _ = corrected(with_fate(POSTED), address="Số 9, Đông Phù")
    state = forget(state, CUT_OFF)
    assert state.message(LETTER).drawn_for is None
    state, events = letters.learn(state, LETTER, BACK, CUT_OFF)
    assert [event.name for event in events] == ["letter-returned"]


def bounced(kind: Any) -> tuple[Correspondence, str]:
    """A mail about the dialogue that nobody took, so that it became a letter."""
    state, _ = rules.acknowledge(None, submission_received(registrant=registrant()), NOW)
    state, _ = hears(replace(state, messages=()), kind)
    [mail] = state.messages
    state, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=2))
    state, _ = delivery.failed(state, mail.id, "550 no such user", NOW, permanent=True, by="c")
    return state, as_letter(mail)


@pytest.mark.parametrize("kind", [INVITED, WAITLISTED, RESCHEDULED], ids=lambda one: one.name)
def test_a_letter_that_a_mail_became_is_mended_like_any(kind: Any) -> None:
    state, letter = bounced(kind)
    claimed, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=2))
    failed, _ = delivery.failed(claimed, letter, "Không in được chữ này.", NOW, permanent=True, by="c")
    assert corrected(failed, email="mai@nguoidan.example", address="Số 9")[1] == ["notification-queued"]
    back, _ = letters.learn(leaves(state, letter, at=TODAY), letter, BACK, NOW)
    assert corrected(back, email="mai@nguoidan.example", address="Số 9")[1] == ["notification-queued"]


def test_what_a_mailbox_refused_does_not_go_back_there_when_its_letter_came_back() -> None:
    state, letter = bounced(INVITED)
    state, _ = letters.learn(leaves(state, letter, at=TODAY), letter, BACK, NOW)
    state, _ = corrected(state, 9, email="mai@nguoidan.example", address="Số 9")
    state, said = corrected(state, 10, email="mai@nguoidan.example", address="Số 9", phone="0987654321")
    again = state.messages[-1]
    assert (again.id, again.channel, again.to, said) == (f"{letter}.again", "letter", (), [])
