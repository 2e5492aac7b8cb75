"""Another site must not send forms through its visitors' browsers: each would look like the visitor's own."""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

FROM_ELSEWHERE = "Yêu cầu không đến từ trang của hệ thống này nên không được thực hiện."
OF_FORMS = {"Referrer-Policy": "same-origin"}
"""With `no-referrer` a browser would not tell the forms of a page from those of another site."""


def require_own_site(request: Request, known_as: str) -> None:
    """Only a page of ours may have sent this. The cookie's SameSite says so, too; old browsers do not.

    Args:
        known_as: host and port under which citizens reach these pages.

    Raises:
        HTTPException: 403.
    """
    if not _is_own(request, known_as):
        raise HTTPException(403, FROM_ELSEWHERE)


def refuse_other_sites(request: Request, known_as: str) -> None:
    """The same for what needs no cookie: programs that tell of no page are let in, they are no visitor's browser."""
    if {"sec-fetch-site", "origin"} & set(request.headers.keys()) and not _is_own(request, known_as):
        raise HTTPException(403, FROM_ELSEWHERE)


def _is_own(request: Request, known_as: str) -> bool:
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = (request.headers.get("host"), known_as)
    if site is not None:
        return site in ("same-origin", "none")  # the latter: the person himself, who restores a tab
    return origin is not None and urlsplit(origin).netloc in own
