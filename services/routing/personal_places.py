"""Addresses in a text: where somebody lives, and which plot is his. A road, a hamlet, a commune alone tells nobody.

Likely, not certain: whoever publishes decides.
"""

import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence

from services.routing.personal_names import Span

_UPPER = "".join(letter for letter in map(chr, range(0x41, 0x1EFA)) if letter.isupper() and letter.isalpha())
_NAME = rf"[{_UPPER}]\w{{0,15}}(?:[ ][{_UPPER}]\w{{0,15}}){{0,3}}"
_NUMBER = r"\d{1,6}[A-Za-z]?(?![\w])(?:[/-]\d{1,6}[A-Za-z]?(?!\w)){0,3}"
_GAP = r"\s{1,3}"
_NAME_OF_ROAD = rf"[ ][{_UPPER}]\w{{0,15}}(?:[ ][{_UPPER}]\w{{0,15}}){{1,3}}(?=[\s,.;]|$)"
_OF_WHAT = (
    r"(?!\s{0,2}(?i:m²|m2|m\b|mét|met\b|ha\b|sào|mẫu|triệu|nghìn|ngàn|trăm|tr\b|đồng|cây|cay\b|km|hộ|căn|người|tầng))"
)
"""`hẻm 3 mét` and `thửa đất 640 m²` say how much, not which."""
_NO = rf"(?:(?i:số|so){_GAP})?"

_PIECE = re.compile(
    rf"""
    (?<![\w/.,-])(?:
      (?P<house>(?i:số{_GAP}nhà|so{_GAP}nha|nhà{_GAP}số|nha{_GAP}so):?{_GAP}{_NUMBER})
    | (?P<lane>(?i:ngõ|ngách|hẻm|kiệt|ngo|ngach|hem|kiet){_GAP}{_NO}{_NUMBER}{_OF_WHAT}(?:{_NAME_OF_ROAD})?)
    | (?P<plot>(?i:thửa(?:{_GAP}đất)?|tờ{_GAP}bản{_GAP}đồ){_GAP}(?i:số{_GAP})?:?\s?{_NUMBER}{_OF_WHAT})
    | (?P<hamlet>
        (?i:thôn|xóm|ấp|bản|buôn|làng|đội|tổ{_GAP}dân{_GAP}phố|tdp|khu{_GAP}phố|khu{_GAP}dân{_GAP}cư|tổ|cụm|xom|thon)
        {_GAP}{_NO}(?:{_NUMBER}|{_NAME}))
    | (?P<road>(?i:đường|phố|duong|pho){_GAP}(?:{_NAME}|{_NUMBER}))
    | (?P<no>(?i:số|so){_GAP}{_NUMBER})
    | (?P<number>{_NUMBER})
    )
    """,
    re.VERBOSE,
)
_BETWEEN = re.compile(r"[ \t]?[,;–-]?\s{0,2}")
_ROAD_FOLLOWS = re.compile(_NAME_OF_ROAD)
_NO_HOUSE = re.compile(
    r"(?:ngày|năm|tháng|quý|lần|điều|khoản|điểm|mục|phần|từ|đến|hơn|khoảng|được|cả|các|mấy|trong|và|định|hoạch|luật|tư|văn"
    r"|bản|án|báo|phiếu|lớp|trường|hồ\s+sơ|biên\s+lai|tuyến|xe|đợt|kỳ|mã|cột|cống|trạm)\s{1,3}$",
    re.IGNORECASE,
)
"""A number after these is none of a house."""
_YEAR = re.compile(r"(?:19|20)\d\d")

_LIVES_IN = re.compile(
    r"(?:trú\s+tại|trú\s+ở|thường\s+trú|tạm\s+trú|địa\s+chỉ|nơi\s+ở|hộ\s+khẩu(?:\s+tại)?|chỗ\s+ở"
    r"|(?:tôi|em|cháu|mình)(?:\s+(?:hiện|đang|đều))?\s+(?:ở|sống\s+ở|sống\s+tại))(?:\s+(?:tại|ở|là))?\s*:?\s*$",
    re.IGNORECASE,
)
_OF_SOMEBODY = re.compile(r"[^.?!;\n]{0,12}?\s(?:ở|tại|sống tại|trú)\s$")
LOOK_BACK = 40


def addresses_in(text: str, names: Collection[Span] = ()) -> Iterator[Span]:
    """Where addresses stand, in the order of the text.

    Args:
        text: in Unicode NFC.
        names: where names of people stand: the hamlet after one is where that person lives.
    """
    ends = {end for _, end in names}
    chain: list[re.Match[str]] = []
    for piece in [*_PIECE.finditer(text), None]:
        if piece is not None and chain and _BETWEEN.fullmatch(text, chain[-1].end(), piece.start()):
            chain.append(piece)
            continue
        if chain and (span := _address(text, chain, ends)):
            yield span
        chain = [piece] if piece is not None else []


def _address(text: str, chain: list[re.Match[str]], ends: Collection[int]) -> Span | None:
    """Where a row of pieces is somebody's address; a number at its beginning or end may belong to something else."""
    rest = deque(chain)
    while rest and rest[-1].lastgroup == "number":
        rest.pop()
    while rest and rest[0].lastgroup in ("number", "no") and not _is_house(text, rest):
        rest.popleft()
    if not rest:
        return None
    chain = list(rest)
    kinds = [piece.lastgroup for piece in chain]
    start, end = chain[0].start(), chain[-1].end()
    if kinds[-1] == "no" and (named := _ROAD_FOLLOWS.match(text, end)):
        return start, named.end()
    if {"house", "lane", "plot"} & {*kinds} or kinds[0] in ("no", "number") or kinds.count("hamlet") > 1:
        return start, end
    if "hamlet" in kinds and _lives_there(text, start, ends):
        return start, end
    return None


def _is_house(text: str, chain: Sequence[re.Match[str]]) -> bool:
    """`số 8 ngách 15`, `12/5 đường Nguyễn Bặc`, `số 12 Nguyễn Bặc`; not `năm 2026 đường Nguyễn Bặc`."""
    first, follows = chain[0], chain[1].lastgroup if len(chain) > 1 else None
    if _NO_HOUSE.search(text[max(0, first.start() - LOOK_BACK) : first.start()]):
        return False
    if first.lastgroup == "no":
        return follows in ("lane", "road", "hamlet") or (
            follows is None and _ROAD_FOLLOWS.match(text, first.end()) is not None
        )
    return follows in ("lane", "road") and not _YEAR.fullmatch(first[0])


def _lives_there(text: str, start: int, ends: Collection[int]) -> bool:
    """Whether the text says of the hamlet that begins here that somebody lives in it."""
    if _LIVES_IN.search(text[max(0, start - LOOK_BACK) : start]):
        return True
    return any(_OF_SOMEBODY.fullmatch(text, here, start) for here in range(max(0, start - 20), start) if here in ends)
