"""The same pages for a word processor, measured: sheet, sizes, columns, rules, and every word that is on paper."""

import io
import re

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from PIL import ImageFont

from services.notify.paper.letters import render_page
from services.notify.paper.word import FACE, page_as_word, text_as_word
from services.notify.texts.blocks import Drawing, Point, Run
from shared.typesetting import FONTS
from tests.builders import registrant
from tests.letters import every_page, page, report_page
from tests.measured import words_of

EVERY = every_page()
CENTRED, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY


def word(name):
    return docx.Document(io.BytesIO(page_as_word(EVERY[name])))


def paragraphs(document):
    """In the order of the page, those of tables, too."""
    for part in document.iter_inner_content():
        if hasattr(part, "rows"):
            yield from (one for row in part.rows for cell in row.cells for one in cell.paragraphs)
        else:
            yield part


def the(text, document):
    return next(one for one in paragraphs(document) if text in one.text)


@pytest.mark.parametrize("name", EVERY)
def test_the_sheet_has_the_size_the_margins_and_the_numbers_of_the_decree(name):
    document = word(name)
    [section] = document.sections
    sizes = [section.page_width, section.page_height]
    sizes += [section.left_margin, section.right_margin, section.top_margin, section.bottom_margin]
    assert [round(size.mm, 1) for size in sizes] == [210, 297, 30, 15, 20, 20]
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == ""
    [number] = section.header.paragraphs
    assert "PAGE" in number._p.xml
    assert number.alignment == CENTRED
    assert document.core_properties.language == "vi-VN"
    assert {run.font.name for one in paragraphs(document) for run in one.runs if run.text} == {FACE}


@pytest.mark.parametrize(
    ("name", "text", "sizes", "bold", "italic", "align"),
    [
        ("answer", "CỘNG HÒA XÃ HỘI", (12, 13), True, False, CENTRED),
        ("answer", "Độc lập - Tự do", (13, 14), True, False, CENTRED),
        ("answer", "XÃ THANH TRÌ", (12, 13), True, False, CENTRED),
        ("answer", "Số:", (13, 13), False, False, CENTRED),
        ("answer", "ngày 05 tháng 6", (13, 14), False, True, CENTRED),
        ("answer", "V/v trả lời", (12, 13), False, False, CENTRED),
        ("answer", "Kính gửi", (13, 14), False, False, CENTRED),
        ("answer", "Ngày 04/05/2026", (13, 14), False, False, JUSTIFIED),
        ("answer", "Trả lời (theo", (13, 14), True, False, JUSTIFIED),
        ("answer", "TM. ỦY BAN NHÂN DÂN", (13, 14), True, False, CENTRED),
        ("answer", "Nguyễn Văn Lợi", (13, 14), True, False, CENTRED),
        ("answer", "Nơi nhận", (12, 12), True, True, None),
        ("answer", "- Lưu: VT", (11, 11), False, False, None),
        ("invitation", "GIẤY MỜI", (13, 14), True, False, CENTRED),
        ("conclusion-notice", "Kết luận của", (13, 14), True, False, CENTRED),
        ("conclusion-notice-draft", "DỰ THẢO", (13, 14), True, False, None),
        ("receipt", "K7QX-3M9D", (22, 22), True, False, CENTRED),
        ("receipt", "(Ký, ghi rõ họ tên)", (13, 14), False, True, CENTRED),
    ],
)
def test_each_component_has_the_size_and_style_of_the_decree(name, text, sizes, bold, italic, align):
    paragraph = the(text, word(name))
    run = next(run for run in paragraph.runs if run.text.strip())
    assert Pt(sizes[0]) <= run.font.size <= Pt(sizes[1])
    assert (bool(run.bold), bool(run.italic), paragraph.alignment) == (bold, italic, align)


@pytest.mark.parametrize("name", EVERY)
def test_it_says_what_the_paper_says(name):
    told = " ".join(one.text for one in paragraphs(word(name)))
    on_paper = words_of(render_page(EVERY[name])).replace("\u200b", "")
    for words in set(re.findall(r"\w+", on_paper)) - set(re.findall(r"\w+", EVERY[name].reference)):
        assert words in told or (words.isdigit() and len(words) == 1), words


@pytest.mark.parametrize("name", EVERY)
def test_the_columns_of_the_head_hold_the_name_of_the_state_on_one_line(name):
    head = word(name).tables[0]
    left, right = head.rows[0].cells
    assert (left.width + right.width) / 36_000 == pytest.approx(165, abs=0.1)
    face = ImageFont.truetype(FONTS / "LiberationSerif-Bold.ttf", 1_300)
    assert face.getlength("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") / 100 < right.width.pt
    margins = head._tbl.tblPr.find(qn("w:tblCellMar"))
    assert {margin.get(qn("w:w")) for margin in margins} == {"0"}, "or the cells would be narrower than that"


def test_the_rules_of_the_head_are_as_long_as_the_decree_wants():
    """Below the motto as long as it; below the issuer a third to a half."""
    head = word("answer").tables[0]
    motto = ImageFont.truetype(FONTS / "LiberationSerif-Bold.ttf", 1_400).getlength("Độc lập - Tự do - Hạnh phúc") / 100
    issuer = ImageFont.truetype(FONTS / "LiberationSerif-Bold.ttf", 1_300).getlength("XÃ THANH TRÌ") / 100
    lengths = []
    for cell in head.rows[0].cells:
        [rule] = [one for one in cell.paragraphs if one._p.find(f".//{qn('w:pBdr')}") is not None]
        layout = rule.paragraph_format
        lengths.append((cell.width - layout.left_indent - layout.right_indent) / 12_700)
    assert lengths[1] == pytest.approx(motto, abs=1)
    assert 1 / 3 <= lengths[0] / issuer <= 1 / 2


@pytest.mark.parametrize("name", EVERY)
def test_the_closing_words_stay_with_the_signature(name):
    document = word(name)
    *_, closing = [one for one in document.paragraphs if one.text]
    assert closing.text.endswith("./.")
    assert closing.paragraph_format.keep_with_next
    assert document.tables[-1].rows[0]._tr.find(f".//{qn('w:cantSplit')}") is not None


def test_the_body_is_indented_and_its_paragraphs_stand_apart():
    opening = the("Ngày 04/05/2026", word("answer")).paragraph_format
    assert opening.first_line_indent.mm == pytest.approx(12.7, abs=0.05)
    assert opening.space_after >= Pt(6)
    assert 1 <= opening.line_spacing <= 1.5


def test_a_table_repeats_the_names_of_its_columns_and_fills_the_line():
    table = docx.Document(io.BytesIO(page_as_word(report_page(rows=80)))).tables[1]
    assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
    assert sum(cell.width for cell in table.rows[0].cells) / 36_000 == pytest.approx(165, abs=0.5)
    assert len(table.rows) == 81
    assert [cell.paragraphs[0].alignment for cell in table.rows[1].cells][:3] == [CENTRED, None, CENTRED]


def test_the_code_of_an_invitation_is_a_picture_beside_its_facts():
    document = word("invitation")
    assert len(document.inline_shapes) == 1
    assert round(document.inline_shapes[0].width.mm) == 30
    facts, drawing = document.tables[1].rows[0].cells
    assert "Thời gian:" in facts.text
    assert "Mã QR" in drawing.text


def test_a_character_that_no_font_of_ours_has_is_for_the_word_processor_to_find():
    page = EVERY["answer"]
    strange = page_as_word(type(page)(**{**fields(page), "blocks": (Point("Tên", ((Run("漢"),),)),)}))
    assert "漢" in the("漢", docx.Document(io.BytesIO(strange))).text


def fields(page):
    return {name: getattr(page, name) for name in page.__dataclass_fields__}


def test_a_drawing_without_facts_stands_in_the_middle():
    page = EVERY["answer"]
    content = page_as_word(type(page)(**{**fields(page), "blocks": (Drawing("https://a.example", "Mã"),)}))
    document = docx.Document(io.BytesIO(content))
    assert the("Mã", document).alignment == CENTRED
    assert len(document.inline_shapes) == 1


def test_a_text_to_be_read_aloud_is_large_with_room_between_its_lines():
    document = docx.Document(io.BytesIO(text_as_word("Thông báo", ("Kính mời.",))))
    assert min(run.font.size for one in document.paragraphs for run in one.runs) >= Pt(16)
    assert document.paragraphs[1].paragraph_format.line_spacing == 1.5


@pytest.mark.parametrize("unseen", ["\ufffe", "\uffff", "\ufdd0", "\x0b", "\u206a"])
def test_what_no_word_processor_reads_is_left_out_of_a_person_s_words(unseen):
    odd = registrant(name=f"Nguyễn{unseen} Mai", address=f"Số{unseen} 5")
    document = docx.Document(io.BytesIO(page_as_word(page("answer", registrant=odd))))
    assert the("Kính gửi: Ông/Bà Nguyễn", document).text.split() == ["Kính", "gửi:", "Ông/Bà", "Nguyễn", "Mai"]
