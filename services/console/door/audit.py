"""Who did what, when, from where, and what came of it. Rows are added and, after a year, go; nothing changes them.

No password and nothing of what was typed is in them: of a command its verb and what it is about, of a sign-in under a
name that nobody has not even the name, for people type passwords into the wrong field.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from starlette.applications import Starlette
from ulid import ULID

from services.console.access import NUMBERS
from services.console.acting import Acting
from shared.clock import real_now
from shared.contracts import Command, Done, Refused, Role
from shared.logs import in_short, logger
from shared.service import Service
from shared.store import OUTAGES, Database, Index

KEPT = timedelta(days=365)
ROWS = 50
LONGEST_ABOUT = 300

Kind = Literal[
    "sign-in",
    "sign-in-failed",
    "sign-in-locked",
    "sign-out",
    "session-ended",
    "password-changed",
    "code-on",
    "code-off",
    "recovery-renewed",
    "recovery-used",
    "account-added",
    "account-reset",
    "account-closed",
    "account-set-up",
    "command",
    "operation",
    "export",
]
KINDS: Mapping[Kind, str] = {
    "sign-in": "Đăng nhập",
    "sign-in-failed": "Đăng nhập không được",
    "sign-in-locked": "Phải chờ vì nhập sai nhiều lần",
    "sign-out": "Đăng xuất",
    "session-ended": "Kết thúc phiên",
    "password-changed": "Đổi mật khẩu",
    "code-on": "Bật xác thực hai bước",
    "code-off": "Tắt xác thực hai bước",
    "recovery-renewed": "Lấy mã dự phòng mới",
    "recovery-used": "Dùng mã dự phòng",
    "account-added": "Mở tài khoản",
    "account-reset": "Đặt lại tài khoản",
    "account-closed": "Khóa tài khoản",
    "account-set-up": "Đặt mật khẩu lần đầu",
    "command": "Lệnh nghiệp vụ",
    "operation": "Việc vận hành",
    "export": "Tải danh sách",
}
OUTCOMES: Mapping[str, str] = {
    "done": "Được thực hiện",
    "invalid": "Không hợp lệ",
    "forbidden": "Không được phép",
    "not-found": "Không tìm thấy",
    "stale": "Hồ sơ đã thay đổi",
    "not-now": "Lúc này chưa được",
    "unavailable": "Dịch vụ không trả lời",
    "wrong-password": "Sai tên hoặc mật khẩu",
    "wrong-code": "Sai mã",
    "locked": "Phải chờ",
    "provider": "Nhà cung cấp danh tính không xác nhận",
    "not-known": "Không phải người của hệ thống",
}
HOW: Mapping[str, str] = {
    "password": "bằng mật khẩu",
    "provider": "qua hệ thống của tỉnh",
    "rehearsal": "diễn tập",
    "machine": "dòng lệnh",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the record. who: the account; "" where it is not known. commune: "" where it is of none. reason: why
    an operator did something, in his own words."""

    id: str
    at: datetime
    kind: Kind
    outcome: str
    who: str = ""
    name: str = ""
    role: Role | None = None
    commune: str = ""
    verb: str = ""
    about: str = ""
    address: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows. commune: None for all. person: an account or a name. before: the id of the last row seen."""

    commune: str | None = None
    person: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: str = ""


@dataclass(frozen=True, slots=True)
class Present:
    """Whose request is answered, and from where it came."""

    account: str
    address: str


present: ContextVar[Present | None] = ContextVar("present", default=None)


class Audit:
    """The record, in the console's database."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection("audit")
        database.register(
            "audit", [Index(("commune", "_id")), Index(("who", "_id")), Index(("name", "_id")), Index(("kind", "_id"))]
        )

    async def note(self, kind: Kind, outcome: str, *, must: bool = False, **told: Any) -> None:
        """Add a row. One that cannot be written is logged, and stops nobody in what he does.

        Raises:
            OUTAGES: where it must be written before that is done.
        """
        at = real_now()
        role = told.pop("role", None)
        row = {"_id": str(ULID.from_datetime(at)), "at": at, "kind": kind, "outcome": outcome, **told}
        try:
            await self._collection.insert_one(row | ({"role": Role(role).value} if role else {}))
        except OUTAGES as error:
            logger().error("audit-not-written", kind=kind, outcome=outcome, error=in_short(error))
            if must:
                raise

    async def rows(self, wanted: Wanted, limit: int = ROWS) -> list[Row]:
        """The newest first."""
        cursor = self._collection.find(_query(wanted)).sort("_id", -1).limit(limit)
        return [_row(document) async for document in cursor]

    async def tidy(self, now: datetime) -> None:
        await self._collection.delete_many({"_id": {"$lt": str(ULID.from_datetime(now - KEPT))}})


async def note_command(service: Service, command: Command, reply: Done | Refused) -> None:
    """Add what a command became. By whom: its actor, and, while his request is answered, his account and address."""
    audit: Audit | None = getattr(service.app.state, "audit", None)
    if audit is None:
        return
    by, actor = present.get(), command.actor
    await audit.note(
        "command",
        "done" if isinstance(reply, Done) else reply.code,
        who=by.account if by else "",
        name=actor.name,
        role=actor.role,
        commune=_commune(actor.role, actor.commune),
        verb=command.verb,
        about=_about(command),
        address=by.address if by else "",
    )


async def note_here(
    app: Starlette, who: Acting, kind: Kind, *, outcome: str = "done", verb: str = "", about: str = ""
) -> None:
    """Add what somebody did in the console itself: held back or took back, noted of the room, took away as a file.

    What leaves the house must be in the record before.
    """
    audit: Audit | None = getattr(app.state, "audit", None)
    if audit is None or who.worker is None:
        return
    by = present.get()
    await audit.note(
        kind,
        outcome,
        must=kind == "export",
        who=by.account if by else "",
        name=who.worker.name,
        role=who.worker.role,
        commune=_commune(who.worker.role, who.commune),
        verb=verb,
        about=about[:LONGEST_ABOUT],
        address=by.address if by else "",
    )


def _commune(role: Role, commune: str) -> str:
    """Whose record it is: whoever belongs to no commune acts before the pages of one, and is none of its people."""
    return "" if role in NUMBERS else commune


def _about(command: Command) -> str:
    """The id of what a command is about: of a case, a question, a dialogue. Ids name nobody."""
    for field in ("question", "submission", "dialogue", "notification", "mail", "deadline", "run"):
        if isinstance(found := getattr(command, field, None), str):
            return found
    return ""


def _query(wanted: Wanted) -> dict[str, Any]:
    query: dict[str, Any] = {}
    if wanted.commune is not None:
        query["commune"] = wanted.commune
    if wanted.kind:
        query["kind"] = wanted.kind
    if wanted.person:
        query["who" if "@" in wanted.person else "name"] = wanted.person
    between: dict[str, str] = {}
    if wanted.since:
        between["$gte"] = str(ULID.from_datetime(wanted.since))[:10]
    ends = [wanted.before] if wanted.before else []
    if wanted.until:
        ends.append(str(ULID.from_datetime(wanted.until))[:10])
    if ends:
        between["$lt"] = min(ends)
    return query | ({"_id": between} if between else {})


def _row(document: Mapping[str, Any]) -> Row:
    fields = {name: value for name, value in document.items() if name in Row.__dataclass_fields__}
    role = fields.pop("role", None)
    return Row(id=document["_id"], **fields, role=Role(role) if role else None)
