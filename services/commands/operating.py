"""What operators do: parked events, and the console's view rebuilt."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.commands.terminal import VAR, Data, Json, print_json, refuse, wrong_usage

if TYPE_CHECKING:
    from deploy.embedded.operating import Desk

deadletters = typer.Typer(help="Sự kiện bị giữ lại: xem, giao lại, bỏ.", no_args_is_help=True)
consoles = typer.Typer(help="Dữ liệu hiển thị của bàn làm việc.", no_args_is_help=True)
Numbers = Annotated[list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Số của sự kiện bị giữ.")]
All = Annotated[bool, typer.Option("--all", help="Tất cả, hoặc tất cả những sự kiện khớp --handler, --error.")]
OfHandler = Annotated[str, typer.Option("--handler", help="Chỉ của nơi xử lý này.")]
OfError = Annotated[str, typer.Option("--error", help="Chỉ những sự kiện có đúng lỗi này.")]
FATES = {
    "done": "đã xử lý",
    "parked-again": "lại bị giữ",
    "given": "đã giao, chưa xử lý xong",
    "gone": "không còn bị giữ từ trước",
    "failed": "chưa giao được",
    "waiting": "chưa giao",
}


@deadletters.command("list")
def deadletters_list(handler: OfHandler = "", error: OfError = "", data: Data = VAR, json_lines: Json = False) -> None:
    """Những sự kiện đang bị giữ, cũ trước mới sau."""
    from deploy.embedded.operating import told
    from services.console.streams.deadletters import Chosen
    from shared.web import local_time

    found = _operate(data, "doithoai deadletters list", lambda desk: desk.find((), Chosen(handler, error)))
    for one in found:
        if json_lines:
            print_json(told(one))
        else:
            at = local_time(one.parked_at)
            typer.echo(f"{one.number:>6}  {at}  {one.handler}  {one.event or one.subject}  {one.error}")
    if not found and not json_lines:
        typer.echo("Không có sự kiện nào bị giữ lại.")


@deadletters.command("show")
def deadletters_show(
    number: int,
    reason: Annotated[str, typer.Option(help="Lý do xem giá trị; được ghi lại. Không có thì giá trị được che.")] = "",
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Một sự kiện bị giữ: lỗi, từng trường so với hợp đồng, giao lại thì sao."""
    shown = _operate(data, "doithoai deadletters show", lambda desk: desk.show(number, reason))
    if json_lines:
        print_json(shown)
        return
    typer.echo(f"{shown['handler']}  {shown['subject']}  (EVENTS {shown['first']})")
    typer.echo(f"{shown['cause']}  {shown['error']}")
    typer.echo(f"Nếu giao lại: {shown['outlook']}")
    if shown["trouble"]:
        typer.echo(shown["trouble"])
    marks = {"fits": " ", "missing": "✗", "wrong": "✗", "unknown": "?"}
    for field in shown["fields"]:
        problem = f"  {field['problem']}; phải là {field['expected']}" if field["problem"] else ""
        typer.echo(f"{marks[field['verdict']]} {field['path']:<36} {field.get('value', field['kind'])}{problem}")


@deadletters.command("replay")
def deadletters_replay(
    numbers: Numbers = None,
    everything: All = False,
    handler: OfHandler = "",
    error: OfError = "",
    wait: Annotated[float, typer.Option(help="Số giây theo dõi kết quả.")] = 60.0,
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Giao lại cho đúng nơi xử lý đã lỗi, và theo dõi kết quả. Mã 1 khi có sự kiện lại bị giữ hoặc chưa xong."""
    _some_or_all(numbers, everything)

    async def replayed(desk: "Desk") -> Any:
        from services.console.streams.deadletters import Chosen

        found = await desk.find(numbers or (), Chosen(handler, error) if everything else None)
        return await desk.replay(found, wait) if found else []

    items = _operate(data, "doithoai deadletters replay", replayed)
    for item in items:
        if json_lines:
            told = {"number": item.number, "handler": item.handler, "outcome": item.fate}
            print_json({**told, "again": item.again or None, "error": item.error})
        else:
            again = f", nay là số {item.again}" if item.again else ""
            why = f": {item.error}" if item.error else ""
            typer.echo(f"{item.number:>6}  {item.handler}  {FATES[item.fate]}{again}{why}")
    if left := [item for item in items if item.fate not in ("done", "gone")]:
        refuse(f"{len(left)} trong {len(items)} sự kiện chưa được xử lý.")


@deadletters.command("discard")
def deadletters_discard(
    numbers: Numbers = None,
    reason: Annotated[str, typer.Option(help="Bắt buộc; được ghi lại. Không ghi tên hay thông tin của ai.")] = "",
    everything: All = False,
    handler: OfHandler = "",
    error: OfError = "",
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Bỏ: nơi xử lý ấy không bao giờ làm những sự kiện này. Chúng vẫn còn trong luồng và cơ sở dữ liệu."""
    from shared.text import one_line

    _some_or_all(numbers, everything)
    if not (why := one_line(reason)):
        wrong_usage("cần --reason: lý do bỏ được ghi vào nhật ký kiểm tra")

    async def discarded(desk: "Desk") -> Any:
        from services.console.streams.deadletters import Chosen

        found = await desk.find(numbers or (), Chosen(handler, error) if everything else None)
        if found:
            await desk.discard(found, why)
        return found

    gone = _operate(data, "doithoai deadletters discard", discarded)
    for one in gone:
        if json_lines:
            print_json({"number": one.number, "handler": one.handler, "outcome": "discarded"})
    if not json_lines:
        typer.echo(f"Đã bỏ {len(gone)} sự kiện.")


def _some_or_all(numbers: list[int] | None, everything: bool) -> None:
    if bool(numbers) == everything:
        wrong_usage("cho biết số của sự kiện, hoặc --all")


@consoles.command("rebuild")
def console_rebuild(data: Data = VAR, json_lines: Json = False) -> None:
    """Dựng lại dữ liệu hiển thị từ sự kiện đầu tiên; không gì mất, các trang nói là chưa đầy đủ trong lúc dựng."""

    def told(position: int, last: int, rate: float) -> None:
        if not json_lines and sys.stderr.isatty():
            typer.echo(f"\r{position} / {last}  {rate:.0f} sự kiện mỗi giây ", nl=position == last, err=True)

    last = _operate(data, "doithoai console rebuild", lambda desk: desk.rebuild(told))
    if json_lines:
        print_json({"position": last})
    else:
        typer.echo(f"Đã dựng lại đến sự kiện số {last}.")


def _operate(data: Path, command: str, work: "Callable[[Desk], Coroutine[Any, Any, Any]]") -> Any:
    from deploy.embedded.operating import CannotOperate, with_desk

    try:
        return asyncio.run(with_desk(data, command, work))
    except CannotOperate as error:
        refuse(str(error))
