"""QR codes of addresses, as drawings for a page."""

import io
from typing import Any, Literal

import segno


def qr_svg(url: str, error: Literal["l", "m"] = "m") -> str:
    """error: `l` has fewer and so larger modules than `m`, for a small code on paper that is whole."""
    return _drawn(url, error, kind="svg", border=0, xmldecl=False).decode()


def qr_png(url: str) -> bytes:
    """With the margin that readers of such codes need."""
    return _drawn(url, "m", kind="png", border=4, scale=5)


def _drawn(url: str, error: str, **how: Any) -> bytes:
    drawn = io.BytesIO()
    segno.make(url, error=error, micro=False).save(drawn, **how)
    return drawn.getvalue()
