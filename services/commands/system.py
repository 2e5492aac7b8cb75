"""The system as a whole: started, rehearsed, examined, measured, described."""

import asyncio
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from services.commands.terminal import VAR, Data, Json, print_findings, print_json, refuse, stack_on, wrong_usage

if TYPE_CHECKING:
    from deploy.embedded.installation import Clock

SERVICE_NAMES = ("intake", "console", "routing", "deadlines", "notify")
BENCHES = {name: f"tests.bench.{name}" for name in ("pipeline", "deadlines", "intake", "routing", "letters", "console")}


def up(
    data: Data = VAR,
    port: Annotated[int, typer.Option(help="Cổng của trang công dân; các cổng sau dùng cho phần còn lại.")] = 8080,
    clock: Annotated[str, typer.Option(help="rehearsal: diễn tập, thời gian mô phỏng; real: làm việc thật.")] = "",
    demo: Annotated[bool, typer.Option(help="Diễn tập một hội nghị khi thư mục dữ liệu còn mới.")] = True,
) -> None:
    """Khởi động toàn bộ hệ thống trên máy này và in các địa chỉ; Ctrl-C để dừng."""
    from deploy.embedded import CannotStart, launch

    if clock not in ("", "rehearsal", "real"):
        wrong_usage("--clock là rehearsal hoặc real")
    if not 1 <= port <= 65_000:
        wrong_usage("--port là số từ 1 đến 65000")
    try:
        asyncio.run(launch.up(data, port, cast("Clock | None", clock or None), demo))
    except CannotStart as error:
        refuse(str(error))


def run(service: Annotated[str, typer.Argument(help=", ".join(SERVICE_NAMES))]) -> None:
    """Chạy riêng một dịch vụ, cấu hình bằng biến môi trường."""
    from shared.settings import Settings, WrongSettings
    from shared.strict_yaml import YamlError

    if service not in SERVICE_NAMES:
        wrong_usage(f"không có dịch vụ {service!r}; có: {', '.join(SERVICE_NAMES)}")
    try:
        import_module(f"services.{service}.app").build(Settings()).run()
    except (YamlError, WrongSettings) as error:
        refuse(str(error))


def demo(
    communes: Annotated[list[str] | None, typer.Argument(metavar="[COMMUNE]...", help="Mặc định: cả năm xã.")] = None,
    data: Data = VAR,
) -> None:
    """Diễn tập hội nghị đối thoại theo kế hoạch của năm xã trên hệ thống đang chạy, từ kế hoạch đến báo cáo."""
    from deploy.embedded.rehearsal.office import CannotRehearse
    from deploy.embedded.rehearsal.play import rehearse
    from deploy.embedded.rehearsal.script import ORDER

    if unknown := set(communes or ()) - set(ORDER):
        wrong_usage(f"chưa có kịch bản diễn tập cho {', '.join(sorted(unknown))}; có: {', '.join(ORDER)}")
    try:
        asyncio.run(rehearse(stack_on(data), communes=communes or ORDER))
    except CannotRehearse as error:
        refuse(str(error))


def asyncapi() -> None:
    """In tài liệu AsyncAPI: dịch vụ nào nói gì, nghe gì, trả lời lệnh gì, theo hình dạng nào."""
    from shared.asyncapi import hearings, whole
    from shared.contracts import SERVICES

    heard = (import_module(f"services.{service}.handlers").consumes for service in SERVICES)
    document = whole(one for handlers in heard for one in hearings(handlers))
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def doctor(data: Data = VAR) -> None:
    """Kiểm tra cấu hình, kết nối, luồng sự kiện, lịch làm việc, phông chữ; nói phải làm gì với mỗi điều tìm thấy."""
    from deploy.embedded.doctor import examine

    print_findings(asyncio.run(examine(data)))


def bench(name: Annotated[str, typer.Argument(help=", ".join(BENCHES))] = "pipeline", json_lines: Json = False) -> None:
    """Đo tốc độ bên cạnh một mức sàn đo trong cùng lần chạy."""
    if name not in BENCHES:
        wrong_usage(f"chưa có phép đo {name!r}; có: {', '.join(BENCHES)}")
    root = Path(__file__).parents[2]
    if not (root / "tests" / "bench").is_dir():
        refuse("Phép đo chỉ chạy được từ kho mã nguồn, nơi có thư mục tests/bench.")
    sys.path.insert(0, str(root))
    measured = asyncio.run(import_module(BENCHES[name]).measure())
    if json_lines:
        print_json(measured)
    else:
        for figure, value in measured.items():
            typer.echo(f"{figure:<34} {value}")
