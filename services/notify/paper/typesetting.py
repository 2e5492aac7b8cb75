"""The templates of letters, and where in a letter a character stands that its font does not have."""

import json
from pathlib import Path

from shared.typesetting import CannotPrint, FontMissing, Inputs, Typesetter, check_fonts

_PLACES = {
    "addressee": "tên người nhận",
    "address": "địa chỉ",
    "subject": "trích yếu",
    "contact": "nơi liên hệ",
    "extension": "nội dung gia hạn",
    "move": "thời gian, địa điểm mới",
    "dialogue": "tên, địa điểm hội nghị",
    "conclusion": "nội dung kết luận",
    "result": "kết quả giải quyết",
    "summary": "nội dung kết luận",
    "promises": "nội dung giao đơn vị",
    "question": "nội dung nêu",
    "asker": "họ tên, địa chỉ người nêu",
    "authority": "tên cơ quan nhận",
    "because": "lý do chuyển, nội dung đã hướng dẫn",
}


def _place(character: str, inputs: Inputs) -> str:
    for number, item in enumerate(inputs.get("items", ()), 1):
        if any(character in line for line in item["question"]):
            return f"câu hỏi {number}"
        if any(character in line for line in item["answer"]):
            return f"nội dung trả lời {number}"
    return next(
        (words for key, words in _PLACES.items() if character in json.dumps(inputs.get(key), ensure_ascii=False)),
        "phần đầu hoặc cuối thư",
    )


set_in_type = Typesetter(Path(__file__).parent / "templates", _place).pdf

__all__ = ["CannotPrint", "FontMissing", "check_fonts", "set_in_type"]
