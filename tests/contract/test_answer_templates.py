"""The answer templates that are shipped: some for each field, in words that assert nothing which varies."""

import re

import pytest

from services.routing.shipped_templates import TEMPLATES, read_templates, shipped_templates
from services.routing.templates import unfilled
from shared.contracts.routing import DraftAnswer
from shared.contracts.taxonomy import QuestionField
from shared.strict_yaml import YamlError

FIELDS = list(QuestionField)
SHIPPED = shipped_templates()
VARIES = {
    "sum": re.compile(r"\d[\d.]*\s*(?:đồng|đ\b|triệu|%)"),
    "term": re.compile(r"\d+\s*(?:ngày|giờ|tháng|năm)\b"),
    "law": re.compile(r"(?:Luật|Nghị định|Thông tư|Quyết định)\s+(?:số\s+)?\d|\d/\d{4}/|[Đđ]iều \d"),
}


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_a_choice_of_templates(field):
    titles = [template.title for template in SHIPPED if template.field is field]
    assert len(titles) >= 2
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("template", SHIPPED, ids=lambda one: f"{one.field} {one.title}")
def test_sums_terms_and_laws_are_left_for_the_officer(template):
    assert {what: found[0] for what, pattern in VARIES.items() if (found := pattern.search(template.text))} == {}
    assert unfilled(template.text), "a template without a placeholder would be an answer to anybody"


@pytest.mark.parametrize("template", SHIPPED, ids=lambda one: f"{one.field} {one.title}")
def test_a_template_reads_as_a_part_of_the_letter(template):
    """The letter greets, introduces and signs; the answer is what stands between."""
    assert not re.search(r"Kính gửi|Trân trọng|trả lời như sau", template.text)
    assert template.text[0] == "{" or template.text[0].isupper()
    assert template.text.rstrip().endswith((".", "}.")), "whole sentences"
    assert "  " not in template.text
    assert DraftAnswer.model_fields["text"].metadata, "its length is bounded"


def test_the_remark_on_top_names_what_is_filled_in_by_itself():
    [line] = [line for line in TEMPLATES.read_text(encoding="utf-8").splitlines() if "Máy tự điền" in line]
    used = {placeholder for template in SHIPPED for placeholder in unfilled(template.text)}
    assert set(unfilled(line)) <= used, "what nobody uses need not be explained"


GOOD = """
    - title: Một
      text: "Về {việc}, xin trả lời."
    - title: Hai
      text: "Về {việc khác}, xin trả lời."
"""


@pytest.mark.parametrize(
    ("land", "line", "what"),
    [
        (GOOD.replace("Hai", "MỘT"), 5, "đã có ở fields.land.0"),
        (GOOD.replace("{việc}", "{việc"), 4, "ghi chưa đúng"),
        (GOOD.replace("{việc}", "{ }"), 4, "ghi chưa đúng"),
        (GOOD.replace("{việc}", "việc}"), 4, "ghi chưa đúng"),
        (GOOD.replace("title: Hai", "tile: Hai"), 5, "có phải ý là 'title'?"),
        (GOOD.split("    - title: Hai")[0], 2, "phải có ít nhất 2 mẫu"),
        (GOOD.replace('"Về {việc}, xin trả lời."', '""'), 4, "không được để trống"),
    ],
)
def test_a_mistake_is_shown_with_its_line(tmp_path, land, line, what):
    file = tmp_path / "answers.yaml"
    others = "".join(f"  {field}:{GOOD}" for field in FIELDS if field != "land")
    file.write_text(f"fields:\n  land:{land}{others}", encoding="utf-8")
    with pytest.raises(YamlError) as wrong:
        read_templates(file)
    assert (line, True) in [(mistake.line, what in mistake.what) for mistake in wrong.value.mistakes], wrong.value


def test_a_field_without_templates_is_named(tmp_path):
    file = tmp_path / "answers.yaml"
    file.write_text(f"fields:\n  land:{GOOD}", encoding="utf-8")
    with pytest.raises(YamlError, match="chưa có mẫu trả lời cho lĩnh vực civil-status"):
        read_templates(file)
