"""What became of a question since somebody looked at it: what was done, and by whom."""

from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.console import story
from services.console.acting import Acting
from services.console.story import Line
from shared.cases import follow
from shared.logs import in_short, logger


async def told_since(nats: Client, who: Acting, case: str, question: str, seen: int, *, secret: bool) -> list[Line]:
    """What routing has said of a question after so many of its events, the earliest first.

    Nothing while the stream cannot be read. secret: without what was written.
    """
    if not nats.is_connected:
        return []
    try:
        envelopes = await follow(nats, who.commune, case)
    except (NatsError, TimeoutError) as error:
        logger().warning("changes-not-read", error=in_short(error))
        return []
    lines = story.tell(envelopes, who.unit, confidential=secret)
    return [
        line
        for envelope, line in zip(envelopes, lines, strict=True)
        if envelope.source == "/services/routing"
        and envelope.sequence > seen
        and envelope.data.get("question") == question
    ]
