import io
import re
import unicodedata

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from services.intake.reading.documents import read_document, read_form_file
from services.intake.reading.forms import read_form
from services.intake.reading.legacy import DOUBT, from_font, from_tcvn3, from_vni, is_doubtful, legible, restored
from services.intake.reading.syllables import is_syllable

VOWELS = ["aàáảãạ", "ăằắẳẵặ", "âầấẩẫậ", "eèéẻẽẹ", "êềếểễệ", "iìíỉĩị", "oòóỏõọ", "ôồốổỗộ", "ơờớởỡợ", "uùúủũụ", "ưừứửữự"]
LETTERS = "".join(VOWELS) + "yỳýỷỹỵđ"
MARKED = [letter for letter in LETTERS if not letter.isascii()]

# The tables once more, written the other way round: what a typist's keyboard program put down for each letter.

TCVN3 = dict(
    zip(
        "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        bytes.fromhex(
            "a8a9aaabacadaeb5b6b7b8b9bbbcbdbec6c7c8c9cacbcccecfd0d1d2d3d4d5d6d7d8dcdddedfe1e2e3e4e5e6e7e8e9eaebecedee"
            "eff1f2f3f4f5f6f7f8f9fafbfcfdfe"
        ).decode("latin-1"),
        strict=True,
    )
) | dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
TONES = {"\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
HATTED = {"\u0301": "á", "\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0323": "ä", "": "â"}
HOOKED = {"\u0301": "é", "\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë", "": "ê"}
I_TONES = {"\u0301": "í", "\u0300": "ì", "\u0309": "æ", "\u0303": "ó", "\u0323": "ò"}


def in_tcvn3(text):
    """As a keyboard program wrote it: marked capitals are small letters, for the font draws them."""
    return "".join(TCVN3.get(letter) or TCVN3.get(letter.lower()) or letter for letter in text)


def in_vni(text):
    return "".join(map(_vni, text))


def _vni(letter):
    small = letter.lower()
    base, *marks = unicodedata.normalize("NFD", small)
    tone = next((mark for mark in marks if mark in TONES), "")
    if small == "đ":
        code = "ñ"
    elif base == "i" and tone:
        code = I_TONES[tone]
    elif small == "ỵ":
        code = "î"
    elif "\u031b" in marks:
        code = {"o": "ô", "u": "ö"}[base] + TONES.get(tone, "")
    elif "\u0302" in marks:
        code = base + HATTED[tone]
    elif "\u0306" in marks:
        code = base + HOOKED[tone]
    else:
        code = base + TONES.get(tone, "") if marks else letter
    return code.upper() if letter.isupper() else code


def in_windows_1258(text):
    """Its bytes: the letter with its hook or hat, then the tone as a mark of its own."""
    spelled = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        spelled.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES)))
        spelled += [mark for mark in marks if mark in TONES]
    return "".join(spelled).encode("cp1258")


FORM = """PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI
Họ tên: Nguyễn Thị Mận
Điện thoại: 0952 345 678
Địa chỉ (ghi rõ số nhà, thôn): Số 12, thôn Đông Hạ
Email: man.nt@nguoidan.example
1. Về thủ tục hành chính
Đổi giấy phép xây dựng ở đâu?
2. Về giải quyết thủ tục hành chính
Xã không trả đúng hẹn, tôi phải đi lại nhiều lần.
"""


@pytest.mark.parametrize(
    ("old", "text", "because"),
    [
        ("Céng hßa x· héi chñ nghÜa ViÖt Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam", "TCVN3"),
        ("§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc", "TCVN3, with a capital of its own"),
        ("CéNG HßA X· HéI CHñ NGHÜA VIÖT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "TCVN3 in a font of capitals"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam", "VNI"),
        ("ÑOÄC LAÄP - TÖÏ DO - HAÏNH PHUÙC", "ĐỘC LẬP - TỰ DO - HẠNH PHÚC", "VNI in capitals"),
        ("Nguyeãn Thò AÙnh", "Nguyễn Thị Ánh", "a name alone in VNI"),
        ("NguyÔn ThÞ MËn", "Nguyễn Thị Mận", "a name alone in TCVN3"),
        ("Hoò và tên: Nguyêòn Vãn Ðýìc", "Họ và tên: Nguyện Văn Đức", "windows-1258 taken for windows-1252"),
        ("Há»\u008d vÃ\u00a0 tÃªn: Nguyá»…n VÄƒn Ä\u0090á»©c", "Họ và tên: Nguyễn Văn Đức", "UTF-8 taken for it"),
        (
            "Họ tên: NguyÔn ThÞ MËn\nĐịa chỉ: Th«n §«ng H¹",
            "Họ tên: Nguyễn Thị Mận\nĐịa chỉ: Thôn Đông Hạ",
            "labels in Unicode, TCVN3 pasted in",
        ),
        (
            "Kính gửi anh, em chuyển phiếu của bà con.\nHä tªn: NguyÔn ThÞ MËn\nKhánh Hoà",
            "Kính gửi anh, em chuyển phiếu của bà con.\nHọ tên: Nguyễn Thị Mận\nKhánh Hoà",
            "a letter in Unicode around it",
        ),
    ],
)
def test_old_text_becomes_unicode(old, text, because):
    assert legible(old) == text


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("Khánh Hoà, Thanh Hoá, hoà giải, là, và, có, bà", "letters that VNI and Unicode share"),
        ("Ông Lý Thái Tổ hỏi: đường Y Bhĭm Niê Kdăm ở đâu?", "a name of the highlands"),
        ("Xin hoi thu tuc lam khai sinh", "without marks"),
        ("Please send the form to the café, s'il vous plaît, déjà vu, naïve, résumé", "English with French in it"),
        ("Die Straße wäre schöner für Fußgänger, können Sie prüfen?", "German"),
        ("¿Dónde está el niño? ¡Mañana será otro día! Él pidió más información.", "Spanish"),
        ("Diện tích 25 m², nhiệt độ 30°C, «trích dẫn», • một · hai, ©, ½, ±5 µg, §5", "signs"),
        ("Café Müller, Hôtel Métropole Hà Nội, số 15 phố Ngô Quyền", "foreign names in Vietnamese"),
        (FORM, "a form"),
        (FORM.upper(), "capitals"),
    ],
)
def test_what_is_no_old_text_stays_as_it_is(text, because):
    assert restored(text) == text


@pytest.mark.parametrize(
    "text", [FORM, FORM.upper(), "Café Müller, Hôtel Métropole Hà Nội, số 15 phố Ngô Quyền", "abc"]
)
def test_correct_vietnamese_is_not_doubted(text):
    assert not is_doubtful(text)


def test_every_letter_comes_back_from_both_encodings():
    assert len(MARKED) == 67
    assert (
        from_vni("".join(map(_vni, MARKED + [letter.upper() for letter in MARKED])))
        == "".join(MARKED) + "".join(MARKED).upper()
    )
    assert from_tcvn3(in_tcvn3(f"{''.join(MARKED)} b")) == f"{''.join(MARKED)} b"
    assert from_tcvn3(in_tcvn3("xĂxÂxÊxÔxƠxƯxĐx")) == "xĂxÂxÊxÔxƠxƯxĐx"


WORDS = st.text([*"abcdefghijklmnopqrstuvwxyz", *LETTERS], min_size=1, max_size=8)
NAMES = WORDS.map(str.capitalize)


@given(st.lists(WORDS | NAMES | WORDS.map(str.upper), min_size=1).map(" ".join))
def test_any_vietnamese_text_comes_back_from_vni(text):
    assert from_vni(in_vni(text)) == text


@given(st.lists(WORDS, min_size=1).map(" ".join))
def test_any_vietnamese_text_comes_back_from_tcvn3(text):
    assert from_tcvn3(in_tcvn3(text)) == text


@given(st.lists(WORDS | NAMES | WORDS.map(str.upper), min_size=1).map(" ".join))
def test_from_tcvn3_nothing_but_the_height_of_marked_letters_is_lost(text):
    assert from_tcvn3(in_tcvn3(text)).lower() == text.lower()


# Sentences as people write them, in every order: for statistics letters thrown together say nothing.

SPEECH = """
Tôi đề nghị ủy ban nhân dân xã trả lời về việc cấp giấy chứng nhận quyền sử dụng đất
Gia đình bà Nguyễn Thị Mận ở thôn Đông Hạ chưa được hỗ trợ, xin hỏi lý do vì sao
Đường ngõ xuống cấp nghiêm trọng, hệ thống thoát nước bị tắc, đèn chiếu sáng hỏng đã lâu
Thủ tục đăng ký khai sinh quá hạn cần những giấy tờ gì, lệ phí bao nhiêu, nộp ở đâu
"""
SPOKEN = sorted(set(SPEECH.split()))
SENTENCES = (
    st.lists(st.sampled_from(SPOKEN), min_size=12, max_size=40, unique=True)
    .map(" ".join)
    .filter(lambda text: sum(not word.isascii() for word in text.split()) >= 8)
)
TEXTS = st.lists(SENTENCES, min_size=1, max_size=6).map("\n".join)
ABROAD = "café résumé naïve Müller Straße señor niño déjà été où São João Zürich façade m² 25°C «x» §5 ½ the form is ·"
FOREIGN = st.lists(st.sampled_from(ABROAD.split()), max_size=4)


@given(TEXTS)
def test_sentences_in_an_old_encoding_are_recognised(text):
    assert restored(in_tcvn3(text)) == text
    assert restored(in_vni(text)) == text
    assert restored(in_windows_1258(text).decode("cp1252", errors="ignore")) == text
    for old in (in_tcvn3(text), in_vni(text)):
        assert read_document("phieu.txt", old.encode("latin-1")) == legible(text)


@given(st.lists(st.sampled_from(SPOKEN), max_size=40), FOREIGN, st.randoms())
def test_correct_text_is_never_changed(spoken, foreign, random):
    words = spoken + (foreign if len(foreign) < max(3, len(spoken)) else foreign[:2])
    random.shuffle(words)
    text = " ".join(words)
    assert restored(text) == text
    assert restored(unicodedata.normalize("NFD", text)) == text
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    assert restored(plain) == plain


@given(st.text() | st.text([*map(chr, range(0xA0, 0x100)), *"aeo đạ\n"]))
def test_any_text_is_restored_to_what_stays_as_it_is(text):
    once = legible(text)
    assert unicodedata.is_normalized("NFC", once)
    assert len(once) <= 2 * len(text)


@pytest.mark.parametrize("encode", [in_tcvn3, in_vni], ids=["TCVN3", "VNI"])
def test_a_form_in_an_old_encoding_is_read_like_another(encode):
    expected = read_form(FORM)
    old = encode(FORM)
    assert read_form(old) == expected
    assert read_form_file("phieu.txt", old.encode("latin-1"))[0] == expected
    mail = f"From: a@nguoidan.example\nContent-Type: text/plain; charset=utf-8\n\n{old}"
    assert read_form_file("thu.eml", mail.encode())[0].registrant == expected.registrant


def test_what_can_be_neither_trusted_nor_converted_is_flagged():
    text = "Ho ten: Nguyen Thi Man\nDien thoai: 0952345678\n1. Ve thu tuc hanh chinh:\nXin hßøi êâùn ôïüe Vîsë uêøs?"
    assert read_form(text).notes == (DOUBT,)


def a_docx(*paragraphs, style=None):
    """paragraphs: the runs of each, (font or None, text). style: the font of the usual style."""
    document = docx.Document()
    if style:
        document.styles["Normal"].font.name = style
    for runs in paragraphs:
        paragraph = document.add_paragraph()
        for font, text in runs:
            run = paragraph.add_run(text)
            if font:
                run.font.name = font
                run._element.rPr.rFonts.set(qn("w:hAnsi"), font)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "text", "because"),
    [
        (a_docx([(".VnTime", "§Êt")]), "Đất", "one word is enough where the font says so"),
        (a_docx([("VNI-Times", "hoà")]), "hồ", "VNI, though `hoà` is a word in Unicode"),
        (a_docx([("Times New Roman", "hoà")]), "hoà", "Unicode"),
        (a_docx([(".VnTimeH", "phiÕu ®¨ng ký")]), "PHIẾU ĐĂNG KÝ", "a font of capitals"),
        (a_docx([(".VnTime", "hå s¬ ®"), (".VnTime", "Êt")]), "hồ sơ đất", "a word that Word has parted"),
        (a_docx([("VNI-Times", "ho"), ("VNI-Times", "o"), ("VNI-Times", "à")]), "hoồ", "a letter and its mark parted"),
        (a_docx([(None, "Hä tªn")], style=".VnTime"), "Họ tên", "the font of the document's style"),
        (
            a_docx([("Arial", "Họ tên: "), (".VnTime", "NguyÔn ThÞ MËn")]),
            "Họ tên: Nguyễn Thị Mận",
            "a form in Unicode that was filled in with an old font",
        ),
        (
            a_docx([(".VnTime", "Hòa bình ở xã Đông Hạ là quý")], [(".VnTime", "hòa bình")]),
            "Hòa bình ở xã Đông Hạ là quý\nhòa bình",
            "Unicode that has kept the name of the font",
        ),
        (a_docx([(".VnTime", "Ng\u00adêi")]), "Người", "a letter whose code is that of the soft hyphen"),
    ],
)
def test_in_word_the_font_of_each_run_tells(data, text, because):
    assert read_document("p.docx", data) == text


def test_other_fonts_tell_nothing():
    assert from_font("Arial", "hoà") == from_font("Vni", "hoà") == from_font("", "hoà") == "hoà"


SYLLABLES = "nghiêng quyển gì giếng khuỷu hòa hoà thuỷ thúy uống ươm yêu xoong đắk quốc giặt"
NO_SYLLABLES = "cê kà ghà ngi hoị tóan bìêt cầc x việtt gíên quộoc hộii áà café naïve"


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_a_syllable_is_told_by_the_rules_of_spelling(word):
    assert is_syllable(word)
    assert is_syllable(word.upper())


@pytest.mark.parametrize("word", NO_SYLLABLES.split())
def test_what_breaks_the_rules_is_none(word):
    assert not is_syllable(word)


def test_all_words_of_the_form_are_syllables():
    words = re.findall(r"[^\W\d_]+", FORM.replace("man.nt@nguoidan.example", ""))
    assert [word for word in words if not word.isascii() and not is_syllable(word)] == []
