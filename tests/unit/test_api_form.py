"""The form as it is filled in online: what is taken, what must be mended, and who may see it later."""

import unicodedata
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.intake.pages.online_form import (
    MOST_QUESTIONS,
    NO_CONTACT,
    NO_NAME,
    NO_QUESTION,
    TOO_MANY,
    WRONG_EMAIL,
    Form,
    WrongForm,
    asked_in,
    read,
)
from services.intake.pages.session import may_see
from services.intake.submissions import Submission
from shared.contracts.people import MAX_QUESTION, Registrant, Section
from tests.builders import COMMUNE, NOW, SUBMISSION, question
from tests.effort import calls

ASKED = "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"
GOOD: dict[str, Any] = {"name": "Nguyễn Thị Mai", "phone": "0912345678", "questions": [{"text": ASKED}]}


def problems(**changes: Any) -> Mapping[str, str]:
    with pytest.raises(WrongForm) as refused:
        read(Form(**GOOD | changes))
    return refused.value.problems


def taken(**changes: Any) -> tuple[Registrant, tuple[str, ...]]:
    registrant, matters = read(Form(**GOOD | changes))
    return registrant, tuple(matter.text for matter in matters)


@pytest.mark.parametrize(
    ("changes", "expected", "because"),
    [
        ({"name": ""}, {"name": NO_NAME}, "who asks must be known"),
        ({"name": "\x00\x07\u200b\u202e"}, {"name": NO_NAME}, "nothing is left of control characters"),
        ({"name": "0912 345 678"}, {"name": NO_NAME}, "a number is no name"),
        ({"name": "N" * 10_000}, {"name": "Họ và tên dài quá 200 ký tự. Xin ghi gọn lại."}, "a name is short"),
        ({"phone": None}, {"contact": NO_CONTACT}, "there is no way to answer"),
        ({"phone": " ", "email": "", "address": "\t"}, {"contact": NO_CONTACT}, "blanks are no way to answer"),
        (
            {"phone": "12345"},
            {"phone": "Số điện thoại chưa đúng. Số gồm 9 đến 15 chữ số, ví dụ 0912345678."},
            "a number too short to call",
        ),
        ({"email": "mai"}, {"email": WRONG_EMAIL}, "no mail can go there"),
        ({"email": "mai@example.vn\r\nBcc: all@example.vn"}, {"email": WRONG_EMAIL}, "a second header in the address"),
        ({"email": "mai@example.vn,bo@example.vn"}, {"email": WRONG_EMAIL}, "two addresses"),
        ({"email": "mái@example.vn"}, {"email": WRONG_EMAIL}, "the keyboard slipped a diacritic in"),
        ({"email": f"{'m' * 250}@example.vn"}, {"email": WRONG_EMAIL}, "longer than any address may be"),
        ({"address": "Số 5 " * 200}, {"address": "Địa chỉ dài quá 500 ký tự. Xin ghi gọn lại."}, "too long for a line"),
        ({"questions": []}, {"questions": NO_QUESTION}, "nothing is asked"),
        ({"questions": [{"text": " \u200b\n"}]}, {"questions": NO_QUESTION}, "nothing that can be seen is asked"),
        *[
            ({"questions": [{"text": text}]}, {"questions": NO_QUESTION}, "nothing is said")
            for text in ("\u3164\u3164", "\u206a\u206a", "\u034f", "\u180e", "\ufffe", "\u2800", "...")
        ],
        ({"name": "\u3164\u3164"}, {"name": NO_NAME}, "a name of letters of nothing"),
        ({"phone": None, "address": "\u206a\u206a"}, {"contact": NO_CONTACT}, "no letter gets there"),
        ({"phone": None, "address": "-"}, {"contact": NO_CONTACT}, "nor there"),
        ({"questions": [{"text": ASKED}] * 21}, {"questions": TOO_MANY}, "the form has twenty"),
        (
            {"questions": [{"text": ASKED}, {"text": "Vì sao " * 15_000}]},
            {
                "questions/1/text": "Câu hỏi bắt đầu bằng “Vì sao Vì sao Vì sao Vì sao Vì sao Vì sa…” "
                "dài quá 20.000 ký tự. Xin viết gọn lại."
            },
            "a question of 100 kB",
        ),
        (
            {"name": "", "phone": None, "email": "x", "questions": []},
            {"name": NO_NAME, "email": WRONG_EMAIL, "questions": NO_QUESTION},
            "everything is told at once",
        ),
    ],
)
def test_what_must_be_mended_is_told_by_its_place(
    changes: dict[str, Any], expected: dict[str, str], because: str
) -> None:
    assert problems(**changes) == expected, because


@pytest.mark.parametrize(
    ("changes", "expected", "because"),
    [
        ({"phone": "+84 (912) 345-678"}, {"phone": "+84912345678"}, "blanks and dashes are how people write numbers"),
        ({"phone": None, "address": "Số 5, thôn Nội"}, {"phone": None, "address": "Số 5, thôn Nội"}, "by letter"),
        (
            {"phone": None, "email": " mai@example.vn\n"},
            {"email": "mai@example.vn"},
            "what surrounds it is no part of it",
        ),
        ({"name": "  Nguyễn\x00 Thị\r\n  Mai\u200b "}, {"name": "Nguyễn Thị Mai"}, "cleaned into one line"),
        ({"name": unicodedata.normalize("NFD", "Nguyễn Thị Mai")}, {"name": "Nguyễn Thị Mai"}, "one form of Unicode"),
        ({"name": "N" * 200}, {"name": "N" * 200}, "the longest name"),
        ({"email": "", "address": ""}, {"email": None, "address": None}, "an empty field is none"),
        ({"address": "-"}, {"address": None}, "so people mark what they leave out"),
        ({"name": "Mai\ufffe"}, {"name": "Mai"}, "what is no character"),
    ],
)
def test_what_people_type_is_taken_as_they_mean_it(
    changes: dict[str, Any], expected: dict[str, Any], because: str
) -> None:
    registrant, _ = taken(**changes)
    assert {name: getattr(registrant, name) for name in expected} == expected, because


@pytest.mark.parametrize(
    ("questions", "expected", "because"),
    [
        ([f"\x1b[31m{ASKED}\x00"], [f"[31m{ASKED}"], "what steers a terminal is cleaned away"),
        ([ASKED, "", " "], [ASKED], "an empty line is no question"),
        (["a" * MAX_QUESTION], ["a" * MAX_QUESTION], "the longest question"),
        ([ASKED] * MOST_QUESTIONS, [ASKED] * MOST_QUESTIONS, "the fullest form"),
        (["Dòng một.\r\nDòng hai?"], ["Dòng một.\nDòng hai?"], "lines are kept"),
    ],
)
def test_questions_are_kept_as_they_were_asked(questions: list[str], expected: list[str], because: str) -> None:
    assert list(taken(questions=[{"text": text} for text in questions])[1]) == expected, because


def test_the_boxes_of_the_page_are_taken_apart_in_their_order() -> None:
    boxes: dict[Section, str] = {"handling": "1. Vì sao chậm?\n2. Bao giờ xong?", "procedures": ASKED}
    assert [(asked.section, asked.text) for asked in asked_in(boxes)] == [
        ("handling", "Vì sao chậm?"),
        ("handling", "Bao giờ xong?"),
        ("procedures", ASKED),
    ]


@pytest.mark.parametrize(
    "box", ["a\n" * 490_000, "- a\n" * 240_000, "a?\n\n" * 240_000, "a " * 490_000, "a*" * 450_000]
)
def test_an_endless_box_is_refused_before_it_is_taken_apart(box: str) -> None:
    assert list(problems(questions=asked_in({"procedures": box}))) == ["questions/0/text"]
    assert calls(lambda: problems(questions=asked_in({"procedures": box}))) < 5_000


typed_texts = st.text(st.characters(exclude_categories=()), max_size=40)
typed_forms = st.fixed_dictionaries(
    dict.fromkeys(("phone", "email", "address"), st.none() | typed_texts)
    | {"name": st.text(max_size=250), "questions": st.lists(st.fixed_dictionaries({"text": typed_texts}))}
)


@given(typed_forms)
@example({"name": "N\ud800", "phone": "091234567", "questions": [{"text": "Hỏi \udfff gì?"}]})
@example({"name": "N", "phone": "٠٩١٢٣٤٥٦٧٨", "questions": [{"text": "?"}]})
def test_any_form_is_either_taken_clean_or_refused_in_words(typed: dict[str, Any]) -> None:
    try:
        registrant, matters = read(Form(**typed))
    except WrongForm as refused:
        told = list(refused.problems.values())
        assert told
        assert all(sentence.endswith(".") for sentence in told)
        return
    assert registrant.reachable
    assert 1 <= len(matters) <= MOST_QUESTIONS
    texts = [registrant.name, registrant.email or "", registrant.address or "", *(matter.text for matter in matters)]
    for text in texts:
        assert unicodedata.is_normalized("NFC", text)
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in text if character not in "\n\t")


def submission(**registrant: Any) -> Submission:
    known: dict[str, Any] = {"name": "Nguyễn Thị Mai", "phone": None, "email": None, "address": None}
    person = Registrant(**known | registrant)
    return Submission(SUBMISSION, COMMUNE, "K7QX-3M9M", "", "web", NOW, True, person, (question(),))


@pytest.mark.parametrize(
    ("registrant", "contact", "sees", "because"),
    [
        ({"phone": "0912345678"}, "5678", True, "the last four digits"),
        ({"phone": "0912345678"}, " 0912 345 678", True, "the whole number is more than enough"),
        ({"phone": "+84912345678"}, "+84 912 345 678", True, "as it was written on the form"),
        ({"phone": "0912345678"}, "5679", False, "another number"),
        ({"phone": "0912345678"}, "678", False, "three digits are too few"),
        ({"phone": "0912345678"}, "", False, "nothing was given"),
        ({"email": "Mai@Example.vn"}, "mai@example.VN ", True, "capitals do not matter in an address"),
        ({"email": "mai@example.vn"}, "mai@example.com", False, "another address"),
        ({"phone": "0912345678", "email": "mai@example.vn"}, "mai@example.vn", True, "either will do"),
        ({"phone": "0912345678"}, "Nguyễn Thị Mai", False, "a name is known to many"),
        ({"address": "Số 5"}, "nguyễn  thị mai", True, "there is nothing else to ask for"),
        ({"address": "Số 5"}, "Nguyen Thi Mai", True, "not every keyboard has diacritics"),
        ({"address": "Số 5"}, "Nguyễn Thị Mây", False, "another name"),
        ({"address": "Số 5"}, "", False, "nothing was given"),
    ],
)
def test_a_form_is_shown_to_whoever_knows_the_contact_on_it(
    registrant: dict[str, Any], contact: str, sees: bool, because: str
) -> None:
    assert may_see(submission(**registrant), contact) is sees, because
