"""`doithoai register`: read filled forms here, have intake take them in; hand mails and lists on to intake whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import nats

from deploy.embedded.installation import RunningStack
from services.intake.reading.documents import read_form_file
from services.intake.reading.excel import holds_only_lists
from services.intake.reading.forms import UnreadableForm
from services.intake.reading.unreadable import MAX_FILE, UnreadableDocument
from shared.commands import send
from shared.contracts import Actor, Command, Refused, Role
from shared.contracts.intake import (
    FilePurpose,
    LookUpSubmission,
    MailReason,
    ReceiveTable,
    RegisterSubmission,
    TakeInMail,
)
from shared.files import put_file

WHO = "doithoai register"
PATIENCE_S = 120
"""A list of two thousand rows, or a mail with many attachments, takes more than a moment."""

_IGNORED: Mapping[MailReason, str] = {
    "automatic-reply": "Thư trả lời tự động, không phải phiếu đăng ký.",
    "bounce": "Thư báo không gửi được, không phải phiếu đăng ký.",
    "newsletter": "Thư quảng bá gửi hàng loạt, không phải phiếu đăng ký.",
}


async def register_files(stack: RunningStack, commune: str, files: Sequence[Path]) -> list[dict[str, Any]]:
    """The results of the files, in the shape of `doithoai register --json`. One that is refused does not stop the next.

    A file is one result; a list is one for each row, with its number under `row`; a mail one for each form in it.
    Besides that shape, `notes`: what a clerk should look at in a form that was taken in. They may quote the form.
    """
    client = await nats.connect(stack.nats_url)
    try:
        return [result for file in files for result in await _register(client, commune, file)]
    finally:
        await client.close()


async def _register(client: Any, commune: str, file: Path) -> list[dict[str, Any]]:
    try:
        actor = Actor(name=WHO, role=Role.CLERK, commune=commune)
    except ValueError:
        return [_refused(file, f"Mã xã {commune!r} không hợp lệ.")]
    try:
        counter = _Counter(client, actor, file, data=_bytes(file))
        ending = file.suffix.lower()
        if ending == ".eml":
            return await counter.take_in_mail()
        if ending == ".csv" or (ending == ".xlsx" and holds_only_lists(counter.data)):
            return await counter.take_in_table()
        return [await counter.take_in_form()]
    except (UnreadableDocument, UnreadableForm) as error:
        return [_refused(file, str(error))]


@dataclass(frozen=True, slots=True)
class _Counter:
    """Where one file is handed in."""

    client: Any
    actor: Actor
    file: Path
    data: bytes

    async def take_in_form(self) -> dict[str, Any]:
        form, channel = read_form_file(self.file.name, self.data)
        command = RegisterSubmission(
            actor=self.actor, key=str(uuid4()), channel=channel, registrant=form.registrant, questions=form.matters
        )
        reply = await self._ask(command)
        if isinstance(reply, str):
            return _refused(self.file, reply)
        receipt = reply | {"registrant": form.registrant.model_dump()}
        return _taken(self.file, receipt, bool(reply["duplicate"]), form.notes)

    async def take_in_mail(self) -> list[dict[str, Any]]:
        """What the mail became. Of one that waits for a clerk, a part may have been taken in all the same."""
        reply = await self._hand_in("mail")
        if isinstance(reply, str):
            return [_refused(self.file, reply)]
        outcome, told = reply["outcome"], reply["told"]
        results = []
        for receipt in reply["receipts"]:
            again = outcome != "attached" and bool(receipt["duplicate"])
            notes = [told] if told and outcome != "quarantined" else []
            results.append(_taken(self.file, receipt | await self._look_up(receipt["code"]), again, notes))
        if outcome in ("quarantined", "ignored"):
            why = told or _IGNORED.get(reply["why"]) or "Thư không phải phiếu đăng ký."
            results.append(_refused(self.file, why, status=outcome))
        return results

    async def take_in_table(self) -> list[dict[str, Any]]:
        """What became of each row, in their order."""
        reply = await self._hand_in("table")
        if isinstance(reply, str):
            return [_refused(self.file, reply)]
        rows = {one["row"]: _refused(self.file, one["why"]) for one in reply["wrong"]}
        for receipt in reply["receipts"]:
            form = receipt | await self._look_up(receipt["code"])
            rows |= dict.fromkeys(receipt["rows"], _taken(self.file, form, bool(receipt["duplicate"])))
        if not rows:
            return [_refused(self.file, "Danh sách không có dòng nào để tiếp nhận.")]
        return [result | {"row": row} for row, result in sorted(rows.items())]

    async def _hand_in(self, purpose: FilePurpose) -> dict[str, Any] | str:
        """Have intake keep the file, then read it: what came of it, or why not."""
        kept = await put_file(self.client, self.actor, self.file.name, self.data, purpose)
        if isinstance(kept, Refused):
            return kept.reason
        if purpose == "mail":
            return await self._ask(TakeInMail(actor=self.actor, key=str(uuid4()), file=kept.id))
        return await self._ask(
            ReceiveTable(actor=self.actor, key=str(uuid4()), file=kept.id, kind="opinions", sender=WHO)
        )

    async def _look_up(self, code: str) -> dict[str, Any]:
        """The registrant and the questions of a form that is here."""
        found = await self._ask(LookUpSubmission(actor=self.actor, key=str(uuid4()), code=code))
        return {} if isinstance(found, str) else {key: found[key] for key in ("registrant", "questions")}

    async def _ask(self, command: Command) -> dict[str, Any] | str:
        reply = await send(self.client, command, timeout=PATIENCE_S)
        return reply.reason if isinstance(reply, Refused) else reply.state


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


def _taken(file: Path, form: Mapping[str, Any], again: bool, notes: Sequence[str] = ()) -> dict[str, Any]:
    """form: its code, registrant and questions."""
    return {
        "file": str(file),
        "status": "duplicate" if again else "accepted",
        "code": form["code"],
        "registrant": form.get("registrant"),
        "questions": form.get("questions", []),
        "error": None,
        "notes": list(notes),
    }


def _refused(file: Path, why: str, status: str = "refused") -> dict[str, Any]:
    nothing: dict[str, Any] = {"code": None, "registrant": None, "questions": [], "notes": []}
    return {"file": str(file), "status": status, **nothing, "error": why}
