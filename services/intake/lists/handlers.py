"""Lists as tables: previewed, and taken in row by row."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from services.intake import rules
from services.intake.dialogue import Announcement, permit
from services.intake.files import Files
from services.intake.lists import rules as lists
from services.intake.provided import (
    Answer,
    DialogueStore,
    FileStore,
    FrontDoor,
    Now,
    Profiles,
    SubmissionStore,
    profile_of,
)
from services.intake.reading.table_files import read_sheets
from services.intake.reading.tables import Table, read_table
from services.intake.reading.unreadable import UnreadableDocument
from services.intake.reception import Reception
from services.intake.store import Dialogues, Submissions
from services.intake.submissions import Arrival, dialogue_for
from shared.clock import Clock
from shared.commands import obey
from shared.contracts import Done, Refusal, Refused
from shared.contracts.conference import Representative
from shared.contracts.intake import InviteRepresentative, ReadTable, ReceiveList, ReceiveTable
from shared.handlers import Handlers

consumes = Handlers("intake")

MOST_INVITED_AT_ONCE = 500
TOGETHER = 16
"""Forms that are written at a time."""

Receipts = list[dict[str, Any]]


@consumes.command(ReadTable)
async def preview_table(command: ReadTable, files: FileStore, profiles: Profiles) -> Answer:
    """Changes nothing."""
    lists.permit_reading(command)
    return Done(version=0, state=lists.preview(await _understood(command, profile_of(profiles, command).id, files)))


@consumes.command(ReceiveTable)
async def receive_table(
    command: ReceiveTable,
    dialogues: DialogueStore,
    store: SubmissionStore,
    reception: FrontDoor,
    files: FileStore,
    profiles: Profiles,
    now: Now,
) -> Answer:
    """The good rows are taken in, of the others it is told why not. What a crash left half done is done by a repeat."""
    profile = profile_of(profiles, command)
    lists.permit_receiving(command)
    table = await _understood(command, profile.id, files)
    if command.list is not None:
        done = await _receive_expected(command, table, dialogues, store, reception, profile.hamlets, now)
    elif command.kind == "participants":
        done = await _invite_each(command, table, dialogues, profile.hamlets, now)
    else:
        told = await dialogues.told(profile.id)
        chosen = dialogue_for(told, command.dialogue, "list", now())
        receipts = await _take_in(table, profile.id, command.sender, chosen, store, reception)
        done = _done(table, receipts, chosen.id if chosen else None)
    return done


async def _understood(command: ReadTable | ReceiveTable, commune: str, files: Files) -> Table:
    """Reading a great file takes a second of work, which is done beside everything else.

    Raises:
        Refusal: there is no such file, or nothing to read in it.
    """
    kept = await files.find(command.file)
    data = await files.read(command.file) if kept else None
    if kept is None or data is None or kept.commune != commune or kept.purpose != "table":
        raise Refusal("not-found", "Không tìm thấy tệp danh sách. Tệp chưa dùng được giữ một ngày; xin chọn lại tệp.")

    def understand(content: bytes) -> Table:
        sheets = read_sheets(kept.attachment.media_type, content)
        return read_table(sheets, command.kind, command.section, command.mapping)

    try:
        return await asyncio.to_thread(understand, data)
    except UnreadableDocument as unreadable:
        raise Refusal("invalid", unreadable.reason) from unreadable


# --- a list that a dialogue waits for -------------------------------------------------------------------------------


async def _receive_expected(
    command: ReceiveTable,
    table: Table,
    dialogues: Dialogues,
    store: Submissions,
    reception: Reception,
    hamlets: Sequence[str],
    now: Clock,
) -> Answer:
    """Its opinions become forms before the list itself is noted, as of a list that comes as a command."""
    first = _as_list(command, 0, ())
    may = await obey(dialogues, first.dialogue, first, lambda one: rules.admit_list(one, first))
    dialogue = await dialogues.get(first.dialogue)
    if isinstance(may, Refused) or dialogue is None:
        return may
    expected = dialogue.expected(first.list)
    lists.must_be_of(expected, command)
    before = {one.id for one in dialogue.representatives}
    receipts = await _take_in(table, dialogue.commune, expected.sender, dialogue.announcement, store, reception)
    noted_before = any(one.list == expected.id for one in dialogue.arrived)
    fresh = sum(not receipt["duplicate"] for receipt in receipts)
    count = fresh if noted_before else len({receipt["code"] for receipt in receipts})
    version = 0
    for part in _as_lists(command, table):
        noted = await _note(part, count, dialogues, hamlets, now)
        if isinstance(noted, Refused):
            return noted
        version = noted.version
    return _done(table, [*receipts, *_invitations(table, before)], dialogue.id, version=version)


async def _note(part: ReceiveList, count: int, dialogues: Dialogues, hamlets: Sequence[str], now: Clock) -> Answer:
    return await obey(dialogues, part.dialogue, part, lambda one: rules.receive_list(one, part, count, hamlets, now()))


def _as_lists(command: ReceiveTable, table: Table) -> list[ReceiveList]:
    named = [one.representative for one in table.participants]
    starts = range(0, len(named), MOST_INVITED_AT_ONCE) or range(1)
    return [_as_list(command, place, named[start : start + MOST_INVITED_AT_ONCE]) for place, start in enumerate(starts)]


def _as_list(command: ReceiveTable, place: int, participants: Sequence[Representative]) -> ReceiveList:
    """What the rules know a list by. Its forms are here already, so it rests on no version that was seen."""
    assert command.list is not None
    if command.dialogue is None:
        raise Refusal("invalid", "Xin chọn hội nghị mà danh sách này gửi cho.")
    return ReceiveList(
        actor=command.actor,
        key=f"{command.key}:{place}"[-200:],
        dialogue=command.dialogue,
        list=command.list,
        participants=tuple(participants),
    )


# --- row by row -----------------------------------------------------------------------------------------------------


async def _take_in(
    table: Table,
    commune: str,
    sender: str,
    dialogue: Announcement | None,
    store: Submissions,
    reception: Reception,
) -> Receipts:
    """A receipt for each form, new or here before. In the order of the list, a few at a time."""
    known = lists.Known(await store.collected(commune, sender, dialogue.id if dialogue else None))
    receipts: Receipts = []

    async def take(parted: lists.Parted) -> dict[str, Any] | None:
        if (new := parted.fresh) is None:
            return None
        arrival = Arrival("list", new.registrant, new.matters, collected_by=sender)
        receipt = await reception.take_in(commune, arrival, dialogue)
        return _receipt(parted.rows, new.registrant.name, receipt.code, duplicate=receipt.duplicate)

    for start in range(0, len(table.opinions), TOGETHER):
        people = table.opinions[start : start + TOGETHER]
        parts = [known.part(one) for one in people]
        taken = await asyncio.gather(*(take(part) for part in parts))
        for one, part, fresh in zip(people, parts, taken, strict=True):
            name = one.opinion.registrant.name
            receipts += [_receipt(rows, name, code, duplicate=True) for code, rows in part.earlier.items()]
            receipts += [fresh] if fresh else []
    return sorted(receipts, key=lambda receipt: int(receipt["row"]))


async def _invite_each(
    command: ReceiveTable, table: Table, dialogues: Dialogues, hamlets: Sequence[str], now: Clock
) -> Answer:
    """Names for a dialogue that expects no such list: each is invited for himself, as far as there are seats."""
    assert command.dialogue is not None, "permit_receiving has seen to it"
    dialogue = await dialogues.get(command.dialogue)
    if dialogue is None:
        raise Refusal("not-found", "Không tìm thấy hội nghị này.")
    before = {one.id for one in dialogue.representatives}
    refused: dict[str, str] = {}
    for one in (person.representative for person in table.participants):
        if one.id in before:
            continue
        invite = InviteRepresentative(
            actor=command.actor, key=f"{command.key}:{one.id}"[-200:], dialogue=dialogue.id, representative=one
        )
        permit(dialogue, invite)
        if why_not := await _invite(invite, dialogues, hamlets, now):
            refused[one.id] = why_not
    wrong = [
        {"row": row, "why": refused[one.representative.id]}
        for one in table.participants
        if one.representative.id in refused
        for row in one.rows
    ]
    return _done(table, _invitations(table, before, frozenset(refused)), dialogue.id, wrong)


async def _invite(invite: InviteRepresentative, dialogues: Dialogues, hamlets: Sequence[str], now: Clock) -> str:
    """Why he cannot be invited, such as that no seat is left; "" when he is."""
    try:
        done = await obey(
            dialogues, invite.dialogue, invite, lambda one: rules.invite_representative(one, invite, hamlets, now())
        )
    except Refusal as refusal:
        return refusal.reason
    return done.reason if isinstance(done, Refused) else ""


def _invitations(table: Table, before: set[str], without: frozenset[str] = frozenset()) -> Receipts:
    return [
        _receipt(one.rows, one.representative.name, None, duplicate=one.representative.id in before)
        for one in table.participants
        if one.representative.id not in without
    ]


def _receipt(rows: Sequence[int], name: str, code: str | None, *, duplicate: bool) -> dict[str, Any]:
    """code: None for somebody who is invited."""
    return {"row": min(rows), "rows": list(rows), "name": name, "code": code, "duplicate": duplicate}


def _done(
    table: Table, receipts: Receipts, dialogue: str | None, wrong: Sequence[Mapping[str, Any]] = (), version: int = 0
) -> Done:
    not_taken = sorted([*lists.not_taken(table), *wrong], key=lambda one: int(one["row"]))
    state = {"kind": table.kind, "dialogue": dialogue, "receipts": receipts, "wrong": not_taken}
    return Done(version=version, state=state)
