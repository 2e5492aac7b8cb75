"""Two rehearsals at once would move one clock."""

from pathlib import Path

import pytest

from deploy.embedded.rehearsal.alone import alone
from deploy.embedded.rehearsal.office import CannotRehearse


def test_a_second_rehearsal_is_refused_in_words_while_one_plays_and_may_follow_it(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(CannotRehearse, match="đang diễn tập"), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass
