"""The console's second language: one meaning for one text, nothing left out, every place kept."""

import ast
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from services.console.hall.room_tabs import TABS
from services.console.knowledge import answer_templates
from services.console.language import CATALOGUE, Language, language
from services.console.pages import HERE
from services.console.places import GROUPS
from services.console.terms import Explained, Left, left_of
from services.console.words import Term, how_long
from shared.communes import Communes
from shared.contracts import Event
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.intake import MailTakenIn
from shared.contracts.routing import AnswerDrafted, QuestionAssigned
from tests.builders import (
    COMMUNE,
    DIALOGUE,
    NOW,
    SUBMISSION,
    of_deadline,
    of_form,
    of_question,
    submission_received,
)
from tests.unit import conference_scene as scene
from tests.unit.letters_scene import CLERK, OFFICER, RUN, Desk, Notify, book, post, run, text
from tests.unit.test_console_handbook import MARKET, ROAD
from tests.unit.test_console_handbook_pages import kept
from tests.unit.test_console_mailbox import MAIL
from tests.unit.test_console_templates import KEPT

PLACES = re.compile(r"%\(\w+\)s")
VIETNAMESE = re.compile(r"[à-ỹđÀ-ỸĐ]")
HOW = {"trimmed": "false", "encoding": "utf-8", "silent": "false"}


def catalogues() -> dict[str, Catalog]:
    found = {}
    for file in sorted(CATALOGUE.glob("*.po")):
        with file.open("rb") as opened:
            found[file.name] = read_po(opened, locale="en", abort_invalid=True)
    return found


def messages() -> list[tuple[str, Message]]:
    return [(name, message) for name, catalogue in catalogues().items() for message in catalogue if message.id]


def texts(said: str | tuple[str, ...] | list[str] | None) -> list[str]:
    said = said or ""
    return [said] if isinstance(said, str) else list(said)


def known() -> set[str]:
    return {texts(message.id)[0] for _, message in messages() if not message.context}


def in_context() -> set[tuple[str, str]]:
    return {(message.context, texts(message.id)[0]) for _, message in messages() if message.context}


def test_a_text_means_the_same_wherever_it_stands():
    said = defaultdict(set)
    for _, message in messages():
        said[message.context, texts(message.id)[0]].add(tuple(texts(message.string)))
    assert {text: meanings for text, meanings in said.items() if len(meanings) > 1} == {}


def test_every_text_is_translated_with_all_that_is_filled_in():
    def whole(message: Message) -> bool:
        english = texts(message.string)
        filled = set().union(*(PLACES.findall(one) for one in english))
        return all(english) and filled == set(PLACES.findall(texts(message.id)[-1]))

    assert [(name, message.id) for name, message in messages() if not whole(message)] == []


@pytest.mark.parametrize("template", sorted((HERE / "templates").glob("*.html")), ids=lambda file: file.name)
def test_every_marked_text_of_a_template_is_in_the_catalogue(template):
    with template.open("rb") as opened:
        found = list(extract("jinja2.ext:babel_extract", opened, options=HOW))
    marked = {(context, texts(message)[0]) for _, message, _, context in found}
    assert {text for context, text in marked if not context} - known() == set()
    assert {one for one in marked if one[0]} - in_context() == set()


def test_every_place_of_the_navigation_is_in_the_catalogue():
    headings = {group.words for group in GROUPS if group.words}
    shown = headings | {place.words for group in GROUPS for place in group.places}
    assert shown - known() == set()


# --- words that come from Python ------------------------------------------------------------------------------------

SAID_IN_VIETNAMESE = {
    "hall/conclusion.py",
    "work/export_pages.py",
    "work/export_rows.py",
    "work/exports.py",
    "hall/minutes.py",
    "reporting/report_files.py",
    "reporting/reports.py",
    "letters/registers.py",
}
"""What becomes a document, a file or a form's own text for one is Vietnamese whoever makes it."""
NO_WORDS = {
    "hall/conferences.py": "the title of a dialogue, and its legal basis",
    "door/accounts.py": "told on a command line",
    "door/book.py": "told on a command line",
    "door/devices.py": "names of browsers",
    "door/provider.py": "told to whoever sets it up",
    "door/passwords.py": "numbers are filled in by the module",
    "case/four_eyes.py": "marks of tones",
    "hall/screen.py": "shown to the hall",
    "letters/message_texts.py": "how notify names a line",
    "work/my_work.py": "how notify names a line",
    "incoming/paper_forms.py": "how a clerk writes an hour",
    "reporting/province_pages.py": "the title of a file",
    "reporting/province_tables.py": "numbers are filled in by the module",
    "work/saved_filters.py": "numbers are filled in by the module",
    "words.py": "a question and a print run, as the record names them",
}
"""Modules some of whose Vietnamese no page words, or is filled in where it is defined; and why."""
STAYS = {
    "Văn phòng xác nhận đề xuất phân loại.",
    "Sai địa chỉ",
    "Đã chuyển đi nơi khác",
    "Hết hạn lưu giữ tại bưu cục",
    "ngày nhận",
    "đơn vị",
    "tên xã",
    "địa chỉ trụ sở",
    "điện thoại",
}
"""Reasons that go on record, and the places of answer templates, which are Vietnamese letters."""


def written(module: Path) -> Iterator[str]:
    """The Vietnamese texts of a module; `…` where one has something filled in and cannot be looked up."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    parts = {id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in ast.walk(one)}
    docs = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for one in ast.walk(tree):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in docs:
            text = unicodedata.normalize("NFC", one.value)
            if VIETNAMESE.search(text):
                yield f"…{text}…" if id(one) in parts else text


def modules() -> list[str]:
    found = (file.relative_to(HERE).as_posix() for file in HERE.rglob("*.py"))
    return sorted(name for name in found if not name.startswith(("story/", "facts/")))


@pytest.mark.parametrize("module", [name for name in modules() if name not in SAID_IN_VIETNAMESE | NO_WORDS.keys()])
def test_every_word_that_a_module_puts_on_a_page_is_in_the_catalogue(module):
    """A text with values is `say("… %(name)s …", name=…)`: an f-string has no English."""
    assert set(written(HERE / module)) - known() - STAYS == set()


def test_a_module_that_is_left_out_is_still_there():
    assert SAID_IN_VIETNAMESE | NO_WORDS.keys() <= set(modules())


@pytest.mark.parametrize(
    ("state", "due_in", "met_in", "vietnamese", "english"),
    [
        ("running", 2, None, "còn 2 ngày", "2 days left"),
        ("running", 1, None, "còn 1 ngày", "1 day left"),
        ("missed", -3, None, "quá hạn 3 ngày", "late by 3 days"),
        ("missed", -1, None, "quá hạn 1 ngày", "late by 1 day"),
        ("met", 2, 1, "đúng hạn", "in time"),
        ("met", 2, 3, "trễ 1 ngày", "1 day late"),
        ("paused", 2, None, "tạm dừng", "paused"),
    ],
)
def test_a_term_is_told_in_the_language_of_the_page(state, due_in, met_in, vietnamese, english):
    met_at = None if met_in is None else NOW + timedelta(days=met_in)
    due_at = NOW + timedelta(days=due_in)
    assert how_long(state, due_at, NOW, met_at)[0] == vietnamese
    with spoken("en"):
        assert how_long(state, due_at, NOW, met_at)[0] == english


@pytest.mark.parametrize(
    ("left", "english"),
    [
        (Left(words="còn 2 ngày 3 giờ làm việc", days=2, hours=3, minutes=5), "2 working days 3 hours left"),
        (Left(words="quá hạn 1 ngày làm việc", late=True, days=1, hours=0, minutes=0), "late by 1 working day"),
        (Left(words="còn 1 giờ 20 phút làm việc", days=0, hours=1, minutes=20), "1 working hour 20 minutes left"),
        (Left(words="hạn đến ngày 28/04/2026"), "8 days left"),
    ],
)
def test_working_time_is_told_from_its_figures(left, english):
    told = Explained(left=left)
    with spoken("en"):
        words, urgency = how_long("running", NOW + timedelta(days=8), NOW)
        term = Term("1", "triage", "running", words, urgency, True, 0, NOW, NOW, "", False, None)
        assert left_of(term, told) == english
    assert left_of(term, told) == left.words, "as deadlines says it"


# --- the pages ------------------------------------------------------------------------------------------------------

CHAIRMAN = "loi.lanhdao@hanoi.example"
QUESTION_EVENTS: tuple[Event, ...] = (
    submission_received(),
    of_question(QuestionAssigned),
    of_deadline(DeadlineSet),
    of_question(AnswerDrafted),
    of_form(MailTakenIn, case=MAIL),
)
EVENTS: tuple[Event, ...] = (*scene.CONCLUDED, *QUESTION_EVENTS)
ANSWERS: dict[str, Any] = {
    "read_post": post(),
    "read_texts": {"texts": [text()]},
    "read_text": text(),
    "read_register": book(),
    "read_print_run": run(),
    "read_handbook": kept(MARKET, ROAD) | {"templates": KEPT["templates"]},
}
PATHS = {
    CLERK: (
        "/",
        "/?loc=dang-giai-quyet",
        "/?loc=tat-ca&tim=xyz",
        "/viec",
        "/nhap-phieu",
        "/hop-thu",
        f"/hop-thu/{MAIL}",
        f"/ho-so/{SUBMISSION}",
        "/danh-sach",
        "/hoi-nghi",
        *(f"/hoi-nghi/{DIALOGUE}/{tab.slug}".rstrip("/") for tab in TABS),
        "/buu-chinh",
        f"/buu-chinh/{RUN}",
        "/so-van-ban",
        "/van-ban",
        "/van-ban/answer",
        "/thu-vien",
        "/mau-tra-loi",
        "/mau-tra-loi/soan",
        "/so-tay",
        "/bao-cao",
        "/tinh",
    ),
    OFFICER: ("/", "/viec", f"/ho-so/{SUBMISSION}", "/mau-tra-loi", "/thu-vien"),
    CHAIRMAN: ("/", "/viec", f"/ho-so/{SUBMISSION}", "/hop-thu", "/hoi-nghi", "/so-tay"),
}
"""What these people open on a day."""
UNANSWERED = "Không ai trả lời."
"""As a service refuses; its words are its own."""


@contextmanager
def spoken(chosen: Language) -> Iterator[None]:
    before = language.set(chosen)
    try:
        yield
    finally:
        language.reset(before)


class Reading(HTMLParser):
    """What a page says in its own words: texts and the attributes that are read out.

    Not what is typed into a form, and nothing that is said to be Vietnamese.
    """

    ATTRIBUTES = frozenset({"aria-label", "title", "placeholder", "alt", "data-away", "data-picked"})
    VOID = frozenset({"input", "br", "link", "meta", "img", "hr", "use", "path", "circle", "line", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        hidden = named.get("lang") == "vi" or tag in ("script", "style", "textarea", "datalist")
        if tag not in self.VOID:
            self._open.append((tag, hidden))
        if not hidden and not self._silent:
            self.said += [value for name, value in attrs if name in self.ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        for place in reversed(range(len(self._open))):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.said.append(" ".join(data.split()))

    @property
    def _silent(self) -> bool:
        return any(hidden for _, hidden in self._open)


def strings(told: Any) -> Iterator[str]:
    match told:
        case str():
            yield from (one for one in {told, *told.splitlines()} if VIETNAMESE.search(one))
        case Mapping():
            for value in told.values():
                yield from strings(value)
        case list() | tuple():
            for value in told:
                yield from strings(value)
        case _:
            return


@cache
def data() -> list[str]:
    """What people, letters, profiles and services say in this scene, the longest first."""
    profile = Communes.load()[COMMUNE].model_dump(mode="json")
    told = {" ".join(one.split()) for one in strings([one.model_dump(mode="json") for one in EVENTS])}
    told |= {" ".join(one.split()) for one in strings([profile, ANSWERS, list(answer_templates.FILLED)])}
    told |= {UNANSWERED}
    told |= {part for _, one in messages() for part in PLACES.split(texts(one.string)[0]) if VIETNAMESE.search(part)}
    told |= {one[:1].upper() + one[1:] for one in told}
    return sorted(told, key=len, reverse=True)


def vietnamese(said: str) -> bool:
    """Whether the console itself says something in Vietnamese here."""
    rest = said
    for one in data():
        if rest.endswith("…") and one.startswith(rest[:-1].strip()):
            return False
        rest = rest.replace(one, "")
    return VIETNAMESE.search(rest) is not None


@pytest.mark.parametrize("worker", PATHS)
async def test_a_page_in_english_says_nothing_in_vietnamese_but_what_others_said(tmp_path, worker):
    desk = Desk(tmp_path, Notify(**ANSWERS), EVENTS, worker, spoken="en")
    found = {}
    for path in PATHS[worker]:
        answer = await desk.get(path)
        assert answer.status_code == 200, path
        reading = Reading()
        reading.feed(answer.text)
        found[path] = [one for one in reading.said if vietnamese(one)]
    assert {path: said for path, said in found.items() if said} == {}
