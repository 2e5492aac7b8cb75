"""The scripts of the rehearsal: they can be played, they show what they are written for, and nobody real is in them."""

from collections import Counter
from email import message_from_bytes
from typing import get_args

import pytest

from deploy.embedded.rehearsal.forms import DemoForm, Fate, How
from deploy.embedded.rehearsal.script import ORDER, SCRIPTS, Script, scripts_of
from services.intake.reading.documents import read_form_file
from services.routing.classifying.vocabulary import classifier_for
from services.routing.likeness import ALIKE, likeness, shingles
from shared.communes import Communes
from shared.contracts.taxonomy import QuestionField, Scope
from shared.web import HANOI

PROFILES = Communes.load()
ALL = [script for commune in ORDER for script in scripts_of(commune, PROFILES[commune].name)]
FORMS = [form for script in ALL for form in script.forms]
FILES = [form for form in FORMS if form.how in ("txt", "eml", "docx", "paper")]
[FIRST, _] = scripts_of("thanh-tri", PROFILES["thanh-tri"].name)

each_script = pytest.mark.parametrize("script", ALL, ids=lambda script: script.id)


def on_lists(script: Script) -> set[str]:
    return {form.list for form in script.forms if form.list}


def stays_away(form: DemoForm) -> bool:
    return bool(form.late or form.excused or form.absent)


def test_every_commune_has_a_script_and_every_script_a_commune():
    assert set(ORDER) == set(PROFILES) == {file.stem for file in SCRIPTS.glob("*.yaml")}


# What is sent in


@pytest.mark.parametrize("form", FILES, ids=lambda form: form.key)
def test_a_built_file_is_read_back_to_what_was_written_in_it(form):
    read, channel = read_form_file(form.filename, form.data)
    assert read.registrant == form.registrant
    assert read.matters == form.matters
    assert channel == ("email" if form.how == "eml" else "paper")


def test_every_form_has_its_own_key():
    assert len({form.key for form in FORMS}) == len(FORMS)


@each_script
def test_nobody_asks_twice_at_one_dialogue(script):
    assert len({form.registrant.name for form in script.forms}) == len(script.forms)


@each_script
def test_nobody_of_the_office_asks_or_is_a_guest(script):
    office = {person.name for person in PROFILES[script.commune].people}
    assert not office & {form.registrant.name for form in script.forms}
    assert not office & {guest.name for guest in script.entry.guests}


def test_the_same_name_is_the_same_person():
    by_name = {form.registrant.name: form.registrant for form in FORMS}
    assert all(form.registrant == by_name[form.registrant.name] for form in FORMS)


def test_who_is_not_there_can_be_written_to():
    assert all(form.registrant.reachable for form in FORMS if form.how != "floor")
    assert all(form.registrant.email or form.registrant.address for form in FORMS if stays_away(form))


def test_nobody_real_can_be_reached():
    for form in FORMS:
        assert (form.registrant.phone or "095").removeprefix("+84").lstrip("0").startswith("95")
        assert (form.registrant.email or ".example").endswith(".example")
    assert all((guest.email or ".example").endswith(".example") for script in ALL for guest in script.entry.guests)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_every_question_has_a_field_and_an_answer(form):
    counts = {len(one) for one in (form.expects, form.scopes, form.answers, form.fates, form.authorities)}
    assert counts == {len(form.matters)}
    assert all(form.answers)


# Nothing in a script contradicts the profile, or itself


@each_script
def test_a_form_does_not_both_come_and_stay_away(script):
    for form in script.forms:
        assert sum([form.late, form.reopened, bool(form.excused), form.absent]) <= 1, form.key
        assert not (form.reopened and script.entry.postponed is None), form.key
        assert (form.list is not None) == (form.how == "list"), form.key
        assert not (form.how == "floor" and (stays_away(form) or form.list)), form.key
        assert not (stays_away(form) and {"on-the-spot", "taken"} & set(form.fates)), form.key
        assert not (script.entry.cancelled and form.how == "floor"), form.key


@each_script
def test_what_belongs_elsewhere_says_where_unless_it_is_a_complaint(script):
    for form in script.forms:
        for fate, scope, authority in zip(form.fates, form.scopes, form.authorities, strict=True):
            assert bool(authority) == (fate == "redirected" and scope is Scope.IN_SCOPE), form.key


@each_script
def test_a_dialogue_of_the_programme_lies_in_its_slot(script):
    slots = {slot.id: slot for slot in PROFILES[script.commune].programme}
    assert (script.entry.kind == "ad-hoc") == (script.entry.slot is None)
    if script.entry.slot is not None:
        slot = slots[script.entry.slot]
        assert slot.opens <= script.entry.held_at.astimezone(HANOI).date() <= slot.closes
        assert slot.held_at in (None, script.entry.held_at)


@each_script
def test_duties_and_lists_are_those_of_the_profile(script):
    profile, entry = PROFILES[script.commune], script.entry
    slot = next((slot for slot in profile.programme if slot.id == entry.slot), None)
    audiences = {None, *(session.audience for session in (slot.sessions if slot else ()))}
    lists = {one.id: one.kind for one in profile.conference.lists if one.audience in audiences}
    assert not lists.keys() & {one.id for one in entry.tables}, "no plan asks for them"
    lists |= {one.id: "opinions" for one in entry.tables}
    assert entry.late_duty in (None, *(duty.id for duty in profile.conference.duties))
    assert entry.late_list in (None, *lists)
    assert {lists[one] for one in on_lists(script)} <= {"opinions"}
    assert {lists[guest.list] for guest in entry.guests if guest.list} <= {"participants"}


@each_script
def test_guests_are_of_hamlets_and_the_deputy_is_of_the_letterhead(script):
    profile, entry = PROFILES[script.commune], script.entry
    assert {guest.hamlet for guest in entry.guests} <= {None, *profile.hamlets}
    if entry.delegated:
        assert entry.delegated.deputy in {deputy.name for deputy in profile.letterhead.deputies}


@each_script
def test_what_is_held_is_concluded_and_reported_and_its_promises_are_about_its_own_forms(script):
    entry, keys = script.entry, {form.key for form in script.forms}
    held = entry.cancelled is None
    assert held == (entry.conclusion is not None) == (entry.report is not None)
    for promise in entry.conclusion.promises if entry.conclusion else ():
        assert PROFILES[script.commune].department(promise.department)
        assert set(promise.of) <= keys


@each_script
def test_what_nobody_answers_is_raised_again_at_a_later_dialogue(script):
    later = [
        shingles(matter.text)
        for other in ALL
        if other.commune == script.commune and other.held_on > script.held_on
        for form in other.forms
        for matter in form.matters
    ]
    for form in script.forms:
        for matter, fate in zip(form.matters, form.fates, strict=True):
            if fate == "unsettled":
                assert any(likeness(shingles(matter.text), again) >= ALIKE for again in later), form.key


@each_script
def test_what_is_handed_over_was_sent_astray_by_the_rules(script):
    profile = PROFILES[script.commune]
    classifier = classifier_for(profile)
    for form in script.forms:
        for matter, field, fate in zip(form.matters, form.expects, form.fates, strict=True):
            if fate == "transferred":
                found = classifier.classify(matter.text)
                assert not found.triage
                assert found.department != profile.department_for(field).id


# What they show


def test_each_way_in_and_each_fate_is_played_somewhere():
    assert {form.how for form in FORMS} == set(get_args(How))
    assert {fate for form in FORMS for fate in form.fates} == set(get_args(Fate))
    assert {field for form in FORMS for field in form.expects} == set(QuestionField)


def test_what_happens_to_a_dialogue_is_played_somewhere():
    entries = {script.id: script.entry for script in ALL}
    assert [id for id, entry in entries.items() if entry.kind == "ad-hoc"] == ["thanh-mai.dot-xuat"]
    assert [id for id, entry in entries.items() if entry.delegated] == ["chanh-lo.dot-1"]
    assert [id for id, entry in entries.items() if entry.postponed] == ["tinh-thien.quy-4"]
    assert [id for id, entry in entries.items() if entry.cancelled] == ["thanh-tri.lan-2"]
    assert [id for id, entry in entries.items() if entry.late_list] == ["chanh-lo.dot-2"]
    assert [id for id, entry in entries.items() if entry.late_duty] == ["tinh-thien.quy-2", "thanh-tri.lan-1"]
    concluded = {id: entry.conclusion for id, entry in entries.items() if entry.conclusion}
    assert [id for id, conclusion in concluded.items() if conclusion.returned] == ["nguyen-nghiem.hoi-nghi"]
    extended = [id for id, conclusion in concluded.items() if any(one.extended for one in conclusion.promises)]
    assert extended == ["chanh-lo.dot-1"]


def test_of_those_who_wait_for_a_seat_one_gets_it_and_one_does_not():
    [script] = [script for script in ALL if script.entry.seats]
    waiting = len(script.forms) + len(script.entry.guests) - (script.entry.seats or 0)
    assert (waiting, sum(bool(form.excused) for form in script.forms)) == (2, 1)
    assert [form.excused for form in script.forms[-waiting:]] == [None, None]


def test_a_list_holds_the_opinions_of_several_people_and_others_come_empty():
    [script] = [script for script in ALL if script.id == "chanh-lo.dot-1"]
    assert Counter(form.list for form in script.forms if form.list) == {"mat-tran-doan-the": 3, "to-3": 1}


def test_the_forms_of_thanh_tri_come_in_through_every_door_and_mixed():
    assert Counter(form.how for form in FIRST.forms) == {
        "web": 16, "page": 1, "txt": 8, "eml": 8, "docx": 6, "paper": 1, "list": 2, "floor": 2,
    }  # fmt: skip
    assert {form.how for form in FIRST.forms[:8]} >= {"web", "txt", "eml", "docx"}


def test_who_registers_in_thanh_tri_is_late_absent_or_excused_often_enough():
    excused = [form for form in FIRST.forms if form.excused]
    assert sum(form.late for form in FIRST.forms) == 5
    assert sum(form.absent for form in FIRST.forms) == 3
    assert (len(excused), sum(form.registrant.email is None for form in excused)) == (6, 3)
    assert sum(scope is Scope.COMPLAINT for form in FIRST.forms for scope in form.scopes) == 1


def test_the_mails_use_the_encodings_that_mails_use():
    mails = [message_from_bytes(form.data) for form in FORMS if form.how == "eml" and form.data]
    parts = [part for mail in mails for part in mail.walk() if not part.is_multipart()]
    assert {part["Content-Transfer-Encoding"] for part in parts} >= {"quoted-printable", "base64", "8bit"}
    assert {part.get_content_charset() for part in parts} >= {"utf-8", "windows-1258"}
    assert any(mail.get_content_type() == "text/html" for mail in mails)
    for mail in mails:
        assert all(mail[header] for header in ("From", "To", "Date", "Subject", "Message-ID", "MIME-Version"))
