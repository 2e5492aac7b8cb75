"""Which mail server mails are handed to, and what keeps it from being the wrong one."""

import socket
import ssl
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException

from shared.settings import WrongSettings

Security = Literal["tls", "starttls", "plain"]
_SECURITY: dict[str, Security] = {"smtps": "tls", "smtp+starttls": "starttls", "smtp": "plain"}
_PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "plain": 25}
_EXAMPLE = "smtps://tên:mật-khẩu@máy-chủ:465 (ký tự đặc biệt viết dạng %40)"


class WrongMailServer(WrongSettings):
    """SMTP_URL or its certificates are not to be used. The text quotes no password."""


class NoStartTls(SMTPException):
    """The server offers no STARTTLS, or somebody between us took the offer out: nothing is said over plain text."""


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed over. ca: certificates to trust instead of the system's."""

    host: str
    port: int
    security: Security
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """Checks the certificate and the name in it; TLS 1.2 at least."""
        context = ssl.create_default_context(cafile=str(self.ca) if self.ca else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


def mail_server(url: str, ca: Path | None = None, *, rehearsal: bool = False) -> MailServer:
    """Read SMTP_URL: `smtps://`, `smtp+starttls://`, or `smtp://` for a server on this machine.

    An unencrypted server elsewhere is used only where the address ends with `?unencrypted=yes`, and never with a
    password. A rehearsal writes to nobody: its server must be on this machine.

    Raises:
        WrongMailServer.
    """
    parts, port = _split(url)
    if parts is None or parts.scheme not in _SECURITY or not parts.hostname:
        raise WrongMailServer(f"SMTP_URL không phải địa chỉ máy chủ thư; dạng đúng: {_EXAMPLE}.")
    security = _SECURITY[parts.scheme]
    query = parse_qs(parts.query)
    if parts.path not in ("", "/") or parts.fragment or set(query) - {"unencrypted"}:
        raise WrongMailServer(
            f"SMTP_URL thừa phần sau tên máy chủ; ký tự / # ? trong mật khẩu viết dạng %2F %23 %3F; ví dụ {_EXAMPLE}."
        )
    if bool(parts.username) != bool(parts.password):
        raise WrongMailServer(f"SMTP_URL thiếu tên đăng nhập hoặc mật khẩu; dạng đúng: {_EXAMPLE}.")
    server = MailServer(
        parts.hostname,
        port or _PORTS[security],
        security,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        ca,
    )
    _require_safe(server, unencrypted=query.get("unencrypted") == ["yes"], rehearsal=rehearsal)
    return server


def _require_safe(server: MailServer, *, unencrypted: bool, rehearsal: bool) -> None:
    if rehearsal and not server.is_loopback:
        raise WrongMailServer(
            f"Đây là nơi diễn tập nên không được gửi thư ra ngoài: máy chủ thư {server} không ở trên máy này. "
            "Bỏ SMTP_URL để dùng nơi giữ thư đi kèm, hoặc làm việc thật với DOITHOAI_CLOCK=real (--clock real)."
        )
    if server.security == "plain" and not server.is_loopback:
        if server.user:
            raise WrongMailServer(
                f"SMTP_URL: smtp:// gửi mật khẩu không mã hóa tới {server}; hãy dùng smtps:// hoặc smtp+starttls://."
            )
        if not unencrypted:
            raise WrongMailServer(
                f"SMTP_URL: smtp:// gửi thư không mã hóa tới {server}; hãy dùng smtps:// hoặc smtp+starttls://, "
                "hoặc thêm ?unencrypted=yes nếu đường truyền đã được bảo vệ."
            )
    if server.ca is not None:
        try:
            assert server.tls
        except (OSError, ssl.SSLError):
            raise WrongMailServer(f"DOITHOAI_SMTP_CA: không đọc được chứng thư trong tệp {server.ca}.") from None


def is_loopback(host: str) -> bool:
    """By what is written: a name that only happens to lead here may lead elsewhere tomorrow."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def in_words(error: BaseException, server: MailServer) -> str:
    """What is wrong and what to do about it, for the operator; without the password."""
    match error:
        case SMTPAuthenticationError():
            return f"Máy chủ thư {server} từ chối tên đăng nhập hoặc mật khẩu ({error.code}). Xin xem lại SMTP_URL."
        case NoStartTls():
            why = f"Máy chủ thư {server} không mời dùng STARTTLS, nên không gửi gì qua đó."
            return f"{why} Xin xem lại cổng, hoặc dùng smtps://."
        case SMTPResponseException():
            return f"Máy chủ thư {server} không tiếp nhận kết nối ({error.code})."
        case SMTPException() if error.__cause__ is not None:
            return in_words(error.__cause__, server)
        case ssl.SSLCertVerificationError():
            why = f"Chứng thư TLS của {server} không được tin cậy ({error.verify_message})."
            return f"{why} Xin xem lại tên máy chủ, hoặc đặt DOITHOAI_SMTP_CA."
        case ssl.SSLError():
            return f"Không nói chuyện TLS được với {server}. Xin xem lại cổng và smtps:// hay smtp+starttls://."
        case socket.gaierror():
            return f"Không tìm thấy máy chủ thư {server.host}. Xin xem lại tên máy chủ và DNS."
        case TimeoutError():
            return f"Máy chủ thư {server} không trả lời. Xin xem lại cổng và tường lửa."
        case OSError():
            return f"Không kết nối được máy chủ thư {server} ({error.strerror or type(error).__name__})."
        case _:
            return f"Máy chủ thư {server} trả lời sai hoặc ngắt kết nối ({type(error).__name__})."


def _split(url: str) -> tuple[SplitResult | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        return None, None
