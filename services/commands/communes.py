"""What is configured for a commune: its profile, its mailbox, its plan."""

from pathlib import Path
from typing import Annotated

import typer

from services.commands.terminal import print_findings, refuse, wrong_usage

communes = typer.Typer(help="Hồ sơ cấu hình của xã.", no_args_is_help=True)
mailbox = typer.Typer(help="Hộp thư điện tử của xã.", no_args_is_help=True)
plans = typer.Typer(help="Kế hoạch của xã.", no_args_is_help=True)


@communes.command("check")
def commune_check(file: Path) -> None:
    """Kiểm tra một hồ sơ xã: chỉ ra mọi chỗ sai theo dòng, và những chỗ nên xem lại."""
    from services.deadlines.rules import DEFAULTS
    from shared.communes import ProfileError, check_profile

    try:
        profile, remarks = check_profile(file, {rule: (term.count, term.unit) for rule, term in DEFAULTS.items()})
    except FileNotFoundError:
        refuse(f"Không có tệp {file}.")
    except OSError as error:
        refuse(f"Không đọc được {file}: {error.strerror}.")
    except ProfileError as error:
        refuse(str(error))
    for remark in remarks:
        typer.echo(str(remark))
    typer.echo(f"{file}: đúng ({profile.name}, {len(profile.departments)} phòng)")


@mailbox.command("check")
def mailbox_check(
    commune: str,
    file: Annotated[Path | None, typer.Option(help="Tệp hộp thư; mặc định: DOITHOAI_MAILBOXES.")] = None,
) -> None:
    """Thử kết nối hộp thư của xã, đếm thư chờ, nói phải làm gì; không thay đổi gì trong hộp thư."""
    from deploy.embedded.doctor import mailboxes
    from shared.settings import Settings

    where = file or Settings().mailboxes
    if where is None:
        wrong_usage("chưa biết tệp hộp thư: đặt DOITHOAI_MAILBOXES hoặc dùng --file")
    print_findings(mailboxes(where, commune))


@plans.command("read", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def plan_read() -> None:
    """Chưa có trong bản này."""
    wrong_usage("`doithoai plan read` chưa có trong bản này.")
