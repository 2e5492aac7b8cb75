"""What every operators' page has: the alarms on top, the places side by side, and a note of what an operator did."""

from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.console.acting import Acting
from services.console.event_words import event_name
from services.console.pages import Pages
from services.console.reader import Reader
from services.console.streams.deeds import Deeds
from services.console.streams.replays import Replays
from services.console.streams.spoken import DONE, alarm_in_words
from services.console.streams.watch import Watch
from services.console.view import View
from shared.contracts import Role
from shared.service import Service

HOME = "/van-hanh"
PLACES = (
    ("flow", HOME, "Sơ đồ"),
    ("streams", f"{HOME}/luong", "Luồng"),
    ("handlers", f"{HOME}/noi-xu-ly", "Nơi xử lý"),
    ("tail", f"{HOME}/su-kien", "Sự kiện"),
    ("parked", f"{HOME}/bi-giu", "Bị giữ lại"),
    ("health", f"{HOME}/suc-khoe", "Sức khỏe"),
)
GUIDE = f"{HOME}/huong-dan"


@dataclass(frozen=True, slots=True)
class Frame:
    """What the operators' pages are made with."""

    service: Service
    pages: Pages
    view: View
    reader: Reader
    watch: Watch
    deeds: Deeds
    replays: Replays = field(default_factory=Replays)

    def show(
        self, template: str, who: Acting, place: str, status: int = 200, xong: str = "", **values: Any
    ) -> Response:
        """One page; place: which of `PLACES` it belongs to. xong: what was done just before."""
        return self.pages.show(
            template,
            who,
            status,
            place=place,
            places=PLACES,
            guide=GUIDE,
            alarms=self.watch.alarms.now,
            spoken=alarm_in_words,
            said=event_name,
            most_parked=self.watch.latest.most_parked,
            done=DONE.get(xong, ""),
            **values,
        )

    def require_operator(self, who: Acting) -> None:
        """What changes something is the operators' alone.

        Raises:
            HTTPException: 403.
        """
        if who.role is not Role.OPERATOR:
            raise HTTPException(403, "Việc này dành cho người vận hành hệ thống.")
