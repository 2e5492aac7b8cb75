"""What came since a page was opened, and who did it: for whoever acts on a case that has changed meanwhile."""

from collections.abc import Sequence
from dataclasses import replace

from services.console.commands import Attempt
from services.console.story import Line
from shared.text import whole_number
from shared.web import local_time


def named(attempt: Attempt, lines: Sequence[Line] | None) -> Attempt:
    """The attempt with its changes told as the history tells them: `Bùi Thị Hải: Trả lại dự thảo, 28/04/2026 10:02`.

    As it was where the history cannot be read, or has not got them.
    """
    since = changes_since(lines or (), attempt.about, attempt.typed.get("version", "")) if attempt.changes else ()
    return replace(attempt, changes=since) if since else attempt


def changes_since(lines: Sequence[Line], about: str, version: str) -> tuple[str, ...]:
    """What was said of a form or a question after this version of it; version: as a form sends it."""
    known = whole_number(version)
    if known is None:
        return ()
    return tuple(
        f"{line.who}: {line.what}, {local_time(line.at)}"
        for line in lines
        if line.on == about and line.sequence > known
    )
