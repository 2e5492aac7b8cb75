"""Whose a form is: what proves it, and how a browser that has proved it is known again.

Nothing is kept here: a signed cookie says which forms a browser may see.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from services.intake.codes import normalise
from services.intake.reading.spelling import fold
from services.intake.submissions import Submission
from shared.text import one_line

COOKIE = "doithoai_phieu"
SALT = "phieu"
MOST = 5
"""Forms that one browser has open."""
LASTS_S = 30 * 60
"""From the last time that a form was opened."""


def may_see(submission: Submission, contact: str) -> bool:
    """Whoever knows the last four digits of the phone number (or all of it) or the e-mail.

    The full name where the form has neither; not everybody can type its diacritics.
    """
    contact = one_line(contact).casefold()
    registrant = submission.registrant
    digits = "".join(character for character in contact if character not in " .-()+")
    if registrant.phone and digits in (registrant.phone[-4:], registrant.phone.lstrip("+")):
        return True
    if registrant.email and contact == registrant.email.casefold():
        return True
    return not registrant.phone and not registrant.email and fold(contact) == fold(one_line(registrant.name))


class Sessions:
    """Reads and writes the cookie.

    secret: the same for all replicas; None: one that lasts until this process ends.
    secure: the pages are reached by https, so the cookie goes over nothing else.
    clock: seconds since 1970, the same for all replicas.
    """

    def __init__(
        self, secret: SecretStr | None, *, secure: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock())

        key = secret.get_secret_value() if secret else secrets.token_urlsafe(32)
        self._signer = URLSafeTimedSerializer(key, salt=SALT, signer=Signer)
        self._secure = secure

    def opened(self, request: Request) -> frozenset[str]:
        """Codes of the forms that this browser may see; none where the cookie is too old or not ours."""
        return frozenset(self._codes(request))

    def open(self, response: Response, request: Request, code: str) -> None:
        """Let this browser see one form more; of more than `MOST` those opened last."""
        codes = [*(one for one in self._codes(request) if one != code), code][-MOST:]
        response.set_cookie(
            COOKIE,
            self._signer.dumps(codes),
            max_age=LASTS_S,
            httponly=True,
            samesite="strict",
            secure=self._secure,
        )

    def _codes(self, request: Request) -> list[str]:
        try:
            codes: Any = self._signer.loads(request.cookies.get(COOKIE, ""), max_age=LASTS_S)
        except BadData:
            return []
        return [code for code in codes if isinstance(code, str) and normalise(code) == code]
