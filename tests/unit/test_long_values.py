"""One long word, wherever anybody may write it, costs no more than its length: time is not given away by its square.

Patterns run inside the interpreter, where nothing else can run meanwhile and no counter of steps sees them.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import thread_time

import pytest

from services.console.hall.dialogue_forms import EMAIL
from services.intake.reading.contacts import read_contacts
from services.intake.reading.forms import UnreadableForm, read_form
from services.intake.reading.mails import read_mail
from services.intake.reading.quotations import first_sender, own_words
from services.intake.reading.table_files import read_sheets
from services.intake.reading.tables import read_table
from services.intake.reading.unreadable import UnreadableDocument
from services.routing.masking import find_personal

SHORT, LONG = 4_000, 16_000
"""Characters: four times as many take four times as long, and sixteen times where time grows with the square."""


@pytest.fixture(autouse=True)
def _no_collection() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def seconds(read: Callable[[str], object], text: str) -> float:
    """Of a processor, the least of three times."""
    times = []
    for _ in range(3):
        began = thread_time()
        read(text)
        times.append(thread_time() - began)
    return min(times)


def at_the_label(label: str) -> Callable[[str], object]:
    def read(value: str) -> None:
        with suppress(UnreadableForm):
            read_form(f"Họ và tên: Mận\n{label}{value}\n1. Về thủ tục hành chính:\nLệ phí?\n", "man@nha.example")

    return read


def in_a_list(value: str) -> object:
    rows = f'STT,Họ và tên,Điện thoại,Nội dung\n1,Mận,"{value}",Lệ phí?\n'
    return read_table(read_sheets("text/csv", rows.encode()), "opinions")


def heads(value: str) -> object:
    """Of some hundred letters each: a longer line is none."""
    head = f"From: {value[: len(value) // 60]}\nSent: x\n"
    return first_sender("---- Forwarded message\n" + head * 40)


def in_the_header(field: str) -> Callable[[str], object]:
    def read(value: str) -> None:
        value = value.replace("\n", "\n ")
        with suppress(UnreadableDocument):
            read_mail(f"{field}{value}\nMessage-ID: <a@nha.example>\n\nKính gửi xã.".encode())

    return read


PLACES: dict[str, Callable[[str], object]] = {
    "name": at_the_label("Họ tên: "),
    "nothing at a name": at_the_label("Họ tên:\n"),
    "phone": at_the_label("Điện thoại: "),
    "email": at_the_label("Email: "),
    "address": at_the_label("Địa chỉ: "),
    "contacts": read_contacts,
    "list": in_a_list,
    "subject": in_the_header("Subject: "),
    "sender": in_the_header("From: "),
    "kind": in_the_header('Content-Type: text/plain; a="'),
    "quotation": lambda value: own_words(f"x<{value}"),
    "head": heads,
    "published": find_personal,
    "console": lambda value: EMAIL.match(f"a@{value}@"),
}
PIECES = (
    "a",
    "1",
    "@",
    ".",
    "1.",
    "a@",
    "@.",
    "-",
    " ",
    ";\n",
    "to chuc, ",
    "thư ",
    "x > ",
    ";",
    "=?utf-8?q?a",
    "a\n\n",
)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("place", PLACES)
def test_a_value_four_times_as_long_takes_about_four_times_as_long(place: str, piece: str) -> None:
    read = PLACES[place]
    read(piece)  # whatever is remembered from one reading to the next is remembered now
    short, long = (seconds(read, (piece * length)[:length]) for length in (SHORT, LONG))
    assert long <= 8 * short + 0.03, f"{short:.4f} s, then {long:.4f} s"


@pytest.mark.parametrize(
    ("written", "found", "because"),
    [
        ("a" * 900 + " man@nha.example", "man@nha.example", "a long word before it"),
        (f"{'a' * 5_000} man@nha.example", None, "nobody writes a contact of five thousand letters"),
    ],
)
def test_an_address_is_found_in_what_may_be_kept_of_a_value(written: str, found: str | None, because: str) -> None:
    assert read_contacts(written).email == found, because


def test_an_address_behind_a_long_word_is_found_before_a_text_is_published() -> None:
    long = "a" * 3_000
    assert [one.text for one in find_personal(f"{long} man@nha.example {long}@nha.example")] == [
        "man@nha.example",
        f"{long}@nha.example",
    ]
