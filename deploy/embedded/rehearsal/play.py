"""`doithoai demo`: the dialogues of the five plans in simulated time, played by simulated people.

Nothing is done behind the services' backs: forms come in through the web API and as files, staff act by commands,
and everything that time triggers is triggered by the services themselves. Only time moves faster.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import httpx
import nats
from nats.aio.client import Client
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.embedded.installation import RunningStack
from deploy.embedded.quiet import StillBusy, until_quiet
from deploy.embedded.rehearsal.agenda import Agenda
from deploy.embedded.rehearsal.alone import alone
from deploy.embedded.rehearsal.forms import Sent
from deploy.embedded.rehearsal.ledger import Ledger
from deploy.embedded.rehearsal.office import CannotRehearse, Office
from deploy.embedded.rehearsal.people import People
from deploy.embedded.rehearsal.post_desk import PostDesk
from deploy.embedded.rehearsal.report import show
from deploy.embedded.rehearsal.script import ORDER, Script, scripts_of
from services.deadlines.working_days import NoCalendar, WorkingCalendar, load_calendar
from shared.cases import read
from shared.clock import move_clock, moved_to, provision_clock
from shared.communes import Communes, Profile
from shared.contracts.notify import NotificationQueued
from shared.web import HANOI, local_time

A_SECOND = timedelta(seconds=1)
DIGESTS_LEAVE_AFTER = timedelta(minutes=16)
"""What staff are told of leaves a quarter of an hour after their office has opened."""
MOST_BETWEEN = timedelta(days=42)
"""Between two dialogues of a commune, when they are not played on the plan's own days."""


def beginning(communes: Sequence[str] = ORDER) -> datetime:
    """The morning on which the first of these communes' scripts begins, on the plans' own days."""
    profiles = Communes.load()
    scripts = [script for id in communes for script in scripts_of(id, profiles[id].name)]
    return min(map(_begins_at, scripts))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said, by commune, and which forms had gone out. sent: by the submission's id."""

    ledgers: Mapping[str, Ledger]
    sent: Mapping[str, Sent]


async def rehearse(
    stack: RunningStack,
    console: Console | None = None,
    *,
    communes: Sequence[str] = ORDER,
    on_their_days: bool = False,
) -> Outcome:
    """Play the dialogues of these communes from planning to report, side by side, and print what came of them.

    Args:
        on_their_days: on the very days of the plans, which needs a new installation; else from now on.

    Raises:
        CannotRehearse: on an installation that lives in real time, while another rehearsal plays there, or past the
            last known calendar.
    """
    if stack.clock != "rehearsal":
        raise CannotRehearse(
            "Hệ thống này làm việc với thời gian thật nên không diễn tập được. Hãy dùng thư mục dữ liệu khác."
        )
    client = await nats.connect(stack.nats_url)
    try:
        with alone(stack.mail.parent):
            async with httpx.AsyncClient(timeout=30) as http:
                rehearsal = _Rehearsal(stack, client, http, console or Console())
                return await rehearsal.play(communes, on_their_days)
    except StillBusy as error:
        raise CannotRehearse(f"Hệ thống chưa xử lý xong việc trước khi thời gian được đẩy tới: {error}") from error
    except NoCalendar as error:
        raise CannotRehearse(
            f"Thời gian mô phỏng đã đi đến cuối lịch đã biết; {error.reason} "
            "Muốn diễn tập lại từ đầu, hãy dùng thư mục dữ liệu mới."
        ) from error
    finally:
        await client.close()


class _Rehearsal:
    """Time, and whoever acts when it has come."""

    def __init__(self, stack: RunningStack, client: Client, http: httpx.AsyncClient, console: Console) -> None:
        self._stack, self._nats, self._http, self._console = stack, client, http, console
        self._profiles = Communes.load()
        self._calendar: WorkingCalendar = load_calendar()
        self._agenda = Agenda()
        self._desks: dict[str, PostDesk] = {}
        self._next = 1

    async def play(self, communes: Sequence[str], on_their_days: bool) -> Outcome:
        scripts = [script for id in communes for script in scripts_of(id, self._profiles[id].name)]
        began = await self._begin(scripts)
        ledgers = {id: Ledger() for id in communes}
        cast = [self._engage(script) for script in scripts]
        self._desks = {id: PostDesk(self._office(id), self._agenda) for id in communes}
        ends = [
            people.prepare(began, script.entry.held_at if on_their_days else self._day_for(script, scripts, began))
            for people, script in zip(cast, scripts, strict=True)
        ]
        until = max(ends)
        self._calendar.nth_working_day_after(until.date(), 45)  # terms that begin near the end run on
        self._mark_hours([self._profiles[id] for id in communes], began, until)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("", total=(until - began).days)
            while (at := self._agenda.next_at) is not None:
                await self._move_to(at)
                if acts := [act for act in self._agenda.due(at) if act is not _nothing]:
                    for act in acts:
                        await act()
                    await until_quiet(self._nats, self._stack.services)
                await self._hear(cast, ledgers)
                progress.update(
                    task, description=f"{local_time(at)} · {_in_short(ledgers.values())}", completed=(at - began).days
                )
        names = {id: self._profiles[id].name for id in communes}
        show(self._console, self._stack, ledgers, names, next((one.example for one in cast if one.example), None))
        return Outcome(ledgers, {case: sent for people in cast for case, sent in people.sent.items()})

    def _engage(self, script: Script) -> People:
        return People(self._office(script.commune), self._http, self._stack.public_url, self._agenda, script)

    def _office(self, commune: str) -> Office:
        return Office(self._nats, self._profiles[commune], self._calendar)

    async def _begin(self, scripts: Sequence[Script]) -> datetime:
        """A new installation starts where the scripts do; one that has lived goes on from where it is."""
        await provision_clock(self._nats)
        now = await moved_to(self._nats)
        if now is None:
            now = min(map(_begins_at, scripts))
            await move_clock(self._nats, now)
        self._next = (await self._nats.jetstream().stream_info("EVENTS")).state.last_seq + 1
        local = now.astimezone(HANOI)
        day = local.date() if local.time() <= time(8) else local.date() + timedelta(days=1)
        return max(now, datetime.combine(self._working(day), time(8, 0, 1), HANOI))

    def _day_for(self, script: Script, scripts: Sequence[Script], began: datetime) -> datetime:
        """The script's own weekday and hour, as far ahead as it needs; a commune's dialogues follow one another."""
        first = next(one for one in scripts if one.commune == script.commune)
        ahead = timedelta(days=first.entry.planned) + min(script.held_on - first.held_on, MOST_BETWEEN)
        day = began.date() + ahead
        day += timedelta(days=(script.held_on.weekday() - day.weekday()) % 7)
        if script.held_on.weekday() < 5:
            day = self._working(day)
        return datetime.combine(day, script.entry.held_at.astimezone(HANOI).time(), HANOI)

    def _working(self, day: date) -> date:
        return day if self._calendar.is_working(day) else self._calendar.next_working_day(day)

    def _mark_hours(self, profiles: Sequence[Profile], began: datetime, until: datetime) -> None:
        """Time stops after every opening of an office, so that people hear that day what was due since the last one."""
        hours = {profile.office_hours.morning_opens for profile in profiles}
        day = began.date()
        while day <= until.date():
            if self._calendar.is_working(day):
                for hour in hours:
                    at = datetime.combine(day, hour, HANOI) + A_SECOND
                    if at > began:
                        self._agenda.add(at, _nothing)
            day += timedelta(days=1)

    async def _move_to(self, at: datetime) -> None:
        await move_clock(self._nats, at)
        await until_quiet(self._nats, self._stack.services, swept_at=at)

    async def _hear(self, cast: Sequence[People], ledgers: Mapping[str, Ledger]) -> None:
        """Let everybody react to what has been said; what they then mean to do, they enter in the agenda."""
        async for sequence, envelope in read(self._nats, "event.>", self._next):
            event = envelope.open()
            if event.commune in ledgers:
                ledgers[event.commune].note(event)
                self._desks[event.commune].hear(event, _nothing)
                if isinstance(event, NotificationQueued) and event.kind == "digest":
                    self._agenda.add(event.occurred_at + DIGESTS_LEAVE_AFTER, _nothing)
                for people in cast:
                    if people.commune == event.commune:
                        people.hear(event)
            self._next = sequence + 1


def _begins_at(script: Script) -> datetime:
    first_day = script.entry.held_at - timedelta(days=script.entry.planned)
    return datetime.combine(first_day.astimezone(HANOI).date(), time(7), HANOI)


def _in_short(ledgers: Iterable[Ledger]) -> str:
    told = list(ledgers)
    questions = sum(len(one.questions) for one in told)
    over = questions - sum(one.became("open") for one in told)
    return f"{sum(len(one.submissions) for one in told)} phiếu, {questions} câu hỏi, {over} xong"


async def _nothing() -> None:
    return None
