"""What comes of a mail after it has left: its server returns it, or says that it is late; its receiver wants none."""

from dataclasses import replace
from datetime import datetime

from services.notify.correspondence import Correspondence, Decision, Message
from services.notify.delivery import came_back
from services.notify.messages import put
from services.notify.owed import settle
from services.notify.rules import form_of
from shared.addresses import fingerprint
from shared.contracts import TooEarly
from shared.contracts.intake import DeliveryReported, NewsDeclined

RETURNED = "Máy chủ thư trả lại thư này, không chuyển được đến người nhận."
DELAYED = "Máy chủ thư báo chưa chuyển được thư này đến người nhận và còn thử tiếp."


def note_report(state: Correspondence, report: DeliveryReported, now: datetime) -> Decision:
    """A mail that was returned goes as one that nobody took; one that is late is noted; of a complaint, no more news.

    Reports come from anybody, and twice. So one counts only for a mail that has left, as a mail, and is not known to
    have come back; where addresses are not kept any more, it left too long ago for a server to be busy with it. That
    it did not arrive can be said only of whom it went to; providers that pass on complaints hide whose they are (RFC
    6590).

    Raises:
        TooEarly: the mail is being sent, by itself or in that of its day, so that it has left is about to be noted.
    """
    message = _reported(state, report)
    if message is None or message.channel != "email":
        return state, []
    if message.state == "sending" or (message.state == "queued" and message.has_left(now)):
        raise TooEarly(f"{message.id} is being sent")
    if message.state != "sent" or not message.to:
        return state, []
    match report.action:
        case "failed" | "delayed" if not _names(report, message):
            return state, []
        case "failed":
            return came_back(state, message, _told(RETURNED, report), now)
        case "delayed":
            return put(state, replace(message, reason=_told(DELAYED, report))), []
        case "complained":
            return _declining(state, now)


def note_declined(state: Correspondence | None, declined: NewsDeclined, now: datetime) -> Decision:
    """Nothing goes to the registrant any more that he need not have."""
    return _declining(form_of(state, declined), now)


def _declining(state: Correspondence, now: datetime) -> Decision:
    """Representatives and staff are sent nothing that they need not have."""
    if state.registrant is None or state.declines_news:
        return state, []
    return settle(replace(state, declines_news=True), now)


def _reported(state: Correspondence, report: DeliveryReported) -> Message | None:
    return next((message for message in state.messages if message.id == report.notification), None)


def _names(report: DeliveryReported, message: Message) -> bool:
    return any(fingerprint(to, report.token) in report.recipients for to in message.to)


def _told(what: str, report: DeliveryReported) -> str:
    said = " ".join(filter(None, (report.said, f"({report.status})" if report.status else "")))
    return f"{what} Máy chủ báo: {said}" if said else what
