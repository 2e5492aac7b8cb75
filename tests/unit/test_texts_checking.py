"""What is wrong with an office's text is told when it is saved, and not when somebody is to get a letter."""

import re
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
        ("# {% if false %}a{% endif %}", "“#”: sau dấu này cần có nội dung", "a heading of nothing"),
        ("Một\n>\nhai", "“>”: sau dấu này cần có nội dung", "a quotation of nothing"),
        ("** **", "sau dấu này cần có nội dung", "bold nothing"),
        ("{% if item.question == items %}a{% endif %}", "không có mục “item”", "outside of its loop, compared"),
        ("{% if dialogue.subjects == dialogue.subjects %}a{% endif %}", "không so sánh được", "lists are not compared"),
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
        ("apology", "{{ apology.until }}", "sớm", "ngày hẹn trả lời", "Decree 118/2025: the new day"),
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


@pytest.mark.parametrize(
    ("kind", "written", "said", "because"),
    [
        ("answer", "王", "dòng 1: phông chữ của thư giấy không có ký tự “王” (U+738B)", "the font has no Chinese"),
        ("answer", "مرحبا", "không có ký tự", "and no Arabic"),
        ("answer", "😀", "không có ký tự “😀”", "no faces"),
        ("answer", "Một ✓ hai", "không có ký tự “✓” (U+2713)", "and no ticks"),
        ("answer", "{% if collected_by == 'Thôn X' %}✓{% endif %}", "“✓”", "in a turn that no example takes"),
        ("answer", "{{ '✓' }}", "“✓”", "in words within markup"),
        ("digest", "✓", "", "a digest is never printed"),
        ("answer", "{# ✓ #}", "", "nor is a remark"),
        (
            "answer",
            "@ https://x.example/" + "a" * 300 + " | QR",
            "không quét được mã QR",
            "an address that is too long",
        ),
        (
            "answer",
            "{% if code == '1' %}\n@ https://x.example/" + "a" * 300 + " | QR\n{% endif %}",
            "quét",
            "in any turn",
        ),
        ("answer", "@ https://x.example/{{ '" + "a" * 300 + "' }} | QR", "không quét được mã QR", "put together"),
    ],
)
def test_what_cannot_leave_cannot_be_saved(kind, written, said, because):
    found = "\n".join(wrong(kind, f"{written}\n\n{SHIPPED[kind].body}"))
    assert said in found if said else not found, (because, found)


def test_a_trich_yeu_has_to_be_printed_too():
    assert "Trích yếu, dòng 1" in wrong("answer", about="trả lời ✓")[0]
    assert wrong("answer", mail_subject="Trả lời ✓") == []


ALWAYS_OF_A_FORM = {"code", "received_on"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_to_be_missing_at_times_cannot_be_named_bare(kind):
    def bare(names, before=""):
        for name, known in names.items():
            if known.sort == "group":
                yield from bare(known.parts, f"{before}{name}.")
            elif known.sort in ("words", "paragraphs", "table") and re.search("có thể|không có", known.says):
                yield f"{before}{name}"

    guests = kind in ("invitation", "dialogue-reminder", "rescheduled", "cancelled")
    for path in bare(names_of(kind)):
        if path in ALWAYS_OF_A_FORM and not guests:
            continue
        printed = f'{{{{ {path} | join("; ") }}}}' if path.endswith("subjects") else f"{{{{ {path} }}}}"
        assert wrong(kind, f"{printed}\n\n{SHIPPED[kind].body}"), path


def test_a_place_alone_is_no_promise_of_subjects():
    bare = '{% if dialogue.place %}\n{{ dialogue.subjects | join("; ") }}\n{% endif %}\n\n'
    assert "chưa rõ nội dung" in wrong("cancelled", bare + SHIPPED["cancelled"].body)[0]


def test_trying_a_text_ends_when_nobody_waits_any_more():
    left = iter([True, False])
    assert "trong thời gian cho phép" in mistakes(SHIPPED["answer"], PROFILE, lambda: next(left))[0]


def test_a_source_has_a_length():
    assert "nhiều nhất là 20.000" in wrong("answer", "a" * (LONGEST_SOURCE + 1))[0]


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
