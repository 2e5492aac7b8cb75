"""The console's second language: one meaning for one text, nothing left out, every place kept."""

import re
from collections import defaultdict

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from services.console.language import CATALOGUE
from services.console.pages import HERE
from services.console.places import GROUPS

PLACES = re.compile(r"%\(\w+\)s")


def catalogues() -> dict[str, Catalog]:
    found = {}
    for file in sorted(CATALOGUE.glob("*.po")):
        with file.open("rb") as opened:
            found[file.name] = read_po(opened, locale="en", abort_invalid=True)
    return found


def messages() -> list[tuple[str, Message]]:
    return [(name, message) for name, catalogue in catalogues().items() for message in catalogue if message.id]


def texts(said: str | tuple[str, ...] | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


def known() -> set[str]:
    return {texts(message.id)[0] for _, message in messages()}


def test_a_text_means_the_same_wherever_it_stands():
    said = defaultdict(set)
    for _, message in messages():
        said[texts(message.id)[0]].add(tuple(texts(message.string)))
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
        found = extract("jinja2.ext:babel_extract", opened, options={"trimmed": "false", "encoding": "utf-8"})
        marked = {texts(message)[0] for _, _, message, *_ in found if message}
    assert marked - known() == set()


def test_every_place_of_the_navigation_is_in_the_catalogue():
    headings = {group.words for group in GROUPS if group.words}
    shown = headings | {place.words for group in GROUPS for place in group.places}
    assert shown - known() == set()
