"""What an office teaches routing: who may, what is refused, and that the same again changes nothing."""

import pytest

from services.routing.handbook import (
    LONGEST_TEMPLATE,
    LONGEST_TEMPLATES,
    LONGEST_TRIAL,
    LONGEST_WORDS,
    MOST_TEMPLATES,
    MOST_WORDS,
    Handbook,
    all_templates,
    in_full,
    permit_reading,
    permit_rules,
    remove_answer_template,
    save_answer_template,
    save_word_rules,
    without_texts,
)
from services.routing.templates import AnswerTemplate
from shared.contracts import Done, Refusal
from shared.contracts.handbook import (
    AnswerTemplateRemoved,
    AnswerTemplateSaved,
    ClassifyTexts,
    ReadHandbook,
    RemoveAnswerTemplate,
    SaveAnswerTemplate,
    SaveWordRules,
    TryWordRules,
    WordRule,
    WordRulesSaved,
)
from tests.unit.routing_questions import (
    CHAIRMAN,
    CLERK,
    COMMUNE,
    CULTURE,
    DEPARTMENTS,
    ECONOMY,
    HEAD,
    HEALTH,
    LAND,
    NOW,
    OFFICE_HEAD,
    OFFICER,
    OTHER_OFFICER,
    PROVINCE,
)

NAMES = {id: f"Phòng {id.upper()}" for id in DEPARTMENTS}
EMPTY = Handbook(COMMUNE, COMMUNE)
MARKET = WordRule(field=LAND, words=("chợ Nội", "dồn thửa"))
CARD = WordRule(field=HEALTH, words=("thẻ xanh",), weight=2, department=CULTURE)
TITLE, TEXT = "Cấp sổ đỏ", "Hồ sơ {mã hồ sơ} đang giải quyết."
SHIPPED = (AnswerTemplate(LAND, "Cấp sổ đỏ", "Chung."), AnswerTemplate(LAND, "Tách thửa", "Chung."))


def teach(*rules, actor=CLERK, handbook=EMPTY):
    command = SaveWordRules(actor=actor, key="k", rules=rules, reason="Chợ mới mở")
    return save_word_rules(handbook, command, NAMES, NOW)


def write(actor=OFFICER, handbook=EMPTY, **fields):
    known = {"field": LAND, "title": TITLE, "text": TEXT}
    return save_answer_template(handbook, SaveAnswerTemplate(actor=actor, key="k", **known | fields), NOW)


def take_out(handbook, actor=OFFICER, title=TITLE, field=LAND):
    return remove_answer_template(handbook, RemoveAnswerTemplate(actor=actor, key="k", field=field, title=title), NOW)


# --- words ------------------------------------------------------------------------------------------------------------


def test_rules_are_saved_in_place_of_those_before_and_the_same_again_change_nothing():
    handbook, [told] = teach(MARKET, CARD)
    assert isinstance(told, WordRulesSaved)
    assert (told.case, told.rules, told.saved_by) == (COMMUNE, (MARKET, CARD), CLERK.name)
    assert teach(MARKET, CARD, handbook=handbook) == (handbook, [])
    assert teach(CARD, handbook=handbook)[0].rules == (CARD,)


def test_an_office_may_do_without_the_rules_of_its_profile():
    handbook, told = teach()
    assert (EMPTY.rules, handbook.rules, len(told)) == (None, (), 1)


@pytest.mark.parametrize("actor", [OFFICER, HEAD, CHAIRMAN, PROVINCE])
def test_the_office_alone_saves_and_tries_rules(actor):
    with pytest.raises(Refusal, match="Vai trò"):
        teach(MARKET, actor=actor)
    with pytest.raises(Refusal, match="Vai trò"):
        permit_rules(TryWordRules(actor=actor, key="k", rules=(MARKET,)), NAMES)
    assert teach(MARKET, actor=OFFICE_HEAD)[1]


@pytest.mark.parametrize(
    ("rules", "words", "because"),
    [
        ((WordRule(field=LAND, words=("x",), department="khong-co"),), ("khong-co",), "no such department"),
        ((WordRule(field=LAND, words=("123",)),), ("123", "chữ cái"), "no letter in it"),
        (
            (MARKET, WordRule(field=HEALTH, words=("CHỢ NỘI",))),
            ("lĩnh vực đất đai", "lĩnh vực y tế, bảo hiểm y tế", "chợ Nội"),
            "two fields",
        ),
        (
            (MARKET, WordRule(field=LAND, words=("chợ nội",), department=ECONOMY)),
            ("đất đai", NAMES[ECONOMY]),
            "two departments",
        ),
        (
            (WordRule(field=LAND, words=("hoà giải",)), WordRule(field=HEALTH, words=("hòa giải",))),
            ("hòa",),
            "spelling",
        ),
        (
            tuple(WordRule(field=LAND, words=tuple(f"từ {'x' * a}{'y' * b}" for a in range(150))) for b in range(14)),
            (str(MOST_WORDS),),
            "too many",
        ),
    ],
)
def test_a_rule_that_says_nothing_or_two_things_is_refused_and_named(rules, words, because):
    with pytest.raises(Refusal) as refusal:
        teach(*rules)
    assert all(word in refusal.value.reason for word in words), (because, refusal.value.reason)


def test_a_word_may_stand_twice_for_the_same():
    assert teach(MARKET, WordRule(field=LAND, words=("chợ nội",), weight=3))[1]


def test_whoever_works_on_questions_may_read():
    for actor in (CLERK, OFFICER, HEAD, OFFICE_HEAD, CHAIRMAN):
        permit_reading(ReadHandbook(actor=actor, key="k"))
        permit_reading(ClassifyTexts(actor=actor, key="k", texts=("Bao giờ có sổ đỏ?",)))
    for command in (ReadHandbook(actor=PROVINCE, key="k"), ClassifyTexts(actor=PROVINCE, key="k", texts=("x",))):
        with pytest.raises(Refusal, match="Vai trò"):
            permit_reading(command)


def test_texts_to_try_go_into_one_answer():
    texts = ("x" * 20_000,) * 11
    for act in (
        lambda: permit_reading(ClassifyTexts(actor=OFFICER, key="k", texts=texts)),
        lambda: permit_rules(TryWordRules(actor=CLERK, key="k", rules=(MARKET,), texts=texts), DEPARTMENTS),
    ):
        with pytest.raises(Refusal, match=str(LONGEST_TRIAL)):
            act()


# --- texts ------------------------------------------------------------------------------------------------------------


def test_a_template_is_saved_replaced_and_taken_out():
    handbook, [told] = write()
    assert isinstance(told, AnswerTemplateSaved)
    assert (told.case, told.title, told.text, told.saved_by) == (COMMUNE, TITLE, TEXT, OFFICER.name)
    assert write(handbook=handbook) == (handbook, [])
    handbook, [_] = write(handbook=handbook, title="CẤP SỔ ĐỎ", text="Mới.", actor=CLERK)
    assert handbook.templates == (AnswerTemplate(LAND, "CẤP SỔ ĐỎ", "Mới.", own=True),)
    handbook, [told] = take_out(handbook, OTHER_OFFICER)
    assert (handbook.templates, isinstance(told, AnswerTemplateRemoved), told.title) == ((), True, "CẤP SỔ ĐỎ")
    with pytest.raises(Refusal, match="không có mẫu riêng") as refusal:
        take_out(handbook)
    assert refusal.value.code == "not-found"


def test_the_communes_own_come_first_and_hide_shipped_ones_of_their_title():
    handbook, _ = write(title="cấp sổ đỏ")
    assert [(one.title, one.own) for one in all_templates(handbook, SHIPPED)] == [
        ("cấp sổ đỏ", True),
        ("Tách thửa", False),
    ]
    assert all_templates(None, SHIPPED) == SHIPPED
    assert len(all_templates(write(field=HEALTH)[0], SHIPPED)) == 3, "of another field"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"actor": CHAIRMAN}, "Vai trò"),
        ({"text": "Về {việc"}, "{việc"),
        ({"text": "Về { }"}, "{ }"),
        ({"text": "Về việc}"}, "}"),
        ({"text": "x" * (LONGEST_TEMPLATE + 1)}, "dài quá"),
    ],
)
def test_what_is_no_template_is_refused(fields, words):
    with pytest.raises(Refusal) as refusal:
        write(**fields)
    assert words in refusal.value.reason


def a_handbook_as_long_as_may_be():
    texts = ["\u0001" * LONGEST_TEMPLATE] * (LONGEST_TEMPLATES // LONGEST_TEMPLATE)
    letters = "abcdefghijklmnopqrstuvwxyz"
    templates = tuple(
        AnswerTemplate(LAND, f"{letters[at // 26]}{letters[at % 26]}", text, own=True) for at, text in enumerate(texts)
    )
    rules = tuple(WordRule(field=LAND, words=("ệ" * 250,) * 200) for _ in range(2))
    return Handbook(COMMUNE, COMMUNE, rules=rules, templates=templates)


def test_all_that_an_office_may_teach_goes_into_one_message():
    longest = a_handbook_as_long_as_may_be()
    with pytest.raises(Refusal, match=str(LONGEST_TEMPLATES)):
        write(handbook=longest)
    assert write(handbook=longest, title="aa", text="Ngắn.")[1], "a shorter one in its place"
    assert take_out(longest, title="aa")[1], "room is made by taking one out"
    reply = Done(version=1, state=in_full(longest, (), SHIPPED))
    assert len(reply.model_dump_json().encode()) < 4 * 2**20
    with pytest.raises(Refusal, match=str(LONGEST_WORDS)):
        teach(*longest.rules, WordRule(field=LAND, words=("một",)))


def test_whoever_changes_something_is_not_told_all_texts():
    state = {"id": COMMUNE, "rules": None, "templates": [{"field": "land", "title": TITLE, "text": TEXT, "own": True}]}
    assert without_texts(state) == state | {"templates": [{"field": "land", "title": TITLE, "own": True}]}


def test_a_commune_has_so_many_templates_and_may_still_mend_them():
    letters = "abcdefghijklmnopqrstuvwxyz"
    titles = [f"{one}{other}" for one in letters for other in letters][:MOST_TEMPLATES]
    full = Handbook(COMMUNE, COMMUNE, templates=tuple(AnswerTemplate(LAND, one, "x", own=True) for one in titles))
    with pytest.raises(Refusal, match=str(MOST_TEMPLATES)):
        write(handbook=full)
    assert len(write(handbook=full, title="aa")[0].templates) == MOST_TEMPLATES
