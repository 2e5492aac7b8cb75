"""What every command says and reads alike: its options, its answers, its refusals."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from deploy.embedded.doctor import Finding
    from deploy.embedded.installation import RunningStack

Data = Annotated[Path, typer.Option("--data", help="Thư mục dữ liệu.")]
Json = Annotated[bool, typer.Option("--json", help="In mỗi kết quả một dòng JSON.")]
VAR = Path("var")


def stack_on(data: Path) -> "RunningStack":
    from deploy.embedded.installation import running

    stack = running(data)
    if stack is None:
        refuse(f"Không có hệ thống nào đang chạy trên {data}. Hãy chạy `doithoai up` ở một cửa sổ khác trước.")
    return stack


def profile_of(commune: str) -> Any:
    from shared.communes import Communes, ProfileError

    try:
        profiles = Communes.load()
    except ProfileError as error:
        refuse(str(error))
    if commune not in profiles:
        refuse(f"Chưa có hồ sơ của xã {commune!r}; có: {', '.join(profiles)}.")
    return profiles[commune]


def lines_of(file: str) -> list[str]:
    text = sys.stdin.read() if file == "-" else content_of(Path(file)).decode("utf-8", "replace")
    return [line for line in text.splitlines() if line.strip()]


def content_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        refuse(f"Không đọc được {file}: {error.strerror}.")


def print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def print_findings(findings: "Sequence[Finding]") -> None:
    """Ends with exit code 1 where one of them is not good."""
    for finding in findings:
        typer.echo(
            f"{'✓' if finding.good else '✗'} {finding.what}" + (f"\n    → {finding.remedy}" if finding.remedy else "")
        )
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def refuse(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(1)


def wrong_usage(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(2)
