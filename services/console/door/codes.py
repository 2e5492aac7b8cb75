"""The second step: six digits from a telephone (RFC 6238), or one of ten codes on paper."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
import segno

STEP_S = 30
WINDOW = 1
"""A clock may be half a minute off, either way."""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
ISSUER = "Đối thoại"


def new_secret() -> str:
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether a form brought back what `new_secret` made."""
    return len(text) == 32 and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def address(secret: str, account: str) -> str:
    """What the QR code says to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def picture(secret: str, account: str) -> str:
    """The QR code as a `data:` address of an SVG."""
    return str(segno.make(address(secret, account), error="m").svg_data_uri(scale=5, border=3, light="#fff"))


def in_groups(secret: str) -> str:
    """For whoever types it in: groups of four."""
    return " ".join(secret[first : first + 4] for first in range(0, len(secret), 4))


def step_of(secret: str, typed: str, now: datetime, last: int) -> int | None:
    """The half minute whose code was typed; None when it is wrong, or not later than the last one that was taken.

    All codes that count are compared, each in constant time.
    """
    code = "".join(typed.split())
    if not (code.isascii() and code.isdigit()):
        return None
    present, generator, found = int(now.timestamp()) // STEP_S, pyotp.TOTP(secret), None
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(generator.generate_otp(step), code) and step > last:
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of 79 bits each, in groups."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(typed: str) -> str:
    """What is kept of a recovery code; blanks, dashes and capitals are as one likes."""
    letters = "".join(letter for letter in typed.lower() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()
