"""What is left to do once a dialogue has been held, as a list to be ticked off; the record ticks it, nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.console import words
from services.console.hall.asked import Asked
from services.console.hall.conferences import Commitment, Conference
from services.console.language import say
from services.console.words import Term


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing to be done: how far it is, of how many, by when, and on which page of the room (`""`: the first)."""

    words: str
    page: str
    done: int
    of: int = 1
    told: str = ""
    term: Term | None = None

    @property
    def is_done(self) -> bool:
        return self.done >= self.of


def owed_in_writing(questions: Sequence[Asked]) -> list[Asked]:
    """What is, or was, to be answered by letter or mail; the first term to end first."""
    owed = [one for one in questions if one.owed_in_writing and one.standing != "withdrawn"]
    return sorted(owed, key=lambda one: (one.term is None, one.term.due_at if one.term else None, one.named))


def chores(dialogue: Conference, questions: Sequence[Asked], commitments: Sequence[Commitment]) -> list[Chore]:
    """In the order in which they fall due. Of one that could not be held, only the letters are left."""
    if dialogue.state == "cancelled":
        return [_letters(questions)]
    terms = dialogue.terms
    found = [Chore("Ghi nhận hội nghị đã kết thúc", "", dialogue.ended_at is not None)]
    if dialogue.deputy is not None:
        reported = dialogue.delegate_reported_at is not None
        told = say("%(name)s chủ trì theo ủy quyền", name=dialogue.deputy)
        found.append(Chore("Báo cáo lại Chủ tịch", "", reported, told=told, term=terms.get("delegate-report")))
    found.append(_notice(dialogue))
    found.append(_letters(questions))
    if dialogue.notice is not None:
        fulfilled = sum(one.fulfilled_at is not None for one in commitments)
        found.append(Chore("Giải quyết nhiệm vụ của thông báo kết luận", "ket-luan", fulfilled, len(commitments)))
    told = say("Số %(number)s", number=dialogue.report_document) if dialogue.report_document else ""
    reported = dialogue.reported_at is not None
    found.append(Chore("Báo cáo kết quả lên cấp trên", "", reported, told=told, term=terms.get("result-report")))
    return found


def _notice(dialogue: Conference) -> Chore:
    told = (
        say("Số %(number)s", number=dialogue.notice)
        if dialogue.notice
        else words.CONCLUSION_STATES.get(dialogue.conclusion_state or "", "")
    )
    term = dialogue.terms.get("conclusion-notice")
    return Chore("Ban hành thông báo kết luận", "ket-luan", dialogue.notice is not None, told=told, term=term)


def _letters(questions: Sequence[Asked]) -> Chore:
    owed = owed_in_writing(questions)
    return Chore(
        "Trả lời bằng văn bản những câu còn nợ", "viec-con-lai", sum(one.standing != "open" for one in owed), len(owed)
    )
