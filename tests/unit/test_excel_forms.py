import io

import openpyxl
import pytest

from services.intake.reading.documents import read_form_file
from services.intake.reading.unreadable import UnreadableDocument
from shared.contracts.people import Matter, Registrant

REGISTRANT = Registrant(
    name="Nguyễn Thị Mận", phone="0952345678", address="Số 12, thôn Đông Hạ", email="man.nt@nguoidan.example"
)
MATTERS = (
    Matter(section="procedures", text="Đổi giấy phép xây dựng ở đâu?"),
    Matter(section="handling", text="Xã không trả đúng hẹn."),
)
NAME, PHONE, ADDRESS, EMAIL = "Nguyễn Thị Mận", "0952 345 678", "Số 12, thôn Đông Hạ", "man.nt@nguoidan.example"
ASKED = [
    ["1. Về thủ tục hành chính (chất lượng nội dung, sáng kiến...)"],
    [MATTERS[0].text],
    ["2. Về giải quyết thủ tục hành chính"],
    [MATTERS[1].text],
]


def a_workbook(*sheets, merge=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Trang {number}")
        for row in rows:
            sheet.append(row)
        for cells in merge:
            sheet.merge_cells(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("rows", "because"),
    [
        (
            [["Họ tên:", NAME], ["Điện thoại:", PHONE], ["Địa chỉ:", ADDRESS], ["Email:", EMAIL], *ASKED],
            "values beside",
        ),
        (
            [["Họ và tên", NAME], ["SĐT", PHONE], ["Địa chỉ", ADDRESS], ["Email", EMAIL], *ASKED],
            "labels without colons",
        ),
        (
            [["Họ tên:"], [NAME], ["Điện thoại:"], [PHONE], ["Địa chỉ:"], [ADDRESS], ["Email:"], [EMAIL], *ASKED],
            "values below",
        ),
        (
            [
                ["Họ tên", None, NAME, None, "Điện thoại", PHONE],
                [],
                ["Địa chỉ", None, ADDRESS],
                ["Email", EMAIL],
                *ASKED,
            ],
            "two labels in a row, empty cells between",
        ),
        (
            [
                ["Họ tên", "Điện thoại", "Địa chỉ", None, "Email"],
                [NAME, PHONE, "Số 12,", "thôn Đông Hạ", EMAIL],
                *ASKED,
            ],
            "labels side by side, values below them",
        ),
        (
            [["Họ tên", NAME], ["Điện thoại", 952345678], ["Địa chỉ", ADDRESS], ["Email", EMAIL], *ASKED],
            "a number that lost its 0",
        ),
        (
            [
                [None],
                ["PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI"],
                [],
                ["Họ tên: " + NAME],
                ["Điện thoại: " + PHONE],
                ["Địa chỉ (ghi rõ số nhà, thôn)", ADDRESS],
                ["Email", EMAIL],
                *ASKED,
            ],
            "a form typed line by line",
        ),
        (
            [
                ["Họ tên", NAME],
                ["Điện thoại", PHONE],
                ["Địa chỉ", ADDRESS],
                ["Email", EMAIL],
                [ASKED[0][0], ASKED[1][0]],
                [ASKED[2][0], ASKED[3][0]],
            ],
            "what is asked beside its heading",
        ),
    ],
)
def test_a_form_laid_out_in_cells_is_read(rows, because):
    form, channel = read_form_file("Phiếu.XLSX", a_workbook(rows))
    assert form.registrant == REGISTRANT
    assert form.matters == MATTERS
    assert channel == "paper"


def test_merged_cells_and_other_sheets_do_not_disturb():
    rows = [["Họ tên", None, NAME], ["Điện thoại", None, PHONE], ["Địa chỉ", None, ADDRESS], ["Email", None, EMAIL]]
    data = a_workbook([["Hướng dẫn điền phiếu"]], rows + ASKED, merge=["A1:B1", "A5:F5"])
    assert read_form_file("p.xlsx", data)[0].registrant == REGISTRANT


def test_a_list_of_many_people_is_sent_to_where_lists_are_taken():
    rows = [["STT", "Họ và tên", "Điện thoại", "Nội dung"], [1, "A", "0912345678", "x?"], [2, "B", "0912345679", "y?"]]
    with pytest.raises(UnreadableDocument, match="danh sách của nhiều người"):
        read_form_file("ds.xlsx", a_workbook(rows))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("p.xlsx", b"PK\x03\x04 broken", "hỏng"),
        ("p.xlsx", b"%PDF-1.7", "thật ra là tệp PDF"),
        ("p.xlsx", a_workbook([[]]), "không có"),
        ("ds.csv", b"ho ten;dien thoai", "Tệp .csv là danh sách"),
    ],
)
def test_a_workbook_that_is_no_form_says_why(name, data, said):
    with pytest.raises(UnreadableDocument) as refusal:
        read_form_file(name, data)
    assert said in refusal.value.reason
