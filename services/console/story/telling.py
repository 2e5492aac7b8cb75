"""What a line of a history is made of."""

from collections.abc import Callable

Unit = Callable[[str], str]
"""The name of a department by its id."""
Number = Callable[[str], str]
"""The number of a question on its form by its id."""
Told = tuple[str, str, str]
"""Who did it; what he did, which everybody may read who sees the case; and what was written or said of it."""
