"""Digital signatures on documents: PAdES baseline, first of who has the authority, then of the office.

Each signature is added behind the document as it was: what it says, its tags and its PDF/A-2b part stay byte for byte.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.notify.paper.page import Page
from services.notify.signing.cannot import CannotSign
from services.notify.signing.keys import read_keys
from services.notify.signing.marks import A4_TOP, HEAD, RIGHT, Box, information, marks, read_picture
from services.notify.signing.opened import Certificate, KeyRing
from services.notify.signing.spot import spot_of
from services.notify.wording import day_of, one_line
from shared.communes import Profile
from shared.communes import Signing as Wanted
from shared.logs import in_short, logger

if TYPE_CHECKING:
    from PIL.Image import Image

PERSON, OFFICE = "NguoiKy", "CoQuan"
"""Names of the signature fields."""

ENDS_SOON = timedelta(days=30)
TIMESTAMP_S = 10


@dataclass(frozen=True, slots=True)
class KeyFinding:
    """What `doithoai doctor` says of a key that a commune signs with. wrong: why it cannot be used, or not for long."""

    commune: str
    key: str
    what: str
    wrong: str = ""


class Signer:
    """Signs for the communes that want it. Safe to use from several threads.

    Args:
        keys_file: as `shared.settings.Settings.keys` names it; None: nothing can be signed.

    Raises:
        KeysError: the file cannot be used.
    """

    def __init__(self, keys_file: Path | None, communes: Mapping[str, Profile]) -> None:
        self._folder = keys_file.parent if keys_file else None
        self._ring = KeyRing(read_keys(keys_file) if keys_file else {})
        self._communes = communes

    def signs(self, profile: Profile) -> bool:
        """Whether documents of this commune are signed; unsigned is the default."""
        return profile.signing is not None

    def sign(self, pdf: bytes, profile: Profile, page: Page, at: datetime) -> bytes:
        """The same document, signed; blocks. at: the instant of signing.

        Raises:
            CannotSign: there is no usable key, picture or place.
        """
        wanted, folder = profile.signing, self._folder
        if wanted is None:
            return pdf
        if folder is None:
            raise CannotSign("Xã ký số văn bản nhưng hệ thống chưa có tệp khóa (DOITHOAI_KEYS).")
        _check(page, profile)
        picture, seal = _pictures(wanted, folder)
        spot = spot_of(pdf, page.signer)
        where = marks(spot, picture, seal, wanted.seal_mm)
        prepared = _prepared(pdf, information(page.letterhead.issuer, at), spot.page, where.picture, where.seal)
        signed = self._signed(prepared, wanted.key, PERSON, picture, at)
        if wanted.office is not None and seal is not None:
            signed = self._signed(signed, wanted.office, OFFICE, seal, at)
        return signed

    def look(self, now: datetime) -> list[KeyFinding]:
        """Every key and picture that a commune signs with: can it be used, and for how long."""
        return [
            finding
            for profile in self._communes.values()
            if profile.signing is not None
            for finding in self._look(profile, profile.signing, now)
        ]

    def _look(self, profile: Profile, wanted: Wanted, now: datetime) -> list[KeyFinding]:
        found = []
        for key in (wanted.key, wanted.office):
            if key is not None:
                found.append(self._key(profile.id, key, now))
        try:
            if self._folder is not None:
                _pictures(wanted, self._folder)
        except CannotSign as error:
            found.append(KeyFinding(profile.id, wanted.key, "hình chữ ký, hình dấu", str(error)))
        return found

    def _key(self, commune: str, key: str, now: datetime) -> KeyFinding:
        try:
            if self._folder is None:
                raise CannotSign("Chưa có tệp khóa: đặt DOITHOAI_KEYS là tệp khóa.")
            with self._ring.ready(key, now):
                pass
            certificate: Certificate = self._ring.certificate(key)
        except CannotSign as error:
            return KeyFinding(commune, key, "chưa dùng được", str(error))
        what = f"chứng thư số của {certificate.of}, đến ngày {day_of(certificate.ends_at)}"
        soon = certificate.ends_at - now <= ENDS_SOON
        return KeyFinding(commune, key, what, "Xin gia hạn chứng thư số trước khi hết hạn." if soon else "")

    def _signed(self, pdf: bytes, key: str, field: str, picture: "Image", at: datetime) -> bytes:
        from pyhanko.pdf_utils.images import PdfImage
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
        from pyhanko.sign.fields import SigSeedSubFilter
        from pyhanko.sign.general import SigningError
        from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
        from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
        from pyhanko.stamp import StaticStampStyle

        class At(PdfSigner):
            """Signs at the instant it is told, so that the visible time is the signature's own."""

            def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
                session = super().init_signing_session(*args, **kwargs)
                session.system_time = at
                return session

        style = StaticStampStyle(
            border_width=0,
            background=PdfImage(picture),
            background_layout=SimpleBoxLayoutRule(
                AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins(0, 0, 0, 0)
            ),
        )
        meta = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
        url, out = self._ring.timestamp(key), io.BytesIO()
        stamper = HTTPTimeStamper(url, timeout=TIMESTAMP_S) if url else None
        try:
            with self._ring.ready(key, at) as signer:
                writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
                At(meta, signer, timestamper=stamper, stamp_style=style).sign_pdf(
                    writer, existing_fields_only=True, output=out
                )
        except (TimestampRequestError, OSError) as error:
            logger().warning("no-timestamp", key=key, error=in_short(error))
            raise CannotSign(f"Máy chủ dấu thời gian của khóa {key} chưa trả lời.", for_now=True) from None
        except SigningError as error:
            logger().error("not-signed", key=key, error=in_short(error))
            raise CannotSign(f"Khóa {key} không ký được văn bản.") from None
        return out.getvalue()


def _check(page: Page, profile: Profile) -> None:
    if page.is_draft:
        raise CannotSign("Dự thảo không ký số.")
    if page.number is None:
        raise CannotSign("Văn bản chưa có số; số ghi sau khi ký số sẽ làm hỏng chữ ký số.")
    if page.by_hand or one_line(page.signer.name) != one_line(profile.letterhead.signer.name):
        raise CannotSign(
            f"Khóa ký số của xã là của {profile.letterhead.signer.name}, không ký thay cho {page.signer.name}."
        )


def _pictures(wanted: Wanted, folder: Path) -> "tuple[Image, Image | None]":
    seal = read_picture(folder, wanted.seal, "Hình dấu") if wanted.seal is not None else None
    return read_picture(folder, wanted.picture, "Hình chữ ký"), seal


def _prepared(pdf: bytes, line: bytes, page: int, person: Box, office: Box | None) -> bytes:
    """With the places of the signatures, and with who signs when. Written once, before the first signature."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    drawn = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(line)))
    _, _, width, height = (float(side) for side in drawn.get_object()["/BBox"])
    moved = f"/Artifact BMC q 1 0 0 1 {RIGHT - width:.2f} {A4_TOP - HEAD - height:.2f} cm /ThongTin Do Q EMC".encode()
    content: Any = generic  # its classes are untyped
    named = content.DictionaryObject({generic.pdf_name("/ThongTin"): drawn})
    stream = writer.add_object(generic.StreamObject(stream_data=moved))
    untyped: Any = writer
    untyped.add_stream_to_page(0, stream, content.DictionaryObject({generic.pdf_name("/XObject"): named}))
    for name, box, whose in ((PERSON, person, "người có thẩm quyền"), (OFFICE, office, "cơ quan")):
        if box is not None:
            spec = SigFieldSpec(name, on_page=page, box=box, readable_field_name=f"Chữ ký số của {whose}")
            append_signature_field(writer, spec)
    out = io.BytesIO()
    untyped.write(out)
    return out.getvalue()


__all__ = ["OFFICE", "PERSON", "CannotSign", "KeyFinding", "Signer"]
