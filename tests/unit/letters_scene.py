"""An office in front of the console, and a notify that answers by the contract what it is told to answer."""

import base64
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from nats.errors import Error as NatsError

from shared.contracts import COMMANDS, Command, Done, Refused
from shared.contracts.post import ReadPrintFile
from tests.builders import RUN, SUBMISSION
from tests.unit.teaching_scene import CLERK, OFFICER, Desk, Routing

__all__ = [
    "CLERK",
    "LETTER",
    "OFFICER",
    "OTHER",
    "RUN",
    "Desk",
    "Notify",
    "book",
    "letter",
    "piece",
    "post",
    "run",
    "text",
]

LETTER = f"{SUBMISSION}.answer.1.letter"
OTHER = f"{SUBMISSION}.guidance.2"
BODY = "# Trả lời\n\nKính gửi {{ name }}\n\n> **Câu hỏi:** {{ question }}"

Answer = Mapping[str, Any] | Refused | Callable[[Any], Mapping[str, Any] | Refused]


class Notify(Routing):
    """What notify would answer, by verb: a state, a refusal, or what makes one of the command."""

    def __init__(self, **answers: Answer) -> None:
        super().__init__()
        self._made = {verb.replace("_", "-"): answer for verb, answer in answers.items()}

    def jetstream(self) -> Any:
        """No stream is read here: a case's history is not there."""
        raise NatsError

    async def request(self, subject: str, payload: bytes, timeout: float, headers: Any = None) -> Any:
        service, _, verb = subject.removeprefix("command.").split(".")
        command: Command = COMMANDS[f"{service}.{verb}"].model_validate_json(payload)
        self.received.append(command)
        answer = self._made.get(verb, Refused(code="unavailable", reason="Không ai trả lời."))
        told = answer(command) if callable(answer) else answer
        reply = told if isinstance(told, Refused) else Done(version=0, state=dict(told))
        return SimpleNamespace(data=reply.model_dump_json().encode())


def text(**changes: Any) -> dict[str, Any]:
    """A kind as `ReadText` tells of it: the commune has written two versions."""
    words = {"about": "trả lời câu hỏi", "mail_subject": "Trả lời phiếu {{ code }}", "body": BODY}
    saved = {"kind": "answer", "name": "Trả lời bằng văn bản", "saved_by": "Trần Thị Hạnh", "own": True}
    first = {**saved, **words, "version": 1, "saved_at": "2026-04-01T08:00:00+07:00", "body": "Kính gửi ông/bà"}
    last = {**saved, **words, "version": 2, "saved_at": "2026-04-02T08:00:00+07:00"}
    names = [
        {"name": "name", "says": "họ tên người nhận", "example": "Nguyễn Thị Mai"},
        {"name": "question", "says": "câu hỏi", "example": "Bao giờ sửa đường?"},
    ]
    shipped = {**words, "body": "Bản gốc"}
    return {**last, "shipped": shipped, "versions": [last, first], "names": names, **changes}


def letter(notification: str = LETTER, **changes: Any) -> dict[str, Any]:
    """A letter as `ReadPost` tells of it."""
    known = {
        "notification": notification,
        "kind": "answer",
        "name": "Nguyễn Thị Mai",
        "address": "Số 5, thôn Nội, xã Thanh Trì",
        "hamlet": "Thôn Nội",
        "code": "K7QX-3M9D",
        "pages": 1,
        "drawn_at": "2026-06-05T09:00:00+07:00",
        "leaves_at": "2026-06-05T16:30:00+07:00",
        "number": None,
        "text": 2,
        "state": "drawn",
    }
    return known | changes


def post(**changes: Any) -> dict[str, Any]:
    known = {"cut_off": "2026-06-05T16:30:00+07:00", "ready": [letter()], "runs": [run(items=None)]}
    return known | changes


def run(**changes: Any) -> dict[str, Any]:
    """A run of two letters as `ReadPrintRun` tells of it."""
    items = [
        letter(state="sent", bundle=1, place=1, envelope=1),
        letter(OTHER, state="sent", bundle=1, place=2, envelope=2, code="AB12-CD34"),
    ]
    counts = {"letters": 2, "envelopes": 2, "bundles": 1, "posted": 0, "delivered": 0, "returned": 0}
    known = {"run": RUN, "closed_at": "2026-06-05T16:30:00+07:00", **counts, "items": items} | changes
    return {name: value for name, value in known.items() if value is not None}


def piece(content: bytes, most: int = 7) -> Callable[[ReadPrintFile], Mapping[str, Any]]:
    """What `ReadPrintFile` tells of a file, `most` bytes at a time."""

    def told(command: ReadPrintFile) -> Mapping[str, Any]:
        cut = content[command.offset : command.offset + most]
        named = {"name": f"{command.run}-{command.file}-{command.bundle}.pdf", "media_type": "application/pdf"}
        return {**named, "size": len(content), "offset": command.offset, "content": base64.b64encode(cut).decode()}

    return told


def book(**changes: Any) -> dict[str, Any]:
    """The outgoing register as `ReadRegister` tells of it."""
    given = {"given_at": "2026-06-05T10:00:00+07:00", "given_on": "2026-06-05", "given_by": "Trần Thị Hạnh"}
    rows = [
        {**given, "number": "16/UBND-VP", "notification": OTHER, "about": "hướng dẫn nơi giải quyết", "struck": None},
        {**given, "number": "15/UBND-VP", "notification": LETTER, "about": "=1+1", "struck": "Gọi lại"},
    ]
    waiting = [letter(), letter(OTHER, name="Trần Văn Nam", code="AB12-CD34")]
    return {"next": 17, "automatic": False, "symbol": "UBND-VP", "rows": rows, "waiting": waiting} | changes
