"""Every document measured against Decree 30/2020/NĐ-CP, annex I: what stands where, how large, and where it breaks."""

import io
import re
from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pypdf
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.correspondence import Guidance
from services.notify.paper.drawn import small_qr_svg
from services.notify.paper.letters import CannotPrint, FontMissing, check_fonts, render_page
from services.notify.paper.pages import LETTERS, TITLES, page_of
from services.notify.texts.blocks import Drawing, Lead, Paragraph, Point, Quote, Run, Steps, Table, Written
from shared.communes import Signer
from shared.contracts.notify import MessageKind
from shared.contracts.taxonomy import Scope
from tests.letters import (
    CASES,
    FORM,
    GUIDED,
    ON,
    PROFILE,
    asked,
    every_page,
    long_answer,
    notice_page,
    of_kind,
    page,
    report_page,
    slip_page,
)
from tests.measured import (
    A4,
    BOTTOM,
    LEFT,
    MM,
    RIGHT,
    TOP,
    dark_modules,
    pages_of,
    rules,
    run_with,
    runs,
    words_of,
)

EVERY = every_page()
PRINTED = {name: render_page(one) for name, one in EVERY.items()}
ANSWER = EVERY["answer"]
OPENING = "Ngày 04/05/2026"
REFERENCE = ANSWER.reference
BOLD, UPRIGHT, ITALIC, BOTH = (f"LiberationSerif{style}" for style in ("-Bold", "", "-Italic", "-BoldItalic"))


def first(name):
    return pages_of(PRINTED[name])[0]


def drawn(one):
    return pages_of(render_page(one))


def rule_below(run, sheet):
    """Below the words and close to them, in their middle."""
    [found] = [
        rule
        for rule in rules(sheet, 20)
        if 2 < run.baseline - rule.height < 8 and rule.middle == pytest.approx(run.middle, abs=0.5)
    ]
    return found


def line(*words):
    return tuple(Run(text) for text in words)


def with_body(*blocks, **changes):
    return replace(ANSWER, blocks=blocks, **changes)


# --- the sheet -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_the_sheet_is_a4_and_nothing_stands_in_its_margins(name):
    """Left 30-35, right 15-20, top and bottom 20-25 mm; but for the page number, and the reference in the foot."""
    for number, sheet in enumerate(pages_of(PRINTED[name]), 1):
        assert (float(sheet.mediabox.width), float(sheet.mediabox.height)) == pytest.approx(A4, abs=0.1)
        for run in runs(sheet):
            assert run.left >= LEFT - 0.1, run
            assert run.right <= RIGHT + 0.5, run
            if run.text not in (str(number), EVERY[name].reference, "DỰ THẢO"):
                assert BOTTOM <= run.baseline <= TOP, run


@pytest.mark.parametrize(
    ("name", "text", "sizes", "font", "because"),
    [
        ("answer", "CỘNG HÒA XÃ HỘI", (12, 13), BOLD, "1: Quốc hiệu, capitals 12-13 bold"),
        ("answer", "Độc lập - Tự do", (13, 14), BOLD, "1: Tiêu ngữ, 13-14 bold"),
        ("answer", "XÃ THANH TRÌ", (12, 13), BOLD, "2: issuing body, capitals 12-13 bold"),
        ("answer", "/UBND-VP", (13, 13), UPRIGHT, "3: number and symbol, 13 upright"),
        ("answer-numbered", "Số: 27/UBND-VP", (13, 13), UPRIGHT, "3: number and symbol, 13 upright"),
        ("answer", "Thanh Trì, ngày 05 tháng 6", (13, 14), ITALIC, "4: place and date, 13-14 italic"),
        ("answer", "V/v trả lời", (12, 13), UPRIGHT, "5b: V/v, 12-13 upright"),
        ("conclusion-notice", "THÔNG BÁO", (13, 14), BOLD, "5a: type, capitals 13-14 bold"),
        ("conclusion-notice", "Kết luận của", (13, 14), BOLD, "5a: trích yếu, 13-14 bold"),
        ("invitation", "GIẤY MỜI", (13, 14), BOLD, "5a: type, capitals 13-14 bold"),
        ("invitation", "Tham dự Hội nghị", (13, 14), BOLD, "5a: trích yếu, 13-14 bold"),
        ("apology", "PHIẾU XIN LỖI VÀ HẸN LẠI", (13, 14), BOLD, "5a: type, capitals 13-14 bold"),
        ("transfer-slip", "PHIẾU CHUYỂN", (13, 14), BOLD, "5a: type, capitals 13-14 bold"),
        ("report", "BÁO CÁO", (13, 14), BOLD, "5a: type, capitals 13-14 bold"),
        ("receipt", "GIẤY TIẾP NHẬN PHIẾU", (13, 14), BOLD, "5a: type, capitals 13-14 bold"),
        ("receipt", "đã được Ủy ban", (13, 14), UPRIGHT, "6: body, 13-14 upright"),
        ("answer", OPENING, (13, 14), UPRIGHT, "6: body, 13-14 upright"),
        ("answer", "Trả lời (theo", (13, 14), BOLD, "6: a heading of the body, in its size"),
        ("answer", "TM. ỦY BAN NHÂN DÂN", (13, 14), BOLD, "7: capacity, capitals 13-14 bold"),
        ("answer", "Nguyễn Văn Lợi", (13, 14), BOLD, "7: name, 13-14 bold"),
        ("answer", "Kính gửi", (13, 14), UPRIGHT, "9a: Kính gửi, 13-14 upright"),
        ("answer", "Nơi nhận", (12, 12), BOTH, "9b: label, 12 bold italic"),
        ("answer", "- Lưu: VT", (11, 11), UPRIGHT, "9b: list, 11"),
        ("conclusion-notice-draft", "DỰ THẢO", (13, 14), BOLD, "a draft says so, 13-14 bold"),
    ],
)
def test_each_component_has_the_size_and_style_of_the_decree(name, text, sizes, font, because):
    run = run_with(text, first(name))
    assert sizes[0] <= run.size <= sizes[1], because
    assert run.font == font, because


# --- the head --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_issuer_and_nation_head_the_sheet_side_by_side_with_their_rules(name):
    """The motto's rule is as long as the motto; the issuer's a third to a half of its line; both in its middle."""
    sheet = first(name)
    issuer, body, nation, motto = (
        next(run for run in runs(sheet) if text in run.text)
        for text in ("ỦY BAN NHÂN DÂN", "XÃ THANH TRÌ", "CỘNG HÒA", "Độc lập")
    )
    assert issuer.baseline == nation.baseline
    assert issuer.right < nation.left
    assert motto.middle == pytest.approx(nation.middle, abs=0.5)
    assert body.middle == pytest.approx(issuer.middle, abs=0.5)
    of_issuer, of_motto = rule_below(body, sheet), rule_below(motto, sheet)
    assert (of_motto.left, of_motto.right) == pytest.approx((motto.left, motto.right), abs=1)
    assert 1 / 3 <= of_issuer.length / (body.right - body.left) <= 1 / 2


@pytest.mark.parametrize("name", [name for name, one in EVERY.items() if one.symbol])
def test_number_and_dateline_stand_on_one_line_each_in_the_middle_of_its_head(name):
    sheet = first(name)
    number, dateline = run_with("Số:", sheet), run_with("Thanh Trì, ngày", sheet)
    symbol = run_with(f"/{EVERY[name].symbol}", sheet)
    assert number.baseline == symbol.baseline == pytest.approx(dateline.baseline, abs=0.1)
    [nation] = [run for run in runs(sheet) if "CỘNG HÒA" in run.text]
    body = next(run for run in runs(sheet) if "XÃ THANH TRÌ" in run.text)
    assert dateline.middle == pytest.approx(nation.middle, abs=0.5)
    assert (number.left + symbol.right) / 2 == pytest.approx(body.middle, abs=0.5)


def test_the_number_is_left_open_for_the_pen_until_there_is_one():
    label, symbol = run_with("Số:", first("answer")), run_with("/UBND-VP", first("answer"))
    assert symbol.left - label.right >= 12 * MM
    assert run_with("Số: 27/UBND-VP", first("answer-numbered")).text == "Số: 27/UBND-VP"


def test_what_a_letter_is_about_stands_under_its_number():
    sheet = first("extension")
    number, symbol = run_with("Số:", sheet), run_with("/UBND-VP", sheet)
    about = [run for run in runs(sheet) if run.size == 12 and run.font == UPRIGHT]
    assert [run.middle for run in about] == pytest.approx([(number.left + symbol.right) / 2] * len(about), abs=0.5)
    assert about[0].text.startswith("V/v gia hạn")
    assert len(about) == 3
    assert min(run.right - run.left for run in about) > 0.6 * max(run.right - run.left for run in about), "balanced"
    assert number.baseline - about[0].baseline - 12 * 0.8 >= 6, "6 pt below"


@pytest.mark.parametrize("name", [name for name, one in EVERY.items() if one.title])
def test_a_title_stands_in_the_middle_with_a_rule_of_a_third_to_a_half_below(name):
    sheet, one = first(name), EVERY[name]
    title = run_with(one.title, sheet)
    below = (run for run in runs(sheet) if title.baseline - 60 < run.baseline < title.baseline)
    subject = [run for run in below if run.font == BOLD and run.text in one.about]
    for run in (title, *subject):
        assert run.middle == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)
    rule = rule_below(subject[-1] if subject else title, sheet)
    assert 1 / 3 <= rule.length / max(run.right - run.left for run in (subject or [title])) <= 1 / 2


def test_each_kind_bears_its_title_and_symbol():
    assert set(LETTERS) | set(TITLES) == set(CASES)
    for kind in CASES:
        words = words_of(PRINTED[kind])
        if kind in LETTERS:
            assert f"V/v {EVERY[kind].about}" in words
            assert re.findall(r"Số: (/\S+)", words) == ["/UBND-VP"]
        else:
            assert TITLES[kind] in words
    assert re.findall(r"Số: (/\S+)", words_of(PRINTED["invitation"])) == ["/GM-UBND"]
    assert "Số:" not in words_of(PRINTED["receipt"])
    for name, symbol in (
        ("transfer-slip", "/PC-UBND"),
        ("report", "/BC-UBND"),
        ("conclusion-notice-draft", "/TB-UBND"),
    ):
        assert re.findall(r"Số: (/\S+)", words_of(PRINTED[name])) == [symbol]
    assert "Số: 15/TB-UBND" in words_of(PRINTED["conclusion-notice"])


# --- the body --------------------------------------------------------------------------------------------------------


def test_whom_it_is_for_stands_in_the_middle():
    for run in (run_with("Kính gửi: Ông/Bà Nguyễn Thị Mai", first("answer")), run_with("(Địa chỉ:", first("answer"))):
        assert run.middle == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)


def test_the_body_is_justified_with_an_indent():
    sheet = first("answer")
    opening = run_with(OPENING, sheet)
    assert opening.left - LEFT == pytest.approx(12.7 * MM, abs=0.1), "first line indented by 1.27 cm"
    assert opening.right == pytest.approx(RIGHT, abs=0.5), "justified"
    assert run_with("Trả lời (theo", sheet).left == pytest.approx(opening.left, abs=0.1)


def test_lines_have_between_one_and_one_and_a_half_of_their_spacing_and_paragraphs_six_points_more():
    sheet = drawn(long_answer())[1]
    body = [run for run in runs(sheet) if run.size == 14 and run.baseline < TOP]
    starts = {run.baseline for run in body if run.left == pytest.approx(LEFT + 12.7 * MM, abs=0.1)}
    single = 14 * 1.149
    baselines = sorted({run.baseline for run in body}, reverse=True)
    assert starts
    for above, below in pairwise(baselines):
        between = above - below - (6 if below in starts else 0)
        assert single <= between <= 1.5 * single


def test_what_somebody_wrote_is_slanted_and_stands_between_marks():
    quoted = Quote((line("Một."), line("Hai.")), "Nội dung nêu")
    [sheet] = drawn(with_body(quoted, Paragraph(line("Hết./."))))
    assert [run.text for run in runs(sheet) if run.font == ITALIC and run.baseline < 650] == ["“Một.", "Hai.”"]
    assert run_with("Nội dung nêu:", sheet).font == BOLD


def test_words_in_bold_or_slanted_stay_so():
    mixed = (Run("thường "), Run("đậm", bold=True), Run(" "), Run("nghiêng", italic=True), Run("cả hai", True, True))
    [sheet] = drawn(with_body(Paragraph(mixed), Steps((("Bước 1", line("Nộp phiếu.")),)), Paragraph(line("Hết./."))))
    fonts = [("thường", UPRIGHT), ("đậm", BOLD), ("nghiêng", ITALIC), ("cả hai", BOTH), ("Bước 1:", BOLD)]
    for words, font in fonts:
        assert run_with(words, sheet).font == font


def test_a_line_in_bold_is_never_the_last_of_a_sheet():
    for filled in range(20, 26):
        filler = [Paragraph(line(f"Dòng {number}.")) for number in range(filled)]
        sheets = drawn(
            with_body(*filler, Lead(line("Trả lời:")), Paragraph(line("Có. " * 120)), Paragraph(line("./.")))
        )
        [sheet] = [sheet for sheet in sheets if "Trả lời:" in sheet.extract_text()]
        lead = run_with("Trả lời:", sheet)
        assert any("Có." in run.text and run.baseline < lead.baseline for run in runs(sheet))


def test_the_names_of_columns_head_a_table_on_every_sheet():
    sheets = drawn(report_page(rows=80))
    with_rows = [sheet for sheet in sheets if "Hộ tịch" in sheet.extract_text()]
    assert len(with_rows) > 2
    for sheet in with_rows:
        names, row = run_with("Lĩnh vực", sheet), next(run for run in runs(sheet) if "Hộ tịch" in run.text)
        assert names.baseline > row.baseline
        assert names.font == BOLD
    figures = [run for run in runs(with_rows[1]) if re.fullmatch(r"\d+,5", run.text)]
    assert [run.middle for run in figures] == pytest.approx([figures[0].middle] * len(figures), abs=0.1)


def test_a_receipt_shows_its_code_large_beside_the_way_to_its_page():
    [sheet] = pages_of(PRINTED["receipt"])
    code = run_with("K7QX-3M9D", sheet)
    assert (code.size, code.font) == (22, BOLD)
    assert "Nơi nhận" not in sheet.extract_text()
    assert run_with("Quét để tra cứu", sheet).left > code.right
    assert run_with("(Ký, ghi rõ họ tên)", sheet).font == ITALIC


# --- the end ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_who_signs_stands_on_the_right_and_who_gets_a_copy_on_the_left(name):
    sheet, one = pages_of(PRINTED[name])[-1], EVERY[name]
    capacity = [run_with(text.upper(), sheet) for text in one.signer.capacity]
    signer = [run for run in runs(sheet) if run.text == one.signer.name][-1]
    for run in (*capacity, signer):
        assert run.left > (LEFT + RIGHT) / 2
        assert run.middle == pytest.approx(signer.middle, abs=0.5)
    if one.by_hand:
        return
    assert capacity[-1].baseline - signer.baseline > 25 * MM, "room for the hand and the seal"
    label = run_with("Nơi nhận:", sheet)
    assert label.left == pytest.approx(LEFT, abs=0.1)
    assert label.baseline == pytest.approx(capacity[0].baseline, abs=0.1), "on one line with the capacity"
    copies = [run for run in runs(sheet) if run.text.startswith("- ") and run.size == 11]
    assert copies[-1].text.startswith("- Lưu: VT")


def test_every_document_ends_with_a_stroke_a_stop_and_the_signature():
    for pdf in PRINTED.values():
        last = pages_of(pdf)[-1].extract_text()
        assert "./." in last


def test_sheets_are_numbered_at_the_top_from_the_second_on():
    """Arabic, upright, 13-14, in the middle of the top margin."""
    sheets = drawn(long_answer())
    assert len(sheets) > 2
    for number, sheet in enumerate(sheets, 1):
        in_margin = [run for run in runs(sheet) if run.baseline > TOP]
        if number == 1:
            assert in_margin == []
            continue
        [run] = in_margin
        assert (run.text, run.font) == (str(number), UPRIGHT)
        assert 13 <= run.size <= 14
        assert run.middle == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)


def test_the_reference_stands_in_the_foot_of_the_first_sheet_with_a_code_that_leads_to_its_scanning():
    """The code is read back from what is drawn: 12 mm wide, no nearer than 5 mm to the edge."""
    one = long_answer()
    sheet, *others = drawn(one)
    run = run_with(REFERENCE, sheet)
    assert run.baseline < BOTTOM
    assert run.right < RIGHT - 12 * MM
    matrix = segno.make_qr(one.scan, error="l", mask=3).matrix
    top = 5.5 * MM + 12 * MM
    dark = {(row, column) for row, cells in enumerate(matrix) for column, cell in enumerate(cells) if cell}
    assert dark_modules(sheet, RIGHT - 12 * MM, top, 12 * MM, len(matrix)) == dark
    for other in others:
        assert REFERENCE not in other.extract_text()
        assert not dark_modules(other, RIGHT - 12 * MM, top, 12 * MM, len(matrix))


@given(st.lists(st.text("ABCDEFGHJKMNPQRSTVWXYZ0123456789.-", min_size=26, max_size=26), min_size=2, max_size=3))
def test_the_small_code_of_each_letter_is_the_one_that_its_address_has(ids):
    for id in ids:
        address = f"https://ban-lam-viec.example/buu-chinh/quet/{id}.answer.1"
        drawn = small_qr_svg(address)
        matrix = segno.make_qr(address, error="l", mode="byte", mask=3).matrix
        seen = {
            (int(row), int(column) + more)
            for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)", drawn)
            for more in range(int(length))
        }
        assert seen == {(row, column) for row, cells in enumerate(matrix) for column, cell in enumerate(cells) if cell}


def test_the_code_of_an_invitation_stands_beside_its_facts_and_leads_to_the_pass():
    one = EVERY["invitation"]
    sheet = first("invitation")
    [drawing] = [block for block in one.blocks if isinstance(block, Drawing)]
    matrix = segno.make_qr(drawing.url, error="m").matrix
    note, chair = run_with(drawing.note, sheet), run_with("Chủ trì:", sheet)
    side = 30 * MM
    left = note.middle - side / 2
    top = max(
        stroke.height + stroke.thickness / 2 for stroke in rules(sheet, 1) if left - 1 < stroke.left < left + side
    )
    dark = {(row, column) for row, cells in enumerate(matrix) for column, cell in enumerate(cells) if cell}
    assert dark_modules(sheet, left, top, side, len(matrix)) == dark
    assert top == pytest.approx(chair.baseline + 0.8 * 14, abs=1), "beside the first fact"
    assert run_with("Thời gian:", sheet).right < left


# --- what a letter must survive --------------------------------------------------------------------------------------

WORD, NAME = "đ" * 20_000, "Công ty " + "Thương mại và Dịch vụ " * 9
HEAD = PROFILE.letterhead
HEADS = {
    "one word": HEAD.model_copy(update={"issuer": "x" * 300, "parent": "W" * 300}),
    "many": HEAD.model_copy(update={"issuer": "Ủy ban nhân dân xã " + "Bình Minh " * 28, "parent": "Sở Nội vụ " * 29}),
    "signer": HEAD.model_copy(update={"place": "W" * 100}),
}


@pytest.mark.parametrize(
    "changes",
    [
        {"addressee": NAME, "address": "Số 123, ngách 45 " * 29},
        {"addressee": "W" * 200, "address": "x" * 500},
        {"blocks": (Paragraph(line(WORD)), Quote((line(WORD),), "W" * 300), Paragraph(line("./.")))},
        {"blocks": (Point("W" * 200, (line("W" * 400),)), Drawing("https://a.example/b", "W" * 90))},
        {"blocks": (Table(("TT", "W" * 90), ((("1" * 40,), ("W" * 300, "x")),), (5, 95)), Paragraph(line("./.")))},
        {"letterhead": HEADS["one word"]},
        {"letterhead": HEADS["many"]},
        {"signer": Signer(capacity=("W" * 200, "Phó Chủ tịch phụ trách " * 12), name="W" * 200)},
        {"about": "trả lời " * 60},
        {"about": "W" * 200},
        {"about": "W" * 200, "title": "GIẤY MỜI"},
        {"copies": ("W" * 200, "Các phòng, đơn vị " * 15)},
        {"number": "W" * 60, "dateline": "W" * 90},
        {"reference": "W" * 200, "scan": None},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_what_is_long_stays_inside_the_margins_and_is_all_there(changes):
    one = replace(ANSWER, **changes)
    sheets = drawn(one)
    for sheet in sheets:
        assert all(run.left >= LEFT - 0.1 and run.right <= RIGHT + 0.5 for run in runs(sheet))
    said = "".join(run.text for sheet in sheets for run in runs(sheet))
    for change in changes.values():
        if isinstance(change, str) and set(change) == {"W"}:
            assert said.replace("\u200b", "").count("W") >= len(change)


def test_a_long_issuer_does_not_run_into_the_nation():
    for head in HEADS.values():
        sheet, *_ = drawn(replace(ANSWER, letterhead=head))
        nation = run_with("CỘNG HÒA", sheet)
        left = [run for run in runs(sheet) if run.left < nation.left and run.size == 13 and run.font == BOLD]
        assert max(run.right for run in left) < nation.left, left


def test_forty_sheets_are_numbered_and_end_with_the_signature_beside_the_closing_words():
    sheets = drawn(long_answer(220))
    assert len(sheets) > 40
    for number, sheet in enumerate(sheets[1:], 2):
        assert [run.text for run in runs(sheet) if run.baseline > TOP] == [str(number)]
    text = sheets[-1].extract_text()
    assert "./." in text
    assert "Nguyễn Văn Lợi" in text


@pytest.mark.parametrize("lines", range(14, 34))
def test_the_signature_is_never_alone_on_a_sheet(lines):
    filler = [Paragraph(line(f"Dòng {number}.")) for number in range(lines)]
    *_, last = drawn(with_body(*filler, Paragraph(line("Trân trọng./."))))
    text = last.extract_text()
    assert "Trân trọng./." in text
    assert "Nguyễn Văn Lợi" in text


@pytest.mark.parametrize(
    ("closing", "because"),
    [
        ("Đề nghị ông/bà liên hệ Văn phòng. " * 400, "sentences"),
        ("liên hệ " * 2_000, "words"),
        ("x" * 9_000, "one word"),
    ],
)
def test_closing_words_longer_than_a_sheet_are_all_there_and_their_end_stays_with_the_signature(closing, because):
    sheets = drawn(with_body(Paragraph((Run("Kết: ", bold=True), Run(closing), Run("hết./.")))))
    assert len(sheets) > 2, because
    assert "hết./." in sheets[-1].extract_text()
    said = "".join(run.text for sheet in sheets for run in runs(sheet))
    assert said.count(closing[0]) >= closing.count(closing[0])
    for sheet in sheets:
        assert all(run.baseline >= BOTTOM for run in runs(sheet) if run.size > 7)


def test_a_hundred_recipients_run_over_several_sheets():
    copies = tuple(f"Đơn vị thứ {number};" for number in range(100))
    sheets = drawn(replace(ANSWER, copies=copies))
    said = "".join(sheet.extract_text() for sheet in sheets)
    assert all(copy in said for copy in copies)
    assert all(run.baseline >= BOTTOM for sheet in sheets for run in runs(sheet) if run.size > 7)


def test_what_people_write_is_never_markup():
    nasty = '#panic() *đậm* _nghiêng_ $x$ `mã` <nhãn> @ai // ghi chú /* */ \\ "x" ~ --- \\u{41} ")) #panic()'
    one = with_body(Paragraph(line(nasty)), Quote((line(nasty),), nasty), Point(nasty, (line(nasty),)), addressee=nasty)
    text = words_of(render_page(one))
    assert text.count('#panic() *đậm* _nghiêng_ $x$ `mã` <nhãn> @ai // ghi chú /* */ \\ "x" ~ --- \\u{41} "))') == 6


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z"]), min_size=1, max_size=60))
def test_any_text_is_printed_or_its_character_named(text):
    try:
        printed = render_page(with_body(Quote((line(text),), "Nội dung nêu")))
    except CannotPrint as error:
        printed = error.character
    assert printed


@pytest.mark.parametrize(
    ("changes", "character", "where"),
    [
        ({"addressee": "Nguyễn 漢"}, "漢", "tên người nhận"),
        ({"address": "Số 5 ถนน"}, "ถ", "địa chỉ"),
        ({"about": "trả lời 漢"}, "漢", "trích yếu"),
        ({"blocks": (Quote((line("Cảm ơn 😀"),), "Câu hỏi 2"),)}, "😀", "“Câu hỏi 2”"),
        ({"blocks": (Point("Lý do", (line("漢"),)),)}, "漢", "mục “Lý do”"),
        (
            {"blocks": (Lead(line("Trả lời:")), Paragraph(line("Có.")), Paragraph(line("ok \u0e01")))},
            "\u0e01",
            "đoạn cuối",
        ),
        (
            {"blocks": (Lead(line("Trả lời:")), Paragraph(line("a")), Paragraph(line("漢")), Paragraph(line("b")))},
            "漢",
            "phần “Trả lời”, đoạn 2",
        ),
        ({"blocks": (Table(("TT", "Việc"), ((("1",), ("漢",)),), (1, 9)), Paragraph(line("b")))}, "漢", "bảng"),
        (
            {"blocks": (Point("Ghế", (line("漢"),)), Drawing("https://a.example", "mã"), Paragraph(line("b")))},
            "漢",
            "mục “Ghế”",
        ),
        ({"signer": Signer(capacity=("Chủ tịch",), name="Nguyễn 漢")}, "漢", "họ tên người ký"),
        ({"copies": ("漢",)}, "漢", "nơi nhận"),
    ],
)
def test_a_character_that_the_font_lacks_is_an_error_that_names_it_and_its_place(changes, character, where):
    with pytest.raises(CannotPrint, match=f"{character}.*ở {where}") as raised:
        render_page(replace(ANSWER, **changes))
    assert raised.value.character == character


def test_an_address_that_no_code_can_hold_is_an_error():
    with pytest.raises(CannotPrint, match="mã QR"):
        render_page(with_body(Drawing("https://a.example/" + "x" * 3_000, "mã")))


# --- the file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_it_is_an_archivable_file_in_vietnamese_with_a_title_and_every_font_inside(name):
    reader = pypdf.PdfReader(io.BytesIO(PRINTED[name]))
    xmp, root = reader.xmp_metadata.stream.get_data().decode(), reader.trailer["/Root"]
    for said in ("<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>B</pdfaid:conformance>", "<pdfuaid:part>1<"):
        assert said in xmp
    assert "<dc:language><rdf:Bag><rdf:li>vi</rdf:li>" in xmp
    assert root["/Lang"] == "vi"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    one = EVERY[name]
    assert reader.metadata.title == (f"{one.title} {one.about}".strip() if one.title else f"V/v {one.about}")
    assert reader.metadata.author == "Ủy ban nhân dân xã Thanh Trì"
    assert "GTS_PDFA1" in {intent.get_object()["/S"].lstrip("/") for intent in root["/OutputIntents"]}
    for sheet in reader.pages:
        for font in sheet["/Resources"]["/Font"].values():
            assert "/FontFile2" in font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("answer", {"/P", "/H1"}),
        ("invitation", {"/P", "/H1", "/Figure"}),
        ("conclusion-notice", {"/P", "/H1", "/H2", "/Table", "/TH", "/TD"}),
        ("report", {"/P", "/H1", "/H2", "/Table", "/TH", "/TD"}),
    ],
)
def test_its_parts_are_tagged_for_who_hears_it_read(name, tags):
    root = pypdf.PdfReader(io.BytesIO(PRINTED[name])).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    found = list(structure(root["/StructTreeRoot"]))
    assert tags <= {part["/S"] for part in found}
    for figure in (part for part in found if part["/S"] == "/Figure"):
        assert figure["/Alt"]


def structure(part):
    kids = part.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        kid = kid.get_object()
        if isinstance(kid, dict) and "/S" in kid:
            yield kid
            yield from structure(kid)


def test_its_words_can_be_found_with_all_their_marks():
    text = words_of(PRINTED["answer"])
    for words in ("Ủy ban nhân dân xã Thanh Trì", "Giấy chứng nhận", "hướng dẫn./.", "PHÓ CHỦ TỊCH", "K7QX-3M9D"):
        assert words.casefold() in text.casefold()


def test_the_same_page_gives_the_same_bytes():
    assert [render_page(one) for one in EVERY.values()] == list(PRINTED.values())


# --- what is not printed ---------------------------------------------------------------------------------------------

SAYS = Written("trả lời", "Trả lời", (Paragraph(line("Có./.")),))
NOT_PRINTED = sorted(set(get_args(MessageKind)) - LETTERS - set(TITLES))


@pytest.mark.parametrize("kind", NOT_PRINTED)
def test_what_is_for_staff_is_not_printed(kind):
    state, message = of_kind("answer")
    with pytest.raises(CannotPrint, match="không in ra giấy"):
        page_of(SAYS, state, replace(message, kind=kind), PROFILE, ON)


@pytest.mark.parametrize("kind", ["guidance", "referral", "extension", "apology", "answer", "receipt"])
def test_nothing_about_a_denunciation_is_printed(kind):
    told = replace(FORM.questions[0], guidance=Guidance("Xin gửi đơn.", "Thanh tra", Scope.DENUNCIATION))
    state, message = of_kind(kind)
    with pytest.raises(CannotPrint, match="danh tính"):
        page_of(SAYS, replace(state, questions=(told,)), message, PROFILE, ON)


@pytest.mark.parametrize("kind", ["guidance", "answer"])
def test_a_letter_that_lacks_what_it_is_to_tell_is_refused(kind):
    state, message = of_kind(kind)
    with pytest.raises(CannotPrint, match="chưa có nội dung"):
        page_of(SAYS, replace(state, questions=(asked(),)), message, PROFILE, ON)


def test_a_letter_without_words_is_refused():
    state, message = of_kind("answer")
    with pytest.raises(CannotPrint, match="trống"):
        page_of(replace(SAYS, blocks=()), state, message, PROFILE, ON)


def test_a_letter_to_who_gave_no_address_has_none_and_no_empty_brackets():
    registrant = FORM.registrant.model_copy(update={"address": None})
    text = words_of(render_page(page("answer", registrant=registrant)))
    assert "Địa chỉ" not in text
    assert "Kính gửi: Ông/Bà Nguyễn Thị Mai Ngày" in text


def test_a_decomposed_name_with_invisible_characters_is_printed_clean():
    registrant = FORM.registrant.model_copy(update={"name": "\ufeffNguye\u0302\u0303n\u200b\tThị\x07\nMai\u202e"})
    assert "Kính gửi: Ông/Bà Nguyễn Thị Mai" in words_of(render_page(page("answer", registrant=registrant)))


def test_guidance_on_a_complaint_is_printed():
    assert GUIDED.guidance.scope is Scope.COMPLAINT
    assert "Luật Khiếu nại" in words_of(PRINTED["guidance"])


def test_a_document_that_names_nobody_above_sends_no_copy_as_above():
    for one in (notice_page(), report_page(addressee=None)):
        assert "Như trên" not in words_of(render_page(one))
    assert "Như trên" in words_of(render_page(slip_page()))


# --- the fonts -------------------------------------------------------------------------------------------------------


def test_the_fonts_that_are_shipped_are_whole():
    check_fonts()


def test_a_missing_font_is_named(tmp_path):
    with pytest.raises(FontMissing, match=r"LiberationSerif-Regular\.ttf"):
        check_fonts(tmp_path)


@pytest.mark.parametrize(
    ("door", "title"),
    [
        ({}, "GIẤY TIẾP NHẬN PHIẾU ĐĂNG KÝ ĐỐI THOẠI"),
        ({"channel": "floor"}, "GIẤY TIẾP NHẬN Ý KIẾN"),
        ({"channel": "list", "collected_by": "Hội Nông dân xã"}, "GIẤY TIẾP NHẬN Ý KIẾN"),
    ],
)
def test_a_receipt_is_named_for_what_came(door, title):
    assert page("receipt", **door).title == title
