"""What is seen of a signature (Decree 30/2020/NĐ-CP, annex I, part I, II.7 and 8).

The picture of the hand signature stands between capacity and name; the seal, in its true size, covers about a third of
it on the left; who signed when stands in the head of the first page, where the decree has it for an office's signature.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from services.notify.signing.cannot import CannotSign
from services.notify.signing.spot import MM, Spot
from services.notify.wording import VIETNAM, one_line
from shared.typesetting import Typesetter

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[int, int, int, int]
"""Left, bottom, right, top; in points from the lower left of the page."""

WIDEST, HIGHEST = 48 * MM, 22 * MM
"""Of the picture of a hand signature, as large as hands write."""

COVERED = 1 / 3
"""So much of it the seal covers."""

MOST_PIXELS = 4_000_000

A4_TOP, RIGHT, HEAD = 297 * MM, 195 * MM, 10 * MM

_typesetter = Typesetter(Path(__file__).parent / "templates", lambda _character, _inputs: "tên cơ quan")


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the pictures stand."""

    picture: Box
    seal: Box | None


def marks(spot: Spot, picture: "Image", seal: "Image | None", seal_mm: int) -> Marks:
    scale = min(WIDEST / picture.width, min(HIGHEST, spot.top - spot.bottom) / picture.height)
    width, height = picture.width * scale, picture.height * scale
    left, middle = spot.middle - width / 2, (spot.bottom + spot.top) / 2
    drawn = _box(left, middle - height / 2, left + width, middle + height / 2)
    if seal is None:
        return Marks(drawn, None)
    right, half = left + width * COVERED, seal_mm * MM / 2
    return Marks(drawn, _box(right - 2 * half, middle - half, right, middle + half))


def read_picture(folder: Path, name: str, what: str) -> "Image":
    """A picture without its empty border, with its transparency. what: whose, in Vietnamese.

    Raises:
        CannotSign: it is missing, no PNG, too large, or has a background.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(folder / name, formats=("PNG",)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise CannotSign(f"{what} {name} quá lớn: tối đa {MOST_PIXELS // 1_000_000} triệu điểm ảnh.")
            picture = opened.convert("RGBA")
    except FileNotFoundError:
        raise CannotSign(f"Không có tệp {what.lower()} {name} bên cạnh tệp khóa.") from None
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise CannotSign(f"{what} {name} không phải tệp .png đọc được.") from None
    opaque = picture.getchannel("A")
    if opaque.getextrema()[0] == 255:
        raise CannotSign(f"{what} {name} phải có nền trong suốt, nếu không sẽ che chữ của văn bản.")
    inked = opaque.point(lambda alpha: 255 if alpha > 8 else 0).getbbox()
    if inked is None:
        raise CannotSign(f"{what} {name} không có nét nào.")
    return picture.crop(inked)


def information(issuer: str, at: datetime) -> bytes:
    """One line on a page of its own size: `Ủy ban nhân dân xã Thanh Trì, 05/06/2026 14:03:22 +07:00`."""
    local = at.astimezone(VIETNAM)
    words = f"{one_line(issuer)}, {local:%d/%m/%Y %H:%M:%S} +07:00"
    on = local.date()
    return _typesetter.pdf(
        "information.typ", {"words": words, "date": {"year": on.year, "month": on.month, "day": on.day}}, on
    )


def _box(left: float, bottom: float, right: float, top: float) -> Box:
    return round(left), round(bottom), round(right), round(top)
