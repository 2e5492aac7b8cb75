"""Consoles that share a database, each as a process of its own would hold it; no broker is there."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import FastAPI
from nats.aio.client import Client

from services.console.door.doorkeeper import Doorkeeper
from services.console.reader import Reader
from services.console.streams.watch import Watch
from services.console.view import View
from services.console.web import add_routes
from services.console.work.kept import kept_in
from shared.clock import RehearsalClock, real_now
from shared.communes import Communes
from shared.service import Service
from shared.settings import Settings
from shared.store import Database

ADDRESS = "http://127.0.0.1:8081"


class Replica:
    """One console. rehearsed: whether it plays; settings: what else its environment says."""

    def __init__(self, mongo_url: str, folder: Path, *, rehearsed: bool = False, **settings: Any) -> None:
        self.database = Database(mongo_url, "console")
        self.app = FastAPI()
        service = SimpleNamespace(
            app=self.app,
            database=self.database,
            communes=Communes.load(),
            clock=RehearsalClock() if rehearsed else real_now,
            nats=Client(),
            settings=Settings(console_url=ADDRESS, host="127.0.0.1", **settings),
            tidies=lambda *_: None,
        )
        view = View(folder / f"{len(list(folder.iterdir()))}.db")
        self.door = Doorkeeper(cast("Service", service))
        add_routes(cast("Service", service), view, Reader(view), Watch(), self.door, kept_in(self.database))

    async def prepare(self) -> None:
        """Make the indexes."""
        await self.database.prepare()

    def browser(self, *, address: str = "10.0.0.1", device: str = "Firefox/140 Windows") -> httpx.AsyncClient:
        """A browser in front of it, at an address of the network."""
        headers = {"sec-fetch-site": "same-origin", "user-agent": device}
        transport = httpx.ASGITransport(self.app, client=(address, 40_000))
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers)

    def close(self) -> None:
        self.database.close()
