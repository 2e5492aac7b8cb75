"""The words of the form: its headings and labels in all the ways people write them, and what closes it.

All patterns run on folded text: lower case, without diacritics.
"""

import re
from typing import Literal

PRINT = "\0"
"""Stands where the form had a hint or a dotted line; `clean` lets no such character through."""

_PROCEDURES = r"(?:thu\s+tuc\s+hanh\s+chinh|tthc)"
_CLOSED = r"(?:[^()]{0,400}\)|[^()\n]*)"
HINTS = re.compile(
    rf"{_PROCEDURES}[\s*_:]*(?P<of_section>\([\s*_]*(?:chat\s+luong|co\s+so\s+vat\s+chat){_CLOSED})"
    rf"|(?P<of_form>\([\s*_]*(?:ghi\s+ro\s+so\s+nha|ky,?\s+(?:va\s+)?ghi\s+ro){_CLOSED}"
    rf"|\([\s*_]*phieu\s+duoc\s+(?:danh|viet){_CLOSED}(?:[\s*_]*hoac\s+gui\s+(?:qua|ve|den)\s+e-?mail\s*:\s*\S+)?)"
)
"""What the form says to the person who fills it in; the office's own addresses stand there, too."""
DOTTED = re.compile(r"[.…]{4,}|…{2,}|_{3,}|(?<!\S)(?:[.…] ){2,}[.…]*")
QUOTED = re.compile(r"^ *(?:> ?)+", re.MULTILINE)

_BEFORE = r"[\s*_#|]{0,6}"
_NUMBERED = rf"{_BEFORE}(?P<number>(?:(?:muc|phan)\s+)?(?:\d|i{{1,3}})\s*[.):/-]+|[-–+•])?{_BEFORE}"
HEADING = re.compile(
    rf"{_NUMBERED}ve\s+(?:viec\s+)?(?P<handling>giai\s+quyet\s+)?(?:cac\s+)?{_PROCEDURES}"
    rf"[\s*_]*(?:(?P<printed>[{PRINT}:])|\([\s.…]*\)|[.…]|$)[\s{PRINT}:.…*_]*"
)
TITLE = re.compile(rf"{_BEFORE}phieu dang ky (?:tham gia )?(?:hoi nghi )?doi thoai(?: nam \d+)?{_BEFORE}")

Label = Literal["name", "phone", "email", "address"]
WORDS: dict[Label, str] = {
    "email": r"(?:dia chi\s+)?(?:e-?mail|(?:hop\s+)?thu dien tu)",
    "name": r"ho\s*(?:,\s*chu dem\s*)?(?:va|,|&|/)?\s*ten(?:\s+(?:ca nhan|to chuc|nguoi dang ky))?"
    r"|(?:ten\s+)?nguoi dang ky|ten (?:ca nhan|to chuc|doanh nghiep)(?:\s*[,/]\s*to chuc)?",
    "phone": r"(?:so\s+)?(?:dien thoai|dtdd|sdt|dt|tel)(?:\s*/\s*zalo|\s+(?:lien he|di dong))?",
    "address": r"dia chi(?:\s+(?:lien he|thuong tru|nhan thu))?|(?:noi|cho) (?:o|thuong tru)(?:\s+hien nay)?",
}
_LABELS = "|".join(f"(?P<{label}>{words})" for label, words in WORDS.items())
LABEL = re.compile(
    rf"{_NUMBERED}(?:{_LABELS})[\s*_]*(?:\([^()]{{0,60}}\)[\s*_]*)?"
    rf"(?:(?P<sure>[{PRINT}:=][\s{PRINT}:=.…*_]*|[.…]+\s*|$)|(?<=\s))"
)
NEXT_LABEL = re.compile(rf"(?<=[\s;,|.…{PRINT}])(?:{_LABELS})\s*(?::|{PRINT}\s*:)[\s{PRINT}:.…]*")
END_OF_VALUE = re.compile(
    rf"{_BEFORE}(?:kinh gui|(?:toi )?(?:xin )?dang ky tham gia|cong hoa xa hoi|doc lap|noi dung|(?:ngay|nam) sinh"
    r"|sinh (?:ngay|nam)|gioi tinh|(?:so )?(?:cccd|cmnd|can cuoc|dinh danh)|nghe nghiep|chuc vu|don vi|dan toc)\b"
)
"""Lines of the form, and of forms like it, that are no part of the value above them."""

SIGNED = re.compile(rf"{_BEFORE}nguoi (?:dang ky|viet phieu|lam don)[\s{PRINT}:]*")
DATED = re.compile(rf"(?:[^,]{{2,40}},\s*)?ngay[\s.…/\d{PRINT}]*thang[\s.…/\d{PRINT}]*nam[\s.…\d{PRINT}]*")
FAREWELL = re.compile(r"(?:tran trong|kinh (?:thu|bao|don|chao)|best regards|thanks)[\s.,!]*|nguoi dang ky:.*")
MAIL_FOOTER = re.compile(
    r"-{2,} ?(?:original message|forwarded message|thu goc|thu da chuyen tiep).*"
    r"|sent from .{1,40}|(?:duoc )?gui tu (?:iphone|ipad|dien thoai|thiet bi|yahoo|outlook|gmail|zalo|samsung).{0,60}"
    r"|(?:vao|on|luc|ngay) (?=.*(?:@|\d:\d)).{1,200}(?:da viet|wrote):"
    r"|(?:from|tu): .{1,200} (?:sent|date|da gui|gui|ngay): .{1,100}"
)
"""What mail programs put below; some break it over two lines."""
