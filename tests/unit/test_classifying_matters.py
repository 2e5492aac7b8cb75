"""Where a question may be cut, and that a story is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.classifying.matters import grouped, of_words, pieces
from services.routing.classifying.vocabulary import classifier_for
from services.routing.classifying.words import Words
from shared.communes import PROFILES, read_profile

CLASSIFIER = classifier_for(read_profile(PROFILES / "thanh-tri.yaml"))


def cut(text):
    return [text[piece.begin : piece.end].strip() for piece in pieces(Words.of(text))]


@pytest.mark.parametrize(
    ("text", "number", "because"),
    [
        ("Đường vào xóm ổ gà chi chít, bao giờ sửa? Thẻ bảo hiểm của mẹ tôi bao giờ có?", 2, "two sentences"),
        ("1. Đường vào xóm bao giờ mới sửa xong 2. Thẻ bảo hiểm của mẹ tôi bao giờ có", 2, "a list"),
        ("đường vào xóm bao giờ mới sửa xong, với lại thẻ bảo hiểm của mẹ bao giờ có", 2, "something is added"),
        ("Đường vào xóm tôi hư từ lâu. Nhưng thôn nói còn phải chờ tỉnh cấp vốn.", 1, "it goes on with what was said"),
        ("Nhà tôi ở TP. Quảng Ngãi chuyển về xã từ năm 2024 tới nay", 1, "an abbreviation ends no sentence"),
        ("Đền bù 3.500.000 đồng một mét có đúng giá của tỉnh không ạ", 1, "nor does a number"),
        ("Đường hư. Bao giờ sửa?", 1, "pieces of a word or two stand with others"),
    ],
)
def test_a_text_is_cut_where_something_else_may_begin(text, number, because):
    assert len(cut(text)) == number, because


@given(st.text(max_size=300))
def test_the_pieces_are_the_whole_text_in_order(text):
    words = Words.of(text)
    found = pieces(words)
    if words.as_written:
        assert "".join(text[piece.begin : piece.end] for piece in found) == text
        assert [word for piece in found for word in piece.words] == list(range(len(words.lower)))
        assert len(of_words(found, len(words.lower))) == len(words.lower)


def test_an_endless_list_has_as_many_pieces_as_somebody_reads():
    assert len(cut("Đường vào xóm tôi hư nặng lắm rồi. " * 200)) <= 14


def chances(*rows):
    return np.array(rows, np.float32)


TWO = "Đường vào xóm bao giờ mới sửa? Thẻ bảo hiểm của mẹ bao giờ có?"
ROAD, CARD, NEITHER = (0.98, 0.02), (0.02, 0.98), (0.5, 0.5)


def test_two_that_ask_for_different_departments_are_two_matters():
    assert len(grouped(pieces(Words.of(TWO)), chances(ROAD, CARD))) == 2


@pytest.mark.parametrize("second", [ROAD, NEITHER])
def test_one_department_or_none_in_particular_is_one_matter(second):
    assert len(grouped(pieces(Words.of(TWO)), chances(ROAD, second))) == 1


def test_what_asks_for_nothing_is_no_matter_of_its_own():
    story = "Hôm đó trời mưa to nước ngập hết cả xóm. Thẻ bảo hiểm của mẹ tôi bao giờ có?"
    assert len(grouped(pieces(Words.of(story)), chances(ROAD, CARD))) == 1


@pytest.mark.parametrize(
    ("text", "departments"),
    [
        (
            "Đường vào xóm tôi ổ gà chi chít, bao giờ sửa? Ngoài ra thẻ bảo hiểm y tế của cháu sai tên, sửa ở đâu?",
            ["phong-kinh-te", "phong-van-hoa-xa-hoi"],
        ),
        ("Đường vào xóm tôi ổ gà chi chít. Đèn đường cũng hư, bao giờ sửa?", []),
        (
            "Tôi đi làm khai sinh cho cháu hai lần, lần đầu mất điện, lần sau đường ngập. Vậy giấy chứng sinh sai "
            "tên mẹ thì khai sinh làm thế nào?",
            [],
        ),
    ],
)
def test_several_matters_are_proposed_where_they_go_to_different_departments(text, departments):
    said = CLASSIFIER.classify(text)
    assert [matter.department for matter in said.matters] == departments
    assert said.triage or not departments
    if departments:
        assert "".join("".join(matter.text for matter in said.matters).split()) == "".join(text.split())
