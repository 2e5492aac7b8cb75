"""Which commune has which mailbox: a file with passwords, read strictly, and shown to nobody."""

import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import Field, RootModel

from shared.strict_yaml import Finding, Mistake, Place, Strict, YamlError, meant, read_document, written

PROCESSED = "Đã tiếp nhận"
EVERY_S = 30
_PORTS = {"imaps": 993, "imap+starttls": 143, "imap": 143}

Security = Literal["tls", "starttls", "plain"]
_SECURITY: Mapping[str, Security] = {"imaps": "tls", "imap+starttls": "starttls", "imap": "plain"}
_EXAMPLE = "imaps://tên:mật-khẩu@máy-chủ:993"


class MailboxesError(YamlError):
    """A file of mailboxes that cannot be used, with every mistake found in it; no mistake quotes a password."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One commune's mailbox. ca: certificates to trust instead of the system's. every_s: seconds between two looks.

    trusted: the name under which the mail server says whether a sender is who he says (RFC 8601: authserv-id).
    """

    commune: str
    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    security: Security = "tls"
    folder: str = "INBOX"
    processed: str = PROCESSED
    ca: Path | None = None
    every_s: int = EVERY_S
    trusted: str | None = None


class _Entry(Strict):
    url: Annotated[str, Field(min_length=1, max_length=1_000)]
    folder: Annotated[str, Field(min_length=1, max_length=200)] = "INBOX"
    processed: Annotated[str, Field(min_length=1, max_length=200)] = PROCESSED
    ca: Annotated[str, Field(min_length=1)] | None = None
    every: Annotated[int, Field(ge=1, le=3600)] = EVERY_S
    trusted: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,253}$")] | None = None


class _File(RootModel[dict[str, _Entry]]):
    """`commune: {url, folder, processed, ca, every, trusted}`."""


def read_mailboxes(file: Path, communes: Iterable[str]) -> list[Mailbox]:
    """Read the file that settings name.

    Raises:
        MailboxesError: it is not there, others may read it, or it says something wrong.
    """
    _require_private(file)
    known = list(communes)
    try:
        document = read_document(file)
    except YamlError as error:
        raise MailboxesError(error.mistakes) from None
    found, findings = document.against(_File, lambda data: _findings(data, known, file.parent))
    if found is None or findings:
        shown = [(place, _without_secrets(place, what, known)) for place, what in findings]
        raise MailboxesError(document.mistakes(shown))
    return [_mailbox(commune, entry, file.parent) for commune, entry in found.root.items()]


def _require_private(file: Path) -> None:
    try:
        mode = file.stat().st_mode
    except OSError as error:
        raise MailboxesError([Mistake(file, 1, f"không đọc được tệp hộp thư ({error.strerror})")]) from None
    if stat.S_IMODE(mode) & 0o077:
        what = f"tệp có mật khẩu nên chỉ chủ của nó được đọc: chạy `chmod 600 {file}`"
        raise MailboxesError([Mistake(file, 1, what)])


def _without_secrets(place: Place, what: str, communes: list[str]) -> str:
    """An address that lands in a key takes its password there: of keys only those are quoted that are ours."""
    ours = {*communes, *_Entry.model_fields}
    named = tuple(part if part in ours else "…" for part in map(str, place))
    if what.startswith(written(place)):
        what = written(named) + what[len(written(place)) :]
    return re.sub(r"//.*@", "//…@", what)


def _findings(data: Mapping[str, Any], communes: list[str], folder: Path) -> Iterator[Finding]:
    """What the shape alone does not show. Nothing of an address is quoted: it holds the password."""
    for commune, entry in data.items():
        if commune not in communes:
            yield (str(commune),), f"{commune}: chưa có hồ sơ cấu hình của xã này{meant(commune, communes)}"
        if not isinstance(entry, Mapping):
            continue
        if isinstance(url := entry.get("url"), str):
            for what in _wrong_with(url):
                yield (str(commune), "url"), f"{commune}.url: {what}"
        if isinstance(ca := entry.get("ca"), str) and not (folder / ca).is_file():
            yield (str(commune), "ca"), f"{commune}.ca: không có tệp chứng thư này"
        if entry.get("folder", "INBOX") == entry.get("processed", PROCESSED):
            yield (str(commune),), f"{commune}: thư mục đã xử lý phải khác thư mục nhận"


def _wrong_with(url: str) -> Iterator[str]:
    parts, port = _split(url)
    if parts is None or port is None:
        yield f"không phải địa chỉ hộp thư; dạng đúng: {_EXAMPLE}"
        return
    if parts.scheme not in _PORTS:
        yield "phải bắt đầu bằng imaps:// (TLS) hoặc imap+starttls://"
    if not parts.hostname:
        yield f"thiếu tên máy chủ; dạng đúng: {_EXAMPLE}"
    elif parts.scheme == "imap" and not _is_loopback(parts.hostname):
        yield "imap:// gửi mật khẩu không mã hóa nên chỉ dùng trên chính máy này; hãy dùng imaps:// hoặc imap+starttls://"
    if not parts.username or parts.password is None:
        yield f"thiếu tên đăng nhập hoặc mật khẩu; dạng đúng: {_EXAMPLE} (ký tự đặc biệt viết dạng %40)"
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        yield "thừa phần sau tên máy chủ; thư mục ghi ở khóa folder; ký tự / # ? trong mật khẩu viết dạng %2F %23 %3F"


def _split(url: str) -> tuple[SplitResult | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port or _PORTS.get(parts.scheme, 993)
    except ValueError:
        return None, None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _mailbox(commune: str, entry: _Entry, folder: Path) -> Mailbox:
    parts, port = _split(entry.url)
    assert parts is not None, "checked"
    assert port is not None
    return Mailbox(
        commune=commune,
        host=parts.hostname or "",
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=_SECURITY[parts.scheme],
        folder=entry.folder,
        processed=entry.processed,
        ca=folder / entry.ca if entry.ca else None,
        every_s=entry.every,
        trusted=entry.trusted.lower() if entry.trusted else None,
    )
