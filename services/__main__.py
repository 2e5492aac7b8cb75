"""The command line `doithoai`. Exit code 0: done; 1: refused, with the reason on stderr; 2: wrong usage."""

import typer

from services.commands.accounts import account
from services.commands.calendars import calendars
from services.commands.communes import communes, mailbox, plans
from services.commands.office import classify, deadline, letter, register, report, trace
from services.commands.operating import consoles, deadletters
from services.commands.system import asyncapi, bench, demo, doctor, run, up

app = typer.Typer(
    help="Đối thoại giữa chính quyền xã với người dân: tiếp nhận, chuyển, trả lời đúng hạn, không bỏ sót.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (up, run, demo, register, classify, deadline, letter, report, trace, asyncapi, doctor, bench):
    app.command()(command)
for name, group in {
    "calendar": calendars,
    "commune": communes,
    "account": account,
    "mailbox": mailbox,
    "plan": plans,
    "deadletters": deadletters,
    "console": consoles,
}.items():
    app.add_typer(group, name=name)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
