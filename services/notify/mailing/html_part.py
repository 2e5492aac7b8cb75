"""The HTML of a mail: one column of at most 600 pixels, readable on a telephone, nothing fetched from anywhere.

Mail programs read styles only in the elements themselves. It is put together by hand, not by a template: a receipt is
written for every form.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby

from services.notify.texts.blocks import (
    Block,
    Button,
    Code,
    Drawing,
    Heading,
    Lead,
    Line,
    Paragraph,
    Point,
    Quote,
    Steps,
    Table,
    plain,
)

FACE = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
FIXED = "Consolas, Menlo, 'DejaVu Sans Mono', monospace"
INK, QUIET, ACCENT, PAPER, EDGE = "#1d1d1b", "#4a4a46", "#b00d27", "#f4f3ef", "#d9d7cf"
WRAP = "overflow-wrap:anywhere;word-break:break-word;"
AT_A_GLANCE = 120
"""Characters of a fact that are read as one."""

A_NUMBER = 4
"""Characters of a cell that are not broken."""

TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"'

Link = tuple[str, str]
"""Words and address."""


def as_html(
    subject: str, preview: str, office: str, blocks: Sequence[Block], footer: Sequence[str], last: Link | None
) -> str:
    """The whole part, with line feeds.

    Args:
        preview: what a list of mails shows beside the subject.
        footer: its paragraphs. last: a link that ends it.
        blocks: the drawings among them are shown from the parts `drawing_id(1)`, `drawing_id(2)`, ….
    """
    closing = "<br><br>".join(map(escape, footer))
    if last:
        words, url = last
        closing += f' <a href="{escape(url)}" style="color:{QUIET};">{escape(words)}</a>'
    return f"""\
<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{escape(subject)}</title>
</head>
<body style="margin:0;padding:0;background:{PAPER};color:{INK};font:17px/1.5 {FACE};">
<div style="display:none;max-height:0;overflow:hidden;">{escape(preview)}</div>
{TABLE} style="background:{PAPER};">
<tr><td align="center" style="padding:16px 8px;">
{TABLE} style="max-width:600px;background:#ffffff;border:1px solid {EDGE};border-top:4px solid {ACCENT};">
<tr><td style="padding:20px 24px 0;font:16px/1.4 {FACE};color:{QUIET};text-align:left;">{escape(office)}</td></tr>
<tr><td style="padding:0 24px 20px;font:17px/1.5 {FACE};color:{INK};text-align:left;{WRAP}">
{_body(blocks)}
</td></tr>
<tr><td style="padding:16px 24px 20px;border-top:1px solid {EDGE};font:16px/1.5 {FACE};color:{QUIET};\
text-align:left;{WRAP}">
{closing}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
"""


def drawing_id(place: int) -> str:
    """The Content-ID of the n-th drawing, from 1."""
    return f"ma-qr-{place}"


def is_address(url: str) -> bool:
    """Whether it may be a link: a page or a mail, and nothing that a program would run."""
    return url.startswith(("https://", "http://", "mailto:")) and url.isprintable() and " " not in url


def _body(blocks: Iterable[Block]) -> str:
    pieces: list[str] = []
    drawings = 0
    for together, group in groupby(blocks, key=type):
        if together is Point:
            pieces.append(_facts([block for block in group if isinstance(block, Point)]))
            continue
        for block in group:
            drawings += isinstance(block, Drawing)
            pieces.append(_piece(block, drawings))
    return "\n".join(pieces)


def _piece(block: Block, drawings: int) -> str:
    match block:
        case Heading(text):
            return f'<h1 style="margin:16px 0 12px;font:bold 24px/1.3 {FACE};color:{INK};">{escape(text)}</h1>'
        case Lead(line):
            return f'<h2 style="margin:28px 0 8px;font:bold 18px/1.4 {FACE};color:{INK};">{_line(line)}</h2>'
        case Paragraph(line):
            return _paragraph(line)
        case Quote(lines, label):
            return _quote(lines, label)
        case Point():
            return _facts([block])
        case Steps(steps):
            return _steps(steps)
        case Code(code, note):
            return (
                f'<div style="margin:16px 0;padding:16px;border:2px solid {INK};border-radius:4px;'
                f'text-align:center;">\n'
                f'<div style="font:bold 34px/1.2 {FIXED};letter-spacing:2px;white-space:nowrap;">{escape(code)}</div>\n'
                f'<div style="margin-top:6px;font:16px/1.4 {FACE};color:{QUIET};">{escape(note)}</div>\n</div>'
            )
        case Button(url, words):
            return _button(url, words)
        case Drawing(url, note):
            return _drawing(url, note, drawings)
        case Table():
            return _table(block)


def _line(line: Line) -> str:
    return "".join(_run(run.text, bold=run.bold, italic=run.italic) for run in line)


def _run(text: str, *, bold: bool, italic: bool) -> str:
    words = escape(text)
    if italic:
        words = f"<em>{words}</em>"
    return f"<strong>{words}</strong>" if bold else words


def _paragraph(line: Line) -> str:
    return f'<p style="margin:0 0 12px;">{_line(line)}</p>'


def _quote(lines: Sequence[Line], label: str | None) -> str:
    said = [_line(line) for line in lines]
    if label:
        said = [f"<strong>{escape(label)}:</strong> {said[0] if said else ''}", *said[1:]]
    inner = "".join(
        f'<p style="margin:0{" 0 8px" if place < len(said) else ""};">{words}</p>'
        for place, words in enumerate(said, 1)
    )
    return (
        f'<blockquote style="margin:0 0 12px;padding:10px 14px;border-left:4px solid {EDGE};'
        f'background:{PAPER};color:{INK};">\n{inner}\n</blockquote>'
    )


def _facts(points: Sequence[Point]) -> str:
    rows = "\n".join(
        f'<tr><td style="padding:8px 12px 8px 0;border-bottom:1px solid {EDGE};font:16px/1.4 {FACE};color:{QUIET};'
        f'vertical-align:top;width:32%;">{escape(point.name)}</td>'
        f'<td style="padding:8px 0;border-bottom:1px solid {EDGE};font:{_weight(point)}17px/1.4 {FACE};color:{INK};'
        f'vertical-align:top;">{"<br><br>".join(map(_line, map(_begun, point.lines)))}</td></tr>'
        for point in points
    )
    return f'{TABLE} style="margin:4px 0 16px;border-top:1px solid {EDGE};">\n{rows}\n</table>'


def _begun(line: Line) -> Line:
    """What goes on after a colon on paper begins in a cell of its own: with a capital letter."""
    if not line or not line[0].text.partition(" ")[0].isalpha():
        return line
    first = replace(line[0], text=line[0].text[:1].upper() + line[0].text[1:])
    return (first, *line[1:])


def _weight(point: Point) -> str:
    """A fact is seen at a glance; where it is a story, bold would only shout."""
    return "bold " if sum(len(plain(line)) for line in point.lines) <= AT_A_GLANCE else ""


def _steps(steps: Sequence[tuple[str, Line]]) -> str:
    rows = "\n".join(
        f'<tr><td style="padding:6px 12px 10px 0;vertical-align:top;width:30px;"><div style="width:28px;height:28px;'
        f'border-radius:14px;background:{INK};color:#ffffff;font:bold 16px/28px {FACE};text-align:center;">{place}'
        f'</div></td><td style="padding:6px 0 10px;font:17px/1.5 {FACE};color:{INK};vertical-align:top;">'
        f"<strong>{escape(when)}</strong><br>{_line(what)}</td></tr>"
        for place, (when, what) in enumerate(steps, 1)
    )
    return f'{TABLE} style="margin:0 0 8px;">\n{rows}\n</table>'


def _button(url: str, words: str) -> str:
    if not is_address(url):
        return f'<p style="margin:20px 0;">{escape(words)}: {escape(url)}</p>'
    return (
        f'<p style="margin:20px 0;"><a href="{escape(url)}" style="display:inline-block;padding:13px 22px;'
        f"background:{ACCENT};color:#ffffff;font:bold 17px/1.3 {FACE};text-decoration:none;"
        f'border-radius:4px;">{escape(words)}</a></p>'
    )


def _drawing(url: str, note: str, place: int) -> str:
    image = f'<img src="cid:{drawing_id(place)}" width="185" height="185" alt="{escape(note)}" style="border:0;">'
    if is_address(url):
        image = f'<a href="{escape(url)}">{image}</a>'
    return (
        f'<p style="margin:0 0 16px;text-align:center;font:16px/1.4 {FACE};color:{QUIET};">'
        f"{image}<br>{escape(note)}</p>"
    )


def _table(table: Table) -> str:
    """Words break anywhere rather than push other columns off the screen; a number or `TT` stays whole."""
    whole = sum(table.widths) or 1
    head = "".join(
        f'<th style="{_cell(name)}background:{PAPER};color:{QUIET};text-align:left;'
        f'width:{round(100 * width / whole)}%;">{escape(name)}</th>'
        for name, width in zip(table.head, table.widths, strict=True)
    )
    rows = "\n".join(
        "<tr>"
        + "".join(f'<td style="{_cell(*words)}color:{INK};">{"<br>".join(map(escape, words))}</td>' for words in row)
        + "</tr>"
        for row in table.rows
    )
    return (
        f'<table width="100%" cellpadding="0" cellspacing="0" style="margin:4px 0 16px;border-collapse:collapse;">\n'
        f"<tr>{head}</tr>\n{rows}\n</table>"
    )


def _cell(*words: str) -> str:
    wrap = "white-space:nowrap;" if sum(map(len, words)) <= A_NUMBER else WRAP
    return f"padding:8px 6px;border:1px solid {EDGE};font:16px/1.4 {FACE};vertical-align:top;{wrap}"
