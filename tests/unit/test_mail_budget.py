"""How long one mail may hold up the others of its mailbox."""

from collections.abc import Callable
from email.message import EmailMessage
from itertools import count

import pytest

from services.intake.mailbox.reception import opened
from services.intake.reading.mails import MAX_ATTACHED, MOST_PDFS, MOST_SECONDS, Mail, read_mail
from tests.mail_samples import a_mail, as_docx, filled

TEXT = "Ngõ nhà tôi ngập.".encode()


def ticking(step: float) -> Callable[[], float]:
    """A clock that goes on so far whenever somebody looks."""
    seconds = count(0.0, step)
    return lambda: next(seconds)


def with_files(*files: tuple[str, bytes], body: str = "Kính gửi xã.") -> bytes:
    mail: EmailMessage = a_mail(body, files=list(files))
    return bytes(mail)


def read_of(mail: Mail) -> list[int | None]:
    return [passage.file for passage in mail.passages]


@pytest.mark.parametrize(
    ("step", "read", "skipped", "because"),
    [
        (0, 4, 0, "all at once"),
        (MOST_SECONDS / 3, 2, 2, "the time is up after two"),
        (MOST_SECONDS, 0, 4, "nothing is looked into after the time"),
    ],
)
def test_the_files_of_a_mail_share_one_budget_of_time(step: float, read: int, skipped: int, because: str) -> None:
    mail = read_mail(with_files(*[(f"{number}.txt", TEXT) for number in range(4)]), clock=ticking(step))
    assert (len(mail.passages) - 1, len(mail.skipped)) == (read, skipped), because
    assert len(mail.files) == 4, "what is not read is kept all the same"
    assert set(mail.skipped) <= set(mail.unread)


def test_only_so_many_pdfs_of_a_mail_are_read() -> None:
    pdfs = [(f"{number}.pdf", b"%PDF-1.7") for number in range(MOST_PDFS + 2)]
    mail = read_mail(with_files(*pdfs, ("don.txt", TEXT)))
    assert [told.partition(":")[0] for told in mail.skipped] == [f"Tệp đính kèm {name}" for name, _ in pdfs[MOST_PDFS:]]
    assert read_of(mail) == [None, len(pdfs)], "other files are"


def test_a_heap_of_text_is_read_as_far_as_anybody_would() -> None:
    heap = ("a b c d e\n" * (MAX_ATTACHED // 20)).encode()
    mail = read_mail(with_files(*[(f"{number}.txt", heap) for number in range(4)]))
    assert (read_of(mail), len(mail.skipped)) == ([None, 0, 1, 2], 1)


def test_where_only_the_files_are_wanted_none_is_looked_into() -> None:
    data = with_files(("phieu.docx", as_docx(filled())))
    mail = opened(data)
    assert (read_of(mail), mail.skipped) == ([None], ())
    assert [file.name for file in mail.files] == ["phieu.docx"]
    assert mail.own == "Kính gửi xã."


def test_whatever_cannot_be_opened_has_its_headers() -> None:
    assert opened(b"Subject: x\n" + b"Content-Type: multipart/mixed; boundary=a\n\n" * 60).subject == "x"
