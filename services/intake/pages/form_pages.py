"""The page on which citizens register their questions, and the notice that they agree to there.

Nothing typed is ever lost: a form that is not taken comes back as it was, with its files and with what to mend.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from services.intake.dialogue import Announcement
from services.intake.files import MOST_BYTES, MOST_OF_A_FORM, Files
from services.intake.pages import online_form
from services.intake.pages.errors import RETRY_AFTER_S, TITLES, Away, patience
from services.intake.pages.limits import DAY_S, NetworkLimits, host_of
from services.intake.pages.notice import NOT_AGREED, VERSION, notice
from services.intake.pages.online_form import MOST_QUESTIONS, NO_DIALOGUE, WrongForm, asked_in, read
from services.intake.pages.own_site import OF_FORMS, refuse_other_sites
from services.intake.pages.paper_pages import Page, must_be_known, plan_files
from services.intake.pages.repeats import Senders, office_of, where_the_code_is
from services.intake.pages.session import Sessions
from services.intake.pages.uploads import Basket, Seal
from services.intake.reception import AlreadyTaken, Reception
from services.intake.store import Dialogues
from services.intake.submissions import Arrival, dialogue_for, next_dialogue, taking_registrations
from shared.communes import Profile
from shared.contracts import Refusal
from shared.contracts.people import Attachment, Matter, Registrant, Section
from shared.service import Service
from shared.text import one_line
from shared.web import SECURITY_HEADERS, problem

MOST_OF_A_BODY = 55_000_000
"""Bytes of a form with its files; these go to the disk as they come."""
MOST_OF_A_BOX = 1_300_000
"""Bytes of one field: the fullest box holds 20 questions of 20,000 letters of three bytes."""
MOST_FIELDS, MOST_FILES = 20, 100
"""Of one form, beyond which it is not read any further. A file too many is told by its name."""
MOST_OF_A_DAY = 200_000_000
"""Bytes of files that one connection may leave here in a day: the disk is everybody's."""
LIGHT = 2_000_000
"""Bytes of a body that is read whatever comes of it, so that nothing typed is lost: the fullest form has fewer."""

SHOWN_OF_A_QUESTION = 120
TAKEN_APART_AN_HOUR = 1_200
"""For one address, as many as hints: a whole office, or a village behind one line, may type all day."""

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
FULL = (
    "Trong một ngày qua có quá nhiều tệp gửi từ cùng một mạng với ông/bà. Những gì ông/bà đã điền vẫn còn nguyên "
    "ở dưới. Xin bấm “Gửi câu hỏi” lần nữa để gửi phiếu không kèm tệp, hoặc gửi lại sau {hours} giờ."
)
UNREAD = (
    "Có quá nhiều phiếu hoặc tệp gửi từ cùng một mạng với ông/bà nên phiếu này chưa được nhận. Xin ông/bà quay lại "
    "trang trước và gửi phiếu không kèm tệp, hoặc gửi lại sau {minutes} phút."
)
CHOOSE_AGAIN = " Tệp nào không còn trong phiếu ở dưới thì xin chọn lại."


class Held(Exception):
    """Nothing is wrong with a form, and it is not taken now."""

    def __init__(self, words: str, status: int, retry_after_s: int | None = None) -> None:
        self.words, self.status, self.retry_after_s = words, status, retry_after_s
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Filled:
    """The page's form as it came.

    once: tells this form from others like it; carried: the files of earlier tries, signed; dropped: ids of those left
    out now.
    """

    typed: Mapping[str, str]
    consent: str
    trap: str
    once: str
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
            once=text("once"),
            carried=text("carried"),
            dropped=frozenset(value for value in form.getlist("drop") if isinstance(value, str)),
            uploads=[one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename],
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form shows besides the commune. held: why it was not taken though nothing is wrong with it.

    once: see `Filled`; a new one where there is none.
    """

    told: Sequence[Announcement] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    kept: Sequence[Attachment] = ()
    agreed: bool = False
    once: str = ""
    held: str = ""
    away: bool = False


def add_pages(
    service: Service,
    reception: Reception,
    dialogues: Dialogues,
    files: Files,
    sessions: Sessions,
    senders: Senders,
    limits: NetworkLimits,
    page: Page,
) -> None:
    """Add the form and the notice."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    seal = Seal(service.settings.secret)
    stored, typing = NetworkLimits(MOST_OF_A_DAY, within_s=DAY_S), NetworkLimits(TAKEN_APART_AN_HOUR)
    known_as = urlsplit(service.settings.public_url).netloc

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
        refuse_other_sites(request, known_as)
        host = host_of(request)
        if not _is_light(request) and (wait := max(limits.wait_s(host), stored.wait_s(host))):
            raise HTTPException(429, UNREAD.format(minutes=-(-wait // 60)), {"Retry-After": str(wait)})
        limit = {"max_files": MOST_FILES, "max_fields": MOST_FIELDS, "max_part_size": MOST_OF_A_BOX}
        async with request.form(**limit) as sent:
            return await take_in(commune, request, Filled.of(sent))

    @router.post("/xa/{commune}/cau-hoi")
    async def taken_apart(commune: str, request: Request, text: Annotated[str, Form()] = "") -> Response:
        """The questions that one box would become: shown while it is written, so that nobody is taken apart wrongly."""
        must_be_known(service, commune)
        if wait := typing.take(host_of(request)):
            detail = "Xin thử lại sau ít phút."
            return problem(429, "Quá nhiều yêu cầu", detail, headers={"Retry-After": str(wait)})
        questions = [one_line(asked.text)[:SHOWN_OF_A_QUESTION] for asked in asked_in({"procedures": text})]
        return JSONResponse({"questions": questions[:MOST_QUESTIONS]}, headers=SECURITY_HEADERS)

    async def take_in(commune: str, request: Request, filled: Filled) -> Response:
        shown: dict[str, Any] = {"typed": filled.typed, "agreed": filled.consent == VERSION, "once": filled.once}
        basket = Basket()
        basket.carry(seal, commune, filled.carried, filled.dropped)
        try:
            shown["told"] = told = await told_of(commune)
            hold_back(request, filled)
            for upload in filled.uploads:
                await basket.put(files, commune, upload)
            arrival, chosen = checked(filled, told, basket)
            async with patience():
                code, again = await receipt_of(commune, request, arrival, chosen)
        except WrongForm as error:
            return show(commune, Shown(**shown, problems=error.problems, kept=basket.kept), 422)
        except AlreadyTaken as taken:
            await basket.empty(files)
            words = where_the_code_is(taken, service.communes[commune])
            return page("taken.html", 409, OF_FORMS, commune=service.communes[commune], title=TITLES[409], words=words)
        except (Held, Away) as error:
            held = error if isinstance(error, Held) else Held(AWAY, 503, RETRY_AFTER_S)
            shown |= {"held": held.words + (CHOOSE_AGAIN if filled.uploads else ""), "away": error is not held}
            return show(commune, Shown(**shown, kept=basket.kept), held.status, held.retry_after_s)
        if again:
            await basket.empty(files)
        response = RedirectResponse(f"/phieu/{code}{'?lai=1' if again else ''}", 303)
        sessions.open(response, request, code)
        return response

    async def receipt_of(
        commune: str, request: Request, arrival: Arrival, chosen: Announcement | None
    ) -> tuple[str, bool]:
        """The form's code, and whether it had come before; for its sender and for a browser that has it open."""
        try:
            receipt = await reception.take_in(commune, arrival, chosen)
        except AlreadyTaken as taken:
            if taken.code not in sessions.opened(request):
                raise
            return taken.code, True
        return receipt.code, receipt.duplicate

    def hold_back(request: Request, filled: Filled) -> None:
        """Refuse floods and programs before anything is stored."""
        host = host_of(request)
        if wait := limits.take(host):
            raise Held(FLOODED.format(minutes=-(-wait // 60)), 429, wait)
        if filled.trap:
            raise Held(TRAPPED, 422)
        size = sum(upload.size or 0 for upload in filled.uploads)
        if size and (wait := stored.take(host, size)):
            raise Held(FULL.format(hours=-(-wait // 3600)), 429, wait)

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
        sender = senders.of_page(filled.once)
        kept = tuple(basket.kept)
        return Arrival("web", registrant, matters, notice=VERSION, attachments=kept, sender=sender), chosen

    async def told_of(commune: str) -> list[Announcement]:
        must_be_known(service, commune)
        async with patience():
            return await dialogues.told(commune)

    def show(commune: str, shown: Shown, status: int = 200, retry_after_s: int | None = None) -> HTMLResponse:
        now, profile = service.clock(), service.communes[commune]
        return page(
            "form.html",
            status,
            OF_FORMS | ({"Retry-After": str(retry_after_s)} if retry_after_s else {}),
            commune=profile,
            dialogue=next_dialogue(shown.told, now),
            choices=taking_registrations(shown.told, now),
            plans=plan_files(service.settings.communes, commune),
            typed=shown.typed,
            returned=status != 200,
            problems=_by_box(shown.problems),
            once=shown.once or senders.token(),
            kept=shown.kept,
            carried=seal.of(commune, shown.kept),
            most_files=MOST_OF_A_FORM,
            most_bytes=MOST_BYTES,
            trap=TRAP,
            notice=_notice_of(profile),
            agreed=shown.agreed,
            held=shown.held,
            office=office_of(profile),
            away=shown.away,
        )

    service.app.include_router(router)


def _is_light(request: Request) -> bool:
    """Whether a body is announced, and as one that holds hardly more than text."""
    announced = request.headers.get("content-length")
    return announced is not None and int(announced) <= LIGHT


def _notice_of(profile: Profile) -> Any:
    return notice(profile.name, profile.address, profile.email, profile.phone)


def _by_box(problems: Mapping[str, str]) -> dict[str, str]:
    """The page has two boxes for all questions; what is wrong with several of them is said in one place."""
    boxes: dict[str, str] = {}
    for place, told in problems.items():
        box = place.split("/")[0]
        boxes[box] = f"{boxes[box]} {told}" if box in boxes else told
    return boxes
