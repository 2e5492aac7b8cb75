"""A real IMAP server for tests: Debian's dovecot, on a free port of loopback, with TLS and a temporary folder."""

import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import trustme
import yaml
from imap_tools import MailBox

from services.intake.mailbox.mailboxes import PROCESSED

REMEDY = "dovecot is missing: apt install dovecot-imapd (`make test` does)"
USER, PASSWORD = "xa@thanhtri.example", "mật khẩu 50% #1/2"
START_LIMIT_S = 10


def dovecot() -> str | None:
    """The program, where it is installed."""
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")


@dataclass
class MailServer:
    """A dovecot with one mailbox. It can be stopped and started again; the mails stay."""

    folder: Path
    port: int
    ca: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        program = dovecot()
        assert program, REMEDY
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [program, "-F", "-c", str(self.folder / "dovecot.conf")], stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        end = time.monotonic() + START_LIMIT_S
        while True:
            with socket.socket() as knock:
                knock.settimeout(1)
                if knock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @contextmanager
    def client(self) -> Iterator[MailBox]:
        """As the mail program of a clerk sees the mailbox."""
        box = MailBox("localhost", self.port, timeout=20, ssl_context=ssl.create_default_context(cafile=str(self.ca)))
        box.login_utf8(USER, PASSWORD)
        try:
            yield box
        finally:
            box.logout()

    def put(self, *mails: bytes | EmailMessage, at: datetime | None = None) -> None:
        """Put mails into the inbox, as they are."""
        with self.client() as box:
            for mail in mails:
                box.append(bytes(mail), dt=at)

    def drop(self, name: str, data: bytes) -> None:
        """Put a mail there as a file: what no server would take over IMAP."""
        place = self.folder / "mail" / "new"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
        owner = (self.folder / "mail").stat()
        os.chown(place, owner.st_uid, owner.st_gid)
        os.chown(place / name, owner.st_uid, owner.st_gid)

    def held(self, folder: str = "INBOX") -> int:
        """How many mails are in a folder."""
        with self.client() as box:
            if not box.folder.exists(folder):
                return 0
            return box.folder.status(folder)["MESSAGES"]

    @property
    def processed(self) -> int:
        return self.held(PROCESSED)

    def mailboxes(self, password: str = PASSWORD, **more: object) -> Path:
        """The file that settings name, for one commune."""
        user, secret = (_quoted(text) for text in (USER, password))
        entry = {"url": f"imaps://{user}:{secret}@localhost:{self.port}", "ca": str(self.ca), "every": 1, **more}
        file = self.folder / "mailboxes.yaml"
        file.write_text(yaml.safe_dump({"thanh-tri": entry}, allow_unicode=True), encoding="utf-8")
        file.chmod(0o600)
        return file


@contextmanager
def mail_server(capability: str = "") -> Iterator[MailServer]:
    """A dovecot that runs, in a folder of its own; it ends with the test.

    capability: what it says it can; empty for everything.
    """
    with tempfile.TemporaryDirectory(prefix="doithoai-dovecot-") as name:
        Path(name).chmod(0o755)  # its processes are several users' where root starts it
        with _server(Path(name), capability) as server:
            yield server


@contextmanager
def _server(folder: Path, capability: str) -> Iterator[MailServer]:
    authority, port = trustme.CA(), _free_port()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    (folder / "server.pem").chmod(0o600)
    (folder / "dovecot.conf").write_text(_configuration(folder, port, capability), encoding="utf-8")
    owner = pwd.getpwnam(_owner())
    (folder / "mail").mkdir()
    os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    server = MailServer(folder, port, folder / "ca.pem")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _owner() -> str:
    """Dovecot gives no mail to root."""
    return "nobody" if os.getuid() == 0 else getpass.getuser()


def _configuration(folder: Path, port: int, capability: str) -> str:
    user = pwd.getpwnam(_owner())
    group = grp.getgrgid(user.pw_gid).gr_name
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_login_user = {user.pw_name}
default_internal_user = {user.pw_name}
default_internal_group = {group}
first_valid_uid = 1
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail
mail_fsync = never
imap_capability = {capability}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={user.pw_uid} gid={user.pw_gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _quoted(text: str) -> str:
    return quote(text, safe="")
