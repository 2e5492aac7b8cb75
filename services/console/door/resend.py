"""A form that came when nobody was signed in any more: what was typed stands on a page from which it is sent again.

It goes to the same path, once somebody has signed in in another tab; files must be chosen again, for a page keeps none.
That it is the same person is told by a mark in its address. It guards against a mistake, not against him.
"""

import hashlib

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import URL

from services.console.acting import Acting
from services.console.pages import Pages

MARK = "nguoi"


def mark_of(who: Acting) -> str:
    """Tells people apart, and names nobody."""
    told = f"{who.commune}/{who.worker.id if who.worker else ''}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def is_anothers(request: Request, who: Acting) -> bool:
    """Whether what is sent was typed by somebody else."""
    mark = request.query_params.get(MARK, "")
    return request.method == "POST" and mark not in ("", mark_of(who))


async def kept_on_page(request: Request, pages: Pages, nobody: Acting, was: Acting | None) -> Response:
    """The page on which it waits. was: whose session it was; None where that is not known any more."""
    typed: list[tuple[str, str]] = []
    files: list[str] = []
    async with request.form(max_files=20) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                typed.append((name, value))
            else:
                files.append(name)
    address = URL(f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path)
    if was is not None:
        address = address.include_query_params(**{MARK: mark_of(was)})
    several = request.headers.get("content-type", "").startswith("multipart/")
    told = {"typed": typed, "files": list(dict.fromkeys(files)), "several": several}
    return pages.show("door_resend.html", nobody, 401, path=str(address), was=was, **told)
