"""The post room on a real database and a real mail server: what cannot be undone is done once, whatever is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, ServerSelectionTimeoutError

from services.notify import aftercare, rules
from services.notify.correspondence import Correspondence
from services.notify.mailing.smtp import Mailer
from services.notify.making import Maker
from services.notify.numbers.store import Numbers
from services.notify.post import AT_ONCE, STALE_AFTER, PostRoom
from services.notify.posting.room import PrintRoom
from services.notify.posting.runs import next_cut_off
from services.notify.posting.store import PrintRuns
from services.notify.signing.signer import Signer
from services.notify.store import Correspondences
from services.notify.texts.store import Texts
from shared.communes import Communes
from shared.contracts.intake import QuestionsWithdrawn
from shared.contracts.notify import NotificationQueued, NotificationSent
from shared.contracts.routing import AnswerApproved
from shared.store import Database, Saved, StaleSave
from tests.builders import NOW, SUBMISSION, of_form, of_question, registrant, submission_received
from tests.message_ids import IDS, ours
from tests.servers import Servers

TIME_LIMIT_S = 20.0


async def test_two_post_rooms_share_what_waits_and_each_mail_leaves_once(fresh: Servers, tmp_path: Path) -> None:
    databases = [Database(fresh.mongo_url, "notify") for _ in range(2)]
    await databases[0].prepare()
    for number in range(40):
        received = submission_received(case=f"01J{number}")
        await Correspondences(databases[0]).create(*rules.acknowledge(None, received, NOW))
    rooms = [post_room(fresh, database, Correspondences(database), tmp_path) for database in databases]
    await asyncio.gather(*(room.take_what_waits() for room in rooms))
    await asyncio.gather(*map(work_off, rooms))
    sent = [
        event
        for number in range(40)
        for envelope in await Correspondences(databases[0]).history(f"01J{number}")
        if isinstance(event := envelope.open(), NotificationSent)
    ]
    assert sorted(one.case for one in sent) == sorted(f"01J{number}" for number in range(40))
    assert not any(one.uncertain for one in sent)
    assert len(list(fresh.mail.glob("*.eml"))) == 40
    for database in databases:
        database.close()


async def test_a_correspondence_that_cannot_be_read_does_not_keep_the_others_waiting(
    fresh: Servers, tmp_path: Path
) -> None:
    database = Database(fresh.mongo_url, "notify")
    letters = Correspondences(database)
    await database.prepare()
    for case in ("01JA", "01JB"):
        await letters.create(*rules.acknowledge(None, submission_received(case=case), NOW))
    await database.collection("correspondence").update_one({"_id": "01JA"}, {"$set": {"questions": "damaged"}})
    room = post_room(fresh, database, letters, tmp_path)
    await room.take_what_waits()
    await work_off(room)
    assert [file.name.split("-", 1)[1].split("@")[0] for file in fresh.mail.glob("*.eml")] == [
        ours("01JB.receipt").strip("<>").partition("@")[0]
    ]
    database.close()


def post_room(
    servers: Servers,
    database: Database,
    letters: Correspondences,
    folder: Path,
    now: datetime = NOW,
    made_by: type[Maker] = Maker,
    a_minute: int = 0,
) -> PostRoom:
    communes, mailer = Communes.load(), Mailer("smtp://{}:{}".format(*servers.smtp), AT_ONCE, a_minute=a_minute)
    texts, numbers, signer = Texts(database), Numbers(database, lambda: now), Signer(None, communes)
    maker = made_by(letters, communes, texts, numbers, signer, IDS, folder, "http://localhost", "http://desk")
    return PostRoom(letters, communes, mailer, maker, lambda: now)


async def work_off(post: PostRoom) -> None:
    """Let a post room send what it has claimed, then stop it in order."""
    work = asyncio.create_task(post.work())
    async with asyncio.timeout(TIME_LIMIT_S):
        while post.busy:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    await post.stop()
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work


class AwayFor(Correspondences):
    """A database that is away, for longer than the driver waits for it, when a first change is to be saved."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.of = database
        self.outage: list[Exception] = [
            AutoReconnect("connection closed"),
            ServerSelectionTimeoutError("no server"),
            StaleSave("others were faster"),
        ]

    async def change(self, *arguments: Any, **more: Any) -> Saved[Correspondence]:
        if self.outage:
            raise self.outage.pop(0)
        return await super().change(*arguments, **more)


@pytest.fixture
async def letters(fresh: Servers) -> AsyncIterator[AwayFor]:
    database = Database(fresh.mongo_url, "notify")
    letters = AwayFor(database)
    await database.prepare()
    yield letters
    database.close()


async def test_a_mail_that_left_while_the_database_was_away_is_recorded_later_and_not_sent_again(
    fresh: Servers, letters: AwayFor, tmp_path: Path
) -> None:
    post = post_room(fresh, letters.of, letters, tmp_path)
    assert await post.begin(rules.acknowledge(None, submission_received(), NOW))
    await work_off(post)
    queued, sent = [envelope.open() for envelope in await letters.history(SUBMISSION)]
    assert isinstance(queued, NotificationQueued)
    assert isinstance(sent, NotificationSent)
    assert not sent.uncertain
    [mail] = fresh.mail.glob("*.eml")
    assert sent.reference.strip("<>") in mail.name


# --- letters: made, saved, closed into a run; a crash in between ------------------------------------------------------

CUT_OFF = next_cut_off(Communes.load()["thanh-tri"], NOW)
LETTER = f"{SUBMISSION}.answer.1"


class Killed(BaseException):
    """The process ends here: nothing can catch it and go on."""


class DiesBeforeSaving(Maker):
    """The file is written, and nobody is told."""

    async def keep(self, commune: str, message: str, pdf: bytes) -> str:
        await super().keep(commune, message, pdf)
        raise RuntimeError("killed")


class DiesAt(Correspondences):
    """Dies instead of its n-th save."""

    def __init__(self, database: Database, saves: int) -> None:
        super().__init__(database)
        self.saves = saves

    async def change(self, *arguments: Any, **more: Any) -> Saved[Correspondence]:
        self.saves -= 1
        if self.saves < 0:
            raise Killed
        return await super().change(*arguments, **more)


async def a_letter_waits(letters: Correspondences, case: str = SUBMISSION) -> None:
    asked = submission_received(case=case, on_time=False, registrant=registrant(email=None))
    question = asked.questions[0].model_copy(update={"id": f"{case}-1"})
    state, _ = rules.acknowledge(None, asked.model_copy(update={"questions": (question,)}), NOW)
    await letters.create(*rules.note_answer(state, of_question(AnswerApproved, case=case, question=question.id), NOW))


async def test_a_letter_whose_maker_dies_before_it_is_saved_is_made_again_over_the_same_file(
    fresh: Servers, tmp_path: Path
) -> None:
    database = Database(fresh.mongo_url, "notify")
    letters = Correspondences(database)
    await database.prepare()
    await a_letter_waits(letters)
    for at, made_by in ((NOW, DiesBeforeSaving), (NOW + STALE_AFTER, Maker)):
        room = post_room(fresh, database, letters, tmp_path, at, made_by)
        await room.take_what_waits()
        await work_off(room)
    [message] = (await the(letters)).messages
    assert (message.id, message.state, message.attempts, message.uncertain) == (LETTER, "drawn", 2, False)
    assert files(tmp_path) == [f"{LETTER}.pdf"]
    database.close()


async def test_a_letter_that_is_withdrawn_while_its_maker_is_dead_leaves_no_file(
    fresh: Servers, tmp_path: Path
) -> None:
    database = Database(fresh.mongo_url, "notify")
    letters = Correspondences(database)
    await database.prepare()
    await a_letter_waits(letters)
    dying = post_room(fresh, database, letters, tmp_path, NOW, DiesBeforeSaving)
    await dying.take_what_waits()
    await work_off(dying)
    withdrawn = of_form(QuestionsWithdrawn, questions=(f"{SUBMISSION}-1",))
    room = post_room(fresh, database, letters, tmp_path, NOW + STALE_AFTER)
    await room.note(SUBMISSION, lambda one: aftercare.note_withdrawal(one, withdrawn, NOW))
    await room.take_what_waits()
    await work_off(room)
    assert (await the(letters)).messages == ()
    assert files(tmp_path) == []
    database.close()


@pytest.mark.parametrize("saves", range(5))
async def test_each_letter_is_in_exactly_one_run_wherever_the_print_room_dies(
    fresh: Servers, tmp_path: Path, saves: int
) -> None:
    database = Database(fresh.mongo_url, "notify")
    letters, runs, communes = Correspondences(database), PrintRuns(database), Communes.load()
    await database.prepare()
    cases = [f"01J{number}" for number in range(4)]
    for case in cases:
        await a_letter_waits(letters, case)
    room = post_room(fresh, database, letters, tmp_path)
    await room.take_what_waits()
    await work_off(room)
    dying = DiesAt(database, saves)
    for correspondences in (dying, letters, letters):
        with suppress(Killed, BaseExceptionGroup):
            await PrintRoom(correspondences, runs, communes, tmp_path, lambda: CUT_OFF).close_what_is_due()
    said = [envelope.open() for case in cases for envelope in await letters.history(case)]
    sent = [one for one in said if isinstance(one, NotificationSent)]
    assert sorted(one.case for one in sent) == cases
    for one in sent:
        held = [
            run.id for run in await runs.find({}) if one.notification in {item.notification for _, item in run.kept()}
        ]
        assert held == [one.run]
    database.close()


async def the(letters: Correspondences) -> Correspondence:
    state = await letters.get(SUBMISSION)
    assert state is not None
    return state


def files(folder: Path) -> list[str]:
    return [file.name for file in folder.rglob("*.*")]
