"""A database server for one machine: a real `mongod` where there is one, else SecantusDB from its wheel.

SecantusDB is under the GPL and in beta: it runs as a process of its own and is never imported, and it is meant for
development and for trials in one commune.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deploy.embedded import LOOPBACK, CannotStart
from deploy.embedded.process import Program, accepts_connections

Engine = Literal["mongod", "secantusdb"]
CACHE_MB = 256


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """One server. Each engine keeps its files in a folder of its own: they cannot read each other's."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """journal: an answer means that the write is on the disk; each commit is synced, on both engines.

        retryWrites: a lone mongod has none, and SecantusDB's inserts become ten times as slow with it.
        """
        return f"mongodb://{LOOPBACK}:{self.port}/?journal=true&retryWrites=false&directConnection=true"

    @property
    def engine(self) -> Engine:
        """The one whose files are here; in a new folder the best that this machine has."""
        if (self.folder / "secantusdb").exists():
            return "secantusdb"
        return "mongod" if (self.folder / "mongod").exists() or shutil.which("mongod") else "secantusdb"

    def program(self) -> Program:
        """How to start it.

        Raises:
            CannotStart: when the data are mongod's and mongod is gone.
        """
        engine = self.engine
        files = self.folder / engine
        files.mkdir(exist_ok=True, mode=0o700)
        return self._mongod(files) if engine == "mongod" else self._secantusdb(files)

    def _mongod(self, files: Path) -> Program:
        mongod = shutil.which("mongod")
        if mongod is None:
            raise CannotStart(f"Dữ liệu trong {files} là của mongod nhưng máy không còn mongod: hãy cài lại mongod.")
        options = ["--quiet", "--nounixsocket", "--bind_ip", LOOPBACK, "--port", str(self.port)]
        return Program(
            command=(mongod, *options, "--dbpath", str(files), "--wiredTigerCacheSizeGB", str(CACHE_MB / 1024)),
            is_ready=lambda: accepts_connections(self.port),
        )

    def _secantusdb(self, files: Path) -> Program:
        settings = files / "secantusd.toml"
        settings.write_text('[server]\nhost = "127.0.0.1"\n', encoding="utf-8")  # else it looks for one elsewhere
        options = ["--config", str(settings), "--host", LOOPBACK, "--port", str(self.port), "--standalone"]
        limits = ["--log-level", "WARNING", "--cache-size", f"{CACHE_MB}M"]
        return Program(
            command=(sys.executable, "-m", "secantus", *options, *limits, "--storage-path", str(files)),
            environment={"SECANTUS_FORCE_DURABLE": "1"},  # whatever a test run may have set in our environment
            is_ready=lambda: accepts_connections(self.port),
            # It stops at once when somebody connects, else after 2 s; a signal that comes within milliseconds of
            # a connection is sometimes lost on it.
            insist=True,
        )
