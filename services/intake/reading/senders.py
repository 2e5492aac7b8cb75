"""Whether a mail is from whom it says it is, as the office's own mail server found (RFC 8601). Pure.

Anybody may write such headers into his mail. A server removes those in its own name (section 5) and puts its finding
above all others; so the topmost one in the name that the office trusts is the server's.
"""

import re
from collections.abc import Sequence

LONGEST = 2_000
"""Characters of a finding; a longer one is no server's."""

_WORD = r"[A-Za-z0-9._-]{1,253}"
_ASIDE = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()"\\]*\)')
_SERVER = re.compile(rf"\s*({_WORD})(?:\s+\d+)?\s*(?:;|$)")
_RESULT = re.compile(rf"\s*(dmarc|spf|dkim)(?:/\d+)?\s*=\s*({_WORD})", re.IGNORECASE)
_ABOUT = re.compile(rf"(?<!\S)(header\.from|smtp\.mailfrom|header\.[di])\s*=\s*(?:[^\s@]*@)?({_WORD})", re.IGNORECASE)


def vouched_for(sender: str, findings: Sequence[str], trusted: str) -> bool:
    """DMARC passed; or, where nothing is said of it, SPF or DKIM passed for the sender's own domain.

    Args:
        findings: the `Authentication-Results` of a mail, the topmost first.
        trusted: the name in which the office's mail server speaks.
    """
    mine = next((one for one in map(_plain, findings) if _server(one) == trusted.lower()), None)
    if mine is None or re.search(r'[()"\\]', mine):
        return False
    domain = sender.rpartition("@")[2].lower()
    results = [result for part in mine.split(";")[1:] if (result := _result(part))]
    dmarc = [(verdict, domains) for method, verdict, domains in results if method == "dmarc" and verdict != "none"]
    if dmarc:
        return all(verdict == "pass" and domains <= {domain} for verdict, domains in dmarc)
    return any(verdict == "pass" and any(_is_under(domain, one) for one in domains) for _, verdict, domains in results)


def _plain(finding: str) -> str:
    """Without comments and quoted words, in which a stranger's address may look like a result.

    What is left of brackets and quotes shows that he tried.
    """
    whole = " ".join(finding.split())
    return _ASIDE.sub(lambda aside: "_" if aside[0][0] == '"' else " ", whole) if len(whole) <= LONGEST else ""


def _server(finding: str) -> str | None:
    found = _SERVER.match(finding)
    return found[1].lower() if found else None


def _result(text: str) -> tuple[str, str, frozenset[str]] | None:
    """Method, verdict, and the domains that it is about."""
    found = _RESULT.match(text)
    if found is None:
        return None
    method = found[1].lower()
    names = {"dmarc": ("header.from",), "spf": ("smtp.mailfrom",), "dkim": ("header.d", "header.i")}[method]
    domains = frozenset(domain.lower() for name, domain in _ABOUT.findall(text) if name.lower() in names)
    return method, found[2].lower(), domains


def _is_under(domain: str, other: str) -> bool:
    return domain == other or domain.endswith(f".{other}")
