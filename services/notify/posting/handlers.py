"""What the post desk asks of notify: commands of clerks and of the head of the office."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from services.notify.posting import letters, listing, runs
from services.notify.posting.letters import must_be_clerk
from services.notify.posting.room import PrintRoom
from services.notify.posting.runs import Item, PrintRun
from services.notify.posting.store import PrintRuns
from services.notify.posting.tracking import Found, matched
from services.notify.provided import Letters, Now, Printing, Profiles, Runs, RunsAsFiles
from shared.commands import obey
from shared.contracts import Command, Done, Refusal, Refused
from shared.contracts.post import (
    CallBackLetter,
    ClosePrintRun,
    ImportTracking,
    ReadPost,
    ReadPrintFile,
    ReadPrintRun,
    RecordDelivered,
    RecordPosted,
    RecordReturned,
)
from shared.handlers import Handlers

consumes = Handlers("notify")

Recording = Callable[[PrintRun, Iterable[str]], runs.Decision]

RUNS_OF_LATE = 30
PATIENCE_S = 2.0
"""So long a command waits for letters to be told; of a large run the sweep tells the others."""


@consumes.command(ReadPost)
async def read_post(
    command: ReadPost, letters_: Letters, print_runs: Runs, room: Printing, profiles: Profiles, now: Now
) -> Done | Refused:
    must_be_clerk(command)
    profile = profiles[command.actor.commune]
    lying = [(case, id) for _, case, id in await letters_.lying_ready(profile.id)]
    page = lying[command.offset : command.offset + listing.AT_ONCE]
    pages = await room.pages(profile.id, [id for _, id in page])
    known = await letters_.several([case for case, _ in page])
    ready = [
        listing.letter(known[case], known[case].message(id), hamlets=profile.hamlets, pages=pages[id])
        for case, id in page
        if case in known and known[case].has(id)
    ]
    late = [print_runs.as_json(run) for run in await print_runs.of_late(profile.id, RUNS_OF_LATE)]
    cut_off = runs.next_cut_off(profile, now()).isoformat()
    return Done(version=0, state={"cut_off": cut_off, "ready": ready, "ready_in_all": len(lying), "runs": late})


@consumes.command(ReadPrintRun)
async def read_print_run(command: ReadPrintRun, letters_: Letters, print_runs: Runs) -> Done | Refused:
    must_be_clerk(command)
    run = await _own(print_runs, command.run, command)
    kept = list(run.kept())[command.offset : command.offset + listing.AT_ONCE]
    items = await _as_read(run, kept, letters_)
    return Done(version=0, state={**print_runs.as_json(run), "items": items})


@consumes.command(ReadPrintFile)
async def read_print_file(command: ReadPrintFile, print_runs: Runs, files: RunsAsFiles) -> Done | Refused:
    must_be_clerk(command)
    run = await _own(print_runs, command.run, command)
    if not run.closed:
        raise runs.being_closed(run)
    return Done(version=0, state=await files.piece(run, command))


@consumes.command(CallBackLetter)
async def call_back_letter(command: CallBackLetter, letters_: Letters, now: Now) -> Done | Refused:
    """Its file goes with the next sweep."""
    return await obey(
        letters_, _case(command.notification), command, lambda one: letters.call_back(one, command, now())
    )


@consumes.command(ClosePrintRun)
async def close_print_run(command: ClosePrintRun, print_runs: Runs, room: Printing) -> Done | Refused:
    must_be_clerk(command)
    closed = await room.close_now(command.actor.commune)
    if not closed:
        raise Refusal("not-now", "Không có thư nào đang chờ chốt đợt in.")
    run = await _own(print_runs, closed[-1], command)
    return Done(version=0, state=print_runs.as_json(run))


@consumes.command(RecordPosted)
async def record_posted(command: RecordPosted, print_runs: Runs, room: Printing, now: Now) -> Done | Refused:
    must_be_clerk(command)
    done = await obey(print_runs, command.run, command, lambda run: runs.record_posted(run, command, now()))
    return await _told(done, command.run, print_runs, room)


@consumes.command(ImportTracking)
async def import_tracking(command: ImportTracking, print_runs: Runs, room: Printing, now: Now) -> Done | Refused:
    must_be_clerk(command)
    found = Found({}, ())

    def decide(run: PrintRun) -> runs.Decision:
        nonlocal found
        found = matched(run, command.rows)
        return runs.record_tracking(run, command.posted_on, found.tracking, now())

    done = await obey(print_runs, command.run, command, decide)
    told = await _told(done, command.run, print_runs, room)
    if isinstance(told, Refused):
        return told
    return Done(version=told.version, state={**told.state, "taken": len(found.tracking), "unknown": [*found.unknown]})


@consumes.command(RecordDelivered)
async def record_delivered(
    command: RecordDelivered, letters_: Letters, print_runs: Runs, room: Printing, now: Now
) -> Done | Refused:
    must_be_clerk(command)

    def decide(run: PrintRun, notifications: Iterable[str]) -> runs.Decision:
        return runs.record_delivered(run, notifications, command.delivered_on, now())

    return await _recorded(command, command.notifications, decide, letters_, print_runs, room)


@consumes.command(RecordReturned)
async def record_returned(
    command: RecordReturned, letters_: Letters, print_runs: Runs, room: Printing, now: Now
) -> Done | Refused:
    must_be_clerk(command)

    def decide(run: PrintRun, notifications: Iterable[str]) -> runs.Decision:
        return runs.record_returned(run, notifications, command.returned_on, command.because, now())

    return await _recorded(command, command.notifications, decide, letters_, print_runs, room)


async def _recorded(
    command: Command,
    notifications: Iterable[str],
    decide: Recording,
    letters_: Letters,
    print_runs: PrintRuns,
    room: PrintRoom,
) -> Done | Refused:
    """Run by run. What may not be recorded of one of several is refused before anything is saved of another."""
    by_run = await _by_run(notifications, command, letters_)
    if len(by_run) > 1:
        for run, ids in by_run.items():
            decide(await _own(print_runs, run, command), ids)
    read: list[dict[str, Any]] = []
    for run, ids in by_run.items():
        saved = await print_runs.change(run, partial(_decided, decide, ids, command), key=command.key)
        known = await room.finish(run, within_s=PATIENCE_S, last=saved)
        assert known is not None, "a print run is never deleted"
        named = frozenset(ids)
        read += await _as_read(known, [one for one in known.kept() if one[1].notification in named], letters_)
    return Done(version=0, state={"letters": read})


def _decided(decide: Recording, notifications: Sequence[str], command: Command, run: PrintRun | None) -> runs.Decision:
    assert run is not None, "a print run is never deleted"
    if run.commune != command.actor.commune:
        raise Refusal("forbidden", "Đợt in này thuộc một xã khác.")
    return decide(run, notifications)


async def _by_run(notifications: Iterable[str], command: Command, letters_: Letters) -> dict[str, list[str]]:
    wanted = list(dict.fromkeys(notifications))
    known = await letters_.several([_case(id) for id in wanted])
    found: dict[str, list[str]] = defaultdict(list)
    for id in wanted:
        state = known.get(_case(id))
        if state is None or state.commune != command.actor.commune or not state.has(id):
            raise Refusal("not-found", f"Không tìm thấy thư {id}.")
        if (fate := state.message(id).fate) is None:
            raise Refusal("not-now", f"Thư {id} chưa được in để gửi bưu điện.")
        found[fate.run].append(id)
    return found


async def _as_read(run: PrintRun, letters_of: Sequence[tuple[int, Item]], letters_: Letters) -> list[dict[str, Any]]:
    known = await letters_.several([item.case for _, item in letters_of])
    return [
        listing.letter(
            known[item.case],
            known[item.case].message(item.notification),
            item=item,
            as_left=run.receivers[place] if run.receivers else None,
            fate=run.fate(item.envelope),
        )
        for place, item in letters_of
        if item.case in known and known[item.case].has(item.notification)
    ]


async def _told(done: Done | Refused, run: str, print_runs: PrintRuns, room: PrintRoom) -> Done | Refused:
    """The run as it is once its letters know of it, or as far as they do by then."""
    if isinstance(done, Refused):
        return done
    known = await room.finish(run, within_s=PATIENCE_S)
    return Done(version=done.version, state=print_runs.as_json(known) if known else done.state)


async def _own(print_runs: PrintRuns, id: str, command: Command) -> PrintRun:
    run = await print_runs.get(id)
    if run is None:
        raise Refusal("not-found", f"Không tìm thấy đợt in {id}.")
    if run.commune != command.actor.commune:
        raise Refusal("forbidden", "Đợt in này thuộc một xã khác.")
    return run


def _case(notification: str) -> str:
    return notification.partition(".")[0]
