"""The file that names the keys: what may stand in it, and that it shows no passphrase.

Its permissions are read from the file system, so these tests write real files.
"""

from pathlib import Path

import pytest

from services.notify.signing.keys import KeyFile, KeysError, KeyToken, read_keys
from tests.keys import keep_keys

SECRET = "rất bí mật"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chu-tich.p12").write_bytes(b"")
    (tmp_path / "module.so").write_bytes(b"")
    return tmp_path


def test_a_key_is_in_a_file_or_on_a_token(folder: Path) -> None:
    keys = read_keys(
        keep_keys(
            folder,
            f"""
chu-tich: {{file: chu-tich.p12, passphrase: {SECRET}, timestamp: "http://tsa.example"}}
con-dau: {{module: module.so, token: UBND xã, label: con-dau, pin: "123456"}}
""",
        )
    )
    assert keys == {
        "chu-tich": KeyFile("chu-tich", folder / "chu-tich.p12", SECRET, "http://tsa.example"),
        "con-dau": KeyToken("con-dau", folder / "module.so", "UBND xã", "con-dau", "123456"),
    }
    assert SECRET not in repr(keys)
    assert "123456" not in repr(keys)


@pytest.mark.parametrize(
    ("text", "line", "said", "because"),
    [
        (f"chu-tich:\n  passphrase: {SECRET}", 1, "thiếu khóa file", "where is it"),
        ("chu-tich:\n  file: chu-tich.p12", 1, "thiếu khóa passphrase", "how is it opened"),
        (f"chu-tich:\n  file: khac.p12\n  passphrase: {SECRET}", 2, "không có tệp khóa này", "it is not there"),
        ("a:\n  module: module.so\n  token: t\n  label: l", 1, "thiếu khóa pin", "nor this one opened"),
        ("a:\n  module: khac.so\n  token: t\n  label: l\n  pin: p", 2, "không có tệp thư viện", "it is not there"),
        (f"a:\n  file: chu-tich.p12\n  passphrase: {SECRET}\n  pin: p", 1, "hoặc trên thiết bị", "which of the two"),
        (f"Chủ tịch:\n  file: chu-tich.p12\n  passphrase: {SECRET}", 1, "chữ thường không dấu", "profiles name it"),
        (f"a:\n  file: chu-tich.p12\n  password: {SECRET}", 3, "không có khóa này", "another word"),
        ("a:\n  file: chu-tich.p12\n  passphrase: 123456", 3, "phải là chữ", "a number is no text"),
        (f"a:\n  file: chu-tich.p12\n  passphrase: {SECRET}\n  timestamp: tsa", 4, "địa chỉ http", "no address"),
        (f"a:\n  file: x\n   passphrase: {SECRET}", 3, "YAML", "indented too far"),
        (
            f"a:\n  file: chu-tich.p12\n  passphrase: !{SECRET}",
            3,
            "phải đặt trong ngoặc kép",
            "YAML takes it for a tag",
        ),
        (f"a:\n  file: chu-tich.p12\n  passphrase: !{SECRET}!x y", 3, "phải đặt trong ngoặc kép", "for a tag's handle"),
        (f"a:\n  file: chu-tich.p12\n  passphrase: ! {SECRET}", 3, "phải đặt trong ngoặc kép", "for no particular tag"),
        (f"a:\n  file: chu-tich.p12\n  passphrase: !!int {SECRET}", 3, "phải đặt trong ngoặc kép", "for a number"),
        ("a:\n  file: chu-tich.p12\n  passphrase: 0x_", 1, "số viết sai", "a number that is none"),
        ("a: &123456 1\nb: &123456 2", 2, "YAML", "two anchors"),
        (f"{SECRET}:\n  file: chu-tich.p12\n  passphrase: x", 1, "…: tên khóa", "the passphrase landed in the name"),
        (f"{SECRET}: chu-tich.p12", 1, "…: phải có dạng", "the passphrase landed in a key"),
        (f"a:\n  file: chu-tich.p12\n  passphrase: x\n  {SECRET}: x", 4, "a.…: không có khóa này", "and in another"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_without_the_passphrase(
    folder: Path, text: str, line: int, said: str, because: str
) -> None:
    with pytest.raises(KeysError) as caught:
        read_keys(keep_keys(folder, text))
    assert any(one.line == line and said in one.what for one in caught.value.mistakes), (because, str(caught.value))
    assert SECRET not in str(caught.value)
    assert "123456" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o602])
def test_a_file_that_others_may_read_is_refused(folder: Path, mode: int) -> None:
    with pytest.raises(KeysError, match="chmod 600"):
        read_keys(keep_keys(folder, f"a: {{file: chu-tich.p12, passphrase: {SECRET}}}", mode))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="không đọc được tệp khóa"):
        read_keys(tmp_path / "keys.yaml")
