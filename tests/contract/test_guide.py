"""Each line of what the plans oblige names what carries it out and what proves it, and all of that is there."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from shared.communes import Communes
from shared.contracts import COMMANDS
from shared.contracts.deadlines import RuleId

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "deploy" / "guide" / "nghia-vu.md"
LINES = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in GUIDE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]
OF_THE_PLANS = {
    1: "periodic-dialogue",
    3: "announcement",
    5: "registration-cutoff",
    6: "opinions-collected",
    7: "participant-list",
    11: "department-answer",
    13: "superior-report",
    20: "conclusion-notice",
    21: "resolution",
    22: "resolution-extended",
    24: "result-report",
    27: "preparation",
}
"""The rules that the table of the plans names, by its lines."""


@cache
def defined_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_all_27_lines_stand_in_the_guide_in_their_order() -> None:
    assert [int(line[0]) for line in LINES] == list(range(1, 28))
    assert all(len(line) == 5 and all(line) for line in LINES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_what_proves_a_line_is_there(line: list[str]) -> None:
    nodes = [node.split("::") for node in quoted(line[4])]
    assert nodes
    assert [f"{file}::{name}" for file, name in nodes if name not in defined_in(file)] == []


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_what_carries_a_line_out_is_there(line: list[str]) -> None:
    commands = {contract.__name__ for contract in COMMANDS.values()}
    named = quoted(line[3])
    assert [one for one in named if re.fullmatch(r"([A-Z][a-z]+){2,}", one) and one not in commands] == []
    rules = [one for one in named if one in get_args(RuleId)]
    if (rule := OF_THE_PLANS.get(int(line[0]))) is not None:
        assert rule in rules


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_the_communes_of_a_line_have_a_profile(line: list[str]) -> None:
    if line[2] != "cả năm xã, phường":
        assert set(line[2].split(", ")) <= set(Communes.load())
