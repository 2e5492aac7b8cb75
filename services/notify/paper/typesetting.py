"""The template of all pages, and where on a page a character stands that its font does not have."""

import json
from pathlib import Path
from typing import Any

from shared.typesetting import CannotPrint, FontMissing, Inputs, Typesetter, check_fonts

TEMPLATE = "document.typ"

_PLACES = {
    "addressee": "tên người nhận",
    "address": "địa chỉ",
    "about": "trích yếu",
    "signer": "họ tên người ký",
    "capacity": "chức vụ người ký",
    "copies": "nơi nhận",
    "closing": "đoạn cuối",
}


def _place(character: str, inputs: Inputs) -> str:
    for key in ("addressee", "address", "about"):
        if character in _text(inputs.get(key)):
            return _PLACES[key]
    lead, paragraph = "", 0
    for block in inputs["body"]:
        lead, paragraph = _after(block, lead, paragraph)
        if character in _text(block):
            return _part(character, block, lead, paragraph)
    return next(
        (words for key, words in _PLACES.items() if character in _text(inputs.get(key))), "phần đầu hoặc cuối văn bản"
    )


def _after(block: dict[str, Any], lead: str, paragraph: int) -> tuple[str, int]:
    """Below which line in bold this block stands, and the how manieth paragraph there."""
    match block["is"]:
        case "lead":
            return _plain(block["line"]), 0
        case "paragraph":
            return lead, paragraph + 1
    return lead, paragraph


def _part(character: str, block: dict[str, Any], lead: str, paragraph: int) -> str:
    match block["is"]:
        case "quote":
            return f"“{block['label']}”" if block["label"] else "nội dung trích dẫn"
        case "point":
            return f"mục “{block['name']}”"
        case "beside":
            facts = (_part(character, fact, lead, paragraph) for fact in block["facts"] if character in _text(fact))
            return next(facts, "lời bên cạnh mã QR")
        case "code":
            return "mã phiếu"
        case "table":
            return "bảng"
    within = f"phần “{lead.rstrip(':')}”, " if lead else ""
    return f"{within}đoạn {paragraph}" if paragraph else f"{within}dòng in đậm"


def _plain(line: list[str | list[str]]) -> str:
    return "".join(run if isinstance(run, str) else run[0] for run in line)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


typesetter = Typesetter(Path(__file__).parent / "templates", _place, ("a-2b", "ua-1"), function="lay")

__all__ = ["TEMPLATE", "CannotPrint", "FontMissing", "check_fonts", "typesetter"]
