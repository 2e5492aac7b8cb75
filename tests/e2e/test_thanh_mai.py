"""Xã Thanh Mai 2025: the yearly dialogue in the fourth quarter, an ad hoc one, and then a year without any.

Days are counted by hand. 1 January 2026 is off, the 2nd by a swap for which Saturday the 10th is worked.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime

import nats
import pytest
import pytest_asyncio

from deploy.embedded.rehearsal.office import Office
from services.deadlines.working_days import load_calendar
from shared.broker import DEADLETTERS
from shared.communes import Communes
from shared.contracts import Role, intake
from shared.web import HANOI
from tests.e2e.journey import Journey, let_pass, said_of, text_of, words_of

COMMUNE = "thanh-mai"
YEARLY = "thanh-mai-20251120-dinh-ky"
AD_HOC = "thanh-mai-20251211-dot-xuat"
PROVINCE = "Ủy ban nhân dân tỉnh Thái Nguyên"
OFFICE_HEAD, CHAIRMAN = "hieu.vanphong@thanhmai.example", "chutich@thanhmai.example"
SUPERIOR = "vinh.sonoivu@thainguyen.example"


def at(year: int, month: int, day: int, hour: int = 17, minute: int = 0) -> datetime:
    """The office closes at five in the afternoon."""
    return datetime(year, month, day, hour, minute, tzinfo=HANOI)


def the_answer(sent) -> str:
    return " ".join(sent.form.answers[0].split())


# The yearly dialogue


def test_the_yearly_dialogue_is_owed_and_held_in_the_fourth_quarter(journey):
    """Plan II.1 and II.3: at least once a year, and in 2025 by the end of the fourth quarter."""
    owed = journey.the("deadline-set", rule="periodic-dialogue", about="thanh-mai-2025-q4")
    assert owed.due_on == date(2025, 12, 31), "a Wednesday"
    assert "mục II.3" in owed.basis
    met = journey.the("deadline-met", deadline=owed.deadline)
    assert (met.met_at, met.late) == (at(2025, 11, 20, 8), False)
    assert not journey.named("deadline-near", deadline=owed.deadline), "nobody is warned of what is planned"


@pytest.mark.parametrize(
    ("rule", "part", "last_day", "because"),
    [
        ("announcement", "", date(2025, 11, 13), "seven days before Thursday the 20th"),
        ("registration-cutoff", "", date(2025, 11, 10), "ten days before"),
        ("preparation", "-giay-moi", date(2025, 11, 13), "five working days before: 19, 18, 17, 14, 13 November"),
        ("preparation", "-noi-dung-kinh-te", date(2025, 11, 17), "III.3: three working days before: 19, 18, 17"),
        ("preparation", "-bang-ron", date(2025, 11, 14), "five days before is Saturday, so on the Friday before it"),
        ("preparation", "-kinh-phi", date(2025, 11, 6), "ten working days before, over two weekends"),
        ("conclusion-notice", "", date(2025, 12, 1), "ten days after is Sunday 30 November"),
        ("result-report", "", date(2025, 12, 4), "ten working days after; Monday 24 November is worked in 2025"),
        ("resolution", "-c1", date(2025, 12, 26), "twenty working days after the notice of Friday 28 November"),
    ],
)
def test_each_term_of_the_yearly_dialogue_ends_on_its_day_and_is_kept(journey, rule, part, last_day, because):
    owed = journey.the("deadline-set", rule=rule, about=f"{YEARLY}{part}")
    assert owed.due_on == last_day, because
    if rule != "registration-cutoff":
        assert not journey.the("deadline-met", deadline=owed.deadline).late


def test_each_unit_sends_what_it_will_say_before_the_dialogue(journey):
    """Plan III.3: each department and subordinate unit, to the office."""
    owed = [event for event in journey.named("deadline-set", rule="preparation", case=YEARLY) if "III.3" in event.basis]
    assert {event.department for event in owed} == {
        "phong-kinh-te",
        "phong-van-hoa-xa-hoi",
        "trung-tam-hanh-chinh-cong",
    }
    proofs = {event.duty: event.proof for event in journey.named("duty-completed", case=YEARLY)}
    assert len(proofs) == 13
    assert all(proofs.values())


# Seats: the plan has about sixty; six are played, so that some wait


def test_invited_representatives_have_a_seat_each_and_come(journey):
    """Plan II.4.1: the Front and its committees in the hamlets. They were invited before registration closed."""
    invited = [event.representative for event in journey.named("representative-invited", case=YEARLY)]
    assert [one.name for one in invited] == ["Lưu Thị Bích Đào", "Hứa Văn Kiên"]
    assert journey.the("dialogue-planned", case=YEARLY).seats == 6
    assert min(event.seat for event in journey.named("registrant-invited", dialogue=YEARLY)) == 3, "theirs are two"
    came = {event.representative for event in journey.named("representative-attended", case=YEARLY)}
    assert came == {one.id for one in invited}
    told = journey.mail("invitation", "dao.mattran@doanthe.example")
    assert "8 giờ, thứ Năm, ngày 20 tháng 11 năm 2025" in told


def test_seats_are_given_in_the_order_registered_and_the_rest_wait_in_it(journey):
    closed_on = date(2025, 11, 11)
    seats = {
        event.case: event.seat
        for event in journey.named("registrant-invited", dialogue=YEARLY)
        if event.occurred_at.astimezone(HANOI).date() == closed_on
    }
    waiting = {event.case: event.place for event in journey.named("registrant-waitlisted", dialogue=YEARLY)}
    assert seats == {
        journey.sent("muong-na-pai").case: 3,
        journey.sent("khai-sinh-qua-han").case: 4,
        journey.sent("song-yeu-khuoi-dam").case: 5,
        journey.sent("can-cuoc-nguoi-gia").case: 6,
    }
    assert waiting == {journey.sent("nha-van-hoa-na-vau").case: 1, journey.sent("ghep-thon-tong-mu").case: 2}
    received = [one.received_at for case, one in journey.ledger.submissions.items() if case in seats | waiting]
    assert received == sorted(received)


def test_who_waits_is_told_his_place_and_what_becomes_of_his_question(journey):
    for email, place in (("giang.nguyenha@nguoidan.example", "01"), ("tung.duongdinh@nguoidan.example", "02")):
        told = journey.mail("waitlist", email)
        assert f"vị trí số {place} trong danh sách chờ" in told
        assert "bằng văn bản" in told


def test_the_seat_of_who_is_excused_goes_to_the_first_who_waits(journey):
    freed, first = journey.sent("khai-sinh-qua-han"), journey.sent("nha-van-hoa-na-vau")
    assert journey.the("registrant-excused", case=freed.case).reason == "Nhà có việc tang"
    invited = journey.the("registrant-invited", case=first.case)
    assert invited.seat == 4
    assert invited.occurred_at.astimezone(HANOI).date() == date(2025, 11, 18), "the day on which it became free"
    assert "Số ghế: 04" in journey.mail("invitation", "giang.nguyenha@nguoidan.example")
    assert journey.the("attendance-recorded", case=first.case).present
    assert journey.settled("nha-van-hoa-na-vau") == "answered-at-dialogue"


@pytest.mark.parametrize(
    ("key", "because"), [("khai-sinh-qua-han", "excused"), ("ghep-thon-tong-mu", "no-seat")], ids=["excused", "no-seat"]
)
def test_who_was_not_there_is_answered_in_writing_and_that_alone_meets_the_term(journey, key, because):
    question, sent = journey.question(key), journey.sent(key)
    assert journey.the("written-answer-owed", question=question).because == because
    owed = journey.the("deadline-set", rule="written-answer", about=question)
    assert owed.due_on == date(2025, 12, 4), "ten working days after 20 November"
    went_out = journey.the("notification-sent", kind="answer", case=sent.case)
    met = journey.the("deadline-met", deadline=owed.deadline)
    assert met.met_at >= went_out.occurred_at
    assert not met.late
    email = sent.form.registrant.email
    [text] = [journey.mail("answer", email)] if email else journey.letters("answer", key)
    assert the_answer(sent) in text
    assert journey.settled(key) == "answered-in-writing"


async def test_who_never_got_a_seat_is_not_called_absent(journey):
    assert not journey.named("registrant-invited", case=journey.sent("ghep-thon-tong-mu").case)
    told = journey.mail("answer", "tung.duongdinh@nguoidan.example")
    assert "không còn chỗ" in told
    assert "không tham dự" not in told
    async with journey.console(OFFICE_HEAD) as http:
        page = words_of((await http.get(f"/hoi-nghi/{YEARLY}/nguoi-du")).text)
    assert "4 có mặt, 1 báo vắng, 0 vắng mặt, 1 không có chỗ" in page


def test_the_conclusion_is_told_to_all_and_its_promise_kept(journey):
    concluded = journey.the("dialogue-concluded", case=YEARLY)
    assert concluded.notice == "33/TB-UBND"
    cases = {case for case, one in journey.ledger.submissions.items() if one.dialogue == YEARLY}
    told = [event.case for event in journey.named("notification-sent", kind="conclusion") if event.case in cases]
    assert sorted(told) == sorted(cases)
    assert "nước về đến cuối cánh đồng Nà Pài" in journey.mail("resolution", "chan.hoangvan@nguoidan.example")
    assert journey.the("dialogue-settled", case=YEARLY)


# The ad hoc dialogue


def test_an_ad_hoc_dialogue_is_called_within_a_week_without_the_terms_of_a_programme(journey):
    """Plan II.3: when a matter needs it at once. Called on Friday 5 December for Thursday the 11th."""
    planned = journey.the("dialogue-planned", case=AD_HOC)
    assert (planned.kind, planned.seats, planned.per_hamlet, planned.lists) == ("ad-hoc", None, None, None)
    assert planned.occurred_at.astimezone(HANOI).date() == date(2025, 12, 5)
    rules = {event.rule for event in journey.named("deadline-set", case=AD_HOC)}
    assert not rules & {"announcement", "registration-cutoff", "opinions-collected", "periodic-dialogue"}
    assert journey.the("dialogue-announced", case=AD_HOC).registration_closes_at == planned.held_at
    assert all(one.on_time for one in journey.ledger.submissions.values() if one.dialogue == AD_HOC)
    assert not journey.named("registrant-waitlisted", dialogue=AD_HOC)


@pytest.mark.parametrize(
    ("part", "last_day", "because"),
    [
        ("hoi-truong", date(2025, 12, 10), "the working day before"),
        ("an-ninh", date(2025, 12, 8), "three working days before: 10, 9, 8 December"),
        ("bang-ron", date(2025, 12, 5), "five days before is Saturday, so on the day it was called"),
        ("giay-moi", date(2025, 12, 10), "five working days before, the 4th, it had not been called: the day before"),
        ("kinh-phi", date(2025, 12, 10), "nor ten working days before"),
    ],
)
def test_nobody_is_late_with_it_before_it_was_called(journey, part, last_day, because):
    owed = journey.the("deadline-set", rule="preparation", about=f"{AD_HOC}-{part}")
    assert owed.due_on == last_day, because
    assert not journey.the("deadline-met", deadline=owed.deadline).late


async def test_those_who_take_part_are_named_and_invited_one_by_one(journey):
    """Plan II.4.2: participants as the matter at hand wants them."""
    invited = {
        event.representative.name: event.representative
        for event in journey.named("representative-invited", case=AD_HOC)
    }
    assert list(invited) == ["Nông Thị Lả", "Ma Văn Thắng", "Vũ Hoàng Sơn", "Đỗ Thị Quỳnh Anh"]
    for email in ("thang.mavan@nguoidan.example", "son.vuhoang@duan.example", "anh.doquynh@duan.example"):
        assert "14 giờ, thứ Năm, ngày 11 tháng 12 năm 2025" in journey.mail("invitation", email)
    [letter] = [text for text in journey.letters("invitation") if "Nông Thị Lả" in text]
    assert "Thôn Bản Tèng" in letter
    came = {event.representative for event in journey.named("representative-attended", case=AD_HOC)}
    assert came == {one.id for name, one in invited.items() if name != "Đỗ Thị Quỳnh Anh"}
    async with journey.console(OFFICE_HEAD) as http:
        pages = [words_of((await http.get(f"/hoi-nghi/{one}/nguoi-du")).text) for one in (YEARLY, AD_HOC)]
    assert ["Trưởng các thôn" in page for page in pages] == [True, False], "the plan names who comes to the yearly one"
    assert "4 người, 3 có mặt" in pages[1]


def test_of_its_questions_one_is_answered_at_once_and_one_in_writing(journey):
    heard = journey.the("question-answered-at-dialogue", question=journey.question("kiem-dem-cay-que"))
    assert heard.answered_by == "Hà Đức Dục, Chủ tịch UBND xã Thanh Mai"
    taken = journey.question("tai-dinh-cu-na-vau")
    assert journey.the("written-answer-owed", question=taken).because == "taken"
    owed = journey.the("deadline-set", rule="written-answer", about=taken)
    assert owed.due_on == date(2025, 12, 25), "ten working days after 11 December; Christmas is worked"
    assert not journey.the("deadline-met", deadline=owed.deadline).late
    [letter] = journey.letters("answer", "tai-dinh-cu-na-vau")
    assert the_answer(journey.sent("tai-dinh-cu-na-vau")) in letter


def test_the_price_of_land_is_for_the_province_to_set_and_is_referred_up_to_it(journey):
    key = "phat-bieu-don-gia"
    question = journey.question(key)
    assert journey.the("question-referred-up", question=question).authority == PROVINCE
    [letter] = journey.letters("referral", key)
    assert PROVINCE in letter
    assert journey.due("superior-report", about=question) == [date(2025, 12, 19)], "five working days after the 12th"
    reported = journey.the("superior-reported", question=question)
    met = journey.the("deadline-met", rule="superior-report", about=question)
    assert (reported.authority, met.met_at, met.late) == (PROVINCE, reported.occurred_at, False)
    assert journey.settled(key) == "referred-up"


@pytest.mark.parametrize(
    ("rule", "part", "last_day", "because"),
    [
        ("conclusion-notice", "", date(2025, 12, 22), "ten days after is Sunday the 21st"),
        ("result-report", "", date(2025, 12, 25), "ten working days after; Christmas is worked"),
        (
            "resolution",
            "-c1",
            date(2026, 1, 19),
            "twenty after 19 December: eight to New Year, then 5 to 9, Saturday the 10th, 12 to 16, the 19th",
        ),
    ],
)
def test_an_ad_hoc_dialogue_is_concluded_and_reported_like_any_other(journey, rule, part, last_day, because):
    owed = journey.the("deadline-set", rule=rule, about=f"{AD_HOC}{part}")
    assert owed.due_on == last_day, because
    assert not journey.the("deadline-met", deadline=owed.deadline).late


def test_both_results_are_reported_to_the_province(journey):
    """Plan, distribution list: the Department of Home Affairs of the province."""
    reported = [(event.document, event.recipient) for event in journey.named("result-reported")]
    assert reported == [("47/BC-UBND", PROVINCE), ("52/BC-UBND", PROVINCE)]


# In the end


def test_every_opinion_is_received_in_full_and_as_it_was_written(journey):
    for sent in journey.outcome.sent.values():
        received = journey.ledger.submissions[sent.case]
        assert [question.text for question in received.questions] == [matter.text for matter in sent.form.matters]
        assert received.registrant == sent.form.registrant


def test_the_books_balance_and_nothing_is_open(journey):
    ledger = journey.ledger
    assert ledger.balances
    assert len(ledger.submissions) == len(journey.outcome.sent) == 9
    assert ledger.became("open") == 0
    assert not ledger.missed
    assert ledger.failed == 0


def test_nobody_is_written_to_twice_with_the_same(journey):
    sent = [event.notification for event in journey.named("notification-sent")]
    assert len(sent) == len(set(sent))
    days = [(mail["To"].addresses[0].addr_spec, mail["Date"].datetime.date()) for mail in journey.mails("digest")]
    assert len(days) == len(set(days))


# A year in which nothing is planned


@dataclass(frozen=True)
class Year:
    """2026, of which the plan says nothing: the law wants one dialogue in it. heard: what came of each moment."""

    journey: Journey
    heard: dict[datetime, set[str]]

    def named(self, name: str):
        return self.journey.named(name, rule="periodic-dialogue", about="thanh-mai-2026")

    def digests(self, person: str, day: date) -> list[str]:
        mails = self.journey.mails("digest", person)
        return [text_of(mail) for mail in mails if mail["Date"].datetime.astimezone(HANOI).date() == day]


MOMENTS = (
    at(2026, 11, 30, 12),
    at(2026, 12, 1, 7, 30),
    at(2026, 12, 1, 7, 46),
    at(2026, 12, 31, 16, 59),
    at(2026, 12, 31, 17),
    at(2027, 1, 1, 12),
    at(2027, 1, 4, 7, 30),
    at(2027, 1, 4, 7, 46),
    at(2027, 1, 5, 7, 30),
    at(2027, 1, 5, 7, 46),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def empty_year(stack, journey) -> AsyncIterator[Year]:
    heard: dict[datetime, set[str]] = {}
    for moment in MOMENTS:
        await let_pass(stack.addresses, moment)
        events = await said_of(COMMUNE, stack.addresses)
        heard[moment] = {event.name for event in events if event.case == "thanh-mai-2026"}
    yield Year(replace(journey, events=events), heard)


def test_the_office_is_warned_thirty_days_before_the_year_ends(empty_year):
    """Tuesday 1 December 2026, when the office opens."""
    assert empty_year.heard[at(2026, 11, 30, 12)] == {"deadline-set"}
    [near] = empty_year.named("deadline-near")
    assert near.occurred_at == at(2026, 12, 1, 7, 30)
    [told] = empty_year.digests(OFFICE_HEAD, date(2026, 12, 1))
    assert "Hạn: 17:00 ngày 31/12/2026" in told
    assert not empty_year.digests(SUPERIOR, date(2026, 12, 1))


def test_the_year_is_missed_when_the_office_closes_on_its_last_working_day(empty_year):
    """Thursday 31 December 2026."""
    assert "deadline-missed" not in empty_year.heard[at(2026, 12, 31, 16, 59)]
    assert "deadline-missed" in empty_year.heard[at(2026, 12, 31, 17)]
    [missed] = empty_year.named("deadline-missed")
    assert missed.occurred_at == missed.due_at == at(2026, 12, 31)


def test_it_goes_to_the_head_of_the_office_the_chairman_and_the_province(empty_year):
    """1 January 2027 is a holiday and a Friday: on Monday the 4th, and on Tuesday the 5th."""
    assert "escalation-raised" not in empty_year.heard[at(2027, 1, 1, 12)]
    assert [(event.step, event.to, event.occurred_at) for event in empty_year.named("escalation-raised")] == [
        (1, Role.OFFICE_HEAD, at(2027, 1, 4, 7, 30)),
        (2, Role.CHAIRMAN, at(2027, 1, 4, 7, 30)),
        (3, Role.PROVINCE, at(2027, 1, 5, 7, 30)),
    ]


@pytest.mark.parametrize(
    ("person", "day", "named"),
    [
        (OFFICE_HEAD, date(2027, 1, 4), "Nông Văn Hiếu"),
        (CHAIRMAN, date(2027, 1, 4), "Hà Đức Dục"),
        (SUPERIOR, date(2027, 1, 5), "Nguyễn Quang Vinh"),
    ],
)
def test_each_of_them_has_one_mail_that_says_which_dialogue_was_not_held(empty_year, person, day, named):
    [told] = empty_year.digests(person, day)
    assert f"Kính gửi ông/bà {named}" in told
    assert "Đối thoại định kỳ năm 2026" in told
    assert "Quá hạn từ: 17:00 ngày 31/12/2026" in told


async def test_the_province_sees_on_its_page_which_commune_held_none(empty_year):
    async with empty_year.journey.console(SUPERIOR) as http:
        page = words_of((await http.get("/tinh?nam=2026")).text)
    assert "Đã tổ chức Sắp tới Đã nhắc Không tổ chức" in page
    assert "Xã Thanh Mai 0/1 0 0 1" in page


async def test_a_dialogue_that_says_nothing_of_seats_has_the_sixty_of_the_plan(stack, empty_year):
    """Plan II.4.1: about sixty delegates."""
    client = await nats.connect(stack.addresses.nats_url)
    try:
        office = Office(client, Communes.load()[COMMUNE], load_calendar())
        done = await office.does(
            Role.CLERK,
            intake.PlanDialogue,
            dialogue="thanh-mai-2027-1",
            title="Hội nghị đối thoại giữa Chính quyền xã với Nhân dân năm 2027",
            held_at=at(2027, 3, 18, 8),
            place="Hội trường UBND xã Thanh Mai",
        )
    finally:
        await client.close()
    assert done.state["seats"] == 60


async def test_nothing_was_parked(stack, empty_year):
    client = await nats.connect(stack.addresses.nats_url)
    try:
        assert (await client.jetstream().stream_info(DEADLETTERS)).state.messages == 0
    finally:
        await client.close()
