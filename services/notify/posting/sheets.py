"""The sheets that go with a run: the manifest of a bundle, and labels for its envelopes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from services.notify.paper.drawn import small_qr_svg
from services.notify.posting.bundles import joined, sheets
from services.notify.posting.letters import Receiver
from services.notify.posting.runs import Item, PrintRun
from services.notify.wording import addressee, clock_and_day, one_line
from shared.communes import Profile
from shared.contracts import Refusal
from shared.typesetting import CannotPrint, Inputs, Typesetter

BY_HAND = "Giao qua thôn/đơn vị"
LABELS_AT_ONCE = 2 * 14
"""Typst remembers the last ten of what it has set, so little at a time is set in little memory."""
THICK = 4
"""Sheets from which on an envelope is named: with them it weighs more than 20 g, where the lowest rate ends."""

Letter = tuple[Item, Receiver | None]


def letters_of(run: PrintRun, bundle: int | None = None) -> list[Letter]:
    """What left in a run, or in a bundle of it, in order; receivers as long as they are kept.

    Raises:
        Refusal: there is no such bundle.
    """
    receivers = run.receivers
    found = [
        (item, receivers[place] if receivers else None)
        for place, item in run.kept()
        if bundle is None or item.bundle == bundle
    ]
    if not found:
        raise Refusal("not-found", f"Đợt in {run.id} không có tập số {bundle}.")
    return found


def group_of(item: Item, profile: Profile) -> str:
    """The heading that a letter stands under."""
    if item.by_hand:
        return BY_HAND
    return item.hamlet or f"Không rõ {profile.hamlet_word}"


def manifest(run: PrintRun, bundle: int, profile: Profile, *, duplex: bool) -> bytes:
    """Of a bundle, as PDF: what is in it, hamlet by hamlet, and what whoever folds it must look out for."""
    found = letters_of(run, bundle)
    items = [item for item, _ in found]
    groups = [(name, list(group)) for name, group in groupby(items, key=lambda item: group_of(item, profile))]
    inputs = {
        "issuer": one_line(profile.letterhead.issuer),
        "run": run.id,
        "bundle": bundle,
        "bundles": max(item.bundle for _, item in run.kept()),
        "closed": clock_and_day(run.closed_at),
        "word": capital(profile.hamlet_word),
        "duplex": duplex,
        "letters": len(items),
        "envelopes": _envelopes(items),
        "pages": sum(item.pages for item in items),
        "sheets": sheets((item.pages for item in items), duplex=duplex),
        "first": items[0].notification,
        "last": items[-1].notification,
        "groups": [
            {
                "name": one_line(name),
                "letters": len(group),
                "envelopes": _envelopes(group),
                "numbers": _span(group[0].envelope, group[-1].envelope),
                "sheets": sheets((item.pages for item in group), duplex=duplex),
            }
            for name, group in groups
        ],
        "shared": [_several(group) for group in _by_envelope(found) if len(group) > 1],
        "thick": [
            {"number": group[0][0].envelope, "sheets": count}
            for group in _by_envelope(found)
            if (count := sheets((item.pages for item, _ in group), duplex=duplex)) >= THICK
        ],
    }
    return _set("manifest.typ", inputs, run)


def labels(run: PrintRun, bundle: int, profile: Profile, scan: Callable[[str], str]) -> bytes:
    """For the envelopes of a bundle, as PDF: A4 sheets of 2 × 7 labels of 99.1 × 38.1 mm, in the order of the bundle.

    scan: the address behind the QR code of a letter.

    Raises:
        Refusal: names and addresses are kept no longer, or one of them cannot be printed.
    """
    every = list(_labels(run, bundle, profile, scan))
    parts = [every[first : first + LABELS_AT_ONCE] for first in range(0, len(every), LABELS_AT_ONCE)]
    return joined([_set("labels.typ", {"labels": part}, run) for part in parts])


def no_longer_kept(run: PrintRun) -> Refusal:
    return Refusal("not-now", f"Tên, địa chỉ người nhận của đợt in {run.id} đã được xóa khi hết thời hạn lưu.")


def _labels(run: PrintRun, bundle: int, profile: Profile, scan: Callable[[str], str]) -> Iterator[Mapping[str, Any]]:
    for group in _by_envelope(letters_of(run, bundle)):
        item, receiver = group[0]
        if receiver is None:
            raise no_longer_kept(run)
        address = one_line(receiver.address or "")
        yield {
            "number": item.envelope,
            "bundle": item.bundle,
            "name": addressee(one_line(receiver.name)),
            "address": f"Giao qua: {address}" if item.by_hand else address,
            "hamlet": BY_HAND if item.by_hand else one_line(item.hamlet or ""),
            "reference": item.notification,
            "letters": len(group),
            "qr": small_qr_svg(scan(item.notification)),
        }


def _several(group: Sequence[Letter]) -> Mapping[str, Any]:
    item, receiver = group[0]
    last = group[-1][0]
    return {
        "number": item.envelope,
        "name": _name(receiver),
        "letters": len(group),
        "places": _span(item.place, last.place),
    }


def _name(receiver: Receiver | None) -> str:
    return one_line(receiver.name) if receiver else ""


def _by_envelope(found: Iterable[Letter]) -> Iterator[list[Letter]]:
    return (list(group) for _, group in groupby(found, key=lambda letter: letter[0].envelope))


def _envelopes(items: Iterable[Item]) -> int:
    return len({item.envelope for item in items})


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _set(template: str, inputs: Inputs, run: PrintRun) -> bytes:
    try:
        return _typesetter.pdf(template, inputs, run.day)
    except CannotPrint as error:
        raise Refusal("invalid", str(error)) from error


def _place(character: str, inputs: Inputs) -> str:
    """Whose name or address holds it."""
    for one in (*inputs.get("labels", ()), *inputs.get("shared", ())):
        if character in one["name"] or character in one.get("address", ""):
            return f"tên, địa chỉ của bưu gửi số {one['number']}"
    return "tên thôn, tên cơ quan"


_typesetter = Typesetter(Path(__file__).parent / "templates", _place)
