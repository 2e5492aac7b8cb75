"""What staff are told of terms: one digest a person and day, with everything that is near or was missed."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.notify.correspondence import Correspondence, Decision, Digest, Entry, Message
from services.notify.messages import add, give_up, put
from services.notify.wording import VIETNAM
from shared.contracts.deadlines import DeadlineNear, EscalationRaised

AFTER_OPENING = timedelta(minutes=15)
"""By then everything that fell due overnight is known."""

TOGETHER = timedelta(seconds=3)
"""What is told at the same moment arrives within this time, and goes in one mail."""

_RUN = re.compile(r".*-(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?:-(?P<again>[0-9]+))?")
"""A print run's id."""

NOBODY_IN_CHARGE = "Hồ sơ của xã chưa có ai giữ vai trò này; cần bổ sung người nhận nhắc việc."


def entry(fact: DeadlineNear | EscalationRaised, reference: str) -> Entry:
    """What is said of the term. reference: as of `reference`."""
    return Entry(
        deadline=fact.deadline,
        rule=fact.rule,
        about=fact.about,
        department=fact.department,
        due_at=fact.due_at,
        reference=reference,
        what=fact.what,
        owner=fact.owner,
        awaits=fact.awaits,
        step=fact.step if isinstance(fact, EscalationRaised) else 0,
        to=fact.to if isinstance(fact, EscalationRaised) else None,
    )


def reference(case: Correspondence | None, fact: DeadlineNear | EscalationRaised, slots: Mapping[str, str]) -> str:
    """How staff find what the term is about; nothing of the citizen, for digests are read on many screens.

    Args:
        case: the correspondence of the term's case, where there is one.
        slots: names of the programme's slots, by what their terms are about.
    """
    if case is not None and case.code is not None:
        number = next((asked.question.number for asked in case.questions if asked.question.id == fact.about), None)
        return f"Phiếu {case.code}" + (f", câu hỏi {number}" if number else "")
    if case is not None and case.conference is not None:
        return case.conference.title
    if fact.rule == "posting" and (run := _RUN.fullmatch(fact.about)):
        return f"Đợt in {run['day']}/{run['month']}/{run['year']}" + (f", lần {run['again']}" if run["again"] else "")
    return slots.get(fact.about) or f"Mã hồ sơ {fact.about}"


def openings(fact: DeadlineNear | EscalationRaised) -> list[datetime]:
    """The openings of the office after which the term may be told: of the day itself, else of the next one."""
    return [fact.occurred_at] + ([fact.office_reopens_at] if fact.office_reopens_at else [])


def day_of(opens_at: datetime) -> date:
    return opens_at.astimezone(VIETNAM).date()


def digest_id(commune: str, to: str, day: date) -> str:
    """`digest-thanh-tri-20260428-1a2b3c4d`: at most 64 characters, all fit for a subject, no address readable."""
    who = hashlib.sha256(f"{commune}\n{to.casefold()}".encode()).hexdigest()[:8]
    return f"digest-{commune[:38]}-{day:%Y%m%d}-{who}"


def note(
    state: Correspondence | None, entry: Entry, commune: str, to: str, opens_at: datetime, now: datetime, *, last: bool
) -> Decision:
    """Put a term into a person's digest, once. It leaves a little after the office has opened.

    Once the day's mail is on its way it is closed: the entry then belongs into the next opening's digest. Where there
    is no later one (`last`), it goes in a mail of its own, so that it is not lost.

    Args:
        state: the digest with `digest_id(commune, to, day_of(opens_at))`.
    """
    day = day_of(opens_at)
    state = state or Correspondence(id=digest_id(commune, to, day), commune=commune, digest=Digest(to, day))
    if holds(state, entry):
        return state, []
    soon = now + TOGETHER
    open_one = next((message for message in state.messages if message.state == "queued" and not message.attempts), None)
    if open_one is not None:
        assert open_one.next_action_at is not None, "queued"
        mail = replace(open_one, next_action_at=max(open_one.next_action_at, soon))
        return _with(put(state, mail), entry, mail), []
    if state.messages and not last:
        return state, []
    mail = Message(
        id=state.id if not state.messages else f"{state.id}.{len(state.messages) + 1}",
        kind="digest",
        channel="email",
        to=(to,),
        questions=(),
        created_at=now,
        next_action_at=max(opens_at + AFTER_OPENING, soon),
    )
    state, events = add(state, mail, now)
    return _with(state, entry, mail), events


def holds(state: Correspondence, entry: Entry) -> bool:
    """Whether the person is told of this already: the same end of the term, at the same rung of the ladder."""
    return state.digest is not None and any(_key(known) == _key(entry) for known in state.digest.entries)


def nobody(state: Correspondence | None, entry: Entry, commune: str, case: str, now: datetime) -> Decision:
    """A role that nobody holds is a failure that somebody sees, once, in the case itself."""
    state = state or Correspondence(id=case, commune=commune)
    about = entry.about.removeprefix(case).strip("-") or "itself"
    message = Message(
        id=f"{case}.digest.{about}.{entry.rule}.{int(entry.due_at.timestamp())}.{entry.step}",
        kind="digest",
        channel="email",
        to=(),
        questions=(),
        created_at=now,
    )
    return (state, []) if state.has(message.id) else give_up(state, message, NOBODY_IN_CHARGE, now)


def in_order(state: Correspondence, message: Message) -> Sequence[Entry]:
    """What this mail tells: what is overdue first, then by its end; of one term only what was said last."""
    assert state.digest is not None, "only digests are sent to staff"
    latest: dict[str, Entry] = {}
    for known in state.digest.entries:
        earlier = latest.get(known.deadline)
        if known.message == message.id and (
            earlier is None or (earlier.due_at, earlier.step) < (known.due_at, known.step)
        ):
            latest[known.deadline] = known
    return sorted(latest.values(), key=lambda one: (one.step == 0, one.due_at, one.deadline))


def _with(state: Correspondence, entry: Entry, mail: Message) -> Correspondence:
    assert state.digest is not None
    entries = (*state.digest.entries, replace(entry, message=mail.id))
    return replace(state, digest=replace(state.digest, entries=entries))


def _key(entry: Entry) -> tuple[str, datetime, int]:
    return entry.deadline, entry.due_at, entry.step
