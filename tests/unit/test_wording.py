"""How people and organisations are addressed, and what of their words is left out because nobody sees it."""

import pytest
from pydantic import ValidationError

from services.notify.contents import sentence
from services.notify.wording import addressee, grouped, is_organisation, named, one_line, pronoun
from shared.contracts.intake import RescheduleDialogue
from shared.contracts.notify import ApologiseForDelay
from shared.contracts.routing import RequestExtension
from tests.builders import NOW, actor


@pytest.mark.parametrize(
    "name",
    [
        "Cty TNHH Hoa Sen",
        "CTY CP An Phú",
        "DNTN Hoàng Long",
        "Tập thể nhân dân thôn Nội",
        "Nhân dân thôn Nội",
        "Thôn Nội",
        "Phòng Kinh tế",
        "UBND phường X",
        "Ủy ban MTTQ xã",
        "Uỷ ban nhân dân xã",
        "Đoàn Thanh niên xã",
        "Mặt trận Tổ quốc xã",
        "Quỹ tín dụng nhân dân",
        "Nhà văn hóa thôn",
        "Đảng ủy xã",
        "Công đoàn cơ sở",
        "Liên đoàn Lao động",
        "Chùa Pháp Vân",
        "Tổ 5",
        "Tổ dân phố số 3",
        "Các hộ dân ngõ 12",
        "BQL chợ",
        "Ban quản trị chung cư",
        "HTX Rau sạch",
    ],
)
def test_an_organisation_is_spoken_to_as_one(name):
    assert (addressee(name), pronoun(name), named(name)) == (name, "quý đơn vị", name)


@pytest.mark.parametrize(
    "name",
    ["Đoàn Thị Mai", "Trương Văn Hội", "Phùng Văn Tổ", "Tô Thị Các", "Cao Bá Quỹ", "Ban", "Văn Phòng", "Hộ Văn Nam"],
)
def test_a_family_name_makes_no_organisation(name):
    assert is_organisation(name) is (name in ("Ban", "Văn Phòng"))


@pytest.mark.parametrize(
    ("name", "spoken_to", "spoken_of"),
    [
        ("Nguyễn Thị Mai", "ông/bà", "ông/bà Nguyễn Thị Mai"),
        ("ông Nam", "ông", "ông Nam"),
        ("Bà Nguyễn Thị Mai", "bà", "bà Nguyễn Thị Mai"),
        ("Chị Mai", "bà", "bà Mai"),
        ("Cô Hoa", "bà", "bà Hoa"),
        ("Anh Nam", "ông", "ông Nam"),
        ("Chú Tư", "ông", "ông Tư"),
        ("Bác Ba", "ông/bà", "ông/bà Ba"),
        ("Cụ Nguyễn Văn A", "cụ", "cụ Nguyễn Văn A"),
    ],
)
def test_what_somebody_calls_himself_is_kept_and_an_office_speaks_as_one(name, spoken_to, spoken_of):
    assert addressee(name) == (name if name != "Nguyễn Thị Mai" else "Ông/Bà Nguyễn Thị Mai")
    assert (pronoun(name), named(name)) == (spoken_to, spoken_of)


def test_a_given_name_alone_is_no_title():
    assert addressee("Anh") == "Ông/Bà Anh"


@pytest.mark.parametrize(
    "unseen",
    ["\u200b", "\u3164", "\u034f", "\u115f", "\uffa0", "\u17b4", "\ufffe", "\uffff", "\ufdd0", "\U0010ffff", "\u206a"],
)
def test_what_nobody_sees_is_no_word(unseen):
    assert one_line(f"{unseen}Mai{unseen} Lan{unseen}") == "Mai Lan"
    assert sentence(unseen * 3) == ""


def test_a_number_is_written_as_offices_write_it():
    assert (grouped(200_000), grouped(999)) == ("200.000", "999")


@pytest.mark.parametrize("unseen", ["\u200b\u2060", "\u3164", " \u034f\ufffe "])
def test_a_reason_that_nobody_sees_is_none(unseen):
    command = {"actor": actor(), "key": "k", "dialogue": "d", "question": "q", "submission": "s", "until": "2026-06-12"}
    more = {
        "held_at": NOW,
        "working_days": 5,
        "based_on": 0,
        "version": 0,
        "requirement": "Xác minh",
        "responsible": "Ông A",
    }
    for contract in (RequestExtension, RescheduleDialogue, ApologiseForDelay):
        assert contract.model_validate({**command, **more, "reason": f"Bão{unseen}"}).reason == "Bão"
        with pytest.raises(ValidationError):
            contract.model_validate({**command, **more, "reason": unseen})
