"""What the typesetter says where a template or its data are wrong."""

from datetime import date

import pytest

from shared.typesetting import CannotPrint, Typesetter

ON = date(2026, 6, 5)


def typesetter(folder, source, **how):
    (folder / "own.typ").write_text(source)
    return Typesetter(folder, lambda _character, inputs: f"mục {next(iter(inputs))}", **how)


def test_a_missing_picture_is_an_error_that_names_it_and_no_gap(tmp_path):
    with pytest.raises(RuntimeError, match=r"own\.typ.*quoc-huy\.png"):
        typesetter(tmp_path, '#image("quoc-huy.png", alt: "Quốc huy")').pdf("own.typ", {}, ON)


def test_a_template_reaches_no_file_outside_its_folder(tmp_path):
    (tmp_path / "secret.txt").write_text("mật")
    (tmp_path / "templates").mkdir()
    with pytest.raises(RuntimeError, match="does not compile"):
        typesetter(tmp_path / "templates", '#read("../secret.txt")').pdf("own.typ", {}, ON)


@pytest.mark.parametrize(
    "words", ['"', "\\", '\\"', '")) #panic() //', "a\nb", "\\u{41}", "\u2028", "'", "#{", "\x7f", "\x00", "𝄞" * 3]
)
def test_data_reach_a_function_of_a_template_as_they_are(tmp_path, words):
    source = (
        '#let lay(data) = { assert(data.at("words") == data.at("again")); assert.eq(data.words.len(), data.length) }'
    )
    data = {"words": words, "again": words, "length": len(words.encode())}
    assert typesetter(tmp_path, source, function="lay").pdf("own.typ", data, ON).startswith(b"%PDF")


def test_a_character_that_the_font_lacks_is_named_with_its_place(tmp_path):
    source = '#set text(font: "Liberation Serif", fallback: false)\n#json(bytes(sys.inputs.letter)).ten'
    with pytest.raises(CannotPrint, match=r"“漢”.*ở mục ten") as raised:
        typesetter(tmp_path, source).pdf("own.typ", {"ten": "Nguyễn 漢"}, ON)
    assert raised.value.character == "漢"


def test_each_page_of_a_folder_with_a_function_has_its_own_data(tmp_path):
    laid = typesetter(tmp_path, "#let lay(data) = [#data.n]", function="lay")
    one, other = (laid.png("own.typ", {"n": n}, ON, 20) for n in ("1", "88"))
    assert one != other
    assert one == laid.png("own.typ", {"n": "1"}, ON, 20)
