"""In which words citizens' pages say where a dialogue stands."""

from datetime import datetime, timedelta

import pytest

from services.intake.dialogue import Announcement, State
from services.intake.words import sentence, standing
from tests.builders import CLOSES_AT, COMMUNE, DIALOGUE, HELD_AT, NOW, PLACE, TITLE


@pytest.mark.parametrize(
    ("state", "at", "words", "because"),
    [
        (State.PLANNED, NOW, "Dự kiến", "nobody can register yet"),
        (State.ANNOUNCED, NOW, "Đang nhận đăng ký", "forms are taken"),
        (State.ANNOUNCED, CLOSES_AT + timedelta(seconds=1), "Đã hết hạn đăng ký", "deadlines says so in a moment"),
        (State.REGISTRATION_CLOSED, CLOSES_AT, "Đã hết hạn đăng ký", "forms are late"),
        (State.REGISTRATION_CLOSED, HELD_AT, "Đang diễn ra", "the office has not said that it is over"),
        (State.HELD, HELD_AT, "Đã tổ chức, đang soạn kết luận", "the notice is owed"),
        (State.CONCLUDED, HELD_AT, "Đã có kết luận", "it can be read"),
        (State.SETTLED, HELD_AT, "Đã giải quyết xong", "nothing is owed"),
        (State.REPORTED, HELD_AT, "Đã giải quyết xong", "a report to the superior is no news to citizens"),
        (State.CANCELLED, NOW, "Đã hủy", "force majeure"),
    ],
)
def test_a_dialogue_stands_where_its_state_and_the_hour_say(
    state: State, at: datetime, words: str, because: str
) -> None:
    assert standing(Announcement(DIALOGUE, COMMUNE, TITLE, HELD_AT, PLACE, state, CLOSES_AT), at) == words, because


def test_every_sentence_has_its_stop() -> None:
    assert [sentence(text) for text in ("Bão", "Bão.", "Vì sao?", "", None)] == ["Bão.", "Bão.", "Vì sao?", "", ""]
