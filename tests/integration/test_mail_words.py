"""What a mail says is found out once, when it comes, and kept beside it."""

from collections.abc import AsyncIterator

import pytest

from services.intake.files import Files
from services.intake.mailbox.handlers import mail_as_text
from services.intake.mailbox.reception import MailReception
from services.intake.reception import Reception
from services.intake.store import Dialogues, Incomings, Submissions
from shared.clock import real_now
from shared.communes import Communes
from shared.store import Database
from tests.builders import COMMUNE
from tests.mail_samples import OFFICE, a_mail, as_docx, filled
from tests.servers import Servers

UNREADABLE = b"what nobody reads again"


@pytest.fixture
async def database(fresh: Servers) -> AsyncIterator[Database]:
    database = Database(fresh.mongo_url, "intake")
    await database.prepare()
    yield database
    database.close()


async def test_a_mail_is_read_when_it_comes_and_not_again_whenever_somebody_looks(database: Database) -> None:
    files, forms = Files(database), Submissions(database)
    reception = Reception(forms, Dialogues(database), files, real_now)
    room = MailReception(Incomings(database), forms, reception, files, Communes.load(), real_now)
    mail = a_mail("Kính gửi xã.", files=[("phieu.docx", as_docx(filled(name="")))])
    taken = await room.take_in(COMMUNE, bytes(mail), real_now())
    kept = await files.find(taken.incoming.original.id)
    assert kept is not None
    words = await mail_as_text(files, kept, UNREADABLE, OFFICE)
    assert words["phone"] == "0952345678"
    assert words["text"].startswith("Kính gửi xã.\n\n[phieu.docx]\n")
    assert words["files"] == ["phieu.docx"]
    assert [matter["section"] for matter in words["matters"]] == ["procedures", "handling"]


async def test_a_mail_of_before_is_read_at_the_first_look(database: Database) -> None:
    files = Files(database)
    original = await files.keep_mail(COMMUNE, bytes(a_mail("Ngõ nhà tôi ngập.")))
    looks = []
    for data in (await files.read(original.id) or b"", UNREADABLE):
        kept = await files.find(original.id)
        assert kept is not None
        looks.append((await mail_as_text(files, kept, data, OFFICE))["text"])
    assert looks == ["Ngõ nhà tôi ngập."] * 2
