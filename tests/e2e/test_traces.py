"""One trace, from what a person does on a page to what the mail server says, whichever processes had a hand in it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from shared.communes import Communes
from shared.contracts import Role, deadlines, routing
from tests.collector import Collector, Recorded, collector
from tests.e2e.town import Town, at, settled_in
from tests.servers import RunningSystem, running

COMMUNE = "thanh-tri"
NAME, PHONE, EMAIL, HAMLET = "Đào Thị Mận Tím", "0953000077", "man.tim@nguoidan.example", "xóm Lá Trúc"
QUESTION = "Hồ sơ cấp giấy phép xây dựng nhà ở riêng lẻ gồm những gì? Chồng tôi là Kiều Văn Lũy."
ANSWER = "Thưa bà Mận Tím, hồ sơ gồm đơn đề nghị và bản vẽ thiết kế."
SUBMIT = "POST /api/v1/communes/{commune}/submissions"
APPROVE = "POST /ho-so/{case}"


@dataclass(frozen=True)
class Story:
    """What the collector was told of one form, from its registration to its answer."""

    town: Town
    told: Collector

    def trace_of(self, name: str) -> list[Recorded]:
        """All of the trace that this request about the form began."""
        [trace] = {span.trace for span in self.told.named(name)} & self.traces("form")
        return [span for span in self.told.spans.values() if span.trace == trace]

    def traces(self, form: str) -> set[str]:
        """Those in which something was done about a form."""
        case = self.town.cases[form]
        return {span.trace for span in self.told.spans.values() if span.attributes.get("doithoai.case") == case}


@pytest.fixture(scope="module")
def told() -> Iterator[Collector]:
    with collector() as found:
        yield found


@pytest.fixture(scope="module")
def stack(told: Collector) -> Iterator[RunningSystem]:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": told.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with running(begins_at=at(4, 6, 8), environment=settings) as system:
        yield system


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(stack: RunningSystem, told: Collector) -> AsyncIterator[Story]:
    town = await settled_in(COMMUNE, stack)
    try:
        await town.sends_by_program("form", QUESTION, name=NAME, phone=PHONE, email=EMAIL, address=HAMLET)
        [assigned] = await town.said(routing.QuestionAssigned)
        await town.sends_by_program("waits", "Bao giờ sửa đường vào trạm y tế?", name="Lò Văn Bốn", phone="0953000078")
        about = {"question": assigned.question}
        await town.does(routing.DraftAnswer, Role.OFFICER, assigned.department, text=ANSWER, **about)
        await town.does(routing.ApproveAnswer, Role.HEAD, assigned.department, **about)
        await the_chairman_approves(town, assigned.question)
        await town.it_is(at(4, 20, 8))
        assert told.until(lambda: len(mails_of(told)) == 2 and bool(told.named("fire term")))
        yield Story(town, told)
    finally:
        await town.client.close()


async def the_chairman_approves(town: Town, question: str) -> None:
    chairman = Communes.load()[COMMUNE].holders(Role.CHAIRMAN, None)[0]
    async with town.console(chairman.email) as desk:
        typed = {"verb": routing.ApproveAnswer.verb, "question": question, "key": "the-chairman"}
        answer = await desk.post(f"/ho-so/{town.cases['form']}", data=typed)
    assert answer.status_code == 303, answer.text
    await town.settles()


def mails_of(told: Collector) -> list[Recorded]:
    """Conversations with the mail server about mails to the registrant: his receipt, his answer."""
    return [span for span in told.named("SMTP") if told.way_to(span)[0].name in (SUBMIT, APPROVE)]


def test_a_registration_is_one_trace_from_the_request_to_the_mail_servers_reply(story: Story) -> None:
    spans = story.trace_of(SUBMIT)
    [smtp] = [span for span in spans if span.name == "SMTP"]
    assert {span.service for span in spans} == {"intake", "routing", "deadlines", "notify"}
    assert smtp.attributes["smtp.reply_code"] == 250
    assert [span.name for span in story.told.way_to(smtp)] == [
        SUBMIT,
        "insert submissions",
        "process notify-acknowledge",
        "insert correspondence",
        "deliver receipt",
        "SMTP",
    ]


def test_an_approval_is_one_trace_from_the_page_to_the_mail_servers_reply(story: Story) -> None:
    spans = story.trace_of(APPROVE)
    [smtp] = [span for span in spans if span.name == "SMTP"]
    assert {"console", "routing", "notify"} <= {span.service for span in spans}
    assert smtp.attributes["smtp.reply_code"] == 250
    way = story.told.way_to(smtp)
    assert [(span.kind, span.name) for span in way[:4]] == [
        ("server", APPROVE),
        ("client", "routing/approve-answer"),
        ("server", "routing/approve-answer"),
        ("client", "update questions"),
    ]
    assert [span.service for span in way if span.kind == "consumer"] == ["notify"]


@pytest.mark.parametrize("name", [SUBMIT, APPROVE])
def test_no_span_of_a_trace_is_without_the_one_that_led_to_it(story: Story, name: str) -> None:
    spans = story.trace_of(name)
    began = [span for span in spans if not span.parent]
    assert [span.name for span in began] == [name]
    assert all(story.told.way_to(span)[0] == began[0] for span in spans)


def test_every_event_is_published_and_handled_in_the_trace_of_what_was_saved(story: Story) -> None:
    saves = [span for span in story.trace_of(SUBMIT) if span.name.startswith(("insert ", "update "))]
    for kind, names in (("producer", "publish "), ("consumer", "process ")):
        found = [span for span in story.trace_of(SUBMIT) if span.kind == kind]
        assert found
        assert all(span.name.startswith(names) for span in found)
        assert {span.parent for span in found} <= {span.id for span in saves}


async def test_a_term_that_time_fires_is_a_trace_of_its_own_with_a_link_to_the_one_that_set_it(story: Story) -> None:
    case = story.town.cases["waits"]
    assert case in {near.case for near in await story.town.said(deadlines.DeadlineNear)}
    fired = [one for one in story.told.named("fire term") if one.attributes.get("doithoai.case") == case]
    assert fired
    assert all(not one.parent for one in fired)
    [registration] = {span.trace for span in story.told.named(SUBMIT)} & story.traces("waits")
    assert registration in {link.split("-")[0] for one in fired for link in one.links}


def test_nothing_that_was_recorded_names_anybody(story: Story) -> None:
    """Nor says what was asked or answered, nor has the code that opens the form."""
    code = story.town.codes["form"]
    planted = [NAME, PHONE, EMAIL, EMAIL.split("@")[0], HAMLET, "Mận Tím", "Kiều Văn Lũy", "giấy phép", "bản vẽ", code]
    staff = [one for person in Communes.load()[COMMUNE].people for one in (person.name, person.email)]
    recorded = b"".join(story.told.raw)
    assert len(story.told.spans) > 50
    assert [one for one in [*planted, *staff, code.replace("-", "")] if one.encode() in recorded] == []


def test_the_spans_of_a_process_say_which_it_is(story: Story) -> None:
    assert {span.service for span in story.told.spans.values()} == {
        "intake",
        "console",
        "routing",
        "deadlines",
        "notify",
    }
