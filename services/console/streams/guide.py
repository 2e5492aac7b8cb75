"""The operators' guide as a page: what each alarm wants stands there under its name."""

from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

FILE = Path(__file__).parents[3] / "deploy" / "guide" / "van-hanh.md"


@cache
def as_page() -> Markup:
    """HTML of the guide. It is ours, so it is not cleaned; anchors are its headings of one word in English."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = renderer.parse(FILE.read_text(encoding="utf-8"))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            if opening.tag == "h3":
                opening.attrSet("id", inline.content.split(":")[0].strip("` "))
        elif opening.type == "table_open":
            opening.attrSet("class", "guide-table")
    return Markup(renderer.renderer.render(tokens, renderer.options, {}))  # noqa: S704 - a file of ours
