"""What is taken for personal in a text, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.masking import find_personal


@pytest.mark.parametrize(
    ("text", "kinds", "because"),
    [
        ("Số của tôi: 0912345678.", ["phone"], "a mobile"),
        ("gọi 0912.345.678 nhé", ["phone"], "with dots"),
        ("gọi 091 234 5678", ["phone"], "with blanks"),
        ("gọi +84 912 345 678", ["phone"], "with the code of the country"),
        ("gọi 84912345678", ["phone"], "with the code, without the plus"),
        ("nhà riêng (024) 3861 1234", ["phone"], "a landline with its area"),
        ("01683456789", ["phone"], "a mobile of before 2018"),
        ("thư nguyen.hoa@nha.example, xin cảm ơn", ["email"], "a mail address"),
        ("CMND 012345678", ["id-number"], "an old identity card"),
        ("CCCD số 001185012345", ["id-number"], "a citizen's card"),
        ("CCCD 001 185 012 345", ["id-number"], "in groups of three"),
        ("0912345678 và mai@nha.example", ["phone", "email"], "both, in their order"),
        ("0912345678 hoặc 0912345678", ["phone"], "each once"),
        ("Lệ phí 25.000 đồng, tổng 150.000.000 đồng", [], "money"),
        ("hỗ trợ 100 000 000 đồng", [], "money with blanks"),
        ("Nghị định 30/2020/NĐ-CP, Luật 91/2025/QH15", [], "numbers of laws"),
        ("từ 08.05.2026 14 giờ, hoặc 08/05/2026", [], "days"),
        ("thủ tục 1.004227.000.00.00.H26", [], "the code of a procedure"),
        ("tổng đài 1022, 1900 1234", [], "short public numbers"),
        ("diện tích 120 m2, thửa 145, tờ bản đồ 12", [], "a plot of land"),
        ("", [], "nothing"),
    ],
)
def test_what_tells_who_somebody_is_is_found(text, kinds, because):
    assert [found.kind for found in find_personal(text)] == kinds, because


@pytest.mark.parametrize("written", ["024 3861 1234", "02438611234", "024.3861.1234", "+84 24 3861 1234"])
def test_the_offices_own_number_is_public_however_it_is_written(written):
    assert find_personal(f"Xin gọi {written}", ["(024) 3861.1234"]) == ()
    assert find_personal(f"Xin gọi {written}") != ()


@given(st.text(max_size=200), st.from_regex(r"0[35789][0-9]{8}", fullmatch=True))
def test_a_mobile_number_between_words_is_always_found(text, number):
    words = "".join(character for character in text if not character.isdigit())
    assert number in {found.text for found in find_personal(f"{words} – {number} – {words}")}
