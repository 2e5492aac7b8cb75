"""One rehearsal at a time: two would move one clock."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.rehearsal.office import CannotRehearse


@contextmanager
def alone(installation: Path) -> Iterator[None]:
    """Hold an installation while something plays there. The lock goes with the process, however that ends.

    Raises:
        CannotRehearse: somebody else holds it.
    """
    with (installation / "rehearsal.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRehearse(
                "Hệ thống này đang diễn tập. Xin đợi cuộc diễn tập ấy kết thúc rồi chạy lại lệnh này."
            ) from error
        yield
