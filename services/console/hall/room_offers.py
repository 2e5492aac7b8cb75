"""What the dialogue room puts before whom, and when. As in `offers`, this is courtesy: intake and routing decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.console.acting import Acting
from services.console.hall.asked import Asked
from services.console.hall.conferences import Commitment, Conference, Duty
from services.console.offers import CLERKS, EXPERTS, LEADERS, OFFICE
from shared.contracts import Role

TOLD = frozenset({"announced", "registration-closed"})
AHEAD = TOLD | {"planned"}
OVER = frozenset({"held", "concluded", "settled", "reported"})
HELD, CONCLUDED = frozenset({"held"}), frozenset({"concluded"})


@dataclass(frozen=True, slots=True)
class Offer:
    """One command: who is likely to use it, in which states of the dialogue."""

    by: frozenset[Role]
    when: frozenset[str]


OF_DIALOGUE: Mapping[str, Offer] = {
    "announce-dialogue": Offer(OFFICE, frozenset({"planned"})),
    "reschedule-dialogue": Offer(OFFICE, AHEAD),
    "cancel-dialogue": Offer(OFFICE, AHEAD),
    "delegate-chair": Offer(frozenset({Role.CHAIRMAN}), AHEAD),
    "hold-dialogue": Offer(OFFICE, TOLD),
    "report-back": Offer(OFFICE, OVER),
    "report-result": Offer(OFFICE, frozenset({"concluded", "settled"})),
    "receive-list": Offer(OFFICE, AHEAD),
    "invite-representative": Offer(OFFICE, AHEAD),
    "check-in": Offer(OFFICE, TOLD),
    "check-in-representative": Offer(OFFICE, TOLD),
    "excuse-registrant": Offer(OFFICE, AHEAD),
    "walk-in": Offer(OFFICE, TOLD),
    "register-submission": Offer(OFFICE, TOLD),
    "group-question": Offer(OFFICE, AHEAD),
    "prioritise-question": Offer(OFFICE, AHEAD),
    "review-questions": Offer(OFFICE, AHEAD),
    "draft-conclusion": Offer(CLERKS, HELD),
    "return-conclusion": Offer(LEADERS, HELD),
    "approve-conclusion": Offer(LEADERS, HELD),
    "conclude-dialogue": Offer(OFFICE, HELD),
    "extend-commitment": Offer(LEADERS, CONCLUDED),
}
ACTS = ("answer-on-the-spot", "take-for-written-answer", "refer-question-up", "redirect-question")
"""What the conference can do with a question, the most likely first."""


def for_room(who: Acting, dialogue: Conference, now: datetime) -> frozenset[str]:
    """The commands this person may want to send about a dialogue now."""
    return frozenset(
        verb
        for verb, offer in OF_DIALOGUE.items()
        if who.role in offer.by and dialogue.state in offer.when and _has_come(verb, who, dialogue, now)
    )


def _has_come(verb: str, who: Acting, dialogue: Conference, now: datetime) -> bool:
    """Whether it is time for it, apart from the state."""
    match verb:
        case "hold-dialogue" | "register-submission":
            return dialogue.has_begun(now)
        case "check-in" | "check-in-representative" | "walk-in":
            return dialogue.has_begun(now) or dialogue.is_today(now)
        case "delegate-chair":
            return dialogue.deputy is None
        case "report-back":
            return dialogue.presided_by is not None and dialogue.delegate_reported_at is None
        case "report-result":
            return dialogue.reported_at is None
        case "return-conclusion":
            return dialogue.conclusion_state in ("drafted", "approved")
        case "approve-conclusion":
            own = who.worker is not None and who.worker.name == dialogue.drafted_by
            return dialogue.conclusion_state == "drafted" and not own
        case "conclude-dialogue":
            return dialogue.conclusion_state == "approved"
        case _:
            return True


ORDERING = frozenset({"move-question", "put-question", "arrange-questions", "set-screen"})
CALLING = frozenset({"call-question", "call-next", "rest", "set-answering"})


def for_notes(who: Acting, dialogue: Conference, now: datetime) -> frozenset[str]:
    """What this person may note of the room: the order before and during it, who speaks while it is held.

    These are no commands, so this is not courtesy: nobody else decides.
    """
    if who.role not in OFFICE or dialogue.state not in AHEAD:
        return frozenset()
    during = dialogue.state in TOLD and dialogue.has_begun(now)
    return ORDERING | CALLING if during else ORDERING


def for_duty(who: Acting, dialogue: Conference, duty: Duty) -> bool:
    """The office, or the department that owes it, says that it is done."""
    return dialogue.state != "cancelled" and duty.done_at is None and _theirs(who, duty.department)


def for_commitment(who: Acting, dialogue: Conference, commitment: Commitment) -> frozenset[str]:
    if commitment.fulfilled_at is not None or dialogue.state not in CONCLUDED:
        return frozenset()
    found = {"fulfil-commitment"} if _theirs(who, commitment.department) else set[str]()
    if who.role in LEADERS and commitment.extended_at is None:
        found.add("extend-commitment")
    return frozenset(found)


def for_agenda(who: Acting, dialogue: Conference, question: Asked, now: datetime) -> tuple[str, ...]:
    """What can be done with a question while the conference is held: with one that nobody has dealt with yet."""
    during = dialogue.state in TOLD and dialogue.has_begun(now)
    if not (during and who.role in OFFICE and question.can_be_called):
        return ()
    return ACTS if question.state != "approved" else ACTS[:2]


def may_plan(who: Acting) -> bool:
    return who.role in OFFICE


def _theirs(who: Acting, department: str | None) -> bool:
    if who.role in OFFICE:
        return True
    return who.role in EXPERTS and who.worker is not None and who.worker.department == department
