"""The conclusion notice (thông báo kết luận) of a dialogue: what it says, and its page as PDF/A-2b."""

from dataclasses import dataclass
from datetime import date

from services.notify.contents import LetterPromise, dated, name_lines, promise_in_words, promises
from services.notify.correspondence import Conclusion, Conference, Record
from services.notify.paper.typesetting import set_in_type
from services.notify.wording import dateline, one_line, paragraphs, spoken_day, spoken_hour
from shared.communes import Letterhead, Profile, Signer

NAME = "THÔNG BÁO"
ASSIGNING = "Giao nhiệm vụ cho các đơn vị:"


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything on the page. number: `15/TB-UBND`, None while it is a draft; then only `symbol` is known.

    dated_on: None in a draft, whose day is left open.
    """

    letterhead: Letterhead
    symbol: str
    number: str | None
    dated_on: date | None
    subject: str
    opening: tuple[str, ...]
    summary: tuple[str, ...]
    promises: tuple[LetterPromise, ...]
    closing: str
    signer: Signer
    written_on: date

    @property
    def is_draft(self) -> bool:
        return self.number is None

    @property
    def copies(self) -> tuple[str, ...]:
        return self.letterhead.copies

    @property
    def bears(self) -> date:
        """The day in the file's own data."""
        return self.dated_on or self.written_on

    @property
    def dateline(self) -> str:
        """Of a draft, `Thanh Trì, ngày … tháng … năm 2026`: the day is the one of signing."""
        place = one_line(self.letterhead.place)
        if self.dated_on is None:
            return f"{place}, ngày … tháng … năm {self.written_on.year}"
        return dateline(place, self.dated_on)


def notice(conference: Conference, record: Record, conclusion: Conclusion, profile: Profile, on: date) -> Notice:
    """The notice as it was drafted, or as published. on: today, for the year of a draft."""
    office, head = one_line(profile.letterhead.issuer), profile.letterhead
    chair = _chair(record, profile)
    published_on = dated(conclusion.published_at) if conclusion.notice and conclusion.published_at else None
    title = one_line(conference.title)
    place = f", tại {one_line(conference.place)}" if conference.place else ""
    return Notice(
        letterhead=head,
        symbol=head.numbers.conclusion,
        number=one_line(conclusion.notice) if conclusion.notice else None,
        dated_on=published_on,
        subject=f"Kết luận của {chair} tại {title}",
        opening=(
            f"Hồi {spoken_hour(conference.held_at)}, {spoken_day(conference.held_at)}{place}, {chair} chủ trì {title}.",
            "Sau khi nghe ý kiến của các tổ chức, cá nhân tham dự và ý kiến giải đáp của các phòng, đơn vị, "
            "người chủ trì kết luận như sau:",
        ),
        summary=tuple(paragraphs(conclusion.summary)),
        promises=promises(conclusion, record, profile),
        closing=f"{office} thông báo để các đơn vị, tổ chức, cá nhân biết, thực hiện./.",
        signer=head.signer,
        written_on=on,
    )


def render_notice(said: Notice) -> bytes:
    """The page in the layout of Decree 30/2020/NĐ-CP, as PDF/A-2b, A4.

    Raises:
        CannotPrint: the font lacks a character.
    """
    head, on = said.letterhead, said.bears
    inputs = {
        "title": f"{NAME} {said.subject}",
        "name": NAME,
        "draft": said.is_draft,
        "number": said.number,
        "symbol": one_line(said.symbol),
        "parent-lines": name_lines(head.parent or ""),
        "issuer": one_line(head.issuer),
        "issuer-lines": name_lines(head.issuer),
        "dateline": said.dateline,
        "date": {"year": on.year, "month": on.month, "day": on.day},
        "subject": one_line(said.subject),
        "opening": [one_line(line) for line in said.opening],
        "summary": list(said.summary),
        "assigning": ASSIGNING,
        "promises": [promise_in_words(promise) for promise in said.promises],
        "closing": one_line(said.closing),
        "capacity": [one_line(line) for line in said.signer.capacity],
        "signer": one_line(said.signer.name),
        "copies": [one_line(line) for line in said.copies],
        "reference": "",
    }
    return set_in_type("notice.typ", inputs, on)


def _chair(record: Record, profile: Profile) -> str:
    """Who presided, with his office: the chairman, or the deputy he delegated to."""
    if record.presided_by is None:
        return f"Chủ tịch {one_line(profile.letterhead.issuer)}"
    name = one_line(record.presided_by)
    known = next((deputy for deputy in profile.letterhead.deputies if deputy.name.casefold() == name.casefold()), None)
    office = known.capacity[-1] if known else "Phó Chủ tịch"
    return f"đồng chí {name}, {office} {one_line(profile.letterhead.issuer)},"
