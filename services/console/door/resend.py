"""A form that came when nobody was signed in any more, or nobody could be asked: what was typed stands on a page from
which it is sent again.

It goes to the same path, once somebody has signed in in another tab; files must be chosen again, for a page keeps none.
That it is the same person is told by a mark in its address. It guards against a mistake, not against him.
"""

import hashlib

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import URL, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from services.console.acting import Acting
from services.console.pages import Pages

MARK = "nguoi"
MOST_TYPED = 500_000
"""No form is larger without its files, in bytes."""
TOO_MUCH = "Phiên làm việc đã kết thúc, và nội dung gửi lên quá lớn để giữ lại trên trang. Xin đăng nhập rồi nhập lại."
TOO_MUCH_NOW = "Chưa gửi được, và nội dung gửi lên quá lớn để giữ lại trên trang. Xin thử lại sau ít phút."


def mark_of(who: Acting) -> str:
    """Tells people apart, and names nobody."""
    told = f"{who.commune}/{who.worker.id if who.worker else ''}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def is_anothers(request: Request, who: Acting) -> bool:
    """Whether what is sent was typed by somebody else."""
    mark = request.query_params.get(MARK, "")
    return request.method == "POST" and mark not in ("", mark_of(who))


def has_secrets(request: Request) -> bool:
    """Whether what is sent may be a password, or a way in: that stays on no page."""
    return request.url.path.startswith(("/vao", "/toi", "/ra"))


async def kept_on_page(
    request: Request, pages: Pages, nobody: Acting, was: Acting | None, *, away: bool = False
) -> Response:
    """The page on which it waits. was: whose session it was; None where that is not known any more.

    away: nobody was signed out, but somebody who must be asked cannot be.
    """
    typed: list[tuple[str, str]] = []
    files: list[str] = []
    try:
        for name, value in await _sent(request):
            if isinstance(value, str):
                typed.append((name, value))
            else:
                files.append(name)
    except (HTTPException, MultiPartException):
        return pages.show("error.html", nobody, 503 if away else 401, detail=TOO_MUCH_NOW if away else TOO_MUCH)
    address = URL(f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path)
    if was is not None:
        address = address.include_query_params(**{MARK: mark_of(was)})
    several = request.headers.get("content-type", "").startswith("multipart/")
    told = {"typed": typed, "files": list(dict.fromkeys(files)), "several": several, "away": away}
    return pages.show("door_resend.html", nobody, 503 if away else 401, path=str(address), was=was, **told)


async def _sent(request: Request) -> list[tuple[str, str | UploadFile]]:
    """What a form holds; of its files the names alone.

    Raises:
        HTTPException, MultiPartException: it is larger than any form, or none.
    """
    is_read = request._form is not None
    if is_read or not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return (await request.form()).multi_items()
    form = await _Words(request.headers, request.stream(), max_files=20, max_part_size=MOST_TYPED).parse()
    await form.close()
    return form.multi_items()


class _Words(MultiPartParser):
    """Reads a form of somebody whom nobody knows: no more words than a form may have in all, and no files."""

    words = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is not None:
            return
        self.words += end - start
        if self.words > MOST_TYPED:
            raise MultiPartException("Too many words.")
        super().on_part_data(data, start, end)
