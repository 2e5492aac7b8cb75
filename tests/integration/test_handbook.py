"""What an office teaches routing, suggestions and the library, on a real broker and a real database."""

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter
from typing import Any

import pytest

from services.routing.classifiers import LOOK_EVERY_S
from services.routing.store import Handbooks, Questions
from shared.contracts import Done, Refused, Role, handbook, routing
from tests.builders import COMMUNE, actor
from tests.integration.routing_office import (
    CHAIRMAN,
    CULTURE,
    LAND_OFFICE,
    LAND_TITLE,
    OFFICER,
    OTHER_OFFICER,
    Office,
    an_office,
    announced,
    came,
    form,
)
from tests.servers import Servers

RULES = ({"field": "business", "words": ("chợ Đồng Phù",)}, {"field": "health", "words": ("thẻ xanh",), "weight": 2})
NEIGHBOUR = actor(commune="thanh-mai")


@pytest.fixture
async def office(fresh: Servers) -> AsyncIterator[Office]:
    async with an_office(fresh) as found:
        yield found


async def told(office: Office) -> list[str]:
    assert office.service.outbox is not None
    assert office.service.database is not None
    await office.service.outbox.drain()
    history = await Handbooks(office.service.database).history(COMMUNE)
    return [envelope.subject.rsplit(".", 1)[-1] for envelope in history]


# --- the handbook -----------------------------------------------------------------------------------------------------


async def test_rules_are_saved_once_by_the_office_of_the_commune_that_saw_what_is(office: Office) -> None:
    before = await office.done(handbook.ReadHandbook, OTHER_OFFICER)
    assert (before.version, before.state["from_profile"]) == (0, True)
    saving: dict[str, Any] = {"rules": RULES, "reason": "Chợ mới mở"}
    refused = await office.asked(handbook.SaveWordRules, OFFICER, **saving)
    assert getattr(refused, "code", None) == "forbidden"
    done = await office.done(handbook.SaveWordRules, key="once", version=0, **saving)
    assert await office.done(handbook.SaveWordRules, key="once", version=0, **saving) == done
    stale = await office.asked(handbook.SaveWordRules, version=0, rules=(), reason="Bỏ hết")
    assert isinstance(stale, Refused)
    assert (stale.code, stale.changes) == ("stale", ("word-rules-saved",))
    assert (await office.done(handbook.SaveWordRules, version=1, **saving)).version == 1, "the same again"
    after = await office.done(handbook.ReadHandbook)
    assert (after.version, after.state["from_profile"]) == (1, False)
    assert [rule["words"] for rule in after.state["rules"]] == [["chợ Đồng Phù"], ["thẻ xanh"]]
    assert await told(office) == ["word-rules-saved"]
    theirs = await office.done(handbook.ReadHandbook, NEIGHBOUR)
    assert theirs.state["from_profile"], "each commune has its own"


async def test_a_handbook_is_read_with_a_key_that_was_seen_and_whatever_was_seen_before(office: Office) -> None:
    assert office.service.database is not None
    for _ in range(2):
        await office.done(handbook.ReadHandbook, OFFICER, key="again", version=7)
    assert await Handbooks(office.service.database).get(COMMUNE) is None, "reading begins none"
    saving = {"field": "land", "title": "Cấp sổ ở Đông Phù", "text": "Đang giải quyết."}
    done = await office.done(handbook.SaveAnswerTemplate, OFFICER, key="again", **saving)
    assert done.state["templates"] == [{"field": "land", "title": saving["title"], "own": True}], "without its text"
    read = await office.done(handbook.ReadHandbook, OFFICER, key="again", version=7)
    assert (read.version, read.state["templates"][0]["text"]) == (1, saving["text"])
    refused = await office.asked(handbook.ReadHandbook, actor(Role.PROVINCE), key="again")
    assert getattr(refused, "code", None) == "forbidden"


async def test_templates_are_saved_by_any_department_and_taken_out_again(office: Office) -> None:
    saving = {"field": "land", "title": "Cấp sổ ở Đông Phù", "text": "Hồ sơ {mã hồ sơ} đang giải quyết."}
    for _ in range(2):
        await office.done(handbook.SaveAnswerTemplate, OTHER_OFFICER, **saving)
    refused = await office.asked(handbook.SaveAnswerTemplate, CHAIRMAN, **saving)
    assert getattr(refused, "code", None) == "forbidden"
    broken = await office.asked(handbook.SaveAnswerTemplate, OFFICER, **saving | {"text": "Hồ sơ {mã hồ sơ"})
    assert getattr(broken, "code", None) == "invalid"
    templates = (await office.done(handbook.ReadHandbook)).state["templates"]
    assert templates[0] == {**saving, "own": True}
    assert {one["field"] for one in templates if not one["own"]} >= {"land", "other"}, "the shipped ones"
    removing = {"field": "land", "title": saving["title"]}
    stranger = await office.asked(handbook.RemoveAnswerTemplate, NEIGHBOUR, **removing)
    assert getattr(stranger, "code", None) == "not-found", "it is none of theirs"
    await office.done(handbook.RemoveAnswerTemplate, OFFICER, key="gone", **removing)
    await office.done(handbook.RemoveAnswerTemplate, OFFICER, key="gone", **removing)
    assert await told(office) == ["answer-template-saved", "answer-template-removed"]


async def test_rules_are_tried_on_the_questions_of_late_before_they_are_saved(office: Office) -> None:
    asked = "Sạp của tôi ở chợ Đồng Phù sao bị thu hồi?"
    await office.hears(announced(), form("C1", asked), form("C2"), form("C3", "Tôi tố cáo ông Tám ở chợ Đồng Phù."))
    before = await office.told()
    rules = ({"field": "environment", "words": ("chợ Đồng Phù",), "weight": 5},)
    tried = await office.done(handbook.TryWordRules, rules=rules, texts=(asked, "Xin chào"))
    assert tried.state["texts"][0]["field"] == "environment"
    assert set(tried.state["texts"][0]) == {
        "text", "scope", "field", "department", "confidence", "because", "triage",
    }  # fmt: skip
    assert tried.state["tried"] == 2, "a denunciation is tried on nothing"
    [change] = tried.state["changes"]
    assert (change["question"], change["text"]) == ("C1-1", asked)
    assert (change["before"]["field"] != "environment", change["after"]["field"]) == (True, "environment")
    assert set(change["after"]) == {"scope", "field", "department", "confidence", "because", "triage"}
    refused = await office.asked(handbook.TryWordRules, OFFICER, rules=rules)
    assert getattr(refused, "code", None) == "forbidden"
    assert await office.told() == before, "trying changes nothing"


async def test_a_rule_that_was_saved_decides_what_comes_in_next(office: Office) -> None:
    asked = "Sạp của tôi ở chợ Đồng Phù sao bị thu hồi?"
    rules = ({"field": "environment", "words": ("chợ Đồng Phù",), "weight": 5},)
    await office.hears(announced(), form("C1", asked))
    await office.done(handbook.SaveWordRules, rules=rules, reason="Chợ mới mở")
    await asyncio.sleep(LOOK_EVERY_S)
    await office.hears(form("C2", asked))
    fields = [event.field for event in await office.told_of(routing.QuestionAssigned) if event.question == "C2-1"]
    assert fields == ["environment"]
    assert (await office.done(handbook.ClassifyTexts, texts=(asked,))).state["texts"][0]["field"] == "environment"


async def test_any_text_is_classified_as_the_commune_does_it(office: Office) -> None:
    done = await office.done(handbook.ClassifyTexts, OFFICER, texts=(LAND_TITLE, ""))
    assert [one["field"] for one in done.state["texts"]] == ["land", "other"]
    assert done.state["texts"][0]["department"] == LAND_OFFICE
    unknown = await office.asked(handbook.ClassifyTexts, actor(commune="khong-co"), texts=("x",))
    assert getattr(unknown, "code", None) == "not-found"


async def test_what_people_decide_teaches_the_newest_first_and_complaints_teach_nothing(office: Office) -> None:
    assert office.service.database is not None
    questions = Questions(office.service.database)
    await office.hears(announced(), *(form(f"C{number}", f"Câu hỏi {number} về sổ đỏ?") for number in range(4)))
    assert (await questions.lessons(COMMUNE), await questions.taught_at(COMMUNE)) == ([], None)
    for number in (0, 2):
        moved = {"field": "culture", "department": CULTURE, "reason": "Đúng việc"}
        await office.done(routing.AssignQuestion, question=f"C{number}-1", **moved)
    away = {"scope": "complaint", "authority": "Ban Tiếp công dân", "guidance": "Gửi đơn."}
    await office.done(routing.AssignQuestion, question="C3-1", field="health", department=CULTURE, reason="Đúng việc")
    await office.done(routing.RedirectQuestion, CHAIRMAN, question="C3-1", **away)
    lessons = await questions.lessons(COMMUNE)
    assert [lesson[:3] for lesson in lessons] == [
        ("Câu hỏi 2 về sổ đỏ?", "culture", CULTURE),
        ("Câu hỏi 0 về sổ đỏ?", "culture", CULTURE),
    ]
    assert await questions.taught_at(COMMUNE) == lessons[0][3]
    assert len(await questions.lessons(COMMUNE, limit=1)) == 1
    assert await questions.lessons("thanh-mai") == []


async def test_what_was_sent_away_teaches_nothing_of_where_it_was_first_given(office: Office) -> None:
    assert office.service.database is not None
    questions = Questions(office.service.database)
    await office.hears(announced(), *(form(f"C{number}", f"Câu hỏi {number} về sổ đỏ?") for number in range(3)))
    for number in range(3):
        moved = {"field": "culture", "department": CULTURE, "reason": "Đúng việc"}
        await office.done(routing.AssignQuestion, question=f"C{number}-1", **moved)
    away = {"authority": "Sở Nông nghiệp và Môi trường", "guidance": "Gửi Sở."}
    await office.done(routing.RedirectQuestion, CHAIRMAN, question="C0-1", scope="in-scope", **away)
    up = {"authority": "Ủy ban nhân dân thành phố", "reason": "Vượt thẩm quyền"}
    await office.done(routing.ReferQuestionUp, CHAIRMAN, question="C1-1", **up)
    assert [text for text, *_ in await questions.lessons(COMMUNE)] == ["Câu hỏi 2 về sổ đỏ?"]


async def test_rules_are_tried_on_texts_without_all_that_was_written_to_them(office: Office) -> None:
    assert office.service.database is not None
    await office.hears(announced(), form("C1"), form("C2"), form("C3"))
    found = await Questions(office.service.database).latest(COMMUNE, 2)
    assert {(one.code, one.text) for one in found} <= {(form("C1").code, LAND_TITLE)}
    assert (len(found), [one._fields for one in found]) == (2, [("id", "code", "text")] * 2)


# --- what was answered before -----------------------------------------------------------------------------------------

ASKED = "Tôi là Nguyễn Thị Mai, số 0912345678, bao giờ các hộ ở thôn Nội được cấp sổ đỏ?"
ON_THE_SPOT = {"text": "Ông Nguyễn Văn Tám được cấp sổ trong quý IV.", "answered_by": "Chủ tịch"}


async def answered(office: Office, case: str, text: str = ASKED) -> None:
    await office.hears(form(case, text), came(case))
    await office.done(routing.AnswerOnTheSpot, question=f"{case}-1", **ON_THE_SPOT)


async def test_who_writes_an_answer_sees_how_like_questions_were_answered_and_not_who_asked(office: Office) -> None:
    await office.hears(announced(), form("NEW"))
    await answered(office, "C1")
    await answered(office, "C2", "Vì sao đèn đường thôn Ao Sen hỏng mãi không ai sửa?")
    office.service._context["archives"]._looked_at.clear()
    done = await office.done(routing.SuggestAnswers, OFFICER, question="NEW-1")
    [like] = done.state["answers"]
    assert (like["published"], 0.3 < like["likeness"] <= 1) == (False, True)
    assert like["asked"] == "Tôi là [họ tên], số [số điện thoại], bao giờ các hộ ở thôn Nội được cấp sổ đỏ?"
    assert like["answered"] == "Ông [họ tên] được cấp sổ trong quý IV."
    names = [one["name"] for one in done.state["templates"]]
    assert "Hồ sơ cấp giấy chứng nhận đang giải quyết" in names
    first = done.state["templates"][0]
    assert ("Phòng Kinh tế" in first["text"], "{đơn vị}" in first["missing"]) == (True, False)
    assert first["missing"]
    words = {"asked": "Bao giờ có sổ đỏ?", "answered": "Trong quý IV."}
    await office.done(routing.PublishAnswer, CHAIRMAN, question="C1-1", **words)
    [like] = (await office.done(routing.SuggestAnswers, OFFICER, question="NEW-1")).state["answers"]
    assert (like["asked"], like["answered"], like["published"]) == (*words.values(), True)
    await office.done(routing.ReopenQuestion, question="C1-1", reason="Thiếu lệ phí")
    assert (await office.done(routing.SuggestAnswers, OFFICER, question="NEW-1")).state["answers"] == []


async def test_a_complaint_is_compared_with_nothing_and_suggested_to_nobody(office: Office) -> None:
    denunciation = "Tôi tố cáo cán bộ địa chính nhận tiền khi cấp sổ đỏ ở thôn Nội."
    await office.hears(announced(), form("C1", denunciation), form("C2", denunciation))
    await answered(office, "C3")
    await office.hears(came("C1"))
    await office.done(routing.AnswerOnTheSpot, question="C1-1", **ON_THE_SPOT)
    office.service._context["archives"]._looked_at.clear()
    assert (await office.done(routing.SuggestAnswers, question="C2-1")).state["answers"] == []
    refused = await office.asked(routing.ProposePublication, CHAIRMAN, question="C1-1")
    assert getattr(refused, "code", None) == "invalid"


async def test_what_is_published_was_read_by_a_person_where_it_may_name_somebody(office: Office) -> None:
    await office.hears(announced())
    await answered(office, "C1", f"{ASKED} Nhà mai ở cạnh.")
    known = ("Nguyễn Thị Mai", "Số 5, thôn Nội, xã Thanh Trì")
    proposed = await office.done(routing.ProposePublication, CHAIRMAN, question="C1-1", known=known)
    assert [(one["where"], one["kind"], one["text"]) for one in proposed.state["found"]] == [
        ("asked", "name", "Nguyễn Thị Mai"),
        ("asked", "phone", "0912345678"),
        ("answered", "name", "Nguyễn Văn Tám"),
    ]
    refusals = []
    for asked, kept in [(ASKED, ("Nguyễn Thị Mai",)), (ASKED.replace("0912345678", "…"), ())]:
        words = {"asked": asked, "answered": proposed.state["answered"], "kept": kept}
        refusals.append(await office.asked(routing.PublishAnswer, CHAIRMAN, question="C1-1", **words))
    assert ["số điện thoại" in getattr(one, "reason", "") for one in refusals] == [True, False]
    assert ["Nguyễn Thị Mai" in getattr(one, "reason", "") for one in refusals] == [False, True]
    words = {"asked": proposed.state["asked"], "answered": "Bà Tám xin hỏi tại Phòng Kinh tế."}
    published = await office.asked(routing.PublishAnswer, CHAIRMAN, question="C1-1", **words, kept=("Tám",))
    assert isinstance(published, Done)
    by_department = await office.asked(routing.ProposePublication, OFFICER, question="C1-1")
    assert getattr(by_department, "code", None) == "forbidden"


async def test_a_suggestion_comes_while_somebody_waits_for_it(office: Office) -> None:
    await office.hears(announced(), form("NEW"))
    archive = await office.service._context["archives"].of(COMMUNE)
    for number in range(20_000):
        archive.put(f"X{number}-1", f"{LAND_TITLE} Thửa {number} đất {number % 97} hồ sơ nhà bà con xóm {number % 13}")
    await office.done(routing.SuggestAnswers, OFFICER, question="NEW-1")
    started = perf_counter()
    await office.done(routing.SuggestAnswers, OFFICER, question="NEW-1")
    assert perf_counter() - started < 0.5, "some 30 ms on an idle machine"
