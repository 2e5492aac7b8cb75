"""What a profile must say that wants documents signed."""

from typing import Any

import pytest

from shared.commune_checks import signing

AUTOMATIC = {"letter": "automatic", "invitation": "automatic"}
BOTH = {"key": "chu-tich", "picture": "chu-ky.png", "office": "con-dau", "seal": "dau.png"}


def found(of: Any, data: dict[str, Any]) -> list[str]:
    return [f"{'.'.join(map(str, place))}|{what}" for check in of for place, what in check(data)]


@pytest.mark.parametrize(
    ("data", "because"),
    [
        ({}, "unsigned is the default"),
        ({"numbering": AUTOMATIC}, "numbered, and not signed"),
        ({"numbering": AUTOMATIC, "signing": BOTH}, "numbered, then signed by both"),
        ({"numbering": AUTOMATIC | {"report": "late"}, "signing": BOTH}, "reports are not sent from here"),
        ({"numbering": AUTOMATIC, "signing": {"key": "a", "picture": "A.PNG"}}, "only who has the authority"),
    ],
)
def test_a_profile_that_agrees_with_itself_is_let_alone(data: dict[str, Any], because: str) -> None:
    assert found(signing.CONTRADICTIONS, data) == [], because


@pytest.mark.parametrize("value", [7, None, "x", [BOTH], {"office": [1], "seal": 3, "picture": {}}])
def test_what_has_another_shape_is_left_to_those_who_know_it(value: object) -> None:
    found(signing.CONTRADICTIONS, {"numbering": value, "signing": value})
    found(signing.REMARKS, {"numbering": value, "signing": value})


@pytest.mark.parametrize(
    ("data", "said", "because"),
    [
        ({"signing": BOTH}, ["signing|", "signing|"], "late is the default"),
        (
            {"signing": BOTH, "numbering": AUTOMATIC | {"letter": "late"}},
            ["numbering.letter|"],
            "a number cannot be written into a signed document",
        ),
        (
            {"signing": {"key": "a", "picture": "a.png", "seal": "dau.png"}, "numbering": AUTOMATIC},
            ["signing.seal|"],
            "the seal is the office's signature",
        ),
        (
            {"signing": {"key": "a", "picture": "a.png", "office": "b"}, "numbering": AUTOMATIC},
            ["signing.office|"],
            "which is to be seen",
        ),
        ({"signing": BOTH | {"office": "chu-tich"}, "numbering": AUTOMATIC}, ["signing.office|"], "two are two"),
        ({"signing": BOTH | {"seal": "dau.jpg"}, "numbering": AUTOMATIC}, ["signing.seal|"], "it has a background"),
    ],
)
def test_a_profile_that_contradicts_itself_is_told_where(data: dict[str, Any], said: list[str], because: str) -> None:
    told = found(signing.CONTRADICTIONS, data)
    assert [one[: len(place)] for one, place in zip(told, said, strict=True)] == said, (because, told)


def test_a_profile_without_the_office_is_told_that_the_decree_wants_both() -> None:
    alone = {"signing": {"key": "a", "picture": "a.png"}, "numbering": AUTOMATIC}
    assert len(found(signing.REMARKS, alone)) == 1
    assert found(signing.REMARKS, {"signing": BOTH}) == []
    assert found(signing.REMARKS, {}) == []
