"""Digital signatures on documents: PAdES, with the marks that Decree 30/2020/NĐ-CP asks to be seen."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from services.notify.paper.page import Page
from shared.communes import Profile


class CannotSign(ValueError):
    """The document cannot be signed. The message is Vietnamese, for the clerk.

    for_now: it may go well later: a token that is not plugged in, a timestamp server that is away.
    """

    def __init__(self, message: str, *, for_now: bool = False) -> None:
        self.for_now = for_now
        super().__init__(message)


class Signer:
    """Signs for the communes that want it. Safe to use from several threads.

    Args:
        keys_file: as `shared.settings.Settings.keys` names it; None: nothing is signed.
    """

    def __init__(self, keys_file: Path | None, communes: Mapping[str, Profile]) -> None:
        self._keys_file = keys_file
        self._communes = communes

    def signs(self, profile: Profile) -> bool:
        """Whether documents of this commune are signed; unsigned is the default."""
        return profile.signing is not None

    def sign(self, pdf: bytes, profile: Profile, page: Page, at: datetime) -> bytes:
        """The same document, signed; blocks. at: the instant of signing.

        Raises:
            CannotSign: there is no usable key, picture or place.
        """
        if self._keys_file is None:
            raise CannotSign("Xã ký số văn bản nhưng hệ thống chưa có tệp khóa (DOITHOAI_KEYS).")
        raise CannotSign("Chưa ký được.")
