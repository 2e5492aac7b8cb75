"""The filters of the list of questions, each with its name in the address, its words and its count."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.console.words import STAGES
from services.console.work.lists import Counts, Filter


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter. `count`: name of a figure of `Counts`; None: of its stage. `always`: shown also when it is empty."""

    slug: str
    words: str
    filter: Filter
    count: str | None = None
    always: bool = False

    def number(self, counts: Counts) -> int:
        if self.count is not None:
            return int(getattr(counts, self.count))
        return counts.stages.get(self.filter.stage or "", 0)


def _stage(slug: str, stage: str) -> Choice:
    return Choice(slug, STAGES[stage], Filter(standing="open", stage=stage))


OPEN = Choice("dang-giai-quyet", "Đang giải quyết", Filter(standing="open"), "open", always=True)
ALL = Choice("tat-ca", "Tất cả", Filter(), "received", always=True)

CHOICES: Mapping[str, Choice] = {
    choice.slug: choice
    for choice in (
        OPEN,
        Choice("cho-toi-duyet", "Chờ tôi duyệt", Filter(only="to-decide"), "to_decide"),
        Choice("qua-han", "Quá hạn", Filter(only="late"), "late", always=True),
        Choice("sap-den-han", "Sắp đến hạn", Filter(only="near"), "near"),
        Choice("xin-gia-han", "Xin gia hạn", Filter(only="wanted"), "wanted"),
        Choice("chua-gui-duoc", "Chưa gửi được", Filter(only="undelivered"), "undelivered"),
        Choice("tra-loi-van-ban", "Phải trả lời bằng văn bản", Filter(only="in-writing"), "in_writing"),
        Choice("buc-xuc", "Bức xúc, nêu nhiều lần", Filter(only="first"), "first"),
        Choice("cho-phong-nhan", "Chờ phòng mới nhận", Filter(only="acceptance"), "acceptance"),
        Choice("phoi-hop", "Phối hợp", Filter(only="coordinating"), "coordinating"),
        _stage("da-tiep-nhan", "received"),
        _stage("cho-phan-loai", "awaits-triage"),
        _stage("da-giao", "assigned"),
        _stage("dang-soan", "drafting"),
        _stage("cho-duyet", "awaiting-approval"),
        _stage("da-duyet", "approved"),
        _stage("bao-cao-cap-tren", "referred-up"),
        Choice("da-tra-loi", "Đã trả lời", Filter(standing="answered"), "answered", always=True),
        Choice(
            "da-huong-dan", "Đã hướng dẫn, báo cáo cấp trên", Filter(standing="redirected"), "redirected", always=True
        ),
        Choice("da-rut", "Đã rút", Filter(standing="withdrawn"), "withdrawn"),
        ALL,
    )
}
