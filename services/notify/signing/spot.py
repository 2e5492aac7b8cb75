"""Where on a page a person signs: found in the PDF itself, above his name, whatever the length of the letter."""

import io
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from services.notify.signing.cannot import CannotSign
from services.notify.wording import one_line
from shared.communes import Signer
from shared.typesetting import FONTS

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Spot:
    """The room between the capacity and the name of who signs. In points from the lower left of the page.

    page: from 0. middle: of the name, across.
    """

    page: int
    middle: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class _Text:
    words: str
    x: float
    y: float
    size: float


def spot_of(pdf: bytes, signer: Signer) -> Spot:
    """The name stands next below the last line of the capacity, on one page with it.

    Raises:
        CannotSign: the document has no such place.
    """
    from pypdf import PdfReader

    capacity, name = one_line(signer.capacity[-1]).upper(), one_line(signer.name)
    pages = PdfReader(io.BytesIO(pdf)).pages
    for number in reversed(range(len(pages))):
        for above, below in reversed(list(pairwise(_texts(pages[number])))):
            if (above.words, below.words) == (capacity, name):
                middle = below.x + _width(name, below.size) / 2
                return Spot(number, middle, below.y + 0.8 * below.size, above.y - 0.25 * above.size)
    raise CannotSign("Không tìm thấy chỗ ký, trên họ tên người ký, trong văn bản.")


def _texts(page: Any) -> list[_Text]:
    """Every piece of text in the order of the page, with the left end of its base line."""
    found: list[_Text] = []

    def visit(words: str, moved: list[float], placed: list[float], _font: Any, size: float) -> None:
        if words.strip():
            x, y = placed[4], placed[5]
            at = (moved[0] * x + moved[2] * y + moved[4], moved[1] * x + moved[3] * y + moved[5])
            found.append(_Text(one_line(words), *at, size))

    page.extract_text(visitor_text=visit)
    return found


def _width(words: str, size: float) -> float:
    return float(_bold().getlength(words)) * size / _bold().size


@cache
def _bold() -> "FreeTypeFont":
    from PIL import ImageFont

    return ImageFont.truetype(FONTS / "LiberationSerif-Bold.ttf", 1000)
