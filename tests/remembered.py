"""The console's own records without a database, for tests of what rests on them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from pymongo.errors import ServerSelectionTimeoutError

from services.console.work.held import Act
from services.console.work.kept import Kept
from services.console.work.saved_filters import SavedFilter


class RememberedActs:
    """As `held_store.StoredActs`; held together by the same tests."""

    def __init__(self) -> None:
        self.acts: dict[str, Act] = {}

    async def add(self, act: Act) -> Act | None:
        if (before := self.acts.get(act.id)) is None:
            self.acts[act.id] = replace(act, version=1)
        return before

    async def change(self, id: str, decide: Callable[[Act], Act]) -> Act | None:
        if (before := self.acts.get(id)) is None:
            return None
        after = decide(before)
        if after != before:
            after = self.acts[id] = replace(after, version=before.version + 1)
        return after

    async def due(self, now: datetime) -> list[str]:
        due = [act for act in self.acts.values() if act.next_at and act.next_at <= now]
        return [act.id for act in sorted(due, key=lambda act: act.next_at or now)]

    async def of(self, commune: str, worker: str, since: datetime) -> list[Act]:
        own = [act for act in self.acts.values() if (act.commune, act.worker) == (commune, worker)]
        return sorted((act for act in own if act.held_at >= since), key=lambda act: act.held_at, reverse=True)

    async def forget(self, before: datetime) -> None:
        self.acts = {id: act for id, act in self.acts.items() if act.held_at >= before}


class RememberedFilters:
    """As `filter_store.StoredFilters`."""

    def __init__(self) -> None:
        self.filters: dict[tuple[str, str, str], SavedFilter] = {}

    async def of(self, commune: str, worker: str) -> list[SavedFilter]:
        own = [one for one in self.filters.values() if (one.commune, one.worker) == (commune, worker)]
        return sorted(own, key=lambda one: one.saved_at)

    async def save(self, filter: SavedFilter) -> None:
        self.filters.setdefault((filter.commune, filter.worker, filter.id), filter)

    async def rename(self, commune: str, worker: str, id: str, name: str) -> bool:
        if (found := self.filters.get((commune, worker, id))) is None:
            return False
        self.filters[commune, worker, id] = replace(found, name=name)
        return True

    async def remove(self, commune: str, worker: str, id: str) -> bool:
        return self.filters.pop((commune, worker, id), None) is not None


class RememberedRecord:
    """As `door.audit.Audit`, for what pages tell it. is_away: nothing can be written."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.is_away = False

    async def note(self, kind: str, outcome: str, *, must: bool = False, **told: Any) -> None:
        if not self.is_away:
            self.rows.append({"kind": kind, "outcome": outcome, "must": must, **told})
        elif must:
            raise ServerSelectionTimeoutError


def remembered() -> Kept:
    """For pages whose records nobody looks at afterwards."""
    return Kept(RememberedActs(), RememberedFilters())
