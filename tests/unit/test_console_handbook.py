"""The commune's word rules as they are typed, tried, compared and saved."""

import pytest

from services.console.acting import chosen
from services.console.knowledge import handbook
from services.console.knowledge.handbook import Row
from services.console.offers import WrongFields
from shared.communes import Communes
from shared.contracts.handbook import WordRule
from shared.contracts.taxonomy import QuestionField

WHO = chosen(Communes.load(), "thanh-tri", "hanh.clerk@hanoi.example")
MARKET = WordRule(field=QuestionField.BUSINESS, words=("chợ Nội", "sạp hàng"), weight=2.5)
ROAD = WordRule(field=QuestionField.INFRASTRUCTURE, words=("đường liên thôn",), department="van-phong")


def typed(*rows: Row, **more: str) -> dict[str, str]:
    """What the browser sends of a table with these rows."""
    told: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        told |= {f"{name}-{number}": getattr(row, name) for name in ("field", "words", "department", "weight")}
        told |= {f"drop-{number}": "1"} if row.dropped else {}
    return told | more


def test_what_is_shown_is_read_again_as_the_same_rules() -> None:
    shown = typed(*handbook.rows_of((MARKET, ROAD)), Row(), Row())
    assert handbook.rules_of(handbook.typed_rows(shown)) == (MARKET, ROAD)


@pytest.mark.parametrize(
    ("words", "found", "because"),
    [
        ("chợ Nội, sạp hàng", ("chợ Nội", "sạp hàng"), "a comma between words"),
        ("chợ Nội;sạp  hàng\n", ("chợ Nội", "sạp hàng"), "a semicolon, a line; blanks make no difference"),
        ("chợ, chợ", ("chợ",), "a word counts once"),
        (" , ;", (), "nothing but commas is no word"),
        ("cho\u031b\u0323", ("chợ",), "as it is kept: in NFC"),
    ],
)
def test_the_words_of_a_box_are_parted_by_commas(words: str, found: tuple[str, ...], because: str) -> None:
    assert handbook.split_words(words) == found, because


@pytest.mark.parametrize(
    ("row", "wrong", "because"),
    [
        (Row(words="chợ"), {"field-2"}, "words without a field lead nowhere"),
        (Row(field="business"), {"words-2"}, "nor does a field without words"),
        (Row(field="business", words="chợ", weight="nặng"), {"weight-2"}, "a weight is a number"),
        (Row(field="business", words="chợ", weight="0"), {"weight-2"}, "a rule without weight is none"),
        (Row(field="business", words="chợ", weight="nan"), {"weight-2"}, "and this is no number either"),
        (Row(field="tax", words="chợ", weight="11"), {"field-2", "weight-2"}, "every mistake is named at once"),
        (Row(field="business", words="chợ, " + "a" * 301), {"words-2"}, "no word is that long"),
    ],
)
def test_what_must_be_mended_is_named_by_its_row(row: Row, wrong: set[str], because: str) -> None:
    with pytest.raises(WrongFields) as found:
        handbook.rules_of(handbook.typed_rows(typed(Row(), row)))
    assert set(found.value.fields) == wrong, because


@pytest.mark.parametrize(
    ("row", "because"),
    [
        (Row(), "nothing was typed"),
        (Row(weight="1"), "a weight alone is no rule"),
        (Row(field="business", words="chợ", dropped=True), "it is to be left out"),
        (Row(field="business", dropped=True), "whatever stands in it"),
    ],
)
def test_a_row_that_is_empty_or_dropped_is_no_rule(row: Row, because: str) -> None:
    assert handbook.rules_of([row]) == (), because


def test_a_weight_is_written_with_a_comma_and_left_out_where_it_is_the_usual_one() -> None:
    [rule] = handbook.rules_of([Row("business", "chợ", weight="1,5")])
    assert (rule.weight, handbook.rows_of([rule])[0].weight) == (1.5, "1,5")
    [usual] = handbook.rules_of([Row("business", "chợ")])
    assert usual.weight == 1


@pytest.mark.parametrize(
    ("other", "because"),
    [
        (Row("land", "bến, chợ"), "two fields"),
        (Row("business", "chợ", department="van-phong"), "two departments"),
    ],
)
def test_a_word_that_leads_to_two_places_is_named_with_the_row_that_had_it(other: Row, because: str) -> None:
    with pytest.raises(WrongFields) as found:
        handbook.rules_of([Row("business", "sạp, Chợ"), other])
    assert "“chợ” đã có ở dòng 1 (Hộ kinh doanh, chợ)" in found.value.fields["words-2"], because


@pytest.mark.parametrize(
    ("other", "because"),
    [
        (Row("business", "chợ", weight="3"), "the same said twice"),
        (Row("land", "chợ", dropped=True), "the other goes"),
    ],
)
def test_a_word_may_stand_twice_where_it_leads_to_one_place(other: Row, because: str) -> None:
    assert handbook.rules_of([Row("business", "sạp, chợ"), other])[0].words == ("sạp", "chợ"), because


def test_more_rows_than_a_handbook_has_are_refused() -> None:
    with pytest.raises(WrongFields) as found:
        handbook.rules_of([Row("business", f"chợ {number}") for number in range(handbook.MOST_RULES + 1)])
    assert set(found.value.fields) == {"rules"}


@pytest.mark.parametrize("name", ["field-0x", "field-", "words-9999", "other-1", "verb"])
def test_what_is_no_box_of_the_table_makes_no_row(name: str) -> None:
    assert handbook.typed_rows({name: "chợ"}) == []


def test_each_line_is_a_text_to_try() -> None:
    assert handbook.texts_of(" Chợ Nội bao giờ sửa?\r\n\r\nĐường  ngập. ") == ("Chợ Nội bao giờ sửa?", "Đường ngập.")


@pytest.mark.parametrize("text", ["câu\n" * (handbook.MOST_TEXTS + 1), "a" * 20_001])
def test_too_many_texts_or_too_long_ones_are_refused(text: str) -> None:
    with pytest.raises(WrongFields) as found:
        handbook.texts_of(text)
    assert set(found.value.fields) == {"texts"}


@pytest.mark.parametrize(
    ("confidence", "told"),
    [
        (1.0, "gần như chắc chắn (99 %)"),
        (0.95, "gần như chắc chắn (95 %)"),
        (0.816, "khá chắc chắn (82 %)"),
        (0.6, "có phần chắc chắn (60 %)"),
        (0.21, "chưa chắc chắn (21 %)"),
        (0.0, "chưa chắc chắn (0 %)"),
    ],
)
def test_a_probability_is_told_in_words_and_per_cent(confidence: float, told: str) -> None:
    assert handbook.how_sure(confidence) == told


@pytest.mark.parametrize(
    ("before", "after", "told", "because"),
    [
        ((MARKET,), (MARKET,), [], "nothing changed"),
        (
            (),
            (ROAD,),
            ["thêm “đường liên thôn”: Giao thông, thoát nước, chiếu sáng, cấp nước, Văn phòng HĐND và UBND"],
            "",
        ),
        (
            (ROAD,),
            (),
            ["bỏ “đường liên thôn”: Giao thông, thoát nước, chiếu sáng, cấp nước, Văn phòng HĐND và UBND"],
            "",
        ),
        (
            (MARKET,),
            (MARKET.model_copy(update={"words": ("chợ Nội",)}),),
            ["bỏ “sạp hàng”: Hộ kinh doanh, chợ, trọng số 2,5"],
            "one word of a rule went",
        ),
        (
            (WordRule(field=QuestionField.LAND, words=("chợ",)),),
            (WordRule(field=QuestionField.BUSINESS, words=("chợ",)),),
            ["đổi “chợ”: Đất đai → Hộ kinh doanh, chợ"],
            "a word leads elsewhere",
        ),
    ],
)
def test_what_somebody_else_changed_is_told_word_by_word(
    before: tuple[WordRule, ...], after: tuple[WordRule, ...], told: list[str], because: str
) -> None:
    assert handbook.differences(before, after, WHO) == told, because


@pytest.mark.parametrize("sent", ["", "[", '[{"field": "nothing"}]', '{"a": 1}'])
def test_what_a_page_began_with_is_nothing_where_it_was_tampered_with(sent: str) -> None:
    assert handbook.seen_in(sent) == ()
    assert handbook.seen_in(handbook.as_seen((MARKET, ROAD))) == (MARKET, ROAD)
