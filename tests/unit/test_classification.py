"""What a question is about. The tables were written by hand; HELD_OUT was never used to choose a word or a weight."""

import json
import unicodedata
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.classifying.classifier import Classifier, Vocabulary
from services.routing.classifying.evidence import FieldWords
from services.routing.classifying.scope import ScopeWords
from services.routing.classifying.vocabulary import classifier_for, read_vocabulary, shared_vocabulary
from shared.communes import PROFILES, Classification, WordRule, read_profile
from shared.contracts.taxonomy import QuestionField, Scope
from shared.strict_yaml import YamlError
from tests.effort import calls


def table(lines):
    """Rows of what is right, and the text of a citizen: formal, spoken, regional, abbreviated, unaccented, misspelt."""
    return [(text, right) for right, text in (line.split(": ", 1) for line in lines.strip().splitlines())]


QUESTIONS = table("""
civil-status: Đề nghị UBND xã cho biết thủ tục đăng ký khai sinh quá hạn đối với trẻ em sinh ra ở nước ngoài.
civil-status: Cháu nhà em hai tháng rồi chưa làm được giấy khai sinh vì bố mẹ chưa kết hôn, phải làm sao ạ?
civil-status: toi can xin trich luc khai tu cua bo toi thi can nhung giay to gi
civil-status: Xin xác nhận tình trạng hôn nhân mà cán bộ bắt về quê cũ xác nhận có đúng không?
civil-status: Sao y bản chính bằng tốt nghiệp có phải đặt lịch trước không, mỗi bản bao nhiêu tiền?
civil-status: Đề nghị hướng dẫn cải chính hộ tịch do sai chữ đệm trong giấy khai xinh.
civil-status: Em gái tôi lấy chồng Đài Loan, giờ muốn ghi chú việc kết hôn vào sổ thì làm ở xã hay tỉnh?
civil-status: Con tôi 3 tuổi mà giấy tờ ghi sai tên mẹ, đi sửa 2 lần chưa được
civil-status: Photo công chứng sổ hộ khẩu cũ còn giá trị không ạ
land: Gia đình tôi nộp hồ sơ cấp GCN QSDĐ lần đầu từ tháng 3/2025, đến nay chưa có kết quả. Đề nghị cho biết lý do.
land: Làm sổ đỏ cho thửa đất ông bà để lại không có giấy tờ gì thì có được không?
land: gia dinh toi muon tach thua cho hai con thi dien tich toi thieu la bao nhieu
land: Nhà bên cạnh xây lấn sang ranh giới đất nhà tôi 30 phân, địa chính xuống đo mấy lần chưa xong.
land: Đề nghị công khai phương án bồi thường, hổ trợ, tái định cư của dự án mở rộng đường vành đai.
land: Đất vườn nhà tôi muốn lên thổ cư thì đóng bao nhiêu?
land: Nhà tôi ở đây từ năm 1985, chưa có giấy tờ đất, giờ muốn hợp thức hóa thì sao?
land: Tại sao cùng một xứ đồng mà nhà được cấp sổ nhà không
land: xin hoi gia den bu dat lam duong vanh dai 3.5 la bao nhieu
land: Đề nghị cấp đất giãn dân cho các hộ đông khẩu
construction: Thủ tục cấp giấy phép xây dựng nhà ở riêng lẻ tại nông thôn hiện nay gồm những giấy tờ gì?
construction: Xây nhà cấp 4 trên đất ở nông thôn có phải xin GPXD không?
construction: mot so ho xay dung trai phep tren dat nong nghiep o thon 3 de nghi xa xu ly
construction: Các quán nhậu lấn chiếm vỉa hè đường Nguyễn Bặc, người đi bộ phải đi xuống lòng đường.
construction: Công trình đang thi công bên cạnh làm nứt tường nhà tôi, đề nghị kiểm tra trật tự xây dựng.
construction: Hàng xóm đổ trụ bê tông sát tường nhà tôi làm nứt, xã xuống lập biên bản rồi để đó
construction: Tôi muốn lợp lại mái bếp có phải xin ai không
construction: Nhà nước quy định xây 2 tầng ở quê phải có giấy phép từ khi nào?
environment: Rác thải sinh hoạt ở thôn Đông 3 ngày không thu gom, bốc mùi hôi thối.
environment: xuong tai che nhua o cuoi lang dot rac khoi den ca dem, dan khong chiu noi
environment: Trại heo của ông Tư xả nước thải thẳng ra mương, hôi quá chừng, mong xã coi lại giùm.
environment: Đề nghị có biện pháp xử lý tình trạng ô nhiểm nguồn nước sông Tô Lịch đoạn qua xã.
environment: Ống khói lò sấy của xưởng gỗ phả bụi vào trường học
environment: Nước sông đen ngòm bốc mùi, cá chết nổi đầy
environment: Xe chở rác 4 ngày mới vào thôn một lần
social-policy: Mẹ tôi 76 tuổi chưa có lương hưu thì làm hồ sơ hưởng trợ cấp hưu trí xã hội ở đâu?
social-policy: Việc bình xét hộ nghèo, hộ cận nghèo năm 2025 ở thôn tôi chưa công khai.
social-policy: thuong binh hang 3/4 da mat thi vo co duoc huong tro cap hang thang khong
social-policy: Con tôi khuyết tật bẩm sinh, xin hỏi về thủ tục giám định mức độ khuyết tật.
social-policy: Xin hỏi mức hỗ trợ mai táng phí đối với cựu chiến binh.
social-policy: Bố tôi đi bộ đội 3 năm ở Campuchia có được chế độ gì không
social-policy: Cháu tôi bị down có được hưởng tiền hàng tháng không, nộp hồ sơ ở đâu?
social-policy: tai sao nha toi kho khan ma khong duoc vao dien ho ngheo
health: Thẻ BHYT của tôi bị sai ngày sinh, đi khám người ta không nhận, sửa ở đâu?
health: Trạm y tế xã thường xuyên thiếu thuốc, chỉ có một y sĩ trực.
health: lich tiem chung cho tre duoi 1 tuoi o tram xa thay doi ma khong thong bao
health: Bếp ăn công ty gần chợ có nhiều người ngộ độc, xã có kiểm tra an toàn thực phẩm không?
health: Tôi đi khám trái tuyến có được bảo hiểm chi trả không
health: Muỗi nhiều quá, đề nghị xã phun thuốc phòng sốt xuất huyết
health: Trẻ em dưới 6 tuổi làm thẻ khám bệnh miễn phí thế nào
education: Trường mầm non xã thiếu phòng học, sĩ số lớp quá đông, đề nghị xây thêm.
education: Hồ sơ tuyển sinh lớp 1 trái tuyến năm học 2026-2027 nộp thế nào?
education: con toi hoc truong tieu hoc xa thu tien hoc them nhieu qua
education: Cô giáo mầm non đánh cháu, nhà trường không xử lý
education: Điểm trường lẻ bị xóa, các cháu phải đi học xa 5 km
culture: Nhà văn hóa thôn xuống cấp, dột nát, không có chỗ cho bà con sinh hoạt.
culture: Loa truyền thanh của xã phát từ 5 giờ sáng, nghe không rõ.
culture: Đề nghị xã làm sân bóng cho thanh niên tập thể thao.
culture: Hội làng năm nay có tổ chức không, kinh phí ai lo
culture: Loa phường hướng thẳng vào nhà tôi, đề nghị chuyển chỗ
finance: Tôi đề nghị công khai các khoản thu, chi quỹ phòng chống thiên tai và quỹ đền ơn đáp nghĩa.
finance: Nộp lệ phí xong không được đưa biên lai là đúng hay sai?
finance: thue dat phi nong nghiep nam nay tang gap doi, xin giai thich
finance: Xã thu quỹ này quỹ kia, không có phiếu thu, dân không biết chi vào đâu
finance: Nộp phạt vi phạm hành chính ở kho bạc hay nộp cho cán bộ?
residence-security: Đăng kí tạm trú cho người thuê trọ cần giấy tờ gì, nộp ở công an xã hay nộp qua mạng?
residence-security: Tôi làm CCCD gắn chip 3 tháng chưa nhận được.
residence-security: ho khau nha toi co 5 nguoi, nay muon tach ho thi lam the nao
residence-security: Dạo này trộm chó, mất trộm xe máy liên tục ở thôn Vĩnh Trung, đề nghị tăng cường tuần tra.
residence-security: Kích hoạt tài khoản định danh điện tử VNeID mức 2 cho người già không đi lại được?
residence-security: Bán nhà rồi mà người mua không chịu chuyển hộ khẩu, giờ tôi phải làm sao?
residence-security: Đêm nào cũng có nhóm thanh niên nẹt pô, rú ga
residence-security: lam can cuoc cho be 6 tuoi can mang theo gi
one-stop-service: Cán bộ bộ phận một cửa thái độ hách dịch, nói trống không với người dân.
one-stop-service: Hồ sơ nộp rồi không được đưa giấy tiếp nhận và hẹn trả kết quả.
one-stop-service: toi phai di lai 4 lan moi nop duoc ho so vi can bo huong dan khong ro rang
one-stop-service: Phòng chờ của Trung tâm Phục vụ hành chính công không có ghế ngồi, máy lạnh hư hoài.
one-stop-service: Đề nghị làm việc cả sáng thứ bảy để người đi làm công ty tới nộp giấy tờ.
one-stop-service: Việc niêm yết TTHC tại trụ sở chưa đầy đủ, còn niêm yết văn bản hết hiệu lực.
one-stop-service: Gọi điện hỏi hồ sơ không ai bắt máy
one-stop-service: Hồ sơ của tôi trễ 12 ngày, không có văn bản xin lỗi như quy định
one-stop-service: Cô cán bộ ngồi bấm điện thoại, để dân chờ cả tiếng
one-stop-service: Nộp thủ tục mà bắt bổ sung tới lui ba bốn bận
digital: Cổng dịch vụ công quốc gia hay bị lỗi, không đăng nhập được.
digital: nop ho so truc tuyen ma van bi yeu cau mang ban giay len
digital: Người già không dùng điện thoại thông minh thì nộp DVC trực tuyến kiểu gì?
digital: Thanh toán lệ phí trên mạng bị trừ tiền hai lần mà hồ sơ báo chưa thanh toán trực tuyến.
digital: App VNeID báo lỗi khi tích hợp giấy tờ lên
digital: Người dân tộc không rành chữ thì nộp trực tuyến làm sao
digital: Nộp trên cổng 10 ngày không thấy ai tiếp nhận
infrastructure: Đường vào xóm tôi ổ gà chi chít, mưa xuống lầy lội, bao giờ sửa?
infrastructure: he thong thoat nuoc duong truc thon bi tac, cu mua la ngap
infrastructure: Đèn chiếu sáng công cộng ở ngõ 12 cháy bóng đã lâu chưa thay.
infrastructure: Nước máy yếu, chiều nào cũng mất nước, dân không có nước sạch dùng.
infrastructure: Cây cầu bắc qua kênh sắp sập, trẻ con đi học qua lại nguy hiểm
infrastructure: Điện yếu, tối nấu cơm không nổi
infrastructure: duong lang xuong cap, xe container cay nat
agriculture: Kênh mương nội đồng bị bồi lấp, không có nước tưới cho vụ lúa đông xuân.
agriculture: Bò nhà tui chết vì viêm da nổi cục, có được hỗ trợ hông?
agriculture: chuot pha lua nhieu qua de nghi hop tac xa to chuc diet chuot
agriculture: Ruộng bị bỏ hoang vì không có nước, đề nghị nạo vét mương
agriculture: Giá phân bón cao, lúa rớt giá, xã có hỗ trợ gì?
agriculture: Tôm chết hàng loạt do nước ô nhiễm
business: Xin hỏi thủ tục đăng ký hộ kinh doanh bán tạp hóa.
business: Tiểu thương chợ Cầu Bươu kiến nghị về giá thuê ki ốt.
business: muon tam ngung kinh doanh quan an thi nop giay gi
business: Tôi bán bún ở nhà có phải đóng thuế không
business: Chợ cóc họp tràn ra đường gây kẹt xe
business: Xin tư vấn thành lập hợp tác xã làm miến
other: Sau khi sáp nhập xã, phụ cấp của trưởng thôn thay đổi thế nào?
other: Lịch tiếp công dân của Chủ tịch xã là ngày nào?
other: Tôi muốn gặp Chủ tịch xã thì đăng ký thế nào
other: Sao gộp thôn lại mà không hỏi ý kiến dân
other: Đề nghị khen thưởng tổ tự quản thôn 5
""")

HELD_OUT = table("""
civil-status: Bố tôi mất ở bệnh viện tỉnh khác, nay muốn khai tử tại xã nơi ở có được không?
civil-status: Chứng thực chữ ký trên giấy ủy quyền nhận lương hưu hết bao nhiêu tiền?
civil-status: xin hoi muon doi ten cho con trong giay khai sinh thi lam o dau
land: Sổ hồng ghi sai tên đệm của vợ tôi, xã đính chính hay phải lên tỉnh?
land: Diện tích đất trong bìa đỏ lệch so với đo thực tế 20 m2 thì xử lý ra sao?
land: dat nha toi bi thu hoi lam duong ma chua nhan duoc tien den bu
construction: Sửa lại mái nhà và cơi nới thêm tầng hai có cần xin phép không?
construction: Hàng xóm làm mái tôn vươn ra ngõ đi chung, đề nghị đội trật tự đô thị kiểm tra.
environment: Bãi tập kết rác sát khu dân cư gây mùi, ruồi muỗi nhiều, đề nghị di dời.
environment: Nhà hàng xóm mở nhạc ầm ĩ suốt đêm, tiếng ồn không ngủ được.
social-policy: Tôi nuôi cháu mồ côi cả cha lẫn mẹ thì được trợ cấp thế nào?
social-policy: gia dinh liet si co duoc ho tro sua nha khong
health: Bảo hiểm y tế hộ gia đình giảm trừ cho người thứ hai thế nào?
education: Học phí và các khoản đóng góp đầu năm học của trường THCS chưa minh bạch.
culture: Đề nghị tu bổ di tích đình làng và quản lý tiền công đức lễ hội.
finance: Xã thu tiền làm đường mỗi khẩu 500 nghìn có quyết toán công khai không?
residence-security: nguoi thue tro khong khai bao tam tru thi chu nha bi phat bao nhieu
residence-security: Thanh niên tụ tập đua xe, đánh nhau ban đêm gây mất an ninh trật tự.
one-stop-service: Tôi tới lấy kết quả theo giấy hẹn ba lần đều bảo chưa xong.
digital: Tài khoản dịch vụ công của mẹ tôi quên mật khẩu thì lấy lại cách nào?
infrastructure: Cầu dân sinh qua kênh đã mục, xe máy qua lại nguy hiểm, xin được sửa chữa.
agriculture: Dịch tả lợn châu Phi làm chết 20 con lợn, xin hỏi mức hỗ trợ thiệt hại.
business: Mở quán cà phê nhỏ tại nhà có cần giấy phép kinh doanh không?
other: Đề nghị tăng số lần đối thoại trong năm, mỗi quý một lần.
""")

SCOPES = table("""
complaint: Tôi khiếu nại Quyết định số 215/QĐ-UBND về việc thu hồi đất của gia đình tôi, đề nghị hủy bỏ quyết định.
complaint: ĐƠN KHIẾU NẠI. Kính gửi Chủ tịch UBND xã. Tôi không đồng ý với biên bản xử phạt vi phạm hành chính.
complaint: toi khieu nai viec can bo dia chinh do sai dien tich dat nha toi
complaint: Tôi không nhất trí với quyết định xử phạt 5 triệu đồng, yêu cầu hủy bỏ vì trái pháp luật.
complaint: Đơn khiếu nại của tôi gửi tháng 5 đến nay chưa ai giải quyết.
complaint: Đề nghị Chủ tịch xem xét lại quyết định cưỡng chế nhà tôi vì xâm phạm quyền lợi hợp pháp của gia đình.
complaint: Tôi muốn khiếu nại hành vi của công chức tư pháp đã từ chối chứng thực hồ sơ của tôi.
denunciation: Tôi tố cáo ông Nguyễn Văn A, cán bộ địa chính, nhận 20 triệu đồng để làm sổ đỏ.
denunciation: to cao truong thon an chan tien ho tro bao lu cua ba con
denunciation: Cán bộ một cửa vòi tiền, phải đưa phong bì 500 nghìn mới nhận hồ sơ.
denunciation: Tôi làm đơn này tố giác hành vi tham ô quỹ của kế toán hợp tác xã.
denunciation: Công chức X đòi hối lộ khi tôi xin giấy phép xây dựng.
denunciation: Ông phó thôn lợi dụng chức vụ bao che cho người nhà lấn đất công.
in-scope: Thủ tục khiếu nại lần đầu gồm những bước nào?
in-scope: Người dân nộp đơn khiếu nại ở đâu, bao lâu thì được trả lời?
in-scope: Tôi chỉ góp ý chứ không tố cáo ai, mong cán bộ một cửa niềm nở hơn.
in-scope: Xin hướng dẫn mẫu đơn tố cáo và cơ quan nào có thẩm quyền giải quyết.
in-scope: muon khieu nai thi gui don den dau
in-scope: Luật Khiếu nại quy định thời hạn giải quyết là bao nhiêu ngày?
in-scope: Đề nghị xã đẩy mạnh tuyên truyền phòng, chống tham nhũng, tiêu cực.
in-scope: Tôi không khiếu nại gì, chỉ muốn biết bao giờ có sổ đỏ.
in-scope: Nếu không đồng ý với kết quả bình xét hộ nghèo thì khiếu nại ở đâu?
in-scope: Đề nghị xã công khai kết quả giải quyết đơn thư khiếu nại, tố cáo năm 2025.
""")

HELD_OUT_SCOPES = table("""
complaint: Tôi đề nghị xem xét khiếu nại của tôi về việc UBND xã cấp sổ đỏ chồng lên đất nhà tôi.
complaint: Quyết định đình chỉ xây dựng đối với nhà tôi là sai, tôi yêu cầu thu hồi quyết định đó.
denunciation: toi lam don to cao can bo tu phap nhan hoi lo
denunciation: Kế toán trường thu tiền rồi bỏ túi riêng, tôi xin tố cáo.
denunciation: Cán bộ gợi ý lót tay mới ký giấy cho tôi.
in-scope: Khi không nhận được giấy hẹn, tôi có quyền khiếu nại đến cơ quan nào?
in-scope: Cho tôi hỏi thời hiệu khiếu nại là bao lâu.
in-scope: Góp ý này không nhằm khiếu nại hay tố cáo cá nhân nào.
""")

THANH_TRI = read_profile(PROFILES / "thanh-tri.yaml")
CLASSIFIER = classifier_for(THANH_TRI)
DEPARTMENTS = {field: f"phong-{field}" for field in QuestionField}
BY_WORDS = Classifier(shared_vocabulary(), DEPARTMENTS)
"""Without the statistical model."""

LAND, HEALTH, BUSINESS = QuestionField.LAND, QuestionField.HEALTH, QuestionField.BUSINESS


def small_classifier(**words):
    """A classifier that knows only what the test says."""
    fields = tuple(FieldWords(field, weight, phrases) for field, (weight, phrases) in words.pop("fields", {}).items())
    return Classifier(Vocabulary(fields=fields, **words), DEPARTMENTS)


def wrong(rows):
    found = [(CLASSIFIER.classify(text), field) for text, field in rows]
    return [f"{said.field} instead of {field}: {said.text}" for said, field in found if said.field != field]


# --- how well ---------------------------------------------------------------------------------------------------------


def test_the_tables_cover_every_field():
    assert {field for _, field in QUESTIONS} == {field for _, field in HELD_OUT} == set(QuestionField)
    assert len(QUESTIONS) >= 100
    assert len(HELD_OUT) >= 20


def test_of_the_known_questions_19_in_20_are_understood():
    assert len(wrong(QUESTIONS)) <= 0.05 * len(QUESTIONS), wrong(QUESTIONS)


def test_of_questions_never_seen_17_in_20_are_understood():
    assert len(wrong(HELD_OUT)) <= 0.15 * len(HELD_OUT), wrong(HELD_OUT)


def test_what_is_routed_without_a_person_is_nearly_always_right():
    routed = [row for row in QUESTIONS + HELD_OUT if not CLASSIFIER.classify(row[0]).triage]
    assert len(routed) >= 0.85 * len(QUESTIONS + HELD_OUT)
    assert len(wrong(routed)) <= 0.03 * len(routed), wrong(routed)


def test_confidence_promises_what_it_keeps_within_a_twentieth():
    for least in (0.0, 0.6, 0.8, 0.9):
        sure = [
            (said.confidence, said.field == field)
            for text, field in QUESTIONS + HELD_OUT
            if (said := CLASSIFIER.classify(text)).confidence >= least
        ]
        promised = sum(confidence for confidence, _ in sure) / len(sure)
        kept = sum(right for _, right in sure) / len(sure)
        assert abs(kept - promised) <= 0.05, least


@pytest.mark.parametrize(("text", "scope"), SCOPES)
def test_complaints_and_denunciations_are_flagged_and_questions_about_them_are_not(text, scope):
    assert CLASSIFIER.classify(text).scope == scope


def test_no_complaint_or_denunciation_never_seen_is_missed():
    meant = [(text, scope) for text, scope in HELD_OUT_SCOPES if scope != Scope.IN_SCOPE]
    assert all(CLASSIFIER.classify(text).scope == scope for text, scope in meant)


def test_whatever_is_flagged_goes_to_a_person_and_says_by_which_words():
    said = CLASSIFIER.classify("Tôi TỐ CÁO ông A, cán bộ địa chính, nhận tiền để làm sổ đỏ.")
    assert said.triage
    assert said.scope is Scope.DENUNCIATION
    assert said.because[0] == "TỐ CÁO"


def test_no_reason_is_a_piece_of_another():
    assert CLASSIFIER.classify("Tôi tố cáo ông A").because == ("tố cáo",)


def test_a_denunciation_comes_before_a_complaint():
    assert CLASSIFIER.classify("Tôi khiếu nại quyết định số 5 và tố cáo ông B.").scope is Scope.DENUNCIATION


def test_every_word_of_the_vocabulary_speaks_for_its_own_field():
    strays = [
        (word, said.field, group.field)
        for group in shared_vocabulary().fields
        for word in group.words
        if (said := BY_WORDS.classify(word)).field != group.field
    ]
    assert not strays


# --- how words are compared -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found", "because"),
    [
        ("Nhà tôi có hộ khẩu ở đây", True, "as it stands in the vocabulary"),
        ("NHÀ TÔI CÓ HỘ KHẨU", True, "capitals make no difference"),
        (unicodedata.normalize("NFD", "nhà tôi có hộ khẩu"), True, "nor do decomposed letters"),
        ("nhà tôi có hộ, khẩu", True, "nor does punctuation"),
        ("nhà tôi có hộ\nkhẩu", True, "nor does the end of a line"),
        ("nhà tôi có hộ 2 khẩu", True, "nor do digits"),
        ("nha toi co ho khau", True, "a text without diacritics is matched without them"),
        ("nhà tôi có ho khau ở đây", True, "two syllables without diacritics are recognised in any text"),
        ("nhà tôi có hộ khẫu", True, "hỏi and ngã are confused in half the country"),
        ("nhà tôi có hồ khẩu", False, "another tone is another word"),
        ("nhà tôi có hộ ở khẩu", False, "the words must stand together"),
        ("nhà tôi có thộ khẩu", False, "only whole syllables count"),
        ("nhà tôi có hộ khẩuu", False, "only whole syllables count"),
    ],
)
def test_a_phrase_is_found(text, found, because):
    classifier = small_classifier(fields={QuestionField.RESIDENCE_SECURITY: (2.5, ("hộ khẩu",))})
    assert bool(classifier.classify(text).because) is found


@pytest.mark.parametrize(
    ("written", "known"),
    [("hoà giải", "hòa giải"), ("UỶ QUYỀN", "ủy quyền"), ("đăng kí", "đăng ký"), ("quí vị", "quý vị"), ("Ðất", "đất")],
)
def test_both_ways_to_spell_a_word_are_one(written, known):
    assert small_classifier(fields={LAND: (2.5, (known,))}).classify(f"việc {written} này đã rõ").confidence > 0.8


def test_a_text_with_diacritics_never_matches_another_word_through_stripping():
    classifier = small_classifier(fields={LAND: (2.5, ("đất",)), BUSINESS: (2.5, ("chợ",))})
    assert classifier.classify("Tôi đặt vấn đề với lãnh đạo, đạt được gì chưa?").because == ()
    assert classifier.classify("Đề nghị xã cho biết kế hoạch năm tới").because == ()


def test_one_syllable_without_diacritics_says_little():
    classifier = small_classifier(fields={LAND: (2.5, ("đất", "thửa đất"))})
    assert classifier.classify("nha toi dat hang").confidence < 0.5
    assert classifier.classify("thua dat nha toi").confidence > 0.8


def test_the_longest_phrase_counts_and_hides_what_it_holds():
    classifier = small_classifier(
        fields={HEALTH: (2.5, ("bảo hiểm y tế",)), QuestionField.SOCIAL_POLICY: (2.5, ("bảo hiểm",))},
        ignored=("bảo hiểm xe máy",),
    )
    assert classifier.classify("mua bảo hiểm y tế ở đâu").because == ("bảo hiểm y tế",)
    assert classifier.classify("mua bảo hiểm xe máy ở đâu").because == ()


def test_the_reason_gives_the_words_as_they_were_written():
    said = CLASSIFIER.classify("Xin hỏi GCN QSDĐ nhà tôi, Thửa đất số 12.")
    assert set(said.because[:2]) == {"GCN QSDĐ", "Thửa đất"}


def test_a_sentence_that_asks_where_to_complain_is_a_question():
    classifier = small_classifier(
        scopes={
            Scope.COMPLAINT: ScopeWords(
                named=("khiếu nại",), deeds=("hủy quyết định",), concrete=("nhà tôi",), not_meant=("luật khiếu nại",)
            )
        },
        asking=("ở đâu",),
    )
    for text, scope in [
        ("Tôi khiếu nại.", Scope.COMPLAINT),
        ("Khiếu nại ở đâu?", Scope.IN_SCOPE),
        ("Khiếu nại việc thu đất nhà tôi ở đâu?", Scope.COMPLAINT),
        ("Nộp hồ sơ ở đâu? Tôi khiếu nại.", Scope.COMPLAINT),
        ("Hủy quyết định thì đến đâu, ở đâu?", Scope.COMPLAINT),
        ("Luật Khiếu nại nói gì?", Scope.IN_SCOPE),
    ]:
        assert classifier.classify(text).scope is scope, text


# --- confidence -------------------------------------------------------------------------------------------------------

land_words = st.lists(st.sampled_from(["thửa", "ruộng", "bìa"]), max_size=5)
health_words = st.lists(st.sampled_from(["khám", "thuốc", "tiêm"]), max_size=5)
TWO_FIELDS = small_classifier(fields={LAND: (1.0, ("thửa", "ruộng", "bìa")), HEALTH: (1.2, ("khám", "thuốc", "tiêm"))})


def confidence_in(field, words):
    said = TWO_FIELDS.classify(", ".join(words))
    return next((proposal.confidence for proposal in said.proposals if proposal.field is field), 0.0)


@given(land_words, health_words, st.sampled_from(["thửa", "ruộng", "bìa"]))
def test_more_words_for_a_field_never_make_it_less_sure_and_its_rival_never_surer(land, health, another):
    before, after = [*land, *health], [*land, *health, another]
    assert confidence_in(LAND, after) >= confidence_in(LAND, before)
    assert confidence_in(HEALTH, after) <= confidence_in(HEALTH, before)


@given(st.text(max_size=300))
def test_any_text_has_an_answer_and_its_reasons_are_its_own_words(text):
    said = CLASSIFIER.classify(text)
    assert 0 <= said.confidence <= 1
    assert sum(proposal.confidence for proposal in said.proposals) <= 1.001
    assert said.department in {department.id for department in THANH_TRI.departments}
    assert all(word in unicodedata.normalize("NFC", text) for reason in said.because for word in reason.split())


@given(st.sampled_from(QUESTIONS + HELD_OUT))
def test_how_a_text_is_encoded_or_capitalised_changes_nothing(row):
    plain = CLASSIFIER.classify(row[0])
    for same in (unicodedata.normalize("NFD", row[0]), row[0].upper(), row[0].replace(" ", "\n ")):
        said = CLASSIFIER.classify(same)
        assert (said.field, said.confidence, said.scope) == (plain.field, plain.confidence, plain.scope)


@pytest.mark.parametrize("text", ["", "   ", "1234 / 56", "....", "我想问一下"])
def test_a_text_that_says_nothing_waits_for_a_person_at_the_office(text):
    said = CLASSIFIER.classify(text)
    assert (said.field, said.department, said.confidence) == (QuestionField.OTHER, "van-phong", 0.0)
    assert said.triage
    assert said.proposals == ()


def test_a_greeting_waits_for_a_person():
    assert CLASSIFIER.classify("Xin chào.").triage


@pytest.mark.parametrize("classifier", [CLASSIFIER, BY_WORDS], ids=["by the model", "by words"])
def test_the_best_three_are_proposed(classifier):
    said = classifier.classify("sổ đỏ, sổ đỏ, khai sinh, thẻ BHYT, chợ, hộ nghèo")
    assert len(said.proposals) == 3
    assert said.proposals[0].field is said.field
    assert [p.confidence for p in said.proposals] == sorted((p.confidence for p in said.proposals), reverse=True)


# --- the commune's own words ------------------------------------------------------------------------------------------


def thanh_tri_with(*rules, threshold=0.6):
    return classifier_for(
        THANH_TRI.model_copy(update={"classification": Classification(threshold=threshold, rules=rules)})
    )


def test_a_word_of_the_commune_outweighs_the_shared_ones():
    text = "Rác thải và mùi hôi thối ở khu Cầu Bươu"
    assert CLASSIFIER.classify(text).field is QuestionField.ENVIRONMENT
    own = thanh_tri_with(WordRule(field=BUSINESS, words=("Cầu Bươu",), weight=2))
    assert own.classify(text).field is BUSINESS
    assert own.classify("rac thai, mui hoi o cau buou").field is BUSINESS


def test_a_word_of_the_commune_is_found_inside_a_longer_shared_phrase():
    own = thanh_tri_with(WordRule(field=BUSINESS, words=("y tế",)))
    assert own.classify("thẻ bảo hiểm y tế").field is BUSINESS


def test_a_word_the_commune_gives_to_another_field_no_longer_speaks_for_the_shared_one():
    own = thanh_tri_with(WordRule(field=BUSINESS, words=("SỔ ĐỎ",)))
    said = own.classify("sổ đỏ")
    assert (said.field, said.because) == (BUSINESS, ("sổ đỏ",))
    assert said.proposals[0].confidence > 0.9 > 0.1 > said.proposals[1].confidence


def test_a_rule_of_the_commune_may_name_another_department_than_the_field_s():
    rules = [FieldWords(BUSINESS, 3.0, ("khu Ao Cả",), "phong-van-hoa-xa-hoi")]
    said = CLASSIFIER.ruled(rules).classify("Ki ốt số 7 khu Ao Cả thu tiền thế nào?")
    assert (said.field, said.department, said.because) == (BUSINESS, "phong-van-hoa-xa-hoi", ("khu Ao Cả",))


def test_below_the_commune_s_threshold_a_person_decides():
    text = "Nhà trọ của tôi"
    assert not thanh_tri_with(threshold=0.5).classify(text).triage
    assert thanh_tri_with(threshold=0.99).classify(text).triage


def test_a_field_nobody_answers_is_a_mistake():
    with pytest.raises(ValueError, match="no department answers land"):
        Classifier(Vocabulary(), {field: "van-phong" for field in QuestionField if field is not LAND})


def test_one_line_of_json_says_what_the_command_line_promises():
    said = CLASSIFIER.classify("Thẻ BHYT của tôi bị sai ngày sinh").to_json()
    assert json.loads(json.dumps(said, ensure_ascii=False)) == said
    assert list(said) == ["text", "scope", "field", "department", "confidence", "because", "triage"]
    assert (said["scope"], said["field"], said["department"]) == ("in-scope", "health", "phong-van-hoa-xa-hoi")
    assert said["because"] == ["Thẻ BHYT"]


# --- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("a" + "\u0323\u0301" * 50_000, "sorting a heap of marks into normal form is quadratic"),
        ("e\u0323\u0301\u0302" * 25_000, "every letter carries as many marks as it may"),
        ("giấy chứng nhận quyền sử dụng " * 3_300, "the longest phrases begin again and again"),
        ("khiếu nại ở đâu. " * 6_000, "every sentence is looked at for what it asks"),
        ("khiếu " + "." * 100_000 + " nại", "a long gap between two words"),
        ("a" * 100_000, "one endless word"),
        ("dat " * 25_000, "every word is ambiguous"),
        ("𝔞" * 100_000, "letters beyond the basic plane"),
    ],
)
def test_twice_the_hostile_text_takes_twice_the_effort(text, because):
    once, twice = (calls(partial(CLASSIFIER.classify, text * n)) for n in (1, 2))
    assert twice < 2.5 * once + 1_000, because


# --- reading the vocabulary -------------------------------------------------------------------------------------------


def vocabulary_text(**changes):
    fields = "\n".join(f"  {field}: {{name: x, decisive: [từ của {field}]}}" for field in QuestionField)
    parts = {
        "weights": "weights: {decisive: 2.5, usual: 1.5, hint: 0.6}",
        "fields": f"fields:\n{fields}",
        "ignored": "ignored: [đất nước]",
        "scopes": "scopes:\n  complaint: {named: [khiếu nại]}\n  denunciation: {named: [tố cáo]}\n  asking: [ở đâu]",
    } | changes
    return "\n".join(parts.values()) + "\n"


@pytest.mark.parametrize(
    ("changes", "line", "says"),
    [
        ({"ignored": "ignored: [đất nước]\nextra: 1"}, 20, "không có khóa này"),
        ({"ignored": "ignored: [Từ của Land]"}, 19, "cụm từ 'Từ của Land' đã có ở fields.land.decisive"),
        ({"ignored": "ignored:\n  - đất nước\n  - '123'"}, 21, "không có chữ cái nào"),
        ({"ignored": "ignored:\n  - đất nước\n  - 12"}, 21, "phải là chữ"),
        ({"ignored": f"ignored: [{'rất ' * 13}dài]"}, 19, "cụm từ dài quá 12 tiếng"),
        ({"weights": "weights: {decisive: 9, usual: 1.5, hint: 0.6}"}, 1, "weights.decisive"),
        ({"fields": "fields:\n  land: {name: x, decisive: [đất]}"}, 2, "chưa có từ cho lĩnh vực civil-status"),
        ({"fields": "fields:\n  lands: {name: x, decisive: [đất]}"}, 3, "không có trong danh mục"),
        ({"scopes": "scopes: {complaint: {named: []}}"}, 20, "scopes.complaint.named"),
        ({"ignored": "ignored: ["}, 21, "YAML sai"),
    ],
)
def test_a_mistake_in_the_vocabulary_is_shown_with_its_line(tmp_path, changes, line, says):
    file = tmp_path / "vocabulary.yaml"
    file.write_text(vocabulary_text(**changes), encoding="utf-8")
    with pytest.raises(YamlError) as refused:
        read_vocabulary(file)
    assert any(mistake.line == line and says in mistake.what for mistake in refused.value.mistakes), refused.value


def test_a_vocabulary_without_mistakes_is_read(tmp_path):
    file = tmp_path / "vocabulary.yaml"
    file.write_text(vocabulary_text(), encoding="utf-8")
    vocabulary = read_vocabulary(file)
    assert Classifier(vocabulary, DEPARTMENTS).classify("Từ của land").field is LAND
