"""What an office's own decisions teach its classifier, over what all communes share; and who keeps it up to date."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.routing.classifiers import LOOK_EVERY_S, Classifiers, Learned
from services.routing.classifying import corpus
from services.routing.classifying.evidence import FieldWords
from services.routing.classifying.lessons import Lesson
from services.routing.classifying.vocabulary import classifier_for
from shared.communes import PROFILES, read_profile
from shared.contracts.taxonomy import QuestionField, Scope

SHIPPED = classifier_for(read_profile(PROFILES / "thanh-tri.yaml"))
BEGAN = datetime(2026, 1, 5, 2, tzinfo=UTC)
MARKET, LAND = QuestionField.BUSINESS, QuestionField.LAND
TEXTS = {
    field: [one.text for one in corpus.questions() if one.field is field and one.scope is Scope.IN_SCOPE]
    for field in QuestionField
}


def decided(texts, field, department, since=0):
    return [Lesson(text, field, department, BEGAN + timedelta(hours=since + n)) for n, text in enumerate(texts)]


def share(classifier, texts, department):
    return sum(classifier.classify(text).department == department for text in texts) / len(texts)


def test_a_policy_that_was_taught_holds_for_like_questions_and_leaves_the_others():
    taught = SHIPPED.taught(decided(TEXTS[MARKET][:50], MARKET, "van-phong"))
    assert share(taught, TEXTS[MARKET][50:90], "van-phong") >= 0.9
    for field in (LAND, QuestionField.HEALTH, QuestionField.CULTURE):
        before = [SHIPPED.classify(text).department for text in TEXTS[field][:40]]
        after = [taught.classify(text).department for text in TEXTS[field][:40]]
        assert sum(one == other for one, other in zip(before, after, strict=True)) >= 38


def test_one_decision_moves_no_question_of_another_kind():
    taught = SHIPPED.taught(decided(["Sạp cá ở chợ Nội thu tiền chỗ thế nào?"], MARKET, "van-phong"))
    for field in (LAND, QuestionField.EDUCATION):
        for text in TEXTS[field][:20]:
            assert taught.classify(text).department == SHIPPED.classify(text).department


def test_an_office_may_change_its_mind():
    old = decided(TEXTS[MARKET][:40], MARKET, "van-phong")
    new = decided(TEXTS[MARKET][:40], MARKET, "phong-kinh-te", since=1_000)
    assert share(SHIPPED.taught([*old, *new]), TEXTS[MARKET][50:90], "phong-kinh-te") >= 0.9


def test_what_was_decided_for_a_department_that_is_gone_teaches_nothing():
    taught = SHIPPED.taught(decided(TEXTS[MARKET][:50], MARKET, "phong-da-giai-the"))
    assert share(taught, TEXTS[MARKET][:90], "phong-da-giai-the") == 0


def test_a_few_wrong_decisions_leave_their_field_where_it_was():
    wrong = decided(TEXTS[MARKET][:3], MARKET, "cong-an")
    right = decided(TEXTS[MARKET][3:30], MARKET, "phong-kinh-te", since=10)
    untaught = share(SHIPPED, TEXTS[MARKET][50:90], "phong-kinh-te")
    assert share(SHIPPED.taught([*wrong, *right]), TEXTS[MARKET][50:90], "phong-kinh-te") >= untaught


def test_nothing_taught_is_the_shipped_classifier():
    for text in TEXTS[LAND][:10]:
        assert SHIPPED.taught([]).classify(text) == SHIPPED.classify(text)


# --- kept up to date --------------------------------------------------------------------------------------------------


class Office:
    """What a database would say, and a clock that is moved by hand."""

    def __init__(self):
        self.mark, self.learned, self.now, self.asked, self.away = 0, Learned(), 0.0, 0, False

    async def how_far(self, commune):
        self.asked += 1
        if self.away:
            raise ConnectionError
        return self.mark

    async def what(self, commune):
        return self.learned

    def classifiers(self):
        return Classifiers({"thanh-tri": SHIPPED}, self.how_far, self.what, lambda: self.now)

    def teaches(self, rules):
        self.mark, self.learned = self.mark + 1, Learned(rules)


RULES = [FieldWords(MARKET, 3.0, ("khu Ao Cả",), "van-phong")]
ASKED = "Khu Ao Cả bao giờ mở cửa?"


async def test_what_was_taught_counts_without_a_restart_and_is_asked_for_now_and_then():
    office = Office()
    classifiers = office.classifiers()
    before = (await classifiers.of("thanh-tri")).classify(ASKED)
    office.teaches(RULES)
    assert (await classifiers.of("thanh-tri")).classify(ASKED) == before, "not asked yet"
    assert office.asked == 1
    office.now += LOOK_EVERY_S
    assert (await classifiers.of("thanh-tri")).classify(ASKED).department == "van-phong"


async def test_a_database_that_is_away_leaves_the_older_classifier_serving():
    office = Office()
    classifiers = office.classifiers()
    first = await classifiers.of("thanh-tri")
    office.away, office.now = True, LOOK_EVERY_S
    assert await classifiers.of("thanh-tri") is first


async def test_many_who_ask_at_once_begin_with_one_reading():
    office = Office()
    classifiers = office.classifiers()
    found = await asyncio.gather(*(classifiers.of("thanh-tri") for _ in range(20)))
    assert len({id(one) for one in found}) == 1
    assert office.asked == 1


async def test_a_commune_without_a_profile_has_none():
    with pytest.raises(KeyError):
        await Office().classifiers().of("khong-co")
