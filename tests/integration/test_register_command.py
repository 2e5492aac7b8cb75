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
import pytest
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
