"""QR codes of addresses, as drawings for a page."""

import io
import re
from typing import Any

import segno

from shared.typesetting import CannotPrint


def qr_svg(url: str) -> str:
    """For whoever scans it with a telephone.

    Raises:
        CannotPrint: the address is too long.
    """
    return _path(_code(url, error="m"))


def small_qr_svg(url: str) -> str:
    """The same for every letter, on paper that is whole: as few and so as large modules as there can be.

    Any mask can be read; to find the handsomest of the eight takes as long as to lay out the letter.
    """
    return _path(_code(url, error="l", mask=3))


def qr_png(url: str) -> bytes:
    """With the margin that readers of such codes need. Raises CannotPrint as `qr_svg`."""
    drawn = io.BytesIO()
    _code(url, error="m").save(drawn, kind="png", border=4, scale=5)
    return drawn.getvalue()


def _code(url: str, **how: Any) -> segno.QRCode:
    try:
        return segno.make_qr(url, **how)
    except segno.DataOverflowError as overflow:
        raise CannotPrint("Địa chỉ trang quá dài, không vẽ thành mã QR được.") from overflow


def _path(code: segno.QRCode) -> str:
    """A stroke for each run of dark modules."""
    size = len(code.matrix)
    runs = "".join(
        f"M{found.start()} {row}.5h{len(found[0])}"
        for row, cells in enumerate(code.matrix)
        for found in _DARK.finditer(cells)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
    return f'{head}<path fill="none" stroke="#000" d="{runs}"/></svg>'


_DARK = re.compile(b"\x01+")
