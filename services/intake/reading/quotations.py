"""What is a person's own in a mail, and what he quotes, forwards or has added by his program."""

import re

from services.intake.reading.spelling import fold

LONGEST_LINE = 1_000
"""Characters looked at of a line; no program writes longer ones above what it quotes."""
_QUOTED = re.compile(r" {0,3}>")
_INTRODUCED = re.compile(
    r"(?:vao|on|luc|ngay|le|am) (?=.*(?:@|\d:\d|\d{4})).{1,300}(?:da viet|wrote|viet|schrieb|a ecrit) ?:|"
    r".{1,120}<[^<>@ ]++@[^<>@ ]++> (?:da viet|wrote) ?:"
)
"""The line above a quotation; some programs break it over two."""
_SEPARATED = re.compile(
    r"-{2,} ?(?:original message|original appointment|forwarded message|thu goc|tin nhan goc|thu da chuyen tiep"
    r"|thu chuyen tiep|chuyen tiep).{0,40}|_{20,}|begin forwarded message:|bat dau thu chuyen tiep:"
)
_HEAD = re.compile(r"\*?(?:from|tu|nguoi gui) ?: ?\*? ?.{1,300}")
_HEAD_GOES_ON = re.compile(r"\*?(?:sent|date|da gui|gui|ngay|to|den|toi|subject|chu de|tieu de|cc) ?: ?.{0,300}")
_SIGNATURE = re.compile(r"-- ?|—")
_DEVICE = re.compile(
    r"(?:sent from (?:my )?|get outlook for |(?:da |duoc )?gui tu (?:iphone|ipad|dien thoai|thiet bi|yahoo|outlook"
    r"|gmail|zalo|samsung|thu)).{0,60}"
)
_ADDRESS = re.compile(r"(?<![^\s<>\[\]():;,\"'@])[^\s<>\[\]():;,\"'@]++@[^\s<>\[\]():;,\"'@]+\.[^\s<>\[\]():;,\"'@]+")
"""From the beginning of a word alone: else a word of n letters would be gone through n times."""


def own_words(text: str) -> str:
    """What the sender wrote himself; "" where he only quotes.

    text: the body of a mail, cleaned. Words below a quotation and between its lines are his, too.
    """
    lines = text.split("\n")
    folded = [fold(line.strip()[:LONGEST_LINE]) for line in lines]
    kept: list[str] = []
    place = 0
    while place < len(lines):
        if _QUOTED.match(lines[place]):
            place += 1
        elif length := _introduction(folded, place):
            following = next((lines[below] for below in range(place + length, len(lines)) if lines[below].strip()), "")
            if not _QUOTED.match(following):
                break
            place += length
        elif _begins_another_mail(folded, place) or _SIGNATURE.fullmatch(lines[place]):
            break
        else:
            if not _DEVICE.fullmatch(folded[place]):
                kept.append(lines[place].rstrip())
            place += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _introduction(folded: list[str], place: int) -> int:
    """How many lines introduce a quotation here: none, one or two."""
    if _INTRODUCED.fullmatch(folded[place]):
        return 1
    if place + 1 < len(folded) and folded[place].startswith(("vao ", "on ", "luc ")):
        return 2 if _INTRODUCED.fullmatch(f"{folded[place]} {folded[place + 1]}") else 0
    return 0


def _begins_another_mail(folded: list[str], place: int) -> bool:
    if _SEPARATED.fullmatch(folded[place]):
        return True
    following = [line for line in folded[place + 1 : place + 4] if line]
    return bool(_HEAD.fullmatch(folded[place])) and bool(following) and bool(_HEAD_GOES_ON.fullmatch(following[0]))


def first_sender(text: str) -> str | None:
    """Who wrote what is forwarded in a text, where nothing was written above it but a line or two.

    The last head counts: of a chain, it is the oldest mail's.
    """
    lines = text.split("\n")
    folded = [fold(line.strip(" >")[:LONGEST_LINE]) for line in lines]
    heads = [place for place in range(len(lines)) if _begins_another_mail(folded, place)]
    if not heads or not any(_is_forwarding(folded[place]) for place in heads):
        return None
    found = None
    for place in range(heads[0], len(lines)):
        if _HEAD.fullmatch(folded[place]) and (address := _ADDRESS.search(lines[place])):
            found = address[0]
    return found


def _is_forwarding(line: str) -> bool:
    return "forward" in line or "chuyen tiep" in line
