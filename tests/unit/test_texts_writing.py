"""A text with its data becomes blocks: what the author wrote is markup, what people wrote is words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.texts.blocks import (
    Button,
    Code,
    Drawing,
    Heading,
    Lead,
    Paragraph,
    Point,
    Quote,
    Run,
    Steps,
    Table,
    plain,
)
from services.notify.texts.text import Text, cleaned
from services.notify.texts.writing import CannotWrite, write

TABLE = Table(("TT", "Nội dung"), ((("1",), ("Một.", "Hai.")),), (10, 90))


def written(body, about="về một việc", subject="Một việc", **data):
    return write(Text("answer", about, subject, body, 3), data)


def blocks(body, **data):
    return written(body, **data).blocks


@pytest.mark.parametrize(
    ("body", "expected", "because"),
    [
        ("# Giấy mời", (Heading("Giấy mời"),), "what a mail is about"),
        ("## Câu *hỏi*", (Lead((Run("Câu "), Run("hỏi", italic=True))),), "a lead"),
        ("Một\nhai", (Paragraph((Run("Một hai"),)),), "lines of a paragraph are one"),
        ("Một\n\n\nhai", (Paragraph((Run("Một"),)), Paragraph((Run("hai"),))), "blank lines part paragraphs"),
        ("a **b** c", (Paragraph((Run("a "), Run("b", bold=True), Run(" c"))),), "bold"),
        ("**a *b***", (Paragraph((Run("a ", bold=True), Run("b", bold=True, italic=True))),), "one inside the other"),
        ("2 * 3 * 4", (Paragraph((Run("2 * 3 * 4"),)),), "a star between blanks is a star"),
        ("a * b", (Paragraph((Run("a * b"),)),), "one that is not closed, too"),
        ("> Hỏi gì?", (Quote(((Run("Hỏi gì?"),),)),), "a quotation"),
        ("> **Nội dung nêu:** Hỏi gì?", (Quote(((Run("Hỏi gì?"),),), "Nội dung nêu"),), "a labelled one"),
        ("- **Lý do:** bão", (Point("Lý do", ((Run("bão"),),)),), "a point"),
        ("- **Lý do**: bão", (Point("Lý do", ((Run("bão"),),)),), "its colon outside the bold"),
        (
            "- **A:** x\n- **B:** y",
            (Point("A", ((Run("x"),),)), Point("B", ((Run("y"),),))),
            "a line that begins a block ends the one above it",
        ),
        ("1. **Nay:** một\n\n2. **Mai:** hai", (Steps((("Nay", (Run("một"),)), ("Mai", (Run("hai"),)))),), "steps"),
        ("! AB | mã phiếu", (Code("AB", "mã phiếu"),), "a code"),
        ("=> https://x.vn/a | Xem", (Button("https://x.vn/a", "Xem"),), "a button"),
        ("@ https://x.vn/a | QR", (Drawing("https://x.vn/a", "QR"),), "a drawing"),
        ("2. Một dòng thường", None, "a step needs its time"),
        ("- không tên", None, "a point needs its name"),
        ("- **Tên:**", None, "and words"),
        ("! AB", None, "a code needs its note"),
        ("=> javascript:alert(1) | Xem", None, "an address is one of a page"),
        ("=> /tra-cuu | Xem", None, "and whole"),
        *((mark, None, "a mark of nothing") for mark in ("# ", "## ", "> ", "- ", "1. ", "! ", "=> ", "@ ", "** **")),
        ("Một\n> \nhai", None, "nor in the middle"),
    ],
)
def test_the_author_writes_blocks(body, expected, because):
    if expected is None:
        with pytest.raises(CannotWrite):
            blocks(body)
    else:
        assert blocks(body) == expected, because


NASTY = [
    "> trích",
    "# đề mục",
    "## mục",
    "- **Tên:** giả",
    "1. **Khi:** giả",
    "! mã | giả",
    "=> https://ke-gian.example | Bấm vào đây",
    "@ https://ke-gian.example | QR",
    "**đậm** và *nghiêng*",
    "* * *",
    "{{ office }} {% if x %}{# #}",
    "a | b",
    "</p><script>alert(1)</script>",
    "#set page(fill: red)",
    "\U000f0000 \U000f0001\ue000",
    "\\*",
]


@pytest.mark.parametrize("words", NASTY)
def test_words_of_data_are_never_markup(words):
    shown = " ".join(words.split())
    assert blocks("{{ x }}", x=words) == (Paragraph((Run(shown),)),)
    assert blocks("> **Nêu:** {{ x }}", x=words) == (Quote(((Run(shown),),), "Nêu"),)
    assert blocks("- **{{ x }}:** {{ x }}", x=words) == (Point(shown, ((Run(shown),),)),)
    assert blocks("**{{ x }}**", x=words) == (Paragraph((Run(shown, bold=True),)),)
    assert blocks("1. **{{ x }}:** {{ x }}", x=words) == (Steps(((shown, (Run(shown),)),)),)
    assert blocks("! {{ x }} | {{ x }}", x=words) == (Code(shown, shown),)
    assert written("a", about="{{ x }}", subject="{{ x }}", x=words).about == shown


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4))
def test_whatever_people_write_is_one_paragraph_of_words_or_refused(words, lines):
    try:
        [block] = blocks("> **Nêu:** {{ x }}", x=words)
    except CannotWrite:
        assert not "".join(words.split()).strip() or not any(map(str.isprintable, words))
        return
    [line] = block.lines
    text = plain(line)
    assert (unicodedata.is_normalized("NFC", text), "\n" in text, "  " in text) == (True, False, False)
    for block in blocks("{% for one in many %}{{ one }}{% endfor %}…", many=[line for line in lines if line.isalnum()]):
        assert isinstance(block, Paragraph)


@pytest.mark.parametrize(
    ("value", "because"),
    [
        (None, "nothing"),
        ("", "no words"),
        (" \u200b\u00ad\n", "none that can be seen"),
        ([], "no paragraph"),
        (["", "\u200b"], "none with words"),
        (True, "a condition is no word"),
        ({"a": "b"}, "a group is none"),
        ([{"a": "b"}], "nor are several"),
        (1.5, "nobody knows how it is written"),
    ],
)
def test_what_has_no_words_leaves_no_hole(value, because):
    for body in ("Tại {{ x }}.", "{{ x }}", "- **Nơi:** {{ x }}"):
        with pytest.raises(CannotWrite, match=r"dòng 1 .*không có nội dung"):
            blocks(body, x=value)
    assert blocks("{% if x %}có{% else %}không{% endif %}", x=value), because


def test_of_a_group_that_is_not_there_nothing_can_be_printed():
    with pytest.raises(CannotWrite, match=r"dòng 1 .*không có nội dung"):
        blocks("Tại {{ x.place }}.", x=None)
    assert len(blocks("{% if x %}Tại {{ x.place }}.{% endif %} Hết.", x=None)) == 1


def test_a_mistake_is_told_with_its_line():
    with pytest.raises(CannotWrite, match=r"Nội dung, dòng 4 .*place"):
        blocks("Một\n\n{% if x %}\nTại {{ place }}\n{% endif %}", x="a", place=None)
    with pytest.raises(CannotWrite, match=r"dòng \d: chưa đóng"):
        blocks("{% if x %}\nMột", x="a")


def test_several_paragraphs_of_data_are_as_many_of_the_block():
    two = ["Một.", "Hai."]
    assert blocks("{{ x }}", x=two) == (Paragraph((Run("Một."),)), Paragraph((Run("Hai."),)))
    assert blocks("Thưa: {{ x }} Hết.", x=two) == (Paragraph((Run("Thưa: Một."),)), Paragraph((Run("Hai. Hết."),)))
    assert blocks("> {{ x }}", x=two) == (Quote(((Run("Một."),), (Run("Hai."),))),)
    assert blocks("- **A:** {{ x }}", x=two) == (Point("A", ((Run("Một."),), (Run("Hai."),))),)
    assert blocks("1. **A:** {{ x }}", x=two) == (Steps((("A", (Run("Một. Hai."),)),)),)
    assert blocks("## {{ x }}", x=two) == (Lead((Run("Một. Hai."),)),)


def test_a_table_stands_alone():
    assert blocks("## Bảng\n{{ x }}\nHết", x=TABLE)[1] == TABLE
    for body in ("Xem {{ x }}", "> {{ x }}", "- **A:** {{ x }}", "# {{ x }}"):
        with pytest.raises(CannotWrite, match="Bảng"):
            blocks(body, x=TABLE)


def test_letters_with_their_marks_apart_are_put_together():
    apart = unicodedata.normalize("NFD", "Nguyễn Thị Mận")
    assert plain(blocks("Ông {{ x }}", x=apart)[0].line) == "Ông Nguyễn Thị Mận"
    assert plain(blocks("Ông a{{ x }}", x="\u0301b")[0].line) == "Ông áb"


def test_a_conditional_line_of_its_own_parts_paragraphs_and_one_inside_a_line_does_not():
    assert len(blocks("Một\n{% if x %}\nhai\n{% endif %}\nba", x=True)) == 3
    assert blocks("Một{% if x %}, hai{% endif %}\nba", x=True) == (Paragraph((Run("Một, hai ba"),)),)
    assert blocks("Một{% if x %} hai{% endif %}.\n\nBa", x=False)[0] == Paragraph((Run("Một."),))


@pytest.mark.parametrize("empty", ["", "   \n\n", "{# ghi chú #}", "{% if x %}a{% endif %}"])
def test_a_text_that_says_nothing_is_refused(empty):
    with pytest.raises(CannotWrite, match="không có nội dung"):
        blocks(empty, x=False)
    with pytest.raises(CannotWrite, match="Trích yếu còn trống"):
        written("a", about=empty or " ", x=False)


def test_the_version_goes_with_what_was_written():
    assert written("a").version == 3


def test_a_source_is_cleaned_of_what_cannot_be_seen_and_keeps_its_lines():
    assert cleaned("A\u200b\r\n\r\nba\u0301\tc\x00\U000f0000") == "A\n\nbá  c".replace("bá  c", cleaned("ba\u0301\tc"))
    assert cleaned("a\u2028b\r\nc") == "a\nb\nc"
