"""What is done to several questions: said before, held back for a moment, taken back or sent, and told of after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console.acting import Acting
from services.console.case.since import told_since
from services.console.door.audit import note_here, present
from services.console.event_words import event_name
from services.console.offers import OFFICE, WrongFields
from services.console.pages import Pages, Who, typed_in
from services.console.story import Line
from services.console.work import held, several
from services.console.work.chosen import Chosen, chosen
from services.console.work.held import Act, NotNow, Step
from services.console.work.held_store import HeldActs
from shared.clock import real_now
from shared.service import Service

ASK = "/viec/nhieu"
HOLD = "/viec/giu"
UNDO = "/viec/hoan-tac"
TOLD = "/viec/dang-giu"
DONE = "/viec/vua-lam"
PATHS = {"ask": ASK, "hold": HOLD, "undo": UNDO, "told": TOLD, "done": DONE}


@dataclass(frozen=True, slots=True)
class Became:
    """A step of an act, and what a person should know of it. since: where it was stale, what came and by whom."""

    step: Step
    since: Sequence[Line]

    @property
    def changes(self) -> list[str]:
        """The same in short, where the stream does not tell more."""
        outcome = self.step.outcome
        return [event_name(change) for change in outcome.changes] if outcome else []


def add_several(router: APIRouter, service: Service, pages: Pages, acts: HeldActs) -> None:
    @router.post(ASK)
    async def ask(request: Request, who: Who) -> Response:
        """What would happen to whom, before it does; and what must be said once for all of them."""
        return await show(who, await typed_in(request))

    @router.post(HOLD)
    async def hold(request: Request, who: Who) -> Response:
        """From here on it happens, unless it is taken back in time."""
        typed = await typed_in(request)
        kind, (rows, _) = _kind(typed), await read(who, typed)
        if not rows:
            return await show(who, typed, status=422)
        key = typed.get("key") or str(ULID())
        try:  # also of those that have changed since they were shown: routing says so, and what became of each is told
            steps = several.commands(kind, who.actor, key, rows, typed)
        except WrongFields as error:
            return await show(who, typed, wrong=error.fields, status=422)
        assert who.worker is not None, "has an actor"
        aim, now = several.aim(kind, typed), real_now()
        act = held.hold(key, who.commune, who.worker.id, aim, steps, now, service.clock())
        if by := present.get():
            act = replace(act, account=by.account, address=by.address)
        before = await acts.add(act)
        if before is None:
            await note_here(request.app, who, "command", verb=f"hold-{act.verb}", about=act.id)
        elif _own(who, before).state is held.State.UNDONE:
            return await show(who, {**typed, "key": ""}, undone=True, status=409)
        return RedirectResponse(_back(typed), 303)

    @router.post(UNDO)
    async def undo(request: Request, who: Who) -> Response:
        """The page from which it is taken back says whether it was in time."""
        typed = await typed_in(request)
        id = typed.get("act", "")
        try:
            undone = await acts.change(id, lambda act: held.undo(_own(who, act), real_now()))
        except NotNow:
            await note_here(request.app, who, "command", outcome="not-now", verb="undo", about=id)
            return RedirectResponse(f"{DONE}?muon=1", 303)
        if undone is not None:
            await note_here(request.app, who, "command", verb="undo", about=id)
        return RedirectResponse(_back(typed), 303)

    @router.get(TOLD)
    async def told(who: Who) -> Response:
        """For every page: what is about to happen, and what happened and was not read yet."""
        return pages.show("held.html", who, **await of_worker(acts, who, real_now()))

    @router.get(DONE)
    async def just_done(who: Who, muon: str = "") -> Response:
        found = await of(who)
        became = [(act, [await seen_of(who, step) for step in act.refused]) for act in found]
        for act in found:
            if act.state is held.State.OVER and act.read_at is None:
                await acts.change(act.id, lambda one: held.read(one, real_now()))
        shown: dict[str, Any] = {"acts": became, "late": bool(muon), "kept_days": held.KEPT_FOR.days, "paths": PATHS}
        return pages.show("just_done.html", who, **shown)

    async def seen_of(who: Acting, step: Step) -> Became:
        if step.outcome is None or not step.outcome.changes or step.seen is None:
            return Became(step, [])
        secret = who.role not in OFFICE
        return Became(step, await told_since(service.nats, who, step.case, step.question, step.seen, secret=secret))

    async def of(who: Acting) -> list[Act]:
        return await acts.of(who.commune, who.worker.id, real_now() - held.KEPT_FOR) if who.worker else []

    async def read(who: Acting, typed: Mapping[str, str]) -> tuple[list[Chosen], several.Sorted]:
        ids, now = several.chosen_in(typed)[: held.MOST], service.clock()
        rows = await pages.read(lambda db: chosen(db, who.commune, ids, now))
        return rows, several.sort(who, _kind(typed), rows)

    async def show(
        who: Acting,
        typed: Mapping[str, str],
        *,
        wrong: Mapping[str, str] | None = None,
        undone: bool = False,
        status: int = 200,
    ) -> Response:
        kind = _kind(typed)
        rows, parted = await read(who, typed)
        since = {
            row.id: await told_since(
                service.nats, who, row.submission, row.id, seen, secret=row.confidential and who.role not in OFFICE
            )
            for row in rows
            if (seen := several.seen_in(typed, row.id)) is not None and seen < row.question.version
        }
        return pages.show(
            "several.html",
            who,
            status,
            kind=kind,
            parted=parted,
            since=since,
            proposed={row.id: several.proposed(row) for row in parted.able},
            typed=typed,
            wrong=wrong or {},
            undone=undone,
            key=typed.get("key") or str(ULID()),
            back=_back(typed),
            paths=PATHS,
            held_for=held.HELD_FOR.seconds,
        )


async def of_worker(acts: HeldActs, who: Acting, now: datetime) -> dict[str, Any]:
    """What `held.html` shows one person of his own acts."""
    own = await acts.of(who.commune, who.worker.id, now - held.KEPT_FOR) if who.worker else []
    told = held.untold(own)
    return {
        "waiting": [(act, max(0, round((act.due_at - now).total_seconds() * 1000))) for act in told if act.under_way],
        "over": [act for act in told if not act.under_way],
        "pending": held.waiting(own),
        "paths": PATHS,
    }


def _kind(typed: Mapping[str, str]) -> several.Kind:
    kind = several.KINDS.get(typed.get("verb", ""))
    if kind is None:
        raise HTTPException(400, "Không có lệnh này.")
    return kind


def _own(who: Acting, act: Act) -> Act:
    """Nobody takes back what another did."""
    if who.worker is None or (act.commune, act.worker) != (who.commune, who.worker.id):
        raise HTTPException(404, "Không có việc này.")
    return act


def _back(typed: Mapping[str, str]) -> str:
    """The list from which it was done: a path of this site, whatever the form said."""
    path = typed.get("back", "")
    address = urlsplit(path)
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and not address.netloc
    return path if local else "/"
