"""`doithoai calendar`: days off, made up for, and half."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from services.commands.terminal import VAR, Data, Json, print_json, print_lines, refuse, stack_on

if TYPE_CHECKING:
    from deploy.embedded.installation import RunningStack
    from services.deadlines.working_days import WorkingCalendar
    from shared.contracts.conference import CalendarYear

calendars = typer.Typer(help="Ngày nghỉ, ngày làm bù, ngày làm nửa buổi.", no_args_is_help=True)


@calendars.command("preview")
def calendar_preview(file: Path, data: Data = VAR, json_lines: Json = False) -> None:
    """Nếu áp dụng tệp lịch vn-<năm>.yaml này thì thời hạn nào đang chạy thay đổi; chưa thay đổi gì."""
    year = _calendar_file(file)
    _print_moves(_of_calendar("preview", stack_on(data), year), json_lines)


@calendars.command("apply")
def calendar_apply(file: Path, data: Data = VAR, json_lines: Json = False) -> None:
    """Áp dụng tệp lịch vn-<năm>.yaml: các thời hạn đang chạy được tính lại, nêu lý do."""
    year, stack = _calendar_file(file), stack_on(data)
    moves = _of_calendar("preview", stack, year)
    applied = _of_calendar("apply", stack, year)
    _print_moves(moves, json_lines)
    if json_lines:
        print_json({"year": year.year, "revision": applied["revision"], "moves": moves["total"]})
    else:
        typer.echo(f"Đã áp dụng lịch năm {year.year} (lần thay đổi thứ {applied['revision']}).")


@calendars.command("show")
def calendar_show(year: int, data: Data = VAR, json_lines: Json = False) -> None:
    """Các ngày nghỉ, làm bù, làm nửa buổi của một năm, như hệ thống đang tính; không có hệ thống thì theo tệp."""
    from services.deadlines.calendars import to_contract
    from services.deadlines.telling import told_year
    from services.deadlines.working_days import NoCalendar

    calendar = calendar_of(data)
    try:
        shown = to_contract(calendar[year])
    except NoCalendar as error:
        refuse(str(error))
    if json_lines:
        print_json(shown.model_dump(mode="json"))
    else:
        print_lines(told_year(shown, calendar))


def calendar_of(data: Path) -> "WorkingCalendar":
    """The calendar of the system that runs there; of the files where none does, or where it does not answer."""
    from deploy.embedded.calendar import NotDone, show
    from deploy.embedded.installation import running
    from services.deadlines.calendars import from_contract
    from services.deadlines.working_days import WorkingCalendar, load_calendar
    from shared.contracts.conference import CalendarYear
    from shared.strict_yaml import YamlError

    if stack := running(data):
        try:
            told = asyncio.run(show(stack))
            years = [from_contract(CalendarYear.model_validate(year)) for year in told["years"]]
            return WorkingCalendar(years, told["revision"])
        except NotDone as error:
            typer.echo(f"{error} Tính theo tệp lịch, có thể thiếu những thay đổi đã áp dụng.", err=True)
    try:
        return load_calendar()
    except YamlError as error:
        refuse(str(error))


def _calendar_file(file: Path) -> "CalendarYear":
    from services.deadlines.calendars import to_contract
    from services.deadlines.working_days import read_calendar
    from shared.strict_yaml import YamlError

    try:
        return to_contract(read_calendar(file).as_year())
    except OSError as error:
        refuse(f"Không đọc được {file}: {error.strerror}.")
    except YamlError as error:
        refuse(str(error))


def _of_calendar(what: str, stack: "RunningStack", *about: Any) -> dict[str, Any]:
    from deploy.embedded import calendar

    ask: Callable[..., Coroutine[Any, Any, dict[str, Any]]] = getattr(calendar, what)
    try:
        return asyncio.run(ask(stack, *about))
    except calendar.NotDone as error:
        refuse(str(error))


def _print_moves(state: dict[str, Any], json_lines: bool) -> None:
    from services.deadlines.telling import told_moves

    if json_lines:
        for move in state["moves"]:
            print_json(move)
    else:
        print_lines(told_moves(state))
