"""A paper as PDF/A-2b: tagged, in Vietnamese, its font embedded."""

from dataclasses import asdict
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import segno

from services.intake.dialogue import Announcement
from services.intake.papers.blocks import Paper
from services.intake.papers.receipt import next_steps
from services.intake.submissions import Submission
from shared.communes import Profile
from shared.receipts import KEEP, contact
from shared.typesetting import Inputs, Typesetter
from shared.web import HANOI, spoken_time


def _place(character: str, inputs: Inputs) -> str:
    return "hồ sơ cấu hình của xã, phường"


typesetter = Typesetter(Path(__file__).parent / "typst", _place)


@lru_cache(maxsize=128)
def as_pdf(paper: Paper, on: date) -> bytes:
    """A4. Made once a day for each content, for its properties name the day (PDF/A wants one)."""
    return typesetter.pdf("paper.typ", paper_inputs(paper), on)


def paper_inputs(paper: Paper) -> Inputs:
    """What `paper.typ` sets."""
    blocks = [{"kind": type(block).__name__, **asdict(block)} for block in paper.blocks]
    return {"title": paper.title, "author": paper.author, "blocks": blocks}


def receipt_pdf(submission: Submission, dialogue: Announcement | None, commune: Profile, address: str) -> bytes:
    """A5, one page. address: of the page that asks for the code, without it.

    Raises:
        CannotPrint: the font lacks a character of the commune's profile or of the dialogue.
    """
    on = submission.received_at.astimezone(HANOI).date()
    return typesetter.pdf("receipt.typ", receipt_inputs(submission, dialogue, commune, address), on)


def receipt_inputs(submission: Submission, dialogue: Announcement | None, commune: Profile, address: str) -> Inputs:
    """What `receipt.typ` sets."""
    return {
        "title": f"Giấy tiếp nhận phiếu {submission.code}",
        "author": commune.letterhead.issuer,
        "code": submission.code,
        "address": address.partition("://")[2] or address,
        "qr": _qr(f"{address}/{submission.code}"),
        "received": spoken_time(submission.received_at),
        "questions": str(len(submission.questions)),
        "steps": [asdict(step) for step in next_steps(submission, dialogue, commune)],
        "contact": contact(commune),
        "keep": KEEP,
    }


def _qr(address: str) -> str:
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
