"""How the office addresses people and writes days and hours, in letters and mails alike."""

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""UTC+7 all the year, so no time zone database is needed."""

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

ORGANISATIONS = (
    "ban",
    "bch",
    "bệnh viện",
    "bql",
    "các",
    "câu lạc bộ",
    "chi bộ",
    "chi đoàn",
    "chi hội",
    "chùa",
    "công đoàn",
    "công ty",
    "cơ sở",
    "ctcp",
    "cty",
    "cửa hàng",
    "dntn",
    "doanh nghiệp",
    "đảng bộ",
    "đảng ủy",
    "đảng uỷ",
    "đoàn phường",
    "đoàn thanh niên",
    "đoàn tncs",
    "đoàn xã",
    "hđnd",
    "hợp tác xã",
    "hộ kinh doanh",
    "hội",
    "htx",
    "khu dân cư",
    "khu phố",
    "liên đoàn",
    "liên hiệp",
    "mặt trận",
    "mttq",
    "ngân hàng",
    "nhà máy",
    "nhà thờ",
    "nhà trường",
    "nhà văn hóa",
    "nhà văn hoá",
    "nhân dân",
    "phòng",
    "quỹ",
    "tập đoàn",
    "tập thể",
    "thôn",
    "tổ",
    "trạm y tế",
    "trung tâm",
    "trường",
    "ubmttq",
    "ubnd",
    "ủy ban",
    "uỷ ban",
    "văn phòng",
    "xí nghiệp",
)
"""Words that the names of organisations begin with; an individual's begins with a family name. `Đoàn` alone is one."""

TITLES = {
    "ông": "ông",
    "bà": "bà",
    "anh": "ông",
    "chú": "ông",
    "chị": "bà",
    "cô": "bà",
    "bác": "ông/bà",
    "cụ": "cụ",
}
"""What people put before their names, and how an office then speaks to them."""

_ORGANISATION = re.compile(rf"(?:{'|'.join(ORGANISATIONS)})\b")


def day(value: date) -> str:
    """`05/06/2026`."""
    return value.strftime("%d/%m/%Y")


def day_of(instant: datetime) -> str:
    """The day it was in Vietnam."""
    return day(instant.astimezone(VIETNAM).date())


def clock_and_day(instant: datetime) -> str:
    """`17:00 ngày 05/06/2026`, the time in Vietnam."""
    return instant.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")


def two_digits(number: int) -> str:
    """Decree 30/2020: numbers below 10 have a leading 0."""
    return f"{number:02}"


def grouped(number: int) -> str:
    """`200.000`."""
    return f"{number:,}".replace(",", ".")


def spoken_hour(instant: datetime) -> str:
    """`8 giờ 30 phút`, as it is read aloud."""
    local = instant.astimezone(VIETNAM)
    return f"{local.hour} giờ {local.minute} phút" if local.minute else f"{local.hour} giờ"


def spoken_day(instant: datetime) -> str:
    """`thứ Năm, ngày 14 tháng 5 năm 2026`, as it is read aloud."""
    local = instant.astimezone(VIETNAM)
    return f"{WEEKDAYS[local.weekday()]}, ngày {local.day} tháng {local.month} năm {local.year}"


def spoken(instant: datetime) -> str:
    """`8 giờ 30 phút, thứ Năm, ngày 14 tháng 5 năm 2026`."""
    return f"{spoken_hour(instant)}, {spoken_day(instant)}"


def dateline(place: str, value: date) -> str:
    """Decree 30/2020, annex I, II.4: days below 10 and months 1 and 2 have a leading 0, other months none."""
    month = f"{value.month:02}" if value.month < 3 else str(value.month)
    return f"{place}, ngày {value.day:02} tháng {month} năm {value.year}"


def addressee(name: str) -> str:
    """After `Kính gửi:`. A title that the person wrote on the form is kept, an organisation has none."""
    return name if is_organisation(name) or _title(name) else f"Ông/Bà {name}"


def pronoun(name: str) -> str:
    """How the text speaks to this addressee."""
    return "quý đơn vị" if is_organisation(name) else _title(name) or "ông/bà"


def named(name: str) -> str:
    """Whom a text to others speaks of: `ông/bà Nguyễn Thị Mai`; an organisation by its name alone."""
    if is_organisation(name):
        return name
    first, _, others = name.partition(" ")
    return f"{TITLES[first.casefold()]} {others}" if _title(name) else f"ông/bà {name}"


def is_organisation(name: str) -> bool:
    """By the words that the name begins with."""
    return _ORGANISATION.match(name.casefold()) is not None


def one_line(text: str) -> str:
    """Unicode NFC without line breaks, control characters, and what nobody sees."""
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    if not text.isprintable():
        text = "".join(map(_visible, text))
    return " ".join(text.split())


def paragraphs(text: str) -> list[str]:
    """One for each line that has words."""
    return [line for line in map(one_line, text.splitlines()) if line]


def _visible(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" | "Cs":
            return ""
        case _:
            return _WORD_BULLETS.get(character, character)


_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufdd0-\ufdef"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
"""Letters and marks that are empty, and what Unicode keeps from ever being a character: no XML may hold those."""

_WORD_BULLETS = {"\uf0a7": "▪", "\uf0b7": "•"}
"""Bullets as word processors store them, in the private area of a symbol font."""


def _title(name: str) -> str | None:
    """How an office calls whom he names himself so."""
    first, blank, _ = name.partition(" ")
    return TITLES.get(first.casefold()) if blank else None
