"""A message beside its contract: what is missing, wrong or unknown, in words; and nothing of what was said in it."""

import json
from typing import Any

import pytest

from services.console.streams.comparing import Compared, compare
from services.console.streams.deadletters import Parked
from services.console.streams.monitor import Handler
from services.console.streams.outlook import NOT_AS_AGREED, UNEXPECTED, Later, cause_of, outlook
from shared.contracts import EVENTS
from tests.builders import NOW, any_of, question, submission_received
from tests.unit.test_console_view import messages

SAID = submission_received(questions=(question(1, "Ông Trần Văn Bí hỏi gì?"),))
ACKNOWLEDGE = Handler(
    "notify-acknowledge",
    "notify",
    waiting=1,
    filters=("event.intake.*.*.submission-received", "replay.notify-acknowledge"),
)


def body(change: dict[str, Any] | None = None, *, without: str = "", **envelope: Any) -> bytes:
    """A submission, with other data, without a field, in another envelope."""
    told = json.loads(messages(SAID)[0].body)
    told["data"] |= change or {}
    told["data"].pop(without, None)
    return json.dumps(told | envelope).encode()


def verdicts(compared: Compared) -> dict[str, str]:
    return {field.place: field.verdict for field in compared.fields if field.verdict not in ("fits", "left-out")}


def test_what_was_said_as_agreed_fits() -> None:
    found = compare(body())
    assert (found.fits, found.contract, found.trouble) == (True, "submission-received", "")
    assert verdicts(found) == {}


def test_every_event_of_the_contracts_fits_itself() -> None:
    for contract in EVENTS.values():
        [message] = messages(any_of(contract))
        assert compare(message.body).fits, contract.name


REGISTRANT = SAID.registrant.model_dump(mode="json")


@pytest.mark.parametrize(
    ("given", "place", "verdict", "problem", "because"),
    [
        (body(without="code"), "data.code", "missing", "thiếu", "a field that must be there"),
        (body({"channel": "pigeon"}), "data.channel", "wrong", "không phải giá trị được biết", "no known channel"),
        (body({"tone": "x"}), "data.tone", "unknown", "", "a later writer added it"),
        (body({"received_at": "hôm qua"}), "data.received_at", "wrong", "không phải thời điểm", "no instant"),
        (
            body({"registrant": REGISTRANT | {"phone": 5}}),
            "data.registrant.phone",
            "wrong",
            "phải là chữ",
            "inside a group",
        ),
        (body({"questions": [{}]}), "data.questions.0.text", "missing", "thiếu", "inside a list"),
        (body({"questions": "một"}), "data.questions", "wrong", "phải là danh sách", "no list at all"),
        (body({"registrant": None}), "data.registrant", "wrong", "phải là một nhóm trường", "no group at all"),
        (body(sequence=0), "sequence", "wrong", "nhỏ quá", "of the envelope"),
        (body(data=[]), "data", "wrong", "phải là một nhóm trường", "no data"),
    ],
)
def test_what_does_not_fit_is_marked_in_its_place(
    given: bytes, place: str, verdict: str, problem: str, because: str
) -> None:
    found = {field.place: field for field in compare(given).fields}[place]
    assert (found.verdict, found.problem) == (verdict, problem), because
    assert compare(given).fits == (verdict == "unknown"), because


@pytest.mark.parametrize(
    ("given", "trouble"),
    [
        (b"{", "Nội dung không phải JSON."),
        (b"\xff", "Nội dung không phải JSON."),
        (b"[]", "Nội dung không phải một phong bì CloudEvents."),
        (body(type="vn.doithoai.pigeon.sent.v1"), "Không có hợp đồng nào cho loại sự kiện này"),
    ],
)
def test_what_is_no_event_is_said_to_be_none(given: bytes, trouble: str) -> None:
    found = compare(given)
    assert found.trouble.startswith(trouble)
    assert not found.fits


def test_values_are_masked_until_they_are_asked_for() -> None:
    secrets = ("Nguyễn Thị Mai", "0912345678", "mai@nguoidan", "thôn Nội", "Trần Văn Bí", "K7QX-3M9D", "tone-of-voice")
    given = body({"tone": "tone-of-voice", "channel": "Nguyễn Thị Mai"})
    masked = " ".join(f"{field.kind} {field.value}" for field in compare(given).fields)
    assert [words for words in secrets if words in masked] == []
    assert "chữ, 14 ký tự" in masked
    shown = " ".join(str(field.value) for field in compare(given, masked=False).fields)
    assert [words for words in secrets if words not in shown] == []


def test_ids_and_choices_are_no_secret() -> None:
    values = {field.place: field.value for field in compare(body()).fields}
    assert values["data.case"] == SAID.case
    assert values["data.channel"] == "web"
    assert values["data.received_at"] is not None


WRITTEN_WRONGLY = {
    "name": "Nguyễn Thị Hoa",
    "phone": "0912345678",
    "text": "Tôi tố cáo ông B",
    "subject": "Tố cáo ông B",
    "id": "0912345678",
    "question": "Bà Hoa",
    "case": "hoa",
}


@pytest.mark.parametrize(
    ("told", "shown", "because"),
    [
        (WRITTEN_WRONGLY, {}, "no envelope at all"),
        (
            WRITTEN_WRONGLY | {"specversion": "1.0", "type": "x", "source": "hoa@nguoidan.example"},
            {"specversion": "1.0", "type": "x"},
            "flat, without data",
        ),
        (
            {"type": SAID.type, "payload": WRITTEN_WRONGLY, "message": "Bà Hoa hỏi"},
            {"type": SAID.type},
            "data under another name",
        ),
        ({"type": SAID.type, "data": "Bà Hoa hỏi"}, {"type": SAID.type}, "words in place of data"),
        (
            {"type": "Bà Hoa hỏi", "time": "0912345678", "sequence": "0912345678"},
            {},
            "words where something else belongs",
        ),
        (
            {"type": SAID.type, "data": {"case": "Bà Hoa", "received_at": "0912345678", "field": "hoa"}},
            {"type": SAID.type},
            "within data",
        ),
    ],
)
def test_what_was_written_wrongly_shows_nobody(told: dict[str, Any], shown: dict[str, str], because: str) -> None:
    content = json.dumps(told).encode()
    fields = compare(content).fields
    assert {field.place: field.value for field in fields if field.value is not None} == shown, because
    asked_for = compare(content, masked=False).fields
    assert {field.place for field in asked_for if field.value is not None} >= {
        name for name, value in told.items() if isinstance(value, str) and name != "data"
    }


def test_the_envelope_of_a_good_event_is_read_by_everybody_who_operates() -> None:
    fields = compare(body(traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")).fields
    envelope = {field.place: field for field in fields if "." not in field.place and field.place != "data"}
    assert [name for name, field in envelope.items() if field.verdict == "fits" and field.value is None] == []
    assert [field.value for field in compare(body(sequence=-3)).fields if field.place == "sequence"] == [None]


def test_a_heap_of_fields_is_bounded() -> None:
    assert len(compare(body({f"f{number}": "x" for number in range(5_000)})).fields) < 1_000


# --- why, and what then ---


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("questions.0.text: missing; channel: literal_error", NOT_AS_AGREED),
        ("channel: literal_error", NOT_AS_AGREED),
        ("TooEarly: the question is not known", "Sự kiện mà nó dựa vào không đến sau một giờ chờ."),
        ("NoCalendar: No working calendar for 2031", "Thiếu lịch làm việc của năm cần tính."),
        ("ZeroDivisionError: division by zero", UNEXPECTED),
        ("", UNEXPECTED),
    ],
)
def test_an_error_is_told_in_words(error: str, cause: str) -> None:
    assert cause_of(error) == cause


def parked(content: bytes, handler: str = "notify-acknowledge") -> Parked:
    return Parked(1, handler, SAID.subject, "X", 8, NOW, 7, content)


@pytest.mark.parametrize(
    ("message", "handlers", "later", "may", "begins", "because"),
    [
        (parked(body()), [], None, False, "Không còn nơi xử lý", "nobody would ever receive it"),
        (parked(body(without="code")), [ACKNOWLEDGE], None, True, "Sẽ bị giữ lại ngay", "it still does not fit"),
        (
            parked(body(), "x"),
            [Handler("x", "notify", waiting=1, filters=("event.routing.*.*.answer-approved",))],
            None,
            True,
            "Nơi xử lý nay không nghe",
            "the handler was given another event",
        ),
        (
            parked(body()),
            [Handler("notify-acknowledge", "notify", filters=ACKNOWLEDGE.filters)],
            None,
            True,
            "Chưa ai nghe",
            "the service is down",
        ),
        (parked(body()), [ACKNOWLEDGE], Later(1, 4), True, "Được xử lý như vừa đến; phần", "the case went on"),
        (parked(body()), [ACKNOWLEDGE], Later(4, 4), True, "Được xử lý như vừa đến. Nếu", "nothing came since"),
    ],
)
def test_what_a_replay_would_do_is_told_before(
    message: Parked, handlers: list[Handler], later: Later | None, may: bool, begins: str, because: str
) -> None:
    found = outlook(message, compare(message.body), handlers, later)
    assert found.may == may, because
    assert found.words.startswith(begins), because
