"""What time triggers goes on for all others when it cannot for one."""

from datetime import timedelta

from services.deadlines import rules
from services.deadlines.store import Deadlines
from services.deadlines.sweep import fire_what_is_due
from services.deadlines.terms import Offices
from services.deadlines.working_days import load_calendar
from shared.communes import Communes
from shared.contracts.routing import QuestionAssigned
from shared.store import Database
from tests.builders import COMMUNE, NOW, of_question
from tests.servers import Servers


async def test_a_term_of_a_commune_without_a_profile_does_not_keep_the_others_waiting(fresh: Servers) -> None:
    database = Database(fresh.mongo_url, "deadlines")
    deadlines, offices = Deadlines(database), Offices(Communes.load(), load_calendar())
    await database.prepare()
    office = offices[COMMUNE]
    term = office.term("department-answer")
    for question, commune in (("a-1", "xa-da-bo"), ("b-1", COMMUNE)):
        assigned = of_question(QuestionAssigned, question=question, commune=commune)
        await deadlines.create(*rules.expect_answer(None, assigned, term, office.calendar, office.hours))
    await fire_what_is_due(deadlines, offices, lambda: NOW + timedelta(days=30))
    forgotten, missed = [await deadlines.get(f"{question}:department-answer") for question in ("a-1", "b-1")]
    assert (forgotten.state, missed.state) == ("running", "missed")
    database.close()
