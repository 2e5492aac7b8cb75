"""Files that other services hand in and ask for, in parts."""

import base64
import binascii

from services.intake import admission
from services.intake.files import PART, UnwantedFile
from services.intake.mailbox.handlers import mail_as_text
from services.intake.mailbox.leftovers import KEPT
from services.intake.provided import Answer, FileStore, MailStore, Profiles, SubmissionStore, profile_of
from shared.contracts import Done, Refusal
from shared.contracts.intake import ReadFile, StoreFile
from shared.handlers import Handlers

consumes = Handlers("intake")


@consumes.command(StoreFile)
async def store_file(command: StoreFile, files: FileStore, profiles: Profiles) -> Answer:
    """A part that comes twice is stored once."""
    commune = profile_of(profiles, command).id
    admission.admit_files(command)
    try:
        content = base64.b64decode(command.content, validate=True)
        attachment = await files.keep_part(
            commune, command.file, command.name, command.purpose, command.part, command.parts, content
        )
    except UnwantedFile as unwanted:
        raise Refusal("invalid", unwanted.reason) from unwanted
    except binascii.Error as error:
        raise Refusal("invalid", "Tệp đến không nguyên vẹn. Xin gửi lại tệp.") from error
    return Done(version=0, state={"attachment": attachment.model_dump(mode="json") if attachment else None})


@consumes.command(ReadFile)
async def read_file(
    command: ReadFile, files: FileStore, store: SubmissionStore, mails: MailStore, profiles: Profiles
) -> Answer:
    """A file of one's own commune, for those who work with its forms. With a mail comes what it says, under "mail"."""
    profile = profile_of(profiles, command)
    kept = await files.find(command.file)
    if kept is None and await mails.original_gone(profile.id, command.file):
        raise Refusal("not-found", f"Thư này do máy gửi tự động; thư gốc chỉ được giữ {KEPT.days} ngày và đã được xóa.")
    if kept is None or kept.commune != profile.id:
        raise Refusal("not-found", "Không tìm thấy tệp này.")
    form = await store.of_file(command.file, kept.named_by) if kept.purpose == "attachment" else None
    admission.permit_file(command, kept.purpose, form)
    data = await files.read(command.file) or b""
    parts = max(1, -(-len(data) // PART))
    piece = data[(command.part - 1) * PART : command.part * PART]
    is_asked = kept.purpose == "mail" and command.part == 1
    says = await mail_as_text(files, kept, data, profile.email) if is_asked else None
    return Done(
        version=0,
        state={
            "mail": says,
            "attachment": kept.attachment.model_dump(mode="json"),
            "part": command.part,
            "parts": parts,
            "content": base64.b64encode(piece).decode("ascii"),
        },
    )
