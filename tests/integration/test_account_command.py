"""`doithoai account` and `doithoai report` on a running console: links, states, and a session for a command."""

import json
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.servers import RunningSystem, running

CLERK = "hanh.clerk@hanoi.example"


@pytest.fixture(scope="module")
def system() -> Iterator[RunningSystem]:
    with running(services=["console"]) as found:
        yield found


def doithoai(system: RunningSystem, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services", *arguments, "--data", str(system.folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def told(system: RunningSystem, *arguments: str) -> list[dict[str, object]]:
    done = doithoai(system, "account", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_accounts_are_opened_listed_reset_and_closed(system: RunningSystem) -> None:
    [added] = told(system, "add", CLERK)
    assert str(added["link"]).startswith(f"{system.addresses.services['console']}/vao/lan-dau?ma=")
    assert "Trần Thị Hạnh" in httpx.get(str(added["link"])).text
    told(system, "add", "minh@tinh.example", "--role", "operator", "--name", "Đỗ Minh")
    listed = {str(one["email"]): one for one in told(system, "list")}
    assert (listed[CLERK]["role"], listed[CLERK]["commune"], listed[CLERK]["state"]) == (
        "clerk",
        "thanh-tri",
        "chờ đặt mật khẩu",
    )
    assert (listed["minh@tinh.example"]["role"], listed["minh@tinh.example"]["name"]) == ("operator", "Đỗ Minh")
    [reset] = told(system, "reset", CLERK)
    assert httpx.get(str(added["link"])).status_code == 410, "an earlier link is void"
    assert httpx.get(str(reset["link"])).status_code == 200
    told(system, "revoke", CLERK)
    assert httpx.get(str(reset["link"])).status_code == 410
    assert "đã khóa" in doithoai(system, "account", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["add", "nobody@hanoi.example"], 1, "Không hồ sơ xã nào"),
        (["reset", "nobody@hanoi.example"], 1, "Chưa có tài khoản"),
        (["add", "a@b.vn", "--role", "clerk"], 2, "--role"),
        (["add", "a@b.vn", "--role", "operator"], 2, "--name"),
        (["add", CLERK, "--name", "An"], 2, "hồ sơ xã"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_code(
    system: RunningSystem, arguments: list[str], code: int, says: str
) -> None:
    done = doithoai(system, "account", *arguments)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr


def test_a_report_is_fetched_through_the_door(system: RunningSystem) -> None:
    file = system.folder / "bao-cao.xlsx"
    done = doithoai(system, "report", "thanh-tri", "2026-Q2", "-o", str(file))
    assert done.returncode == 0, done.stderr
    assert file.read_bytes()[:2] == b"PK"
