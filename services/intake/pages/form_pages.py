"""The page on which citizens register their questions, and the notice that they agree to there.

Nothing typed is ever lost: a form that is not taken comes back as it was, with its files and with what to mend.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from services.intake.dialogue import Announcement
from services.intake.files import MOST_BYTES, MOST_OF_A_FORM, Files
from services.intake.pages import online_form
from services.intake.pages.errors import RETRY_AFTER_S, Away, patience
from services.intake.pages.limits import Limits, network_of
from services.intake.pages.notice import NOT_AGREED, VERSION, notice
from services.intake.pages.online_form import MOST_QUESTIONS, NO_DIALOGUE, WrongForm, asked_in, read
from services.intake.pages.paper_pages import Page, must_be_known, plan_files
from services.intake.pages.session import Sessions
from services.intake.pages.uploads import Basket, Seal
from services.intake.reception import Reception
from services.intake.store import Dialogues
from services.intake.submissions import Arrival, dialogue_for, next_dialogue, taking_registrations
from shared.communes import Profile
from shared.contracts import Refusal
from shared.contracts.people import Attachment, Matter, Registrant, Section
from shared.service import Service
from shared.text import one_line
from shared.web import SECURITY_HEADERS

MOST_OF_A_BODY = 55_000_000
"""Bytes of a form with its files; these go to the disk as they come."""
MOST_OF_A_BOX = 1_300_000
"""Bytes of one field: the fullest box holds 20 questions of 20,000 letters of three bytes."""
MOST_FIELDS, MOST_FILES = 20, 100
"""Of one form, beyond which it is not read any further. A file too many is told by its name."""

SHOWN_OF_A_QUESTION = 120

CONTACT = ("name", "phone", "address", "email")
BOXES: tuple[Section, ...] = ("procedures", "handling")
TYPED = (*CONTACT, "dialogue", *BOXES)
TRAP = "trang_web"
"""A field that people neither see nor hear of. Programs that fill in whatever they find fill it in."""

AWAY = (
    "Hệ thống đang tạm gián đoạn. Những gì ông/bà đã điền vẫn còn nguyên ở dưới. Xin bấm “Gửi câu hỏi” lần nữa "
    "sau ít phút; gửi lại nhiều lần cũng chỉ tính một phiếu."
)
TRAPPED = (
    "Phiếu này giống phiếu do máy tự điền nên chưa được nhận. Những gì ông/bà đã điền vẫn còn nguyên ở dưới. "
    "Nếu ông/bà tự điền, xin bấm “Gửi câu hỏi” lần nữa."
)
FLOODED = (
    "Trong một giờ qua có quá nhiều phiếu gửi từ cùng một mạng với ông/bà. Những gì ông/bà đã điền vẫn còn nguyên "
    "ở dưới. Xin bấm “Gửi câu hỏi” lần nữa sau {minutes} phút."
)
CHOOSE_AGAIN = " Tệp nào không còn trong phiếu ở dưới thì xin chọn lại."


class Held(Exception):
    """Nothing is wrong with a form, and it is not taken now."""

    def __init__(self, words: str, status: int, retry_after_s: int | None = None) -> None:
        self.words, self.status, self.retry_after_s = words, status, retry_after_s
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Filled:
    """The page's form as it came. carried: the files of earlier tries, signed; dropped: ids of those left out now."""

    typed: Mapping[str, str]
    consent: str
    trap: str
    carried: str
    dropped: frozenset[str]
    uploads: Sequence[UploadFile]

    @classmethod
    def of(cls, form: FormData) -> "Filled":
        def text(name: str) -> str:
            value = form.get(name)
            return value if isinstance(value, str) else ""

        return cls(
            typed={name: text(name) for name in TYPED},
            consent=text("consent"),
            trap=text(TRAP),
            carried=text("carried"),
            dropped=frozenset(value for value in form.getlist("drop") if isinstance(value, str)),
            uploads=[one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename],
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form shows besides the commune. held: why it was not taken though nothing is wrong with it."""

    told: Sequence[Announcement] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    kept: Sequence[Attachment] = ()
    agreed: bool = False
    held: str = ""
    away: bool = False


def add_pages(
    service: Service,
    reception: Reception,
    dialogues: Dialogues,
    files: Files,
    sessions: Sessions,
    limits: Limits,
    page: Page,
) -> None:
    """Add the form and the notice."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    seal = Seal(service.settings.secret)

    @router.get("/thong-bao-du-lieu")
    async def data_notice(xa: str = "") -> HTMLResponse:
        profile = service.communes.get(xa)
        return page("notice.html", notice=_notice_of(profile) if profile else notice(), commune=profile)

    @router.get("/xa/{commune}")
    async def form(commune: str, hoi_nghi: str = "") -> HTMLResponse:
        return show(commune, Shown(await told_of(commune), {"dialogue": hoi_nghi}))

    @router.post("/xa/{commune}")
    async def submit(commune: str, request: Request) -> Response:
        must_be_known(service, commune)
        limit = {"max_files": MOST_FILES, "max_fields": MOST_FIELDS, "max_part_size": MOST_OF_A_BOX}
        async with request.form(**limit) as sent:
            return await take_in(commune, request, Filled.of(sent))

    @router.post("/xa/{commune}/cau-hoi")
    async def taken_apart(commune: str, text: Annotated[str, Form()] = "") -> JSONResponse:
        """The questions that one box would become: shown while it is written, so that nobody is taken apart wrongly."""
        must_be_known(service, commune)
        questions = [one_line(asked.text)[:SHOWN_OF_A_QUESTION] for asked in asked_in({"procedures": text})]
        return JSONResponse({"questions": questions[:MOST_QUESTIONS]}, headers=SECURITY_HEADERS)

    async def take_in(commune: str, request: Request, filled: Filled) -> Response:
        shown: dict[str, Any] = {"typed": filled.typed, "agreed": filled.consent == VERSION}
        basket = Basket()
        basket.carry(seal, commune, filled.carried, filled.dropped)
        try:
            shown["told"] = told = await told_of(commune)
            hold_back(request, filled)
            for upload in filled.uploads:
                await basket.put(files, commune, upload)
            arrival, chosen = checked(filled, told, basket)
            async with patience():
                receipt = await reception.take_in(commune, arrival, chosen)
        except WrongForm as error:
            return show(commune, Shown(**shown, problems=error.problems, kept=basket.kept), 422)
        except (Held, Away) as error:
            held = error if isinstance(error, Held) else Held(AWAY, 503, RETRY_AFTER_S)
            shown |= {"held": held.words + (CHOOSE_AGAIN if filled.uploads else ""), "away": error is not held}
            return show(commune, Shown(**shown, kept=basket.kept), held.status, held.retry_after_s)
        response = RedirectResponse(f"/phieu/{receipt.code}{'?lai=1' if receipt.duplicate else ''}", 303)
        sessions.open(response, request, receipt.code)
        return response

    def hold_back(request: Request, filled: Filled) -> None:
        """Refuse floods and programs before anything is stored."""
        if wait := limits.take(network_of(request.client.host if request.client else None)):
            raise Held(FLOODED.format(minutes=-(-wait // 60)), 429, wait)
        if filled.trap:
            raise Held(TRAPPED, 422)

    def checked(filled: Filled, told: Sequence[Announcement], basket: Basket) -> tuple[Arrival, Announcement | None]:
        """The form as it is taken in, and for which dialogue; everything that must be mended is told at once."""
        typed, now = filled.typed, service.clock()
        problems: dict[str, str] = {}
        registrant: Registrant | None = None
        chosen, matters = None, tuple[Matter, ...]()
        wanted = online_form.Form(
            **{name: typed[name] for name in CONTACT},
            dialogue=typed["dialogue"] or None,
            questions=asked_in({box: typed[box] for box in BOXES}),
        )
        try:
            chosen = dialogue_for(told, wanted.dialogue, "web", now)
        except Refusal as refusal:
            problems["dialogue"] = refusal.reason
        if wanted.dialogue is None and len(taking_registrations(told, now)) > 1:
            problems["dialogue"] = NO_DIALOGUE
        try:
            registrant, matters = read(wanted)
        except WrongForm as error:
            problems |= error.problems
        if basket.problems:
            problems["files"] = " ".join(basket.problems)
        if filled.consent != VERSION:
            problems["consent"] = NOT_AGREED
        if problems or registrant is None:
            raise WrongForm(problems)
        return Arrival("web", registrant, matters, notice=VERSION, attachments=tuple(basket.kept)), chosen

    async def told_of(commune: str) -> list[Announcement]:
        must_be_known(service, commune)
        async with patience():
            return await dialogues.told(commune)

    def show(commune: str, shown: Shown, status: int = 200, retry_after_s: int | None = None) -> HTMLResponse:
        now, profile = service.clock(), service.communes[commune]
        return page(
            "form.html",
            status,
            {"Retry-After": str(retry_after_s)} if retry_after_s else None,
            commune=profile,
            dialogue=next_dialogue(shown.told, now),
            choices=taking_registrations(shown.told, now),
            plans=plan_files(service.settings.communes, commune),
            typed=shown.typed,
            returned=status != 200,
            problems=_by_box(shown.problems),
            kept=shown.kept,
            carried=seal.of(commune, shown.kept),
            most_files=MOST_OF_A_FORM,
            most_bytes=MOST_BYTES,
            trap=TRAP,
            notice=_notice_of(profile),
            agreed=shown.agreed,
            held=shown.held,
            office=", ".join(way for way in (profile.email, profile.phone, profile.address) if way),
            away=shown.away,
        )

    service.app.include_router(router)


def _notice_of(profile: Profile) -> Any:
    return notice(profile.name, profile.address, profile.email, profile.phone)


def _by_box(problems: Mapping[str, str]) -> dict[str, str]:
    """The page has two boxes for all questions; what is wrong with several of them is said in one place."""
    boxes: dict[str, str] = {}
    for place, told in problems.items():
        box = place.split("/")[0]
        boxes[box] = f"{boxes[box]} {told}" if box in boxes else told
    return boxes
