"""What a profile lays down for a dialogue: sessions of its slot, seats, duties, lists with their terms."""

from datetime import datetime
from typing import Any

import pytest

from services.intake.dialogue import Announcement, State
from services.intake.programme import DEFAULTS, conference_of
from shared.communes import PROFILES as FOLDER
from shared.communes import ConferencePlan, DutyPlan, ListPlan, Profile, SessionPlan, Slot, Span, read_profile
from shared.contracts.conference import Session
from shared.contracts.intake import PlanDialogue
from tests.builders import COMMUNE, DIALOGUE, HELD_AT, PLACE, TITLE, actor

OWN = Span(count=2, unit="working-days", counted="before", basis="KH mục III.1")
SLOT = {"name": "Lần 1", "opens": "2026-05-01", "closes": "2026-05-31", "basis": "KH mục II.3"}
YOUTH = SessionPlan(title="Với thanh niên", audience="thanh niên", fields=("digital",))  # type: ignore[arg-type]
CITIZENS = SessionPlan(title="Với nhân dân", audience="nhân dân")


def slot(id: str, *sessions: SessionPlan, **changes: Any) -> Slot:
    return Slot.model_validate_json(
        Slot.model_validate(
            {"id": id, **{key: _day(value) for key, value in (SLOT | changes).items()}, "sessions": sessions}
        ).model_dump_json()
    )


def _day(value: str) -> Any:
    return datetime.fromisoformat(value).date() if value.startswith("20") else value


def profile(conference: dict[str, Any] | None = None, **changes: Any) -> Profile:
    known = read_profile(FOLDER / f"{COMMUNE}.yaml")
    own = ConferencePlan(**conference) if conference is not None else ConferencePlan()
    return known.model_copy(update={"conference": own, "programme": (), "terms": {}} | changes)


def plan(**changes: Any) -> PlanDialogue:
    known: dict[str, Any] = {"dialogue": DIALOGUE, "title": TITLE, "held_at": HELD_AT, "place": PLACE} | changes
    return PlanDialogue(actor=actor(), key="k", **known)


FULL = {
    "seats": 60,
    "per_hamlet": 3,
    "duties": (DutyPlan(id="hoi-truong", what="Hội trường", owner="Văn phòng", department="van-phong", term=OWN),),
    "lists": (ListPlan(id="mat-tran", kind="opinions", sender="Mặt trận", term=OWN),),
}


def test_what_the_command_leaves_open_comes_from_the_profile() -> None:
    found = conference_of(profile(FULL), plan(), [])
    assert (found.seats, found.per_hamlet) == (60, 3)
    assert [(duty.id, duty.department, duty.term.count) for duty in found.duties] == [("hoi-truong", "van-phong", 2)]
    assert [(one.id, one.term.basis) for one in found.lists] == [("mat-tran", "KH mục III.1")]
    assert found.sessions == ()


def test_what_the_command_says_comes_first() -> None:
    own = Session(number=1, title="Đất đai")
    found = conference_of(profile(FULL, programme=(slot("a", YOUTH),)), plan(seats=10, sessions=(own,)), [])
    assert (found.seats, found.per_hamlet, found.sessions) == (10, 3, (own,))


def test_an_ad_hoc_dialogue_has_its_participants_named() -> None:
    found = conference_of(profile(FULL, programme=(slot("a", YOUTH),)), plan(kind="ad-hoc"), [])
    assert (found.seats, found.lists, found.sessions) == (None, (), ())
    assert len(found.duties) == 1


def test_the_sessions_are_those_of_the_slot_of_the_day() -> None:
    other = slot("b", YOUTH, opens="2026-10-01", closes="2026-10-31")
    found = conference_of(profile(programme=(other, slot("a", CITIZENS, YOUTH))), plan(), [])
    assert [(one.number, one.audience) for one in found.sessions] == [(1, "nhân dân"), (2, "thanh niên")]
    assert conference_of(profile(programme=(other,)), plan(), []).sessions == ()


@pytest.mark.parametrize(
    ("state", "audience", "because"),
    [
        (State.ANNOUNCED, "thanh niên", "citizens have theirs, so this one is for youth"),
        (State.CANCELLED, "nhân dân", "the one for citizens was cancelled"),
    ],
)
def test_of_two_slots_at_a_time_the_next_unserved_audience_is_meant(state: State, audience: str, because: str) -> None:
    both = profile(programme=(slot("a", CITIZENS), slot("b", YOUTH)))
    citizens = (Session(number=1, title="Với nhân dân", audience="nhân dân"),)
    first = Announcement("other", COMMUNE, TITLE, HELD_AT, PLACE, state, sessions=citizens)
    assert [one.audience for one in conference_of(both, plan(), [first]).sessions] == [audience], because


def test_a_list_of_one_audience_is_expected_at_its_dialogue_alone() -> None:
    lists = (ListPlan(id="doan", kind="participants", sender="Đoàn", audience="thanh niên"),)
    youth = profile({"lists": lists}, programme=(slot("a", YOUTH),))
    assert [one.id for one in conference_of(youth, plan(), []).lists] == ["doan"]
    assert conference_of(profile({"lists": lists}), plan(), []).lists == ()


@pytest.mark.parametrize(("kind", "rule"), [("opinions", "opinions-collected"), ("participants", "participant-list")])
def test_the_term_of_a_list_is_its_own_or_the_communes_or_the_default(kind: Any, rule: str) -> None:
    lists = (ListPlan(id="a", kind=kind, sender="Đoàn"),)
    assert conference_of(profile({"lists": lists}), plan(), []).lists[0].term == DEFAULTS[kind]
    found = conference_of(profile({"lists": lists}, terms={rule: OWN}), plan(), []).lists[0].term
    assert (found.count, found.counted) == (2, "before")


def test_every_profile_lays_down_a_dialogue() -> None:
    for file in sorted(FOLDER.glob("*.yaml")):
        own = read_profile(file)
        for one in own.programme:
            at = datetime.fromisoformat(f"{one.opens}T08:00:00+07:00")
            found = conference_of(own, plan(held_at=at, dialogue=f"{own.id}-{one.id}"), [])
            assert len({duty.id for duty in found.duties}) == len(found.duties)
