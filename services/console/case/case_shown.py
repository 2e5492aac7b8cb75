"""What a case's page shows beside the case itself: its time line, its terms drawn, drafts compared, who decides."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.console import offers, story
from services.console.acting import Acting
from services.console.case import case_forms, deciders, four_eyes, term_chart, timeline
from services.console.case.question import Question
from services.console.case.versions import Version, since_handed_in, since_last
from services.console.case.working_axis import known_days
from services.console.commands import Attempt
from services.console.language import say
from services.console.terms import Explanations
from services.console.words import FIELDS
from shared.contracts import Envelope, Event, Role, UnknownEvent
from shared.web import HANOI, WEEKDAYS


def of_record(
    who: Acting,
    record: Sequence[Envelope] | None,
    questions: Sequence[Question],
    explained: Explanations,
    now: datetime,
    *,
    secret: bool,
    sight: str,
) -> dict[str, Any]:
    """What rests on the record: its lines, their time line, and the terms of each question drawn."""
    if record is None:
        return {"history": None, "timeline": None, "charts": {}}
    lines = story.tell(record, who.unit, confidential=secret)
    courses = term_chart.courses(_opened(record))
    days = known_days(explained.values())
    drawn = {
        question.id: term_chart.chart(question.terms, courses, explained, who.profile.office_hours, now, days)
        for question in questions
    }
    return {"history": lines, "timeline": timeline.timeline(lines, sight), "charts": drawn}


def of_answers(who: Acting, questions: Iterable[Question], attempt: Attempt | None) -> dict[str, Any]:
    """What rests on drafts. Long texts take a while: away from the event loop."""
    questions = list(questions)
    waiting = [one for one in questions if one.state == "awaiting-approval" and one.drafts]
    compared: dict[str, Version] = {one.id: since_handed_in(one.drafts) for one in waiting}
    looked = None
    if attempt and "look" in attempt.typed:
        asked = next((one for one in questions if one.id == attempt.about and one.drafts), None)
        looked = since_last(asked.drafts, attempt.typed.get("text", "")) if asked else None
    return {
        "compared": compared,
        "looked": looked,
        "deciders": {one.id: deciders.first_deciders(who, one.department) for one in questions},
    }


def words_for(who: Acting) -> dict[str, Any]:
    """What templates of a case ask for by name."""
    return {
        "arrange": offers.arranged,
        "typed_words": case_forms.typed_words,
        "four_eyes": lambda question: is_kept_by_four_eyes(who, question),
        "is_last_step": lambda question: bool({*(question.awaits or ())} & {*who.profile.approval[-1]}),
        "sights": timeline.SIGHTS,
        "hour": lambda at: at.astimezone(HANOI).strftime("%H:%M"),
        "weekday": lambda day: say(WEEKDAYS[day.weekday()]),
        "off_days": term_chart.runs,
        "moved_in_words": term_chart.in_words,
        "translated": translated,
        "fields_in_words": lambda: translated(FIELDS),
    }


def is_kept_by_four_eyes(who: Acting, question: Question) -> bool:
    """Whether this person would decide next, had he not written, handed in or passed the draft himself."""
    if who.worker is None or question.state != "awaiting-approval" or who.worker.role not in (question.awaits or ()):
        return False
    own = who.worker.role is not Role.HEAD or who.worker.department == question.department
    return own and not four_eyes.may_judge(who.worker.name, question.drafts)


def translated(choices: Mapping[str, str]) -> list[tuple[str, str]]:
    """What may be chosen, in the language of the page."""
    return [(key, say(text)) for key, text in choices.items()]


def _opened(record: Iterable[Envelope]) -> Iterable[Event]:
    for envelope in record:
        try:
            yield envelope.open()
        except (UnknownEvent, ValidationError):
            continue
