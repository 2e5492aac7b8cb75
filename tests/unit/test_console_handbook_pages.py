"""`/so-tay`: what an office reads of its word rules, and what becomes of what it typed."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from services.console.knowledge import handbook
from services.console.knowledge.handbook import Row
from shared.contracts import Refused
from shared.contracts.handbook import SaveWordRules, TryWordRules, WordRule
from shared.contracts.routing import QuestionAwaitsTriage
from tests.builders import QUESTION, of_question, submission_received
from tests.unit.teaching_scene import CLERK, OFFICER, Desk, Routing
from tests.unit.test_console_handbook import MARKET, ROAD, typed

STALE = Refused(code="stale", reason="Hồ sơ đã được người khác thay đổi.", changes=("word-rules-saved",))
LAND = {"scope": "in-scope", "field": "land", "department": "phong-kinh-te", "confidence": 0.42, "triage": True}
MARKETS = {**LAND, "field": "business", "confidence": 0.97, "because": ["chợ Nội"], "triage": False}
TRIED: dict[str, Any] = {
    "texts": [{**MARKETS, "text": "Chợ Nội bao giờ sửa?"}],
    "tried": 37,
    "changes": [
        {"question": "01J-1", "code": "K7QX-3M9D", "text": "Sạp ở chợ Nội dột.", "before": LAND, "after": MARKETS}
    ],
}
TABLE = typed(*handbook.rows_of((MARKET,)), Row(), seen=handbook.as_seen((MARKET,)), key="01JKEY", version="3")


def kept(*rules: WordRule) -> dict[str, Any]:
    return {"rules": [rule.model_dump(mode="json") for rule in rules], "from_profile": False, "templates": []}


def boxes(html: str) -> dict[str, str]:
    """What the browser would send of the table that is shown, without choices."""
    areas = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL)
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in [*areas, *inputs]}


async def test_the_office_reads_its_rules_as_a_table_with_room_for_more(tmp_path: Path) -> None:
    html = (await Desk(tmp_path, Routing(read_handbook=kept(MARKET, ROAD))).get("/so-tay")).text
    assert boxes(html)["words-1"] == "chợ Nội, sạp hàng"
    assert boxes(html)["words-2"] == "đường liên thôn"
    assert boxes(html)["words-4"] == ""
    assert 'value="2,5"' in html
    assert "Máy cũng học từ mỗi lần cán bộ giao hoặc chuyển câu hỏi bằng tay" in html


@pytest.mark.parametrize(
    ("worker", "shown", "because"),
    [
        (OFFICER, "chợ Nội, sạp hàng", "whoever answers may read what decides"),
    ],
)
async def test_whoever_is_not_of_the_office_changes_nothing(
    tmp_path: Path, worker: str, shown: str, because: str
) -> None:
    desk = Desk(tmp_path, Routing(read_handbook=kept(MARKET)), worker=worker)
    html = (await desk.get("/so-tay")).text
    assert shown in html, because
    assert 'name="words-1"' not in html
    assert (await desk.send("/so-tay", TABLE | {"verb": "save-word-rules", "reason": "a"})).status_code == 403


async def test_a_trial_tells_what_each_text_would_be_and_what_would_change(tmp_path: Path) -> None:
    routing = Routing(read_handbook=kept(MARKET), try_word_rules=TRIED)
    answer = await Desk(tmp_path, routing).send(
        "/so-tay", TABLE | {"verb": "try-word-rules", "texts": "Chợ Nội bao giờ sửa?\n"}
    )
    [command] = routing.sent(TryWordRules)
    assert (command.rules, command.texts) == ((MARKET,), ("Chợ Nội bao giờ sửa?",))
    for told in (
        "gần như chắc chắn (97 %)",
        "vì “chợ Nội”",
        "1 trong 37 câu hỏi gần nhất sẽ được phân loại khác đi",
        'href="/ho-so/01J#01J-1"',
        "chưa chắc chắn (42 %)",
        "chờ người phân loại",
    ):
        assert told in answer.text
    assert boxes(answer.text)["words-1"] == "chợ Nội, sạp hàng"
    assert routing.sent(SaveWordRules) == []


@pytest.mark.parametrize(("scope", "told"), [("complaint", "nghi là khiếu nại"), ("denunciation", "nghi là tố cáo")])
async def test_a_trial_tells_where_a_suspected_complaint_would_go_too(tmp_path: Path, scope: str, told: str) -> None:
    change = {**TRIED["changes"][0], "before": LAND, "after": {**MARKETS, "scope": scope, "triage": True}}
    routing = Routing(read_handbook=kept(MARKET), try_word_rules={**TRIED, "changes": [change]})
    html = (await Desk(tmp_path, routing).send("/so-tay", TABLE | {"verb": "try-word-rules"})).text
    change_told = html.split('<dl class="change">')[1].split("</dl>")[0]
    before, after = re.findall(r"<dd>(.*?)</dd>", change_told, re.DOTALL)
    assert (told in before, told in after, "Hộ kinh doanh, chợ" in after) == (False, True, True)


async def test_a_trial_repeats_no_denouncers_words(tmp_path: Path) -> None:
    change = {**TRIED["changes"][0], "question": QUESTION, "text": "Ông A nhận tiền."}
    routing = Routing(read_handbook=kept(MARKET), try_word_rules={**TRIED, "changes": [change]})
    denounced = [submission_received(), of_question(QuestionAwaitsTriage, scope="denunciation")]
    shown = await Desk(tmp_path, routing, denounced).send("/so-tay", TABLE | {"verb": "try-word-rules"})
    assert ("Ông A nhận tiền." in shown.text, "(giữ kín)" in shown.text) == (False, True)


async def test_rules_are_saved_with_the_reason_and_what_was_seen(tmp_path: Path) -> None:
    routing = Routing(read_handbook=kept(MARKET), save_word_rules={})
    saved = TABLE | {"verb": "save-word-rules", "reason": " Chợ do Phòng Kinh tế quản lý. "}
    answer = await Desk(tmp_path, routing).send("/so-tay", saved)
    [command] = routing.sent(SaveWordRules)
    assert (command.rules, command.reason) == ((MARKET,), "Chợ do Phòng Kinh tế quản lý.")
    assert (command.version, command.key) == (3, "01JKEY")
    assert (answer.status_code, answer.headers["location"]) == (303, "/so-tay?xong=save-word-rules")


@pytest.mark.parametrize(
    ("changed", "status", "told", "because"),
    [
        ({"reason": ""}, 422, "Xin ghi mục này.", "nobody knows why"),
        ({"reason": "a", "field-1": ""}, 422, "Xin chọn lĩnh vực.", "a row is unfinished"),
        ({"reason": "a", "weight-1": "x"}, 422, "Xin ghi một số lớn hơn 0", "a weight is a number"),
    ],
)
async def test_what_was_typed_stays_where_it_must_be_mended(
    tmp_path: Path, changed: dict[str, str], status: int, told: str, because: str
) -> None:
    routing = Routing(read_handbook=kept(MARKET))
    rows = TABLE | {"words-2": "bến đò", "field-2": "infrastructure", "verb": "save-word-rules"}
    answer = await Desk(tmp_path, routing).send("/so-tay", rows | changed)
    assert answer.status_code == status, because
    assert told in answer.text
    assert boxes(answer.text)["words-2"] == "bến đò"
    assert boxes(answer.text)["key"] == "01JKEY"
    assert routing.sent(SaveWordRules) == []


async def test_what_routing_refuses_is_told_above_what_was_typed(tmp_path: Path) -> None:
    refused = Refused(code="invalid", reason="Từ “chợ Nội” đã có ở lĩnh vực Đất đai.")
    for verb in ("save-word-rules", "try-word-rules"):
        routing = Routing(read_handbook=kept(MARKET), save_word_rules=refused, try_word_rules=refused)
        answer = await Desk(tmp_path, routing).send("/so-tay", TABLE | {"verb": verb, "reason": "Lý do"})
        assert answer.status_code == 422
        assert "Từ “chợ Nội” đã có ở lĩnh vực Đất đai." in answer.text
        assert boxes(answer.text)["reason"] == "Lý do"


async def test_a_stale_page_tells_what_somebody_else_changed_and_can_be_sent_again(tmp_path: Path) -> None:
    routing = Routing(read_handbook=kept(MARKET, ROAD), save_word_rules=STALE)
    answer = await Desk(tmp_path, routing).send("/so-tay", TABLE | {"verb": "save-word-rules", "reason": "Lý do"})
    assert answer.status_code == 409
    assert "thêm “đường liên thôn”" in answer.text
    shown = boxes(answer.text)
    assert shown["words-1"] == "chợ Nội, sạp hàng"
    assert shown["version"] == "0", "as the handbook is now"
    assert handbook.seen_in(shown["seen"]) == (MARKET, ROAD)


async def test_rows_are_added_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    answer = await Desk(tmp_path, Routing(read_handbook=kept(MARKET))).send(
        "/so-tay", TABLE | {"verb": "add-rows", "words-2": "bến đò", "texts": "Câu thử", "reason": "Lý do"}
    )
    shown = boxes(answer.text)
    assert (shown["words-2"], shown["texts"], shown["reason"]) == ("bến đò", "Câu thử", "Lý do")
    assert "words-7" in shown
    assert shown["version"] == "3"


async def test_the_largest_handbook_there_may_be_can_be_sent(tmp_path: Path) -> None:
    rules = [WordRule(field=MARKET.field, words=(f"chợ {number}",)) for number in range(handbook.MOST_RULES)]
    rows = [*handbook.rows_of(rules), *[Row(dropped=True)] * (handbook.MOST_ROWS - len(rules))]
    routing = Routing(read_handbook=kept(MARKET), save_word_rules={})
    sent = typed(*rows, key="01JKEY", verb="save-word-rules", reason="Nhiều chợ.")
    assert (await Desk(tmp_path, routing).send("/so-tay", sent)).status_code == 303
    assert len(routing.sent(SaveWordRules)[0].rules) == handbook.MOST_RULES
    more = await Desk(tmp_path, routing).send("/so-tay", sent | {"verb": "add-rows"})
    assert f'name="words-{handbook.MOST_ROWS}"' in more.text
    assert f'name="words-{handbook.MOST_ROWS + 1}"' not in more.text


async def test_while_routing_is_away_the_page_says_so(tmp_path: Path) -> None:
    answer = await Desk(tmp_path, Routing()).get("/so-tay")
    assert (answer.status_code, "Không ai trả lời." in answer.text) == (200, True)


async def test_what_people_typed_is_escaped(tmp_path: Path) -> None:
    wild = "<script>alert(1)</script>"
    rule = MARKET.model_copy(update={"words": (wild,)})
    routing = Routing(read_handbook=kept(rule), try_word_rules={**TRIED, "texts": [{**MARKETS, "text": wild}]})
    for worker in (CLERK, OFFICER):
        assert wild not in (await Desk(tmp_path, routing, worker=worker).get("/so-tay")).text
    tried = await Desk(tmp_path, routing).send("/so-tay", TABLE | {"verb": "try-word-rules", "texts": wild})
    assert wild not in tried.text
