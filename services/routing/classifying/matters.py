"""Several matters in one question: where it may be cut, and whether the parts belong to different departments.

A story is not cut for what it mentions on the way. So a cut costs: little where the asker counts (`thứ hai`, a list),
more where both sides ask for something, most where only one does. It is made where what the parts say for different
departments outweighs that. The parts together are the whole text.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from services.routing.classifying.model import Numbers
from services.routing.classifying.phrases import Phrases
from services.routing.classifying.words import Words

COUNTED, BOTH_ASK, ONE_ASKS = 0.3, 2.5, 8.0
"""What a cut costs, in what the parts must say for different departments: natural logarithms of probabilities."""

AGAINST = 3.0
"""No piece speaks louder against a department: a sentence alone is often misunderstood."""

FEWEST_WORDS = 6
MOST_PIECES = 14
"""What comes after so many belongs to the last: nobody reads more proposals."""

_SENTENCE = re.compile(r"[.?!;…]+[\"”’)\]]*(?:\s|$)|\n")
_LISTED = re.compile(r"(?:^|[\s.?!;:…,])(?:[-–•+*]\s|\d{1,2}[.)/]\s)")
_AFTER = re.compile(r"[.?!;…,:]+[\"”’)\]]*(?=\s)")
_ABBREVIATED = frozenset(
    ("tp", "tx", "tt", "ts", "ths", "q", "p", "h", "st", "mr", "ms", "nđ", "qđ", "vv", "gs", "bs", "kts")
)

_COUNTING = Phrases(
    (phrase, True)
    for phrase in (
        *("thứ nhất", "thứ hai", "thứ ba", "thứ tư", "thứ nhì", "một là", "hai là", "ba là", "bốn là", "câu hai"),
        *(
            "ngoài ra",
            "bên cạnh đó",
            "nhân tiện",
            "nhân đây",
            "tiện thể",
            "sẵn tiện",
            "sẵn đây",
            "luôn tiện",
            "tiện đây",
        ),
        *("với lại", "thêm nữa", "thêm vào đó", "một việc nữa", "việc nữa", "chuyện nữa", "ý nữa", "cái nữa", "nữa là"),
        *("còn việc", "còn chuyện", "còn vụ", "còn phần", "còn về", "còn cái", "còn một", "à mà", "à còn", "hỏi thêm"),
        *("hỏi luôn", "cũng xin hỏi", "cũng cho hỏi", "xin hỏi thêm", "việc thứ hai", "việc thứ ba", "chuyện thứ hai"),
        *(
            "mặt khác",
            "việc khác",
            "chuyện khác",
            "vấn đề khác",
            "rồi còn",
            "việc một",
            "việc hai",
            "ý hai",
            "đồng thời",
        ),
    )
)
_ADDING = Phrases((phrase, phrase == "và") for phrase in ("và", "còn", "rồi"))
"""After a comma; what is marked, after a blank as well."""

_GOING_ON = Phrases(
    (phrase, True) for phrase in ("nhưng", "nhưng mà", "trong khi đó", "tuy nhiên", "vì vậy", "vậy", "nên")
)
"""What begins so goes on with what was said before."""

_ASKING = Phrases(
    (phrase, True)
    for phrase in (
        *("hỏi", "đề nghị", "kiến nghị", "mong", "yêu cầu", "xin", "nhờ", "cho biết", "hướng dẫn", "giải thích"),
        *(
            "bao giờ",
            "khi nào",
            "chừng nào",
            "lúc nào",
            "bao lâu",
            "bao nhiêu",
            "thế nào",
            "ra sao",
            "làm sao",
            "ở đâu",
        ),
        *("tại sao", "vì sao", "sao", "chỗ nào", "những gì", "giấy gì", "giấy chi", "cần gì", "đề xuất"),
        *("phản ánh", "được không", "không ạ", "có phải", "phải không", "hông", "hả", "hôn", "đúng không", "coi giùm"),
        *("xem giùm", "được ko", "dc ko", "dc k", "đc k", "giúp", "giùm", "răng"),
    )
)


@dataclass(frozen=True, slots=True)
class Piece:
    """The smallest part that may stand alone. It goes from one place of the text to another, and holds some words.

    counted: its beginning says that something else is coming. asks: it asks for something.
    """

    begin: int
    end: int
    words: range
    counted: bool
    asks: bool


def pieces(words: Words) -> list[Piece]:
    """The pieces of a text, in order. Begin and end are places in the text that the words were cut from."""
    begins = [0, *accumulate(map(len, _interleaved(words)))][1:-1:2]
    counting = {start for _, start, _ in _COUNTING.find(words)}
    adding = {start: phrase.meaning for phrase, start, _ in _ADDING.find(words)}
    going_on = {start for _, start, _ in _GOING_ON.find(words)}
    asking = np.zeros(len(words.lower) + 1, np.intp)
    for _, start, _ in _ASKING.find(words):
        asking[start + 1] = 1
    asked = np.cumsum(asking)
    cuts, first = [(0, 0, False)], 0
    for word in range(1, len(begins)):
        between = words.between[word]
        listed = _LISTED.search(between) is not None
        ends = listed or (_SENTENCE.search(between) is not None and words.lower[word - 1] not in _ABBREVIATED)
        added = word in adding and ("," in between or adding[word])
        if word in going_on or not (ends or word in counting or added):
            continue
        if word - first < FEWEST_WORDS or len(begins) - word < FEWEST_WORDS:
            continue
        after = _AFTER.search(between)
        place = begins[word] - len(between) + (after.end() if after else 0)
        cuts.append((place, word, listed or word in counting))
        first = word
        if len(cuts) == MOST_PIECES:
            break
    length = sum(map(len, _interleaved(words)))
    return [
        Piece(
            begin,
            end,
            range(start, stop),
            counted,
            bool(asked[stop] > asked[start]) or any("?" in one for one in words.between[start + 1 : stop + 1]),
        )
        for (begin, start, counted), (end, stop, _) in pairwise([*cuts, (length, len(begins), False)])
    ]


def grouped(found: Sequence[Piece], chances: Numbers) -> list[range]:
    """Which pieces belong together, each group a matter. One group where the text is not to be cut.

    Args:
        found: the pieces of a text.
        chances: (pieces, departments) how probably each piece by itself belongs to each department.
    """
    said = np.maximum(np.log(np.maximum(chances, 1e-9)), -AGAINST)
    sums = np.vstack([np.zeros(said.shape[1], said.dtype), np.cumsum(said, axis=0)])
    best: dict[tuple[int, bool], tuple[float, list[range]]] = {(0, True): (0.0, [])}
    for end in range(1, len(found) + 1):
        for begin in range(end):
            asks = any(piece.asks for piece in found[begin:end])
            told = float((sums[end] - sums[begin]).max())
            for before in (True, False):
                if (begin, before) not in best:
                    continue
                so_far, groups = best[begin, before]
                total = so_far + told - (_cost(found[begin].counted, before, asks) if begin else 0.0)
                if total > best.get((end, asks), (-math.inf, []))[0]:
                    best[end, asks] = total, [*groups, range(begin, end)]
    return max(
        (best[len(found), asks] for asks in (True, False) if (len(found), asks) in best), key=lambda one: one[0]
    )[1]


def _cost(counted: bool, before_asks: bool, after_asks: bool) -> float:
    if counted:
        return COUNTED if before_asks and after_asks else BOTH_ASK
    return BOTH_ASK if before_asks and after_asks else ONE_ASKS


def _interleaved(words: Words) -> Iterator[str]:
    """The text again, as it was cut: what stands between the words, and the words, in turn."""
    for between, word in zip(words.between, words.as_written, strict=False):
        yield between
        yield word
    yield words.between[-1]


def of_words(found: Sequence[Piece], number: int) -> NDArray[np.intp]:
    """For each word of a text the number of its piece."""
    return np.repeat(np.arange(len(found)), [len(piece.words) for piece in found])[:number]
