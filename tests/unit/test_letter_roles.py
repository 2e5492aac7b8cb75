"""Who may have which document: letters name citizens, so they are for those who settle the case."""

from dataclasses import replace

import pytest

from services.notify.correspondence import Answer, Conference, Record
from services.notify.paper import documents
from services.notify.texts.samples import samples
from shared.communes import PROFILES, read_profile
from shared.contracts import Refusal, Role
from shared.contracts.notify import RenderDocument, RenderLetter, RenderReport, ReportPart
from tests.builders import DIALOGUE, HELD_AT, NOW, actor
from tests.letters import CONCLUSION

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
LETTER = "01JA.answer.1"


def shown(role, department=None, kind="answer"):
    sample = samples(kind, PROFILE)[0]
    state = replace(sample.state, commune="thanh-tri", messages=(replace(sample.message, id=LETTER),))
    who = actor(role, department=department)
    return documents.to_be_shown(state, RenderLetter(actor=who, key="k", notification=LETTER, format="pdf"))


def of_samples():
    answer = samples("answer", PROFILE)[0].state.questions[0].answer
    assert isinstance(answer, Answer)
    return answer.department


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN])
def test_the_office_and_the_chairman_see_every_letter(role):
    assert shown(role)[1].id == LETTER


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD])
def test_a_department_sees_what_it_answers(role):
    assert shown(role, of_samples())[1].id == LETTER
    with pytest.raises(Refusal, match="đơn vị khác"):
        shown(role, "phong-khac")
    assert shown(role, "phong-khac", "invitation"), "of which no department is known"


@pytest.mark.parametrize("role", [Role.PROVINCE, Role.OPERATOR, Role.SYSTEM])
def test_nobody_else_sees_one(role):
    with pytest.raises(Refusal) as refused:
        shown(role)
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("role", "document", "published", "may"),
    [
        (Role.CLERK, "conclusion", False, True),
        (Role.OFFICER, "conclusion", False, True),
        (Role.SYSTEM, "conclusion", False, False),
        (Role.PROVINCE, "conclusion", False, False),
        (Role.OPERATOR, "conclusion", False, False),
        (Role.SYSTEM, "conclusion", True, True),
        (Role.PROVINCE, "conclusion", True, True),
        (Role.SYSTEM, "loudspeaker", True, False),
    ],
)
def test_the_public_has_a_conclusion_that_is_published_and_the_commune_its_drafts(role, document, published, may):
    conclusion = CONCLUSION if published else replace(CONCLUSION, notice=None, published_at=None)
    conference = Conference("Hội nghị", HELD_AT, notice=conclusion.notice)
    format = "txt" if document == "loudspeaker" else "docx"
    command = RenderDocument(actor=actor(role), key="k", dialogue=DIALOGUE, document=document, format=format)
    if may:
        assert documents.render(command, conference, Record(conclusion=conclusion), PROFILE, NOW)["content"]
    else:
        with pytest.raises(Refusal, match="Văn phòng"):
            documents.render(command, conference, Record(conclusion=conclusion), PROFILE, NOW)


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.OPERATOR])
def test_a_report_is_for_those_who_report(role):
    parts = (ReportPart(paragraphs=("Đã trả lời.",)),)
    command = RenderReport(actor=actor(role), key="k", about="Kết quả", parts=parts, format="docx")
    with pytest.raises(Refusal, match="Văn phòng"):
        documents.render_report(command, PROFILE, NOW)
    assert documents.render_report(command.model_copy(update={"actor": actor(Role.PROVINCE)}), PROFILE, NOW)
