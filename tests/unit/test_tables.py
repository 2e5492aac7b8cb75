"""Lists that hamlets and organisations send: whatever program made them, and however they head their columns."""

import random
import unicodedata
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.reading.contacts import read_contacts
from services.intake.reading.headings import Field, field_of
from services.intake.reading.table_files import Sheet, read_sheets
from services.intake.reading.tables import Table, read_table
from services.intake.reading.unreadable import UnreadableDocument
from shared.contracts.conference import ListKind
from shared.representatives import representative_id
from tests.tables import CSV, EXCEL, WORD, Rows, as_csv, as_excel, as_word

HEADING = ("STT", "Họ và tên", "Điện thoại", "Địa chỉ", "Nội dung kiến nghị")
MAI = (1, "Nguyễn Thị Mai", "0912345678", "Số 5, thôn Nội", "Đường thôn ngập khi mưa.")
HOA = (2, "Lê Văn Hòa", "0987654321", "Thôn Đông Phù", "Chợ họp lấn lòng đường.")


def of(rows: Rows, kind: ListKind = "opinions", **more: Any) -> Table:
    return read_table(read_sheets(CSV, as_csv(rows)), kind, **more)


def told(table: Table) -> list[tuple[int, str]]:
    """What is said of the rows of which something is."""
    return [(one.row.number, one.wrong or one.aside or one.note) for one in table.lines if not one.good or one.note]


def asked(table: Table) -> list[tuple[str, list[str]]]:
    return [(one.opinion.registrant.name, [matter.text for matter in one.opinion.matters]) for one in table.opinions]


# --- from a file to its rows ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "data", "because"),
    [
        (EXCEL, as_excel([HEADING, MAI, HOA]), "a workbook"),
        (WORD, as_word([HEADING, MAI, HOA]), "a table in Word"),
        (CSV, as_csv([HEADING, MAI, HOA], ";", "utf-8"), "Excel in Vietnam parts by semicolons"),
        (CSV, as_csv([HEADING, MAI, HOA], "\t", "utf-16"), "what Excel calls Unicode text"),
        (CSV, b"sep=;\n" + as_csv([HEADING, MAI, HOA], ";", "utf-8"), "a line for Excel alone"),
        (
            CSV,
            unicodedata.normalize("NFD", as_csv([HEADING, MAI, HOA], ",", "utf-8").decode()).encode(),
            "decomposed letters",
        ),
        (WORD, as_word([HEADING, MAI, HOA], before=[[("UBND XÃ", "CỘNG HÒA")]]), "the letterhead is a table, too"),
        (EXCEL, as_excel([HEADING, MAI, HOA], before=[[("Ghi chú",), ("Lập ngày 1/5",)]]), "the list is on sheet two"),
    ],
)
def test_the_same_list_is_read_from_any_file(media_type: Any, data: bytes, because: str) -> None:
    table = read_table(read_sheets(media_type, data), "opinions")
    assert [row.row.cells for row in table.lines] == [tuple(map(str, MAI)), tuple(map(str, HOA))], because
    assert asked(table) == [(MAI[1], [MAI[4]]), (HOA[1], [HOA[4]])], because
    assert [one.row.number for one in table.lines] == [2, 3], because


def in_windows_1258(letter: str) -> str:
    """Its code page has tone marks apart from the letters."""
    tones = "".join(mark for mark in unicodedata.normalize("NFD", letter) if mark in "\u0300\u0301\u0303\u0309\u0323")
    rest = "".join(mark for mark in unicodedata.normalize("NFD", letter) if mark not in tones)
    return unicodedata.normalize("NFC", rest) + tones


def test_old_windows_text_is_read() -> None:
    data = "".join(map(in_windows_1258, "Họ tên;Ý kiến\nHòa;Đường ngập")).encode("cp1258")
    assert asked(read_table(read_sheets(CSV, data), "opinions")) == [("Hòa", ["Đường ngập"])]


def test_a_table_in_an_old_font_is_converted_as_a_whole() -> None:
    heading = ("STT", "Hä vµ tªn", "§iÖn tho¹i", "§Þa chØ", "Néi dung kiÕn nghÞ")
    asks = "§\u00adêng th«n ngËp khi m\u00ada, ®Ò nghÞ n¹o vÐt cèng"
    rows = [heading, (1, "NguyÔn ThÞ Mai", "0912345678", "Th«n Néi", asks)]
    table = read_table(read_sheets(EXCEL, as_excel(rows)), "opinions")
    assert asked(table) == [("Nguyễn Thị Mai", ["Đường thôn ngập khi mưa, đề nghị nạo vét cống"])]


def test_titles_above_the_heading_are_passed_over_and_rows_keep_their_numbers() -> None:
    title = ("DANH SÁCH Ý KIẾN, KIẾN NGHỊ CỦA CỬ TRI THÔN NỘI", "", "", "", "")
    data = as_excel([title, ("(Kèm theo Công văn số 5)",), (), HEADING, MAI, (), HOA], merged=["A1:E1", "A2:E2"])
    table = read_table(read_sheets(EXCEL, data), "opinions")
    assert [one.row.number for one in table.lines] == [5, 7]


def test_a_heading_over_two_rows_is_one() -> None:
    above = ("STT", "Thông tin người kiến nghị", "", "", "Nội dung kiến nghị")
    below = ("", "Họ và tên", "Điện thoại", "Địa chỉ", "")
    data = as_excel([above, below, MAI], merged=["A1:A2", "B1:D1", "E1:E2"])
    table = read_table(read_sheets(EXCEL, data), "opinions")
    assert (asked(table), told(table)) == ([(MAI[1], [MAI[4]])], [])


@pytest.mark.parametrize(
    ("data", "words", "because"),
    [
        (b"PK\x03\x04 not a zip", "bị hỏng", "damaged"),
        (as_excel([()]), "không có bảng nào", "empty"),
        (as_excel([HEADING]), "chưa có dòng nào", "a heading alone"),
        (as_excel([HEADING, *[MAI] * 2_001]), "quá 2.000 dòng", "too long"),
        (as_excel([HEADING, ("x",) * 51]), "quá 50 cột", "too wide"),
    ],
)
def test_a_file_without_a_list_says_so(data: bytes, words: str, because: str) -> None:
    with pytest.raises(UnreadableDocument, match=words):
        read_table(read_sheets(EXCEL, data), "opinions")


def test_a_workbook_that_was_built_to_choke_is_refused() -> None:
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(as_excel([HEADING, MAI]))) as honest, zipfile.ZipFile(file, "w") as built:
        for one in honest.infolist():
            entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' if one.filename.endswith("sheet1.xml") else b""
            built.writestr(one.filename, entity + honest.read(one))
    with pytest.raises(UnreadableDocument, match="bất thường"):
        read_sheets(EXCEL, file.getvalue())


# --- headings -------------------------------------------------------------------------------------------------------

HEADINGS: dict[Field, Sequence[str]] = {
    "number": ("STT", "TT", "Số TT", "Số thứ tự"),
    "name": ("Họ và tên", "Họ tên", "Họ, tên", "Họ và tên người kiến nghị", "Họ tên cử tri", "Tên cá nhân, tổ chức"),
    "phone": ("Điện thoại", "SĐT", "Số ĐT", "Số điện thoại (nếu có)", "Điện thoại liên hệ", "SĐT/Zalo", "ĐT"),
    "email": ("Email", "E-mail", "Thư điện tử", "Địa chỉ email"),
    "address": ("Địa chỉ", "Nơi ở hiện nay", "Địa chỉ liên hệ", "Địa chỉ (số nhà, đường)", "Địa chỉ thường trú"),
    "hamlet": ("Thôn", "Tổ dân phố", "Thôn/Tổ dân phố", "TDP", "Thôn, tổ dân phố"),
    "text": ("Nội dung", "Nội dung kiến nghị", "Ý kiến", "Câu hỏi", "Nội dung ý kiến, kiến nghị", "Kiến nghị, đề xuất"),
    "section": ("Mục", "Mục của phiếu", "Mục (1 hoặc 2)"),
    "organisation": ("Đơn vị", "Đơn vị công tác", "Cơ quan, đơn vị", "Tổ chức", "Chức vụ, đơn vị"),
    "position": ("Chức vụ", "Chức danh"),
}


@pytest.mark.parametrize(("field", "heading"), [(field, one) for field, words in HEADINGS.items() for one in words])
def test_a_heading_is_known_with_and_without_diacritics(field: Field, heading: str) -> None:
    plain = "".join(one for one in unicodedata.normalize("NFD", heading) if not unicodedata.combining(one))
    for written in (heading, heading.upper(), plain.replace("Đ", "D").replace("đ", "d"), f" {heading}: "):
        assert field_of(written) == field, written


@pytest.mark.parametrize(
    "cell", ["Thôn Nội", "Tổ dân phố 5", "Mai", "Đường ngập", "Cơ quan trả lời", "Kết quả giải quyết", "0912345678", ""]
)
def test_what_people_write_below_is_no_heading(cell: str) -> None:
    assert field_of(cell) is None


# --- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "said", "because"),
    [
        (("", "", "0912345678", "Thôn Nội", "Đường ngập"), "Thiếu họ tên.", "nobody asks"),
        (("", "12", "", "", "Đường ngập"), "Họ tên không có chữ cái nào.", "a number is no name"),
        (("", "Mai", "0912345678", "Thôn Nội", ""), "Thiếu nội dung.", "nothing is asked"),
        (("", "Mai", "", "", "…"), "Thiếu nội dung.", "dots are no words"),
        (
            ("", "Mai", "hỏi chồng", "", "Đường ngập"),
            "“hỏi chồng” không phải số điện thoại hay thư điện tử.",
            "no phone",
        ),
        (("", "Mai", "", "x" * 501, "Đường ngập"), "Địa chỉ quá dài.", "longer than a form has room for"),
        (("", "M" * 201, "", "", "Đường ngập"), "Họ tên quá dài.", "longer than a form has room for"),
        (("", "Mai", "", "Thôn Nội", "x" * 20_001), "Nội dung quá dài.", "it belongs in an attached document"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(row: Sequence[str], said: str, because: str) -> None:
    table = of([HEADING, row, MAI])
    assert told(table) == [(2, said)], because
    assert asked(table) == [(MAI[1], [MAI[4]])], "the others are taken"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("Ví dụ", "Nguyễn Văn A", "0912345678", "Thôn Nội", "Đường ngập"), "Dòng ví dụ, không nhận"),
        (("(1)", "(2)", "(3)", "(4)", "(5)"), "Dòng đánh số cột."),
        (HEADING, "Dòng tiêu đề lặp lại."),
        (("3", "", "", "", ""), "Dòng trống."),
    ],
)
def test_a_row_of_nobody_is_set_aside(row: Sequence[str], said: str) -> None:
    [(number, words)] = told(table := of([HEADING, row, MAI]))
    assert (number, words[: len(said)]) == (2, said)
    assert (len(table.opinions), [one.wrong for one in table.lines]) == (1, ["", ""])


@pytest.mark.parametrize(
    ("cells", "phone", "email", "note", "because"),
    [
        (("912345678",), "0912345678", None, "Đã thêm số 0", "Excel takes the 0 of what it holds for a number"),
        (("9.12345678E+8",), "0912345678", None, "Đã thêm số 0", "and writes great numbers so"),
        (("0912 345.678",), "0912345678", None, "", "as people group it"),
        (("+84 912 345 678",), "+84912345678", None, "", "as abroad"),
        (("0912345678 / 0987654321",), "0912345678", None, "Có nhiều số điện thoại", "the first counts"),
        (("0912345678\n0987654321",), "0912345678", None, "Có nhiều số điện thoại", "one below the other"),
        (("0912345678 (con gái)",), "0912345678", None, "", "whose it is does not matter"),
        (("0243 861 2345", "mai@a.example"), "02438612345", "mai@a.example", "", "a landline"),
        (("mai@a.example", ""), None, "mai@a.example", "", "a mail address in the wrong column"),
        (("0912345678, mai@a.example",), "0912345678", "mai@a.example", "", "both in one"),
        (("438612345",), "438612345", None, "Số điện thoại chỉ có 9 chữ số", "what is missing is not certain"),
        (("không có", "-"), None, None, "", "said to be none"),
        (("", ""), None, None, "", "left out"),
    ],
)
def test_contacts_are_read_as_they_stand_in_lists(
    cells: tuple[str, ...], phone: str | None, email: str | None, note: str, because: str
) -> None:
    found = read_contacts(*cells)
    assert (found.phone, found.email, found.wrong) == (phone, email, ""), because
    assert found.note.startswith(note), because
    assert bool(found.note) == bool(note), because


def test_a_number_that_excel_has_shortened_is_not_guessed() -> None:
    assert "không còn đủ chữ số" in read_contacts("9.12E+08").wrong


def test_a_phone_that_is_stored_as_a_number_is_mended_and_marked() -> None:
    rows = [HEADING, (1, "Mai", 912345678, "", "Đường ngập"), (2, "Hoa", 912345679.0, "", "Đường ngập")]
    table = read_table(read_sheets(EXCEL, as_excel(rows)), "opinions")
    assert [one.opinion.registrant.phone for one in table.opinions] == ["0912345678", "0912345679"]
    assert told(table) == [(2, "Đã thêm số 0 ở đầu số điện thoại."), (3, "Đã thêm số 0 ở đầu số điện thoại.")]


def test_rows_of_one_person_are_one_opinion_with_several_matters() -> None:
    table = of([HEADING, (*MAI[:4], "Một"), HOA, ("", *MAI[1:4], "Hai"), ("", *MAI[1:4], "một ")])
    assert asked(table) == [(MAI[1], ["Một", "Hai"]), (HOA[1], [HOA[4]])]
    assert [one.rows for one in table.opinions] == [(2, 4, 5), (3,)]
    assert told(table) == [(5, "Trùng với dòng 2; chỉ nhận một lần.")]


def test_more_matters_than_a_form_holds_are_several_forms() -> None:
    table = of([HEADING, *[("", *MAI[1:4], f"Câu {number}") for number in range(45)]])
    assert [len(one.opinion.matters) for one in table.opinions] == [20, 20, 5]


def test_cells_that_were_merged_over_several_rows_are_of_the_same_person() -> None:
    rows = [HEADING, MAI, ("", "", "", "", "Cống tắc."), HOA, (3, "", "", "", "Của ai?")]
    table = read_table(read_sheets(EXCEL, as_excel(rows, merged=["A2:A3", "B2:B3", "C2:C3", "D2:D3"])), "opinions")
    assert asked(table) == [(MAI[1], [MAI[4], "Cống tắc."]), (HOA[1], [HOA[4]])]
    assert told(table) == [(3, "Cùng người ở dòng 2."), (5, "Thiếu họ tên.")], "who has a number has a name"


def test_a_row_without_a_number_before_it_is_nobodys() -> None:
    table = of([("Họ tên", "Điện thoại", "Ý kiến"), ("Mai", "0912345678", "Một"), ("", "", "Hai")])
    assert told(table) == [(3, "Thiếu họ tên.")]


@pytest.mark.parametrize(
    ("cell", "section"), [("", "handling"), ("1", "procedures"), ("Mục 2", "handling"), ("Về TTHC", "procedures")]
)
def test_a_row_may_name_its_box_of_the_form(cell: str, section: str) -> None:
    table = of([("Họ tên", "Mục", "Ý kiến"), ("Mai", cell, "Một")], section="handling")
    assert table.opinions[0].opinion.matters[0].section == section


def test_the_hamlet_belongs_to_the_address() -> None:
    heading = ("Họ tên", "Địa chỉ", "Thôn", "Ý kiến")
    table = of([heading, ("Mai", "Số 5", "Thôn Nội", "Một"), ("Hoa", "Số 6, thon noi", "Thôn Nội", "Hai")])
    assert [one.opinion.registrant.address for one in table.opinions] == ["Số 5, Thôn Nội", "Số 6, thon noi"]


def test_an_organisation_may_ask_without_a_persons_name() -> None:
    table = of([("Đơn vị", "Họ tên", "Ý kiến"), ("Hội Phụ nữ xã", "", "Một"), ("Hội Phụ nữ xã", "Mai", "Hai")])
    assert [name for name, _ in asked(table)] == ["Hội Phụ nữ xã", "Mai"]


def test_somebody_whom_no_answer_can_reach_is_pointed_out_but_taken() -> None:
    table = of([HEADING, (1, "Mai", "", "", "Đường ngập")])
    assert told(table) == [(2, "Không có điện thoại, địa chỉ: chưa biết gửi trả lời về đâu.")]
    assert len(table.opinions) == 1


# --- columns that a person has put ----------------------------------------------------------------------------------


def test_a_list_without_headings_waits_for_a_person_to_name_its_columns() -> None:
    rows = [("Mai", "0912345678", "Thôn Nội", "Đường ngập"), ("Hoa", "", "Thôn Nội", "Chợ lấn đường")]
    table = of(rows)
    assert (table.columns, table.missing) == (("Cột A", "Cột B", "Cột C", "Cột D"), ("name", "text"))
    named = of(rows, mapping={"name": 0, "phone": 1, "address": 2, "text": 3})
    assert [one.row.number for one in named.lines] == [1, 2]
    assert [name for name, _ in asked(named)] == ["Mai", "Hoa"]


def test_another_mapping_counts_more_than_the_headings() -> None:
    rows = [("Họ tên", "Ghi chú", "Ý kiến"), ("Mai", "Đường ngập", "không")]
    assert asked(of(rows, mapping={"name": 0, "text": 1})) == [("Mai", ["Đường ngập"])]


@pytest.mark.parametrize(
    "mapping", [{"name": 0, "text": 9}, {"name": 0, "text": 0}, {"name": 0, "colour": 1}, {"name": -1}]
)
def test_a_mapping_that_does_not_fit_is_refused(mapping: dict[str, int]) -> None:
    with pytest.raises(UnreadableDocument, match="Xin chọn lại cột"):
        of([HEADING, MAI], mapping=mapping)


# --- participants ---------------------------------------------------------------------------------------------------


def test_a_participant_on_a_list_twice_is_invited_once_whenever_it_is_sent() -> None:
    rows = [
        ("TT", "Họ và tên", "Chức vụ", "Đơn vị", "Thôn", "SĐT"),
        (1, "Lê Văn Hòa", "Bí thư", "Chi đoàn thôn Nội", "Thôn Nội", "0912 345 678"),
        (2, "Lê  Văn Hòa", "Bí thư", "Chi đoàn thôn Nội", "Thôn Nội", ""),
        (3, "", "Ủy viên", "Chi đoàn thôn Nội", "", ""),
    ]
    table = of(rows, "participants")
    [one] = table.participants
    assert (one.rows, one.representative.name, one.representative.phone) == ((2, 3), "Lê Văn Hòa", "0912345678")
    assert one.representative.organisation == "Bí thư, Chi đoàn thôn Nội"
    assert told(table) == [(3, "Trùng với dòng 2; chỉ mời một lần."), (4, "Thiếu họ tên.")]
    assert of(rows, "participants") == table


def test_the_id_of_a_participant_is_what_it_was_before_lists_came_as_files() -> None:
    assert representative_id("Lê Văn Hòa", "Chi đoàn thôn Nội", "Thôn Nội") == "le-van-hoa-2a975278"


# --- whatever comes -------------------------------------------------------------------------------------------------

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
SYLLABLE = st.text(LETTERS, min_size=2, max_size=6).map(str.capitalize)
NAMES = st.lists(SYLLABLE, min_size=2, max_size=4).map(" ".join)
TEXTS = st.text(LETTERS + " ,;.?\"'-\n0123456789", min_size=1, max_size=80).map(lambda text: f"Hỏi {text.strip()} ạ")
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "phone": st.sampled_from("35789").flatmap(lambda one: st.from_regex(rf"0{one}[0-9]{{8}}", fullmatch=True)),
            "email": st.from_regex(r"[a-z]{2,8}@[a-z]{2,8}\.example", fullmatch=True),
            "address": st.integers(1, 99).map(lambda number: f"Số {number} đường Làng"),
            "hamlet": SYLLABLE.map(lambda name: f"Thôn {name}"),
            "text": TEXTS,
            "section": st.sampled_from(["1", "2"]),
        }
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda person: person["phone"],
)
FILES = {
    "xlsx": (EXCEL, as_excel),
    "csv;": (CSV, lambda rows: as_csv(rows, ";")),
    "csv,": (CSV, lambda rows: as_csv(rows, ",", "utf-8")),
    "csv tab": (CSV, lambda rows: as_csv(rows, "\t", "utf-16")),
    "docx": (WORD, as_word),
}


@settings(max_examples=60, deadline=None)
@given(people=PEOPLE, kind=st.sampled_from(sorted(FILES)), seed=st.integers(0, 10_000))
def test_any_list_of_people_is_read_back_from_any_file_with_any_headings(
    people: list[dict[str, str]], kind: str, seed: int
) -> None:
    chance = random.Random(seed)
    fields: list[Field] = ["number", "name", "phone", "email", "address", "hamlet", "text", "section"]
    chance.shuffle(fields)
    heading = [chance.choice((str.upper, str))(chance.choice(HEADINGS[one])) for one in fields]
    rows = [[person.get(one, str(number)) for one in fields] for number, person in enumerate(people, 1)]
    title = [["DANH SÁCH KIẾN NGHỊ"]] * chance.randrange(3)
    media_type, make = FILES[kind]
    sheets: list[Sheet] = read_sheets(media_type, make([*title, heading, *rows]))  # type: ignore[operator]
    table = read_table(sheets, "opinions")
    assert [one for one in table.lines if one.wrong or one.aside] == []
    read = [
        (one.opinion.registrant.name, one.opinion.registrant.phone, one.opinion.registrant.email, matter.section)
        for one in table.opinions
        for matter in one.opinion.matters
    ]
    sections = {"1": "procedures", "2": "handling"}
    assert read == [(one["name"], one["phone"], one["email"], sections[one["section"]]) for one in people]
    texts = [matter.text for one in table.opinions for matter in one.opinion.matters]
    assert [" ".join(text.split()) for text in texts] == [" ".join(one["text"].split()) for one in people]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(max_size=30), max_size=6), max_size=6), st.sampled_from(["opinions", "participants"]))
def test_whatever_is_in_a_table_each_row_is_taken_or_says_why_not(rows: list[list[str]], kind: ListKind) -> None:
    try:
        sheets = read_sheets(CSV, as_csv([["Họ tên", "Ý kiến", "SĐT"], *rows], ";", "utf-8"))
        table = read_table(sheets, kind)
    except (UnreadableDocument, UnicodeEncodeError):
        return
    taken = {row for one in (*table.opinions, *table.participants) for row in one.rows}
    assert taken == {one.row.number for one in table.lines if one.good}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([CSV, EXCEL, WORD]))
def test_whatever_is_in_a_file_it_is_read_or_refused_in_words(data: bytes, media_type: Any) -> None:
    with suppress(UnreadableDocument):
        read_table(read_sheets(media_type, data), "opinions")
