"""Text as it is read aloud: numbers, days, hours, measures and abbreviations in words. Pure.

No library reads Vietnamese numbers rightly: num2words 0.5.14 says `mười chín` for -1, `một nghìn lẻ mười lăm` for 1015.
"""

import re
from collections.abc import Callable, Iterable

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES = ("", "nghìn", "triệu")
BILLION = "tỷ"

ABBREVIATIONS = {
    "ANTT": "an ninh trật tự",
    "BCH": "Ban Chấp hành",
    "BHXH": "bảo hiểm xã hội",
    "BHYT": "bảo hiểm y tế",
    "CCCD": "căn cước công dân",
    "CHQS": "Chỉ huy quân sự",
    "CMND": "chứng minh nhân dân",
    "CNTT": "công nghệ thông tin",
    "DVC": "dịch vụ công",
    "GCN": "giấy chứng nhận",
    "GCNQSDĐ": "giấy chứng nhận quyền sử dụng đất",
    "GPLX": "giấy phép lái xe",
    "GPXD": "giấy phép xây dựng",
    "HCM": "Hồ Chí Minh",
    "HTX": "hợp tác xã",
    "HĐND": "Hội đồng nhân dân",
    "KT-XH": "kinh tế, xã hội",
    "MTTQ": "Mặt trận Tổ quốc",
    "NTM": "nông thôn mới",
    "NVH": "nhà văn hóa",
    "PCCC": "phòng cháy chữa cháy",
    "QSDĐ": "quyền sử dụng đất",
    "SĐT": "số điện thoại",
    "TAND": "Tòa án nhân dân",
    "TDP": "tổ dân phố",
    "THCS": "trung học cơ sở",
    "THPT": "trung học phổ thông",
    "TTHC": "thủ tục hành chính",
    "UBMTTQ": "Ủy ban Mặt trận Tổ quốc",
    "UBND": "Ủy ban nhân dân",
    "VSMT": "vệ sinh môi trường",
    "ĐT": "điện thoại",
    "đ/c": "đồng chí",
    "v/v": "về việc",
    "v.v.": "vân vân",
    "v.v": "vân vân",
    "&": "và",
}
"""Nobody says these letter by letter. What is not here is read as it is written."""

IN_SYMBOLS = {
    **ABBREVIATIONS,
    "BC": "báo cáo",
    "CP": "Chính phủ",
    "GM": "giấy mời",
    "KH": "kế hoạch",
    "NQ": "nghị quyết",
    "NĐ": "nghị định",
    "QH": "Quốc hội",
    "QĐ": "quyết định",
    "TB": "thông báo",
    "TT": "thông tư",
    "TTg": "Thủ tướng",
    "VP": "văn phòng",
}
"""Behind the number of a document: `30/2020/NĐ-CP`."""

PLACES = {
    "TP": "thành phố",
    "TX": "thị xã",
    "TT": "thị trấn",
    "KP": "khu phố",
    "QL": "quốc lộ",
    "Q": "quận",
    "P": "phường",
    "H": "huyện",
    "X": "xã",
    "Đ": "đường",
}
"""Before a name or a number, with a full stop; `TP`, `TX`, `QL` also without it."""

UNITS = {
    "km/h": "ki-lô-mét một giờ",
    "m2": "mét vuông",
    "m²": "mét vuông",
    "m3": "mét khối",
    "m³": "mét khối",
    "km2": "ki-lô-mét vuông",
    "km²": "ki-lô-mét vuông",
    "km": "ki-lô-mét",
    "cm": "xăng-ti-mét",
    "mm": "mi-li-mét",
    "ha": "héc-ta",
    "kg": "ki-lô-gam",
    "kWh": "ki-lô-oát giờ",
    "m": "mét",
    "%": "phần trăm",
    "‰": "phần nghìn",
    "đồng": "đồng",
    "VNĐ": "đồng",
    "VND": "đồng",
    "đ": "đồng",
    "₫": "đồng",
}
"""After a number."""

PER = UNITS | {word: word for word in ("tháng", "năm", "ngày", "giờ", "người", "hộ", "lần", "hồ sơ", "thửa", "bản")}
"""After a measure and a stroke: `đồng/m2` is `đồng một mét vuông`."""

IN_ADDRESSES = {".": "chấm", "@": "a còng", "_": "gạch dưới", "-": "gạch ngang", "/": "gạch chéo", ":": "hai chấm"}

ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def aloud(text: str) -> str:
    """The text with everything in words. Lines stay lines."""
    return "\n".join(map(_line, text.split("\n")))


def number(value: int) -> str:
    """`105` is `một trăm linh năm`, `1 024` `một nghìn không trăm hai mươi tư`. Any whole number from 0 on."""
    if value >= 10**9:
        billions, rest = divmod(value, 10**9)
        return f"{number(billions)} {BILLION}" + (f" {_below_a_billion(rest, full=True)}" if rest else "")
    return _below_a_billion(value, full=False) or DIGITS[0]


def digits(text: str) -> str:
    """One by one; what stands between groups of them becomes a pause."""
    groups = re.findall(r"\d+", text)
    spelled = [" ".join(DIGITS[int(digit)] for digit in group) for group in groups]
    return ("cộng " if text.startswith("+") else "") + ", ".join(spelled)


def _below_a_billion(value: int, *, full: bool) -> str:
    """full: higher places were said before, so that empty hundreds are said, too."""
    words: list[str] = []
    for power in (2, 1, 0):
        group = value // 1000**power % 1000
        if group:
            words += [_group(group, full=full or bool(words)), SCALES[power]]
    return " ".join(filter(None, words))


def _group(value: int, *, full: bool) -> str:
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    words = [DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 0:
        return " ".join([*words, *(["linh"] if words and ones else []), *([DIGITS[ones]] if ones else [])])
    words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 4 and tens > 1:
        words.append("tư")
    elif ones == 5:
        words.append("lăm")
    elif ones:
        words.append(DIGITS[ones])
    return " ".join(words)


# --- what stands in a line -------------------------------------------------------------------------------------------

Found = re.Match[str]
Say = Callable[[Found], str]

_THOUSANDS = r"\d{1,3}(?:\.\d{3})+(?![\d.]*\d)"
_NUMBER = rf"(?:{_THOUSANDS}(?:,\d+)?|\d+(?:,\d+|\.\d{{1,2}}(?!\d))|\d+)"
_HOUR, _MINUTE = r"([01]?\d|2[0-4])", r"([0-5]\d)"
_DAY, _MONTH = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])"


def _line(line: str) -> str:
    """What has become words is not looked at again; kinds are tried at the beginning of each word."""
    said, place = "", 0
    while place < len(line):
        within_word = line[place].isalpha() and place > 0 and line[place - 1].isalpha()
        found, words = (None, "") if within_word else _said(line, place)
        if found is None:
            said += (" " if line[place].isalnum() and said and _joins(said, line, place) else "") + line[place]
            place += 1
            continue
        if said and said[-1].isalnum() and words[0].isalnum():
            said += " "
        said += words[0].upper() + words[1:] if _begins_a_sentence(said) and not line[place].islower() else words
        place = found.end()
    return said


def _said(line: str, place: int) -> tuple[Found | None, str]:
    for pattern, say in _KINDS:
        if found := pattern.match(line, place):
            return found, say(found)
    return None, ""


def _joins(said: str, line: str, place: int) -> bool:
    """A letter right behind a number that was said: `1A`."""
    return place > 0 and line[place - 1].isdigit() and said[-1].isalpha()


def _begins_a_sentence(said: str) -> bool:
    return not said.strip() or re.search(r"[.!?…]\s+$", said) is not None


def _address(found: Found) -> str:
    parts = re.findall(r"\d+|[.@_\-/:]|[^\d.@_\-/:]+", re.sub("^https?://", "", found[0]))
    return " ".join(IN_ADDRESSES.get(part, digits(part) if part.isdigit() else part) for part in parts)


def _symbol(found: Found) -> str:
    """`30/2020/NĐ-CP`: the number, the year, and what the letters stand for."""
    year = [f"năm {number(int(found[2]))}"] if found[2] else []
    letters = re.findall(r"[^\d-]+|\d+", found[3])
    parts = [number(int(part)) if part.isdigit() else IN_SYMBOLS.get(part, part) for part in letters]
    return ", ".join([number(int(found[1])), *year, " ".join(parts)])


def _called(found: Found) -> str:
    return found[1] + digits(found[2])


def _date(found: Found) -> str:
    return f"{found[1]}{_day(found[2])} tháng {_month(found[3])} năm {number(int(found[4]))}"


def _day_and_month(found: Found) -> str:
    return f"{found[1]}{_day(found[2])} tháng {_month(found[3])}"


def _month_and_year(found: Found) -> str:
    return f"tháng {_month(found[1])} năm {number(int(found[2]))}"


def _time(found: Found) -> str:
    hour, minute = int(found[1]), int(found[2] or 0)
    return f"{number(hour)} giờ" + (f" {number(minute)} phút" if minute else "")


def _roman(found: Found) -> str:
    """`quý IV` and `lần thứ IV` are `tư`; `khóa IV` is `bốn`."""
    values = [ROMAN[letter] for letter in found[2]]
    value = sum(-one if one < max(values[place:]) else one for place, one in enumerate(values))
    counted = found[1].casefold().rstrip()
    year = f" năm {number(int(found[3]))}" if found[3] else ""
    if counted.endswith("thứ"):
        return found[1] + _rank(value) + year
    return found[1] + ("tư" if value == 4 and counted == "quý" else number(value)) + year


def _ordinal(found: Found) -> str:
    return found[1] + _rank(int(found[2]))


def _section(found: Found) -> str:
    return found[1] + " chấm ".join(number(int(part)) for part in found[2].split("."))


def _measure(found: Found) -> str:
    return f"{_amount(found[1])} {UNITS[found[2]]}" + (f" một {PER[found[3]]}" if found[3] else "")


def _quantity(found: Found) -> str:
    """A long one without separators is no quantity: it is the number of a person, a thing, a line."""
    text = found[0]
    return digits(text) if text.isdigit() and (len(text) > 7 or (len(text) > 2 and text[0] == "0")) else _amount(text)


def _amount(text: str) -> str:
    if re.fullmatch(rf"{_THOUSANDS}(?:,\d+)?", text):
        text = text.replace(".", "")
    whole, _, part = text.replace(".", ",").partition(",")
    if not part:
        return number(int(whole))
    return f"{number(int(whole))} phẩy {digits(part) if part[0] == '0' or len(part) > 2 else number(int(part))}"


def _day(text: str) -> str:
    return f"mùng {number(int(text))}" if int(text) <= 10 else number(int(text))


def _month(text: str) -> str:
    return "tư" if int(text) == 4 else number(int(text))


def _rank(value: int) -> str:
    return {1: "nhất", 4: "tư"}.get(value) or number(value)


def _one_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_KINDS: tuple[tuple[re.Pattern[str], Say], ...] = tuple(
    (re.compile(pattern), say)
    for pattern, say in (
        (r"https?://[^\s<>\"]*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:[a-z0-9-]+\.)+(?:vn|com|net|org)\b", _address),
        (r"()((?:\+84|0)(?:[ .-]?\d){8,10}(?!\d)|1[89]00(?:[ .-]?\d){4,6}(?!\d))", _called),
        (r"((?i:gọi|số máy|tổng đài|đường dây nóng|điện thoại|ĐT)(?: số)?:? )(\d{3,})(?![ .,-]?\d)", _called),
        (r"(\d+)/(?:(\d{4})/)?([A-ZĐ]{2}[A-Za-zĐ]*\d*(?:-[A-ZĐ]{2}[A-Za-zĐ]*\d*)*)\b", _symbol),
        (rf"((?i:ngày )?){_DAY}[/.-]{_MONTH}[/.-](\d{{4}})(?![\d/])", _date),
        (
            rf"((?i:ngày|từ|đến|hết|trước|sau|sáng|trưa|chiều|tối|hôm) (?:ngày )?){_DAY}/{_MONTH}(?![\d/])",
            _day_and_month,
        ),
        (rf"(?<=\d[-–])(){_DAY}/{_MONTH}(?![\d/])", _day_and_month),
        (rf"(?i:tháng )?{_MONTH}/(\d{{4}})(?![\d/])", _month_and_year),
        (rf"{_HOUR}(?:[hHg]|:){_MINUTE}(?![\d:])", _time),
        (rf"{_HOUR}[hH]()\b", _time),
        (
            r"((?i:quý|chương|phần|khóa|khoá|kỳ|mục|đợt|lần|lần thứ|thứ|cấp|hạng|loại|giai đoạn|thế kỷ|nhiệm kỳ|phụ lục"
            r"|vùng) )([IVXLC]+)\b(?:/(\d{4}))?",
            _roman,
        ),
        (r"((?i:thứ) )(\d{1,2})\b", _ordinal),
        (rf"((?i:ngày) ){_DAY}(?= tháng)", lambda found: found[1] + _day(found[2])),
        (rf"((?i:tháng) ){_MONTH}\b(?![.,]\d)", lambda found: found[1] + _month(found[2])),
        (r"((?i:mục|điểm|khoản|điều|phần) )(\d+(?:\.\d+)+)", _section),
        (rf"({_NUMBER}) ?({_one_of(UNITS)})(?:/({_one_of(PER)}))?(?!\w)", _measure),
        (_NUMBER, _quantity),
        (r"(?<=[\dhHg%]) ?[-–—] ?(?=\d)", lambda _found: " đến "),
        (r"(?<=\d)/(?=\d)", lambda _found: " trên "),
        (r"(?<=\d) ?[x×] ?(?=\d)", lambda _found: " nhân "),
        (r" [-–—] ", lambda _found: ", "),
        (rf"(?:{_one_of(ABBREVIATIONS)})(?!\w)", lambda found: ABBREVIATIONS[found[0]]),
        (rf"({_one_of(PLACES)})\. ?(?=\w)", lambda found: f"{PLACES[found[1]]} "),
        (r"(TP|TX|QL) ?(?=[A-ZĐÀ-Ỹ\d])", lambda found: f"{PLACES[found[1]]} "),
    )
)
"""How each kind looks, the particular before the general, and how it is said."""
