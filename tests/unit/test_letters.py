import io
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import get_args

import pypdf
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pypdf.generic import ContentStream, NumberObject

from services.notify import delivery, dialogues, rules
from services.notify.contents import (
    LetterAsker,
    LetterConclusion,
    LetterExtension,
    LetterInvitation,
    LetterMove,
    LetterPromise,
    LetterResult,
)
from services.notify.paper.letters import (
    CannotPrint,
    FontMissing,
    Kind,
    LetterData,
    LetterDialogue,
    LetterItem,
    check_fonts,
    letter_data,
    qr_svg,
    render_letter,
)
from services.notify.wording import VIETNAM
from shared.communes import PROFILES, Letterhead, Signer, read_profile
from shared.contracts.intake import DialogueAnnounced, DialogueHeld, RegistrantExcused, RegistrantWaitlisted
from shared.contracts.routing import AnswerApproved, QuestionRedirected
from tests.builders import (
    HELD_AT,
    NOW,
    QUESTION,
    SUBMISSION,
    TITLE,
    of_attendance,
    of_dialogue,
    of_question,
    question,
    registrant,
    submission_received,
)

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
LEFT, RIGHT = 30 * MM, 195 * MM
TOP, BOTTOM = 277 * MM, 20 * MM

LETTERHEAD = Letterhead(
    issuer="Ủy ban nhân dân xã Thanh Trì",
    symbol="UBND-VP",
    place="Thanh Trì",
    signer=Signer(capacity=("TM. Ủy ban nhân dân", "KT. Chủ tịch", "Phó Chủ tịch"), name="Nguyễn Văn Lợi"),
    copies=("Như trên;", "Lưu: VT, VP."),
)
FOUR_POINTS = ("Nội dung", "Yêu cầu", "Thời gian", "Trách nhiệm giải quyết")
ITEM = LetterItem(
    question="Bao giờ có kết quả cấp đổi Giấy chứng nhận?",
    answer="Hồ sơ đang chờ bổ sung bản trích đo.\nĐề nghị ông/bà liên hệ trước ngày 15/06/2026.",
    department="Phòng Kinh tế",
)
LONG = ITEM.model_copy(update={"answer": "Theo quy định, hồ sơ được giải quyết tại Bộ phận Một cửa. " * 800})


def a_letter(**changes):
    known = {
        "letterhead": LETTERHEAD,
        "dated_on": date(2026, 6, 5),
        "addressee": "Nguyễn Thị Mai",
        "address": "Số 5, thôn Nội, xã Thanh Trì",
        "subject": "trả lời nội dung đăng ký tham gia đối thoại",
        "code": "K7QX-3M9D",
        "received_on": date(2026, 5, 4),
        "occasion": "excused",
        "dialogue": LetterDialogue(title="Hội nghị đối thoại lần 1", on=date(2026, 5, 28)),
        "items": (ITEM,),
        "contact": "Văn phòng HĐND và UBND",
        "reference": "01JSUBMISSION.answer.1",
    }
    return LetterData(**known | changes)


def pages_of(kind, data):
    return pypdf.PdfReader(io.BytesIO(render_letter(kind, data))).pages


def words_of(kind, data):
    """A line may end after the stroke of `ông/bà`."""
    return " ".join(" ".join(page.extract_text() for page in pages_of(kind, data)).split()).replace("/ bà", "/bà")


@dataclass(frozen=True)
class Run:
    """Words as they stand on the page, in points from its lower left corner."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    font: str


def runs(page):
    """Every run of words, measured from the page's own operators and the fonts inside the file."""
    fonts = {name: Font(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    found, left, baseline, font, size = [], 0.0, 0.0, None, 0.0
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        match operator:
            case b"cm":
                left, baseline = float(operands[4]), float(operands[5])
            case b"Tf":
                font, size = fonts[operands[0]], float(operands[1])
            case b"TJ" | b"Tj":
                text, width = font.read(operands[0] if operator == b"TJ" else operands)
                found.append(Run(text, left, left + width * size / 1000, baseline, size, font.name))
    return found


class Font:
    def __init__(self, font):
        self.name = font["/BaseFont"].split("+")[1]
        table = font["/DescendantFonts"][0].get_object()["/W"]
        self._widths = {
            code: float(width)
            for first, last, width in zip(table[0::3], table[1::3], table[2::3], strict=True)
            for code in range(first, last + 1)
        }
        pairs = re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>", font["/ToUnicode"].get_data().decode())
        self._letters = {
            int(code, 16): bytes.fromhex(letters).decode("utf-16-be", "replace") for code, letters in pairs
        }

    def read(self, parts):
        """The words, and how far they reach, in thousandths of their size; a blank at the end reaches nowhere."""
        text, at, reached = "", 0.0, 0.0
        for part in parts:
            if isinstance(part, NumberObject | float):
                at -= float(part)
                continue
            codes = part.original_bytes
            for code in (int.from_bytes(codes[place : place + 2]) for place in range(0, len(codes), 2)):
                text += self._letters[code]
                at += self._widths[code]
                reached = reached if self._letters[code].isspace() else at
        return text.rstrip(), reached


def run_with(text, page):
    [found] = [run for run in runs(page) if text in run.text]
    return found


def test_the_page_is_a4_and_nothing_stands_in_its_margins():
    for number, page in enumerate(pages_of("answer", a_letter(items=(LONG,))), 1):
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.1)
        for run in runs(page):
            assert run.left >= LEFT - 0.1, run
            assert run.right <= RIGHT + 0.5, run
            if run.text not in (str(number), "01JSUBMISSION.answer.1"):
                assert BOTTOM <= run.baseline <= TOP, run


@pytest.mark.parametrize(
    ("text", "sizes", "font", "because"),
    [
        ("CỘNG HÒA XÃ HỘI", (12, 13), "LiberationSerif-Bold", "Quốc hiệu: capitals 12-13 bold"),
        ("Độc lập - Tự do", (13, 14), "LiberationSerif-Bold", "Tiêu ngữ: 13-14 bold"),
        ("XÃ THANH TRÌ", (12, 13), "LiberationSerif-Bold", "issuing body: capitals 12-13 bold"),
        ("/UBND-VP", (13, 13), "LiberationSerif", "number and symbol: 13 upright"),
        ("Thanh Trì, ngày 05 tháng 6", (13, 14), "LiberationSerif-Italic", "place and date: 13-14 italic"),
        ("V/v trả lời", (12, 13), "LiberationSerif", "V/v: 12-13 upright"),
        ("Kính gửi", (13, 14), "LiberationSerif", "Kính gửi: 13-14 upright"),
        ("Hồ sơ đang chờ", (13, 14), "LiberationSerif", "body: 13-14 upright"),
        ("TM. ỦY BAN NHÂN DÂN", (13, 14), "LiberationSerif-Bold", "capacity: capitals 13-14 bold"),
        ("Nguyễn Văn Lợi", (13, 14), "LiberationSerif-Bold", "name: 13-14 bold"),
        ("Nơi nhận", (12, 12), "LiberationSerif-BoldItalic", "label: 12 bold italic"),
        ("- Lưu: VT", (11, 11), "LiberationSerif", "list: 11"),
    ],
)
def test_each_part_has_the_size_and_style_of_decree_30(text, sizes, font, because):
    [page] = pages_of("answer", a_letter())
    run = run_with(text, page)
    assert sizes[0] <= run.size <= sizes[1], because
    assert run.font == font, because


def test_the_heads_are_centred_over_each_other_and_the_body_is_justified_with_an_indent():
    [page] = pages_of("answer", a_letter())
    nation, motto, dateline = (run_with(text, page) for text in ("CỘNG HÒA", "Độc lập", "ngày 05 tháng 6"))
    centres = [(run.left + run.right) / 2 for run in (nation, motto, dateline)]
    assert centres == pytest.approx([centres[0]] * 3, abs=1)
    opening = run_with("Ngày 04/05/2026", page)
    assert opening.left - LEFT == pytest.approx(12.7 * MM, abs=0.1), "first line indented by 1.27 cm"
    assert opening.right == pytest.approx(RIGHT, abs=0.5), "justified"


def test_body_lines_have_between_one_and_one_and_a_half_of_their_spacing():
    page = pages_of("answer", a_letter(items=(LONG,)))[1]
    baselines = sorted({run.baseline for run in runs(page) if run.size == 14}, reverse=True)
    single = 14 * 1.149
    pitches = [above - below for above, below in pairwise(baselines)]
    assert all(single <= pitch <= 1.5 * single for pitch in pitches)


def test_the_number_is_left_open_for_the_pen():
    [page] = pages_of("answer", a_letter())
    label, symbol = run_with("Số:", page), run_with("/UBND-VP", page)
    assert symbol.left - label.right >= 12 * MM
    assert label.baseline == symbol.baseline


def test_pages_are_numbered_at_the_top_from_the_second_on():
    pages = pages_of("answer", a_letter(items=(LONG,)))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        in_margin = [run for run in runs(page) if run.baseline > TOP]
        if number == 1:
            assert in_margin == []
            continue
        [run] = in_margin
        assert (run.text, run.font) == (str(number), "LiberationSerif")
        assert 13 <= run.size <= 14
        assert (run.left + run.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)


def test_the_reference_stands_at_the_foot_of_the_first_page_only():
    first, *others = pages_of("answer", a_letter(items=(LONG,)))
    assert run_with("01JSUBMISSION.answer.1", first).baseline < BOTTOM
    assert all("01JSUBMISSION" not in page.extract_text() for page in others)


def test_it_is_an_archivable_tagged_pdf_with_a_title_and_every_font_inside():
    reader = pypdf.PdfReader(io.BytesIO(render_letter("answer", a_letter())))
    xmp = reader.xmp_metadata.stream.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.metadata.title == "V/v trả lời nội dung đăng ký tham gia đối thoại"
    assert reader.trailer["/Root"]["/Lang"] == "vi"
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        assert "/FontFile2" in font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]


def test_its_words_can_be_found_with_all_their_marks():
    text = words_of("answer", a_letter())
    for words in ("Ủy ban nhân dân xã Thanh Trì", "Giấy chứng nhận", "vì lý do", "hướng dẫn./.", "PHÓ CHỦ TỊCH"):
        assert words.casefold() in text.casefold()


def test_the_same_data_give_the_same_bytes():
    assert render_letter("answer", a_letter()) == render_letter("answer", a_letter())


@pytest.mark.parametrize(
    ("occasion", "words"),
    [
        ("reopened", "Tiếp theo nội dung đã trả lời trước đây, sau khi xem xét lại"),
        ("excused", "đã báo cáo Ban Tổ chức"),
        ("absent", "chưa được nghe trả lời trực tiếp"),
        ("no-seat", "Hội nghị không còn chỗ để mời ông/bà tham dự"),
        ("late", "sau thời hạn đăng ký"),
        ("unscheduled", "không nằm trong thời gian đăng ký"),
        ("afterwards", "được tiếp thu để trả lời bằng văn bản"),
        ("taken", "; người chủ trì giao đơn vị chuyên môn trả lời bằng văn bản"),
        ("outside-subject", "không thuộc phạm vi nội dung của"),
        ("cancelled", "Vì lý do bất khả kháng"),
    ],
)
def test_it_says_why_it_is_written(occasion, words):
    assert words in words_of("answer", a_letter(occasion=occasion))
    assert words in words_of("answer", a_letter(occasion=occasion, dialogue=None))


@pytest.mark.parametrize(
    ("scope", "words"), [("complaint", "Luật Khiếu nại quy định"), ("in-scope", "không thuộc thẩm quyền giải quyết")]
)
def test_guidance_says_where_the_matter_belongs(scope, words):
    item = LetterItem(question="Tôi khiếu nại.", answer="Xin gửi đơn.", authority="Ban Tiếp công dân xã", scope=scope)
    text = words_of("guidance", a_letter(occasion="redirected", items=(item,)))
    assert words in text
    assert "Cơ quan, người có thẩm quyền giải quyết: Ban Tiếp công dân xã." in text


def test_several_questions_are_numbered_and_each_names_its_department():
    text = words_of("answer", a_letter(items=(ITEM, ITEM.model_copy(update={"department": "Công an xã"}))))
    assert "1. Nội dung ông/bà nêu: “Bao giờ" in text
    assert "2. Nội dung ông/bà nêu: “Bao giờ" in text
    assert "theo ý kiến của Công an xã" in text


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Nguyễn Thị Mai", "Kính gửi: Ông/Bà Nguyễn Thị Mai"),
        ("Bà Nguyễn Thị Mai", "Kính gửi: Bà Nguyễn Thị Mai"),
        ("Công ty TNHH Sông Hồng", "Kính gửi: Công ty TNHH Sông Hồng"),
    ],
)
def test_people_and_organisations_are_addressed_as_they_should_be(name, greeting):
    assert greeting in words_of("answer", a_letter(addressee=name))


@pytest.mark.parametrize(
    "changes",
    [
        {"addressee": "Công ty " + "Thương mại và Dịch vụ " * 9, "address": "Số 123, ngách 45 " * 29},
        {"addressee": "W" * 200, "address": "x" * 500},
        {"items": (ITEM.model_copy(update={"question": "đ" * 20_000}),)},
        {
            "letterhead": LETTERHEAD.model_copy(
                update={"parent": "Ủy ban nhân dân thành phố Hà Nội", "issuer": "x" * 300}
            )
        },
        {"subject": "trả lời " * 40},
    ],
    ids=["long name", "no blanks", "long word", "long letterhead", "long subject"],
)
def test_long_words_stay_inside_the_margins(changes):
    for page in pages_of("answer", a_letter(**changes)):
        assert all(run.left >= LEFT - 0.1 and run.right <= RIGHT + 0.5 for run in runs(page))


def test_forty_pages_end_with_the_signature_beside_the_closing_words():
    *_, last = pages = pages_of("answer", a_letter(items=(LONG, LONG, LONG)))
    assert len(pages) > 40
    text = last.extract_text()
    assert "./." in text
    assert "Nguyễn Văn Lợi" in text


def test_what_people_write_is_never_markup():
    nasty = '#panic() *đậm* _nghiêng_ $x$ `mã` <nhãn> @ai // ghi chú /* */ \\ "x" ~ ---'
    text = words_of("answer", a_letter(addressee=nasty, items=(ITEM.model_copy(update={"answer": nasty}),)))
    assert text.count("#panic() *đậm* _nghiêng_ $x$ `mã` <nhãn> @ai // ghi chú /* */") == 2


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z", "C"]), min_size=1, max_size=60))
def test_any_text_is_printed_or_its_character_named(text):
    data = a_letter(items=(ITEM.model_copy(update={"question": text}),))
    try:
        printed = render_letter("answer", data)
    except CannotPrint as error:
        printed = error.character
    assert printed


@pytest.mark.parametrize(
    ("changes", "character", "where"),
    [
        ({"addressee": "Nguyễn 漢"}, "漢", "tên người nhận"),
        ({"items": (ITEM, ITEM.model_copy(update={"question": "Cảm ơn 😀"}))}, "😀", "câu hỏi 2"),
        ({"items": (ITEM.model_copy(update={"answer": "ok \u0e01"}),)}, "\u0e01", "nội dung trả lời 1"),
    ],
)
def test_a_character_that_the_font_lacks_is_an_error_and_no_gap(changes, character, where):
    with pytest.raises(CannotPrint, match=f"{character}.*{where}") as raised:
        render_letter("answer", a_letter(**changes))
    assert raised.value.character == character


def test_invisible_and_control_characters_do_not_spoil_a_letter():
    assert "Mai Lan Anh" in words_of("answer", a_letter(addressee="\ufeffMai\u200b\tLan\x07\nAnh\u202e"))


def test_a_decomposed_text_is_composed():
    assert "Nguyễn" in words_of("answer", a_letter(addressee="Nguye\u0302\u0303n"))


def test_a_letter_about_a_denunciation_is_refused():
    item = LetterItem(question="x", answer="y", authority="Thanh tra", scope="denunciation")
    with pytest.raises(CannotPrint, match="danh tính"):
        render_letter("guidance", a_letter(occasion="redirected", items=(item,)))


@pytest.mark.parametrize(("kind", "occasion"), [("guidance", "late"), ("answer", "redirected")])
def test_kind_and_occasion_must_agree(kind, occasion):
    with pytest.raises(CannotPrint):
        render_letter(kind, a_letter(occasion=occasion))


def test_data_from_a_file_are_checked():
    data = a_letter()
    assert LetterData.model_validate_json(data.model_dump_json()) == data
    with pytest.raises(ValidationError, match="department"):
        a_letter(items=(LetterItem(question="x", answer="y"),))
    with pytest.raises(ValidationError):
        a_letter(dated="2026-06-05")


def test_the_fonts_that_are_shipped_are_whole():
    check_fonts()


def test_a_missing_font_is_named(tmp_path):
    with pytest.raises(FontMissing, match=r"LiberationSerif-Regular\.ttf"):
        check_fonts(tmp_path)


HELD_ON = datetime(2026, 5, 28, 8, 30, tzinfo=VIETNAM)
CONFERENCE = LetterDialogue(
    title="Hội nghị đối thoại lần 1",
    on=date(2026, 5, 28),
    at=HELD_ON,
    place="Hội trường xã",
    chair="Chủ tịch Ủy ban nhân dân xã",
    subjects=("Đất đai", "Chuyển đổi số"),
    cancelled="Bão số 3 đổ bộ",
)
ASKED = LetterItem(question="Bao giờ có kết quả cấp đổi Giấy chứng nhận?")
EXAMPLES = {
    "answer": a_letter(),
    "guidance": a_letter(occasion="redirected", items=(ITEM,)),
    "referral": a_letter(
        occasion=None,
        items=(ASKED.model_copy(update={"authority": "UBND thành phố Hà Nội", "reason": "Thuộc bảng giá đất."}),),
    ),
    "extension": a_letter(
        occasion=None,
        items=(ASKED,),
        extension=LetterExtension(
            reason="Cần đo lại", until=date(2026, 6, 15), responsible="Phòng Kinh tế", requirement="Đối chiếu bản đồ"
        ),
    ),
    "invitation": a_letter(
        occasion=None,
        items=(),
        dialogue=CONFERENCE,
        invitation=LetterInvitation(seat=3, pass_url="https://doithoai.example/phieu/K7QX-3M9D"),
    ),
    "waitlist": a_letter(occasion=None, items=(), dialogue=CONFERENCE, waiting_place=4),
    "rescheduled": a_letter(
        occasion=None,
        items=(),
        move=LetterMove(
            previously_at=HELD_ON - timedelta(days=7), held_at=HELD_ON, place="Nhà văn hóa", reason="Bão số 3"
        ),
    ),
    "cancelled": a_letter(occasion=None, items=(), dialogue=CONFERENCE),
    "conclusion": a_letter(
        occasion=None,
        items=(),
        conclusion=LetterConclusion(
            notice="15/TB-UBND",
            summary="Các phòng thực hiện.",
            promises=(LetterPromise(text="Trả hết hồ sơ.", department="Phòng Kinh tế", term="30/06/2026"),),
            url="https://doithoai.example/xa/thanh-tri/hoi-nghi/1",
        ),
    ),
    "resolution": a_letter(
        occasion=None,
        items=(ASKED,),
        result=LetterResult(
            matter="Trả hết hồ sơ.", result="Đã trả 37 hồ sơ.", department="Phòng Kinh tế", notice="15/TB-UBND"
        ),
    ),
    "transfer-slip": a_letter(
        occasion=None,
        addressee="UBND thành phố Hà Nội",
        asker=LetterAsker(name="Nguyễn Thị Mai"),
        items=(ASKED.model_copy(update={"reason": "Thuộc bảng giá đất."}),),
    ),
}
SYMBOLS = {"invitation": "/GM-UBND", "transfer-slip": "/PC-UBND"}


def test_there_is_an_example_of_every_kind():
    assert set(EXAMPLES) == set(get_args(Kind))


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_the_page_of_the_decree(kind):
    data = EXAMPLES[kind]
    assert LetterData.model_validate_json(data.model_dump_json()) == data
    for page in pages_of(kind, data):
        assert all(run.left >= LEFT - 0.1 and run.right <= RIGHT + 0.5 for run in runs(page))
    text = words_of(kind, data)
    for words in ("CỘNG HÒA XÃ HỘI", "Thanh Trì, ngày 05 tháng 6 năm 2026", "Nguyễn Thị Mai", "./.", "Nơi nhận:"):
        assert words in text
    assert re.findall(r"Số: (/\S+)", text) == [SYMBOLS.get(kind, "/UBND-VP")]


@pytest.mark.parametrize("kind", [kind for kind in get_args(Kind) if kind not in ("answer", "guidance")])
def test_a_letter_that_lacks_what_its_kind_says_is_refused(kind):
    with pytest.raises(CannotPrint, match="còn thiếu"):
        render_letter(kind, a_letter(occasion=None, items=(), dialogue=None))


@pytest.mark.parametrize("kind", ["rescheduled", "invitation", "cancelled", "conclusion"])
def test_news_of_a_conference_can_go_to_who_has_no_form(kind):
    data = EXAMPLES[kind].model_copy(update={"code": None, "received_on": None, "address": None})
    if kind == "invitation":
        data = data.model_copy(update={"invitation": LetterInvitation(speaks_for="Ủy ban Mặt trận Tổ quốc xã")})
        assert "đại diện Ủy ban Mặt trận Tổ quốc xã" in words_of(kind, data)
    assert "K7QX" not in words_of(kind, data)


def test_more_time_is_told_with_the_four_points_of_the_plan_in_order():
    text = words_of("extension", EXAMPLES["extension"])
    places = [text.index(f"{number}. {name}:") for number, name in enumerate(FOUR_POINTS, 1)]
    assert places == sorted(places)
    for words in ("Cần đo lại.", "Đối chiếu bản đồ.", "ngày 15/06/2026", "Phòng Kinh tế.", "“Bao giờ có kết quả"):
        assert words in text


def test_more_time_for_a_promise_names_the_promise_and_the_question():
    extension = EXAMPLES["extension"].extension.model_copy(update={"matter": "Trả hết hồ sơ.\nBáo cáo Chủ tịch."})
    text = words_of("extension", EXAMPLES["extension"].model_copy(update={"extension": extension}))
    for words in ("1. Nội dung: Trả hết hồ sơ.", "Báo cáo Chủ tịch.", "“Bao giờ có kết quả", "theo kết luận"):
        assert words in text


def test_an_invitation_says_when_where_which_seat_and_what_to_bring():
    text = words_of("invitation", EXAMPLES["invitation"])
    for words in (
        "GIẤY MỜI",
        "8 giờ 30 phút, thứ Năm, ngày 28 tháng 5 năm 2026",
        "Hội trường xã",
        "Số ghế: 03",
        "Mã phiếu: K7QX-3M9D",
        "Đất đai; Chuyển đổi số",
        "căn cước",
        "báo trước",
    ):
        assert words in text


def test_who_waits_for_a_seat_is_told_which_one_he_is_and_that_he_is_answered_all_the_same():
    text = words_of("waitlist", EXAMPLES["waitlist"])
    for words in (
        "đăng ký tham dự Hội nghị đối thoại lần 1 tổ chức ngày 28/05/2026",
        "ở vị trí số 04 trong danh sách chờ",
        "đã được tiếp nhận đầy đủ",
        "trực tiếp tại Hội nghị nếu ông/bà được mời dự",
        "không phải đăng ký lại",
    ):
        assert words in text


OF_A_FORM = [kind for kind in get_args(Kind) if kind not in ("rescheduled", "cancelled", "invitation", "transfer-slip")]


@pytest.mark.parametrize("kind", [kind for kind in OF_A_FORM if kind != "waitlist"])
def test_who_spoke_from_the_floor_is_not_told_of_a_form(kind):
    text = words_of(kind, EXAMPLES[kind].model_copy(update={"from_floor": True}))
    assert re.search(r"Tại Hội nghị đối thoại lần 1 tổ chức ngày 28/05/2026, ông/bà nêu|Ông/bà đã nêu ý kiến tại", text)
    for words in ("Phiếu đăng ký", "đã đăng ký tham gia"):
        assert words not in text
    assert text.count("Hội nghị đối thoại lần 1 tổ chức ngày") == 1


@pytest.mark.parametrize("kind", OF_A_FORM)
def test_who_is_on_a_collected_list_is_told_whose(kind):
    text = words_of(kind, EXAMPLES[kind].model_copy(update={"collected_by": "Hội Nông dân xã"}))
    assert "kiến của ông/bà do Hội Nông dân xã tổng hợp" in text
    for words in ("Phiếu đăng ký", "đã đăng ký tham gia"):
        assert words not in text


@pytest.mark.parametrize("occasion", ["taken", "afterwards", "outside-subject"])
def test_an_answer_to_who_spoke_from_the_floor_names_the_conference_once(occasion):
    text = words_of("answer", a_letter(occasion=occasion, from_floor=True))
    assert "Tại Hội nghị đối thoại lần 1 tổ chức ngày 28/05/2026, ông/bà nêu ý kiến (mã phiếu K7QX-3M9D)." in text
    assert text.count("đối thoại lần 1") == 1


def test_the_number_of_an_invitation_is_left_open_for_the_pen():
    [page] = pages_of("invitation", EXAMPLES["invitation"])
    label, symbol = run_with("Số:", page), run_with("/GM-UBND", page)
    assert symbol.left - label.right >= 12 * MM


def test_the_qr_code_of_an_invitation_is_drawn_and_leads_to_the_receipt():
    """Every dark module of the code is where a rectangle or run of the drawing is, and no other."""
    url = EXAMPLES["invitation"].invitation.pass_url
    drawn = qr_svg(url)
    dark = segno.make(url, error="m", micro=False).matrix
    lines = re.search(r' d="([^"]+)"', drawn)[1]
    x, y, seen = 0.0, 0.0, set()
    for command, numbers in re.findall(r"([MmhHvVlL])([^MmhHvVlL]*)", lines):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        match command:
            case "M":
                x, y = values
            case "m":
                x, y = x + values[0], y + values[1]
            case "h":
                seen |= {(int(y), column) for column in range(int(x), int(x + values[0]))}
                x += values[0]
    assert seen == {(row, column) for row, cells in enumerate(dark) for column, cell in enumerate(cells) if cell}
    with_code, without = (
        len(pages_of("invitation", data)[0].get_contents().get_data())
        for data in (
            EXAMPLES["invitation"],
            EXAMPLES["invitation"].model_copy(update={"invitation": LetterInvitation(seat=3)}),
        )
    )
    assert with_code > without


def test_another_place_at_the_same_hour_is_told_as_that():
    move = EXAMPLES["rescheduled"].move.model_copy(update={"previously_at": HELD_ON})
    text = words_of("rescheduled", EXAMPLES["rescheduled"].model_copy(update={"move": move}))
    assert "Thời gian (không thay đổi): 8 giờ 30 phút" in text
    assert "Nhà văn hóa" in text


def test_a_conclusion_and_a_result_are_told_in_full():
    conclusion = words_of("conclusion", EXAMPLES["conclusion"])
    for words in ("Thông báo số 15/TB-UBND", "Các phòng thực hiện.", "Trả hết hồ sơ.", "30/06/2026"):
        assert words in conclusion
    result = words_of("resolution", EXAMPLES["resolution"])
    for words in ("Thông báo kết luận số 15/TB-UBND", "Trả hết hồ sơ.", "Đã trả 37 hồ sơ.", "“Bao giờ có kết quả"):
        assert words in result


@pytest.mark.parametrize(
    ("kind", "part", "change", "where"),
    [
        ("extension", "extension", {"requirement": "漢"}, "nội dung gia hạn"),
        ("rescheduled", "move", {"place": "漢"}, "thời gian, địa điểm mới"),
        ("conclusion", "conclusion", {"summary": "漢"}, "nội dung kết luận"),
        ("resolution", "result", {"result": "漢"}, "kết quả giải quyết"),
        ("invitation", "dialogue", {"place": "漢"}, "tên, địa điểm hội nghị"),
    ],
)
def test_a_character_that_cannot_be_printed_is_named_with_its_place_in_every_kind(kind, part, change, where):
    data = EXAMPLES[kind]
    changed = data.model_copy(update={part: getattr(data, part).model_copy(update=change)})
    with pytest.raises(CannotPrint, match=f"漢.*{where}"):
        render_letter(kind, changed)


def learn_that_it_is_over(state, held, now):
    dialogue, _ = dialogues.keep(None, held, now)
    return rules.learn_of_dialogue(state, dialogue.conference, now)


class TestFromTheCorrespondence:
    profile = read_profile(PROFILES / "thanh-tri.yaml")

    def state(self, *facts, **form):
        dialogue, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
        received = submission_received(registrant=registrant(email=None), **form)
        state, _ = rules.acknowledge(None, received, NOW, dialogue.conference)
        for rule, fact in facts:
            state, _ = rule(state, fact, NOW)
        return delivery.claim_due(state, "c", NOW, timedelta(minutes=5))[0]

    def test_the_answers_of_an_excused_registrant(self):
        second = of_question(AnswerApproved, question=f"{SUBMISSION}-2", department="phong-kinh-te", text="Có.")
        state = self.state(
            (rules.note_answer, of_question(AnswerApproved)),
            (rules.note_answer, second),
            (rules.note_excuse, of_attendance(RegistrantExcused)),
            (learn_that_it_is_over, of_dialogue(DialogueHeld)),
            questions=(question(1), question(2, "Có thu phí không?")),
        )
        data = letter_data(state, state.messages[0], self.profile, date(2026, 5, 15))
        assert (data.occasion, data.reference, data.received_on) == (
            "excused",
            f"{SUBMISSION}.answer.1",
            date(2026, 4, 20),
        )
        assert [item.department for item in data.items] == ["Trung tâm Phục vụ hành chính công", "Phòng Kinh tế"]
        assert (data.dialogue.title, data.dialogue.on, data.dialogue.at) == (TITLE, date(2026, 5, 14), HELD_AT)
        assert render_letter("answer", data).startswith(b"%PDF")

    @pytest.mark.parametrize(
        ("form", "subject"),
        [
            ({}, "trả lời nội dung đăng ký tham gia đối thoại"),
            ({"channel": "floor"}, "trả lời nội dung nêu tại hội nghị đối thoại"),
            (
                {"channel": "list", "collected_by": "Hội Nông dân xã"},
                "trả lời ý kiến gửi đến hội nghị đối thoại",
            ),
            ({"channel": "list"}, "trả lời nội dung đăng ký tham gia đối thoại"),
        ],
    )
    def test_an_answer_calls_the_matter_after_the_door_it_came_through(self, form, subject):
        state = self.state(
            (rules.note_answer, of_question(AnswerApproved)),
            (rules.note_excuse, of_attendance(RegistrantExcused)),
            (learn_that_it_is_over, of_dialogue(DialogueHeld)),
            **form,
        )
        data = letter_data(state, state.messages[0], self.profile, date(2026, 5, 15))
        assert (data.subject, data.from_floor, data.collected_by) == (
            subject,
            form.get("channel") == "floor",
            form.get("collected_by"),
        )

    def test_the_place_of_who_waits(self):
        state = self.state((rules.tell_of_waiting_list, of_attendance(RegistrantWaitlisted, place=4)))
        data = letter_data(state, state.messages[0], self.profile, date(2026, 5, 5))
        assert (state.messages[0].kind, data.waiting_place) == ("waitlist", 4)
        assert render_letter("waitlist", data).startswith(b"%PDF")

    def test_guidance_on_a_complaint(self):
        state = self.state((rules.guide, of_question(QuestionRedirected)))
        data = letter_data(state, state.messages[0], self.profile, date(2026, 4, 21))
        assert (data.occasion, data.items[0].scope, data.items[0].authority) == (
            "redirected",
            "complaint",
            "Ban Tiếp công dân xã Thanh Trì",
        )
        assert state.messages[0].questions == (QUESTION,)
        assert render_letter("guidance", data).startswith(b"%PDF")
