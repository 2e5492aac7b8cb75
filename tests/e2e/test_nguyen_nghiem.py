"""Phường Nguyễn Nghiêm 2024: one session on Sunday 13 October at 07:30, for organisations, businesses and citizens.

Days are counted by hand: no public holiday lies between September and November 2024, so weekends alone are left out.
"""

import io
from datetime import date, datetime

import docx
import nats
import pypdf
import pytest

from shared.broker import DEADLETTERS
from shared.web import HANOI
from tests.e2e.journey import text_of, words_of

COMMUNE = "nguyen-nghiem"
DIALOGUE = "nguyen-nghiem-20241013-hoi-nghi"
PAGE = f"/xa/{COMMUNE}/hoi-nghi/{DIALOGUE}"
CITY = "Ủy ban nhân dân thành phố Quảng Ngãi"
CHAIRWOMAN = "Nguyễn Thị Ngọc Dung"
OFFICE_HEAD = "bao.vanphong@nguyennghiem.example"
TEXTILES, MACHINES = "cuahang@trabongxanh.example", "ketoan@cokhiphuthoson.example"


def the_answer(sent, number=1) -> str:
    return " ".join(sent.form.answers[number - 1].split())


# The session and how it is made known


def test_the_session_is_held_on_the_day_and_hour_of_the_plan(journey):
    """Plan II.4: one session, at 7.30 on 13 October 2024, in the hall of the ward."""
    planned = journey.the("dialogue-planned")
    assert planned.held_at == datetime(2024, 10, 13, 7, 30, tzinfo=HANOI)
    assert planned.held_at.weekday() == 6, "a Sunday"
    assert planned.place.startswith("Hội trường UBND phường Nguyễn Nghiêm, số 310")
    assert journey.days("dialogue-held") == [date(2024, 10, 13)]


def test_a_slot_of_one_sunday_is_met_by_the_session_of_that_sunday(journey):
    """Its last day is no working day, so the term ends with the next one, Monday the 14th."""
    assert journey.due("periodic-dialogue", about="nguyen-nghiem-2024-10") == [date(2024, 10, 14)]
    met = journey.the("deadline-met", rule="periodic-dialogue", about="nguyen-nghiem-2024-10")
    assert met.met_at == datetime(2024, 10, 13, 7, 30, tzinfo=HANOI)
    assert not met.late


def test_time_and_place_are_announced_at_least_seven_days_before(journey):
    """Plan IV.2. Seven days before is Sunday 6 October; the promise still holds on Friday the 4th, not on Monday."""
    [owed] = journey.named("deadline-set", rule="announcement")
    assert owed.due_on == date(2024, 10, 4)
    assert "mục IV.2" in owed.basis
    assert not journey.the("deadline-met", rule="announcement").late
    assert journey.days("dialogue-announced") == [date(2024, 9, 13)]


async def test_the_page_of_the_ward_says_when_where_and_about_what(journey):
    async with journey.public() as http:
        page = words_of((await http.get(PAGE)).text)
    assert "07:30 Chủ nhật, 13/10/2024" in page
    assert "số 310 Nguyễn Nghiêm" in page
    assert "Trật tự đô thị, đất đai" in page
    assert "Cải cách hành chính, ứng dụng công nghệ thông tin, chính quyền số" in page
    assert page.count("Câu hỏi ngoài các nội dung trên vẫn được tiếp nhận và được trả lời bằng văn bản.") == 1


async def test_the_form_asks_for_what_an_address_of_the_ward_has(journey):
    async with journey.public() as http:
        page = words_of((await http.get(f"/xa/{COMMUNE}")).text)
    assert "Ghi rõ số nhà, tổ dân phố." in page


async def test_the_loudspeaker_has_a_text_to_read(journey):
    """Plan IV.4: the loudspeakers of the ward tell everybody."""
    async with journey.console(OFFICE_HEAD) as http:
        text = (await http.get(f"/hoi-nghi/{DIALOGUE}/tep/phat-thanh.txt")).text
    assert "bảy giờ ba mươi phút, Chủ nhật, ngày mười ba tháng mười năm hai nghìn không trăm hai mươi tư" in text
    assert "đến mười bảy giờ, thứ Năm, ngày mùng ba tháng mười năm hai nghìn không trăm hai mươi tư" in text
    assert journey.the("duty-completed", duty="phat-thanh").proof
    assert journey.the("duty-completed", duty="bang-ron").proof


def test_what_has_to_be_prepared_has_an_owner_and_a_day_and_was_done_in_time(journey):
    """Plan IV.1 to IV.5. Counted back from Sunday the 13th; who has no day in the plan has one in the profile."""
    owed = {
        event.about.removeprefix(f"{DIALOGUE}-"): event for event in journey.named("deadline-set", rule="preparation")
    }
    assert {duty: event.due_on for duty, event in owed.items()} == {
        "phieu-dang-ky": date(2024, 9, 27),  # 15 days: Saturday the 28th, so Friday
        "dang-tai": date(2024, 9, 27),
        "kinh-phi": date(2024, 9, 30),  # 10 working days
        "phat-thanh": date(2024, 10, 4),  # 7 days: Sunday the 6th, so Friday
        "chuong-trinh": date(2024, 10, 7),  # 5 working days: 11, 10, 9, 8, 7
        "bao-cao-do-thi-dat-dai": date(2024, 10, 8),  # 5 days, a Tuesday
        "bao-cao-chinh-quyen-so": date(2024, 10, 8),
        "bang-ron": date(2024, 10, 8),
        "an-ninh": date(2024, 10, 9),  # 3 working days: 11, 10, 9
        "hoi-truong": date(2024, 10, 11),  # 1 working day: the Friday before
    }
    assert owed["an-ninh"].owner == "Công an phường"
    assert owed["kinh-phi"].department == "tai-chinh-ke-toan"
    assert {event.duty for event in journey.named("duty-completed") if event.proof} == set(owed)
    assert not any(event.late for event in journey.named("deadline-met", rule="preparation"))


def test_representatives_are_invited_with_the_hour_and_the_place(journey):
    guests = journey.named("representative-invited")
    assert len(guests) == len(journey.named("notification-sent", case=DIALOGUE, kind="invitation")) == 3
    text = journey.mail("invitation", "uyen.mattran@doanthe.example")
    assert "7 giờ 30 phút, Chủ nhật, ngày 13 tháng 10 năm 2024" in text
    assert "Ủy ban Mặt trận Tổ quốc Việt Nam phường" in text
    assert len(journey.named("representative-attended")) == 2


# What may be asked


@pytest.mark.parametrize(
    ("key", "number", "session", "department", "because"),
    [
        ("via-he-cua-hang", 1, 1, "dia-chinh-do-thi", "order in the streets"),
        ("vuong-quy-hoach", 1, 1, "dia-chinh-do-thi", "land"),
        ("cap-so-lan-dau", 1, 1, "dia-chinh-do-thi", "land"),
        ("phat-bieu-hang-rong", 1, 1, "dia-chinh-do-thi", "order in the streets, from the floor"),
        ("phat-bieu-ranh-gioi", 1, 1, "dia-chinh-do-thi", "land, from the floor"),
        ("doi-tru-so-cong-ty", 2, 2, "van-phong", "online procedures"),
        ("hen-lai-ba-lan", 1, 2, "van-phong", "the attitude of those who serve"),
        ("chung-thuc-dien-tu", 1, 2, "tu-phap-ho-tich", "procedures of the ward, though the form is late"),
        ("doi-tru-so-cong-ty", 1, None, "tai-chinh-ke-toan", "the register of companies is no subject of the plan"),
        ("tiem-chung-tre-em", 1, None, "van-hoa-xa-hoi", "vaccination is no subject of the plan"),
    ],
)
def test_each_question_is_of_one_of_the_two_subject_groups_or_outside(
    journey, key, number, session, department, because
):
    """Plan II.2: order in the streets and land; administrative reform and digital government."""
    assigned = journey.named("question-assigned", question=journey.question(key, number))[-1]
    assert (assigned.session, assigned.department) == (session, department), because
    assert assigned.outside_subject == (session is None), because


def test_every_question_of_the_journey_stands_in_the_table_above(journey):
    assert len(journey.ledger.questions) == 10


def test_what_is_outside_the_subjects_is_received_and_answered_in_writing(journey):
    sent = journey.sent("tiem-chung-tre-em")
    assert journey.the("written-answer-owed", case=sent.case).because == "outside-subject"
    assert journey.due("written-answer", case=sent.case) == [date(2024, 10, 14)]  # 10 working days from 30 September
    text = journey.mail("answer", sent.form.registrant.email)
    assert "không thuộc phạm vi nội dung" in text
    assert the_answer(sent) in text
    assert journey.settled("tiem-chung-tre-em") == "answered-in-writing"


def test_businesses_ask_as_well_and_are_addressed_as_such(journey):
    """Plan II.5: organisations, businesses, citizens."""
    for key, address in (("via-he-cua-hang", TEXTILES), ("doi-tru-so-cong-ty", MACHINES)):
        company = journey.sent(key).form.registrant.name
        assert company.startswith("Công ty")
        text = journey.mail("conclusion", address)
        assert f"Kính gửi {company}," in text
        assert "quý đơn vị" in text.lower()
        assert "Ông/Bà" not in text


def test_what_belongs_to_another_authority_is_told_where_it_goes(journey):
    """Plan IV.1: it is explained plainly, so that they know whom to turn to."""
    redirected = journey.the("question-redirected", question=journey.question("doi-tru-so-cong-ty", 1))
    assert redirected.scope == "in-scope", "no complaint: another authority's business"
    text = journey.mail("guidance", MACHINES)
    assert "Phòng Đăng ký kinh doanh, Sở Kế hoạch và Đầu tư tỉnh Quảng Ngãi" in text
    assert the_answer(journey.sent("doi-tru-so-cong-ty"), 1) in text
    assert journey.settled("doi-tru-so-cong-ty", 1) == "redirected"
    assert journey.settled("doi-tru-so-cong-ty", 2) == "answered-at-dialogue", "the other question of the same form"


def test_what_is_beyond_the_ward_is_reported_to_the_city_and_the_asker_told(journey):
    """Plan IV.1. It was referred up on Monday 23 September; five working days end on Monday the 30th."""
    question = journey.question("vuong-quy-hoach")
    assert journey.the("question-referred-up", question=question).authority == CITY
    assert journey.due("superior-report") == [date(2024, 9, 30)]
    assert journey.days("superior-reported", question=question) == [date(2024, 9, 27)]
    assert not journey.the("deadline-met", rule="superior-report").late
    text = journey.mail("referral", "hien.tranquang@nguoidan.example")
    assert f"báo cáo {CITY}" in text
    assert "Đất nhà tôi nằm trong vùng quy hoạch treo" in text
    assert journey.settled("vuong-quy-hoach") == "referred-up"


# The answers


def test_departments_answer_in_their_term_also_what_was_sent_back_to_them(journey):
    """The term of an answer that is returned runs on: it had been assigned on Tuesday 24 September."""
    question = journey.question("cap-so-lan-dau")
    assert journey.the("answer-returned", question=question).returned_by == "Phan Quốc Bảo"
    assert [event.draft for event in journey.named("answer-drafted", question=question)] == [1, 2]
    assert set(journey.due("department-answer", about=question)) == {date(2024, 10, 1)}
    assert not any(event.late for event in journey.named("deadline-met", rule="department-answer"))


def test_a_question_from_the_floor_is_answered_on_the_spot_by_the_chairwoman_or_taken(journey):
    """Plan IV.1: what has to be made clear first is answered later."""
    heard = journey.the("question-answered-at-dialogue", question=journey.question("phat-bieu-hang-rong"))
    assert heard.answered_by == f"{CHAIRWOMAN}, Chủ tịch UBND phường Nguyễn Nghiêm"
    taken = journey.question("phat-bieu-ranh-gioi")
    assert journey.the("question-taken-for-written-answer", question=taken).taken_by == CHAIRWOMAN
    assert journey.due("written-answer", about=taken) == [date(2024, 10, 25)]  # 14 to 18 and 21 to 25: ten
    text = journey.mail("answer", "phuong.luongcuc@nguoidan.example")
    assert "người chủ trì giao đơn vị chuyên môn trả lời bằng văn bản" in text
    assert not journey.the("deadline-met", rule="written-answer", about=taken).late


async def test_the_record_of_the_session_has_the_questions_of_each_group_in_the_order_registered(journey):
    async with journey.console(OFFICE_HEAD) as http:
        page = words_of((await http.get(f"/hoi-nghi/{DIALOGUE}/tai-hoi-nghi")).text)
    order = (
        "Đợt 1: Trật tự đô thị, đất đai",
        *("Công ty TNHH Thời trang Trà Bồng Xanh", "Trần Quang Hiển", "Mai Thị Xuân Lan"),
        *("Tiêu Văn Lành", "Lương Thị Cúc Phương"),
        "Đợt 2: Cải cách hành chính, ứng dụng công nghệ thông tin, chính quyền số",
        "Công ty TNHH Cơ khí Phú Thọ Sơn",
    )
    places = [page.find(one) for one in order]
    assert -1 not in places
    assert places == sorted(places)
    assert "Đỗ Thị Tường Oanh" not in page, "she had excused herself"


def test_who_excused_herself_receives_a_letter_and_only_the_letter_meets_the_term(journey):
    sent = journey.sent("hen-lai-ba-lan")
    assert journey.days("registrant-excused", case=sent.case) == [date(2024, 10, 10)]
    assert journey.the("written-answer-owed", case=sent.case).because == "excused"
    assert journey.days("answer-approved", case=sent.case) == [date(2024, 10, 1)], "the answer was ready before"
    out = journey.the("notification-sent", case=sent.case, kind="answer")
    met = journey.the("deadline-met", rule="written-answer", case=sent.case)
    assert out.channel == "letter"
    said = list(journey.events)
    assert said.index(out) < said.index(met)
    assert not met.late
    [letter] = journey.letters("answer", "hen-lai-ba-lan")
    assert "Kính gửi: Ông/Bà Đỗ Thị Tường Oanh" in letter
    assert "Số 60 Phan Chu Trinh" in letter
    assert the_answer(sent) in letter


async def test_who_excused_herself_finds_the_answer_by_her_code(journey):
    sent = journey.sent("hen-lai-ba-lan")
    async with journey.public() as http:
        page = await http.post(
            "/tra-cuu", data={"code": sent.code, "contact": sent.form.registrant.phone[-4:]}, follow_redirects=True
        )
    assert the_answer(sent) in words_of(page.text)


def test_a_late_form_is_received_and_answered_in_writing(journey):
    """Ten days before is Thursday 3 October; it came on Monday the 7th."""
    assert journey.due("registration-cutoff") == [date(2024, 10, 3)]
    sent = journey.sent("chung-thuc-dien-tu")
    received = journey.the("submission-received", case=sent.case)
    assert not received.on_time
    assert journey.the("written-answer-owed", case=sent.case).because == "late"
    assert journey.due("written-answer", case=sent.case) == [date(2024, 10, 21)]  # 8 to 11, 14 to 18, 21: ten
    assert not journey.named("registrant-invited", case=sent.case)
    text = journey.mail("answer", sent.form.registrant.email)
    assert "sau thời hạn đăng ký" in text
    assert the_answer(sent) in text


# What follows


def test_the_conclusion_is_sent_back_once_and_still_comes_in_seven_working_days(journey):
    """Plan IV.2. From Sunday 13 October: 14, 15, 16, 17, 18, 21, and Tuesday the 22nd is the seventh."""
    [owed] = journey.named("deadline-set", rule="conclusion-notice")
    assert owed.due_on == date(2024, 10, 22)
    assert "mục IV.2" in owed.basis
    returned = journey.the("conclusion-returned")
    assert (returned.draft, returned.returned_by) == (1, CHAIRWOMAN)
    assert "chưa nêu rõ đơn vị chịu trách nhiệm" in returned.remarks
    approved = journey.the("conclusion-approved")
    assert (approved.draft, approved.approved_by) == (2, CHAIRWOMAN)
    assert journey.days("dialogue-concluded") == [date(2024, 10, 21)]
    assert not journey.the("deadline-met", rule="conclusion-notice").late


def test_everybody_who_registered_is_sent_the_conclusion(journey):
    told = [event.case for event in journey.named("notification-sent", kind="conclusion")]
    assert sorted(told) == sorted(journey.outcome.sent)
    assert "77/TB-UBND" in journey.mail("conclusion", TEXTILES)


async def test_the_conclusion_is_published_as_word_and_pdf(journey):
    async with journey.public() as http:
        page = words_of((await http.get(PAGE)).text)
        pdf = await http.get(f"{PAGE}/ket-luan.pdf")
        word = await http.get(f"{PAGE}/ket-luan.docx")
    assert "Thông báo kết luận số 77/TB-UBND Ban hành thứ Hai, 21/10/2024" in page
    printed = " ".join(" ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf.content)).pages).split())
    paper = docx.Document(io.BytesIO(word.content))
    typed = " ".join(" ".join(one.text for one in paper.element.body.iter() if one.text).split())
    for text in (printed, typed):
        assert "77/TB-UBND" in text
        assert "ngày 21 tháng 10 năm 2024" in text
        assert "Gửi tin nhắn cho người nộp hồ sơ trước ngày hẹn" in text
        assert CHAIRWOMAN in text


def test_what_the_conclusion_assigned_was_done_in_time_and_the_askers_told(journey):
    """The plan names no term, so it is 20 working days: from Monday 21 October to Monday 18 November."""
    assert journey.due("resolution") == [date(2024, 11, 18)] * 2
    assert not any(event.late for event in journey.named("deadline-met", rule="resolution"))
    assert "Đã kẻ vạch và gửi thông báo đến các cửa hàng" in journey.mail("resolution", TEXTILES)
    [letter] = journey.letters("resolution", "hen-lai-ba-lan")
    assert "nhắn tin cho người nộp trước ngày hẹn một ngày" in letter
    assert journey.days("dialogue-settled") == [date(2024, 11, 14)]


def test_the_result_is_reported_to_the_city(journey):
    """Plan IV.2, which names no term: ten working days from Sunday 13 October end on Friday the 25th."""
    reported = journey.the("result-reported")
    assert (reported.document, reported.recipient) == ("96/BC-UBND", CITY)
    assert journey.due("result-report") == [date(2024, 10, 25)]
    assert not journey.the("deadline-met", rule="result-report").late


async def test_the_report_to_the_city_is_drafted_with_the_figures_of_the_session(journey):
    ledger = journey.ledger
    async with journey.console(OFFICE_HEAD) as http:
        answer = await http.get("/bao-cao.docx", params={"hoi-nghi": DIALOGUE})
    paper = docx.Document(io.BytesIO(answer.content))
    text = " ".join(one.text for one in paper.paragraphs)
    assert f"Kính gửi: {CITY}" in text
    assert f"Đã tiếp nhận {len(ledger.submissions)} phiếu với {len(ledger.questions)} câu hỏi, kiến nghị" in text
    assert (
        f"Đã trả lời tại hội nghị {ledger.became('answered-at-dialogue')}; "
        f"trả lời bằng văn bản {ledger.became('answered-in-writing')}; "
        f"hướng dẫn đến cơ quan có thẩm quyền {ledger.became('redirected')}; "
        f"báo cáo cấp trên {ledger.became('referred-up')}; đang giải quyết 0." in text
    )
    assert "Thông báo kết luận số 77/TB-UBND ngày 21/10/2024" in text


def test_the_office_reminds_before_a_term_ends_in_office_hours_and_once_a_day(journey):
    """Plan IV.2: it watches and urges. The notice was due on Tuesday, so it is spoken of on Monday morning."""
    near = journey.the("deadline-near", rule="conclusion-notice")
    assert near.occurred_at == datetime(2024, 10, 21, 7, 0, tzinfo=HANOI)
    told = [text_of(mail) for mail in journey.mails("digest", OFFICE_HEAD)]
    assert any("Ban hành thông báo kết luận" in text and "17:00 ngày 22/10/2024" in text for text in told)
    days = [(mail["To"], mail["Message-ID"].split("-")[3]) for mail in journey.mails("digest")]
    assert len(days) == len(set(days))


# Nothing is lost


def test_nobody_is_left_without_an_answer_and_the_books_balance(journey):
    ledger = journey.ledger
    assert len(ledger.submissions) == len(journey.outcome.sent) == 9
    assert ledger.balances
    assert {how: ledger.became(how) for how in set(ledger.questions.values())} == {
        "answered-at-dialogue": 4,
        "answered-in-writing": 4,
        "redirected": 1,
        "referred-up": 1,
    }
    assert not ledger.failed


def test_no_term_was_missed_so_nobody_above_was_told(journey):
    assert not journey.ledger.missed
    assert not journey.named("escalation-raised")
    assert not journey.mails("digest", "tu.ubnd@tpquangngai.example"), "the city"


def test_nobody_is_written_to_twice_and_who_heard_the_answer_not_at_all(journey):
    sent = [event for event in journey.named("notification-sent") if event.kind in ("answer", "guidance", "referral")]
    questions = [question for event in sent for question in event.questions]
    assert len(questions) == len(set(questions)) == 6
    assert not {event.question for event in journey.named("question-answered-at-dialogue")} & set(questions)


async def test_nothing_was_parked(stack, journey):
    client = await nats.connect(stack.addresses.nats_url)
    try:
        assert (await client.jetstream().stream_info(DEADLETTERS)).state.messages == 0
    finally:
        await client.close()
