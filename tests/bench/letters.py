"""How many letters a second one core makes, beside WeasyPrint with the same words; and a print run in bounded memory.

A letter is made as the service makes it: from what is known of a case to its data, its words, its page, its PDF. No two
say the same. Both ways take turns in one process, so that whatever else the machine does falls on both; counted is the
time of the processor. The print run draws its letters into files and binds them, 500 to a bundle.
"""

import gc
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from services.notify.contents import data_of
from services.notify.correspondence import Answer, Correspondence, Message
from services.notify.paper.letters import render_page
from services.notify.paper.page import Page
from services.notify.paper.pages import page_of
from services.notify.posting.bundles import Leaf, bind
from services.notify.texts.shipped import shipped
from services.notify.texts.writing import write
from tests.bench.in_html import printer
from tests.letters import ANSWER, AT, CITIZENS, DESK, FORM, ON, PROFILE, QUESTION, asked

ROUNDS = 5
LETTERS, BESIDE = 100, 10
RUN = 10_000
BUNDLE = 500


async def measure(letters: int = LETTERS, beside: int = BESIDE, run: int = RUN, rounds: int = ROUNDS) -> dict[str, Any]:
    """Run once. Letters a second of one core's time; sizes in KB and MB.

    Args:
        letters, beside: of a round, ours and by WeasyPrint.
        run: of the print run.
    """
    numbers, by_weasyprint = count(), printer()
    ways: dict[str, tuple[int, Callable[[int], bytes]]] = {
        "": (letters, lambda number: render_page(made(number))),
        "weasyprint_": (beside, lambda number: by_weasyprint(made(number))),
        "words_": (letters, lambda number: repr(made(number)).encode()),
    }
    took: dict[str, list[float]] = {way: [] for way in ways}
    sizes: dict[str, int] = {}
    for way, (_, make) in ways.items():
        sizes[way] = len(make(next(numbers)))
    for _ in range(rounds):
        for way, (times, make) in ways.items():
            began = time.process_time()
            for number in [next(numbers) for _ in range(times)]:
                make(number)
            took[way].append((time.process_time() - began) / times)
    per_letter = {way: median(found) for way, found in took.items()}
    return {
        "bench": "letters",
        "letters": letters * rounds,
        "weasyprint_letters": beside * rounds,
        "per_second": round(1 / per_letter[""], 1),
        "weasyprint_per_second": round(1 / per_letter["weasyprint_"], 1),
        "ratio": round(per_letter["weasyprint_"] / per_letter[""], 2),
        "letter_ms": round(per_letter[""] * 1_000, 2),
        "weasyprint_letter_ms": round(per_letter["weasyprint_"] * 1_000, 2),
        "words_ms": round(per_letter["words_"] * 1_000, 2),
        "letter_kb": round(sizes[""] / 1_000, 1),
        "weasyprint_letter_kb": round(sizes["weasyprint_"] / 1_000, 1),
        **print_run(run),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
    }


def made(number: int) -> Page:
    """The page of a letter that nobody else gets."""
    state, message = case(number)
    data = data_of(state, message, PROFILE, ON, medium="letter", base_url=CITIZENS, desk_url=DESK)
    written = write(shipped("answer"), data)
    return page_of(written, state, message, PROFILE, ON, scan=f"{DESK}/buu-chinh/quet/{message.id}")


def case(number: int) -> tuple[Correspondence, Message]:
    """Somebody's form with its answer: a page full, with figures of his own in every paragraph."""
    own = f"Hồ sơ số {number:06}."
    answer = "\n".join(f"{own} {paragraph}" for paragraph in ANSWER.splitlines())
    assert FORM.registrant is not None
    state = replace(
        FORM,
        id=f"01JCASE{number:019}",
        code=f"K7{number % 36**4:06}",
        registrant=FORM.registrant.model_copy(update={"name": f"Nguyễn Thị Mai {number}"}),
        questions=(asked(1, f"{QUESTION[:120]} ({number:06})", answer=Answer(answer, "phong-kinh-te", AT)),),
    )
    questions = tuple(one.question.id for one in state.questions)
    id = f"{state.id}.answer.1"
    return state, Message(id, "answer", "letter", (), questions, created_at=AT, occasion="excused")


def print_run(letters: int) -> dict[str, Any]:
    """Draw and bind so many letters. grown_mb: by how much more memory the process held at most, from the first bundle
    to the last."""
    process, held = psutil.Process(), []
    drawing = binding = 0.0
    with tempfile.TemporaryDirectory(prefix="doithoai-bench-") as folder:
        for bundle, first in enumerate(range(0, letters, BUNDLE), 1):
            numbers = range(first, min(first + BUNDLE, letters))
            began = time.perf_counter()
            leaves = list(_drawn(Path(folder), numbers))
            drawing += time.perf_counter() - began
            began = time.perf_counter()
            bound = Path(folder) / f"bundle-{bundle}.pdf"
            bind(f"Tập {bundle}", render_page(made(bundle)), leaves, bound, duplex=True)
            binding += time.perf_counter() - began
            for leaf in leaves:
                leaf.file.unlink()
            gc.collect()
            held.append(process.memory_info().rss)
        size = bound.stat().st_size
    return {
        "run_letters": letters,
        "run_drawn_s": round(drawing, 1),
        "run_bound_s": round(binding, 1),
        "run_bundles": len(held),
        "run_bundle_mb": round(size / 1e6, 1),
        "run_first_mb": round(held[0] / 1e6, 1),
        "run_most_mb": round(max(held) / 1e6, 1),
        "run_grown_mb": round((max(held) - held[0]) / 1e6, 1),
    }


def _drawn(folder: Path, numbers: range) -> Iterator[Leaf]:
    for number in numbers:
        file = folder / f"{number}.pdf"
        file.write_bytes(render_page(made(number)))
        yield Leaf(file, f"Nguyễn Thị Mai {number}", "Thôn Nội")
