"""The transfer slip: who may have it, of which question, what stands on it, and how its page is laid out."""

from base64 import b64decode
from dataclasses import replace

import pypdf
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify import aftercare, rules
from services.notify.contents import dated
from services.notify.correspondence import Correspondence
from services.notify.paper import documents
from services.notify.paper.letters import CannotPrint, render_page
from services.notify.paper.slip import CONFIDENTIAL, NOWHERE_TO_GO, WITHDRAWN, handed_on, slip
from services.notify.wording import named
from shared.communes import PROFILES, read_profile
from shared.contracts import Refusal, Role
from shared.contracts.intake import DialogueAnnounced, QuestionsWithdrawn
from shared.contracts.notify import RenderSlip
from shared.contracts.people import MAX_QUESTION, Question
from shared.contracts.routing import QuestionRedirected, QuestionReferredUp, QuestionSplit
from shared.contracts.taxonomy import Scope
from tests.builders import (
    NOW,
    QUESTION,
    SUBMISSION,
    actor,
    of_dialogue,
    of_form,
    of_question,
    question,
    registrant,
    submission_received,
)
from tests.measured import BOTTOM, LEFT, MM, RIGHT, TOP, pages_of, run_with, runs
from tests.unit.test_notify_documents import pdf_words, word_of, word_words
from tests.unit.test_notify_rules import told

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
REASON = "Bảng giá đất do Hội đồng nhân dân thành phố ban hành."
REFERRED = of_question(QuestionReferredUp, reason=REASON)
REDIRECTED = of_question(QuestionRedirected, scope=Scope.IN_SCOPE, authority="Chi cục Thuế khu vực Thanh Trì")
COMPLAINT = of_question(QuestionRedirected)
SUPERIOR = "Ủy ban nhân dân thành phố Hà Nội"
LONG = ("Đề nghị xem xét mức thu tiền sử dụng đất. " * 500)[:MAX_QUESTION]
WITHDRAW = of_form(QuestionsWithdrawn, entirely=False)


def a_form(*facts, known=None, **form) -> Correspondence:
    """A form whose question met with these facts. known: what differs of its registrant."""
    received = submission_received(registrant=registrant(**known or {}), **form)
    state, _ = rules.acknowledge(None, received, NOW, told(of_dialogue(DialogueAnnounced)).conference)
    for fact in facts:
        rule = RULES[type(fact)]
        state, _ = rule(state, fact, NOW)
    return state


RULES = {
    QuestionReferredUp: rules.tell_of_referral,
    QuestionRedirected: rules.guide,
    QuestionSplit: rules.note_split,
    QuestionsWithdrawn: aftercare.note_withdrawal,
}


def ask(format="pdf", question=QUESTION, **who):
    return RenderSlip(actor=actor(**who), key="k", submission=SUBMISSION, question=question, format=format)


def file_of(state, format="pdf", question=QUESTION):
    command = ask(format, question)
    file = documents.render_slip(command, *handed_on(state, command), PROFILE, NOW)
    return file, b64decode(file["content"])


def both(state, question=QUESTION):
    """The words of the PDF, and of the DOCX."""
    pdf = pdf_words(file_of(state, "pdf", question)[1]).replace("/ bà", "/bà")
    return pdf, word_words(word_of(file_of(state, "docx", question)[1]))


def page_of(state, profile=PROFILE):
    return slip(*handed_on(state, ask()), profile, dated(NOW))


def pages(state):
    return pages_of(render_page(page_of(state)))


class TestWhoMayHaveIt:
    @pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN])
    def test_the_office_and_the_leaders(self, role):
        _, asked = handed_on(a_form(REFERRED), ask(role=role))
        assert asked.question.id == QUESTION

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN}))
    def test_nobody_else(self, role):
        with pytest.raises(Refusal, match="nhờ Văn phòng") as refused:
            handed_on(a_form(REFERRED), ask(role=role))
        assert refused.value.code == "forbidden"

    @pytest.mark.parametrize(
        ("state", "asked", "code", "says"),
        [
            (None, {}, "not-found", "Không tìm thấy phiếu"),
            (Correspondence(SUBMISSION, "thanh-tri"), {}, "not-found", "Không tìm thấy phiếu"),
            (a_form(REFERRED), {"question": f"{SUBMISSION}-9"}, "not-found", "không có câu hỏi"),
            (a_form(REFERRED), {"commune": "chanh-lo"}, "forbidden", "xã khác"),
            (a_form(), {}, "not-now", NOWHERE_TO_GO),
            (a_form(REFERRED, WITHDRAW), {}, "not-now", WITHDRAWN),
            (a_form(WITHDRAW), {}, "not-now", WITHDRAWN),
        ],
        ids=["unknown", "only reminded of", "another question", "another commune", "stays here", "withdrawn", "both"],
    )
    def test_not_of_this_question(self, state, asked, code, says):
        with pytest.raises(Refusal) as refused:
            handed_on(state, ask(**asked))
        assert refused.value.code == code
        assert says in refused.value.reason

    @pytest.mark.parametrize("contract", [QuestionRedirected, QuestionReferredUp])
    @pytest.mark.parametrize("more", [(), (WITHDRAW,)])
    def test_of_a_denunciation_nobody_and_the_reason_says_what_to_do(self, contract, more):
        state = a_form(of_question(contract, scope=Scope.DENUNCIATION), *more)
        with pytest.raises(Refusal) as refused:
            handed_on(state, ask())
        assert (refused.value.code, refused.value.reason) == ("forbidden", CONFIDENTIAL)
        assert "theo Luật Tố cáo" in refused.value.reason

    def test_of_a_denunciation_not_even_where_nobody_asked_before(self):
        state, asked = handed_on(a_form(REFERRED), ask())
        secret = replace(asked, referral=replace(asked.referral, scope=Scope.DENUNCIATION))
        with pytest.raises(CannotPrint, match="bí mật"):
            slip(state, secret, PROFILE, dated(NOW))


class TestWhatItSays:
    def test_of_a_question_that_was_referred_up(self):
        for words in both(a_form(REFERRED)):
            for part in (
                "PHIẾU CHUYỂN",
                "Câu hỏi, kiến nghị của công dân",
                f"Kính gửi: {SUPERIOR}",
                "Ngày 20/04/2026, Ủy ban nhân dân xã Thanh Trì nhận được Phiếu đăng ký tham gia đối thoại của ông/bà "
                "Nguyễn Thị Mai (mã phiếu K7QX-3M9D)",
                "vượt quá thẩm quyền giải quyết của Ủy ban nhân dân xã Thanh Trì.",
                "Họ và tên: Nguyễn Thị Mai",
                "Địa chỉ: Số 5, thôn Nội, xã Thanh Trì",
                "Điện thoại: 0912345678",
                "Thư điện tử: mai@nguoidan.example",
                "“Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?”",
                f"Lý do chuyển: {REASON}",
                f"đến {SUPERIOR}, đề nghị xem xét, giải quyết theo thẩm quyền và thông báo kết quả cho ông/bà Nguyễn "
                "Thị Mai",
                "theo dõi./.",
                "TM. ỦY BAN NHÂN DÂN",
                "Nơi nhận: - Như trên; - Ông/Bà Nguyễn Thị Mai (để biết); - Lưu: VT, VP.",
                "Nguyễn Văn Lợi",
                "/PC-UBND",
                "Thanh Trì, ngày 20 tháng 4 năm 2026",
            ):
                assert part in words

    def test_of_a_question_that_was_redirected(self):
        for words in both(a_form(REDIRECTED)):
            for part in (
                "Kính gửi: Chi cục Thuế khu vực Thanh Trì",
                "không thuộc thẩm quyền giải quyết của Ủy ban nhân dân xã Thanh Trì.",
                "đã hướng dẫn người nêu: Ông/bà gửi đơn đến Ban Tiếp công dân xã.",
            ):
                assert part in words
            assert "Lý do chuyển" not in words

    def test_of_a_complaint(self):
        for words in both(a_form(COMPLAINT)):
            for part in ("Nội dung khiếu nại của công dân", "có tính chất khiếu nại", "Luật Khiếu nại quy định"):
                assert part in words

    @pytest.mark.parametrize(
        ("form", "says"),
        [
            ({"channel": "floor"}, "tổ chức ngày 14/05/2026, ông/bà Nguyễn Thị Mai nêu ý kiến (mã phiếu K7QX-3M9D)"),
            (
                {"channel": "list", "collected_by": "Hội Nông dân xã"},
                "nhận được ý kiến của ông/bà Nguyễn Thị Mai do Hội Nông dân xã tổng hợp, gửi đến (mã phiếu K7QX-3M9D)",
            ),
        ],
    )
    def test_by_which_door_it_came(self, form, says):
        for words in both(a_form(REFERRED, **form)):
            assert says in words
            assert "Phiếu đăng ký" not in words

    def test_of_an_organisation(self):
        name = "Công ty TNHH Sông Hồng"
        for words in both(a_form(REFERRED, known={"name": name})):
            for part in ("kiến nghị của tổ chức", f"Tên tổ chức: {name}", f"- {name} (để biết);", f"cho {name},"):
                assert part in words
            assert f"ng/bà {name}" not in words

    def test_that_he_gave_no_address_and_nothing_of_ways_that_there_are_not(self):
        for words in both(a_form(REFERRED, known={"address": None, "email": None})):
            assert "Địa chỉ: chưa cung cấp" in words
            assert "Điện thoại: 0912345678" in words
            assert "Thư điện tử" not in words

    def test_of_one_part_of_a_split_question_only_that_part(self):
        fee = Question(id=f"{QUESTION}-1", number=2, section="procedures", text="Lệ phí là bao nhiêu?")
        split = of_question(QuestionSplit, text="Cần giấy tờ gì?", parts=(fee,))
        state = a_form(split, of_question(QuestionReferredUp, question=fee.id))
        for words in both(state, fee.id):
            assert "“Lệ phí là bao nhiêu?”" in words
            assert "giấy tờ" not in words
        assert file_of(state, "pdf", fee.id)[0]["name"] == "phieu-chuyen-K7QX-3M9D-1-1.pdf"
        with pytest.raises(Refusal, match="chưa được báo cáo"):
            file_of(state)

    def test_every_paragraph_of_the_question_inside_one_pair_of_marks(self):
        for words in both(a_form(REFERRED, questions=(question(1, "Dòng một.\n\nDòng hai.\nDòng ba."),))):
            assert "“Dòng một. Dòng hai. Dòng ba.”" in words

    def test_where_its_copy_is_kept_also_where_the_profile_names_none(self):
        head = PROFILE.letterhead.model_copy(update={"copies": ("Như trên;",)})
        bare = page_of(a_form(REFERRED), PROFILE.model_copy(update={"letterhead": head}))
        assert bare.copies == ("Như trên;", "Ông/Bà Nguyễn Thị Mai (để biết);", "Lưu: VT.")

    @pytest.mark.parametrize(
        ("name", "in_text"),
        [
            ("Nguyễn Thị Mai", "ông/bà Nguyễn Thị Mai"),
            ("Bà Nguyễn Thị Mai", "bà Nguyễn Thị Mai"),
            ("Bà", "ông/bà Bà"),
            ("Hợp tác xã Đông Phù", "Hợp tác xã Đông Phù"),
        ],
    )
    def test_whom_it_speaks_of_by_his_title(self, name, in_text):
        assert named(name) == in_text


class TestThePage:
    @pytest.mark.parametrize(
        ("text", "sizes", "font", "because"),
        [
            ("CỘNG HÒA XÃ HỘI", (12, 13), "LiberationSerif-Bold", "Quốc hiệu: capitals 12-13 bold"),
            ("XÃ THANH TRÌ", (12, 13), "LiberationSerif-Bold", "issuing body: capitals 12-13 bold"),
            ("/PC-UBND", (13, 13), "LiberationSerif", "number and symbol: 13 upright"),
            ("ngày 20 tháng 4", (13, 14), "LiberationSerif-Italic", "place and date: 13-14 italic"),
            ("PHIẾU CHUYỂN", (13, 14), "LiberationSerif-Bold", "type: capitals 13-14 bold"),
            ("Câu hỏi, kiến nghị của", (13, 14), "LiberationSerif-Bold", "trích yếu: 13-14 bold"),
            ("Kính gửi", (13, 14), "LiberationSerif", "Kính gửi: 13-14 upright"),
            (REASON[:20], (13, 14), "LiberationSerif", "body: 13-14 upright"),
            ("TM. ỦY BAN NHÂN DÂN", (13, 14), "LiberationSerif-Bold", "capacity: capitals 13-14 bold"),
            ("Nguyễn Văn Lợi", (13, 14), "LiberationSerif-Bold", "name: 13-14 bold"),
            ("Nơi nhận", (12, 12), "LiberationSerif-BoldItalic", "label: 12 bold italic"),
            ("- Lưu: VT", (11, 11), "LiberationSerif", "list: 11"),
        ],
    )
    def test_has_each_part_in_the_size_and_style_of_decree_30(self, text, sizes, font, because):
        [page] = pages(a_form(REFERRED))
        run = run_with(text, page)
        assert sizes[0] <= run.size <= sizes[1], because
        assert run.font == font, because

    def test_has_its_title_and_its_addressee_in_the_middle_and_its_body_indented_and_justified(self):
        [page] = pages(a_form(REFERRED))
        for text in ("PHIẾU CHUYỂN", "Câu hỏi, kiến nghị", "Kính gửi"):
            run = run_with(text, page)
            assert (run.left + run.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=0.5)
        opening = run_with("Ngày 20/04/2026", page)
        assert opening.left - LEFT == pytest.approx(12.7 * MM, abs=0.1)
        assert opening.right == pytest.approx(RIGHT, abs=0.5)

    def test_leaves_its_number_open_for_the_pen(self):
        [page] = pages(a_form(REFERRED))
        label, symbol = run_with("Số:", page), run_with("/PC-UBND", page)
        assert symbol.left - label.right >= 12 * MM
        assert label.baseline == symbol.baseline

    def test_is_followed_by_numbered_ones_where_the_question_is_long(self):
        first, *others = every = pages(a_form(REFERRED, questions=(question(1, LONG),)))
        assert len(every) > 5
        assert "Nguyễn Văn Lợi" in every[-1].extract_text()
        assert "./." in every[-1].extract_text(), "the closing words go with the signature"
        reference = f"{SUBMISSION}.transfer-slip.1"
        assert run_with(reference, first).baseline < BOTTOM
        for number, page in enumerate(every, 1):
            numbers = [run for run in runs(page) if run.baseline > TOP]
            assert [run.text for run in numbers] == ([str(number)] if number > 1 else [])
            for run in runs(page):
                assert run.left >= LEFT - 0.1
                assert run.right <= RIGHT + 0.5
                assert run in numbers or run.text == reference or BOTTOM <= run.baseline <= TOP
        assert all(reference not in page.extract_text() for page in others)

    @pytest.mark.parametrize(
        "changes",
        [
            {"known": {"name": "W" * 200, "address": "x" * 500}},
            {"known": {"name": "Công ty " + "Thương mại và Dịch vụ " * 8, "email": f"{'a' * 230}@nguoidan.example"}},
            {"questions": (question(1, "đ" * MAX_QUESTION),)},
        ],
        ids=["no blanks", "long name and mail address", "one word"],
    )
    def test_holds_what_is_long(self, changes):
        referred = of_question(QuestionReferredUp, authority="Sở Nông nghiệp và Môi trường " * 60)
        for page in pages(a_form(referred, **changes)):
            assert all(run.left >= LEFT - 0.1 and run.right <= RIGHT + 0.5 for run in runs(page))

    def test_is_archivable_with_its_title_its_language_and_every_font_inside(self, tmp_path):
        file, content = file_of(a_form(REFERRED))
        (tmp_path / file["name"]).write_bytes(content)
        reader = pypdf.PdfReader(tmp_path / "phieu-chuyen-K7QX-3M9D-1.pdf")
        xmp = reader.xmp_metadata.stream.get_data().decode()
        assert "<pdfaid:part>2</pdfaid:part>" in xmp
        assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
        assert reader.metadata.title == "PHIẾU CHUYỂN Câu hỏi, kiến nghị của công dân"
        assert reader.trailer["/Root"]["/Lang"] == "vi"
        for font in reader.pages[0]["/Resources"]["/Font"].values():
            assert "/FontFile2" in font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert file["media_type"] == "application/pdf"

    def test_in_word_has_the_page_of_decree_30(self):
        file, content = file_of(a_form(REFERRED), "docx")
        document = word_of(content)
        [section] = document.sections
        sizes = [section.page_width, section.page_height]
        sizes += [section.left_margin, section.right_margin, section.top_margin, section.bottom_margin]
        assert [round(size.mm) for size in sizes] == [210, 297, 30, 15, 20, 20]
        assert section.different_first_page_header_footer
        assert "PAGE" in section.header.paragraphs[0]._p.xml
        every = [
            run
            for place in [document, *(cell for table in document.tables for row in table.rows for cell in row.cells)]
            for paragraph in place.paragraphs
            for run in paragraph.runs
        ]
        assert {run.font.name for run in every} == {"Times New Roman"}
        sizes = {run.text: run.font.size for run in every}
        assert (sizes["PHIẾU CHUYỂN"], sizes[REASON], sizes["- Như trên;"]) == (Pt(14), Pt(14), Pt(11))
        [body] = [one for one in document.paragraphs if one.text == REASON]
        assert body.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
        assert body.paragraph_format.first_line_indent.mm == pytest.approx(12.7, abs=0.05)
        assert [len(table.columns) for table in document.tables] == [2, 2], "heads, signature"
        assert file["name"] == "phieu-chuyen-K7QX-3M9D-1.docx"


@pytest.mark.parametrize(
    ("facts", "known", "asked", "where"),
    [
        ((REFERRED,), {"name": "Nguyễn 漢"}, "Hỏi?", "đoạn 1"),
        ((REFERRED,), {"address": "Số 漢"}, "Hỏi?", "mục “Địa chỉ”"),
        ((REFERRED,), {}, "漢 là gì?", "“Nội dung nêu”"),
        ((of_question(QuestionReferredUp, reason="漢"),), {}, "Hỏi?", "phần “Lý do chuyển”, đoạn 1"),
        ((of_question(QuestionReferredUp, authority="Sở 漢"),), {}, "Hỏi?", "tên người nhận"),
    ],
)
def test_a_letter_of_another_script_is_refused_with_its_place_and_the_way_out(facts, known, asked, where):
    state = a_form(*facts, known=known, questions=(question(1, asked),))
    with pytest.raises(Refusal, match=rf"漢.*{where}.*DOCX") as refused:
        file_of(state)
    assert refused.value.code == "invalid"
    assert "漢" in word_words(word_of(file_of(state, "docx")[1]))


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z", "C"]), min_size=1, max_size=60))
def test_any_question_is_printed_or_its_character_named(text):
    state = a_form(REFERRED, questions=(question(1, text),))
    try:
        printed = file_of(state)[1]
    except Refusal as refused:
        printed = "không có ký tự" in refused.reason
    assert printed
    assert file_of(state, "docx")[1].startswith(b"PK")
