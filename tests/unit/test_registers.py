"""The rules of the outgoing register: which book, which number, on which day; what a letter is told of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from services.notify.correspondence import Correspondence, Message
from services.notify.numbers import registers
from services.notify.numbers.books import book_id, book_of, day_in_vietnam
from services.notify.numbers.registers import Book, Row, symbol_of, written
from shared.communes import PROFILES, read_profile
from shared.contracts import Refusal, Role
from shared.contracts.notify import MessageKind, NotificationNumbered
from shared.contracts.post import GiveNumbers, OpenRegister, Register
from tests.builders import COMMUNE, NOW, SUBMISSION, actor, registrant

LETTER = f"{SUBMISSION}.answer.1"
TODAY = date(2026, 4, 20)
ROW = Row(
    id="01JX.answer.1",
    commune=COMMUNE,
    book=f"{COMMUNE}.letter.2026",
    number=4,
    symbol="UBND-VP",
    given_on=TODAY,
    given_at=NOW,
    given_by="Trần Thị Hạnh",
    about="trả lời",
)


def a_letter(**changes: Any) -> Message:
    known = Message(LETTER, "answer", "letter", (), (f"{SUBMISSION}-1",), NOW, state="sent")
    return replace(known, **changes)


def a_form(*messages: Message) -> Correspondence:
    return Correspondence(SUBMISSION, COMMUNE, registrant=registrant(), messages=messages)


def give(*letters: str, role: Role = Role.CLERK, **changes: Any) -> GiveNumbers:
    told: dict[str, Any] = {"notifications": letters or (LETTER,), "given_on": TODAY, "key": "k1"}
    return GiveNumbers(actor=actor(role), **told | changes)


@pytest.mark.parametrize("kind", [*get_args(MessageKind), "transfer-slip", "conclusion-notice", "report"])
def test_every_kind_of_document_has_a_register_or_none(kind: Any) -> None:
    assert book_of(kind) in (None, *get_args(Register))


@pytest.mark.parametrize(
    ("kind", "book", "because"),
    [
        ("answer", "letter", "a công văn"),
        ("conclusion", "letter", "the letter that tells of the notice is a công văn"),
        ("conclusion-notice", "conclusion", "the notice itself"),
        ("invitation", "invitation", "giấy mời are numbered for themselves"),
        ("transfer-slip", "transfer", "phiếu chuyển, too"),
        ("receipt", None, "it is handed over as a slip, and issued by nobody"),
        ("digest", None, "it stays in the office"),
    ],
)
def test_each_kind_is_numbered_in_its_own_register(kind: Any, book: str | None, because: str) -> None:
    assert book_of(kind) == book, because


@pytest.mark.parametrize(
    ("number", "text", "because"),
    [
        (5, "05/UBND-VP", "below 10 with a leading zero"),
        (10, "10/UBND-VP", "from 10 on without"),
        (126, "126/UBND-VP", "nor later"),
    ],
)
def test_a_number_is_written_as_the_decree_has_it(number: int, text: str, because: str) -> None:
    assert written(number, "UBND-VP") == text, because


@pytest.mark.parametrize(
    ("book", "symbol"),
    [("letter", "UBND-VP"), ("invitation", "GM-UBND"), ("transfer", "PC-UBND"), ("report", "BC-UBND")],
)
def test_letters_bear_the_symbol_of_the_office_and_titled_documents_that_of_their_kind(
    book: Register, symbol: str
) -> None:
    assert symbol_of(book, read_profile(PROFILES / "thanh-tri.yaml").letterhead) == symbol


@pytest.mark.parametrize(
    ("book", "last", "next", "because"),
    [
        (None, None, 1, "a year begins with 01"),
        (Book("b", COMMUNE, first=126), None, 126, "it goes on from the book on paper"),
        (Book("b", COMMUNE), ROW, 5, "the one after the highest"),
        (Book("b", COMMUNE, first=126), replace(ROW, number=130), 131, "also then"),
    ],
)
def test_the_next_number_is_the_one_after_the_highest(
    book: Book | None, last: Row | None, next: int, because: str
) -> None:
    assert registers.next_number(book, last) == next, because


def test_the_year_of_the_register_begins_at_midnight_in_vietnam() -> None:
    last_second = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
    assert day_in_vietnam(last_second) == date(2026, 12, 31)
    assert day_in_vietnam(last_second + timedelta(seconds=1)) == date(2027, 1, 1)


# --- a book on paper -------------------------------------------------------------------------------------------------


def open_at(next: int, role: Role = Role.CLERK) -> OpenRegister:
    return OpenRegister(actor=actor(role), key=f"open-{next}", book="letter", year=2026, next=next)


def test_a_register_goes_on_from_the_book_on_paper_until_its_first_number() -> None:
    opened, _ = registers.open_at(None, open_at(126))
    assert opened == Book(book_id(COMMUNE, "letter", 2026), COMMUNE, first=126)
    mended, _ = registers.open_at(opened, open_at(127))
    assert mended.first == 127
    begun, _ = registers.begin(mended, mended.id, COMMUNE)
    with pytest.raises(Refusal, match="không đặt lại") as refused:
        registers.open_at(begun, open_at(200))
    assert refused.value.code == "not-now"


# --- which letter ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CLERK, Role.OFFICE_HEAD)])
def test_only_the_office_numbers(role: Role) -> None:
    with pytest.raises(Refusal) as refused:
        registers.chosen(a_form(a_letter()), LETTER, None, give(role=role))
    assert refused.value.code == "forbidden"
    with pytest.raises(Refusal) as refused:
        registers.open_at(None, open_at(126, role))
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("state", "code", "because"),
    [
        (None, "not-found", "nobody knows the case"),
        (a_form(), "not-found", "it was withdrawn"),
        (replace(a_form(a_letter()), commune="chanh-lo"), "forbidden", "it is another commune's"),
        (a_form(a_letter(kind="receipt")), "invalid", "a receipt has no number"),
        (a_form(a_letter(number="04/UBND-VP")), "not-now", "it has one, perhaps written by another"),
        (a_form(a_letter(state="queued")), "not-now", "there is no paper yet"),
        (a_form(a_letter(state="failed")), "not-now", "it was called back"),
        (a_form(a_letter(channel="email")), "not-now", "a mail is not signed on paper"),
        (a_form(a_letter(channel="in-person")), "not-now", "nor what was told"),
    ],
)
def test_what_cannot_be_numbered_is_refused(state: Correspondence | None, code: str, because: str) -> None:
    with pytest.raises(Refusal) as refused:
        registers.chosen(state, LETTER, None, give())
    assert refused.value.code == code, because


@pytest.mark.parametrize("state", ["drawn", "sent"])
def test_a_letter_is_numbered_before_it_leaves_or_after(state: Any) -> None:
    assert registers.chosen(a_form(a_letter(state=state)), LETTER, None, give()).book == "letter"


def test_the_same_command_again_goes_on_and_another_one_is_refused() -> None:
    row, known = replace(ROW, id=LETTER, key="k1"), a_form(a_letter(number=ROW.text))
    assert registers.chosen(known, LETTER, row, give()).given == row
    with pytest.raises(Refusal, match="đã có số 04/UBND-VP"):
        registers.chosen(known, LETTER, row, give(key="k2"))


def test_a_number_that_a_crash_kept_from_the_letter_is_noted_by_whoever_comes_next() -> None:
    row = replace(ROW, id=LETTER, key="k1")
    assert registers.chosen(a_form(a_letter()), LETTER, row, give(key="k2")).given == row


@pytest.mark.parametrize(
    ("given_on", "now", "because"),
    [
        (date(2026, 4, 20), NOW, "today"),
        (date(2026, 4, 21), datetime(2026, 4, 20, 17, tzinfo=UTC), "in Vietnam it is tomorrow already"),
    ],
)
def test_a_letter_is_numbered_on_a_day_since_it_was_written(given_on: date, now: datetime, because: str) -> None:
    registers.check_day(given_on, a_letter(), now)


@pytest.mark.parametrize(
    ("given_on", "because"),
    [
        (date(2026, 4, 21), "tomorrow has not come"),
        (date(2026, 4, 19), "the letter was not written yet"),
    ],
)
def test_a_letter_is_numbered_neither_ahead_of_time_nor_before_it_was_written(given_on: date, because: str) -> None:
    with pytest.raises(Refusal) as refused:
        registers.check_day(given_on, a_letter(), NOW)
    assert refused.value.code == "invalid", because


def test_numbers_rise_with_the_days() -> None:
    registers.check_order(TODAY, ROW)
    registers.check_order(TODAY, None)
    with pytest.raises(Refusal, match="04/UBND-VP, 20/04/2026"):
        registers.check_order(TODAY - timedelta(days=1), ROW)


def test_what_is_numbered_when_it_is_made_is_not_numbered_by_hand() -> None:
    registers.must_be_late("late")
    with pytest.raises(Refusal):
        registers.must_be_late("automatic")


# --- the letter ------------------------------------------------------------------------------------------------------


def test_a_letter_that_has_left_is_told_its_number_once() -> None:
    state, events = registers.numbered(a_form(a_letter()), LETTER, "05/UBND-VP", NOW)
    assert state.message(LETTER).number == "05/UBND-VP"
    [said] = events
    assert isinstance(said, NotificationNumbered)
    assert said.number == "05/UBND-VP"
    assert registers.numbered(state, LETTER, "05/UBND-VP", NOW) == (state, [])


def test_what_was_withdrawn_meanwhile_is_told_nothing() -> None:
    assert registers.numbered(a_form(), LETTER, "05/UBND-VP", NOW) == (a_form(), [])


@pytest.mark.parametrize(
    ("state", "leaves", "because"),
    [
        (None, False, "nothing is known of it"),
        (a_form(), False, "it was withdrawn"),
        (a_form(a_letter(state="failed")), False, "it was called back"),
        (a_form(a_letter(state="drawn")), True, "it lies ready"),
        (a_form(a_letter(state="sending")), True, "it is being made anew"),
        (
            a_form(a_letter(state="failed"), a_letter(id=f"{LETTER}.letter", number=ROW.text)),
            True,
            "what came back as a mail goes by post, as the same document",
        ),
    ],
)
def test_a_number_is_struck_where_no_document_bears_it(
    state: Correspondence | None, leaves: bool, because: str
) -> None:
    assert registers.left_after_all(state, replace(ROW, id=LETTER)) is leaves, because


def test_what_waits_for_a_number_is_of_its_book_and_year() -> None:
    form = a_form(
        a_letter(),
        a_letter(id="numbered", number="01/UBND-VP"),
        a_letter(id="mail", channel="email"),
        a_letter(id="invitation", kind="invitation"),
        a_letter(id="last-year", created_at=NOW - timedelta(days=365)),
    )
    assert [one.id for one in registers.waiting_in(form, "letter", 2026)] == [LETTER]
    assert [one.id for one in registers.waiting_in(form, "letter", 2025)] == ["last-year"]
    assert [one.id for one in registers.waiting_in(form, "invitation", 2026)] == ["invitation"]
