"""The navigation: the few places that a role needs, in groups, and what waits in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from services.console.access import DESK, OFFICE, may_open
from services.console.acting import Acting
from services.console.facts import instant
from services.console.incoming.mailbox import count_waiting
from shared.contracts import Role


@dataclass(frozen=True, slots=True)
class Place:
    """One entry. key: as templates say where they are; also the name of what waits there. letter: after `g`, to go
    there; icon: its symbol in `static/icons.svg`. roles: None where whoever may open it needs it.
    """

    key: str
    path: str
    words: str
    icon: str
    letter: str
    roles: frozenset[Role] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Places that belong together, under a heading; "" has none."""

    words: str
    places: Sequence[Place]


GROUPS: Sequence[Group] = (
    Group(
        "",
        (
            Place("work", "/", "Việc của tôi", "tray", "v"),
            Place("questions", "/?loc=dang-giai-quyet", "Câu hỏi", "question", "c"),
            Place("terms", "/viec", "Thời hạn", "clock", "t"),
        ),
    ),
    Group(
        "Tiếp nhận",
        (
            Place("paper", "/nhap-phieu", "Nhập phiếu", "pen", "n"),
            Place("mailbox", "/hop-thu", "Hộp thư", "mail", "h"),
        ),
    ),
    Group(
        "Hội nghị và thư từ",
        (
            Place("dialogues", "/hoi-nghi", "Hội nghị đối thoại", "people", "i"),
            Place("post", "/buu-chinh", "Thư bưu điện", "post", "b"),
            Place("register", "/so-van-ban", "Sổ văn bản", "book", "s"),
            Place("texts", "/van-ban", "Mẫu văn bản", "page", "m"),
        ),
    ),
    Group(
        "Tri thức",
        (
            Place("library", "/thu-vien", "Thư viện", "library", "l"),
            Place("templates", "/mau-tra-loi", "Mẫu trả lời", "quote", "r", DESK),
            Place("handbook", "/so-tay", "Sổ tay", "compass", "y", OFFICE),
        ),
    ),
    Group(
        "Số liệu và hệ thống",
        (
            Place("reports", "/bao-cao", "Báo cáo, thống kê", "chart", "o"),
            Place("province", "/tinh", "Cấp tỉnh", "map", "p"),
            Place("operations", "/van-hanh", "Vận hành", "flow", "w"),
            Place("audit", "/van-hanh/nhat-ky", "Nhật ký", "record", "k"),
        ),
    ),
)


def places_of(role: Role | None) -> list[Group]:
    """What a role finds at the left of each page; groups in which it has nothing are left out."""
    groups = [
        Group(
            group.words,
            [
                place
                for place in group.places
                if may_open(role, place.path.split("?")[0]) and (place.roles is None or role in place.roles)
            ],
        )
        for group in GROUPS
    ]
    return [group for group in groups if group.places]


def waiting(db: Connection, who: Acting, now: datetime) -> Mapping[str, int]:
    """What waits, by the key of its place: each number is read from an index."""
    if who.role not in DESK or who.worker is None:
        return {}
    late = db.execute(
        "SELECT count(*) FROM question WHERE commune = ? AND rank < '0 ' || ? AND (? IS NULL OR department = ?)",
        (who.commune, instant(now), who.worker.department, who.worker.department),
    ).fetchone()[0]
    mails = count_waiting(db, who.commune) if may_open(who.role, "/hop-thu") else 0
    return {"terms": late, "mailbox": mails}
