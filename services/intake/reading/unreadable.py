"""A file that gives no text, and how great one may be."""

MAX_FILE = 10 * 1024 * 1024
"""Bytes of one file."""


class UnreadableDocument(ValueError):
    """A file that gives no text. reason: a Vietnamese sentence for the person who sent it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
