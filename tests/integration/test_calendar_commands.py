"""A decree on days off on real servers: what it would move, and what it moves, once each, whatever stops in between.
And how terms are explained.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client

from services.deadlines import app as deadlines_app
from services.deadlines.answers import accept_answer, expect_answer
from services.deadlines.calendars import STATE, LiveCalendar, apply_calendar
from services.deadlines.deadline import Deadline
from services.deadlines.decrees import AppliedCalendars, follow_decrees
from services.deadlines.explain import Term
from services.deadlines.rules import hear
from services.deadlines.store import Deadlines
from services.deadlines.terms import Offices
from services.deadlines.working_days import WorkingCalendar, Year
from shared.cases import read
from shared.clock import move_clock
from shared.commands import send
from shared.communes import Communes
from shared.contracts import Actor, Command, Done, Refused, Role
from shared.contracts.conference import CalendarYear, DayWithReason
from shared.contracts.deadlines import ApplyCalendar, DeadlineMoved, ExplainTerms, PreviewCalendar, ShowCalendar
from shared.contracts.routing import AnswerDrafted, QuestionAssigned
from shared.settings import Settings
from shared.store import Database
from tests.builders import COMMUNE, actor, of_question
from tests.integration.test_delivery import started
from tests.servers import RunningSystem, Servers, running

TODAY = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)
"""Monday 16 November 2026, 10:00 in Hanoi."""
MINUTE = timedelta(minutes=1)
CULTURE_DAY = DayWithReason(day=date(2026, 11, 24), why="Ngày Văn hóa Việt Nam")
FILES = (
    Year(2026, off={CULTURE_DAY.day: CULTURE_DAY.why}, decree="Thông báo 9441/TB-BNV"),
    Year(2027, off={date(2027, 1, 1): "Tết Dương lịch"}, provisional=True),
)
DECREE = "Công văn 10500/VPCP-KGVX ngày 02/11/2026"
WITH_SWAP = CalendarYear(
    year=2026,
    provisional=False,
    decree=DECREE,
    off=(DayWithReason(day=date(2026, 11, 23), why="Nghỉ hoán đổi, làm bù ngày 28/11/2026"), CULTURE_DAY),
    worked=(date(2026, 11, 28),),
)
DECREED_2027 = CalendarYear(
    year=2027,
    provisional=False,
    decree="Thông báo 11000/TB-BNV ngày 10/11/2026",
    off=(DayWithReason(day=date(2027, 1, 1), why="Tết Dương lịch"),),
)
OPERATOR = actor(Role.OPERATOR, commune="province")


@dataclass
class Replica:
    """One process of deadlines, as far as decrees go: what it knows, and what it does each second."""

    database: Database
    deadlines: Deadlines = field(init=False)
    calendars: AppliedCalendars = field(init=False)
    calendar: LiveCalendar = field(init=False)
    offices: Offices = field(init=False)

    def __post_init__(self) -> None:
        self.deadlines, self.calendars = Deadlines(self.database), AppliedCalendars(self.database)
        self.calendar = LiveCalendar(WorkingCalendar(FILES))
        self.offices = Offices(Communes.load(), self.calendar)

    async def sweep(self) -> None:
        await follow_decrees(self.calendars, self.calendar, self.deadlines, self.offices, lambda: TODAY)

    async def applies(self, year: CalendarYear) -> None:
        """Kept, but not swept: the process stops right after."""
        command = ApplyCalendar(actor=OPERATOR, key=year.model_dump_json()[:200], year=year)
        await self.calendars.change(STATE, lambda one: apply_calendar(one, command, TODAY))

    async def owes(self, question: str, days: int, commune: str = COMMUNE) -> Deadline:
        """An answer to a question that was assigned today."""
        office = self.offices[COMMUNE]
        assigned = of_question(QuestionAssigned, question=question, case=question, commune=commune, occurred_at=TODAY)
        told = expect_answer(assigned, Term(days, "working-days", "after", "Kế hoạch"))
        deadline, said = hear(None, told, office.calendar, office.hours)
        await self.deadlines.create(deadline, said)
        return deadline

    async def answers(self, question: str) -> None:
        office = self.offices[COMMUNE]
        drafted = of_question(AnswerDrafted, question=question, case=question, occurred_at=TODAY + MINUTE)
        told = next(accept_answer(drafted))
        await self.deadlines.change(told.duty.id, lambda one: hear(one, told, office.calendar, office.hours))

    async def term(self, question: str) -> Deadline:
        deadline = await self.deadlines.get(f"{question}:department-answer")
        assert deadline is not None
        return deadline

    async def moves(self, question: str) -> list[DeadlineMoved]:
        history = await self.deadlines.history(f"{question}:department-answer")
        return [event for envelope in history if isinstance(event := envelope.open(), DeadlineMoved)]


@asynccontextmanager
async def replica(servers: Servers) -> AsyncIterator[Replica]:
    database = Database(servers.mongo_url, "deadlines")
    one = Replica(database)
    await database.prepare()
    yield one
    database.close()


async def test_a_decree_moves_what_it_touches_once_and_says_why(fresh: Servers) -> None:
    async with replica(fresh) as one:
        for question, days in (("before-1", 3), ("touched-1", 5), ("behind-1", 10)):
            await one.owes(question, days)
        await one.applies(WITH_SWAP)
        for _ in range(3):
            await one.sweep()
        assert [(await one.term(q)).due_on for q in ("before-1", "touched-1", "behind-1")] == [
            date(2026, 11, 19),
            date(2026, 11, 25),
            date(2026, 12, 1),
        ], "the fifth working day was 23 November; the tenth lies behind the Saturday that is worked for it"
        assert [await one.moves(q) for q in ("before-1", "behind-1")] == [[], []]
        (moved,) = await one.moves("touched-1")
        assert (moved.cause, moved.due_on, moved.occurred_at) == ("calendar", date(2026, 11, 25), TODAY)
        assert moved.original_due_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
        assert moved.reason == f"Lịch làm việc năm 2026 thay đổi theo {DECREE}."
        assert {(await one.term(q)).calendar for q in ("before-1", "touched-1", "behind-1")} == {1}


async def test_a_year_that_is_decreed_as_expected_is_provisional_no_more_and_nobody_is_told(fresh: Servers) -> None:
    async with replica(fresh) as one:
        await one.owes("a-1", 40)
        assert (await one.term("a-1")).provisional
        await one.applies(DECREED_2027)
        await one.sweep()
        after = await one.term("a-1")
        assert (after.provisional, after.calendar) == (False, 1)
        assert await one.moves("a-1") == []


async def test_a_term_that_is_over_is_left_alone(fresh: Servers) -> None:
    async with replica(fresh) as one:
        await one.owes("a-1", 5)
        await one.answers("a-1")
        await one.applies(WITH_SWAP)
        await one.sweep()
        after = await one.term("a-1")
        assert (after.due_on, after.calendar) == (date(2026, 11, 23), 0)


async def test_what_a_replica_applied_and_did_not_live_to_count_another_counts(fresh: Servers) -> None:
    async with replica(fresh) as one, replica(fresh) as another:
        await one.owes("a-1", 5)
        await one.applies(WITH_SWAP)
        await another.sweep()
        assert another.calendar.revision == 1
        assert len(await another.moves("a-1")) == 1
        await one.sweep()
        assert len(await one.moves("a-1")) == 1


async def test_replicas_that_sweep_at_the_same_time_say_each_thing_once(fresh: Servers) -> None:
    async with replica(fresh) as one, replica(fresh) as another:
        questions = [f"a{n}-1" for n in range(30)]
        for number, question in enumerate(questions):
            await one.owes(question, 5 if number % 3 else 3)
        await one.applies(WITH_SWAP)
        await asyncio.gather(one.sweep(), another.sweep(), one.sweep())
        said = [len(await one.moves(question)) for question in questions]
        assert said == [int(number % 3 > 0) for number in range(len(questions))]


async def test_a_term_saved_by_a_replica_that_had_not_heard_of_the_decree_is_counted_by_it_soon(fresh: Servers) -> None:
    async with replica(fresh) as one, replica(fresh) as behind:
        await one.applies(WITH_SWAP)
        await one.sweep()
        await behind.owes("late-1", 5)
        assert (await one.term("late-1")).due_on == date(2026, 11, 23), "counted without the decree"
        await one.sweep()
        assert (await one.term("late-1")).due_on == date(2026, 11, 25)


async def test_a_term_that_cannot_be_counted_does_not_keep_the_others_waiting(fresh: Servers) -> None:
    async with replica(fresh) as one:
        await one.owes("a-1", 5, commune="xa-da-bo")
        await one.owes("b-1", 5)
        await one.applies(WITH_SWAP)
        await one.sweep()
        assert [(await one.term(q)).calendar for q in ("a-1", "b-1")] == [0, 1]


async def test_two_decrees_in_a_row_are_both_named(fresh: Servers) -> None:
    async with replica(fresh) as one:
        await one.owes("a-1", 5)
        await one.applies(DECREED_2027)
        await one.applies(WITH_SWAP)
        await one.sweep()
        (moved,) = await one.moves("a-1")
        assert moved.reason == (
            "Lịch làm việc năm 2027 thay đổi theo Thông báo 11000/TB-BNV ngày 10/11/2026. "
            f"Lịch làm việc năm 2026 thay đổi theo {DECREE}."
        )


@dataclass
class Desk:
    """Deadlines as a service, and whoever asks it."""

    client: Client
    terms: Replica
    keys: int = field(default=0)

    async def asks(self, contract: type[Command], by: Actor = OPERATOR, **fields: Any) -> Done | Refused:
        self.keys += 1
        return await send(self.client, contract(**{"actor": by, "key": f"k{self.keys}"} | fields))

    async def told(self, contract: type[Command], by: Actor = OPERATOR, **fields: Any) -> dict[str, Any]:
        reply = await self.asks(contract, by, **fields)
        assert isinstance(reply, Done), reply
        return reply.state


@pytest.fixture
async def desk(fresh: Servers) -> AsyncIterator[Desk]:
    """On 16 November 2026, with the shipped calendars."""
    service = deadlines_app.build(Settings(nats_url=fresh.nats_url, mongo_url=fresh.mongo_url, clock="rehearsal"))
    client = await nats.connect(fresh.nats_url)
    async with started(service), replica(fresh) as terms:
        await move_clock(client, TODAY)
        yield Desk(client, terms)
    await client.close()


def the_swap(desk_state: dict[str, Any]) -> CalendarYear:
    """The year 2026 as the service has it, and the swap above it."""
    present = next(CalendarYear.model_validate(year) for year in desk_state["years"] if year["year"] == 2026)
    off = (*present.off, WITH_SWAP.off[0])
    return present.model_copy(update={"off": off, "worked": (*present.worked, date(2026, 11, 28)), "decree": DECREE})


async def test_a_preview_tells_the_moves_and_changes_nothing_and_apply_makes_them(desk: Desk) -> None:
    await desk.terms.owes("touched-1", 5)
    await desk.terms.owes("before-1", 2)
    year = the_swap(await desk.told(ShowCalendar))
    expected = {
        "deadline": "touched-1:department-answer",
        "commune": COMMUNE,
        "rule": "department-answer",
        "about": "touched-1",
        "from": "2026-11-23",
        "to": "2026-11-25",
        "from_at": "2026-11-23T17:00:00+07:00",
        "to_at": "2026-11-25T17:00:00+07:00",
    }
    for _ in range(2):
        assert await desk.told(PreviewCalendar, year=year) == {"moves": [expected], "total": 1, "not_counted": 0}
    assert (await desk.terms.term("touched-1")).due_on == date(2026, 11, 23)

    applied = await desk.told(ApplyCalendar, year=year, key="apply")
    assert applied["revision"] == 1
    assert await desk.told(ApplyCalendar, year=year, key="apply") == applied, "the same command again"
    assert await desk.told(ApplyCalendar, year=year) == applied, "the same year again"
    async with asyncio.timeout(10):
        while (await desk.terms.term("touched-1")).due_on != date(2026, 11, 25):  # noqa: ASYNC110 - the next sweep
            await asyncio.sleep(0.05)
    assert (await desk.told(PreviewCalendar, year=year))["moves"] == []
    shown = await desk.told(ShowCalendar)
    assert {one["year"]: one["revision"] for one in shown["years"] if one["revision"]} == {2026: 1}
    heard: list[Any] = []
    async with asyncio.timeout(10):
        while not heard:
            await asyncio.sleep(0.05)
            heard = [one.open() async for _, one in read(desk.client, "event.deadlines.*.*.deadline-moved")]
    assert [(event.about, event.cause) for event in heard] == [("touched-1", "calendar")]


@pytest.mark.parametrize("contract", [PreviewCalendar, ApplyCalendar])
async def test_a_commune_neither_changes_the_calendar_nor_asks_what_would_move(
    desk: Desk, contract: type[Command]
) -> None:
    reply = await desk.asks(contract, actor(Role.CHAIRMAN), year=WITH_SWAP)
    assert isinstance(reply, Refused)
    assert (reply.code, reply.reason) == (
        "forbidden",
        "Chỉ cấp tỉnh hoặc người vận hành được thay đổi lịch làm việc chung.",
    )
    assert (await desk.told(ShowCalendar))["revision"] == 0


@pytest.mark.parametrize(
    ("by", "seen", "because"),
    [
        (actor(Role.OFFICER), {"own-1"}, "an officer sees his own commune's terms"),
        (actor(Role.SYSTEM), {"own-1"}, "a citizen's page asks in the name of the commune"),
        (actor(Role.CHAIRMAN, commune="chanh-lo"), {"other-1"}, "another commune sees its own"),
        (actor(Role.PROVINCE, commune="province"), {"own-1", "other-1"}, "the province sees all"),
        (OPERATOR, {"own-1", "other-1"}, "so does the operator"),
    ],
)
async def test_terms_are_explained_to_those_who_may_see_them(
    desk: Desk, by: Actor, seen: set[str], because: str
) -> None:
    await desk.terms.owes("own-1", 5)
    await desk.terms.owes("other-1", 5, commune="chanh-lo")
    await desk.terms.owes("lost-1", 5, commune="xa-da-bo")
    asked = tuple(f"{about}:department-answer" for about in ("own-1", "other-1", "lost-1", "never-1"))
    told = await desk.told(ExplainTerms, by, deadlines=asked)
    assert {id.removesuffix(":department-answer") for id in told["terms"]} == seen, because


async def test_an_explanation_names_the_days_and_tells_the_working_time_left(desk: Desk) -> None:
    await desk.terms.owes("own-1", 5)
    told = await desk.told(ExplainTerms, actor(), deadlines=("own-1:department-answer",))
    explained = told["terms"]["own-1:department-answer"]
    left = explained.pop("left")
    assert explained == {
        "due_at": "2026-11-23T17:00:00+07:00",
        "state": "running",
        "basis": "Kế hoạch",
        "provisional": False,
        "counted": ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23"],
        "skipped": [{"date": "2026-11-21", "why": "Thứ Bảy"}, {"date": "2026-11-22", "why": "Chủ nhật"}],
    }
    assert left == {
        "days": 5,
        "hours": 5,
        "minutes": 30,
        "late": False,
        "words": "còn 5 ngày 5 giờ làm việc",
    }, "asked at ten in the morning"
    assert (await desk.told(ExplainTerms, actor(), deadlines=())) == {"terms": {}}


FILE = """
year: 2026
provisional: false
decree: {decree}
holidays:
  - {{day: 2026-11-24, name: Ngày Văn hóa Việt Nam, basis: "Nghị quyết 28/2026/QH16, Điều 2"}}
swaps:
  - {{day_off: 2026-11-23, day_worked: 2026-11-28, decree: "{decree}"}}
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningSystem]:
    """Servers and deadlines alone: all that the command talks to."""
    with running(services=["deadlines"]) as system:
        yield system


def doithoai(stack: RunningSystem, *arguments: object) -> tuple[int, str, str]:
    """Exit code, and what was said on stdout and stderr."""
    command = [sys.executable, "-m", "services", *map(str, arguments), "--data", str(stack.folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


async def test_the_command_line_previews_applies_and_shows_a_year(stack: RunningSystem, tmp_path: Path) -> None:
    client = await nats.connect(stack.addresses.nats_url)
    await move_clock(client, TODAY)
    await client.close()
    database = Database(stack.addresses.mongo_url, "deadlines")
    terms = Replica(database)
    await database.prepare()
    await terms.owes("touched-1", 5)
    file = tmp_path / "vn-2026.yaml"
    file.write_text(FILE.format(decree=DECREE), encoding="utf-8")

    code, out, _ = doithoai(stack, "calendar", "preview", file, "--json")
    (move,) = [json.loads(line) for line in out.splitlines()]
    assert (code, move["about"], move["from"], move["to"]) == (0, "touched-1", "2026-11-23", "2026-11-25")
    _, out, _ = doithoai(stack, "calendar", "preview", file)
    assert "Thứ Hai 23/11/2026 17:00" in out
    assert "Thứ Tư 25/11/2026 17:00" in out

    before = json.loads(doithoai(stack, "deadline", COMMUNE, "written-answer", "2026-11-20", "--json")[1])
    code, out, _ = doithoai(stack, "calendar", "apply", file)
    assert (code, out.splitlines()[-1]) == (0, "Đã áp dụng lịch năm 2026 (lần thay đổi thứ 1).")
    code, out, _ = doithoai(stack, "calendar", "apply", file, "--json")
    assert json.loads(out.splitlines()[-1])["revision"] == 1, "applied a second time it is no second change"

    after = json.loads(doithoai(stack, "deadline", COMMUNE, "written-answer", "2026-11-20", "--json")[1])
    assert "2026-11-23" in before["counted"]
    assert {"date": "2026-11-23", "why": "Nghỉ hoán đổi, làm bù ngày 28/11/2026"} in after["skipped"]
    code, out, _ = doithoai(stack, "calendar", "show", 2026)
    assert code == 0
    assert "Thứ Bảy 28/11/2026" in out
    assert DECREE in out

    async with asyncio.timeout(10):
        while not await terms.moves("touched-1"):  # noqa: ASYNC110 - the next sweep
            await asyncio.sleep(0.05)
    code, out, _ = doithoai(stack, "calendar", "preview", file)
    assert (code, out) == (0, "Không có thời hạn nào thay đổi.\n")
    database.close()


def test_a_wrong_file_is_refused_with_the_line_of_its_mistake(stack: RunningSystem, tmp_path: Path) -> None:
    file = tmp_path / "vn-2026.yaml"
    file.write_text(FILE.format(decree=DECREE).replace("2026-11-28", "2026-11-27"), encoding="utf-8")
    code, out, err = doithoai(stack, "calendar", "apply", file)
    assert (code, out) == (1, "")
    assert f"{file}:8: ngày làm bù 27/11/2026 phải là Thứ Bảy hoặc Chủ nhật" in err


def test_a_file_that_is_not_there_and_a_year_that_is_not_known_are_refused(stack: RunningSystem) -> None:
    assert doithoai(stack, "calendar", "preview", "khong-co.yaml")[0] == 1
    code, _, err = doithoai(stack, "calendar", "show", 2031)
    assert (code, "vn-2031.yaml" in err) == (1, True)


@pytest.mark.parametrize("command", ["preview", "apply"])
def test_without_a_running_system_there_is_nothing_to_change(command: str, tmp_path: Path) -> None:
    file = tmp_path / "vn-2026.yaml"
    file.write_text(FILE.format(decree=DECREE), encoding="utf-8")
    command_line = [sys.executable, "-m", "services", "calendar", command, str(file), "--data", str(tmp_path)]
    done = subprocess.run(command_line, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, "doithoai up" in done.stderr) == (1, True)
