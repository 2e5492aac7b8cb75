"""What time triggers: each thing once whatever replicas do, for all others when it cannot for one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from services.deadlines import answers, conferences, handlers, rules
from services.deadlines.conferences import Conference
from services.deadlines.explain import local_date
from services.deadlines.store import Conferences, Deadlines
from services.deadlines.sweep import Programme, fire_what_is_due
from services.deadlines.terms import Offices
from services.deadlines.working_days import load_calendar
from shared.communes import Communes
from shared.contracts import Done, Event, Refusal, Role
from shared.contracts.deadlines import AcknowledgeEscalation
from shared.contracts.intake import DialogueCancelled, DialogueHeld, DialogueRescheduled
from shared.contracts.routing import AnswerDrafted, QuestionAssigned
from shared.store import Database
from tests.builders import COMMUNE, DIALOGUE, HELD_AT, NOW, actor, full_plan, of_dialogue, of_question
from tests.servers import Servers

OFFICES = Offices(Communes.load(), load_calendar())
LADDER = OFFICES[COMMUNE].ladder
LATER = NOW + timedelta(days=30)


@pytest.fixture
async def database(fresh: Servers) -> AsyncIterator[Database]:
    database = Database(fresh.mongo_url, "deadlines")
    Deadlines(database)
    await database.prepare()
    yield database
    database.close()


@pytest.fixture
def deadlines(database: Database) -> Deadlines:
    return Deadlines(database)


def assigned(question: str = "a-1", commune: str = COMMUNE, **changes: Any) -> QuestionAssigned:
    event: QuestionAssigned = of_question(QuestionAssigned, question=question, commune=commune, **changes)
    return event


async def owe(deadlines: Deadlines, question: str, commune: str = COMMUNE) -> None:
    office = OFFICES[COMMUNE]
    told = answers.expect_answer(assigned(question, commune), office.term("department-answer"))
    assert await deadlines.create(*rules.hear(None, told, office.calendar, office.hours))


async def said(deadlines: Deadlines, id: str) -> list[str]:
    return [envelope.subject.rsplit(".", 1)[-1] for envelope in await deadlines.history(id)]


# What is due


async def test_a_term_of_a_commune_without_a_profile_does_not_keep_the_others_waiting(deadlines: Deadlines) -> None:
    await owe(deadlines, "a-1", "xa-da-bo")
    await owe(deadlines, "b-1")
    await fire_what_is_due(deadlines, OFFICES, lambda: LATER)
    forgotten, missed = [await deadlines.get(f"{question}:department-answer") for question in ("a-1", "b-1")]
    assert (forgotten.state, missed.state) == ("running", "missed")


async def test_replicas_that_sweep_side_by_side_take_each_step_once(fresh: Servers, deadlines: Deadlines) -> None:
    elsewhere = Database(fresh.mongo_url, "deadlines")
    replicas = (deadlines, Deadlines(elsewhere))
    questions = [f"q-{n}" for n in range(20)]
    for question in questions:
        await owe(deadlines, question)
    for days in (0, 6, 7, 8, 9, 30):
        moment = NOW + timedelta(days=days)
        await asyncio.gather(*(fire_what_is_due(one, OFFICES, lambda at=moment: at) for one in replicas))
    for question in questions:
        id = f"{question}:department-answer"
        once = {"deadline-set": 1, "deadline-near": 1, "deadline-missed": 1, "escalation-raised": len(LADDER)}
        assert Counter(await said(deadlines, id)) == once
        assert [envelope.sequence for envelope in await deadlines.history(id)] == list(range(1, 4 + len(LADDER)))
    elsewhere.close()


async def test_a_sweep_asks_once_when_nothing_is_due_and_loads_only_what_is(deadlines: Deadlines) -> None:
    asked: Counter[str] = Counter()

    class Counting(Deadlines):
        async def ids(self, *query: Any, **limit: Any) -> list[str]:
            asked["ids"] += 1
            return await super().ids(*query, **limit)

        async def change(self, *decided: Any, **how: Any) -> Any:
            asked["change"] += 1
            return await super().change(*decided, **how)

    for n in range(30):
        await owe(deadlines, f"q-{n}")
    await deadlines.change(
        "q-7:department-answer",
        lambda one: rules.fire(one, LADDER, OFFICES[COMMUNE].calendar, OFFICES[COMMUNE].hours, LATER),
    )
    counting = Counting(deadlines._database)
    await fire_what_is_due(counting, OFFICES, lambda: NOW)
    assert asked == {"ids": 1}
    await owe(deadlines, "late")
    await fire_what_is_due(counting, OFFICES, lambda: LATER)
    assert asked == {"ids": 2, "change": 30}, "the one that has climbed the ladder is left alone"


# The programme


def periodic(commune: str = COMMUNE) -> dict[str, Any]:
    return {"commune": commune, "rule": "periodic-dialogue"}


async def test_the_slots_that_are_open_and_the_next_are_expected_once_a_day(deadlines: Deadlines) -> None:
    at = [NOW]
    programme = Programme(deadlines, OFFICES, lambda: at[0])
    await programme.expect_dialogues()
    found = {one.id: one for one in await deadlines.find({"rule": "periodic-dialogue"})}
    assert {one.commune for one in found.values()} == {office.commune for office in OFFICES}
    assert all(one.due_on >= local_date(NOW) and one.state == "running" for one in found.values())
    at[0] += timedelta(days=1)
    await programme.expect_dialogues()
    await Programme(deadlines, OFFICES, lambda: at[0]).expect_dialogues()
    assert {one.id: one for one in await deadlines.find({"rule": "periodic-dialogue"})} == found


async def test_expecting_dialogues_asks_nothing_until_the_next_day(deadlines: Deadlines) -> None:
    asked: list[int] = []

    class Counting(Deadlines):
        async def missing(self, ids: Any) -> set[str]:
            asked.append(len(wanted := set(ids)))
            return await super().missing(wanted)

    at = [NOW]
    programme = Programme(Counting(deadlines._database), OFFICES, lambda: at[0])
    for _ in range(100):
        await programme.expect_dialogues()
    assert len(asked) == 1
    at[0] += timedelta(days=1)
    await programme.expect_dialogues()
    assert asked[1:] == [0], "those are there, and remembered"


# Facts, as the handlers take them in


def dialogue_facts() -> list[Event]:
    later = HELD_AT + timedelta(days=7)
    return [
        full_plan(),
        of_dialogue(DialogueRescheduled, occurred_at=NOW + timedelta(days=1), held_at=later, previously_at=HELD_AT),
        of_dialogue(DialogueCancelled, occurred_at=NOW + timedelta(days=2), held_at=later),
    ]


async def test_a_dialogue_that_is_put_off_while_its_plan_is_taken_in_loses_no_term(database: Database) -> None:
    owed: list[set[tuple[object, ...]]] = []
    for n, facts in enumerate(permutations(dialogue_facts()[:2])):
        deadlines, known = Deadlines(database), Conferences(database)
        its_own = [fact.model_copy(update={"case": f"{DIALOGUE}-{n}"}) for fact in facts]
        await asyncio.gather(
            *(handlers.keep_up_with_the_dialogue(fact, known, deadlines, OFFICES) for fact in [*its_own, *its_own])
        )
        terms = await deadlines.find({"case": f"{DIALOGUE}-{n}"})
        owed.append({(one.rule, one.due_at, one.original_due_at, one.state) for one in terms})
    assert owed[0] == owed[1]
    assert {rule for rule, *_ in owed[0]} == {
        "announcement",
        "registration-cutoff",
        "preparation",
        "opinions-collected",
    }
    assert {due_at > original for _, due_at, original, _ in owed[0]} == {True}


async def test_what_is_known_of_a_dialogue_is_kept_as_it_was_heard(database: Database) -> None:
    known = Conferences(database)
    for fact in [*dialogue_facts(), of_dialogue(DialogueHeld)]:
        saved = await known.change(DIALOGUE, lambda one, fact=fact: conferences.note(one, fact))
    kept = await known.get(DIALOGUE)
    assert isinstance(kept, Conference)
    assert kept == saved.state
    assert [change.held_at is None for change in kept.changes] == [False, True]


async def test_the_first_assignment_is_one_write_and_an_early_draft_is_not_forgotten(deadlines: Deadlines) -> None:
    await handlers.start_the_clock(assigned("a-1"), deadlines, OFFICES)
    assert (await deadlines.get("a-1:department-answer")).version == 1
    drafted = of_question(AnswerDrafted, question="b-1", occurred_at=NOW + timedelta(hours=1))
    await handlers.accept_answer(drafted, deadlines, OFFICES)
    await handlers.start_the_clock(assigned("b-1"), deadlines, OFFICES)
    await handlers.start_the_clock(assigned("b-1"), deadlines, OFFICES)
    assert await said(deadlines, "b-1:department-answer") == ["deadline-set", "deadline-met"]


# Escalations that are seen to


def seen_to(key: str = "k", commune: str = COMMUNE) -> AcknowledgeEscalation:
    return AcknowledgeEscalation(
        actor=actor(Role.OFFICE_HEAD, commune=commune),
        key=key,
        deadline="a-1:department-answer",
        note="Trả lời trong hôm nay.",
    )


async def test_an_escalation_is_acknowledged_once_by_one_key(deadlines: Deadlines) -> None:
    await owe(deadlines, "a-1")
    await fire_what_is_due(deadlines, OFFICES, lambda: LATER)
    for _ in range(2):
        reply = await handlers.acknowledge_escalation(seen_to(), deadlines, lambda: LATER)
        assert isinstance(reply, Done)
        assert reply.state["acknowledged"] == len(LADDER)
    assert (await said(deadlines, "a-1:department-answer")).count("escalation-acknowledged") == 1


async def test_nobody_acknowledges_what_is_another_communes(deadlines: Deadlines) -> None:
    await owe(deadlines, "a-1")
    await fire_what_is_due(deadlines, OFFICES, lambda: LATER)
    with pytest.raises(Refusal) as refused:
        await handlers.acknowledge_escalation(seen_to(commune="thanh-mai"), deadlines, lambda: LATER)
    assert refused.value.code == "forbidden"
