"""The empty form (Phiếu đăng ký tham gia đối thoại), in the layout of the one annexed to the plan of xã Thanh Trì.

Pure: made from the profile alone. Filled in, it is what `reading/forms.py` reads.
"""

from services.intake.papers.blocks import Block, Dots, Heading, Line, Paper
from shared.communes import Profile

TITLE = "PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI"
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc")
SECTIONS = (
    ("1. Về thủ tục hành chính", "(chất lượng nội dung, tổ chức công khai, sáng kiến...)", 7),
    (
        "2. Về giải quyết thủ tục hành chính",
        "(cơ sở vật chất; thái độ giao tiếp, hướng dẫn của công chức, có được nhận Giấy tiếp nhận và hẹn trả kết quả, "
        "Biên lai thu phí, kết quả giải quyết hồ sơ đúng hạn, sớm hạn, quá hạn...)",
        9,
    ),
)
"""Heading, hint and number of dotted lines of each section of the form."""
ROOM_TO_SIGN = 56
"""Points below the words; in a word processor they may end with the page."""


def blank_form(profile: Profile) -> Paper:
    """One page of A4 as PDF; in a word processor little more."""
    kind = profile.name.split(" ", 1)[0]
    blocks: list[Block] = [
        *(Line(line, bold=True, align="centred") for line in MOTTO),
        Heading(TITLE, level=1),
        Line(
            "(Phiếu được đánh máy hoặc viết tay và điền đầy đủ thông tin liên hệ, nội dung đăng ký đối thoại và gửi về "
            f"địa chỉ: UBND {profile.name}, {profile.address}) hoặc gửi qua email: {profile.email}",
            italic=True,
            align="centred",
            after=10,
        ),
        Line(f"Kính gửi: UBND {profile.name}", bold=True, align="centred", after=6),
        Dots("Họ tên:"),
        Dots("Điện thoại:"),
        Dots(f"Địa chỉ (ghi rõ số nhà, {profile.hamlet_word}):"),
        Dots(),
        Dots("Email:"),
        Line(f"Đăng ký tham gia Hội nghị đối thoại với Lãnh đạo UBND {kind}", bold=True, before=10, after=4),
    ]
    for heading, hint, lines in SECTIONS:
        blocks += [Line(heading, hint, bold=True, align="justified", before=8), *(Dots() for _ in range(lines))]
    blocks += [
        Line(
            f"{profile.letterhead.place}, ngày ..... tháng ..... năm 20.....",
            italic=True,
            align="centred",
            before=10,
            aside=True,
        ),
        Line("NGƯỜI ĐĂNG KÝ", bold=True, align="centred", aside=True),
        Line("(Ký, ghi rõ họ tên)", italic=True, align="centred", after=ROOM_TO_SIGN, aside=True),
    ]
    return Paper("Phiếu đăng ký tham gia đối thoại", f"UBND {profile.name}", tuple(blocks))
