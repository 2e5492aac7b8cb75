"""The console's own records of those who work with its lists: acts held back, saved filters."""

from dataclasses import dataclass

from services.console.work.filter_store import Filters, StoredFilters
from services.console.work.held_store import HeldActs, StoredActs
from shared.store import Database


@dataclass(frozen=True, slots=True)
class Kept:
    acts: HeldActs
    filters: Filters


def kept_in(database: Database) -> Kept:
    return Kept(StoredActs(database), StoredFilters(database))
