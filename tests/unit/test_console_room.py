"""The dialogue room: what its forms become, what the record drafts, who sees what."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from services.console.acting import chosen
from services.console.hall import conclusion, conferences, dialogue_forms, room_offers, room_tabs
from services.console.hall.asked import Asked, asked
from services.console.hall.conferences import Conference
from services.console.offers import WrongFields
from services.console.view import View
from shared.communes import Communes
from shared.contracts import Event, deadlines, intake, routing
from shared.web import HANOI
from tests.builders import COMMUNE, DIALOGUE, HELD_AT, NOW, actor, of_deadline, of_dialogue
from tests.unit import conference_scene as scene
from tests.unit.test_console_pages import console
from tests.unit.test_console_view import messages

COMMUNES = Communes.load()
PROFILE = COMMUNES[COMMUNE]
CLERK, CHAIRMAN, LAND_OFFICER = "hanh.clerk@hanoi.example", "loi.lanhdao@hanoi.example", "toan.kinhte@hanoi.example"
KEYS = {"key": "01JKEY", "dialogue": DIALOGUE}
ROOM = f"/hoi-nghi/{DIALOGUE}"


def read(folder: Path, events: Sequence[Event]) -> View:
    view = View(folder / "view.db")
    view.apply(0, messages(*events))
    return view


def the_conference(folder: Path, events: Sequence[Event], now: datetime = NOW) -> Conference:
    with read(folder, events).reading() as db:
        found = conferences.conference(db, COMMUNE, DIALOGUE, now)
    assert found is not None
    return found


def the_questions(folder: Path, events: Sequence[Event]) -> list[Asked]:
    with read(folder, events).reading() as db:
        return asked(db, COMMUNE, DIALOGUE, scene.DURING)


async def page(folder: Path, path: str, events: Sequence[Event], now: datetime, worker: str = CLERK) -> str:
    transport = httpx.ASGITransport(console(folder, events, now))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


# --- forms become commands ------------------------------------------------------------------------------------------


def command(verb: str, **typed: str) -> object:
    return dialogue_forms.command(
        verb, actor(), {**KEYS, **{k.replace("__", "-"): v for k, v in typed.items()}}, PROFILE
    )


def test_a_plan_takes_its_sessions_and_leaves_the_rest_to_the_profile() -> None:
    typed = {
        "title": "Đối thoại",
        "place": "Hội trường",
        "held_at": "2026-05-14T08:30",
        "kind": "periodic",
        "seats": "",
        "per_hamlet": "3",
        "session__1__title": "Đất đai",
        "session__1__field__land": "on",
        "session__2__title": " ",
        "session__3__title": "Mọi việc",
        "session__3__audience": "Thanh niên",
    }
    planned = command("plan-dialogue", **typed)
    assert isinstance(planned, intake.PlanDialogue)
    assert (planned.held_at, planned.seats, planned.per_hamlet) == (HELD_AT.astimezone(HANOI), None, 3)
    assert planned.sessions is not None
    assert [(one.number, one.title, one.audience, one.fields) for one in planned.sessions] == [
        (1, "Đất đai", None, ("land",)),
        (2, "Mọi việc", "Thanh niên", ()),
    ]


def test_without_sessions_those_of_the_programme_apply() -> None:
    planned = command("plan-dialogue", title="Đối thoại", place="Hội trường", held_at="2026-05-14T08:30")
    assert isinstance(planned, intake.PlanDialogue)
    assert planned.sessions is None


def test_a_dialogue_is_moved_to_an_hour_of_vietnam_and_stays_where_it_is() -> None:
    moved = command("reschedule-dialogue", held_at="2026-05-21T08:30", place="", reason="Bão")
    assert isinstance(moved, intake.RescheduleDialogue)
    assert (moved.held_at, moved.place) == (HELD_AT + timedelta(days=7), None)


def test_the_floor_needs_a_name_and_words() -> None:
    floor = command("register-submission", name="Lê Văn Hòa", text="Bao giờ có nước sạch?")
    assert isinstance(floor, intake.RegisterSubmission)
    assert (floor.channel, floor.dialogue, floor.registrant.name) == ("floor", DIALOGUE, "Lê Văn Hòa")


DRAFT = {
    "summary": "Kết luận",
    "question__ids": "K7QX-3M02-1=01JFORM02-1 K7QX-3M03-1=01JFORM03-1 ",
    "promise__1__text": "Khảo sát",
    "promise__1__department": "phong-kinh-te",
    "promise__1__questions": "k7qx-3m02-1, K7QX-3M03-1",
    "promise__2__text": "",
    "promise__2__department": "cong-an",
    "promise__10__text": "Niêm yết",
    "promise__10__department": "van-phong",
}


def test_a_conclusion_keeps_the_promises_that_have_words_in_their_order() -> None:
    drafted = command("draft-conclusion", version="7", **DRAFT)
    assert isinstance(drafted, intake.DraftConclusion)
    assert drafted.version == 7
    assert [(one.text, one.department, one.questions) for one in drafted.promises] == [
        ("Khảo sát", "phong-kinh-te", ("01JFORM02-1", "01JFORM03-1")),
        ("Niêm yết", "van-phong", ()),
    ]


@pytest.mark.parametrize(
    ("verb", "typed", "wrong"),
    [
        ("register-submission", {"name": "", "text": " ", "contact": "x"}, {"name", "text", "contact"}),
        ("invite-representative", {"name": "", "contact": ""}, {"name"}),
        ("invite-representative", {"name": "Bình", "contact": "gọi nhờ"}, {"contact"}),
        ("reschedule-dialogue", {"held_at": "mai", "reason": "Bão"}, {"held_at"}),
        ("plan-dialogue", {"title": "x", "place": "y", "held_at": "2026-05-14T08:30", "seats": "0"}, {"seats"}),
        ("draft-conclusion", {**DRAFT, "promise__1__questions": "K7QX-9999-1"}, {"promise-1-questions"}),
        ("draft-conclusion", {**DRAFT, "promise__1__department": ""}, {"promise-1-department"}),
    ],
)
def test_what_must_be_mended_is_named(verb: str, typed: Mapping[str, str], wrong: set[str]) -> None:
    with pytest.raises(WrongFields) as refused:
        command(verb, **typed)
    assert set(refused.value.fields) == wrong


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("https://doithoai.example/tra-cuu/K7QX-3M9D", "K7QX3M9D"),
        ("https://doithoai.example/tra-cuu/K7QX-3M9D/?x=1", "K7QX3M9D"),
        (" k7qx-3m9d\n", "K7QX3M9D"),
        ("K7QX3M9D", "K7QX3M9D"),
    ],
)
def test_a_scanner_may_read_the_address_or_the_code(typed: str, code: str) -> None:
    assert dialogue_forms.scanned_code(typed) == code


# --- the agenda -----------------------------------------------------------------------------------------------------


def test_the_pressing_and_recurring_come_first_then_the_order_registered(tmp_path: Path) -> None:
    called = [one for one in the_questions(tmp_path, scene.CLOSED) if one.on_agenda]
    assert [(one.session, one.named[-4:-2]) for one in called] == [
        (1, "08"),
        (1, "01"),
        (2, "04"),
        (2, "02"),
        (2, "03"),
        (2, "06"),
    ]


@pytest.mark.parametrize(
    ("events", "number", "outcome", "on_agenda", "because"),
    [
        (scene.GATHERED, 1, None, True, "he is there and waits"),
        (scene.ANSWERED, 4, "answered", True, "it was answered on the spot"),
        (scene.ANSWERED, 2, "taken", True, "an answer will be written"),
        (scene.ANSWERED, 6, "referred", True, "the superior decides"),
        (scene.ANSWERED, 5, None, False, "a denunciation is not dealt with in public"),
        (scene.ANSWERED, 7, None, False, "the form was late"),
        ((*scene.CLOSED, scene.came(8, present=False)), 8, None, False, "he stays away"),
        (
            (*scene.GATHERED, scene.asked(routing.QuestionRedirected, 1)),
            1,
            "redirected",
            False,
            "a complaint, after all",
        ),
        (
            (*scene.GATHERED, scene.asked(routing.QuestionRedirected, 1, scope="in-scope")),
            1,
            "redirected",
            True,
            "another authority",
        ),
        (
            (*scene.GATHERED, scene.asked(routing.QuestionAssigned, 1, outside_subject=True)),
            1,
            None,
            False,
            "not what this dialogue is about",
        ),
        ((*scene.GATHERED, scene.asked(routing.QuestionSettled, 1)), 1, "written", False, "the letter is out already"),
        (
            (*scene.GATHERED, scene.asked(routing.QuestionSettled, 1, how="withdrawn")),
            1,
            "withdrawn",
            False,
            "he takes it back",
        ),
        (
            (
                *scene.GATHERED,
                scene.asked(routing.WrittenAnswerOwed, 1, because="afterwards"),
                scene.asked(routing.QuestionSettled, 1),
            ),
            1,
            "written",
            True,
            "it was called, and nobody could answer",
        ),
    ],
)
def test_what_is_called_at_the_conference(
    tmp_path: Path, events: Sequence[Event], number: int, outcome: str | None, on_agenda: bool, because: str
) -> None:
    [one] = [one for one in the_questions(tmp_path, events) if one.submission == f"01JFORM{number:02}"]
    assert (one.outcome, one.on_agenda) == (outcome, on_agenda), because


def test_like_questions_are_proposed_once_until_they_share_a_topic(tmp_path: Path) -> None:
    questions = the_questions(tmp_path, scene.CLOSED)
    [group] = room_tabs.groups(questions)
    assert {one.submission for one in group.questions} == {"01JFORM02", "01JFORM03"}
    (tmp_path / "later").mkdir()
    assert room_tabs.groups(the_questions(tmp_path / "later", scene.ANSWERED)) == []


def test_chains_of_like_questions_are_one_group(tmp_path: Path) -> None:
    more = [scene.asked(routing.QuestionResembles, 6, like="01JFORM03-1")]
    [group] = room_tabs.groups(the_questions(tmp_path, (*scene.CLOSED, *more)))
    assert [one.submission[-2:] for one in group.questions] == ["02", "03", "06"]


# --- who is offered what --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "now", "worker", "offered", "because"),
    [
        (scene.PLANNED, NOW, CLERK, {"announce-dialogue", "reschedule-dialogue", "cancel-dialogue"}, "its next steps"),
        (scene.PLANNED, NOW, CHAIRMAN, {"delegate-chair"}, "he alone delegates"),
        (scene.CLOSED, scene.CLOSES_AT, CLERK, {"reschedule-dialogue", "receive-list"}, "it lies ahead"),
        (scene.GATHERED, scene.DURING, CLERK, {"check-in", "register-submission", "hold-dialogue"}, "it is on"),
        (scene.HELD, scene.ENDED_AT, CLERK, {"draft-conclusion"}, "the notice is owed"),
        (
            (*scene.HELD, of_dialogue(intake.ConclusionDrafted)),
            scene.ENDED_AT,
            CHAIRMAN,
            {"approve-conclusion", "return-conclusion"},
            "a draft lies before him",
        ),
        (scene.CONCLUDED, scene.ENDED_AT, CLERK, {"report-result"}, "the superior is to be told"),
    ],
)
def test_the_room_offers_the_next_step(
    tmp_path: Path, events: Sequence[Event], now: datetime, worker: str, offered: set[str], because: str
) -> None:
    found = room_offers.for_room(chosen(COMMUNES, COMMUNE, worker), the_conference(tmp_path, events, now), now)
    assert offered <= found, because


@pytest.mark.parametrize(
    ("events", "now", "worker", "verb", "because"),
    [
        (scene.CLOSED, scene.CLOSES_AT, CLERK, "hold-dialogue", "it has not begun"),
        (scene.PLANNED, NOW, LAND_OFFICER, "announce-dialogue", "that is the office's"),
        (scene.HELD, scene.ENDED_AT, CLERK, "cancel-dialogue", "it has been held"),
        (scene.HELD, scene.ENDED_AT, CHAIRMAN, "approve-conclusion", "there is no draft"),
        (scene.HELD, scene.ENDED_AT, CHAIRMAN, "report-back", "he presided himself"),
        (scene.CONCLUDED, scene.ENDED_AT, "van-hanh", "report-result", "who runs the system decides nothing"),
    ],
)
def test_the_room_does_not_offer_what_would_be_refused(
    tmp_path: Path, events: Sequence[Event], now: datetime, worker: str, verb: str, because: str
) -> None:
    found = room_offers.for_room(chosen(COMMUNES, COMMUNE, worker), the_conference(tmp_path, events, now), now)
    assert verb not in found, because


def test_a_dialogue_that_was_moved_takes_forms_again(tmp_path: Path) -> None:
    moved = of_deadline(
        deadlines.DeadlineMoved,
        case=DIALOGUE,
        deadline=f"{DIALOGUE}:registration-cutoff",
        rule="registration-cutoff",
        about=DIALOGUE,
        due_at=scene.CLOSES_AT + timedelta(days=7),
    )
    assert the_conference(tmp_path, (*scene.CLOSED, moved), scene.CLOSES_AT).state == "announced"


# --- the programme --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "now", "states", "because"),
    [
        ((), NOW, ["open", "open"], "nothing is planned yet"),
        (scene.PLANNED, NOW, ["planned", "open"], "the first is in the calendar"),
        (scene.HELD, scene.ENDED_AT, ["held", "open"], "the first was held"),
        ((), HELD_AT + timedelta(days=60), ["missed", "open"], "May is over"),
        (
            (*scene.PLANNED, of_dialogue(intake.DialogueCancelled)),
            NOW,
            ["open", "open"],
            "what could not be held does not count",
        ),
    ],
)
def test_each_slot_of_the_programme_is_held_planned_open_or_missed(
    tmp_path: Path, events: Sequence[Event], now: datetime, states: list[str], because: str
) -> None:
    with read(tmp_path, events).reading() as db:
        assert [place.state for place in conferences.programme(db, PROFILE, 2026, now)] == states, because


def test_a_year_the_plan_says_nothing_of_is_one_slot_by_law(tmp_path: Path) -> None:
    with read(tmp_path, ()).reading() as db:
        [place] = conferences.programme(db, COMMUNES["tinh-thien"], 2026, NOW)
        assert (place.slot.id, place.state) == ("2026", "open")
        assert conferences.programme(db, COMMUNES["tinh-thien"], 2020, NOW) == []


def test_slots_that_share_their_days_are_told_apart_by_audience(tmp_path: Path) -> None:
    profile = COMMUNES["chanh-lo"]
    youth = profile.programme[1].sessions[0]
    session = {"number": 1, "title": youth.title, "audience": youth.audience}
    planned = of_dialogue(
        intake.DialoguePlanned,
        commune="chanh-lo",
        case="chanh-lo-1",
        held_at=datetime(2024, 10, 5, 8, tzinfo=HANOI),
        sessions=(session,),
    )
    with read(tmp_path, (planned,)).reading() as db:
        places = conferences.programme(db, profile, 2024, datetime(2024, 9, 1, tzinfo=HANOI))
    assert [place.state for place in places] == ["open", "planned"]


# --- the conclusion's draft -----------------------------------------------------------------------------------------


def drafted(folder: Path, events: Sequence[Event]) -> conclusion.Draft:
    with read(folder, events).reading() as db:
        found = conferences.conference(db, COMMUNE, DIALOGUE, scene.ENDED_AT)
        assert found is not None
        return conclusion.draft(
            conclusion.Record(
                PROFILE,
                found,
                conferences.turnouts(db, COMMUNE)[DIALOGUE],
                tuple(asked(db, COMMUNE, DIALOGUE, scene.ENDED_AT)),
            )
        )


def test_who_speaks_from_the_floor_is_no_registrant_and_is_counted_apart(tmp_path: Path) -> None:
    floor = scene.form(9, "Lê Văn Hòa", "Bao giờ có nước sạch?", channel="floor", received_at=scene.DURING)
    turnouts = []
    for number, more in enumerate([(), (floor,), (floor, scene.came(9))]):
        (folder := tmp_path / str(number)).mkdir()
        with read(folder, (*scene.HELD, *more)).reading() as db:
            turnouts.append(conferences.turnouts(db, COMMUNE)[DIALOGUE])
    assert turnouts[1:] == [replace(turnouts[0], floor=1)] * 2
    summary = drafted(tmp_path, (*scene.HELD, floor, scene.came(9))).summary
    assert "7 người đăng ký trong hạn) và 1 đại biểu được mời; 1 người phát biểu tại hội nghị." in summary


def test_the_draft_tells_by_session_and_field_what_was_asked_and_what_became_of_it(tmp_path: Path) -> None:
    summary = drafted(tmp_path, scene.HELD).summary
    for words in (
        "Hội nghị đã tiếp nhận 5 câu hỏi, kiến nghị, trong đó: 2 được trả lời trực tiếp tại hội nghị; "
        "2 được tiếp thu để trả lời bằng văn bản; 1 vượt thẩm quyền, được báo cáo cấp trên.",
        "6 người đăng ký (trong tổng số 7 người đăng ký trong hạn) và 1 đại biểu được mời",
        "I. Thủ tục hành chính\n\n1. Lĩnh vực hộ tịch, chứng thực",
        "II. Đất đai, hạ tầng\n\n1. Lĩnh vực đất đai",
        "Đã trả lời tại hội nghị (Nguyễn Đức Toàn, Phòng Kinh tế): Hồ sơ vướng đo đạc",
        "Vượt thẩm quyền: báo cáo Ủy ban nhân dân thành phố Hà Nội xem xét",
    ):
        assert words in summary


def test_the_draft_names_nobody_who_asked_and_no_code(tmp_path: Path) -> None:
    summary = drafted(tmp_path, scene.HELD).summary
    for kept in ("Nguyễn Thị Mai", "Phạm Văn Đức", "K7QX", "Bí Mật", "tố cáo"):
        assert kept not in summary


def test_like_questions_that_one_department_took_are_one_promise(tmp_path: Path) -> None:
    [promise] = drafted(tmp_path, scene.HELD).promises
    assert promise.department == scene.LAND
    assert promise.questions == ("K7QX-3M02-1", "K7QX-3M03-1")
    assert promise.text == "Giải quyết và trả lời bằng văn bản nội dung: Thoát nước thôn Nội"


def test_a_long_record_is_shortened_until_a_notice_holds_it(tmp_path: Path) -> None:
    asked = [scene.form(number, f"Người {number}", "Từ dài " * 400) for number in range(10, 99)]
    heard = [
        scene.asked(routing.QuestionAnsweredAtDialogue, number, answer="Lời đáp " * 400, answered_by="Chủ tịch")
        for number in range(10, 99)
    ]
    summary = drafted(tmp_path, (*scene.HELD, *asked, *heard)).summary
    assert 12_000 < len(summary) <= conclusion.MOST
    assert "Câu hỏi 94: " in summary


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Ngắn", 10, "Ngắn"),
        ("Hai\ndòng", 10, "Hai dòng"),
        ("Một hai ba bốn", 8, "Một hai…"),
        ("Một hai, ba bốn", 9, "Một hai…"),
        ("Một hai", 0, ""),
    ],
)
def test_words_are_not_cut_in_two(text: str, most: int, short: str) -> None:
    assert conclusion.shortened(text, most) == short


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "events", "now", "shown", "because"),
    [
        ("/hoi-nghi", scene.PLANNED, NOW, ["Chương trình năm 2026", "Chưa lên kế hoạch", "Đã lên kế hoạch"], "a year"),
        ("/hoi-nghi?muc=2026-10", (), NOW, ["Lên kế hoạch hội nghị: Hội nghị đối thoại lần 2"], "a slot to be filled"),
        (ROOM, scene.PLANNED, NOW, ["1/3", "0/2", 'value="announce-dialogue"'], "an overview of what is done"),
        (f"{ROOM}/chuan-bi", scene.PLANNED, NOW, ['value="complete-duty"', "Đoàn Thanh niên xã"], "a checklist"),
        (f"{ROOM}/nguoi-du", scene.CLOSED, scene.CLOSES_AT, ["chỗ số 1", "chờ chỗ, thứ 1"], "seats and who waits"),
        (f"{ROOM}/nguoi-du", scene.HELD, scene.ENDED_AT, ["1 không có chỗ", "Không có chỗ"], "who never got one"),
        (f"{ROOM}/cau-hoi", scene.CLOSED, scene.CLOSES_AT, ["Đề nghị gộp nhóm", "Đợt 2: Đất đai"], "by session"),
        (f"{ROOM}/tai-hoi-nghi", scene.GATHERED, scene.DURING, ["Câu tiếp theo", "Câu hỏi tại chỗ"], "it is on"),
        (f"{ROOM}/tai-hoi-nghi", scene.HELD, scene.ENDED_AT, ["Hội nghị đã kết thúc"], "a record remains"),
        (f"{ROOM}/ket-luan", scene.PLANNED, NOW, ["soạn sau khi hội nghị kết thúc"], "too early"),
        (f"{ROOM}/ket-luan", scene.HELD, scene.ENDED_AT, ["Dự thảo từ biên bản", "Nhiệm vụ 1"], "a draft"),
        (f"{ROOM}/ket-luan", scene.CONCLUDED, scene.ENDED_AT, ["15/TB-UBND", "1/2 đã xong"], "what was promised"),
    ],
)
async def test_each_page_of_the_room_shows_its_part(
    tmp_path: Path, path: str, events: Sequence[Event], now: datetime, shown: list[str], because: str
) -> None:
    html = await page(tmp_path, path, events, now)
    for words in shown:
        assert words in html, because


@pytest.mark.parametrize("tab", ["", "/chuan-bi", "/nguoi-du", "/cau-hoi", "/tai-hoi-nghi", "/ket-luan"])
@pytest.mark.parametrize("worker", [CLERK, CHAIRMAN, LAND_OFFICER])
async def test_no_page_of_the_room_names_a_denouncer(tmp_path: Path, tab: str, worker: str) -> None:
    html = await page(tmp_path, ROOM + tab, scene.HELD, scene.ENDED_AT, worker)
    for kept in ("Vũ Thị Thu", "Bí Mật", "Số 5, thôn"):
        assert kept not in html


async def test_a_name_finds_people_without_diacritics_and_never_a_denouncer(tmp_path: Path) -> None:
    found = await page(tmp_path, f"{ROOM}/nguoi-du?tim=tuan", scene.CLOSED, scene.DURING)
    assert "Ghi nhận Trần Văn Tuấn có mặt" in found
    kept = await page(tmp_path, f"{ROOM}/nguoi-du?tim=vu+thi+thu", scene.CLOSED, scene.DURING)
    assert "Không có ai tên “vu thi thu”" in kept


async def test_what_people_wrote_is_never_markup(tmp_path: Path) -> None:
    form = scene.form(9, "<b>Mai</b>", "<script>alert(1)</script>")
    for tab in ("/nguoi-du", "/cau-hoi", "/tai-hoi-nghi"):
        html = await page(tmp_path, ROOM + tab, (*scene.CLOSED, form), scene.DURING)
        assert "<b>Mai" not in html
        assert "<script>alert" not in html
        assert "&lt;b&gt;Mai&lt;/b&gt;" in html


async def post(folder: Path, path: str, events: Sequence[Event], now: datetime, **typed: str) -> httpx.Response:
    transport = httpx.ASGITransport(console(folder, events, now))
    cookies, own = {"doithoai_console": f"{COMMUNE}/{CLERK}"}, {"sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        return await client.post(path, data=typed, headers=own)


async def test_the_office_hands_in_a_file_or_lines_for_each_list_it_waits_for(tmp_path: Path) -> None:
    html = await page(tmp_path, f"{ROOM}/chuan-bi", scene.PLANNED, NOW)
    assert html.count('action="/danh-sach" enctype="multipart/form-data"') == 3, "two are expected, others may send one"
    assert 'name="list" value="mat-tran"' in html
    assert 'name="table"' not in await page(tmp_path, f"{ROOM}/chuan-bi", scene.PLANNED, NOW, worker=LAND_OFFICER)


async def test_a_form_that_must_be_mended_keeps_what_was_typed(tmp_path: Path) -> None:
    typed = {"verb": "register-submission", "dialogue": DIALOGUE, "key": "k", "name": "", "text": "Có nước chưa?"}
    answer = await post(tmp_path, f"{ROOM}/tai-hoi-nghi", scene.GATHERED, scene.DURING, **typed)
    assert answer.status_code == 422
    assert "Xin ghi họ tên người phát biểu." in answer.text
    assert "Có nước chưa?" in answer.text


async def test_a_name_at_the_door_is_looked_for_and_an_unknown_code_is_told(tmp_path: Path) -> None:
    at_the_door = {"verb": "find-guest", "here": "tai-hoi-nghi", "key": "k"}
    path = f"{ROOM}/tai-hoi-nghi"
    named = await post(tmp_path, path, scene.CLOSED, scene.DURING, wanted="Trần Tuấn", **at_the_door)
    assert (named.status_code, named.headers["location"][:45]) == (303, f"{path}?tim=Tr%E1"[:45])
    unknown = await post(tmp_path, path, scene.CLOSED, scene.DURING, wanted="K7QX-9999", **at_the_door)
    assert unknown.status_code == 404
    assert "không có phiếu mang mã “K7QX-9999”" in unknown.text
