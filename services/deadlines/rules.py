"""What deadlines decides: how long each duty may take, when it is near, missed, met, and who hears of it then.

What a fact means for which term stands in answers.py, conferences.py and programme.py; where all facts together leave
a term, in course.py. What happened is dated by the facts, what time did by its schedule, so the same facts give the
same history whenever they are handled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from services.deadlines.course import Course, follow
from services.deadlines.deadline import (
    CUT_OFFS,
    OPEN,
    Deadline,
    Decision,
    Duty,
    Told,
    say,
    say_met,
    say_moved,
    say_set,
    turns_of,
)
from services.deadlines.explain import ONE_DAY, OfficeHours, Term, WorkingDays, local, local_date
from services.deadlines.ladder import Step, next_opening, rungs, step_at
from services.deadlines.turns import Resumed, Turn, in_order, is_same
from shared.contracts import Event, Refusal, Role, TooEarly
from shared.contracts.deadlines import (
    AcknowledgeEscalation,
    DeadlineCancelled,
    DeadlineMissed,
    DeadlineNear,
    DeadlinePassed,
    DeadlinePaused,
    EscalationAcknowledged,
    EscalationRaised,
    MoveCause,
    RuleId,
)

ARTICLE_43 = "Luật Tổ chức chính quyền địa phương số 72/2025/QH15, Điều 43"
OWN = "Mặc định của hệ thống khi kế hoạch của xã không quy định"

DEFAULTS: Mapping[RuleId, Term] = {
    # Law 72/2025/QH15, art. 43: a dialogue at least once a year; it is announced seven days before; its results are
    # made public within ten days. A term of no days ends on its anchor, the last day of the slot, or the working day
    # before.
    "periodic-dialogue": Term(0, "days", "before", f"{ARTICLE_43} (mỗi năm ít nhất một lần)"),
    "announcement": Term(7, "days", "before", f"{ARTICLE_43} (thông báo trước ít nhất 07 ngày)"),
    "conclusion-notice": Term(10, "days", "after", f"{ARTICLE_43} (công khai kết quả trong 10 ngày sau đối thoại)"),
    # No law sets these; they are the product's own, taken from what most plans do, and say so.
    "registration-cutoff": Term(10, "days", "before", OWN),
    "opinions-collected": Term(7, "days", "before", OWN),
    "participant-list": Term(5, "days", "before", OWN),
    "preparation": Term(1, "working-days", "before", OWN),
    "triage": Term(2, "working-days", "after", OWN),
    "department-answer": Term(5, "working-days", "after", OWN),
    "approval": Term(2, "working-days", "after", OWN),
    "revision": Term(2, "working-days", "after", OWN),
    "written-answer": Term(10, "working-days", "after", OWN),
    "posting": Term(2, "working-days", "after", OWN),
    "guidance": Term(5, "working-days", "after", OWN),
    "superior-report": Term(5, "working-days", "after", OWN),
    "delegate-report": Term(1, "working-days", "after", OWN),
    "resolution": Term(20, "working-days", "after", OWN),
    "resolution-extended": Term(30, "working-days", "after", OWN),
    "result-report": Term(10, "working-days", "after", OWN),
}

WARNED_BEFORE = timedelta(days=30)
"""A dialogue takes weeks to prepare, so a slot of the programme with none planned is warned of this long before."""

LEADERS = frozenset({Role.OFFICE_HEAD, Role.CHAIRMAN, Role.PROVINCE})

CAUSES: Mapping[str, MoveCause] = {
    "started": "transfer",
    "handed-over": "transfer",
    "suspended": "transfer",
    "resumed": "resumed",
    "extended": "extension",
    "lengthened": "extension",
    "rescheduled": "rescheduled",
    "planned": "rescheduled",
    "unplanned": "rescheduled",
    "passed-on": "passed-on",
}
REASONS: Mapping[MoveCause, str] = {
    "extension": "Được gia hạn.",
    "transfer": "Câu hỏi được giao cho đơn vị khác, thời hạn tính lại từ ngày giao.",
    "resumed": "Thời hạn được tính tiếp với số ngày làm việc còn lại.",
    "rescheduled": "Hội nghị đối thoại được tổ chức vào ngày khác.",
    "calendar": "Ngày nghỉ, ngày làm bù được điều chỉnh.",
    "passed-on": "Đã qua một bước duyệt, chuyển người duyệt tiếp theo.",
}
PAUSED = "Câu hỏi được chuyển cho đơn vị khác, thời hạn tạm dừng đến khi đơn vị đó tiếp nhận."
NOT_TAKEN_UP = "Sau 02 ngày làm việc chưa được tiếp nhận, thời hạn tự tính tiếp."
NOT_OWED = "Không còn phải thực hiện."


def term_for(rule: RuleId, own: Mapping[RuleId, Term]) -> Term:
    """The commune's own term, else the default of the law or of the product."""
    return own.get(rule) or DEFAULTS[rule]


def hear(deadline: Deadline | None, told: Told, calendar: WorkingDays, hours: OfficeHours) -> Decision:
    """Take in what has happened to a term. In whatever order facts come, the same is owed in the end.

    What comes before somebody owes anything is kept until then.

    Raises:
        NoCalendar: when the term would end in a year whose days off are not known.
        TooEarly: when the term was counted with days off that this process has not heard of yet.
    """
    if deadline is None:
        after = _standing(None, told.duty, (told.turn,), calendar, hours)
        return after, _news(None, after, told)
    known = turns_of(deadline, calendar)
    if any(is_same(told.turn, turn) for turn in known):
        return deadline, []
    if deadline.calendar > calendar.revision:
        raise TooEarly(f"{deadline.id} was counted with days off that are not known here yet")
    deadline, moved = _counted_again(deadline, calendar, hours, told.turn.at)
    after = _standing(deadline, told.duty, (*known, told.turn), calendar, hours)
    return after, [*moved, *_news(deadline, after, told)]


def hear_all(
    deadline: Deadline | None, tellings: Iterable[Told], calendar: WorkingDays, hours: OfficeHours
) -> Decision:
    """Take in several, one after the other; at least one.

    Raises:
        NoCalendar, TooEarly: as `hear`.
    """
    said: list[Event] = []
    for told in tellings:
        deadline, news = hear(deadline, told, calendar, hours)
        said += news
    assert deadline is not None, "something was told"
    return deadline, said


def recount(deadline: Deadline, calendar: WorkingDays, hours: OfficeHours, reason: str, now: datetime) -> Decision:
    """Count an open term again, after a change of the days off. One that was missed stays so while its end is past.

    Raises:
        NoCalendar: as `hear`.
    """
    if deadline.state not in OPEN:
        return deadline, []
    course = follow(turns_of(deadline, calendar), calendar, hours)
    assert course is not None, "an open term has begun"
    counted = replace(
        deadline,
        due_on=course.end.due_on,
        due_at=course.end.due_at,
        provisional=course.end.provisional,
        left=course.left,
        calendar=calendar.revision,
    )
    if deadline.state == "paused":
        return replace(counted, next_fire_at=course.resumes_at), []
    if counted.due_at == deadline.due_at:
        return _in_office_hours(counted, calendar, hours), []
    if deadline.state == "missed" and counted.due_at <= now:
        counted = _in_office_hours(counted, calendar, hours)
    else:
        counted = _run(counted, now, calendar, hours)
    return counted, [say_moved(counted, now, "calendar", reason)]


def _counted_again(deadline: Deadline, calendar: WorkingDays, hours: OfficeHours, now: datetime) -> Decision:
    """A fact, or a moment, that comes before the sweep after a decree finds the term counted by it all the same."""
    if deadline.calendar >= calendar.revision:
        return deadline, []
    reason = calendar.why_changed(deadline.calendar) or REASONS["calendar"]
    return recount(deadline, calendar, hours, reason, now)


def _in_office_hours(deadline: Deadline, calendar: WorkingDays, hours: OfficeHours) -> Deadline:
    """A reminder or a step of the ladder whose day is off now comes when the office opens next."""
    at = deadline.next_fire_at
    if at is None or at == _ends_at(deadline) or calendar.why_not(local_date(at)) is None:
        return deadline
    return replace(deadline, next_fire_at=next_opening(at, calendar, hours))


def fire(
    deadline: Deadline, ladder: Sequence[Step], calendar: WorkingDays, hours: OfficeHours, now: datetime
) -> Decision:
    """Everything that became due until `now`, each thing once, in order, dated when it was due.

    The reminder comes when the office opens on the working day before the last one; of a term of two days, on the last
    one itself. The term is missed when the office closes on the last one. The ladder is climbed when it opens: the
    steps of the same day at the next opening, the others so many working days later.

    Raises:
        NoCalendar: nothing is lost; the same call does it all once the calendar is there.
    """
    deadline, moved = _counted_again(deadline, calendar, hours, now)
    said = list(moved)
    while deadline.next_fire_at is not None and deadline.next_fire_at <= now:
        deadline, event = _fire_once(deadline, ladder, calendar, hours, deadline.next_fire_at)
        said += event
    return deadline, said


def acknowledge(deadline: Deadline, command: AcknowledgeEscalation, now: datetime) -> Decision:
    """Whom a missed term was put before, or a leader, says what he does about it. The ladder is climbed all the same.

    Raises:
        Refusal: when nothing was put before anybody, or not before him.
    """
    if deadline.state != "missed" or not deadline.step:
        raise Refusal("not-now", "Thời hạn này không có cảnh báo quá hạn nào đang chờ tiếp nhận.")
    actor = command.actor
    is_own = actor.department is None or actor.department == deadline.department
    if actor.role not in LEADERS and not (actor.role in deadline.put_before and is_own):
        raise Refusal("forbidden", "Chỉ người nhận cảnh báo hoặc lãnh đạo mới được xác nhận đã tiếp nhận cảnh báo này.")
    seen = replace(deadline, acknowledged=deadline.step)
    said = say(EscalationAcknowledged, seen, now, step=seen.step, note=command.note, acknowledged_by=command.actor.name)
    return seen, [said]


def _standing(
    before: Deadline | None, duty: Duty, turns: Sequence[Turn], calendar: WorkingDays, hours: OfficeHours
) -> Deadline:
    course = follow(turns, calendar, hours)
    if course is None:
        return _nothing_owed(before, duty, in_order(turns))
    same_count = before is not None and before.begun_at in (None, course.begun_at) and before.state != "cancelled"
    after = Deadline(
        id=duty.id,
        commune=duty.commune,
        case=duty.case,
        rule=duty.rule,
        about=duty.about,
        anchor=course.anchor,
        original_due_at=before.original_due_at if before is not None and same_count else course.first_due_at,
        due_on=course.end.due_on,
        due_at=course.end.due_at,
        basis=course.end.basis,
        provisional=course.end.provisional,
        as_of=course.since,
        department=course.department,
        what=duty.what or (before.what if before else None),
        owner=duty.owner or (before.owner if before else None),
        awaits=course.awaits,
        met_at=course.met_at,
        term=course.term,
        added=course.added,
        begun_at=course.begun_at,
        paused_at=course.paused_at,
        left=course.left,
        planned=bool(course.planned),
        calendar=calendar.revision,
        turns=in_order(turns),
        version=before.version if before else 0,
    )
    return _with_its_state(before, after, course, calendar, hours)


def _nothing_owed(before: Deadline | None, duty: Duty, turns: tuple[Turn, ...]) -> Deadline:
    at = turns[0].at
    return Deadline(
        id=duty.id,
        commune=duty.commune,
        case=duty.case,
        rule=duty.rule,
        about=duty.about,
        anchor=local_date(at),
        original_due_at=at,
        due_on=local_date(at),
        due_at=at,
        basis=NOT_OWED,
        provisional=False,
        as_of=at,
        what=duty.what,
        owner=duty.owner,
        state="cancelled",
        turns=turns,
        version=before.version if before else 0,
    )


def _with_its_state(
    before: Deadline | None, after: Deadline, course: Course, calendar: WorkingDays, hours: OfficeHours
) -> Deadline:
    """What time has done so far stands while the clock is the same; a clock that was set anew runs anew."""
    if before is not None:
        after = replace(after, step=before.step, put_before=before.put_before, acknowledged=before.acknowledged)
    if course.met_at is not None:
        return replace(after, state="met")
    if not course.is_open:
        return replace(after, state="passed" if before is not None and before.state == "passed" else "cancelled")
    if course.paused_at is not None:
        return replace(after, state="paused", next_fire_at=course.resumes_at)
    if before is not None and _runs(before) and _is_same_clock(before, after):
        return replace(after, state=before.state, next_fire_at=before.next_fire_at)
    return _run(after, after.as_of, calendar, hours)


def _runs(deadline: Deadline) -> bool:
    return deadline.state in ("running", "near", "missed", "passed")


def _is_same_clock(before: Deadline, after: Deadline) -> bool:
    """Planning a dialogue ends the warning, but not what was missed without one."""
    same_end = (before.due_at, before.as_of) == (after.due_at, after.as_of)
    return same_end and (before.planned == after.planned or before.state == "missed")


def _run(deadline: Deadline, since: datetime, calendar: WorkingDays, hours: OfficeHours) -> Deadline:
    return replace(
        deadline,
        state="running",
        step=0,
        put_before=(),
        acknowledged=0,
        next_fire_at=_reminder_at(deadline, since, calendar, hours) or _ends_at(deadline),
    )


def _ends_at(deadline: Deadline) -> datetime:
    """Nothing is missed before somebody owed it."""
    return max(deadline.due_at, deadline.as_of)


def _reminder_at(deadline: Deadline, since: datetime, calendar: WorkingDays, hours: OfficeHours) -> datetime | None:
    """The opening of the last working day before the last one; none when the term is too short to have one.

    Whoever has had it since the day before needs no reminder yet: of a term of two days it comes on the last one.
    """
    if deadline.rule in CUT_OFFS:
        return None
    if deadline.rule == "periodic-dialogue":
        return _warned_at(deadline, since, calendar, hours)
    between = (deadline.due_on - ONE_DAY * n for n in range(1, (deadline.due_on - local_date(since)).days))
    worked = (day for day in between if calendar.why_not(day) is None)
    before_last, earlier = next(worked, None), next(worked, None)
    if before_last is None:
        return None
    is_short = earlier is None and calendar.why_not(deadline.due_on) is None
    return local(deadline.due_on if is_short else before_last, hours.opens)


def _warned_at(deadline: Deadline, since: datetime, calendar: WorkingDays, hours: OfficeHours) -> datetime | None:
    """While no dialogue is planned in the slot."""
    if deadline.planned or since >= deadline.due_at:
        return None
    day = local(deadline.due_on - WARNED_BEFORE, time.min)
    opening = next_opening(max(since, day), calendar, hours)
    return opening if opening < deadline.due_at else None


def _news(before: Deadline | None, after: Deadline, told: Told) -> list[Event]:
    """What a fact has changed about a term, for whoever listens."""
    at, cause = told.turn.at, CAUSES.get(told.turn.kind)
    if after.state == "cancelled":
        nothing_was = before is None or before.state == "cancelled"
        return [] if nothing_was else [say(DeadlineCancelled, after, at, reason=told.reason or NOT_OWED)]
    said: list[Event] = []
    if before is None or _begins(before, after):
        said.append(say_set(after, at))
        if after.state == "paused":
            said.append(say(DeadlinePaused, after, at, reason=PAUSED))
        return [*said, say_met(after)] if after.met_at is not None else said
    if after.state == "paused" and (before.state, before.department) != ("paused", after.department):
        said.append(say(DeadlinePaused, after, at, reason=told.reason or PAUSED))
    elif after.state != "paused" == before.state:
        said.append(say_moved(after, at, cause or "resumed", told.reason or REASONS[cause or "resumed"]))
    elif cause is not None and (before.due_at, before.department) != (after.due_at, after.department):
        said.append(say_moved(after, at, cause, told.reason or REASONS[cause]))
    elif before.state == "met" and after.state in OPEN:
        said.append(say_set(after, at))
    if after.met_at is not None and (after.met_at, after.late) != (before.met_at, before.late):
        said.append(say_met(after))
    return said


def _begins(before: Deadline, after: Deadline) -> bool:
    """Nothing was owed before; or what was owed had been done and dropped, and is owed anew."""
    if before.state == "cancelled":
        return True
    if before.state != "met" or before.begun_at is None or after.begun_at is None:
        return False
    return before.begun_at < after.begun_at


def _fire_once(
    deadline: Deadline, ladder: Sequence[Step], calendar: WorkingDays, hours: OfficeHours, at: datetime
) -> Decision:
    if deadline.state == "paused":
        return hear(deadline, Told(_duty(deadline), Resumed(at, None), NOT_TAKEN_UP), calendar, hours)
    if deadline.rule in CUT_OFFS:
        passed = replace(deadline, state="passed", next_fire_at=None)
        return passed, [say(DeadlinePassed, passed, at, due_at=passed.due_at)]
    if deadline.state == "missed":
        return _escalate(deadline, ladder, calendar, hours, at)
    if at < deadline.due_at:
        near = replace(deadline, state="near", next_fire_at=_ends_at(deadline))
        reopens_at = next_opening(at, calendar, hours)
        return near, [say(DeadlineNear, near, at, due_at=near.due_at, office_reopens_at=reopens_at)]
    missed = replace(deadline, state="missed")
    missed = replace(missed, next_fire_at=_next_step_at(missed, ladder, calendar, hours))
    return missed, [say(DeadlineMissed, missed, at, due_at=missed.due_at)]


def _duty(deadline: Deadline) -> Duty:
    return Duty(
        deadline.commune, deadline.case, deadline.rule, deadline.about, what=deadline.what, owner=deadline.owner
    )


def _escalate(
    deadline: Deadline, ladder: Sequence[Step], calendar: WorkingDays, hours: OfficeHours, at: datetime
) -> Decision:
    steps = rungs(ladder, deadline.rule, deadline.department, deadline.awaits)
    if deadline.step >= len(steps):  # the commune has shortened its ladder
        return replace(deadline, next_fire_at=None), []
    to = steps[deadline.step].to
    raised = replace(deadline, step=deadline.step + 1, put_before=(*deadline.put_before, to))
    raised = replace(raised, next_fire_at=_next_step_at(raised, ladder, calendar, hours))
    said = say(
        EscalationRaised,
        raised,
        at,
        due_at=raised.due_at,
        step=raised.step,
        to=to,
        office_reopens_at=next_opening(at, calendar, hours),
    )
    return raised, [said]


def _next_step_at(
    deadline: Deadline, ladder: Sequence[Step], calendar: WorkingDays, hours: OfficeHours
) -> datetime | None:
    steps = rungs(ladder, deadline.rule, deadline.department, deadline.awaits)
    if deadline.step >= len(steps):
        return None
    return step_at(steps[deadline.step], _ends_at(deadline), calendar, hours)
