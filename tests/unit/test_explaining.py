"""What is told of a term, wherever it stands."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from services.deadlines.answers import accept_answer, expect_answer, extend, hand_over
from services.deadlines.deadline import Deadline
from services.deadlines.explain import HANOI, OfficeHours, Term
from services.deadlines.explaining import ExplainedTerm, explain_term
from services.deadlines.rules import fire, hear
from services.deadlines.working_days import WorkingCalendar, Year
from shared.contracts.routing import AnswerDrafted, ExtensionGranted, QuestionAssigned, QuestionTransferred
from tests.builders import of_question

HOURS = OfficeHours(time(8), time(12), time(13, 30), time(17))
CALENDAR = WorkingCalendar([Year(2026, off={date(2026, 6, 4): "Nghỉ"})])
FIVE = Term(5, "working-days", "after", "Kế hoạch, mục III.2")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=HANOI)


ASSIGNED = of_question(QuestionAssigned, occurred_at=at("06-01 10:00"), department="phong-kinh-te")


def after(*facts: object) -> Deadline:
    """A term of five working days from Monday 1 June, and what has happened to it since."""
    deadline, _ = hear(None, expect_answer(ASSIGNED, FIVE), CALENDAR, HOURS)
    for fact in facts:
        deadline, _ = hear(deadline, fact, CALENDAR, HOURS)  # type: ignore[arg-type]
    return deadline


def explained(deadline: Deadline, now: str) -> ExplainedTerm:
    return explain_term(deadline, CALENDAR, CALENDAR, HOURS, at(now))


def drafted(when: str) -> object:
    return next(accept_answer(of_question(AnswerDrafted, occurred_at=at(when), department="phong-kinh-te")))


TO_ANOTHER = {"from_department": "phong-kinh-te", "department": "cong-an", "clock": "pauses"}
PAUSED, _ = hand_over(of_question(QuestionTransferred, occurred_at=at("06-03 10:00"), **TO_ANOTHER), FIVE)
MORE = extend(of_question(ExtensionGranted, occurred_at=at("06-08 10:00"), department="phong-kinh-te", working_days=2))


@pytest.mark.parametrize(
    ("deadline", "now", "words", "late", "because"),
    [
        (after(), "06-08 14:00", "còn 1 ngày 3 giờ làm việc", False, "it ends on Tuesday 9 June"),
        (after(), "06-10 09:00", "quá hạn 1 giờ làm việc", True, "an hour of the next morning has passed"),
        (after(PAUSED), "06-03 14:00", "tạm dừng, còn 3 ngày làm việc", False, "5, 8 and 9 June were left"),
        (after(drafted("06-05 09:00")), "06-20 09:00", "đã hoàn thành đúng hạn", False, "handed in before the end"),
        (
            after(drafted("06-12 09:00")),
            "06-20 09:00",
            "đã hoàn thành, chậm so với thời hạn",
            True,
            "handed in after the end",
        ),
        (replace(after(), state="passed"), "06-20 09:00", "đã hết thời gian nhận", False, "a cut-off that has closed"),
        (replace(after(), state="cancelled"), "06-20 09:00", "không còn phải thực hiện", False, "nobody owes it"),
    ],
)
def test_what_is_left_is_told_wherever_the_term_stands(deadline, now, words, late, because):
    left = explained(deadline, now)["left"]
    assert (left["words"], left["late"]) == (words, late), because


def test_the_days_are_those_of_the_count_and_an_extension_is_counted_on():
    first = explained(after(), "06-01 11:00")
    assert first["counted"] == ["2026-06-02", "2026-06-03", "2026-06-05", "2026-06-08", "2026-06-09"]
    assert {"date": "2026-06-04", "why": "Nghỉ"} in first["skipped"]
    longer = explained(after(MORE), "06-08 11:00")
    assert longer["counted"] == [*first["counted"], "2026-06-10", "2026-06-11"]
    assert (longer["due_at"], longer["basis"]) == ("2026-06-11T17:00:00+07:00", "Kế hoạch, mục III.2")


def test_a_term_is_explained_by_the_calendar_it_was_counted_with():
    deadline, changed = after(), WorkingCalendar([Year(2026, off={})], revision=1)
    told = explain_term(deadline, CALENDAR, changed, HOURS, at("06-03 17:00"))
    assert told["counted"][-1] == "2026-06-09"
    assert told["left"]["words"] == "còn 4 ngày làm việc", "what is left is told by the present one: 4 June is worked"
    unknown = explain_term(deadline, changed, changed, HOURS, at("06-03 17:00"))
    assert (unknown["counted"], unknown["skipped"]) == ([], []), "days that lead to another end explain nothing"


def test_a_missed_term_whose_year_is_not_known_any_more_is_told_all_the_same():
    missed, _ = fire(after(), (), CALENDAR, HOURS, at("06-09 17:00"))
    nowhere = WorkingCalendar([Year(2025, off={})])
    told = explain_term(missed, nowhere, nowhere, HOURS, at("06-10 09:00"))
    assert (told["state"], told["counted"]) == ("missed", [])
    assert told["left"] == {
        "days": None,
        "hours": None,
        "minutes": None,
        "late": True,
        "words": "quá hạn từ ngày 09/06/2026",
    }
