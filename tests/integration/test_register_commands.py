"""The outgoing register as the office uses it, on a real database: letters are written, numbered, called back."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pydantic import ValidationError

from services.notify import handlers
from services.notify.correspondence import Message
from services.notify.mailing.smtp import Mailer
from services.notify.making import Maker
from services.notify.numbers.books import book_id
from services.notify.numbers.registers import chosen, row_of
from services.notify.numbers.store import Numbers
from services.notify.post import AT_ONCE, PostRoom
from services.notify.signing.signer import Signer
from services.notify.store import Correspondences
from services.notify.texts.store import Texts
from shared.communes import Communes, Numbering, Signing
from shared.contracts import Done, Event, Refusal, Refused, Role
from shared.contracts.notify import NotificationNumbered
from shared.contracts.post import CallBackLetter, GiveNumbers, OpenRegister, ReadRegister
from shared.contracts.routing import QuestionRedirected
from shared.handlers import supplied
from shared.store import Database
from tests.builders import NOW, actor, of_question, question, registrant, submission_received
from tests.keys import PASSPHRASE, as_pkcs12, certified, draw_seal, draw_signature, keep_keys
from tests.message_ids import IDS
from tests.servers import Servers

TIME_LIMIT_S = 20.0
TODAY = date(2026, 4, 20)


class Office:
    """Notify's handlers on one replica, with a clock that stands where it was set."""

    def __init__(self, servers: Servers, folder: Path, keys: Path | None = None, **plans: Any) -> None:
        self.now: datetime = NOW
        self.database = Database(servers.mongo_url, "notify")
        self.letters, self.numbers = Correspondences(self.database), Numbers(self.database, self.clock)
        self.folder = folder
        known = [one.model_copy(update=plans if one.id == "thanh-tri" else {}) for one in Communes.load().values()]
        communes, texts = Communes(known), Texts(self.database)
        signer = Signer(keys, communes)
        maker = Maker(self.letters, communes, texts, self.numbers, signer, IDS, folder, "http://cong", "http://ban")
        mailer = Mailer("smtp://{}:{}".format(*servers.smtp), AT_ONCE)
        self.post = PostRoom(self.letters, communes, mailer, maker, self.clock)
        self._provided: dict[str, Any] = dict.fromkeys(("envelopes", "print_runs", "print_room", "run_files"))
        self._provided |= {
            "correspondences": self.letters,
            "post": self.post,
            "message_ids": IDS,
            "maker": maker,
            "texts": texts,
            "numbers": self.numbers,
            "letters_folder": folder,
            "base_url": "http://cong",
            "communes": communes,
            "now": self.clock,
        }

    def clock(self) -> datetime:
        return self.now

    async def hears(self, event: Event) -> None:
        for listener in handlers.consumes.listeners:
            if isinstance(event, listener.events):
                await supplied(listener.handle, type(event), self._provided)(event)

    async def answers(self, command: Any) -> Done | Refused:
        [answerer] = [one for one in handlers.consumes.answerers if isinstance(command, one.command)]
        answer: Done | Refused = await supplied(answerer.handle, type(command), self._provided)(command)
        return answer

    async def works_off(self) -> None:
        work = asyncio.create_task(self.post.work())
        async with asyncio.timeout(TIME_LIMIT_S):
            while self.post.busy:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work

    async def writes_letters(self, *cases: str, commune: str = "thanh-tri") -> list[str]:
        """One letter each, to people who have no e-mail: they are told where their question belongs."""
        for case in cases:
            await self.owes_a_letter(case, commune)
            await self.works_off()
        return [(await self.letter(case)).id for case in cases]

    async def owes_a_letter(self, case: str, commune: str = "thanh-tri") -> None:
        asked = question().model_copy(update={"id": f"{case}-1"})
        of: dict[str, Any] = {"commune": commune, "case": case, "occurred_at": self.now}
        nobody = registrant(email=None)
        await self.hears(submission_received(questions=(asked,), registrant=nobody, received_at=self.now, **of))
        await self.hears(of_question(QuestionRedirected, question=asked.id, **of))

    async def letter(self, case: str) -> Message:
        found = await self.letters.get(case)
        assert found is not None
        [message] = [one for one in found.messages if one.channel == "letter"]
        return message

    def printed(self, letter: str) -> str:
        """The words on the letter that lies ready."""
        pdf = (self.folder / "thanh-tri" / f"{letter}.pdf").read_bytes()
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)

    async def register(self, **changes: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {"actor": actor(), "key": "read", "book": "letter", "year": 2026}
        answer = await self.answers(ReadRegister(**asked | changes))
        assert isinstance(answer, Done)
        return dict(answer.state)

    async def says(self, case: str) -> list[Event]:
        return [envelope.open() for envelope in await self.letters.history(case)]


@pytest.fixture
async def office(fresh: Servers, tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(fresh, tmp_path)
    await office.database.prepare()
    yield office
    await office.post.stop()
    office.database.close()


def give(*letters: str, key: str = "k1", on: date = TODAY, **who: Any) -> GiveNumbers:
    return GiveNumbers(actor=actor(**who), key=key, notifications=letters, given_on=on)


async def refused(office: Office, command: Any) -> str:
    with pytest.raises(Refusal) as caught:
        await office.answers(command)
    return caught.value.code


# --- after signing ---------------------------------------------------------------------------------------------------


async def test_letters_get_their_numbers_in_the_order_they_are_given(office: Office) -> None:
    first, second, third = await office.writes_letters("01JA", "01JB", "01JC")
    waiting = await office.register()
    assert [one["notification"] for one in waiting["waiting"]] == [first, second, third]
    assert (waiting["next"], waiting["automatic"], waiting["symbol"], waiting["rows"]) == (1, False, "UBND-VP", [])
    answer = await office.answers(give(third, first))
    assert isinstance(answer, Done)
    assert answer.state == {"numbers": {third: "01/UBND-VP", first: "02/UBND-VP"}}
    known = await office.register()
    assert [(row["number"], row["notification"], row["given_by"]) for row in known["rows"]] == [
        ("02/UBND-VP", first, "Trần Thị Hạnh"),
        ("01/UBND-VP", third, "Trần Thị Hạnh"),
    ]
    assert all(row["about"] for row in known["rows"])
    assert [one["notification"] for one in known["waiting"]] == [second]
    assert known["next"] == 3


async def test_a_letter_that_lies_ready_is_drawn_anew_with_its_number_and_day(office: Office) -> None:
    office.now = NOW + timedelta(hours=12)  # after the cut-off: it leaves on the next day
    [letter] = await office.writes_letters("01JA")
    assert "01/UBND-VP" not in office.printed(letter)
    office.now = NOW + timedelta(days=1)
    await office.answers(give(letter, on=TODAY + timedelta(days=1)))
    await office.works_off()
    message = await office.letter("01JA")
    assert (message.state, message.number) == ("drawn", "01/UBND-VP")
    assert "01/UBND-VP" in office.printed(letter)
    assert "ngày 21 tháng 4 năm 2026" in office.printed(letter)
    [numbered] = [one for one in await office.says("01JA") if isinstance(one, NotificationNumbered)]
    assert numbered.number == "01/UBND-VP"


async def test_a_letter_whose_cut_off_has_passed_is_not_drawn_any_more(office: Office) -> None:
    [letter] = await office.writes_letters("01JA")
    office.now = NOW + timedelta(hours=12)
    await office.answers(give(letter))
    await office.works_off()
    message = await office.letter("01JA")
    assert (message.state, message.number) == ("drawn", "01/UBND-VP")
    assert "01/UBND-VP" not in office.printed(letter)


async def test_the_same_command_twice_has_no_second_effect(office: Office) -> None:
    letters = await office.writes_letters("01JA", "01JB")
    command = give(*letters, letters[0])
    first, second = await office.answers(command), await office.answers(command)
    assert first == second
    assert len((await office.register())["rows"]) == 2
    assert await refused(office, give(letters[0], key="k2")) == "not-now"


async def test_a_crash_between_register_and_letter_is_mended_by_the_next_attempt(office: Office) -> None:
    first, second = await office.writes_letters("01JA", "01JB")
    command = give(first, second)
    one = chosen(await office.letters.get("01JA"), first, None, command)
    profile = Communes.load()["thanh-tri"]
    await office.numbers.give(row_of(one, command, profile.letterhead, "hướng dẫn", NOW))  # and then the process died
    assert (await office.letter("01JA")).number is None
    await office.answers(give(second, first, key="another attempt"))
    assert [(await office.letter(case)).number for case in ("01JA", "01JB")] == ["01/UBND-VP", "02/UBND-VP"]
    assert [row["number"] for row in (await office.register())["rows"]] == ["02/UBND-VP", "01/UBND-VP"]


async def test_nothing_is_numbered_where_one_of_several_cannot_be(office: Office) -> None:
    [letter] = await office.writes_letters("01JA")
    assert await refused(office, give(letter, "01JNOBODY.guidance.1")) == "not-found"
    assert (await office.letter("01JA")).number is None
    assert (await office.register())["rows"] == []


@pytest.mark.parametrize(
    ("on", "because"),
    [
        (TODAY + timedelta(days=1), "tomorrow has not come"),
        (TODAY - timedelta(days=1), "the letter was not written yet"),
    ],
)
async def test_a_wrong_day_is_refused(office: Office, on: date, because: str) -> None:
    letters = await office.writes_letters("01JA")
    assert await refused(office, give(*letters, on=on)) == "invalid", because


async def test_a_day_before_the_last_number_is_refused(office: Office) -> None:
    first, second = await office.writes_letters("01JA", "01JB")
    office.now = NOW + timedelta(days=1)
    await office.answers(give(first, on=TODAY + timedelta(days=1)))
    assert await refused(office, give(second, key="k2")) == "invalid"


async def test_only_the_office_of_the_commune_may(office: Office) -> None:
    [letter] = await office.writes_letters("01JA")
    [elsewhere] = await office.writes_letters("01JE", commune="chanh-lo")
    opening: dict[str, Any] = {"book": "letter", "year": 2026, "next": 126, "key": "k"}
    for role in Role:
        if role in (Role.CLERK, Role.OFFICE_HEAD):
            continue
        assert await refused(office, give(letter, role=role)) == "forbidden"
        assert await refused(office, OpenRegister(actor=actor(role), **opening)) == "forbidden"
        reading = ReadRegister(actor=actor(role), key="r", book="letter", year=2026)
        assert await refused(office, reading) == "forbidden"
    assert await refused(office, give(elsewhere)) == "forbidden"
    assert await refused(office, give(letter, commune="chanh-lo")) == "forbidden"
    assert await refused(office, OpenRegister(actor=actor(commune="khong-co"), **opening)) == "not-found"
    others = await office.register(actor=actor(commune="chanh-lo"))
    assert [one["notification"] for one in others["waiting"]] == [elsewhere]


async def test_the_book_on_paper_is_gone_on_with(office: Office) -> None:
    letters = await office.writes_letters("01JA")
    opening: dict[str, Any] = {"actor": actor(), "book": "letter", "year": 2026}
    answer = await office.answers(OpenRegister(**opening, next=126, key="a"))
    assert isinstance(answer, Done)
    assert answer.state == {"next": 126}
    await office.answers(give(*letters))
    assert (await office.letter("01JA")).number == "126/UBND-VP"
    assert await refused(office, OpenRegister(**opening, next=200, key="b")) == "not-now"
    with pytest.raises(ValidationError):
        OpenRegister(**opening, next=0, key="c")


# --- what does not leave ---------------------------------------------------------------------------------------------


async def test_the_number_of_a_letter_that_is_called_back_is_struck_and_stays(office: Office) -> None:
    first, second = await office.writes_letters("01JA", "01JB")
    await office.answers(give(first))
    await office.works_off()
    back = CallBackLetter(actor=actor(), key="back", notification=first, reason="Gửi nhầm người.")
    assert isinstance(await office.answers(back), Done)
    for _ in range(2):
        await office.hears((await office.says("01JA"))[-1])
    await office.answers(give(second, key="k2"))
    rows = (await office.register())["rows"]
    assert [(row["number"], row["struck"]) for row in rows] == [
        ("02/UBND-VP", None),
        ("01/UBND-VP", "Gửi nhầm người."),
    ]


# --- when it is made -------------------------------------------------------------------------------------------------

AUTOMATIC = Numbering(letter="automatic", invitation="automatic")


@pytest.fixture
async def automatic(fresh: Servers, tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(fresh, tmp_path, numbering=AUTOMATIC)
    await office.database.prepare()
    yield office
    await office.post.stop()
    office.database.close()


async def test_a_letter_is_numbered_when_it_is_made(automatic: Office) -> None:
    [letter] = await automatic.writes_letters("01JA")
    assert (await automatic.letter("01JA")).number == "01/UBND-VP"
    assert "01/UBND-VP" in automatic.printed(letter)
    known = await automatic.register()
    assert (known["automatic"], known["waiting"]) == (True, [])
    assert [(row["number"], row["given_on"]) for row in known["rows"]] == [("01/UBND-VP", "2026-04-20")]
    assert await refused(automatic, give(letter)) == "not-now"


async def test_a_letter_made_after_midnight_on_1_january_opens_the_new_year(automatic: Office) -> None:
    automatic.now = datetime(2026, 12, 31, 16, 59, 59, tzinfo=NOW.tzinfo)
    [old] = await automatic.writes_letters("01JA")
    automatic.now += timedelta(seconds=1)
    [new] = await automatic.writes_letters("01JB")
    for year, letter in ((2026, old), (2027, new)):
        assert [row["notification"] for row in (await automatic.register(year=year))["rows"]] == [letter]
    assert "ngày 31 tháng 12 năm 2026" in automatic.printed(old)
    assert "ngày 01 tháng 01 năm 2027" in automatic.printed(new)
    assert [(await automatic.letter(case)).number for case in ("01JA", "01JB")] == ["01/UBND-VP"] * 2


async def test_a_letter_bears_the_day_it_is_made_and_numbered_not_the_one_it_was_owed_on(automatic: Office) -> None:
    automatic.now = datetime(2026, 12, 31, 16, 59, 59, tzinfo=NOW.tzinfo)
    await automatic.owes_a_letter("01JA")
    automatic.now += timedelta(seconds=1)
    await automatic.works_off()
    letter = await automatic.letter("01JA")
    assert [row["given_on"] for row in (await automatic.register(year=2027))["rows"]] == ["2027-01-01"]
    assert "ngày 01 tháng 01 năm 2027" in automatic.printed(letter.id)


async def test_a_signed_commune_numbers_then_signs(fresh: Servers, tmp_path: Path) -> None:
    (tmp_path / "a.p12").write_bytes(as_pkcs12(certified("Nguyễn Văn Lợi")))
    (tmp_path / "b.p12").write_bytes(as_pkcs12(certified("Ủy ban nhân dân xã Thanh Trì")))
    draw_signature(tmp_path / "a.png")
    draw_seal(tmp_path / "b.png")
    keys = keep_keys(
        tmp_path, f"a: {{file: a.p12, passphrase: {PASSPHRASE}}}\nb: {{file: b.p12, passphrase: {PASSPHRASE}}}"
    )
    wanted = Signing(key="a", picture="a.png", office="b", seal="b.png")
    office = Office(fresh, tmp_path, keys, numbering=AUTOMATIC, signing=wanted)
    await office.database.prepare()
    [letter] = await office.writes_letters("01JA")
    fields = pypdf.PdfReader(tmp_path / "thanh-tri" / f"{letter}.pdf").get_fields() or {}
    assert {name: bool(field.get("/V")) for name, field in fields.items()} == {"NguoiKy": True, "CoQuan": True}
    assert "09:30:00 +07:00" in office.printed(letter)
    await office.post.stop()
    office.database.close()


async def test_a_key_that_is_missing_is_told_to_the_clerk(fresh: Servers, tmp_path: Path) -> None:
    office = Office(fresh, tmp_path, numbering=AUTOMATIC, signing=Signing(key="a", picture="a.png"))
    await office.database.prepare()
    await office.writes_letters("01JA")
    message = await office.letter("01JA")
    assert message.state == "failed"
    assert "DOITHOAI_KEYS" in str(message.reason)
    await office.hears((await office.says("01JA"))[-1])
    last = await office.numbers.last(book_id("thanh-tri", "letter", 2026))
    assert last is not None
    assert last.struck == message.reason
    await office.post.stop()
    office.database.close()
