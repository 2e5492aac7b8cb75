"""`doithoai demo`: a dialogue of xã Thanh Trì in simulated time, played by simulated people through the real doors.

Nothing is done behind the services' backs: forms come in through the web API and as files, staff act by commands,
and everything that time triggers is triggered by the services themselves. Only time moves faster.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import httpx
import nats
from nats.aio.client import Client
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.embedded.installation import RunningStack
from deploy.embedded.quiet import StillBusy, until_quiet
from deploy.embedded.rehearsal.agenda import Agenda
from deploy.embedded.rehearsal.ledger import Ledger
from deploy.embedded.rehearsal.people import CannotRehearse, People, Sent
from services.deadlines.working_days import NoCalendar, WorkingCalendar, load_calendar
from shared.cases import read
from shared.clock import move_clock, moved_to, provision_clock
from shared.communes import Communes
from shared.web import HANOI, local_day, local_time

COMMUNE = "thanh-tri"
FIRST_DAY = date(2026, 4, 6)
"""The Monday on which a new installation begins: the plan foresees the first dialogue for May 2026."""
DAYS_AHEAD = 38
"""From the beginning to the dialogue: from the announcement to the close of registration there are four weeks."""
OPENS, CLOSED = time(8, 0, 1), time(17, 0, 1)
AFTERWARDS = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said, and which forms had gone out. sent: by the submission's id."""

    ledger: Ledger
    sent: Mapping[str, Sent]


async def rehearse(stack: RunningStack, console: Console | None = None) -> Outcome:
    """Play one dialogue from its planning to its conclusion, and print what came of it.

    Raises:
        CannotRehearse: on an installation that lives in real time, or past the last known calendar.
    """
    if stack.clock != "rehearsal":
        raise CannotRehearse(
            "Hệ thống này làm việc với thời gian thật nên không diễn tập được. Hãy dùng thư mục dữ liệu khác."
        )
    client = await nats.connect(stack.nats_url)
    try:
        async with httpx.AsyncClient(timeout=30) as http:
            return await _Rehearsal(stack, client, http, console or Console()).play()
    except StillBusy as error:
        raise CannotRehearse(f"Hệ thống chưa xử lý xong việc trước khi thời gian được đẩy tới: {error}") from error
    finally:
        await client.close()


class _Rehearsal:
    """Time, and whoever acts when it has come."""

    def __init__(self, stack: RunningStack, client: Client, http: httpx.AsyncClient, console: Console) -> None:
        self._stack, self._nats, self._http, self._console = stack, client, http, console
        self._profile = Communes.load()[COMMUNE]
        self._calendar: WorkingCalendar = load_calendar()
        self._ledger = Ledger()
        self._agenda = Agenda()
        self._next = 1

    async def play(self) -> Outcome:
        began = await self._begin()
        held_at = self._day_of_dialogue(began.date())
        people = People(self._nats, self._http, self._stack.public_url, self._profile, self._calendar, self._agenda)
        people.prepare(began, held_at)
        until = held_at + AFTERWARDS
        self._mark_hours(began, until)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("", total=(until - began).days)
            while (at := self._agenda.next_at) is not None:
                await self._move_to(at)
                if acts := [act for act in self._agenda.due(at) if act is not _nothing]:
                    for act in acts:
                        await act()
                    await until_quiet(self._nats, self._stack.services)
                await self._hear(people)
                day = local_time(at) if at.astimezone(HANOI).date() <= until.date() else ""
                progress.update(task, description=f"{day} · {self._in_short()}", completed=(at - began).days)
        self._report(people)
        return Outcome(self._ledger, people.sent)

    async def _begin(self) -> datetime:
        """A new installation starts on its first day; one that has lived goes on from where it is."""
        await provision_clock(self._nats)
        now = await moved_to(self._nats)
        if now is None:
            now = datetime.combine(FIRST_DAY, time(7, 30), HANOI)
            await move_clock(self._nats, now)
        self._next = (await self._nats.jetstream().stream_info("EVENTS")).state.last_seq + 1
        next_day = now.astimezone(HANOI).date() + timedelta(days=1)
        return datetime.combine(
            self._working(next_day if now.astimezone(HANOI).time() > OPENS else now.date()), OPENS, HANOI
        )

    def _day_of_dialogue(self, began: date) -> datetime:
        """A Thursday morning, far enough ahead for announcing, registering and answering."""
        day = began + timedelta(days=DAYS_AHEAD)
        day += timedelta(days=(3 - day.weekday()) % 7)
        try:
            self._calendar.nth_working_day_after(day, 30)
        except NoCalendar as error:
            raise CannotRehearse(
                f"Thời gian mô phỏng đã đến {local_day(began)}; {error.reason} "
                "Muốn diễn tập lại từ đầu, hãy dùng thư mục dữ liệu mới."
            ) from error
        return datetime.combine(self._working(day), time(8, 30), HANOI)

    def _working(self, day: date) -> date:
        return day if self._calendar.is_working(day) else self._calendar.next_working_day(day)

    def _mark_hours(self, began: datetime, until: datetime) -> None:
        """Time stops at every opening and closing, so that what is due then is done then."""
        day = began.date()
        while day <= until.date():
            if self._calendar.is_working(day):
                for hour in (OPENS, CLOSED):
                    self._agenda.add(datetime.combine(day, hour, HANOI), _nothing)
            day += timedelta(days=1)

    async def _move_to(self, at: datetime) -> None:
        await move_clock(self._nats, at)
        await until_quiet(self._nats, self._stack.services, swept_at=at)

    async def _hear(self, people: People) -> None:
        """Let everybody react to what has been said; what they then mean to do, they enter in the agenda."""
        async for sequence, envelope in read(self._nats, f"event.*.{COMMUNE}.>", self._next):
            event = envelope.open()
            self._ledger.note(event)
            people.hear(event)
            self._next = sequence + 1

    def _in_short(self) -> str:
        told, missed = self._ledger, len(self._ledger.missed)
        over = len(told.questions) - told.became("open")
        return f"{len(told.submissions)} phiếu, {len(told.questions)} câu hỏi, {over} xong" + (
            f", {missed} trễ hạn" if missed else ""
        )

    def _report(self, people: People) -> None:
        told = self._ledger
        table = Table(title="Kết quả diễn tập – xã Thanh Trì", title_justify="left", show_header=False)
        table.add_column()
        table.add_column(justify="right")
        table.add_row("Phiếu tiếp nhận", str(len(told.submissions)))
        table.add_row("  trong đó đến sau hạn đăng ký", str(sum(not one.on_time for one in told.submissions.values())))
        table.add_row("Câu hỏi tiếp nhận", str(len(told.questions)), style="bold")
        table.add_row("= đã trả lời tại hội nghị", str(told.became("answered-at-dialogue")))
        table.add_row("+ đã trả lời bằng văn bản", str(told.became("answered-in-writing")))
        table.add_row("+ đã hướng dẫn đến cơ quan có thẩm quyền", str(told.became("redirected")))
        table.add_row("+ đang giải quyết", str(told.became("open")), end_section=True)
        table.add_row("Câu hỏi chờ người phân loại", str(told.triaged))
        table.add_row("Lần gia hạn", str(told.extended))
        table.add_row("Thời hạn bị trễ", str(len(told.missed)))
        table.add_row("  bậc nhắc việc, báo cáo đã thực hiện", str(sum(told.escalated.values())), end_section=True)
        for (kind, channel), number in sorted(told.messages.items()):
            table.add_row(_MESSAGES[kind] + (" – thư điện tử" if channel == "email" else " – thư in"), str(number))
        table.add_row("Không gửi được, cần gọi điện", str(told.failed))
        self._console.print(table)
        self._console.print(f"Sổ sách {'khớp' if told.balances else '[bold red]KHÔNG KHỚP[/]'}.")
        self._console.print(f"Thư điện tử: {self._stack.mail}\nThư in (PDF): {self._stack.letters}")
        if people.example:
            code, contact = people.example
            self._console.print(f"Xem thử một phiếu: {self._stack.public_url}/tra-cuu/{code} (liên hệ: {contact})")
        self._console.print(f"Bàn làm việc: {self._stack.services['console']}")


_MESSAGES = {
    "receipt": "Giấy tiếp nhận",
    "answer": "Trả lời người đăng ký",
    "guidance": "Hướng dẫn gửi đơn",
    "reminder": "Nhắc việc sắp đến hạn",
    "escalation": "Báo cáo trễ hạn",
}


async def _nothing() -> None:
    return None
