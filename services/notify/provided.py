"""What the handlers of notify ask for."""

from pathlib import Path
from typing import Annotated

from services.notify.making import Maker
from services.notify.numbers.store import Numbers
from services.notify.post import PostRoom
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
Making = Annotated[Maker, Provided("maker")]
Registers = Annotated[Numbers, Provided("numbers")]
LettersFolder = Annotated[Path, Provided("letters_folder")]
OwnTexts = Annotated[Texts, Provided("texts")]
BaseUrl = Annotated[str, Provided("base_url")]
