"""What the screen in the hall may show. Everybody sees it, so it is decided here and nowhere else.

Never a telephone number, a mail address or where somebody lives: words of a question are those that routing has masked
(`Floor.words`), never the form's own. Never a complaint or denunciation, nor who wrote one. A name only where whoever
runs the room has said so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.console.hall.asked import Asked
from services.console.hall.conferences import Conference
from services.console.hall.order import Floor, next_one, running
from services.console.words import FIELDS


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture. about: the topic or field of the question; next_about: of the one after it, "" when there is none.

    since: when its asker was given the floor, for so many minutes.
    """

    state: Literal["before", "question", "between", "over"]
    title: str
    session: str
    done: int
    total: int
    text: str | None = None
    about: str = ""
    asker: str | None = None
    who_answers: str = ""
    since: datetime | None = None
    minutes: int = 0
    next_about: str = ""

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def place(self) -> int:
        return self.done + 1


def screen(
    dialogue: Conference, floor: Floor, questions: Sequence[Asked], unit: Callable[[str], str], now: datetime
) -> Screen:
    """The picture of this moment. unit: the name of a department by its id."""
    called = [one for one in questions if one.on_agenda and not one.confidential]
    current, after = running(floor, called), next_one(floor, called)
    title = dialogue.title or "Hội nghị đối thoại"
    session = _session_of(dialogue, current or after)
    done = sum(one.outcome is not None for one in called)
    if not dialogue.ahead:
        return Screen("over", title, "", done, len(called))
    if current is None:
        state: Literal["before", "between"] = "between" if dialogue.has_begun(now) else "before"
        return Screen(state, title, session, done, len(called), next_about=_about(after))
    return Screen(
        "question",
        title,
        session,
        done,
        len(called),
        text=floor.words if floor.texts else None,
        about=_about(current),
        asker=current.name if floor.names and not current.of_denouncer else None,
        who_answers=floor.answering or (unit(current.department) if current.department else ""),
        since=floor.since,
        minutes=floor.minutes,
        next_about=_about(after),
    )


def _about(one: Asked | None) -> str:
    if one is None:
        return ""
    return one.topic or FIELDS.get(one.field or "", "Câu hỏi của người dân")


def _session_of(dialogue: Conference, one: Asked | None) -> str:
    if one is None or len(dialogue.sessions) < 2:
        return ""
    return next((session.title for session in dialogue.sessions if session.number == one.session), "")
