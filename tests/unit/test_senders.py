"""Whose word counts on who sent a mail."""

import pytest

from services.intake.reading.mails import glance, read_mail
from services.intake.reading.senders import LONGEST, vouched_for
from tests.mail_samples import SENDER, a_mail

SERVER = "mx.xa.example"
DOMAIN = "nguoidan.example"
SPF = f"spf=pass (sender SPF authorized) smtp.mailfrom=man@{DOMAIN}"
DKIM = f"dkim=pass (2048-bit key; unprotected) header.d={DOMAIN} header.i=@{DOMAIN} header.b=mj+deT/Q"
DMARC = f"dmarc=pass (p=none dis=none) header.from={DOMAIN}"
INJECTED = f"dmarc=pass header.from={DOMAIN}"


@pytest.mark.parametrize(
    ("findings", "vouched", "because"),
    [
        ([f"{SERVER}; {DMARC}"], True, "DMARC passed"),
        ([f"{SERVER.upper()} 1;\r\n\t{SPF};\r\n\t{DMARC}"], True, "in capitals, with a version, over several lines"),
        ([f"{SERVER}; {DMARC.replace('=pass', '=fail')}; {SPF}; {DKIM}"], False, "DMARC failed, whatever else passed"),
        ([f"{SERVER}; {DMARC.replace(DOMAIN, 'x.example')}"], False, "it passed for another sender"),
        ([f"{SERVER}; dmarc=none; {DKIM}"], True, "no DMARC there, but a signature of the sender's domain"),
        ([f"{SERVER}; {SPF}"], True, "or its server sent it"),
        ([f"{SERVER}; spf=pass smtp.mailfrom={DOMAIN}"], True, "named without a person"),
        ([f"{SERVER}; {SPF.replace(DOMAIN, 'x.example')}"], False, "another domain's server"),
        ([f"{SERVER}; {DKIM.replace(DOMAIN, 'x.example')}"], False, "another domain's signature"),
        ([f"{SERVER}; {DKIM.replace(DOMAIN, 'nguoidan.example.x.example')}"], False, "one that only begins so"),
        ([f"{SERVER}; {DKIM.replace(DOMAIN, 'example')}"], True, "a domain above the sender's"),
        ([f"{SERVER}; {SPF.replace('=pass', '=softfail')}"], False, "SPF did not pass"),
        ([f"{SERVER}; none"], False, "nothing was looked at"),
        ([], False, "nothing was said"),
        ([f"x.example; {DMARC}"], False, "somebody else says so"),
        ([f"x.example; {DMARC}", f"{SERVER}; {DMARC}"], True, "what others say does not matter"),
        ([f"{SERVER}; dmarc=fail", f"{SERVER}; {DMARC}"], False, "the topmost is the server's, the other came along"),
        ([f"{SERVER}; spf=none (của {INJECTED})"], False, "in a comment"),
        ([f'{SERVER}; spf=pass smtp.mailfrom="; {INJECTED}"@x.example'], False, "in a quoted name"),
        (
            [f'{SERVER}; spf=pass (of "); {INJECTED} ("@x.example) smtp.mailfrom=x.example'],
            False,
            "a comment torn open",
        ),
        ([f'{SERVER}; spf=none reason="\\"; {INJECTED}; x="'], False, "a quotation torn open"),
        ([f"{SERVER}; {DMARC}; {'x' * LONGEST}"], False, "too long for a server's"),
    ],
)
def test_only_the_trusted_servers_own_word_makes_a_sender_himself(findings, vouched, because):
    assert vouched_for(SENDER, findings, SERVER) is vouched, because


def test_what_servers_found_is_read_from_the_top_of_a_mail():
    mail = b"Authentication-Results: one;\r\n spf=pass\r\nAUTHENTICATION-RESULTS: two; none\r\n" + bytes(a_mail("x"))
    for read in (read_mail(mail), glance(mail)):
        assert [one.split()[0] for one in read.findings] == ["one;", "two;"]
