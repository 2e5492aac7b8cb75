"""Aggregates on a real database: each save is whole, told of once, and never over somebody else's."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from services.deadlines.rules import Deadline
from services.intake.dialogue import Dialogue
from services.intake.submissions import Submission
from services.notify.correspondence import Correspondence
from services.routing.question import Question
from shared.commands import obey
from shared.contracts import Done, Event, Refusal, Refused, Role, routing
from shared.contracts.people import Registrant
from shared.store import ATTEMPTS, KEYS_REMEMBERED, Database, Decision, Index, Outdated, StaleSave, Store, Unpublished
from tests.builders import COMMUNE, NOW, actor, of_question, registrant
from tests.servers import Servers


class Mood(StrEnum):
    CALM = "calm"
    LOUD = "loud"


@dataclass(frozen=True, slots=True)
class Remark:
    by: str
    at: datetime
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """An aggregate with a field of every kind that the services keep."""

    id: str
    commune: str = COMMUNE
    title: str = ""
    count: int = 0
    mood: Mood = Mood.CALM
    due_on: date | None = None
    next_at: datetime | None = None
    code: str | None = None
    person: Registrant | None = None
    remark: Remark | None = None
    words: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    by_department: dict[str, int] | None = None
    version: int = 0


Matters = Store[Matter]


@pytest.fixture
async def database(fresh: Servers) -> AsyncIterator[Database]:
    database = Database(fresh.mongo_url, "routing")
    yield database
    database.close()


@pytest.fixture
async def matters(database: Database) -> Matters:
    store = Store(database, "matters", Matter, [Index(("code",), unique=True, sparse=True), Index(("next_at",))])
    await database.prepare()
    return store


async def test_a_field_that_the_store_keeps_for_itself_is_refused_before_anything_is_saved(database: Database) -> None:
    shown = dataclasses.make_dataclass("Shown", [("id", str), ("commune", str), ("published", str), ("version", int)])
    with pytest.raises(TypeError, match=r"Shown .*'published'"):
        Store(database, "shown", shown)


async def kept(database: Database) -> dict[str, Any]:
    """The document itself."""
    document: dict[str, Any] = await database.collection("matters").find_one({"_id": "m"})
    return document


def drafted(number: int = 1) -> Event:
    event: Event = of_question(routing.AnswerDrafted, draft=number)
    return event


def returned() -> Event:
    event: Event = of_question(routing.AnswerReturned)
    return event


def count_up(matter: Matter | None) -> Decision[Matter]:
    assert matter is not None
    return replace(matter, count=matter.count + 1), [drafted(matter.count + 1)]


def leave_as_it_is(matter: Matter | None) -> Decision[Matter]:
    assert matter is not None
    return matter, []


def becomes(*events: Event, **changes: Any) -> Callable[[Matter | None], Decision[Matter]]:
    def decide(matter: Matter | None) -> Decision[Matter]:
        assert matter is not None
        return replace(matter, **changes), events

    return decide


# What was saved is read again


texts = st.text(max_size=20)
days = st.dates()
instants = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]),
).map(lambda instant: instant.replace(microsecond=instant.microsecond // 1000 * 1000))
remarks = st.builds(Remark, by=texts, at=instants, on=st.none() | days)
anything = st.builds(
    Matter,
    id=st.just("m"),
    title=texts,
    count=st.integers(-(2**63), 2**63 - 1),
    mood=st.sampled_from(Mood),
    due_on=st.none() | days,
    next_at=st.none() | instants,
    code=st.none() | texts,
    person=st.none() | st.just(registrant()) | st.just(registrant(phone=None, address=None)),
    remark=st.none() | remarks,
    words=st.lists(texts, max_size=3).map(tuple),
    remarks=st.lists(remarks, max_size=2).map(tuple),
    by_department=st.none() | st.dictionaries(st.from_regex(r"[a-z-]{1,8}", fullmatch=True), st.integers(0, 9)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=anything, second=anything)
async def test_whatever_is_saved_is_read_again_as_it_was(
    database: Database, matters: Matters, first: Matter, second: Matter
) -> None:
    await database.collection("matters").delete_many({})
    await matters.create(first, [])
    assert await matters.get("m") == replace(first, version=1)
    saved = await matters.change("m", lambda _: (replace(second, version=1), []))
    assert await matters.get("m") == saved.state
    assert replace(saved.state, version=0) == second


async def test_a_day_is_kept_as_text_and_an_instant_as_an_instant(database: Database, matters: Matters) -> None:
    await matters.create(Matter("m", due_on=date(2026, 4, 30), next_at=NOW), [])
    document = await kept(database)
    assert document["due_on"] == "2026-04-30"
    assert document["next_at"] == NOW


async def test_what_is_not_known_is_not_in_the_document_so_a_sparse_index_leaves_it_out(
    database: Database, matters: Matters
) -> None:
    await matters.create(Matter("m", next_at=NOW, code="K7QX"), [])
    await matters.change("m", becomes(next_at=None, code=None))
    document = await kept(database)
    assert {"next_at", "code", "due_on"}.isdisjoint(document)
    assert await matters.create(Matter("n", code="K7QX"), []), "the code is free again"
    assert await matters.create(Matter("o"), []), "and any number may have none"
    assert await matters.get("m") == Matter("m", version=2)


@pytest.mark.parametrize("kind", [Dialogue, Submission, Question, Deadline, Correspondence])
def test_a_field_that_may_be_unknown_is_unknown_when_the_document_does_not_have_it(kind: type[Any]) -> None:
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if type(None) in get_args(hints[field.name]):
            assert field.default is None, f"{kind.__name__}.{field.name}"


# Creating


async def test_a_second_creation_under_the_same_id_writes_and_tells_nothing(database: Database) -> None:
    told: list[Unpublished] = []
    database.saved = told.append
    matters = Store(database, "matters", Matter)
    assert await matters.create(Matter("m", title="first"), [drafted()])
    assert not await matters.create(Matter("m", title="second"), [drafted(2)])
    found = await matters.get("m")
    assert found is not None
    assert found.title == "first"
    assert [one.said for one in told] == [1]


async def test_a_unique_value_that_is_taken_keeps_a_new_document_out(matters: Matters) -> None:
    assert await matters.create(Matter("m", code="K7QX"), [])
    assert not await matters.create(Matter("n", code="K7QX"), [drafted()])
    assert await matters.get("n") is None


async def test_what_does_not_exist_is_decided_on_as_nothing(matters: Matters) -> None:
    saved = await matters.change("m", lambda before: (Matter("m", title=str(before)), [drafted()]))
    assert (saved.state.title, saved.state.version, saved.said) == ("None", 1, 1)


async def test_of_two_who_create_at_once_the_second_decides_on_what_the_first_made(matters: Matters) -> None:
    def decide(before: Matter | None) -> Decision[Matter]:
        return (replace(before, count=before.count + 1) if before else Matter("m", count=1)), [drafted()]

    await asyncio.gather(*(matters.change("m", decide) for _ in range(2)))
    found = await matters.get("m")
    assert found is not None
    assert (found.count, found.version, len(await matters.history("m"))) == (2, 2, 2)


# Changing


async def test_of_two_changes_at_once_both_take_effect(matters: Matters) -> None:
    await matters.create(Matter("m"), [])
    await asyncio.gather(*(matters.change("m", count_up) for _ in range(2)))
    found = await matters.get("m")
    assert found is not None
    assert (found.count, found.version) == (2, 3)
    history = await matters.history("m")
    assert [(one.sequence, one.data["draft"]) for one in history] == [(1, 1), (2, 2)]


async def test_a_save_on_an_old_version_is_decided_again_on_the_new_one(matters: Matters, fresh: Servers) -> None:
    await matters.create(Matter("m"), [])
    seen: list[int] = []

    def decide(matter: Matter | None) -> Decision[Matter]:
        assert matter is not None
        seen.append(matter.version)
        if len(seen) == 1:
            somebody_else_saves(fresh)
        return count_up(matter)

    saved = await matters.change("m", decide)
    assert seen == [1, 2]
    assert (saved.state.version, saved.said, len(await matters.history("m"))) == (3, 1, 1)


async def test_who_is_overtaken_again_and_again_gives_up_and_has_saved_nothing(
    matters: Matters, fresh: Servers
) -> None:
    await matters.create(Matter("m"), [])

    def decide(matter: Matter | None) -> Decision[Matter]:
        somebody_else_saves(fresh)
        return count_up(matter)

    with pytest.raises(StaleSave, match="matters m"):
        await matters.change("m", decide)
    found = await matters.get("m")
    assert found is not None
    assert (found.count, found.version) == (0, 1 + ATTEMPTS)


def somebody_else_saves(servers: Servers) -> None:
    """Another replica, between a load and its save."""
    with MongoClient[Any](servers.mongo_url) as client:
        client["doithoai_routing"]["matters"].update_one({"_id": "m"}, {"$inc": {"version": 1}})


async def test_a_decision_that_changes_nothing_writes_nothing(matters: Matters) -> None:
    await matters.create(Matter("m"), [drafted()])
    saved = await matters.change("m", leave_as_it_is)
    assert (saved.state.version, saved.said) == (1, 1)


async def test_an_error_in_a_decision_leaves_everything_as_it_was(matters: Matters) -> None:
    await matters.create(Matter("m"), [])

    def refuse(_: Matter | None) -> Decision[Matter]:
        raise Refusal("not-now", "Chưa đến lúc.")

    with pytest.raises(Refusal):
        await matters.change("m", refuse)
    assert await matters.get("m") == Matter("m", version=1)


# Keys of commands


@pytest.mark.parametrize("exists", [True, False])
async def test_the_same_key_a_second_time_decides_nothing(matters: Matters, exists: bool) -> None:
    if exists:
        await matters.create(Matter("m"), [])

    def decide(matter: Matter | None) -> Decision[Matter]:
        return count_up(matter or Matter("m"))

    first = await matters.change("m", decide, key="k")
    second = await matters.change("m", decide, key="k")
    assert first == second
    assert (await matters.change("m", decide, key="another")).state.count == 2


async def test_of_the_same_key_at_once_one_takes_effect(matters: Matters) -> None:
    await matters.create(Matter("m"), [])
    saved = await asyncio.gather(*(matters.change("m", count_up, key="k") for _ in range(4)))
    assert {one.state.count for one in saved} == {1}


async def test_the_last_fifty_keys_are_remembered(database: Database, matters: Matters) -> None:
    await matters.create(Matter("m"), [])
    for number in range(KEYS_REMEMBERED + 1):
        await matters.change("m", count_up, key=f"k{number}")
    assert (await matters.change("m", count_up, key="k1")).state.count == KEYS_REMEMBERED + 1
    document = await kept(database)
    assert len(document["seen"]) == KEYS_REMEMBERED


# What a decision had seen


async def test_who_decides_on_an_old_state_is_told_what_came_since(matters: Matters) -> None:
    await matters.create(Matter("m"), [drafted()])
    await matters.change("m", becomes(returned(), drafted(2), count=7))
    with pytest.raises(Outdated) as outdated:
        await matters.change("m", count_up, seen=1)
    assert outdated.value.changes == ("answer-returned", "answer-drafted")
    assert outdated.value.state["count"] == 7
    assert (await matters.change("m", count_up, seen=3)).said == 4


async def test_a_repeated_command_is_not_outdated_by_its_own_effect(matters: Matters) -> None:
    await matters.create(Matter("m"), [drafted()])
    await matters.change("m", count_up, key="k", seen=1)
    assert (await matters.change("m", count_up, key="k", seen=1)).state.count == 1


def approve(**changes: Any) -> routing.ApproveAnswer:
    known: dict[str, Any] = {"actor": actor(Role.CHAIRMAN), "key": "k", "question": "m"}
    return routing.ApproveAnswer(**known | changes)


async def test_a_stale_command_is_refused_with_the_present_state(matters: Matters) -> None:
    await matters.create(Matter("m", count=3), [drafted()])
    reply = await obey(matters, "m", approve(version=0), count_up)
    assert isinstance(reply, Refused)
    assert (reply.code, reply.changes, reply.state) == (
        "stale",
        ("answer-drafted",),
        matters.as_json(Matter("m", count=3, version=1)),
    )


@pytest.mark.parametrize(
    ("command", "because"),
    [
        (approve(actor=actor(Role.CHAIRMAN, commune="thanh-mai")), "of another commune"),
        (approve(actor=actor(Role.CHAIRMAN, commune="thanh-mai"), version=0), "also where the page was old"),
        (approve(actor=actor(Role.CHAIRMAN, commune="thanh-mai"), key="known"), "also where the key was seen"),
    ],
)
async def test_nobody_acts_on_or_sees_another_communes_case(
    matters: Matters, command: routing.ApproveAnswer, because: str
) -> None:
    await matters.create(Matter("m"), [drafted()], key="known")
    with pytest.raises(Refusal, match="xã khác"):
        await obey(matters, "m", command, count_up)
    assert await matters.get("m") == Matter("m", version=1), because


async def test_a_command_about_nothing_is_refused(matters: Matters) -> None:
    with pytest.raises(Refusal, match="Không tìm thấy"):
        await obey(matters, "m", approve(), count_up)
    assert await matters.get("m") is None


async def test_a_command_is_answered_with_the_new_state(matters: Matters) -> None:
    await matters.create(Matter("m"), [drafted()])
    reply = await obey(matters, "m", approve(version=1), count_up)
    assert reply == Done(version=2, state=matters.as_json(Matter("m", count=1, version=2)))


# The history is the outbox


async def test_each_save_tells_of_its_events_after_those_that_are_not_published_yet(database: Database) -> None:
    told: list[Unpublished] = []
    database.saved = told.append
    matters = Store(database, "matters", Matter)
    await matters.create(Matter("m"), [drafted(1)])
    await matters.change("m", count_up)
    await database.mark_published("matters", {"m": 2})
    await matters.change("m", count_up)
    await matters.change("m", becomes(title="nothing to say of it"))
    assert [[envelope["sequence"] for envelope in one.envelopes] for one in told] == [[1], [1, 2], [3]]
    assert [one.said for one in told] == [1, 2, 3]
    assert told[-1].envelopes[0]["id"] == "routing:m:3"


async def test_an_event_is_saved_as_a_whole_message(matters: Matters) -> None:
    await matters.create(Matter("m"), [drafted()])
    [envelope] = await matters.history("m")
    assert envelope.open() == drafted()
    assert envelope.subject == drafted().subject
    assert (envelope.id, envelope.source, envelope.time) == ("routing:m:1", "/services/routing", NOW)
    assert (envelope.correlationid, envelope.causationid) == (drafted().case, None)


async def test_what_is_not_marked_as_published_is_found(matters: Matters, database: Database) -> None:
    await matters.create(Matter("m"), [drafted(1)])
    await matters.create(Matter("silent"), [])
    assert not await database.unpublished(timedelta(minutes=1), 10), "what was saved a moment ago is still in hand"
    [found] = await database.unpublished(timedelta(seconds=-1), 10)
    assert (found.collection, found.id, found.said, len(found.envelopes)) == ("matters", "m", 1, 1)
    await database.mark_published("matters", {"m": 1})
    assert not await database.unpublished(timedelta(seconds=-1), 10)


async def test_a_mark_that_comes_after_a_further_save_leaves_it_in_the_outbox(
    matters: Matters, database: Database
) -> None:
    await matters.create(Matter("m"), [drafted(1)])
    await matters.change("m", count_up)
    await database.mark_published("matters", {"m": 1})
    [found] = await database.unpublished(timedelta(seconds=-1), 10)
    assert [envelope["sequence"] for envelope in found.envelopes] == [1, 2]
