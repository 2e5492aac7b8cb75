"""What a mail is made of: its head, and how each block looks in both of its parts."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from typing import get_args
from urllib.parse import unquote

import pytest

from services.notify import delivery, dialogues, rules
from services.notify.mailing.html_part import INK, PAPER, QUIET
from services.notify.mailing.mails import MOST_REFERENCES, render_mail
from services.notify.paper.drawn import qr_png
from services.notify.texts.blocks import (
    Block,
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
    Written,
)
from services.notify.texts.samples import samples
from services.notify.texts.shipped import shipped
from services.notify.texts.writing import write
from shared.communes import PROFILES, read_profile
from shared.contracts.intake import DialogueAnnounced, RepresentativeInvited
from shared.contracts.notify import MessageKind
from shared.contracts.people import Thread
from shared.contracts.routing import AnswerApproved
from tests.builders import NOW, REPRESENTATIVE, SUBMISSION, of_dialogue, of_question, registrant, submission_received
from tests.effort import calls
from tests.message_ids import IDS, ours

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
BASE = "https://doithoai.thanhtri.example"
RECEIPT = ours(f"{SUBMISSION}.receipt")
NEWS = ("conclusion", "dialogue-reminder")
NASTY = '<b onload="x">{{ 7 }}</b> & "\''


def words(text: str) -> tuple[Run, ...]:
    return (Run(text),)


def written(*blocks: Block, subject: str = "Trả lời") -> Written:
    return Written("trả lời", subject, blocks or (Paragraph(words("Xin chào.")),))


def a_form(**changes):
    return rules.acknowledge(None, submission_received(on_time=False, **changes), NOW)[0]


def answered(**changes):
    return rules.note_answer(a_form(**changes), of_question(AnswerApproved), NOW)[0]


def mail_of(state, message=None, *blocks, profile=PROFILE, attachments=(), subject="Trả lời"):
    """As the receiver's program reads it from the wire."""
    mail = render_mail(
        written(*blocks, subject=subject),
        state,
        message or state.messages[-1],
        profile,
        ids=IDS,
        base_url=BASE,
        now=NOW,
        attachments=attachments,
    )
    return message_from_bytes(bytes(mail), policy=default)


def text_of(*blocks):
    text = mail_of(a_form(), None, *blocks).get_body(("plain",)).get_content().replace("\r\n", "\n")
    office, rest = text.split("\n\n", 1)
    assert office == "Ủy ban nhân dân xã Thanh Trì"
    return rest.split("\n\n-- \n")[0]


def html_of(*blocks):
    return mail_of(a_form(), None, *blocks).get_body(("html",)).get_content()


class Page(HTMLParser):
    """What a browser sees; fails where tags do not match."""

    VOID = ("meta", "br", "img")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


BLOCKS: dict[str, tuple[Block, str, str]] = {
    "heading": (Heading("Trả lời"), "Trả lời", '<h1 style="margin:16px 0 12px;'),
    "lead": (Lead(words("Tiếp theo")), "Tiếp theo", '<h2 style="margin:28px 0 8px;'),
    "paragraph": (
        Paragraph(
            (Run("Xin "), Run("mang", bold=True), Run(" giấy ", italic=True), Run("hẹn", bold=True, italic=True))
        ),
        "Xin mang giấy hẹn",
        "Xin <strong>mang</strong><em> giấy </em><strong><em>hẹn</em></strong>",
    ),
    "quote": (
        Quote((words("Một."), words("Hai."))),
        "> Một.\n> Hai.",
        '<p style="margin:0 0 8px;">Một.</p><p style="margin:0;">Hai.</p>',
    ),
    "labelled quote": (
        Quote((words("Một."), words("Hai.")), "Câu hỏi 1"),
        "> Câu hỏi 1: Một.\n> Hai.",
        "<strong>Câu hỏi 1:</strong> Một.",
    ),
    "point": (Point("Thời gian", (words("8 giờ"),)), "Thời gian: 8 giờ", ">Thời gian</td>"),
    "point with a story": (
        Point("Lý do", (words("Một."), words("Hai."))),
        "Lý do: Một.\n\nHai.",
        "Một.<br><br>Hai.",
    ),
    "point without words": (Point("Ký tên", ()), "Ký tên:", ">Ký tên</td>"),
    "steps": (
        Steps((("Hôm nay", words("Tiếp nhận.")), ("Ngày mai", words("Trả lời.")))),
        "1. Hôm nay: Tiếp nhận.\n2. Ngày mai: Trả lời.",
        "<strong>Ngày mai</strong><br>Trả lời.",
    ),
    "code": (Code("K7QX-3M9D", "Xin giữ lại"), "    K7QX-3M9D\n\nXin giữ lại", "font:bold 34px"),
    "button": (Button(f"{BASE}/a?b=1&c=2", "Xem"), f"Xem: {BASE}/a?b=1&c=2", f'href="{BASE}/a?b=1&amp;c=2"'),
    "drawing": (Drawing(f"{BASE}/p", "Mã QR"), f"Mã QR: {BASE}/p", 'src="cid:ma-qr-1"'),
    "table": (
        Table(("TT", "Nội dung", ""), ((("1",), ("Một.", "Hai."), ("x",)), (("2",), ("Ba.",), ())), (1, 7, 2)),
        "TT: 1\nNội dung: Một. Hai.\nx\n\nTT: 2\nNội dung: Ba.",
        "Một.<br>Hai.</td>",
    ),
}


def test_every_block_has_its_row_here():
    assert {type(block) for block, _, _ in BLOCKS.values()} == set(get_args(Block))


@pytest.mark.parametrize("name", BLOCKS)
def test_each_block_has_its_words_in_the_text_and_its_look_in_the_html(name):
    block, text, html = BLOCKS[name]
    assert text_of(block) == text
    assert html in html_of(block)


def test_facts_that_follow_each_other_stand_together():
    facts = [Point("Thời gian", (words("8 giờ"),)), Point("Địa điểm", (words("Hội trường"),))]
    assert text_of(*facts) == "Thời gian: 8 giờ\nĐịa điểm: Hội trường"
    assert html_of(*facts).count("<table") == html_of(facts[0]).count("<table")
    long = Point("Lý do", (words("dài " * 60),))
    assert "font:17px" in html_of(long).split("Lý do</td>")[1], "a story is not shouted"
    assert "font:bold 17px" in html_of(facts[0]).split("Thời gian</td>")[1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("chậm nhất ngày 12/06/2026", "Chậm nhất ngày 12/06/2026"),
        ("đến 8 giờ", "Đến 8 giờ"),
        ("mai@nguoidan.example", "mai@nguoidan.example"),
        ("05 ngày", "05 ngày"),
        ("", ""),
    ],
)
def test_a_fact_in_a_cell_of_its_own_begins_with_a_capital_letter(value, shown):
    block = Point("Thời gian", (words(value),))
    assert f">{shown}</td>" in html_of(block)
    assert text_of(block) == f"Thời gian: {value}".rstrip()


def test_numbers_in_a_table_stay_whole_and_long_words_break():
    html = html_of(Table(("TT", "Nội dung"), ((("12",), ("h" * 300,)),), (1, 9)))
    for cell, whole in (("TT</th>", True), ("12</td>", True), ("Nội dung</th>", False), ("h</td>", False)):
        style = html[: html.index(cell)].rpartition("style=")[2]
        assert ("nowrap" in style, "overflow-wrap:anywhere" in style) == (whole, not whole), cell


def nasty(block: Block) -> Block:
    """The same with words that are no markup, wherever it has any."""
    match block:
        case Heading():
            return Heading(NASTY)
        case Lead() | Paragraph():
            return replace(block, line=words(NASTY))
        case Quote():
            return Quote((words(NASTY),), NASTY)
        case Point():
            return Point(NASTY, (words(NASTY),))
        case Steps():
            return Steps(((NASTY, words(NASTY)),))
        case Code():
            return Code(NASTY, NASTY)
        case Button():
            return Button(f'{BASE}/"><b>', NASTY)
        case Drawing():
            return Drawing(f'{BASE}/"><b>', NASTY)
        case Table():
            return Table((NASTY,), (((NASTY,),),), (1,))


@pytest.mark.parametrize("name", BLOCKS)
def test_whatever_the_words_of_a_block_they_are_words(name):
    block = nasty(BLOCKS[name][0])
    page = Page(html_of(block))
    assert "b" not in {tag for tag, _ in page.tags}
    assert NASTY in "".join(page.words)
    assert NASTY in text_of(block)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "http s://x.example", "https://x.example/\nx"]
)
def test_what_is_no_address_of_a_page_is_no_link(url):
    page = Page(html_of(Button(url, "Xem")))
    assert "a" not in {tag for tag, _ in page.tags}


def test_several_drawings_are_each_shown_by_their_own_part():
    urls = [f"{BASE}/phieu/{number}" for number in range(3)]
    mail = mail_of(a_form(), None, *[Drawing(url, "Mã QR") for url in urls])
    images = {part["Content-ID"]: part.get_content() for part in mail.walk() if part.get_content_type() == "image/png"}
    shown = [attrs["src"] for tag, attrs in Page(mail.get_body(("html",)).get_content()).tags if tag == "img"]
    assert [images[f"<{source.removeprefix('cid:')}>"] for source in shown] == [qr_png(url) for url in urls]


# --- the texts that are shipped --------------------------------------------------------------------------------------

EVERY = [
    pytest.param(sample, id=f"{kind}: {sample.case}")
    for kind in get_args(MessageKind)
    if kind not in ("reminder", "escalation")
    for sample in samples(kind, PROFILE)
]


@pytest.mark.parametrize("sample", EVERY)
def test_every_turn_of_every_text_is_a_mail_that_fetches_nothing_and_fits_a_telephone(sample):
    text = write(shipped(sample.message.kind), sample.data("mail"))
    message = replace(sample.message, channel="email", to=("mai@nguoidan.example",))
    wire = bytes(render_mail(text, sample.state, message, PROFILE, ids=IDS, base_url=BASE, now=NOW))
    assert wire.isascii()
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert wire == bytes(render_mail(text, sample.state, message, PROFILE, ids=IDS, base_url=BASE, now=NOW))
    mail = message_from_bytes(wire, policy=default)
    html = mail.get_body(("html",)).get_content()
    page = Page(html)
    assert not {tag for tag, _ in page.tags} & {"link", "script", "style", "iframe", "object", "form"}
    assert all(str(attrs["src"]).startswith("cid:") for _, attrs in page.tags if "src" in attrs)
    assert "url(" not in html
    assert min(int(size) for size in re.findall(r"font:(?:bold )?(\d+)px", html)) >= 16
    assert not re.search(r"(?<!max-)width:\d{3,}px", html), "nothing is wider than a telephone"
    assert all(text.strip() for text in (mail["Subject"], mail.get_body(("plain",)).get_content()))


def test_words_stand_out_from_their_ground():
    def light(colour: str) -> float:
        channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for ink, ground in ((INK, PAPER), (QUIET, PAPER), (QUIET, "#ffffff")):
        assert (light(ground) + 0.05) / (light(ink) + 0.05) >= 7


# --- one conversation ------------------------------------------------------------------------------------------------

THREAD = Thread(message_id="<b2@x.example>", subject="Phiếu của tôi", references=("<a1@x.example>",))


@pytest.mark.parametrize(
    ("state", "answers", "references", "because"),
    [
        (a_form(), None, None, "a receipt begins the conversation"),
        (a_form(thread=THREAD), "<b2@x.example>", ["<a1@x.example>", "<b2@x.example>"], "or answers the form's mail"),
        (answered(), RECEIPT, [RECEIPT], "what comes later answers the receipt"),
        (answered(thread=THREAD), RECEIPT, ["<a1@x.example>", "<b2@x.example>", RECEIPT], "in the thread of the form"),
        (
            answered(thread=THREAD.model_copy(update={"message_id": "<a>\r\nBcc: x@y.example"})),
            RECEIPT,
            [RECEIPT],
            "a thread that cannot be named is left out",
        ),
    ],
)
def test_a_mail_program_shows_one_conversation(state, answers, references, because):
    mail = mail_of(state)
    assert mail["In-Reply-To"] == answers, because
    assert (mail["References"].split() if mail["References"] else None) == references, because
    assert mail["Bcc"] is None


def test_a_later_mail_keeps_its_own_subject():
    assert mail_of(answered(thread=THREAD))["Subject"] == "Trả lời"
    assert mail_of(a_form(thread=THREAD))["Subject"] == "Re: Phiếu của tôi"


def test_of_a_long_thread_the_last_mails_are_named():
    long = THREAD.model_copy(update={"references": tuple(f"<{number}@x.example>" for number in range(40))})
    references = mail_of(answered(thread=long))["References"].split()
    assert len(references) == MOST_REFERENCES
    assert references[-2:] == ["<b2@x.example>", RECEIPT]


def test_a_representatives_mails_are_a_conversation_of_their_own():
    state, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
    for number in (1, 2):
        guest = REPRESENTATIVE.model_copy(update={"id": f"01JGUEST{number}", "email": f"binh{number}@mttq.example"})
        state, _ = dialogues.invite(state, of_dialogue(RepresentativeInvited, representative=guest), NOW)
    first, second = state.messages
    later = replace(second, id=f"{second.id}.later", kind="rescheduled")
    state = replace(state, messages=(first, second, later))
    assert mail_of(state, first)["In-Reply-To"] is None
    assert mail_of(state, second)["In-Reply-To"] is None
    assert mail_of(state, later)["In-Reply-To"] == ours(second.id)


# --- a way to decline ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in get_args(MessageKind) if kind != "digest"])
def test_news_and_nothing_else_says_how_it_is_declined(kind):
    state = answered()
    mail = mail_of(state, replace(state.messages[-1], kind=kind, questions=()))
    text = mail.get_body(("plain",)).get_content()
    page = f"{BASE}/ngung-nhan/K7QX-3M9D"
    assert (mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") == (kind in NEWS)
    assert (mail["List-Unsubscribe"] is not None) == (kind in NEWS)
    assert (page in text) == (kind in NEWS)
    assert (f'href="{page}"' in mail.get_body(("html",)).get_content()) == (kind in NEWS)
    assert ("không bắt buộc" in text) == (kind in NEWS)


def test_both_ways_to_decline_are_named_in_the_head():
    state = answered()
    mail = mail_of(state, replace(state.messages[-1], kind="conclusion"))
    by_mail, by_page = re.findall(r"<([^>]+)>", mail["List-Unsubscribe"])
    assert by_page == f"{BASE}/ngung-nhan/K7QX-3M9D"
    address, subject = by_mail.removeprefix("mailto:").split("?subject=")
    assert (address, unquote(subject)) == ("vanthu_thanhtri@hanoi.gov.vn", "Ngừng nhận tin K7QX-3M9D")
    assert subject.isascii()
    assert " " not in by_mail


def test_a_representative_and_staff_are_offered_none():
    state, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
    guest = REPRESENTATIVE.model_copy(update={"email": "binh@mttq.example"})
    state, _ = dialogues.invite(state, of_dialogue(RepresentativeInvited, representative=guest), NOW)
    for kind in NEWS:
        assert mail_of(state, replace(state.messages[-1], kind=kind))["List-Unsubscribe"] is None
    [digest, *_] = samples("digest", PROFILE)
    assert mail_of(digest.state, replace(digest.message, to=("a@x.example",)))["List-Unsubscribe"] is None


# --- files -----------------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


def test_a_signed_letter_is_attached_beside_the_words():
    mail = mail_of(a_form(), attachments=[("Văn bản trả lời.pdf", PDF)])
    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["multipart/alternative", "application/pdf"]
    [file] = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_disposition(), file.get_content()) == (
        "Văn bản trả lời.pdf",
        "attachment",
        PDF,
    )
    assert "Xin chào." in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("tra-loi.pdf", "tra-loi.pdf"),
        ("../../etc/passwd.pdf", "..-..-etc-passwd.pdf"),
        ('a"\r\nBcc: x@y.example.pdf', "a- Bcc- x@y.example.pdf"),
        ("Trả lời; filename=x.exe", "Trả lời; filename=x.exe"),
    ],
)
def test_the_name_of_a_file_is_only_a_name(name, shown):
    mail = mail_of(a_form(), attachments=[(name, PDF)])
    [file] = mail.iter_attachments()
    assert (file.get_filename(), mail["Bcc"]) == (shown, None)


def test_no_boundary_begins_with_another():
    """A reader need not look further than a boundary's own length (RFC 2046, 5.1.1)."""
    mail = mail_of(a_form(), None, Drawing(BASE, "Mã QR"), attachments=[("a.pdf", PDF)])
    boundaries = [part.get_boundary() for part in mail.walk() if part.is_multipart()]
    assert len(boundaries) == 3
    assert not [(one, other) for one in boundaries for other in boundaries if one != other and other.startswith(one)]
    assert len([part for part in mail.walk() if part["MIME-Version"]]) == 1


def test_the_same_mail_with_files_is_the_same_bytes_again():
    state = a_form()
    for _ in range(2):
        made = {
            bytes(
                render_mail(
                    written(), state, state.messages[0], PROFILE, ids=IDS, base_url=BASE, now=NOW, attachments=files
                )
            )
            for files in ([("a.pdf", PDF)], [("a.pdf", PDF)])
        }
        assert len(made) == 1


# --- the rest --------------------------------------------------------------------------------------------------------


def test_a_mail_that_is_tried_again_later_differs_in_its_date_alone():
    state = answered()
    early, late = (
        bytes(render_mail(written(), state, state.messages[-1], PROFILE, ids=IDS, base_url=BASE, now=now))
        for now in (NOW, NOW + timedelta(hours=5))
    )
    first, again = early.split(b"\r\n"), late.split(b"\r\n")
    assert [one.split(b":")[0] for one, other in zip(first, again, strict=True) if one != other] == [b"Date"]


def test_that_an_earlier_mail_was_sent_meanwhile_changes_nothing():
    state = answered()
    claimed, _ = delivery.claim_due(state, "claim", NOW, timedelta(minutes=2))
    sent, _ = delivery.sent(claimed, state.messages[0].id, RECEIPT, NOW)
    assert mail_of(sent, state.messages[-1]).as_bytes() == mail_of(state, state.messages[-1]).as_bytes()


def test_what_stands_in_a_list_of_mails_is_no_greeting():
    html = html_of(Heading("Trả lời"), Paragraph(words("Kính gửi Bà Mai,")), Paragraph(words("Bà được mời dự.")))
    assert 'overflow:hidden;">Bà được mời dự.</div>' in html


def test_who_may_not_be_named_is_addressed_like_anybody():
    state = a_form(by_another=True, registrant=registrant(name="Bà Mai", email="mai@nguoidan.example"))
    assert "Cần hỏi thêm, ông/bà trả lời" in mail_of(state).get_body(("plain",)).get_content()
    assert "Bà Mai" not in str(mail_of(state))


def test_a_receipt_costs_few_calls():
    """One is written for every form. It is 5,120 calls, some half a millisecond."""
    [sample, *_] = samples("receipt", PROFILE)
    text = write(shipped("receipt"), sample.data("mail"))
    message = replace(sample.message, channel="email", to=("mai@nguoidan.example",))

    def once() -> None:
        bytes(render_mail(text, sample.state, message, PROFILE, ids=IDS, base_url=BASE, now=NOW))

    once()
    assert calls(once) < 7_000
