"""The operators' pages without a broker: whose they are, what they say of nothing, in both languages."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from babel.messages.extract import extract_from_file

from services.console.acting import OPERATOR, Acting
from services.console.event_words import EVENTS
from services.console.language import english
from services.console.streams.alerts import CONDITIONS
from services.console.streams.comparing import WORDS as PROBLEMS
from services.console.streams.deeds import Deeds
from services.console.streams.frame import PLACES
from services.console.streams.guide import as_page
from services.console.streams.layout import draw
from services.console.streams.monitor import Handler, Stream
from services.console.streams.outlook import CAUSES, NOT_AS_AGREED, UNEXPECTED
from services.console.streams.picture import flow
from services.console.streams.spoken import DONE
from services.console.streams.watch import Snapshot, Watch
from shared.communes import Communes
from shared.service import Service
from tests.builders import COMMUNE, NOW
from tests.unit.test_console_pages import CLERK, RECEIVED, console

PAGES = [path for _, path, _ in PLACES if path != "/van-hanh/bi-giu"] + ["/van-hanh/huong-dan"]
TEMPLATES = Path(__file__).parents[2] / "services" / "console" / "templates"


async def opened(folder: Path, path: str, worker: str = "van-hanh", language: str = "vi") -> httpx.Response:
    transport = httpx.ASGITransport(console(folder, [RECEIVED], NOW))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}", "doithoai_language": language}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        return await client.get(path)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_opens_while_the_broker_is_away_and_says_so(tmp_path: Path, path: str) -> None:
    answer = await opened(tmp_path, path)
    assert answer.status_code == 200
    assert "Mất kết nối NATS: sự kiện không đi đâu cả" in answer.text
    assert "/van-hanh/huong-dan#NatsAway" in answer.text


@pytest.mark.parametrize("path", [*PAGES, "/van-hanh/bi-giu", "/van-hanh/so-lieu.json", "/van-hanh/su-kien/1"])
async def test_the_pages_are_the_operators_alone(tmp_path: Path, path: str) -> None:
    assert (await opened(tmp_path, path, CLERK)).status_code == 403


@pytest.mark.parametrize("path", ["?sau={}", "?truoc={}", "/truc-tiep?sau={}", "/{}"])
@pytest.mark.parametrize("place", [-1, 10**30])
async def test_a_place_that_no_stream_has_is_told_so(tmp_path: Path, path: str, place: int) -> None:
    answer = await opened(tmp_path, "/van-hanh/su-kien" + path.format(place))
    assert (answer.status_code, "Địa chỉ" in answer.text) == (422, True)


@pytest.mark.parametrize("path", PAGES[:-1])
async def test_a_page_has_no_vietnamese_left_in_english(tmp_path: Path, path: str) -> None:
    """But for what belongs to the frame, names, and what stands in the data."""
    html = (await opened(tmp_path, path, language="en")).text
    main = html[html.index("<main") : html.index("</main>")]
    main = re.sub(r"<select name=\"xa\">.*?</select>|<p class=\"notice.*?</p>", "", main, flags=re.DOTALL)
    assert re.findall(r"[^<>\n]*[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ][^<>\n]*", main) == []


def test_every_text_of_these_pages_has_its_english() -> None:
    texts = {
        *(condition.words for condition in CONDITIONS),
        *CAUSES.values(),
        NOT_AS_AGREED,
        UNEXPECTED,
        *DONE.values(),
        *PROBLEMS.values(),
        *EVENTS.values(),
        *(label for _, _, label in PLACES),
    }
    for template in TEMPLATES.glob("streams_*.html"):
        found = extract_from_file("jinja2.ext:babel_extract", template, options={"trimmed": "false", "silent": "false"})
        texts |= {text if isinstance(text, str) else text[0] for _, text, _, _ in found}
    assert (
        sorted(text for text in texts if english().gettext(text) == text and text not in ("NATS", "EVENTS", "")) == []
    )


def test_the_words_of_an_alarm_name_the_same_in_both_languages() -> None:
    for condition in CONDITIONS:
        places = re.findall(r"%\((\w+)\)s", condition.words)
        assert sorted(re.findall(r"%\((\w+)\)s", english().gettext(condition.words))) == sorted(places), condition.name


def test_the_guide_is_a_page_with_a_place_for_each_alarm() -> None:
    html = as_page()
    assert [condition.name for condition in CONDITIONS if f'<h3 id="{condition.name}">' not in html] == []


def a_watch(*handlers: Handler, parked: dict[str, int] | None = None) -> Watch:
    watch = Watch()
    watch.look_with(cast("Service", SimpleNamespace()), SimpleNamespace(behind=3))  # type: ignore[arg-type]
    watch.latest = Snapshot(NOW, True, [Stream("EVENTS", 5, 1, 1, 5)], handlers, parked or {})
    return watch


def test_the_picture_shows_lag_and_parked_where_they_are() -> None:
    silent = Handler("notify-draw-up", "notify", pending=4, filters=("event.routing.*.*.answer-approved",))
    watch = a_watch(silent, parked={"notify-draw-up": 2, "routing-note": 1})
    drawn = flow(watch, watch.latest)
    boxes = {box.name: box for box in drawn.boxes}
    assert (boxes["notify"].condition, boxes["notify"].lag, boxes["notify"].parked) == ("silent", 4, 2)
    assert (boxes["intake"].condition, boxes["routing"].parked) == ("never", 1)
    [arrow] = drawn.arrows
    assert (arrow.id, arrow.arrow.lag, arrow.rate) == ("routing-notify", 4, 0)
    told = drawn.figures()
    assert told["texts"]["notify.lag"] == 4
    assert told["states"]["notify"] == "silent"
    assert told["widths"] == {"routing-notify": 1.5}
    assert drawn.shape == flow(watch, watch.latest).shape


def test_a_new_arrow_is_another_picture() -> None:
    one = Handler("notify-draw-up", "notify", filters=("event.routing.*.*.answer-approved",))
    other = Handler("notify-hear", "notify", filters=("event.intake.*.*.submission-received",))
    few, more = a_watch(one), a_watch(one, other)
    assert flow(few, few.latest).shape != flow(more, more.latest).shape
    assert len(draw(["a"], []).boxes) == 1


async def test_what_an_operator_does_is_recorded_with_his_reason_and_nobodys_data() -> None:
    rows: list[dict[str, str]] = []

    class Kept:
        async def note(self, kind: str, outcome: str, **told: str) -> None:
            rows.append({"kind": kind, "outcome": outcome, **told})

    service = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(audit=Kept())))
    who = Acting(Communes.load()[COMMUNE], OPERATOR)
    await Deeds(cast("Service", service)).note(who, "discard", "notify-draw-up 7", "trùng với số 6")
    [row] = rows
    assert (row["kind"], row["verb"], row["about"], row["reason"]) == (
        "operation",
        "discard",
        "notify-draw-up 7",
        "trùng với số 6",
    )
    bare = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace()))
    await Deeds(cast("Service", bare)).note(who, "discard", "notify-draw-up 7", "x")


def test_templates_are_written_for_two_languages() -> None:
    """What stands between tags is marked, so that it has its English."""
    bare: list[str] = []
    for template in TEMPLATES.glob("streams_*.html"):
        text = re.sub(
            r"\{%-? *trans.*?endtrans *-?%\}|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}",
            "",
            template.read_text("utf-8"),
            flags=re.DOTALL,
        )
        bare += re.findall(r">[^<>]*[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ][^<>]*<", text)
    assert bare == []
