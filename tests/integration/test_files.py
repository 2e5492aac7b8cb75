"""Files on a real database and over a real broker: whole, given to those who may have them, and none left behind."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import nats
import pytest
from nats.aio.client import Client

from services.intake import app as intake_app
from services.intake.files import PART, REMOVED_AT_ONCE, Files, UnwantedFile
from services.intake.store import Submissions
from services.intake.submissions import Submission
from shared.clock import real_now
from shared.commands import send
from shared.contracts import Actor, Done, Refused, Role
from shared.contracts.intake import AddFiles, LookUpSubmission, ReadFile, RegisterSubmission, StoreFile
from shared.contracts.people import Attachment, Matter
from shared.files import get_file, put_file
from shared.settings import Settings
from shared.store import Bucket, Database
from tests.builders import COMMUNE, NOW, SUBMISSION, actor, question, registrant
from tests.servers import Servers
from tests.unit.test_files import JPEG, pdf, png, xlsx


@dataclass
class Cabinet:
    """The files, the forms that name them, and the hands of a clock."""

    database: Database
    files: Files
    submissions: Submissions

    async def age(self, *ids: str, by: timedelta = timedelta(hours=25)) -> None:
        """These were sent so long ago."""
        for id in ids:
            await self.database.collection("files.files").update_one(
                {"_id": id}, {"$set": {"uploadDate": real_now() - by}}
            )

    async def clear(self) -> int:
        return await self.files.remove_unnamed(self.submissions.naming)

    async def file(self, attachment: Attachment) -> None:
        """Save a form that names a file, and die before the file is marked."""
        submission = Submission(
            id=SUBMISSION,
            commune=COMMUNE,
            code="K7QX-3M9M",
            fingerprint="f",
            channel="web",
            received_at=NOW,
            on_time=True,
            registrant=registrant(),
            questions=(question(),),
            attachments=(attachment,),
        )
        assert await self.submissions.create(submission, [])

    async def chunks(self) -> int:
        return int(await self.database.collection("files.chunks").count_documents({}))


@pytest.fixture
async def cabinet(fresh: Servers) -> AsyncIterator[Cabinet]:
    database = Database(fresh.mongo_url, "intake")
    submissions = Submissions(database)
    await database.prepare()
    yield Cabinet(database, Files(database), submissions)
    database.close()


async def test_a_file_comes_back_as_it_was_sent(cabinet: Cabinet) -> None:
    data = JPEG + os.urandom(700_000)  # longer than one piece of the database
    kept = await cabinet.files.keep(COMMUNE, r"D:\Ảnh\Giấy hẹn.JPEG", data)
    assert (kept.name, kept.media_type, kept.size) == ("Giấy hẹn.jpg", "image/jpeg", len(data))
    assert await cabinet.files.read(kept.id) == data
    found = await cabinet.files.find(kept.id)
    assert found is not None
    assert (found.commune, found.attachment, found.purpose, found.named_by) == (COMMUNE, kept, "attachment", None)


async def test_a_file_that_is_not_there_is_nobodys(cabinet: Cabinet) -> None:
    assert await cabinet.files.find("khong-co") is None
    assert await cabinet.files.read("khong-co") is None


async def test_what_is_not_wanted_leaves_nothing_behind(cabinet: Cabinet) -> None:
    with pytest.raises(UnwantedFile):
        await cabinet.files.keep(COMMUNE, "don.pdf", b"MZ this is a program")
    assert await cabinet.chunks() == 0


async def test_the_same_id_twice_is_one_file_and_another_file_is_refused(cabinet: Cabinet) -> None:
    keep = partial(cabinet.files.keep, COMMUNE, "don.pdf", id="01JFILE")
    first, again, at_once = await keep(pdf()), await keep(pdf()), await asyncio.gather(*(keep(pdf()) for _ in range(5)))
    assert {first, again, *at_once} == {first}
    for other in (partial(keep, png()), partial(cabinet.files.keep, "thanh-mai", "don.pdf", pdf(), id="01JFILE")):
        with pytest.raises(UnwantedFile):
            await other()
    assert await cabinet.files.read("01JFILE") == pdf()


async def test_what_nothing_names_is_removed_after_a_day(cabinet: Cabinet) -> None:
    left, named, young = [await cabinet.files.keep(COMMUNE, "anh.png", png() + bytes(n)) for n in range(3)]
    await cabinet.files.name([named], SUBMISSION)
    await cabinet.age(left.id, named.id)
    await cabinet.age(young.id, by=timedelta(hours=23))
    assert await cabinet.clear() == 1
    assert await cabinet.files.find(left.id) is None
    assert await cabinet.files.read(named.id) == png() + bytes(1)
    assert await cabinet.files.read(young.id) == png() + bytes(2)
    assert await cabinet.chunks() == 2, "nothing of it is left"


async def test_a_flood_of_files_that_nothing_names_is_removed_in_one_go(cabinet: Cabinet) -> None:
    flood = [await cabinet.files.keep(COMMUNE, "anh.png", png() + bytes(n)) for n in range(REMOVED_AT_ONCE + 50)]
    await cabinet.file(flood[0])
    await cabinet.age(*(one.id for one in flood))
    assert await cabinet.clear() == len(flood) - 1
    assert await cabinet.chunks() == 1


async def test_a_file_stays_whose_mark_was_lost_in_a_crash(cabinet: Cabinet) -> None:
    kept = await cabinet.files.keep(COMMUNE, "don.pdf", pdf())
    await cabinet.file(kept)
    await cabinet.age(kept.id)
    assert await cabinet.clear() == 0
    found = await cabinet.files.find(kept.id)
    assert found is not None
    assert found.named_by == SUBMISSION, "and is marked now"


async def test_the_pieces_of_a_file_that_was_cut_off_are_removed_after_a_day(cabinet: Cabinet) -> None:
    whole = await cabinet.files.keep(COMMUNE, "don.pdf", pdf())
    torn = await cabinet.files.keep(COMMUNE, "anh.png", png())
    await cabinet.database.collection("files.files").delete_one({"_id": torn.id})  # it is written last
    begun = cabinet.database.collection("files.begun")
    assert await begun.count_documents({}) == 0, "what became whole is forgotten"
    for kept in (whole, torn):
        await begun.insert_one({"_id": kept.id, "at": real_now()})
    await cabinet.clear()
    assert await cabinet.chunks() == 2, "it may be on its way still"
    await begun.update_many({}, {"$set": {"at": real_now() - timedelta(hours=25)}})
    await cabinet.clear()
    assert await cabinet.chunks() == 1
    assert await cabinet.files.read(whole.id) == pdf()
    assert await begun.count_documents({}) == 0


async def test_it_is_known_of_a_file_that_it_was_begun(cabinet: Cabinet) -> None:
    bucket = Bucket(cabinet.database, "files")
    with pytest.raises(TypeError):
        await bucket.put("01JTORN", None, {})  # type: ignore[arg-type]
    [begun] = await cabinet.database.collection("files.begun").find({}).to_list(10)
    assert begun["_id"] == "01JTORN"


async def test_half_a_file_is_removed_after_a_day(cabinet: Cabinet) -> None:
    await cabinet.files.keep_part(COMMUNE, "01JFILE", "don.pdf", "attachment", 1, 2, pdf())
    parts = cabinet.database.collection("file_parts")
    await cabinet.clear()
    assert await parts.count_documents({}) == 1
    await parts.update_many({}, {"$set": {"at": real_now() - timedelta(hours=25)}})
    await cabinet.clear()
    assert await parts.count_documents({}) == 0


# --- over the broker ------------------------------------------------------------------------------------------------


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


@asynccontextmanager
async def intake(servers: Servers) -> AsyncIterator[Client]:
    service = intake_app.build(Settings(nats_url=servers.nats_url, mongo_url=servers.mongo_url))
    client = await nats.connect(servers.nats_url)
    transport = httpx.ASGITransport(service.app)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url="http://intake") as http,
    ):

        async def is_ready() -> bool:
            return (await http.get("/readyz")).status_code == 200

        await until(is_ready)
        yield client
    await client.close()


@pytest.fixture
async def client(fresh: Servers) -> AsyncIterator[Client]:
    async with intake(fresh) as found:
        yield found


async def stored(client: Client, name: str, data: bytes, by: Actor | None = None, **purpose: Any) -> Attachment:
    kept = await put_file(client, by or actor(), name, data, **purpose)
    assert isinstance(kept, Attachment), kept
    return kept


def a_registration(*files: Attachment) -> RegisterSubmission:
    return RegisterSubmission(
        actor=actor(),
        key=str(uuid4()),
        channel="paper",
        registrant=registrant(),
        questions=(Matter(section="procedures", text="Bao giờ có kết quả?"),),
        attachments=tuple(one.id for one in files),
    )


async def registered(client: Client, *files: Attachment) -> str:
    """The id of a form that has these files."""
    done = await send(client, a_registration(*files))
    found = await send(client, LookUpSubmission(actor=actor(), key="k", code=done.state["code"]))
    assert isinstance(found, Done)
    return str(found.state["id"])


async def test_a_large_scan_goes_to_intake_and_back_in_parts(client: Client) -> None:
    data = pdf() + os.urandom(3_500_000)
    kept = await stored(client, "ban-quet.pdf", data)
    assert kept.size == len(data)
    back = await get_file(client, actor(), kept.id)
    assert back == (kept, data)


@pytest.mark.parametrize("size", [PART - 1, PART, PART + 1])
async def test_no_byte_is_lost_where_parts_meet(client: Client, size: int) -> None:
    data = pdf().ljust(size, b"x")
    kept = await stored(client, "ban-quet.pdf", data)
    assert await get_file(client, actor(), kept.id) == (kept, data)


async def test_parts_may_come_twice(client: Client) -> None:
    data, id = pdf().ljust(PART + 10, b"x"), "01JFILE"
    replies = []
    for part in (1, 1, 2, 2):
        piece = base64.b64encode(data[(part - 1) * PART : part * PART]).decode()
        about = {"file": id, "name": "don.pdf", "part": part, "parts": 2, "content": piece}
        replies.append(await send(client, StoreFile(actor=actor(), key=str(uuid4()), **about)))
    assert all(isinstance(reply, Done) for reply in replies)
    found = await get_file(client, actor(), id)
    assert not isinstance(found, Refused)
    assert found[1] == data


async def test_a_file_without_its_middle_is_no_file(client: Client) -> None:
    about = {"file": "01JFILE", "name": "don.pdf", "parts": 3, "content": base64.b64encode(pdf()).decode()}
    for part, because in ((1, None), (3, "chưa đủ các phần"), (4, "lớn quá")):
        reply = await send(client, StoreFile(actor=actor(), key=str(uuid4()), part=part, **about))
        assert isinstance(reply, Refused) is (because is not None)
        assert because is None or because in reply.reason
    assert isinstance(await get_file(client, actor(), "01JFILE"), Refused)


async def test_a_file_is_for_its_own_commune_and_for_those_who_work_with_its_forms(client: Client) -> None:
    kept = await stored(client, "don.pdf", pdf())
    await registered(client, kept)
    unnamed = await stored(client, "don.pdf", pdf())
    table = await stored(client, "ds.xlsx", xlsx(), purpose="table")
    for who, file, may, because in (
        (actor(Role.OFFICER), kept, True, "an officer answers the form"),
        (actor(Role.CHAIRMAN), kept, True, "so does the chairman"),
        (actor(Role.CLERK, commune="thanh-mai"), kept, False, "a clerk of another commune"),
        (actor(Role.PROVINCE), kept, False, "the province compares figures, not people"),
        (actor(Role.OFFICER), unnamed, False, "nobody knows yet what form it is for"),
        (actor(Role.OFFICER), table, False, "whole lists are for the office"),
        (actor(), table, True, "which is the clerk"),
    ):
        found = await get_file(client, who, file.id)
        assert isinstance(found, Refused) is not may, because


async def test_whole_mails_and_lists_are_no_attachments(client: Client) -> None:
    id = await registered(client)
    mail = await stored(client, "thu.eml", b"Subject: x\r\n\r\nx", purpose="mail")
    table = await stored(client, "ds.xlsx", xlsx(), purpose="table")
    for file in (mail, table):
        for command in (
            AddFiles(actor=actor(), key=str(uuid4()), submission=id, attachments=(file.id,)),
            a_registration(file),
        ):
            refused = await send(client, command)
            assert isinstance(refused, Refused)
            assert refused.code == "not-found"


@pytest.mark.parametrize(
    ("name", "data", "purpose", "told"),
    [
        ("don.pdf", b"MZ", "attachment", "Chỉ nhận tệp PDF"),
        ("don.pdf", b"", "attachment", "trống"),
        ("ds.xlsx", pdf(), "table", "Chỉ nhận danh sách"),
        ("don.pdf", b"%PDF-1.7" + bytes(11 * PART), "attachment", "lớn quá 10 MB"),
    ],
)
async def test_what_is_not_wanted_is_refused_over_the_broker_too(
    client: Client, name: str, data: bytes, purpose: Any, told: str
) -> None:
    refused = await put_file(client, actor(), name, data, purpose)
    assert isinstance(refused, Refused)
    assert told in refused.reason


async def test_who_may_not_take_in_forms_hands_in_no_files(client: Client) -> None:
    assert isinstance(await put_file(client, actor(Role.OFFICER), "don.pdf", pdf()), Refused)


async def test_a_part_that_is_no_file_is_refused(client: Client) -> None:
    about = {"file": "01JFILE", "name": "don.pdf", "part": 1, "parts": 1, "content": "không phải base64"}
    reply = await send(client, StoreFile(actor=actor(), key="k", **about))
    assert isinstance(reply, Refused)
    beyond = await send(
        client, ReadFile(actor=actor(), key="k", file=(await stored(client, "a.pdf", pdf())).id, part=9)
    )
    assert isinstance(beyond, Done)
    assert beyond.state["content"] == ""
