"""The command line `doithoai`. Exit code 0: done; 1: refused, with the reason on stderr; 2: wrong usage."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, cast, get_args

import typer

if TYPE_CHECKING:
    from deploy.embedded.accounts import Office
    from deploy.embedded.doctor import Finding
    from deploy.embedded.installation import Clock, RunningStack
    from deploy.embedded.operating import Desk
    from services.deadlines.working_days import WorkingCalendar
    from shared.contracts.conference import CalendarYear

app = typer.Typer(
    help="Đối thoại giữa chính quyền xã với người dân: tiếp nhận, chuyển, trả lời đúng hạn, không bỏ sót.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Data = Annotated[Path, typer.Option("--data", help="Thư mục dữ liệu.")]
Json = Annotated[bool, typer.Option("--json", help="In mỗi kết quả một dòng JSON.")]
SERVICE_NAMES = ("intake", "console", "routing", "deadlines", "notify")
VAR = Path("var")


@app.command()
def up(
    data: Data = VAR,
    port: Annotated[int, typer.Option(help="Cổng của trang công dân; các cổng sau dùng cho phần còn lại.")] = 8080,
    clock: Annotated[str, typer.Option(help="rehearsal: diễn tập, thời gian mô phỏng; real: làm việc thật.")] = "",
    demo: Annotated[bool, typer.Option(help="Diễn tập một hội nghị khi thư mục dữ liệu còn mới.")] = True,
) -> None:
    """Khởi động toàn bộ hệ thống trên máy này và in các địa chỉ; Ctrl-C để dừng."""
    from deploy.embedded import CannotStart, launch

    if clock not in ("", "rehearsal", "real"):
        _wrong_usage("--clock là rehearsal hoặc real")
    if not 1 <= port <= 65_000:
        _wrong_usage("--port là số từ 1 đến 65000")
    try:
        asyncio.run(launch.up(data, port, cast("Clock | None", clock or None), demo))
    except CannotStart as error:
        _refuse(str(error))


@app.command()
def run(service: Annotated[str, typer.Argument(help=", ".join(SERVICE_NAMES))]) -> None:
    """Chạy riêng một dịch vụ, cấu hình bằng biến môi trường."""
    from shared.settings import Settings, WrongSettings
    from shared.strict_yaml import YamlError

    if service not in SERVICE_NAMES:
        _wrong_usage(f"không có dịch vụ {service!r}; có: {', '.join(SERVICE_NAMES)}")
    try:
        import_module(f"services.{service}.app").build(Settings()).run()
    except (YamlError, WrongSettings) as error:
        _refuse(str(error))


@app.command()
def demo(
    communes: Annotated[list[str] | None, typer.Argument(metavar="[COMMUNE]...", help="Mặc định: cả năm xã.")] = None,
    data: Data = VAR,
) -> None:
    """Diễn tập hội nghị đối thoại theo kế hoạch của năm xã trên hệ thống đang chạy, từ kế hoạch đến báo cáo."""
    from deploy.embedded.rehearsal.office import CannotRehearse
    from deploy.embedded.rehearsal.play import rehearse
    from deploy.embedded.rehearsal.script import ORDER

    if unknown := set(communes or ()) - set(ORDER):
        _wrong_usage(f"chưa có kịch bản diễn tập cho {', '.join(sorted(unknown))}; có: {', '.join(ORDER)}")
    try:
        asyncio.run(rehearse(_stack(data), communes=communes or ORDER))
    except CannotRehearse as error:
        _refuse(str(error))


@app.command()
def register(commune: str, files: list[Path], data: Data = VAR, json_lines: Json = False) -> None:
    """Nhận phiếu đã điền (.txt .docx .pdf .xlsx), thư (.eml), danh sách (.csv .xlsx); in mã phiếu hoặc lý do."""
    from deploy.embedded.registration import register_files

    refused = False
    for result in asyncio.run(register_files(_stack(data), commune, files)):
        refused |= result["status"] == "refused"
        notes = result.pop("notes")
        if json_lines:
            _print_json(result)
        elif result["code"]:
            again = " (đã nhận trước đó)" if result["status"] == "duplicate" else ""
            typer.echo(f"{_where(result)}: mã phiếu {result['code']}{again}, {len(result['questions'])} câu hỏi")
            for note in notes:
                typer.echo(f"    Lưu ý: {note}")
        else:
            typer.echo(f"{_where(result)}: {result['error']}", err=True)
    if refused:
        raise typer.Exit(1)


def _where(result: dict[str, Any]) -> str:
    return f"{result['file']}, dòng {result['row']}" if "row" in result else str(result["file"])


@app.command()
def classify(
    commune: str,
    file: Annotated[str, typer.Argument(help="Tệp mỗi dòng một câu hỏi; - là đầu vào chuẩn.")] = "-",
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Phân loại câu hỏi: lĩnh vực, phòng phụ trách, vì sao. Hệ thống đang chạy thì theo đúng những gì xã đã dạy máy."""
    from services.routing.classifying.vocabulary import classifier_for

    profile, lines = _profile(commune), _lines(file)
    found = _classified_by_the_office(commune, lines, data)
    if not json_lines:
        source = "hồ sơ xã và mô hình đi kèm" if found is None else "sổ tay và các lần phân công của xã"
        typer.echo(f"Phân loại theo {source}.", err=True)
    if found is None:
        classifier = classifier_for(profile)
        found = [classifier.classify(line).to_json() for line in lines]
    for one in found:
        if json_lines:
            _print_json(one)
        else:
            wait = " → chờ người xem" if one["triage"] else ""
            because = ", ".join(one["because"]) or "không có từ nào nhận ra được"
            typer.echo(f"{one['field']} · {one['department']} · {one['confidence']:.2f} · {because}{wait}")


def _classified_by_the_office(commune: str, lines: list[str], data: Path) -> list[dict[str, Any]] | None:
    """None where nothing runs on this data folder, or routing does not answer."""
    from deploy.embedded.classifying import classified
    from deploy.embedded.installation import running

    stack = running(data)
    return asyncio.run(classified(stack, commune, lines)) if stack is not None else None


@app.command()
def deadline(
    commune: str,
    rule: str,
    day: Annotated[str, typer.Argument(metavar="DATE")],
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Giải thích một thời hạn: ngày nào được tính, ngày nào không và vì sao. DATE có dạng YYYY-MM-DD."""
    from services.deadlines.explain import explain
    from services.deadlines.telling import told_term
    from services.deadlines.terms import office
    from services.deadlines.working_days import NoCalendar
    from shared.contracts.deadlines import RuleId

    if rule not in (rules := get_args(RuleId)):
        _wrong_usage(f"không có thời hạn {rule!r}; có: {', '.join(rules)}")
    try:
        anchor = date.fromisoformat(day)
    except ValueError:
        _wrong_usage(f"{day!r} không phải ngày dạng YYYY-MM-DD")
    here = office(_profile(commune), _calendar(data))
    try:
        term, anchor = here.counted_from(cast("RuleId", rule), anchor)
        explained = explain(term, anchor, here.calendar, here.hours)
    except NoCalendar as error:
        _refuse(str(error))
    if json_lines:
        _print_json(dict(explained))
    else:
        _print_lines(told_term(explained, term, anchor))


@app.command()
def letter(
    kind: str, file: Path, output: Annotated[Path, typer.Option("-o", "--output", help="Tệp PDF viết ra.")]
) -> None:
    """Dựng một văn bản (thư, giấy mời, phiếu chuyển) từ dữ liệu JSON của một hồ sơ thành PDF."""
    from pydantic import ValidationError

    from services.notify.paper.from_json import KINDS, from_json
    from services.notify.paper.letters import CannotPrint
    from services.notify.texts.writing import CannotWrite
    from shared.communes import Communes
    from shared.contracts import Refusal

    if kind not in KINDS:
        _wrong_usage(f"không có loại thư {kind!r}; có: {', '.join(KINDS)}")
    try:
        pdf = from_json(kind, _read(file), Communes.load())
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors())
        _refuse(f"{file}: dữ liệu chưa đúng: {wrong}")
    except Refusal as error:
        _refuse(error.reason)
    except (CannotPrint, CannotWrite) as error:
        _refuse(str(error))
    output.write_bytes(pdf)
    typer.echo(str(output))


@app.command()
def report(
    commune: str,
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026-Q2 hoặc 2026.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Tệp viết ra, .xlsx hoặc .docx.")],
    data: Data = VAR,
) -> None:
    """Số liệu của một kỳ (.xlsx), hoặc dự thảo báo cáo để ký (.docx), của hệ thống đang chạy."""
    import httpx

    from deploy.embedded.accounts import let_in

    _profile(commune)
    kind = output.suffix.lower()
    if kind not in (".xlsx", ".docx"):
        _wrong_usage("-o là tệp .xlsx hoặc .docx")
    stack = _stack(data)
    address = f"{stack.services['console']}/bao-cao{kind}"

    async def fetched() -> httpx.Response:
        async with (
            let_in(stack.mongo_url, commune, "doithoai report") as cookies,
            httpx.AsyncClient(cookies=cookies, timeout=60) as http,
        ):
            return await http.get(address, params={"ky": period})

    try:
        answer = asyncio.run(fetched())
    except httpx.HTTPError as error:
        _refuse(f"Bàn làm việc không trả lời: {error}")
    if answer.status_code == 404:
        _wrong_usage(f"{period!r} không phải kỳ báo cáo; có dạng 2026-Q2 hoặc 2026")
    if answer.is_error:
        _refuse(f"Bàn làm việc chưa lập được báo cáo (HTTP {answer.status_code}). Xin thử lại sau ít phút.")
    output.write_bytes(answer.content)
    typer.echo(str(output))


@app.command()
def trace(code: str, data: Data = VAR, json_lines: Json = False) -> None:
    """Toàn bộ quá trình của một phiếu qua các dịch vụ."""
    from deploy.embedded.tracing import UnknownCode, trace_code

    try:
        history = asyncio.run(trace_code(_stack(data), code))
    except UnknownCode as error:
        _refuse(str(error))
    for envelope in history:
        if json_lines:
            _print_json(envelope.model_dump(mode="json", exclude_none=True))
        else:
            from shared.web import local_time

            service, name = envelope.source.rsplit("/", 1)[-1], envelope.subject.rsplit(".", 1)[-1]
            typer.echo(f"{local_time(envelope.time)}  {service:<10} {name:<28} {_told(envelope.data)}")


@app.command()
def asyncapi() -> None:
    """In tài liệu AsyncAPI: dịch vụ nào nói gì, nghe gì, trả lời lệnh gì, theo hình dạng nào."""
    from shared.asyncapi import hearings, whole
    from shared.contracts import SERVICES

    heard = (import_module(f"services.{service}.handlers").consumes for service in SERVICES)
    document = whole(one for handlers in heard for one in hearings(handlers))
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


@app.command()
def doctor(data: Data = VAR) -> None:
    """Kiểm tra cấu hình, kết nối, luồng sự kiện, lịch làm việc, phông chữ; nói phải làm gì với mỗi điều tìm thấy."""
    from deploy.embedded.doctor import examine

    _tell(asyncio.run(examine(data)))


def _tell(findings: "Sequence[Finding]") -> None:
    for finding in findings:
        typer.echo(
            f"{'✓' if finding.good else '✗'} {finding.what}" + (f"\n    → {finding.remedy}" if finding.remedy else "")
        )
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


BENCHES = {name: f"tests.bench.{name}" for name in ("pipeline", "deadlines", "intake", "routing", "letters", "console")}


@app.command()
def bench(name: Annotated[str, typer.Argument(help=", ".join(BENCHES))] = "pipeline", json_lines: Json = False) -> None:
    """Đo tốc độ bên cạnh một mức sàn đo trong cùng lần chạy."""
    if name not in BENCHES:
        _wrong_usage(f"chưa có phép đo {name!r}; có: {', '.join(BENCHES)}")
    root = Path(__file__).parent.parent
    if not (root / "tests" / "bench").is_dir():
        _refuse("Phép đo chỉ chạy được từ kho mã nguồn, nơi có thư mục tests/bench.")
    sys.path.insert(0, str(root))
    measured = asyncio.run(import_module(BENCHES[name]).measure())
    if json_lines:
        _print_json(measured)
    else:
        for figure, value in measured.items():
            typer.echo(f"{figure:<34} {value}")


calendars = typer.Typer(help="Ngày nghỉ, ngày làm bù, ngày làm nửa buổi.", no_args_is_help=True)
app.add_typer(calendars, name="calendar")


@calendars.command("preview")
def calendar_preview(file: Path, data: Data = VAR, json_lines: Json = False) -> None:
    """Nếu áp dụng tệp lịch vn-<năm>.yaml này thì thời hạn nào đang chạy thay đổi; chưa thay đổi gì."""
    year = _calendar_file(file)
    _print_moves(_of_calendar("preview", _stack(data), year), json_lines)


@calendars.command("apply")
def calendar_apply(file: Path, data: Data = VAR, json_lines: Json = False) -> None:
    """Áp dụng tệp lịch vn-<năm>.yaml: các thời hạn đang chạy được tính lại, nêu lý do."""
    year, stack = _calendar_file(file), _stack(data)
    moves = _of_calendar("preview", stack, year)
    applied = _of_calendar("apply", stack, year)
    _print_moves(moves, json_lines)
    if json_lines:
        _print_json({"year": year.year, "revision": applied["revision"], "moves": moves["total"]})
    else:
        typer.echo(f"Đã áp dụng lịch năm {year.year} (lần thay đổi thứ {applied['revision']}).")


@calendars.command("show")
def calendar_show(year: int, data: Data = VAR, json_lines: Json = False) -> None:
    """Các ngày nghỉ, làm bù, làm nửa buổi của một năm, như hệ thống đang tính; không có hệ thống thì theo tệp."""
    from services.deadlines.calendars import to_contract
    from services.deadlines.telling import told_year
    from services.deadlines.working_days import NoCalendar

    calendar = _calendar(data)
    try:
        shown = to_contract(calendar[year])
    except NoCalendar as error:
        _refuse(str(error))
    if json_lines:
        _print_json(shown.model_dump(mode="json"))
    else:
        _print_lines(told_year(shown, calendar))


communes = typer.Typer(help="Hồ sơ cấu hình của xã.", no_args_is_help=True)
app.add_typer(communes, name="commune")


@communes.command("check")
def commune_check(file: Path) -> None:
    """Kiểm tra một hồ sơ xã: chỉ ra mọi chỗ sai theo dòng, và những chỗ nên xem lại."""
    from services.deadlines.rules import DEFAULTS
    from shared.communes import ProfileError, check_profile

    try:
        profile, remarks = check_profile(file, {rule: (term.count, term.unit) for rule, term in DEFAULTS.items()})
    except FileNotFoundError:
        _refuse(f"Không có tệp {file}.")
    except OSError as error:
        _refuse(f"Không đọc được {file}: {error.strerror}.")
    except ProfileError as error:
        _refuse(str(error))
    for remark in remarks:
        typer.echo(str(remark))
    typer.echo(f"{file}: đúng ({profile.name}, {len(profile.departments)} phòng)")


def _not_yet(what: str) -> Callable[[], None]:
    def command() -> None:
        _wrong_usage(f"`doithoai {what}` chưa có trong bản này.")

    command.__doc__ = "Chưa có trong bản này."
    return command


account = typer.Typer(help="Tài khoản vào bàn làm việc.", no_args_is_help=True)
app.add_typer(account, name="account")
Email = Annotated[str, typer.Argument(metavar="EMAIL")]


@account.command("add")
def account_add(
    email: Email,
    role: Annotated[str, typer.Option(help="province, operator: người không thuộc xã nào.")] = "",
    commune: Annotated[str, typer.Option(help="Khi địa chỉ có trong hồ sơ của nhiều xã.")] = "",
    name: Annotated[str, typer.Option(help="Họ tên, cho người không thuộc xã nào.")] = "",
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Mở tài khoản cho một người của hồ sơ xã, của tỉnh hoặc vận hành; in đường dẫn dùng một lần trong 24 giờ."""
    from shared.contracts import Role

    if role not in ("", "province", "operator"):
        _wrong_usage("--role là province hoặc operator; vai của người trong xã nằm ở hồ sơ xã")
    if role and (commune or not name):
        _wrong_usage("người của tỉnh và người vận hành cần --name, và không có --commune")
    if not role and name:
        _wrong_usage("họ tên của người trong xã nằm ở hồ sơ xã")
    link = _of_accounts(data, lambda office: office.add(email, commune, Role(role) if role else None, name))
    _print_link(email, link, json_lines)


@account.command("reset")
def account_reset(email: Email, data: Data = VAR, json_lines: Json = False) -> None:
    """Bỏ mật khẩu, mã hai bước và mọi phiên của một tài khoản; in đường dẫn mới."""
    _print_link(email, _of_accounts(data, lambda office: office.reset(email)), json_lines)


@account.command("revoke")
def account_revoke(email: Email, data: Data = VAR, json_lines: Json = False) -> None:
    """Khóa tài khoản và kết thúc mọi phiên của người đó; mở lại bằng `account add`."""
    ended = _of_accounts(data, lambda office: office.close(email))
    if json_lines:
        _print_json({"email": email, "sessions": ended})
    else:
        typer.echo(f"Đã khóa tài khoản {email}; {ended} phiên đã kết thúc.")


@account.command("list")
def account_list(data: Data = VAR, json_lines: Json = False) -> None:
    """Các tài khoản: của ai, vai gì, đang thế nào."""
    from dataclasses import asdict

    for one in _of_accounts(data, lambda office: office.listed()):
        if json_lines:
            _print_json(asdict(one))
        else:
            two = "hai bước" if one.two_steps else "một bước"
            where = one.commune or "toàn tỉnh"
            typer.echo(f"{one.email}  {one.name}  {one.role or '–'}  {where}  {one.state}  {two}  {one.sessions} phiên")


def _of_accounts(data: Path, ask: "Callable[[Office], Coroutine[Any, Any, Any]]") -> Any:
    from deploy.embedded.accounts import office
    from shared.contracts import Refusal
    from shared.store import OUTAGES

    async def asked() -> Any:
        async with office(data) as found:
            return await ask(found)

    try:
        return asyncio.run(asked())
    except Refusal as refusal:
        _refuse(refusal.reason)
    except OUTAGES:
        _refuse("Cơ sở dữ liệu không trả lời. Hãy chạy `doithoai up` trước, hoặc đặt MONGO_URL.")


def _print_link(email: str, link: str, json_lines: bool) -> None:
    if json_lines:
        _print_json({"email": email, "link": link})
    else:
        typer.echo(f"Xin chuyển đường dẫn này cho {email}, qua một kênh mà chỉ người đó đọc được:")
        typer.echo(link)
        typer.echo("Dùng được một lần, trong 24 giờ.")


mailbox = typer.Typer(help="Hộp thư điện tử của xã.", no_args_is_help=True)
app.add_typer(mailbox, name="mailbox")


@mailbox.command("check")
def mailbox_check(
    commune: str,
    file: Annotated[Path | None, typer.Option(help="Tệp hộp thư; mặc định: DOITHOAI_MAILBOXES.")] = None,
) -> None:
    """Thử kết nối hộp thư của xã, đếm thư chờ, nói phải làm gì; không thay đổi gì trong hộp thư."""
    from deploy.embedded.doctor import mailboxes
    from shared.settings import Settings

    where = file or Settings().mailboxes
    if where is None:
        _wrong_usage("chưa biết tệp hộp thư: đặt DOITHOAI_MAILBOXES hoặc dùng --file")
    _tell(mailboxes(where, commune))


plans = typer.Typer(help="Kế hoạch của xã.", no_args_is_help=True)
app.add_typer(plans, name="plan")
_ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}
plans.command("read", context_settings=_ANYTHING)(_not_yet("plan read"))


deadletters = typer.Typer(help="Sự kiện bị giữ lại: xem, giao lại, bỏ.", no_args_is_help=True)
app.add_typer(deadletters, name="deadletters")
Numbers = Annotated[list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Số của sự kiện bị giữ.")]
All = Annotated[bool, typer.Option("--all", help="Tất cả, hoặc tất cả những sự kiện khớp --handler, --error.")]
OfHandler = Annotated[str, typer.Option("--handler", help="Chỉ của nơi xử lý này.")]
OfError = Annotated[str, typer.Option("--error", help="Chỉ những sự kiện có đúng lỗi này.")]
FATES = {
    "done": "đã xử lý",
    "parked-again": "lại bị giữ",
    "given": "đã giao, chưa xử lý xong",
    "gone": "không còn bị giữ từ trước",
    "failed": "chưa giao được",
    "waiting": "chưa giao",
}


@deadletters.command("list")
def deadletters_list(handler: OfHandler = "", error: OfError = "", data: Data = VAR, json_lines: Json = False) -> None:
    """Những sự kiện đang bị giữ, cũ trước mới sau."""
    from deploy.embedded.operating import told
    from services.console.streams.deadletters import Chosen
    from shared.web import local_time

    found = _operate(data, "doithoai deadletters list", lambda desk: desk.find((), Chosen(handler, error)))
    for one in found:
        if json_lines:
            _print_json(told(one))
        else:
            at = local_time(one.parked_at)
            typer.echo(f"{one.number:>6}  {at}  {one.handler}  {one.event or one.subject}  {one.error}")
    if not found and not json_lines:
        typer.echo("Không có sự kiện nào bị giữ lại.")


@deadletters.command("show")
def deadletters_show(
    number: int,
    reason: Annotated[str, typer.Option(help="Lý do xem giá trị; được ghi lại. Không có thì giá trị được che.")] = "",
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Một sự kiện bị giữ: lỗi, từng trường so với hợp đồng, giao lại thì sao."""
    shown = _operate(data, "doithoai deadletters show", lambda desk: desk.show(number, reason))
    if json_lines:
        _print_json(shown)
        return
    typer.echo(f"{shown['handler']}  {shown['subject']}  (EVENTS {shown['first']})")
    typer.echo(f"{shown['cause']}  {shown['error']}")
    typer.echo(f"Nếu giao lại: {shown['outlook']}")
    if shown["trouble"]:
        typer.echo(shown["trouble"])
    marks = {"fits": " ", "missing": "✗", "wrong": "✗", "unknown": "?"}
    for field in shown["fields"]:
        problem = f"  {field['problem']}; phải là {field['expected']}" if field["problem"] else ""
        typer.echo(f"{marks[field['verdict']]} {field['path']:<36} {field.get('value', field['kind'])}{problem}")


@deadletters.command("replay")
def deadletters_replay(
    numbers: Numbers = None,
    everything: All = False,
    handler: OfHandler = "",
    error: OfError = "",
    wait: Annotated[float, typer.Option(help="Số giây theo dõi kết quả.")] = 60.0,
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Giao lại cho đúng nơi xử lý đã lỗi, và theo dõi kết quả. Mã 1 khi có sự kiện lại bị giữ hoặc chưa xong."""
    _some_or_all(numbers, everything)

    async def replayed(desk: "Desk") -> Any:
        from services.console.streams.deadletters import Chosen

        found = await desk.find(numbers or (), Chosen(handler, error) if everything else None)
        return await desk.replay(found, wait) if found else []

    items = _operate(data, "doithoai deadletters replay", replayed)
    for item in items:
        if json_lines:
            told = {"number": item.number, "handler": item.handler, "outcome": item.fate}
            _print_json({**told, "again": item.again or None, "error": item.error})
        else:
            again = f", nay là số {item.again}" if item.again else ""
            why = f": {item.error}" if item.error else ""
            typer.echo(f"{item.number:>6}  {item.handler}  {FATES[item.fate]}{again}{why}")
    if left := [item for item in items if item.fate not in ("done", "gone")]:
        _refuse(f"{len(left)} trong {len(items)} sự kiện chưa được xử lý.")


@deadletters.command("discard")
def deadletters_discard(
    numbers: Numbers = None,
    reason: Annotated[str, typer.Option(help="Bắt buộc; được ghi lại. Không ghi tên hay thông tin của ai.")] = "",
    everything: All = False,
    handler: OfHandler = "",
    error: OfError = "",
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Bỏ: nơi xử lý ấy không bao giờ làm những sự kiện này. Chúng vẫn còn trong luồng và cơ sở dữ liệu."""
    from shared.text import one_line

    _some_or_all(numbers, everything)
    if not (why := one_line(reason)):
        _wrong_usage("cần --reason: lý do bỏ được ghi vào nhật ký kiểm tra")

    async def discarded(desk: "Desk") -> Any:
        from services.console.streams.deadletters import Chosen

        found = await desk.find(numbers or (), Chosen(handler, error) if everything else None)
        if found:
            await desk.discard(found, why)
        return found

    gone = _operate(data, "doithoai deadletters discard", discarded)
    for one in gone:
        if json_lines:
            _print_json({"number": one.number, "handler": one.handler, "outcome": "discarded"})
    if not json_lines:
        typer.echo(f"Đã bỏ {len(gone)} sự kiện.")


def _some_or_all(numbers: list[int] | None, everything: bool) -> None:
    if bool(numbers) == everything:
        _wrong_usage("cho biết số của sự kiện, hoặc --all")


consoles = typer.Typer(help="Dữ liệu hiển thị của bàn làm việc.", no_args_is_help=True)
app.add_typer(consoles, name="console")


@consoles.command("rebuild")
def console_rebuild(data: Data = VAR, json_lines: Json = False) -> None:
    """Dựng lại dữ liệu hiển thị từ sự kiện đầu tiên; không gì mất, các trang nói là chưa đầy đủ trong lúc dựng."""

    def told(position: int, last: int, rate: float) -> None:
        if not json_lines and sys.stderr.isatty():
            typer.echo(f"\r{position} / {last}  {rate:.0f} sự kiện mỗi giây ", nl=position == last, err=True)

    last = _operate(data, "doithoai console rebuild", lambda desk: desk.rebuild(told))
    if json_lines:
        _print_json({"position": last})
    else:
        typer.echo(f"Đã dựng lại đến sự kiện số {last}.")


def _operate(data: Path, command: str, work: "Callable[[Desk], Coroutine[Any, Any, Any]]") -> Any:
    from deploy.embedded.operating import CannotOperate, with_desk

    try:
        return asyncio.run(with_desk(data, command, work))
    except CannotOperate as error:
        _refuse(str(error))


def _calendar(data: Path) -> "WorkingCalendar":
    """The calendar of the system that runs there; of the files where none does, or where it does not answer."""
    from deploy.embedded.calendar import NotDone, show
    from deploy.embedded.installation import running
    from services.deadlines.calendars import from_contract
    from services.deadlines.working_days import WorkingCalendar, load_calendar
    from shared.contracts.conference import CalendarYear
    from shared.strict_yaml import YamlError

    if stack := running(data):
        try:
            told = asyncio.run(show(stack))
            years = [from_contract(CalendarYear.model_validate(year)) for year in told["years"]]
            return WorkingCalendar(years, told["revision"])
        except NotDone as error:
            typer.echo(f"{error} Tính theo tệp lịch, có thể thiếu những thay đổi đã áp dụng.", err=True)
    try:
        return load_calendar()
    except YamlError as error:
        _refuse(str(error))


def _calendar_file(file: Path) -> "CalendarYear":
    from services.deadlines.calendars import to_contract
    from services.deadlines.working_days import read_calendar
    from shared.strict_yaml import YamlError

    try:
        return to_contract(read_calendar(file).as_year())
    except OSError as error:
        _refuse(f"Không đọc được {file}: {error.strerror}.")
    except YamlError as error:
        _refuse(str(error))


def _of_calendar(what: str, stack: "RunningStack", *about: Any) -> dict[str, Any]:
    from deploy.embedded import calendar

    ask: Callable[..., Coroutine[Any, Any, dict[str, Any]]] = getattr(calendar, what)
    try:
        return asyncio.run(ask(stack, *about))
    except calendar.NotDone as error:
        _refuse(str(error))


def _print_moves(state: dict[str, Any], json_lines: bool) -> None:
    from services.deadlines.telling import told_moves

    if json_lines:
        for move in state["moves"]:
            _print_json(move)
    else:
        _print_lines(told_moves(state))


def _stack(data: Path) -> "RunningStack":
    from deploy.embedded.installation import running

    stack = running(data)
    if stack is None:
        _refuse(f"Không có hệ thống nào đang chạy trên {data}. Hãy chạy `doithoai up` ở một cửa sổ khác trước.")
    return stack


def _profile(commune: str) -> Any:
    from shared.communes import Communes, ProfileError

    try:
        profiles = Communes.load()
    except ProfileError as error:
        _refuse(str(error))
    if commune not in profiles:
        _refuse(f"Chưa có hồ sơ của xã {commune!r}; có: {', '.join(profiles)}.")
    return profiles[commune]


def _lines(file: str) -> list[str]:
    text = sys.stdin.read() if file == "-" else _read(Path(file)).decode("utf-8", "replace")
    return [line for line in text.splitlines() if line.strip()]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _refuse(f"Không đọc được {file}: {error.strerror}.")


def _told(data: dict[str, Any]) -> str:
    """What of an event a person at the console wants to see; personal data stay where they are."""
    shown = ("question", "department", "field", "rule", "due_on", "kind", "channel", "how", "to", "state", "reason")
    return " ".join(f"{name}={data[name]}" for name in shown if data.get(name) is not None)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def _refuse(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(1)


def _wrong_usage(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(2)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
