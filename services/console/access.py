"""Which roles a page is for. What may be done there the owning services decide; this keeps people out of each
other's data, and makes the navigation of each role.
"""

from collections.abc import Mapping

from shared.contracts import Role

OFFICE = frozenset({Role.CLERK, Role.OFFICE_HEAD})
DESK = OFFICE | {Role.OFFICER, Role.HEAD, Role.CHAIRMAN}
NUMBERS = frozenset({Role.PROVINCE, Role.OPERATOR})
EVERYBODY = DESK | NUMBERS

PLACES: Mapping[str, frozenset[Role]] = {
    "/": DESK,
    "/bao-cao": EVERYBODY,
    "/buu-chinh": OFFICE,
    "/cau-hoi": DESK,
    "/danh-sach": OFFICE | {Role.CHAIRMAN},
    "/duyet": DESK,
    "/giao": DESK,
    "/ho-so": DESK,
    "/hoi-nghi": DESK,
    "/hop-thu": OFFICE | {Role.CHAIRMAN},
    "/mau-tra-loi": DESK,
    "/nhap-phieu": OFFICE,
    "/so-tay": DESK,
    "/so-van-ban": OFFICE,
    "/thu-vien": EVERYBODY,
    "/tin": EVERYBODY,
    "/tinh": EVERYBODY,
    "/toi": EVERYBODY,
    "/toi/nhat-ky": frozenset({Role.OFFICE_HEAD}),
    "/van-ban": OFFICE,
    "/van-hanh": frozenset({Role.OPERATOR}),
    "/viec": DESK,
}
"""The first two parts of a path, or its first, and the roles whose page it is. `/toi`: the own account. The province
and the operators see figures, never who asked what."""


def may_open(role: Role | None, path: str) -> bool:
    """Whether a page is for this role. A path that no place is known for is for nobody."""
    return role in roles_of(path)


def roles_of(path: str) -> frozenset[Role]:
    """The roles whose page it is; nobody's, where no place is known for the path."""
    first, second, *_ = [part.split(".")[0] for part in path.strip("/").split("/")] + [""]
    return PLACES.get(f"/{first}/{second}") or PLACES.get(f"/{first}", frozenset())


def home(role: Role) -> str:
    """The page that somebody begins with."""
    if role in DESK:
        return "/"
    return "/van-hanh" if role is Role.OPERATOR else "/tinh"
