"""Commands about the outgoing registers, and what becomes of a number whose document does not leave."""

from datetime import datetime
from functools import partial
from typing import Any

from services.notify.making import Maker
from services.notify.numbers import registers
from services.notify.numbers.books import book_id
from services.notify.numbers.registers import Chosen
from services.notify.numbers.store import Numbers
from services.notify.posting import listing
from services.notify.provided import Letters, Making, Now, Post, Profiles, Registers
from services.notify.store import Correspondences
from services.notify.texts.text import KINDS
from services.notify.texts.writing import CannotWrite
from shared.communes import Communes, Profile
from shared.contracts import Command, Done, Refusal, Refused
from shared.contracts.notify import NotificationFailed
from shared.contracts.post import GiveNumbers, OpenRegister, ReadRegister
from shared.handlers import Handlers

MOST_ROWS = 500
WITHDRAWN = "Văn bản được rút trong lúc cấp số."

consumes = Handlers("notify")


@consumes.command(GiveNumbers)
async def give_numbers(
    give: GiveNumbers, letters: Letters, numbers: Registers, post: Post, making: Making, profiles: Profiles, now: Now
) -> Done | Refused:
    """All are looked at before the first is numbered. The register comes first: what a crash keeps from the letter, the
    next attempt notes on it."""
    profile, texts = _profile(profiles, give), {}
    chosen = [await _chosen(id, give, profile, letters, numbers, now()) for id in dict.fromkeys(give.notifications)]
    for one in chosen:
        given = one.given or await numbers.give(
            registers.row_of(one, give, profile.letterhead, await _about(one, making), now())
        )
        texts[one.message.id] = given.text
        note = partial(registers.numbered, notification=one.message.id, number=given.text, now=now())
        saved = await post.note(one.state.id, note)
        if not registers.left_after_all(saved.state, given):
            await numbers.strike(given.id, WITHDRAWN)
    return Done(version=0, state={"numbers": texts})


@consumes.command(OpenRegister)
async def open_register(command: OpenRegister, numbers: Registers, profiles: Profiles) -> Done | Refused:
    _profile(profiles, command)
    book = await numbers.open(command)
    return Done(version=0, state={"next": await numbers.next(book.id)})


@consumes.command(ReadRegister)
async def read_register(
    command: ReadRegister, letters: Letters, numbers: Registers, profiles: Profiles
) -> Done | Refused:
    profile, id = _profile(profiles, command), book_id(command.actor.commune, command.book, command.year)
    automatic = getattr(profile.numbering, command.book) == "automatic"
    rows = await numbers.rows(id, below=command.below, limit=MOST_ROWS)
    state: dict[str, Any] = {
        "next": await numbers.next(id),
        "automatic": automatic,
        "symbol": registers.symbol_of(command.book, profile.letterhead),
        "rows": [registers.shown(row) for row in rows],
        "waiting": [] if automatic else await _waiting(command, letters, profile.hamlets),
    }
    return Done(version=0, state=state)


@consumes(NotificationFailed)
async def strike_what_does_not_leave(failed: NotificationFailed, letters: Letters, numbers: Registers) -> None:
    """Called back, withdrawn, not to be made: its number stays in the register, struck out with the reason.

    It is struck first and looked at then: what is made anew meanwhile has been claimed before, and is seen.
    """
    row = await numbers.row_of(failed.notification)
    if row is None or registers.left_after_all(await letters.get(failed.case), row):
        return
    await numbers.strike(row.id, failed.reason)
    if registers.left_after_all(await letters.get(failed.case), row):
        await numbers.strike(row.id, None)


def _profile(profiles: Communes, command: Command) -> Profile:
    registers.must_be_clerk(command.actor)
    if (profile := profiles.get(command.actor.commune)) is None:
        raise Refusal("not-found", f"Không có xã {command.actor.commune} trong hệ thống.")
    return profile


async def _chosen(
    id: str, give: GiveNumbers, profile: Profile, letters: Correspondences, numbers: Numbers, now: datetime
) -> Chosen:
    one = registers.chosen(await letters.get(id.partition(".")[0]), id, await numbers.row(id), give)
    if one.given is None:
        registers.must_be_late(getattr(profile.numbering, one.book))
        registers.check_day(give.given_on, one.message, now)
        registers.check_order(give.given_on, await numbers.last(book_id(profile.id, one.book, give.given_on.year)))
    return one


async def _about(one: Chosen, making: Maker) -> str:
    """As it stands on the letter. It has left, so it is numbered whatever has become of its data since."""
    try:
        return (await making.written(one.state, one.message, "letter")).about
    except CannotWrite:
        return KINDS[one.message.kind]


async def _waiting(command: ReadRegister, letters: Correspondences, hamlets: tuple[str, ...]) -> list[dict[str, Any]]:
    """The oldest first: in this order they are to be numbered."""
    found = [
        (state, message)
        for state in await letters.with_unnumbered(
            book_id(command.actor.commune, command.book, command.year), limit=MOST_ROWS
        )
        for message in registers.waiting_in(state, command.book, command.year)
    ]
    found.sort(key=lambda one: (one[1].created_at, one[1].id))
    return [listing.letter(state, message, hamlets=hamlets) for state, message in found[:MOST_ROWS]]
