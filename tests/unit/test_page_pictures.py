"""Every document looks as it did when it was last looked at. To draw the pictures anew: `python -m tests.pictures`."""

import pytest
from PIL import Image, ImageChops

from tests.pictures import FOLDER, pictures, share_of_other_points

ALMOST_NONE = 0.0002
"""Of 540,000 points a hundred: less than a single letter that moved."""

DRAWN = pictures()


def test_there_is_a_picture_of_every_sheet_and_no_other():
    assert {file.stem for file in FOLDER.glob("*.png")} == set(DRAWN)


@pytest.mark.parametrize("name", DRAWN)
def test_a_document_looks_as_it_did(name):
    seen = Image.open(FOLDER / f"{name}.png")
    assert DRAWN[name].size == seen.size
    assert share_of_other_points(DRAWN[name], seen) <= ALMOST_NONE, "look at it, then draw it anew"


def test_a_line_that_moved_by_a_point_is_seen():
    seen = Image.open(FOLDER / "answer.png").convert("L")
    line = (60, 480, 590, 500)
    moved = seen.copy()
    moved.paste(ImageChops.offset(seen.crop(line), 1, 0), line)
    assert share_of_other_points(moved, seen) > ALMOST_NONE
