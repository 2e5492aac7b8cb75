"""The lists to fill in, for hamlets and organisations to take home."""

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from services.intake.files import EXCEL
from services.intake.lists.blank_list import blank_list
from services.intake.pages.paper_pages import must_be_known
from shared.contracts.conference import ListKind
from shared.service import Service
from shared.web import SECURITY_HEADERS


def add_pages(service: Service) -> None:
    router = APIRouter(include_in_schema=False)

    @router.get("/xa/{commune}/mau-danh-sach.xlsx")
    def opinions(commune: str) -> Response:
        return download(commune, "opinions", "mau-danh-sach-y-kien")

    @router.get("/xa/{commune}/mau-danh-sach-nguoi-du.xlsx")
    def participants(commune: str) -> Response:
        return download(commune, "participants", "mau-danh-sach-nguoi-du")

    def download(commune: str, kind: ListKind, name: str) -> Response:
        profile = must_be_known(service, commune)
        content = blank_list(kind, commune=profile.name, hamlets=profile.hamlets, hamlet_word=profile.hamlet_word)
        headers = {
            **SECURITY_HEADERS,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}-{profile.id}.xlsx')}",
            "Cache-Control": "no-cache",
        }
        return Response(content, media_type=EXCEL, headers=headers)

    service.app.include_router(router)
