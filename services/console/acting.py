"""Who acts, as `door/` found out. And what keeps other sites from acting through the browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.communes import Profile
from shared.contracts import Actor, Role
from shared.faces import OWN_PATHS


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works here. `id` is unique within the commune."""

    id: str
    name: str
    role: Role
    department: str | None = None


OPERATOR = Worker("van-hanh", "Người vận hành hệ thống", Role.OPERATOR)
PROVINCE = Worker("cap-tinh", "Người theo dõi cấp tỉnh", Role.PROVINCE)
"""Whoever runs the system, and whoever watches over the communes, in a rehearsal; elsewhere they have their names."""


@dataclass(frozen=True, slots=True)
class Acting:
    """The commune whose pages are shown, and who works in it; `worker` is None on pages for nobody."""

    profile: Profile
    worker: Worker | None = None

    @property
    def commune(self) -> str:
        return self.profile.id

    @property
    def role(self) -> Role | None:
        return self.worker.role if self.worker else None

    def unit(self, id: str) -> str:
        """The name of one of the commune's departments; its id where the profile has no such one (any more)."""
        department = self.profile.department(id)
        return department.name if department else id

    @property
    def actor(self) -> Actor:
        """Who a command says has sent it.

        Raises:
            HTTPException: 401 while nobody is signed in.
        """
        if self.worker is None:
            raise HTTPException(401, "Xin đăng nhập trước khi thực hiện.")
        return Actor(
            name=self.worker.name, role=self.worker.role, commune=self.commune, department=self.worker.department
        )


def workers(profile: Profile) -> list[Worker]:
    """The people of a commune's profile, whoever runs the system, and whoever watches from above."""
    people = [Worker(person.email, person.name, person.role, person.department) for person in profile.people]
    return [*people, OPERATOR, PROVINCE]


def chosen(communes: Mapping[str, Profile], commune: str, worker: str) -> Acting:
    """The person of that commune; the commune alone when he is not of it; the usual one when it is not here."""
    profile = communes.get(commune) or usual(communes)
    if profile.id != commune:
        return Acting(profile)
    return Acting(profile, next((one for one in workers(profile) if one.id == worker), None))


def usual(communes: Mapping[str, Profile]) -> Profile:
    """The commune whose programme reaches furthest: a plan of years ago has least to do today."""
    return max(
        communes.values(), key=lambda profile: max((slot.closes for slot in profile.programme), default=date.min)
    )


def known_hosts(*addresses: str) -> frozenset[str]:
    """Names under which this console may be called: its own machine, and where it is said to be."""
    told = {urlsplit(address).hostname if "//" in address else address for address in addresses}
    return frozenset({"127.0.0.1", "localhost", "::1"} | {host for host in told if host})


def is_called_rightly(request: Request, hosts: frozenset[str]) -> bool:
    """Whether the browser asked under a name of this console; else some site has pointed its own name here."""
    return _host_of(request) in hosts


def _host_of(request: Request) -> str:
    """The name or number that was asked for, without its port; "" where it cannot be read."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


class CalledRightly:
    """Keeps what the service tells of itself (`faces`) from sites that have pointed their own name here.

    Such a name has a dot, so a probe may also ask for a machine by its number, or for a container by its short name.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in OWN_PATHS and not self._is_probe(Request(scope)):
            await PlainTextResponse("Không phục vụ dưới tên miền này.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_probe(self, request: Request) -> bool:
        name = _host_of(request)
        if name in self._hosts or (name and "." not in name):
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return True


def require_own_site(request: Request, hosts: frozenset[str]) -> None:
    """Another site must not read these pages under a name it points here, nor send a form from its own.

    Raises:
        HTTPException: 403.
    """
    if not is_called_rightly(request, hosts):
        raise HTTPException(403, "Bàn làm việc không phục vụ dưới tên miền này.")
    if request.method in ("GET", "HEAD"):
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = request.headers.get("host")
    same = site == "same-origin" if site is not None else origin is not None and urlsplit(origin).netloc == own
    if not same:
        raise HTTPException(403, "Yêu cầu không đến từ trang của bàn làm việc, nên không được thực hiện.")
