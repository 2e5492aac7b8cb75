"""Keys for tests of signing: an authority that nobody else trusts, and what it certifies. Made anew for each run."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image, ImageDraw

PASSPHRASE = "rất bí mật"
BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
ENDS = datetime(2028, 1, 1, tzinfo=UTC)

_BLUE, _RED = (20, 40, 200, 255), (220, 0, 0, 255)


Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Certified:
    key: Key
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


@cache
def authority() -> Certified:
    key = ec.generate_private_key(ec.SECP256R1())
    return Certified(key, _certificate("Cơ quan thử", key, None, BEGINS - timedelta(days=1), ENDS, is_ca=True))


def certified(name: str, *, begins: datetime = BEGINS, ends: datetime = ENDS, stamps: bool = False) -> Certified:
    """stamps: a timestamp server's; the one of pyHanko for tests has an RSA key."""
    key = rsa.generate_private_key(65537, 2048) if stamps else ec.generate_private_key(ec.SECP256R1())
    return Certified(key, _certificate(name, key, authority(), begins, ends, stamps=stamps))


def as_pkcs12(owner: Certified, passphrase: str = PASSPHRASE) -> bytes:
    encrypted = BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(
        None, owner.key, owner.certificate, [authority().certificate], encrypted
    )


def keep_keys(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "keys.yaml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def draw_signature(file: Path) -> None:
    picture, pen = _empty(600, 260)
    pen.line([(20, 200), (120, 40), (200, 220), (320, 60), (420, 200), (580, 90)], fill=_BLUE, width=8)
    picture.save(file)


def draw_seal(file: Path) -> None:
    picture, pen = _empty(720, 720)
    pen.ellipse((8, 8, 711, 711), outline=_RED, width=16)
    pen.ellipse((120, 120, 600, 600), outline=_RED, width=8)
    picture.save(file)


def _empty(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    return picture, ImageDraw.Draw(picture)


def _certificate(
    name: str,
    key: Key,
    issuer: Certified | None,
    begins: datetime,
    ends: datetime,
    *,
    is_ca: bool = False,
    stamps: bool = False,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    use = x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=not is_ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        .add_extension(use, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer:
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        built = built.add_extension(known, critical=False)
    if stamps:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return built.sign(issuer.key if issuer else key, hashes.SHA256())
