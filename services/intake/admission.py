"""Who may take in forms and files, find a form, and read what is attached to it."""

from typing import Any

from services.intake.dialogue import OFFICE, allow_role
from services.intake.submissions import Submission
from shared.contracts import Actor, Role
from shared.contracts.intake import FilePurpose, ReadFile, RegisterSubmission, StoreFile

REGISTRARS = OFFICE | {Role.OPERATOR, Role.SYSTEM}
"""The last two take in files and mails for the office."""


def admit(command: RegisterSubmission) -> None:
    """Refuse who may not take in forms; what is asked from the floor, only the office notes."""
    allow_role(command, "nhập phiếu đăng ký", OFFICE if command.channel == "floor" else REGISTRARS)


def may_find(submission: Submission, actor: Actor) -> bool:
    """Staff find the forms of their own commune by code, an operator those of all."""
    return actor.role is Role.OPERATOR or submission.commune == actor.commune


def as_found(submission: Submission, actor: Actor) -> dict[str, Any]:
    """What is told of a form that was looked up; who asked what, only to those who take in forms there."""
    state: dict[str, Any] = {"id": submission.id, "commune": submission.commune, "code": submission.code}
    if submission.commune == actor.commune and actor.role in REGISTRARS:
        state["registrant"] = submission.registrant.model_dump(mode="json")
        state["questions"] = [question.model_dump(mode="json") for question in submission.questions]
    return state


def admit_files(command: StoreFile) -> None:
    """Refuse who may not hand in files."""
    allow_role(command, "gửi tệp", REGISTRARS)


def permit_file(command: ReadFile, purpose: FilePurpose, form: Submission | None) -> None:
    """The files of a form are for whoever answers it, and where it reads like a denunciation for the office alone.

    Whole mails and lists, and what no form names, are for who takes in forms.

    Args:
        form: the one that names the file.
    """
    if purpose != "attachment" or form is None:
        may = REGISTRARS
    else:
        may = OFFICE if form.confidential else frozenset(Role) - {Role.PROVINCE}
    allow_role(command, "xem tệp này", may)
