"""Which answered questions are suggested, how well like ones are found, and that many cost no more than few."""

from itertools import islice, product
from random import Random
from string import ascii_lowercase
from timeit import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.archives import MOST_KEPT, SPARE, with_more
from services.routing.question import State
from services.routing.suggestions import AT_LEAST, MOST, Archive, may_be_suggested, templates_for
from services.routing.templates import AnswerTemplate
from shared.contracts.routing import Proposal
from shared.contracts.taxonomy import Scope
from tests.effort import calls
from tests.unit.routing_questions import ECONOMY, HEALTH, LAND, a_question
from tests.unit.test_likeness import ASK_SOMETHING_ELSE, ASK_THE_SAME


def an_archive(texts):
    archive = Archive()
    for id, text in texts.items():
        archive.put(id, text)
    return archive


ANSWERED = {f"q{number}": asked for number, (asked, _) in enumerate(ASK_THE_SAME)}
OTHERS = {f"x{number}": asked for number, (_, asked) in enumerate(ASK_SOMETHING_ELSE)}


def test_who_asks_the_same_finds_the_answer_first():
    archive = an_archive(ANSWERED | OTHERS)
    firsts = [archive.nearest(pair[1])[:1] for pair in ASK_THE_SAME]
    right = [bool(first) and first[0][1] == f"q{number}" for number, first in enumerate(firsts)]
    assert sum(right) >= len(ASK_THE_SAME) - 1, "one pair is beyond a measure that knows only words"


def test_the_same_words_are_wholly_alike_and_strange_ones_not_at_all():
    archive = an_archive(ANSWERED)
    assert archive.nearest(ANSWERED["q0"])[0] == (1.0, "q0")
    assert archive.nearest(ANSWERED["q0"].upper())[0] == (1.0, "q0")
    assert archive.nearest("Xin hỏi về việc trồng cây cà phê trên sao Hỏa") == []
    assert archive.nearest("") == []
    assert Archive().nearest("Bao giờ có sổ đỏ?") == []


def test_a_question_is_not_suggested_to_itself_and_at_most_five_are():
    archive = an_archive({f"q{number}": "Thửa đất của tôi bao giờ được cấp sổ đỏ?" for number in range(20)})
    found = archive.nearest("Thửa đất của tôi bao giờ được cấp sổ đỏ?", but=("q19", "elsewhere"))
    assert [id for _, id in found] == ["q18", "q17", "q16", "q15", "q14"], "the latest first"
    assert len(found) == MOST


def test_what_was_split_before_it_was_answered_anew_is_found_by_its_words_of_now():
    archive = an_archive(ANSWERED)
    before = len(archive)
    archive.put("q0", "Bao giờ thông cống thoát nước ở ngõ 9?")
    archive.put("q1", ANSWERED["q1"])
    assert archive.nearest("Bao giờ thông cống thoát nước ở ngõ 9?") == [(1.0, "q0")]
    assert "q0" not in {id for _, id in archive.nearest(ANSWERED["q0"])}
    assert archive.nearest(ANSWERED["q1"])[0] == (1.0, "q1"), "the same again changes nothing"
    assert len(archive) == before


def strange_words(count):
    return "".join(f" {a}{b}{c}" for a, b, c in islice(product(*[ascii_lowercase] * 3), count))


def test_an_archive_keeps_the_latest_answers_and_their_words_alone():
    strange = [f"{first}{strange_words(30)}" for first in ("đào giếng", "lợp mái")]
    full = with_more(Archive(), [(f"x{number}", "Bao giờ có sổ đỏ?") for number in range(MOST_KEPT + SPARE - 1)])
    full.put("x0", strange[0])
    full.put("x5", strange[1])
    assert len(full) == MOST_KEPT + SPARE - 1
    kept = with_more(full, [("new", "Xin hỏi về đèn đường")])
    assert len(kept) == MOST_KEPT
    assert kept.nearest("Xin hỏi về đèn đường")[0] == (1.0, "new")
    assert kept.nearest(strange[0])[0] == (1.0, "x0"), "answered anew, it is one of the latest"
    assert len(kept._ids) == MOST_KEPT


def test_words_that_were_never_asked_cost_the_same_however_many_are_known():
    letters = list(product(*[ascii_lowercase] * 4))
    archives = [
        an_archive({str(at): " ".join(map("".join, letters[40 * at : 40 * at + 40])) for at in range(count)})
        for count in (10, 2_500)
    ]
    few, many = (min(repeat(lambda one=one: one.nearest("zzzz zzzy"), number=5, repeat=20)) for one in archives)
    assert many < 20 * few, "some 400 times where it goes through all words of the archive"


@given(st.lists(st.text(max_size=60), max_size=8), st.text(max_size=60))
def test_likeness_is_between_what_is_worth_a_look_and_one(texts, text):
    found = an_archive({str(number): one for number, one in enumerate(texts)}).nearest(text)
    assert all(AT_LEAST <= likeness <= 1 for likeness, _ in found)
    assert [likeness for likeness, _ in found] == sorted((likeness for likeness, _ in found), reverse=True)


def test_four_times_as_many_answers_cost_hardly_more():
    chance = Random(7)
    words = [f"{a}{b}{c}" for a in "bcdghklmnt" for b in "aeiou" for c in ("", "n", "ng", "t", "c")]
    archive, costs = Archive(), []
    for number in range(8_000):
        archive.put(str(number), "đất đai hồ sơ khai sinh " + " ".join(chance.choices(words, k=20)))
        if number + 1 in (2_000, 8_000):
            asked = "đất đai hồ sơ khai sinh " + " ".join(chance.choices(words, k=20))
            costs.append(calls(lambda asked=asked: archive.nearest(asked)))
    assert costs[1] < 1.6 * costs[0], "a thousand candidates at most are compared"


@pytest.mark.parametrize(
    ("question", "may", "because"),
    [
        (a_question(State.SETTLED), True, "answered in writing"),
        (a_question(State.SETTLED, settled_how="answered-at-dialogue"), True, "answered aloud"),
        (a_question(State.SETTLED, settled_how="withdrawn"), False, "never answered"),
        (a_question(State.SETTLED, settled_how="redirected"), False, "answered elsewhere"),
        (a_question(State.APPROVED), False, "not given yet"),
        (a_question(State.AWAITS_TRIAGE, round=2), False, "it was not enough"),
        (a_question(State.SETTLED, scope=Scope.COMPLAINT), False, "a complaint"),
        (a_question(State.SETTLED, scope=Scope.DENUNCIATION), False, "a denunciation"),
    ],
)
def test_only_what_was_answered_and_is_no_complaint_is_suggested(question, may, because):
    assert may_be_suggested(question) is may, because


def test_the_templates_of_the_field_are_filled_in_as_far_as_it_is_known():
    templates = [AnswerTemplate(LAND, "Sổ đỏ", "Phiếu {mã phiếu}: {kết quả}."), AnswerTemplate(HEALTH, "Thẻ", "Thẻ.")]
    known = {"mã phiếu": "K7QX-3M9M"}
    of_land = [{"name": "Sổ đỏ", "text": "Phiếu K7QX-3M9M: {kết quả}.", "missing": ["{kết quả}"]}]
    assert templates_for(a_question(), templates, known) == of_land
    guess = (Proposal(field=LAND, department=ECONOMY, confidence=0.4),)
    assert templates_for(a_question(State.AWAITS_TRIAGE, proposals=guess), templates, known) == of_land
    assert templates_for(a_question(State.AWAITS_TRIAGE), templates, known) == []
