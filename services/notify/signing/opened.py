"""A key of the operator's file, opened: ready to sign, and checked whether it may."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, cast

from services.notify.signing.cannot import CannotSign
from services.notify.signing.keys import Key, KeyFile, KeyToken
from services.notify.wording import day_of
from shared.logs import in_short, logger

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer


@dataclass(frozen=True, slots=True)
class Certificate:
    """Whose key it is (common name), and when it is valid."""

    of: str
    begins_at: datetime
    ends_at: datetime


class KeyRing:
    """The keys of the file, each opened when it is first used. Safe to use from several threads."""

    def __init__(self, keys: dict[str, Key]) -> None:
        self._keys = keys
        self._opened: dict[str, Signer] = {}
        self._wrong_pin: dict[str, CannotSign] = {}
        self._turn = Lock()

    def __contains__(self, id: str) -> bool:
        return id in self._keys

    def certificate(self, id: str) -> Certificate:
        """Raises CannotSign when the key cannot be opened."""
        with self.opened(id) as signer:
            return _certificate(signer)

    def timestamp(self, id: str) -> str | None:
        return self._key(id).timestamp

    @contextmanager
    def ready(self, id: str, at: datetime) -> "Iterator[Signer]":
        """A key that is valid at an instant.

        Raises:
            CannotSign: there is no such key, it cannot be opened, or its certificate is not valid then.
        """
        with self.opened(id) as signer:
            certificate = _certificate(signer)
            if at < certificate.begins_at:
                raise CannotSign(f"Chứng thư số của khóa {id} chỉ có hiệu lực từ ngày {day_of(certificate.begins_at)}.")
            if at > certificate.ends_at:
                raise CannotSign(
                    f"Chứng thư số của khóa {id} đã hết hạn ngày {day_of(certificate.ends_at)}; xin gia hạn chứng thư."
                )
            yield signer

    @contextmanager
    def opened(self, id: str) -> "Iterator[Signer]":
        key = self._key(id)
        if isinstance(key, KeyToken):
            with self._turn, self._token(key) as signer:  # a token serves one at a time
                yield signer
            return
        with self._turn:
            if id not in self._opened:
                self._opened[id] = _of_file(key)
        yield self._opened[id]

    @contextmanager
    def _token(self, key: KeyToken) -> "Iterator[Signer]":
        """A token locks itself after a few wrong PINs: one that was refused is not tried again before a restart."""
        if (refused := self._wrong_pin.get(key.id)) is not None:
            raise refused
        try:
            with _session(key) as signer:
                yield signer
        except _WrongPin as error:
            self._wrong_pin[key.id] = error
            raise

    def _key(self, id: str) -> Key:
        try:
            return self._keys[id]
        except KeyError:
            raise CannotSign(f"Tệp khóa (DOITHOAI_KEYS) không có khóa {id}.") from None


class _WrongPin(CannotSign):
    """Of a token."""


def _of_file(key: KeyFile) -> "Signer":
    from cryptography.hazmat.primitives.serialization import pkcs12
    from pyhanko.sign.signers import SimpleSigner

    try:
        content = key.file.read_bytes()
    except OSError as error:
        raise CannotSign(f"Không đọc được tệp của khóa {key.id} ({error.strerror}).") from None
    passphrase = key.passphrase.encode()
    try:
        private, certificate, _ = pkcs12.load_key_and_certificates(content, passphrase)
    except ValueError:  # its words may quote what it read
        raise CannotSign(f"Không mở được tệp của khóa {key.id}: sai mật khẩu, hoặc không phải tệp PKCS#12.") from None
    if private is None or certificate is None:
        lacking = "khóa bí mật" if private is None else "chứng thư số"
        raise CannotSign(f"Tệp của khóa {key.id} không có {lacking}.")
    signer = SimpleSigner.load_pkcs12_data(content, other_certs=(), passphrase=passphrase)
    if signer is None:
        raise CannotSign(f"Tệp của khóa {key.id} có loại khóa không dùng để ký số được.")
    return cast("Signer", signer)


@contextmanager
def _session(key: KeyToken) -> "Iterator[Signer]":
    import pkcs11
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    try:
        session = open_pkcs11_session(str(key.module), token_criteria=TokenCriteria(label=key.token), user_pin=key.pin)
    except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid, pkcs11.PinLocked):
        raise _WrongPin(
            f"Thiết bị của khóa {key.id} không nhận mã PIN. Hệ thống không thử lại, vì sai nhiều lần thiết bị sẽ khóa; "
            "xin sửa tệp khóa rồi khởi động lại dịch vụ notify."
        ) from None
    except (pkcs11.PKCS11Error, SigningError, RuntimeError, OSError) as error:
        logger().warning("token-away", key=key.id, error=in_short(error))
        raise CannotSign(
            f"Không thấy thiết bị của khóa {key.id}; xin kiểm tra thiết bị đã cắm chưa.", for_now=True
        ) from None
    try:
        signer = PKCS11Signer(session, cert_label=key.label, key_label=key.label, other_certs_to_pull=None)
        try:
            found = signer.signing_cert
        except (pkcs11.PKCS11Error, SigningError):
            found = None
        if found is None:
            raise CannotSign(f"Thiết bị của khóa {key.id} không có chứng thư số với nhãn đã ghi (label).")
        yield signer
    except pkcs11.PKCS11Error as error:
        logger().warning("token-away", key=key.id, error=in_short(error))
        raise CannotSign(f"Thiết bị của khóa {key.id} không ký được.", for_now=True) from None
    finally:
        session.close()


def _certificate(signer: "Signer") -> Certificate:
    found = signer.signing_cert
    assert found is not None, "looked at when it was opened"
    name = found.subject.native.get("common_name") or found.subject.human_friendly
    return Certificate(str(name), found.not_valid_before, found.not_valid_after)
