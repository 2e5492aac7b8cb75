"""What people are told of their personal data before they agree, as data: who uses what, why, how long, their rights.

A changed text gets a new version: each form keeps the version that its sender agreed to (Law on Personal Data
Protection 91/2025/QH15, in force since 1 January 2026: articles 4 on rights and 9 on consent; Decree 356/2025/NĐ-CP).
"""

from dataclasses import dataclass

VERSION = "2026-11"
"""Of the text as it stands here."""
VERSIONS = frozenset({VERSION})
"""All that were ever in use: who sends forms by program may have shown his people an earlier one."""

NOT_AGREED = "Xin ông/bà đọc thông báo và đánh dấu vào ô đồng ý thì UBND mới được nhận phiếu này."
UNKNOWN = f"Không có thông báo xử lý dữ liệu nào mang phiên bản này. Bản hiện hành là {VERSION}."


@dataclass(frozen=True, slots=True)
class Part:
    """One question that people have, and its answer in paragraphs or points."""

    title: str
    texts: tuple[str, ...]
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice of one commune. essence: what must be known before the box is ticked. parts: all of it."""

    version: str
    essence: str
    parts: tuple[Part, ...]


SOMEWHERE = "xã, phường nơi ông/bà gửi phiếu"
"""For the page that belongs to no commune."""


def notice(
    name: str = SOMEWHERE, address: str | None = None, email: str | None = None, phone: str | None = None
) -> Notice:
    """The notice in the name of a commune, with how it is reached."""
    office = f"Ủy ban nhân dân (UBND) {name}"
    ways = (address, email and f"thư điện tử {email}", phone and f"điện thoại {phone}")
    reached = "; ".join(way for way in ways if way)
    return Notice(
        version=VERSION,
        essence=f"UBND {name} dùng họ tên, cách liên hệ, câu hỏi và tệp ông/bà gửi để tiếp nhận, trả lời câu hỏi và "
        "mời dự đối thoại, không dùng vào việc khác. Ông/bà có quyền xem, sửa, yêu cầu xóa và rút lại sự đồng ý.",
        parts=(
            Part(
                "Ai dùng thông tin của ông/bà?",
                (
                    f"{office} quyết định mục đích và cách xử lý dữ liệu trên phiếu, và chịu trách nhiệm về việc đó.",
                    "Phiếu được chuyển đến phòng, công chức có trách nhiệm trả lời. Câu hỏi vượt thẩm quyền được "
                    "báo cáo hoặc chuyển đến cơ quan nhà nước có thẩm quyền. Ngoài ra không cung cấp cho ai, "
                    "trừ khi pháp luật yêu cầu.",
                ),
            ),
            Part(
                "Thông tin nào, để làm gì?",
                (),
                (
                    "Họ tên (tên tổ chức): để biết ai hỏi và ghi trên thư mời, thư trả lời.",
                    "Điện thoại, địa chỉ, thư điện tử: để gửi giấy tiếp nhận, thư mời, câu trả lời; và để chỉ ông/bà "
                    "mới xem được phiếu của mình.",
                    "Câu hỏi và tệp gửi kèm: để tìm hiểu và trả lời.",
                    "Nếu câu hỏi và câu trả lời có ích cho nhiều người, UBND có thể công khai, sau khi đã bỏ họ tên "
                    "và mọi chi tiết cho biết ai hỏi.",
                    "Địa chỉ mạng của máy gửi phiếu: để ngăn việc gửi phiếu hàng loạt; chỉ giữ tạm trong bộ nhớ.",
                ),
            ),
            Part(
                "Theo quy định nào?",
                (
                    "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 và Nghị định 356/2025/NĐ-CP: dữ liệu được xử lý khi "
                    "ông/bà đồng ý.",
                    "Việc đối thoại với người dân và trả lời câu hỏi là nhiệm vụ của UBND theo Luật Tổ chức chính "
                    "quyền địa phương số 72/2025/QH15 và kế hoạch đối thoại của UBND.",
                ),
            ),
            Part(
                "Giữ trong bao lâu?",
                (
                    "Cho đến khi câu hỏi được trả lời xong, rồi theo thời hạn mà pháp luật về lưu trữ quy định cho "
                    "hồ sơ của cơ quan nhà nước.",
                    "Tệp của phiếu chưa gửi được thì xóa sau một ngày. Phần đang viết dở chỉ nằm trên máy của ông/bà, "
                    "không quá bảy ngày.",
                ),
            ),
            Part(
                "Ông/bà có quyền gì?",
                ("Theo Điều 4 của Luật, ông/bà có quyền:",),
                (
                    "được biết dữ liệu của mình được xử lý thế nào;",
                    "đồng ý hoặc không đồng ý, và rút lại sự đồng ý; việc đã làm trước khi rút lại vẫn có giá trị;",
                    "xem, sửa hoặc yêu cầu sửa;",
                    "yêu cầu cung cấp, xóa, hạn chế xử lý; phản đối việc xử lý;",
                    "khiếu nại, tố cáo, khởi kiện, yêu cầu bồi thường thiệt hại theo quy định của pháp luật;",
                    "yêu cầu cơ quan có thẩm quyền áp dụng biện pháp bảo vệ dữ liệu của mình.",
                ),
            ),
            Part(
                "Nếu không đồng ý?",
                ("Phiếu gửi qua trang này không được nhận. Ông/bà vẫn có thể đến UBND để được hướng dẫn trực tiếp.",),
            ),
            Part(
                "Liên hệ ở đâu?",
                (
                    f"{office}{f': {reached}' if reached else ''}. Xin ghi mã phiếu để được giải quyết nhanh.",
                    "UBND phản hồi yêu cầu trong 02 ngày làm việc kể từ khi nhận được. Địa chỉ, điện thoại ghi sai thì "
                    "ông/bà sửa ngay được trên trang tra cứu phiếu.",
                ),
            ),
        ),
    )
