"""A profile that cannot be used says where and why."""

from datetime import time

import pytest

from shared.communes import PROFILES, Communes, ProfileError, read_profile
from shared.contracts import Role
from shared.contracts.taxonomy import QuestionField

GOOD = (PROFILES / "thanh-tri.yaml").read_text(encoding="utf-8")


def written(folder, text, name="thanh-tri.yaml"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def line_of(text, words):
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_the_shipped_profiles_are_good():
    assert "thanh-tri" in Communes.load()


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
        (
            "fields: [digital, other]",
            "fields: [digital, others]",
            "fields: [digital, others]",
            "không có trong danh mục",
        ),
        ("  issuer: ", "  isuer: ", "  isuer: ", "không có khóa này"),
        ('  morning_opens: "08:00"', '  morning_opens: "8 giờ"', "morning_opens", "giờ dạng HH:MM"),
        (
            "to: chairman, after_working_days: 3",
            "to: chairman, after_working_days: hai",
            "after_working_days: hai",
            "số nguyên",
        ),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path, old, new, where, what):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(ProfileError) as caught:
        read_profile(written(tmp_path, text))
    assert any(what in mistake.what and mistake.line == line_of(text, where) for mistake in caught.value.mistakes), str(
        caught.value
    )


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("office: van-phong", "office: phong-nao", "không có phòng nào có id"),
        ("fields: [residence-security]", "fields: [residence-security, land]", "được giao cho cả"),
        ("fields: [residence-security]", "fields: []", "chưa giao lĩnh vực residence-security"),
        ("role: officer, department: cong-an", "role: officer, department: cong-an-xa", "không có trong departments"),
    ],
)
def test_a_profile_must_not_contradict_itself(tmp_path, old, new, what):
    with pytest.raises(ProfileError, match=what):
        read_profile(written(tmp_path, GOOD.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "an empty file"),
        ("- a\n- b\n", "a list"),
        ("id: [thanh-tri\n", "broken YAML"),
        ("id: thanh-tri\n\x07", "a control character"),
    ],
)
def test_what_is_no_profile_is_refused(tmp_path, text, because):
    with pytest.raises(ProfileError):
        read_profile(written(tmp_path, text))


def test_a_file_is_named_after_its_commune(tmp_path):
    with pytest.raises(ProfileError, match="trùng tên tệp"):
        read_profile(written(tmp_path, GOOD, "xa-khac.yaml"))
