"""A letter that came back: somebody hands it over, or it is written again once the address is set right."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.notify import aftercare, delivery, rules
from services.notify.correspondence import Correspondence, Fate
from services.notify.messages import as_again, put
from services.notify.posting import letters
from shared.contracts import Refusal
from shared.contracts.intake import RegistrantCorrected
from shared.contracts.notify import RecordHandOver
from shared.contracts.routing import AnswerApproved
from tests.builders import NOW, SUBMISSION, actor, of_form, of_question, registrant, submission_received
from tests.unit.posting_scene import CUT_OFF, RUN

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
    drawn = replace(message, state="drawn", leaves_at=CUT_OFF, next_action_at=None, text=2, number="15/UBND-VP")
    state, _ = letters.left(put(state, drawn), LETTER, RUN, CUT_OFF, CUT_OFF)
    return letters.learn(state, LETTER, fate, CUT_OFF)[0]


def corrected(state: Correspondence, **changes: Any) -> tuple[Correspondence, list[str]]:
    known = registrant(**{"email": None} | changes)
    state, events = aftercare.correct(
        state, of_form(RegistrantCorrected, registrant=known, occurred_at=CUT_OFF + timedelta(days=9)), CUT_OFF
    )
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
