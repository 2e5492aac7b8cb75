"""`/mau-tra-loi`: templates of answers, shipped and own, with the places that somebody fills in."""

from pathlib import Path
from typing import Any

import pytest

from services.console.knowledge import answer_templates
from services.console.knowledge.answer_templates import FILLED, Template
from shared.contracts import Refused
from shared.contracts.handbook import RemoveAnswerTemplate, SaveAnswerTemplate
from shared.contracts.taxonomy import QuestionField
from tests.unit.teaching_scene import OFFICER, Desk, Routing

TEXT = "Phiếu {mã phiếu}: lệ phí là {số tiền}.\nNộp tại {nơi nộp} hoặc {nơi nộp}."
SHIPPED: dict[str, Any] = {"field": "land", "title": "Cấp giấy chứng nhận", "text": TEXT, "own": False}
OWN: dict[str, Any] = {
    "field": "civil-status",
    "title": "Cấp lại giấy khai sinh",
    "text": "Nộp tại {nơi}.",
    "own": True,
}
KEPT = {"rules": [], "from_profile": True, "templates": [SHIPPED, OWN]}
CHAIRMAN = "loi.lanhdao@hanoi.example"
FORM = {"verb": "save-answer-template", "key": "01JKEY", "version": "3", "field": "land", "title": "Mẫu", "text": TEXT}
EDIT = "/mau-tra-loi/soan"


# --- the places -----------------------------------------------------------------------------------------------------


def test_a_template_is_shown_in_stretches_that_make_it_up_again() -> None:
    found = answer_templates.pieces(TEXT)
    assert "".join(piece.text for piece in found) == TEXT
    assert [piece.text for piece in found if piece.kind == "filled"] == ["{mã phiếu}"]
    assert answer_templates.left_open(TEXT) == ["{số tiền}", "{nơi nộp}"]


def test_capitals_and_blanks_make_no_other_place() -> None:
    assert [piece.kind for piece in answer_templates.pieces("{ Mã  phiếu }")] == ["filled"]


@pytest.mark.parametrize(
    ("text", "wrong", "because"),
    [
        ("Nộp tại {nơi nộp}.", False, "a place with its name"),
        ("Nộp tại nơi nộp.", False, "a template may have none"),
        ("Nộp tại {nơi nộp.", True, "it was not closed"),
        ("Nộp tại nơi nộp}.", True, "it was not opened"),
        ("Nộp tại {nơi\nnộp}.", True, "a place stands on one line"),
        ("Nộp tại {{nơi nộp}}.", True, "one pair is enough"),
        ("Nộp tại { }.", True, "nobody knows what goes there"),
    ],
)
def test_a_place_has_a_name_between_two_braces(text: str, wrong: bool, because: str) -> None:
    assert bool(answer_templates.wrong_braces(text)) == wrong, because


def test_the_communes_own_stand_before_the_shipped_ones_and_what_is_unknown_is_left_out() -> None:
    told = [SHIPPED, {**OWN, "field": "land"}, {"field": "unheard-of", "title": "a", "text": "b"}]
    found = answer_templates.read(told)
    assert [one.own for one in found] == [True, False]
    assert answer_templates.find(found, "land", "Cấp giấy chứng nhận") == Template(
        field=QuestionField.LAND, title="Cấp giấy chứng nhận", text=TEXT
    )


def test_what_fills_itself_is_named_as_a_template_writes_it() -> None:
    assert [answer_templates.pieces(f"{{{name}}}")[0].kind for name in FILLED] == ["filled"] * len(FILLED)


# --- the pages ------------------------------------------------------------------------------------------------------


async def test_templates_stand_by_field_with_their_places_marked(tmp_path: Path) -> None:
    html = (await Desk(tmp_path, Routing(read_handbook=KEPT), worker=OFFICER).get("/mau-tra-loi")).text
    for told in (
        '<mark class="place filled">{mã phiếu}</mark>',
        '<mark class="place open">{số tiền}</mark>',
        "2 chỗ cần điền",
        "mã phiếu của người hỏi",
        "Sao chép để sửa",
        "Xóa mẫu",
    ):
        assert told in html
    only_land = (await Desk(tmp_path, Routing(read_handbook=KEPT)).get("/mau-tra-loi?linh_vuc=land")).text
    assert "Cấp giấy chứng nhận" in only_land
    assert "Cấp lại giấy khai sinh" not in only_land


@pytest.mark.parametrize(
    ("worker", "may", "because"),
    [
        (OFFICER, True, "whoever answers knows what is answered again and again"),
        (CHAIRMAN, False, "the chairman reads answers, and writes none"),
    ],
)
async def test_who_answers_or_is_of_the_office_writes_templates(
    tmp_path: Path, worker: str, may: bool, because: str
) -> None:
    desk = Desk(tmp_path, Routing(read_handbook=KEPT), worker=worker)
    assert ("Thêm mẫu mới" in (await desk.get("/mau-tra-loi")).text) == may, because
    assert (await desk.get(EDIT)).status_code == (200 if may else 403), because


async def test_a_shipped_one_is_copied_and_an_own_one_changed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(read_handbook=KEPT))
    copied = (await desk.get(f"{EDIT}?linh_vuc=land&mau=Cấp+giấy+chứng+nhận")).text
    assert "lệ phí là {số tiền}" in copied
    assert 'value="Cấp giấy chứng nhận" autocomplete' in copied
    changed = (await desk.get(f"{EDIT}?linh_vuc=civil-status&mau=Cấp+lại+giấy+khai+sinh")).text
    assert '<input type="hidden" name="title" value="Cấp lại giấy khai sinh">' in changed
    assert (await desk.get(f"{EDIT}?linh_vuc=land&mau=Không+có")).status_code == 404


async def test_a_template_is_saved_and_one_removed(tmp_path: Path) -> None:
    routing = Routing(read_handbook=KEPT, save_answer_template={}, remove_answer_template={})
    desk = Desk(tmp_path, routing, worker=OFFICER)
    saved = await desk.send(EDIT, FORM)
    [command] = routing.sent(SaveAnswerTemplate)
    assert (command.field, command.title, command.text, command.version) == ("land", "Mẫu", TEXT, 3)
    assert saved.headers["location"] == "/mau-tra-loi?linh_vuc=land&xong=save-answer-template"
    removed = {"verb": "remove-answer-template", "key": "01J", "field": "civil-status", "title": OWN["title"]}
    assert (await desk.send("/mau-tra-loi", removed)).status_code == 303
    [gone] = routing.sent(RemoveAnswerTemplate)
    assert (gone.field, gone.title) == ("civil-status", OWN["title"])


@pytest.mark.parametrize(
    ("typed", "answer", "status", "told"),
    [
        ({"title": ""}, {}, 422, "Xin ghi mục này."),
        ({"field": ""}, {}, 422, "Xin chọn một mục trong danh sách."),
        ({"text": TEXT + " {"}, {}, 422, "chưa đủ cặp"),
        ({}, Refused(code="forbidden", reason="Vai trò không được."), 403, "Vai trò không được."),
        ({}, Refused(code="stale", reason="Đã thay đổi.", changes=("answer-template-saved",)), 409, "Đã thay đổi."),
    ],
)
async def test_what_was_typed_stays_when_it_is_refused(
    tmp_path: Path, typed: dict[str, str], answer: Any, status: int, told: str
) -> None:
    routing = Routing(read_handbook=KEPT, save_answer_template=answer)
    shown = await Desk(tmp_path, routing, worker=OFFICER).send(EDIT, FORM | typed)
    assert shown.status_code == status
    assert told in shown.text
    assert "Phiếu {mã phiếu}: lệ phí là {số tiền}." in shown.text
    assert 'name="key" value="01JKEY"' in shown.text


async def test_a_template_that_somebody_else_changed_is_shown_beside_ones_own(tmp_path: Path) -> None:
    stale = Refused(code="stale", reason="Đã thay đổi.", changes=("answer-template-saved",))
    routing = Routing(read_handbook=KEPT, save_answer_template=stale)
    mine = FORM | {"from-field": "civil-status", "from-title": OWN["title"], "field": "civil-status"}
    shown = (await Desk(tmp_path, routing).send(EDIT, mine)).text
    assert "Mẫu này hiện nay" in shown
    assert "Nộp tại {nơi}." in shown
    assert 'name="version" value="0"' in shown, "as it is now"


async def test_what_people_wrote_is_escaped(tmp_path: Path) -> None:
    wild = "<script>alert(1)</script>"
    routing = Routing(read_handbook={**KEPT, "templates": [{**OWN, "title": wild, "text": wild}]})
    desk = Desk(tmp_path, routing)
    for path in ("/mau-tra-loi", f"{EDIT}?linh_vuc=civil-status&mau=%3Cscript%3Ealert(1)%3C/script%3E"):
        answer = await desk.get(path)
        assert answer.status_code == 200
        assert wild not in answer.text
