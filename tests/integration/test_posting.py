"""The post desk on a real database and with real files: from the cut-off to the letter that came back."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from openpyxl import load_workbook
from pymongo.errors import AutoReconnect
from pypdf import PdfReader

from services.notify.correspondence import Conference, Correspondence, Guest, Message, Record
from services.notify.messages import put
from services.notify.posting import handlers, letters
from services.notify.posting.files import RunFiles
from services.notify.posting.room import PrintRoom
from services.notify.posting.runs import put_together
from services.notify.posting.store import PrintRuns
from services.notify.store import Correspondences
from shared.communes import Communes
from shared.contracts import Command, Done, Event, Refusal, Role
from shared.contracts.post import (
    CallBackLetter,
    ClosePrintRun,
    ImportTracking,
    ReadPost,
    ReadPrintFile,
    ReadPrintRun,
    RecordDelivered,
    RecordPosted,
    RecordReturned,
)
from shared.store import Database
from tests.builders import COMMUNE, actor, registrant
from tests.servers import Servers
from tests.unit.posting_scene import CUT_OFF, HAMLETS, RUN, draw, drawn, letter_of

COMMUNES = Communes.load()
DESK = "https://desk.example"
RUNS = (RUN, f"{RUN}-2")
MONDAY = date(2026, 6, 8)
HANDLERS = {
    ReadPost: handlers.read_post,
    ReadPrintRun: handlers.read_print_run,
    ReadPrintFile: handlers.read_print_file,
    CallBackLetter: handlers.call_back_letter,
    ClosePrintRun: handlers.close_print_run,
    RecordPosted: handlers.record_posted,
    ImportTracking: handlers.import_tracking,
    RecordDelivered: handlers.record_delivered,
    RecordReturned: handlers.record_returned,
}


@dataclass
class Office:
    """Notify's post desk, and a clerk who asks it."""

    database: Database
    folder: Path
    now: datetime = CUT_OFF - timedelta(hours=3)
    keys: int = 0

    def __post_init__(self) -> None:
        self.letters, self.runs = Correspondences(self.database), PrintRuns(self.database)
        self.room = PrintRoom(self.letters, self.runs, COMMUNES, self.folder, self.clock)
        self.files = RunFiles(self.letters, COMMUNES, self.folder, DESK)

    def clock(self) -> datetime:
        return self.now

    async def draw(self, case: str, *, pages: int = 1, leaves_at: datetime = CUT_OFF, **known: Any) -> str:
        await self.letters.create(drawn(case, leaves_at, **known), [])
        _pdf(self.folder / COMMUNE / f"{letter_of(case)}.pdf", pages)
        return letter_of(case)

    async def ask(self, contract: type[Command], *, role: Role = Role.CLERK, of: str = COMMUNE, **what: Any) -> Done:
        self.keys += 1
        command = contract(**{"actor": actor(role, commune=of), "key": f"key-{self.keys}"} | what)
        given = {
            "letters_": self.letters,
            "print_runs": self.runs,
            "room": self.room,
            "files": self.files,
            "profiles": COMMUNES,
            "now": self.clock,
        }
        handle: Any = HANDLERS[contract]
        wanted = handle.__code__.co_varnames[: handle.__code__.co_argcount]
        done = await handle(command, **{name: value for name, value in given.items() if name in wanted})
        assert isinstance(done, Done), done
        return done

    async def file(self, name: str, *, bundle: int = 1, **more: Any) -> bytes:
        content = b""
        while True:
            what = {"run": RUN, "file": name, "bundle": bundle, "offset": len(content), **more}
            state = (await self.ask(ReadPrintFile, **what)).state
            content += base64.b64decode(state["content"])
            if len(content) == state["size"]:
                return content

    async def close(self) -> None:
        self.now = max(self.now, CUT_OFF)
        await self.room.close_what_is_due()

    async def said(self, case: str) -> list[str]:
        return [event.name for event in await self.events(case)]

    async def events(self, case: str) -> list[Event]:
        return [envelope.open() for envelope in await self.letters.history(case)]

    async def run_said(self) -> list[str]:
        return [envelope.open().name for envelope in await self.runs.history(RUN)]


@pytest.fixture
async def office(fresh: Servers, tmp_path: Path) -> AsyncIterator[Office]:
    database = Database(fresh.mongo_url, "notify")
    office = Office(database, tmp_path)
    await database.prepare()
    yield office
    database.close()


def _pdf(file: Path, pages: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.save(file)


async def test_what_lies_ready_leaves_at_the_cut_off_and_what_was_called_back_does_not(office: Office) -> None:
    first, second = await office.draw("01JA", pages=2), await office.draw("01JB", address="Số 9, Đông Phù")
    post = (await office.ask(ReadPost)).state
    assert post["cut_off"] == "2026-06-05T16:30:00+07:00"
    assert post["ready_in_all"] == 2
    assert [(one["notification"], one["pages"], one["hamlet"]) for one in post["ready"]] == [
        (first, 2, "Thôn Nội"),
        (second, 1, "Thôn Đông Phù"),
    ]
    await office.room.close_what_is_due()
    assert await office.runs.of_late(COMMUNE, 10) == [], "not yet"
    await office.ask(CallBackLetter, notification=second, reason="Sai số nhà")
    await office.close()
    assert await office.said("01JA") == ["notification-sent"]
    assert await office.said("01JB") == ["notification-failed"]
    assert await office.run_said() == ["print-run-closed"]
    with pytest.raises(Refusal, match="giờ chốt"):
        await office.ask(CallBackLetter, notification=first, reason="Sai số nhà")
    run = (await office.ask(ReadPrintRun, run=RUN)).state
    assert (run["letters"], run["envelopes"], run["bundles"], run["finished"]) == (1, 1, 1, True)
    [letter] = run["items"]
    assert (letter["state"], letter["bundle"], letter["place"], letter["pages"]) == ("sent", 1, 1, 2)
    await office.close()
    assert len(await office.runs.of_late(COMMUNE, 10)) == 1, "nothing more lies ready"


async def test_a_letter_that_was_saved_too_late_leaves_in_the_next_run(office: Office) -> None:
    await office.draw("01JA")
    await office.close()
    await office.draw("01JB")
    await office.room.close_what_is_due()
    late = await office.letters.get("01JB")
    assert late is not None
    assert letters.has_left_in(late, letter_of("01JB"), f"{RUN}-2")


async def test_two_replicas_put_one_run_together(office: Office) -> None:
    for place in range(40):
        await office.draw(f"01J{place:02}")
    office.now = CUT_OFF
    other = Office(office.database, office.folder, CUT_OFF)
    await asyncio.gather(office.room.close_what_is_due(), other.room.close_what_is_due())
    [run] = await office.runs.of_late(COMMUNE, 10)
    assert (run.id, run.letters) == (RUN, 40)
    assert {tuple(await office.said(f"01J{place:02}")) for place in range(40)} == {("notification-sent",)}
    assert await office.run_said() == ["print-run-closed"]


async def test_a_run_that_a_crash_cut_off_is_gone_on_with(office: Office) -> None:
    for place in range(5):
        await office.draw(f"01J{place}")
    await office.close()
    await office.runs.change(RUN, lambda run: (replace(run, to_note=2, unfinished=True, letters=0), []))  # type: ignore[type-var]
    await office.room.close_what_is_due()
    run = (await office.ask(ReadPrintRun, run=RUN)).state
    assert (run["letters"], run["finished"]) == (5, True)
    assert {tuple(await office.said(f"01J{place}")) for place in range(5)} == {("notification-sent",)}


async def test_501_letters_are_two_bundles(office: Office) -> None:
    for place in range(501):
        hamlet = "thôn Nội" if place < 300 else "Đông Phù"
        await office.draw(f"01J{place:03}", pages=1 + place % 2, address=f"Số {place}, {hamlet}")
    await office.close()
    first, second = await office.file("bundle"), await office.file("bundle", bundle=2)
    with pikepdf.open(BytesIO(first)) as bundle, bundle.open_outline() as outline:
        assert [one.title for one in outline.root] == ["Bảng kê tập", "Thôn Nội", "Thôn Đông Phù"]
        assert [len(one.children) for one in outline.root] == [0, 300, 200]
        cover = PdfReader(BytesIO(await office.file("manifest"))).pages
        assert len(bundle.pages) == len(cover) + len(cover) % 2 + 2 * 500, "each letter begins on an odd page"
    assert len(PdfReader(BytesIO(second)).pages) == 2 + 2
    single = PdfReader(BytesIO(await office.file("bundle", bundle=2, duplex=False))).pages
    assert len(single) == 1 + 1, "one page of cover, one of the letter"
    words = PdfReader(BytesIO(second)).pages[0].extract_text()
    assert "Thôn Đông Phù" in words
    assert letter_of("01J500") in words
    assert "500" in PdfReader(BytesIO(first)).pages[0].extract_text()
    with pytest.raises(Refusal, match="tập số 3"):
        await office.file("bundle", bundle=3)
    kept = sorted(file.name for file in (office.folder / ".runs").iterdir())
    assert kept == [f"{RUN}.bundle-1", f"{RUN}.bundle-2", f"{RUN}.bundle-2-single", f"{RUN}.manifest-1"]
    page = (await office.ask(ReadPrintRun, run=RUN, offset=500)).state["items"]
    assert [one["notification"] for one in page] == [letter_of("01J500")]
    assert len((await office.ask(ReadPrintRun, run=RUN)).state["items"]) == 500


async def test_a_bundle_without_one_of_its_letters_is_refused_by_name(office: Office) -> None:
    letter = await office.draw("01JA")
    await office.close()
    (office.folder / COMMUNE / f"{letter}.pdf").unlink()
    with pytest.raises(Refusal, match=r"01JA\.answer\.1"):
        await office.file("bundle")
    assert not [*(office.folder / ".runs").iterdir()], "nothing is left of the attempt"


async def test_the_posting_list_is_text_and_is_found_again_by_the_post(office: Office) -> None:
    await office.draw("01JA", name='=HYPERLINK("http://x","y")', address="Số 1, thôn Nội")
    await office.draw("01JB", name="Nguyễn Thị Mai", address="Số 2, Tự Khoát")
    await office.close()
    rows = _rows(await office.file("posting-list"))
    head, *listed = rows[3:]
    assert head[:5] == ("STT", "Số hiệu bưu gửi", "Người nhận", "Địa chỉ", "Thôn")
    assert [(row[0], row[2], row[4], row[7]) for row in listed] == [
        (1, '=HYPERLINK("http://x","y")', "Thôn Nội", letter_of("01JA")),
        (2, "Nguyễn Thị Mai", "Thôn Tự Khoát", letter_of("01JB")),
    ]
    sheet: Any = load_workbook(BytesIO(await office.file("posting-list"))).active
    assert sheet["C5"].data_type == "s", "not a formula"
    office.now = CUT_OFF + timedelta(days=4)
    back = [(str(listed[0][0]), "EA00001VN"), (listed[1][7], "EA00002VN"), ("99", "EA00003VN")]
    done = await office.ask(ImportTracking, run=RUN, posted_on=MONDAY, rows=back)
    assert (done.state["taken"], done.state["unknown"], done.state["posted"]) == (2, ["99"], 2)
    assert [row[1] for row in _rows(await office.file("posting-list"))[4:]] == ["EA00001VN", "EA00002VN"]
    with pytest.raises(Refusal, match="hai bưu gửi"):
        await office.ask(ImportTracking, run=RUN, posted_on=MONDAY, rows=[("2", "EA00001VN")])
    [sent, posted] = await office.events("01JA")
    assert (sent.name, posted.tracking, posted.posted_on) == ("notification-sent", "EA00001VN", MONDAY)  # type: ignore[attr-defined]


def _rows(content: bytes) -> list[tuple[Any, ...]]:
    sheet: Any = load_workbook(BytesIO(content), read_only=True).active
    return [*sheet.iter_rows(values_only=True)]


async def test_what_became_of_each_letter_is_said_and_the_run_is_posted_once(office: Office) -> None:
    ids = [await office.draw(case) for case in ("01JA", "01JB", "01JC")]
    await office.close()
    office.now = CUT_OFF + timedelta(days=10)
    posted: dict[str, Any] = {"run": RUN, "posted_on": MONDAY}
    await office.ask(RecordPosted, notifications=ids[:1], tracking={ids[0]: "EA00001VN"}, **posted)
    assert await office.run_said() == ["print-run-closed"]
    done = await office.ask(RecordReturned, notifications=ids[1:2], returned_on=MONDAY, because="Sai địa chỉ")
    assert [(one["notification"], one["state"]) for one in done.state["letters"]] == [(ids[1], "returned")]
    done = await office.ask(RecordPosted, **posted)
    assert (done.state["posted"], done.state["returned"], done.state["finished"]) == (2, 1, True)
    for _ in range(2):
        await office.ask(RecordDelivered, notifications=ids[:1], delivered_on=date(2026, 6, 10))
        await office.ask(RecordPosted, **posted)
    assert await office.run_said() == ["print-run-closed", "print-run-posted"]
    assert await office.said("01JA") == ["notification-sent", "letter-posted", "letter-delivered"]
    assert await office.said("01JB") == ["notification-sent", "letter-returned"]
    assert await office.said("01JC") == ["notification-sent", "letter-posted"]
    [run] = (await office.ask(ReadPost)).state["runs"]
    assert (run["posted"], run["delivered"], run["returned"], run["posted_on"]) == (2, 1, 1, "2026-06-08")


async def test_what_was_recorded_is_told_after_a_crash(office: Office) -> None:
    await office.draw("01JA")
    await office.close()
    office.now = CUT_OFF + timedelta(days=4)
    command = RecordPosted(actor=actor(), key="k", run=RUN, posted_on=MONDAY)
    await office.runs.change(RUN, lambda run: handlers.runs.record_posted(run, command, office.now))  # type: ignore[arg-type]
    assert await office.said("01JA") == ["notification-sent"]
    await office.room.close_what_is_due()
    assert await office.said("01JA") == ["notification-sent", "letter-posted"]


async def test_closing_early_takes_all_that_lies_ready(office: Office) -> None:
    with pytest.raises(Refusal, match="Không có thư"):
        await office.ask(ClosePrintRun)
    await office.draw("01JA")
    done = await office.ask(ClosePrintRun)
    assert (done.state["run"], done.state["letters"]) == (RUN, 1)


@pytest.mark.parametrize(
    ("contract", "what"),
    [
        (ReadPost, {}),
        (ReadPrintRun, {"run": RUN}),
        (ReadPrintFile, {"run": RUN, "file": "labels"}),
        (CallBackLetter, {"notification": letter_of("01JA"), "reason": "Sai"}),
        (ClosePrintRun, {}),
        (RecordPosted, {"run": RUN, "posted_on": MONDAY}),
        (ImportTracking, {"run": RUN, "posted_on": MONDAY, "rows": [("1", "EA00001VN")]}),
        (RecordDelivered, {"notifications": [letter_of("01JA")], "delivered_on": MONDAY}),
        (RecordReturned, {"notifications": [letter_of("01JA")], "returned_on": MONDAY, "because": "Sai"}),
    ],
)
async def test_only_the_office_of_the_commune_sees_to_its_letters(
    office: Office, contract: type[Command], what: dict[str, Any]
) -> None:
    await office.draw("01JA")
    await office.close()
    office.now = CUT_OFF + timedelta(days=4)
    with pytest.raises(Refusal) as refused:
        await office.ask(contract, role=Role.CHAIRMAN, **what)
    assert refused.value.code == "forbidden"
    if contract not in (ReadPost, ClosePrintRun):
        with pytest.raises(Refusal) as refused:
            await office.ask(contract, of="chanh-lo", **what)
        assert refused.value.code in ("forbidden", "not-found")
    else:
        assert (await office.ask(ReadPost, of="chanh-lo")).state["runs"] == []


async def test_names_and_addresses_are_forgotten_in_time(office: Office) -> None:
    await office.draw("01JA")
    await office.close()
    await office.file("labels")
    assert PdfReader(BytesIO(await office.file("labels"))).pages[0].extract_text().count("Nguyễn Thị Mai") == 1
    office.now += timedelta(days=91)
    await office.room.forget()
    run = await office.runs.get(RUN)
    assert run is not None
    assert run.receivers is None
    assert not [*(office.folder / ".runs").iterdir()]
    with pytest.raises(Refusal, match="thời hạn lưu"):
        await office.file("labels")
    assert (await office.file("bundle"))[:4] == b"%PDF", "the letters themselves are kept"


async def test_a_run_that_is_not_posted_keeps_its_labels_for_a_while(office: Office) -> None:
    profile = COMMUNES[COMMUNE]
    soon = profile.model_copy(update={"post": profile.post.model_copy(update={"transport_days": 14})})
    room = PrintRoom(office.letters, office.runs, Communes([soon]), office.folder, office.clock)
    for case in ("01JA", "01JB"):
        await office.draw(case)
        await office.close()
    office.now = CUT_OFF + timedelta(days=15)
    await office.ask(RecordPosted, run=f"{RUN}-2", posted_on=MONDAY)
    await room.forget()
    known = [await office.runs.get(run) for run in RUNS]
    assert [run is not None and run.receivers is not None for run in known] == [True, False], (
        "the first lies in the office still"
    )
    assert (await office.file("labels"))[:4] == b"%PDF"
    office.now = CUT_OFF + timedelta(days=30)
    await room.forget()
    with pytest.raises(Refusal, match="thời hạn lưu"):
        await office.file("labels")


async def test_a_file_in_the_making_while_addresses_are_forgotten_is_forgotten_as_well(office: Office) -> None:
    await office.draw("01JA")
    await office.close()
    before = await office.runs.get(RUN)
    assert before is not None
    office.now += timedelta(days=91)
    await office.room.forget()
    asked = ReadPrintFile(actor=actor(), key="k", run=RUN, file="labels")
    await office.files.piece(before, asked)
    for _ in range(2):
        office.now += timedelta(minutes=10)
        await office.room.forget()
        assert not [*(office.folder / ".runs").iterdir()]
    known = await office.runs.get(RUN)
    assert known is not None
    assert known.forgotten_at is None


async def test_what_is_wrong_with_one_run_keeps_no_other_from_being_forgotten(office: Office) -> None:
    for case in ("01JA", "01JB"):
        await office.draw(case)
        await office.close()
    await office.database.collection("print_run").update_one({"_id": RUN}, {"$set": {"fates": "damaged"}})
    office.now += timedelta(days=91)
    await office.room.forget()
    known = await office.runs.get(f"{RUN}-2")
    assert known is not None
    assert known.receivers is None


async def test_a_letter_drawn_anew_while_its_run_is_put_together_waits_for_the_next(office: Office) -> None:
    letter = await office.draw("01JA", address="Số 5, thôn Nội")
    office.now = CUT_OFF
    ready = [one async for one in office.room._gathered(COMMUNE, CUT_OFF, CUT_OFF)]
    run = put_together(RUN, COMMUNE, ready, HAMLETS, together=False, cut_off=CUT_OFF, now=CUT_OFF)
    await office.runs.create(run, [])
    moved = registrant(email=None, address="Số 9, thôn Đông Phù")
    await office.letters.change("01JA", lambda one: (draw(replace(one, registrant=moved), CUT_OFF, "again"), []))  # type: ignore[type-var]
    await office.close()
    known = [await office.runs.get(run) for run in RUNS]
    assert [run and (run.letters, [to.address for to in run.receivers or ()]) for run in known] == [
        (0, ["Số 5, thôn Nội"]),
        (1, ["Số 9, thôn Đông Phù"]),
    ]
    assert await office.said("01JA") == ["notification-sent"]
    assert letters.has_left_in(await office.letters.get("01JA"), letter, f"{RUN}-2")  # type: ignore[arg-type]


async def test_whoever_waits_for_letters_to_be_told_hears_of_an_outage_as_what_it_is(office: Office) -> None:
    await office.draw("01JA")
    await office.close()

    class Away(Correspondences):
        async def change(self, *_: Any, **__: Any) -> Any:
            raise AutoReconnect

    office.room = PrintRoom(Away(office.database), office.runs, COMMUNES, office.folder, office.clock)
    with pytest.raises(AutoReconnect):
        await office.ask(RecordPosted, run=RUN, posted_on=CUT_OFF.date())


async def test_two_replicas_make_one_file_at_once(office: Office) -> None:
    for place in range(60):
        await office.draw(f"01J{place:02}")
    await office.close()
    run = await office.runs.get(RUN)
    assert run is not None
    asked = ReadPrintFile(actor=actor(), key="k", run=RUN, file="bundle")
    other = RunFiles(office.letters, COMMUNES, office.folder, DESK)
    one, same = await asyncio.gather(office.files.piece(run, asked), other.piece(run, asked))
    assert one["size"] == same["size"]
    assert [file.name for file in (office.folder / ".runs").iterdir()] == [f"{RUN}.bundle-1"]


async def test_letters_handed_over_instead_of_posted_keep_no_run_waiting(office: Office) -> None:
    letter = await office.draw("01JA")
    guest = Guest("g1", "Ông An", CUT_OFF, organisation="Hội Nông dân")
    record = Correspondence(
        "01JD", COMMUNE, record=Record(guests=(guest,)), conference=Conference("Đối thoại", CUT_OFF)
    )
    to_hand_over = Message(
        "01JD.invitation.g1", "invitation", "letter", (), (), CUT_OFF, state="drawn", leaves_at=CUT_OFF, guest="g1"
    )
    await office.letters.create(put(record, to_hand_over), [])
    _pdf(office.folder / COMMUNE / f"{to_hand_over.id}.pdf", 1)
    await office.close()
    office.now = CUT_OFF + timedelta(days=3)
    done = await office.ask(ImportTracking, run=RUN, posted_on=MONDAY, rows=[(letter, "EA00001VN")])
    assert (done.state["letters"], done.state["posted"], done.state["posted_on"]) == (2, 1, "2026-06-08")
    assert await office.run_said() == ["print-run-closed", "print-run-posted"]


async def test_a_letter_that_is_drawn_again_later_is_not_gathered_twice(office: Office) -> None:
    letter = await office.draw("01JA")
    await office.ask(CallBackLetter, notification=letter, reason="Sai số nhà")
    await office.letters.change("01JA", lambda one: (draw(one, CUT_OFF), []))  # type: ignore[arg-type]
    await office.close()
    run = (await office.ask(ReadPrintRun, run=RUN)).state
    assert [one["notification"] for one in run["items"]] == [letter]


async def test_the_marks_of_a_signed_letter_are_printed_with_its_bundle(office: Office) -> None:
    letter = await office.draw("01JA")
    _sign(office.folder / COMMUNE / f"{letter}.pdf")
    await office.close()
    with pikepdf.open(BytesIO(await office.file("bundle"))) as bundle:
        page = bundle.pages[2]
        assert "/Annots" not in page, "a form's field would be lost with the form"
        [mark] = page.Resources.XObject.values()
        assert b"0 0 1 rg" in mark.read_bytes()


def _sign(file: Path) -> None:
    """A signature's field, with what is seen of it, as a signer leaves it on the page."""
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        seen = pdf.make_stream(b"0 0 1 rg 0 0 60 30 re f")
        seen.Type, seen.Subtype, seen.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 60, 30]
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Sig,
            T="Signature1",
            F=132,
            Rect=[300, 200, 360, 230],
            AP=pikepdf.Dictionary(N=seen),
        )
        placed = pdf.make_indirect(field)
        pdf.pages[0].Annots = pikepdf.Array([placed])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[placed], SigFlags=3)
        pdf.save(file)
