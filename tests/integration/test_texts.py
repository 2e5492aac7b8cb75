"""An office's own texts on a real database: read, tried on a real case, saved, and known to every replica."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from services.notify import rules
from services.notify.store import Correspondences
from services.notify.texts import handlers
from services.notify.texts.shipped import shipped
from services.notify.texts.store import Texts
from services.notify.texts.text import KINDS
from shared.communes import Communes
from shared.contracts import Done, Refusal, Role
from shared.contracts.notify import MessageKind
from shared.contracts.routing import AnswerApproved, QuestionRedirected
from shared.contracts.taxonomy import Scope
from shared.contracts.texts import PreviewText, ReadText, ReadTexts, SaveText, UseShippedText
from shared.store import Database
from tests.builders import COMMUNE, NOW, SUBMISSION, actor, of_question, question, registrant, submission_received
from tests.servers import Servers

COMMUNES = Communes.load()
BASE = "https://doithoai.hanoi.gov.vn"
SHIPPED = shipped("answer")
OWN = """# Trả lời

Thưa {{ you }},

{% for item in items %}
> {{ item.question }}

{{ item.answer }}
{% endfor %}

Trân trọng./."""


@pytest.fixture
async def database(fresh: Servers) -> AsyncIterator[Database]:
    database = Database(fresh.mongo_url, "notify")
    yield database
    database.close()


@pytest.fixture
async def texts(database: Database) -> Texts:
    texts = Texts(database)
    await database.prepare()
    return texts


@pytest.fixture
async def letters(database: Database) -> Correspondences:
    """With one form, whose answer is written."""
    letters = Correspondences(database)
    await letters.change(SUBMISSION, lambda one: rules.acknowledge(one, submission_received(on_time=False), NOW))
    await letters.change(SUBMISSION, lambda one: rules.note_answer(one, of_question(AnswerApproved), NOW))
    return letters


def save(body: str = OWN, based_on: int = 0, *, key: str = "k1", **more: object) -> SaveText:
    fields = {"actor": actor(), "kind": "answer", "about": "trả lời {{ matter }}", "mail_subject": "Trả lời {{ code }}"}
    return SaveText.model_validate({**fields, "body": body, "based_on": based_on, "key": key, **more})


def preview(medium: str = "mail", body: str = OWN, **more: object) -> PreviewText:
    fields = {"actor": actor(), "key": "p", "kind": "answer", "about": "trả lời", "mail_subject": "Trả lời {{ code }}"}
    return PreviewText.model_validate({**fields, "medium": medium, "body": body, **more})


async def saved(texts: Texts, command: SaveText | UseShippedText) -> dict[str, Any]:
    if isinstance(command, SaveText):
        done = await handlers.save_text(command, texts, COMMUNES, lambda: NOW)
    else:
        done = await handlers.use_shipped_text(command, texts, COMMUNES, lambda: NOW)
    assert isinstance(done, Done)
    return done.state


async def shown(letters: Correspondences, command: PreviewText) -> dict[str, Any]:
    done = await handlers.preview_text(command, letters, COMMUNES, BASE, lambda: NOW)
    assert isinstance(done, Done)
    return done.state


async def read(texts: Texts, kind: MessageKind = "answer", **who: Any) -> dict[str, Any]:
    done = await handlers.read_text(ReadText(actor=actor(**who), key="r", kind=kind), texts, COMMUNES)
    assert isinstance(done, Done)
    return done.state


async def test_a_commune_that_wrote_nothing_has_the_shipped_texts(texts: Texts) -> None:
    done = await handlers.read_texts(ReadTexts(actor=actor(), key="r"), texts, COMMUNES)
    assert isinstance(done, Done)
    assert [one["kind"] for one in done.state["texts"]] == list(KINDS)
    assert {(one["version"], one["own"], one["saved_by"]) for one in done.state["texts"]} == {(0, False, None)}
    told = await read(texts)
    assert (told["body"], told["shipped"]["body"], told["versions"]) == (SHIPPED.body, SHIPPED.body, [])
    names = {one["name"]: one for one in told["names"]}
    assert names["item.answer"]["example"].startswith("Hồ sơ gồm")
    assert names["dialogue.title"]["says"] == "tên hội nghị"


async def test_what_is_saved_counts_from_now_on_and_what_was_taken_on_keeps_its_own(
    fresh: Servers, texts: Texts
) -> None:
    other = Database(fresh.mongo_url, "notify")
    replica = Texts(other)
    await replica.refresh()
    assert (await saved(texts, save()))["version"] == 1
    assert texts.current(COMMUNE, "answer") == 1
    assert replica.current(COMMUNE, "answer") == 0
    await replica.refresh()
    assert replica.current(COMMUNE, "answer") == 1
    assert (await replica.text(COMMUNE, "answer", 1)).body == OWN
    await saved(texts, save(OWN.replace("Thưa", "Kính thưa"), 1, key="k2"))
    await replica.refresh()
    assert (await replica.text(COMMUNE, "answer", replica.current(COMMUNE, "answer"))).body.count("Kính thưa") == 1
    assert (await replica.text(COMMUNE, "answer", 1)).body == OWN
    assert (await replica.text(COMMUNE, "answer", 0)) == SHIPPED
    assert (replica.current("chanh-lo", "answer"), replica.current(COMMUNE, "receipt")) == (0, 0)
    with pytest.raises(LookupError):
        await replica.text(COMMUNE, "answer", 9)
    other.close()


async def test_the_versions_are_read_newest_first(texts: Texts) -> None:
    await saved(texts, save())
    await saved(texts, UseShippedText(actor=actor(), key="k2", kind="answer", based_on=1))
    told = await read(texts)
    assert [(one["version"], one["own"], one["saved_by"]) for one in told["versions"]] == [
        (2, False, "Trần Thị Hạnh"),
        (1, True, "Trần Thị Hạnh"),
    ]
    assert (told["version"], told["own"], told["body"]) == (2, False, SHIPPED.body)
    assert (await texts.text(COMMUNE, "answer", 2)) == replace(SHIPPED, version=2)


async def test_the_same_command_twice_is_one_version(texts: Texts) -> None:
    first, again = await saved(texts, save()), await saved(texts, save())
    double = await saved(texts, save(key="another"))
    assert first == again == double
    assert len((await read(texts))["versions"]) == 1


async def test_who_edited_an_older_version_is_refused(texts: Texts) -> None:
    await saved(texts, save())
    with pytest.raises(Refusal, match="Trần Thị Hạnh đã lưu bản số 1 lúc 09:30") as refused:
        await saved(texts, save(OWN.replace("Thưa", "Gửi"), key="k2", actor=actor(name="Phạm Thu Trang")))
    assert refused.value.code == "stale"


async def test_what_is_wrong_is_refused_line_by_line_and_not_saved(texts: Texts) -> None:
    with pytest.raises(Refusal) as refused:
        await saved(texts, save("{{ dialogue.titel }}\n{{ nobody }}"))
    assert refused.value.code == "invalid"
    assert [line.split(":")[0] for line in refused.value.reason.splitlines()] == [
        "Nội dung, dòng 1",
        "Nội dung, dòng 2",
    ]
    assert (await read(texts))["versions"] == []


async def test_a_source_is_kept_in_nfc_with_plain_line_ends(texts: Texts) -> None:
    apart = OWN.replace("Trả", "Tra\u0309").replace("\n", "\r\n")
    assert (await saved(texts, save(apart)))["body"] == OWN


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.CHAIRMAN, Role.PROVINCE, Role.OPERATOR])
async def test_only_the_office_reads_tries_and_saves(texts: Texts, letters: Correspondences, role: Role) -> None:
    who = actor(role)
    for asked in (
        lambda: handlers.read_texts(ReadTexts(actor=who, key="r"), texts, COMMUNES),
        lambda: read(texts, role=role),
        lambda: shown(letters, preview(actor=who)),
        lambda: saved(texts, save(actor=who)),
        lambda: saved(texts, UseShippedText(actor=who, key="u", kind="answer", based_on=0)),
    ):
        with pytest.raises(Refusal, match="Chánh Văn phòng"):
            await asked()


async def test_a_mail_is_previewed_on_a_real_case(letters: Correspondences) -> None:
    told = await shown(letters, preview(submission=SUBMISSION))
    assert (told["mistakes"], told["subject"]) == ([], "Trả lời K7QX-3M9D")
    for part in ("html", "text"):
        assert question().text in told[part]
        assert "Giấy tờ gồm" in told[part] or of_question(AnswerApproved).text in told[part]
    assert "Hồ sơ gồm tờ khai theo mẫu." not in told["text"]


async def test_a_letter_is_previewed_as_its_sheets(letters: Correspondences) -> None:
    told = await shown(letters, preview("letter", submission=SUBMISSION))
    assert [base64.b64decode(sheet)[:4] for sheet in told["pages"]] == [b"\x89PNG"]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_is_previewed_on_the_example_and_on_a_form(
    letters: Correspondences, kind: MessageKind
) -> None:
    text = shipped(kind)
    for medium in ("mail", "letter"):
        for submission in (None, SUBMISSION):
            asked = preview(
                medium, text.body, kind=kind, about=text.about, mail_subject=text.mail_subject, submission=submission
            )
            if kind == "digest" and medium == "letter":
                with pytest.raises(Refusal, match="không in ra giấy"):
                    await shown(letters, asked)
                continue
            told = await shown(letters, asked)
            assert told["mistakes"] == []
            if submission and kind != "digest" and medium == "mail":
                assert registrant().name in told["text"] or "ông/bà" in told["text"]
            assert "cid:" not in told.get("html", "")


@pytest.mark.parametrize("kind", ["extension", "guidance"])
async def test_nothing_of_a_denunciation_is_shown(letters: Correspondences, kind: MessageKind) -> None:
    """Law on Denunciations 2018, art. 56: neither in what was written of it nor in what is invented."""
    case = "01JTOCAO"
    asked = question(text="Cán bộ thôn nhận tiền.").model_copy(update={"id": f"{case}-1"})
    form = submission_received(case=case, questions=(asked,), registrant=registrant(name="Vũ Văn Kín"))
    redirected = of_question(QuestionRedirected, case=case, question=asked.id, scope=Scope.DENUNCIATION)
    await letters.change(case, lambda one: rules.acknowledge(one, form, NOW))
    await letters.change(case, lambda one: rules.guide(one, redirected, NOW))
    text = shipped(kind)
    told = await shown(letters, preview(body=text.body, kind=kind, about="a", mail_subject="b", submission=case))
    assert told["mistakes"] == []
    for words in ("nhận tiền", "Vũ Văn Kín"):
        assert words not in told["text"] + told["html"]


async def test_a_text_that_is_wrong_is_not_shown_but_told(letters: Correspondences) -> None:
    told = await shown(letters, preview(body="{{ nobody }}"))
    assert list(told) == ["mistakes"]
    assert "nobody" in told["mistakes"][0]


async def test_a_form_of_nobody_or_of_another_commune_is_not_shown(letters: Correspondences) -> None:
    with pytest.raises(Refusal, match="Không tìm thấy"):
        await shown(letters, preview(submission="01JNOBODY"))
    with pytest.raises(Refusal, match="xã khác"):
        await shown(letters, preview(submission=SUBMISSION, actor=actor(commune="chanh-lo")))


async def test_kinds_of_old_have_no_text(texts: Texts) -> None:
    with pytest.raises(Refusal, match="không có mẫu văn bản"):
        await read(texts, "escalation")
