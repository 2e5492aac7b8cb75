"""What is decided about sending without a mail server: whose turn it is, when to knock again, which server is safe."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.mailing.answers import Away, NotEver, NotNow, Stage, refusal
from services.notify.mailing.connections import Breaker
from services.notify.mailing.domains import LOOK_AGAIN_S, PATIENCE_S, Lanes, Turn, domain_of
from services.notify.mailing.server import WrongMailServer, mail_server
from shared.settings import WrongSettings


@pytest.mark.parametrize(
    ("stage", "code", "text", "means", "because"),
    [
        ("rcpt", 550, "5.1.1 unknown", NotEver, "nobody lives there"),
        ("rcpt", 551, "User not local", NotEver, "nor here"),
        ("rcpt", 450, "mailbox busy", NotNow, "the server says later"),
        ("rcpt", 451, "5.7.1 no", NotNow, "two codes that differ: the milder one"),
        ("rcpt", 550, "4.7.1 greylisted", NotNow, "two codes that differ: the milder one"),
        ("rcpt", 550, "5.2.2 full", NotNow, "a full mailbox may be emptied"),
        ("rcpt", 550, "5.2.21 odd", NotEver, "another code that begins alike"),
        ("rcpt", 552, "5.3.4 too large for him", NotEver, "it will not get smaller"),
        ("rcpt", 552, "quota", NotNow, "meant as 452"),
        ("data", 552, "too large", NotEver, "it will not get smaller"),
        ("mail", 550, "5.7.1 sender denied", NotNow, "all mails of the commune would become letters"),
        ("mail", 552, "", NotEver, "RFC 1870: the announced size is too much"),
        ("data", 250, "", NotNow, "the right answer at the wrong place"),
        ("data", -1, "nonsense", NotNow, "no answer of SMTP"),
        ("mail", 530, "5.7.0 authenticate", Away, "our login"),
        ("rcpt", 535, "5.7.8 bad", Away, "our login"),
    ],
)
def test_what_an_answer_means(stage: Stage, code: int, text: str, means: type, because: str) -> None:
    assert type(refusal(stage, code, text)) is means, because


def test_what_a_server_says_is_kept_in_one_line_and_short() -> None:
    assert str(refusal("rcpt", 550, "5.1.1 no\nsuch  user " + "x" * 999)).startswith("550 5.1.1 no such user xxx")
    assert len(str(refusal("rcpt", 550, "x" * 999))) == 300


# Which server


@pytest.mark.parametrize(
    ("url", "kind", "because"),
    [
        ("smtps://xa:mk%401@thu.example", ("thu.example", 465, "tls", "xa", "mk@1"), "TLS from the first byte"),
        ("smtp+starttls://xa:mk@thu.example", ("thu.example", 587, "starttls", "xa", "mk"), "the port of submission"),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "plain", None, None), "on this machine"),
        ("smtp://[::1]:25", ("::1", 25, "plain", None, None), "on this machine, too"),
        ("smtp://xa:mk@localhost", ("localhost", 25, "plain", "xa", "mk"), "the password does not leave it"),
        ("smtp://thu.noi-bo?unencrypted=yes", ("thu.noi-bo", 25, "plain", None, None), "chosen knowingly"),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, kind: tuple[object, ...], because: str) -> None:
    server = mail_server(url)
    assert (server.host, server.port, server.security, server.user, server.password) == kind, because
    assert "mk" not in repr(server)


@pytest.mark.parametrize(
    ("url", "says", "because"),
    [
        ("smtp://thu.example", "không mã hóa", "mails would go in plain text"),
        ("smtp://xa:bi-mat@thu.example?unencrypted=yes", "mật khẩu không mã hóa", "a password never does"),
        ("smtp://127.0.0.1.thu.example", "không mã hóa", "a name that begins like this machine"),
        ("imap://thu.example", "không phải địa chỉ máy chủ thư", "another protocol"),
        ("thu.example:465", "không phải địa chỉ máy chủ thư", "no scheme"),
        ("smtps://", "không phải địa chỉ máy chủ thư", "no host"),
        ("smtps://thu.example:99999", "không phải địa chỉ máy chủ thư", "no such port"),
        ("smtps://xa@thu.example", "thiếu tên đăng nhập hoặc mật khẩu", "half a login"),
        ("smtps://xa:bi#mat@thu.example", "dạng đúng", "a # that is not written as %23"),
        ("smtps://xa:bi-mat@thu.example/hop", "thừa phần sau tên máy chủ", "a path"),
        ("smtps://xa:bi-mat@thu.example?tls=no", "thừa phần sau tên máy chủ", "an option there is none of"),
    ],
)
def test_a_mail_server_that_is_not_to_be_used_is_refused_in_words(url: str, says: str, because: str) -> None:
    with pytest.raises(WrongSettings, match=says) as refused:
        mail_server(url)
    assert "bi-mat" not in str(refused.value), because


def test_certificates_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    for file in (tmp_path / "ca.pem", tmp_path / "none.pem"):
        with pytest.raises(WrongMailServer, match="không đọc được chứng thư"):
            mail_server("smtps://thu.example", file)


@pytest.mark.parametrize(
    "url", ["smtps://xa:mk@thu.example", "smtp+starttls://thu.example", "smtp://10.0.0.5?unencrypted=yes"]
)
def test_a_rehearsal_writes_to_nobody(url: str) -> None:
    assert mail_server(url)
    with pytest.raises(WrongMailServer, match="diễn tập nên không được gửi thư ra ngoài"):
        mail_server(url, rehearsal=True)


# When to knock again


def test_pauses_double_to_a_minute_and_only_one_knocks_after_each() -> None:
    breaker, now, pauses = Breaker(), 0.0, []
    for _ in range(9):
        assert breaker.may_try(now)
        assert breaker.failed(now)
        pauses.append(breaker.wait_s(now))
        assert not breaker.may_try(now + pauses[-1] - 0.001)
        now += pauses[-1]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert breaker.may_try(now)
    assert not breaker.may_try(now + 1_000), "who knocks has not told yet how it went"
    breaker.succeeded()
    assert all(breaker.may_try(now) for _ in range(5))


def test_attempts_that_began_together_count_as_one() -> None:
    breaker = Breaker()
    assert [breaker.may_try(0) for _ in range(6)] == [True] * 6
    assert [breaker.failed(0.1) for _ in range(6)] == [True] + [False] * 5
    assert breaker.wait_s(0.1) == 1


# Whose turn it is


def put(lanes: Lanes[str], *names: str, now: float = 0) -> None:
    """`a1` is a mail to the domain `a`; `-1` is a letter."""
    for name in names:
        lanes.put(name, [] if name.startswith("-") else [name[0]], now)


def taken(lanes: Lanes[str], now: float = 0) -> list[str]:
    """Everybody who may go now; with a bracket, who is put off."""
    found = []
    while (turn := lanes.take(now)) is not None:
        found.append(turn.what if turn.put_off is None else f"({turn.what}")
    return found


def test_each_domain_has_its_places_and_the_others_go_past_who_waits() -> None:
    lanes = Lanes[str](at_once=2)
    put(lanes, "a1", "a2", "a3", "b1", "-1", "a4", "b2", "b3")
    assert taken(lanes) == ["a1", "a2", "b1", "-1", "b2"]


def test_whoever_ends_makes_room_for_the_next_of_his_domain() -> None:
    lanes = Lanes[str](at_once=1)
    put(lanes, "a1", "a2", "b1", "a3")
    first = lanes.take(0)
    assert first is not None
    assert taken(lanes) == ["b1"]
    lanes.done(first, 1)
    assert taken(lanes, 1) == ["a2"]


def test_mails_of_a_minute_are_spread_over_it() -> None:
    lanes = Lanes[str](a_minute=60)
    put(lanes, "a1", "a2", "b1", "a3")
    assert taken(lanes, 0) == ["a1", "b1"]
    assert lanes.opens_at(0) == 1
    assert taken(lanes, 0.9) == []
    assert taken(lanes, 1) == ["a2"]
    assert taken(lanes, 2) == ["a3"]


def test_without_limits_everybody_goes_at_once() -> None:
    lanes = Lanes[str]()
    put(lanes, *(f"a{number}" for number in range(100)))
    assert len(taken(lanes)) == 100


def test_who_would_wait_too_long_is_put_off_one_after_the_other() -> None:
    lanes = Lanes[str](a_minute=30)
    put(lanes, "a1", "a2", "a3", "a4", "b1")
    later = [lanes.take(0), lanes.take(0)]
    assert [(turn.what, turn.put_off.total_seconds()) for turn in later if turn and turn.put_off] == [
        ("a3", 4),
        ("a4", 6),
    ]
    assert taken(lanes, 0) == ["a1", "b1"]
    assert taken(lanes, 2) == ["a2"]
    put(lanes, "a3", now=4)
    assert taken(lanes, 4) == ["a3"]


def test_a_domain_that_has_become_slow_puts_off_who_waits() -> None:
    lanes = Lanes[str](at_once=1)
    put(lanes, "a1", "a2", "b1")
    assert taken(lanes, 0) == ["a1", "b1"]
    assert lanes.opens_at(0) == LOOK_AGAIN_S
    assert taken(lanes, PATIENCE_S) == []
    assert taken(lanes, PATIENCE_S + 0.1) == ["(a2"]


def test_what_a_domain_usually_takes_decides_who_waits_here() -> None:
    lanes = Lanes[str](at_once=1)
    for number in range(20):
        put(lanes, f"a{number}", now=number * 20)
        turn = lanes.take(number * 20)
        assert turn is not None
        lanes.done(turn, number * 20 + 20)
    put(lanes, "a-first", "a-next", now=400)
    assert taken(lanes, 400) == ["(a-next", "a-first"]


def test_a_claim_of_several_mails_waits_for_all_its_domains_and_counts_each() -> None:
    lanes = Lanes[str](at_once=5, a_minute=60)
    lanes.put("both", ["a", "a", "b"], 0)
    put(lanes, "a1", "b1")
    assert taken(lanes, 0) == ["both"]
    assert taken(lanes, 1) == ["b1"]
    assert taken(lanes, 2) == ["a1"]


def test_who_waits_can_be_given_back() -> None:
    lanes = Lanes[str](at_once=1)
    put(lanes, "a1", "a2", "a3")
    assert taken(lanes) == ["a1"]
    assert lanes.drain() == ["a2", "a3"]
    assert lanes.drain() == []
    assert taken(lanes) == []


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 3)), max_size=60), st.integers(1, 3), st.integers(0, 120)
)
def test_nobody_is_lost_and_no_domain_has_more_than_its_places(
    coming: list[tuple[str, float]], at_once: int, a_minute: int
) -> None:
    lanes, now = Lanes[str](at_once, a_minute), 0.0
    ended, running = list[Turn[str]](), list[Turn[str]]()
    for number, (domain, pause_s) in enumerate(coming):
        now += pause_s
        lanes.put(f"{domain}{number}", [domain], now)
        while (turn := lanes.take(now)) is not None:
            (ended if turn.put_off else running).append(turn)
        for one in "abc":
            assert sum(one in turn.mails for turn in running) <= at_once
        if len(running) > 2:
            lanes.done(running[0], now)
            ended.append(running.pop(0))
    out = [turn.what for turn in (*ended, *running)] + lanes.drain()
    assert sorted(out) == sorted(f"{domain}{number}" for number, (domain, _) in enumerate(coming))


@pytest.mark.parametrize(
    ("address", "domain", "because"),
    [
        ("lan@NguoiDan.example", "nguoidan.example", "however it is written"),
        ("lan@nguoidan.example.", "nguoidan.example", "with the root"),
        ("lan@bücher.example", "xn--bcher-kva.example", "as it goes over the wire"),
        ('"a@b"@nguoidan.example', "nguoidan.example", "after the last @"),
    ],
)
def test_the_domain_of_an_address(address: str, domain: str, because: str) -> None:
    assert domain_of(address) == domain, because
