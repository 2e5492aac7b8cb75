"""What became of a mail or letter, in the order in which it happened."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from services.console import words
from services.console.case.dossier import Letter
from services.console.language import say
from shared.web import local_day, local_time

NOT_WANTED = "Không gửi đi"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that became of it. when: in words. bad: somebody must see to it, or knows that it did not arrive.

    ahead: it has not happened yet; it is what comes next.
    """

    what: str
    when: str = ""
    more: str = ""
    link: str = ""
    bad: bool = False
    ahead: bool = False


def of(letter: Letter, became_letters: Collection[str] = ()) -> list[Step]:
    """The whole way of a message.

    Args:
        became_letters: ids of mails in whose place a letter was written.
    """
    if letter.channel == "in-person":
        return [*_on_paper(letter), Step("Đã trao trực tiếp", _at(letter), letter.reference or "")]
    if letter.channel == "email":
        return list(_by_mail(letter, letter.id in became_letters))
    return [*_waiting(letter), *_on_paper(letter), *_ahead(letter)]


def _ahead(letter: Letter) -> Iterator[Step]:
    """What a letter has still to pass on its way."""
    if letter.state == "failed" or letter.returned_on is not None or letter.delivered_on is not None:
        return
    if letter.posted_on is None:
        yield Step("Gửi bưu điện", ahead=True)
    yield Step("Bưu điện phát", ahead=True)


def _by_mail(letter: Letter, became_a_letter: bool) -> Iterator[Step]:
    twice = say("có thể đã gửi hai lần") if letter.uncertain else ""
    if letter.sent_at is not None:
        yield Step("Đã gửi", local_time(letter.sent_at), twice)
    elif letter.state == "queued":
        yield Step("Chờ gửi", local_time(letter.changed_at))
    if letter.action is not None and not (letter.action == "failed" and letter.state == "failed"):
        told = f"{letter.status} {letter.said or ''}".strip()
        yield Step(words.DELIVERY_REPORTS[letter.action], more=told, bad=letter.action == "failed")
    if letter.state == "failed":
        what = "Máy chủ trả lại" if letter.sent_at is not None else "Không gửi được"
        what = NOT_WANTED if letter.withdrawn else what
        bad = not (became_a_letter or letter.withdrawn)
        yield Step(what, local_time(letter.changed_at), letter.reason or "", bad=bad)
        if became_a_letter:
            yield Step("Chuyển sang thư giấy", link=f"#{letter.id}.letter")


def _waiting(letter: Letter) -> Iterator[Step]:
    if letter.state == "queued":
        yield Step("Chờ in trong đợt kế tiếp", link="/buu-chinh")
    elif letter.state == "failed":
        yield Step(NOT_WANTED, local_time(letter.changed_at), letter.reason or "", bad=not letter.withdrawn)


def _on_paper(letter: Letter) -> Iterator[Step]:
    if letter.run is not None:
        run = words.spoken_run(letter.run)
        yield Step(say("Đã in, %(run)s", run=f"{run[:1].lower()}{run[1:]}"), link=f"/buu-chinh/{letter.run}")
    elif letter.channel == "letter" and letter.state == "sent":
        yield Step("Đã in", _at(letter))
    if letter.posted_on is not None:
        tracking = say("Số hiệu bưu gửi %(number)s", number=letter.tracking) if letter.tracking else ""
        yield Step("Đã gửi bưu điện", local_day(letter.posted_on), tracking)
    if letter.delivered_on is not None:
        yield Step("Bưu điện đã phát", local_day(letter.delivered_on))
    if letter.returned_on is not None:
        because, handed_over = letter.returned_because or "", letter.channel == "in-person"
        yield Step("Bưu điện chuyển hoàn", local_day(letter.returned_on), because, bad=not handed_over)


def _at(letter: Letter) -> str:
    return local_time(letter.sent_at or letter.changed_at)
