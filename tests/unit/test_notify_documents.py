import io
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import docx
import pypdf
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from services.notify import dialogues
from services.notify.paper import documents
from services.notify.wording import spoken
from shared.communes import PROFILES, Signer, Span, read_profile
from shared.contracts import Refusal
from shared.contracts.deadlines import DeadlineMoved
from shared.contracts.intake import (
    ConclusionDrafted,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialogueRescheduled,
)
from shared.contracts.notify import RenderDocument
from tests.builders import (
    COMMITMENT,
    DIALOGUE,
    HELD_AT,
    NOW,
    PLACE,
    TITLE,
    actor,
    of_deadline,
    of_dialogue,
)

PROFILE = read_profile(PROFILES / "thanh-tri.yaml").model_copy(update={"loudspeaker": None, "terms": {}})
WITH_TERM = PROFILE.model_copy(
    update={"terms": {"resolution": Span(count=20, unit="working-days", counted="after", basis="Kế hoạch")}}
)
SUMMARY = "Các phòng thực hiện đúng nội dung đã kết luận.\nVăn phòng đôn đốc, báo cáo Chủ tịch."


TITLE_ALOUD = "Hội nghị đối thoại về thủ tục hành chính lần một năm hai nghìn không trăm hai mươi sáu"
THAT_DAY = "thứ Năm, ngày mười bốn tháng năm năm hai nghìn không trăm hai mươi sáu"
CUT_OFF = "thứ Hai, ngày mùng bốn tháng năm năm hai nghìn không trăm hai mươi sáu"


def ask(document, format, **who):
    return RenderDocument(actor=actor(**who), key="k", dialogue=DIALOGUE, document=document, format=format)


def told(*news):
    state = None
    for one in news:
        if isinstance(one, ConclusionDrafted):
            state, _ = dialogues.keep_draft(state, one)
        else:
            state, _ = dialogues.keep(state, one, NOW)
    return state


ANNOUNCED = of_dialogue(DialogueAnnounced)
DRAFTED = of_dialogue(ConclusionDrafted, summary=SUMMARY)
CONCLUDED = of_dialogue(DialogueConcluded, summary=SUMMARY, commitments=(COMMITMENT,))


def file_of(state, document, format, profile=PROFILE):
    conference, record = dialogues.announced(state, ask(document, format), DIALOGUE)
    file = documents.render(ask(document, format), conference, record, profile, NOW)
    return file, b64decode(file["content"])


def pdf_words(content):
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def word_of(content):
    return docx.Document(io.BytesIO(content))


def word_words(document):
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(one.text for one in document.paragraphs), *cells]).split())


class TestConclusion:
    def both(self, *news, profile=PROFILE):
        state = told(*news)
        _, pdf = file_of(state, "conclusion", "pdf", profile)
        _, word = file_of(state, "conclusion", "docx", profile)
        return pdf_words(pdf), word_words(word_of(word))

    def test_as_a_draft_says_so_and_has_no_number(self):
        for words in self.both(ANNOUNCED, DRAFTED):
            assert "DỰ THẢO" in words
            assert "/TB-UBND" in words
            assert "15/TB-UBND" not in words
            assert "ngày … tháng … năm 2026" in words

    def test_as_published_bears_its_number_and_its_day(self):
        for words in self.both(ANNOUNCED, CONCLUDED.model_copy(update={"occurred_at": NOW + timedelta(days=25)})):
            assert "Số: 15/TB-UBND" in words
            assert "Thanh Trì, ngày 15 tháng 5 năm 2026" in words
            assert "DỰ THẢO" not in words

    def test_says_what_was_concluded_where_by_whom_and_who_must_do_what(self):
        for words in self.both(ANNOUNCED, DRAFTED):
            for part in (
                "THÔNG BÁO",
                f"Kết luận của Chủ tịch Ủy ban nhân dân xã Thanh Trì tại {TITLE}",
                f"Hồi {spoken(HELD_AT)}, tại {PLACE}",
                "Các phòng thực hiện đúng nội dung đã kết luận.",
                "Văn phòng đôn đốc, báo cáo Chủ tịch.",
                COMMITMENT.text,
                "Trung tâm Phục vụ hành chính công",
                "TM. ỦY BAN NHÂN DÂN",
                "Nguyễn Văn Lợi",
                "Nơi nhận:",
                "thực hiện./.",
            ):
                assert part in words

    def test_names_the_deputy_who_presided_with_his_office(self):
        deputy = Signer(capacity=("KT. Chủ tịch", "Phó Chủ tịch"), name="Lê Văn Phó")
        head = PROFILE.letterhead.model_copy(update={"deputies": (deputy,)})
        held = of_dialogue(DialogueHeld, presided_by="Lê Văn Phó")
        for words in self.both(ANNOUNCED, held, DRAFTED, profile=PROFILE.model_copy(update={"letterhead": head})):
            assert "Kết luận của đồng chí Lê Văn Phó, Phó Chủ tịch Ủy ban nhân dân xã Thanh Trì" in words

    def test_has_a_column_of_terms_where_they_are_known(self):
        for words in self.both(ANNOUNCED, DRAFTED):
            assert "Thời hạn" not in words
        for words in self.both(ANNOUNCED, DRAFTED, profile=WITH_TERM):
            assert "Thời hạn" in words
            assert "20 ngày làm việc kể từ ngày thông báo" in words

    def test_names_the_longer_term_of_a_promise_that_got_one(self):
        moved = of_deadline(DeadlineMoved, case=DIALOGUE, about=COMMITMENT.id, rule="resolution", cause="extension")
        state, _ = dialogues.keep_new_end(told(ANNOUNCED, CONCLUDED), moved)
        _, pdf = file_of(state, "conclusion", "pdf", WITH_TERM)
        assert "28/04/2026" in pdf_words(pdf)

    def test_in_word_has_the_page_of_decree_30(self):
        file, content = file_of(told(ANNOUNCED, CONCLUDED), "conclusion", "docx", WITH_TERM)
        document = word_of(content)
        [section] = document.sections
        sizes = [section.page_width, section.page_height]
        sizes += [section.left_margin, section.right_margin, section.top_margin, section.bottom_margin]
        assert [round(size.mm) for size in sizes] == [210, 297, 30, 15, 20, 20]
        assert section.different_first_page_header_footer
        assert "PAGE" in section.header.paragraphs[0]._p.xml
        assert document.core_properties.language == "vi-VN"
        every = [
            run
            for place in [document, *(cell for table in document.tables for row in table.rows for cell in row.cells)]
            for paragraph in place.paragraphs
            for run in paragraph.runs
        ]
        assert {run.font.name for run in every} == {"Times New Roman"}
        sizes = {run.text: run.font.size for run in every}
        assert sizes["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"] == Pt(13)
        assert sizes["Các phòng thực hiện đúng nội dung đã kết luận."] == Pt(14)
        [body] = [one for one in document.paragraphs if one.text.startswith("Các phòng thực hiện")]
        assert body.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
        assert body.paragraph_format.first_line_indent.mm == pytest.approx(12.7, abs=0.05)
        assert [len(table.columns) for table in document.tables] == [2, 4, 2], "heads, promises, signature"
        assert file["name"] == f"thong-bao-ket-luan-{DIALOGUE}.docx"

    def test_as_pdf_is_an_archivable_page(self):
        file, content = file_of(told(ANNOUNCED, DRAFTED), "conclusion", "pdf")
        reader = pypdf.PdfReader(io.BytesIO(content))
        assert "<pdfaid:part>2</pdfaid:part>" in reader.xmp_metadata.stream.get_data().decode()
        assert reader.metadata.title.startswith("THÔNG BÁO Kết luận của")
        assert (file["name"], file["media_type"]) == (f"thong-bao-ket-luan-{DIALOGUE}-du-thao.pdf", "application/pdf")

    def test_that_was_not_drafted_is_refused(self):
        with pytest.raises(Refusal, match="Chưa có dự thảo"):
            file_of(told(ANNOUNCED), "conclusion", "pdf")

    def test_as_plain_text_is_refused(self):
        with pytest.raises(Refusal, match="PDF hoặc DOCX"):
            file_of(told(ANNOUNCED, DRAFTED), "conclusion", "txt")

    def test_with_a_character_that_cannot_be_printed_is_refused_with_its_place(self):
        with pytest.raises(Refusal, match=r"漢.*đoạn 3"):
            file_of(told(ANNOUNCED, DRAFTED.model_copy(update={"summary": "漢"})), "conclusion", "pdf")


class TestLoudspeaker:
    def text(self, *news, profile=PROFILE):
        return file_of(told(*news), "loudspeaker", "txt", profile)[1].decode()

    def test_says_days_and_hours_as_they_are_read_aloud(self):
        text = self.text(ANNOUNCED)
        assert f"tám giờ ba mươi phút, {THAT_DAY}" in text
        assert f"trước mười bảy giờ, {CUT_OFF}" in text
        assert TITLE_ALOUD in text
        assert not any(character.isdigit() for character in text)
        assert "{" not in text

    def test_abbreviates_nothing(self):
        text = self.text(ANNOUNCED)
        assert "Hội trường Ủy ban nhân dân xã Thanh Trì" in text
        assert "UBND" not in text

    def test_is_the_communes_own_where_it_has_one(self):
        own = PROFILE.model_copy(update={"loudspeaker": "Alô {commune}:\n\n{title}, {hour} {day}, {place}, {closes}."})
        assert self.text(ANNOUNCED, profile=own).endswith(
            "Alô xã Thanh Trì:\n\n"
            f"{TITLE_ALOUD}, tám giờ ba mươi phút {THAT_DAY}, Hội trường Ủy ban nhân dân xã Thanh Trì, "
            f"mười bảy giờ, {CUT_OFF}.\n"
        )

    @pytest.mark.parametrize("text", ["Lúc {gio}", "{title!r}", "{title.__class__}", "{}", "{ title }"])
    def test_with_a_placeholder_that_there_is_not_is_refused(self, text):
        with pytest.raises(Refusal, match="chỗ điền") as refused:
            self.text(ANNOUNCED, profile=PROFILE.model_copy(update={"loudspeaker": text}))
        assert "{title}" in refused.value.reason
        assert refused.value.code == "invalid"

    def test_of_every_commune_can_be_read(self):
        for file in sorted(PROFILES.glob("*.yaml")):
            assert THAT_DAY in self.text(ANNOUNCED, profile=read_profile(file))

    def test_names_the_new_day_and_the_new_cut_off(self):
        moved = of_dialogue(DialogueRescheduled, held_at=HELD_AT + timedelta(days=7), occurred_at=NOW + timedelta(1))
        state = told(ANNOUNCED, moved)
        cut_off = of_deadline(
            DeadlineMoved, case=DIALOGUE, about=DIALOGUE, rule="registration-cutoff", occurred_at=NOW + timedelta(1)
        )
        state, _ = dialogues.keep_cut_off(
            state, cut_off.model_copy(update={"due_at": datetime(2026, 5, 11, 10, tzinfo=UTC)})
        )
        text = file_of(state, "loudspeaker", "txt")[1].decode()
        assert "ngày hai mươi mốt tháng năm" in text
        assert "ngày mười một tháng năm" in text

    def test_of_an_ad_hoc_dialogue_takes_forms_until_it_begins(self):
        text = self.text(of_dialogue(DialogueAnnounced, kind="ad-hoc"))
        assert f"trước tám giờ ba mươi phút, {THAT_DAY}" in text

    def test_in_word_is_in_large_letters(self):
        file, content = file_of(told(ANNOUNCED), "loudspeaker", "docx")
        document = word_of(content)
        assert TITLE_ALOUD in word_words(document)
        assert min(run.font.size for one in document.paragraphs for run in one.runs) >= Pt(16)
        assert file["name"].endswith(".docx")

    def test_as_pdf_or_of_a_conference_that_is_called_off_is_refused(self):
        with pytest.raises(Refusal, match="TXT hoặc DOCX"):
            file_of(told(ANNOUNCED), "loudspeaker", "pdf")
        with pytest.raises(Refusal, match="không tổ chức được"):
            self.text(ANNOUNCED, of_dialogue(DialogueCancelled))


@pytest.mark.parametrize(
    ("state", "who", "code"),
    [(None, {}, "not-found"), (told(ANNOUNCED), {"commune": "chanh-lo"}, "forbidden")],
)
def test_of_an_unknown_dialogue_and_of_another_communes_nothing_is_shown(state, who, code):
    with pytest.raises(Refusal) as refused:
        dialogues.announced(state, ask("conclusion", "pdf", **who), DIALOGUE)
    assert refused.value.code == code
