"""`doithoai register`: read filled forms here, have intake take them in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import nats

from deploy.embedded.installation import RunningStack
from services.intake.reading.documents import read_form_file
from services.intake.reading.forms import UnreadableForm
from services.intake.reading.unreadable import MAX_FILE, UnreadableDocument
from shared.commands import send
from shared.contracts import Actor, Refused, Role
from shared.contracts.intake import RegisterSubmission


async def register_files(stack: RunningStack, commune: str, files: Sequence[Path]) -> list[dict[str, Any]]:
    """One result a file, in the shape of `doithoai register --json`. A file that is refused does not stop the next.

    Besides that shape, `notes`: what a clerk should look at in a form that was taken in. They may quote the form.
    """
    client = await nats.connect(stack.nats_url)
    try:
        return [await _register(client, commune, file) for file in files]
    finally:
        await client.close()


async def _register(client: Any, commune: str, file: Path) -> dict[str, Any]:
    try:
        form, channel = read_form_file(file.name, _bytes(file))
        actor = Actor(name="doithoai register", role=Role.CLERK, commune=commune)
    except (UnreadableDocument, UnreadableForm) as error:
        return _refused(file, str(error))
    except ValueError:
        return _refused(file, f"Mã xã {commune!r} không hợp lệ.")
    command = RegisterSubmission(
        actor=actor, key=str(uuid4()), channel=channel, registrant=form.registrant, questions=form.matters
    )
    reply = await send(client, command)
    if isinstance(reply, Refused):
        return _refused(file, reply.reason)
    return {
        "file": str(file),
        "status": "duplicate" if reply.state["duplicate"] else "accepted",
        "code": reply.state["code"],
        "registrant": form.registrant.model_dump(),
        "questions": reply.state["questions"],
        "error": None,
        "notes": list(form.notes),
    }


def _bytes(file: Path) -> bytes:
    """A file that is too large is not even read."""
    if not file.exists():
        raise UnreadableDocument("Không có tệp này.")
    if not file.is_file():
        raise UnreadableDocument("Đây là thư mục, không phải tệp.")
    try:
        if file.stat().st_size > MAX_FILE:
            raise UnreadableDocument(f"Tệp lớn quá {MAX_FILE // 1024 // 1024} MB.")
        return file.read_bytes()
    except OSError as error:
        raise UnreadableDocument("Không được quyền đọc tệp này, hoặc ổ đĩa lỗi.") from error


def _refused(file: Path, why: str) -> dict[str, Any]:
    nothing: dict[str, Any] = {"code": None, "registrant": None, "questions": [], "notes": []}
    return {"file": str(file), "status": "refused", **nothing, "error": why}
