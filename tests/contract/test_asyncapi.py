"""The AsyncAPI document is one, by the official schema, and says what the code does."""

import json
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from shared.asyncapi import Hearing, hearings, part, whole
from shared.contracts import COMMANDS, EVENTS, SERVICES
from shared.contracts.routing import AnswerApproved

OFFICIAL = Path(__file__).parent / "asyncapi" / "3.0.0.json"


def heard() -> list[Hearing]:
    return [one for service in SERVICES for one in hearings(import_module(f"services.{service}.handlers").consumes)]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return whole(heard())


@pytest.fixture(scope="module")
def official() -> Any:
    return jsonschema_rs.validator_for(json.loads(OFFICIAL.read_bytes()))


def problems(official: Any, document: dict[str, Any]) -> list[str]:
    return [f"{'/'.join(map(str, one.instance_path))}: {one.message[:200]}" for one in official.iter_errors(document)]


def test_the_document_of_the_system_is_asyncapi_3(document, official):
    assert problems(official, document) == []


@pytest.mark.parametrize("service", [*SERVICES, "console"])
def test_the_part_of_each_service_is_asyncapi_3(official, service):
    own = [one for one in heard() if one.service == service]
    assert problems(official, part(service, own)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"asyncapi": "2.0.0"},
        {"operations": {"a": {"action": "hears", "channel": {"$ref": "#/channels/reply"}}}},
        {"channels": {"a": {"adress": "event"}}},
    ],
)
def test_what_is_no_asyncapi_is_told(document, official, wrong):
    assert problems(official, {**document, **wrong})


def test_every_reference_leads_somewhere(document):
    for reference in set(_references(document)):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, reference
            place = place[step]


def test_it_says_who_says_hears_and_answers_what(document):
    operations = document["operations"]
    said = {key.split(".says.")[1] for key in operations if ".says." in key}
    answered = {key.split(".answers.")[1] for key in operations if ".answers." in key}
    handled = {tuple(key.rsplit(".", 1)) for key in operations if ".says." not in key and ".answers." not in key}
    assert said == {event.__name__ for event in EVENTS.values()}
    assert answered == {command.__name__ for command in COMMANDS.values()}
    assert handled == {(one.handler, event.__name__) for one in heard() for event in one.events}


def test_every_message_says_what_it_is_for(document):
    messages = document["components"]["messages"].values()
    assert [one["name"] for one in messages if not one.get("description")] == []


def test_addresses_are_the_subjects_with_their_parts_named(document):
    channels = document["channels"]
    assert channels["QuestionAssigned"]["address"] == "event.routing.{commune}.{case}.question-assigned"
    assert channels["ApproveAnswer"]["address"] == "command.routing.{commune}.approve-answer"
    assert channels["reply"]["address"] is None


def test_a_contract_is_described_by_its_docstring_and_a_handler_by_its_own(document):
    told = document["components"]["messages"]["AnswerApproved"]["description"]
    assert told == cleandoc(AnswerApproved.__doc__ or "")
    does = document["operations"]["notify-note-answer.AnswerApproved"]["description"]
    assert does.startswith("The form is read before the dialogue")


def test_it_is_the_same_whatever_the_order_in_which_services_are_asked(document):
    assert json.dumps(whole(reversed(heard()))) == json.dumps(document)


def _references(place: Any) -> list[str]:
    if isinstance(place, list):
        return [one for part_ in place for one in _references(part_)]
    if isinstance(place, dict):
        own = [place["$ref"]] if isinstance(place.get("$ref"), str) else []
        return [*own, *(one for part_ in place.values() for one in _references(part_))]
    return []
