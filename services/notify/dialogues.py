"""What notify decides about a dialogue: what is kept of it for letters and documents, and what its guests are told.

The dialogue's own correspondence is where its registrants' correspondences learn what has become of it
(`rules.learn_of_dialogue`): a fact is saved here before it is told to each form, so a form that comes in meanwhile
reads it from here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.notify.correspondence import (
    Conclusion,
    Conference,
    Correspondence,
    Decision,
    Guest,
    Message,
    Move,
    PromiseExtended,
    Record,
    joined,
)
from services.notify.messages import stamp, write
from services.notify.owed import hold_back, moves_since
from shared.contracts import Command, Refusal, TooEarly
from shared.contracts.deadlines import DeadlineMoved
from shared.contracts.intake import (
    CommitmentExtended,
    ConclusionDrafted,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialogueRescheduled,
    RepresentativeInvited,
)
from shared.contracts.notify import MessageKind
from shared.contracts.people import submission_of

TELL_AGAIN_AFTER = timedelta(minutes=1)
"""A form that was being taken in while news was told has come in by then."""

News = DialogueAnnounced | DialogueRescheduled | DialogueCancelled | DialogueHeld | DialogueConcluded


def keep(state: Correspondence | None, news: News, now: datetime) -> Decision:
    """Note what becomes of the dialogue; it is then told to every form, now and once more a little later."""
    before = state = state or Correspondence(id=news.case, commune=news.commune)
    conference, record = state.conference, state.record or Record()
    match news:
        case DialogueAnnounced():
            subjects = tuple(session.title for session in news.sessions or ())
            conference = joined(conference, replace(_told(news, news.place, subjects), announced_place=news.place))
            record = _closing(replace(record, kind=news.kind), news.registration_closes_at, news.occurred_at)
        case DialogueRescheduled():
            move = Move(news.occurred_at, news.previously_at, news.held_at, news.place, news.reason)
            conference = joined(conference, replace(_told(news, news.place), moves=(move,)))
        case DialogueCancelled():
            conference = joined(conference, Conference(news.title, news.held_at, cancelled=news.reason))
        case DialogueHeld():
            conference = joined(conference, Conference(news.title, news.held_at, ended_at=news.occurred_at))
            record = replace(record, presided_by=news.presided_by)
        case DialogueConcluded():
            if conference is None:
                raise TooEarly(f"the dialogue {news.case} that was concluded is not known yet")
            conference = replace(conference, notice=news.notice)
            record = replace(record, conclusion=_published(record.conclusion, news))
    state = replace(state, conference=conference, record=record)
    if state == before:
        return before, []
    state, events = _settle(state, now)
    return replace(state, tell_again_at=now + TELL_AGAIN_AFTER), events


def told_again(state: Correspondence | None) -> Decision:
    """Every form that came in while the news was told first has heard it by now."""
    assert state is not None, "a correspondence is never deleted"
    return replace(state, tell_again_at=None), []


def keep_draft(state: Correspondence | None, drafted: ConclusionDrafted) -> Decision:
    """The newest draft; once the conclusion is published, that is what counts."""
    state = state or Correspondence(id=drafted.case, commune=drafted.commune)
    record = state.record or Record()
    known = record.conclusion
    if known is not None and (known.notice is not None or known.draft >= drafted.draft):
        return state, []
    conclusion = Conclusion(drafted.summary, drafted.commitments, drafted.draft)
    return replace(state, record=replace(record, conclusion=conclusion)), []


def keep_cut_off(state: Correspondence | None, moved: DeadlineMoved) -> Decision:
    """Registration closes on another day than was announced."""
    state = state or Correspondence(id=moved.case, commune=moved.commune)
    return replace(state, record=_closing(state.record or Record(), moved.due_at, moved.occurred_at)), []


def invite(state: Correspondence | None, invited: RepresentativeInvited, now: datetime) -> Decision:
    """Somebody who has not registered: by e-mail, else a letter that is handed over."""
    state = state or Correspondence(id=invited.case, commune=invited.commune)
    record, who = state.record or Record(), invited.representative
    if any(guest.id == who.id for guest in record.guests):
        return state, []
    guest = Guest(who.id, who.name, invited.occurred_at, who.organisation, who.hamlet, who.email)
    conference = joined(state.conference, _told(invited, invited.place))
    return _settle(replace(state, conference=conference, record=replace(record, guests=(*record.guests, guest))), now)


def keep_longer_promise(state: Correspondence | None, extended: CommitmentExtended) -> Decision:
    """The askers are told once it is known until when (`keep_new_end`)."""
    state = state or Correspondence(id=extended.case, commune=extended.commune)
    record = state.record or Record()
    if any(known.commitment == extended.commitment for known in record.extended):
        return state, []
    promise = PromiseExtended(
        extended.commitment,
        extended.department,
        extended.text,
        extended.questions,
        extended.reason,
        extended.requirement,
        extended.responsible,
    )
    return replace(state, record=replace(record, extended=(*record.extended, promise))), []


def keep_new_end(state: Correspondence | None, moved: DeadlineMoved) -> Decision:
    """Until when the term of a promise was extended; that is done once."""
    state = state or Correspondence(id=moved.case, commune=moved.commune)
    record = state.record or Record()
    if moved.about in record.ends:
        return state, []
    return replace(state, record=replace(record, ends={**record.ends, moved.about: moved.due_at})), []


def longer_promise(state: Correspondence, commitment: str) -> tuple[PromiseExtended, datetime] | None:
    """What the askers of a promise are told, and until when it takes; None while one of the two is not known."""
    record = state.record or Record()
    until = record.ends.get(commitment)
    found = next((promise for promise in record.extended if promise.commitment == commitment), None)
    return (found, until) if found is not None and until is not None else None


def askers(questions: Sequence[str]) -> list[str]:
    """The submissions whose questions these are, each once."""
    return list(dict.fromkeys(submission_of(question) for question in questions))


def announced(state: Correspondence | None, command: Command, dialogue: str) -> tuple[Conference, Record]:
    """What a document about the dialogue can say.

    Raises:
        Refusal: nothing is known of it, or it is another commune's.
    """
    if state is None or state.conference is None:
        raise Refusal("not-found", f"Không tìm thấy hội nghị đối thoại {dialogue}, hoặc hội nghị chưa được thông báo.")
    if state.commune != command.actor.commune:
        raise Refusal("forbidden", "Hội nghị đối thoại này thuộc một xã khác.")
    return state.conference, state.record or Record()


def _settle(state: Correspondence, now: datetime) -> Decision:
    conference, record = state.conference, state.record
    if conference is None or record is None:
        return state, []
    state, events = hold_back(state, now)
    for guest in record.guests:
        for message in _due(state, conference, guest, now):
            state, said = write(state, message, guest.email, now)
            events += said
    return state, events


def _due(state: Correspondence, conference: Conference, guest: Guest, now: datetime) -> Iterator[Message]:
    def message(kind: MessageKind, name: str) -> Message:
        return Message(
            id=f"{state.id}.{name}.{guest.id}",
            kind=kind,
            channel="email",
            to=(),
            questions=(),
            created_at=now,
            guest=guest.id,
        )

    if conference.cancelled is not None:
        yield message("cancelled", "cancelled")
    elif conference.ended_at is None and conference.held_at > now:
        yield message("invitation", "invitation")
        for move in moves_since(conference, guest.invited_at):
            yield replace(message("rescheduled", f"rescheduled.{stamp(move.at)}"), move=move)


def _told(
    news: DialogueAnnounced | DialogueRescheduled | RepresentativeInvited, place: str, subjects: tuple[str, ...] = ()
) -> Conference:
    return Conference(news.title, news.held_at, place, subjects=subjects, as_of=news.occurred_at)


def _closing(record: Record, closes_at: datetime, as_of: datetime) -> Record:
    if record.closes_as_of is not None and record.closes_as_of >= as_of:
        return record
    return replace(record, closes_at=closes_at, closes_as_of=as_of)


def _published(known: Conclusion | None, concluded: DialogueConcluded) -> Conclusion:
    commitments = concluded.commitments if concluded.commitments is not None else known.commitments if known else ()
    return Conclusion(
        concluded.summary, commitments, known.draft if known else 0, concluded.notice, concluded.occurred_at
    )
