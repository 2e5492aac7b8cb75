"""From a question and its answer to words that everybody may read: what was found in them, and what stays.

What tells who asked is found by routing; here it is shown in its place, and put back where a person says that it names
nobody.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.contracts.base import Model
from shared.text import clean, one_line

Where = Literal["asked", "answered"]
WHERE: tuple[Where, ...] = ("asked", "answered")

KINDS: Mapping[str, str] = {
    "phone": "số điện thoại",
    "email": "thư điện tử",
    "id-number": "số giấy tờ tùy thân",
    "account": "tài khoản",
    "name": "họ tên",
    "address": "địa chỉ",
}
LIKELY = frozenset({"account", "name", "address"})
"""Kinds that look like any other words, or may be the office's own: a person says what they are."""
KEEP = re.compile(r"keep-\d{1,3}")
KEPT_BEFORE = re.compile(r"was-\d{1,3}")


class Finding(Model):
    """Something that may tell who asked. text: as it stands there. mask: what stands in its place."""

    where: Where
    kind: str
    text: str
    mask: str

    @property
    def certain(self) -> bool:
        return self.kind not in LIKELY

    @property
    def said(self) -> str:
        """The text on one line, as a form sends it."""
        return one_line(self.text)


class Proposal(Model):
    """What routing proposes to publish."""

    asked: str
    answered: str
    found: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the original. finding: None where there is nothing to it."""

    text: str
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """Question and answer as they were written."""

    asked: str
    answered: str

    def of(self, where: Where) -> str:
        return self.asked if where == "asked" else self.answered


@dataclass(frozen=True, slots=True)
class Typed:
    """The page as it was sent. kept: what is to stay. before: what stood there when the page was shown.

    also: what else names nobody, as it was typed; each line one.
    """

    asked: str
    answered: str
    kept: frozenset[str]
    before: frozenset[str]
    also: str = ""

    @property
    def all_kept(self) -> tuple[str, ...]:
        """Everything that names nobody, each once."""
        return tuple(dict.fromkeys([*sorted(self.kept), *filter(None, map(one_line, self.also.split("\n")))]))


def typed_from(form: Mapping[str, str]) -> Typed:
    """The fields of the page."""
    return Typed(
        clean(form.get("asked", "")),
        clean(form.get("answered", "")),
        frozenset(one_line(text) for name, text in form.items() if KEEP.fullmatch(name)),
        frozenset(one_line(text) for name, text in form.items() if KEPT_BEFORE.fullmatch(name)),
        clean(form.get("also", "")),
    )


def likely(found: Sequence[Finding], known: Collection[str] = ()) -> list[Finding]:
    """What a person says of whether it is to stay, each once.

    Args:
        known: of the asker; what is his very name or address never stays.
    """
    his = {_folded(one) for one in known}
    return list({one.said: one for one in found if not one.certain and _folded(one.text) not in his}.values())


def marked(text: str, found: Sequence[Finding], where: Where) -> list[Stretch]:
    """The original with what was found in its places."""
    here = {one.text: one for one in found if one.where == where and one.text}
    return [Stretch(part, here.get(part)) for part in _parted(text, here) if part]


def proposed(where: Where, original: Original, proposal: Proposal, kept: Collection[str]) -> str:
    """What is put before people to publish, where some of what was found is to stay."""
    if not kept:
        return proposal.asked if where == "asked" else proposal.answered
    return "".join(
        stretch.text if stretch.finding is None or stretch.finding.said in kept else stretch.finding.mask
        for stretch in marked(original.of(where), proposal.found, where)
    )


def applied(typed: Typed, original: Original, proposal: Proposal) -> Typed:
    """The page with what is to stay put back. A box that somebody wrote in is left as he wrote it."""

    def mended(where: Where, now: str) -> str:
        untouched = now == clean(proposed(where, original, proposal, typed.before))
        return clean(proposed(where, original, proposal, typed.kept)) if untouched else now

    return Typed(mended("asked", typed.asked), mended("answered", typed.answered), typed.kept, typed.kept, typed.also)


def begun(original: Original, proposal: Proposal, asked: str | None, answered: str | None) -> Typed:
    """The page as it is first shown. asked, answered: what stands in the library already."""
    if asked is None or answered is None:
        return Typed(proposal.asked, proposal.answered, frozenset(), frozenset())
    standing = f"{asked}\n{answered}"
    kept = frozenset(one.said for one in likely(proposal.found) if one.text in standing)
    return Typed(asked, answered, kept, kept)


def _folded(text: str) -> str:
    return one_line(text).casefold()


def _parted(text: str, here: Mapping[str, Finding]) -> list[str]:
    """At what was found; the longest first, for a name may stand in an address."""
    if not here:
        return [text]

    pattern = "|".join(re.escape(one) for one in sorted(here, key=len, reverse=True))
    return re.split(f"({pattern})", text)
