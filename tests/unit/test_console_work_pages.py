"""The pages and forms of the work on a question, as they are rendered and read."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.console import asking, words
from services.console.case import case_forms
from services.console.case.versions import compare, unfilled
from services.console.offers import WrongFields
from shared.contracts import Event, Role
from shared.contracts.routing import (
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    AskCoordination,
    AssignQuestion,
    CoordinationAsked,
    DraftKept,
    JoinQuestion,
    OpinionGiven,
    ProposedMatter,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionHandedBack,
    QuestionJoined,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionSplit,
    SplitQuestion,
)
from tests.builders import COMMUNE, NOW, QUESTION, SUBMISSION, actor, of_question, question, submission_received
from tests.unit.test_console_pages import CHAIRMAN, CLERK, LAND_OFFICER, OFFICER, console, page
from tests.unit.test_console_view import SPLIT

CASE = f"/ho-so/{SUBMISSION}"
DRAFTS = f"{CASE}/du-thao/{QUESTION}"
CENTRE_HEAD = "nga.hcc@hanoi.example"
ECONOMY = "phong-kinh-te"
SECOND = f"{SUBMISSION}-2"
RECEIVED = submission_received(questions=(question(1), question(2, "Lệ phí cấp lại là bao nhiêu?")))
ASSIGNED = of_question(QuestionAssigned)
SECOND_ASSIGNED = of_question(QuestionAssigned, question=SECOND)
KEPT = of_question(DraftKept, text="Ông/bà mang căn cước đến Trung tâm.")
HANDED_IN = of_question(AnswerDrafted, draft=2, text="Ông/bà mang căn cước đến xã.", awaits=(Role.HEAD,))
RETURNED = of_question(AnswerReturned, draft=2)
DENOUNCED = of_question(QuestionAwaitsTriage, scope="denunciation")
MATTERS = (
    ProposedMatter(text="Cấp lại giấy khai sinh?", field="civil-status", department="van-phong", confidence=0.93),
    ProposedMatter(text="Đường thôn Nội ngập?", field="infrastructure", department=ECONOMY, confidence=0.55),
)
WAITS = of_question(QuestionAwaitsTriage, scope="in-scope", because=("giấy khai sinh", "ngập"), matters=MATTERS)


async def sent(folder: Path, typed: Mapping[str, str], *events: Event, worker: str = OFFICER) -> httpx.Response:
    """What a form of the case's page leads to. Nobody listens to commands."""
    transport = httpx.ASGITransport(console(folder, events, NOW))
    headers = {"sec-fetch-site": "same-origin"}
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", cookies=cookies, headers=headers
    ) as client:
        return await client.post(CASE, data=dict(typed))


# --- what a case shows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worker", "events", "shown", "because"),
    [
        (
            CLERK,
            [ASSIGNED, of_question(QuestionHandedBack, reason="Thuộc lĩnh vực đất đai.")],
            ["Trả lại Văn phòng", "Thuộc lĩnh vực đất đai.", "Đỗ Minh Quân,"],
            "who gave it back, and why",
        ),
        (
            CLERK,
            [ASSIGNED, of_question(CoordinationAsked), of_question(OpinionGiven, department=ECONOMY)],
            ["Phòng chủ trì", "Phòng phối hợp", "Xin cho biết mức lệ phí.", "đã có ý kiến", "Ý kiến của Phòng Kinh tế"],
            "who has the lead, who helps, and what they said",
        ),
        (
            CLERK,
            [WAITS],
            ["gần như chắc chắn (93 %)", "có thể (55 %)", "giấy khai sinh, ngập", "Đường thôn Nội ngập?"],
            "the matters, how sure the machine is, and the words that decided",
        ),
        (CLERK, [ASSIGNED], ["theo từ ngữ: giấy khai sinh; gần như chắc chắn (90 %)"], "how sure it was"),
        (
            CLERK,
            [ASSIGNED, SPLIT],
            ["Đã tách ra", "Tách từ", "Nguyên văn trên phiếu", RECEIVED.questions[0].text, "Lệ phí là bao nhiêu?"],
            "what it was split into, and what the form says",
        ),
        (
            CLERK,
            [ASSIGNED, SECOND_ASSIGNED, of_question(QuestionJoined, question=SECOND, lead=QUESTION)],
            ["Trả lời chung với <a", "1 câu khác nhận chung câu trả lời này"],
            "one answer for both",
        ),
        (
            CLERK,
            [ASSIGNED, KEPT, HANDED_IN],
            ["Chờ Trưởng phòng", "Quy trình của xã Thanh Trì", "2 bản, bản 2 đã trình", f'href="{DRAFTS}"'],
            "whose turn it is",
        ),
        (
            CLERK,
            [ASSIGNED, KEPT, HANDED_IN, of_question(AnswerEndorsed, draft=2)],
            ["Trưởng phòng Nguyễn Thu Nga đồng ý", "Chờ Chánh Văn phòng hoặc Chủ tịch"],
            "which step is done, and which is next",
        ),
        (OFFICER, [ASSIGNED, KEPT], ["Bản nháp 1", "chưa trình duyệt"], "nobody decides on what was only kept"),
        (
            CLERK,
            [ASSIGNED, of_question(QuestionReferredUp)],
            [f'href="{CASE}/phieu-chuyen/{QUESTION}.pdf"', f'href="{CASE}/phieu-chuyen/{QUESTION}.docx"'],
            "the slip that goes with it",
        ),
        (CLERK, [of_question(QuestionRedirected)], [f"{QUESTION}.docx"], "and with what another authority has"),
        (CLERK, [ASSIGNED], [f'href="{CASE}/ai-lam-gi/{QUESTION}"'], "who did what"),
    ],
)
async def test_a_case_shows_the_work_on_its_questions(
    tmp_path: Path, worker: str, events: list[Event], shown: list[str], because: str
) -> None:
    html = await page(tmp_path, CASE, RECEIVED, *events, worker=worker)
    assert [told for told in shown if told not in html] == [], because


@pytest.mark.parametrize(
    ("worker", "events", "verbs", "because"),
    [
        (OFFICER, [ASSIGNED], ["draft-answer", "keep-draft", "hand-back", "ask-coordination"], "his department has it"),
        (CENTRE_HEAD, [ASSIGNED, KEPT, HANDED_IN], ["approve-answer", "return-answer"], "she decides first"),
        (
            LAND_OFFICER,
            [ASSIGNED, of_question(CoordinationAsked)],
            ["give-opinion"],
            "his department is asked what it knows",
        ),
        (CLERK, [WAITS], ["assign-question", "split-question"], "the office decides"),
    ],
)
async def test_a_form_is_there_for_whoever_may_use_it(
    tmp_path: Path, worker: str, events: list[Event], verbs: list[str], because: str
) -> None:
    html = await page(tmp_path, CASE, RECEIVED, *events, worker=worker)
    assert [verb for verb in verbs if f'value="{verb}"' not in html] == [], because


@pytest.mark.parametrize(
    ("worker", "events", "verb", "because"),
    [
        (CHAIRMAN, [ASSIGNED, KEPT, HANDED_IN], "approve-answer", "the head decides first"),
        (LAND_OFFICER, [ASSIGNED], "give-opinion", "nobody asked him"),
        (OFFICER, [WAITS], "split-question", "the office splits"),
    ],
)
async def test_a_form_that_would_be_refused_is_put_before_nobody(
    tmp_path: Path, worker: str, events: list[Event], verb: str, because: str
) -> None:
    assert f'value="{verb}"' not in await page(tmp_path, CASE, RECEIVED, *events, worker=worker), because


@pytest.mark.parametrize(
    ("worker", "events", "field", "because"),
    [
        (OFFICER, [ASSIGNED], "hand-back", "why it was given back"),
        (OFFICER, [ASSIGNED], "transfer-question", "why another department has it"),
        (OFFICER, [ASSIGNED], "draft-answer", "the answer"),
        (CLERK, [WAITS], "split-question", "the matters"),
        (CLERK, [WAITS], "redirect-question", "the guidance"),
        (CLERK, [WAITS], "refer-question-up", "why the superior has it"),
    ],
)
async def test_beside_what_the_asker_will_read_it_says_so(
    tmp_path: Path, worker: str, events: list[Event], field: str, because: str
) -> None:
    html = await page(tmp_path, CASE, RECEIVED, *events, worker=worker)
    form = html[html.index(f'name="verb" value="{field}"') :]
    assert "Người hỏi sẽ đọc được" in form[: form.index("</form>")], because


async def test_the_form_of_a_split_is_filled_in_with_what_the_machine_proposes(tmp_path: Path) -> None:
    html = await page(tmp_path, CASE, RECEIVED, WAITS)
    form = html[html.index('name="verb" value="split-question"') :]
    form = form[: form.index("</form>")]
    assert "Cấp lại giấy khai sinh?</textarea>" in form
    assert "Đường thôn Nội ngập?</textarea>" in form
    assert '<option value="infrastructure" selected>' in form
    assert f'<option value="{ECONOMY}" selected>' in form
    assert form.count("Bỏ phần này") == 2


async def test_the_editor_shows_the_last_remarks_opinions_and_what_is_unfilled(tmp_path: Path) -> None:
    places = of_question(DraftKept, draft=3, text="Lệ phí {mức lệ phí}, nộp tại {nơi nộp}.")
    opinion = of_question(OpinionGiven, department=ECONOMY, text="Lệ phí là 8.000 đồng.")
    html = await page(tmp_path, CASE, RECEIVED, ASSIGNED, KEPT, HANDED_IN, RETURNED, opinion, places, worker=OFFICER)
    form = html[html.index('name="verb" value="draft-answer"') :]
    form = form[: form.index("</form>")]
    for told in ("Xin nêu rõ lệ phí.", "Lệ phí là 8.000 đồng.", "{mức lệ phí}, {nơi nộp}", "Lưu nháp", "Trình duyệt"):
        assert told in form


async def test_followers_are_offered_first_where_they_are_alike(tmp_path: Path) -> None:
    html = await page(tmp_path, CASE, RECEIVED, ASSIGNED, SECOND_ASSIGNED, worker=OFFICER)
    assert f'<option value="{SECOND}">K7QX-3M9D, câu 2: Lệ phí cấp lại là bao nhiêu?' in html


async def test_whoever_writes_to_several_is_asked_to_name_none_of_them(tmp_path: Path) -> None:
    told = "Câu trả lời này gửi cho 2 người hỏi; xin không nêu thông tin riêng của một người."
    events = [RECEIVED, ASSIGNED, SECOND_ASSIGNED]
    joined = of_question(QuestionJoined, question=SECOND, lead=QUESTION)
    assert told in await page(tmp_path, CASE, *events, joined, worker=OFFICER)
    assert "người hỏi; xin không nêu" not in await page(tmp_path, CASE, *events, worker=OFFICER)


async def test_no_answer_is_shared_with_a_question_beside_a_denunciation(tmp_path: Path) -> None:
    beside = "01JDENOUNCER"
    asked = tuple(question(number).model_copy(update={"id": f"{beside}-{number}"}) for number in (1, 2))
    form = submission_received(case=beside, code="ABCD-2345", questions=asked)
    third = of_question(QuestionAssigned, question=f"{beside}-1", case=beside)
    denounced = of_question(QuestionAwaitsTriage, question=f"{beside}-2", case=beside, scope="denunciation")
    assert "ABCD-2345" in await page(tmp_path, CASE, RECEIVED, ASSIGNED, form, third, worker=OFFICER)
    assert "ABCD-2345" not in await page(tmp_path, CASE, RECEIVED, ASSIGNED, form, third, denounced, worker=OFFICER)


async def test_a_denouncers_words_are_in_none_of_it(tmp_path: Path) -> None:
    secret = "Chủ tịch thôn nhận tiền"
    events = [
        ASSIGNED,
        of_question(CoordinationAsked, matter=secret),
        of_question(OpinionGiven, text=secret),
        of_question(DraftKept, text=secret),
        of_question(QuestionHandedBack, reason=secret),
        of_question(
            QuestionAwaitsTriage, scope="denunciation", matters=(MATTERS[0].model_copy(update={"text": secret}),)
        ),
    ]
    told = submission_received(questions=(question(1, secret),))
    html = await page(tmp_path, CASE, told, *events, worker=LAND_OFFICER)
    assert secret not in html
    assert "ai-lam-gi" not in html
    assert secret in await page(tmp_path, CASE, told, *events, worker=CLERK)


async def test_the_words_of_a_denunciation_that_was_split_off_are_read_by_the_office_alone(tmp_path: Path) -> None:
    asked, secret = "Bao giờ có sổ đỏ?", "Tôi tố cáo ông Bình nhận của nhà tôi 20 triệu."
    part = question(2, secret).model_copy(update={"id": f"{QUESTION}-1"})
    events = [
        submission_received(questions=(question(1, f"{asked} {secret}"),)),
        DENOUNCED,
        of_question(QuestionSplit, text=asked, parts=(part,)),
        ASSIGNED,
        of_question(QuestionAwaitsTriage, question=part.id, scope="denunciation"),
    ]
    html = await page(tmp_path, CASE, *events, worker=OFFICER)
    assert (asked in html, secret in html) == (True, False)
    assert f"{asked} {secret}" in await page(tmp_path, CASE, *events, worker=CLERK)


@pytest.mark.parametrize("path", [DRAFTS, f"{CASE}/ai-lam-gi/{QUESTION}", f"{CASE}/phieu-chuyen/{QUESTION}.pdf"])
async def test_pages_of_a_denunciation_are_the_offices_alone(tmp_path: Path, path: str) -> None:
    assert (await got(tmp_path, path, RECEIVED, DENOUNCED, worker=OFFICER)).status_code == 403


async def test_a_question_of_another_form_has_no_page_here(tmp_path: Path) -> None:
    assert (await got(tmp_path, f"{CASE}/du-thao/01JOTHER-1", RECEIVED, worker=CLERK)).status_code == 404


async def got(folder: Path, path: str, *events: Event, worker: str) -> httpx.Response:
    transport = httpx.ASGITransport(console(folder, events, NOW))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        return await client.get(path)


@pytest.mark.parametrize("format", ["pdf", "docx"])
async def test_a_slip_is_there_once_the_question_has_left(tmp_path: Path, format: str) -> None:
    path = f"{CASE}/phieu-chuyen/{QUESTION}.{format}"
    assert (await got(tmp_path, path, RECEIVED, ASSIGNED, worker=CLERK)).status_code == 403
    assert (
        await got(tmp_path, path, RECEIVED, of_question(QuestionRedirected), worker=LAND_OFFICER)
    ).status_code == 403


# --- versions -------------------------------------------------------------------------------------------------------


async def test_versions_are_compared_word_by_word_with_who_and_when(tmp_path: Path) -> None:
    third = of_question(DraftKept, draft=3, text="Ông/bà mang căn cước đến xã, lệ phí 8.000 đồng.")
    html = await page(tmp_path, DRAFTS, RECEIVED, ASSIGNED, KEPT, HANDED_IN, RETURNED, third, worker=OFFICER)
    assert "<del>xã.</del> <ins>xã, lệ phí 8.000 đồng.</ins>" in html
    assert [html.index(f'id="ban-{number}"') for number in (3, 2, 1)] == sorted(
        html.index(f'id="ban-{number}"') for number in (3, 2, 1)
    )
    for told in ("Đỗ Minh Quân trình", "lưu nháp", "Được trả lại:", "Xin nêu rõ lệ phí.", "thêm 5 chữ, bỏ 1 chữ"):
        assert told in html


@pytest.mark.parametrize(
    ("asked", "compared", "because"),
    [
        ("", 3, "the latest, where none was asked for"),
        ("?ban=2", 2, "the one that was asked for"),
        ("?ban=3", 3, "the latest, too"),
        ("?ban=9", 3, "there is no such version"),
        ("?ban=1", None, "the first has none before it"),
    ],
)
async def test_one_version_at_a_time_is_compared_with_the_one_before(
    tmp_path: Path, asked: str, compared: int | None, because: str
) -> None:
    third = of_question(DraftKept, draft=3, text="Ông/bà mang căn cước đến xã, lệ phí 8.000 đồng.")
    html = await page(tmp_path, DRAFTS + asked, RECEIVED, ASSIGNED, KEPT, HANDED_IN, third, worker=OFFICER)
    changed = {2: "<del>Trung tâm.</del> <ins>xã.</ins>", 3: "<del>xã.</del> <ins>xã, lệ phí 8.000 đồng.</ins>"}
    assert [number for number, words in changed.items() if words in html] == ([compared] if compared else []), because
    for number in changed:
        assert (f'href="?ban={number}#ban-{number}"' in html) == (number != compared), because


@pytest.mark.parametrize(
    ("before", "after", "pieces", "because"),
    [
        ("một hai ba", "một hai ba", [("same", "một hai ba")], "nothing changed"),
        ("một hai", "một  hai\n", [("same", "một  hai\n")], "blanks do not count"),
        ("một hai ba", "một ba", [("same", "một "), ("removed", "hai "), ("same", "ba")], "a word went"),
        ("", "một", [("added", "một")], "everything is new"),
        ("lệ phí 8", "lệ phí 9", [("same", "lệ phí "), ("removed", "8"), ("added", "9")], "what went stands first"),
    ],
)
def test_a_comparison_tells_what_stayed_came_and_went(
    before: str, after: str, pieces: list[tuple[str, str]], because: str
) -> None:
    assert [(piece.kind, piece.text) for piece in compare(before, after)] == pieces, because


def test_long_versions_that_repeat_themselves_are_compared_at_once() -> None:
    pieces = list(compare("và " * 16_000, "và " * 15_999 + "xã"))
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == "và " * 15_999 + "xã"


@pytest.mark.parametrize(
    ("text", "left"),
    [("Nộp {số tiền} tại {nơi nộp}, {số tiền}.", ["{số tiền}", "{nơi nộp}"]), ("Xong.", []), ("Nộp {số", ["{số"])],
)
def test_what_nobody_filled_in_is_named_once(text: str, left: list[str]) -> None:
    assert unfilled(text) == left


# --- what was typed -------------------------------------------------------------------------------------------------

ON = {"key": "01JKEY", "question": QUESTION, "version": "3"}


def test_a_department_that_answers_does_not_coordinate_beside_itself() -> None:
    typed = {"field": "land", "department": ECONOMY, "reason": "Về đất", f"phoi-hop-{ECONOMY}": "1"}
    command = case_forms.command("assign-question", actor(), {**ON, **typed, "phoi-hop-cong-an": "1", "matter": ""})
    assert isinstance(command, AssignQuestion)
    assert (command.coordinating, command.matter, command.version) == (("cong-an",), None, 3)


def test_departments_are_asked_by_their_boxes() -> None:
    typed = {**ON, "matter": "Lệ phí?", f"phoi-hop-{ECONOMY}": "1", "phoi-hop-cong-an": "1"}
    command = case_forms.command("ask-coordination", actor(), typed)
    assert isinstance(command, AskCoordination)
    assert command.departments == (ECONOMY, "cong-an")


def test_a_split_takes_the_matters_that_are_left() -> None:
    typed = {
        **ON,
        "places": "4",
        "phan-1": "Cấp lại giấy?",
        "linh-vuc-1": "",
        "phong-1": "",
        "phan-2": "Lệ phí?",
        "linh-vuc-2": "finance",
        "phong-2": ECONOMY,
        "phan-3": "Thừa",
        "bo-3": "1",
        "phan-4": "  ",
    }
    command = case_forms.command("split-question", actor(), typed)
    assert isinstance(command, SplitQuestion)
    assert [(part.text, part.field, part.department) for part in command.parts] == [
        ("Cấp lại giấy?", None, None),
        ("Lệ phí?", "finance", ECONOMY),
    ]


@pytest.mark.parametrize(
    ("verb", "typed", "wrong", "because"),
    [
        ("split-question", {"places": "2", "phan-1": "Một"}, {"parts"}, "one matter is no split"),
        ("split-question", {"phan-1": "Một", "phan-2": "Hai"}, {"parts"}, "a form that has no place for any"),
        (
            "split-question",
            {"places": "2", "phan-1": "Một", "phan-2": "Hai", "linh-vuc-2": "land"},
            {"phong-2"},
            "whose it is, or that the rules decide",
        ),
        ("split-question", {"places": "2", "phan-1": "Một", "phan-2": "H" * 20_001}, {"phan-2"}, "too long"),
        ("ask-coordination", {"matter": ""}, {"departments", "matter"}, "nobody is asked about nothing"),
        ("assign-question", {"reason": "Về đất"}, {"field", "department"}, "whose it is"),
        ("join-question", {}, {"lead"}, "whose answer"),
        ("hand-back", {"reason": " "}, {"reason"}, "the asker reads it"),
        ("give-opinion", {"text": ""}, {"text"}, "what it knows"),
    ],
)
def test_each_field_that_must_be_mended_is_named(
    verb: str, typed: dict[str, str], wrong: set[str], because: str
) -> None:
    with pytest.raises(WrongFields) as found:
        case_forms.command(verb, actor(), {**ON, **typed})
    assert set(found.value.fields) == wrong, because


def test_a_question_is_joined_to_the_one_that_was_chosen() -> None:
    command = case_forms.command("join-question", actor(), {**ON, "lead": SECOND})
    assert isinstance(command, JoinQuestion)
    assert command.lead == SECOND


@pytest.mark.parametrize(
    ("written", "filled", "because"),
    [
        ("", "Mẫu\n{nơi nộp}", "it was empty"),
        ("Đã viết.", "Đã viết.\n\nMẫu\n{nơi nộp}", "what was typed stays"),
        ("Mẫu\n{nơi nộp} rồi", "Mẫu\n{nơi nộp} rồi", "it is there already"),
    ],
)
async def test_a_template_fills_the_answer_in_without_a_script(
    tmp_path: Path, written: str, filled: str, because: str
) -> None:
    typed = {**ON, "verb": "draft-answer", "text": written, "fill": "Mẫu\r\n{nơi nộp}"}
    answer = await sent(tmp_path, typed, RECEIVED, ASSIGNED)
    assert answer.status_code == 200
    assert f"{filled}</textarea>" in answer.text, because
    assert "Chưa thực hiện được" not in answer.text
    assert "Còn chỗ chưa điền: <span>{nơi nộp}</span>" in answer.text


async def test_there_is_room_for_another_matter_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    typed = {**ON, "verb": "split-question", "places": "2", "more": "1", "phan-1": "Một", "phan-2": "Hai", "bo-2": "1"}
    html = (await sent(tmp_path, typed, RECEIVED, WAITS, worker=CLERK)).text
    assert 'name="places" value="3"' in html
    assert [f"{text}</textarea>" in html for text in ("Một", "Hai")] == [True, True]
    assert 'name="phan-3"' in html
    assert 'name="bo-2" value="1" checked' in html


async def test_what_was_typed_stays_where_its_form_has_gone(tmp_path: Path) -> None:
    elsewhere = of_question(QuestionAssigned, department=ECONOMY)
    typed = {**ON, "verb": "keep-draft", "text": f"Kính gửi ông/bà. {'x' * 50_000}"}
    html = (await sent(tmp_path, typed, RECEIVED, elsewhere, worker=OFFICER)).text
    assert 'value="draft-answer"' not in html
    assert "Kính gửi ông/bà." in html


async def test_a_draft_that_could_not_be_kept_is_in_its_editor(tmp_path: Path) -> None:
    html = (await sent(tmp_path, {**ON, "verb": "keep-draft", "text": "x" * 50_001}, RECEIVED, ASSIGNED)).text
    assert "không quá 50.000 chữ" in html
    assert html.count("x" * 50_001) == 1


# --- what other services answer -------------------------------------------------------------------------------------


def test_who_did_what_is_read_as_routing_tells_it() -> None:
    told: dict[str, Any] = {
        "at": NOW.isoformat(),
        "who": "Đỗ Minh Quân",
        "role": "officer",
        "what": "Trình dự thảo",
        "from": "assigned",
        "to": "drafted",
        "holder": "leaders",
        "why": None,
    }
    [entry] = asking.entries({"entries": [told]})
    assert (entry.before, entry.after, entry.who, entry.at) == ("assigned", "drafted", "Đỗ Minh Quân", NOW)


@pytest.mark.parametrize(
    ("share", "told"), [(1.0, "100 %"), (0.999, "99 %"), (0.934, "93 %"), (0.0, "0 %"), (0.5, "50 %")]
)
def test_what_is_not_certain_is_not_called_so(share: float, told: str) -> None:
    assert words.percent(share) == told


@pytest.mark.parametrize(
    ("worker", "shown", "because"),
    [
        (CENTRE_HEAD, True, "her department's draft waits for her"),
        (CHAIRMAN, False, "it is not his turn"),
    ],
)
async def test_the_desk_counts_what_waits_for_whoever_looks(
    tmp_path: Path, worker: str, shown: bool, because: str
) -> None:
    html = await page(tmp_path, "/?phong=", RECEIVED, ASSIGNED, HANDED_IN, worker=worker)
    assert ("Chờ tôi duyệt <b>1</b>" in html) == shown, because
    assert "Chờ Trưởng phòng – Trung tâm Phục vụ hành chính công" in html


async def test_the_desk_tells_what_is_answered_in_common_and_who_coordinates(tmp_path: Path) -> None:
    joined = of_question(QuestionJoined, question=SECOND, lead=QUESTION)
    asked = of_question(CoordinationAsked, occurred_at=NOW + timedelta(hours=1))
    events = (RECEIVED, ASSIGNED, SECOND_ASSIGNED, asked, joined)
    html = await page(tmp_path, "/?phong=", *events)
    for told in ("trả lời chung với phiếu K7QX-3M9D", "1 câu nhận chung câu trả lời", "phối hợp: Phòng Kinh tế"):
        assert told in html
    coordinated = await page(tmp_path, "/?loc=phoi-hop", *events, worker=LAND_OFFICER)
    assert "giấy khai sinh" in coordinated
    assert "Lệ phí cấp lại" not in coordinated


def test_another_question_is_named_by_its_number_and_its_form() -> None:
    assert words.question_of(3, "K7QX-3M9D") == "câu 3 của phiếu K7QX-3M9D"
    assert words.question_of(None, None) == "một câu hỏi"
