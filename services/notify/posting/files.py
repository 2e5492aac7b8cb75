"""The files of a run, made when they are first asked for and kept beside the letters, never under the name of one.

A posting list is made anew when something was recorded of the run; everything else never changes.
"""

import asyncio
import base64
import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal
from urllib.parse import quote

from services.notify.posting import sheets
from services.notify.posting.bundles import Leaf, LetterMissing, bind
from services.notify.posting.posting_list import posting_list
from services.notify.posting.runs import PrintRun
from services.notify.store import Correspondences
from services.notify.wording import one_line
from shared.communes import Communes, Profile
from shared.contracts import Refusal
from shared.contracts.post import ReadPrintFile

PIECE = 384 * 1024
"""Bytes of a piece: 512 KiB in base64."""
FOLDER = ".runs"

File = Literal["bundle", "manifest", "posting-list", "labels"]
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES: dict[File, str] = {
    "bundle": "{run}-tap-{bundle}.pdf",
    "manifest": "{run}-bang-ke-tap-{bundle}.pdf",
    "labels": "{run}-nhan-tap-{bundle}.pdf",
    "posting-list": "{run}-bang-ke-buu-gui.xlsx",
}


class RunFiles:
    """Args:
    folder: of letters, `<commune>/<notification>.pdf`.
    desk_url: of the console, where whoever scans an envelope records what became of it.
    """

    def __init__(self, correspondences: Correspondences, communes: Communes, folder: Path, desk_url: str) -> None:
        self._correspondences = correspondences
        self._communes = communes
        self._folder = folder
        self._desk_url = desk_url
        self._turn = asyncio.Lock()

    async def piece(self, run: PrintRun, command: ReadPrintFile) -> dict[str, Any]:
        """As the reply's state.

        Raises:
            Refusal: there is no such bundle or piece, a letter's file is missing, or the addresses are kept no longer.
        """
        file = self._folder / FOLDER / _kept_as(run, command)
        async with self._turn:  # one is made at a time, for memory
            if not await asyncio.to_thread(file.is_file):
                await self._make(run, command, file)
        size, content = await asyncio.to_thread(_read, file, command.offset)
        if command.offset and not content:
            raise Refusal("invalid", f"Tệp chỉ có {size} byte.")
        return {
            "name": NAMES[command.file].format(run=run.id, bundle=command.bundle),
            "media_type": XLSX if command.file == "posting-list" else PDF,
            "size": size,
            "offset": command.offset,
            "content": base64.b64encode(content).decode(),
            "version": run.version if command.file == "posting-list" else 0,
        }

    async def _make(self, run: PrintRun, command: ReadPrintFile, file: Path) -> None:
        profile = self._communes[run.commune]
        match command.file:
            case "posting-list":
                numbers = await self._correspondences.numbers([item.case for _, item in run.kept()])
                await asyncio.to_thread(_write, file, lambda part: _put(part, posting_list(run, profile, numbers)))
            case "labels":
                await asyncio.to_thread(_write, file, lambda part: _put(part, self._labels(run, command, profile)))
            case "manifest":
                await asyncio.to_thread(_write, file, lambda part: _put(part, _manifest(run, command, profile)))
            case "bundle":
                await asyncio.to_thread(_write, file, lambda part: self._bind(run, command, profile, part))

    def _labels(self, run: PrintRun, command: ReadPrintFile, profile: Profile) -> bytes:
        return sheets.labels(run, command.bundle, profile, self._scan)

    def _scan(self, notification: str) -> str:
        return f"{self._desk_url}/buu-chinh/quet/{quote(notification, safe='')}"

    def _bind(self, run: PrintRun, command: ReadPrintFile, profile: Profile, part: Path) -> None:
        leaves = []
        for item, receiver in sheets.letters_of(run, command.bundle):
            name = f"{item.envelope}. {one_line(receiver.name)}" if receiver else str(item.envelope)
            file = self._folder / run.commune / f"{item.notification}.pdf"
            leaves.append(Leaf(file, name, one_line(sheets.group_of(item, profile))))
        title = f"Đợt in {run.id}, tập {command.bundle}"
        try:
            bind(title, _manifest(run, command, profile), leaves, part, duplex=command.duplex)
        except LetterMissing as missing:
            raise Refusal(
                "not-now",
                f"Không có tệp của thư {missing.notification} nên không ghép được tập {command.bundle}. "
                "Xin báo người vận hành khôi phục tệp này.",
            ) from missing


def forget_files(folder: Path, run: str) -> None:
    """Remove what was made of a run; what needs no addresses can be made again."""
    for file in (folder / FOLDER).glob(f"{run}.*"):
        file.unlink(missing_ok=True)


def _kept_as(run: PrintRun, command: ReadPrintFile) -> str:
    match command.file:
        case "posting-list":
            return f"{run.id}.posting-list-{run.version}"
        case "labels":
            return f"{run.id}.labels-{command.bundle}"
        case _:
            return f"{run.id}.{command.file}-{command.bundle}{'' if command.duplex else '-single'}"


def _manifest(run: PrintRun, command: ReadPrintFile, profile: Profile) -> bytes:
    return sheets.manifest(run, command.bundle, profile, duplex=command.duplex)


def _write(file: Path, make: Callable[[Path], None]) -> None:
    """Whole or not at all, whoever else is making it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{token_hex(8)}.part")
    try:
        make(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _put(part: Path, content: bytes) -> None:
    part.write_bytes(content)


def _read(file: Path, offset: int) -> tuple[int, bytes]:
    with file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(offset)
        return size, opened.read(PIECE)
