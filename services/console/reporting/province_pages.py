"""`/tinh`: communes side by side, in numbers alone; `/tinh/<commune>`: one of them by month, field and department."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from sqlite3 import Connection
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from services.console.acting import Acting
from services.console.language import say
from services.console.pages import Pages, Who
from services.console.reporting import charts, province, province_tables
from services.console.reporting.charts import Line
from services.console.reporting.province import Insight, Standing
from services.console.reporting.province_tables import VIEWS, View
from services.console.reporting.reports import Row
from services.console.work import export_pages, exports
from shared.communes import Profile
from shared.contracts import Role
from shared.service import Service
from shared.text import whole_number
from shared.web import HANOI

PATH = "/tinh"
SEES_ALL = frozenset({Role.PROVINCE, Role.OPERATOR})
FIRST_YEAR = 2024
MONTHS = tuple(str(number) for number in range(1, 13))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a year, a view, how it is sorted, and which communes are compared."""

    year: int
    view: View
    by: str
    down: bool
    kind: str
    superior: str

    @classmethod
    def of(cls, request: Request, now: datetime) -> "Asked":
        typed = request.query_params
        this = now.astimezone(HANOI).year
        year = whole_number(typed.get("nam", "")) or this
        return cls(
            year=year if FIRST_YEAR <= year <= this else this,
            view=VIEWS.get(typed.get("xem", ""), VIEWS[""]),
            by=typed.get("xep", ""),
            down=typed.get("chieu") == "giam",
            kind=typed.get("loai", ""),
            superior=typed.get("cap", ""),
        )

    def address(self, **changes: str) -> str:
        """What stands behind the `?` of a link that changes only this. What is as usual is left out."""
        now = {
            "nam": str(self.year),
            "xem": self.view.slug,
            "xep": self.by,
            "chieu": "giam" if self.down else "",
            "loai": self.kind,
            "cap": self.superior,
        }
        return urlencode({name: value for name, value in (now | changes).items() if value})

    def sorted_by(self, column: str) -> str:
        """Numbers begin with the greatest, names with A; once more turns it round."""
        begins_down = column != "ten"
        down = not self.down if self.by == column else begins_down
        return self.address(xep=column, chieu="giam" if down else "")


def add_province(router: APIRouter, service: Service, pages: Pages) -> None:
    """All communes for the province and the operators; for others their own."""

    @router.get(PATH)
    async def side_by_side(request: Request, who: Who) -> Response:
        now, known = service.clock(), _visible(service, who)
        asked = Asked.of(request, now)
        found = await pages.read(lambda db: _compared(db, known, asked, now))
        return pages.show(
            "province.html",
            who,
            asked=asked,
            views=VIEWS.values(),
            standings=found,
            together=province.together([one for standing in found for one in standing.referrals]),
            years=_years(now),
            kinds=sorted({_kind(profile) for profile in known}),
            superiors=sorted({profile.superior for profile in known}),
            all_communes=who.role in SEES_ALL,
            within=province_tables.WITHIN,
            months=[(number, _length(asked.year, number)) for number in range(1, 13)],
            levels=charts.LEVELS,
        )

    @router.get(PATH + ".{format}")
    async def file(request: Request, who: Who, format: exports.Format) -> Response:
        """The view that is asked for, as a table of numbers."""
        now = service.clock()
        asked = Asked.of(request, now)
        known = _visible(service, who)
        found = await pages.read(lambda db: _compared(db, known, asked, now))
        head, rows = province_tables.head(asked.view), list(province_tables.rows(found, asked.view))
        await export_pages.note(request, who)
        name = "-".join(filter(None, ("cac-xa-phuong", str(asked.year), asked.view.slug)))
        return await exports.stream(format, name, f"Năm {asked.year}", head, rows)

    @router.get(PATH + "/{commune}.{format}")
    async def file_of_one(request: Request, who: Who, commune: str, format: exports.Format) -> Response:
        """A commune's months, fields and departments, one below the other."""
        now = service.clock()
        asked, profile = Asked.of(request, now), _profile(service, who, commune)
        found = await pages.read(lambda db: province.insight(db, profile, asked.year, now))
        rows = list(province_tables.detail(found))
        await export_pages.note(request, who)
        return await exports.stream(
            format, f"so-lieu-{commune}-{asked.year}", f"Năm {asked.year}", province_tables.DETAIL, rows
        )

    @router.get(PATH + "/{commune}")
    async def one(request: Request, who: Who, commune: str) -> Response:
        now = service.clock()
        asked, profile = Asked.of(request, now), _profile(service, who, commune)
        found = await pages.read(lambda db: province.insight(db, profile, asked.year, now))
        return pages.show(
            "province_commune.html",
            who,
            asked=asked,
            profile=profile,
            found=found,
            standing=found.standing,
            lines=_lines(found, asked.year, now),
            weeks=_by_month(found, asked.year),
            years=_years(now),
            all_communes=who.role in SEES_ALL,
            within=province_tables.WITHIN,
            obligations=[(name, found.standing.kept(*rules)) for _, name, _, rules in province_tables.OBLIGATIONS],
            levels=charts.LEVELS,
            shade=charts.shade,
        )


def _visible(service: Service, who: Acting) -> list[Profile]:
    return list(service.communes.values()) if who.role in SEES_ALL else [who.profile]


def _profile(service: Service, who: Acting, commune: str) -> Profile:
    """Raises HTTPException: 404 for a commune that there is not, 403 for one that is not the own."""
    if (profile := service.communes.get(commune)) is None:
        raise HTTPException(404, "Không có xã, phường này.")
    if profile not in _visible(service, who):
        raise HTTPException(403, say("Ông/bà chỉ xem được số liệu của %(name)s.", name=who.profile.name))
    return profile


def _compared(db: Connection, known: Sequence[Profile], asked: Asked, now: datetime) -> list[Standing]:
    chosen = [
        profile for profile in known if asked.kind in ("", _kind(profile)) and asked.superior in ("", profile.superior)
    ]
    found = province.standings(db, chosen, asked.year, now, asked.view.parts) if chosen else []
    return province_tables.ordered(found, asked.view, asked.by, asked.down)


def _kind(profile: Profile) -> str:
    """`xã`, `phường`: as its name begins."""
    return profile.name.partition(" ")[0]


def _years(now: datetime) -> range:
    return range(FIRST_YEAR, now.astimezone(HANOI).year + 1)


def _length(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days


def _lines(found: Insight, year: int, now: datetime) -> dict[str, Line]:
    peaks = [month.peak for month in found.months]
    return lines([month.questions for month in found.months], year, now) | {"peak": charts.line(MONTHS, peaks)}


def lines(months: Sequence[Row], year: int, now: datetime) -> dict[str, Line]:
    """What came in and what was in time, month by month; those ahead have no value."""
    begun = [date(year, number, 1) <= now.astimezone(HANOI).date() for number in range(1, 13)]
    known = list(zip(months, begun, strict=True))
    return {
        "received": charts.line(MONTHS, [month.received if is_over else None for month, is_over in known]),
        "share": charts.line(MONTHS, [month.share_first if is_over else None for month, is_over in known], 1),
    }


def _by_month(found: Insight, year: int) -> list[list[tuple[date, int | None]]]:
    """Each month's days with how many questions were late; None where that is not known yet."""
    return [
        [
            (day, found.levels.get(day))
            for day in (date(year, month, number) for number in range(1, _length(year, month) + 1))
        ]
        for month in range(1, 13)
    ]
