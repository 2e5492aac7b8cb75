"""The bare handler that intake is measured beside: it writes a document, publishes an event, knows nothing of forms.

Run as `python -m tests.bench.bare PORT`, with the servers' addresses in the environment. The document and the event
are those of a form that intake has taken in before, with an id, a code and a fingerprint of their own.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import nats
import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response
from nats.js.api import Header

from deploy.embedded import LOOPBACK
from services.intake.store import Submissions
from shared.outbox import STREAM
from shared.settings import Settings
from shared.store import Database


def build(settings: Settings) -> FastAPI:
    """The same framework, driver and client as intake's, with the same indexes on the documents."""
    app, numbers, held = FastAPI(lifespan=lambda app: lifespan(app)), count(), dict[str, Any]()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        of_intake, own = Database(settings.mongo_url, "intake"), Database(settings.mongo_url, "bare")
        client = await nats.connect(settings.nats_url)
        Submissions(own)
        await own.prepare()
        held["model"] = await of_intake.collection("submissions").find_one({})
        held["documents"], held["stream"] = own.collection("submissions"), client.jetstream()
        yield
        await client.close()
        own.close()
        of_intake.close()

    @app.get("/readyz")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/")
    async def take() -> Response:
        id = f"{next(numbers):026}"
        document = {**held["model"], "_id": id, "code": id, "fingerprint": id}
        await held["documents"].insert_one(document)
        subject = f"event.bare.thanh-tri.{id}.submission-received"
        event = {**document["events"][0], "id": f"bare:{id}:1", "subject": subject}
        await held["stream"].publish(
            subject, json.dumps(event, ensure_ascii=False).encode(), stream=STREAM, headers={Header.MSG_ID: event["id"]}
        )
        return Response(json.dumps({"code": id}), 201, media_type="application/json")

    return app


if __name__ == "__main__":
    uvicorn.run(
        build(Settings()),
        host=LOOPBACK,
        port=int(sys.argv[1]),
        log_config=None,
        access_log=False,
        server_header=False,
        loop="uvloop",
    )
