"""Whose a form is: what a browser that has proved it keeps, and how often a wrong contact is looked at."""

from http.cookies import SimpleCookie

import pytest
from itsdangerous import URLSafeTimedSerializer
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from services.intake.codes import new_code
from services.intake.pages.enquiry import WRONG_FROM_AN_ADDRESS, WRONG_OF_A_CODE, Tries
from services.intake.pages.limits import MOST_KEYS
from services.intake.pages.session import COOKIE, LASTS_S, MOST, SALT, Sessions

SECRET = SecretStr("a secret of this installation")
CODE, OTHER = new_code(), new_code()


class Clock:
    def __init__(self) -> None:
        self.now = 1_776_652_200.0

    def __call__(self) -> float:
        return self.now


def asking(cookie: str = "") -> Request:
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode())] if cookie else []
    return Request({"type": "http", "headers": headers})


def opening(sessions: Sessions, *codes: str) -> str:
    """What the browser keeps after it has proved these, one after the other."""
    kept = ""
    for code in codes:
        response = Response()
        sessions.open(response, asking(kept), code)
        kept = SimpleCookie(response.headers["set-cookie"])[COOKIE].value
    return kept


def test_a_browser_sees_what_it_has_proved_and_nothing_else() -> None:
    sessions = Sessions(SECRET)
    assert sessions.opened(asking()) == frozenset()
    assert sessions.opened(asking(opening(sessions, CODE))) == {CODE}
    assert sessions.opened(asking(opening(sessions, CODE, OTHER))) == {CODE, OTHER}


def test_another_replica_with_the_same_secret_knows_the_browser() -> None:
    assert Sessions(SECRET).opened(asking(opening(Sessions(SECRET), CODE))) == {CODE}
    assert Sessions(None).opened(asking(opening(Sessions(None), CODE))) == frozenset(), "each made its own secret"


@pytest.mark.parametrize(
    ("later", "sees", "because"),
    [(LASTS_S, True, "half an hour"), (LASTS_S + 1, False, "and not a second longer")],
)
def test_what_was_proved_is_forgotten_after_half_an_hour(later: int, sees: bool, because: str) -> None:
    clock = Clock()
    sessions = Sessions(SECRET, clock=clock)
    kept = opening(sessions, CODE)
    clock.now += later
    assert (CODE in sessions.opened(asking(kept))) is sees, because


def test_of_many_forms_those_opened_last_stay_open() -> None:
    codes = [new_code() for _ in range(MOST + 2)]
    sessions = Sessions(SECRET)
    assert sessions.opened(asking(opening(sessions, *codes, codes[-2]))) == set(codes[2:])


@pytest.mark.parametrize(
    ("cookie", "because"),
    [
        ("", "nothing"),
        ("x", "no signature"),
        (URLSafeTimedSerializer("another secret", salt=SALT).dumps([CODE]), "signed by somebody else"),
        (URLSafeTimedSerializer(SECRET.get_secret_value(), salt="other").dumps([CODE]), "signed for something else"),
        ("X" + opening(Sessions(SECRET), CODE)[1:], "tampered with"),
        (URLSafeTimedSerializer(SECRET.get_secret_value(), salt=SALT).dumps([5, None, "K7QX"]), "no codes in it"),
    ],
    ids=["nothing", "no signature", "another secret", "another purpose", "tampered with", "no codes"],
)
def test_a_cookie_that_is_not_ours_opens_nothing(cookie: str, because: str) -> None:
    assert Sessions(SECRET).opened(asking(cookie)) == frozenset(), because


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_goes_over_https_alone_where_the_pages_do(secure: bool) -> None:
    response = Response()
    Sessions(SECRET, secure=secure).open(response, asking(), CODE)
    told = response.headers["set-cookie"]
    assert ("Secure" in told) is secure
    assert all(flag in told for flag in ("HttpOnly", "SameSite=strict", f"Max-Age={LASTS_S}", "Path=/"))


# --- wrong contacts -------------------------------------------------------------------------------------------------


def test_a_form_that_was_asked_for_wrongly_ten_times_waits_wherever_one_asks_from() -> None:
    clock = Clock()
    tries = Tries(clock)
    for number in range(WRONG_OF_A_CODE):
        assert tries.wait_s(CODE, f"10.0.0.{number}") == 0
        tries.note_wrong(CODE, f"10.0.0.{number}", is_known=True)
    assert tries.wait_s(CODE, "10.0.1.1") > 0
    assert tries.wait_s(OTHER, "10.0.1.1") == 0, "another form is not held back"
    clock.now += 3600
    assert tries.wait_s(CODE, "10.0.1.1") == 0


@pytest.mark.parametrize("is_known", [True, False])
def test_a_code_that_nobody_has_waits_like_any_other(is_known: bool) -> None:
    """Else whoever asks would learn which codes are given out."""
    tries = Tries(Clock())
    for number in range(WRONG_OF_A_CODE):
        tries.note_wrong(CODE, f"10.0.0.{number}", is_known=is_known)
    assert tries.wait_s(CODE, "10.0.1.1") == 360


def test_no_number_of_codes_that_nobody_has_lets_the_tries_of_a_real_one_be_forgotten() -> None:
    tries = Tries(Clock())
    for number in range(WRONG_OF_A_CODE):
        tries.note_wrong(CODE, f"10.0.0.{number}", is_known=True)
    for number in range(MOST_KEYS + 1):
        tries.note_wrong(str(number), "10.0.1.1", is_known=False)
    assert tries.wait_s(CODE, "10.0.2.1") > 0


def test_who_tries_many_forms_waits_too() -> None:
    clock = Clock()
    tries = Tries(clock)
    for code in [new_code() for _ in range(WRONG_FROM_AN_ADDRESS)]:
        assert tries.wait_s(code, "10.0.0.1") == 0
        tries.note_wrong(code, "10.0.0.1", is_known=True)
    assert tries.wait_s(CODE, "10.0.0.1") > 0
    assert tries.wait_s(CODE, "10.0.0.2") == 0, "a neighbour does not"
    clock.now += 3600
    assert tries.wait_s(CODE, "10.0.0.1") == 0
