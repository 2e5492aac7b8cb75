"""What notify hears of mails that have left."""

from services.notify.mailing import reports
from services.notify.metrics import REPORTS
from services.notify.provided import Daily, Letters, Now, Post, Tokens
from shared.contracts.intake import DeliveryReported, NewsDeclined
from shared.handlers import Handlers

consumes = Handlers("notify")


@consumes(DeliveryReported)
async def learn_what_became_of_a_mail(
    report: DeliveryReported, letters: Letters, daily: Daily, post: Post, ids: Tokens, now: Now
) -> None:
    """Anybody can make up a report: one without the token of its mail is passed over, and one of a case that nobody was
    written about. What is said of the mail of a day is said of each of its members."""
    if not ids.made(report.notification, report.token):
        return
    envelope = await daily.get(report.notification) if report.case == report.commune else None
    members = envelope.members if envelope and envelope.commune == report.commune else ()
    reported = [report.model_copy(update={"case": member.case, "notification": member.message}) for member in members]
    REPORTS.labels(report.action).inc()
    for one in reported or [report]:
        await _note(one, letters, post, now)


@consumes(NewsDeclined)
async def spare_him_news(declined: NewsDeclined, post: Post, now: Now) -> None:
    await post.note(declined.case, lambda one: reports.note_declined(one, declined, now()))


async def _note(report: DeliveryReported, letters: Letters, post: Post, now: Now) -> None:
    known = await letters.get(report.case)
    if known is not None and known.commune == report.commune:
        await post.note(report.case, lambda one: reports.note_report(one or known, report, now()))
