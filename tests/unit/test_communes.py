"""A profile that cannot be used says where and why, and everything at once."""

import unicodedata
from datetime import time

import pytest
import yaml
from hypothesis import event, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from services.__main__ import app
from shared.commune_checks import contradictions, remarks
from shared.communes import PROFILES, Communes, ProfileError, check_profile, read_profile
from shared.contracts import Role
from shared.contracts.taxonomy import QuestionField

GOOD = {file.stem: file.read_text(encoding="utf-8") for file in PROFILES.glob("*.yaml")}
DEFAULTS = {"registration-cutoff": (10, "days"), "announcement": (7, "days")}


def written(folder, text, name="thanh-tri"):
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def changed(name, old, new):
    assert old in GOOD[name], old
    return GOOD[name].replace(old, new, 1)


def line_of(text, words):
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def mistakes_in(file):
    with pytest.raises(ProfileError) as caught:
        read_profile(file)
    return caught.value.mistakes


def test_a_profile_says_who_answers_and_until_when():
    profile = Communes.load()["thanh-tri"]
    assert profile.department_for(QuestionField.LAND).id == "phong-kinh-te"
    assert profile.department_for(QuestionField.OTHER).id == profile.office
    assert profile.office_hours.afternoon_closes == time(17, 0)
    assert profile.terms["department-answer"].count == 5
    assert [person.name for person in profile.holders(Role.OFFICER, "cong-an")] == ["Hoàng Văn Thắng"]


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("    email: vanphong.thanhtri@hanoi.example", "    email: vanphong", "    email: vanphong", "không đúng dạng"),
        ("office: van-phong", "office: van-phòng", "office: van-phòng", "không đúng dạng"),
        ("[digital, other]", "[digital, others]", "[digital, others]", "có phải ý là 'other'?"),
        ("  issuer: ", "  isuer: ", "  isuer: ", "không có khóa này; có phải ý là 'issuer'?"),
        ("  issuer: ", "  isuer: ", "letterhead:", "thiếu khóa này"),
        ("  registration-cutoff:", "  registration_cutof:", "registration_cutof", "ý là 'registration-cutoff'?"),
        ("to: office-head", "to: chánh văn phòng", "chánh văn phòng", "không có trong danh mục"),
        ("role: clerk", "role: clerc", "role: clerc", "có phải ý là 'clerk'?"),
        ("hamlet_word: thôn", "hamlet_word: ấp", "hamlet_word: ấp", "được dùng: thôn, tổ dân phố"),
        ('  morning_opens: "08:00"', '  morning_opens: "8 giờ"', "morning_opens", "giờ dạng HH:MM"),
        ('afternoon_opens: "13:30"', 'afternoon_opens: "11:30"', "office_hours:", "theo thứ tự từ sáng đến chiều"),
        ("chairman, after_working_days: 3", "chairman, after_working_days: ba", "days: ba", "số nguyên"),
        ("  per_hamlet: 3", "  per_hamlet: 0", "per_hamlet: 0", "phải từ 1 trở lên"),
        ("hamlet_word: thôn", "post: {transport_days: 13}\nhamlet_word: thôn", "transport_days", "phải từ 14 trở lên"),
        ("    opens: 2026-05-01", "    opens: 2026-05-32", "2026-05-32", "phải là ngày có thật"),
        ("    closes: 2026-05-31", "    closes: 2026-04-30", "- id: 2026-05", "closes phải sau opens"),
        ("hamlets:\n", "hamlets: Thôn Nội\nxa:\n", "hamlets:", "phải là danh sách"),
        ("terms:\n", "terms:\nterms:\n", "terms:", "khóa này được ghi hai lần"),
        ("office: van-phong", "office: : van-phong", "office: :", "YAML sai: có dấu hai chấm thừa"),
        ("  place: Thanh Trì", "\tplace: Thanh Trì", "\tplace", "YAML sai: có ký tự không được dùng ở đây"),
        ("  place: Thanh Trì", "  place: 12", "place: 12", "phải là chữ"),
        ("  place: Thanh Trì", "  place: *thanh", "place: *thanh", "YAML sai: có dấu * ở đầu giá trị"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path, old, new, where, what):
    text = changed("thanh-tri", old, new)
    told = mistakes_in(written(tmp_path, text))
    assert any(what in mistake.what and mistake.line == line_of(text, where) for mistake in told), told


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "what"),
    [
        ("thanh-tri", "office: van-phong", "office: phong-nao", "office:", "không có phòng nào có id 'phong-nao'"),
        ("thanh-tri", "office: van-phong", "office: van-phog", "office:", "có phải ý là 'van-phong'?"),
        (
            "thanh-tri",
            "[residence-security]",
            "[residence-security, land]",
            "y, land]",
            "được giao cho cả phong-kinh-te",
        ),
        ("thanh-tri", "[residence-security]", "[]", "departments:", "chưa giao lĩnh vực residence-security"),
        (
            "thanh-tri",
            "officer, department: cong-an",
            "officer, department: congan",
            "department: congan",
            "ý là 'cong-an'?",
        ),
        ("thanh-tri", "role: officer, department: cong-an", "role: officer", "Hoàng Văn Thắng", "phải ghi department"),
        ("thanh-tri", "role: clerk", "role: clerk, department: cong-an", "role: clerk", "clerk thì không"),
        ("thanh-tri", "role: clerk", "role: operator", "people:", "chưa có ai giữ vai trò clerk"),
        ("thanh-tri", "id: cong-an", "id: cong-an-xa", "id: cong-an-xa", "chưa có công chức nào"),
        ("thanh-tri", "huy.vanphong@", "Hanh.clerk@", "Hanh.clerk", "đã là của người ở people.0.email"),
        ("thanh-tri", "id: cong-an", "id: phong-kinh-te # lại", "# lại", "đã dùng ở departments.1.id"),
        ("thanh-tri", "Thôn Xuân Mỹ", "thôn  nội", "thôn  nội", "đã có ở hamlets.0"),
        ("thanh-tri", "hamlets:\n", "hamlets: []\nxa:\n", "per_hamlet: 3", "chưa có hamlets"),
        (
            "thanh-tri",
            "role: province",
            "role: operator",
            "to: province",
            "không có ai trong people giữ vai trò province",
        ),
        (
            "thanh-tri",
            "to: office-head",
            "to: officer",
            "to: officer, after_working_days: 2",
            "officer phải đứng trước head",
        ),
        ("thanh-tri", "after_working_days: 5", "after_working_days: 1", "to: province", "số ngày phải tăng dần"),
        (
            "thanh-tri",
            "    closes: 2026-05-31",
            "    closes: 2026-10-01",
            "- id: 2026-10",
            "trùng thời gian với kỳ 2026-05",
        ),
        ("thanh-tri", "id: 2026-10", "id: 2026-05 # lại", "# lại", "đã dùng ở programme.0.id"),
        ("thanh-tri", "id: an-ninh", "id: bang-ron # lại", "# lại", "đã dùng ở conference.duties.9.id"),
        (
            "thanh-tri",
            "department: van-phong\n      term",
            "department: cong-an-xa\n      term",
            "cong-an-xa",
            "'cong-an'?",
        ),
        ("thanh-tri", "10, unit: days, counted: before", "10, unit: days", "  registration-cutoff:", "phải đếm lùi"),
        (
            "thanh-tri",
            "5, unit: days, basis",
            "5, unit: days, counted: before, basis",
            "  department-answer:",
            "phải đếm tới",
        ),
        (
            "thanh-tri",
            "  department-answer:",
            "  periodic-dialogue:",
            "  periodic-dialogue:",
            "kỳ đối thoại ghi ở programme",
        ),
        ("thanh-tri", "15, unit: days, counted: before", "15, unit: days", "term: {count: 15", "xong trước đối thoại"),
        ("thanh-tri", "{hour}", "{houre}", "loudspeaker:", "không có {houre}; có phải ý là 'hour'?"),
        ("thanh-tri", "{hour}", "{hour", "loudspeaker:", "không đi thành cặp"),
        ("chanh-lo", "audience: nhân dân\n", "audience: thanh niên\n", "- id: dot-2", "cùng đối tượng thanh niên"),
        ("chanh-lo", "audience: thanh niên}", "audience: thanhnien}", "thanhnien", "có phải ý là 'thanh niên'?"),
        ("chanh-lo", "id: to-1,", "id: hoi-truong,", "Tổ trưởng tổ dân phố 1", "đã dùng ở conference.duties.5.id"),
        ("chanh-lo", "{count: 30, unit", "{count: 15, unit", "  resolution-extended:", "ngắn hơn terms.resolution"),
        ("thanh-tri", "  - [head]\n", "  - [head, clerk]\n", "  - [head, clerk]", "clerk không duyệt câu trả lời"),
        ("thanh-tri", "  - [head]\n", "  - [trưởng phòng]\n", "  - [trưởng phòng]", "không có trong danh mục"),
        ("thanh-tri", "  - [head]\n", "  - [chairman]\n", "  - [office-head, ch", "đã duyệt ở approval.0.0"),
        ("thanh-tri", "  - [head]\n", "  - [head, head]\n", "  - [head, head]", "mỗi vai trò chỉ duyệt một bước"),
        ("thanh-tri", "  - [office-head, chairman]\n", "", "  - [head]", "bước cuối phải có office-head hoặc chairman"),
        ("thanh-tri", "  - [head]\n", "  - []\n", "  - []", "phải có ít nhất 1"),
        ("chanh-lo", "  - [office-head]\n", "  - [head]\n", "  - [head]", "không có ai trong people giữ vai trò head"),
        ("nguyen-nghiem", "2024-10-13T07:30", "2024-11-13T07:30", "held_at:", "không nằm trong kỳ"),
        ("nguyen-nghiem", "07:30:00+07:00", "07:30:00", "held_at:", "phải kèm múi giờ"),
    ],
)
def test_a_profile_must_not_contradict_itself(tmp_path, name, old, new, where, what):
    text = changed(name, old, new)
    told = mistakes_in(written(tmp_path, text, name))
    assert any(what in mistake.what and mistake.line == line_of(text, where) for mistake in told), told


@pytest.mark.parametrize(
    ("steps", "more", "where", "what", "because"),
    [
        ("[head], [office-head]", "head", "mistake", "mà bước trước cũng chỉ có", "he has passed it as the head"),
        ("[head], [office-head]", None, None, None, "of each step another"),
        ("[head], [office-head, chairman]", "head", None, None, "a chairman is there for the second"),
        ("[head, chairman], [office-head]", "head", "remark", "đã duyệt ở bước trước", "a chairman may take the first"),
        ("[office-head], [chairman]", "officer", "remark", "tự soạn", "he may write an answer himself"),
        ("[office-head, chairman]", "officer", None, None, "two are enough"),
    ],
)
def test_one_man_with_two_offices_does_not_hold_an_answer_up(steps, more, where, what, because):
    """The head of office stands in for a head, or writes answers in a department."""
    data = yaml.safe_load(GOOD["thanh-tri"]) | {"approval": yaml.safe_load(f"[{steps}]")}
    data["people"] = [one for one in data["people"] if (one["role"], one.get("department")) != ("head", "cong-an")]
    name = "lê quang  Huy" if more else "Tô Minh Hà"
    data["people"].append({"name": name, "role": more or "head", "department": "cong-an", "email": "a@a.example"})
    told = {"mistake": list(contradictions(data)), "remark": list(remarks(data, DEFAULTS))}
    found = [(kind, said) for kind, findings in told.items() for _, said in findings if "chỉ có" in said]
    if where is None:
        assert not found, because
        return
    [(kind, said)] = found
    assert kind == where, because
    for words in ("ở phòng cong-an chỉ có Lê Quang Huy", what):
        assert words in said


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = GOOD["thanh-tri"]
    for old, new in [
        ("province: thành", "provnce: thành"),
        ("[digital, other]", "[digital, othr]"),
        ("Thôn Đông Hạ", "Thôn Nội # lại"),
        ("{day}", "{date}"),
        ("to: office-head", "to: officehead"),
    ]:
        assert old in text
        text = text.replace(old, new, 1)
    told = mistakes_in(written(tmp_path, text))
    lines = [mistake.line for mistake in told]
    assert lines == sorted(lines)
    wanted = ("provnce", "[digital, othr]", "# lại", "loudspeaker:", "to: officehead")
    assert {line_of(text, words) for words in wanted} <= set(lines)


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "what"),
    [
        ("thanh-tri", "", "", "  registration-cutoff:", "trước đối thoại 10 ngày mà hạn thông báo là trước 7 ngày"),
        ("thanh-tri", "", "", "vanphong.thanhtri@", "địa chỉ thư kết thúc bằng .example"),
        (
            "thanh-tri",
            "name: Nguyễn Văn Lợi, role",
            "name: Nguyễn Văn Lới, role",
            "    name: Nguyễn Văn Lợi",
            "có phải ý là 'Nguyễn Văn Lới'?",
        ),
        (
            "thanh-tri",
            "role: head, department: cong-an",
            "role: officer, department: cong-an",
            "to: head",
            "ở phòng cong-an",
        ),
        (
            "thanh-tri",
            "role: head, department: cong-an",
            "role: officer, department: cong-an",
            "  - [head]",
            "không có head ở phòng cong-an; ở đó bước này được bỏ qua",
        ),
        ("nguyen-nghiem", "", "", "- id: 2024-10", "hạn kết thúc vào ngày làm việc kế tiếp"),
        ("thanh-tri", "closes: 2026-05-31", "closes: 2026-12-31", "- id: 2026-10", "cho cả kỳ này và kỳ 2026-05"),
        ("thanh-tri", "Thôn Nội", "Tổ dân phố Nội", "Tổ dân phố Nội", "nhưng hamlet_word là thôn"),
        (
            "nguyen-nghiem",
            "  announcement:\n    {count: 7",
            "  announcement:\n    {count: 5",
            "  announcement:",
            "yêu cầu ít nhất 7 ngày",
        ),
    ],
)
def test_what_deserves_a_second_look_is_a_remark_and_no_mistake(tmp_path, name, old, new, where, what):
    text = changed(name, old, new)
    _, told = check_profile(written(tmp_path, text, name), DEFAULTS)
    assert any(what in one.what and one.line == line_of(text, where) for one in told), told
    assert all(one.what.startswith("Lưu ý: ") for one in told)


def test_a_slot_for_everybody_beside_slots_for_some_is_remarked(tmp_path):
    text = GOOD["thanh-tri"].replace(
        "  - id: 2026-10", "    sessions: [{title: Đợt 1, audience: nhân dân}]\n  - id: 2026-10"
    )
    _, told = check_profile(written(tmp_path, text))
    assert [one.line for one in told if "kỳ này không" in one.what] == [line_of(text, "- id: 2026-10")]


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [("good", 0, "Lưu ý: "), ("good", 0, "đúng (xã Thanh Trì, 5 phòng)"), ("bad", 1, "không có khóa này")],
)
def test_the_check_succeeds_with_remarks_and_fails_with_mistakes(tmp_path, name, code, said):
    text = GOOD["thanh-tri"] if name == "good" else changed("thanh-tri", "  issuer: ", "  isuer: ")
    ended = CliRunner().invoke(app, ["commune", "check", str(written(tmp_path, text))])
    assert (ended.exit_code, said in ended.output) == (code, True), ended.output


@pytest.mark.parametrize(("name", "said"), [("xa.yaml", "Không có tệp"), (".", "Không đọc được")])
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path, name, said):
    ended = CliRunner().invoke(app, ["commune", "check", str(tmp_path / name)])
    assert (ended.exit_code, said in ended.output) == (1, True)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "an empty file"),
        ("- a\n- b\n", "a list"),
        ("id: [thanh-tri\n", "broken YAML"),
        ("id: thanh-tri\n\x07", "a control character"),
        ("id: &a [*a]\n", "a list that holds itself"),
        ("1: a\ntrue: b\n", "keys that are no words"),
    ],
)
def test_what_is_no_profile_is_refused(tmp_path, text, because):
    assert mistakes_in(written(tmp_path, text)), because


def test_a_file_is_named_after_its_commune(tmp_path):
    told = mistakes_in(written(tmp_path, GOOD["thanh-tri"], "xa-khac"))
    assert [mistake.what for mistake in told if "trùng tên tệp" in mistake.what]


def test_texts_are_in_one_form_of_unicode(tmp_path):
    file = written(tmp_path, unicodedata.normalize("NFD", GOOD["thanh-tri"]))
    assert read_profile(file) == read_profile(PROFILES / "thanh-tri.yaml")


def places_in(data, here=()):
    yield here
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from places_in(value, (*here, key))


def with_something_else(data, place, odd):
    if not place:
        return odd
    key, *rest = place
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[key] = with_something_else(copy[key], rest, odd)
    return copy


@pytest.mark.parametrize("odd", [[], {}, 7, "x", None], ids=str)
def test_a_value_of_the_wrong_kind_is_for_the_types_to_object_to(odd):
    good = yaml.safe_load(GOOD["chanh-lo"])
    for place in places_in(good):
        if place:
            data = with_something_else(good, place, odd)
            assert all(what for _, what in (*contradictions(data), *remarks(data, DEFAULTS))), place


LINES = GOOD["chanh-lo"].splitlines()
ODD = st.sampled_from(
    ["", "[]", "{}", "12", "null", "true", "2024-01-01", "'x'", "- x", "{a: b}", "*x", "Tổ", "{", "a: b"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), ODD), min_size=1, max_size=3))
def test_whatever_is_written_is_read_or_refused_with_a_line(tmp_path_factory, changes):
    """An office mends its file by what it is told, so the check itself must never break."""
    lines = list(LINES)
    for number, odd in changes:
        key, colon, _ = lines[number].partition(": ")
        lines[number] = f"{key}{colon}{odd}"
    file = written(tmp_path_factory.mktemp("xa"), "\n".join(lines), "chanh-lo")
    told = []
    try:
        check_profile(file, DEFAULTS)
    except ProfileError as error:
        told = error.mistakes
        event("refused")
    assert all(1 <= mistake.line <= len(lines) + 1 for mistake in told)
