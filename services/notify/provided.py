"""What the handlers of notify ask for."""

from pathlib import Path
from typing import Annotated

from services.notify.mailing.message_ids import MessageIds
from services.notify.making import Maker
from services.notify.numbers.store import Numbers
from services.notify.post import PostRoom
from services.notify.posting.files import RunFiles
from services.notify.posting.room import PrintRoom
from services.notify.posting.store import PrintRuns
from services.notify.store import Correspondences, Envelopes
from services.notify.texts.store import Texts
from shared.clock import Clock
from shared.communes import Communes
from shared.handlers import Provided

Letters = Annotated[Correspondences, Provided("correspondences")]
Daily = Annotated[Envelopes, Provided("envelopes")]
Post = Annotated[PostRoom, Provided("post")]
Profiles = Annotated[Communes, Provided("communes")]
Now = Annotated[Clock, Provided("now")]
Tokens = Annotated[MessageIds, Provided("message_ids")]
Making = Annotated[Maker, Provided("maker")]
Registers = Annotated[Numbers, Provided("numbers")]
LettersFolder = Annotated[Path, Provided("letters_folder")]
OwnTexts = Annotated[Texts, Provided("texts")]
Runs = Annotated[PrintRuns, Provided("print_runs")]
Printing = Annotated[PrintRoom, Provided("print_room")]
RunsAsFiles = Annotated[RunFiles, Provided("run_files")]
BaseUrl = Annotated[str, Provided("base_url")]
