"""Names of people in a text, told from what stands around them and from the surnames of Vietnam.

Likely, not certain: Vietnamese writes a name like the street that is called after somebody. Whoever publishes decides.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from services.routing.classifying.words import PLAIN_BELOW, fold, spelling

LONGEST_NAME = 5
"""Syllables; nearly all names have two to four."""
SHOUTED_FROM = 7
"""So many words in capitals one after the other are a sentence, not a name."""

Span = tuple[int, int]
"""Where something stands: its first character, and the first one after it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, where it stands, and its ways of being compared. joined: a single blank parts it from the word before."""

    text: str
    start: int
    end: int
    spelt: str
    folded: str
    joined: bool

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def all_capitals(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()

    def is_like(self, other: "Token") -> bool:
        """The same word, or the same without diacritics where this one is written without."""
        return self.spelt == other.spelt or (self.text.isascii() and self.folded == other.folded)


_WORD = re.compile(r"[^\W\d_]++[\u0300-\u036f]{0,3}+(?:['’][^\W\d_]++)*+")


def tokens(text: str) -> list[Token]:
    """The words of a text in Unicode NFC."""
    found: list[Token] = []
    for match in _WORD.finditer(text):
        joined = bool(found) and text[found[-1].end : match.start()] == " "
        lower = match[0].lower()
        found.append(Token(match[0], match.start(), match.end(), spelling(lower), fold(lower), joined))
    return found


def _spelt(words: str) -> frozenset[str]:
    return frozenset(map(spelling, words.split()))


def _folded(words: str) -> frozenset[str]:
    return frozenset(map(fold, words.split()))


def _pairs(phrases: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(fold(phrase).split()) for phrase in phrases.split(","))


@dataclass(frozen=True, slots=True)
class _WordSet:
    """Words, and how they look without diacritics."""

    spelt: frozenset[str]
    folded: frozenset[str]

    @classmethod
    def of(cls, words: str) -> "_WordSet":
        return cls(_spelt(words), _folded(words))


SURNAMES = _WordSet.of(
    """
nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh đào đoàn trịnh trương lâm phùng mai tô
hà tạ cao chu châu lương lưu thái tống vương quách kiều đàm đậu nghiêm triệu hứa lò vi khuất khổng
"""
)
RARE_SURNAMES = _WordSet.of(
    """
thân kim khúc giang doãn diệp bạch cù cung lã lại la lục mạc mạch nông ninh phí quản sầm tăng tiêu tôn trà từ uông
ứng viên âu bành bế bồ cam cấn chử cát cồ dư đới giáp hàn hán hầu khương kha lường lạc liêu lỗ ma mã mẫn mông nhâm
nhữ nhan ngụy ngọ phương quàng sùng giàng thào vàng mùa cà tòng thạch thiều tào tất tề thẩm trình vừ bàn chảo đèo
điêu hảng hờ hạng lồ phàn tẩn tráng cháng lèo lù sìn xồng lầu bá cụt lữ cầm chế nùng
"""
)
"""Also of the Mường, Tày, Nùng, Thái, Dao, Mông, Hrê, Cor, Ca Dong and Chăm. They are words and places, too: a name is
told by three words, or by one in the middle that names have there."""

_TITLES = _WordSet(
    _spelt("ông bà anh chị cô chú bác cháu em thầy cậu dì cụ thím mợ dượng mệ thằng lão"),
    _folded("ông bà anh chị chú bác cháu thầy"),  # `co` is nearly always có, `cau` a bridge
)
_I = _WordSet.of("tôi em cháu con mình tui")

_MIDDLES = _WordSet.of(
    """
văn thị đình hữu đức xuân ngọc quang bá công thế trọng quốc thanh minh hồng kim thúy tiến mạnh việt khắc như đăng sĩ
sỹ duy vinh tất phúc bích diệu thu mỹ gia bảo
"""
)

_NAMES_ALONE = _WordSet(
    _spelt("nguyễn trần lê huỳnh hoàng phan vũ võ đặng bùi ngô đinh trịnh"),
    _folded("nguyễn huỳnh"),  # `le thi truong` may be lễ thị trường
)
"""These are told in small letters, too, with `văn` or `thị` after them."""
_OF_MEN_AND_WOMEN = _WordSet.of("văn thị")
_NO_GIVEN_NAMES = _WordSet.of(
    """
trường trấn xã phần sát tứ hiếu phòng bản hóa nghệ học bằng kiện minh tự công khoa khấn tế điều vật lực giác
"""
)
"""`văn phòng`, `thị trường`: with these `văn` and `thị` are words, not the middle of a name."""

_CALLED_AFTER_PEOPLE = _WordSet.of(
    """
đường phố ngõ trường học thcs thpt non phường xã thôn xóm làng khu cư chợ cầu chùa đình đền miếu ty tnhh phần huyện
quận tỉnh trấn sông hồ núi kênh mương đập quỹ giải viện hàng đoàn nghiệp htx án lớp cụm trang đài ubnd hđnd nhánh
quán thị đảo khách sạn cảng ga bến tượng họ
"""
)
"""After these a name is that of a road, a school, a commune, a company."""
_COMPANY = _WordSet.of("ty tnhh nghiệp htx tiệm quán")
WITHIN_A_COMPANY = 4
"""Words between `công ty` and its own name at most: `Công ty TNHH Giày Hoàng Lâm`."""

_OFFICES = _pairs(
    """
chủ tịch, chủ nhiệm, chủ hộ, phó chủ, phó trưởng, phó bí, phó giám, phó phòng, phó ban, trưởng thôn,
trưởng xóm, trưởng ban, trưởng phòng, trưởng khu, trưởng công, trưởng trạm, bí thư, giám đốc, chánh văn,
cán bộ, công an, công chức, tổ trưởng, tổ phó, hiệu trưởng, hiệu phó, kế toán, ủy viên, đại biểu, đại diện,
thường trực, hội trưởng, hội viên, chi hội, đảng viên, việt kiều, trung tâm, đội trưởng, giáo viên, bác sĩ,
y sĩ, y tá, bảo vệ, thanh tra, thanh niên, luật sư, nhân viên, bộ đội, thủ tướng, bộ trưởng, cựu chiến, mặt trận,
thương binh, phòng kinh, phòng văn, văn phòng
"""
)
_NO_NAMES = _pairs(
    """
hà nội, hà tĩnh, hà nam, hà giang, hà đông, hà long, hồ chí, hồ tây, cao bằng, thái nguyên, thái bình,
thái lan, hàn quốc, lâm đồng, ninh bình, ninh thuận, lý sơn, mai châu, mai động, mai dịch, mai linh,
hoàng mai, hoàng sa,
thạch thất, thạch bàn, từ liêm, tô lịch, đồng nai, đồng tháp, đồng hới, đông anh, trà bồng, trà khúc, trà vinh,
trà giang, lương sơn, lương hưu, bạch mai, bạch đằng, đoàn thanh, kim ngân, kim bảng, kim giang, vi phạm,
phí dịch, phí bảo, mã số, tăng cường, quản lý, cam kết, cam lộ, cam ranh, cung cấp, ứng dụng, thẩm định,
tôn giáo, chế độ, đồng ý, đồng chí, ma túy, phương án, tất cả, từ điển
"""
)
"""They begin as a name may: places, and words of offices that are written with capitals."""
_PRESIDENT = frozenset({("ho", "chi")})
_UNCLE_HO = (spelling("bác"), spelling("hồ"))

_NAMES_FOLLOW = _pairs("tên là, tên tôi là, tôi tên, em tên, cháu tên, con tên, họ tên, họ và tên")
_SURNAMES_FOLLOW = _pairs(
    "đứng tên, mang tên, ký tên, người đề nghị, người đăng ký, người hỏi, người gửi, người làm đơn, người viết đơn"
)
_CALLED = spelling("tên")
_END_OF_NAME = _WordSet.of(
    """
xin ở trú sinh số hiện là đại và cùng đề muốn có đã đang ngụ quê tại tạm điện làm nay nhà thôn xóm tổ xã phường hỏi
cho được bị gửi nộp thuộc địa nghề cán chủ tuổi
"""
)
_NEVER_WITHIN = _spelt("phòng ủy chủ phó trưởng thôn xóm phường ubnd hđnd")


def names_in(text: str, known: Collection[str] = ()) -> Iterator[Span]:
    """Where names of people stand, in the order of the text.

    Args:
        text: in Unicode NFC.
        known: names of people that the text may be about: found in small letters, too, and their given names after a
            title.
    """
    words = tokens(text)
    reader = _Reader(words, [tokens(name) for name in known])
    at = 0
    while at < len(words):
        if length := reader.name_at(at):
            yield words[at].start, words[at + length - 1].end
        at += length or reader.passed_over(at)


def is_same_name(written: str, name: str) -> bool:
    """The same name however it is written; `Hòa` is not `Hoa`, but `hoa` in a name without diacritics may be both."""
    words, wanted = tokens(written), tokens(name)
    return len(words) == len(wanted) and all(word.is_like(other) for word, other in zip(words, wanted, strict=True))


class _Reader:
    """The words of one text, looked at one after the other; each look goes no further than a name is long."""

    def __init__(self, words: Sequence[Token], known: Sequence[Sequence[Token]]) -> None:
        self._words = words
        self._known = [name for name in known if name]
        with_diacritics = sum(not word.text.isascii() for word in words)
        self._plain = with_diacritics < PLAIN_BELOW * len(words)
        self._shouted = _long_runs(words)

    def name_at(self, at: int) -> int:
        """How many words from here on are a name; 0 where none begins."""
        return (
            self._known_at(at)
            or self._after_title(at)
            or self._after_introduction(at)
            or self._by_surname(at)
            or self._in_small_letters(at)
        )

    def _known_at(self, at: int) -> int:
        for name in self._known:
            if len(name) > 1 and self._stands(name, at):
                return len(name)
        if at and self._is_title(at - 1):
            for name in self._known:
                for length in range(min(len(name), LONGEST_NAME), 0, -1):
                    if self._stands(name[-length:], at):
                        return length
        return 0

    def _stands(self, name: Sequence[Token], at: int) -> bool:
        words = self._words[at : at + len(name)]
        return len(words) == len(name) and all(word.is_like(other) for word, other in zip(words, name, strict=True))

    def _after_title(self, at: int) -> int:
        if not (at and self._words[at].joined and self._is_title(at - 1)):
            return 0
        word, title = self._words[at], self._words[at - 1]
        if not word.capital or (at in self._shouted and not self._is_surname(at)):
            return 0
        length = self._run(at)
        if (title.spelt, word.spelt) == _UNCLE_HO and title.capital and length == 1:
            return 0
        if length == 1 and (word.all_capitals or len(word.text) == 1):
            return 0  # `anh CSGT`; `cô N` names nobody any more
        if title.capital and at > 1 and title.joined and self._among(at - 2, _CALLED_AFTER_PEOPLE):
            return 0  # `cầu Ông Thọ`
        return 0 if self._is_office(at) or self._is_no_name(at) else length

    def _after_introduction(self, at: int) -> int:
        """`họ và tên:`, `em là`, `đứng tên`: what follows is a name, after some of them in small letters, too."""
        before = tuple(word.folded for word in self._words[max(0, at - 4) : at])
        if before[-1:] == ("la",):
            before = before if at > 1 and self._among(at - 2, _I) else before[:-1]
        named, signed = (any(before[-len(one) :] == one for one in of) for of in (_NAMES_FOLLOW, _SURNAMES_FOLLOW))
        i_am = before[-1:] == ("la",)
        called = bool(at) and self._words[at - 1].spelt == _CALLED and self._words[at].joined
        if not (named or signed or i_am or called) or self._is_office(at) or self._is_no_name(at):
            return 0
        word = self._words[at]
        if word.capital and at not in self._shouted:
            length = self._run(at)
            single = called or self._ends(at + 1)
            return length if length > 1 or (single and not word.all_capitals) else 0
        if not named or not self._is_surname(at):
            return 0
        length = 1
        while length < 4 and not self._ends(at + length):
            length += 1
        return length if length > 1 else 0

    def _by_surname(self, at: int) -> int:
        """A surname and what follows it in capitals, unless it is what something else is called after."""
        common = self._is_surname(at)
        if not self._words[at].capital or not (common or self._among(at, RARE_SURNAMES)):
            return 0
        if self._is_no_name(at) or self._is_office(at) or self._called_after(at):
            return 0
        in_the_middle = at + 1 < len(self._words) and self._among(at + 1, _MIDDLES)
        if at in self._shouted:
            return 3 if in_the_middle and at + 2 < len(self._words) and self._words[at + 2].joined else 0
        length = self._run(at)
        surely = length > 2 or (length == 2 and (in_the_middle or (common and not self._plain)))
        return length if surely else 0

    def _in_small_letters(self, at: int) -> int:
        """`nguyễn văn an`, `nguyễn thị thu hằng`; without the middle of a name nobody can tell."""
        following = self._words[at : at + 3]
        if len(following) < 3 or any(word.capital or not word.joined for word in following[1:]):
            return 0
        if not (self._among(at, _NAMES_ALONE) and self._among(at + 1, _OF_MEN_AND_WOMEN)):
            return 0
        if self._among(at + 2, _NO_GIVEN_NAMES) or self._called_after(at):
            return 0
        return 3 if self._ends(at + 3) or not self._among(at + 2, _MIDDLES) else 4

    def passed_over(self, at: int) -> int:
        """How many words from here on are looked at no more: the whole of what is called after somebody."""
        whole = self._words[at].capital and at not in self._shouted and self._called_after(at)
        return self._run(at) if whole else 1

    def _called_after(self, at: int) -> bool:
        """Whether the word belongs to the name of a road, a school, a company."""
        if not at or not self._words[at].joined:
            return False
        if self._among(at - 1, _CALLED_AFTER_PEOPLE):
            return True
        for before in range(at - 1, max(-1, at - 1 - WITHIN_A_COMPANY), -1):
            if self._among(before, _COMPANY):
                return True
            if not self._words[before].joined:
                return False
        return False

    def _run(self, at: int) -> int:
        """Words from here on that follow each other in capitals."""
        length = 1
        for word in self._words[at + 1 : at + LONGEST_NAME]:
            if not (word.joined and word.capital) or word.spelt in _NEVER_WITHIN:
                break
            length += 1
        return length

    def _ends(self, at: int) -> bool:
        return at >= len(self._words) or not self._words[at].joined or self._among(at, _END_OF_NAME)

    def _is_title(self, at: int) -> bool:
        return self._among(at, _TITLES)

    def _is_surname(self, at: int) -> bool:
        return self._among(at, SURNAMES)

    def _among(self, at: int, words: _WordSet) -> bool:
        word = self._words[at]
        return word.spelt in words.spelt or (self._plain and word.folded in words.folded)

    def _is_office(self, at: int) -> bool:
        return self._is_pair(at, _OFFICES)

    def _is_no_name(self, at: int) -> bool:
        """`Hà Nam` is a province, `Hà Nam Khánh` somebody; `Hồ Chí Minh` is a city, a road, a league."""
        return self._is_pair(at, _NO_NAMES) and (self._run(at) <= 2 or self._is_pair(at, _PRESIDENT))

    def _is_pair(self, at: int, phrases: Collection[tuple[str, ...]]) -> bool:
        following = self._words[at : at + 2]
        return len(following) == 2 and following[1].joined and (following[0].folded, following[1].folded) in phrases


def _long_runs(words: Sequence[Token]) -> set[int]:
    """Places within a sentence that is written in capitals."""
    found: set[int] = set()
    run: list[int] = []
    for at, word in enumerate([*words, None]):
        if word is not None and word.text.isupper() and (word.joined or not run):
            run.append(at)
            continue
        if len(run) >= SHOUTED_FROM:
            found.update(run)
        run = [at] if word is not None and word.text.isupper() else []
    return found
