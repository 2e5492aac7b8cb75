"""The classifier of each commune as its office has taught it, on every replica and without a restart."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from services.routing.classifying.classifier import Classifier
from services.routing.classifying.evidence import FieldWords
from services.routing.classifying.lessons import Lesson
from shared.logs import in_short, logger

LOOK_EVERY_S = 3.0
"""A correction counts on every replica after so long, and what the office taught is asked for no oftener."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What an office has taught: its word rules, and its decisions on questions.

    rules: in place of those of the profile; None where the office has saved none.
    """

    rules: Sequence[FieldWords] | None = None
    lessons: Sequence[Lesson] = ()


class HowFar(Protocol):
    """Something cheap to ask for, that differs as soon as anything was taught."""

    def __call__(self, commune: str, /) -> Awaitable[Hashable]: ...


class WhatWasLearned(Protocol):
    def __call__(self, commune: str, /) -> Awaitable[Learned]: ...


@dataclass(slots=True)
class _Kept:
    classifier: Classifier
    mark: Hashable
    looked_at: float
    looking: bool = False


class Classifiers:
    """Keeps one classifier a commune, and looks now and then whether its office has taught anything new.

    Whoever finds that it has waits until the classifier has learned it, which takes tens of milliseconds in a thread of
    its own; whoever comes meanwhile is served by the older one. So a commune where one question comes a day is not a
    question behind, and one where hundreds come is not held up.

    Args:
        shipped: the classifier of each commune's profile, untaught.
        mark: changes when anything was taught.
        learned: everything that was taught.
        seconds: a clock that never goes back.
    """

    def __init__(
        self,
        shipped: Mapping[str, Classifier],
        mark: HowFar,
        learned: WhatWasLearned,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._shipped = dict(shipped)
        self._mark = mark
        self._learned = learned
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}
        self._firsts: dict[str, asyncio.Lock] = {commune: asyncio.Lock() for commune in shipped}

    async def of(self, commune: str) -> Classifier:
        """The commune's classifier, at most LOOK_EVERY_S behind what its office has taught.

        Raises:
            KeyError: for a commune without a profile.
            Exception: whatever the store raises, as long as it was never read; later the older classifier serves.
        """
        if commune not in self._kept:
            async with self._firsts[commune]:
                if commune not in self._kept:
                    looked_at = self._seconds()
                    mark = await self._mark(commune)
                    self._kept[commune] = _Kept(await self._taught(commune), mark, looked_at)
        kept = self._kept[commune]
        if not kept.looking and self._seconds() - kept.looked_at >= LOOK_EVERY_S:
            await self._look(commune, kept)
        return kept.classifier

    async def _look(self, commune: str, kept: _Kept) -> None:
        kept.looking = True
        try:
            mark = await self._mark(commune)
            if mark != kept.mark:
                kept.classifier = await self._taught(commune)
                kept.mark = mark
        except Exception as error:  # noqa: BLE001 - what it has learned so far goes on serving
            logger().warning("classifier-not-refreshed", commune=commune, error=in_short(error))
        finally:
            kept.looked_at, kept.looking = self._seconds(), False

    async def _taught(self, commune: str) -> Classifier:
        """The mark was asked for before, so what is taught in between is learned now and again, never missed."""
        learned = await self._learned(commune)
        return await asyncio.to_thread(_teach, self._shipped[commune], learned)


def _teach(shipped: Classifier, learned: Learned) -> Classifier:
    ruled = shipped if learned.rules is None else shipped.ruled(learned.rules)
    return ruled.taught(learned.lessons)
