"""The file that names the mailboxes: what may stand in it, and that it shows no password.

Its permissions are read from the file system, so these tests write real files.
"""

import pytest

from services.intake.mailbox import imap
from services.intake.mailbox.mailboxes import PROCESSED, MailboxesError, read_mailboxes

COMMUNES = ["thanh-tri", "chanh-lo"]
SECRET = "r%E1%BA%A5t%20b%C3%AD%20m%E1%BA%ADt"
URL = f"imaps://xa%40thanhtri.example:{SECRET}@mail.example:993"


def read(tmp_path, text, mode=0o600):
    file = tmp_path / "mailboxes.yaml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return read_mailboxes(file, COMMUNES)


def test_a_mailbox_is_read_with_what_it_leaves_out(tmp_path):
    [mailbox] = read(tmp_path, f"thanh-tri: {{url: '{URL}'}}")
    assert (mailbox.commune, mailbox.host, mailbox.port, mailbox.security) == ("thanh-tri", "mail.example", 993, "tls")
    assert (mailbox.user, mailbox.password) == ("xa@thanhtri.example", "rất bí mật")
    assert (mailbox.folder, mailbox.processed, mailbox.ca, mailbox.every_s) == ("INBOX", PROCESSED, None, 30)


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [
        ("imap+starttls://a:b@mail.example", 143, "starttls"),
        ("imap://a:b@127.0.0.1:1143", 1143, "plain"),
        ("imap://a:b@localhost", 143, "plain"),
        ("imaps://a:b@mail.example", 993, "tls"),
    ],
)
def test_an_address_says_how_it_is_protected(tmp_path, url, port, security):
    [mailbox] = read(tmp_path, f"thanh-tri: {{url: '{url}'}}")
    assert (mailbox.port, mailbox.security) == (port, security)


def test_neither_name_nor_password_are_shown(tmp_path):
    [mailbox] = read(tmp_path, f"thanh-tri: {{url: '{URL}'}}")
    shown = repr(mailbox) + str(mailbox) + imap.in_words(OSError("x"), mailbox)
    assert "bí mật" not in shown
    assert SECRET not in shown
    assert "xa@" not in shown


@pytest.mark.parametrize(
    ("text", "said", "because"),
    [
        (f"chanh-loo: {{url: '{URL}'}}", "có phải ý là 'chanh-lo'?", "no such commune"),
        (
            f"thanh-tri: {{url: '{URL.replace('imaps', 'imap')}'}}",
            "không mã hóa",
            "a password in clear over the network",
        ),
        (f"thanh-tri: {{url: '{URL.replace('imaps', 'pop3')}'}}", "imaps:// (TLS)", "another protocol"),
        (f"thanh-tri: {{url: 'imaps://{SECRET}@mail.example'}}", "thiếu tên đăng nhập hoặc mật khẩu", "no password"),
        (f"thanh-tri: {{url: 'imaps://a:{SECRET}@'}}", "thiếu tên máy chủ", "no host"),
        (f"thanh-tri: {{url: 'imaps://a:{SECRET}@mail.example:x'}}", "không phải địa chỉ hộp thư", "no port"),
        (f"thanh-tri: {{url: 'imaps://a:{SECRET}@mail.example/INBOX'}}", "thừa phần sau", "a path"),
        (f"thanh-tri: {{url: '{URL}', ca: khong-co.pem}}", "không có tệp chứng thư", "no certificate"),
        (f"thanh-tri: {{url: '{URL}', processed: INBOX}}", "phải khác thư mục nhận", "it would never end"),
        (f"thanh-tri: {{url: '{URL}', every: 0}}", "phải từ 1", "without a pause"),
        (f"thanh-tri: {{url: '{URL}', pasword: x}}", "không có khóa này", "an unknown key"),
        (f"thanh-tri:\n  url: !{SECRET}", "phải đặt trong ngoặc kép", "YAML takes it for a tag"),
        ("thanh-tri: {}", "thiếu khóa này", "no address"),
        (f"thanh-tri: '{URL}'", "khóa: giá trị", "an address where a mailbox belongs"),
        (f"thanh-tri: {{url: '{URL}'", "YAML sai", "no YAML"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(tmp_path, text, said, because):
    with pytest.raises(MailboxesError) as error:
        read(tmp_path, text)
    assert said in str(error.value), because
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("text", "said", "because"),
    [
        (f"'{URL}': {{url: x}}", "…: chưa có hồ sơ cấu hình", "an address for a commune"),
        (f"thanh-tri:\n  {URL}: 1", "thanh-tri.…: không có khóa này", "an address for a key"),
        (f"thanh-tri: {{url: '{URL}', {SECRET}: x}}", "thanh-tri.…: không có khóa này", "a password for a key"),
        (f"thanh-tri:\n  {URL}: 1\n  {URL}: 2", "thanh-tri.…: khóa này được ghi hai lần", "the same twice"),
        (f"thanh-tri: {{url: ['{URL}']}}", "thanh-tri.url", "a list"),
        (f"thanh-tri: {{url: '{URL}', every: '{URL}'}}", "thanh-tri.every", "an address for a number"),
        (f"thanh-tri: {{url: '{URL}', trusted: '{URL}'}}", "thanh-tri.trusted: không đúng dạng", "and for a name"),
        (f"thanh-tri:\n  url: {URL}: b", "YAML sai", "no YAML"),
    ],
)
def test_a_password_in_the_wrong_place_is_not_quoted_either(tmp_path, text, said, because):
    with pytest.raises(MailboxesError) as error:
        read(tmp_path, text)
    assert said in str(error.value), because
    assert SECRET not in str(error.value), because
    assert "xa%40thanhtri" not in str(error.value), because


def test_a_mailbox_may_name_the_server_whose_word_counts(tmp_path):
    [mailbox] = read(tmp_path, f"thanh-tri: {{url: '{URL}', trusted: MX.example}}")
    assert mailbox.trusted == "mx.example"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(tmp_path, mode):
    with pytest.raises(MailboxesError, match="chmod 600"):
        read(tmp_path, f"thanh-tri: {{url: '{URL}'}}", mode)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(MailboxesError, match="không đọc được tệp hộp thư"):
        read_mailboxes(tmp_path / "khong-co.yaml", COMMUNES)
