"""What is on the wire stays on the wire: one golden file an event, and nobody speaks to the wall.

A new event gets its file with `python -m tests.contract.test_events`; a file that exists is never rewritten.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from services.console.facts import record
from shared.contracts import COMMANDS, EVENTS, SERVICES, Envelope, Event
from tests.builders import any_of

GOLDEN = Path(__file__).parent / "golden"


def enveloped(event: Event) -> Envelope:
    return Envelope(
        id=f"{event.speaker}:{event.case}:1",
        source=f"/services/{event.speaker}",
        type=event.type,
        subject=event.subject,
        time=event.occurred_at,
        sequence=1,
        correlationid=event.case,
        data=event.model_dump(mode="json"),
    )


def golden(event: Event) -> Path:
    return GOLDEN / f"{event.type}.json"


def holds(written: Any, golden: Any) -> bool:
    """Whether everything of old is still written as it was; more may have come."""
    if isinstance(golden, dict):
        return isinstance(written, dict) and all(
            name in written and holds(written[name], value) for name, value in golden.items()
        )
    return bool(written == golden)


@pytest.mark.parametrize("contract", EVENTS.values(), ids=EVENTS.keys())
def test_an_event_is_written_as_it_always_was(contract):
    event = any_of(contract)
    written = enveloped(event).model_dump(mode="json", exclude_none=True)
    assert holds(written, json.loads(golden(event).read_text(encoding="utf-8")))


@pytest.mark.parametrize("contract", EVENTS.values(), ids=EVENTS.keys())
def test_an_event_of_old_can_still_be_read(contract):
    old = Envelope.model_validate_json(golden(any_of(contract)).read_bytes())
    assert holds(old.open().model_dump(mode="json"), old.data)


def test_a_later_writer_may_add_a_field():
    event = any_of(EVENTS["vn.doithoai.dialogue.held.v1"])
    envelope = enveloped(event)
    later = envelope.model_copy(update={"data": envelope.data | {"weather": "nắng"}})
    assert later.open() == event


def test_every_event_is_spoken_under_its_own_service_and_has_a_listener():
    heard = {
        contract
        for service in SERVICES
        for listener in import_module(f"services.{service}.handlers").consumes.listeners
        for contract in listener.events
    }
    shown = set(record.registry) - {object}
    assert set(EVENTS.values()) <= heard | shown
    assert shown <= set(EVENTS.values())
    assert all(event.speaker in SERVICES for event in EVENTS.values())


def test_every_command_is_answered_by_its_service():
    answered = {
        answerer.command
        for service in SERVICES
        for answerer in import_module(f"services.{service}.handlers").consumes.answerers
        if answerer.command.listener == service
    }
    assert answered == set(COMMANDS.values())


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for one in EVENTS.values():
        example = any_of(one)
        if not golden(example).exists():
            body = enveloped(example).model_dump(mode="json", exclude_none=True)
            golden(example).write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
