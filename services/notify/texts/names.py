"""What the text of each kind may name: as an office reads it beside the text it edits, and as it is checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from services.notify.texts.blocks import Table
from shared.contracts.notify import MessageKind

Sort = Literal["words", "paragraphs", "number", "flag", "table", "group", "list"]


@dataclass(frozen=True, slots=True)
class Name:
    """says: what it is. parts: of a group, what can be named after a dot; of a list, of each of its members.

    each: what a loop over a list calls one of them.
    """

    says: str
    sort: Sort = "words"
    parts: Mapping[str, "Name"] = field(default_factory=dict)
    each: str = ""


Names = Mapping[str, Name]

_OFTEN_MISSING = "; có thể không có"

EVERYWHERE: Names = {
    "office": Name("cơ quan gửi"),
    "commune": Name("tên xã, phường"),
    "addressee": Name("người nhận, như sau chữ Kính gửi"),
    "you": Name("cách xưng hô với người nhận: ông/bà, quý đơn vị"),
    "You": Name("như you, viết hoa chữ đầu"),
    "contact": Name("nơi liên hệ khi cần hỏi thêm"),
    "today": Name("ngày của văn bản"),
    "url": Name("địa chỉ trang để xem tiếp" + _OFTEN_MISSING),
    "medium": Name("mail là thư điện tử, letter là thư giấy"),
    "on_paper": Name("đúng khi là thư giấy", "flag"),
    "by_mail": Name("đúng khi là thư điện tử", "flag"),
}

OF_A_CITIZEN: Names = {
    "address": Name("địa chỉ của người nhận" + _OFTEN_MISSING),
    "speaks_for": Name("cơ quan, tổ chức mà đại biểu đại diện" + _OFTEN_MISSING),
    "code": Name("mã phiếu; đại biểu được mời không có mã"),
    "received_on": Name("ngày nhận phiếu; đại biểu được mời không có"),
    "from_floor": Name("đúng khi ý kiến được nêu ngay tại hội nghị", "flag"),
    "collected_by": Name("nơi tổng hợp danh sách ý kiến" + _OFTEN_MISSING),
    "conference": Name("tên và ngày hội nghị; “hội nghị đối thoại” khi chưa xếp vào hội nghị nào"),
    "matter": Name("điều được hỏi, như trích yếu gọi"),
    "what_came": Name("phiếu hay ý kiến đã nhận, như tiêu đề thư gọi"),
    "dialogue": Name(
        "hội nghị đối thoại" + _OFTEN_MISSING,
        "group",
        {
            "title": Name("tên hội nghị"),
            "day": Name("ngày tổ chức"),
            "time": Name("giờ, thứ, ngày tổ chức bằng chữ"),
            "clock": Name("giờ, ngày tổ chức viết gọn"),
            "place": Name("địa điểm" + _OFTEN_MISSING),
            "chair": Name("người chủ trì"),
            "subjects": Name("các nội dung đối thoại; có thể trống", "paragraphs"),
            "cancelled": Name("lý do không tổ chức được" + _OFTEN_MISSING),
        },
    ),
}

QUESTION: Names = {
    "number": Name("số thứ tự câu hỏi trong phiếu", "number"),
    "question": Name("nội dung người dân nêu", "paragraphs"),
}
_KIND_OF_MATTER: Names = {
    "is_complaint": Name("đúng khi nội dung có tính chất khiếu nại", "flag"),
    "is_denunciation": Name("đúng khi là tố cáo; khi đó không có họ tên và nội dung đã nêu", "flag"),
}


def _items(**more: Name) -> Names:
    return {"items": Name("các câu hỏi của thư này", "list", {**QUESTION, **more}, "item")}


_INVITED: Names = {
    "seat": Name("số ghế; đại biểu không có"),
    "pass_url": Name("địa chỉ sau mã QR để điểm danh" + _OFTEN_MISSING),
}

OF_KIND: Mapping[MessageKind, Names] = {
    "receipt": {
        "by_another": Name("đúng khi phiếu do người khác gửi; khi đó không nhắc lại gì trong phiếu", "flag"),
        "received_at": Name("giờ, ngày nhận phiếu"),
        "files": Name("số tệp kèm theo" + _OFTEN_MISSING),
        "on_time": Name("đúng khi phiếu gửi đúng hạn", "flag"),
        "department_term": Name("thời hạn phòng chuyên môn soạn câu trả lời" + _OFTEN_MISSING),
        **_items(),
    },
    "invitation": {**_INVITED, **_items()},
    "dialogue-reminder": {**_INVITED, **_items()},
    "waitlist": {"waiting_place": Name("vị trí trong danh sách chờ"), **_items()},
    "rescheduled": {
        "move": Name(
            "thay đổi của hội nghị",
            "group",
            {
                "previously": Name("thời gian đã báo trước đây"),
                "time": Name("thời gian mới"),
                "same_time": Name("đúng khi chỉ đổi địa điểm", "flag"),
                "same_place": Name("đúng khi chỉ đổi thời gian", "flag"),
                "previous_place": Name("địa điểm đã báo trước đây" + _OFTEN_MISSING),
                "place": Name("địa điểm mới, hoặc vẫn như cũ"),
                "reason": Name("lý do, đã có dấu chấm"),
            },
        ),
        **_items(),
    },
    "cancelled": {**_items()},
    "answer": {
        "occasion": Name(
            "vì sao trả lời bằng văn bản: excused báo vắng, absent vắng mặt, no-seat hết chỗ, late quá hạn, "
            "unscheduled ngoài đợt, outside-subject ngoài phạm vi, taken tiếp thu tại chỗ, afterwards trả lời sau, "
            "cancelled không tổ chức được, reopened trả lời bổ sung"
        ),
        **_items(
            answer=Name("nội dung trả lời", "paragraphs"),
            department=Name("đơn vị có ý kiến trả lời"),
        ),
    },
    "guidance": _items(
        answer=Name("nội dung hướng dẫn", "paragraphs"),
        authority=Name("cơ quan, người có thẩm quyền giải quyết"),
        **_KIND_OF_MATTER,
    ),
    "referral": _items(
        reason=Name("lý do vượt thẩm quyền; trống khi là tố cáo", "paragraphs"),
        authority=Name("cấp có thẩm quyền đã báo cáo"),
        **_KIND_OF_MATTER,
    ),
    "extension": {
        "extension": Name(
            "việc gia hạn",
            "group",
            {
                "matter": Name("nội dung được giao theo kết luận; có thể trống", "paragraphs"),
                "reason": Name("lý do cần thêm thời gian, đã có dấu chấm"),
                "requirement": Name("yêu cầu, đã có dấu chấm"),
                "until": Name("ngày phải trả lời"),
                "responsible": Name("người chịu trách nhiệm, đã có dấu chấm"),
            },
        ),
        **_items(),
    },
    "apology": {
        "apology": Name(
            "việc xin lỗi, hẹn lại",
            "group",
            {
                "reason": Name("lý do chậm, đã có dấu chấm"),
                "until": Name("ngày hẹn trả lời"),
                "responsible": Name("đơn vị chịu trách nhiệm, đã có dấu chấm"),
            },
        ),
        **_items(),
    },
    "conclusion": {
        "conclusion": Name(
            "thông báo kết luận",
            "group",
            {
                "notice": Name("số, ký hiệu thông báo"),
                "summary": Name("nội dung kết luận", "paragraphs"),
                "promises": Name(
                    "nội dung giao các đơn vị; có thể trống",
                    "list",
                    {
                        "text": Name("nội dung được giao", "paragraphs"),
                        "department": Name("đơn vị thực hiện"),
                        "term": Name("thời hạn" + _OFTEN_MISSING),
                    },
                    "promise",
                ),
                "table": Name("bảng nội dung giao các đơn vị, đặt riêng một dòng" + _OFTEN_MISSING, "table"),
                "url": Name("địa chỉ trang đăng thông báo" + _OFTEN_MISSING),
            },
        ),
        **_items(),
    },
    "resolution": {
        "result": Name(
            "kết quả giải quyết",
            "group",
            {
                "matter": Name("nội dung được giao", "paragraphs"),
                "result": Name("kết quả giải quyết", "paragraphs"),
                "department": Name("đơn vị được giao"),
                "notice": Name("số thông báo kết luận" + _OFTEN_MISSING),
            },
        ),
        **_items(),
    },
    "digest": {
        "day": Name("ngày nhắc việc"),
        "missed": Name("số việc quá hạn", "number"),
        "near": Name("số việc sắp đến hạn", "number"),
        "supplement": Name("đúng khi là thư nhắc bổ sung trong ngày", "flag"),
        "items": Name(
            "các việc, quá hạn trước, sắp đến hạn sau",
            "list",
            {
                "number": Name("số thứ tự", "number"),
                "missed": Name("đúng khi đã quá hạn", "flag"),
                "task": Name("việc phải làm"),
                "what": Name("nội dung cụ thể" + _OFTEN_MISSING),
                "reference": Name("mã phiếu, hội nghị"),
                "who": Name("người thực hiện"),
                "due": Name("hạn"),
                "ask": Name("điều người nhận được đề nghị làm"),
                "why": Name("lý do gửi" + _OFTEN_MISSING),
                "page": Name("địa chỉ trang để làm việc này" + _OFTEN_MISSING),
            },
            "item",
        ),
    },
}

LOOP: Names = {
    "index": Name("lần lặp thứ mấy, từ 1", "number"),
    "first": Name("đúng ở lần đầu", "flag"),
    "last": Name("đúng ở lần cuối", "flag"),
    "length": Name("số lần lặp", "number"),
}


def names_of(kind: MessageKind) -> Names:
    """Everything that a text of this kind may name."""
    return {**EVERYWHERE, **({} if kind == "digest" else OF_A_CITIZEN), **OF_KIND[kind]}


def told(kind: MessageKind, data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Name, what it says, and an example of each, for whoever writes the text. data: of an example."""
    return list(_told(names_of(kind), "", data))


def _told(names: Names, before: str, data: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name, known in names.items():
        value, whole = data.get(name), f"{before}{name}"
        if known.sort == "list":
            says = f"{known.says}; viết {{% for {known.each} in {whole} %}} … {{% endfor %}}"
            yield {"name": whole, "says": says, "example": f"{len(value or [])} mục"}
            yield from _told(known.parts, f"{known.each}.", (value or [{}])[0])
        elif known.sort == "group":
            yield from _told(known.parts, f"{whole}.", value or {})
        else:
            yield {"name": whole, "says": known.says, "example": _example(value)}


def _example(value: Any) -> str:
    match value:
        case bool():
            return "đúng" if value else "sai"
        case list():
            return " ".join(value)
        case Table():
            return "bảng"
        case None:
            return ""
    return str(value)
