"""Acts held back, on a real database, a real broker and the real routing: once each, whoever dies when, or never."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.console.work import held, held_worker
from services.console.work.filter_store import Filters, StoredFilters
from services.console.work.held import Act, NotNow, State
from services.console.work.held_store import MOST_DUE, HeldActs, StoredActs
from services.console.work.kept import kept_in
from services.console.work.saved_filters import SavedFilter
from shared.clock import Clock
from shared.commands import send
from shared.contracts import COMMANDS, Actor, routing
from shared.contracts.post import ClosePrintRun
from shared.store import Database
from tests.builders import COMMUNE, NOW
from tests.integration.routing_office import CLERK, OFFICER, Office, an_office, announced, form
from tests.remembered import RememberedActs, RememberedFilters
from tests.replicas import Replica
from tests.servers import Servers

WORKER, OTHER = "hanh.clerk@hanoi.example", "quan.hcc@hanoi.example"
QUESTIONS = ("C1-1", "C2-1", "C3-1")
DUE = NOW + held.HELD_FOR


def an_act(id: str = "01JACT", *questions: str, by: Actor = CLERK, seen: int | None = None) -> Act:
    commands = [
        routing.PrioritiseQuestion(
            actor=by, key=f"{id}-{one}", version=seen, question=one, pressing=True, reason="Nêu nhiều lần."
        )
        for one in questions or QUESTIONS
    ]
    steps = [(command, command.question.rpartition("-")[0], command.question) for command in commands]
    return held.hold(id, COMMUNE, WORKER, "", steps, NOW)


# --- one suite for every store ----------------------------------------------------------------------------------------


@pytest.fixture
async def database(fresh: Servers) -> AsyncIterator[Database]:
    found = Database(fresh.mongo_url, "console")
    StoredActs(found)
    await found.prepare()
    yield found
    found.close()


@pytest.fixture(params=["database", "remembered"])
def acts(request: pytest.FixtureRequest, database: Database) -> HeldActs:
    return StoredActs(database) if request.param == "database" else RememberedActs()


@pytest.fixture(params=["database", "remembered"])
def filters(request: pytest.FixtureRequest, database: Database) -> Filters:
    return StoredFilters(database) if request.param == "database" else RememberedFilters()


async def test_an_act_is_kept_as_it_is_and_once(acts: HeldActs) -> None:
    assert await acts.add(an_act()) is None
    before = await acts.add(an_act("01JACT", "C9-1"))
    assert before is not None
    assert replace(before, version=0) == an_act()
    [found] = await acts.of(COMMUNE, WORKER, NOW)
    assert replace(found, version=0) == an_act()
    assert await acts.of(COMMUNE, OTHER, NOW) == []
    assert await acts.of(COMMUNE, WORKER, NOW + timedelta(seconds=1)) == []


async def test_the_latest_act_stands_first(acts: HeldActs) -> None:
    for number in range(3):
        await acts.add(replace(an_act(f"01J{number}"), held_at=NOW + timedelta(seconds=number)))
    assert [act.id for act in await acts.of(COMMUNE, WORKER, NOW)] == ["01J2", "01J1", "01J0"]


async def test_what_is_due_is_found_and_nothing_else(acts: HeldActs) -> None:
    for id in ("01JHELD", "01JUNDONE", "01JTAKEN", "01JLOST"):
        await acts.add(an_act(id))
    await acts.change("01JUNDONE", lambda act: held.undo(act, NOW))
    await acts.change("01JLOST", lambda act: held.claim(act, DUE))
    await acts.change("01JTAKEN", lambda act: held.claim(act, DUE + held.LEASE))
    assert await acts.due(DUE - timedelta(milliseconds=1)) == []
    assert sorted(await acts.due(DUE + held.LEASE)) == ["01JHELD", "01JLOST"]


async def test_one_of_two_who_take_an_act_up_gets_it(acts: HeldActs) -> None:
    await acts.add(an_act())

    async def take_up() -> bool:
        try:
            return await acts.change("01JACT", lambda act: held.claim(act, DUE)) is not None
        except NotNow:
            return False

    assert sorted(await asyncio.gather(*(take_up() for _ in range(5)))) == [False] * 4 + [True]


async def test_an_act_that_nobody_knows_is_none(acts: HeldActs) -> None:
    assert await acts.change("01JNONE", lambda act: held.undo(act, NOW)) is None


async def test_old_acts_are_forgotten(acts: HeldActs) -> None:
    await acts.add(an_act())
    await acts.forget(NOW)
    assert len(await acts.of(COMMUNE, WORKER, NOW)) == 1
    await acts.forget(NOW + timedelta(seconds=1))
    assert await acts.of(COMMUNE, WORKER, NOW) == []


async def test_filters_are_kept_renamed_and_removed_by_their_own_account_alone(filters: Filters) -> None:
    first = SavedFilter("01JA", COMMUNE, WORKER, "Thôn Nội", "loc=qua-han&tim=n%E1%BB%99i", NOW)
    second = replace(first, id="01JB", name="Thôn Đông", saved_at=NOW + timedelta(seconds=1))
    for one in (second, first, first):
        await filters.save(one)
    assert await filters.of(COMMUNE, WORKER) == [first, second]
    assert await filters.of(COMMUNE, OTHER) == []
    assert not await filters.rename(COMMUNE, OTHER, first.id, "Của tôi")
    assert not await filters.remove("thanh-mai", WORKER, first.id)
    assert await filters.rename(COMMUNE, WORKER, first.id, "Nội")
    assert await filters.remove(COMMUNE, WORKER, second.id)
    assert await filters.of(COMMUNE, WORKER) == [replace(first, name="Nội")]


async def test_an_id_that_another_account_has_is_free_for_oneself(filters: Filters) -> None:
    mine = SavedFilter("01JA", COMMUNE, WORKER, "Thôn Nội", "loc=qua-han", NOW)
    others = replace(mine, worker=OTHER, name="Thôn Đông")
    for one in (mine, others):
        await filters.save(one)
    assert await filters.remove(COMMUNE, OTHER, mine.id)
    assert (await filters.of(COMMUNE, WORKER), await filters.of(COMMUNE, OTHER)) == ([mine], [])


async def test_what_an_account_did_is_void_where_no_console_has_begun_it(database: Database) -> None:
    acts = StoredActs(database)
    for number in range(MOST_DUE + 1):
        await acts.add(replace(an_act(f"01JOWN{number}"), account=WORKER))
    await acts.add(replace(an_act("01JTAKEN"), account=WORKER))
    await acts.change("01JTAKEN", lambda act: held.claim(act, DUE))
    await acts.add(replace(an_act("01JOTHERS"), account=OTHER))
    await acts.void(WORKER)
    states = {act.id: act.state for act in await acts.of(COMMUNE, WORKER, NOW)}
    assert {id for id, state in states.items() if state is not State.UNDONE} == {"01JTAKEN", "01JOTHERS"}


# --- whose they are by then -------------------------------------------------------------------------------------------


@pytest.fixture
async def replica(fresh: Servers, tmp_path: Path) -> AsyncIterator[Replica]:
    found = Replica(fresh.mongo_url, tmp_path)
    await found.prepare()
    yield found
    found.close()


HIS = replace(an_act(), account=WORKER)


async def test_who_somebody_is_is_asked_anew_when_his_act_is_sent(replica: Replica) -> None:
    door = replica.door
    assert await door.still(HIS) == CLERK, "the province's provider vouched for him: he has no account here"
    await door.book.add(WORKER, door.communes, NOW)
    assert await door.still(HIS) == CLERK
    for other in (replace(HIS, account="nobody@hanoi.example"), replace(HIS, account="")):
        assert await door.still(other) is None
    await door.book.close(WORKER, door.communes, NOW)
    assert await door.still(HIS) is None


async def test_who_is_played_in_a_rehearsal_is_who_he_is(fresh: Servers, tmp_path: Path) -> None:
    played = Replica(fresh.mongo_url, tmp_path, rehearsed=True)
    assert await played.door.still(HIS) == CLERK
    assert await played.door.still(replace(HIS, worker="nobody@hanoi.example")) is None
    played.close()


@pytest.mark.parametrize("what", ["close", "reset"])
async def test_what_waits_is_void_with_the_account_it_was_done_with(
    replica: Replica, fresh: Servers, what: str
) -> None:
    door, acts = replica.door, kept_in(replica.database).acts
    await door.book.add(WORKER, door.communes, NOW)
    await acts.add(HIS)
    await acts.add(replace(an_act("01JOTHERS"), account=OTHER))
    await (door.book.reset(WORKER, NOW) if what == "reset" else door.book.close(WORKER, door.communes, NOW))
    assert {act.id: act.state for act in await acts.of(COMMUNE, WORKER, NOW)} == {
        "01JACT": State.UNDONE,
        "01JOTHERS": State.HELD,
    }


# --- with routing -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def office(fresh: Servers) -> AsyncIterator[Office]:
    async with an_office(fresh) as office:
        await office.hears(announced(), *(form(f"C{number}") for number in (1, 2, 3)))
        yield office


@pytest.fixture
async def stored(fresh: Servers, office: Office) -> AsyncIterator[StoredActs]:
    """A console's store; another console has one like it, over the same database."""
    database = Database(fresh.mongo_url, "console")
    acts = StoredActs(database)
    await database.prepare()
    yield acts
    database.close()


async def pressed(office: Office) -> list[str]:
    return sorted(event.question for event in await office.told_of(routing.QuestionPrioritised))


def later(by: timedelta = timedelta(0)) -> Any:
    def now() -> datetime:
        return DUE + by

    return now


async def take_up(acts: HeldActs, office: Office, now: Clock) -> None:
    """One round of a console that believes everybody to be who he was."""

    async def still(act: Act) -> Actor:
        return Actor.model_validate(act.steps[0].body["actor"])

    await held_worker.take_up_what_is_due(acts, office.client, still, now)


async def test_an_act_that_nobody_takes_back_happens_to_each(office: Office, stored: StoredActs) -> None:
    await stored.add(an_act())
    await take_up(stored, office, lambda: DUE - timedelta(milliseconds=1))
    assert await pressed(office) == []
    await take_up(stored, office, later())
    assert await pressed(office) == list(QUESTIONS)
    [act] = await stored.of(COMMUNE, WORKER, NOW)
    assert (act.state, len(act.done)) == (State.OVER, 3)


async def test_an_act_that_was_undone_never_happens(office: Office, stored: StoredActs) -> None:
    await stored.add(an_act())
    await stored.change("01JACT", lambda act: held.undo(act, NOW))
    await take_up(stored, office, later(timedelta(minutes=1)))
    assert await pressed(office) == []


async def test_an_act_of_a_console_that_died_before_it_sent_anything_is_gone_on_with(
    office: Office, stored: StoredActs
) -> None:
    await stored.add(an_act())
    await stored.change("01JACT", lambda act: held.claim(act, DUE))
    await take_up(stored, office, later(held.LEASE - timedelta(seconds=1)))
    assert await pressed(office) == []
    await take_up(stored, office, later(held.LEASE))
    assert await pressed(office) == list(QUESTIONS)


@pytest.mark.parametrize("sent", [1, 2, 3])
async def test_what_a_console_sent_before_it_died_takes_effect_once(
    office: Office, stored: StoredActs, sent: int
) -> None:
    """It died between sending and noting, with some of the steps sent; the version that was seen is an old one now."""
    seen = len(await office.told("C1-1"))
    await stored.add(an_act(seen=seen))
    act = await stored.change("01JACT", lambda one: held.claim(one, DUE))
    assert act is not None
    for step in act.steps[:sent]:
        await send(office.client, COMMANDS[step.name].model_validate(step.body))
    await take_up(stored, office, later(held.LEASE))
    assert await pressed(office) == list(QUESTIONS)
    [over] = await stored.of(COMMUNE, WORKER, NOW)
    assert (over.state, len(over.done)) == (State.OVER, 3)


async def test_two_consoles_share_the_work(office: Office, stored: StoredActs, fresh: Servers) -> None:
    other = Database(fresh.mongo_url, "console")
    for number, question in enumerate(QUESTIONS):
        await stored.add(an_act(f"01J{number}", question))
    consoles = (stored, StoredActs(other))
    await asyncio.gather(*(take_up(one, office, later()) for one in consoles))
    other.close()
    assert await pressed(office) == list(QUESTIONS)
    assert [act.state for act in await stored.of(COMMUNE, WORKER, NOW)] == [State.OVER] * 3


async def test_one_that_is_refused_does_not_hold_the_others_up(office: Office, stored: StoredActs) -> None:
    seen = len(await office.told("C1-1"))
    await stored.add(an_act(seen=seen))
    await office.done(routing.GroupQuestion, question="C2-1", topic="Đất đai")
    await take_up(stored, office, later())
    [act] = await stored.of(COMMUNE, WORKER, NOW)
    assert [step.question for step in act.done] == ["C1-1", "C3-1"]
    [refused] = act.refused
    assert refused.question == "C2-1"
    assert refused.outcome is not None
    assert refused.outcome.changes == ("question-grouped",)


async def test_whether_somebody_may_is_decided_when_it_is_sent(office: Office, stored: StoredActs) -> None:
    await stored.add(an_act(by=OFFICER))
    await take_up(stored, office, later())
    [act] = await stored.of(COMMUNE, WORKER, NOW)
    assert (act.state, len(act.refused)) == (State.OVER, 3)
    assert await pressed(office) == []


async def test_a_service_that_is_away_is_asked_again(office: Office, stored: StoredActs) -> None:
    """Nobody runs notify here."""
    close = ClosePrintRun(actor=CLERK, key="01JAWAY-1")
    step = replace(an_act().steps[0], name="notify.close-print-run", body=close.model_dump(mode="json"))
    await stored.add(replace(an_act(), steps=(step,)))
    await take_up(stored, office, later())
    [act] = await stored.of(COMMUNE, WORKER, NOW)
    assert (act.state, act.open, act.next_at) == (State.SENDING, [step], DUE + held.AGAIN_AFTER)
