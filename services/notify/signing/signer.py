"""Digital signatures on documents: PAdES baseline, first of who has the authority, then of the office.

Each signature is added behind the document as it was: what it says, its tags and its PDF/A-2b part stay byte for byte.
Only that it is PDF/UA-1 is said no longer: the marks themselves have no tags.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from services.notify.paper.page import Page
from services.notify.signing.cannot import CannotSign
from services.notify.signing.keys import read_keys
from services.notify.signing.marks import information, marks, read_picture
from services.notify.signing.opened import Certificate, KeyRing
from services.notify.signing.spot import spot_of
from services.notify.wording import day_of, one_line
from shared.communes import Profile
from shared.communes import Signing as Wanted

if TYPE_CHECKING:
    from PIL.Image import Image

PERSON, OFFICE = "NguoiKy", "CoQuan"
"""Names of the signature fields."""

ENDS_SOON = timedelta(days=30)


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
        from services.notify.signing import pades

        wanted, folder = profile.signing, self._folder
        if wanted is None:
            return pdf
        if folder is None:
            raise CannotSign("Xã ký số văn bản nhưng hệ thống chưa có tệp khóa (DOITHOAI_KEYS).")
        _check(page, profile)
        picture, seal = _pictures(wanted, folder)
        spot = spot_of(pdf, page.signer)
        where = marks(spot, picture, seal, wanted.seal_mm)
        fields = {PERSON: (where.picture, "Chữ ký số của người có thẩm quyền")}
        if where.seal is not None:
            fields[OFFICE] = (where.seal, "Chữ ký số của cơ quan")
        pdf = pades.prepared(pdf, information(page.letterhead.issuer, at), spot.page, fields)
        for field, key, seen in ((PERSON, wanted.key, picture), (OFFICE, wanted.office, seal)):
            if key is not None and seen is not None:
                with self._ring.ready(key, at) as signer:
                    pdf = pades.signed(pdf, field, seen, signer, at, key, self._ring.timestamp(key))
        return pdf

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


__all__ = ["OFFICE", "PERSON", "CannotSign", "KeyFinding", "Signer"]
