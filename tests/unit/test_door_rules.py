"""The rules of the door: passwords, codes, pauses, sessions, and whose page is whose."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.access import DESK, EVERYBODY, OFFICE, home, may_open
from services.console.door import accounts, codes, lockout, passwords
from services.console.door.accounts import Account
from services.console.door.admission import own_path
from services.console.door.devices import device_name
from services.console.door.lockout import Attempts, Locked
from services.console.door.people import acting_as, communes_of, known_name, who_is
from services.console.door.sessions import IDLE, LONGEST, Session, is_over
from services.console.door.tokens import hashed, new_token
from shared.communes import Communes
from shared.contracts import Refusal, Role

NOW = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)
COMMUNES = Communes.load()
CLERK = "hanh.clerk@hanoi.example"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ACCOUNT = Account(CLERK, "thanh-tri", NOW, password="hash", totp=SECRET)


def code_at(when: datetime) -> str:
    return pyotp.TOTP(SECRET).at(when)


# --- passwords ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "taken", "because"),
    [
        ("mười hai con mèo", True, "a sentence"),
        ("correct horse battery", True, "another"),
        ("Tr4m-Hoa#Vang.9", True, "a word that is hard to remember is taken, too"),
        ("ngắn quá", False, "eight letters"),
        ("Mật khẩu 12345", False, "the word for password, with digits"),
        ("matkhaumatkhau", False, "said twice"),
        ("Password2026!", False, "the English one"),
        ("123456789012", False, "digits that follow each other"),
        ("qwertyuiopas", False, "keys side by side"),
        ("aaaaaaaaaaaa", False, "one letter"),
        ("hanh.clerk@hanoi.example", False, "the account itself"),
        ("hanh.clerk.2026", False, "the name with a year"),
        ("x" * 300, False, "too long to be typed by anybody"),
    ],
)
def test_a_password_is_long_and_not_the_first_that_one_would_try(password: str, taken: bool, because: str) -> None:
    assert (passwords.complaint(password, CLERK) is None) == taken, because


def test_a_password_is_the_same_however_it_is_typed() -> None:
    composed = unicodedata.normalize("NFC", "mật khẩu dài")
    apart = unicodedata.normalize("NFD", composed)
    assert passwords.normal(composed) == passwords.normal(apart) == passwords.normal("ｍật khẩu dài")


def test_what_is_longer_than_a_password_is_never_brought_into_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Putting a heap of marks into order takes time that grows with its square, and every other page waits."""
    sizes, normalize = list[int](), unicodedata.normalize

    def counted(form: Any, text: str) -> str:
        sizes.append(len(text))
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", counted)
    heap = "\u0301\u0316" * 125_000
    assert "dài nhất" in (passwords.complaint(heap, CLERK) or "")
    passwords.normal(heap)
    assert sizes
    assert max(sizes) <= 4 * passwords.LONGEST + 1


@given(st.text(max_size=60), st.integers(1, 40))
def test_no_password_that_is_taken_is_cut(part: str, times: int) -> None:
    """No sign is composed of more than four, so what was cut is too long whatever it is composed to."""
    whole = unicodedata.normalize("NFKC", part * times)
    if len(whole) <= passwords.LONGEST:
        assert passwords.normal(part * times) == whole
    else:
        assert len(passwords.normal(part * times)) > passwords.LONGEST


@pytest.mark.parametrize("letter", ["\u03b1\u0313\u0300\u0345", "\u1100\u1161\u11a8", "e\u0302\u0301"])
def test_the_longest_password_is_taken_also_where_its_letters_come_apart(letter: str) -> None:
    longest = letter * passwords.LONGEST
    assert passwords.normal(longest) == unicodedata.normalize("NFC", letter) * passwords.LONGEST
    assert len(passwords.normal(longest + letter)) > passwords.LONGEST


async def test_a_hash_is_argon2id_of_the_recommended_size_and_of_nobody_says_no() -> None:
    hashing = passwords.Hashing()
    kept = await hashing.hash("mười hai con mèo")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(kept.replace("t=3", "t=2"))
    assert await hashing.verify(kept, "mười hai con mèo")
    assert not await hashing.verify(kept, "mười hai con mèo ")
    assert not await hashing.verify(None, "nobody has this password")
    assert not await hashing.verify("not a hash", "mười hai con mèo")


# --- codes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown_at", "taken", "because"),
    [
        (timedelta(), True, "the present one"),
        (timedelta(seconds=-30), True, "the clock of the telephone is late"),
        (timedelta(seconds=30), True, "or early"),
        (timedelta(seconds=-60), False, "a minute ago is too long"),
        (timedelta(seconds=60), False, "so is a minute ahead"),
    ],
)
def test_a_code_counts_half_a_minute_either_way(shown_at: timedelta, taken: bool, because: str) -> None:
    typed = code_at(NOW + shown_at)
    assert (codes.step_of(SECRET, f" {typed[:3]} {typed[3:]} ", NOW, 0) is not None) == taken, because


def test_a_code_is_taken_once_and_none_before_it_either() -> None:
    after, how = accounts.prove(ACCOUNT, code_at(NOW), NOW)
    assert how == "code"
    for typed in (code_at(NOW), code_at(NOW - timedelta(seconds=30))):
        with pytest.raises(Refusal):
            accounts.prove(after, typed, NOW)
    later = NOW + timedelta(seconds=30)
    assert accounts.prove(after, code_at(later), later)[0].totp_step == after.totp_step + 1


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "١٢٣٤٥٦", "000000000", "-1"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        accounts.prove(ACCOUNT, typed, NOW)


def test_a_recovery_code_is_taken_once_however_it_is_typed() -> None:
    paper = codes.new_recovery_codes()
    account = accounts.new_recovery(ACCOUNT, tuple(codes.recovery_hash(one) for one in paper))
    assert len(set(paper)) == 10
    assert not set(paper) & set(account.recovery), "hashes are kept, not codes"
    after, how = accounts.prove(account, paper[3].upper().replace("-", " "), NOW)
    assert (how, len(after.recovery)) == ("recovery", 9)
    with pytest.raises(Refusal):
        accounts.prove(after, paper[3], NOW)
    assert accounts.prove(after, paper[4], NOW)[1] == "recovery"


@pytest.mark.parametrize(
    ("role", "may", "because"),
    [
        (Role.CLERK, True, "offered, not demanded"),
        (Role.OFFICER, True, "offered"),
        (Role.CHAIRMAN, False, "he decides"),
        (Role.OFFICE_HEAD, False, "and so does the office's head"),
        (Role.PROVINCE, False, "the province sees all communes"),
        (Role.OPERATOR, False, "an operator reaches everything"),
    ],
)
def test_who_decides_keeps_the_second_step(role: Role, may: bool, because: str) -> None:
    if may:
        assert accounts.turn_off(ACCOUNT, role).totp is None, because
    else:
        with pytest.raises(Refusal):
            accounts.turn_off(ACCOUNT, role)


def test_a_sign_in_that_began_without_a_second_step_replaces_none() -> None:
    """Else whoever knows the password would put his own telephone in the place of the owner's."""
    with pytest.raises(Refusal, match="vừa được bật"):
        accounts.turn_on_first(ACCOUNT, SECRET, code_at(NOW), (), NOW)
    assert accounts.turn_on_first(replace(ACCOUNT, totp=None), SECRET, code_at(NOW), ("a",), NOW).recovery == ("a",)


def test_what_a_password_proved_holds_until_it_is_changed() -> None:
    assert accounts.still(ACCOUNT, ACCOUNT.proof) is ACCOUNT
    for after in (replace(ACCOUNT, password="anew"), accounts.reset(ACCOUNT)):
        with pytest.raises(Refusal):
            accounts.still(after, ACCOUNT.proof)
        with pytest.raises(Refusal):
            accounts.still(accounts.reset(after), accounts.reset(after).proof)


def test_a_reset_account_is_as_on_the_first_day_and_a_closed_one_opens_anew() -> None:
    known = accounts.know(ACCOUNT, "browser")
    assert accounts.reset(known) == replace(ACCOUNT, password=None, totp=None)
    closed = accounts.close(known, NOW)
    assert closed.closed_at == NOW
    assert accounts.opened_again(closed, Account(CLERK, "thanh-tri", NOW)).closed_at is None
    with pytest.raises(Refusal):
        accounts.opened_again(ACCOUNT, Account(CLERK, "thanh-tri", NOW))


def test_the_last_ten_browsers_are_known() -> None:
    account = ACCOUNT
    for number in (*range(12), 5):
        account = accounts.know(account, str(number))
    assert account.browsers == ("2", "3", "4", "6", "7", "8", "9", "10", "11", "5")


# --- pauses ---------------------------------------------------------------------------------------------------------


def failed(times: int, key: str = "account:a", every: timedelta = timedelta()) -> Attempts:
    """After so many failures, each tried as soon as it may be."""
    attempts, now = Attempts(key), NOW
    for _ in range(times):
        now = max(now + every, attempts.until or now)
        attempts = lockout.begin(attempts, now)
    return attempts


@pytest.mark.parametrize(
    ("failures", "pause", "because"),
    [
        (4, None, "typing errors cost nothing"),
        (5, timedelta(seconds=30), "the sixth waits"),
        (6, timedelta(minutes=1), "twice as long"),
        (8, timedelta(minutes=4), "and on"),
        (10, timedelta(minutes=15), "never longer than a quarter of an hour"),
        (60, timedelta(minutes=15), "whatever somebody does"),
    ],
)
def test_pauses_grow_after_five_failures_up_to_a_quarter_of_an_hour(
    failures: int, pause: timedelta | None, because: str
) -> None:
    attempts = failed(failures)
    assert (attempts.until - (attempts.last_at or NOW) if attempts.until else None) == pause, because


def test_nothing_is_tried_during_a_pause_and_something_after_it() -> None:
    attempts = failed(5)
    assert attempts.until
    with pytest.raises(Locked) as locked:
        lockout.begin(attempts, attempts.until - timedelta(milliseconds=1))
    assert locked.value.until == attempts.until
    assert lockout.begin(attempts, attempts.until).failures == 6


def test_who_comes_in_starts_anew_but_an_address_takes_back_one_alone() -> None:
    assert lockout.succeed(failed(6)).failures == 0
    shared = failed(19, "address:a")
    assert (shared.until, lockout.succeed(shared).failures) == (None, 18)
    guessed_from = lockout.succeed(failed(21, "address:a"))
    assert (guessed_from.until, guessed_from.failures) == (None, 20)
    assert lockout.begin(guessed_from, NOW).until is not None, "somebody else guesses from it"


def test_a_right_password_without_its_code_wins_nothing() -> None:
    """Else whoever knows the password would have codes without end."""
    attempts = failed(4)
    for _ in range(3):
        attempts = lockout.take_back(lockout.begin(attempts, NOW))
    assert attempts.failures == 4
    assert lockout.begin(attempts, NOW).until is not None


@pytest.mark.parametrize("failures", range(5, 13))
def test_after_a_pause_password_and_code_are_taken_at_once(failures: int) -> None:
    """Else a code waits longer than a sign-in under way lasts, and nobody who needs one comes in any more."""
    attempts = failed(failures)
    assert attempts.until
    now = attempts.until
    after_password = lockout.take_back(lockout.begin(attempts, now))
    after_code = lockout.begin(after_password, now)
    assert lockout.succeed(after_code).failures == 0
    assert after_code.until == lockout.begin(attempts, now).until, "a wrong code pauses as a wrong password would"


def test_failures_are_forgotten_after_a_day() -> None:
    attempts = failed(12)
    assert lockout.begin(attempts, NOW + timedelta(days=2)).failures == 1


def test_a_known_browser_keeps_its_own_count() -> None:
    known, unknown = lockout.counted(CLERK, "10.0.0.1", "b"), lockout.counted(CLERK, "10.0.0.1", None)
    assert len(known.keys) == 1
    assert len(unknown.keys) == 2
    assert not set(known.keys) & set(unknown.keys)
    assert CLERK not in " ".join(unknown.keys), "no name can be read from it"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("10.0.0.1", "10.0.0.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_a_household_has_one_address(one: str, other: str, same: bool) -> None:
    assert (lockout.network_of(one) == lockout.network_of(other)) == same


# --- sessions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("idle", "old", "over", "because"),
    [
        (timedelta(), timedelta(), False, "it has begun"),
        (IDLE - timedelta(seconds=1), timedelta(days=1), False, "a working day's pause"),
        (IDLE, timedelta(days=1), True, "nobody was there for eight hours"),
        (timedelta(), LONGEST, True, "a week is the longest, however busy"),
    ],
)
def test_a_session_ends_when_it_is_idle_or_old(idle: timedelta, old: timedelta, over: bool, because: str) -> None:
    session = Session("s", CLERK, "thanh-tri", "password", NOW - old, NOW - idle)
    assert is_over(session, NOW) == over, because


def test_tokens_are_long_and_their_hashes_tell_nothing_of_them() -> None:
    token = new_token()
    assert len(token) == 43
    assert token != new_token()
    assert token not in hashed(token)


# --- who somebody is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("session", "role", "because"),
    [
        (Session("s", CLERK, "thanh-tri", "password", NOW, NOW), Role.CLERK, "the profile knows her"),
        (Session("s", "gone@hanoi.example", "thanh-tri", "password", NOW, NOW), None, "he left the profile"),
        (Session("s", CLERK, "chanh-lo", "password", NOW, NOW), None, "she is of another commune"),
        (Session("s", CLERK, "gone", "password", NOW, NOW), None, "the commune left the installation"),
        (Session("s", CLERK, "thanh-tri", "rehearsal", NOW, NOW), None, "no rehearsal takes place here"),
        (Session("s", "van-hanh", "thanh-tri", "password", NOW, NOW), None, "that is nobody's account"),
        (Session("s", "a@b.vn", "", "password", NOW, NOW, Role.OPERATOR, "An"), Role.OPERATOR, "of no commune"),
    ],
)
def test_a_session_lets_in_whom_the_profile_knows_today(session: Session, role: Role | None, because: str) -> None:
    who = who_is(COMMUNES, session, rehearsed=False)
    assert (who.role if who else None) == role, because


def test_in_a_rehearsal_anybody_plays_anybody() -> None:
    for worker in (CLERK, "van-hanh", "cap-tinh"):
        who = who_is(COMMUNES, Session("s", worker, "thanh-tri", "rehearsal", NOW, NOW), rehearsed=True)
        assert who
        assert who.commune == "thanh-tri"


def test_two_spellings_of_an_address_are_one_account() -> None:
    assert known_name("  Hanh.Clerk@HANOI.example ") == CLERK
    assert communes_of(COMMUNES, CLERK) == ["thanh-tri"]
    who = acting_as(COMMUNES, CLERK, "thanh-tri")
    assert who
    assert who.worker
    assert who.worker.name == "Trần Thị Hạnh"


# --- where one may go -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("/", DESK),
        ("/ho-so/01J", DESK),
        ("/buu-chinh/quet/01J", OFFICE),
        ("/bao-cao.xlsx", EVERYBODY),
        ("/van-hanh/nhat-ky", {Role.OPERATOR}),
        ("/toi/nhat-ky", {Role.OFFICE_HEAD}),
        ("/toi/mat-khau", EVERYBODY),
        ("/nothing", set()),
    ],
)
def test_a_page_is_for_some_roles(path: str, roles: set[Role]) -> None:
    assert {role for role in Role if may_open(role, path)} == roles


def test_everybody_has_a_page_to_begin_with() -> None:
    assert all(may_open(role, home(role)) for role in EVERYBODY)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/\n/evil",
        "/a\\b",
        "",
        "a",
        "/ ",
    ],
)
def test_nobody_is_led_elsewhere(path: str) -> None:
    assert own_path(path) == "/"


@given(st.text(max_size=60))
def test_whatever_is_asked_for_stays_on_this_site(path: str) -> None:
    led = own_path(path)
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
    assert not any(ord(letter) <= 0x20 or letter == "\\" for letter in led)


@pytest.mark.parametrize("path", ["/", "/ho-so/01J?chi=1#cau-2", "/?loc=tat-ca&tim=khai+sinh", "/viec?phòng=một"])
def test_one_comes_back_to_where_one_was(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Safari/604.1", "Safari · iPhone"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_named_so_that_its_owner_knows_it(told: str, name: str) -> None:
    assert device_name(told) == name
