"""Xã Thanh Trì 2026: a conference in May from plan to report, and one in October that a storm does not allow."""

from collections import Counter
from datetime import date, timedelta
from typing import get_args

import httpx
import nats

from deploy.embedded.doctor import examine
from deploy.embedded.rehearsal.entries import How
from services.intake.reading.documents import read_document
from shared.broker import DEADLETTERS
from shared.cases import follow
from shared.contracts import Role
from tests.e2e.journey import text_of, words_of

COMMUNE = "thanh-tri"
MAY = "thanh-tri-20260514-lan-1"
OCTOBER = "thanh-tri-20261015-lan-2"


def forms_of_may(journey):
    return [sent for sent in journey.outcome.sent.values() if "thang-muoi" not in sent.form.key]


def in_writing(sent) -> bool:
    return bool(sent.form.late or sent.form.excused or sent.form.absent)


def letters_of_answers(journey):
    return [event for event in journey.named("notification-sent") if event.kind in ("answer", "guidance", "referral")]


def test_forms_came_through_every_door(journey):
    assert len(journey.outcome.sent) == 47
    assert {sent.form.how for sent in journey.outcome.sent.values()} == set(get_args(How))


def test_received_is_answered_redirected_referred_up_withdrawn_and_open(journey):
    ledger = journey.ledger
    assert len(ledger.submissions) == len(journey.outcome.sent)
    assert len(ledger.questions) == sum(len(sent.form.matters) for sent in journey.outcome.sent.values())
    assert ledger.balances
    assert ledger.became("redirected") == ledger.became("referred-up") == ledger.became("withdrawn") == 1
    assert [id for id, how in ledger.questions.items() if how == "open"] == [journey.question("thang-muoi-rac")]


async def test_a_file_that_came_with_a_form_is_there_for_whoever_answers_it(journey):
    [file] = journey.the("submission-received", case=journey.sent("giay-hen-qua-ngay").case).attachments
    assert file.name == "Giấy tiếp nhận và hẹn trả kết quả.pdf"
    async with journey.console("quan.hcc@hanoi.example") as officer:
        page = await officer.get(f"/ho-so/{journey.sent('giay-hen-qua-ngay').case}")
        got = await officer.get(f"/ho-so/{journey.sent('giay-hen-qua-ngay').case}/tep/{file.id}")
    assert file.name in words_of(page.text)
    assert got.content.startswith(b"%PDF")


def test_a_paper_form_that_is_keyed_in_days_later_counts_from_the_day_it_came(journey):
    paper = journey.the("submission-received", case=journey.sent("phieu-giay-nhap-sau").case)
    assert paper.entered_at - paper.received_at > timedelta(days=1)
    assert "bị gián đoạn" in paper.entered_because
    assert paper.on_time
    assert [file.media_type for file in paper.attachments] == ["application/pdf"]


def test_of_a_list_with_a_row_that_names_nobody_the_others_are_taken_in(journey):
    listed = journey.named("submission-received", collected_by="Trưởng thôn Đông Phù")
    assert sorted(one.registrant.name for one in listed) == ["Ngô Thị Lụa", "Trịnh Văn Bảy"]
    assert {one.channel for one in listed} == {"list"}


async def test_a_mail_without_a_form_waits_for_a_clerk_and_a_reply_stays_with_its_form(journey):
    wrote = journey.the("registrant-wrote")
    assert wrote.case == journey.sent("nuoc-sach-yeu").case
    assert wrote.text.startswith("Tôi xin bổ sung: nước yếu nhất từ 17 giờ")
    outcomes = Counter(event.outcome for event in journey.named("mail-taken-in"))
    assert outcomes == {"registered": 8, "attached": 1, "quarantined": 1}
    async with journey.console("hanh.clerk@hanoi.example") as clerk:
        page = words_of((await clerk.get("/hop-thu")).text)
    assert "Hỏi về sổ đỏ bị ướt sau bão" in page


def test_each_form_got_one_receipt_code_of_its_own(journey):
    assert len({sent.code for sent in journey.outcome.sent.values()}) == len(journey.outcome.sent)
    assert len(journey.named("submission-received")) == len(journey.outcome.sent)


def test_forms_are_taken_until_ten_days_before_and_a_late_one_is_late(journey):
    assert journey.due("registration-cutoff", about=MAY) == [date(2026, 5, 4)]
    received = journey.ledger.submissions
    assert {case: not sent.form.late for case, sent in journey.outcome.sent.items()} == {
        case: one.on_time for case, one in received.items()
    }


def test_a_late_form_is_still_received_and_answered_in_writing(journey):
    late = [sent for sent in journey.outcome.sent.values() if sent.form.late]
    assert late
    for sent in late:
        because = {event.because for event in journey.named("written-answer-owed", case=sent.case)}
        assert because - {"reopened"} <= {"late"}
        assert journey.settled(sent.form.key) in ("answered-in-writing", "redirected")


def test_a_department_has_five_days_for_its_answer(journey):
    first = {event.about: event for event in reversed(journey.named("deadline-set", rule="department-answer"))}
    assert len(first) > 50
    for event in first.values():
        assert "III.2" in event.basis
        assert (event.due_on - event.occurred_at.date()).days >= 5


def test_an_absent_registrant_receives_a_letter(journey):
    """Plan II.3: who was invited and reports that he must be absent is sent the answer at the address on his form."""
    expected = [
        sent
        for sent in forms_of_may(journey)
        if in_writing(sent) and not sent.form.registrant.email and sent.form.registrant.address
    ]
    assert expected
    for sent in expected:
        text = " ".join(journey.letters("answer", sent.form.key))
        assert sent.form.registrant.name in text
        assert all(" ".join(answer.split())[:60] in text for answer in sent.form.answers if answer)


def test_an_absent_registrant_with_an_email_receives_the_answer_there(journey):
    expected = [sent for sent in forms_of_may(journey) if in_writing(sent) and sent.form.registrant.email]
    assert expected
    for sent in expected:
        text = " ".join(text_of(mail) for mail in journey.mails("answer", sent.form.registrant.email))
        assert all(" ".join(answer.split())[:60] in text for answer in sent.form.answers if answer)


def test_absence_makes_a_duty_that_only_the_letter_meets(journey):
    owed = journey.named("written-answer-owed", dialogue=MAY)
    assert {"excused", "absent", "late", "taken"} <= {event.because for event in owed}
    for question, rounds in Counter(event.question for event in owed).items():
        met = journey.named("deadline-met", rule="written-answer", about=question)
        sent = [one for one in letters_of_answers(journey) if question in one.questions]
        assert len(met) == len(sent) == rounds
        assert all(duty.met_at >= letter.occurred_at for duty, letter in zip(met, sent, strict=True))


def test_nobody_is_written_to_twice_and_who_heard_the_answer_not_at_all(journey):
    sent = letters_of_answers(journey)
    answered = [(question, event.round) for event in sent for question in event.questions]
    assert len(answered) == len(set(answered))
    heard = {event.question for event in journey.named("question-answered-at-dialogue")}
    assert not heard & {question for question, _ in answered}
    assert not any(event.uncertain for event in sent)
    ids = [mail["Message-ID"] for mail in journey.mails("")]
    assert len(ids) == len(set(ids))


def test_every_receipt_that_could_be_mailed_was(journey):
    receipts = [mail["To"].addresses[0].addr_spec for mail in journey.mails("receipt")]
    assert sorted(receipts) == sorted(
        sent.form.registrant.email for sent in journey.outcome.sent.values() if sent.form.registrant.email
    )


def test_hamlets_send_two_or_three_each_and_the_others_wait(journey):
    """Plan II.2: two or three people of each hamlet."""
    given_back = {event.case for event in journey.named("registrant-excused", dialogue=MAY)}
    invited = [event for event in journey.named("registrant-invited", dialogue=MAY) if event.case not in given_back]
    seats = [event.seat for event in invited]
    assert len(seats) == len(set(seats))
    hamlets: dict[str, int] = {}
    for event in invited:
        address = journey.ledger.submissions[event.case].registrant.address or ""
        hamlet = address.rpartition("thôn ")[2] if "thôn " in address else ""
        hamlets[hamlet] = hamlets.get(hamlet, 0) + 1
    assert max(number for hamlet, number in hamlets.items() if hamlet) <= 3


def test_an_invitation_says_when_where_and_which_seat(journey):
    invited = next(
        event
        for event in journey.named("registrant-invited", dialogue=MAY)
        if journey.ledger.submissions[event.case].registrant.email
    )
    text = journey.mail("invitation", journey.ledger.submissions[invited.case].registrant.email)
    assert "8 giờ 30 phút, thứ Năm, ngày 14 tháng 5 năm 2026" in text
    assert f"{invited.seat:02}" in text
    assert "Nguyễn Bặc" in text


def test_a_question_from_the_floor_is_answered_on_the_spot_or_taken(journey):
    spot, taken = "phat-bieu-cap-doi-can-cuoc", "phat-bieu-so-tay-ho-so"
    assert journey.the("submission-received", case=journey.sent(spot).case).channel == "floor"
    heard = journey.the("question-answered-at-dialogue", question=journey.question(spot))
    assert heard.answered_by.startswith("Nguyễn Văn Lợi")
    assert journey.settled(spot) == "answered-at-dialogue"
    assert journey.the("written-answer-owed", question=journey.question(taken)).because == "taken"
    assert journey.settled(taken) == "answered-in-writing"


def test_what_is_beyond_the_commune_is_reported_to_the_city_and_the_asker_told(journey):
    question = journey.question("cau-vuot-san")
    referred = journey.the("question-referred-up", question=question)
    assert referred.authority == "Ủy ban nhân dân thành phố Hà Nội"
    assert not journey.the("deadline-met", rule="superior-report", about=question).late
    assert referred.authority in journey.mail("referral", "chien.luudinh@nguoidan.example")
    assert journey.settled("cau-vuot-san") == "referred-up"


def test_a_missed_term_climbs_the_ladder_step_by_step(journey):
    assert journey.ledger.missed
    of_departments = [Role.OFFICER, Role.HEAD, Role.OFFICE_HEAD, Role.CHAIRMAN, Role.PROVINCE]
    of_the_office = [Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN, Role.PROVINCE]
    for deadline, rule in journey.ledger.missed.items():
        ladder = of_the_office if rule in ("triage", "guidance") else of_departments
        steps = journey.named("escalation-raised", deadline=deadline)
        assert [event.step for event in steps] == list(range(1, len(steps) + 1))
        if ":periodic-dialogue" not in deadline:
            assert [event.to for event in steps] == ladder[: len(steps)]
    assert journey.named("escalation-acknowledged", acknowledged_by="Lê Quang Huy")


def test_a_forgotten_preparation_escalates_like_any_term(journey):
    missed = journey.the("deadline-missed", rule="preparation", about=f"{MAY}-chuong-trinh")
    assert journey.named("escalation-raised", deadline=missed.deadline)
    assert journey.the("deadline-met", deadline=missed.deadline).late


def test_staff_get_one_mail_a_day_and_only_in_office_hours(journey):
    days = [(mail["To"], mail["Message-ID"].split("-")[3]) for mail in journey.mails("digest")]
    assert days
    assert len(days) == len(set(days))
    for event in [*journey.named("deadline-near"), *journey.named("escalation-raised")]:
        local = event.occurred_at.astimezone(event.office_reopens_at.tzinfo)
        assert event.office_reopens_at > event.occurred_at
        assert (local.hour, local.minute) == (event.office_reopens_at.hour, event.office_reopens_at.minute)


def test_an_extension_moves_the_term_and_sends_the_letter_with_the_four_points(journey):
    granted = journey.the("extension-granted")
    moved = journey.the("deadline-moved", about=granted.question, cause="extension")
    assert moved.due_at > moved.original_due_at
    assert moved.reason == granted.reason
    [message] = journey.named("notification-sent", kind="extension")
    registrant = journey.ledger.submissions[granted.case].registrant
    text = journey.mail("extension", registrant.email) if registrant.email else journey.letters("extension")[0]
    assert message.case == granted.case
    for point in (granted.requirement, granted.responsible, f"{moved.due_on:%d/%m/%Y}"):
        assert point in text


def test_the_conclusion_notice_was_due_and_came_in_time_to_everybody(journey):
    met = journey.the("deadline-met", rule="conclusion-notice", about=MAY)
    assert not met.late
    assert journey.named("deadline-near", rule="conclusion-notice")
    concluded = journey.the("dialogue-concluded", case=MAY)
    assert len(concluded.commitments) == 2
    told = {event.case for event in journey.named("notification-sent", kind="conclusion")}
    assert told == {sent.case for sent in forms_of_may(journey) if not sent.form.withdrawn}


def test_what_the_conclusion_assigned_was_done_and_the_asker_told(journey):
    met = journey.named("deadline-met", rule="resolution")
    assert len(met) == 2
    assert not any(event.late for event in met)
    assert "niêm yết" in journey.mail("resolution", "khai.tranvan@nguoidan.example")
    assert journey.the("dialogue-settled", case=MAY)


def test_the_result_was_reported(journey):
    reported = journey.the("result-reported", case=MAY)
    assert reported.recipient == "Ủy ban nhân dân thành phố Hà Nội"
    assert journey.named("deadline-met", rule="result-report", about=MAY)


def test_the_complaint_went_to_an_officer_and_then_where_it_belongs(journey):
    waiting = {event.question: event.scope for event in journey.named("question-awaits-triage")}
    for event in journey.named("question-redirected"):
        assert waiting[event.question] in ("complaint", "denunciation")
        assert event.decided_by


def test_the_storm_of_october_has_everybody_answered_in_writing(journey):
    """Plan II.3: no conference can be held, so every registrant is answered by post or by e-mail."""
    assert journey.the("dialogue-cancelled").case == OCTOBER
    cases = {sent.case for sent in journey.outcome.sent.values() if "thang-muoi" in sent.form.key}
    assert {event.case for event in journey.named("notification-sent", kind="cancelled")} == cases
    owed = journey.named("written-answer-owed", dialogue=OCTOBER)
    assert {event.case for event in owed if event.because == "cancelled"} == cases
    assert {event.question for event in owed if event.because != "cancelled"} == {journey.question("thang-muoi-rac")}
    assert {event.case for event in journey.named("notification-sent", kind="answer")} >= cases
    assert not journey.named("dialogue-held", case=OCTOBER)
    assert not journey.named("deadline-set", rule="conclusion-notice", about=OCTOBER)


def test_a_month_of_the_plan_is_met_by_its_conference_and_missed_without_one(journey):
    met = journey.the("deadline-met", rule="periodic-dialogue", about="thanh-tri-2026-05")
    assert not met.late
    assert journey.named("deadline-set", rule="periodic-dialogue", about="thanh-tri-2026-10")


def test_a_bad_mark_brings_a_better_answer_and_a_good_one_nothing_more(journey):
    question = journey.question("mo-quan-an")
    reopened = journey.the("question-reopened", question=question)
    assert (reopened.mark, reopened.round) == (2, 2)
    first, second = journey.mails("answer", "diep.ly@nguoidan.example")
    assert "03 ngày làm việc" not in text_of(first)
    assert "03 ngày làm việc" in text_of(second)
    assert journey.settled("mo-quan-an") == "answered-in-writing"
    assert journey.the("answer-rated", question=journey.question("khai-sinh-tam-tru")).mark == 5
    assert not journey.named("question-reopened", question=journey.question("khai-sinh-tam-tru"))


async def test_what_was_answered_badly_last_lies_with_the_office(journey):
    assert journey.the("question-reopened", question=journey.question("thang-muoi-rac")).round == 2
    async with journey.console("hanh.clerk@hanoi.example") as clerk:
        desk = words_of((await clerk.get("/")).text)
    assert "Rác ở đầu ngõ 8 vẫn cả tuần" in desk


def test_who_withdraws_is_neither_expected_nor_written_to(journey):
    case = journey.sent("rut-vi-da-xong").case
    assert journey.settled("rut-vi-da-xong") == "withdrawn"
    assert {event.kind for event in journey.named("notification-sent", case=case)} == {"receipt"}
    assert not journey.named("registrant-invited", case=case)
    assert not journey.named("answer-approved", case=case)


async def test_good_answers_stand_in_the_library_and_name_nobody(journey):
    published = {event.case: event for event in journey.named("answer-published")}
    assert set(published) == {
        journey.sent(key).case for key in ("khai-sinh-tam-tru", "mo-quan-an", "thang-muoi-khai-sinh")
    }
    assert "03 ngày làm việc" in published[journey.sent("mo-quan-an").case].answered
    async with journey.public() as public:
        page = words_of((await public.get(f"/xa/{COMMUNE}/hoi-dap")).text)
        hint = await public.get(f"/xa/{COMMUNE}/tuong-tu", params={"q": "Đang tạm trú thì đăng ký khai sinh ở đâu?"})
    assert all(event.asked in page for event in published.values())
    assert not any(journey.outcome.sent[case].form.registrant.name in page for case in published)
    assert hint.json()[0]["asked"] == published[journey.sent("khai-sinh-tam-tru").case].asked


async def test_a_citizen_sees_the_answer_on_the_tracking_page(stack, journey):
    sent = next(one for one in journey.outcome.sent.values() if one.form.excused and one.form.registrant.phone)
    url, digits = stack.addresses.public_url, sent.form.registrant.phone[-4:]
    async with httpx.AsyncClient(base_url=url) as own, httpx.AsyncClient(base_url=url) as another:
        page = await own.post("/tra-cuu", data={"code": sent.code, "contact": digits}, follow_redirects=True)
        stranger = await another.post("/tra-cuu", data={"code": sent.code, "contact": "0000"})
    assert page.status_code == 200
    assert "Đã gửi" in page.text
    assert stranger.status_code == 404
    assert sent.form.registrant.name not in stranger.text


async def test_the_conclusion_is_published_with_its_document(stack, journey):
    async with httpx.AsyncClient(base_url=stack.addresses.public_url) as http:
        page = await http.get(f"/xa/{COMMUNE}/hoi-nghi/{MAY}")
        pdf = await http.get(f"/xa/{COMMUNE}/hoi-nghi/{MAY}/ket-luan.pdf")
        word = await http.get(f"/xa/{COMMUNE}/hoi-nghi/{MAY}/ket-luan.docx")
    assert "15/TB-UBND" in page.text
    assert pdf.content.startswith(b"%PDF")
    assert word.content.startswith(b"PK")


async def test_the_plan_and_the_form_can_be_downloaded(stack, journey):
    """Plan III.1: citizens can take the content of the plan and the form home."""
    async with httpx.AsyncClient(base_url=stack.addresses.public_url) as http:
        page = await http.get(f"/xa/{COMMUNE}/hoi-nghi")
        files = [await http.get(f"/xa/{COMMUNE}/{name}.docx") for name in ("ke-hoach", "mau-phieu")]
    assert "Tải nội dung kế hoạch (Word)" in page.text
    assert "Tải mẫu phiếu (Word)" in page.text
    plan, form = (read_document("tep.docx", file.content) for file in files)
    assert "Kế hoạch tổ chức hội nghị đối thoại về thủ tục hành chính năm 2026" in plan
    assert "PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI" in form


async def test_the_doctor_finds_everything_in_place(stack, journey):
    findings = await examine(stack.folder)
    assert [finding.what for finding in findings if not finding.good] == []
    assert any("ghi đĩa trước khi xác nhận" in finding.what for finding in findings)


async def test_nothing_was_parked_and_a_case_reads_from_beginning_to_end(stack, journey):
    client = await nats.connect(stack.addresses.nats_url)
    try:
        assert (await client.jetstream().stream_info(DEADLETTERS)).state.messages == 0
        case = next(iter(journey.outcome.sent))
        names = [envelope.subject.rsplit(".", 1)[-1] for envelope in await follow(client, COMMUNE, case)]
    finally:
        await client.close()
    assert names[0] == "submission-received"
    assert "question-settled" in names
