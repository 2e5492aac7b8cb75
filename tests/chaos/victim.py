"""A service process that is killed again and again, and lives again at once: no supervisor lets it rest in between."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Victim:
    """`doithoai run SERVICE` from `start` to `stop`. kills: how often it died of us."""

    def __init__(self, service: str, environment: Mapping[str, str], log: Path) -> None:
        self._command = (sys.executable, "-m", "services", "run", service)
        self._environment = {**os.environ, **environment}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._changing = threading.Lock()
        self.kills = 0

    def start(self) -> None:
        with self._changing:
            self._start()

    def kill(self) -> None:
        """At this very instant, from whatever thread; the next one begins to start before this returns."""
        with self._changing:
            assert self._process is not None, "it is not started"
            self._process.kill()
            self._process.wait()
            self._start()
            self.kills += 1

    def stop(self) -> None:
        with self._changing:
            if self._process is not None:
                self._process.terminate()
                self._process.wait()
                self._process = None

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
