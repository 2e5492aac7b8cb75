"""What is written in answer to a question, and who judged it."""

from services.console import words
from services.console.story.telling import Told
from shared.contracts import routing


def told(event: routing.RoutingEvent) -> Told | None:
    """None of what is told elsewhere."""
    match event:
        case routing.DraftKept():
            return event.kept_by, f"Lưu bản nháp (bản {event.draft})", event.text
        case routing.AnswerDrafted():
            next_step = words.one_of(event.awaits)
            return event.drafted_by, f"Trình câu trả lời (bản {event.draft}), chờ {next_step}", event.text
        case routing.AnswerEndorsed():
            next_step = words.one_of(event.awaits)
            who = f"{event.endorsed_by}, {words.ROLES[event.role]}"
            return who, f"Đồng ý với dự thảo (bản {event.draft}), chuyển {next_step}", ""
        case routing.AnswerReturned():
            return event.returned_by, f"Trả lại dự thảo (bản {event.draft})", event.remarks
        case routing.AnswerApproved():
            return event.approved_by, "Duyệt câu trả lời", event.text
        case _:
            return None
