"""Numbers, days, hours, measures and abbreviations as an announcer says them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.paper.aloud import aloud, number


@pytest.mark.parametrize(
    ("value", "said", "because"),
    [
        (0, "không", "nothing"),
        (1, "một", "one alone is một"),
        (4, "bốn", "four alone is bốn"),
        (5, "năm", "five alone is năm"),
        (10, "mười", "ten"),
        (11, "mười một", "after mười it stays một"),
        (14, "mười bốn", "after mười it stays bốn"),
        (15, "mười lăm", "after mười five is lăm"),
        (20, "hai mươi", "from twenty on mươi without a grave"),
        (21, "hai mươi mốt", "after mươi one is mốt"),
        (24, "hai mươi tư", "after mươi four is tư"),
        (25, "hai mươi lăm", "after mươi five is lăm"),
        (91, "chín mươi mốt", "mốt"),
        (100, "một trăm", "a hundred has its one"),
        (101, "một trăm linh một", "an empty ten is linh; after it một"),
        (104, "một trăm linh bốn", "after linh bốn"),
        (105, "một trăm linh năm", "after linh năm"),
        (110, "một trăm mười", "no linh before mười"),
        (115, "một trăm mười lăm", "lăm"),
        (124, "một trăm hai mươi tư", "tư"),
        (1_000, "một nghìn", "nothing is said of what is empty to the end"),
        (1_005, "một nghìn không trăm linh năm", "an empty hundred is said between places"),
        (1_015, "một nghìn không trăm mười lăm", "no linh before mười"),
        (2_026, "hai nghìn không trăm hai mươi sáu", "a year"),
        (10_000, "mười nghìn", "ten thousand"),
        (100_001, "một trăm nghìn không trăm linh một", "hundreds of thousands"),
        (1_500_000, "một triệu năm trăm nghìn", "an empty last group is not said"),
        (2_000_005, "hai triệu không trăm linh năm", "an empty group between is not said"),
        (1_000_000_000, "một tỷ", "tỷ"),
        (1_000_101_017, "một tỷ một trăm linh một nghìn không trăm mười bảy", "all places"),
        (5_021_004_000, "năm tỷ không trăm hai mươi mốt triệu không trăm linh bốn nghìn", "empty hundreds of groups"),
        (10**12, "một nghìn tỷ", "a thousand of them"),
    ],
)
def test_numbers_are_read_as_schools_teach_it(value, said, because):
    assert number(value) == said, because


@given(st.integers(0, 10**18))
def test_every_number_is_words_without_digits_or_double_blanks(value):
    said = number(value)
    assert re.fullmatch(r"\w+(?: \w+)*", said)
    assert not any(character.isdigit() for character in said)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_no_two_numbers_are_said_alike(one, other):
    assert (number(one) == number(other)) == (one == other)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        # abbreviations
        ("tại UBND xã", "tại Ủy ban nhân dân xã"),
        ("Hội trường Đảng ủy – HĐND – UBND xã", "Hội trường Đảng ủy, Hội đồng nhân dân, Ủy ban nhân dân xã"),
        ("về TTHC", "về thủ tục hành chính"),
        ("mang CCCD, thẻ BHYT", "mang căn cước công dân, thẻ bảo hiểm y tế"),
        ("cấp GPLX", "cấp giấy phép lái xe"),
        ("cấp GCN QSDĐ", "cấp giấy chứng nhận quyền sử dụng đất"),
        ("đ/c Chủ tịch", "đồng chí Chủ tịch"),
        ("UBMTTQ", "Ủy ban Mặt trận Tổ quốc"),
        ("NASA, EVN", "NASA, EVN"),
        # places
        ("tại TP. Hà Nội", "tại thành phố Hà Nội"),
        ("tại TP Hà Nội", "tại thành phố Hà Nội"),
        ("tại TP.HCM", "tại thành phố Hồ Chí Minh"),
        ("ở Q. 1, P. Bến Nghé", "ở quận một, phường Bến Nghé"),
        ("ở Q.Ba Đình", "ở quận Ba Đình"),
        ("trên QL1A", "trên quốc lộ một A"),
        ("số 12 đường Nguyễn Bặc", "số mười hai đường Nguyễn Bặc"),
        ("số 12/5 ngõ 25", "số mười hai trên năm ngõ hai mươi lăm"),
        ("nhà B2", "nhà B hai"),
        # days
        ("ngày 14/05/2026", "ngày mười bốn tháng năm năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 4/4/2026", "ngày mùng bốn tháng tư năm hai nghìn không trăm hai mươi sáu"),
        ("họp 14-05-2026", "họp mười bốn tháng năm năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 10 tháng 4 năm 2026", "ngày mùng mười tháng tư năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 15/6", "ngày mười lăm tháng sáu"),
        ("từ 05/6-10/6", "từ mùng năm tháng sáu đến mùng mười tháng sáu"),
        ("trong tháng 5/2026", "trong tháng năm năm hai nghìn không trăm hai mươi sáu"),
        ("sáng thứ 4", "sáng thứ tư"),
        # hours
        ("lúc 14h30", "lúc mười bốn giờ ba mươi phút"),
        ("lúc 08:30", "lúc tám giờ ba mươi phút"),
        ("lúc 8g15", "lúc tám giờ mười lăm phút"),
        ("lúc 7h", "lúc bảy giờ"),
        ("lúc 8 giờ 30 phút", "lúc tám giờ ba mươi phút"),
        ("từ 08:00-11h30", "từ tám giờ đến mười một giờ ba mươi phút"),
        # lines to call
        ("gọi 0912345678", "gọi không chín một hai ba bốn năm sáu bảy tám"),
        ("gọi 0912 345 678", "gọi không chín một hai, ba bốn năm, sáu bảy tám"),
        ("máy 024.3861.2345", "máy không hai bốn, ba tám sáu một, hai ba bốn năm"),
        ("máy +84 912 345 678", "máy cộng tám bốn, chín một hai, ba bốn năm, sáu bảy tám"),
        ("tổng đài 1022", "tổng đài một không hai hai"),
        ("hỏi 1900 1234", "hỏi một chín không không, một hai ba bốn"),
        ("số 001099012345", "số không không một không chín chín không một hai ba bốn năm"),
        # money, measures, shares
        ("phí 1.500.000 đ", "phí một triệu năm trăm nghìn đồng"),
        ("phí 25.000đ/hồ sơ", "phí hai mươi lăm nghìn đồng một hồ sơ"),
        ("phí 3.000 đồng/m2", "phí ba nghìn đồng một mét vuông"),
        ("phí 200.000 VNĐ.", "phí hai trăm nghìn đồng."),
        ("quỹ 1,5 triệu đồng", "quỹ một phẩy năm triệu đồng"),
        ("đất 120 m2", "đất một trăm hai mươi mét vuông"),
        ("đất 0,05 ha", "đất không phẩy không năm héc-ta"),
        ("đạt 95,5%", "đạt chín mươi lăm phẩy năm phần trăm"),
        ("dài 2,5km", "dài hai phẩy năm ki-lô-mét"),
        ("ảnh 3x4 cm", "ảnh ba nhân bốn xăng-ti-mét"),
        # orders and ranges
        ("trong quý II", "trong quý hai"),
        ("trong quý IV/2026", "trong quý tư năm hai nghìn không trăm hai mươi sáu"),
        ("lần thứ IV", "lần thứ tư"),
        ("lần thứ 1", "lần thứ nhất"),
        ("khóa XV, thế kỷ XXI", "khóa mười lăm, thế kỷ hai mươi mốt"),
        ("nhiệm kỳ 2026-2031", "nhiệm kỳ hai nghìn không trăm hai mươi sáu đến hai nghìn không trăm ba mươi mốt"),
        ("mời 2-3 người", "mời hai đến ba người"),
        ("còn 05 ngày", "còn năm ngày"),
        ("theo mục 2.1", "theo mục hai chấm một"),
        # documents and addresses
        ("Nghị định số 30/2020/NĐ-CP", "Nghị định số ba mươi, năm hai nghìn không trăm hai mươi, nghị định Chính phủ"),
        ("số 15/TB-UBND", "số mười lăm, thông báo Ủy ban nhân dân"),
        ("thư vanthu_tt@hanoi.gov.vn", "thư vanthu gạch dưới tt a còng hanoi chấm gov chấm vn"),
        ("trang https://thanhtri.hanoi.gov.vn.", "trang thanhtri chấm hanoi chấm gov chấm vn."),
        # beginnings, and what stays
        ("14h30 họp. 5 người dự.", "Mười bốn giờ ba mươi phút họp. Năm người dự."),
        ("TTHC là gì?\nUBND trả lời.", "Thủ tục hành chính là gì?\nỦy ban nhân dân trả lời."),
        ("Kính mời bà con.", "Kính mời bà con."),
    ],
)
def test_a_text_is_said_with_everything_in_words(written, said):
    assert aloud(written) == said


@given(st.text(alphabet="0123456789 .,/-:hgđm%IVXUBNDngàyquý\n", max_size=60))
def test_nothing_is_left_for_the_announcer_to_work_out(text):
    said = aloud(text)
    assert not any(character.isdigit() for character in said)
    assert aloud(said).casefold() == said.casefold(), "what is words stays as it is"
