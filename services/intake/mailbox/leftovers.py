"""What of a mail is of no use any more: the originals of those that programs sent."""

from datetime import timedelta

from services.intake.files import Files
from services.intake.mailbox.incoming import Decision, Incoming, forget_original
from services.intake.store import Incomings
from shared.clock import Clock

KEPT = timedelta(days=30)
"""Long enough for somebody who misses a mail to find it among them."""
AT_ONCE = 100


async def remove_originals(mails: Incomings, files: Files, now: Clock) -> int:
    """Remove the originals of mails that were ignored a month ago. Returns how many. What is said of them stays."""
    removed, before = 0, now() - KEPT
    while old := await mails.ignored(before, AT_ONCE):
        await files.remove([mail.original.id for mail in old])
        for mail in old:
            await mails.change(mail.id, _forgotten)
        removed += len(old)
    return removed


def _forgotten(mail: Incoming | None) -> Decision:
    assert mail is not None, "it was found a moment ago, and none is ever removed"
    return forget_original(mail)
