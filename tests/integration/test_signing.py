"""Letters are signed for real, with keys made for the test, and checked as whoever receives one would.

Keys and pictures are files, so these tests write real ones.
"""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pikepdf
import pypdf
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from deploy.embedded import doctor
from services.notify.paper.letters import render_page
from services.notify.paper.page import Page
from services.notify.signing.marks import COVERED
from services.notify.signing.signer import OFFICE, PERSON, CannotSign, Signer
from services.notify.signing.spot import MM, spot_of
from services.notify.texts.blocks import Paragraph, Run
from services.notify.wording import dateline
from shared.communes import PROFILES, Letterhead, Profile, Signing, read_profile
from shared.communes import Signer as SignerOfLetters
from tests.keys import PASSPHRASE, as_pkcs12, authority, certified, draw_seal, draw_signature, keep_keys

AT = datetime(2026, 6, 5, 7, 3, 22, tzinfo=UTC)
WANTED = Signing(key="chu-tich", picture="chu-ky.png", office="con-dau", seal="dau.png", seal_mm=36)
KEYS = f"""
chu-tich: {{file: chu-tich.p12, passphrase: {PASSPHRASE}}}
con-dau: {{file: con-dau.p12, passphrase: {PASSPHRASE}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chu-tich.p12").write_bytes(as_pkcs12(certified("Nguyễn Văn Lợi")))
    (tmp_path / "con-dau.p12").write_bytes(as_pkcs12(certified("Ủy ban nhân dân xã Thanh Trì")))
    draw_signature(tmp_path / "chu-ky.png")
    draw_seal(tmp_path / "dau.png")
    keep_keys(tmp_path, KEYS)
    return tmp_path


def a_profile(signing: Signing | None = WANTED) -> Profile:
    return read_profile(PROFILES / "thanh-tri.yaml").model_copy(update={"signing": signing})


def a_page(*paragraphs: str, **changes: Any) -> Page:
    head = a_profile().letterhead
    known = Page(
        letterhead=head,
        bears=date(2026, 6, 5),
        dateline=dateline(head.place, date(2026, 6, 5)),
        symbol=head.symbol,
        about="trả lời kiến nghị của công dân",
        blocks=tuple(Paragraph((Run(words),)) for words in paragraphs or ("Trân trọng./.",)),
        signer=head.signer,
        number="05/UBND-VP",
        addressee="ông Trần Văn An",
        copies=head.copies,
    )
    return replace(known, **changes)


def signer(folder: Path, signing: Signing | None = WANTED) -> Signer:
    return Signer(folder / "keys.yaml", {"thanh-tri": a_profile(signing)})


def signed(folder: Path, page: Page | None = None, signing: Signing | None = WANTED, at: datetime = AT) -> bytes:
    page = page or a_page()
    return signer(folder, signing).sign(render_page(page), a_profile(signing), page, at)


def trusting() -> ValidationContext:
    root = asn1_x509.Certificate.load(authority().der)
    return ValidationContext(trust_roots=[root], moment=AT, best_signature_time=AT)


def checked(pdf: bytes) -> dict[str, Any]:
    """What a reader says of each signature, by its field."""
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return {one.field_name: validate_pdf_signature(one, trusting(), trusting()) for one in found}


def boxes(pdf: bytes) -> dict[str, tuple[int, list[float]]]:
    """Page and place of each signature."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {
            str(annotation.T): (number, [float(side) for side in annotation.Rect])
            for number, page in enumerate(opened.pages)
            for annotation in page.get("/Annots", [])
        }


# --- a signature and what it holds -----------------------------------------------------------------------------------


def test_a_letter_is_signed_by_who_has_the_authority_then_by_the_office(folder: Path) -> None:
    statuses = checked(signed(folder))
    assert list(statuses) == [PERSON, OFFICE]
    for status in statuses.values():
        assert status.intact
        assert status.valid
        assert status.trusted
        assert status.bottom_line
    assert statuses[PERSON].coverage == SignatureCoverageLevel.ENTIRE_REVISION
    assert statuses[OFFICE].coverage == SignatureCoverageLevel.ENTIRE_FILE
    names = [status.signing_cert.subject.native["common_name"] for status in statuses.values()]
    assert names == ["Nguyễn Văn Lợi", "Ủy ban nhân dân xã Thanh Trì"]


def test_the_signatures_are_of_the_baseline_profile_and_of_the_instant_they_show(folder: Path) -> None:
    for one in PdfFileReader(io.BytesIO(signed(folder))).embedded_signatures:
        assert one.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        assert one.self_reported_timestamp == AT
        assert "signing_time" not in [attribute["type"].native for attribute in one.signer_info["signed_attrs"]]


def test_without_a_key_of_the_office_a_letter_bears_one_signature(folder: Path) -> None:
    statuses = checked(signed(folder, signing=Signing(key="chu-tich", picture="chu-ky.png")))
    assert list(statuses) == [PERSON]
    assert statuses[PERSON].coverage == SignatureCoverageLevel.ENTIRE_FILE


def test_an_altered_byte_is_found(folder: Path) -> None:
    page = a_page()
    before, after = render_page(page), bytearray(signed(folder, page))
    after[len(before) // 2] ^= 1
    statuses = checked(bytes(after))
    assert not any(status.intact for status in statuses.values())


def test_a_signature_by_nobody_we_know_is_not_trusted(folder: Path) -> None:
    stranger = ValidationContext(trust_roots=[], moment=AT)
    for one in PdfFileReader(io.BytesIO(signed(folder))).embedded_signatures:
        status = validate_pdf_signature(one, stranger)
        assert status.intact
        assert not status.trusted


def test_the_letter_stays_as_it_was_and_is_added_to(folder: Path) -> None:
    page = a_page()
    before, after = render_page(page), signed(folder, page)
    assert after.startswith(before)
    with pikepdf.open(io.BytesIO(before)) as old, pikepdf.open(io.BytesIO(after)) as new:
        told, for_all = old.Root.Metadata.read_bytes(), b"<pdfuaid:part>1</pdfuaid:part>"
        assert for_all in told
        assert new.Root.Metadata.read_bytes() == told.replace(for_all, b""), "the marks have no tags"
        assert b"<pdfaid:part>2</pdfaid:part>" in new.Root.Metadata.read_bytes()
        assert new.Root.Lang == old.Root.Lang
        assert "/OutputIntents" in new.Root
        assert "/StructTreeRoot" in new.Root


def test_what_is_added_keeps_to_pdf_a(folder: Path) -> None:
    """ISO 19005-2: 6.3.2 and 6.3.3 of annotations, 6.2.8 of images, 6.2.11 of fonts."""
    with pikepdf.open(io.BytesIO(signed(folder))) as opened:
        for annotation in opened.pages[-1].Annots:
            assert int(annotation.F) & 0b100111 == 0b100, "printed, and not hidden"
            assert set(annotation.AP.keys()) == {"/N"}
        for number in range(1, len(opened.objects)):
            one = opened.objects[number]
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image":
                assert not one.get("/Interpolate", False)
                assert one.ColorSpace in ("/DeviceRGB", "/DeviceGray")
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
                assert {"/FontFile2", "/FontFile3"} & set(one.keys()), one.FontName
        assert not opened.Root.AcroForm.get("/NeedAppearances", False)


def test_several_threads_sign_at_once(folder: Path) -> None:
    page, profile = a_page(), a_profile()
    pdf, hand = render_page(page), signer(folder)
    with ThreadPoolExecutor(4) as pool:
        for one in pool.map(lambda _: hand.sign(pdf, profile, page, AT), range(8)):
            assert all(status.bottom_line for status in checked(one).values())


def test_a_commune_that_does_not_sign_gets_its_letter_as_it_is(folder: Path) -> None:
    page = a_page()
    pdf, hand = render_page(page), signer(folder, None)
    assert not hand.signs(a_profile(None))
    assert hand.sign(pdf, a_profile(None), page, AT) == pdf


# --- the marks -------------------------------------------------------------------------------------------------------


def test_the_picture_stands_above_the_name_and_the_seal_covers_a_third_of_it(folder: Path) -> None:
    page = a_page()
    spot, placed = spot_of(render_page(page), page.signer), boxes(signed(folder, page))
    (_, (left, bottom, right, top)), (_, seal) = placed[PERSON], placed[OFFICE]
    assert (left + right) / 2 == pytest.approx(spot.middle, abs=1)
    assert spot.bottom - 1 <= bottom < top <= spot.top + 1
    assert seal[2] == pytest.approx(left + (right - left) * COVERED, abs=1)
    assert seal[2] - seal[0] == pytest.approx(36 * MM, abs=1), "as large as it is"
    assert seal[3] - seal[1] == pytest.approx(36 * MM, abs=1)
    assert (seal[1] + seal[3]) / 2 == pytest.approx((bottom + top) / 2, abs=1)


def test_the_place_is_found_at_the_end_of_a_long_letter_that_names_the_signer(folder: Path) -> None:
    page = a_page(*["Ông Nguyễn Văn Lợi đã trả lời. " * 20] * 14, "Nguyễn Văn Lợi", "Trân trọng./.")
    pdf = render_page(page)
    placed = boxes(signed(folder, page))
    last = len(pypdf.PdfReader(io.BytesIO(pdf)).pages) - 1
    assert last >= 1
    assert {number for number, _ in placed.values()} == {last}


def test_who_signed_when_stands_in_the_head_of_the_first_page(folder: Path) -> None:
    first = pypdf.PdfReader(io.BytesIO(signed(folder))).pages[0]
    assert "Ủy ban nhân dân xã Thanh Trì, 05/06/2026 14:03:22 +07:00" in first.extract_text()


@pytest.mark.parametrize("name", ["Nguyễn Thị Ánh Tuyết", "Lê Vĩ", "Hoàng Phủ Ngọc Tường Vi"])
def test_the_place_is_found_for_every_name(folder: Path, name: str) -> None:
    known = SignerOfLetters(capacity=("TM. Ủy ban nhân dân", "Chủ tịch"), name=name)
    pdf = render_page(a_page(signer=known))
    assert spot_of(pdf, known).middle == pytest.approx(153.75 * MM, abs=2), "the middle of the right half"


# --- why a letter is not signed --------------------------------------------------------------------------------------


def _expired(folder: Path) -> None:
    (folder / "chu-tich.p12").write_bytes(as_pkcs12(certified("Nguyễn Văn Lợi", ends=AT - timedelta(days=1))))


def _not_yet(folder: Path) -> None:
    (folder / "con-dau.p12").write_bytes(as_pkcs12(certified("UBND", begins=AT + timedelta(days=1))))


def _other_passphrase(folder: Path) -> None:
    (folder / "chu-tich.p12").write_bytes(as_pkcs12(certified("Nguyễn Văn Lợi"), "khác"))


def _no_pkcs12(folder: Path) -> None:
    (folder / "chu-tich.p12").write_bytes(b"day khong phai PKCS#12")


def _no_private_key(folder: Path) -> None:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    only = pkcs12.serialize_key_and_certificates(
        None, None, None, [authority().certificate], BestAvailableEncryption(PASSPHRASE.encode())
    )
    (folder / "chu-tich.p12").write_bytes(only)


def _no_such_key(folder: Path) -> None:
    keep_keys(folder, f"con-dau: {{file: con-dau.p12, passphrase: {PASSPHRASE}}}")


def _no_picture(folder: Path) -> None:
    (folder / "chu-ky.png").unlink()


def _no_seal(folder: Path) -> None:
    (folder / "dau.png").unlink()


def _no_png(folder: Path) -> None:
    Image.new("RGB", (100, 100)).save(folder / "dau.png", "JPEG")


def _with_background(folder: Path) -> None:
    Image.new("RGB", (100, 100), (255, 255, 255)).save(folder / "chu-ky.png")


def _empty_picture(folder: Path) -> None:
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(folder / "chu-ky.png")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_expired, "khóa chu-tich đã hết hạn ngày 04/06/2026"),
        (_not_yet, "khóa con-dau chỉ có hiệu lực từ ngày 06/06/2026"),
        (_other_passphrase, "sai mật khẩu"),
        (_no_pkcs12, "không phải tệp PKCS#12"),
        (_no_private_key, "không có khóa bí mật"),
        (_no_such_key, "không có khóa chu-tich"),
        (_no_picture, "Không có tệp hình chữ ký chu-ky.png"),
        (_no_seal, "Không có tệp hình dấu dau.png"),
        (_no_png, "không phải tệp .png"),
        (_with_background, "nền trong suốt"),
        (_empty_picture, "không có nét nào"),
    ],
)
def test_what_keeps_a_letter_from_being_signed_is_said(folder: Path, spoil: Any, said: str) -> None:
    spoil(folder)
    with pytest.raises(CannotSign, match=said) as caught:
        signed(folder)
    assert not caught.value.for_now
    assert PASSPHRASE not in str(caught.value)
    assert caught.value.__cause__ is None, "the words of a library may quote what it read"


@pytest.mark.parametrize(
    ("changes", "said", "because"),
    [
        ({"is_draft": True}, "Dự thảo", "a draft is nobody's"),
        ({"number": None}, "chưa có số", "nothing can be written into a signed document"),
        (
            {"signer": SignerOfLetters(capacity=("Chủ tịch",), name="Đặng Quốc Trung")},
            "không ký thay cho Đặng Quốc Trung",
            "the key is another's",
        ),
    ],
)
def test_a_key_signs_only_what_its_owner_issues(folder: Path, changes: dict[str, Any], said: str, because: str) -> None:
    with pytest.raises(CannotSign, match=said):
        signed(folder, a_page(**changes))


def test_a_document_without_the_place_is_not_signed(folder: Path) -> None:
    page = a_page()
    other: Letterhead = page.letterhead
    elsewhere = replace(page, signer=SignerOfLetters(capacity=("Trưởng phòng",), name=other.signer.name))
    with pytest.raises(CannotSign, match="Không tìm thấy chỗ ký"):
        signer(folder).sign(render_page(page), a_profile(), elsewhere, AT)


def test_without_a_file_of_keys_it_is_said_what_is_missing() -> None:
    page = a_page()
    with pytest.raises(CannotSign, match="DOITHOAI_KEYS"):
        Signer(None, {}).sign(render_page(page), a_profile(), page, AT)


# --- a timestamp server ----------------------------------------------------------------------------------------------


@contextmanager
def timestamp_server() -> Iterator[str]:
    """A server by RFC 3161 on this machine."""
    owner = certified("Máy chủ dấu thời gian", stamps=True)
    plain = owner.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    roots = SimpleCertificateStore.from_certs([asn1_x509.Certificate.load(authority().der)])
    stamper = DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(owner.der),
        tsa_key=asn1_keys.PrivateKeyInfo.load(plain),
        certs_to_embed=roots,
        fixed_dt=AT,
    )

    class Stamps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stamps)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _with_timestamps(folder: Path, url: str) -> None:
    keep_keys(
        folder,
        f"""
chu-tich: {{file: chu-tich.p12, passphrase: {PASSPHRASE}, timestamp: "{url}"}}
con-dau: {{file: con-dau.p12, passphrase: {PASSPHRASE}}}
""",
    )


def test_with_a_timestamp_server_the_time_is_not_only_our_word(folder: Path) -> None:
    with timestamp_server() as url:
        _with_timestamps(folder, url)
        statuses = checked(signed(folder))
    assert statuses[PERSON].bottom_line
    assert statuses[PERSON].timestamp_validity.intact
    assert statuses[PERSON].timestamp_validity.timestamp == AT
    assert statuses[OFFICE].timestamp_validity is None


def test_a_timestamp_server_that_is_away_is_tried_again_later(folder: Path) -> None:
    with timestamp_server() as url:
        pass
    _with_timestamps(folder, url)
    with pytest.raises(CannotSign, match="Máy chủ dấu thời gian") as caught:
        signed(folder)
    assert caught.value.for_now


# --- the doctor ------------------------------------------------------------------------------------------------------


def test_keys_are_looked_at_before_they_are_needed(folder: Path) -> None:
    found = signer(folder).look(AT)
    assert [(one.key, one.wrong) for one in found] == [("chu-tich", ""), ("con-dau", "")]
    assert "Nguyễn Văn Lợi, đến ngày 01/01/2028" in found[0].what


def test_a_certificate_that_ends_within_thirty_days_is_named(folder: Path) -> None:
    ends = datetime(2028, 1, 1, tzinfo=UTC)
    assert signer(folder).look(ends - timedelta(days=31))[0].wrong == ""
    assert "gia hạn" in signer(folder).look(ends - timedelta(days=30))[0].wrong
    assert "hết hạn" in signer(folder).look(ends + timedelta(days=1))[0].wrong


def test_a_key_or_picture_that_cannot_be_used_is_named(folder: Path) -> None:
    _other_passphrase(folder)
    _no_seal(folder)
    found = {one.what: one.wrong for one in signer(folder).look(AT)}
    assert "sai mật khẩu" in found["chưa dùng được"]
    assert "dau.png" in found["hình chữ ký, hình dấu"]


def test_who_does_not_sign_has_no_keys_to_look_at(folder: Path) -> None:
    assert signer(folder, None).look(AT) == []


def test_the_doctor_says_which_key_is_in_order_and_which_is_not(folder: Path) -> None:
    file, communes = folder / "keys.yaml", {"thanh-tri": a_profile()}
    assert [one.good for one in doctor.keys(file, AT, communes)] == [True, True]
    _expired(folder)
    person, office = doctor.keys(file, AT, communes)
    assert (person.good, office.good) == (False, True)
    assert "hết hạn" in person.remedy
    file.chmod(0o644)
    assert "chmod 600" in doctor.keys(file, AT, communes)[0].remedy
    assert doctor.keys(None, AT, {"thanh-tri": a_profile(None)})[0].good
    assert "DOITHOAI_KEYS" in doctor.keys(None, AT, communes)[0].remedy
