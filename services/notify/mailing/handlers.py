"""What notify hears of mails that have left."""

from services.notify.mailing import reports
from services.notify.provided import Letters, Now, Post
from shared.contracts.intake import DeliveryReported, NewsDeclined
from shared.handlers import Handlers

consumes = Handlers("notify")


@consumes(DeliveryReported)
async def learn_what_became_of_a_mail(report: DeliveryReported, letters: Letters, post: Post, now: Now) -> None:
    """Anybody can make up a report. One of a case that nobody was written about is passed over."""
    known = await letters.get(report.case)
    if known is None or known.commune != report.commune:
        return
    await post.note(report.case, lambda one: reports.note_report(one or known, report, now()))


@consumes(NewsDeclined)
async def spare_him_news(declined: NewsDeclined, post: Post, now: Now) -> None:
    await post.note(declined.case, lambda one: reports.note_declined(one, declined, now()))
