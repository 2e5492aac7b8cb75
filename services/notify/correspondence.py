"""The correspondence of one case: what is known of it, and every message written because of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from shared.contracts import Event, Role, TooEarly
from shared.contracts.conference import Commitment, DialogueKind
from shared.contracts.deadlines import RuleId
from shared.contracts.notify import MessageChannel, MessageKind
from shared.contracts.people import Channel, Question, Registrant, Thread
from shared.contracts.routing import WrittenBecause
from shared.contracts.taxonomy import Scope

Occasion = Literal[WrittenBecause, "redirected"]
"""Why somebody is written to instead of answered at the dialogue; `redirected`: of a guidance."""


@dataclass(frozen=True, slots=True)
class Move:
    """The conference was put on another day or into another place; `at` is when that was said."""

    at: datetime
    previously_at: datetime
    held_at: datetime
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Conference:
    """What notify knows of a dialogue. `held_at` is when it begins; `ended_at` is None until it has been held.

    subjects: titles of its sessions. as_of: when title, day and place were last said.
    cancelled: why it could not be held. notice: number and symbol of its published conclusion.
    announced_place: where it was to be before it was moved.
    """

    title: str
    held_at: datetime
    place: str | None = None
    ended_at: datetime | None = None
    subjects: tuple[str, ...] = ()
    as_of: datetime | None = None
    moves: tuple[Move, ...] = ()
    cancelled: str | None = None
    notice: str | None = None
    announced_place: str | None = None

    def place_before(self, move: Move) -> str | None:
        """Where it was to be until then, as far as that is known."""
        before = [one for one in self.moves if one.at < move.at]
        return before[-1].place if before else self.announced_place


@dataclass(frozen=True, slots=True)
class Guest:
    """A representative who was invited without having registered. `organisation`: whom he speaks for."""

    id: str
    name: str
    invited_at: datetime
    organisation: str | None = None
    hamlet: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The conclusion notice, as last drafted (`draft`, from 1) or, once `notice` is there, as published."""

    summary: str
    commitments: tuple[Commitment, ...]
    draft: int = 0
    notice: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PromiseExtended:
    """A department needs the longer term for what the conclusion assigned to it. `commitment`: its id."""

    commitment: str
    department: str
    text: str
    questions: tuple[str, ...]
    reason: str
    requirement: str
    responsible: str


@dataclass(frozen=True, slots=True)
class Record:
    """What only the dialogue's own correspondence knows.

    closes_at, closes_as_of: when registration closes, and when that was last said.
    presided_by: the deputy in the chairman's place. extended: promises that got the longer term.
    ends: by commitment, the new end of its term.
    """

    kind: DialogueKind = "periodic"
    closes_at: datetime | None = None
    closes_as_of: datetime | None = None
    presided_by: str | None = None
    conclusion: Conclusion | None = None
    guests: tuple[Guest, ...] = ()
    extended: tuple[PromiseExtended, ...] = ()
    ends: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a digest: a term that is near (`step` 0), or was missed and put before a next person.

    what: the duty in words, where the rule alone does not say it. owner: who must act, as the plan names him.
    awaits: of an answer that is to be decided on, the roles of which one does now.
    reference: the form's code or the dialogue's title. message: id of the mail it goes into.
    """

    deadline: str
    rule: RuleId
    about: str
    department: str | None
    due_at: datetime
    reference: str
    what: str | None = None
    owner: str | None = None
    awaits: tuple[Role, ...] = ()
    step: int = 0
    to: Role | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told on one day. to: an e-mail address."""

    to: str
    day: date
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """round: 2 for the answer after the question was reopened, and so on."""

    text: str
    department: str
    approved_at: datetime
    round: int = 1


@dataclass(frozen=True, slots=True)
class Guidance:
    """Where a question that is not for this dialogue belongs."""

    text: str
    authority: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Referral:
    """Beyond the commune's authority: to whom it is reported, and why. scope: what it was held for."""

    authority: str
    reason: str
    scope: Scope = Scope.IN_SCOPE


@dataclass(frozen=True, slots=True)
class Grant:
    """More time was granted to a department, at the instant `at`."""

    at: datetime
    department: str
    reason: str
    requirement: str | None = None
    responsible: str | None = None


@dataclass(frozen=True, slots=True)
class NewEnd:
    """The end that a term was given by the fact of the instant `at`: an extension, or that it runs again."""

    at: datetime
    due_at: datetime
    by_extension: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, and what has become of it.

    answer: of the last round that has one; earlier: those of the rounds before, in order.
    owed: why routing says that the first answer is owed in writing; a later one always is.
    round, reopened_at: as of the last reopening; the round also as the last answer says.
    split_at: when other matters were last taken out of it, each to be answered by itself.
    """

    question: Question
    answer: Answer | None = None
    guidance: Guidance | None = None
    answered_at_dialogue: bool = False
    owed: WrittenBecause | None = None
    referral: Referral | None = None
    grants: tuple[Grant, ...] = ()
    ends: tuple[NewEnd, ...] = ()
    earlier: tuple[Answer, ...] = ()
    round: int = 1
    reopened_at: datetime | None = None
    withdrawn_at: datetime | None = None
    split_at: datetime | None = None

    @property
    def place(self) -> str:
        """What its id has besides its form's: `2`; of a part of the second question `2-1`. Unlike its number, which two
        splits at once may give twice, it is never that of another question."""
        return self.question.id.partition("-")[2]

    @property
    def withdrawn(self) -> bool:
        """He wants no answer. What routing reopened after that had been answered before, so it is owed all the same."""
        if self.withdrawn_at is None:
            return False
        return self.reopened_at is None or self.reopened_at < self.withdrawn_at

    @property
    def handed_on(self) -> bool:
        """Others answer it: the commune says to whom it went, and nothing more of it."""
        return self.guidance is not None or self.referral is not None

    @property
    def is_denunciation(self) -> bool:
        """It was handed on as one: neither its words nor who asked it are told (Law on Denunciations 2018, art. 56)."""
        return any(given is not None and given.scope is Scope.DENUNCIATION for given in (self.guidance, self.referral))

    def answer_of(self, round: int) -> Answer | None:
        answers = (*self.earlier, self.answer)
        return next((answer for answer in answers if answer is not None and answer.round == round), None)


@dataclass(frozen=True, slots=True)
class Seat:
    number: int
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Extension:
    """The four points of a letter on more time: what, what is required, until when, who answers for it.

    matter: what the conclusion assigned; None where it is the question itself that takes longer.
    """

    reason: str
    department: str
    until: datetime
    requirement: str | None = None
    responsible: str | None = None
    matter: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What the conclusion assigned is settled."""

    matter: str
    result: str
    department: str


@dataclass(frozen=True, slots=True)
class Apology:
    """An answer is late: why, and until when it is promised now."""

    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a letter that left in the print run `run`. returned_because: as the post wrote it."""

    run: str
    tracking: str | None = None
    posted_on: date | None = None
    delivered_on: date | None = None
    returned_on: date | None = None
    returned_because: str | None = None

    @property
    def came_back(self) -> bool:
        """It lies in the office, and was not delivered at a later attempt. What is said to have been delivered on the
        very day it came back lies there: somebody is to see to it rather than nobody."""
        return self.returned_on is not None and not (self.delivered_on and self.delivered_on > self.returned_on)


MessageState = Literal["queued", "sending", "drawn", "sent", "failed"]
"""`drawn`: a letter that is made, and lies ready for the next print run; until its cut-off it has not left."""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail or letter. Its id also names the file of a letter and the Message-ID of a mail.

    to: e-mail addresses; empty for a letter. guest: whom it is for, where that is no registrant.
    next_action_at: when it is to be sent, or, while `sending`, when the claim is taken for lost.
    claimed_by: the claim that sends it; no two claims have the same name.
    uncertain: an attempt ended without a result, so the mail may have left twice. unanswered: how many of its attempts
        the mail server never confirmed.
    reason: what went wrong last, in words for a person. called_back: the office itself held it back.
    round: of an answer, which one of its questions it tells.
    occasion, move, extension, result, apology: what it says besides the case, as it was when it was written.
    text: version of the commune's text it is made with, settled when it is first taken on; 0 is the shipped one.
    number: of the outgoing register, once it was given.
    leaves_at: the cut-off from which it is on its way: of a drawn letter that of its print run, of a mail in an
        envelope that of its day. envelope: id of the one mail a day it goes into, with others for the same address;
        sealed: with this one in it.
    drawn_by: the claim that drew a letter. drawn_for: the registrant's address that it bears, kept as long as `to`.
    fate: of a letter that has left.
    """

    id: str
    kind: MessageKind
    channel: MessageChannel
    to: tuple[str, ...]
    questions: tuple[str, ...]
    created_at: datetime
    state: MessageState = "queued"
    next_action_at: datetime | None = None
    claimed_at: datetime | None = None
    claimed_by: str | None = None
    attempts: int = 0
    uncertain: bool = False
    unanswered: int = 0
    sent_at: datetime | None = None
    reference: str | None = None
    reason: str | None = None
    called_back: bool = False
    guest: str | None = None
    round: int = 1
    occasion: Occasion | None = None
    move: Move | None = None
    extension: Extension | None = None
    result: Result | None = None
    apology: Apology | None = None
    text: int | None = None
    number: str | None = None
    drawn_by: str | None = None
    drawn_for: str | None = None
    leaves_at: datetime | None = None
    envelope: str | None = None
    sealed: bool = False
    fate: Fate | None = None

    def has_left(self, now: datetime) -> bool:
        """Nobody can call it back any more: it was sent, or its cut-off has passed."""
        if self.state in ("drawn", "queued") and self.leaves_at is not None:
            return self.leaves_at <= now
        return self.state == "sent"

    @property
    def addressed_at(self) -> datetime | None:
        """When it left, while it is kept where to. What did not arrive keeps that: it is not to go there again."""
        return self.sent_at if self.state == "sent" and (self.to or self.drawn_for) else None

    @property
    def lacks_number(self) -> bool:
        """A letter that is made, or has left, without a number of the outgoing register."""
        return self.channel == "letter" and self.state in ("drawn", "sent") and self.number is None

    def can_be_held_back(self, now: datetime) -> bool:
        """It is written and in nobody's hands: waiting, or a letter that lies ready."""
        return self.state in ("queued", "drawn") and not self.has_left(now)


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Everything written about one case: a submission, a dialogue, or one person's day (a digest).

    registrant: None until the form is known, and for all else.
    dialogue: the one the form is registered for; None for a dialogue's own record.
    thread: the mail by which the registrant sent his form; its receipt answers there. by_another: somebody else did.
    channel, collected_by: the door the form came through, and whose list it was on; None where that was never kept.
    files: how many came with it. corrected_at: when the registrant was last set right.
    withdrawn: nothing that was open is left of the form.
    waiting_place: the n-th of those who wait for a seat, as he was told; it stays when he is given one.
    present: as recorded at the conference; None while nothing is.
    declines_news: he wants no mail that he need not have.
    next_action_at: when a sweep must look at it next; None while nothing is to be sent.
    leaves_at: the first cut-off of a letter that lies ready; None while none does. envelopes_at: of a mail that waits
        for others to the same address, and is not sealed with them.
    remind_at: when those who are invited are to be reminded of the day; None while they are not.
    addresses_since: when the first message left whose addresses are still kept with it.
    discarded: letters that will not leave, and whose files are still to be removed; None while there are none.
    unnumbered: books of the outgoing register (`Book.id`) into which letters belong that are made or have left without
        a number; None while there are none.
    tell_again_at: of a dialogue, when its news is told again, for forms that came in while it was told first.
    """

    id: str
    commune: str
    registrant: Registrant | None = None
    code: str | None = None
    dialogue: str | None = None
    channel: Channel | None = None
    collected_by: str | None = None
    thread: Thread | None = None
    by_another: bool = False
    files: int = 0
    corrected_at: datetime | None = None
    withdrawn: bool = False
    received_at: datetime | None = None
    on_time: bool = True
    questions: tuple[Asked, ...] = ()
    excused: bool = False
    present: bool | None = None
    waiting_place: int | None = None
    seat: Seat | None = None
    conference: Conference | None = None
    record: Record | None = None
    digest: Digest | None = None
    messages: tuple[Message, ...] = ()
    declines_news: bool = False
    next_action_at: datetime | None = None
    leaves_at: datetime | None = None
    envelopes_at: datetime | None = None
    remind_at: datetime | None = None
    addresses_since: datetime | None = None
    discarded: tuple[str, ...] | None = None
    unnumbered: tuple[str, ...] | None = None
    tell_again_at: datetime | None = None
    version: int = 0

    @property
    def held(self) -> bool:
        return self.conference is not None and self.conference.ended_at is not None

    @property
    def stayed_away(self) -> bool:
        """Who comes is present, also when he had excused himself."""
        return self.present is False or (self.excused and not self.present)

    @property
    def not_expected(self) -> bool:
        """Who withdrew all that was open does not come, and need not know of the dialogue; but who was there does."""
        return self.withdrawn and not self.present

    @property
    def without_seat(self) -> bool:
        """He waits for a seat, or waited to the last; who was given one had it."""
        return self.waiting_place is not None and self.seat is None

    def asked(self, question: str) -> Asked:
        """Raises TooEarly while the form has no such question: it may be being split."""
        for asked in self.questions:
            if asked.question.id == question:
                return asked
        raise TooEarly(f"submission {self.id} has no question {question}")

    def guest(self, id: str) -> Guest:
        """Raises ValueError when nobody was invited under this id."""
        for guest in self.record.guests if self.record else ():
            if guest.id == id:
                return guest
        raise ValueError(f"dialogue {self.id} has no representative {id}")

    def message(self, id: str) -> Message:
        """Raises ValueError when there is no such message."""
        for message in self.messages:
            if message.id == id:
                return message
        raise ValueError(f"correspondence {self.id} has no message {id}")

    def has(self, id: str) -> bool:
        """Whether a message with this id was ever written, and not withdrawn."""
        return any(message.id == id for message in self.messages)

    def claimed(self, by: str) -> tuple[Message, ...]:
        """What the claim `by` holds and must now send."""
        return tuple(message for message in self.messages if message.state == "sending" and message.claimed_by == by)


Decision = tuple[Correspondence, Sequence[Event]]


def joined(known: Conference | None, news: Conference) -> Conference:
    """All that two accounts of the same conference tell, whichever of them was heard first."""
    if known is None:
        return news
    older, newer = sorted((known, news), key=lambda one: one.as_of.timestamp() if one.as_of else 0)
    return replace(
        newer,
        place=newer.place or older.place,
        subjects=newer.subjects or older.subjects,
        ended_at=newer.ended_at or older.ended_at,
        moves=tuple(sorted({*older.moves, *newer.moves}, key=lambda move: move.at)),
        cancelled=newer.cancelled or older.cancelled,
        notice=newer.notice or older.notice,
        announced_place=newer.announced_place or older.announced_place,
    )
