"""Message-IDs as notify makes them, with a secret that tests know."""

from services.notify.mailing.message_ids import MessageIds

IDS = MessageIds(b"a secret of notify's")


def ours(id: str, domain: str = "hanoi.gov.vn") -> str:
    """Of the mail with this id."""
    return f"<{id}.{IDS.token(id)}@{domain}>"
