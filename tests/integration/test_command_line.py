"""The command line where no stack is needed: what it prints and with which code it ends."""

import json
from typing import Any, get_args

import pypdf
import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from services.__main__ import app
from services.notify.rules import acknowledge, note_answer, tell_of_referral
from shared.communes import PROFILES, Communes
from shared.contracts.deadlines import RuleId
from shared.contracts.routing import AnswerApproved, QuestionReferredUp
from tests.builders import NOW, of_question, submission_received

doithoai = CliRunner()


def run(*arguments, text=None):
    return doithoai.invoke(app, [str(argument) for argument in arguments], input=text)


def test_a_term_is_explained_as_one_json_object():
    ended = run("deadline", "thanh-tri", "department-answer", "2026-04-28", "--json")
    told = json.loads(ended.stdout)
    assert ended.exit_code == 0
    assert told["due"] == "2026-05-04"
    assert told["closes_at"] == "2026-05-04T17:00:00+07:00"
    assert {"date": "2026-05-03", "why": "Chủ nhật"} in told["skipped"]
    assert told["counted"][-1] == told["due"]
    assert not told["provisional"]
    assert "III.2" in told["basis"]


def test_a_cut_off_is_counted_back_and_moves_back_off_a_weekend():
    told = json.loads(run("deadline", "thanh-tri", "registration-cutoff", "2026-05-20", "--json").stdout)
    assert told["due"] == "2026-05-08", "10 May 2026 is a Sunday"


@pytest.mark.parametrize("rule", get_args(RuleId))
@pytest.mark.parametrize("commune", Communes.load())
def test_a_term_of_every_rule_is_explained_for_every_commune(commune, rule):
    told = json.loads(run("deadline", commune, rule, "2026-10-14", "--json").stdout)
    assert set(told) == {"due", "closes_at", "counted", "skipped", "basis", "provisional"}
    assert told["closes_at"].startswith(told["due"])
    assert told["basis"]


def test_a_term_is_told_with_its_weekdays_and_why_days_do_not_count():
    assert run("deadline", "thanh-tri", "conclusion-notice", "2026-08-19").stdout.splitlines() == [
        "Hạn: 17:00 Thứ Năm, ngày 03/09/2026",
        "Cách tính: 10 ngày sau Thứ Tư, ngày 19/08/2026; ngày đó không tính",
        "Căn cứ: Luật Tổ chức chính quyền địa phương số 72/2025/QH15, Điều 43 "
        "(công khai kết quả trong 10 ngày sau đối thoại)",
        "Được tính (10 ngày):",
        "    Thứ Năm 20/08, Thứ Sáu 21/08, Thứ Bảy 22/08, Chủ nhật 23/08, Thứ Hai 24/08",
        "    Thứ Ba 25/08, Thứ Tư 26/08, Thứ Năm 27/08, Thứ Sáu 28/08, Thứ Năm 03/09",
        "Không tính (5 ngày):",
        "    Thứ Bảy 29/08/2026",
        "    Chủ nhật 30/08/2026",
        "    Thứ Hai 31/08/2026: Nghỉ hoán đổi, làm bù ngày 22/08/2026",
        "    Thứ Ba 01/09/2026: Quốc khánh (ngày liền kề)",
        "    Thứ Tư 02/09/2026: Quốc khánh",
    ]


def test_a_slot_of_the_programme_ends_with_its_last_working_day():
    lines = run("deadline", "thanh-tri", "periodic-dialogue", "2026-10-14").stdout.splitlines()
    assert lines[0] == "Hạn: 17:00 Thứ Sáu, ngày 30/10/2026"
    assert lines[1] == "Cách tính: ngày làm việc cuối cùng tính đến Thứ Bảy, ngày 31/10/2026"


def test_a_year_of_the_calendar_is_shown(tmp_path):
    shown = run("calendar", "show", 2027, "--data", tmp_path).stdout
    assert "Năm 2027: 249 ngày làm việc" in shown
    assert "Tạm tính" in shown
    told = json.loads(run("calendar", "show", 2026, "--data", tmp_path, "--json").stdout)
    assert (told["year"], told["provisional"], told["worked"]) == (2026, False, ["2026-01-10", "2026-08-22"])
    assert {"day": "2026-11-24", "why": "Ngày Văn hóa Việt Nam"} in told["off"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("deadline", "thanh-tri", "no-such-rule", "2026-04-28"), 2, "department-answer"),
        (("deadline", "thanh-tri", "department-answer", "28/04/2026"), 2, "YYYY-MM-DD"),
        (("deadline", "thanh-tri", "department-answer", "2031-04-28"), 1, "deploy/calendars/vn-2031.yaml"),
        (("deadline", "khong-co", "department-answer", "2026-04-28"), 1, "khong-co"),
        (("commune", "check", "khong-co.yaml"), 1, "Không có tệp"),
        (("plan", "read", "x"), 2, "chưa có"),
        (("deadletters", "replay"), 2, "--all"),
        (("deadletters", "discard", "1"), 2, "--reason"),
        (("deadletters", "discard", "1", "--all", "--reason", "x"), 2, "--all"),
        (("bench", "nothing"), 2, "pipeline, deadlines"),
        (("calendar", "show", "2031"), 1, "deploy/calendars/vn-2031.yaml"),
        (("calendar", "preview", "khong-co.yaml"), 1, "khong-co.yaml"),
        (("run", "nothing"), 2, "intake"),
        (("trace", "K7QX-3M9D", "--data", "/nonexistent"), 1, "doithoai up"),
    ],
)
def test_what_cannot_be_done_is_said_on_stderr_with_its_code(arguments, code, says):
    ended = run(*arguments)
    assert ended.exit_code == code
    assert says in ended.stderr


def test_questions_are_classified_one_a_line():
    ended = run(
        "classify", "thanh-tri", "-", "--json", text="Làm sổ đỏ mất bao lâu?\n\nĐăng ký khai sinh muộn ở đâu?\n"
    )
    first, second = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (first["field"], first["department"], first["triage"]) == ("land", "phong-kinh-te", False)
    assert second["field"] == "civil-status"
    assert first["because"]
    assert set(first) == {"text", "scope", "field", "department", "confidence", "because", "triage"}


def test_a_profile_is_checked():
    assert run("commune", "check", PROFILES / "thanh-tri.yaml").exit_code == 0


def test_a_letter_is_made_from_json(tmp_path):
    state, _ = acknowledge(None, submission_received(on_time=False, registrant=submission_received().registrant), NOW)
    state, _ = note_answer(state, of_question(AnswerApproved), NOW)
    given, made = tmp_path / "letter.json", tmp_path / "letter.pdf"
    given.write_bytes(TypeAdapter(dict[str, Any]).dump_json({"case": state}))
    assert run("letter", "answer", given, "-o", made).exit_code == 0
    assert "Nguyễn Thị Mai" in pypdf.PdfReader(made).pages[0].extract_text()
    assert run("letter", "receipt", given, "-o", made).exit_code == 0
    assert "GIẤY TIẾP NHẬN" in pypdf.PdfReader(made).pages[0].extract_text()
    ended = run("letter", "extension", given, "-o", made)
    assert (ended.exit_code, "Không tìm thấy thư" in ended.stderr) == (1, True)
    given.write_text("{}", encoding="utf-8")
    ended = run("letter", "answer", given, "-o", made)
    assert (ended.exit_code, "chưa đúng" in ended.stderr) == (1, True)


def test_a_transfer_slip_is_made_from_json(tmp_path):
    state, _ = acknowledge(None, submission_received(), NOW)
    state, _ = tell_of_referral(state, of_question(QuestionReferredUp), NOW)
    given, made = tmp_path / "slip.json", tmp_path / "slip.pdf"
    given.write_bytes(TypeAdapter(dict[str, Any]).dump_json({"case": state, "on": NOW.date()}))
    assert run("letter", "transfer-slip", given, "-o", made).exit_code == 0
    assert "PHIẾU CHUYỂN" in pypdf.PdfReader(made).pages[0].extract_text()
    given.write_bytes(TypeAdapter(dict[str, Any]).dump_json({"case": state}))
    ended = run("letter", "transfer-slip", given, "-o", made)
    assert (ended.exit_code, "ngày lập" in ended.stderr) == (1, True)
