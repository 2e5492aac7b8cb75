"""The files of a form on the page. They are kept from the first try on, so that nobody has to choose one twice.

Between two tries the page itself carries what is kept, signed: there is no session, and nothing to look up.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import SecretStr, TypeAdapter
from starlette.datastructures import UploadFile

from services.intake.files import KEPT_UNNAMED, MOST_BYTES, MOST_OF_A_FORM, Files, UnwantedFile
from services.intake.pages.errors import Away, patience
from shared.contracts.people import Attachment
from shared.text import one_line

SALT = "tep"
CARRIED_S = KEPT_UNNAMED.total_seconds() * 5 / 6
"""Well before an unnamed file is removed the page that carries it is too old."""
GONE = "Các tệp gửi lần trước không còn được giữ. Xin ông/bà chọn lại tệp."

_ATTACHMENTS = TypeAdapter(tuple[Attachment, ...])


class Seal:
    """Signs what a page carries. secret: the same for all replicas; None: one that lasts until this process ends."""

    def __init__(self, secret: SecretStr | None) -> None:
        key = secret.get_secret_value() if secret else secrets.token_urlsafe(32)
        self._signer = URLSafeTimedSerializer(key, salt=SALT)

    def of(self, commune: str, kept: Sequence[Attachment]) -> str:
        """What the page carries of these files; nothing of none."""
        return self._signer.dumps([commune, [one.model_dump() for one in kept]]) if kept else ""

    def opened(self, commune: str, carried: str) -> tuple[Attachment, ...]:
        """The files that a page carries.

        Raises:
            UnwantedFile: it is not ours, for another commune, or too old.
        """
        if not carried:
            return ()
        try:
            of, kept = self._signer.loads(carried, max_age=int(CARRIED_S))
        except BadData as error:
            raise UnwantedFile(GONE) from error
        if of != commune:
            raise UnwantedFile(GONE)
        return _ATTACHMENTS.validate_python(kept)


class Basket:
    """What one form has with it. kept: the files so far; problems: what was not taken, a sentence each."""

    def __init__(self) -> None:
        self.kept: list[Attachment] = []
        self._came_now: list[str] = []
        self.problems: list[str] = []

    def carry(self, seal: Seal, commune: str, carried: str, dropped: frozenset[str]) -> None:
        """Put in what an earlier try has kept, but for what is left out now."""
        try:
            self.kept += [one for one in seal.opened(commune, carried) if one.id not in dropped]
        except UnwantedFile as unwanted:
            self.problems.append(unwanted.reason)

    async def put(self, files: Files, commune: str, upload: UploadFile) -> None:
        """Keep a file that came now; one that is here already counts once.

        Raises:
            Away: the database does not answer now.
        """
        name = one_line(upload.filename or "")[:100] or "tệp"
        if len(self.kept) >= MOST_OF_A_FORM:
            self.problems.append(f"Chưa nhận “{name}”: mỗi phiếu có nhiều nhất {MOST_OF_A_FORM} tệp.")
            return
        data = await upload.read(MOST_BYTES + 1)
        try:
            async with patience():
                kept = await files.keep(commune, name, data)
            self._came_now.append(kept.id)
        except UnwantedFile as unwanted:
            self.problems.append(f"Chưa nhận “{name}”: {unwanted.reason}")
            return
        if all(kept.digest != one.digest for one in self.kept):
            self.kept.append(kept)

    async def empty(self, files: Files) -> None:
        """Keep nothing of what came now, for the form had come before. What earlier tries kept may be its own."""
        with suppress(Away):  # what is left goes as whatever nothing names
            async with patience():
                await files.remove(self._came_now)
