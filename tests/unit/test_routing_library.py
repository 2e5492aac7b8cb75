"""What may stand in the library: nothing certain that tells who asked, of the likely only what a person has read."""

import pytest

from services.routing.library import propose_publication, publish_answer
from services.routing.question import State
from shared.contracts import Refusal
from shared.contracts.routing import AnswerPublished, ProposePublication, PublishAnswer
from shared.contracts.taxonomy import Scope
from tests.unit.routing_questions import (
    CHAIRMAN,
    CLERK,
    NOW,
    OFFICE_CONTACTS,
    OFFICE_HEAD,
    OFFICER,
    STRANGER,
    a_question,
    about_it,
)

PUBLIC = (*OFFICE_CONTACTS, "Số 12 đường Nguyễn Bặc, xã Thanh Trì")
SETTLED = a_question(State.SETTLED, text="Tôi là Trần Thị Bưởi, 0912345678, hỏi về sổ đỏ.")


def publish(asked="Bao giờ có sổ đỏ?", answered="Trong quý IV.", actor=CHAIRMAN, question=SETTLED, **more):
    return publish_answer(question, about_it(PublishAnswer, actor, asked=asked, answered=answered, **more), PUBLIC, NOW)


def propose(answered="Bà Bưởi được cấp sổ.", actor=CHAIRMAN, question=SETTLED, known=()):
    return propose_publication(question, about_it(ProposePublication, actor, known=known), answered, PUBLIC)


@pytest.mark.parametrize(
    ("words", "kept", "named"),
    [
        ("Gọi 0912345678 nhé", ("0912345678",), "số điện thoại “0912345678”"),
        ("Thư mai@nha.example", ("mai@nha.example",), "thư điện tử “mai@nha.example”"),
        ("CCCD 001185012345", ("001185012345",), "số giấy tờ tùy thân “001185012345”"),
        ("Bà Trần Thị Bưởi hỏi", (), "họ tên “Trần Thị Bưởi”"),
        ("Bà Trần Thị Bưởi hỏi", ("Bưởi",), "họ tên “Trần Thị Bưởi”"),
        ("Nhà số 5 ngõ 3", (), "địa chỉ"),
    ],
)
def test_what_tells_who_asked_is_refused_and_named(words, kept, named):
    for where in ("asked", "answered"):
        with pytest.raises(Refusal) as refusal:
            publish(**{where: words}, kept=kept)
        assert refusal.value.code == "invalid"
        part = {"asked": "nội dung câu hỏi", "answered": "nội dung câu trả lời"}[where]
        assert (named in refusal.value.reason, part in refusal.value.reason) == (True, True), refusal.value.reason


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Ông Trần Văn Lộc ở Phòng Kinh tế trả lời.", ("Trần Văn  Lộc",)),
        ("Xin đến số 12 đường Nguyễn Bặc, gọi 024 3861 1234.", ()),
        ("Bao giờ thôn Nội có sổ đỏ?", ()),
    ],
)
def test_what_a_person_has_read_and_what_is_the_offices_own_may_stand(words, kept):
    question, [told] = publish(answered=words, kept=kept)
    assert isinstance(told, AnswerPublished)
    assert told.answered == words
    assert publish(answered=words, kept=kept, question=question) == (question, []), "the same again"


def test_what_nobody_has_filled_in_is_not_shown_to_everybody():
    with pytest.raises(Refusal, match=r"chưa điền: \{mã hồ sơ\}"):
        publish(answered="Hồ sơ {mã hồ sơ} đang giải quyết.")


HIS = ("Trần Thị Bưởi", "Số 5 ngõ 3, thôn Nội, xã Thanh Trì", "+49 170 123 4567", "buoi@nha.example")


@pytest.mark.parametrize(
    ("words", "kept", "refused", "because"),
    [
        ("tran thi buoi hỏi", ("tran thi buoi",), "Còn họ tên “tran thi buoi”", "his name, kept or not"),
        ("TRẦN THỊ BƯỞI", (), "Còn họ tên “TRẦN THỊ BƯỞI”", "his name in capitals"),
        ("so 5 ngo 3 thon noi", ("so 5 ngo 3 thon noi",), "Còn địa chỉ “so 5 ngo 3 thon noi”", "his house"),
        ("gọi +49.170.1234567", (), "Còn số điện thoại “49.170.1234567”", "his number, no Vietnamese one"),
        ("chị Bưởi ở Phòng Kinh tế", ("Bưởi",), None, "another of that given name"),
        ("chị Trần Thị Buổi", ("Trần Thị Buổi",), None, "another name, told by its mark"),
        ("Thôn Nội, xã Thanh Trì bao giờ có sổ?", (), None, "all who live there"),
    ],
)
def test_what_is_the_askers_own_is_never_typed_back(words, kept, refused, because):
    if refused is None:
        assert publish(words, kept=kept, known=HIS)[1], because
        return
    with pytest.raises(Refusal) as refusal:
        publish(words, kept=kept, known=HIS)
    assert refused in refusal.value.reason, because


def test_of_a_hamlet_with_a_number_a_person_may_say_that_many_live_there():
    at, known = "thôn 3, xã Thanh Trì", ("Thôn 3, xã Thanh Trì",)
    assert publish(f"Bao giờ {at} có sổ?", kept=(at,), known=known)[1]


def test_a_proposal_holds_nobody_and_says_what_was_found():
    proposed = propose(known=("Trần Thị Bưởi",))
    assert proposed["asked"] == "Tôi là [họ tên], [số điện thoại], hỏi về sổ đỏ."
    assert proposed["answered"] == "Bà [họ tên] được cấp sổ."
    assert proposed["found"] == [
        {"where": "asked", "kind": "name", "text": "Trần Thị Bưởi", "mask": "[họ tên]"},
        {"where": "asked", "kind": "phone", "text": "0912345678", "mask": "[số điện thoại]"},
        {"where": "answered", "kind": "name", "text": "Bưởi", "mask": "[họ tên]"},
    ]
    assert propose(answered=None)["answered"] == ""
    words = {where: proposed[where] for where in ("asked", "answered")}
    assert publish(**words)[1], "what is proposed may be published"


@pytest.mark.parametrize(
    ("actor", "question", "code"),
    [
        (OFFICER, SETTLED, "forbidden"),
        (STRANGER, SETTLED, "forbidden"),
        (CLERK, a_question(State.SETTLED, scope=Scope.COMPLAINT), "invalid"),
        (OFFICE_HEAD, a_question(State.SETTLED, scope=Scope.DENUNCIATION), "invalid"),
    ],
)
def test_who_may_not_publish_is_proposed_nothing(actor, question, code):
    for act in (propose, publish):
        with pytest.raises(Refusal) as refusal:
            act(actor=actor, question=question)
        assert refusal.value.code == code
