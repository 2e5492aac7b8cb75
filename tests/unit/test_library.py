"""The library of answered questions: what stands in it, and how people find it."""

import random
import string
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.library.shelf import Published, Shelf, publish, unpublish, words_of
from shared.contracts import TooEarly
from shared.contracts.routing import AnswerPublished, AnswerUnpublished
from shared.contracts.taxonomy import QuestionField
from tests.builders import COMMUNE, NOW, of_question

LATER = NOW + timedelta(hours=1)
PUBLISHED = of_question(AnswerPublished)
TAKEN_OUT = of_question(AnswerUnpublished, occurred_at=LATER)


def entry(id: str, asked: str, answered: str = "Mang căn cước đến bộ phận một cửa.", **changes: object) -> Published:
    known = Published(id, COMMUNE, QuestionField.CIVIL_STATUS, asked, answered, NOW, NOW, NOW)
    return replace(known, **changes)  # type: ignore[arg-type]


# --- what stands in it ----------------------------------------------------------------------------------------------


def test_an_answer_stands_in_the_library_once_however_often_that_is_said() -> None:
    first, said = publish(None, PUBLISHED, NOW)
    assert (first.asked, first.answered, first.shown, said) == (PUBLISHED.asked, PUBLISHED.answered, True, [])
    assert publish(first, PUBLISHED, LATER) == (first, [])


def test_what_is_taken_out_leaves_no_words_behind() -> None:
    first, _ = publish(None, PUBLISHED, NOW)
    gone, _ = unpublish(first, TAKEN_OUT, LATER)
    assert (gone.asked, gone.answered, gone.shown) == ("", "", False)
    assert unpublish(gone, TAKEN_OUT, LATER) == (gone, [])


def test_the_last_word_counts_in_whatever_order_they_come() -> None:
    first, _ = publish(None, PUBLISHED, NOW)
    gone, _ = unpublish(first, TAKEN_OUT, LATER)
    assert publish(gone, PUBLISHED, LATER)[0].shown is False, "that was said before"
    again = of_question(AnswerPublished, occurred_at=LATER + timedelta(hours=1), asked="Lệ phí là bao nhiêu?")
    back, _ = publish(gone, again, LATER)
    assert (back.shown, back.asked) == (True, "Lệ phí là bao nhiêu?")
    assert unpublish(back, TAKEN_OUT, LATER)[0] == back
    with pytest.raises(TooEarly):
        unpublish(None, TAKEN_OUT, LATER)


# --- how people find it ---------------------------------------------------------------------------------------------

ENTRIES = {
    "khai-sinh": "Cấp lại giấy khai sinh bị mất cần những giấy tờ gì?",
    "khai-sinh-muon": "Đăng ký khai sinh muộn cho con thì làm thế nào?",
    "dat": "Tách thửa đất ở cần diện tích tối thiểu bao nhiêu?",
    "duong": "Bao giờ xã sửa đường thôn Nội bị ngập?",
    "rac": "Vì sao xe rác không vào ngõ nhỏ?",
    "the": "Thẻ bảo hiểm y tế của trẻ em dưới 6 tuổi cấp ở đâu?",
}


def shelf() -> Shelf:
    made = Shelf()
    for place, (id, asked) in enumerate(ENTRIES.items()):
        made.put(entry(id, asked, published_at=NOW + timedelta(minutes=place)))
    return made


@pytest.mark.parametrize(
    ("query", "found", "because"),
    [
        ("giấy khai sinh", ["khai-sinh", "khai-sinh-muon"], "the first has all of it"),
        ("giay khai sinh", ["khai-sinh", "khai-sinh-muon"], "typed without diacritics"),
        ("TÁCH THỬA", ["dat"], "capitals do not matter"),
        ("đường ngập", ["duong"], "words apart from each other"),
        ("bảo hiểm y tế", ["the"], "one entry"),
        ("bộ phận một cửa", [*sorted(ENTRIES, key=list(ENTRIES).index, reverse=True)], "it stands in all answers"),
        ("máy bay", [], "nobody asked that"),
        ("?!", [], "no word at all"),
        ("", [], "nothing"),
    ],
)
def test_a_search_finds_the_words_with_the_best_first(query: str, found: list[str], because: str) -> None:
    assert shelf().search(query) == found, because


@pytest.mark.parametrize(
    ("question", "like", "because"),
    [
        ("Tôi bị mất giấy khai sinh, xin cấp lại giấy khai sinh thì cần giấy tờ gì ạ?", ["khai-sinh"], "the same"),
        ("xin hoi cap lai giay khai sinh", ["khai-sinh"], "half typed, without diacritics"),
        ("Đường thôn Nội bị ngập, bao giờ sửa?", ["duong"], "in another order"),
        ("Giấy phép xây dựng nhà ở cần giấy tờ gì?", [], "another paper"),
        ("Thôn Nội có bao nhiêu hộ nghèo?", [], "the same hamlet alone"),
        ("khai", [], "one word tells nothing"),
    ],
)
def test_a_question_that_is_typed_is_told_from_others(question: str, like: list[str], because: str) -> None:
    assert shelf().like(question, 1) == like, because


def test_what_was_taken_out_or_reworded_is_found_no_more() -> None:
    made = shelf()
    made.put(entry("khai-sinh", "", "", shown=False))
    made.put(entry("dat", "Chuyển mục đích sử dụng đất vườn thì nộp hồ sơ ở đâu?"))
    assert made.search("giấy khai sinh bị mất") == []
    assert (made.search("tách thửa"), made.search("đất vườn")) == ([], ["dat"])
    assert (len(made), made.latest()[0]) == (5, "the")


CHANGES = st.lists(st.tuples(st.sampled_from("abcd"), st.text(max_size=40), st.booleans()), max_size=20)


@given(CHANGES, st.text(max_size=40))
def test_only_what_stands_there_is_ever_found(changes: list[tuple[str, str, bool]], query: str) -> None:
    made, stands = Shelf(), dict[str, str]()
    for id, asked, shown in changes:
        made.put(entry(id, asked, shown=shown))
        stands = {key: text for key, text in stands.items() if key != id} | ({id: asked} if shown else {})
    assert {*made.search(query), *made.like(query, 3)} <= set(stands)
    assert sorted(made.latest()) == sorted(stands)


def test_ten_thousand_entries_are_searched_while_somebody_types() -> None:
    chance = random.Random(7)
    words = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(2, 5))) for _ in range(2_000)]
    often = words_of("thủ tục hồ sơ giấy tờ đất đai khai sinh nhà ở xây dựng đường thôn bảo hiểm hộ khẩu")
    made = Shelf()
    for number in range(10_000):
        asked = " ".join(chance.choices(words, k=8) + chance.choices(often, k=8))
        made.put(entry(str(number), asked, " ".join(chance.choices(words + often * 20, k=60))))
    query = "Tôi xin hỏi thủ tục hồ sơ cấp giấy khai sinh, đất đai nhà ở xây dựng cần giấy tờ gì, thôn nào"
    for find in (lambda: made.like(query, 3), lambda: made.search("hồ sơ giấy khai sinh")):
        started = perf_counter()
        for _ in range(5):
            find()
        assert (perf_counter() - started) / 5 < 0.15, "a page takes 50 ms of it on an idle machine"
