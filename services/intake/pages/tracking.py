"""A submission's way so far, in the words of everyday life.

The line is always the same: received, handed to a department, written, approved, given. What is done says so and
when; what is under way says until when and why then; what is ahead says what it will be. What has happened is read in
`happened.py`, how an answer travels is told in `giving.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from services.intake.aftercare import is_answered, open_questions
from services.intake.dialogue import Dialogue
from services.intake.pages.giving import giving, told
from services.intake.pages.happened import Happened, Term, what_happened
from services.intake.pages.steps import Step, step
from services.intake.submissions import Mark, Submission
from services.intake.words import sentence
from shared.contracts import Envelope, Role, routing
from shared.contracts.people import Question
from shared.contracts.taxonomy import Scope

MARKS: Mapping[int, str] = {
    1: "Chưa trả lời đúng câu hỏi",
    2: "Trả lời còn thiếu nhiều",
    3: "Tạm được, còn chỗ chưa rõ",
    4: "Rõ",
    5: "Rất rõ, đủ",
}
"""What each mark says, on the page that asks for it and wherever it is told."""
OFFICE = "Văn phòng"
LEADERS = "Lãnh đạo UBND"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was answered before the question was opened again, and what the asker said of that. round: from 1."""

    round: int
    answer: str | None
    given_at: datetime | None
    mark: int | None
    words: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """One question's way.

    due_at: the term of the step under way, None where none runs; `why_then` says what it rests on, or why it moved.
    deadline: id of that term, to ask how it is counted.
    holder: who has the question now; empty once nobody has.
    answer: shown once it has been given, or could not be delivered; not before.
    authority: where a question that belongs elsewhere is to be sent; guidance: how.
    earlier: the rounds before this one, the first one first.
    can_withdraw, can_rate: what its asker may do now. mark: what he said of this answer.
    """

    question: Question
    steps: tuple[Step, ...]
    due_at: datetime | None = None
    why_then: str = ""
    deadline: str | None = None
    holder: str = ""
    answer: str | None = None
    authority: str | None = None
    guidance: str | None = None
    earlier: tuple[Earlier, ...] = ()
    can_withdraw: bool = False
    can_rate: bool = False
    mark: Mark | None = None

    @property
    def now(self) -> Step:
        """The step under way, or the last one when all are done."""
        return next((step for step in self.steps if step.progress == "now"), self.steps[-1])


Names = Callable[[str], str]
"""The name of a department, by its id."""


def stories(
    submission: Submission, dialogue: Dialogue | None, envelopes: Iterable[Envelope], department_name: Names
) -> list[Story]:
    """Each question's story, in the order of the form.

    dialogue: the one the form is registered for.
    envelopes: the events of the case, in the stream's order.
    """
    known = what_happened([question.id for question in submission.questions], envelopes)
    return [
        _Teller(question, known[question.id], submission, dialogue, department_name).tell()
        for question in submission.questions
    ]


@dataclass(frozen=True, slots=True)
class _Teller:
    """What is needed to tell of one question."""

    question: Question
    known: Happened
    submission: Submission
    dialogue: Dialogue | None
    name: Names

    def tell(self) -> Story:
        known = self.known
        received = Step("Đã tiếp nhận", "done", self.submission.received_at)
        steps = [received, *self._matters(), *self._rounds_before(), *self._hands()]
        if self.question.id in self.submission.withdrawn and not known.given and not self._is_ahead():
            return self._withdrawn(steps)
        if known.redirected is not None:
            return self._told_where_it_goes(steps, known.redirected)
        if known.referred is not None:
            return self._told_of_superior(steps, known.referred)
        if known.heard is not None and known.heard.answered_by is not None:
            return self._answered_on_the_spot(steps, known.heard)
        return self._answered(steps)

    def _answered(self, steps: list[Step]) -> Story:
        """The usual way."""
        known = self.known
        if known.department is None:
            again = known.round > 1
            note = "Văn phòng đang xem câu hỏi này do phòng nào trả lời."
            steps.append(Step("Chờ phân loại", "now", note="Văn phòng đang xem lại câu hỏi này." if again else note))
        if known.taken is not None:
            label = "Hội nghị đã ghi nhận để trả lời bằng văn bản"
            steps.append(Step(label, "done", known.taken.occurred_at, known.taken.note))
        drafted_at = known.drafted_at or known.approved_at
        steps.append(self._writing(drafted_at))
        words = ("Lãnh đạo duyệt", "Chờ lãnh đạo duyệt", "Lãnh đạo đã duyệt")
        steps.append(step(words, known.approved_at, begun=drafted_at is not None))
        steps += giving(known, self.submission, self.dialogue)
        term = None if known.given else self._term(drafted_at)
        answer = known.said if known.given or known.failed or known.returned_letter else None
        return self._story(steps, term, holder=self._holder(drafted_at), answer=answer)

    def _term(self, drafted_at: datetime | None) -> Term | None:
        """Of the step under way, else the one by which the answer must be out."""
        terms = self.known.terms
        own = (terms.get("department-answer") or terms.get("triage")) if drafted_at is None else None
        return own or terms.get("written-answer") or terms.get("approval")

    def _writing(self, drafted_at: datetime | None) -> Step:
        known = self.known
        if known.department is not None and not known.taken_up and drafted_at is None:
            return Step(f"Chờ {self.name(known.department)} tiếp nhận", "now")
        return step(
            ("Soạn câu trả lời", "Đang soạn trả lời", "Đã soạn trả lời"),
            drafted_at,
            begun=known.department is not None,
            note=" ".join(self._of_the_writing()),
        )

    def _of_the_writing(self) -> Iterator[str]:
        known = self.known
        if known.department is not None and known.coordinating and known.approved_at is None:
            yield f"Cùng phối hợp: {', '.join(map(self.name, known.coordinating))}."
        if known.returned:
            yield "Lãnh đạo đã xem và đề nghị phòng hoàn thiện câu trả lời."

    def _holder(self, drafted_at: datetime | None) -> str:
        known = self.known
        if known.given:
            return ""
        if known.approved_at is not None or known.department is None:
            return OFFICE
        by_its_head = set(known.awaits) == {Role.HEAD}
        return LEADERS if drafted_at is not None and not by_its_head else self.name(known.department)

    def _hands(self) -> list[Step]:
        """Who has it, and through whose hands it went."""
        steps: list[Step] = []
        before: str | None = None
        for hand in self.known.hands:
            why = f"Lý do: {sentence(hand.reason)}" if hand.reason else ""
            if hand.to is None:
                giver = self.name(before) if before else "Phòng chuyên môn"
                label = f"{giver} đã chuyển lại {OFFICE}"
            else:
                label = f"Đã chuyển {'tiếp ' if before else ''}đến {self.name(hand.to)}"
            steps.append(Step(label, "done", hand.at, why))
            before = hand.to
        return steps

    def _matters(self) -> list[Step]:
        """A question that held several matters was split, so that each goes to whom it belongs."""
        steps: list[Step] = []
        if (whole := self.known.part_of) is not None:
            number = next((one.number for one in self.submission.questions if one.id == whole), None)
            whose = f"câu hỏi {number}" if number else "một câu hỏi có nhiều nội dung"
            steps.append(Step(f"Được tách ra từ {whose}", "done", note="Mỗi nội dung được trả lời riêng."))
        for split in self.known.splits:
            others = ", ".join(str(part.number) for part in split.parts)
            label = "Đã tách các nội dung khác thành câu hỏi riêng"
            steps.append(Step(label, "done", split.occurred_at, f"Xem câu hỏi {others}."))
        return steps

    def _rounds_before(self) -> list[Step]:
        """A line of its own for each answer that was not enough, and for what opened the question again."""
        steps: list[Step] = []
        rounds = (*self.known.earlier, self.known)
        for before, after in pairwise(rounds):
            label = "Đã trả lời tại hội nghị" if before.heard else "Đã trả lời"
            steps.append(Step(f"{label} (lần {before.round})", "done", before.given_at))
            if (reopened := after.reopened) is not None:
                steps.append(Step("Văn phòng xem lại câu hỏi", "done", reopened.occurred_at, _why_again(reopened)))
        return steps

    def _withdrawn(self, steps: list[Step]) -> Story:
        """Nobody answers it any more. How far it had come does not matter to whoever wants no answer."""
        told = self.known.withdrawn
        if told is None:
            return self._story([*steps, Step("Ông/bà đã rút câu hỏi này", "done")], None)
        by = "Văn phòng ghi nhận theo đề nghị của ông/bà. " if told.withdrawn_by else ""
        note = f"{by}Lý do: {sentence(told.reason)}"
        return self._story([*steps, Step("Ông/bà đã rút câu hỏi này", "done", told.occurred_at, note)], None)

    def _told_where_it_goes(self, steps: list[Step], redirected: routing.QuestionRedirected) -> Story:
        """Plan II.1 and III.2: not for this dialogue, or not for this commune."""
        elsewhere = redirected.scope is not Scope.IN_SCOPE
        label = "Đã hướng dẫn gửi đơn đúng nơi" if elsewhere else "Đã hướng dẫn đến cơ quan có thẩm quyền"
        steps.append(Step(label, "done", redirected.occurred_at))
        if self.known.sent is not None:
            steps += told(self.known, self.known.sent, self.submission, "hướng dẫn", "Đã hướng dẫn trực tiếp ông/bà")
        return self._story(steps, None, authority=redirected.authority, guidance=redirected.guidance)

    def _told_of_superior(self, steps: list[Step], referred: routing.QuestionReferredUp) -> Story:
        """Plan II.3: beyond the commune's authority, so it is recorded and reported to the superior."""
        note = f"Câu hỏi do {referred.authority} giải quyết. Lý do: {sentence(referred.reason)}"
        steps.append(Step("Đã ghi nhận, vượt thẩm quyền của địa phương", "done", referred.occurred_at, note))
        if self.known.sent is not None:
            steps += told(
                self.known, self.known.sent, self.submission, "thông báo", "Đã thông báo trực tiếp cho ông/bà"
            )
        if (reported := self.known.reported) is None:
            steps.append(Step("Đang báo cáo cấp trên", "now"))
            return self._story(steps, self.known.terms.get("superior-report"), holder=OFFICE)
        sent = f"Gửi {reported.authority}, văn bản số {reported.document}."
        steps.append(Step("Đã báo cáo cấp trên", "done", reported.occurred_at, sent))
        return self._story(steps, None)

    def _answered_on_the_spot(self, steps: list[Step], heard: routing.QuestionAnsweredAtDialogue) -> Story:
        """Plan of Chánh Lộ, II.4.2: by the chairman, a deputy or a head of department, at the conference itself."""
        note = f"Người trả lời: {sentence(heard.answered_by or '')}"
        steps.append(Step("Đã trả lời tại hội nghị", "done", heard.occurred_at, note))
        return self._story(steps, None, answer=self.known.said)

    def _story(
        self,
        steps: list[Step],
        term: Term | None,
        *,
        holder: str = "",
        answer: str | None = None,
        authority: str | None = None,
        guidance: str | None = None,
    ) -> Story:
        """Its asker's own doing is told by the form itself: what the events say of it may be on its way still."""
        question, form, current = self.question, self.submission, not self._is_ahead()
        return Story(
            question=question,
            steps=tuple(steps),
            due_at=term.due_at if term else None,
            why_then=term.why_then if term else "",
            deadline=term.id if term else None,
            holder=holder,
            answer=answer,
            authority=authority,
            guidance=guidance,
            earlier=tuple(_earlier(before) for before in self.known.earlier),
            can_withdraw=question.id in open_questions(form),
            can_rate=current and is_answered(form, question.id),
            mark=form.marks.get(question.id) if current else None,
        )

    def _is_ahead(self) -> bool:
        """The stream knows that the question was reopened, and the form does not yet: what it says is of the past."""
        heard = self.submission.reopenings.get(self.question.id)
        return self.known.round > (heard.round if heard else 1)


def _earlier(before: Happened) -> Earlier:
    rated = before.rated
    return Earlier(
        before.round, before.said, before.given_at, rated.mark if rated else None, rated.words if rated else None
    )


def _why_again(reopened: routing.QuestionReopened) -> str:
    if reopened.mark is not None:
        return f"Ông/bà đánh giá câu trả lời: {MARKS[reopened.mark].lower()}."
    return f"Lý do: {sentence(reopened.reason)}"
