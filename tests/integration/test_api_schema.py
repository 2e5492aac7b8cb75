"""The description of the API is true: whatever it allows or forbids is answered as it says, and never with a fault."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.servers import running

EXAMPLES = 60
OPERATIONS = ("POST /api/v1/communes/{commune}/submissions", "GET /api/v1/submissions/{code}")
CODE = "K7QX-3M9M"
"""A code that could be one of ours."""
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.fixture(scope="module")
def described() -> Iterator[Any]:
    """The description, as the service that runs gives it out."""
    with running(services=["intake"]) as intake:
        yield schemathesis.openapi.from_url(f"{intake.addresses.public_url}/api/openapi.json")


def test_every_operation_is_here(described: Any) -> None:
    assert {found.ok().label for found in described.get_all_operations()} == set(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["allowed", "forbidden"])
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("path", [{}, {"commune": "thanh-tri", "code": CODE}], ids=["anywhere", "where something is"])
def test_it_answers_as_it_is_described(
    described: Any, path: dict[str, str], operation: str, mode: GenerationMode
) -> None:
    """A place that is made up is hardly ever one of ours, so forms are sent to a commune that is there, too."""
    method, template = operation.split()

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(described[template][method].as_strategy(generation_mode=mode))
    def answers(case: Any) -> None:
        case.path_parameters |= {name: value for name, value in path.items() if name in case.path_parameters}
        case.call_and_validate(checks=CHECKS)

    answers()


def test_a_form_as_the_description_has_it_is_taken_and_found(described: Any) -> None:
    post, get = (described[path][method] for method, path in map(str.split, OPERATIONS))
    example = described.raw_schema["components"]["schemas"]["Form"]["example"] | {"name": "Trần Văn Bình"}
    statuses = []
    for _ in range(2):
        form = post.Case(path_parameters={"commune": "thanh-tri"}, body=example, media_type="application/json")
        answer = form.call_and_validate(checks=CHECKS)
        statuses.append(answer.status_code)
    for contact in (example["email"], "nobody@example.vn"):
        asking = get.Case(path_parameters={"code": answer.json()["code"]}, query={"contact": contact})
        statuses.append(asking.call_and_validate(checks=CHECKS).status_code)
    assert statuses == [201, 200, 200, 404]
