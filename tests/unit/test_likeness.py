"""Which questions ask the same; and which of a dialogue were asked before, or twice.

The pairs are written the way people write: the one half asks the same in other words, the other half asks something
else of the same field. They decided the measure and the threshold (services/routing/likeness.py). One pair of each
half is beyond a measure that knows only words, and stands here so that this is known.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.likeness import ALIKE, Likenesses, likeness, shingles
from services.routing.question import State
from services.routing.review import MOST_EARLIER, Finding, find, note_finding
from shared.contracts.routing import QuestionRecurs, QuestionResembles
from shared.contracts.taxonomy import Scope
from tests.effort import calls
from tests.unit.routing_questions import DIALOGUE, NOW, QUESTION, a_question, said

ASK_THE_SAME = [
    ("Bao giờ gia đình tôi ở thôn Nội được cấp sổ đỏ?", "Xin hỏi UBND xã bao giờ các hộ ở thôn Nội được cấp sổ đỏ?"),
    (
        "Đề nghị xã sửa đường liên thôn từ thôn Nội đi thôn Ngoại, nhiều ổ gà.",
        "Đường liên thôn từ thôn Nội đi thôn Ngoại nhiều ổ gà, khi nào xã sửa?",
    ),
    (
        "Thủ tục cấp lại giấy khai sinh bị mất cần những giấy tờ gì?",
        "Tôi bị mất giấy khai sinh, thủ tục cấp lại giấy khai sinh cần giấy tờ gì ạ?",
    ),
    (
        "Bộ phận một cửa thường xuyên để dân chờ quá lâu, đề nghị bố trí thêm cán bộ.",
        "Người dân phải chờ quá lâu ở bộ phận một cửa, đề nghị xã bố trí thêm cán bộ tiếp nhận.",
    ),
    (
        "Rác thải ở chợ Đông Mỹ không được thu gom hằng ngày, bốc mùi hôi thối.",
        "rac thai o cho Dong My khong duoc thu gom hang ngay, boc mui hoi thoi",
    ),
    (
        "Hệ thống thoát nước ngõ 5 bị tắc, cứ mưa là ngập, đề nghị khơi thông.",
        "Ngõ 5 cứ mưa là ngập vì hệ thống thoát nước bị tắc, bao giờ xã cho khơi thông?",
    ),
    (
        "Đèn chiếu sáng đường thôn 3 hỏng đã ba tháng, chưa thấy ai sửa.",
        "Đèn chiếu sáng đường thôn 3 hỏng lâu rồi chưa thấy ai sửa, buổi tối rất nguy hiểm.",
    ),
    (
        "Mức hỗ trợ hộ nghèo xây nhà năm nay là bao nhiêu?",
        "Cho tôi hỏi năm nay mức hỗ trợ hộ nghèo xây nhà là bao nhiêu tiền?",
    ),
    (
        "Nộp hồ sơ qua cổng dịch vụ công trực tuyến nhưng không đính kèm được tệp.",
        "Tôi nộp hồ sơ trên cổng dịch vụ công trực tuyến không đính kèm được tệp, phải làm thế nào?",
    ),
    (
        "Đề nghị xử lý hộ ông hàng xóm xây nhà lấn chiếm hành lang đường.",
        "Có hộ xây nhà lấn chiếm hành lang đường ở xóm tôi, đề nghị xử lý.",
    ),
    (
        "Trạm y tế không có bác sĩ trực ngày thứ bảy, người dân đi khám phải về.",
        "Vì sao ngày thứ bảy trạm y tế không có bác sĩ trực?",
    ),
    (
        "Cán bộ địa chính hẹn nhiều lần mà chưa đo đạc lại thửa đất cho gia đình tôi.",
        "Gia đình tôi đề nghị đo đạc lại thửa đất, cán bộ địa chính hẹn nhiều lần mà chưa đến.",
    ),
    ("Trường mầm non quá tải, khi nào xây thêm lớp học?", "Đề nghị xây thêm lớp học vì trường mầm non quá tải."),
    (
        "Thủ tục đăng ký tạm trú cho người thuê nhà làm ở đâu, mất bao lâu?",
        "Đăng ký tạm trú cho người thuê nhà thì làm thủ tục ở đâu và mất bao lâu?",
    ),
    (
        "Kí hợp đồng thuê kiốt chợ xong vẫn chưa được giao mặt bằng.",
        "Đã ký hợp đồng thuê kiốt chợ nhưng chưa được giao mặt bằng kinh doanh.",
    ),
]
ASK_THE_SAME_UNSEEN = (
    "Nước máy của thôn Trung bị đục, có mùi, dân không dùng được.",
    "Nước máy thôn Trung bị đục và có mùi suốt tháng qua, đề nghị kiểm tra.",
)

ASK_SOMETHING_ELSE = [
    (
        "Thủ tục cấp lại giấy khai sinh bị mất cần những giấy tờ gì?",
        "Thủ tục đăng ký khai sinh cho con ngoài giá thú cần những giấy tờ gì?",
    ),
    ("Thủ tục đăng ký kết hôn cần những giấy tờ gì?", "Thủ tục đăng ký khai tử cần những giấy tờ gì?"),
    (
        "Bao giờ gia đình tôi ở thôn Nội được cấp sổ đỏ?",
        "Gia đình tôi ở thôn Nội muốn tách thửa đất cho con thì làm thế nào?",
    ),
    (
        "Đề nghị xã sửa đường liên thôn từ thôn Nội đi thôn Ngoại, nhiều ổ gà.",
        "Đề nghị xã lắp đèn chiếu sáng trên đường liên thôn.",
    ),
    ("Đề nghị xã bố trí thêm cán bộ ở bộ phận một cửa.", "Đề nghị xã niêm yết phí, lệ phí ở bộ phận một cửa."),
    ("Mức hỗ trợ hộ nghèo xây nhà năm nay là bao nhiêu?", "Mức trợ cấp người cao tuổi năm nay là bao nhiêu?"),
    (
        "Rác thải ở chợ Đông Mỹ không được thu gom hằng ngày.",
        "Chợ Đông Mỹ có được cải tạo trong năm nay không?",
    ),
    (
        "Hệ thống thoát nước ngõ 5 bị tắc, cứ mưa là ngập, đề nghị khơi thông.",
        "Ngõ 5 chưa có nước sạch, bao giờ xã lắp đường ống?",
    ),
    (
        "Trạm y tế không có bác sĩ trực ngày thứ bảy.",
        "Trạm y tế có tiêm vắc xin cho trẻ em vào thứ bảy không?",
    ),
    ("Trường mầm non quá tải, khi nào xây thêm lớp học?", "Học phí trường mầm non năm học tới là bao nhiêu?"),
    ("Đăng ký tạm trú cho người thuê nhà làm ở đâu?", "Đăng ký thường trú cho con mới sinh làm ở đâu?"),
    (
        "Thủ tục cấp giấy phép xây dựng nhà ở riêng lẻ mất bao lâu?",
        "Thủ tục chuyển mục đích sử dụng đất vườn sang đất ở mất bao lâu?",
    ),
    (
        "Thủ tục đăng ký hộ kinh doanh cần những giấy tờ gì, nộp ở đâu?",
        "Thủ tục tạm ngừng hộ kinh doanh cần những giấy tờ gì, nộp ở đâu?",
    ),
    (
        "Đất nhà tôi đang tranh chấp ranh giới với hàng xóm, xã có hòa giải không?",
        "Đất nhà tôi nằm trong quy hoạch thì có được xây nhà không?",
    ),
    (
        "Kính gửi UBND xã, tôi xin hỏi về thủ tục làm thẻ bảo hiểm y tế cho người già.",
        "Kính gửi UBND xã, tôi xin hỏi về việc chuyển tuyến khám bảo hiểm y tế.",
    ),
]
ASK_SOMETHING_ELSE_UNSEEN = (
    "Nộp hồ sơ qua cổng dịch vụ công trực tuyến nhưng không đính kèm được tệp.",
    "Nộp hồ sơ qua cổng dịch vụ công trực tuyến thì thanh toán lệ phí ra sao?",
)


def how_like(one, other):
    return likeness(shingles(one), shingles(other))


@pytest.mark.parametrize(("one", "other"), ASK_THE_SAME)
def test_who_asks_the_same_in_other_words_is_found(one, other):
    assert how_like(one, other) >= ALIKE


@pytest.mark.parametrize(("one", "other"), ASK_SOMETHING_ELSE)
def test_who_asks_something_else_of_the_same_field_is_not(one, other):
    assert how_like(one, other) < ALIKE


def test_two_pairs_are_beyond_a_measure_that_knows_only_words():
    assert how_like(*ASK_THE_SAME_UNSEEN) < ALIKE
    assert how_like(*ASK_SOMETHING_ELSE_UNSEEN) >= ALIKE


@pytest.mark.parametrize("empty", ["", "Tôi xin hỏi UBND xã?", "Chợ?", "123 !!! 🙂"])
def test_what_says_nothing_is_like_nothing(empty):
    assert how_like(empty, empty) == 0
    assert Likenesses({"a": shingles(empty)}).like(shingles(empty)) == []


WORDS = st.lists(
    st.sampled_from(["đường", "thôn", "nội", "sửa", "cấp", "sổ", "đỏ", "chợ", "rác", "nước"]), max_size=9
).map(" ".join)


@given(one=WORDS, other=WORDS)
def test_likeness_is_the_same_both_ways_and_whole_with_itself(one, other):
    assert how_like(one, other) == how_like(other, one)
    assert 0 <= how_like(one, other) <= 1
    assert how_like(one, one) in (0, 1)


@given(texts=st.lists(WORDS, max_size=12), asked=WORDS)
def test_what_is_found_is_what_comparing_with_all_would_find(texts, asked):
    pairs = {f"q{number}": shingles(text) for number, text in enumerate(texts)}
    found = Likenesses(pairs).like(shingles(asked))
    by_all = {id: share for id, one in pairs.items() if (share := likeness(shingles(asked), one)) >= ALIKE}
    assert {id: share for share, ids in found for id in ids} == by_all
    assert [share for share, _ in found] == sorted((share for share, _ in found), reverse=True)


def test_two_thousand_are_compared_with_two_thousand_without_comparing_all_with_all():
    texts = forms(4_000)
    here, before = ({f"{n}": shingles(text) for n, text in enumerate(some)} for some in (texts[:2_000], texts[2_000:]))

    def compare():
        found = Likenesses(before)
        return sum(len(found.like(pairs)) for pairs in here.values())

    assert calls(compare) < 2_000 * 2_000 / 2


def test_the_same_asked_two_thousand_times_is_compared_once():
    same = [asked(number) for number in range(2_000)]
    assert calls(lambda: find(same, (), ())) < 2_000 * 400


def forms(number):
    """Questions as people write them: those of the tables, each with words of others put in."""
    chance, known = Random(1), [text for pair in [*ASK_THE_SAME, *ASK_SOMETHING_ELSE] for text in pair]
    words = [word for text in known for word in text.split()]
    written = []
    for _ in range(number):
        text = chance.choice(known).split()
        for _ in range(chance.randint(3, 12)):
            text.insert(chance.randrange(len(text)), chance.choice(words))
        written.append(" ".join(text))
    return written


# --- what is found of a dialogue --------------------------------------------------------------------------------------

ROAD, ROAD_AGAIN = ASK_THE_SAME[1]
LIGHT = "Đề nghị xã lắp đèn chiếu sáng trên đường liên thôn."


def asked(number, text=ROAD, **fields):
    known = {"id": f"N{number}-1", "case": f"N{number}", "received_at": NOW + timedelta(minutes=number), "text": text}
    return a_question(**known | fields)


def before(number, text=ROAD_AGAIN, **fields):
    known = {"id": f"B{number}-1", "case": f"B{number}", "dialogue": "thang-5", "text": text}
    return a_question(**{"received_at": NOW - timedelta(days=200 - number)} | known | fields)


@pytest.mark.parametrize(
    ("earlier", "over", "found", "because"),
    [
        (before(1), {"thang-5"}, True, "asked at an earlier dialogue"),
        (before(1), set(), True, "received earlier"),
        (before(1, received_at=NOW + timedelta(days=1)), {"thang-5"}, True, "that dialogue is over"),
        (before(1, received_at=NOW + timedelta(days=1)), set(), False, "the other one asks later"),
        (before(1, dialogue=None), set(), True, "asked when no dialogue was open"),
        (before(1, state=State.SETTLED), {"thang-5"}, False, "it was settled"),
        (before(1, state=State.REFERRED_UP), {"thang-5"}, True, "the superior has not been told"),
        (before(1, state=State.REDIRECTED), {"thang-5"}, False, "it was not for a dialogue"),
        (before(1, scope=Scope.DENUNCIATION, state=State.AWAITS_TRIAGE), {"thang-5"}, False, "confidential"),
        (before(1, text=LIGHT), {"thang-5"}, False, "asks something else"),
        (before(1, dialogue=DIALOGUE), {"thang-5"}, False, "it is of the same dialogue"),
    ],
)
def test_what_was_raised_before_and_never_settled_recurs(earlier, over, found, because):
    findings = find([asked(1)], [asked(1), earlier], over)
    assert findings == ([Finding("N1-1", ("B1-1",))] if found else [])


def test_only_the_most_like_earlier_questions_are_named():
    others = [before(number) for number in range(30)] + [before(99, text=ROAD)]
    [finding] = find([asked(1)], others, {"thang-5"})
    assert finding.earlier == ("B99-1", *(f"B{number}-1" for number in range(MOST_EARLIER - 1)))


def test_a_question_resembles_the_most_like_of_those_before_it():
    findings = find([asked(3, ROAD), asked(2, ROAD_AGAIN), asked(1, ROAD), asked(4, LIGHT)], [], ())
    assert findings == [
        Finding("N2-1", like="N1-1", likeness=round(float(how_like(ROAD, ROAD_AGAIN)), 3)),
        Finding("N3-1", like="N1-1", likeness=1.0),
    ]


@pytest.mark.parametrize(
    ("second", "found"),
    [
        (asked(2, state=State.SETTLED), False),
        (asked(2, state=State.REDIRECTED), False),
        (asked(2, scope=Scope.COMPLAINT, state=State.AWAITS_TRIAGE), False),
        (asked(2, state=State.APPROVED), True),
    ],
)
def test_nothing_is_found_of_what_is_settled_or_not_for_a_dialogue(second, found):
    assert bool(find([asked(1), second], [before(1)], {"thang-5"})[1:]) == found


def test_a_settled_question_is_still_the_one_that_others_resemble():
    [finding] = find([asked(1, state=State.SETTLED), asked(2)], [], ())
    assert (finding.question, finding.like) == ("N2-1", "N1-1")


def test_a_finding_is_said_once_and_what_is_new_in_it_again():
    question, told = note_finding(a_question(), Finding(QUESTION, ("B1-1",), "N1-1", 0.5), NOW)
    assert told == [
        said(QuestionRecurs, question=QUESTION, dialogue=DIALOGUE, earlier=("B1-1",)),
        said(QuestionResembles, question=QUESTION, dialogue=DIALOGUE, like="N1-1", likeness=0.5),
    ]
    assert note_finding(question, Finding(QUESTION, ("B1-1",), "N1-1", 0.5), NOW) == (question, [])
    _, [event] = note_finding(question, Finding(QUESTION, ("B2-1", "B1-1"), None), NOW)
    assert event.earlier == ("B1-1", "B2-1")


def test_of_a_question_that_was_settled_meanwhile_nothing_is_said():
    done = replace(a_question(), state=State.SETTLED, settled_how="answered-at-dialogue")
    assert note_finding(done, Finding(QUESTION, ("B1-1",), "N1-1", 0.5), NOW) == (done, [])
