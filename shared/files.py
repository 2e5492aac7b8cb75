"""Files from one service to another, over NATS, in parts that a message can carry."""

import base64
from math import ceil

from nats.aio.client import Client
from pydantic import TypeAdapter
from ulid import ULID

from shared.commands import send
from shared.contracts import Actor, Refused
from shared.contracts.intake import FilePurpose, ReadFile, StoreFile
from shared.contracts.people import Attachment

PART = 1024 * 1024
"""Bytes of a file in one message."""
_ATTACHMENT = TypeAdapter(Attachment)


async def put_file(
    nats: Client, actor: Actor, name: str, data: bytes, purpose: FilePurpose = "attachment"
) -> Attachment | Refused:
    """Have intake keep a file. What is stored and never named by a command is removed after a day."""
    id, parts = str(ULID()), max(1, ceil(len(data) / PART))
    stored: object = None
    for part in range(1, parts + 1):
        piece = base64.b64encode(data[(part - 1) * PART : part * PART]).decode("ascii")
        reply = await send(
            nats,
            StoreFile(
                actor=actor,
                key=f"{id}-{part}",
                file=id,
                name=name[:200] or "tep",
                purpose=purpose,
                part=part,
                parts=parts,
                content=piece,
            ),
            timeout=30,
        )
        if isinstance(reply, Refused):
            return reply
        stored = reply.state["attachment"]
    return _ATTACHMENT.validate_python(stored)


async def get_file(nats: Client, actor: Actor, id: str) -> tuple[Attachment, bytes] | Refused:
    """A file that intake keeps, for somebody who may have it."""
    pieces: list[bytes] = []
    about: object = None
    part = parts = 1
    while part <= parts:
        reply = await send(nats, ReadFile(actor=actor, key=str(ULID()), file=id, part=part), timeout=30)
        if isinstance(reply, Refused):
            return reply
        pieces.append(base64.b64decode(reply.state["content"]))
        parts, part, about = int(reply.state["parts"]), part + 1, reply.state["attachment"]
    return _ATTACHMENT.validate_python(about), b"".join(pieces)
