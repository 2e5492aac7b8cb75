"""Xã Tịnh Thiện 2025: a dialogue in the second quarter, and one in the fourth that a storm puts off by a week.

Days are counted by hand. Neither June nor November 2025 has a public holiday: weekends alone are left out.
"""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime

import nats
import pytest

from services.deadlines.working_days import CALENDARS
from shared.broker import DEADLETTERS
from shared.contracts import Role
from shared.web import HANOI
from tests.e2e.journey import let_pass, said_of, text_of, words_of

COMMUNE = "tinh-thien"
JUNE = "tinh-thien-20250612-quy-2"
NOVEMBER = "tinh-thien-20251113-quy-4"
CITY = "Ủy ban nhân dân thành phố Quảng Ngãi"
STORM = "Bão vừa qua địa bàn, xã tập trung lực lượng khắc phục hậu quả, giúp dân dọn dẹp nhà cửa"
FRONT = "Ủy ban Mặt trận Tổ quốc Việt Nam, các Hội, đoàn thể xã"
DEPARTMENTS = "Các bộ phận chuyên môn thuộc UBND xã"
LAND_OFFICER, OFFICE_HEAD = "phat.diachinh@tinhthien.example", "son.vanphong@tinhthien.example"
CHAIRMAN, SUPERIOR = "chutich@tinhthien.example", "yen.noivu@tpquangngai.example"


def the_answer(sent) -> str:
    return " ".join(sent.form.answers[0].split())


def opening(day: date) -> datetime:
    """When the office opens on that day."""
    return datetime(day.year, day.month, day.day, 7, 30, tzinfo=HANOI)


def closing(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, 0, tzinfo=HANOI)


# The programme


@pytest.mark.parametrize(
    ("slot", "last_day", "held", "because"),
    [
        ("2025-q2", date(2025, 6, 30), datetime(2025, 6, 12, 8, tzinfo=HANOI), "30 June 2025 is a Monday"),
        ("2025-q4", date(2025, 12, 31), datetime(2025, 11, 20, 8, tzinfo=HANOI), "31 December 2025 is a Wednesday"),
    ],
)
def test_a_dialogue_is_owed_and_held_in_the_second_and_in_the_fourth_quarter(journey, slot, last_day, held, because):
    """Plan II.4."""
    owed = journey.the("deadline-set", rule="periodic-dialogue", about=f"{COMMUNE}-{slot}")
    assert owed.due_on == last_day, because
    assert "mục II.4" in owed.basis
    met = journey.the("deadline-met", deadline=owed.deadline)
    assert (met.met_at, met.late) == (held, False)
    assert not journey.named("deadline-near", deadline=owed.deadline), "nobody is warned of what is planned"


# Before the dialogue of June


@pytest.mark.parametrize(
    ("rule", "part", "last_day", "because"),
    [
        ("announcement", "", date(2025, 6, 5), "seven days before Thursday the 12th"),
        ("registration-cutoff", "", date(2025, 6, 2), "ten days before"),
        ("opinions-collected", "-mat-tran-doan-the", date(2025, 6, 5), "III.1: seven days before"),
        ("opinions-collected", "-bo-phan-chuyen-mon", date(2025, 6, 5), "III.2: seven days before"),
        ("opinions-collected", "-thon-phu-vinh", date(2025, 6, 5), "III.5: seven days before"),
        ("preparation", "-bao-cao-tu-phap", date(2025, 6, 5), "III.2.2: seven days before"),
        ("preparation", "-bao-cao-dia-chinh", date(2025, 6, 5), "III.2.3: seven days before"),
        ("preparation", "-bao-cao-xa-hoi", date(2025, 6, 5), "III.2.4: seven days before"),
        ("preparation", "-bang-ron", date(2025, 6, 6), "five days before is Saturday, so on the Friday before it"),
        ("preparation", "-an-ninh", date(2025, 6, 9), "three working days before: the 11th, 10th, 9th"),
        ("preparation", "-am-thanh", date(2025, 6, 11), "the working day before"),
        ("preparation", "-kinh-phi", date(2025, 5, 29), "ten working days before, over two weekends"),
    ],
)
def test_what_comes_before_the_dialogue_is_due_on_its_own_day(journey, rule, part, last_day, because):
    assert journey.due(rule, about=f"{JUNE}{part}") == [last_day], because


def test_the_front_the_departments_and_each_hamlet_head_owe_a_list_of_their_own(journey):
    """Plan III.1, III.2 and III.5: opinions come in through the office, seven days before the dialogue."""
    hamlets = {f"Trưởng thôn {name}" for name in ("Long Thành", "Phú Vinh", "Hòa Bình", "An Khê", "Tân Mỹ")}
    owed = journey.named("deadline-set", rule="opinions-collected", case=JUNE)
    assert {event.owner for event in owed} == {FRONT, DEPARTMENTS} | hamlets
    assert len(owed) == 7
    for event in owed:
        assert "trước 07 ngày" in event.basis
        assert not journey.the("deadline-met", deadline=event.deadline).late
    assert {event.sender: event.count for event in journey.named("list-received", case=JUNE) if event.count} == {
        FRONT: 2,
        DEPARTMENTS: 1,
        "Trưởng thôn Phú Vinh": 1,
    }


def test_whoever_is_on_a_list_has_a_submission_and_an_answer_of_his_own(journey):
    on_lists = [sent for sent in journey.outcome.sent.values() if sent.form.how == "list"]
    assert len(on_lists) == 4
    for sent in on_lists:
        received = journey.the("submission-received", case=sent.case)
        assert (received.channel, received.on_time) == ("list", True)
        assert received.registrant.name == sent.form.registrant.name
        approved = journey.the("answer-approved", case=sent.case)
        assert " ".join(approved.text.split()) == the_answer(sent)
        assert journey.named("question-settled", case=sent.case)
    assert len({sent.code for sent in on_lists}) == 4
    assert len({the_answer(sent) for sent in on_lists}) == 4
    senders = {journey.ledger.submissions[sent.case].collected_by for sent in on_lists}
    assert senders == {FRONT, DEPARTMENTS, "Trưởng thôn Phú Vinh"}


def test_the_departments_owe_their_summaries_seven_days_before(journey):
    """Plan III.2.2 to III.2.4, each department for its own field."""
    found = {}
    for part in ("tu-phap", "dia-chinh", "xa-hoi"):
        owed = journey.the("deadline-set", rule="preparation", about=f"{JUNE}-bao-cao-{part}")
        assert "trước 07 ngày" in owed.basis
        found[owed.department] = owed.basis[owed.basis.index("mục ") + 4 :][:7]
    assert found == {"tu-phap-ho-tich": "III.2.2", "dia-chinh-xay-dung": "III.2.3", "van-hoa-xa-hoi": "III.2.4"}


@pytest.mark.parametrize(
    ("about", "rule", "person", "reminded", "because"),
    [
        (f"{JUNE}-bao-cao-tu-phap", "preparation", "khanh.tuphap@tinhthien.example", date(2025, 6, 4), "due Thursday"),
        (f"{JUNE}-bao-cao-xa-hoi", "preparation", "hong.vhxh@tinhthien.example", date(2025, 6, 4), "due Thursday"),
        (f"{JUNE}-thon-an-khe", "opinions-collected", OFFICE_HEAD, date(2025, 6, 4), "the office sees that they come"),
        (JUNE, "conclusion-notice", OFFICE_HEAD, date(2025, 6, 20), "due on a Monday, so on the Friday before"),
    ],
)
def test_who_owes_it_is_reminded_when_the_office_opens_on_the_working_day_before(
    journey, about, rule, person, reminded, because
):
    """Plan III.2.1: the office urges the departments on."""
    near = journey.the("deadline-near", rule=rule, about=about)
    assert near.occurred_at == opening(reminded), because
    [text] = [text_of(mail) for mail in journey.mails("digest", person) if mail["Date"].datetime.date() == reminded]
    assert f"Hạn: {near.due_at.astimezone(HANOI):%H:%M ngày %d/%m/%Y}" in text


async def test_all_that_had_to_be_prepared_is_ticked_off_with_a_proof(journey):
    for dialogue in (JUNE, NOVEMBER):
        owed = {event.deadline for event in journey.named("deadline-set", rule="preparation", case=dialogue)}
        completed = journey.named("duty-completed", case=dialogue)
        assert len(owed) == len(completed) == len({event.duty for event in completed}) == 13
        assert all(event.proof and event.completed_by for event in completed)
        assert {event.deadline for event in journey.named("deadline-met", rule="preparation", case=dialogue)} == owed
    async with journey.console(OFFICE_HEAD) as http:
        page = words_of((await http.get(f"/hoi-nghi/{JUNE}/chuan-bi")).text)
    assert "13/13 việc xong" in page
    assert page.count("Văn phòng đã kiểm tra, có biên bản") == 13


async def test_the_plan_is_read_out_over_the_loudspeakers(journey):
    """Plan III.2.4: what is read out names the dialogue, the day and the place; nobody reads out UBND or a digit."""
    async with journey.console(OFFICE_HEAD) as http:
        text = " ".join((await http.get(f"/hoi-nghi/{JUNE}/tep/phat-thanh.txt")).text.split())
    day = "mười hai tháng sáu năm hai nghìn không trăm hai mươi lăm"
    for told in ("quý hai năm hai nghìn", "tám giờ", day, "Hội trường Ủy ban nhân dân xã Tịnh Thiện"):
        assert told in text


def test_the_front_the_citys_office_and_a_hamlet_are_invited_and_come(journey):
    """Plan II.1: representatives of the Front, offices of the city where needed, people of the hamlets."""
    invited = [event.representative for event in journey.named("representative-invited", case=JUNE)]
    assert [one.organisation or one.hamlet for one in invited] == [
        "Ủy ban Mặt trận Tổ quốc Việt Nam xã",
        "Phòng Nội vụ thành phố Quảng Ngãi",
        "Thôn An Khê",
    ]
    came = {event.representative for event in journey.named("representative-attended", case=JUNE)}
    assert came == {one.id for one in invited}
    assert "8 giờ, thứ Năm, ngày 12 tháng 6 năm 2025" in journey.mail("invitation", "tham.noivu@thanhpho.example")


# A duty that is forgotten

FORGOTTEN = f"{JUNE}-bao-cao-dia-chinh:preparation"


def test_a_forgotten_summary_is_missed_when_the_office_closes_and_climbs_the_ladder(journey):
    """5 June is a Thursday. The officer and the head of the office hear of it on Friday, the chairman on Monday."""
    assert [event.occurred_at for event in journey.named("deadline-missed")] == [closing(date(2025, 6, 5))]
    steps = journey.named("escalation-raised", deadline=FORGOTTEN)
    assert [(event.to, event.occurred_at) for event in steps] == [
        (Role.OFFICER, opening(date(2025, 6, 6))),
        (Role.OFFICE_HEAD, opening(date(2025, 6, 6))),
        (Role.CHAIRMAN, opening(date(2025, 6, 9))),
    ]
    met = journey.the("deadline-met", deadline=FORGOTTEN)
    assert (met.late, met.met_at.astimezone(HANOI).date()) == (True, date(2025, 6, 9)), "so the city hears nothing"


def test_whom_it_was_put_before_has_a_mail_and_says_what_he_does_about_it(journey):
    duty = "tranh chấp đất đai kéo dài"
    for person, day, asked in (
        (LAND_OFFICER, date(2025, 6, 6), "Hoàn thành ngay"),
        (OFFICE_HEAD, date(2025, 6, 6), "Đôn đốc Bộ phận Địa chính – Xây dựng"),
        (CHAIRMAN, date(2025, 6, 9), "Chỉ đạo Bộ phận Địa chính – Xây dựng"),
    ):
        [text] = [text_of(mail) for mail in journey.mails("digest", person) if mail["Date"].datetime.date() == day]
        assert duty in text, person
        assert "Quá hạn từ: 17:00 ngày 05/06/2025" in text
        assert asked in text
    assert not any("Quá hạn" in text_of(mail) for mail in journey.mails("digest", SUPERIOR))
    seen = journey.the("escalation-acknowledged", deadline=FORGOTTEN)
    assert (seen.acknowledged_by, seen.step) == ("Phạm Hồng Sơn", 2)
    assert seen.occurred_at.astimezone(HANOI).date() == date(2025, 6, 6)
    assert "đôn đốc" in seen.note


def test_staff_get_one_mail_a_day_while_the_office_is_open(journey):
    digests = journey.mails("digest")
    people = [(mail["To"].addresses[0].addr_spec, mail["Date"].datetime.date()) for mail in digests]
    assert len(people) > 20
    assert len(people) == len(set(people))
    for mail in digests:
        sent_at = mail["Date"].datetime.astimezone(HANOI)
        assert sent_at.weekday() < 5
        assert (7, 30) <= (sent_at.hour, sent_at.minute) < (17, 0)


# Questions of June


@pytest.mark.parametrize(
    ("key", "department", "because"),
    [
        ("cai-chinh-nam-sinh", "tu-phap-ho-tich", "III.2.2: civil status"),
        ("don-nha-xay-lan-muong", "dia-chinh-xay-dung", "III.2.3: unlawful building"),
        ("tro-cap-khuyet-tat", "van-hoa-xa-hoi", "III.2.4: social policy"),
        ("nha-dot-nat", "van-hoa-xa-hoi", "III.2.4: social policy"),
        ("nhac-to-mot-cua", "mot-cua", "III.2: how the one-stop desk treats people"),
    ],
)
def test_each_question_is_answered_by_the_department_that_the_plan_names(journey, key, department, because):
    """Plan III.2.1: the office collates, classifies and hands out."""
    approved = journey.the("answer-approved", case=journey.sent(key).case)
    assert (approved.department, approved.approved_by) == (department, "Lê Minh Hưng"), because
    answered = journey.the("deadline-met", rule="department-answer", about=journey.question(key))
    assert not answered.late


async def test_the_land_dispute_is_put_first_and_referred_up_and_the_asker_told(journey):
    """Plan I.1: what is beyond the commune's authority is recorded and reported to the direct superior."""
    key = "tranh-chap-loi-di"
    question = journey.question(key)
    assert journey.the("question-prioritised", question=question).pressing
    assert journey.the("question-referred-up", question=question).authority == CITY
    assert journey.the("deadline-cancelled", rule="department-answer", about=question)
    [letter] = journey.letters("referral", key)
    assert CITY in letter
    assert "Nguyễn Văn Thới" in letter
    assert journey.due("superior-report", about=question) == [date(2025, 5, 16)], "five working days after 9 May"
    reported = journey.the("superior-reported", question=question)
    met = journey.the("deadline-met", rule="superior-report", about=question)
    assert (reported.authority, met.late, met.met_at) == (CITY, False, reported.occurred_at)
    assert journey.settled(key) == "referred-up"
    sent = journey.sent(key)
    async with journey.public() as http:
        page = await http.post(
            "/tra-cuu", data={"code": sent.code, "contact": sent.form.registrant.phone[-4:]}, follow_redirects=True
        )
    assert f"Gửi {CITY}, văn bản số {reported.document}." in words_of(page.text)


def test_who_asks_for_more_time_gets_it_and_the_asker_a_letter_with_four_points(journey):
    """What it is about, what is required, until when, and who answers for it."""
    key = "don-nha-xay-lan-muong"
    question = journey.question(key)
    assert journey.due("department-answer", about=question) == [date(2025, 6, 11)], "five working days after 4 June"
    moved = journey.the("deadline-moved", about=question)
    assert (moved.cause, moved.due_on) == ("extension", date(2025, 6, 18)), "five more: 12, 13, 16, 17, 18 June"
    assert moved.original_due_at == closing(date(2025, 6, 11)), "lateness is told from the first end, too"
    [letter] = journey.letters("extension", key)
    for point in (
        "1. Nội dung: “Nhà phía sau xây dựng trái phép lấn ra mương thoát",
        "2. Yêu cầu: Đối chiếu hồ sơ lưu, kiểm tra thực địa",
        "3. Thời gian: giải quyết và trả lời chậm nhất vào ngày 18/06/2025",
        "4. Trách nhiệm giải quyết: Bộ phận Địa chính – Xây dựng",
    ):
        assert point in letter
    assert not journey.the("deadline-met", rule="department-answer", about=question).late


@pytest.mark.parametrize(
    ("key", "because", "sent_on"),
    [
        ("tro-cap-khuyet-tat", "excused", date(2025, 6, 12)),
        ("don-nha-xay-lan-muong", "absent", date(2025, 6, 17)),
    ],
)
def test_who_was_not_there_is_answered_in_writing_and_only_the_letter_meets_the_term(journey, key, because, sent_on):
    question = journey.question(key)
    assert journey.the("written-answer-owed", question=question).because == because
    owed = journey.the("deadline-set", rule="written-answer", about=question)
    assert owed.due_on == date(2025, 6, 26), "ten working days after 12 June"
    sent = journey.the("notification-sent", kind="answer", case=journey.sent(key).case)
    met = journey.the("deadline-met", deadline=owed.deadline)
    assert sent.channel == "letter"
    assert sent.occurred_at.astimezone(HANOI).date() == sent_on
    assert met.met_at >= sent.occurred_at
    assert not met.late
    [letter] = journey.letters("answer", key)
    assert journey.sent(key).form.registrant.name in letter
    assert the_answer(journey.sent(key)) in letter
    assert journey.settled(key) == "answered-in-writing"


async def test_who_has_neither_telephone_nor_email_looks_up_his_answer_by_his_name(journey):
    sent = journey.sent("tro-cap-khuyet-tat")
    async with journey.public() as own, journey.public() as another:
        page = await own.post("/tra-cuu", data={"code": sent.code, "contact": "Trịnh Thị Bông"}, follow_redirects=True)
        stranger = await another.post("/tra-cuu", data={"code": sent.code, "contact": "Đặng Thị Út Hiền"})
    assert the_answer(sent) in words_of(page.text)
    assert stranger.status_code == 404


def test_a_question_from_the_floor_is_answered_on_the_spot_by_the_chairman(journey):
    heard = journey.the("question-answered-at-dialogue", question=journey.question("phat-bieu-gio-nhan-ho-so"))
    assert heard.answered_by == "Lê Minh Hưng, Chủ tịch UBND xã Tịnh Thiện"
    assert journey.settled("phat-bieu-gio-nhan-ho-so") == "answered-at-dialogue"


# The dialogue of November is put off


@pytest.mark.parametrize(
    ("part", "first", "then", "because"),
    [
        (":registration-cutoff", date(2025, 11, 3), date(2025, 11, 10), "ten days before Thursday the 13th, the 20th"),
        ("-hoi-truong:preparation", date(2025, 11, 12), date(2025, 11, 19), "the working day before"),
        ("-am-thanh:preparation", date(2025, 11, 12), date(2025, 11, 19), "the working day before"),
    ],
)
def test_what_is_still_owed_moves_with_the_dialogue_and_says_why(journey, part, first, then, because):
    moved = journey.the("deadline-moved", deadline=f"{NOVEMBER}{part}")
    assert (moved.original_due_at, moved.due_at) == (closing(first), closing(then)), because
    assert (moved.cause, moved.reason) == ("rescheduled", STORM)
    assert moved.occurred_at.astimezone(HANOI).date() == date(2025, 11, 7)


def test_what_was_done_before_the_storm_stays_done(journey):
    assert len(journey.named("deadline-moved", case=NOVEMBER, cause="rescheduled")) == 3
    received = journey.named("deadline-met", rule="opinions-collected", case=NOVEMBER)
    assert {event.due_at for event in received} == {closing(date(2025, 11, 6))}
    assert len(received) == 7


def test_each_registrant_is_told_of_the_new_day_once(journey):
    told = journey.named("notification-sent", kind="rescheduled")
    keys = ["cong-truong-sut-lun", "nha-dot-nat"]
    assert sorted(event.case for event in told) == sorted(journey.sent(key).case for key in keys)
    texts = [journey.mail("rescheduled", "hoanh.vovan@nguoidan.example"), *journey.letters("rescheduled")]
    assert len(texts) == 2
    for text in texts:
        assert "trước đây: 8 giờ, thứ Năm, ngày 13 tháng 11 năm 2025" in text
        assert "mới: 8 giờ, thứ Năm, ngày 20 tháng 11 năm 2025" in text
        assert STORM in text


def test_registration_is_open_again_until_ten_days_before_the_new_day(journey):
    closed = journey.named("registration-closed", case=NOVEMBER)
    assert [event.occurred_at for event in closed] == [closing(date(2025, 11, 3)), closing(date(2025, 11, 10))]
    key = "chung-thuc-ban-sao-uot"
    received = journey.the("submission-received", case=journey.sent(key).case)
    assert received.received_at.astimezone(HANOI).date() == date(2025, 11, 7), "four days after it had closed at first"
    assert received.on_time
    assert "ngày 20 tháng 11 năm 2025" in journey.mail("invitation", "diem.luongthi@nguoidan.example")
    assert journey.settled(key) == "answered-at-dialogue"


async def test_it_is_held_on_the_new_day(journey):
    assert journey.the("dialogue-held", case=NOVEMBER).held_at == datetime(2025, 11, 20, 8, tzinfo=HANOI)
    assert journey.days("dialogue-held", case=NOVEMBER) == [date(2025, 11, 20)]
    async with journey.public() as http:
        page = words_of((await http.get(f"/xa/{COMMUNE}/hoi-nghi/{NOVEMBER}")).text)
    assert "08:00 thứ Năm, 20/11/2025" in page
    assert "13/11/2025" not in page


# Questions of November


async def test_a_question_that_is_handed_over_keeps_the_days_that_were_left(journey):
    """Received on Tuesday 21 October, so until the 28th. Handed over on the 22nd, taken up on the 23rd."""
    key = "cong-truong-sut-lun"
    question, sent = journey.question(key), journey.sent(key)
    assert journey.due("department-answer", about=question) == [date(2025, 10, 28)]
    handed = journey.the("question-transferred", question=question)
    assert (handed.from_department, handed.department, handed.clock) == (
        "van-hoa-xa-hoi",
        "dia-chinh-xay-dung",
        "pauses",
    )
    assert journey.days("deadline-paused", about=question) == [date(2025, 10, 22)]
    assert journey.days("transfer-accepted", question=question) == [date(2025, 10, 23)]
    resumed = journey.the("deadline-moved", about=question)
    assert (resumed.cause, resumed.due_on) == ("resumed", date(2025, 10, 29)), "four were left: 24, 27, 28, 29 October"
    assert resumed.original_due_at == closing(date(2025, 10, 28))
    async with journey.public() as http:
        page = await http.post(
            "/tra-cuu", data={"code": sent.code, "contact": sent.form.registrant.phone[-4:]}, follow_redirects=True
        )
    told = words_of(page.text)
    assert "Đã chuyển đến Bộ phận Văn hóa – Xã hội, Đài Truyền thanh" in told
    assert "Đã chuyển tiếp đến Bộ phận Địa chính – Xây dựng" in told
    assert f"Lý do: {handed.reason}" in told


def test_what_belongs_to_the_power_company_is_redirected_to_it(journey):
    key = "phat-bieu-dien-chap-chon"
    assert journey.settled(key) == "redirected"
    told = journey.mail("guidance", "dao.dinhhong@nguoidan.example")
    assert "Điện lực khu vực quản lý lưới điện của xã" in told
    assert the_answer(journey.sent(key)) in told


# After the dialogues


@pytest.mark.parametrize(
    ("dialogue", "rule", "last_day", "because"),
    [
        (JUNE, "conclusion-notice", date(2025, 6, 23), "ten days after is Sunday the 22nd, so the next working day"),
        (JUNE, "result-report", date(2025, 6, 26), "ten working days"),
        (f"{JUNE}-c1", "resolution", date(2025, 7, 18), "twenty working days after the notice of Friday 20 June"),
        (NOVEMBER, "conclusion-notice", date(2025, 12, 1), "ten days after is Sunday 30 November"),
        (NOVEMBER, "result-report", date(2025, 12, 4), "24 November 2025 is worked: a holiday only from 2026"),
        (f"{NOVEMBER}-c1", "resolution", date(2025, 12, 26), "twenty after 28 November; Christmas is worked"),
    ],
)
def test_what_follows_a_dialogue_is_due_on_its_day_and_done_in_time(journey, dialogue, rule, last_day, because):
    owed = journey.the("deadline-set", rule=rule, about=dialogue)
    assert owed.due_on == last_day, because
    assert not journey.the("deadline-met", deadline=owed.deadline).late


def test_the_conclusion_went_to_everybody_and_its_promise_was_kept(journey):
    for dialogue, notice in ((JUNE, "41/TB-UBND"), (NOVEMBER, "97/TB-UBND")):
        assert journey.the("dialogue-concluded", case=dialogue).notice == notice
        cases = {case for case, one in journey.ledger.submissions.items() if one.dialogue == dialogue}
        told = [event.case for event in journey.named("notification-sent", kind="conclusion") if event.case in cases]
        assert sorted(told) == sorted(cases)
        assert journey.the("dialogue-settled", case=dialogue)
    assert len(journey.named("commitment-fulfilled")) == 2
    [letter] = journey.letters("resolution", "ho-tro-dich-lon")
    assert "Đã chi trả phần còn thiếu cho 7 hộ của thôn Phú Vinh" in letter
    assert "Đã bổ sung 4 hộ" in journey.mail("resolution", "hoanh.vovan@nguoidan.example")


def test_the_result_is_reported_to_the_city(journey):
    reported = [(event.document, event.recipient) for event in journey.named("result-reported")]
    assert reported == [("58/BC-UBND", CITY), ("121/BC-UBND", CITY)]


# In the end


def test_every_opinion_is_received_in_full_and_as_it_was_written(journey):
    for sent in journey.outcome.sent.values():
        received = journey.ledger.submissions[sent.case]
        assert [question.text for question in received.questions] == [matter.text for matter in sent.form.matters]
        assert received.registrant == sent.form.registrant


def test_the_books_balance_and_nothing_is_open(journey):
    ledger = journey.ledger
    assert ledger.balances
    assert len(ledger.submissions) == len(journey.outcome.sent) == 12
    assert {how: ledger.became(how) for how in ("open", "redirected", "referred-up", "answered-in-writing")} == {
        "open": 0,
        "redirected": 1,
        "referred-up": 1,
        "answered-in-writing": 2,
    }
    assert ledger.failed == 0


async def test_nothing_was_parked(stack, journey):
    client = await nats.connect(stack.addresses.nats_url)
    try:
        assert (await client.jetstream().stream_info(DEADLETTERS)).state.messages == 0
    finally:
        await client.close()


# A decree while a term runs

SWAP = """  - {day_off: 2026-01-09, day_worked: 2026-01-17, decree: "Công văn 01/DT ngày 31/12/2025"}
"""
ASKED = "Tôi muốn xin cấp bản sao trích lục khai sinh cho con thì nộp tờ khai ở bộ phận nào, có phải đặt lịch không?"


def doithoai(stack, *arguments: object) -> str:
    """What the command line says of the running stack."""
    command = [sys.executable, "-m", "services", *map(str, arguments), "--data", str(stack.folder)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=True).stdout


async def test_a_decree_applied_by_command_moves_a_running_term_and_the_desk_says_why(stack, journey, tmp_path):
    """Asked on Wednesday 31 December 2025, five working days: 5 to 9 January, for the 1st and the 2nd are off.

    A decree takes Friday the 9th. Saturday the 10th is worked already, so the term ends a day later.
    """
    await let_pass(stack.addresses, datetime(2025, 12, 31, 9, tzinfo=HANOI))
    async with journey.public() as http:
        form = {"name": "Phan Thị Lựu", "phone": "0951234399", "questions": [{"section": "procedures", "text": ASKED}]}
        receipt = (await http.post(f"/api/v1/communes/{COMMUNE}/submissions", json=form)).json()
    await let_pass(stack.addresses, datetime(2025, 12, 31, 9, 30, tzinfo=HANOI))
    question = receipt["questions"][0]["id"]
    term = f"{question}:department-answer"

    file = tmp_path / "vn-2026.yaml"
    file.write_text((CALENDARS / file.name).read_text(encoding="utf-8") + SWAP, encoding="utf-8")
    previewed = map(json.loads, doithoai(stack, "calendar", "preview", file, "--json").splitlines())
    assert ("2026-01-09", "2026-01-10") in [(one["from"], one["to"]) for one in previewed if one["deadline"] == term]
    assert "Đã áp dụng lịch năm 2026" in doithoai(stack, "calendar", "apply", file)
    await let_pass(stack.addresses, datetime(2025, 12, 31, 10, tzinfo=HANOI))

    later = replace(journey, events=await said_of(COMMUNE, stack.addresses))
    assert later.due("department-answer", about=question) == [date(2026, 1, 9)]
    moved = later.the("deadline-moved", deadline=term)
    assert (moved.cause, moved.due_on) == ("calendar", date(2026, 1, 10))
    async with journey.console(OFFICE_HEAD) as http:
        page = words_of((await http.get(f"/ho-so/{moved.case}")).text)
    assert "17:00 thứ Bảy, 10/01/2026" in page
    assert "lịch nghỉ thay đổi" in page
    assert "Công văn 01/DT ngày 31/12/2025" in page, "it names the text that moved the term"
