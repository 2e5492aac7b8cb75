"""What is forgotten in time, on a real database: one record that cannot be read keeps no other from it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.notify import delivery, rules, together
from services.notify.correspondence import Correspondence
from services.notify.purge import Purge
from services.notify.store import Correspondences, Envelopes
from services.notify.together import Member
from shared.communes import Communes
from shared.store import Database
from tests.builders import COMMUNE, NOW, submission_received
from tests.servers import Servers

CASES = ("01JA", "01JB", "01JC")
EMAIL = "mai@nguoidan.example"


@pytest.fixture
async def database(fresh: Servers) -> AsyncIterator[Database]:
    database = Database(fresh.mongo_url, "notify")
    yield database
    database.close()


def with_a_mail_sent(case: str) -> Correspondence:
    state, _ = rules.acknowledge(None, submission_received(case=case), NOW)
    state, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=2))
    return delivery.sent(state, state.messages[0].id, "<x>", NOW)[0]


async def test_what_is_wrong_with_one_case_keeps_no_other_address(database: Database) -> None:
    letters, envelopes = Correspondences(database), Envelopes(database)
    await database.prepare()
    for case in CASES:
        await letters.create(with_a_mail_sent(case), [])
        sealed, _ = together.seal(None, f"{case}-envelope", COMMUNE, EMAIL, [Member(case, "m")], NOW)
        await envelopes.create(sealed, [])
    await database.collection("envelopes").update_many({}, {"$unset": {"next_action_at": ""}})
    for name, id in (("correspondence", CASES[0]), ("envelopes", f"{CASES[0]}-envelope")):
        await database.collection(name).update_one({"_id": id}, {"$set": {"questions": "?", "members": "damaged"}})
    communes = Communes.load()
    purge = Purge(letters, envelopes, communes, lambda: NOW + timedelta(days=200))
    for _ in range(2):
        await purge.forget_what_is_old()
    for case in CASES[1:]:
        known, envelope = await letters.get(case), await envelopes.get(f"{case}-envelope")
        assert known is not None
        assert envelope is not None
        assert [one.to for one in known.messages] == [()]
        assert (envelope.members, EMAIL in envelope.to) == ((), False)
