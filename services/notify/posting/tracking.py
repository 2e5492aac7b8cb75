"""The post's own list: which number it gave to which envelope."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.notify.posting.runs import PrintRun, give


@dataclass(frozen=True, slots=True)
class Found:
    """tracking: by envelope. unknown: what stands in the list for a letter that is not of this run."""

    tracking: dict[int, str]
    unknown: tuple[str, ...]


def matched(run: PrintRun, rows: Iterable[tuple[str, str]]) -> Found:
    """Rows of what names a letter, and the post's number.

    A letter is named by its reference, with or without `.pdf`; by its running number in the posting list (`15`), or by
    bundle and place in it (`2/15`).

    Raises:
        Refusal: an envelope would have two numbers.
    """
    envelopes = _names(run)
    tracking: dict[int, str] = {}
    unknown: list[str] = []
    for written, number in rows:
        envelope = envelopes.get(_plain(written))
        if envelope is None:
            unknown.append(written)
        else:
            give(tracking, envelope, number)
    return Found(tracking, tuple(dict.fromkeys(unknown)))


def _names(run: PrintRun) -> dict[str, int]:
    names: dict[str, int] = {}
    for _, item in run.kept():
        names[str(item.envelope)] = item.envelope
        names[f"{item.bundle}/{item.place}"] = item.envelope
        names[_plain(item.notification)] = item.envelope
    return names


def _plain(written: str) -> str:
    written = written.strip().casefold().removesuffix(".pdf")
    numbers = re.fullmatch(r"0*(\d+)(?:\.0)?(?:\s*[/-]\s*0*(\d+))?", written)
    return "/".join(filter(None, numbers.groups())) if numbers else written
