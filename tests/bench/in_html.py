"""The same page by WeasyPrint, which letters are measured beside: the same words, fonts and layout, PDF/A-2b, tagged.

Style sheet and fonts are read once, as whoever wants it fast would do.
"""

from collections.abc import Callable
from html import escape
from typing import assert_never

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from services.notify.contents import name_lines
from services.notify.paper.arranging import Beside, Laid, arranged
from services.notify.paper.drawn import qr_svg, small_qr_svg
from services.notify.paper.page import Page
from services.notify.texts.blocks import Code, Lead, Line, Paragraph, Point, Quote, Steps, Table
from shared.typesetting import FACES, FONTS

STYLE = """
@page {
  size: A4; margin: 20mm 15mm 20mm 30mm;
  @top-center { content: counter(page); font: 13pt serif-of-ours; vertical-align: bottom; padding-bottom: 5mm }
  @bottom-right { content: element(foot); vertical-align: top; padding-top: 2.5mm }
}
@page :first { @top-center { content: none } }
@page :nth(n+2) { @bottom-right { content: none } }
html { font: 14pt/1.22 serif-of-ours }
body { margin: 0; text-align: justify }
p { margin: 0 0 6pt; text-indent: 12.7mm }
h2 { font-size: 14pt; margin: 0 0 6pt; text-indent: 12.7mm; break-after: avoid }
.foot { position: running(foot); font-size: 6.5pt; text-align: right; text-indent: 0 }
.foot svg { width: 12mm; height: 12mm; margin-left: 2mm; vertical-align: bottom }
.heads, .signed { width: 100%; border-collapse: collapse; font-size: 13pt }
.heads td { text-align: center; vertical-align: top; padding: 0 }
.heads td + td { width: 96mm }
.rule { border-bottom: 0.6pt solid black; display: inline-block }
.about { font-size: 12pt; padding-top: 6pt }
.to { text-align: center; text-indent: 0; margin: 14pt 0 10pt }
.signed { break-inside: avoid; margin-top: 10pt; font-size: 14pt }
.signed td { width: 50%; vertical-align: top; padding: 0 }
.copies { font-size: 11pt; line-height: 1.15 }
.end { break-inside: avoid }
.hand { text-align: center }
.name { padding-top: 25mm }
table.own { width: 100%; border-collapse: collapse; font-size: 13pt; margin-bottom: 6pt }
table.own td, table.own th { border: 0.5pt solid black; padding: 5pt }
"""


def printer() -> Callable[[Page], bytes]:
    """What makes a page a PDF."""
    fonts = FontConfiguration()
    faces = "".join(
        f"@font-face {{ font-family: serif-of-ours; font-style: {style}; font-weight: {weight}; "
        f"src: url({(FONTS / f'LiberationSerif-{name}.ttf').as_uri()}) }}"
        for (style, weight), name in FACES.items()
    )
    style = weasyprint.CSS(string=faces + STYLE, font_config=fonts)

    def to_pdf(page: Page) -> bytes:
        document = weasyprint.HTML(string=as_html(page))
        pdf = document.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-2b", pdf_tags=True)
        assert isinstance(pdf, bytes)
        return pdf

    return to_pdf


def as_html(page: Page) -> str:
    body, head = arranged(page.blocks), page.letterhead
    issuer = "<br>".join(escape(line.upper()) for line in name_lines(head.issuer))
    number = page.number or f"{'&nbsp;' * 12}/{escape(page.symbol)}"
    address = f"<br>(Địa chỉ: {escape(page.address)})" if page.address else ""
    copies = "<br>".join(f"- {escape(copy)}" for copy in page.copies or ())
    capacity = "<br>".join(escape(line.upper()) for line in page.signer.capacity)
    code = small_qr_svg(page.scan) if page.scan else ""
    closing = f"<p>{_words(body.closing.line)}</p>" if body.closing else ""
    return f"""<!doctype html><html lang="vi"><head><title>V/v {escape(page.about)}</title></head><body>
<div class="foot">{escape(page.reference)}{code}</div>
<table class="heads"><tr><td><b class="rule">{issuer}</b></td><td><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>
<span class="rule" style="font-size: 14pt">Độc lập - Tự do - Hạnh phúc</span></b></td></tr>
<tr><td>Số: {number}<div class="about">V/v {escape(page.about)}</div></td>
<td><i style="font-size: 14pt">{escape(page.dateline)}</i></td></tr></table>
<p class="to">Kính gửi: {escape(page.addressee or "")}{address}</p>
{"".join(map(_laid, body.blocks))}
<div class="end">{closing}<table class="signed"><tr><td class="copies"><b><i>Nơi nhận:</i></b><br>{copies}</td>
<td class="hand"><b>{capacity}<div class="name">{escape(page.signer.name)}</div></b></td></tr></table></div>
</body></html>"""


def _laid(block: Laid) -> str:
    match block:
        case Lead(line):
            return f"<h2>{_words(line)}</h2>"
        case Paragraph(line):
            return f"<p>{_words(line)}</p>"
        case Quote(lines, label):
            said = "</i></p><p><i>".join(map(_words, lines))
            return f"<p><b>{escape(label or '')}:</b> <i>“{said}”</i></p>"
        case Point(name, lines):
            return f"<p><b>{escape(name)}:</b> {'</p><p>'.join(map(_words, lines))}</p>"
        case Steps(steps):
            return "".join(f"<p><b>{escape(when)}:</b> {_words(line)}</p>" for when, line in steps)
        case Code(code, note):
            return f"<p><b>{escape(code)}</b> {escape(note)}</p>"
        case Table(head, rows, _):
            names = "".join(f"<th>{escape(name)}</th>" for name in head)
            cells = ("".join(f"<td>{'<br>'.join(map(escape, cell))}</td>" for cell in row) for row in rows)
            return f'<table class="own"><thead><tr>{names}</tr></thead><tr>{"</tr><tr>".join(cells)}</tr></table>'
        case Beside(facts, drawing):
            return f'<div style="float: right; width: 30mm">{qr_svg(drawing.url)}</div>{"".join(map(_laid, facts))}'
        case _:
            assert_never(block)


def _words(line: Line) -> str:
    said = ""
    for run in line:
        text = escape(run.text)
        text = f"<b>{text}</b>" if run.bold else text
        said += f"<i>{text}</i>" if run.italic else text
    return said
