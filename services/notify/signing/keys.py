"""Which keys documents are signed with: a file with passphrases, read strictly, and shown to nobody."""

import re
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, RootModel

from shared.strict_yaml import Finding, Mistake, Place, Strict, YamlError, meant, read_document, written


class KeysError(YamlError):
    """A file of keys that cannot be used, with every mistake found in it; no mistake quotes a passphrase."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key in a PKCS#12 file. timestamp: address of the server (RFC 3161) that says when it was signed."""

    id: str
    file: Path
    passphrase: str = field(repr=False)
    timestamp: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class KeyToken:
    """A key on a device, reached by its maker's PKCS#11 module. label: of the key and its certificate."""

    id: str
    module: Path
    token: str
    label: str
    pin: str = field(repr=False)
    timestamp: str | None = field(default=None, repr=False)


Key = KeyFile | KeyToken

_OF_FILE = ("file", "passphrase")
_OF_TOKEN = ("module", "token", "label", "pin")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_Word = Annotated[str, Field(min_length=1, max_length=500)]


class _Entry(Strict):
    file: _Word | None = None
    passphrase: Annotated[str, Field(max_length=500)] | None = None
    module: _Word | None = None
    token: _Word | None = None
    label: _Word | None = None
    pin: _Word | None = None
    timestamp: _Word | None = None


class _File(RootModel[dict[str, _Entry]]):
    """`id: {file, passphrase}` or `id: {module, token, label, pin}`, each with `timestamp` where there is a server."""


def read_keys(file: Path) -> dict[str, Key]:
    """Read the file that settings name.

    Raises:
        KeysError: it is not there, others may read it, or it says something wrong.
    """
    _require_private(file)
    try:
        document = read_document(file)
    except YamlError as error:
        raise KeysError(error.mistakes) from None
    found, findings = document.against(_File, lambda data: _findings(data, file.parent))
    if found is None or findings:
        ids = {id for id, entry in document.data.items() if isinstance(entry, Mapping) and _ID.fullmatch(str(id))}
        raise KeysError(document.mistakes((place, _without_secrets(place, what, ids)) for place, what in findings))
    return {id: _key(id, entry, file.parent) for id, entry in found.root.items()}


def _require_private(file: Path) -> None:
    try:
        mode = file.stat().st_mode
    except OSError as error:
        raise KeysError([Mistake(file, 1, f"không đọc được tệp khóa ({error.strerror})")]) from None
    if stat.S_IMODE(mode) & 0o077:
        what = f"tệp có mật khẩu của khóa nên chỉ chủ của nó được đọc: chạy `chmod 600 {file}`"
        raise KeysError([Mistake(file, 1, what)])


def _without_secrets(place: Place, what: str, ids: Collection[str]) -> str:
    """A passphrase may land in a key of the YAML: only names that are ours are quoted, and those of entries."""
    ours = {*ids, *_Entry.model_fields}
    named = tuple(part if part in ours else "…" for part in map(str, place))
    return written(named) + what[len(written(place)) :] if what.startswith(written(place)) else what


def _findings(data: Mapping[str, Any], folder: Path) -> Iterator[Finding]:
    """What the shape alone does not show."""
    for id, entry in data.items():
        if not isinstance(entry, Mapping):
            continue
        if not _ID.fullmatch(str(id)):
            yield (str(id),), f"{id}: tên khóa chỉ gồm chữ thường không dấu, chữ số và dấu -, ví dụ chu-tich"
        yield from _parts(str(id), entry)
        for name, what in (("file", "không có tệp khóa này"), ("module", "không có tệp thư viện PKCS#11 này")):
            if isinstance(path := entry.get(name), str) and not (folder / path).is_file():
                yield (str(id), name), f"{id}.{name}: {what}"
        if isinstance(url := entry.get("timestamp"), str) and not _is_address(url):
            yield (
                (str(id), "timestamp"),
                f"{id}.timestamp: phải là địa chỉ http:// hoặc https:// của máy chủ dấu thời gian",
            )


def _parts(id: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    """A key is in a file or on a token, and nothing of what reaches it is missing."""
    in_file, on_token = ({name for name in names if name in entry} for names in (_OF_FILE, _OF_TOKEN))
    if in_file and on_token:
        yield (id,), f"{id}: khóa hoặc nằm trong tệp (file, passphrase), hoặc trên thiết bị (module, token, label, pin)"
        return
    wanted = _OF_TOKEN if on_token else _OF_FILE
    for name in wanted:
        if name not in entry:
            yield (id,), f"{id}: thiếu khóa {name}{_near(name, entry)}"


def _near(name: str, entry: Mapping[str, Any]) -> str:
    """`password` for `passphrase`; only words that nobody would take for a secret are quoted, and they are ours."""
    known = [*_OF_FILE, *_OF_TOKEN, "timestamp"]
    return "; khóa ghi sai tên" if any(meant(key, [name]) for key in entry if key not in known) else ""


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _key(id: str, entry: _Entry, folder: Path) -> Key:
    if entry.file is not None and entry.passphrase is not None:
        return KeyFile(id, folder / entry.file, entry.passphrase, entry.timestamp)
    assert entry.module, "checked"
    assert entry.token, "checked"
    assert entry.label, "checked"
    assert entry.pin, "checked"
    return KeyToken(id, folder / entry.module, entry.token, entry.label, entry.pin, entry.timestamp)
