"""The conclusion notice (thông báo kết luận) of a dialogue, as a page."""

from datetime import date

from services.notify.contents import dated, promised, promises_table
from services.notify.correspondence import Conclusion, Conference, Record
from services.notify.paper.page import Page
from services.notify.paper.report import without_addressee
from services.notify.texts.blocks import Block, Lead, Paragraph, Run
from services.notify.wording import dateline, one_line, paragraphs, spoken_day, spoken_hour
from shared.communes import Profile

NAME = "THÔNG BÁO"
ASSIGNING = "Giao nhiệm vụ cho các đơn vị:"


def notice(conference: Conference, record: Record, conclusion: Conclusion, profile: Profile, on: date) -> Page:
    """The notice as it was drafted, or as published. on: today, for the year of a draft, whose day is left open."""
    head = profile.letterhead
    office, chair, title = one_line(head.issuer), _chair(record, profile), one_line(conference.title)
    published_on = dated(conclusion.published_at) if conclusion.notice and conclusion.published_at else None
    place = f", tại {one_line(conference.place)}" if conference.place else ""
    assigned = promised(conclusion, record, profile)
    blocks: list[Block] = [
        _paragraph(
            f"Hồi {spoken_hour(conference.held_at)}, {spoken_day(conference.held_at)}{place}, {chair} chủ trì {title}."
        ),
        _paragraph(
            "Sau khi nghe ý kiến của các tổ chức, cá nhân tham dự và ý kiến giải đáp của các phòng, đơn vị, "
            "người chủ trì kết luận như sau:"
        ),
        *map(_paragraph, paragraphs(conclusion.summary)),
    ]
    if assigned:
        blocks += [Lead((Run(ASSIGNING),)), promises_table(assigned)]
    blocks.append(_paragraph(f"{office} thông báo để các đơn vị, tổ chức, cá nhân biết, thực hiện./."))
    town = one_line(head.place)
    return Page(
        letterhead=head,
        bears=published_on or on,
        dateline=dateline(town, published_on) if published_on else f"{town}, ngày … tháng … năm {on.year}",
        symbol=one_line(head.numbers.conclusion),
        number=one_line(conclusion.notice) if conclusion.notice else None,
        title=NAME,
        about=f"Kết luận của {chair} tại {title}",
        blocks=tuple(blocks),
        signer=head.signer,
        copies=without_addressee(head.copies),
        is_draft=not conclusion.notice,
    )


def _paragraph(words: str) -> Paragraph:
    return Paragraph((Run(words),))


def _chair(record: Record, profile: Profile) -> str:
    """Who presided, with his office: the chairman, or the deputy he delegated to."""
    if record.presided_by is None:
        return f"Chủ tịch {one_line(profile.letterhead.issuer)}"
    name = one_line(record.presided_by)
    known = next((deputy for deputy in profile.letterhead.deputies if deputy.name.casefold() == name.casefold()), None)
    office = known.capacity[-1] if known else "Phó Chủ tịch"
    return f"đồng chí {name}, {office} {one_line(profile.letterhead.issuer)},"
