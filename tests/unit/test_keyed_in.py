"""A paper form that is keyed in: its boxes become questions, and its sender gets a seat however late that is done."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.keyed_in import matters_of
from services.intake.rules import wants_seat
from shared.contracts import Refusal
from shared.contracts.intake import RegisterSubmission
from shared.contracts.people import Matter
from tests.builders import DIALOGUE, NOW, actor, registrant, submission_received

ONE = "Cấp lại giấy khai sinh ở đâu?"
TWO = "Lệ phí bao nhiêu?"


def keyed(**fields: Any) -> RegisterSubmission:
    return RegisterSubmission(actor=actor(), key="k", channel="paper", registrant=registrant(), **fields)


@pytest.mark.parametrize(
    ("fields", "asked", "because"),
    [
        ({"boxes": {"procedures": ONE}}, [ONE], "one box, one question"),
        ({"boxes": {"procedures": f"1. {ONE}\n2. {TWO}"}}, [ONE, TWO], "numbered, as in the web form"),
        ({"boxes": {"procedures": ONE, "handling": TWO}}, [ONE, TWO], "one in each box"),
        ({"boxes": {"procedures": "  \n", "handling": TWO}}, [TWO], "an empty box asks nothing"),
        ({"questions": (Matter(section="handling", text=TWO),)}, [TWO], "told apart already"),
        (
            {"questions": (Matter(section="handling", text=TWO),), "boxes": {"procedures": ONE}},
            [TWO, ONE],
            "both, in this order",
        ),
    ],
)
def test_a_form_asks_what_is_told_apart_and_what_stands_in_its_boxes(
    fields: dict[str, Any], asked: list[str], because: str
) -> None:
    assert [matter.text for matter in matters_of(keyed(**fields))] == asked, because


@pytest.mark.parametrize("fields", [{}, {"boxes": {}}, {"boxes": {"procedures": " \n"}}, {"questions": ()}])
def test_a_form_that_asks_nothing_is_none(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        keyed(**fields)


@pytest.mark.parametrize(
    ("box", "told", "because"),
    [
        ("Không có", "chưa có câu hỏi", "the box says that there is nothing"),
        ("\n".join(f"{n}. Câu hỏi số {n} là gì?" for n in range(1, 22)), "nhiều nhất 20", "21 questions"),
        ("a" * 20_001, "dài quá 20.000", "no paper holds so much"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_to_do(box: str, told: str, because: str) -> None:
    with pytest.raises(Refusal) as refused:
        matters_of(keyed(boxes={"procedures": box}))
    assert told in refused.value.reason, because


@pytest.mark.parametrize(
    ("fields", "wants", "because"),
    [
        ({"entered_at": NOW + timedelta(days=3)}, True, "received in time, entered later"),
        ({}, False, "entered at once: seated when registration closes"),
        ({"entered_at": NOW, "on_time": False}, False, "received too late: answered in writing"),
        ({"entered_at": NOW, "channel": "floor"}, False, "he has been there"),
        ({"entered_at": NOW, "dialogue": None}, False, "there is no dialogue"),
    ],
)
def test_who_was_received_in_time_is_seated_however_late_he_is_entered(
    fields: dict[str, Any], wants: bool, because: str
) -> None:
    dialogue = wants_seat(submission_received(**{"channel": "paper", "on_time": True} | fields))
    assert dialogue == (DIALOGUE if wants else None), because
