"""Commands about the texts of messages: what an office reads, tries and saves."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from services.notify.mailing.mails import CannotMail
from services.notify.paper.letters import CannotPrint
from services.notify.provided import BaseUrl, Letters, Now, OwnTexts, Profiles
from services.notify.store import Correspondences
from services.notify.texts import names, versions
from services.notify.texts.checking import mistakes
from services.notify.texts.previews import example, preview
from services.notify.texts.samples import media, samples
from services.notify.texts.shipped import shipped
from services.notify.texts.store import Texts
from services.notify.texts.text import KINDS, Text, cleaned
from services.notify.texts.versions import OwnText, Saved, Words, id_of, text_of
from services.notify.texts.writing import CannotWrite
from shared.communes import Communes, Profile
from shared.contracts import Done, Refusal, Refused, Role
from shared.contracts.notify import MessageKind
from shared.contracts.texts import PreviewText, ReadText, ReadTexts, SaveText, TextsCommand, UseShippedText
from shared.handlers import Handlers

MAY_WRITE = frozenset({Role.CLERK, Role.OFFICE_HEAD})

TRYING = ThreadPoolExecutor(2, "texts")
"""Texts are tried here, so that letters and mails never wait for one."""

WITHIN_S = 20
"""So long whoever tries a text waits, with the time until it is its turn."""

T = TypeVar("T")
InTime = Callable[[], bool]

consumes = Handlers("notify")


@consumes.command(ReadTexts)
async def read_texts(command: ReadTexts, texts: OwnTexts, profiles: Profiles) -> Done | Refused:
    profile = _profile(profiles, command)
    own = await texts.of_commune(profile.id)
    return Done(version=0, state={"texts": [_newest(kind, own.get(kind)) for kind in KINDS]})


@consumes.command(ReadText)
async def read_text(command: ReadText, texts: OwnTexts, profiles: Profiles) -> Done | Refused:
    profile = _profile(profiles, command)
    versions.name_of(command.kind)
    own = await texts.get(id_of(profile.id, command.kind))
    return Done(version=0, state=await asyncio.to_thread(_in_full, command.kind, own, profile))


@consumes.command(PreviewText)
async def preview_text(
    command: PreviewText, letters: Letters, profiles: Profiles, base_url: BaseUrl, now: Now
) -> Done | Refused:
    profile = _profile(profiles, command)
    versions.name_of(command.kind)
    if command.medium not in media(command.kind):
        raise Refusal("invalid", "Loại thông báo này chỉ gửi bằng thư điện tử, không in ra giấy.")
    state = await letters.get(command.submission) if command.submission else None
    if command.submission and (state is None or state.registrant is None):
        raise Refusal("not-found", f"Không tìm thấy phiếu {command.submission}.")
    if state is not None and state.commune != profile.id:
        raise Refusal("forbidden", "Phiếu này thuộc một xã khác.")
    sample = example(command.kind, profile, state, await _conclusion(letters, state.dialogue if state else None))
    show = partial(_shown, _text(command), sample, command.medium, base_url, now())
    return Done(version=0, state=await _tried(show))


@consumes.command(SaveText)
async def save_text(command: SaveText, texts: OwnTexts, profiles: Profiles, now: Now) -> Done | Refused:
    """What is wrong is told before whether somebody else was faster: it has to be set right either way."""
    profile, text = _profile(profiles, command), _text(command)
    versions.name_of(command.kind)
    if wrong := await _tried(partial(mistakes, text, profile)):
        raise Refusal("invalid", "\n".join(wrong))
    return await _save(command, Words(text.about, text.mail_subject, text.body), texts, now())


@consumes.command(UseShippedText)
async def use_shipped_text(command: UseShippedText, texts: OwnTexts, profiles: Profiles, now: Now) -> Done | Refused:
    _profile(profiles, command)
    versions.name_of(command.kind)
    return await _save(command, None, texts, now())


async def _save(command: SaveText | UseShippedText, words: Words | None, texts: Texts, now: datetime) -> Done | Refused:
    commune, kind = command.actor.commune, command.kind
    saved = await texts.change(
        id_of(commune, kind),
        lambda own: versions.save(
            own or versions.begin(commune, kind), words, command.based_on, command.actor.name, now
        ),
        key=command.key,
    )
    await texts.refresh()
    return Done(version=saved.said, state=_newest(kind, saved.state))


async def _conclusion(letters: Correspondences, dialogue: str | None) -> Any:
    """Of a dialogue, once it is published."""
    known = await letters.get(dialogue) if dialogue else None
    conclusion = known.record.conclusion if known and known.record else None
    return conclusion if conclusion and conclusion.notice else None


async def _tried(act: Callable[[InTime], T]) -> T:
    until = monotonic() + WITHIN_S
    return await asyncio.get_running_loop().run_in_executor(TRYING, act, lambda: monotonic() < until)


def _shown(
    text: Text, sample: Any, medium: Any, base_url: str, now: datetime, in_time: InTime = lambda: True
) -> dict[str, Any]:
    if wrong := mistakes(text, sample.profile, in_time):
        return {"mistakes": wrong}
    try:
        return {"mistakes": [], **preview(text, sample, medium, base_url, now)}
    except (CannotWrite, CannotMail, CannotPrint) as cannot:
        return {"mistakes": [str(cannot)]}


def _in_full(kind: MessageKind, own: OwnText | None, profile: Profile) -> dict[str, Any]:
    text = shipped(kind)
    return {
        **_newest(kind, own),
        "shipped": {"about": text.about, "mail_subject": text.mail_subject, "body": text.body},
        "versions": [_version(kind, own, saved) for saved in reversed(own.versions if own else ())],
        "names": names.told(kind, samples(kind, profile)[0].data("mail")),
    }


def _newest(kind: MessageKind, own: OwnText | None) -> dict[str, Any]:
    return _version(kind, own, own.versions[-1] if own and own.versions else None)


def _version(kind: MessageKind, own: OwnText | None, saved: Saved | None) -> dict[str, Any]:
    text = text_of(own, saved.number if saved else 0, shipped(kind))
    return {
        "kind": kind,
        "name": KINDS[kind],
        "about": text.about,
        "mail_subject": text.mail_subject,
        "body": text.body,
        "version": text.version,
        "saved_by": saved.saved_by if saved else None,
        "saved_at": saved.saved_at.isoformat() if saved else None,
        "own": saved is not None and saved.words is not None,
    }


def _text(command: PreviewText | SaveText) -> Text:
    return Text(command.kind, cleaned(command.about), cleaned(command.mail_subject), cleaned(command.body))


def _profile(profiles: Communes, command: TextsCommand) -> Profile:
    if command.actor.role not in MAY_WRITE:
        raise Refusal("forbidden", "Chỉ cán bộ Văn phòng và Chánh Văn phòng được xem, sửa mẫu văn bản.")
    if (profile := profiles.get(command.actor.commune)) is None:
        raise Refusal("not-found", f"Không có xã {command.actor.commune} trong hệ thống.")
    return profile
