"""How much is done, counted in function calls: the same on every machine, whatever else it is doing."""

from collections.abc import Callable
from cProfile import Profile
from typing import Any


def calls(act: Callable[[], Any]) -> int:
    """Function calls that an act makes, Python's and built-in ones."""
    profile = Profile()
    profile.runcall(act)
    return sum(entry.callcount for entry in profile.getstats())
