"""A document that leaves in another way than at first, as a mail that became a letter: it keeps number and day, and is
struck once it leaves in no way any more."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest

from services.notify.correspondence import Correspondence, Message
from services.notify.messages import put
from shared.contracts.notify import NotificationFailed
from tests.builders import NOW, of_message, registrant
from tests.integration.test_register_commands import AUTOMATIC, TODAY, Office
from tests.servers import Servers

CASE = "01JA"
MAIL = f"{CASE}.guidance.1"
LETTER, AGAIN = f"{MAIL}.letter", f"{MAIL}.letter.again"
NUMBER = "01/UBND-VP"
REASON = "Gửi nhầm người."


@pytest.fixture
async def office(fresh: Servers, tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(fresh, tmp_path, numbering=AUTOMATIC)
    await office.database.prepare()
    await office.numbers.number("thanh-tri", "letter", TODAY, MAIL, "hướng dẫn", "UBND-VP", "hệ thống")
    yield office
    await office.post.stop()
    office.database.close()


def a_message(id: str, state: Any, number: str | None = NUMBER) -> Message:
    channel: Any = "email" if id == MAIL else "letter"
    return Message(id, "guidance", channel, (), (), NOW, state=state, number=number)


async def struck(office: Office, *messages: Message) -> str | None:
    """The number, once the last of these messages failed."""
    state = Correspondence(CASE, "thanh-tri", registrant=registrant())
    for message in messages:
        state = put(state, message)
    await office.letters.create(state, [])
    await office.hears(of_message(NotificationFailed, case=CASE, notification=messages[-1].id, reason=REASON))
    [row] = (await office.register())["rows"]
    return row["struck"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("states", "reason", "because"),
    [
        ({LETTER: "drawn", MAIL: "failed"}, None, "the mail became a letter"),
        ({MAIL: "failed", LETTER: "failed"}, REASON, "and that was called back"),
        ({MAIL: "failed", LETTER: "sent", AGAIN: "failed"}, None, "the letter had left, whatever became of the second"),
        ({MAIL: "failed", LETTER: "failed", AGAIN: "failed"}, REASON, "nothing left"),
    ],
)
async def test_a_number_is_struck_once_its_document_leaves_in_no_way(
    office: Office, states: dict[str, str], reason: str | None, because: str
) -> None:
    assert await struck(office, *(a_message(id, state) for id, state in states.items())) == reason, because


@pytest.mark.parametrize("id", [LETTER, AGAIN])
async def test_a_letter_that_a_mail_became_bears_the_day_of_its_number(office: Office, id: str) -> None:
    office.now = NOW + timedelta(days=3)
    await office.owes_a_letter(CASE)
    known = await office.letters.get(CASE)
    assert known is not None
    [written] = [one for one in known.messages if one.channel == "letter"]
    letter = replace(written, id=id, number=NUMBER, text=0)
    made = await office._provided["maker"].letter(put(known, letter), letter, office.now)
    assert made.number == NUMBER
    words = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.pdf)).pages)
    assert "ngày 20 tháng 4 năm 2026" in words
    assert len((await office.register())["rows"]) == 1


async def test_what_was_written_anew_has_a_number_of_its_own(office: Office) -> None:
    """It says the same, and is another document: it did not take over the number of the first."""
    await office.owes_a_letter(CASE)
    known = await office.letters.get(CASE)
    assert known is not None
    [written] = [one for one in known.messages if one.channel == "letter"]
    letter = replace(written, id=LETTER, text=0)
    assert (await office._provided["maker"].letter(put(known, letter), letter, office.now)).number == "02/UBND-VP"


async def test_to_look_at_a_letter_that_does_not_leave_leaves_its_number_struck(office: Office) -> None:
    await office.owes_a_letter(CASE)
    known = await office.letters.get(CASE)
    assert known is not None
    [written] = [one for one in known.messages if one.channel == "letter"]
    await office.numbers.strike(MAIL, REASON)
    await office._provided["maker"].page(known, replace(written, id=MAIL, number=NUMBER, text=0))
    assert [row["struck"] for row in (await office.register())["rows"]] == [REASON]


async def test_a_register_lists_what_waits_in_its_own_year_and_book_alone(fresh: Servers, tmp_path: Path) -> None:
    office = Office(fresh, tmp_path)
    await office.database.prepare()
    await office.writes_letters("01JB", "01JA")
    asked = {"letter": 2, "invitation": 0}
    for book, count in asked.items():
        assert len((await office.register(book=book))["waiting"]) == count
    assert (await office.register(year=2025))["waiting"] == []
    found = await office.letters.with_unnumbered("thanh-tri.letter.2026", limit=1)
    assert [(one.id, one.questions) for one in found] == [("01JA", ())], "as many as asked, without what they ask"
    await office.post.stop()
    office.database.close()
