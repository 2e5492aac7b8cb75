"""The day's work of an office, one command each."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from services.commands.calendars import calendar_of
from services.commands.terminal import (
    VAR,
    Data,
    Json,
    content_of,
    lines_of,
    print_json,
    print_lines,
    profile_of,
    refuse,
    stack_on,
    wrong_usage,
)


def register(commune: str, files: list[Path], data: Data = VAR, json_lines: Json = False) -> None:
    """Nhận phiếu đã điền (.txt .docx .pdf .xlsx), thư (.eml), danh sách (.csv .xlsx); in mã phiếu hoặc lý do."""
    from deploy.embedded.registration import register_files

    refused = False
    for result in asyncio.run(register_files(stack_on(data), commune, files)):
        refused |= result["status"] == "refused"
        notes = result.pop("notes")
        if json_lines:
            print_json(result)
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


def classify(
    commune: str,
    file: Annotated[str, typer.Argument(help="Tệp mỗi dòng một câu hỏi; - là đầu vào chuẩn.")] = "-",
    data: Data = VAR,
    json_lines: Json = False,
) -> None:
    """Phân loại câu hỏi: lĩnh vực, phòng phụ trách, vì sao. Hệ thống đang chạy thì theo đúng những gì xã đã dạy máy."""
    from services.routing.classifying.vocabulary import classifier_for

    profile, lines = profile_of(commune), lines_of(file)
    found = _classified_by_the_office(commune, lines, data)
    if not json_lines:
        source = "hồ sơ xã và mô hình đi kèm" if found is None else "sổ tay và các lần phân công của xã"
        typer.echo(f"Phân loại theo {source}.", err=True)
    if found is None:
        classifier = classifier_for(profile)
        found = [classifier.classify(line).to_json() for line in lines]
    for one in found:
        if json_lines:
            print_json(one)
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
        wrong_usage(f"không có thời hạn {rule!r}; có: {', '.join(rules)}")
    try:
        anchor = date.fromisoformat(day)
    except ValueError:
        wrong_usage(f"{day!r} không phải ngày dạng YYYY-MM-DD")
    here = office(profile_of(commune), calendar_of(data))
    try:
        term, anchor = here.counted_from(cast("RuleId", rule), anchor)
        explained = explain(term, anchor, here.calendar, here.hours)
    except NoCalendar as error:
        refuse(str(error))
    if json_lines:
        print_json(dict(explained))
    else:
        print_lines(told_term(explained, term, anchor))


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
        wrong_usage(f"không có loại thư {kind!r}; có: {', '.join(KINDS)}")
    try:
        pdf = from_json(kind, content_of(file), Communes.load())
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors())
        refuse(f"{file}: dữ liệu chưa đúng: {wrong}")
    except Refusal as error:
        refuse(error.reason)
    except (CannotPrint, CannotWrite) as error:
        refuse(str(error))
    output.write_bytes(pdf)
    typer.echo(str(output))


def report(
    commune: str,
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026-Q2 hoặc 2026.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Tệp viết ra, .xlsx hoặc .docx.")],
    data: Data = VAR,
) -> None:
    """Số liệu của một kỳ (.xlsx), hoặc dự thảo báo cáo để ký (.docx), của hệ thống đang chạy."""
    import httpx

    from deploy.embedded.accounts import let_in

    profile_of(commune)
    kind = output.suffix.lower()
    if kind not in (".xlsx", ".docx"):
        wrong_usage("-o là tệp .xlsx hoặc .docx")
    stack = stack_on(data)
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
        refuse(f"Bàn làm việc không trả lời: {error}")
    if answer.status_code == 404:
        wrong_usage(f"{period!r} không phải kỳ báo cáo; có dạng 2026-Q2 hoặc 2026")
    if answer.is_error:
        refuse(f"Bàn làm việc chưa lập được báo cáo (HTTP {answer.status_code}). Xin thử lại sau ít phút.")
    output.write_bytes(answer.content)
    typer.echo(str(output))


def trace(code: str, data: Data = VAR, json_lines: Json = False) -> None:
    """Toàn bộ quá trình của một phiếu qua các dịch vụ."""
    from deploy.embedded.tracing import UnknownCode, trace_code

    try:
        history = asyncio.run(trace_code(stack_on(data), code))
    except UnknownCode as error:
        refuse(str(error))
    for envelope in history:
        if json_lines:
            print_json(envelope.model_dump(mode="json", exclude_none=True))
        else:
            from shared.web import local_time

            service, name = envelope.source.rsplit("/", 1)[-1], envelope.subject.rsplit(".", 1)[-1]
            typer.echo(f"{local_time(envelope.time)}  {service:<10} {name:<28} {_told(envelope.data)}")


def _told(data: dict[str, Any]) -> str:
    """What of an event a person at the console wants to see; personal data stay where they are."""
    shown = ("question", "department", "field", "rule", "due_on", "kind", "channel", "how", "to", "state", "reason")
    return " ".join(f"{name}={data[name]}" for name in shown if data.get(name) is not None)
