"""The AsyncAPI document of the installation, as it runs: handlers are those that the broker knows."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from nats.aio.client import Client

from shared.asyncapi import Hearing, whole
from shared.broker import EVENTS
from shared.contracts import EVENTS as CONTRACTS
from shared.service import Service

PAGE = 256


def add_contract(router: APIRouter, service: Service) -> None:
    """`/van-hanh/asyncapi.json`."""

    @router.get("/van-hanh/asyncapi.json")
    async def asyncapi() -> Response:
        document = await asyncio.to_thread(whole, await hearings(service.nats))
        return JSONResponse(document)


async def hearings(nats: Client) -> list[Hearing]:
    """Every durable consumer of the events, with what it hears."""
    js, found = nats.jetstream(), list[Hearing]()
    by_subject = {event.everywhere(): event for event in CONTRACTS.values()}
    offset = 0
    while page := await js.consumers_info(EVENTS, offset=offset):
        offset += len(page)
        for one in page:
            if (name := one.config.durable_name) is None:
                continue
            subjects = one.config.filter_subjects or [one.config.filter_subject or ""]
            events = tuple(by_subject[subject] for subject in subjects if subject in by_subject)
            service = (one.config.metadata or {}).get("service", name.split("-")[0])
            found.append(Hearing(service, name, events, one.config.description))
        if len(page) < PAGE:
            break
    return found
