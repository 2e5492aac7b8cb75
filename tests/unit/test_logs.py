"""Logs say where something went wrong and never what somebody wrote."""

import logging
import sys

import pytest
from pydantic import ValidationError

from shared.contracts.people import Registrant
from shared.logs import PlainFormatter, in_short, trace

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


def test_no_traceback_carries_what_somebody_wrote(caught):
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "Exception in ASGI application", (), caught)
    for said in (trace(caught), PlainFormatter("%(name)s").format(record)):
        assert "test_logs.py" in said
        assert "phone string_pattern_mismatch" in said
        assert NAME not in said
        assert PHONE not in said
