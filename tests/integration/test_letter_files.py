"""Letters, receipts and reports as the office downloads them, on a real database: the very file that lies ready or has
left, or the letter as it would be now; nothing for another commune, nothing that would name a denouncer."""

import io
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest

from shared.contracts import Done, Refusal, Role
from shared.contracts.notify import RenderLetter, RenderReport, ReportPart, ReportTable
from shared.contracts.routing import QuestionRedirected
from shared.contracts.taxonomy import Scope
from tests.builders import NOW, actor, of_question, question, registrant, submission_received
from tests.integration.test_register_commands import Office, give
from tests.servers import Servers

CASE = "01JA"


@pytest.fixture
async def office(fresh: Servers, tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(fresh, tmp_path)
    await office.database.prepare()
    yield office
    await office.post.stop()
    office.database.close()


def ask(letter: str, format: str = "pdf", **who: Any) -> RenderLetter:
    return RenderLetter.model_validate({"actor": actor(**who), "key": "k", "notification": letter, "format": format})


async def file_of(office: Office, command: Any) -> tuple[str, bytes]:
    answer = await office.answers(command)
    assert isinstance(answer, Done)
    assert set(answer.state) == {"name", "media_type", "content"}
    return answer.state["name"], b64decode(answer.state["content"])


async def refused(office: Office, command: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await office.answers(command)
    return caught.value


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def word_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(one.text for one in document.paragraphs), *cells]).split())


async def test_a_letter_that_lies_ready_is_the_very_file(office: Office) -> None:
    office.now = NOW + timedelta(hours=12)
    [letter] = await office.writes_letters(CASE)
    assert (await office.letter(CASE)).state == "drawn"
    name, pdf = await file_of(office, ask(letter))
    file = office.folder / "thanh-tri" / f"{letter}.pdf"
    assert pdf == file.read_bytes()
    assert name.startswith("huong-dan-")
    assert name.endswith(".pdf")
    file.write_bytes(b"%PDF as it left")
    assert (await file_of(office, ask(letter)))[1] == b"%PDF as it left"


async def test_a_letter_whose_file_is_gone_is_drawn_as_it_would_be_now(office: Office) -> None:
    [letter] = await office.writes_letters(CASE)
    file = office.folder / "thanh-tri" / f"{letter}.pdf"
    ready = file.read_bytes()
    file.unlink()
    assert (await file_of(office, ask(letter)))[1] == ready, "nothing has changed"
    assert not file.exists(), "to look at it does not draw it"


async def test_a_letter_to_be_edited_says_the_same_with_its_number_and_day(office: Office) -> None:
    office.now = NOW + timedelta(hours=12)
    [letter] = await office.writes_letters(CASE)
    office.now = NOW + timedelta(days=1)
    await office.answers(give(letter, on=office.now.date()))
    name, content = await file_of(office, ask(letter, "docx"))
    assert name.endswith(".docx")
    for words in ("Số: 01/UBND-VP", "ngày 21 tháng 4 năm 2026", "Kính gửi: Ông/Bà Nguyễn Thị Mai", "Nơi nhận:"):
        assert words in word_of(content)


@pytest.mark.parametrize("format", ["pdf", "docx"])
async def test_every_form_has_a_receipt_on_paper_whether_or_not_one_was_mailed(office: Office, format: str) -> None:
    for case, email in (("01JA", None), ("01JB", "mai@nguoidan.example")):
        asked = question(1, "Bao giờ có kết quả?").model_copy(update={"id": f"{case}-1"})
        received = submission_received(case=case, questions=(asked,), registrant=registrant(email=email))
        await office.hears(received)
        name, content = await file_of(office, ask(f"{case}.receipt", format))
        assert name == f"giay-tiep-nhan-{received.code}.{format}"
        words = words_of(content) if format == "pdf" else word_of(content)
        for said in ("GIẤY TIẾP NHẬN PHIẾU ĐĂNG KÝ ĐỐI THOẠI", received.code, "Bao giờ có kết quả?", "NGƯỜI TIẾP NHẬN"):
            assert said in words
        assert "Nơi nhận" not in words


@pytest.mark.parametrize("role", list(Role))
async def test_whoever_settles_cases_of_the_commune_may_read_it_and_nobody_else(office: Office, role: Role) -> None:
    [letter] = await office.writes_letters(CASE)
    if role in (Role.PROVINCE, Role.OPERATOR, Role.SYSTEM):
        assert (await refused(office, ask(letter, role=role))).code == "forbidden"
    else:
        assert (await file_of(office, ask(letter, role=role)))[1].startswith(b"%PDF")


@pytest.mark.parametrize("format", ["pdf", "docx"])
async def test_nothing_is_shown_of_another_commune_or_of_what_there_is_not(office: Office, format: str) -> None:
    [letter] = await office.writes_letters(CASE)
    for command, code in (
        (ask(letter, format, commune="chanh-lo"), "forbidden"),
        (ask("01JNOBODY.answer.1", format), "not-found"),
        (ask(f"{CASE}.answer.9", format), "not-found"),
        (ask("01JNOBODY.receipt", format), "not-found"),
    ):
        assert (await refused(office, command)).code == code


@pytest.mark.parametrize("format", ["pdf", "docx"])
@pytest.mark.parametrize("letter", ["guidance", "receipt"])
async def test_nothing_of_a_denunciation_is_shown_not_even_a_file_that_lies_there(
    office: Office, format: str, letter: str
) -> None:
    asked = question(1, "Tôi tố cáo ông A.").model_copy(update={"id": f"{CASE}-1"})
    await office.hears(submission_received(case=CASE, questions=(asked,)))
    redirected = of_question(QuestionRedirected, case=CASE, question=asked.id, scope=Scope.DENUNCIATION)
    await office.hears(redirected)
    known = await office.letters.get(CASE)
    assert known is not None
    [message] = [one for one in known.messages if one.kind == letter]
    await office.works_off()
    file = office.folder / "thanh-tri" / f"{message.id}.pdf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"%PDF secret")
    refusal = await refused(office, ask(message.id, format))
    assert refusal.code == "forbidden"
    assert "tố cáo" in refusal.reason


async def test_a_letter_that_cannot_be_printed_says_which_character_it_is_for(office: Office) -> None:
    asked = question(1, "漢 là gì?").model_copy(update={"id": f"{CASE}-1"})
    received = submission_received(case=CASE, questions=(asked,), registrant=registrant(email=None))
    await office.hears(received)
    refusal = await refused(office, ask(f"{CASE}.receipt"))
    assert (refusal.code, "漢" in refusal.reason) == ("invalid", True)
    assert "漢" in word_of((await file_of(office, ask(f"{CASE}.receipt", "docx")))[1])


def ask_report(format: str = "pdf", **changes: Any) -> RenderReport:
    table = ReportTable(head=("TT", "Lĩnh vực", "Số câu hỏi"), rows=(("1", "Đất đai", "40"),), widths=(1, 6, 3))
    said = {
        "actor": actor(),
        "key": "k",
        "about": "Kết quả đối thoại quý II năm 2026",
        "addressee": "Ủy ban nhân dân thành phố Hà Nội",
        "parts": (ReportPart(heading="I. Kết quả", paragraphs=("Đã trả lời 40 câu hỏi.",), table=table),),
        "format": format,
    }
    return RenderReport.model_validate(said | changes)


@pytest.mark.parametrize("format", ["pdf", "docx"])
async def test_a_report_is_a_document_of_the_office(office: Office, format: str) -> None:
    name, content = await file_of(office, ask_report(format))
    assert name == f"bao-cao-2026-04-20.{format}"
    words = words_of(content) if format == "pdf" else word_of(content)
    for said in (
        "BÁO CÁO",
        "Kết quả đối thoại quý II năm 2026",
        "/BC-UBND",
        "Kính gửi: Ủy ban nhân dân thành phố Hà Nội",
        "Đất đai",
        "Trên đây là báo cáo của Ủy ban nhân dân xã Thanh Trì./.",
    ):
        assert said in words


@pytest.mark.parametrize(
    "table",
    [
        {"head": ("TT", "Việc"), "rows": (("1",),), "widths": (1, 9)},
        {"head": ("TT", "Việc"), "rows": (("1", "a"),), "widths": (1,)},
        {"head": ("TT", "Việc"), "rows": (("1", "a"),), "widths": (0, 9)},
    ],
)
async def test_a_table_that_is_none_is_refused(office: Office, table: dict[str, Any]) -> None:
    part = ReportPart(paragraphs=("Có.",), table=ReportTable.model_validate(table))
    assert (await refused(office, ask_report(parts=(part,)))).code == "invalid"


async def test_a_report_that_says_nothing_is_refused(office: Office) -> None:
    assert (await refused(office, ask_report(parts=(ReportPart(),)))).code == "invalid"
