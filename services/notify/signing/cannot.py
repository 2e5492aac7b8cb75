"""Why a document is not signed."""


class CannotSign(ValueError):
    """The document cannot be signed. The message is Vietnamese, for the clerk and the operator.

    for_now: it may go well later: a token that is not plugged in, a timestamp server that is away.
    """

    def __init__(self, message: str, *, for_now: bool = False) -> None:
        self.for_now = for_now
        super().__init__(message)
