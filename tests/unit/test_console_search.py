"""What a search finds besides questions, the day at a glance, filters with names: as pages show them, and to whom."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from services.console.acting import chosen
from services.console.view import View
from services.console.work import also_found, today
from shared.communes import Communes
from shared.contracts import Event
from shared.contracts.deadlines import DeadlineNear, DeadlineSet
from shared.contracts.notify import NotificationNumbered, NotificationSent
from shared.contracts.routing import (
    AnswerApproved,
    AnswerPublished,
    AnswerUnpublished,
    QuestionAssigned,
    QuestionAwaitsTriage,
)
from tests.builders import (
    COMMUNE,
    DIALOGUE,
    HELD_AT,
    NOW,
    QUESTION,
    SUBMISSION,
    full_plan,
    of_deadline,
    of_message,
    of_question,
    question,
    submission_received,
)
from tests.unit.teaching_scene import CLERK, OFFICER, Desk, Routing
from tests.unit.test_console_view import messages

COMMUNES = Communes.load()
CHAIRMAN, LAND_OFFICER = "loi.lanhdao@hanoi.example", "toan.kinhte@hanoi.example"
SECOND = f"{SUBMISSION}-2"
RECEIVED = submission_received(questions=(question(1), question(2, "Bao giờ thôn Nội có nước sạch?")))
ASSIGNED = of_question(QuestionAssigned)
PUBLISHED = (
    ASSIGNED,
    of_question(AnswerApproved),
    of_question(AnswerPublished, asked="Làm lại giấy khai sinh ở đâu?", answered="Tại Trung tâm."),
)
TAKEN_OUT = of_question(AnswerUnpublished)
PUT_BACK = of_question(AnswerPublished, asked="Lệ phí bao nhiêu?", answered="Không thu.")
NUMBERED = (of_message(NotificationSent), of_message(NotificationNumbered, number="46/UBND-VP"))
DENOUNCED = of_question(QuestionAwaitsTriage, question=SECOND, scope="denunciation")


def seen(folder: Path, events: Sequence[Event]) -> View:
    view = View(folder / f"{len(list(folder.iterdir()))}.db")
    view.apply(0, messages(RECEIVED, *events))
    return view


def kinds(folder: Path, worker: str, typed: str, *events: Event) -> list[str]:
    with seen(folder, events).reading() as db:
        return [hit.kind for hit in also_found.also_found(db, chosen(COMMUNES, COMMUNE, worker), typed)]


@pytest.mark.parametrize(
    ("worker", "typed", "events", "found", "because"),
    [
        (OFFICER, "doi thoai", [full_plan()], ["dialogue"], "by its title, without diacritics"),
        (OFFICER, "14/05/2026", [full_plan()], ["dialogue"], "by its day"),
        (OFFICER, "hoi cho", [full_plan()], [], "every word must be there"),
        (OFFICER, "khai sinh", PUBLISHED, ["library"], "what everybody may read"),
        (OFFICER, "tai trung tam", PUBLISHED, ["library"], "a word of the answer alone"),
        (OFFICER, "khai sinh", (*PUBLISHED, TAKEN_OUT), [], "what was taken out is not there any more"),
        (OFFICER, "lệ phí", (*PUBLISHED, PUT_BACK), ["library"], "its words as they stand now"),
        (OFFICER, "khai sinh", (*PUBLISHED, PUT_BACK), [], "and not those of before"),
        (OFFICER, "Nguyễn Thị Mai", PUBLISHED, [], "whose name was masked is not found by it"),
        (CLERK, "46", NUMBERED, ["letter"], "a letter by its number"),
        (CLERK, "46/UBND-VP", NUMBERED, ["letter"], "with its sign"),
        (CLERK, "4", NUMBERED, [], "the whole number"),
        (CLERK, "46%", NUMBERED, [], "no pattern"),
        (OFFICER, "46/UBND-VP", NUMBERED, [], "the register is the office's"),
        (CLERK, "0912 345 678", [], ["person"], "a whole phone number"),
        (CLERK, "Mai@NguoiDan.example", [], ["person"], "a whole mail address"),
        (OFFICER, "0912345678", [], [], "of contacts the office alone"),
        (CLERK, "912345", [], [], "no part of one"),
        (CLERK, "0912345678", [ASSIGNED, DENOUNCED], [], "who denounced is led to by nothing"),
        (CLERK, "", [full_plan()], [], "nothing was typed"),
        (CLERK, '"*', [full_plan()], [], "nor any word"),
    ],
)
def test_a_search_finds_more_than_questions(
    tmp_path: Path, worker: str, typed: str, events: Sequence[Event], found: list[str], because: str
) -> None:
    assert kinds(tmp_path, worker, typed, *events) == found, because


def test_the_library_is_searched_to_its_end_however_many_ask_the_same(tmp_path: Path) -> None:
    forms = [
        submission_received(
            case=f"01JALIKE{number}",
            code=f"ALIKE-{number}",
            questions=(question(1, "Đường hỏng.").model_copy(update={"id": f"01JALIKE{number}-1"}),),
        )
        for number in range(6)
    ]
    published = [
        of_question(
            AnswerPublished,
            case=f"01JALIKE{number}",
            question=f"01JALIKE{number}-1",
            asked="Đường hỏng?",
            answered="Sẽ sửa.",
            occurred_at=NOW + timedelta(minutes=number),
        )
        for number in range(5)
    ]
    with seen(tmp_path, [*forms, *published]).reading() as db:
        found = also_found.also_found(db, chosen(COMMUNES, COMMUNE, OFFICER), "duong hong")
    assert [hit.address for hit in found] == [f"/thu-vien#01JALIKE{number}-1" for number in (4, 3, 2)], "the latest"


async def test_what_else_was_found_stands_above_the_questions(tmp_path: Path) -> None:
    page = (
        await Desk(tmp_path, Routing(), [RECEIVED, *PUBLISHED], CLERK).get("/?tim=khai+sinh&loc=tat-ca&phong=")
    ).text
    assert page.index("Cũng tìm thấy") < page.index('class="cases rows')
    assert f'href="/thu-vien#{QUESTION}"' in page


@pytest.mark.parametrize("typed", ["!!!", "-", '"', "😀", "…*", "?"])
async def test_what_is_no_word_finds_nothing(tmp_path: Path, typed: str) -> None:
    answer = await Desk(tmp_path, Routing(), [RECEIVED, *PUBLISHED], CLERK).get(
        f"/?loc=tat-ca&phong=&tim={quote(typed)}"
    )
    assert answer.status_code == 200
    assert f"/ho-so/{SUBMISSION}" not in answer.text


# --- the day at a glance ---------------------------------------------------------------------------------------------

DUE = of_deadline(DeadlineSet).due_at


@pytest.mark.parametrize(
    ("worker", "now", "events", "expected", "because"),
    [
        (OFFICER, DUE + timedelta(hours=1), [], (1, 0, 0), "it ended an hour ago"),
        (OFFICER, DUE - timedelta(hours=1), [], (0, 1, 0), "it ends today"),
        (OFFICER, DUE - timedelta(days=1), [of_deadline(DeadlineNear)], (0, 0, 1), "it ends tomorrow"),
        (OFFICER, DUE - timedelta(days=5), [], (0, 0, 0), "there is time"),
        (LAND_OFFICER, DUE + timedelta(hours=1), [], (0, 0, 0), "it is another department's"),
        (CHAIRMAN, DUE + timedelta(hours=1), [], (1, 0, 0), "he answers for all"),
    ],
)
def test_the_day_counts_what_ends(
    tmp_path: Path, worker: str, now: Any, events: list[Event], expected: tuple[int, int, int], because: str
) -> None:
    with seen(tmp_path, [ASSIGNED, of_deadline(DeadlineSet), *events]).reading() as db:
        found = today.today(db, chosen(COMMUNES, COMMUNE, worker), now)
    assert (found.late, found.ends_today, found.near) == expected, because


@pytest.mark.parametrize(
    ("after", "decided", "because"),
    [
        (timedelta(days=1), 1, "yesterday"),
        (timedelta(days=3), 1, "on a Monday, last Friday"),
        (timedelta(0), 0, "today's is not over"),
        (timedelta(days=9), 0, "long ago"),
    ],
)
def test_the_day_tells_what_was_decided_before(tmp_path: Path, after: timedelta, decided: int, because: str) -> None:
    with seen(tmp_path, [ASSIGNED, of_question(AnswerApproved, occurred_at=NOW)]).reading() as db:
        found = today.today(db, chosen(COMMUNES, COMMUNE, CHAIRMAN), NOW + after)
    assert (found.decided, len(found.decisions)) == (decided, decided), because


@pytest.mark.parametrize(
    ("now", "meetings", "because"),
    [
        (HELD_AT, [DIALOGUE], "it is today"),
        (HELD_AT - timedelta(days=6), [DIALOGUE], "this week"),
        (HELD_AT - timedelta(days=8), [], "not yet"),
        (HELD_AT + timedelta(days=1), [], "it is over"),
    ],
)
def test_the_day_names_the_dialogues_of_the_week(tmp_path: Path, now: Any, meetings: list[str], because: str) -> None:
    with seen(tmp_path, [full_plan()]).reading() as db:
        found = today.today(db, chosen(COMMUNES, COMMUNE, CLERK), now)
    assert [one.id for one in found.meetings] == meetings, because


# --- filters with names ----------------------------------------------------------------------------------------------

HERE = "loc=qua-han&phong=&tim=th%C3%B4n+N%E1%BB%99i"


async def test_a_filter_is_kept_by_name_shown_renamed_and_removed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, ASSIGNED], CLERK)
    saved = await desk.send("/viec/bo-loc", {"do": "save", "id": "01JF", "name": " Thôn  Nội ", "address": HERE})
    assert saved.headers["location"] == f"/?{HERE}"
    page = (await desk.get(f"/?{HERE}")).text
    assert f'<a href="/?{HERE.replace("&", "&amp;")}" aria-current="true">Thôn Nội</a>' in page
    await desk.send("/viec/bo-loc", {"do": "rename", "id": "01JF", "name": "Nội", "address": HERE})
    assert ">Nội</a>" in (await desk.get("/?loc=tat-ca")).text
    await desk.send("/viec/bo-loc", {"do": "remove", "id": "01JF", "address": HERE})
    assert ">Nội</a>" not in (await desk.get("/?loc=tat-ca")).text
    assert (await desk.send("/viec/bo-loc", {"do": "remove", "id": "01JF", "address": HERE})).status_code == 404


async def test_a_name_that_will_not_do_comes_back_with_why(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, ASSIGNED], CLERK)
    for id in ("01JF", "01JG"):
        answer = await desk.send("/viec/bo-loc", {"do": "save", "id": id, "name": "Nội", "address": "loc=tat-ca"})
    page = (await desk.get(answer.headers["location"])).text
    assert "Đã có bộ lọc tên này." in page


async def test_a_name_that_is_taken_is_no_new_name_either(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, ASSIGNED], CLERK)
    for id, name in (("01JF", "Nội"), ("01JG", "Đông")):
        await desk.send("/viec/bo-loc", {"do": "save", "id": id, "name": name, "address": "loc=tat-ca"})
    answer = await desk.send("/viec/bo-loc", {"do": "rename", "id": "01JG", "name": "NỘI", "address": "loc=tat-ca"})
    page = (await desk.get(answer.headers["location"])).text
    assert "Đã có bộ lọc tên này." in page
    assert ">Đông</a>" in page
    again = await desk.send("/viec/bo-loc", {"do": "rename", "id": "01JG", "name": "ĐÔNG", "address": "loc=tat-ca"})
    assert ">ĐÔNG</a>" in (await desk.get(again.headers["location"])).text, "its own name may be written otherwise"


@pytest.mark.parametrize("typed", [{"do": "burn"}, {}])
async def test_what_nobody_knows_is_not_done_to_filters(tmp_path: Path, typed: dict[str, str]) -> None:
    assert (await Desk(tmp_path, Routing(), [RECEIVED], CLERK).send("/viec/bo-loc", typed)).status_code == 400


@pytest.mark.parametrize(
    ("asked", "shown", "because"),
    [
        ("01JCASE", True, "a case"),
        ("../toi", False, "no path"),
        ("x" * 65, False, "no id is so long"),
        ("", False, "none"),
    ],
)
async def test_an_address_names_the_case_beside_its_list(tmp_path: Path, asked: str, shown: bool, because: str) -> None:
    for path in ("/?loc=tat-ca", "/viec?phong="):
        page = (await Desk(tmp_path, Routing(), [RECEIVED], CLERK).get(f"{path}&ho-so={asked}")).text
        assert (f'data-open="{asked}"' in page) == shown, because
        assert ("Mở hồ sơ</a>" in page) == shown, "without a script it is a link"
