"""The data notice says what the law asks for, in words that people read."""

import hashlib

from services.intake.pages.notice import VERSION, VERSIONS, Notice, notice

OF_THANH_TRI = notice("xã Thanh Trì", "Số 12 đường Nguyễn Bặc", "vanthu@example.vn", None)


def everything(of: Notice) -> str:
    return "\n".join([of.essence, *(text for part in of.parts for text in (part.title, *part.texts, *part.points))])


def test_consent_rests_on_what_article_9_wants_known() -> None:
    told = everything(OF_THANH_TRI)
    for words in ("Họ tên", "để gửi giấy tiếp nhận", "UBND) xã Thanh Trì quyết định mục đích", "91/2025/QH15"):
        assert words in told
    for right in ("rút lại sự đồng ý", "xem, sửa", "xóa, hạn chế", "phản đối", "khiếu nại, tố cáo, khởi kiện"):
        assert right in told
    assert "Số 12 đường Nguyễn Bặc; thư điện tử vanthu@example.vn." in told


def test_the_essence_is_short_enough_to_be_read() -> None:
    assert len(OF_THANH_TRI.essence) < 300


def test_it_can_be_told_without_a_commune() -> None:
    told = everything(notice())
    assert "None" not in told
    assert "xã, phường nơi ông/bà gửi phiếu." in told


def test_a_changed_text_gets_a_version_of_its_own() -> None:
    """Who agreed to a version agreed to these words. Where they change, so must VERSION; then mend this test."""
    digest = hashlib.sha256(everything(notice()).encode()).hexdigest()[:12]
    assert (VERSION, digest) == ("2026-11", "0bab54f752a8")
    assert VERSION in VERSIONS
