"""`/van-ban`: what an office reads of its texts, how it looks at them, and what becomes of what it typed."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from services.console.letters import message_texts
from services.console.letters.message_texts import Preview, Text
from shared.contracts import Refused
from shared.contracts.texts import PreviewText, SaveText, UseShippedText
from tests.builders import SUBMISSION, submission_received
from tests.unit.letters_scene import CLERK, OFFICER, Desk, Notify, text

EDITOR = "/van-ban/answer"
HTML = "<!doctype html><html><head><title>Thư</title></head><body onload='x()'><p>Kính gửi bà Mai</p></body></html>"
MAIL = {"mistakes": [], "subject": "Trả lời phiếu K7QX-3M9D", "html": HTML, "text": "Kính gửi bà Mai"}
TYPED = {
    "about": " trả lời  câu hỏi ",
    "mail_subject": "Trả lời",
    "body": "Kính gửi\r\n\r\n> **Câu hỏi:** {{ question }}",
    "based_on": "2",
    "key": "01JKEY",
}


def shown(html: str) -> dict[str, str]:
    """What stands in the editor."""
    inputs = re.findall(r'name="(about|mail_subject|based_on)" value="([^"]*)"', html)
    [body] = re.findall(r'name="body"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    return {name: unescape(value) for name, value in [*inputs, ("body", body)]}


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ("thông báo kết luận", "thông báo kết luận"),
        ("gia hạn {{ matter }}", "gia hạn …"),
        ('trả lời{% if occasion == "reopened" %} bổ sung{% endif %} {{ matter }}', "trả lời…"),
        ("thay đổi {% if a %}nơi{% elif b %}giờ{% else %}{% if c %}x{% endif %}{% endif %} họp", "thay đổi … họp"),
        ("{% for one in items %}{% if loop.first %}hướng dẫn{% endif %}{% endfor %}", "…"),
        ("{% set a = 1 %}{# nhớ #}giấy mời", "…giấy mời"),
    ],
)
def test_a_list_of_texts_shows_words_and_no_marks_of_the_little_language(about: str, told: str) -> None:
    assert message_texts.Version(about=about).in_short == told


async def test_every_kind_is_listed_with_whose_text_counts_and_who_saved_it(tmp_path: Path) -> None:
    own, given = text(), {"kind": "receipt", "name": "Xác nhận tiếp nhận phiếu", "version": 0, "own": False}
    html = (await Desk(tmp_path, Notify(read_texts={"texts": [own, given]})).get("/van-ban")).text
    for told in ("Trả lời bằng văn bản", "từ 02/04/2026 08:00, Trần Thị Hạnh", "Bản gốc", "<b>2</b> loại, <b>1</b>"):
        assert told in html
    assert html.index("Xác nhận tiếp nhận phiếu") < html.index("Trả lời bằng văn bản"), "as citizens get them"


@pytest.mark.parametrize("path", ["/van-ban", EDITOR, "/buu-chinh", "/buu-chinh/thanh-tri-20260605", "/so-van-ban"])
async def test_whoever_is_not_of_the_office_is_told_whose_it_is(tmp_path: Path, path: str) -> None:
    notify = Notify(read_text=text())
    desk = Desk(tmp_path, notify, worker=OFFICER)
    answer = await desk.get(path)
    assert (answer.status_code, "Trang này dành cho: Chánh Văn phòng, Cán bộ Văn phòng." in answer.text) == (403, True)
    assert (await desk.send(EDITOR, {**TYPED, "verb": "save-text"})).status_code == 403
    assert notify.received == []


async def test_the_editor_shows_the_text_its_names_and_how_to_mark(tmp_path: Path) -> None:
    html = (await Desk(tmp_path, Notify(read_text=text())).get(EDITOR)).text
    assert shown(html)["body"].startswith("# Trả lời\n\nKính gửi {{ name }}")
    assert shown(html)["based_on"] == "2"
    for told in ("{{ question }}", "họ tên người nhận", "Nguyễn Thị Mai", "=&gt; địa chỉ | chữ", "Bản 1", "Bản gốc"):
        assert told in html


async def test_a_version_is_compared_with_the_one_before_word_by_word(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Notify(read_text=text()))
    second, first = (await desk.get(f"{EDITOR}?ban=2")).text, (await desk.get(f"{EDITOR}?ban=1")).text
    assert ("<del>ông/bà</del>" in second, "<ins>{{ name }}" in second) == (True, True)
    assert "<del>Bản gốc</del>" in first, "the first takes the place of the shipped one"


async def test_a_preview_is_sealed_and_changes_nothing(tmp_path: Path) -> None:
    notify = Notify(read_text=text(), preview_text=MAIL)
    answer = await Desk(tmp_path, notify).send(EDITOR, {**TYPED, "verb": "preview-text", "medium": "mail"})
    [command] = notify.sent(PreviewText)
    assert (command.about, command.body) == ("trả lời câu hỏi", "Kính gửi\n\n> **Câu hỏi:** {{ question }}")
    assert (command.medium, command.submission) == ("mail", None)
    [frame] = re.findall(r"<iframe[^>]*>", answer.text)
    assert ' sandbox srcdoc="' in frame, "nothing of it may run"
    assert "default-src &#39;none&#39;" in frame
    assert HTML not in answer.text
    assert shown(answer.text)["body"] == TYPED["body"]
    assert notify.sent(SaveText) == []
    assert "script-src" not in answer.headers["content-security-policy"]


async def test_a_letter_is_looked_at_with_a_real_form_that_its_code_names(tmp_path: Path) -> None:
    notify = Notify(read_text=text(), preview_text={"mistakes": [], "pages": ["aGFp", "YmE="]})
    desk = Desk(tmp_path, notify, [submission_received()])
    code = submission_received().code
    typed = {**TYPED, "medium": "letter", "code": f" {code.lower()} "}
    answer = await desk.send(f"{EDITOR}/xem-truoc", typed)
    [command] = notify.sent(PreviewText)
    assert (command.medium, command.submission) == ("letter", SUBMISSION)
    assert answer.text.count("data:image/png;base64,") == 2
    assert "<html" not in answer.text, "the script asks for the preview alone"
    unknown = await desk.send(f"{EDITOR}/xem-truoc", {**typed, "code": "ZZZZ-ZZZZ"})
    assert "không có phiếu mã ZZZZ-ZZZZ" in unknown.text
    assert len(notify.sent(PreviewText)) == 1


async def test_a_text_is_saved_with_what_it_was_based_on(tmp_path: Path) -> None:
    notify = Notify(read_text=text(), save_text={}, use_shipped_text={})
    desk = Desk(tmp_path, notify)
    answer = await desk.send(EDITOR, {**TYPED, "verb": "save-text"})
    [command] = notify.sent(SaveText)
    assert (command.kind, command.based_on, command.key) == ("answer", 2, "01JKEY")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{EDITOR}?xong=save-text")
    await desk.send(EDITOR, {"verb": "use-shipped-text", "based_on": "2", "key": "01JKEY2"})
    assert [one.based_on for one in notify.sent(UseShippedText)] == [2]


WRONG = "Nội dung, dòng 3 (“{{ nme }}”): không có mục nào tên là “nme”.\nNội dung, dòng 5: viết {% set tên = … %}."


@pytest.mark.parametrize(
    ("typed", "refusal", "status", "told", "because"),
    [
        ({"body": ""}, None, 422, ["Xin ghi mục này."], "there is no letter without words"),
        ({}, Refused(code="invalid", reason=WRONG), 422, ['data-line="3"', 'data-line="5"', "nme"], "line by line"),
        ({}, Refused(code="unavailable", reason="Xin thử lại."), 503, ["Xin thử lại."], "notify is away"),
    ],
)
async def test_what_was_typed_stays_where_it_cannot_be_saved(
    tmp_path: Path, typed: dict[str, str], refusal: Any, status: int, told: list[str], because: str
) -> None:
    desk = Desk(tmp_path, Notify(read_text=text(), save_text=refusal or {}))
    answer = await desk.send(EDITOR, {**TYPED, **typed, "verb": "save-text"})
    assert answer.status_code == status, because
    assert [one for one in told if one not in answer.text] == []
    assert shown(answer.text)["mail_subject"] == "Trả lời"
    assert shown(answer.text)["body"] == typed.get("body", TYPED["body"])


async def test_a_stale_text_tells_what_somebody_else_wrote_and_can_be_saved_again(tmp_path: Path) -> None:
    stale = Refused(code="stale", reason="Trần Thị Hạnh đã lưu bản số 2.")
    desk = Desk(tmp_path, Notify(read_text=text(), save_text=stale))
    answer = await desk.send(EDITOR, {**TYPED, "based_on": "1", "verb": "save-text"})
    assert answer.status_code == 409
    assert "<del>ông/bà</del>" in answer.text, "what came since"
    assert shown(answer.text)["body"] == TYPED["body"]
    assert shown(answer.text)["based_on"] == "2", "only a page that told of it overwrites it"


@pytest.mark.parametrize("kind", ["khong-co", "digest2"])
async def test_there_is_no_text_of_what_is_never_sent(tmp_path: Path, kind: str) -> None:
    assert (await Desk(tmp_path, Notify(read_text=text())).get(f"/van-ban/{kind}")).status_code == 404


async def test_while_notify_is_away_the_pages_say_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Notify())
    answers = [await desk.get("/van-ban"), await desk.get(EDITOR), await desk.get("/buu-chinh")]
    assert [(one.status_code, "Không ai trả lời." in one.text) for one in answers] == [
        (200, True),
        (503, True),
        (200, True),
    ]


async def test_what_people_typed_is_escaped(tmp_path: Path) -> None:
    wild = "</textarea><script>alert(1)</script>"
    told = text(about=wild, body=wild, names=[{"name": wild, "says": wild, "example": wild}])
    desk = Desk(tmp_path, Notify(read_text=told, preview_text={**MAIL, "html": f"<p>{wild}</p>", "subject": wild}))
    pages = [await desk.get(EDITOR), await desk.send(EDITOR, {**TYPED, "body": wild, "verb": "preview-text"})]
    assert [wild in page.text for page in pages] == [False, False]


def test_a_name_is_written_as_a_text_wants_it() -> None:
    names = Text.model_validate({**text(), "names": [{"name": "code"}, {"name": "{% if seat %}"}]}).names
    assert [one.written for one in names] == ["{{ code }}", "{% if seat %}"]


@pytest.mark.parametrize("html", ["<p>Thư</p>", HTML])
def test_the_seal_stands_before_everything_of_a_mail_that_could_fetch(html: str) -> None:
    sealed = Preview(html=html).sealed
    assert sealed.index(message_texts.SEALED) <= sealed.index("<title>" if "<title>" in html else "<p>")


def test_of_its_mistakes_those_lead_to_a_line_that_name_one() -> None:
    found = message_texts.mistakes(["Nội dung, dòng 12: sai", "Thiếu tên xã", ""])
    assert [(one.said, one.line) for one in found] == [("Nội dung, dòng 12: sai", 12), ("Thiếu tên xã", None)]


async def test_the_office_finds_its_pages_in_the_navigation(tmp_path: Path) -> None:
    html = (await Desk(tmp_path, Notify(read_texts={"texts": []}), worker=CLERK).get("/van-ban")).text
    assert [path for path in ("/buu-chinh", "/so-van-ban", "/van-ban") if f'<a href="{path}"' not in html] == []
    assert "Chưa có mẫu nào." in html
