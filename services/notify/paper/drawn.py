"""QR codes of addresses, as drawings for a page."""

import io
import re
from functools import cache, lru_cache
from typing import Any

import segno

from shared.typesetting import CannotPrint

MASK = 3
"""Of the eight any can be read; to find the handsomest takes longer than to lay out the letter."""


def qr_svg(url: str) -> str:
    """For whoever scans it with a telephone.

    Raises:
        CannotPrint: the address is too long.
    """
    return _drawing(_bits(_code(url.encode(), error="m")))


def small_qr_svg(url: str) -> str:
    """The same for every letter, on paper that is whole: as few and so as large modules as there can be.

    Codes of addresses of one length are linear in their bits: each bit that differs from those of the first address
    turns the same modules, also those that correct errors. So a letter of a print run costs a fifth of a new code.
    Raises CannotPrint as `qr_svg`.
    """
    address = url.encode()
    first = _first(len(address), address)
    dark, size = _dark(first)
    for place, (one, other) in enumerate(zip(first, address, strict=True)):
        for bit in range(8):
            if (one ^ other) >> bit & 1:
                dark ^= _turned(first, place, bit)
    return _drawing(_rows(dark, size))


def qr_png(url: str) -> bytes:
    """With the margin that readers of such codes need. Raises CannotPrint as `qr_svg`."""
    drawn = io.BytesIO()
    _code(url.encode(), error="m").save(drawn, kind="png", border=4, scale=5)
    return drawn.getvalue()


_known: dict[int, bytes] = {}


def _first(length: int, address: bytes) -> bytes:
    return _known.setdefault(length, address)


@cache
def _dark(address: bytes) -> tuple[int, int]:
    """The modules of its small code as the bits of a number, row by row, and how many there are to a side."""
    rows = _bits(_code(address, error="l", mask=MASK))
    return int("".join(rows), 2), len(rows)


@lru_cache(maxsize=50_000)
def _turned(first: bytes, place: int, bit: int) -> int:
    """The modules that another bit at a place turns."""
    other = bytearray(first)
    other[place] ^= 1 << bit
    rows = _bits(_code(bytes(other), error="l", mask=MASK))
    return int("".join(rows), 2) ^ _dark(first)[0]


def _code(address: bytes, **how: Any) -> segno.QRCode:
    try:
        return segno.make_qr(address, mode="byte", **how)
    except segno.DataOverflowError as overflow:
        raise CannotPrint("Địa chỉ trang quá dài, không vẽ thành mã QR được.") from overflow


def _bits(code: segno.QRCode) -> list[str]:
    """Its rows: `1` for a dark module."""
    return ["".join(map(str, row)) for row in code.matrix]


def _rows(dark: int, size: int) -> list[str]:
    bits = f"{dark:0{size * size}b}"
    return [bits[place : place + size] for place in range(0, size * size, size)]


def _drawing(rows: list[str]) -> str:
    """A stroke for each run of dark modules."""
    runs = "".join(
        f"M{found.start()} {row}h{len(found[0])}" for row, bits in enumerate(rows) for found in _RUN.finditer(bits)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -.5 {len(rows)} {len(rows)}">'
    return f'{head}<path fill="none" stroke="#000" d="{runs}"/></svg>'


_RUN = re.compile("1+")
