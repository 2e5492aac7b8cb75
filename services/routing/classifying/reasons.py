"""The words by which a question was judged, as they stand in it: whole, the weightiest first, and none that any has."""

from collections.abc import Iterable

import numpy as np

from services.routing.classifying.model import Numbers
from services.routing.classifying.words import Words, syllables

LONGEST = 5
"""Words in one reason that is no expression of its own."""

NEXT_TO = 0.35
"""A word belongs to the weightier one beside it if it weighs this share of it."""

LEAST = 0.25
"""What a reason weighs at least, beside the weightiest."""

_SAID_IN_ANY = frozenset(
    syllables(
        "tôi tui mình em con cháu chú bác cô anh chị ông bà ad ai mn mọi người dân bà con nhà gia đình xã phường "
        "thôn xóm ấp tổ khu  ủy ban ubnd cho xin hỏi hoi đề nghị kiến mong nhờ giùm giúp dùm biết được không ko k "
        "hông hổng chưa rồi đã đang sẽ vẫn cứ  còn cũng thì là mà và với hay hoặc nên vì nếu như nhưng để của ở "
        "tại trong ngoài trên dưới lên xuống ra vào về đến tới từ  bị do có các những một hai ba bốn năm mấy "
        "nhiều ít này kia đó đây nay mai hôm qua ngày tháng tuần giờ sáng chiều tối lâu  bao nhiêu gì chi sao "
        "răng rứa vậy thế nào đâu mô khi lúc nữa lại quá lắm rất hết ạ dạ nhé nha nhỉ hả à ơi thưa kính gửi  vui "
        "lòng cần muốn phải làm đi thấy nói bảo kêu cái con việc chuyện vụ phần theo đúng sai mới cũ ng đc dc j "
        "vs e t b"
    )
)


def weightiest(words: Words, weights: Numbers, phrases: Iterable[range], most: int) -> list[str]:
    """The reasons, the weightiest first.

    Args:
        weights: what each word says for what was decided.
        phrases: words that make one expression and are not torn apart.
    """
    telling = weights * np.array([_folded(word) not in _SAID_IN_ANY for word in words.folded], np.float32)
    whole = {number: phrase for phrase in phrases for number in phrase}
    taken = np.zeros(len(telling), bool)
    found: list[range] = []
    heaviest = float(telling.max(initial=0.0))
    for word in np.argsort(-telling, kind="stable"):
        if len(found) == most or telling[word] <= LEAST * heaviest:
            break
        if not taken[word]:
            reason = whole.get(int(word)) or _grown(words, telling, taken, int(word))
            taken[reason.start : reason.stop] = True
            _put(found, reason, words)
    return list(dict.fromkeys(words.written(reason.start, reason.stop) for reason in found))


def _put(found: list[range], reason: range, words: Words) -> None:
    """Beside the others; or as one with a neighbour, where nothing but a blank parts them."""
    for place, other in enumerate(found):
        first, second = sorted((other, reason), key=lambda one: one.start)
        joined = range(first.start, second.stop)
        if first.stop == second.start and not words.between[second.start].strip() and len(joined) <= LONGEST:
            found[place] = joined
            return
    found.append(reason)


def _grown(words: Words, telling: Numbers, taken: "np.ndarray[tuple[int], np.dtype[np.bool_]]", word: int) -> range:
    """A word with those beside it that weigh enough, within a sentence's clause."""
    start, stop, least = word, word + 1, NEXT_TO * telling[word]
    while stop - start < LONGEST:
        before = start > 0 and not taken[start - 1] and not words.between[start].strip() and telling[start - 1]
        after = stop < len(telling) and not taken[stop] and not words.between[stop].strip() and telling[stop]
        if max(before, after) < least or max(before, after) <= 0:
            break
        if after >= before:
            stop += 1
        else:
            start -= 1
    return range(start, stop)


def _folded(word: str) -> str:
    return word[:-1] + "i" if word.endswith("y") and len(word) == 2 else word
