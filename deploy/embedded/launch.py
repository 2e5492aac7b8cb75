"""`doithoai up`: start the stack, say where it is, and let a new rehearsal installation live through a dialogue."""

import os
import time
from pathlib import Path

from rich.console import Console

from deploy.embedded.installation import Clock, RunningStack
from deploy.embedded.rehearsal.play import beginning, rehearse
from deploy.embedded.supervisor import Stack

REHEARSED = ("thanh-tri",)
"""What a new installation lives through, so that its pages show something."""
PAGES = {"intake": "Trang của người dân", "console": "Bàn làm việc và luồng sự kiện"}
REST = {"routing": "routing", "deadlines": "deadlines", "notify": "notify"}


async def up(data: Path, port: int, clock: Clock | None, demo: bool) -> None:
    """Run until Ctrl-C.

    Raises:
        CannotStart: a port is taken, a stack runs there already, or a part does not come up.
    """
    console = Console()
    began = time.monotonic()
    stack = Stack(
        data,
        port,
        clock,
        nats_url=os.environ.get("NATS_URL"),
        mongo_url=os.environ.get("MONGO_URL"),
        smtp_url=os.environ.get("SMTP_URL"),
        begins_at=beginning(REHEARSED),
    )

    async def when_ready(running: RunningStack) -> None:
        console.print(f"\n[bold]Hệ thống sẵn sàng[/] sau {time.monotonic() - began:.1f} giây.\n")
        for name, what in PAGES.items():
            console.print(f"  {what:<32} {running.services[name]}")
        for name, what in REST.items():
            console.print(f"  {what:<32} {running.services[name]}/readyz", style="dim")
        console.print(f"  {'Thư điện tử giữ tại':<32} {running.mail}")
        console.print(f"  {'Thư in (PDF) tại':<32} {running.letters}\n")
        if running.clock == "rehearsal":
            console.print("  Đây là nơi [bold]diễn tập[/]: thời gian mô phỏng, không có thư nào ra khỏi máy này.")
        console.print("  Ctrl-C để dừng.\n")
        if demo and stack.installation.is_new and running.clock == "rehearsal":
            await rehearse(running, console, communes=REHEARSED)
            console.print("\nHệ thống vẫn chạy. Ctrl-C để dừng.")

    await stack.run_until_signal(when_ready)
    console.print("Đã dừng.")
