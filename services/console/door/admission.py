"""Who is let in to a page: somebody who is signed in, and whose role the page is for."""

import re
from typing import Protocol
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException

from services.console.access import home, may_open, roles_of
from services.console.acting import Acting
from services.console.door.resend import is_anothers
from services.console.language import say
from services.console.pages import Pages, wants_json
from services.console.words import ROLES
from shared.service import Service

SIGN_IN = "/vao"
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]{0,2000}")


class Door(Protocol):
    """Knows who sits before a browser, and has the pages on which he says so."""

    async def who(self, request: Request) -> Acting | None:
        """Whoever is signed in; None when nobody is."""

    async def who_was(self, request: Request) -> Acting | None:
        """Whose session this browser had, also where it is over; None where that is not known."""

    def add_pages(self, outside: APIRouter, inside: APIRouter, service: Service, pages: Pages) -> None:
        """Pages for nobody yet, and those of whoever is in."""


class NotSignedIn(HTTPException):
    """Nobody is signed in, or not any more."""

    def __init__(self) -> None:
        super().__init__(401, "Xin đăng nhập. Phiên làm việc chưa bắt đầu, hoặc đã kết thúc.")


class NotYours(HTTPException):
    """The page is for other roles."""

    def __init__(self, path: str) -> None:
        names = ", ".join(sorted(say(ROLES[role]) for role in roles_of(path)))
        super().__init__(403, say("Trang này dành cho: %(names)s.", names=names) if names else "Không có trang này.")


class ElsewhereAtHome(HTTPException):
    """The first page is not for everybody: the province and the operators have theirs."""

    def __init__(self, path: str) -> None:
        super().__init__(303, headers={"Location": path})


async def admit(door: Door, request: Request) -> Acting:
    """Whoever asks for a page, if it is his.

    Raises:
        NotSignedIn, NotYours, ElsewhereAtHome, HTTPException (403): somebody else has typed what is sent.
    """
    who, path = await door.who(request), request.url.path
    if who is None:
        raise NotSignedIn
    if is_anothers(request, who) and wants_json(request):
        raise NotSignedIn  # a script keeps what it has until its own person is back
    if is_anothers(request, who):
        raise HTTPException(403, "Nội dung này do người khác nhập, nên không được gửi với tên ông/bà.")
    if may_open(who.role, path):
        return who
    if path == "/" and who.role is not None and request.method == "GET":
        raise ElsewhereAtHome(home(who.role))
    raise NotYours(path)


def sign_in_path(request: Request) -> str:
    """The page to sign in on, from which one comes back to what was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{SIGN_IN}?tiep={quote(own_path(request.url.path + query), safe='')}"


def own_path(path: str) -> str:
    """A path of this site, whatever was said. A browser drops line breaks and takes `\\` for `/`, so none is let in."""
    return path if _OWN_PATH.fullmatch(path) else "/"
