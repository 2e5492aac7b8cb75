"""What an office has taught the machine."""

from services.console import words
from services.console.event_words import EVENTS
from services.console.story.telling import Told
from shared.contracts import handbook


def told(event: handbook.HandbookEvent) -> Told:
    match event:
        case handbook.WordRulesSaved():
            return event.saved_by, f"Lưu sổ tay phân loại ({len(event.rules)} dòng)", event.reason
        case handbook.AnswerTemplateSaved():
            return event.saved_by, f"Lưu mẫu trả lời “{event.title}” ({words.FIELDS[event.field]})", event.text
        case handbook.AnswerTemplateRemoved():
            return event.removed_by, f"Xóa mẫu trả lời “{event.title}” ({words.FIELDS[event.field]})", ""
        case _:
            return "Hệ thống", EVENTS.get(event.name, event.name), ""
