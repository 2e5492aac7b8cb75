"""The dialogue room: the dialogues of a commune, and one of them from its plan to its report, a page for each stage."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from sqlite3 import Connection
from typing import Any, get_args
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import conclusion, conferences, dialogue_forms, room_offers, terms
from services.console.acting import Acting
from services.console.cases import elsewhere, history
from services.console.commands import STATUS, Attempt, Success, carry_out, perform
from services.console.conferences import Asked, Conference, Place
from services.console.pages import HEADERS, Pages, Who, done, typed_in, wants_json
from services.console.reader import Reader
from services.console.words import Term
from shared.commands import send
from shared.communes import Profile
from shared.contracts import Actor, Command, Refused
from shared.contracts.intake import CheckIn
from shared.contracts.notify import DocumentFormat, DocumentKind, RenderDocument
from shared.contracts.routing import GroupQuestion
from shared.service import Service
from shared.text import one_line
from shared.web import HANOI

DOCUMENTS: Mapping[str, DocumentKind] = {"thong-bao": "conclusion", "phat-thanh": "loudspeaker"}


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


Seen = Callable[[Connection, Acting, Conference, datetime], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the room: its place in the address, its name, its template and what it asks of the view."""

    slug: str
    words: str
    template: str
    seen: Seen


def add_dialogues(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    """`/hoi-nghi`: the programme of a year and the dialogues of a commune; `/hoi-nghi/<id>/…`: one of them."""
    _add_programme(router, service, pages, reader)
    _add_documents(router, service)
    _add_room(router, service, pages, reader)


def _add_programme(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get("/hoi-nghi")
    async def dialogues(who: Who, nam: int | None = None, muc: str = "") -> Response:
        return await show(who, nam, muc)

    @router.post("/hoi-nghi")
    async def plan(request: Request, who: Who) -> Response:
        typed = await typed_in(request)
        match await perform(service, reader, who, typed, _reading(who.profile)):
            case Attempt() as attempt:
                return await show(who, None, typed.get("slot", ""), attempt)
            case success:
                return RedirectResponse(f"/hoi-nghi/{success.about}?xong={success.verb}", 303)

    async def show(who: Acting, year: int | None, slot: str, attempt: Attempt | None = None) -> Response:
        now = service.clock()
        year = _year(who.profile, year, now)

        def query(db: Connection) -> tuple[list[Place], list[Conference], dict[str, conferences.Turnout]]:
            return (
                conferences.programme(db, who.profile, year, now),
                conferences.conferences(db, who.commune, now),
                conferences.turnouts(db, who.commune),
            )

        places, found, turnouts = await pages.read(query)
        return pages.show(
            "dialogues.html",
            who,
            attempt.status if attempt else 200,
            year=year,
            years=_years(who.profile, found, now),
            places=places,
            dialogues=found,
            turnouts=turnouts,
            chosen=next((place.slot for place in places if place.slot.id == slot), None),
            sessions=range(1, dialogue_forms.SESSIONS + 1),
            may_plan=room_offers.may_plan(who),
            explained=await terms.explain(
                service.nats, who, [place.term for place in places if place.term and place.term.owed]
            ),
            attempt=attempt,
        )


def _add_room(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get("/hoi-nghi/{dialogue}")
    @router.get("/hoi-nghi/{dialogue}/{tab}")
    async def look(who: Who, dialogue: str, tab: str = "", xong: str = "", tim: str = "", soan: str = "") -> Response:
        return await show(who, dialogue, _tab(tab), done=done(xong), search=one_line(tim)[:200], anew=bool(soan))

    @router.post("/hoi-nghi/{dialogue}")
    @router.post("/hoi-nghi/{dialogue}/{tab}")
    async def act(request: Request, who: Who, dialogue: str, tab: str = "") -> Response:
        here, typed = _tab(tab), await typed_in(request)
        outcome = await _SPECIAL.get(typed.get("verb", ""), _plainly)(service, pages, reader, who, dialogue, typed)
        if wants_json(request) and isinstance(outcome, Success | Attempt):
            return _in_json(outcome)
        match outcome:
            case Attempt() as attempt:
                return await show(who, dialogue, here, attempt=attempt)
            case Response() as elsewhere_now:
                return elsewhere_now
            case Success() as success:
                return RedirectResponse(_after(dialogue, here, success, typed), 303)

    async def show(who: Acting, id: str, tab: Tab, attempt: Attempt | None = None, **more: Any) -> Response:
        now = service.clock()

        def query(db: Connection) -> tuple[Conference, Mapping[str, Any]] | None:
            found = conferences.conference(db, who.commune, id, now)
            return (found, tab.seen(db, who, found, now)) if found else None

        if (known := await pages.read(query)) is None:
            return await elsewhere(service, pages, who, id)
        dialogue, seen = known
        explained = terms.explain(service.nats, who, _owed(dialogue, seen))
        if tab is TABS[0]:
            told, explanations = await asyncio.gather(history(service, who, id), explained)
        else:
            told, explanations = [], await explained
        shown = {"search": "", "done": "", "anew": False} | more
        return pages.show(
            tab.template,
            who,
            attempt.status if attempt else 200,
            dialogue=dialogue,
            tab=tab,
            tabs=TABS,
            offered=room_offers.for_room(who, dialogue, now),
            allowed=room_offers,
            attempt=attempt,
            history=told,
            explained=explanations,
            **seen,
            **shown,
        )


def _add_documents(router: APIRouter, service: Service) -> None:
    @router.get("/hoi-nghi/{dialogue}/tep/{name}.{format}")
    async def document(who: Who, dialogue: str, name: str, format: str) -> Response:
        """The conclusion notice or the text to read aloud, as notify writes it."""
        if name not in DOCUMENTS or format not in get_args(DocumentFormat):
            raise HTTPException(404, "Không có tệp này.")
        command = RenderDocument.model_validate(
            {
                "actor": who.actor,
                "key": str(ULID()),
                "dialogue": dialogue,
                "document": DOCUMENTS[name],
                "format": format,
            }
        )
        answer = await send(service.nats, command, timeout=30)
        if isinstance(answer, Refused):
            raise HTTPException(STATUS[answer.code], answer.reason)
        headers = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(answer.state['name'])}"}
        return Response(
            base64.b64decode(answer.state["content"]), media_type=answer.state["media_type"], headers=headers
        )


# --- what a form of the room leads to -------------------------------------------------------------------------------

Outcome = Success | Attempt | Response
Doing = Callable[[Service, Pages, Reader, Acting, str, Mapping[str, str]], Awaitable[Outcome]]


async def _plainly(
    service: Service, _: Pages, reader: Reader, who: Acting, dialogue: str, typed: Mapping[str, str]
) -> Outcome:
    """One command."""
    return await perform(service, reader, who, typed, _reading(who.profile))


async def _find_guest(
    service: Service, pages: Pages, reader: Reader, who: Acting, dialogue: str, typed: Mapping[str, str]
) -> Outcome:
    """A code that was scanned or typed checks its owner in; anything else is a name to look for."""
    wanted = one_line(typed.get("wanted", ""))[:200]
    code = dialogue_forms.scanned_code(wanted)
    found = await pages.read(lambda db: conferences.find_guest(db, who.commune, dialogue, code)) if code else None
    if found is not None:
        command = CheckIn(actor=who.actor, key=typed.get("key") or str(ULID()), submission=found)
        return await carry_out(service, reader, command, typed)
    if wanted and any(letter.isdigit() for letter in code):
        return Attempt("find-guest", dialogue, typed, 404, f"Hội nghị này không có phiếu mang mã “{wanted}”.")
    return RedirectResponse(f"/hoi-nghi/{dialogue}/{typed.get('here', 'nguoi-du')}?tim={quote(wanted)}#diem-danh", 303)


async def _group(
    service: Service, _: Pages, reader: Reader, who: Acting, dialogue: str, typed: Mapping[str, str]
) -> Outcome:
    """Several questions into one topic; each asker keeps an answer of his own."""
    topic, key = one_line(typed.get("topic", "")), typed.get("key", "")
    if not topic or len(topic) > 2_000:
        return Attempt("group-questions", dialogue, typed, 422, "Xin ghi tên nhóm vấn đề.")
    result: Success | Attempt = Success(GroupQuestion.verb, dialogue)
    for question in typed.get("questions", "").split():
        command = GroupQuestion(actor=who.actor, key=f"{key}-{question}", question=question, topic=topic)
        result = await carry_out(service, reader, command, typed)
        if isinstance(result, Attempt):
            return Attempt("group-questions", dialogue, typed, result.status, result.reason)
    return result


_SPECIAL: Mapping[str, Doing] = {"find-guest": _find_guest, "group-questions": _group}


def _reading(profile: Profile) -> Callable[[str, Actor, Mapping[str, str]], Command]:
    return partial(dialogue_forms.command, profile=profile)


def _in_json(outcome: Success | Attempt) -> Response:
    """For a page that stays as it is: the receipt's code, or why nothing was done."""
    if isinstance(outcome, Attempt):
        return JSONResponse({"reason": outcome.reason, "wrong": dict(outcome.wrong)}, outcome.status, HEADERS)
    return JSONResponse({"code": outcome.state.get("code")}, headers=HEADERS)


def _after(dialogue: str, tab: Tab, success: Success, typed: Mapping[str, str]) -> str:
    """Back to where the form stood; at the conference, to the question that is called next."""
    if tab.slug == "tai-hoi-nghi" and (success.verb in room_offers.ACTS):
        anchor = "tiep-theo"
    elif typed.get("verb") == "find-guest":
        anchor = "diem-danh"
    else:
        anchor = typed.get("anchor") or success.about
    return f"/hoi-nghi/{dialogue}{f'/{tab.slug}' if tab.slug else ''}?xong={success.verb}#{quote(anchor)}"


# --- what each page shows -------------------------------------------------------------------------------------------


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


def _overview(db: Connection, who: Acting, dialogue: Conference, now: datetime) -> Mapping[str, Any]:
    questions = conferences.asked(db, who.commune, dialogue.id, now)
    duties = conferences.duties(db, dialogue.id, now)
    lists = conferences.expected_lists(db, dialogue.id, now)
    return {
        "steps": steps(dialogue),
        "turnout": conferences.turnouts(db, who.commune)[dialogue.id],
        "questions": len(questions),
        "open": sum(one.standing == "open" for one in questions),
        "duties": (sum(one.done_at is not None for one in duties), len(duties)),
        "lists": (sum(one.received_at is not None for one in lists), len(lists)),
        "commitments": conferences.commitments(db, dialogue.id, now),
        "deputies": [signer.name for signer in who.profile.letterhead.deputies],
    }


def _preparation(db: Connection, who: Acting, dialogue: Conference, now: datetime) -> Mapping[str, Any]:
    return {
        "duties": conferences.duties(db, dialogue.id, now),
        "lists": conferences.expected_lists(db, dialogue.id, now),
    }


def _people(db: Connection, who: Acting, dialogue: Conference, now: datetime) -> Mapping[str, Any]:
    guests = conferences.guests(db, who.profile, dialogue.id)
    invited = conferences.representatives(db, dialogue.id)
    return {
        "turnout": conferences.turnouts(db, who.commune)[dialogue.id],
        "guests": guests,
        "representatives": invited,
        "hamlets": _by_hamlet(guests, who.profile),
        "found": partial(conferences.named_like, guests, invited),
    }


def _questions(db: Connection, who: Acting, dialogue: Conference, now: datetime) -> Mapping[str, Any]:
    questions = conferences.asked(db, who.commune, dialogue.id, now)
    return {
        "questions": questions,
        "sections": _by_session(dialogue, questions),
        "by_topic": by_topic,
        "groups": groups(questions),
        "topics": sorted({one.topic for one in questions if one.topic}),
    }


def _agenda(db: Connection, who: Acting, dialogue: Conference, now: datetime) -> Mapping[str, Any]:
    questions = conferences.asked(db, who.commune, dialogue.id, now)
    called = [one for one in questions if one.on_agenda]
    return {
        **_people(db, who, dialogue, now),
        "sections": _by_session(dialogue, called),
        "next": next((one.id for one in called if one.can_be_called), None),
        "acts": {one.id: room_offers.for_agenda(who, dialogue, one, now) for one in called},
        "dealt_with": sum(one.outcome is not None for one in called),
        "called": len(called),
        "apart": len(questions) - len(called),
        "speakers": _speakers(who.profile),
        "superior": who.profile.superior,
    }


def _conclusion(db: Connection, who: Acting, dialogue: Conference, now: datetime) -> Mapping[str, Any]:
    questions = conferences.asked(db, who.commune, dialogue.id, now)
    record = conclusion.Record(
        who.profile, dialogue, conferences.turnouts(db, who.commune)[dialogue.id], tuple(questions)
    )
    commitments = conferences.commitments(db, dialogue.id, now)
    return {
        "proposal": conclusion.draft(record),
        "drafted": conclusion.as_drafted(record),
        "named": {one.id: one.named for one in questions},
        "asked": {one.id: one for one in questions},
        "commitments": commitments,
        "promise_places": dialogue_forms.promise_places,
    }


TABS = (
    Tab("", "Tổng quan", "dialogue.html", _overview),
    Tab("chuan-bi", "Chuẩn bị", "room_preparation.html", _preparation),
    Tab("nguoi-du", "Người dự", "room_people.html", _people),
    Tab("cau-hoi", "Câu hỏi", "room_questions.html", _questions),
    Tab("tai-hoi-nghi", "Tại hội nghị", "room_agenda.html", _agenda),
    Tab("ket-luan", "Kết luận", "conclusion.html", _conclusion),
)


def _tab(slug: str) -> Tab:
    if (found := next((tab for tab in TABS if tab.slug == slug), None)) is None:
        raise HTTPException(404, "Không có trang này.")
    return found


def _owed(dialogue: Conference, seen: Mapping[str, Any]) -> list[Term]:
    """Every term that a page may show: the dialogue's own, and those of what it lists."""
    listed = [one for values in seen.values() if isinstance(values, list) for one in values]
    found = [*dialogue.terms.values(), *(term for one in listed if (term := getattr(one, "term", None)))]
    return [term for term in found if term.owed]


def _by_session(
    dialogue: Conference, questions: Sequence[Asked]
) -> list[tuple[conferences.Session | None, list[Asked]]]:
    """The questions of each session; those of none last, where there are any."""
    parts = [(session, [one for one in questions if one.session == session.number]) for session in dialogue.sessions]
    numbers = {session.number for session in dialogue.sessions}
    rest = [one for one in questions if one.session not in numbers]
    return [*parts, *([(None, rest)] if rest or not parts else [])]


def _by_hamlet(guests: Sequence[conferences.Guest], profile: Profile) -> list[tuple[str, int, int]]:
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


def _year(profile: Profile, wanted: int | None, now: datetime) -> int:
    """The one asked for; else this one, or the latest that the plan has slots in."""
    if wanted is not None and 2000 <= wanted <= 2100:
        return wanted
    this = now.astimezone(HANOI).year
    planned = {slot.closes.year for slot in profile.programme}
    return this if this in planned or not planned else max(planned)


def _years(profile: Profile, dialogues: Sequence[Conference], now: datetime) -> list[int]:
    held = {one.held_at.astimezone(HANOI).year for one in dialogues if one.held_at}
    return sorted({slot.closes.year for slot in profile.programme} | held | {now.astimezone(HANOI).year})
