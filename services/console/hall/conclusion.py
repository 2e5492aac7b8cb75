"""The conclusion notice as a first draft from the record: what was asked, and what became of it.

When and where it was, who presided and what is assigned to whom, the notice itself says; this is what stands between.
The notice is public and goes to every registrant, so it names no asker, and no code of a receipt, which opens a case.
The office makes the draft its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from services.console.hall.asked import Asked
from services.console.hall.conferences import Conference, Turnout
from shared.communes import Profile
from shared.contracts.taxonomy import FIELD_NAMES, field_in_words
from shared.web import capital

MOST = 20_000
"""Characters of a conclusion."""
LENGTHS = ((600, 1_500), (300, 700), (200, 400), (120, 200), (80, 100), (60, 60), (40, 20), (40, 0))
"""Characters kept of a question and of its answer, tried in turn until the whole fits."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the record of a dialogue holds."""

    profile: Profile
    dialogue: Conference
    turnout: Turnout
    questions: tuple[Asked, ...]

    @property
    def dealt_with(self) -> tuple[Asked, ...]:
        """What was brought before the conference. What reads like a denunciation is not told of."""
        return tuple(
            one for one in self.questions if one.outcome not in (None, "written", "withdrawn") and not one.confidential
        )


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise as a form shows it. questions: as the room calls them, code and number."""

    text: str
    department: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A conclusion to be gone over."""

    summary: str
    promises: tuple[PromiseRow, ...]


def draft(record: Record) -> Draft:
    """The draft that the record gives."""
    for asked, answered in LENGTHS:
        summary = _summary(record, asked, answered)
        if len(summary) <= MOST:
            break
    return Draft(summary[:MOST], tuple(_promises(record)))


def as_drafted(record: Record) -> Draft | None:
    """The draft that the office has written; None while it has written none."""
    dialogue = record.dialogue
    if dialogue.conclusion_text is None:
        return None
    named = {one.id: one.named for one in record.questions}
    promises = tuple(
        PromiseRow(one["text"], one["department"], tuple(named.get(id, id) for id in one["questions"]))
        for one in dialogue.conclusion_promises or ()
    )
    return Draft(dialogue.conclusion_text, promises)


def shortened(text: str, most: int) -> str:
    """One line of at most so many characters, broken off between words."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: most + 1].rpartition(" ")[0].rstrip(" ,;:.") + "…" if most else ""


def counted(questions: Iterable[Asked], outcome: str) -> int:
    return sum(one.outcome == outcome for one in questions)


def _summary(record: Record, asked: int, answered: int) -> str:
    return "\n\n".join([_opening(record), _counts(record), *_parts(record, asked, answered), _closing(record)])


def _opening(record: Record) -> str:
    turnout = record.turnout
    present = f"{turnout.present} người đăng ký (trong tổng số {turnout.registered} người đăng ký trong hạn)"
    invited = f" và {turnout.attended} đại biểu được mời" if turnout.attended else ""
    floor = f"; {turnout.floor} người phát biểu tại hội nghị" if turnout.floor else ""
    return f"Dự hội nghị có {present}{invited}{floor}."


def _counts(record: Record) -> str:
    told = record.dealt_with
    parts = [
        (counted(told, "answered"), "được trả lời trực tiếp tại hội nghị"),
        (counted(told, "taken"), "được tiếp thu để trả lời bằng văn bản"),
        (counted(told, "referred"), "vượt thẩm quyền, được báo cáo cấp trên"),
        (counted(told, "redirected"), "được hướng dẫn đến cơ quan có thẩm quyền"),
    ]
    said = "; ".join(f"{number} {words}" for number, words in parts if number)
    lead = f"Hội nghị đã tiếp nhận {len(told)} câu hỏi, kiến nghị"
    return f"{lead}, trong đó: {said}." if said else f"{lead}."


def _parts(record: Record, asked: int, answered: int) -> list[str]:
    """By session and, in it, by field; numbered as an office numbers."""
    told, parts, numbers = record.dealt_with, list[str](), {one.number for one in record.dialogue.sessions}
    place_of = count(1)
    sessions = [(one.title, [q for q in told if q.session == one.number]) for one in record.dialogue.sessions]
    rest = [one for one in told if one.session not in numbers]
    if rest:
        sessions.append(("Nội dung khác" if sessions else "", rest))
    for place, (title, questions) in enumerate(sessions, 1):
        if title:
            parts.append(f"{_roman(place)}. {title}")
        if not questions:
            parts.append("Không có câu hỏi.")
        for number, field in enumerate((field for field in FIELD_NAMES if _of(questions, field)), 1):
            parts.append(f"{number}. {capital(field_in_words(field))}")
            parts += [_told(next(place_of), one, asked, answered) for one in _of(questions, field)]
        without = [one for one in questions if one.field not in FIELD_NAMES]
        parts += [_told(next(place_of), one, asked, answered) for one in without]
    return parts


def _of(questions: Sequence[Asked], field: str) -> list[Asked]:
    return [one for one in questions if one.field == field]


def _told(place: int, one: Asked, asked: int, answered: int) -> str:
    return f"Câu hỏi {place}: {shortened(one.text or '', asked)}\n{_outcome(one, answered)}"


def _outcome(one: Asked, most: int) -> str:
    match one.outcome:
        case "answered":
            by = f" ({one.answered_by})" if one.answered_by else ""
            said = shortened(one.spoken_answer or one.answer or "", most)
            return f"Đã trả lời tại hội nghị{by}{f': {said}' if said else '.'}"
        case "taken":
            return f"Tiếp thu, trả lời bằng văn bản. {shortened(one.taken_note or '', most)}".rstrip()
        case "referred":
            return f"Vượt thẩm quyền: báo cáo {one.superior} xem xét, giải quyết."
        case _:
            return f"Hướng dẫn người hỏi liên hệ {one.authority}."


def _closing(record: Record) -> str:
    if not any(one.outcome == "taken" for one in record.dealt_with):
        return "Các phòng, đơn vị tiếp tục thực hiện nội dung đã trả lời tại hội nghị."
    return (
        "Giao các phòng, đơn vị giải quyết những nội dung đã tiếp thu và trả lời bằng văn bản cho người hỏi, như sau:"
    )


def _promises(record: Record) -> list[PromiseRow]:
    """One for each question that was taken; like questions of a topic that one department has are one."""
    found: dict[tuple[str, str], list[Asked]] = {}
    for one in record.dealt_with:
        if one.outcome == "taken":
            found.setdefault((one.department or record.profile.office, one.topic or one.id), []).append(one)
    return [
        PromiseRow(_promised(questions), department, tuple(one.named for one in questions))
        for (department, _), questions in found.items()
    ]


def _promised(questions: Sequence[Asked]) -> str:
    first = questions[0]
    about = first.topic or shortened(first.text or "", 300)
    return f"Giải quyết và trả lời bằng văn bản nội dung: {about}"


def _roman(number: int) -> str:
    return ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")[min(number, 10) - 1]
