"""What a text can do: nothing but say something. Whoever writes one is trusted with words, not with the machine."""

import pytest

from services.notify.texts.text import Text
from services.notify.texts.writing import LONGEST, CannotWrite, write
from tests.effort import calls

DATA = {"office": "Ủy ban", "many": ["một", "hai"], "items": [{"q": "một"}, {"q": "hai"}], "group": {"items": "x"}}


def body(source, **more):
    return write(Text("answer", "a", "b", source), DATA | more)


@pytest.mark.parametrize(
    ("source", "because"),
    [
        ("{{ office.__class__ }}", "no attributes"),
        ("{{ office.upper }}", "not even harmless ones"),
        ("{{ many.append }}", "nothing can be changed"),
        ("{{ group.keys }}", "a group has its own names only"),
        ("{{ office.__class__.__mro__ }}", "the way out of every sandbox"),
        ("{{ ''.__class__ }}", "from a constant, too"),
        ("{{ office[0] }}", "no subscripts"),
        ("{{ group['items'] }}", "of groups neither"),
        ("{{ office() }}", "no calls"),
        ("{{ range(9) }}", "none of what Jinja2 brings"),
        ("{{ lipsum }}", "which is not even there"),
        ("{{ self }}", "nor the template itself"),
        ("{{ office | attr('upper') }}", "no filter that reaches attributes"),
        ("{{ office | format(1) }}", "or makes things grow"),
        ("{{ many | map('upper') | join }}", "or calls others"),
        ("{{ many | join(office) }}", "joined by what is written there alone"),
        ("{{ 'a' * 1000000000 }}", "no multiplication"),
        ("{{ 10 ** 100000000 }}", "no power, which the compiler would work out at once"),
        ("{{ '%1000000000s' % office }}", "no formatting"),
        ("{{ office ~ office }}", "nothing is put together, so nothing doubles"),
        ("{{ office + office }}", "by no sign"),
        ("{% set x = [office, office] %}{{ x | join }}", "nor by lists"),
        ("{% set x %}{{ office }}{% endset %}{{ x }}", "nor by gathering"),
        ("{% macro m() %}{{ m() }}{% endmacro %}", "no macros"),
        ("{% include 'a.j2' %}", "no files"),
        ("{% import 'a.j2' as a %}", "none at all"),
        ("{% extends 'a.j2' %}", "of no kind"),
        ("{% block a %}{% endblock %}", "nothing to be replaced"),
        ("{% filter upper %}a{% endfilter %}", "no filter around text"),
        ("{% with a = 1 %}{% endwith %}", "names are given by set"),
        ("{% call office() %}{% endcall %}", "no calls of blocks"),
        ("{% for a in items recursive %}{{ loop(a) }}{% endfor %}", "no recursion"),
        ("{% for a, b in items %}x{% endfor %}", "one name a loop"),
        ("{% for a in items %}{% for b in items %}{% for c in items %}x{% endfor %}{% endfor %}{% endfor %}", "three"),
        ("{{ loop }}", "no loop outside of one"),
        ("{% for a in items %}{{ loop.cycle }}{% endfor %}", "of a loop only where it stands"),
        ("{% if office is defined %}a{% endif %}", "what is not there is a mistake, not a question"),
        ("{{ {'a': 1} }}", "no groups of one's own"),
        ("{% set a.b = 1 %}", "nothing is put into a group"),
        ("{% for a in items %}" * 31 + "{% endfor %}" * 31, "nor so many loops"),
        ("".join("{% for a in many %}x{% endfor %}" for _ in range(31)), "one after the other either"),
        ("".join(f"{{% set a{n} = office %}}" for n in range(51)), "nor names"),
        ("{{ (" + "(" * 500, "nested without end"),
        ("{{ office" + ".a" * 5_000 + " }}", "nested by dots"),
        ("{{ office" + " | first" * 2_000 + " }}", "nested by filters"),
        ("{% if office" + " and office" * 1_500 + " %}a{% endif %}", "nested by and"),
        ("{% if office %}" * 100 + "a" + "{% endif %}" * 100, "nested by if"),
        ("{{ " + "not " * 3_000 + "office }}", "nested and well formed"),
        ("{{ " + "1" * 4_400 + " }}", "a number that Python will not read"),
        ("{{ 0x" + "f" * 5_000 + " }}", "or not write"),
        ("{% autoescape true %}{% endautoescape %}", "a tag that has no line"),
        ("{% for loop in items %}a{% endfor %}", "a loop has its own name"),
        ("{% for a in items %}{% set loop = 1 %}{% endfor %}", "which nothing else has"),
        ("{% set a = [" + "1," * 21 + "] %}", "a long list"),
        ("{% if office in many %}a{% endif %}", "nothing is looked for in the data"),
        ("{% if 'a' in office %}a{% endif %}", "nor in words"),
        ("{{" * 9_900, "opened without end"),
        ("{#" * 9_900, "a remark, too"),
    ],
)
def test_a_text_that_wants_more_is_refused_in_words(source, because):
    def refused() -> None:
        with pytest.raises(CannotWrite, match=r"dòng \d+|không"):
            body(source)

    assert calls(refused) < 1_000_000, because


def test_two_loops_inside_each_other_are_enough():
    said = body("{% for a in items %}{% for b in many if b != 'một' %}{{ a.q }}-{{ b }} {% endfor %}{% endfor %}")
    assert "".join(run.text for run in said.blocks[0].line) == "một-hai hai-hai"


def test_a_text_cannot_grow_beyond_a_book():
    assert LONGEST == 200_000
    much = ["x" * 1_000] * 300
    with pytest.raises(CannotWrite, match=r"dài quá 200\.000 ký tự"):
        body("{{ many }}", many=much)
    with pytest.raises(CannotWrite, match=r"dài quá 200\.000 ký tự"):
        body("{% for a in many %}" + "dài" * 100 + "{% endfor %}", many=["a"] * 1_000)
    with pytest.raises(CannotWrite):
        body('{{ many | join("' + "x" * 20 + '") }}', many=["a"] * 50_000)


LIST = "[" + ",".join("1" * 20) + "]"
LINES = [f"Dòng {number}." for number in range(2_000)]


@pytest.mark.parametrize(
    ("source", "because"),
    [
        ("{% for a in many %}{% for b in many %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}a", "loop in a loop"),
        ("{% for a in many %}{% for b in many if a == b %}{% endfor %}{% endfor %}a", "none of which is wanted"),
        ("{% for a in many %}{{ loop.length }}{% for b in many %}{% endfor %}{% endfor %}", "or it is asked how long"),
        ("{% for a in many %}{% if many | join %}{% endif %}{% endfor %}a", "lists joined over and over"),
        ("{% for a in many %}{% set b = many | rest %}{% endfor %}a", "or copied"),
        ("{% for a in many %}" + "{% if code %}{% endif %}" * 100 + "{% endfor %}a", "many things in a round"),
        (f"{{% set x = {LIST} %}}" + "{% for a in many %}{% for b in x %}{% if b in " + LIST + " %}{% endif %}"
         "{% endfor %}{% endfor %}a", "lists of its own"),
    ],
)  # fmt: skip
def test_a_text_is_filled_in_quickly_or_not_at_all(source, because):
    def refused() -> None:
        with pytest.raises(CannotWrite, match="lặp lại quá nhiều lần"):
            body(source, many=LINES, code="K7")

    assert calls(refused) < 1_000_000, because


def test_what_an_office_loops_over_is_far_from_that():
    said = body(
        "{% for a in items %}{% for b in many %}\n\n{{ loop.index }}. {{ b }}{% endfor %}{% endfor %}", many=LINES
    )
    assert len(said.blocks) == 2 * len(LINES)


def test_stars_without_end_are_read_in_one_go():
    few, many = (calls(lambda: body("**a" * n + "**")) for n in (500, 2_000))  # noqa: B023
    assert many < 5 * few


def test_the_mark_of_a_value_cannot_be_forged():
    [block] = body("\U000f0000{{ office }}\U000f0000 **\U000f0001**").blocks
    assert "".join(run.text for run in block.line).startswith("Ủy ban")
