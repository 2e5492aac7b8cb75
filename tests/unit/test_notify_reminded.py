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
TWO_STEPS = PROFILE.model_copy(update={"approval": ((Role.HEAD,), (Role.CHAIRMAN,))})


def told(rule, department=None, to=None, profile=PROFILE):
    """to: the rung of the ladder; None for a reminder."""
    contract = EscalationRaised if to else DeadlineNear
    fact = of_deadline(contract, rule=rule, department=department, **({"to": to} if to else {}))
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


def test_an_answer_that_may_wait_for_the_chairman_alone_is_told_to_him_too():
    assert told("approval", profile=TWO_STEPS) == [*OFFICE_HEAD, *CHAIRMEN]
    assert told("approval", DEPARTMENT, profile=TWO_STEPS) == HEAD
    assert told("triage", profile=TWO_STEPS) == CLERK


def test_what_is_the_clerks_is_told_to_the_office_head_where_there_is_no_clerk():
    people = tuple(person for person in PROFILE.people if person.role is not Role.CLERK)
    assert told("triage", profile=PROFILE.model_copy(update={"people": people})) == OFFICE_HEAD


def test_who_holds_two_roles_is_told_once():
    both = PROFILE.people[1].model_copy(update={"role": Role.CHAIRMAN})
    assert told("approval", profile=TWO_STEPS.model_copy(update={"people": (PROFILE.people[1], both)})) == OFFICE_HEAD


@pytest.mark.parametrize("file", sorted(PROFILES.glob("*.yaml")), ids=lambda file: file.stem)
@pytest.mark.parametrize("rule", get_args(RuleId))
def test_somebody_is_reminded_of_every_term_in_every_commune(rule, file):
    """An approval names a department only where that has a head."""
    profile = read_profile(file)
    role = Role.HEAD if rule == "approval" else Role.OFFICER
    for department in (None, *(person.department for person in profile.holders(role))):
        assert told(rule, department, profile=profile)
