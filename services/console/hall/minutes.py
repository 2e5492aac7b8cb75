"""The minutes of a dialogue as a first draft from the record: who was there, each question, and what was said to it.

The minutes stay in the office's file, so they name who asked; whoever wrote what reads like a denunciation they do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.console.hall.asked import Asked
from services.console.hall.conclusion import Record
from shared.web import spoken_time


@dataclass(frozen=True, slots=True)
class Entry:
    """One question in the minutes."""

    asker: str
    code: str
    asked: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """opening: sentences. entries: in the order in which they were called. closing: sentences."""

    opening: tuple[str, ...]
    entries: tuple[Entry, ...]
    closing: tuple[str, ...]


def minutes(record: Record) -> Minutes:
    """What the record gives; the office goes over it. record.questions: in the order of the agenda."""
    told = [one for one in record.dealt_with if one.on_agenda or one.outcome]
    return Minutes(tuple(_opening(record)), tuple(map(_entry, told)), tuple(_closing(record, told)))


def _opening(record: Record) -> Sequence[str]:
    dialogue, turnout = record.dialogue, record.turnout
    held = spoken_time(dialogue.held_at) if dialogue.held_at else "……"
    chair = dialogue.presided_by or dialogue.deputy or record.profile.conference.chair
    present = f"{turnout.present} người đăng ký, {turnout.attended} đại biểu được mời"
    floor = f", {turnout.floor} người phát biểu tại hội nghị" if turnout.floor else ""
    return (
        f"Hội nghị bắt đầu lúc {held}, tại {dialogue.place or '……'}.",
        f"Chủ trì: {chair}.",
        f"Có mặt: {present}{floor}. Vắng mặt: {turnout.excused + turnout.absent} người đăng ký, "
        f"trong đó {turnout.excused} người có báo trước.",
    )


def _closing(record: Record, told: Sequence[Asked]) -> Sequence[str]:
    taken = sum(one.outcome == "taken" for one in told)
    ended = f"Hội nghị kết thúc lúc {spoken_time(record.dialogue.ended_at)}." if record.dialogue.ended_at else ""
    owed = f"{taken} câu hỏi được tiếp thu để trả lời bằng văn bản." if taken else ""
    return [one for one in (owed, ended) if one]


def _entry(one: Asked) -> Entry:
    return Entry(one.name or "(giữ kín danh tính)", one.named, " ".join((one.text or "").split()), _outcome(one))


def _outcome(one: Asked) -> str:
    match one.outcome:
        case "answered":
            by = f" ({one.answered_by})" if one.answered_by else ""
            return f"Trả lời tại hội nghị{by}: {one.spoken_answer or one.answer or '……'}"
        case "taken":
            return f"Tiếp thu, trả lời bằng văn bản. {one.taken_note or ''}".strip()
        case "referred":
            return f"Vượt thẩm quyền, báo cáo {one.superior}."
        case "redirected":
            return f"Hướng dẫn liên hệ {one.authority}."
        case _:
            return "……"
