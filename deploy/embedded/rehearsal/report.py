"""What a rehearsal prints at its end: one column a commune."""

from collections.abc import Callable, Mapping

from rich.console import Console
from rich.table import Table

from deploy.embedded.installation import RunningStack
from deploy.embedded.rehearsal.ledger import Ledger

MESSAGES = {
    "receipt": "Giấy tiếp nhận",
    "invitation": "Giấy mời",
    "waitlist": "Thông báo chờ chỗ",
    "rescheduled": "Thông báo đổi ngày",
    "cancelled": "Thông báo không tổ chức",
    "answer": "Trả lời người đăng ký",
    "guidance": "Hướng dẫn gửi đơn",
    "referral": "Thông báo đã báo cáo cấp trên",
    "extension": "Thông báo gia hạn",
    "conclusion": "Thông báo kết luận",
    "resolution": "Thông báo kết quả giải quyết",
    "apology": "Xin lỗi, hẹn lại ngày trả lời",
    "dialogue-reminder": "Nhắc lịch đối thoại",
    "digest": "Thư tổng hợp việc cho cán bộ",
}

ROWS: tuple[tuple[str, Callable[[Ledger], int]], ...] = (
    ("Hội nghị đã tổ chức", lambda told: told.held),
    ("Phiếu tiếp nhận", lambda told: len(told.submissions)),
    ("  trong đó đến sau hạn đăng ký", lambda told: sum(not one.on_time for one in told.submissions.values())),
    ("Câu hỏi tiếp nhận", lambda told: len(told.questions)),
    ("= đã trả lời tại hội nghị", lambda told: told.became("answered-at-dialogue")),
    ("+ đã trả lời bằng văn bản", lambda told: told.became("answered-in-writing")),
    ("+ đã hướng dẫn đến cơ quan có thẩm quyền", lambda told: told.became("redirected")),
    ("+ đã báo cáo cấp trên", lambda told: told.became("referred-up")),
    ("+ người hỏi đã rút", lambda told: told.became("withdrawn")),
    ("+ đang giải quyết", lambda told: told.became("open")),
    ("Thư đến hộp thư", lambda told: len(told.mails)),
    ("  trong đó còn chờ cán bộ xem", lambda told: sum(one == "quarantined" for one in told.mails.values())),
    ("Câu trả lời được đánh giá", lambda told: len(told.rated)),
    ("  lần phải trả lời lại", lambda told: told.reopened),
    ("Câu trả lời đã công khai", lambda told: len(told.published)),
    ("Câu hỏi chờ người phân loại", lambda told: told.triaged),
    ("Việc chuẩn bị đã xong", lambda told: told.duties),
    ("Nhiệm vụ theo kết luận đã xong", lambda told: told.fulfilled),
    ("Lần gia hạn", lambda told: told.extended),
    ("Thời hạn bị trễ", lambda told: len(told.missed)),
    ("  bậc báo cáo đã thực hiện", lambda told: sum(told.escalated.values())),
)


def show(
    console: Console,
    stack: RunningStack,
    ledgers: Mapping[str, Ledger],
    names: Mapping[str, str],
    example: tuple[str, str] | None,
) -> None:
    """Print the books of every commune, and where to look."""
    table = Table(title="Kết quả diễn tập", title_justify="left")
    table.add_column("")
    for id in ledgers:
        table.add_column(names[id], justify="right")
    for what, figure in ROWS:
        table.add_row(what, *(str(figure(told)) for told in ledgers.values()))
    table.add_section()
    for kind, channel in sorted({key for told in ledgers.values() for key in told.messages}):
        way = {"email": "thư điện tử", "letter": "thư in"}.get(channel, "trao tay")
        table.add_row(f"{MESSAGES[kind]} – {way}", *(str(told.messages[kind, channel]) for told in ledgers.values()))
    table.add_row("Không gửi được, cần gọi điện", *(str(told.failed) for told in ledgers.values()))
    console.print(table)
    balanced = all(told.balances for told in ledgers.values())
    console.print(f"Sổ sách {'khớp' if balanced else '[bold red]KHÔNG KHỚP[/]'}.")
    console.print(f"Thư điện tử: {stack.mail}\nThư in (PDF): {stack.letters}")
    if example:
        code, contact = example
        console.print(f"Xem thử một phiếu: {stack.public_url}/tra-cuu/{code} (liên hệ: {contact})")
    console.print(f"Bàn làm việc: {stack.services['console']}")
