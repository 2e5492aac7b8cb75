"""Who is reminded of a term: whoever can do what it is about."""

from typing import get_args

import pytest

from services.notify import digests
from services.notify.reminded import reminded
from shared.communes import PROFILES, read_profile
from shared.contracts import Role
from shared.contracts.deadlines import DeadlineNear, EscalationRaised, RuleId
from tests.builders import of_deadline

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
DEPARTMENT = "phong-kinh-te"
CLERK, OFFICE_HEAD = ["hanh.clerk@hanoi.example"], ["huy.vanphong@hanoi.example"]
OFFICER, HEAD = ["toan.kinhte@hanoi.example"], ["hai.kinhte@hanoi.example"]
OFFICERS_OF_THE_OFFICE = ["trang.vanphong@hanoi.example"]
CHAIRMEN = [person.email for person in PROFILE.holders(Role.CHAIRMAN)]


def told(rule, department=None, to=None, profile=PROFILE, awaits=()):
    """to: the rung of the ladder; None for a reminder."""
    contract = EscalationRaised if to else DeadlineNear
    fact = of_deadline(contract, rule=rule, department=department, awaits=awaits, **({"to": to} if to else {}))
    return reminded(digests.entry(fact, "Phiếu"), profile)


@pytest.mark.parametrize(
    ("rule", "department", "people", "because"),
    [
        ("department-answer", DEPARTMENT, OFFICER, "the officer writes it"),
        ("written-answer", None, OFFICE_HEAD, "what is the office's, its head sees to"),
        ("approval", DEPARTMENT, HEAD, "the head of the department decides, and not who wrote it"),
        ("approval", None, OFFICE_HEAD, "he decides, or the chairman"),
        ("approval", PROFILE.office, OFFICE_HEAD, "of the office he is the head"),
        ("triage", None, CLERK, "the clerk's daily work"),
        ("guidance", None, CLERK, "the clerk sends it"),
    ],
)
def test_the_reminder_goes_to_who_can_do_it(rule, department, people, because):
    assert told(rule, department) == people, because


@pytest.mark.parametrize(
    ("rule", "department", "to", "people", "because"),
    [
        ("department-answer", DEPARTMENT, Role.OFFICER, OFFICER, "as the ladder says"),
        ("written-answer", None, Role.OFFICER, OFFICERS_OF_THE_OFFICE, "officers of the office"),
        ("approval", DEPARTMENT, Role.OFFICER, HEAD, "the lowest rung is who has to do it: no officer approves"),
        ("approval", DEPARTMENT, Role.HEAD, HEAD, "his own rung"),
        ("approval", None, Role.OFFICER, OFFICE_HEAD, "no officer approves"),
        ("approval", None, Role.CHAIRMAN, CHAIRMEN, "as the ladder says"),
        ("triage", None, Role.OFFICER, CLERK, "the lowest rung is who has to do it"),
        ("guidance", None, Role.OFFICER, CLERK, "the lowest rung is who has to do it"),
        ("triage", None, Role.OFFICE_HEAD, OFFICE_HEAD, "as the ladder says"),
    ],
)
def test_what_was_missed_goes_up_the_ladder_from_who_has_to_do_it(rule, department, to, people, because):
    assert told(rule, department, to) == people, because


@pytest.mark.parametrize("to", [None, Role.OFFICER], ids=["near", "missed"])
@pytest.mark.parametrize(
    ("awaits", "department", "people", "because"),
    [
        ((Role.HEAD,), DEPARTMENT, HEAD, "it is his step"),
        ((Role.OFFICE_HEAD,), None, OFFICE_HEAD, "the chairman cannot decide yet"),
        ((Role.CHAIRMAN,), None, CHAIRMEN, "the head of the office has decided, or never does"),
        ((Role.OFFICE_HEAD, Role.CHAIRMAN), None, OFFICE_HEAD, "either may; the nearer one is told"),
        ((), None, OFFICE_HEAD, "a term of before that was kept"),
    ],
)
def test_only_those_whose_step_it_is_are_asked_to_decide_on_an_answer(awaits, department, people, because, to):
    assert told("approval", department, to, awaits=awaits) == people, because


def test_what_is_the_clerks_is_told_to_the_office_head_where_there_is_no_clerk():
    people = tuple(person for person in PROFILE.people if person.role is not Role.CLERK)
    assert told("triage", profile=PROFILE.model_copy(update={"people": people})) == OFFICE_HEAD


@pytest.mark.parametrize("file", sorted(PROFILES.glob("*.yaml")), ids=lambda file: file.stem)
@pytest.mark.parametrize("rule", get_args(RuleId))
def test_somebody_is_reminded_of_every_term_in_every_commune(rule, file):
    """An approval names a department only where that has a head."""
    profile = read_profile(file)
    role = Role.HEAD if rule == "approval" else Role.OFFICER
    for department in (None, *(person.department for person in profile.holders(role))):
        assert told(rule, department, profile=profile)
