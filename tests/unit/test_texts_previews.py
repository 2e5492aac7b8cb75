"""What an example shows of a real form: nothing, where it denounces somebody (Law on Denunciations 2018, art. 56)."""

from dataclasses import replace

import pytest

from services.notify.texts.previews import example
from services.notify.texts.samples import FORM, samples
from services.notify.texts.text import KINDS
from shared.communes import PROFILES, read_profile

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")


def form(case):
    known = next(one for one in samples("guidance", PROFILE) if case in one.case).state
    asked = tuple(
        replace(one, question=one.question.model_copy(update={"text": "Ông X nhận hối lộ."})) for one in known.questions
    )
    person = known.registrant.model_copy(update={"name": "Lê Văn Tố"})
    return replace(known, id="01JREAL", registrant=person, questions=asked)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "digest"])
@pytest.mark.parametrize("written", [False, True])
def test_of_a_denunciation_nothing_is_shown(kind, written):
    state = form("tố cáo")
    message = samples(kind, PROFILE)[0].message
    sample = example(kind, PROFILE, replace(state, messages=(message,) if written else ()), None)
    assert sample.state.id == FORM
    assert not {"Lê Văn Tố", "hối lộ"} & set(str(sample.data("mail")).split("'"))


def test_of_a_complaint_its_own_case_is_shown():
    sample = example("receipt", PROFILE, form("khiếu nại"), None)
    assert (sample.state.id, sample.data("mail")["addressee"]) == ("01JREAL", "Ông/Bà Lê Văn Tố")
