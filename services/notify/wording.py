"""How the office addresses people and writes days and hours, in letters and mails alike."""

import unicodedata
from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""UTC+7 all the year, so no time zone database is needed."""

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

ORGANISATIONS = (
    "ban ",
    "câu lạc bộ",
    "chi bộ",
    "chi đoàn",
    "chi hội",
    "công ty",
    "cơ sở",
    "cửa hàng",
    "doanh nghiệp",
    "hợp tác xã",
    "hộ kinh doanh",
    "hội ",
    "htx",
    "liên hiệp",
    "ngân hàng",
    "nhà máy",
    "tập đoàn",
    "tổ chức",
    "tổ dân phố",
    "tổ hợp tác",
    "trung tâm",
    "trường ",
    "văn phòng",
    "xí nghiệp",
)
"""What the names of organisations begin with; an individual's begins with a family name."""


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
    title = _title(name)
    return f"{title} {name.split(' ', 1)[1]}" if title else f"ông/bà {name}"


def is_organisation(name: str) -> bool:
    """By what the name begins with."""
    return name.casefold().startswith(ORGANISATIONS)


def one_line(text: str) -> str:
    """Unicode NFC without line breaks, control and invisible formatting characters."""
    text = unicodedata.normalize("NFC", text)
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


_WORD_BULLETS = {"\uf0a7": "▪", "\uf0b7": "•"}
"""Bullets as word processors store them, in the private area of a symbol font."""


def _title(name: str) -> str | None:
    first = name.split(" ", 1)[0].casefold()
    return first if first in ("ông", "bà") and " " in name else None
