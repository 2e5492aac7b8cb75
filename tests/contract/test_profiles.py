"""The five profiles that are shipped say what the five plans say, and say where they go beyond them."""

from datetime import date, datetime, timedelta, timezone
from typing import get_args

import pytest

from services.console.acting import chosen
from services.deadlines.rules import DEFAULTS
from services.routing.classifying.vocabulary import classifier_for
from shared.commune_checks.schedule import PLACEHOLDERS
from shared.communes import PROFILES, Communes, Profile, check_profile
from shared.contracts import Role
from shared.contracts.deadlines import RuleId
from shared.contracts.taxonomy import QuestionField

COMMUNES = Communes.load()
HANOI = timezone(timedelta(hours=7))
FIVE = ("tinh-thien", "thanh-mai", "nguyen-nghiem", "chanh-lo", "thanh-tri")

TERMS = [
    ("tinh-thien", "opinions-collected", 7, "days", "before", "III.1, III.2.2 to III.2.4, III.5: trước 07 ngày"),
    ("nguyen-nghiem", "announcement", 7, "days", "before", "IV.2: chậm nhất trước buổi đối thoại 7 ngày"),
    ("nguyen-nghiem", "conclusion-notice", 7, "working-days", "after", "IV.2: trong thời hạn 07 ngày làm việc"),
    ("chanh-lo", "opinions-collected", 10, "days", "before", "III.1, III.5, III.9: trước 10 ngày"),
    ("chanh-lo", "participant-list", 5, "days", "before", "III.5: trước 05 ngày"),
    ("chanh-lo", "conclusion-notice", 10, "working-days", "after", "II.4.3: chậm nhất là 10 ngày làm việc"),
    ("chanh-lo", "resolution", 20, "working-days", "after", "II.4.3: chậm nhất là 20 ngày làm việc"),
    ("chanh-lo", "resolution-extended", 30, "working-days", "after", "II.4.3: không quá 30 ngày làm việc"),
    ("thanh-tri", "registration-cutoff", 10, "days", "before", "II.3: trước 10 ngày"),
    ("thanh-tri", "department-answer", 5, "days", "after", "III.2: chậm nhất sau 05 ngày"),
]


def the_term(commune, rule):
    span = COMMUNES[commune].terms[rule]
    return span.count, span.unit, span.counted


def test_all_five_are_shipped():
    assert set(COMMUNES) == set(FIVE)


@pytest.mark.parametrize(("commune", "rule", "count", "unit", "counted", "because"), TERMS)
def test_a_plan_s_own_terms_are_in_its_profile(commune, rule, count, unit, counted, because):
    assert the_term(commune, rule) == (count, unit, counted), because


@pytest.mark.parametrize("commune", FIVE)
def test_a_profile_has_no_term_that_its_plan_does_not_have(commune):
    assert set(COMMUNES[commune].terms) == {rule for one, rule, *_ in TERMS if one == commune}


@pytest.mark.parametrize("commune", FIVE)
def test_a_term_names_the_section_it_rests_on_or_says_that_it_is_the_default(commune):
    profile = COMMUNES[commune]
    of_plan = [*profile.terms.values(), *(slot for slot in profile.programme)]
    assert all("Kế hoạch" in one.basis and "mục" in one.basis for one in of_plan)
    for duty in profile.conference.duties:
        assert duty.term.basis.startswith(("Kế hoạch", "Mặc định")), duty.id
        assert ("không nêu" in duty.term.basis) == duty.term.basis.startswith("Mặc định"), duty.id


@pytest.mark.parametrize(
    ("commune", "slots", "because"),
    [
        (
            "tinh-thien",
            [("2025-q2", date(2025, 4, 1), date(2025, 6, 30)), ("2025-q4", date(2025, 10, 1), date(2025, 12, 31))],
            "II.4: vào quý II và quý IV năm 2025",
        ),
        ("thanh-mai", [("2025-q4", date(2025, 10, 1), date(2025, 12, 31))], "II.3: hoàn thành trong quý IV năm 2025"),
        ("nguyen-nghiem", [("2024-10", date(2024, 10, 13), date(2024, 10, 13))], "II.4: 01 buổi, ngày 13 tháng 10"),
        (
            "chanh-lo",
            [("dot-1", date(2024, 4, 1), date(2024, 12, 31)), ("dot-2", date(2024, 4, 1), date(2024, 12, 31))],
            "II.3.2: 02 buổi đối thoại trong quý II đến quý IV năm 2024",
        ),
        (
            "thanh-tri",
            [("2026-05", date(2026, 5, 1), date(2026, 5, 31)), ("2026-10", date(2026, 10, 1), date(2026, 10, 31))],
            "II.3: lần 1 trong tháng 5/2026, lần 2 trong tháng 10/2026",
        ),
    ],
)
def test_the_programme_is_the_plan_s(commune, slots, because):
    assert [(slot.id, slot.opens, slot.closes) for slot in COMMUNES[commune].programme] == slots, because


@pytest.mark.parametrize(
    ("commune", "approval", "because"),
    [
        ("tinh-thien", ((Role.OFFICE_HEAD, Role.CHAIRMAN),), "the plan is silent: one step"),
        ("thanh-mai", ((Role.OFFICE_HEAD, Role.CHAIRMAN),), "the plan is silent: one step"),
        ("nguyen-nghiem", ((Role.OFFICE_HEAD, Role.CHAIRMAN),), "the plan is silent: one step"),
        ("chanh-lo", ((Role.OFFICE_HEAD,), (Role.CHAIRMAN,)), "no unit has a head, so the office looks first"),
        ("thanh-tri", ((Role.HEAD,), (Role.OFFICE_HEAD, Role.CHAIRMAN)), "III.2: the heads answer to the committee"),
    ],
)
def test_answers_pass_the_steps_of_the_profile(commune, approval, because):
    assert COMMUNES[commune].approval == approval, because


def test_the_only_hour_that_a_plan_names_is_sunday_13_october_2024_at_half_past_seven():
    named = {slot.held_at for profile in COMMUNES.values() for slot in profile.programme if slot.held_at}
    assert named == {datetime(2024, 10, 13, 7, 30, tzinfo=HANOI)}


@pytest.mark.parametrize(
    ("commune", "slot", "sessions", "because"),
    [
        ("chanh-lo", "dot-1", [("nhân dân", ())], "II.2, đợt 1: any field has its procedures"),
        ("chanh-lo", "dot-2", [("thanh niên", ("digital", "residence-security"))], "II.2, đợt 2; I.1.2: định danh"),
        (
            "nguyen-nghiem",
            "2024-10",
            [
                ("tổ chức, doanh nghiệp, công dân", ("land", "construction")),
                ("tổ chức, doanh nghiệp, công dân", ("one-stop-service", "digital", "civil-status")),
            ],
            "II.2: trật tự đô thị, đất đai; cải cách hành chính",
        ),
        ("thanh-tri", "2026-05", [], "one conference about everything"),
    ],
)
def test_sessions_have_the_audience_and_fields_of_the_plan(commune, slot, sessions, because):
    found = next(one for one in COMMUNES[commune].programme if one.id == slot)
    assert [(one.audience, one.fields) for one in found.sessions] == sessions, because


@pytest.mark.parametrize(
    ("commune", "seats", "per_hamlet", "because"),
    [
        ("tinh-thien", None, None, "the plan sets no number"),
        ("thanh-mai", 60, None, "II.4.1: dự kiến 60 đại biểu"),
        ("nguyen-nghiem", None, None, "the plan sets no number"),
        ("chanh-lo", None, None, "the plan sets no number"),
        ("thanh-tri", None, 3, "II.2: mỗi thôn mời đại diện 2-3 người"),
    ],
)
def test_seats_are_the_plan_s(commune, seats, per_hamlet, because):
    conference = COMMUNES[commune].conference
    assert (conference.seats, conference.per_hamlet) == (seats, per_hamlet), because


@pytest.mark.parametrize(
    ("commune", "superior", "signer", "because"),
    [
        ("tinh-thien", "Ủy ban nhân dân thành phố Quảng Ngãi", "Lê Minh Hưng", "three tiers in March 2025"),
        ("thanh-mai", "Ủy ban nhân dân tỉnh Thái Nguyên", "Hà Đức Dục", "two tiers; it reports to Sở Nội vụ"),
        (
            "nguyen-nghiem",
            "Ủy ban nhân dân thành phố Quảng Ngãi",
            "Nguyễn Thị Ngọc Dung",
            "IV.2: báo cáo UBND thành phố",
        ),
        ("chanh-lo", "Ủy ban nhân dân thành phố Quảng Ngãi", "Lê Việt Dũng", "Nơi nhận: UBND Thành phố (b/c)"),
        ("thanh-tri", "Ủy ban nhân dân thành phố Hà Nội", "Nguyễn Văn Lợi", "two tiers; a deputy has signed the plan"),
    ],
)
def test_the_superior_and_the_signer_are_the_plan_s(commune, superior, signer, because):
    profile = COMMUNES[commune]
    assert (profile.superior, profile.letterhead.signer.name) == (superior, signer), because
    assert signer in {person.name for person in profile.holders(Role.CHAIRMAN)}


@pytest.mark.parametrize("commune", FIVE)
def test_every_conference_is_prepared_as_row_27_has_it(commune):
    duties = {duty.id: duty for duty in COMMUNES[commune].conference.duties}
    assert {"hoi-truong", "chuong-trinh", "kinh-phi", "an-ninh", "bang-ron", "phat-thanh", "dang-tai"} <= set(duties)
    assert all(duty.term.counted == "before" and duty.term.count > 0 for duty in duties.values())
    assert any(id.startswith(("bao-cao", "noi-dung", "tai-lieu")) for id in duties), (
        "summary reports of the departments"
    )


@pytest.mark.parametrize(
    ("commune", "duty", "department", "count"),
    [
        ("tinh-thien", "bao-cao-tu-phap", "tu-phap-ho-tich", 7),
        ("tinh-thien", "bao-cao-dia-chinh", "dia-chinh-xay-dung", 7),
        ("tinh-thien", "bao-cao-xa-hoi", "van-hoa-xa-hoi", 7),
    ],
)
def test_departments_owe_their_summaries_when_the_plan_wants_them(commune, duty, department, count):
    found = next(one for one in COMMUNES[commune].conference.duties if one.id == duty)
    assert (found.department, found.term.count, found.term.unit) == (department, count, "days")
    assert found.term.basis.startswith("Kế hoạch")


@pytest.mark.parametrize(
    ("commune", "kinds", "because"),
    [
        ("tinh-thien", {"opinions": 7}, "III.1, III.2, III.5: organisations, departments, five hamlets"),
        ("thanh-mai", {}, "the plan asks nobody for a list"),
        ("nguyen-nghiem", {}, "the plan asks nobody for a list"),
        (
            "chanh-lo",
            {"opinions": 10, "participants": 1},
            "III.1, III.5, III.9: organisations, the youth union, 8 heads",
        ),
        ("thanh-tri", {}, "the plan asks nobody for a list"),
    ],
)
def test_the_lists_that_are_expected_are_the_plan_s(commune, kinds, because):
    lists = COMMUNES[commune].conference.lists
    assert {kind: sum(one.kind == kind for one in lists) for kind in {one.kind for one in lists}} == kinds, because


@pytest.mark.parametrize("commune", ["tinh-thien", "chanh-lo"])
def test_every_hamlet_s_head_sends_a_list(commune):
    profile = COMMUNES[commune]
    senders = " · ".join(one.sender for one in profile.conference.lists)
    assert all(hamlet.casefold() in senders.casefold() for hamlet in profile.hamlets)


def test_the_youth_union_s_lists_are_for_the_session_with_youth():
    of_youth = [one for one in COMMUNES["chanh-lo"].conference.lists if one.sender == "Đoàn thanh niên phường"]
    assert {(one.kind, one.audience) for one in of_youth} == {
        ("opinions", "thanh niên"),
        ("participants", "thanh niên"),
    }


def test_chanh_lo_has_eight_to_dan_pho():
    assert (len(COMMUNES["chanh-lo"].hamlets), COMMUNES["chanh-lo"].hamlet_word) == (8, "tổ dân phố")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Thủ tục cấp sổ đỏ lần đầu cần giấy tờ gì?", QuestionField.LAND),
        ("Thái độ phục vụ của cán bộ bộ phận một cửa", QuestionField.ONE_STOP_SERVICE),
        ("Dịch vụ công trực tuyến nộp hồ sơ bị lỗi", QuestionField.DIGITAL),
        ("Rác thải không được thu gom", QuestionField.ENVIRONMENT),
        ("Chế độ hộ nghèo năm nay thế nào?", QuestionField.SOCIAL_POLICY),
        ("Làm căn cước công dân ở đâu?", QuestionField.RESIDENCE_SECURITY),
        ("Nhà hàng xóm xây dựng trái phép", QuestionField.CONSTRUCTION),
    ],
)
@pytest.mark.parametrize("commune", FIVE)
def test_a_question_goes_to_the_department_that_the_profile_names(commune, text, field):
    found = classifier_for(COMMUNES[commune]).classify(text)
    assert (found.field, found.department) == (field, COMMUNES[commune].department_for(field).id)
    assert not found.triage


def test_departments_are_those_that_the_plans_name():
    owners = {commune: COMMUNES[commune].department_for(QuestionField.LAND).name for commune in FIVE}
    assert owners == {
        "tinh-thien": "Bộ phận Địa chính – Xây dựng",
        "thanh-mai": "Phòng Kinh tế",
        "nguyen-nghiem": "Bộ phận Địa chính – Xây dựng – Đô thị và Môi trường",
        "chanh-lo": "Bộ phận Địa chính – Xây dựng – Đô thị và Môi trường",
        "thanh-tri": "Phòng Kinh tế",
    }


@pytest.mark.parametrize("commune", FIVE)
def test_a_missed_term_goes_up_to_the_superior_level(commune):
    ladder = [step.to for step in COMMUNES[commune].escalation]
    assert (ladder[0], ladder[-3:]) == (Role.OFFICER, [Role.OFFICE_HEAD, Role.CHAIRMAN, Role.PROVINCE])
    has_heads = bool(COMMUNES[commune].holders(Role.HEAD))
    assert (Role.HEAD in ladder) == has_heads, "two-tier communes have departments with heads, the others desks"


@pytest.mark.parametrize("commune", FIVE)
def test_nobody_s_real_mailbox_is_written_down_but_the_one_of_a_plan(commune):
    profile = COMMUNES[commune]
    mailboxes = {profile.email, *(one.email for one in (*profile.departments, *profile.people))}
    real = {mailbox for mailbox in mailboxes if not mailbox.endswith(".example")}
    assert real == ({"vanthu_thanhtri@hanoi.gov.vn"} if commune == "thanh-tri" else set())


@pytest.mark.parametrize("commune", FIVE)
def test_the_loudspeaker_says_what_when_where_and_until_when(commune):
    text = COMMUNES[commune].loudspeaker
    assert text is not None
    assert all(f"{{{name}}}" in text for name in PLACEHOLDERS)


@pytest.mark.parametrize("commune", FIVE)
def test_the_check_has_nothing_to_say_but_what_is_known(commune):
    defaults = {rule: (term.count, term.unit) for rule, term in DEFAULTS.items()}
    _, remarks = check_profile(PROFILES / f"{commune}.yaml", defaults)
    known = ("chỉ để diễn tập", "người dân mới kịp đăng ký", "kỳ chỉ có thứ Bảy, Chủ nhật")
    assert [remark for remark in remarks if not any(words in remark.what for words in known)] == []


def test_the_console_opens_with_the_commune_whose_plan_is_the_latest():
    assert chosen(COMMUNES, "", "").commune == "thanh-tri"


def test_the_guide_names_every_key_and_every_term_of_a_profile():
    guide = (PROFILES.parent / "guide" / "ho-so-xa.md").read_text(encoding="utf-8")
    elsewhere = {"periodic-dialogue", "preparation"}  # stand in programme and in duties
    wanted = {*Profile.model_fields, *set(get_args(RuleId)) - elsewhere}
    assert {word for word in wanted if f"`{word}`" not in guide} == set()
