"""What the handlers of intake ask for."""

from typing import Annotated

from services.intake.files import Files
from services.intake.library.store import Catalogue, Library
from services.intake.mailbox.reception import MailReception
from services.intake.reception import Reception
from services.intake.store import Dialogues, Incomings, Submissions
from shared.clock import Clock
from shared.communes import Communes, Profile
from shared.contracts import Command, Done, Refusal, Refused
from shared.handlers import Provided

DialogueStore = Annotated[Dialogues, Provided("dialogues")]
SubmissionStore = Annotated[Submissions, Provided("submissions")]
FrontDoor = Annotated[Reception, Provided("reception")]
FileStore = Annotated[Files, Provided("files")]
MailStore = Annotated[Incomings, Provided("mails")]
MailRoom = Annotated[MailReception, Provided("mail_room")]
LibraryStore = Annotated[Library, Provided("library")]
Books = Annotated[Catalogue, Provided("catalogue")]
Profiles = Annotated[Communes, Provided("communes")]
Now = Annotated[Clock, Provided("now")]
Answer = Done | Refused


def profile_of(profiles: Communes, command: Command) -> Profile:
    """The profile of the commune that a command is about.

    Raises:
        Refusal: there is none.
    """
    if command.actor.commune not in profiles:
        raise Refusal("not-found", f"Chưa có hồ sơ cấu hình của xã {command.actor.commune}.")
    return profiles[command.actor.commune]
