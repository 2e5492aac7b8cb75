"""A document under the commune's letterhead, ready to be laid out by Decree 30/2020/NĐ-CP: on paper (PDF), or for a
word processor (DOCX). Whoever makes one says everything that stands on it."""

from dataclasses import dataclass
from datetime import date

from services.notify.texts.blocks import Block
from shared.communes import Letterhead, Signer


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page. Texts are single lines in Unicode NFC.

    bears: the day in the file's own data; `dateline` is that day as it is printed, or left open in a draft.
    number: `15/TB-UBND`, or None while its place stays open before `/symbol`. symbol: empty where the document has no
        number at all (a receipt).
    title: of a titled document in capitals (`GIẤY MỜI`); None for a công văn, where `about` stands after `V/v` under
        the number. Below a title, `about` is its subject; empty where it has none (a receipt).
    addressee: after `Kính gửi:`; None where the document has none. address: below it.
    blocks: the body; where the last one is a paragraph, it stays with the signature.
    copies: below `Nơi nhận`; None where the document has none (a receipt).
    by_hand: whoever signs writes his name himself, so that its place stays open.
    reference: small at the foot of page 1, by which the print run is matched; scan: the address behind the QR code
        beside it, or None.
    """

    letterhead: Letterhead
    bears: date
    dateline: str
    symbol: str
    about: str
    blocks: tuple[Block, ...]
    signer: Signer
    number: str | None = None
    title: str | None = None
    addressee: str | None = None
    address: str | None = None
    copies: tuple[str, ...] | None = ()
    is_draft: bool = False
    by_hand: bool = False
    reference: str = ""
    scan: str | None = None
