"""What is published of a question: what was found is shown in its place, and stays where a person says so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.console.knowledge import publication
from services.console.knowledge.publication import Finding, Original, Proposal
from shared.contracts import Refused
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerPublished,
    ProposePublication,
    PublishAnswer,
    QuestionAssigned,
    QuestionSettled,
)
from tests.builders import QUESTION, SUBMISSION, of_question, question, submission_received
from tests.unit.teaching_scene import CLERK, OFFICER, Desk, Routing

ASKED = "Tôi là Nguyễn Thị Mai, ở thôn Nội, số 0912345678. Anh Lê Văn Hòa, tức Lê Văn Hòa Bình, nói gì?"
ANSWERED = "Bà Nguyễn Thị Mai đến Trung tâm Phục vụ hành chính công, gặp ông Đỗ Minh Quân."
NAME, PHONE, PLACE = "[họ tên]", "[số điện thoại]", "[địa chỉ]"
FOUND = (
    Finding(where="asked", kind="name", text="Nguyễn Thị Mai", mask=NAME),
    Finding(where="asked", kind="address", text="thôn Nội", mask=PLACE),
    Finding(where="asked", kind="phone", text="0912345678", mask=PHONE),
    Finding(where="asked", kind="name", text="Lê Văn Hòa", mask=NAME),
    Finding(where="asked", kind="name", text="Lê Văn Hòa Bình", mask=NAME),
    Finding(where="answered", kind="name", text="Nguyễn Thị Mai", mask=NAME),
    Finding(where="answered", kind="name", text="Đỗ Minh Quân", mask=NAME),
)
MASKED = Proposal(
    asked=f"Tôi là {NAME}, ở {PLACE}, số {PHONE}. Anh {NAME}, tức {NAME}, nói gì?",
    answered=f"Bà {NAME} đến Trung tâm Phục vụ hành chính công, gặp ông {NAME}.",
    found=FOUND,
)
ORIGINAL = Original(ASKED, ANSWERED)
BEGUN = publication.begun(ORIGINAL, MASKED, None, None)
WITH_QUAN = MASKED.answered.replace(f"ông {NAME}", "ông Đỗ Minh Quân")


def test_what_was_found_is_marked_in_its_place_the_longest_first() -> None:
    found = publication.marked(ASKED, FOUND, "asked")
    assert "".join(one.text for one in found) == ASKED
    assert [(one.text, one.finding.kind) for one in found if one.finding] == [
        ("Nguyễn Thị Mai", "name"),
        ("thôn Nội", "address"),
        ("0912345678", "phone"),
        ("Lê Văn Hòa", "name"),
        ("Lê Văn Hòa Bình", "name"),
    ]


def test_a_name_is_asked_about_once_and_a_number_not_at_all() -> None:
    assert [one.text for one in publication.likely(FOUND)] == [
        "Nguyễn Thị Mai",
        "thôn Nội",
        "Lê Văn Hòa",
        "Lê Văn Hòa Bình",
        "Đỗ Minh Quân",
    ]


def test_the_askers_own_name_never_stays() -> None:
    left = publication.likely(FOUND, ("NGUYỄN thị  Mai", "0912345678"))
    assert "Nguyễn Thị Mai" not in [one.text for one in left]
    assert len(left) == len(publication.likely(FOUND)) - 1


def test_at_first_the_boxes_hold_what_routing_proposes() -> None:
    assert (BEGUN.asked, BEGUN.answered, BEGUN.kept) == (MASKED.asked, MASKED.answered, frozenset())


def test_what_is_in_the_library_is_shown_as_it_stands_there_with_what_was_kept() -> None:
    found = publication.begun(ORIGINAL, MASKED, "Câu hỏi cũ", WITH_QUAN)
    assert (found.asked, found.answered) == ("Câu hỏi cũ", WITH_QUAN)
    assert found.kept == {"Đỗ Minh Quân"}


def test_a_name_that_is_to_stay_is_put_back_and_taken_out_again() -> None:
    kept = publication.applied(replace(BEGUN, kept=frozenset({"Đỗ Minh Quân"})), ORIGINAL, MASKED)
    assert (kept.asked, kept.answered) == (MASKED.asked, WITH_QUAN)
    again = publication.applied(replace(kept, kept=frozenset()), ORIGINAL, MASKED)
    assert (again.asked, again.answered) == (MASKED.asked, MASKED.answered)


def test_a_box_that_somebody_wrote_in_is_left_to_him() -> None:
    written = replace(BEGUN, asked="Câu hỏi viết lại", kept=frozenset({"Đỗ Minh Quân", "Nguyễn Thị Mai"}))
    found = publication.applied(written, ORIGINAL, MASKED)
    assert found.asked == "Câu hỏi viết lại"
    assert found.answered == ANSWERED


def test_blanks_that_a_browser_takes_away_are_no_change() -> None:
    """Else what is published would be asked for again and again."""
    found = Finding(where="asked", kind="address", text="thôn\nNội", mask=PLACE)
    original = Original("Ở thôn\nNội\u00a0nhé \n", "Vâng.\n")
    proposal = Proposal(asked=f"Ở {PLACE}\u00a0nhé \n", answered="Vâng.\n", found=(found,))
    for kept in ({}, {"keep-1": "thôn Nội", "was-1": "thôn Nội"}):
        shown = {
            where: publication.proposed(where, original, proposal, set(kept.values())) for where in publication.WHERE
        }
        sent = publication.typed_from({name: text.replace("\n", "\r\n") for name, text in shown.items()} | kept)
        assert publication.applied(sent, original, proposal) == sent


def test_what_names_nobody_is_told_once_however_it_was_said() -> None:
    typed = publication.typed_from(
        {"asked": "a", "answered": "b", "keep-1": "Đỗ Minh Quân", "was-2": "x", "also": " Chợ  Nội \n\nĐỗ Minh Quân"}
    )
    assert typed.all_kept == ("Đỗ Minh Quân", "Chợ Nội")
    assert typed.before == {"x"}


# --- the page -------------------------------------------------------------------------------------------------------

PATH = f"/ho-so/{SUBMISSION}/cong-khai/{QUESTION}"
RECEIVED = submission_received(questions=(question(1, ASKED),))
ANSWERED_EVENTS = (
    RECEIVED,
    of_question(QuestionAssigned),
    of_question(AnswerDrafted, text=ANSWERED),
    of_question(AnswerApproved, text=ANSWERED),
    of_question(QuestionSettled),
)
PROPOSED: dict[str, Any] = MASKED.model_dump(mode="json")
FORM = {
    "verb": "publish-answer",
    "question": QUESTION,
    "version": "4",
    "key": "01JKEY",
    "asked": MASKED.asked,
    "answered": WITH_QUAN,
    "keep-5": "Đỗ Minh Quân",
    "was-5": "Đỗ Minh Quân",
    "also": "",
}


def desk(folder: Path, routing: Routing, *events: Any, worker: str = CLERK) -> Desk:
    return Desk(folder, routing, events or ANSWERED_EVENTS, worker)


async def test_the_page_tells_routing_what_is_known_of_the_asker_and_shows_what_was_found(tmp_path: Path) -> None:
    routing = Routing(propose_publication=PROPOSED)
    html = (await desk(tmp_path, routing).get(PATH)).text
    [command] = routing.sent(ProposePublication)
    assert set(command.known) == {
        "Nguyễn Thị Mai",
        "0912345678",
        "mai@nguoidan.example",
        "Số 5, thôn Nội, xã Thanh Trì",
    }
    for told in ("[số điện thoại]", ">Nguyễn Thị Mai<", "số điện thoại</small>", 'value="Đỗ Minh Quân"'):
        assert told in html
    assert 'value="Nguyễn Thị Mai"' not in html, "she asked"
    assert 'value="0912345678"' not in html, "a number is never to stay"


@pytest.mark.parametrize(
    ("worker", "events", "status", "because"),
    [
        (OFFICER, ANSWERED_EVENTS, 403, "the office decides what everybody may read"),
        (CLERK, ANSWERED_EVENTS[:3], 409, "it is not answered yet"),
        (CLERK, ANSWERED_EVENTS[:0], 404, "there is no such question"),
        (CLERK, (*ANSWERED_EVENTS[:1], of_question(QuestionSettled, how="withdrawn")), 409, "its asker withdrew it"),
    ],
)
async def test_only_what_was_answered_is_published_by_the_office(
    tmp_path: Path, worker: str, events: Any, status: int, because: str
) -> None:
    shown = await Desk(tmp_path, Routing(propose_publication=PROPOSED), events, worker).get(PATH)
    assert shown.status_code == status, because


async def test_it_is_published_with_what_was_read_and_left(tmp_path: Path) -> None:
    routing = Routing(propose_publication=PROPOSED, publish_answer={})
    sent = await desk(tmp_path, routing).send(PATH, FORM | {"also": "Chợ Nội"})
    [command] = routing.sent(PublishAnswer)
    assert (command.asked, command.answered) == (MASKED.asked, WITH_QUAN)
    assert command.kept == ("Đỗ Minh Quân", "Chợ Nội")
    assert command.known == routing.sent(ProposePublication)[0].known != (), "what of it is typed back is refused"
    assert sent.headers["location"] == f"/ho-so/{SUBMISSION}?xong=publish-answer#{QUESTION}"


async def test_what_is_put_back_is_read_before_it_is_published(tmp_path: Path) -> None:
    routing = Routing(propose_publication=PROPOSED, publish_answer={})
    ticked = FORM | {"answered": MASKED.answered}
    del ticked["was-5"]
    for verb in ("publish-answer", "apply-kept"):
        shown = await desk(tmp_path, routing).send(PATH, ticked | {"verb": verb})
        assert WITH_QUAN in shown.text
        assert 'name="was-4" value="Đỗ Minh Quân"' in shown.text
    assert routing.sent(PublishAnswer) == []


async def test_what_routing_refuses_leaves_the_boxes_as_they_were_typed(tmp_path: Path) -> None:
    refused = Refused(code="invalid", reason="Còn họ tên “Trần Văn Nam”.")
    routing = Routing(propose_publication=PROPOSED, publish_answer=refused)
    shown = await desk(tmp_path, routing).send(PATH, FORM | {"asked": "Trần Văn Nam hỏi", "also": "Chợ Nội"})
    assert shown.status_code == 422
    for told in ("Còn họ tên “Trần Văn Nam”.", "Trần Văn Nam hỏi", "Chợ Nội", 'name="key" value="01JKEY"'):
        assert told in shown.text


async def test_while_nothing_can_be_proposed_nothing_is_put_into_the_boxes(tmp_path: Path) -> None:
    shown = await desk(tmp_path, Routing()).get(PATH)
    assert "Không ai trả lời." in shown.text
    assert "<textarea" not in shown.text


async def test_what_stands_in_the_library_is_changed_in_its_place(tmp_path: Path) -> None:
    published = of_question(AnswerPublished, asked="Câu hỏi đã đăng", answered=WITH_QUAN)
    html = (await desk(tmp_path, Routing(propose_publication=PROPOSED), *ANSWERED_EVENTS, published).get(PATH)).text
    assert "Câu hỏi đã đăng" in html
    assert "Thay bài trong thư viện" in html
