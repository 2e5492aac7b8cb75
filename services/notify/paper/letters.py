"""Pages on paper in the form of Decree 30/2020/NĐ-CP: PDF/A-2b, tagged (PDF/UA-1)."""

from services.notify.paper.layout import inputs_of
from services.notify.paper.page import Page
from services.notify.paper.typesetting import TEMPLATE, CannotPrint, FontMissing, check_fonts, typesetter


def render_page(page: Page) -> bytes:
    """The page as PDF/A-2b, A4, tagged. Safe to call from several threads; they take turns.

    Raises:
        CannotPrint: the font lacks a character, or an address is too long for its QR code.
    """
    return typesetter.pdf(TEMPLATE, inputs_of(page), page.bears)


def picture_page(page: Page, ppi: float = 80) -> list[bytes]:
    """The same to look at: a PNG of each sheet, `ppi` dots an inch. Raises as `render_page`."""
    return typesetter.png(TEMPLATE, inputs_of(page), page.bears, ppi)


__all__ = ["CannotPrint", "FontMissing", "check_fonts", "picture_page", "render_page"]
