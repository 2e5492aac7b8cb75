"""E-mail addresses as they are compared, and as they are told apart where none may be kept."""

import contextlib
import hashlib


def fingerprint(address: str, salt: str) -> str:
    """SHA-256 of the address, in hexadecimal: the same however its letters and its domain are written.

    salt: so that the same address cannot be followed from one event to the next.
    """
    user, _, domain = address.strip().rpartition("@")
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return hashlib.sha256(f"{salt}\n{user.casefold()}@{domain.casefold()}".encode()).hexdigest()
