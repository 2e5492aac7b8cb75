"""An office in front of the console, and a routing that answers what it is told to answer."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import FastAPI
from nats.errors import Error as NatsError

from services.console.language import Language
from services.console.preferences import LANGUAGE_COOKIE
from services.console.reader import Reader
from services.console.streams.watch import Watch
from services.console.view import View
from services.console.web import add_routes
from shared.communes import Communes
from shared.contracts import COMMANDS, Command, Done, Event, Refused
from shared.service import Service
from tests.builders import COMMUNE, NOW
from tests.door import KnownDoor
from tests.remembered import RememberedRecord, remembered
from tests.unit.test_console_view import messages

CLERK, OFFICER = "hanh.clerk@hanoi.example", "quan.hcc@hanoi.example"


class Routing:
    """What routing would answer, by verb: the state of a reply, or a refusal. received: every command, in order."""

    is_connected = True

    def __init__(self, **answers: Mapping[str, Any] | Refused) -> None:
        self.answers: dict[str, Mapping[str, Any] | Refused] = {
            verb.replace("_", "-"): answer for verb, answer in answers.items()
        }
        self.received: list[Command] = []

    async def request(self, subject: str, payload: bytes, timeout: float, headers: Any = None) -> Any:
        service, _, verb = subject.removeprefix("command.").split(".")
        self.received.append(COMMANDS[f"{service}.{verb}"].model_validate_json(payload))
        answer = self.answers.get(verb, Refused(code="unavailable", reason="Không ai trả lời."))
        reply = answer if isinstance(answer, Refused) else Done(version=0, state=dict(answer))
        return SimpleNamespace(data=reply.model_dump_json().encode())

    def jetstream(self) -> Any:
        """There is no stream whose history could be read."""
        raise NatsError

    def new_inbox(self) -> str:
        """Nor is anybody there to answer with it."""
        raise NatsError

    def sent(self, contract: type[Command]) -> list[Any]:
        """The commands of a kind that came in."""
        return [command for command in self.received if isinstance(command, contract)]


class Desk:
    """A person with his browser, in front of a view that has heard these events."""

    def __init__(
        self,
        folder: Path,
        routing: Routing,
        events: Sequence[Event] = (),
        worker: str = CLERK,
        now: Any = NOW,
        spoken: Language = "vi",
    ) -> None:
        view = View(folder / f"{len(list(folder.iterdir()))}.db")
        view.apply(0, messages(*events))
        self.app, self.kept = FastAPI(), remembered()
        self.record = self.app.state.audit = RememberedRecord()
        settings = SimpleNamespace(host="127.0.0.1", console_url="http://127.0.0.1", public_url="http://xa.example")
        service = SimpleNamespace(
            database=None, app=self.app, communes=Communes.load(), clock=lambda: now, nats=routing, settings=settings
        )
        add_routes(cast("Service", service), view, Reader(view), Watch(), KnownDoor(), self.kept)
        self._cookies = {"doithoai_console": f"{COMMUNE}/{worker}", LANGUAGE_COOKIE: spoken}

    async def get(self, path: str) -> httpx.Response:
        async with self._browser() as browser:
            return await browser.get(path)

    async def send(self, path: str, typed: Mapping[str, str]) -> httpx.Response:
        async with self._browser() as browser:
            return await browser.post(path, data=dict(typed))

    async def send_files(
        self, path: str, typed: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]
    ) -> httpx.Response:
        """A form with files, in parts; without any it is sent in parts, too."""
        parts: dict[str, Any] = {name: (None, text) for name, text in typed.items()} | dict(files)
        async with self._browser() as browser:
            return await browser.post(path, files=parts)

    def _browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://127.0.0.1",
            cookies=self._cookies,
            headers={"sec-fetch-site": "same-origin"},
        )
