"""What each page of the dialogue room shows of what the view knows: from the plan to what is left to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from sqlite3 import Connection
from typing import Any

from starlette.exceptions import HTTPException

from services.console.acting import Acting
from services.console.hall import (
    aftermath,
    attendees,
    checkin,
    conclusion,
    conferences,
    dialogue_forms,
    invitations,
    order,
    room_offers,
)
from services.console.hall.asked import Asked, asked
from services.console.hall.attendees import Guest
from services.console.hall.conferences import Conference, Session
from services.console.hall.order import Floor
from services.console.words import Term
from shared.communes import Profile


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks at which dialogue, when, and what the room has noted of it."""

    db: Connection
    who: Acting
    dialogue: Conference
    floor: Floor
    now: datetime

    @property
    def commune(self) -> str:
        return self.who.commune

    def questions(self) -> list[Asked]:
        return asked(self.db, self.commune, self.dialogue.id, self.now)


Seen = Callable[[Looking], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the room: its place in the address, its name, its template and what it shows."""

    slug: str
    words: str
    template: str
    seen: Seen


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a dialogue's life. taken_at is None while it lies ahead; now: it is the next one."""

    words: str
    taken_at: datetime | None
    now: bool
    term: Term | None


@dataclass(frozen=True, slots=True)
class Group:
    """Like questions, proposed to be one topic. topic: the one that some of them have already."""

    questions: Sequence[Asked]
    topic: str


@dataclass(frozen=True, slots=True)
class Share:
    """How many questions are of one field or hamlet, and how many of those are open."""

    words: str
    count: int
    open: int


def steps(dialogue: Conference) -> list[Step]:
    """The life of a dialogue after its plan. An ad hoc one takes forms until it begins."""
    owed = dialogue.terms
    closed_at = dialogue.registration_closed_at if dialogue.state != "announced" else None
    told = [
        ("Thông báo, nhận phiếu đăng ký", dialogue.announced_at, owed.get("announcement")),
        ("Hết hạn đăng ký, xếp chỗ", closed_at or dialogue.ended_at, owed.get("registration-cutoff")),
        ("Tổ chức hội nghị", dialogue.ended_at, None),
        ("Ban hành thông báo kết luận", dialogue.concluded_at, owed.get("conclusion-notice")),
        ("Giải quyết xong câu hỏi, nhiệm vụ", dialogue.settled_at, None),
        ("Báo cáo kết quả lên cấp trên", dialogue.reported_at, owed.get("result-report")),
    ]
    if dialogue.kind == "ad-hoc":
        del told[1]
    going_on = dialogue.state != "cancelled"
    next_one = next((place for place, (_, at, _) in enumerate(told) if at is None), None) if going_on else None
    return [Step(words, at, place == next_one, term) for place, (words, at, term) in enumerate(told)]


def groups(questions: Sequence[Asked]) -> list[Group]:
    """Questions that are much alike and not of one topic yet, each with all it hangs together with."""
    known = {one.id: one for one in questions if not one.confidential}
    of: dict[str, set[str]] = {}
    for one in known.values():
        if one.resembles in known:
            together = of.get(one.id, {one.id}) | of.get(one.resembles, {one.resembles})
            of |= dict.fromkeys(together, together)
    found = []
    for together in {id(ids): ids for ids in of.values()}.values():
        alike = [one for one in questions if one.id in together]
        topics = [one.topic for one in alike if one.topic]
        if len(topics) < len(alike) or len(set(topics)) > 1:
            found.append(Group(alike, topics[0] if topics else ""))
    return found


def by_topic(questions: Sequence[Asked]) -> list[tuple[str, list[Asked]]]:
    """Topics in the order of their first question, then what is of none under ""."""
    found: dict[str, list[Asked]] = {}
    for one in questions:
        found.setdefault(one.topic or "", []).append(one)
    return sorted(found.items(), key=lambda topic: not topic[0])


def by_field(questions: Sequence[Asked]) -> list[Share]:
    """The most asked first."""
    return _shares(questions, lambda one: one.field or "")


def by_hamlet(questions: Sequence[Asked], guests: Sequence[Guest]) -> list[Share]:
    """By the hamlet that the asker's address names; "" where it names none."""
    hamlets = {one.id: one.hamlet or "" for one in guests}
    return _shares(questions, lambda one: hamlets.get(one.submission, ""))


def _shares(questions: Sequence[Asked], of: Callable[[Asked], str]) -> list[Share]:
    found = dict[str, list[Asked]]()
    for one in questions:
        found.setdefault(of(one), []).append(one)
    shares = [Share(words, len(many), sum(one.standing == "open" for one in many)) for words, many in found.items()]
    return sorted(shares, key=lambda share: (not share.words, -share.count, share.words))


def _overview(at: Looking) -> Mapping[str, Any]:
    questions = at.questions()
    duties = conferences.duties(at.db, at.dialogue.id, at.now)
    lists = conferences.expected_lists(at.db, at.dialogue.id, at.now)
    guests = attendees.guests(at.db, at.who.profile, at.dialogue.id)
    return {
        "steps": steps(at.dialogue),
        "turnout": conferences.turnouts(at.db, at.commune)[at.dialogue.id],
        "questions": len(questions),
        "open": sum(one.standing == "open" for one in questions),
        "to_call": any(one.can_be_called for one in questions),
        "fields": by_field(questions)[:6],
        "duties": (sum(one.done_at is not None for one in duties), len(duties)),
        "late_duties": sum(bool(one.term and one.term.urgency == "late") for one in duties if one.done_at is None),
        "lists": (sum(one.received_at is not None for one in lists), len(lists)),
        "invitations": invitations.of(at.db, at.commune, at.dialogue.id),
        "hamlets": _hamlets(guests, at.who.profile),
        "commitments": conferences.commitments(at.db, at.dialogue.id, at.now),
        "deputies": [signer.name for signer in at.who.profile.letterhead.deputies],
    }


def _preparation(at: Looking) -> Mapping[str, Any]:
    return {
        "duties": conferences.duties(at.db, at.dialogue.id, at.now),
        "lists": conferences.expected_lists(at.db, at.dialogue.id, at.now),
    }


def _people(at: Looking) -> Mapping[str, Any]:
    guests = attendees.guests(at.db, at.who.profile, at.dialogue.id)
    invited = attendees.representatives(at.db, at.dialogue.id)
    return {
        "turnout": conferences.turnouts(at.db, at.commune)[at.dialogue.id],
        "guests": guests,
        "representatives": invited,
        "hamlets": _hamlets(guests, at.who.profile),
        "invitations": invitations.of(at.db, at.commune, at.dialogue.id),
        "found": partial(attendees.named_like, guests, invited),
        "by_seat": {one.seat: one for one in guests if one.seat is not None},
    }


def _door(at: Looking) -> Mapping[str, Any]:
    seen = _people(at)
    return {
        **seen,
        "standing": checkin.standing,
        "free": checkin.free_seats(at.dialogue.seats, seen["guests"], len(seen["representatives"])),
    }


def _questions(at: Looking) -> Mapping[str, Any]:
    questions = at.questions()
    return {
        "questions": questions,
        "sections": by_session(at.dialogue, questions),
        "by_topic": by_topic,
        "alike": groups(questions),
        "topics": sorted({one.topic for one in questions if one.topic}),
        "fields": by_field(questions),
        "asked_from": by_hamlet(questions, attendees.guests(at.db, at.who.profile, at.dialogue.id)),
    }


def _hall(at: Looking) -> Mapping[str, Any]:
    questions = at.questions()
    called = [one for one in order.in_order(at.floor, questions) if one.on_agenda]
    after = order.next_one(at.floor, questions)
    return {
        **_people(at),
        "floor": at.floor,
        "running": order.running(at.floor, questions),
        "sections": by_session(at.dialogue, called),
        "next": after.id if after else None,
        "acts": {one.id: room_offers.for_agenda(at.who, at.dialogue, one, at.now) for one in called},
        "notes": room_offers.for_notes(at.who, at.dialogue, at.now),
        "dealt_with": sum(one.outcome is not None for one in called),
        "called": len(called),
        "apart": len(questions) - len(called),
        "speakers": _speakers(at.who.profile),
        "superior": at.who.profile.superior,
        "minutes": order.MINUTES,
    }


def _conclusion(at: Looking) -> Mapping[str, Any]:
    questions = at.questions()
    return {
        "proposal": conclusion.draft(record := record_of(at, questions)),
        "drafted": conclusion.as_drafted(record),
        "named": {one.id: one.named for one in questions},
        "asked": {one.id: one for one in questions},
        "commitments": conferences.commitments(at.db, at.dialogue.id, at.now),
        "promise_places": dialogue_forms.promise_places,
    }


def _afterwards(at: Looking) -> Mapping[str, Any]:
    questions = at.questions()
    commitments = conferences.commitments(at.db, at.dialogue.id, at.now)
    owed = aftermath.owed_in_writing(questions)
    return {
        "chores": aftermath.chores(at.dialogue, questions, commitments),
        "letters": [one for one in owed if one.standing == "open"],
        "written": sum(one.standing != "open" for one in owed),
        "open_commitments": [one for one in commitments if one.fulfilled_at is None],
        "promised": len(commitments),
    }


def record_of(at: Looking, questions: Sequence[Asked]) -> conclusion.Record:
    """What conclusion and minutes are written from."""
    turnout = conferences.turnouts(at.db, at.commune)[at.dialogue.id]
    return conclusion.Record(at.who.profile, at.dialogue, turnout, tuple(questions))


OVERVIEW = Tab("", "Tổng quan", "dialogue.html", _overview)
DOOR = Tab("diem-danh", "Điểm danh", "room_door.html", _door)
HALL = Tab("tai-hoi-nghi", "Tại hội nghị", "room_agenda.html", _hall)
TABS = (
    OVERVIEW,
    Tab("chuan-bi", "Chuẩn bị", "room_preparation.html", _preparation),
    Tab("nguoi-du", "Người dự", "room_people.html", _people),
    Tab("cau-hoi", "Câu hỏi", "room_questions.html", _questions),
    DOOR,
    HALL,
    Tab("ket-luan", "Kết luận", "conclusion.html", _conclusion),
    Tab("viec-con-lai", "Việc còn lại", "room_after.html", _afterwards),
)


def tab(slug: str) -> Tab:
    if (found := next((one for one in TABS if one.slug == slug), None)) is None:
        raise HTTPException(404, "Không có trang này.")
    return found


def owed(dialogue: Conference, seen: Mapping[str, Any]) -> list[Term]:
    """Every term that a page may show: the dialogue's own, and those of what it lists."""
    listed = [one for values in seen.values() if isinstance(values, list) for one in values]
    found = [*dialogue.terms.values(), *(term for one in listed if (term := getattr(one, "term", None)))]
    return [term for term in found if term.owed]


def by_session(dialogue: Conference, questions: Sequence[Asked]) -> list[tuple[Session | None, list[Asked]]]:
    """The questions of each session; those of none last, where there are any."""
    parts = [(session, [one for one in questions if one.session == session.number]) for session in dialogue.sessions]
    numbers = {session.number for session in dialogue.sessions}
    rest = [one for one in questions if one.session not in numbers]
    return [*parts, *([(None, rest)] if rest or not parts else [])]


def _hamlets(guests: Sequence[Guest], profile: Profile) -> list[tuple[str, int, int]]:
    """Each hamlet with its seats given and its people who wait."""
    return [
        (
            hamlet,
            sum(one.seat is not None for one in guests if one.hamlet == hamlet),
            sum(one.waiting_place is not None for one in guests if one.hamlet == hamlet),
        )
        for hamlet in profile.hamlets
    ]


def _speakers(profile: Profile) -> list[str]:
    """Who may answer at the conference, with his office: the leaders, then the departments' people."""
    head = profile.letterhead
    leaders = [f"{signer.name}, {signer.capacity[-1]}" for signer in (head.signer, *head.deputies)]
    others = [
        f"{person.name}, {department.name}"
        for person in profile.people
        if person.department and (department := profile.department(person.department))
    ]
    return list(dict.fromkeys([*leaders, *others]))
