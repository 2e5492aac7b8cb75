"""HTML to text."""

import re
from html.parser import HTMLParser

MAX_HTML = 1_000_000
"""Characters of the HTML of a mail."""

_DECLARATIONS = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^<>]*>", re.DOTALL)
_NO_TAG = re.compile(r"<(?![^<>]*>)")
"""With comments, declarations and tags left open `html.parser` takes quadratic time, so none of them reaches it."""


def html_text(html: str) -> str:
    """The text of HTML as a person sees it, without reaching for anything outside of it."""
    reader = _HtmlReader()
    reader.feed(_NO_TAG.sub("&lt;", _DECLARATIONS.sub("", html[:MAX_HTML])))
    reader.close()
    return reader.text()


_LINES = re.compile(r"address|article|blockquote|body|d[dlt]|div|form|h[1-6r]|li|ol|p|pre|section|t[dhr]|table|ul")
_HIDDEN = frozenset(("head", "script", "style", "title"))


class _HtmlReader(HTMLParser):
    """The text as a person sees it: lines, an empty one between paragraphs, `> ` before what is quoted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = dict.fromkeys(("blockquote", "pre", "hidden"), 0)
        self._spaced = False

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end_line(even_empty=True)
        elif _LINES.fullmatch(tag):
            self._end_line()
        if tag == "p":
            self._spaced = not _stands_close(attrs)
            self._space()
        elif tag == "li":
            self._line.append("- ")
        elif tag == "body":
            self._depth["hidden"] = 0  # a head that was never closed
        self._nest(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        if _LINES.fullmatch(tag):
            self._end_line()
        if tag == "p":
            self._space()
        self._nest(tag, -1)

    def handle_data(self, data: str) -> None:
        if self._depth["hidden"]:
            return
        if self._depth["pre"]:
            first, *others = data.split("\n")
            self._line.append(first)
            for line in others:
                self._end_line(even_empty=True)
                self._line.append(line)
        elif self._line or data.strip(" \t\r\n\f"):
            self._line.append(data)

    def _nest(self, tag: str, step: int) -> None:
        kind = "hidden" if tag in _HIDDEN else tag
        if kind in self._depth:
            self._depth[kind] = max(0, self._depth[kind] + step)

    def _end_line(self, even_empty: bool = False) -> None:
        if self._line or even_empty:
            text = re.sub(r"[ \t\r\n\f]+", " ", "".join(self._line)).strip()
            self._lines.append("> " * min(self._depth["blockquote"], 3) + text)
            self._line = []

    def _space(self) -> None:
        """An empty line before and after a paragraph, unless its mail program sets it close (Outlook)."""
        if self._spaced and self._lines and self._lines[-1].strip("> "):
            self._end_line(even_empty=True)


def _stands_close(attrs: list[tuple[str, str | None]]) -> bool:
    given = dict(attrs)
    style = (given.get("style") or "").replace(" ", "").lower()
    return "mso" in (given.get("class") or "").lower() or "margin:0" in style or "margin-bottom:0" in style
