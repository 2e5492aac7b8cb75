"""The AsyncAPI 3.0 document of the system: who says, hears and answers what, and in which shape.

Made of the contracts and their docstrings, so there is nothing to keep up to date; the same input gives the same text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from inspect import cleandoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.contracts import COMMANDS, EVENTS, Command, Done, Envelope, Event, Refused
from shared.handlers import Handlers

JSON = "application/json"
CLOUDEVENTS = "application/cloudevents+json"
SCHEMAS = "#/components/schemas/"
REPLY = "reply"
PARAMETERS = {
    "commune": "The commune, by the id of its profile.",
    "case": "The submission or the dialogue that it is about.",
}


@dataclass(frozen=True, slots=True)
class Hearing:
    """A handler and the events that reach it. does: what it makes of them."""

    service: str
    handler: str
    events: tuple[type[Event], ...]
    does: str | None = None


def hearings(handlers: Handlers) -> list[Hearing]:
    """Those of one service."""
    return [Hearing(handlers.service, one.name, one.events, one.does) for one in handlers.listeners]


def part(service: str, hears: Iterable[Hearing]) -> dict[str, Any]:
    """What one service says, hears and answers."""
    said = [event for event in EVENTS.values() if event.speaker == service]
    answered = [command for command in COMMANDS.values() if command.listener == service]
    return _document(f"doithoai {service}", said, hears, answered)


def whole(hears: Iterable[Hearing]) -> dict[str, Any]:
    """What all services say and answer, and what these handlers hear."""
    return _document("doithoai", EVENTS.values(), hears, COMMANDS.values())


def _document(
    title: str, said: Iterable[type[Event]], hears: Iterable[Hearing], answered: Iterable[type[Command]]
) -> dict[str, Any]:
    said, answered = sorted(said, key=_name), sorted(answered, key=_name)
    heard = [(one, event) for one in sorted(hears, key=lambda one: one.handler) for event in one.events]
    events = sorted({*said, *(event for _, event in heard)}, key=_name)
    replies: list[type[BaseModel]] = [Done, Refused] if answered else []
    operations = {
        **{f"{event.speaker}.says.{event.__name__}": _operation("send", event.speaker, event) for event in said},
        **{f"{one.handler}.{event.__name__}": _hears(one, event) for one, event in heard},
        **{f"{one.listener}.answers.{one.__name__}": _answers(one) for one in answered},
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": title,
            "version": version("doithoai"),
            "description": "Events: CloudEvents 1.0 in structured mode, on NATS JetStream. Commands: NATS requests.",
        },
        "defaultContentType": JSON,
        "channels": {
            **{event.__name__: _channel(event, _address(event.everywhere(), "commune", "case")) for event in events},
            **{command.__name__: _channel(command, _address(command.everywhere(), "commune")) for command in answered},
            **({REPLY: _reply_channel(replies)} if replies else {}),
        },
        "operations": operations,
        "components": {
            "messages": {
                **{event.__name__: _event_message(event) for event in events},
                **{one.__name__: _message(one, {"$ref": SCHEMAS + one.__name__}) for one in (*answered, *replies)},
            },
            "parameters": {name: {"description": told} for name, told in PARAMETERS.items()},
            "schemas": _schemas([Envelope, *events, *answered, *replies]),
        },
    }


def _name(contract: type[BaseModel]) -> str:
    return contract.__name__


def _address(subject: str, *parts: str) -> str:
    for part in parts:
        subject = subject.replace("*", f"{{{part}}}", 1)
    return subject


def _channel(contract: type[Event | Command], address: str) -> dict[str, Any]:
    return {
        "address": address,
        **_described(contract),
        "messages": {contract.__name__: {"$ref": f"#/components/messages/{contract.__name__}"}},
        "parameters": {
            name: {"$ref": f"#/components/parameters/{name}"} for name in PARAMETERS if f"{{{name}}}" in address
        },
    }


def _reply_channel(replies: Sequence[type[BaseModel]]) -> dict[str, Any]:
    return {
        "address": None,
        "description": "The inbox that the request names.",
        "messages": {one.__name__: {"$ref": f"#/components/messages/{one.__name__}"} for one in replies},
    }


def _operation(action: str, service: str, contract: type[Event | Command]) -> dict[str, Any]:
    name = contract.__name__
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "tags": [{"name": service}],
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }


def _hears(one: Hearing, event: type[Event]) -> dict[str, Any]:
    return {
        **_operation("receive", one.service, event),
        "title": one.handler,
        **({"description": one.does} if one.does else {}),
    }


def _answers(command: type[Command]) -> dict[str, Any]:
    replies = [{"$ref": f"#/channels/{REPLY}/messages/{one.__name__}"} for one in (Done, Refused)]
    return {
        **_operation("receive", command.listener, command),
        "reply": {"channel": {"$ref": f"#/channels/{REPLY}"}, "messages": replies},
    }


def _event_message(event: type[Event]) -> dict[str, Any]:
    inside = {"type": {"const": event.type}, "data": {"$ref": SCHEMAS + event.__name__}}
    payload = {"allOf": [{"$ref": SCHEMAS + Envelope.__name__}, {"type": "object", "properties": inside}]}
    return {**_message(event, payload), "contentType": CLOUDEVENTS}


def _message(contract: type[BaseModel], payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": contract.__name__, "contentType": JSON, **_described(contract), "payload": payload}


def _described(contract: type[BaseModel]) -> dict[str, str]:
    told = cleandoc(contract.__doc__ or "")
    return {"summary": told.split("\n")[0], "description": told} if told else {}


def _schemas(contracts: Sequence[type[BaseModel]]) -> dict[str, Any]:
    """By name, all that these are made of."""
    _, together = models_json_schema(
        [(contract, "validation") for contract in contracts], ref_template=SCHEMAS + "{model}"
    )
    schemas: dict[str, Any] = _as_draft_07(together["$defs"])
    return dict(sorted(schemas.items()))


def _as_draft_07(schema: Any) -> Any:
    """AsyncAPI's own schemas are of JSON Schema's draft 7: pairs are told otherwise, discriminators not at all."""
    if isinstance(schema, list):
        return [_as_draft_07(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _as_draft_07(value) for name, value in schema.items() if not _is_discriminator(name, value)}
    if isinstance(told.get("prefixItems"), list):
        told["items"] = told.pop("prefixItems")
    return told


def _is_discriminator(name: str, value: Any) -> bool:
    return name == "discriminator" and isinstance(value, dict) and "propertyName" in value
