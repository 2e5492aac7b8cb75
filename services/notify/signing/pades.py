"""Signature fields and PAdES baseline signatures (ETSI EN 319 142-1: B-B, with a timestamp B-T), by pyHanko.

It is imported when the first document is signed: a service whose communes sign nothing does not hold it.
"""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.stamp import StaticStampStyle

from services.notify.signing.cannot import CannotSign
from services.notify.signing.marks import A4_TOP, HEAD, RIGHT, Box
from shared.logs import in_short, logger

if TYPE_CHECKING:
    from PIL.Image import Image

TIMESTAMP_S = 10
_WHOLE_BOX = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins(0, 0, 0, 0))

_untyped: Any = generic


class _Added(IncrementalPdfFileWriter):
    """Adds behind a document and leaves what it says of itself: PDF/A wants both accounts of that to agree."""

    def _update_meta(self) -> None:
        """Title, dates and standards stay those of the document."""


class _At(PdfSigner):
    """Signs at the instant it is told, so that the visible time is the signature's own."""

    def __init__(self, at: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session


def prepared(pdf: bytes, line: bytes, page: int, fields: Mapping[str, tuple[Box, str]]) -> bytes:
    """With a line in the head of its first page, and with the places of the signatures.

    Args:
        line: a page with nothing else.
        page: of the signatures, from 0.
        fields: by the name of each, its place and what it is called.
    """
    writer: Any = _Added(io.BytesIO(pdf))
    _claim_no_access(writer)
    drawn = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(line)))
    _, _, width, height = (float(side) for side in drawn.get_object()["/BBox"])
    moved = f"/Artifact BMC q 1 0 0 1 {RIGHT - width:.2f} {A4_TOP - HEAD - height:.2f} cm /ThongTin Do Q EMC".encode()
    named = _untyped.DictionaryObject({generic.pdf_name("/ThongTin"): drawn})
    stream = writer.add_object(generic.StreamObject(stream_data=moved))
    writer.add_stream_to_page(0, stream, _untyped.DictionaryObject({generic.pdf_name("/XObject"): named}))
    for name, (box, called) in fields.items():
        append_signature_field(writer, SigFieldSpec(name, on_page=page, box=box, readable_field_name=called))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _claim_no_access(writer: Any) -> None:
    """The marks of signatures have no tags, so what is signed is no PDF/UA-1 any more, and does not say it is."""
    metadata = writer.root["/Metadata"]
    kept = _untyped.StreamObject(
        {generic.pdf_name("/Type"): metadata["/Type"], generic.pdf_name("/Subtype"): metadata["/Subtype"]},
        stream_data=metadata.data.replace(_FOR_ALL, b""),
    )
    writer.root[generic.pdf_name("/Metadata")] = writer.add_object(kept)
    writer.update_root()


_FOR_ALL = b"<pdfuaid:part>1</pdfuaid:part>"


def signed(
    pdf: bytes, field: str, picture: "Image", signer: Signer, at: datetime, key: str, timestamp: str | None
) -> bytes:
    """With a signature in a field that is there, seen as the picture.

    Args:
        key: its id, for messages. timestamp: address of the server that says when it was signed.

    Raises:
        CannotSign: the server is away, or the key does not sign.
    """
    style = StaticStampStyle(border_width=0, background=PdfImage(picture), background_layout=_WHOLE_BOX)
    meta = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    stamper = HTTPTimeStamper(timestamp, timeout=TIMESTAMP_S) if timestamp else None
    out = io.BytesIO()
    try:
        _At(at, meta, signer, timestamper=stamper, stamp_style=style).sign_pdf(
            _Added(io.BytesIO(pdf)), existing_fields_only=True, output=out
        )
    except TimestampRequestError as error:
        logger().warning("no-timestamp", key=key, error=in_short(error))
        raise CannotSign(f"Máy chủ dấu thời gian của khóa {key} chưa trả lời.", for_now=True) from None
    except SigningError as error:
        logger().error("not-signed", key=key, error=in_short(error))
        raise CannotSign(f"Khóa {key} không ký được văn bản.") from None
    return out.getvalue()
