"""What the README says of who hears and says what is what the code does."""

from importlib import import_module
from pathlib import Path

import pytest

from services.routing.diagram import WRITTEN, renewed
from shared.contracts import COMMANDS, EVENTS, SERVICES

README = Path(__file__).parents[2] / "README.md"


def told(service: str) -> list[set[str]]:
    row = next(line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {service} |"))
    return [set(cell.strip().split(", ")) - {"–"} for cell in row.strip("|").split("|")[1:]]


@pytest.mark.parametrize("service", SERVICES)
def test_the_readme_tells_who_hears_and_says_what(service):
    consumes = import_module(f"services.{service}.handlers").consumes
    heard = {event.__name__ for listener in consumes.listeners for event in listener.events}
    said = {event.__name__ for event in EVENTS.values() if event.speaker == service}
    answered = {command.__name__ for command in COMMANDS.values() if command.listener == service}
    assert told(service) == [heard, said, answered]


def test_every_file_the_readme_names_is_there():
    root, text = README.parent, README.read_text(encoding="utf-8")
    table = text.split("## Which file?")[1].split("## Words")[0]
    names = [part for part in table.split("`")[1::2] if "/" in part and "<" not in part]
    assert names
    assert [name for name in names if not (root / name).exists()] == []


@pytest.mark.parametrize(("file", "generate"), WRITTEN, ids=lambda one: getattr(one, "__name__", ""))
def test_what_is_drawn_of_the_table_of_moves_is_the_table(file, generate):
    text = file.read_text(encoding="utf-8")
    assert renewed(text, generate()) == text, "run: python -m services.routing.diagram"
