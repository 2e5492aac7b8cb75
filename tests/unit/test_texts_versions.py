"""A commune's own text: saved by the office, never changed again; what was sent keeps the version it was made with."""

from datetime import timedelta

import pytest

from services.notify.texts import versions
from services.notify.texts.shipped import shipped
from services.notify.texts.versions import Words, text_of
from shared.contracts import Refusal
from tests.builders import COMMUNE, NOW

ONE, TWO = Words("một", "Một", "Một./."), Words("hai", "Hai", "Hai./.")
SHIPPED = shipped("answer")
NONE = versions.begin(COMMUNE, "answer")


def saved(own, words, based_on, by="Trần Thị Hạnh", at=NOW):
    after, events = versions.save(own, words, based_on, by, at)
    assert events == []
    return after


def test_a_commune_begins_with_the_shipped_text():
    assert (NONE.newest, text_of(NONE, 0, SHIPPED), text_of(None, 0, SHIPPED)) == (0, SHIPPED, SHIPPED)


def test_what_is_saved_is_a_new_version_and_the_old_one_stays():
    own = saved(saved(NONE, ONE, 0), TWO, 1)
    assert own.newest == 2
    assert [text_of(own, number, SHIPPED).body for number in (0, 1, 2)] == [SHIPPED.body, "Một./.", "Hai./."]
    assert [text_of(own, number, SHIPPED).version for number in (0, 1, 2)] == [0, 1, 2]
    assert (own.saved_at, own.versions[1].saved_by) == (NOW, "Trần Thị Hạnh")


def test_the_same_save_a_second_time_changes_nothing():
    own = saved(NONE, ONE, 0)
    assert saved(own, ONE, 0, at=NOW + timedelta(seconds=2)) == own
    back = saved(own, None, 1)
    assert saved(back, None, 1) == back


@pytest.mark.parametrize(
    ("words", "did"), [(TWO, "lưu bản số 2"), (None, "quay về bản mẫu có sẵn (bản số 2)")], ids=["saved", "went back"]
)
def test_who_edited_an_older_version_is_told_who_did_what_meanwhile(words, did):
    own = saved(saved(NONE, ONE, 0), words, 1, by="Phạm Thu Trang", at=NOW + timedelta(hours=1))
    with pytest.raises(Refusal) as refused:
        versions.save(own, Words("ba", "Ba", "Ba./."), 1, "Trần Thị Hạnh", NOW)
    assert refused.value.code == "stale"
    for told in ("Phạm Thu Trang", did, "10:30 ngày 20/04/2026", "bản số 1"):
        assert told in refused.value.reason
    assert own.newest == 2


def test_what_is_based_on_no_version_there_is_is_refused():
    with pytest.raises(Refusal, match="Không có bản số 4"):
        versions.save(NONE, ONE, 4, "Trần Thị Hạnh", NOW)


def test_back_to_the_shipped_text_is_a_version_of_its_own():
    own = saved(saved(NONE, ONE, 0), None, 1)
    text = text_of(own, 2, SHIPPED)
    assert (text.body, text.version, text_of(own, 1, SHIPPED).body) == (SHIPPED.body, 2, "Một./.")
    assert saved(own, TWO, 2).newest == 3


def test_a_version_that_was_never_saved_is_nobodys():
    for own in (None, NONE, saved(NONE, ONE, 0)):
        with pytest.raises(LookupError):
            text_of(own, 2, SHIPPED)


def test_kinds_of_old_have_no_text():
    with pytest.raises(Refusal, match="không có mẫu văn bản"):
        versions.name_of("escalation")
    with pytest.raises(LookupError):
        shipped("reminder")
