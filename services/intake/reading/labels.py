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
_NUMBERED = rf"{_BEFORE}(?P<number>(?:(?:muc|phan)\s+)?(?:\d|i{{1,3}}|[ab])\s*[.):/-]+|[-–+•])?{_BEFORE}"
HEADING = re.compile(
    rf"{_NUMBERED}(?P<about>ve\s+(?:viec\s+)?)?(?P<handling>giai\s+quyet\s+)?(?:cac\s+)?{_PROCEDURES}"
    rf"[\s*_]*(?:(?P<printed>[{PRINT}:])|\([\s.…]*\)|[.…]|[-–—]\s|$)[\s{PRINT}:.…*_]*"
)
_ASKED = r"(?:noi dung|cau hoi|y kien|kien nghi|de xuat|van de|thac mac|vuong mac|phan anh)"
_OF_THE_ASKED = (
    rf"(?:{_ASKED}|va|hoac|can|muon|hoi|de nghi|xin|dang ky|tham gia|doi thoai|hoi nghi|voi|lanh dao|gui|cu the"
    r"|nhu sau|duoc|giai dap|tra loi|xa|phuong|ubnd|cua toi|cua cong dan)"
)
GENERAL_HEADING = re.compile(
    rf"{_NUMBERED}(?:cac\s+|nhung\s+)?{_ASKED}(?:[\s,/]{{1,3}}{_OF_THE_ASKED}){{0,12}}[\s*_]*"
    rf"(?:\([^()]{{0,100}}\)[\s*_]*)?[:{PRINT}][\s{PRINT}:.…*_]*"
)
"""Above what is asked where the typist has left out the two sections."""
TITLE = re.compile(rf"{_BEFORE}phieu dang ky (?:tham gia )?(?:hoi nghi )?doi thoai(?: nam \d+)?{_BEFORE}")

Label = Literal["name", "phone", "email", "address"]
_COLON = rf"(?=[\s*_]*(?:\([^()]{{0,60}}\)[\s*_]*)?[:={PRINT}])"
"""Follows words that are labels only with a colon: without one they begin many sentences."""
_PERSON = r"(?:ca nhan|to chuc|nguoi dang ky|cong dan|ong\s*[/,(]?\s*ba\)?|cua toi|day du|khai sinh)"
_BODY = r"(?:co quan|to chuc|doanh nghiep|cong ty|don vi|hop tac xa|ho kinh doanh|ca nhan)"
_REACHED = r"(?:lien he|lien lac|di dong|co dinh|nha rieng|ca nhan|cua toi|zalo|chinh|khi can)"
_DWELLS = (
    r"(?:lien he|lien lac|thuong tru|tam tru|cu tru|nhan thu|gui thu|nha rieng|nha|noi o|cho o|hien tai|hien nay"
    r"|cu the|tai|cua toi)"
)
# How often a word may come again has an end: labels are looked for at every place of a line.
WORDS: dict[Label, str] = {
    "email": r"(?:dia chi\s+)?(?:e-?mail|(?:hop |hom )?thu dien tu)"
    r"(?:\s+(?:lien he|lien lac|ca nhan|cua toi|\(neu co\))){0,5}"
    rf"|(?:dia chi\s+)?(?:g?mail|(?:hop|hom) thu){_COLON}",
    "name": rf"ho\s*(?:,\s*chu dem\s*)?(?:va|,|&|/)?\s*ten(?:\s+{_PERSON}){{0,5}}(?:\s*[/,]\s*ten {_BODY})?"
    rf"|(?:ten\s+)?nguoi dang ky|ten {_BODY}(?:(?:\s*[,/]\s*|\s+hoac\s+){_BODY}){{0,9}}"
    rf"|toi ten la|ten toi la|(?:{_BODY}(?:\s*[,/]\s*{_BODY}){{0,9}}|ong\s*[/,(]\s*ba\)?|toi la"
    rf"|(?:full )?name|ten){_COLON}",
    "phone": rf"(?:so\s+)?(?:dien thoai|dtdd|sdt|dt|tel|di dong)(?:\s+{_REACHED}){{0,8}}"
    rf"(?:\s*[/,&(]\s*(?:zalo|e-?mail)\)?)?"
    rf"|(?:phone|mobile|hotline|(?:so )?zalo|(?:so )?lien he|(?:so )?lien lac){_COLON}",
    "address": rf"dia chi(?:\s+{_DWELLS}){{0,8}}"
    rf"|(?:noi|cho) (?:o|cu tru|thuong tru|sinh song)(?:\s+(?:hien nay|hien tai))?"
    rf"|(?:ho khau(?: thuong tru)?|(?:thuong|tam|cu) tru(?: tai)?|d/c|address){_COLON}",
}
_LABELS = "|".join(f"(?P<{label}>{words})" for label, words in WORDS.items())
LABEL = re.compile(
    rf"{_NUMBERED}(?:{_LABELS})[\s*_]*(?:\([^()]{{0,60}}\)[\s*_]*)?"
    rf"(?:(?P<sure>[{PRINT}:=][\s{PRINT}:=.…*_]*|[.…]+\s*|[-–—]\s+|$)|(?<=\s))"
)
NEXT_LABEL = re.compile(rf"(?<=[\s;,|.…{PRINT}])(?:{_LABELS})\s*(?::|{PRINT}\s*:)[\s{PRINT}:.…]*")
HAMLET = re.compile(rf"{_BEFORE}(?:thon|xom|ap|to dan pho|tdp|khu pho|khu dan cu)[\s*_]*[:{PRINT}][\s{PRINT}:.…*_]*")
"""A line of the address that may be all there is of it."""

_NOT_ASKED_FOR = (
    r"(?:(?:ngay|nam)(?:,? thang,? nam)? sinh|sinh (?:ngay|nam)|gioi tinh|(?:so )?(?:cccd|cmnd|can cuoc|dinh danh)"
    r"|nghe nghiep|chuc vu|chuc danh|don vi|dan toc|quoc tich|que quan|nguoi dai dien|fax|website|ma so thue|mst)"
)
"""What other forms ask of a person, and this one does not."""
END_OF_VALUE = re.compile(
    rf"{_BEFORE}(?:kinh gui|(?:toi )?(?:xin )?dang ky tham gia|cong hoa xa hoi|doc lap|noi dung|{_NOT_ASKED_FOR})\b"
)
"""Lines of the form, and of forms like it, that are no part of the value above them."""
BESIDE_VALUE = re.compile(rf"(?<=[\s;,|.…({PRINT}]){_NOT_ASKED_FOR}[a-z/ ]{{0,20}}(?:[:{PRINT}]|\d)")

SIGNED = re.compile(
    rf"{_BEFORE}(?:ca nhan|to chuc|nguoi)[/ a-z]{{0,12}}"
    rf"(?:dang ky|viet (?:phieu|don)|lam (?:phieu|don)|kien nghi|de nghi)[\s{PRINT}:]*"
)
_DAY = (
    rf"ngay[\s.…/\d{PRINT}]*thang[\s.…/\d{PRINT}]*nam[\s.…\d{PRINT}]*"
    r"|(?:ngay )?\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\.?"
)
DATED = re.compile(rf"(?:[^,]{{2,40}},\s*)?(?:{_DAY})")
FAREWELL = re.compile(
    r"(?:tran trong|(?:rat )?kinh (?:thu|bao|don|chao)|best regards|kind regards|thanks|thank you)[\s.,!]*"
    r"|nguoi dang ky:.*"
)
_PROGRAM = r"(?:iphone|ipad|dien thoai|thiet bi|may|yahoo|outlook|gmail|zalo|samsung|thu|hop thu|mail|ung dung)"
MAIL_FOOTER = re.compile(
    r"-{2,} ?(?:original message|forwarded message|(?:thu|tin nhan) goc|(?:thu|tin nhan) (?:da |duoc )?chuyen tiep).*"
    rf"|sent from .{{1,40}}|(?:da |duoc )?gui tu {_PROGRAM}.{{0,60}}"
    r"|(?:get|tai|tai xuong) outlook (?:for|cho|danh cho) .{1,80}|yahoo mail: .{1,60}"
    r"|(?:vao|on|luc|ngay) (?=.*(?:@|\d:\d)).{1,200}(?:da viet|wrote):"
    r"|(?:from|tu|nguoi gui): .{1,200} (?:sent|date|da gui|gui|ngay): .{1,100}"
)
"""What mail programs put below; some break it over two lines."""
