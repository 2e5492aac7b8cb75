"""What a mail server says to people of a mail it could not deliver, in English and in Vietnamese.

Its own words go no further: whoever was sent a mail can have written them, and they would stand in a clerk's task. Of
them only what their codes mean is said.
"""

import re
from collections.abc import Iterator
from typing import Literal

from services.intake.reading.spelling import clean, fold

Fate = Literal["failed", "delayed", "arrived"]

MOST_READ = 20_000
"""Characters that are looked through."""

STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
"""An enhanced status code (RFC 3463)."""
_ANSWER = re.compile(r"(?<![\d.])[45]\d\d(?=[ -])")
_REFUSED = re.compile(r"(?<![\d.])5\d\d(?=[ -])|(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")

_LATE = re.compile(
    r"delay|will (?:be retried|retry|keep trying|continue)|attempts will continue|still (?:being )?(?:trying|retried)"
    r"|not yet been delivered|no action is required|temporary (?:failure|problem|error)"
    r"|(?:bi|gui|chuyen) cham|cham tre|tri hoan|se (?:tiep tuc )?(?:thu|gui) lai|dang (?:tiep tuc )?thu lai"
    r"|chua (?:the )?(?:gui|chuyen) duoc"
)
_GIVEN_UP = re.compile(
    r"given up|giving up|gave up|permanent|will not (?:be retried|retry)|khong (?:thu|gui) lai nua|ngung thu|vinh vien"
)
_ARRIVED = re.compile(
    r"success(?:fully|ful)? (?:deliver|relay)|(?:was|were|been) (?:deliver|relay)ed|(?:gui|chuyen) thanh cong"
)
_LOST = re.compile(
    r"undeliver|(?:could|can|was|were|did)(?:n't| ?not)(?: be| able to)? deliver|unable to deliver|returned to sender"
    r"|delivery (?:has )?failed|delivery to .{0,80}failed|failure notice"
    r"|user unknown|unknown user|no such (?:user|mailbox|address|recipient)|does(?: not|n't) exist"
    r"|mailbox (?:is )?(?:full|unavailable|not found)"
    r"|khong (?:the )?(?:gui|phat|chuyen|phan phoi)|khong den duoc|khong ton tai|hop thu (?:da )?day|bi tra lai|tu choi"
)
_COPY = re.compile(
    r"^[-_ >]{0,10}(?:below this line is a copy|this is a copy of|original message|returned message"
    r"|the (?:body|headers?) of|bản sao|thư gốc|nội dung thư gốc|return-path:|received:)",
    re.IGNORECASE | re.MULTILINE,
)


def before_the_copy(words: str) -> str:
    """What the server says itself, without the copy of the mail that some put below."""
    return _COPY.split(words[:MOST_READ], maxsplit=1)[0]


def fate_told(subject: str, words: str) -> Fate | None:
    """What is meant; None where the words are none of those that servers use."""
    told = fold(clean(f"{subject}\n{words}"))
    given_up = _GIVEN_UP.search(told) is not None
    lost = given_up or _LOST.search(told) is not None
    if _LATE.search(told) and not (given_up or (lost and _REFUSED.search(words))):
        return "delayed"
    if lost:
        return "failed"
    return "arrived" if _ARRIVED.search(told) else None


def telling_line(words: str) -> str:
    """The line with the answer of the other server, and what it goes on to; "" where there is none."""
    lines = [line.strip() for line in words.splitlines()]
    for place, line in enumerate(lines):
        if STATUS.search(line) or _ANSWER.search(line):
            return " ".join([line, *lines[place + 1 : place + 2]])
    return ""


_MEANINGS = {
    "1.1": "không có địa chỉ thư này",
    "1.2": "tên miền của địa chỉ không nhận thư",
    "1.3": "địa chỉ viết không đúng",
    "1.6": "hộp thư đã chuyển đi nơi khác",
    "1.10": "không tìm thấy người nhận",
    "2.1": "hộp thư của người nhận đã bị khóa",
    "2.2": "hộp thư của người nhận đã đầy",
    "2.3": "thư lớn quá mức hộp thư của người nhận cho phép",
    "3.4": "thư lớn quá mức máy chủ nhận cho phép",
    "4.7": "đã hết thời gian thử gửi",
    "1": "địa chỉ của người nhận không dùng được",
    "2": "hộp thư của người nhận không nhận được thư",
    "3": "máy chủ nhận có sự cố",
    "4": "không kết nối được với máy chủ nhận",
    "5": "máy chủ nhận không xử lý được thư",
    "6": "máy chủ nhận không xử lý được thư",
    "7": "máy chủ nhận từ chối vì lý do an toàn, có thể do coi là thư rác",
}
"""By subject and detail of an enhanced status (RFC 3463, 3), or by subject alone."""
_REPLIES = {"552": "hộp thư của người nhận đã đầy", "4": "máy chủ nhận tạm thời chưa nhận thư"}
"""By code of the answer (RFC 5321, 4.2.3), or by its first digit."""
REFUSAL = "máy chủ nhận từ chối thư"


def meaning(status: str, line: str) -> str:
    """What the codes mean, in Vietnamese; "" where there are none.

    Args:
        status: enhanced status, where a program reported it. line: in which the server answered.
    """
    for code in (status, *STATUS.findall(line)):
        subject = code.partition(".")[2]
        if known := _MEANINGS.get(subject) or _MEANINGS.get(subject.partition(".")[0]):
            return known
    if answer := _ANSWER.search(line):
        known = _REPLIES.get(answer[0]) or _REPLIES.get(answer[0][0]) or REFUSAL
        return known if status else f"{known} ({answer[0]})"
    return ""


_ADDRESS = re.compile(r"(?<![^\s<>,;:()\"'\[\]])[^\s<>@,;:()\"'\[\]]++@[^\s<>,;()\"'\[\]]+")
"""From the beginning of a word alone, as in quotations.py."""


def addresses_in(words: str) -> Iterator[str]:
    """As they are written."""
    return (found[0].rstrip(".:") for found in _ADDRESS.finditer(words[:MOST_READ]))


def user_of(address: str) -> str:
    """What stands before the @; "" where there is none."""
    found = re.search(r"([^\s<>@,;:()\"']{1,64})@", address[:1_000])
    return found[1] if found else ""
