"""Phường Chánh Lộ 2024: in June with the citizens about procedures, in October with the young about digital change.

Days are counted by hand. No public holiday of 2024 lies between 2 May and 1 September, nor between 4 September and the
end of the year; what is left out are weekends.
"""

import io
import re
from datetime import date, datetime

import docx
import nats
import openpyxl
import pytest

from shared.broker import DEADLETTERS
from shared.contracts import Role
from shared.web import HANOI
from tests.e2e.journey import text_of, words_of

COMMUNE = "chanh-lo"
PEOPLE, YOUNG = "chanh-lo-20240613-dot-1", "chanh-lo-20241017-dot-2"
CITY = "Ủy ban nhân dân thành phố Quảng Ngãi"
CHAIRMAN, DEPUTY = "Lê Việt Dũng", "Huỳnh Thị Kim Chi"
OFFICE_HEAD, OFFICER, SUPERIOR = (
    "duc.vanphong@chanhlo.example",
    "my.vanphong@chanhlo.example",
    "long.ubnd@tpquangngai.example",
)
FRONT, UNION = "Ủy ban Mặt trận Tổ quốc Việt Nam, các đoàn thể phường", "Đoàn thanh niên phường"
SCANNER, SCANNER_AGAIN = "may-quet-mot-cua", "may-quet-mot-cua-lan-2"
LAND, OFFICE = "dia-chinh-do-thi", "van-phong"


def the_answer(journey, key: str) -> str:
    return " ".join(journey.sent(key).form.answers[0].split())


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=HANOI)


async def called(journey, dialogue: str) -> list[str]:
    """Who stands on the agenda of a conference, from top to bottom."""
    async with journey.console(OFFICE_HEAD) as http:
        page = await http.get(f"/hoi-nghi/{dialogue}/tai-hoi-nghi")
    return re.findall(r'<p class="asker"><strong>(.+?)</strong>', page.text)


# Two sessions


@pytest.mark.parametrize(
    ("dialogue", "held_at", "audience", "fields"),
    [
        (PEOPLE, at(6, 13, 8), "nhân dân", set()),
        (YOUNG, at(10, 17, 14), "thanh niên", {"digital", "residence-security"}),
    ],
)
def test_two_sessions_have_each_an_audience_and_a_subject_of_their_own(journey, dialogue, held_at, audience, fields):
    """Plan II.2. Every field has procedures, so the first is about all; the second about what Project 06 is about."""
    planned = journey.the("dialogue-planned", case=dialogue)
    [session] = planned.sessions
    assert (planned.held_at, session.audience, set(session.fields)) == (held_at, audience, fields)


async def test_the_page_of_each_session_says_for_whom_it_is_and_about_what(journey):
    async with journey.public() as http:
        people, young = [words_of((await http.get(f"/xa/{COMMUNE}/hoi-nghi/{one}")).text) for one in (PEOPLE, YOUNG)]
    assert "thủ tục hành chính, giải quyết thủ tục hành chính Dành cho nhân dân." in people
    assert "08:00 thứ Năm, 13/06/2024" in people
    assert "vai trò của thanh niên trong phát triển chuyển đổi số Dành cho thanh niên." in young
    assert "14:00 thứ Năm, 17/10/2024" in young
    assert "Câu hỏi ngoài các nội dung trên vẫn được tiếp nhận" in young
    assert "Câu hỏi ngoài các nội dung trên" not in people, "it is about everything"


@pytest.mark.parametrize(("slot", "held_on"), [("dot-1", date(2024, 6, 13)), ("dot-2", date(2024, 10, 17))])
def test_both_are_held_between_the_second_and_the_fourth_quarter(journey, slot, held_on):
    """Plan II.3.2. The last day of the fourth quarter, Tuesday 31 December, is worked."""
    assert journey.due("periodic-dialogue", about=f"chanh-lo-{slot}") == [date(2024, 12, 31)]
    met = journey.the("deadline-met", rule="periodic-dialogue", about=f"chanh-lo-{slot}")
    assert met.met_at.astimezone(HANOI).date() == held_on
    assert not met.late


@pytest.mark.parametrize(
    ("dialogue", "due", "announced"),
    [(PEOPLE, date(2024, 6, 6), date(2024, 5, 6)), (YOUNG, date(2024, 10, 10), date(2024, 9, 11))],
)
def test_the_plan_names_no_term_for_the_announcement_so_it_is_the_seven_days_of_the_law(
    journey, dialogue, due, announced
):
    [owed] = journey.named("deadline-set", rule="announcement", case=dialogue)
    assert owed.due_on == due, "a Thursday, as the day of the conference"
    assert "Điều 43" in owed.basis
    assert journey.days("dialogue-announced", case=dialogue) == [announced]


async def test_it_is_broadcast_and_passed_on_by_the_youth_union_and_the_heads_of_hamlets(journey):
    """Plan III.4, III.5, III.9."""
    for dialogue in (PEOPLE, YOUNG):
        done = {event.duty for event in journey.named("duty-completed", case=dialogue)}
        assert {"phat-thanh", "bang-ron", "tuyen-truyen-doan", "thong-bao-to"} <= done
    async with journey.console(OFFICE_HEAD) as http:
        text = (await http.get(f"/hoi-nghi/{YOUNG}/tep/phat-thanh.txt")).text
    assert "mười bốn giờ, thứ Năm, ngày mười bảy tháng mười năm hai nghìn không trăm hai mươi tư" in text
    assert "các bạn thanh niên trên địa bàn phường tham dự" in text


def test_what_has_to_be_prepared_has_a_day_counted_back_from_the_conference(journey):
    """Plan II.4, III.2 to III.9; who has no day in the plan has one in the profile. Thursday 13 June is not counted."""
    owed = journey.named("deadline-set", rule="preparation", case=PEOPLE)
    assert {event.about.removeprefix(f"{PEOPLE}-"): event.due_on for event in owed} == {
        "tuyen-truyen-doan": date(2024, 5, 29),  # 15 days
        "dang-tai": date(2024, 5, 29),
        "kinh-phi": date(2024, 5, 30),  # 10 working days: 12, 11, 10, 7, 6, 5, 4, 3 June, 31, 30 May
        "bao-cao-vuong-mac": date(2024, 6, 3),  # 10 days
        "phat-thanh": date(2024, 6, 6),  # 7 days
        "van-de-noi-com": date(2024, 6, 6),  # 5 working days: 12, 11, 10, 7, 6
        "bao-cao-mot-cua": date(2024, 6, 6),
        "chuong-trinh": date(2024, 6, 6),
        "bang-ron": date(2024, 6, 7),  # 5 days: Saturday the 8th, so Friday
        "thong-bao-to": date(2024, 6, 7),
        "an-ninh": date(2024, 6, 10),  # 3 working days
        "gioi-thieu": date(2024, 6, 12),  # 1 working day
        "hoi-truong": date(2024, 6, 12),
        "am-thanh": date(2024, 6, 12),
    }
    assert {event.duty for event in journey.named("duty-completed", case=PEOPLE) if event.proof} == {
        event.about.removeprefix(f"{PEOPLE}-") for event in owed
    }
    assert not any(event.late for event in journey.named("deadline-met", rule="preparation"))


def test_delegates_of_the_city_of_organisations_and_hamlets_are_invited(journey):
    """Plan II.1.2, III.9."""
    guests = [event.representative for event in journey.named("representative-invited", case=PEOPLE)]
    assert {guest.organisation or guest.hamlet for guest in guests} == {
        "Phòng Nội vụ thành phố Quảng Ngãi",
        "Ủy ban Mặt trận Tổ quốc Việt Nam phường",
        "Tổ dân phố 5",
    }
    assert len(journey.named("notification-sent", case=PEOPLE, kind="invitation")) == len(guests)
    text = journey.mail("invitation", "binh.noivu@thanhpho.example")
    assert "8 giờ, thứ Năm, ngày 13 tháng 6 năm 2024" in text
    assert "Hội trường UBND phường Chánh Lộ" in text


# Lists of opinions and of participants


@pytest.mark.parametrize(
    ("dialogue", "due", "senders"),
    [(PEOPLE, date(2024, 6, 3), {FRONT}), (YOUNG, date(2024, 10, 7), {UNION})],
)
def test_opinions_come_ten_days_before_from_organisations_and_eight_heads_of_hamlets(journey, dialogue, due, senders):
    """Plan III.1, III.5, III.9. Both days are Mondays."""
    owed = journey.named("deadline-set", rule="opinions-collected", case=dialogue)
    assert {event.due_on for event in owed} == {due}
    assert {event.owner for event in owed} == senders | {f"Tổ trưởng tổ dân phố {number}" for number in range(1, 9)}
    assert all("trước 10 ngày" in event.basis for event in owed)
    met = journey.named("deadline-met", rule="opinions-collected", case=dialogue)
    assert len(met) == 9
    assert not any(event.late for event in met)


def test_who_has_nothing_to_say_sends_an_empty_list(journey):
    received = journey.named("list-received", kind="opinions")
    assert {(event.case, event.sender): event.count for event in received if event.count} == {
        (PEOPLE, FRONT): 3,
        (PEOPLE, "Tổ trưởng tổ dân phố 3"): 1,
        (YOUNG, UNION): 3,
    }
    assert sum(event.count == 0 for event in received) == 7 + 8


def test_of_several_people_on_one_list_each_keeps_an_answer_of_his_own(journey):
    keys = ("den-tin-hieu-nga-tu", SCANNER, "chung-thuc-cho-lau")
    forms = [journey.the("submission-received", case=journey.sent(key).case) for key in keys]
    assert {form.collected_by for form in forms} == {FRONT}
    assert len({form.code for form in forms}) == 3
    assert [journey.settled(key) for key in keys] == ["referred-up", "answered-in-writing", "answered-at-dialogue"]
    [letter] = journey.letters("answer", SCANNER)
    assert "Lữ Thị Mười" in letter
    assert the_answer(journey, SCANNER) in letter
    heard = journey.the("answer-approved", question=journey.question("chung-thuc-cho-lau"))
    assert " ".join(heard.text.split()) == the_answer(journey, "chung-thuc-cho-lau")


def test_the_youth_union_sends_opinions_by_topic_and_each_asker_is_answered(journey):
    """Plan III.5."""
    topics = {event.question: event.topic for event in journey.named("question-grouped")}
    together = [journey.question(key) for key in ("to-cong-nghe-so", SCANNER_AGAIN)]
    assert {topics[question] for question in together} == {"Hỗ trợ người dân nộp hồ sơ trực tuyến"}
    assert topics[journey.question("dinh-danh-hoc-sinh")] == "Định danh điện tử"
    assert len({journey.the("answer-approved", question=question).text for question in together}) == 2
    assert journey.settled("to-cong-nghe-so") == journey.settled(SCANNER_AGAIN) == "answered-at-dialogue"


def test_the_list_of_young_participants_is_due_five_days_before_and_escalates_when_it_is_late(journey):
    """Plan III.5. Five days before is Saturday 12 October, so it is due on Friday; it came on Tuesday the 15th."""
    [owed] = journey.named("deadline-set", rule="participant-list")
    assert (owed.case, owed.due_on, owed.owner) == (YOUNG, date(2024, 10, 11), UNION)
    assert journey.the("deadline-missed", rule="participant-list").due_at == at(10, 11, 17, 30)
    raised = journey.named("escalation-raised", deadline=owed.deadline)
    assert [(event.step, event.to, event.occurred_at) for event in raised] == [
        (1, Role.CLERK, at(10, 14, 7, 30)),  # Monday: the first opening after it
        (2, Role.OFFICE_HEAD, at(10, 14, 7, 30)),  # and the first working day after it
        (3, Role.CHAIRMAN, at(10, 15, 7, 30)),  # the second
    ]
    assert journey.named("escalation-acknowledged", deadline=owed.deadline, acknowledged_by="Trần Minh Đức")
    assert journey.days("list-received", kind="participants") == [date(2024, 10, 15)]
    assert journey.the("deadline-met", rule="participant-list").late


def test_who_is_on_the_list_is_invited_the_same_day(journey):
    guests = [
        event.representative
        for event in journey.named("representative-invited", case=YOUNG)
        if (event.representative.organisation or "").startswith("Chi đoàn")
    ]
    assert len(guests) == journey.the("list-received", kind="participants").count == 8
    assert "đại diện Chi đoàn tổ dân phố 1" in journey.mail("invitation", "hieu.vominh@thanhnien.example")
    assert len(journey.letters("invitation")) >= sum(guest.email is None for guest in guests) == 6


# Before the conference


@pytest.mark.parametrize(
    ("key", "department"),
    [
        ("khai-sinh-lien-thong", "tu-phap-ho-tich"),
        ("hem-bi-xay-lan", LAND),
        ("mot-cua-buoi-chieu", "mot-cua"),
        ("den-tin-hieu-nga-tu", LAND),
        (SCANNER, OFFICE),
        ("chung-thuc-cho-lau", "tu-phap-ho-tich"),
        ("rac-hem-to-3", LAND),
        ("phat-bieu-xac-nhan-hon-nhan", "tu-phap-ho-tich"),
        ("phat-bieu-tach-thua", LAND),
        ("so-do-cha-me-tang", LAND),
        ("dinh-danh-hoc-sinh", "cong-an"),
        ("to-cong-nghe-so", OFFICE),
        (SCANNER_AGAIN, OFFICE),
    ],
)
def test_each_question_is_handed_to_the_department_that_answers_it(journey, key, department):
    """Plan III.3."""
    assert journey.named("question-assigned", question=journey.question(key))[-1].department == department


def test_what_was_raised_before_and_never_settled_is_found_when_registration_closes(journey):
    """Plan II.4.1: above all what people have rightly asked for several times. Ten days before is Monday 7 October."""
    recurs = journey.the("question-recurs")
    assert recurs.question == journey.question(SCANNER_AGAIN)
    assert recurs.earlier == (journey.question(SCANNER),)
    assert journey.days("registration-closed", case=YOUNG) == [date(2024, 10, 7)]
    assert recurs.occurred_at <= at(10, 8, 7, 31), "before the office works on Tuesday"


def test_pressing_questions_are_picked_out_with_a_reason(journey):
    picked = journey.named("question-prioritised")
    assert {event.question for event in picked} == {journey.question(key) for key in (SCANNER, SCANNER_AGAIN)}
    assert all(event.pressing and "bức xúc" in event.reason for event in picked)


async def test_the_pressing_one_is_called_first_and_then_speakers_in_the_order_registered(journey):
    """Plan II.4.1, II.4.2."""
    assert await called(journey, PEOPLE) == [
        "Lữ Thị Mười",  # pressing, though she was the fifth to register
        *("Nguyễn Thị Ngọc Hân", "Cao Văn Nhường", "Phạm Thị Thu Sương"),
        *("Tạ Công Bình", "Trần Thị Bích Liên", "Đặng Văn Sỹ"),
        *("Huỳnh Tấn Đạt", "Võ Thị Kim Thoa"),  # from the floor
    ]


async def test_what_recurs_is_called_first_though_it_was_registered_last(journey):
    assert await called(journey, YOUNG) == [
        "Nguyễn Trung Kiên",
        *("Phan Thị Thảo Vy", "Đinh Hoàng Long"),
        "Bùi Thị Mỹ Linh",  # from the floor
    ]
    async with journey.console(OFFICE_HEAD) as http:
        page = words_of((await http.get(f"/hoi-nghi/{YOUNG}/tai-hoi-nghi")).text)
    assert page.index("Nguyễn Trung Kiên") < page.index("đã nêu nhiều lần") < page.index("Phan Thị Thảo Vy")


# At the conference


def test_the_chairman_delegates_to_the_deputy_who_reports_back_in_time(journey):
    """Plan II.1.1. The plan says "after the dialogue"; by default on the next working day, Friday 14 June."""
    delegated = journey.the("chair-delegated", case=PEOPLE)
    assert (delegated.deputy, delegated.delegated_by) == (DEPUTY, CHAIRMAN)
    assert "đột xuất" in delegated.reason
    assert journey.the("dialogue-held", case=PEOPLE).presided_by == DEPUTY
    assert journey.the("dialogue-held", case=YOUNG).presided_by is None
    assert journey.due("delegate-report") == [date(2024, 6, 14)]
    reported = journey.the("delegate-reported")
    assert (reported.case, reported.reported_by) == (PEOPLE, DEPUTY)
    assert not journey.the("deadline-met", rule="delegate-report").late


async def test_the_delegation_and_the_report_are_on_record(journey):
    async with journey.public() as http:
        public = words_of((await http.get(f"/xa/{COMMUNE}/hoi-nghi/{PEOPLE}")).text)
    async with journey.console(OFFICE_HEAD) as http:
        room = words_of((await http.get(f"/hoi-nghi/{PEOPLE}")).text)
    assert f"{DEPUTY}, theo ủy quyền của Chủ tịch" in public
    assert f"{DEPUTY}, theo ủy quyền của {CHAIRMAN}" in room
    assert "Hội nghị diễn ra đúng chương trình." in room


@pytest.mark.parametrize(
    ("key", "answered_by"),
    [
        ("phat-bieu-xac-nhan-hon-nhan", f"{DEPUTY}, Phó Chủ tịch UBND phường Chánh Lộ"),
        ("phat-bieu-thanh-toan-so", f"{CHAIRMAN}, Chủ tịch UBND phường Chánh Lộ"),
    ],
)
def test_who_presides_answers_on_the_spot(journey, key, answered_by):
    """Plan II.4.2."""
    heard = journey.the("question-answered-at-dialogue", question=journey.question(key))
    assert heard.answered_by == answered_by
    assert " ".join(heard.answer.split()) == the_answer(journey, key)
    assert journey.settled(key) == "answered-at-dialogue"


def test_what_cannot_be_answered_at_once_is_taken_for_a_letter(journey):
    """Plan II.4.2. From Thursday 13 June: 14, 17 to 21, 24 to 27 are ten working days."""
    question = journey.question("phat-bieu-tach-thua")
    assert journey.the("question-taken-for-written-answer", question=question).taken_by == DEPUTY
    assert journey.the("written-answer-owed", question=question).because == "taken"
    assert journey.due("written-answer", about=question) == [date(2024, 6, 27)]
    [letter] = journey.letters("answer", "phat-bieu-tach-thua")
    assert "người chủ trì giao đơn vị chuyên môn trả lời bằng văn bản" in letter
    assert the_answer(journey, "phat-bieu-tach-thua") in letter
    assert not journey.the("deadline-met", rule="written-answer", about=question).late


def test_what_is_beyond_the_ward_is_put_before_the_city_and_the_asker_told(journey):
    """Plan II.4.2. Referred up on Monday 3 June; five working days end on Monday the 10th."""
    question = journey.question("den-tin-hieu-nga-tu")
    assert journey.the("question-referred-up", question=question).authority == CITY
    assert journey.due("superior-report") == [date(2024, 6, 10)]
    assert journey.the("superior-reported", question=question).document == "21/BC-UBND"
    assert not journey.the("deadline-met", rule="superior-report").late
    [letter] = journey.letters("referral", "den-tin-hieu-nga-tu")
    assert "Tạ Công Bình" in letter
    assert f"báo cáo {CITY}" in letter
    assert journey.settled("den-tin-hieu-nga-tu") == "referred-up"


def test_what_is_outside_the_subject_of_the_session_is_answered_in_writing(journey):
    """A question about land for the session with the young."""
    sent = journey.sent("so-do-cha-me-tang")
    assert journey.the("question-assigned", case=sent.case).outside_subject
    assert journey.the("written-answer-owed", case=sent.case).because == "outside-subject"
    assert journey.due("written-answer", case=sent.case) == [date(2024, 9, 26)]  # 10 working days from 12 September
    text = journey.mail("answer", sent.form.registrant.email)
    assert "không thuộc phạm vi nội dung" in text
    assert the_answer(journey, sent.form.key) in text
    assert not journey.the("deadline-met", rule="written-answer", case=sent.case).late


# What was not answered


@pytest.mark.parametrize(
    ("rule", "missed_at", "steps"),
    [
        (
            "department-answer",  # handed out on Friday 31 May: 3, 4, 5, 6, 7 June
            at(6, 7, 17, 30),
            [
                (Role.OFFICER, at(6, 10, 7, 30)),  # Friday is over, so Monday
                (Role.OFFICE_HEAD, at(6, 10, 7, 30)),  # the first working day
                (Role.CHAIRMAN, at(6, 11, 7, 30)),  # the second
                (Role.PROVINCE, at(6, 14, 7, 30)),  # the fifth: 10, 11, 12, 13, 14
            ],
        ),
        (
            "written-answer",  # owed since Thursday 13 June: 14, 17 to 21, 24 to 27 June
            at(6, 27, 17, 30),
            [
                (Role.CLERK, at(6, 28, 7, 30)),  # letters are the office's, so its clerk comes first
                (Role.OFFICE_HEAD, at(6, 28, 7, 30)),
                (Role.CHAIRMAN, at(7, 1, 7, 30)),
                (Role.PROVINCE, at(7, 4, 7, 30)),  # 28 June, 1, 2, 3, 4 July
            ],
        ),
    ],
)
def test_what_nobody_answers_climbs_to_the_city_each_step_once_and_when_the_office_opens(
    journey, rule, missed_at, steps
):
    question = journey.question(SCANNER)
    missed = journey.the("deadline-missed", rule=rule, about=question)
    assert missed.due_at == missed_at
    raised = journey.named("escalation-raised", deadline=missed.deadline)
    assert [(event.to, event.occurred_at) for event in raised] == steps
    assert [event.step for event in raised] == [1, 2, 3, 4]
    [seen] = journey.named("escalation-acknowledged", deadline=missed.deadline)
    assert (seen.acknowledged_by, seen.step) == ("Trần Minh Đức", 2)
    assert journey.the("deadline-met", deadline=missed.deadline).late


@pytest.mark.parametrize(
    ("address", "day", "step"),
    [
        (OFFICER, "10/06/2024", "Bước 1"),
        (OFFICE_HEAD, "10/06/2024", "Bước 2"),
        ("chutich@chanhlo.example", "11/06/2024", "Bước 3"),
        (SUPERIOR, "14/06/2024", "Bước 4"),
    ],
)
def test_each_of_the_ladder_is_told_by_mail_which_question_is_late_and_why_he_hears_of_it(journey, address, day, step):
    [told] = [text_of(mail) for mail in journey.mails("digest", address) if f"ngày {day}" in mail["Subject"]]
    assert f"Phiếu {journey.sent(SCANNER).code}, câu hỏi 1" in told
    assert "Quá hạn từ: 17:30 ngày 07/06/2024" in told
    assert step in told


def test_the_question_that_was_put_off_is_answered_at_last_by_letter(journey):
    assert journey.the("written-answer-owed", question=journey.question(SCANNER)).because == "afterwards"
    assert journey.days("question-settled", question=journey.question(SCANNER)) == [date(2024, 10, 14)]
    [letter] = journey.letters("answer", SCANNER)
    assert "được tiếp thu để trả lời bằng văn bản" in letter


def test_departments_and_organisations_are_urged_before_a_term_ends_once_a_day(journey):
    """Plan III.3. The lists were due on Monday 3 June, so they are spoken of on Friday."""
    [friday] = [text_of(mail) for mail in journey.mails("digest", OFFICE_HEAD) if "31/05/2024" in mail["Subject"]]
    for owner in (FRONT, "Tổ trưởng tổ dân phố 8"):
        assert f"Đôn đốc {owner} hoàn thành trước hạn." in friday
    days = [(mail["To"], mail["Message-ID"].split("-")[3]) for mail in journey.mails("digest")]
    assert len(days) == len(set(days))
    for event in [*journey.named("deadline-near"), *journey.named("escalation-raised")]:
        moment = event.occurred_at.astimezone(HANOI)
        assert (moment.hour, moment.minute) == (7, 30)


# After the conference


@pytest.mark.parametrize(
    ("dialogue", "due", "out", "notice"),
    [
        (PEOPLE, date(2024, 6, 27), date(2024, 6, 26), "62/TB-UBND"),  # 14, 17 to 21, 24 to 27: ten
        (YOUNG, date(2024, 10, 31), date(2024, 10, 30), "105/TB-UBND"),  # 18, 21 to 25, 28 to 31: ten
    ],
)
def test_the_conclusion_is_told_within_ten_working_days_to_everybody(journey, dialogue, due, out, notice):
    """Plan II.4.3."""
    [owed] = journey.named("deadline-set", rule="conclusion-notice", case=dialogue)
    assert owed.due_on == due
    assert "mục II.4.3" in owed.basis
    assert journey.days("dialogue-concluded", case=dialogue) == [out]
    assert journey.the("dialogue-concluded", case=dialogue).notice == notice
    assert not journey.the("deadline-met", rule="conclusion-notice", case=dialogue).late
    forms = {case for case, form in journey.ledger.submissions.items() if form.dialogue == dialogue}
    told = {event.case for event in journey.named("notification-sent", kind="conclusion")}
    assert forms <= told


async def test_the_conclusion_is_published_with_what_became_of_it(journey):
    async with journey.public() as http:
        page = words_of((await http.get(f"/xa/{COMMUNE}/hoi-nghi/{PEOPLE}")).text)
        word = await http.get(f"/xa/{COMMUNE}/hoi-nghi/{PEOPLE}/ket-luan.docx")
    assert "Thông báo kết luận số 62/TB-UBND Ban hành thứ Tư, 26/06/2024" in page
    assert "Phần bậc tam cấp xây lấn ra hẻm 0,4 mét đã được chủ nhà tự tháo dỡ" in page
    assert word.content.startswith(b"PK")


def test_what_it_assigns_is_settled_within_twenty_working_days_and_the_askers_are_told_in_writing(journey):
    """Plan II.4.3. From Wednesday 26 June: 2 in June, 5 in each week of July, and the 24th is the twentieth; from
    Wednesday 30 October the twentieth is 27 November."""
    owed = {event.about: event for event in journey.named("deadline-set", rule="resolution")}
    assert {about: event.due_on for about, event in owed.items()} == {
        f"{PEOPLE}-c1": date(2024, 7, 24),
        f"{PEOPLE}-c2": date(2024, 7, 24),
        f"{YOUNG}-c1": date(2024, 11, 27),
    }
    assert all("20 ngày làm việc" in event.basis for event in owed.values())
    done = {event.commitment: event for event in journey.named("commitment-fulfilled")}
    assert done.keys() == owed.keys()
    assert done[f"{PEOPLE}-c1"].occurred_at < owed[f"{PEOPLE}-c1"].due_at
    assert done[f"{YOUNG}-c1"].occurred_at < owed[f"{YOUNG}-c1"].due_at
    assert "Lịch trực tháng 7/2024" in done[f"{PEOPLE}-c1"].proof
    told = journey.mail("resolution", "suong.phamthu@nguoidan.example")
    assert "62/TB-UBND" in told
    assert "lịch trực hai người mỗi buổi" in told


def test_what_needs_verification_gets_thirty_working_days_once(journey):
    """Plan II.4.3. Counted from the notice as well: 25 and 26 July, 29 July to 2 August, 5, 6 and 7 August."""
    moved = journey.the("deadline-moved", rule="resolution")
    assert (moved.about, moved.cause) == (f"{PEOPLE}-c2", "extension")
    assert (moved.original_due_at, moved.due_on) == (at(7, 24, 17, 30), date(2024, 8, 7))
    assert journey.the("commitment-extended").extended_by == CHAIRMAN
    met = journey.the("deadline-met", rule="resolution", about=f"{PEOPLE}-c2")
    assert met.met_at.astimezone(HANOI).date() == date(2024, 8, 5)
    assert not met.late


def test_the_asker_gets_a_letter_with_the_four_points_of_the_plan(journey):
    """Plan II.4.3: about what, what is required, until when, and who is responsible."""
    [letter] = journey.letters("extension", "hem-bi-xay-lan")
    assert "Kính gửi: Ông/Bà Cao Văn Nhường" in letter
    assert "1. Nội dung: Kiểm tra hiện trạng, đo lại chiều rộng con hẻm ở tổ dân phố 6" in letter
    assert "2. Yêu cầu: Đo lại có mặt các hộ hai bên, lập biên bản" in letter
    assert "3. Thời gian: giải quyết và trả lời chậm nhất vào ngày 07/08/2024." in letter
    assert "4. Trách nhiệm giải quyết: Ông Hồ Anh Khoa, công chức địa chính – xây dựng" in letter
    assert "Số liệu đo thực tế khác bản đồ địa chính" in letter
    [out] = journey.named("notification-sent", kind="extension")
    assert out.occurred_at.astimezone(HANOI).date() == date(2024, 7, 19), "the day on which it was granted"


def test_the_asker_is_told_the_result_at_the_end(journey):
    [letter] = journey.letters("resolution", "hem-bi-xay-lan")
    assert "con hẻm trở lại đúng chiều rộng theo bản đồ" in letter


def test_each_session_is_settled_once_nothing_is_owed_of_it_any_more(journey):
    """The first only in October: until then one question was open."""
    assert journey.days("dialogue-settled", case=PEOPLE) == [date(2024, 10, 14)]
    assert journey.days("dialogue-settled", case=YOUNG) == [date(2024, 11, 25)]


@pytest.mark.parametrize(
    ("dialogue", "document", "due"),
    [(PEOPLE, "118/BC-UBND", date(2024, 6, 27)), (YOUNG, "190/BC-UBND", date(2024, 10, 31))],
)
def test_the_result_of_each_is_reported_to_the_city(journey, dialogue, document, due):
    """The plan names no term, so it is ten working days, which end with those of the conclusion."""
    reported = journey.the("result-reported", case=dialogue)
    assert (reported.document, reported.recipient) == (document, CITY)
    assert journey.due("result-report", case=dialogue) == [due]
    assert not journey.the("deadline-met", rule="result-report", case=dialogue).late


# The figures


async def report(journey, period: str) -> dict[str, dict[str, tuple]]:
    """Each sheet of the spreadsheet: its rows by what stands first in them."""
    async with journey.console(OFFICE_HEAD) as http:
        answer = await http.get("/bao-cao.xlsx", params={"ky": period})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return {sheet.title: {row[0]: row[1:] for row in sheet.iter_rows(min_row=2, values_only=True)} for sheet in book}


async def test_the_yearly_figures_are_those_of_the_journey(journey):
    ledger = journey.ledger
    sheets = await report(journey, "2024")
    ways = ("answered-at-dialogue", "answered-in-writing", "redirected", "referred-up", "withdrawn", "open")
    total = (len(ledger.questions), *map(ledger.became, ways))
    assert total == (14, 10, 3, 0, 1, 0, 0)
    assert sheets["Tổng hợp"]["Phiếu tiếp nhận"] == (len(ledger.submissions),)
    for by in ("Kênh tiếp nhận", "Lĩnh vực", "Phòng, đơn vị"):
        assert sheets[by].pop("Tổng số") == total
        assert tuple(map(sum, zip(*sheets[by].values(), strict=True))) == total
    channels = {name: row[0] for name, row in sheets["Kênh tiếp nhận"].items()}
    received = [form.channel for form in ledger.submissions.values()]
    assert channels == {
        "Trang web": received.count("web"),
        "Thư điện tử": received.count("email"),
        "Phiếu giấy": received.count("paper"),
        "Danh sách tổng hợp ý kiến": received.count("list"),
        "Phát biểu tại hội nghị": received.count("floor"),
    }


async def test_the_list_behind_the_figures_has_every_question_and_nobody_s_name(journey):
    outcomes = {
        "answered-at-dialogue": "Đã trả lời tại hội nghị",
        "answered-in-writing": "Đã trả lời bằng văn bản",
        "referred-up": "Đã báo cáo cấp trên",
    }
    listed = (await report(journey, "2024"))["Danh sách"]
    assert {code: row[4] for code, row in listed.items()} == {
        f"{sent.code}-1": outcomes[journey.settled(sent.form.key)] for sent in journey.outcome.sent.values()
    }
    words = str(listed)
    assert not [sent for sent in journey.outcome.sent.values() if sent.form.registrant.name in words]


async def test_lateness_is_counted_by_the_first_end_beside_the_extended_one(journey):
    """Columns: terms, in time and late by the first end, in time and late as extended, not due, cancelled."""
    terms = (await report(journey, "2024"))["Các thời hạn"]
    assert terms == {
        "Hạn tổ chức đối thoại định kỳ": (2, 2, 0, 2, 0, 0, 0),
        "Hạn thông báo hội nghị": (2, 2, 0, 2, 0, 0, 0),
        "Hạn gửi tổng hợp ý kiến": (18, 18, 0, 18, 0, 0, 0),
        "Hạn gửi danh sách người tham dự": (1, 0, 1, 0, 1, 0, 0),
        "Hạn chuẩn bị hội nghị": (28, 28, 0, 28, 0, 0, 0),
        "Hạn trả lời của phòng chuyên môn": (14, 12, 1, 12, 1, 0, 1),  # referred up: not the department's any more
        "Hạn phân loại, giao câu hỏi": (1, 1, 0, 1, 0, 0, 0),
        "Hạn xem xét, duyệt câu trả lời": (11, 11, 0, 11, 0, 0, 0),
        "Hạn gửi văn bản hướng dẫn": (1, 1, 0, 1, 0, 0, 0),
        "Hạn trả lời bằng văn bản": (3, 2, 1, 2, 1, 0, 0),
        "Hạn báo cáo cấp trên": (1, 1, 0, 1, 0, 0, 0),
        "Hạn báo cáo lại Chủ tịch": (1, 1, 0, 1, 0, 0, 0),
        "Hạn ban hành thông báo kết luận": (2, 2, 0, 2, 0, 0, 0),
        "Hạn thực hiện kết luận": (3, 2, 1, 3, 0, 0, 0),  # the extension does not hide that it took longer
        "Hạn báo cáo kết quả": (2, 2, 0, 2, 0, 0, 0),
    }
    missed = list(journey.ledger.missed.values())
    assert sorted(missed) == ["department-answer", "participant-list", "written-answer"]


async def test_the_figures_of_each_department_show_who_was_in_time(journey):
    sheets = await report(journey, "2024")
    kept = {unit: row[:2] for unit, row in sheets["Thời hạn của phòng"].items() if unit != "Tổng số"}
    assert kept == {
        "Văn phòng phường": (3, 1),
        "Bộ phận Một cửa": (1, 0),
        "Bộ phận Tư pháp – Hộ tịch": (3, 0),
        "Bộ phận Địa chính – Xây dựng – Đô thị và Môi trường": (4, 0),
        "Công an phường": (1, 0),
    }
    promises = sheets["Nhiệm vụ của kết luận"]
    assert promises["Bộ phận Địa chính – Xây dựng – Đô thị và Môi trường"] == (1, 1, 0, 1, 1, 0, 1)
    assert promises["Tổng số"] == (3, 3, 2, 1, 3, 0, 1)


async def test_the_quarters_add_up_to_the_year(journey):
    """A question counts where it was received: 9 in spring, 1 in September, 4 for and at the session in October."""
    year = (await report(journey, "2024"))["Phòng, đơn vị"]["Tổng số"]
    quarters = [(await report(journey, f"2024-Q{number}"))["Phòng, đơn vị"]["Tổng số"] for number in (1, 2, 3, 4)]
    assert [quarter[0] for quarter in quarters] == [0, 9, 1, 4]
    assert tuple(map(sum, zip(*quarters, strict=True))) == year
    held = [list((await report(journey, f"2024-Q{number}"))["Hội nghị"]) for number in (2, 4)]
    assert [len(one) for one in held] == [1, 1]


async def test_the_yearly_report_to_the_city_is_drafted_from_the_figures(journey):
    async with journey.console(OFFICE_HEAD) as http:
        answer = await http.get("/bao-cao.docx", params={"ky": "2024"})
    paper = docx.Document(io.BytesIO(answer.content))
    text = " ".join(one.text for one in paper.paragraphs)
    assert f"Kính gửi: {CITY}" in text
    assert "Đã tiếp nhận 14 phiếu với 14 câu hỏi, kiến nghị" in text
    assert "Đã trả lời tại hội nghị 10; trả lời bằng văn bản 3;" in text
    assert "Thông báo kết luận số 62/TB-UBND ngày 26/06/2024." in text
    assert "Thông báo kết luận số 105/TB-UBND ngày 30/10/2024." in text
    assert "Có câu hỏi trễ hạn ban đầu: Văn phòng phường (1 câu)." in text
    assert "số thời hạn trễ đã báo cáo cấp trên: 2." in text
    assert "Các thông báo kết luận giao 3 nhiệm vụ; đã hoàn thành 3." in text
    cells = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows]
    assert ["Tổng số", "14", "10", "3", "0", "1", "0", "0"] in cells
    assert ["Hạn thực hiện kết luận", "3", "2", "1", "3", "0", "0", "0"] in cells


def compared(page: str) -> list[str]:
    """The communes of the table side by side."""
    return [words_of(cell) for cell in re.findall(r'<th scope="row">(.+?)</th>', page)]


async def test_the_city_sees_the_ward_beside_the_others(journey):
    """Late by their first end are three terms that were missed and one that was extended; two went to the city."""
    async with journey.console(SUPERIOR) as http:
        page = (await http.get("/tinh", params={"nam": 2024})).text
    assert "Phường Chánh Lộ 2/2 0 0 0 14 0 0 92,3% 92,3% 85/89 2 " in words_of(page)
    assert len(compared(page)) == 5
    raised = journey.named("escalation-raised", to=Role.PROVINCE)
    assert len([event for event in raised if event.about == journey.question(SCANNER)]) == 2


async def test_an_officer_of_the_ward_sees_its_own_figures_alone(journey):
    async with journey.console(OFFICER) as http:
        page = (await http.get("/tinh", params={"nam": 2024})).text
    assert compared(page) == ["Phường Chánh Lộ"]


# Nothing is lost


def test_nobody_is_left_without_an_answer_and_the_books_balance(journey):
    ledger = journey.ledger
    assert len(ledger.submissions) == len(journey.outcome.sent)
    assert ledger.balances
    assert ledger.became("open") == 0
    assert not ledger.failed


def test_nobody_is_written_to_twice_and_who_heard_the_answer_not_at_all(journey):
    sent = [event for event in journey.named("notification-sent") if event.kind in ("answer", "guidance", "referral")]
    questions = [question for event in sent for question in event.questions]
    assert len(questions) == len(set(questions)) == 4
    assert not {event.question for event in journey.named("question-answered-at-dialogue")} & set(questions)


async def test_nothing_was_parked(stack, journey):
    client = await nats.connect(stack.addresses.nats_url)
    try:
        assert (await client.jetstream().stream_info(DEADLETTERS)).state.messages == 0
    finally:
        await client.close()
