"""What every page of the console needs: who acts, one snapshot of the view, and the frame around it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sqlite3 import Connection, DatabaseError
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import words
from services.console.access import may_open
from services.console.acting import Acting
from services.console.case.versions import unfilled
from services.console.event_words import DONE
from services.console.language import Language, language, say, speak
from services.console.offers import CLERKS, local, may_have_slip
from services.console.places import places_of, waiting
from services.console.preferences import ReadsPreferences, address, theme
from services.console.reader import Reader
from services.console.terms import left_of
from services.console.view import View
from services.console.work.filters import CHOICES
from shared.clock import RehearsalClock
from shared.contracts import Role
from shared.service import Service
from shared.web import SECURITY_HEADERS, templates

HERE = Path(__file__).parent
HEADERS = {
    **SECURITY_HEADERS,
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

T = TypeVar("T")


def who_acts(request: Request) -> Acting:
    """Whoever is signed in; the door has asked before the page is (see `door/admission.py`)."""
    acting: Acting = request.state.acting
    return acting


Who = Annotated[Acting, Depends(who_acts)]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a form. name: as the browser called it."""

    name: str
    data: bytes


class Pages:
    """Reads the view and renders templates."""

    def __init__(self, service: Service, view: View, reader: Reader) -> None:
        self._service = service
        self._view = view
        self._reader = reader
        self.alarms: Callable[[], int] = lambda: 0
        service.app.add_middleware(ReadsPreferences)
        service.app.state.communes = service.communes

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Ask the view, away from the event loop; everything in one `query` sees the same state."""

        def ask() -> T:
            with self._view.reading() as db:
                return query(db)

        return await asyncio.to_thread(ask)

    def show(self, template: str, who: Acting, status: int = 200, **values: Any) -> HTMLResponse:
        """A page as `who` sees it."""
        html = (
            _environment(language.get())
            .get_template(template)
            .render(
                who=who,
                communes=self._service.communes,
                unit=lambda department: who.unit(department) if department else say("Văn phòng"),
                departments=[(one.id, one.name) for one in who.profile.departments],
                now=self._service.clock(),
                rehearsed=isinstance(self._service.clock, RehearsalClock),
                connected=self._service.nats.is_connected,
                behind=self._reader.behind,
                trouble=self._reader.trouble,
                groups=places_of(who.role),
                at_places=self._waiting(who),
                theme=theme.get(),
                page_address=address.get(),
                **{"explained": {}, "today": local(self._service.clock()), **values},
            )
        )
        return HTMLResponse(html, status, headers=HEADERS)

    def _waiting(self, who: Acting) -> Mapping[str, int]:
        """What waits in the places of the navigation. Read here: indexes know the numbers.

        Nothing is known while there is no view: whoever is told so still has a page.
        """
        if who.role is Role.OPERATOR:
            return {"operations": self.alarms()}
        try:
            with self._view.reading() as db:
                return waiting(db, who, self._service.clock())
        except DatabaseError:
            return {}


@cache
def _environment(spoken: Language) -> Environment:
    """The templates in one language, read once for all that a process shows."""
    made = speak(templates(HERE / "templates"), spoken)
    made.filters |= {"number": words.plain_number, "size": words.size}
    made.globals |= {"words": words, "new_key": lambda: str(ULID()), "choices": CHOICES}
    made.globals |= {"run_of": words.spoken_run, "left_of": left_of}
    made.globals |= {"unfilled": unfilled, "may_have_slip": may_have_slip, "may_open": may_open}
    return made


async def typed_in(request: Request) -> dict[str, str]:
    """The fields of a form; `sent_in` takes its files, too."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


async def sent_in(request: Request) -> tuple[dict[str, str], dict[str, Sent]]:
    """The fields of a form, and its files: one of each name, those that were left empty not at all."""
    typed, files = dict[str, str](), dict[str, Sent]()
    async with request.form(max_files=20) as form:
        for name, value in form.items():
            if isinstance(value, str):
                typed[name] = value
            elif value.filename and (data := await value.read()):
                files[name] = Sent(value.filename, data)
    return typed, files


async def all_sent_in(request: Request) -> tuple[dict[str, str], list[Sent]]:
    """The fields of a form, and its files in their order, however they are called."""
    async with request.form(max_files=20) as form:
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
        files = [value for _, value in form.multi_items() if not isinstance(value, str) and value.filename]
        return typed, [Sent(file.filename or "tep", data) for file in files if (data := await file.read())]


def download(name: str, media_type: str, data: bytes) -> Response:
    """A file that the browser keeps."""
    return Response(data, media_type=media_type, headers=attached(name))


def attached(name: str) -> dict[str, str]:
    """The headers of a file that the browser keeps."""
    return {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def require_clerk(who: Acting, what: str) -> None:
    """What the office alone sees to. what: begins the sentence that tells so.

    Raises:
        HTTPException: 403.
    """
    if who.role not in CLERKS:
        raise HTTPException(403, say("%(what)s do Văn phòng phụ trách.", what=say(what)))


def wants_json(request: Request) -> bool:
    """Whether a script asks, whose page stays as it is."""
    return request.headers.get("accept") == "application/json"


def done(verb: str) -> str:
    """What a page says after this was done; "" when it was nothing."""
    return DONE.get(verb, "")
