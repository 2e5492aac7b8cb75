"""Texts as citizens and officers write them, with what tells who somebody is marked: `[họ tên|Nguyễn Văn An]`.

Written before any pattern was, and by it the patterns are measured (test_masking.py). Nobody of these lives.
"""

MARKED = """
Tôi tên là [name|Nguyễn Thị Hoa], ở [address|số nhà 15, ngõ 42, thôn Nội], xin hỏi thủ tục cấp lại giấy khai sinh.
Kính gửi UBND xã, tôi là [name|Trần Văn Bình] đại diện các hộ thôn Đông Phù hỏi bao giờ có nước sạch.
Nhà ông [name|Lê Văn Tám] ở [address|xóm 3 thôn Nội] xây lấn ra ngõ, đề nghị xã kiểm tra.
Con tôi là cháu [name|Phạm Minh Khôi] sinh năm 2019 chưa được cấp thẻ bảo hiểm y tế.
Bà [name|Hoa] cạnh nhà tôi nuôi lợn mùi hôi không chịu được.
Tôi là [name|NGUYỄN VĂN HÙNG], trú tại [address|tổ 5], phường Chánh Lộ, số điện thoại [phone|0905123456].
Chị [name|Đinh Thị Y Nhung] dân tộc Hrê ở thôn có được hỗ trợ nhà ở không?
Thửa đất số [address|145, tờ bản đồ số 12] của gia đình tôi chưa được cấp sổ đỏ.
Địa chỉ: [address|12/5 đường Nguyễn Bặc], xã Thanh Trì. Điện thoại [phone|0912 345 678].
Thầy [name|Quân] chủ nhiệm lớp 3A thu tiền quỹ không có biên lai.
toi ten la [name|nguyen van long], xin hoi ve viec cap so do cho gia dinh toi
Chau [name|Minh Anh] nha toi duoc 5 tuoi thi dang ky hoc truong nao
Đoạn đường từ nhà ông [name|Sáu] đến nhà bà [name|Tư] ngập suốt mùa mưa.
Hồ sơ đứng tên bố tôi [name|Vũ Đình Chiến] nộp từ tháng 3, mã H26.12.23-240301-0012.
Vợ tôi là [name|Hà Thị Thu Hằng], CCCD [id-number|001185012345], muốn chuyển về [address|số 8 ngách 15/3 thôn Tự Khoát].
Mẹ tôi, bà [name|Bùi Thị Mận], 82 tuổi, có được hưởng trợ cấp không?
Email của tôi là [email|hoa.nguyen@nha.example], xin trả lời qua thư.
Anh [name|Tuấn] cán bộ địa chính hẹn nhiều lần mà không giải quyết.
Đèn đường trước cổng [address|nhà số 27 ngõ 68] hỏng đã hai tháng.
Người đề nghị: [name|Lò Thị Pánh].
Em là [name|Thảo], sinh viên, muốn xin xác nhận hộ nghèo để vay vốn.
Chủ hộ là ông [name|K'Brơi], hiện đi làm xa.
Ủy ban trả lời ông [name|Nguyễn Hữu Đức] như sau: hồ sơ còn thiếu bản trích đo.
Kính gửi bà [name|Phan Thị Kim Oanh]. Căn cứ Luật Đất đai năm 2024, hồ sơ của bà đủ điều kiện.
Theo xác minh tại [address|ngõ 102, tổ dân phố số 4], việc phản ánh là đúng.
Liên hệ anh Toàn, Phòng Kinh tế, trong giờ hành chính.
Bao giờ sửa đường Nguyễn Bặc đoạn qua chợ Đông Phù?
Đường tỉnh 626 và cầu Trà Khúc xuống cấp, đề nghị sửa chữa.
Căn cứ Nghị định 30/2020/NĐ-CP và Thông tư 01/2023/TT-VPCP của Văn phòng Chính phủ.
Kính gửi Ủy ban nhân dân xã Thanh Trì và Hội đồng nhân dân xã.
Trường Tiểu học Nguyễn Trãi thu tiền xã hội hóa có đúng không?
Trạm Y tế xã Tịnh Thiện có khám ngoài giờ không?
Phường Nguyễn Nghiêm, tỉnh Quảng Ngãi tổ chức đối thoại ngày nào?
Làm theo lời Bác Hồ dạy, tuổi trẻ Thanh Mai ra quân dọn vệ sinh.
Công ty TNHH Hoàng Long xả thải ra mương Đồng Cát.
Dịp Tết Nguyên đán và Quốc khánh 2/9 bộ phận một cửa nghỉ mấy ngày?
Bà con thôn Nội và thôn Ao Sen hỏi về quy hoạch khu dân cư Đồng Cửa.
Chùa Thanh Nhàn đang tu bổ, xin hỏi nguồn kinh phí.
Ông bà tôi để lại mảnh đất từ năm 1980, nay muốn tách thửa cho hai anh em.
Anh em chúng tôi, cô chú bác trong họ đều đồng ý hòa giải.
Ngân hàng Chính sách xã hội cho vay giải quyết việc làm thế nào?
Thủ tục theo Luật Hôn nhân và Gia đình, Bộ luật Dân sự quy định ra sao?
Sân bóng ở Nhà văn hóa thôn Đình Trung bị chiếm làm bãi xe.
BAO GIỜ XÃ SỬA ĐƯỜNG THÔN NỘI, DÂN KÊU MÃI KHÔNG AI NGHE
Đề nghị Công an xã, Phòng Văn hóa - Xã hội và Trung tâm Phục vụ hành chính công phối hợp.
Cháu nội tôi học lớp 1 Trường Mầm non Hoa Sen có được miễn học phí?
Ông Chủ tịch xã và bà Phó Chủ tịch nên xuống thôn xem đường.
Thưa các anh chị ở bộ phận một cửa, hồ sơ của tôi hẹn ngày 12/5/2026.
Cô giáo chủ nhiệm bảo nộp tiền bảo hiểm trước ngày 30.
Sông Nhuệ, sông Tô Lịch ô nhiễm quá.
Kính thưa bác Trưởng thôn, đề nghị sửa loa truyền thanh.
Tổ dân phố chúng tôi, tổ trưởng báo họp tối thứ Bảy tại nhà văn hóa.
Quốc lộ 1A đoạn qua xã Thanh Mai thường xuyên tai nạn.
Nhà tôi bị nứt do công trình Vành đai 3,5 thi công, ai bồi thường?
Hỏi về Đề án 06, VNeID mức 2 và Cổng Dịch vụ công quốc gia.
Chồng tôi là [name|Ngô Bá Khá Em], thương binh 2/4, xin hỏi chế độ.
Sổ đỏ mang tên [name|Đặng Thị Lụa] và [name|Cao Xuân Quý] nay xin tách.
Tôi [name|Hồ Thị Mười], hộ nghèo ở [address|thôn Xuân Mỹ, xóm Gò], hỏi về xóa nhà tạm.
Số tài khoản của tôi là [account|19034567890123] ngân hàng Kỹ Thương, tiền trợ cấp chưa về.
Biển số xe 29H1-123.45 đỗ chắn [address|ngõ 5 đường Ngọc Hồi] cả ngày.
""".strip().splitlines()

MARKED_LATER = """
CCCD-[id-number|038085004417], cấp ngày 12/05/2021, nay muốn đổi địa chỉ thì nộp ở đâu?
Tôi gửi kèm căn cước [id-number|0380 8500 4417] của chồng, xin hỏi còn thiếu giấy gì.
Mẹ tôi có CMND/[id-number|173456782] đã hết hạn, có làm được thẻ bảo hiểm y tế không?
Số định danh [id-number|038.185.004.418] khai sai ngày sinh, sửa thế nào ạ?
Xin gọi lại [phone|09 68 1234 57] sau giờ làm việc.
Liên hệ [phone|0968/123/457] gặp con gái tôi.
đt:[phone|0968_123_457] nhà hết nước ba ngày nay
Điện thoại.[phone|0377123457] hoặc [phone|0968123457]-[phone|0912000111] đều được.
Có gì nhắn [phone|+84 (0)377 123 457] giúp tôi.
thư của tôi: [email|lan.thon3 @ gmail.com], mong xã trả lời
mail [email|lanthon3[at]gmail.com] ạ
Gửi kết quả về [email|lan_thon3(at)yahoo.com.vn] nhé.
Xem ảnh ổ gà ở [account|facebook.com/lan.thon3] hoặc [account|zalo.me/lanthon3].
Hộ chiếu số [id-number|C7654321] của em hết hạn, khai báo tạm vắng thế nào?
Tiền hỗ trợ xin chuyển vào STK [account|0451000345678] Vietcombank.
Trợ cấp chuyển nhầm sang tài khoản số [account|1023 456 789] của người khác.
tôi là [name|nguyễn văn thật], muốn xin xác nhận độc thân
em là [name|trần thị lụa] sinh năm 1999 hỏi về vay vốn sinh viên
kính gửi xã, tôi [name|lê thị hồng], thương binh, hỏi chế độ
toi la [name|nguyen thi hanh], hoi ve tien dien
Bà [name|Nguyễn Thị Định] ở ngõ trên lấn đường Nguyễn Thị Định.
Số nhà của ông [name|Tự] là [address|số nhà 7, ngách 12/4, ngõ 68 thôn Tự Khoát].
CCCD [id-number|001 0 89 012345] và CCCD của vợ [id-number|001190-012346].
Hồ sơ H26.12.23-260501-0345 nộp ngày 02/05/2026, hẹn 09/05/2026 14 giờ vẫn chưa có.
Mã hồ sơ 000.00.12.H26-260501-0078 tra không ra kết quả.
Thủ tục 1.012345.000.00.00.H26 mức phí bao nhiêu?
Từ 02/03-05/03 14 giờ đến 16 giờ cắt điện, có báo trước không?
Tháng 01/2026 02/2026 chưa có tiền trợ cấp người cao tuổi.
Căn cứ Luật Căn cước số 26/2023/QH15 và Nghị định 70/2024/NĐ-CP, hồ sơ gồm ba giấy.
Kinh phí 84.500.000.000 đồng, đã giải ngân 1.250.000.000 đồng.
Lệ phí 0 đồng từ 01.01.2026 10 giờ; nộp muộn phạt 5%/năm.
Gọi [phone|024 3868 5543] máy lẻ 102 hoặc 108 để gặp cán bộ địa chính.
Đất 125 m2, mặt tiền 5,2 m, tọa độ 20.934512 105.856723 có nằm trong quy hoạch không?
Giấy chứng nhận số DA 01234567, số vào sổ CS 04512, muốn đính chính.
Tổng đài 1900.1822, 18001091, đường dây nóng 113 gọi không ai nghe.
Biên lai 0012345 ký hiệu AA/26E thu 25.000 đồng của ai?
Giá cao thị trường nông sản bấp bênh, xã có hỗ trợ gì?
Trần văn phòng thôn dột, vi phạm văn bản nào, ai chịu?
Mở tài khoản định danh mức 2 ngày 12.05.2026 mất bao lâu, có mất 50.000 đồng không?
Năm 2024-2025 xã có 1.234 hộ, 5.678.901 lượt tra cứu, vậy 09/12 xã họp gì?
""".strip().splitlines()
"""Written when the patterns were in use, of what they were said to miss and of what must stay."""
