"""What a browser or a link is known by: made at random, and kept only as what it hashes to."""

import hashlib
import secrets


def hashed(token: str) -> str:
    """What is kept of a token. It is random and long, so that nothing slow is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)
