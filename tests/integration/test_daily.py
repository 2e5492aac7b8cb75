"""Mails among replicas, outages and corrections: each leaves once, to whom it is owed by then."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notify import dialogues
from services.notify.correspondence import Correspondence, Message
from services.notify.delivery import LOST_TRACK, MOST_UNANSWERED
from services.notify.mailing.smtp import Away, Mailer, NotNow, Unknown
from services.notify.making import Maker, Part
from services.notify.post import STALE_AFTER
from shared.communes import PostPlan
from shared.contracts.intake import (
    DialogueAnnounced,
    QuestionsWithdrawn,
    RegistrantCorrected,
    RepresentativeInvited,
)
from shared.contracts.notify import NotificationFailed, NotificationSent
from shared.store import Database
from tests.builders import DIALOGUE, NOW, SUBMISSION, of_dialogue, of_form, registrant
from tests.integration.test_notify import CUT_OFF, Office, an_answer
from tests.servers import Servers

MANY = 12
LATER = CUT_OFF + timedelta(minutes=20)

Meanwhile = Callable[[], Awaitable[None]]


async def nothing() -> None:
    pass


class Postman(Mailer):
    """meanwhile: what happens while each mail is taken. answers: what the server says instead of taking it, the next
    first."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.meanwhile: Meanwhile = nothing
        self.answers: list[Exception] = []

    async def send(self, mail: Any, sender: Any, recipients: Any) -> Any:
        await self.meanwhile()
        if self.answers:
            raise self.answers.pop(0)
        return await super().send(mail, sender, recipients)


class SlowMaker(Maker):
    """meanwhile: what happens, once, while a mail is made."""

    meanwhile: Meanwhile | None = None

    async def part(self, *arguments: Any) -> Part:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await super().part(*arguments)


class Replica(Office):
    """One of several processes."""

    mailer: Postman
    maker: SlowMaker

    def __init__(self, servers: Servers, folder: Path) -> None:
        self.database = Database(servers.mongo_url, "notify")
        super().__init__(servers, self.database, folder, Postman, SlowMaker)

    def answers_written(self) -> Counter[str]:
        """By Message-ID, of both replicas."""
        return Counter(str(mail["Message-ID"]) for mail in self.mails() if "Trả lời" in str(mail["Subject"]))

    async def the(self, case: str) -> Correspondence:
        state = await self.letters.get(case)
        assert state is not None
        return state

    async def answer(self, case: str) -> Message:
        return (await self.the(case)).message(f"{case}.answer.1")


@asynccontextmanager
async def replica(servers: Servers, folder: Path, together: Any) -> AsyncIterator[Replica]:
    one = Replica(servers, folder)
    await one.database.prepare()
    one.plans(post=PostPlan(together=together))
    yield one
    await one.post.stop()
    one.database.close()


@pytest.fixture
async def first(fresh: Servers, tmp_path: Path) -> AsyncIterator[Replica]:
    async with replica(fresh, tmp_path, "daily") as one:
        yield one


@pytest.fixture
async def second(fresh: Servers, tmp_path: Path) -> AsyncIterator[Replica]:
    async with replica(fresh, tmp_path, "daily") as one:
        yield one


async def answers_wait(office: Replica, cases: list[str], email: str | None = None) -> None:
    """Each at an address of its own, or all at this one."""
    for number, case in enumerate(cases):
        asker = registrant(email=email or f"nguoi{number}@mien{number}.example")
        await office.hears(*an_answer(asker, case=case, code=f"K{number:03}-3M9E"))
    await office.works_until(NOW + timedelta(minutes=1))


MANY_CASES = [f"01J{number:02}" for number in range(MANY)]


async def each_left_once(office: Replica, cases: list[str]) -> None:
    assert list(office.answers_written().values()) == [1] * len(cases)
    for case in cases:
        answer = await office.answer(case)
        assert (answer.state, answer.attempts, answer.uncertain) == ("sent", 1, False)


async def test_a_mail_that_waits_for_a_worker_is_anybodys(first: Replica, second: Replica) -> None:
    await answers_wait(first, MANY_CASES)
    first.now = CUT_OFF
    await first.daily.send_what_is_due()
    assert first.post.busy == MANY, "its workers have not begun"
    await second.works_until(LATER)
    first.now = LATER
    await first.works_until(LATER)
    await each_left_once(first, MANY_CASES)


async def test_a_crash_at_the_cut_off_leaves_no_doubt_of_what_had_not_begun(first: Replica, second: Replica) -> None:
    await answers_wait(first, MANY_CASES)
    first.now = CUT_OFF
    await first.daily.send_what_is_due()  # and does no more
    await second.works_until(LATER)
    await each_left_once(second, MANY_CASES)


async def test_a_process_that_stops_takes_no_mail_on(first: Replica, second: Replica) -> None:
    await answers_wait(first, MANY_CASES)
    first.now = CUT_OFF
    await first.post.stop()
    await first.daily.send_what_is_due()
    assert first.post.busy == 0
    await second.works_until(CUT_OFF)
    await each_left_once(second, MANY_CASES)


async def test_a_mail_whose_claim_was_given_up_for_lost_while_it_was_made_is_not_sent(
    first: Replica, second: Replica
) -> None:
    await answers_wait(first, [SUBMISSION])

    async def another_sends_it() -> None:
        first.now += 2 * STALE_AFTER
        await second.works_until(first.now)

    second.now = first.now = CUT_OFF - timedelta(seconds=1)
    first.maker.meanwhile = another_sends_it
    await first.works_until(CUT_OFF)
    assert list(first.answers_written().values()) == [1]
    assert (await first.envelopes.find({}))[0].state == "sent"


async def test_a_claim_on_the_mails_of_many_guests_holds_while_they_leave_one_after_the_other(
    first: Replica, second: Replica
) -> None:
    await guests_are_invited(first)

    async def slowly() -> None:
        first.now += timedelta(seconds=50)
        await second.works_until(first.now)

    first.mailer.meanwhile = slowly
    await first.works_until(first.now)
    guests = (await first.the(DIALOGUE)).messages
    assert [(one.state, one.uncertain, one.attempts) for one in guests] == [("sent", False, 1)] * MANY
    assert len(first.mails()) == MANY


async def test_of_a_claim_that_was_given_up_for_lost_nothing_more_is_sent(first: Replica, second: Replica) -> None:
    await guests_are_invited(first)

    async def another_takes_over() -> None:
        first.mailer.meanwhile = nothing
        first.now += 2 * STALE_AFTER
        await second.works_until(first.now)

    first.mailer.meanwhile = another_takes_over
    await first.works_until(first.now)
    copies = Counter(str(mail["Message-ID"]) for mail in first.mails())
    assert sorted(copies.values()) == [1] * (MANY - 1) + [2], "one was on its way"


async def guests_are_invited(office: Replica) -> None:
    """All at once, and nobody has written to them yet."""
    state, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
    invited = of_dialogue(RepresentativeInvited)
    for number in range(MANY):
        who = {"id": f"g{number}", "email": f"dai.bieu{number}@co-quan{number}.example"}
        guest = invited.representative.model_copy(update=who)
        state, _ = dialogues.invite(state, invited.model_copy(update={"representative": guest}), NOW)
    await office.letters.create(state, [])


async def test_what_no_server_has_had_yet_goes_where_and_to_whom_it_is_owed_by_then(first: Replica) -> None:
    to = "mai@nguoidan.example"
    await answers_wait(first, ["01JA", "01JB", "01JC"], to)
    first.mailer.answers = [NotNow("451 bận")]
    await first.works_until(CUT_OFF)
    [envelope] = await first.envelopes.find({})
    assert (envelope.state, len(envelope.members)) == ("sealed", 3)
    await first.hears(
        of_form(
            RegistrantCorrected,
            case="01JA",
            registrant=registrant(email="dung@nguoidan.example"),
            occurred_at=first.now,
        ),
        of_form(QuestionsWithdrawn, case="01JB", questions=("01JB-1",), occurred_at=first.now),
    )
    await first.works_until(CUT_OFF + timedelta(days=2))
    [mail, other] = [str(mail["To"]) for mail in first.mails() if "Trả lời" in str(mail["Subject"])]
    assert to in mail
    assert "dung@nguoidan.example" in other
    assert not (await first.the("01JB")).has("01JB.answer.1")
    for case in ("01JA", "01JC"):
        answer = await first.answer(case)
        assert (answer.state, answer.uncertain) == ("sent", False)


async def test_what_a_server_may_have_had_is_sent_again_as_it_was(first: Replica) -> None:
    await answers_wait(first, ["01JA", "01JB"], "mai@nguoidan.example")
    first.mailer.answers = [Unknown("hung up")]
    await first.works_until(CUT_OFF)
    await first.hears(of_form(QuestionsWithdrawn, case="01JB", questions=("01JB-1",), occurred_at=first.now))
    await first.works_until(LATER)
    [envelope] = await first.envelopes.find({})
    assert (envelope.state, envelope.uncertain, len(envelope.members)) == ("sent", True, 2)
    assert (await first.answer("01JB")).uncertain


async def test_what_is_sealed_is_not_looked_for_again(first: Replica) -> None:
    await answers_wait(first, MANY_CASES)
    first.mailer.answers = [NotNow("451 bận")] * MANY
    await first.works_until(CUT_OFF)
    assert await first.letters.to_seal(LATER) == []
    assert (await first.the(MANY_CASES[0])).envelopes_at is None
    await first.works_until(LATER)
    assert list(first.answers_written().values()) == [1] * MANY


@pytest.mark.parametrize("together", ["each", "daily"])
async def test_a_server_that_is_away_for_days_makes_no_letters_of_mails(first: Replica, together: Any) -> None:
    first.plans(post=PostPlan(together=together))
    await answers_wait(first, [])
    first.mailer.answers = [Away("down")] * 10_000
    await first.hears(*an_answer(registrant()))
    for hour in range(72):
        await first.works_until(CUT_OFF + timedelta(hours=hour))
    first.mailer.answers = []
    await first.works_until(CUT_OFF + timedelta(hours=73))
    answer = await first.answer(SUBMISSION)
    assert (answer.state, answer.channel, answer.attempts) == ("sent", "email", 1)
    assert not any(isinstance(event, NotificationFailed) for event in await first.said(SUBMISSION))


@pytest.mark.parametrize("together", ["each", "daily"])
async def test_a_mail_of_which_no_server_says_whether_it_took_it_is_for_a_person_after_a_few_copies(
    first: Replica, together: Any
) -> None:
    first.plans(post=PostPlan(together=together))
    await first.hears(*an_answer(registrant()))
    first.mailer.answers = [Unknown("hung up")] * 100
    for hour in range(24):
        await first.works_until(CUT_OFF + timedelta(hours=hour))
    answer = await first.answer(SUBMISSION)
    assert (answer.state, answer.reason, answer.uncertain) == ("failed", LOST_TRACK, True)
    assert len(first.mailer.answers) == 100 - 2 * MOST_UNANSWERED, "the receipt and the answer"
    said = await first.said(SUBMISSION)
    assert [event.reason for event in said if isinstance(event, NotificationFailed)] == [LOST_TRACK] * 2
    assert not any(isinstance(event, NotificationSent) for event in said)
