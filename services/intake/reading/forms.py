"""Reading a filled registration form (Phiếu đăng ký tham gia đối thoại): text in, registrant and matters out.

Pure: how the text came out of a file is `files.py`. The layout is that of the form annexed to the commune's
plan. People fill it by hand, in Word and in a mail, so labels are recognised without their diacritics, values may
stand on the next line, and what surrounds the form is passed over. A form is read whole or not at all.
"""

from dataclasses import dataclass

from services.intake.reading.legacy import DOUBT, is_doubtful, legible
from services.intake.reading.page import Page, scan
from services.intake.reading.questions import separated
from services.intake.reading.registrant import contact_of
from services.intake.reading.spelling import fold
from shared.contracts.people import MAX_QUESTION, Matter, Registrant, Section

MAX_TEXT = 500_000
"""Characters of a whole document; twenty questions of the greatest length fit in."""
MAX_LINES = 20_000
MAX_MATTERS = 20


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was read. notes: what a clerk should look at, in Vietnamese; may quote the form."""

    registrant: Registrant
    matters: tuple[Matter, ...]
    notes: tuple[str, ...] = ()


class UnreadableForm(ValueError):
    """A text that cannot be taken in. problems: every reason found, Vietnamese sentences without personal data."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


def read_form(text: str, sender: str | None = None) -> Form:
    """Read one filled form.

    text: as it came, in either Unicode form, with any line ends.
    sender: the e-mail address the form came from, used where the form gives none.

    Raises:
        UnreadableForm: with all problems at once.
    """
    text = legible(text)
    if _is_too_long(text):
        raise UnreadableForm(
            [f"Văn bản dài quá {_number(MAX_TEXT)} ký tự hoặc {_number(MAX_LINES)} dòng, không phải một phiếu đăng ký."]
        )
    page = scan(text)
    if not page.is_form:
        raise UnreadableForm(
            [
                "Văn bản không theo mẫu Phiếu đăng ký tham gia đối thoại: "
                "không thấy mục họ tên, điện thoại, địa chỉ, email hay nội dung đăng ký."
            ]
        )
    contact = contact_of(page, sender)
    matters = _matters(page, contact.name)
    if problems := contact.problems + _problems_of_matters(matters):
        raise UnreadableForm(problems)
    return Form(
        Registrant(name=contact.name, phone=contact.phone, email=contact.email, address=contact.address),
        tuple(Matter(section=section, text=text) for section, text in matters),
        (*contact.notes, *([DOUBT] if is_doubtful(text) else ())),
    )


def looks_like_form(text: str) -> bool:
    """Whether the text has a section of the form, or its labels: the choice among the parts of a mail."""
    text = legible(text)
    return not _is_too_long(text) and scan(text).is_form


def _is_too_long(text: str) -> bool:
    return len(text) > MAX_TEXT or text.count("\n") > MAX_LINES


def _matters(page: Page, name: str) -> list[tuple[Section, str]]:
    """What is asked in each section, in the order of the page; a copy of the form asks nothing twice."""
    found = [(section, text) for section, lines in page.sections for text in separated(lines)]
    return [matter for matter in dict.fromkeys(found) if fold(matter[1]) != fold(name)]


_NUMBER_OF_SECTION: dict[Section, int] = {"procedures": 1, "handling": 2}


def _problems_of_matters(matters: list[tuple[Section, str]]) -> list[str]:
    if not matters:
        return ["Phiếu chưa ghi câu hỏi nào ở mục 1 hoặc mục 2."]
    problems = []
    if len(matters) > MAX_MATTERS:
        problems.append(f"Phiếu có {len(matters)} câu hỏi; mỗi phiếu nhận nhiều nhất {MAX_MATTERS} câu hỏi.")
    counted: dict[Section, int] = {"procedures": 0, "handling": 0}
    for section, text in matters:
        counted[section] += 1
        if len(text) > MAX_QUESTION:
            problems.append(
                f"Câu hỏi thứ {counted[section]} ở mục {_NUMBER_OF_SECTION[section]} dài quá {_number(MAX_QUESTION)} "
                "ký tự; xin viết gọn lại và gửi kèm tài liệu."
            )
    return problems


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
