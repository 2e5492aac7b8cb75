"""`doithoai register` on a running stack: each file is taken in or refused in words, and none stops the next."""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import typst
from pymongo import MongoClient

from tests.servers import RunningSystem, running

FORM = """PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI
Kính gửi: UBND xã Thanh Trì
Họ tên: {name}
Điện thoại: {phone}
Địa chỉ (ghi rõ số nhà, thôn): Số 5, thôn Nội
Email:
Đăng ký tham gia Hội nghị đối thoại với Lãnh đạo UBND xã
1. Về thủ tục hành chính
- Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?
- Lệ phí chứng thực bản sao là bao nhiêu?
2. Về giải quyết thủ tục hành chính
Hồ sơ đất đai của tôi quá hẹn một tháng, bao giờ có kết quả?
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningSystem]:
    """Servers and intake alone: all that the command talks to."""
    with running(services=["intake"]) as system:
        yield system


def filled(name: str, phone: str = "0912345678") -> str:
    return FORM.format(name=name, phone=phone)


def as_docx(text: str) -> bytes:
    document, file = docx.Document(), BytesIO()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(file)
    return file.getvalue()


def as_mail(text: str, charset: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Hùng <hung@nguoidan.example>", "vanthu@xa.example", "Phieu dang ky"
    mail.set_content("")
    mail.set_payload(text.encode(charset), charset)
    return mail.as_bytes()


def for_windows_1258(text: str) -> str:
    """Vietnamese as windows-1258 holds it: tones are marks of their own, hats and hooks are not."""
    return "".join(
        unicodedata.normalize("NFC", "".join(mark for mark in letter if mark not in TONES))
        + "".join(mark for mark in letter if mark in TONES)
        for letter in (unicodedata.normalize("NFD", character) for character in text)
    )


TONES = "\u0300\u0301\u0303\u0309\u0323"


def register(stack: RunningSystem, commune: str, files: Sequence[Path], *options: str) -> tuple[int, str, str]:
    """Exit code, and what was said on stdout and stderr."""
    command = [sys.executable, "-m", "services", "register", commune, *map(str, files), "--data", str(stack.folder)]
    done = subprocess.run([*command, *options], capture_output=True, encoding="utf-8", timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def test_good_files_are_taken_in_and_wrong_ones_refused_without_stopping_the_others(
    stack: RunningSystem, tmp_path: Path
) -> None:
    (tmp_path / "lan.txt").write_text(filled("Ngô Thị Lan"), encoding="utf-8")
    (tmp_path / "hong.docx").write_bytes(as_docx(filled("Phạm Hồng"))[:2_000])
    with (tmp_path / "lon.txt").open("wb") as large:
        large.truncate(50_000_000)
    (tmp_path / "phieu.xyz").write_text(filled("Trần Ai"), encoding="utf-8")
    (tmp_path / "thu-muc.txt").mkdir()
    (tmp_path / "thu.txt").write_text("Kính gửi anh, chiều nay họp lúc 14 giờ.", encoding="utf-8")
    (tmp_path / "khong-lien-he.txt").write_text(filled("Lê Văn Không", "").replace("Số 5, thôn Nội", ""), "utf-8")
    (tmp_path / "binh.docx").write_bytes(as_docx(filled("Trần Văn Bình")))
    (tmp_path / "hung.eml").write_bytes(as_mail(for_windows_1258(filled("Lê Thế Hưởng")), "cp1258"))
    (tmp_path / "lan-lai.txt").write_text(filled("Ngô Thị Lan"), encoding="utf-8")
    expected = {
        "lan.txt": ("accepted", "Ngô Thị Lan"),
        "hong.docx": ("refused", "bị hỏng"),
        "lon.txt": ("refused", "lớn quá 10 MB"),
        "phieu.xyz": ("refused", ".xyz"),
        "thu-muc.txt": ("refused", "thư mục"),
        "khong-co.txt": ("refused", "Không có tệp này"),
        "thu.txt": ("refused", "không theo mẫu"),
        "khong-lien-he.txt": ("refused", "cách liên hệ"),
        "binh.docx": ("accepted", "Trần Văn Bình"),
        "hung.eml": ("accepted", "Lê Thế Hưởng"),
        "lan-lai.txt": ("duplicate", "Ngô Thị Lan"),
    }

    code, out, _ = register(stack, "thanh-tri", [tmp_path / name for name in expected], "--json")

    assert code == 1, "one refused file is enough"
    results: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    assert [result["file"] for result in results] == [str(tmp_path / name) for name in expected]
    for result, (status, told) in zip(results, expected.values(), strict=True):
        assert set(result) == {"file", "status", "code", "registrant", "questions", "error"}
        assert result["status"] == status, result
        if status == "refused":
            assert (result["code"], result["registrant"], result["questions"]) == (None, None, [])
            assert told in result["error"]
            assert result["error"].endswith("."), result["error"]
        else:
            assert result["registrant"]["name"] == told
            assert [question["section"] for question in result["questions"]] == ["procedures", "procedures", "handling"]
            assert result["error"] is None
    taken = {result["registrant"]["name"]: result["code"] for result in results if result["code"]}
    assert results[-1]["code"] == taken["Ngô Thị Lan"]
    with MongoClient[Any](stack.addresses.mongo_url) as client:
        stored = list(client["doithoai_intake"]["submissions"].find())
    assert {found["registrant"]["name"]: found["code"] for found in stored} == taken
    assert {found["channel"] for found in stored} == {"paper", "email"}


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def as_pdf(text: str) -> bytes:
    pages = text.replace("@", "\\@").replace("- Thủ", "\\- Thủ").replace("- Lệ", "\\- Lệ").replace("\n", "\n\n")
    return typst.compile(f'#set text(font: "Liberation Serif", lang: "vi")\n{pages}'.encode())


def as_sheet(rows: Sequence[Sequence[str]]) -> bytes:
    book, file = openpyxl.Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(file)
    return file.getvalue()


def test_forms_as_pdf_and_as_a_spreadsheet_are_taken_in(stack: RunningSystem, tmp_path: Path) -> None:
    (tmp_path / "mai.pdf").write_bytes(as_pdf(filled("Bùi Thị Mai")))
    rows = [["Họ và tên", "Cao Văn Sơn"], ["Điện thoại", "0912345678"], ["1. Về thủ tục hành chính"], ["Lệ phí?"]]
    (tmp_path / "son.xlsx").write_bytes(as_sheet(rows))
    code, out, _ = register(stack, "thanh-tri", [tmp_path / "mai.pdf", tmp_path / "son.xlsx"], "--json")
    assert code == 0
    pdf, sheet = lines(out)
    assert (pdf["status"], pdf["registrant"]["name"], len(pdf["questions"])) == ("accepted", "Bùi Thị Mai", 3)
    assert (sheet["status"], sheet["registrant"]["name"], len(sheet["questions"])) == ("accepted", "Cao Văn Sơn", 1)


LIST = [
    ["STT", "Họ và tên", "Điện thoại", "Nội dung"],
    ["1", "Vũ Thị Hạnh", "0912000111", "Bao giờ sửa đường thôn Nội?"],
    ["2", "Đinh Văn Khoa", "12", "Đèn đường hỏng đã lâu."],
    ["3", "Lý Thị Ngân", "0912000333", "Lệ phí chứng thực là bao nhiêu?"],
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_of_a_list_each_row_is_answered_and_repeating_doubles_nothing(
    stack: RunningSystem, tmp_path: Path, kind: str
) -> None:
    rows = [
        [cell.replace("Vũ Thị", f"Vũ Thị {kind}").replace("Lý Thị", f"Lý Thị {kind}") for cell in row] for row in LIST
    ]
    file = tmp_path / f"danh-sach.{kind}"
    file.write_bytes(as_sheet(rows) if kind == "xlsx" else "\n".join(";".join(row) for row in rows).encode())
    code, out, _ = register(stack, "thanh-tri", [file], "--json")
    first, wrong, last = lines(out)
    assert code == 1, "one row was refused"
    assert [one["row"] for one in (first, wrong, last)] == [2, 3, 4]
    assert set(first) == {"file", "row", "status", "code", "registrant", "questions", "error"}
    assert (first["status"], first["registrant"]["name"]) == ("accepted", f"Vũ Thị {kind} Hạnh")
    assert [question["text"] for question in last["questions"]] == ["Lệ phí chứng thực là bao nhiêu?"]
    assert (wrong["status"], wrong["code"]) == ("refused", None)
    assert wrong["error"]

    again = lines(register(stack, "thanh-tri", [file], "--json")[1])
    assert [one["status"] for one in again] == ["duplicate", "refused", "duplicate"]
    assert [one["code"] for one in again] == [first["code"], None, last["code"]]
    said = register(stack, "thanh-tri", [file])[1]
    assert f"{file}, dòng 2: mã phiếu {first['code']} (đã nhận trước đó), 1 câu hỏi" in said


def a_mail(subject: str, body: str, **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Hùng <hung@nguoidan.example>", "vanthu@xa.example", subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail.as_bytes()


def test_a_mail_is_a_form_a_word_to_one_nothing_or_waits_for_a_clerk(stack: RunningSystem, tmp_path: Path) -> None:
    form = filled("Hoàng Văn Hùng").replace("Email:", "Email: hung@nguoidan.example")
    (tmp_path / "phieu.eml").write_bytes(a_mail("Phiếu đăng ký", form, Message_ID="<1@nguoidan.example>"))
    taken, again = lines(register(stack, "thanh-tri", [tmp_path / "phieu.eml"] * 2, "--json")[1])
    assert (taken["status"], again["status"]) == ("accepted", "duplicate")
    assert taken["registrant"]["name"] == "Hoàng Văn Hùng"
    assert len(taken["questions"]) == 3
    assert again["code"] == taken["code"]

    (tmp_path / "tra-loi.eml").write_bytes(a_mail(f"Re: {taken['code']}", "Tôi xin bổ sung bản chụp sổ."))
    (tmp_path / "nghi.eml").write_bytes(a_mail("Trả lời tự động", "Tôi đi vắng.", Auto_Submitted="auto-replied"))
    (tmp_path / "hoi.eml").write_bytes(a_mail("Hỏi thăm", "Kính gửi anh, chiều nay họp lúc mấy giờ?"))
    files = [tmp_path / name for name in ("tra-loi.eml", "nghi.eml", "hoi.eml")]
    code, out, _ = register(stack, "thanh-tri", files, "--json")
    word, away, other = lines(out)
    assert code == 0, "nothing was refused"
    assert (word["status"], word["code"]) == ("accepted", taken["code"])
    assert (away["status"], away["code"], away["error"]) == (
        "ignored",
        None,
        "Thư trả lời tự động, không phải phiếu đăng ký.",
    )
    assert (other["status"], other["code"]) == ("quarantined", None)
    assert "Không thấy Phiếu đăng ký" in other["error"]


def test_all_taken_is_success_and_told_in_words(stack: RunningSystem, tmp_path: Path) -> None:
    file = tmp_path / "dung.txt"
    file.write_text(filled("Đào Thị Dung"), encoding="utf-8")
    first = register(stack, "thanh-tri", [file])
    again = register(stack, "thanh-tri", [file])
    assert (first[0], again[0]) == (0, 0)
    assert first[1].startswith(f"{file}: mã phiếu ")
    assert first[1].endswith(", 3 câu hỏi\n")
    assert "(đã nhận trước đó)" in again[1]


def test_the_clerk_is_told_what_to_look_at(stack: RunningSystem, tmp_path: Path) -> None:
    file = tmp_path / "phieu.txt"
    file.write_text(filled("Đặng Thị Sen").replace("Email:", "Email: sen-khong-co-a-cong"), encoding="utf-8")
    code, said, _ = register(stack, "thanh-tri", [file])
    assert code == 0
    assert "Lưu ý: " in said


@pytest.mark.parametrize(
    ("commune", "told"),
    [("khong-co", "Chưa có hồ sơ cấu hình của xã khong-co."), ("Thanh Trì", "Mã xã 'Thanh Trì' không hợp lệ.")],
)
def test_an_unknown_commune_is_refused(stack: RunningSystem, tmp_path: Path, commune: str, told: str) -> None:
    file = tmp_path / "lan.txt"
    file.write_text(filled("Ngô Thị Lan"), encoding="utf-8")
    assert register(stack, commune, [file]) == (1, "", f"{file}: {told}\n")


def test_without_a_running_stack_it_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services", "register", "thanh-tri", "phieu.txt", "--data", str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 1
    assert "doithoai up" in done.stderr
