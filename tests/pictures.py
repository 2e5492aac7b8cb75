"""Pictures of every document, as they were last looked at: `tests/golden/letters`.

Where a layout is changed on purpose: `python -m tests.pictures` draws them anew; then look at each that changed.
"""

import io
from pathlib import Path

from PIL import Image, ImageChops

from services.notify.paper.letters import picture_page
from tests.letters import every_page

FOLDER = Path(__file__).parent / "golden" / "letters"
PPI = 75
GREYS = 16
SEEN = 48
"""So much darker or lighter a point must be to be another one."""


def pictures() -> dict[str, Image.Image]:
    """A picture of each sheet: `answer-long`, `answer-long-2`."""
    return {
        name if sheet == 1 else f"{name}-{sheet}": Image.open(io.BytesIO(png)).convert("L")
        for name, page in every_page().items()
        for sheet, png in enumerate(picture_page(page, PPI), 1)
    }


def share_of_other_points(one: Image.Image, other: Image.Image) -> float:
    """Of two pictures of one size, from 0 to 1."""
    differences = ImageChops.difference(one.convert("L"), other.convert("L")).histogram()
    return sum(differences[SEEN:]) / (one.width * one.height)


def draw_anew(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for name, picture in pictures().items():
        picture.quantize(GREYS).save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    draw_anew()
