"""Everything on one machine: NATS, a database, a mail catcher, and the supervisor that starts the services."""

LOOPBACK = "127.0.0.1"


class CannotStart(Exception):
    """Nothing was started, or all of it was stopped again. The text is Vietnamese: what, which one, the remedy."""
