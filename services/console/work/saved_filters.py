"""Names for what somebody looks for again and again: the address of a list says everything, so a link shares it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from services.console.work.filters import CHOICES
from shared.contracts import Role
from shared.text import one_line

MOST = 30
"""Filters of one account."""
LONGEST_NAME = 60
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """worker: id of the account. address: the query of the list of questions, `loc=qua-han&phong=`."""

    id: str
    commune: str
    worker: str
    name: str
    address: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Ready:
    """A filter that a role has from the beginning. It may not be removed."""

    name: str
    address: str


DEFAULTS: Mapping[Role, tuple[Ready, ...]] = {
    Role.CLERK: (
        Ready("Chờ phân loại", "loc=cho-phan-loai&phong="),
        Ready("Chưa gửi được", "loc=chua-gui-duoc&phong="),
        Ready("Quá hạn mọi phòng", "loc=qua-han&phong="),
        Ready("Phải trả lời bằng văn bản", "loc=tra-loi-van-ban&phong="),
    ),
    Role.OFFICE_HEAD: (
        Ready("Chờ tôi duyệt", "loc=cho-toi-duyet&phong="),
        Ready("Chờ phân loại", "loc=cho-phan-loai&phong="),
        Ready("Quá hạn mọi phòng", "loc=qua-han&phong="),
        Ready("Xin gia hạn", "loc=xin-gia-han&phong="),
    ),
    Role.CHAIRMAN: (
        Ready("Chờ tôi duyệt", "loc=cho-toi-duyet&phong="),
        Ready("Xin gia hạn", "loc=xin-gia-han&phong="),
        Ready("Quá hạn mọi phòng", "loc=qua-han&phong="),
        Ready("Bức xúc, nêu nhiều lần", "loc=buc-xuc&phong="),
    ),
    Role.HEAD: (
        Ready("Chờ tôi duyệt", "loc=cho-toi-duyet"),
        Ready("Quá hạn của phòng", "loc=qua-han"),
        Ready("Phòng đang soạn", "loc=dang-soan"),
        Ready("Phòng phối hợp", "loc=phoi-hop"),
    ),
    Role.OFFICER: (
        Ready("Quá hạn của phòng", "loc=qua-han"),
        Ready("Mới giao cho phòng", "loc=da-giao"),
        Ready("Phòng đang soạn", "loc=dang-soan"),
        Ready("Phòng phối hợp", "loc=phoi-hop"),
    ),
}
"""Without a department the address means one's own."""


WHY_NOT: Mapping[str, str] = {
    "empty": "Xin đặt tên cho bộ lọc.",
    "long": f"Tên bộ lọc không quá {LONGEST_NAME} chữ.",
    "taken": "Đã có bộ lọc tên này. Xin chọn tên khác.",
    "many": f"Mỗi người giữ được {MOST} bộ lọc. Xin xóa bớt bộ lọc cũ.",
}


class Wrong(ValueError):
    """A filter that cannot be kept. code: of `WHY_NOT`, which says it in words."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def named(typed: str, id: str, own: Sequence[SavedFilter]) -> str:
    """A name as this filter keeps it, beside one's `own`.

    Raises:
        Wrong: when it is empty, too long, or another one's.
    """
    name = one_line(typed)
    if not name:
        raise Wrong("empty")
    if len(name) > LONGEST_NAME:
        raise Wrong("long")
    if any(one.name.casefold() == name.casefold() for one in own if one.id != id):
        raise Wrong("taken")
    return name


def address(query: str) -> str:
    """What of an address makes the list what it is, always written the same; the page of the list does not.

    No department is one's own, an empty one is everybody's.
    """
    asked = dict(parse_qsl(query.lstrip("?"), keep_blank_values=True))
    kept = {"loc": asked["loc"]} if asked.get("loc") in CHOICES else {}
    if "phong" in asked:
        kept["phong"] = asked["phong"][:64]
    if search := one_line(asked.get("tim", ""))[:LONGEST_SEARCH]:
        kept["tim"] = search
    return urlencode(kept)


def new(
    id: str, commune: str, worker: str, name: str, query: str, own: Sequence[SavedFilter], now: datetime
) -> SavedFilter:
    """A filter to be kept beside one's `own`.

    Raises:
        Wrong: when its name will not do, or there are too many.
    """
    kept = SavedFilter(id, commune, worker, named(name, id, own), address(query), now)
    if len(own) >= MOST:
        raise Wrong("many")
    return kept
