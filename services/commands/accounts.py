"""`doithoai account`: who may come in to the console."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.commands.terminal import VAR, Data, Json, print_json, refuse, wrong_usage

if TYPE_CHECKING:
    from deploy.embedded.accounts import Office

account = typer.Typer(help="Tài khoản vào bàn làm việc.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(metavar="EMAIL")]


@account.command("add")
def account_add(
    email: Email,
    role: Annotated[str, typer.Option(help="province, operator: người không thuộc xã nào.")] = "",
    commune: Annotated[str, typer.Option(help="Khi địa chỉ có trong hồ sơ của nhiều xã.")] = "",
    name: Annotated[str, typer.Option(help="Họ tên, cho người không thuộc xã nào.")] = "",
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Mở tài khoản cho một người của hồ sơ xã, của tỉnh hoặc vận hành; in đường dẫn dùng một lần trong 24 giờ."""
    from shared.contracts import Role

    if role not in ("", "province", "operator"):
        wrong_usage("--role là province hoặc operator; vai của người trong xã nằm ở hồ sơ xã")
    if role and (commune or not name):
        wrong_usage("người của tỉnh và người vận hành cần --name, và không có --commune")
    if not role and name:
        wrong_usage("họ tên của người trong xã nằm ở hồ sơ xã")
    link = _of_accounts(data, lambda office: office.add(email, commune, Role(role) if role else None, name))
    _print_link(email, link, json_lines)


@account.command("reset")
def account_reset(email: Email, data: Data = VAR, json_lines: Json = False) -> None:
    """Bỏ mật khẩu, mã hai bước và mọi phiên của một tài khoản; in đường dẫn mới."""
    _print_link(email, _of_accounts(data, lambda office: office.reset(email)), json_lines)


@account.command("revoke")
def account_revoke(email: Email, data: Data = VAR, json_lines: Json = False) -> None:
    """Khóa tài khoản và kết thúc mọi phiên của người đó; mở lại bằng `account add`."""
    ended = _of_accounts(data, lambda office: office.close(email))
    if json_lines:
        print_json({"email": email, "sessions": ended})
    else:
        typer.echo(f"Đã khóa tài khoản {email}; {ended} phiên đã kết thúc.")


@account.command("list")
def account_list(data: Data = VAR, json_lines: Json = False) -> None:
    """Các tài khoản: của ai, vai gì, đang thế nào."""
    from dataclasses import asdict

    for one in _of_accounts(data, lambda office: office.listed()):
        if json_lines:
            print_json(asdict(one))
        else:
            two = "hai bước" if one.two_steps else "một bước"
            where = one.commune or "toàn tỉnh"
            typer.echo(f"{one.email}  {one.name}  {one.role or '–'}  {where}  {one.state}  {two}  {one.sessions} phiên")


def _of_accounts(data: Path, ask: "Callable[[Office], Coroutine[Any, Any, Any]]") -> Any:
    from deploy.embedded.accounts import office
    from shared.contracts import Refusal
    from shared.store import OUTAGES

    async def asked() -> Any:
        async with office(data) as found:
            return await ask(found)

    try:
        return asyncio.run(asked())
    except Refusal as refusal:
        refuse(refusal.reason)
    except OUTAGES:
        refuse("Cơ sở dữ liệu không trả lời. Hãy chạy `doithoai up` trước, hoặc đặt MONGO_URL.")


def _print_link(email: str, link: str, json_lines: bool) -> None:
    if json_lines:
        print_json({"email": email, "link": link})
    else:
        typer.echo(f"Xin chuyển đường dẫn này cho {email}, qua một kênh mà chỉ người đó đọc được:")
        typer.echo(link)
        typer.echo("Dùng được một lần, trong 24 giờ.")
