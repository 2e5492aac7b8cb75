"""What is wrong with an office's text is told when it is saved, and not when somebody is to get a letter."""

from dataclasses import replace

import pytest

from services.notify.texts.checking import LONGEST_SOURCE, MOST_TOLD, REQUIRED, mistakes
from services.notify.texts.names import names_of, told
from services.notify.texts.samples import samples
from services.notify.texts.shipped import shipped
from services.notify.texts.text import KINDS
from shared.communes import PROFILES, Communes, read_profile

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
SHIPPED = {kind: shipped(kind) for kind in KINDS}


def wrong(kind, body=None, **changes):
    return mistakes(replace(SHIPPED[kind], **({"body": body} if body is not None else {}), **changes), PROFILE)


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_texts_are_right_for_every_commune(kind):
    for profile in Communes.load().values():
        assert mistakes(SHIPPED[kind], profile) == []


@pytest.mark.parametrize(
    ("body", "said", "because"),
    [
        ("{{ dialogue.titel }}", "có phải {{ dialogue.title }}?", "mistyped in a group"),
        ("{{ ofice }}", "có phải {{ office }}?", "mistyped"),
        ("{{ title }}", "có phải {{ dialogue.title }}?", "its group left out"),
        ("{{ item.answer }}", "chỉ có trong {% for item in items %}", "outside of its loop"),
        ("{% for one in items %}{{ one.anwser }}{% endfor %}", "có phải {{ one.answer }}?", "in a loop of any name"),
        ("{% for one in items %}{% endfor %}{{ one.answer }}", "không có mục “one”", "after its loop"),
        ("{% if nobody %}a{% endif %}", "không có mục “nobody”", "in a condition that no example meets"),
        ("{% if false %}{{ nobody }}{% endif %}", "không có mục “nobody”", "in a turn that is never taken"),
        ("{% if code %}a{% elif nobody %}b{% endif %}", "không có mục “nobody”", "in the second turn"),
        ("{{ move.reason }}", "không có mục “move”", "of another kind"),
        ("{{ items }}", "là danh sách", "a list is not printed"),
        ("{{ dialogue }}", "là một nhóm", "nor a group"),
        ("{{ on_paper }}", "chỉ dùng được trong {% if", "nor a condition"),
        ("{{ code and office }}", "chỉ dùng được trong {% if", "nor what is worked out"),
        ("{{ items.answer }}", "là danh sách; viết {% for", "of a list nothing is named at once"),
        ("{{ office.name }}", "không có mục “office.name”", "words have no parts"),
        ("{% for a in code %}a{% endfor %}", "không lặp được", "words are no list"),
        ("{{ code | length }}", "không đếm được", "nor counted"),
        ("{{ items | join }}", "chỉ dùng cho mục có nhiều đoạn", "questions are no paragraphs"),
        ("{{ dialogue | sentence }}", "không dùng được cho “dialogue”", "a group is no sentence"),
        ("{{ office | uper }}", "không có bộ lọc “uper”", "an unknown filter"),
        ("{% set a = offices %}{{ a }}", "không có mục “offices”, có phải {{ office }}?", "given another name"),
        ("{% if true %}\n\n{{ a }}\n{% endif %}", "dòng 3", "with its line"),
        ("{% if code %}", "chưa đóng một lệnh", "not closed"),
        ("{{ code", "dòng 1", "not closed either"),
        ("{{ code() }}", "gọi hàm", "a call"),
        ("{% include 'a' %}", "không dùng được {% include %}", "a file"),
        ("**đậm", "dấu ** mở mà không đóng", "a star too few"),
        ("Thân ái./.", "Còn thiếu nội dung trả lời: cần in {{ item.answer }}", "no answer in an answer"),
        ("- **Tên**", "thiếu nội dung|sau dấu - cần có tên", "a point of nothing"),
        ("{{ collected_by }}", "không có nội dung trong trường hợp này", "what may be missing"),
    ],
)
def test_what_is_wrong_is_told_in_words(body, said, because):
    found = "\n".join(wrong("answer", body))
    assert any(one in found for one in said.split("|")), (because, found)


def test_every_name_that_is_wrong_is_told_at_once_and_not_too_many():
    found = wrong("answer", "{{ a }}\n{{ b }}\n\n{{ c.d }}", about="{{ e }}", mail_subject="{{ f }}")
    assert [one.split(" (")[0].split(":")[0] for one in found] == [
        "Trích yếu, dòng 1",
        "Tiêu đề thư điện tử, dòng 1",
        "Nội dung, dòng 1",
        "Nội dung, dòng 2",
        "Nội dung, dòng 4",
    ]
    assert len(wrong("answer", "\n".join(f"{{{{ a{n} }}}}" for n in range(50)))) == MOST_TOLD


@pytest.mark.parametrize(
    ("kind", "written", "instead", "said", "because"),
    [
        ("answer", "{{ item.answer }}", "như trên", "nội dung trả lời", "an answer answers"),
        ("answer", "> {{ item.question }}", "> như trên", "nội dung được hỏi", "and says what, in the mail too"),
        ("answer", "{{ item.answer }}", "{% if on_paper %}{{ item.answer }}{% endif %}", "nội dung trả lời", "in both"),
        (
            "answer",
            "{{ item.answer }}",
            '{% if occasion != "late" %}{{ item.answer }}{% endif %}',
            "nội dung trả lời",
            "whatever the occasion",
        ),
        ("invitation", "{{ dialogue.time | sentence }}", "sắp tới.", "thời gian", "an invitation says when"),
        ("invitation", "{{ dialogue.place | sentence }}", "tại xã.", "địa điểm", "and where"),
        ("extension", "{{ extension.until }}", "sau", "thời gian", "the four points of the plan: when"),
        ("extension", "{{ extension.requirement }}", "như luật định", "yêu cầu", "what is required"),
        ("extension", "{{ extension.responsible }}", "chúng tôi", "trách nhiệm giải quyết", "who"),
        ("extension", "{{ extension.matter }}", "việc ấy", "", "what is there as the question"),
        ("guidance", "{{ item.authority | sentence }}", "nơi khác.", "cơ quan có thẩm quyền", "where it belongs"),
        ("apology", "{{ apology.until }}", "sớm", "ngày hẹn trả lời", "Decree 61/2018: the new day"),
        ("apology", "{{ apology.reason }}", "khách quan", "lý do chậm", "and the reason"),
        ("dialogue-reminder", "{{ dialogue.time | sentence }}", "{{ dialogue.clock }}", "", "in other words"),
        ("dialogue-reminder", "{{ seat }}", "đã báo", "số ghế", "the seat"),
        ("conclusion", "{{ conclusion.table }}", "(kèm theo)", "nội dung giao các đơn vị", "what is promised"),
        ("receipt", "{{ code }}", "đã cấp", "mã phiếu", "the code, by which all else is found"),
        ("digest", "{{ item.due }}", "sắp tới", "hạn", "when it is due"),
    ],
)
def test_a_message_says_what_it_is_for(kind, written, instead, said, because):
    body = SHIPPED[kind].body
    assert written in body
    found = wrong(kind, body.replace(written, instead))
    assert any(one.startswith(f"Còn thiếu {said}: ") for one in found) if said else not found, (because, found)


def test_a_loop_of_ones_own_names_and_numbers_what_it_likes():
    own = "{% for cau in items %}\n> {{ cau.question }}\n\n**{{ loop.index }}/{{ items | length }}** {{ cau.answer }}\n"
    own += "{% if not loop.last %}Tiếp theo.{% endif %}\n{% endfor %}\n\nTrân trọng./."
    assert wrong("answer", own) == []


def test_a_letter_ends_as_decree_30_has_it():
    own = "{% for item in items %}\n> {{ item.question }}\n\n{{ item.answer }}\n{% endfor %}\n\nTrân trọng."
    assert wrong("answer", own) == [
        "Thư giấy phải kết thúc bằng một đoạn văn có dấu ./. ở cuối (Nghị định 30/2020/NĐ-CP)."
    ]
    assert wrong("answer", own.replace("Trân trọng.", "Trân trọng{% if on_paper %}./.{% else %}.{% endif %}")) == []


def test_a_source_has_a_length():
    assert "20000" in wrong("answer", "a" * (LONGEST_SOURCE + 1))[0]


def test_a_case_that_fails_is_named_with_its_line():
    [found] = wrong("cancelled", SHIPPED["cancelled"].body.replace("{% if dialogue.cancelled %}", "{% if true %}"))
    assert "dòng 10" in found
    assert "không ghi lý do" in found


@pytest.mark.parametrize("kind", KINDS)
def test_what_can_be_named_is_told_with_an_example(kind):
    data = samples(kind, PROFILE)[0].data("mail")
    rows = told(kind, data)
    assert all(row["says"] for row in rows)
    assert {row["name"] for row in rows} >= {"office", "you"}
    assert len({row["name"] for row in rows}) == len(rows)
    assert next(row for row in rows if row["name"] == "office")["example"] == "Ủy ban nhân dân xã Thanh Trì"
    assert REQUIRED[kind].keys()
    for ways in REQUIRED[kind].values():
        for path in ways:
            names = names_of(kind)
            for name in path.split("."):
                names = names[name].parts
