"""The console's read model: one SQLite file, made of nothing but the event stream.

Rows and position change in one transaction, so each event counts exactly once, whatever dies when. The file holds
nothing of its own: when it is lost, also under a running console, damaged or made by other code, it is built again from
the start of the stream. See deploy/decisions/0003-console-view.md.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from pydantic import ValidationError

from services.console.facts import aggregate_of, figures, instant, record, working_days
from shared.contracts import Envelope, Event, UnknownEvent
from shared.logs import in_short, logger

HERE = Path(__file__).parent
SCHEMA = (HERE / "schema.sql").read_text(encoding="utf-8")

SHAPED_BY = (
    HERE / "schema.sql",
    *sorted((HERE / "facts").glob("*.py")),
    *working_days.files(),
)
"""What decides how the rows of a view look; the days off are in its figures."""


def fingerprint(files: Iterable[Path]) -> int:
    """A number of what stands in these files, other than 0, as `user_version` holds it."""
    known = 0
    for file in files:
        known = zlib.crc32(file.read_bytes(), zlib.crc32(file.name.encode(), known))
    return known & 0x7FFF_FFFF or 1


FORMAT = fingerprint(SHAPED_BY)
"""A view that was made with another one is built anew: nobody has to remember that something changed."""

TAIL = 10_000
"""Events of which the live tail remembers when and about what they were."""


@dataclass(frozen=True, slots=True)
class Message:
    """What lies in the stream at a position (its sequence number there)."""

    position: int
    subject: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as the live tail shows it: what kind, when, about which case, and nothing that was said in it."""

    position: int
    occurred_at: datetime
    speaker: str
    commune: str
    case: str
    name: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of some messages: the events among them, and how many were none."""

    seen: Sequence[Seen]
    malformed: int


class Malformed(ValueError):
    """A message that is no event, or not the one its subject says."""

    names_nobody = True


class Elsewhere(RuntimeError):
    """The view was emptied, removed, or written by another process, since its position was asked for."""

    names_nobody = True


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How far the view is, in which stream, and what was taken over on the way there, the latest at least."""

    position: int
    stream: str | None
    seen: Sequence[Seen]


class View:
    """The file, and the one writer of it. Pages read it through `reading`, each in a snapshot of its own."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._identity: tuple[int, int] | None = None
        self._one_at_a_time = Lock()
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            logger().warning("view-damaged", error=in_short(error))
            self._start_over()

    @property
    def position(self) -> int:
        """The place in the stream up to which everything is in the view; 0 when nothing is."""
        return int(self._kept("position") or 0)

    @property
    def stream(self) -> str | None:
        """Which stream the view was made of: when it was created, as the broker says."""
        return self._kept("stream")

    @property
    def malformed(self) -> int:
        """Messages of the stream that could not be read and are in no page."""
        return int(self._kept("malformed") or 0)

    def said(self, speaker: str, about: str) -> int:
        """How many events of an aggregate are in the view: the `version` that a command on it carries."""
        with self.reading() as db:
            return said(db, speaker, about)

    def whereabouts(self, after: int) -> Whereabouts:
        """Where the view is, and what came after this position, as one state of it."""
        with self.reading() as db:
            position, stream = int(_kept(db, "position") or 0), _kept(db, "stream")
            return Whereabouts(position, stream, recent(db, after, TAIL) if position > after else ())

    def apply(self, after: int, messages: Sequence[Message]) -> Applied:
        """Take over what follows the position `after`, in the order of the stream: all of it or nothing.

        An event that was published a second time changes nothing, for its aggregate has said it before.

        Raises:
            Elsewhere: when the view is not at `after` (any more). As all that writes: when its file is not there.
        """
        with self._writing() as db:
            if (position := int(_kept(db, "position") or 0)) != after:
                raise Elsewhere(f"the view is at {position}, not at {after}")
            seen, malformed = list[Seen](), 0
            for message in messages:
                if message.subject.startswith("replay."):
                    continue
                try:
                    envelope, event = _open(message)
                except Malformed as error:
                    malformed += 1
                    logger().warning(
                        "malformed", position=message.position, subject=message.subject, error=in_short(error)
                    )
                    continue
                seen.append(_take_over(db, message, envelope, event))
            figures.mark(db, {one.case for one in seen})
            if messages:
                _keep(db, "position", messages[-1].position)
                _forget_old(db, messages[-1].position)
            if malformed:
                _keep(db, "malformed", int(_kept(db, "malformed") or 0) + malformed)
        return Applied(seen, malformed)

    def advance(self, position: int) -> None:
        """Move on over messages that were erased from the stream."""
        with self._writing() as db:
            _keep(db, "position", max(position, int(_kept(db, "position") or 0)))

    def settle(self) -> int:
        """Bring some figures up to date, which are right without it, but slower; how many cases were counted."""
        with self._writing() as db:
            return figures.settle(db)

    def rebuild(self, stream: str | None = None) -> None:
        """Forget everything and begin before the first message of `stream`."""
        with self._writing() as db:
            _make_tables(db)
            if stream is not None:
                _keep(db, "stream", stream)

    def mend(self, error: Exception | None = None) -> bool:
        """Make a new file, to be built from the stream, where the old one was removed, or is damaged as `error` says.

        One that somebody else put in its place is read on as it is.

        Returns:
            Whether the view has another file now.
        """
        with self._one_at_a_time:
            gone = self._identity != _identity(self._file)
            if gone or (error is not None and is_damage(error)):
                self._start_over()
                return True
        return False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the view and can change nothing. Rows are read by column name."""
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, isolation_level=None)) as db:
            db.row_factory = sqlite3.Row
            db.execute("BEGIN")
            yield db

    def _start_over(self) -> None:
        """Throw the file away, unless it is another one than ours, and open what is there then."""
        with suppress(AttributeError, sqlite3.Error):
            self._db.close()
        if _identity(self._file) in (None, self._identity):
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        self._open()

    def _open(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(self._file, isolation_level=None, timeout=10, check_same_thread=False)
        self._identity = _identity(self._file)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")  # a last transaction that is lost is read again from the stream
        if self._db.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            with _transaction(self._db) as db:
                _make_tables(db)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """What is written into a file without a name would be in no page."""
        with self._one_at_a_time:
            if self._identity != _identity(self._file):
                raise Elsewhere("the file was removed, or is another one")
            with _transaction(self._db) as db:
                yield db

    def _kept(self, key: str) -> str | None:
        with self.reading() as db:
            return _kept(db, key)


def is_damage(error: Exception) -> bool:
    """The file is no database, or a torn one. A full disk or a lock is another matter (a subclass)."""
    return type(error) is sqlite3.DatabaseError


def _identity(file: Path) -> tuple[int, int] | None:
    """Which file this is, whatever it is called; None where there is none."""
    try:
        known = file.stat()
    except OSError:
        return None
    return known.st_dev, known.st_ino


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def said(db: sqlite3.Connection, speaker: str, about: str) -> int:
    """How many events of an aggregate the view knows."""
    row = db.execute("SELECT said FROM aggregate WHERE speaker = ? AND about = ?", (speaker, about)).fetchone()
    return int(row["said"]) if row else 0


def recent(db: sqlite3.Connection, after: int = 0, limit: int = 200) -> list[Seen]:
    """The latest events after a position, oldest first."""
    rows = db.execute("SELECT * FROM recent WHERE position > ? ORDER BY position DESC LIMIT ?", (after, limit))
    return [
        Seen(
            row["position"],
            datetime.fromisoformat(row["occurred_at"]),
            row["speaker"],
            row["commune"],
            row["case_id"],
            row["name"],
        )
        for row in reversed(rows.fetchall())
    ]


def _open(message: Message) -> tuple[Envelope, Event]:
    """The event, if it is what its subject says: the broker lets a service speak under its own name only."""
    try:
        envelope = Envelope.model_validate_json(message.body)
        event = envelope.open()
    except (ValidationError, UnknownEvent) as error:
        raise Malformed(_without_values(error)) from None
    if not (message.subject == envelope.subject == event.subject and envelope.source == f"/services/{event.speaker}"):
        raise Malformed("the event is not the one its subject says")
    return envelope, event


def _without_values(error: ValidationError | UnknownEvent) -> str:
    """What is wrong and where; the values may be personal data."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['type']}" for found in error.errors())
    return str(error)


def _take_over(db: sqlite3.Connection, message: Message, envelope: Envelope, event: Event) -> Seen:
    about = aggregate_of(event)
    if envelope.sequence > said(db, event.speaker, about):
        db.execute(
            "INSERT INTO aggregate (speaker, about, said) VALUES (?, ?, ?) "
            "ON CONFLICT (speaker, about) DO UPDATE SET said = excluded.said",
            (event.speaker, about, envelope.sequence),
        )
        record(event, db)
    seen = Seen(message.position, event.occurred_at, event.speaker, event.commune, event.case, event.name)
    db.execute(
        "INSERT INTO recent (position, occurred_at, speaker, commune, case_id, name) VALUES (?, ?, ?, ?, ?, ?)",
        (seen.position, instant(seen.occurred_at), seen.speaker, seen.commune, seen.case, seen.name),
    )
    return seen


def _forget_old(db: sqlite3.Connection, position: int) -> None:
    db.execute("DELETE FROM recent WHERE position <= ?", (position - TAIL,))


def _make_tables(db: sqlite3.Connection) -> None:
    """Empty ones, in place of whatever there was. A virtual table goes first and takes its own tables with it."""
    old = db.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'table') ORDER BY sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    for kind, name in old:
        db.execute(f'DROP {kind} IF EXISTS "{name}"')
    for statement in _statements(SCHEMA):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {FORMAT}")


def _statements(script: str) -> Iterator[str]:
    """One after the other: a script run as a whole would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _kept(db: sqlite3.Connection, key: str) -> str | None:
    row = db.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
    return str(row["value"]) if row else None


def _keep(db: sqlite3.Connection, key: str, value: str | int) -> None:
    db.execute("INSERT OR REPLACE INTO kept (key, value) VALUES (?, ?)", (key, value))
