"""What a mail became, and who may deal with what waits."""

import pytest

from services.intake.mailbox import incoming
from services.intake.mailbox.incoming import Head, Incoming, Judgement, mail_id
from services.intake.submissions import Submission
from shared.contracts import Refusal, Role
from shared.contracts.intake import (
    AttachMail,
    DeliveryReported,
    DiscardMail,
    MailSettled,
    MailTakenIn,
    RegisterSubmission,
    RegistrantWrote,
    TakeInMail,
)
from shared.contracts.people import Matter
from tests.builders import ATTACHMENT, COMMUNE, NOW, ORIGINAL, SUBMISSION, THREAD, actor, of_form, question, registrant

MAIL = mail_id(COMMUNE, "<a@b.example>", "ab" * 32)
HEAD = Head("mai@nguoidan.example", "Hỏi về giấy khai sinh", THREAD)
WAITS = Judgement("quarantined", "no-form", told="Không thấy phiếu đăng ký trong thư.")
OTHER = "01JOTHER"


def a_mail(judgement=WAITS, known=None, now=NOW):
    return incoming.take_in(known, MAIL, COMMUNE, ORIGINAL, HEAD, judgement, NOW, now)


def waiting(**changes) -> Incoming:
    return a_mail(Judgement(**{"outcome": "quarantined", "why": "no-form"} | changes))[0]


def a_form(**changes) -> Submission:
    known = {"id": SUBMISSION, "commune": COMMUNE, "code": "K7QX-3M9D", "fingerprint": "x", "channel": "email"}
    of_it = {"received_at": NOW, "on_time": True, "registrant": registrant(), "questions": (question(),)}
    return Submission(**known | of_it | changes)


def register(**changes):
    asked = (Matter(section="procedures", text="Ngõ nhà tôi ngập."),)
    known = {"actor": actor(), "key": "1", "channel": "email", "registrant": registrant(), "questions": asked}
    return RegisterSubmission(**known | {"mail": MAIL} | changes)


def attach(by=Role.CLERK):
    return AttachMail(actor=actor(by), key="1", mail=MAIL, code="K7QX-3M9D")


def discard(by=Role.CLERK):
    return DiscardMail(actor=actor(by), key="1", mail=MAIL, reason="Quảng cáo")


def test_what_a_mail_reports_of_ours_is_said_with_it_and_once():
    report = of_form(DeliveryReported)
    mail, said = a_mail(Judgement("ignored", "bounce", report=report))
    assert [type(one) for one in said] == [MailTakenIn, DeliveryReported]
    assert said[1] == report
    assert a_mail(Judgement("ignored", "bounce", report=report), known=mail) == (mail, [])


def test_a_mail_is_taken_in_with_all_that_the_clerk_must_know():
    mail, [said] = a_mail()
    assert isinstance(said, MailTakenIn)
    assert (said.case, said.outcome, said.why, said.told) == (MAIL, "quarantined", "no-form", WAITS.told)
    assert (said.sender, said.subject_line, said.original) == (HEAD.sender, HEAD.subject, ORIGINAL)
    assert mail.thread == THREAD
    assert mail.settled is None


def test_a_mail_that_comes_twice_is_one():
    first, _ = a_mail()
    assert a_mail(Judgement("ignored", "newsletter"), known=first) == (first, [])


@pytest.mark.parametrize(
    ("commune", "message_id", "digest", "same", "because"),
    [
        (COMMUNE, "<a@b.example>", "ab" * 32, True, "polled again"),
        (
            COMMUNE,
            "<a@b.example>",
            "cd" * 32,
            False,
            "programs give a Message-ID twice, and none may hide another mail",
        ),
        (COMMUNE, None, "ab" * 32, False, "without a Message-ID the content alone tells"),
        ("chanh-lo", "<a@b.example>", "ab" * 32, False, "sent to two communes"),
    ],
)
def test_the_id_of_a_mail_is_its_own(commune, message_id, digest, same, because):
    id = mail_id(commune, message_id, digest)
    assert len(id) == 26
    assert (id == MAIL) is same, because


@pytest.mark.parametrize("role", sorted(Role))
def test_only_the_office_deals_with_the_quarantine(role):
    for rule in (
        lambda: incoming.attach(waiting(), attach(role), SUBMISSION, NOW),
        lambda: incoming.discard(waiting(), discard(role), NOW),
    ):
        if role in (Role.CLERK, Role.OFFICE_HEAD):
            assert rule()[1]
        else:
            with pytest.raises(Refusal) as refusal:
                rule()
            assert refusal.value.code == "forbidden"


@pytest.mark.parametrize(
    ("role", "may"), [(Role.SYSTEM, True), (Role.CLERK, True), (Role.OPERATOR, True), (Role.OFFICER, False)]
)
def test_the_office_and_programs_hand_in_mails(role, may):
    command = TakeInMail(actor=actor(role), key="1", file="01JFILE")
    if may:
        incoming.admit_mail(command)
    else:
        with pytest.raises(Refusal):
            incoming.admit_mail(command)


@pytest.mark.parametrize(
    ("decide", "how", "submissions", "reason"),
    [
        (lambda mail: incoming.register_from(mail, register(), OTHER, NOW), "registered", ("01JFIRST", OTHER), None),
        (lambda mail: incoming.attach(mail, attach(), SUBMISSION, NOW), "attached", ("01JFIRST", SUBMISSION), None),
        (lambda mail: incoming.discard(mail, discard(), NOW), "discarded", ("01JFIRST",), "Quảng cáo"),
    ],
)
def test_a_mail_is_settled_by_name_and_keeps_the_forms_it_had_become_already(decide, how, submissions, reason):
    mail, [said] = decide(waiting(submissions=("01JFIRST",)))
    assert isinstance(said, MailSettled)
    assert (said.how, said.submissions, said.reason, said.settled_by) == (how, submissions, reason, "Trần Thị Hạnh")
    assert mail.settled.how == how
    assert mail.submissions == submissions


def test_one_mail_may_become_the_forms_of_several_people():
    mail, _ = incoming.register_from(waiting(), register(), SUBMISSION, NOW)
    assert incoming.register_from(mail, register(), SUBMISSION, NOW) == (mail, []), "repeated"
    mail, [said] = incoming.register_from(incoming.may_register(mail, register()), register(), OTHER, NOW)
    assert said.submissions == (SUBMISSION, OTHER)


@pytest.mark.parametrize(
    ("mail", "code", "because"),
    [
        (None, "not-found", "there is none"),
        (waiting(outcome="ignored", why="newsletter"), "not-now", "it waits for nobody"),
        (incoming.discard(waiting(), discard(), NOW)[0], "not-now", "it was discarded"),
        (incoming.attach(waiting(), attach(), SUBMISSION, NOW)[0], "not-now", "it was attached"),
    ],
)
def test_a_form_is_keyed_in_only_from_what_waits(mail, code, because):
    with pytest.raises(Refusal) as refusal:
        incoming.may_register(mail, register())
    assert refusal.value.code == code, because


def test_a_form_is_not_keyed_in_from_another_communes_mail():
    with pytest.raises(Refusal) as refusal:
        incoming.may_register(waiting(), register(actor=actor(commune="chanh-lo")))
    assert refusal.value.code == "not-found"


@pytest.mark.parametrize(
    "decide",
    [
        lambda mail: incoming.attach(mail, attach(), SUBMISSION, NOW),
        lambda mail: incoming.discard(mail, discard(), NOW),
    ],
)
def test_what_was_dealt_with_is_not_dealt_with_again(decide):
    settled, _ = incoming.discard(waiting(), discard(), NOW)
    with pytest.raises(Refusal, match="đã được Trần Thị Hạnh bỏ qua"):
        decide(settled)


def test_what_the_registrant_writes_stays_with_his_form():
    form = a_form()
    after, [said] = incoming.hear_registrant(form, "Tôi gửi thêm giấy hẹn.", [ATTACHMENT], THREAD, NOW)
    assert isinstance(said, RegistrantWrote)
    assert (said.case, said.text, said.attachments, said.thread) == (
        SUBMISSION,
        "Tôi gửi thêm giấy hẹn.",
        (ATTACHMENT,),
        THREAD,
    )
    assert after.attachments == (ATTACHMENT,)


@pytest.mark.parametrize(
    ("email", "threaded", "because"),
    [
        ("mai@nguoidan.example", True, "whoever wrote"),
        ("Mai@NguoiDan.example", True, "in capitals"),
        ("khac@nguoidan.example", False, "somebody else"),
        (None, False, "nobody"),
    ],
)
def test_what_a_clerk_keys_in_answers_only_whoever_wrote(email, threaded, because):
    assert (incoming.thread_for(waiting(), email) is not None) is threaded, because


@pytest.mark.parametrize(
    ("found", "of_the_hour", "said", "because"),
    [
        (20, 0, None, "a hamlet's forms"),
        (21, 0, "Thư có 21 phiếu", "a crowd"),
        (20, 40, None, "sixty in an hour"),
        (1, 60, "quá 60 phiếu trong một giờ", "one more"),
    ],
)
def test_more_forms_than_people_send_wait_for_a_clerk(found, of_the_hour, said, because):
    told = incoming.too_many_forms(found, of_the_hour)
    assert (told is None) if said is None else (told is not None and said in told), because


@pytest.mark.parametrize(
    ("kept", "replies", "files", "fits", "because"),
    [
        (0, 19, 5, True, "the twentieth reply"),
        (0, 20, 0, False, "one more"),
        (15, 0, 5, True, "the twentieth file"),
        (15, 0, 6, False, "one more"),
    ],
)
def test_a_form_takes_so_many_replies_and_files_and_no_more(kept, replies, files, fits, because):
    form = a_form(attachments=(ATTACHMENT,) * kept)
    if fits:
        incoming.admit_reply(form, replies, files)
    else:
        with pytest.raises(incoming.FullForm):
            incoming.admit_reply(form, replies, files)
