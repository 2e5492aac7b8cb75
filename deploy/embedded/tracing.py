"""`doithoai trace`: one submission's history across services."""

from uuid import uuid4

import nats

from deploy.embedded.installation import RunningStack
from shared.cases import follow
from shared.commands import send
from shared.contracts import Actor, Envelope, Refused, Role
from shared.contracts.intake import LookUpSubmission


class UnknownCode(LookupError):
    """No submission has this code. The text is Vietnamese."""


async def trace_code(stack: RunningStack, code: str) -> list[Envelope]:
    """Every event of the submission, in the order of the stream.

    Raises:
        UnknownCode: when intake knows no such submission.
    """
    client = await nats.connect(stack.nats_url)
    try:
        operator = Actor(name="doithoai trace", role=Role.OPERATOR, commune="province")
        reply = await send(client, LookUpSubmission(actor=operator, key=str(uuid4()), code=code[:20] or "-"))
        if isinstance(reply, Refused):
            raise UnknownCode(reply.reason)
        return await follow(client, reply.state["commune"], reply.state["id"])
    finally:
        await client.close()
