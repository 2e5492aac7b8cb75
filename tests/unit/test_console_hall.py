"""The evening in the hall: who speaks next, who may come in, and what everybody may read on the screen."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.acting import chosen
from services.console.hall import aftermath, attendees, checkin, conferences, minutes, order, room_acts, room_offers
from services.console.hall.asked import Asked, asked
from services.console.hall.attendees import Guest
from services.console.hall.conclusion import Record
from services.console.hall.conferences import Conference
from services.console.hall.order import Floor
from services.console.hall.screen import Screen, screen
from services.console.view import View
from shared.communes import Communes
from shared.contracts import Event
from tests.builders import COMMUNE, DIALOGUE, NOW
from tests.unit import conference_scene as scene
from tests.unit.test_console_pages import console
from tests.unit.test_console_view import messages

COMMUNES = Communes.load()
PROFILE = COMMUNES[COMMUNE]
CLERK, CHAIRMAN, LAND_OFFICER = "hanh.clerk@hanoi.example", "loi.lanhdao@hanoi.example", "toan.kinhte@hanoi.example"
ROOM = f"/hoi-nghi/{DIALOGUE}"
FLOOR = Floor(DIALOGUE, COMMUNE)
OWN = {"sec-fetch-site": "same-origin"}
FIRST, SECOND = "01JFORM01-1", "01JFORM04-1"


def seen(folder: Path, events: Sequence[Event]) -> tuple[Conference, list[Asked], list[Guest]]:
    view = View(folder / "view.db")
    view.apply(0, messages(*events))
    with view.reading() as db:
        dialogue = conferences.conference(db, COMMUNE, DIALOGUE, scene.DURING)
        assert dialogue is not None
        return dialogue, asked(db, COMMUNE, DIALOGUE, scene.DURING), attendees.guests(db, PROFILE, DIALOGUE)


def numbers(questions: Sequence[Asked]) -> list[str]:
    """`08`: of the form K7QX-3M08."""
    return [one.named[-4:-2] for one in questions]


# --- the order ------------------------------------------------------------------------------------------------------


@pytest.fixture
def gathered(tmp_path: Path) -> list[Asked]:
    return seen(tmp_path, scene.GATHERED)[1]


def test_they_are_called_as_planned_until_the_chair_says_otherwise(gathered: list[Asked]) -> None:
    called = [one for one in order.in_order(FLOOR, gathered) if one.on_agenda]
    assert called == [one for one in gathered if one.on_agenda]


def test_by_registration_is_by_the_time_received_within_each_session(gathered: list[Asked]) -> None:
    called = [one for one in order.in_order(order.arrange(FLOOR, "registration"), gathered) if one.on_agenda]
    for session in (1, 2):
        times = [one.received_at for one in called if one.session == session]
        assert times == sorted(times, key=lambda at: at or NOW)


def test_by_topic_brings_together_what_is_of_one_topic(gathered: list[Asked]) -> None:
    of_two = [one for one in gathered if one.session == 2 and one.on_agenda]
    mixed = [
        replace(one, topic=("Nước sạch", "Đường")[place % 2] if one in of_two else one.topic)
        for place, one in enumerate(gathered)
    ]
    topics = [one.topic for one in order.in_order(order.arrange(FLOOR, "topic"), mixed) if one.session == 2]
    assert [topic for place, topic in enumerate(topics) if place == 0 or topics[place - 1] != topic] == list(
        dict.fromkeys(topics)
    )


@pytest.mark.parametrize(
    ("steps", "place", "because"),
    [(-1, 0, "up by one"), (1, 2, "down by one"), (0, 1, "it stays")],
)
def test_one_is_moved_among_those_of_its_session(gathered: list[Asked], steps: int, place: int, because: str) -> None:
    before = [one.id for one in order.waiting(FLOOR, gathered) if one.session == 2]
    moved = order.move(FLOOR, gathered, before[1], steps)
    after = [one.id for one in order.waiting(moved, gathered) if one.session == 2]
    assert after.index(before[1]) == place, because
    assert sorted(after) == sorted(before)


def test_at_the_end_of_its_session_it_stays_where_it_is(gathered: list[Asked]) -> None:
    last = [one.id for one in order.waiting(FLOOR, gathered)][-1]
    moved = order.move(FLOOR, gathered, last, 1)
    assert order.in_order(moved, gathered) == order.in_order(FLOOR, gathered)


def test_what_is_dragged_stands_before_the_one_it_was_dropped_on(gathered: list[Asked]) -> None:
    first, *_, last = (one.id for one in order.waiting(FLOOR, gathered) if one.session == 2)
    after = [one.id for one in order.waiting(order.put(FLOOR, gathered, last, first), gathered) if one.session == 2]
    assert after[:2] == [last, first]
    at_the_end = order.put(FLOOR, gathered, first, "")
    assert [one.id for one in order.waiting(at_the_end, gathered) if one.session == 2][-1] == first


@given(moves=st.lists(st.tuples(st.integers(0, 7), st.sampled_from([-1, 1])), max_size=12))
def test_however_they_are_moved_none_is_lost_and_none_leaves_its_session(moves: list[tuple[int, int]]) -> None:
    questions = [question(f"q{place}", session=place % 2) for place in range(8)]
    floor = FLOOR
    for place, steps in moves:
        floor = order.move(floor, questions, f"q{place}", steps)
    found = order.in_order(floor, questions)
    assert sorted(one.id for one in found) == sorted(one.id for one in questions)
    assert [one.session for one in found] == [0] * 4 + [1] * 4


def test_what_came_in_since_the_chair_put_them_in_order_stands_behind() -> None:
    known = [question(f"q{place}") for place in range(3)]
    floor = order.move(FLOOR, known, "q2", -1)
    assert [one.id for one in order.in_order(floor, [question("new"), *known])] == ["q0", "q2", "q1", "new"]


def test_who_is_called_has_the_floor_until_the_record_says_what_came_of_it(gathered: list[Asked]) -> None:
    first = order.next_one(FLOOR, gathered)
    assert first is not None
    floor = order.call(FLOOR, first.id, "Bao giờ có nước?", scene.DURING)
    assert order.running(floor, gathered) == first
    assert order.next_one(floor, gathered) != first
    answered = [replace(one, heard_at=scene.DURING) if one.id == first.id else one for one in gathered]
    assert order.running(floor, answered) is None


def test_whoever_is_called_again_goes_on_with_his_time() -> None:
    floor = order.call(FLOOR, "q1", None, NOW)
    assert order.call(floor, "q1", "Bao giờ có nước?", scene.DURING).since == NOW
    assert order.call(floor, "q2", None, scene.DURING).since == scene.DURING
    assert order.rest(floor) == FLOOR


def test_who_is_not_there_is_not_called() -> None:
    absent, present = question("q1", attendance="expected"), question("q2")
    assert order.next_one(FLOOR, [absent, present]) == present
    assert order.waiting(FLOOR, [absent, present]) == [absent, present]


# --- the screen -----------------------------------------------------------------------------------------------------


def question(id: str, **changes: Any) -> Asked:
    blank: dict[str, Any] = dict.fromkeys(Asked.__dataclass_fields__)
    given = {
        "id": id,
        "submission": f"form-{id}",
        "code": id.upper(),
        "number": 1,
        "name": "Nguyễn Thị Lan",
        "text": "Nhà tôi ở số 5 thôn Nội, điện thoại 0912345678, bao giờ có nước?",
        "on_time": True,
        "attendance": "present",
        "state": "assigned",
        "stage": "assigned",
        "standing": "open",
        "scope": "in-scope",
        "field": "infrastructure",
        "department": "phong-kinh-te",
        "confidential": False,
        "of_denouncer": False,
        "version": 1,
    }
    return Asked(**blank | given | changes)


MASKED = "Nhà tôi ở [địa chỉ], điện thoại [số điện thoại], bao giờ có nước?"


def picture(folder: Path, floor: Floor, *questions: Asked, at: Any = scene.DURING, **changes: Any) -> Screen:
    dialogue = replace(seen(folder, scene.GATHERED)[0], **changes)
    return screen(dialogue, floor, questions, unit_of, at)


def unit_of(id: str) -> str:
    return "Phòng Kinh tế" if id == "phong-kinh-te" else id


SPEAKING = order.call(FLOOR, "q1", MASKED, scene.DURING)


def test_the_running_question_is_shown_in_masked_words_without_its_asker(tmp_path: Path) -> None:
    shown = picture(tmp_path, SPEAKING, question("q1"), question("q2", field="land"))
    assert (shown.state, shown.text, shown.asker, shown.who_answers) == ("question", MASKED, None, "Phòng Kinh tế")
    assert (shown.done, shown.left, shown.next_about) == (0, 2, "Đất đai")


@pytest.mark.parametrize(
    ("floor", "changes", "text", "asker", "because"),
    [
        (replace(SPEAKING, names=True), {}, MASKED, "Nguyễn Thị Lan", "the room shows who asks"),
        (replace(SPEAKING, names=True), {"of_denouncer": True}, MASKED, None, "who denounced elsewhere is never named"),
        (replace(SPEAKING, texts=False), {}, None, None, "the room shows the field alone"),
        (replace(SPEAKING, words=None), {}, None, None, "nobody could say what tells who asked"),
    ],
)
def test_what_the_screen_tells_is_the_rooms_choice_within_its_bounds(
    tmp_path: Path, floor: Floor, changes: dict[str, Any], text: str | None, asker: str | None, because: str
) -> None:
    shown = picture(tmp_path, floor, question("q1", **changes))
    assert (shown.text, shown.asker) == (text, asker), because


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "denunciation", "confidential": True},
        {"scope": "complaint"},
        {"attendance": "excused"},
        {"outside_subject": True},
        {"heard_at": scene.DURING},
    ],
)
def test_what_must_not_be_called_is_not_shown_even_if_it_is_noted(tmp_path: Path, changes: dict[str, Any]) -> None:
    shown = picture(tmp_path, replace(SPEAKING, names=True), question("q1", **changes))
    assert (shown.state, shown.text, shown.asker, shown.who_answers) == ("between", None, None, "")


@given(texts=st.booleans(), names=st.booleans(), words=st.none() | st.just(MASKED))
def test_whatever_is_chosen_the_forms_own_words_are_never_on_the_screen(
    texts: bool, names: bool, words: str | None
) -> None:
    floor = replace(SPEAKING, texts=texts, names=names, words=words)
    shown = screen(A_DIALOGUE, floor, [question("q1"), question("q2")], unit_of, scene.DURING)
    assert "0912345678" not in str(shown)
    assert "số 5" not in str(shown)


A_DIALOGUE = Conference(
    **dict.fromkeys(Conference.__dataclass_fields__)  # type: ignore[arg-type]
    | {"id": DIALOGUE, "state": "announced", "title": "Đối thoại", "held_at": NOW, "sessions": (), "terms": {}}
)


@pytest.mark.parametrize(
    ("floor", "at", "changes", "state", "because"),
    [
        (FLOOR, NOW, {}, "before", "it has not begun"),
        (FLOOR, scene.DURING, {}, "between", "nobody speaks"),
        (SPEAKING, scene.DURING, {}, "question", "somebody does"),
        (SPEAKING, scene.ENDED_AT, {"state": "held"}, "over", "the hall empties"),
    ],
)
def test_the_screen_follows_the_evening(
    tmp_path: Path, floor: Floor, at: Any, changes: dict[str, Any], state: str, because: str
) -> None:
    assert picture(tmp_path, floor, question("q1"), at=at, **changes).state == state, because


# --- the door -------------------------------------------------------------------------------------------------------


def guest(**changes: Any) -> Guest:
    blank: dict[str, Any] = dict.fromkeys(Guest.__dataclass_fields__)
    return Guest(**blank | {"id": "1", "questions": 1, "version": 1, "confidential": False} | changes)


@pytest.mark.parametrize(
    ("changes", "standing", "because"),
    [
        ({"attendance": "expected", "seat": 4}, "expected", "he has a seat"),
        ({"attendance": "expected"}, "expected", "there is room for all"),
        ({"attendance": "expected", "waiting_place": 2}, "waiting", "others come first"),
        ({"attendance": "excused", "seat": 4}, "excused", "he came after all"),
        ({"attendance": "present", "seat": 4}, "present", "nothing is to be done twice"),
        ({"attendance": "absent"}, "absent", "it has ended"),
        ({"attendance": "withdrawn"}, "withdrawn", "he took his form back"),
        ({"attendance": None}, "late", "he gets a letter"),
    ],
)
def test_how_somebody_stands_at_the_door(changes: dict[str, Any], standing: str, because: str) -> None:
    assert checkin.standing(guest(**changes)) == standing, because


@pytest.mark.parametrize(
    ("seats", "people", "invited", "free"),
    [
        (None, [], 3, None),
        (5, [guest(seat=1), guest(attendance="present"), guest(attendance="expected", waiting_place=1)], 2, 1),
        (2, [guest(seat=1), guest(seat=2)], 1, 0),
    ],
)
def test_seats_are_free_that_nobody_was_given_or_has_taken(
    seats: int | None, people: list[Guest], invited: int, free: int | None
) -> None:
    assert checkin.free_seats(seats, people, invited) == free


async def send(folder: Path, events: Sequence[Event], worker: str = CLERK, **typed: str) -> httpx.Response:
    transport = httpx.ASGITransport(console(folder, events, scene.DURING))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        return await client.post(f"{ROOM}/diem-danh", data=typed, headers=OWN | {"accept": "application/json"})


async def test_a_code_that_nobody_knows_is_told_to_the_page_that_stays(tmp_path: Path) -> None:
    answer = await send(tmp_path, scene.GATHERED, verb="find-guest", wanted="ABCDEFGH", scanned="1", key="k")
    assert (answer.status_code, answer.json()["reason"]) == (404, "Hội nghị này không có phiếu mang mã “ABCDEFGH”.")


async def test_a_code_of_another_dialogue_says_of_which(tmp_path: Path) -> None:
    other = scene.form(21, "Lê Văn Xa", "Bao giờ có đường?", dialogue="thanh-tri-2026-2")
    answer = await send(tmp_path, (*scene.GATHERED, other), verb="find-guest", wanted="K7QX3M21", scanned="1", key="k")
    assert answer.status_code == 409
    assert "K7QX3M21" in answer.json()["reason"]


# --- pages ----------------------------------------------------------------------------------------------------------


async def page(folder: Path, path: str, events: Sequence[Event], now: Any, worker: str = CLERK) -> httpx.Response:
    transport = httpx.ASGITransport(console(folder, events, now))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "events", "now", "told", "because"),
    [
        ("/diem-danh", scene.CLOSED, NOW, ["Điểm danh mở từ sáng"], "too early"),
        ("/diem-danh", scene.GATHERED, scene.DURING, ["data-checkin", "Khách không hẹn trước"], "the door is open"),
        ("/diem-danh", scene.HELD, scene.ENDED_AT, ["không điểm danh được nữa"], "too late"),
        ("/tai-hoi-nghi", scene.CLOSED, NOW, ["Thứ tự sắp được từ bây giờ", "arrange-questions"], "ordered before"),
        ("/tai-hoi-nghi", scene.GATHERED, scene.DURING, ["Mời câu tiếp theo", "Màn chiếu cho thấy gì"], "it is on"),
        ("/man-chieu", scene.GATHERED, scene.DURING, ["data-stream", "Tiếp theo"], "between questions"),
        ("/viec-con-lai", scene.PLANNED, NOW, ["Sau hội nghị, trang này cho biết"], "too early"),
        ("/viec-con-lai", scene.HELD, scene.ENDED_AT, ["Ban hành thông báo kết luận", "Còn nợ thư"], "what is left"),
        ("/in/chuong-trinh", scene.CLOSED, NOW, ["CHƯƠNG TRÌNH ĐIỀU HÀNH"], "for the chair"),
        ("/in/ky-ten", scene.CLOSED, NOW, ["DANH SÁCH NGƯỜI DỰ", "Ký tên"], "for the table at the door"),
        ("/in/the-ten", scene.CLOSED, NOW, ["seat-cards"], "for the seats"),
        ("/in/bien-ban", scene.HELD, scene.ENDED_AT, ["BIÊN BẢN", "Trả lời tại hội nghị"], "a draft"),
    ],
)
async def test_each_page_of_the_evening_shows_its_part(
    tmp_path: Path, path: str, events: Sequence[Event], now: Any, told: list[str], because: str
) -> None:
    answer = await page(tmp_path, ROOM + path, events, now)
    assert answer.status_code == 200, answer.text
    for words in told:
        assert words in answer.text, because


@pytest.mark.parametrize("path", ["/diem-danh", "/man-chieu", "/viec-con-lai", "/in/chuong-trinh", "/in/ky-ten"])
@pytest.mark.parametrize("events", [scene.GATHERED, scene.HELD])
async def test_no_page_of_the_evening_names_a_denouncer(tmp_path: Path, path: str, events: Sequence[Event]) -> None:
    html = (await page(tmp_path, ROOM + path, events, scene.DURING)).text
    for kept in ("Vũ Thị Thu", "Bí Mật", "Số 5, thôn"):
        assert kept not in html


async def test_the_camera_is_for_the_door_alone(tmp_path: Path) -> None:
    door = await page(tmp_path, f"{ROOM}/diem-danh", scene.GATHERED, scene.DURING)
    hall = await page(tmp_path, f"{ROOM}/tai-hoi-nghi", scene.GATHERED, scene.DURING)
    assert "camera=(self)" in door.headers["permissions-policy"]
    assert "camera=()" in hall.headers["permissions-policy"]


@pytest.mark.parametrize(
    ("worker", "events", "may", "because"),
    [
        (CLERK, scene.GATHERED, True, "the office runs the evening"),
        (CHAIRMAN, scene.GATHERED, True, "the chair decides on the order"),
        (LAND_OFFICER, scene.GATHERED, False, "departments answer"),
        (CLERK, scene.HELD, False, "it is over"),
    ],
)
def test_who_may_note_who_speaks(tmp_path: Path, worker: str, events: Sequence[Event], may: bool, because: str) -> None:
    who, dialogue = chosen(COMMUNES, COMMUNE, worker), seen(tmp_path, events)[0]
    assert ("call-next" in room_offers.for_notes(who, dialogue, scene.DURING)) == may, because


def test_every_note_is_permitted_to_somebody() -> None:
    assert room_offers.ORDERING | room_offers.CALLING == room_acts.NOTES


@pytest.mark.parametrize(
    ("typed", "status", "because"),
    [
        ({"verb": "call-next", "question": FIRST, "speaking": ""}, 200, "the first who is there"),
        ({"verb": "call-next"}, 409, "the page has named nobody"),
        ({"verb": "move-question", "question": "x", "steps": "7"}, 422, "one step at a time"),
        ({"verb": "arrange-questions", "by": "height"}, 422, "there is no such order"),
        ({"verb": "set-screen", "minutes": "0", "texts": "on"}, 422, "nobody speaks for no time"),
        ({"verb": "call-question", "question": "01JFORM05-1"}, 409, "a denunciation is not called"),
    ],
)
async def test_a_note_that_makes_no_sense_is_told_so(
    tmp_path: Path, typed: dict[str, str], status: int, because: str
) -> None:
    answer = await send(tmp_path, scene.GATHERED, **typed)
    assert answer.status_code == status, f"{because}: {answer.text}"
    refused = await send(tmp_path, scene.GATHERED, LAND_OFFICER, **typed)
    assert refused.status_code == 403


async def test_whoever_presses_twice_or_at_a_second_desk_takes_nobodys_turn(tmp_path: Path) -> None:
    """`call-next` is for him whom the page has named, and after him whom the page has seen."""
    transport = httpx.ASGITransport(console(tmp_path, scene.GATHERED, scene.DURING))
    cookies = {"doithoai_console": f"{COMMUNE}/{CLERK}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:

        async def call(question: str, speaking: str, verb: str = "call-next") -> tuple[int, str]:
            typed = {"verb": verb, "question": question, "speaking": speaking}
            answer = await client.post(f"{ROOM}/tai-hoi-nghi", data=typed, headers=OWN, follow_redirects=True)
            return answer.status_code, re.findall(r'class="call runs" id="([\w-]+)"', answer.text)[0]

        assert await call(FIRST, "") == (200, FIRST)
        assert await call(FIRST, "") == (200, FIRST), "pressed twice"
        assert await call(SECOND, "") == (409, FIRST), "a desk whose page did not know of the first"
        assert await call(SECOND, "", "call-question") == (409, FIRST)
        assert await call(SECOND, FIRST) == (200, SECOND)
        assert await call(SECOND, FIRST) == (200, SECOND)


# --- afterwards -----------------------------------------------------------------------------------------------------


def test_what_is_left_is_ticked_off_by_the_record_alone(tmp_path: Path) -> None:
    dialogue, questions, _ = seen(tmp_path, scene.HELD)
    before = {chore.words: chore.is_done for chore in aftermath.chores(dialogue, questions, [])}
    assert before["Ghi nhận hội nghị đã kết thúc"]
    assert not before["Ban hành thông báo kết luận"]
    assert not before["Trả lời bằng văn bản những câu còn nợ"]
    published = replace(dialogue, notice="15/TB-UBND")
    after = {chore.words: chore for chore in aftermath.chores(published, questions, [])}
    assert (after["Ban hành thông báo kết luận"].is_done, after["Ban hành thông báo kết luận"].told) == (
        True,
        "Số 15/TB-UBND",
    )


def test_of_a_dialogue_that_could_not_be_held_only_the_letters_are_left(tmp_path: Path) -> None:
    dialogue, questions, _ = seen(tmp_path, scene.HELD)
    [only] = aftermath.chores(replace(dialogue, state="cancelled"), questions, [])
    assert only.words == "Trả lời bằng văn bản những câu còn nợ"


def test_the_minutes_tell_each_question_and_what_came_of_it(tmp_path: Path) -> None:
    view = View(tmp_path / "minutes.db")
    view.apply(0, messages(*scene.HELD))
    with view.reading() as db:
        turnout = conferences.turnouts(db, COMMUNE)[DIALOGUE]
    dialogue, questions, _ = seen(tmp_path, scene.HELD)
    drafted = minutes.minutes(Record(PROFILE, dialogue, turnout, tuple(questions)))
    assert any(entry.outcome.startswith("Trả lời tại hội nghị") for entry in drafted.entries)
    assert any(entry.outcome.startswith("Tiếp thu") for entry in drafted.entries)
    assert "Vũ Thị Thu" not in str(drafted)
