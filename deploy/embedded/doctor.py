"""`doithoai doctor`: is everything in place, and if not, what is to be done."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import nats

from deploy.embedded import CannotStart
from deploy.embedded.installation import RunningStack, running
from deploy.embedded.nats import MAX_PAYLOAD, binary
from services.console.door.provider import Provider, ProviderAway, client_of
from services.deadlines.working_days import CALENDARS, NoCalendar, load_calendar
from services.intake.mailbox import imap
from services.intake.mailbox.mailboxes import Mailbox, MailboxesError, read_mailboxes
from services.notify.mailing.connections import BROKEN, connected
from services.notify.mailing.server import WrongMailServer, in_words, mail_server
from services.notify.signing.keys import KeysError
from services.notify.signing.signer import Signer
from shared import broker
from shared.communes import Communes, Profile, ProfileError
from shared.settings import Settings, WrongSettings
from shared.typesetting import check_fonts


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. remedy: what to do, when it is not good."""

    good: bool
    what: str
    remedy: str = ""


async def examine(data: Path) -> list[Finding]:
    """Look at configuration, connections, streams, calendars and fonts. Looking changes nothing."""
    settings = Settings()
    findings = [_profiles(), *_calendars(), _fonts(), _nats_server(), proxies(settings), *mailboxes(settings.mailboxes)]
    findings += keys(settings.keys, datetime.now(UTC))
    stack = running(data)
    findings += [await identity_provider(settings), await outgoing_mail(settings, stack)]
    if stack is None:
        return [
            *findings,
            Finding(False, f"Không có hệ thống đang chạy trên {data}", "Chạy `make run` hoặc `doithoai up`."),
        ]
    findings += [await _ready(name, url) for name, url in stack.services.items()]
    return findings + await _streams(stack)


def _profiles() -> Finding:
    try:
        communes = Communes.load()
    except ProfileError as error:
        return Finding(False, "Hồ sơ xã có lỗi", str(error))
    return Finding(True, f"Hồ sơ xã: {', '.join(communes)}")


def _calendars() -> list[Finding]:
    this_year = datetime.now(UTC).year
    calendar, findings = load_calendar(), []
    for year in (this_year, this_year + 1):
        try:
            provisional = calendar.provisional(year)
        except NoCalendar as error:
            findings.append(Finding(False, f"Chưa có lịch làm việc năm {year}", str(error)))
            continue
        file = CALENDARS / f"vn-{year}.yaml"
        remedy = f"Khi có quyết định hoán đổi ngày nghỉ, sửa {file.name} và bỏ provisional." if provisional else ""
        findings.append(Finding(True, f"Lịch làm việc năm {year}" + (" (tạm tính)" if provisional else ""), remedy))
    return findings


def _fonts() -> Finding:
    return _tried("Phông chữ thư: Liberation Serif", check_fonts, "Lấy lại thư mục shared/fonts từ kho mã nguồn.")


def mailboxes(file: Path | None, commune: str | None = None) -> list[Finding]:
    """Whether the mailboxes that a file names can be read, and how many mails wait there; of one commune or of all."""
    if file is None:
        return [Finding(True, "Không đọc hộp thư nào", "Muốn đọc, đặt DOITHOAI_MAILBOXES là tệp hộp thư.")]
    try:
        known = read_mailboxes(file, Communes.load())
    except (MailboxesError, ProfileError) as error:
        return [Finding(False, "Tệp hộp thư có lỗi", str(error))]
    wanted = [one for one in known if commune in (None, one.commune)]
    if not wanted:
        return [Finding(False, f"Tệp {file} không có hộp thư của xã {commune}", "Thêm xã vào tệp này.")]
    return [_mailbox(one) for one in wanted]


def _mailbox(mailbox: Mailbox) -> Finding:
    name = f"Hộp thư của {mailbox.commune} tại {mailbox.host}"
    try:
        found = imap.look(mailbox)
    except imap.AWAY as error:
        return Finding(False, f"{name}: chưa đọc được", imap.in_words(error, mailbox))
    notes = ["Thư chờ được đọc hết khi hệ thống chạy, cũ trước mới sau."] if found.waiting else []
    if not found.has_processed:
        notes.append(f"Thư mục “{mailbox.processed}” chưa có, sẽ được tạo khi hệ thống chạy.")
    return Finding(True, f"{name}: {found.waiting} thư chờ tiếp nhận", " ".join(notes))


async def outgoing_mail(settings: Settings, stack: RunningStack | None = None) -> Finding:
    """Whether mails can be handed over: encrypted and logged in, as the address says. No mail is sent.

    stack: where one runs, its mail server is looked at unless the environment names another.
    """
    if "smtp_url" not in settings.model_fields_set and stack is None:
        return Finding(True, "Chưa đặt máy chủ gửi thư", "Đặt SMTP_URL, ví dụ smtps://tên:mật-khẩu@máy-chủ:465.")
    url = settings.smtp_url if "smtp_url" in settings.model_fields_set or stack is None else stack.smtp_url
    clock = settings.clock if stack is None else stack.clock
    try:
        server = mail_server(url, settings.smtp_ca, rehearsal=clock == "rehearsal")
    except WrongMailServer as error:
        return Finding(False, "Máy chủ gửi thư không dùng được", str(error))
    try:
        connection = await connected(server)
    except BROKEN as error:
        return Finding(False, f"Máy chủ gửi thư {server}: chưa gửi được", in_words(error, server))
    with suppress(*BROKEN):
        await connection.quit()
    how = {"tls": "có TLS", "starttls": "có TLS (STARTTLS)", "plain": "không mã hóa"}[server.security]
    return Finding(True, f"Máy chủ gửi thư {server}: kết nối được, {how}{', đã đăng nhập' if server.user else ''}")


def keys(file: Path | None, now: datetime, communes: Mapping[str, Profile] | None = None) -> list[Finding]:
    """Whether the keys and pictures that communes sign with can be used, and for how long."""
    try:
        known = Communes.load() if communes is None else communes
        found = Signer(file, known).look(now)
    except (KeysError, ProfileError) as error:
        return [Finding(False, "Tệp khóa ký số có lỗi", str(error))]
    if not found:
        return [Finding(True, "Không xã nào ký số văn bản", "Muốn ký số, xem signing trong hướng dẫn hồ sơ xã.")]
    return [Finding(not one.wrong, f"Khóa {one.key} của {one.commune}: {one.what}", one.wrong) for one in found]


async def identity_provider(settings: Settings) -> Finding:
    """Whether staff can sign in by the province's own provider. Nobody is signed in."""
    try:
        client = client_of(settings)
    except WrongSettings as error:
        return Finding(False, "Nhà cung cấp danh tính chưa dùng được", str(error))
    if client is None:
        return Finding(
            True, "Không có nhà cung cấp danh tính của tỉnh", "Cán bộ đăng nhập bằng mật khẩu của hệ thống này."
        )
    try:
        await Provider(client).look()
    except ProviderAway as error:
        remedy = "Kiểm tra DOITHOAI_OIDC_ISSUER và đường mạng từ máy này đến đó."
        return Finding(False, f"Nhà cung cấp danh tính {client.issuer}: chưa hỏi được ({error})", remedy)
    return Finding(True, f"Nhà cung cấp danh tính {client.issuer}: trả lời, có khóa kiểm tra chữ ký")


def proxies(settings: Settings) -> Finding:
    """Whether those who reach this installation from elsewhere are told apart: by their addresses they are limited."""
    host = urlsplit(settings.public_url).hostname or ""
    if settings.trusted_proxies:
        return Finding(True, f"Địa chỉ người gửi lấy từ máy chủ chuyển tiếp {settings.trusted_proxies}")
    if host == "localhost" or host.startswith("127.") or host == "::1":
        return Finding(True, "Không có máy chủ chuyển tiếp (proxy)")
    return Finding(
        False,
        f"Người dân vào bằng {settings.public_url}, chưa khai báo máy chủ chuyển tiếp (proxy)",
        "Đặt DOITHOAI_TRUSTED_PROXIES là địa chỉ của máy chủ ấy: nếu không, mọi phiếu như gửi từ một mạng, "
        "và giới hạn của một người chặn tất cả.",
    )


def _nats_server() -> Finding:
    return _tried("Chương trình nats-server", binary, "Chạy `make install`.")


def _tried(what: str, look: Callable[[], object], remedy: str) -> Finding:
    try:
        look()
    except (CannotStart, RuntimeError, OSError) as error:
        return Finding(False, f"{what}: {error}", remedy)
    return Finding(True, what)


async def _ready(name: str, url: str) -> Finding:
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.get(f"{url}/readyz")
            reason = "" if answer.status_code == 200 else str(answer.json().get("reason"))
    except (httpx.HTTPError, ValueError) as error:
        reason = f"không trả lời ({type(error).__name__})"
    if reason:
        return Finding(False, f"Dịch vụ {name}: {reason}", f"Xem nhật ký log/{name}.log trong thư mục dữ liệu.")
    return Finding(True, f"Dịch vụ {name} sẵn sàng tại {url}")


def _payload(limit: int) -> Finding:
    remedy = f"Đặt max_payload của NATS ít nhất {MAX_PAYLOAD} byte, để phiếu đầy đủ nhất cũng đi được."
    good = limit >= MAX_PAYLOAD
    return Finding(good, f"NATS nhận thông điệp đến {limit} byte", "" if good else remedy)


async def _sync(monitor: str | None) -> Finding:
    """By default NATS confirms up to two minutes before it writes to the disk."""
    if monitor is None:
        return Finding(True, "NATS ở nơi khác", "Tự kiểm tra nơi đó đã đặt sync_interval: always cho JetStream.")
    try:
        async with httpx.AsyncClient(timeout=5) as http:
            told = (await http.get(f"{monitor}/varz")).json()
        always = told["jetstream"]["config"].get("sync_always", False)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return Finding(
            False, f"Không hỏi được NATS tại {monitor} ({type(error).__name__})", "Mở cổng giám sát của NATS."
        )
    remedy = "Đặt sync_interval: always cho JetStream: nếu không, mất điện có thể mất sự kiện đã xác nhận."
    return Finding(always, "NATS ghi đĩa trước khi xác nhận", "" if always else remedy)


async def _streams(stack: RunningStack) -> list[Finding]:
    client = await nats.connect(stack.nats_url, connect_timeout=3)
    try:
        js, findings = client.jetstream(), []
        for wanted in broker.streams(replicas=1):
            assert wanted.name
            info = await js.stream_info(wanted.name)
            differs = broker.difference(wanted, info.config) - {"num_replicas"}
            what = f"Luồng {wanted.name}: {info.state.messages} thông điệp"
            remedy = f"Khác cấu hình chuẩn ở {', '.join(sorted(differs))}: khởi động lại một dịch vụ để đặt lại."
            findings.append(Finding(not differs, what, remedy if differs else ""))
        findings.append(_payload(client.max_payload))
        findings.append(await _sync(stack.nats_monitor_url))
        parked = (await js.stream_info(broker.DEADLETTERS)).state.messages
        remedy = f"Xem {stack.services['console']}/van-hanh."
        findings.append(Finding(not parked, f"Thông điệp bị gác lại: {parked}", remedy if parked else ""))
        return findings
    finally:
        await client.close()
