"""The shipped texts: in every turn a message can take, for mail and paper, they are whole and well written."""

import re
import unicodedata
from dataclasses import replace
from typing import get_args

import pytest

from services.notify.texts.blocks import Block, Button, Heading, Paragraph, Point, Quote, Table, plain
from services.notify.texts.checking import _of_block
from services.notify.texts.names import Name, names_of
from services.notify.texts.samples import Sample, media, samples
from services.notify.texts.shipped import FOLDER, shipped
from services.notify.texts.text import KINDS
from services.notify.texts.writing import write
from shared.communes import PROFILES, read_profile
from shared.contracts.notify import MessageKind
from shared.contracts.routing import WrittenBecause

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
TURNS = [
    pytest.param(kind, sample, medium, id=f"{kind}, {sample.case}, {medium}")
    for kind in KINDS
    for sample in samples(kind, PROFILE)
    for medium in media(kind)
]
NO_QUESTION = {"invitation", "dialogue-reminder", "waitlist", "rescheduled", "cancelled", "conclusion"}


def written(kind, sample, medium):
    return write(shipped(kind), sample.data(medium))


def words_of(block: Block) -> list[str]:
    """Every piece of words on its own."""
    return [words for words in _of_block(block, "mail") if words]


def all_words(kind, sample, medium):
    said = written(kind, sample, medium)
    return [said.about, said.subject, *(words for block in said.blocks for words in words_of(block))]


@pytest.mark.parametrize(("kind", "sample", "medium"), TURNS)
def test_every_turn_of_every_kind_is_well_written(kind, sample, medium):
    for words in all_words(kind, sample, medium):
        assert unicodedata.is_normalized("NFC", words)
        assert words == " ".join(words.split())
        found = re.search(r"\s[,.;:!?)”]|[(“]\s|,[,.;:]|;[.,;]|:[.,;:]|\.\.|None|True|False|\[\]|[{}]|\*\*|\(\)", words)
        assert not found, (found, words)


@pytest.mark.parametrize(("kind", "sample", "medium"), [turn for turn in TURNS if turn.values[2] == "letter"])
def test_every_letter_ends_as_decree_30_has_it_and_only_there(kind, sample, medium):
    shown = [block for block in written(kind, sample, medium).blocks if not isinstance(block, Heading | Button)]
    assert isinstance(shown[-1], Paragraph)
    assert [plain(shown[-1].line).endswith("./."), sum("./." in one for one in all_words(kind, sample, medium))] == [
        True,
        1,
    ]


@pytest.mark.parametrize(("kind", "sample", "medium"), [turn for turn in TURNS if turn.values[2] == "mail"])
def test_every_mail_begins_with_what_it_is_about_and_greets(kind, sample, medium):
    first, second, *others = written(kind, sample, medium).blocks
    assert isinstance(first, Heading)
    assert plain(second.line).startswith("Kính gửi ")
    assert not any("./." in words for block in others for words in words_of(block))


@pytest.mark.parametrize(("kind", "sample", "medium"), TURNS)
def test_the_data_have_the_names_that_are_told_and_no_others(kind, sample, medium):
    def same(data, names: dict[str, Name], where):
        assert data.keys() == names.keys(), where
        for name, known in names.items():
            value = data[name]
            if known.sort == "group" and value is not None:
                same(value, known.parts, f"{where}.{name}")
            elif known.sort == "list":
                for one in value:
                    same(one, known.parts, f"{where}.{name}")
            elif value is not None:
                kinds = {"words": str, "paragraphs": list, "number": int, "flag": bool, "table": Table}
                assert isinstance(value, kinds.get(known.sort, type(None))), (where, name)

    same(sample.data(medium), names_of(kind), kind)


def test_every_kind_has_a_file_and_every_file_a_kind():
    assert {file.stem for file in FOLDER.iterdir()} == set(KINDS)
    assert set(get_args(MessageKind)) - set(KINDS) == {"reminder", "escalation"}


def sample_of(kind, case) -> Sample:
    return next(one for one in samples(kind, PROFILE) if case in one.case)


def text_of(kind, case, medium="letter"):
    return "\n".join(all_words(kind, sample_of(kind, case), medium))


@pytest.mark.parametrize("medium", ["mail", "letter"])
@pytest.mark.parametrize("kind", ["guidance", "referral"])
def test_who_denounces_is_not_named_nor_what_he_said(kind, medium):
    """Law on Denunciations 2018, art. 56."""
    sample = sample_of(kind, "tố cáo")
    known = str(sample.data(medium))
    for words in ("Mai", "0912345678", "mai@", "thôn Nội", "giấy khai sinh"):
        assert words not in known
    said = "\n".join(all_words(kind, sample, medium))
    assert "Để giữ bí mật, thư này không nhắc lại họ tên và nội dung đã gửi." in said
    assert "Kính gửi ông/bà," in said or medium == "letter"


@pytest.mark.parametrize("medium", ["mail", "letter"])
def test_who_is_named_by_somebody_else_is_told_nothing_of_the_form(medium):
    sample = sample_of("receipt", "cho người khác")
    for words in ("Mai", "giấy khai sinh", "thôn Nội"):
        assert words not in str(sample.data(medium))


OCCASIONS = {
    "excused": "không tham dự Hội nghị và đã báo cáo Ban Tổ chức",
    "absent": "nên chưa được nghe trả lời trực tiếp",
    "no-seat": "Hội nghị không còn chỗ để mời ông/bà tham dự",
    "late": "sau thời hạn đăng ký tham dự Hội nghị đối thoại",
    "unscheduled": "không nằm trong thời gian đăng ký của hội nghị đối thoại nào",
    "outside-subject": "không thuộc phạm vi nội dung của Hội nghị",
    "taken": "chưa thể giải đáp ngay tại Hội nghị",
    "afterwards": "được tiếp thu để trả lời bằng văn bản",
    "cancelled": "Vì lý do bất khả kháng",
    "reopened": "Tiếp theo nội dung đã trả lời trước đây",
}


@pytest.mark.parametrize("occasion", get_args(WrittenBecause))
@pytest.mark.parametrize("medium", ["mail", "letter"])
def test_an_answer_says_why_it_is_written(occasion, medium):
    for sample in samples("answer", PROFILE):
        if sample.message.occasion != occasion:
            continue
        said = "\n".join(all_words("answer", sample, medium))
        assert OCCASIONS[occasion] in said
        if sample.state.channel == "floor":
            assert said.count("tổ chức ngày 14/05/2026") <= 1 + (occasion == "cancelled" or occasion == "late")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("digest",)])
@pytest.mark.parametrize("medium", ["mail", "letter"])
def test_nobody_is_told_of_a_form_he_did_not_send(kind, medium):
    for sample in samples(kind, PROFILE):
        if sample.state.channel not in ("floor", "list") or "tố cáo" in sample.case:
            continue
        said = "\n".join(all_words(kind, sample, medium))
        assert not re.search("Phiếu đăng ký|đã đăng ký tham gia", said), said
        if sample.state.channel == "list" and kind not in (
            "invitation",
            "dialogue-reminder",
            "rescheduled",
            "cancelled",
        ):
            assert "do Hội Nông dân xã tổng hợp" in said


@pytest.mark.parametrize(
    ("case", "heading", "promise"),
    [
        ("người dân gửi phiếu", "Phiếu gửi đúng hạn", "trả lời trực tiếp tại hội nghị"),
        ("chưa rõ hội nghị", "Phiếu gửi đúng hạn", "được công bố trước ngày đối thoại"),
        ("gửi sau hạn", "Phiếu gửi sau hạn đăng ký", "bằng văn bản thay vì tại hội nghị"),
        ("gửi ngoài đợt", "Phiếu gửi ngoài đợt đăng ký", "bằng văn bản thay vì tại hội nghị"),
    ],
)
def test_a_receipt_says_whether_the_form_is_on_time_and_what_that_means(case, heading, promise):
    for medium in media("receipt"):
        said = text_of("receipt", case, medium)
        assert heading in said
        assert promise in said


@pytest.mark.parametrize(
    ("kind", "case", "words"),
    [
        ("apology", "gửi phiếu", ("Hồ sơ cần xác minh thêm.", "12/06/2026", "xin lỗi ông/bà", "giấy khai sinh")),
        ("extension", "kết luận", ("1. Nội dung", "2. Yêu cầu", "3. Thời gian", "4. Trách nhiệm", "theo kết luận")),
        ("extension", "gửi phiếu", ("Xác minh tại thực địa.", "14/05/2026", "Ông Đỗ Minh Quân, Văn phòng")),
        ("dialogue-reminder", "gửi phiếu", ("8 giờ 30 phút, thứ Năm", "03", "K7QX-3M9D", "căn cước", PROFILE.hall)),
        ("invitation", "đại biểu một tổ chức", ("đại diện Ủy ban Mặt trận",)),
        ("invitation", "gửi phiếu", ("Số ghế", "03", "Thủ tục hành chính; Hạ tầng, môi trường.", "15 phút")),
        ("waitlist", "gửi phiếu", ("ở vị trí số 137 trong danh sách chờ", "không phải đăng ký lại")),
        ("rescheduled", "chỉ đổi địa điểm", ("Thời gian (không thay đổi)", "thay đổi địa điểm tổ chức")),
        ("rescheduled", "gửi phiếu", ("ngày 7 tháng 5", "ngày 14 tháng 5", "Bão số 3 đổ bộ.", "vẫn có giá trị")),
        (
            "rescheduled",
            "chỉ đổi thời gian",
            ("Địa điểm (không thay đổi)", "thay đổi thời gian tổ chức", "thời gian mới."),
        ),
        ("rescheduled", "gửi phiếu", ("Địa điểm đã thông báo trước đây", "Nhà văn hóa thôn Nội.", "Địa điểm mới")),
        ("rescheduled", "không rõ địa điểm", ("thay đổi thời gian, địa điểm tổ chức",)),
        ("waitlist", "gửi phiếu", ("khi có chỗ trống, Ủy ban nhân dân xã Thanh Trì sẽ gửi Giấy mời",)),
        ("receipt", "gửi phiếu", ("sẽ được trả lời trực tiếp tại hội nghị", "đối thoại, mã phiếu K7QX-3M9D")),
        ("answer", "gửi phiếu", ("đối thoại, mã phiếu K7QX-3M9D",)),
        ("guidance", "khiếu nại", ("hướng dẫn gửi đơn đến cơ quan có thẩm quyền", "mã phiếu K7QX-3M9D")),
        ("guidance", "gửi phiếu", ("hướng dẫn cơ quan có thẩm quyền giải quyết",)),
        ("cancelled", "gửi phiếu", ("bất khả kháng", "Bão số 3 đổ bộ.", "trả lời bằng văn bản")),
        ("conclusion", "gửi phiếu", ("15/TB-UBND", "Văn phòng theo dõi.", "Niêm yết công khai")),
        ("resolution", "gửi phiếu", ("Thông báo kết luận số 15/TB-UBND", "Đã niêm yết từ ngày 01/06/2026.")),
        ("guidance", "khiếu nại", ("Luật Khiếu nại", "Công an xã.", "Mang theo căn cước.")),
        ("referral", "gửi phiếu", ("vượt quá thẩm quyền", "Ủy ban nhân dân thành phố")),
    ],
)
def test_both_media_say_what_the_message_is_for(kind, case, words):
    for medium in media(kind):
        said = text_of(kind, case, medium)
        for one in words:
            assert one in said, (medium, one)


def test_a_digest_has_what_is_overdue_first_each_with_its_facts():
    said = written("digest", sample_of("digest", "quá hạn và sắp"), "mail")
    assert said.subject == "Nhắc việc ngày 20/04/2026: 1 việc quá hạn, 2 việc sắp đến hạn"
    text = "\n".join(words for block in said.blocks for words in words_of(block))
    assert text.index("Quá hạn") < text.index("1. Gửi văn bản trả lời") < text.index("Sắp đến hạn") < text.index("3. ")
    assert [block.name for block in said.blocks if isinstance(block, Point)][:3] == [
        "Hồ sơ",
        "Người thực hiện",
        "Quá hạn từ",
    ]


def test_what_people_wrote_is_a_quotation():
    said = written("answer", sample_of("answer", "đã báo vắng"), "letter")
    assert [block.label for block in said.blocks if isinstance(block, Quote)] == [
        "1. Nội dung ông/bà nêu",
        "2. Nội dung ông/bà nêu",
    ]


def test_a_question_of_invisible_characters_stops_no_receipt():
    sample = sample_of("receipt", "người dân gửi phiếu")
    [first, *others] = sample.state.questions
    blank = replace(first, question=first.question.model_copy(update={"text": "\u200b\x00"}))
    odd = replace(sample, state=replace(sample.state, questions=(blank, *others)))
    assert written("receipt", odd, "mail")
