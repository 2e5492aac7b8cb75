"""Forms as they really come: each with why it is here, and what a careful clerk would take from it.

A woman called Mận asks `ASKED` in most of them; a field left out of the expectation is not there.
"""

from dataclasses import dataclass, field

ASKED = "Làm lại giấy khai sinh cần giấy tờ gì?"
PAST = "Tôi nộp hồ sơ từ tháng 2 đến nay chưa được trả kết quả."


@dataclass(frozen=True)
class Wild:
    """notes: words that the notes for the clerk hold, one for each note."""

    because: str
    text: str
    name: str = "Nguyễn Thị Mận"
    phone: str | None = "0952345678"
    email: str | None = None
    address: str | None = None
    matters: tuple[tuple[int, str], ...] = ((1, ASKED),)
    notes: tuple[str, ...] = field(default=())
    sender: str | None = None


HEAD = "Họ tên: Nguyễn Thị Mận\nĐiện thoại: 0952 345 678\n"
ONE = f"1. Về thủ tục hành chính:\n{ASKED}\n"
BOX = f"{ONE}2. Về giải quyết thủ tục hành chính:\n"

FORMS = [
    # --- the name
    Wild("Họ và tên", f"Họ và tên: Nguyễn Thị Mận\nĐiện thoại: 0952345678\n{ONE}"),
    Wild("the label wholly in capitals", f"HỌ VÀ TÊN: NGUYỄN THỊ MẬN\nĐT: 0952345678\n{ONE}", name="NGUYỄN THỊ MẬN"),
    Wild("Người đăng ký", f"Người đăng ký: Nguyễn Thị Mận\nSĐT: 0952345678\n{ONE}"),
    Wild("Họ và tên người đăng ký", f"Họ và tên người đăng ký: Nguyễn Thị Mận\nSĐT: 0952345678\n{ONE}"),
    Wild("Ông/bà", f"Ông/bà: Nguyễn Thị Mận\nSố điện thoại: 0952345678\n{ONE}"),
    Wild("Ông (bà)", f"Ông (bà): Nguyễn Thị Mận\nSố điện thoại: 0952345678\n{ONE}"),
    Wild("Họ và tên ông (bà)", f"Họ và tên ông (bà): Nguyễn Thị Mận\nĐT: 0952345678\n{ONE}"),
    Wild("Tôi là", f"Tôi là: Nguyễn Thị Mận\nSố ĐT: 0952345678\n{ONE}"),
    Wild("Tôi tên là, in a sentence", f"Tôi tên là: Nguyễn Thị Mận.\nSố ĐT của tôi: 0952345678\n{ONE}"),
    Wild("Tên tôi là", f"Tên tôi là: Nguyễn Thị Mận\nĐT liên hệ: 0952345678\n{ONE}"),
    Wild("Tên", f"Tên: Nguyễn Thị Mận\nĐiện thoại liên lạc: 0952345678\n{ONE}"),
    Wild("the title before the name", f"Họ tên: Bà Nguyễn Thị Mận\nĐT: 0952345678\n{ONE}", name="Bà Nguyễn Thị Mận"),
    Wild(
        "an organisation",
        f"Tên tổ chức: Hợp tác xã Nông nghiệp Đông Hạ\nNgười đại diện: Nguyễn Thị Mận\nĐT: 0952345678\n{ONE}",
        name="Hợp tác xã Nông nghiệp Đông Hạ",
    ),
    Wild(
        "a company",
        f"Tên cơ quan, tổ chức, doanh nghiệp: Công ty TNHH Mận\nĐT: 0952345678\n{ONE}",
        name="Công ty TNHH Mận",
    ),
    Wild("name or organisation", f"Họ tên/Tên tổ chức: Nguyễn Thị Mận\nĐT: 0952345678\n{ONE}"),
    Wild("the label and a hint", f"Họ và tên (chữ in hoa): Nguyễn Thị Mận\nĐT (bắt buộc): 0952345678\n{ONE}"),
    Wild("Full name", f"Full name: Nguyễn Thị Mận\nPhone: 0952345678\n{ONE}"),
    Wild(
        "what else forms ask is passed over",
        "Họ và tên: Nguyễn Thị Mận     Giới tính: Nữ\nNgày sinh: 12/3/1970\nSố CCCD: 001170012345\n"
        f"Điện thoại: 0952345678\n{ONE}",
    ),
    Wild(
        "birth date on the line of the name",
        f"Họ tên: Nguyễn Thị Mận, sinh năm 1970\nĐT: 0952345678\n{ONE}",
    ),
    Wild("Chinese colon of a keyboard", f"Họ tên：Nguyễn Thị Mận\nĐT：0952345678\n1. Về thủ tục hành chính：\n{ASKED}"),
    Wild("a dash for a colon", f"Họ tên - Nguyễn Thị Mận\nĐT - 0952345678\n{ONE}"),
    Wild("tabs", f"Họ tên\t:\tNguyễn Thị Mận\nĐiện thoại\t:\t0952 345 678\n{ONE}"),
    Wild("on dotted lines", f"Họ tên:........Nguyễn Thị Mận.........\nĐT:....0952.345.678.......\n{ONE}"),
    Wild("on lines of ellipses", f"Họ tên:………Nguyễn Thị Mận………\nĐT:……0952 345 678……\n{ONE}"),
    Wild("on lines of underscores", f"Họ tên:____Nguyễn Thị Mận____\nĐT: ___0952345678___\n{ONE}"),
    Wild("dots with blanks", f"Họ tên: . . . . . Nguyễn Thị Mận . . . . .\nĐT: . . . 0952345678 . . .\n{ONE}"),
    Wild(
        "Markdown", f"**Họ tên:** Nguyễn Thị Mận\n**Điện thoại:** 0952345678\n\n**1. Về thủ tục hành chính:**\n{ASKED}"
    ),
    Wild("bullets before labels", f"• Họ tên: Nguyễn Thị Mận\n• Điện thoại: 0952345678\n{ONE}"),
    # --- the phone
    Wild("two phones", f"Họ tên: Nguyễn Thị Mận\nĐT: 0952345678, 0987654321\n{ONE}", notes=("còn: 0987654321",)),
    Wild(
        "house and hand",
        f"Họ tên: Nguyễn Thị Mận\nĐT cố định: 024 3861 0000 - Di động: 0952 345 678\n{ONE}",
        phone="02438610000",
        notes=("còn: 0952345678",),
    ),
    Wild(
        "a wrong one before the right one",
        f"Họ tên: Nguyễn Thị Mận\nĐT: 095234567 (cũ), 0952345678\n{ONE}",
    ),
    Wild("with the country", f"Họ tên: Nguyễn Thị Mận\nĐT: +84 (0)952 345 678\n{ONE}", phone="+84952345678"),
    Wild("country without plus", f"Họ tên: Nguyễn Thị Mận\nĐT: 84 952 345 678\n{ONE}", phone="+84952345678"),
    Wild("an en dash within", f"Họ tên: Nguyễn Thị Mận\nĐT: 0952–345–678\n{ONE}"),
    Wild("whose it is", f"Họ tên: Nguyễn Thị Mận\nĐT: 0952.345.678 (con gái tên Hoa nghe máy)\n{ONE}"),
    Wild("Zalo", f"Họ tên: Nguyễn Thị Mận\nZalo: 0952345678\n{ONE}"),
    Wild("phone and Zalo", f"Họ tên: Nguyễn Thị Mận\nSố ĐT (Zalo): 0952345678\n{ONE}"),
    Wild("Mobile", f"Họ tên: Nguyễn Thị Mận\nMobile: 0952345678\n{ONE}"),
    Wild("Số điện thoại di động liên hệ", f"Họ tên: Nguyễn Thị Mận\nSố điện thoại di động liên hệ: 0952345678\n{ONE}"),
    Wild(
        "phone and mail on a line",
        f"Họ tên: Nguyễn Thị Mận\nĐT: 0952345678; Email: man@nguoidan.example\n{ONE}",
        email="man@nguoidan.example",
    ),
    Wild(
        "phone and mail under one label",
        f"Họ tên: Nguyễn Thị Mận\nĐiện thoại/Email: 0952345678 / man@nguoidan.example\n{ONE}",
        email="man@nguoidan.example",
    ),
    Wild(
        "the office's own number in the head",
        "UBND XÃ THANH TRÌ\nĐiện thoại: 024 3861 0000   Email: vanthu@hanoi.example\n"
        f"PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI\n{HEAD}{ONE}",
    ),
    # --- the address
    Wild(
        "over two lines",
        f"{HEAD}Địa chỉ: Số 12 ngõ 34, tổ 5,\nthôn Đông Hạ, xã Thanh Trì\n{ONE}",
        address="Số 12 ngõ 34, tổ 5, thôn Đông Hạ, xã Thanh Trì",
    ),
    Wild(
        "over lines with dots and a gap",
        f"{HEAD}Địa chỉ (ghi rõ số nhà, thôn): Số 12 .....\n.....\nthôn Đông Hạ ........\n{ONE}",
        address="Số 12 thôn Đông Hạ",
    ),
    Wild("Nơi ở hiện nay", f"{HEAD}Nơi ở hiện nay: thôn Đông Hạ\n{ONE}", address="thôn Đông Hạ"),
    Wild("Chỗ ở hiện tại", f"{HEAD}Chỗ ở hiện tại: thôn Đông Hạ\n{ONE}", address="thôn Đông Hạ"),
    Wild("Địa chỉ nhà", f"{HEAD}Địa chỉ nhà: thôn Đông Hạ\n{ONE}", address="thôn Đông Hạ"),
    Wild("Địa chỉ liên lạc", f"{HEAD}Địa chỉ liên lạc: thôn Đông Hạ\n{ONE}", address="thôn Đông Hạ"),
    Wild("Hộ khẩu thường trú", f"{HEAD}Hộ khẩu thường trú: thôn Đông Hạ\n{ONE}", address="thôn Đông Hạ"),
    Wild("Thường trú tại", f"{HEAD}Thường trú tại: thôn Đông Hạ\n{ONE}", address="thôn Đông Hạ"),
    Wild("Đ/c", f"{HEAD}Đ/c: thôn Đông Hạ\n{ONE}", address="thôn Đông Hạ"),
    Wild("Nơi cư trú", f"{HEAD}Nơi cư trú: thôn Đông Hạ\n{ONE}", address="thôn Đông Hạ"),
    Wild("Thôn alone", f"{HEAD}Thôn: Đông Hạ\n{ONE}", address="Thôn Đông Hạ"),
    Wild(
        "a mail among the lines of the address",
        f"{HEAD}Địa chỉ: Số 12\nthôn Đông Hạ\nEmail: man@nguoidan.example\n{ONE}",
        address="Số 12 thôn Đông Hạ",
        email="man@nguoidan.example",
    ),
    # --- e-mail
    Wild("E-mail", f"{HEAD}E-mail: man@nguoidan.example\n{ONE}", email="man@nguoidan.example"),
    Wild("Gmail", f"{HEAD}Gmail: man@gmail.example\n{ONE}", email="man@gmail.example"),
    Wild("Mail", f"{HEAD}Mail: man@nguoidan.example\n{ONE}", email="man@nguoidan.example"),
    Wild("Hòm thư", f"{HEAD}Hòm thư điện tử: man@nguoidan.example\n{ONE}", email="man@nguoidan.example"),
    Wild(
        "as a link",
        f"{HEAD}Email: man@nguoidan.example <mailto:man@nguoidan.example>\n{ONE}",
        email="man@nguoidan.example",
    ),
    Wild(
        "two of them",
        f"{HEAD}Email: man@nguoidan.example; hoa@nguoidan.example\n{ONE}",
        email="man@nguoidan.example",
        notes=("còn: hoa@nguoidan.example",),
    ),
    Wild(
        "written out", f"{HEAD}Email: man (a còng) nguoidan.example\n{ONE}", notes=("Email ghi trên phiếu không đúng",)
    ),
    # --- the sections
    Wild("no number", f"{HEAD}Về thủ tục hành chính\n{ASKED}\n"),
    Wild(
        "Roman",
        f"{HEAD}I. VỀ THỦ TỤC HÀNH CHÍNH\n{ASKED}\nII. VỀ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH\n{PAST}",
        matters=((1, ASKED), (2, PAST)),
    ),
    Wild(
        "letters",
        f"{HEAD}a) Về thủ tục hành chính:\n{ASKED}\nb) Về giải quyết thủ tục hành chính:\n{PAST}",
        matters=((1, ASKED), (2, PAST)),
    ),
    Wild(
        "on the line of the heading",
        f"{HEAD}1. Về TTHC: {ASKED}\n2. Về giải quyết TTHC: {PAST}",
        matters=((1, ASKED), (2, PAST)),
    ),
    Wild(
        "only the second",
        f"{HEAD}1. Về thủ tục hành chính:\nKhông\n2. Về giải quyết thủ tục hành chính:\n{PAST}",
        matters=((2, PAST),),
    ),
    Wild("Về việc giải quyết", f"{HEAD}2/ Về việc giải quyết các thủ tục hành chính: {PAST}", matters=((2, PAST),)),
    Wild("a dash for the colon", f"{HEAD}1. Về thủ tục hành chính - {ASKED}\n"),
    Wild(
        "without 'về'",
        f"{HEAD}1. Thủ tục hành chính:\n{ASKED}\n2. Giải quyết thủ tục hành chính:\n{PAST}",
        matters=((1, ASKED), (2, PAST)),
    ),
    Wild("what is asked, without sections", f"{HEAD}Nội dung đăng ký đối thoại:\n{ASKED}\n"),
    Wild("Nội dung câu hỏi", f"{HEAD}Nội dung câu hỏi: {ASKED}\n"),
    Wild(
        "Nội dung kiến nghị",
        f"{HEAD}Nội dung kiến nghị, đề xuất:\n1. {ASKED}\n2. {PAST}\n",
        matters=((1, ASKED), (1, PAST)),
    ),
    Wild("Câu hỏi", f"{HEAD}Câu hỏi: {ASKED}\n"),
    Wild(
        "the content above the sections is their heading",
        f"{HEAD}Nội dung đăng ký:\n{BOX}{PAST}",
        matters=((1, ASKED), (2, PAST)),
    ),
    # --- mails
    Wild(
        "a greeting and a signature",
        f"Kính gửi Ủy ban nhân dân xã,\nTôi xin gửi phiếu như sau:\n{HEAD}{ONE}\n"
        "Trân trọng cảm ơn!\nNguyễn Thị Mận\n0952 345 678",
        matters=((1, f"{ASKED} Trân trọng cảm ơn!"),),
    ),
    Wild(
        "a signature with another number and address",
        f"{HEAD}{ONE}\n--\nTrần Văn Bưởi\nTrưởng thôn Đông Hạ\nĐT: 0912 000 111\nĐịa chỉ: nhà văn hóa thôn",
    ),
    Wild("sent from a phone", f"{HEAD}{ONE}\nĐã gửi từ iPhone của tôi"),
    Wild("sent from another", f"{HEAD}{ONE}\nGửi từ điện thoại thông minh Samsung Galaxy của tôi."),
    Wild("Outlook for Android", f"{HEAD}{ONE}\nTải Outlook cho Android<https://aka.example/AAb9ysg>"),
    Wild("Get Outlook", f"{HEAD}{ONE}\nGet Outlook for iOS<https://aka.example/o0ukef>"),
    Wild("Yahoo", f"{HEAD}{ONE}\nYahoo Mail: Tìm kiếm, Sắp xếp, Chinh phục"),
    Wild(
        "Yahoo's answer",
        f"{HEAD}{ONE}\nVào 08:00 Thứ Hai, 4 tháng 5, 2026, Văn thư <vanthu@hanoi.example> đã viết:\nCâu cũ?",
    ),
    Wild(
        "forwarded by Gmail",
        "---------- Forwarded message ---------\nTừ: Mận <man@nguoidan.example>\n"
        "Date: Th 2, 4 thg 5, 2026 vào lúc 08:00\n"
        f"Subject: Phiếu đăng ký\nTo: <truongthon@nguoidan.example>\n\n\n{HEAD}{ONE}",
    ),
    Wild(
        "forwarded by Gmail in Vietnamese",
        "Em chuyển phiếu ạ.\n\n---------- Thư được chuyển tiếp ---------\nTừ: Mận <man@nguoidan.example>\n"
        f"Ngày: Th 2, 4 thg 5, 2026\nChủ đề: Phiếu\nĐến: <thon@nguoidan.example>\n\n{HEAD}{ONE}",
    ),
    Wild(
        "forwarded twice",
        "> ---------- Forwarded message ---------\n>> From: Mận <man@nguoidan.example>\n"
        + "".join(f">> {line}\n" for line in f"{HEAD}{ONE}".splitlines()),
    ),
    Wild(
        "forwarded by Outlook",
        "Kính chuyển.\n\n________________________________\nTừ: Mận <man@nguoidan.example>\n"
        "Đã gửi: Thứ Hai, 4 Tháng Năm 2026 8:00 SA\n"
        f"Tới: Văn thư <vanthu@hanoi.example>\nChủ đề: Phiếu\n\n{HEAD}{ONE}",
    ),
    Wild(
        "forwarded by Yahoo",
        "----- Thư đã chuyển tiếp -----\nTừ: Mận <man@nguoidan.example>\nĐến: vanthu@hanoi.example\n"
        f"Đã gửi: 08:00:00 GMT+7 Thứ Hai, 4 tháng 5, 2026\nTiêu đề: Phiếu\n\n{HEAD}{ONE}",
    ),
    Wild(
        "below the form a reply of Outlook",
        f"{HEAD}{ONE}\n________________________________\nFrom: Văn thư <vanthu@hanoi.example>\n"
        "Sent: Monday, May 4, 2026 8:00 AM\n"
        "To: Mận\nSubject: RE: Phiếu\n\nKính gửi bà, xin bổ sung số điện thoại.",
    ),
    Wild(
        "below the form a reply of Outlook in Vietnamese",
        f"{HEAD}{ONE}\nTừ: Văn thư <vanthu@hanoi.example>\n"
        "Đã gửi: 04 Tháng Năm 2026 8:00 SA\nTới: Mận\nChủ đề: RE: Phiếu\n\nKính gửi bà.",
    ),
    Wild(
        "copied out of Zalo",
        f"[08:00, 4/5/2026] Mận: Em gửi phiếu ạ\n{HEAD}{ONE}\nĐã gửi từ Zalo",
    ),
    Wild(
        "the sender's own address",
        f"{HEAD}{ONE}",
        sender="hoa@nguoidan.example",
        email="hoa@nguoidan.example",
        notes=("địa chỉ email của thư",),
    ),
    Wild(
        "thanks below the last question stay with it, the name does not",
        f"{HEAD}{BOX}{PAST}\nXin cảm ơn.\nNgười viết đơn\nNguyễn Thị Mận",
        matters=((1, ASKED), (2, f"{PAST} Xin cảm ơn.")),
    ),
    Wild("signed and dated", f"{HEAD}{ONE}\nĐông Hạ, ngày 4/5/2026\nNgười làm đơn\n(đã ký)\nNguyễn Thị Mận"),
    Wild(
        "signed in a table",
        f"{HEAD}{ONE}\nThanh Trì, ngày 04 tháng 05 năm 2026\n"
        "Người đăng ký\n(Ký và ghi rõ họ tên)\n\nMận\n\nNguyễn Thị Mận",
    ),
]
