"""Logs say where something went wrong and never what somebody wrote."""

import imaplib
import logging
import sys

import pytest
from aiosmtplib import SMTPRecipientRefused, SMTPServerDisconnected
from imap_tools.errors import MailboxMoveError
from pydantic import ValidationError
from pymongo.errors import DuplicateKeyError

from services.deadlines.working_days import NoCalendar
from services.intake.files import UnwantedFile
from services.intake.mailbox.imap import NotGiven
from services.notify.mailing.smtp import NotEver, Unknown
from shared.contracts import Refusal, TooEarly
from shared.contracts.people import Registrant
from shared.logs import PlainFormatter, in_short, trace
from shared.store import StaleSave

NAME, PHONE = "Nguyễn Thị Mai", "không phải số 0912345678"


@pytest.fixture
def caught():
    try:
        Registrant(name=NAME, phone=PHONE)
    except ValidationError:
        return sys.exc_info()
    raise AssertionError("the contract takes any phone number")


def test_data_that_do_not_fit_are_named_by_their_place_alone(caught):
    assert in_short(caught[1]) == "ValidationError: phone string_pattern_mismatch"


def because_of(cause: BaseException, error: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


REFUSED = SMTPRecipientRefused(550, f"<{NAME}> unknown", "mai@nguoidan.example")
CUT_OFF = because_of(SMTPServerDisconnected(f"gone at {NAME}"), Unknown(f"gone at {NAME}"))


@pytest.mark.parametrize(
    ("error", "logged", "because"),
    [
        (ValueError(f"{PHONE} is no number"), "ValueError", "it quotes a cell"),
        (KeyError(NAME), "KeyError", "it quotes a key"),
        (REFUSED, "SMTPRecipientRefused 550", "the server quotes the address"),
        (because_of(REFUSED, NotEver(f"550 {NAME}")), "NotEver < SMTPRecipientRefused 550", "and so do we"),
        (CUT_OFF, "Unknown < SMTPServerDisconnected", "it may quote what was sent"),
        (MailboxMoveError(("NO", [NAME.encode()]), "OK"), "MailboxMoveError NO", "it quotes the folder, or the mail"),
        (because_of(imaplib.IMAP4.error(NAME), NotGiven("BAD")), "NotGiven BAD < IMAP4.error", "it quotes the mail"),
        (DuplicateKeyError(f"dup key: {NAME}", 11000), "DuplicateKeyError 11000", "it quotes the value"),
        (ConnectionRefusedError(111, f"{NAME}"), "ConnectionRefusedError ECONNREFUSED", "the system has names for it"),
        (Refusal("not-found", f"Không tìm thấy {NAME}."), "Refusal not-found", "it may name what was typed"),
    ],
)
def test_of_an_error_that_may_quote_somebody_its_class_and_code_are_logged(
    error: BaseException, logged: str, because: str
) -> None:
    assert in_short(error) == logged, because


@pytest.mark.parametrize(
    "error",
    [
        TooEarly("the form is not known yet: answer-approved of 01J"),
        StaleSave("cases 01J was changed by others 8 times in a row"),
        NoCalendar(2031),
        UnwantedFile("Tệp trống, không có nội dung."),
    ],
)
def test_what_names_nobody_is_logged_in_its_own_words(error: BaseException) -> None:
    assert in_short(error) == f"{type(error).__name__}: {error}"


def test_no_traceback_carries_what_somebody_wrote(caught):
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "Exception in ASGI application", (), caught)
    for said in (trace(caught), PlainFormatter("%(name)s").format(record)):
        assert "test_logs.py" in said
        assert "phone string_pattern_mismatch" in said
        assert NAME not in said
        assert PHONE not in said
