from collections import Counter
from email import message_from_bytes

import pytest

from deploy.embedded.rehearsal.forms import filled_forms
from services.intake.documents import read_form_file
from shared.contracts.taxonomy import QuestionField, Scope

FORMS = filled_forms()
FILES = [form for form in FORMS if form.data is not None]


@pytest.mark.parametrize("form", FILES, ids=lambda form: form.key)
def test_a_built_file_is_read_back_to_what_was_written_in_it(form):
    read, channel = read_form_file(form.filename, form.data)
    assert read.registrant == form.registrant
    assert read.matters == form.matters
    assert channel == ("email" if form.how == "eml" else "paper")


def test_the_forms_come_in_through_every_door_and_mixed():
    assert Counter(form.how for form in FORMS) == {"web": 14, "txt": 8, "eml": 8, "docx": 6}
    assert {form.how for form in FORMS[:8]} == {"web", "txt", "eml", "docx"}


def test_every_form_has_its_own_key_and_person():
    assert len({form.key for form in FORMS}) == len({form.registrant.name for form in FORMS}) == len(FORMS)
    assert all(form.registrant.reachable for form in FORMS)


def test_every_matter_has_a_field_and_an_answer():
    for form in FORMS:
        assert len(form.matters) == len(form.expects) == len(form.scopes) == len(form.answers)
    assert {field for form in FORMS for field in form.expects} == set(QuestionField)


def test_what_the_rehearsal_shows_happens_often_enough():
    assert sum(form.late for form in FORMS) == 5
    assert sum(form.absent for form in FORMS) == 3
    excused = [form for form in FORMS if form.excused]
    assert len(excused) == 6
    assert sum(form.registrant.email is None for form in excused) == 3
    assert sum(scope is Scope.COMPLAINT for form in FORMS for scope in form.scopes) == 1
    assert not any((form.late and (form.excused or form.absent)) or (form.excused and form.absent) for form in FORMS)


def test_the_mails_use_the_encodings_that_mails_use():
    mails = [message_from_bytes(form.data) for form in FORMS if form.how == "eml"]
    parts = [part for mail in mails for part in mail.walk() if not part.is_multipart()]
    assert {part["Content-Transfer-Encoding"] for part in parts} >= {"quoted-printable", "base64", "8bit"}
    assert {part.get_content_charset() for part in parts} >= {"utf-8", "windows-1258"}
    assert any(mail.get_content_type() == "text/html" for mail in mails)
    for mail in mails:
        assert all(mail[header] for header in ("From", "To", "Date", "Subject", "Message-ID", "MIME-Version"))


def test_nobody_real_can_be_reached():
    for form in FORMS:
        assert (form.registrant.phone or "095").removeprefix("+84").lstrip("0").startswith("95")
        assert (form.registrant.email or ".example").endswith(".example")
